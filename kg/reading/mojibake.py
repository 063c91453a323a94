"""Characters damaged on the way to a text file, where what they were is certain."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar, cast

from kg.problems import Problem
from kg.source import Found, Source

T = TypeVar("T")

_GB_2312 = {
    "¡®": "\u2018", "¡¯": "\u2019", "¡°": "\u201c", "¡±": "\u201d", "¡ª": "\u2014",
    "¡\u00ad": "\u2026", "¡¤": "\u00b7",
}  # fmt: skip
"""What Latin-1 makes of the punctuation of GB 2312."""
_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_DAMAGE = re.compile(
    rf"(?P<gb>{'|'.join(_GB_2312)})|(?P<ligature>[{''.join(_LIGATURES)}])"
    r"|(?P<hyphen>\u00ad(?:[ \t]{0,3}(?:\r\n|\r|\n)[ \t]{0,3}|\ )?)|"
    r"(?P<dash>(?<=[^\W\d_])(?:\"\u201d|\u00e2\u20ac\")(?=[^\W\d_]))"
    # Two to four characters that windows-1252 makes of the bytes of one character in UTF-8.
    r"|[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)


def mended(text: Found[str]) -> tuple[Found[str], tuple[Found[str], ...]]:
    """The text with the damage mended in its value, and each damaged place with what stood there.

    Only what can have been nothing else is mended: UTF-8 read as windows-1252; punctuation of GB 2312 read as
    Latin-1; a straight quotation mark followed by a right curly one between two letters, which is what a
    chain of wrong decodings has left of an em dash; ligatures; soft hyphens, which are no part of a word.

    >>> mended(Found("workâ€™s", "workâ€™s", 0))[0].value
    'work’s'
    """
    if text.raw.isascii():
        return text, ()
    places = []
    pieces = []
    end = 0
    for match in _DAMAGE.finditer(text.raw):
        restored = _restored(match)
        if restored is None:
            continue
        place = text.part(match.start(), match.end())
        places.append(Found(restored, place.raw, place.start))
        pieces += [text.raw[end : match.start()], restored]
        end = match.end()
    if not places:
        return text, ()
    whole = "".join([*pieces, text.raw[end:]])
    return text.map(lambda _: whole), tuple(places)


@dataclass(frozen=True, slots=True)
class Mended:
    """A document without its damage, and the way back to the characters that stand in it."""

    source: Source
    printed: Source
    damage: tuple[Found[str], ...]
    _begins: tuple[int, ...]
    """Where, in the mended text, each stretch begins: first one that stayed, then a mended one, and so on."""
    _printed_begins: tuple[int, ...]

    def back(self, record: T) -> T:
        """The record with its values as they are, and as raw the characters that stand in the document."""
        if isinstance(record, Found):
            start, end = self.place(record.start, record.end)
            return cast("T", replace(record, raw=self.printed.text[start:end], start=start))
        if isinstance(record, tuple):
            return cast("T", tuple(self.back(part) for part in record))
        if is_dataclass(record) and not isinstance(record, type):
            parts = {one.name: self.back(getattr(record, one.name)) for one in fields(record)}
            return replace(record, **parts)
        return record

    def problem(self, problem: Problem) -> Problem:
        """The problem at its place in the document."""
        if problem.start is None or problem.end is None:
            return problem
        start, end = self.place(problem.start, problem.end)
        return replace(problem, start=start, end=end, line=self.printed.line_of(start))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The printed characters that the characters of the mended text stand for."""
        first = self._before(start)
        return first, first if end == start else max(first, self._behind(end - 1))

    def _before(self, offset: int) -> int:
        stretch = bisect.bisect_right(self._begins, offset) - 1
        printed = self._printed_begins[stretch]
        return printed if stretch % 2 else printed + offset - self._begins[stretch]

    def _behind(self, offset: int) -> int:
        stretch = bisect.bisect_right(self._begins, offset) - 1
        if stretch % 2:
            return self._printed_begins[stretch + 1]
        return self._printed_begins[stretch] + offset - self._begins[stretch] + 1

    def problems(self) -> Iterator[Problem]:
        """Each kind of damage at its first place, with how often it occurs."""
        counts: dict[str, list[Found[str]]] = {}
        for place in self.damage:
            counts.setdefault(place.raw, []).append(place)
        for place, *more in counts.values():
            also = f" ({len(more) + 1} places)" if more else ""
            message = f"{place.raw!r} was read as {place.value!r}{also}"
            yield Problem.at(self.printed, place, "damaged-characters", message, severity="info")


def mended_source(source: Source) -> Mended | None:
    """The document with its damage mended; `None` where it has none."""
    text, damage = mended(source.whole())
    if not damage:
        return None
    begins, printed, shorter = [0], [0], 0
    for place in damage:
        begins += [place.start - shorter, place.start - shorter + len(place.value)]
        printed += [place.start, place.end]
        shorter += len(place.raw) - len(place.value)
    return Mended(replace(source, text=text.value), source, damage, tuple(begins), tuple(printed))


def _restored(match: re.Match[str]) -> str | None:
    """What stood there; `None` where that is not certain."""
    words = match.group()
    if match.group("hyphen"):
        return ""
    if match.group("dash"):
        return "\u2014"
    return _GB_2312.get(words) or _LIGATURES.get(words) or _decoded(words)


def _decoded(damaged: str) -> str | None:
    try:
        restored = b"".join(_byte(letter) for letter in damaged).decode()
    except UnicodeError:
        return None
    return _LIGATURES.get(restored, restored) if len(restored) == 1 else None


def _byte(letter: str) -> bytes:
    """The byte of a letter; windows-1252 leaves five bytes undefined, which decoders pass through."""
    return letter.encode("latin-1" if ord(letter) < 0x100 else "windows-1252")
