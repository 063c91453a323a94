"""A column of labels beside each column of IRIs, for people who read a result as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, cast

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    parse_query_results,
)

PROPERTIES = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "https://schema.org/name",
        "http://xmlns.com/foaf/0.1/name",
        "http://purl.org/dc/terms/title",
    )
)
"""What names a thing; of two labels in the same language the one of the earlier property."""


Literals: TypeAlias = Callable[
    [Collection[NamedNode], Sequence[NamedNode]], Iterable[tuple[NamedNode, int, Literal]]
]
"""The literals that things have by properties in the default graph, with the place of each property."""


def of_store(store: Store) -> Literals:
    """The literals in a store."""

    def literals(
        things: Collection[NamedNode], properties: Sequence[NamedNode]
    ) -> Iterator[tuple[NamedNode, int, Literal]]:
        for thing in things:
            for place, name in enumerate(properties):
                for quad in store.quads_for_pattern(thing, name, None, DefaultGraph()):
                    if isinstance(quad.object, Literal):
                        yield thing, place, quad.object

    return literals


def labelled(results: QuerySolutions, literals: Literals, languages: Sequence[str]) -> QuerySolutions:
    """The results with a column `<name>Label` behind each column that has an IRI in some row.

    A label is in the first of the languages that there is, else in English, else without a language,
    else in any.
    """
    written = cast("bytes", results.serialize(format=QueryResultsFormat.JSON))
    table: dict[str, Any] = json.loads(written)
    rows = table["results"]["bindings"]
    named: dict[str, dict[str, str] | None] = {}
    columns: list[str] = []
    for name in table["head"]["vars"]:
        columns.append(name)
        iris = {row[name]["value"] for row in rows if name in row and row[name]["type"] == "uri"}
        if not iris:
            continue
        column = _free(f"{name}Label", {*table["head"]["vars"], *columns})
        columns.append(column)
        named |= _bindings(iris - named.keys(), literals, (*languages, "en", ""))
        for row in rows:
            if name in row and row[name]["type"] == "uri":
                label = named[row[name]["value"]]
                if label is not None:
                    row[column] = label
    table["head"]["vars"] = columns
    found = parse_query_results(json.dumps(table, ensure_ascii=False).encode(), QueryResultsFormat.JSON)
    return cast("QuerySolutions", found)  # a table, as it was before


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{number}", number + 1
    return name


def _bindings(
    iris: Iterable[str], literals: Literals, languages: Sequence[str]
) -> dict[str, dict[str, str] | None]:
    """The label of each thing, as a table of results writes it."""
    best: dict[str, tuple[tuple[int, int], int, str]] = {}
    found: dict[str, dict[str, str] | None] = dict.fromkeys(iris)
    for thing, place, literal in literals([NamedNode(iri) for iri in found], PROPERTIES):
        worth = _distance(literal.language or "", languages), place, str(literal)
        if thing.value not in best or worth < best[thing.value]:
            best[thing.value] = worth
            found[thing.value] = _binding(literal)
    return found


def _distance(tag: str, languages: Iterable[str]) -> tuple[int, int]:
    """How far down the list the language stands; a variety of it (`de-CH` for `de`) after itself."""
    tag = tag.lower()
    place = 0
    for place, wanted in enumerate(languages):
        if tag == wanted:
            return place, 0
        if wanted and (tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-")):
            return place, 1
    return place + 1, 0


def _binding(label: Literal) -> dict[str, str]:
    binding = {"type": "literal", "value": label.value}
    return {**binding, "xml:lang": label.language} if label.language else binding
