"""The contributors of JATS: names, what each did, and the addresses that stand beside or are pointed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.model import Affiliation, Authorship, Contribution, Person, Text
from kg.reading import bibliography, jats
from kg.reading.xml_records import Element, XmlValues
from kg.source import Found

ROLES = {
    "author": "",
    "assigned-editor": "editor",
    "collaborator": "contributor",
    "editor": "editor",
    "guest-editor": "editor",
    "handling-editor": "editor",
    "reviewer": "reviewer",
    "referee": "reviewer",
    "senior_editor": "editor",
    "translator": "translator",
}
"""What contributors of each type did; those of no type are authors, those of any other contributed."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A contributor as printed, what the part was (nothing for an author), and the addresses."""

    printed: Text
    person: Person | None
    role: str
    addresses: tuple[Element, ...]
    corresponding: Found[bool] | None


def people(meta: Element, values: XmlValues) -> Iterator[Contributor]:
    """The contributors of all groups; a group that is an author is followed by its members."""
    groups = meta.all("contrib-group")
    of_article = _affs(meta)
    by_id = {one.get("id"): one for group in groups for one in _affs(group)}
    by_id |= {one.get("id"): one for one in of_article}
    lone = of_article if len(of_article) == 1 and not _points_to(groups) else []
    for group in groups:
        shared = [] if _points_to([group]) else _affs(group) or lone
        yield from _group(group, by_id, shared, values, role=None)


def _group(
    group: Element,
    by_id: Mapping[str, Element],
    shared: Sequence[Element],
    values: XmlValues,
    *,
    role: str | None,
) -> Iterator[Contributor]:
    for contrib in group.all("contrib"):
        found = jats.named(contrib, values)
        if found is None:
            continue
        printed, person = found
        kind = contrib.get("contrib-type") or group.get("content-type").rstrip("s")
        part = role if role is not None else ROLES.get(kind.casefold(), "contributor" if kind else "")
        xrefs = [one for one in contrib.all("xref") if one.get("ref-type") == "aff"]
        named = [by_id[rid] for one in xrefs for rid in one.get("rid").split() if rid in by_id]
        own = tuple(dict.fromkeys([*named, *_affs(contrib)])) or tuple(shared)
        if person is not None:
            person = Person(family=person.family, given=person.given, orcid=_orcid(contrib, values))
        yield Contributor(printed, person, part, own, _corresponding(contrib, values))
        for collab in contrib.all("collab"):
            for members in collab.all("contrib-group"):
                yield from _group(members, by_id, (), values, role="contributor")


def _affs(holder: Element) -> list[Element]:
    """The addresses in an element; of one in several forms the first."""
    return [
        *holder.all("aff"),
        *(one.all("aff")[0] for one in holder.all("aff-alternatives") if one.all("aff")),
    ]


def _points_to(groups: Sequence[Element]) -> bool:
    xrefs = (one for group in groups for contrib in group.all("contrib") for one in contrib.all("xref"))
    return any(one.get("ref-type") == "aff" for one in xrefs)


def _orcid(contrib: Element, values: XmlValues) -> Text | None:
    for one in contrib.all("contrib-id", "uri", "ext-link"):
        if (
            "orcid"
            in (one.get("contrib-id-type") + one.get("content-type") + one.get("ext-link-type")).casefold()
        ):
            found = bibliography.orcid(values.text(one) or values.attribute(one, "href"))
            if found is not None:
                return found
    return None


def _corresponding(contrib: Element, values: XmlValues) -> Found[bool] | None:
    if contrib.get("corresp") == "yes":
        found = values.attribute(contrib, "corresp")
    else:
        marks = (one for one in contrib.all("xref") if one.get("ref-type") == "corresp")
        found = values.attribute(next(marks, None), "ref-type")
    return None if found is None else found.map(lambda _: True)


def authorships(people: Sequence[Contributor], values: XmlValues) -> tuple[Authorship, ...]:
    """Those of them who are authors, with their addresses; an address of several is read once."""
    read: dict[str, Affiliation | None] = {}
    found: list[Authorship] = []
    for one in people:
        if one.role:
            continue
        for aff in one.addresses:
            if aff.where not in read:
                read[aff.where] = jats.address(aff, values)
        addresses = (read[aff.where] for aff in one.addresses)
        found.append(
            bibliography.authorship(
                one.printed,
                len(found) + 1,
                one.person,
                affiliations=tuple(aff for aff in addresses if aff is not None),
                corresponding=one.corresponding,
            )
        )
    return tuple(found)


def contributions(people: Sequence[Contributor]) -> Iterator[Contribution]:
    """The others, numbered by what they did."""
    counts: dict[str, int] = {}
    for one in people:
        if one.role:
            position = counts[one.role] = counts.get(one.role, 0) + 1
            yield bibliography.contribution(one.printed, position, one.role, one.person)
