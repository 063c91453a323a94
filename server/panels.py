"""What a page shows, to take along: the question behind it, its answer as data, and lines that fetch it.

A panel is a part of a page that was asked for in SPARQL. `tables.ask` gives rows that know their question, so
every part of every page has its panel by one way: the question is the page's own, without the bounds that
keep a page short.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from kg import formats
from kg.formats import ResultFormat
from kg.identifiers import VOCABULARY
from server.links import is_iri
from server.selecting import UNIT, selection
from server.tables import Table


@dataclass(frozen=True, slots=True)
class Panel:
    """A question in SPARQL and where its answer is, relative to the root."""

    query: str
    pictures: tuple[str, ...] = ()
    """What the answer is drawn as, where a page draws it."""

    forms: ClassVar[tuple[ResultFormat, ...]] = formats.RESULT_FORMATS
    """The formats that the answer can be had in."""

    @property
    def page(self) -> str:
        """The question in the editor."""
        return "sparql?" + urlencode({"query": self.query})

    def picture(self, view: str, ext: str) -> str:
        """The answer drawn, as a file."""
        return f"picture.{ext}?" + urlencode({"query": self.query, "view": view})

    def address(self, form: str) -> str:
        """The answer in a format."""
        return "sparql?" + urlencode({"query": self.query, "format": form})


def of(answers: Mapping[str, object], drawn: Mapping[str, str] | None = None) -> dict[str, Panel]:
    """The panels of tables that were asked for; `drawn` says which of them a page draws, and as what."""
    pictures = drawn or {}
    return {
        name: Panel(written(found.question), (pictures[name],) if name in pictures else ())
        for name, found in answers.items()
        if isinstance(found, Table)
    }


_BOUND = re.compile(r"\s*\b(?:LIMIT|OFFSET) [0-9]+")
_PREFIX = re.compile(r"(?<![\w<:/])([a-z]+):(?=[A-Za-z])")


def written(question: str) -> str:
    """A page's question as it stands by itself: with the prefixes it uses, without a bound on rows.

    >>> print(written("SELECT ?x { ?x a pk:Study } LIMIT 5"))
    PREFIX pk: <https://w3id.org/peerkg/ontology#>
    SELECT ?x { ?x a pk:Study }
    """
    lines = _BOUND.sub("", question).split("\n")
    text = "\n".join(line if not at else f"  {line.strip()}" for at, line in enumerate(lines) if line.strip())
    used = sorted(set(_PREFIX.findall(text)) & formats.prefixes().keys())
    return "".join(f"PREFIX {name}: <{formats.prefixes()[name]}>\n" for name in used) + text


def of_findings(given: Mapping[str, list[str]]) -> Panel:
    """The findings that arguments choose, with what each says."""
    pattern = selection(given)
    lines = [
        *pattern,
        *([] if UNIT in pattern else [f"OPTIONAL {{ {UNIT} }}"]),
        "?f pk:findingText ?text ; pk:findingDirection ?direction ; pk:findingBasis ?basis .",
        "OPTIONAL { ?f pk:findingOutcome ?outcome }",
        "OPTIONAL { ?f pk:findingConcerns ?whom }",
    ]
    body = "\n".join(lines)
    return Panel(
        written(f"SELECT DISTINCT ?f ?u ?outcome ?direction ?basis ?whom ?text {{\n{body}\n}} ORDER BY ?f ?u")
    )


def of_things(iris: Collection[str]) -> Panel:
    """What is known of the things that a search has found and a page lists."""
    values = " ".join(f"<{iri}>" for iri in iris if is_iri(iri))
    return Panel(
        written(f"""SELECT ?thing ?name ?issued ?doi ?journal {{ VALUES ?thing {{ {values} }}
            OPTIONAL {{ ?thing rdfs:label ?name FILTER(LANG(?name) = "" || LANGMATCHES(LANG(?name), "en")) }}
            OPTIONAL {{ ?thing dcterms:issued ?issued }}
            OPTIONAL {{ ?thing prism:doi ?doi }}
            OPTIONAL {{ ?thing dcterms:isPartOf ?journal }} }}""")
    )


def of_concept(iri: str) -> Panel:
    """The studies and documents that the evidence map knows of a concept, with their first years."""
    if "/outcome/" in iri:
        some = f"""?concept skos:broader* <{iri}> .
            VALUES ?basis {{ <{VOCABULARY}basis/own-result> <{VOCABULARY}basis/cited-from-other> }}
            ?f pk:findingOutcome ?concept ; pk:findingBasis ?basis . {UNIT}"""
    else:
        some = f"""?concept skos:broader* <{iri}> . ?u pk:hasFacet|pk:reportFacet ?concept .
            FILTER(EXISTS {{ ?u a pk:Study }} ||
                EXISTS {{ ?u pk:statesFinding ?stated }} && NOT EXISTS {{ ?u pk:reportsStudy ?study }})"""
    return Panel(
        written(f"""SELECT ?u (MIN(SUBSTR(STR(?issued), 1, 4)) AS ?year) {{
            {{ SELECT DISTINCT ?u {{ {some} }} }}
            OPTIONAL {{ ?u ^pk:reportsStudy? ?text . ?text dcterms:issued ?issued }}
            }} GROUP BY ?u ORDER BY ?year ?u""")
    )
