"""The shapes: each accepts what is right, and refuses what is wrong for the reason it gives."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg import resources
from kg.checking import Result, check, shapes, vocabulary
from kg.reasoning import closure

EXAMPLES = Path(__file__).parent / "shapes"
SH = "http://www.w3.org/ns/shacl#"
PKS = "https://w3id.org/peerkg/shapes#"
PK = "https://w3id.org/peerkg/ontology#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
BASE = "https://w3id.org/peerkg/"


@cache
def example(name: str) -> tuple[Triple, ...]:
    return tuple(quad.triple for quad in parse(path=str(EXAMPLES / f"{name}.ttl"), format=RdfFormat.TURTLE))


@cache
def prefixes() -> str:
    lines = [
        line
        for name in ("facts", "evidence")
        for line in (EXAMPLES / f"{name}.ttl").read_text(encoding="utf-8").splitlines()
        if line.startswith("@prefix")
    ]
    return "\n".join(lines)


def triples(text: str) -> list[Triple]:
    whole = f"{prefixes()}\n{text}"
    return [quad.triple for quad in parse(whole.encode(), format=RdfFormat.TURTLE, base_iri=BASE)]


def checked(data: list[Triple], name: str = "facts") -> list[Result]:
    if name == "evidence":
        return check(data, shapes(evidence=True)).results
    return check([*data, *vocabulary(data)], shapes()).results


def changed(name: str, without: str, with_: str) -> list[Triple]:
    """The example without the triples of one text and with those of the other."""
    removed = triples(without)
    assert set(removed) <= set(example(name)), "what is removed is in the example"
    return [*(one for one in example(name) if one not in removed), *triples(with_)]


RECORD = "<evidence/0000000000000003#record>"
FIELD = "<evidence/0000000000000003#field>"
FIRST_TARGET = "<evidence/0000000000000001#target>"
FIRST_QUOTE = "<evidence/0000000000000001#quote>"
PLACE = "<evidence/0000000000000001#position>"
SECOND_QUOTE = "<evidence/0000000000000002#quote>"

# The shape; what is taken from the example and what is put in; words of the message.
FAILING: list[tuple[str, str, str, str]] = [
    ("ReportShape", "<report/two> a fabio:Expression .", "", "has a FaBiO class"),
    ("ReportShape", "<report/two> a fabio:Expression .", "<report/two> a fabio:Thing .", "has a FaBiO class"),
    ("ReportShape", '<report/two> rdfs:label "Dawn" .', "", "has a label"),
    ("ReportShape", "", '<report/two> dcterms:title "Dawn", "Dusk" .', "at most one title"),
    ("ReportShape", "", '<report/two> prism:doi "https://doi.org/10.5555/x" .', "A DOI is 10."),
    ("ReportShape", "", '<report/two> prism:doi "10.5555/NIGHT" .', "in lower case"),
    ("ReportShape", "", '<report/two> dcterms:issued "2019-05"^^xsd:date .', "as precise as it is printed"),
    ("ReportShape", "", '<report/two> dcterms:issued "2019" .', "as precise as it is printed"),
    ("ReportShape", "", "<report/two> prism:pageCount 0 .", "at least 1"),
    ("ReportShape", "", '<report/two> fabio:hasPubMedId "PMC1" .', "A PubMed identifier"),
    ("ReportShape", "", "<report/two> pk:timesCited -1 .", "at least 0"),
    ("ReportShape", "", "<report/two> pk:statesFinding <finding/none> .", "a pk:Finding"),
    ("ReportShape", "", "<report/two> pk:reportFacet role:no-such-role .", "a concept of the vocabulary"),
    ("ReportShape", "", "<report/two> owl:sameAs <https://doi.org/night> .", "A DOI as an address"),
    (
        "ReportShape",
        "",
        '<report/one> fabio:hasPublicationYear "2018"^^xsd:gYear .',
        "one year of publication",
    ),
    ("StudyShape", "<report/one> pk:reportsStudy <study/one> .", "", "told of in at least one report"),
    ("StudyShape", "", "<study/one> pk:hasFinding <finding/one-2> .", "has its own results only"),
    ("StudyShape", "", "<study/one> pk:measuresOutcome outcome:employment .", "measured only where"),
    ("StudyShape", "", "<study/one> pk:usesMethod role:peer-worker .", "scheme method"),
    (
        "SourceDocumentShape",
        "<source/0123456789abcdef> pk:textPolicy 'full' .",
        "",
        "one of full, quotes and none",
    ),
    (
        "SourceDocumentShape",
        "<source/0123456789abcdef> pk:textPolicy 'full' .",
        "<source/0123456789abcdef> pk:textPolicy 'quotes' .",
        "published only where its text policy is full",
    ),
    ("SourceDocumentShape", "", "<source/0123456789abcdef> pk:sha256 'ABC' .", "64 hexadecimal digits"),
    ("PersonShape", "", "<person/one> foaf:name '' .", "A display name"),
    (
        "NamedPersonShape",
        "<person/one> foaf:name 'Ann Fox' ; pk:orcid '0000-0002-1825-0097' .",
        "",
        "A person has a display name",
    ),
    ("PersonShape", "", "<person/one> pk:orcid '0000-0000' .", "at most one ORCID iD"),
    ("PersonShape", "", "<person/one> owl:sameAs <http://orcid.org/7> .", "An ORCID iD as an address"),
    ("InstitutionShape", "<institution/one> foaf:name 'Lake University' .", "", "The name of an institution"),
    ("InstitutionShape", "", "<institution/one> owl:sameAs <https://ror.org/1> .", "A ROR id"),
    ("InstitutionShape", "", "<institution/one> org:unitOf <person/one> .", "a pk:Institution"),
    ("AuthorshipShape", "<authorship/one-1> pk:authorPosition 1 .", "", "exactly one"),
    (
        "AuthorshipShape",
        "<authorship/one-1> pk:authorPosition 1 .",
        "<authorship/one-1> pk:authorPosition 0 .",
        "at least 1",
    ),
    ("AuthorshipShape", "", "<report/two> pk:hasAuthorship <authorship/one-1> .", "exactly one report"),
    ("AuthorshipShape", "<authorship/one-1> pk:nameAsPrinted 'Fox A' .", "", "as printed"),
    ("AuthorshipShape", "", "<authorship/one-1> pk:isCorresponding 'yes' .", "the corresponding one"),
    ("ReportShape", "", "<report/two> prism:isbn '978-0' .", "ten or thirteen digits"),
    ("ReportShape", "", "<report/two> fabio:hasPubMedCentralId '123' .", "PMC and one to nine digits"),
    ("ReportShape", "", "<report/two> dcterms:identifier 'W123' .", "names the database"),
    ("ReportShape", "", "<report/two> cito:retracts <study/one> .", "a pk:Report"),
    ("InstitutionShape", "", "<institution/one> pk:ror 'https://ror.org/05dwg9278' .", "A ROR id is 0"),
    (
        "SourceDocumentShape",
        "<source/fedcba9876543210> pk:recordCount 12 .",
        "",
        "either a length",
    ),
    (
        "SourceDocumentShape",
        "<source/fedcba9876543210> pk:recordCount 12 .",
        "<source/fedcba9876543210> pk:recordCount 0 .",
        "at least 1",
    ),
    (
        "ContributionShape",
        "<contribution/one-1> pk:contributionRole 'editor' .",
        "<contribution/one-1> pk:contributionRole 'friend' .",
        "one of editor",
    ),
    ("ContributionShape", "", "<report/two> pk:hasContribution <contribution/one-1> .", "exactly one report"),
    ("GrantShape", "<report/one> schema:funding <grant/one-1> .", "", "is for a report"),
    ("GrantShape", "", "<grant/one-1> schema:funder <person/one> .", "a pk:Institution"),
    (
        "FragmentShape",
        f"{RECORD} dcterms:conformsTo <http://tools.ietf.org/rfc/rfc5147> .",
        "",
        "the one standard",
    ),
    ("FragmentShape", f"{RECORD} rdf:value 'line=0,12' .", "", "one value"),
    (
        "XPathShape",
        f"{FIELD} rdf:value '/article/title' .",
        f"{FIELD} rdf:value 'title' .",
        "begins with a slash",
    ),
    ("JournalShape", "", "<journal/one> prism:issn '12345678' .", "An ISSN is"),
    ("ConferenceShape", "", "<conference/one> schema:startDate '2019' .", "The date of a conference"),
    ("SubjectClassShape", "", "<subject/one> skos:prefLabel '精神'@zh .", "at most one label a language"),
    ("SubjectClassShape", "<subject/one> skos:notation 'R749' .", "", "The code of a subject class"),
    ("SectionShape", "", "<section/one-1> pk:sectionKind 'appendix' .", "at most one of background"),
    ("SectionShape", "<report/one> pk:hasSection <section/one-1> .", "", "belongs to a report"),
    ("CitationShape", "<citation/one-1> pk:citedWork <report/two> .", "", "leads to a work, or"),
    (
        "CitationShape",
        "<citation/one-1> pk:citationStatus 'listed' .",
        "<citation/one-1> pk:citationStatus 'unresolved' ; pk:citationNote 'no' .",
        "and not both",
    ),
    ("CitationShape", "<citation/one-1> pk:citationStatus 'listed' .", "", "has one status"),
    ("ExplainedCitationShape", "<citation/one-2> pk:citationNote 'one letter differs' .", "", "says why"),
    (
        "ParticipantGroupShape",
        "<group/one-1> pk:groupSize 9 .",
        "<group/one-1> pk:groupSize 0 .",
        "at least 1",
    ),
    ("ParticipantGroupShape", "", "<group/one-1> pk:groupRole outcome:hope .", "scheme role"),
    (
        "ParticipantGroupShape",
        "<group/one-1> pk:evidencedBy <evidence/0000000000000003> .",
        "",
        "There is evidence",
    ),
    ("StudyDataShape", "", "<data/one-1> pk:groupSize 40 .", "Study data are not people"),
    ("StudyDataShape", "<study/one> pk:usesData <data/one-1> .", "", "belong to a study"),
    ("ProgrammeShape", "<programme/one> foaf:name 'LANTERN' .", "", "The name of a programme"),
    ("FindingShape", "", "<finding/one-1> pk:findingDirection direction:mixed .", "has one direction"),
    ("FindingShape", "<finding/one-1> pk:findingBasis basis:own-result .", "", "has one basis"),
    ("FindingShape", "", "<finding/one-1> pk:findingOutcome outcome:no-such .", "scheme outcome"),
    ("FindingShape", "", "<finding/one-1> pk:findingConcerns role:peer-worker .", "at most one of clients"),
    ("CitedFindingShape", "<finding/one-2> pk:findingCitation <citation/one-2> .", "", "names that work"),
    ("FindingShape", "<report/one> pk:statesFinding <finding/one-2> .", "", "is stated by a report"),
    ("FindingShape", "", '<finding/one-2> pk:comparatorAsPrinted "" .', "What a finding was compared with"),
    ("FindingShape", "", "<finding/one-2> pk:effectAsPrinted 0.4 .", "An effect is a plain string"),
    ("FindingShape", "", '<finding/one-2> pk:effectAsPrinted "large" .', "with a number in it"),
    ("FindingShape", "", '<finding/one-2> pk:pValueAsPrinted "small" .', "A p-value is a plain string"),
    ("FindingShape", "", '<finding/one-2> pk:intervalAsPrinted "95% CI" .', "with two numbers in it"),
    ("FindingShape", "", '<finding/one-2> pk:certaintyAsPrinted "may"@en .', "A word of certainty"),
    ("ConceptShape", "", "outcome:new a pk:Outcome .", "one preferred label a language"),
    ("ConceptShape", "", "outcome:hope pk:better 'more' .", "one of increase, decrease and neutral"),
    ("AnyShape", "", "[] skos:altLabel 'x' .", "Everything that is published has an IRI"),
    ("AnyShape", "", "<person/one> pk:evidencedBy <evidence/1> .", "16 hexadecimal digits"),
    ("DecisionShape", "<decision/one> dcterms:date '2026-11-22'^^xsd:date .", "", "on one day"),
    ("DecisionShape", "", "<decision/one> pk:decisionAction 'doubt' .", "one action of confirm"),
    ("CuratedShape", "", "<person/one> pk:curatedBy <finding/one-1> .", "IRI of a pk:Decision"),
    ("EvidenceShape", "evidence:0000000000000001 rdf:predicate pk:findingOutcome .", "", "one rdf:predicate"),
    ("EvidenceShape", "evidence:0000000000000001 a oa:Annotation .", "", "give it both types"),
    ("EvidenceTargetShape", "", f"{FIRST_TARGET} oa:hasSource <source/x> .", "in one source"),
    ("EvidenceTargetShape", f"{FIRST_TARGET} oa:hasSelector {FIRST_QUOTE}, {PLACE} .", "", "has a selector"),
    ("TextQuoteShape", f"{FIRST_QUOTE} oa:exact 'Hope' .", "", "published or known by its digest"),
    ("TextQuoteShape", "", f"{SECOND_QUOTE} oa:exact 'nine' .", "published or known by its digest"),
    ("SourceTextShape", "", "<source/0123456789abcdef> pk:sourceText 'Other.' .", "is one string"),
    ("TextPositionShape", f"{PLACE} oa:end 4 .", f"{PLACE} oa:end 0 .", "behind its beginning"),
    ("TextPositionShape", f"{PLACE} oa:start 0 .", f"{PLACE} oa:start -1 .", "at least 0"),
]


def of_evidence(shape: str) -> bool:
    return shape.startswith(("Evidence", "Fragment", "Text", "SourceText", "XPath"))


@pytest.mark.parametrize("name", ["facts", "evidence"])
def test_the_example_keeps_to_every_shape(name: str) -> None:
    assert checked(list(example(name)), name) == []


@pytest.mark.parametrize(
    ("shape", "without", "with_", "words"), FAILING, ids=[f"{one[0]}-{one[3][:30]}" for one in FAILING]
)
def test_a_shape_refuses_what_is_wrong_for_the_reason_it_gives(
    shape: str, without: str, with_: str, words: str
) -> None:
    name = "evidence" if of_evidence(shape) else "facts"
    results = checked(changed(name, without, with_), name)
    said = {(one.shape, one.message) for one in results}
    assert [one for one in said if one[0] == PKS + shape and words in one[1]], said
    assert {one[0] for one in said} <= {PKS + shape, *ALSO.get(shape, set())}, said


ALSO = {
    # The same wrong thing as seen from its other end.
    "ReportShape": {PKS + "ConceptShape", PKS + "AuthorshipShape"},
    "ConceptShape": {PKS + "StudyShape"},
    "AnyShape": {PKS + "AuthorshipShape"},
    "PersonShape": {PKS + "AnyShape"},
    "StudyShape": {PKS + "CitationShape"},
}


def node_shapes() -> set[str]:
    kind = NamedNode(SH + "NodeShape")
    every = [*shapes(), *shapes(evidence=True)]
    return {
        one.subject.value.removeprefix(PKS)
        for one in every
        if one.object == kind and isinstance(one.subject, NamedNode)
    }


def test_every_shape_has_an_example_that_it_refuses() -> None:
    assert node_shapes() == {one[0] for one in FAILING}


def test_the_page_of_validation_names_every_shape() -> None:
    page = (resources.folder("shapes").parent / "docs" / "validation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+Shape)`", page))
    assert named == node_shapes()


def test_every_shape_has_an_example_that_it_accepts() -> None:
    every = [*shapes(), *shapes(evidence=True)]
    data = [*example("facts"), *vocabulary(example("facts")), *example("evidence")]
    classes = {one.object for one in data if one.predicate == TYPE}
    predicates = {one.predicate for one in data}
    for shape in node_shapes():
        node = NamedNode(PKS + shape)
        reached = [
            one
            for one in every
            if one.subject == node
            and (
                (one.predicate.value == SH + "targetClass" and one.object in classes)
                or (
                    one.predicate.value in {SH + "targetObjectsOf", SH + "targetSubjectsOf"}
                    and one.object in predicates
                )
            )
        ]
        assert reached, shape


def test_every_constraint_says_what_to_do() -> None:
    every = [*shapes(), *shapes(evidence=True)]
    paths = {
        one.subject
        for one in every
        if one.predicate.value == SH + "path" and isinstance(one.subject, BlankNode)
    }
    listed = {one.object for one in every if one.predicate.value == SH + "property"}
    nested = {
        one.object
        for one in every
        if one.predicate.value == SH + "property" and isinstance(one.subject, BlankNode)
    }
    messages = {one.subject: one.object for one in every if one.predicate.value == SH + "message"}
    for node in (paths & listed) - nested:
        message = messages[node]
        assert isinstance(message, Literal)
        assert message.language == "en"
        assert message.value.endswith(".")


def test_shapes_use_no_terms_that_are_misspelt() -> None:
    known = {
        one.subject
        for one in parse(path=str(resources.folder("ontology") / "peerkg.ttl"), format=RdfFormat.TURTLE)
    }
    for one in [*shapes(), *shapes(evidence=True)]:
        for term in (one.predicate, one.object):
            if isinstance(term, NamedNode) and term.value.startswith(PK):
                assert term in known, term


def mapped() -> list[tuple[str, str]]:
    """Each class of the mapping with each property that it can have."""
    text = (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]

    def expanded(name: str) -> str:
        prefix, _, rest = name.partition(":")
        return str(context[prefix]) + rest

    common = [one["@id"] for one in context.values() if isinstance(one, dict) and "@context" not in one]
    return [
        (expanded(definition["@id"]), expanded(term))
        for definition in context.values()
        if isinstance(definition, dict) and "@context" in definition
        for term in [
            *(one["@id"] for one in definition["@context"].values() if isinstance(one, dict)),
            *common,
        ]
    ]


def test_every_property_that_the_mapping_can_state_has_a_constraint() -> None:
    data = list(example("facts"))
    instances = {str(one.object): one.subject for one in reversed(data) if one.predicate == TYPE}
    wrong: dict[tuple[str, str], Triple] = {}
    for class_, term in mapped():
        subject = instances[f"<{class_}>"]
        # No property of ours takes a number of this kind.
        value = Literal("0.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#double"))
        wrong[str(subject), f"{term}"] = Triple(subject, NamedNode(term), value)
    results = checked([*data, *wrong.values()])
    refused = {(str(one.focus), one.path) for one in results if str(one.value).startswith('"0.5"')}
    assert sorted(set(wrong) - refused) == []


def test_what_follows_from_the_example_keeps_to_the_shapes() -> None:
    same = NamedNode("http://www.w3.org/2002/07/owl#sameAs")  # links are never reasoned with
    data = [one for one in (*example("facts"), *vocabulary(example("facts"))) if one.predicate != same]
    ontology = [
        quad.triple
        for quad in parse(path=str(resources.folder("ontology") / "peerkg.ttl"), format=RdfFormat.TURTLE)
    ]
    inferred = closure(data, ontology)
    assert inferred
    assert check([*data, *inferred], shapes()).results == []


def test_the_example_has_no_blank_nodes() -> None:
    for one in (*example("facts"), *example("evidence")):
        assert not isinstance(one.subject, BlankNode)
        assert not isinstance(one.object, BlankNode)
