"""RDF files as commands take them: several files are one graph, a result is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import formats, packing
from kg.locating import Locator
from kg.problems import PeerkgError, Problem
from kg.statements import Entry, grouped, lines_in, lines_of


class NotWritableError(PeerkgError):
    """A file cannot be written."""


def read(paths: Iterable[Path]) -> list[Triple]:
    """The triples of the files, each once; a blank node belongs to its file. Named graphs are merged."""
    found: dict[Triple, None] = {}
    for number, path in enumerate(paths):
        for quad in formats.read_file(path):
            found[Triple(_own(quad.subject, number), quad.predicate, _own(quad.object, number))] = None
    return list(found)


def located(paths: Iterable[Path], problems: Sequence[Problem]) -> list[Problem]:
    """Problems with things of the files, each with where its thing stands.

    That is a document and a place in it, where the files hold evidence that says so; otherwise the file that
    states something of the thing, and the line where the syntax has a statement a line.
    """
    if not problems:
        return []
    quads = {path: list(formats.read_file(path)) for path in paths}
    documents, entries = _documents(chain.from_iterable(quads.values()))
    found = Locator(documents, entries).locate(problems)
    wanted = {problem.path for problem in found}
    where: dict[str, tuple[str, int | None]] = {}
    for path, some in quads.items():
        by_line = formats.by_path(path) in (formats.N_TRIPLES, formats.N_QUADS)
        for iri, line in _lines(path) if by_line else ((_iri(quad.subject), None) for quad in some):
            if iri in wanted:
                where.setdefault(iri, (str(path), line))
    return [
        replace(problem, path=where[problem.path][0], line=where[problem.path][1])
        if problem.path in where
        else problem
        for problem in found
    ]


@dataclass(frozen=True, slots=True)
class _Document:
    """A document that evidence speaks of and whose text is not there."""

    id: str
    path: str

    def line_of(self, _: int, /) -> None:
        """Nothing: lines are in the text."""


def _documents(quads: Iterable[Quad]) -> tuple[list[_Document], list[Entry]]:
    """The documents that statements speak of, and the statements where there are any."""
    known = list(quads)
    documents = [
        _Document(_iri(quad.subject).rpartition("/")[2], quad.object.value)
        for quad in known
        if quad.predicate == _FILE_NAME and isinstance(quad.object, Literal)
    ]
    return documents, list(grouped(sorted(lines_of(known)))) if documents else []


_FILE_NAME = NamedNode("https://w3id.org/peerkg/ontology#fileName")


def _iri(term: Any) -> str:
    return str(getattr(term, "value", term))


def _lines(path: Path) -> Iterator[tuple[str, int]]:
    """The subjects of a file that has a statement a line, with their lines."""
    for number, line in enumerate(lines_in(packing.blocks(path)), 1):
        if line.startswith(b"<"):
            yield line[1 : line.find(b">")].decode(), number


def _own(term: Any, number: int) -> Any:
    if isinstance(term, BlankNode):
        return BlankNode(f"f{number}-{term.value}")
    if isinstance(term, Triple):
        return Triple(_own(term.subject, number), term.predicate, _own(term.object, number))
    return term


def write(path: Path, data: bytes) -> None:
    """Put the bytes into the file, in one step: nobody sees half of them."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise NotWritableError(f"{path}: cannot be written ({error.strerror})") from error
