"""From records to statements, by the rows of `ontology/context.jsonld`.

The context is the mapping: a record's field `page_count` is its class's term `pageCount`. `said` lists
what is published of a record, and under which text policy; `statements` writes that as RDF, `as_json` as
JSON-LD. Oxigraph's own reading of the JSON-LD with the published context is the judge of the former.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, get_args

from pyoxigraph import Literal, NamedNode, Quad

from kg import resources
from kg.identifiers import ConceptId, PartialDate
from kg.iris import Node, affiliations
from kg.model import (
    RELATIONS,
    UNMAPPED,
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
    Report,
    Section,
    Study,
    StudyData,
    SubjectClass,
)
from kg.problems import PeerkgError
from kg.settings import TextPolicy
from kg.source import Found

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TYPE = str(RDF_TYPE)


class MappingError(PeerkgError):
    """The context lacks a row for a field, or has one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words in a language that is known."""

    value: str
    language: str


Value: TypeAlias = "Node | ConceptId | NamedNode | Tagged | PartialDate | dt.date | str | int | bool"


class Said(NamedTuple):
    """One thing said of a subject: the term of the context, the value, and the characters that say it."""

    term: str
    value: Value
    place: Found[Any] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the context: the property, and whether its values are IRIs or typed literals."""

    predicate: NamedNode
    is_iri: bool = False
    datatype: NamedNode | None = None
    name: str = field(init=False, repr=False, compare=False)
    """The property as N-Quads write it."""
    suffix: str = field(init=False, repr=False, compare=False)
    """What stands behind a literal of the row in N-Quads: its datatype, where it has one."""

    def __post_init__(self) -> None:
        named = self.datatype is not None and self.datatype.value != f"{XSD}string"
        object.__setattr__(self, "name", str(self.predicate))
        object.__setattr__(self, "suffix", f"^^{self.datatype}" if named else "")


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """What is published of a document itself; the empty fields are not known."""

    title: str
    file_name: str
    sha256: str
    text_length: int | None
    """Of a document that is one record: how many characters."""
    text_policy: TextPolicy
    format: str
    record_count: int | None = None
    """Of a file of records: how many."""
    origin: str = ""
    licence: str = ""
    retrieved: dt.date | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """The title, or the file's name where none is given."""
        return self.title or self.file_name


CLASSES: tuple[type, ...] = (*get_args(Record), SourceDocument)

DERIVED = {
    "Report": ("publicationYear", "convertedFrom", *RELATIONS),
    "Person": ("foafName",),
    "Authorship": ("affiliationsAsPrinted", "institutions", "units", "evidencedBy"),
    "Contribution": ("evidencedBy",),
    "Grant": ("evidencedBy",),
    "ParticipantGroup": ("evidencedBy",),
    "StudyData": ("evidencedBy",),
    "Programme": ("evidencedBy",),
    "Finding": ("citesAsEvidence", "evidencedBy"),
    "Citation": ("evidencedBy",),
    "SourceDocument": ("originAddress", "rights"),
}
"""Terms that no field of that name stands for; every class has a label and a name for schema.org as well."""

NAMES = ("rdfsLabel", "schemaName")
"""What everything is called, for readers of RDF Schema and of schema.org."""

LINKS = {"citesAsEvidence", *RELATIONS}
"""Terms that lead to works which a citation or a relation describes."""

SHOWN_FROM: Mapping[tuple[str, str], TextPolicy] = {
    ("Section", "text"): "full",
    ("SourceDocument", "text"): "full",
    ("Report", "notes"): "quotes",
    ("Citation", "quote"): "quotes",
    ("Finding", "quote"): "quotes",
    ("Finding", "outcome_as_printed"): "quotes",
    ("Finding", "comparator"): "quotes",
    ("Finding", "effects"): "quotes",
    ("Finding", "p_values"): "quotes",
    ("Finding", "intervals"): "quotes",
    ("Finding", "certainty"): "quotes",
    ("ParticipantGroup", "description"): "quotes",
    ("StudyData", "description"): "quotes",
}
"""Fields that carry running text, and the first text policy that publishes them; all others always are."""

_OPENNESS: Mapping[TextPolicy, int] = {"none": 0, "quotes": 1, "full": 2}


@dataclass(frozen=True, slots=True)
class Policy:
    """How much text is published, and how long a quote may be."""

    text: TextPolicy = "quotes"
    quote_length: int = 300

    def shows(self, kind: str, field: str) -> bool:
        """Whether the field's words may be published."""
        return _OPENNESS[self.text] >= _OPENNESS[SHOWN_FROM.get((kind, field), "none")]

    def cut(self, text: str) -> str:
        """The words as they may be quoted: whole under `full`, else no longer than a quote."""
        return text if self.text == "full" else shortened(text, self.quote_length)


def shortened(text: str, length: int) -> str:
    """At most `length` characters; an ellipsis stands for what is missing."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The rows of the context by class and term."""

    types: Mapping[str, NamedNode]
    rows: Mapping[tuple[str, str], Row]
    prefixes: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None = None) -> Plan:
        """The plan of the published context, or of another file; checked against the record model."""
        return _load(path or _published())

    def row(self, kind: str, term: str) -> Row:
        """The row of a term: its class's, else the common one."""
        found = self.rows.get((kind, term)) or self.rows.get(("", term))
        if found is None:
            raise MappingError(f"the context has no row for {kind}.{term}")
        return found

    def expanded(self, name: str) -> NamedNode:
        """The IRI of `prefix:local`."""
        prefix, _, local = name.partition(":")
        if prefix not in self.prefixes:
            raise MappingError(f"the context declares no prefix {prefix!r} (in {name!r})")
        return NamedNode(self.prefixes[prefix] + local)


def camel(name: str) -> str:
    """The term of a field.

    >>> camel("page_count")
    'pageCount'
    """
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _mapped(record: type) -> tuple[tuple[str, str], ...]:
    kind = record.__name__
    left_out = {*UNMAPPED.get(kind, ()), *(("kind",) if kind == "Report" else ())}  # an alias of @type
    return tuple((one.name, camel(one.name)) for one in fields(record) if one.name not in left_out)


MAPPED = {record.__name__: _mapped(record) for record in CLASSES}
"""The fields with a term of their own, by class, each with its term."""


@cache
def _published() -> Path:
    return resources.folder("ontology") / "context.jsonld"


@cache
def _load(path: Path) -> Plan:
    try:
        context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MappingError(f"{path}: not a JSON-LD context: {error}") from error
    prefixes = {
        name: iri for name, iri in context.items() if isinstance(iri, str) and iri.endswith(("#", "/"))
    }
    plan = Plan({}, {}, prefixes)
    types: dict[str, NamedNode] = {}
    rows: dict[tuple[str, str], Row] = {}
    for name, definition in context.items():
        if not isinstance(definition, dict):
            continue
        if "@context" not in definition:
            rows["", name] = _row(plan, definition)
            continue
        types[name] = plan.expanded(definition["@id"])
        for term, inner in definition["@context"].items():
            if isinstance(inner, dict):  # the others are aliases of keywords
                rows[name, term] = _row(plan, inner)
    plan = Plan(types, rows, prefixes)
    _check(plan, path)
    return plan


def _row(plan: Plan, definition: dict[str, Any]) -> Row:
    kind = definition.get("@type")
    is_iri = kind == "@id"
    return Row(plan.expanded(definition["@id"]), is_iri, plan.expanded(kind) if kind and not is_iri else None)


def _check(plan: Plan, path: Path) -> None:
    for record in CLASSES:
        kind = record.__name__
        if kind not in plan.types:
            raise MappingError(f"{path}: there is no class {kind}; add it with its IRI and its terms")
        named = {term for _, term in MAPPED[kind]}
        for term in sorted({*named, *DERIVED.get(kind, ()), *NAMES}):
            if (kind, term) not in plan.rows and ("", term) not in plan.rows:
                raise MappingError(
                    f"{path}: {kind} has no row for {term!r}; add one, or name the field in kg.model.UNMAPPED"
                )


def types_of(node: Node, plan: Plan) -> tuple[NamedNode, ...]:
    """The class of the record, and for a report the FaBiO class of its kind."""
    return types(plan, node.kind, node.record.kind if isinstance(node.record, Report) else "")


def types(plan: Plan, kind: str, of_report: str) -> tuple[NamedNode, ...]:
    """The class, and for a report of that kind its FaBiO class."""
    own = plan.types[kind]
    return (own, plan.expanded(f"fabio:{of_report}")) if of_report else (own,)


def said(node: Node, policy: Policy, within: str = "", terms: frozenset[str] = frozenset()) -> Iterator[Said]:
    """What is published of one record, those in it named but not described; `within` labels its report.

    Where `terms` are given, it is what these say alone.
    """
    for name, value, by in _spoken(node, policy, within):
        if not terms or name in terms:
            yield Said(name, value, link_place(node, by) if isinstance(by, Node) else by)


Spoken: TypeAlias = tuple[str, Value, "Found[Any] | Node | None"]


def _spoken(node: Node, policy: Policy, within: str) -> list[Spoken]:
    """What `said` says, with the characters, or with the node whose place in `node` they are."""
    parts = node.parts
    rows, values = outline(node.kind, policy.text)
    found: list[Spoken] = []
    for row, value in zip(rows, values(node.record), strict=True):
        if not value and type(value) in NOTHING:
            continue
        if row.name in parts:
            found += [(row.term, inner, inner) for inner in parts[row.name]]
        elif row.shown:
            for one in value if type(value) is tuple else (value,):
                found.append((row.term, row.published(one, policy), one if type(one) is Found else None))
    if node.kind in DERIVING:
        found += derived(node)
    called = label(node, policy, within)
    found += [(term, called, None) for term in NAMES]
    return found


class Field(NamedTuple):
    """A field of a class: its term, whether it is shown, and whether its words are cut or may be tagged."""

    name: str
    term: str
    shown: bool
    quoted: bool
    tagged: bool

    def published(self, one: Any, policy: Policy) -> Any:
        """The value as it is published: without its place, cut, tagged."""
        value = one.value if type(one) is Found else one
        if self.quoted:
            return policy.cut(value)
        return _tagged(value) if self.tagged else value


NOTHING = frozenset((type(None), tuple, str))
"""An empty value of these types says nothing."""


@cache
def outline(kind: str, policy: TextPolicy) -> tuple[tuple[Field, ...], Callable[[Record], tuple[Any, ...]]]:
    """The fields of a class, and what gets the values of all of them."""
    shows = Policy(policy).shows
    rows = tuple(
        Field(name, term, shows(kind, name), (kind, name) in SHOWN_FROM, (kind, name) in _TAGGED)
        for name, term in MAPPED[kind]
    )
    names = [row.name for row in rows]
    if len(names) == 1:
        return rows, lambda record: (getattr(record, names[0]),)
    return rows, operator.attrgetter(*names)


def _each(value: Any) -> tuple[Any, ...]:
    """The values of a field: none for `None` and for an empty word, each of a tuple."""
    if isinstance(value, tuple):
        return value
    return () if value is None or value == "" else (value,)


_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")


_TAGGED = {("SubjectClass", "label")}
"""Fields whose words may be Chinese."""


def _tagged(value: Any) -> Any:
    return Tagged(value, "zh") if _HAN.search(value) else value


DERIVING = frozenset(("Report", "Person", "Authorship", "Finding"))
"""The classes of which something is derived."""


def derived(node: Node) -> Iterator[Spoken]:
    """What follows from several fields of a record, or from the records in it."""
    record = node.record
    if isinstance(record, Report):
        if record.issued is not None:
            yield "publicationYear", PartialDate(record.issued.value.year), None
        for citation in (*node.parts["references"], *node.parts["citations"]):
            for work in citation.parts["work"]:
                yield "cites", work, citation
        for relation, work in zip(record.relations, node.parts["relations"], strict=True):
            yield relation.kind, work, relation.quote
    elif isinstance(record, Person):
        name = person_name(record)
        if name:
            yield "foafName", name, None
    elif isinstance(record, Authorship):
        units = iter(node.parts["units"])
        for affiliation, institution in zip(affiliations(node), node.parts["institutions"], strict=True):
            place = affiliation.printed
            yield "affiliationsAsPrinted", place.value, place
            yield "institutions", institution, place
            if affiliation.unit is not None:
                yield "units", next(units), place
    elif isinstance(record, Finding):
        for citation in node.parts["citations"]:
            for work in citation.parts["work"]:
                yield "citesAsEvidence", work, citation


def link_place(holder: Node, inner: Node) -> Found[Any] | None:
    """The characters that say that `inner` belongs to `holder`, where such stand in the text."""
    match inner.record:
        case (
            Authorship(quote=quote)
            | Contribution(quote=quote)
            | Grant(quote=quote)
            | Citation(quote=quote)
            | ParticipantGroup(quote=quote)
            | StudyData(quote=quote)
            | Programme(quote=quote)
            | Finding(quote=quote)
        ):
            return quote
        case Journal(name=name) | Conference(name=name) | Institution(name=name):
            return name
        case SubjectClass(code=code):
            return code
        case Section(heading=heading):
            return heading
        case Person() if isinstance(holder.record, Authorship | Contribution):
            return holder.record.name_as_printed
        case Report() if isinstance(holder.record, Citation):
            return holder.record.quote
    return None


def person_name(person: Person) -> str:
    """Given and family name, in the order of European names."""
    given, family = person.given, person.family
    if given is None or family is None:
        return " ".join(part.value for part in (given, family) if part is not None)
    return f"{given.value} {family.value}"


def report_label(report: Report) -> str:
    """The title; of a title-less reference its first author, year and container."""
    if report.title is not None:
        return report.title.value
    names = sorted(report.authorships, key=lambda one: one.position)
    author = names[0].name_as_printed.value if names else ""
    year = f"({report.issued.value.year})" if report.issued is not None else ""
    where = report.journal or report.conference
    head = " ".join(part for part in (author, year) if part)
    known = [part for part in (head, where.name.value if where is not None else "") if part]
    if known:
        return ", ".join(known)
    for identifier in (report.doi, report.pmid, report.number, report.citation_line):
        if identifier is not None:
            return identifier.value
    return "Untitled work"


def label(node: Node, policy: Policy, within: str = "") -> str:
    """What the thing is called on a page; no running text under the policy `none`."""
    return shortened(" ".join(_label(node.record, policy, within).split()) or node.kind, policy.quote_length)


def _label(record: Record, policy: Policy, within: str) -> str:
    quotes = policy.text != "none"
    match record:
        case Authorship():
            return f"{record.name_as_printed.value} (author {record.position})"
        case Person():
            return person_name(record) or (record.orcid.value if record.orcid is not None else "")
        case Report():
            return report_label(record)
        case Study():
            return f"Study: {within}" if within else "Study"
        case Institution() | Journal() | Conference() | Programme():
            return record.name.value
        case Contribution():
            return f"{record.name_as_printed.value} ({record.role.replace('-', ' ')})"
        case Grant():
            funder = record.funder.name.value if record.funder is not None else "Grant"
            return f"{funder} {record.number.value}" if record.number is not None else funder
        case SubjectClass():
            words = (record.code.value, record.label.value if record.label is not None else "")
            return " ".join(words)
        case Section():
            heading = record.heading.value if record.heading is not None else record.kind.capitalize()
            return f"{heading or 'Section'}: {within}" if within else heading or "Section"
        case Citation():
            if quotes:
                return record.quote.value
            return report_label(record.work) if record.work is not None else "Citation"
        case ParticipantGroup():
            return record.description.value if quotes else _counted("people", record.size, record.role)
        case StudyData():
            return record.description.value if quotes else _counted("items", record.count, None)
        case Finding():
            if quotes:
                return record.quote.value
            about = (
                record.outcome.value.name.replace("-", " ") if record.outcome is not None else "an outcome"
            )
            return f"{about}: {record.direction.name.replace('-', ' ')}"


def _counted(what: str, number: Found[int] | None, role: Found[ConceptId] | None) -> str:
    kind = role.value.name.replace("-", " ") if role is not None else what
    return f"{number.value} {kind}" if number is not None else kind


_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text with U+FFFD in place of each character that XML 1.0 (production 2) cannot carry."""
    return _FORBIDDEN.sub("\ufffd", text)


def is_illegal(text: str) -> bool:
    """Whether it holds such a character."""
    return _FORBIDDEN.search(text) is not None


def possible(date: PartialDate) -> PartialDate:
    """The date, without a month or day that the calendar does not have."""
    if date.month is None or not 1 <= date.month <= 12:
        return PartialDate(date.year)
    if date.day is None or not 1 <= date.day <= calendar.monthrange(max(date.year, 1), date.month)[1]:
        return PartialDate(date.year, date.month)
    return date


def literal(value: Tagged | PartialDate | dt.date | str | int | bool, datatype: NamedNode | None) -> Literal:
    """The literal, of a form that Oxigraph keeps as it is."""
    match value:
        case Tagged():
            return Literal(legal(value.value), language=value.language)
        case PartialDate():
            date = possible(value)
            name = "gYear" if date.month is None else "gYearMonth" if date.day is None else "date"
            return Literal(str(date), datatype=NamedNode(XSD + name))
        case dt.date():
            return Literal(value.isoformat(), datatype=NamedNode(f"{XSD}date"))
        case bool():
            return Literal("true" if value else "false", datatype=NamedNode(f"{XSD}boolean"))
        case int():
            return Literal(str(value), datatype=datatype or NamedNode(f"{XSD}integer"))
        case str():
            return Literal(legal(value), datatype=datatype) if datatype is not None else Literal(legal(value))


def term(value: Value, row: Row) -> NamedNode | Literal:
    """The RDF term for a value of that row."""
    match value:
        case Node():
            return NamedNode(value.iri)
        case ConceptId():
            return NamedNode(value.iri)
        case NamedNode():
            return value
        case _:
            if row.is_iri:
                raise MappingError(f"{row.predicate.value} takes things, not the literal {value!r}")
            return literal(value, row.datatype)


def statements(node: Node, plan: Plan, graph: NamedNode, policy: Policy) -> Iterator[Quad]:
    """Everything said of a record and of the records in it, as quads of `graph`."""
    for inner, within in described(node):
        subject = NamedNode(inner.iri)
        for of_type in types_of(inner, plan):
            yield Quad(subject, RDF_TYPE, of_type, graph)
        for one in said(inner, policy, within):
            row = plan.row(inner.kind, one.term)
            yield Quad(subject, row.predicate, term(one.value, row), graph)


def described(node: Node, within: str = "") -> list[tuple[Node, str]]:
    """The node and every node in it, each with the label of the report it belongs to."""
    found: list[tuple[Node, str]] = []
    _describe(node, within, found)
    return found


def _describe(node: Node, within: str, found: list[tuple[Node, str]]) -> None:
    found.append((node, within))
    if not node.parts:
        return
    inside = report_label(node.record) if isinstance(node.record, Report) else within
    for nodes in node.parts.values():
        for inner in nodes:
            _describe(inner, inside, found)


def as_json(node: Node, plan: Plan, policy: Policy, within: str = "") -> dict[str, Any]:
    """The record as JSON-LD, to be read with the published context."""
    inside = report_label(node.record) if isinstance(node.record, Report) else within
    types: list[str] = [node.kind]
    if isinstance(node.record, Report):
        types.append(f"fabio:{node.record.kind}")
    result: dict[str, Any] = {"id": node.iri, "type": types}
    for one in said(node, policy, within):
        row = plan.row(node.kind, one.term)
        value = (
            as_json(one.value, plan, policy, inside) if isinstance(one.value, Node) else _json(one.value, row)
        )
        result.setdefault(one.term, []).append(value)
    return {key: value[0] if len(value) == 1 else value for key, value in result.items()}


def _json(value: Value, row: Row) -> Any:
    made = term(value, row)
    if isinstance(made, NamedNode):
        return made.value
    if made.language is not None:
        return {"@value": made.value, "@language": made.language}
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value  # JSON-LD 1.1, section 8.6: larger numbers lose their canonical form
    if row.datatype is None and made.datatype.value != f"{XSD}string":
        return {"@value": made.value, "@type": made.datatype.value}
    return made.value


def document_statements(document: SourceDocument, iri: str, plan: Plan, graph: NamedNode) -> Iterator[Quad]:
    """What is published of a document, but for its text."""
    subject = NamedNode(iri)
    yield Quad(subject, RDF_TYPE, plan.types["SourceDocument"], graph)
    for one in _said_of(document):
        row = plan.row("SourceDocument", one.term)
        yield Quad(subject, row.predicate, term(one.value, row), graph)


def _said_of(document: SourceDocument) -> Iterator[Said]:
    for name in NAMES:
        yield Said(name, document.label)
    for one in fields(document):
        if one.name in {"origin", "licence", "text"}:
            continue
        for value in _each(getattr(document, one.name)):
            yield Said(camel(one.name), value)
    if document.origin:
        address = _address(document.origin)
        yield Said("originAddress", address) if address else Said("origin", document.origin)
    if document.licence:
        address = _address(document.licence)
        yield Said("licence", address) if address else Said("rights", document.licence)


def _address(text: str) -> NamedNode | None:
    """The IRI, where the text is nothing but an http(s) address."""
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", text):
        return None
    try:
        return NamedNode(text)
    except ValueError:  # a bracket or percent sign where none may stand
        return None
