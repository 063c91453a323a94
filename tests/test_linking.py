"""Which records are one thing, whatever the order of the documents, and which IRI they keep."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg import evidence, iris, keys, linking, linkset, mapping, registry, renaming
from kg.evidence import Quoting
from kg.identifiers import PartialDate
from kg.linking import Entity, Identities, entities, identities
from kg.links import InstitutionLink, institution_links
from kg.mapping import Plan, Policy
from kg.model import Affiliation, Authorship, Citation, Institution, Journal, Person, Report, SubjectClass
from kg.registry import RegistryError, Row
from kg.source import Found
from tests.building import Places, full_report, source_of, unplaced

BASE = "https://example.org/kg/"
PLAN = Plan.load()
POLICY = Policy()


def author(
    family: str, position: int = 1, given_name: str | None = None, orcid: str | None = None
) -> Authorship:
    given_text = unplaced(given_name) if given_name is not None else None
    person = Person(
        family=unplaced(family), given=given_text, orcid=unplaced(orcid) if orcid is not None else None
    )
    return Authorship(
        quote=unplaced(family), name_as_printed=unplaced(family), position=position, person=person
    )


def work(
    title: str | None = "Doors that open and doors that close",
    year: int | None = 2001,
    family: str | None = "Okafor",
    doi: str | None = None,
    pmid: str | None = None,
) -> Report:
    return Report(
        title=unplaced(title) if title is not None else None,
        issued=Found(PartialDate(year), str(year), 0) if year is not None else None,
        authorships=(author(family),) if family is not None else (),
        doi=unplaced(doi) if doi is not None else None,
        pmid=unplaced(pmid) if pmid is not None else None,
    )


def found(*reports: Report) -> list[Entity]:
    return [
        entity
        for number, report in enumerate(reports)
        for entity in entities(iris.nodes(report, BASE), POLICY, f"{BASE}source/{number}")
    ]


def iri(report: Report) -> str:
    return iris.nodes(report, BASE).iri


def final(result: Identities, report: Report) -> str:
    return result.final[iri(report)]


def linked(*reports: Report, previous: Sequence[Row] | None = None) -> Identities:
    return identities(found(*reports), previous)


def row(result: Identities, wanted: str) -> Row:
    (one,) = [row for row in result.rows if row.iri == wanted]
    return one


def test_one_doi_is_one_work() -> None:
    first, second = work("One title", doi="10.5555/a.b"), work("Another", 1999, "Lind", doi="10.5555/A.B")
    assert final(linked(first, second), first) == final(linked(first, second), second)


def test_a_title_leads_to_the_work_with_the_doi_and_the_reason_is_kept() -> None:
    with_doi, without = work(doi="10.5555/a.b"), work("DOORS that open, and doors that close.")
    result = linked(with_doi, without)
    assert final(result, without) == iri(with_doi)
    (decision,) = [one for one in result.decisions if one.subject == iri(without)]
    assert decision.object == iri(with_doi)
    assert decision.reason.startswith("the same title, year and first author")
    assert decision.confidence == 0.98


@pytest.mark.parametrize(
    "other",
    [work(year=2002), work(family="Lind"), work("Doors that open and doors that jam"), work(None, 2001)],
)
def test_another_year_author_or_title_stays_another_work(other: Report) -> None:
    assert final(linked(work(doi="10.5555/a.b"), other), other) == iri(other)


def test_a_record_without_year_is_the_only_work_of_that_title_and_author() -> None:
    undated, dated = work(year=None, doi="10.5555/a.b"), work()
    assert final(linked(undated, dated), dated) == iri(undated)


def test_a_record_without_year_is_none_of_two_works_of_that_title() -> None:
    undated, one, other = work(year=None), work(), work(year=2009)
    result = linked(undated, one, other)
    assert len({final(result, report) for report in (undated, one, other)}) == 3
    apart = [decision for decision in result.decisions if decision.kind == "apart"]
    assert apart
    assert "year 2001 and year 2009" in apart[0].reason


def test_two_dois_with_one_title_are_never_merged_and_are_reported() -> None:
    one, other, third = work(doi="10.5555/a"), work(doi="10.5555/b"), work()
    result = linked(one, other, third)
    assert len({final(result, report) for report in (one, other, third)}) == 3
    problems = linking.problems(result)
    assert problems
    assert {problem.code for problem in problems} == {"kept-apart"}
    assert all("doi:10.5555/a and doi:10.5555/b" in problem.message for problem in problems)


def test_a_short_title_without_year_is_no_reason() -> None:
    undated, dated = work("Editorial", None, doi="10.5555/a.b"), work("Editorial")
    assert final(linked(undated, dated), dated) == iri(dated)


def reference(
    family: str = "Braun V.",
    year: int = 2006,
    page: str = "77",
    doi: str | None = None,
    title: str | None = None,
) -> Report:
    return replace(
        work(title, year, family, doi),
        journal=Journal(name=unplaced("QUAL RES PSYCHOL")),
        volume=unplaced("3"),
        pages=unplaced(page),
    )


def test_references_without_title_are_one_by_author_year_container_volume_and_page() -> None:
    with_doi, without = reference(doi="10.1191/x.y"), reference(page="77-101")
    assert final(linked(with_doi, without), without) == iri(with_doi)


@pytest.mark.parametrize("other", [reference(page="78"), reference("Brown V."), reference(year=2007)])
def test_another_page_author_or_year_is_another_reference(other: Report) -> None:
    assert final(linked(reference(), other), other) == iri(other)
    assert iri(reference()) != iri(other)


def test_two_titles_on_one_page_are_two_works() -> None:
    letters = [
        reference(title="A letter about doors"),
        reference(title="An answer to the letter"),
    ]
    result = linked(*letters)
    assert len({final(result, letter) for letter in letters}) == 2


def test_anonymous_works_are_told_apart_by_everything_printed() -> None:
    first = replace(work(None, 2012, "[Anonymous]"), journal=Journal(name=unplaced("OFFENDER PEER INTERV")))
    second = replace(first, journal=Journal(name=unplaced("OTHER PEER INTERV")))
    assert iri(first) != iri(second)
    assert iri(first) == iri(replace(first, journal=Journal(name=unplaced("Offender Peer Interv"))))


def people(report: Report) -> list[str]:
    return [node.iri for node in iris.nodes(report, BASE).walk() if node.kind == "Person"]


def test_the_authors_of_one_work_printed_twice_are_the_same_persons() -> None:
    full = replace(
        work(doi="10.5555/a.b"), authorships=(author("Okafor", 1, "Ada"), author("Lind", 2, "Per"))
    )
    short = replace(work(), authorships=(author("Okafor", 1, "A"), author("Lind", 2, "P")))
    result = linked(full, short)
    assert [result.final[one] for one in people(short)] == people(full)
    assert result.labels[people(full)[0]] == "Ada Okafor"


def test_a_bare_name_is_another_person_in_another_work() -> None:
    one, other = work("Doors of one kind and their hosts"), work("Keys of another kind and their hosts")
    result = linked(one, other)
    assert result.final[people(one)[0]] != result.final[people(other)[0]]


def test_authors_of_works_kept_apart_are_kept_apart() -> None:
    one, other = work(doi="10.5555/a"), work(doi="10.5555/b")
    result = linked(one, other)
    assert result.final[people(one)[0]] != result.final[people(other)[0]]


def test_two_orcid_ids_at_one_place_are_two_persons() -> None:
    one = replace(work(doi="10.5555/a"), authorships=(author("Okafor", orcid="0000-0002-1825-0097"),))
    other = replace(work(doi="10.5555/a"), authorships=(author("Okafor", orcid="0000-0001-5109-3700"),))
    result = linked(one, other)
    assert result.final[people(one)[0]] != result.final[people(other)[0]]
    assert any("orcid:" in decision.reason for decision in result.decisions if decision.kind == "apart")


def at(name: str, city: str | None = None) -> Report:
    place = unplaced(city) if city is not None else None
    affiliation = Affiliation(
        printed=unplaced(name), institution=Institution(name=unplaced(name), city=place)
    )
    return replace(
        work(f"A study made at {name} of {city}"),
        authorships=(replace(author("Okafor"), affiliations=(affiliation,)),),
    )


def quads(report: Report) -> list[Quad]:
    return list(mapping.statements(iris.nodes(report, BASE), PLAN, NamedNode(f"{BASE}graph/x"), POLICY))


def names(statements: Sequence[Quad], kind: str, term: str) -> set[str]:
    subjects = {quad.subject for quad in statements if quad.object == PLAN.types[kind]}
    predicate = PLAN.row(kind, term).predicate
    return {
        quad.object.value
        for quad in statements
        if quad.subject in subjects and quad.predicate == predicate and isinstance(quad.object, Literal)
    }


def test_an_institution_in_two_spellings_is_one_with_one_name_and_an_alternative() -> None:
    reports = [at("COIN- Bedford/Boston"), at("COIN-Bedford/Boston"), at("COIN-Bedford/Boston")]
    result = linked(*reports)
    statements = renaming.apply([quad for report in reports for quad in quads(report)], result, PLAN)
    assert names(statements, "Institution", "name") == {"COIN-Bedford/Boston"}
    assert names(statements, "Institution", "rdfsLabel") == {"COIN-Bedford/Boston"}
    assert names(statements, "Institution", "alternativeName") == {"COIN- Bedford/Boston"}
    (reason,) = [one.reason for one in result.decisions if "/institution/" in one.subject]
    assert reason == (
        "printed as 'COIN- Bedford/Boston' and as 'COIN-Bedford/Boston': "
        "the same name and place, but for case, accents, spaces and punctuation"
    )


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (("Tarnbury", "USA"), ("TARNBURY", "United States"), True),
        (("Tarnbury", "USA"), ("Tarnbury", "Canada"), False),
        (("Tarnbury", "USA"), ("Quayside", "United States"), False),
        (("Tarnbury", "USA"), (None, "United States"), False),
    ],
)
def test_an_institution_is_one_within_one_city_and_country_however_that_is_called(
    first: tuple[str | None, str], second: tuple[str | None, str], one: bool
) -> None:
    works = []
    for number, (city, country) in enumerate((first, second)):
        report = at("Univ Doors", city)
        (author,) = report.authorships
        (affiliation,) = author.affiliations
        place = replace(affiliation.institution, country=unplaced(country))
        author = replace(author, affiliations=(replace(affiliation, institution=place),))
        works.append(replace(report, title=unplaced(f"Doors {number}"), authorships=(author,)))
    result = linked(*works)
    institutions = {result.final[entity.iri] for entity in found(*works) if entity.kind == "Institution"}
    assert (len(institutions) == 1) is one


def test_the_evidence_of_a_name_follows_it() -> None:
    text = "COIN- Bedford/Boston\nCOIN-Bedford/Boston\n"
    place, source = Places(text), source_of(text)
    reports = [
        replace(
            at(name),
            authorships=(
                replace(
                    author("Okafor"),
                    affiliations=(
                        Affiliation(printed=place(name), institution=Institution(name=place(name))),
                    ),
                ),
            ),
        )
        for name in ("COIN- Bedford/Boston", "COIN-Bedford/Boston", "COIN-Bedford/Boston")
    ]
    quoting = Quoting.of(source, POLICY, BASE)
    quotes = [
        quad
        for report in reports
        for one in evidence.evidence(iris.nodes(report, BASE), PLAN, quoting)
        for quad in evidence.statements(one, quoting)
    ]
    facts = [quad for report in reports for quad in quads(report)]
    moved = renaming.apply(quotes, linked(*reports), PLAN)
    stated = {quad.triple for quad in renaming.apply(facts, linked(*reports), PLAN)}
    parts: dict[object, dict[str, object]] = {}
    for quad in moved:
        parts.setdefault(quad.subject, {})[quad.predicate.value.removeprefix(evidence.RDF)] = quad.object
    reified = {(p["subject"], p["predicate"], p["object"]) for p in parts.values() if "subject" in p}
    assert {(t.subject, t.predicate, t.object) for t in stated} >= reified
    assert any(PLAN.row("", "alternativeName").predicate in statement for statement in reified)


def test_a_title_in_capitals_becomes_the_alternative() -> None:
    reports = [work("DOORS THAT OPEN AND DOORS THAT CLOSE"), work("Doors that open and doors that close")]
    statements = renaming.apply([q for report in reports for q in quads(report)], linked(*reports), PLAN)
    assert names(statements, "Report", "title") == {"Doors that open and doors that close"}
    assert names(statements, "Report", "alternativeTitle") == {"DOORS THAT OPEN AND DOORS THAT CLOSE"}
    assert names(statements, "Report", "rdfsLabel") == {"Doors that open and doors that close"}


def classed(label: str | None) -> Report:
    words = unplaced(label) if label is not None else None
    subject = SubjectClass(scheme=unplaced("Oz"), code=unplaced("R749"), label=words)
    return replace(work(f"{label} doors"), subject_classes=(subject,))


@pytest.mark.parametrize("order", [1, -1])
def test_a_class_that_documents_label_differently_keeps_the_commonest_label(order: int) -> None:
    reports = [classed(label) for label in ("精神医学", "Psychiatry", None, "Psychiatry")][::order]
    statements = renaming.apply([q for report in reports for q in quads(report)], linked(*reports), PLAN)
    assert names(statements, "SubjectClass", "label") == {"Psychiatry"}
    assert names(statements, "SubjectClass", "alternativeName") == {"精神医学"}
    assert names(statements, "SubjectClass", "rdfsLabel") == {"R749 Psychiatry"}


def test_merged_statements_are_there_once_and_lead_to_the_survivor() -> None:
    with_doi, without = work(doi="10.5555/a.b"), work()
    statements = renaming.apply([*quads(with_doi), *quads(without)], linked(with_doi, without), PLAN)
    assert len(statements) == len(set(statements))
    mentioned = {
        term.value
        for quad in statements
        for term in (quad.subject, quad.object)
        if isinstance(term, NamedNode)
    }
    assert iri(without) not in mentioned
    assert not set(people(without)) & mentioned


reports_to_link = st.lists(
    st.builds(
        work,
        st.sampled_from(
            ["Doors that open and doors that close", "DOORS that open & doors that close", "Keys", None]
        ),
        st.sampled_from([2001, 2002, None]),
        st.sampled_from(["Okafor", "Lind", None]),
        st.sampled_from(["10.5555/a", "10.5555/b.c", None]),
        st.sampled_from(["1", "2", None]),
    ),
    max_size=8,
)


def outcome(result: Identities) -> tuple[object, ...]:
    return result.final, result.decisions, result.rows, result.labels, result.names


@given(reports_to_link, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(reports: list[Report], chance: random.Random) -> None:
    things = found(*reports)
    shuffled = list(things)
    chance.shuffle(shuffled)
    assert outcome(identities(things)) == outcome(identities(shuffled))
    before = identities(found(*reports[::2])).rows
    assert outcome(identities(things, before)) == outcome(identities(shuffled, before[::-1]))


@given(reports_to_link)
def test_no_thing_ever_has_two_identifiers_of_a_kind(reports: list[Report]) -> None:
    result = linked(*reports)
    held: dict[tuple[str, str], set[str]] = {}
    for report in reports:
        for key in keys.of_report(report)[:1]:
            if keys.kind(key) == "doi":
                held.setdefault((final(result, report), "doi"), set()).add(key)
    assert all(len(values) == 1 for values in held.values())


@given(reports_to_link, reports_to_link)
def test_an_iri_once_published_is_live_merged_or_withdrawn(before: list[Report], after: list[Report]) -> None:
    first = linked(*before)
    second = linked(*after, previous=first.rows)
    states = {row.iri: row for row in second.rows}
    assert {row.iri for row in first.rows} <= set(states)
    live = {row.iri for row in second.rows if row.state == "live"}
    assert live == set(second.final.values())
    for one in second.rows:
        assert (one.state == "merged") is bool(one.target)
        assert not one.target or states[one.target].state != "merged"


@given(reports_to_link)
def test_the_same_documents_again_change_nothing(reports: list[Report]) -> None:
    first = linked(*reports)
    again = linked(*reports, previous=first.rows)
    assert again.final == first.final
    assert again.rows == first.rows


def test_a_work_keeps_its_iri_when_a_doi_becomes_known() -> None:
    first = linked(work())
    second = linked(work(doi="10.5555/a.b"), previous=first.rows)
    assert final(second, work(doi="10.5555/a.b")) == iri(work())
    assert "doi:10.5555/a.b" in row(second, iri(work())).keys


def test_when_two_published_works_turn_out_to_be_one_the_older_survives() -> None:
    undated = work("Doors that open, by another name", doi="10.5555/a.b")
    titled = work()
    first = linked(titled)
    second = linked(titled, undated, previous=first.rows)
    both = replace(undated, title=titled.title)
    third = linked(titled, both, previous=second.rows)
    assert final(third, both) == iri(titled)
    given_up = row(third, iri(undated))
    assert (given_up.state, given_up.target) == ("merged", iri(titled))
    persons = {row(third, people(report)[0]).state for report in (undated, titled)}
    assert persons == {"merged", "live"}
    replaced = [
        (quad.subject, quad.object)
        for quad in linkset.links(found(titled, both), third, BASE)
        if quad.predicate == linkset.REPLACED_BY and quad.subject == NamedNode(iri(undated))
    ]
    assert replaced == [(NamedNode(iri(undated)), NamedNode(iri(titled)))]


def test_what_is_gone_is_withdrawn_and_comes_back_under_its_iri() -> None:
    first = linked(work())
    second = linked(work("Something else entirely"), previous=first.rows)
    assert row(second, iri(work())).state == "withdrawn"
    third = linked(work(), previous=second.rows)
    assert row(third, iri(work())).state == "live"
    assert row(third, iri(work())).since == 1


def test_a_split_leaves_the_iri_to_the_part_with_the_strongest_key() -> None:
    with_doi, without = work(doi="10.5555/a.b"), work()
    first = linked(with_doi, without)
    assert final(first, without) == iri(with_doi)
    moved = replace(with_doi, title=unplaced("A corrected title of the work"))
    second = linked(moved, without, previous=first.rows)
    assert final(second, moved) == iri(with_doi)
    assert final(second, without) == f"{iri(without)}-2", (
        "its own has led to the other since the first release"
    )
    assert row(second, iri(without)).target == iri(with_doi)


def test_an_iri_of_the_past_is_not_given_to_another_thing() -> None:
    taken = Row(iri(work()), "Report", ("doi:10.5555/elsewhere",), "withdrawn", "", 1)
    result = linked(work(), previous=[taken])
    assert final(result, work()) == f"{iri(work())}-2"


def test_what_is_gone_says_so_in_the_graph_of_links_and_texts_do_not() -> None:
    quote = Row(f"{BASE}evidence/e", "Evidence", (), "live", "", 1)
    first = linked(work())
    second = linked(work("Something else entirely"), previous=[*first.rows, quote])
    said = {
        (quad.subject, quad.object)
        for quad in linkset.statements([], second, BASE, PLAN)
        if quad.predicate == linkset.STATUS
    }
    assert (NamedNode(iri(work())), linkset.STATUSES["withdrawn"]) in said
    assert NamedNode(quote.iri) not in {subject for subject, _ in said}
    assert (row(second, iri(work())).since, row(second, iri(work())).changed) == (1, 2)


def test_a_text_that_is_met_again_is_as_it_was() -> None:
    quote = Row(f"{BASE}evidence/e", "Evidence", (), "live", "", 1)
    assert registry.met(quote.iri, "Evidence", None, 3) == replace(quote, since=3, changed=3)
    assert registry.met(quote.iri, "Evidence", quote, 3) == quote
    gone = replace(quote, state="withdrawn", changed=2)
    assert registry.met(quote.iri, "Evidence", gone, 3) == replace(quote, changed=3)


def test_a_table_of_an_earlier_version_is_read() -> None:
    (row,) = registry.read("\t".join(registry.COLUMNS[:-1]) + "\ni\tReport\tk\tlive\t\t2\n", "x")
    assert (row.since, row.changed) == (2, 2)


def test_the_table_of_identities_reads_back() -> None:
    rows = linked(full_report(), work('A "title" | with\ttabs, # and % signs')).rows
    assert tuple(registry.read(registry.write(rows), "identities.tsv")) == rows


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x", r"identities.tsv:2: 1 cells; expected 7"),
        ("i\tReport\tk\tdead\t\t1\t1", r":2: the state is 'dead'; expected one of live, merged, withdrawn"),
        ("i\tReport\tk\tmerged\t\t1\t1", r":2: a target belongs to a merged IRI"),
        ("i\tReport\tk\tlive\tj\t1\t1", r":2: a target belongs to a merged IRI"),
        ("i\tReport\tk\tlive\t\tone\t1", r":2: since is 'one'"),
        ("i\tReport\tk\tlive\t\t1\t0", r":2: changed is '0'"),
    ],
)
def test_a_broken_table_of_identities_is_named_with_its_line(line: str, message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        registry.read("\t".join(registry.COLUMNS) + "\n" + line + "\n", "identities.tsv")


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(RegistryError, match="1: expected the header iri class keys"):
        registry.read("a,b\n", "identities.tsv")


def same_as(reports: Sequence[Report], links: Sequence[InstitutionLink] = ()) -> set[tuple[str, str]]:
    result = linked(*reports)
    rows = [
        *linkset.printed_identifiers(found(*reports), result),
        *linkset.curated_institutions(found(*reports), result, links),
    ]
    made = linkset.statements(rows, result, BASE, PLAN)
    return {
        (q.subject.value, q.object.value)
        for q in made
        if q.predicate == linkset.SAME_AS
        and isinstance(q.subject, NamedNode)
        and isinstance(q.object, NamedNode)
    }


def test_a_printed_identifier_links_to_what_it_identifies() -> None:
    report = full_report()
    links = same_as([report])
    assert (iri(report), "https://doi.org/10.5555/doors.1") in links
    assert (iri(report), "https://pubmed.ncbi.nlm.nih.gov/12345") in links
    person = next(node for node in iris.nodes(report, BASE).walk() if node.kind == "Person")
    assert (person.iri, "https://orcid.org/0000-0002-1825-0097") in links


def test_a_doi_with_signs_that_no_iri_holds_is_encoded() -> None:
    links = same_as([work(doi='10.1002/(sici)1:4<1::aid-x>3.0.co;2-"#%|')])
    assert [target for _, target in links] == [
        "https://doi.org/10.1002/(sici)1:4%3C1::aid-x%3E3.0.co;2-%22%23%25%7C"
    ]


def test_a_curated_row_links_an_institution_in_that_place_alone() -> None:
    link = institution_links()[0]
    here = at(link.printed_name, link.city)
    affiliation = here.authorships[0].affiliations[0]
    country = replace(affiliation.institution, country=unplaced(link.country))
    there = replace(country, city=unplaced("Elsewhere"))

    def printed(institution: Institution) -> Report:
        one = replace(affiliation, institution=institution)
        return replace(here, authorships=(replace(here.authorships[0], affiliations=(one,)),))

    assert {target for _, target in same_as([printed(country)], [link])} == {link.ror}
    assert same_as([printed(there)], [link]) == set()


def test_the_mapping_set_has_a_row_for_each_link() -> None:
    result = linked(full_report())
    text = linkset.table(linkset.mappings(found(full_report()), result), BASE, "https://example.org/licence")
    head, *lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert head.split("\t")[:3] == ["subject_id", "subject_label", "predicate_id"]
    assert any(line.split("\t")[3] == "doi:10.5555/doors.1" for line in lines)
    assert all(len(line.split("\t")) == len(head.split("\t")) for line in lines)


def test_whatever_a_decision_names_is_published_and_leads_to_the_thing() -> None:
    with_doi, without = work(doi="10.5555/a.b"), work()
    first = linked(with_doi, without)
    (mapped,) = linkset.merged(first)
    assert (mapped.subject, mapped.object) == (iri(without), iri(with_doi))
    assert mapped.inputs.startswith("title:doors that open")
    assert (row(first, iri(without)).state, row(first, iri(without)).target) == ("merged", iri(with_doi))


def test_a_cited_work_and_the_document_itself_are_one() -> None:
    citation = Citation(quote=unplaced("Okafor 2001"), status="listed", position=1, work=work())
    citing = replace(work("A review of all that is known of doors", 2005, "Vale"), references=(citation,))
    result = linked(work(doi="10.5555/a.b"), citing)
    statements = renaming.apply([*quads(citing), *quads(work(doi="10.5555/a.b"))], result, PLAN)
    cited = {quad.object for quad in statements if quad.predicate == PLAN.expanded("cito:cites")}
    assert cited == {NamedNode(iri(work(doi="10.5555/a.b")))}
