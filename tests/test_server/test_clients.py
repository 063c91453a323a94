"""Clients that others wrote, against the seeds' release."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, RDFXML, TURTLE, XML, SPARQLWrapper

pytestmark = pytest.mark.slow

STUDIES = """PREFIX pk: <https://w3id.org/peerkg/ontology#>
SELECT ?study ?label { ?study a pk:Study ; <http://www.w3.org/2000/01/rdf-schema#label> ?label }"""
GRAPH = "PREFIX pk: <https://w3id.org/peerkg/ontology#> CONSTRUCT { ?s a pk:Study } WHERE { ?s a pk:Study }"


@pytest.fixture(scope="module")
def studies(seed_server: str) -> int:
    """How many studies there are; a client must find as many."""
    query = "PREFIX pk: <https://w3id.org/peerkg/ontology#> SELECT DISTINCT ?s { ?s a pk:Study }"
    response = httpx.get(f"{seed_server}/sparql", params={"query": query, "format": "csv"}, timeout=120)
    count = response.text.count("\r\n") - 1
    assert count > 0
    return count


def converted(client: SPARQLWrapper, form: str) -> Any:
    client.setReturnFormat(form)
    return client.query().convert()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_reads_tables(seed_server: str, studies: int, method: str) -> None:
    client = SPARQLWrapper(f"{seed_server}/sparql")
    client.setMethod(method)
    client.setQuery(STUDIES)
    assert len(converted(client, JSON)["results"]["bindings"]) == studies
    assert len(converted(client, XML).getElementsByTagName("result")) == studies
    assert converted(client, CSV).count(b"\r\n") == studies + 1


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # the client's own
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(seed_server: str, studies: int, form: str) -> None:
    client = SPARQLWrapper(f"{seed_server}/sparql")
    client.setQuery(GRAPH)
    found = converted(client, form)
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert len(graph) == studies


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_it_as_a_store(seed_server: str, studies: int, method: str) -> None:
    store = SPARQLStore(f"{seed_server}/sparql", method=method)
    assert len(list(Graph(store).query(STUDIES))) == studies
    assert bool(Graph(store).query("ASK { ?s ?p ?o }").askAnswer)


def test_rdflib_reads_a_thing_by_its_address(seed_server: str) -> None:
    (study, *_) = httpx.get(f"{seed_server}/sparql", params={"query": STUDIES, "format": "json"}).json()[
        "results"
    ]["bindings"]
    iri = study["study"]["value"]
    graph = Graph().parse(iri.replace("https://w3id.org/peerkg", seed_server))
    assert (URIRef(iri), None, None) in graph


@pytest.mark.parametrize(
    ("query", "media_type", "said"),
    [
        (STUDIES, "application/sparql-results+json", '"study"'),
        (GRAPH, "text/turtle", "<https://w3id.org/peerkg/ontology#Study>"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+json", "true"),
    ],
)
def test_comunica_asks_it(seed_server: str, query: str, media_type: str, said: str) -> None:
    comunica = shutil.which("comunica-sparql", path=os.environ.get("PEERKG_COMUNICA"))
    if comunica is None:
        pytest.skip("PEERKG_COMUNICA names no folder with comunica-sparql (npm: @comunica/query-sparql@3)")
    done = subprocess.run(
        [comunica, f"sparql@{seed_server}/sparql", query, "-t", media_type],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert said in done.stdout


def test_curl_sends_long_queries_by_every_method(seed_server: str, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    query = tmp_path / "long.rq"
    query.write_text("ASK { ?s ?p ?o } #" + "x" * 200_000)
    as_it_is = ["-H", "Content-Type: application/sparql-query", "--data-binary", f"@{query}"]
    for arguments in (["--data-urlencode", f"query@{query}"], as_it_is, ["-X", "QUERY", *as_it_is]):
        command = [curl, "-sf", f"{seed_server}/sparql", *arguments]
        answer = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        assert answer == '{"head":{},"boolean":true}'


def test_curl_reads_a_part_of_a_dump(seed_server: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    address = f"{seed_server}/dumps/peerkg.nt.gz"
    whole = subprocess.run([curl, "-sf", address], capture_output=True, check=True).stdout
    part = subprocess.run([curl, "-sf", "-r", "5-104", address], capture_output=True, check=True).stdout
    assert part == whole[5:105]
    head = subprocess.run([curl, "-sfI", address], capture_output=True, check=True, text=True).stdout
    assert f"content-length: {len(whole)}" in head.lower()


def test_the_example_queries_of_the_home_page_run(seed_server: str) -> None:
    from server.pages import examples  # noqa: PLC0415 - beside its only use

    assert len(examples()) >= 10
    for stem, question, query in examples():
        response = httpx.get(f"{seed_server}/sparql", params={"query": query, "format": "csv"})
        assert response.status_code == 200, stem
        assert response.text.count("\r\n") > 1, stem
        assert question.endswith(("?", ".")), stem
