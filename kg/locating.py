"""Where the documents speak of things: the way back from nodes of the graph to files and lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kg.problems import Problem
from kg.statements import Entry

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OA = "http://www.w3.org/ns/oa#"
_OF = b"/graph/source/"
_SUBJECT = f"<{_RDF}subject> ".encode()
_SOURCE, _START = (f"<{_OA}{name}> ".encode() for name in ("hasSource", "start"))
_LINE = f'<{_RDF}value> "line='.encode()


class Document(Protocol):
    """What is known of a document: how messages show it, and where its lines are."""

    @property
    def id(self) -> str:
        """The last part of the source's IRI."""

    @property
    def path(self) -> str:
        """How messages show it."""

    def line_of(self, offset: int, /) -> int | None:
        """The line that holds the character, where the text is known."""


@dataclass(slots=True)
class _Places:
    """What two passes over the statements found of some things, by their IRIs."""

    document: dict[str, str] = field(default_factory=dict)
    about: dict[str, list[str]] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


class Locator:
    """Finds, for the IRIs of things, the first place of the first document that says something of each.

    `entries` are all facts and all evidence; they are read only where there is something to be found.
    """

    def __init__(self, documents: Iterable[Document], entries: Iterable[Entry]) -> None:
        self._documents = {one.id: one for one in documents}
        self._entries = entries

    def locate(self, problems: Sequence[Problem]) -> list[Problem]:
        """Problems whose path is an IRI, with file and line in its stead; as they are where nothing is known.

        The IRI moves into the message, since it is what the problem is about.
        """
        if not problems:
            return []
        found = self._found({problem.path.partition("#")[0] for problem in problems})
        return [self._located(problem, found) for problem in problems]

    def _found(self, things: set[str]) -> _Places:
        found = _Places()
        for iri, rests in self._subjects():
            for rest in rests:
                if rest.startswith(_SUBJECT):
                    thing = rest[len(_SUBJECT) + 1 :].partition(b">")[0].decode()
                    if thing in things:
                        found.about.setdefault(thing, []).append(iri.partition("#")[0])
                elif iri in things and _OF in rest:
                    name = rest.rpartition(_OF)[2][:-3].decode()
                    if name in self._documents:
                        found.document[iri] = min(name, found.document.get(iri, name))
        nodes = things.union(*found.about.values())
        for iri, rests in self._subjects():
            node = iri.partition("#")[0]
            for rest in rests if node in nodes else ():
                if rest.startswith(_SOURCE):
                    source = rest[len(_SOURCE) + 1 :].partition(b">")[0].decode()
                    found.document[node] = source.rpartition("/")[2]
                elif rest.startswith(_START):
                    found.starts[node] = int(rest[len(_START) + 1 :].partition(b'"')[0])
                elif rest.startswith(_LINE):
                    found.lines[node] = 1 + int(rest[len(_LINE) :].partition(b",")[0])
        return found

    def _subjects(self) -> Iterator[tuple[str, Sequence[bytes]]]:
        return ((entry[0][1:-1].decode(), entry[1:]) for entry in self._entries)

    def _located(self, problem: Problem, found: _Places) -> Problem:
        thing = problem.path.partition("#")[0]
        nodes = [node for node in (thing, *found.about.get(thing, ())) if node in found.document]
        of_records = sorted(
            (found.document[node], found.lines[node]) for node in nodes if node in found.lines
        )
        message = f"{problem.message} <{problem.path}>"
        if of_records and (document := self._documents.get(of_records[0][0])) is not None:
            return replace(problem, path=document.path, message=message, line=of_records[0][1])
        places = sorted((found.document[node], found.starts[node]) for node in nodes if node in found.starts)
        name, start = places[0] if places else (found.document.get(thing), None)
        document = self._documents.get(name or "")
        if document is None:
            return problem
        line = None if start is None else document.line_of(start)
        return replace(problem, path=document.path, message=message, start=start, line=line)
