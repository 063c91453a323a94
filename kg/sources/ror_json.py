"""The Research Organization Registry, schema version 2: the dump, an answer of the API, one organisation."""

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
        "names/value": "name, other names",
        "names/types": "which of the names is the one to show",
        "types": "kind of the organisation",
        "status": "what the registry says of it: active, inactive, withdrawn",
        "links/value": "address of the website and of Wikipedia's page",
        "locations/geonames_details/name": "city",
        "locations/geonames_details/country_subdivision_name": "region",
        "locations/geonames_details/country_name": "country",
        "locations/geonames_details/country_code": "country, where it has no name",
        "external_ids/type": "register of an identifier",
        "external_ids/preferred": "identifier elsewhere",
        "external_ids/all": "identifiers elsewhere",
    },
    known={
        "names/lang": "language of a name",
        "links/type": "website or Wikipedia",
        "locations/geonames_id": "number of the place at GeoNames",
        "locations/geonames_details/lat": "latitude",
        "locations/geonames_details/lng": "longitude",
        "locations/geonames_details/continent_code": "continent",
        "locations/geonames_details/continent_name": "continent",
        "locations/geonames_details/country_subdivision_code": "code of the region",
        "relationships": "parents, children, related organisations, predecessors and successors",
        "domains": "domains of its web addresses",
        "established": "year in which it was founded",
        "admin": "when the record was made and changed",
    },
)

_SHOWN = "ror_display"


def recognises(source: Source) -> bool:
    """JSON whose objects have an `id` of `https://ror.org/`, and `names` and `locations` of version 2."""
    keys = ror_records.keys(source)
    return {"id", "names", "names/types"} <= keys and not keys.isdisjoint({"locations", "status", "types"})


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
    names = list(_names(record, values))
    if ror is None or not names:
        yield ror_records.no_organisation(source, has_ror=ror is not None)
        return
    place = next((one for _, one in objects(record.get("locations"))), {})
    details, where = inner(place.get("geonames_details")), ("locations", 0, "geonames_details")
    country = values.text(details.get("country_name"), *where, "country_name")
    name, *others = names
    yield Institution(
        name=name,
        other_names=tuple({one.value: one for one in others if one.value != name.value}.values()),
        city=values.text(details.get("name"), *where, "name"),
        region=values.text(details.get("country_subdivision_name"), *where, "country_subdivision_name"),
        country=country or values.text(details.get("country_code"), *where, "country_code"),
        ror=ror,
        identifiers=tuple(_identifiers(record, values)),
        kinds=values.texts(record.get("types"), "types"),
        urls=tuple(_links(record, values)),
        status=values.text(record.get("status"), "status"),
    )


def _names(record: Object, values: JsonValues) -> Iterator[Text]:
    """The name to show first, then the others as they stand there."""
    named = list(objects(record.get("names")))
    named.sort(key=lambda one: _SHOWN not in _types(one[1]))
    for number, one in named:
        name = values.text(one.get("value"), "names", number, "value")
        if name is not None:
            yield name


def _types(name: Object) -> list[object]:
    types = name.get("types")
    return types if isinstance(types, list) else []


def _identifiers(record: Object, values: JsonValues) -> Iterator[Text]:
    """Identifiers in other registers, the preferred one of each register first: `wikidata:Q30289125`."""
    for number, one in objects(record.get("external_ids")):
        where = ("external_ids", number)
        preferred = values.text(one.get("preferred"), *where, "preferred")
        every = values.texts(one.get("all"), *where, "all")
        yield from ror_records.identifiers(one.get("type"), (preferred, *every))


def _links(record: Object, values: JsonValues) -> Iterator[Text]:
    for number, one in objects(record.get("links")):
        link = values.text(one.get("value"), "links", number, "value")
        if link is not None and ror_records.is_address(link):
            yield link
