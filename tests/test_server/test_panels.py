"""What pages of the seeds say of journals, programmes, documents and people, and the data behind a page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from server.tables import Labels, Term
from server.things import pictures
from tests.test_server.test_pages import HTML, running

pytestmark = pytest.mark.slow
PREFIXES = "PREFIX pk: <https://w3id.org/peerkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "


@pytest.fixture(scope="module")
def client(seed_release: Path) -> Iterator[FlaskClient]:
    with running(seed_release) as app:
        yield app.test_client()


def rows(client: FlaskClient, query: str) -> list[dict[str, str]]:
    asked = {"query": PREFIXES + query, "format": "json"}
    found = json.loads(client.get("/sparql", query_string=asked).data)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def page_of(client: FlaskClient, iri: str) -> str:
    return client.get(iri.removeprefix("https://w3id.org/peerkg") + ".html", headers=HTML).text


@pytest.mark.parametrize("chosen", ["", "?role=peer-worker&outcome=hope&from=2010", "?source=none"])
def test_the_data_of_a_page_are_the_findings_it_counts(client: FlaskClient, chosen: str) -> None:
    page = client.get(f"/findings{chosen}", headers=HTML).text
    count = re.search(r'role="status">([0-9]+) finding', page)
    assert count
    links = [unescape(link).removeprefix("./") for link in re.findall(r'href="([^"]*format=csv)"', page)]
    if count[1] == "0":
        assert not links
        return
    read = re.search(r'read_csv\("([^"]*)"', unescape(page))
    assert read
    assert read[1] == f"https://w3id.org/peerkg/{links[0]}"
    assert f'read.csv("{read[1]}")' in unescape(page)
    table = list(csv.DictReader(io.StringIO(client.get(f"/{links[0]}").text)))
    assert len({row["f"] for row in table}) == int(count[1])


def test_a_journal_has_its_works_and_what_they_are_about(client: FlaskClient) -> None:
    first = rows(
        client,
        "SELECT ?journal (COUNT(DISTINCT ?w) AS ?n) { ?w dcterms:isPartOf ?journal . ?any pk:reportsStudy "
        "?s ; dcterms:isPartOf ?journal } GROUP BY ?journal ORDER BY DESC(?n) LIMIT 1",
    )[0]
    page = page_of(client, first["journal"])
    assert f"<small>{first['n']}</small>" in page
    assert page.count('class="Z3988"') == int(first["n"]) > 1
    assert 'id="about"' in page


def test_a_programme_has_its_studies_and_what_they_found(client: FlaskClient) -> None:
    first = rows(
        client, "SELECT ?p ?s { ?s pk:evaluatesProgramme ?p ; pk:hasFinding ?f } ORDER BY ?p LIMIT 1"
    )[0]
    page = page_of(client, first["p"])
    assert first["s"].rpartition("/")[2] in page
    assert '<article class="claim">' in page


def test_the_page_of_a_document_says_what_is_doubtful_in_it(client: FlaskClient, seed_release: Path) -> None:
    problems = json.loads((seed_release / "current" / "problems.json").read_text(encoding="utf-8"))
    for row in rows(client, "SELECT ?s ?file { ?s pk:fileName ?file }"):
        page = unescape(page_of(client, row["s"]))
        own = [one["message"] for one in problems if one["path"] == row["file"]]
        assert all(message in page for message in own)
        assert ('id="doubts"' in page) == bool(own)


def test_a_person_is_drawn_with_those_who_wrote_together(client: FlaskClient) -> None:
    first = rows(
        client,
        "SELECT ?x (COUNT(DISTINCT ?y) AS ?n) { ?w pk:hasAuthor ?x, ?y FILTER(?x != ?y) } "
        "GROUP BY ?x HAVING(COUNT(DISTINCT ?y) > 1) ORDER BY ?n ?x LIMIT 1",
    )[0]
    assert page_of(client, first["x"]).count("<circle") == int(first["n"]) + 1


def test_places_are_drawn_where_a_register_knows_them() -> None:
    place = {
        "institution": Term("urn:i", "uri"),
        "lat": Term("45.4", "literal"),
        "long": Term("-75.7", "literal"),
    }
    named = Labels({"urn:i": {"en": "Univ Ottawa"}}, ["en"])
    found = pictures(cast("Any", SimpleNamespace(parts={"places": [place]}, labels=named)))
    assert "Univ Ottawa" in found["places"].svg
    assert found["network"] is None
    assert pictures(cast("Any", SimpleNamespace(parts={"places": []}, labels=named)))["places"] is None
