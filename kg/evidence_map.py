"""The evidence map of a release: which studies look at what and what they say of it, made to be counted.

`build` writes it when a release is made; `EvidenceMap` reads it. What is counted is a **unit**: a study, or a
document that states findings and reports no study. A set of units is a whole number with a bit for each of
them, so that sets are joined by `&` and counted by `bit_count`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from pyoxigraph import Literal, NamedNode, Quad

from kg import statements
from kg.identifiers import VOCABULARY
from kg.statements import Entry

FILE = "map.json"
"""Its name in the folder of a release."""
AXES = ("role", "outcome", "population", "setting", "method")
"""The concept schemes of which any two can be laid against each other."""
MEASURED = ("improved", "no-difference", "mixed", "worsened")
DIRECTIONS = (*MEASURED, "described")
OWN, CITED = "own-result", "cited-from-other"
ASKED = ("aim-only", "background-claim")
"""Bases that are no result: somebody set out to look at it, or takes it for granted."""
BASES = (OWN, CITED, *ASKED)

_PK = f"{VOCABULARY}ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_ISSUED = "http://purl.org/dc/terms/issued"
_FACETS = tuple(
    f"{_PK}{name}"
    for name in (
        "hasFacet", "reportFacet", "studiesRole", "measuresOutcome", "studiesPopulation", "inSetting",
        "usesMethod",
    )
)  # fmt: skip
_STATED = (f"{_PK}hasFinding", f"{_PK}statesFinding")
_OF_FINDING = tuple(f"{_PK}finding{name}" for name in ("Outcome", "Direction", "Basis", "Concerns"))
_REPORTS, _SOURCE = f"{_PK}reportsStudy", f"{_PK}convertedFrom"
_WANTED = {
    *_FACETS, *_STATED, *_OF_FINDING, _REPORTS, _SOURCE, _TYPE, _ISSUED, f"{_SKOS}broader",
    f"{_SKOS}prefLabel",
}  # fmt: skip
_NAMED = tuple(f"{VOCABULARY}{scheme}/" for scheme in (*AXES, "direction", "basis", "whom"))


class _Graph:
    """What a map is made of, to be asked for the values of a property."""

    def __init__(self, default: Iterable[Quad]) -> None:
        self._objects: dict[str, dict[str, set[NamedNode | Literal]]] = {name: {} for name in _WANTED}
        for quad in default:
            if quad.predicate.value not in _WANTED or not isinstance(quad.subject, NamedNode):
                continue
            if isinstance(quad.object, NamedNode | Literal):
                of = self._objects[quad.predicate.value]
                of.setdefault(quad.subject.value, set()).add(quad.object)

    def subjects(self, name: str) -> set[str]:
        return set(self._objects[name])

    def values(self, subject: str, *names: str) -> list[str]:
        found = {one.value for name in names for one in self._objects[name].get(subject, ())}
        return sorted(found)

    def labels(self, subject: str) -> dict[str, str]:
        names = self._objects[f"{_SKOS}prefLabel"].get(subject, ())
        found = sorted((one.language or "", one.value) for one in names if isinstance(one, Literal))
        return dict(reversed(found))  # of two in one language the first in the order of text


def of_entries(default: Iterable[Entry]) -> bytes:
    """The map of a default graph that is given as entries without graphs: few of its lines are looked at."""
    return build(statements.quads(relevant(default)))


_RELEVANT = frozenset(f"<{name}>".encode() for name in _WANTED - {_TYPE})
_KINDS = frozenset(f"<{_TYPE}> <{name}>".encode() for name in (f"{_PK}Study", f"{_SKOS}Concept"))


def relevant(entries: Iterable[Entry]) -> Iterator[Entry]:
    """What a map is made of, out of a default graph that is given as entries without graphs."""
    for subject, *rests in entries:
        found = [rest for rest in rests if rest.partition(b" ")[0] in _RELEVANT or rest in _KINDS]
        if found:
            yield [subject, *found]


def is_of(text: bytes, default: Iterable[Quad]) -> bool:
    """Whether a map is that of a default graph, in the form that it has: once it did not count findings."""
    return text == build(default, counted=b',"findings":' in text)


def build(default: Iterable[Quad], *, counted: bool = True) -> bytes:
    """The map of a default graph, in JSON; the same bytes for the same graph.

    Where findings are `counted`, a unit stands behind what it says once for each finding.
    """
    graph = _Graph(default)
    reports: dict[str, list[str]] = {}
    for report in sorted(graph.subjects(_REPORTS)):
        for study in graph.values(report, _REPORTS):
            reports.setdefault(study, []).append(report)
    typed = graph.subjects(_TYPE)
    studies = sorted(one for one in typed if f"{_PK}Study" in graph.values(one, _TYPE))
    alone = sorted(graph.subjects(f"{_PK}statesFinding") - graph.subjects(_REPORTS) - set(studies))
    units: list[list[Any]] = []
    facets: dict[str, list[int]] = {}
    said: dict[tuple[str, ...], list[int]] = {}
    for number, unit in enumerate([*studies, *alone]):
        texts = [unit, *reports.get(unit, ())]
        years = [year[:4] for text in texts for year in graph.values(text, _ISSUED) if year[:4].isdecimal()]
        sources = {_local(source) for text in texts for source in graph.values(text, _SOURCE)}
        units.append([unit, int(min(years)) if years else None, sorted(sources)])
        for concept in graph.values(unit, *_FACETS):
            if concept.startswith(_NAMED):
                facets.setdefault(concept.removeprefix(VOCABULARY), []).append(number)
        stated = {finding for text in texts for finding in graph.values(text, *_STATED)}
        keys = [_key(graph, finding) for finding in stated]
        for key in keys if counted else set(keys):
            said.setdefault(key, []).append(number)
    known = {one for one in typed if one.startswith(_NAMED) and f"{_SKOS}Concept" in graph.values(one, _TYPE)}
    concepts = known | {VOCABULARY + name for name in facets}
    found = {
        "studies": len(studies),
        **({"findings": sum(map(len, said.values()))} if counted else {}),
        "units": units,
        "facets": facets,
        "said": [[*key, numbers] for key, numbers in sorted(said.items())],
        "concepts": {
            one.removeprefix(VOCABULARY): {
                "labels": graph.labels(one),
                "broader": [name.removeprefix(VOCABULARY) for name in graph.values(one, f"{_SKOS}broader")],
            }
            for one in concepts
        },
    }
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _key(graph: _Graph, finding: str) -> tuple[str, ...]:
    """Outcome, direction, basis and whom it concerns; empty text for what is not said."""
    return tuple(next(map(_local, graph.values(finding, name)), "") for name in _OF_FINDING)


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of the vocabulary: its path (`outcome/hope`), its names by language, what it is a kind of."""

    path: str
    labels: Mapping[str, str]
    broader: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which units are counted, and which of their findings."""

    concepts: tuple[str, ...] = ()
    """Paths; a unit has each of them or a narrower one. Of an outcome: it says something of it."""
    bases: frozenset[str] = frozenset()
    whom: str = ""
    first: int | None = None
    """The first year, of the earliest report of a study; who has no year is not counted then."""
    last: int | None = None
    source: str = ""

    def choose(self, basis: str, whom: str) -> bool:
        """Whether a finding of that basis, of these people, is one of those."""
        return self.whom in ("", whom) and (not self.bases or basis in self.bases)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row and a column meet. Each unit is in one direction of `own`, and in one of `cited`."""

    own: Mapping[str, int]
    """Studies by the direction of their results; `described` are those that measured nothing here; without an
    outcome they are all under ``""``."""
    cited: Mapping[str, int]
    """The same for documents that say it on the word of others."""
    asked: int = 0
    """Documents that have it as an aim or take it for granted, without a result."""

    @property
    def studies(self) -> int:
        """How many studies have a result of their own here."""
        return sum(self.own.values())

    @property
    def documents(self) -> int:
        """How many documents say something here on the word of others."""
        return sum(self.cited.values())

    @property
    def only_own(self) -> Cell:
        """The cell without what is said on the word of others."""
        return Cell(self.own, {})

    @property
    def only_cited(self) -> Cell:
        """The cell without the studies' own results."""
        return Cell({}, self.cited)

    @property
    def is_gap(self) -> bool:
        """Whether nothing was found out here, nor said on the word of others."""
        return not self.studies and not self.documents


@dataclass(frozen=True, slots=True)
class _Column:
    """The sets of units that an outcome divides into, each by direction."""

    own: Mapping[str, int]
    cited: Mapping[str, int]
    asked: int


@dataclass(eq=False)
class EvidenceMap:
    """A map that was built, and what is worked out of it on the way."""

    data: Mapping[str, Any]
    _within: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, text: bytes) -> EvidenceMap:
        """The map that `build` wrote."""
        return cls(orjson.loads(text))

    @cached_property
    def concepts(self) -> dict[str, Concept]:
        """Every concept by its path."""
        found: dict[str, Any] = self.data["concepts"]
        return {path: Concept(path, one["labels"], tuple(one["broader"])) for path, one in found.items()}

    @cached_property
    def narrower(self) -> dict[str, list[str]]:
        """The paths of the concepts directly below one; under a scheme's name those at its top."""
        found: dict[str, list[str]] = {}
        for path, concept in self.concepts.items():
            for above in concept.broader or (path.partition("/")[0],):
                found.setdefault(above, []).append(path)
        return found

    @cached_property
    def studies(self) -> int:
        """The units that are studies."""
        return (1 << int(self.data["studies"])) - 1

    @cached_property
    def sources(self) -> list[str]:
        """The ids of the documents that the units were read from."""
        return sorted({source for _, _, sources in self.data["units"] for source in sources})

    @cached_property
    def years(self) -> tuple[int, int] | None:
        """The first and the last year."""
        found = [year for _, year, _ in self.data["units"] if year is not None]
        return (min(found), max(found)) if found else None

    def year(self, number: int) -> int | None:
        """The first year of a unit."""
        year: int | None = self.data["units"][number][1]
        return year

    def below(self, path: str) -> set[str]:
        """The concept and all that is narrower; a circle is gone round once."""
        found, left = set[str](), [path]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.narrower.get(one, ())
        return found

    @cached_property
    def newest(self) -> list[int]:
        """The units, the newest first; those without a year are last."""
        units = self.data["units"]
        return sorted(range(len(units)), key=lambda number: (-(units[number][1] or 0), number))

    def stating(self, filters: Filters, direction: str = "") -> dict[int, int] | None:
        """How many of the findings that filters choose each unit states, the newest units first.

        `None` where the map was made before findings were counted.
        """
        if "findings" not in self.data:
            return None
        outcomes = self._outcomes(filters)
        among = set(members(self.counted(filters)))
        found = Counter[int]()
        for outcome, told, basis, whom, numbers in self.data["said"]:
            if (
                all(outcome in names for names in outcomes)
                and direction in ("", told)
                and filters.choose(basis, whom)
            ):
                found.update(numbers)
        return {number: found[number] for number in self.newest if number in found and number in among}

    def _outcomes(self, filters: Filters) -> list[set[str]]:
        """For each outcome among the filters the names of it and of what is narrower."""
        paths = (path for path in filters.concepts if path.startswith("outcome/"))
        return [{_local(one) for one in self.below(path)} for path in paths]

    def having(self, path: str) -> int:
        """The units that have the concept or a narrower one; a scheme's name means any of its concepts."""
        known = self._within.get(path)
        if known is None:
            facets: dict[str, list[int]] = self.data["facets"]
            known = self._set(number for one in self.below(path) for number in facets.get(one, ()))
            self._within[path] = known
        return known

    def _set(self, numbers: Iterable[int]) -> int:
        bits = bytearray(len(self.data["units"]) // 8 + 1)
        for number in numbers:
            bits[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(bits, "little")

    @cached_property
    def _said(self) -> list[tuple[str, str, str, str, int]]:
        return [(*key, self._set(numbers)) for *key, numbers in self.data["said"]]

    def counted(self, filters: Filters) -> int:
        """The units that the filters leave; the outcomes among them choose findings instead."""
        found = (1 << len(self.data["units"])) - 1
        for path in filters.concepts:
            if not path.startswith("outcome/"):
                found &= self.having(path)
        if filters.first is not None or filters.last is not None or filters.source:
            first, last = filters.first or 0, 9999 if filters.last is None else filters.last
            found &= self._set(
                number
                for number, (_, year, sources) in enumerate(self.data["units"])
                if (filters.source in sources or not filters.source)
                and (first <= year <= last if year is not None else (first, last) == (0, 9999))
            )
        return found

    def of_outcome(self, path: str, filters: Filters, among: int) -> _Column:
        """What the units among those say of an outcome or a narrower one."""
        wanted = {_local(one) for one in self.below(path)}.intersection(*self._outcomes(filters))
        sets: dict[str, dict[str, int]] = {basis: {} for basis in BASES}
        for outcome, direction, basis, whom, units in self._said:
            if outcome in wanted and basis in sets and filters.choose(basis, whom):
                sets[basis][direction] = sets[basis].get(direction, 0) | (units & among)
        asked = 0
        for basis in ASKED:
            for units in sets[basis].values():
                asked |= units
        return _Column(divided(sets[OWN]), divided(sets[CITED]), asked)

    def cell(self, having: int, column: _Column) -> Cell:
        """What the units of a set say in a column."""
        return Cell(
            _counts(column.own, having), _counts(column.cited, having), (column.asked & having).bit_count()
        )

    def meeting(self, one: int, other: int) -> Cell:
        """How many studies are in both sets, and documents that report none, whatever they found."""
        both = one & other
        return Cell(_counts({"": self.studies}, both), _counts({"": ~self.studies}, both))


def members(units: int) -> Iterator[int]:
    """The numbers of the units in a set.

    >>> list(members(0b1010))
    [1, 3]
    """
    return (number for number, bit in enumerate(reversed(f"{units:b}")) if bit == "1")


def divided(by_direction: Mapping[str, int]) -> dict[str, int]:
    """Sets of units by direction, made sets of which each unit is in one.

    A unit that says one thing of one part and another of another is `mixed`; where it measured something,
    what it describes besides does not count.

    >>> divided({"improved": 0b011, "worsened": 0b010, "described": 0b101})
    {'improved': 1, 'mixed': 2, 'described': 4}
    """
    once, twice = 0, by_direction.get("mixed", 0)
    for direction in MEASURED:
        twice |= once & by_direction.get(direction, 0)
        once |= by_direction.get(direction, 0)
    found = {direction: by_direction.get(direction, 0) & ~twice for direction in MEASURED}
    found["mixed"] = twice
    found["described"] = by_direction.get("described", 0) & ~once
    return {direction: units for direction, units in found.items() if units}


def _counts(sets: Mapping[str, int], having: int) -> dict[str, int]:
    counted = {name: (units & having).bit_count() for name, units in sets.items()}
    return {name: number for name, number in counted.items() if number}


def shown_paths(
    found: EvidenceMap,
    scheme: str,
    opened: Collection[str],
    *,
    under: str = "",
    order: Callable[[str], Any] = str,
) -> list[tuple[str, int]]:
    """The concepts of an axis with their depths: those at the top, and under each open one those below.

    `order` says what they are sorted by, beside each other.
    """
    rows: list[tuple[str, int]] = []
    seen = set[str]()

    def walk(path: str, depth: int) -> None:
        for one in sorted(found.narrower.get(path, ()), key=lambda one: (order(one), one)):
            if one not in seen:
                seen.add(one)
                rows.append((one, depth))
                if one in opened:
                    walk(one, depth + 1)

    walk(under or scheme, 0)
    return rows
