"""What exchange formats have in common: names in parts, identifiers in their many writings, page ranges."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from kg import identifiers
from kg.identifiers import PartialDate
from kg.model import Authorship, Contribution, Person, Text
from kg.problems import Problem
from kg.reading.recurring import recurring
from kg.source import Found, Source

_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?!\w)")
_ISSN = re.compile(r"(?<!\w)[EP]?(\d{4})-?(\d{3}[\dXx])(?!\w)")
_ISBN = re.compile(r"(?<![\d-])(?:97[89](?:[ -]?\d){10}|\d(?:[ -]?\d){8}[ -]?[\dXx])(?!-?\d)")
_PMCID = re.compile(r"(?:PMC)?(\d{1,9})", re.IGNORECASE)
_ROR = re.compile(r"(?:https?://)?(?:www\.)?ror\.org/(0[a-hj-km-np-tv-z0-9]{6}\d\d)/?", re.IGNORECASE)


def doi(found: Text | None) -> Text | None:
    """The DOI in an address or behind a label, in lower case; `None` where there is none."""
    if found is None:
        return None
    value = identifiers.doi(found.raw)
    return None if value is None else found.map(lambda _: value)


def unread_dois(source: Source, printed: Iterable[Text | None]) -> Iterator[Problem]:
    """A problem for each value of a field for DOIs that is none."""
    for text in printed:
        if text is not None and doi(text) is None:
            message = f"{text.raw[:60]!r} is no DOI"
            hint = "it is not published; correct it in the file"
            yield Problem.at(source, text, "unread-value", message, hint=hint)


def pmid(found: Text | None) -> Text | None:
    """The PubMed id: the digits, without a leading zero or an address before them."""
    match = found and re.search(r"(?<!\w)0*([1-9]\d{0,8})/?(?:\s*\[.*)?$", found.raw)
    return found.map(lambda _: match[1]) if found and match else None


def pmcid(found: Text | None) -> Text | None:
    """The PubMed Central id, `PMC` and digits, without an address before it."""
    match = found and _PMCID.fullmatch(found.raw.rstrip("/").rpartition("/")[2].strip())
    return found.map(lambda _: f"PMC{match[1].lstrip('0')}") if found and match else None


_PMID_IN_WORDS = re.compile(
    r"(?:\bPMID: ?(?:NLM)?|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{1,9})(?![\d/]*\w)"
)
_PMCID_IN_WORDS = re.compile(r"\b(PMC\d{1,9})\b")


def pmid_in(words: Iterable[Text]) -> Text | None:
    """The PubMed id behind `PMID:` or in an address, in the first of remarks and addresses that has one."""
    return first_in(words, _PMID_IN_WORDS)


def pmcid_in(words: Iterable[Text]) -> Text | None:
    """The PubMed Central id in the first of remarks and addresses that has one."""
    return first_in((one for one in words if "PMC" in one.raw), _PMCID_IN_WORDS)


def first_in(words: Iterable[Text], pattern: re.Pattern[str]) -> Text | None:
    """The first group of a pattern, in the first of the texts in which it is found."""
    found = ((text, pattern.search(text.raw)) for text in words)
    return next((text.part(*match.span(1)) for text, match in found if match), None)


def orcid(found: Text | None) -> Text | None:
    """The ORCID iD in four groups, without an address before it; `None` where its check digit is wrong."""
    if found is None:
        return None
    value = _orcid_in(found.raw)
    return None if value is None else found.map(lambda _: value)


def orcids(texts: Iterable[Text], pattern: re.Pattern[str], key: Callable[[str], str]) -> dict[str, Text]:
    """The ORCID iDs beside names, by the keys of the names: the second and the first group of the pattern."""
    found = {}
    for text in texts:
        for match in pattern.finditer(text.raw):
            printed = orcid(text.part(*match.span(2)))
            if printed is not None:
                found[key(match[1])] = printed
    return found


@lru_cache(maxsize=1 << 12)
def _orcid_in(printed: str) -> str | None:
    match = _ORCID.search(printed)
    value = "-".join(match.groups()).upper() if match else ""
    return value if value and identifiers.checks(value.replace("-", "")) else None


def issns(found: Text | None) -> tuple[Text, ...]:
    """Every ISSN that stands there, with its hyphen."""
    return () if found is None else _issns_in(found)


@recurring
def _issns_in(found: Text) -> tuple[Text, ...]:
    raw, start, where = found.raw, found.start, found.where
    return tuple(
        Found(f"{match[1]}-{match[2].upper()}", match[0], start + match.start(), where)
        for match in _ISSN.finditer(raw)
    )


def isbns(found: Text | None) -> tuple[Text, ...]:
    """Every ISBN that stands there, without hyphens."""
    return () if found is None else _isbns_in(found)


@recurring
def _isbns_in(found: Text) -> tuple[Text, ...]:
    places = (found.part(*match.span()) for match in _ISBN.finditer(found.raw))
    values = (place.map(lambda raw: re.sub(r"[ -]", "", raw).upper()) for place in places)
    return tuple(value for value in values if len(value.value) in {10, 13})


def ror(found: Text | None) -> Text | None:
    """The ROR id, without the address before it."""
    match = found and _ROR.fullmatch(found.raw)
    return found.map(lambda _: match[1].lower()) if found and match else None


def pages(first: str, last: str) -> str:
    """First and last page in full; a shortened last page is completed.

    >>> pages("416", "23"), pages("e33693", ""), pages("S12", "S15"), pages("155", "155")
    ('416-423', 'e33693', 'S12-S15', '155')
    """
    if last.isdigit() and first.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{first}-{last}" if last and last != first else first


def page_range(found: Text | None) -> Text | None:
    """A range as printed, with a plain hyphen and the last page in full; a hyphen alone is none."""
    if found is None or not re.search(r"\w", found.raw):
        return None
    first, dash, last = (part.strip() for part in re.sub(r"[‐-―−]+|--+", "-", found.raw).partition("-"))
    if "-" in last and first:
        return found.map(lambda _: f"{first}-{last}")
    if not dash or not first:
        return found
    return found.map(lambda _: pages(first, last))


def whole_number(found: Text | None) -> Found[int] | None:
    """The number, where nothing but digits stands there."""
    return found.map(int) if found is not None and re.fullmatch(r"[0-9]{1,9}", found.raw) else None


def partial_date(year: object, month: object = None, day: object = None) -> PartialDate | None:
    """The date of numbers or digits, as precise as it can be true; `None` without a year from 1 to 9999."""
    values = [_number(part) for part in (year, month, day)]
    if not values[0] or not 1 <= values[0] <= 9999:
        return None
    if not values[1] or not 1 <= values[1] <= 12:
        return PartialDate(values[0])
    if not values[2] or not 1 <= values[2] <= calendar.monthrange(values[0], values[1])[1]:
        return PartialDate(values[0], values[1])
    return PartialDate(values[0], values[1], values[2])


def _number(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if _FOUR_DIGITS.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_FOUR_DIGITS = re.compile(r"\s*\d{1,4}\s*")


def iso_date(found: Text | None) -> Found[PartialDate] | None:
    """A date in digits, the year first (`2019-05-02`, `2019-05`, `2019/5`), and a time behind it."""
    if found is None:
        return None
    date = _date_in(found.raw)
    return None if date is None else Found(date, found.raw, found.start, found.where)


@lru_cache(maxsize=1 << 12)
def _date_in(printed: str) -> PartialDate | None:
    match = _ISO_DATE.match(printed)
    return partial_date(*match.groups()) if match else None


_ISO_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")


_DIGITS = re.compile(r"(\d{4})([-/. ]\d{1,2}){1,2}(?:[/T].*)?")


def unread_dates(source: Source, printed: Iterable[Text | None]) -> Iterator[Problem]:
    """A problem for each date in digits that is none: `0000-00-00`."""
    for text in printed:
        if text is not None and iso_date(text) is None:
            message = f"{text.raw[:60]!r} is no date"
            hint = "it is not published; correct it in the file"
            yield Problem.at(source, text, "unread-value", message, hint=hint)


def shortened_dates(source: Source, read: Found[PartialDate] | None) -> Iterator[Problem]:
    """A problem for a date in digits that says more than there is in the calendar: `2019-13-40`.

    `2019-00-00` says no more than the year, and `2018-19` may be two years.
    """
    if read is None or read.value.day is not None or not _DIGITS.fullmatch(read.raw):
        return
    year, *rest = [int(part) for part in re.findall(r"\d+", read.raw)[:3]]
    given = [part for part in rest if part]
    known = read.value.month is not None
    is_span = len(rest) == 1 and rest[0] == (year + 1) % 100
    if len(given) > known and not is_span and (known or rest[0]):
        message = f"{read.raw[:60]!r} is no day of the calendar; {read.value} is published"
        hint = "correct the date in the file"
        yield Problem.at(source, read, "impossible-date", message, hint=hint)


def authorship(printed: Text, position: int, person: Person | None, **more: object) -> Authorship:
    """An author of a database record, whose name is what stands for the author."""
    return Authorship(
        quote=printed,
        name_as_printed=printed,
        position=position,
        person=person,
        **more,  # type: ignore[arg-type]
    )


def contribution(printed: Text, position: int, role: str, person: Person | None) -> Contribution:
    """The part of somebody who is no author."""
    return Contribution(quote=printed, name_as_printed=printed, position=position, role=role, person=person)
