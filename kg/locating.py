"""Where the documents speak of a thing: the way back from a node of the graph to a file and a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Quad

from kg.problems import Problem
from kg.source import Source

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OA = "http://www.w3.org/ns/oa#"


class Locator:
    """Finds, for the IRI of a thing, the first place of the first document that says something of it."""

    def __init__(self, sources: Iterable[Source], facts: Iterable[Quad], evidence: Iterable[Quad]) -> None:
        self._sources = {source.id: source for source in sources}
        self._document: dict[str, str] = {}
        for quad in facts:
            name = _text(quad.graph_name).rpartition("/graph/source/")[2]
            if name in self._sources:
                subject = _text(quad.subject)
                self._document[subject] = min(name, self._document.get(subject, name))
        self._about: dict[str, list[str]] = {}
        self._starts: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        for quad in evidence:
            node = _text(quad.subject).partition("#")[0]
            if quad.predicate.value == f"{_RDF}subject":
                self._about.setdefault(_text(quad.object), []).append(node)
            elif quad.predicate.value == f"{_OA}hasSource":
                self._document[node] = _text(quad.object).rpartition("/")[2]
            elif quad.predicate.value == f"{_OA}start":
                self._starts[node] = int(_text(quad.object))
            elif quad.predicate.value == f"{_RDF}value" and _text(quad.object).startswith("line="):
                self._lines[node] = 1 + int(_text(quad.object).removeprefix("line=").partition(",")[0])

    def locate(self, problem: Problem) -> Problem:
        """A problem whose path is an IRI, with file and line in its stead; as it is where nothing is known.

        The IRI moves into the message, since it is what the problem is about.
        """
        thing = problem.path.partition("#")[0]
        nodes = [node for node in (thing, *self._about.get(thing, ())) if node in self._document]
        of_records = sorted(
            (self._document[node], self._lines[node]) for node in nodes if node in self._lines
        )
        if of_records and (source := self._sources.get(of_records[0][0])) is not None:
            message = f"{problem.message} <{problem.path}>"
            return replace(problem, path=source.path, message=message, line=of_records[0][1])
        places = sorted((self._document[node], self._starts[node]) for node in nodes if node in self._starts)
        name, start = places[0] if places else (self._document.get(thing), None)
        source = self._sources.get(name or "")
        if source is None:
            return problem
        line = None if start is None else source.line_of(start)
        message = f"{problem.message} <{problem.path}>"
        return replace(problem, path=source.path, message=message, start=start, line=line)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
