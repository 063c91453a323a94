"""Which things of a release a name, an identifier and properties may mean, and how that was judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product

from rapidfuzz import fuzz

from kg import schemes, searching
from kg.lookup import Candidate, Lookup, Thing
from kg.searching import name_key
from server.property_values import Value, holders, values_of
from server.reconcile_terms import PROPERTIES, TYPES, Property
from server.service import Call
from server.wording import gettext

CONSIDERED = 40
"""Candidates of one query whose properties are looked at."""
FLOOR = 45.0
"""A lower score is not worth showing."""
_NAME, _PROPERTIES = 0.6, 0.4
"""What the name and the properties count, where both were given."""
_NEARLY = 0.85
"""From this likeness on two values are taken for one, spelt differently."""
_TELLING = 4
"""Words of a title that, with the year, is nobody else's."""
_NAMES_TELL = frozenset({"Concept", "Journal"})
"""Classes of which a name that only one thing has is certain."""

FEATURES = {
    "name_similarity": "how alike what was asked for and the nearest name of the thing are, from 0 to 1",
    "same_name": "whether they are the same, but for case, accents, width and punctuation",
    "namesakes": "how many other candidates have just the name that was asked for",
    "identifier": "whether the query is an identifier of the thing",
    "type": "whether the thing is of a type that was asked for",
    "language": "whether the name that matched is in the language of the query",
}
"""What a score is made of; besides `property:` with a property's id, how far that agrees, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a client compares with: words, or a thing."""

    text: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a property is to be."""

    property: str
    values: tuple[Given, ...]
    required: bool = False
    quantifier: str = "any"
    """`any` of the values, `all` or `none`."""


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody wants to find."""

    names: tuple[str, ...] = ()
    kinds: frozenset[str] | None = None
    """The types to choose from; `None` for all."""
    preferred: frozenset[str] = frozenset()
    """Types that are better, where all are allowed."""
    every: frozenset[str] = frozenset()
    """Types of which the thing has to have each."""
    limit: int = 10
    conditions: tuple[Condition, ...] = ()
    language: str = ""


@dataclass(slots=True)
class Match:
    """A candidate with its score, and what the score is made of."""

    thing: Thing
    name: str
    score: float = 0.0
    features: dict[str, float | bool] = field(default_factory=dict)
    is_certain: bool = False


def reconciled(
    call: Call, base: str, queries: Sequence[Query], languages: Sequence[str]
) -> list[list[Match]]:
    """The matches of each query, the best first."""
    assert call.edition.release is not None  # noqa: S101 - files as they are have no reconciliation
    with closing(searching.opened(call.edition.release.search)) as database:
        lookup = Lookup(database, base)
        found = [_candidates(call, lookup, query) for query in queries]
        wanted: dict[str, set[str]] = {}
        for query, candidates in zip(queries, found, strict=True):
            for condition in query.conditions:
                if condition.property in PROPERTIES:
                    wanted.setdefault(condition.property, set()).update(one.thing.iri for one in candidates)
        values = values_of(call, [(PROPERTIES[name], iris) for name, iris in wanted.items()], languages)
        return [
            _judged(query, candidates, values, Shown(lookup, _first(query.language, languages)))
            for query, candidates in zip(queries, found, strict=True)
        ]


def _first(language: str, languages: Sequence[str]) -> Sequence[str]:
    return [language, *languages] if language else languages


class Shown:
    """The name that a client's languages choose, of concepts; of all else the name they go by."""

    def __init__(self, lookup: Lookup, languages: Sequence[str]) -> None:
        self._lookup = lookup
        self._languages = [tag.lower().split("-")[0] for tag in languages]

    def __call__(self, thing: Thing) -> str:
        """The name of a thing."""
        if thing.kind != "Concept" or not self._languages or self._languages[0] == "en":
            return thing.label
        return self._lookup.called(thing, self._languages) or thing.label


def _candidates(call: Call, lookup: Lookup, query: Query) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    chosen = [query.preferred, None] if query.preferred else [query.kinds]
    for name, kinds in product(query.names, chosen):
        for one in lookup.candidates(name, kinds)[:CONSIDERED]:
            known = found.get(one.thing.number)
            if known is None or (bool(one.identifier), one.similarity) > (
                bool(known.identifier),
                known.similarity,
            ):
                found[one.thing.number] = one
    for condition in query.conditions:
        known_as = PROPERTIES.get(condition.property)
        if condition.quantifier == "none" or known_as is None:
            continue
        if known_as.scheme or known_as.id == "sameAs":
            things = [
                thing
                for given in condition.values
                for thing in lookup.identified_by(_key(known_as, given), query.kinds)
            ]
        elif not query.names and not found:
            things = [
                thing
                for iri in holders(call, known_as, _meant(lookup, known_as, condition), CONSIDERED)
                if (thing := lookup.thing(iri)) and (query.kinds is None or query.kinds & {*thing.kinds})
            ]
        else:
            continue
        for thing in things:
            if thing.number not in found:
                found[thing.number] = (
                    lookup.compared(query.names[0], thing) if query.names else _nameless(thing)
                )
    candidates = [one for one in found.values() if query.every <= {*one.thing.kinds}]
    return sorted(candidates, key=lambda one: (not one.identifier, -one.similarity, one.thing.iri))[
        : 2 * CONSIDERED
    ]


def _nameless(thing: Thing) -> Candidate:
    return Candidate(thing, 0.0, thing.label, "", is_same_name=False)


def _key(known_as: Property, given: Given) -> str:
    """The key of the identifier that a value of an identifying property is."""
    text = given.iri or given.text
    if known_as.scheme:
        start = f"{known_as.scheme}:"
        return next(
            (key for key in schemes.keys(text) if key.startswith(start)), start + text.strip().lower()
        )
    return next(schemes.keys(text), "")


def _meant(lookup: Lookup, known_as: Property, condition: Condition) -> list[Given]:
    """The values, words for things replaced by the things of that name."""
    if not known_as.leads_to:
        return list(condition.values)
    found = []
    for given in condition.values:
        if given.iri:
            found.append(given)
            continue
        named = lookup.candidates(given.text, frozenset({known_as.leads_to}))
        found += [Given(one.name, one.thing.iri) for one in named if one.is_same_name or one.identifier]
    return found


def _judged(
    query: Query, candidates: list[Candidate], values: dict[str, dict[str, list[Value]]], shown: Shown
) -> list[Match]:
    same = sum(one.is_same_name for one in candidates)
    matches = []
    for one in candidates:
        match = Match(one.thing, shown(one.thing))
        features = match.features
        agreements: list[float] = []
        fits = True
        confirmed = contradicted = False
        for condition in query.conditions:
            agreement = _agreement(condition, values.get(condition.property, {}).get(one.thing.iri, []))
            features.setdefault(f"property:{condition.property}", round(agreement, 4))
            agreements.append(agreement)
            fits = fits and (agreement >= _NEARLY or not condition.required)
            known_as = PROPERTIES.get(condition.property)
            if known_as is not None and known_as.confirms and condition.quantifier != "none":
                confirmed = confirmed or agreement == 1.0
                contradicted = contradicted or agreement < _NEARLY
        if not fits:
            continue
        features["identifier"] = bool(one.identifier)
        if query.names:
            features["name_similarity"] = one.similarity
            features["same_name"] = one.is_same_name
            features["namesakes"] = same - one.is_same_name
        if query.language and query.names:
            features["language"] = one.language.split("-")[0] == query.language.split("-")[0]
        of_type = True
        if query.kinds is not None or query.preferred:
            of_type = bool({*one.thing.kinds} & (query.kinds or query.preferred))
            features["type"] = of_type
        match.score = _score(one, agreements, has_name=bool(query.names)) * (1.0 if of_type else 0.8)
        match.score = round(match.score, 2)
        match.is_certain = not contradicted and _is_certain(one, same, confirmed=confirmed, query=query)
        if match.score >= FLOOR or match.is_certain:
            matches.append(match)
    matches.sort(key=lambda match: (-match.score, not match.is_certain, match.thing.iri))
    if sum(match.is_certain for match in matches) > 1:
        for match in matches:
            match.is_certain = False  # two that are certain are none that is
    return matches[: query.limit]


def _score(one: Candidate, agreements: Sequence[float], *, has_name: bool) -> float:
    if one.identifier:
        return 100.0
    agreed = sum(agreements) / len(agreements) if agreements else 0.0
    if not has_name:
        return 100.0 * agreed
    if not agreements:
        return 100.0 * one.similarity
    return 100.0 * (_NAME * one.similarity + _PROPERTIES * agreed)


def _is_certain(one: Candidate, same: int, *, confirmed: bool, query: Query) -> bool:
    """Whether nothing else can be meant: an identifier says so, or a name that only one thing has.

    A name alone is enough for concepts and journals; people, institutions and works share names.
    """
    if one.identifier:
        return one.is_certain
    identified = any(
        PROPERTIES[condition.property].scheme
        for condition in query.conditions
        if condition.property in PROPERTIES and condition.quantifier != "none"
    )
    if confirmed and identified:
        return not query.names or one.similarity >= _NEARLY
    if not one.is_same_name or same != 1:
        return False
    if one.thing.kind == "Report" and len(name_key(one.name).split()) < _TELLING:
        return False  # `Editorial` of one year is not one text
    return confirmed or one.thing.kind in _NAMES_TELL


def _agreement(condition: Condition, known: Iterable[Value]) -> float:
    """How far the values agree with those of the thing, from 0 to 1."""
    known = list(known)
    known_as = PROPERTIES.get(condition.property)
    if known_as is None:
        return 0.0
    each = [
        max((_alike(known_as, given, value) for value in known), default=0.0) for given in condition.values
    ]
    if not each:
        return 0.0
    if condition.quantifier == "all":
        return min(each)
    return max(each) if condition.quantifier == "any" else float(max(each) < _NEARLY)


def _alike(known_as: Property, given: Given, value: Value) -> float:
    if given.iri and value.iri:
        return float(given.iri == value.iri)
    if known_as.scheme or known_as.id == "sameAs":
        return float(_key(known_as, given) == _key(known_as, Given(value.text, value.iri)) != "")
    one, other = name_key(given.text), name_key(value.text)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit():
        return 0.0  # 2012 is not nearly 2013
    return min(0.99, max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100)


def types_of(thing: Thing) -> list[dict[str, str]]:
    """The types of a thing as the API has them."""
    return [
        {"id": TYPES[kind].id, "name": gettext(TYPES[kind].title)} for kind in thing.kinds if kind in TYPES
    ]
