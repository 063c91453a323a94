"""Workbooks and Parquet read back by others: what a query returned, and no formula."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has no stubs
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # it has no stubs
from pyarrow import parquet
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, Store

from kg import formats, result_files
from kg.result_files import MOST_CHARACTERS, NotHeldError, rows, workbook


def asked(query: str) -> QuerySolutions | QueryBoolean:
    found = Store().query(query)
    assert isinstance(found, QuerySolutions | QueryBoolean)
    return found


def sheet(data: bytes) -> list[list[Any]]:
    """The cells of the workbook as another library reads them; it leaves escapes of controls as they are."""
    cells = load_workbook(io.BytesIO(data)).active.iter_rows()
    found = [[(cell.data_type, cell.value) for cell in line] for line in cells]
    assert not [kind for line in found for kind, _ in line if kind in {"f", "e"}]
    return [[unescape(value) if kind == "s" else value for kind, value in line] for line in found]


TEXTS = [
    "=1+1",
    "+cmd",
    "-2",
    "@x",
    "\t=a",
    "＝c",
    "é, 同伴",
    "http://example.org/",
    "007",
    "mailto:x@y.z",
    " a ",
]


def test_text_stays_text_and_numbers_are_numbers() -> None:
    values = " ".join(f"({Literal(text)})" for text in TEXTS)
    found = asked(
        f"SELECT ?t (7 AS ?n) (2.5 AS ?d) (true AS ?b) (<urn:a> AS ?i) {{ VALUES (?t) {{ {values} }} }}"
    )
    data = formats.write_results(found, formats.XLSX)
    assert sheet(data) == [list("tndbi"), *([text, 7, 2.5, True, "urn:a"] for text in TEXTS)]


def test_a_number_that_a_sheet_would_round_stays_text() -> None:
    double = "http://www.w3.org/2001/XMLSchema#double"
    words = f'(12345678901234567 AS ?a) (0.1234567890123456789 AS ?b) ("INF"^^<{double}> AS ?c)'
    data = formats.write_results(asked(f"SELECT {words} {{}}"), formats.XLSX)
    assert sheet(data)[1] == ["12345678901234567", "0.12345678901234568", "INF"]


@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=6))
def test_any_text_is_read_back_as_it_was_or_refused(lines: list[list[str]]) -> None:
    try:
        data = workbook(["a", "b"], lines)
    except NotHeldError:
        assert any(set("\ufffe\uffff") & set(text) for line in lines for text in line)
        return
    read = [[cell or "" for cell in line] for line in sheet(data)[1:]]
    assert read == lines[: len(read)]
    assert not any(any(line) for line in lines[len(read) :])


def test_what_does_not_fit_into_a_sheet_is_refused_and_named() -> None:
    workbook(["a"], [["x" * MOST_CHARACTERS]])
    with pytest.raises(NotHeldError, match="row 2 has 32,768"):
        workbook(["a"], [["x" * (MOST_CHARACTERS + 1)]])
    with pytest.raises(NotHeldError, match="has 16,384"):  # each of these counts twice in UTF-16
        workbook(["a"], [["\U0001f600" * 16_384]])
    with pytest.raises(NotHeldError, match="1,048,575 rows"):
        workbook(["a"], [[1]] * 1_048_576)
    with pytest.raises(NotHeldError, match="16,384 columns"):
        workbook([str(n) for n in range(16_385)], [])


def test_the_same_results_make_the_same_bytes() -> None:
    assert workbook(["a"], [["x"], [1]]) == workbook(["a"], [["x"], [1]])
    assert result_files.parquet(["a"], [[1]]) == result_files.parquet(["a"], [[1]])


def test_parquet_has_a_kind_for_each_column() -> None:
    query = """SELECT ?whole ?some ?mixed ?large ?none { VALUES (?whole ?some ?mixed ?large ?none) {
        (1 2.5 true 36893488147419103232 UNDEF) (2 UNDEF "=b" 1 UNDEF) } }"""
    read = parquet.read_table(io.BytesIO(formats.write_results(asked(query), formats.PARQUET)))
    assert read.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.string(), pa.string()]
    assert read.to_pylist() == [
        {"whole": 1, "some": 2.5, "mixed": "true", "large": "36893488147419103232", "none": None},
        {"whole": 2, "some": None, "mixed": "=b", "large": "1", "none": None},
    ]


@pytest.mark.parametrize("query", ["ASK {}", "SELECT ?a ?b { FILTER(false) }"])
def test_a_yes_and_an_empty_table_are_files_too(query: str) -> None:
    names, found = rows(asked(query))
    read = parquet.read_table(io.BytesIO(formats.write_results(asked(query), formats.PARQUET)))
    assert [read.column_names, *([*row.values()] for row in read.to_pylist())] == [names, *found]
    assert sheet(formats.write_results(asked(query), formats.XLSX)) == [names, *found]
