"""What a document can say: the records that formats produce and the mapping publishes.

Every value read from a document is a `Found` and knows its characters. A plain value (a position in
a list, a direction that follows from an outcome's polarity) has no characters of its own. Each field
has its row in `ontology/context.jsonld` under its name in camel case; the fields that are only
stations on the way are in `UNMAPPED`.

A record's `quote` is the shortest passage that states the record as a whole; it becomes the evidence
for the link to the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from operator import attrgetter, is_
from typing import Any, TypeAlias, TypeVar, cast

from kg.identifiers import ConceptId, PartialDate
from kg.source import Found

T = TypeVar("T")
Parts: TypeAlias = tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]

Text: TypeAlias = Found[str]
Concept: TypeAlias = Found[ConceptId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody named as an author. `given` holds given names or initials, as printed.

    Other identifiers than the ORCID iD name their register: `isni:0000000121032683`.
    """

    family: Text | None = None
    given: Text | None = None
    orcid: Text | None = None
    identifiers: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """An organisation, or a unit of one (`part_of`), with what an address says of its place.

    `ror` is its identifier in the Research Organization Registry, without the address before it; other
    identifiers name their register: `fundref:10.13039/100000025`.
    """

    name: Text
    part_of: Institution | None = None
    city: Text | None = None
    region: Text | None = None
    postcode: Text | None = None
    country: Text | None = None
    ror: Text | None = None
    identifiers: tuple[Text, ...] = ()
    other_names: tuple[Text, ...] = ()
    """What else a register calls it: in other languages, in short, formerly."""
    kinds: tuple[Text, ...] = ()
    """What a register says it is: `education`, `healthcare`."""
    urls: tuple[Text, ...] = ()
    status: Text | None = None
    """What a register says of it: `active`, `inactive`, `withdrawn`."""


Authority: TypeAlias = Institution | Person
"""What a record of a register describes, in the place of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affiliation:
    """An address as printed, the organisation in it, and the unit of it where one is named.

    It belongs to one authorship: an affiliation holds for a paper, not for a life. It has no node of its
    own: the authorship carries the printed address, the institution and the unit.
    """

    printed: Text
    institution: Institution
    unit: Institution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """One author's place in one report: the name as printed, the position from 1, the affiliations."""

    quote: Text
    name_as_printed: Text
    position: int
    person: Person | None
    affiliations: tuple[Affiliation, ...] = ()
    corresponding: Found[bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Somebody who is no author and had a part in a report: the name as printed, the part, the position.

    `role` is one of editor, series-editor, translator, contributor, reviewer, investigator.
    """

    quote: Text
    name_as_printed: Text
    position: int
    role: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Money for the work: who gave it, and the number of the award."""

    quote: Text
    funder: Institution | None = None
    number: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A periodical or book series in which a report appeared, by its name as printed."""

    name: Text
    issn: tuple[Text, ...] = ()
    abbreviation: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """A meeting at which a report was presented."""

    name: Text
    held: Found[PartialDate] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectClass:
    """A class of a library classification or a heading of a thesaurus.

    The scheme's name as printed, the code, the label. A heading without a code has its words as code, with
    its qualifier behind a slash (`Peer Group/psychology`), and the identifier of its record, where given.
    """

    scheme: Text
    code: Text
    label: Text | None = None
    identifier: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the abstract.

    `kind` is one of background, objectives, methods, results, conclusions, impact, or empty where
    the page gives no heading; `inferred` says that the order of unlabelled paragraphs decided it.
    """

    kind: str
    text: Text
    heading: Text | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A reference to a work: an entry of a reference list, or a citation inside the text.

    `status` is `listed` for an entry of a list; for a citation in the text `resolved`,
    `resolved-with-difference` or `unresolved`. `note` is the reason for the last two.
    `work` is `None` only where a citation is unresolved.
    """

    quote: Text
    status: str
    position: int | None = None
    number: Found[int] | None = None
    note: str = ""
    work: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """That a report retracts, corrects or otherwise belongs to another work; `kind` is one of `RELATIONS`."""

    quote: Text
    kind: str
    work: Report


RELATIONS = (
    "cites",
    "retracts", "retractedBy", "corrects", "correctedBy", "updates", "updatedBy", "commentsOn", "commentedBy",
    "reviews", "reviewedBy", "versionOf", "hasVersion", "related",
)  # fmt: skip
"""How works belong together; each has its row in the context of reports. Of a citation (`cites`) nothing is
known here but the identifier of the work; a reference that says more is a `Citation`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a document asserts with citations, before the vocabulary has been asked what it is about."""

    quote: Text
    citations: tuple[Citation, ...]
    context: Text | None = None
    """The words under which the claim stands ("Benefits of peer support may include:")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantGroup:
    """People a study is about or heard: how many (where said), in which role, of which population."""

    quote: Text
    description: Text
    size: Found[int] | None = None
    role: Concept | None = None
    population: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyData:
    """What a study drew on that is not people: log entries, interviews, included studies."""

    quote: Text
    description: Text
    count: Found[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A service or intervention that a study looks at."""

    quote: Text
    name: Text
    started: Found[PartialDate] | None = None
    role: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something said about an outcome.

    `change` is the printed change (`increase`, `decrease`, `no-difference`, `mixed`, `not-stated`),
    `direction` what it means for that outcome, `basis` whose claim it is, `concerns` whom it is about.
    `outcome_as_printed` are the words for the outcome; `outcome` the concept, where one is recognised.
    What is printed beside it is kept, never computed: effects (`IRR = 0.81`, `from 3.1 to 2.4`), p-values,
    confidence intervals, what it was compared with (`usual care`), and words of certainty (`may`).
    """

    quote: Text
    outcome_as_printed: Text
    outcome: Concept | None
    change: str
    direction: ConceptId
    basis: ConceptId
    concerns: ConceptId | None = None
    about: ParticipantGroup | None = None
    comparator: Text | None = None
    effects: tuple[Text, ...] = ()
    p_values: tuple[Text, ...] = ()
    intervals: tuple[Text, ...] = ()
    certainty: tuple[Text, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The inquiry that a report describes. `findings` are its own results only."""

    groups: tuple[ParticipantGroup, ...] = ()
    data: tuple[StudyData, ...] = ()
    methods: tuple[Concept, ...] = ()
    roles: tuple[Concept, ...] = ()
    populations: tuple[Concept, ...] = ()
    settings: tuple[Concept, ...] = ()
    outcomes: tuple[Concept, ...] = ()
    """Outcomes with an own result: never an aim, never a citation."""
    programmes: tuple[Programme, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A text: an article, a conference abstract, a slide deck, a work in a reference list.

    `kind` is the local name of its FaBiO class (`JournalArticle`, `Presentation`, ... or `Expression`
    where nothing says). `findings` is whatever the report states, with any basis. `sections` and
    `claims` are what the annotators read; `claims` is not published, its findings are.
    """

    kind: str = "Expression"
    title: Text | None = None
    alternative_titles: tuple[Text, ...] = ()
    """Titles in other languages, and short ones."""
    number: Text | None = None
    authorships: tuple[Authorship, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    journal: Journal | None = None
    conference: Conference | None = None
    issued: Found[PartialDate] | None = None
    volume: Text | None = None
    issue: Text | None = None
    pages: Text | None = None
    """First and last page in full (`416-423`), or the single page or article number."""
    page_count: Found[int] | None = None
    edition: Text | None = None
    publisher: Text | None = None
    publisher_place: Text | None = None
    language: Text | None = None
    """As printed: a code or a name."""
    doi: Text | None = None
    pmid: Text | None = None
    pmcid: Text | None = None
    """`PMC` and digits."""
    isbn: tuple[Text, ...] = ()
    """Ten or thirteen digits, without hyphens."""
    identifiers: tuple[Text, ...] = ()
    """Identifiers in other databases, which they name: `openalex:W2741809807`, `wos:000456789000012`."""
    registrations: tuple[Text, ...] = ()
    """Numbers of trials and reviews in registers: `NCT01234567`."""
    urls: tuple[Text, ...] = ()
    licences: tuple[Text, ...] = ()
    publication_types: tuple[Text, ...] = ()
    """As printed: `Randomized Controlled Trial`, `journal-article`."""
    retracted: Found[bool] | None = None
    citation_line: Text | None = None
    author_keywords: tuple[Text, ...] = ()
    keywords_plus: tuple[Text, ...] = ()
    subject_classes: tuple[SubjectClass, ...] = ()
    major_subject_classes: tuple[SubjectClass, ...] = ()
    """Those that a database marks as what the report is mainly about."""
    grants: tuple[Grant, ...] = ()
    relations: tuple[Relation, ...] = ()
    notes: tuple[Text, ...] = ()
    times_cited: Found[int] | None = None
    reference_total: Found[int] | None = None
    references: tuple[Citation, ...] = ()
    citations: tuple[Citation, ...] = ()
    sections: tuple[Section, ...] = ()
    claims: tuple[Claim, ...] = ()
    facets: tuple[Concept, ...] = ()
    """Roles, populations and settings of a report that is no study; what headings say a report is about."""
    study: Study | None = None
    findings: tuple[Finding, ...] = ()


Record: TypeAlias = (
    Report
    | Study
    | Person
    | Institution
    | Authorship
    | Contribution
    | Grant
    | Journal
    | Conference
    | SubjectClass
    | Section
    | Citation
    | ParticipantGroup
    | StudyData
    | Programme
    | Finding
)

UNMAPPED = {
    "Report": {"claims", "relations"},
    "Authorship": {"quote", "affiliations"},
    "Contribution": {"quote"},
    "Grant": {"quote"},
    "ParticipantGroup": {"quote"},
    "StudyData": {"quote"},
    "Programme": {"quote"},
}
"""Fields without a row of their own in the context: what replaces them is said in the classes."""


def places(record: Any) -> list[Found[Any]]:
    """Every `Found` in a record, and in the records in it, in the order of the fields."""
    global _last  # noqa: PLW0603 - a format, and those who check what it read, ask for the same one by one
    if _last[0] is not record:
        _last = (record, _places(record))
    return _last[1][:]


_last: tuple[Any, list[Found[Any]]] = (None, [])
"""The record that was asked for last, and its places: records do not change."""


def _places(record: Any) -> list[Found[Any]]:
    found: list[Found[Any]] = []
    waiting = [record]
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind is Found:
            found.append(one)
        elif kind is tuple:
            waiting += one[::-1]
        else:
            _, values = _PARTS.get(kind) or parts(kind)
            waiting += filter(None, values(one)[::-1])
    return found


def placed(record: T, change: Callable[[Found[Any]], Found[Any]]) -> T:
    """The record with each `Found` in it, and in the records in it, changed; what has none is the same."""
    kind = type(record)
    if kind is Found:
        return cast("T", change(cast("Found[Any]", record)))
    if kind is tuple:
        values = cast("tuple[Any, ...]", record)
        made = [placed(value, change) for value in values]
        return record if _same(values, made) else cast("T", tuple(made))
    names, get = _PARTS.get(kind) or parts(kind)
    values = get(record)
    made = [placed(value, change) if value else value for value in values]
    return record if _same(values, made) else kind(**dict(zip(names, made, strict=True)))


def _same(values: Sequence[object], others: Sequence[object]) -> bool:
    return all(map(is_, values, others))


def parts(kind: type) -> Parts:
    """The names of the fields of a class, and what gets their values; a class without fields has none."""
    known = _PARTS.get(kind)
    if known is None:
        names = tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()
        several = attrgetter(*names) if len(names) > 1 else None
        known = _PARTS[kind] = names, several or (lambda one: tuple([getattr(one, name) for name in names]))
    return known


_PARTS: dict[type, Parts] = {}
