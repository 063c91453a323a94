"""IRIs: readable, ASCII, short, stable, and different for different things."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg import iris, keys
from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Institution, Journal, Person, Report
from kg.source import Found
from tests.building import full_report, unplaced

BASE = "https://example.org/kg/"
WELL_FORMED = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*")

# Anything a document can hold: right-to-left marks, combining signs, percent signs, other scripts.
hostile = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(list("\u202e\u200f\u0301\u0308%/#?.|\t\n\"<>'ÅåµºﬁıİßΣς𝔄")),
    ),
    max_size=60,
)


def path(iri: str) -> str:
    assert iri.startswith(BASE)
    return iri.removeprefix(BASE)


def work(
    title: str | None = None, year: int | None = None, family: str | None = None, doi: str | None = None
) -> Report:
    return Report(
        title=unplaced(title) if title is not None else None,
        issued=Found(PartialDate(year), str(year), 0) if year is not None else None,
        authorships=(author(family),) if family is not None else (),
        doi=unplaced(doi) if doi is not None else None,
    )


def author(family: str, position: int = 1, orcid: str | None = None) -> Authorship:
    name = unplaced(family)
    person = Person(family=name, orcid=unplaced(orcid) if orcid is not None else None)
    return Authorship(quote=name, name_as_printed=name, position=position, person=person)


def iri(report: Report) -> str:
    return iris.nodes(report, BASE).iri


@pytest.mark.parametrize(
    ("doi", "local"),
    [
        ("10.1186/s13033-023-00608-4", r"doi-10-1186-s13033-023-00608-4"),
        ("10.1186/S13033-023-00608-4", r"doi-10-1186-s13033-023-00608-4"),
        ("10.1080/10509674.2022.2128151", r"doi-10-1080-10509674-2022-2128151-[a-z2-7]{12}"),
        ("10.1002/(sici)1097-4679(199904)55:4<1::aid>3.0.co;2-x", r"doi-10-1002-sici-.*-[a-z2-7]{12}"),
        ("10.5555/a-abcdefghijkl", r"doi-10-5555-a-abcdefghijkl-[a-z2-7]{12}"),
    ],
)
def test_a_doi_is_read_in_the_iri_and_a_digest_follows_where_signs_were_lost(doi: str, local: str) -> None:
    assert re.fullmatch(f"report/{local}", path(iri(work("T", doi=doi))))


@given(
    st.lists(
        st.from_regex(r"10\.\d{4}/[a-z0-9.\-()]{1,12}", fullmatch=True), min_size=2, max_size=8, unique=True
    )
)
def test_two_dois_never_share_an_iri(dois: list[str]) -> None:
    assert len({iris.mint(BASE, "Report", "", keys.key("doi", doi)) for doi in dois}) == len(dois)


@given(hostile, hostile, st.one_of(st.none(), st.integers(1, 9999)))
def test_whatever_is_printed_the_path_is_short_and_plain(title: str, family: str, year: int | None) -> None:
    report = replace(work(title, year, family), journal=Journal(name=unplaced(family)))
    affiliation = Affiliation(printed=unplaced(title), institution=Institution(name=unplaced(title)))
    report = replace(report, authorships=(replace(report.authorships[0], affiliations=(affiliation,)),))
    for node in iris.nodes(report, BASE).walk():
        local = path(node.iri)
        assert len(local) <= 80
        assert WELL_FORMED.fullmatch(local)
        NamedNode(node.iri)


def test_a_title_of_ten_thousand_characters_ends_in_time_and_room() -> None:
    for sign in ("a", "\u0301", "字", "-", "ß", "\u202e"):
        assert len(path(iri(work(sign * 10_000, 2001, "X")))) <= 80


@given(hostile, hostile)
def test_the_same_record_has_the_same_iri(title: str, family: str) -> None:
    assert iri(work(title, 2001, family)) == iri(work(title, 2001, family))


@given(st.lists(hostile, min_size=2, max_size=6))
def test_titles_share_an_iri_only_if_they_are_one_title(titles: list[str]) -> None:
    by_iri: dict[str, set[str]] = {}
    for title in titles:
        by_iri.setdefault(iri(work(title, 2001, "Okafor")), set()).add(keys.title(title))
    assert all(len(same) == 1 for same in by_iri.values())


def test_case_accents_and_punctuation_make_no_other_work() -> None:
    first = iri(work("The Récovery of Peers & hosts: a study", 2001, "Müller"))
    assert iri(work("RECOVERY OF PEERS AND HOSTS - A STUDY.", 2001, "Muller")) == first
    assert path(first).startswith("report/2001-recovery-of-peers-and-hosts-a-study-")


@pytest.mark.parametrize(
    "other",
    [
        work("A title", 2002, "Okafor"),
        work("A title", 2001, "Lind"),
        work("Other", 2001, "Okafor"),
        work("A title", None, "Okafor"),
    ],
)
def test_another_year_author_or_title_is_another_work(other: Report) -> None:
    assert iri(other) != iri(work("A title", 2001, "Okafor"))


@pytest.mark.parametrize("printed", ["Peer's views", "PEER’S VIEWS", "  peers views", "Pe\u200ber's views!"])
def test_an_apostrophe_does_not_split_a_word(printed: str) -> None:
    assert keys.normalised(printed) == "peers views"


def test_a_title_alone_identifies_nothing() -> None:
    here, there = (
        replace(work("Editorial"), journal=Journal(name=unplaced(name))) for name in ("Doors", "Keys")
    )
    assert iri(here) != iri(there)


def test_text_without_letters_keeps_its_signs_apart() -> None:
    assert iri(work("???", 2001, "X")) != iri(work("!!!", 2001, "X"))


def test_the_same_name_in_two_works_is_two_persons() -> None:
    persons = {
        node.iri
        for title in ("One", "Two")
        for node in iris.nodes(work(title, 2001, "Okafor"), BASE).walk()
        if node.kind == "Person"
    }
    assert len(persons) == 2


def test_identifiers_are_read_in_the_iris_of_persons_and_journals() -> None:
    minted = {path(node.iri) for node in iris.nodes(full_report(), BASE).walk()}
    assert {"person/orcid-0000-0002-1825-0097", "journal/issn-12345679"} <= minted


def test_a_person_with_an_orcid_is_one_in_all_works() -> None:
    persons = {
        node.iri
        for title in ("One", "Two")
        for node in iris.nodes(
            replace(work(title, 2001), authorships=(author("Okafor", orcid="0000-0002-1825-0097"),)), BASE
        ).walk()
        if node.kind == "Person"
    }
    assert len(persons) == 1


@given(hostile, hostile)
def test_one_key_makes_one_iri(title: str, name: str) -> None:
    by_key: dict[tuple[str, str | None, str], set[str]] = {}
    for said, printed in ((title, name), (title.upper(), name.upper()), (f" {title}.", f"{name} ")):
        report = replace(work(said, 2001, printed), journal=Journal(name=unplaced(printed)))
        for node in iris.nodes(report, BASE).walk():
            by_key.setdefault((node.kind, node.parent, node.keys[0]), set()).add(node.iri)
    assert all(len(minted) == 1 for minted in by_key.values())


def test_what_belongs_to_a_report_does_not_depend_on_its_other_parts() -> None:
    report = full_report()
    less = replace(report, references=(), sections=(), keywords_plus=(), authorships=report.authorships[:1])
    all_iris = {node.iri for node in iris.nodes(report, BASE).walk()}
    assert {node.iri for node in iris.nodes(less, BASE).walk()} < all_iris


def test_no_two_things_of_a_report_share_an_iri() -> None:
    by_iri: dict[str, set[str]] = {}
    for node in iris.nodes(full_report(), BASE).walk():
        by_iri.setdefault(node.iri, set()).add(repr(node.record))
    assert [iri for iri, records in by_iri.items() if len(records) > 1] == []


def test_the_paths_say_of_which_class_a_thing_is() -> None:
    for node in iris.nodes(full_report(), BASE).walk():
        assert path(node.iri).split("/")[0] == iris.PATHS[node.kind]


def test_no_word_of_a_finding_or_group_is_in_an_iri() -> None:
    for node in iris.nodes(full_report(), BASE).walk():
        if node.kind in {"Finding", "ParticipantGroup", "StudyData", "Citation"}:
            assert not re.search("lantern|diaries|rose|vale-2001", node.iri)


def test_an_institution_is_one_in_two_spellings_and_two_in_two_cities() -> None:
    def institution(name: str, city: str | None = None) -> str:
        place = unplaced(city) if city is not None else None
        return keys.of_institution(Institution(name=unplaced(name), city=place))[0]

    assert institution("COIN- Bedford/Boston") == institution("COIN-Bedford/Boston")
    assert institution("State Univ", "Salem") != institution("State Univ", "Boston")
    assert institution("State Univ", "Salem") != institution("State Univ")


def test_a_unit_is_known_within_its_institution() -> None:
    def unit(whole: str) -> str:
        return keys.of_institution(
            Institution(name=unplaced("Dept Psychiat"), part_of=Institution(name=unplaced(whole)))
        )[0]

    assert unit("Univ A") != unit("Univ B")


@given(st.lists(hostile, min_size=1, max_size=4), st.lists(hostile, min_size=1, max_size=4))
def test_keys_of_different_parts_differ(one: list[str], other: list[str]) -> None:
    assert (keys.key("printed", *one) == keys.key("printed", *other)) is (one == other)


@given(st.lists(hostile, min_size=1, max_size=4), st.lists(hostile, min_size=1, max_size=4))
def test_digests_of_different_parts_differ(one: list[str], other: list[str]) -> None:
    assert (keys.digest(*one) == keys.digest(*other)) is (one == other)


@given(hostile)
def test_a_key_can_be_a_cell_of_a_table_and_read_back(text: str) -> None:
    key = keys.key("doi", text)
    assert not set(key) & set('|#\t\n\r"')
    assert key.splitlines() in ([key], [])
    assert keys.unescaped(key.removeprefix("doi:")) == text


def test_a_key_stays_short_and_still_tells_long_titles_apart() -> None:
    one, other = (keys.of_report(work("door " * 2000 + end, 2001, "X")) for end in ("a", "b"))
    assert max(map(len, one)) < 300
    assert one[0] != other[0]


def test_words_of_an_unread_reference_are_in_no_key() -> None:
    (key,) = keys.of_report(Report(), "The diary of a host, in manuscript")
    assert "diary" not in key
    assert key != keys.of_report(Report(), "The diary of a guest, in manuscript")[0]


@given(hostile)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert keys.normalised(keys.normalised(text)) == keys.normalised(text)
