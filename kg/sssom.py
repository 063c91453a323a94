"""Rows of mapping sets (SSSOM): two IRIs, how they belong together, on what ground and how surely.

A row is written as a line of a table, and as a node that names what it says: `owl:annotatedSource`,
`owl:annotatedProperty`, `owl:annotatedTarget`. A candidate has its node, and its statement is not made.

The standard: https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from kg.keys import digest

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SSSOM = "https://w3id.org/sssom/"
DECIMAL = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")

SAME = "owl:sameAs"
LIKELY = "schema:sameAs"
CLOSE = "skos:closeMatch"

PREFIXES: Mapping[str, str] = {
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "doi": "https://doi.org/",
    "isni": "https://isni.org/isni/",
    "issn": "https://portal.issn.org/resource/ISSN/",
    "openalex": "https://openalex.org/",
    "orcid": "https://orcid.org/",
    "owl": OWL,
    "pmc": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
    "ror": "https://ror.org/",
    "schema": "https://schema.org/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS,
    "wikidata": "http://www.wikidata.org/entity/",
}
"""The `curie_map` of a mapping set, beside `peerkg` for the base IRI."""

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification",
    "confidence", "comment", "author_label", "mapping_date", "mapping_tool", "match_string",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Mapped:
    """One row. `predicate` and `justification` are prefixed names; `comment` is the reason in words.

    `inputs` is what the decision rests on: the keys in common, or the words that were matched. A row that is
    no `statement` is a candidate for a person to decide.
    """

    subject: str
    object: str
    subject_label: str
    object_label: str
    justification: str
    confidence: float
    comment: str
    author: str = ""
    date: str = ""
    predicate: str = SAME
    tool: str = ""
    inputs: str = ""
    statement: bool = True


def table(rows: Iterable[Mapped], base: str, name: str, licence: str) -> str:
    """The rows as the mapping set `<base>graph/links` or the like, sorted, in SSSOM's table form."""
    prefixes = dict(sorted({**PREFIXES, "peerkg": base}.items()))
    out = io.StringIO()
    out.write(f"#mapping_set_id: {name}\n#license: {licence}\n#curie_map:\n")
    for prefix, iri in prefixes.items():
        out.write(f'#  {prefix}: "{iri}"\n')
    lines = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    lines.writerow(COLUMNS)
    for row in sorted(set(rows)):
        lines.writerow(
            [_curie(row.subject, prefixes), row.subject_label, row.predicate,
             _curie(row.object, prefixes), row.object_label, row.justification,
             f"{row.confidence:g}", row.comment, row.author, row.date, row.tool, row.inputs]
        )  # fmt: skip
    return out.getvalue()


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def curie(iri: str) -> str:
    """The prefixed name of an IRI."""
    return _curie(iri, PREFIXES)


def expanded(name: str) -> NamedNode:
    """The IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def node(row: Mapped) -> str:
    """The IRI of a row's node: its subject's with a digest of what the row says."""
    return f"{row.subject}#match-{digest(row.predicate, row.object, row.justification, row.comment)}"


def described(row: Mapped, graph: NamedNode) -> Iterator[Quad]:
    """The node of a row: what it says, why, how surely, and what decided it."""
    subject = NamedNode(node(row))
    kind = f"{OWL}Axiom" if row.statement else f"{SSSOM}Mapping"
    said: list[tuple[str, NamedNode | Literal]] = [
        (f"{RDF}type", NamedNode(kind)),
        (f"{OWL}annotatedSource", NamedNode(row.subject)),
        (f"{OWL}annotatedProperty", expanded(row.predicate)),
        (f"{OWL}annotatedTarget", NamedNode(row.object)),
        (f"{SSSOM}mapping_justification", expanded(row.justification)),
        (f"{SSSOM}confidence", Literal(f"{row.confidence:g}", datatype=DECIMAL)),
        (f"{RDFS}comment", Literal(row.comment)),
    ]
    for name, value in (
        ("subject_label", row.subject_label),
        ("object_label", row.object_label),
        ("author_label", row.author),
        ("mapping_date", row.date),
        ("mapping_tool", row.tool),
        ("match_string", row.inputs),
    ):
        if value:
            said.append((f"{SSSOM}{name}", Literal(value)))
    for predicate, term in said:
        yield Quad(subject, NamedNode(predicate), term, graph)
