"""Records of tagged text: each is some lines, and its first line says that it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.opening import File
from kg.problems import Problem
from kg.source import Source

LONGEST = 16_000_000
"""A record of more characters is left out."""


def records(
    file: File,
    first: re.Pattern[str],
    around: re.Pattern[str] | None = None,
    behind_gap: re.Pattern[str] | None = None,
) -> Iterator[Source | Problem]:
    """The records of a file, each from a line that matches `first` to the next such line.

    A line that matches `behind_gap` begins a record too if it stands behind an empty line, unless the
    file has an empty line behind every line.
    Before the first record may stand empty lines and what matches `around` (a header); whatever else stands
    there is a problem. `Source.text` is the lines as they are, with their ends.
    """
    number, line, begin = 0, 0, 0
    lines: list[str] = []
    size = 0
    stray: tuple[int, str] | None = None
    empty, gap, block = True, False, 0
    for text in file.lines():
        line += 1
        before, empty = empty, not text.strip()
        gap = gap or (before and bool(number))
        block += not gap
        if first.match(text) or (
            before and behind_gap and (not number or block > 1) and behind_gap.match(text)
        ):
            gap, block = False, 1
            if number:
                yield _record(file, number, begin, lines, size)
            number, begin, lines, size = number + 1, line, [], 0
        elif not number:
            if stray is None and text.strip(" \t\r\n\ufeff") and not (around and around.match(text)):
                stray = line, text.strip()
            continue
        size += len(text)
        if size <= LONGEST:
            lines.append(text)
    if stray is not None:
        at, words = stray
        yield Problem(
            "before-first-record",
            f"{words[:60]!r} stands before the first record and was not read",
            file.path,
            line=at,
            hint="if it belongs to a record, its first line is missing",
        )
    if number:
        yield _record(file, number, begin, lines, size)


def _record(file: File, number: int, line: int, lines: list[str], size: int) -> Source | Problem:
    if size > LONGEST:
        return Problem(
            "record-too-large",
            f"the record has more than {LONGEST:,} characters and was left out",
            file.path,
            line=line,
            hint="look for an end of record that is missing",
            severity="error",
        )
    return file.record(number, line, text="".join(lines))
