"""RDF files as commands take them: several files are one graph, a result is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Triple

from kg import formats
from kg.problems import PeerkgError


class NotWritableError(PeerkgError):
    """A file cannot be written."""


def read(paths: Iterable[Path]) -> list[Triple]:
    """The triples of the files, each once; a blank node belongs to its file. Named graphs are merged."""
    found: dict[Triple, None] = {}
    for number, path in enumerate(paths):
        for quad in formats.read_file(path):
            found[Triple(_own(quad.subject, number), quad.predicate, _own(quad.object, number))] = None
    return list(found)


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
