"""Which institutions of a release the Research Organization Registry knows, and where these are.

An institution is looked up under each of its names as printed, with its place. What is sure becomes
`schema:sameAs`, the rest is a candidate: a name that matches is no proof (`kg.ror` scores it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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
class _Institution:
    """What documents print of one institution: names with places, and ids of the registry."""

    label: str
    printed: set[tuple[str, str]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


def mappings(entities: Iterable[Entity], found: Identities, registry: Registry) -> list[Mapped]:
    """A row for each institution that the registry knows, each candidate, and each link these bring along.

    Of an institution with a printed or curated id nothing is matched: it has what the registry says of it.
    """
    rows: set[Mapped] = set()
    for iri, one in sorted(_institutions(entities, found).items()):
        if one.ids:
            organisations = {id_: registry.organisation(id_) for id_ in sorted(one.ids)}
            rows.update(_succeeding(iri, one, organisations))
            known = [(each, 1.0) for each in organisations.values() if each is not None]
        else:
            matched = list(_matched(iri, one, registry))
            rows.update(row for row, _ in matched)
            known = [(match.organisation, match.score) for row, match in matched if row.statement]
        rows.update(_wikidata(iri, one, organisation, score) for organisation, score in known
                    if organisation.wikidata)  # fmt: skip
    return sorted(rows)


def _institutions(entities: Iterable[Entity], found: Identities) -> dict[str, _Institution]:
    curated = {
        keys.of_place(link.printed_name, link.city, link.country): link.ror for link in institution_links()
    }
    institutions: dict[str, _Institution] = {}
    for entity in entities:
        if entity.kind != "Institution":
            continue
        final = found.final[entity.iri]
        one = institutions.setdefault(final, _Institution(found.labels.get(final, entity.label)))
        one.printed.add((entity.name, entity.place))
        for key in entity.keys:
            if key in curated:
                one.ids.add(curated[key])
            elif keys.kind(key) == "ror":
                one.ids.add(ROR + key.partition(":")[2])
    return institutions


def _succeeding(iri: str, one: _Institution, named: dict[str, Organisation | None]) -> Iterator[Mapped]:
    """A row where an id is no longer in use and the registry says what took its place."""
    for id_, organisation in named.items():
        if organisation is not None and organisation.id != id_:
            yield Mapped(
                iri, organisation.id, one.label, organisation.name, "semapv:MappingChaining", 1.0,
                f"the registry names it as successor of {id_}",
                predicate=LIKELY, tool=TOOL, inputs=id_,
            )  # fmt: skip


def _matched(iri: str, one: _Institution, registry: Registry) -> Iterator[tuple[Mapped, Match]]:
    """A row for each organisation whose name is that of the institution; sure only where there is but one."""
    best: dict[str, tuple[Match, str]] = {}
    for name, place in sorted(one.printed):
        text = f"{name}, {place}" if place else name
        for match in registry.match(text):
            # A university whose school is named in one breath is not the school.
            if match.printed.start > 0 or match.printed.end < len(name.rstrip(" .,;")):
                continue
            known = best.get(match.organisation.id)
            if known is None or match.score > known[0].score:
                best[match.organisation.id] = match, text
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
