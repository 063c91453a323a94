"""The description of a release: VoID for its statistics, DCAT 3 for its downloads, PROV for its origin.

Its IRIs are the dataset `<base>#dataset`, the release `<base>releases/<id>`, and fragments of the latter.
There are no blank nodes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kg import formats, questions
from kg.identifiers import VOCABULARY
from kg.statements import Counts, Distinct, Entry

_TERMS = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "spdx": "http://spdx.org/rdf/terms#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
RIGHTS = (
    "Facts (bibliographic data, study data, findings as statements, links) are published under CC0 1.0. "
    "Quotations keep the rights of the sources they come from; each is cut to its sentence unless the "
    "source's own licence allows more, and leads to the source."
)

_TARGETS = {
    "https://doi.org/": "Digital Object Identifiers",
    "https://pubmed.ncbi.nlm.nih.gov/": "PubMed",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/": "PubMed Central",
    "https://orcid.org/": "ORCID",
    "https://portal.issn.org/resource/ISSN/": "ISSN Portal",
    "https://ror.org/": "Research Organization Registry",
    "http://www.wikidata.org/entity/": "Wikidata",
    "https://openalex.org/": "OpenAlex",
    "http://id.nlm.nih.gov/mesh/": "Medical Subject Headings",
    "http://humanbehaviourchange.org/ontology/": "Behaviour Change Intervention Ontology",
    "http://addictovocab.org/": "Addiction Ontology",
    "http://purl.obolibrary.org/obo/": "OBO Foundry ontologies",
    "http://www.ebi.ac.uk/efo/": "Experimental Factor Ontology",
}
"""The beginnings of the IRIs of other datasets, and what people call these."""

_LINKING = {
    b"<http://www.w3.org/2002/07/owl#sameAs>",
    b"<https://schema.org/sameAs>",
    *(
        f"<http://www.w3.org/2004/02/skos/core#{name}Match>".encode()
        for name in ("exact", "close", "broad", "narrow", "related")
    ),
}
"""Properties whose values are things of other datasets, as in N-Quads."""


_LINKED = {
    f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{kind}>".encode(): name
    for kind, name in (
        (f"{VOCABULARY}ontology#Report", "works"),
        (f"{VOCABULARY}ontology#Person", "persons"),
        (f"{VOCABULARY}ontology#Institution", "institutions"),
        ("http://www.w3.org/2004/02/skos/core#Concept", "concepts"),
    )
}
"""Classes of which a release says how many of their things are linked to other datasets, as in N-Quads."""


_ADDRESS = re.compile(r"""https?://[^\s<>"{}|\\^`]+""")


@dataclass(frozen=True, slots=True)
class Download:
    """A file of `dumps/`: its media type, how it is packed (RDF is, a table is not), its size and digest."""

    name: str
    title: str
    media_type: str
    packing: str
    size: int
    sha256: str
    quotes: bool = False


class Statistics:
    """The numbers of a default graph that takes part subject by subject, beside those of `Counts`."""

    def __init__(self, base: str, counts: Counts, objects: Distinct) -> None:
        self.counts = counts
        """The numbers of all graphs."""
        self.objects = objects
        """The objects."""
        self.own = 0
        """The subjects with an IRI of ours."""
        self.links = Counter[tuple[bytes, str]]()
        """The links to other datasets, by their property, as in N-Quads, and the beginning of their IRIs."""
        self.things = Counter[str]()
        """Our works, persons, institutions and concepts."""
        self.linked = Counter[str]()
        """Those of them that are linked to another dataset."""
        self._schemes = set[bytes]()
        self._base = f"<{base}".encode()
        self._ours = (self._base, f"<{VOCABULARY}".encode())

    def add(self, entry: Entry) -> None:
        """Count what is said of a subject, without graph."""
        subject, *rests = entry
        self._schemes.add(subject[: subject.find(b":")])
        self.own += subject.startswith(self._base)
        before = self.links.total()
        for rest in rests:
            predicate, _, value = rest.partition(b" ")
            self.objects.add(value)
            if value.startswith(b"<"):
                self._schemes.add(value[: value.index(b":")])
                if predicate in _LINKING and not value.startswith(self._ours):
                    self.links[predicate, _target(value[1:-1].decode())] += 1
            elif value.endswith(b">"):
                start = value.rindex(b"^^<") + 2
                self._schemes.add(value[start : value.index(b":", start)])
        if subject.startswith(self._ours):
            kinds = {_LINKED[rest] for rest in rests if rest in _LINKED}
            self.things.update(kinds)
            if self.links.total() > before:
                self.linked.update(kinds)

    @property
    def schemes(self) -> set[str]:
        """The schemes of all IRIs."""
        found = self._schemes | {name.partition(b":")[0] for name in self.counts.predicates}
        return {name.lstrip(b"<").decode() for name in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a description is about."""

    base: str
    id: str
    title: str
    publisher: str
    created: datetime
    version: str
    """The version of peerkg that made it."""
    previous: str | None
    downloads: tuple[Download, ...]
    sources: tuple[dict[str, Any], ...]
    numbers: Statistics
    release: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "release", f"{self.base}releases/{self.id}")


def describe(subject: Subject) -> list[Triple]:
    """The description, sorted."""
    parts = (
        _dataset,
        _downloads,
        _statistics,
        _partitions,
        _linksets,
        _shares,
        _named_graphs,
        _origin,
        _questions,
    )
    return sorted({triple for part in parts for triple in part(subject)}, key=formats.order)


def _iri(name: str) -> NamedNode:
    prefix, colon, local = name.partition(":")
    return NamedNode(_TERMS[prefix] + local if colon and prefix in _TERMS else name)


def _about(iri: str, *rows: tuple[str, str | int | Literal | NamedNode]) -> Iterator[Triple]:
    """The statements about `iri`: properties by their prefixed names, text and numbers as literals."""
    for predicate, value in rows:
        yield Triple(NamedNode(iri), _iri(predicate), _value(value))


def _value(value: str | int | Literal | NamedNode) -> Literal | NamedNode:
    if isinstance(value, int):
        return Literal(str(value), datatype=_iri("xsd:integer"))
    if isinstance(value, str):
        return Literal(value)
    return value


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def _moment(moment: datetime) -> Literal:
    return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=_iri("xsd:dateTime"))


def _dataset(subject: Subject) -> Iterator[Triple]:
    base, release = subject.base, subject.release
    dataset, rights, publisher = f"{base}#dataset", f"{base}#rights", f"{base}#publisher"
    yield from _about(
        dataset,
        ("rdf:type", _iri("dcat:Dataset")),
        ("dcterms:title", _english(subject.title)),
        ("dcterms:license", NamedNode(CC0)),
        ("dcterms:rights", NamedNode(rights)),
        ("dcat:landingPage", NamedNode(base)),
        ("dcat:hasVersion", NamedNode(release)),
        ("dcat:hasCurrentVersion", NamedNode(release)),
    )
    yield from _about(
        release,
        ("rdf:type", _iri("dcat:Dataset")),
        ("rdf:type", _iri("void:Dataset")),
        ("rdf:type", _iri("prov:Entity")),
        ("dcterms:title", _english(f"{subject.title}, release {subject.id}")),
        (
            "dcterms:description",
            _english(
                "Reports, studies, people, institutions and findings about peer support, read from "
                "documents: every statement leads to the characters it was read from."
            ),
        ),
        ("dcterms:identifier", subject.id),
        ("dcat:version", subject.id),
        ("dcat:isVersionOf", NamedNode(dataset)),
        ("dcterms:issued", _moment(subject.created)),
        ("dcterms:license", NamedNode(CC0)),
        ("dcterms:rights", NamedNode(rights)),
        ("dcat:keyword", _english("peer support")),
        ("dcat:keyword", _english("mental health")),
        ("dcat:keyword", _english("substance use")),
        ("dcat:landingPage", NamedNode(base)),
        ("foaf:homepage", NamedNode(base)),
        ("void:uriSpace", base),
        ("void:sparqlEndpoint", NamedNode(f"{base}sparql")),
    )
    if subject.publisher:
        is_address = _ADDRESS.fullmatch(subject.publisher) is not None
        agent = subject.publisher if is_address else publisher
        yield from _about(agent, ("rdf:type", _iri("foaf:Agent")), ("foaf:name", subject.publisher))
        yield from _about(dataset, ("dcterms:publisher", NamedNode(agent)))
        yield from _about(release, ("dcterms:publisher", NamedNode(agent)))
    yield from _about(rights, ("rdf:type", _iri("dcterms:RightsStatement")), ("rdfs:label", _english(RIGHTS)))
    if subject.previous is not None:
        yield from _about(release, ("dcat:previousVersion", NamedNode(f"{base}releases/{subject.previous}")))
    yield from _about(
        f"{base}sparql",
        ("rdf:type", _iri("dcat:DataService")),
        ("dcterms:title", _english("SPARQL endpoint")),
        ("dcat:endpointURL", NamedNode(f"{base}sparql")),
        ("dcat:servesDataset", NamedNode(release)),
        ("dcterms:conformsTo", NamedNode("http://www.w3.org/TR/sparql11-protocol/")),
    )
    for name in ("Turtle", "JSON-LD", "N-Triples", "RDF_XML"):
        yield from _about(release, ("void:feature", NamedNode(f"http://www.w3.org/ns/formats/{name}")))


def _media(media_type: str) -> NamedNode:
    return NamedNode(f"https://www.iana.org/assignments/media-types/{media_type}")


def _downloads(subject: Subject) -> Iterator[Triple]:
    for download in subject.downloads:
        local = download.name.replace("/", "-")
        node, checksum = f"{subject.release}#file-{local}", f"{subject.release}#sha256-{local}"
        address = NamedNode(f"{subject.base}dumps/{download.name}")
        yield from _about(subject.release, ("dcat:distribution", NamedNode(node)), ("void:dataDump", address))
        yield from _about(
            node,
            ("rdf:type", _iri("dcat:Distribution")),
            ("dcterms:title", _english(download.title)),
            ("dcterms:issued", _moment(subject.created)),
            ("dcterms:rights", NamedNode(f"{subject.base}#rights")),
            ("dcat:accessURL", address),
            ("dcat:downloadURL", address),
            ("dcat:byteSize", Literal(str(download.size), datatype=_iri("xsd:nonNegativeInteger"))),
            ("dcat:mediaType", _media(download.media_type)),
            ("spdx:checksum", NamedNode(checksum)),
        )
        if not download.quotes:
            yield from _about(node, ("dcterms:license", NamedNode(CC0)))
        if download.packing:
            yield from _about(node, ("dcat:compressFormat", _media(download.packing)))
        yield from _about(
            checksum,
            ("rdf:type", _iri("spdx:Checksum")),
            ("spdx:algorithm", _iri("spdx:checksumAlgorithm_sha256")),
            ("spdx:checksumValue", Literal(download.sha256, datatype=_iri("xsd:hexBinary"))),
        )


def _statistics(subject: Subject) -> Iterator[Triple]:
    counts = subject.numbers.counts
    classes, properties = _named(counts.classes), _named(counts.predicates)
    yield from _about(
        subject.release,
        ("void:triples", counts.triples),
        ("void:entities", subject.numbers.own),
        ("void:distinctSubjects", counts.subjects),
        ("void:distinctObjects", subject.numbers.objects.count()),
        ("void:properties", len(properties)),
        ("void:classes", len(classes)),
    )
    for iri in sorted(properties.keys() | classes.keys()):
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        yield from _about(subject.release, ("void:vocabulary", NamedNode(iri[:cut])))


def _named(numbers: Mapping[bytes, int]) -> dict[str, int]:
    """The numbers by IRI; what has none is left out."""
    return {name[1:-1].decode(): number for name, number in numbers.items() if name.startswith(b"<")}


def _fragment(iri: str) -> str:
    """A name for an IRI inside fragments: `pk-Report`, or with no prefix of ours its last words."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    for name, namespace in formats.prefixes().items():
        if namespace == iri[:cut]:
            return f"{name}-{iri[cut:]}"
    words = "".join(c if c.isascii() and c.isalnum() else "-" for c in iri.partition("://")[2])
    return words.strip("-")


def _partitions(subject: Subject) -> Iterator[Triple]:
    counts = subject.numbers.counts
    for iri, number in _named(counts.classes).items():
        node = f"{subject.release}#class-{_fragment(iri)}"
        yield from _about(subject.release, ("void:classPartition", NamedNode(node)))
        yield from _about(
            node,
            ("rdf:type", _iri("void:Dataset")),
            ("void:class", NamedNode(iri)),
            ("void:entities", number),
        )
    for iri, number in _named(counts.predicates).items():
        node = f"{subject.release}#property-{_fragment(iri)}"
        yield from _about(subject.release, ("void:propertyPartition", NamedNode(node)))
        yield from _about(
            node,
            ("rdf:type", _iri("void:Dataset")),
            ("void:property", NamedNode(iri)),
            ("void:triples", number),
        )


def _linksets(subject: Subject) -> Iterator[Triple]:
    for (name, space), number in subject.numbers.links.items():
        predicate = name[1:-1].decode()
        target = f"{subject.release}#target-{_fragment(space)}"
        node = f"{subject.release}#links-{_fragment(predicate)}-{_fragment(space)}"
        yield from _about(subject.release, ("void:subset", NamedNode(node)))
        yield from _about(
            node,
            ("rdf:type", _iri("void:Linkset")),
            ("void:linkPredicate", NamedNode(predicate)),
            ("void:subjectsTarget", NamedNode(subject.release)),
            ("void:objectsTarget", NamedNode(target)),
            ("void:triples", number),
        )
        yield from _about(
            target,
            ("rdf:type", _iri("void:Dataset")),
            ("dcterms:title", _english(_TARGETS.get(space, space))),
            ("void:uriSpace", space),
        )


def _shares(subject: Subject) -> Iterator[Triple]:
    """How many of our things are linked to other datasets, as measurements (DQV)."""
    for name in sorted(subject.numbers.things):
        number, linked = subject.numbers.things[name], subject.numbers.linked[name]
        share = f"{linked / number:.4f}".rstrip("0").rstrip(".")
        metric, measured = f"{subject.release}#metric-linked-{name}", f"{subject.release}#linked-{name}"
        yield from _about(
            metric,
            ("rdf:type", _iri("dqv:Metric")),
            ("rdfs:label", _english(f"The share of {name} that are linked to another dataset")),
            ("dqv:expectedDataType", _iri("xsd:decimal")),
        )
        yield from _about(
            measured,
            ("rdf:type", _iri("dqv:QualityMeasurement")),
            ("rdfs:label", _english(f"{linked} of {number} {name} are linked to another dataset")),
            ("dqv:computedOn", NamedNode(subject.release)),
            ("dqv:isMeasurementOf", NamedNode(metric)),
            ("dqv:value", Literal(share, datatype=_iri("xsd:decimal"))),
        )
        yield from _about(subject.release, ("dqv:hasQualityMeasurement", NamedNode(measured)))


def _target(iri: str) -> str:
    known = next((space for space in _TARGETS if iri.startswith(space)), None)
    return known if known is not None else iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _named_graphs(subject: Subject) -> Iterator[Triple]:
    for name, number in subject.numbers.counts.by_graph().items():
        yield from _about(subject.release, ("void:subset", NamedNode(name)))
        yield from _about(
            name,
            ("rdf:type", _iri("void:Dataset")),
            ("rdf:type", _iri("sd:Graph")),
            ("void:triples", number),
        )


def _questions(subject: Subject) -> Iterator[Triple]:
    yield from questions.described(questions.published(), subject.base)
    yield from _about(f"{subject.base}sparql", ("rdfs:seeAlso", NamedNode(f"{subject.base}queries")))


def _origin(subject: Subject) -> Iterator[Triple]:
    release = subject.release
    build, software = f"{release}#build", f"{release}#software"
    yield from _about(
        release,
        ("prov:wasGeneratedBy", NamedNode(build)),
        ("prov:generatedAtTime", _moment(subject.created)),
    )
    yield from _about(
        build,
        ("rdf:type", _iri("prov:Activity")),
        ("prov:endedAtTime", _moment(subject.created)),
        ("prov:wasAssociatedWith", NamedNode(software)),
    )
    yield from _about(
        software,
        ("rdf:type", _iri("prov:SoftwareAgent")),
        ("rdfs:label", f"peerkg {subject.version}"),
        ("dcat:version", subject.version),
    )
    for entry in subject.sources:
        source = NamedNode(f"{subject.base}source/{entry['id']}")
        yield from _about(release, ("prov:wasDerivedFrom", source))
        yield from _about(build, ("prov:used", source))
