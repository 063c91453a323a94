"""What a release says of itself is true of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, Store

from kg import formats, release, store
from kg.release import Release
from tests.releasing import BASE, LABEL, content, rows, written

PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dqv: <http://www.w3.org/ns/dqv#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX void: <http://rdfs.org/ns/void#>
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return written(tmp_path_factory.mktemp("described"))


@pytest.fixture(scope="module")
def description(made: Release) -> Store:
    described = Store()
    described.extend(formats.read_file(made.description))
    return described


def ask(description: Store, query: str) -> list[tuple[str | None, ...]]:
    return rows(description, PREFIXES + query)


def within(variable: str, space: str) -> str:
    return f'FILTER STRSTARTS(STR({variable}), "{space}")'


def check_counts(made: Release) -> int:
    """Compare each number of a description with a count in the index; how many were compared."""
    description = Store()
    description.extend(formats.read_file(made.description))
    index = store.open_read_only(made.index)
    this = f"<{made.base}releases/{made.id}>"
    live = {
        "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
        "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER isIRI(?c) }",
        "entities": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {within('?s', made.base)} }}",
    }
    compared = 0
    for name, query in live.items():
        assert ask(description, f"SELECT ?n {{ {this} void:{name} ?n }}") == rows(index, query), name
        compared += 1
    for graph, number in ask(
        description,
        "SELECT ?g ?n { ?g a <http://www.w3.org/ns/sparql-service-description#Graph> ; void:triples ?n }",
    ):
        assert rows(index, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}") == [(number,)], (
            graph
        )
        compared += 1
    for kind, number in ask(description, "SELECT ?c ?n { ?p void:class ?c ; void:entities ?n }"):
        assert rows(index, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{kind}> }}") == [(number,)], kind
        compared += 1
    for term, number in ask(description, "SELECT ?q ?n { ?p void:property ?q ; void:triples ?n }"):
        assert rows(index, f"SELECT (COUNT(*) AS ?n) {{ ?s <{term}> ?o }}") == [(number,)], term
        compared += 1
    linked = (
        "SELECT ?p ?space ?n { ?l a void:Linkset ; void:linkPredicate ?p ; void:triples ?n ;"
        " void:objectsTarget/void:uriSpace ?space }"
    )
    for predicate, space, number in ask(description, linked):
        query = f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o {within('?o', str(space))} }}"
        assert rows(index, query) == [(number,)], (predicate, space)
        compared += 1
    return compared


def test_every_count_is_a_live_count(made: Release) -> None:
    assert check_counts(made) > 20


@pytest.mark.slow
def test_every_count_of_the_seeds_is_a_live_count(seed_release: Path) -> None:
    assert check_counts(release.current(seed_release)) > 100


def test_every_download_has_its_size_and_checksum(made: Release, description: Store) -> None:
    found = ask(
        description,
        "SELECT ?url ?size ?sum { ?release dcat:distribution ?d . ?d a dcat:Distribution ;"
        " dcat:downloadURL ?url ; dcat:byteSize ?size ; dcat:mediaType ?m ; dcterms:rights ?r ;"
        " spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue ?sum ] }",
    )
    files = {p.relative_to(made.dumps).as_posix(): p for p in made.dumps.rglob("*") if p.is_file()}
    assert {str(url).removeprefix(f"{BASE}dumps/") for url, _, _ in found} == set(files)
    for url, size, checksum in found:
        data = files[str(url).removeprefix(f"{BASE}dumps/")].read_bytes()
        assert (size, checksum) == (str(len(data)), hashlib.sha256(data).hexdigest())


def test_facts_are_free_and_quotations_keep_their_rights(description: Store) -> None:
    licensed = ask(description, "SELECT ?t { ?d dcat:downloadURL ?t ; dcterms:license ?l }")
    assert (f"{BASE}dumps/peerkg.ttl.gz",) in licensed
    assert (f"{BASE}dumps/peerkg.ttl.zst",) in licensed
    assert (f"{BASE}dumps/evidence.nq.gz",) not in licensed
    assert (f"{BASE}dumps/evidence.nq.zst",) not in licensed
    ((label,),) = ask(
        description,
        "SELECT ?l { ?r a dcterms:RightsStatement ; <http://www.w3.org/2000/01/rdf-schema#label> ?l }",
    )
    assert "CC0 1.0" in str(label)
    assert "Quotations keep the rights of the sources" in str(label)


def test_version_publisher_endpoint_and_sources_are_named(made: Release, description: Store) -> None:
    this = f"<{BASE}releases/{made.id}>"
    query = (
        f"SELECT ?v ?p ?e ?s {{ {this} dcat:version ?v ;"
        " dcterms:publisher/<http://xmlns.com/foaf/0.1/name> ?p ;"
        " void:sparqlEndpoint ?e ; prov:wasDerivedFrom ?s }"
    )
    assert ask(description, query) == [
        (made.id, "The hosts", f"{BASE}sparql", f"{BASE}source/0123456789abcdef")
    ]
    assert ask(description, f"SELECT ?x {{ {this} dcat:previousVersion ?x }}") == []


def test_the_release_before_is_named(tmp_path: Path) -> None:
    first = written(tmp_path)
    second = written(tmp_path, content(title="Second", publisher="https://example.org/hosts"))
    described = Store()
    described.extend(formats.read_file(second.description))
    this = f"<{BASE}releases/{second.id}>"
    query = f"SELECT ?x ?p {{ {this} dcat:previousVersion ?x ; dcterms:publisher ?p }}"
    assert ask(described, query) == [(f"{BASE}releases/{first.id}", "https://example.org/hosts")]


def test_the_share_of_linked_things_is_measured(made: Release, description: Store) -> None:
    asked = f"""SELECT ?label ?value {{ <{BASE}releases/{made.id}> dqv:hasQualityMeasurement ?m .
        ?m dqv:value ?value ; <{LABEL}> ?label }} ORDER BY ?label"""
    assert ask(description, asked) == [
        ("0 of 1 works are linked to another dataset", "0"),
        ("1 of 1 persons are linked to another dataset", "1"),
    ]


def test_a_publisher_that_is_no_address_after_all_is_a_name(tmp_path: Path) -> None:
    made = written(tmp_path, content(publisher="https://exa mple.org/<x>"))
    assert b"<https://exa mple" not in made.description.read_bytes()
    assert release.verify(tmp_path, made.id) == []


def test_there_are_no_blank_nodes(description: Store) -> None:
    terms = [term for quad in description for term in (quad.subject, quad.object)]
    assert [term for term in terms if isinstance(term, BlankNode)] == []


def test_rdflib_reads_the_same_description(made: Release, description: Store) -> None:
    assert len(rdflib.Graph().parse(made.description)) == len(description)
