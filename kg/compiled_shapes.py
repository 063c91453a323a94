"""SHACL shapes as plain checks, made in one pass over the subjects of a graph.

Only the constraint components that peerkg's own shapes use are compiled. Whatever else stands in the shapes
is refused by name (`NotCompiledError`): nothing is skipped. The judge of this module is pySHACL
(`kg.checking`): tests hold the results of both against each other.

`compiled` reads shapes, `violations` checks `Facts` by them: those of `InMemory`, or on disk those of
`kg.ordered_facts.Ordered`. No more of them is held here than what one subject says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.problems import PeerkgError

SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode(f"{_RDF}type")
SUB_CLASS = NamedNode(f"{_RDFS}subClassOf")
_FIRST, _REST, _NIL = (NamedNode(f"{_RDF}{name}") for name in ("first", "rest", "nil"))
_STRING, _LANG_STRING = NamedNode(f"{_XSD}string"), NamedNode(f"{_RDF}langString")
_INTEGER = NamedNode(f"{_XSD}integer")

Term: TypeAlias = NamedNode | BlankNode | Literal
Own: TypeAlias = Mapping[Any, Sequence[Any]]
"""What a subject says: the objects by predicate, each once."""

Met: TypeAlias = Callable[[frozenset[Any], Any], None]
"""What is told of the things that are checked: the classes and predicates that are targets, and the thing."""


class NotCompiledError(PeerkgError):
    """The shapes hold something that is not compiled; the message names it."""

    def __init__(self, what: str, shape: object) -> None:
        super().__init__(
            f"{what} at {_shown(shape)} is not compiled: check these shapes with pySHACL (--engine pyshacl)"
        )


def _shown(node: object) -> str:
    return f"<{node.value}>" if isinstance(node, NamedNode) else "a shape without a name"


class Facts(Protocol):
    """A graph as the checks ask for it. A subject may be asked for that is a literal: it says nothing."""

    def by_subject(self) -> Iterator[tuple[Any, Own]]:
        """Each subject once, with what it says."""

    def own(self, subject: Any) -> Own:
        """What one subject says."""

    def objects(self, subject: Any, predicate: Any) -> Sequence[Any]:
        """What one subject says by one predicate."""

    def subjects(self, predicate: Any, value: Any) -> Iterator[Any]:
        """The subjects that have this value."""

    def values(self, predicate: Any) -> Iterator[Any]:
        """The objects of a predicate, each once."""

    def holds(self, subject: Any, predicate: Any, value: Any) -> bool:
        """Whether the graph has the triple."""

    def pairs(self, predicate: Any) -> Iterator[tuple[Any, Any]]:
        """The subjects and objects of a predicate."""


class InMemory:
    """Facts from triples, kept as they are written; a statement about a statement is left out."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._own: dict[Any, dict[Any, list[Any]]] = {}
        self._reverse: dict[Any, dict[Any, list[Any]]] = {}
        same: dict[Any, Any] = {}
        for triple in dict.fromkeys(triples):
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if isinstance(value, Triple):
                continue
            predicate = same.setdefault(predicate, predicate)
            if isinstance(value, NamedNode):
                value = same.setdefault(value, value)
            self._own.setdefault(subject, {}).setdefault(predicate, []).append(value)

    def by_subject(self) -> Iterator[tuple[Any, Own]]:
        """Each subject once, with what it says."""
        return iter(self._own.items())

    def own(self, subject: Any) -> Own:
        """What one subject says."""
        return self._own.get(subject, {})

    def objects(self, subject: Any, predicate: Any) -> Sequence[Any]:
        """What one subject says by one predicate."""
        return self.own(subject).get(predicate, ())

    def subjects(self, predicate: Any, value: Any) -> Iterator[Any]:
        """The subjects that have this value."""
        reverse = self._reverse.get(predicate)
        if reverse is None:
            reverse = self._reverse[predicate] = {}
            for subject, found in self.pairs(predicate):
                reverse.setdefault(found, []).append(subject)
        return iter(reverse.get(value, ()))

    def values(self, predicate: Any) -> Iterator[Any]:
        """The objects of a predicate, each once."""
        return iter(dict.fromkeys(value for _, value in self.pairs(predicate)))

    def holds(self, subject: Any, predicate: Any, value: Any) -> bool:
        """Whether the graph has the triple."""
        return value in self.own(subject).get(predicate, ())

    def pairs(self, predicate: Any) -> Iterator[tuple[Any, Any]]:
        """The subjects and objects of a predicate."""
        for subject, own in self._own.items():
            for value in own.get(predicate, ()):
                yield subject, value


class Literals(Protocol):
    """What is known of the values of literals."""

    def has_datatype(self, value: Literal, datatype: NamedNode) -> bool:
        """Whether the literal has the datatype, and a form that the datatype allows."""

    def at_least(self, value: Literal, bound: Literal) -> bool:
        """Whether the value is the bound or more."""

    def less(self, value: Term, other: Term) -> bool:
        """Whether the value is less than the other one, and can be compared at all."""


@dataclass(frozen=True, slots=True)
class Path:
    """A property path: `kind` is `step`, `inverse`, `sequence` or `choice`."""

    kind: str
    predicate: Any = None
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint component without the last part of its name, and its parameter."""

    component: str
    parameter: Any


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape with what it asks; without `path` it is a node shape. `node` is its name among the shapes."""

    node: Any
    path: Path | None
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That all values of one path are values of another: the one form of `sh:sparql` that is compiled."""

    node: Any
    of: Path
    within: Path


@dataclass(frozen=True, slots=True)
class Program:
    """Shapes with their targets, by class, by predicate of which subjects and by that of which objects."""

    of_class: dict[Any, tuple[Shape, ...]]
    subjects_of: dict[Any, tuple[Shape, ...]]
    objects_of: dict[Any, tuple[Shape, ...]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A result: which shape, by its name among the shapes, which component, which thing, which value.

    `constraint` is the name of the SPARQL constraint, where it is one.
    """

    shape: Any
    component: str
    focus: Any
    value: Any = None
    constraint: Any = None


_TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf")
_SINGLE = {
    "datatype": "Datatype",
    "nodeKind": "NodeKind",
    "minCount": "MinCount",
    "maxCount": "MaxCount",
    "minLength": "MinLength",
    "in": "In",
    "uniqueLang": "UniqueLang",
}
"""Parameters of which a shape has one at most."""
_EACH = {
    "class": "Class",
    "minInclusive": "MinInclusive",
    "pattern": "Pattern",
    "hasValue": "HasValue",
    "lessThan": "LessThan",
    "or": "Or",
    "not": "Not",
    "xone": "Xone",
    "property": "Property",
    "sparql": "SPARQL",
    "qualifiedValueShape": "QualifiedMinCount",
}
"""Parameters that may have several values, each a constraint."""
_BESIDE = {
    "path", "alternativePath", "inversePath", "message", "severity", "qualifiedMinCount",
    "select", "prefixes", "declare", "prefix", "namespace",
}  # fmt: skip
_KNOWN = {*_TARGETS, *_SINGLE, *_EACH, *_BESIDE}
_KINDS = {"IRI": (NamedNode,), "IRIOrLiteral": (NamedNode, Literal), "Literal": (Literal,)}
_WITH_A_PATH = {"MinCount", "MaxCount", "UniqueLang", "LessThan", "QualifiedMinCount"}


def compiled(shapes: Iterable[Triple]) -> Program:
    """The program of shapes. Raises `NotCompiledError` for whatever has no place in it."""
    return _Compiler(shapes).program()


class _Compiler:
    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[Any, dict[str, list[Any]]] = {}
        for triple in dict.fromkeys(triples):
            predicate = triple.predicate.value
            name = predicate.removeprefix(SH)
            if predicate.startswith(SH) and name not in _KNOWN:
                raise NotCompiledError(f"sh:{name}", triple.subject)
            self._said.setdefault(triple.subject, {}).setdefault(predicate, []).append(triple.object)
        self._shapes: dict[Any, Shape] = {}
        self._open: set[Any] = set()

    def program(self) -> Program:
        targets: dict[str, dict[Any, dict[Shape, None]]] = {name: {} for name in _TARGETS}
        for node, said in self._said.items():
            for kind in said.get(TYPE.value, ()):
                name = kind.value.removeprefix(SH) if isinstance(kind, NamedNode) else ""
                if kind.value.startswith(SH) and name not in {"NodeShape", "PropertyShape"}:
                    raise NotCompiledError(f"sh:{name}", node)
                if kind.value in {f"{_RDFS}Class", "http://www.w3.org/2002/07/owl#Class"}:
                    raise NotCompiledError("an implicit class target", node)
            for target in _TARGETS:
                for term in said.get(SH + target, ()):
                    shape = self._shape(node)
                    self._speaks(shape)
                    targets[target].setdefault(term, {})[shape] = None
        of_class, subjects_of, objects_of = (
            {term: tuple(found) for term, found in targets[name].items()} for name in _TARGETS
        )
        return Program(of_class, subjects_of, objects_of)

    def _speaks(self, shape: Shape) -> None:
        """Refuse a shape that makes results and has no words for them: pySHACL would find its own."""
        for one in shape.constraints:
            if one.component == "Property":
                self._speaks(one.parameter)
            elif one.component != "SPARQL" and not self._words(shape.node):
                raise NotCompiledError("a constraint without sh:message", shape.node)

    def _all(self, node: Any, name: str) -> list[Any]:
        return self._said.get(node, {}).get(SH + name, [])

    def _shape(self, node: Any) -> Shape:
        if node not in self._shapes:
            if node in self._open:
                raise NotCompiledError("a shape that leads back to itself", node)
            self._open.add(node)
            paths = self._all(node, "path")
            if len(paths) > 1:
                raise NotCompiledError("a second sh:path", node)
            path = self._path(paths[0], node) if paths else None
            constraints = tuple(self._constraints(node))
            for one in constraints:
                if path is None and one.component in _WITH_A_PATH:
                    raise NotCompiledError(f"sh:{one.component}ConstraintComponent without sh:path", node)
            self._shapes[node] = Shape(node, path, constraints)
            self._open.discard(node)
        return self._shapes[node]

    def _words(self, node: Any) -> list[Any]:
        """The messages of a shape."""
        found = self._all(node, "message")
        for message in found:
            if not isinstance(message, Literal) or re.search(r"\{[?$]", message.value):
                raise NotCompiledError("an sh:message with variables", node)
        return found

    def _constraints(self, node: Any) -> Iterator[Constraint]:
        speaks = bool(self._words(node))
        if len(self._all(node, "severity")) > 1:
            raise NotCompiledError("a second sh:severity", node)
        for name, component in _SINGLE.items():
            found = self._all(node, name)
            if len(found) > 1:
                raise NotCompiledError(f"a second sh:{name}", node)
            for term in found:
                yield Constraint(component, self._parameter(name, term, node))
        for name, component in _EACH.items():
            for term in self._all(node, name):
                if name == "sparql" and (self._words(term) or speaks):
                    yield Constraint(component, self._inclusion(term, node))
                else:
                    yield Constraint(component, self._parameter(name, term, node))

    def _parameter(self, name: str, term: Any, node: Any) -> Any:
        match name:
            case "property" | "not":
                shape = self._shape(term)
                if name == "property" and shape.path is None:
                    raise NotCompiledError("sh:property without sh:path", node)
                return shape
            case "or" | "xone":
                return tuple(self._shape(member) for member in self._members(term, node))
            case "qualifiedValueShape":
                counts = self._all(node, "qualifiedMinCount")
                if len(counts) != 1 or len(self._all(node, "qualifiedValueShape")) != 1:
                    raise NotCompiledError("sh:qualifiedValueShape without one sh:qualifiedMinCount", node)
                return self._shape(term), self._number(counts[0], node)
            case "uniqueLang":
                if term != Literal(True):
                    raise NotCompiledError(f"sh:uniqueLang {term}", node)
                return True
            case "datatype":
                if term != _LANG_STRING and not (isinstance(term, NamedNode) and term.value.startswith(_XSD)):
                    raise NotCompiledError(f"sh:datatype {term}", node)
                return term
            case "lessThan" | "class":
                if not isinstance(term, NamedNode):
                    raise NotCompiledError(f"sh:{name} {term}", node)
                return term
            case "minInclusive":
                if not isinstance(term, Literal):
                    raise NotCompiledError(f"sh:minInclusive {term}", node)
                return term
            case "in":
                return frozenset(self._members(term, node))
            case "minCount" | "maxCount" | "minLength":
                return self._number(term, node)
            case "pattern":
                if not isinstance(term, Literal):
                    raise NotCompiledError("an sh:pattern that is no literal", node)
                return re.compile(term.value)
            case "nodeKind":
                kind = term.value.removeprefix(SH) if isinstance(term, NamedNode) else ""
                if kind not in _KINDS:
                    raise NotCompiledError(f"sh:nodeKind {kind}", node)
                return _KINDS[kind]
            case "sparql":
                raise NotCompiledError("sh:sparql without sh:message", node)
            case _:
                return term

    def _number(self, term: Any, node: Any) -> int:
        if not (isinstance(term, Literal) and term.datatype == _INTEGER and term.value.isdecimal()):
            raise NotCompiledError(f"{term} as a number", node)
        return int(term.value)

    def _members(self, head: Any, node: Any) -> list[Any]:
        members: list[Any] = []
        seen: set[Any] = set()
        while head != _NIL:
            said = self._said.get(head, {})
            first, rest = said.get(_FIRST.value, []), said.get(_REST.value, [])
            if len(first) != 1 or len(rest) != 1 or head in seen:
                raise NotCompiledError("a broken list", node)
            seen.add(head)
            members += first
            (head,) = rest
        if not members:
            raise NotCompiledError("an empty list", node)
        return members

    def _path(self, term: Any, node: Any) -> Path:
        if isinstance(term, NamedNode):
            return Path("step", term)
        said = self._said.get(term, {})
        if _FIRST.value in said:
            steps = tuple(self._path(member, node) for member in self._members(term, node))
            if len(steps) > 1:
                return Path("sequence", parts=steps)
        elif len(said) == 1:
            (inverse,) = self._all(term, "inversePath") or (None,)
            if isinstance(inverse, NamedNode):
                return Path("inverse", inverse)
            choices = self._all(term, "alternativePath")
            if len(choices) == 1:
                parts = tuple(self._path(member, node) for member in self._members(choices[0], node))
                if len(parts) > 1:
                    return Path("choice", parts=parts)
        raise NotCompiledError("a path of another form", node)

    def _inclusion(self, constraint: Any, node: Any) -> Inclusion:
        if self._all(node, "path"):
            raise NotCompiledError("sh:sparql with sh:path", node)
        prefixes: dict[str, str] = {}
        for place in self._all(constraint, "prefixes"):
            for declared in self._all(place, "declare"):
                for prefix, names in zip(
                    self._all(declared, "prefix"), self._all(declared, "namespace"), strict=True
                ):
                    prefixes[prefix.value] = names.value
        selects = self._all(constraint, "select")
        found = _INCLUSION.fullmatch(selects[0].value) if len(selects) == 1 else None
        if found is None:
            raise NotCompiledError(
                "sh:sparql of another form than 'each value of a path is one of another'", node
            )
        of, within = (
            tuple(_step(step, prefixes, node) for step in found[name].split("/")) for name in ("of", "within")
        )
        return Inclusion(constraint, _of_steps(of), _of_steps(within))


_STEPS = r"(?:<[^<>\s]+>|[\w-]*:[\w-]+)(?:/(?:<[^<>\s]+>|[\w-]*:[\w-]+))*"
_INCLUSION = re.compile(
    rf"\s*SELECT\s+\$this\s+\?value\s+WHERE\s*\{{\s*\$this\s+(?P<of>{_STEPS})\s+\?value\s*\.\s*"
    rf"FILTER\s+NOT\s+EXISTS\s*\{{\s*\$this\s+(?P<within>{_STEPS})\s+\?value\s*\.?\s*\}}\s*\}}\s*"
)


def _step(text: str, prefixes: Mapping[str, str], node: Any) -> Path:
    if text.startswith("<"):
        return Path("step", NamedNode(text[1:-1]))
    prefix, _, name = text.partition(":")
    if prefix not in prefixes:
        raise NotCompiledError(f"the prefix {prefix}: without sh:declare", node)
    return Path("step", NamedNode(prefixes[prefix] + name))


def _of_steps(steps: tuple[Path, ...]) -> Path:
    return steps[0] if len(steps) == 1 else Path("sequence", parts=steps)


def violations(
    program: Program,
    facts: Facts,
    literals: Literals,
    met: Met | None = None,
) -> Iterator[Violation]:
    """What does not keep to the shapes: the results that SHACL asks for, in no order that matters.

    `met` is told of each thing that is checked, with the classes and predicates that are its targets.
    """
    run = _Run(program, facts, literals, met)
    yield from run.of_subjects()
    yield from run.of_objects()


Test: TypeAlias = Callable[[Any], bool]
Count: TypeAlias = Callable[[Any, Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class _Check:
    """A shape ready to be used: tests of one value, tests of all values, and what makes its own results.

    `needs` says whether it can fail with no value at all.
    """

    shape: Shape
    tests: tuple[tuple[str, Test], ...]
    counts: tuple[tuple[str, Count], ...]
    properties: tuple[Shape, ...]
    inclusions: tuple[Inclusion, ...]
    needs: bool


@dataclass(frozen=True, slots=True)
class _Profile:
    """The checks of everything that has the same targets: by the one predicate they are about, or not."""

    by_predicate: dict[Any, list[_Check]]
    needed: list[tuple[Any, _Check]]
    rest: list[_Check]


class _Run:
    """One pass over facts."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        literals: Literals,
        met: Met | None,
    ) -> None:
        self._facts = facts
        self._met = met
        self._literals = literals
        self._checks: dict[int, _Check] = {}
        self._profiles: dict[frozenset[Any], _Profile] = {}
        self._focus: Any = None
        self._own: Own = {}
        self._above = _above(facts)
        self._of_class = self._with_subclasses(program.of_class)
        self._subjects_of = program.subjects_of
        self._objects_of = program.objects_of

    def _with_subclasses(self, of_class: Mapping[Any, tuple[Shape, ...]]) -> dict[Any, tuple[Shape, ...]]:
        found: dict[Any, dict[int, Shape]] = {}
        for class_, shapes in of_class.items():
            for below in (class_, *self._below(class_)):
                found.setdefault(below, {}).update((id(shape), shape) for shape in shapes)
        return {class_: tuple(shapes.values()) for class_, shapes in found.items()}

    def _below(self, class_: Any) -> list[Any]:
        return [one for one, above in self._above.items() if class_ in above and one != class_]

    def of_subjects(self) -> Iterator[Violation]:
        """The results of targets by class and by predicate of the subject."""
        of_class, subjects_of = self._of_class, self._subjects_of
        for focus, own in self._facts.by_subject():
            targets = [kind for kind in own.get(TYPE, ()) if kind in of_class]
            if not subjects_of.keys().isdisjoint(own):
                targets += [predicate for predicate in own if predicate in subjects_of]
            if not targets:
                continue
            key = frozenset(targets)
            profile = self._profiles.get(key)
            if profile is None:
                profile = self._profiles[key] = self._profile(own)
            if self._met is not None:
                self._met(key, focus)
            self._focus, self._own = focus, own
            for predicate, values in own.items():
                for check in profile.by_predicate.get(predicate, ()):
                    yield from self._failures(check, focus, values)
            for predicate, check in profile.needed:
                if predicate not in own:
                    yield from self._failures(check, focus, ())
            for check in profile.rest:
                yield from self._of(check, focus)

    def of_objects(self) -> Iterator[Violation]:
        """The results of targets by predicate of the object, where no other target has led to them."""
        several = {
            id(shape)
            for shapes in self._objects_of.values()
            for shape in shapes
            if sum(shape in others for others in self._objects_of.values()) > 1
        }
        seen: set[tuple[int, Any]] = set()
        for predicate, shapes in self._objects_of.items():
            for focus in self._facts.values(predicate):
                own = self._facts.own(focus)
                done = {id(shape) for shape in self._targeted(own)}
                if self._met is not None:
                    self._met(frozenset((predicate,)), focus)
                self._focus, self._own = focus, own
                for shape in shapes:
                    if id(shape) in done or (id(shape), focus) in seen:
                        continue
                    if id(shape) in several:
                        seen.add((id(shape), focus))
                    yield from self._of(self._check(shape), focus)

    def _targeted(self, own: Own) -> Iterator[Shape]:
        for kind in own.get(TYPE, ()):
            yield from self._of_class.get(kind, ())
        for predicate in own:
            yield from self._subjects_of.get(predicate, ())

    def _profile(self, own: Own) -> _Profile:
        profile = _Profile({}, [], [])
        for shape in {id(one): one for one in self._targeted(own)}.values():
            check = self._check(shape)
            if shape.path is not None and shape.path.kind == "step":
                predicate = shape.path.predicate
                profile.by_predicate.setdefault(predicate, []).append(check)
                if check.needs:
                    profile.needed.append((predicate, check))
            else:
                profile.rest.append(check)
        return profile

    def _check(self, shape: Shape) -> _Check:
        check = self._checks.get(id(shape))
        if check is None:
            check = self._checks[id(shape)] = self._made(shape)
        return check

    def _made(self, shape: Shape) -> _Check:
        tests: list[tuple[str, Test]] = []
        counts: list[tuple[str, Count]] = []
        for one in shape.constraints:
            if one.component in {"Property", "SPARQL"}:
                continue
            test = self._test(one)
            if test is not None:
                tests.append((one.component, test))
            else:
                counts.append((one.component, self._count(one)))
        return _Check(
            shape,
            tuple(tests),
            tuple(counts),
            tuple(one.parameter for one in shape.constraints if one.component == "Property"),
            tuple(one.parameter for one in shape.constraints if one.component == "SPARQL"),
            any(
                (one.component == "MinCount" and one.parameter > 0)
                or one.component == "HasValue"
                or (one.component == "QualifiedMinCount" and one.parameter[1] > 0)
                for one in shape.constraints
            ),
        )

    def _of(self, check: _Check, focus: Any) -> Iterator[Violation]:
        path = check.shape.path
        return self._failures(check, focus, (focus,) if path is None else self._along(path, focus))

    def _failures(self, check: _Check, focus: Any, values: Sequence[Any]) -> Iterator[Violation]:
        node = check.shape.node
        for component, test in check.tests:
            for value in values:
                if not test(value):
                    yield Violation(node, component, focus, value)
        for component, count in check.counts:
            for found in count(focus, values):
                yield Violation(node, component, focus, found)
        for shape in check.properties:
            inner = self._check(shape)
            for value in values:
                yield from self._of(inner, value)
        for inclusion in check.inclusions:
            within = set(self._along(inclusion.within, focus))
            for value in self._along(inclusion.of, focus):
                if value not in within:
                    yield Violation(node, "SPARQL", focus, value, inclusion.node)

    def _along(self, path: Path, start: Any) -> Sequence[Any]:
        """The values of a path, each once."""
        if path.kind == "step":
            if start == self._focus:
                return self._own.get(path.predicate, ())
            return self._facts.objects(start, path.predicate)
        if path.kind == "inverse":
            return list(self._facts.subjects(path.predicate, start))
        if path.kind == "choice":
            return list(dict.fromkeys(value for part in path.parts for value in self._along(part, start)))
        reached: Iterable[Any] = (start,)
        for part in path.parts:
            reached = dict.fromkeys(value for one in reached for value in self._along(part, one))
        return list(reached)

    def _conforms(self, shape: Shape) -> Test:
        """Whether a node keeps to a shape."""
        check = self._check(shape)
        if shape.path is None and not (check.counts or check.properties or check.inclusions):
            tests = [test for _, test in check.tests]
            if len(tests) == 1:
                return tests[0]
            return lambda value: all(test(value) for test in tests)
        return lambda value: next(self._of(check, value), None) is None

    def _test(self, constraint: Constraint) -> Test | None:
        """The constraint as a test of one value; `None` where it is about all values together."""
        parameter = constraint.parameter
        match constraint.component:
            case "NodeKind":
                return lambda value: isinstance(value, parameter)
            case "In":
                return lambda value: value in parameter
            case "Datatype":
                return self._datatype(parameter)
            case "MinLength":
                return lambda value: (
                    not parameter or (not isinstance(value, BlankNode) and len(value.value) >= parameter)
                )
            case "Pattern":
                search = parameter.search
                return lambda value: not isinstance(value, BlankNode) and search(value.value) is not None
            case "MinInclusive":
                at_least = self._literals.at_least
                return lambda value: isinstance(value, Literal) and at_least(value, parameter)
            case "Class":
                return self._is_a(parameter)
            case "Not":
                inner = self._conforms(parameter)
                return lambda value: not inner(value)
            case "Or":
                choices = [self._conforms(shape) for shape in parameter]
                return lambda value: any(choice(value) for choice in choices)
            case "Xone":
                choices = [self._conforms(shape) for shape in parameter]
                return lambda value: sum(choice(value) for choice in choices) == 1
            case _:
                return None

    def _datatype(self, datatype: Any) -> Test:
        if datatype == _STRING:
            return lambda value: (
                isinstance(value, Literal) and value.language is None and value.datatype == _STRING
            )
        if datatype == _LANG_STRING:
            return lambda value: isinstance(value, Literal) and value.language is not None
        has_datatype = self._literals.has_datatype
        return lambda value: isinstance(value, Literal) and has_datatype(value, datatype)

    def _is_a(self, class_: Any) -> Test:
        below = self._below(class_)
        holds = self._facts.holds

        def test(value: Any) -> bool:
            if isinstance(value, Literal):
                return False
            return holds(value, TYPE, class_) or any(holds(value, TYPE, one) for one in below)

        return test

    def _count(self, constraint: Constraint) -> Count:
        """The constraint about all values together; it gives the values of the results, `None` for none."""
        parameter = constraint.parameter
        match constraint.component:
            case "MinCount":
                return lambda _, values: (None,) if len(values) < parameter else ()
            case "MaxCount":
                return lambda _, values: (None,) if len(values) > parameter else ()
            case "HasValue":
                return lambda _, values: () if parameter in values else (None,)
            case "UniqueLang":
                return lambda _, values: _repeated_languages(values)
            case "LessThan":
                return lambda focus, values: self._not_less(focus, values, parameter)
            case _:
                shape, least = parameter
                conforms = self._conforms(shape)
                return lambda _, values: (None,) if sum(map(conforms, values)) < least else ()

    def _not_less(self, focus: Any, values: Sequence[Any], predicate: Any) -> Iterator[Any]:
        others = self._along(Path("step", predicate), focus)
        for value in values:
            for other in others:
                if not self._literals.less(value, other):
                    yield value


def _repeated_languages(values: Sequence[Any]) -> list[None]:
    """As many `None` as there are languages that several values have."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for value in values:
        language = value.language if isinstance(value, Literal) else None
        if language:
            (repeated if language.lower() in seen else seen).add(language.lower())
    return [None] * len(repeated)


def _above(facts: Facts) -> dict[Any, set[Any]]:
    """The classes above each class that the facts put below another."""
    direct: dict[Any, list[Any]] = {}
    for class_, above in facts.pairs(SUB_CLASS):
        direct.setdefault(class_, []).append(above)
    found: dict[Any, set[Any]] = {}
    for class_ in direct:
        reached: set[Any] = set()
        waiting = [class_]
        while waiting:
            for above in direct.get(waiting.pop(), ()):
                if above not in reached:
                    reached.add(above)
                    waiting.append(above)
        found[class_] = reached
    return found
