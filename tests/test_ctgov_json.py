"""Studies of ClinicalTrials.gov: what is planned never reads as what was found or counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal

from kg import conversion
from kg.concepts import Vocabulary
from kg.conversion import Conversion
from kg.model import Report, Study
from kg.opening import File
from kg.settings import Settings
from kg.sources import stream_format

SAMPLES = Path(__file__).parent / "samples" / "ctgov_json"


def converted(data: object, *, annotated: bool = True) -> Conversion:
    text = data if isinstance(data, str) else json.dumps(data)
    vocabulary = Vocabulary.load() if annotated else None
    return conversion.whole(conversion.convert_file(File.of("a.json", text.encode()), Settings(), vocabulary))


def study(number: str = "NCT09000001", **modules: object) -> dict[str, Any]:
    identification = {"nctId": number, "briefTitle": "Peers"}
    return {"protocolSection": {"identificationModule": identification, **modules}}


def of(report: Report) -> Study:
    assert report.study is not None
    return report.study


def sample() -> list[Report]:
    return list(converted((SAMPLES / "api-answer.json").read_text()).reports)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one, two: json.dumps([one, two]),
        lambda one, two: json.dumps({"studies": [one, two], "nextPageToken": "x"}),
        lambda one, two: json.dumps({"nextPageToken": "x", "studies": [one, two]}, indent=2),
        lambda one, two: f"{json.dumps(one)}\n{json.dumps(two)}\n",
    ],
)
def test_studies_are_found_in_every_wrapping(wrap: Any) -> None:
    text = wrap(study("NCT09000001"), study("NCT09000002"))
    form = stream_format(File.of("a.json", text.encode()))
    assert form is not None
    assert form.__name__.endswith("ctgov_json")
    made = converted(text, annotated=False)
    assert made.records == 2
    assert [one.identifiers[0].value for one in made.reports] == ["nct:NCT09000001", "nct:NCT09000002"]


def test_nothing_of_a_registration_is_a_result() -> None:
    for report in sample():
        assert {finding.basis.name for finding in report.findings} == {"aim-only"}
        assert of(report).findings == ()
        assert of(report).outcomes == ()
    assert any("improves" in section.text.raw for section in sample()[0].sections), (
        "a result, if it stood elsewhere"
    )


def test_each_planned_outcome_is_an_aim_and_stands_there_once() -> None:
    named = [(finding.quote.raw, finding.outcome) for finding in sample()[0].findings]
    words = [quote for quote, _ in named]
    for measure in ("Change in hope", "Days in hospital", "Cost per boat", "Loneliness"):
        assert sum(quote in measure or measure in quote for quote in words) == 1
    assert {outcome.value.name for _, outcome in named if outcome} >= {"length-of-stay", "loneliness"}


def test_without_annotation_the_aims_are_there_all_the_same() -> None:
    made = converted((SAMPLES / "api-answer.json").read_text(), annotated=False)
    assert [finding.outcome for finding in made.reports[0].findings] == [None] * 4


@pytest.mark.parametrize(
    ("enrolment", "sizes", "notes"),
    [
        ({"count": 118, "type": "ACTUAL"}, [118], []),
        ({"count": 118, "type": "ESTIMATED"}, [], ["Planned enrolment: 118"]),
        ({"count": 118, "type": "GUESSED"}, [], ["Planned enrolment: 118"]),
        ({"count": 118}, [], ["Planned enrolment: 118"]),
        ({"count": "many", "type": "ACTUAL"}, [], []),
        ({"count": -1, "type": "ACTUAL"}, [], []),
    ],
)
def test_only_those_who_were_counted_have_a_size(
    enrolment: dict[str, object], sizes: list[int], notes: list[str]
) -> None:
    summary = {"briefSummary": "This trial will test coaching in 200 people who use opioids."}
    (report,) = converted(
        study(designModule={"enrollmentInfo": enrolment}, descriptionModule=summary)
    ).reports
    assert [group.size.value for group in of(report).groups if group.size] == sizes
    assert [note.value for note in report.notes] == notes


def test_groups_are_counted_where_results_count_them() -> None:
    done, planned = sample()
    sizes = [(group.description.value, group.size and group.size.value) for group in of(done).groups]
    assert sizes == [("118 participants enrolled", 118), ("Peer navigation", 60), ("Usual care", 58)]
    assert [group.size for group in of(planned).groups] == [None] * len(of(planned).groups)


def test_who_came_in_a_later_period_did_not_start_the_trial() -> None:
    def period(group: str, number: str) -> dict[str, object]:
        count = {"groupId": group, "numSubjects": number}
        return {"milestones": [{"type": "STARTED", "achievements": [count]}]}

    groups = [{"id": "FG000", "title": "First"}, {"id": "FG001", "title": "Later"}]
    flow = {"groups": groups, "periods": [period("FG000", "9"), period("FG001", "5")]}
    results = {"resultsSection": {"participantFlowModule": flow}}
    (report,) = converted({**study(), **results}, annotated=False).reports
    assert [group.size and group.size.value for group in of(report).groups] == [9, None]


@pytest.mark.parametrize(
    ("kind", "info", "methods"),
    [
        (
            "INTERVENTIONAL",
            {"allocation": "RANDOMIZED", "interventionModel": "CROSSOVER"},
            ["rct", "crossover"],
        ),
        (
            "INTERVENTIONAL",
            {"allocation": "NA", "interventionModel": "SINGLE_GROUP"},
            ["interventional-design"],
        ),
        ("OBSERVATIONAL", {"observationalModel": "CASE_CONTROL"}, ["case-control"]),
        ("OBSERVATIONAL", {"observationalModel": "OTHER"}, ["observational-design"]),
        ("EXPANDED_ACCESS", {}, []),
    ],
)
def test_a_design_is_what_the_vocabulary_calls_it(
    kind: str, info: dict[str, str], methods: list[str]
) -> None:
    design = {"studyType": kind, "designInfo": info}
    (report,) = converted(study(designModule=design), annotated=False).reports
    assert [method.value.name for method in of(report).methods] == methods


def test_works_with_results_of_the_trial_are_related_to_it() -> None:
    report = sample()[0]
    assert [one.work.pmid.value for one in report.relations if one.work.pmid] == ["30000002", "30000003"]
    assert [one.position for one in report.references] == [1, 2, 3]


def test_headings_have_the_numbers_that_mesh_gives_them() -> None:
    headings = [one for one in sample()[0].subject_classes if one.scheme.value == "MeSH"]
    assert [one.identifier.value for one in headings if one.identifier] == ["D012559", "D067243"]


def test_what_is_no_study_is_refused_and_the_others_are_read() -> None:
    odd: list[object] = [
        {"protocolSection": {"identificationModule": {"nctId": 7}}},
        {"protocolSection": []},
        study(designModule=[1], outcomesModule={"primaryOutcomes": {"measure": 3}}, statusModule="x"),
    ]
    made = converted("\n".join(json.dumps(one) for one in odd))
    assert [problem.code for problem in made.problems if problem.severity == "error"] == ["no-record"] * 2
    assert len(made.reports) == 1


def test_everything_that_is_stated_is_quoted_where_it_stands() -> None:
    made = converted((SAMPLES / "api-answer.json").read_text())
    exact = [quad.object for quad in made.evidence if quad.predicate.value.endswith("#exact")]
    quotes = [one.value for one in exact if isinstance(one, Literal)]
    assert {"Harbour navigation", "RANDOMIZED", "60"} <= set(quotes)
    assert "" not in quotes
