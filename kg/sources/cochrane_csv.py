"""The CSV export of the Cochrane Library: its reviews, and trials of CENTRAL."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import database_rows, delimited
from kg.reading.database_rows import Columns
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import Record
from kg.source import Source

FIELDS = Fields(
    mapped={
        "Cochrane Review ID": "identifier in the Cochrane Library",
        "CENTRAL ID": "identifier in the Cochrane Library",
        "Title": "title",
        "Author(s)": "authors",
        "Authors": "authors",
        "Source": "journal or book",
        "Year": "date",
        "Volume": "volume",
        "Issue": "issue",
        "Pages": "pages",
        "ISSN": "ISSN of the journal",
        "ISBN": "ISBN",
        "DOI": "DOI",
        "PubMed ID": "PubMed id",
        "Publisher": "publisher",
        "Language": "language",
        "Publication Type": "publication type",
        "Abstract": "abstract",
        "Keywords": "keywords of the database",
        "URL": "address",
        "Clinical Trial Registry ID": "registration of the trial",
    },
    known={
        "Database Name": "name of the database",
        "Embase ID": "number in Embase",
        "CINAHL ID": "number in CINAHL",
        "Cochrane Review Group Code": "group that keeps a review",
        "Cochrane Group Code": "group that keeps a review",
        "Stage": "protocol or review",
        "Version": "version of a review",
        "Date": "date of the search",
        "US": "shelf mark",
    },
)

COLUMNS = Columns(
    title=("Title",),
    authors=("Author(s)", "Authors"),
    journal=("Source",),
    date=("Year",),
    volume=("Volume",),
    issue=("Issue",),
    pages=("Pages",),
    issn=("ISSN",),
    isbn=("ISBN",),
    doi=("DOI",),
    pmid=("PubMed ID",),
    abstract=("Abstract",),
    language=("Language",),
    publisher=("Publisher",),
    types=("Publication Type",),
    urls=("URL",),
    registrations=("Clinical Trial Registry ID",),
    subjects={"Keywords": "Cochrane keywords"},
    identifiers={"Cochrane Review ID": "cochrane", "CENTRAL ID": "central"},
)


def recognises(source: Source) -> bool:
    """A row of names with `Title` and `Cochrane Review ID` or `CENTRAL ID`, below lines about the search."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return "Title" in names and not {"Cochrane Review ID", "CENTRAL ID"}.isdisjoint(names)


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((one.tag, one.value.raw) for one in found)
    yield from database_rows.report(source, Record(found), COLUMNS)
