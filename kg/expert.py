"""Searches as librarians write them: fields, AND OR NOT, phrases, truncation, concepts, lines on lines.

    1  title,abstract:("peer support" OR peer-led OR mentor*)
    2  exp role:"peer specialist" NOT setting:prison
    3  #1 AND #2 AND year:2015-2020

Each line is a set of works (`kg.facets`); the same lines give the same numbers as long as the release is
kept. What cannot be read is an error that knows its line and column, never a guess.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import process

from kg import facets, searching
from kg.facets import Facets
from kg.problems import PeerkgError
from kg.searching import Hit, is_cjk, name_key, words_of
from kg.work_index import FIELDS

SHORT = {
    "ti": "title", "ab": "abstract", "au": "author", "ad": "affiliation", "so": "journal", "kw": "keyword",
    "yr": "year", "py": "year",
}  # fmt: skip
"""What databases call fields, and what they are here."""
SCHEMES = ("role", "outcome", "population", "setting", "method", "direction")
"""The fields that are concepts."""
EVERY_SCHEME = "concept"
LINES, LONGEST, TERMS, DEPTH = 50, 2_000, 100, 30
"""The most lines, characters of a line, words and phrases of all lines, and brackets in brackets."""
_BEGINNING = 2
"""Characters that a word has at least before it is cut off."""

MESSAGES = {
    "character": "“%(found)s” cannot stand here",
    "brackets": "brackets are nested more than %(most)s deep",
    "closing": "this bracket is not closed",
    "concept": "no %(name)s is called “%(found)s”",
    "earlier": "#%(found)s is no line above this one",
    "exp": 'exp stands before a concept, such as exp role:"peer worker"',
    "field": "there is no field “%(found)s”; there are %(names)s",
    "fields": "only title, abstract, author, affiliation, journal and keyword can be named together",
    "inner": "a field cannot stand inside another one",
    "lines": "more than %(most)s lines",
    "long": "the line has more than %(most)s characters",
    "mixed": "OR stands beside AND or NOT: brackets have to say which goes first",
    "near": "no %(name)s is called “%(found)s”; there is “%(near)s”",
    "nothing": "a word, a phrase or a line's number is missing here",
    "operator": "AND, OR or NOT is missing here; words that belong together stand in quotation marks",
    "quote": "this quotation mark is not closed",
    "short": "at least two letters stand before *",
    "star": "* stands at the end of a word or phrase",
    "terms": "the lines have more than %(most)s words and phrases",
    "word": "“%(found)s” has no letter or digit",
    "year": "a year is %(examples)s, not “%(found)s”",
}
"""What can be wrong with a line."""


class SearchError(PeerkgError):
    """A line of a search cannot be read: which, where, and why."""

    def __init__(self, kind: str, line: int, column: int, **values: object) -> None:
        self.code, self.line, self.column, self.values = kind, line, column, values
        super().__init__(f"line {line}, column {column}: {MESSAGES[kind] % values}")


class SlowError(PeerkgError):
    """The lines take longer than they may."""


class Token(NamedTuple):
    """A part of a line: what it is, its text, and the column it begins in, from 1."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was run: its text and the set of works it has."""

    text: str
    works: int

    @property
    def count(self) -> int:
        """How many works it has."""
        return self.works.bit_count()


_TOKEN = re.compile(
    r'(?P<space>\s+)|(?P<phrase>"[^"]*"\*?)|(?P<open>\()|(?P<close>\))|(?P<line>\#[0-9]{1,3}(?![^\s()]))'
    r'|(?P<field>[^\W\d_]+(?:,[^\W\d_]+)*:)|(?P<word>[^\s()":#]+)'
)
_ASCII = str.maketrans("“”„＂（）：＊＃", '""""():*#')
"""Characters of other keyboards and of word processors, one for one."""
_OPERATORS = ("and", "or", "not")


def tokens(text: str, line: int) -> list[Token]:
    """The parts of a line."""
    if len(text) > LONGEST:
        raise SearchError("long", line, LONGEST, most=LONGEST)
    text, found, at = text.translate(_ASCII), [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            code = "quote" if text[at] == '"' else "character"
            raise SearchError(code, line, at + 1, found=text[at : at + 10])
        kind = str(match.lastgroup)
        if kind == "word" and match[0].casefold() in (*_OPERATORS, "exp"):
            kind = match[0].casefold()
        if kind != "space":
            found.append(Token(kind, match[0], at + 1))
        at = match.end()
    return found


def lines_of(text: str) -> list[str]:
    """The lines of a search; those without a character do not count."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def run(path: Path, texts: Sequence[str], *, seconds: float = 30.0) -> list[Line]:
    """The lines with their works; `SearchError` for what cannot be read, `SlowError` where it takes long."""
    if len(texts) > LINES:
        raise SearchError("lines", LINES + 1, 1, most=LINES)
    until, left, found = time.monotonic() + seconds, TERMS, list[Line]()
    for number, text in enumerate(texts, start=1):
        reader = _Reader(path, tokens(text, number), number, found, until, left)
        found.append(Line(text, reader.whole()))
        left = reader.left
    return found


def hits(path: Path, line: Line, *, limit: int, offset: int = 0) -> list[Hit]:
    """Some works of a line, in the order of the index."""
    known = facets.of_index(path)
    numbers = list(islice(known.numbers(line.works), offset, offset + limit))
    with closing(searching.opened(path)) as database:
        return searching.hits(database, numbers, "")


class _Reader:
    """Reads one line from the left and works out its set on the way."""

    def __init__(  # noqa: PLR0917 - a line and all that its numbers depend on
        self, path: Path, parts: list[Token], line: int, before: Sequence[Line], until: float, left: int
    ) -> None:
        self._path, self._parts, self._line, self._before, self._until = path, parts, line, before, until
        self._known: Facets = facets.of_index(path)
        self._at = self._depth = 0
        self.left = left
        """How many words and phrases there may still be."""

    def whole(self) -> int:
        found = self._together(())
        if (one := self._next()) is not None:
            raise self._wrong("operator" if one.kind != "close" else "character", one, found=one.text)
        return found

    def _next(self) -> Token | None:
        return self._parts[self._at] if self._at < len(self._parts) else None

    def _wrong(self, kind: str, token: Token | None, **values: object) -> SearchError:
        last = self._parts[-1] if self._parts else Token("", "", 1)
        column = token.column if token is not None else last.column + len(last.text)
        return SearchError(kind, self._line, column, **values)

    def _together(self, fields: tuple[str, ...]) -> int:
        """What stands between brackets, or the whole line: parts with one operator between them."""
        found = self._part(fields)
        first = ""
        while (token := self._next()) is not None and token.kind in _OPERATORS:
            if (first == "or") != (token.kind == "or") and first:
                raise self._wrong("mixed", token)
            first = token.kind
            self._at += 1
            other = self._part(fields)
            if token.kind == "or":
                found |= other
            else:
                found &= other if token.kind == "and" else ~other
        return found

    def _part(self, fields: tuple[str, ...]) -> int:
        token = self._next()
        if token is None or token.kind in ("close", *_OPERATORS):
            raise self._wrong("nothing", token)
        self._at += 1
        if token.kind == "open":
            return self._bracket(token, fields)
        if token.kind == "line":
            number = int(token.text[1:])
            if not 0 < number <= len(self._before):
                raise self._wrong("earlier", token, found=number)
            return self._before[number - 1].works
        if token.kind == "exp":
            name = self._next()
            if name is None or name.kind != "field" or self._names(name)[0] not in (*SCHEMES, EVERY_SCHEME):
                raise self._wrong("exp", token)
            self._at += 1
            return self._of_field(name, explode=True)
        if token.kind == "field":
            if fields:
                raise self._wrong("inner", token)
            return self._of_field(token, explode=False)
        return self._words(token, fields)

    def _bracket(self, token: Token, fields: tuple[str, ...]) -> int:
        self._depth += 1
        if self._depth > DEPTH:
            raise self._wrong("brackets", token, most=DEPTH)
        found = self._together(fields)
        end = self._next()
        if end is None:
            raise self._wrong("closing", token)
        if end.kind != "close":
            raise self._wrong("operator", end)
        self._at += 1
        self._depth -= 1
        return found

    def _names(self, token: Token) -> list[str]:
        """The fields that stand before a colon."""
        found = []
        for name in token.text[:-1].casefold().split(","):
            name = SHORT.get(name, name)  # noqa: PLW2901 - the same field
            if name not in (*FIELDS, *SCHEMES, EVERY_SCHEME, "year"):
                names = ", ".join((*FIELDS, "year", *SCHEMES, EVERY_SCHEME))
                raise self._wrong("field", token, found=name, names=names)
            found.append(name)
        if len(found) > 1 and not set(found) <= set(FIELDS):
            raise self._wrong("fields", token)
        return found

    def _of_field(self, token: Token, *, explode: bool) -> int:
        names = self._names(token)
        value = self._next()
        if value is None or value.kind not in ("word", "phrase", "open"):
            raise self._wrong("nothing", value)
        if set(names) <= set(FIELDS):
            return self._part(tuple(names))
        self._at += 1
        if value.kind == "open":
            raise self._wrong("nothing", value)
        self._count(value)
        if names == ["year"]:
            return self._years(value)
        return self._concept(names[0], value, explode=explode)

    def _count(self, token: Token) -> None:
        self.left -= 1
        if self.left < 0:
            raise self._wrong("terms", token, most=TERMS)
        if time.monotonic() > self._until:
            raise SlowError(f"the search took too long at line {self._line}, column {token.column}")

    def _years(self, token: Token) -> int:
        match = re.fullmatch(r"([0-9]{4})?(-)?([0-9]{4})?", token.text.strip('"'))
        if match is None or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
            raise self._wrong("year", token, found=token.text, examples="2015, 2015-2020, 2015-, -2020")
        return self._known.dated(match[1] or "", match[3] or ("" if match[2] else match[1]))

    def _concept(self, field: str, token: Token, *, explode: bool) -> int:
        text = token.text.strip('"')
        schemes = SCHEMES if field == EVERY_SCHEME else (field,)
        found, any_is = 0, False
        with closing(searching.opened(self._path)) as database:
            for scheme in schemes:
                for local in _called(database, scheme, text):
                    any_is = True
                    value = self._known.values.get(scheme, {}).get(local)
                    if value is not None:
                        found |= value.works if explode else value.own
            if not any_is:
                near = _nearest(database, schemes, text)
                raise self._wrong("near" if near else "concept", token, name=field, found=text, near=near)
        return found

    def _words(self, token: Token, fields: tuple[str, ...]) -> int:
        self._count(token)
        text = token.text.strip('"') if token.kind == "word" else token.text.rstrip("*")[1:-1]
        cut = token.text.endswith(("*", '*"'))
        text = text.removesuffix("*")
        if "*" in text or "?" in text:
            raise self._wrong("star", token)
        parts = words_of(text)
        if not parts:
            raise self._wrong("word", token, found=token.text)
        if cut and len(parts[-1]) < _BEGINNING and not is_cjk(parts[-1]):
            raise self._wrong("short", token)
        return self._known.matching("work", f"{{{' '.join(fields or FIELDS)}}} : {_phrase(parts, cut=cut)}")


def _phrase(parts: Sequence[str], *, cut: bool) -> str:
    """The words one after another, as FTS5 wants them; Chinese is there in pairs of characters."""
    found: list[str] = []
    for place, word in enumerate(parts):
        if not is_cjk(word):
            found.append(word)
            continue
        found += [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        if place < len(parts) - 1 and len(word) > 1:
            found.append(word[-1])
    begins = cut or (is_cjk(parts[-1]) and len(parts[-1]) == 1)
    return f'"{" ".join(found)}"' + ("*" if begins else "")


def _called(database: sqlite3.Connection, scheme: str, text: str) -> Iterator[str]:
    """The concepts of a scheme with that name in any language, or with that last part of an IRI."""
    known = dict(_concepts(database, scheme))
    if text.casefold() in known.values():
        yield text.casefold()
        return
    rows = database.execute(
        "SELECT DISTINCT iri FROM name JOIN entity ON entity.id = name.entity "
        "WHERE name.key = ? AND class = 'Concept' ORDER BY iri",
        (name_key(text),),
    )
    yield from (known[iri] for (iri,) in rows if iri in known)


def _concepts(database: sqlite3.Connection, scheme: str) -> Iterator[tuple[str, str]]:
    """The concepts of a scheme: IRIs and their last parts."""
    rows = database.execute(
        "SELECT iri FROM entity WHERE class = 'Concept' AND id BETWEEN "
        "(SELECT first FROM class WHERE name = 'Concept') AND (SELECT last FROM class WHERE name = 'Concept')"
    )
    for (iri,) in rows:
        above, _, local = str(iri).rpartition("/")
        if above.endswith(f"/{scheme}"):
            yield str(iri), local


def _nearest(database: sqlite3.Connection, schemes: Iterable[str], text: str) -> str:
    """The name of a concept that is likest; empty where none is."""
    known = {iri for scheme in schemes for iri, _ in _concepts(database, scheme)}
    rows = database.execute(
        "SELECT name.name, iri FROM name JOIN entity ON entity.id = name.entity WHERE class = 'Concept'"
    )
    names = sorted({str(name) for name, iri in rows if iri in known})
    best = process.extractOne(text, names, processor=name_key, score_cutoff=70)
    return str(best[0]) if best else ""


def strategy(lines: Sequence[Line]) -> list[Mapping[str, object]]:
    """The lines with their numbers, for a program."""
    return [
        {"line": number, "search": line.text, "works": line.count} for number, line in enumerate(lines, 1)
    ]
