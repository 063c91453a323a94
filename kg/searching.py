"""Search in a release: the names and published words of its entities, in SQLite's FTS5.

Words are folded (case, accents, width), and a run of Chinese, Japanese or Korean characters becomes its
overlapping pairs, so that a word of two characters is found without a dictionary. A query that finds
nothing is asked again with the known words that its unknown ones may be misspellings of.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg import spelling
from kg.problems import PeerkgError

_PK = "https://w3id.org/peerkg/ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"

CLASSES = {
    **{
        f"{_PK}{name}": name
        for name in (
            "Study", "Report", "Person", "Institution", "Programme", "Journal", "Conference",
        )
    },
    f"{_SKOS}Concept": "Concept",
    **{f"{_PK}{name}": name for name in ("ParticipantGroup", "Finding", "SourceDocument")},
}  # fmt: skip
"""The classes whose things can be searched for, what the index calls each, and their order."""

BELOW = {f"{_PK}{name}": name for name in ("PeerRole", "Outcome", "Population", "Setting", "Method")}
"""Classes of concepts, and what the index calls each."""

LABELS = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    f"{_SKOS}prefLabel",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
)
"""The properties that say what a thing is called, the first before the others."""

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
_WORD = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")

RANK = "bm25(words, 8.0, 6.0, 1.0)"
"""The order of hits in SQL: a word counts most in a label, then in another name, then in a text."""
VERSION = 3
"""Of the tables; an index of another version is not read."""
COUNTED = 10_000
"""Hits of one class that are counted; where there are more, that is all that is said."""
_FETCHED = 500
"""Hits that are fetched to be counted; more are counted class by class."""
RANKED = 3_000
"""Hits that are ranked; of more, those with all words in their names come first."""
_LESS = ("ParticipantGroup", "Finding", "SourceDocument")
"""Parts of other things, and documents: they count half, and come after works, people and concepts."""
_MAPPED = 2_147_418_112
"""Bytes of the index that are read as memory, without copies: the most that SQLite takes."""
WORDS = 32
"""Words of a query that count."""


class OtherIndexError(PeerkgError):
    """The search index was written by another version of peerkg."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that was found: its IRI, its class, its name, and the words around the match."""

    iri: str
    kind: str
    label: str
    snippet: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found: how many of each class, and some of them, the best first."""

    counts: Mapping[str, int]
    total: int
    hits: list[Hit]
    instead: str = ""
    """The query that was asked in place of one that found nothing."""

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return any(count > COUNTED for count in self.counts.values())


def fold(text: str) -> str:
    """The text in lower case, without accents and in one width.

    >>> fold("Müller ＡＢＣ Straße")
    'muller abc strasse'
    """
    if text.isascii():
        return text.lower()
    # Unicode 15, section 3.13, D146: compatibility characters have cases only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", bare)


def tokens(text: str) -> Iterator[str]:
    """The words of the text as the index holds them: folded, Chinese in overlapping pairs.

    >>> list(tokens("Soutien par les pairs: 同伴支持"))
    ['soutien', 'par', 'les', 'pairs', '同伴', '伴支', '支持', '持']
    """
    words = _WORD.findall(fold(text))
    if text.isascii():
        yield from words
        return
    for word in words:
        if is_cjk(word):
            yield from (word[at : at + 2] for at in range(len(word)))
        else:
            yield word


def is_cjk(word: str) -> bool:
    """Whether the word is of Chinese, Japanese or Korean characters."""
    return re.match(f"[{_CJK}]", word) is not None


def words_of(text: str) -> list[str]:
    """The folded words of the text, Chinese in whole runs."""
    return _WORD.findall(fold(text))


def name_key(name: str) -> str:
    """The name by which two that differ in case, accents, width or punctuation are one.

    >>> name_key("Peer-Mentor") == name_key("peer  mentor")
    True
    """
    return " ".join(words_of(name))


def opened(path: Path) -> sqlite3.Connection:
    """The index, to read from; it never changes."""
    database = _connected(path)
    database.execute(f"PRAGMA mmap_size = {_MAPPED}")
    version = _version(database)
    if version != VERSION:
        database.close()
        raise OtherIndexError(f"{path.name} is of version {version}, and version {VERSION} is read here")
    return database


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def is_read_here(path: Path) -> bool:
    """Whether there is an index that this version of peerkg searches."""
    if not path.is_file():
        return False
    try:
        with closing(_connected(path)) as database:
            return _version(database) == VERSION
    except sqlite3.DatabaseError:
        return False


def search(
    path: Path,
    query: str,
    *,
    kinds: Iterable[str] = (),
    limit: int = 20,
    offset: int = 0,
    works: Callable[[list[str]], int] | None = None,
) -> Results:
    """How many entities have all words of the query, and those from `offset`, the best first.

    The last word may be a beginning. `kinds` are names of `CLASSES`; none means all. A query without a
    letter or digit finds nothing. `works` counts the works that have words, where something knows that
    without asking.
    """
    words = words_of(query)[:WORDS]
    chosen = [kind for kind in CLASSES.values() if kind in set(kinds)]
    if not words:
        return Results({}, 0, [])
    with closing(opened(path)) as database:
        rows = database.execute("SELECT name, first, last FROM class ORDER BY first")
        ranges = {str(kind): (int(first), int(last)) for kind, first, last in rows}
        instead = ""
        counts = _counts(database, words, ranges, works)
        if not counts:
            better = [spelled(database, word) for word in words]
            if better != words:
                words, instead = better, " ".join(better)
                counts = _counts(database, words, ranges, works)
        there = {kind: ranges[kind] for kind in counts if not chosen or kind in chosen}
        total = sum(counts[kind] for kind in there)
        order = _ranked if total <= RANKED else _placed
        numbers = order(database, expression(words), there, limit, offset) if total > offset else []
        found = hits(database, numbers, " ".join(words))
    return Results(counts, total, found, instead if counts else "")


def _counts(
    database: sqlite3.Connection,
    words: list[str],
    ranges: Mapping[str, tuple[int, int]],
    works: Callable[[list[str]], int] | None,
) -> dict[str, int]:
    """How many entities of each class match; one more than `COUNTED` stands for any number above it."""
    kinds, starts = list(ranges), [first for first, _ in ranges.values()]
    matching = "FROM words WHERE words MATCH ? AND rowid"
    wanted = expression(words)
    rows = database.execute(
        f"SELECT rowid {matching} > 0 ORDER BY rowid LIMIT ?", (wanted, _FETCHED + 1)
    ).fetchall()
    if len(rows) <= _FETCHED:
        seen = Counter(bisect(starts, row) - 1 for (row,) in rows)
        return {kind: seen[number] for number, kind in enumerate(kinds) if seen[number]}
    found: dict[str, int] = {}
    following = rows[0]
    while following is not None:
        kind = kinds[bisect(starts, following[0]) - 1]
        first, last = ranges[kind]
        if kind == "Report" and works is not None:
            found[kind] = min(works(words), COUNTED + 1)
        else:
            (found[kind],) = database.execute(
                f"SELECT count(*) FROM (SELECT 1 {matching} BETWEEN ? AND ? LIMIT ?)",  # noqa: S608 - ours
                (wanted, first, last, COUNTED + 1),
            ).fetchone()
        following = database.execute(
            f"SELECT rowid {matching} > ? ORDER BY rowid LIMIT 1", (wanted, last)
        ).fetchone()
    return found


def _ranked(
    database: sqlite3.Connection,
    expression: str,
    ranges: Mapping[str, tuple[int, int]],
    limit: int,
    offset: int,
) -> list[int]:
    """The entities of these classes from `offset`, by BM25."""
    less = {kind: place for kind, place in ranges.items() if kind in _LESS}
    rows = database.execute(
        f"SELECT rowid FROM words WHERE words MATCH ? AND ({_among(ranges)}) "  # noqa: S608 - question marks
        f"ORDER BY {RANK} * CASE WHEN {_among(less)} THEN 0.5 ELSE 1.0 END, rowid "
        "LIMIT ? OFFSET ?",
        (expression, *_numbers(ranges), *_numbers(less), limit, offset),
    )
    return [int(number) for (number,) in rows]


def _placed(
    database: sqlite3.Connection,
    expression: str,
    ranges: Mapping[str, tuple[int, int]],
    limit: int,
    offset: int,
) -> list[int]:
    """The same where there are many: those with all words in their names, then all others."""
    among = f"SELECT rowid FROM words WHERE words MATCH ? AND ({_among(ranges)}) ORDER BY rowid"  # noqa: S608 - as above
    end = offset + limit
    named = [
        int(number)
        for (number,) in database.execute(
            f"{among} LIMIT ?", (f"{{label names}} : ({expression})", *_numbers(ranges), end)
        )
    ]
    if len(named) == end:
        return named[offset:]
    known = set(named)
    rows = database.execute(among, (expression, *_numbers(ranges)))
    others = (int(number) for (number,) in rows if number not in known)
    skipped = max(0, offset - len(named))
    return named[offset:] + list(islice(others, skipped, end - max(offset, len(named)) + skipped))


def _among(ranges: Mapping[str, tuple[int, int]]) -> str:
    return " OR ".join("rowid BETWEEN ? AND ?" for _ in ranges) or "0"


def _numbers(ranges: Mapping[str, tuple[int, int]]) -> list[int]:
    return [number for place in ranges.values() for number in place]


def hits(database: sqlite3.Connection, numbers: Sequence[int], query: str) -> list[Hit]:
    """The entities of these numbers, in that order, with the words around those of the query."""
    rows = database.execute(
        "SELECT id, iri, class, label, text, about FROM entity "  # noqa: S608 - as above
        f"WHERE id IN ({', '.join('?' * len(numbers))})",
        numbers,
    )
    by_number = {
        number: Hit(iri, kind, label, _snippet(text, query), about)
        for number, iri, kind, label, text, about in rows
    }
    return [by_number[number] for number in numbers]


def spelled(database: sqlite3.Connection, word: str) -> str:
    """The word, or where the index does not know it the likeliest word it may stand for."""
    known = database.execute("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{word}"',)).fetchone()
    if known is not None:
        return word
    return next(iter(spelling.nearest(database, word, limit=1)), word)


def expression(words: list[str]) -> str:
    """The words as FTS5 wants them: each quoted, so that none is an operator; the last is a beginning."""
    return " AND ".join(parts(words))


def parts(words: Sequence[str]) -> list[str]:
    """Each of the words as FTS5 wants it.

    >>> parts(["peer", "支持者", "men"])
    ['"peer"', '"支持 持者"', '"men"*']
    """
    found = []
    for number, word in enumerate(words, start=1):
        if is_cjk(word):
            pairs = [word[at : at + 2] for at in range(max(1, len(word) - 1))]
            found.append('"' + " ".join(pairs) + '"' + ("*" if len(word) == 1 else ""))
        else:
            found.append(f'"{word}"' + ("*" if number == len(words) else ""))
    return found


def _snippet(text: str, query: str, around: int = 80) -> str:
    """The published words around the first word of the query that stands in them."""
    for match in _WORD.finditer(query):
        word = fold(match.group())
        for place in _WORD.finditer(text):
            if word in fold(place.group()):
                start, end = max(0, place.start() - around), min(len(text), place.end() + around)
                left, right = "…" if start else "", "…" if end < len(text) else ""
                return left + " ".join(text[start:end].split()) + right
    return ""
