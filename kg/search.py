"""The full-text index of a release: the names and published words of its entities, in SQLite's FTS5.

Words are folded (case, accents, width), and a run of Chinese, Japanese or Korean characters becomes its
overlapping pairs, so that a word of two characters is found without a dictionary. What is indexed is
what the default graph publishes: a source whose text is withheld is not searched through the back door.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

_PK = "https://w3id.org/peerkg/ontology#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SKOS = "http://www.w3.org/2004/02/skos/core#"

CLASSES = {
    **{
        f"{_PK}{name}": name
        for name in (
            "Report", "Study", "Person", "Institution", "Journal", "Conference", "Programme",
            "ParticipantGroup", "Finding", "SourceDocument",
        )
    },
    f"{_SKOS}Concept": "Concept",
}  # fmt: skip
"""The classes whose things can be searched for, and what the index calls each."""

_LABELS = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    f"{_SKOS}prefLabel",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
)
_STRING = {"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}

_PARTS = {f"{_PK}hasSection": f"{_PK}sectionText", f"{_PK}hasAuthorship": f"{_PK}nameAsPrinted"}
"""Words of a part that are searched for under the whole: the property to the part, the part's property."""

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
_WORD = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that was found: its IRI, its class, its name, and the words around the match."""

    iri: str
    kind: str
    label: str
    snippet: str


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
        if re.match(f"[{_CJK}]", word):
            yield from (word[at : at + 2] for at in range(len(word)))
        else:
            yield word


def build(path: Path, default: Iterable[Quad]) -> int:
    """Write the index of the default graph's entities to a new file; how many it holds."""
    rows = sorted(_entities(default))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE entity (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, class, label, text)")
        database.execute(
            "CREATE VIRTUAL TABLE words USING fts5(label, text, content='', tokenize='unicode61')"
        )
        for number, (iri, kind, label, text) in enumerate(rows, start=1):
            database.execute("INSERT INTO entity VALUES (?, ?, ?, ?, ?)", (number, iri, kind, label, text))
            database.execute(
                "INSERT INTO words (rowid, label, text) VALUES (?, ?, ?)",
                (number, " ".join(tokens(label)), " ".join(tokens(text))),
            )
        database.execute("INSERT INTO words (words) VALUES ('optimize')")
    return len(rows)


def search(
    path: Path, query: str, *, kinds: Iterable[str] = (), limit: int = 20, offset: int = 0
) -> tuple[int, list[Hit]]:
    """How many entities have all words of the query, and those from `offset`, the best first.

    The last word may be a beginning. `kinds` are names of `CLASSES`; none means all. A query without a
    letter or digit finds nothing.
    """
    expression = _expression(query)
    if not expression:
        return 0, []
    chosen = list(kinds)
    condition = f"words MATCH ? {'AND class IN (' + ', '.join('?' * len(chosen)) + ')' if chosen else ''}"
    tables = "words JOIN entity ON entity.id = words.rowid"
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        (total,) = database.execute(
            f"SELECT count(*) FROM {tables} WHERE {condition}",  # noqa: S608 - only question marks go in
            (expression, *chosen),
        ).fetchone()
        found = database.execute(
            f"SELECT iri, class, entity.label, entity.text FROM {tables} WHERE {condition} "  # noqa: S608 - as above
            "ORDER BY bm25(words, 8.0, 1.0), iri LIMIT ? OFFSET ?",
            (expression, *chosen, limit, offset),
        ).fetchall()
    return total, [Hit(iri, kind, label, _snippet(text, query)) for iri, kind, label, text in found]


def _expression(query: str) -> str:
    """The query in the language of FTS5: every word quoted, so that none of it is an operator."""
    words = [match.group() for match in _WORD.finditer(fold(query))]
    parts = []
    for number, word in enumerate(words):
        if re.match(f"[{_CJK}]", word):
            pairs = [word[at : at + 2] for at in range(max(1, len(word) - 1))]
            parts.append('"' + " ".join(pairs) + '"' + ("*" if len(word) == 1 else ""))
        else:
            parts.append(f'"{word}"' + ("*" if number + 1 == len(words) else ""))
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


def _entities(default: Iterable[Quad]) -> Iterator[tuple[str, str, str, str]]:
    kinds: dict[str, str] = {}
    literals: dict[str, dict[str, list[Literal]]] = {}
    parts: dict[str, list[tuple[str, str]]] = {}
    for quad in default:
        if not isinstance(quad.subject, NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
        if isinstance(value, Literal):
            if value.datatype.value in _STRING:
                literals.setdefault(subject, {}).setdefault(predicate, []).append(value)
        elif isinstance(value, NamedNode):
            if predicate == _TYPE and value.value in CLASSES:
                kinds[subject] = min(kinds.get(subject, CLASSES[value.value]), CLASSES[value.value])
            elif predicate in _PARTS:
                parts.setdefault(subject, []).append((predicate, value.value))
    for iri, kind in kinds.items():
        own = literals.get(iri, {})
        label = _label(own) or iri
        texts = {value.value for values in own.values() for value in values} - {label}
        for predicate, part in parts.get(iri, ()):
            texts |= {value.value for value in literals.get(part, {}).get(_PARTS[predicate], ())}
        yield iri, kind, label, "\n".join(sorted(texts))


def _label(own: dict[str, list[Literal]]) -> str | None:
    """The English name, else one without language, else any."""
    for predicate in _LABELS:
        labels = own.get(predicate)
        if labels:
            best = min(labels, key=lambda label: ({"en": 0, None: 1}.get(label.language, 2), label.value))
            return best.value
    return None
