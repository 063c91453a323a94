"""What databases state of a report: types of publication are designs, headings are topics, nothing more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.links import LinkError, publication_types
from kg.model import Report, SubjectClass
from kg.source import Found
from tests.annotating import abstract_of, annotated


def types(*printed: str) -> Report:
    return Report(publication_types=tuple(Found(text, text, 100 * n) for n, text in enumerate(printed)))


def heading(code: str, identifier: str = "", scheme: str = "MeSH") -> SubjectClass:
    number = Found(identifier, identifier, 900) if identifier else None
    return SubjectClass(scheme=Found(scheme, scheme, 0), code=Found(code, code, 500), identifier=number)


@pytest.mark.parametrize(
    ("printed", "methods"),
    [
        ("Randomized Controlled Trial", ["rct"]),
        ("randomised controlled trial", ["rct"]),
        ("Meta-Analysis", ["meta-analysis"]),
        ("meta analysis", ["meta-analysis"]),
        ("Journal Article; research; systematic review", ["systematic-review"]),
        ("Observational Study", ["observational-design"]),
        ("Clinical Trial Protocol", ["protocol"]),
        ("Randomized Controlled Trials as Topic", []),
        ("Review", []),
        ("Multicenter Study", []),
        ("Interview", []),
        ("Diary", []),
        ("journal-article", []),
    ],
)
def test_a_type_of_publication_that_names_a_design_is_a_method(printed: str, methods: list[str]) -> None:
    study = annotated(types(printed)).study
    assert [method.value.name for method in (study.methods if study else ())] == methods


def test_a_method_leads_to_the_words_of_its_type() -> None:
    study = annotated(types("Journal Article", "Journal Article; Scoping Review")).study
    assert study is not None
    (method,) = study.methods
    assert (method.raw, method.start) == ("Scoping Review", 117)


def test_a_method_that_the_abstract_names_keeps_its_place_there() -> None:
    read = abstract_of("Peer mentors\nWe conducted a randomized controlled trial of peer mentors.")
    printed = ("Systematic Review", "Randomized Controlled Trial")
    study = annotated(replace(read, publication_types=types(*printed).publication_types)).study
    assert study is not None
    assert [(one.value.name, one.raw) for one in study.methods] == [
        ("rct", "randomized controlled trial"),
        ("systematic-review", "Systematic Review"),
    ]


@pytest.mark.parametrize(
    ("given", "topics"),
    [
        (heading("Veterans/psychology"), ["population/veterans"]),
        (heading("Ill-Housed Persons", "D006703"), ["population/homeless"]),
        (heading("Anything", "http://id.nlm.nih.gov/mesh/D011330"), ["setting/prison"]),
        (heading("Hope"), ["outcome/hope"]),
        (heading("community health workers"), ["role/community-health-worker"]),
        (heading("Criminals"), []),
        (heading("Peer Group"), []),
        (heading("Cohort Studies"), []),
        (heading("Veterans Health"), []),
        (heading("Veterans", scheme="WoS"), []),
    ],
)
def test_a_heading_is_a_topic_where_it_is_exactly_a_concept(given: SubjectClass, topics: list[str]) -> None:
    for report in (Report(subject_classes=(given,)), Report(major_subject_classes=(given,))):
        read = annotated(report)
        assert [str(facet.value) for facet in read.facets] == topics
        assert read.study is None
        assert read.findings == ()


def test_a_topic_of_several_headings_is_stated_once() -> None:
    headings = (heading("Veterans/psychology"), heading("Veterans/education"))
    (facet,) = annotated(Report(subject_classes=headings)).facets
    assert facet.raw == "Veterans/psychology"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Trial\tpopulation:veterans\twhy", "concept is a method"),
        ("Trial\tmethod:rct\twhy\nTrial\tmethod:protocol\twhy", "stands in two rows"),
    ],
)
def test_a_row_of_types_that_does_not_hold_is_named(row: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "types.tsv"
    path.write_text(f"publication_type\tconcept\twhy\n{row}\n", encoding="utf-8")
    with pytest.raises(LinkError, match=message):
        publication_types(path)
