"""A release of a few statements, for tests that need one and no documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store

from kg import directory, release, writing
from kg.problems import Problem
from kg.registry import Row
from kg.registry import write as rows_as_text
from kg.release import Release
from kg.statements import Entry, grouped, lines_of
from kg.writing import Content

BASE = "https://example.org/kg/"
PK = "https://w3id.org/peerkg/ontology#"
DAY = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
XSD = "http://www.w3.org/2001/XMLSchema#"
SOURCE = "graph/source/0123456789abcdef"


def quad(subject: str, predicate: str, value: str | int | Literal | NamedNode, graph: str) -> Quad:
    """A statement of a graph of the base; a whole number becomes an `xsd:integer`, text a literal."""
    if isinstance(value, int):
        value = Literal(str(value), datatype=NamedNode(f"{XSD}integer"))
    term = Literal(value) if isinstance(value, str) else value
    return Quad(NamedNode(BASE + subject), NamedNode(predicate), term, NamedNode(BASE + graph))


def facts(report: str = "report/a", title: str = "Doors that open: Zoë's 同伴支持 trial") -> list[Quad]:
    """What one document says: a report, its author, a group of nine, and the places of it."""
    return [
        quad(report, TYPE, NamedNode(f"{PK}Report"), SOURCE),
        quad(report, TYPE, NamedNode("http://purl.org/spar/fabio/JournalArticle"), SOURCE),
        quad(report, LABEL, title, SOURCE),
        quad(report, "http://purl.org/dc/terms/title", title, SOURCE),
        quad(report, f"{PK}hasAuthorship", NamedNode(f"{BASE}authorship/b"), SOURCE),
        quad(report, f"{PK}hasAuthorship", NamedNode(f"{BASE}authorship/a"), SOURCE),
        quad(report, "http://prismstandard.org/namespaces/basic/2.0/pageCount", 7, SOURCE),
        quad("authorship/a", f"{PK}authorPosition", 2, SOURCE),
        quad("authorship/a", f"{PK}nameAsPrinted", "Lind, Per", SOURCE),
        quad("authorship/b", f"{PK}authorPosition", 1, SOURCE),
        quad("authorship/b", f"{PK}nameAsPrinted", "Okafor, Ada", SOURCE),
        quad("authorship/b", f"{PK}authorshipBy", NamedNode(f"{BASE}person/ada"), SOURCE),
        quad("person/ada", TYPE, NamedNode(f"{PK}Person"), SOURCE),
        quad("person/ada", LABEL, "Ada Okafor", SOURCE),
        quad("group/a", TYPE, NamedNode(f"{PK}ParticipantGroup"), SOURCE),
        quad("group/a", f"{PK}groupSize", 9, SOURCE),
        quad("group/a", f"{PK}evidencedBy", NamedNode(f"{BASE}evidence/e"), SOURCE),
        quad("group/a", LABEL, "9 peer hosts", "graph/inferred"),
        quad("person/ada", "http://www.w3.org/2002/07/owl#sameAs", ORCID, "graph/links"),
        quad("evidence/e", "http://www.w3.org/ns/oa#exact", "We heard 9 peer hosts.", "graph/evidence"),
        Quad(NamedNode(f"{PK}Report"), NamedNode(LABEL), BlankNode("x"), NamedNode(f"{BASE}graph/ontology")),
        Quad(BlankNode("x"), NamedNode(LABEL), Literal("a class"), NamedNode(f"{BASE}graph/ontology")),
    ]


def rows(index: Store, query: str) -> list[tuple[str | None, ...]]:
    """The rows of a SELECT, as texts."""
    results = index.query(query)
    assert isinstance(results, QuerySolutions)
    return [
        tuple(term.value if isinstance(term, NamedNode | Literal) else None for term in row)
        for row in results
    ]


ORCID = NamedNode("https://orcid.org/0000-0002-1825-0097")
ROWS = [
    Row(f"{BASE}report/a", "Report", ("title:doors",), "live", "", 1),
    Row(f"{BASE}person/ada", "Person", ("#1",), "live", "", 1),
    Row(f"{BASE}person/old", "Person", ("#2",), "merged", f"{BASE}person/ada", 1),
]


def entries(quads: Iterable[Quad]) -> list[Entry]:
    """Quads as they lie sorted on disk."""
    return list(grouped(sorted(lines_of(release.canonical(quads)))))


def content(quads: Iterable[Quad] | None = None, **changes: Any) -> Content:
    """The content of a small release."""
    fields: dict[str, Any] = {
        "base": BASE,
        "title": "Doors",
        "publisher": "The hosts",
        "statements": entries(facts() if quads is None else quads),
        "sources": (
            {
                "id": "0123456789abcdef",
                "path": "doors.txt",
                "sha256": "0123456789abcdef" * 4,
                "size": 12,
                "format": "doors",
                "title": "Doors",
                "licence": "",
                "text": "quotes",
            },
        ),
        "identities": rows_as_text(ROWS),
        "links": "subject_id\tobject_id\n",
        "candidates": "subject_id\tobject_id\n",
        "problems": (Problem("odd", "an odd door", "doors.txt", line=3),),
        "validation": (),
        "versions": {"peerkg": "0", "pyoxigraph": version("pyoxigraph")},
        "allowed": {},
        "registries": {},
    }
    return Content(**{**fields, **changes})


def write(folder: Path, made_of: Content | None = None, created: datetime = DAY) -> Release | None:
    """Write a small release and make it current; `None` if the current one says the same."""
    with directory.locked(folder):
        return writing.write(folder, made_of or content(), created)


def written(folder: Path, made_of: Content | None = None, created: datetime = DAY) -> Release:
    """The same, where the release must be new."""
    release = write(folder, made_of, created)
    assert release is not None, "the release was to be new"
    return release
