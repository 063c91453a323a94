"""The values of RIS as programs write them: names, dates, pages, addresses, abstracts, remarks, keywords."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from kg.identifiers import PartialDate
from kg.model import Person, Section, Text
from kg.reading import bibliography, dates, markup, ris_databases
from kg.reading.names import full_name, is_group
from kg.reading.recurring import recurring
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Record, distinct
from kg.reading.wos_references import cited_person
from kg.source import Found

EDITOR = re.compile(r",\s*Eds?\.?$")
"""Behind the name of an editor who stands among the authors."""

_SLASHES = re.compile(r"(\d{4})(?:/(\d{0,2})(?:/(\d{0,2})(?:/.*)?)?)?$")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")
_ARTICLE = re.compile(r"\S{1,30}")
_DAYS = re.compile(r"\d{1,2}\s*[-–]\s*\d{1,2}\b\.?\s*(?=[A-Za-z])")
_BETWEEN = r"(?<!&amp);"
_DATED: TypeAlias = Found[PartialDate]


def name(printed: Text) -> Text:
    """The name without the comma that EndNote prints behind that of a group."""
    group = printed.stripped(", ")
    return group if printed.raw.endswith(",") and group.raw else printed


def person(printed: Text) -> Person | None:
    """`Family, Given`, `Family A. B.`; without a comma or initials `Given Family`; a group ends with one."""
    if printed.raw.endswith(","):
        return None
    bare = next(printed.split(EDITOR.pattern), printed) if EDITOR.search(printed.raw) else printed
    found = cited_person(bare)
    if found is None and "," not in bare.raw and not is_group(bare.raw):
        return full_name(bare)
    if found is not None and found.given is not None and found.given.raw == "null":
        return Person(family=found.family)
    return found


def pages(record: Record) -> Text | None:
    """First and last page, which mostly stand in neighbouring fields; else the article number."""
    first, last = record.line("SP"), record.line("EP")
    if first is not None and last is not None and (first.raw, last.raw) == ("No", "Specified"):
        first = last = None
    if first is None:
        number = last or record.line("C7", "PG")
        return number if number is not None and _ARTICLE.fullmatch(number.raw) else None
    if last is None or re.search(r"[-–—]", first.raw):
        return bibliography.page_range(next(first.split(r"^pp?\.?\s+(?=\w)"), first))
    return first.map(lambda raw: bibliography.pages(raw, last.raw))


def date(record: Record) -> _DATED | None:
    """The most precise date of the year that is given first."""
    read = (dated(field.lines[0]) for field in record.all("PY", "Y1", "DA"))
    found = [one for one in read if one is not None]
    if not found:
        return None
    year = found[0].value.year
    days = (dates.in_year(text, year) for text in record.values("DA"))
    found = [one for one in (*found, *days) if one is not None and one.value.year == year]
    return max(found, key=lambda one: len(str(one.value)))


@recurring
def dated(text: Text) -> _DATED | None:
    """A date as `2014/05/02/`, `2014///`, `2014 May 2`; of `4-8 Aug. 2020` the month."""
    match = _SLASHES.match(text.raw)
    date = bibliography.partial_date(*(part or None for part in match.groups())) if match else None
    if date is not None:
        return text.map(lambda _: date)
    iso = bibliography.iso_date(text)
    if iso is not None:
        return iso
    digits = _DIGITS.search(text.raw)
    if digits is not None and (day := bibliography.partial_date(*digits.groups())) is not None:
        return text.map(lambda _: day)
    read = dates.read_date(text)
    if read is None:
        return None
    if _DAYS.match(text.raw):
        return read.date.map(lambda date: PartialDate(date.year, date.month))
    return read.date


def addresses(lines: tuple[Found[str], ...]) -> Iterator[Text]:
    """The web addresses of a field: one a line, or several between semicolons."""
    for line in lines:
        for one in line.split(r"[;\s]{1,40}(?=https?://)|\s{1,40}[A-Z][A-Z0-9]  - .*"):
            if re.match(r"https?://\S", one.raw):
                yield one


def abstract(record: Record) -> Iterator[Section]:
    """The sections of the first abstract."""
    text = next((one for one in record.values("AB", "N2") if not _is_notice(one)), None)
    for one in abstract_sections(text) if text is not None else ():
        yield replace(one, text=one.text.map(html.unescape)) if "&" in one.text.raw else one


def further_abstracts(record: Record) -> list[Text]:
    """The abstracts behind the first, as in another language; and notices."""
    texts = distinct(record.values("AB", "N2"))
    first = next((one for one in texts if not _is_notice(one)), None)
    return [one for one in texts if one is not first]


def _is_notice(text: Text) -> bool:
    """EBSCO writes a notice of copyright into a second abstract."""
    return text.raw.startswith("Copyright of ")


def notes(record: Record) -> Iterator[Text]:
    """The remarks as a reader sees them; Zotero writes HTML."""
    for field in record.all("N1"):
        if not ris_databases.is_reference_list(field):
            text = field.value
            yield text.map(markup.visible) if "</p>" in text.raw else text


def keywords(record: Record) -> Iterator[Text]:
    """Keywords stand one in a field, one a line, or between semicolons."""
    for field in record.all("KW"):
        if len(field.lines) > 1 and not re.search(r"[;,]\s*$", field.lines[0].raw):
            parts = [part for line in field.lines for part in line.split(_BETWEEN)]
        else:
            parts = list(field.value.split(_BETWEEN))
        for part in parts:
            yield (part.stripped("* ") if part.raw.strip("* ") else part).map(html.unescape)
