"""Search over HTTP: a page, JSON, a feed and a description; whatever is asked, nothing breaks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from server.command import serve
from server.limits import Limits
from server.service import Service
from tests.releasing import written
from tests.test_server.test_pages import running

pytestmark = pytest.mark.slow

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def client(seed_release: Path) -> Iterator[FlaskClient]:
    with running(seed_release) as app:
        yield app.test_client()


def hits(client: FlaskClient, query: str, more: str = "") -> list[str]:
    answer = client.get(f"/search?q={quote(query)}&format=json{more}")
    assert answer.status_code == 200
    return [hit["iri"] for hit in json.loads(answer.data)["hits"]]


def test_chinese_accents_beginnings_and_misspellings_are_found(client: FlaskClient) -> None:
    concepts = "https://w3id.org/peerkg/role/"
    assert any(iri.startswith(concepts) for iri in hits(client, "同伴支持"))
    assert f"{concepts}peer-mentor" in hits(client, "同伴导师")
    assert hits(client, "hospitalizacion") == hits(client, "HOSPITALIZACIÓN") != []
    assert hits(client, "mentor") == hits(client, "MENTOR")
    assert set(hits(client, "smoking cess")) >= set(hits(client, "smoking cessation")) != set()
    answer = json.loads(client.get("/search?q=smokng+cesation&format=json").data)
    assert answer["instead"] == "smoking cessation"
    assert answer["total"] == len(answer["hits"]) > 0


def test_the_three_forms_say_the_same(client: FlaskClient) -> None:
    said = json.loads(client.get("/search?q=peer&page=2", headers={"Accept": "application/json"}).data)
    feed = client.get("/search?q=peer&page=2", headers={"Accept": "application/atom+xml"})
    page = client.get("/search?q=peer&page=2", headers={"Accept": "text/html"})
    assert [one.content_type.split(";")[0] for one in (feed, page)] == ["application/atom+xml", "text/html"]
    assert "Accept" in feed.headers["Vary"]
    assert "Accept" in page.headers["Vary"]
    tree = ET.fromstring(feed.data)  # noqa: S314 - of our own server
    ids = [entry.findtext(f"{ATOM}id") for entry in tree.iter(f"{ATOM}entry")]
    assert ids == [hit["iri"] for hit in said["hits"]]
    assert len(ids) == 25
    assert tree.findtext(f"{OPENSEARCH}totalResults") == str(said["total"])
    assert tree.findtext(f"{OPENSEARCH}startIndex") == "26"
    assert {link.get("rel") for link in tree.findall(f"{ATOM}link")} >= {"self", "next", "previous"}
    assert f"{said['total']} found" in page.text
    assert sum(said["classes"].values()) == said["total"]


def test_a_class_narrows_the_hits_and_not_the_counts(client: FlaskClient) -> None:
    everything = json.loads(client.get("/search?q=peer&format=json").data)
    people = json.loads(client.get("/search?q=peer&kind=Report&kind=nothing&format=json").data)
    assert people["classes"] == everything["classes"]
    assert people["total"] == everything["classes"]["Report"]
    assert {hit["class"] for hit in people["hits"]} == {"Report"}


def test_results_are_validated_and_answered_again(client: FlaskClient) -> None:
    first = client.get("/search?q=peer&format=json")
    again = client.get("/search?q=peer&format=json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("form", ["html", "json", "atom", "suggestions"])
@pytest.mark.parametrize(
    "query",
    ["", '"', '"" OR *', "NEAR(a b)", "a:b -c ^d", "%00peer%00", "\u202epeer", "%ED%A0%80", "x" * 9999,
     "peer " * 2_000, "</title><script>", "😀", "同" * 3_000, "'; DROP TABLE entity; --"],
)  # fmt: skip
def test_hostile_queries_do_no_harm(client: FlaskClient, form: str, query: str) -> None:
    asked = query if query.startswith("%") else quote(query)
    answer = client.get(f"/search?q={asked}&format={form}")
    assert answer.status_code == 200
    assert b"<script>" not in answer.data or form in ("json", "suggestions")
    if form == "atom":
        ET.fromstring(answer.data)  # noqa: S314 - of our own server
    elif form != "html":
        json.loads(answer.data)


def test_a_format_that_is_none_is_refused_with_the_list(client: FlaskClient) -> None:
    for answer in (
        client.get("/search?q=a&format=csv"),
        client.get("/search", headers={"Accept": "image/png"}),
    ):
        assert answer.status_code == 406
        assert "application/atom+xml" in answer.get_json()["available"]


def test_browsers_are_told_how_to_search_here(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert 'rel="search" type="application/opensearchdescription+xml"' in page
    answer = client.get("/opensearch.xml", headers={"Host": "example.org:8080"})
    assert answer.headers["Cache-Control"] == "no-store"
    tree = ET.fromstring(answer.data)  # noqa: S314 - of our own server
    assert 0 < len(tree.findtext(f"{OPENSEARCH}ShortName") or "") <= 16
    for url in tree.findall(f"{OPENSEARCH}Url"):
        template = url.get("template") or ""
        assert template.startswith("http://example.org:8080/")
        path = template.removeprefix("http://example.org:8080")
        filled = path.replace("{searchTerms}", "peer").replace("{startPage?}", "1")
        found = client.get(filled)
        assert (found.status_code, found.content_type.split(";")[0]) == (200, url.get("type"))
    strange = client.get("/opensearch.xml", headers={"Host": 'a"b/c'}).text
    assert 'a"b' not in strange


def test_the_address_that_the_operator_gives_counts_before_the_clients(seed_release: Path) -> None:
    with running(seed_release) as app:
        service: Service = app.extensions["peerkg"]
        service.limits = Limits(workers=1, address="https://peer.example.org/kg")
        answer = app.test_client().get("/opensearch.xml", headers={"Host": "evil.example"})
    assert 'template="https://peer.example.org/kg/search?q={searchTerms}' in answer.text
    assert "evil" not in answer.text
    assert "Cache-Control" not in answer.headers


@pytest.mark.parametrize(
    "address", ["ftp://a.example/", "a.example", "https://a.example/?q", "https://u@a.example/"]
)
def test_an_address_that_is_none_is_refused_at_the_start(address: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(serve, [str(tmp_path), "--address", address])
    assert found.exit_code == 2
    assert "no http or https address" in found.output


def test_an_index_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    folder = written(tmp_path).folder
    with closing(sqlite3.connect(folder / "search.sqlite")) as database:
        database.execute("PRAGMA user_version = 1")
    with running(tmp_path) as app:
        for path in ("/search?q=doors", "/reconcile?query=doors", "/reconcile/preview?id=person/ada"):
            answer = app.test_client().get(path)
            assert answer.status_code == 503
            assert answer.get_json()["type"].endswith("/problem/search-index")


def test_names_are_suggested_while_somebody_types(client: FlaskClient) -> None:
    query, names = json.loads(client.get("/search?q=peer+men&format=suggestions").data)
    assert query == "peer men"
    assert "peer mentor" in names
