"""RIS, as reference managers, publishers and databases write it (EBSCO, Ovid, ProQuest, Scopus, ...)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kg.model import Affiliation, Authorship, Contribution, Journal, Report, Text, places
from kg.opening import File
from kg.problems import Problem
from kg.reading import (
    bibliography,
    line_records,
    ris_databases,
    ris_values,
    tagged,
    web_of_science,
)
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import Record, distinct
from kg.source import Source

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
_ADDRESSES = frozenset(("UR", "LK"))
_BEHIND = "behind ER"
_LIKED = "a field that programs use as they like"
OTHERWISE = {
    "A2": "the authors of the cited works, in PsycINFO",
    "AD": "addresses, which the file does not give to authors",
    "AI": "an ORCID iD of nobody among the authors",
    "AN": "number of the record in its database",
    "C1": _LIKED,
    "C2": _LIKED,
    "CY": "addresses of authors, in Rayyan",
    "C3": "the organisations in Web of Science, or " + _LIKED,
    "C5": _LIKED,
    "C7": _LIKED,
    "ET": "date of electronic publication, which EndNote prints there",
    "L1": "file",
    "L2": "full text",
    "L3": "related records",
    "M1": "number or " + _LIKED,
    "PG": "pages, which other fields repeat",
    "U1": _LIKED,
    "U2": _LIKED,
}
"""What fields hold that only sometimes say what we map."""

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
        "AI": "ORCID iD",
        "AD": "affiliations, where names stand before them or there is one author",
        "C1": "affiliations of the author before them, in OpenAlex",
        "ED": "editors",
        "A3": "series editors; of a thesis, who advised",
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
        "L1": "DOI and PubMed ids, where no other field has them",
        "L2": "DOI and PubMed ids, where no other field has them",
        "PMID": "PubMed id",
        "C2": "PubMed Central id",
        "C3": "PubMed id, which Cochrane prints there",
        "C5": "PubMed id, which Embase prints there",
        "U1": "PubMed id, which PubMed Central prints there",
        "U2": "identifier in Embase",
        "AN": "PubMed id, identifier in Web of Science or the Cochrane Library",
        "M1": "affiliations in Embase, references in PsycINFO",
        "FU": "grants",
        "AB": "abstract",
        "N2": "abstract",
        "KW": "keywords",
        "N1": "notes; times cited, references and PubMed id, where databases print them there",
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
        "PT": "publication type",
        "PG": "pages, where no other field has them",
    },
    known={
        **{f"{tag}, otherwise": what for tag, what in OTHERWISE.items()},
        _BEHIND: "what stands behind the end of the record",
        _ELSEWHERE: "an address that does not begin with http:// or https://",
        "ID": "key of the reference in its library",
        "A4": "further contributors, whose part differs with the type",
        "AV": "where it lies in an archive",
        "C4": _LIKED,
        "C6": _LIKED,
        "C8": _LIKED,
        "CA": "caption",
        "CC": "group of the Cochrane Collaboration",
        "CN": "shelf mark",
        "DB": "database",
        "DP": "provider of the database",
        "ER": "end of the record",
        "FX": "text about funding",
        "J9": "short name of the journal in Web of Science",
        "L4": "figure",
        "LB": "label of the record in its library",
        "M4": "program that wrote the file",
        "M2": "start page or a field that programs use as they like",
        "NS": _LIKED,
        "NV": "number of volumes",
        "OP": "original publication",
        "PA": "address of the publisher",
        "PD": "month of publication",
        "RI": "reviewed item",
        "RN": "notes on the research",
        "RP": "reprint status",
        "SE": "section",
        "T3": "series",
        "TA": "translated author",
        "TS": "program that wrote the file",
        "U3": _LIKED,
        "U4": _LIKED,
        "U5": _LIKED,
        "VM": "video medium",
        "WE": "index of Web of Science",
        "WP": "date of electronic publication",
        "Y2": "when it was looked at",
    },
)

_END = re.compile(r"^[ \t]*ER  ?-.*$", re.MULTILINE)
_FIRST = re.compile(r"[ \t]*TY  ?-(?:\s|$)")
_AROUND = re.compile(r"\s*(?:\d+[.)]?|[%#;].*|Record #\d.*|Provider:.*|Database:.*|Content:.*)\s*$")
_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9]{1,3})[ \t]{0,2}-(?:[ \t]|$)")
_ZEROS = re.compile(r"0000\b")
_LEVEL = re.compile(r"(master|\bm\.?(?:a|sc?)\b)|\b(?:ph|ed|psy)\.?\s?d\b|doctor")
_AROUND_OF = {**dict.fromkeys(BOOKS, ("JF", "T2", "JO")), "THES": ("JF", "JO")}
"""Where the name of what holds a report stands; of a thesis `T2` is a second title."""
_EBSCO = re.compile(r"ebsco", re.IGNORECASE)
_LABEL = re.compile(r"\S+ \(\d{4}\)")
_NOT_PUBLISHED = "it is not published; correct it in the file"


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
    """The one report of a reference; what stands behind its end belongs to nothing."""
    end = _END.search(source.text)
    found = [one for one in tagged.fields(source, _TAG, _is_tag) if one.value.raw != "nan"]
    behind = len(source.text) if end is None else end.start()
    inside = [one for one in found if one.value.start < behind]
    record = Record(inside)
    report = _report(record, ris_databases.following(inside))
    used = sorted([one.start for one in places(report)])
    yield FIELDS.tally(
        (_counted(one, used) if one.value.start < behind else _BEHIND, one.value.raw)
        for one in found
        if one.tag != "ER"
    )
    yield from _unread(source, record)
    yield report


def _counted(field: tagged.Field, used: Sequence[int]) -> str:
    """The tag under which a field is counted: what says nothing that is mapped is counted aside.

    `used` is where the values of the report begin, in order.
    """
    tag, value = field.tag, field.value
    if tag not in OTHERWISE and tag not in _ADDRESSES:
        return tag
    first = bisect_left(used, value.start)
    if first < len(used) and used[first] < value.end:
        return tag
    if tag in _ADDRESSES:
        return tag if any(ris_values.addresses(field.lines)) else _ELSEWHERE
    return f"{tag}, otherwise"


def _unread(source: Source, record: Record) -> Iterator[Problem]:
    """The values that say nothing, where something should be said."""
    yield from bibliography.unread_dois(source, record.values("DO", "DI"))
    for text in (*record.values("PY", "Y1"), *(one for one in record.values("DA") if _ZEROS.match(one.raw))):
        if ris_values.dated(text) is None:
            yield Problem.at(
                source, text, "unread-value", f"{text.raw[:60]!r} is no date", hint=_NOT_PUBLISHED
            )


def _is_tag(match: re.Match[str]) -> bool:
    """Two characters, two spaces, a hyphen; with fewer spaces only a tag that is known."""
    return match[0].lstrip()[2:5] == "  -" or match[1] in FIELDS.mapped or match[1] in FIELDS.known


def _report(record: Record, following: Mapping[int, Sequence[Affiliation]]) -> Report:
    kind = record.line("TY")
    name = kind.raw if kind is not None else ""
    own = ("TI", "T1", "CT", "BT") if name in BOOKS else ("TI", "T1", "CT")
    title = record.first(*own)
    around = _AROUND_OF.get(name, ("JF", "T2", "BT", "JO"))
    others = [*record.values(*own)[1:], *record.values("ST", "TT")]
    others += record.values("T2") if name == "THES" else ()
    others = [one for one in others if not _LABEL.fullmatch(one.raw)]
    dois = (*record.values("DO", "DI"), *_of_ebsco(record), *filter(_resolves, record.values("L1", "L2")))
    types = (kind, *(one for one in record.values("M3", "PT") if bibliography.doi(one) is None))
    return Report(
        kind=_kind(name, types),
        publication_types=tuple(one for one in types if one is not None),
        title=title,
        alternative_titles=distinct([title, *others])[1:] if title else tuple(others),
        authorships=tuple(_authors(record, following)),
        contributions=tuple(_contributions(record)),
        journal=_journal(record, around),
        issued=ris_values.date(record),
        volume=record.first("VL", "VO"),
        issue=record.first("IS", "CP"),
        pages=ris_values.pages(record),
        edition=next((one for one in record.values("ET") if bibliography.iso_date(one) is None), None),
        publisher=record.first("PB", "PU"),
        publisher_place=None if _is_of_rayyan(record) else record.first("CY", "PP", "PI"),
        doi=next(filter(None, map(bibliography.doi, dois)), None),
        pmid=ris_databases.pmid(record),
        pmcid=ris_databases.pmcid(record),
        isbn=distinct([one for text in record.values("SN") for one in bibliography.isbns(text)]),
        identifiers=distinct(tuple(ris_databases.identifiers(record))),
        urls=distinct(
            tuple(one for field in record.all("UR", "LK") for one in ris_values.addresses(field.lines))
        ),
        language=record.first("LA"),
        sections=tuple(ris_values.abstract(record)),
        author_keywords=tuple(ris_values.keywords(record)),
        times_cited=ris_databases.count(record, "cited"),
        reference_total=ris_databases.count(record, "references"),
        references=tuple(ris_databases.references(record)),
        grants=tuple(web_of_science.grants(record)),
        notes=distinct((*ris_values.notes(record), *ris_values.further_abstracts(record))),
    )


def _resolves(text: Text) -> bool:
    """Whether it is the address of a DOI, and not that of a file with a DOI in its name."""
    return "doi.org/10." in text.raw


def _is_of_rayyan(record: Record) -> bool:
    """Whether Rayyan wrote it, which prints the authors' addresses where others name a place."""
    return any(one.raw.startswith("rayyan-") for one in record.values("AN"))


def _kind(name: str, types: tuple[Text | None, ...]) -> str:
    """The FaBiO class; of a thesis the level, where another field says it."""
    if name == "THES":
        words = " ".join(one.raw.casefold() for one in types if one is not None)
        if level := _LEVEL.search(words):
            return "MastersThesis" if level[1] else "DoctoralThesis"
    return KINDS.get(name, "Expression")


def _authors(record: Record, following: Mapping[int, Sequence[Affiliation]]) -> Iterator[Authorship]:
    """The authors with what other fields say of them by their names."""
    names = [one for one in record.values("AU", "A1") if not ris_values.EDITOR.search(one.raw)]
    orcids = ris_databases.orcids(record)
    addresses = ris_databases.affiliations(record, len(names))
    for position, printed in enumerate(names, start=1):
        key = ris_databases.key(printed.raw) if orcids or addresses else ""
        person, orcid = ris_values.person(printed), orcids.get(key)
        if person is not None and orcid is not None:
            person = replace(person, orcid=orcid)
        named = addresses.get(key, ()) if key else ()
        own = (*named, *addresses.get("", ()), *following.get(printed.start, ()))
        yield bibliography.authorship(ris_values.name(printed), position, person, affiliations=own)


def _contributions(record: Record) -> Iterator[Contribution]:
    editors = [one for one in record.values("AU", "A1") if ris_values.EDITOR.search(one.raw)]
    editors += [one for one in record.values("A2", "ED") if not ris_databases.is_list(one)]
    kind = record.line("TY")
    third = "contributor" if kind is not None and kind.raw == "THES" else "series-editor"
    for role, names in (("editor", editors), (third, record.values("A3"))):
        for position, printed in enumerate(names, start=1):
            yield bibliography.contribution(
                ris_values.name(printed), position, role, ris_values.person(printed)
            )


def _journal(record: Record, around: tuple[str, ...]) -> Journal | None:
    short = record.first("JA", "J2", "J1", "JI")
    name = record.first(*around) or short
    if name is None:
        return None
    issn = distinct([one for text in record.values("SN") for one in _issns(text)])
    return Journal(name=name, abbreviation=None if short is name else short, issn=issn)


def _issns(text: Text) -> tuple[Text, ...]:
    """The ISSNs of a field; the digits of an ISBN hold none."""
    return () if bibliography.isbns(text) else bibliography.issns(text)


def _of_ebsco(record: Record) -> tuple[Text, ...]:
    """What EBSCO prints for related records: the DOI of the record itself."""
    return record.values("L3") if ris_databases.is_of(record, _EBSCO) else ()
