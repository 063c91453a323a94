"""From the words of a report to its study: groups, methods, roles, settings, programmes, findings.

Annotation is by zone: what a sentence is for decides what its words can say. The vocabulary's labels
decide what they say it about. Rules and tables stand in the modules of this package; none of them knows
a document.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from kg.annotation import cues, facets, findings, groups, programmes
from kg.annotation.candidates import Candidate
from kg.annotation.plain import plain, printed
from kg.annotation.reading import Reading, read
from kg.annotation.stated import with_catalogued
from kg.concepts import Vocabulary
from kg.model import Claim, Finding, Report, Study

__all__ = ["Candidate", "annotate"]


def annotate(report: Report, vocabulary: Vocabulary) -> tuple[Report, tuple[Candidate, ...]]:
    """The report with its study (if it describes one), its findings, else its facets; and the candidates."""
    read_as, copies = plain(report)
    facts, candidates = _facts(read_as, vocabulary)
    facts = {name: printed(fact, copies) for name, fact in facts.items()}
    return with_catalogued(replace(report, **facts), vocabulary), printed(candidates, copies)


def _facts(report: Report, vocabulary: Vocabulary) -> tuple[dict[str, Any], tuple[Candidate, ...]]:
    """The fields of the report that are read from its words, and the candidates."""
    reading = read(report, vocabulary)
    people = groups.groups(reading)
    methods = facets.methods(reading, vocabulary)
    context = findings.context(report, reading, people, methods, vocabulary)
    stated, doubtful = findings.findings(reading, context)
    claimed, unclear = findings.from_claims(report.claims, context)
    stated = _in_order((*claimed, *_outside(report.claims, stated)))
    candidates = (*doubtful, *unclear, *_ambiguous(reading))
    stated = _with_stated(report.findings, stated)
    if report.study is None and not _is_study(reading):
        other = tuple(f for f in stated if f.basis is not findings.OWN)
        return {"findings": other, "facets": facets.facets(reading)}, candidates
    own = tuple(finding for finding in stated if finding.basis is findings.OWN)
    outcomes = {f.outcome.value: f.outcome for f in reversed(own) if f.outcome is not None}
    study = Study(
        groups=people,
        data=groups.data(reading),
        methods=methods,
        roles=facets.roles(reading, people, vocabulary),
        populations=facets.populations(reading, people, vocabulary),
        settings=facets.settings(reading),
        outcomes=tuple(sorted(outcomes.values(), key=lambda concept: concept.start)),
        programmes=programmes.programmes(reading),
        findings=own,
    )
    if report.study is not None:
        study = _and_stated(report.study, study)
    return {"study": study, "findings": stated}, candidates


def _with_stated(given: Sequence[Finding], read: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What was read, and the findings that the format states, unless the same words were read as one."""
    places = [(finding.quote.start, finding.quote.end) for finding in read]
    kept = (
        finding
        for finding in given
        if not any(start < finding.quote.end and finding.quote.start < end for start, end in places)
    )
    return _in_order((*read, *kept)) if given else read


def _and_stated(given: Study, read: Study) -> Study:
    """What a format states of a study, and what its words say besides.

    How many take part the format says: a number in the words of a register may be a plan.
    """
    methods = {method.value for method in given.methods}
    names = {programme.name.value.casefold() for programme in given.programmes}
    return replace(
        read,
        groups=(*given.groups, *(replace(group, size=None) for group in read.groups)),
        methods=(*given.methods, *(method for method in read.methods if method.value not in methods)),
        programmes=(
            *given.programmes,
            *(one for one in read.programmes if one.name.value.casefold() not in names),
        ),
    )


def _is_study(reading: Reading) -> bool:
    """Whether the report describes its own inquiry: it has aims of its own, methods or results."""
    return any(
        sentence.zone in {"methods", "objectives"}
        or (sentence.zone == "results" and (reading.sectioned or cues.SURE_RESULT.search(sentence.text.raw)))
        for sentence in reading.sentences
    )


def _in_order(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: (finding.quote.start, finding.outcome_as_printed.start)))


def _outside(claims: Sequence[Claim], stated: Sequence[Finding]) -> Iterator[Finding]:
    """The findings that are not read from the words of a claim a second time."""
    places = sorted((claim.quote.start, claim.quote.end) for claim in claims)
    for finding in stated:
        before = bisect.bisect_left(places, (finding.quote.end, 0)) - 1
        if before < 0 or places[before][1] <= finding.quote.start:
            yield finding


def _ambiguous(reading: Reading) -> tuple[Candidate, ...]:
    """Words of the vocabulary that name several concepts of a scheme."""
    return tuple(
        Candidate(
            label.found, f"“{label.found.raw}” may be one of {', '.join(str(c) for c in label.concepts)}"
        )
        for sentence in reading
        for label in sentence.of("role", "population", "setting", "method")
        if len(label.concepts) > 1 and not sentence.of_others
    )
