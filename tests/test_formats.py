"""Every syntax is written sorted, the same each time, and is read by a parser that is not Oxigraph."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg import formats, packing
from kg.formats import SYNTAXES, Syntax
from kg.release import canonical

PK = "https://w3id.org/peerkg/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
ISSUED = NamedNode("http://purl.org/dc/terms/issued")
REPORT = NamedNode("https://w3id.org/peerkg/report/a")

GRAPH = [
    Triple(REPORT, LABEL, Literal("plain")),
    Triple(REPORT, LABEL, Literal("同伴支持", language="zh")),
    Triple(REPORT, LABEL, Literal('a "quote",\r\na backslash \\, a tab\t, <tags> & more ]]>')),
    Triple(REPORT, NamedNode(f"{PK}groupSize"), Literal("16", datatype=NamedNode(f"{XSD}integer"))),
    Triple(REPORT, ISSUED, Literal("2016", datatype=NamedNode(f"{XSD}gYear"))),
    Triple(REPORT, TYPE, NamedNode(f"{PK}Report")),
    Triple(REPORT, NamedNode("http://elsewhere.example/a/b"), NamedNode("http://elsewhere.example/c?d=e&f#g")),
    Triple(BlankNode("b1"), TYPE, BlankNode("b2")),
    Triple(BlankNode("b2"), LABEL, Literal("  spaces  ")),
]  # fmt: skip
QUADS = [
    Quad(t.subject, t.predicate, t.object, NamedNode(f"https://example.org/graph/{number % 2}"))
    for number, t in enumerate(GRAPH)
]

RDFLIB = {
    "turtle": "turtle",
    "jsonld": "json-ld",
    "ntriples": "nt",
    "rdfxml": "xml",
    "nquads": "nquads",
    "trig": "trig",
}


def read_by_rdflib(data: bytes, syntax: Syntax) -> set[tuple[str, str, str]]:
    """The triples as another implementation reads them, blank nodes without their names."""
    graph = rdflib.Dataset() if syntax.named_graphs else rdflib.Graph()
    graph.parse(data=data, format=RDFLIB[syntax.name])
    rows = graph.quads() if isinstance(graph, rdflib.Dataset) else graph
    return {
        tuple("_:" if isinstance(term, rdflib.BNode) else term.n3() for term in row[:3])  # type: ignore[misc] # three
        for row in rows
    }


def expected() -> set[tuple[str, str, str]]:
    graph = rdflib.Graph().parse(data="\n".join(f"{triple} ." for triple in GRAPH), format="nt")
    return {
        tuple("_:" if isinstance(term, rdflib.BNode) else term.n3() for term in row)  # type: ignore[misc] # three
        for row in graph
    }


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_what_is_written_is_read_back_by_oxigraph(syntax: Syntax) -> None:
    assert set(formats.read(formats.write(GRAPH, syntax), syntax, where="test")) == {
        Quad(t.subject, t.predicate, t.object) for t in GRAPH
    }


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_what_is_written_is_read_by_rdflib(syntax: Syntax) -> None:
    assert read_by_rdflib(formats.write(GRAPH, syntax), syntax) == expected()


@pytest.mark.parametrize("syntax", [s for s in SYNTAXES if s.named_graphs], ids=lambda syntax: syntax.name)
def test_named_graphs_are_kept_where_the_syntax_has_them(syntax: Syntax) -> None:
    assert set(formats.read(formats.write(QUADS, syntax), syntax, where="test")) == set(QUADS)


def test_the_json_ld_is_expanded_by_pyld_to_the_same_statements() -> None:
    document = json.loads(formats.write(QUADS, formats.JSON_LD))
    normalised = jsonld.to_rdf(document, {"format": "application/n-quads"})
    expanded = formats.read(normalised.encode(), formats.N_QUADS, where="pyld")
    assert canonical(expanded) == canonical(QUADS)


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_order_and_repetition_of_the_statements_change_no_byte(syntax: Syntax) -> None:
    assert formats.write([*reversed(GRAPH), *GRAPH], syntax) == formats.write(GRAPH, syntax)


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "graph.nt").write_bytes(formats.write(GRAPH, formats.N_TRIPLES))
    code = (
        "import sys; from pathlib import Path; from kg import formats\n"
        "quads = formats.read_file(Path(sys.argv[1]))\n"
        "for s in formats.SYNTAXES: sys.stdout.buffer.write(formats.write(quads, s))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "graph.nt")]
    outputs = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(3)}
    assert outputs == {b"".join(formats.write(GRAPH, syntax) for syntax in SYNTAXES)}


def test_turtle_is_for_people() -> None:
    text = formats.write(GRAPH[:6], formats.TURTLE).decode()
    assert text.splitlines()[:6] == [
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix pk: <https://w3id.org/peerkg/ontology#> .",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        "<https://w3id.org/peerkg/report/a> a pk:Report ;",
    ]


def test_nothing_is_written_as_nothing_that_parses() -> None:
    for syntax in SYNTAXES:
        assert formats.read(formats.write([], syntax), syntax, where="test") == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_every_syntax_or_is_refused(text: str) -> None:
    triple = Triple(REPORT, LABEL, Literal(text))
    for syntax in SYNTAXES:
        try:
            data = formats.write([triple], syntax)
        except formats.NotExpressibleError as error:
            assert (syntax, "U+" in str(error)) == (formats.RDF_XML, True)  # noqa: PT017 - or it is written
            continue
        (quad,) = formats.read(data, syntax, where="test")
        assert quad.triple == triple


@pytest.mark.parametrize("iri", ["http://example.org/1", "http://www.w3.org/1999/02/22-rdf-syntax-ns#li"])
def test_rdf_xml_refuses_a_property_it_cannot_name(iri: str) -> None:
    with pytest.raises(formats.NotExpressibleError, match=re.escape(iri)):
        formats.write([Triple(REPORT, NamedNode(iri), REPORT)], formats.RDF_XML)


def test_results_in_xml_keep_a_carriage_return_and_refuse_a_null() -> None:
    store = Store()
    store.add(Quad(REPORT, LABEL, Literal("a\r\nb")))
    xml = formats.result_format("xml")
    assert b"a&#xD;\nb" in formats.write_results(store.query("SELECT ?o { ?s ?p ?o }"), xml)  # type: ignore[arg-type] # a SELECT
    store.add(Quad(REPORT, LABEL, Literal("\x01")))
    with pytest.raises(formats.NotExpressibleError, match=r"U\+0001"):
        formats.write_results(store.query("SELECT ?o { ?s ?p ?o }"), xml)  # type: ignore[arg-type] # a SELECT


def test_a_syntax_is_found_by_name_media_type_and_file_name() -> None:
    for syntax in SYNTAXES:
        assert formats.by_name(syntax.name) is syntax
        assert formats.by_media_type(f"{syntax.media_type.upper()}; charset=utf-8") is syntax
        assert formats.by_path(f"x.y.{syntax.extension}.gz") is syntax
    assert formats.by_media_type("application/json") is formats.JSON_LD
    assert formats.result_format_by_media_type("application/json").name == "json"


@pytest.mark.parametrize(
    "ask",
    [
        formats.by_name,
        formats.by_media_type,
        formats.by_path,
        formats.result_format,
        formats.result_format_by_media_type,
    ],
)
def test_an_unknown_syntax_is_said_to_be_unknown(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(formats.UnknownSyntaxError, match="word"):
        ask("word")


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix a: <http://a/> .\na:b a:c ;;; .\n a:d", encoding="utf-8")
    with pytest.raises(formats.SyntaxProblemError, match=rf"{broken.name}:\d+: not Turtle"):
        formats.read_file(broken)


@pytest.mark.parametrize("way", packing.PACKINGS, ids=lambda way: way.coding)
def test_packed_files_are_read_whole_or_not_at_all(way: packing.Packing, tmp_path: Path) -> None:
    path = tmp_path / f"graph.nt{way.suffix}"
    data = formats.write(GRAPH, formats.N_TRIPLES)
    path.write_bytes(way.packed(data[:50]) + way.packed(data[50:]))
    assert {quad.triple for quad in formats.read_file(path)} == set(GRAPH)
    with way.opened(path) as stream:
        assert stream.read() == data
    assert way.packed(data) == way.packed(data)
    for length in (4, 30, -1):
        path.write_bytes(way.packed(data)[:length])
        with pytest.raises(formats.SyntaxProblemError, match="cannot be read"):
            formats.read_file(path)


def test_an_iri_whose_scheme_is_a_prefix_of_ours_stays_itself_in_json_ld() -> None:
    odd = [
        Triple(NamedNode("org:x"), NamedNode("http://www.w3.org/ns/org#unitOf"), NamedNode("skos:y")),
        Triple(NamedNode("dcterms://z"), NamedNode("foaf:name"), Literal("a", datatype=NamedNode("xsd:b"))),
        Triple(NamedNode("org:x"), TYPE, NamedNode("pk:Report")),
        Triple(NamedNode("org:x"), TYPE, NamedNode(f"{PK}Report")),
        Triple(NamedNode("org:x"), LABEL, NamedNode("http://www.w3.org/2004/02/skos/core#Concept")),
    ]
    written = formats.write(odd, formats.JSON_LD)
    back = {quad.triple for quad in formats.read(written, formats.JSON_LD, where="itself")}
    assert back == set(odd)
    assert "rdfs" in json.loads(written)["@context"]
    by_pyld = jsonld.to_rdf(json.loads(written), {"format": "application/n-quads"})
    assert set(by_pyld.splitlines()) == set(formats.write(odd, formats.N_TRIPLES).decode().splitlines())
