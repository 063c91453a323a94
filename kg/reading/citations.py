"""Citations by author and year inside a text, and the entries of a reference list they lead to.

A citation is resolved by its names and its year, never by its year alone. Names are compared by their
letters, without case, accents, hyphens and spaces (`name_likeness`, from 0 to 1):

* the year must be that of the entry, and its letter (`2006a`) where both have one;
* the names must stand in the entry's order, because the same people publish twice in a year;
* a name may differ from `ALIKE` upwards if another name agrees exactly, and from `ALIKE_ALONE` upwards
  where no other name is there to agree;
* where the number of authors is not that of the entry, two names must agree exactly (`et al.` stands for at
  least one more);
* an exact entry goes before one with a difference; two that fit equally well leave it unresolved.

What differs is said in the citation's note. Below the thresholds nothing is guessed: the nearest entries
are named and the citation stays unresolved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kg.model import Citation
from kg.reading.dates import MONTHS, SEASONS, YEAR
from kg.reading.paragraphs import folded
from kg.reading.reference_lists import Listed
from kg.source import Found

ALIKE = 0.8
"""The least likeness of a misspelt name beside one that agrees: one letter in five."""
ALIKE_ALONE = 0.85
"""The least likeness of a misspelt name that stands alone: one letter in seven."""
NEAR = 0.6
"""The least likeness of a first author for an entry to be named as a candidate."""

NAMED = 5
"""How many candidates are named at most."""

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
    for match in _NARRATIVE.finditer(text.raw):
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the list: its authors' family names, its year and letter."""

    listed: Listed
    families: tuple[str, ...]
    year: int | None


@dataclass(frozen=True, slots=True)
class _Fit:
    """An entry that a citation can mean, and what differs."""

    entry: _Entry
    differences: tuple[str, ...]


class ReferenceList:
    """The entries of a list, asked for the work that a citation means."""

    def __init__(self, reference_list: Sequence[Listed]) -> None:
        self._entries = [_entry(listed) for listed in reference_list]
        self._firsts: dict[int | None, dict[int, str]] = {}
        for number, entry in enumerate(self._entries):
            if entry.families:
                self._firsts.setdefault(entry.year, {})[number] = _letters(entry.families[0])
        self._groups = [
            n for n, e in enumerate(self._entries) if len(e.families) == 1 and " " in e.families[0]
        ]
        self._people: dict[frozenset[str], list[int]] = {}
        for number, entry in enumerate(self._entries):
            self._people.setdefault(frozenset(map(_letters, entry.families)), []).append(number)
        self._known: dict[tuple[object, ...], Citation] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def resolve(self, printed: Printed) -> Citation:
        """The citation with the work it leads to, or without one and with the reason."""
        key = (printed.names, printed.et_al, printed.year, printed.letter, printed.ampersand)
        if key not in self._known:
            self._known[key] = self._resolve(printed)
        return replace(self._known[key], quote=printed.quote)

    def _resolve(self, printed: Printed) -> Citation:
        fits = [fit for entry in self._possible(printed) if (fit := _fit(printed, entry)) is not None]
        best = [fit for fit in fits if not fit.differences] or fits
        if len(best) == 1:
            fit = best[0]
            return Citation(
                quote=printed.quote,
                status="resolved-with-difference" if fit.differences else "resolved",
                note="; ".join(fit.differences),
                work=fit.entry.listed.citation.work,
            )
        if best:
            reason = f"{len(best)} entries of the reference list fit equally well"
            named = [fit.entry for fit in best]
        else:
            reason = "no entry of the reference list has these authors and this year"
            named = self._near(printed)
            reason += "; nearest" if named else ""
        names = "; ".join(_named(entry) for entry in named[:NAMED])
        return Citation(
            quote=printed.quote, status="unresolved", note=f"{reason}: {names}" if names else reason
        )

    def _possible(self, printed: Printed) -> list[_Entry]:
        """The entries of the year whose first name is alike, and those of organisations."""
        firsts = self._firsts.get(printed.year, {})
        numbers = set(_alike(_letters(printed.names[0]), firsts, ALIKE)) if printed.names else set()
        numbers.update(number for number in self._groups if self._entries[number].year == printed.year)
        return [self._entries[number] for number in sorted(numbers)]

    def _near(self, printed: Printed) -> list[_Entry]:
        """The entries whose first name is remotely alike, and those of the same people."""
        if not printed.names:
            return []
        first = _letters(printed.names[0])
        numbers = {n for firsts in self._firsts.values() for n in _alike(first, firsts, NEAR)}
        numbers.update(self._people.get(frozenset(map(_letters, printed.names)), ()))
        return [self._entries[number] for number in sorted(numbers)]


def _alike(letters: str, choices: dict[int, str], least: float) -> list[int]:
    found = process.extract(
        letters, choices, scorer=Levenshtein.normalized_similarity, score_cutoff=least, limit=None
    )
    return [number for _, _, number in found]


def _entry(listed: Listed) -> _Entry:
    work = listed.citation.work
    families = tuple(
        authorship.person.family.value
        if authorship.person is not None and authorship.person.family is not None
        else authorship.name_as_printed.value
        for authorship in (work.authorships if work is not None else ())
    )
    return _Entry(listed, families, None if work is None or work.issued is None else work.issued.value.year)


def _fit(printed: Printed, entry: _Entry) -> _Fit | None:
    """Whether the citation can mean the entry, and with which differences."""
    letter = entry.listed.letter
    if printed.letter and letter and printed.letter != letter:
        return None
    families = entry.families
    whole = _as_group(printed, families)
    if whole is not None:
        return _Fit(entry, whole)
    if not printed.names:
        return None
    pairs = list(zip(printed.names, families, strict=False))
    likeness = [name_likeness(name, family) for name, family in pairs]
    agreeing = sum(1 for value in likeness if value == 1)
    as_many = len(families) > len(printed.names) if printed.et_al else len(families) == len(printed.names)
    if min(likeness) < (ALIKE if agreeing else ALIKE_ALONE) or (not as_many and agreeing < 2):
        return None
    differences = [
        f"{name!r} printed, {family!r} in the reference list"
        for name, family in pairs
        if _letters(name) != _letters(family) or _marks(name) != _marks(family)
    ]
    differences += _differences_of_form(printed, families)
    return _Fit(entry, tuple(differences))


def _as_group(printed: Printed, families: Sequence[str]) -> tuple[str, ...] | None:
    """The differences where an organisation is cited by its name (which may hold `and`) or its acronym."""
    if len(families) != 1 or " " not in families[0] or printed.et_al:
        return None
    name = _letters(families[0].replace("&", " and "))
    if _letters(" and ".join(printed.names)) == name or _letters("".join(printed.names)) == name:
        return ()
    acronym = "".join(word[0] for word in re.findall(r"[^\W\d_]\w*", families[0]) if word[0].isupper())
    if len(printed.names) == 1 and len(acronym) > 1 and printed.names[0] == acronym:
        return (f"{acronym!r} printed, {families[0]!r} in the reference list",)
    return None


def _differences_of_form(printed: Printed, families: Sequence[str]) -> Iterator[str]:
    named, listed = len(printed.names), len(families)
    if printed.et_al and listed <= named:
        yield f"'et al.' printed, {listed} in the reference list"
    elif not printed.et_al and named != listed:
        yield f"{named} authors printed, {listed} in the reference list"
    if not printed.et_al and named > 1 and not printed.ampersand:
        yield "no '&' before the last author"


@lru_cache(maxsize=4096)
def name_likeness(one: str, other: str) -> float:
    """How alike two family names are, from 0 to 1; their letters are compared, by edit distance.

    >>> round(name_likeness("Okafr", "Okafor"), 2), name_likeness("Lind Haas", "Lind-Haas")
    (0.83, 1.0)
    """
    return Levenshtein.normalized_similarity(_letters(one), _letters(other))


def _letters(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in decomposed if letter.isalpha())


def _marks(name: str) -> str:
    """The hyphens and spaces between a name's letters: `Lind Haas` is not quite `Lind-Haas`."""
    return re.sub(r"[^- ]", "", re.sub(r"[‐‑–]", "-", " ".join(name.split())))


def _named(entry: _Entry) -> str:
    others = " et al." if len(entry.families) > 3 else ""
    return f"{', '.join(entry.families[:3])}{others} {entry.year or 'without year'}"
