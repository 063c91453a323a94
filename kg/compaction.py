"""JSON-LD in the words of `ontology/context.jsonld`: each node in the terms of its types.

What the context has no term for is named by a prefix, or whole, so nothing is lost. A document carries the
part of the context it uses: it says the same with no network, wherever it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from kg import resources

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what every reader of JSON takes for the same number
_BOOLEANS = {"true": True, "false": False}

Node = dict[str, Any]


class _Term(NamedTuple):
    """A term of the context: its property, and what its values are: `@id`, a datatype, or anything."""

    name: str
    iri: str
    coercion: str
    definition: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Context:
    """The published context, read backwards."""

    common: tuple[_Term, ...]
    classes: dict[str, str]
    """The terms of classes by their IRIs."""
    scoped: dict[str, tuple[_Term, ...]]
    """What a node of a class may be said in besides, by the class's term."""
    definitions: dict[str, str]
    """The classes as the context has them."""


@cache
def _published() -> _Context:
    text = (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]
    spaces = {name: iri for name, iri in context.items() if isinstance(iri, str) and iri[-1] in "#/"}

    def whole(name: str) -> str:
        prefix, colon, local = name.partition(":")
        return spaces[prefix] + local if colon and prefix in spaces else name

    def terms(rows: Mapping[str, Any]) -> tuple[_Term, ...]:
        return tuple(
            _Term(name, whole(row["@id"]), whole(row.get("@type", "")), row)
            for name, row in rows.items()
            if isinstance(row, dict) and "@context" not in row
        )

    scoped = {name: row for name, row in context.items() if isinstance(row, dict) and "@context" in row}
    return _Context(
        terms(context),
        {whole(row["@id"]): name for name, row in scoped.items()},
        {name: terms(row["@context"]) for name, row in scoped.items()},
        {name: row["@id"] for name, row in scoped.items()},
    )


def compacted(nodes: Sequence[Node], prefixes: Mapping[str, str]) -> tuple[dict[str, Any], list[Node]]:
    """The part of the context that the expanded nodes need, and the nodes in its terms, in their order.

    A prefix or a term that is also the scheme of an IRI in the nodes is not used: `org:x` could be read
    as either.
    """
    writer = Writer(prefixes, frozenset(_schemes(nodes)))
    written = [writer.node(node) for node in nodes]
    return writer.context(), written


def _schemes(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        for key, values in node.items():
            if key == "@id":
                yield values.partition(":")[0]
            elif key == "@graph":
                yield from _schemes(values)
            else:
                yield key.partition(":")[0]
                for value in values:
                    yield value.get("@id", value.get("@type", "")).partition(":")[0]


class Writer:
    """Writes the nodes of one document, and remembers what of the context they used.

    `schemes` are those of all IRIs in the document: a prefix that is one of them is not used.
    """

    def __init__(self, prefixes: Mapping[str, str], schemes: Collection[str]) -> None:
        self._spaces = {iri: name for name, iri in prefixes.items() if name not in schemes}
        self._prefixes = prefixes
        self._schemes = schemes
        self._used: set[str] = set()
        self._terms: dict[str, dict[str, dict[str, str]]] = {}  # by class, "" for those of every node
        self._names: dict[str, str] = {}
        self._vocabularies: dict[tuple[str, ...], dict[tuple[str, str], tuple[_Term, str]]] = {}

    def context(self) -> dict[str, Any]:
        """What of the context was used."""
        found: dict[str, Any] = {name: self._prefixes[name] for name in sorted(self._used)}
        for name in sorted(self._terms.keys() - {""}):
            found[name] = {"@id": _published().definitions[name]}
            if self._terms[name]:
                found[name]["@context"] = dict(sorted(self._terms[name].items()))
        found |= dict(sorted(self._terms.get("", {}).items()))
        return {"@version": 1.1, **found} if self._terms else found

    def node(self, expanded: Node) -> Node:
        """The node in the terms of its types."""
        if "@graph" in expanded:
            return {"@id": expanded["@id"], "@graph": [self.node(node) for node in expanded["@graph"]]}
        found: Node = {"@id": expanded["@id"]}
        types = [self._class(one["@id"]) for one in expanded.get(_RDF_TYPE, ()) if _is_iri(one)]
        if types:
            found["@type"] = types[0] if len(types) == 1 else types
        vocabulary = self._vocabulary(tuple(sorted(one for one in types if one in _published().scoped)))
        for iri, values in expanded.items():
            if iri == "@id":
                continue
            said: dict[str, list[object]] = {}
            for value in values:
                if iri == _RDF_TYPE and _is_iri(value):
                    continue
                kind = "@id" if "@id" in value else value.get("@type", "")
                row = vocabulary.get((iri, kind)) or vocabulary.get((iri, ""))
                name = self._short(iri) if row is None else self._term(*row)
                said.setdefault(name, []).append(self._value(value, row[0].coercion if row else ""))
            for name, members in said.items():
                found[name] = members[0] if len(members) == 1 else members
        return found

    def _vocabulary(self, classes: tuple[str, ...]) -> dict[tuple[str, str], tuple[_Term, str]]:
        """The terms of nodes of the classes, by property and kind of value, each with the class it is of."""
        known = self._vocabularies.get(classes)
        if known is None:
            # JSON-LD 1.1, section 4.1.7: the contexts of several types apply in the order of their names.
            active = {term.name: (term, "") for term in _published().common}
            for name in classes:
                active.update({term.name: (term, name) for term in _published().scoped[name]})
            known = {}
            # Of several terms the shortest, then the first: JSON-LD 1.1 API, section 6.2.
            for name in sorted(active, key=lambda name: (len(name), name), reverse=True):
                term, owner = active[name]
                if self._usable(name, term.definition):
                    known[term.iri, term.coercion] = (term, owner)
            self._vocabularies[classes] = known
        return known

    def _usable(self, name: str, definition: Mapping[str, str]) -> bool:
        needed = {name, *(iri.partition(":")[0] for iri in definition.values())}
        return not needed & set(self._schemes)

    def _need(self, definition: Mapping[str, str]) -> None:
        self._used.update(iri.partition(":")[0] for iri in definition.values() if not iri.startswith("@"))

    def _term(self, term: _Term, owner: str) -> str:
        terms = self._terms.setdefault(owner, {})
        if term.name not in terms:
            terms[term.name] = term.definition
            self._need(term.definition)
        return term.name

    def _class(self, iri: str) -> str:
        name = _published().classes.get(iri)
        if name is None:
            return self._short(iri)
        definition = {"@id": _published().definitions[name]}
        if not self._usable(name, definition):
            return self._short(iri)
        self._terms.setdefault(name, {})
        self._need(definition)
        return name

    def _short(self, iri: str) -> str:
        known = self._names.get(iri)
        if known is None:
            cut = max(iri.rfind("#"), iri.rfind("/")) + 1
            prefix = self._spaces.get(iri[:cut])
            if prefix is None or not _LOCAL.fullmatch(iri[cut:]):
                known = iri
            else:
                known = f"{prefix}:{iri[cut:]}"
                self._used.add(prefix)
            self._names[iri] = known
        return known

    def _value(self, value: dict[str, str], coercion: str) -> object:
        if "@id" in value:
            return value["@id"] if coercion == "@id" else value
        if "@type" not in value:
            return value["@value"] if len(value) == 1 else value
        text, datatype = value["@value"], value["@type"]
        if datatype == f"{_XSD}integer" and _INTEGER.fullmatch(text):
            return int(text)
        if datatype == f"{_XSD}boolean" and text in _BOOLEANS:
            return _BOOLEANS[text]
        return text if datatype == coercion else {"@type": self._short(datatype), "@value": text}


def _is_iri(value: Mapping[str, str]) -> bool:
    return "@id" in value and not value["@id"].startswith("_:")
