"""Names and identifiers lead to candidates, in steps: as they are, misspelt, with a word too many."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from kg import lookup, schemes, search, searching, spelling, store
from kg.lookup import Lookup
from tests.releasing import BASE, LABEL, PK, TYPE, quad

FOAF = "http://xmlns.com/foaf/0.1/"
PEOPLE = ("Ada Okafor", "Per A. Lind", "Per Lund", "Maria José Núñez", "Wei 王伟", "Schizanne Phrenikovitch")
PLACES = ("University of Doors", "Doors University Hospital", "Institute of Keys", "Keys and Doors Institute")


def quads() -> Iterator[Quad]:
    for kind, names in (("Person", PEOPLE), ("Institution", PLACES)):
        for number, name in enumerate(names):
            path = f"{kind.lower()}/{number}"
            yield quad(path, TYPE, NamedNode(f"{PK}{kind}"), "g")
            yield quad(path, LABEL, name, "g")
    yield quad("person/0", f"{FOAF}familyName", "Okafor", "g")
    yield quad("person/0", f"{FOAF}givenName", "Ada", "g")
    yield quad("authorship/1", f"{PK}nameAsPrinted", "OKAFOR A.", "g")
    yield quad("authorship/1", f"{PK}authorshipBy", NamedNode(f"{BASE}person/0"), "g")
    yield quad(
        "person/1",
        "http://www.w3.org/2002/07/owl#sameAs",
        NamedNode("https://orcid.org/0000-0002-1825-0097"),
        "g",
    )
    yield quad("institution/0", "http://www.w3.org/2006/vcard/ns#locality", "Doorstad", "g")
    yield quad("institution/0", "http://www.w3.org/2006/vcard/ns#country-name", "Oz", "g")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookup]:
    path = tmp_path_factory.mktemp("lookup") / "search.sqlite"
    search.build(path, store.merged(quads()))
    with closing(searching.opened(path)) as database:
        yield Lookup(database, BASE)


def best(found: Lookup, asked: str, *kinds: str) -> str:
    candidates = found.candidates(asked, frozenset(kinds) if kinds else None)
    return candidates[0].thing.label if candidates else ""


@pytest.mark.parametrize(
    ("asked", "name"),
    [("ada okafor", "Ada Okafor"), ("Okafor, Ada", "Ada Okafor"), ("Okafor A", "Ada Okafor"),
     ("A. Okafor", "Ada Okafor"), ("Lind, P. A.", "Per A. Lind"), ("Per Lind", "Per A. Lind"),
     ("Nunez, Maria Jose", "Maria José Núñez"), ("王伟", "Wei 王伟"), ("Okafro, Ada", "Ada Okafor"),
     ("Schisanne Frenikovitch", "Schizanne Phrenikovitch"), ("Univ of Doors", "University of Doors"),
     ("Univeristy of Dors", "University of Doors"), ("Institute of Keys, Oz", "Institute of Keys"),
     ("The old University of Doors", "University of Doors")],
)  # fmt: skip
def test_a_name_leads_to_its_thing(found: Lookup, asked: str, name: str) -> None:
    assert best(found, asked) == name


def test_the_same_name_is_said_to_be_the_same_and_nothing_else_is(found: Lookup) -> None:
    same = found.candidates("OKAFOR, ADA")[0]
    assert (same.is_same_name, same.similarity) == (True, 1.0)
    for asked in ("Ada Okafo", "A Okafor jr", "Okafor"):
        one = found.candidates(asked)[0]
        assert not one.is_same_name
        assert one.similarity < 1


def test_initials_fit_names_of_persons_and_say_less_than_names(found: Lookup) -> None:
    full, cut = found.candidates("Per Lind")[0], found.candidates("P Lind")[0]
    assert (full.thing.label, cut.thing.label) == ("Per A. Lind", "Per A. Lind")
    assert full.similarity > cut.similarity > 0.7
    lund = next(one for one in found.candidates("Q Lind") if one.thing.label == "Per A. Lind")
    assert lund.similarity < cut.similarity


def test_only_things_of_the_classes_that_are_wanted(found: Lookup) -> None:
    assert best(found, "Doors", "Person") == ""
    assert best(found, "Doors", "Institution") == "University of Doors"
    assert found.candidates("Doors", frozenset()) == []
    assert found.candidates("0000-0002-1825-0097", frozenset({"Institution"})) == []
    assert lookup.kinds_of(["Person", "PeerRole", "Nothing"]) == {"Person", "PeerRole"}


def test_an_identifier_comes_before_every_name(found: Lookup) -> None:
    for asked in ("https://orcid.org/0000-0002-1825-0097", f"{BASE}person/1", "person/1"):
        one = found.candidates(asked)[0]
        assert (one.thing.label, one.is_certain, bool(one.identifier)) == ("Per A. Lind", True, True)
    assert found.identifiers(found.candidates("person/1")[0].thing) == ["orcid:0000-0002-1825-0097"]
    assert found.thing("person/99") is None


def test_beginnings_of_words_lead_to_things_in_any_order(found: Lookup) -> None:
    def labels(prefix: str, **more: int) -> list[str]:
        return [thing.label for thing in found.beginning(prefix, more.get("limit", 9), more.get("offset", 0))]

    assert labels("oka a") == ["Ada Okafor"]
    assert labels("door uni") == ["Doors University Hospital", "University of Doors"]
    assert labels("door uni", offset=1) == ["University of Doors"]
    assert labels("door uni", limit=1) == ["Doors University Hospital"]
    assert labels("okaofr") == ["Ada Okafor"]
    assert labels("…") == []


def test_what_tells_things_apart_is_kept(found: Lookup) -> None:
    thing = found.thing("institution/0")
    assert thing is not None
    assert thing.about == "Doorstad, Oz"
    assert found.names(thing) == [("", "University of Doors")]


@pytest.mark.parametrize(
    ("word", "slips"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("a" * 41, 0), ("ab12", 0)]
)
def test_longer_words_are_forgiven_more(word: str, slips: int) -> None:
    assert spelling.slips(word) == slips


def test_a_misspelt_word_finds_the_nearest_and_then_the_usual_ones() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        spelling.create(
            database, [("hope", 3), ("rope", 9), ("schizophrenia", 1), ("support", 5), ("supports", 1)]
        )
        assert spelling.nearest(database, "hpoe") == ["hope"]
        assert spelling.nearest(database, "gope") == ["rope", "hope"]
        assert spelling.nearest(database, "hopee") == ["hope"]
        assert spelling.nearest(database, "schizofrenia") == ["schizophrenia"]
        assert spelling.nearest(database, "skizofrenia") == []
        assert spelling.nearest(database, "suport") == ["support"]
        assert spelling.nearest(database, "xyzw") == []
        assert spelling.nearest(database, "gope", limit=1) == ["rope"]
        assert (spelling.frequency(database, "rope"), spelling.frequency(database, "nope")) == (9, 0)


@given(st.text("abcdef", min_size=8, max_size=20), st.data())
def test_two_slips_in_a_long_word_are_found(word: str, data: st.DataObject) -> None:
    written = word
    for _ in range(2):
        at = data.draw(st.integers(0, len(written) - 1))
        how = data.draw(st.sampled_from(["left out", "wrong", "too many"]))
        middle = {"left out": "", "wrong": "z", "too many": "z" + written[at]}[how]
        written = written[:at] + middle + written[at + 1 :]
    if spelling.slips(written) == 2:
        assert spelling.pieces(word) & spelling.pieces(written)


@pytest.mark.parametrize(
    ("text", "keys"),
    [("10.5555/ABC", ["doi:10.5555/abc"]), ("doi:10.5555/a(b)", ["doi:10.5555/a(b)"]), ("10.5555/", []),
     ("https://dx.doi.org/10.5555/x.", ["doi:10.5555/x"]), ("PMID 123", ["pmid:123"]), ("123", []),
     ("12345", ["pmid:12345"]), ("PMC77", ["pmcid:pmc77"]), ("https://ror.org/02qtvee93", ["ror:02qtvee93"]),
     ("0000-0002-1825-009X", ["orcid:0000-0002-1825-009x"]), ("W2741809807", ["openalex:w2741809807"]),
     ("ISNI 0000 0001 2182 2255", ["isni:0000000121822255"]),
     ("https://isni.org/isni/000000012150090X", ["isni:000000012150090x"]),
     ("Q42", ["wikidata:q42"]), ("http://www.wikidata.org/entity/Q42", ["wikidata:q42"]),
     ("http://id.nlm.nih.gov/mesh/D010343", ["mesh:d010343"]), ("NCT01234567", ["nct:nct01234567"]),
     ("1234-561X", ["issn:1234-561x"]), ("", []), ("peer support", []), ("see 10.5555/abc", []),
     ("https://example.org/x", ["iri:https://example.org/x"]), ("x" * 3000, [])],
)  # fmt: skip
def test_identifiers_are_known_however_they_are_written(text: str, keys: list[str]) -> None:
    assert list(schemes.keys(text)) == keys


def test_a_bare_number_is_not_certain() -> None:
    assert not schemes.is_certain("12345678")
    assert schemes.is_certain("PMID:12345678")


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    for key in schemes.keys(text):
        assert ":" in key
