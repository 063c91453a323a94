"""Works that have words and what was chosen, the best first, with what else there is to choose."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg import facets, searching
from kg.facets import Facets
from kg.searching import Hit


@dataclass(frozen=True, slots=True)
class Found:
    """Works: how many, some of them, and for each facet how many works each of its values would give."""

    total: int
    hits: list[Hit]
    counts: Mapping[str, Mapping[str, int]]
    instead: str = ""
    """The query that was asked in place of one that found no work."""


def search(
    path: Path, query: str, given: Mapping[str, Iterable[str]], *, limit: int = 20, offset: int = 0
) -> Found:
    """How many works have all words of a query and what is `given` by facet, and those from `offset`.

    A query without a letter or digit is that for all works.
    """
    known = facets.of_index(path)
    words = searching.words_of(query)[: searching.WORDS]
    with closing(searching.opened(path)) as database:
        instead = ""
        works = known.with_words(words)
        if not works and words:
            better = [searching.spelled(database, word) for word in words]
            if better != words:
                words, instead = better, " ".join(better)
                works = known.with_words(words)
        chosen = works & known.chosen(given)
        ordered = _ordered(database, known, words, works, chosen)
        hits = searching.hits(database, list(islice(ordered, offset, offset + limit)), " ".join(words))
    return Found(chosen.bit_count(), hits, known.counts(works, given), instead if works else "")


def _ordered(
    database: sqlite3.Connection, known: Facets, words: list[str], works: int, chosen: int
) -> Iterator[int]:
    """The numbers of the chosen works, in the order in which a search for the words has them."""
    if not words:
        yield from known.numbers(chosen)
        return
    expression = searching.expression(words)
    if works.bit_count() <= searching.RANKED:
        left = set(known.numbers(chosen))
        rows = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? "  # noqa: S608 - ours
            f"ORDER BY {searching.RANK}, rowid",
            (expression, known.first, known.first + known.count - 1),
        )
        yield from (number for (number,) in rows if number in left)
        return
    named = known.matching("words", f"{{label names}} : ({expression})") & chosen
    yield from known.numbers(named)
    yield from known.numbers(chosen & ~named)
