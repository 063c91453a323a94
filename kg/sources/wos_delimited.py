"""Web of Science's tab-delimited export: a row a record, the tags of its fields as names of columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import delimited
from kg.reading import web_of_science as wos
from kg.reading.fields import Tally
from kg.reading.tagged import Record
from kg.source import Source

FIELDS = wos.FIELDS


def recognises(source: Source) -> bool:
    """A row of names with `PT`, `AU`, `TI`, `SO` and `UT` or `PY`, between tabs, commas or semicolons."""
    return delimited.header(source.text, _is_header) is not None


def _is_header(names: Collection[str]) -> bool:
    return {"PT", "AU", "TI", "SO"} <= set(names) and bool({"UT", "PY"} & set(names))


def records(file: File) -> Iterator[Source | Problem]:
    """The rows below the names of the columns."""
    return delimited.records(file, _is_header)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a row."""
    found = list(delimited.fields(source))
    yield FIELDS.tally((field.tag, field.value.raw) for field in found)
    yield from wos.report(source, Record(found))
