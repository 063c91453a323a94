"""Results of queries as files of other programs: a workbook for spreadsheets, a table in Parquet.

What a cell says is what the query returned. Text stays text, whatever it begins with: only Excel's own
formula cells are run, and none is written. Numbers and truth values are that; a number that a spreadsheet
would show rounded stays text. The same results make the same bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

if TYPE_CHECKING:
    import pyarrow as pa

Cell: TypeAlias = str | int | float | bool | None

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""What a sheet of Excel holds, and a cell of it (counted in units of UTF-16)."""
_SHOWN = 15  # digits that a spreadsheet shows and keeps
_WIDEST = 60
_MEASURED = 200  # rows whose texts say how wide a column is
_NO_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")
_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""When every workbook says it was made: of the same results come the same bytes."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_WHOLE = ("integer", "nonNegativeInteger", "positiveInteger", "long", "int", "short", "byte")
_READERS: dict[str, Callable[[str], Any]] = {
    **{_XSD + name: int for name in _WHOLE},
    **{_XSD + name: float for name in ("decimal", "double", "float")},
    f"{_XSD}boolean": lambda text: text in ("true", "1"),
}


class NotHeldError(Exception):
    """The file cannot hold all that the results say."""


def value(term: object | None) -> Cell:
    """What a term is in a table: a number, a truth value, else its text."""
    if isinstance(term, Literal):
        read = _READERS.get(term.datatype.value)
        try:
            found: Cell = term.value if read is None else read(term.value)
        except ValueError:
            return term.value
        return found
    return None if term is None else term.value if isinstance(term, NamedNode) else str(term)


def rows(results: QuerySolutions | QueryBoolean) -> tuple[list[str], list[list[Cell]]]:
    """The names of the columns, and the cells of each row; a yes or no is one cell."""
    if isinstance(results, QueryBoolean):
        return ["boolean"], [[bool(results)]]
    names = [variable.value for variable in results.variables]
    return names, [[value(term) for term in row] for row in results]


def table(names: Sequence[str], found: Iterable[Sequence[Cell]]) -> pa.Table:
    """The rows as a table of Arrow, each column of one kind."""
    import pyarrow as pa  # noqa: PLC0415 - it takes a quarter of a second, and few ask for it

    columns = list(zip(*found, strict=True)) or [() for _ in names]
    return pa.Table.from_arrays([_column(cells) for cells in columns], names=list(names))


def _column(cells: Sequence[Cell]) -> pa.Array:
    """The cells as one column; where their kinds differ, all as text."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and (len(kinds) == 1 or kinds == {int, float}):
        try:
            return pa.array(cells)
        except (OverflowError, pa.ArrowInvalid):  # a whole number of more than 64 bits
            pass
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())


def _text(cell: Cell) -> str:
    """The cell as SPARQL writes it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and not math.isfinite(cell):
        return "NaN" if math.isnan(cell) else "INF" if cell > 0 else "-INF"
    return str(cell)


def parquet(names: Sequence[str], found: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as a file of Parquet."""
    import pyarrow as pa  # noqa: PLC0415 - as above
    from pyarrow import parquet as files  # noqa: PLC0415 - as above

    written = pa.BufferOutputStream()
    files.write_table(table(names, found), written, compression="zstd")
    return bytes(written.getvalue())


def workbook(names: Sequence[str], found: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as a workbook of one sheet (XLSX); `NotHeldError` says what does not fit into one."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no stubs; few ask for it

    lines = [list(names), *found]
    if len(lines) > MOST_ROWS or len(names) > MOST_COLUMNS:
        raise NotHeldError(
            f"a sheet holds {MOST_ROWS - 1:,} rows below its heading and {MOST_COLUMNS:,} columns, and these "
            f"are {len(lines) - 1:,} and {len(names):,}; ask for fewer, or for CSV or Parquet"
        )
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": _TIME})
        sheet = book.add_worksheet("result")
        bold = book.add_format({"bold": True})
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                _write(sheet, at, column, cell, None if at else bold)
        for column in range(len(names)):
            some = (_text(line[column]) for line in lines[:_MEASURED] if line[column] is not None)
            sheet.set_column(column, column, min(_WIDEST, 2 + max(map(len, some), default=8)))
        sheet.freeze_panes(1, 0)
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, form)
    elif isinstance(cell, int | float) and _is_shown_whole(cell):
        sheet.write_number(row, column, cell, form)
    else:
        text = _text(cell)
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
            raise NotHeldError(
                f"a cell holds {MOST_CHARACTERS:,} characters, and one in row {row + 1:,} has {len(text):,}; "
                "ask for CSV or Parquet"
            )
        if _NO_XML.search(text):
            raise NotHeldError(f"row {row + 1:,} has a character that XML has not; ask for JSON or Parquet")
        sheet.write_string(row, column, text, form)


def _is_shown_whole(number: float) -> bool:
    """Whether a spreadsheet shows the number as it is."""
    return math.isfinite(number) and Decimal(repr(number)) == Decimal(f"{number:.{_SHOWN}G}")


WRITERS: Mapping[str, Callable[[Sequence[str], Iterable[Sequence[Cell]]], bytes]] = {
    "xlsx": workbook,
    "parquet": parquet,
}
"""What writes rows under their columns' names, by the name of the format."""
