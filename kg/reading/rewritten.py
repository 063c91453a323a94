"""A document as it is read, and the way back to the characters that stand in it."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from kg.model import placed
from kg.problems import Problem
from kg.source import Found, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the text that is read, from `begin` on, and the printed ones that they stand for.

    Pieces of the same length stand for each other letter by letter, others as a whole.
    """

    begin: int
    length: int
    printed: int
    printed_length: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The document as it is read, as it is printed, and the pieces of the former in their order."""

    source: Source
    printed: Source
    pieces: Sequence[Piece]
    in_order: bool = True
    """Whether the printed characters come in the same order."""

    def back(self, record: T) -> T:
        """The record with its values as they are, and as raw the characters that stand in the document."""

        def printed(found: Found[Any]) -> Found[Any]:
            start, end = self.place(found.start, found.start + len(found.raw))
            return Found(found.value, self.printed.text[start:end], start, found.where)

        return placed(record, printed)

    def problem(self, problem: Problem) -> Problem:
        """The problem at its place in the document."""
        if problem.start is None or problem.end is None:
            return problem
        start, end = self.place(problem.start, problem.end)
        return replace(problem, start=start, end=end, line=self.printed.line_of(start))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The printed characters that those from `start` to `end` stand for, from the first to the last."""
        if not self.pieces:
            return start, end
        first = self._at(start)
        if end == start:
            return (self._before(first, start),) * 2
        last = self._at(end - 1)
        begin, behind = self._before(first, start), self._behind(last, end - 1)
        if not self.in_order and last > first:
            inner = self.pieces[first + 1 : last]
            begins = [begin, self.pieces[last].printed, *(piece.printed for piece in inner)]
            ends = [behind, *(piece.printed + piece.printed_length for piece in self.pieces[first:last])]
            begin, behind = min(begins), max(ends)
        return begin, max(begin, behind)

    def _at(self, offset: int) -> int:
        return max(0, bisect.bisect_right(self.pieces, offset, key=lambda piece: piece.begin) - 1)

    def _before(self, number: int, offset: int) -> int:
        piece = self.pieces[number]
        return piece.printed + (offset - piece.begin if piece.length == piece.printed_length else 0)

    def _behind(self, number: int, offset: int) -> int:
        piece = self.pieces[number]
        if piece.length == piece.printed_length:
            return piece.printed + offset - piece.begin + 1
        return piece.printed + piece.printed_length
