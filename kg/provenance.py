"""Decisions of people as statements: who decided what, when and why, about which thing and evidence.

They stand in a graph of their own, `graph/curation`. What was rejected is not repeated there: the decision
says on which property of which thing it was, not which words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad

from kg import iris, keys
from kg.curation import Obeyed
from kg.decisions import Decision
from kg.evidence import Evidence
from kg.iris import Node
from kg.linking import Identities
from kg.mapping import MAPPED, RDF_TYPE, Plan, Policy, Value, term
from kg.model import Record
from kg.source import Found, Source

PROV = "http://www.w3.org/ns/prov#"
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


@dataclass(slots=True)
class Provenance:
    """What is said of the decisions about a document.

    `of_facts` and `of_things` hold the IRIs of decisions by the statement, or the thing, they are about.
    """

    quads: list[Quad] = field(default_factory=list)
    of_facts: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    of_things: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def of_evidence(self, found: Evidence, graph: NamedNode) -> Iterator[Quad]:
        """That a person decided on what this evidence is for."""
        fact = (found.subject.value, found.predicate.value, str(found.object))
        things = self.of_things.get(found.object.value, ()) if isinstance(found.object, NamedNode) else ()
        for decision in dict.fromkeys((*self.of_facts.get(fact, ()), *things)):
            curated = Plan.load().row("", "curatedBy").predicate
            yield Quad(NamedNode(found.iri), curated, NamedNode(decision), graph)


def provenance(
    obeyed: Iterable[Obeyed], nodes: Sequence[Node], source: Source, policy: Policy, base: str
) -> Provenance:
    """The decisions that were obeyed, of a document whose reports have these nodes."""
    plan = Plan.load()
    found = Provenance()
    known: dict[Record, Node] = {}
    for one in obeyed:
        if not known:
            known = {inner.record: inner for node in nodes for inner in node.walk()}
        thing = known.get(one.record, nodes[0])
        decision = address(one.decision, base)
        found.quads += _described(one.decision, one, thing, iris.source(base, source.id), policy)
        if one.value is None:
            continue
        name = dict(MAPPED[thing.kind]).get(one.field)
        row = plan.row(thing.kind, name) if name else None
        if row is not None and isinstance(one.value, Found):
            fact = (thing.iri, row.predicate.value, str(term(one.value.value, row)))
            found.of_facts[fact].append(decision)
        else:
            found.of_things[thing.iri].append(decision)
    found.quads = list(dict.fromkeys(found.quads))
    return found


def of_identities(pairs: Mapping[tuple[str, str], Decision], found: Identities, base: str) -> Iterator[Quad]:
    """The decisions that were obeyed about two things, with a link from each of them that is there."""
    live = {row.iri for row in found.rows if row.state == "live"}
    target = {row.iri: row.target for row in found.rows if row.target}
    for pair, decision in sorted(pairs.items()):
        named = {found.final.get(iri, target.get(iri, iri)) for iri in pair}
        if len(named) == (2 if decision.action == "forbid" else 1):
            for thing in sorted(live & named):
                yield from _said(decision, thing, "identity", (), base)


def _described(decision: Decision, one: Obeyed, thing: Node, source: str, policy: Policy) -> Iterator[Quad]:
    """What is published of a decision about a fact, and the link to it from the thing it is about."""
    plan = Plan.load()
    prop = dict(MAPPED[thing.kind]).get(one.field)
    more: list[tuple[str, Value]] = [("decidedIn", NamedNode(source))]
    if prop:
        more.append(("decidedProperty", plan.row(thing.kind, prop).predicate))
    if decision.action != "reject":
        more += _words(decision, policy)
    base = source.rpartition(iris.source("", ""))[0]
    yield from _said(decision, thing.iri, prop or thing.kind, more, base)


def _said(
    decision: Decision, thing: str, what: str, more: Iterable[tuple[str, Value]], base: str
) -> Iterator[Quad]:
    """Who decided `what`, when and why, with whatever `more` there is to say."""
    plan = Plan.load()
    graph = NamedNode(iris.graph(base, "curation"))
    iri = NamedNode(address(decision, base))
    agent, name = _agent(decision.by, base)
    label = f"{decision.action}: {what}, by {name}, {decision.on}"
    said: list[tuple[str, Value]] = [
        ("rdfsLabel", label),
        ("schemaName", label),
        ("action", decision.action),
        ("by", agent),
        ("on", dt.date.fromisoformat(decision.on)),
        *more,
    ]
    if decision.why:
        said.append(("note", decision.why))
    yield Quad(NamedNode(thing), plan.row("", "curatedBy").predicate, iri, graph)
    yield Quad(iri, RDF_TYPE, plan.types["Decision"], graph)
    for term_, value in said:
        row = plan.row("Decision", term_)
        yield Quad(iri, row.predicate, term(value, row), graph)
    yield Quad(agent, RDF_TYPE, NamedNode(f"{PROV}Agent"), graph)
    for term_ in ("rdfsLabel", "schemaName"):
        row = plan.row("", term_)
        yield Quad(agent, row.predicate, term(name, row), graph)


def address(decision: Decision, base: str) -> str:
    """The IRI of a decision."""
    return f"{base}{iris.PATHS['Decision']}/{decision.id}"


def _words(decision: Decision, policy: Policy) -> Iterator[tuple[str, Value]]:
    """The value as decided and the words that say it, as far as the document's words may be published."""
    if policy.text == "none":
        return
    parts = ", ".join(f"{name}: {part}" for name, part in sorted(decision.parts.items()))
    if value := decision.words or parts:
        yield "decidedValue", policy.cut(value)
    if decision.quote:
        yield "decidedQuote", policy.cut(decision.quote)


def _agent(by: str, base: str) -> tuple[NamedNode, str]:
    """The IRI of who decided, and the name: an ORCID iD or an address is an IRI already."""
    if orcid := _ORCID.fullmatch(by):
        return NamedNode(f"https://orcid.org/{orcid[1]}"), orcid[1]
    if _ADDRESS.fullmatch(by):
        with suppress(ValueError):  # a bracket or percent sign where none may stand
            return NamedNode(by), by
    name = " ".join(by.split())
    return NamedNode(iris.mint(base, "Agent", name, f"agent:{keys.normalised(name)}")), name
