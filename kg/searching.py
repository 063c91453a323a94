"""Search in a release: the names and published words of its entities, in SQLite's FTS5.

Words are folded (case, accents, width), and a run of Chinese, Japanese or Korean characters becomes its
overlapping pairs, so that a word of two characters is found without a dictionary. A query that finds
nothing is asked again with the known words that its unknown ones may be misspellings of.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kg import spelling

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

COUNTED = 10_000
"""Hits of one class that are counted; where there are more, that is all that is said."""
_RANKED = 5_000
"""Hits that are put in order; further ones follow in the order of the index."""
_WEIGHT = "CASE WHEN class IN ('ParticipantGroup', 'Finding', 'SourceDocument') THEN 0.5 ELSE 1.0 END"
"""What a hit counts: parts of other things and documents come after works, people and concepts."""
WORDS = 32
"""Words of a query that count."""


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
    # Unicode 15, section 3.13, D146: compatibility characters have cases only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", bare)


def tokens(text: str) -> Iterator[str]:
    """The words of the text as the index holds them: folded, Chinese in overlapping pairs.

    >>> list(tokens("Soutien par les pairs: 同伴支持"))
    ['soutien', 'par', 'les', 'pairs', '同伴', '伴支', '支持', '持']
    """
    for match in _WORD.finditer(fold(text)):
        word = match.group()
        if is_cjk(word):
            yield from (word[at : at + 2] for at in range(len(word)))
        else:
            yield word


def is_cjk(word: str) -> bool:
    """Whether the word is of Chinese, Japanese or Korean characters."""
    return re.match(f"[{_CJK}]", word) is not None


def words_of(text: str) -> list[str]:
    """The folded words of the text, Chinese in whole runs."""
    return [match.group() for match in _WORD.finditer(fold(text))]


def name_key(name: str) -> str:
    """The name by which two that differ in case, accents, width or punctuation are one.

    >>> name_key("Peer-Mentor") == name_key("peer  mentor")
    True
    """
    return " ".join(words_of(name))


def opened(path: Path) -> sqlite3.Connection:
    """The index, to read from; it never changes."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def search(path: Path, query: str, *, kinds: Iterable[str] = (), limit: int = 20, offset: int = 0) -> Results:
    """How many entities have all words of the query, and those from `offset`, the best first.

    The last word may be a beginning. `kinds` are names of `CLASSES`; none means all. A query without a
    letter or digit finds nothing.
    """
    words = words_of(query)[:WORDS]
    chosen = [kind for kind in CLASSES.values() if kind in set(kinds)]
    if not words:
        return Results({}, 0, [])
    with closing(opened(path)) as database:
        instead = ""
        counts = _counts(database, _expression(words))
        if not counts:
            better = [_spelled(database, word) for word in words]
            if better != words:
                words, instead = better, " ".join(better)
                counts = _counts(database, _expression(words))
        total = sum(count for kind, count in counts.items() if not chosen or kind in chosen)
        found = _best(database, _expression(words), chosen, limit, offset) if total > offset else []
        hits = [
            Hit(iri, kind, label, _snippet(text, " ".join(words)), about)
            for iri, kind, label, text, about in found
        ]
    return Results(counts, total, hits, instead if counts else "")


def _counts(database: sqlite3.Connection, expression: str) -> dict[str, int]:
    """How many entities of each class match; one more than `COUNTED` stands for any number above it."""
    found = {}
    for kind, first, last in database.execute(
        "SELECT name, first, last FROM class ORDER BY first"
    ).fetchall():
        (count,) = database.execute(
            "SELECT count(*) FROM "
            "(SELECT 1 FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?)",
            (expression, first, last, COUNTED + 1),
        ).fetchone()
        if count:
            found[kind] = count
    return found


def _best(
    database: sqlite3.Connection, expression: str, chosen: list[str], limit: int, offset: int
) -> list[tuple[str, str, str, str, str]]:
    """The entities from `offset` in their order: by words in the name and elsewhere, then as in the index."""
    among = f"AND class IN ({', '.join('?' * len(chosen))})" if chosen else ""
    joined = "FROM words JOIN entity ON entity.id = words.rowid WHERE words MATCH ? " + among
    ordered = (
        f"SELECT id FROM (SELECT entity.id, bm25(words, 8.0, 6.0, 1.0) * {_WEIGHT} AS rank {joined} LIMIT ?) "  # noqa: S608 - question marks and our words
        "ORDER BY rank, id LIMIT ? OFFSET ?"
    )
    if offset >= _RANKED:
        rows = database.execute(
            f"SELECT entity.id {joined} LIMIT ? OFFSET ?", (expression, *chosen, limit, offset)
        )
    else:
        rows = database.execute(ordered, (expression, *chosen, _RANKED, limit, offset))
    numbers = [number for (number,) in rows]
    by_number = {
        row[0]: row[1:]
        for row in database.execute(
            "SELECT id, iri, class, label, text, about FROM entity "  # noqa: S608 - as above
            f"WHERE id IN ({', '.join('?' * len(numbers))})",
            numbers,
        )
    }
    return [by_number[number] for number in numbers]


def _spelled(database: sqlite3.Connection, word: str) -> str:
    """The word, or where the index does not know it the likeliest word it may stand for."""
    known = database.execute("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{word}"',)).fetchone()
    if known is not None:
        return word
    return next(iter(spelling.nearest(database, word, limit=1)), word)


def _expression(words: list[str]) -> str:
    """The words as FTS5 wants them: each quoted, so that none is an operator; the last is a beginning."""
    parts = []
    for number, word in enumerate(words, start=1):
        if is_cjk(word):
            pairs = [word[at : at + 2] for at in range(max(1, len(word) - 1))]
            parts.append('"' + " ".join(pairs) + '"' + ("*" if len(word) == 1 else ""))
        else:
            parts.append(f'"{word}"' + ("*" if number == len(words) else ""))
    return " AND ".join(parts)


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
