"""Tagged text: each field begins a line with its tag and runs until the next one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.reading.paragraphs import folded
from kg.source import Found, Source


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its tag, its value over all its lines, and the lines."""

    tag: str
    value: Found[str]
    lines: tuple[Found[str], ...]


def fields(source: Source, tag: re.Pattern[str], is_tag: Callable[[re.Match[str]], bool]) -> Iterator[Field]:
    """The fields of a record that have a value, in order; a line without a tag belongs to the one before.

    `tag` matches the beginning of a line with the tag as its first group, `is_tag` has the last word. The
    value has its white space folded.
    """
    name = ""
    lines: list[Found[str]] = []
    for line in source.lines():
        match = tag.match(line.raw)
        if match is not None and is_tag(match):
            yield from _field(source, name, lines)
            name, lines = match[1], [line.part(match.end(), len(line.raw))]
        else:
            lines.append(line)
    yield from _field(source, name, lines)


def _field(source: Source, name: str, lines: Sequence[Found[str]]) -> Iterator[Field]:
    filled = tuple(line for line in (line.stripped() for line in lines) if line.raw)
    if filled:
        yield Field(name, folded(source.span(filled[0].start, filled[-1].end)), filled)


class Record:
    """The fields of a record by tag."""

    __slots__ = ("_fields",)

    def __init__(self, found: Sequence[Field]) -> None:
        self._fields: dict[str, list[Field]] = {}
        for field in found:
            self._fields.setdefault(field.tag, []).append(field)

    def all(self, *tags: str) -> list[Field]:
        """The fields with these tags, tag by tag."""
        return [field for tag in tags for field in self._fields.get(tag, ())]

    def values(self, *tags: str) -> tuple[Found[str], ...]:
        """Their values."""
        return tuple(field.value for field in self.all(*tags))

    def first(self, *tags: str) -> Found[str] | None:
        """The value of the first field with the first of these tags that the record has."""
        return next((field.value for field in self.all(*tags)), None)

    def line(self, *tags: str) -> Found[str] | None:
        """The first line of that value: what is no running text has one."""
        return next((field.lines[0] for field in self.all(*tags)), None)


def distinct(values: Sequence[Found[str]]) -> tuple[Found[str], ...]:
    """The values without those that an earlier one says already, but for case and white space."""
    return tuple({" ".join(value.value.casefold().split()): value for value in reversed(values)}.values())[
        ::-1
    ]
