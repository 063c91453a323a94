"""What is concluded and renamed as statements pass is what it is when all of them are held."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg import closing, formats, reasoning, renaming, resources, statements
from kg.linking import Identities
from kg.mapping import Plan
from kg.reasoning import Inconsistent
from kg.statements import Statements
from tests.releasing import BASE, LABEL, PK, SOURCE, TYPE, facts, quad

ONTOLOGY = [quad.triple for quad in formats.read_file(resources.folder("ontology") / "peerkg.ttl")]
INFERRED = NamedNode(f"{BASE}graph/inferred")
TITLE = "http://purl.org/dc/terms/title"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FACTS = [one for one in facts() if str(one.graph_name).endswith("source/0123456789abcdef>")]


def closed(quads: list[Quad], folder: Path, ontology: list[Triple] = ONTOLOGY) -> set[Triple]:
    entries = statements.gathered(quads, folder / "facts")
    more = [Triple(NamedNode(f"{BASE}group/a"), NamedNode(LABEL), Literal("more"))]
    found = closing.inferred(
        lambda: statements.merged(entries), more, ontology, INFERRED, folder / "inferred"
    )
    listed = list(found.quads())
    assert len(listed) == len(set(listed))
    assert {one.graph_name for one in listed} == {INFERRED}
    assert {one.triple for one in listed} == reasoning.closure(
        {*(one.triple for one in quads), *more}, ontology
    )
    return {one.triple for one in listed}


def test_what_follows_is_what_follows_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST", 20)
    person = NamedNode("http://xmlns.com/foaf/0.1/Person")
    assert Triple(NamedNode(f"{BASE}person/ada"), NamedNode(TYPE), person) in closed(FACTS, tmp_path)


def test_what_is_given_does_not_follow(tmp_path: Path) -> None:
    person = NamedNode("http://xmlns.com/foaf/0.1/Person")
    given = quad("person/ada", TYPE, person, SOURCE)
    assert given.triple not in closed([*FACTS, given], tmp_path)


def test_classes_that_exclude_each_other_are_seen_however_they_came(tmp_path: Path) -> None:
    person = quad("x", TYPE, NamedNode(f"{PK}Person"), SOURCE)
    report = quad("x", f"{PK}hasAuthorship", NamedNode(f"{BASE}y"), SOURCE)
    with pytest.raises(Inconsistent, match="inconsistent by cax-"):
        closed([person, report], tmp_path)


def test_what_the_compiled_rules_cannot_do_the_whole_table_does(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    same = quad("person/ada", "http://www.w3.org/2002/07/owl#sameAs", NamedNode(f"{BASE}person/b"), SOURCE)
    found = closed([*FACTS, same], tmp_path / "1")
    assert Triple(NamedNode(f"{BASE}person/b"), NamedNode(TYPE), NamedNode(f"{PK}Person")) in found


FOUND = Identities(
    {f"{BASE}report/a": f"{BASE}report/z", f"{BASE}person/ada": f"{BASE}person/ada"},
    (),
    (),
    {f"{BASE}report/z": "One label"},
    {f"{BASE}report/z": "The title"},
)
MOVED = [
    quad("report/a", TITLE, "The title", SOURCE),
    quad("report/a", TITLE, Literal("Another title", language="en"), SOURCE),
    quad("report/a", LABEL, "Some label", SOURCE),
    quad("report/b", f"{PK}cites", NamedNode(f"{BASE}report/a"), SOURCE),
    quad("report/z", LABEL, "One label", SOURCE),
    quad("evidence/e", f"{RDF}subject", NamedNode(f"{BASE}report/a"), "graph/evidence"),
    quad("evidence/e", f"{RDF}predicate", NamedNode(TITLE), "graph/evidence"),
    quad("evidence/e", f"{RDF}object", "Another title", "graph/evidence"),
]


def renamed(quads: list[Quad], folder: Path) -> Statements:
    return renaming.renamed(statements.gathered(quads, folder / "given"), FOUND, Plan.load(), folder / "new")


def test_statements_on_disk_are_renamed_as_in_memory(tmp_path: Path) -> None:
    found = list(renamed(MOVED, tmp_path).quads())
    assert set(found) == set(renaming.apply(MOVED, FOUND, Plan.load()))
    other = NamedNode("http://purl.org/dc/terms/alternative")
    report = NamedNode(f"{BASE}report/z")
    said = {(one.subject, one.predicate, one.object) for one in found}
    assert (report, other, Literal("Another title", language="en")) in said
    assert (report, NamedNode(TITLE), Literal("The title")) in said
    assert (report, NamedNode(LABEL), Literal("One label")) in said
    assert (NamedNode(f"{BASE}report/b"), NamedNode(f"{PK}cites"), report) in said
    assert (NamedNode(f"{BASE}evidence/e"), NamedNode(f"{RDF}predicate"), other) in said
    assert f"{BASE}report/a" not in {getattr(term, "value", "") for three in said for term in three}
    assert len(said) == len(MOVED) - 1, "the two labels are one"


def test_those_that_move_are_sorted_among_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "MOST", 1)
    subjects = [entry[0] for entry in renamed(MOVED, tmp_path)]
    assert subjects == sorted(set(subjects))


def test_where_nothing_moves_the_files_are_the_same(tmp_path: Path) -> None:
    given = statements.gathered([quad("report/b", LABEL, "x", SOURCE)], tmp_path / "given")
    nobody = Identities({}, (), (), {}, {})
    assert renaming.renamed(given, nobody, Plan.load(), tmp_path / "new") is given
