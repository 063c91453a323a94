"""Characters damaged on the way to a text file, where what they were is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.problems import Problem
from kg.reading.rewritten import Piece, Rewritten
from kg.source import Found, Source

_GB_2312 = {
    "¡®": "\u2018", "¡¯": "\u2019", "¡°": "\u201c", "¡±": "\u201d", "¡ª": "\u2014",
    "¡\u00ad": "\u2026", "¡¤": "\u00b7",
}  # fmt: skip
"""What Latin-1 makes of the punctuation of GB 2312."""
_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_BYTES = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e"
    "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
"""What windows-1252 makes of the bytes behind the first of a character in UTF-8."""
_DECODED = rf"[\u00c2-\u00df]{_BYTES}|[\u00e0-\u00ef]{_BYTES}{{2}}|[\u00f0-\u00f4]{_BYTES}{{3}}"
"""Two to four characters that it makes of the bytes of one character."""
_AGAIN = re.compile(_DECODED)
_DAMAGE = re.compile(
    rf"(?P<gb>{'|'.join(_GB_2312)})|(?P<ligature>[{''.join(_LIGATURES)}])"
    r"|(?P<hyphen>\u00ad(?:[ \t]{0,3}(?:\r\n|\r|\n)[ \t]{0,3}|\ )?)|"
    r"(?P<dash>(?<=[^\W\d_])(?:\"\u201d|\u00e2\u20ac\")(?=[^\W\d_]))"
    rf"|{_DECODED}"
)
_SUSPECT = re.compile(f'[\u00a1\u00ad\u00c2-\u00f4{"".join(_LIGATURES)}]|"\u201d')
"""The characters that damage begins with; most texts have none of them."""


def mended(text: Found[str]) -> tuple[Found[str], tuple[Found[str], ...]]:
    """The text with the damage mended in its value, and each damaged place with what stood there.

    Only what can have been nothing else is mended: UTF-8 read as windows-1252, up to three times; punctuation
    of GB 2312 read as Latin-1; a straight quotation mark followed by a right curly one between two letters,
    which is what a chain of wrong decodings has left of an em dash; ligatures; soft hyphens, which are no
    part of a word.

    >>> mended(Found("workâ€™s", "workâ€™s", 0))[0].value
    'work’s'
    """
    if text.raw.isascii() or _SUSPECT.search(text.raw) is None:
        return text, ()
    places = []
    for match in _DAMAGE.finditer(text.raw):
        restored = _restored(match)
        if restored is not None:
            places.append(Found(restored, match.group(), text.start + match.start()))
    if not places:
        return text, ()
    for _ in range(_MOST_OFTEN):
        places = list(_joined(places))
    pieces = []
    end = text.start
    for place in places:
        pieces += [text.raw[end - text.start : place.start - text.start], place.value]
        end = place.end
    whole = "".join([*pieces, text.raw[end - text.start :]])
    return text.map(lambda _: whole), tuple(places)


_MOST_OFTEN = 2
"""So many times more a character may have been decoded wrongly."""


def _joined(places: Sequence[Found[str]]) -> Iterator[Found[str]]:
    """The places; those side by side of which one character was made before, as one place."""
    done = 0
    while done < len(places):
        made, last = "", done
        while last < min(done + 4, len(places)) and len(places[last].value) == 1:
            if made and places[last].start != places[last - 1].end:
                break
            made, last = made + places[last].value, last + 1
        match = _AGAIN.match(made)
        restored = None if match is None else _decoded(match.group())
        if match is None or restored is None:
            yield places[done]
            done += 1
            continue
        several = places[done : done + match.end()]
        yield Found(restored, "".join(place.raw for place in several), places[done].start)
        done += match.end()


def mended_source(source: Source) -> Rewritten | None:
    """The document with its damage mended; `None` where it has none."""
    text, damage = mended(source.whole())
    if not damage:
        return None
    pieces: list[Piece] = []
    begin = printed = 0
    for place in damage:
        stays = place.start - printed
        if stays:
            pieces.append(Piece(begin, stays, printed, stays))
        begin += stays
        if place.value:
            pieces.append(Piece(begin, len(place.value), place.start, len(place.raw)))
        begin, printed = begin + len(place.value), place.end
    if printed < len(source.text):
        pieces.append(Piece(begin, len(source.text) - printed, printed, len(source.text) - printed))
    return Rewritten(replace(source, text=text.value), source, pieces)


def damage_problems(source: Source) -> Iterator[Problem]:
    """Each kind of damage at its first place, with how often it occurs."""
    counts: dict[str, list[Found[str]]] = {}
    for place in mended(source.whole())[1]:
        counts.setdefault(place.raw, []).append(place)
    for place, *more in counts.values():
        also = f" ({len(more) + 1} places)" if more else ""
        message = f"{place.raw!r} was read as {place.value!r}{also}"
        yield Problem.at(source, place, "damaged-characters", message, severity="info")


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
