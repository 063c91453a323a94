"""Which documents keep to the shapes, and which records of exchange files; the others are left out.

A document, or a record of a file that holds many, is left out if it violates a shape all by itself. What only
several of them violate together, or every document, stops the release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from kg.converted import Converted
from kg.gate import RefusedError
from kg.problems import Problem
from kg.source import Source

Graph = TypeVar("Graph")
Linked = Callable[[Sequence[Converted]], Graph]
MOST = 2000
"""Of a file with more records only those are looked at that are blamed."""


class Again(Protocol):
    """What converts a document once more, where it violates a shape."""

    def records(self, conversion: Converted, chosen: Callable[[Source], bool]) -> list[Converted]:
        """The chosen records of a file, each for itself, and last what is said of the file; or nothing."""

    def without(self, conversion: Converted, records: Collection[int]) -> Converted | None:
        """The file without some of its records; `None` if it cannot be read any more."""


def publishable(
    conversions: Sequence[Converted], linked: Linked[Graph], again: Again
) -> tuple[Graph, list[Converted], list[Problem]]:
    """The graph of what keeps to the shapes, the conversions it is made of, and why the rest is left out.

    `linked` makes the graph of some conversions or raises `RefusedError`.
    """
    kept, left_out = list(conversions), list[Problem]()
    while True:
        try:
            return linked(kept), kept, left_out
        except RefusedError as refused:
            blamed = {problem.path for problem in refused.problems}
            suspects = [one for one in kept if one.path in blamed]
            wrong = list(_refused(suspects, linked)) or list(_refused(kept, linked))
            rest: dict[str, Converted | None] = {}
            for conversion, problems in wrong:
                rest[conversion.id], records = _without(conversion, problems, linked, again)
                left_out += records or (
                    replace(problem, hint="the document is left out of the release; correct it")
                    for problem in problems
                )
            kept = [one for each in kept if (one := rest.get(each.id, each)) is not None]
            if not wrong or not kept:
                raise RefusedError(tuple(left_out) or refused.problems) from None


def _refused(
    conversions: Sequence[Converted], linked: Linked[Graph]
) -> Iterator[tuple[Converted, tuple[Problem, ...]]]:
    """Those that violate a shape by themselves: found by halving."""
    if not conversions:
        return
    try:
        linked(conversions)
    except RefusedError as refused:
        if len(conversions) == 1:
            yield conversions[0], refused.problems
            return
        middle = len(conversions) // 2
        yield from _refused(conversions[:middle], linked)
        yield from _refused(conversions[middle:], linked)


def _without(
    conversion: Converted, problems: Sequence[Problem], linked: Linked[Graph], again: Again
) -> tuple[Converted | None, list[Problem]]:
    """The file without the records that violate a shape by themselves, and why they do.

    Nothing is left where it is one document, every record is at fault, or none by itself; nor where its bytes
    have changed since.
    """
    lines = {problem.line for problem in problems}
    wrong = _wrong(conversion, linked, again.records(conversion, lambda record: record.first_line in lines))
    if not wrong and conversion.records <= MOST:
        wrong = _wrong(conversion, linked, again.records(conversion, lambda _: True))
    if not wrong:
        return None, []
    left = again.without(conversion, frozenset(one.number for one, _ in wrong))
    if left is None or not left.reports or left.id != conversion.id:
        return None, []
    left = replace(left, problems=conversion.problems, tally=conversion.tally)  # what was read was read
    return left, [_of_record(problem, one) for one, problems in wrong for problem in problems]


def _wrong(
    conversion: Converted, linked: Linked[Graph], parts: Sequence[Converted]
) -> list[tuple[Converted, tuple[Problem, ...]]]:
    """The records that violate a shape by themselves."""
    records = [one for one in parts if one.number and one.reports]
    of_file = [one for one in parts if not one.number]
    if {one.id for one in parts} != {conversion.id}:
        return []
    return list(_refused(records, lambda some: linked([*some, *of_file])))


def _of_record(problem: Problem, conversion: Converted) -> Problem:
    """The problem at its record."""
    number = conversion.number
    hint = f"record {number} is left out of the release, the others are in it; correct it"
    return replace(
        problem,
        path=conversion.path,
        line=problem.line or conversion.first_line,
        where=problem.where or conversion.where,
        hint=hint,
    )
