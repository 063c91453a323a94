"""What changed between two releases: the statements of the default graph, and the entities."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Quad

from kg import formats, release
from kg.release import Release


@dataclass(frozen=True, slots=True)
class Difference:
    """The statements that only one of two releases has, and the changes in the numbers of its entities."""

    added: list[Quad]
    removed: list[Quad]
    entities_added: dict[str, int]
    entities_removed: dict[str, int]


def difference(old: Release, new: Release) -> Difference:
    """From `old` to `new`; both sorted."""
    before = set(formats.read_file(old.dumps / "peerkg.nt.gz"))
    after = set(formats.read_file(new.dumps / "peerkg.nt.gz"))
    added = sorted(after - before, key=formats.order)
    removed = sorted(before - after, key=formats.order)
    old_entities, new_entities = release.entities(before), release.entities(after)
    return Difference(
        added,
        removed,
        {name: len(new_entities[name] - old_entities[name]) for name in release.ENTITIES},
        {name: len(old_entities[name] - new_entities[name]) for name in release.ENTITIES},
    )
