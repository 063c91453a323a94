"""JSON-LD is in the published context's terms, and says what the other syntaxes say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import formats, resources
from kg.release import canonical

PK = "https://w3id.org/peerkg/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
A, B = NamedNode("https://example.org/a"), NamedNode("https://example.org/b")


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


def document(*triples: Triple) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(formats.write(triples, formats.JSON_LD))
    return found


def published() -> dict[str, Any]:
    context: dict[str, Any] = json.loads(
        (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    )["@context"]
    return context


def test_a_node_is_said_in_the_terms_of_its_class() -> None:
    found = document(
        Triple(A, TYPE, NamedNode(f"{PK}Report")),
        Triple(A, TYPE, NamedNode("http://purl.org/spar/fabio/JournalArticle")),
        Triple(A, NamedNode("http://purl.org/dc/terms/title"), Literal("Doors")),
        Triple(A, NamedNode(f"{PK}hasAuthorship"), B),
        Triple(A, NamedNode(f"{PK}timesCited"), typed("7", "integer")),
        Triple(A, NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), Literal("Doors", language="en")),
    )
    assert found == {
        "@context": found["@context"],
        "@id": A.value,
        "@type": ["fabio:JournalArticle", "Report"],
        "title": "Doors",
        "authorships": B.value,
        "timesCited": 7,
        "rdfsLabel": {"@language": "en", "@value": "Doors"},
    }


def test_a_document_carries_the_part_of_the_context_it_uses_as_it_is_published() -> None:
    context = document(
        Triple(A, TYPE, NamedNode(f"{PK}Report")),
        Triple(A, NamedNode("http://purl.org/dc/terms/title"), Literal("Doors")),
        Triple(B, NamedNode(f"{PK}groupSize"), Literal("Doors")),
    )["@context"]
    assert set(context) == {"@version", "pk", "dcterms", "Report"}
    ours = published()
    assert {name: ours[name] for name in ("pk", "dcterms")}.items() <= context.items()
    assert context["Report"]["@context"] == {"title": ours["Report"]["@context"]["title"]}


def test_without_the_class_a_property_has_its_prefix() -> None:
    found = document(Triple(A, NamedNode(f"{PK}hasAuthorship"), B))
    assert found["pk:hasAuthorship"] == {"@id": B.value}


def test_a_value_that_a_term_cannot_hold_goes_under_another_name() -> None:
    found = document(
        Triple(A, TYPE, NamedNode(f"{PK}SourceDocument")),
        Triple(A, NamedNode("http://purl.org/dc/terms/source"), Literal("a drawer")),
        Triple(A, NamedNode("http://purl.org/dc/terms/source"), B),
        Triple(A, NamedNode(f"{PK}textLength"), Literal("long")),
        Triple(A, NamedNode(f"{PK}textLength"), typed("07", "integer")),
        Triple(A, NamedNode(f"{PK}textLength"), typed("7", "integer")),
    )
    assert (found["origin"], found["originAddress"]) == ("a drawer", B.value)
    assert (found["textLength"], found["pk:textLength"]) == (["07", 7], "long")


def said_by_two_other_readers(triples: list[Triple]) -> None:
    data = formats.write(triples, formats.JSON_LD)
    lines = formats.write(triples, formats.N_TRIPLES)
    expected = canonical(formats.read(lines, formats.N_TRIPLES, where="nt"))
    assert canonical(formats.read(data, formats.JSON_LD, where="oxigraph")) == expected
    by_pyld = jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"})
    assert canonical(formats.read(by_pyld.encode(), formats.N_QUADS, where="pyld")) == expected


def test_a_term_that_two_classes_have_means_what_the_later_one_says() -> None:
    triples = [
        Triple(A, TYPE, NamedNode(f"{PK}Report")),
        Triple(A, TYPE, NamedNode(f"{PK}Finding")),
        Triple(A, NamedNode(f"{PK}hasCitation"), A),
        Triple(A, NamedNode(f"{PK}findingCitation"), B),
    ]
    found = document(*triples)
    assert (found["citations"], found["pk:findingCitation"]) == (A.value, {"@id": B.value})
    said_by_two_other_readers(triples)


def test_a_term_whose_prefix_is_the_scheme_of_an_iri_is_not_used() -> None:
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    triples = [Triple(NamedNode("rdfs:x"), label, Literal("a")), Triple(A, TYPE, NamedNode(f"{PK}Report"))]
    found = document(*triples)
    assert "rdfs" not in found["@context"]
    assert "rdfsLabel" not in found["@context"]
    assert {node.get("@type") for node in found["@graph"]} == {None, "Report"}
    said_by_two_other_readers(triples)


def test_a_statement_about_a_statement_is_refused() -> None:
    try:
        formats.write([Triple(A, TYPE, Triple(A, TYPE, B))], formats.JSON_LD)
    except formats.NotExpressibleError as error:
        assert "Turtle" in str(error)  # noqa: PT017 - it must be raised: the other way out fails
    else:
        raise AssertionError


def _iris(node: Any, key: str = "") -> set[str]:
    if isinstance(node, dict):
        return {iri for name, value in node.items() for iri in _iris(value, name)}
    return {node} if key in ("@id", "@type") and isinstance(node, str) and ":" in node else set()


def _whole(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{published().get(prefix, prefix + ':')}{local}"


TERMS = sorted(_whole(name) for name in _iris(published()))
IRIS = [
    *TERMS,
    "https://example.org/a",
    "https://example.org/b/#",
    "org:x",
    "title:y",
    "Report:z",
    "pk:Report",
]
SUBJECTS = st.sampled_from([A, B, NamedNode("org:x"), BlankNode("b")])
OBJECTS = st.one_of(
    st.sampled_from(IRIS).map(NamedNode),
    st.sampled_from(["", "7", "true", "https://example.org/a", "pk:Report", "_:b", "@id"]).map(Literal),
    st.builds(
        typed,
        st.sampled_from(
            ["7", "-7", "07", "+7", "-0", "12345678901234567890", "1.5", "true", "1", "2016", ""]
        ),
        st.sampled_from(["integer", "boolean", "date", "decimal", "string"]),  # pyld rewrites doubles
    ),
    st.builds(Literal, st.just("x"), language=st.sampled_from(["en", "zh-hans"])),
    st.just(BlankNode("c")),
)
TRIPLES = st.lists(
    st.one_of(
        st.builds(Triple, SUBJECTS, st.sampled_from(IRIS).map(NamedNode), OBJECTS),
        st.builds(Triple, SUBJECTS, st.just(TYPE), st.sampled_from(IRIS).map(NamedNode)),
    ),
    max_size=12,
)


@given(TRIPLES)
def test_two_other_readers_find_the_same_statements(triples: list[Triple]) -> None:
    said_by_two_other_readers(triples)
