"""The statements with their final IRIs, each once; evidence follows its statement.

A thing keeps one label. A title or name that is not the chosen one becomes an alternative. What is to be
done follows from a subject and its own lines alone, so statements are renamed as they pass; those whose
subject has another IRI are sorted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, Quad, RdfFormat, parse

from kg import runs, statements
from kg.evidence import RDF
from kg.linking import Identities
from kg.mapping import NAMES, Plan
from kg.statements import Entry, Statements

_SUBJECT, _PREDICATE, _OBJECT = (f"<{RDF}{name}>".encode() for name in ("subject", "predicate", "object"))
MOST = 200_000
"""So many lines with another subject are held before they are written."""


@dataclass(frozen=True, slots=True)
class _Renaming:
    """What is to be done, in terms of N-Quads: final IRIs, labels, names, and what is an alternative."""

    moved: Mapping[bytes, bytes]
    labels: Mapping[bytes, bytes]
    names: Mapping[bytes, bytes]
    of_labels: frozenset[bytes]
    name: bytes
    alternatives: Mapping[bytes, bytes]

    @classmethod
    def of(cls, found: Identities, plan: Plan) -> _Renaming:
        def row(kind: str, term: str) -> bytes:
            return plan.row(kind, term).name.encode()

        name, other_name = row("", "foafName"), row("", "alternativeName")
        return cls(
            {_iri(iri): _iri(final) for iri, final in found.final.items() if iri != final},
            {_iri(iri): _words(label) for iri, label in found.labels.items()},
            {_iri(iri): _words(name) for iri, name in found.names.items()},
            frozenset(row("", term) for term in NAMES),
            name,
            {
                name: other_name,
                row("SubjectClass", "label"): other_name,
                row("Report", "title"): row("", "alternativeTitle"),
            },
        )

    def entry(self, entry: Entry) -> Entry:
        """The entry as it is to be."""
        subject, *rests = entry
        final = self.moved.get(subject, subject)
        parts = [_parts(rest) for rest in rests]
        if self.moved:
            parts = [(name, self.moved.get(value, value), graph) for name, value, graph in parts]
        if self.names:
            parts = self._evidence(parts)
        if final in self.labels or final in self.names:
            parts = [self._worded(final, *part) for part in parts]
        return [final, *sorted({b" ".join(part) for part in parts})]

    def _evidence(self, parts: list[_Parts]) -> list[_Parts]:
        """The evidence of a name or title that is not the chosen one is for the alternative."""
        said = {name: value for name, value, _ in parts if name in {_SUBJECT, _PREDICATE, _OBJECT}}
        if len(said) < 3 or not self._is_alternative(said[_SUBJECT], said[_PREDICATE], said[_OBJECT]):
            return parts
        other = self.alternatives[said[_PREDICATE]]
        return [(name, other if name == _PREDICATE else value, graph) for name, value, graph in parts]

    def _is_alternative(self, subject: bytes, name: bytes, value: bytes) -> bool:
        if name not in self.alternatives or not value.startswith(b'"'):
            return False
        chosen = self.names.get(subject)
        return chosen is not None and value[: value.rindex(b'"') + 1] != chosen

    def _worded(self, subject: bytes, name: bytes, value: bytes, graph: bytes) -> _Parts:
        """The statement with the one label of its subject, or as an alternative name."""
        shown = self.labels.get(subject)
        is_only_name = name == self.name and subject not in self.names
        if shown is not None and (name in self.of_labels or is_only_name):
            return name, shown, graph
        if self._is_alternative(subject, name, value):
            return self.alternatives[name], value, graph
        return name, value, graph


_Parts = tuple[bytes, bytes, bytes]
"""Predicate, object, and the graph with what ends the line."""


def _parts(rest: bytes) -> _Parts:
    name, _, more = rest.partition(b" ")
    cut = more.rindex(b" <")
    return name, more[:cut], more[cut + 1 :]


def _iri(iri: str) -> bytes:
    return f"<{iri}>".encode()


def _words(words: str) -> bytes:
    return str(Literal(words)).encode()


def renamed(given: Statements, found: Identities, plan: Plan, folder: Path) -> Statements:
    """The statements as they are to be, in new files in the folder; the same ones if nothing changes."""
    todo = _Renaming.of(found, plan)
    if not (todo.moved or todo.labels or todo.names):
        return given
    folder.mkdir()
    files = [folder / "renamed.run"]
    held: list[bytes] = []

    def flush() -> None:
        files.append(folder / f"moved-{len(files):06}.run")
        runs.write_lines(files[-1], held)
        held.clear()

    def staying() -> Iterator[Entry]:
        for entry in given:
            made = todo.entry(entry)
            if made[0] == entry[0]:
                yield made
            else:
                held.extend(statements.text(made).splitlines())
                if len(held) > MOST:
                    flush()

    runs.write_entries(files[0], staying())
    if held:
        flush()
    return Statements(runs.fewer(files, folder))


def apply(quads: Iterable[Quad], found: Identities, plan: Plan) -> list[Quad]:
    """The same of quads in memory, sorted."""
    todo = _Renaming.of(found, plan)
    entries = statements.grouped(sorted(set(statements.lines_of(quads))))
    text = b"".join(statements.text(todo.entry(entry)) for entry in entries)
    return list(dict.fromkeys(parse(text, format=RdfFormat.N_QUADS, lenient=True)))
