"""pySHACL judges a sample of what the compiled shapes have judged, and stops a build where it disagrees."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pyoxigraph import NamedNode, Triple

from kg import agreement, checking, compiled_shapes, gate
from kg.agreement import DisagreementError, Sample
from kg.compiled_shapes import InMemory, compiled
from kg.gate import Gate, RefusedError
from tests.test_checking import triples
from tests.test_compiled_shapes import ours, targeted, together
from tests.test_shapes import FAILING, example, of_evidence

BASE = "https://w3id.org/peerkg/"


@pytest.mark.parametrize("name", ["facts", "evidence"])
def test_a_sample_is_judged_as_the_whole(name: str) -> None:
    wrong = together([row for row in FAILING if of_evidence(row[0]) == (name == "evidence")], name)
    made = [triple for _, some in targeted(compiled(ours(name))) for triple in some][:2000]
    for data in (wrong, made):
        assert agreement.check(InMemory(data), ours(name)) == checking.check(data, ours(name))


def test_a_sample_sees_what_paths_lead_to_and_the_classes_above() -> None:
    shapes = triples("""
        :S a sh:NodeShape ; sh:targetClass :Person ; sh:targetObjectsOf :likes ;
            sh:property [ sh:path ( :knows :name ) ; sh:minCount 1 ; sh:class :Name ; sh:message "A name." ] ;
            sh:property [ sh:path [ sh:inversePath :likes ] ; sh:maxCount 1 ; sh:message "One admirer." ] .
    """)
    data = triples("""
        :Peer <http://www.w3.org/2000/01/rdf-schema#subClassOf> :Person .
        :a a :Peer ; :knows :b . :b a :Peer ; :name :n . :n a :Name .
        :c :likes :a, :x . :d :likes :a .
    """)
    found = agreement.check(InMemory(data), shapes)
    assert found == checking.check(data, shapes)
    assert len(found.results) == 3


def test_a_sample_is_the_same_whatever_the_order_and_has_some_of_each_kind() -> None:
    things = [NamedNode(f"{BASE}report/{number}") for number in range(50)]
    one, other = Sample(), Sample()
    for target in ("a", "b"):
        for thing in things:
            one.met(frozenset((target,)), thing)
        for thing in reversed(things):
            other.met(frozenset((target,)), thing)
    assert set(one.things()) == set(other.things())
    assert len(list(one.things())) == 2 * agreement.OF_EACH


def test_a_wrong_check_is_found_by_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    data = together([("PersonShape", "", "<person/one> pk:orcid '0000-0000' .", "")], "facts")
    agreement.check(InMemory(data), ours("facts"))
    monkeypatch.setattr(compiled_shapes._Run, "_failures", lambda *_: iter(()))
    with pytest.raises(
        DisagreementError, match=r"pySHACL alone has .*PersonShape say of .*person/one.*report it"
    ):
        agreement.check(InMemory(data), ours("facts"))


def test_the_gate_has_pyshacl_judge_a_small_graph_and_a_sample_of_a_large_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = [*example("facts"), *checking.vocabulary(example("facts"))]
    judged: list[int] = []
    real = checking.check

    def counting(data: Sequence[Triple], shapes: list[Triple]) -> checking.Validation:
        judged.append(len(data))
        return real(data, shapes)

    monkeypatch.setattr(checking, "check", counting)
    Gate.load({}).judge(facts, [])
    assert judged == [len(facts), 0]
    judged.clear()
    monkeypatch.setattr(gate, "SMALL", 0)
    Gate.load({}).judge(iter(facts), [])
    assert judged == [judged[0], 0]
    assert 0 < judged[0] <= len(facts)


def test_the_gate_refuses_alike_whatever_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = together([row for row in FAILING if not of_evidence(row[0])], "facts")
    evidence = list(example("evidence"))
    said = []
    for small in (0, 1_000_000):
        monkeypatch.setattr(gate, "SMALL", small)
        with pytest.raises(RefusedError) as refused:
            Gate.load({}).judge(facts, evidence)
        said.append(refused.value.problems)
    assert said[0] == said[1]


def test_facts_that_are_not_triples_are_judged_where_they_lie() -> None:
    person = NamedNode(f"{BASE}person/nobody")
    facts = InMemory([Triple(person, compiled_shapes.TYPE, NamedNode(f"{BASE}ontology#Person"))])
    with pytest.raises(RefusedError) as refused:
        Gate.load({}).judge(facts, [])
    assert {problem.path for problem in refused.value.problems} == {person.value}
