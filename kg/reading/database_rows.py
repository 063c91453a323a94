"""Rows of the tables that databases export: which column says what, and the report that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kg.identifiers import PartialDate
from kg.model import Authorship, Journal, Person, Report, SubjectClass, Text
from kg.problems import Problem
from kg.reading import bibliography, dates
from kg.reading.names import is_group, vancouver_person
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Record, distinct
from kg.source import Found, Source

_INITIALS = r"(?:[^\W\d_]\.[ -]?){1,5}"
_BEHIND = re.compile(rf"(.+?)\s+({_INITIALS})$")
_AFTER_INITIALS = r"(?<=\.),\s+"
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_GLUED = re.compile(r"([A-Za-z]{3,9})\.?(\d{4})")


@dataclass(frozen=True)
class Columns:
    """The columns of a table by what they say; of several names the first that a row has counts.

    `subjects` are thesauruses by their columns, `kinds` the FaBiO classes of publication types in small
    letters, with `kind` for all others that stand in a journal. A subject with a star is a major one.
    """

    title: tuple[str, ...]
    authors: tuple[str, ...]
    journal: tuple[str, ...]
    date: tuple[str, ...]
    other_titles: tuple[str, ...] = ()
    volume: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    first_page: tuple[str, ...] = ()
    last_page: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    page_count: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    doi: tuple[str, ...] = ()
    pmid: tuple[str, ...] = ()
    abstract: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    publisher_place: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    subjects: Mapping[str, str] = field(default_factory=dict)
    major_subjects: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """The prefix of the identifiers of a database, by their column."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    kind: str = "JournalArticle"


def report(source: Source, record: Record, columns: Columns) -> Iterator[Report | Problem]:
    """The report of a row, and the values in it that say nothing."""
    doi = record.first(*columns.doi)
    issued = [one for text in record.values(*columns.date) if (one := date(text)) is not None]
    unread = [(doi, "DOI")] if bibliography.doi(doi) is None else []
    unread += [(text, "date") for text in record.values(*columns.date)[:1] if not issued]
    for place, what in unread:
        if place is not None:
            hint = "it is not published; correct it in the file"
            yield Problem.at(source, place, "unread-value", f"{place.raw[:60]!r} is no {what}", hint=hint)
    types = tuple(one for text in record.values(*columns.types) for one in text.split(";"))
    journal = record.first(*columns.journal)
    addresses = record.values(*columns.urls)
    if journal is not None and _is_address(journal):  # CENTRAL has the register of a trial as its source
        addresses, journal = (*addresses, journal), None
    known = (columns.kinds.get(one.raw.casefold()) for one in types)
    year = issued[0].value.year if issued else None
    precise = [one for one in issued if one.value.year == year]
    title = record.first(*columns.title)
    others = [one for one in record.values(*columns.other_titles) if title is None or one.raw != title.raw]
    abstract = record.first(*columns.abstract)
    subjects = list(_subjects(record, columns.subjects))
    starred = (one for one in subjects if one.code.raw.startswith("*"))
    major = (
        *_subjects(record, columns.major_subjects),
        *(replace(one, code=one.code.stripped("* ")) for one in starred),
    )
    main = {one.code.raw.casefold() for one in major}
    yield Report(
        kind=next((one for one in known if one), columns.kind if journal is not None else "Expression"),
        publication_types=types,
        title=title,
        alternative_titles=tuple(others),
        authorships=tuple(authors(record.values(*columns.authors))),
        journal=_journal(record, columns, journal),
        issued=max(precise, key=lambda one: len(str(one.value))) if precise else None,
        volume=record.first(*columns.volume),
        issue=record.first(*columns.issue),
        pages=_pages(record, columns),
        page_count=_number(record.first(*columns.page_count)),
        publisher=record.first(*columns.publisher),
        publisher_place=record.first(*columns.publisher_place),
        language=record.first(*columns.language),
        doi=bibliography.doi(doi),
        pmid=bibliography.pmid(record.first(*columns.pmid)),
        isbn=tuple(one for text in record.values(*columns.isbn) for one in bibliography.isbns(text)),
        identifiers=tuple(
            text.map(lambda raw, prefix=prefix: f"{prefix}:{raw.lower()}")  # type: ignore[misc]  # bound now
            for column, prefix in columns.identifiers.items()
            for text in record.values(column)
            if re.fullmatch(r"[\w.-]{2,40}", text.raw)
        ),
        registrations=tuple(one for text in record.values(*columns.registrations) for one in _trials(text)),
        urls=distinct(tuple(filter(_is_address, addresses))),
        sections=abstract_sections(abstract) if abstract is not None else (),
        author_keywords=tuple(one for text in record.values(*columns.keywords) for one in entries(text)),
        subject_classes=tuple(
            one
            for one in subjects
            if one.code.raw.casefold() not in main and not one.code.raw.startswith("*")
        ),
        major_subject_classes=major,
        notes=record.values(*columns.notes),
    )


def _is_address(text: Text) -> bool:
    return re.fullmatch(r"https?://\S+", text.raw) is not None


def _subjects(record: Record, columns: Mapping[str, str]) -> Iterator[SubjectClass]:
    for column, scheme in columns.items():
        for text in record.values(column):
            for one in entries(text):
                yield SubjectClass(scheme=one.map(lambda _, name=scheme: name), code=one)  # type: ignore[misc]  # bound now


def authors(cells: tuple[Text, ...]) -> Iterator[Authorship]:
    """The authors of a cell, or of several with one each."""
    names = [name for cell in cells for name in _names(cell)]
    for position, printed in enumerate(names, start=1):
        yield bibliography.authorship(printed, position, person(printed))


def _names(cell: Text) -> Iterator[Text]:
    """`Okafor, A.; Lind, P.`, `Okafor A.B., Lind P.`, `Okafor AB, Lind P`; else one name."""
    if ";" in cell.raw:
        yield from cell.split(";")
        return
    for separator in (_AFTER_INITIALS, ","):
        parts = list(cell.split(separator))
        if len(parts) > 1 and all(" " in part.raw and person(part) is not None for part in parts):
            yield from parts
            return
    yield cell


def person(name: Text) -> Person | None:
    """`Okafor, Ada B.`, `Okafor A.B.`, `Okafor AB`; a group, or a name in another form, has no person."""
    family, *given = name.split(",")
    if len(given) == 1 and not is_group(name.raw):
        return Person(family=family, given=given[0])
    behind = _BEHIND.fullmatch(name.raw)
    if given or behind is None or is_group(behind[1]):
        return None if given else vancouver_person(name)
    return Person(family=name.part(*behind.span(1)), given=name.part(*behind.span(2)))


def date(text: Text) -> Found[PartialDate] | None:
    """`2019-05-02`, `20190502`, `5/2/2019` as in America, `May 2019`, `May2019`, `2 May 2019`."""
    digits, american, glued = (one.fullmatch(text.raw) for one in (_DIGITS, _AMERICAN, _GLUED))
    if digits is not None:
        found = bibliography.partial_date(*digits.groups())
    elif american is not None:
        found = bibliography.partial_date(american[3], american[1], american[2])
    elif glued is not None:
        found = bibliography.partial_date(glued[2], dates.MONTHS.get(glued[1].lower()))
    else:
        iso = bibliography.iso_date(text)
        read = dates.read_date(text) if iso is None else None
        return iso or (read.date if read is not None else None)
    return text.map(lambda _: found) if found is not None else None


def entries(text: Text) -> Iterator[Text]:
    """The entries of a cell between semicolons, else between commas outside brackets, else one a line."""
    yield from text.split(";" if ";" in text.raw else r"[,\n](?![^()]{0,200}\))")


def _journal(record: Record, columns: Columns, name: Text | None) -> Journal | None:
    if name is None:
        return None
    issn = distinct(tuple(one for text in record.values(*columns.issn) for one in bibliography.issns(text)))
    return Journal(name=name, issn=issn)


def _pages(record: Record, columns: Columns) -> Text | None:
    first, last = record.first(*columns.first_page), record.first(*columns.last_page)
    if first is None:
        return bibliography.page_range(record.first(*columns.pages))
    return first.map(lambda raw: bibliography.pages(raw, last.raw if last is not None else ""))


def _trials(text: Text) -> Iterator[Text]:
    for match in re.finditer(r"NCT\d{8}|ISRCTN\d{8}|EUCTR\d{4}-\d{6}-\d\d", text.raw):
        yield text.part(*match.span())


def _number(text: Text | None) -> Found[int] | None:
    return text.map(int) if text is not None and re.fullmatch(r"[0-9]{1,9}", text.raw) else None
