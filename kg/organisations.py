"""Which institutions of a release the Research Organization Registry knows, and where these are.

An institution is looked up under each of its names as printed, with its place. What is sure becomes
`schema:sameAs` and a key, by which institutions that are one organisation of the registry are one thing; the
rest is a candidate (`kg.ror` scores it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from pyoxigraph import Literal, NamedNode, Quad

from kg import iris, keys
from kg.linking import Entity, Identities
from kg.links import institution_links
from kg.mapping import Plan
from kg.ror import Match, Organisation, Registry
from kg.sssom import CLOSE, DECIMAL, LIKELY, Mapped

ROR = "https://ror.org/"
WIKIDATA = "http://www.wikidata.org/entity/"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
COUNTRY = NamedNode("http://www.geonames.org/ontology#countryCode")
TOOL = "peerkg link --ror"


@dataclass(slots=True)
class Known:
    """The registry, and what it knew of names that were looked up."""

    registry: Registry
    _found: dict[tuple[str, str], list[Match]] = field(default_factory=dict)

    def matches(self, name: str, place: str) -> list[Match]:
        """The organisations whose name is that of an institution, in full, at its place.

        A university whose school is named in one breath is not the school.
        """
        if (name, place) not in self._found:
            self._found[name, place] = [
                match
                for match in self.registry.match(f"{name}, {place}" if place else name)
                if match.printed.start == 0 and match.printed.end >= len(name.rstrip(" .,;"))
            ]
        return self._found[name, place]

    def keyed(self, entities: Iterable[Entity]) -> Iterator[Entity]:
        """The things, institutions with the id that is printed of them or that their name surely means.

        A unit has none: it is what it is within its whole, whatever the registry lists it under. Neither has
        what a person split off.
        """
        for entity in entities:
            ids = self._ids(entity) if entity.kind == "Institution" else set()
            found = sorted(keys.key("registry", id_.removeprefix(ROR)) for id_ in ids)
            yield replace(entity, keys=(*entity.keys, *found)) if len(found) == 1 else entity

    def _ids(self, entity: Entity) -> set[str]:
        if any(keys.is_unit(key) or keys.is_split(key) for key in entity.keys):
            return set()
        if printed := _printed_ids(entity):
            leading = (self.registry.organisation(id_) for id_ in printed)
            return {one.id for one in leading if one is not None} or printed
        return {match.organisation.id for match in self.matches(entity.name, entity.place) if match.is_sure}


@dataclass(frozen=True, slots=True)
class Keyed:
    """The things that some documents speak of, with what the registry knows of institutions."""

    entities: Iterable[Entity]
    known: Known

    def __iter__(self) -> Iterator[Entity]:
        return self.known.keyed(self.entities)


@dataclass(slots=True)
class _Institution:
    """What documents print of one institution: names with places, and ids of the registry."""

    label: str
    printed: set[tuple[str, str]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


def mappings(entities: Iterable[Entity], found: Identities, known: Known) -> list[Mapped]:
    """A row for each institution that the registry knows, each candidate, and each link these bring along.

    Of an institution with a printed or curated id nothing is matched: it has what the registry says of it.
    """
    rows: set[Mapped] = set()
    for iri, one in sorted(_institutions(entities, found).items()):
        if one.ids:
            organisations = {id_: known.registry.organisation(id_) for id_ in sorted(one.ids)}
            rows.update(_succeeding(iri, one, organisations))
            meant = [(each, 1.0) for each in organisations.values() if each is not None]
        else:
            matched = list(_matched(iri, one, known))
            rows.update(row for row, _ in matched)
            meant = [(match.organisation, match.score) for row, match in matched if row.statement]
        rows.update(_wikidata(iri, one, organisation, score) for organisation, score in meant
                    if organisation.wikidata)  # fmt: skip
    return sorted(rows)


def _institutions(entities: Iterable[Entity], found: Identities) -> dict[str, _Institution]:
    institutions: dict[str, _Institution] = {}
    for entity in entities:
        if entity.kind != "Institution":
            continue
        final = found.final[entity.iri]
        one = institutions.setdefault(final, _Institution(found.labels.get(final, entity.label)))
        one.printed.add((entity.name, entity.place))
        one.ids |= _printed_ids(entity)
    return institutions


@cache
def _curated() -> dict[str, str]:
    return {
        keys.of_place(link.printed_name, link.city, link.country): link.ror for link in institution_links()
    }


def _printed_ids(entity: Entity) -> set[str]:
    """The ids of the registry that a document prints of an institution, or that a person listed."""
    curated = _curated()
    printed = {ROR + key.partition(":")[2] for key in entity.keys if keys.kind(key) == "ror"}
    return printed | {curated[key] for key in entity.keys if key in curated}


def _succeeding(iri: str, one: _Institution, named: dict[str, Organisation | None]) -> Iterator[Mapped]:
    """A row where an id is no longer in use and the registry says what took its place."""
    for id_, organisation in named.items():
        if organisation is not None and organisation.id != id_:
            yield Mapped(
                iri, organisation.id, one.label, organisation.name, "semapv:MappingChaining", 1.0,
                f"the registry names it as successor of {id_}",
                predicate=LIKELY, tool=TOOL, inputs=id_,
            )  # fmt: skip


def _matched(iri: str, one: _Institution, known: Known) -> Iterator[tuple[Mapped, Match]]:
    """A row for each organisation whose name is that of the institution; sure only where there is but one."""
    best: dict[str, tuple[Match, str]] = {}
    for name, place in sorted(one.printed):
        for match in known.matches(name, place):
            other = best.get(match.organisation.id)
            if other is None or match.score > other[0].score:
                best[match.organisation.id] = match, f"{name}, {place}" if place else name
    alone = sum(match.is_sure for match, _ in best.values()) == 1
    for match, text in best.values():
        sure = match.is_sure and alone
        yield (
            Mapped(
                iri, match.organisation.id, one.label, match.organisation.name,
                "semapv:LexicalMatching", match.score, match.reason,
                predicate=LIKELY if sure else CLOSE, tool=TOOL, inputs=text, statement=sure,
            ),
            match,
        )  # fmt: skip


def _wikidata(iri: str, one: _Institution, organisation: Organisation, score: float) -> Mapped:
    return Mapped(
        iri, WIKIDATA + organisation.wikidata, one.label, organisation.name, "semapv:MappingChaining", score,
        f"the registry says so of {organisation.id}",
        predicate=LIKELY, tool=TOOL, inputs=organisation.id,
    )  # fmt: skip


def statements(rows: Iterable[Mapped], registry: Registry, base: str) -> Iterator[Quad]:
    """What the registry says of the organisations that rows lead to: name, country, coordinates, Wikidata."""
    graph = NamedNode(iris.graph(base, "links"))
    label = Plan.load().row("", "rdfsLabel").predicate
    leading = {row.object for row in rows if row.statement and row.object.startswith(ROR)}
    for id_ in sorted(leading):
        organisation = registry.organisation(id_)
        if organisation is None or organisation.id != id_:
            continue
        subject = NamedNode(id_)
        yield Quad(subject, label, Literal(organisation.name), graph)
        if organisation.country:
            yield Quad(subject, COUNTRY, Literal(organisation.country), graph)
        for name, degrees in (("lat", organisation.latitude), ("long", organisation.longitude)):
            if degrees is not None:
                yield Quad(subject, NamedNode(GEO + name), _decimal(degrees), graph)


def _decimal(number: float) -> Literal:
    """The number as the index keeps it: no zeros at the end.

    >>> _decimal(45.0).value, _decimal(-0.5).value, _decimal(-1e-9).value
    ('45', '-0.5', '0')
    """
    digits = f"{number:.6f}".rstrip("0").rstrip(".")
    return Literal("0" if digits == "-0" else digits, datatype=DECIMAL)
