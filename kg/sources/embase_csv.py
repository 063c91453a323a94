"""Embase's CSV export: one row a record, or one line a field with its values beside its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import database_rows, delimited, line_records
from kg.reading.database_rows import Columns
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import Field, Record
from kg.reading.values import Values
from kg.source import Source

FIELDS = Fields(
    mapped={
        "Title": "title",
        "Original Title": "other title",
        "Original (Non-English) Title": "other title",
        "Author Names": "authors",
        "Source Title": "journal or book",
        "Publication Year": "date",
        "Date of Publication": "date",
        "Volume": "volume",
        "Issue": "issue",
        "First Page": "pages",
        "Last Page": "pages",
        "ISSN": "ISSN of the journal",
        "ISBN": "ISBN",
        "Book Publisher": "publisher",
        "DOI": "DOI",
        "Medline PMID": "PubMed id",
        "Abstract": "abstract",
        "Author Keywords": "keywords",
        "Emtree Drug Index Terms": "subject classes",
        "Emtree Drug Index Terms (Major Focus)": "major subject classes",
        "Emtree Medical Index Terms": "subject classes",
        "Emtree Medical Index Terms (Major Focus)": "major subject classes",
        "Publication Type": "kind, publication type",
        "Article Language": "language",
        "Clinical Trial Numbers": "registrations",
        "Embase Accession ID": "identifier in Embase",
        "Full Text Link": "address",
        "Embase Link": "address",
        "Source": "journal, date, volume, issue and pages, where they have no columns",
    },
    known={
        "keywords": "the subject classes once more",
        "Author Addresses": "addresses, which the row does not give to authors",
        "Correspondence Address": "address of the corresponding author",
        "Editors": "editors",
        "AiP/IP Entry Date": "when the record was made",
        "Full Record Entry Date": "when the record was made",
        "Conference Name": "conference",
        "Conference Location": "place of the conference",
        "Conference Date": "date of the conference",
        "Conference Editors": "editors of the conference",
        "Original Abstract": "abstract in its own language",
        "Original Non-English Abstract": "abstract in its own language",
        "Drug Tradenames": "trade names",
        "Drug Manufacturer": "manufacturers",
        "Device Tradenames": "trade names",
        "Device Manufacturer": "manufacturers",
        "CAS Registry Numbers": "chemicals",
        "Molecular Sequence Numbers": "molecular sequences",
        "Embase Classification": "classes of Embase",
        "Summary Language": "language of the abstract",
        "PUI": "number at the publisher",
        "CODEN": "code of the journal",
        "Open URL Link": "address in the library",
        "Copyright": "copyright",
    },
)

COLUMNS = Columns(
    title=("Title",),
    other_titles=("Original Title", "Original (Non-English) Title"),
    authors=("Author Names",),
    journal=("Source Title",),
    date=("Publication Year", "Date of Publication"),
    volume=("Volume",),
    issue=("Issue",),
    first_page=("First Page",),
    last_page=("Last Page",),
    issn=("ISSN",),
    isbn=("ISBN",),
    doi=("DOI",),
    pmid=("Medline PMID",),
    abstract=("Abstract",),
    keywords=("Author Keywords",),
    language=("Article Language",),
    publisher=("Book Publisher",),
    types=("Publication Type",),
    urls=("Full Text Link", "Embase Link"),
    registrations=("Clinical Trial Numbers",),
    major_subjects={
        "Emtree Drug Index Terms (Major Focus)": "Emtree",
        "Emtree Medical Index Terms (Major Focus)": "Emtree",
    },
    subjects={
        "Emtree Drug Index Terms": "Emtree",
        "Emtree Medical Index Terms": "Emtree",
    },
    identifiers={"Embase Accession ID": "embase"},
    kinds={
        "article": "JournalArticle",
        "article in press": "JournalArticle",
        "book": "Book",
        "chapter": "BookChapter",
        "conference abstract": "Abstract",
        "conference paper": "ConferencePaper",
        "editorial": "JournalEditorial",
        "letter": "Letter",
        "preprint": "Preprint",
        "review": "ReviewArticle",
    },
)

_NAMES = {name.casefold(): name for name in (*FIELDS.mapped, *FIELDS.known)} | {
    "original non-english title": "Original Title",
    "emtree medical index terms major focus": "Emtree Medical Index Terms (Major Focus)",
    "emtree drug index terms major focus": "Emtree Drug Index Terms (Major Focus)",
    "pmid": "Medline PMID",
    "language of article": "Article Language",
}
"""The names of fields, however they are written."""

_SOURCE = re.compile(
    r"(.{2,300}?) \((\d{4})\)(?: ([^\s:(]{0,19}[^\s:(.])?(?::(\S{0,19}[^\s.]))?)?(?: \((\w[\w -]{0,30})\))?"
    r"(?:.*?Date of Publication: ([^.]{4,30}))?"
)
_IN_SOURCE = ("Source Title", "Publication Year", "Volume", "Issue", "First Page", "Date of Publication")
_TITLE = re.compile(r'"?TITLE"?\s*,')
_VERTICAL = re.compile(r'^"?(?:AUTHOR NAMES|EMBASE ACCESSION ID|MEDLINE PMID)"?\s*,', re.MULTILINE)
_SIGNS = {"embase accession id", "medline pmid", "emtree medical index terms", "emtree drug index terms"}


def recognises(source: Source) -> bool:
    """A row of names with `Title`, `Author Names` and one of Embase's own, or lines that begin with such."""
    return _is_vertical(source.text) or delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    own = {name.casefold() for name in names}
    return own >= {"title", "author names"} and not own.isdisjoint(_SIGNS)


def _is_vertical(text: str) -> bool:
    begins = any(_TITLE.match(line) for line in text.splitlines()[: delimited.BEFORE])
    return begins and len(set(_VERTICAL.findall(text))) > 1


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns; or from each line `TITLE` to the next."""
    if not _is_vertical(file.head.text):
        yield from delimited.records(file, _is_header)
        return
    for record in line_records.records(file, _TITLE, re.compile(r'\s*"|\s*$')):
        if isinstance(record, Problem):
            yield record
        else:
            data = record.text.encode("utf-8", "replace")
            yield file.record(record.number, record.first_line, data=data, media_type="text/csv")


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row, or of the lines of a record."""
    found = [
        Field(_NAMES.get(one.tag.casefold(), one.tag), one.value, one.lines)
        for one in (delimited.fields(source) if source.columns else _lines(source))
    ]
    yield FIELDS.tally((one.tag, one.value.raw) for one in found)
    if not any(one.tag == "Source Title" for one in found):
        found += [part for one in found if one.tag == "Source" for part in _parts(one)]
    yield from database_rows.report(source, Record(found), COLUMNS)


def _parts(field: Field) -> Iterator[Field]:
    """What `Medicine (2014) 3:3 (152-160). Date of Publication: 7 May 2014` says, as columns of their own."""
    match = _SOURCE.match(field.value.raw)
    for number, name in enumerate(_IN_SOURCE, start=1):
        if match is not None and match[number]:
            value = field.value.part(*match.span(number))
            yield Field(name, value, (value,))


def _lines(source: Source) -> Iterator[Field]:
    """The values behind the name at the beginning of each line."""
    values = Values()
    number = 0
    for row, lines in delimited.rows(iter(source.data.decode().splitlines(keepends=True))):
        name, *cells = delimited.cells(row, ",") or [""]
        for cell in cells:
            text = delimited.plain(cell)
            if text and name.strip():
                found = values.at(text, f"row={number + 1}")
                yield Field(name.strip(), found, (found,))
        number += lines
