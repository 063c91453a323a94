"""Reconciliation over HTTP, in both versions: what schemas demand, what is certain, and what is refused."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pyoxigraph import Literal, NamedNode, Quad
from referencing import Registry
from referencing.jsonschema import DRAFT7
from werkzeug.test import TestResponse

from tests.releasing import BASE, LABEL, PK, TYPE, content, facts, quad, written
from tests.test_server.test_pages import running

pytestmark = pytest.mark.slow

GRAPH = "graph/source/0123456789abcdef"
SKOS = "http://www.w3.org/2004/02/skos/core#"
HOPE = "https://w3id.org/peerkg/outcome/hope"
MENTOR = "https://w3id.org/peerkg/role/peer-mentor"
VCARD = "http://www.w3.org/2006/vcard/ns#"
FABIO = "http://purl.org/spar/fabio/"
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"


def thing(path: str, kind: str, name: str, **more: str) -> list[Quad]:
    """A thing with a name and more properties, given as `prefix__name`."""
    named = {"pk": PK, "vcard": VCARD, "fabio": FABIO, "prism": PRISM}
    said = [quad(path, TYPE, NamedNode(f"{PK}{kind}"), GRAPH), quad(path, LABEL, name, GRAPH)]
    for key, value in more.items():
        prefix, _, local = key.partition("__")
        term = NamedNode(value) if value.startswith("http") else Literal(value)
        said.append(quad(path, named[prefix] + local.replace("_", "-"), term, GRAPH))
    return said


def hosts() -> list[Quad]:
    concept, graph = NamedNode(HOPE), NamedNode(BASE + "graph/vocabulary")
    labels = {"en": "hope", "de": "Hoffnung", "zh": "希望", "es": "esperanza", "fr": "espoir"}
    found = [
        Quad(concept, NamedNode(TYPE), NamedNode(kind), graph) for kind in (f"{SKOS}Concept", f"{PK}Outcome")
    ]
    found += [
        Quad(concept, NamedNode(name), Literal(word, language=language), graph)
        for language, word in labels.items()
        for name in (LABEL, f"{SKOS}prefLabel")
    ]
    return [
        *facts(),
        *found,
        *thing("person/ada-2", "Person", "Ada Okafor", pk__orcid="0000-0001-5109-3700"),
        *thing("person/zed", "Person", "Zed Unique", pk__affiliatedWith=f"{BASE}institution/lantern"),
        *thing("institution/lantern", "Institution", "Lantern University", vcard__locality="Doorstad",
               pk__ror="02qtvee93"),
        *thing("institution/key", "Institution", "Key University"),
        *thing("journal/doors", "Journal", "Journal of Doors", prism__issn="1234-5679"),
        *thing("report/long", "Report", "How hosts open heavy doors for guests",
               fabio__hasPublicationYear="2019", prism__doi="10.5555/heavy.doors",
               fabio__hasPubMedId="123456"),
        *thing("report/short", "Report", "Editorial", fabio__hasPublicationYear="2019"),
        *thing("report/evil", "Report", "</script>\u2028 \"'<b> \u202e door"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(hosts()))
    with running(folder) as app:
        yield app.test_client()


def asked(client: FlaskClient, **queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return {name: is_result(found["result"], has_names=False) for name, found in answer.get_json().items()}


def one(client: FlaskClient, words: str = "", **more: Any) -> list[dict[str, Any]]:
    return asked(client, q={**({"query": words} if words else {}), **more})["q"]


def matched(client: FlaskClient, words: str = "", **more: Any) -> list[str]:
    return [found["id"].removeprefix(BASE) for found in one(client, words, **more) if found["match"]]


def is_result(found: list[dict[str, Any]], *, has_names: bool) -> list[dict[str, Any]]:
    """The candidates, if they are as the schemas of both versions want them."""
    for candidate in found:
        assert isinstance(candidate["id"], str) and isinstance(candidate["name"], str)  # noqa: PT018
        assert candidate["name"]
        assert isinstance(candidate["match"], bool)
        assert 0 <= candidate["score"] <= 100
        assert isinstance(candidate.get("description", ""), str)
        assert all(
            isinstance(kind["id"], str) and isinstance(kind["name"], str) for kind in candidate["type"]
        )
        ids = [feature["id"] for feature in candidate["features"]]
        assert len(ids) == len(set(ids))
        assert all(isinstance(feature["value"], bool | int | float) for feature in candidate["features"])
        assert all(("name" in feature) == has_names for feature in candidate["features"])
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    return found


def refused(answer: TestResponse, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return str(answer.get_json()["detail"])


def test_the_manifest_has_what_the_schema_of_0_2_demands(client: FlaskClient) -> None:
    answer = client.get("/reconcile", headers={"Host": "127.0.0.1:8000"})
    assert (answer.content_type, answer.headers["Access-Control-Allow-Origin"]) == ("application/json", "*")
    assert answer.headers["Cache-Control"] == "no-store"
    manifest = answer.get_json()
    assert "0.2" in manifest["versions"]
    assert (manifest["identifierSpace"], manifest["name"]) == (BASE, "Doors")
    assert manifest["schemaSpace"].startswith("https://w3id.org/peerkg/")
    for part in ("view", "feature_view", "preview"):
        assert manifest[part]["url"].startswith("http://127.0.0.1:8000/reconcile/")
        assert "{{id}}" in manifest[part]["url"]
    assert all(type(manifest["preview"][side]) is int for side in ("width", "height"))
    assert set(manifest["suggest"]) == {"entity", "type", "property"}
    assert all("${id}" in one["flyout_service_path"] for one in manifest["suggest"].values())
    assert all(kind["id"] and kind["name"] for kind in manifest["defaultTypes"])
    (setting,) = manifest["extend"]["property_settings"]
    assert {"type", "label", "name"} <= set(setting)


def test_every_address_of_the_manifest_answers(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").get_json()
    iri = quote(f"{BASE}person/zed", safe="")
    addresses = [manifest[part]["url"].replace("{{id}}", iri) for part in ("view", "preview")]
    addresses += [manifest["feature_view"]["url"].replace("{{id}}", "same_name"), manifest["documentation"]]
    for what, service in manifest["suggest"].items():
        addresses.append(f"{service['service_url']}{service['service_path']}?prefix=a")
        for given_id in ("x", iri, "orcid", f"{PK}Person".replace("#", "%23")):
            path = service["flyout_service_path"].replace("${id}", given_id)
            if what != "entity" or given_id == iri:
                addresses.append(service["flyout_service_url"] + path)
    propose = manifest["extend"]["propose_properties"]
    addresses.append(f"{propose['service_url']}{propose['service_path']}?type={quote(f'{PK}Person')}")
    for address in addresses:
        found = urlsplit(address)
        answer = client.get(f"{found.path}?{found.query}")
        assert answer.status_code in (200, 303), address


def test_the_draft_has_a_manifest_of_its_own(client: FlaskClient) -> None:
    for path in ("/reconcile/1.0", "/reconcile/1.0/"):
        manifest = client.get(path, headers={"Host": "example.org"}).get_json()
        assert "1.0-draft" in manifest["versions"]
        assert re.fullmatch(r"http://example.org/.*\{id\}", manifest["view"]["url"])
        assert manifest["suggest"] == {"entity": True, "property": True, "type": True}
        assert set(manifest["preview"]) == {"width", "height"}
        assert manifest["standardizedScore"] is True
        assert manifest["extend"]["proposeProperties"] is True
        assert "callback" not in client.get(f"{path}?callback=f").text[:20]


@pytest.mark.parametrize("word", ["hope", "HOPE", "Hoffnung", "希望", "esperanza", "Éspoir"])
def test_a_concept_is_certain_by_its_name_in_any_of_five_languages(client: FlaskClient, word: str) -> None:
    assert matched(client, word) == [HOPE]
    assert matched(client, word, type=f"{PK}Outcome") == [HOPE]
    assert one(client, word, type="PeerRole") == []


@pytest.mark.parametrize(
    ("word", "path"),
    [("Hofnung", HOPE), ("esperansa", HOPE), ("Zed Uniqeu", "person/zed"), ("Unique, Z.", "person/zed"),
     ("Lantren Univeristy", "institution/lantern"), ("How hosts opne hevy doors", "report/long"),
     ("jurnal of doors", "journal/doors")],
)  # fmt: skip
def test_a_misspelt_name_is_found_and_not_certain(client: FlaskClient, word: str, path: str) -> None:
    best = one(client, word)[0]
    assert best["id"].removeprefix(BASE) == path
    assert not best["match"]
    assert 60 < best["score"] < 100


@pytest.mark.parametrize(
    ("text", "path"),
    [("10.5555/HEAVY.doors", "report/long"), ("https://doi.org/10.5555/heavy.doors", "report/long"),
     ("doi: 10.5555/heavy.doors", "report/long"), ("PMID: 123456", "report/long"),
     ("https://pubmed.ncbi.nlm.nih.gov/123456/", "report/long"), ("0000-0001-5109-3700", "person/ada-2"),
     ("https://orcid.org/0000-0002-1825-0097", "person/ada"), ("ror.org/02qtvee93", "institution/lantern"),
     ("02qtvee93", "institution/lantern"), ("ISSN 1234-5679", "journal/doors"),
     (f"{BASE}person/zed", "person/zed"), ("person/zed", "person/zed")],
)  # fmt: skip
def test_an_identifier_is_a_query_and_its_thing_certain(client: FlaskClient, text: str, path: str) -> None:
    best = one(client, text)[0]
    assert (best["id"].removeprefix(BASE), best["score"], best["match"]) == (path, 100, True)
    assert {"id": "identifier", "value": True} in best["features"]


def test_a_bare_number_may_be_an_identifier_and_is_not_certain(client: FlaskClient) -> None:
    best = one(client, "123456")[0]
    assert (best["id"], best["match"]) == (f"{BASE}report/long", False)


def test_a_name_of_a_person_place_or_work_alone_is_never_certain(client: FlaskClient) -> None:
    for name in ("Zed Unique", "Lantern University", "How hosts open heavy doors for guests", "Ada Okafor"):
        best = one(client, name)[0]
        assert (best["score"], best["match"]) == (100, False)
    assert matched(client, "Journal of Doors") == ["journal/doors"]


def test_a_property_that_tells_makes_a_name_certain(client: FlaskClient) -> None:
    def told(name: str, pid: str, value: object) -> list[str]:
        return matched(client, name, properties=[{"pid": pid, "v": value}])

    assert told("Zed Unique", "affiliation", "Lantern University") == ["person/zed"]
    assert told("Zed Unique", "affiliation", {"id": f"{BASE}institution/lantern"}) == ["person/zed"]
    assert told("Zed Unique", "affiliation", "Key University") == []
    assert told("Ada Okafor", "orcid", "https://orcid.org/0000-0001-5109-3700") == ["person/ada-2"]
    assert told("Ada Okafor", "orcid", "0000-0002-1825-0000") == []
    assert told("How hosts open heavy doors for guests", "year", 2019) == ["report/long"]
    assert told("How hosts open heavy doors for guests", "year", "2018") == []
    assert told("Editorial", "year", 2019) == []
    assert told("A title that is quite another", "doi", "10.5555/heavy.doors") == []
    assert told("Journal of Doors", "issn", "9999-9999") == []


def test_properties_change_the_order_and_stand_among_the_features(client: FlaskClient) -> None:
    found = one(client, "University", type="Institution", properties=[{"pid": "city", "v": "doorstad"}])
    assert [row["id"].removeprefix(BASE) for row in found] == ["institution/lantern", "institution/key"]
    features = {feature["id"]: feature["value"] for feature in found[0]["features"]}
    assert (features["property:city"], features["type"]) == (1, True)
    none = one(client, "Lantern University", properties=[{"pid": "nothing", "v": "x"}])
    assert {"id": "property:nothing", "value": 0} in none[0]["features"]


def test_a_query_may_have_properties_alone(client: FlaskClient) -> None:
    def alone(pid: str, value: object) -> list[str]:
        found = one(client, properties=[{"pid": pid, "v": value}])
        return [row["id"].removeprefix(BASE) for row in found]

    assert alone("doi", "DOI 10.5555/heavy.doors") == ["report/long"]
    assert alone("city", "DOORSTAD") == ["institution/lantern"]
    assert alone("affiliation", "Lantern University") == ["person/zed"]
    assert alone("city", 'x" } DELETE WHERE { ?s ?p ?o } #\\') == []
    assert alone("affiliation", {"id": "urn:x> ?y"}) == []


def test_types_narrow_prefer_or_are_all_needed(client: FlaskClient) -> None:
    concept, outcome, person = f"{SKOS}Concept", f"{PK}Outcome", f"{PK}Person"
    assert [row["id"] for row in one(client, "hope", type=[person, outcome])] == [HOPE]
    assert one(client, "hope", type=[concept, outcome], type_strict="all")
    assert not one(client, "hope", type=[person, outcome], type_strict="all")
    assert not one(client, "hope", type="urn:unknown")
    preferred = one(client, "hope", type=[person], type_strict="should")[0]
    assert (preferred["id"], preferred["score"]) == (HOPE, 80)


def test_a_batch_is_answered_by_name_by_get_and_in_a_script(client: FlaskClient) -> None:
    batch = json.dumps({"a": {"query": "hope", "limit": 1}, "b": {"query": "zzzzzz"}})
    answer = client.get(f"/reconcile?queries={quote(batch)}")
    assert list(answer.get_json()) == ["a", "b"]
    assert answer.get_json()["b"] == {"result": []}
    script = client.get(f"/reconcile?queries={quote(batch)}&callback=jQuery.f_1")
    assert script.content_type.startswith("application/javascript")
    assert json.loads(script.text.removeprefix("/**/jQuery.f_1(").removesuffix(");")) == answer.get_json()
    single = client.get("/reconcile?query=hope").get_json()
    assert single["result"][0]["id"] == HOPE
    evil = client.get("/reconcile?query=door&callback=f").text
    assert "\u2028" not in evil
    for name in ("alert(1)", "a b", "a..b", "x" * 200):
        assert "callback" in refused(client.get(f"/reconcile?callback={quote(name)}"))


def test_the_draft_answers_in_order_with_named_features(client: FlaskClient) -> None:
    queries = [
        {"conditions": [{"matchType": "name", "propertyValue": "esperanza"}], "lang": "es"},
        {"type": "Person", "limit": 1, "conditions": [
            {"matchType": "name", "v": ["Nobody", "Zed Unique"]},
            {"matchType": "property", "pid": "affiliation", "v": "Lantern University", "required": True}]},
        {"conditions": [{"matchType": "property", "propertyId": "doi", "v": "10.5555/heavy.doors"}]},
    ]  # fmt: skip
    for path in ("/reconcile/1.0/match", "/reconcile/1.0/reconcile"):
        results = client.post(path, json={"queries": queries}).get_json()["results"]
        found = [is_result(result["candidates"], has_names=True)[0] for result in results]
        assert [row["id"].removeprefix(BASE) for row in found] == [HOPE, "person/zed", "report/long"]
        assert (found[0]["name"], [row["match"] for row in found]) == ("esperanza", [True] * 3)
        assert any(
            feature["id"] == "language" and feature["value"] is True for feature in found[0]["features"]
        )


def test_conditions_of_the_draft_can_be_required_or_denied(client: FlaskClient) -> None:
    def ids(**condition: Any) -> list[str]:
        conditions = [
            {"matchType": "name", "propertyValue": "University"},
            {"matchType": "property", "propertyId": "city", **condition},
        ]
        answer = client.post("/reconcile/1.0/match", json={"queries": [{"conditions": conditions}]})
        found = answer.get_json()["results"][0]["candidates"]
        return sorted(row["id"].removeprefix(BASE) for row in found)

    both = ["institution/key", "institution/lantern"]
    assert ids(propertyValue="Doorstad") == both
    assert ids(propertyValue="Doorstad", required=True) == ["institution/lantern"]
    assert ids(propertyValue=["Doorstad", "Elsewhere"], required=True) == ["institution/lantern"]
    assert ids(propertyValue=["Doorstad", "Elsewhere"], required=True, matchQuantifier="all") == []
    assert ids(propertyValue="Doorstad", required=True, matchQuantifier="none") == ["institution/key"]


def test_names_come_in_the_language_that_the_client_reads(client: FlaskClient) -> None:
    batch = {"queries": json.dumps({"q": {"query": "hope"}})}
    answer = client.post("/reconcile", data=batch, headers={"Accept-Language": "zh-CN, en;q=0.5"})
    assert answer.get_json()["q"]["result"][0]["name"] == "希望"
    assert "Accept-Language" in answer.headers["Vary"]


def test_suggestions_begin_as_the_prefix_does_or_have_its_identifier(client: FlaskClient) -> None:
    def names(what: str, prefix: str, more: str = "") -> list[str]:
        for start in ("/reconcile", "/reconcile/1.0"):
            answer = client.get(f"{start}/suggest/{what}?prefix={quote(prefix)}{more}").get_json()
        return [row["name"] for row in answer["result"]]

    assert names("entity", "zed un") == ["Zed Unique"]
    assert names("entity", "uniq z") == ["Zed Unique"]
    assert names("entity", "Zed Unqiue") == ["Zed Unique"]
    assert names("entity", "02qtvee93") == ["Lantern University"]
    assert names("entity", f"{BASE}person/zed") == ["Zed Unique"]
    assert len(names("entity", "university")) == 2
    assert names("entity", "university", "&cursor=1") == names("entity", "university", "&offset=1&limit=5")
    assert len(names("entity", "university", "&cursor=1")) == 1
    assert names("entity", "zed", "&type=Journal") == []
    assert names("type", "per") == ["Person"]
    assert names("type", f"{PK}Person") == ["Person"]
    assert "ORCID iD" in names("property", "orc")
    assert len(names("property", "")) > 30


def test_properties_are_proposed_for_a_type(client: FlaskClient) -> None:
    for start in ("/reconcile", "/reconcile/1.0"):
        answer = client.get(f"{start}/extend/propose?type={quote(f'{PK}Person')}&limit=4").get_json()
        assert (answer["limit"], answer["type"], len(answer["properties"])) == (4, f"{PK}Person", 4)
        assert {"orcid", "familyName"} <= {one["id"] for one in answer["properties"]}
        role = client.get(f"{start}/extend/propose?type=PeerRole").get_json()
        assert "broader" in {one["id"] for one in role["properties"]}


def test_values_of_properties_are_fetched_in_both_versions(client: FlaskClient) -> None:
    ids = [f"{BASE}person/zed", "report/long", HOPE, f"{BASE}person/nobody", "<>"]
    properties = [{"id": "affiliation"}, {"id": "year"}, {"id": "name", "settings": {"limit": "1"}}]
    query = {"ids": ids, "properties": properties}
    old = client.post("/reconcile", data={"extend": json.dumps(query)}).get_json()
    assert old == client.get(f"/reconcile?extend={quote(json.dumps(query))}").get_json()
    assert old["meta"][0]["type"]["id"] == f"{PK}Institution"
    lantern = {"id": f"{BASE}institution/lantern", "name": "Lantern University"}
    assert old["rows"][ids[0]] == {"affiliation": [lantern], "year": [], "name": [{"str": "Zed Unique"}]}
    assert old["rows"]["report/long"]["year"] == [{"str": "2019"}]
    assert old["rows"][HOPE]["name"] == [{"str": "hope"}]
    assert old["rows"]["<>"] == {"affiliation": [], "year": [], "name": []}
    new = client.post("/reconcile/1.0/extend", json=query, headers={"Accept-Language": "de"}).get_json()
    assert [row["id"] for row in new["rows"]] == ids
    assert new["rows"][2]["properties"][2] == {"id": "name", "values": [{"str": "Hoffnung"}]}
    assert new["rows"][0]["properties"][0]["values"] == [lantern]


def test_below_zh_previews_suggestions_and_their_addresses_are_in_chinese(client: FlaskClient) -> None:
    preview = client.get(f"/zh/reconcile/preview?id={quote(HOPE)}").text
    assert '<html lang="zh">' in preview
    assert ">希望</a>" in preview
    assert "结局" in preview
    assert "又称：" in preview
    assert "Also" not in preview
    assert ">hope</a>" in client.get(f"/reconcile/preview?id={quote(HOPE)}").text
    (suggested,) = client.get("/zh/reconcile/suggest/entity?prefix=hop").get_json()["result"]
    assert (suggested["name"], suggested["notable"][0]["name"]) == ("希望", "结局")
    (kind,) = client.get("/zh/reconcile/suggest/type?prefix=人员").get_json()["result"]
    assert kind["id"].endswith("#Person")
    (doi,) = client.get("/zh/reconcile/1.0/suggest/property?prefix=doi").get_json()["result"]
    assert doi["description"] == "属于 作品"
    assert "希望" in client.get(f"/zh/reconcile/flyout/entity?id={quote(HOPE)}").get_json()["html"]
    page = client.get("/zh/reconcile/features").text
    assert "“作者”相符的程度" in page
    manifest = client.get("/zh/reconcile", headers={"Host": "127.0.0.1:8000"}).get_json()
    assert manifest["preview"]["url"] == "http://127.0.0.1:8000/zh/reconcile/preview?id={{id}}"
    assert manifest["suggest"]["entity"]["service_url"] == "http://127.0.0.1:8000/zh"
    assert manifest["defaultTypes"][0]["name"] == "人员"


def test_a_preview_can_be_framed_and_shows_no_markup_of_the_data(client: FlaskClient) -> None:
    for start in ("/reconcile", "/reconcile/1.0"):
        answer = client.get(f"{start}/preview?id={quote(f'{BASE}report/evil')}")
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "<b>" not in answer.text
        assert "[U+202E]" in answer.text
    flyout = client.get(f"/reconcile/flyout/entity?id={quote(f'{BASE}report/evil')}").get_json()
    assert "<b>" not in flyout["html"]
    assert "nothing here" in refused(client.get("/reconcile/preview?id=x"), 404)
    assert "nothing here" in refused(client.get("/reconcile/view?id=javascript:alert(1)"), 404)
    leads = client.get("/reconcile/view?id=person/zed")
    assert (leads.status_code, leads.headers["Location"]) == (303, "../person/zed")


OLD = [
    "", "{", "[]", '"x"', "null", "[" * 5_000, '{"q": {}}', '{"q": []}', '{"q": {"query": 1}}',
    '{"q": {"query": " "}}', '{"q": {"query": "a", "limit": 0}}', '{"q": {"query": "a", "limit": "x"}}',
    '{"q": {"query": "a", "type": 3}}', '{"q": {"query": "a", "limit": true}}',
    '{"q": {"query": "a", "type": "x", "type_strict": "none"}}', '{"q": {"query": "a", "properties": {}}}',
    '{"q": {"query": "a", "properties": [1]}}', '{"q": {"query": "a", "properties": [{"pid": "x"}]}}',
    '{"q": {"query": "a", "properties": [{"pid": 1, "v": 1}]}}', '{"q": {"query": "\\ud800"}}', '{"q": NaN}',
]  # fmt: skip


@pytest.mark.parametrize("text", OLD)
def test_a_batch_that_is_none_is_a_400_that_says_why(client: FlaskClient, text: str) -> None:
    assert refused(client.post("/reconcile", data={"queries": text}))
    refused(client.get(f"/reconcile?queries={quote(text)}"))


@pytest.mark.parametrize(
    "body",
    [{}, [], {"queries": {}}, {"queries": [1]}, {"queries": [{}]}, {"queries": [{"conditions": []}]},
     {"queries": [{"conditions": [{"propertyValue": "a"}]}]},
     {"queries": [{"conditions": [{"matchType": "name"}]}]},
     {"queries": [{"conditions": [{"matchType": "property", "propertyValue": "a"}]}]},
     {"queries": [{"conditions": [{"matchType": "name", "propertyValue": [[]]}]}]},
     {"queries": [{"type": [], "conditions": [{"matchType": "name", "propertyValue": "a"}]}]}],
)  # fmt: skip
def test_a_batch_of_the_draft_that_is_none_leads_to_its_place(client: FlaskClient, body: Any) -> None:
    answer = client.post("/reconcile/1.0/match", json=body)
    refused(answer)
    assert answer.get_json()["pointer"] == "" or answer.get_json()["pointer"].startswith("/")


def test_what_is_too_much_or_of_another_type_is_said(client: FlaskClient) -> None:
    many = {str(n): {"query": "hope"} for n in range(101)}
    assert "101 queries" in refused(client.post("/reconcile", data={"queries": json.dumps(many)}), 413)
    ids = {"ids": ["x"] * 1001, "properties": []}
    refused(client.post("/reconcile/1.0/extend", json=ids), 413)
    wrong = {"ids": ["x"], "properties": [{"id": "nothing"}]}
    assert "'nothing'" in refused(client.post("/reconcile/1.0/extend", json=wrong))
    refused(client.post("/reconcile", data=b"{}", content_type="application/json"), 415)
    refused(client.post("/reconcile/1.0/match", data={"queries": "{}"}), 415)
    refused(client.post("/reconcile", data={}, content_type="application/x-www-form-urlencoded"))
    refused(client.get("/reconcile/suggest/entity?prefix=a&cursor=-1"))
    assert client.get("/reconcile/1.0/match").status_code == 405
    long = one(client, "hope " * 5_000)
    assert isinstance(long, list)


ANY = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["query", "type", "limit", "properties", "pid", "v", "id", "conditions", "matchType", "lang",
             "propertyValue", "type_strict", "ids", "settings", "name"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_no_json_is_a_fault_of_the_server(client: FlaskClient, value: Any) -> None:
    for batch in ({"q": value}, {"queries": [value]}, value):
        text = json.dumps(batch)
        old = client.post("/reconcile", data={"queries": text})
        new = client.post("/reconcile/1.0/match", data=text, content_type="application/json")
        extend = client.post("/reconcile/1.0/extend", data=text, content_type="application/json")
        assert {old.status_code, new.status_code, extend.status_code} <= {200, 400, 413}


def test_programs_of_other_sites_may_ask(client: FlaskClient) -> None:
    answer = client.options("/reconcile/1.0/match", headers={"Access-Control-Request-Method": "POST"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


SCHEMAS = Path(os.environ.get("PEERKG_SUITES", "")) / "reconciliation"


@pytest.mark.skipif(
    "PEERKG_SUITES" not in os.environ, reason="PEERKG_SUITES does not say where the schemas are"
)
@pytest.mark.parametrize(("version", "path"), [("0.2", "/reconcile"), ("1.0-draft", "/reconcile/1.0")])
@pytest.mark.parametrize("below", ["", "/zh"])
def test_all_answers_are_valid_by_the_schemas_of_the_group_that_keeps_the_protocol(
    client: FlaskClient, version: str, path: str, below: str
) -> None:
    start, is_old = below + path, version == "0.2"
    manifest = client.get(start).get_json()
    types = [one["id"] for one in manifest["defaultTypes"]]
    answers = [("manifest", manifest), *(("type", one) for one in manifest["defaultTypes"])]
    for kind, prefix in product(("entity", "type", "property"), ("p", "hop", "")):
        name = {"entity": "entities", "type": "types", "property": "properties"}[kind]
        found = client.get(f"{start}/suggest/{kind}?prefix={prefix}").get_json()
        answers.append((f"suggest-{name}-response", found))
    for one in types:
        proposed = client.get(f"{start}/extend/propose?type={quote(one)}").get_json()
        answers.append(("data-extension-property-proposal", proposed))
    extension = {
        "ids": [HOPE, f"{BASE}person/zed"],
        "properties": [{"id": one["id"]} for one in proposed["properties"]],
    }
    if is_old:
        queries = {
            "a": {"query": "hope"},
            "b": {"query": "zed doorman", "type": types[0]},
            "c": {"query": "qq"},
        }
        matches = client.post(start, data={"queries": json.dumps(queries)}).get_json()
        values = client.post(start, data={"extend": json.dumps(extension)}).get_json()
    else:
        names = ("hope", "zed doorman", "qq")
        asks = [{"conditions": [{"matchType": "name", "propertyValue": name}]} for name in names]
        matches = client.post(f"{start}/match", json={"queries": asks}).get_json()
        values = client.post(f"{start}/extend", json=extension).get_json()
    answers += [("reconciliation-result-batch", matches), ("data-extension-response", values)]
    assert len(values["rows"]) == 2
    assert HOPE in json.dumps(matches)
    for name, answer in answers:
        of_version(version, name).validate(answer)


def of_version(version: str, name: str) -> Draft7Validator:
    """The schema, which may name others beside it."""
    folder = SCHEMAS / version / "schemas"
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    own = schemas[f"{name}.json"]
    beside = own["$id"].rpartition("/")[0]
    held = [(f"{beside}/{file}", DRAFT7.create_resource(schema)) for file, schema in schemas.items()]
    held += [(schema["$id"].rstrip("#"), DRAFT7.create_resource(schema)) for schema in schemas.values()]
    return Draft7Validator(own, registry=Registry().with_resources(held))
