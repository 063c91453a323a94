"""Tagged text: each field begins a line with its tag and runs until the next one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kg.source import Found, Source


class Field(NamedTuple):
    """A field: its tag, its value over all its lines, and the lines."""

    tag: str
    value: Found[str]
    lines: tuple[Found[str], ...]


def fields(source: Source, tag: re.Pattern[str], is_tag: Callable[[re.Match[str]], bool]) -> Iterator[Field]:
    """The fields of a record that have a value, in order; a line without a tag belongs to the one before.

    `tag` matches the beginning of a line with the tag as its first group, `is_tag` has the last word. The
    value has its white space folded, and `&amp;` resolved, which websites leave in what they export.
    """
    name, text = "", source.text
    lines: list[Found[str]] = []
    for start, end in source.line_spans():
        match = tag.match(text, start, end)
        begin = start
        if match is not None and is_tag(match):
            if lines:
                yield _field(text, name, lines)
            name, lines, begin = match[1], [], match.end()
        raw = text[begin:end].strip()
        if raw:
            lines.append(Found(raw, raw, text.index(raw, begin)))
    if lines:
        yield _field(text, name, lines)


def _field(text: str, name: str, lines: list[Found[str]]) -> Field:
    first = lines[0]
    raw = first.raw if len(lines) == 1 else text[first.start : lines[-1].end]
    value = " ".join(raw.split())
    return Field(name, Found(html.unescape(value) if "&" in value else value, raw, first.start), tuple(lines))


class Record:
    """The fields of a record by tag."""

    __slots__ = ("_fields",)

    def __init__(self, found: Sequence[Field]) -> None:
        self._fields: dict[str, list[Field]] = {}
        for field in found:
            self._fields.setdefault(field.tag, []).append(field)

    def all(self, *tags: str) -> list[Field]:
        """The fields with these tags, tag by tag."""
        known = self._fields
        return [field for tag in tags if tag in known for field in known[tag]]

    def values(self, *tags: str) -> tuple[Found[str], ...]:
        """Their values."""
        known = self._fields  # a format asks for twenty tags that a record has not
        return tuple([field.value for tag in tags if tag in known for field in known[tag]])

    def first(self, *tags: str) -> Found[str] | None:
        """The value of the first field with the first of these tags that the record has."""
        for tag in tags:
            if tag in self._fields:
                return self._fields[tag][0].value
        return None

    def line(self, *tags: str) -> Found[str] | None:
        """The first line of that value: what is no running text has one."""
        for tag in tags:
            if tag in self._fields:
                return self._fields[tag][0].lines[0]
        return None


def distinct(values: Sequence[Found[str]]) -> tuple[Found[str], ...]:
    """The values without those that an earlier one says already, but for case and white space."""
    if len(values) < 2:
        return tuple(values)
    return tuple({" ".join(value.value.casefold().split()): value for value in reversed(values)}.values())[
        ::-1
    ]
