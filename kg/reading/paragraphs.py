"""Paragraphs and lines of a text, at their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kg.source import Found

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def lines(text: Found[str]) -> Iterator[Found[str]]:
    """The lines without white space around them; empty where a line is blank."""
    return iter(_lines(text))


@lru_cache(maxsize=4)
def _lines(text: Found[str]) -> tuple[Found[str], ...]:
    """The lines; kept for a moment, since every format looks at those of one document."""
    found = []
    for match in _LINE.finditer(text.raw):
        begin, end = match.span(1)
        if begin < match.end():
            raw = match[1]
            words = raw.strip()
            place = text.start + begin + len(raw) - len(raw.lstrip()) if words else text.start + end
            found.append(Found(words, words, place, text.where))
    return tuple(found)


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
    words = " ".join(text.value.split())
    return text if words == text.value else Found(words, text.raw, text.start, text.where)
