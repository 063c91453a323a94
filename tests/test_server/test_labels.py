"""`&labels=1`: names beside IRIs, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from pyoxigraph import QueryBoolean, QueryTriples, RdfFormat, Store

from server.labels import labelled, of_store

DATA = """
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a :knows :b , :c ; rdfs:label "A", "Ah"@en, "Äh"@de-CH ; skos:prefLabel "Bevorzugt"@de .
:b :knows "=b" ; rdfs:label "nur deutsch"@de .
:c :knows _:x .
"""


def columns(query: str, *languages: str) -> list[list[str | None]]:
    store = Store()
    store.load(DATA.encode(), RdfFormat.TURTLE)
    results = store.query(f"PREFIX : <http://example.org/> {query}")
    assert not isinstance(results, QueryBoolean | QueryTriples)
    found = labelled(results, of_store(store), languages)
    head: list[str | None] = [variable.value for variable in found.variables]
    return [head, *([None if term is None else getattr(term, "value", "") for term in row] for row in found)]


@pytest.mark.parametrize(
    ("languages", "label"),
    [
        ((), "Ah"),
        (("fr",), "Ah"),
        (("de",), "Bevorzugt"),
        (("de-ch",), "Äh"),
        (("de-at",), "Bevorzugt"),
        (("fr", "de"), "Bevorzugt"),
    ],
)
def test_the_label_is_in_the_first_language_there_is(languages: tuple[str, ...], label: str) -> None:
    assert columns("SELECT ?s { ?s ?p ?o FILTER(?s = :a) } LIMIT 1", *languages)[1][1] == label


def test_only_columns_with_iris_get_one_and_no_name_is_taken_twice() -> None:
    query = 'SELECT (:b AS ?x) ("y" AS ?xLabel) (1 AS ?n) (:c AS ?none) {}'
    assert columns(query) == [
        ["x", "xLabel2", "xLabel", "n", "none", "noneLabel"],
        ["http://example.org/b", "nur deutsch", "y", "1", "http://example.org/c", None],
    ]


def test_blank_nodes_stay_what_they_are() -> None:
    assert len(columns("SELECT ?s ?o { ?s :knows ?o }")) == 5


@pytest.fixture(scope="module")
def labels_server(start: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("labels") / "data.ttl"
    path.write_text(DATA, encoding="utf-8")
    with start("--data", path) as server:
        yield server.address


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv", "csv-excel"])
def test_they_come_in_every_format(labels_server: str, form: str) -> None:
    query = {"query": 'SELECT ?s { ?s <http://example.org/knows> "=b" }', "format": form, "labels": "1"}
    german = httpx.get(f"{labels_server}/sparql", params=query, headers={"Accept-Language": "de"})
    assert "sLabel" in german.text
    assert "nur deutsch" in german.text
    assert german.headers["vary"] == "Accept-Language"
    assert "sLabel" not in httpx.get(f"{labels_server}/sparql", params={**query, "labels": "0"}).text


@pytest.mark.slow
def test_each_language_has_its_own_answer(labels_server: str) -> None:
    query = {"query": "SELECT ?s { ?s <http://example.org/knows> ?o } ORDER BY ?s", "labels": "1"}
    for language, label in (("de", "Bevorzugt"), ("en", "Ah"), ("de", "Bevorzugt")):
        headers = {"Accept-Language": f"xx, {language};q=0.5", "Accept": "text/csv"}
        response = httpx.get(f"{labels_server}/sparql", params=query, headers=headers)
        assert next(csv.DictReader(io.StringIO(response.text)))["sLabel"] == label
        assert response.headers["vary"] == "Accept, Accept-Language"
    assert httpx.get(f"{labels_server}/sparql", params={**query, "labels": "maybe"}).status_code == 400
