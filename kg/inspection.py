"""What was read from one document and what was not, for the person who brought it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from kg import iris
from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert
from kg.iris import Node
from kg.mapping import Plan, Policy, described, said, shortened, term
from kg.problems import Problem
from kg.settings import Settings, SourceList
from kg.source import Source
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
    """A document: its format, its records, their fields, the lines no value comes from, the problems."""

    path: str
    format: str
    records: int
    fields: tuple[FieldUse, ...]
    unread: tuple[tuple[int, str], ...]
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
            "problems": [problem.as_json() for problem in self.problems],
        }


def inspect(source: Source, settings: Settings, vocabulary: Vocabulary) -> Inspection:
    """What a conversion of the document finds. Nothing of it is published, so its words are shown."""
    settings = replace(settings, sources=SourceList())
    conversion = convert(source, settings, vocabulary)
    return Inspection(
        source.path,
        conversion.format,
        len(conversion.reports),
        tuple(_fields(conversion, settings)),
        tuple(_unread(conversion)) if conversion.reports else (),
        tuple(conversion.problems),
    )


def _fields(conversion: Conversion, settings: Settings) -> list[FieldUse]:
    plan, policy = Plan.load(), Policy("full", settings.quote_length)
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], tuple[str, str]] = {}
    for number, report in enumerate(conversion.reports, start=1):
        node = iris.nodes(report, settings.base_iri, printed=f"{conversion.source.id} {number}")
        for inner, within in described(node):
            for one in said(inner, policy, within):
                if one.place is None:
                    continue
                key = inner.kind, one.term
                counts[key] += 1
                row = plan.row(*key)
                value = one.value
                shown = one.place.raw if isinstance(value, Node) else term(value, row).value
                examples.setdefault(key, (row.predicate.value, shortened(" ".join(shown.split()), EXAMPLE)))
    return [FieldUse(*key, examples[key][0], count, examples[key][1]) for key, count in counts.items()]


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
