"""RIS, as reference managers, publishers and databases write it (EBSCO, Ovid, ProQuest, Scopus, ...)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from kg.identifiers import PartialDate
from kg.model import Authorship, Contribution, Journal, Report, Section, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, line_records, tagged
from kg.reading.fields import Fields, Tally
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Record, distinct
from kg.reading.wos_references import cited_person
from kg.source import Found, Source

KINDS = {
    "ABST": "Abstract",
    "BLOG": "BlogPost",
    "BOOK": "Book",
    "CHAP": "BookChapter",
    "COMP": "ComputerProgram",
    "CONF": "ConferencePaper",
    "CPAPER": "ConferencePaper",
    "DATA": "DataFile",
    "DBASE": "Database",
    "DICT": "ReferenceEntry",
    "EBOOK": "Book",
    "ECHAP": "BookChapter",
    "EDBOOK": "Book",
    "EJOUR": "JournalArticle",
    "ELEC": "WebContent",
    "ENCYC": "ReferenceEntry",
    "INPR": "JournalArticle",
    "JOUR": "JournalArticle",
    "MANSCPT": "Manuscript",
    "MGZN": "MagazineArticle",
    "NEWS": "NewspaperArticle",
    "RPRT": "ReportDocument",
    "SLIDE": "Presentation",
    "STAND": "SpecificationDocument",
    "THES": "Thesis",
    "UNPB": "Manuscript",
    "UNPD": "Manuscript",
    "WEB": "WebContent",
}
"""The FaBiO classes of the types of references; every other type is an expression."""

BOOKS = frozenset(("BOOK", "EBOOK", "EDBOOK"))
"""Types whose `BT` is their own title and not that of a book around them."""

_ELSEWHERE = "UR or LK, not of the web"

FIELDS = Fields(
    mapped={
        "TY": "kind, publication type",
        "TI": "title",
        "T1": "title",
        "CT": "title",
        "BT": "title of the book",
        "ST": "other title",
        "TT": "other title",
        "AU": "authors",
        "A1": "authors",
        "A2": "editors",
        "ED": "editors",
        "A3": "series editors",
        "T2": "journal or book",
        "JF": "journal or book",
        "JO": "journal or book",
        "JA": "short name of the journal",
        "J2": "short name of the journal",
        "J1": "short name of the journal",
        "JI": "short name of the journal",
        "PY": "date",
        "Y1": "date",
        "DA": "date",
        "VL": "volume",
        "VO": "volume",
        "IS": "issue",
        "CP": "issue",
        "SP": "pages",
        "EP": "pages",
        "C7": "article number, where there are no pages",
        "SN": "ISSN, ISBN",
        "DO": "DOI",
        "DI": "DOI",
        "L3": "DOI, which EBSCO prints there",
        "PMID": "PubMed id",
        "C2": "PubMed Central id",
        "AN": "identifier in Web of Science",
        "AB": "abstract",
        "N2": "abstract",
        "KW": "keywords",
        "N1": "notes",
        "LA": "language",
        "UR": "address",
        "LK": "address",
        "PB": "publisher",
        "PU": "publisher",
        "CY": "place of publication",
        "PP": "place of publication",
        "PI": "place of publication",
        "ET": "edition",
        "M3": "publication type",
    },
    known={
        _ELSEWHERE: "an address that does not begin with http:// or https://",
        "ID": "key of the reference in its library",
        "A4": "further contributors, whose part differs with the type",
        "AD": "addresses, which the file does not give to authors",
        "AV": "where it lies in an archive",
        "C1": "a field that programs use as they like",
        "C3": "a field that programs use as they like; the organisations in Web of Science",
        "C4": "a field that programs use as they like",
        "C5": "a field that programs use as they like",
        "C6": "a field that programs use as they like",
        "C8": "a field that programs use as they like",
        "CA": "caption",
        "CN": "shelf mark",
        "DB": "database",
        "DP": "provider of the database",
        "ER": "end of the record",
        "J9": "short name of the journal in Web of Science",
        "L1": "file",
        "L2": "full text",
        "L4": "figure",
        "M1": "number or a field that programs use as they like",
        "M2": "start page or a field that programs use as they like",
        "NV": "number of volumes",
        "OP": "original publication",
        "PA": "address of the publisher",
        "RI": "reviewed item",
        "RN": "notes on the research",
        "RP": "reprint status",
        "SE": "section",
        "T3": "series",
        "TA": "translated author",
        "U1": "a field that programs use as they like",
        "U2": "a field that programs use as they like",
        "U3": "a field that programs use as they like",
        "U4": "a field that programs use as they like",
        "U5": "a field that programs use as they like",
        "VM": "video medium",
        "WE": "index of Web of Science",
        "WP": "date of electronic publication",
        "Y2": "when it was looked at",
    },
)

_FIRST = re.compile(r"[ \t]*TY  ?-(?:\s|$)")
_AROUND = re.compile(r"\s*(?:\d+[.)]?|[%#;].*|Provider:.*|Database:.*|Content:.*)\s*$")
_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9]{1,3}) {0,2}-(?:[ \t]|$)")
_SLASHES = re.compile(r"(\d{4})(?:/(\d{0,2})(?:/(\d{0,2})(?:/.*)?)?)?$")
_ZEROS = re.compile(r"0000\b")
_ARTICLE = re.compile(r"\S{1,30}")
_DAYS = re.compile(r"\d{1,2}\s*[-–]\s*\d{1,2}\b\.?\s*(?=[A-Za-z])")
_NOT_PUBLISHED = "it is not published; correct it in the file"
_DATED: TypeAlias = Found[PartialDate]


def recognises(source: Source) -> bool:
    """A line `TY  - ` with a type of reference behind it, and other lines with a tag of two characters."""
    if "TY " not in source.text:
        return False
    lines = (line.raw for line in source.lines())
    begins = any(re.match(r"[ \t]*TY  ?- *[A-Z]{3,8}\s*$", line) for line in lines)
    return begins and len(re.findall(r"^[ \t]*[A-Z][A-Z0-9]  -(?:[ \t]|$)", source.text, re.MULTILINE)) > 1


def records(file: File) -> Iterator[Source | Problem]:
    """From each line `TY  - ` to the next; numbers and comments may stand between records."""
    return line_records.records(file, _FIRST, _AROUND)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a reference."""
    found = []
    for field in tagged.fields(source, _TAG, _is_tag):
        if field.tag == "ER":
            break
        found.append(field)
    yield FIELDS.tally((_counted(field), field.value.raw) for field in found)
    record = Record(found)
    yield from _unread(source, record)
    yield _report(record)


def _counted(field: tagged.Field) -> str:
    """The tag under which a field is counted: an address that is none of the web's becomes nothing."""
    if field.tag in {"UR", "LK"} and not any(_addresses(field.lines)):
        return _ELSEWHERE
    return field.tag


def _unread(source: Source, record: Record) -> Iterator[Problem]:
    """The values that say nothing, where something should be said."""
    yield from bibliography.unread_dois(source, record.values("DO", "DI"))
    for text in (*record.values("PY", "Y1"), *(one for one in record.values("DA") if _ZEROS.match(one.raw))):
        if not any(_dated(text)):
            yield Problem.at(
                source, text, "unread-value", f"{text.raw[:60]!r} is no date", hint=_NOT_PUBLISHED
            )


def _is_tag(match: re.Match[str]) -> bool:
    """Two characters, two spaces, a hyphen; with fewer spaces only a tag that is known."""
    return match[0].lstrip()[2:5] == "  -" or match[1] in FIELDS.mapped or match[1] in FIELDS.known


def _report(record: Record) -> Report:
    kind = record.line("TY")
    name = kind.raw if kind is not None else ""
    own = ("TI", "T1", "CT", "BT") if name in BOOKS else ("TI", "T1", "CT")
    title = record.first(*own)
    around = ("JF", "T2", "JO") if name in BOOKS else ("JF", "T2", "BT", "JO")
    others = [*record.values(*own)[1:], *record.values("ST", "TT")]
    doi = next(filter(None, map(bibliography.doi, (*record.values("DO", "DI"), *_of_ebsco(record)))), None)
    types = (kind, *(one for one in record.values("M3") if bibliography.doi(one) is None))
    return Report(
        kind=KINDS.get(name, "Expression"),
        publication_types=tuple(one for one in types if one is not None),
        title=title,
        alternative_titles=tuple(one for one in distinct([title, *others])[1:]) if title else tuple(others),
        authorships=tuple(_authors(record)),
        contributions=tuple(_contributions(record)),
        journal=_journal(record, around),
        issued=_date(record),
        volume=record.first("VL", "VO"),
        issue=record.first("IS", "CP"),
        pages=_pages(record),
        edition=record.first("ET"),
        publisher=record.first("PB", "PU"),
        publisher_place=record.first("CY", "PP", "PI"),
        doi=doi,
        pmid=bibliography.pmid(record.line("PMID")),
        pmcid=next((one for one in map(_pmcid, record.values("C2")) if one is not None), None),
        isbn=tuple(one for text in record.values("SN") for one in bibliography.isbns(text)),
        identifiers=tuple(_identifiers(record)),
        urls=distinct(tuple(one for field in record.all("UR", "LK") for one in _addresses(field.lines))),
        language=record.first("LA"),
        sections=tuple(_abstract(record)),
        author_keywords=tuple(_keywords(record)),
        notes=distinct((*record.values("N1"), *_further_abstracts(record))),
    )


def _authors(record: Record) -> Iterator[Authorship]:
    for position, printed in enumerate(record.values("AU", "A1"), start=1):
        yield bibliography.authorship(printed, position, cited_person(printed))


def _contributions(record: Record) -> Iterator[Contribution]:
    for role, tags in (("editor", ("A2", "ED")), ("series-editor", ("A3",))):
        for position, printed in enumerate(record.values(*tags), start=1):
            yield bibliography.contribution(printed, position, role, cited_person(printed))


def _journal(record: Record, around: tuple[str, ...]) -> Journal | None:
    short = record.first("JA", "J2", "J1", "JI")
    name = record.first(*around) or short
    if name is None:
        return None
    issn = tuple(one for text in record.values("SN") for one in _issns(text))
    return Journal(name=name, abbreviation=None if short is name else short, issn=issn)


def _issns(text: Text) -> tuple[Text, ...]:
    """The ISSNs of a field; the digits of an ISBN hold none."""
    return () if bibliography.isbns(text) else bibliography.issns(text)


def _pages(record: Record) -> Text | None:
    """First and last page, which mostly stand in neighbouring fields; else the article number."""
    first, last = record.line("SP"), record.line("EP")
    if first is None:
        number = last or record.line("C7")
        return number if number is not None and _ARTICLE.fullmatch(number.raw) else None
    if last is None or re.search(r"[-–—]", first.raw):
        return bibliography.page_range(first)
    return first.map(lambda raw: bibliography.pages(raw, last.raw))


def _date(record: Record) -> _DATED | None:
    """The most precise date of the year that is given first."""
    found = [one for field in record.all("PY", "Y1", "DA") for one in _dated(field.lines[0])]
    if not found:
        return None
    year = found[0].value.year
    return max((one for one in found if one.value.year == year), key=lambda one: len(str(one.value)))


def _dated(text: Text) -> Iterator[_DATED]:
    """A date as `2014/05/02/`, `2014///`, `2014 May 2`; of `4-8 Aug. 2020` the month."""
    match = _SLASHES.match(text.raw)
    date = bibliography.partial_date(*(part or None for part in match.groups())) if match else None
    if date is not None:
        yield text.map(lambda _: date)
        return
    iso = bibliography.iso_date(text)
    if iso is not None:
        yield iso
    elif (read := dates.read_date(text)) is not None:
        days = _DAYS.match(text.raw)
        yield read.date.map(lambda date: PartialDate(date.year, date.month)) if days else read.date


def _pmcid(text: Text) -> Text | None:
    return bibliography.pmcid(text) if text.raw.upper().startswith("PMC") else None


def _of_ebsco(record: Record) -> tuple[Text, ...]:
    """What EBSCO prints for related records: the DOI of the record itself."""
    providers = record.values("DP", "DB")
    is_ebsco = any("ebsco" in one.raw.casefold() for one in providers)
    return record.values("L3") if is_ebsco else ()


def _identifiers(record: Record) -> Iterator[Text]:
    for text in record.values("AN"):
        if text.raw.upper().startswith("WOS:"):
            yield text.map(lambda raw: f"wos:{raw[4:].strip().lower()}")


def _addresses(lines: tuple[Found[str], ...]) -> Iterator[Text]:
    """The web addresses of a field: one a line, or several between semicolons."""
    for line in lines:
        for one in line.split(r"[;\s]+(?=https?://)"):
            if re.match(r"https?://\S", one.raw):
                yield one


def _abstract(record: Record) -> Iterator[Section]:
    text = next((one for one in record.values("AB", "N2") if not _is_notice(one)), None)
    return iter(abstract_sections(text) if text is not None else ())


def _further_abstracts(record: Record) -> list[Text]:
    texts = distinct(record.values("AB", "N2"))
    first = next((one for one in texts if not _is_notice(one)), None)
    return [one for one in texts if one is not first]


def _is_notice(text: Text) -> bool:
    """EBSCO writes a notice of copyright into a second abstract."""
    return text.raw.startswith("Copyright of ")


def _keywords(record: Record) -> Iterator[Text]:
    """Keywords stand one in a field, one a line, or between semicolons."""
    for field in record.all("KW"):
        if len(field.lines) > 1 and not re.search(r"[;,]\s*$", field.lines[0].raw):
            for line in field.lines:
                yield from line.split(";")
        else:
            yield from field.value.split(";")
