"""The IRIs of things: readable, ASCII, stable, and a function of the record alone.

An IRI is made from a record's strongest key (`kg.keys`) and from nothing else: one key, one IRI. Where
the readable part alone would not identify the thing, a digest of that key follows it. What the later
stages of a conversion need to know of a record beside its fields (its IRI, its keys, the records in it)
is a `Node`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

from kg import keys
from kg.model import (
    Affiliation,
    Authority,
    Authorship,
    Citation,
    Conference,
    Contribution,
    Finding,
    Grant,
    Institution,
    Journal,
    ParticipantGroup,
    Person,
    Programme,
    Record,
    Relation,
    Report,
    Section,
    Study,
    StudyData,
    SubjectClass,
)
from kg.source import Source

PATHS = {
    "Report": "report",
    "Study": "study",
    "Person": "person",
    "Institution": "institution",
    "Journal": "journal",
    "Conference": "conference",
    "SubjectClass": "subject",
    "Authorship": "authorship",
    "Contribution": "contribution",
    "Grant": "grant",
    "ParticipantGroup": "group",
    "StudyData": "data",
    "Programme": "programme",
    "Finding": "finding",
    "Citation": "citation",
    "Section": "section",
    "Evidence": "evidence",
    "Decision": "decision",
    "Agent": "agent",
    "SourceDocument": "source",
}
"""The part of the path that says of which class a thing is."""

LONGEST = 80
"""No path (`report/doi-10-...`) is longer."""

_R = TypeVar("_R", bound=Record)
_DIGEST = 12
_PLAIN_DOI = re.compile(r"10\.(\d{4,9})/([a-z0-9]+(?:-[a-z0-9]+)*)")
_PLAIN_IDENTIFIER = re.compile(
    r"pmid:[1-9]\d{0,9}|orcid:\d{4}-\d{4}-\d{4}-\d{3}[\dX]|issn:\d{7}[\dx]"
    r"|pmcid:PMC\d{1,9}|openalex:w\d{1,12}|nct:nct\d{8}|ror:0[a-z0-9]{8}",
    re.ASCII,
)
_INSIDE = re.compile(r"[\u0300-\u036f'’]")
_GAP = re.compile(r"[^a-z0-9]+")
_LIKE_A_DIGEST = re.compile(r"(?:^|-)[a-z2-7]{12}$")


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A record with its IRI, its keys and the nodes in it, by the names of their fields.

    `parent` is the IRI of the report in which the keys that begin with `#` count.
    """

    iri: str
    record: Record
    keys: tuple[str, ...]
    parent: str | None = None
    parts: dict[str, tuple[Node, ...]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The name of the record's class."""
        return type(self.record).__name__

    def walk(self) -> Iterator[Node]:
        """This node and every node in it, outermost first; a node in two places comes twice."""
        yield self
        for nodes in self.parts.values():
            for node in nodes:
                yield from node.walk()


@lru_cache(maxsize=1 << 12)
def slug(text: str, room: int) -> str:
    """The letters a to z and digits of `text`, other signs as single hyphens, in at most `room` characters.

    It ends at the end of a word where that leaves at least half of the room.

    >>> slug("Peer support: A réview", 40)
    'peer-support-a-review'
    """
    # A long text is cut before it is taken apart: nothing behind can still enter.
    decomposed = unicodedata.normalize("NFKD", text[: 8 * room + 64].casefold())
    plain = _GAP.sub("-", _INSIDE.sub("", decomposed)).strip("-")
    if len(plain) <= room:
        return plain
    cut = plain[:room]
    word = cut.rfind("-")
    return cut[:word] if plain[room] != "-" and word >= room // 2 else cut.rstrip("-")


def mint(base: str, kind: str, readable: str, key: str) -> str:
    """The IRI of the thing of class `kind` that `key` identifies.

    >>> mint("https://w3id.org/peerkg/", "Report", "", "doi:10.1186/s13033-023-00608-4")
    'https://w3id.org/peerkg/report/doi-10-1186-s13033-023-00608-4'
    """
    if "#" in key:  # of something within a report, which hardly comes twice
        return _with_digest(base, PATHS[kind], readable, key)
    return _minted_once(base, kind, readable, key)


@lru_cache(maxsize=1 << 14)
def _minted_once(base: str, kind: str, readable: str, key: str) -> str:
    path = PATHS[kind]
    room = LONGEST - len(path) - 1
    doi = _PLAIN_DOI.fullmatch(key.removeprefix("doi:")) if key.startswith("doi:") else None
    if doi is not None:
        local = f"doi-10-{doi[1]}-{doi[2]}"
        if len(local) <= room and not _LIKE_A_DIGEST.search(doi[2]):
            return f"{base}{path}/{local}"
    if _PLAIN_IDENTIFIER.fullmatch(key):
        return f"{base}{path}/{key.replace(':', '-').lower()}"
    return _with_digest(base, path, key if keys.kind(key) in keys.IDENTIFIERS else readable, key)


def _with_digest(base: str, path: str, readable: str, key: str) -> str:
    shown = slug(readable, LONGEST - len(path) - _DIGEST - 2)
    return f"{base}{path}/{shown + '-' if shown else ''}{keys.digest(key)}"


def local(iri: str) -> str:
    """The last part of an IRI.

    >>> local("https://w3id.org/peerkg/report/doi-10-1186-s13033-023-00608-4")
    'doi-10-1186-s13033-023-00608-4'
    """
    return iri.rpartition("/")[2]


def source(base: str, source_id: str) -> str:
    """The IRI of a document."""
    return f"{base}source/{source_id}"


def graph(base: str, *name: str) -> str:
    """The IRI of a named graph: `graph(base, "source", id)`, `graph(base, "evidence")`."""
    return f"{base}graph/{'/'.join(name)}"


def printed(source: Source, number: int) -> str:
    """What tells the report of that number, from 0, from all others: the document or the record it is in."""
    if source.number:
        return f"{source.id} {source.number}" + (f" {number}" if number else "")
    return f"{source.id} {number + 1}"


def nodes(
    report: Report,
    base: str,
    *,
    printed: str = "",
    read_as: Mapping[Record, Record] | None = None,
    apart: Mapping[str, str] | None = None,
    brief: bool = False,
) -> Node:
    """The report and everything in it, each with its IRI.

    `printed` tells reports apart of which nothing else is known. Of a record that people changed, `read_as`
    has what was read: within a report it keeps the keys of that, and so its IRI. What people said to be a
    thing of its own has in `apart`, by the IRI it would have, its only key. With `brief`, a work that has
    identifiers of others has no other keys: where nothing is compared these are enough.
    """
    own = tuple(keys.identifiers_of(report)) if brief else ()
    own = own or keys.of_report(report, printed)
    iri = _minted(report, base, own[0])
    if apart and iri in apart:
        own = (apart[iri],)
        iri = _minted(report, base, own[0])
    inside = _Inside(base, iri, local(iri), read_as or {}, apart or {}, brief)
    parts: dict[str, tuple[Node, ...]] = {}
    for name, make in _PARTS:
        value = getattr(report, name)
        if value is None or value == ():
            parts[name] = ()
        elif type(value) is tuple:
            parts[name] = tuple([make(inside, one) for one in value])
        else:
            parts[name] = (make(inside, value),)
    return Node(iri, report, own, None, parts)


def authority(record: Authority, base: str) -> Node:
    """The organisation or person that a record of a register describes, with its IRI."""
    inside = _Inside(base, "", "", {}, {}, brief=False)
    return inside.institution(record) if isinstance(record, Institution) else inside.somebody(record)


def _minted(report: Report, base: str, strongest: str) -> str:
    is_identifier = keys.kind(strongest) in keys.IDENTIFIERS  # which is all that is seen in the IRI
    return mint(base, "Report", "" if is_identifier else _readable(report), strongest)


def _maybe(record: Any, make: Any) -> tuple[Node, ...]:
    return () if record is None else (make(record),)


def _readable(report: Report) -> str:
    """What names a work to a reader: its title and year, else its first author, year and container."""
    if report.title is not None:
        # The year comes first into the cut: the title gives way, not the year.
        return f"{keys.year(report)} {keys.title(report.title.value)}"
    return f"{keys.first_author(report)} {keys.year(report)} {keys.container(report)}"


@dataclass(frozen=True, slots=True)
class _Inside:
    """Makes the nodes of one report."""

    base: str
    report: str
    local: str
    """The last part of the report's IRI."""
    read_as: Mapping[Record, Record]
    apart: Mapping[str, str]
    brief: bool

    def _keys(self, record: _R, keys_of: Callable[[_R], tuple[str, ...]]) -> tuple[str, ...]:
        """The keys of a record; those within the report are first those of what was read."""
        own = keys_of(record)
        before = self.read_as.get(record) if self.read_as else None
        if before is None:
            return own
        was = [key for key in keys_of(cast("_R", before)) if key.startswith("#")]
        return tuple(dict.fromkeys((*(key for key in own if not key.startswith("#")), *was, *own)))

    def _node(self, record: Record, own: tuple[str, ...], readable: str, **parts: tuple[Node, ...]) -> Node:
        kind = type(record).__name__
        belongs = own[-1].startswith("#")
        strongest = f"{self.local}{own[0]}" if own[0].startswith("#") else own[0]
        iri = mint(self.base, kind, readable, strongest)
        if iri in self.apart:
            own = (self.apart[iri],)
            iri = mint(self.base, kind, readable, own[0])
        return Node(iri, record, own, self.report if belongs else None, parts)

    def _of_report(self, record: Record, own: tuple[str, ...], **parts: tuple[Node, ...]) -> Node:
        """A node whose IRI names the report: its own words may not be public."""
        return self._node(record, own, self.local, **parts)

    def authorship(self, record: Authorship) -> Node:
        places = record.affiliations
        parts: dict[str, tuple[Node, ...]] = {
            "institutions": tuple([self.institution(one.institution) for one in places]),
            "units": tuple([self.institution(one.unit) for one in places if one.unit is not None]),
        }
        family = keys.family(record)
        shown = f"{record.position} {family}"
        if record.person is not None:
            own = self._keys(record, keys.of_person)
            parts["person"] = (self._node(record.person, own, family),)
        return self._node(record, self._keys(record, keys.of_authorship), shown, **parts)

    def contribution(self, record: Contribution) -> Node:
        parts: dict[str, tuple[Node, ...]] = {}
        name = keys.normalised(record.name_as_printed.value)
        if record.person is not None:
            parts["person"] = (self._node(record.person, keys.of_contributor(record), name),)
        return self._node(record, keys.of_contribution(record), f"{record.role} {name}", **parts)

    def grant(self, record: Grant) -> Node:
        return self._of_report(record, keys.of_grant(record), funder=_maybe(record.funder, self.institution))

    def institution(self, record: Institution) -> Node:
        whole = _maybe(record.part_of, self.institution)
        own = keys.of_institution(record)
        return self._node(record, own, keys.normalised(record.name.value), part_of=whole)

    def somebody(self, record: Person) -> Node:
        return self._node(record, keys.of_somebody(record), "")

    def journal(self, record: Journal) -> Node:
        return self._node(record, keys.of_journal(record), keys.title(record.name.value))

    def conference(self, record: Conference) -> Node:
        return self._node(record, keys.of_conference(record), keys.title(record.name.value))

    def subject_class(self, record: SubjectClass) -> Node:
        return self._node(record, keys.of_subject_class(record), keys.normalised(record.code.value))

    def section(self, record: Section) -> Node:
        own = self._keys(record, keys.of_section)
        return self._node(record, own, f"{record.kind} {self.local}")

    def citation(self, record: Citation) -> Node:
        works = self._works(record)

        def keys_of(one: Citation) -> tuple[str, ...]:
            known = works if one is record else self._works(one)
            return keys.of_citation(one, known[0].keys if known else ())

        return self._of_report(record, self._keys(record, keys_of), work=works)

    def _works(self, record: Citation) -> tuple[Node, ...]:
        return () if record.work is None else (self._work(record.work, record.quote.value),)

    def _work(self, record: Report, printed: str) -> Node:
        return nodes(
            record, self.base, printed=printed, read_as=self.read_as, apart=self.apart, brief=self.brief
        )

    def relation(self, record: Relation) -> Node:
        return nodes(record.work, self.base, printed=record.quote.value, brief=self.brief)

    def group(self, record: ParticipantGroup) -> Node:
        return self._of_report(record, self._keys(record, keys.of_group))

    def data(self, record: StudyData) -> Node:
        return self._of_report(record, self._keys(record, keys.of_data))

    def programme(self, record: Programme) -> Node:
        own = self._keys(record, keys.of_programme)
        return self._node(record, own, keys.normalised(record.name.value))

    def finding(self, record: Finding) -> Node:
        cited = tuple(self.citation(one) for one in record.citations)
        about = _maybe(record.about, self.group)
        own = self._keys(record, keys.of_finding)
        return self._of_report(record, own, about=about, citations=cited)

    def study(self, record: Study) -> Node:
        return Node(
            f"{self.base}{PATHS['Study']}/{self.local}",
            record,
            keys.of_study(),
            self.report,
            {
                "groups": tuple(self.group(one) for one in record.groups),
                "data": tuple(self.data(one) for one in record.data),
                "programmes": tuple(self.programme(one) for one in record.programmes),
                "findings": tuple(self.finding(one) for one in record.findings),
            },
        )


_PARTS: tuple[tuple[str, Callable[[_Inside, Any], Node]], ...] = (
    ("authorships", _Inside.authorship),
    ("contributions", _Inside.contribution),
    ("journal", _Inside.journal),
    ("conference", _Inside.conference),
    ("subject_classes", _Inside.subject_class),
    ("major_subject_classes", _Inside.subject_class),
    ("grants", _Inside.grant),
    ("relations", _Inside.relation),
    ("references", _Inside.citation),
    ("citations", _Inside.citation),
    ("sections", _Inside.section),
    ("study", _Inside.study),
    ("findings", _Inside.finding),
)
"""The fields of a report that hold records, and what makes the nodes of those."""


def affiliations(node: Node) -> tuple[Affiliation, ...]:
    """The affiliations of an authorship's node, none for every other."""
    return node.record.affiliations if isinstance(node.record, Authorship) else ()
