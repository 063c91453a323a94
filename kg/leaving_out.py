"""Which documents keep to the shapes, and which records of exchange files; the others are left out.

A document, or a record of a file that holds many, is left out if it violates a shape all by itself. What only
several of them violate together, or every document, stops the release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from kg.conversion import Conversion, whole
from kg.gate import RefusedError
from kg.problems import Problem

Graph = TypeVar("Graph")


def publishable(
    conversions: Sequence[Conversion],
    linked: Callable[[Sequence[Conversion]], Graph],
    again: Callable[[Conversion], Iterable[Conversion]],
) -> tuple[Graph, list[Conversion], list[Problem]]:
    """The graph of what keeps to the shapes, the conversions it is made of, and why the rest is left out.

    `linked` makes the graph of some conversions or raises `RefusedError`; `again` converts a document once
    more, record by record: only where it violates a shape.
    """
    kept, left_out = list(conversions), list[Problem]()
    while True:
        try:
            return linked(kept), kept, left_out
        except RefusedError as refused:
            blamed = {problem.path for problem in refused.problems}
            suspects = [one for one in kept if one.source.path in blamed]
            wrong = list(_refused(suspects, linked)) or list(_refused(kept, linked))
            rest: dict[str, Conversion | None] = {}
            for conversion, problems in wrong:
                name = conversion.source.id
                rest[name], records = _without(conversion, problems, linked, again)
                left_out += records or (
                    replace(problem, hint="the document is left out of the release; correct it")
                    for problem in problems
                )
            kept = [one for each in kept if (one := rest.get(each.source.id, each)) is not None]
            if not wrong or not kept:
                raise RefusedError(tuple(left_out) or refused.problems) from None


def _refused(
    conversions: Sequence[Conversion], linked: Callable[[Sequence[Conversion]], Graph]
) -> Iterator[tuple[Conversion, tuple[Problem, ...]]]:
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
    conversion: Conversion,
    problems: Sequence[Problem],
    linked: Callable[[Sequence[Conversion]], Graph],
    again: Callable[[Conversion], Iterable[Conversion]],
) -> tuple[Conversion | None, list[Problem]]:
    """The file without the records that violate a shape by themselves, and why they do.

    Nothing is left where it is one document, every record is at fault, or none by itself; nor where its bytes
    have changed since.
    """
    parts = list(again(conversion))
    records = [one for one in parts if one.source.number and one.facts]
    of_file = [one for one in parts if not one.source.number]
    if not records or {one.source.id for one in parts} != {conversion.source.id}:
        return None, []

    def alone(some: Sequence[Conversion]) -> Graph:
        return linked([*some, *of_file])

    lines = {problem.line for problem in problems}
    suspects = [one for one in records if one.source.first_line in lines]
    wrong = list(_refused(suspects, alone)) or list(_refused(records, alone))
    numbers = {one.source.number for one, _ in wrong}
    if not wrong or len(wrong) == len(records):
        return None, []
    good = whole(one for one in parts if one.source.number not in numbers)
    left = replace(conversion, reports=good.reports, facts=good.facts, evidence=good.evidence,
                   entities=good.entities, decided=good.decided)  # fmt: skip
    return left, [_of_record(problem, one) for one, problems in wrong for problem in problems]


def _of_record(problem: Problem, conversion: Conversion) -> Problem:
    """The problem at its record."""
    source = conversion.source
    hint = f"record {source.number} is left out of the release, the others are in it; correct it"
    return replace(
        problem,
        path=source.path,
        line=problem.line or source.first_line,
        where=problem.where or source.where,
        hint=hint,
    )
