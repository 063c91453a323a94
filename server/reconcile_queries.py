"""Reads the queries of reconciliation clients; what is not as the API has it is said, with its place."""

from __future__ import annotations

from typing import Any

from kg.lookup import LONGEST
from server.problem import Problem
from server.reconcile_terms import PROPERTIES, Property, type_named
from server.reconciliation import Condition, Given, Query

MOST = 1_000
"""Things in one data extension, and characters of a prefix."""
LIMIT = 100
"""Candidates of one query."""
_CONDITIONS = 20
_VALUES = 50
_NAMES = 5


def queries_of_old(batch: Any, most: int) -> dict[str, Query]:
    """The queries of a batch of version 0.2 by their names."""
    if not isinstance(batch, dict):
        raise _wrong("", "a batch is an object with a query for each name")
    _not_more(len(batch), most)
    return {name: _old(query, f"/{name}") for name, query in batch.items()}


def queries_of_draft(document: Any, most: int) -> list[Query]:
    """The queries of a batch of the draft of version 1.0, in their order."""
    if not isinstance(document, dict) or not isinstance(document.get("queries"), list):
        raise _wrong("", "a batch is an object whose `queries` is an array")
    _not_more(len(document["queries"]), most)
    return [_draft(query, f"/queries/{number}") for number, query in enumerate(document["queries"])]


def data_extension(document: Any) -> tuple[list[str], list[tuple[Property, int]]]:
    """The things and the properties of a data extension query, each with how many values are wanted."""
    if not isinstance(document, dict):
        raise _wrong("", "a data extension query is an object")
    ids, properties = document.get("ids"), document.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise _wrong("/ids", "the things are an array of their identifiers")
    if not isinstance(properties, list):
        raise _wrong("/properties", "the properties are an array")
    if len(ids) > MOST or len(properties) > _CONDITIONS:
        detail = f"a data extension query names at most {MOST:,} things and {_CONDITIONS} properties"
        raise Problem("too-large", detail, {"limit": "extend"})
    wanted = []
    for number, one in enumerate(properties):
        place = f"/properties/{number}"
        name = one.get("id") if isinstance(one, dict) else None
        known_as = PROPERTIES.get(name) if isinstance(name, str) else None
        if known_as is None:
            raise _wrong(f"{place}/id", f"no property is called {str(name)[:80]!r}")
        settings = one.get("settings", {})
        limit = settings.get("limit", 0) if isinstance(settings, dict) else None
        wanted.append((known_as, _limit_of_values(limit, place)))
    return list(dict.fromkeys(ids)), list(
        {known_as.id: (known_as, limit) for known_as, limit in wanted}.values()
    )


def _limit_of_values(given: Any, place: str) -> int:
    if isinstance(given, str) and given.strip().isdecimal():
        given = int(given[:9])  # OpenRefine sends what stands in its form
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1e9:
        raise _wrong(f"{place}/settings/limit", "the limit is a whole number from 0")
    return int(given)


def _old(query: Any, place: str) -> Query:
    if not isinstance(query, dict):
        raise _wrong(place, "a query is an object")
    text = query.get("query", "")
    if not isinstance(text, str):
        raise _wrong(f"{place}/query", "the query is words")
    given = query.get("properties", [])
    if not isinstance(given, list):
        raise _wrong(f"{place}/properties", "the properties are an array")
    if not text.strip() and not given:
        raise _wrong(place, "a query has `query` or `properties`")
    conditions = [
        _condition(one, f"{place}/properties/{number}", ("pid", "p"), "v") for number, one in enumerate(given)
    ]
    names = (text[:LONGEST],) if text.strip() else ()
    return Query(
        names, limit=_limit(query, place), conditions=_few(conditions, place), **_types(query, place)
    )


def _types(query: dict[str, Any], place: str) -> dict[str, Any]:
    """The types a query of version 0.2 allows, prefers or wants all of."""
    given = query.get("type")
    strict = query.get("type_strict", "any")
    if given is None or given == []:
        return {}
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or len(listed) > _VALUES:
        raise _wrong(f"{place}/type", "a type is an identifier, or an array of some")
    names = [one.get("id") if isinstance(one, dict) else one for one in listed]
    if not all(isinstance(one, str) for one in names):
        raise _wrong(f"{place}/type", "a type is an identifier, or an array of some")
    if strict not in ("any", "all", "should"):
        raise _wrong(f"{place}/type_strict", "it is `any`, `all` or `should`")
    known = [type_named(str(one)) for one in names]
    kinds = frozenset(one.name for one in known if one is not None)
    if strict == "should":
        return {"preferred": kinds}
    if strict == "all":
        return {"kinds": kinds if None not in known else frozenset(), "every": kinds}
    return {"kinds": kinds}


def _draft(query: Any, place: str) -> Query:
    if not isinstance(query, dict):
        raise _wrong(place, "a query is an object")
    given = query.get("conditions")
    if not isinstance(given, list) or not given:
        raise _wrong(f"{place}/conditions", "the conditions are an array, with one at least")
    names: list[str] = []
    conditions = []
    for number, one in enumerate(given):
        where = f"{place}/conditions/{number}"
        kind = one.get("matchType") if isinstance(one, dict) else None
        value = "propertyValue" if isinstance(one, dict) and "propertyValue" in one else "v"
        if kind == "name":
            names += [each.text for each in _values(one.get(value), f"{where}/{value}")]
        elif kind == "property":
            conditions.append(_condition(one, where, ("propertyId", "pid"), value))
        else:
            raise _wrong(f"{where}/matchType", "it is `name` or `property`")
    kind = query.get("type")
    if kind is not None and not isinstance(kind, str):
        raise _wrong(f"{place}/type", "a type is an identifier")
    chosen = type_named(kind) if kind else None
    language = query.get("lang", "")
    if not isinstance(language, str):
        raise _wrong(f"{place}/lang", "a language is a tag")
    return Query(
        tuple(name[:LONGEST] for name in names if name.strip())[:_NAMES],
        kinds=None if not kind else frozenset({chosen.name} if chosen else ()),
        limit=_limit(query, place),
        conditions=_few(conditions, place),
        language=language.lower()[:40],
    )


def _condition(one: Any, place: str, names: tuple[str, ...], value: str) -> Condition:
    if not isinstance(one, dict):
        raise _wrong(place, "a condition is an object")
    known_as = next((one[name] for name in names if name in one), None)
    if not isinstance(known_as, str):
        raise _wrong(f"{place}/{names[0]}", "a property is its identifier")
    required = one.get("required", False)
    if not isinstance(required, bool):
        raise _wrong(f"{place}/required", "it is true or false")
    quantifier = one.get("matchQuantifier", "any")
    if quantifier not in ("any", "all", "none"):
        raise _wrong(f"{place}/matchQuantifier", "it is `any`, `all` or `none`")
    values = _values(one.get(value), f"{place}/{value}")
    return Condition(known_as[:200], tuple(values), required=required, quantifier=quantifier)


def _values(given: Any, place: str) -> list[Given]:
    listed = given if isinstance(given, list) else [given]
    if len(listed) > _VALUES:
        raise _wrong(place, f"there are more than {_VALUES} values")
    found = []
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            name = one.get("name", "")
            found.append(Given(name[:LONGEST] if isinstance(name, str) else "", one["id"][:LONGEST]))
        elif isinstance(one, bool):
            found.append(Given("true" if one else "false"))
        elif isinstance(one, int | float):
            found.append(Given(f"{one:.15g}"))
        elif isinstance(one, str):
            found.append(Given(one[:LONGEST]))
        else:
            raise _wrong(place, "a value is words, a number, true or false, or an object with an `id`")
    return found


def _few(conditions: list[Condition], place: str) -> tuple[Condition, ...]:
    if len(conditions) > _CONDITIONS:
        raise _wrong(place, f"there are more than {_CONDITIONS} conditions")
    return tuple(conditions)


def _limit(query: dict[str, Any], place: str) -> int:
    given = query.get("limit", 10)
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 1:
        raise _wrong(f"{place}/limit", "the limit is a whole number from 1")
    return int(min(given, LIMIT))


def _not_more(count: int, most: int) -> None:
    if count > most:
        raise Problem(
            "too-large", f"the batch has {count:,} queries; {most} are answered at once", {"limit": "batch"}
        )


def _wrong(place: str, what: str) -> Problem:
    return Problem("reconciliation", f"{what} ({place or '/'})", {"pointer": place})
