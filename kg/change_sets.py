"""The change from one release to another in forms that programs read: JSON, RDF and Atom."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import formats
from kg.comparison import KINDS, Change, Difference, What

CS = "http://purl.org/vocab/changeset/schema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_PROV = "http://www.w3.org/ns/prov#"
_ATOM = "http://www.w3.org/2005/Atom"
_TYPE = NamedNode(f"{_RDF}type")


def as_json(found: Difference, numbers: Mapping[tuple[str, What], int] | None = None) -> dict[str, Any]:
    """The change as a value for JSON: numbers, things with their statements, and all statements.

    `numbers` are those of things of which `found` holds the first ones only.
    """
    counted: Mapping[tuple[str, What], int] = found.numbers if numbers is None else numbers
    whats: tuple[What, ...] = ("added", "removed", "changed")
    return {
        "from": found.old.id,
        "to": found.new.id,
        "entities": {kind: {what: counted.get((kind, what), 0) for what in whats} for kind in KINDS},
        "changes": [_as_json(change) for change in found.changes],
        "added": [f"{quad.triple} ." for quad in found.added],
        "removed": [f"{quad.triple} ." for quad in found.removed],
    }


def _as_json(change: Change) -> dict[str, Any]:
    value = {
        "kind": change.kind,
        "what": change.what,
        "iri": change.iri,
        "label": change.label,
        "added": list(change.added),
        "removed": list(change.removed),
    }
    more = {"became": change.became, "other": change.other}
    return value | {name: text for name, text in more.items() if text}


def as_turtle(found: Difference) -> bytes:
    """The change sets in Turtle: one for each thing, in the Changeset vocabulary, with its statements."""
    return formats.write(_statements(found), formats.TURTLE)


def _release(found: Difference, name: str) -> NamedNode:
    return NamedNode(f"{found.new.base}releases/{name}")


def _statements(found: Difference) -> Iterator[Triple]:
    old, new = _release(found, found.old.id), _release(found, found.new.id)
    yield Triple(new, NamedNode(f"{_PROV}wasRevisionOf"), old)
    moment = Literal(str(found.new.manifest["created"]), datatype=NamedNode(f"{_XSD}dateTime"))
    for change in found.changes:
        subject = _thing(change)
        if subject is None:
            continue
        node = NamedNode(f"{new.value}#change-{_digest(change.iri, change.other)}")
        yield Triple(node, _TYPE, NamedNode(f"{CS}ChangeSet"))
        yield Triple(node, NamedNode(f"{CS}subjectOfChange"), subject)
        yield Triple(node, NamedNode(f"{CS}createdDate"), moment)
        yield Triple(node, NamedNode(f"{CS}changeReason"), Literal(_title(change), language="en"))
        yield Triple(node, NamedNode(f"{_PROV}wasDerivedFrom"), old)
        if change.became:
            replaced = NamedNode("http://purl.org/dc/terms/isReplacedBy")
            yield Triple(subject, replaced, NamedNode(change.became))
        for name, lines in (("addition", change.added), ("removal", change.removed)):
            for line in lines:
                statement = NamedNode(f"{new.value}#{name}-{_digest(line)}")
                (quad,) = parse(line, format=RdfFormat.N_TRIPLES, lenient=True)
                yield Triple(node, NamedNode(CS + name), statement)
                yield Triple(statement, _TYPE, NamedNode(f"{_RDF}Statement"))
                yield Triple(statement, NamedNode(f"{_RDF}subject"), quad.subject)
                yield Triple(statement, NamedNode(f"{_RDF}predicate"), quad.predicate)
                yield Triple(statement, NamedNode(f"{_RDF}object"), quad.object)


def _thing(change: Change) -> NamedNode | None:
    """The thing by its IRI; blank nodes have no history."""
    return None if change.iri.startswith("_:") else NamedNode(change.iri)


def _digest(*texts: str) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


_ONE = {
    "works": "work",
    "studies": "study",
    "persons": "person",
    "institutions": "institution",
    "findings": "finding",
    "participant_groups": "participant group",
    "concepts": "concept",
    "links": "link",
    "others": "other thing",
}


def _title(change: Change) -> str:
    name = change.label or change.iri
    if change.other:
        name = f"{name} to {change.other}"
    became = f", now part of {change.became}" if change.became else ""
    return f"{_ONE[change.kind]} {change.what}: {name}{became}"


def as_atom(found: Difference) -> bytes:
    """The change as an Atom feed: an entry for each work, finding, link and concept, in their order."""
    here = f"{found.new.base}releases/{found.new.id}"
    moment = str(found.new.manifest["created"])
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _text(feed, "id", f"{here}#changes")
    _text(feed, "title", f"{found.new.manifest.get('title', '')}: from {found.old.id} to {found.new.id}")
    _text(feed, "updated", moment)
    _text(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", str(found.new.manifest["publisher"]))
    for change in found.changes:
        if change.kind not in {"works", "findings", "links", "concepts"}:
            continue
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", f"{here}#change-{_digest(change.iri, change.other)}")
        _text(entry, "title", _title(change))
        _text(entry, "updated", moment)
        ET.SubElement(entry, f"{{{_ATOM}}}link", href=change.iri)
        _text(entry, "summary", f"{len(change.added)} statements added, {len(change.removed)} removed")
    ET.indent(feed)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = "".join(
        character if character.isprintable() else " " for character in text
    )


FILES: dict[str, Callable[[Difference], bytes]] = {
    "added.nq": lambda found: b"".join(found.added_lines),
    "removed.nq": lambda found: b"".join(found.removed_lines),
    "changes.ttl": as_turtle,
    "changes.atom": as_atom,
    "changes.json": lambda found: (json.dumps(as_json(found), ensure_ascii=False, indent=1) + "\n").encode(),
}
"""What `write` makes: the statements of the named graphs that came and went, and what changed by things."""


def write(folder: Path, found: Difference) -> None:
    """Write the files into the folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in FILES.items():
        (folder / name).write_bytes(made(found))
