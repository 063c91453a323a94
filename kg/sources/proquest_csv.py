"""ProQuest's table of references (PsycINFO, dissertations, ...), saved as CSV."""

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
        "Title": "title",
        "AlternateTitle": "other title",
        "Authors": "authors",
        "pubtitle": "journal or book",
        "pubdate": "date",
        "year": "date",
        "volume": "volume",
        "issue": "issue",
        "startPage": "pages",
        "pages": "pages",
        "issn": "ISSN of the journal",
        "eissn": "ISSN of the journal",
        "isbn": "ISBN",
        "digitalObjectIdentifier": "DOI",
        "Abstract": "abstract",
        "identifierKeywords": "keywords",
        "subjectTerms": "subject classes",
        "subjectClassifications": "subject classes",
        "language": "language",
        "placeOfPublication": "place of publication",
        "documentType": "kind, publication type",
        "DocumentURL": "address",
    },
    known={
        "StoreId": "number at ProQuest",
        "ArticleType": "kind of the source",
        "FindACopy": "address in the library",
        "Database": "database",
        "copyright": "copyright",
        "entryDate": "when the record was made",
        "languageOfSummary": "language of the abstract",
        "classification": "classes, which the subject classifications repeat",
        "classificationCodes": "codes of classes",
        "majorClassificationCodes": "codes of classes",
        "subjects": "subjects, which the subject terms repeat",
        "companies": "companies",
        "coden": "code of the journal",
    },
)

COLUMNS = Columns(
    title=("Title",),
    other_titles=("AlternateTitle",),
    authors=("Authors",),
    journal=("pubtitle",),
    date=("pubdate", "year"),
    volume=("volume",),
    issue=("issue",),
    pages=("pages", "startPage"),
    issn=("issn", "eissn"),
    isbn=("isbn",),
    doi=("digitalObjectIdentifier",),
    abstract=("Abstract",),
    keywords=("identifierKeywords",),
    language=("language",),
    publisher_place=("placeOfPublication",),
    types=("documentType",),
    urls=("DocumentURL",),
    subjects={"subjectTerms": "ProQuest subject terms", "subjectClassifications": "ProQuest classification"},
    kinds={
        "book": "Book",
        "book chapter": "BookChapter",
        "dissertation/thesis": "Thesis",
        "editorial": "JournalEditorial",
        "letter": "Letter",
        "review": "ReviewArticle",
    },
)


def recognises(source: Source) -> bool:
    """A row of names with `Title`, `StoreId` and `Authors`."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return set(names) >= {"Title", "StoreId", "Authors"}


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((one.tag, one.value.raw) for one in found)
    yield from database_rows.report(source, Record(found), COLUMNS)
