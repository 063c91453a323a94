"""ORCID records in XML, versions 2 and 3: the person, and the works the person has claimed."""

from __future__ import annotations

from collections.abc import Iterator

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import orcid, xml_records
from kg.reading.fields import Fields, Tally
from kg.reading.xml_records import XmlValues
from kg.source import Source

_GROUP = "activities-summary/works/group"
_SUMMARY = f"{_GROUP}/work-summary"
_OF_WORK = {
    "@visibility": "whether the work is published",
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
    "@path": "address in ORCID",
    "created-date": "when it was entered",
    "last-modified-date": "when it was changed",
    "source": "who entered it",
    "country": "country of publication",
    "short-description": "what the person says of the work",
    "citation": "the work in one piece",
    "contributors": "people who had a part, as the person says",
    "language-code": "language in which the work was entered",
}
_PERSON = "person"

FIELDS = Fields(
    mapped={
        "orcid-identifier/path": "ORCID iD",
        f"{_PERSON}/name/given-names": "given name",
        f"{_PERSON}/name/family-name": "family name",
        f"{_PERSON}/name/credit-name": "name as printed",
        f"{_PERSON}/name/@visibility": "whether the name is published",
        **{f"{_SUMMARY}/{name}": what for name, what in _OF_WORK.items()},
        f"{_GROUP}/external-ids": "DOI, PubMed ids, ISBN, ISSN, other identifiers",
        f"{_PERSON}/external-identifiers": "ISNI of the person; other identifiers are left out",
    },
    known={
        "@path": "address in ORCID",
        "orcid-identifier/uri": "ORCID iD",
        "orcid-identifier/host": "where the iD is registered",
        "preferences": "language of the person's pages",
        "history": "history of the record",
        f"{_PERSON}/@path": "address in ORCID",
        f"{_PERSON}/last-modified-date": "when it was changed",
        f"{_PERSON}/name/@path": "address in ORCID",
        f"{_PERSON}/name/created-date": "when it was entered",
        f"{_PERSON}/name/last-modified-date": "when it was changed",
        f"{_PERSON}/other-names": "other names of the person",
        f"{_PERSON}/biography": "what the person says of themselves",
        f"{_PERSON}/researcher-urls": "addresses of the person",
        f"{_PERSON}/emails": "e-mail addresses",
        f"{_PERSON}/addresses": "countries of the person",
        f"{_PERSON}/keywords": "what the person works on",
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

_WORKS = {
    "work": f"{_SUMMARY}/",
    "record": "",
    "activities-summary": "activities-summary/",
    "works": "activities-summary/works/",
}
"""What stands above the fields of each kind of file in the table."""


def recognises(source: Source) -> bool:
    """A record, activities, works or a work in a namespace of `http://www.orcid.org/ns/`."""
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
    if record.name == "work":
        yield from orcid.single(source, record, XmlValues())
        return
    above = list(filter(None, _WORKS[record.name].split("/")))
    yield from orcid.reports(source, record, above, XmlValues())
