"""What follows from the facts by OWL 2 RL, and where the facts contradict the ontology.

`closure` is what a build uses: the rules of `kg.rules`, compiled for the ontology. `full_closure` is what
`peerkg reason` uses for any ontology: owlrl, with its known faults mended. Tests hold one against the other.
Both look for contradictions with `kg.rules`, which can say by which rule and from which given triples.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from owlrl.OWLRL import OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.namespace import OWL as RDFLIB_OWL

from kg.compiled_rules import Program, Unfit, conclusions, is_axiomatic
from kg.datatypes import RDF, SUPPORTED
from kg.problems import PeerkgError
from kg.rules import OWL, TYPE, Derivation, Fact, Reason, derive, is_axiom

_log = logging.getLogger(__name__)

_SHOWN = 5
"""Contradictions that a message spells out; all are in `Inconsistent.reasons`."""


class Inconsistent(PeerkgError):  # noqa: N818 - the state of the data, as logic calls it
    """The facts contradict the ontology. `rule` and `triples` are those of the first contradiction."""

    def __init__(self, reasons: list[Reason]) -> None:
        self.reasons = reasons
        shown = [
            f"inconsistent by {reason.rule}:\n" + "\n".join(f"  {written(fact)}" for fact in reason.facts)
            for reason in reasons[:_SHOWN]
        ]
        if len(reasons) > _SHOWN:
            shown.append(f"and {len(reasons) - _SHOWN} more contradictions")
        super().__init__("\n".join(shown))

    @property
    def rule(self) -> str:
        """The name of the rule in the W3C's OWL 2 Profiles, section 4.3."""
        return self.reasons[0].rule

    @property
    def triples(self) -> tuple[Fact, ...]:
        """The given triples the contradiction rests upon, axioms included."""
        return self.reasons[0].facts


def written(fact: Fact) -> str:
    """The fact as a line of N-Triples (of which a literal as subject is no part)."""
    return " ".join(str(term) for term in fact) + " ."


def _fact(triple: Triple) -> Fact:
    return triple.subject, triple.predicate, triple.object


def _consistent(derivation: Derivation) -> Derivation:
    if derivation.contradictions:
        raised = {Reason(reason.rule, derivation.given(reason)) for reason in derivation.contradictions}
        raise Inconsistent(
            sorted(raised, key=lambda reason: (reason.rule, [written(f) for f in reason.facts]))
        )
    return derivation


def _is_triple(fact: Fact) -> bool:
    return not isinstance(fact[0], Literal) and isinstance(fact[1], NamedNode)


def closure(data: Iterable[Triple], ontology: Iterable[Triple]) -> set[Triple]:
    """The triples that follow from `data` and `ontology`: neither the given nor the axiomatic ones.

    By the compiled rules where these are enough, by the whole table where they are not. Raises `Inconsistent`
    where the triples contradict each other.
    """
    given = data if isinstance(data, AbstractSet) else dict.fromkeys(data).keys()
    axioms = list(ontology)
    try:
        return _by_program(given, axioms)
    except Unfit as why:
        _log.info("reasoning by the whole table of rules: %s", why)
        return set(reasons(given, axioms))


def program(ontology: Iterable[Triple]) -> tuple[Program, dict[Fact, Reason | None]]:
    """The compiled rules of an ontology, and all that it says and concludes by itself.

    Raises `Unfit` where the compiled rules are not enough for it.
    """
    return _program(tuple(ontology))


@lru_cache(1)
def _program(ontology: tuple[Triple, ...]) -> tuple[Program, dict[Fact, Reason | None]]:
    base = _consistent(derive(map(_fact, ontology))).facts
    return Program(base), base


def _by_program(given: AbstractSet[Triple], ontology: Sequence[Triple]) -> set[Triple]:
    compiled, base = program(ontology)
    facts = itertools.chain((fact for fact in base if not is_axiom(fact)), map(_fact, given))
    found = {Triple(*fact) for fact in base if _is_triple(fact) and not is_axiomatic(fact)}
    classes: dict[Any, set[Any]] = {}
    for subject, predicate, value in conclusions(compiled, facts):
        if predicate == TYPE:
            classes.setdefault(subject, set()).add(value)
        else:
            triple = Triple(subject, predicate, value)
            if triple not in given:
                found.add(triple)
    watched = compiled.disjoint
    for triple in given:
        if triple.predicate == TYPE and triple.object in watched:
            classes.setdefault(triple.subject, set()).add(triple.object)
    for subject, of_subject in classes.items():
        if compiled.is_contradiction(of_subject):
            raise Unfit(f"classes that exclude each other: {subject}")
        for class_ in of_subject:
            triple = Triple(subject, TYPE, class_)
            if triple not in given:
                found.add(triple)
    return found.difference(ontology)


def reasons(data: Iterable[Triple], ontology: Iterable[Triple]) -> dict[Triple, Reason]:
    """The triples of `closure`, each with the rule and the facts it follows from in one step."""
    facts = map(_fact, (*ontology, *data))
    return {
        Triple(*fact): reason
        for fact, reason in _consistent(derive(facts)).facts.items()
        if reason is not None and _is_triple(fact) and not is_axiomatic(fact)
    }


def explained_lines(found: Mapping[Triple, Reason]) -> str:
    """A line for each triple: the rule, the triple, and what it follows from in one step, tab-separated."""
    return "".join(
        sorted(
            "\t".join((reason.rule, f"{triple} .", *map(written, reason.facts))) + "\n"
            for triple, reason in found.items()
        )
    )


class _Mended(OWLRL_Semantics):  # type: ignore[misc] # owlrl publishes no types
    """owlrl's rules, without the faults measured in 7.6.2.

    * prp-key never compares the last key, so that one key makes all instances of a class the same;
    * the last member of `AllDifferent` and of `AllDisjointProperties` is never compared: like all
      contradictions, those are found by `kg.rules`, and owlrl's own messages are not used;
    * a list that leads back into itself ends the run with a ValueError: it has no members here;
    * blank nodes are collected in a list that is searched for each term: predicates that are blank
      nodes are left out at the end instead.
    """

    def __init__(self, graph: Graph, *, axioms: bool) -> None:
        super().__init__(graph, axioms, axioms)
        self._tautologies = axioms

    def rules(self, t: Any, cycle_num: int) -> None:
        self._properties(t, cycle_num)
        self._equality(t, cycle_num)
        self._classes(t, cycle_num)
        self._class_axioms(t, cycle_num)
        self._schema_vocabulary(t, cycle_num)

    def store_triple(self, t: Any) -> None:
        if self._tautologies or t[1] != RDFLIB_OWL.sameAs or t[0] != t[2]:
            super().store_triple(t)

    def _list(self, l: Any) -> list[Any]:  # noqa: E741 - owlrl's name for it
        try:
            return list(self.graph.items(l))
        except ValueError:
            return []

    def _properties(self, triple: Any, cycle_num: int) -> None:
        class_, predicate, head = triple
        if predicate != RDFLIB_OWL.hasKey:
            super()._properties(triple, cycle_num)
            return
        keys = self._list(head)
        holders: dict[tuple[Any, ...], list[Any]] = {}
        for instance in self.graph.subjects(RDFLIB_TYPE, class_) if keys else ():
            combinations: list[tuple[Any, ...]] = [()]
            for key in keys:
                values = list(self.graph.objects(instance, key))
                combinations = [(*found, value) for found in combinations for value in values]
            for values_of_all in combinations:
                holders.setdefault(values_of_all, []).append(instance)
        for same in holders.values():
            for other in same[1:]:
                self.store_triple((same[0], RDFLIB_OWL.sameAs, other))


RDFLIB_TYPE = URIRef(RDF + "type")
_CARDINALITIES = {OWL + "maxCardinality", OWL + "maxQualifiedCardinality"}


class _Terms:
    """Terms for rdflib and back, exactly: rdflib would rewrite literals it thinks it understands.

    A literal goes in as itself only where owlrl knows its datatype, else as a name that stands for it.
    """

    def __init__(self) -> None:
        self._theirs: dict[Any, Any] = {}
        self._ours: dict[Any, Any] = {}

    def theirs(self, term: Any) -> Any:
        found = self._theirs.get(term)
        if found is None:
            found = self._made(term)
            self._theirs[term] = found
            self._ours[found] = term
        return found

    def _made(self, term: Any) -> Any:
        if isinstance(term, NamedNode):
            return URIRef(term.value)
        if isinstance(term, BlankNode):
            return BNode(term.value)
        if isinstance(term, Literal) and term.language is None and term.datatype.value in SUPPORTED:
            return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
        return BNode(f"literal {len(self._ours)}")  # no label of a file has a space

    def ours(self, term: Any) -> Any:
        found = self._ours.get(term)
        if found is not None:
            return found
        return NamedNode(str(term))


def full_closure(triples: Iterable[Triple], *, axioms: bool = False) -> set[Triple]:
    """All that follows from the triples, without the triples; axiomatic ones only with `axioms`.

    It is what owlrl finds together with what `derive` finds: owlrl leaves out what depends on a class being
    its own subclass (scm-svf1 and its like). Raises `Inconsistent` where the triples contradict each other.
    """
    given = dict.fromkeys(map(_fact, triples))
    derived = _consistent(derive(given)).facts
    return {
        Triple(*fact)
        for fact in (*by_owlrl(given, axioms=axioms), *derived)
        if fact not in given and _is_triple(fact) and (axioms or not is_axiomatic(fact))
    }


def by_owlrl(facts: Iterable[Fact], *, axioms: bool = False) -> Iterator[Fact]:
    """The facts, what follows from them by owlrl, and some of the axiomatic triples or all."""
    terms, graph = _Terms(), Graph()
    for subject, predicate, value in facts:
        if predicate.value in _CARDINALITIES and not isinstance(value, Literal):
            continue  # owlrl asks for the number and finds none
        graph.add((terms.theirs(subject), terms.theirs(predicate), terms.theirs(value)))
    _Mended(graph, axioms=axioms).closure()
    for subject, predicate, value in graph:
        yield terms.ours(subject), terms.ours(predicate), terms.ours(value)
