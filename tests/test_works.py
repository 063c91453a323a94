"""Works that no identifier and no key joins: which records are of one work, and which are about another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg import forms, iris, linking, linkset, works
from kg.identifiers import PartialDate
from kg.linking import Entity, Identities, entities, identities
from kg.mapping import Plan, Policy
from kg.model import Authorship, Journal, Person, Report
from kg.source import Found
from kg.works import Work
from tests.building import unplaced

BASE = "https://example.org/kg/"
TITLE = "Doors that open and doors that close in houses of rest"
CITO = "http://purl.org/spar/cito/"


def work(
    title: str | None = TITLE, year: int | None = 2001, family: str | None = "Okafor", pages: str = "", *,
    doi: str = "", volume: str = "", issue: str = "", journal: str = "", given: str = "",
    kind: str = "Expression",
    types: tuple[str, ...] = (),
) -> Report:  # fmt: skip
    person = Person(family=unplaced(family), given=unplaced(given) if given else None) if family else None
    author = Authorship(
        quote=unplaced(family or "x"), name_as_printed=unplaced(family or "x"), position=1, person=person
    )
    return Report(
        kind=kind,
        title=unplaced(title) if title else None,
        issued=Found(PartialDate(year), str(year), 0) if year else None,
        authorships=(author,) if family else (),
        pages=unplaced(pages) if pages else None,
        doi=unplaced(doi) if doi else None,
        volume=unplaced(volume) if volume else None,
        issue=unplaced(issue) if issue else None,
        journal=Journal(name=unplaced(journal)) if journal else None,
        publication_types=tuple(map(unplaced, types)),
    )


def found(*reports: Report) -> list[Entity]:
    return [
        entity
        for number, report in enumerate(reports)
        for entity in entities(iris.nodes(report, BASE), Policy(), f"{BASE}source/{number}")
    ]


def iri(report: Report) -> str:
    return iris.nodes(report, BASE).iri


def linked(*reports: Report) -> tuple[Identities, int]:
    """The identities, and how many works the reports are."""
    result = identities(found(*reports))
    return result, len({result.final[iri(report)] for report in reports})


A_DOI = "10.5555/doors"


@pytest.mark.parametrize(
    "other",
    [
        work("Doors that open and doors that closes in houses of rest"),
        work("Doors that open & doors which close in houses of rest", pages="3-9"),
        work("Doors that open and doors that close in the houses of rest"),
        work("Doors that open and doors that close: in houseof rest", pages="3-9"),
        work("Doors that open and doors that close", pages="3-9"),
        work("Doors that open and doors that close in house s of rest"),
        work(year=2002, pages="3"),
        work(year=None, family="Okafour", pages="3"),
        work(family="Okafor-Hall"),
        work(None, pages="3", volume="7", journal="J Doors Keys"),
    ],
)
def test_a_slip_or_a_part_that_is_missing_is_the_same_work(other: Report) -> None:
    whole = work(pages="3-9", volume="7", journal="Journal of Doors and Keys", doi=A_DOI)
    result, number = linked(whole, other)
    assert number == 1
    reason = next(one for one in result.decisions if one.kind == "merged" and one.subject == iri(other))
    assert 0.85 <= reason.confidence <= 0.99
    assert reason.object == iri(whole)


@pytest.mark.parametrize(
    "other",
    [
        work("Doors that open and doors that close in houses of unrest"),
        work("Doors that open and doors that close in houses of rest 2"),
        work("Doors that open and doors that close in houses of rest: part II", pages="3-9"),
        work("Doors that open and doors that close"),
        work("Doors that open and doors that closes in houses of rest", year=2003),
        work("Doors that open and doors that closes in houses of rest", family="Lind"),
        work("Doors that open and doors that closes in houses of rest", pages="45"),
        work("Doors that open and doors that closes in houses of rest", volume="8"),
        work("Doors that open and doors that closes in houses of rest", doi="10.5555/keys"),
        work(None, pages="3", volume="7", journal="J Keys"),
        work(None, pages="3", volume="7", year=None, journal="J Doors Keys"),
    ],
)
def test_another_number_author_year_page_or_word_is_another_work(other: Report) -> None:
    whole = work(pages="3-9", volume="7", journal="Journal of Doors and Keys", doi=A_DOI)
    assert linked(whole, other)[1] == 2


def placed(
    title: str = TITLE, year: int = 2001, family: str = "Okafor", *, given: str = "", doi: str = ""
) -> Report:
    return work(title, year, family, "31-39", volume="7", issue="2", journal="Journal of Doors and Keys",
                given=given, doi=doi)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (placed(), placed(f"{TITLE}.[Erratum appears in J Doors. 2001 Jun;7(3")),
        (placed(), placed(f"[{TITLE}]. [French]")),
        (placed(), placed(f"RETRACTED: {TITLE}")),
        (placed(), placed(f"{TITLE}... J Keys. 2000 Jan 29;6(5):544-6")),
        (placed(), placed(f"Original paper {TITLE}")),
        (placed(), placed(f"{TITLE}and a subtitle in italics")),
        (placed(), placed("[Portes ouvertes et portes closes]")),
        (placed(), placed("休息之家的门")),
        (placed(), placed(family="Окафор")),
        (placed(), placed(year=2006 )),
        (placed(), work(year=2000, pages="jdk1234", journal="J. Doors Keys")),
        (placed("Doors of type 1A that open in houses"), placed("Doors of type IA that open in houses")),
        (placed(family="Okafor", given="M"), placed(f"{TITLE} again", family="Lind", given="Okafor M")),
        (
            work("The programme of haemolytic doors in a ward", doi=A_DOI),
            work("The program of hemolytic doors in a ward"),
        ),
        (work(pages="e31"), work(pages="Art. No. e31")),
        (
            placed(f"Erratum: {TITLE} (Journal of Doors (2001) 7 (31-39))"),
            placed(f"{TITLE} (vol 7, pg 31, 2001)"),
        ),
        (placed("Editorial"), work("Editorial", pages="31-9", volume="7", journal="J Doors Keys")),
        (placed(), placed(f"{TITLE}. [Review] [45 refs]")),
        (placed(), placed(f"[{TITLE}] <ORIGINAL> TÜREN, DIE SICH ÖFFN")),
        (placed(), placed(f"[{TITLE}] TO: Puertas que se abren")),
        (
            placed("Gates that open", family="van Okafor"),
            work("Gates that open", volume="(Jul)", journal="J Doors Keys"),
        ),
        (
            work("[Open doors and closed ones]", pages="31-9", volume="7", journal="Ann Fr Inv Clef"),
            work("Portes ouvertes ou closes. [French]", pages="31", volume="7",
                 journal="Annales françaises d'invention de la clef"),
        ),
        (
            work("[Open doors and closed ones]", pages="31-9", volume="7", journal="Dtsch Tür"),
            work("Offene Türen oder zue. [German]", pages="31", volume="7", journal="Deutsche Türen"),
        ),
        (
            work(f"{TITLE} [Abstract]", pages="A31", volume="7", journal="Journal of Doors"),
            work(issue="1 MeetingAbstracts", volume="7", journal="Journal of Doors"),
        ),
        (
            work(f"{TITLE} [Abstract]", pages="A31", volume="7", issue="4", journal="Journal of Doors"),
            work(issue="4", volume="7", journal="J Doors"),
        ),
        (
            work(kind="Abstract", pages="811A", volume="7", journal="Journal of Doors"),
            work(pages="811A", volume="7", journal="J Doors"),
        ),
    ],
)  # fmt: skip
def test_two_databases_print_one_work_in_their_own_ways(one: Report, other: Report) -> None:
    assert linked(one, other)[1] == 1
    assert linked(other, one)[1] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (placed("Editorial"), work("Editorial", pages="81", volume="7", issue="4", journal="J Doors Keys")),
        (placed("Editorial"), work("Editorial", pages="2-3", volume="70", journal="Keys")),
        (placed(), work(pages="514-514", volume="7", issue="1", journal="Journal of Doors and Keys")),
        (placed(), work(kind="Abstract", pages="811A", volume="7", issue="2", journal="J Doors Keys")),
        (work(kind="Abstract", volume="7", journal="Keys"), work(pages="31-39", volume="7", journal="Keys")),
        (work(kind="Abstract", pages="31", volume="7", journal="Keys"), placed()),
        (placed(), work(journal="European Doors", volume="64", issue="Suppl 1", pages="S212")),
        (work(volume="9", issue="S1", pages="S12"), work(volume="9", issue="S2", pages="S40")),
        (work("Handbook of doors", volume="1"), work("Handbook of doors", volume="2")),
        (work(f"{TITLE}: a book of volumes", volume="1"), work(f"{TITLE}: a book of volumes", volume="2")),
        (work(volume="9", issue="S1", pages="S12"), work(volume="9", issue="4", pages="e77")),
        (work(journal="Houses"), work(journal="Houses", year=2002)),
        (placed(f"{TITLE}: study protocol"), placed(f"{TITLE}: pilot trial")),
        (work(f"{TITLE}: a quantitative study of hosts"), work(f"{TITLE}: a qualitative study of hosts")),
        (work("Hypotension of doors in old houses"), work("Hypertension of doors in old houses")),
        (work("Effective doors in several old houses"), work("Ineffective doors in several old houses")),
        (work(f"{TITLE} part A", journal="Keys"), work(f"{TITLE} part B", journal="Keys")),
        (work(f"{TITLE} (vol 7, pg 31, 2001)"), work()),
        (work(f"{TITLE} - Reply"), work()),
        (work(f"{TITLE} (abstract)"), work()),
        (work(kind="Abstract"), work()),
        (work(kind="Abstract", types=("Conference Abstract",)), work(kind="JournalArticle")),
        (work(f"Correction to: {TITLE}", doi=A_DOI), work(doi=A_DOI)),
        (work(f"{TITLE} (vol 7, pg 31, 2001)", doi=A_DOI, pages="99"), placed(doi=A_DOI )),
    ],
)  # fmt: skip
def test_what_shares_a_title_or_an_identifier_may_be_two_works(one: Report, other: Report) -> None:
    assert linked(one, other)[1] == 2
    assert linked(other, one)[1] == 2


def test_a_notice_with_the_doi_of_its_article_corrects_it_and_is_not_that_doi() -> None:
    article, notice = work(doi=A_DOI), work(f"Erratum: {TITLE}", doi=A_DOI)
    result, _ = linked(article, notice)
    rows = linkset.mappings(found(article, notice), result)
    (sameness,) = [row for row in rows if row.object == f"https://doi.org/{A_DOI}"]
    assert sameness.subject == iri(article)
    assert [row.comment for row in rows if row.subject == iri(notice)] == ["correction: the title names it"]


def test_a_notice_of_one_page_is_one_work_whatever_it_is_called() -> None:
    named, bare = (
        work(f"Correction to: {TITLE}", doi=A_DOI, pages="99"),
        work("Correction", doi=A_DOI, pages="99"),
    )
    assert linked(named, bare)[1] == 1


def test_a_record_without_its_place_joins_none_of_two_editorials_and_parts_no_pair() -> None:
    first = placed(
        "Editorial: doors of this house",
    )
    again = work("Editorial: doors of this house", pages="31", volume="7", journal="J Doors Keys")
    second = work("Editorial: doors of this house", pages="81", volume="7", issue="4", journal="J Doors Keys")
    bare = work("Editorial: doors of this house")
    result, number = linked(first, again, second, bare)
    assert number == 3
    unsure = [one for one in result.decisions if one.kind == "candidate" and "/report/" in one.subject]
    pairs = {frozenset((one.subject, one.object)) for one in unsure}
    assert pairs == {frozenset((result.final[iri(one)], result.final[iri(bare)])) for one in (first, second)}
    assert result.final[iri(first)] == result.final[iri(again)]


def test_what_is_like_two_works_is_neither_and_waits() -> None:
    one, other = work(doi="10.5555/a"), work(doi="10.5555/b")
    third = work(TITLE.replace("houses", "housees"))
    result, number = linked(one, other, third)
    assert number == 3
    assert {one.kind for one in result.decisions if "/report/" in one.subject} >= {"candidate"}


NOTICES = [
    (f"Retraction: {TITLE}", "retraction", f"{CITO}retracts"),
    (f"Correction to: {TITLE}", "correction", f"{CITO}corrects"),
    (f"Erratum to “{TITLE}”", "correction", f"{CITO}corrects"),
    (f"Corrigendum: {TITLE}.", "correction", f"{CITO}corrects"),
    (f"Comment on '{TITLE}'", "comment", f"{CITO}repliesTo"),
    (f"Expression of concern: {TITLE}", "concern", f"{CITO}updates"),
]


@pytest.mark.parametrize(("title", "form", "relation"), NOTICES)
def test_a_notice_is_a_work_of_its_own_that_leads_to_its_article(
    title: str, form: str, relation: str
) -> None:
    article, notice = work(doi=A_DOI), work(title, 2002, "Publisher")
    result, number = linked(article, notice)
    assert number == 2
    assert works.of(notice).form == form
    rows = linkset.mappings(found(article, notice), result)
    quads = {(q.subject, q.predicate, q.object) for q in linkset.statements(rows, result, BASE, Plan.load())}
    assert (NamedNode(iri(notice)), NamedNode(relation), NamedNode(iri(article))) in quads
    (row,) = [row for row in rows if row.subject == iri(notice) and row.object == iri(article)]
    assert row.comment == f"{form}: the title names it"


def test_a_notice_of_two_works_of_that_title_or_before_its_article_leads_to_none() -> None:
    notice = work(f"Retraction: {TITLE}", 2002, "Okafor")
    twice, _ = linked(work(doi="10.5555/a"), work(doi="10.5555/b"), notice)
    before, _ = linked(work(year=2003, doi=A_DOI), notice)
    assert not [one for one in (*twice.decisions, *before.decisions) if one.kind == "related"]


def test_a_title_that_only_begins_like_a_notice_is_none() -> None:
    for title in ("Corrections officers and their doors", "Responses of doors", "Retracted wings of beetles"):
        assert works.of(work(title)).form == ""
    assert forms.about("Erratum", "correction") == ""


@pytest.mark.parametrize(
    ("preprint", "relation"),
    [
        (work(journal="medRxiv"), "http://purl.org/dc/terms/hasVersion"),
        (work(kind="Preprint"), "http://purl.org/dc/terms/hasVersion"),
        (work(doi="10.1101/2001.01.01.20001234"), "http://purl.org/dc/terms/hasVersion"),
        (work(types=("Preprint",)), "http://purl.org/dc/terms/hasVersion"),
        (work(types=("Meeting Abstract",), doi="10.5555/fair"), "http://purl.org/dc/terms/relation"),
    ],
)
def test_an_earlier_state_is_related_to_the_article_and_not_joined(preprint: Report, relation: str) -> None:
    article = work(journal="Journal of Doors", pages="3-9")
    again = work(journal="J Doors", pages="3-9", year=2001)
    result, number = linked(article, again, preprint)
    assert number == 2
    (one,) = [one for one in result.decisions if one.kind == "related"]
    assert (one.subject, one.object) == (result.final[iri(preprint)], result.final[iri(article)])
    rows = [row for row in linkset.mappings(found(article, preprint), result) if row.subject == one.subject]
    assert (
        Plan.load().expanded(next(row.predicate for row in rows if row.object == one.object)).value
        == relation
    )


def test_a_kept_pair_of_values_is_reported_with_its_sources() -> None:
    one, other = work(year=2001, doi=A_DOI, volume="7"), work(year=2002, doi=A_DOI, volume="8", pages="3")
    things = found(one, other)
    problems = linking.differences(things, identities(things))
    assert [problem.code for problem in problems] == ["values-differ", "values-differ"]
    assert problems[1].message == (
        f"{iri(one)}: the year is 2001 in {BASE}source/0, and 2002 in {BASE}source/1"
    )
    assert linking.differences(found(one, one), identities(found(one, one))) == []


def test_a_forbidden_pair_of_alike_works_stays_two() -> None:
    one, other = work(), work(TITLE.replace("close", "closes"))
    things = found(one, other)
    result = identities(things, apart=[(iri(one), iri(other))])
    assert result.final[iri(one)] != result.final[iri(other)]


def test_what_a_person_split_off_is_like_no_other_work() -> None:
    one, other = placed(), placed(doi=A_DOI)
    own = iris.nodes(other, BASE, apart={iri(other): "split:x"})
    result = identities([*found(one, one), *entities(own, Policy(), f"{BASE}source/2")])
    assert result.final[iri(one)] != result.final[own.iri]
    assert own.iri not in {each for row in result.decisions for each in (row.subject, row.object)}


def test_many_records_that_begin_alike_are_compared_with_their_neighbours() -> None:
    names = ["lamp", "stair", "window", "garden", "kettle", "carpet", "mirror", "cellar"]
    titles = [f"{TITLE} and of the {one} {other}" for one in names for other in names if one != other]
    assert len(titles) > works.LARGEST_BLOCK
    records = [work(title) for title in titles]
    slip = work(titles[20].replace("houses", "housees"))
    result, number = linked(*records, slip)
    assert number == len(records)
    assert result.final[iri(slip)] == result.final[iri(records[20])]


some = st.builds(
    Work,
    st.sampled_from(["", "doors that open in houses", "doors that opens in houses", "keys of many houses"]),
    st.sampled_from(["", "okafor", "okafour", "lind"]),
    st.sampled_from(["", "2001", "2002", "2009"]),
    st.sampled_from(["", "7", "8"]),
    st.just(""),
    st.sampled_from(["", "1", "3", "45", "e45"]),
    st.sampled_from(["", "j doors", "journal doors"]),
    st.sampled_from(["", "preprint"]),
)


@given(some, some)
def test_a_comparison_has_no_direction(one: Work, other: Work) -> None:
    there, back = works.compared(one, other), works.compared(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert (there.score, there.reason) == (back.score, back.reason)


@given(st.lists(some, min_size=2, max_size=6))
def test_the_order_of_the_records_does_not_matter(records: Sequence[Work]) -> None:
    named = {f"r{number}": {record} for number, record in enumerate(records)}
    backwards = dict(reversed(list(named.items())))
    assert list(works.alike(named)) == list(works.alike(backwards))
