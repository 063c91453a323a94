"""What surrounds the content of a page of VA Health Systems Research."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kg.reading.paragraphs import folded, lines, paragraphs
from kg.source import Found

_FURNITURE = re.compile(
    r"""(?:
      Dimensions\ for\ VA\ is\ a\ web | If\ you\ have\ VA-Intranet\ access
    | VA\ staff\ not\ currently\ on\ the\ VA\ network | Search\ Dimensions\ for\ VA
    | (?:\*\s*)?Don['’]t\ have\ VA-internal | Search\s*\|
    | »\ | Questions\ about\ the\ \S+\ website | Any\ health\ information\ on\ this\ website\ is
    | (?:
          Print(?:able|er[ -]Friendly)\ (?:View|Version|Page)
        | Talk\ to\ the\ Veterans\ Crisis\ Line\ now | U\.?S\.?\ flag | Skip\ to\ \w+\ content
        | An\ official\ website\ of\ the\ United\ States\ government
        | (?:VA\ )?Health\ S(?:ystems|ervices)\ Research(?:\ (?:&|and)\ Development(?:\ Service)?)?
        | Go\ to\ the\ [\w\s]{1,20}\ website | (?:\d{4}\ )?Conference\ Logo | Email\ the\ Web\ Team
        | (?:Last\ )?(?:updated|reviewed)(?:/updated)?\b.{0,40} | Return\ to\ (?:top|list).{0,40}
      )\s*(?:[\r\n]|\Z)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BULLETS = "*•·-– \u00a0"
"""Text browsers set these before the lines of a menu."""
_MENU = re.compile(r"(?:[\w&/'’()-]{1,30}(?:\s[\w&/'’()-]{1,30}){0,5}\s\|\s){2,20}[\w\s&/'’()-]{1,60}")
_WRAPPED = range(50, 121)
"""The lengths of a line of a paragraph that was broken into lines."""
_ABBREVIATION = re.compile(r"(?:\b[A-Z]\.){2,}\Z|\.\.\.\Z")
_LAST = re.compile(r"Questions about the \S+ website|Any health information on this website", re.IGNORECASE)


def is_furniture(line: Found[str]) -> bool:
    """Whether a line belongs to the site and not to the page's subject."""
    return _is_furniture(line.raw.strip("\u00a0 \t").lstrip(_BULLETS))


@lru_cache(maxsize=1024)
def _is_furniture(words: str) -> bool:
    """The same of the words; kept for a moment, since every format of these pages asks for all its lines."""
    return _FURNITURE.match(words) is not None or ("|" in words and _MENU.fullmatch(words) is not None)


def ends_page(line: Found[str]) -> bool:
    """Whether the foot of the page begins with this line."""
    return _LAST.match(line.raw) is not None


def blocks(text: Found[str]) -> Iterator[Found[str] | None]:
    """The paragraphs up to the foot of the page; `None` where furniture stood."""
    for paragraph in paragraphs(text):
        first = last = None
        above: Found[str] | None = None
        for line in lines(paragraph):
            if above is not None and _goes_on(above, line):
                above = line
                continue
            above = line if is_furniture(line) else None
            if above is None:
                first, last = first or line, line
                continue
            if first is not None and last is not None:
                yield paragraph.part(first.start - paragraph.start, last.end - paragraph.start)
                first = None
            if ends_page(line):
                return
            yield None
        if first is not None and last is not None:
            yield paragraph.part(first.start - paragraph.start, last.end - paragraph.start)


def _goes_on(above: Found[str], line: Found[str]) -> bool:
    """Whether a line continues a sentence of the site that was broken into lines."""
    open_end = len(above.raw) in _WRAPPED and not above.raw.endswith((".", ":", "?", "!", "/"))
    return open_end and line.raw[:1].islower()


def content(text: Found[str]) -> Iterator[Found[str]]:
    """The paragraphs without furniture, up to the foot of the page."""
    return (block for block in blocks(text) if block is not None)


def title(words: Found[str]) -> Found[str]:
    """The title without the full stop that these pages set behind it; that of `the U.S.` belongs to it."""
    ended = words.raw.endswith(".") and not _ABBREVIATION.search(words.raw)
    return folded(words.part(0, len(words.raw) - ended).stripped())
