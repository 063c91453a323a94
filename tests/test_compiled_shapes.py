"""The compiled shapes: they say what pySHACL says, to the letter, and refuse what they cannot say."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from contextlib import closing
from functools import cache

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg import checking, ordered_facts, resources, statements
from kg.checking import Term, check, check_compiled
from kg.commands.convert import convert
from kg.compiled_shapes import (
    Facts,
    InMemory,
    NotCompiledError,
    Path,
    Program,
    Shape,
    compiled,
    violations,
)
from kg.gate import Gate
from kg.ordered_facts import Ordered
from tests.test_checking import triples
from tests.test_shapes import FAILING, TYPE, changed, example, of_evidence

XSD = "http://www.w3.org/2001/XMLSchema#"


def agree(data: list[Triple], shapes: list[Triple], facts: Facts | None = None) -> int:
    """Hold both engines against each other: results, and the report triple by triple; give the number."""
    by_pyshacl = check(data, shapes)
    compiled = check_compiled(facts or InMemory(data), shapes)
    assert compiled.results == by_pyshacl.results
    assert compiled.report == by_pyshacl.report
    assert compiled.conforms == by_pyshacl.conforms
    return len(compiled.results)


@cache
def ours(name: str) -> list[Triple]:
    return checking.shapes(evidence=name == "evidence")


def together(seeds: list[tuple[str, str, str, str]], name: str) -> list[Triple]:
    """The example with everything wrong that the rows put in and nothing that they take away."""
    data = dict.fromkeys(example(name))
    for _, _, with_, _ in seeds:
        data.update(dict.fromkeys(changed(name, "", with_)))
    return [*data, *(checking.vocabulary(data) if name == "facts" else ())]


@pytest.mark.parametrize("name", ["facts", "evidence"])
def test_the_example_conforms_by_the_compiled_shapes(name: str) -> None:
    data = [*example(name), *(checking.vocabulary(example(name)) if name == "facts" else ())]
    assert agree(data, ours(name)) == 0


@pytest.mark.parametrize("name", ["facts", "evidence"])
def test_everything_wrong_that_can_be_put_in_is_reported_alike(name: str) -> None:
    seeds = [row for row in FAILING if of_evidence(row[0]) == (name == "evidence")]
    assert agree(together(seeds, name), ours(name)) >= len([row for row in seeds if row[2]])


@pytest.mark.parametrize(
    ("shape", "without", "with_"),
    [row[:3] for row in FAILING if row[1]],
    ids=[f"{one[0]}-{one[3][:30]}" for one in FAILING if one[1]],
)
def test_everything_that_is_taken_away_is_reported_alike(shape: str, without: str, with_: str) -> None:
    name = "evidence" if of_evidence(shape) else "facts"
    assert agree(changed(name, without, with_), ours(name))


def literal(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


IRI = NamedNode("https://w3id.org/peerkg/nothing/known")
WRONG: list[list[Term]] = [
    [],
    [literal("0.5", "double"), literal("-5", "integer"), literal("x", "integer")],
    [Literal(""), BlankNode("value"), literal("2019-05", "date")],
    [IRI, Literal("a", language="en"), Literal("b", language="en"), literal("2019", "gYear")],
    [NamedNode("http://ror.org/7"), NamedNode("http://orcid.org/7"), NamedNode("https://doi.org/night")],
]
"""Values that break every rule about values, in sets that break every rule about their number."""


def said(focus: NamedNode | BlankNode, path: Path, value: Term) -> list[Triple]:
    """Triples by which the value is reached from the focus."""
    match path.kind:
        case "step":
            compared = path.predicate in OFFSETS and isinstance(value, BlankNode)
            return [] if compared else [Triple(focus, path.predicate, value)]
        case "inverse":
            return [] if isinstance(value, Literal) else [Triple(value, path.predicate, focus)]
        case "choice":
            return said(focus, path.parts[0], value)
        case _:
            first, second = (part.predicate for part in path.parts)
            middle = NamedNode("https://w3id.org/peerkg/middle")
            return [Triple(focus, first, middle), Triple(middle, second, value)]


OFFSETS = [NamedNode(f"http://www.w3.org/ns/oa#{name}") for name in ("start", "end")]
"""Not for blank nodes: pySHACL ends where it has to compare one."""


def inside(shape: Shape) -> Iterator[Shape]:
    yield shape
    for one in shape.constraints:
        if one.component == "Property":
            yield from inside(one.parameter)


def targeted(program: Program) -> Iterator[tuple[Shape, list[Triple]]]:
    """Each shape that has a target, and for each set of wrong values a thing that is one."""
    number = 0
    for kind, targets in enumerate((program.of_class, program.subjects_of, program.objects_of)):
        for target, shapes in targets.items():
            for values in WRONG:
                number += 1
                name = f"https://w3id.org/peerkg/wrong/{number}"
                focus = NamedNode(name) if values else BlankNode(f"wrong{number}")
                begin = [
                    Triple(focus, TYPE, target),
                    Triple(focus, target, Literal("it")),
                    Triple(IRI, target, focus),
                ][kind]
                for shape in shapes:
                    paths = [one.path for one in inside(shape) if one.path is not None]
                    made = [one for path in paths for value in values for one in said(focus, path, value)]
                    yield shape, [begin, *made]


@pytest.mark.parametrize("name", ["facts", "evidence"])
def test_every_constraint_of_every_shape_is_broken_and_reported_alike(name: str) -> None:
    program = compiled(ours(name))
    data = [triple for _, made in targeted(program) for triple in made]
    assert agree(data, ours(name))
    graphs = [
        data,
        *(changed(name, *row[1:3]) for row in FAILING if of_evidence(row[0]) == (name == "evidence")),
    ]
    found = {
        (one.shape, one.component)
        for graph in graphs
        for one in violations(program, InMemory(graph), checking.LITERALS)
    }
    asked = {
        (one.node, constraint.component)
        for shape, _ in targeted(program)
        for one in inside(shape)
        for constraint in one.constraints
        if constraint.component != "Property" and constraint.parameter not in ALWAYS
    }
    assert asked - found == set()


ALWAYS = [0]
"""The parameter of a constraint that nothing can break: at least no value."""


@cache
def of_a_seed() -> list[Triple]:
    """What one real document becomes, with what it mentions of the vocabulary."""
    document = sorted((resources.folder("shapes").parent / "seeds").glob("*.txt"))[1]
    done = CliRunner().invoke(convert, [str(document), "--format", "nquads"])
    data = {quad.triple for quad in parse(done.stdout_bytes, format=RdfFormat.N_QUADS)}
    return sorted((*data, *checking.vocabulary(data)), key=str)


@st.composite
def mutations(draw: st.DrawFn) -> list[Triple]:
    """The graph of a real document with a dozen triples lost, bent, doubled or turned round."""
    graph = dict.fromkeys(of_a_seed())
    values = [one.object for one in graph] + [value for values in WRONG for value in values]
    for _ in range(12):
        one = draw(st.sampled_from(list(graph)))
        other = draw(st.sampled_from(list(graph)))
        value = draw(st.sampled_from(values))
        kind = draw(st.sampled_from(("lost", "bent", "doubled", "moved", "turned", "language")))
        if kind in {"lost", "bent", "turned", "language"}:
            del graph[one]
        if kind in {"bent", "doubled"} and not isinstance(value, BlankNode):
            graph[Triple(one.subject, one.predicate, value)] = None
        elif kind == "doubled":
            graph[Triple(BlankNode("mutant"), one.predicate, other.object)] = None
        elif kind == "moved":
            graph[Triple(other.subject, one.predicate, one.object)] = None
        elif kind == "turned" and not isinstance(one.object, Literal):
            graph[Triple(one.object, one.predicate, one.subject)] = None
        elif kind == "language" and isinstance(one.object, Literal):
            graph[Triple(one.subject, one.predicate, Literal(one.object.value, language="zh"))] = None
    return list(graph)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(mutations())
def test_random_mutations_of_a_real_graph_are_reported_alike(data: list[Triple]) -> None:
    agree(data, ours("facts"))


@pytest.mark.parametrize("name", ["facts", "evidence"])
@pytest.mark.parametrize("is_turned", [True, False])
def test_facts_on_disk_are_judged_like_facts_in_memory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str, is_turned: bool
) -> None:
    monkeypatch.setattr(ordered_facts, "BLOCK", 500)
    data = [one for _, made in targeted(compiled(ours(name))) for one in made]
    quads = (Quad(one.subject, one.predicate, one.object, IRI) for one in data)
    backwards = Gate.load({}).backwards()[name == "evidence"] if is_turned else ()
    found = statements.gathered(quads, tmp_path / "all")
    with closing(Ordered(statements.merged(found), tmp_path / "facts", backwards)) as facts:
        in_memory = check_compiled(InMemory(quad.triple for quad in found.quads()), ours(name))
        assert in_memory.results
        assert check_compiled(facts, ours(name)) == in_memory
        typed = {(one.subject, one.object) for one in found.quads() if one.predicate == TYPE}
        assert set(facts.pairs(TYPE)) == typed
        assert facts.own(NamedNode("urn:nobody")) == facts.own(Literal("nobody")) == {}


def test_subclasses_that_the_data_name_count_as_their_classes() -> None:
    shapes = triples("""
        :S a sh:NodeShape ; sh:targetClass :Person ;
            sh:property [ sh:path :knows ; sh:class :Person ; sh:message "A person." ] .
    """)
    data = triples(
        """
        :Peer rdfs:subClassOf :Helper . :Helper rdfs:subClassOf :Person, :Peer .
        :a a :Peer ; :knows :b, :c, "d" . :b a :Helper . :c a :Other .
    """.replace("rdfs:", "<http://www.w3.org/2000/01/rdf-schema#").replace("subClassOf", "subClassOf>")
    )
    assert agree(data, shapes) == 2


REFUSED = [
    ("sh:targetNode :x", "sh:targetNode"),
    ("sh:targetClass :C ; sh:node :T", "sh:node"),
    ("sh:targetClass :C ; sh:closed true", "sh:closed"),
    ("sh:targetClass :C ; sh:deactivated true", "sh:deactivated"),
    ("sh:targetClass :C ; sh:maxLength 3 ; sh:message 'm'", "sh:maxLength"),
    ("sh:targetClass :C ; sh:nodeKind sh:BlankNode ; sh:message 'm'", "sh:nodeKind BlankNode"),
    ("sh:targetClass :C ; sh:nodeKind sh:IRI", "a constraint without sh:message"),
    ("sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ]", "a constraint without sh:message"),
    ("sh:targetClass :C ; sh:property [ sh:path [ sh:zeroOrMorePath :p ] ]", "sh:zeroOrMorePath"),
    ("sh:targetClass :C ; sh:property [ sh:path [ sh:inversePath ( :p :q ) ] ]", "a path of another form"),
    ("sh:targetClass :C ; sh:minCount 1 ; sh:message 'm'", "sh:MinCountConstraintComponent without sh:path"),
    ("sh:targetClass :C ; sh:datatype xsd:int, xsd:long ; sh:message 'm'", "a second sh:datatype"),
    ("sh:targetClass :C ; sh:in () ; sh:message 'm'", "an empty list"),
    ("sh:targetClass :C ; sh:nodeKind sh:IRI ; sh:message 'not {$this}'", "an sh:message with variables"),
    (
        "sh:targetClass :C ; sh:sparql [ sh:message 'm' ; sh:select 'SELECT $this { $this ?p 1 }' ]",
        "sh:sparql",
    ),
    ("a <http://www.w3.org/2000/01/rdf-schema#Class> ; sh:targetClass :C", "an implicit class target"),
]


@pytest.mark.parametrize(("shape", "named"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_is_not_compiled_is_refused_by_its_name(shape: str, named: str) -> None:
    shapes = triples(f":S a sh:NodeShape ; {shape} .")
    with pytest.raises(NotCompiledError) as refused:
        check_compiled(InMemory(triples(":a a :C .")), shapes)
    assert str(refused.value).startswith(f"{named} at " if " " in named else named)
    assert "--engine pyshacl" in str(refused.value)
