"""ORCID records in XML, versions 2 and 3: the person, and the works the person has claimed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.identifiers import PartialDate
from kg.model import Contribution, Journal, Person, Report, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, xml_records
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import distinct
from kg.reading.xml_records import Element, XmlValues
from kg.source import Found, Source

KINDS = {
    "book": "Book",
    "book-chapter": "BookChapter",
    "book-review": "BookReview",
    "conference-abstract": "Abstract",
    "conference-paper": "ConferencePaper",
    "conference-poster": "ConferencePoster",
    "data-set": "DataFile",
    "dissertation": "Thesis",
    "dissertation-thesis": "Thesis",
    "edited-book": "Book",
    "journal-article": "JournalArticle",
    "magazine-article": "MagazineArticle",
    "manual": "InstructionManual",
    "newspaper-article": "NewspaperArticle",
    "online-resource": "WebContent",
    "preprint": "Preprint",
    "report": "ReportDocument",
    "software": "ComputerProgram",
    "supervised-student-publication": "Thesis",
    "working-paper": "WorkingPaper",
}
"""The FaBiO classes of ORCID's types of works; every other one is an expression."""

_GROUP = "activities-summary/works/group"
_SUMMARY = f"{_GROUP}/work-summary"
_OF_WORK = {
    "@display-index": "which of several versions of the work counts",
    "title/title": "title",
    "title/subtitle": "title",
    "title/translated-title": "other title",
    "journal-title": "journal",
    "type": "kind, publication type",
    "publication-date": "date",
    "url": "address",
    "external-ids": "DOI, PubMed ids, ISBN, ISSN, other identifiers",
}
_NOT_OF_WORK = {
    "@put-code": "number of the work in ORCID",
    "@visibility": "who may see it",
    "@path": "address in ORCID",
    "created-date": "when it was entered",
    "last-modified-date": "when it was changed",
    "source": "who entered it",
    "country": "country of publication",
}
_PERSON = "person"

FIELDS = Fields(
    mapped={
        "orcid-identifier/path": "ORCID iD",
        f"{_PERSON}/name/given-names": "given name",
        f"{_PERSON}/name/family-name": "family name",
        f"{_PERSON}/name/credit-name": "name as printed",
        **{f"{_SUMMARY}/{name}": what for name, what in _OF_WORK.items()},
        f"{_GROUP}/external-ids": "DOI, PubMed ids, ISBN, ISSN, other identifiers",
    },
    known={
        "@path": "address in ORCID",
        "orcid-identifier/uri": "ORCID iD",
        "orcid-identifier/host": "where the iD is registered",
        "preferences": "language of the person's pages",
        "history": "history of the record",
        f"{_PERSON}/@path": "address in ORCID",
        f"{_PERSON}/last-modified-date": "when it was changed",
        f"{_PERSON}/name/@visibility": "who may see it",
        f"{_PERSON}/name/@path": "address in ORCID",
        f"{_PERSON}/name/created-date": "when it was entered",
        f"{_PERSON}/name/last-modified-date": "when it was changed",
        f"{_PERSON}/other-names": "other names of the person",
        f"{_PERSON}/biography": "what the person says of themselves",
        f"{_PERSON}/researcher-urls": "addresses of the person",
        f"{_PERSON}/emails": "e-mail addresses",
        f"{_PERSON}/addresses": "countries of the person",
        f"{_PERSON}/keywords": "what the person works on",
        f"{_PERSON}/external-identifiers": "identifiers of the person elsewhere",
        **{
            f"activities-summary/{name}": f"{what}, which belong to no work"
            for name, what in {
                "distinctions": "distinctions",
                "educations": "where the person studied",
                "employments": "where the person works",
                "fundings": "money the person was given",
                "invited-positions": "invited positions",
                "memberships": "memberships",
                "peer-reviews": "reviews",
                "qualifications": "qualifications",
                "research-resources": "resources",
                "services": "services",
            }.items()
        },
        "activities-summary/@path": "address in ORCID",
        "activities-summary/last-modified-date": "when it was changed",
        "activities-summary/works/@path": "address in ORCID",
        "activities-summary/works/last-modified-date": "when it was changed",
        f"{_GROUP}/last-modified-date": "when it was changed",
        **{f"{_SUMMARY}/{name}": what for name, what in _NOT_OF_WORK.items()},
    },
)

_WORKS = {"record": "", "activities-summary": "activities-summary/", "works": "activities-summary/works/"}
"""What stands above the fields of each kind of file in the table."""


def recognises(source: Source) -> bool:
    """A record, activities or works in a namespace of `http://www.orcid.org/ns/`."""
    names = xml_records.first_elements(source.text)
    return bool(names) and names[0] in _WORKS and "//www.orcid.org/ns/" in source.text


def records(file: File) -> Iterator[Source | Problem]:
    """Each person's record, or the part of one that the file holds."""
    return xml_records.records(file, *_WORKS)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """A report for each work the person claims; without works nothing can be published of a person."""
    found = xml_records.parsed(source)
    if isinstance(found, Problem):
        yield found
        return
    record, mended = found
    yield from mended
    yield xml_records.tally(record, FIELDS, _WORKS[record.name])
    values = XmlValues()
    above = list(filter(None, _WORKS[record.name].split("/")))
    path = ["activities-summary", "works", "group"][len(above) :]
    owner = _owner(record, values)
    for group in record.below(*path):
        summaries = group.all("work-summary")
        if summaries:
            shown = max(summaries, key=lambda one: _index(one.get("display-index")))
            yield _work(shown, group, owner, values)


def _index(printed: str) -> int:
    return int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 9 else 0


def _owner(record: Element, values: XmlValues) -> tuple[Text, Person] | None:
    """The person whose record it is, and the name as the person wants it printed."""
    name = record.first("person", "name")
    if name is None:
        return None
    family, given = values.text(name.first("family-name")), values.text(name.first("given-names"))
    printed = values.text(name.first("credit-name"))
    if printed is None:
        words = " ".join(one.raw for one in (given, family) if one is not None)
        printed = values.at(words, name.where) if words else None
    if printed is None:
        return None
    orcid = bibliography.orcid(values.text(record.first("orcid-identifier", "path")))
    return printed, Person(family=family, given=given, orcid=orcid)


def _work(work: Element, group: Element, owner: tuple[Text, Person] | None, values: XmlValues) -> Report:
    title = values.text(work.first("title", "title"))
    subtitle = xml_records.visible_of(work.first("title", "subtitle"))
    if title is not None and subtitle:
        whole = work.first("title")
        title = title if whole is None else values.at(f"{title.raw}: {subtitle}", whole.where)
    printed_type = values.text(work.first("type"))
    kind = "" if printed_type is None else printed_type.raw.casefold().replace("_", "-")
    ids = list(_ids([work, group], values))
    journal = values.text(work.first("journal-title"))
    issn = distinct([one for name, text in ids if name == "issn" for one in bibliography.issns(text)])
    return Report(
        kind=KINDS.get(kind, "Expression"),
        publication_types=() if printed_type is None else (printed_type,),
        title=title,
        alternative_titles=values.texts(work.below("title", "translated-title")),
        contributions=tuple(_contribution(owner)),
        journal=None if journal is None else Journal(name=journal, issn=issn),
        issued=_date(work.first("publication-date"), values),
        urls=values.texts(work.all("url")),
        doi=next(filter(None, (bibliography.doi(text) for name, text in ids if name == "doi")), None),
        pmid=next(filter(None, (bibliography.pmid(text) for name, text in ids if name == "pmid")), None),
        pmcid=next(filter(None, (bibliography.pmcid(text) for name, text in ids if name == "pmc")), None),
        isbn=distinct([one for name, text in ids if name == "isbn" for one in bibliography.isbns(text)]),
        identifiers=distinct(
            [
                text.map(lambda raw, prefix=_OTHERS[name]: f"{prefix}:{raw.rpartition(':')[2]}")  # type: ignore[misc]  # mypy cannot infer a default
                for name, text in ids
                if name in _OTHERS
            ]
        ),
    )


_OTHERS = {"eid": "scopus", "wosuid": "wos", "arxiv": "arxiv"}


def _contribution(owner: tuple[Text, Person] | None) -> Iterator[Contribution]:
    """That the person had a part in the work: in which place the name stands is not said."""
    if owner is not None:
        printed, person = owner
        yield bibliography.contribution(printed, 1, "contributor", person)


def _ids(holders: Sequence[Element], values: XmlValues) -> Iterator[tuple[str, Text]]:
    """The identifiers of the work itself, by their types; not those of what it is a part of, but an ISSN."""
    for holder in holders:
        for one in holder.below("external-ids", "external-id"):
            name = xml_records.visible_of(one.first("external-id-type")).casefold()
            relation = xml_records.visible_of(one.first("external-id-relationship")).casefold()
            text = values.text(one.first("external-id-value"))
            if text is not None and (relation in {"self", ""} or name == "issn"):
                yield name, text


def _date(element: Element | None, values: XmlValues) -> Found[PartialDate] | None:
    if element is None:
        return None
    parts = [xml_records.visible_of(element.first(name)) for name in ("year", "month", "day")]
    date = bibliography.partial_date(*(part or None for part in parts))
    raw = "-".join(part for part in parts if part)
    return None if date is None else values.at(raw, element.where).map(lambda _: date)
