"""Statements by the rows of the context, judged by Oxigraph's reading of the same records as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg import conversion, iris, mapping, resources
from kg.identifiers import PartialDate
from kg.iris import Node
from kg.mapping import MappingError, Plan, Policy
from kg.model import UNMAPPED, Record, Report
from kg.opening import File
from kg.source import Found, Source
from kg.sources import recognise, stream_format
from tests.building import full_report, unplaced

BASE = "https://example.org/kg/"
CONTEXT = resources.folder("ontology") / "context.jsonld"
GRAPH = NamedNode("https://example.org/kg/graph/source/x")
PLAN = Plan.load()
FULL, QUOTES, NONE = Policy("full"), Policy("quotes"), Policy("none")
ROOT = Path(__file__).parent.parent
EXPECTED = (".expected.ttl", ".problems.txt")
DOCUMENTS = sorted(
    p
    for p in (*(ROOT / "tests" / "samples").glob("*/*"), *(ROOT / "seeds").glob("*.txt"))
    if p.is_file() and not p.name.endswith(EXPECTED)
)


def node(report: Report) -> Node:
    return iris.nodes(report, BASE)


def stated(report: Report, policy: Policy = FULL) -> set[Quad]:
    return set(mapping.statements(node(report), PLAN, GRAPH, policy))


def read(text: str | bytes, form: RdfFormat) -> set[Quad]:
    """What Oxigraph reads, in our graph."""
    return {Quad(q.subject, q.predicate, q.object, GRAPH) for q in parse(text, format=form)}


def document(report: Report, policy: Policy = FULL) -> dict[str, Any]:
    context = json.loads(CONTEXT.read_text(encoding="utf-8"))["@context"]
    return {"@context": context, **mapping.as_json(node(report), PLAN, policy)}


def objects(quads: set[Quad], name: str) -> set[str]:
    predicate = PLAN.expanded(name)
    return {q.object.value for q in quads if q.predicate == predicate and not isinstance(q.object, Triple)}


def reports(path: Path) -> Iterator[Report]:
    file = File.of(path.name, path.read_bytes())
    form = stream_format(file)
    if form is not None:
        cut = (one for one in conversion.records(form, file) if isinstance(one, Source))
        read = (one for record in cut for one in form.read(record))
    else:
        source = file.whole(file.size)
        read = (one for one in recognise(source).read(source))
    yield from (one for one in read if isinstance(one, Report))


@pytest.mark.parametrize("policy", [FULL, QUOTES, NONE], ids=lambda policy: policy.text)
def test_statements_are_what_oxigraph_reads_in_the_json(policy: Policy) -> None:
    report = full_report()
    judged = read(json.dumps(document(report, policy)), RdfFormat.JSON_LD)
    assert stated(report, policy) == judged


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_statements_of_each_sample_are_what_oxigraph_reads(path: Path) -> None:
    for report in reports(path):
        judged = read(json.dumps(document(report)), RdfFormat.JSON_LD)
        assert stated(report) == judged


def test_a_second_reader_of_json_ld_agrees() -> None:
    report = full_report()
    lines = jsonld.to_rdf(document(report), {"format": "application/n-quads"})
    assert read(lines, RdfFormat.N_QUADS) == stated(report)


def test_the_full_report_has_a_value_in_every_field_of_every_record() -> None:
    found = {
        (type(one.record), field.name)
        for one in node(full_report()).walk()
        for field in fields(one.record)
        if getattr(one.record, field.name) not in (None, (), "", False)
    }
    missing = {
        f"{record.__name__}.{field.name}"
        for record in get_args(Record)
        for field in fields(record)
        if (record, field.name) not in found and field.name not in UNMAPPED.get(record.__name__, ())
    }
    assert missing == set()


def test_every_row_of_the_context_is_used() -> None:
    of_records = {
        (one.kind, said.term) for one in node(full_report()).walk() for said in mapping.said(one, FULL)
    }
    of_conversion = {("Report", "convertedFrom")}
    rows = {row for row in PLAN.rows if row[0] not in {"", "SourceDocument", "Decision"}}
    assert rows - of_records - of_conversion == set()


@pytest.mark.parametrize(
    ("kind", "term"),
    [("Report", "doi"), ("Finding", "quote"), ("Finding", "citesAsEvidence"), ("Authorship", "units")],
)
def test_a_field_without_a_row_is_an_error_when_the_plan_is_loaded(
    kind: str, term: str, tmp_path: Path
) -> None:
    context = json.loads(CONTEXT.read_text(encoding="utf-8"))
    del context["@context"][kind]["@context"][term]
    path = tmp_path / "context.jsonld"
    path.write_text(json.dumps(context), encoding="utf-8")
    with pytest.raises(MappingError, match=f"{kind} has no row for '{term}'"):
        Plan.load(path)


def test_a_context_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "context.jsonld"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(MappingError, match="not a JSON-LD context"):
        Plan.load(path)


def test_a_date_is_published_as_precisely_as_it_is_printed() -> None:
    for date, printed in (
        (PartialDate(2019), "gYear"),
        (PartialDate(2019, 5), "gYearMonth"),
        (PartialDate(2019, 5, 2), "date"),
    ):
        report = Report(title=unplaced("T"), issued=Found(date, "2019", 0))
        issued = next(q.object for q in stated(report) if q.predicate == PLAN.expanded("dcterms:issued"))
        assert isinstance(issued, Literal)
        assert (issued.value, issued.datatype.value) == (str(date), mapping.XSD + printed)
        assert objects(stated(report), "fabio:hasPublicationYear") == {"2019"}


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        (PartialDate(2019, 13), "2019"),
        (PartialDate(2019, 2, 30), "2019-02"),
        (PartialDate(2019, 0, 5), "2019"),
        (PartialDate(2020, 2, 29), "2020-02-29"),
    ],
)
def test_a_day_that_the_calendar_does_not_have_is_left_out(wrong: PartialDate, kept: str) -> None:
    assert str(mapping.possible(wrong)) == kept


@given(st.text(st.characters(codec="utf-8")), st.integers(), st.integers(1, 9999))
def test_oxigraph_keeps_every_literal(text: str, number: int, year: int) -> None:
    store = Store()
    for value in (text, number, PartialDate(year), PartialDate(year, 2), PartialDate(year, 2, 28), True):
        made = mapping.literal(value, None)
        store.clear()
        store.add(Quad(NamedNode("e:s"), NamedNode("e:p"), made))
        assert [quad.object for quad in store] == [made]


@given(st.text(st.characters(codec="utf-8")))
def test_no_published_text_holds_what_xml_cannot_carry(text: str) -> None:
    legal = mapping.legal(text)
    assert len(legal) == len(text)
    assert all(
        c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in legal
    )
    assert [a for a, b in zip(text, legal, strict=True) if a != b] == [
        c for c in text if mapping.legal(c) != c
    ]


def long(report: Report) -> Report:
    """The report with a finding whose quote is longer than a quote may be."""
    assert report.study is not None
    words = "Hope rose " + "and rose " * 80
    finding = replace(report.findings[0], quote=unplaced(words))
    return replace(report, findings=(finding,))


def test_a_quote_is_cut_to_its_length_and_whole_only_under_full() -> None:
    words = long(full_report()).findings[0].quote.value
    assert words in objects(stated(long(full_report())), "pk:findingText")
    quoted = objects(stated(long(full_report()), QUOTES), "pk:findingText")
    assert max(map(len, quoted)) == 300
    assert next(one for one in quoted if one.endswith("…")).removesuffix("…") == words[:299].rstrip()


def test_under_quotes_no_text_of_a_section_is_published() -> None:
    assert objects(stated(full_report(), QUOTES), "pk:sectionText") == set()
    assert objects(stated(full_report(), FULL), "pk:sectionText") != set()


def test_under_none_no_words_of_the_running_text_are_published() -> None:
    quads = stated(full_report(), NONE)
    literals = {quad.object.value for quad in quads if isinstance(quad.object, Literal)}
    for words in ("diaries", "Hope rose", "heard", "of the Lantern", "(Vale", "Vale, 2001"):
        assert [one for one in literals if words in one] == []
    for class_ in ("Finding", "ParticipantGroup", "Citation", "StudyData"):
        of_class = {quad.subject for quad in quads if quad.object == PLAN.types[class_]}
        labelled = {quad.subject for quad in quads if quad.predicate == PLAN.expanded("rdfs:label")}
        assert of_class
        assert of_class <= labelled


def test_everything_has_a_label_and_a_name_for_schema_org() -> None:
    quads = stated(full_report())
    subjects = {quad.subject for quad in quads}
    for name in ("rdfs:label", "schema:name"):
        assert {quad.subject for quad in quads if quad.predicate == PLAN.expanded(name)} == subjects


def test_a_reference_without_title_is_labelled_by_author_year_and_container() -> None:
    assert "Vale Q. (2001), J KEYS" in objects(stated(full_report()), "rdfs:label")


def test_a_class_label_in_chinese_says_so() -> None:
    label = next(q.object for q in stated(full_report()) if q.predicate == PLAN.expanded("skos:prefLabel"))
    assert isinstance(label, Literal)
    assert (label.value, label.language) == ("精神病学", "zh")


def test_an_affiliation_belongs_to_the_authorship() -> None:
    quads = stated(full_report())
    (authorship,) = [q.subject for q in quads if q.predicate == PLAN.expanded("pk:affiliationAsPrinted")]
    at = {q.predicate.value.rpartition("#")[2]: q.object for q in quads if q.subject == authorship}
    assert at["authorshipAt"] == NamedNode(
        node(full_report()).parts["authorships"][0].parts["institutions"][0].iri
    )
    unit = {
        q.object
        for q in quads
        if q.subject == at["authorshipUnit"] and q.predicate == PLAN.expanded("org:unitOf")
    }
    assert unit == {at["authorshipAt"]}


def test_cited_works_are_cited_and_stand_as_evidence() -> None:
    quads = stated(full_report())
    cited = {q.object for q in quads if q.predicate == PLAN.expanded("cito:cites")}
    evidence = {(q.subject, q.object) for q in quads if q.predicate == PLAN.expanded("cito:citesAsEvidence")}
    finding = next(q.subject for q in quads if q.object == PLAN.types["Finding"])
    by_identifier = {q.subject for q in quads if q.object == Literal("10.5555/cites")}
    assert len(cited) == 2
    assert cited > by_identifier
    assert evidence == {(finding, work) for work in cited - by_identifier}


def test_a_statement_follows_its_record() -> None:
    report = full_report()
    finding = replace(report.findings[0], change="decrease")
    assert objects(stated(replace(report, findings=(finding,), study=None)), "pk:printedChange") == {
        "decrease"
    }
    assert objects(stated(replace(report, volume=None)), "prism:volume") == {"2"}


def test_every_record_class_has_a_path() -> None:
    assert {record.__name__ for record in get_args(Record)} <= set(iris.PATHS)


def test_running_text_is_a_field_of_the_model() -> None:
    named = {(one.__name__, field.name) for one in mapping.CLASSES for field in fields(one)}
    assert set(mapping.SHOWN_FROM) <= named
