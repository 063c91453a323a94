"""A release made from the one before it says, to the byte, what one made from nothing says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from kg import changed_index, evidence_map, formats, release, search, store, tables
from kg.release import Release
from tests.releasing import BASE, DAY, LABEL, PK, SOURCE, TYPE, content, facts, quad, written
from tests.test_beside import files

REAL = store.load
MORE = [
    *facts("report/a-b", "Before a"),
    *facts("report/b", "Another"),
    quad("report/a", LABEL, "said twice", SOURCE),
    quad("report/a", LABEL, "said twice", "graph/inferred"),
    quad("group/a", LABEL, "9 peer hosts", SOURCE),
    quad("evidence/f", "http://www.w3.org/ns/oa#exact", 'a "quote"\n', "graph/evidence"),
    Quad(
        BlankNode("y"), NamedNode(LABEL), Literal("deux", language="fr"), NamedNode(f"{BASE}graph/ontology")
    ),
]
EVERY = list(dict.fromkeys([*facts(), *MORE]))
numbers = count()


def in_lines(of: Release) -> list[str]:
    """What the index holds, but for the description, which has the names of releases."""
    index = store.open_read_only(of.index)
    description = of.graph("description")
    return sorted(str(one) for one in index if one.graph_name != description)


def another(folder: Path, quads: list[Quad], number: int) -> Release:
    return written(folder, content(quads), DAY + timedelta(days=number))


@pytest.mark.slow
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # each example builds releases: to shrink one would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.sets(st.sampled_from(range(len(EVERY))), min_size=1), min_size=2, max_size=3, unique_by=frozenset
    )
)
def test_releases_that_follow_each_other_are_those_made_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, chosen: list[set[int]]
) -> None:
    folder = tmp_path_factory.mktemp("following")
    for number, some in enumerate(chosen):
        quads = [EVERY[one] for one in sorted(some)]
        monkeypatch.setattr(store, "load", REAL if not number else never)
        made = another(folder / "one after the other", quads, number)
        assert list(release.content_faults(made)) == []
        monkeypatch.setattr(store, "load", REAL)
        alone = another(folder / f"from nothing {number}", quads, number)
        assert made.manifest["digest"] == alone.manifest["digest"]
        assert {**files(made.folder), "description.ttl": b""} == {
            **files(alone.folder),
            "description.ttl": b"",
        }
        assert in_lines(made) == in_lines(alone)


def never(*_: object) -> Store:
    raise AssertionError("the index was made anew")


@pytest.mark.parametrize(
    "damaged", ["index", "dumps/evidence.nq.zst", "description.ttl", "manifest.json", "less"]
)
def test_an_index_that_is_damaged_is_not_made_use_of(tmp_path: Path, damaged: str) -> None:
    first = written(tmp_path)
    path = first.folder / damaged
    if damaged == "index":
        path = max(path.glob("*.sst"), key=lambda one: one.stat().st_size)
    if damaged == "less":
        next((first.folder / "index").glob("*.sst")).unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data.replace(b"2026", b"2027") if damaged.startswith("m") else data[:-1] + b"!")
    second = another(tmp_path, [*facts(), *MORE], 1)
    assert release.verify(tmp_path, second.id) == []


SKOS = "http://www.w3.org/2004/02/skos/core#"
FAR = [
    *facts(),
    quad("report/a", f"{PK}reportsStudy", NamedNode(f"{BASE}study/a"), SOURCE),
    quad("report/a", "http://purl.org/dc/terms/isPartOf", NamedNode(f"{BASE}journal/a"), SOURCE),
    quad("report/a", f"{PK}timesCited", 3, SOURCE),
    quad("report/a", f"{PK}timesCited", 4, SOURCE),
    quad("study/a", f"{PK}usesMethod", NamedNode(f"{BASE}method/a"), SOURCE),
    *facts("report/0", "First,\nof all"),
    *facts("report/a-b", 'Said "again"'),
    *facts("report/z", "Last"),
]
SAID = [
    quad("method/a", f"{SKOS}prefLabel", "trial", SOURCE),
    quad("method/a", f"{SKOS}prefLabel", "survey", SOURCE),
    quad("journal/a", LABEL, "Journal", SOURCE),
    quad("person/ada", "http://xmlns.com/foaf/0.1/name", "Ada", SOURCE),
    quad("study/b", f"{PK}usesMethod", NamedNode(f"{BASE}method/a"), SOURCE),
    quad("report/z", f"{PK}reportsStudy", NamedNode(f"{BASE}study/b"), SOURCE),
    quad("report/y", TYPE, NamedNode(f"{PK}Report"), SOURCE),
]


@pytest.mark.slow
def test_rows_of_tables_are_taken_over_where_nothing_near_them_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = tables._row

    def noted(table: tables.Table, facts: tables.Facts, iri: str) -> tables.Row:
        made.append(iri.removeprefix(BASE))
        return real(table, facts, iri)

    monkeypatch.setattr(tables, "_row", noted)
    for number, more in enumerate(([], SAID[:1], SAID[1:3], SAID[3:], [])):
        made.clear()
        one = another(tmp_path / "following", [*FAR, *more], number)
        rows = set(made)
        alone = another(tmp_path / str(number), [*FAR, *more], number)
        assert files(one.dumps) == files(alone.dumps)
        assert ("report/0" in rows) == (number in {0, 3, 4})  # Ada's name was said, and is no more
        assert "report/a" in rows
    monkeypatch.setattr(tables, "written_by", lambda: "another program")
    made.clear()
    another(tmp_path / "following", [*FAR, *SAID], 9)
    assert "report/0" in made


def test_more_than_is_held_is_loaded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.setattr(changed_index, "MOST", 3)
    loaded: list[Path] = []

    def load(folder: Path, dumps: list[Path]) -> Store:
        loaded.append(folder)
        return REAL(folder, dumps)

    monkeypatch.setattr(store, "load", load)
    few = another(tmp_path, [*facts(), quad("report/a", f"{PK}timesCited", 3, SOURCE)], 1)
    assert not loaded
    many = another(tmp_path, [*facts(), *MORE], 2)
    assert loaded
    assert release.verify(tmp_path, few.id) == release.verify(tmp_path, many.id) == []


@pytest.mark.parametrize(
    "wrong", ["lacks", "holds what was not put into it", "description", "statements, and not"]
)
def test_an_index_that_was_changed_wrongly_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    first = written(tmp_path)
    real = changed_index.Changed.close
    label = NamedNode(LABEL)
    new = quad("report/new", LABEL, "New", SOURCE)

    def close(self: changed_index.Changed) -> changed_index.Proof:
        match wrong:
            case "lacks":
                self.index.remove(new)
                self.index.add(quad("report/other", LABEL, "Other", SOURCE))
            case "description":
                (one, *_) = self.index.quads_for_pattern(None, None, None, first.graph("description"))
                self.index.remove(one)
                self.index.add(Quad(one.subject, label, Literal("wrong"), one.graph_name))
            case "holds what was not put into it":
                self.index.remove(quad("group/a", LABEL, "9 peer hosts", "graph/inferred"))
                self.index.add(quad("report/new", LABEL, "Old", SOURCE))
            case _:
                self.index.add(quad("report/other", LABEL, "Other", SOURCE))
        return real(self)

    monkeypatch.setattr(changed_index.Changed, "close", close)
    with pytest.raises(Exception, match=wrong):
        another(tmp_path, [*facts(), new], 1)
    assert release.current(tmp_path).id == first.id


@pytest.mark.slow
def test_map_and_search_are_made_of_all_that_is_said(seed_release: Path, tmp_path: Path) -> None:
    made = release.current(seed_release)
    default = sorted(store.merged(made.quads(), leave_out=release.apart(made.base)), key=formats.order)
    assert made.map.read_bytes() == evidence_map.build(default)
    search.build(tmp_path / "search.sqlite", default)
    with (
        closing(sqlite3.connect(tmp_path / "search.sqlite")) as one,
        closing(sqlite3.connect(made.search)) as other,
    ):
        assert list(one.iterdump()) == list(other.iterdump())
