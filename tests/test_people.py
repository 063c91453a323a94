"""Authors of different works: who is one person, for which reasons, and who waits for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from kg import iris, linkset, people
from kg.linking import Decision, Entity, Identities, entities, identities
from kg.mapping import Policy
from kg.model import Affiliation, Authorship, Institution, Person, Report
from tests.building import unplaced

BASE = "https://example.org/kg/"


def work(title: str, *names: str, at: str = "", doi: str = "") -> Report:
    """A work by authors such as `Okafor, Ada` or `Okafor, Ada 0000-0002-1825-0097`, all of one place."""
    place = Institution(name=unplaced(at), city=unplaced("Tarnbury")) if at else None
    affiliations = (Affiliation(printed=unplaced(at), institution=place),) if place else ()
    authors = []
    for number, name in enumerate(names, start=1):
        family, _, rest = name.partition(", ")
        given, _, orcid = rest.partition(" 0000")
        person = Person(
            family=unplaced(family),
            given=unplaced(given) if given else None,
            orcid=unplaced(f"0000{orcid}") if orcid else None,
        )
        authors.append(
            Authorship(
                quote=unplaced(name), name_as_printed=unplaced(name), position=number, person=person,
                affiliations=affiliations,
            )
        )  # fmt: skip
    return Report(title=unplaced(title), doi=unplaced(doi) if doi else None, authorships=tuple(authors))


def found(*reports: Report) -> list[Entity]:
    return [
        entity
        for number, report in enumerate(reports)
        for entity in entities(iris.nodes(report, BASE), Policy(), f"{BASE}source/{number}")
    ]


def person(report: Report, number: int = 1) -> str:
    persons = [node.iri for node in iris.nodes(report, BASE).walk() if node.kind == "Person"]
    return persons[number - 1]


def are_one(result: Identities, *persons: str) -> bool:
    return len({result.final[one] for one in persons}) == 1


def of_kind(result: Identities, kind: str) -> list[Decision]:
    return [one for one in result.decisions if one.kind == kind and "/person/" in one.subject]


def both(*reports: Report) -> tuple[Identities, bool]:
    """The identities, and whether the first authors of the works are one person."""
    result = identities(found(*reports))
    return result, are_one(result, *(person(report) for report in reports))


ORCID, OTHER = " 0000-0002-1825-0097", " 0000-0001-5109-3700"


def test_a_bare_name_is_a_candidate_and_no_person() -> None:
    result, one = both(work("Doors of one kind", "Okafor, Ada"), work("Keys of another", "Okafor, Ada"))
    assert not one
    (candidate,) = of_kind(result, "candidate")
    assert candidate.reason == "the same full name, and nothing else is known"
    assert candidate.confidence == 0.5


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Okafor, Ada", "Lind, Per"), ("Okafor, Ada", "Lind, Per")),
        (("Okafor, Ada", "Lind, Per"), ("Okafor, Ada", "Lind, P")),
        (("Okafor, Ada B.", "Lind, Per"), ("Okafor, Ada", "Lind, Per")),
        (("Okafor, A", "Lind, Per"), ("Okafor, A", "Lind, Per")),
        (("Okafor, AB", "Lind, P"), ("Okafor, AB", "Lind, P")),
        (("Okafor, Ada", "Lind, Per"), ("Okafor, A.", "Lind, Per")),
        (("Okafor, Xiao-Ming", "Lind, Per"), ("Okafor, XM", "Lind, Per")),
        (("Ōkafor, Ada", "Lind, Per"), ("Okafor, Ada", "Lind, Per")),
    ],
)
def test_a_name_and_a_co_author_in_common_make_one_person(
    first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    result, one = both(work("Doors of one kind", *first), work("Keys of another", *second))
    assert one
    decision = next(one for one in of_kind(result, "merged") if "okafor" in one.subject)
    assert "a co-author in common" in decision.reason
    assert any("lind" in words for words in decision.keys)
    assert 0.6 <= decision.confidence <= 0.95


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (("Okafor, A", "Lind, P"), ("Okafor, A", "Lind, P"), False),
        (("Okafor, A", "Lind, P", "Berg, E"), ("Okafor, A", "Lind, P", "Berg, E"), True),
        (("Okafor, M", "Lind, Per"), ("Okafor, MJ", "Lind, Per"), False),
        (("Okafor, M", "Lind, Per", "Berg, Eli"), ("Okafor, MJ", "Lind, Per", "Berg, Eli"), True),
        (("Okafor, Ada", "Lind, P"), ("Okafor, A", "Lind, P"), False),
    ],
)
def test_of_initials_more_must_be_shared(first: tuple[str, ...], second: tuple[str, ...], one: bool) -> None:
    result, found = both(work("Doors of one kind", *first), work("Keys of another", *second))
    assert found is one
    assert bool([each for each in of_kind(result, "candidate") if "okafor" in each.subject]) is not one


def test_an_initial_that_others_of_the_family_have_weighs_less() -> None:
    one, other = (work(title, "Okafor, A", "Lind, Per") for title in ("Doors of one kind", "Keys of another"))
    rivals = [work(f"Locks of {name}", f"Okafor, {name}", at="House") for name in ("Ada", "Amy")]
    assert both(one, other)[1]
    result = identities(found(one, other, *rivals))
    assert not are_one(result, person(one), person(other))
    reasons = {each.reason for each in of_kind(result, "candidate")}
    assert "the same initial, which others have too, a co-author in common" in reasons


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("Okafor, Ada", "Okafor, Ada", True),
        ("Okafor, Ada", "Okafor, A", True),
        ("Okafor, AB", "Okafor, AB", True),
        ("Okafor, A", "Okafor, A", False),
        ("Okafor, Ada", "Okafor, Amy", False),
        ("Okafor, Ada B", "Okafor, Ada C", False),
        ("Okafor, Ada", "Okonkwo, Ada", False),
        ("Okafor", "Okafor", False),
    ],
)
def test_one_institution_is_enough_for_more_than_one_initial(first: str, second: str, one: bool) -> None:
    found = both(work("Doors of one", first, at="House"), work("Keys of another", second, at="House"))
    assert found[1] is one


def test_two_initials_at_one_institution_are_a_candidate_with_what_is_known() -> None:
    works = work("Doors", "Okafor, A", at="House"), work("Keys", "Okafor, A", at="House")
    result, one = both(*works)
    assert not one
    (candidate,) = of_kind(result, "candidate")
    assert candidate.reason == "the same initial, the same institution"
    assert candidate.confidence == 0.55
    (row,) = [row for row in linkset.mappings(found(*works), result) if not row.statement]
    assert (row.subject_label, row.object_label) == ("A Okafor", "A Okafor")
    assert (row.predicate, row.confidence) == ("skos:closeMatch", 0.55)
    assert "at https://example.org/kg/institution/house" in row.inputs


def test_an_initial_that_may_be_either_of_two_is_neither() -> None:
    ada = work("Doors of one kind", "Okafor, Ada", at="House")
    amy = work("Keys of another", "Okafor, Amy", at="House")
    unknown = work("Locks of a third", "Okafor, A", at="House")
    result = identities(found(ada, amy, unknown))
    assert len({result.final[person(one)] for one in (ada, amy, unknown)}) == 3
    assert {one.object for one in of_kind(result, "candidate")} | {
        one.subject for one in of_kind(result, "candidate")
    } == {result.final[person(one)] for one in (ada, amy, unknown)}


def test_two_orcid_ids_are_two_persons_whatever_they_share() -> None:
    one = work("Doors of one kind", f"Okafor, Ada{ORCID}", "Lind, Per", at="House")
    other = work("Keys of another", f"Okafor, Ada{OTHER}", "Lind, Per", at="House")
    third = work("Locks of a third", "Okafor, Ada", "Lind, Per", at="House")
    result = identities(found(one, other, third))
    assert len({result.final[person(report)] for report in (one, other, third)}) == 3
    assert are_one(result, person(one, 2), person(other, 2), person(third, 2))


def test_an_orcid_id_joins_what_shares_nothing_else_and_names_that_agree_follow() -> None:
    one = work("Doors of one kind", f"Okafor, Ada{ORCID}", "Lind, Per")
    other = work("Keys of another", f"Okafor-Hall, Ada{ORCID}", "Berg, Eli")
    third = work("Locks of a third", "Okafor, Ada", "Lind, Per")
    assert both(one, other, third)[1]


def test_two_authors_of_one_work_are_never_one() -> None:
    one = work("Doors of one kind", "Okafor, Ada", "Okafor, Ada", "Lind, Per")
    other = work("Keys of another", "Okafor, Ada", "Lind, Per")
    result = identities(found(one, other))
    assert not are_one(result, person(one, 1), person(one, 2))
    assert not are_one(result, person(other), person(one, 1))


def test_an_author_is_found_at_another_place_of_the_same_work() -> None:
    one = work("Doors of one kind", "Lind, Per", "Okafor, Ada", doi="10.5555/a")
    other = work("Doors of one kind", "Okafor, Ada", doi="10.5555/a")
    result = identities(found(one, other))
    assert are_one(result, person(one, 2), person(other))


def test_works_that_are_one_share_their_authors_and_institutions_that_are_one_count() -> None:
    one = work("Doors of one kind", "Okafor, Ada", at="The House")
    other = work("Keys of another", "Okafor, Ada", at="THE  HOUSE")
    assert both(one, other)[1]


def test_a_person_keeps_the_iri_when_works_are_joined_and_parted() -> None:
    one, other = work("Doors of one", "Okafor, Ada", at="House"), work("Keys", "Okafor, Ada", at="House")
    elsewhere = work("Keys", "Okafor, Ada", at="Tower")
    first = identities(found(one, elsewhere))
    second = identities(found(one, other), first.rows)
    third = identities(found(one, elsewhere), second.rows)
    assert not are_one(first, person(one), person(elsewhere))
    assert are_one(second, person(one), person(other))
    survivor = second.final[person(one)]
    assert {third.final[person(one)], third.final[person(elsewhere)]} >= {survivor}
    assert {row.iri for row in first.rows} <= {row.iri for row in third.rows}


def test_a_forbidden_pair_stays_two_and_a_confirmed_pair_is_one() -> None:
    one, other = work("Doors of one", "Okafor, Ada", at="House"), work("Keys", "Okafor, Ada", at="House")
    pair = (person(one), person(other))
    assert not are_one(identities(found(one, other), apart=[pair]), *pair)
    third = work("Locks", "Berg, Eli")
    unlike = (person(one), person(third))
    result = identities(found(one, third), together=[unlike])
    assert are_one(result, *unlike)
    assert [each.reason for each in of_kind(result, "merged")] == ["a person decided that they are one"]
    assert not are_one(identities(found(one, third), apart=[unlike], together=[unlike]), *unlike)


def test_what_was_confirmed_stays_one_in_later_releases() -> None:
    one, other = work("Doors of one", "Okafor, Ada"), work("Keys", "Okafor, A")
    pair = (person(one), person(other))
    first = identities(found(one, other), together=[pair])
    later = identities(found(one, other), first.rows, together=[pair])
    assert later.final[pair[0]] == later.final[pair[1]] == first.final[pair[0]]


NAMES = ["Okafor, Ada", "Okafor, A", "Okafor, Amy", f"Okafor, Ada{ORCID}", "Lind, Per", "Lind, P"]
some_works = st.lists(
    st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), st.sampled_from(["", "House"])),
    min_size=2, max_size=6,
)  # fmt: skip


@over(some_works)
def test_the_order_of_the_works_does_not_matter_and_the_names_of_one_agree(
    authors: Sequence[tuple[list[str], str]],
) -> None:
    reports = [work(f"Doors of kind {n}", *names, at=at) for n, (names, at) in enumerate(authors)]
    result = identities(found(*reports))
    assert identities(found(*reports)[::-1]) == result
    bearers: dict[str, set[tuple[str, ...]]] = {}
    for report in reports:
        finals = [result.final[node.iri] for node in iris.nodes(report, BASE).walk() if node.kind == "Person"]
        for number, one in enumerate(report.authorships):
            assert one.person is not None
            assert one.person.given is not None
            given = people.given(one.person.given.value, "Okafor")
            bearers.setdefault(finals[number], set()).add(given)
    for names in bearers.values():
        assert all(people.agree(one, other) for one in names for other in names)


def test_many_bearers_of_one_name_are_compared_with_their_neighbours() -> None:
    reports = [work(f"Doors of kind {n}", "Okafor, Ada", at="House") for n in range(people.COMMON + 5)]
    assert both(*reports)[1]


def test_names_in_capitals_are_names_and_runs_of_capitals_initials() -> None:
    assert people.given("LI", "Wang") == ("l", "i")
    assert people.given("ADA", "OKAFOR") == ("ada",)
    assert people.given("Jean-Paul", "Lind") == ("jean", "paul")
    assert people.given("", "Lind") == ()
