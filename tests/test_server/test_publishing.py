"""What programs find: typed links, downloads in every way HTTP has, descriptions of the dataset, sitemaps."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from pyoxigraph import RdfFormat, parse
from werkzeug.http import parse_dict_header
from werkzeug.test import TestResponse

from kg import directory, packing
from kg import release as releases
from kg.registry import write as rows_as_text
from kg.release import Release
from server import crawlers
from tests.releasing import BASE, DAY, ROWS, content, facts, written
from tests.test_server.test_pages import HTML, WITHDRAWN, Whole, followed_to, hostile, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Two releases, a day apart; the second has a hostile document and says more."""
    folder = tmp_path_factory.mktemp("public")
    identities = rows_as_text([*ROWS, WITHDRAWN])
    first = written(folder, content(facts(title="Doors that creak")))
    second = written(folder, content(hostile(), identities=identities), DAY + timedelta(days=1))
    return [first, second]


@pytest.fixture(scope="module")
def client(two: list[Release]) -> Iterator[FlaskClient]:
    with running(two[0].folder.parent.parent) as app:
        app.test_client_class = Whole
        yield app.test_client()


def typed(response: TestResponse | httpx.Response) -> list[tuple[str, str, str]]:
    """The links of a response: relation, target, media type."""
    found = []
    for to, rest in re.findall(r"<([^>]*)>((?:;[^,<]*)*)", response.headers["Link"]):
        named = {
            key: value or "" for key, value in parse_dict_header(rest.strip("; ").replace(";", ",")).items()
        }
        found.append((named["rel"], to, named.get("type", "")))
    return found


def test_a_page_says_in_its_header_what_it_is_about(client: FlaskClient) -> None:
    links = typed(client.get("/report/a.html", headers=HTML))
    assert ("cite-as", f"{BASE}report/a", "") in links
    assert ("describedby", "../report/a.ttl", "text/turtle") in links
    assert ("license", "https://creativecommons.org/publicdomain/zero/1.0/", "") in links
    assert ("author", f"{BASE}person/ada", "") in links
    assert ("type", "https://schema.org/AboutPage", "") in links
    assert ("canonical", f"{BASE}report/a", "") in links
    assert ("alternate", "../report/a.jsonld", "application/ld+json") in links
    assert ("linkset", "../linkset/report/a", "application/linkset+json") in links
    assert ("collection", "../", "text/html") in links


def test_the_thing_itself_says_where_its_links_are(client: FlaskClient) -> None:
    links = typed(client.get("/report/a", headers=HTML))
    assert ("cite-as", f"{BASE}report/a", "") in links
    assert ("linkset", "../linkset/report/a", "application/linkset+json") in links


def test_a_description_says_what_it_describes(client: FlaskClient) -> None:
    links = typed(client.get("/report/a.ttl"))
    assert ("describes", "../report/a.html", "text/html") in links


@pytest.mark.parametrize(
    "address", ["/report/a.html", "/report/a", "/report/a.nt", "/", "/dumps/", "/releases/"]
)
def test_typed_links_lead_somewhere_of_the_type_they_say(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers=HTML)
    for _, to, media_type in typed(response) if "Link" in response.headers else ():
        if not re.match("https?:", to):
            found = followed_to(client, urljoin(address, to), {"Accept": media_type or "*/*"})
            assert found.status_code == 200, to
            assert not media_type or found.mimetype == media_type, to


@pytest.mark.parametrize(
    ("address", "page"), [("/linkset", "./"), ("/linkset/report/a", "../../report/a.html")]
)
def test_a_link_set_says_what_the_headers_say(client: FlaskClient, address: str, page: str) -> None:
    response = client.get(address)
    assert response.content_type == "application/linkset+json"
    contexts = json.loads(response.data)["linkset"]
    (landing,) = (one for one in contexts if one["anchor"] == page)
    in_set = {
        (rel, urljoin(address, link["href"]), link.get("type", ""))
        for rel, links in landing.items()
        if rel != "anchor"
        for link in links
    }
    landed = urljoin(address, page)
    in_header = {
        (rel, urljoin(landed, to), media_type)
        for rel, to, media_type in typed(client.get(landed, headers=HTML))
        if rel not in ("linkset", "alternate", "canonical", "profile", "timemap", "original timegate")
    }
    assert in_set == in_header
    for context in contexts:
        anchor = urljoin(address, context["anchor"])
        assert followed_to(client, anchor, {"Accept": "*/*"}).status_code == 200, anchor


def test_link_sets_of_things_that_are_gone_or_merged(client: FlaskClient) -> None:
    assert client.get("/linkset/finding/gone").status_code == 410
    assert client.get("/linkset/finding/none").status_code == 404
    moved = client.get("/linkset/person/old")
    assert (moved.status_code, moved.headers["Location"]) == (301, "../../linkset/person/ada")


NAME = "/dumps/peerkg.nt"


def get(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(address, headers=given)


def test_the_digest_in_the_header_is_that_of_the_bytes(client: FlaskClient) -> None:
    for address in ("/dumps/peerkg.nt.gz", "/dumps/peerkg.nt.zst", "/dumps/tables/works.csv"):
        response = client.get(address)
        digest = base64.b64encode(hashlib.sha256(response.data).digest()).decode()
        assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("way", packing.PACKINGS, ids=lambda way: way.coding)
def test_a_packed_file_is_also_sent_unpacked_under_its_plain_name(
    client: FlaskClient, way: packing.Packing
) -> None:
    packed = get(client, NAME, Accept_Encoding=way.coding)
    plain = get(client, NAME, Accept_Encoding="identity")
    as_it_lies = client.get(f"{NAME}{way.suffix}")
    assert packed.headers["Content-Encoding"] == way.coding
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in as_it_lies.headers
    assert way.unpacked(packed.data) == plain.data
    assert {packed.mimetype, plain.mimetype} == {"application/n-triples"}
    assert as_it_lies.mimetype == way.media_type
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert plain.headers["Accept-Ranges"] == "none"
    assert packed.data == as_it_lies.data
    assert packed.headers["Repr-Digest"] == as_it_lies.headers["Repr-Digest"]
    assert get(client, NAME, Range="bytes=5-9", Accept_Encoding=way.coding).data == packed.data[5:10]
    assert get(client, NAME, Accept_Encoding=f"{way.coding};q=0").data == plain.data
    assert get(client, NAME, If_None_Match=plain.headers["ETag"]).status_code == 304
    assert client.get(f"/dumps/tables/works.csv{way.suffix}").status_code == 404


def test_each_coding_of_a_file_has_a_strong_validator_of_its_own(client: FlaskClient) -> None:
    codings = ("gzip", "zstd", "identity")
    tags = [get(client, NAME, Accept_Encoding=one).headers["ETag"] for one in codings]
    tags += [client.get(f"{NAME}{way.suffix}").headers["ETag"] for way in packing.PACKINGS]
    assert len(set(tags)) == len(tags)
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("way", packing.PACKINGS, ids=lambda way: way.coding)
def test_quotes_are_under_no_licence_of_ours(client: FlaskClient, way: packing.Packing) -> None:
    assert "license" in {rel for rel, _, _ in typed(client.get(f"{NAME}{way.suffix}"))}
    address = f"/dumps/evidence.nq{way.suffix}"
    assert "license" not in {rel for rel, _, _ in typed(client.get(address))}
    contexts = {one["anchor"]: one for one in json.loads(client.get("/linkset").data)["linkset"]}
    assert "license" not in contexts[f"./{address[1:]}"]


def test_the_smaller_coding_is_sent_where_both_are_wanted_alike(client: FlaskClient) -> None:
    assert get(client, NAME, Accept_Encoding="gzip, deflate, br, zstd").headers["Content-Encoding"] == "zstd"
    assert get(client, NAME, Accept_Encoding="zstd;q=0.5, gzip").headers["Content-Encoding"] == "gzip"


def test_ranges_of_the_packed_bytes(client: FlaskClient) -> None:
    whole = client.get(f"{NAME}.gz")
    tag = whole.headers["ETag"]
    middle = get(client, f"{NAME}.gz", Range="bytes=5-9", If_Range=tag)
    assert (middle.status_code, middle.data) == (206, whole.data[5:10])
    assert middle.headers["Repr-Digest"] == whole.headers["Repr-Digest"]
    assert get(client, f"{NAME}.gz", Range="bytes=-4").data == whole.data[-4:]
    assert get(client, NAME, Range="bytes=5-9", Accept_Encoding="gzip").data == whole.data[5:10]
    unsatisfiable = get(client, f"{NAME}.gz", Range=f"bytes={len(whole.data)}-")
    assert unsatisfiable.status_code == 416
    assert unsatisfiable.headers["Content-Range"] == f"bytes */{len(whole.data)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=1-2", "bytes=x-y", "bytes=", "bytes=9-5"])
def test_a_range_that_is_none_is_ignored(client: FlaskClient, wanted: str) -> None:
    response = get(client, f"{NAME}.gz", Range=wanted)
    assert (response.status_code, len(response.data)) == (200, len(client.get(f"{NAME}.gz").data))


def test_a_file_leads_to_the_versions_before_and_after_it(client: FlaskClient, two: list[Release]) -> None:
    first, second = (f"/releases/{one.id}/dumps/peerkg.nt.gz" for one in two)
    assert client.get(first).data != client.get(second).data
    assert "immutable" in client.get(first).headers["Cache-Control"]
    assert "immutable" not in client.get("/dumps/peerkg.nt.gz").headers["Cache-Control"]
    after = {rel: urljoin(first, to) for rel, to, _ in typed(client.get(first))}
    before = {rel: urljoin(second, to) for rel, to, _ in typed(client.get(second))}
    assert after["successor-version"] == second
    assert before["predecessor-version"] == first
    assert after["latest-version"] == before["latest-version"] == "/dumps/peerkg.nt.gz"
    assert "predecessor-version" not in after


def test_the_dataset_is_described_for_search_engines(client: FlaskClient, two: list[Release]) -> None:
    home = client.get("/", headers=HTML).text
    (inside,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', home, flags=re.DOTALL)
    document = json.loads(inside)
    assert document["@type"] == "Dataset"
    assert document["@id"] == f"{BASE}#dataset"
    assert document["version"] == two[1].id
    as_in_the_manifest(client, document["distribution"], two[1])


def as_in_the_manifest(client: FlaskClient, listed: list[dict[str, Any]], release: Release) -> None:
    """Each file that a description lists is there, with that digest; and all of them are listed."""
    for file in listed:
        address = file["contentUrl"] if "contentUrl" in file else "/" + file["@id"]
        assert (
            hashlib.sha256(client.get(address.removeprefix(BASE.rstrip("/"))).data).hexdigest()
            == file["sha256"]
        )
    dumps = [entry for entry in release.manifest["files"] if entry["path"].startswith("dumps/")]
    assert {file["sha256"] for file in listed} == {entry["sha256"] for entry in dumps}


def test_croissant_says_which_records_the_tables_have(client: FlaskClient, two: list[Release]) -> None:
    document = client.get("/croissant.json").json
    assert document is not None
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert {"name", "description", "license", "url", "creator", "datePublished"} <= document.keys()
    as_in_the_manifest(client, document["distribution"], two[1])
    objects = {one["@id"] for one in document["distribution"]}
    for records in document["recordSet"]:
        table = client.get(f"/dumps/tables/{records['name']}.csv").text
        assert [field["name"] for field in records["field"]] == table.splitlines()[0].split(",")
        assert {field["source"]["fileObject"]["@id"] for field in records["field"]} <= objects
    assert {one["name"] for one in document["recordSet"]} >= {"works", "findings"}
    nodes = jsonld.expand(document)
    assert nodes[0]["@type"] == ["https://schema.org/Dataset"]
    assert "http://purl.org/dc/terms/conformsTo" in nodes[0]


def test_the_research_object_crate_holds_every_file(client: FlaskClient, two: list[Release]) -> None:
    document = client.get("/ro-crate-metadata.json").json
    assert document is not None
    by_id = {node["@id"]: node for node in document["@graph"]}
    assert len(by_id) == len(document["@graph"])
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = by_id["./"]
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    as_in_the_manifest(client, [by_id[part["@id"]] for part in root["hasPart"]], two[1])
    named = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(document["@graph"]))
    assert [one for one in named if one not in by_id and not one.startswith("https://w3id.org/ro/")] == []


def test_the_island_of_a_page_and_its_n_triples_agree(client: FlaskClient) -> None:
    text = client.get("/report/a.html", headers=HTML).text
    (inside,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, flags=re.DOTALL)
    island = {str(quad.triple) for quad in parse(inside.encode(), format=RdfFormat.JSON_LD)}
    said = parse(client.get("/report/a.nt").data, format=RdfFormat.N_TRIPLES)
    assert island == {str(q.triple) for q in said if str(q.subject) == f"<{BASE}report/a>"}


def test_robots_are_led_to_the_sitemap(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert f"Sitemap: {BASE}sitemap.xml" in text
    assert "Disallow: /graph-store" in text


def test_more_addresses_than_a_sitemap_holds_make_an_index(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").text)
    assert len(whole) > 3
    monkeypatch.setattr(crawlers, "SITEMAP", 2)
    index = client.get("/sitemap.xml?again")
    assert "<sitemapindex" in index.text
    parts = re.findall("<loc>(.*?)</loc>", index.text)
    listed = [
        address
        for part in parts
        for address in re.findall("<loc>(.*?)</loc>", client.get(part.removeprefix(BASE[:-1])).text)
    ]
    assert listed == whole
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_every_release_has_a_page_of_its_own_files(client: FlaskClient, two: list[Release]) -> None:
    for one in two:
        page = client.get(f"/releases/{one.id}", headers=HTML)
        digest = next(e["sha256"] for e in one.manifest["files"] if e["path"] == "dumps/peerkg.nt.gz")
        assert digest in page.text
    assert [one.id for one in releases.all_of(two[0].folder.parent.parent)] == [one.id for one in two]


FIRST = "Sun, 22 Nov 2026 09:30:15 GMT"


def at(client: FlaskClient, address: str, when: str) -> TestResponse:
    return client.get(address, headers={"Accept": "text/html", "Accept-Datetime": when})


@pytest.mark.parametrize(
    ("when", "which"),
    [
        (FIRST, 0),
        ("Sun, 22 Nov 2026 23:00:00 GMT", 0),
        ("Thu, 01 Jan 2015 00:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 09:30:15 GMT", 1),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 1),
    ],
)
def test_a_document_is_shown_as_it_was_at_a_time(
    client: FlaskClient, two: list[Release], when: str, which: int
) -> None:
    client.get("/report/a.html", headers=HTML)  # the page as it is now is remembered
    gate = at(client, "/report/a.html", when)
    assert gate.status_code == 302
    assert gate.headers["Location"] == f"../releases/{two[which].id}/report/a.html"
    assert "Accept-Datetime" in gate.headers["Vary"]
    then = client.get(urljoin("/report/a.html", gate.headers["Location"]), headers=HTML)
    assert then.status_code == 200
    assert ("Doors that creak" in then.text) is (which == 0)
    assert then.headers["Memento-Datetime"] == (FIRST if which == 0 else "Mon, 23 Nov 2026 09:30:15 GMT")
    assert then.headers["Peerkg-Release"] == two[which].id
    assert ("original timegate", "../../../report/a.html", "") in typed(then)


def test_a_page_of_an_earlier_release_stays_within_it(client: FlaskClient, two: list[Release]) -> None:
    address = f"/releases/{two[0].id}/report/a.html"
    page = client.get(address, headers=HTML)
    assert f"This is how release {two[0].id} had it" in page.text
    assert f'href="../../../releases/{two[0].id}/person/ada"' in page.text
    for to in re.findall(r'href="([^"#]+)', page.text):
        if not to.startswith("http"):
            assert followed_to(client, urljoin(address, to), HTML).status_code == 200, to
    now = client.get("/report/a.html", headers=HTML)
    assert "This is how release" not in now.text
    assert "Memento-Datetime" not in now.headers
    assert ("timemap", "../timemap/report/a.html", "application/link-format") in typed(now)


def test_a_list_has_the_versions_that_there_are(client: FlaskClient, two: list[Release]) -> None:
    of_both = client.get("/timemap/report/a.ttl")
    assert of_both.content_type == "application/link-format"
    for one, ends in zip(two, ("first", "last"), strict=True):
        assert f'<../../releases/{one.id}/report/a.ttl>; rel="{ends} memento"; datetime="' in of_both.text
    assert "releases/" not in client.get("/timemap/finding/none").text
    assert client.get("/timemap/finding/none").status_code == 404
    assert client.get("/timemap/outcome/hope.html").text.count("memento") == 2


def test_what_is_no_time_or_no_release_is_said(client: FlaskClient) -> None:
    assert at(client, "/report/a", "yesterday").status_code == 400
    assert at(client, "/report/none", FIRST).status_code == 404
    assert client.get("/releases/2020-01-01-00000000/report/a.html").status_code == 404


def test_health_says_whether_the_files_are_those_of_the_manifest(tmp_path: Path) -> None:
    release = written(tmp_path)
    with running(tmp_path) as app:
        client = app.test_client()
        assert eventually(client) is True
    (release.folder / "description.ttl").write_text("# another\n", encoding="utf-8")
    with running(tmp_path) as app:
        assert eventually(app.test_client()) is False


def eventually(client: FlaskClient) -> bool | None:
    """What health says of the files once they have been read."""
    for _ in range(6000):
        document = client.get("/health").json
        assert document is not None
        assert document["live"] is True
        if document["verified"] is not None:
            return bool(document["verified"])
        time.sleep(0.02)
    return None


def test_a_release_that_was_pruned_is_gone_and_says_which_is_current(tmp_path: Path) -> None:
    first = written(tmp_path)
    second = written(tmp_path, content(hostile()), DAY + timedelta(days=1))
    directory.prune(tmp_path, 1)
    with running(tmp_path) as app:
        app.test_client_class = Whole
        client = app.test_client()
        for rest in ("", "/manifest.json", "/dumps/peerkg.nt.gz", "/report/a.html"):
            response = client.get(f"/releases/{first.id}{rest}")
            assert response.status_code == 410, rest
            assert response.json is not None
            assert response.json["current"] == second.id


def test_the_questions_are_a_page_and_executables(client: FlaskClient) -> None:
    page = followed_to(client, "/queries", HTML)
    assert len(re.findall("<h2 id=", page.text)) == len(re.findall(r"\. [0-9]+ rows?</p>", page.text)) >= 16
    turtle = followed_to(client, "/queries", {"Accept": "text/turtle"})
    triples = {quad.triple for quad in parse(turtle.data, format=RdfFormat.TURTLE)}
    kind = "http://www.w3.org/ns/shacl#SPARQLSelectExecutable"
    executables = {t.subject.value for t in triples if str(t.object) == f"<{kind}>"}
    assert executables
    assert all(f'id="{iri.partition("#")[2]}"' in page.text for iri in executables)
    described = client.get("/sparql", headers={"Accept": "text/turtle"}).text
    assert "rdfs:seeAlso <queries>" in described
    assert client.get("/queries", headers={"Accept": "image/png"}).status_code == 406
