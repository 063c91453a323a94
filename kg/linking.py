"""Which records are one thing: identities over all documents, with their reasons.

Things with a key in common are one, unless an identifier or a year contradicts. The outcome does not
depend on the order of the documents. Which IRI a thing keeps from the release before is in `kg.registry`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal as OneOf

from kg import forms, keys, people, works
from kg.iris import Node
from kg.mapping import Policy, described, label
from kg.model import Authorship, Conference, Institution, Journal, Person, Programme, Report, SubjectClass
from kg.people import Author, Somebody, Verdict
from kg.problems import Problem
from kg.registry import Claim, Registry, Row, strongest_first
from kg.works import Work


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing under its provisional IRI, with its keys, the strongest first.

    Keys that begin with `#` count within the report `parent`. `name` is the title or name as printed,
    where there is one. `traits` are what records of one thing cannot differ in, such as `year=2016`.
    `place` is where an institution is, in the words and the order of its address; `author` is how a work
    names a person, `work` what is printed of a work.
    """

    iri: str
    kind: str
    keys: tuple[str, ...]
    label: str
    parent: str | None = None
    name: str = ""
    traits: tuple[str, ...] = ()
    source: str = ""
    place: str = ""
    author: Author | None = None
    work: Work | None = None


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """That two IRIs or wordings are one thing (`merged`), are not (`apart`) or may be (`candidate`).

    With the reason, what it rests on (`keys`), and how sure it is. Of two that are `related`, `relation` says
    how: a form of `kg.forms`.
    """

    subject: str
    object: str
    kind: OneOf["merged", "apart", "candidate", "related"]
    reason: str
    keys: tuple[str, ...]
    confidence: float
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Identities:
    """The final IRI of every provisional one, why, and the rows of `identities.tsv`.

    `labels` and `names` hold, by final IRI, the one label and the one printed name of things that are
    labelled or named in several ways.
    """

    final: Mapping[str, str]
    decisions: tuple[Decision, ...]
    rows: tuple[Row, ...]
    labels: Mapping[str, str]
    names: Mapping[str, str]


WEAK: Mapping[str, tuple[str, ...]] = {"reference": ("title",), "loose-title": ("year",)}
"""Kinds of keys that do not count where one of the named traits differs."""

FORMED = frozenset({"title", "loose-title", "reference"})
"""Kinds of keys that an article shares with its preprint or abstract: they join works of one form alone."""

TITLES = frozenset({"title", "loose-title"})
"""Kinds of keys that do not join what appeared at two places, as editorials do."""

REASONS: Mapping[str, tuple[str, float]] = {
    "doi": ("the same DOI", 1.0),
    "pmid": ("the same PubMed id", 1.0),
    "pmcid": ("the same PubMed Central id", 1.0),
    "openalex": ("the same OpenAlex id", 1.0),
    "wikidata": ("the same item of Wikidata", 1.0),
    "nct": ("the same registration at ClinicalTrials.gov", 1.0),
    "wos": ("the same accession number of the Web of Science", 1.0),
    "scopus": ("the same Scopus id", 1.0),
    "ror": ("the same ROR id", 1.0),
    "orcid": ("the same ORCID iD", 1.0),
    "isni": ("the same ISNI", 1.0),
    "issn": ("the same ISSN", 1.0),
    "notice": ("the same kind of notice, with the same identifier", 1.0),
    "placed": ("the same title, first author, year and place, but for case, accents and punctuation", 0.98),
    "title": ("the same title, year and first author, but for case, accents and punctuation", 0.98),
    "loose-title": ("the same title and first author, and no two years", 0.9),
    "reference": ("the same first author, year, container, volume and first page", 0.95),
    "printed": ("the same words throughout, but for case, accents and punctuation", 0.9),
    "institution": ("the same name and place, but for case, accents, spaces and punctuation", 0.95),
    "place": ("the same name and city, and the same country by another name", 0.95),
    "registry": ("the same organisation of the Research Organization Registry", 0.95),
    "journal": ("the same name, but for case, accents and punctuation", 0.95),
    "conference": ("the same name and year, but for case, accents and punctuation", 0.95),
    "class": ("the same classification and code", 1.0),
    "#": ("the same place in the same work", 0.98),
    "split": ("a person decided that it is a thing of its own", 1.0),
}
"""Why a kind of key makes records one thing, and how sure that is."""


def entities(node: Node, policy: Policy, source: str = "") -> Iterator[Entity]:
    """Every thing in a report, as often as it is described."""
    seats: dict[int, Node] = {}
    for inner, within in described(node):
        record = inner.record
        author = work = None
        name = place = ""
        is_nameless = False
        traits: tuple[str, ...] = ()
        match record:
            case Report():
                name = record.title.value if record.title is not None else ""
                work = works.of(record)
                known = {"year": work.year, "title": work.title, "form": work.form or "article"}
                traits = tuple(f"{trait}={value}" for trait, value in known.items() if value)
            case Institution():
                name, place = record.name.value, _place(record)
            case Journal() | Conference() | Programme():
                name = record.name.value
            case Authorship():
                seats.update((id(person), inner) for person in inner.parts.get("person", ()))
            case Person() if id(inner) in seats:
                author = _author(record, seats[id(inner)])
            case Person():
                is_nameless = record.family is None and record.given is None
            case SubjectClass(label=words) if words is not None:
                name = words.value
            case _:
                pass
        shown = "" if is_nameless else label(inner, policy, within)
        yield Entity(
            inner.iri, inner.kind, inner.keys, shown, inner.parent, name, traits, source, place, author, work
        )


def _author(person: Person, seat: Node) -> Author | None:
    """How the list of authors names somebody; nothing without a family and a given name."""
    record = seat.record
    if not isinstance(record, Authorship) or person.family is None or person.given is None:
        return None
    family = person.family.value
    places = {place.iri for part in ("institutions", "units") for place in seat.parts.get(part, ())}
    given = people.given(person.given.value, family)
    return Author(keys.normalised(family), given, record.position, tuple(sorted(places)))


def _place(institution: Institution) -> str:
    """City, region and country as printed; those of the whole, where a unit has none."""
    parts = (institution.city, institution.region, institution.country)
    said = ", ".join(part.value for part in parts if part is not None)
    return said or (_place(institution.part_of) if institution.part_of is not None else "")


def problems(found: Identities) -> list[Problem]:
    """What looks alike and was kept apart, for a person to decide."""
    return [
        Problem(
            "kept-apart",
            f"{decision.subject} and {decision.object} stay two: {decision.reason}",
            "identities",
            hint="correct the identifier in the document that prints a wrong one",
            severity="info",
        )
        for decision in found.decisions
        if decision.kind == "apart"
    ]


COMPARED = ("year", "volume", "issue", "page")
"""What records of one work should agree in."""


def differences(entities: Iterable[Entity], found: Identities) -> list[Problem]:
    """What records of one work print differently: all of it is kept, and a person may see which is wrong."""
    works: dict[str, dict[str, dict[str, set[str]]]] = {}
    for entity in entities:
        if entity.work is not None:
            printed = works.setdefault(found.final[entity.iri], {})
            for name in COMPARED:
                if value := getattr(entity.work, name):
                    printed.setdefault(name, {}).setdefault(value, set()).add(entity.source)
    return [
        Problem(
            "values-differ",
            f"{iri}: the {name} is {_with_sources(values)}",
            "identities",
            hint="all are published; correct the wrong one in `curation/`",
            severity="info",
        )
        for iri, printed in sorted(works.items())
        for name, values in sorted(printed.items())
        if len(values) > 1
    ]


def _with_sources(values: Mapping[str, Collection[str]]) -> str:
    return ", and ".join(f"{value} in {', '.join(sorted(values[value]))}" for value in sorted(values))


@dataclass(slots=True)
class _Thing:
    """What all its entities say of one provisional IRI.

    `relative` are the keys that count within a report, with that report; they join `keys` as soon as the
    report's own IRI is final. `seats` are where lists of authors name it: document, report, how.
    """

    iri: str
    kind: str
    keys: set[str] = field(default_factory=set)
    relative: AbstractSet[tuple[str, str]] = frozenset()
    traits: AbstractSet[str] = frozenset()
    wordings: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    seats: AbstractSet[tuple[str, str, Author]] = frozenset()
    works: AbstractSet[Work] = frozenset()


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Things that are one; the first gives the cluster its IRI."""

    things: tuple[_Thing, ...]

    def keys(self) -> tuple[str, ...]:
        return strongest_first(key for thing in self.things for key in thing.keys)

    def wordings(self) -> Counter[tuple[str, str]]:
        """How often each label occurs, with the printed name it stands for."""
        return sum((thing.wordings for thing in self.things), Counter[tuple[str, str]]())


def identities(
    found: Iterable[Entity],
    previous: Sequence[Row] | None = None,
    apart: Sequence[tuple[str, str]] = (),
    together: Sequence[tuple[str, str]] = (),
) -> Identities:
    """One final IRI for each thing, the same for the same entities in whatever order they come.

    `previous` are the rows of the release before: a thing keeps the IRI published for any of its keys.
    The two things of a pair in `apart`, by their IRIs, are never joined; those of a pair in `together` are,
    whatever their keys say.
    """
    published = {row.iri: row.keys for row in previous or ()}
    registry = Registry(previous or ())
    final: dict[str, str] = {}
    joined: set[str] = set()
    decisions: list[Decision] = []
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    for kind, things in _in_order(_things(found)):
        for thing in things:
            thing.keys.update(f"{final.get(parent, parent)}{key}" for parent, key in thing.relative)
        forbidden = [_sides(pair, things, published) for pair in apart]
        confirmed = [_meant(pair, things, published) for pair in together]
        partition, contradictions = _partition(things, forbidden, confirmed)
        if kind == "Person":
            verdict = _persons(things, partition, forbidden, final)
        elif kind == "Report":
            verdict = _works(things, partition, forbidden)
        elif kind == "Institution":
            verdict = _units(things, partition, forbidden)
        else:
            verdict = Verdict()
        for one in verdict.joined:
            partition.join({partition.root(iri) for iri in one})
        clusters = _clusters(things, partition, joined)
        by_iri = {cluster.things[0].iri: cluster for cluster in clusters}
        claims = (Claim(iri, cluster.keys()) for iri, cluster in by_iri.items())
        for claim, iri in registry.settle(kind, claims):
            cluster = by_iri[claim.minted]
            final.update((thing.iri, iri) for thing in cluster.things)
            joined.update(thing.iri for thing in cluster.things[1:])
            wordings = cluster.wordings()
            shown, name = _preferred(kind, wordings)
            if len({one for one, _ in wordings}) > 1:
                labels[iri] = shown
            if len({one for _, one in wordings if one}) > 1:
                names[iri] = name
            why = list(_merged(cluster, iri, verdict, confirmed))
            registry.redirect(kind, ((one.subject, one.keys) for one in why), iri)
            decisions += why
        decisions += (one for each in contradictions for one in each.decisions(final))
        decisions += _undecided(verdict, final)
        if kind == "Report":
            decisions += _related(things, final)
    decisions += (
        Decision(old.iri, survivor.iri, "merged", "published apart before; now one", old.keys, 1.0)
        for old, survivor in registry.merges
    )
    return Identities(final, tuple(sorted(set(decisions))), tuple(registry.rows()), labels, names)


def _persons(
    things: Sequence[_Thing],
    partition: _Partition,
    forbidden: Sequence[tuple[set[str], ...]],
    final: Mapping[str, str],
) -> Verdict:
    """Who of those whom keys did not join is one, by name and by what they share (`kg.people`)."""
    persons: dict[str, Somebody] = {}
    for thing in things:
        root = partition.root(thing.iri)
        person = persons.setdefault(root, Somebody(root))
        person.orcids.update(key for key in thing.keys if keys.kind(key) == "orcid")
        for source, report, author in thing.seats:
            person.names.add((author.family, author.given))
            person.works.add(final.get(report, report))
            person.places.update(final.get(place, place) for place in author.places)
            person.seats.add((source, report, author.position))

    return people.decide(persons.values(), lambda iris: _is_forbidden(iris, partition, forbidden))


def _units(
    things: Sequence[_Thing], partition: _Partition, forbidden: Sequence[tuple[set[str], ...]]
) -> Verdict:
    """Join the units that are one because what they are units of is one, the larger before the smaller."""
    holder = {key: thing.iri for thing in things for key in thing.keys}
    named = sorted(
        (key.count(" < "), key, thing.iri)
        for thing in things
        for key in thing.keys
        if keys.is_unit(key) and keys.whole_of(key)[1] in holder
    )
    verdict = Verdict()
    for _, level in groupby(named, key=lambda one: one[0]):
        within: dict[tuple[str, str], set[str]] = defaultdict(set)
        for _, key, iri in level:
            name, whole = keys.whole_of(key)
            within[name, partition.root(holder[whole])].add(partition.root(iri))
        for (name, whole), units in sorted(within.items()):
            roots = set(map(partition.root, units))
            if len(roots) > 1 and not (
                partition.differing(roots, ()) or _is_forbidden(roots, partition, forbidden)
            ):
                partition.join(roots)
                because = people.Because(95, "the same name within one institution", (f"{name} < {whole}",))
                verdict.why.update((iri, because) for iri in roots)
    return verdict


def _works(
    things: Sequence[_Thing], partition: _Partition, forbidden: Sequence[tuple[set[str], ...]]
) -> Verdict:
    """Which works are one that no key joined (`kg.works`); of a set that contradicts itself the surest.

    What a person split off is like no other.
    """
    alone = {partition.root(thing.iri) for thing in things if any(map(keys.is_split, thing.keys))}
    records = _records(
        (root, thing.works) for thing in things if (root := partition.root(thing.iri)) not in alone
    )
    verdict = Verdict()
    pairs = [
        (one, other, because)
        for one, other, because in works.alike(records)
        if not partition.differing((one, other), ())
    ]
    waiting = [pairs]
    while waiting:
        left = waiting.pop()
        found = people.components((one, other) for one, other, _ in left)
        number = {iri: place for place, component in enumerate(found) for iri in component}
        inside: dict[int, list[tuple[str, str, people.Because]]] = defaultdict(list)
        for pair in left:
            inside[number[pair[0]]].append(pair)
        for place, component in enumerate(found):
            within = inside[place]
            weakest = min(because.score for _, _, because in within)
            printed: set[Work] = set().union(*(records[iri] for iri in component))
            if not (
                partition.differing(component, ())
                or _is_forbidden(component, partition, forbidden)
                or works.mixed(printed)
                or works.clashing(printed)
            ):
                verdict.joined.append(tuple(component))
            elif surer := [pair for pair in within if pair[2].score > weakest]:
                waiting.append(surer)
    verdict.joined.sort()
    joined = {iri: place for place, component in enumerate(verdict.joined) for iri in component}
    for one, other, uncut in pairs:
        because = replace(uncut, score=min(uncut.score, works.SURE))
        if one in joined and joined[one] == joined.get(other):
            for iri in (one, other):
                verdict.why[iri] = max(because, verdict.why.get(iri, because))
        else:
            verdict.candidates.append(people.Candidate(one, other, because))
    return verdict


def _records(found: Iterable[tuple[str, AbstractSet[Work]]]) -> dict[str, AbstractSet[Work]]:
    """What is printed of each work."""
    records: dict[str, AbstractSet[Work]] = {}
    for iri, printed in found:
        records[iri] = records[iri] | printed if iri in records else printed
    return records


def _related(things: Sequence[_Thing], final: Mapping[str, str]) -> Iterator[Decision]:
    """Which works are about others, by their titles (`kg.works`)."""
    records = _records((final[thing.iri], thing.works) for thing in things)
    for one, other, form, because in works.related(records):
        yield Decision(one, other, "related", because.reason, because.inputs, because.score / 100, form)


def _is_forbidden(
    iris: Collection[str], partition: _Partition, forbidden: Sequence[tuple[set[str], ...]]
) -> bool:
    roots = set(map(partition.root, iris))
    return any(all(roots & set(map(partition.root, side)) for side in pair) for pair in forbidden)


def _undecided(verdict: Verdict, final: Mapping[str, str]) -> Iterator[Decision]:
    for one in verdict.candidates:
        subject, other = sorted((final[one.one], final[one.other]))
        because = one.because
        yield Decision(subject, other, "candidate", because.reason, because.inputs, because.score / 100)


def _sides(
    pair: tuple[str, str], things: Sequence[_Thing], published: Mapping[str, tuple[str, ...]]
) -> tuple[set[str], ...]:
    """The things that are meant by two IRIs that are to stay two.

    Each side of one thing gets a key of its own, by which it keeps its IRI from now on.
    """
    sides = _meant(pair, things, published)
    for number, side in enumerate(sides):
        for thing in things:
            if side == {thing.iri}:
                thing.keys.add(keys.key("split", keys.digest(*pair), str(number)))
    return sides


def _meant(
    pair: tuple[str, str], things: Sequence[_Thing], published: Mapping[str, tuple[str, ...]]
) -> tuple[set[str], ...]:
    """The things that two IRIs mean: those that have them, else those with a key published for them."""
    exact = {thing.iri for thing in things} & set(pair)
    sides = []
    for iri in pair:
        known = set(published.get(iri, ()))
        by_key = {thing.iri for thing in things if known & thing.keys and thing.iri not in exact}
        sides.append({iri} if iri in exact else by_key)
    return tuple(sides)


def _things(found: Iterable[Entity]) -> list[_Thing]:
    things: dict[str, _Thing] = {}
    for entity in found:
        thing = things.setdefault(entity.iri, _Thing(entity.iri, entity.kind))
        for key in entity.keys:
            if key.startswith("#") and entity.parent is not None:
                thing.relative |= {(entity.parent, key)}
            else:
                thing.keys.add(key)
        if not thing.traits >= set(entity.traits):
            thing.traits |= set(entity.traits)
        thing.wordings[entity.label, entity.name] += 1
        if entity.source:
            thing.sources.add(entity.source)
        if entity.author is not None and entity.parent is not None:
            thing.seats |= {(entity.source, entity.parent, entity.author)}
        if entity.work is not None and entity.work not in thing.works:
            thing.works |= {entity.work}
    return [things[iri] for iri in sorted(things)]


def _in_order(things: Iterable[_Thing]) -> Iterator[tuple[str, list[_Thing]]]:
    """The things by class: reports and what stands alone before what belongs to a report."""
    groups: dict[str, list[_Thing]] = defaultdict(list)
    for thing in things:
        groups[thing.kind].append(thing)
    yield from sorted(groups.items(), key=lambda item: (any(one.relative for one in item[1]), item[0]))


@dataclass(frozen=True, slots=True)
class _Contradiction:
    """Things with a key in common, and the values of which one thing cannot have two."""

    key: str
    iris: tuple[str, ...]
    values: tuple[str, ...]

    def decisions(self, final: Mapping[str, str]) -> Iterator[Decision]:
        """That the first of the things is none of the others."""
        reason, _ = REASONS[keys.kind(self.key)]
        first, *others = sorted({final[iri] for iri in self.iris})
        for other in others:
            yield Decision(
                first, other, "apart", f"{reason}, but {' and '.join(self.values)}", (self.key,), 1.0
            )


class _Partition:
    """Sets of things, joined step by step; each knows what one thing can have only once."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._things = {thing.iri: thing for thing in things}
        self._up: dict[str, str] = {}
        self._known: dict[str, set[tuple[str, str]]] = {}
        self._printed: dict[str, AbstractSet[Work]] = {}

    def root(self, iri: str) -> str:
        while (above := self._up.get(iri)) is not None:
            if (higher := self._up.get(above)) is not None:
                self._up[iri] = higher
            iri = above
        return iri

    def _once(self, root: str) -> set[tuple[str, str]]:
        """What the set has once: few are ever asked for."""
        known = self._known.get(root)
        if known is None:
            thing = self._things[root]
            known = {(name, value) for name, _, value in (trait.partition("=") for trait in thing.traits)}
            known.update((keys.kind(key), key) for key in thing.keys if keys.kind(key) in keys.EXCLUSIVE)
            self._known[root] = known
        return known

    def differing(self, roots: Collection[str], traits: Collection[str]) -> tuple[str, ...]:
        """The identifiers and traits of which joining the sets would make two values."""
        values: dict[str, set[str]] = defaultdict(set)
        for name, value in set().union(*map(self._once, roots)):
            if name in keys.EXCLUSIVE or name in traits:
                values[name].add(value if name in keys.EXCLUSIVE else f"{name} {value}")
        return tuple(sorted(value for found in values.values() if len(found) > 1 for value in found))

    def of_one_form(self, roots: Iterable[str]) -> list[set[str]]:
        """The sets among which all have the same forms: articles, preprints, abstracts."""
        forms: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for root in roots:
            forms[tuple(sorted(value for name, value in self._once(root) if name == "form"))].add(root)
        return [forms[form] for form in sorted(forms)]

    def apart_from_notices(self, roots: set[str]) -> list[set[str]]:
        """The sets of notices and those of other works, which print the identifier of what they are about.

        What stands on one page is one work, whatever it is called.
        """
        notices = {
            root
            for root in roots
            if any(work.about and work.form in forms.NOTICES for work in self._works(root))
        }
        others = roots - notices
        if not notices or not others:
            return [roots]
        pages = [{work.page for root in side for work in self._works(root)} for side in (notices, others)]
        return [roots] if pages[0] & pages[1] - {""} else [notices, others]

    def clashing(self, roots: Collection[str]) -> bool:
        """Whether records of the sets appeared at places where one work does not."""
        return works.clashing({work for root in roots for work in self._works(root)})

    def _works(self, root: str) -> AbstractSet[Work]:
        return self._printed.get(root, self._things[root].works)

    def join(self, roots: Collection[str]) -> None:
        first, *others = sorted(roots)
        for other in others:
            known = self._once(first) | self._once(other)
            if printed := self._works(first) | self._works(other):
                self._printed[first] = printed
                self._printed.pop(other, None)
            self._up[other] = first
            self._known[first] = known
            del self._known[other]


DECIDED = "a person decided that they are two"
"""What stands against a key, where a person forbade to join."""

ELSEWHERE = "they appeared in another volume, issue, page or journal"
"""What stands against the key of a title."""

CONFIRMED = "a person decided that they are one"


def _partition(
    things: Sequence[_Thing],
    forbidden: Sequence[tuple[set[str], ...]],
    confirmed: Sequence[tuple[set[str], ...]],
) -> tuple[_Partition, list[_Contradiction]]:
    """The things that are one by what people decided and by their keys, and what contradicts.

    A key never joins what is `forbidden` to be one, nor anything else by way of it.

    Keys are taken from the strongest kind to the weakest. Where things with one key contradict each
    other, none of them is joined by it: which of two works a third one is would be a guess.
    """
    holders = _holders(things)
    partition = _Partition(things)
    contradictions = []

    for pair in confirmed:
        roots = {partition.root(iri) for side in pair for iri in side}
        if all(pair) and len(roots) > 1 and not _is_forbidden(roots, partition, forbidden):
            partition.join(roots)
    for key in sorted(holders, key=keys.strength):
        holding = {partition.root(iri) for iri in holders[key]}
        if len(holding) < 2:
            continue
        if keys.kind(key) in FORMED:
            groups = partition.of_one_form(holding)
        else:
            groups = partition.apart_from_notices(holding)
        for roots in groups:
            if len(roots) < 2:
                continue
            values = partition.differing(roots, WEAK.get(keys.kind(key), ()))
            if forbidden and _is_forbidden(roots, partition, forbidden):
                values = (DECIDED,)
            if keys.kind(key) in TITLES and partition.clashing(roots):
                values = (ELSEWHERE,)
            if values:
                contradictions.append(_Contradiction(key, tuple(sorted(roots)), values))
            else:
                partition.join(roots)
    return partition, contradictions


_PLACE = 30  # bits of a thing's number


def _holders(things: Sequence[_Thing]) -> dict[str, list[str]]:
    """The things of each key that several have.

    What is sorted are numbers, the hash of a key with the thing's: keys of one thing take little room.
    """
    marked = sorted(
        (hash(key) << _PLACE) | number for number, thing in enumerate(things) for key in thing.keys
    )
    holders: dict[str, list[str]] = defaultdict(list)
    for hashed, group in groupby(marked, key=lambda one: one >> _PLACE):
        numbers = [one & ((1 << _PLACE) - 1) for one in group]
        for number in numbers if len(numbers) > 1 else ():
            for key in things[number].keys:
                if hash(key) == hashed:
                    holders[key].append(things[number].iri)
    return {key: iris for key, iris in holders.items() if len(iris) > 1}


def _clusters(things: Sequence[_Thing], partition: _Partition, joined: Collection[str]) -> list[_Cluster]:
    """The sets of things that are one; `joined` are the reports that gave up their IRI."""

    def rank(thing: _Thing) -> tuple[int, bool, str]:
        """The strongest key gives the IRI; within reports, one whose report kept its own."""
        strongest = min(keys.strength(key)[0] for key in thing.keys)
        moved = bool(thing.relative) and all(parent in joined for parent, _ in thing.relative)
        return strongest, moved, thing.iri

    sets: dict[str, list[_Thing]] = defaultdict(list)
    for thing in things:
        sets[partition.root(thing.iri)].append(thing)
    return [_Cluster(tuple(sorted(one, key=rank))) for one in sets.values()]


def _preferred(kind: str, wordings: Counter[tuple[str, str]]) -> tuple[str, str]:
    """The label and name to publish: of a person the fullest name, else the one printed most often.

    A wording with a name goes before one without, and mixed case before capitals throughout.
    """

    def worth(wording: tuple[str, str]) -> tuple[bool, bool, int, int, int]:
        shown, name = wording
        fullest = len(shown) if kind == "Person" else 0
        return bool(name), not shown.isupper(), fullest, wordings[wording], len(shown)

    return max(sorted(wordings), key=worth)


def _merged(
    cluster: _Cluster,
    iri: str,
    verdict: Verdict,
    confirmed: Sequence[tuple[set[str], ...]],
) -> Iterator[Decision]:
    """Why the things of a cluster are one, and why different wordings name one thing.

    What belongs to a report follows from the report and needs no reason of its own.
    """
    for side, other in confirmed:
        for thing in cluster.things[1:]:
            if thing.iri in side | other:
                yield Decision(thing.iri, iri, "merged", CONFIRMED, (), 1.0)
    for thing in cluster.things:
        if (because := verdict.why.get(thing.iri)) is not None:
            yield Decision(thing.iri, iri, "merged", because.reason, because.inputs, because.score / 100)
    held = Counter(key for thing in cluster.things for key in thing.keys)
    for thing in cluster.things[1:]:
        shared = strongest_first(key for key in thing.keys if held[key] > 1)
        if shared and (not thing.relative or keys.kind(shared[0]) != "#"):
            reason, confidence = REASONS[keys.kind(shared[0])]
            yield Decision(thing.iri, iri, "merged", reason, shared, confidence)
    if any(thing.relative for thing in cluster.things):
        return
    for thing in cluster.things:
        names = sorted({name for _, name in thing.wordings if name})
        documents = len(thing.sources)
        if len(names) > 1 or (documents > 1 and thing.kind == "Report"):
            strongest = strongest_first(thing.keys)[0]
            reason, confidence = REASONS[keys.kind(strongest)]
            printed = f"printed as {' and as '.join(map(repr, names))}: " if len(names) > 1 else ""
            where = f"in {documents} documents: " if documents > 1 else ""
            yield Decision(thing.iri, iri, "merged", f"{printed or where}{reason}", (strongest,), confidence)
