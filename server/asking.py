"""What the query editor completes: the classes, properties and concepts of this graph, by their names."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g

from kg import formats
from server.pages import released
from server.service import Call
from server.tables import Labels, ask

blueprint = Blueprint("asking", __name__)

_MOST = 5_000
_TERMS = f"""SELECT DISTINCT ?t ?kind {{
    {{ SELECT DISTINCT ?t ("class" AS ?kind) {{ ?x a ?t }} }}
    UNION {{ SELECT DISTINCT ?t ("property" AS ?kind) {{ ?x ?t ?y }} }}
    UNION {{ ?t a skos:Concept BIND("concept" AS ?kind) }}
    FILTER(isIRI(?t)) }} ORDER BY ?t ?kind LIMIT {_MOST}"""


@blueprint.get("/terms.json")
def terms() -> Response:
    """The terms that the graph uses, with their names in the language of the page, and its prefixes."""
    call = released()
    said = {"prefixes": formats.prefixes(), "terms": _named(call)}
    response = Response(json.dumps(said, ensure_ascii=False), content_type="application/json")
    response.vary.add("Accept-Language")
    return response


def _named(call: Call) -> list[dict[str, Any]]:
    rows = call.edition.memory.get("terms")
    if rows is None:
        rows = call.edition.memory["terms"] = ask(call, {"terms": _TERMS})["terms"]
    wanted = [(row["t"].value, row["kind"].value) for row in rows]
    labels = Labels.of(call, {iri for iri, _ in wanted}, g.languages)
    english = Labels.of(call, {iri for iri, _ in wanted}, ["en"])
    return [
        {
            "name": shortened(iri),
            "kind": kind,
            "label": labels.get(iri) or "",
            "other": english.get(iri) or "",
        }
        for iri, kind in wanted
    ]


def shortened(iri: str) -> str:
    """The IRI as a query writes it: by a prefix where what is left is a plain name, else in angle brackets.

    >>> shortened("https://w3id.org/peerkg/ontology#Study")
    'pk:Study'
    >>> shortened("https://w3id.org/peerkg/role/peer-mentor")
    '<https://w3id.org/peerkg/role/peer-mentor>'
    """
    for prefix, space in formats.prefixes().items():
        local = iri.removeprefix(space)
        if local != iri and local.replace("-", "").replace("_", "").isalnum() and local[0].isalpha():
            return f"{prefix}:{local}"
    return f"<{iri}>"
