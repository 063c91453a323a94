"""People in Wikidata, as its query service answers in JSON: one row a person, or several."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg import identifiers
from kg.model import Person
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, json_records
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, inner
from kg.source import Source

FIELDS = Fields(
    mapped={
        "item/value": "identifier in Wikidata",
        "orcid/value": "ORCID iD",
        "isni/value": "ISNI",
    },
    known={
        f"{name}/{part}": f"how {name} is given: as an address or as text"
        for name in ("item", "orcid", "isni")
        for part in ("type", "datatype")
    },
)

_ENTITY = re.compile(r"https?://www\.wikidata\.org/entity/(Q[1-9]\d{0,11})")


def recognises(source: Source) -> bool:
    """JSON with the `head` and `results` of SPARQL, and `item` and `orcid` among its variables."""
    keys = json_records.first_keys(source.text)
    return {"head", "results"} <= keys and {"item", "orcid"} <= json_records.variables(source.text)


def records(file: File) -> Iterator[Source | Problem]:
    """The rows of the answer."""
    return json_records.records(file, ("results", "bindings"))


def read(source: Source) -> Iterator[Person | Problem | Tally]:
    """The one person of a row; the name stays that of the documents that print the ORCID iD."""
    row = json_records.parsed(source)
    if isinstance(row, Problem):
        yield row
        return
    yield FIELDS.tally_of(row)
    values = JsonValues()
    item, printed, isni = (
        values.text(inner(row.get(name)).get("value"), name, "value") for name in ("item", "orcid", "isni")
    )
    entity = _ENTITY.fullmatch(item.raw) if item is not None else None
    orcid = bibliography.orcid(printed)
    if item is None or entity is None or orcid is None:
        yield Problem(
            "no-record",
            "the row has no item of Wikidata" if orcid is not None else "the row has no ORCID iD that is one",
            source.path,
            line=source.first_line,
            where=source.where,
            hint="ask the query service again, with the item as `?item` and the ORCID iD as `?orcid`",
            severity="error",
        )
        return
    number = identifiers.isni(isni.raw) if isni is not None else None
    others = (isni.map(lambda _: f"isni:{number}"),) if isni is not None and number is not None else ()
    yield Person(orcid=orcid, identifiers=(item.map(lambda _: f"wikidata:{entity[1]}"), *others))
