"""The text of a document and the places in it.

A place is a span of Unicode code points of `Source.text`, which is the file's bytes decoded and
otherwise untouched, so that what a release quotes can be found again in the file it came from.
Of an HTML file it is the text of the page (`kg.html`).
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kg.encodings import UTF_8, decode
from kg.encodings import UnreadableSourceError as UnreadableSourceError  # noqa: PLC0414 - offered here, where sources are opened
from kg.html import is_html, visible_text

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, the characters it was read from, and where they begin."""

    value: T
    raw: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.raw)

    def map(self, change: Callable[[T], U]) -> Found[U]:
        """Another value for the same characters."""
        return Found(change(self.value), self.raw, self.start)

    def part(self, start: int, end: int) -> Found[str]:
        """The characters from `start` to `end`, both counted from this value's own beginning."""
        raw = self.raw[start:end]
        return Found(raw, raw, self.start + start)

    def stripped(self, characters: str | None = None) -> Found[str]:
        """The characters without white space (or `characters`) at both ends, at their own place."""
        left = len(self.raw) - len(self.raw.lstrip(characters))
        raw = self.raw.strip(characters)
        return Found(raw, raw, self.start + left)

    def split(self, separator: str) -> Iterator[Found[str]]:
        """The stripped, non-empty parts between matches of the regular expression `separator`."""
        begin = 0
        for match in re.finditer(separator, self.raw):
            part = self.part(begin, match.start()).stripped()
            if part.raw:
                yield part
            begin = match.end()
        last = self.part(begin, len(self.raw)).stripped()
        if last.raw:
            yield last


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its path as messages show it, its text, the SHA-256 of its bytes, how these were read."""

    path: str
    text: str
    digest: str
    encoding: str = UTF_8
    media_type: str = "text/plain"
    size: int = 0
    """Bytes of the file."""
    _line_starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]
        object.__setattr__(self, "_line_starts", starts)

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Decode `data`; a byte-order mark is no part of the text, and of HTML it is what a reader sees.

        Raises `UnreadableSourceError` for an empty, binary or damaged file.
        """
        text, encoding = decode(data)
        digest = hashlib.sha256(data).hexdigest()
        if is_html(text):
            return cls(path, visible_text(text), digest, encoding, "text/html", len(data))
        return cls(path, text, digest, encoding, size=len(data))

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the digest: the last part of the source's IRI."""
        return self.digest[:16]

    def whole(self) -> Found[str]:
        """All of the text."""
        return Found(self.text, self.text, 0)

    def span(self, start: int, end: int) -> Found[str]:
        """The characters from `start` to `end`."""
        raw = self.text[start:end]
        return Found(raw, raw, start)

    def lines(self) -> Iterator[Found[str]]:
        """The lines without their ends."""
        for number, start in enumerate(self._line_starts):
            last = number + 1 == len(self._line_starts)
            end = len(self.text) if last else self._line_starts[number + 1]
            raw = self.text[start:end].rstrip("\r\n")
            yield Found(raw, raw, start)

    def line_of(self, offset: int) -> int:
        """The number, from 1, of the line that holds `offset`."""
        return bisect.bisect_right(self._line_starts, offset)
