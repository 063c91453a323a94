"""Entities are found by their names and published words, in any script, and by nothing that was withheld."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg import facets, release, search, searching, store, work_index
from tests.releasing import BASE, LABEL, PK, TYPE, facts, quad


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    assert search.build(path, store.merged(facts(), leave_out=release.apart(BASE))) == 3
    return path


def found(index: Path, query: str, **options: object) -> list[str]:
    results = searching.search(index, query, **options)  # type: ignore[arg-type] # a test's shorthand
    assert results.total == len(results.hits)
    assert results.instead == ""
    return [hit.iri.removeprefix(BASE) for hit in results.hits]


@pytest.mark.parametrize(
    "query",
    [
        "doors",
        "DOORS open",
        "zoe",
        "ZOË",
        unicodedata.normalize("NFD", "Zoë"),
        "同伴",
        "伴支",
        "支持",
        "持",
        "同伴支持",
        "tri",
        "trial doors",
        "ｄｏｏｒｓ",
        "“doors”",
    ],
)
def test_a_report_is_found_by_words_of_its_title(index: Path, query: str) -> None:
    assert found(index, query) == ["report/a"]


def test_a_report_is_found_by_its_authors_as_printed(index: Path) -> None:
    assert found(index, "lind") == ["report/a"]
    assert found(index, "okafor") == ["person/ada", "report/a"]
    assert found(index, "okafor", kinds=["Report"]) == ["report/a"]


@pytest.mark.parametrize(
    "query", ["", "  ", "…?!", "伴同", "持同", "oor", "doors windows", "NEAR(doors", '"', "*"]
)
def test_what_is_not_there_is_not_found(index: Path, query: str) -> None:
    assert found(index, query) == []


@pytest.mark.parametrize(
    "query", ["doors OR windows", "doors NOT trial", "label:doors", "doors*", 'doors" OR "a']
)
def test_operators_of_the_index_are_words(index: Path, query: str) -> None:
    assert found(index, query) in ([], ["report/a"])
    assert searching.search(index, "doors OR windows").total == 0


def test_a_misspelt_word_finds_what_it_stands_for_and_says_so(index: Path) -> None:
    for asked, meant in (("doros opne", "doors open"), ("trail", "trial"), ("Okafro", "okafor")):
        results = searching.search(index, asked)
        assert results.instead == meant
        assert results.hits[0].iri in {f"{BASE}report/a", f"{BASE}person/ada"}
    assert searching.search(index, "doors").instead == ""
    assert searching.search(index, "zzzzzz").instead == ""


def test_hits_are_counted_by_class_whatever_class_is_asked_for(index: Path) -> None:
    results = searching.search(index, "okafor", kinds=["Person"])
    assert results.counts == {"Person": 1, "Report": 1}
    assert (results.total, [hit.kind for hit in results.hits]) == (1, ["Person"])


def test_counting_and_ranking_end_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "search.sqlite"
    quads = [
        row
        for n in range(20)
        for row in (
            quad(f"person/{n:02}", TYPE, NamedNode(f"{PK}Person"), "g"),
            quad(f"person/{n:02}", LABEL, f"Door {'x' * n}", "g"),
        )
    ]
    for path_of, name in (("report/a", "Doors"), ("report/b", "A door"), ("report/z", "Zxq")):
        quads += [quad(path_of, TYPE, NamedNode(f"{PK}Report"), "g"), quad(path_of, LABEL, name, "g")]
    quads.append(quad("report/z", f"{PK}abstractNumber", "behind the door", "g"))
    search.build(path, store.merged(quads))
    monkeypatch.setattr(searching, "COUNTED", 5)
    monkeypatch.setattr(searching, "RANKED", 5)
    monkeypatch.setattr(searching, "_FETCHED", 2)
    results = searching.search(path, "door", limit=30)
    assert (results.counts, results.is_more) == ({"Person": 6, "Report": 3}, True)
    assert searching.search(path, "door", works=facets.of_index(path).counted).counts == results.counts
    assert searching.search(path, "door", works=len).counts == {"Person": 6, "Report": 1}
    assert searching.search(path, "zxq", works=lambda _: 7).counts == {"Report": 1}
    pages = [searching.search(path, "door", limit=2, offset=offset).hits for offset in (0, 2, 4, 6)]
    shown = [hit.label for hits in pages for hit in hits]
    assert len(set(shown)) == 8
    assert set(shown[:2]) == {"Doors", "A door"}  # in their names, studies and works first
    assert shown[2].startswith("Door")
    everything = [hit.label for hit in results.hits]
    assert (len(set(everything)), everything[-1]) == (23, "Zxq")
    assert everything[:8] == shown
    beyond = searching.search(path, "door", kinds=["Person"], limit=3, offset=4)
    assert [hit.label for hit in beyond.hits] == everything[6:9]


TITLES = [
    "Doors and keys",
    "Doors of hope",
    "Doorsteps",
    "Keys of hope",
    "Hope",
    "同伴支持 doors",
    "Key",
    "Öffne doors",
]


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of works, in which a word of two works is a usual one."""
    path = tmp_path_factory.mktemp("titled") / "search.sqlite"
    rows = [quad(f"report/{n}", TYPE, NamedNode(f"{PK}Report"), "g") for n in range(len(TITLES))]
    rows += [quad(f"report/{n}", LABEL, title, "g") for n, title in enumerate(TITLES)]
    rows += [quad("person/a", TYPE, NamedNode(f"{PK}Person"), "g"), quad("person/a", LABEL, "Hope Key", "g")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work_index, "USUAL", 2)
        search.build(path, store.merged(rows))
    return path


ASKED = ["door", "doors", "doo", "hope", "key", "keys", "k", "同伴", "of", "ö", "zz"]


@given(st.lists(st.sampled_from(ASKED), min_size=1, max_size=3))
def test_works_with_usual_words_are_those_that_the_index_finds(titled: Path, words: list[str]) -> None:
    known = facets.of_index(titled)
    assert known.with_words(words) == known.matching("words", searching.expression(words))


def test_the_index_holds_the_works_of_usual_words_and_of_no_others(titled: Path) -> None:
    with closing(sqlite3.connect(titled)) as database:
        kept = {word for (word,) in database.execute("SELECT word FROM usual")}
    assert kept == {"doors", "hope", "keys", "of", "key"}


def test_an_index_without_usual_words_is_searched_too(titled: Path, tmp_path: Path) -> None:
    older = tmp_path / "search.sqlite"
    older.write_bytes(titled.read_bytes())
    with closing(sqlite3.connect(older)) as database, database:
        database.execute("DROP TABLE usual")
    assert facets.of_index(older).counted(["doors"]) == 5


def test_an_index_of_another_version_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite"
    search.build(path, store.merged(facts(), leave_out=release.apart(BASE)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(searching.OtherIndexError, match="version 1, and version 3"):
        searching.search(path, "doors")


def test_evidence_is_not_searched(index: Path) -> None:
    assert found(index, "heard") == []


def test_a_hit_shows_the_published_words_around_it(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite"
    long = "Of the many things that were said " * 9 + "one was Ümlaut, and more " + "was said of others " * 9
    search.build(path, store.merged([*facts(), quad("report/a", f"{PK}abstractNumber", long, "g")]))
    (hit,) = searching.search(path, "umlaut").hits
    assert (hit.kind, hit.label) == ("Report", "Doors that open: Zoë's 同伴支持 trial")
    assert hit.snippet.startswith("…")
    assert "one was Ümlaut, and more" in hit.snippet
    assert len(hit.snippet) < 200


def test_a_name_counts_more_than_a_mention_and_pages_continue(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite"
    quads = [
        row
        for n in range(30)
        for row in (
            quad(f"person/{n:02}", TYPE, NamedNode(f"{PK}Person"), "g"),
            quad(f"person/{n:02}", LABEL, "Ada Door" if n == 20 else f"Person {n}", "g"),
            quad(f"person/{n:02}", f"{PK}orcid", "a door, among other words that were printed", "g"),
        )
    ]
    search.build(path, store.merged(quads))
    first = searching.search(path, "door", limit=10)
    assert (first.total, first.counts) == (30, {"Person": 30})
    assert first.hits[0].iri == f"{BASE}person/20"
    rest = searching.search(path, "door", limit=30, offset=10)
    assert len({hit.iri for hit in (*first.hits, *rest.hits)}) == 30


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_query_is_an_error(index: Path, query: str) -> None:
    searching.search(index, query)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert searching.fold(searching.fold(text)) == searching.fold(text)
