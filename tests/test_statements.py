"""Statements on disk are what they were in memory, in the same order, counted right."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg import formats, packing, release, statements, store
from kg.statements import Counts, Distinct, Sum, default_graph, gathered, in_graphs, lines_in, text
from tests.releasing import BASE, LABEL, TYPE, content, facts, quad, written

# Each of these begins another one, and what follows sorts before or behind what ends an IRI.
NAMES = ("report/a", "report/a-2", "report/a/b", "report/a.b", "report/ab", "report/a?x", "report/a#f")
WORDS = [Literal(words, language=tag) for words in ("x", 'a "\\\n') for tag in ("en", "zh-Hans", None)]
TRICKY = [
    *facts(),
    *(quad(name, LABEL, words, "graph/links") for name in NAMES for words in WORDS),
    *(quad(name, f"{BASE}p#b", NamedNode(BASE + name), "graph/inferred") for name in NAMES),
    *(quad(name, TYPE, NamedNode(f"{BASE}C"), "graph/inferred") for name in NAMES),
    *(quad(name, TYPE, NamedNode(f"{BASE}C"), "graph/links") for name in NAMES),
    Quad(NamedNode(f"{BASE}report/a"), NamedNode(LABEL), BlankNode("y"), NamedNode(f"{BASE}graph/links")),
]


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST", 30)


@pytest.mark.usefixtures("in_small_pieces")
def test_dumps_that_are_written_piece_by_piece_are_those_of_all_statements_together(tmp_path: Path) -> None:
    quads = list(TRICKY)
    random.Random(5).shuffle(quads)  # noqa: S311 - the same order every time is the purpose
    made = written(tmp_path, content(quads))
    canonical = release.canonical(TRICKY)
    default = store.merged(canonical, leave_out=release.apart(BASE))
    for name, syntax in release.DUMPS.items():
        assert packing.read(made.dumps / name) == formats.write(default, syntax), name
    evidence = release.graph(BASE, "evidence")
    named = [one for one in canonical if one.graph_name != evidence]
    assert packing.read(made.dumps / release.QUADS) == formats.write(named, formats.N_QUADS)
    assert made.manifest["digest"] == release.digest(TRICKY)
    assert made.manifest["counts"]["triples"] == len(default)
    assert release.verify(tmp_path, made.id) == []


@pytest.mark.usefixtures("in_small_pieces")
def test_entries_are_subjects_in_order_with_each_line_once(tmp_path: Path) -> None:
    found = gathered([*TRICKY, *TRICKY], tmp_path / "runs")
    assert len(found.files) > 3
    whole = formats.write(release.canonical(TRICKY), formats.N_QUADS)
    assert b"".join(map(text, found)) == whole
    assert b"".join(map(text, found)) == whole, "and once more"
    subjects = [entry[0] for entry in found]
    assert len(set(subjects)) == len(subjects)
    assert list(map(list, statements.grouped(lines_in([whole])))) == [list(entry) for entry in found]


def test_the_default_graph_has_its_subjects_in_the_order_of_their_iris(tmp_path: Path) -> None:
    entries = gathered([quad(name, LABEL, "x", "g") for name in NAMES], tmp_path / "runs")
    found = default_graph(entries, tmp_path)
    names = [entry[0][1:-1].decode().removeprefix(BASE) for entry in found.entries()]
    assert names == sorted(NAMES)
    assert len(list(found.early)) == 1


def test_what_is_asserted_in_one_graph_is_not_inferred_in_another(tmp_path: Path) -> None:
    quads = [quad("a", LABEL, "x", graph) for graph in ("graph/inferred", "graph/links", "graph/evidence")]
    counts = Counts()
    entries = gathered([*quads, quad("a", LABEL, "y", "graph/inferred")], tmp_path / "runs")
    inferred = release.graph(BASE, "inferred")
    ((default, kept, aside),) = in_graphs(entries, counts, apart=release.apart(BASE), inferred=inferred)
    assert [len(default), len(kept), len(aside)] == [3, 4, 2]
    assert (counts.triples, counts.asserted, counts.subjects) == (2, 1, 1)
    assert sorted(counts.graphs.values()) == [1, 1, 2]


@given(st.lists(st.binary(min_size=1, max_size=2)), st.integers(1, 6))
def test_different_values_are_counted_once_however_few_are_held(values: list[bytes], held: int) -> None:

    with tempfile.TemporaryDirectory() as folder:
        distinct = Distinct(Path(folder), held)
        for value in values:
            distinct.add(value)
        assert distinct.count() == len(set(values))
        assert list(Path(folder).iterdir()) == []


@given(st.lists(st.binary(max_size=3)), st.randoms(use_true_random=False))
def test_a_sum_tells_lines_apart_and_not_their_order(lines: list[bytes], mixer: random.Random) -> None:
    other = list(lines)
    mixer.shuffle(other)
    assert Sum.of(lines).value == Sum.of(other).value
    assert Sum.of([*lines, b"x"]).value != Sum.of(lines).value
    both = Sum.of(lines)
    both.include(Sum.of([b"x", b"y"]))
    assert both.value == Sum.of([*other, b"y", b"x"]).value


@given(st.lists(st.binary(min_size=1, max_size=5).filter(lambda part: b"\r" not in part)))
def test_lines_are_whole_wherever_a_text_is_cut(parts: list[bytes]) -> None:
    assert list(lines_in(parts)) == b"".join(parts).splitlines(keepends=True)


def test_what_fails_while_it_is_packed_is_raised_and_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "x.nq.gz").mkdir()

    def write() -> None:
        with packing.packed(tmp_path / "x.nq.gz") as file:
            for _ in range(40):
                file.write(b"x" * packing.BLOCK)

    with pytest.raises(IsADirectoryError):
        write()
