"""Records as lines of N-Quads, without a term or a quad in between: a tenth of the time.

`lines` says what `mapping.statements` says. How the terms of a class are written in a graph is worked out
once; a text is written as it is where it holds nothing to escape, and by Oxigraph where it does. A thing that
recurs (a journal, an institution) is written once for a graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from kg.identifiers import PartialDate
from kg.iris import Node
from kg.mapping import (
    DERIVED,
    DERIVING,
    NAMES,
    NOTHING,
    RDF_TYPE,
    XSD,
    Plan,
    Policy,
    Row,
    Value,
    derived,
    label,
    literal,
    outline,
    term,
    types,
)
from kg.model import Report
from kg.settings import TextPolicy
from kg.source import Found

_ESCAPED = re.compile("[^ !#-\\[\\]-~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What does not stand in N-Quads as it is; Oxigraph writes a text that holds it."""
_INTEGER = f"^^<{XSD}integer>"


class Lines(dict[str, list[str]]):
    """Statements in N-Quads: by subject, what stands behind it in its lines, some of it more than once.

    `told` is what was said of things that recur.
    """

    __slots__ = ("told",)

    def __init__(self) -> None:
        super().__init__()
        self.told: set[tuple[Any, ...]] = set()


def _is_plain(text: str) -> bool:
    """Whether a text stands in N-Quads as it is; the quick test says so of most."""
    if text.isprintable():
        return not ('"' in text or "\\" in text)
    return _ESCAPED.search(text) is None


def written(value: Value, row: Row) -> str:
    """The RDF term of a value in N-Quads: that of `mapping.term`, in a tenth of the time."""
    if not row.is_iri:
        kind = type(value)
        if kind is str and _is_plain(cast("str", value)):
            return f'"{value}"{row.suffix}'
        if kind is int:
            return f'"{value}"{row.suffix or _INTEGER}'
        if kind is PartialDate or kind is bool:
            return _written_once(cast("PartialDate | bool", value))
    return str(term(value, row))


@lru_cache(maxsize=1 << 12)
def _written_once(value: PartialDate | bool) -> str:
    return str(literal(value, None))


def written_words(text: str) -> str:
    """Words without language in N-Quads."""
    return f'"{text}"' if _is_plain(text) else str(literal(text, None))


class _Form(NamedTuple):
    """How a term of a class is written in a graph: what stands before and behind a value.

    `words` stands before plain words, with `ended` behind them; nothing does where the term takes things, or
    where the words are published otherwise than they were read.
    """

    before: str
    end: str
    words: str
    ended: str
    row: Row

    def line(self, value: Value) -> str:
        """What stands behind the subject in the line of a value."""
        kind = type(value)
        if kind is Node:
            return f"{self.before}<{cast('Node', value).iri}>{self.end}"
        if kind is str and self.words and _is_plain(cast("str", value)):
            return f"{self.words}{value}{self.ended}"
        return f"{self.before}{written(value, self.row)}{self.end}"


class _Class:
    """How the things of a class are written in a graph."""

    __slots__ = ("derived", "fields", "names", "types", "values")

    def __init__(self, plan: Plan, kind: str, graph: str, text: TextPolicy) -> None:
        end = f" <{graph}> ."

        def form(of_term: str, *, as_read: bool = True) -> _Form:
            row = plan.row(kind, of_term)
            words = f'{row.name} "' if as_read and not row.is_iri else ""
            return _Form(f"{row.name} ", end, words, f'"{row.suffix}{end}', row)

        rows, self.values = outline(kind, text)
        self.fields = [(row, form(row.term, as_read=not (row.quoted or row.tagged))) for row in rows]
        self.names = [form(name) for name in NAMES]
        self.derived = {one: form(one) for one in DERIVED.get(kind, ())} if kind in DERIVING else None
        self.types: Callable[[str], tuple[str, ...]] = cache(
            lambda of_report: tuple(f"{RDF_TYPE} {of_type}{end}" for of_type in types(plan, kind, of_report))
        )


class _Classes(dict[type, _Class]):
    """How things are written in a graph, by their class; made where one is first met."""

    def __init__(self, plan: Plan, graph: str, text: TextPolicy) -> None:
        super().__init__()
        self._made_of = plan, graph, text

    def __missing__(self, kind: type) -> _Class:
        plan, graph, text = self._made_of
        made = self[kind] = _Class(plan, kind.__name__, graph, text)
        return made


_classes = lru_cache(maxsize=16)(_Classes)


RECURRING = frozenset(("Person", "Institution", "Journal", "Conference", "SubjectClass"))
"""What stands in many records of a file; what is said of it follows from its IRI and its fields."""


def not_told(things: Iterable[tuple[Node, str]], graph: str, into: Lines) -> list[tuple[Node, str]]:
    """The `things` but for those of which the same was said in the graph before."""
    told, left = into.told, list[tuple[Node, str]]()
    for one in things:
        node = one[0]
        # What counts within one report alone does not come again.
        if node.kind in RECURRING and not node.keys[0].startswith("#"):
            key = (graph, node.iri, *_said(node))
            if key in told:
                continue
            told.add(key)
        left.append(one)
    return left


def _said(node: Node) -> list[Any]:
    """The values of a record without their places, and the IRIs of the records in it."""
    _, values = outline(node.kind, "full")
    said: list[Any] = []
    for value in values(node.record):
        if type(value) is Found:
            said.append(value.value)
        elif type(value) is tuple:
            said.append(tuple([one.value for one in value]))
        else:
            said.append(None)
    for inner in node.parts.values():
        said += [one.iri for one in inner]
    return said


def lines(things: Iterable[tuple[Node, str]], plan: Plan, graph: str, policy: Policy, into: Lines) -> None:
    """Add to `into` what `statements` says of a record and of the `things` in it; `graph` is an IRI."""
    classes = _classes(plan, graph, policy.text)
    for inner, within in things:
        record, parts = inner.record, inner.parts
        written_as = classes[type(record)]
        rest = into.get(inner.iri)
        if rest is None:
            rest = into[inner.iri] = []
        add = rest.append
        rest.extend(written_as.types(record.kind if type(record) is Report else ""))
        for (field, form), value in zip(written_as.fields, written_as.values(record), strict=True):
            if value is None:
                continue
            _, _, words, ended, _ = form
            if type(value) is Found and words and type(plain := value.value) is str and _is_plain(plain):
                if field.shown:
                    add(f"{words}{plain}{ended}")  # nearly everything
            elif field.name in parts:
                for one in parts[field.name]:
                    add(form.line(one))
            elif field.shown and (value or type(value) not in NOTHING):
                for one in value if type(value) is tuple else (value,):
                    add(form.line(field.published(one, policy)))
        if written_as.derived is not None:
            for name, value, _ in derived(inner):
                add(written_as.derived[name].line(value))
        called = written_words(label(inner, policy, within))
        for before, end, *_ in written_as.names:
            add(f"{before}{called}{end}")
