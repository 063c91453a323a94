"""The fields of Web of Science, which are the same in its tagged and in its tab-delimited export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
    Citation,
    Conference,
    Contribution,
    Grant,
    Institution,
    Journal,
    Person,
    Report,
    SubjectClass,
    Text,
)
from kg.problems import Problem
from kg.reading import bibliography, dates
from kg.reading.addresses import affiliation
from kg.reading.fields import Fields
from kg.reading.paragraphs import folded
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Field, Record, distinct
from kg.reading.wos_references import cited_person, short_reference
from kg.source import Found, Source

KINDS = {
    "article": "JournalArticle",
    "journal paper": "JournalArticle",
    "book": "Book",
    "book chapter": "BookChapter",
    "correction": "JournalArticle",
    "data paper": "JournalArticle",
    "editorial material": "JournalEditorial",
    "letter": "Letter",
    "meeting abstract": "Abstract",
    "news item": "NewsItem",
    "proceedings paper": "ConferencePaper",
    "review": "ReviewArticle",
    "reprint": "JournalArticle",
}
"""The FaBiO classes of document types; every other type is an expression."""

FIELDS = Fields(
    mapped={
        "AU": "authors, where full names are missing",
        "AF": "authors",
        "BA": "authors of the book, where others are missing",
        "BF": "authors of the book, where others are missing",
        "CA": "group author",
        "GP": "group author of the book; where it has others, a contributor",
        "BE": "editors",
        "ED": "editors",
        "OI": "ORCID iD",
        "TI": "title",
        "FT": "other title",
        "SO": "journal or book",
        "JI": "short name of the journal",
        "SN": "ISSN of the journal",
        "EI": "ISSN of the journal",
        "BN": "ISBN",
        "DT": "kind, publication type",
        "LA": "language",
        "CT": "conference",
        "CY": "date of the conference",
        "DE": "keywords",
        "ID": "keywords of the database",
        "AB": "abstract",
        "C1": "affiliations",
        "RP": "corresponding author",
        "FU": "grants",
        "CR": "references",
        "NR": "number of references",
        "TC": "times cited",
        "PU": "publisher",
        "PI": "place of publication",
        "PD": "month and day",
        "PY": "year",
        "VL": "volume",
        "IS": "issue",
        "BP": "pages",
        "EP": "pages",
        "PS": "pages, where no other field has them",
        "AR": "article number, where there are no pages",
        "PG": "number of pages",
        "DI": "DOI",
        "D2": "DOI of the book, where others are missing",
        "UT": "identifier in Web of Science",
        "PM": "PubMed id",
        "WC": "subject classes",
        "SC": "subject classes",
    },
    known={
        "AN": "number in the database, which the identifier repeats",
        "CO": "code of the journal",
        "PV": "country of the publisher",
        "TY": "kind of the record in INSPEC",
        "PT": "journal, book, series or patent",
        "SE": "title of the series",
        "BS": "subtitle of the series",
        "CL": "place of the conference",
        "SP": "sponsors of the conference",
        "HO": "host of the conference",
        "EM": "e-mail addresses",
        "RI": "ResearcherIDs",
        "C3": "organisations, in the preferred form",
        "FX": "text about funding",
        "FP": "name of the funding programme",
        "Z9": "times cited in all databases",
        "Z1": "times cited in one database",
        "Z8": "times cited in one database",
        "ZB": "times cited in one database",
        "ZR": "times cited in one database",
        "ZS": "times cited in one database",
        "ZA": "times cited in one database",
        "U1": "uses in 180 days",
        "U2": "uses since 2013",
        "PA": "address of the publisher",
        "J9": "shortest name of the journal",
        "PN": "part number",
        "SU": "supplement",
        "SI": "special issue",
        "MA": "number of the meeting abstract",
        "EA": "date of early access",
        "EY": "year of early access",
        "P2": "number of pages of the book",
        "GA": "number of the document delivery",
        "OA": "open access",
        "HC": "highly cited",
        "HP": "hot paper",
        "DA": "when the record was exported",
        "WE": "index",
        "ER": "end of the record",
        "EF": "end of the file",
    },
)

_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_ORCID = re.compile(r"([^/;]+)/\s*(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_REPRINT = re.compile(
    r"([^;()]{1,200}?)\s{0,9}\((?:reprint|corresponding) author\)|([^,;]{1,200},\s{0,9}[^,;]{1,10}),",
    re.IGNORECASE,
)


_COMPARED = 1_000_000
"""So many pairs of authors and ORCID iDs are compared where their names are not the same."""


def report(source: Source, record: Record) -> Iterator[Report | Problem]:
    """The report that a record describes, and what of it is not understood."""
    references: list[Citation] = []
    for position, line in enumerate(items(record.all("CR")), start=1):
        work, troubles = short_reference(source, line)
        references.append(Citation(quote=folded(line), status="listed", position=position, work=work))
        yield from troubles
    yield from _unread(source, record)
    types = tuple(items(record.all("DT")))
    names = [one.value.casefold() for one in types]
    title = record.first("TI")
    dois = (bibliography.doi(text) for text in record.values("DI", "D2"))
    yield Report(
        kind=next((KINDS[name] for name in names if name in KINDS), "Expression"),
        publication_types=types,
        title=title,
        alternative_titles=record.values("FT"),
        authorships=tuple(_authors(record)),
        contributions=tuple(_editors(record)),
        journal=_journal(record),
        conference=_conference(record),
        issued=_issued(record),
        volume=record.first("VL"),
        issue=record.first("IS"),
        pages=_pages(record),
        page_count=bibliography.whole_number(record.first("PG")),
        publisher=record.first("PU"),
        publisher_place=record.first("PI"),
        doi=next((one for one in dois if one is not None), None),
        pmid=bibliography.pmid(record.line("PM")),
        isbn=tuple(one for text in record.values("BN") for one in bibliography.isbns(text)),
        identifiers=tuple(_identifier(text) for text in record.values("UT")),
        language=record.first("LA"),
        sections=() if (text := record.first("AB")) is None else abstract_sections(text),
        author_keywords=tuple(items(record.all("DE"))),
        keywords_plus=tuple(items(record.all("ID"))),
        subject_classes=tuple(_classes(record)),
        times_cited=bibliography.whole_number(record.first("TC")),
        reference_total=bibliography.whole_number(record.first("NR")),
        references=tuple(references),
        grants=tuple(grants(record)),
    )


def items(fields: Sequence[Field]) -> Iterator[Text]:
    """The entries of fields that hold several: one a line, or between semicolons outside brackets."""
    for one in fields:
        if one.tag in _ONE_A_LINE and len(one.lines) > 1:
            yield from one.lines
            continue
        depth, begin = 0, 0
        for match in re.finditer(r"[\[\];]", one.value.raw):
            depth += {"[": 1, "]": -1, ";": 0}[match[0]]
            if match[0] == ";" and depth <= 0:
                yield from _filled(one.value.part(begin, match.start()))
                begin = match.end()
        yield from _filled(one.value.part(begin, len(one.value.raw)))


_ONE_A_LINE = frozenset(("AU", "AF", "BA", "BF", "CA", "GP", "BE", "ED", "CR"))


def _filled(text: Text) -> Iterator[Text]:
    part = folded(text.stripped())
    if part.raw:
        yield part


def _unread(source: Source, record: Record) -> Iterator[Problem]:
    hint = "it is not published; correct it in the file"
    yield from bibliography.unread_dois(source, record.values("DI"))
    for text in record.values("PY"):
        if dates.read_date(text) is None:
            yield Problem.at(source, text, "unread-value", f"{text.raw[:60]!r} is no year", hint=hint)


def _authors(record: Record) -> Iterator[Authorship]:
    """The authors with the addresses that name them; an only address without names is everybody's."""
    short = list(items(record.all("AU"))) or list(items(record.all("BA")))
    full = list(items(record.all("AF"))) or list(items(record.all("BF")))
    names = full if len(full) >= len(short) else short
    addresses = list(_addresses(record))
    orcids = bibliography.orcids(record.values("OI"), _ORCID, _key)
    corresponding = _corresponding(record)
    everybody = [one for whose, one in addresses if whose is None] if len(addresses) == 1 else []
    all_keys = [_key(one.raw) for one in names] if len(names) * len(orcids) < _COMPARED else []
    of_names: dict[str, list[int]] = {}
    for number, (whose, _) in enumerate(addresses):
        for key in whose or ():
            of_names.setdefault(key, []).append(number)
    position = 0
    for position, printed in enumerate(names, start=1):
        person = cited_person(printed)
        keys = {_key(printed.raw)}
        if len(short) == len(names):
            keys.add(_key(short[position - 1].raw))
        orcid = next((orcids[key] for key in sorted(keys) if key in orcids), None)
        if all_keys and orcid is None and person is not None and person.family is not None:
            orcid = _alike(keys, _key(person.family.raw), orcids, all_keys)
        if person is not None and orcid is not None:
            person = Person(family=person.family, given=person.given, orcid=orcid)
        numbers = sorted({number for key in keys for number in of_names.get(key, ())})
        own = [addresses[number][1] for number in numbers]
        marked = next((corresponding[key] for key in sorted(keys) if key in corresponding), None)
        found = bibliography.authorship(printed, position, person, affiliations=tuple(own or everybody))
        yield replace(found, corresponding=None if marked is None else marked.map(lambda _: True))
    groups = list(items(record.all("CA")))
    groups += items(record.all("GP")) if not names and not groups else ()
    for number, printed in enumerate(groups, start=position + 1):
        yield bibliography.authorship(printed, number, None)


def _alike(keys: set[str], family: str, orcids: Mapping[str, Text], authors: Sequence[str]) -> Text | None:
    """The ORCID iD beside a name with more or fewer given names, where it can be that of no other author."""
    for other, orcid in orcids.items():
        if (
            len(other) > len(family)
            and any(one.startswith(other) or other.startswith(one) for one in keys)
            and sum(one.startswith(other) or other.startswith(one) for one in authors) == 1
        ):
            return orcid
    return None


def _key(name: str) -> str:
    """What spellings of one name in a record have in common: the letters, without case and accents."""
    if not name.isascii():
        name = unicodedata.normalize("NFD", name)
    return "".join(character for character in name.casefold() if character.isalnum())


def _addresses(record: Record) -> Iterator[tuple[frozenset[str] | None, Affiliation]]:
    """The addresses, each with the keys of the names before it, or `None` where none stand there."""
    for one in record.all("C1"):
        for entry in _entries(one):
            match = _BRACKETED.match(entry.raw)
            address = entry.part(match.end() if match else 0, len(entry.raw)).stripped(" .\t\r\n")
            if address.raw:
                names = frozenset(_key(name) for name in match[1].split(";")) if match else None
                yield names, affiliation(folded(address))


def _entries(one: Field) -> Iterator[Text]:
    """The addresses of a field: each begins with names in brackets, or ends with a full stop and its line."""
    starts = [match.start() for match in _BRACKETED.finditer(one.value.raw)]
    if starts:
        for begin, end in zip(starts, [*starts[1:], len(one.value.raw)], strict=True):
            yield one.value.part(begin, end).stripped(" ;\t\r\n")
        return
    begin = 0
    for match in re.finditer(r"\.\s*(?:[\r\n]+|$)|;\s", one.value.raw):
        yield from _filled(one.value.part(begin, match.start()))
        begin = match.end()
    yield from _filled(one.value.part(begin, len(one.value.raw)))


def _corresponding(record: Record) -> Mapping[str, Text]:
    found: dict[str, Text] = {}
    for text in record.values("RP"):
        for match in _REPRINT.finditer(text.raw):
            number = 1 if match[1] else 2
            found.setdefault(_key(match[number]), text.part(*match.span(number)).stripped())
    return found


def _editors(record: Record) -> Iterator[Contribution]:
    for position, printed in enumerate(items(record.all("BE", "ED")), start=1):
        yield bibliography.contribution(printed, position, "editor", cited_person(printed))
    if record.all("AU", "AF", "BA", "BF", "CA"):
        for position, printed in enumerate(items(record.all("GP")), start=1):
            yield bibliography.contribution(printed, position, "contributor", None)


def _journal(record: Record) -> Journal | None:
    name = record.first("SO")
    if name is None:
        return None
    issn = distinct(tuple(one for text in record.values("SN", "EI") for one in bibliography.issns(text)))
    return Journal(name=name, abbreviation=record.first("JI"), issn=issn)


def _conference(record: Record) -> Conference | None:
    name, held = record.first("CT"), record.first("CY")
    if name is None:
        return None
    dated = dates.read_date(held) if held is not None else None
    return Conference(name=name, held=None if dated is None else dated.date)


def _issued(record: Record) -> Found[PartialDate] | None:
    """The year; with its month and day where these stand in the field before it."""
    year, day = record.first("PY"), record.first("PD")
    dated = dates.read_date(year) if year is not None else None
    if year is None or dated is None:
        return None
    return dates.in_year(day, dated.date.value.year) or dated.date


def _pages(record: Record) -> Text | None:
    first, last = record.line("BP"), record.line("EP")
    if first is None:
        return bibliography.page_range(record.first("PS", "AR"))
    return first.map(lambda raw: bibliography.pages(raw, last.raw if last is not None else ""))


def _identifier(text: Text) -> Text:
    """`WOS:000086967200001` or `ISI:...` names the record; other databases name themselves."""
    database, colon, number = text.raw.rpartition(":")
    name = "wos" if database.upper() in {"WOS", "ISI", ""} else database.lower()
    return text.map(
        lambda _: f"{name}:{number.strip().lower()}" if colon else f"wos:{number.strip().lower()}"
    )


def _classes(record: Record) -> Iterator[SubjectClass]:
    for tag, scheme in (("WC", "Web of Science Categories"), ("SC", "Web of Science Research Areas")):
        for one in items(record.all(tag)):
            yield SubjectClass(scheme=one.map(lambda _, name=scheme: name), code=one)  # type: ignore[misc]  # bound now


def grants(record: Record) -> Iterator[Grant]:
    """`Agency [number, number]; Agency`: one grant a number."""
    for one in items(record.all("FU")):
        match = re.fullmatch(r"([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?", one.raw)
        if match is None:
            yield Grant(quote=one)
            continue
        funder = Institution(name=one.part(*match.span(1)))
        numbers = list(one.part(*match.span(2)).split("[,;]")) if match[2] else []
        if not numbers:
            yield Grant(quote=one, funder=funder)
        for number in numbers:
            yield Grant(quote=one, funder=funder, number=number)
