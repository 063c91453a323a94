"""EndNote XML, as EndNote, Bookends, Zotero, Mendeley and databases export it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.identifiers import PartialDate
from kg.model import Authorship, Conference, Contribution, Journal, Person, Report, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, endnote, xml_records
from kg.reading.addresses import postal_affiliation
from kg.reading.endnote import Record
from kg.reading.fields import Fields, Tally
from kg.reading.names import SUFFIXES, full_name, is_group
from kg.reading.sections import abstract_sections
from kg.reading.tagged import distinct
from kg.reading.xml_records import XmlValues
from kg.source import Found, Source

KINDS = {
    "aggregated database": "Database",
    "audiovisual material": "AudioDocument",
    "blog": "BlogPost",
    "book": "Book",
    "book section": "BookChapter",
    "computer program": "ComputerProgram",
    "conference paper": "ConferencePaper",
    "conference proceedings": "ConferencePaper",
    "dataset": "DataFile",
    "dictionary": "ReferenceBook",
    "discussion forum": "WebContent",
    "edited book": "Book",
    "electronic article": "JournalArticle",
    "electronic book": "Book",
    "electronic book section": "BookChapter",
    "encyclopedia": "ReferenceBook",
    "government document": "ReportDocument",
    "grey literature": "ReportDocument",
    "journal article": "JournalArticle",
    "magazine article": "MagazineArticle",
    "manuscript": "Manuscript",
    "newspaper article": "NewspaperArticle",
    "pamphlet": "ReportDocument",
    "patent": "Patent",
    "preprint": "Preprint",
    "report": "ReportDocument",
    "serial": "Book",
    "standard": "SpecificationDocument",
    "thesis": "Thesis",
    "unpublished work": "Manuscript",
    "web page": "WebContent",
}
"""The FaBiO classes of EndNote's types of references; every other one is an expression."""

_MAPPED = {
    "ref-type": "kind, publication type",
    "contributors/authors": "authors",
    "contributors/secondary-authors": "editors",
    "contributors/tertiary-authors": "series editors",
    "contributors/subsidiary-authors": "translators",
    "contributors/translated-authors": "translators",
    "auth-address": "affiliations of the only author; of several authors a note",
    "titles/title": "title",
    "titles/secondary-title": "journal, book or meeting",
    "titles/alt-title": "short name of the journal, or another title",
    "titles/short-title": "other title",
    "titles/translated-title": "other title",
    "periodical/full-title": "journal",
    "periodical/abbr-1": "short name of the journal",
    "alt-periodical/full-title": "journal",
    "alt-periodical/abbr-1": "short name of the journal",
    "pages": "pages",
    "volume": "volume",
    "number": "issue, or number",
    "edition": "edition, unless it is the date of electronic publication, as from PubMed",
    "dates/year": "date",
    "dates/pub-dates": "date",
    "pub-location": "place of publication",
    "publisher": "publisher",
    "isbn": "ISBN, ISSN of the journal",
    "electronic-resource-num": "DOI",
    "accession-num": "PubMed id, or number in another database",
    "custom2": "PubMed Central id",
    "user16": "PubMed Central id, which Bookends prints there",
    "language": "language",
    "keywords": "keywords",
    "abstract": "abstract",
    "notes": "notes",
    "research-notes": "notes",
    "urls/related-urls": "addresses, DOI",
    "urls/web-urls": "addresses",
}
_NUMBER = "accession-num, otherwise"

FIELDS = Fields(
    mapped=_MAPPED
    | {
        old.partition("/")[0]: _MAPPED[next(one for one in _MAPPED if f"{name}/".startswith(f"{one}/"))]
        for name, old in endnote.OLD_NAMES.items()
        if old
    },
    known={
        **endnote.OLD_KNOWN,
        _NUMBER: "number in a database that it does not name",
        "database": "library from which the record was exported",
        "source-app": "program that exported it",
        "rec-number": "number of the record in its library",
        "foreign-keys": "number of the record in its library",
        "titles/tertiary-title": "title of the series",
        "titles/secondary-short-title": "short title of the journal or book",
        "periodical/abbr-2": "another short name",
        "periodical/abbr-3": "another short name",
        "alt-periodical/abbr-2": "another short name",
        "secondary-volume": "volume",
        "secondary-issue": "issue",
        "num-vols": "number of volumes",
        "section": "first page, or section",
        "reprint-edition": "edition of the reprint",
        "reprint-status": "whether a reprint is at hand",
        "dates/copyright-dates": "date of the copyright",
        "orig-pub": "original publication",
        "call-num": "shelf mark",
        "label": "label of the record in its library",
        "image": "image",
        "caption": "caption",
        "work-type": "kind of the work in words",
        "reviewed-item": "what is reviewed",
        "remote-database-name": "database from which the record was taken",
        "remote-database-provider": "provider of that database",
        "access-date": "when the address was looked at",
        "modified-date": "when the record was changed",
        "urls/pdf-urls": "files on somebody's computer",
        "urls/text-urls": "files on somebody's computer",
        "urls/image-urls": "files on somebody's computer",
        "custom1": "field of the user or the type",
        "custom3": "field of the user or the type",
        "custom4": "field of the user or the type",
        "custom5": "field of the user or the type",
        "custom6": "NIHMS number, or a field of the user",
        "custom7": "field of the user or the type",
        "misc1": "field of the user or the type",
        "misc2": "field of the user or the type",
        "misc3": "field of the user or the type",
    },
)

_IN_MEETINGS = frozenset(("conference paper", "conference proceedings"))


def recognises(source: Source) -> bool:
    """Elements `records` and `record` with fields of EndNote such as `ref-type`, `contributors`, `titles`.

    In capitals, with `REFERENCE_TYPE` or `REFNUM`, before version 8.
    """
    names = xml_records.first_elements(source.text)
    return (
        (
            {"records", "record"} <= set(names[:4])
            and not {"ref-type", "contributors", "titles", "source-app", "rec-number"}.isdisjoint(names)
        )
        or ({"RECORDS", "RECORD"} <= set(names[:4]) and not {"REFERENCE_TYPE", "REFNUM"}.isdisjoint(names))
        or names == ("xml", "records")
    )


def records(file: File) -> Iterator[Source | Problem]:
    """Each `record`."""
    return xml_records.records(file, "record", "RECORD")


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a record."""
    found = xml_records.parsed(source)
    if isinstance(found, Problem):
        yield found
        return
    element, mended = found
    yield from mended
    tally = xml_records.tally(element, FIELDS)
    values = XmlValues()
    read = list(_report(source, endnote.Record(element), values))
    accession = values.text(endnote.Record(element).first("accession-num"))
    if accession is not None and not any(isinstance(one, Report) and _says(one, accession) for one in read):
        FIELDS.count(tally, _NUMBER, accession.raw)
    yield tally
    yield from read


def _says(report: Report, accession: Text) -> bool:
    found = (*report.identifiers, *([] if report.pmid is None else [report.pmid]))
    return any(one.raw == accession.raw for one in found)


def _report(source: Source, record: Record, values: XmlValues) -> Iterator[Report | Problem]:
    printed_type = _type(record, values)
    name = "" if printed_type is None else printed_type.value
    shown_type = name if printed_type is None or printed_type.raw.isdigit() else printed_type.raw
    title = values.text(record.first("titles", "title"))
    whole = values.text(record.first("titles", "secondary-title"))
    isbn, issn = _numbers(record, values)
    journal, alternative = _journal(record, whole, issn, values)
    issued = _issued(record, values)
    year = values.text(record.first("dates", "year"))
    if issued is None and year is not None:
        yield _dropped(source, year, "date")
    printed_doi = values.text(record.first("electronic-resource-num"))
    urls = _urls(record, values)
    doi = bibliography.doi(printed_doi)
    if doi is None and printed_doi is not None:
        yield _dropped(source, printed_doi, "DOI")
    number = values.text(record.first("number"))
    edition = values.text(record.first("edition"))
    in_meeting = name in _IN_MEETINGS and journal is not None
    accession = values.text(record.first("accession-num"))
    pmid = accession if accession is not None and re.fullmatch(r"\d{1,8}", accession.raw) else None
    is_part = name in KINDS and KINDS[name].endswith(("Article", "Chapter", "Paper"))
    authors = tuple(_authors(record, values))
    addresses = () if len(authors) == 1 else tuple(_addresses(record, values))
    yield Report(
        kind=KINDS.get(name, "Expression"),
        publication_types=() if printed_type is None else (printed_type.map(lambda _: shown_type),),
        title=title or whole,
        alternative_titles=distinct(
            [
                *([] if alternative is None else [alternative]),
                *values.texts(record.below("titles", "short-title")),
                *values.texts(record.below("titles", "translated-title")),
            ]
        ),
        authorships=authors,
        contributions=tuple(_contributions(record, values)),
        journal=journal if not in_meeting else None,
        conference=Conference(name=journal.name) if in_meeting and journal is not None else None,
        issued=issued,
        volume=values.text(record.first("volume")),
        issue=number if is_part else None,
        number=None if is_part else number,
        pages=bibliography.page_range(values.text(record.first("pages"))),
        edition=None if edition is None or bibliography.iso_date(edition) else edition,
        publisher=values.text(record.first("publisher")),
        publisher_place=values.text(record.first("pub-location")),
        isbn=isbn,
        doi=doi or next(filter(None, (bibliography.doi(one) for one in urls if "doi.org/" in one.raw)), None),
        pmid=bibliography.pmid(pmid),
        pmcid=_pmcid(record, values),
        identifiers=_identifiers(accession, pmid),
        language=values.text(record.first("language")),
        sections=tuple(
            one for text in values.texts(record.all("abstract")) for one in abstract_sections(text)
        ),
        author_keywords=tuple(_keywords(record, values)),
        urls=tuple(one for one in urls if re.match(r"(?:https?|ftp)://\S+$", one.raw)),
        notes=distinct([*values.texts(record.all("notes", "research-notes")), *addresses]),
    )


def _dropped(source: Source, found: Text, what: str) -> Problem:
    message = f"{found.raw[:60]!r} is no {what}"
    return Problem.at(source, found, "unread-value", message, hint="it is not published")


def _type(record: Record, values: XmlValues) -> Text | None:
    """The type of the reference as printed, its value in small letters."""
    element = record.first("ref-type")
    named = values.attribute(element, "name")
    if named is not None:
        return named.map(str.casefold)
    found = values.text(element)
    return None if found is None else found.map(lambda raw: record.types.get(raw, raw.casefold()))


def _name(printed: Text | None) -> tuple[Text, Person | None] | None:
    """`Family, Given` or `Given Family` and the person; a group ends with a comma, or has no person."""
    if printed is None:
        return None
    if printed.raw.endswith(","):
        group = printed.stripped(" ,")
        return (group, None) if group.raw else None
    family, *given = printed.split(",")
    if not given:
        return printed, None if is_group(printed.raw) else full_name(printed)
    first = [one for one in given if one.raw.casefold().strip(".") not in SUFFIXES]
    return printed, Person(family=family, given=first[0] if first else None)


def _authors(record: Record, values: XmlValues) -> Iterator[Authorship]:
    """The authors in order; the addresses are those of a work's only author, else nobody knows whose."""
    names = _names(record, "authors", values)
    addresses = tuple(map(postal_affiliation, _addresses(record, values))) if len(names) == 1 else ()
    for position, (printed, person) in enumerate(names, start=1):
        yield bibliography.authorship(printed, position, person, affiliations=addresses)


def _names(record: Record, role: str, values: XmlValues) -> list[tuple[Text, Person | None]]:
    elements = record.below("contributors", role, "author")
    return [name for name in (_name(values.text(one)) for one in elements) if name is not None]


def _contributions(record: Record, values: XmlValues) -> Iterator[Contribution]:
    for role, lists in _ROLES.items():
        names = [name for one in lists for name in _names(record, one, values)]
        for position, (printed, person) in enumerate(names, start=1):
            yield bibliography.contribution(printed, position, role, person)


def _addresses(record: Record, values: XmlValues) -> Iterator[Text]:
    """The addresses of the authors: one a line, or several between semicolons."""
    for one in record.all("auth-address"):
        for line in re.split(r"[\r\n]+(?=\S)|;\s", "".join(one.node.itertext()).strip()):
            words = " ".join(line.split())
            if words:
                yield values.at(words, one.where)


def _numbers(record: Record, values: XmlValues) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """The ISBNs and the ISSNs, which stand in one field."""
    texts = values.texts(record.all("isbn"))
    isbn = tuple(one for text in texts for one in bibliography.isbns(text))
    issn = () if isbn else tuple(one for text in texts for one in bibliography.issns(text))
    return isbn, distinct(issn)


def _journal(
    record: Record, whole: Text | None, issn: tuple[Text, ...], values: XmlValues
) -> tuple[Journal | None, Text | None]:
    """The journal or book, by its longest name, and a title that is none of its names."""
    periodical = [record.first(place, name) for name in _NAMES for place in ("periodical", "alt-periodical")]
    alternative = values.text(record.first("titles", "alt-title"))
    names = [one for one in (*values.texts(one for one in periodical if one is not None), whole) if one]
    if not names:
        return None, alternative
    if alternative is not None:
        names.append(alternative)
    name = max(names, key=lambda one: len(one.raw))
    others = (one for one in names if one.raw.rstrip(".") != name.raw.rstrip("."))
    return Journal(name=name, issn=issn, abbreviation=next(others, None)), None


def _issued(record: Record, values: XmlValues) -> Found[PartialDate] | None:
    """The year, with the month and day of the other date where this has none of another year."""
    year = record.first("dates", "year")
    day = record.first("dates", "pub-dates", "date")
    printed = re.search(r"\d{4}", xml_records.visible_of(year))
    words = xml_records.visible_of(day)
    if printed is None:
        found = values.text(day)
        dated = None if found is None else dates.read_date(found)
        return None if dated is None else dated.date
    dates_element = record.first("dates")
    if words and dates_element is not None:
        for raw in (words, f"{printed[0]} {words}", f"{words} {printed[0]}"):
            whole = values.at(raw, dates_element.where or "/.")
            dated = dates.read_date(whole)
            if dated is not None and dated.date.value.month and str(dated.date.value.year) == printed[0]:
                return whole.map(lambda _, dated=dated: dated.date.value)  # type: ignore[misc]  # mypy cannot infer a default
    date = bibliography.partial_date(printed[0])
    found = values.text(year)
    return None if date is None or found is None else found.map(lambda _: date)


def _urls(record: Record, values: XmlValues) -> tuple[Text, ...]:
    """The addresses; an old DOI stands among them."""
    texts = values.texts(
        [*record.below("urls", "related-urls", "url"), *record.below("urls", "web-urls", "url")]
    )
    return distinct([part for text in texts for part in text.split(r"\s+|;(?=https?:)")])


def _pmcid(record: Record, values: XmlValues) -> Text | None:
    texts = values.texts(record.all("custom2", "user16"))
    return next((bibliography.pmcid(one) for one in texts if one.raw.upper().startswith("PMC")), None)


def _identifiers(accession: Text | None, pmid: Text | None) -> tuple[Text, ...]:
    """The number in Web of Science or Scopus; one that does not say of which database it is has no use."""
    if accession is None or pmid is not None:
        return ()
    for pattern, name in ((r"(?:WOS|ISI):(\w{10,20})", "wos"), (r"(2-s2\.0-\d{6,15})", "scopus")):
        match = re.fullmatch(pattern, accession.raw, re.IGNORECASE)
        if match is not None:
            number = f"{name}:{match[1]}"
            return (accession.map(lambda _: number),)  # noqa: B023 - called at once
    return ()


def _keywords(record: Record, values: XmlValues) -> Iterator[Text]:
    """One an element, or several in one: a line each, or between semicolons."""
    for one in record.below("keywords", "keyword"):
        for line in re.split(r"[\r\n]+(?=\S)|;", "".join(one.node.itertext()).strip()):
            words = " ".join(line.split())
            if words:
                yield values.at(words, one.where)


_ROLES = {
    "editor": ("secondary-authors",),
    "series-editor": ("tertiary-authors",),
    "translator": ("subsidiary-authors", "translated-authors"),
}
_NAMES = ("full-title", "abbr-1")
