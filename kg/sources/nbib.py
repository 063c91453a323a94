"""PubMed's own format (NBIB, MEDLINE): what PubMed saves as `PubMed` or sends to citation managers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kg.model import (
    Authorship,
    Contribution,
    Grant,
    Institution,
    Journal,
    Person,
    Relation,
    Report,
    Section,
    SubjectClass,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, line_records, pubmed, tagged
from kg.reading.addresses import postal_affiliation
from kg.reading.fields import Fields, Tally
from kg.reading.names import vancouver_person
from kg.reading.pages import full_range
from kg.reading.sections import abstract_sections
from kg.reading.tagged import Field, Record, distinct
from kg.source import Source

RELATIONS = {
    "CIN": "commentedBy",
    "CON": "commentsOn",
    "CRF": "corrects",
    "CRI": "correctedBy",
    "EFR": "corrects",
    "EIN": "correctedBy",
    "RIN": "retractedBy",
    "ROF": "retracts",
    "UIN": "updatedBy",
    "UOF": "updates",
}
"""How the works in these fields belong to the record."""

_OTHERWISE = "AID or LID, otherwise"

FIELDS = Fields(
    mapped={
        "PMID": "PubMed id",
        "TI": "title",
        "TT": "other title",
        "BTI": "title of the book",
        "FAU": "authors",
        "AU": "authors",
        "CN": "group author",
        "AD": "affiliations",
        "AUID": "ORCID iD",
        "FED": "editors",
        "ED": "editors",
        "FIR": "investigators",
        "IR": "investigators",
        "JT": "journal",
        "TA": "short name of the journal",
        "IS": "ISSN of the journal",
        "ISSN": "ISSN of the journal",
        "VI": "volume",
        "IP": "issue",
        "PG": "pages",
        "DP": "date",
        "LID": "DOI, address",
        "AID": "DOI, address",
        "PMC": "PubMed Central id",
        "ISBN": "ISBN",
        "PB": "publisher",
        "EN": "edition",
        "LA": "language",
        "AB": "abstract; a second one as a note",
        "OAB": "other abstract, as a note",
        "OT": "keywords",
        "MH": "subject headings (MeSH)",
        "PT": "publication types, kind, retracted",
        "GR": "grants",
        "SI": "registrations of trials",
        "CI": "licence",
        "GN": "notes",
        **{tag: f"relation: {kind}" for tag, kind in RELATIONS.items()},
    },
    known={
        "PL": "place of publication, which PubMed gives for the journal",
        "OWN": "who keeps the record",
        "STAT": "state of the record",
        "DA": "when the record was made",
        "DCOM": "when the record was completed",
        "LR": "when the record was changed",
        "CRDT": "when the record was made",
        "EDAT": "when the record came into PubMed",
        "MHDA": "when the headings were given",
        "PHST": "history of the publication",
        "DEP": "date of electronic publication",
        "PST": "state of the publication",
        "PUBM": "printed or electronic",
        "PMCR": "when PubMed Central releases it",
        "PMDT": "when it came into PubMed Central",
        "SO": "all of the citation in one line",
        "SB": "subset of journals",
        "JID": "number of the journal in the catalogue",
        "RN": "registry numbers of substances",
        "NM": "names of substances",
        "OTO": "who gave the keywords",
        "OCI": "copyright of the other abstract",
        "OABL": "language of the other abstract",
        "COIS": "conflicts of interest",
        "IRAD": "affiliations of investigators",
        "PS": "person who is the subject",
        "FPS": "person who is the subject",
        "GS": "gene symbol",
        "NR": "number of references",
        "RF": "number of references",
        _OTHERWISE: "number of the article at its publisher",
        "MID": "number of the manuscript",
        "OID": "other identifiers",
        "SFM": "space flight mission",
        "SPIN": "summary for patients",
        "DRIN": "data set that refers to it",
        "DDIN": "data set",
        "ECI": "expression of concern",
        "ECF": "what the expression of concern is about",
        "ORI": "original report",
        "RPI": "republished in",
        "RPF": "republished from",
        "CTI": "title of the collection",
        "VTI": "title of the volume",
    },
)

_FIRST = re.compile(r"PMID *-")
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3})(?: {0,2}-(?: |$)|(?<=PMID)-(?=\d)|(?<=PMC) {0,2}-(?=\d))")
_PMID = re.compile(r"PMID:?\s*(\d{1,9})")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_BEGINS = re.compile(r"^(?:PMID *- *\d|PMCR? *- *\w|OWN +- *\w)", re.MULTILINE)
_CALLED_DOI = re.compile(r"doi:\s*\S|https?://(?:dx\.)?doi\.org/", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://(?!(?:dx\.)?doi\.org/)\S+$")
_TRIAL = re.compile(
    r"[A-Za-z.]+/((?:NCT|ISRCTN|ACTRN|ChiCTR|DRKS|EudraCT|UMIN|PACTR|CTRI)[\w./-]+)", re.IGNORECASE
)


def recognises(source: Source) -> bool:
    """A line `PMID- ` with a number, or `OWN - `, and lines with other tags of PubMed such as `STAT-`."""
    return bool(
        _BEGINS.search(source.text)
        and re.search(r"^(?:STAT|TI  |FAU |DP  |JT  |SO  |PT  |MH  |AID )- ", source.text, re.MULTILINE)
        and not re.search(r"^[ \t]*TY  ?- *[A-Z]{3,8}\s*$", source.text, re.MULTILINE)
    )


def records(file: File) -> Iterator[Source | Problem]:
    """From each line `PMID- ` to the next; records without one, as ERIC writes them, behind an empty line."""
    return line_records.records(file, _FIRST, behind_gap=_TAG)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a citation."""
    found = list(tagged.fields(source, _TAG, lambda _: True))
    yield FIELDS.tally((_counted(one), one.value.raw) for one in found)
    record = Record(found)
    yield from _unread(source, record)
    yield _report(record, found)


def _counted(field: Field) -> str:
    """The tag under which a field is counted: of the identifiers only DOIs and addresses are mapped."""
    if field.tag in {"AID", "LID"} and not field.value.raw.endswith("[doi]"):
        mapped = bibliography.doi(_marked_doi(field.value)) or _ADDRESS.match(field.value.raw)
        return field.tag if mapped else _OTHERWISE
    return field.tag


def _unread(source: Source, record: Record) -> Iterator[Problem]:
    yield from bibliography.unread_dois(source, map(_marked_doi, record.values("LID", "AID")))
    for text in record.values("DP"):
        if dates.read_date(text) is None:
            message = f"{text.raw[:60]!r} is no date"
            yield Problem.at(source, text, "unread-value", message, hint="it is not published")


def _report(record: Record, found: Sequence[Field]) -> Report:
    types = record.values("PT")
    journal = _journal(record)
    title = record.first("TI", "BTI")
    book = record.first("BTI")
    headings = [one for text in record.values("MH") for one in _headings(text)]
    date = next((dated.date for text in record.values("DP") if (dated := dates.read_date(text))), None)
    return Report(
        kind=pubmed.kind(types, in_journal=journal is not None),
        publication_types=types,
        retracted=pubmed.retracted(types),
        title=title,
        alternative_titles=distinct((*record.values("TI")[1:], *record.values("TT"))),
        authorships=tuple(_authors(found)),
        contributions=tuple(_contributions(record)),
        journal=journal or (Journal(name=book) if book is not None and book is not title else None),
        issued=date,
        volume=record.first("VI"),
        issue=record.first("IP"),
        pages=_pages(record.line("PG")),
        edition=record.first("EN"),
        publisher=record.first("PB"),
        doi=next(filter(None, map(bibliography.doi, map(_marked_doi, record.values("LID", "AID")))), None),
        pmid=bibliography.pmid(record.line("PMID")),
        pmcid=next(filter(None, map(bibliography.pmcid, record.values("PMC"))), None),
        isbn=tuple(one for text in record.values("ISBN") for one in bibliography.isbns(text)),
        urls=distinct([one for one in record.values("LID", "AID") if _ADDRESS.match(one.raw)]),
        language=record.first("LA"),
        sections=tuple(_abstract(record.first("AB"))),
        author_keywords=tuple(_keywords(record)),
        subject_classes=tuple(one for one, is_major in headings if not is_major),
        major_subject_classes=tuple(one for one, is_major in headings if is_major),
        grants=tuple(_grants(record)),
        registrations=tuple(_registrations(record)),
        licences=record.values("CI"),
        relations=tuple(_relations(record)),
        notes=distinct((*record.values("GN", "OAB"), *record.values("AB")[1:])),
    )


@dataclass(slots=True)
class _Author:
    """What the fields of one author say; the fields that follow a name belong to it."""

    printed: Text
    person: Person | None
    addresses: list[Text] = field(default_factory=list)
    orcid: Text | None = None


def _authors(found: Sequence[Field]) -> Iterator[Authorship]:
    """The authors in order, each with the addresses behind its name.

    Records of before 2014 have the address of the first author, before the names.
    """
    full = any(one.tag == "FAU" for one in found)
    authors: list[_Author] = []
    first: list[Text] = []
    for one in found:
        if one.tag == ("FAU" if full else "AU"):
            authors.append(_Author(one.value, _person(one.value, full=full)))
        elif one.tag == "CN":
            authors.append(_Author(one.value, None))
        elif one.tag == "AD":
            (authors[-1].addresses if authors else first).append(one.value)
        elif one.tag == "AUID" and authors:
            authors[-1].orcid = authors[-1].orcid or bibliography.orcid(one.value)
    if authors:
        authors[0].addresses += first
    for position, author in enumerate(authors, start=1):
        person = author.person
        if person is not None and author.orcid is not None:
            person = Person(family=person.family, given=person.given, orcid=author.orcid)
        affiliations = tuple(postal_affiliation(text) for text in author.addresses)
        yield bibliography.authorship(author.printed, position, person, affiliations=affiliations)


def _person(name: Text, *, full: bool) -> Person | None:
    """The person of `Okafor, Ada B` or `Okafor AB`; ERIC has full names in the field for short ones."""
    return pubmed.person(name) if full or "," in name.raw else vancouver_person(name)


def _contributions(record: Record) -> Iterator[Contribution]:
    for role, tags in (("editor", ("FED", "ED")), ("investigator", ("FIR", "IR"))):
        full = record.values(tags[0])
        for position, printed in enumerate(full or record.values(tags[1]), start=1):
            yield bibliography.contribution(printed, position, role, _person(printed, full=bool(full)))


def _journal(record: Record) -> Journal | None:
    short = record.first("TA")
    name = record.first("JT") or short
    if name is None:
        return None
    issn = distinct(tuple(one for text in record.values("IS", "ISSN") for one in bibliography.issns(text)))
    return Journal(name=name, abbreviation=None if short is name else short, issn=issn)


def _pages(found: Text | None) -> Text | None:
    return (
        None
        if found is None
        else found.map(lambda _: full_range(found.raw.partition(";")[0].partition(",")[0]))
    )


def _marked_doi(text: Text) -> Text | None:
    """What stands before `[doi]` or behind `doi:`; other identifiers of the article are no DOI."""
    if "[doi]" in text.raw:
        return next(text.split(r"\s*\[doi\].*"), None)
    return text if _CALLED_DOI.match(text.raw) else None


def _abstract(text: Text | None) -> tuple[Section, ...]:
    return () if text is None else abstract_sections(text)


def _keywords(record: Record) -> Iterator[Text]:
    for text in record.values("OT"):
        yield text.stripped("* ") if text.raw.strip("* ") else text


def _headings(text: Text) -> Iterator[tuple[SubjectClass, bool]]:
    """A heading for each of its qualifiers, and whether it is marked as a main one."""
    descriptor, *qualifiers = text.split("/")
    scheme = text.map(lambda _: "MeSH")
    starred = text.raw.startswith("*")
    name = descriptor.stripped("* ").value
    if not qualifiers:
        yield SubjectClass(scheme=scheme, code=descriptor.map(lambda _: name)), starred
    for one in qualifiers:
        code = one.map(lambda raw: f"{name}/{raw.strip('* ')}")
        yield SubjectClass(scheme=scheme, code=code), starred or one.raw.startswith("*")


def _grants(record: Record) -> Iterator[Grant]:
    """`R01 MH012345/MH/NIMH NIH HHS/United States`: number, institute, agency, country."""
    for text in record.values("GR"):
        parts = list(text.split("/"))
        funder = parts[-2] if len(parts) > 2 else None
        number = parts[0] if len(parts) > 1 and re.search(r"\d", parts[0].raw) else None
        yield Grant(quote=text, funder=None if funder is None else Institution(name=funder), number=number)


def _registrations(record: Record) -> Iterator[Text]:
    for text in record.values("SI"):
        match = _TRIAL.match(text.raw)
        if match is not None:
            yield text.part(*match.span(1))


def _relations(record: Record) -> Iterator[Relation]:
    for tag, kind in RELATIONS.items():
        for text in record.values(tag):
            pmid, doi = _PMID.search(text.raw), _DOI.search(text.raw)
            yield Relation(
                quote=text,
                kind=kind,
                work=Report(
                    citation_line=text,
                    pmid=text.part(*pmid.span(1)) if pmid else None,
                    doi=bibliography.doi(text.part(*doi.span()).stripped(".;,")) if doi else None,
                ),
            )
