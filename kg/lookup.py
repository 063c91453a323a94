"""What a name or an identifier may mean: the candidates among a release's things, with the reasons.

A name is looked for in steps, and the first that finds enough ends the search: the same name; names
with all of its words; with words that it may be a misspelling of; with all words but one. Names are
numbered by how many words they have, so that the first hits of each step are the nearest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from kg import schemes, spelling
from kg.searching import BELOW, CLASSES, is_cjk, name_key, words_of

ENOUGH = 40
"""Names that a step looks at."""
_WORDS = 16
"""Words of a name that count."""
_LEFT_OUT = 5
"""The rarest words of a name, of which one may be missing."""
_COMMON = 2_000
"""A word in more names than this finds nothing alone."""
_PART, _REST = 0.5, 0.25
"""What it counts if all words of one name are words of the other, and how alike they are otherwise."""
LONGEST = 1_000
"""Characters of a name that count."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity of the release, as far as the search index knows it."""

    number: int
    iri: str
    kind: str
    below: str
    label: str
    about: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of its classes, the narrowest first."""
        return (self.below, self.kind) if self.below else (self.kind,)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant, and why."""

    thing: Thing
    similarity: float
    """How alike the name that was asked for and the thing's nearest name are, from 0 to 1."""
    name: str
    """That name."""
    language: str
    is_same_name: bool
    identifier: str = ""
    """The identifier that was asked for, where it is the thing's."""
    is_certain: bool = False
    """Whether what was asked for can be nothing but that identifier."""


def kinds_of(names: Iterable[str]) -> frozenset[str]:
    """The classes of the index that the names mean; others are left out."""
    return frozenset(names) & {*CLASSES.values(), *BELOW.values()}


class Lookup:
    """Looks things up in the search index of a release."""

    def __init__(self, database: sqlite3.Connection, base: str) -> None:
        self._database = database
        self._base = base

    def candidates(self, asked: str, kinds: frozenset[str] | None = None) -> list[Candidate]:
        """The things that may be meant, of these classes or of any, the likeliest first."""
        asked = asked[:LONGEST].strip()
        found = {one.thing.number: one for one in self._named(asked, kinds)}
        found.update({one.thing.number: one for one in self._identified(asked, kinds)})
        return sorted(found.values(), key=lambda one: (not one.identifier, -one.similarity, one.thing.iri))

    def thing(self, iri: str) -> Thing | None:
        """The thing of that IRI, or of that path below the base; `None` where there is none."""
        for one in (iri, self._base + iri):
            row = self._database.execute(f"{_THING} WHERE iri = ?", (one,)).fetchone()
            if row is not None:
                return Thing(*row)
        return None

    def names(self, thing: Thing) -> list[tuple[str, str]]:
        """What the thing is called: languages and names."""
        rows = self._database.execute(
            "SELECT language, name FROM name WHERE entity = ? ORDER BY language, name", (thing.number,)
        )
        return [(str(language), str(name)) for language, name in rows]

    def identifiers(self, thing: Thing) -> list[str]:
        """The keys of the identifiers that others gave it."""
        rows = self._database.execute(
            "SELECT key FROM identifier WHERE entity = ? ORDER BY key", (thing.number,)
        )
        return [str(key) for (key,) in rows]

    def called(self, thing: Thing, languages: Iterable[str]) -> str | None:
        """The preferred name in the first of these languages that there is."""
        for language in languages:
            row = self._database.execute(
                "SELECT name FROM name WHERE entity = ? AND language = ? "
                "ORDER BY is_first DESC, name LIMIT 1",
                (thing.number, language),
            ).fetchone()
            if row is not None:
                return str(row[0])
        return None

    def identified_by(self, key: str, kinds: frozenset[str] | None = None) -> list[Thing]:
        """The things with that key of an identifier."""
        rows = self._database.execute(
            f"{_THING} JOIN identifier ON identifier.entity = entity.id WHERE key = ?", (key,)
        )
        things = [Thing(*row) for row in rows]
        return [thing for thing in things if kinds is None or kinds & {*thing.kinds}]

    def compared(self, asked: str, thing: Thing) -> Candidate:
        """The thing as a candidate for a name, however far that is from its own."""
        key = name_key(asked[:LONGEST])
        candidates = [_scored(key, name, language, thing) for language, name in self.names(thing)]
        nameless = Candidate(thing, 0.0, thing.label, "", is_same_name=False)
        return max(candidates, key=lambda one: (one.is_same_name, one.similarity), default=nameless)

    def beginning(
        self, prefix: str, limit: int, offset: int = 0, kinds: frozenset[str] | None = None
    ) -> list[Thing]:
        """The things with a name whose words begin as those of the prefix do, or with that identifier."""
        words = words_of(prefix)[:_WORDS]
        first = [one.thing for one in self._identified(prefix[:LONGEST], kinds)]
        if not words:
            return first[offset : offset + limit]
        parts = [_one(word, is_beginning=True) for word in words]
        rows = self._matching(" AND ".join(parts), kinds, 8 * (offset + limit))
        if not rows and not first:
            first = [one.thing for one in self._named(prefix[:LONGEST], kinds)]
        things = [*first, *(Thing(*row[2:]) for row in rows)]
        return list({one.number: one for one in things}.values())[offset : offset + limit]

    def _identified(self, asked: str, kinds: frozenset[str] | None) -> list[Candidate]:
        own = self.thing(asked) if "/" in asked else None
        if own is not None and (kinds is None or kinds & {*own.kinds}):
            return [
                Candidate(own, 1.0, own.label, "", is_same_name=False, identifier=own.iri, is_certain=True)
            ]
        found = []
        for key in schemes.keys(asked):
            things = self.identified_by(key)
            for thing in things:
                if kinds is None or kinds & {*thing.kinds}:
                    certain = len(things) == 1 and schemes.is_certain(asked)
                    found.append(
                        Candidate(
                            thing,
                            1.0,
                            thing.label,
                            "",
                            is_same_name=False,
                            identifier=key,
                            is_certain=certain,
                        )
                    )
        return found

    def _named(self, asked: str, kinds: frozenset[str] | None) -> list[Candidate]:
        words = words_of(asked)[:_WORDS]
        if not words:
            return []
        key = name_key(asked)
        rows = self._called(key, kinds)
        for expression in self._steps(words):
            if len(rows) >= ENOUGH // 4:
                break
            rows += self._matching(expression, kinds, ENOUGH)
        best: dict[int, Candidate] = {}
        for language, name, *thing in rows:
            one = _scored(key, str(name), str(language), Thing(*thing))
            known = best.get(one.thing.number)
            if known is None or (one.is_same_name, one.similarity) > (known.is_same_name, known.similarity):
                best[one.thing.number] = one
        return list(best.values())

    def _called(self, key: str, kinds: frozenset[str] | None) -> list[Any]:
        rows = self._database.execute(f"{_NAMED} WHERE name.key = ? ORDER BY name.id LIMIT 200", (key,))
        return [row for row in rows if kinds is None or kinds & {str(row[4]), str(row[5])}]

    def _matching(self, expression: str, kinds: frozenset[str] | None, limit: int) -> list[Any]:
        """Names that match, with the fewest words first."""
        if not expression:
            return []
        match = f"name : ({expression})"
        if kinds is not None:
            if not kinds:
                return []
            match += f" AND kind : ({' OR '.join(sorted(kind.lower() for kind in kinds))})"
        rows = self._database.execute(
            f"{_NAMED} WHERE name.id IN "  # noqa: S608 - our words and question marks
            "(SELECT rowid FROM names WHERE names MATCH ? ORDER BY rowid LIMIT ?) ORDER BY name.id",
            (match, limit),
        )
        return rows.fetchall()

    def _steps(self, words: Sequence[str]) -> Iterable[str]:
        """Expressions of FTS5, each wider than the one before; the next is made where it is needed."""
        yield " AND ".join(_one(word) for word in words)
        often = {word: spelling.frequency(self._database, word) for word in words if not is_cjk(word)}
        meant = {
            word: [word, *spelling.nearest(self._database, word)] if often.get(word, 1) == 0 else [word]
            for word in words
        }
        if any(len(known) > 1 for known in meant.values()):
            yield " AND ".join(_any(meant[word]) for word in words)
        # A word that is known may be a misspelling as well: `form` of `from`.
        for word in words:
            if len(meant[word]) == 1 and not is_cjk(word):
                meant[word] = [word, *spelling.nearest(self._database, word)]
        yield " AND ".join(_any(meant[word]) for word in words)

        def rarity(word: str) -> int:
            return min(
                (often.get(one) or spelling.frequency(self._database, one) for one in meant[word]), default=0
            )

        rare = sorted(
            {word for word in words if rarity(word) or is_cjk(word)}, key=lambda word: (rarity(word), word)
        )
        rare = rare[:_LEFT_OUT]
        if len(rare) > 1:
            wanted = max(1, min(len(rare) - 1, len(words) - 1))
            yield " OR ".join(
                f"({' AND '.join(_any(meant[word]) for word in some)})" for some in combinations(rare, wanted)
            )
        if rare and rarity(rare[0]) <= _COMMON:
            yield _any(meant[rare[0]])


_THING = "SELECT entity.id, iri, class, below, label, about FROM entity"
_NAMED = (
    "SELECT name.language, name.name, entity.id, iri, class, below, label, about "
    "FROM name JOIN entity ON entity.id = name.entity"
)


def _one(word: str, *, is_beginning: bool = False) -> str:
    """The word in FTS5's language; a letter alone is an initial, and Chinese its pairs."""
    if is_cjk(word):
        pairs = [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        star = "*" if len(word) == 1 else ""
        return "(" + " AND ".join(f'"{pair}"{star}' for pair in pairs) + ")"
    return f'"{word}"' + ("*" if is_beginning or len(word) == 1 else "")


def _any(words: Iterable[str]) -> str:
    return "(" + " OR ".join(_one(word) for word in words) + ")"


def _scored(key: str, name: str, language: str, thing: Thing) -> Candidate:
    other = name_key(name)
    if other == key:
        return Candidate(thing, 1.0, name, language, is_same_name=True)
    whole = max(fuzz.ratio(key, other), fuzz.token_sort_ratio(key, other) - 1)
    ratio = max(whole, _PART * fuzz.token_set_ratio(key, other) + _REST * whole) / 100
    if thing.kind == "Person":
        ratio = max(ratio, _initials(key.split(), other.split()))
    return Candidate(thing, round(min(ratio, 0.99), 4), name, language, is_same_name=False)


def _initials(one: list[str], other: list[str]) -> float:
    """How far two names of persons can be one where given names are cut to initials or left out."""
    short, long = sorted((one, other), key=len)
    left = list(long)
    whole = cut = 0
    for word in short:
        if word in left:
            left.remove(word)
            whole += len(word) > 1
            continue
        match = next((known for known in left if 1 in (len(known), len(word)) and known[0] == word[0]), None)
        if match is None:
            return 0.0
        left.remove(match)
        cut += 1
    return 0.9 - 0.05 * cut - 0.02 * len(left) if whole else 0.0
