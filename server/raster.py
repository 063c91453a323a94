"""Pixels of a picture: what a worker does, which may be ended any time, with an SVG of ours.

Letters are drawn with the fonts of the system. A letter that none of them has would be left out without a
word, so one of each script in the picture is tried first.
"""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

FAMILIES = (
    "DejaVu Sans", "Noto Sans", "Liberation Sans", "Arial", "Helvetica", "Noto Sans CJK SC", "Noto Sans SC",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Source Han Sans SC",
)  # fmt: skip
"""Families for the letters, in this order; what they lack is looked for in all fonts there are."""
_STYLE = f"svg {{ font-family: {', '.join(repr(name) for name in FAMILIES)}, sans-serif }}"
_NOBODYS = "\U0010fffd"  # for private use: what is drawn for it is drawn for all that no font has
_TRIED: dict[str, bool] = {}


class NoFontError(Exception):
    """No font of the system has some of the letters; its text is one of each script."""


def png(svg: str, zoom: float) -> bytes:
    """The picture as PNG, so many times its own size; `NoFontError` where letters would be missing."""
    missing = [letter for script, letter in scripts(svg).items() if not _is_drawn(script, letter)]
    if missing:
        raise NoFontError(" ".join(missing))
    return _drawn(svg, zoom)


def scripts(text: str) -> dict[str, str]:
    """A letter of each script in the text, by the first word of its Unicode name."""
    found: dict[str, str] = {}
    for letter in sorted(set(text)):
        if letter.isalnum():
            found.setdefault(unicodedata.name(letter, "?").partition(" ")[0].partition("-")[0], letter)
    return found


def _drawn(svg: str, zoom: float = 1.0) -> bytes:
    import resvg_py  # noqa: PLC0415 - few ask for it, and no other process is to load it

    return resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, style_sheet=_STYLE)


def _is_drawn(script: str, letter: str) -> bool:
    if script not in _TRIED:
        page = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text y="30">{}</text></svg>'
        drawn, lacking = (_drawn(page.format(escape(one))) for one in (letter, _NOBODYS))
        _TRIED[script] = drawn not in (lacking, _drawn(page.format("")))
    return _TRIED[script]
