"""For each statement the characters it was read from, as reified statements that are Web Annotations.

A value's characters are its own; a link to a record has the record's quote. The rest of the sentence is
given before and behind, never across a blank line. A text policy decides how much of it is quoted.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from kg import iris
from kg.annotation.sentences import sentences
from kg.iris import Node
from kg.mapping import DERIVED, XSD, Plan, Policy, described, legal, said, term
from kg.source import Found, Source

OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PK = "https://w3id.org/peerkg/ontology#"

_TYPES = (NamedNode(f"{RDF}Statement"), NamedNode(f"{OA}Annotation"), NamedNode(f"{PK}Evidence"))
_INTEGER = NamedNode(f"{XSD}integer")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement and the place that says it. `record` is the thing a link leads to, if it keeps evidence."""

    iri: str
    subject: NamedNode
    predicate: NamedNode
    object: NamedNode | Literal
    place: Found[Any]
    record: NamedNode | None


_BREAK = re.compile(r"[^\S\r\n]*[\r\n]\s*")
_MARKER = re.compile(r"[\[(]?\d|[\[•*·▪–-]")
WRAPPED = range(60, 121)
"""The lengths that a line of wrapped prose has; the lines of lists are mostly shorter."""


_REST_OF_WORD = re.compile(r"[^\W\u2e80-\u9fff]{2,40}+(?=\W)\s*")
"""From the character before a cut on: the rest of a word that the cut divides."""
_WORD_SO_FAR = re.compile(r"[^\W\u2e80-\u9fff]{2,40}+(?=\W)\s*")
"""The same from the character behind a cut backwards."""


def _lines(sentence: Found[str]) -> Iterator[Found[str]]:
    """The parts of a sentence that stand in lines of their own, such as the entries of a list."""
    begin = line = 0
    for gap in _BREAK.finditer(sentence.raw):
        following = sentence.raw[gap.end() : gap.end() + 1]
        wrapped = gap.start() - line in WRAPPED and not _MARKER.match(sentence.raw, gap.end())
        line = gap.end()
        if not wrapped and not following.islower():
            yield sentence.part(begin, gap.start())
            begin = gap.end()
    yield sentence.part(begin, len(sentence.raw))


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a text, found once.

    A blank line ends one, whatever stands before it; so does the end of a line that is no wrapped prose.
    """

    text: str
    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, source: Source) -> Sentences:
        """The sentences of a document."""
        found = [part for sentence in sentences(source.whole()) for part in _lines(sentence)]
        return cls(source.text, [one.start for one in found], [one.end for one in found])

    def around(self, start: int, end: int, length: int) -> tuple[int, int]:
        """Where the sentence that holds `start` to `end` begins and ends, within `length` characters.

        The characters themselves are always inside, and where they run over several sentences, from
        the beginning of the first to the end of the last. A sentence that is cut is cut between words.
        """
        before = bisect.bisect_right(self.starts, start) - 1
        behind = bisect.bisect_left(self.ends, end)
        first = self.starts[before] if before >= 0 and self.ends[before] > start else start
        last = self.ends[behind] if behind < len(self.ends) and self.starts[behind] < end else end
        left, right = _fitted(first, last, start, end, max(length - (end - start), 0))
        if left > first and (word := _REST_OF_WORD.match(self.text, left - 1, start)):
            left = word.end()
        if right < last and (word := _WORD_SO_FAR.match(self.text[end : right + 1][::-1])):
            right -= word.end() - 1
        return left, right


@dataclass(frozen=True, slots=True)
class Quoting:
    """A document, its sentences, and how much of it is published where."""

    source: Source
    sentences: Sentences
    policy: Policy
    base: str
    graph: NamedNode

    @classmethod
    def of(cls, source: Source, policy: Policy, base: str) -> Quoting:
        """The quoting of a document into the graph of evidence."""
        return cls(source, Sentences.of(source), policy, base, NamedNode(iris.graph(base, "evidence")))


def evidence(node: Node, plan: Plan, quoting: Quoting) -> Iterator[Evidence]:
    """The evidence for what `mapping.statements` says of a record and of the records in it."""
    source, policy = quoting.source, quoting.policy
    seen: set[str] = set()
    for inner, within in described(node):
        subject = NamedNode(inner.iri)
        for one in said(inner, policy, within):
            if one.place is None:
                continue
            row = plan.row(inner.kind, one.term)
            value = term(one.value, row)
            place = source.span(one.place.start, one.place.end)
            name = _digest(source.id, inner.iri, row.predicate.value, str(value), place.start, place.end)
            if name in seen:
                continue
            seen.add(name)
            keeps = isinstance(one.value, Node) and "evidencedBy" in DERIVED.get(one.value.kind, ())
            record = NamedNode(one.value.iri) if isinstance(one.value, Node) and keeps else None
            iri = f"{quoting.base}{iris.PATHS['Evidence']}/{name}"
            yield Evidence(iri, subject, row.predicate, value, place, record)


def _digest(*parts: str | int) -> str:
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def links(found: Evidence, plan: Plan, graph: NamedNode) -> Iterator[Quad]:
    """`pk:evidencedBy`, from a record that is linked to, for the graph of facts."""
    if found.record is not None:
        predicate = plan.row("", "evidencedBy").predicate
        yield Quad(found.record, predicate, NamedNode(found.iri), graph)


def statements(found: Evidence, quoting: Quoting) -> Iterator[Quad]:
    """The evidence as quads of the graph of evidence."""
    source, policy = quoting.source, quoting.policy

    def quad(subject: str, name: str, value: NamedNode | Literal) -> Quad:
        return Quad(NamedNode(subject), NamedNode(name), value, quoting.graph)

    target, quote, position = (f"{found.iri}#{part}" for part in ("target", "quote", "position"))
    for of_type in _TYPES:
        yield quad(found.iri, f"{RDF}type", of_type)
    yield quad(found.iri, f"{RDF}subject", found.subject)
    yield quad(found.iri, f"{RDF}predicate", found.predicate)
    yield quad(found.iri, f"{RDF}object", found.object)
    yield quad(found.iri, f"{OA}motivatedBy", NamedNode(f"{OA}identifying"))
    yield quad(found.iri, f"{OA}hasTarget", NamedNode(target))
    yield quad(target, f"{OA}hasSource", NamedNode(iris.source(quoting.base, source.id)))
    yield quad(target, f"{OA}hasSelector", NamedNode(quote))
    yield quad(target, f"{OA}hasSelector", NamedNode(position))
    start, end = quoted(found.place, policy)
    yield quad(quote, f"{RDF}type", NamedNode(f"{OA}TextQuoteSelector"))
    if policy.text == "none":
        digest = hashlib.sha256(source.text[start:end].encode()).hexdigest()
        yield quad(quote, f"{PK}quoteDigest", Literal(digest))
    else:
        first, last = quoting.sentences.around(start, end, policy.quote_length)
        yield quad(quote, f"{OA}exact", Literal(legal(source.text[start:end])))
        yield quad(quote, f"{OA}prefix", Literal(legal(source.text[first:start])))
        yield quad(quote, f"{OA}suffix", Literal(legal(source.text[end:last])))
    yield quad(position, f"{RDF}type", NamedNode(f"{OA}TextPositionSelector"))
    yield quad(position, f"{OA}start", Literal(str(start), datatype=_INTEGER))
    yield quad(position, f"{OA}end", Literal(str(end), datatype=_INTEGER))


def quoted(place: Found[Any], policy: Policy) -> tuple[int, int]:
    """Where the quote begins and ends: the place, and only its beginning where it may not be quoted whole."""
    longest = place.start + policy.quote_length
    return place.start, place.end if policy.text == "full" else min(place.end, longest)


def _fitted(first: int, last: int, start: int, end: int, room: int) -> tuple[int, int]:
    """The window, with no more than `room` characters beside the value, as evenly as they are there."""
    before, behind = start - first, last - end
    if before + behind <= room:
        return first, last
    half = room // 2
    if before <= half:
        return first, end + room - before
    if behind <= half:
        return start - (room - behind), last
    return start - half, end + room - half
