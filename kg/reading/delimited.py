"""Tables as text (RFC 4180, and what programs write instead): rows of cells under a row of names."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.opening import File
from kg.problems import Problem
from kg.reading.tagged import Field
from kg.reading.values import Values
from kg.source import Found, Source

LONGEST = 16_000_000
"""A row of more characters is left out: a quotation mark is missing in it."""
BEFORE = 40
"""So many lines may stand before the names of the columns."""
DELIMITERS = "\t,;"
_TITLES = ("title", "TI")
"""One of these is in the names of the columns of every format: what describes works has their titles."""

_GUARDED = re.compile(r'="(.*)"', re.DOTALL)
csv.field_size_limit(LONGEST)  # the module's own limit is 131,072 characters, fewer than some abstracts have

IsHeader = Callable[[Collection[str]], bool]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, the character between cells, and the line in which the rows begin."""

    columns: tuple[str, ...]
    delimiter: str
    line: int


def header(text: str, is_header: IsHeader) -> Header | None:
    """The header among the first lines of a text, or `None`."""
    return next((one for one in _possible_headers(text) if is_header(frozenset(one.columns))), None)


@lru_cache(maxsize=1)
def _possible_headers(text: str) -> tuple[Header, ...]:
    """The first rows, by each delimiter; kept for a moment, since every format asks for those of one text."""
    if _TITLES[0] not in text.lower() and _TITLES[1] not in text:
        return ()
    first = list(rows(iter(text.splitlines(keepends=True)[:BEFORE])))
    found = []
    for delimiter in DELIMITERS:
        line = 0
        for row, length in first:
            line += length
            if row.count(delimiter) > 1 and (_TITLES[0] in row.lower() or _TITLES[1] in row):
                names = tuple(name.strip() for name in cells(row, delimiter))
                if len(names) > 2:
                    found.append(Header(names, delimiter, line + 1))
    return tuple(found)


def records(file: File, is_header: IsHeader) -> Iterator[Source | Problem]:
    """The rows below the header, each as it stands there with all its lines; empty ones are none.

    A row with more cells than there are names is left out: nobody knows which value belongs to which.
    """
    found = header(file.head.text, is_header)
    if found is None:
        return
    number, line = 0, 0
    for row, length in rows(file.lines()):
        begin, line = line + 1, line + length
        if begin < found.line or not row.strip():
            continue
        number += 1
        if len(row) > LONGEST:
            yield _refused(file, begin, f"the row has more than {LONGEST:,} characters", "record-too-large")
            continue
        values = cells(row, found.delimiter)
        if not any(value.strip() for value in values):
            number -= 1
        elif any(value.strip() for value in values[len(found.columns) :]):
            message = f"the row has {len(values)} cells, and there are {len(found.columns)} columns"
            yield _refused(file, begin, message, "row-too-long")
        else:
            yield file.record(
                number,
                begin,
                data=row.encode(),
                media_type="text/csv",
                columns=(found.delimiter, *found.columns),
            )


def _refused(file: File, line: int, message: str, code: str) -> Problem:
    hint = "look for a quotation mark that is missing, or for a delimiter inside a cell that is not quoted"
    return Problem(code, f"{message}; it was left out", file.path, line=line, hint=hint, severity="error")


def fields(source: Source) -> Iterator[Field]:
    """The cells of a row that are not empty, in order, under the names of their columns."""
    delimiter, *columns = source.columns
    values = Values()
    for number, (name, cell) in enumerate(
        zip(columns, cells(source.data.decode(), delimiter), strict=False), start=1
    ):
        text = plain(cell)
        if text and name:
            found = values.at(text, f"col={number}")
            yield Field(name, found, (found,))


def cells(row: str, delimiter: str) -> list[str]:
    """The cells of a row, without their quotation marks."""
    if delimiter == "\t" and '"' not in row:
        return row.rstrip("\r\n").split("\t")
    try:
        return next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return row.rstrip("\r\n").split(delimiter)


def plain(cell: str) -> str:
    """The words of a cell: without Excel's guard (`="123"`), with what HTML writes as entities."""
    guarded = _GUARDED.fullmatch(cell.strip())
    text = guarded[1] if guarded else cell
    return " ".join((html.unescape(text) if "&" in text else text).split())


def rows(lines: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Each row and its number of lines: a row goes on while a quotation mark is open."""
    row: list[str] = []
    size = 0
    is_open = False
    for line in lines:
        row.append(line)
        size += len(line)
        is_open ^= line.count('"') % 2 == 1
        if not is_open or size > LONGEST:
            yield "".join(row), len(row)
            row, size, is_open = [], 0, False
    if row:
        yield "".join(row), len(row)


def entries(cell: Found[str] | None, separator: str = ";") -> Sequence[Found[str]]:
    """The entries of a cell that holds several."""
    return () if cell is None else tuple(cell.split(separator))
