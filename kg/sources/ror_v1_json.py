"""The Research Organization Registry, schema version 1, as its dumps were before 2025."""

from __future__ import annotations

from collections.abc import Iterator

from kg.model import Institution, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, json_records, ror_records
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner, objects
from kg.source import Source

FIELDS = Fields(
    mapped={
        "id": "ROR id",
        "name": "name",
        "aliases": "other names",
        "acronyms": "other names",
        "labels/label": "other names",
        "types": "kind of the organisation",
        "status": "what the registry says of it: active, inactive, withdrawn",
        "links": "address of the website",
        "wikipedia_url": "address of Wikipedia's page",
        "addresses/city": "city",
        "addresses/state": "region",
        "country/country_name": "country",
        "external_ids": "identifiers elsewhere",
    },
    known={
        "labels/iso639": "language of a name",
        "country/country_code": "country, once more",
        "addresses/lat": "latitude",
        "addresses/lng": "longitude",
        "addresses/line": "street",
        "addresses/postcode": "postcode",
        "addresses/primary": "whether it is the main address",
        "addresses/state_code": "code of the region",
        "addresses/country_geonames_id": "number of the country at GeoNames",
        "addresses/geonames_city": "the city at GeoNames",
        "relationships": "parents, children, related organisations, predecessors and successors",
        "established": "year in which it was founded",
        "email_address": "e-mail address",
        "ip_addresses": "addresses in the network",
    },
)


def recognises(source: Source) -> bool:
    """JSON whose objects have an `id` of `https://ror.org/`, one `name`, `aliases` and `acronyms`."""
    keys = ror_records.keys(source)
    return {"id", "name", "aliases", "acronyms"} <= keys and "names" not in keys


def records(file: File) -> Iterator[Source | Problem]:
    """The organisations of an array, of the `items` of an answer, or one a line; a single one."""
    return ror_records.organisations(file)


def read(source: Source) -> Iterator[Institution | Problem | Tally]:
    """The one organisation of a record."""
    record = json_records.parsed(source)
    if isinstance(record, Problem):
        yield record
        return
    yield FIELDS.tally_of(record)
    values = JsonValues()
    ror = bibliography.ror(values.text(record.get("id"), "id"))
    name = values.text(record.get("name"), "name")
    if ror is None or name is None:
        yield ror_records.no_organisation(source, has_ror=ror is not None)
        return
    address = next((one for _, one in objects(record.get("addresses"))), {})
    others = {one.value: one for one in _other_names(record, values) if one.value != name.value}
    links = (
        *values.texts(record.get("links"), "links"),
        *values.texts(record.get("wikipedia_url"), "wikipedia_url"),
    )
    yield Institution(
        name=name,
        other_names=tuple(others.values()),
        city=values.text(address.get("city"), "addresses", 0, "city"),
        region=values.text(address.get("state"), "addresses", 0, "state"),
        country=values.text(inner(record.get("country")).get("country_name"), "country", "country_name"),
        ror=ror,
        identifiers=tuple(_identifiers(record, values)),
        kinds=tuple(one.map(str.lower) for one in values.texts(record.get("types"), "types")),
        urls=tuple(filter(ror_records.is_address, links)),
        status=values.text(record.get("status"), "status"),
    )


def _other_names(record: Object, values: JsonValues) -> Iterator[Text]:
    yield from values.texts(record.get("aliases"), "aliases")
    yield from values.texts(record.get("acronyms"), "acronyms")
    for number, one in objects(record.get("labels")):
        label = values.text(one.get("label"), "labels", number, "label")
        if label is not None:
            yield label


def _identifiers(record: Object, values: JsonValues) -> Iterator[Text]:
    """Identifiers in other registers, the preferred one of each register first: `wikidata:Q30289125`."""
    for register, one in inner(record.get("external_ids")).items():
        where = ("external_ids", register)
        preferred = values.text(inner(one).get("preferred"), *where, "preferred")
        every = values.texts(inner(one).get("all"), *where, "all")
        yield from ror_records.identifiers(register, (preferred, *every))
