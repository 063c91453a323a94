"""What people decide about facts: how files of decisions are read, and what becomes of the facts."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg import checking, iris, linking
from kg.curation import curate
from kg.decidable import KINDS, PARTS
from kg.decisions import ACTIONS, Curation, CurationError, Decision
from kg.mapping import Plan
from kg.model import Person, Report
from kg.problems import Problem
from kg.registry import Row
from kg.source import Found
from kg.understanding import places
from tests.curating import (
    BASE,
    HERE,
    TEXT,
    VOCABULARY,
    converted,
    decided,
    decision,
    lamps,
    one,
    refusal,
    source,
)

PK = "https://w3id.org/peerkg/ontology#"
OA = "http://www.w3.org/ns/oa#"


def node(kind: str, number: int = 0) -> str:
    """The path of a thing as it was read."""
    printed = f"{source().id} 1"
    found = [one for one in iris.nodes(lamps(), BASE, printed=printed).walk() if one.kind == kind]
    return list(dict.fromkeys(one.iri for one in found))[number].removeprefix(BASE)


# Single decisions


def test_a_field_of_the_report_is_corrected_at_its_own_characters() -> None:
    report = one(decision("correct", "report", "volume", "4", "3(1)"))
    assert report.volume is not None
    assert (report.volume.value, report.volume.raw) == ("4", "3")


def test_a_correction_from_elsewhere_takes_the_place_of_its_quote() -> None:
    report = one(decision("correct", "report", "title", "Lamps", "Journal of Lamps 3(1)"))
    assert report.title is not None
    assert TEXT[report.title.start : report.title.end] == "Journal of Lamps 3(1)"


def test_an_author_is_rejected() -> None:
    report = one(decision("reject", "author", quote="Lind, Per"))
    assert [author.name_as_printed.value for author in report.authorships] == ["Okafor, Ada"]


def test_an_author_is_added() -> None:
    value = {"words": "Journal", "position": "3", "family": "Journal"}
    report = one(decision("add", "author", value=value, quote="Journal of Lamps"))
    assert [author.position for author in report.authorships] == [1, 2, 3]
    assert report.authorships[2].person is not None


@pytest.mark.parametrize("term", ["size", "groupSize", "pk:groupSize", f"{PK}groupSize"])
def test_a_property_goes_by_any_of_its_names(term: str) -> None:
    report = one(decision("correct", "group", term, "11", "9 peer guides"))
    assert report.study is not None
    size = report.study.groups[0].size
    assert size is not None
    assert (size.value, size.raw) == (11, "9")


def test_a_group_that_is_corrected_is_so_in_the_finding_about_it() -> None:
    report = one(decision("correct", "group", "size", "11", "9 peer guides"))
    assert report.study is not None
    assert report.findings[0].about == report.study.groups[0]


def test_a_group_that_is_rejected_is_gone_from_the_finding_about_it() -> None:
    report = one(decision("reject", "group", quote="9 peer guides"))
    assert report.study is not None
    assert [group.quote.value for group in report.study.groups] == ["4 porters"]
    assert report.findings[0].about is None


def test_one_concept_of_several_is_told_by_its_characters() -> None:
    report = one(
        decision("add", "study", "methods", "method/interview", "We asked"),
        decision("correct", "study", "methods", "focus group", "hall, a survey"),
    )
    assert report.study is not None
    assert [str(one.value) for one in report.study.methods] == ["method/focus-group", "method/interview"]


def test_a_direction_and_a_basis_are_corrected() -> None:
    report = one(
        decision("correct", "finding", "direction", "direction/worsened", "Hope rose"),
        decision("correct", "finding", "basis", "background-claim", "Hope rose"),
    )
    assert [str(report.findings[0].direction), str(report.findings[0].basis)] == [
        "direction/worsened",
        "basis/background-claim",
    ]


def test_a_result_that_is_somebody_elses_is_the_studys_no_more() -> None:
    report = one(decision("correct", "finding", "basis", "background-claim", "Hope rose"))
    assert report.study is not None
    assert [finding.quote.value for finding in report.study.findings] == ["Anger fell at once"]
    assert report.study.outcomes == ()


def test_an_outcome_that_is_rejected_is_measured_no_more() -> None:
    report = one(decision("reject", "finding", "outcome", quote="Hope rose among guests"))
    assert report.findings[0].outcome is None
    assert report.study is not None
    assert report.study.outcomes == ()


def test_an_outcome_that_was_not_recognised_is_added() -> None:
    report = one(decision("add", "finding", "outcome", "outcome/anxiety-symptoms", "Anger"))
    outcome = report.findings[1].outcome
    assert outcome is not None
    assert (str(outcome.value), outcome.raw) == ("outcome/anxiety-symptoms", "Anger")
    assert report.study is not None
    assert [str(one.value) for one in report.study.outcomes] == ["outcome/hope", "outcome/anxiety-symptoms"]


def test_a_finding_is_added_as_a_whole() -> None:
    value = {"words": "Hope", "outcome": "outcome/hope", "direction": "described", "basis": "aim-only"}
    report = one(decision("add", "finding", value=value, quote="Hope may have other roots"))
    added = report.findings[-1]
    assert (added.quote.value, added.outcome_as_printed.start) == (
        "Hope may have other roots",
        TEXT.index("Hope may"),
    )
    assert report.study is not None
    assert added not in report.study.findings


def test_an_own_result_that_is_added_belongs_to_the_study() -> None:
    value = {"direction": "described", "basis": "own-result"}
    report = one(decision("add", "finding", value=value, quote="Hope may have other roots"))
    assert report.study is not None
    assert report.study.findings == report.findings


@pytest.mark.parametrize("value", ["2", "dale r.", "report/"])
def test_a_citation_is_resolved_to_an_entry_of_the_list_wherever_it_stands(value: str) -> None:
    value = node("Report", 2) if value == "report/" else value
    report = one(decision("correct", "citation", "work", value, "Vale, 2001"))
    assert report.citations[0].work == report.references[1].work
    assert report.citations[0].status == "resolved"
    assert report.findings[0].citations == report.citations


def test_a_resolution_that_is_rejected_is_unresolved() -> None:
    entry = one(decision("reject", "reference", "work", quote="Dale R. Locks")).references[1]
    assert (entry.work, entry.status) == (None, "unresolved")


def test_a_thing_is_named_by_its_path_or_its_iri() -> None:
    path = node("ParticipantGroup", 1)
    for subject in (path, BASE + path):
        report = one(decision("reject", subject))
        assert report.study is not None
        assert [group.quote.value for group in report.study.groups] == ["9 peer guides"]


def test_a_thing_is_named_by_an_iri_of_an_earlier_release() -> None:
    group = next(one for one in iris.nodes(lamps(), BASE).walk() if one.kind == "ParticipantGroup")
    parent = "https://w3id.org/peerkg/report/as-it-was"
    rows = {
        f"{BASE}group/as-it-was": (f"{parent}{group.keys[0]}",),
        parent: ("doi:10.5555/lamps",),
    }
    old = decision("reject", "group/as-it-was")
    found = decided(old, published=Curation((old,)).knowing(rows).published)
    assert found.problems == ()
    assert found.reports[0].study is not None
    assert len(found.reports[0].study.groups) == 1


def test_the_quote_may_be_broken_over_lines() -> None:
    assert len(one(decision("reject", "author", quote="Lind,\n Per")).authorships) == 1


def test_a_candidate_that_is_rejected_is_shown_no_more() -> None:
    start = TEXT.index("other roots")
    problem = Problem("candidate", "roots?", HERE, start, start + 11, 7, severity="info")
    assert decided(problems=(problem,)).problems == (problem,)
    rejected = decision("reject", "candidate", quote="other roots")
    assert decided(rejected, problems=(problem,)).problems == ()


def test_a_candidate_whose_fact_is_added_is_shown_no_more() -> None:
    start = TEXT.index("other roots")
    problem = Problem("candidate", "roots?", HERE, start, start + 11, 7, severity="info")
    value = {"direction": "described", "basis": "own-result"}
    added = decision("add", "finding", value=value, quote="Hope may have other roots")
    assert decided(added, problems=(problem,)).problems == ()


# Decisions that are not obeyed: what is said of them

REFUSED: list[tuple[Decision, str, str]] = [
    (decision("reject", "author", quote="Fox, Ada"), "stale-decision", "the quote is not in"),
    (decision("reject", "group", quote="Hope rose"), "stale-decision", "no group is read at line 7"),
    (decision("confirm", "group", "size", "8", "9 peer guides"), "stale-decision", "is read as '9'"),
    (decision("reject", "group/none"), "stale-decision", "nothing that is read"),
    (decision("add", "report", "pmid", "1", "Hope"), "ambiguous-quote", "in 2 places"),
    (decision("reject", "group", quote="9 peer guides and 4 porters"), "ambiguous-decision", "group/"),
    (decision("reject", "lamp", quote="Hope rose"), "decision-unclear", "is no kind of thing"),
    (
        decision("correct", "group", "colour", "1", "4 porters"),
        "decision-unclear",
        "is no property of a group",
    ),
    (decision("correct", "group", "size", "many", "4 porters"), "decision-unclear", "no whole number"),
    (decision("correct", "group", "", "1", "4 porters"), "decision-unclear", "what to correct"),
    (decision("reject", "study", quote="survey"), "decision-unclear", "cannot be rejected as a whole"),
    (decision("reject", "finding", "direction", quote="Hope rose"), "decision-unclear", "cannot be without"),
    (decision("add", "study", "methods", "method/surveys", "We asked"), "decision-unclear", "no concept"),
    (
        decision("correct", "finding", "direction", "better", "Hope rose"),
        "decision-unclear",
        "direction/improved",
    ),
    (decision("add", "report", "doi", "10.1/x", "Hope rose"), "decision-unclear", "no DOI"),
    (decision("add", "report", "volume", "5", "Hope rose"), "decision-unclear", "already"),
    (
        decision("add", "finding", value={"basis": "own-result"}, quote="Anger fell"),
        "decision-unclear",
        "direction",
    ),
    (decision("add", "finding", value={"tone": "dark"}, quote="Anger fell"), "decision-unclear", "'tone'"),
    (decision("add", "group", value={"words": "ten"}, quote="4 porters"), "decision-unclear", "'ten'"),
    (decision("confirm", "candidate", quote="Hope rose"), "decision-unclear", "cannot be confirmed"),
    (decision("correct", "study", "outcomes", "outcome/hope", "Hope rose"), "decision-unclear", "by itself"),
    (decision("correct", "citation", "work", "9", "Vale, 2001"), "decision-unclear", "0 entries"),
    (decision("correct", "report", "issued", "2018-13", "2018"), "stale-decision", "no issued"),
    (decision("add", "report", "issued", "2018-13", "2018"), "decision-unclear", "no date"),
]


@pytest.mark.parametrize(("wrong", "code", "words"), REFUSED, ids=[one[2] for one in REFUSED])
def test_a_decision_that_fits_nothing_is_a_problem_at_its_line(
    wrong: Decision, code: str, words: str
) -> None:
    problem = refusal(wrong)
    assert (problem.code, problem.path, problem.line) == (code, "c.toml", 7)
    assert words in problem.message + problem.hint
    assert problem.hint


@pytest.mark.parametrize(
    "pair",
    [
        (
            decision("confirm", "group", "size", quote="4 porters"),
            decision("reject", "group", quote="4 porters"),
        ),
        (
            decision("correct", "group", "size", "5", "4 porters"),
            decision("correct", "group", "size", "6", "4 porters"),
        ),
        (
            decision("confirm", "study", "methods", quote="a survey"),
            decision("reject", "study", "methods", quote="a survey"),
        ),
        (
            decision("add", "report", "pmid", "1", "in the hall"),
            decision("add", "report", "pmid", "2", "in the hall"),
        ),
        (  # a part of what is rejected, a whole of which a part is wrong, one thing by two ways
            decision("reject", "author", quote="Okafor, Ada"),
            decision("correct", "person", "family", "Okafo", "Okafor, Ada"),
        ),
        (
            decision("confirm", "finding", quote="Hope rose"),
            decision("correct", "finding", "direction", "direction/worsened", "Hope rose"),
        ),
        (
            decision("confirm", "report", "journal"),
            decision("reject", "journal", quote="Journal of Lamps"),
        ),
    ],
)
def test_of_two_that_contradict_each_other_neither_is_obeyed(pair: tuple[Decision, Decision]) -> None:
    found = decided(*pair)
    assert found.reports == (lamps(),)
    assert [problem.code for problem in found.problems] == ["contradictory-decisions"] * 2
    assert found.obeyed == ()


def test_a_concept_is_not_right_at_one_level_and_wrong_at_another() -> None:
    report = lamps()
    assert report.study is not None
    role = report.study.groups[0].role
    assert role is not None
    told = replace(report, study=replace(report.study, roles=(role,)))
    pair = (
        decision("confirm", "group", "role", quote="9 peer guides"),
        decision("reject", "study", "roles", quote="9 peer guides"),
    )
    found = curate([told], (), source(), curation=Curation(pair), vocabulary=VOCABULARY, base=BASE)
    assert [problem.code for problem in found.problems] == ["contradictory-decisions"] * 2


def test_two_that_say_the_same_are_obeyed() -> None:
    report = one(
        decision("correct", "group", "size", "5", "4 porters"),
        decision("correct", "group", "groupSize", "5", "porters"),
    )
    assert report.study is not None
    assert report.study.groups[1].size is not None
    assert report.study.groups[1].size.value == 5


def test_a_decision_that_the_reader_has_caught_up_with_is_said_to_be_needless() -> None:
    found = decided(decision("correct", "group", "size", "4", "4 porters"))
    assert [problem.code for problem in found.problems] == ["needless-decision"]
    assert found.obeyed


# Statements


def test_what_is_rejected_is_in_no_graph_and_its_decision_does_not_repeat_it() -> None:
    rejected = decision("reject", "author", quote="Lind, Per")
    made = converted(rejected)
    written = "\n".join(map(str, [*made.facts, *made.evidence])) + repr(made.entities)
    assert "Okafor" in written
    # The sentence around an author's name is the whole line: only there the name is still printed.
    told = [line for line in written.splitlines() if "Lind" in line]
    assert all(f"{OA}prefix" in line or f"{OA}suffix" in line for line in told)
    assert any("decisionAction" in str(quad) and '"reject"' in str(quad) for quad in made.facts)


def test_a_correction_keeps_the_printed_value_as_evidence() -> None:
    made = converted(decision("correct", "group", "size", "11", "9 peer guides"))
    (fact,) = [
        quad for quad in made.facts if quad.predicate.value == f"{PK}groupSize" and quad.object == Literal(11)
    ]
    group = fact.subject
    iri = next(quad.subject for quad in made.evidence if quad.object == Literal(11))
    assert isinstance(iri, NamedNode)
    exact = {str(quad.object) for quad in made.evidence if quad.subject == NamedNode(f"{iri.value}#quote")}
    assert '"9"' in exact
    assert any(quad.subject == group and quad.predicate.value == f"{PK}curatedBy" for quad in made.facts)
    assert any(quad.subject == iri and quad.predicate.value == f"{PK}curatedBy" for quad in made.evidence)


def test_what_is_corrected_within_a_report_keeps_its_iri() -> None:
    before, after = (
        converted(),
        converted(
            decision("correct", "finding", "direction", "direction/worsened", "Hope rose"),
            decision("correct", "group", "size", "11", "9 peer guides"),
            decision("correct", "author", "nameAsPrinted", "Okafor-Lee, Ada", "Okafor, Ada"),
            decision("correct", "citation", "work", "1", "Vale, 2001"),
        ),
    )
    kept = {one.iri for one in before.entities if one.kind in {"Finding", "ParticipantGroup", "Authorship"}}
    assert kept <= {one.iri for one in after.entities}
    assert {one.iri for one in after.entities} == {one.iri for one in before.entities}


def test_a_wrong_identifier_is_no_key_of_the_corrected_work() -> None:
    made = converted(decision("correct", "report", "doi", "10.5555/halls", "10.5555/lamps"))
    every = {key for one in made.entities for key in one.keys}
    assert "doi:10.5555/halls" in every
    assert "doi:10.5555/lamps" not in every


def test_a_work_with_a_corrected_title_keeps_its_published_iri() -> None:
    before = linking.identities(converted().entities)
    rows: list[Row] = list(before.rows)
    after = converted(decision("correct", "report", "title", "Lamps in halls", "Lamps in the hall"))
    found = linking.identities(after.entities, rows)
    states = {row.iri: row.state for row in found.rows if row.kind == "Report"}
    assert set(states.values()) == {"live"}
    assert states.keys() == {row.iri for row in rows if row.kind == "Report"}


def test_decisions_keep_to_the_shapes() -> None:
    made = converted(
        decision("confirm", "author", quote="Okafor, Ada"),
        decision("correct", "group", "size", "11", "9 peer guides"),
        decision("reject", "group", quote="4 porters"),
        decision(
            "add", "finding", value={"direction": "described", "basis": "own-result"}, quote="Hope may have"
        ),
    )
    facts = {quad.triple for quad in made.facts}
    every = checking.check([*facts, *checking.vocabulary(facts)], checking.shapes())
    assert every.violations == []
    evidence = checking.check([quad.triple for quad in made.evidence], checking.shapes(evidence=True))
    assert evidence.violations == []


def test_a_decision_tells_who_when_and_why() -> None:
    made = converted(decision("confirm", "author", quote="Okafor, Ada"))
    plan = Plan.load()
    (about,) = [q for q in made.facts if q.predicate.value == f"{PK}curatedBy"]
    said: dict[str, Any] = {q.predicate.value: q.object for q in made.facts if q.subject == about.object}
    agent = said["http://www.w3.org/ns/prov#wasAttributedTo"]
    assert isinstance(agent, NamedNode)
    assert agent.value.startswith(f"{BASE}agent/ada-fox-")
    assert said["http://purl.org/dc/terms/date"].value == "2026-11-22"
    assert said[plan.row("Decision", "note").predicate.value] == Literal("It says so.")
    assert about.subject == NamedNode(BASE + node("Authorship"))
    assert {q.graph_name for q in made.facts if q.subject == about.object} == {
        NamedNode(f"{BASE}graph/curation")
    }


def test_an_orcid_is_the_iri_of_who_decided() -> None:
    made = converted(replace(decision("confirm", "author", quote="Okafor, Ada"), by="0000-0002-1825-0097"))
    assert NamedNode("https://orcid.org/0000-0002-1825-0097") in {quad.object for quad in made.facts}


def test_a_decision_publishes_no_more_words_than_the_document_allows() -> None:
    added = decision("add", "report", "pmid", "77", "Anger fell at once")
    shown = "\n".join(map(str, converted(added).facts))
    hidden = "\n".join(map(str, converted(added, policy="none").facts))
    assert "Anger fell at once" in shown
    assert "Anger" not in hidden
    stale = decision("confirm", "group", "size", "8", "9 peer guides")
    assert all("9" not in one.message for one in converted(stale, policy="none").problems)


# Laws


TERMS = [
    "",
    "size",
    "title",
    "doi",
    "methods",
    "direction",
    "work",
    "outcome",
    "findings",
    "groups",
    "nonsense",
]
VALUES = st.one_of(
    st.sampled_from(
        ["", "7", "method/survey", "direction/worsened", "outcome/hope", "10.5555/x", "2018", "2"]
    ),
    st.dictionaries(
        st.sampled_from(sorted({part for parts in PARTS.values() for part in parts})),
        st.sampled_from(["Hope", "3", "own-result", "described", "outcome/hope", "9 peer guides"]),
        min_size=1,
    ),
)
QUOTES = st.one_of(
    st.sampled_from(["Hope rose", "9 peer guides", "Lind, Per", "Vale, 2001", "survey", "gone", "a", "."]),
    st.integers(0, len(TEXT) - 2).flatmap(
        lambda start: st.integers(start + 1, len(TEXT)).map(lambda end: TEXT[start:end])
    ),
)
DECISIONS = st.builds(
    decision,
    st.sampled_from(ACTIONS[:4]),
    st.sampled_from([*KINDS, "finding/none", "lamp"]),
    st.sampled_from(TERMS),
    VALUES,
    QUOTES,
)


@given(st.lists(DECISIONS, max_size=4))
def test_whatever_is_decided_every_value_stays_at_its_place_and_every_decision_is_heeded(
    decisions: list[Decision],
) -> None:
    found = decided(*decisions)
    assert found.heeded == {one.id for one in decisions}
    told = {problem.path for problem in found.problems}
    assert told <= {"c.toml"}
    assert len({one.decision for one in found.obeyed}) + len(found.problems) >= len(set(decisions))
    for report in found.reports:
        for place in _places(report):
            assert TEXT[place.start : place.end] == place.raw


@given(st.lists(DECISIONS, max_size=3))
def test_decisions_work_in_any_order(decisions: list[Decision]) -> None:
    one, other = decided(*decisions), decided(*reversed(decisions))
    assert set(_places(one.reports[0])) == set(_places(other.reports[0]))
    assert sorted(map(str, one.problems)) == sorted(map(str, other.problems))


@pytest.mark.parametrize("kind", ["Finding", "ParticipantGroup", "Authorship"])
def test_what_is_rejected_stays_gone_whatever_else_is_decided(kind: str) -> None:
    rejected = decision("reject", node(kind))
    for other in (
        decision("add", "report", "pmid", "7", "Anger fell"),
        decision("reject", "group", quote="4 porters"),
    ):
        gone = {item.iri for item in converted(rejected, other).entities}
        assert BASE + node(kind) not in gone


def _places(report: Report) -> Any:
    return list(places(report))


# Files


def load(folder: Path, text: str | bytes, name: str = "one.toml") -> Curation:
    home = folder / "curation"
    home.mkdir(exist_ok=True)
    (home / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return Curation.load(folder)


WHOLE = """\
# a comment with [[decision]] in it
[[decision]]
source = "x.txt"
subject = "author"
quote = '''
[[decision]]
Fox'''
action = "reject"
by = "Ada"
on = 2026-11-22
why = "no"
"""


def test_a_decision_is_read_with_its_line(tmp_path: Path) -> None:
    (found,) = load(tmp_path, WHOLE).decisions
    assert (found.action, found.source, found.line) == ("reject", str(tmp_path / "x.txt"), 2)
    assert found.quote == "[[decision]]\nFox"
    assert found.path.endswith("curation/one.toml")


def test_several_files_are_read_as_one_and_a_decision_counts_once(tmp_path: Path) -> None:
    load(tmp_path, WHOLE)
    more = WHOLE.replace("reject", "confirm")
    assert [one.action for one in load(tmp_path, WHOLE + more, "two.toml").decisions] == ["reject", "confirm"]


def test_what_is_not_filled_in_is_no_fault(tmp_path: Path) -> None:
    found = load(tmp_path, WHOLE + '\n[[decision]]\naction = ""\n')
    assert len(found.decisions) == 1
    (problem,) = found.unfilled
    assert (problem.code, problem.line, problem.severity) == ("unfilled-decision", 13, "info")


def changed(key: str, line: str) -> str:
    return "\n".join(line if one.startswith(f"{key} =") else one for one in WHOLE.splitlines())


FAULTS: list[tuple[str | bytes, int | None, str]] = [
    (changed("action", 'action = "doubt"'), 8, "'doubt'"),
    (changed("action", ""), 2, "no action"),
    (changed("action", "action = 3"), 8, "'3'"),
    (changed("by", 'by = " "'), 9, "who decided"),
    (changed("why", ""), 2, "the reason"),
    (changed("on", 'on = "yesterday"'), 10, "no day"),
    (changed("on", 'on = "2026-02-30"'), 10, "day is out of range"),
    (changed("on", "on = 2026-11-22T10:00:00"), 10, "with a time"),
    (changed("subject", "subject = 1.5"), 4, "a number with a fraction"),
    (changed("subject", "subject = []"), 4, "a list"),
    (changed("subject", f"subject = {hex(10**4000)}"), 4, "too large"),
    (changed("subject", 'subject = "a\\nb"'), 4, "several lines"),
    (changed("subject", 'subject = "a\\u0000b"'), 4, "U+0000"),
    (changed("subject", f'subject = "{"x" * 1001}"'), 4, "1,001 characters"),
    (changed("why", 'why = "x"\ncolour = "red"'), 12, "known are source"),
    (changed("why", "why = true"), 11, "True"),
    (changed("source", 'source = "../x.txt"'), 3, "out of the folder"),
    (changed("source", 'source = "/etc/passwd"'), 3, "out of the folder"),
    (changed("source", 'source = "."'), 3, "out of the folder"),
    (changed("source", ""), 2, "write the document's path"),
    (changed("subject", ""), 2, "what is decided about"),
    (changed("why", 'why = "x"\nvalue = { a = { b = 1 } }'), 12, "a table"),
    (changed("why", 'why = "x"\nvalue = { "a b" = 1 }'), 12, "has a part"),
    ("[[decision]]\naction = ", 2, "not TOML"),
    ("x = " + "[" * 5000, None, "too deeply"),
    (f"x = {'9' * 5000}", 1, "not TOML"),
    ("[decisions]\n", 1, "`decisions` is no key"),
    ("\ndecision = 3\n", 2, "no list of tables"),
    (b"\xff\xfe", None, "not UTF-8"),
    (b"a = 1\x00", 1, "not TOML"),
    (b"#" * 5_000_001, None, "the limit is"),
]


@pytest.mark.parametrize(("text", "line", "words"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_said_with_file_line_and_remedy(
    tmp_path: Path, text: str | bytes, line: int | None, words: str
) -> None:
    with pytest.raises(CurationError) as caught:
        load(tmp_path, text)
    (fault,) = caught.value.faults
    assert fault.path.endswith("one.toml")
    assert fault.line == line
    assert fault.hint
    assert words in str(caught.value)


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    text = changed("action", 'action = "doubt"') + "\n" + changed("by", "by = 4.5")
    with pytest.raises(CurationError, match="2 faults"):
        load(tmp_path, text)


def test_a_curation_file_may_not_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "out.toml").write_text(WHOLE)
    folder = tmp_path / "papers"
    (folder / "curation").mkdir(parents=True)
    (folder / "curation" / "one.toml").symlink_to(tmp_path / "out.toml")
    with pytest.raises(CurationError, match="leads out of the folder"):
        Curation.load(folder)


@given(st.binary(max_size=60) | st.text(alphabet="[]decision=\"'#\n =", max_size=80).map(str.encode))
def test_whatever_stands_in_a_file_is_read_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("curation")
    with suppress(CurationError):
        assert isinstance(load(folder, data), Curation)


def test_each_decision_has_an_id_of_its_own() -> None:
    every = [decision(action, "report", "pmid", value, "x") for action in ACTIONS for value in ("1", "2")]
    assert len({one.id for one in every}) == len(every)


# Identities


def test_a_thing_of_its_own_shares_no_key_with_what_others_call_so() -> None:
    journal = node("Journal")
    apart, together = converted(decision("split", journal)), converted()
    named = {one.iri for one in apart.entities if one.kind == "Journal"}
    assert BASE + journal not in named
    found = linking.identities([*together.entities, *apart.entities])
    assert len({found.final[iri] for iri in {*named, BASE + journal}}) == 2
    again = linking.identities([*together.entities, *apart.entities], list(found.rows))
    assert again.final == found.final


def test_a_report_of_its_own_takes_what_is_in_it_along() -> None:
    apart, together = converted(decision("split", node("Report"))), converted()
    shared = {one.iri for one in apart.entities} & {one.iri for one in together.entities}
    own = {"Finding", "Study", "ParticipantGroup"}
    assert own <= {one.kind for one in apart.entities}
    assert not own & {one.kind for one in apart.entities if one.iri in shared}
    assert node("Report") not in {iri.removeprefix(BASE) for iri in shared}


def test_what_belongs_to_a_report_cannot_be_split_off() -> None:
    assert "split the report" in refusal(decision("split", node("Finding"))).hint


def entity(name: str, *keys: str) -> linking.Entity:
    return linking.Entity(f"{BASE}institution/{name}", "Institution", keys, name)


@pytest.mark.parametrize("order", [1, -1])
def test_what_a_person_keeps_apart_is_not_joined_by_way_of_a_third(order: int) -> None:
    chain = [
        entity("a", "institution:x"),
        entity("b", "institution:x", "institution:y"),
        entity("c", "institution:y"),
    ]
    joined = linking.identities(chain)
    assert len(set(joined.final.values())) == 1
    pair = (f"{BASE}institution/a", f"{BASE}institution/c")
    found = linking.identities(chain[::order], apart=[pair])
    assert found.final[pair[0]] != found.final[pair[1]]
    (told,) = [one for one in found.decisions if one.kind == "apart"]
    assert linking.DECIDED in told.reason


def test_what_was_one_before_becomes_two_and_stays_so() -> None:
    both = [entity("a", "institution:x"), entity("c", "institution:x", "institution:y")]
    before = linking.identities(both)
    pair = (f"{BASE}institution/a", f"{BASE}institution/c")
    first = linking.identities(both, list(before.rows), [pair])
    second = linking.identities(both, list(first.rows), [pair])
    assert len(set(first.final.values())) == 2
    assert second.final == first.final
    assert {row.iri for row in before.rows} <= {row.iri for row in second.rows}


def test_a_pair_that_is_not_there_is_said_so() -> None:
    forbid = decision("forbid", "institution/a", value="institution/z")
    (problem,) = Curation((forbid,)).unseen({f"{BASE}institution/a": f"{BASE}institution/a"}, BASE)
    assert (problem.code, problem.line) == ("stale-decision", 7)
    same = decision("forbid", "institution/a", value="institution/b")
    final = dict.fromkeys((f"{BASE}institution/a", f"{BASE}institution/b"), f"{BASE}institution/a")
    (problem,) = Curation((same,)).unseen(final, BASE)
    assert "split" in problem.hint


SAME = """[[decision]]
subject = "person/a"
property = "sameAs"
value = "person/b"
action = "confirm"
by = "Ada Fox"
on = 2026-11-22
"""


def test_two_things_are_confirmed_to_be_one_without_a_document(tmp_path: Path) -> None:
    curation = load(tmp_path, SAME)
    assert list(curation.confirmed(BASE)) == [(f"{BASE}person/a", f"{BASE}person/b")]
    assert curation.forbidden(BASE) == {}
    assert list(curation.unheeded(())) == []
    final = {f"{BASE}person/{name}": f"{BASE}person/a" for name in "ab"}
    assert list(curation.unseen(final, BASE)) == []
    (problem,) = curation.unseen({f"{BASE}person/a": f"{BASE}person/a"}, BASE)
    assert problem.code == "stale-decision"
    assert "person/b" in problem.message


def test_two_things_that_are_said_to_be_one_and_two_stay_two_and_are_reported(tmp_path: Path) -> None:
    forbid = SAME.replace('"confirm"', '"forbid"\nwhy = "no"').replace('property = "sameAs"\n', "")
    curation = load(tmp_path, SAME + forbid)
    final = {f"{BASE}person/{name}": f"{BASE}person/{name}" for name in "ab"}
    (problem,) = curation.unseen(final, BASE)
    assert problem.code == "decision-unclear"
    assert "one and to be two" in problem.message


@pytest.mark.parametrize(("old", "new"), [("person/a", "person"), ("person/b", "b")])
def test_two_things_that_are_one_are_named_by_their_iris(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(CurationError, match="write the"):
        load(tmp_path, SAME.replace(old, new))


def test_a_quote_that_stands_in_several_places_is_found_in_the_words_of_its_thing() -> None:
    report = one(decision("add", node("Finding"), "certainty", "Hope", "Hope"))
    assert [word.start for word in report.findings[0].certainty] == [TEXT.index("Hope")]


def test_a_wrong_orcid_is_no_key_of_the_corrected_person() -> None:
    report = lamps()
    wrong, right = (
        replace(
            report.authorships[0],
            person=Person(family=Found("Okafor", "Okafor", 28), orcid=Found(orcid, "Ada", 36)),
        )
        for orcid in ("0000-0002-1825-0097", "0000-0001-5109-3700")
    )
    corrected = replace(report, authorships=(right,))
    nodes = iris.nodes(corrected, BASE, read_as={right: wrong}).walk()
    (person,) = [one for one in nodes if one.record == right.person]
    assert "orcid:0000-0001-5109-3700" in person.keys
    assert "orcid:0000-0002-1825-0097" not in person.keys


# The documentation

PAGE = (Path(__file__).parent.parent / "docs" / "curation.md").read_text(encoding="utf-8")


def test_the_example_of_the_documentation_is_a_decision(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (found,) = load(tmp_path, text).decisions
    assert (found.action, found.term, found.words) == ("correct", "size", "18")


def test_the_documentation_names_every_kind_action_and_part() -> None:
    named = set(re.findall(r"`([a-zA-Z_]+)`", PAGE))
    assert {*KINDS, *ACTIONS, *(part for parts in PARTS.values() for part in parts)} <= named
