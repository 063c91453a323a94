"""The rules of an ontology compiled for many facts: what a statement says alone, and what two say together.

Most rules of OWL 2 RL need one statement: subclass, subproperty, equivalence, inverse, domain, range.
`Program` has `kg.rules` work out their conclusions beforehand, once for each predicate (and class).
Chains of two properties join statements at the thing between them; they are put in an order in which each is
joined once. Functional properties and disjoint classes are only watched: where one is touched, or where the
facts hold an axiom or an equality, `Unfit` says that the whole table of rules is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode

from kg import rules
from kg.datatypes import RDF, RDFS, XSD, holds, is_malformed
from kg.rules import DIFFERENT, OWL, SAME, TYPE, Fact, Rule, Variable

SUBJECT, OBJECT = NamedNode("urn:peerkg:subject"), NamedNode("urn:peerkg:object")
"""What stands for the ends of a statement while its conclusions are worked out."""
_PLAIN = (XSD + "string", RDF + "langString")
_OWN_VOCABULARY = (RDF, RDFS, OWL, XSD)


class Unfit(Exception):  # noqa: N818 - of the facts or the ontology; it is nobody's mistake
    """The compiled rules are not all that is needed; the message says why."""


class Ends(NamedTuple):
    """A conclusion: a predicate between two of the subject (0), the object (1) and other terms.

    `is_doubtful` says that it may be axiomatic, which depends on the terms.
    """

    subject: Any
    predicate: Any
    value: Any
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Two properties that make a third. `first` and `second` are its steps."""

    first: Any
    second: Any
    makes: Any


@dataclass(frozen=True, slots=True)
class Conclusions:
    """All that follows from one statement of a kind by itself.

    `relations` are between its ends; `of_subject` and `of_object` are their classes. `literal` has the
    classes by which an object that is a literal is tested. `steps` and `single` are what has to be
    remembered: of which chain it is which step, and of which functional property it is a value.
    """

    relations: tuple[Ends, ...]
    of_subject: tuple[Any, ...]
    of_object: tuple[Any, ...]
    literal: tuple[str, ...]
    steps: tuple[tuple[int, bool, Any, Any], ...]
    single: tuple[tuple[int, Any, Any], ...]


class Memory(Protocol):
    """What is remembered of statements between which something may follow. It may lie on disk."""

    def step(self, chain: int, is_first: bool, joint: Any, end: Any) -> None:
        """Remember a step of a chain: the thing where the steps meet, and the other end."""

    def joined(self, chain: int) -> Iterator[tuple[Any, Any]]:
        """The two ends of each pair of steps that meet."""

    def value(self, prop: int, holder: Any, value: Any) -> bool:
        """Remember the value of a functional property; whether there is no other."""


@dataclass(slots=True)
class InMemory:
    """Steps and values in dictionaries: the ends of statements of chains and of functional properties."""

    steps: dict[tuple[int, bool], dict[Any, dict[Any, None]]] = field(default_factory=dict)
    values: dict[tuple[int, Any], Any] = field(default_factory=dict)

    def step(self, chain: int, is_first: bool, joint: Any, end: Any) -> None:
        """Remember a step of a chain: the thing where the steps meet, and the other end."""
        self.steps.setdefault((chain, is_first), {}).setdefault(joint, {})[end] = None

    def joined(self, chain: int) -> Iterator[tuple[Any, Any]]:
        """The two ends of each pair of steps that meet."""
        seconds = self.steps.get((chain, False), {})
        for joint, starts in self.steps.get((chain, True), {}).items():
            for end in seconds.get(joint, ()):
                for start in starts:
                    yield start, end

    def value(self, prop: int, holder: Any, value: Any) -> bool:
        """Remember the value of a functional property; whether there is no other."""
        return bool(self.values.setdefault((prop, holder), value) == value)


class Program:
    """The rules of one ontology. `base` is what `kg.rules.derive` makes of the ontology alone.

    Raises `Unfit` where the ontology has rules of other kinds, or a chain that leads back to itself.
    """

    def __init__(self, base: Iterable[Fact]) -> None:
        self._kinds: dict[tuple[Any, Any, bool], Conclusions] = {}
        axioms = [fact for fact in base if rules.is_axiom(fact)]
        self._alone: list[Rule] = []
        chains: list[Chain] = []
        self._single: dict[tuple[Any, bool], int] = {}
        self._disjoint: list[frozenset[Any]] = []
        for rule in rules.compiled(axioms):
            if not rule.body or rule.name.startswith("scm-") or _is_of_equality(rule):
                continue
            if len(rule.body) == 1:
                self._alone.append(_of_one(rule))
            elif rule.name == "prp-spo2" and len(rule.body) == 2:
                chains.append(Chain(rule.body[0][1], rule.body[1][1], rule.heads[0][1]))
            elif rule.name in {"prp-fp", "prp-ifp"}:
                self._single.setdefault((rule.body[0][1], rule.name == "prp-fp"), len(self._single))
            elif rule.name == "cax-dw":
                self._disjoint.append(frozenset(atom[2] for atom in rule.body))
            else:
                raise Unfit(f"a rule that joins statements otherwise than a chain: {rule.name}")
        self._disjoint += _disjoint_lists(axioms)
        self._constants: dict[Any, set[Any]] = {TYPE: set(rules.AXIOM_CLASSES)}
        for rule in self._alone:
            ((_, predicate, value),) = rule.body
            if not isinstance(value, Variable):
                self._constants.setdefault(predicate, set()).add(value)
        self.chains: tuple[Chain, ...] = ()
        self.chains = tuple(self._in_order(dict.fromkeys(chains)))
        self._kinds.clear()  # worked out without the chains

    def _in_order(self, chains: Iterable[Chain]) -> Iterator[Chain]:
        """The chains, each after those that make one of its steps."""
        made = {chain: {ends.predicate for ends in self._links(chain.makes)} for chain in chains}
        waiting = list(made)
        while waiting:
            ready = [
                chain
                for chain in waiting
                if not any({chain.first, chain.second} & made[other] for other in waiting)
            ]
            if not ready:
                raise Unfit("a chain of properties that leads back to itself")
            yield from ready
            waiting = [chain for chain in waiting if chain not in ready]

    def _links(self, predicate: Any) -> list[Ends]:
        """A statement of the predicate, and all links between its ends that follow from it."""
        return [Ends(0, predicate, 1), *self.of(SUBJECT, predicate, OBJECT).relations]

    def of(self, subject: Any, predicate: Any, value: Any) -> Conclusions:
        """What follows from a statement, by its kind."""
        constant = value if value in self._constants.get(predicate, ()) else None
        key = (predicate, constant, bool(subject == value))
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = self._worked_out(predicate, constant, is_loop=key[2])
        return found

    def _worked_out(self, predicate: Any, constant: Any, *, is_loop: bool) -> Conclusions:
        if is_loop and constant is not None:
            raise Unfit("a class that is its own instance")
        second = SUBJECT if is_loop else OBJECT if constant is None else constant
        given = (SUBJECT, predicate, second)
        if predicate in {SAME, DIFFERENT} or rules.is_axiom(given):
            raise Unfit("an equality or an axiom among the facts")
        facts, wrong = rules.derived([given], self._alone)
        if wrong or any(rules.is_axiom(fact) or fact[1] in {SAME, DIFFERENT} for fact in facts):
            raise Unfit("a contradiction, an equality or an axiom that follows from one statement")
        place = {SUBJECT: 0, second: 1} if constant is None and not is_loop else {SUBJECT: 0}
        classes: dict[Any, list[Any]] = {SUBJECT: [], OBJECT: []}
        relations: list[Ends] = []
        for start, link, end in facts:
            doubtful = link.value.startswith(_OWN_VOCABULARY)
            if (start, link, end) == given or (link == TYPE and end == rules.THING):
                continue
            if link == TYPE and start in classes and end not in classes and not _is_own(end):
                classes[start].append(end)
            else:
                relations.append(Ends(place.get(start, start), link, place.get(end, end), doubtful))
        links = [Ends(0, predicate, place.get(second, second)), *relations]
        return Conclusions(
            tuple(relations),
            tuple(classes[SUBJECT]),
            tuple(classes[OBJECT]),
            tuple(
                end.value
                for start, link, end in facts
                if start == OBJECT and link == TYPE and isinstance(end, NamedNode)
            ),
            tuple(self._steps(links)),
            tuple(
                (number, one.subject, one.value) if by_subject else (number, one.value, one.subject)
                for one in links
                for (prop, by_subject), number in self._single.items()
                if prop == one.predicate
            ),
        )

    def _steps(self, links: Iterable[Ends]) -> Iterator[tuple[int, bool, Any, Any]]:
        for one in links:
            for number, chain in enumerate(self.chains):
                if chain.first == one.predicate:
                    yield number, True, one.value, one.subject
                if chain.second == one.predicate:
                    yield number, False, one.subject, one.value

    def is_contradiction(self, classes: AbstractSet[Any]) -> bool:
        """Whether nothing can be of all these classes; a class that excludes itself has no instance."""
        return any(len(group & classes) >= min(2, len(group)) for group in self._disjoint)

    @property
    def disjoint(self) -> frozenset[Any]:
        """The classes that are disjoint with another."""
        return frozenset(one for group in self._disjoint for one in group)


def _is_own(term: Any) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(_OWN_VOCABULARY)


def _is_of_equality(rule: Rule) -> bool:
    return any(atom[1] in {SAME, DIFFERENT} for atom in rule.body)


def _of_one(rule: Rule) -> Rule:
    """The rule, where its one statement can be looked at by predicate and object."""
    ((subject, predicate, _),) = rule.body
    if not isinstance(subject, Variable) or isinstance(predicate, Variable):
        raise Unfit(f"a rule about one thing: {rule.name}")
    return rule


def _disjoint_lists(axioms: Sequence[Fact]) -> Iterator[frozenset[Any]]:
    for kind, members in rules.all_disjoint(axioms):
        if kind != "owl:AllDisjointClasses":
            raise Unfit(f"an axiom of {kind}")
        if len(set(members)) > 1:
            yield frozenset(members)


def conclusions(program: Program, facts: Iterable[Fact], memory: Memory | None = None) -> Iterator[Fact]:
    """What follows from the facts, as a stream: with repetitions, and with what is given among it.

    Only what `memory` remembers is held. Classes that contradict each other are not seen here, since they
    come from anywhere: put what comes out in order with the facts, and ask `Program.is_contradiction` of the
    classes of each subject. Raises `Unfit` where the program is not enough.
    """
    memory = memory or InMemory()
    for fact in facts:
        yield from _of_one_fact(program, fact, memory)
    for number, chain in enumerate(program.chains):
        for start, end in memory.joined(number):
            made = (start, chain.makes, end)
            if not isinstance(start, Literal):
                yield made
            yield from _of_one_fact(program, made, memory)


def _of_one_fact(program: Program, fact: Fact, memory: Memory) -> Iterator[Fact]:
    subject, predicate, value = fact
    found = program.of(subject, predicate, value)
    is_literal = isinstance(value, Literal)
    if is_literal:
        _check_literal(value, found.literal)
    ends = (subject, value)
    for one in found.relations:
        start = ends[one.subject] if one.subject.__class__ is int else one.subject
        if not isinstance(start, Literal):
            end = ends[one.value] if one.value.__class__ is int else one.value
            made = (start, one.predicate, end)
            if not (one.is_doubtful and is_axiomatic(made)):
                yield made
    for class_ in found.of_subject:
        yield subject, TYPE, class_
    if not is_literal:
        for class_ in found.of_object:
            yield value, TYPE, class_
    for number, is_first, joint, end in found.steps:
        memory.step(
            number,
            is_first,
            ends[joint] if joint.__class__ is int else joint,
            ends[end] if end.__class__ is int else end,
        )
    for number, holder, held in found.single:
        if not memory.value(
            number,
            ends[holder] if holder.__class__ is int else holder,
            ends[held] if held.__class__ is int else held,
        ):
            raise Unfit(f"two values of a functional property: {subject} {predicate} {value}")


def _check_literal(value: Literal, classes: tuple[str, ...]) -> None:
    if value.language is None and value.datatype.value == _PLAIN[0]:
        wrong = not _plain_fits(classes)
    else:
        wrong = _is_wrong(value, classes)
    if wrong:
        raise Unfit(f"a literal that its datatype or a range does not allow: {value}")


@lru_cache(1 << 12)
def _plain_fits(classes: tuple[str, ...]) -> bool:
    """Whether every string is of the classes, as far as they are datatypes: most literals are strings."""
    return all(one in _OF_STRINGS or holds(Literal(""), one) is None for one in classes)


@lru_cache(1 << 16)
def _is_wrong(value: Literal, classes: tuple[str, ...]) -> bool:
    return is_malformed(value) or any(holds(value, one) is False for one in classes)


_OF_STRINGS = {XSD + "string", RDFS + "Literal", RDF + "PlainLiteral"}


def is_axiomatic(fact: Fact) -> bool:
    """Whether the fact holds in every graph, or speaks of nothing but OWL's own vocabulary."""
    return rules.is_tautology(fact) or all(map(_is_own, fact))
