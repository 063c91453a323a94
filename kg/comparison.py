"""What changed between two releases: their statements, and the things these are about.

The dumps of both are read side by side, subject by subject; only what differs is held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import Quad, RdfFormat, parse

from kg import formats, packing, registry, release
from kg.release import Release
from kg.statements import Entry, differing, grouped, lines_in

What = Literal["added", "removed", "changed"]
_PK = "https://w3id.org/peerkg/ontology#"
_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABELS = tuple(
    f"<{iri}>".encode()
    for iri in (
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://www.w3.org/2004/02/skos/core#prefLabel",
    )
)
_CLASSES = {
    **{f"<{_PK}{local}>".encode(): name for name, local in release.ENTITIES.items()},
    b"<http://www.w3.org/2004/02/skos/core#Concept>": "concepts",
}
KINDS = (*release.ENTITIES, "concepts", "links", "others")
"""What a thing that changed is counted as."""
_WHENCE = tuple(f"<{_PK}{name}>".encode() for name in ("evidencedBy", "convertedFrom"))
"""Where something was read is no part of what is said: a document that was saved again changes no work."""


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that one of the releases has, or of which they say different things.

    `added` and `removed` are its statements as lines of N-Triples; `became` is the IRI into which a thing
    that is gone was merged. A link is a thing of two: `iri` is ours, `other` is theirs.
    """

    kind: str
    what: What
    iri: str
    label: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    became: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of N-Quads of one subject that one release has."""

    subject: bytes
    rests: tuple[bytes, ...]

    def lines(self) -> Iterator[bytes]:
        return (self.subject + b" " + rest + b"\n" for rest in self.rests)


@dataclass(frozen=True)
class Difference:
    """From one release to another: what was added to the named graphs, what was removed, what changed."""

    old: Release
    new: Release
    _added: tuple[_Lines, ...]
    _removed: tuple[_Lines, ...]
    changes: tuple[Change, ...]

    @property
    def added_lines(self) -> Iterator[bytes]:
        """The statements of the named graphs that only the new release has, as sorted N-Quads."""
        return (line for some in self._added for line in some.lines())

    @property
    def removed_lines(self) -> Iterator[bytes]:
        """The statements of the named graphs that only the old release has, as sorted N-Quads."""
        return (line for some in self._removed for line in some.lines())

    @cached_property
    def added(self) -> list[Quad]:
        """The statements that only the new release's default graph has."""
        return self._triples(one.added for one in self.changes)

    @cached_property
    def removed(self) -> list[Quad]:
        """The statements that only the old release's default graph has."""
        return self._triples(one.removed for one in self.changes)

    def _triples(self, lines: Iterable[Sequence[str]]) -> list[Quad]:
        some = "\n".join(line for one in lines for line in one)
        # What Oxigraph wrote need not be checked.
        return sorted(set(parse(some, format=RdfFormat.N_TRIPLES, lenient=True)), key=formats.order)

    @cached_property
    def numbers(self) -> Counter[tuple[str, What]]:
        """How many things of each kind were added, removed and changed."""
        return Counter((one.kind, one.what) for one in self.changes)


@dataclass(frozen=True, slots=True)
class Step:
    """What changed of one subject: lines of N-Quads that came and went, and what became of things."""

    added: _Lines
    removed: _Lines
    changes: tuple[Change, ...]


def steps(old: Release, new: Release) -> Iterator[Step]:
    """What changed from `old` to `new`, subject by subject; nothing more is held."""
    links = f"<{new.graph('links').value}>".encode()
    for subject, before, after in differing(_entries(old), _entries(new)):
        yield Step(
            _Lines(subject, tuple(sorted(after - before))),
            _Lines(subject, tuple(sorted(before - after))),
            tuple(_changes(subject, before, after, links)),
        )


def difference(old: Release, new: Release) -> Difference:
    """From `old` to `new`: what is in their named graphs, evidence and description aside."""
    met = list(steps(old, new))
    changes = settled(new, (one for step in met for one in step.changes))
    added = tuple(step.added for step in met if step.added.rests)
    removed = tuple(step.removed for step in met if step.removed.rests)
    return Difference(old, new, added, removed, changes)


def settled(new: Release, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes in their order, each thing that is gone with what it became."""
    found = list(changes)
    gone = {one.iri for one in found if one.what == "removed"}
    became = _merged_into(new, gone) if gone else {}
    told = [one if one.iri not in became else _became(one, became[one.iri]) for one in found]
    return tuple(sorted(told, key=lambda one: (KINDS.index(one.kind), one.what, one.iri, one.other)))


def _became(change: Change, target: str) -> Change:
    if change.what != "removed" or change.kind == "links":
        return change
    return replace(change, became=target)


def _merged_into(new: Release, gone: set[str]) -> dict[str, str]:
    rows = registry.read(new.identities.read_text(encoding="utf-8"), str(new.identities))
    return {row.iri: row.target for row in rows if row.iri in gone and row.state == "merged"}


def _entries(of: Release) -> Iterator[Entry]:
    """The statements of the named graphs by subject, sorted; an older dump may be in another order."""
    path = of.dumps / release.QUADS
    if _is_sorted(path):
        return grouped(lines_in(packing.blocks(path)))
    return grouped(sorted(lines_in(packing.blocks(path))))


def _is_sorted(path: Path) -> bool:
    subjects = (line.partition(b" ")[0] for line in lines_in(packing.blocks(path)))
    return all(one <= other for one, other in pairwise(subjects))


def _changes(
    subject: bytes, before: frozenset[bytes], after: frozenset[bytes], links: bytes
) -> Iterator[Change]:
    """What became of a thing and of its links."""
    old, new = ({_without_graph(rest) for rest in rests} for rests in (before, after))
    old_links, new_links = _links(before, links), _links(after, links)
    added, removed = new - old, old - new
    if added - new_links or removed - old_links:
        yield _of_thing(subject, old - old_links, new - new_links, added - new_links, removed - old_links)
    yield from _of_links(subject, removed & old_links, added & new_links)


def _without_graph(rest: bytes) -> bytes:
    return rest[: rest.rindex(b" <")]


def _links(rests: Iterable[bytes], links: bytes) -> set[bytes]:
    end = b" " + links + b" ."
    return {_without_graph(rest) for rest in rests if rest.endswith(end)}


def _of_thing(
    subject: bytes, before: set[bytes], after: set[bytes], added: set[bytes], removed: set[bytes]
) -> Change:
    kind = next(iter(_classes(after or before)), "others")
    differs = any(not rest.startswith(_WHENCE) for rest in added | removed)
    return Change(
        kind if differs else "others",
        "changed" if before and after else "added" if after else "removed",
        _plain(subject),
        _label(after or before),
        _lines(subject, added),
        _lines(subject, removed),
    )


def _classes(said: Iterable[bytes]) -> list[str]:
    types = {rest.partition(b" ")[2] for rest in said if rest.startswith(_TYPE)}
    return [kind for class_, kind in _CLASSES.items() if class_ in types]


def _of_links(subject: bytes, removed: set[bytes], added: set[bytes]) -> Iterator[Change]:
    """A link is changed where the same two things are linked otherwise."""
    for other in sorted({rest.partition(b" ")[2] for rest in removed | added}):
        old, new = ({rest for rest in some if rest.partition(b" ")[2] == other} for some in (removed, added))
        yield Change(
            "links",
            "changed" if old and new else "added" if new else "removed",
            _plain(subject),
            "",
            _lines(subject, new),
            _lines(subject, old),
            other=_plain(other),
        )


def _lines(subject: bytes, rests: Iterable[bytes]) -> tuple[str, ...]:
    return tuple((subject + b" " + rest + b" .").decode() for rest in sorted(rests))


def _plain(term: bytes) -> str:
    return term.decode().removeprefix("<").removesuffix(">")


def _label(said: Iterable[bytes]) -> str:
    """The label of a thing, the first of those without a language or in English."""
    found = sorted(rest.partition(b" ")[2] for rest in said if rest.startswith(_LABELS))
    chosen = next((one for one in found if one.endswith((b'"', b"@en"))), found[0] if found else b"")
    if not chosen:
        return ""
    (quad,) = parse(b"<urn:x> <urn:x> " + chosen + b" .", format=RdfFormat.N_TRIPLES, lenient=True)
    return quad.object.value if isinstance(quad.object, RdfLiteral) else ""
