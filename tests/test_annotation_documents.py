"""Abstracts written for development, with what they say beside them (`tests/annotation`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg.model import Report, Study
from tests.annotating import abstract_of, annotated, places

FOLDER = Path(__file__).parent / "annotation"
DOCUMENTS = sorted(FOLDER.glob("*.txt"))

FIELDS = ("groups", "data", "methods", "roles", "populations", "settings", "programmes", "findings", "aims")
ENOUGH = 0.95
"""Precision and recall that every field must reach over all the documents."""


@cache
def read(path: Path) -> tuple[Report, dict[str, Any]]:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    return annotated(abstract_of(path.read_text(encoding="utf-8"))), expected


def got(report: Report, field: str) -> list[Any]:
    """What was read, in the form of the expectations, each with further words by which it may be named."""
    study = report.study or Study()
    if field == "groups":
        return [
            [group.size.value, group.description.raw, group.role.value.name if group.role else ""]
            for group in study.groups
            if group.size
        ]
    if field == "data":
        return [[item.count.value, item.description.raw] for item in study.data if item.count]
    if field == "programmes":
        return [programme.name.raw for programme in study.programmes]
    if field == "findings":
        return [
            [f.outcome.value.name if f.outcome else "", f.direction.name, f.outcome_as_printed.raw]
            for f in study.findings
        ]
    if field == "aims":
        return [f.outcome.value.name for f in report.findings if f.basis.name == "aim-only" and f.outcome]
    return [concept.value.name for concept in getattr(study, field)]


def same(field: str, expected: Any, found: Any) -> bool:
    if field == "findings":
        outcome, direction = expected
        return found[1] == direction and (found[0] == outcome or outcome.lower() in found[2].lower())
    if field in {"groups", "data"}:
        described = expected[1].lower() in found[1].lower() or found[1].lower() in expected[1].lower()
        return expected[0] == found[0] and described and (len(expected) < 3 or expected[2] in {"", found[2]})
    return bool(expected == found)


def compared(field: str, expected: Iterable[Any], found: Iterable[Any]) -> tuple[int, list[str], list[str]]:
    """How many agree, what was missed, what is too much."""
    left, right, missed = list(found), 0, []
    for item in expected:
        match = next((other for other in left if same(field, item, other)), None)
        if match is None:
            missed.append(str(item))
        else:
            left.remove(match)
            right += 1
    return right, missed, [str(item) for item in left]


def studies() -> Iterator[tuple[str, Report, dict[str, Any]]]:
    for path in DOCUMENTS:
        report, expected = read(path)
        if not expected.get("no_study"):
            yield path.stem, report, expected


@pytest.mark.parametrize("field", FIELDS)
def test_what_the_documents_say_is_read_and_nothing_else(field: str) -> None:
    right, missed, extra = 0, [], []
    for name, report, expected in studies():
        agree, less, more = compared(field, expected[field], got(report, field))
        right += agree
        missed += [f"{name}: {item}" for item in less]
        extra += [f"{name}: {item}" for item in more]
    assert right > 0
    assert right / (right + len(missed)) >= ENOUGH, f"missed: {missed}"
    assert right / (right + len(extra)) >= ENOUGH, f"too much: {extra}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_study_is_told_from_what_is_none(path: Path) -> None:
    report, expected = read(path)
    assert (report.study is None) == expected.get("no_study", False)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_value_is_at_its_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [f for f in places(read(path)[0]) if text[f.start : f.end] != f.raw] == []
