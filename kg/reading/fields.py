"""What a format knows of its fields, and what became of each field of a file: nothing is lost in silence.

A format lists its fields once, in `FIELDS`: those it maps, with the field of the record model they become,
and those it knows and does not map, with what they say. Whatever else a record holds is unknown. `tally`
counts all three, and `docs/formats.md` is made from the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_EMPTY = frozenset((str, list, dict))
"""Values of these types that are empty are not counted; 0 and false are."""
EXAMPLE = 80
"""So many characters of an example are kept."""


@dataclass(slots=True)
class Tally:
    """How often each field occurred in the records of a file, by what became of it."""

    mapped: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    """The first value of each field that was not mapped."""

    @property
    def examples(self) -> dict[str, str]:
        """The beginning of the first value of each field that was not mapped, as words."""
        return {
            name: " ".join(str(value)[: 4 * EXAMPLE].split())[:EXAMPLE] for name, value in self.first.items()
        }

    def add(self, other: Tally) -> None:
        """Count what the other counted, too."""
        for ours, theirs in (
            (self.mapped, other.mapped),
            (self.known, other.known),
            (self.unknown, other.unknown),
        ):
            for name, count in theirs.items():
                ours[name] = ours.get(name, 0) + count
        for name, value in other.first.items():
            self.first.setdefault(name, value)

    def not_mapped(self) -> list[tuple[str, int, str, bool]]:
        """Each field not mapped: its name, how often, an example, and whether the format knows it."""
        rows = [(name, count, True) for name, count in self.known.items()]
        rows += [(name, count, False) for name, count in self.unknown.items()]
        examples = self.examples
        return [(name, count, examples.get(name, ""), known) for name, count, known in sorted(rows)]


@dataclass(frozen=True)
class Fields:
    """The fields of a format: `mapped` and what they become, `known` and what they say.

    A name is a tag (`AU`), a column, or a path of keys or elements (`author/given`). Of a path that is
    mapped or known nothing below is looked at, unless longer paths of the table lead there.
    """

    mapped: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)
    opened: frozenset[str] = field(init=False)
    """The paths below which the table names others."""

    def __post_init__(self) -> None:
        both = self.mapped.keys() & self.known.keys()
        if both:
            raise ValueError(f"fields both mapped and not: {', '.join(sorted(both))}")
        tree: dict[str, Any] = {}
        opened: set[str] = set()
        for name in (*self.mapped, *self.known):
            node = tree
            parts = name.split("/")
            opened.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
            for depth, part in enumerate(parts, start=1):
                path = "/".join(parts[:depth])
                node = node.setdefault(part, (path, {}, path in self.mapped))[1]
        object.__setattr__(self, "_tree", tree)
        object.__setattr__(self, "opened", frozenset(opened))

    def tally(self, pairs: Iterable[tuple[str, Any]]) -> Tally:
        """What became of the tags of a record: `(tag, value)`, as often as they stand there."""
        result = Tally()
        for name, value in pairs:
            self.count(result, name, value)
        return result

    def tally_of(self, record: Mapping[str, Any]) -> Tally:
        """The same of a tree of objects and arrays; `null` and what is empty is not counted."""
        result = Tally()
        self._walk(result, record, self._tree, "")  # type: ignore[attr-defined]  # made above
        return result

    def _walk(self, result: Tally, record: Mapping[str, Any], tree: Mapping[str, Any], above: str) -> None:
        mapped = result.mapped  # this is done for every key of every record
        for key, value in record.items():
            if not value and (value is None or type(value) in _EMPTY):
                continue
            node = tree.get(key)
            if node is None:
                self.count(result, above + key, value)
                continue
            path, below, is_mapped = node
            if below:
                if type(value) is dict:
                    self._walk(result, value, below, path + "/")
                    continue
                if type(value) is list:
                    objects = [one for one in value if type(one) is dict]
                    for one in objects:
                        self._walk(result, one, below, path + "/")
                    if objects:
                        continue
            if is_mapped:
                mapped[path] = mapped.get(path, 0) + 1
            else:
                self.count(result, path, value)

    def count(self, result: Tally, name: str, value: Any) -> None:
        """Count one value of a field.

        A format does so itself where only some values of a field are mapped: the others have a name of their
        own in the table (`dates, not of issue`).
        """
        if name in self.mapped:
            result.mapped[name] = result.mapped.get(name, 0) + 1
            return
        counts = result.known if name in self.known else result.unknown
        counts[name] = counts.get(name, 0) + 1
        if name not in result.first:
            result.first[name] = value[: 4 * EXAMPLE] if isinstance(value, str) else value
