"""Which authors of different works are one person, where no identifier says so.

A name alone proves nothing. What joins is a name together with what its bearers share: a co-author, an
institution, a work. Each agreement has a weight (`NAMES`, `SHARED`); from `THRESHOLD` on two authors are
one, below it they are a candidate for a person to decide. The outcome does not depend on any order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from kg import keys

THRESHOLD = 60
"""Percent from which a name and what is shared make two authors one."""

NAMES: Mapping[str, int] = {
    "the same full name": 50,
    "full names that agree, one with more given names": 45,
    "the same initials": 45,
    "the same initial": 35,
    "initials of which one has more": 30,
    "initials that agree with a full name": 40,
}
"""What agreements of names weigh, in percent; in this order they may join."""

SHARED: Mapping[str, int] = {
    "work": 40,
    "co-author": 25,
    "co-author in short": 15,
    "institution": 20,
    "unit": 10,
}
"""What one shared work, co-author, institution and further place weigh, in percent."""

SHARED_BY_MANY = frozenset(
    {"the same initial", "initials of which one has more", "initials that agree with a full name"}
)
RIVALS = 15
"""So much less an initial weighs where persons of that family have it for several names."""

SURE = 95
"""More is never given without an identifier."""

COUNTED = 3
"""So many co-authors in common say as much as more of them."""

COMMON = 40
"""Where more authors of one name share something, each is compared with its neighbours alone."""

LISTED = 20
"""A name that more persons bear is not listed as a candidate."""

Given = tuple[str, ...]
"""Given names in their order, lower-cased; an initial is a single letter."""


@dataclass(frozen=True, slots=True, order=True)
class Author:
    """How a work names an author: normalised, with the place in the list and the institutions' IRIs."""

    family: str
    given: Given
    position: int
    places: tuple[str, ...] = ()


@dataclass(slots=True)
class Somebody:
    """An author as far as identifiers tell, under the IRI of one of the records.

    `seats` are the places in lists of authors: document, work as that names it, position.
    """

    iri: str
    names: set[tuple[str, Given]] = field(default_factory=set)
    orcids: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    seats: set[tuple[str, str, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, order=True)
class Because:
    """Why two may be one: how surely, in percent, in words, and what was compared."""

    score: int
    reason: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two that may be one and were not joined."""

    one: str
    other: str
    because: Because


@dataclass(slots=True)
class Verdict:
    """The sets of those who are one, why each of them is (but for the first), and what was not decided."""

    joined: list[tuple[str, ...]] = field(default_factory=list)
    why: dict[str, Because] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)


_INITIALS = re.compile(r"[^\W\d_a-z]{1,3}")


def given(printed: str, family: str) -> Given:
    """The given names in a printed form; `AB` are two initials unless the family is in capitals as well.

    >>> given("Ada B.", "Okafor"), given("AB", "Okafor"), given("ADA", "OKAFOR"), given("J.-P.", "Lind")
    (('ada', 'b'), ('a', 'b'), ('ada',), ('j', 'p'))
    """
    words = keys.normalised(printed).split()
    bare = printed.strip().rstrip(".")
    is_run = _INITIALS.fullmatch(bare) is not None and (len(bare) < 3 or not family.isupper())
    return tuple(words[0]) if is_run and len(words) == 1 else tuple(words)


def agree(one: Given, other: Given) -> bool:
    """Whether two forms can be of one name: word by word the same, or an initial of it.

    >>> agree(("ada", "b"), ("a",)), agree(("ada",), ("amy",)), agree(("xiao", "ming"), ("xiaoming",))
    (True, False, True)
    """
    if not one or not other:
        return False
    fits = (a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a, b in zip(one, other, strict=False))
    return all(fits) or "".join(one) == "".join(other)


def agreement(one: Given, other: Given) -> str | None:
    """Which of `NAMES` two forms are to each other; `None` where they cannot be one name."""
    if not agree(one, other):
        return None
    full = len(one[0]) > 1, len(other[0]) > 1
    if all(full):
        same = one == other or "".join(one) == "".join(other)
        return "the same full name" if same else "full names that agree, one with more given names"
    if any(full):
        return "initials that agree with a full name"
    if one == other:
        return "the same initials" if len(one) > 1 else "the same initial"
    return "initials of which one has more"


def decide(persons: Iterable[Somebody], is_forbidden: Callable[[Collection[str]], bool]) -> Verdict:
    """Who is one person; `is_forbidden` says whether somebody decided that some of them are not."""
    blocks: dict[tuple[str, str], list[Somebody]] = defaultdict(list)
    writers: dict[str, set[tuple[str, Given]]] = defaultdict(set)
    for person in sorted(persons, key=lambda one: one.iri):
        for block in {(family, forenames[0][0]) for family, forenames in person.names if forenames}:
            blocks[block].append(person)
        for work in person.works:
            writers[work] |= person.names
    verdict = Verdict()
    taken: set[str] = set()
    for block in sorted(blocks):
        # Who has names of two families, by an identifier, is compared under the first of them.
        members = [one for one in blocks[block] if one.iri not in taken]
        taken.update(one.iri for one in members)
        if len(members) > 1:
            _Block(members, writers, is_forbidden).decide(verdict)
    return verdict


@dataclass(slots=True)
class _Block:
    """Those who share a family name and the first letter of a given name."""

    members: Sequence[Somebody]
    writers: Mapping[str, set[tuple[str, Given]]]
    is_forbidden: Callable[[Collection[str]], bool]
    by_iri: dict[str, Somebody] = field(init=False)
    company: dict[str, set[tuple[str, Given]]] = field(init=False)
    has_rivals: bool = field(init=False)
    root: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_iri = {one.iri: one for one in self.members}
        self.root = {iri: iri for iri in self.by_iri}
        full = {(family, names) for one in self.members for family, names in one.names
                if names and len(names[0]) > 1}  # fmt: skip
        self.has_rivals = any(
            one[0] == other[0] and not agree(one[1], other[1])
            for one, other in combinations(sorted(full)[:COMMON], 2)
        )
        self.company = {
            one.iri: {name for work in one.works for name in self.writers[work]} - one.names
            for one in self.members
        }

    def decide(self, verdict: Verdict) -> None:
        pairs = {pair: self._because(*pair) for pair in sorted(set(self._pairs()))}
        weighed = [(level, because, pair) for pair, (level, because) in pairs.items() if because is not None]
        for level in NAMES:
            strong = [pair for name, because, pair in weighed
                      if name == level and because.score >= THRESHOLD]  # fmt: skip
            for component in self._components(strong):
                if self._is_one(component):
                    for iri in component:
                        self.root[iri] = component[0]
        sets: dict[str, list[str]] = defaultdict(list)
        for iri in self.by_iri:
            sets[self.root[iri]].append(iri)
        self._explain(verdict, sets, weighed)
        verdict.candidates += self._candidates(weighed)

    def _explain(
        self,
        verdict: Verdict,
        sets: Mapping[str, list[str]],
        weighed: Iterable[tuple[str, Because, tuple[str, str]]],
    ) -> None:
        """Each set that was joined, and of each of its members the surest of the reasons."""
        why: dict[str, Because] = {}
        for _, because, pair in weighed:
            if self.root[pair[0]] == self.root[pair[1]] and because.score >= THRESHOLD:
                for iri in pair:
                    why[iri] = max(because, why.get(iri, because))
        for members in sets.values():
            if len(members) > 1:
                verdict.joined.append(tuple(members))
                verdict.why.update((iri, why[iri]) for iri in members)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """The pairs that share something beside the name."""
        buckets: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in self.members:
            for work in one.works:
                buckets["work", work].append(one.iri)
            for place in one.places:
                buckets["place", place].append(one.iri)
            for token in {f"{family} {forenames[0][:1] if forenames else ''}"
                          for family, forenames in self.company[one.iri]}:  # fmt: skip
                buckets["with", token].append(one.iri)
        for sharing in buckets.values():
            if len(sharing) <= COMMON:
                yield from combinations(sharing, 2)
                continue
            alike: dict[tuple[tuple[str, Given], ...], list[str]] = defaultdict(list)
            for iri in sharing:
                alike[tuple(sorted(self.by_iri[iri].names))].append(iri)
            for same in alike.values():
                yield from pairwise(same)
            yield from pairwise(sorted(same[0] for same in alike.values()))

    def _because(self, one: str, other: str) -> tuple[str, Because | None]:
        """How the names agree, and what the two share."""
        first, second = self.by_iri[one], self.by_iri[other]
        level = self._level(first, second)
        if level is None:
            return "", None
        score, words, inputs = NAMES[level], [level], [self._called(first), self._called(second)]
        if self.has_rivals and level in SHARED_BY_MANY:
            score -= RIVALS
            words.append("which others have too")
        if works := first.works & second.works:
            score += SHARED["work"]
            words.append("the same work")
            inputs += sorted(works)
        both = self.company[one] & self.company[other]
        same = sorted(name for name in both if len("".join(name[1])) > 1)
        short = sorted(both.difference(same) | {
            name for name in self.company[one] - self.company[other]
            if any(family == name[0] and agree(forenames, name[1])
                   for family, forenames in self.company[other] - self.company[one])
        })  # fmt: skip
        if same or short:
            weights = [*(SHARED["co-author"] for _ in same), *(SHARED["co-author in short"] for _ in short)]
            score += sum(weights[:COUNTED])
            number = len(same) + len(short)
            words.append("a co-author in common" if number == 1 else f"{number} co-authors in common")
            inputs += [f"with {_shown(name)}" for name in (same + short)[:COUNTED]]
        if places := sorted(first.places & second.places):
            score += SHARED["institution"] + (SHARED["unit"] if len(places) > 1 else 0)
            words.append("the same institution" if len(places) == 1 else "the same institutions")
            inputs += [f"at {place}" for place in places[:COUNTED]]
        return level, Because(min(score, SURE), ", ".join(words), tuple(inputs))

    def _level(self, one: Somebody, other: Somebody) -> str | None:
        found = {
            agreement(name, another)
            for family, name in one.names
            for other_family, another in other.names
            if family == other_family
        }
        return next((level for level in NAMES if level in found), None)

    @staticmethod
    def _called(one: Somebody) -> str:
        return _shown(max(one.names, key=lambda name: (len("".join(name[1])), name)))

    def _components(self, pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
        """The members of sets that the pairs connect, by what they were joined to before."""
        members: dict[str, list[str]] = defaultdict(list)
        for iri, root in self.root.items():
            members[root].append(iri)
        found = components((self.root[one], self.root[other]) for one, other in pairs)
        return [sorted(iri for root in roots for iri in members[root]) for roots in found]

    def _is_one(self, iris: Collection[str]) -> bool:
        """Whether all of them can be one: by ORCID iD, by names, by their places in each list of authors."""
        people = [self.by_iri[iri] for iri in iris]
        if len(set().union(*(one.orcids for one in people))) > 1 or self.is_forbidden(iris):
            return False
        seats: dict[tuple[str, str], int] = {}
        for source, work, position in {seat for one in people for seat in one.seats}:
            if seats.setdefault((source, work), position) != position:
                return False
        names = {name for one in people for name in one.names}
        return all(
            agree(one, other)
            for (family, one), (other_family, other) in combinations(names, 2)
            if family == other_family
        )

    def _candidates(self, weighed: Iterable[tuple[str, Because, tuple[str, str]]]) -> Iterator[Candidate]:
        """Those that share too little or contradict each other, and those of one name that share nothing."""
        best: dict[tuple[str, str], Because] = {}
        sets: dict[str, list[str]] = defaultdict(list)
        for iri, root in self.root.items():
            sets[root].append(iri)
        for _, because, pair in weighed:
            one, other = sorted(self.root[iri] for iri in pair)
            if one != other and self._is_one(sets[one] + sets[other]):
                best[one, other] = max(because, best.get((one, other), because))
        bearers: dict[tuple[str, Given], set[str]] = defaultdict(set)
        for person in self.members:
            for name in person.names:
                bearers[name].add(self.root[person.iri])
        for name, roots in bearers.items():
            first, *others = sorted(roots)
            for other in others if len(others) < LISTED else ():
                level = agreement(name[1], name[1])
                if level is not None and self._is_one(sets[first] + sets[other]):
                    bare = Because(NAMES[level], f"{level}, and nothing else is known", (_shown(name),))
                    best.setdefault((first, other), bare)
        for (one, other), because in sorted(best.items()):
            yield Candidate(one, other, because)


def components(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The sets that the pairs connect, each sorted, by their first members."""
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        if one != other:
            near[one].add(other)
            near[other].add(one)
    found: list[list[str]] = []
    seen: set[str] = set()
    for start in sorted(near):
        waiting, reached = [start], set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                reached.add(name)
                waiting += near[name]
        if reached:
            found.append(sorted(reached))
    return found


def _shown(name: tuple[str, Given]) -> str:
    """A name as normalised: `okafor, ada`."""
    return ", ".join(part for part in (name[0], " ".join(name[1])) if part)
