"""What was read from one file and what was not, for the person who brought it.

A file of many records is gone through record by record: what is kept are counts and examples.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from kg import iris
from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert_file
from kg.iris import Node
from kg.mapping import Plan, Policy, Said, described, said, shortened, term
from kg.opening import File
from kg.problems import Problem
from kg.reading.fields import Tally
from kg.settings import Settings, SourceList
from kg.understanding import places

EXAMPLE = 80
"""So many characters of an example or of an unread line are shown."""


@dataclass(frozen=True, slots=True)
class FieldUse:
    """How often a field of a kind of record was filled, and the first value."""

    kind: str
    field: str
    property: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file: its format, its records, their fields, what no value comes from, the problems.

    Of a document that is one record, `unread` are the lines that no value touches; of a file of records
    `not_mapped` are the fields that became nothing: name, how often, an example, whether the format knows it.
    """

    path: str
    format: str
    records: int
    fields: tuple[FieldUse, ...]
    unread: tuple[tuple[int, str], ...]
    not_mapped: tuple[tuple[str, int, str, bool], ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "path": self.path,
            "format": self.format,
            "records": self.records,
            "fields": [
                {
                    "record": one.kind,
                    "field": one.field,
                    "property": one.property,
                    "count": one.count,
                    "example": one.example,
                }
                for one in self.fields
            ],
            "unread": [{"line": number, "text": text} for number, text in self.unread],
            "notMapped": [
                {"field": name, "count": count, "example": example, "known": known}
                for name, count, example, known in self.not_mapped
            ],
            "problems": [problem.as_json() for problem in self.problems],
        }


MOST_PROBLEMS = 1000
"""So many problems of one file are shown; more are counted."""


def inspect(file: File, settings: Settings, vocabulary: Vocabulary) -> Inspection:
    """What a conversion of the file finds. Nothing of it is published, so its words are shown."""
    settings = replace(settings, sources=SourceList())
    uses = _Uses(settings)
    tally, problems, more = Tally(), list[Problem](), 0
    unread: tuple[tuple[int, str], ...] = ()
    name, records = "", 0
    for conversion in convert_file(file, settings, vocabulary):
        name, records = conversion.format, conversion.records
        uses.add(conversion)
        tally.add(conversion.tally)
        room = max(MOST_PROBLEMS - len(problems), 0)
        problems += conversion.problems[:room]
        more += len(conversion.problems[room:])
        if conversion.reports and not conversion.source.number:
            unread = tuple(_unread(conversion))
    if more:
        message = f"{more:,} more problems are not shown"
        problems.append(Problem("more-problems", message, file.path, severity="info"))
    return Inspection(
        file.path, name, records, uses.fields(), unread, tuple(tally.not_mapped()), tuple(problems)
    )


class _Uses:
    """Counts the fields of the records of a file."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.base_iri
        self._plan = Plan.load()
        self._policy = Policy("full", settings.quote_length)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, conversion: Conversion) -> None:
        """Count those of a record or document."""
        for number, report in enumerate(conversion.reports, start=1):
            printed = f"{conversion.source.id} {conversion.source.number} {number}"
            for inner, within in described(iris.nodes(report, self._base, printed=printed)):
                for one in said(inner, self._policy, within):
                    if one.place is not None:
                        self._count(inner.kind, one)
        for institution in conversion.authorities:
            for inner, within in described(iris.authority(institution, self._base)):
                for one in said(inner, self._policy, within):
                    if one.place is not None:
                        self._count(inner.kind, one)

    def _count(self, kind: str, one: Said) -> None:
        key = kind, one.term
        self._counts[key] += 1
        if key not in self._examples and one.place is not None:
            row = self._plan.row(*key)
            shown = one.place.raw if isinstance(one.value, Node) else term(one.value, row).value
            self._examples[key] = row.predicate.value, shortened(" ".join(shown.split()), EXAMPLE)

    def fields(self) -> tuple[FieldUse, ...]:
        """The fields in the order in which they first occurred."""
        return tuple(
            FieldUse(*key, self._examples[key][0], count, self._examples[key][1])
            for key, count in self._counts.items()
        )


def _unread(conversion: Conversion) -> list[tuple[int, str]]:
    """The lines with text that no value of the records touches."""
    source = conversion.source
    touched: set[int] = set()
    for report in conversion.reports:
        for found in places(report):
            if found.raw:
                touched.update(range(source.line_of(found.start), source.line_of(found.end - 1) + 1))
    return [
        (number, shortened(line.raw.strip(), EXAMPLE))
        for number, line in enumerate(source.lines(), start=1)
        if line.raw.strip() and number not in touched
    ]
