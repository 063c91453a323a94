"""Works in Wikidata, as its query service answers in JSON: one row a work, or several."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.identifiers import PartialDate
from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, json_records, wikidata
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner
from kg.source import Found, Source

FIELDS = Fields(
    mapped={
        "item/value": "identifier in Wikidata",
        "doi/value": "DOI",
        "pmid/value": "PubMed id",
        "pmcid/value": "PubMed Central id",
        "title/value": "title",
        "issued/value": "date",
        "precision/value": "how much of the date is known: 9 its year, 10 its month, 11 its day",
    },
    known={
        "title/xml:lang": "language of the title",
        **wikidata.given(("item", "doi", "pmid", "pmcid", "title", "issued", "precision")),
    },
)

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)T00:00:00Z")


def recognises(source: Source) -> bool:
    """JSON with the `head` and `results` of SPARQL, and `item` and `doi` among its variables."""
    return wikidata.is_answer(source, "doi")


def records(file: File) -> Iterator[Source | Problem]:
    """The rows of the answer."""
    return wikidata.rows(file)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one work of a row."""
    row = json_records.parsed(source)
    if isinstance(row, Problem):
        yield row
        return
    yield FIELDS.tally_of(row)
    values = JsonValues()
    item = wikidata.entity(row, values)
    if item is None:
        yield wikidata.no_record(source, "item of Wikidata", "the item as `?item`")
        return
    doi, pmid, pmcid, title = (
        wikidata.value(row, name, values) for name in ("doi", "pmid", "pmcid", "title")
    )
    yield from bibliography.unread_dois(source, [doi])
    yield Report(
        title=title,
        doi=bibliography.doi(doi),
        pmid=bibliography.pmid(pmid),
        pmcid=pmcid.map(lambda raw: f"PMC{raw}") if pmcid and pmcid.raw.isdecimal() else None,
        issued=_date(row, values),
        identifiers=(item,),
    )


def _date(row: Object, values: JsonValues) -> Found[PartialDate] | None:
    """As much of the date as is known: Wikidata writes the first of January for a year."""
    found = wikidata.value(row, "issued", values)
    match = _DAY.fullmatch(found.raw) if found is not None else None
    if found is None or match is None:
        return None
    known = {"10": 2, "11": 3}.get(str(inner(row.get("precision")).get("value")), 1)
    date = bibliography.partial_date(*match.groups()[:known])
    return None if date is None else found.map(lambda _: date)
