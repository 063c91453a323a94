"""Whether data keep to SHACL shapes: the results as values, the report as W3C triples.

`check` asks pySHACL. `check_compiled` asks `kg.compiled_shapes` and has pySHACL write the report; both give
the same results and the same report.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pyshacl
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)
from pyoxigraph import Literal as RdfLiteral
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError, ShapeRecursionWarning, ValidationFailure
from pyshacl.rdfutil.compare import compare_literal
from pyshacl.validator import Validator
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD

from kg import compiled_shapes, resources
from kg.compiled_shapes import Facts, Met, Violation
from kg.problems import PeerkgError

Term = NamedNode | BlankNode | RdfLiteral
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
"""rdflib warns, with a traceback, of each literal without a good form; here that is a result."""

Severity = Literal["violation", "warning", "info"]

_SEVERITIES: dict[str, Severity] = {"Violation": "violation", "Warning": "warning", "Info": "info"}
_DEPTH = 30
"""How deep shapes may refer to shapes. Ours need four."""


class ShapesError(PeerkgError):
    """The shapes cannot be used; the message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that does not keep to a shape.

    `shape` is the named shape it belongs to, `path` the property in SPARQL's notation (empty for a
    constraint on the thing itself), `message` what the shape says of it and of what to do.
    """

    shape: str
    severity: Severity
    focus: Term
    path: str
    value: Term | None
    message: str
    constraint: str


@dataclass(frozen=True)
class Validation:
    """What came of a validation. `conforms` is W3C's: there is no result, of whatever severity."""

    conforms: bool
    results: list[Result]
    _said: Iterator[Triple] = field(repr=False, compare=False)

    @cached_property
    def report(self) -> list[Triple]:
        """W3C's report, sorted; made when it is asked for, since it is much larger than the results."""
        return _canonical(self._said)

    @property
    def violations(self) -> list[Result]:
        """The results that are more than warnings: what keeps data from being published."""
        return [result for result in self.results if result.severity == "violation"]


def shapes(*, evidence: bool = False) -> list[Triple]:
    """Our shapes for facts, or those for the graph of evidence."""
    files = sorted(resources.folder("shapes").glob("*.ttl"))
    return [one for path in files if (path.stem == "evidence") == evidence for one in _ours_in(path)]


def vocabulary(data: Iterable[Triple]) -> list[Triple]:
    """What the vocabulary says of the concepts that the data mention, and of those broader."""
    return vocabulary_of(triple.object for triple in data)


def concepts() -> dict[Any, list[Triple]]:
    """What the vocabulary says, by concept."""
    said: dict[Any, list[Triple]] = {}
    for path in sorted((resources.folder("ontology") / "concepts").glob("*.ttl")):
        for one in _ours_in(path):
            said.setdefault(one.subject, []).append(one)
    return said


def vocabulary_of(mentioned: Iterable[Any]) -> list[Triple]:
    """What the vocabulary says of those of the things that are concepts, and of those broader."""
    said = concepts()
    waiting = [thing for thing in mentioned if thing in said]
    found: dict[Any, None] = {}
    while waiting:
        term = waiting.pop()
        if term in said and term not in found:
            found[term] = None
            waiting.extend(triple.object for triple in said[term])
    return [triple for term in found for triple in said[term]]


@cache
def _ours_in(path: Path) -> tuple[Triple, ...]:
    """The statements of one of our files; its blank nodes get names that no other file has."""
    return tuple(
        Triple(_renamed(quad.subject, path.stem), quad.predicate, _renamed(quad.object, path.stem))
        for quad in parse(path=str(path), format=RdfFormat.TURTLE)
    )


def _renamed(term: Any, name: str) -> Any:
    return BlankNode(f"{name}-{term.value}") if isinstance(term, BlankNode) else term


def check(data: Iterable[Triple], shapes: Iterable[Triple]) -> Validation:
    """What SHACL says of the data. Raises `ShapesError` where the shapes cannot be used."""
    shape_triples = _as_standard(list(shapes))
    _refuse(shape_triples)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ShapeRecursionWarning)
            _, report, text = pyshacl.validate(
                _graph(data),
                shacl_graph=_graph(_lifted(shape_triples)),
                inference="none",
                advanced=False,
                do_owl_imports=False,
                max_validation_depth=_DEPTH,
            )
    except (ReportableRuntimeError, ShapeRecursionWarning, ParseBaseException) as error:
        raise ShapesError(f"the shapes cannot be used: {_one_line(str(error))}") from error
    if isinstance(report, ValidationFailure):
        raise ShapesError(f"the validation failed: {_one_line(report.message or text)}")
    results = sorted(set(_results(report, _Owners(shape_triples))), key=_order)
    return Validation(not results, results, _triples(report))


def check_compiled(
    facts: Facts,
    shapes: Iterable[Triple],
    met: Met | None = None,
) -> Validation:
    """What `check` says, by the compiled shapes: in one pass over facts that may lie on disk.

    Raises `compiled_shapes.NotCompiledError` for shapes that hold more than is compiled. `met` is told of
    each thing that is checked, with the targets by which it is.
    """
    shape_triples = _as_standard(list(shapes))
    _refuse(shape_triples)
    lifted = _lifted(shape_triples)
    program = compiled_shapes.compiled(lifted)
    found = compiled_shapes.violations(program, facts, LITERALS, met)
    report, results = _reported(found, _graph(lifted), facts, _Owners(shape_triples))
    return Validation(not results, sorted(set(results), key=_order), report)


def _reported(
    found: Iterable[Violation], shapes: Graph, facts: Facts, owners: _Owners
) -> tuple[Iterator[Triple], list[Result]]:
    """The report, to be read once, and the results of violations.

    pySHACL writes those of the first violation of each shape, and of all with blank nodes, which a report
    describes; the others differ from that first in the thing, the value and the component alone.
    """
    said = _graph(())
    firsts: dict[tuple[Any, Any], BNode] = {}
    theirs: list[tuple[str, BNode, list[tuple[Any, Any, Any]]]] = []
    alike: list[Violation] = []
    for one in found:
        key = (one.shape, one.constraint)
        blank = isinstance(one.focus, BlankNode) or isinstance(one.value, BlankNode)
        if key in firsts and not blank:
            alike.append(one)
            continue
        theirs.append(_their_result(one, shapes, said, facts))
        if not blank:
            firsts[key] = theirs[-1][1]
    report, _ = Validator.create_validation_report(SimpleNamespace(graph=shapes), not theirs, theirs)
    results = list(_results(report, owners))
    triples = list(_triples(report))
    root = next(one.subject for one in triples if one.object == _REPORT)
    patterns = {key: _Pattern.of(report, node, owners) for key, node in firsts.items()}
    results += (
        replace(
            patterns[one.shape, one.constraint].result,
            focus=one.focus,
            value=one.value,
            constraint=one.component,
        )
        for one in alike
    )
    others = (
        triple
        for number, one in enumerate(alike)
        for triple in _like(patterns[one.shape, one.constraint], one, root, BlankNode(f"alike{number}"))
    )
    return chain(triples, others), results


def _like(pattern: _Pattern, one: Violation, root: Any, node: BlankNode) -> Iterator[Triple]:
    """What the report says of a violation that is like the first of its shape."""
    yield from (Triple(node, predicate, value) for predicate, value in pattern.said)
    yield Triple(root, _RESULT, node)
    yield Triple(node, _COMPONENT, NamedNode(f"{SH}{one.component}ConstraintComponent"))
    yield Triple(node, _FOCUS, one.focus)
    if one.value is not None:
        yield Triple(node, _VALUE, one.value)


_REPORT = NamedNode(str(SH.ValidationReport))
_RESULT, _COMPONENT, _FOCUS, _VALUE = (
    NamedNode(str(SH[name])) for name in ("result", "sourceConstraintComponent", "focusNode", "value")
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What is said of every result of a shape, and one of them."""

    result: Result
    said: list[tuple[NamedNode, Term]]

    @classmethod
    def of(cls, report: Graph, node: BNode, owners: _Owners) -> _Pattern:
        said = [(_ours(predicate), _ours(value)) for predicate, value in report.predicate_objects(node)]
        own = {_COMPONENT, _FOCUS, _VALUE}
        return cls(_result(report, node, owners), [one for one in said if one[0] not in own])


def _their_result(
    found: Violation, of_shapes: Graph, of_facts: Graph, facts: Facts
) -> tuple[str, BNode, list[tuple[Any, Any, Any]]]:
    """A violation as pySHACL's report takes it: a node and its triples, terms with the graph they are of."""
    node, shape = BNode(), _theirs(found.shape)
    component = f"{found.component}ConstraintComponent"
    triples: list[tuple[Any, Any, Any]] = [
        (node, RDF.type, SH.ValidationResult),
        (node, SH.sourceConstraintComponent, SH[component]),
        (node, SH.sourceShape, (of_shapes, shape)),
        (node, SH.resultSeverity, of_shapes.value(shape, SH.severity) or SH.Violation),
        (node, SH.focusNode, (of_facts, _described(found.focus, of_facts, facts))),
    ]
    if found.value is not None:
        triples.append((node, SH.value, (of_facts, _described(found.value, of_facts, facts))))
    path = of_shapes.value(shape, SH.path)
    if path is not None:
        triples.append((node, SH.resultPath, (of_shapes, path)))
    messages = list(of_shapes.objects(shape, SH.message))
    if found.constraint is not None:
        constraint = _theirs(found.constraint)
        triples.append((node, SH.sourceConstraint, (of_shapes, constraint)))
        messages += of_shapes.objects(constraint, SH.message)
        messages = [RdflibLiteral(str(message)) for message in messages]  # pySHACL drops the language
    triples.extend((node, SH.resultMessage, message) for message in messages)
    return "", node, triples


def _described(term: Any, graph: Graph, facts: Facts) -> Any:
    """The term for rdflib; the graph then has what a blank node says, which the report repeats."""
    waiting = [term] if isinstance(term, BlankNode) else []
    while waiting:
        node = waiting.pop()
        for predicate, values in facts.own(node).items():
            for value in values:
                triple = (_theirs(node), _theirs(predicate), _theirs(value))
                if triple not in graph:
                    graph.add(triple)
                    if isinstance(value, BlankNode):
                        waiting.append(value)
    return _theirs(term)


class _Literals:
    """What pySHACL and rdflib know of the values of literals."""

    def has_datatype(self, value: RdfLiteral, datatype: NamedNode) -> bool:
        """Whether the literal has the datatype, and a form that the datatype allows."""
        return _has_datatype(value, datatype)

    def at_least(self, value: RdfLiteral, bound: RdfLiteral) -> bool:
        """Whether the value is the bound or more."""
        return _at_least(value, bound)

    def less(self, value: Term, other: Term) -> bool:
        """Whether the value is less than the other one; blank nodes cannot be compared."""
        if isinstance(value, BlankNode) or isinstance(other, BlankNode):
            raise ShapesError("the shapes cannot be used: sh:lessThan cannot compare a blank node")
        (one, is_text), (two, is_text_too) = _comparable(value), _comparable(other)
        return is_text == is_text_too and bool(one < two)


LITERALS = _Literals()

_TYPES: dict[Any, Any] = {
    XSD.integer: int,
    XSD.float: float,
    XSD.decimal: Decimal,
    XSD.boolean: bool,
    XSD.date: date,
    XSD.time: time,
    XSD.dateTime: datetime,
}
"""What the values of datatypes are in Python; of others pySHACL asks for no more than a good form."""


@lru_cache(1 << 16)
def _has_datatype(value: RdfLiteral, datatype: NamedNode) -> bool:
    theirs = _theirs(value)
    if theirs.language is not None or theirs.datatype != _theirs(datatype) or theirs.ill_typed is True:
        return False
    return isinstance(theirs.value, _TYPES.get(theirs.datatype, object))


@lru_cache(1 << 16)
def _at_least(value: RdfLiteral, bound: RdfLiteral) -> bool:
    one, two = _theirs(value), _theirs(bound)
    if isinstance(one.value, str) != isinstance(two.value, str):
        return False
    try:
        return bool(compare_literal(one, two) >= 0)  # type: ignore[no-untyped-call] # of pySHACL
    except (TypeError, NotImplementedError):  # values that have no order
        return False


def _comparable(term: Term) -> tuple[Any, bool]:
    """The text of an IRI or of a literal that is one, otherwise the literal; and whether it is text."""
    theirs = _theirs(term)
    if isinstance(theirs, URIRef):
        return str(theirs), True
    return (theirs.value, True) if isinstance(theirs.value, str) else (theirs, False)


_SPARQL = {str(SH.select), str(SH.ask), str(SH.construct)}
_TARGETS = {str(SH[f"target{kind}"]) for kind in ("Class", "Node", "ObjectsOf", "SubjectsOf")}
_SHAPES = {str(SH.NodeShape), str(SH.PropertyShape)}


def _refuse(triples: list[Triple]) -> None:
    """Raise `ShapesError` for shapes that check nothing, or that pySHACL would answer with a crash."""
    if not any(
        triple.predicate.value in _TARGETS
        or (isinstance(triple.object, NamedNode) and triple.object.value in _SHAPES)
        for triple in triples
    ):
        raise ShapesError("there is no shape in the shapes: everything would conform")
    for triple in triples:
        if triple.predicate.value in _SPARQL and isinstance(triple.object, RdfLiteral):
            _refuse_query(triple.object.value, _prefixes_of(triple.subject, triples))


_FORBIDDEN = {
    "SERVICE": "asks another server, which a validation never does",
    "shapesGraph": "asks for the graph of shapes, which SHACL, 5.3.1, leaves open and peerkg does not offer",
}
_NESTING = 50


def _refuse_query(query: str, prefixes: dict[str, str]) -> None:
    for word, why in _FORBIDDEN.items():
        if re.search(rf"\b{word}\b", query, re.IGNORECASE):
            raise ShapesError(f"a SPARQL constraint {why}: remove {word}")
    depth = deepest = 0
    for character in query:
        depth += (character in "{([") - (character in "})]")
        deepest = max(deepest, depth)
    if deepest > _NESTING:
        raise ShapesError(f"a SPARQL constraint nests brackets more than {_NESTING} deep: simplify it")
    try:
        Store().query(re.sub(r"[$?]PATH\b", "<urn:path>", query), prefixes=prefixes)
    except SyntaxError as error:
        raise ShapesError(f"a SPARQL constraint is not SPARQL: {_one_line(error.msg)[:300]}") from error


def _prefixes_of(constraint: Any, triples: list[Triple]) -> dict[str, str]:
    """The prefixes that the constraint may use."""
    named = {one.object for one in triples if one.subject == constraint and one.predicate == _PREFIXES}
    declared = {one.object for one in triples if one.subject in named and one.predicate == _DECLARE}
    found: dict[Any, dict[str, str]] = {}
    for one in triples:
        if one.subject in declared and isinstance(one.object, RdfLiteral):
            found.setdefault(one.subject, {})[one.predicate.value] = one.object.value
    return {one.get(str(SH.prefix), ""): one.get(str(SH.namespace), "") for one in found.values()}


_PREFIXES, _DECLARE = NamedNode(str(SH.prefixes)), NamedNode(str(SH.declare))
_IMPORTS = NamedNode(str(OWL.imports))
_UNIQUE = NamedNode(str(SH.uniqueLang))
_TRUE = RdfLiteral(True)


def _as_standard(triples: list[Triple]) -> list[Triple]:
    """The shapes, with two things said in pySHACL's words that it does not see in the standard's.

    `sh:uniqueLang` counts only with the literal `true` (SHACL, 4.4.5), and prefixes are declared by what an
    `owl:imports` leads to as well (5.2.1).
    """
    result = [triple for triple in triples if triple.predicate != _UNIQUE or triple.object == _TRUE]
    imports: dict[Any, list[Any]] = {}
    for triple in triples:
        if triple.predicate == _IMPORTS:
            imports.setdefault(triple.subject, []).append(triple.object)
    starts: set[Any] = {triple.object for triple in triples if triple.predicate == _PREFIXES}
    for start in starts & imports.keys():
        reached: dict[Any, None] = {}
        waiting = list(imports[start])
        while waiting:
            place = waiting.pop()
            if place not in reached:
                reached[place] = None
                waiting.extend(imports.get(place, ()))
        result.extend(
            Triple(start, _DECLARE, triple.object)
            for triple in triples
            if triple.predicate == _DECLARE and triple.subject in reached
        )
    return result


def _lifted(triples: list[Triple]) -> list[Triple]:
    """The shapes with the same meaning, and the targets of a node shape at its property shapes themselves.

    pySHACL reads the constraints of a property shape anew for each node that a node shape hands to it, and
    only once for the nodes of a target (measured: 28,800 triples in 0.7 instead of 2.7 s). Left alone are
    property shapes that others refer to, and shapes that must know their siblings or may be switched off.
    """
    about: dict[Any, list[Triple]] = {}
    referred: Counter[Any] = Counter()
    for triple in triples:
        about.setdefault(triple.subject, []).append(triple)
        referred[triple.object] += 1
    replaced: dict[Triple, list[Triple]] = {}
    for shape, said in about.items():
        predicates = {triple.predicate.value for triple in said}
        targets = [triple for triple in said if triple.predicate.value in _TARGETS]
        if not targets or referred[shape] or str(SH.deactivated) in predicates or _is_class(said):
            continue
        for triple in said:
            inner: Any = triple.object
            apart = not _STAYING & {one.predicate.value for one in about.get(inner, [])}
            if triple.predicate.value == str(SH.property) and referred[inner] == 1 and apart:
                replaced[triple] = [Triple(inner, one.predicate, one.object) for one in targets]
    return [new for triple in triples for new in replaced.get(triple, [triple])]


_STAYING = {*_TARGETS, str(SH.deactivated), str(SH.qualifiedValueShapesDisjoint)}
_CLASSES = {NamedNode(str(RDFS.Class)), NamedNode(str(OWL.Class))}


def _is_class(said: list[Triple]) -> bool:
    """Whether a shape is a class too, whose instances are its targets without a word."""
    return any(triple.predicate.value == str(RDF.type) and triple.object in _CLASSES for triple in said)


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        if not isinstance(triple.object, Triple):  # RDF 1.2; SHACL is of 2017
            graph.add((_theirs(triple.subject), _theirs(triple.predicate), _theirs(triple.object)))
    return graph


def _theirs(term: Any) -> Any:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if term.language is not None:
        return RdflibLiteral(term.value, lang=term.language)
    # Not normalised: rdflib would turn "none"^^xsd:boolean into false before a shape could see it.
    return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def _ours(term: Any) -> Any:
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, BNode):
        return BlankNode(re.sub(r"[^A-Za-z0-9]", "x", str(term)))
    if term.language is not None:
        return RdfLiteral(str(term), language=term.language)
    return (
        RdfLiteral(str(term), datatype=NamedNode(str(term.datatype)))
        if term.datatype
        else RdfLiteral(str(term))
    )


def _triples(report: Graph) -> Iterator[Triple]:
    return (Triple(_ours(s), _ours(p), _ours(o)) for s, p, o in report)


def _canonical(report: Iterator[Triple]) -> list[Triple]:
    """The report with blank nodes that depend on what it says alone, sorted as N-Triples are.

    A report of many results is most of what a validation holds: it is read once, and sorted by subject.
    """
    dataset = Dataset(Quad(one.subject, one.predicate, one.object) for one in report)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    subjects = sorted({f"{quad.subject} ": quad.subject for quad in dataset}.items())
    return [
        triple
        for _, subject in subjects
        for triple in sorted((quad.triple for quad in dataset.quads_for_subject(subject)), key=str)
    ]


def _results(report: Graph, owners: _Owners) -> Iterator[Result]:
    return (_result(report, node, owners) for node in report.objects(None, SH.result))


def _result(report: Graph, node: Any, owners: _Owners) -> Result:
    path = report.value(node, SH.resultPath)
    value = report.value(node, SH.value)
    severity = str(report.value(node, SH.resultSeverity)).removeprefix(str(SH))
    constraint = str(report.value(node, SH.sourceConstraintComponent)).removeprefix(str(SH))
    messages = sorted(str(message) for message in report.objects(node, SH.resultMessage))
    return Result(
        owners.named(_ours(report.value(node, SH.sourceShape))),
        _SEVERITIES.get(severity, "violation"),
        _ours(report.value(node, SH.focusNode)),
        "" if path is None else _path(report, path),
        None if value is None else _ours(value),
        " ".join(messages),
        constraint.removesuffix("ConstraintComponent"),
    )


def _order(result: Result) -> tuple[str, ...]:
    return (
        result.shape,
        result.path,
        str(result.focus),
        result.message,
        "" if result.value is None else str(result.value),
        result.constraint,
    )


class _Owners:
    """The named shape around each blank node of the shapes."""

    def __init__(self, triples: list[Triple]) -> None:
        self._above: dict[str, Any] = {}
        for triple in triples:
            if isinstance(triple.object, BlankNode):
                self._above.setdefault(str(_ours(BNode(triple.object.value))), triple.subject)

    def named(self, shape: Any) -> str:
        seen = set()
        while isinstance(shape, BlankNode) and shape not in seen:
            seen.add(shape)
            above = self._above.get(str(shape))
            if above is None:
                break
            shape = _ours(BNode(above.value)) if isinstance(above, BlankNode) else above
        return shape.value if isinstance(shape, NamedNode) else "a shape without a name"


_MARKS = {
    SH.inversePath: "^{}",
    SH.zeroOrMorePath: "{}*",
    SH.oneOrMorePath: "{}+",
    SH.zeroOrOnePath: "{}?",
}


def _path(report: Graph, path: Any) -> str:
    """A SHACL path as SPARQL writes it."""
    if isinstance(path, URIRef):
        return str(path)
    if (path, RDF.first, None) in report:
        return "/".join(_path(report, step) for step in _members(report, path))
    for predicate, form in _MARKS.items():
        inner = report.value(path, predicate)
        if inner is not None:
            return form.format(_path(report, inner))
    choices = report.value(path, SH.alternativePath)
    return "" if choices is None else "|".join(_path(report, one) for one in _members(report, choices))


def _members(report: Graph, head: Any) -> list[Any]:
    members, seen = [], set()
    while head is not None and head != RDF.nil and head not in seen:
        seen.add(head)
        members.append(report.value(head, RDF.first))
        head = report.value(head, RDF.rest)
    return members
