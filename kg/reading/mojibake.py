"""Characters damaged by a wrong decoding, where what they were is certain."""

from __future__ import annotations

import re

from kg.source import Found

_DAMAGE = re.compile(
    r"(?P<dash>(?<=[^\W\d_])(?:\"\u201d|\u00e2\u20ac\")(?=[^\W\d_]))"
    # Two to four characters that windows-1252 makes of the bytes of one character in UTF-8.
    r"|[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)


def mended(text: Found[str]) -> tuple[Found[str], tuple[Found[str], ...]]:
    """The text with the damage mended in its value, and each damaged place with what stood there.

    Only what can have been nothing else is mended: UTF-8 read as windows-1252, and a straight quotation
    mark followed by a right curly one between two letters, which is what a chain of wrong decodings has
    left of an em dash.

    >>> mended(Found("workâ€™s", "workâ€™s", 0))[0].value
    'work’s'
    """
    places = []
    pieces = []
    end = 0
    for match in _DAMAGE.finditer(text.raw):
        restored = "\u2014" if match.group("dash") else _decoded(match.group())
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


def _decoded(damaged: str) -> str | None:
    try:
        restored = b"".join(_byte(letter) for letter in damaged).decode()
    except UnicodeError:
        return None
    return restored if len(restored) == 1 else None


def _byte(letter: str) -> bytes:
    """The byte of a letter; windows-1252 leaves five bytes undefined, which decoders pass through."""
    return letter.encode("latin-1" if ord(letter) < 0x100 else "windows-1252")
