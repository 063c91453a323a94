"""What changed between two releases: things, links, statements, and the forms in which it is written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg import change_sets, comparison
from kg.comparison import Change, Difference, difference
from kg.registry import Row
from kg.registry import write as rows_as_text
from kg.release import QUADS, Release
from kg.statements import lines_in
from tests.releasing import BASE, LABEL, PK, ROWS, SOURCE, TYPE, content, facts, quad, written

SAME = "http://www.w3.org/2002/07/owl#sameAs"
SKOS = "http://www.w3.org/2004/02/skos/core#"
EXACT, CLOSE = f"{SKOS}exactMatch", f"{SKOS}closeMatch"
THEIRS = NamedNode("http://www.wikidata.org/entity/Q1")
HOPE = "outcome/hope"


def concept(label: str) -> list[Quad]:
    return [
        quad(HOPE, TYPE, NamedNode(f"{SKOS}Concept"), "graph/vocabulary"),
        quad(HOPE, f"{SKOS}prefLabel", Literal(label, language="en"), "graph/vocabulary"),
    ]


def finding(name: str) -> list[Quad]:
    return [
        quad(f"finding/{name}", TYPE, NamedNode(f"{PK}Finding"), SOURCE),
        quad(f"finding/{name}", LABEL, f"Finding {name}", SOURCE),
    ]


OLD = [
    *facts(),
    *facts("report/b", "Walls"),
    *concept("hope"),
    *finding("old"),
    quad(HOPE, EXACT, THEIRS, "graph/links"),
]
NEW = [
    *facts(title="Doors that opened"),
    *concept("Hope"),
    *finding("new"),
    quad(HOPE, CLOSE, THEIRS, "graph/links"),
    quad("report/a", SAME, NamedNode("https://doi.org/10.5555/a"), "graph/links"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    folder = tmp_path_factory.mktemp("compared")
    merged = Row(f"{BASE}report/b", "Report", ("title:walls",), "merged", f"{BASE}report/a", 1)
    old = written(folder, content(OLD))
    new = written(folder, content(NEW, identities=rows_as_text([*ROWS, merged])))
    return difference(old, new)


def by_name(found: Difference) -> dict[tuple[str, str], Change]:
    return {(one.iri.removeprefix(BASE), one.other): one for one in found.changes}


def test_things_are_added_removed_and_changed(found: Difference) -> None:
    said = {(one.kind, one.what, one.iri.removeprefix(BASE)) for one in found.changes if not one.other}
    assert said == {
        ("works", "changed", "report/a"),
        ("works", "removed", "report/b"),
        ("findings", "added", "finding/new"),
        ("findings", "removed", "finding/old"),
        ("concepts", "changed", HOPE),
    }
    assert found.numbers["works", "removed"] == 1


def test_links_are_added_and_changed(found: Difference) -> None:
    links = by_name(found)
    assert links[HOPE, THEIRS.value].what == "changed"
    assert links["report/a", "https://doi.org/10.5555/a"].what == "added"
    assert found.numbers["links", "changed"] == found.numbers["links", "added"] == 1


def test_a_thing_that_was_merged_is_named_with_what_it_became(found: Difference) -> None:
    assert by_name(found)["report/b", ""].became == f"{BASE}report/a"
    assert by_name(found)["finding/old", ""].became == ""


def test_a_change_has_its_statements_and_its_label(found: Difference) -> None:
    change = by_name(found)[HOPE, ""]
    assert change.label == "Hope"
    assert change.added == (f'<{BASE}{HOPE}> <{SKOS}prefLabel> "Hope"@en .',)
    assert change.removed == (f'<{BASE}{HOPE}> <{SKOS}prefLabel> "hope"@en .',)


def quads_of(release: Release) -> set[Quad]:
    return set(parse(gzip.decompress((release.dumps / QUADS).read_bytes()), format=RdfFormat.N_QUADS))


def test_the_old_statements_without_the_removed_and_with_the_added_are_the_new(found: Difference) -> None:
    added, removed = (
        set(parse(b"".join(lines), format=RdfFormat.N_QUADS))
        for lines in (found.added_lines, found.removed_lines)
    )
    assert (quads_of(found.old) - removed) | added == quads_of(found.new)
    assert removed <= quads_of(found.old)
    assert not added & quads_of(found.old)


def test_triples_are_those_of_the_default_graph(found: Difference) -> None:
    old, new = ({one.triple for one in quads_of(release)} for release in (found.old, found.new))
    assert {one.triple for one in found.added} == new - old
    assert {one.triple for one in found.removed} == old - new


def test_a_document_that_was_saved_again_changes_no_work(tmp_path: Path) -> None:
    def of(digest: str) -> list[Quad]:
        graph = f"graph/source/{digest}"
        return [
            quad("report/a", TYPE, NamedNode(f"{PK}Report"), graph),
            quad("report/a", LABEL, "Doors", graph),
            quad("report/a", f"{PK}convertedFrom", NamedNode(f"{BASE}source/{digest}"), graph),
            quad("report/a", f"{PK}evidencedBy", NamedNode(f"{BASE}evidence/{digest}"), graph),
        ]

    found = difference(*(written(tmp_path, content(of(digest * 16))) for digest in "12"))
    assert [(one.kind, one.what) for one in found.changes] == [("others", "changed")]


def test_two_releases_that_say_the_same_do_not_differ(found: Difference) -> None:
    same = difference(found.new, found.new)
    assert (same.changes, same.added, list(same.added_lines)) == ((), [], [])


def test_a_dump_in_another_order_is_compared_alike(
    found: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "lines_in", lambda blocks: reversed(list(lines_in(blocks))))
    assert difference(found.old, found.new).changes == found.changes


def test_the_change_sets_hold_each_statement_that_came_or_went(found: Difference) -> None:
    triples = [one.triple for one in parse(change_sets.as_turtle(found), format=RdfFormat.TURTLE)]
    for name, expected in (("addition", found.added), ("removal", found.removed)):
        nodes = {one.object for one in triples if one.predicate.value == change_sets.CS + name}
        parts: dict[object, dict[str, object]] = {}
        for one in triples:
            if one.subject in nodes:
                parts.setdefault(one.subject, {})[one.predicate.value.rpartition("#")[2]] = one.object
        statements = {(part["subject"], part["predicate"], part["object"]) for part in parts.values()}
        assert statements == {(one.subject, one.predicate, one.object) for one in expected}
    about = [one.object for one in triples if one.predicate.value == change_sets.CS + "subjectOfChange"]
    assert NamedNode(f"{BASE}report/b") in about


def test_the_feed_names_works_findings_links_and_concepts(found: Difference) -> None:
    feed = ET.fromstring(change_sets.as_atom(found))  # noqa: S314 - our own text
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") for entry in feed.iter(f"{atom}entry")]
    assert f"work removed: Walls, now part of {BASE}report/a" in titles
    assert "finding added: Finding new" in titles
    assert "concept changed: Hope" in titles
    assert f"link changed: {BASE}{HOPE} to {THEIRS.value}" in titles
    assert feed.findtext(f"{atom}updated") == found.new.manifest["created"]
    ids = [entry.findtext(f"{atom}id") for entry in feed.iter(f"{atom}entry")]
    assert len(set(ids)) == len(ids) == len(titles)


def test_all_forms_are_written_and_the_same_each_time(found: Difference, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        change_sets.write(tmp_path / folder, found)
    for name in change_sets.FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() != b""
    value = json.loads((tmp_path / "one" / "changes.json").read_text(encoding="utf-8"))
    assert value["entities"]["findings"] == {"added": 1, "removed": 1, "changed": 0}
    assert {one["kind"] for one in value["changes"]} == {"works", "findings", "concepts", "links"}
