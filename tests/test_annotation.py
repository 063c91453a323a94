"""What the annotators make of whole reports: zones, studies, laws."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from kg.annotation import Candidate, annotate
from kg.concepts import Vocabulary
from kg.model import Report, Section, Study
from kg.problems import Problem
from kg.source import Found, Source
from kg.sources import recognise

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
VOCABULARY = Vocabulary.load()


def report_of(text: str, title: str = "") -> Report:
    """A report with a title and an abstract without headings, as one text."""
    whole = f"{title}\n\n{text}"
    return (
        Report(
            title=Found(title, title, 0) if title else None,
            sections=(Section(kind="", text=Found(text, text, len(title) + 2)),),
        )
        if whole
        else Report()
    )


def study_of(text: str, title: str = "") -> Study:
    study = annotate(report_of(text, title), VOCABULARY)[0].study
    assert study is not None
    return study


def places(record: Any) -> list[Found[Any]]:
    if isinstance(record, Found):
        return [record]
    if isinstance(record, tuple):
        return [place for item in record for place in places(item)]
    if is_dataclass(record):
        return [place for field in fields(record) for place in places(getattr(record, field.name))]
    return []


def reports(path: Path, text: str | None = None) -> list[tuple[Source, Report]]:
    data = path.read_bytes() if text is None else text.encode()
    source = Source.from_bytes(path.name, data)
    return [(source, record) for record in recognise(source).read(source) if isinstance(record, Report)]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_every_annotated_value_is_at_its_place(path: Path) -> None:
    for source, report in reports(path):
        annotated, candidates = annotate(report, VOCABULARY)
        found = places(annotated) + [candidate.place for candidate in candidates]
        assert found
        assert [f for f in found if source.text[f.start : f.end] != f.raw] == []


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_annotating_twice_gives_the_same(path: Path) -> None:
    for _, report in reports(path):
        once = annotate(report, VOCABULARY)
        assert annotate(report, VOCABULARY) == once
        assert annotate(once[0], VOCABULARY) == once


def test_a_candidate_becomes_a_problem_of_its_document() -> None:
    source = Source.from_bytes("x.txt", b"one\nconfidence grew")
    problem = Candidate(source.span(4, 14), "may be one of two").problem(source)
    assert problem == Problem(
        "candidate", "may be one of two", "x.txt", 4, 14, 2, "confirm or reject it in a curation file", "info"
    )
