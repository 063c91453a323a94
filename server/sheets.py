"""Rows of a page as a file of a table: CSV, for spreadsheets too, a workbook or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from kg import formats
from kg.result_files import WRITERS, NotHeldError
from server.problem import Problem


def as_csv(rows: Iterable[Iterable[str | int]], *, excel: bool) -> str:
    """The rows as CSV; for spreadsheets with a byte order mark, and what would be a formula quoted."""

    def cell(value: str | int) -> str | int:
        return formats.guarded(value) if excel and isinstance(value, str) else value

    written = io.StringIO(newline="")
    csv.writer(written).writerows(map(cell, row) for row in rows)
    return ("\ufeff" if excel else "") + written.getvalue()


def as_file(form: str, names: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """The rows below their columns' names in a format of `WRITERS`; `Problem` where it cannot hold them."""
    try:
        return WRITERS[form](names, rows)
    except NotHeldError as error:
        raise Problem("not-expressible", str(error)) from error
