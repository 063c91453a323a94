"""For each statement the characters it was read from, as reified statements that are Web Annotations.

A value's characters are its own; a link to a record has the record's quote. The rest of the sentence is
given before and behind, never across a blank line. A text policy decides how much of it is quoted.

What a record of an exchange file says in its fields has one evidence for all: the statement that the report
was converted from the file, with the place of the record. What was read from the words of a title or an
abstract is quoted there as everywhere.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode, Quad

from kg import iris
from kg.annotation.sentences import sentences
from kg.iris import Node
from kg.lines import Lines, written_words
from kg.mapping import DERIVED, XSD, Plan, Policy, described, legal, said, term
from kg.model import Authority, Report
from kg.source import FIELD, Found, Source

OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCTERMS = "http://purl.org/dc/terms/"
PK = "https://w3id.org/peerkg/ontology#"

_node = lru_cache(maxsize=1 << 10)(NamedNode)
"""A node that recurs: a property, a class, a graph, a file; making one parses its IRI."""
_TYPES = (f"{RDF}Statement", f"{OA}Annotation", f"{PK}Evidence")
_INTEGER = NamedNode(f"{XSD}integer")


READ_FROM_WORDS = frozenset({"Study", "ParticipantGroup", "StudyData", "Programme", "Finding"})
"""What annotators find: of a record of an exchange file, too, its evidence is a quote."""
_LEADING = frozenset(kind for kind, terms in DERIVED.items() if "evidencedBy" in terms)
"""The classes whose things lead to evidence."""
REPORT_FROM_WORDS = frozenset({"facets", "findings"})
"""The terms of a report that they find."""

CONFORMS_TO = {
    "application/json": "http://www.rfc-editor.org/rfc/rfc6901",
    "application/x-bibtex": "http://www.rfc-editor.org/rfc/rfc6901",  # of the fields of an entry
    "text/csv": "http://tools.ietf.org/rfc/rfc7111",
    "text/plain": "http://tools.ietf.org/rfc/rfc5147",
}
"""The syntax in which a place is named (Web Annotation Data Model, 4.2.1); XML has XPath selectors."""
XML = "application/xml"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement and the place that says it. `records` are the IRIs of the things that lead to it.

    Without a place it is the record that says it.
    """

    iri: str
    subject: NamedNode
    predicate: NamedNode
    object: NamedNode | Literal
    place: Found[Any] | None
    records: tuple[str, ...]


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
        return cls.of_passages(source.text, (source.whole(),))

    @classmethod
    def of_passages(cls, text: str, passages: Sequence[Found[str]]) -> Sentences:
        """The sentences of some passages of a text, in their order."""
        found = [part for one in passages for sentence in sentences(one) for part in _lines(sentence)]
        return cls(text, [one.start for one in found], [one.end for one in found])

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


@dataclass(frozen=True)
class Quoting:
    """A document or a record, its passages, and how much of it is published where."""

    source: Source
    policy: Policy
    base: str
    graph: NamedNode
    report: Report | None = None
    """What a record of a file holds; none for a document, which is quoted whole."""

    @classmethod
    def of(cls, source: Source, policy: Policy, base: str) -> Quoting:
        """The quoting of a document into the graph of evidence."""
        return cls(source, policy, base, _node(iris.graph(base, "evidence")))

    @classmethod
    def of_record(cls, source: Source, record: Report | Authority, policy: Policy, base: str) -> Quoting:
        """The quoting of a record of a file: of its title, abstract and keywords, and of what it states."""
        report = record if isinstance(record, Report) else None
        return cls(source, policy, base, _node(iris.graph(base, "evidence")), report)

    @cached_property
    def passages(self) -> tuple[Found[str], ...]:
        """What may be quoted, found where a quote is asked for."""
        report = self.report
        if report is None:
            return (self.source.whole(),)
        found = [*report.author_keywords, *(section.text for section in report.sections)]
        found += report.publication_types
        found += (one.code for one in (*report.subject_classes, *report.major_subject_classes))
        if report.title is not None:
            found.append(report.title)
        known = {passage.start // FIELD for passage in found if passage.where}
        fields = {place.start // FIELD: place for place in _of_study(report) if place.where}
        found += [place for at, place in fields.items() if at not in known]
        return tuple(sorted(found, key=lambda passage: passage.start))

    @cached_property
    def text(self) -> str:
        """The text of the document or record, and behind it the passages of data."""
        return self._of_data[0]

    @cached_property
    def _of_data(self) -> tuple[str, dict[int, int]]:
        """The text, and for each passage of data where it stands there."""
        text, starts = self.source.text, dict[int, int]()
        for passage in self.passages:
            if passage.where:
                starts[passage.start] = len(text) + 2
                text = f"{text}\n\n{passage.raw}"
        return text, starts

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences of the passages in `text`, found where a quote is asked for."""
        places = sorted((self._of_data[1].get(one.start, one.start), one.raw) for one in self.passages)
        return Sentences.of_passages(self.text, [Found(raw, raw, start) for start, raw in places])

    def shift(self, passage: Found[Any]) -> int:
        """How far a passage stands in `text` from where it begins."""
        return self._of_data[1].get(passage.start, passage.start) - passage.start

    def passage(self, place: Found[Any]) -> Found[Any]:
        """The passage that holds a place."""
        at = bisect.bisect_right(self.passages, place.start, key=lambda one: one.start) - 1
        return self.passages[at] if at >= 0 and place.end <= self.passages[at].end else place


def _of_study(report: Report) -> Iterator[Found[Any]]:
    """The values of a record that say something of its study and stand in no passage: a register's fields."""
    if report.study is None:
        return
    for group in report.study.groups:
        yield from (group.quote, group.description, *(() if group.size is None else (group.size,)))
    for programme in report.study.programmes:
        yield programme.name
    yield from report.study.methods
    yield from (finding.quote for finding in report.findings)


def evidence(node: Node, plan: Plan, quoting: Quoting) -> Iterator[Evidence]:
    """The evidence for what `mapping.statements` says of a record and of the records in it."""
    seen: set[str] = set()
    for inner, within in described(node):
        yield from _of(inner, within, plan, quoting, seen)


def of_record(
    node: Node, things: Iterable[tuple[Node, str]], plan: Plan, quoting: Quoting
) -> Iterator[Evidence]:
    """The evidence for a record of an exchange file: one for its fields, quotes for what was read of it.

    `things` are those `described` in the record.
    """
    source, seen = quoting.source, set[str]()
    predicate = plan.row("Report", "convertedFrom").predicate
    file = _node(iris.source(quoting.base, source.id))
    name = _digest(source.id, node.iri, predicate.value, file.value, source.number)
    leading: dict[str, None] = {}
    quotes: list[Evidence] = []
    for inner, within in things:
        kind = inner.kind
        if kind in READ_FROM_WORDS:
            quotes += _of(inner, within, plan, quoting, seen)
        elif kind in _LEADING:
            leading[inner.iri] = None
    if isinstance(node.record, Report) and (node.record.facets or node.record.findings):
        quotes += _of(node, "", plan, quoting, seen, terms=REPORT_FROM_WORDS)
    iri = f"{quoting.base}{iris.PATHS['Evidence']}/{name}"
    yield Evidence(iri, NamedNode(node.iri), predicate, file, None, tuple(leading))
    yield from quotes


def _of(
    inner: Node,
    within: str,
    plan: Plan,
    quoting: Quoting,
    seen: set[str],
    *,
    terms: frozenset[str] = frozenset(),
) -> Iterator[Evidence]:
    """The evidence for what is said of one thing, of the `terms` alone where such are given."""
    source, subject = quoting.source, NamedNode(inner.iri)
    number = (source.number,) if source.number else ()
    for one in said(inner, quoting.policy, within, terms):
        if one.place is None:
            continue
        row = plan.row(inner.kind, one.term)
        value = term(one.value, row)
        place = one.place if source.number else source.span(one.place.start, one.place.end)
        name = _digest(source.id, inner.iri, row.predicate.value, str(value), place.start, place.end, *number)
        if name in seen:
            continue
        seen.add(name)
        records = (one.value.iri,) if isinstance(one.value, Node) and one.value.kind in _LEADING else ()
        iri = f"{quoting.base}{iris.PATHS['Evidence']}/{name}"
        yield Evidence(iri, subject, row.predicate, value, place, records)


def _digest(*parts: str | int) -> str:
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def link_lines(found: Evidence, plan: Plan, graph: str, into: Lines) -> None:
    """Add to `into` what `links` says, in N-Quads; `graph` is an IRI."""
    name = plan.row("", "evidencedBy").name
    for record in found.records:
        into.setdefault(record, []).append(f"{name} <{found.iri}> <{graph}> .")


def links(found: Evidence, plan: Plan, graph: NamedNode) -> Iterator[Quad]:
    """`pk:evidencedBy`, from the records that lead to it, for the graph of facts."""
    predicate = plan.row("", "evidencedBy").predicate
    for record in found.records:
        yield Quad(NamedNode(record), predicate, NamedNode(found.iri), graph)


_IRI, _WORDS, _NUMBER, _TERM = range(4)
"""What a value of evidence is: an IRI, words, the digits of a whole number, or a term already."""
_Stated: TypeAlias = tuple[str, str, int, Any]
"""A subject and a property, by their IRIs, and a value: what it is, and it."""


def statements(found: Evidence, quoting: Quoting) -> Iterator[Quad]:
    """The evidence as quads of the graph of evidence."""
    nodes: dict[str, NamedNode] = {}
    file = iris.source(quoting.base, quoting.source.id)
    path, quote = _led_to(found, quoting)
    parts = (found.iri, found.subject, found.predicate, found.object)
    for subject, name, of_kind, value in _stated(*parts, file, path, quote):
        node = nodes.get(subject) or nodes.setdefault(subject, NamedNode(subject))
        yield Quad(node, _node(name), _term(of_kind, value), quoting.graph)


def _term(of_kind: int, value: Any) -> NamedNode | Literal:
    if of_kind == _IRI:
        return NamedNode(value)
    if of_kind == _WORDS:
        return Literal(legal(value))
    return Literal(value, datatype=_INTEGER) if of_kind == _NUMBER else value


def lines(found: Evidence, quoting: Quoting, into: Lines) -> None:
    """Add the evidence to `into`: what `statements` says, in N-Quads."""
    file = iris.source(quoting.base, quoting.source.id)
    path, quote = _led_to(found, quoting)
    kinds = tuple([(name, media_type) for name, media_type, _ in path])
    words = () if quote is None else quote.words
    properties = None if quote is None else tuple([name for name, _ in words])
    values = [found.iri, found.subject.value, str(found.object)]
    values += [written_words(place)[1:-1] for _, _, place in path]
    values += [written_words(word)[1:-1] for _, word in words]
    if quote is not None:
        values += (quote.start, quote.end)
    for suffix, alike, own in _alike(quoting.graph.value, file, found.predicate, kinds, properties):
        rest = into.get(found.iri + suffix)
        if rest is None:
            rest = into[found.iri + suffix] = []
        rest.extend(alike)
        for before, which, behind in own:
            rest.append(f"{before}{values[which]}{behind}")


_Alike: TypeAlias = tuple[tuple[str, tuple[str, ...], tuple[tuple[str, int, str], ...]], ...]


@lru_cache(maxsize=256)
def _alike(
    graph: str,
    file: str,
    predicate: NamedNode,
    path: tuple[tuple[str, str], ...],
    words: tuple[str, ...] | None,
) -> _Alike:
    """The lines of evidence of a kind, by subject: those that are alike for all of a file, and the others.

    The kind is the property of the statement, the selectors that lead to the place, and how it is quoted. A
    subject is what stands behind the evidence's IRI. Each other line has one hole: what stands before it,
    which of the values belongs there, and what stands behind it.
    """
    count = 3 + len(path) + (0 if words is None else len(words) + 2)
    iri, subject, value, *others = (f"urn:peerkg:hole:{number:03}" for number in range(count))
    places = [(name, media_type, others.pop(0)) for name, media_type in path]
    quote = None if words is None else _Quote(tuple([(name, others.pop(0)) for name in words]), *others)
    hole = re.compile(r"<urn:peerkg:hole:(002)>|urn:peerkg:hole:(\d{3})")
    end = f" <{graph}> ."
    made: dict[str, tuple[list[str], list[tuple[str, int, str]]]] = {}
    parts = (iri, NamedNode(subject), predicate, NamedNode(value))
    for about, name, of_kind, said_of_it in _stated(*parts, file, places, quote):
        line = f"<{name}> {_term(of_kind, said_of_it)}{end}"
        alike, own = made.setdefault(about.removeprefix(iri), ([], []))
        found = hole.search(line)
        if found is None:
            alike.append(line)
        else:
            own.append((line[: found.start()], int(found[1] or found[2]), line[found.end() :]))
    return tuple((suffix, tuple(alike), tuple(own)) for suffix, (alike, own) in made.items())


@dataclass(frozen=True, slots=True)
class _Quote:
    """What is said of the characters quoted, by the properties that say it, and where they begin and end."""

    words: tuple[tuple[str, str], ...]
    start: str
    end: str


_Path: TypeAlias = Sequence[tuple[str, str, str]]
"""The selectors that lead to a field of a record, each within the one before: name, media type, place."""


def _led_to(found: Evidence, quoting: Quoting) -> tuple[_Path, _Quote | None]:
    """The selectors that lead to the field or record that says it, and what is quoted there."""
    source, policy, place = quoting.source, quoting.policy, found.place
    path: _Path = ()
    first = shift = 0
    if source.number:
        passage = quoting.passage(place) if place is not None else None
        path = _path(source, passage.where if passage is not None else "")
        if passage is None:
            return path, None
        first = passage.start // FIELD * FIELD if passage.where else 0
        shift = quoting.shift(passage)
    if place is None:
        raise ValueError("of a document that is one record, evidence has a place")
    start, end = quoted(place, policy)
    text, begin, behind = quoting.text, start + shift, end + shift
    words: tuple[tuple[str, str], ...]
    if policy.text == "none":
        words = ((f"{PK}quoteDigest", hashlib.sha256(text[begin:behind].encode()).hexdigest()),)
    else:
        left, right = quoting.sentences.around(begin, behind, policy.quote_length)
        words = (
            (f"{OA}exact", text[begin:behind]),
            (f"{OA}prefix", text[left:begin]),
            (f"{OA}suffix", text[behind:right]),
        )
    return path, _Quote(words, str(start - first), str(end - first))


def _stated(  # noqa: PLR0917 - all that evidence consists of
    iri: str,
    subject: NamedNode,
    predicate: NamedNode,
    value: NamedNode | Literal,
    file: str,
    path: _Path,
    quote: _Quote | None,
) -> Iterator[_Stated]:
    """What is said of the evidence and of its selectors."""
    target = f"{iri}#target"
    for of_type in _TYPES:
        yield iri, f"{RDF}type", _IRI, of_type
    yield iri, f"{RDF}subject", _TERM, subject
    yield iri, f"{RDF}predicate", _TERM, predicate
    yield iri, f"{RDF}object", _TERM, value
    yield iri, f"{OA}motivatedBy", _IRI, f"{OA}identifying"
    yield iri, f"{OA}hasTarget", _IRI, target
    yield target, f"{OA}hasSource", _IRI, file
    above, leads = target, f"{OA}hasSelector"
    for name, media_type, place in path:
        below = f"{iri}#{name}"
        yield above, leads, _IRI, below
        of_type = f"{OA}{'XPath' if media_type == XML else 'Fragment'}Selector"
        yield below, f"{RDF}type", _IRI, of_type
        yield below, f"{RDF}value", _WORDS, place
        if media_type in CONFORMS_TO:
            yield below, f"{DCTERMS}conformsTo", _IRI, CONFORMS_TO[media_type]
        above, leads = below, f"{OA}refinedBy"
    if quote is None:
        return
    exact, position = f"{iri}#quote", f"{iri}#position"
    yield above, leads, _IRI, exact
    yield above, leads, _IRI, position
    yield exact, f"{RDF}type", _IRI, f"{OA}TextQuoteSelector"
    for name, words in quote.words:
        yield exact, name, _WORDS, words
    yield position, f"{RDF}type", _IRI, f"{OA}TextPositionSelector"
    yield position, f"{OA}start", _NUMBER, quote.start
    yield position, f"{OA}end", _NUMBER, quote.end


def _path(source: Source, field: str) -> _Path:
    """The selectors that lead to a field of a record.

    In a file that is one tree the place of the field says all; else the lines of the record come first.
    """
    if source.where:
        return (("record", source.media_type, source.where + field),)
    lines_of_it = ("record", "text/plain", f"line={source.first_line - 1},{source.last_line}")
    return (lines_of_it, ("field", source.media_type, field)) if field else (lines_of_it,)


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
