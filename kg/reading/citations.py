"""Citations by author and year inside a text: `(Okafor & Haas, 2006; Lind et al., 1999)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.reading.dates import MONTHS, SEASONS, YEAR
from kg.reading.paragraphs import folded
from kg.source import Found

_GROUP = re.compile(r"\((?P<inside>[^()]{4,1500})\)|\[(?P<squared>[^\[\]()]{4,1500})\]")
_YEAR = re.compile(rf"(?<![\w-])(?P<year>{YEAR})(?P<letter>[a-z])?(?![\w-])")
_ET_AL = re.compile(
    r",?\s{0,40}\bet\.?\s{0,40}al\b\.?|,?\s{0,40}(?:&|\band)\s{1,40}(?:others|colleagues)\b", re.IGNORECASE
)
_BEFORE = re.compile(
    r"(?:\s*(?:e\.\s?g\.|i\.\s?e\.|cf\.|(?:see(?:\s+also)?|eg|ie|for\s+(?:a\s+)?reviews?|reviewed\s+(?:in|by)|and"
    r"|also|adapted\s+from|from|sources?|by)\b|&)[.,:]*\s*)+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*,\s*(?:(?:&|and\b)\s*)?|\s*(?:&|\band\b)\s*")
_LAST_AMPERSAND = re.compile(r"(?:&|\band\b)\s*(?:[^,&]*)\Z")
_NAME = re.compile(
    r"(?:(?:van|von|de|del|della|der|den|di|da|dos|du|la|le|el|al|bin|ibn|ter|ten|of|the|for|on|in)\s+)*"
    r"(?:[A-Z]\.\s?){0,3}[^\W\d_][\w'’.‐‑-]*(?:\s+[\w'’.‐‑-]+){0,8}"
)
_FAMILY = r"[^\W\d_a-z][\w'’‐‑-]{1,40}"
_NARRATIVE = re.compile(
    rf"(?<![\w'’-])(?P<names>(?:(?:van|von|de|del|der|den|di|la|le)\s){{0,3}}{_FAMILY}"
    rf"(?:(?:,\s{_FAMILY}){{0,6}},?\s(?:and|&)\s{_FAMILY}|,?\s(?:et\sal\.?|and\scolleagues))?)"
    rf"(?:['’]s)?\s\((?P<year>{YEAR})(?P<letter>[a-z])?\)"
)
_YEAR_ALONE = re.compile(rf"\({YEAR}[a-z]?\)")
"""What every citation outside brackets has in them."""
_NO_NAME = frozenset(
    (
        *MONTHS, *SEASONS, "table", "figure", "fig", "chapter", "appendix", "version", "since", "until",
        "fiscal", "fy", "year", "updated", "accessed", "retrieved", "revised", "copyright", "established",
        "founded", "born",
    )
)  # fmt: skip
"""Words that stand before a year and are nobody's name."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A citation as it stands in the text."""

    quote: Found[str]
    names: tuple[str, ...]
    et_al: bool
    year: int
    letter: str
    ampersand: bool
    number: int | None = None
    """The number of an entry of the list, which is all that a note or `[3]` says."""


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets with citations in them, or a citation whose names stand before its year in brackets."""

    place: Found[str]
    citations: tuple[Printed, ...]
    narrative: bool = False


def citation_groups(text: Found[str]) -> Iterator[Group]:
    """The groups of citations in a text, in order.

    >>> words = "Hope grew (Okafor & Haas, 2006; Lind, 1990)."
    >>> [group] = citation_groups(Found(words, words, 0))
    >>> [citation.quote.raw for citation in group.citations]
    ['Okafor & Haas, 2006', 'Lind, 1990']
    """
    groups = []
    for match in _GROUP.finditer(text.raw):
        name = "inside" if match.group("inside") is not None else "squared"
        inside = text.part(match.start(name), match.end(name))
        citations = tuple(c for part in inside.split(";") for c in _citations(part))
        if citations:
            groups.append(Group(text.part(match.start(), match.end()), citations))
    for match in _NARRATIVE.finditer(text.raw) if _YEAR_ALONE.search(text.raw) else ():
        names = match.group("names")
        if names.split()[0].lower().rstrip(",") in _NO_NAME:
            continue
        place = text.part(match.start(), match.end())
        printed = _printed(folded(place), names, int(match.group("year")), match.group("letter") or "")
        groups.append(Group(place, (printed,), narrative=True))
    yield from sorted(groups, key=lambda group: group.place.start)


def _citations(part: Found[str]) -> Iterator[Printed]:
    """The citations of a part between semicolons: `Okafor & Haas, 2006`, `Lind et al., 1999, 2012`."""
    begin = 0
    names = ""
    for match in _YEAR.finditer(part.raw):
        before = part.part(begin, match.start())
        lead_in = _BEFORE.match(before.raw)
        own = before.part(lead_in.end() if lead_in else 0, len(before.raw)).stripped(" ,&(\t\r\n")
        if own.raw:
            if not _are_names(own.raw):
                begin, names = match.end(), ""
                continue
            names = own.raw
            quote = folded(part.part(own.start - part.start, match.end()))
        elif names:
            place = part.part(match.start(), match.end())
            quote = Found(f"{names}, {place.raw}", place.raw, place.start)
        else:
            begin = match.end()
            continue
        begin = match.end()
        yield _printed(quote, names, int(match.group("year")), match.group("letter") or "")


def _are_names(words: str) -> bool:
    plain = _ET_AL.sub("", words).strip(" ,")
    if not plain or any(letter in plain for letter in '=<>%:/"“”'):
        return False
    names = _split(plain)
    if not names or names[0].split()[0].lower().rstrip(".") in _NO_NAME:
        return False
    return all(
        _NAME.fullmatch(name) and any(letter.isupper() for letter in name) and not re.search(r"\d", name)
        for name in names
    )


def _printed(quote: Found[str], names: str, year: int, letter: str) -> Printed:
    plain = " ".join(_ET_AL.sub("", names).strip(" ,").split())
    return Printed(
        quote=quote,
        names=tuple(_split(plain)),
        et_al=_ET_AL.search(names) is not None,
        year=year,
        letter=letter,
        ampersand=_LAST_AMPERSAND.search(plain) is not None,
    )


def _split(names: str) -> list[str]:
    return [name for name in (part.strip(" .,") for part in _BETWEEN.split(names)) if name]
