"""Every IRI ever published: what identifies it, and what became of it (`identities.tsv`).

A thing keeps the IRI it was first published under. Where two published things turn out to be one, the
older IRI survives and the other leads to it; one that no longer occurs is withdrawn and comes back to
life with its keys. No IRI is ever given to another thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from typing import Literal, cast, get_args

from kg import keys
from kg.problems import PeerkgError

State = Literal["live", "merged", "withdrawn"]

COLUMNS = ("iri", "class", "keys", "state", "target", "since", "changed")


class RegistryError(PeerkgError):
    """A list of published IRIs cannot be used; the message names the line and what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One published IRI. `target` is where a merged one leads.

    `since` counts releases: the first release of all is 1, and the lowest of two IRIs is the older. `changed`
    is the release that brought the state.
    """

    iri: str
    kind: str
    keys: tuple[str, ...]
    state: State
    target: str
    since: int
    changed: int = 0

    def __post_init__(self) -> None:
        if not self.changed:
            object.__setattr__(self, "changed", self.since)


def write(rows: Iterable[Row]) -> str:
    """The rows as a table with a header line, sorted by IRI."""
    lines = ["\t".join(COLUMNS)]
    lines += [
        "\t".join(
            (row.iri, row.kind, "|".join(row.keys), row.state, row.target, f"{row.since}\t{row.changed}")
        )
        for row in sorted(rows)
    ]
    return "\n".join(lines) + "\n"


def read(text: str, where: str) -> list[Row]:
    """The rows of such a table; `RegistryError` names the first line that does not hold."""
    lines = text.removesuffix("\n").split("\n")
    if tuple(lines[0].split("\t")) not in (COLUMNS, COLUMNS[:-1]):
        raise RegistryError(f"{where}:1: expected the header {' '.join(COLUMNS)}, separated by tabs")
    width = len(lines[0].split("\t"))  # tables of earlier versions do not say when a state changed
    return [_row(line, width, f"{where}:{number}") for number, line in enumerate(lines[1:], start=2)]


def _row(line: str, width: int, where: str) -> Row:
    cells = line.split("\t")
    if len(cells) != width:
        raise RegistryError(f"{where}: {len(cells)} cells; expected {width}, separated by tabs")
    iri, kind, joined, state, target, *numbers = cells
    if state not in get_args(State):
        raise RegistryError(f"{where}: the state is {state!r}; expected one of {', '.join(get_args(State))}")
    if (state == "merged") is not bool(target):
        raise RegistryError(f"{where}: a target belongs to a merged IRI, and to no other")
    for name, number in zip(COLUMNS[5:], numbers, strict=False):
        if not number.isdecimal() or not number.isascii() or int(number) < 1:
            raise RegistryError(f"{where}: {name} is {number!r}; expected a whole number of at least 1")
    keys_of = tuple(joined.split("|")) if joined else ()
    return Row(iri, kind, keys_of, cast("State", state), target, *map(int, numbers))


def number(rows: Iterable[Row]) -> int:
    """The number of the release that these rows are of: the last that changed any."""
    return max((max(row.since, row.changed) for row in rows), default=0)


def met(iri: str, kind: str, before: Row | None, now: int) -> Row:
    """The row of what has its IRI by its digest and is there: new, as it was, or alive again."""
    if before is None:
        return Row(iri, kind, (), "live", "", now)
    return before if before.state == "live" else replace(before, state="live", target="", changed=now)


@dataclass(frozen=True, slots=True)
class Claim:
    """A thing that wants its IRI: the one that would be minted for it, and its keys, strongest first."""

    minted: str
    keys: tuple[str, ...]


class Registry:
    """The published IRIs while a release is made: those of the release before, and what happens to them."""

    def __init__(self, previous: Sequence[Row] = ()) -> None:
        self._rows = {row.iri: row for row in previous}
        self._now = 1 + number(previous)
        self._seen: set[str] = set()
        self.merges: list[tuple[Row, Row]] = []
        """Published IRIs that became one in this release: the one given up, and the survivor."""

    def rows(self) -> list[Row]:
        """Every row after all claims were settled: what nothing claimed is withdrawn."""
        rows = [
            replace(row, state="withdrawn", changed=self._now)
            if row.state == "live" and row.iri not in self._seen
            else row
            for row in self._rows.values()
        ]
        return sorted(replace(row, target=self.survivor(row.target)) if row.target else row for row in rows)

    def survivor(self, iri: str) -> str:
        """Where an IRI leads: to itself unless it was merged into another."""
        seen = {iri}
        while (row := self._rows.get(iri)) is not None and row.target and row.target not in seen:
            iri = row.target
            seen.add(iri)
        return iri

    def settle(self, kind: str, claims: Iterable[Claim]) -> Iterator[tuple[Claim, str]]:
        """The IRI of each thing of a class; a class is settled once, reports before what is in them."""
        ordered = sorted(claims, key=lambda claim: claim.minted)
        published = self._published(kind, ordered)
        settled = {claim.minted: self._keep(claim, rows) for claim, rows in published}
        for claim in ordered:
            yield claim, settled.get(claim.minted) or self._mint(kind, claim)

    def redirect(self, kind: str, records: Iterable[tuple[str, tuple[str, ...]]], target: str) -> None:
        """Publish the IRIs of records that are another thing: they lead to it from now on.

        So everything that a decision names can be looked up. An IRI that is known stays as it is.
        """
        for iri, keys_of in records:
            if iri not in self._rows:
                self._rows[iri] = Row(iri, kind, keys_of, "merged", target, self._now)

    def _published(self, kind: str, claims: Sequence[Claim]) -> list[tuple[Claim, list[Row]]]:
        """The things that had IRIs before, each with all of them, the oldest first."""
        if all(row.kind != kind for row in self._rows.values()):
            return []
        holders: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            for key in claim.keys:
                holders[key].append(claim)
        had: dict[str, tuple[Claim, list[Row]]] = {}
        for row in sorted(self._rows.values()):
            if row.kind != kind or row.state == "merged":
                continue
            for key in (self._moved(key) for key in row.keys):
                if key in holders:
                    claim = min(holders[key], key=partial(_nearness, key, row))
                    had.setdefault(claim.minted, (claim, []))[1].append(row)
                    break
        return [(claim, sorted(rows, key=partial(_age, claim.minted))) for claim, rows in had.values()]

    def _moved(self, key: str) -> str:
        """A key within a report that has been merged into another counts within the other."""
        parent, mark, rest = key.partition("#")
        return f"{self.survivor(parent)}#{rest}" if mark else key

    def _keep(self, claim: Claim, rows: Sequence[Row]) -> str:
        oldest, *others = rows
        before = [self._moved(key) for row in rows for key in row.keys]
        changed = oldest.changed if oldest.state == "live" else self._now
        all_keys = tuple(dict.fromkeys([*claim.keys, *before]))
        self._put(replace(oldest, keys=all_keys, state="live", changed=changed))
        for row in others:
            merged = replace(row, state="merged", target=oldest.iri, changed=self._now)
            self._put(merged)
            self.merges.append((merged, self._rows[oldest.iri]))
        return oldest.iri

    def _mint(self, kind: str, claim: Claim) -> str:
        iri, number = claim.minted, 1
        while iri in self._rows:  # published before, for a thing with other keys
            number += 1
            iri = f"{claim.minted}-{number}"
        self._put(Row(iri, kind, claim.keys, "live", "", self._now))
        return iri

    def _put(self, row: Row) -> None:
        self._rows[row.iri] = row
        self._seen.add(row.iri)


def _nearness(key: str, row: Row, claim: Claim) -> tuple[int, int, int, str]:
    """How far from the strongest of its keys this key is for a thing, then how alike they are in order.

    Of two things with the same strongest key that had the IRI last wins: its keys are the row's first.
    """
    pairs = zip(row.keys, claim.keys, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return claim.keys.index(key), -alike, len(claim.keys), claim.minted


def _age(minted: str, row: Row) -> tuple[int, bool, str]:
    """What sorts the IRIs a thing had: the oldest, and of equally old ones the one it would get today."""
    return row.since, row.iri != minted, row.iri


def strongest_first(found: Iterable[str]) -> tuple[str, ...]:
    """The keys, each once, in the order of their strength."""
    return tuple(sorted(set(found), key=keys.strength))
