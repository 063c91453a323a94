"""The text of a document and the places in it.

A place is a span of Unicode code points of `Source.text`, which is the file's bytes decoded and
otherwise untouched, so that what a release quotes can be found again in the file it came from.
Of an HTML file it is the text of the page (`kg.html`).

Where a file holds many records, a `Source` is one of them. The text of a record in tagged text is its
lines; a record of data (JSON, XML, a row of a table) has `data`, and its values know `where` they are.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from kg.encodings import UTF_8, decode
from kg.encodings import UnreadableSourceError as UnreadableSourceError  # noqa: PLC0414 - offered here, where sources are opened
from kg.html import is_html, visible_text
from kg.web_archives import page_of

FIELD = 1 << 28
"""In a record of data the values begin at multiples of this number; none is so long."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, init=False)
class Found(Generic[T]):
    """A value, the characters it was read from, and where they begin.

    A value of a record of data has no characters in a text: `where` is its place inside the record (JSON
    pointer, XPath, column), `raw` the value there; `start` counts from a multiple of `FIELD` that no other
    value of the record has (`kg.reading.values`), so that values never overlap.
    """

    value: T
    raw: str
    start: int
    where: str = ""

    def __init__(self, value: T, raw: str, start: int, where: str = "") -> None:
        # A page makes a thousand of these: what `dataclass` writes for a frozen class takes five times
        # as long.
        _set_value(self, value)
        _set_raw(self, raw)
        _set_start(self, start)
        _set_where(self, where)

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.raw)

    def map(self, change: Callable[[T], U]) -> Found[U]:
        """Another value for the same characters."""
        return Found(change(self.value), self.raw, self.start, self.where)

    def part(self, start: int, end: int) -> Found[str]:
        """The characters from `start` to `end`, both counted from this value's own beginning."""
        raw = self.raw[start:end]
        return Found(raw, raw, self.start + start, self.where)

    def stripped(self, characters: str | None = None) -> Found[str]:
        """The characters without white space (or `characters`) at both ends, at their own place."""
        whole = self.raw
        raw = whole.strip(characters)
        if len(raw) == len(whole):
            if self.value is whole:
                return cast("Found[str]", self)
            return Found(whole, whole, self.start, self.where)
        return Found(raw, raw, self.start + len(whole) - len(whole.lstrip(characters)), self.where)

    def split(self, separator: str) -> Iterator[Found[str]]:
        """The stripped, non-empty parts between matches of the regular expression `separator`."""
        raw, begin = self.raw, 0
        for match in re.finditer(separator, raw):
            if part := raw[begin : match.start()].strip():
                yield self._at(part, raw, begin)
            begin = match.end()
        if part := raw[begin:].strip():
            yield self._at(part, raw, begin)

    def _at(self, part: str, raw: str, begin: int) -> Found[str]:
        """A part of the characters, with nothing but white space between `begin` and it."""
        return Found(part, part, self.start + raw.index(part, begin), self.where)


_set_value, _set_raw, _set_start, _set_where = (
    vars(Found)[name].__set__ for name in ("value", "raw", "start", "where")
)


_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A document, or one record of a file that holds many.

    Its path as messages show it, its text, the SHA-256 of the file's bytes, how these were read.
    """

    path: str
    text: str
    digest: str
    encoding: str = UTF_8
    media_type: str = "text/plain"
    size: int = 0
    """Bytes of the file."""
    number: int = 0
    """Which record of its file it is, from 1; 0 where it is the whole file."""
    first_line: int = 1
    """The line of the file in which the record begins."""
    where: str = ""
    """The place of the record in a file that is one tree: a JSON pointer or an XPath."""
    data: bytes = b""
    """A record of data as it stands in the file, in UTF-8."""
    columns: tuple[str, ...] = ()
    """The names of the columns, if it is a row of a table."""
    context: tuple[str, ...] = ()
    """What stands elsewhere in the file and the record needs: macros, what it inherits."""
    _known_starts: list[int] | None = field(init=False, default=None, repr=False, compare=False)

    @property
    def _line_starts(self) -> list[int]:
        """Where the lines begin, found when somebody asks: who cuts a file into records does not."""
        starts = self._known_starts
        if starts is None:
            starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
            object.__setattr__(self, "_known_starts", starts)
        return starts

    @classmethod
    def from_bytes(cls, path: str, data: bytes, *, digest: str = "", size: int = 0) -> Source:
        """Decode `data`; a byte-order mark is no part of the text, and of HTML it is what a reader sees.

        So it is of the page in a web archive.

        `digest` and `size` are those of the file where the data was compressed in it.
        Raises `UnreadableSourceError` for an empty, binary or damaged file.
        """
        digest, size = digest or hashlib.sha256(data).hexdigest(), size or len(data)
        text, encoding = decode(page_of(data) or data)
        if is_html(text):
            return cls(path, visible_text(text), digest, encoding, "text/html", size)
        return cls(path, text, digest, encoding, size=size)

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
        for start, end in self.line_spans():
            raw = self.text[start:end]
            yield Found(raw, raw, start)

    def line_spans(self) -> Iterator[tuple[int, int]]:
        """Where the lines begin and end, without their ends."""
        starts, text = self._line_starts, self.text
        for start, behind in zip(starts, [*starts[1:], len(text)], strict=True):
            end = behind
            while end > start and text[end - 1] in "\r\n":
                end -= 1
            yield start, end

    def line_of(self, offset: int) -> int:
        """The number, from 1, of the line of the file that holds `offset`; of data, the record's first."""
        if self.data:
            return self.first_line
        return self.first_line - 1 + bisect.bisect_right(self._line_starts, offset)

    @property
    def last_line(self) -> int:
        """The line of the file in which the record ends."""
        if self.data:
            return self.first_line + self.data.rstrip(b"\r\n").count(b"\n")
        return self.line_of(len(self.text.rstrip("\r\n")))
