"""Lines of fields, operators and concepts: each finds what it says, and errors know their place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg import expert, facets, search
from kg.expert import SearchError
from tests.releasing import BASE, LABEL, PK, TYPE, quad

SKOS = "http://www.w3.org/2004/02/skos/core#"
ROLE = "https://w3id.org/peerkg/role/"
G = "graph/source/0123456789abcdef"


def work(name: str, title: str, role: str, year: str) -> list[Quad]:
    gyear = Literal(year, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))
    return [
        quad(name, TYPE, NamedNode(f"{PK}Report"), G),
        quad(name, LABEL, title, G),
        quad(name, "http://purl.org/dc/terms/title", title, G),
        quad(name, f"{PK}reportFacet", NamedNode(ROLE + role), G),
        quad(name, "http://purl.org/spar/fabio/hasPublicationYear", gyear, G),
        quad(name, f"{PK}hasAuthorship", NamedNode(f"{BASE}authorship/{name[-1]}"), G),
        quad(f"authorship/{name[-1]}", f"{PK}nameAsPrinted", f"Okafor{name[-1].upper()}, Ada", G),
    ]


def concept(name: str, label: str, chinese: str) -> list[Quad]:
    node, graph = NamedNode(ROLE + name), NamedNode(BASE + G)
    return [
        Quad(node, NamedNode(TYPE), NamedNode(f"{SKOS}Concept"), graph),
        Quad(node, NamedNode(f"{SKOS}prefLabel"), Literal(label, language="en"), graph),
        Quad(node, NamedNode(f"{SKOS}prefLabel"), Literal(chinese, language="zh"), graph),
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("expert") / "search.sqlite"
    above = Quad(
        NamedNode(f"{ROLE}coach"),
        NamedNode(f"{SKOS}broader"),
        NamedNode(f"{ROLE}worker"),
        NamedNode(BASE + G),
    )
    search.build(
        path,
        [
            *work("report/a", "Peer support in hospitals", "coach", "2015"),
            *work("report/b", "Support by peers: 同伴支持", "worker", "2018"),
            *work("report/c", "Recovery coaching", "coach", "2021"),
            *concept("worker", "peer worker", "同伴工作者"),
            *concept("coach", "recovery coach", "康复教练"),
            above,
        ],
    )
    return path


def found(index: Path, *lines: str) -> str:
    """The letters of the works that the last line has."""
    works = expert.run(index, lines)[-1]
    assert works.count == len(expert.hits(index, works, limit=9))
    return "".join(sorted(hit.iri[-1] for hit in expert.hits(index, works, limit=9)))


@pytest.mark.parametrize(
    ("line", "works"),
    [
        ("support", "ab"),
        ('"peer support"', "a"),
        ('"support peer"', ""),
        ("peer", "a"),
        ("peer*", "ab"),
        ('"support by pe"*', "b"),
        ("PEER AND hospitals", "a"),
        ("hospitals or recovery", "ac"),
        ("support not peer", "b"),
        ("support AND NOT peer", None),
        ("(peer OR recovery) AND NOT x", None),
        ("support AND peer* NOT hospitals", "b"),
        ("title:(peer OR recovery)", "ac"),
        ("author:peer", ""),
        ("au:okafora", "a"),
        ("title,author:(okafora OR recovery)", "ac"),
        ("同伴", "b"),
        ("伴支持", "b"),
        ("“peer support”", "a"),
        ("year:2018", "b"),
        ("year:2016-", "bc"),
        ("year:-2018", "ab"),
        ("year:2015-2018", "ab"),
        ('role:"peer worker"', "b"),
        ('exp role:"Peer-Worker"', "abc"),
        ("exp concept:同伴工作者", "abc"),
        ("role:coach", "ac"),
        ("（peer） OR 同伴", "ab"),
    ],
)
def test_a_line_finds_what_it_says(index: Path, line: str, works: str | None) -> None:
    if works is None:
        with pytest.raises(SearchError, match="is missing here"):
            found(index, line)
    else:
        assert found(index, line) == works


def test_lines_stand_on_lines_above(index: Path) -> None:
    assert found(index, "support", "year:2018", "#1 NOT #2", "(#3 OR #2) AND peer*") == "ab"


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("peer mentor", "operator", 6),
        ("peer AND", "nothing", 9),
        ("AND peer", "nothing", 1),
        ("peer AND (mentor", "closing", 10),
        ("peer)", "character", 5),
        ('peer AND "mentor', "quote", 10),
        ("a AND b OR c", "mixed", 9),
        ("a OR b NOT c", "mixed", 8),
        ("(" * 31 + "a", "brackets", 31),
        ("peer AND #1", "earlier", 10),
        ("#0", "earlier", 1),
        ("doi:x", "field", 1),
        ("year,title:2015", "fields", 1),
        ("title:(author:x)", "inner", 8),
        ("year:15", "year", 6),
        ("year:20152016", "year", 6),
        ('role:"peer workr"', "near", 6),
        ("role:zzzzzzzz", "concept", 6),
        ("exp title:x", "exp", 1),
        ("w*rker", "star", 1),
        ("a*", "short", 1),
        ("… OR x", "word", 1),
        ("x" * 2_001, "long", 2_000),
        (" OR ".join(["x"] * 101), "terms", 501),
    ],
)
def test_what_is_wrong_is_said_at_its_place(index: Path, line: str, code: str, column: int) -> None:
    with pytest.raises(SearchError) as told:
        expert.run(index, [line])
    assert (told.value.code, told.value.line, told.value.column) == (code, 1, column)


def test_words_are_counted_over_all_lines_and_lines_have_an_end(index: Path) -> None:
    many = " OR ".join(["x"] * 60)
    with pytest.raises(SearchError) as told:
        expert.run(index, [many, many])
    assert (told.value.code, told.value.line) == ("terms", 2)
    with pytest.raises(SearchError, match="more than 50 lines"):
        expert.run(index, ["x"] * 51)
    with pytest.raises(expert.SlowError, match="line 1, column 1"):
        expert.run(index, ["x"], seconds=-1)


@given(text=st.text(st.sampled_from(list('ab*"()#1:, “＃\0\n同é')) | st.characters(), max_size=60))
def test_anything_is_a_set_of_works_or_an_error(index: Path, text: str) -> None:
    everything = facets.of_index(index).everything
    with suppress(SearchError):
        assert all(0 <= line.works <= everything for line in expert.run(index, expert.lines_of(text)))
