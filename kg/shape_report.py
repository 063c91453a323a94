"""What violates shapes, told to people: by shape, by what is to be done, then by document and place.

`grouped` arranges the problems that have a breach, `as_json` and `as_html` tell them, `in_rdf` writes W3C's
report of them, and `placed` puts their places into such a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.problems import Breach, Problem

_SH = "http://www.w3.org/ns/shacl#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_COMMENT = NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
_SOURCE = NamedNode("http://purl.org/dc/terms/source")
_FOCUS = NamedNode(f"{_SH}focusNode")
MOST = 1_000
"""So many places are listed of one thing to be done; how many there are is always said."""


@dataclass(frozen=True, slots=True)
class Met:
    """What a shape says against a thing, and the problem that it is."""

    breach: Breach
    problem: Problem

    @property
    def document(self) -> str:
        """The document in which the thing stands; nothing where only the thing itself is known."""
        return "" if self.problem.path == self.breach.entity else self.problem.path

    @property
    def place(self) -> str:
        """Where the thing stands, in words: the document, and the line or the character if it is known."""
        if not self.document:
            return ""
        parts = [self.document]
        if self.problem.line is not None:
            parts.append(f"line {self.problem.line}")
        elif self.problem.start is not None:
            parts.append(f"character {self.problem.start}")
        if self.problem.where:
            parts.append(self.problem.where)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to be done, for so many results, and where, by document and place.

    A value may break several constraints of a shape that ask for the same: it is one place.
    """

    breach: Breach
    results: int
    places: tuple[Met, ...]

    @classmethod
    def of(cls, results: list[Met]) -> Task:
        """What results have to be done that ask for the same."""
        places = {(one.place, one.breach.entity, one.breach.term): one for one in reversed(results)}
        return cls(results[0].breach, len(results), tuple(reversed(places.values())))


def met(problems: Iterable[Problem]) -> list[Met]:
    """Those of the problems that are of validation, by document and place."""
    return sorted((Met(one.breach, one) for one in problems if one.breach is not None), key=_by_place)


def _by_place(one: Met) -> tuple[Any, ...]:
    problem, breach = one.problem, one.breach
    where = (problem.path, problem.line or 0, problem.start or 0)
    return (
        *where,
        breach.entity,
        breach.shape,
        breach.path,
        breach.message,
        breach.value or "",
        breach.term or "",
    )


def grouped(problems: Iterable[Problem]) -> dict[str, list[Task]]:
    """What is to be done, by shape: what keeps things from being published first."""
    found: dict[str, dict[tuple[Any, ...], list[Met]]] = {}
    for each in met(problems):
        one = each.breach
        key = (_GRAVITY[one.severity], not one.stops, one.path, one.message, one.reason)
        found.setdefault(one.shape, {}).setdefault(key, []).append(each)
    return {
        shape: [Task.of(some) for _, some in sorted(found[shape].items())]
        for shape in sorted(found, key=lambda iri: (name(iri), iri))
    }


_GRAVITY = {"violation": 0, "warning": 1, "info": 2}


def name(shape: str) -> str:
    """The last part of a shape's IRI."""
    return shape[max(shape.rfind("#"), shape.rfind("/")) + 1 :]


def as_json(problems: Iterable[Problem], sources: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The report as a value for JSON; `sources` are the IRIs of the documents by their paths."""
    shapes = grouped(problems)
    everything = [task for tasks in shapes.values() for task in tasks]
    return {
        "results": sum(task.results for task in everything),
        "stopping": sum(task.results for task in everything if task.breach.stops),
        "shapes": [
            {
                "shape": shape,
                "name": name(shape),
                "results": sum(task.results for task in tasks),
                "tasks": [_task_as_json(task, sources or {}) for task in tasks],
            }
            for shape, tasks in shapes.items()
        ],
    }


def _task_as_json(task: Task, sources: Mapping[str, str]) -> dict[str, Any]:
    one = task.breach
    return {
        "to_do": one.message,
        "property": one.path,
        "severity": one.severity,
        "stops": one.stops,
        "let_pass": one.reason,
        "results": task.results,
        "places": [_place_as_json(one, sources) for one in task.places[:MOST]],
    }


def _place_as_json(one: Met, sources: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entity": one.breach.entity,
        "value": one.breach.value,
        "constraint": one.breach.constraint,
        "document": one.document,
        "source": sources.get(one.document),
        "line": one.problem.line,
        "start": one.problem.start,
        "where": one.problem.where,
        "hint": one.problem.hint,
    }


def placed(
    report: Iterable[Triple], problems: Iterable[Problem], sources: Mapping[str, str]
) -> Iterator[Triple]:
    """A W3C report, each result with the document that its thing stands in, and the place in words."""
    where = {one.breach.entity: one for one in met(problems) if one.document}
    for triple in report:
        yield triple
        thing = triple.object
        if triple.predicate == _FOCUS and isinstance(thing, NamedNode) and thing.value in where:
            one = where[thing.value]
            yield Triple(triple.subject, _COMMENT, Literal(one.place))
            if (source := sources.get(one.document)) is not None:
                yield Triple(triple.subject, _SOURCE, NamedNode(source))


def in_rdf(problems: Iterable[Problem], why: str) -> Iterator[Triple]:
    """A W3C report of the problems that have a breach; `why` says what it is about."""
    wrong = met(problems)
    root = BlankNode("report")
    yield Triple(root, _TYPE, NamedNode(f"{_SH}ValidationReport"))
    yield Triple(root, NamedNode(f"{_SH}conforms"), Literal(not wrong))
    yield Triple(root, _COMMENT, Literal(why, language="en"))
    for number, each in enumerate(wrong):
        one, node = each.breach, BlankNode(f"result{number}")
        yield Triple(root, NamedNode(f"{_SH}result"), node)
        yield Triple(node, _TYPE, NamedNode(f"{_SH}ValidationResult"))
        yield Triple(node, _FOCUS, _term(one.entity))
        if one.term is not None:
            yield Triple(node, NamedNode(f"{_SH}value"), _read(one.term))
        if one.path.count("://") == 1 and isinstance(path := _term(one.path), NamedNode):
            yield Triple(node, NamedNode(f"{_SH}resultPath"), path)  # of several steps is no one IRI
        component = f"{_SH}{one.constraint}ConstraintComponent"
        yield Triple(node, NamedNode(f"{_SH}sourceConstraintComponent"), NamedNode(component))
        yield Triple(node, NamedNode(f"{_SH}resultSeverity"), NamedNode(f"{_SH}{one.severity.title()}"))
        yield Triple(node, NamedNode(f"{_SH}resultMessage"), Literal(one.message))
        yield Triple(node, NamedNode(f"{_SH}sourceShape"), _term(one.shape))


def _term(iri: str) -> Any:
    """The thing by its IRI; what is none is text."""
    try:
        return NamedNode(iri)
    except ValueError:
        return Literal(iri)


def _read(term: str) -> Any:
    (quad,) = parse(f"<urn:x> <urn:x> {term} .".encode(), format=RdfFormat.N_TRIPLES, lenient=True)
    return quad.object


_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Validation</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid; }
td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>Validation</h1>
"""


def as_html(problems: Iterable[Problem]) -> str:
    """The report as a page that needs nothing else."""
    shapes = grouped(problems)
    number = sum(task.results for tasks in shapes.values() for task in tasks)
    parts = [_HEAD]
    parts.append(f"<p>{number:,} results of {len(shapes)} shapes.</p>\n" if shapes else "<p>Conforms.</p>\n")
    for shape, tasks in shapes.items():
        parts.append(f'<section>\n<h2 title="{escape(shape)}">{escape(name(shape))}</h2>\n')
        parts += map(_task_as_html, tasks)
        parts.append("</section>\n")
    return "".join(parts) + "</main>\n</body>\n</html>\n"


def _task_as_html(task: Task) -> str:
    one, shown = task.breach, task.places[:MOST]
    about = f" <code>{escape(one.path)}</code>" if one.path else ""
    passes = f" Let pass: {escape(one.reason)}." if one.reason else ""
    rows = "".join(
        f"<tr><td>{escape(each.place or '–')}</td><td><code>{escape(each.breach.entity)}</code></td>"
        f"<td>{escape(each.breach.value or '')}</td><td>{escape(each.problem.hint)}</td></tr>\n"
        for each in shown
    )
    more = len(task.places) - len(shown)
    return (
        f"<h3>{escape(one.message)}</h3>\n<p>{one.severity.title()}, {task.results:,} times.{about}"
        f"{passes}</p>\n<table>\n<thead><tr><th>Document and place</th><th>Thing</th><th>Value</th>"
        f"<th>Note</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        + (f"<p>And {more:,} more.</p>\n" if more else "")
    )
