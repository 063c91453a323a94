"""Writes the search index of a release: what its things are called, say and are identified by.

    entity      each thing once; numbered by class, then by the length of its name
    class       the numbers of each class, first and last
    words       FTS5 over names and published words, for searching
    name        every name of the things that others may want to match theirs with
    names       FTS5 over these; numbered by how many words a name has, so that the first hits are the nearest
    identifier  keys of identifiers (`kg.schemes`)
    word, piece the words of names, and what finds them when they are misspelt (`kg.spelling`)
    facet, work, usual  what works are chosen by (`kg.work_index`)

What is indexed is what the default graph publishes: a source whose text is withheld is not searched
through the back door.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kg import schemes, spelling, statements, work_index
from kg.searching import BELOW, CLASSES, LABELS, VERSION, is_cjk, name_key, tokens
from kg.statements import Entry

_PK = "https://w3id.org/peerkg/ontology#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_FOAF = "http://xmlns.com/foaf/0.1/"
_FABIO = "http://purl.org/spar/fabio/"
_PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
_DCTERMS = "http://purl.org/dc/terms/"
_VCARD = "http://www.w3.org/2006/vcard/ns#"
_STRING = {"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}

_PARTS = {f"{_PK}hasSection": f"{_PK}sectionText", f"{_PK}hasAuthorship": f"{_PK}nameAsPrinted"}
"""Words of a part that are searched for under the whole: the property to the part, the part's property."""

_OTHER_NAMES = (
    f"{_SKOS}altLabel",
    f"{_SKOS}hiddenLabel",
    f"{_DCTERMS}alternative",
    f"{_FABIO}hasShortTitle",
)
_IDENTIFIERS = {
    f"{_PRISM}doi": "doi",
    f"{_FABIO}hasPubMedId": "pmid",
    f"{_FABIO}hasPubMedCentralId": "pmcid",
    f"{_PK}orcid": "orcid",
    f"{_PK}ror": "ror",
    f"{_PRISM}issn": "issn",
    f"{_PK}trialRegistration": "",
    f"{_DCTERMS}identifier": "",
}
"""Properties whose values are identifiers, and of which kind; nothing where the value says so itself."""
_SAME = frozenset({"http://www.w3.org/2002/07/owl#sameAs", "https://schema.org/sameAs", f"{_SKOS}exactMatch"})
_NAMED = frozenset(
    {"Report", "Study", "Person", "Institution", "Journal", "Conference", "Programme", "Concept"}
)
"""The classes of which names are kept one by one: findings and groups are sentences."""
_ABOUT = {
    "Report": ((f"{_FABIO}hasPublicationYear", False), (f"{_DCTERMS}isPartOf", True)),
    "Person": ((f"{_PK}affiliatedWith", True),),
    "Institution": ((f"{_VCARD}locality", False), (f"{_VCARD}country-name", False)),
    "Concept": ((f"{_SKOS}definition", False),),
}
"""What tells things of one name apart: properties, and whether the value is a thing whose name is meant."""
_LONGEST_ABOUT = 200
_NAMES = 400
"""Names of one thing that are kept: a concept has some hundred, a person is printed in a few ways."""


@dataclass(slots=True)
class _Known:
    """What the default graph says, as far as it is searched for."""

    kinds: dict[str, str] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)
    literals: dict[str, dict[str, list[Literal]]] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    things: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    printed: dict[str, list[str]] = field(default_factory=dict)
    """For each person the places where a name of theirs is printed."""


@dataclass(frozen=True, slots=True)
class _Entity:
    iri: str
    kind: str
    below: str
    label: str
    about: str
    text: str
    names: tuple[tuple[str, str, bool], ...]
    """Languages and names, and whether the name comes first in its language."""
    identifiers: frozenset[str]


def build(path: Path, default: Iterable[Quad]) -> int:
    """Write the index of the default graph's entities to a new file; how many it holds."""
    order = {kind: number for number, kind in enumerate(CLASSES.values())}
    known = _read(default)
    rows = sorted(_entities(known), key=lambda one: (order[one.kind], len(one.label), one.iri))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute(
            "CREATE TABLE entity (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, class, below, label, about, text)"
        )
        database.execute(
            "CREATE VIRTUAL TABLE words USING fts5("
            "label, names, text, content='', tokenize='unicode61', prefix='2 3')"
        )
        for number, one in enumerate(rows, start=1):
            database.execute(
                "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, one.iri, one.kind, one.below, one.label, one.about, one.text),
            )
            others = {name for _, name, _ in one.names} - {one.label}
            said = (line for line in one.text.split("\n") if line not in others)
            database.execute(
                "INSERT INTO words (rowid, label, names, text) VALUES (?, ?, ?, ?)",
                (
                    number,
                    *(
                        " ".join(tokens(text))
                        for text in (one.label, "\n".join(sorted(others)), "\n".join(said))
                    ),
                ),
            )
        database.execute("CREATE TABLE class (name TEXT PRIMARY KEY, first INTEGER, last INTEGER)")
        database.execute("INSERT INTO class SELECT class, min(id), max(id) FROM entity GROUP BY class")
        _write_names(database, rows)
        works = [(number, one.iri) for number, one in enumerate(rows, start=1) if one.kind == "Report"]
        work_index.create(database, work_index.Graph(known.literals, known.things), works)
        database.execute("INSERT INTO words (words) VALUES ('optimize')")
        database.execute("INSERT INTO names (names) VALUES ('optimize')")
        work_index.keep_usual(database)
    return len(rows)


def of_entries(path: Path, default: Iterable[Entry]) -> int:
    """The same of a default graph that is given as entries without graphs."""
    return build(path, statements.quads(_relevant(default)))


_FOLLOWED = (
    _SAME
    | work_index.FOLLOWED
    | {predicate for rows in _ABOUT.values() for predicate, is_thing in rows if is_thing}
)
_RELEVANT = frozenset(f"<{name}>".encode() for name in _FOLLOWED)
_KINDS = frozenset(f"<{_TYPE}> <{kind}>".encode() for kind in (*CLASSES, *BELOW))


def _relevant(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Literals, classes and what is followed from thing to thing."""
    for subject, *rests in entries:
        found = []
        for rest in rests:
            predicate, _, value = rest.partition(b" ")
            if value.startswith(b'"') or predicate in _RELEVANT or rest in _KINDS:
                found.append(rest)
        if found:
            yield [subject, *found]


def _write_names(database: sqlite3.Connection, rows: Iterable[_Entity]) -> None:
    names, identifiers, counts = [], [], Counter[str]()
    for number, one in enumerate(rows, start=1):
        identifiers += [(key, number) for key in one.identifiers]
        kind = f"{one.kind} {one.below}".strip().lower()
        for language, name, is_first in one.names:
            found = list(tokens(name))
            names.append((len(found), name, number, language, is_first, kind, " ".join(found)))
            counts.update({word for word in found if not is_cjk(word)})
    names.sort()
    database.execute(
        "CREATE TABLE name (id INTEGER PRIMARY KEY, entity INTEGER, language, is_first, name, key)"
    )
    database.execute(
        "CREATE VIRTUAL TABLE names USING fts5("
        "name, kind, content='', detail='column', tokenize='unicode61', prefix='1 2 3')"
    )
    for place, (_, name, entity, language, is_first, kind, found_words) in enumerate(names, start=1):
        database.execute(
            "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)",
            (place, entity, language, is_first, name, name_key(name)),
        )
        database.execute("INSERT INTO names (rowid, name, kind) VALUES (?, ?, ?)", (place, found_words, kind))
    database.execute("CREATE INDEX name_by_key ON name (key)")
    database.execute("CREATE INDEX name_by_entity ON name (entity)")
    database.execute(
        "CREATE TABLE identifier (key TEXT, entity INTEGER, PRIMARY KEY (key, entity)) WITHOUT ROWID"
    )
    database.executemany("INSERT INTO identifier VALUES (?, ?)", sorted(identifiers))
    database.execute("CREATE INDEX identifier_by_entity ON identifier (entity)")
    spelling.create(database, sorted(counts.items()))


def _read(default: Iterable[Quad]) -> _Known:
    known = _Known()
    for quad in default:
        if not isinstance(quad.subject, NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
        if isinstance(value, Literal):
            if value.datatype.value in _STRING or predicate == f"{_FABIO}hasPublicationYear":
                known.literals.setdefault(subject, {}).setdefault(predicate, []).append(value)
        elif isinstance(value, NamedNode):
            if predicate == _TYPE:
                _classify(known, subject, value.value)
            elif predicate in _FOLLOWED:
                known.things.setdefault(subject, {}).setdefault(predicate, []).append(value.value)
                if predicate in _PARTS:
                    known.parts.setdefault(subject, []).append((predicate, value.value))
                elif predicate == f"{_PK}authorshipBy":
                    known.printed.setdefault(value.value, []).append(subject)
    return known


def _classify(known: _Known, subject: str, kind: str) -> None:
    if kind in CLASSES:
        known.kinds[subject] = min(known.kinds.get(subject, CLASSES[kind]), CLASSES[kind])
    elif kind in BELOW:
        known.below[subject] = BELOW[kind]


def _entities(known: _Known) -> Iterator[_Entity]:
    for iri, kind in known.kinds.items():
        own = known.literals.get(iri, {})
        label = _label(own) or iri
        texts = {
            value.value for values in own.values() for value in values if value.datatype.value in _STRING
        } - {label}
        for predicate, part in known.parts.get(iri, ()):
            texts |= {value.value for value in known.literals.get(part, {}).get(_PARTS[predicate], ())}
        yield _Entity(
            iri,
            kind,
            known.below.get(iri, ""),
            label,
            _about(known, iri, kind),
            "\n".join(sorted(texts)),
            tuple(sorted(_names(known, iri, own), key=_first_names)[:_NAMES]) if kind in _NAMED else (),
            frozenset(_identifiers(known, iri, own)),
        )


def _label(own: dict[str, list[Literal]]) -> str | None:
    """The English name, else one without language, else any."""
    for predicate in LABELS:
        labels = own.get(predicate)
        if labels:
            best = min(labels, key=lambda label: ({"en": 0, None: 1}.get(label.language, 2), label.value))
            return best.value
    return None


def _about(known: _Known, iri: str, kind: str) -> str:
    own, things = known.literals.get(iri, {}), known.things.get(iri, {})
    said = []
    for predicate, is_thing in _ABOUT.get(kind, ()):
        if is_thing:
            values = sorted(
                name for thing in things.get(predicate, ()) if (name := _label(known.literals.get(thing, {})))
            )
        else:
            values = sorted(value.value for value in own.get(predicate, ()) if value.language in (None, "en"))
        said += values[:1]
    about = ", ".join(said)
    return about if len(about) <= _LONGEST_ABOUT else about[: _LONGEST_ABOUT - 1].rstrip() + "…"


def _first_names(name: tuple[str, str, bool]) -> tuple[bool, str, str]:
    """Names that come first in their language before all others."""
    return (not name[2], name[0], name[1])


def _names(known: _Known, iri: str, own: dict[str, list[Literal]]) -> set[tuple[str, str, bool]]:
    """What the thing is called, each name with its language or nothing, and whether it comes first."""
    first = {(value.language or "", value.value) for name in LABELS for value in own.get(name, ())}
    found = first | {
        (value.language or "", value.value) for name in _OTHER_NAMES for value in own.get(name, ())
    }
    family, given = (own.get(f"{_FOAF}{name}Name", ()) for name in ("family", "given"))
    found |= {("", f"{last.value}, {other.value}") for last in family for other in given}
    for place in known.printed.get(iri, ()):
        printed = known.literals.get(place, {}).get(f"{_PK}nameAsPrinted", ())
        found |= {("", value.value) for value in printed}
    # Two languages may share a word: `mentor` is kept for each.
    return {(language, name.strip(), (language, name) in first) for language, name in found if name_key(name)}


def _identifiers(known: _Known, iri: str, own: dict[str, list[Literal]]) -> Iterator[str]:
    for predicate, scheme in _IDENTIFIERS.items():
        for value in own.get(predicate, ()):
            if scheme:
                yield f"{scheme}:{value.value.lower()}"
            else:
                yield value.value.lower()
                yield from schemes.keys(value.value)
    for predicate in _SAME:
        for other in known.things.get(iri, {}).get(predicate, ()):
            yield from schemes.keys(other)
