"""The compiled rules conclude what the whole table concludes, or say that they are not enough."""

from __future__ import annotations

import itertools
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg.compiled_rules import InMemory, Program, Unfit, conclusions
from kg.datatypes import XSD
from kg.reasoning import Inconsistent, closure, program, reasons
from kg.rules import SAME, TYPE, iri, is_axiom
from tests.test_reasoning import FACTS, ONTOLOGY, PK, SMALL, axioms, triples

B = "https://w3id.org/peerkg/"
TERMS = sorted(
    {
        one.subject
        for one in ONTOLOGY
        if isinstance(one.subject, NamedNode) and one.subject.value.startswith(PK)
    },
    key=str,
)
CLASSES = [one for one in TERMS if one.value.removeprefix(PK)[0].isupper()]
LINKS = [one for one in TERMS if one.value.removeprefix(PK)[0].islower()]
KINDS = ("report", "study", "person", "authorship", "institution", "finding", "citation", "group")
THINGS = [NamedNode(f"{B}{kind}/{number}") for kind in KINDS for number in (1, 2)]
ABOUT_OURS = st.lists(
    st.one_of(
        st.builds(Triple, st.sampled_from(THINGS), st.sampled_from(LINKS), st.sampled_from(THINGS)),
        st.builds(Triple, st.sampled_from(THINGS), st.just(TYPE), st.sampled_from(CLASSES)),
        st.builds(
            Triple,
            st.sampled_from(THINGS),
            st.sampled_from(LINKS),
            st.sampled_from([Literal("x"), Literal(7), Literal("x", language="en")]),
        ),
    ),
    max_size=12,
)


def by_the_table(data: list[Triple], ontology: list[Triple]) -> set[Triple] | str:
    try:
        return set(reasons(data, ontology))
    except Inconsistent as error:
        return str(error)


def by_closure(data: list[Triple], ontology: list[Triple]) -> set[Triple] | str:
    try:
        return closure(data, ontology)
    except Inconsistent as error:
        return str(error)


def streamed(data: list[Triple], ontology: list[Triple]) -> set[Triple]:
    """What a stream of the compiled rules gives, in order and without what is given."""
    compiled, base = program(ontology)
    facts = [fact for fact in base if not is_axiom(fact)]
    facts += [(one.subject, one.predicate, one.object) for one in data]
    found = {Triple(*fact) for fact in conclusions(compiled, facts)}
    return found - {*data, *ontology} - {Triple(*fact) for fact in base if not isinstance(fact[0], Literal)}


@pytest.mark.slow
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(ABOUT_OURS)
def test_random_facts_close_alike_under_our_ontology(data: list[Triple]) -> None:
    assert by_closure(data, ONTOLOGY) == by_the_table(data, ONTOLOGY)
    compiled, _ = program(OPEN)
    list(conclusions(compiled, [(one.subject, one.predicate, one.object) for one in data]))
    assert closure(data, OPEN) == set(reasons(data, OPEN))


OPEN = [
    one
    for one in ONTOLOGY
    if one.object not in {iri("owl:AllDisjointClasses"), iri("owl:FunctionalProperty")}
    and not (one.predicate == iri("rdfs:range") and one.object.value.startswith(XSD))
]
"""Our ontology without what random facts contradict, so that the compiled rules are always enough."""


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), FACTS)
def test_random_facts_close_alike_under_random_ontologies(drawn: st.DataObject, data: list[Triple]) -> None:
    number = drawn.draw(st.integers(1, 5))
    ontology = [*itertools.chain.from_iterable(drawn.draw(axioms(number=at)) for at in range(number))]
    assert by_closure(data, ontology) == by_the_table(data, ontology)


def test_a_stream_in_any_order_concludes_what_the_whole_does() -> None:
    whole = closure(SMALL, ONTOLOGY)
    for seed in range(4):
        data = sorted(SMALL, key=lambda one: crc32(f"{seed} {one}".encode()))
        assert streamed(data, ONTOLOGY) == whole - closure([], ONTOLOGY)


def test_our_ontology_needs_no_more_than_the_compiled_rules(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert closure(SMALL, ONTOLOGY)
    assert "whole table" not in caplog.text


CHAINS = triples("""
    :grandparent owl:propertyChainAxiom ( :parent :parent ) .
    :uncle owl:propertyChainAxiom ( :grandparent :son ) .
    :parent owl:inverseOf :child . :kin a rdf:Property .
    :uncle rdfs:subPropertyOf :kin . :kin rdfs:domain :Person .
""")


def test_a_chain_of_chains_is_joined_once_each() -> None:
    compiled, _ = program(CHAINS)
    assert [chain.makes.value.rpartition("/")[2] for chain in compiled.chains] == ["grandparent", "uncle"]
    data = triples(":b :child :a . :b :parent :c . :c :son :d .")
    assert closure(data, CHAINS) >= set(
        triples(":a :grandparent :c . :a :uncle :d . :a :kin :d . :a a :Person .")
    )


UNFIT = {
    "a chain that makes its own step": ":p owl:propertyChainAxiom ( :p :q ) .",
    "a chain that makes its own step by a subproperty": (
        ":p owl:propertyChainAxiom ( :q :r ) . :p rdfs:subPropertyOf :q ."
    ),
    "a transitive property": ":p a owl:TransitiveProperty .",
    "an intersection": ":C owl:intersectionOf ( :A :B ) .",
    "a key": ":C owl:hasKey ( :p ) .",
    "disjoint properties": "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
    "a chain of three": ":p owl:propertyChainAxiom ( :q :r :s ) .",
}


@pytest.mark.parametrize("text", UNFIT.values(), ids=UNFIT)
def test_an_ontology_of_other_rules_is_unfit(text: str) -> None:
    with pytest.raises(Unfit):
        program(triples(text))


WATCHED = {
    "two values of a functional property": (":p a owl:FunctionalProperty .", ":x :p :y, :z ."),
    "two holders of one value": (":p a owl:InverseFunctionalProperty .", ":x :p :z . :y :p :z ."),
    "an equality": ("", ":x owl:sameAs :y . :x :p :z ."),
    "an axiom": (":p rdfs:domain :C .", ":C rdfs:subClassOf :D . :x :p :y ."),
    "a class of a property": ("", ":p a owl:SymmetricProperty . :x :p :y ."),
    "a class that is its own instance": (":C rdfs:subClassOf :D .", ":C a :C ."),
}


@pytest.mark.parametrize(("ontology", "data"), WATCHED.values(), ids=WATCHED)
def test_facts_that_need_the_whole_table_are_noticed(ontology: str, data: str) -> None:
    compiled, _ = program(triples(ontology))
    facts = [(one.subject, one.predicate, one.object) for one in triples(data)]
    with pytest.raises(Unfit):
        list(conclusions(compiled, facts))
    assert by_closure(triples(data), triples(ontology)) == by_the_table(triples(data), triples(ontology))


CONTRADICTIONS = {
    "cax-dw": (":A owl:disjointWith :B . :p rdfs:range :B .", ":x a :A . :y :p :x ."),
    "cax-adc": ("[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .", ":x a :C . :x a :A ."),
    "dt-not-type": (":p rdfs:range xsd:integer .", ":x :p 'eight' ."),
    "prp-irp": (":p a owl:IrreflexiveProperty .", ":x :p :x ."),
    "cls-nothing2": (":p rdfs:domain owl:Nothing .", ":x :p :y ."),
    "dt-diff": (":p a owl:FunctionalProperty .", ":x :p 1, 2 ."),
}


@pytest.mark.parametrize("rule", CONTRADICTIONS)
def test_a_contradiction_is_found_and_traced_back_to_what_was_given(rule: str) -> None:
    ontology, data = (triples(text) for text in CONTRADICTIONS[rule])
    with pytest.raises(Inconsistent) as raised:
        closure(data, ontology)
    assert raised.value.rule == rule
    assert {Triple(*fact) for fact in raised.value.triples} <= {*data, *ontology}


def test_a_class_that_excludes_itself_has_no_instance() -> None:
    ontology = triples(":A owl:disjointWith :A . [] a owl:AllDisjointClasses ; owl:members ( :B :B ) .")
    with pytest.raises(Inconsistent, match="cax-dw"):
        closure(triples(":x a :A ."), ontology)
    assert closure(triples(":x a :B ."), ontology) == set()


def test_a_literal_that_a_range_allows_is_no_subject() -> None:
    ontology = triples(":p rdfs:range xsd:string ; owl:inverseOf :q . :q rdfs:range :C .")
    assert closure(triples(":x :p 'word' ."), ontology) == set(triples(":x a :C ."))


def test_memory_says_whether_a_value_is_the_only_one() -> None:
    memory = InMemory()
    assert memory.value(0, "holder", "value")
    assert memory.value(0, "holder", "value")
    assert memory.value(1, "holder", "other")
    assert not memory.value(0, "holder", "other")


def test_equalities_are_never_worked_out_for_a_program() -> None:
    with pytest.raises(Unfit, match="equality"):
        Program([]).of(THINGS[0], SAME, THINGS[1])
