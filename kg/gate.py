"""The gate: what violates a shape is not published, unless the shape is let pass with a reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import agreement, checking, shape_report
from kg.checking import Result, Validation
from kg.compiled_shapes import SUB_CLASS, Facts, InMemory
from kg.problems import Breach, PeerkgError, Problem, Severity

_SH = "http://www.w3.org/ns/shacl#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_COMMENT = NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")


_TURNED = (NamedNode(f"{_SH}inversePath"), NamedNode(f"{_SH}targetObjectsOf"))


class RefusedError(PeerkgError):
    """The graph violates shapes, so it is not published."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        number = "a violation" if len(problems) == 1 else f"{len(problems)} violations"
        super().__init__(
            f"{number} of shapes: nothing was published, and the current release stays. Correct the "
            "documents, or let a shape pass with --allow SHAPE=REASON (the reason is published)"
        )


class UnknownShapeError(PeerkgError):
    """No shape has that name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What did not stop the release, as problems, and the report in W3C's form."""

    problems: tuple[Problem, ...]
    report: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """The shapes for facts and for evidence; `allowed` are those let pass, by IRI, with the reasons."""

    facts: tuple[Triple, ...]
    evidence: tuple[Triple, ...]
    allowed: Mapping[str, str]

    @classmethod
    def load(cls, allowed: Mapping[str, str]) -> Gate:
        """Our shapes; `allowed` names shapes by IRI or by the last part of it."""
        facts, evidence = checking.shapes(), checking.shapes(evidence=True)
        known = sorted(
            {
                triple.subject.value
                for triple in (*facts, *evidence)
                if triple.predicate == _TYPE
                and triple.object in {NamedNode(f"{_SH}NodeShape"), NamedNode(f"{_SH}PropertyShape")}
                and isinstance(triple.subject, NamedNode)
            }
        )
        by_iri = {_iri(name, known): reason for name, reason in allowed.items()}
        return cls(tuple(facts), tuple(evidence), by_iri)

    def backwards(self) -> tuple[frozenset[NamedNode], frozenset[NamedNode]]:
        """The predicates that shapes follow from objects to subjects: those for facts, those for evidence."""
        facts, evidence = (
            frozenset(
                one.object for one in shapes if one.predicate in _TURNED and isinstance(one.object, NamedNode)
            )
            for shapes in (self.facts, self.evidence)
        )
        return facts | {SUB_CLASS}, evidence | {SUB_CLASS}

    def judge(
        self,
        facts: Iterable[Triple] | Facts,
        evidence: Iterable[Triple] | Facts,
        locate: Callable[[Sequence[Problem]], Sequence[Problem]] = lambda problems: problems,
    ) -> Judgement:
        """What the shapes say of the facts and the evidence; `RefusedError` where that forbids a release.

        Each is given as triples in memory, or as `compiled_shapes.Facts` that may lie on disk.
        `locate` turns problems with nodes of the graph into ones with lines of documents.
        """
        validations = (_judged(facts, self.facts), _judged(evidence, self.evidence))
        problems = tuple(locate(self._problems(validations)))
        stopping = tuple(problem for problem in problems if problem.severity == "error")
        if stopping:
            raise RefusedError(stopping)
        return Judgement(problems, tuple(self._report(validations)))

    def _problems(self, validations: Sequence[Validation]) -> list[Problem]:
        """The results as problems; a violation of a shape that is let pass is a warning with the reason."""
        return [
            problem(result, self.allowed.get(result.shape, ""))
            for one in validations
            for result in one.results
        ]

    def _report(self, validations: Sequence[Validation]) -> Iterator[Triple]:
        """The W3C reports, each with the reasons why shapes were let pass as comments."""
        for number, validation in enumerate(validations):
            for triple in validation.report:
                subject, value = _apart(triple.subject, number), _apart(triple.object, number)
                yield Triple(subject, triple.predicate, value)
                if triple.predicate == _TYPE and value == NamedNode(f"{_SH}ValidationReport"):
                    for shape, reason in self.allowed.items():
                        note = Literal(f"violations of <{shape}> were let pass: {reason}")
                        yield Triple(subject, _COMMENT, note)


def problem(result: Result, reason: str = "") -> Problem:
    """A result as a problem with the thing for a place; `reason` is why its shape is let pass."""
    passes = f"; let pass: {reason}" if reason else ""
    of = f" ({result.path})" if result.path else ""
    value = f": {_text(result.value)!r}" if result.value is not None else ""
    severity = _SEVERITIES[result.severity]
    return Problem(
        code=f"shape-{shape_report.name(result.shape)}",
        message=f"{result.message}{of}{value}{passes}",
        path=_text(result.focus),
        severity="warning" if reason and severity == "error" else severity,
        breach=Breach(
            result.shape,
            result.severity,
            _text(result.focus),
            result.path,
            result.message,
            result.constraint,
            None if result.value is None else _text(result.value),
            None if result.value is None else str(result.value),
            reason,
        ),
    )


SMALL = 2_000
"""Triples that pySHACL judges by itself; of more it judges a sample, to prove the compiled shapes right."""


def _judged(given: Iterable[Triple] | Facts, shapes: Sequence[Triple]) -> Validation:
    if not isinstance(given, Iterable):
        return agreement.check(given, shapes)
    triples = given if isinstance(given, Collection) else list(given)
    if len(triples) <= SMALL:
        return checking.check(triples, shapes)
    return agreement.check(InMemory(triples), shapes)


_Any = TypeVar("_Any")


def _apart(term: _Any, number: int) -> _Any | BlankNode:
    """The term; a blank node gets a name that no other report has."""
    return BlankNode(f"r{number}{term.value}") if isinstance(term, BlankNode) else term


_SEVERITIES: Mapping[checking.Severity, Severity] = {
    "violation": "error",
    "warning": "warning",
    "info": "info",
}


def _iri(name: str, known: Sequence[str]) -> str:
    """The IRI of the shape of that IRI or name; `UnknownShapeError` if none or several have it."""
    found = [iri for iri in known if name in {iri, shape_report.name(iri)}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted({shape_report.name(iri) for iri in known}))
    how_many = "several shapes are" if found else "no shape is"
    raise UnknownShapeError(f"{how_many} called {name!r} (known: {names})")


def _text(term: checking.Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
