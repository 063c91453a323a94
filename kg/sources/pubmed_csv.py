"""PubMed's CSV export: one row a citation, with the journal, volume and pages in one cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kg.model import Authorship, Journal, Report, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, delimited
from kg.reading.fields import Fields, Tally
from kg.reading.names import vancouver_person
from kg.reading.pages import full_range
from kg.reading.tagged import Record
from kg.source import Source

FIELDS = Fields(
    mapped={
        "PMID": "PubMed id",
        "Title": "title",
        "Authors": "authors",
        "Citation": "date, volume, issue, pages",
        "Journal/Book": "short name of the journal or book",
        "Publication Year": "year",
        "PMCID": "PubMed Central id",
        "DOI": "DOI",
    },
    known={
        "First Author": "the first of the authors again",
        "Create Date": "when the record was made",
        "NIHMS ID": "number of the manuscript",
    },
)

_COLUMNS = {"PMID", "Title", "Authors", "Citation"}
_CITATION = re.compile(
    r"(?:^|\.\s)(?P<date>\d{4}(?:\s[A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?(?:\s\d{1,2}(?:-\d{1,2})?)?|\s(?:Spring|Summer|Fall|Autumn|Winter))?)"
    r"(?:;(?P<volume>[^();:.]{1,40})?(?:\((?P<issue>[^()]{1,40})\))?)?(?::(?P<pages>[^\s.;]{1,40}(?:,\s[^\s.;]{1,40})?))?\."
)


def recognises(source: Source) -> bool:
    """A row of names with `PMID`, `Title`, `Authors` and `Citation`."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return set(names) >= _COLUMNS


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((field.tag, field.value.raw) for field in found)
    record = Record(found)
    yield from bibliography.unread_dois(source, record.values("DOI"))
    yield from bibliography.unread_dates(source, record.values("Publication Year"))
    citation, journal = record.first("Citation"), record.first("Journal/Book")
    parts = _CITATION.search(citation.raw) if citation is not None else None

    def part(name: str) -> Text | None:
        return citation.part(*parts.span(name)).stripped() if citation and parts and parts[name] else None

    year, date = record.first("Publication Year"), part("date")
    dated = dates.read_date(date) if date is not None else None
    issued = dated.date if dated is not None else None
    if year is not None and (issued is None or str(issued.value.year) != year.raw):
        issued = bibliography.iso_date(year)
    pages = part("pages")
    yield Report(
        kind="Expression" if journal is None else "JournalArticle",
        title=record.first("Title"),
        authorships=tuple(_authors(record.first("Authors"))),
        journal=None if journal is None else Journal(name=journal),
        issued=issued,
        volume=part("volume"),
        issue=part("issue"),
        pages=None if pages is None else pages.map(full_range),
        doi=bibliography.doi(record.first("DOI")),
        pmid=bibliography.pmid(record.first("PMID")),
        pmcid=bibliography.pmcid(record.first("PMCID")),
    )


def _authors(cell: Text | None) -> Iterator[Authorship]:
    """`Okafor AB, Lind P; Harbour Study Group.`: groups stand behind semicolons."""
    if cell is None:
        return
    text = cell.stripped(" .")
    for position, printed in enumerate(text.split("[,;]"), start=1):
        yield bibliography.authorship(printed, position, vancouver_person(printed))
