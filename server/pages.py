"""The pages that are about no single thing: home, findings, search, the query editor."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import formats, resources
from kg.identifiers import VOCABULARY
from server import metadata, signposting, sparql
from server.entities import PK
from server.findings import Claim, claims, finding_questions
from server.message import Request
from server.negotiation import choose
from server.problem import Problem
from server.service import Call
from server.spool import whole
from server.tables import Labels, Row, ask, iris, term

blueprint = Blueprint("pages", __name__)

ROWS_SHOWN = 1000
"""Rows of a result that a page shows; it says how many there are and links to all of them."""
_PAGE = 25

DIRECTIONS = ("improved", "no-difference", "mixed", "worsened", "described")
BASES = ("own-result", "cited-from-other", "background-claim", "aim-only")


@cache
def examples() -> list[tuple[str, str, str]]:
    """The published questions: name, question in words, query."""
    found = []
    for path in sorted(resources.folder("queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        question = text.partition("\n")[0].removeprefix("#").strip()
        found.append((path.stem, question, text))
    return found


@blueprint.get("/")
def home() -> AnyResponse | str:
    """What is in the release, and where to begin."""
    chosen = choose(request.headers.get("Accept"), (sparql.HTML, *sparql.GRAPHS))
    if g.release is None:
        return render_template("files.html", examples=examples())
    if chosen is not None and chosen.offer is not sparql.HTML:
        return redirect("description", 303)
    call: Call = g.call
    tables = call.edition.memory.get("home")
    if tables is None:
        tables = ask(call, _HOME)
        call.edition.memory["home"] = tables
    labels = Labels.of(call, iris(*tables.values()), g.languages)
    page = Response(
        render_template(
            "home.html",
            examples=examples(),
            labels=labels,
            map=_evidence_map(tables["map"], labels),
            directions=DIRECTIONS,
            direction_iri=f"{VOCABULARY}direction/",
            island=json.dumps(metadata.dataset(g.release), ensure_ascii=False).encode(),
            **{name: rows for name, rows in tables.items() if name != "map"},
        ),
        content_type="text/html; charset=utf-8",
    )
    links = signposting.of_dataset(g.release, metadata.downloads(g.release))
    page.headers["Link"] = signposting.header(links, g.links.root)
    return page


_HOME = {
    "map": """SELECT ?outcome ?direction ?basis (COUNT(DISTINCT ?f) AS ?n) {
        ?f a pk:Finding ; pk:findingOutcome ?outcome ; pk:findingDirection ?direction ; pk:findingBasis ?basis
        } GROUP BY ?outcome ?direction ?basis""",
    "roles": """SELECT ?role (COUNT(DISTINCT ?study) AS ?n) { ?study a pk:Study ; pk:studiesRole ?role }
        GROUP BY ?role ORDER BY DESC(?n) ?role LIMIT 40""",
    "studies": """SELECT DISTINCT ?study ?report ?issued { ?study a pk:Study .
        ?report pk:reportsStudy ?study . OPTIONAL { ?report dcterms:issued ?issued } }
        ORDER BY DESC(STR(?issued)) ?study LIMIT 12""",
    "sources": """SELECT ?source ?title ?policy { ?source a pk:SourceDocument .
        OPTIONAL { ?source dcterms:title ?title } OPTIONAL { ?source pk:textPolicy ?policy } }
        ORDER BY ?title LIMIT 50""",
}


def _evidence_map(rows: list[Row], labels: Labels) -> list[tuple[str, dict[str, dict[str, int]]]]:
    """For each outcome and direction: own results and results cited from others, in the order of names."""
    cells: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        basis = row["basis"].value.rpartition("/")[2]
        direction = row["direction"].value.rpartition("/")[2]
        if basis in BASES[:2]:
            cell = cells.setdefault(row["outcome"].value, {}).setdefault(direction, {})
            cell[basis] = cell.get(basis, 0) + int(row["n"].value)
    return sorted(cells.items(), key=lambda item: (labels.get(item[0]) or item[0]).casefold())


_FILTERS = {
    "outcome": ("outcome", "?f pk:findingOutcome/skos:broader* {concept} ."),
    "direction": ("direction", "?f pk:findingDirection {concept} ."),
    "basis": ("basis", "?f pk:findingBasis {concept} ."),
    "whom": ("whom", "?f pk:findingConcerns {concept} ."),
    "role": (
        "role",
        (
            "{{ ?any pk:hasFinding ?f }} UNION {{ ?any pk:statesFinding ?f }} "
            "?any pk:hasFacet|pk:reportFacet ?role . ?role skos:broader* {concept} ."
        ),
    ),
}


@blueprint.get("/findings")
def findings() -> str:
    """Every finding, by outcome, direction, basis, whom it is about, and role."""
    call = released()
    pattern, chosen = ["?f a pk:Finding ."], {}
    for name, (scheme, template) in _FILTERS.items():
        value = request.args.get(name, "")
        if not value:
            continue
        if not re.fullmatch(r"[A-Za-z0-9_\-]{1,80}", value):
            raise Problem("request", f"`{name}` is the last part of a concept's address, not `{value[:80]}`")
        chosen[name] = f"{VOCABULARY}{scheme}/{value}"
        pattern.append(template.format(concept=f"<{chosen[name]}>"))
    evidence = f"{g.release.base}graph/evidence"
    where = " ".join(pattern)
    page = max(1, min(10_000, request.args.get("page", 1, type=int)))
    counts = ask(
        call,
        {
            "total": f"SELECT (COUNT(DISTINCT ?f) AS ?n) {{ {where} }}",
            "texts": f"SELECT (COUNT(DISTINCT ?text) AS ?n) {{ {where} ?f pk:findingText ?text }}",
            "options": """SELECT DISTINCT ?p ?concept {
                VALUES ?p { pk:findingOutcome pk:findingDirection pk:findingBasis pk:findingConcerns }
                ?f a pk:Finding ; ?p ?concept }""",
            "roles": "SELECT DISTINCT ?concept { ?any a pk:Study ; pk:studiesRole ?concept }",
        },
    )
    some = (
        f"{{ SELECT DISTINCT ?f {{ {where} ?f pk:findingText ?order }} "
        f"ORDER BY ?order ?f LIMIT {_PAGE} OFFSET {_PAGE * (page - 1)} }}"
    )
    listed: list[Claim] = claims(ask(call, finding_questions(some, evidence)))
    wanted = iris(counts["options"], counts["roles"]) | set(chosen.values())
    for claim in listed:
        for one in claim.findings:
            wanted |= {iri for iri in (one.outcome, one.whom, one.about, one.report) if iri}
            wanted |= {quote.source for quote in one.quotes} | iris(one.citations)
    labels = Labels.of(call, wanted, g.languages)
    options: dict[str, list[str]] = {name: [] for name in _FILTERS}
    names = dict(zip(("Outcome", "Direction", "Basis", "Concerns"), _FILTERS, strict=False))
    for row in counts["options"]:
        options[names[row["p"].value.removeprefix(f"{PK}finding")]].append(row["concept"].value)
    options["role"] = [row["concept"].value for row in counts["roles"]]
    for values in options.values():
        values.sort(key=lambda iri: (labels.get(iri) or iri).casefold())
    total = int(counts["total"][0]["n"].value)
    return render_template(
        "findings.html",
        claims=listed,
        labels=labels,
        options=options,
        chosen=chosen,
        total=total,
        page=page,
        pages=-(-total // _PAGE),
        address=lambda number: "?" + urlencode({**_given(), "page": number}),
    )


def _given() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name in _FILTERS and value}


def released() -> Call:
    """The request's call, where a release is served and not files as they are."""
    if g.release is None:
        raise Problem("not-found", "RDF files are served as they are: there are no pages about them")
    call: Call = g.call
    return call


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"])
@blueprint.route("/releases/<name>/sparql", methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"])
def endpoint(name: str = "") -> AnyResponse:
    """The SPARQL protocol; for a browser a page with an editor and the result."""
    del name  # the call is about that release already
    call: Call = g.call
    asked = Request(
        request.method,
        request.path,
        request.query_string.decode("latin-1"),
        {name.lower(): value for name, value in request.headers.items()},
        request.get_data(cache=False),
    )
    if not sparql.wants_page(asked):
        answer = call.run(sparql.respond(asked, call.edition, call.limits))
        return Response(whole(answer.body), answer.status, list(answer.headers))
    return _editor(call, asked)


def _editor(call: Call, asked: Request) -> Response:
    asked = replace(
        asked, headers={**asked.headers, "accept": "application/sparql-results+json, text/turtle"}
    )
    shown: dict[str, Any] = {"query": None, "status": 200}
    given: list[tuple[str, str]] = []
    try:
        given = sparql.parameters(asked, call.limits)
        shown["query"] = next((value for name, value in given if name == "query"), None)
        question = sparql.read(asked, call.limits)
        if question is not None and question.query.strip():
            kind, _, body = call.run(sparql.answer(question, call.edition.pool, call.limits))
            shown.update(_result(kind, body))
    except Problem as problem:
        shown.update(problem=problem, status=problem.status)
    labels = Labels.of(call, shown.get("named", ()), g.languages)
    page = render_template(
        "sparql.html",
        examples=examples(),
        labels=labels,
        downloads=_downloads(shown.get("kind"), given),
        dataset=[pair for pair in given if pair[0] in _DATASET],
        with_labels=("labels", "1") in given,
        result_formats=formats.RESULT_FORMATS,
        graph_formats=formats.SYNTAXES,
        shown_rows=ROWS_SHOWN,
        **shown,
    )
    headers = shown["problem"].headers if "problem" in shown else ()
    return Response(page, shown["status"], list(headers), content_type="text/html; charset=utf-8")


_DATASET = ("default-graph-uri", "named-graph-uri")
_LONGEST_LINK = 8000
"""Characters of an address that every client and proxy takes; a longer query is downloaded by a form."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """The result once more, in every format that can hold it."""

    links: tuple[tuple[str, str], ...]
    """Addresses and titles; none where they would be too long."""
    fields: tuple[tuple[str, str], ...]
    """What a form sends instead, beside the format."""
    forms: tuple[tuple[str, str], ...]
    """Names and titles of the formats."""


def _downloads(kind: str | None, given: list[tuple[str, str]]) -> tuple[Downloads, ...]:
    """The downloads of a result: as it is, and for a table with names beside its IRIs."""
    forms = formats.SYNTAXES if kind == "graph" else formats.RESULT_FORMATS
    named = tuple((form.name, form.title) for form in forms)
    asked = tuple((name, value) for name, value in given if name not in ("format", "labels"))
    found = []
    for more in ((), (("labels", "1"),)) if kind == "solutions" else ((),):
        fields = (*asked, *more)
        links = tuple(("?" + urlencode([*fields, ("format", name)]), title) for name, title in named)
        fits = all(len(address) <= _LONGEST_LINK for address, _ in links)
        found.append(Downloads(links if fits else (), fields, named))
    return tuple(found)


def _result(kind: str, body: bytes) -> dict[str, Any]:
    if kind == "graph":
        text = body.decode()
        return {"kind": kind, "text": text[:500_000], "cut": len(text) > 500_000, "size": len(body)}
    columns, bindings = sparql.table(body)
    if kind == "boolean":
        return {"kind": kind, "yes": b"true" in body}
    rows = [{name: term(value) for name, value in row.items()} for row in bindings[:ROWS_SHOWN]]
    return {"kind": kind, "columns": columns, "rows": rows, "total": len(bindings), "named": iris(rows)}
