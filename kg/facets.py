"""Which works have what: the sets of an index, how they are chosen by, and what is left to choose.

A set of works is a whole number with a bit for each work. Of one facet several values are alternatives, and
different facets narrow each other; what a value would give is counted with the choices of all other facets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg import searching
from kg.searching import opened
from kg.work_index import unpacked

FACETS = (
    "role", "outcome", "population", "setting", "design", "direction", "country", "centre", "source", "year",
)  # fmt: skip
"""What works can be chosen by, in the order in which a page offers them."""
FROM, TO = "from", "to"
"""The first and last year of a span, beside single years."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: what it is called where it is no concept, who has it, and who has it itself."""

    label: str
    works: int
    """The set of works that have it or something narrower."""
    own: int
    """Those that have it itself."""


@dataclass(frozen=True, slots=True)
class Facets:
    """The works of an index by what they have."""

    path: Path
    first: int
    """The number of the first work in the index."""
    count: int
    values: Mapping[str, Mapping[str, Value]]

    @property
    def everything(self) -> int:
        """The set of all works."""
        return (1 << self.count) - 1

    def having(self, name: str, values: Iterable[str]) -> int:
        """The works that have any of the values."""
        known = self.values.get(name, {})
        found = 0
        for value in values:
            found |= known[value].works if value in known else 0
        return found

    def dated(self, first: str, last: str) -> int:
        """The works of the years from the first to the last; an empty text is no bound."""
        years = self.values.get("year", {})
        return self.having("year", (one for one in years if (first or "0") <= one <= (last or "9999")))

    def chosen(self, given: Mapping[str, Iterable[str]], *, but: str = "") -> int:
        """The works that choices leave, those of one facet left aside."""
        found = self.everything
        for name in FACETS:
            if name in given and name != but:
                found &= self.having(name, given[name])
        if (FROM in given or TO in given) and but != "year":
            found &= self.dated(*("".join(given.get(name, ())) for name in (FROM, TO)))
        return found

    def counts(self, works: int, given: Mapping[str, Iterable[str]]) -> dict[str, dict[str, int]]:
        """How many of the works each value would give; what gives none is left out unless chosen."""
        found = {}
        for name in FACETS:
            among = works & self.chosen(given, but=name)
            counted = {
                value: (one.works & among).bit_count() for value, one in self.values.get(name, {}).items()
            }
            kept = set(given.get(name, ()))
            found[name] = {value: n for value, n in counted.items() if n or value in kept}
        return found

    def numbers(self, works: int) -> Iterator[int]:
        """The numbers in the index of a set's works, in order."""
        text = f"{works:b}"[::-1]
        at = text.find("1")
        while at >= 0:
            yield self.first + at
            at = text.find("1", at + 1)

    def set_of(self, numbers: Iterable[int]) -> int:
        """The set of works with these numbers in the index."""
        bits = bytearray(b"0" * self.count)
        last = self.first + self.count - 1
        for number in numbers:
            bits[last - number] = 49  # "1"; such a text is read in time that grows with its length alone
        return int(bits or b"0", 2)

    def with_words(self, words: Sequence[str]) -> int:
        """The works that have all of the words, of which the last may be a beginning."""
        found, others = self.everything, []
        for word, part in zip(words, searching.parts(words), strict=True):
            usual = _usual(self.path, word, is_beginning=part.endswith("*"))
            if usual is None:
                others.append(part)
            else:
                found &= usual
        return found & self.matching("words", " AND ".join(others)) if others else found

    def counted(self, words: Sequence[str]) -> int:
        """How many works have all of the words."""
        return self.with_words(words).bit_count()

    def matching(self, table: str, expression: str) -> int:
        """The works that match an expression of FTS5, in the table `words` or `work`."""
        return _matching(self.path, table, expression)


@lru_cache(maxsize=256)
def _matching(path: Path, table: str, expression: str) -> int:
    known = of_index(path)
    with closing(opened(path)) as database:
        rows = database.execute(
            f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?",  # noqa: S608 - one of two names
            (expression, known.first, known.first + known.count - 1),
        )
        return known.set_of(number for (number,) in rows)


@lru_cache(maxsize=512)
def _usual(path: Path, word: str, *, is_beginning: bool) -> int | None:
    """The works with a word whose set the index holds; `None` where it has to be asked.

    A beginning is that of usual words and of others; the works of the others are asked for.
    """
    with closing(opened(path)) as database:
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'usual'").fetchone() is None:
            return None  # an index of an earlier version
        terms = [word]
        if is_beginning:
            database.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
            rows = database.execute(
                "SELECT term FROM temp.terms WHERE term >= ? AND term < ? LIMIT ?",
                (word, word + "\U0010ffff", _TERMS + 1),
            )
            terms = [term for (term,) in rows]
            if len(terms) > _TERMS:
                return None
        sets = dict(
            database.execute(
                f"SELECT word, bits FROM usual WHERE word IN ({', '.join('?' * len(terms))})",  # noqa: S608 - question marks
                terms,
            )
        )
    if not sets:
        return None
    found = 0
    for bits in sets.values():
        found |= unpacked(bits)
    others = " OR ".join(f'"{term}"' for term in terms if term not in sets)
    return found | _matching(path, "words", others) if others else found


_TERMS = 200
"""Words with one beginning that are looked at one by one."""


@lru_cache(maxsize=3)
def of_index(path: Path) -> Facets:
    """The facets of the works in an index, which never changes."""
    with closing(opened(path)) as database:
        first, last = database.execute("SELECT first, last FROM works").fetchone()
        values: dict[str, dict[str, Value]] = {}
        for name, value, label, own, works in database.execute(
            "SELECT name, value, label, own, bits FROM facet"
        ):
            values.setdefault(name, {})[value] = Value(label, unpacked(works), unpacked(own))
    return Facets(path, first, last - first + 1 if last else 0, values)
