"""Dates as precise as they are printed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

from kg.identifiers import PartialDate
from kg.source import Found

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
SEASONS = ("spring", "summer", "autumn", "fall", "winter")

YEAR = r"(?:1[5-9]|20|21)\d\d"
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?!\d)"
_SEASON = rf"(?:{'|'.join(SEASONS)})\b"
_TO = r"\s{0,40}[-–—/]\s{0,40}"

DATE = (
    rf"(?:{YEAR}-\d\d(?:-\d\d)?(?!\d)"
    rf"|{YEAR}(?:\s{{1,40}}{_MONTH}(?:\s{{1,40}}{_DAY})?(?:{_TO}(?:{YEAR}\s{{1,40}})?(?:{_MONTH}(?:\s{{1,40}}{_DAY})?|{_DAY}))?"
    rf"|\s{{1,40}}{_SEASON}(?:{_TO}{_SEASON})?)?"
    rf"|{_MONTH}\s{{1,40}}(?:{_DAY},?\s{{1,40}})?{YEAR}"
    rf"|{_DAY}\s{{1,40}}{_MONTH}\s{{1,40}}{YEAR})(?!\d)"
)
"""A regular expression for the forms that `read_date` reads; to be used ignoring case."""

_DATE = re.compile(DATE, re.IGNORECASE)
_NUMERIC = re.compile(rf"({YEAR})-(\d\d)(?:-(\d\d))?")
_PART = re.compile(
    rf"(?P<year>{YEAR})|(?P<month>{_MONTH})|(?P<day>{_DAY})|(?P<season>{_SEASON})|(?P<to>[-–—/])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date, and what was printed that a `PartialDate` cannot say (`May-Jun`, `Spring`)."""

    date: Found[PartialDate]
    left_out: str = ""


def read_date(text: Found[str]) -> Dated | None:
    """The first date in the text, at its true precision.

    A range of months, a season or an impossible day is left out, for the year (the month) alone is true.

    >>> read_date(Found("2016 May 1", "2016 May 1", 0)).date.value
    PartialDate(year=2016, month=5, day=1)
    """
    match = _DATE.search(text.raw)
    if match is None:
        return None
    place = text.part(match.start(), match.end())
    numeric = _NUMERIC.fullmatch(place.raw)
    if numeric is not None:
        year, month, day = (int(part) if part else None for part in numeric.groups())
        return _dated(place, year or 0, month, day)
    kinds = [(part.lastgroup, part.group()) for part in _PART.finditer(place.raw)]
    years = [int(words) for kind, words in kinds if kind == "year"]
    if any(kind in {"season", "to"} for kind, _ in kinds):
        left_out = " ".join(place.raw.replace(str(years[0]), "", 1).split())
        return Dated(place.map(lambda _: PartialDate(years[0])), left_out)
    months = [MONTHS[words.rstrip(".").lower()] for kind, words in kinds if kind == "month"]
    days = [int(words) for kind, words in kinds if kind == "day"]
    return _dated(place, years[0], months[0] if months else None, days[0] if days else None)


def in_year(day: Found[str] | None, year: int) -> Found[PartialDate] | None:
    """A month, or a day of one, that stands apart from its year; `None` if it says no month of that year."""
    if day is None:
        return None
    date = _in_year(day.value, year)
    return None if date is None else day.map(lambda _: date)


@lru_cache(maxsize=1 << 12)
def _in_year(words: str, year: int) -> PartialDate | None:
    together = f"{words} {year}"
    dated = read_date(Found(together, together, 0))
    if dated is None or dated.date.value.month is None or dated.date.value.year != year:
        return None
    return dated.date.value


def _dated(place: Found[str], year: int, month: int | None, day: int | None) -> Dated:
    if month is not None and not 1 <= month <= 12:
        return Dated(place.map(lambda _: PartialDate(year)), f"month {month}")
    if month is not None and day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Dated(place.map(lambda _: PartialDate(year, month)), f"day {day}")
    return Dated(place.map(lambda _: PartialDate(year, month, day)))
