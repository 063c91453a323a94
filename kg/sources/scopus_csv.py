"""Scopus's CSV export, with its authors in any of the three styles of the years."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kg.model import (
    Affiliation,
    Authorship,
    Citation,
    Conference,
    Contribution,
    Journal,
    Person,
    Report,
    SubjectClass,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, delimited
from kg.reading.addresses import postal_affiliation
from kg.reading.fields import Fields, Tally
from kg.reading.names import is_group, vancouver_person
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Record
from kg.source import Source

KINDS = {
    "article": "JournalArticle",
    "article in press": "JournalArticle",
    "book": "Book",
    "book chapter": "BookChapter",
    "conference paper": "ConferencePaper",
    "data paper": "JournalArticle",
    "editorial": "JournalEditorial",
    "letter": "Letter",
    "report": "ReportDocument",
    "retracted": "JournalArticle",
    "review": "ReviewArticle",
    "short survey": "JournalArticle",
}
"""The FaBiO classes of document types; every other type is an expression."""

FIELDS = Fields(
    mapped={
        "Authors": "authors",
        "Author full names": "authors",
        "Title": "title",
        "Year": "year",
        "Source title": "journal or book",
        "Abbreviated Source Title": "short name of the journal",
        "ISSN": "ISSN of the journal",
        "Volume": "volume",
        "Issue": "issue",
        "Page start": "pages",
        "Page end": "pages",
        "Art. No.": "article number, where there are no pages",
        "Page count": "number of pages",
        "Cited by": "times cited",
        "DOI": "DOI",
        "PubMed ID": "PubMed id",
        "EID": "identifier in Scopus",
        "Link": "address",
        "Authors with affiliations": "affiliations",
        "Abstract": "abstract",
        "Author Keywords": "keywords",
        "Index Keywords": "keywords of the database",
        "Editors": "editors",
        "Publisher": "publisher",
        "Conference name": "conference",
        "Conference date": "date of the conference",
        "ISBN": "ISBN",
        "Language of Original Document": "language",
        "Document Type": "kind, publication type, retracted",
        "References": "references, as printed",
    },
    known={
        "Author(s) ID": "identifiers of the authors in Scopus",
        "Titles": "title and original title",
        "Affiliations": "addresses, which the authors with affiliations repeat",
        "Correspondence Address": "address of the corresponding author",
        "Molecular Sequence Numbers": "molecular sequences",
        "Chemicals/CAS": "chemicals",
        "Tradenames": "trade names",
        "Manufacturers": "manufacturers",
        "Funding Details": "funders",
        "Funding Texts": "text about funding",
        "Funding Text 1": "text about funding",
        "Funding Text 2": "text about funding",
        "Funding Text 3": "text about funding",
        "Sponsors": "sponsors of the conference",
        "Conference location": "place of the conference",
        "Conference code": "number of the conference in Scopus",
        "CODEN": "code of the journal",
        "Publication Stage": "state of the publication",
        "Open Access": "open access",
        "Access Type": "open access",
        "Source": "the name of the database",
    },
)

_INITIALS = r"(?:[^\W\d_]\.(?:-?[^\W\d_]{1,2}\.)*)"
_COMMA_STYLE = re.compile(r"(?<=\.),\s+")
_FULL_NAME = re.compile(r"(.+?)\s*\((\d{6,})\)$")


def recognises(source: Source) -> bool:
    """A row of names with `Authors`, `Title`, `Year` and `Source title`."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return {"Authors", "Title", "Year", "Source title"} <= set(names)


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((field.tag, field.value.raw) for field in found)
    record = Record(found)
    yield from bibliography.unread_dois(source, record.values("DOI"))
    yield from bibliography.unread_dates(source, record.values("Year"))
    yield _report(record)


def _report(record: Record) -> Report:
    kind = record.first("Document Type")
    name = kind.raw.casefold() if kind is not None else ""
    year = record.first("Year")
    text = record.first("Abstract")
    return Report(
        kind=KINDS.get(name, "Expression"),
        publication_types=() if kind is None else (kind,),
        retracted=kind.map(lambda _: True) if kind is not None and name == "retracted" else None,
        title=record.first("Title"),
        authorships=tuple(_authors(record)),
        contributions=tuple(_editors(record)),
        journal=_journal(record),
        conference=_conference(record),
        issued=bibliography.iso_date(year),
        volume=record.first("Volume"),
        issue=record.first("Issue"),
        pages=_pages(record),
        page_count=bibliography.whole_number(record.first("Page count")),
        publisher=record.first("Publisher"),
        doi=bibliography.doi(record.first("DOI")),
        pmid=bibliography.pmid(record.first("PubMed ID")),
        isbn=tuple(one for text in record.values("ISBN") for one in bibliography.isbns(text)),
        identifiers=tuple(one.map(lambda raw: f"scopus:{raw}") for one in record.values("EID")),
        urls=tuple(one for one in record.values("Link") if re.match(r"https?://\S+$", one.raw)),
        language=record.first("Language of Original Document"),
        sections=() if text is None or text.raw == "[No abstract available]" else abstract_sections(text),
        author_keywords=tuple(delimited.entries(record.first("Author Keywords"))),
        subject_classes=tuple(
            SubjectClass(scheme=one.map(lambda _: "Scopus index keywords"), code=one)
            for one in delimited.entries(record.first("Index Keywords"))
        ),
        times_cited=bibliography.whole_number(record.first("Cited by")),
        references=tuple(
            Citation(quote=one, status="listed", position=position, work=Report(citation_line=one))
            for position, one in enumerate(delimited.entries(record.first("References")), start=1)
        ),
    )


def _authors(record: Record) -> Iterator[Authorship]:
    """The authors, in full where the export says so, with the addresses that stand beside their names."""
    cell = record.first("Authors")
    short = [] if cell is None or cell.raw.startswith("[No author") else list(_names(cell))
    full = list(delimited.entries(record.first("Author full names")))
    beside = list(delimited.entries(record.first("Authors with affiliations")))
    names = full if len(full) >= len(short) else short
    for position, printed in enumerate(names, start=1):
        numbered = _FULL_NAME.match(printed.raw)
        name = printed.part(*numbered.span(1)) if numbered else printed
        own = (
            _address(short[position - 1], beside[position - 1])
            if len(beside) == len(names) == len(short)
            else None
        )
        yield bibliography.authorship(
            name, position, _person(name), affiliations=() if own is None else (own,)
        )


def _names(cell: Text) -> Iterator[Text]:
    """`Okafor, A.; Lind, P.` (since 2023), `Okafor A., Lind P.` (2021), `Okafor, A., Lind, P.` (before)."""
    if ";" in cell.raw:
        yield from cell.split(";")
    else:
        yield from cell.split(_COMMA_STYLE.pattern)


def _person(name: Text) -> Person | None:
    family, *given = name.split(",")
    if len(given) == 1:
        return (
            None
            if is_group(family.raw) and not re.match(_INITIALS, given[0].raw)
            else Person(family=family, given=given[0])
        )
    match = re.fullmatch(rf"(.+?)\s+({_INITIALS})", name.raw)
    if given or match is None or is_group(match[1]):
        return None if given else vancouver_person(name)
    return Person(family=name.part(*match.span(1)), given=name.part(*match.span(2)))


def _address(name: Text, entry: Text) -> Affiliation | None:
    """The address behind a name; `None` where the entry does not begin with that name."""
    pattern = r"[,\s]*".join(re.escape(letter) for letter in name.raw if letter not in ", ")
    begin = re.match(rf"{pattern}[,\s]+(?=\S)", entry.raw)
    return postal_affiliation(entry.part(begin.end(), len(entry.raw))) if begin is not None else None


def _editors(record: Record) -> Iterator[Contribution]:
    cell = record.first("Editors")
    for position, printed in enumerate(_names(cell) if cell is not None else (), start=1):
        yield bibliography.contribution(printed, position, "editor", _person(printed))


def _journal(record: Record) -> Journal | None:
    name = record.first("Source title")
    if name is None:
        return None
    issn = tuple(one for text in record.values("ISSN") for one in _issns(text))
    return Journal(name=name, abbreviation=record.first("Abbreviated Source Title"), issn=issn)


def _issns(text: Text) -> tuple[Text, ...]:
    """ISSNs with or without a hyphen; a spreadsheet has taken the zeros at the beginning."""
    short = re.fullmatch(r"\d{5,7}[\dXx]", text.raw)
    return (
        (text.map(lambda raw: f"{raw:0>8}"[:4] + "-" + f"{raw:0>8}"[4:].upper()),)
        if short
        else bibliography.issns(text)
    )


def _conference(record: Record) -> Conference | None:
    name, held = record.first("Conference name"), record.first("Conference date")
    dated = dates.read_date(held) if held is not None else None
    return None if name is None else Conference(name=name, held=None if dated is None else dated.date)


def _pages(record: Record) -> Text | None:
    first, last = record.first("Page start"), record.first("Page end")
    if first is None:
        return record.first("Art. No.")
    return first.map(lambda raw: bibliography.pages(raw, last.raw if last is not None else ""))
