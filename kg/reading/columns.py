"""Two columns that were written side by side, line by line, read one after the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.problems import Problem
from kg.reading.rewritten import Piece, Rewritten
from kg.source import Found, Source

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
FEWEST = 3
"""In so many lines at least a right column begins at the same place."""
SLACK = 1
"""So many characters its beginning may be off."""
WIDEST = 200
"""Characters of a line in two columns, at most."""


@dataclass(slots=True)
class _Block:
    """Lines in two columns, and where the right one begins in each."""

    lines: list[Found[str]]
    column: int

    def parts(self, line: Found[str]) -> tuple[Found[str], Found[str]]:
        """What stands in the left and in the right column of a line."""
        cut = _cut(line, self.column)
        return line.part(0, cut).stripped(), line.part(cut, len(line.raw)).stripped()


def parted_source(source: Source) -> Rewritten | None:
    """The document with the left column of each block above its right one; `None` without such a block."""
    blocks = list(_blocks(source))
    if not blocks:
        return None
    text: list[str] = []
    pieces: list[Piece] = []
    begin = 0

    def add(words: str, printed: int, length: int) -> None:
        nonlocal begin
        if words:
            text.append(words)
            pieces.append(Piece(begin, len(words), printed, length))
            begin += len(words)

    done = 0
    for block in blocks:
        first, last = block.lines[0], block.lines[-1]
        add(source.text[done : first.start], done, first.start - done)
        for side in (0, 1):
            for line in block.lines:
                words = block.parts(line)[side]
                add(words.raw, words.start, len(words.raw))
                add("\n", words.end, 0)
            add("\n", last.end, 0)
        done = last.end
    add(source.text[done:], done, len(source.text) - done)
    return Rewritten(replace(source, text="".join(text)), source, pieces, in_order=False)


def column_problems(source: Source) -> Iterator[Problem]:
    """Each block of two columns, with what was done about it."""
    for block in _blocks(source):
        first, last = block.lines[0], block.lines[-1]
        yield Problem.at(
            source, source.span(first.start, last.end), "two-columns",
            "these lines were read as two columns, the left one first",
            hint="compare the claims; where the columns are others, save the document again", severity="info",
        )  # fmt: skip


def _blocks(source: Source) -> Iterator[_Block]:
    if "   " not in source.text or _GAP.search(source.text) is None:
        return
    found: list[Found[str]] = []
    for line in source.lines():
        words = line.raw.rstrip()
        if len(words) <= WIDEST and (not words or _GAP.search(words) or found):
            found.append(line.part(0, len(words)))
            continue
        yield from _block(found)
        found = []
    yield from _block(found)


def _block(lines: list[Found[str]]) -> Iterator[_Block]:
    """The first run of lines that one column divides, if there is one."""
    begins = Counter(match.end() for line in lines for match in _GAP.finditer(line.raw))
    if not begins:
        return
    column = max(begins, key=lambda at: (sum(begins[at + d] for d in range(-SLACK, SLACK + 1)), -at))
    divided = [number for number, line in enumerate(lines) if _is_divided(line, column)]
    if len(divided) < FEWEST:
        return
    first = last = divided[0]
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if _is_divided(line, column):
            last = number
        elif line.raw and not (_is_left(line, column) or _is_right(line, column)):
            break
    block = lines[first : last + 1]
    if sum(1 for line in block if _is_divided(line, column)) >= FEWEST:
        yield _Block(block, column)


def _is_divided(line: Found[str], column: int) -> bool:
    return any(abs(match.end() - column) <= SLACK for match in _GAP.finditer(line.raw))


def _is_left(line: Found[str], column: int) -> bool:
    return len(line.raw) < column and not _is_right(line, column)


def _is_right(line: Found[str], column: int) -> bool:
    return len(line.raw) - len(line.raw.lstrip()) >= column - SLACK


def _cut(line: Found[str], column: int) -> int:
    for match in _GAP.finditer(line.raw):
        if abs(match.end() - column) <= SLACK:
            return match.end()
    return 0 if _is_right(line, column) else len(line.raw)
