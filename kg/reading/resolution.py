"""From a citation inside a text to the entry of a reference list that it means.

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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kg.model import Citation
from kg.reading.citations import Printed
from kg.reading.reference_lists import Listed

ALIKE = 0.8
"""The least likeness of a misspelt name beside one that agrees: one letter in five."""
ALIKE_ALONE = 0.85
"""The least likeness of a misspelt name that stands alone: one letter in seven."""
NEAR = 0.6
"""The least likeness of a first author for an entry to be named as a candidate."""

_ABBREVIATED = {
    "admin": "Administration",
    "assoc": "Association",
    "ctr": "Center",
    "dept": "Department",
    "fdn": "Foundation",
    "govt": "Government",
    "inst": "Institute",
    "intl": "International",
    "nat'l": "National",
    "natl": "National",
    "univ": "University",
}
"""Short forms of words in the names of organisations."""
_SHORT = re.compile(rf"\b({'|'.join(_ABBREVIATED)})\b\.?", re.IGNORECASE)

INDEXED = 8
"""By so many of its first authors an entry is looked up."""
NAMED = 5
"""How many candidates are named at most."""
COMPARED = 5_000_000
"""How many names of a list are compared by their letters at most, before only exact names are found.

The list of a document that people write needs some thousands; each name that no entry has is compared with
all, so that time would grow with the square of a list of 100,000."""


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
        self._firsts: dict[int | None, dict[str, list[int]]] = {}
        self._people: dict[frozenset[str], list[int]] = {}
        self._beginnings: dict[tuple[int | None, tuple[str, ...]], list[int]] = {}
        self._groups: dict[tuple[int | None, str], list[int]] = {}
        for number, entry in enumerate(self._entries):
            letters = tuple(map(_letters, entry.families))
            self._people.setdefault(frozenset(letters), []).append(number)
            for end in range(1, min(len(letters), INDEXED) + 1):
                self._beginnings.setdefault((entry.year, letters[:end]), []).append(number)
            if letters:
                self._firsts.setdefault(entry.year, {}).setdefault(letters[0], []).append(number)
            for name in _names_of_group(entry.families):
                self._groups.setdefault((entry.year, name), []).append(number)
        self._known: dict[tuple[object, ...], Citation] = {}
        self._left = COMPARED
        self._numbered = {
            listed.citation.number.value: listed.citation.work
            for listed in reversed(reference_list)
            if listed.citation.number is not None
        }
        if not self._numbered:
            self._numbered = {
                position: listed.citation.work for position, listed in enumerate(reference_list, start=1)
            }

    def __len__(self) -> int:
        return len(self._entries)

    def resolve(self, printed: Printed) -> Citation:
        """The citation with the work it leads to, or without one and with the reason."""
        if printed.number is not None:
            return self._by_number(printed, printed.number)
        key = (printed.names, printed.et_al, printed.year, printed.letter, printed.ampersand)
        if key not in self._known:
            self._known[key] = self._resolve(printed)
        return replace(self._known[key], quote=printed.quote)

    def _by_number(self, printed: Printed, number: int) -> Citation:
        if number in self._numbered:
            return Citation(quote=printed.quote, status="resolved", work=self._numbered[number])
        note = f"the reference list has no entry {number}"
        return Citation(quote=printed.quote, status="unresolved", note=note)

    def _resolve(self, printed: Printed) -> Citation:
        fits = _fits(printed, self._exact(printed))
        if all(fit.differences for fit in fits):
            fits = _fits(printed, self._possible(printed))
        best = _distinct([fit for fit in fits if not fit.differences] or fits)
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

    def _exact(self, printed: Printed) -> list[_Entry]:
        """The entries of the year whose names begin as the citation's do, and those of organisations."""
        letters = tuple(map(_letters, printed.names))
        numbers = set(self._beginnings.get((printed.year, letters[:INDEXED]), ()))
        for name in _as_groups(printed):
            numbers.update(self._groups.get((printed.year, name), ()))
        return [self._entries[number] for number in sorted(numbers)]

    def _possible(self, printed: Printed) -> list[_Entry]:
        """The entries of the year whose first name is alike, and those of organisations."""
        firsts = self._firsts.get(printed.year, {})
        alike = self._alike(_letters(printed.names[0]), firsts, ALIKE) if printed.names else []
        numbers = {number for first in alike for number in firsts[first]}
        for name in _as_groups(printed):
            numbers.update(self._groups.get((printed.year, name), ()))
        return [self._entries[number] for number in sorted(numbers)]

    def _near(self, printed: Printed) -> list[_Entry]:
        """The first entries whose first name is remotely alike, or that are of the same people."""
        if not printed.names:
            return []
        first = _letters(printed.names[0])
        numbers = set(self._people.get(frozenset(map(_letters, printed.names)), ())[:NAMED])
        for firsts in self._firsts.values():
            for name in self._alike(first, firsts, NEAR):
                numbers.update(firsts[name][:NAMED])
        return [self._entries[number] for number in sorted(numbers)[:NAMED]]

    def _alike(self, letters: str, choices: Mapping[str, object], least: float) -> list[str]:
        """The choices that are alike; only the same letters, once too many names have been compared."""
        if self._left < len(choices):
            self._left = 0
            return [letters] if letters in choices else []
        self._left -= len(choices)
        return _alike(letters, choices, least)


def _alike(letters: str, choices: Mapping[str, object], least: float) -> list[str]:
    found = process.extract(
        letters, list(choices), scorer=Levenshtein.normalized_similarity, score_cutoff=least, limit=None
    )
    return [choice for choice, _, _ in found]


def _distinct(fits: Sequence[_Fit]) -> list[_Fit]:
    """The fits, of entries with the same authors, year, title and letter (and no other DOI) the first."""
    result: list[_Fit] = []
    known: dict[tuple[object, ...], str | None] = {}
    for fit in fits:
        work = fit.entry.listed.citation.work
        title = _letters(work.title.value) if work is not None and work.title is not None else ""
        key = (tuple(map(_letters, fit.entry.families)), fit.entry.year, title, fit.entry.listed.letter)
        doi = work.doi.value if work is not None and work.doi is not None else None
        if title and key in known and (doi is None or known[key] in {None, doi}):
            continue
        known.setdefault(key, doi)
        result.append(fit)
    return result


def _fits(printed: Printed, entries: Sequence[_Entry]) -> list[_Fit]:
    return [fit for entry in entries if (fit := _fit(printed, entry)) is not None]


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


def _names_of_group(families: Sequence[str]) -> set[str]:
    """What an organisation can be cited by: the letters of its name, and its acronym."""
    if len(families) != 1 or " " not in families[0]:
        return set()
    acronym = _acronym(families[0])
    return {_letters(families[0].replace("&", " and ")), *([acronym] if len(acronym) > 1 else [])}


def _as_groups(printed: Printed) -> set[str]:
    """What the citation can be looked up by, if it cites an organisation."""
    whole = " and ".join(printed.names)
    return {_letters(whole), _letters("".join(printed.names)), _letters(_in_full(whole)), whole}


def _as_group(printed: Printed, families: Sequence[str]) -> tuple[str, ...] | None:
    """The differences where an organisation is cited by its name (which may hold `and`) or its acronym."""
    if len(families) != 1 or " " not in families[0] or printed.et_al:
        return None
    name = _letters(families[0].replace("&", " and "))
    whole = " and ".join(printed.names)
    if _letters(whole) == name or _letters("".join(printed.names)) == name:
        return ()
    if _letters(_in_full(whole)) == name:
        return (f"{whole!r} printed, {families[0]!r} in the reference list",)
    acronym = _acronym(families[0])
    if len(printed.names) == 1 and len(acronym) > 1 and printed.names[0] == acronym:
        return (f"{acronym!r} printed, {families[0]!r} in the reference list",)
    return None


def _in_full(words: str) -> str:
    return _SHORT.sub(lambda match: _ABBREVIATED[match[1].lower()], words)


def _acronym(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]\w*", name) if word[0].isupper())


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
