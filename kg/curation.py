"""What people's decisions do to the facts of a document: confirmed, corrected, rejected, added.

A decision changes the records before anything is made of them, so that what is rejected is in no graph,
dump, table or index. Things that are corrected keep their identity (`read_as`), and therefore their IRI.
How a decision names a fact is in docs/curation.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from kg import decidable, iris, keys
from kg.concepts import Vocabulary
from kg.decidable import NotDecidableError
from kg.decisions import Curation, Decision
from kg.identifiers import ConceptId
from kg.iris import Node
from kg.mapping import Plan, link_place
from kg.model import Affiliation, Authorship, Citation, Record, Report, Study
from kg.problems import Problem
from kg.source import Found, Source

OWN_RESULT = "own-result"
SETTLED = frozenset({"candidate", "unresolved-citation", "citation-differs"})
"""Problems that a decision about the same characters settles."""


@dataclass(frozen=True, slots=True)
class Obeyed:
    """A decision that was carried out: on which record as it is now, on which field and value of it.

    Of what was rejected, `record` is what it was said of, and there is no value.
    """

    decision: Decision
    record: Record
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Curated:
    """The reports as decided, every problem, the decisions obeyed; of changed records what was read."""

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    obeyed: tuple[Obeyed, ...] = ()
    read_as: Mapping[Record, Record] = field(default_factory=dict)
    heeded: frozenset[str] = frozenset()
    """The ids of the decisions that were obeyed, or of which a problem says why not."""
    apart: Mapping[str, str] = field(default_factory=dict)
    """By the IRI it would have, the one key of each thing that is a thing of its own in this document."""


UNDECIDED = Curated((), ())
"""What people decided where nobody did."""


class _NotObeyedError(Exception):
    """Why a decision cannot be carried out, as a problem of its file."""

    def __init__(
        self, decision: Decision, code: str, message: str, hint: str, severity: Any = "error"
    ) -> None:
        super().__init__(message)
        self.problem = decision.problem(code, message, hint, severity)


def curate(
    reports: Sequence[Report],
    problems: Sequence[Problem],
    source: Source,
    *,
    curation: Curation,
    vocabulary: Vocabulary | None,
    base: str,
) -> Curated:
    """The reports of a document as people decided; as they are where nobody did."""
    decisions = [one for one in curation.of(source.path, source.id) if one.action != "forbid"]
    if not decisions:
        return Curated(tuple(reports), tuple(problems))
    document = _Document(source, tuple(reports), vocabulary or Vocabulary.load(), curation, base)
    if source.number:
        decisions = [one for one in decisions if document.concerns(one)]
    steps: list[_Step] = []
    refused: list[Problem] = []
    settled: list[tuple[int, int]] = []
    for decision in decisions:
        try:
            if decision.subject.casefold() == "candidate":
                settled.append(_candidate(document, decision, problems))
            else:
                steps.append(document.step(decision))
        except _NotObeyedError as error:
            refused.append(error.problem)
    steps, contradictions = _consistent(steps)
    changed, now = _Rebuilding(steps).reports(reports)
    settled += (span for step in steps for span in step.spans)
    return Curated(
        changed,
        (
            *(one for one in problems if not _is_settled(one, settled)),
            *refused,
            *contradictions,
            *(problem for step in steps for problem in step.notes),
        ),
        tuple(one for step in steps for one in step.obeyed(now, changed)),
        {new: old for old, new in now.items() if new is not None and new != old},
        frozenset(one.id for one in decisions),
        {step.splits: _own_key(step.decision) for step in steps if step.splits},
    )


def _own_key(decision: Decision) -> str:
    return keys.key("split", keys.digest(PurePath(decision.source).name, decision.subject))


def _is_settled(problem: Problem, spans: Iterable[tuple[int, int]]) -> bool:
    start, end = problem.start, problem.end
    if problem.code not in SETTLED or start is None or end is None:
        return False
    return any(first < end and start < last for first, last in spans)


def _candidate(document: _Document, decision: Decision, problems: Sequence[Problem]) -> tuple[int, int]:
    """The characters of the candidate that is rejected."""
    if decision.action != "reject":
        raise _NotObeyedError(
            decision,
            "decision-unclear",
            f"a candidate cannot be {decision.action}ed: it does not say which fact it would be",
            'add the fact: `action = "add"` with the subject, the property and the value',
        )
    spans = document.found(decision)
    hit = [
        (problem.start, problem.end)
        for problem in problems
        if problem.code == "candidate"
        and any(problem.start < last and first < problem.end for first, last in spans)  # type: ignore[operator]  # of a place
    ]
    if not hit:
        raise _stale(decision, "nothing at these words is a candidate any more")
    return hit[0]  # type: ignore[return-value]  # a candidate has its place


def _stale(decision: Decision, what: str) -> _NotObeyedError:
    return _NotObeyedError(
        decision,
        "stale-decision",
        what,
        "read the document again; correct the decision, or remove it",
        "warning",
    )


def places(record: Any) -> Iterator[Found[Any]]:
    """The values of a record that have characters of their own, records in it left aside."""
    for one in fields(record):
        value = getattr(record, one.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Found):
                yield item
            elif isinstance(item, Affiliation):
                yield item.printed


@dataclass(frozen=True, slots=True)
class _Step:
    """What a decision does: to which records of one thing, which field of them, which value of it.

    Without a field it is about the records themselves; `old` is the value as read and `new` as decided,
    `None` where there is none.
    """

    decision: Decision
    records: tuple[Record, ...]
    field: str = ""
    old: Any = None
    new: Any = None
    holder: Record | None = None
    """Of a rejected thing, the report that it was read in."""
    spans: tuple[tuple[int, int], ...] = ()
    notes: tuple[Problem, ...] = ()
    splits: str = ""
    """The IRI from which the things are split off."""

    @property
    def removes(self) -> bool:
        """Whether the things themselves are rejected."""
        return not self.field and self.decision.action == "reject"

    def obeyed(self, now: Mapping[Record, Record | None], reports: Sequence[Report]) -> Iterator[Obeyed]:
        """The decision with the records as they are now."""
        for record in self.records:
            current = now.get(record, record)
            if self.removes or current is None:
                holder = now.get(self.holder, self.holder) if self.holder is not None else None
                current = holder or reports[0]
                yield Obeyed(self.decision, current, "", None)
            elif not self.field or self.field == "work":
                yield Obeyed(self.decision, current, "", current)
            elif isinstance(self.new, Record):
                yield Obeyed(self.decision, now.get(self.new, self.new) or current, "", self.new)
            else:
                yield Obeyed(self.decision, current, self.field, self.new)


class _Document:
    """A document with its things, while decisions are read against it."""

    def __init__(
        self,
        source: Source,
        reports: tuple[Report, ...],
        vocabulary: Vocabulary,
        curation: Curation,
        base: str,
    ) -> None:
        self.source, self.reports, self.vocabulary = source, reports, vocabulary
        self.curation, self.base = curation, base
        self.text = _text_of(reports) if source.data else source.text

    @cached_property
    def _walked(self) -> list[tuple[Report, Node]]:
        """Every node with the report it belongs to."""
        return [
            (report, node)
            for number, report in enumerate(self.reports)
            for node in iris.nodes(report, self.base, printed=iris.printed(self.source, number)).walk()
        ]

    @cached_property
    def nodes(self) -> dict[str, list[Node]]:
        """The nodes by their IRI."""
        found: dict[str, list[Node]] = defaultdict(list)
        for _, node in self._walked:
            found[node.iri].append(node)
        return found

    @cached_property
    def inside(self) -> dict[Record, Report]:
        """The report that each record belongs to: of those it is in, the first."""
        return {node.record: report for report, node in reversed(self._walked)}

    def concerns(self, decision: Decision) -> bool:
        """Whether a decision about a file of many records may be about this one."""
        if decision.quote and not self.spans(decision.quote):
            return False
        if "/" not in decision.subject:
            return True
        try:
            return bool(self._by_iri(decision))
        except _NotObeyedError:
            return False

    def found(self, decision: Decision) -> list[tuple[int, int]]:
        """Every place of the quote, whatever the white space in it; a stale decision if there is none."""
        spans = self.spans(decision.quote)
        if not spans:
            raise _stale(decision, f"the quote is not in {self.source.path}")
        return spans

    def spans(self, quote: str) -> list[tuple[int, int]]:
        """Every place of the words; an ellipsis at their end stands for what a page has cut."""
        words = quote.split()
        for text in (words, " ".join(words).removesuffix("…").split()):
            pattern = r"\s+".join(map(re.escape, text))
            spans = [match.span() for match in re.finditer(pattern, self.text)] if text else []
            if spans:
                return spans
        return []

    def span(self, start: int, end: int) -> Found[str]:
        """The characters from `start` to `end`, and of data the field they are in."""
        raw = self.text[start:end]
        holding = (one for report in self.reports for one in _all_places(report)) if self.source.data else ()
        where = next((one.where for one in holding if one.start <= start and end <= one.end), "")
        return Found(raw, raw, start, where)

    def place(self, decision: Decision, records: Iterable[Record] = ()) -> Found[str]:
        """The characters of a quote that stands in one place, or in one place of the words of a thing."""
        spans = self.found(decision)
        if len(spans) > 1:
            words = [one for record in records for one in _own(record)]
            spans = [span for span in spans if any(_touches(one, [span]) for one in words)] or spans
        if len(spans) > 1:
            lines = ", ".join(str(self.source.line_of(start)) for start, _ in spans[:8])
            raise _NotObeyedError(
                decision,
                "ambiguous-quote",
                f"the quote stands in {len(spans)} places of {self.source.path} (lines {lines})",
                "quote more of the words before or behind it, until it stands in one place only",
            )
        return self.span(*spans[0])

    def step(self, decision: Decision) -> _Step:
        """What the decision does; `_NotObeyedError` where that cannot be said."""
        try:
            return self._step(decision)
        except NotDecidableError as error:
            raise _NotObeyedError(decision, "decision-unclear", str(error), error.hint) from error

    def _step(self, decision: Decision) -> _Step:
        if decision.action == "add" and not decision.term:
            return self._whole_added(decision)
        if decidable.kind_of(decision.subject) == "Study" and decision.action == "add":
            self._need_study()
        if decision.action == "split":
            return self._split(decision)
        things = self._things(decision)
        kind, records = things[0].kind, tuple(dict.fromkeys(node.record for node in things))
        if not decision.term:
            return self._whole(decision, kind, records)
        name = decidable.field_of(kind, decision.term, Plan.load())
        if kind == "Citation" and name == "work":
            return self._resolved(decision, records)
        form = decidable.form(kind, name)
        if form.record and decision.action != "confirm":
            return self._part(decision, kind, records, name)
        if decision.action == "add":
            return self._added(decision, kind, records, name)
        return self._decided(decision, kind, records, name)

    def _things(self, decision: Decision) -> list[Node]:
        """The nodes of the one thing that a decision names."""
        if "/" in decision.subject:
            return self._by_iri(decision)
        kind = decidable.kind_of(decision.subject)
        every = [node for nodes in self.nodes.values() for node in nodes if node.kind == kind]
        cited = decision.subject.casefold() == "work"
        if kind == "Report":
            every = [node for node in every if (node.record in self.reports) is not cited]
        spans = self.found(decision) if decision.quote else []
        if kind == "Study" or (kind == "Report" and not cited):
            chosen = self._at(every, spans) if len({node.iri for node in every}) > 1 else every
        else:
            chosen = _nearest(every, spans)
        return self._one(decision, chosen, spans)

    def _one(self, decision: Decision, chosen: list[Node], spans: Sequence[tuple[int, int]]) -> list[Node]:
        names = list(dict.fromkeys(node.iri for node in chosen))
        if len(names) == 1:
            return chosen
        if names:
            shown = ", ".join(iri.removeprefix(self.base) for iri in names[:6])
            raise _NotObeyedError(
                decision,
                "ambiguous-decision",
                f"{len(names)} things of the kind {decision.subject!r} are at these words: {shown}",
                "write one of these as the subject, or quote fewer words: those of one of them only",
            )
        where = (
            f"line {self.source.line_of(spans[0][0])} of {self.source.path}" if spans else self.source.path
        )
        raise _stale(decision, f"no {decision.subject} is read at {where}")

    def _at(self, every: list[Node], spans: Sequence[tuple[int, int]]) -> list[Node]:
        """The nodes of the report in whose part of the document the quote stands."""
        starts = [min((one.start for one in _all_places(report)), default=0) for report in self.reports]
        wanted = set()
        for first, _ in spans:
            before = [number for number, start in enumerate(starts) if start <= first] or [0]
            wanted.add(self.reports[max(before, key=lambda number: starts[number])])
        return [node for node in every if self.inside[node.record] in wanted]

    def _by_iri(self, decision: Decision) -> list[Node]:
        """The nodes with an IRI, in full or behind the base, or with the keys it was published for."""
        name = decision.subject
        iri = name if name.startswith(("http://", "https://")) else self.base + name
        if iri in self.nodes:
            return self.nodes[iri]
        if iri in self.curation.published:
            for nodes in self.nodes.values():
                if self._was(nodes[0], iri):
                    return nodes
        raise _stale(decision, f"nothing that is read from {self.source.path} is <{iri}>")

    def _was(self, node: Node, iri: str) -> bool:
        """Whether the thing was published under that IRI: a key is the same, and so is its report."""
        for key in self.curation.published.get(iri, ()):
            parent, mark, rest = key.partition("#")
            if not mark and key in node.keys:
                return True
            if mark and f"#{rest}" in node.keys and node.parent is not None:
                same = parent == node.parent or any(
                    self._was(one, parent) for one in self.nodes.get(node.parent, ())[:1]
                )
                if same:
                    return True
        return False

    def _split(self, decision: Decision) -> _Step:
        """A thing of this document that is not what others call so."""
        if decision.quote:
            self.found(decision)
        things = self._by_iri(decision)
        if things[0].keys[-1].startswith("#"):
            raise NotDecidableError(
                "it belongs to one report, and is what it is in that report",
                "split the report, or the institution, journal or conference",
            )
        records = tuple(dict.fromkeys(node.record for node in things))
        return _Step(decision, records, splits=things[0].iri)

    def _whole(self, decision: Decision, kind: str, records: tuple[Record, ...]) -> _Step:
        """A decision about a thing as a whole."""
        if decision.action == "correct":
            raise NotDecidableError(
                "it does not say what to correct",
                f"write `property`: one of {', '.join(decidable.names(kind))}",
            )
        if decision.action == "reject" and kind not in decidable.REJECTABLE:
            raise NotDecidableError(
                f"a {decision.subject} cannot be rejected as a whole",
                f"name the `property` that is wrong: one of {', '.join(decidable.names(kind))}",
            )
        if decision.quote:
            self.found(decision)
        spans = tuple((one.start, one.end) for record in records for one in places(record))
        return _Step(decision, records, holder=self.inside[records[0]], spans=spans)

    def _decided(self, decision: Decision, kind: str, records: tuple[Record, ...], name: str) -> _Step:
        """A value that is confirmed, corrected or rejected."""
        form = decidable.form(kind, name)
        spans = self.found(decision) if decision.quote else []
        held = [(record, item) for record in records for item in _items(record, name)]
        if not held:
            hint = 'add it: `action = "add"`' if decision.action == "correct" else "remove the decision"
            raise _NotObeyedError(
                decision, "stale-decision", f"no {decision.term} is read of it", hint, "warning"
            )
        chosen = held
        if form.many:
            near = [one for one in held if _touches(one[1], spans)]
            same = [
                one for one in near or held if decision.action != "correct" and self._is(one[1], decision)
            ]
            chosen = same or (near if decision.action == "correct" or not decision.words else [])
        elif decision.action != "correct" and decision.words and not self._is(held[0][1], decision):
            chosen = []
        if not chosen:
            now = ", ".join(repr(_shown(item)) for _, item in held[:5])
            raise _stale(decision, f"{decision.term} is read as {now}, not as the decision says")
        values = list(dict.fromkeys(_plain(item) for _, item in chosen))
        if len(values) > 1:
            raise _NotObeyedError(
                decision,
                "ambiguous-decision",
                f"{decision.term} has several values at these words: {', '.join(map(str, values))}",
                "quote the characters of one of them only",
            )
        item = chosen[0][1]
        notes: tuple[Problem, ...] = ()
        new = item
        if decision.action == "reject":
            if not form.may_lack:
                raise NotDecidableError(
                    f"a {decidable.called(kind)} cannot be without its {decision.term}",
                    "correct it, or reject the whole: leave `property` out",
                )
            new = None
        elif decision.action == "correct":
            value = decidable.value(kind, name, decision.words, self.vocabulary)
            new = self._corrected(decision, item, value)
            if value == _plain(item):
                notes = (
                    decision.problem(
                        "needless-decision",
                        f"{decision.term} is read as {_shown(item)!r} already",
                        "remove the decision, or make it one that confirms",
                        "info",
                    ),
                )
        place = ((item.start, item.end),) if isinstance(item, Found) else ()
        kept = tuple(dict.fromkeys(record for record, one in chosen if _plain(one) == _plain(item)))
        return _Step(decision, kept, name, item, new, self.inside[records[0]], place, notes)

    @staticmethod
    def _is(item: Any, decision: Decision) -> bool:
        """Whether a value is the one that a decision names, as published or as printed."""
        said = decision.words.casefold()
        if not said:
            return True
        value = _plain(item)
        known = {str(value), getattr(value, "iri", ""), getattr(value, "name", "")}
        if isinstance(item, Found):
            known.add(" ".join(item.raw.split()))
        return said in {one.casefold() for one in known if one}

    def _corrected(self, decision: Decision, item: Any, value: Any) -> Any:
        """The value at the characters it was read from, or at the quote where that is elsewhere."""
        if not isinstance(item, Found):
            return value
        if decision.quote and not _touches(item, self.found(decision)):
            return self.place(decision).map(lambda _: value)
        return replace(item, value=value)

    def _added(self, decision: Decision, kind: str, records: tuple[Record, ...], name: str) -> _Step:
        """A value that the document states and that was not read."""
        form = decidable.form(kind, name)
        value = decidable.value(kind, name, decision.words, self.vocabulary)
        quote = self.place(decision, records)
        held = _items(records[0], name)
        new: Any = value if form.plain else _within(quote, decision.words, value)
        if any(_plain(item) == value for item in held):
            note = decision.problem(
                "needless-decision",
                f"{decision.term} {decision.words!r} is read already",
                "remove the decision, or make it one that confirms",
                "info",
            )
            same = next(item for item in held if _plain(item) == value)
            return _Step(decision, records[:1], name, same, same, notes=(note,))
        if held and not form.many:
            raise NotDecidableError(
                f"there is a {decision.term} already: {_shown(held[0])!r}", 'use `action = "correct"`'
            )
        return _Step(decision, records[:1], name, None, new, spans=((quote.start, quote.end),))

    def _part(self, decision: Decision, kind: str, records: tuple[Record, ...], name: str) -> _Step:
        """A decision about a record in another: rejected, where it has no life of its own."""
        spans = self.found(decision) if decision.quote else []
        chosen = [
            item for item in _items(records[0], name) if any(_touches(one, spans) for one in places(item))
        ]
        what = type(chosen[0]).__name__ if chosen else ""
        if decision.action != "reject":
            raise NotDecidableError(
                f"{decision.term} leads to other things", "make one of them the subject of the decision"
            )
        if len(chosen) != 1:
            raise NotDecidableError(
                f"{len(chosen)} values of {decision.term} are at these words",
                "quote the words of one of them",
            )
        if what in decidable.REJECTABLE:
            return _Step(decision, (chosen[0],), holder=self.inside[records[0]])
        if not decidable.form(kind, name).may_lack:
            raise NotDecidableError(f"{decision.term} cannot be rejected", "correct it")
        return _Step(decision, records[:1], name, chosen[0], None, self.inside[records[0]])

    def _resolved(self, decision: Decision, records: tuple[Record, ...]) -> _Step:
        """Which work of the list of references a citation means."""
        citation = next(record for record in records if isinstance(record, Citation))
        spans = tuple(
            (record.quote.start, record.quote.end) for record in records if isinstance(record, Citation)
        )
        if decision.quote:
            self.found(decision)
        if decision.action == "confirm":
            if citation.work is None:
                raise NotDecidableError(
                    "the citation leads to no work", 'use `action = "correct"` with the work'
                )
            return _Step(decision, records, spans=spans)
        if decision.action == "reject":
            return _Step(decision, records, "work", citation.work, None, self.inside[records[0]])
        work = self._reference(decision, self.inside[records[0]])
        return _Step(decision, records, "work", citation.work, work, spans=spans)

    def _reference(self, decision: Decision, report: Report) -> Report:
        """The work that a value names: by its number in the list, its IRI, its DOI, or words of its entry."""
        said = " ".join(decision.words.split())
        listed = [one for one in report.references if one.work is not None]
        found = [
            one
            for one in listed
            if said in {str(one.position), str(one.number.value) if one.number is not None else ""}
        ]
        if not found and "/" in said:
            wanted = said if said.startswith("http") else self.base + said
            named = {node.record for node in self.nodes.get(wanted, ())}
            found = [one for one in listed if one.work in named or _doi(one) == said.casefold()]
        if not found:
            found = [one for one in listed if said.casefold() in " ".join(one.quote.raw.split()).casefold()]
        works = list(dict.fromkeys(one.work for one in found))
        if len(works) != 1 or works[0] is None:
            raise NotDecidableError(
                f"{len(works)} entries of the list of references fit {said!r}",
                "write the number of the entry, or words that stand in one entry only",
            )
        return works[0]

    def _whole_added(self, decision: Decision) -> _Step:
        """A thing that the document tells of and that was not read."""
        kind = decidable.kind_of(decision.subject)
        quote = self.place(decision)
        report = self._report_at(quote)

        def find(words: str, value: Any) -> Found[Any]:
            return _within(quote, words, value)

        parts = decision.parts or ({"words": decision.words} if decision.words else {})
        record = decidable.made(kind, quote, parts, find, self.vocabulary)
        names = decidable.HOLDERS[kind]
        span = ((quote.start, quote.end),)
        if names.holder == "Report":
            return _Step(decision, (report,), names.field, None, record, spans=span)
        return _Step(decision, (report,), f"study.{names.field}", None, record, spans=span)

    def _report_at(self, quote: Found[str]) -> Report:
        every = [node for nodes in self.nodes.values() for node in nodes if node.record in self.reports]
        record = self._at(every, [(quote.start, quote.end)])[0].record
        assert isinstance(record, Report)  # noqa: S101 - for the types: they were chosen so
        return record

    def _need_study(self) -> None:
        if not any(node.kind == "Study" for nodes in self.nodes.values() for node in nodes):
            raise NotDecidableError(
                "the document is not read as one that tells of a study",
                "add a finding or a group first (leave `property` out), or decide about the report",
            )


def _text_of(reports: Iterable[Report]) -> str:
    """The values of a record of data, each where it counts, with blank lines between them."""
    text = ""
    for place in sorted({(one.start, one.raw) for report in reports for one in _all_places(report)}):
        start, raw = place
        text = text.ljust(start, "\n") + raw[max(len(text) - start, 0) :]
    return text


def _doi(citation: Citation) -> str:
    work = citation.work
    return work.doi.value.casefold() if work is not None and work.doi is not None else ""


def _all_places(record: Any) -> Iterator[Found[Any]]:
    if isinstance(record, Found):
        yield record
    elif isinstance(record, tuple):
        for part in record:
            yield from _all_places(part)
    elif is_dataclass(record):
        for one in fields(record):
            yield from _all_places(getattr(record, one.name))


def _items(record: Any, name: str) -> tuple[Any, ...]:
    value = getattr(record, name)
    if isinstance(value, tuple):
        return value
    return () if value is None or value == "" else (value,)


def _plain(item: Any) -> Any:
    return item.value if isinstance(item, Found) else item


def _shown(item: Any) -> str:
    return str(_plain(item))


def _touches(item: Any, spans: Iterable[tuple[int, int]]) -> bool:
    if not isinstance(item, Found):
        return True
    return any(item.start < last and first < item.end for first, last in spans)


def _nearest(nodes: list[Node], spans: Sequence[tuple[int, int]]) -> list[Node]:
    """The nodes at the quote; where they are several, those whose own characters the quote is or holds."""
    tests: tuple[Callable[[Found[Any], int, int], bool], ...] = (
        lambda one, first, last: one.start < last and first < one.end,
        lambda one, first, last: (one.start, one.end) == (first, last),
        lambda one, first, last: first <= one.start and one.end <= last,
    )
    chosen = nodes
    for test in tests:
        near = [
            node
            for node in chosen
            if any(test(one, first, last) for one in _marks(node) for first, last in spans)
        ]
        if test is tests[0] or near:
            chosen = near
        if len({node.iri for node in chosen}) < 2:
            break
    return chosen


def _own(record: Record) -> Iterator[Found[Any]]:
    """The characters of a thing, those of a work left aside: they may be the whole document's."""
    if not isinstance(record, Report | Study):
        yield from places(record)


def _marks(node: Node) -> Iterator[Found[Any]]:
    """The characters that stand for a thing."""
    whole = link_place(node, node)
    if whole is not None:
        yield whole
    yield from places(node.record)


def _within(quote: Found[str], words: str, value: Any) -> Found[Any]:
    """The value at its own characters in the quote, or at the whole quote where they stand not there once."""
    begin = quote.raw.find(words) if words and quote.raw.count(words) == 1 else -1
    place = quote.part(begin, begin + len(words)) if begin >= 0 else quote
    return Found(value, place.raw, place.start)


def _consistent(steps: list[_Step]) -> tuple[list[_Step], list[Problem]]:
    """The steps that do not contradict each other, and a problem for each that does."""
    against: dict[int, _Step] = {}
    about: dict[object, list[int]] = defaultdict(list)
    for number, one in enumerate(steps):
        touched = _touched(one)
        for other_number in sorted({other for thing in touched for other in about[thing]}):
            if _contradict(one, steps[other_number]):
                against.setdefault(number, steps[other_number])
                against.setdefault(other_number, one)
        for thing in touched:
            about[thing].append(number)
    problems = [
        steps[number].decision.problem(
            "contradictory-decisions",
            f"{steps[number].decision.action} contradicts {other.decision.action} at {other.decision.place}; "
            "neither is obeyed",
            "keep one of the two",
        )
        for number, other in sorted(against.items())
    ]
    return [step for number, step in enumerate(steps) if number not in against], problems


def _touched(step: _Step) -> set[object]:
    """What a decision speaks of at any level: things, a value that is a thing, a concept at its place."""
    things: set[object] = set(step.records)
    if isinstance(step.old, Record):
        things.add(step.old)
    if isinstance(step.old, Found) and isinstance(step.old.value, ConceptId):
        things.add((step.old.value, step.old.start))
    if step.removes:
        things |= {one.person for one in step.records if isinstance(one, Authorship) and one.person}
    return things


def _contradict(one: _Step, other: _Step) -> bool:
    """Whether two decisions about one thing cannot both be obeyed."""
    if one.removes or other.removes:
        return not (one.removes and other.removes)
    if set(one.records).isdisjoint(other.records):
        return {one.decision.action, other.decision.action} == {"confirm", "reject"}
    if _is_of_whole(one, other) or _is_of_whole(other, one):
        return True
    if one.field != other.field or not one.field:
        return False
    if one.old is None and other.old is None:  # both add
        kind = type(one.records[0]).__name__
        many = "." in one.field or decidable.form(kind, one.field).many
        return not many and _plain(one.new) != _plain(other.new)
    if _plain(one.old) != _plain(other.old):
        return False
    return _plain(one.new) != _plain(other.new) or {one.decision.action, other.decision.action} == {
        "confirm",
        "correct",
    }


def _is_of_whole(whole: _Step, part: _Step) -> bool:
    """Whether a thing is confirmed as it is, and another decision changes a part of it."""
    if whole.field or whole.decision.action != "confirm" or not part.field or part.decision.action == "add":
        return False
    return all(type(one).__name__ in decidable.REJECTABLE for one in whole.records) and _plain(
        part.old
    ) != _plain(part.new)


class _Rebuilding:
    """Makes reports anew, from the inside out, with what the steps change."""

    def __init__(self, steps: Sequence[_Step]) -> None:
        self.removed = {record for step in steps if step.removes for record in step.records}
        self.edits: dict[Record, list[_Step]] = defaultdict(list)
        for step in steps:
            if step.field and (step.old is not step.new or step.old is None):
                for record in step.records:
                    self.edits[record].append(step)
        self.now: dict[Record, Record | None] = dict.fromkeys(self.removed)

    def reports(self, given: Sequence[Report]) -> tuple[tuple[Report, ...], Mapping[Record, Record | None]]:
        """The reports as decided, and what became of each record that is changed or gone."""
        if not self.edits and not self.removed:
            return tuple(given), self.now
        made = tuple(_with_outcomes(self._made(report)) for report in given)
        self.now.update((old, new) for old, new in zip(given, made, strict=True) if old != new)
        for old, new in zip(given, made, strict=True):
            if old.study is not None and new.study is not None and old.study != new.study:
                self.now[old.study] = new.study
        return made, self.now

    def _made(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._made(item) for item in value if not self._is_removed(item))
        if isinstance(value, Found) or not is_dataclass(value) or isinstance(value, type):
            return value
        if self._is_removed(value):
            return None
        parts = {one.name: self._made(getattr(value, one.name)) for one in fields(value)}
        for step in self.edits.get(value, ()) if isinstance(value, Record) else ():
            self._edit(parts, step)
        made: Any = replace(value, **parts)
        if made != value and isinstance(value, Record):
            self.now[value] = made
        return made

    def _is_removed(self, item: Any) -> bool:
        return isinstance(item, Record) and item in self.removed

    def _edit(self, parts: dict[str, Any], step: _Step) -> None:
        name = step.field
        if name.startswith("study."):
            study = parts["study"] or Study()
            inner = name.removeprefix("study.")
            parts["study"] = replace(study, **{inner: _ordered((*getattr(study, inner), step.new))})
            return
        value = parts[name]
        if isinstance(value, tuple):
            if step.old is not None:
                value = tuple(step.new if one == step.old else one for one in value)
                parts[name] = tuple(one for one in value if one is not None)
            else:
                parts[name] = _ordered((*value, step.new))
        else:
            parts[name] = step.new
        if name == "work":
            parts["status"] = "resolved" if step.new is not None else "unresolved"
            parts["note"] = "" if step.new is not None else "a person rejected the work it was resolved to"


def _ordered(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items in the order of their places, those of one place as they were."""
    starts = [min((one.start for one in _all_places(item)), default=0) for item in items]
    return tuple(item for _, _, item in sorted(zip(starts, range(len(items)), items, strict=True)))


def _with_outcomes(report: Report) -> Report:
    """The report with the own results of its study as its findings say, and the outcomes of just these."""
    own = tuple(one for one in report.findings if one.basis.name == OWN_RESULT)
    if report.study is None and not own:
        return report
    study = report.study or Study()
    outcomes = {one.outcome.value: one.outcome for one in reversed(own) if one.outcome is not None}
    before = {one.value: one for one in study.outcomes}
    kept = tuple(
        sorted(
            (before.get(value, found) for value, found in outcomes.items()),
            key=lambda concept: (concept.start, str(concept.value)),
        )
    )
    if kept == study.outcomes and own == study.findings:
        return report
    return replace(report, study=replace(study, findings=own, outcomes=kept))
