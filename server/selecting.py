"""Which findings arguments choose: the graph patterns that hold of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flask import g, request

from kg.identifiers import VOCABULARY
from server.problem import Problem

# What is chosen stands in questions of their own: else Oxigraph begins with all findings there are.
_SAYS = "{{ SELECT DISTINCT ?f {{ ?said skos:broader* {concept} . ?f pk:findingOutcome ?said }} }}"
_ABOUT = """{{ SELECT DISTINCT ?u {{
    ?about skos:broader* {concept} . ?u pk:hasFacet|pk:reportFacet ?about }} }}"""
FILTERS = {
    "role": ("role", _ABOUT),
    "population": ("population", _ABOUT),
    "setting": ("setting", _ABOUT),
    "design": ("method", _ABOUT),
    "outcome": ("outcome", _SAYS),
    "direction": ("direction", "?f pk:findingDirection {concept} ."),
    "basis": ("basis", "?f pk:findingBasis {concept} ."),
    "whom": ("whom", "?f pk:findingConcerns {concept} ."),
}
"""The concepts that findings are chosen by: their schemes, and what holds of such findings."""
OF_FINDINGS = ("outcome", "direction", "basis", "whom")
"""Those of them that findings have themselves; the others are of studies."""

UNIT = """{ ?u pk:hasFinding ?f } UNION { ?told pk:statesFinding ?f ; pk:reportsStudy ?u }
    UNION { ?u pk:statesFinding ?f FILTER NOT EXISTS { ?u pk:reportsStudy ?any } }"""
"""Whose finding `?f` is: the study's, or the document's that reports none. The evidence map counts these."""
_FIRST = "MIN(SUBSTR(STR(?issued), 1, 4))"
_YEAR = f"""{{{{ SELECT ?u {{{{ ?dated dcterms:issued ?issued OPTIONAL {{{{ ?dated pk:reportsStudy ?study }}}}
    BIND(COALESCE(?study, ?dated) AS ?u) }}}} GROUP BY ?u
    HAVING({_FIRST} >= "{{first}}" && {_FIRST} <= "{{last}}") }}}}"""
_SOURCE = """{{ SELECT DISTINCT ?u {{ ?read pk:convertedFrom {source}
    OPTIONAL {{ ?read pk:reportsStudy ?study }} BIND(COALESCE(?study, ?read) AS ?u) }} }}"""


def selection(given: Mapping[str, list[str]]) -> list[str]:
    """The graph patterns of the findings `?f` that arguments choose, and of the studies `?u` they are of."""
    pattern = []
    for name, (scheme, template) in FILTERS.items():
        concepts = [f"<{VOCABULARY}{scheme}/{value}>" for value in given.get(name, ())]
        if concepts:
            pattern.append(" UNION ".join(f"{{ {template.format(concept=one)} }}" for one in concepts))
    if "from" in given or "to" in given:
        first, last = given.get("from", ["0000"])[0], given.get("to", ["9999"])[0]
        pattern.append(_YEAR.format(first=first, last=last))
    if "source" in given:
        pattern.append(_SOURCE.format(source=f"<{g.release.base}source/{given['source'][0]}>"))
    if given.keys() - set(OF_FINDINGS):
        pattern.append(UNIT)
    return [*pattern, "?f a pk:Finding ."]


def arguments() -> Iterator[tuple[str, list[str]]]:
    """The arguments that choose findings, each with its values."""
    for name in (*FILTERS, "from", "to", "source"):
        values = [value for value in request.args.getlist(name) if value][: None if name == "basis" else 1]
        for value in values:
            if not re.fullmatch(r"[A-Za-z0-9_\-]{1,80}", value):
                detail = f"`{name}` is the last part of a concept's address, not `{value[:80]}`"
                raise Problem("request", detail)
            if name in ("from", "to") and not re.fullmatch("[0-9]{4}", value):
                raise Problem("request", f"`{name}` is a year of four digits, not `{value[:80]}`")
        if values:
            yield name, values
