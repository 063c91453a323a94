"""ORCID records in JSON, versions 2 and 3: the person, and the works the person has claimed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import json_records, orcid
from kg.reading.fields import Fields, Tally
from kg.reading.values import Values
from kg.source import Source

_GROUP = "activities-summary/works/group"
_SUMMARY = f"{_GROUP}/work-summary"
_ACTIVITIES = (
    "distinctions", "educations", "employments", "fundings", "invited-positions", "memberships",
    "peer-reviews", "qualifications", "research-resources", "services",
)  # fmt: skip

FIELDS = Fields(
    mapped={
        "orcid-identifier/path": "ORCID iD",
        "person/name/given-names": "given name",
        "person/name/family-name": "family name",
        "person/name/credit-name": "name as printed",
        "person/name/visibility": "whether the name is published",
        f"{_SUMMARY}/visibility": "whether the work is published",
        f"{_GROUP}/external-ids": "DOI, PubMed ids, ISBN, ISSN, other identifiers",
        f"{_SUMMARY}/display-index": "which of several versions of the work counts",
        f"{_SUMMARY}/title/title": "title",
        f"{_SUMMARY}/title/subtitle": "title",
        f"{_SUMMARY}/title/translated-title": "other title",
        f"{_SUMMARY}/journal-title": "journal",
        f"{_SUMMARY}/type": "kind, publication type",
        f"{_SUMMARY}/publication-date": "date",
        f"{_SUMMARY}/url": "address",
        f"{_SUMMARY}/external-ids": "DOI, PubMed ids, ISBN, ISSN, other identifiers",
        "person/external-identifiers": "ISNI of the person; other identifiers are left out",
    },
    known={
        "path": "address in ORCID",
        "orcid-identifier/uri": "ORCID iD",
        "orcid-identifier/host": "where the iD is registered",
        "preferences": "language of the person's pages",
        "history": "history of the record",
        "person/path": "address in ORCID",
        "person/last-modified-date": "when it was changed",
        "person/name/created-date": "when it was entered",
        "person/name/last-modified-date": "when it was changed",
        "person/name/source": "who entered it",
        "person/name/path": "address in ORCID",
        "person/other-names": "other names of the person",
        "person/biography": "what the person says of themselves",
        "person/researcher-urls": "addresses of the person",
        "person/emails": "e-mail addresses",
        "person/addresses": "countries of the person",
        "person/keywords": "what the person works on",
        **{f"activities-summary/{name}": f"{name}, which belong to no work" for name in _ACTIVITIES},
        "activities-summary/path": "address in ORCID",
        "activities-summary/last-modified-date": "when it was changed",
        "activities-summary/works/path": "address in ORCID",
        "activities-summary/works/last-modified-date": "when it was changed",
        f"{_GROUP}/last-modified-date": "when it was changed",
        f"{_SUMMARY}/put-code": "number of the work in ORCID",
        f"{_SUMMARY}/path": "address in ORCID",
        f"{_SUMMARY}/created-date": "when it was entered",
        f"{_SUMMARY}/last-modified-date": "when it was changed",
        f"{_SUMMARY}/source": "who entered it",
    },
)


class _Part:
    """A value of a record, as `kg.reading.orcid` asks for it; `{"value": ...}` has the words of its value."""

    __slots__ = ("_value", "where")

    def __init__(self, value: Any, where: str) -> None:
        self._value = value
        self.where = where

    @property
    def words(self) -> str:
        value = self._value.get("value") if isinstance(self._value, dict) else self._value
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        return " ".join(str(value).split())

    def get(self, attribute: str) -> str:
        return next((one.words for one in self.below(attribute)), "")

    def first(self, *path: str) -> _Part | None:
        return next(iter(self.below(*path)), None)

    def below(self, *path: str) -> list[_Part]:
        found = [self]
        for name in path:
            found = [inner for one in found for inner in one.children(name)]
        return found

    def children(self, name: str) -> Iterator[_Part]:
        """The value under a key, or each of an array there."""
        value = self._value.get(name) if isinstance(self._value, dict) else None
        where = f"{self.where}/{json_records.escaped(name)}"
        if isinstance(value, list):
            yield from (_Part(one, f"{where}/{number}") for number, one in enumerate(value))
        elif value is not None:
            yield _Part(value, where)


def recognises(source: Source) -> bool:
    """A JSON object with `orcid-identifier`, or with works in ORCID's groups of `work-summary`."""
    keys = json_records.first_keys(source.text)
    return not _PARTS.isdisjoint(keys)


_PARTS = frozenset(
    ("orcid-identifier", "activities-summary/works/group", "works/group/work-summary", "group/work-summary")
)


def records(file: File) -> Iterator[Source | Problem]:
    """Each record: the one the file is, those of an array, or one a line."""
    return json_records.records(file)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """A report for each work the person claims; without works nothing can be published of a person."""
    record = json_records.parsed(source)
    if isinstance(record, Problem):
        yield record
        return
    above = next((names for key, names in _INNER.items() if key in record), ())
    whole: Any = record
    for name in reversed(above):
        whole = {name: whole}
    yield FIELDS.tally_of(whole)
    yield from orcid.reports(source, _Part(record, ""), above, Values())


_INNER = {
    "activities-summary": (),
    "works": ("activities-summary",),
    "group": ("activities-summary", "works"),
}
"""What stands around the works in a file that is a part of a record, by its key."""
