"""OWL 2 RL as a table of rules, and what follows from a set of facts by them.

The table is that of the W3C's OWL 2 Profiles, section 4.3, one line a rule under its name there (a line that
begins with spaces continues the one before). A line has the axioms of the rule, the facts and the conclusion.
`compiled` puts the axioms of an ontology in and keeps what is left: rules about facts only, each with the
constants it looks for. `derive` applies those until nothing new follows.

Facts are plain tuples: a rule may conclude something about a literal, which is no RDF triple but may show
an inconsistency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from kg.datatypes import RDF, RDFS, XSD, Value, differ, holds, is_malformed, value_of

OWL = "http://www.w3.org/2002/07/owl#"
PREFIXES = {"rdf": RDF, "rdfs": RDFS, "owl": OWL, "xsd": XSD}

Fact: TypeAlias = tuple[Any, Any, Any]
"""Subject, predicate and object: terms of pyoxigraph, the subject a literal too."""

_TABLE = """
# Table 4: equality. eq-ref says that everything is itself; eq-rep-s, eq-rep-p and eq-rep-o are in `_Run`,
# eq-diff2 and eq-diff3 in `_not_different`.
eq-sym       |  | ?x owl:sameAs ?y | ?y owl:sameAs ?x
eq-trans     |  | ?x owl:sameAs ?y . ?y owl:sameAs ?z | ?x owl:sameAs ?z
eq-diff1     |  | ?x owl:sameAs ?y . ?x owl:differentFrom ?y | false

# Table 5: properties. prp-ap is axiomatic; prp-spo2 and prp-key are in `_of_lists`,
# prp-adp is in `_not_different`.
prp-dom      | ?p rdfs:domain ?c | ?x ?p ?y | ?x a ?c
prp-rng      | ?p rdfs:range ?c | ?x ?p ?y | ?y a ?c
prp-fp       | ?p a owl:FunctionalProperty | ?x ?p ?y1 . ?x ?p ?y2 | ?y1 owl:sameAs ?y2
prp-ifp      | ?p a owl:InverseFunctionalProperty | ?x1 ?p ?y . ?x2 ?p ?y | ?x1 owl:sameAs ?x2
prp-irp      | ?p a owl:IrreflexiveProperty | ?x ?p ?x | false
prp-symp     | ?p a owl:SymmetricProperty | ?x ?p ?y | ?y ?p ?x
prp-asyp     | ?p a owl:AsymmetricProperty | ?x ?p ?y . ?y ?p ?x | false
prp-trp      | ?p a owl:TransitiveProperty | ?x ?p ?y . ?y ?p ?z | ?x ?p ?z
prp-spo1     | ?p1 rdfs:subPropertyOf ?p2 | ?x ?p1 ?y | ?x ?p2 ?y
prp-eqp1     | ?p1 owl:equivalentProperty ?p2 | ?x ?p1 ?y | ?x ?p2 ?y
prp-eqp2     | ?p1 owl:equivalentProperty ?p2 | ?x ?p2 ?y | ?x ?p1 ?y
prp-pdw      | ?p1 owl:propertyDisjointWith ?p2 | ?x ?p1 ?y . ?x ?p2 ?y | false
prp-inv1     | ?p1 owl:inverseOf ?p2 | ?x ?p1 ?y | ?y ?p2 ?x
prp-inv2     | ?p1 owl:inverseOf ?p2 | ?x ?p2 ?y | ?y ?p1 ?x
prp-npa1     | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetIndividual ?y |
               ?x ?p ?y | false
prp-npa2     | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetValue ?y |
               ?x ?p ?y | false

# Table 6: classes. cls-int1, cls-int2, cls-uni and cls-oo are in `_of_lists`.
cls-thing    |  |  | owl:Thing a owl:Class
cls-nothing1 |  |  | owl:Nothing a owl:Class
cls-nothing2 |  | ?x a owl:Nothing | false
cls-com      | ?c1 owl:complementOf ?c2 | ?x a ?c1 . ?x a ?c2 | false
cls-svf1     | ?r owl:someValuesFrom ?c . ?r owl:onProperty ?p | ?x ?p ?y . ?y a ?c | ?x a ?r
cls-svf2     | ?r owl:someValuesFrom owl:Thing . ?r owl:onProperty ?p | ?x ?p ?y | ?x a ?r
cls-avf      | ?r owl:allValuesFrom ?c . ?r owl:onProperty ?p | ?x a ?r . ?x ?p ?y | ?y a ?c
cls-hv1      | ?r owl:hasValue ?y . ?r owl:onProperty ?p | ?x a ?r | ?x ?p ?y
cls-hv2      | ?r owl:hasValue ?y . ?r owl:onProperty ?p | ?x ?p ?y | ?x a ?r
cls-maxc1    | ?r owl:maxCardinality 0 . ?r owl:onProperty ?p | ?x a ?r . ?x ?p ?y | false
cls-maxc2    | ?r owl:maxCardinality 1 . ?r owl:onProperty ?p |
               ?x a ?r . ?x ?p ?y1 . ?x ?p ?y2 | ?y1 owl:sameAs ?y2
cls-maxqc1   | ?r owl:maxQualifiedCardinality 0 . ?r owl:onProperty ?p . ?r owl:onClass ?c |
               ?x a ?r . ?x ?p ?y . ?y a ?c | false
cls-maxqc2   | ?r owl:maxQualifiedCardinality 0 . ?r owl:onProperty ?p . ?r owl:onClass owl:Thing |
               ?x a ?r . ?x ?p ?y | false
cls-maxqc3   | ?r owl:maxQualifiedCardinality 1 . ?r owl:onProperty ?p . ?r owl:onClass ?c |
               ?x a ?r . ?x ?p ?y1 . ?y1 a ?c . ?x ?p ?y2 . ?y2 a ?c | ?y1 owl:sameAs ?y2
cls-maxqc4   | ?r owl:maxQualifiedCardinality 1 . ?r owl:onProperty ?p . ?r owl:onClass owl:Thing |
               ?x a ?r . ?x ?p ?y1 . ?x ?p ?y2 | ?y1 owl:sameAs ?y2

# Table 7: class axioms. cax-adc is in `_not_different`.
cax-sco      | ?c1 rdfs:subClassOf ?c2 | ?x a ?c1 | ?x a ?c2
cax-eqc1     | ?c1 owl:equivalentClass ?c2 | ?x a ?c1 | ?x a ?c2
cax-eqc2     | ?c1 owl:equivalentClass ?c2 | ?x a ?c2 | ?x a ?c1
cax-dw       | ?c1 owl:disjointWith ?c2 | ?x a ?c1 . ?x a ?c2 | false

# Table 9: the vocabulary itself. scm-int and scm-uni are in `_of_lists`.
# Table 8, datatypes, is in `_contradictions`.
scm-cls      |  | ?c a owl:Class |
               ?c rdfs:subClassOf ?c . ?c owl:equivalentClass ?c
             . ?c rdfs:subClassOf owl:Thing . owl:Nothing rdfs:subClassOf ?c
scm-sco      |  | ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c3 | ?c1 rdfs:subClassOf ?c3
scm-eqc1     |  | ?c1 owl:equivalentClass ?c2 | ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1
scm-eqc2     |  | ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1 | ?c1 owl:equivalentClass ?c2
scm-op       |  | ?p a owl:ObjectProperty | ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-dp       |  | ?p a owl:DatatypeProperty | ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-spo      |  | ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p3 | ?p1 rdfs:subPropertyOf ?p3
scm-eqp1     |  | ?p1 owl:equivalentProperty ?p2 | ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1
scm-eqp2     |  | ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1 | ?p1 owl:equivalentProperty ?p2
scm-dom1     |  | ?p rdfs:domain ?c1 . ?c1 rdfs:subClassOf ?c2 | ?p rdfs:domain ?c2
scm-dom2     |  | ?p2 rdfs:domain ?c . ?p1 rdfs:subPropertyOf ?p2 | ?p1 rdfs:domain ?c
scm-rng1     |  | ?p rdfs:range ?c1 . ?c1 rdfs:subClassOf ?c2 | ?p rdfs:range ?c2
scm-rng2     |  | ?p2 rdfs:range ?c . ?p1 rdfs:subPropertyOf ?p2 | ?p1 rdfs:range ?c
scm-hv       |  | ?c1 owl:hasValue ?i . ?c1 owl:onProperty ?p1 . ?c2 owl:hasValue ?i
             . ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 | ?c1 rdfs:subClassOf ?c2
scm-svf1     |  | ?c1 owl:someValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:someValuesFrom ?y2
             . ?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2 | ?c1 rdfs:subClassOf ?c2
scm-svf2     |  | ?c1 owl:someValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:someValuesFrom ?y
             . ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 | ?c1 rdfs:subClassOf ?c2
scm-avf1     |  | ?c1 owl:allValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:allValuesFrom ?y2
             . ?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2 | ?c1 rdfs:subClassOf ?c2
scm-avf2     |  | ?c1 owl:allValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:allValuesFrom ?y
             . ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 | ?c2 rdfs:subClassOf ?c1
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """A place in a rule."""

    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the table, or what is left when `axioms` are put in; without heads, a contradiction."""

    name: str
    premises: tuple[Fact, ...]
    body: tuple[Fact, ...]
    heads: tuple[Fact, ...]
    axioms: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """By which rule something follows, and from which axioms and facts."""

    rule: str
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Derivation:
    """All facts, each with the reason it follows (`None`: it was given), and what contradicts itself."""

    facts: dict[Fact, Reason | None]
    contradictions: list[Reason]

    def given(self, reason: Reason) -> tuple[Fact, ...]:
        """The given facts a reason rests upon in the end, in the order in which they are met."""
        found: dict[Fact, None] = {}
        waiting, seen = deque(reason.facts), set[Fact]()
        while waiting:
            fact = waiting.popleft()
            if fact in seen:
                continue
            seen.add(fact)
            why = self.facts.get(fact)
            if why is None:
                found[fact] = None
            else:
                waiting.extend(why.facts)
        return tuple(found)


def iri(name: str) -> NamedNode:
    """The IRI of a prefixed name such as `owl:sameAs`."""
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


TYPE = iri("rdf:type")
SAME = iri("owl:sameAs")
DIFFERENT = iri("owl:differentFrom")
THING = iri("owl:Thing")
NOTHING = iri("owl:Nothing")
SUB_CLASS = iri("rdfs:subClassOf")
SUB_PROPERTY = iri("rdfs:subPropertyOf")
FIRST = iri("rdf:first")
REST = iri("rdf:rest")
NIL = iri("rdf:nil")
_NUMBERS: dict[Value | None, Literal] = {
    ("decimal", Decimal(number)): Literal(str(number), datatype=NamedNode(XSD + "nonNegativeInteger"))
    for number in (0, 1)
}
"""The numbers that rules ask for, in the one form in which they ask."""
_CARDINALITIES = {iri("owl:maxCardinality"), iri("owl:maxQualifiedCardinality")}


def _atoms(text: str) -> tuple[Fact, ...]:
    def term(word: str) -> Any:
        if word.startswith("?"):
            return Variable(word)
        if word.isdecimal():
            return _NUMBERS["decimal", Decimal(word)]
        return TYPE if word == "a" else iri(word)

    parts = [atom.split() for atom in text.split(" . ") if atom.strip()]
    return tuple((term(subject), term(predicate), term(value)) for subject, predicate, value in parts)


@cache
def table() -> tuple[Rule, ...]:
    """The rules of the table."""
    lines = "\n".join(line for line in _TABLE.splitlines() if line and not line.startswith("#"))
    rows = [line.split("|") for line in lines.replace("\n ", " ").splitlines()]
    return tuple(
        Rule(name.strip(), _atoms(axioms), _atoms(facts), () if heads.strip() == "false" else _atoms(heads))
        for name, axioms, facts, heads in rows
    )


class _Index:
    """Facts by predicate, then by subject and by object."""

    def __init__(self) -> None:
        self.facts: dict[Fact, Reason | None] = {}
        self.objects: dict[Any, dict[Any, dict[Any, None]]] = {}
        self.subjects: dict[Any, dict[Any, dict[Any, None]]] = {}

    def add(self, fact: Fact, reason: Reason | None) -> None:
        subject, predicate, value = fact
        self.facts[fact] = reason
        self.objects.setdefault(predicate, {}).setdefault(subject, {})[value] = None
        self.subjects.setdefault(predicate, {}).setdefault(value, {})[subject] = None

    def matching(self, subject: Any, predicate: Any, value: Any) -> Iterator[Fact]:
        """The facts with this predicate and the given ends, where an end is not a `Variable`."""
        if isinstance(subject, Variable):
            if isinstance(value, Variable):
                for found, values in self.objects.get(predicate, {}).items():
                    yield from ((found, predicate, other) for other in values)
            else:
                yield from (
                    (found, predicate, value) for found in self.subjects.get(predicate, {}).get(value, ())
                )
        elif isinstance(value, Variable):
            yield from (
                (subject, predicate, found) for found in self.objects.get(predicate, {}).get(subject, ())
            )
        elif (subject, predicate, value) in self.facts or (
            predicate == TYPE
            and isinstance(subject, Literal)
            and isinstance(value, NamedNode)
            and holds(subject, value.value)  # dt-type2: nobody states the types of literals
        ):
            yield subject, predicate, value


Binding: TypeAlias = dict[Variable, Any]


def _unified(atom: Fact, fact: Fact, binding: Binding) -> Binding | None:
    """The binding with what `atom` needs to become `fact`."""
    result = binding
    for pattern, term in zip(atom, fact, strict=True):
        if isinstance(pattern, Variable):
            bound = result.get(pattern)
            if bound is None:
                result = {**result, pattern: term}
            elif bound != term:
                return None
        elif pattern != term:
            return None
    return result


def _put(atom: Fact, binding: Binding) -> Fact:
    subject, predicate, value = atom
    return (
        binding.get(subject, subject) if isinstance(subject, Variable) else subject,
        binding.get(predicate, predicate) if isinstance(predicate, Variable) else predicate,
        binding.get(value, value) if isinstance(value, Variable) else value,
    )


def _joined(atoms: Sequence[Fact], binding: Binding, index: _Index) -> Iterator[Binding]:
    """The bindings under which all atoms are facts; the most determined atom is looked up first.

    A body can have as many atoms as a list has members: the way back is kept in a list, not on the stack.
    """
    if not atoms:
        yield binding
        return
    steps = [_step(atoms, binding, index)]
    while steps:
        chosen, rest, facts, bound = steps[-1]
        fact = next(facts, None)
        if fact is None:
            steps.pop()
            continue
        extended = _unified(chosen, fact, bound)
        if extended is None:
            continue
        if rest:
            steps.append(_step(rest, extended, index))
        else:
            yield extended


def _step(
    atoms: Sequence[Fact], binding: Binding, index: _Index
) -> tuple[Fact, list[Fact], Iterator[Fact], Binding]:
    """The atom to look up next, the others, and the facts that may be it."""
    put = [_put(atom, binding) for atom in atoms]
    at, fewest = 0, 3
    for place, atom in enumerate(put):
        free = sum(isinstance(term, Variable) for term in atom)
        if free < fewest:
            at, fewest = place, free
            if not free:
                break
    return put[at], [*put[:at], *put[at + 1 :]], index.matching(*put[at]), binding


def items(head: Any, index: _Index) -> tuple[Any, ...]:
    """The members of the RDF list in their order; a list that branches or never ends has none."""
    members: list[Any] = []
    seen: set[Any] = set()
    while head != NIL:
        first, rest = index.objects.get(FIRST, {}).get(head, {}), index.objects.get(REST, {}).get(head, {})
        if len(first) != 1 or len(rest) != 1 or head in seen:
            return ()
        seen.add(head)
        members.extend(first)
        (head,) = rest
    return tuple(members)


ListAxiom: TypeAlias = tuple[Any, tuple[Any, ...], tuple[Fact, ...]]


def _lists(index: _Index, predicate: str, kind: str | None = None) -> Iterator[ListAxiom]:
    """Each subject that has a list by the predicate, the members, and the axiom; of one class where named."""
    for subject, heads in index.objects.get(iri(predicate), {}).items():
        if kind is not None and (subject, TYPE, iri(kind)) not in index.facts:
            continue
        for head in heads:
            yield subject, items(head, index), ((subject, iri(predicate), head),)


def _of_lists(index: _Index) -> Iterator[Rule]:
    """The rules whose axioms are lists, one for each list."""
    x, y = Variable("?x"), Variable("?y")
    for prop, chain, axioms in _lists(index, "owl:propertyChainAxiom"):
        if chain:
            steps = [Variable(f"?step{at}") for at in range(len(chain) + 1)]
            body = tuple((steps[at], link, steps[at + 1]) for at, link in enumerate(chain))
            yield Rule("prp-spo2", (), body, ((steps[0], prop, steps[len(chain)]),), axioms)
    for class_, keys, axioms in _lists(index, "owl:hasKey"):
        if keys:
            values = [Variable(f"?key{at}") for at in range(len(keys))]
            body = tuple((end, key, value) for key, value in zip(keys, values, strict=True) for end in (x, y))
            yield Rule("prp-key", (), ((x, TYPE, class_), (y, TYPE, class_), *body), ((x, SAME, y),), axioms)
    for class_, parts, axioms in _lists(index, "owl:intersectionOf"):
        if parts:
            yield Rule("cls-int1", (), tuple((x, TYPE, part) for part in parts), ((x, TYPE, class_),), axioms)
            yield Rule("cls-int2", (), ((x, TYPE, class_),), tuple((x, TYPE, part) for part in parts), axioms)
            yield Rule("scm-int", (), (), tuple((class_, SUB_CLASS, part) for part in parts), axioms)
    for class_, parts, axioms in _lists(index, "owl:unionOf"):
        for part in parts:
            yield Rule("cls-uni", (), ((x, TYPE, part),), ((x, TYPE, class_),), axioms)
            yield Rule("scm-uni", (), (), ((part, SUB_CLASS, class_),), axioms)
    for class_, members, axioms in _lists(index, "owl:oneOf"):
        yield Rule("cls-oo", (), (), tuple((member, TYPE, class_) for member in members), axioms)


def compiled(axioms: Iterable[Fact]) -> list[Rule]:
    """The rules that are left when the axioms are put in, each about facts only."""
    index = _Index()
    as_given: dict[Fact, Fact] = {}
    for axiom in axioms:
        subject, predicate, number = axiom
        if predicate in _CARDINALITIES and isinstance(number, Literal):
            plain = (subject, predicate, _NUMBERS.get(value_of(number), number))
            as_given[plain] = axiom
            index.add(plain, None)
        else:
            index.add(axiom, None)
    rules = list(_of_lists(index))
    for rule in table():
        for binding in _joined(rule.premises, {}, index):
            body = tuple(_put(atom, binding) for atom in rule.body)
            heads = tuple(head for head in (_put(atom, binding) for atom in rule.heads) if head not in body)
            used = tuple(_put(atom, binding) for atom in rule.premises)
            used = tuple(as_given.get(axiom, axiom) for axiom in used)
            if heads or not rule.heads:
                rules.append(Rule(rule.name, (), body, heads, used))
    return rules


_LISTS = (
    "owl:propertyChainAxiom",
    "owl:hasKey",
    "owl:intersectionOf",
    "owl:unionOf",
    "owl:oneOf",
    "owl:members",
    "owl:distinctMembers",
)
_AXIOM_PREDICATES = {
    *(atom[1] for rule in table() for atom in rule.premises if atom[1] != TYPE),
    *(atom[1] for rule in table() if rule.name.startswith("scm") for atom in rule.body if atom[1] != TYPE),
    *map(iri, _LISTS),
    FIRST,
    REST,
}
AXIOM_CLASSES = {
    *(atom[2] for rule in table() for atom in rule.premises if atom[1] == TYPE),
    *(atom[2] for rule in table() if rule.name.startswith("scm") for atom in rule.body if atom[1] == TYPE),
    *map(iri, ("owl:AllDifferent", "owl:AllDisjointProperties", "owl:AllDisjointClasses")),
}
"""The classes of which to be is an axiom."""


_CELLS = {FIRST, REST}
"""Lists are read as they were given: an equality between members would make their cells branch."""

_ABOUT_VOCABULARY = ("scm-", "cls-thing", "cls-nothing1")


def is_axiom(fact: Fact) -> bool:
    """Whether the fact speaks of the vocabulary: rules are compiled from it."""
    return fact[1] in _AXIOM_PREDICATES or (fact[1] == TYPE and fact[2] in AXIOM_CLASSES)


def is_tautology(fact: Fact) -> bool:
    """Whether the fact holds of anything: that it is itself, a thing, its own subclass or subproperty."""
    subject, predicate, value = fact
    if predicate == TYPE:
        return bool(value == THING)
    if predicate == SUB_CLASS and (value == THING or subject == NOTHING):
        return True
    return predicate.value in _REFLEXIVE and bool(subject == value)


_REFLEXIVE = {
    iri(name).value
    for name in (
        "owl:sameAs",
        "rdfs:subClassOf",
        "rdfs:subPropertyOf",
        "owl:equivalentClass",
        "owl:equivalentProperty",
    )
}


def _is_transitive(rule: Rule) -> bool:
    """Whether the rule says that two steps of a predicate make one: prp-trp, eq-trans, scm-sco, scm-spo."""
    if len(rule.body) != 2 or len(rule.heads) != 1:
        return False
    (start, first, joint), (other_joint, second, end) = rule.body
    free = all(isinstance(term, Variable) for term in (start, joint, end)) and len({start, joint, end}) == 3
    return free and joint == other_joint and first == second and rule.heads[0] == (start, first, end)


@dataclass(slots=True)
class _Run:
    """One application of rules to facts until nothing new follows."""

    rules: Sequence[Rule]
    index: _Index = field(default_factory=_Index)
    waiting: deque[tuple[Fact, Reason | None]] = field(default_factory=deque)
    contradictions: dict[Reason, None] = field(default_factory=dict)
    by_key: dict[Any, list[tuple[Rule, int]]] = field(default_factory=dict)
    transitive: dict[Any, Rule] = field(default_factory=dict)
    steps: dict[Any, dict[Any, dict[Any, None]]] = field(default_factory=dict)
    """By transitive predicate and object, the subjects of the facts that are no conclusions of its rule."""

    def __post_init__(self) -> None:
        for rule in self.rules:
            if _is_transitive(rule):
                self.transitive[rule.body[0][1]] = rule
                continue
            if not rule.body:
                self.waiting.extend((head, Reason(rule.name, rule.axioms)) for head in rule.heads)
            for place, (_, predicate, value) in enumerate(rule.body):
                of_class = predicate == TYPE and not isinstance(value, Variable)
                self.by_key.setdefault((predicate, value) if of_class else predicate, []).append(
                    (rule, place)
                )

    def finish(self, facts: Iterable[Fact]) -> None:
        self.waiting.extendleft((fact, None) for fact in facts)
        while self.waiting:
            fact, reason = self.waiting.popleft()
            if fact in self.index.facts:
                continue
            self.index.add(fact, reason)
            subject, predicate, value = fact
            if predicate in self.transitive:
                self._lengthen(fact, reason)
            for rule, place in self.by_key.get(predicate, ()):
                self._fire(rule, place, fact)
            if predicate == TYPE:
                for rule, place in self.by_key.get((TYPE, value), ()):
                    self._fire(rule, place, fact)
            elif predicate == SAME and subject != value:
                self._replace_everywhere(subject, value)
            if SAME in self.index.objects:
                self._replace(fact)

    def _fire(self, rule: Rule, place: int, fact: Fact) -> None:
        binding = _unified(rule.body[place], fact, {})
        if binding is None:
            return
        others = [*rule.body[:place], *rule.body[place + 1 :]]
        for full in _joined(others, binding, self.index) if others else (binding,):
            if not rule.heads:
                self.contradictions[Reason(rule.name, self._used(rule, full))] = None
            for head in rule.heads:
                concluded = _put(head, full)
                if self._is_new(concluded):
                    self.waiting.append((concluded, Reason(rule.name, self._used(rule, full))))

    def _used(self, rule: Rule, binding: Binding) -> tuple[Fact, ...]:
        return (*rule.axioms, *(_put(atom, binding) for atom in rule.body))

    def _is_new(self, fact: Fact) -> bool:
        """Whether the fact is not there yet, and is not eq-ref's."""
        return fact not in self.index.facts and not (fact[1] == SAME and fact[0] == fact[2])

    def _lengthen(self, fact: Fact, reason: Reason | None) -> None:
        """Apply the rule of a transitive predicate, by one step to the left of each way.

        That is complete, since each way is made of steps, and spares joining all ways with all others.
        """
        subject, predicate, value = fact
        rule = self.transitive[predicate]
        steps = self.steps.setdefault(predicate, {})
        longer: list[tuple[Fact, Fact]] = [
            ((one, predicate, subject), fact) for one in steps.get(subject, ())
        ]
        if reason is None or reason.rule != rule.name:
            steps.setdefault(value, {})[subject] = None
            ends = self.index.objects[predicate].get(value, ())
            longer.extend((fact, (value, predicate, end)) for end in ends)
        for first, second in longer:
            concluded = (first[0], predicate, second[2])
            if self._is_new(concluded):
                self.waiting.append((concluded, Reason(rule.name, (*rule.axioms, first, second))))

    def _replace(self, fact: Fact) -> None:
        """eq-rep-s, eq-rep-p and eq-rep-o for a new fact."""
        same = self.index.objects[SAME]
        for place, name in enumerate(("eq-rep-s", "eq-rep-p", "eq-rep-o")):
            for equal in tuple(same.get(fact[place], ())):
                self._exchange(fact, place, equal, name)

    def _replace_everywhere(self, one: Any, other: Any) -> None:
        """eq-rep-s, eq-rep-p and eq-rep-o for a new equality."""
        index = self.index
        subject, predicate, value = Variable("?s"), one, Variable("?o")
        for fact in tuple(index.matching(subject, predicate, value)):
            self._exchange(fact, 1, other, "eq-rep-p")
        for predicate in tuple(index.objects):
            for fact in tuple(index.matching(one, predicate, value)):
                self._exchange(fact, 0, other, "eq-rep-s")
            for fact in tuple(index.matching(subject, predicate, one)):
                self._exchange(fact, 2, other, "eq-rep-o")

    def _exchange(self, fact: Fact, place: int, equal: Any, name: str) -> None:
        changed = (*fact[:place], equal, *fact[place + 1 :])
        concluded: Fact = (changed[0], changed[1], changed[2])
        if self._is_new(concluded):
            self.waiting.append((concluded, Reason(name, ((fact[place], SAME, equal), fact))))


def _contradictions(index: _Index, axioms: _Index) -> Iterator[Reason]:
    """What the rules of lists of differing things and of literals (Table 8) say; `axioms` has the lists.

    A literal has no impossible form, its types hold, and equal ones have one value.
    """
    yield from _not_different(index, axioms)
    malformed = dict.fromkeys(
        fact for fact in index.facts for term in fact if isinstance(term, Literal) and is_malformed(term)
    )
    yield from (Reason("dt-not-type", (fact,)) for fact in malformed)
    for literal, types in index.objects.get(TYPE, {}).items():
        if isinstance(literal, Literal) and not is_malformed(literal):
            for datatype in types:
                if isinstance(datatype, NamedNode) and holds(literal, datatype.value) is False:
                    yield Reason("dt-not-type", ((literal, TYPE, datatype),))
    for one, others in index.objects.get(SAME, {}).items():
        for other in others:
            if isinstance(one, Literal) and isinstance(other, Literal) and differ(one, other):
                yield Reason("dt-diff", ((one, SAME, other),))


def _not_different(index: _Index, axioms: _Index) -> Iterator[Reason]:
    """What eq-diff2, eq-diff3, prp-adp and cax-adc say: each looks at what is there, not at all pairs."""
    for name, predicate in (("eq-diff2", "owl:members"), ("eq-diff3", "owl:distinctMembers")):
        for _, members, used in _lists(axioms, predicate, "owl:AllDifferent"):
            different = set(members)
            for one in members:
                for other in index.objects.get(SAME, {}).get(one, ()):
                    if other in different and other != one:
                        yield Reason(name, (*used, (one, SAME, other)))
    for _, members, used in _lists(axioms, "owl:members", "owl:AllDisjointProperties"):
        linked: dict[tuple[Any, Any], Fact] = {}
        for member in dict.fromkeys(members):
            for fact in index.matching(Variable("?x"), member, Variable("?y")):
                first = linked.setdefault((fact[0], fact[2]), fact)
                if first is not fact:
                    yield Reason("prp-adp", (*used, first, fact))
    for _, members, used in _lists(axioms, "owl:members", "owl:AllDisjointClasses"):
        typed: dict[Any, Fact] = {}
        for member in dict.fromkeys(members):
            for fact in index.matching(Variable("?x"), TYPE, member):
                first = typed.setdefault(fact[0], fact)
                if first is not fact:
                    yield Reason("cax-adc", (*used, first, fact))


def all_disjoint(axioms: Iterable[Fact]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The axioms that say of many at once that they differ: of which kind, and the members."""
    index = _Index()
    for axiom in axioms:
        index.add(axiom, None)
    for kind in ("owl:AllDifferent", "owl:AllDisjointProperties", "owl:AllDisjointClasses"):
        for predicate in ("owl:members", "owl:distinctMembers"):
            yield from ((kind, members) for _, members, _ in _lists(index, predicate, kind))


def derived(facts: Iterable[Fact], compiled_rules: Sequence[Rule]) -> tuple[list[Fact], bool]:
    """The facts with all that follows by these rules alone, and whether they contradict each other."""
    run = _Run(compiled_rules)
    run.finish(facts)
    return list(run.index.facts), bool(run.contradictions)


def derive(facts: Iterable[Fact]) -> Derivation:
    """What follows from the facts, the axioms among them; what follows may be an axiom again."""
    given = list(dict.fromkeys(facts))
    axioms = [fact for fact in given if is_axiom(fact)]
    while True:
        vocabulary = _Run([rule for rule in compiled(axioms) if rule.name.startswith(_ABOUT_VOCABULARY)])
        vocabulary.finish(axioms)
        run = _Run(compiled(vocabulary.index.facts))
        run.finish(given)
        found = [
            fact
            for fact in run.index.facts
            if is_axiom(fact) and fact[1] not in _CELLS and fact not in vocabulary.index.facts
        ]
        if not found:
            break
        axioms.extend(found)
    run.contradictions.update(dict.fromkeys(_contradictions(run.index, vocabulary.index)))
    return Derivation(run.index.facts, list(run.contradictions))
