"""Reports made of a few words, for the tests of annotation."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from kg.annotation import annotate
from kg.concepts import Vocabulary
from kg.model import Claim, Finding, Report, Section, Study
from kg.reading.sections import abstract_sections
from kg.source import Found

VOCABULARY = Vocabulary.load()


def abstract_of(text: str) -> Report:
    """A report whose first line is the title and the rest the abstract, at their places."""
    title, _, _ = text.partition("\n")
    start = len(title) + 1
    body = Found(text[start:], text[start:], start).stripped()
    return Report(title=Found(title, title, 0) if title else None, sections=abstract_sections(body))


def results_of(text: str, *, methods: str = "We surveyed clients of peer support workers.") -> Report:
    """A report with a sentence of methods and a section of results."""
    return Report(
        sections=(
            Section(kind="methods", text=Found(methods, methods, 0)),
            Section(kind="results", text=Found(text, text, len(methods) + 2)),
        )
    )


def section_of(kind: str, text: str) -> Report:
    """A report with one section of a kind."""
    return Report(sections=(Section(kind=kind, text=Found(text, text, 0)),))


def claims_of(*claims: str, context: str = "Benefits of peer support may include:") -> Report:
    """A report of claims, such as a slide."""
    found = []
    start = len(context) + 1
    for claim in claims:
        found.append(
            Claim(quote=Found(claim, claim, start), citations=(), context=Found(context, context, 0))
        )
        start += len(claim) + 1
    return Report(claims=tuple(found))


def annotated(report: Report) -> Report:
    """The report with all that is read from it."""
    return annotate(report, VOCABULARY)[0]


def study_of(report: Report) -> Study:
    """The study that must be there."""
    study = annotated(report).study
    assert study is not None
    return study


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Outcome (the concept, else the words) and direction of each finding."""
    return [
        (f.outcome.value.name if f.outcome else f.outcome_as_printed.raw, f.direction.name) for f in findings
    ]


def places(record: object) -> list[Found[Any]]:
    """Every place in a record."""
    if isinstance(record, Found):
        return [record]
    if isinstance(record, tuple):
        return [place for item in record for place in places(item)]
    if is_dataclass(record):
        return [place for field in fields(record) for place in places(getattr(record, field.name))]
    return []
