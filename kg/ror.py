"""Which organisations of the Research Organization Registry an affiliation names, as it is printed.

A name is looked up by the beginnings of its words, so that `Univ Calif San Francisco` meets the
University of California, San Francisco; then word is held against word, and country and city are
guards. What stands below `THRESHOLD` is a candidate for a person to decide, never a link.

The registry: https://ror.readme.io/docs/data-dump (schema version 2).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import re
import unicodedata
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import orjson

from kg.problems import PeerkgError
from kg.reading.addresses import place
from kg.reading.countries import CODES
from kg.source import Found

THRESHOLD = 0.9
"""The score from which a match is published as a link."""

LARGEST_DUMP = 2**31
"""Bytes of a dump, unpacked, at most."""

NEAR = 60.0
"""Kilometres between two places that may be one: a university and the city of its hospital."""

COMMON = 400
"""A beginning of a word in more names than that leads to no candidate."""

ALIKE = 0.7
"""The share of its words, by weight, that a candidate has in common with what is printed, at least."""

LONGEST = 2_000
"""Characters of an affiliation that are looked at."""


class RorError(PeerkgError):
    """The file is no dump of the registry."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A record of the registry: identifier, preferred name, where it stands."""

    id: str
    name: str
    country: str
    city: str
    latitude: float | None
    longitude: float | None
    wikidata: str


@dataclass(frozen=True, slots=True)
class Match:
    """An organisation, how surely it is meant, why, and the words of the affiliation that name it."""

    organisation: Organisation
    score: float
    reason: str
    printed: Found[str]

    @property
    def is_sure(self) -> bool:
        """Whether it may be published as a link."""
        return self.score >= THRESHOLD


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of an organisation, as words and their beginnings, and what kind of name it is."""

    words: tuple[str, ...]
    stems: frozenset[str]
    kind: str
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class _Where:
    """What an affiliation says of its place: codes of countries, words of cities."""

    countries: frozenset[str]
    city: str


_STOP = frozenset(
    (
        "a", "al", "an", "and", "at", "d", "da", "das", "de", "del", "della", "der", "des", "di", "die", "do",
        "dos", "du", "e", "el", "en", "et", "for", "fuer", "fur", "i", "in", "l", "la", "las", "le", "les",
        "los", "o", "of", "och", "og", "on", "s", "the", "to", "u", "und", "v", "van", "vir", "voor", "y",
        "zu", "zum", "zur",
    )
)  # fmt: skip
"""Words of a name that say nothing."""

_ABBREVIATED: Mapping[str, str] = {
    short: full
    for full, shorts in {
        "academy": "acad",
        "administration": "adm admin",
        "advanced": "adv",
        "affairs": "aff",
        "agriculture": "agr agric",
        "american": "amer",
        "applied": "appl",
        "association": "assoc assn",
        "board": "bd",
        "bureau": "bur",
        "california": "calif",
        "center": "centre ctr cntr centro centrum zentrum",
        "children": "childrens child",
        "college": "coll",
        "commission": "commiss",
        "community": "cmty commun",
        "company": "co",
        "corporation": "corp",
        "council": "counc",
        "department": "dept dep departamento departement",
        "development": "dev",
        "district": "dist",
        "division": "div",
        "education": "educ",
        "engineering": "engn eng",
        "environment": "environm",
        "faculty": "fac facultad faculte fakultat",
        "federal": "fed",
        "foundation": "fdn fndn found",
        "general": "gen",
        "government": "govt gov",
        "health": "hlth",
        "healthcare": "hlthcare",
        "hospital": "hosp hop hospitals hospitalier hopital krankenhaus",
        "institute": "inst institut instituto istituto institution institutes",
        "international": "int intl internat",
        "laboratory": "lab labs laboratories",
        "management": "mgmt management",
        "medicine": "med medical",
        "memorial": "mem meml",
        "ministry": "minist min",
        "mount": "mt",
        "national": "natl nacl nacional nazionale nat",
        "network": "netw",
        "office": "off",
        "polytechnic": "polytech politecn politecnico",
        "program": "programme prog programs",
        "psychiatry": "psychiat psychiatric",
        "psychology": "psychol psychological",
        "public": "publ",
        "regional": "reg",
        "rehabilitation": "rehabil rehab",
        "research": "res",
        "saint": "st ste sainte san santa sao",
        "school": "sch",
        "science": "sci sciences",
        "service": "serv svc svcs services",
        "social": "soc",
        "society": "societe",
        "state": "estadual",
        "system": "syst systems",
        "technology": "tech",
        "trust": "trusts",
        "university": "univ universite universidad universita universitat universidade universiteit "
        "universitet universitetet uniwersytet univerzita universiti universitas univ. universities",
        "veterans": "veteran",
        "washington": "wash",
    }.items()
    for short in shorts.split()
}
"""The words for which a shorter or another form stands, that is no beginning of theirs or means the same."""

_UNIT_WORDS = frozenset(
    (
        "arts", "business", "college", "dentistry", "department", "division", "education", "engineering",
        "faculty", "graduate", "health", "law", "medicine", "nursing", "pharmacy", "psychiatry", "psychology",
        "public", "school", "science", "social", "veterinary", "work",
    )
)  # fmt: skip
"""What may follow the name of a university and is a part of it."""

_GENERIC = frozenset(
    ("academy", "center", "clinic", "college", "department", "foundation", "hospital", "institute",
     "ministry", "school", "university")
)  # fmt: skip
"""What names nothing alone."""

_LEGAL = frozenset(("ltd", "inc", "llc", "plc", "corp", "gmbh", "ag", "bv", "spa", "sa", "limited"))
"""What follows the name of a company behind a comma, where a city might stand."""

_SPECIAL = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)['’`](?=s\b)")
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)\s*$")
_POINT = re.compile(
    r"(?:(?<=^)|(?<= ))(?:[NEW](?= [A-Z][a-z]{2})"
    r"|S(?= (?:Africa|Alabama|Australia|Bank|Carolina|China|Dakota|Florida|Korea|London|Texas|Wales)))"
)
_POINTS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_SHORT_POINTS = tuple(f"{point} " for point in _POINTS)
"""Points of the compass as they are printed in short; an `S` is a saint as often as the south."""

_BETWEEN = re.compile(r";|\||•|；|\n|(?<=\w)\.\s+(?=[A-Z0-9])")
"""What may stand between an affiliation and the next."""

_CHINESE = re.compile(
    r"([\u3400-\u9fff]{2,}?(?:大学|大學|学院|學院|医院|醫院|研究所|研究院|科学院|科學院))([\u3400-\u9fff]+)"
)
"""The beginning of a Chinese part that may be a name, and the unit behind it."""

_AND = re.compile(r"\s(?:and|&|und|et|y|e|en)\s")
_SPLIT = re.compile(r"[,;|•，；]|\s[-–—/]\s")


@lru_cache(maxsize=100_000)
def _folded(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents and words that say nothing."""
    if any(point in text for point in _SHORT_POINTS):
        text = _POINT.sub(lambda match: _POINTS[match[0]], text)
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain.translate(_SPECIAL))
        plain = "".join(c for c in apart if not unicodedata.combining(c))
    words = _WORD.findall(_POSSESSIVE.sub("", plain).replace("&", " "))
    return tuple(_ABBREVIATED.get(word, word) for word in words if word not in _STOP)


def _key(words: Iterable[str]) -> tuple[str, ...]:
    """What names with the same beginnings of words have in common, in whatever order.

    Chinese words have no blanks between them: a name is one.
    """
    return tuple(sorted({_stem(word) for word in words}))


def _stem(word: str) -> str:
    return word if "\u3400" <= word[0] <= "\u9fff" else word[:4]


@lru_cache(maxsize=100_000)
def _stems(text: str, *, letters: bool = False) -> frozenset[str]:
    """The beginnings of the words of a text; with `letters` those of the words without a digit."""
    return frozenset(_stem(word) for word in _folded(text) if not letters or word.isalpha())


@lru_cache(maxsize=100_000)
def _letters(text: str) -> str:
    """The words of a text without a digit, with blanks between them."""
    return " ".join(word for word in _folded(text) if word.isalpha())


@lru_cache(maxsize=100_000)
def _forms(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The words of a text, and where some have digits those that have none, each with their key."""
    words = _folded(text)
    letters = tuple(word for word in words if word.isalpha())
    return tuple((kept, _key(kept)) for kept in ((words, letters) if len(letters) < len(words) else (words,)))


def _same(printed: str, named: str) -> bool:
    """Whether a printed word is a word of a name, in full, in short, or in the plural."""
    if printed == named:
        return True
    short, long = sorted((printed, named), key=len)
    if long == short + "s":
        return True
    return len(printed) > 2 and named.startswith(printed)


def _fits(printed: Sequence[str], named: Sequence[str]) -> bool:
    """Whether every word has its counterpart; a word alone is not in short."""
    if len(named) == 1:
        return tuple(printed) == tuple(named)
    left = list(named)
    for word in printed:
        found = next((other for other in left if _same(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


@dataclass(slots=True)
class Registry:
    """The active organisations of a dump, to be asked for affiliations."""

    organisations: list[Organisation] = field(default_factory=list)
    digest: str = ""
    """The SHA-256 of the file they were read from."""
    _leading: dict[str, Organisation] = field(default_factory=dict)
    _names: dict[tuple[str, ...], list[_Name]] = field(default_factory=lambda: defaultdict(list))
    _keys: set[frozenset[str]] = field(default_factory=set)
    _acronyms: dict[str, list[Organisation]] = field(default_factory=lambda: defaultdict(list))
    _holders: dict[str, dict[str, list[tuple[_Name, float]]]] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)
    _places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _coordinates: dict[tuple[str, str], list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def load(cls, path: Path) -> Registry:
        """The registry in a published dump: JSON of schema version 2, as it is, gzipped or zipped.

        Raises `RorError` with the remedy if the file is something else.
        """
        data = _bytes(path)
        registry = cls.of(_records(data, path), str(path))
        registry.digest = hashlib.sha256(data).hexdigest()
        return registry

    @classmethod
    def of(cls, records: Iterable[Any], path: str = "") -> Registry:
        """The registry of records in the form of the dump; inactive ones lead to their successors."""
        registry = cls()
        active: dict[str, Organisation] = {}
        moved: dict[str, list[str]] = {}
        names: list[tuple[str, str, str]] = []
        for number, record in enumerate(records, start=1):
            try:
                found = _organisation(record)
                printed = [(name["value"], name["types"]) for name in record["names"]]
                status = record["status"]
                successors = [
                    other["id"] for other in record.get("relationships", ()) if other["type"] == "successor"
                ]
            except (KeyError, TypeError, IndexError, StopIteration, ValueError) as error:
                raise RorError(
                    f"{path}: record {number} is not of the registry's schema version 2 ({error}); "
                    "take the v2 file of the dump (https://ror.readme.io/docs/data-dump)"
                ) from error
            if status == "active":
                active[found.id] = found
            else:
                moved[found.id] = successors
            names += ((found.id, value, _kind(types)) for value, types in printed)
        registry.organisations = [active[name] for name in sorted(active)]
        for id_, value, kind in names:
            organisation = active.get(_present(id_, active, moved))
            if organisation is not None:
                registry._add(organisation, value, kind if id_ == organisation.id else "former name")
        registry._leading = {
            id_: active[present] for id_ in (*active, *moved) if (present := _present(id_, active, moved))
        }
        registry._count()
        return registry

    def organisation(self, iri: str) -> Organisation | None:
        """The active organisation with this id, or the one that succeeded it; `None` where there is none."""
        return self._leading.get(iri)

    def _add(self, organisation: Organisation, value: str, kind: str) -> None:
        if kind == "acronym":
            self._acronyms[value].append(organisation)
            return
        for form in dict.fromkeys((value, _IN_PARENTHESES.sub("", value))):
            words = _folded(form)
            if words:
                key = _key(words)
                self._names[key].append(_Name(words, frozenset(key), kind, organisation))

    def _count(self) -> None:
        """Where the organisations are, and how much each beginning of a word says: rare ones say more."""
        for organisation in self.organisations:
            city = " ".join(_folded(organisation.city))
            self._places[city].add(organisation.country)
            if organisation.latitude is not None and organisation.longitude is not None:
                self._coordinates[organisation.country, city].append(
                    (organisation.latitude, organisation.longitude)
                )
        self._keys = {frozenset(key) for key in self._names}
        frequency = Counter(stem for named in self._names.values() for name in named for stem in name.stems)
        total = 1 + sum(len(named) for named in self._names.values())
        self._weights = {stem: math.log(total / number) for stem, number in frequency.items()}
        self._holders = {stem: defaultdict(list) for stem, number in frequency.items() if number <= COMMON}
        for named in self._names.values():
            for name in named:
                for stem in name.stems & self._holders.keys():
                    self._holders[stem][name.organisation.country].append((name, self._weight(name.stems)))

    def match(self, printed: str) -> list[Match]:
        """The organisations that an affiliation names, sure ones first, then by score; best of each.

        >>> registry = Registry.of([_EXAMPLE])
        >>> [match] = registry.match("Univ Nowhere, Dept Hosts, Oz, Canada")
        >>> match.organisation.id, match.is_sure, match.printed.raw
        ('https://ror.org/0nowhere0', True, 'Univ Nowhere')
        """
        whole = Found(printed[:LONGEST], printed[:LONGEST], 0)
        best = _best(match for one in _affiliations(whole) for match in self._in_one(one))
        return sorted(
            best.values(),
            key=lambda one: (not one.is_sure, -one.score, one.printed.start, one.organisation.id),
        )

    def _in_one(self, whole: Found[str]) -> list[Match]:
        """The organisations that one affiliation names."""
        parts = list(whole.split(_SPLIT.pattern))
        where = self._where(whole, parts)
        named = [(at, part) for at, part in enumerate(parts) if not self._is_place(part, where)]
        best = _best(self._matches(whole, parts, named, where))
        if not any(match.is_sure for match in best.values()):
            for _, part in named:
                for match in self._similar(part, where):
                    best.setdefault(match.organisation.id, match)
        return _longest(best.values())

    def _where(self, whole: Found[str], parts: Sequence[Found[str]]) -> _Where:
        """The countries and the city that an affiliation prints; the registry knows more cities."""
        printed = place(whole)
        codes: frozenset[str] = frozenset()
        if "country" in printed:
            codes = _codes(printed["country"].raw.casefold())
        elif "region" in printed:
            codes = _codes("usa")
        city = " ".join(_folded(printed["city"].raw)) if "city" in printed else ""
        if "region" in printed and city not in self._places:
            city = self._city(printed["region"], codes) or city  # New York, USA
        if not city or city in _LEGAL:
            city = next((known for part in reversed(parts[1:]) if (known := self._city(part, codes))), "")
        if not codes and city and len(countries := self._places.get(city, ())) == 1:
            codes = frozenset(countries)
        return _Where(codes, city)

    def _city(self, part: Found[str], codes: frozenset[str]) -> str:
        """The words of a part if they are a city of the registry in one of the countries."""
        if _is_country(part.raw.casefold()):
            return ""
        words = _letters(part.raw)
        countries = self._places.get(words, set())
        return words if countries and (not codes or codes & countries) else ""

    def _matches(
        self,
        whole: Found[str],
        parts: Sequence[Found[str]],
        named: Sequence[tuple[int, Found[str]]],
        where: _Where,
    ) -> Iterator[Match]:
        """The organisations of the parts that are no place, each with its number among all parts."""
        city = next((at for at, part in enumerate(parts) if at and _is_city(part, where)), len(parts))
        for first, part in named:
            campus = list(self._with_its_city(part, where))
            found = [*campus, *self._held_back(self._named(part, where), campus)]
            yield from found
            if not any(match.is_sure for match in found):
                yield from self._beside_each_other(part, where)
            if not _GENERIC.issuperset(_folded(part.raw)):
                yield from self._over_commas(whole, parts[first : first + 3], where)
            if first < city:
                yield from self._in_acronyms(part, where)
            yield from self._at_the_beginning(part, where)
            yield from self._before_a_chinese_unit(part, where)

    def _over_commas(self, whole: Found[str], parts: Sequence[Found[str]], where: _Where) -> Iterator[Match]:
        """Names with one or two commas in them."""
        words, letters = _stems(parts[0].raw), _stems(parts[0].raw, letters=True)
        for last in parts[1:]:
            if not self._weights.keys() >= letters or _is_country(last.raw.casefold()):
                return  # a word that no name has is in no longer name either
            words |= _stems(last.raw)
            letters |= _stems(last.raw, letters=True)
            if words in self._keys or letters in self._keys:
                span = whole.part(parts[0].start - whole.start, last.end - whole.start)
                yield from self._named(span, where, in_order=True)

    def _beside_each_other(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """Two organisations with an `and` between them, if both have names of their own."""
        for sign in _AND.finditer(part.raw):
            sides = [part.part(0, sign.start()).stripped(), part.part(sign.end(), len(part.raw)).stripped()]
            if all(len(_folded(side.raw)) > 1 for side in sides):
                found = [list(self._named(side, where)) for side in sides]
                if all(any(match.is_sure for match in side) for side in found):
                    yield from (match for side in found for match in side)

    def _with_its_city(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """A university of several places whose name together with the city is the name of the one there."""
        words = _folded(part.raw)
        city = tuple(where.city.split())
        if "university" not in words or len(words) < 2 or not city or set(city) <= set(words):
            return
        together = (*words, *city)
        fitting = [name for name in self._names.get(_key(together), ()) if _fits(together, name.words)]
        fitting = [name for name in fitting if name.words[-len(city) :] == city]
        for match in self._judged(fitting, part, where):
            yield replace(match, reason=f"{match.reason}, with its city")

    def _held_back(self, matches: Iterable[Match], campus: Sequence[Match]) -> Iterator[Match]:
        """What has the name alone, unsure where another has it with the city or it is a system of several."""
        sure = {match.organisation.id for match in campus if match.is_sure}
        for match in matches:
            is_system = match.organisation.name.endswith("System") and "system" not in _folded(
                match.printed.raw
            )
            if match.is_sure and match.organisation.id not in sure and (sure or is_system):
                reason = f"{match.reason}; one of several places may be meant"
                yield replace(match, score=round(THRESHOLD - 0.1, 3), reason=reason)
            else:
                yield match

    def _is_place(self, part: Found[str], where: _Where) -> bool:
        """Whether a part is the city, the country, a postcode or a region, and no name."""
        words = _letters(part.raw)
        return len(words) < 3 or words == where.city or _is_country(part.raw.casefold())

    def _named(self, span: Found[str], where: _Where, *, in_order: bool = False) -> Iterator[Match]:
        """The organisations with exactly these words for a name; a postcode is none.

        Words of several parts have to be in its order, the city in front or behind: `Univ Chile, Santiago` is
        no university of Santiago.
        """
        for kept, key in _forms(span.raw):
            named = self._names.get(key)
            if named is None:
                continue
            fitting = [name for name in named if _fits(kept, name.words)]
            if in_order:
                city = len(where.city.split())
                orders = (kept, (*kept[-city:], *kept[:-city]) if city else kept)
                fitting = [
                    name for name in fitting if any(all(map(_same, order, name.words)) for order in orders)
                ]
            yield from self._judged(fitting, span, where)

    def _judged(self, fitting: Sequence[_Name], span: Found[str], where: _Where) -> Iterator[Match]:
        """The organisations of the fitting names with their scores; two that fit as well are both unsure."""
        best: dict[str, Match] = {}
        for name in fitting:
            score, reason = self._score(name, where)
            known = best.get(name.organisation.id)
            if score > 0 and (known is None or score > known.score):
                best[name.organisation.id] = Match(name.organisation, round(score, 3), reason, span)
        sure = sorted((match.score for match in best.values() if match.is_sure), reverse=True)
        tied = len(sure) > 1 and sure[0] == sure[1]
        for match in best.values():
            if match.is_sure and len(sure) > 1 and (tied or match.score < sure[0]):
                reason = f"{match.reason}; another organisation fits as well"
                yield replace(match, score=round(THRESHOLD - 0.1, 3), reason=reason)
            else:
                yield match

    def _score(self, name: _Name, where: _Where) -> tuple[float, str]:
        organisation = name.organisation
        if where.countries and organisation.country not in where.countries:
            return 0.0, ""
        score = {"name": 1.0, "label": 0.99, "alias": 0.97, "former name": 0.95}[name.kind]
        reasons = [f"{name.kind} matched"]
        weight = self._weight(name.stems)
        if where.countries:
            reasons.append("same country")
        else:
            score -= 0.04
            reasons.append("no country printed")
        home = " ".join(_folded(organisation.city))
        if where.city and where.city.replace(" ", "") == home.replace(" ", ""):
            reasons.append("same city")
            return score, ", ".join(reasons)
        if home and set(home.split()) <= set(name.words):
            reasons.append("the city is in the name")
            return score - 0.02, ", ".join(reasons)
        if where.city and where.city in self._places:
            distance = self._distance(organisation, where.city)
            if distance is not None and distance <= NEAR:
                reasons.append(f"{where.city} is {distance:.0f} km away")
                return score - 0.04, ", ".join(reasons)
            reasons.append(f"in {organisation.city}, and {where.city} is printed")
            return score - 0.2, ", ".join(reasons)
        reasons.append("a city that no organisation is in" if where.city else "no city printed")
        alone = len({one.organisation.id for one in self._names[_key(name.words)]}) == 1
        if alone and weight >= 9 and (where.countries or weight >= 11):
            return score - 0.03, ", ".join([*reasons, "the name is like no other"])
        return score - 0.15, ", ".join(reasons)

    def _weight(self, stems: Iterable[str]) -> float:
        """How much the words of a name say; a word that no name has says as much as the rarest."""
        weights, unknown = self._weights, math.log(1 + len(self._weights))
        return sum([weights.get(stem, unknown) for stem in stems])

    def _distance(self, organisation: Organisation, city: str) -> float | None:
        """Kilometres from an organisation to the nearest place of that name in its country."""
        places = self._coordinates.get((organisation.country, city))
        if not places or organisation.latitude is None or organisation.longitude is None:
            return None
        here = organisation.latitude, organisation.longitude
        return min(_kilometres(here, there) for there in places)

    def _in_acronyms(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """An acronym alone names the only organisation of its city that has it."""
        found = [
            one
            for one in self._acronyms.get(part.raw, ())
            if one.country in where.countries and " ".join(_folded(one.city)) == where.city
        ]
        if len(found) == 1 and len(part.raw) > 2:
            yield Match(found[0], 0.92, "acronym matched, same country, same city", part)

    def _at_the_beginning(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """A university whose school or faculty is named in one breath."""
        if "university" not in _folded(part.raw):
            return
        words = list(re.finditer(r"\S+", part.raw))
        for number in range(len(words) - 1, 1, -1):
            head = part.part(0, words[number - 1].end()).stripped()
            rest = _folded(part.raw[words[number].start() :])
            if not rest or rest[0] not in _UNIT_WORDS or "university" not in _folded(head.raw):
                continue
            for match in self._named(head, where):
                score = (
                    match.score - 0.02 if _UNIT_WORDS.issuperset(rest) else min(match.score, THRESHOLD) - 0.1
                )
                yield replace(match, score=round(score, 3), reason=f"{match.reason}, a unit of it follows")

    def _before_a_chinese_unit(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """The institution with whose name a Chinese part begins, sure if what follows is a unit of it."""
        match = _CHINESE.match(part.raw)
        if match is None:
            return
        follows = any(word in match[2] for word in ("医院", "醫院", "大学", "大學", "研究院", "附属", "附屬"))
        for found in self._named(part.part(0, match.end(1)), where):
            score = found.score - 0.02 if not follows else min(found.score, THRESHOLD) - 0.1
            yield replace(found, score=round(score, 3), reason=f"{found.reason}, a unit of it follows")

    def _similar(self, part: Found[str], where: _Where) -> Iterator[Match]:
        """Candidates whose names have most of their words in common with a part."""
        stems = frozenset(_key(_folded(part.raw)))
        rare = sorted(stems & self._holders.keys(), key=lambda stem: (-self._weights[stem], stem))[:2]
        own = self._weight(stems)
        best: dict[str, tuple[float, Organisation]] = {}
        for stem in rare:
            held = self._holders[stem]
            for country in where.countries & held.keys() if where.countries else held:
                for name, weight in held[country]:
                    likeness = 2 * self._weight(stems & name.stems) / (own + weight)
                    if likeness >= ALIKE and likeness > best.get(name.organisation.id, (0.0,))[0]:
                        best[name.organisation.id] = (likeness, name.organisation)
        for likeness, organisation in sorted(best.values(), key=lambda one: (-one[0], one[1].id))[:3]:
            score = likeness * (THRESHOLD - 0.05)
            yield Match(organisation, round(score, 3), "the name is similar", part)


def _affiliations(whole: Found[str]) -> Iterator[Found[str]]:
    """The affiliations in a string of several: one ends where a country is printed before a sign."""
    begin = 0
    for sign in _BETWEEN.finditer(whole.raw):
        part = whole.part(begin, sign.start())
        last = part.raw.rpartition(",")[2].strip(" .").casefold()
        if _is_country(last) or _is_country(last.rpartition(" ")[2]):
            yield part.stripped()
            begin = sign.end()
    rest = whole.part(begin, len(whole.raw)).stripped()
    if rest.raw:
        yield rest


def _is_city(part: Found[str], where: _Where) -> bool:
    return " ".join(_folded(part.raw)) == where.city


def _codes(country: str) -> frozenset[str]:
    """The registry's codes for a folded name of a country, with the territories that it counts apart."""
    code = CODES.get(country, "US")
    return frozenset({code, *{"CN": ("HK", "MO"), "US": ("PR",)}.get(code, ())})


@lru_cache(maxsize=10_000)
def _is_country(folded: str) -> bool:
    return folded in CODES or folded.rstrip(".").replace(".", "") in {"usa", "us", "united states"}


def _best(matches: Iterable[Match]) -> dict[str, Match]:
    """Of each organisation the match with the highest score, of equal ones the first."""
    best: dict[str, Match] = {}
    for match in matches:
        known = best.get(match.organisation.id)
        if known is None or match.score > known.score:
            best[match.organisation.id] = match
    return best


def _longest(matches: Iterable[Match]) -> list[Match]:
    """Without those whose words are a part of the words of a surer or as sure one."""
    ordered = sorted(matches, key=lambda one: (-len(one.printed.raw), one.printed.start))
    kept: list[Match] = []
    for one in ordered:
        inside = any(
            other.is_sure
            and other.printed.start <= one.printed.start
            and one.printed.end <= other.printed.end
            and len(other.printed.raw) > len(one.printed.raw)
            for other in kept
        )
        if not inside:
            kept.append(one)
    return kept


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance on a sphere, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(h)))


def _present(id_: str, active: Mapping[str, Organisation], moved: Mapping[str, list[str]]) -> str:
    """The active organisation that a record leads to by its successors; empty if none or several."""
    seen = set()
    while id_ not in active:
        if id_ in seen or len(moved.get(id_, ())) != 1:
            return ""
        seen.add(id_)
        (id_,) = moved[id_]
    return id_


def _kind(types: Sequence[str]) -> str:
    for kind, shown in (("ror_display", "name"), ("label", "label"), ("alias", "alias")):
        if kind in types:
            return shown
    return "acronym"


def _organisation(record: Any) -> Organisation:
    name = next(name["value"] for name in record["names"] if "ror_display" in name["types"])
    place = record["locations"][0]["geonames_details"] if record["locations"] else {}
    wikidata = next(
        (
            one["preferred"] or one["all"][0]
            for one in record.get("external_ids", ())
            if one["type"] == "wikidata"
        ),
        "",
    )
    if _ID.fullmatch(record["id"]) is None:
        raise ValueError(f"{record['id']!r} is no id of the registry")
    return Organisation(
        record["id"],
        name,
        place.get("country_code") or "",
        place.get("name") or "",
        _degrees(place.get("lat"), 90),
        _degrees(place.get("lng"), 180),
        wikidata if _WIKIDATA.fullmatch(wikidata) else "",
    )


_ID = re.compile(r"https://ror\.org/0[0-9a-z]{8}", re.ASCII)
_WIKIDATA = re.compile(r"Q[1-9][0-9]*", re.ASCII)


def _degrees(value: object, most: int) -> float | None:
    """The coordinate, where it is one."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most
    return float(cast("float", value)) if is_one else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RorError(f"{path}: cannot be read ({error.strerror or error})") from error


def _records(data: bytes, path: Path) -> list[Any]:
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(data)) as unpacked:
                data = _bounded(unpacked.read(LARGEST_DUMP + 1), path)
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = _from_archive(archive, path)
        records = orjson.loads(data)
    except (OSError, zlib.error) as error:
        raise RorError(f"{path}: cannot be unpacked ({error}); download it again") from error
    except (EOFError, zipfile.BadZipFile, orjson.JSONDecodeError) as error:
        raise RorError(f"{path}: it is no dump of the registry ({error}); download it again") from error
    if not isinstance(records, list):
        raise RorError(f"{path}: it is no dump of the registry (a list of records was expected)")
    return records


def _from_archive(archive: zipfile.ZipFile, path: Path) -> bytes:
    """The JSON file of a published archive; older archives hold schema version 1 beside version 2."""
    names = [name for name in archive.namelist() if name.endswith(".json")]
    if not names:
        raise RorError(f"{path}: no JSON file is in the archive; take the one that the registry publishes")
    with archive.open(min(names, key=lambda name: ("schema_v2" not in name, name))) as unpacked:
        return _bounded(unpacked.read(LARGEST_DUMP + 1), path)


def _bounded(data: bytes, path: Path) -> bytes:
    if len(data) > LARGEST_DUMP:
        raise RorError(f"{path}: it has more than {LARGEST_DUMP:,} bytes when it is unpacked")
    return data


_EXAMPLE = {
    "id": "https://ror.org/0nowhere0",
    "status": "active",
    "names": [{"value": "University of Nowhere", "types": ["ror_display", "label"]}],
    "locations": [{"geonames_details": {"country_code": "CA", "name": "Oz", "lat": 1.0, "lng": 2.0}}],
}
"""A record for the examples above."""
