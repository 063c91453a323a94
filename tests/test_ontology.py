"""The ontology: complete words, OWL 2 RL, the bridges, and the same terms as the mapping."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import resources, rules
from kg.datatypes import SUPPORTED
from kg.rules import FIRST, NIL, OWL, REST, TYPE, Variable, iri

PK = "https://w3id.org/peerkg/ontology#"
ONTOLOGY = "https://w3id.org/peerkg/ontology"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

# Foreign terms that are stated as they are, by the mapping, the evidence or the vocabulary.
FOREIGN = [
    "cito:cites", "cito:citesAsEvidence", "cito:retracts", "cito:isRetractedBy", "cito:corrects",
    "cito:isCorrectedBy", "cito:updates", "cito:isUpdatedBy", "cito:repliesTo", "cito:hasReplyFrom",
    "cito:reviews", "cito:isReviewedBy", "dc:publisher", "dc:type", "dcterms:identifier",
    "dcterms:isVersionOf", "dcterms:hasVersion", "dcterms:relation", "fabio:hasPubMedCentralId",
    "fabio:hasPlaceOfPublication", "fabio:hasShortTitle", "prism:isbn", "prism:edition",
    "schema:funding", "schema:funder", "schema:identifier", "schema:inLanguage", "schema:url",
    "dcterms:title", "dcterms:alternative",
    "dcterms:isPartOf", "dcterms:issued", "dcterms:bibliographicCitation", "dcterms:source",
    "dcterms:date", "dcterms:license", "dcterms:rights", "dcterms:description", "prov:wasAttributedTo",
    "fabio:hasPublicationYear",
    "fabio:hasPubMedId", "foaf:name", "foaf:familyName", "foaf:givenName", "org:unitOf",
    "prism:volume", "prism:issueIdentifier", "prism:pageRange", "prism:pageCount", "prism:doi",
    "prism:issn", "rdfs:label", "rdfs:comment", "schema:name", "schema:startDate", "skos:notation",
    "skos:prefLabel", "skos:altLabel", "skos:editorialNote", "skos:definition", "skos:broader",
    "skos:inScheme", "skos:topConceptOf", "skos:hasTopConcept", "skos:Concept",
    "skos:ConceptScheme", "vcard:locality", "vcard:region", "vcard:postal-code",
    "vcard:country-name",
]  # fmt: skip

# The names that queries elsewhere rely on: they may be refined, never renamed.
PROMISED = [
    "Study", "Report", "SourceDocument", "Person", "Institution", "Authorship", "ParticipantGroup",
    "Programme", "Finding", "Evidence", "PeerRole", "Outcome", "Population", "Setting", "Method",
    "reportsStudy", "reportedIn", "convertedFrom", "hasAuthorship", "authorshipBy",
    "holdsAuthorship", "authorshipAt", "authorPosition", "hasAuthor", "affiliatedWith", "hasFacet",
    "studiesRole", "measuresOutcome", "studiesPopulation", "inSetting", "usesMethod", "reportFacet",
    "hasParticipantGroup", "groupSize", "groupPopulation", "groupRole", "evaluatesProgramme",
    "programmeRole", "statesFinding", "hasFinding", "findingOutcome", "findingDirection",
    "findingAbout", "findingBasis", "evidencedBy",
]  # fmt: skip


def loaded(path: Any) -> list[Triple]:
    return [quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE)]


@cache
def graph() -> tuple[Triple, ...]:
    return tuple(loaded(resources.folder("ontology") / "peerkg.ttl"))


def objects(subject: object, predicate: NamedNode) -> list[Any]:
    return [one.object for one in graph() if one.subject == subject and one.predicate == predicate]


def subjects(predicate: NamedNode, value: object) -> list[Any]:
    return [one.subject for one in graph() if one.predicate == predicate and one.object == value]


def members(head: Any) -> list[Any]:
    """The members of a list in their order, one cell after the other."""
    found = []
    while head != NIL:
        (first,), (rest,) = objects(head, FIRST), objects(head, REST)
        found.append(first)
        head = rest
    return found


KINDS = [iri(f"owl:{name}") for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")]
TERMS = sorted(
    {one for kind in KINDS for one in subjects(TYPE, kind) if isinstance(one, NamedNode)},
    key=lambda term: term.value,
)


def local(term: NamedNode) -> str:
    return term.value.removeprefix(PK)


def test_only_terms_of_ours_are_declared_and_each_once() -> None:
    for term in TERMS:
        assert term.value.startswith(PK)
        assert len([kind for kind in objects(term, TYPE) if kind in KINDS]) == 1, term


def test_every_promised_name_is_declared() -> None:
    assert set(PROMISED) <= {local(term) for term in TERMS}


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_a_term_has_one_english_label_and_definition_and_says_where_it_is_defined(term: NamedNode) -> None:
    labels = objects(term, iri("rdfs:label"))
    definitions = objects(term, NamedNode(SKOS + "definition"))
    assert [one.language for one in labels].count("en") == 1
    assert len({one.language for one in labels}) == len(labels)
    assert [one.language for one in definitions] == ["en"]
    assert definitions[0].value.endswith(".")
    assert objects(term, NamedNode(RDFS + "isDefinedBy")) == [NamedNode(ONTOLOGY)]


def test_labels_are_different() -> None:
    labels = [one.object for one in graph() if one.predicate == iri("rdfs:label")]
    twice = {label for label in labels if labels.count(label) > 1}
    # A class and the property that leads to it may have one label.
    assert {label.value for label in twice if isinstance(label, Literal)} <= {"subject class"}


def test_the_header_says_version_licence_and_that_the_name_is_not_registered() -> None:
    header = NamedNode(ONTOLOGY)
    assert iri("owl:Ontology") in objects(header, TYPE)
    (version,) = objects(header, iri("owl:versionInfo"))
    assert objects(header, iri("owl:versionIRI")) == [NamedNode(f"{ONTOLOGY}/{version.value}")]
    assert objects(header, NamedNode("http://purl.org/dc/terms/license"))
    assert "not registered yet" in objects(header, iri("rdfs:comment"))[0].value


# OWL 2 RL, OWL 2 Profiles section 4.2, for the axioms in use here. Classes are named, so that the
# restrictions on class expressions hold by themselves; what is not listed is refused.
RESERVED = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", RDFS, OWL, "http://www.w3.org/2001/XMLSchema#")
AXIOMS = {iri(f"rdfs:{name}") for name in ("subClassOf", "subPropertyOf", "domain", "range")} | {
    iri(f"owl:{name}") for name in ("inverseOf", "propertyChainAxiom", "members")
}
OF_OBJECTS = {iri("owl:inverseOf"), iri("owl:propertyChainAxiom")}
LISTS = {iri("owl:propertyChainAxiom"), iri("owl:members")}
TYPES = {
    *KINDS,
    iri("owl:Ontology"),
    iri("owl:FunctionalProperty"),
    iri("owl:AllDisjointClasses"),
}


def is_datatype(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value in SUPPORTED


def outside_the_profile(triples: Iterable[Triple]) -> Iterator[str]:
    """What is no axiom or annotation of OWL 2 RL as we use it."""
    given = tuple(triples)
    kinds = {one.subject: one.object for one in given if one.predicate == TYPE and one.object in KINDS}
    annotations = {term for term, kind in kinds.items() if kind == iri("owl:AnnotationProperty")}
    for one in given:
        subject, predicate, value = one.subject, one.predicate, one.object
        kind = kinds.get(subject)
        if predicate in {FIRST, REST}:
            continue
        if predicate == TYPE:
            if value not in TYPES:
                yield f"{one}: no class of axioms"
        elif predicate in AXIOMS:
            if not isinstance(value, NamedNode) and predicate not in LISTS:
                yield f"{one}: a class or property has a name here"
            if subject in annotations:
                yield f"{one}: an annotation has no axioms"
            if (
                predicate == iri("rdfs:range")
                and kind == iri("owl:DatatypeProperty")
                and not is_datatype(value)
            ):
                yield f"{one}: no datatype of OWL 2 RL"
            if predicate == iri("rdfs:subClassOf") and value == iri("owl:Thing"):
                yield f"{one}: owl:Thing is no superclass in OWL 2 RL"
            if predicate in OF_OBJECTS and kind != iri("owl:ObjectProperty"):
                yield f"{one}: only of object properties"
        elif predicate.value.startswith(RESERVED) and predicate.value not in {
            f"{RDFS}label",
            f"{RDFS}comment",
            f"{RDFS}isDefinedBy",
            f"{OWL}versionInfo",
            f"{OWL}versionIRI",
        }:
            yield f"{one}: not in OWL 2 RL, or not used here"


def test_the_ontology_stays_in_owl_2_rl() -> None:
    assert list(outside_the_profile(graph())) == []


@pytest.mark.parametrize(
    "text",
    [
        "pk:Report owl:hasKey ( pk:orcid ) .",
        "pk:Report rdfs:subClassOf [ owl:onProperty pk:hasAuthor ; owl:someValuesFrom pk:Person ] .",
        "pk:Report rdfs:subClassOf owl:Thing .",
        "pk:Report owl:unionOf ( pk:Study ) .",
        "pk:retrieved rdfs:range xsd:gYear .",
        "pk:groupSize owl:inverseOf pk:hasAuthor .",
        "pk:better rdfs:subPropertyOf pk:termStatus .",
        "pk:hasAuthor a owl:ReflexiveProperty .",
    ],
)
def test_what_is_not_owl_2_rl_would_be_seen(text: str) -> None:
    names = {"pk": PK, "owl": OWL, "rdfs": RDFS, "xsd": RESERVED[3]}
    prefixes = "".join(f"@prefix {name}: <{namespace}> . " for name, namespace in names.items())
    added = [quad.triple for quad in parse((prefixes + text).encode(), format=RdfFormat.TURTLE)]
    assert list(outside_the_profile([*graph(), *added])) != []


def test_nothing_is_said_about_foreign_terms() -> None:
    for one in graph():
        if isinstance(one.subject, NamedNode):
            assert one.subject.value.startswith(ONTOLOGY), one


def test_there_are_no_keys() -> None:
    assert not [one for one in graph() if one.predicate == iri("owl:hasKey")]


def test_properties_of_dates_have_no_range() -> None:
    assert objects(NamedNode(PK + "retrieved"), iri("rdfs:range")) == []


CHAINS = {
    "hasAuthor": [["hasAuthorship", "authorshipBy"]],
    "affiliatedWith": [["holdsAuthorship", "authorshipAt"]],
    "citesWork": [["hasReference", "citedWork"], ["hasCitation", "citedWork"]],
    "reportFacet": [["reportsStudy", "hasFacet"], ["statesFinding", "findingOutcome"]],
    "studiesPopulation": [["hasParticipantGroup", "groupPopulation"]],
    "studiesRole": [["evaluatesProgramme", "programmeRole"]],
}


def test_chains_have_their_order() -> None:
    found: dict[str, list[list[str]]] = {}
    for one in graph():
        if one.predicate == iri("owl:propertyChainAxiom") and isinstance(one.subject, NamedNode):
            found.setdefault(local(one.subject), []).append([local(link) for link in members(one.object)])
    assert {name: sorted(chains) for name, chains in found.items()} == {
        name: sorted(chains) for name, chains in CHAINS.items()
    }


def test_the_links_of_a_chain_fit_together() -> None:
    def end(name: str, predicate: str) -> list[Any]:
        return objects(NamedNode(PK + name), iri(predicate))

    for name, chains in CHAINS.items():
        for first, second in chains:
            assert end(first, "rdfs:domain") == end(name, "rdfs:domain")
            joint = end(second, "rdfs:domain")
            assert joint in ([], end(first, "rdfs:range")), (first, second)


def test_an_outcome_is_measured_by_no_rule() -> None:
    measured = NamedNode(PK + "measuresOutcome")
    facts = [(one.subject, one.predicate, one.object) for one in graph()]
    closed = rules.derive(facts).facts
    concluding = [
        rule.name
        for rule in rules.compiled(closed)
        for head in rule.heads
        if head[1] == measured and not isinstance(head[1], Variable)
    ]
    assert concluding == []


def test_no_class_is_two_that_exclude_each_other() -> None:
    assert rules.derive((one.subject, one.predicate, one.object) for one in graph()).contradictions == []


def test_the_classes_that_exclude_each_other_are_all_but_the_concepts() -> None:
    lists = [
        set(members(head))
        for node in subjects(TYPE, iri("owl:AllDisjointClasses"))
        for head in objects(node, iri("owl:members"))
    ]
    concepts = {
        term for term in TERMS if NamedNode(SKOS + "Concept") in objects(term, iri("rdfs:subClassOf"))
    }
    things = {term for term in TERMS if iri("owl:Class") in objects(term, TYPE)} - concepts
    assert sorted(lists, key=len) == [concepts, {*things, NamedNode(SKOS + "Concept")}]


# What others call it: a client that knows only these finds authors, affiliations, subjects, types.
BRIDGES = {
    "hasAuthor": ["schema:author", "foaf:maker", "dcterms:creator"],
    "affiliatedWith": ["schema:affiliation", "org:memberOf"],
    "reportFacet": ["schema:about", "dcterms:subject"],
    "hasFacet": ["dcterms:subject"],
    "citesWork": ["cito:cites", "schema:citation", "dcterms:references"],
    "evidencedBy": ["prov:wasDerivedFrom"],
    "convertedFrom": ["prov:hadPrimarySource", "dcterms:source"],
    "Report": ["fabio:Expression", "foaf:Document", "schema:CreativeWork", "dcterms:BibliographicResource"],
    "Person": ["foaf:Person", "schema:Person"],
    "Institution": ["foaf:Organization", "org:Organization", "schema:Organization"],
    "Study": ["schema:MedicalStudy", "prov:Activity"],
    "PeerRole": ["skos:Concept", "schema:DefinedTerm"],
}


@pytest.mark.parametrize("name", BRIDGES)
def test_a_term_is_bridged_to_what_others_call_it(name: str) -> None:
    term = NamedNode(PK + name)
    above = [*objects(term, iri("rdfs:subClassOf")), *objects(term, iri("rdfs:subPropertyOf"))]
    assert {expanded(other) for other in BRIDGES[name]} <= {one.value for one in above}


def context() -> dict[str, Any]:
    text = (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["@context"]
    return found


def expanded(name: str) -> str:
    prefix, _, rest = name.partition(":")
    namespaces = {**context(), "rdfs": RDFS, "rdf": RESERVED[0], "owl": OWL}
    return str(namespaces[prefix]) + rest


def in_context() -> set[str]:
    """The classes and properties of the mapping."""
    found = set()
    for definition in context().values():
        if isinstance(definition, dict):
            found.add(definition["@id"])
            inner = definition.get("@context", {})
            found |= {one["@id"] for one in inner.values() if isinstance(one, dict)}
    return found


def in_vocabulary() -> set[str]:
    """The classes and properties of the concept schemes."""
    return {
        term.value
        for path in sorted((resources.folder("ontology") / "concepts").glob("*.ttl"))
        for one in loaded(path)
        for term in (one.predicate, one.object if one.predicate == TYPE else None)
        if isinstance(term, NamedNode) and term != TYPE
    }


def in_code() -> set[str]:
    """Terms that the code names: `f"{PK}quoteDigest"` and its like."""
    package = resources.folder("ontology").parent / "kg"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py")))
    return set(re.findall(r'\{_?PK\}(\w+)"', text))


def test_every_term_that_is_stated_is_declared_or_known_to_be_foreign() -> None:
    declared, foreign = {term.value for term in TERMS}, {expanded(name) for name in FOREIGN}
    stated = {expanded(name) for name in in_context()} | in_vocabulary() | {PK + name for name in in_code()}
    assert sorted(stated - declared - foreign) == []


def test_every_declared_term_is_used_or_reserved() -> None:
    facts = [(one.subject, one.predicate, one.object) for one in graph()]
    used = {expanded(name) for name in in_context()} | in_vocabulary() | {PK + name for name in in_code()}
    used |= {one.predicate.value for one in graph()}
    compiled = rules.compiled(facts)
    while True:
        concluded = {
            term.value
            for rule in compiled
            if {_about(atom) for atom in rule.body} <= used
            for term in map(_term, rule.heads)
        }
        if concluded <= used:
            break
        used |= concluded
    reserved = {one.value for one in subjects(NamedNode(PK + "termStatus"), Literal("reserved"))}
    declared = {term.value for term in TERMS}
    assert sorted(declared - used - reserved - {PK + "termStatus"}) == []
    assert sorted(reserved & used) == []


def _term(atom: rules.Fact) -> NamedNode:
    """The class or property that an atom of a rule is about."""
    term = atom[2] if atom[1] == TYPE and isinstance(atom[2], NamedNode) else atom[1]
    assert isinstance(term, NamedNode)
    return term


def _about(atom: rules.Fact) -> str:
    return _term(atom).value


ELEMENTS = {"BookDocument", "OtherAbstract", "Paper", "PubmedArticle", "PubmedBookArticle"}
"""Names in exchange formats that look like kinds of reports and are none."""


def test_a_kind_of_report_that_the_readers_name_is_one_of_the_shape() -> None:
    package = resources.folder("ontology").parent / "kg"
    shape = (resources.folder("shapes") / "report.ttl").read_text(encoding="utf-8")
    allowed = set(re.findall(r"fabio:([A-Z]\w+)", shape))
    named = set()
    for folder in ("sources", "reading"):
        for path in sorted((package / folder).rglob("*.py")):
            words = re.findall(r'"([A-Z]\w+)"', path.read_text(encoding="utf-8"))
            named |= {word for word in words if re.search(KIND, word)}
    assert {"JournalArticle", "Abstract", "Presentation", "Expression"} <= named
    assert sorted(named - allowed - ELEMENTS) == []


KIND = (
    "(Article|Abstract|Presentation|Expression|Paper|Poster|Book|Chapter|Document|Thesis|Editorial|Letter)$"
)


def test_the_page_of_the_model_names_every_term() -> None:
    page = (resources.folder("ontology").parent / "docs" / "model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`pk:(\w+)`", page))
    assert sorted({local(term) for term in TERMS} - named) == []
    assert sorted(named - {local(term) for term in TERMS}) == []
