"""Search over HTTP: a page, JSON, a feed and a description; whatever is asked, nothing breaks."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from server import exporting
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


def told(client: FlaskClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/search{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


WORKS_OF = """PREFIX pk: <https://w3id.org/peerkg/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX fabio: <http://purl.org/spar/fabio/>
SELECT ?v (COUNT(DISTINCT ?r) AS ?n) { ?r a pk:Report . %s } GROUP BY ?v"""
ABOUT = "?r pk:reportsStudy? ?u . ?u pk:hasFacet|pk:reportFacet"
PATTERNS = {
    "role": f"{ABOUT} ?c . ?c skos:broader* ?v . ?v a pk:PeerRole",
    "outcome": f"{{ {ABOUT} ?c }} UNION {{ ?r pk:reportsStudy?/(pk:hasFinding|pk:statesFinding) ?f . "
    "?f pk:findingOutcome ?c } ?c skos:broader* ?v . ?v a pk:Outcome",
    "direction": "?r pk:reportsStudy?/(pk:hasFinding|pk:statesFinding) ?f . ?f pk:findingDirection ?v ; "
    "pk:findingBasis ?b FILTER(?b IN (<https://w3id.org/peerkg/basis/own-result>, "
    "<https://w3id.org/peerkg/basis/cited-from-other>))",
    "source": "?r pk:convertedFrom/pk:fileName ?v",
    "year": "?r fabio:hasPublicationYear ?v",
}


@pytest.mark.parametrize("facet", PATTERNS)
def test_a_facet_counts_the_works_that_the_graph_has(client: FlaskClient, facet: str) -> None:
    asked = client.get(
        "/sparql", query_string={"query": WORKS_OF % PATTERNS[facet]}, headers={"Accept": "application/json"}
    )
    rows = json.loads(asked.data)["results"]["bindings"]
    graph = {row["v"]["value"].rpartition("/")[2]: int(row["n"]["value"]) for row in rows}
    assert (
        {one["value"]: one["works"] for one in told(client, f"?all={facet}")["facets"][facet]} == graph != {}
    )


def test_each_value_leads_to_as_many_works_as_it_says(client: FlaskClient) -> None:
    first = told(client, "?q=peer&role=peer-worker")
    assert first["total"] > 1
    assert {hit["class"] for hit in first["hits"]} == {"Report"}
    for facet in ("outcome", "design", "country", "year"):
        for one in first["facets"][facet]:
            more = f"&{facet}={quote(one['value'])}"
            assert told(client, f"?q=peer&role=peer-worker{more}")["total"] == one["works"], (facet, one)
    other = next(one for one in first["facets"]["role"] if one["works"] < first["total"])
    narrow = told(client, f"?q=peer&role={other['value']}")
    assert narrow["total"] == other["works"]
    wide = next(one for one in narrow["facets"]["role"] if one["value"] == "peer-worker")
    assert wide["works"] == first["total"] > narrow["total"]
    both = told(client, f"?q=peer&role=peer-worker&role={other['value']}")
    assert both["total"] >= max(first["total"], other["works"])


def test_years_are_a_span_and_words_that_nothing_has_are_mended(client: FlaskClient) -> None:
    years = {one["value"]: one["works"] for one in told(client, "?all=year")["facets"]["year"]}
    wanted = sum(n for year, n in years.items() if "2015" <= year <= "2018")
    assert told(client, "?from=2015&to=2018")["total"] == wanted > 0
    assert client.get("/search?from=soon").status_code == 400
    mended = told(client, "?q=peeer+mentr&role=peer-mentor")
    assert mended["instead"] == "peer mentor"
    assert mended["total"] > 0


def test_what_is_found_without_any_work_is_shown(client: FlaskClient) -> None:
    found = told(client, "?q=hope&kind=Concept")
    assert "Report" not in found["classes"]
    works = told(client, "?role=peer-worker")["total"]
    assert (
        client.get("/search?role=peer-worker", headers={"Accept": "text/html"}).text.count("rft.atitle")
        == works
    )
    page = client.get("/search?q=hope", headers={"Accept": "text/html"}).text
    assert 'href="./outcome/hope"' in page


def test_a_page_of_facets_leads_on_and_back_without_a_script(client: FlaskClient) -> None:
    page = client.get("/zh/search?q=peer&role=peer-worker", headers={"Accept": "text/html"}).text
    assert "同伴角色" in page
    links = dict(re.findall(r'<a href="(\?[^"]*)"( aria-current="true")?>', page))
    assert next(address for address, current in links.items() if current) == "?q=peer"
    on = next(address for address in links if "country=CA" in address)
    assert told(client, on.replace("&amp;", "&"))["chosen"] == {"role": ["peer-worker"], "country": ["CA"]}


LINES = 'title:peer*\nexp role:"peer worker"\n#1 AND #2'


def test_lines_are_counted_pinned_and_taken_along(client: FlaskClient) -> None:
    query = {"lines": LINES, "format": "json"}
    said = json.loads(client.get("/expert", query_string=query).data)
    counts = [line["works"] for line in said["lines"]]
    assert counts[2] == len(said["hits"]) <= min(counts[:2])
    assert said["line"] == 3
    path = said["address"].removeprefix("https://w3id.org/peerkg")
    assert path.startswith(f"/releases/{said['release']}/expert?")
    pinned = client.get(f"{path}&format=json")
    assert "Accept" in pinned.vary
    assert json.loads(pinned.data) == said
    again = client.get(f"{path}&format=json", headers={"If-None-Match": pinned.headers["ETag"]})
    assert again.status_code == 304
    taken = client.get("/export/csl-json", query_string={"lines": LINES, "line": 2})
    assert len(json.loads(taken.data)) == counts[1] > 0
    chosen = client.get("/export/csl-json?q=&role=peer-worker")
    assert len(json.loads(chosen.data)) == counts[1]
    assert client.get("/export/ris", query_string={"lines": LINES, "line": 4}).status_code == 400


def test_a_file_of_a_search_is_whole_or_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST", 1)
    refused = client.get("/export/ris?q=&role=peer-worker")
    assert refused.status_code == 400
    assert "more than 1 works are chosen" in refused.text


def test_a_search_is_reported_with_its_lines_and_release(client: FlaskClient) -> None:
    page = client.get("/expert", query_string={"lines": LINES}, headers={"Accept": "text/html"}).text
    report = re.search(r'<blockquote class="report".*?</blockquote>', page, re.DOTALL)
    assert report
    release = json.loads(client.get("/expert?format=json").data)["release"]
    for words in (
        f"release {release}",
        "which holds 41 works",
        "2. exp role:&#34;peer worker&#34; (5)",
        f"{release}/expert?lines=",
    ):
        assert words in report[0]


def test_a_line_that_cannot_be_read_is_shown_with_its_place(client: FlaskClient) -> None:
    for prefix, words in (("", "Line 2, column 6"), ("/zh", "第 2 行，第 6 列")):
        page = client.get(f"{prefix}/expert?lines=peer%0Apeer+<b>", headers={"Accept": "text/html"})
        assert page.status_code == 400
        assert words in page.text
        assert "peer <mark>&lt;b&gt;</mark>" in page.text
    problem = client.get("/expert?lines=peer%0Apeer+mentor&format=json")
    assert (problem.status_code, problem.get_json(force=True)["column"]) == (400, 6)


def test_results_are_validated_and_answered_again(client: FlaskClient) -> None:
    first = client.get("/search?q=peer&format=json")
    again = client.get("/search?q=peer&format=json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("form", ["html", "json", "atom", "suggestions"])
@pytest.mark.parametrize(
    "query",
    ["", '"', '"" OR *', "NEAR(a b)", "a:b -c ^d", "%00peer%00", "\u202epeer", "%ED%A0%80", "x" * 9999,
     "peer " * 2_000, "</title><script>", "😀", "同" * 3_000, "a&role=%00&year=\u202e&country=%27",
     "'; DROP TABLE entity; --"],
)  # fmt: skip
def test_hostile_queries_do_no_harm(client: FlaskClient, form: str, query: str) -> None:
    asked = query if query.startswith(("%", "a&")) else quote(query)
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
    assert "no-store" not in answer.headers["Cache-Control"]


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
