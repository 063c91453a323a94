"""People in Wikidata, as its query service answers in JSON: one row a person, or several."""

from __future__ import annotations

from collections.abc import Iterator

from kg import identifiers
from kg.model import Person
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, json_records, wikidata
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues
from kg.source import Source

FIELDS = Fields(
    mapped={
        "item/value": "identifier in Wikidata",
        "orcid/value": "ORCID iD",
        "isni/value": "ISNI",
    },
    known=wikidata.given(("item", "orcid", "isni")),
)


def recognises(source: Source) -> bool:
    """JSON with the `head` and `results` of SPARQL, and `item` and `orcid` among its variables."""
    return wikidata.is_answer(source, "orcid")


def records(file: File) -> Iterator[Source | Problem]:
    """The rows of the answer."""
    return wikidata.rows(file)


def read(source: Source) -> Iterator[Person | Problem | Tally]:
    """The one person of a row; the name stays that of the documents that print the ORCID iD."""
    row = json_records.parsed(source)
    if isinstance(row, Problem):
        yield row
        return
    yield FIELDS.tally_of(row)
    values = JsonValues()
    item, orcid = wikidata.entity(row, values), bibliography.orcid(wikidata.value(row, "orcid", values))
    if item is None or orcid is None:
        lacks = "ORCID iD that is one" if orcid is None else "item of Wikidata"
        yield wikidata.no_record(source, lacks, "the item as `?item` and the ORCID iD as `?orcid`")
        return
    isni = wikidata.value(row, "isni", values)
    number = identifiers.isni(isni.raw) if isni is not None else None
    others = (isni.map(lambda _: f"isni:{number}"),) if isni is not None and number is not None else ()
    yield Person(orcid=orcid, identifiers=(item, *others))
