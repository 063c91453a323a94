"""EBSCO's CSV export (CINAHL, PsycINFO, ...): that of EBSCOhost, and that of its successor."""

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
        "Article Title": "title",
        "title": "title",
        "Author": "authors",
        "contributors": "authors",
        "Journal Title": "journal or book",
        "source": "journal or book",
        "Publication Date": "date",
        "publicationDate": "date",
        "coverDate": "date",
        "Volume": "volume",
        "volume": "volume",
        "Issue": "issue",
        "issue": "issue",
        "First Page": "pages",
        "pageStart": "pages",
        "pageEnd": "pages",
        "Page Count": "number of pages",
        "pageCount": "number of pages",
        "ISSN": "ISSN of the journal",
        "issns": "ISSN of the journal",
        "ISBN": "ISBN",
        "isbns": "ISBN",
        "DOI": "DOI",
        "doi": "DOI",
        "Publisher": "publisher",
        "publisher": "publisher",
        "publisherLocations": "place of publication",
        "Doctype": "kind, publication type",
        "docTypes": "kind, publication type",
        "pubTypes": "publication type",
        "Subjects": "subject classes",
        "subjects": "subject classes",
        "Keywords": "keywords",
        "Abstract": "abstract",
        "abstract": "abstract",
        "language": "language",
        "notes": "notes",
        "PLink": "address",
        "plink": "address",
    },
    known={
        "Accession Number": "number in the database",
        "an": "number in the database",
        "id": "number in the export",
        "dbId": "name of the database",
        "shortDBName": "name of the database",
        "longDBName": "name of the database",
        "peerReviewed": "whether others have judged it",
        "image": "image",
        "Cover Date": "date on the cover",
        "degreeLevel": "degree of a thesis",
        "editions": "edition",
    },
)

COLUMNS = Columns(
    title=("Article Title", "title"),
    authors=("Author", "contributors"),
    journal=("Journal Title", "source"),
    date=("Publication Date", "publicationDate", "coverDate"),
    volume=("Volume", "volume"),
    issue=("Issue", "issue"),
    first_page=("First Page", "pageStart"),
    last_page=("pageEnd",),
    page_count=("Page Count", "pageCount"),
    issn=("ISSN", "issns"),
    isbn=("ISBN", "isbns"),
    doi=("DOI", "doi"),
    abstract=("Abstract", "abstract"),
    keywords=("Keywords",),
    language=("language",),
    publisher=("Publisher", "publisher"),
    publisher_place=("publisherLocations",),
    types=("Doctype", "docTypes", "pubTypes"),
    urls=("PLink", "plink"),
    notes=("notes",),
    subjects={"Subjects": "EBSCO subjects", "subjects": "EBSCO subjects"},
    kinds={
        "book": "Book",
        "book chapter": "BookChapter",
        "chapter": "BookChapter",
        "dissertation": "Thesis",
        "doctoral dissertation": "DoctoralThesis",
        "editorial": "JournalEditorial",
        "letter": "Letter",
        "review": "ReviewArticle",
    },
)


def recognises(source: Source) -> bool:
    """A row of names with `Article Title`, `Author`, `Journal Title`, or `an`, `title`, `contributors`."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return set(names) >= {"Article Title", "Author", "Journal Title"} or set(names) >= {
        "an",
        "title",
        "contributors",
    }


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((one.tag, one.value.raw) for one in found)
    yield from database_rows.report(source, Record(found), COLUMNS)
