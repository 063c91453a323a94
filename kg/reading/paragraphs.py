"""Paragraphs and lines of a text, at their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.source import Found

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def lines(text: Found[str]) -> Iterator[Found[str]]:
    """The lines without white space around them; empty where a line is blank."""
    for match in _LINE.finditer(text.raw):
        if match.group():
            yield text.part(match.start(1), match.end(1)).stripped()


def paragraphs(text: Found[str]) -> Iterator[Found[str]]:
    """The runs of lines between blank lines."""
    first: Found[str] | None = None
    last: Found[str] | None = None
    for line in lines(text):
        if line.raw:
            first, last = first or line, line
        elif first is not None and last is not None:
            yield text.part(first.start - text.start, last.end - text.start)
            first = None
    if first is not None and last is not None:
        yield text.part(first.start - text.start, last.end - text.start)


def folded(text: Found[str]) -> Found[str]:
    """The same characters with each run of white space read as one space."""
    return text.map(lambda value: " ".join(value.split()))
