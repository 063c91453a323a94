"""Writes what works are chosen by: sets of works for each value of a facet, and their words by field.

    facet       each value of each facet: its name, and which works have it
    usual       which works have a word that is in very many
    work        FTS5 over the fields of works, under their numbers in `entity`

A set is a bit for each work, the first work's being the lowest, packed by zlib: what a reader chooses is
then counted for every value at once by `&` and a count of bits, however many works there are.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from kg.identifiers import VOCABULARY
from kg.reading import countries
from kg.searching import tokens

_PK = f"{VOCABULARY}ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_TITLES = (
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/terms/alternative",
    "http://purl.org/spar/fabio/hasShortTitle",
)
_KEYWORDS = (f"{_PK}authorKeyword", f"{_PK}keywordPlus")
_SUBJECTS = (f"{_PK}subjectClass", f"{_PK}majorSubjectClass")
_YEAR = "http://purl.org/spar/fabio/hasPublicationYear"
_COUNTRY = "http://www.w3.org/2006/vcard/ns#country-name"
_AUTHORSHIP, _AUTHOR = f"{_PK}hasAuthorship", f"{_PK}authorshipBy"
_PLACES = (f"{_PK}authorshipAt", f"{_PK}authorshipUnit")
_UNIT = "http://www.w3.org/ns/org#unitOf"
_CONTAINERS = ("http://purl.org/dc/terms/isPartOf", f"{_PK}presentedAt")
_STUDY, _SOURCE, _BROADER = f"{_PK}reportsStudy", f"{_PK}convertedFrom", f"{_SKOS}broader"
_ABOUT = (
    f"{_PK}hasFacet", f"{_PK}reportFacet", f"{_PK}studiesRole", f"{_PK}measuresOutcome",
    f"{_PK}studiesPopulation", f"{_PK}inSetting", f"{_PK}usesMethod",
)  # fmt: skip
_STATED = (f"{_PK}hasFinding", f"{_PK}statesFinding")
_OUTCOME, _DIRECTION, _BASIS = (f"{_PK}finding{name}" for name in ("Outcome", "Direction", "Basis"))
_SECTION = f"{_PK}hasSection"

FOLLOWED = frozenset(
    {
        _AUTHORSHIP, _AUTHOR, *_PLACES, _UNIT, *_CONTAINERS, _STUDY, _SOURCE, _BROADER, *_ABOUT, *_STATED,
        _OUTCOME, _DIRECTION, _BASIS, _SECTION, *_SUBJECTS,
    }
)  # fmt: skip
"""The properties between things that have to be known."""

CONCEPTS = ("role", "outcome", "population", "setting", "direction")
"""The facets that are schemes of concepts; of methods the designs alone are one."""
DESIGN = f"{VOCABULARY}method/study-design"
_RESULTS = tuple(f"{VOCABULARY}basis/{name}" for name in ("own-result", "cited-from-other"))
_VA = re.compile(
    r"(?<!, )\bVA(?:MC|HCS|PHS)?\b|\bVeterans (?:Affairs|Administration|Health)|\bDept Vet(?:erans)? Aff"
    r"|\bVet Aff|\bCOIN\b|\bMIRECC\b|\bVISN\b|\bHSR&D\b"
)
"""What an institution of the United States' Department of Veterans Affairs is called; Virginia stands
behind a comma."""

FIELDS = ("title", "abstract", "author", "affiliation", "journal", "keyword")
"""The fields of a work that have words."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What the default graph says: for each thing and property the values."""

    literals: Mapping[str, Mapping[str, Sequence[Literal]]]
    things: Mapping[str, Mapping[str, Sequence[str]]]

    def texts(self, thing: str, *names: str) -> list[str]:
        """The texts that a thing has by any of the properties, each once."""
        of = self.literals.get(thing, {})
        return sorted({value.value for name in names for value in of.get(name, ())})

    def others(self, thing: str, *names: str) -> list[str]:
        """The things there."""
        of = self.things.get(thing, {})
        return sorted({value for name in names for value in of.get(name, ())})

    def above(self, thing: str, name: str) -> set[str]:
        """The thing and whatever is reached along the property; a circle is gone round once."""
        found, left = set[str](), [thing]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.things.get(one, {}).get(name, ())
        return found


def create(database: sqlite3.Connection, graph: Graph, works: Iterable[tuple[int, str]]) -> None:
    """Write both tables for the works, which are numbered without a gap."""
    database.execute(
        "CREATE TABLE facet (name TEXT, value TEXT, label TEXT, own BLOB, bits BLOB, "
        "PRIMARY KEY (name, value)) WITHOUT ROWID"
    )
    database.execute(
        f"CREATE VIRTUAL TABLE work USING fts5({', '.join(FIELDS)}, content='', tokenize='unicode61')"
    )
    own: dict[tuple[str, str], list[int]] = defaultdict(list)
    wide: dict[tuple[str, str], list[int]] = defaultdict(list)
    labels: dict[tuple[str, str], str] = {}
    first = last = 0
    for number, work in works:
        first, last = first or number, number
        texts = [" ".join(tokens("\n".join(said))) for said in _fields(graph, work)]
        database.execute(
            f"INSERT INTO work (rowid, {', '.join(FIELDS)}) VALUES (?{', ?' * len(FIELDS)})",  # noqa: S608 - ours
            (number, *texts),
        )
        for name, value, label, is_own in set(_values(graph, work)):
            (own if is_own else wide)[name, value].append(number - first)
            labels[name, value] = label
    for key in sorted(own.keys() | wide.keys()):
        packed = (_packed(own[key]), _packed({*own[key], *wide[key]}))
        database.execute("INSERT INTO facet VALUES (?, ?, ?, ?, ?)", (*key, labels[key], *packed))
    database.execute("CREATE TABLE works (first INTEGER, last INTEGER)")
    database.execute("INSERT INTO works VALUES (?, ?)", (first, last))
    database.execute("INSERT INTO work (work) VALUES ('optimize')")


def keep_usual(database: sqlite3.Connection) -> None:
    """Write the table `usual`: the sets of works for words that are in very many of them."""
    first, last = database.execute("SELECT first, last FROM works").fetchone()
    least = max(USUAL, (last - first + 1) // 50)
    database.execute("CREATE TABLE usual (word TEXT PRIMARY KEY, bits BLOB) WITHOUT ROWID")
    database.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
    terms = [term for (term,) in database.execute("SELECT term FROM temp.terms WHERE doc >= ?", (least,))]
    for term in terms:
        rows = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?",
            (f'"{term}"', first, last),
        )
        bits = _packed(number - first for (number,) in rows)
        database.execute("INSERT INTO usual VALUES (?, ?)", (term, bits))
    database.execute("DROP TABLE temp.terms")


USUAL = 1_000
"""Works at least that have a usual word; and every fiftieth."""


def _packed(numbers: Iterable[int]) -> bytes:
    bits = bytearray()
    for number in sorted(numbers):
        bits.extend(bytes((number >> 3) + 1 - len(bits)))
        bits[number >> 3] |= 1 << (number & 7)
    return zlib.compress(bytes(bits), 1)


def unpacked(blob: bytes) -> int:
    """The set that was packed.

    >>> bin(unpacked(_packed([1, 3])))
    '0b1010'
    """
    return int.from_bytes(zlib.decompress(blob), "little")


def _values(graph: Graph, work: str) -> Iterator[tuple[str, str, str, bool]]:
    """The facets of a work with their values and what these are called; `False` for what is implied."""
    texts = [work, *graph.others(work, _STUDY)]
    concepts = {concept for text in texts for concept in graph.others(text, *_ABOUT)}
    for finding in _findings(graph, texts):
        concepts.update(graph.others(finding, _OUTCOME))
        if not set(_RESULTS).isdisjoint(graph.others(finding, _BASIS)):
            concepts.update(graph.others(finding, _DIRECTION))
    for concept in sorted(concepts):
        for one in graph.above(concept, _BROADER):
            yield from ((name, value, "", one == concept) for name, value in _named(graph, one))
    for year in graph.texts(work, _YEAR):
        yield "year", year[:4], year[:4], True
    for source in graph.others(work, _SOURCE):
        for name in graph.texts(source, f"{_PK}fileName") or [source.rpartition("/")[2]]:
            yield "source", name, name, True
    for place in _places(graph, graph.others(work, _AUTHORSHIP)):
        yield from _of_place(graph, place)


def _findings(graph: Graph, texts: Iterable[str]) -> set[str]:
    return {finding for text in texts for finding in graph.others(text, *_STATED)}


def _places(graph: Graph, authorships: Iterable[str]) -> set[str]:
    """The institutions of authors, and those that they are units of."""
    places = {place for one in authorships for place in graph.others(one, *_PLACES)}
    return {one for place in places for one in graph.above(place, _UNIT)}


def _named(graph: Graph, concept: str) -> Iterator[tuple[str, str]]:
    """The facets that a concept is a value of."""
    scheme, _, name = concept.removeprefix(VOCABULARY).partition("/")
    if scheme in CONCEPTS:
        yield scheme, name
    elif scheme == "method":
        yield scheme, name
        if concept != DESIGN and DESIGN in graph.above(concept, _BROADER):
            yield "design", name


def _of_place(graph: Graph, place: str) -> Iterator[tuple[str, str, str, bool]]:
    for printed in graph.texts(place, _COUNTRY):
        code = countries.code(printed)
        yield "country", code or printed, countries.called(code) if code else printed, True
    for label in graph.texts(place, _LABEL):
        if _VA.search(label):
            yield "centre", place.rpartition("/")[2], label, True


def _fields(graph: Graph, work: str) -> Iterator[list[str]]:
    """The words of a work, in the order of `FIELDS`."""
    texts = [work, *graph.others(work, _STUDY)]
    authorships = graph.others(work, _AUTHORSHIP)
    yield graph.texts(work, *_TITLES) or graph.texts(work, _LABEL)
    sections = graph.others(work, _SECTION)
    yield [
        *(text for section in sections for text in graph.texts(section, f"{_PK}sectionText")),
        *(
            text
            for finding in sorted(_findings(graph, texts))
            for text in graph.texts(finding, f"{_PK}findingText")
        ),
    ]
    people = {person for one in authorships for person in graph.others(one, _AUTHOR)}
    yield [
        *(name for one in authorships for name in graph.texts(one, f"{_PK}nameAsPrinted")),
        *(name for one in sorted(people) for name in graph.texts(one, _LABEL)),
    ]
    yield [
        *(text for one in authorships for text in graph.texts(one, f"{_PK}affiliationAsPrinted")),
        *(text for one in sorted(_places(graph, authorships)) for text in graph.texts(one, _LABEL, _COUNTRY)),
    ]
    yield [text for one in graph.others(work, *_CONTAINERS) for text in graph.texts(one, _LABEL)]
    classes = graph.others(work, *_SUBJECTS)
    yield [
        *graph.texts(work, *_KEYWORDS),
        *(text for one in classes for text in graph.texts(one, f"{_SKOS}prefLabel")),
    ]
