"""The graph of links: to identifiers printed in a source, to curated records, and why things are one.

A DOI, PubMed id or ORCID iD stands in a document, a link to the Research Organization Registry is a row
a person wrote (`ontology/links/institutions.tsv`) or a name matched surely (`kg.organisations`). The same
links are written as a mapping set (`kg.sssom`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from kg import forms, iris, keys, sssom
from kg.iris import Node
from kg.lines import Lines, written_words
from kg.linking import Entity, Identities
from kg.links import OWL, InstitutionLink, institution_links
from kg.mapping import Plan
from kg.sssom import CLOSE, LIKELY, PREFIXES, SAME, Mapped

SAME_AS = NamedNode(f"{OWL}sameAs")
STATUS = NamedNode("http://www.w3.org/ns/adms#status")
STATUSES: Mapping[str, NamedNode] = {
    "merged": NamedNode("http://purl.org/adms/status/Deprecated"),
    "withdrawn": NamedNode("http://purl.org/adms/status/Withdrawn"),
}
"""What is said of an IRI that is no thing any more, in the words of ADMS."""
TEXTS = frozenset({"SourceDocument", "Evidence", "Decision", "Agent"})
"""What is no thing of its own: whether it is there is known when everything is written."""
REPLACED_BY = NamedNode("http://purl.org/dc/terms/isReplacedBy")

FOREIGN: Mapping[str, str] = {
    "doi": "doi",
    "pmid": "pubmed",
    "pmcid": "pmc",
    "openalex": "openalex",
    "wikidata": "wikidata",
    "orcid": "orcid",
    "isni": "isni",
    "ror": "ror",
    "issn": "issn",
}
"""The kinds of keys that are identifiers of others, and their prefixes."""

PRINTED = "semapv:UnspecifiedMatching"
"""The justification of an identifier that a source prints: nothing was decided, so it has no node."""


_PLAIN = re.compile(r"[A-Za-z0-9/:._-]*+")


def mappings(entities: Iterable[Entity], found: Identities) -> list[Mapped]:
    """Every row of the mapping set, sorted, each once."""
    rows = {
        *printed_identifiers(entities, found),
        *curated_institutions(entities, found, institution_links()),
        *merged(found),
        *undecided(entities, found),
        *related(found),
    }
    return sorted(rows)


def links(entities: Sequence[Entity], found: Identities, base: str) -> list[Quad]:
    """The graph of links of a release."""
    return list(dict.fromkeys(statements(mappings(entities, found), found, base, Plan.load())))


def printed_identifiers(entities: Iterable[Entity], found: Identities) -> Iterator[Mapped]:
    """A row for each identifier of others that a document prints of a thing."""
    for entity in entities:
        for predicate, target in _targets(entity.keys):
            final = found.final[entity.iri]
            shown = found.labels.get(final, entity.label)
            yield Mapped(final, target, shown, "", PRINTED, 1.0, "printed in a source", predicate=predicate)


CAPITAL = frozenset({"openalex", "wikidata", "issn", "isni"})
"""Whose identifiers are written with a capital letter; in keys none is."""


def _targets(keys_of: Collection[str]) -> Iterator[tuple[str, str]]:
    """The addresses elsewhere that the keys of a thing name: none of a notice, which may print another's.

    A journal in print and the same on the web have an ISSN each, so that none of them is the journal.
    """
    if any(key.startswith("notice:") for key in keys_of):
        return
    for key in keys_of:
        kind, _, value = key.partition(":")
        prefix = FOREIGN.get(kind)
        if prefix is not None and "#" not in key:
            value = keys.unescaped(value) if "%" in value else value
            value = value.upper() if kind in CAPITAL else value
            value = f"{value[:4]}-{value[4:]}" if kind == "issn" else value
            # RFC 3987: what an IRI cannot hold is percent-encoded; DOIs may hold nearly everything.
            plain = _PLAIN.fullmatch(value) is not None
            shown = value if plain else quote(value, safe="/:;()@!$&'*+,=~-._")
            yield LIKELY if kind == "issn" else SAME, PREFIXES[prefix] + shown


@cache
def _written(predicate: str) -> str:
    return str(sssom.expanded(predicate))


def lines(things: Iterable[Node | Entity], base: str, into: Lines) -> None:
    """Add to `into`, in N-Quads, the links that follow from what identifies each thing by itself."""
    end = f"> <{iris.graph(base, 'links')}> ."
    for thing in things:
        own = thing.keys
        if len(own) == 1 and own[0].startswith("#"):
            continue  # it is nothing outside its report
        found = [
            f"{_written(predicate)} <{target}{end}"
            for predicate, target in _targets(own)
            if not target.startswith(base)
        ]
        if thing.kind == "Institution":
            for link in _curated(own):
                found.append(f"{SAME_AS} <{link.ror}{end}")
                label = Plan.load().row("", "rdfsLabel").name
                named = f"{label} {written_words(link.ror_name)} <{iris.graph(base, 'links')}> ."
                into.setdefault(link.ror, []).append(named)
        if found:
            into.setdefault(thing.iri, []).extend(found)


def curated_institutions(
    entities: Iterable[Entity], found: Identities, links: Iterable[InstitutionLink]
) -> Iterator[Mapped]:
    """A row for each institution of which a person has said which record of the registry it is."""
    by_key = _by_key(links)
    for entity in entities:
        if entity.kind != "Institution":
            continue
        for link in _curated(entity.keys, by_key):
            final = found.final[entity.iri]
            yield Mapped(
                final,
                link.ror,
                found.labels.get(final, entity.label),
                link.ror_name,
                "semapv:ManualMappingCuration",
                1.0,
                link.why,
                link.by,
                link.on.isoformat(),
                inputs=f"{link.printed_name}, {link.city}, {link.country}",
            )


def _by_key(links: Iterable[InstitutionLink]) -> dict[str, InstitutionLink]:
    return {keys.of_place(link.printed_name, link.city, link.country): link for link in links}


@cache
def _all_curated() -> Mapping[str, InstitutionLink]:
    return _by_key(institution_links())


def _curated(
    keys_of: Iterable[str], by_key: Mapping[str, InstitutionLink] | None = None
) -> Iterator[InstitutionLink]:
    known = _all_curated() if by_key is None else by_key
    for key in keys_of:
        if (link := known.get(key)) is not None:
            yield link


def merged(found: Identities) -> Iterator[Mapped]:
    """A row for each reason why an IRI gave way to another."""
    gave_way = {row.iri for row in found.rows if row.state == "merged"}
    for decision in found.decisions:
        if decision.kind == "merged" and decision.subject in gave_way:
            yield Mapped(
                decision.subject,
                decision.object,
                "",
                found.labels.get(decision.object, ""),
                "semapv:LexicalMatching",
                decision.confidence,
                decision.reason,
                tool="peerkg",
                inputs=" | ".join(decision.keys),
            )


def undecided(entities: Iterable[Entity], found: Identities) -> Iterator[Mapped]:
    """A row for each pair of things that may be one."""
    pairs = [one for one in found.decisions if one.kind == "candidate"]
    named = {iri for one in pairs for iri in (one.subject, one.object)}
    called = {final: entity.label for entity in entities if (final := found.final[entity.iri]) in named}
    called |= found.labels
    for one in pairs:
        labels = (called[one.subject], called[one.object])
        yield Mapped(
                one.subject, one.object, *labels, "semapv:LexicalMatching", one.confidence, one.reason,
                predicate=CLOSE, tool="peerkg", inputs=" | ".join(one.keys), statement=False,
            )  # fmt: skip


def related(found: Identities) -> Iterator[Mapped]:
    """A row for each work that is about another one by its title, and one for the other way round."""
    plan = Plan.load()
    for one in found.decisions:
        if one.kind == "related":
            terms = forms.RELATIONS[one.relation]
            forward, back = (plan.row("Report", term).predicate.value for term in terms)
            for subject, predicate, other in (
                (one.subject, forward, one.object),
                (one.object, back, one.subject),
            ):
                yield Mapped(
                    subject, other, "", "", "semapv:LexicalMatching", one.confidence,
                    f"{one.relation}: {one.reason}",
                    predicate=sssom.curie(predicate), tool="peerkg", inputs=" | ".join(one.keys),
                )  # fmt: skip


def statements(rows: Iterable[Mapped], found: Identities, base: str, plan: Plan) -> Iterator[Quad]:
    """The links as quads of `graph/links`, why they were made, and a note on each thing of several records.

    An IRI that was published before and gave way says what replaced it, one that is withdrawn that it is.
    """
    graph = NamedNode(iris.graph(base, "links"))
    label = plan.row("", "rdfsLabel").predicate
    note = plan.row("", "identityNote").predicate
    for row in rows:
        if row.justification != PRINTED:
            yield from sssom.described(row, graph)
        if not row.statement or (row.predicate == SAME and row.object.startswith(base)):
            continue
        yield Quad(NamedNode(row.subject), sssom.expanded(row.predicate), NamedNode(row.object), graph)
        if row.object_label:
            yield Quad(NamedNode(row.object), label, Literal(row.object_label), graph)
    for decision in found.decisions:
        if decision.kind == "merged":
            yield Quad(NamedNode(decision.object), note, Literal(decision.reason), graph)
    for published in found.rows:
        if published.state != "live" and published.kind not in TEXTS:
            yield Quad(NamedNode(published.iri), STATUS, STATUSES[published.state], graph)
        if published.state == "merged":
            yield Quad(NamedNode(published.iri), REPLACED_BY, NamedNode(published.target), graph)


def table(rows: Iterable[Mapped], base: str, licence: str) -> str:
    """The rows that state something as a mapping set in SSSOM's table form."""
    return sssom.table((row for row in rows if row.statement), base, iris.graph(base, "links"), licence)


def candidates(rows: Iterable[Mapped], base: str, licence: str) -> str:
    """The rows that state nothing and wait for a person."""
    name = iris.graph(base, "links") + "#candidates"
    return sssom.table((row for row in rows if not row.statement), base, name, licence)
