"""Annotation of whole reports: the seeds, seeds that were changed, and laws."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.annotation import Candidate, annotate
from kg.model import Concept, Report, Study
from kg.problems import Problem
from kg.source import Source
from kg.sources import recognise
from tests.annotating import VOCABULARY, abstract_of, annotated, claims_of, places, said, study_of
from tests.building import assert_in_place

ROOT = Path(__file__).parent.parent
SEEDS = {path.stem[:3]: path for path in sorted((ROOT / "seeds").glob("*.txt"))}


def seed(number: str, *changes: tuple[str, str]) -> tuple[Source, Report]:
    """The report of a seed, after changes to its text."""
    text = SEEDS[number].read_bytes().decode()
    for old, new in changes:
        assert old in text, f"the seed does not say {old!r}"
        text = text.replace(old, new)
    source = Source.from_bytes(SEEDS[number].name, text.encode())
    (report,) = [record for record in recognise(source).read(source) if isinstance(record, Report)]
    return source, annotated(report)


def seed_study(number: str, *changes: tuple[str, str]) -> Study:
    study = seed(number, *changes)[1].study
    assert study is not None
    return study


def names(concepts: tuple[Concept, ...]) -> set[str]:
    return {concept.value.name for concept in concepts}


@pytest.mark.parametrize("number", SEEDS)
def test_every_annotated_value_is_at_its_place(number: str) -> None:
    source, report = seed(number)
    _, candidates = annotate(report, VOCABULARY)
    found = places(report) + [candidate.place for candidate in candidates]
    assert found
    assert [f for f in found if source.text[f.start : f.end] != f.raw] == []


@pytest.mark.parametrize("number", SEEDS)
def test_annotating_twice_gives_the_same(number: str) -> None:
    _, report = seed(number)
    assert annotate(report, VOCABULARY) == annotate(report, VOCABULARY)


def sizes(study: Study) -> list[tuple[int | None, str | None]]:
    return [(g.size.value if g.size else None, g.role.value.name if g.role else None) for g in study.groups]


def test_the_seeds_count_their_people_and_their_data() -> None:
    assert sizes(seed_study("000")) == [(8, "peer-mentor")]
    assert sizes(seed_study("001")) == [(16, "peer-technician"), (12, "vocational-rehabilitation-specialist")]
    assert sizes(seed_study("002")) == [(None, "peer-worker")]
    assert sizes(seed_study("004")) == [(5, "peer-worker")]
    counts = {d.count.value for n in ("000", "001", "002", "004") for d in seed_study(n).data if d.count}
    assert counts == {383}


@pytest.mark.parametrize(
    ("number", "old", "new", "expected"),
    [
        ("000", "eight peer mentors", "eleven peer mentors", [(11, "peer-mentor")]),
        ("000", "with eight peer mentors", "with 23 recovery coaches", [(23, "peer-recovery-coach")]),
        ("001", "16 Peer Technicians", "40 Peer Specialists",
         [(40, "peer-specialist"), (12, "vocational-rehabilitation-specialist")]),
        ("001", " and 12 Vocational Rehabilitation Specialists", "", [(16, "peer-technician")]),
        ("004", "(N = 5)", "(N = 1,205)", [(1205, "peer-worker")]),
    ],
)  # fmt: skip
def test_groups_follow_the_text(number: str, old: str, new: str, expected: list[tuple[int, str]]) -> None:
    assert sizes(seed_study(number, (old, new))) == expected


@pytest.mark.parametrize(
    ("number", "old", "new", "outcome", "direction"),
    [
        ("002", "enhancing self-efficacy", "undermining self-efficacy", "self-efficacy", "worsened"),
        ("002", "overcoming stigma", "increasing stigma", "stigma", "worsened"),
        ("002", "increasing peer resiliency", "increasing hopelessness", "hope", "worsened"),
        ("003", "Decreased psychotic", "Increased psychotic", "psychotic-symptoms", "worsened"),
        ("003", "longer community tenure", "shorter community tenure", "community-tenure", "worsened"),
        ("003", "Raised empowerment", "No change in empowerment", "empowerment", "no-difference"),
    ],
)  # fmt: skip
def test_directions_follow_the_text(number: str, old: str, new: str, outcome: str, direction: str) -> None:
    assert (outcome, direction) in said(seed(number, (old, new))[1].findings)


def test_a_claim_taken_away_is_gone() -> None:
    before = {f.quote.raw for f in seed("003")[1].findings if f.basis.name == "cited-from-other"}
    gone = "Raised empowerment scores\n(Davidson, et al., 1999; Dumont & Jones, 2002;"
    after = seed("003", (gone, "(Davidson, et al., 1999; Dumont & Jones, 2002;"))[1]
    assert len(before) == 11
    assert {f.quote.raw for f in after.findings if f.basis.name == "cited-from-other"} <= before - {
        "Raised empowerment scores"
    }


def test_the_slides_claims_are_judged_by_polarity_and_are_on_anothers_word() -> None:
    _, report = seed("003")
    assert report.study is None
    cited = [f for f in report.findings if f.basis.name == "cited-from-other"]
    assert {f.direction.name for f in cited} == {"improved"}
    assert all(f.citations for f in cited)
    assert said(tuple(cited))[-4:] == [
        ("hospital-admission", "improved"),
        ("community-tenure", "improved"),
        ("substance-use", "improved"),
        ("depression-symptoms", "improved"),
    ]


def test_what_the_seeds_aim_at_is_not_what_they_found() -> None:
    assert "smoking-cessation" not in names(seed_study("000").outcomes)
    assert not {"citizenship", "social-inclusion"} & names(seed_study("001").outcomes)
    for number, aim in (("000", "smoking-cessation"), ("001", "social-inclusion")):
        aims = [f for f in seed(number)[1].findings if f.outcome and f.outcome.value.name == aim]
        assert {f.basis.name for f in aims} == {"aim-only"}


def test_results_about_the_peers_themselves_say_so() -> None:
    for number in ("000", "002"):
        assert {f.concerns.name for f in seed_study(number).findings if f.concerns} == {"peers"}


def test_one_programme_named_twice_is_one() -> None:
    assert [p.name.raw for p in seed_study("002").programmes] == ["TAY program"]
    (programme,) = seed_study("004").programmes
    assert (programme.name.raw, programme.started and str(programme.started.value)) == ("RECOVERY", "2016")


def test_a_candidate_becomes_a_problem_of_its_document() -> None:
    source = Source.from_bytes("x.txt", b"one\nconfidence grew")
    problem = Candidate(source.span(4, 14), "may be one of two").problem(source)
    assert problem == Problem(
        "candidate", "may be one of two", "x.txt", 4, 14, 2, "confirm or reject it in a curation file", "info"
    )


def test_an_empty_report_says_nothing() -> None:
    assert annotate(Report(), VOCABULARY) == (Report(), ())


WORDS = (
    *(
        "peer mentors",
        "(n = 5)",
        "reduced",
        "hope",
        ",",
        "and",
        ".",
        "increased",
        ";",
        "no difference in",
        "stigma",
    ),
    *(
        "We interviewed 12",
        "people with depression",
        "may",
        "[",
        ")",
        "“",
        "”",
        "the RECOVERY program called",
    ),
    *("In 2016", "was", "were", "not", "(1)", "(2)", "%", "–", "veterans", "Peers", "use of", "Themes were"),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=60,
    )
)
def test_no_arrangement_of_words_breaks_the_annotators(words: list[str]) -> None:
    text = "Title\n\n" + " ".join(words)
    report, candidates = annotate(abstract_of(text), VOCABULARY)
    found = places(report) + [candidate.place for candidate in candidates]
    assert [f for f in found if text[f.start : f.end] != f.raw] == []


HOSTILE = [
    "We found that peer support reduced hope, " + "stigma and " * 4000,
    "We interviewed " + "(" * 20_000 + "n = 5" + ")" * 20_000,
    "Results: " + "increased " * 8000,
    "We asked 12 " + "very " * 10_000 + "kind people.",
    "Peers were " + "not " * 15_000 + "better.",
    "a" * 60_000,
    "The " + "Peer " * 12_000 + "Program",
    "Themes were " + "".join(f"({n}) hope; " for n in range(1, 3000)),
]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_long_hostile_text_comes_to_an_end(text: str) -> None:
    """A quadratic reader would meet the time limit of every test."""
    page = f"Title\n\nWe interviewed peer mentors. {text}"
    assert_in_place(annotated(abstract_of(page)), page)


def test_the_number_of_a_group_is_what_makes_two_groups_one() -> None:
    text = "T\n\nWe surveyed 40 veterans. The 40 veterans were followed. We interviewed 12 veterans."
    assert [g.size.value for g in study_of(abstract_of(text)).groups if g.size] == [40, 12]


def test_full_width_punctuation_is_read_as_punctuation_and_kept_in_the_raw_words() -> None:
    text = "A study\nMethods：We asked peers．Results：Hope rose（P＜0.05）．Stigma fell；self-esteem rose．"
    report = annotated(abstract_of(text))
    assert report.study is not None
    assert said(report.study.findings) == [
        ("hope", "improved"),
        ("stigma", "improved"),
        ("self-esteem", "improved"),
    ]
    assert all(text[place.start : place.end] == place.raw for place in places(report.study))


def test_characters_without_width_are_kept_in_the_raw_words_only() -> None:
    claim = "Im\u00adproved rela\u00adtionships with provid\u00aders"
    (finding,) = annotated(claims_of(claim)).findings
    assert finding.outcome_as_printed.value == "relationships with providers"
    assert finding.outcome_as_printed.raw in claim
    assert finding.direction.name == "improved"
