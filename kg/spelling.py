"""Which known words a misspelt word may stand for: those one or two slips of the pen away.

A word is filed under each piece that is left of its beginning when one or two characters are taken out,
and so is the word that is looked for: what they share is a candidate, and the distance between whole
words decides (the symmetric deletion method of SymSpell). Pieces are kept as their CRC-32; two that
happen to share one cost a comparison and nothing else.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_BEGINNING = 8
"""Characters of a word of which pieces are made; later slips are found by the whole words' distance."""
SHORTEST = 4
"""Characters of the shortest word that is taken for a misspelt one."""
_LONG = 8
"""From this length on a word may have two slips."""
_LONGEST = 40


def slips(word: str) -> int:
    """How many slips the word is forgiven; none where it is short, very long or holds a digit."""
    if not SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
        return 0
    return 2 if len(word) >= _LONG else 1


def pieces(word: str) -> set[int]:
    """What the word is filed under, and looked for by."""
    found = left = {word[:_BEGINNING]}
    for _ in range(slips(word)):
        left = {one[:at] + one[at + 1 :] for one in left for at in range(len(one))}
        found = found | left
    return {zlib.crc32(one.encode()) for one in found}


def create(database: sqlite3.Connection, counts: Iterable[tuple[str, int]]) -> None:
    """Write the known words, each with how often it stands in a name, in the order they are given."""
    database.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT UNIQUE, n INTEGER)")
    database.execute("CREATE TABLE piece (key INTEGER, word INTEGER, PRIMARY KEY (key, word)) WITHOUT ROWID")
    filed = []
    for number, (word, count) in enumerate(counts, start=1):
        database.execute("INSERT INTO word VALUES (?, ?, ?)", (number, word, count))
        if slips(word):
            filed += [(key, number) for key in pieces(word)]
    filed.sort()
    database.executemany("INSERT INTO piece VALUES (?, ?)", filed)


def frequency(database: sqlite3.Connection, word: str) -> int:
    """In how many names the word stands."""
    row = database.execute("SELECT n FROM word WHERE word = ?", (word,)).fetchone()
    return int(row[0]) if row else 0


def nearest(database: sqlite3.Connection, word: str, limit: int = 5) -> list[str]:
    """The known words that the word may stand for, the nearest and then the most usual first."""
    allowed = slips(word)
    if not allowed:
        return []
    keys = sorted(pieces(word))
    rows = database.execute(
        "SELECT DISTINCT word.word, word.n FROM piece JOIN word ON word.id = piece.word "  # noqa: S608 - question marks
        f"WHERE piece.key IN ({', '.join('?' * len(keys))})",
        keys,
    )
    found = []
    for known, count in rows:
        distance = OSA.distance(word, known, score_cutoff=allowed)
        if distance <= allowed:
            found.append((distance, known[:1] != word[:1], -count, known))
    return [known for *_, known in sorted(found)[:limit]]
