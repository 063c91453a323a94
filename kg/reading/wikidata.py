"""Answers of Wikidata's query service in JSON, whose rows have their thing as `item`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.model import Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import json_records
from kg.reading.json_records import JsonValues, Object, inner
from kg.source import Source

_ENTITY = re.compile(r"https?://www\.wikidata\.org/entity/(Q[1-9]\d{0,11})")


def given(variables: Iterable[str]) -> dict[str, str]:
    """What is known, and not mapped, of each variable: fields for `Fields.known`."""
    return {
        f"{name}/{part}": f"how {name} is given: as an address or as text"
        for name in variables
        for part in ("type", "datatype")
    }


def is_answer(source: Source, variable: str) -> bool:
    """Whether it is JSON with the `head` and `results` of SPARQL, and `item` and this among its variables."""
    keys = json_records.first_keys(source.text)
    return {"head", "results"} <= keys and {"item", variable} <= json_records.variables(source.text)


def rows(file: File) -> Iterator[Source | Problem]:
    """The rows of the answer."""
    return json_records.records(file, ("results", "bindings"))


def value(row: Object, variable: str, values: JsonValues) -> Text | None:
    """What the row has for the variable."""
    return values.text(inner(row.get(variable)).get("value"), variable, "value")


def entity(row: Object, values: JsonValues) -> Text | None:
    """The item's identifier, as `wikidata:Q42`; `None` where the row has no item of Wikidata."""
    item = value(row, "item", values)
    match = _ENTITY.fullmatch(item.raw) if item is not None else None
    return None if item is None or match is None else item.map(lambda _: f"wikidata:{match[1]}")


def no_record(source: Source, lacks: str, asked: str) -> Problem:
    """That a row lacks what its thing is known by, and how to ask for it."""
    return Problem(
        "no-record",
        f"the row has no {lacks}",
        source.path,
        line=source.first_line,
        where=source.where,
        hint=f"ask the query service again, with {asked}",
        severity="error",
    )
