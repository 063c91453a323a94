"""The tables of a release for those who do not use RDF: CSV and Parquet, sorted, the same bytes each time.

A cell with several values is a list in Parquet; in CSV the values are joined by ` | `.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import pyarrow as pa
from pyarrow import parquet
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Store, Triple
from pyoxigraph import Literal as RdfLiteral

_TERMS = {
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pk": "https://w3id.org/peerkg/ontology#",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

_TYPE = NamedNode(_TERMS["rdf"] + "type")
_KEPT = 10_000
"""So many nodes are remembered with what is said of them; concepts and journals come again and again."""

Node: TypeAlias = NamedNode | BlankNode | Triple
Value: TypeAlias = Node | RdfLiteral
Kind = Literal["text", "number", "texts"]


class Facts:
    """The default graph of an index, to be walked from a node along properties."""

    def __init__(self, index: Store) -> None:
        self._index = index
        # Not a method of its own: that would be a ring, and the index be closed when chance wills it.
        self._said_of = lru_cache(_KEPT)(partial(_said_of, index))

    def instances(self, name: str) -> list[str]:
        """The IRIs of the things of a class, sorted as N-Quads are."""
        of_class = self._index.quads_for_pattern(None, _TYPE, NamedNode(_iri(name)), DefaultGraph())
        found = [f"{quad.subject.value}>" for quad in of_class if isinstance(quad.subject, NamedNode)]
        found.sort()
        return [iri[:-1] for iri in found]

    def along(self, node: Value, *path: str) -> list[Value]:
        """What is reached from `node` along the properties, each once, in the order of the terms."""
        reached: list[Value] = [node]
        for name in path:
            steps = [
                value
                for at in reached
                if not isinstance(at, RdfLiteral)
                for value in self._said_of(at).get(_iri(name), ())
            ]
            reached = list(dict.fromkeys(steps))
        return reached

    def texts(self, node: Value, *path: str) -> list[str]:
        """The values there, as text."""
        return [_text(value) for value in self.along(node, *path)]

    def label(self, node: Value) -> str:
        """The name of a thing: its English one, else one without language, else its IRI."""
        labels = [
            value
            for name in ("rdfs:label", "skos:prefLabel", "foaf:name")
            for value in self.along(node, name)
            if isinstance(value, RdfLiteral)
        ]
        labels.sort(key=lambda label: {"en": 0, None: 1}.get(label.language, 2))
        return labels[0].value if labels else _text(node)

    def labels(self, node: Value, *path: str) -> list[str]:
        """The names of the things there."""
        return [self.label(value) for value in self.along(node, *path)]


def _said_of(index: Store, node: Node) -> dict[str, list[Value]]:
    """What is said of a node: the values by property, each list in the order of the terms."""
    said: dict[str, list[Value]] = {}
    for quad in index.quads_for_pattern(node, None, None, DefaultGraph()):
        said.setdefault(quad.predicate.value, []).append(quad.object)
    for values in said.values():
        values.sort(key=str)
    return said


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its kind, and how the values of a row are found."""

    name: str
    kind: Kind
    values: Callable[[Facts, NamedNode], list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what a row is, the class of its rows, its columns behind `iri`."""

    name: str
    title: str
    of: str
    columns: tuple[Column, ...]


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return _TERMS[prefix] + local


def _text(value: Value) -> str:
    return value.value if isinstance(value, NamedNode | RdfLiteral) else str(value)


def _column(name: str, kind: Kind, *path: str) -> Column:
    return Column(name, kind, lambda facts, node: facts.texts(node, *path))


def _names(name: str, *path: str) -> Column:
    return Column(name, "texts", lambda facts, node: facts.labels(node, *path))


def _name(name: str, *path: str) -> Column:
    return Column(name, "text", lambda facts, node: facts.labels(node, *path))


def _kind(facts: Facts, node: NamedNode) -> list[str]:
    kinds = [text for text in facts.texts(node, "rdf:type") if text.startswith(_TERMS["fabio"])]
    names = [kind.removeprefix(_TERMS["fabio"]) for kind in kinds]
    return [name for name in names if name != "Expression"] or names  # what every report is


def _in_order(facts: Facts, node: NamedNode) -> list[Value]:
    def position(authorship: Value) -> tuple[int, str]:
        places = facts.texts(authorship, "pk:authorPosition")
        return int(places[0]) if places else 0, _text(authorship)

    return sorted(facts.along(node, "pk:hasAuthorship"), key=position)


def _authors(facts: Facts, node: NamedNode) -> list[str]:
    return [
        name
        for authorship in _in_order(facts, node)
        for name in facts.texts(authorship, "pk:nameAsPrinted")[:1]
    ]


TABLES = (
    Table(
        "works", "A report in each row: a document that was read, or a work that one of them cites",
        "pk:Report",
        (
            Column("kinds", "texts", _kind),
            _column("title", "text", "dcterms:title"),
            Column("authors", "texts", _authors),
            _column("author_iris", "texts", "pk:hasAuthorship", "pk:authorshipBy"),
            _column("issued", "text", "dcterms:issued"),
            _name("container", "dcterms:isPartOf"),
            _name("conference", "pk:presentedAt"),
            _column("volume", "text", "prism:volume"),
            _column("issue", "text", "prism:issueIdentifier"),
            _column("pages", "text", "prism:pageRange"),
            _column("page_count", "number", "prism:pageCount"),
            _column("doi", "text", "prism:doi"),
            _column("pmid", "text", "fabio:hasPubMedId"),
            _column("author_keywords", "texts", "pk:authorKeyword"),
            _column("times_cited", "number", "pk:timesCited"),
            _column("study", "text", "pk:reportsStudy"),
            _names("methods", "pk:reportsStudy", "pk:usesMethod"),
            _names("roles", "pk:reportsStudy", "pk:studiesRole"),
            _names("populations", "pk:reportsStudy", "pk:studiesPopulation"),
            _names("settings", "pk:reportsStudy", "pk:inSetting"),
            _names("outcomes", "pk:reportsStudy", "pk:measuresOutcome"),
            _column("cites", "texts", "cito:cites"),
            _column("sources", "texts", "pk:convertedFrom"),
        ),
    ),
    Table(
        "persons", "A person in each row", "pk:Person",
        (
            _column("name", "text", "foaf:name"),
            _column("family", "text", "foaf:familyName"),
            _column("given", "text", "foaf:givenName"),
            _column("orcid", "text", "pk:orcid"),
        ),
    ),
    Table(
        "institutions", "An organisation or a unit of one in each row", "pk:Institution",
        (
            _column("name", "text", "foaf:name"),
            _column("part_of", "text", "org:unitOf"),
            _column("city", "text", "vcard:locality"),
            _column("region", "text", "vcard:region"),
            _column("postcode", "text", "vcard:postal-code"),
            _column("country", "text", "vcard:country-name"),
            _column("same_as", "texts", "owl:sameAs"),
            _column("likely_same_as", "texts", "schema:sameAs"),
        ),
    ),
    Table(
        "findings", "A finding in each row: what a report says of an outcome", "pk:Finding",
        (
            _column("text", "text", "pk:findingText"),
            _column("outcome_as_printed", "text", "pk:outcomeAsPrinted"),
            _column("outcome", "text", "pk:findingOutcome"),
            _name("outcome_label", "pk:findingOutcome"),
            _column("printed_change", "text", "pk:printedChange"),
            _column("direction", "text", "pk:findingDirection"),
            _column("basis", "text", "pk:findingBasis"),
            _column("concerns", "text", "pk:findingConcerns"),
            _column("about", "text", "pk:findingAbout"),
            _column("compared_with", "texts", "pk:comparatorAsPrinted"),
            _column("effects", "texts", "pk:effectAsPrinted"),
            _column("p_values", "texts", "pk:pValueAsPrinted"),
            _column("intervals", "texts", "pk:intervalAsPrinted"),
            _column("certainty", "texts", "pk:certaintyAsPrinted"),
            _column("cites_as_evidence", "texts", "cito:citesAsEvidence"),
            _column("evidence", "texts", "pk:evidencedBy"),
        ),
    ),
    Table(
        "participant_groups", "A group of people who took part in a study in each row", "pk:ParticipantGroup",
        (
            _column("description", "text", "pk:groupDescription"),
            _column("size", "number", "pk:groupSize"),
            _column("role", "text", "pk:groupRole"),
            _name("role_label", "pk:groupRole"),
            _column("population", "text", "pk:groupPopulation"),
            _name("population_label", "pk:groupPopulation"),
            _column("evidence", "texts", "pk:evidencedBy"),
        ),
    ),
)  # fmt: skip
"""The tables of a release."""

_ARROW = {"text": pa.string(), "number": pa.int64(), "texts": pa.list_(pa.string())}


ROWS = 20_000
"""So many rows are made, and stand together in Parquet, at a time."""


@dataclass(frozen=True, slots=True)
class Before:
    """Tables that were written before, and the things whose rows may have become others since."""

    folder: Path
    affected: frozenset[str]


def written_by() -> str:
    """What names the code that makes rows: only those of the same code are taken over."""
    return hashlib.sha256(Path(__file__).read_bytes() + pa.__version__.encode()).hexdigest()[:16]


STEPS = 2
"""So many properties lie between the thing of a row and the farthest that the row says something of."""


def affected(index: Store, changed: Collection[NamedNode | BlankNode]) -> frozenset[str]:
    """The things of which a row may say something of the things that changed."""
    found: dict[Node, None] = dict.fromkeys(changed)
    left: list[Node] = list(found)
    for _ in range(STEPS):
        nearer: dict[Node, None] = {}
        for node in left:
            for quad in index.quads_for_pattern(None, None, node, DefaultGraph()):
                if quad.subject not in found:
                    nearer[quad.subject] = None
        found |= nearer
        left = list(nearer)
    return frozenset(node.value for node in found if isinstance(node, NamedNode))


def write(folder: Path, index: Store, before: Before | None = None) -> None:
    """Write each table of the index's default graph as `<name>.csv` and `<name>.parquet` into `folder`.

    Rows of things that nothing has changed for are those of the tables `before`.
    """
    facts = Facts(index)
    folder.mkdir(parents=True, exist_ok=True)
    limit = csv.field_size_limit(1 << 30)  # a work may cite thousands
    try:
        for table in TABLES:
            _write(table, folder, facts, before)
    finally:
        csv.field_size_limit(limit)


def _write(table: Table, folder: Path, facts: Facts, before: Before | None) -> None:
    things = facts.instances(table.of)
    kept = _Kept(table, before)
    with (
        (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as text,
        parquet.ParquetWriter(folder / f"{table.name}.parquet", _schema(table)) as packed,
    ):
        # RFC 4180 with a header, in UTF-8.
        writer = csv.writer(text)
        writer.writerow(["iri", *(column.name for column in table.columns)])
        for at in range(0, len(things) or 1, ROWS):
            rows = [kept.row(iri) or _row(table, facts, iri) for iri in things[at : at + ROWS]]
            writer.writerows(row.text for row in rows)
            packed.write_table(_parquet(table, rows))


class Row(NamedTuple):
    """A row as both files have it."""

    text: list[str]
    cells: list[Any]


def _row(table: Table, facts: Facts, iri: str) -> Row:
    found = [column.values(facts, NamedNode(iri)) for column in table.columns]
    cells = [_cell(column.kind, values) for column, values in zip(table.columns, found, strict=True)]
    return Row([iri, *(" | ".join(values) for values in found)], [iri, *cells])


class _Kept:
    """The rows of a table that was written before, asked for in their order."""

    def __init__(self, table: Table, before: Before | None) -> None:
        self._affected = before.affected if before is not None else frozenset[str]()
        self._left = self._read(before.folder / table.name) if before is not None else iter(())
        self._next = next(self._left, None)

    @staticmethod
    def _read(path: Path) -> Iterator[Row]:
        with (
            path.with_suffix(".csv").open(encoding="utf-8", newline="") as text,
            parquet.ParquetFile(path.with_suffix(".parquet")) as packed,
        ):
            lines = csv.reader(text)
            next(lines, None)
            batches = packed.iter_batches(ROWS)
            rows = (row for batch in batches for row in zip(*_columns(batch), strict=True))
            for line, cells in zip(lines, rows, strict=True):
                yield Row(line, list(cells))

    def row(self, iri: str) -> Row | None:
        """The row of a thing, if there is one and nothing has changed for it."""
        wanted = f"{iri}>"
        while self._next is not None and f"{self._next.text[0]}>" < wanted:
            self._next = next(self._left, None)
        if self._next is None or self._next.text[0] != iri or iri in self._affected:
            return None
        return self._next


def _columns(batch: pa.RecordBatch) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def _schema(table: Table) -> pa.Schema:
    columns = [(column.name, _ARROW[column.kind]) for column in table.columns]
    return pa.schema([("iri", pa.string()), *columns])


def _parquet(table: Table, rows: Sequence[Row]) -> pa.Table:
    schema = _schema(table)
    columns = zip(*(row.cells for row in rows), strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _cell(kind: Kind, values: list[str]) -> str | int | list[str] | None:
    """A list where the column is one; elsewhere the value, several joined, or nothing."""
    if kind == "texts":
        return values
    if not values:
        return None
    if kind == "text":
        return " | ".join(values)
    return int(values[0]) if abs(int(values[0])) < 2**63 else None  # Parquet's integers end there
