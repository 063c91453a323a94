"""What surrounds the content of a page of VA Health Systems Research."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.reading.paragraphs import paragraphs
from kg.source import Found

_FURNITURE = re.compile(
    r"""(?:
      Dimensions\ for\ VA\ is\ a\ web | If\ you\ have\ VA-Intranet\ access
    | VA\ staff\ not\ currently\ on\ the\ VA\ network | Search\ Dimensions\ for\ VA
    | (?:\*\s*)?Don['’]t\ have\ VA-internal | Search\s*\|
    | Questions\ about\ the\ \S+\ website | Any\ health\ information\ on\ this\ website\ is
    | (?:
          Talk\ to\ the\ Veterans\ Crisis\ Line\ now | U\.?S\.?\ flag | Skip\ to\ \w+\ content
        | An\ official\ website\ of\ the\ United\ States\ government
        | (?:VA\ )?Health\ S(?:ystems|ervices)\ Research(?:\ (?:&|and)\ Development(?:\ Service)?)?
        | Go\ to\ the\ [\w\s]{1,20}\ website | (?:\d{4}\ )?Conference\ Logo | Email\ the\ Web\ Team
        | (?:Last\ )?(?:updated|reviewed)(?:/updated)?\b.{0,40} | Return\ to\ (?:top|list).{0,40}
      )\s*(?:[\r\n]|\Z)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LAST = re.compile(r"Questions about the \S+ website|Any health information on this website", re.IGNORECASE)


def is_furniture(paragraph: Found[str]) -> bool:
    """Whether a paragraph belongs to the site and not to the page's subject."""
    return _FURNITURE.match(paragraph.raw.strip("\u00a0 ")) is not None


def content(text: Found[str]) -> Iterator[Found[str]]:
    """The paragraphs that are no furniture, up to the foot of the page."""
    for paragraph in paragraphs(text):
        if _LAST.match(paragraph.raw):
            return
        if not is_furniture(paragraph):
            yield paragraph
