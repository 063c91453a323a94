"""Pages and documents, over a small release with hostile words in it and over the seeds' release."""

from __future__ import annotations

import asyncio
import html
import html.parser
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from werkzeug.test import TestResponse

from kg import formats, resources
from kg.registry import Row
from kg.registry import write as rows_as_text
from kg.sssom import Mapped, described
from server.app import create_app, island
from server.findings import Quote, by_place
from server.limits import Limits
from server.links import Links, known_as, shown
from server.service import Call, Service
from server.tables import Term
from tests.releasing import BASE, DAY, LABEL, PK, ROWS, TYPE, content, facts, quad, written

pytestmark = pytest.mark.slow

OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HTML = {"Accept": "text/html"}
EVIL = "<script>alert(1)</script> \"'&amp; \u202egnp.exe\u202c </script><img src=x onerror=alert(1)>"
TEXT = "Hosts open doors.\nWe heard 9 peer hosts <b>today</b>.\n"


def hostile() -> list[Quad]:
    """A document, a study and a finding whose words try to break out of the page."""
    source, graph = "source/0123456789abcdef", "graph/source/0123456789abcdef"
    evidence = "graph/evidence"
    concept = NamedNode("https://w3id.org/peerkg/outcome/hope")
    pieces = [
        quad(source, TYPE, NamedNode(f"{PK}SourceDocument"), graph),
        quad(source, LABEL, EVIL, graph),
        quad(source, f"{PK}textPolicy", "full", graph),
        quad(source, f"{PK}sourceText", TEXT, evidence),
        quad("report/a", f"{PK}convertedFrom", NamedNode(BASE + source), graph),
        quad("report/a", f"{PK}reportsStudy", NamedNode(BASE + "study/a"), graph),
        quad("study/a", TYPE, NamedNode(f"{PK}Study"), graph),
        quad("study/a", LABEL, "Study: doors", graph),
        quad("study/a", f"{PK}hasFinding", NamedNode(BASE + "finding/f"), graph),
        quad("report/a", f"{PK}statesFinding", NamedNode(BASE + "finding/f"), graph),
        quad("finding/f", TYPE, NamedNode(f"{PK}Finding"), graph),
        quad("finding/f", LABEL, EVIL, graph),
        quad("finding/f", f"{PK}findingText", EVIL, graph),
        quad("finding/f", f"{PK}pValueAsPrinted", "p < .01", graph),
        quad("finding/f", f"{PK}comparatorAsPrinted", "<b>usual care", graph),
        quad("finding/f", f"{PK}findingOutcome", concept, graph),
        quad(
            "finding/f",
            f"{PK}findingDirection",
            NamedNode("https://w3id.org/peerkg/direction/improved"),
            graph,
        ),
        quad("finding/f", f"{PK}findingBasis", NamedNode("https://w3id.org/peerkg/basis/own-result"), graph),
        quad("finding/f", f"{PK}evidencedBy", NamedNode(BASE + "evidence/f"), graph),
        quad("finding/f", "https://schema.org/sameAs", NamedNode("javascript:alert(1)"), graph),
        quad("evidence/f", TYPE, NamedNode(f"{PK}Evidence"), evidence),
        quad("evidence/f", f"{RDF}subject", NamedNode(BASE + "finding/f"), evidence),
        quad("evidence/f", f"{RDF}predicate", NamedNode(f"{PK}findingText"), evidence),
        quad("evidence/f", f"{RDF}object", EVIL, evidence),
        quad("evidence/f", f"{OA}hasTarget", NamedNode(BASE + "evidence/f#target"), evidence),
        quad("evidence/f#target", f"{OA}hasSource", NamedNode(BASE + source), evidence),
        quad("evidence/f#target", f"{OA}hasSelector", NamedNode(BASE + "evidence/f#quote"), evidence),
        quad("evidence/f#target", f"{OA}hasSelector", NamedNode(BASE + "evidence/f#position"), evidence),
        quad("evidence/f#quote", f"{OA}exact", TEXT[27:52], evidence),
        quad("evidence/f#quote", f"{OA}prefix", TEXT[18:27], evidence),
        quad("evidence/f#quote", f"{OA}suffix", ".", evidence),
        quad("evidence/f#position", f"{OA}start", 27, evidence),
        quad("evidence/f#position", f"{OA}end", 52, evidence),
    ]
    for language, word in (("en", "hope"), ("de", "Hoffnung"), ("zh", "希望")):
        for name in (LABEL, "http://www.w3.org/2004/02/skos/core#prefLabel"):
            label = Literal(word, language=language)
            pieces.append(Quad(concept, NamedNode(name), label, NamedNode(BASE + "graph/vocabulary")))
    kind = NamedNode("http://www.w3.org/2004/02/skos/core#Concept")
    pieces.append(Quad(concept, NamedNode(TYPE), kind, NamedNode(BASE + "graph/vocabulary")))
    return facts() + pieces


@contextmanager
def running(directory: Path, seconds: float = 600.0) -> Iterator[Flask]:
    """The application over a directory of releases, its service in a thread of its own, with time enough."""
    service = Service(Limits(workers=1, seconds=seconds), directory=directory)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(service.start(), loop).result(30)
        yield create_app(service)
    finally:
        asyncio.run_coroutine_threadsafe(service.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


WITHDRAWN = Row(f"{BASE}finding/gone", "Finding", ("text:doors",), "withdrawn", "", 1)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(hostile(), identities=rows_as_text([*ROWS, WITHDRAWN])))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


def followed_to(client: FlaskClient, address: str, headers: dict[str, str]) -> TestResponse:
    """What a client that resolves relative redirects comes to in the end."""
    for _ in range(5):
        response = client.get(address, headers=headers)
        if response.status_code not in (301, 303, 308):
            return response
        address = urljoin(address, response.headers["Location"])
    raise AssertionError(f"{address} leads in a circle")


class Whole(FlaskClient):
    """A client that reads every response to its end, files too."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})


class Elements(html.parser.HTMLParser):
    """The elements of a page, and what is wrong with their nesting."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


PAGES = [
    "/",
    "/findings",
    "/findings?outcome=hope&direction=improved&basis=own-result&role=peer-worker",
    "/search",
    "/search?q=doors",
    "/search?q=%3Cscript%3E&kind=Study",
    "/sparql",
    "/sparql?format=html&query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+50",
    "/sparql?format=html&query=CONSTRUCT+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D",
    "/sparql?format=html&query=ASK+%7B%7D",
    "/dumps/",
    "/releases/",
    "/ontology.html",
    "/shapes",
    "/problem/",
    "/report/a.html",
    "/study/a.html",
    "/finding/f.html",
    "/evidence/f.html",
    "/person/ada.html",
    "/authorship/a.html",
    "/group/a.html",
    "/source/0123456789abcdef.html",
    "/source/0123456789abcdef.html?quote=f",
    "/outcome/hope.html",
    "/map",
    "/map?view=table",
    "/compare",
    "/compare?study=a",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole_and_nothing_in_it_breaks_out(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers=HTML)
    assert response.status_code == 200, response.text
    page = Elements(response.text)
    assert (page.wrong, page.open) == ([], [])
    tags = [tag for tag, _ in page.found]
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert "img" not in tags
    assert {tag for tag, given in page.found if tag == "script"} <= {"script"}
    for tag, given in page.found:
        if tag == "script":  # data, or the editor's own file
            assert given.get("type") == "application/ld+json" or given["src"] == "./static/editor.js"
    assert not [given for _, given in page.found if any(name.startswith("on") for name in given)]
    assert not [given for _, given in page.found if "style" in given]
    assert "\u202e" not in re.sub(r"<script.*?</script>", "", response.text, flags=re.DOTALL)
    identifiers = [given["id"] for _, given in page.found if "id" in given]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("address", PAGES)
def test_every_link_within_the_server_leads_somewhere(client: FlaskClient, address: str) -> None:
    page = Elements(client.get(address, headers=HTML).text)
    for tag, given in page.found:
        to = given.get("href") or ""
        if tag not in ("a", "link") or not to:
            continue
        if to.startswith(("http://", "https://")):
            continue
        assert not re.match(r"[a-z]+:", to), to
        assert not to.startswith("/"), f"{to} leads elsewhere where the server stands under a path"
        response = followed_to(client, urljoin(address, to), HTML)
        assert response.status_code == 200, f"{address}: {to} answers {response.status_code}"


def test_a_page_asks_no_third_party_for_anything(client: FlaskClient) -> None:
    for address in PAGES:
        for tag, given in Elements(client.get(address, headers=HTML).text).found:
            loads = given.get("src") or (
                given.get("href") if tag == "link" and given["rel"] == "stylesheet" else ""
            )
            assert not (loads or "").startswith(("http:", "https:", "//"))


def test_headers_keep_a_page_safe(client: FlaskClient) -> None:
    headers = client.get("/", headers=HTML).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_quote_is_marked_in_its_sentence_and_in_its_document(client: FlaskClient) -> None:
    study = client.get("/study/a.html", headers=HTML).text
    assert (
        f'<span class="context">{TEXT[18:27]}</span><mark>9 peer hosts &lt;b&gt;today&lt;/b&gt;</mark>'
        in study
    )
    assert "0123456789abcdef.html?quote=f#quote" in study
    document = client.get("/source/0123456789abcdef.html?quote=f", headers=HTML).text
    assert (
        '<mark class="quote" id="quote"><a href="#facts-0">9 peer hosts &lt;b&gt;today&lt;/b&gt;</a></mark>'
        in document
    )
    assert '<tr id="facts-0">' in document
    assert '<a href="#words-0">9 peer hosts' in document
    assert '<span class="place" id="words-0"></span><mark' in document
    plain = client.get("/source/0123456789abcdef.html", headers=HTML).text
    assert '<mark class="read"><a href="#facts-0">9 peer hosts' in plain


def test_what_is_printed_beside_a_finding_stands_on_the_pages_that_show_it(client: FlaskClient) -> None:
    for address in ("/finding/f.html", "/study/a.html", "/outcome/hope.html", "/findings"):
        page = client.get(address, headers=HTML).text
        assert "compared with <span>“&lt;b&gt;usual care”" in page
        assert "p-value <span>“p &lt; .01”" in page


def test_the_island_of_json_ld_is_the_thing(client: FlaskClient) -> None:
    text = client.get("/finding/f.html", headers=HTML).text
    (inside,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, flags=re.DOTALL)
    document = json.loads(inside)
    assert document["@id"] == f"{BASE}finding/f"
    assert document["quote"] == EVIL


def test_an_island_cannot_be_left() -> None:
    text = island(b'{"a": "</script><!-- & \xe2\x80\xa8"}')
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        ("text/html", "a.html"),
        ("*/*", "a.html"),
        ("text/turtle", "a.ttl"),
        ("application/ld+json", "a.jsonld"),
        ("application/n-triples", "a.nt"),
        ("application/rdf+xml", "a.rdf"),
        ("text/html;q=0.5, text/turtle", "a.ttl"),
    ],
)
def test_a_thing_answers_with_303_to_its_document(client: FlaskClient, accept: str, location: str) -> None:
    response = client.get("/study/a", headers={"Accept": accept, "Host": "evil.example"})
    assert response.status_code == 303
    assert response.headers["Location"].rsplit("/", 1)[-1] == location
    assert "evil" not in str(response.headers)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("ext", "form"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_each_document_says_the_same(client: FlaskClient, ext: str, form: RdfFormat) -> None:
    response = client.get(f"/report/a.{ext}")
    assert response.status_code == 200
    said = {str(found.triple) for found in parse(response.data, format=form)}
    plain = {
        str(found.triple) for found in parse(client.get("/report/a.nt").data, format=RdfFormat.N_TRIPLES)
    }
    assert said == plain
    assert any(f"<{BASE}report/a> <{PK}reportsStudy>" in triple for triple in said)


def test_a_document_has_what_leads_to_the_thing_as_well(client: FlaskClient) -> None:
    assert f"<{BASE}report/a> <{PK}reportsStudy> <{BASE}study/a>" in client.get("/study/a.nt").text


def test_the_document_of_a_piece_of_evidence_has_its_selectors(client: FlaskClient) -> None:
    text = client.get("/evidence/f.nt").text
    assert f"<{BASE}evidence/f#position> <{OA}start>" in text


def test_what_is_not_accepted_or_not_there_is_said(client: FlaskClient) -> None:
    response = client.get("/study/a", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json["available"]  # type: ignore[index]  # it is an object
    for address in (
        "/study/none",
        "/study/none.html",
        "/study/a.exe",
        "/nothing",
        "/study/a.b.html",
        "/study/",
    ):
        response = client.get(address)
        assert response.status_code == 404, address
        assert response.content_type == "application/problem+json"
        page = client.get(address, headers=HTML)
        assert page.status_code == 404
        assert "<h1>" in page.text


def test_a_merged_thing_leads_to_the_survivor(client: FlaskClient) -> None:
    for ext in ("", ".html", ".ttl"):
        response = client.get(f"/person/old{ext}", headers=HTML)
        assert response.status_code == 301
        assert response.headers["Location"].endswith(f"person/ada{ext}")
        assert followed_to(client, f"/person/old{ext}", HTML).status_code == 200


def test_a_withdrawn_thing_is_gone_and_its_page_says_what_it_was(client: FlaskClient) -> None:
    response = client.get("/finding/gone", headers=HTML)
    assert response.status_code == 410
    assert "text:doors" in response.text
    document = client.get("/finding/gone").json
    assert document is not None
    assert document["type"].endswith("/problem/gone")


def test_a_page_says_why_records_are_one_and_what_may_be_the_same(tmp_path: Path) -> None:
    links = NamedNode(f"{BASE}graph/links")
    ada = f"{BASE}person/ada"
    why, unsure = "the same full name, a co-author in common", "the same initial, and nothing else is known"
    inputs = "okafor, ada | with lind, per"
    merged = Mapped(f"{BASE}person/old", ada, "", "", "semapv:LexicalMatching", 0.75, why, inputs=inputs)
    maybe = replace(merged, subject=ada, object=f"{BASE}person/other", comment=unsure, statement=False)
    rows = [*described(merged, links), *described(maybe, links)]
    written(tmp_path, content([*facts(), *rows]))
    with running(tmp_path) as app:
        page = app.test_client().get("/person/ada.html", headers=HTML).text
    one, other = page.partition("What may be the same")[::2]
    assert "Why these are one" in one
    assert why in one
    assert inputs in one
    assert "0.75" in one
    assert unsure in other
    assert "Nothing is stated of these" in other
    assert "person/other" in other


def test_a_withdrawn_thing_says_since_which_release(tmp_path: Path) -> None:
    gone = replace(WITHDRAWN, state="live")
    first = written(tmp_path, content(facts(), identities=rows_as_text([*ROWS, gone])), DAY)
    later = content(facts(title="Other doors"), identities=rows_as_text([*ROWS, WITHDRAWN]))
    second = written(tmp_path, later, DAY + timedelta(days=1))
    with running(tmp_path) as app:
        client = app.test_client()
        page, document = client.get("/finding/gone", headers=HTML), client.get("/finding/gone").json
    assert page.status_code == 410
    assert f"releases/{second.id}" in page.text
    assert f"releases/{first.id}" in page.text
    assert document is not None
    assert (document["since"], document["last"]) == (second.id, first.id)


def test_names_come_in_the_readers_language(client: FlaskClient) -> None:
    german = client.get("/outcome/hope.html", headers={**HTML, "Accept-Language": "de-CH, en;q=0.5"})
    assert "<h1" in german.text
    assert re.search(r"<h1[^>]*>Hoffnung</h1>", german.text)
    assert "Accept-Language" in german.headers["Vary"]
    assert re.search(r"<h1[^>]*>hope</h1>", client.get("/outcome/hope.html", headers=HTML).text)
    french = client.get("/outcome/hope.html", headers={**HTML, "Accept-Language": "fr"}).text
    assert re.search(r"<h1[^>]*>hope</h1>", french)


def test_a_page_is_sent_once(client: FlaskClient) -> None:
    first = client.get("/study/a.html", headers=HTML)
    again = client.get("/study/a.html", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def dump_of(client: FlaskClient, **headers: str) -> TestResponse:
    return client.get("/dumps/peerkg.nt.gz", headers=headers)


def test_a_dump_is_sent_in_parts_under_its_digest(client: FlaskClient) -> None:
    whole = dump_of(client)
    assert whole.status_code == 200
    tag = whole.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{64}"', tag)
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = dump_of(client, Range="bytes=10-19")
    assert part.status_code == 206
    assert part.data == whole.data[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert dump_of(client, Range="bytes=10-19", **{"If-Range": tag}).status_code == 206
    assert dump_of(client, Range="bytes=10-19", **{"If-Range": '"other"'}).status_code == 200
    assert dump_of(client, **{"If-None-Match": tag}).status_code == 304
    outside = dump_of(client, Range="bytes=99999999-")
    assert outside.status_code == 416
    assert outside.json is not None
    assert outside.json["type"].endswith("/range")


@pytest.mark.parametrize(
    "path", ["../manifest.json", "..%2fmanifest.json", "peerkg", "/etc/passwd", "tables/../peerkg.nt.gz"]
)
def test_only_files_of_the_manifest_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/dumps/{path}").status_code in (404, 308)


def test_files_of_a_release_never_change(client: FlaskClient) -> None:
    (name,) = re.findall(r"releases/([0-9a-z-]+)\"", client.get("/", headers=HTML).text)[:1]
    response = client.get(f"/releases/{name}/dumps/peerkg.ttl.gz")
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get(f"/releases/{name}/manifest.json").json["id"] == name  # type: ignore[index]  # an object
    assert client.get("/releases/2020-01-01-00000000").status_code == 404


def test_the_description_is_where_void_says(client: FlaskClient) -> None:
    response = followed_to(client, "/.well-known/void", {"Accept": "text/turtle"})
    assert response.status_code == 200
    assert response.content_type.startswith("text/turtle")
    assert "void:" in response.text
    assert client.get("/description.jsonld").status_code == 200


def test_shapes_are_turtle(client: FlaskClient) -> None:
    response = followed_to(client, "/shapes", {"Accept": "text/turtle"})
    assert len(list(parse(response.data, format=RdfFormat.TURTLE))) > 100
    assert client.get("/shapes/study.ttl").status_code == 200
    assert client.get("/shapes/none.ttl").status_code == 404


def test_a_graph_can_be_read_whole(client: FlaskClient) -> None:
    turtle = {"Accept": "text/turtle"}
    links = client.get("/graph-store", query_string={"graph": f"{BASE}graph/links"}, headers=turtle)
    assert "orcid.org" in links.text
    default = client.get("/graph-store?default", headers={"Accept": "application/n-triples"})
    assert f"<{BASE}report/a>" in default.text
    assert client.get("/graph-store").status_code == 400
    assert client.get("/graph-store?graph=x:none").status_code == 404
    assert client.post("/graph-store?default").status_code == 405
    followed = followed_to(client, "/graph/links", turtle)
    assert followed.text == links.text


def test_small_files_for_robots(client: FlaskClient) -> None:
    assert "Disallow: /sparql" in client.get("/robots.txt").text
    assert f"<loc>{BASE}study/a</loc>" in client.get("/sitemap.xml").text


def test_every_kind_of_problem_has_its_place(client: FlaskClient) -> None:
    response = client.get("/problem/deadline")
    assert response.status_code == 303
    assert 'id="deadline"' in client.get("/problem/", headers=HTML).text
    assert client.get("/problem/none").status_code == 404


def test_the_editor_shows_where_a_query_is_wrong(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s foo:x ?o }"}, headers=HTML)
    assert response.status_code == 400
    assert "Line 2, column" in response.text
    assert "SELECT *\n{ ?s foo:x ?o }</textarea>" in response.text


def test_the_editor_says_how_much_of_a_result_it_shows(client: FlaskClient) -> None:
    values = " ".join(str(number) for number in range(1500))
    response = client.get(
        "/sparql", query_string={"query": f"SELECT ?x {{ VALUES ?x {{ {values} }} }}"}, headers=HTML
    )
    assert "1,500 rows" in response.text
    assert "shows the first 1,000" in response.text


def test_a_filter_that_is_no_name_is_refused(client: FlaskClient) -> None:
    response = client.get("/findings?outcome=x%3E%20%7D%20%23")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("iri", "to"),
    [
        ("https://w3id.org/peerkg/outcome/hope", "../outcome/hope"),
        ("https://w3id.org/peerkg/ontology#Study", "../ontology#Study"),
        (f"{BASE}report/a", "../report/a"),
        (BASE, "../"),
        ("https://doi.org/10.1/x", "https://doi.org/10.1/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://", None),
        ("https://user@evil.example/", None),
        (f"{BASE}../../x", None),
        (f"{BASE}report/a\u202e", None),
        ('https://example.org/"onclick=', None),
        ("https://example.org/\u202e", "https://example.org/%E2%80%AE"),
    ],
)
def test_only_what_is_safe_becomes_a_link(iri: str, to: str | None) -> None:
    assert Links(BASE, "../").href(iri) == to


def test_what_leads_to_a_thing_reads_as_a_sentence(client: FlaskClient) -> None:
    page = client.get("/person/ada.html", headers=HTML).text
    assert re.search(r'authorship/b">.*?</td>\s*<th scope="row"><a [^>]*>authorship by</a> this</th>', page)
    assert "is is" not in page


def test_statements_read_from_the_same_words_stand_together() -> None:
    def read(start: int, name: str) -> tuple[Quote, Term, Term, Term]:
        term = Term(name, "literal")
        return Quote(name, "s", start, start + 2, "xx", "", ""), term, term, term

    grouped = by_place([read(0, "a"), read(0, "b"), read(4, "c")])
    assert [[quote.evidence for quote, *_ in group] for group in grouped] == [["a", "b"], ["c"]]


def test_every_question_of_the_home_page_has_an_answer(seed_server: str) -> None:
    with httpx.Client(base_url=seed_server, headers=HTML, timeout=120) as browser:
        home = browser.get("/").text
        cards = re.findall(r'<li><a href="(sparql\?query=[^"]+)">', home)
        assert len(cards) == len(list(resources.folder("queries").glob("*.rq"))) >= 12
        for card in cards:
            answer = browser.get("/" + card)
            assert answer.status_code == 200
            assert re.search(r'role="status">[1-9]', answer.text), card


def test_identifiers_are_shown_as_people_name_them() -> None:
    assert known_as("http://id.nlm.nih.gov/mesh/D010343") == "MeSH D010343"
    assert known_as("https://doi.org/10.1000/182") == "DOI 10.1000/182"
    assert known_as("https://example.org/x") == "https://example.org/x"


def test_hidden_characters_are_shown() -> None:
    assert shown("a\u202eb\u200fc\x07d\ufeff") == "a[U+202E]b[U+200F]c[U+0007]d[U+FEFF]"
    assert shown("two\nlines\tof 同伴支持 🙂") == "two\nlines\tof 同伴支持 🙂"


def test_the_description_of_the_addresses_is_about_addresses_that_are_there(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    assert "post" in document["paths"]["/sparql"]
    names = {"segment": "study", "name": "a", "path": "dumps/peerkg.nt.gz", "ext": "ttl", "number": "1"}
    names["release"] = "2020-01-01-00000000"
    rules = [one.rule for one in client.application.url_map.iter_rules() if one.endpoint != "static"]
    assert {re.sub(r"<[^<>]*?([a-z]+)>", r"{\1}", rule) for rule in rules} == set(document["paths"])
    operations = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(operations) == len(set(operations))
    for methods in document["paths"].values():
        for one in methods.values():
            given = [each["name"] for each in one.get("parameters", ())]
            assert len(given) == len(set(given))
    for path, methods in document["paths"].items():
        assert set(methods) <= {"get", "post"}
        inside = next(iter(methods.values()))["parameters"] if path != "/sparql" else []
        ones = {one["name"]: one["schema"].get("enum", [""])[0] for one in inside if one["in"] == "path"}
        parts = {**names, **{name: one for name, one in ones.items() if one and names.get(name) != "study"}}
        address = re.sub(r"{([^}]+)}", lambda match: parts[match[1]], path)  # noqa: B023 - called at once
        response = client.get(address)
        assert (response.status_code == 405) == ("get" not in methods), path
        if "get" not in methods:
            continue
        head = client.head(address)
        assert (head.status_code, head.data) == (response.status_code, b""), path
        assert (
            head.headers.get("Content-Length") == response.headers.get("Content-Length") or path == "/metrics"
        )
        options = client.options(address)
        assert options.status_code in (200, 204), path
        assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", ")), path
        promised = methods["get"]["responses"]["200"].get("content", {})
        if response.status_code == 200 and promised:
            assert response.mimetype in promised, path


def test_metrics_count(client: FlaskClient) -> None:
    text = client.get("/metrics").text
    assert re.search(r"^peerkg_quads [1-9]", text, flags=re.MULTILINE)
    assert 'peerkg_workers{lane="idle"}' in text


def test_another_site_may_ask_before_it_asks(client: FlaskClient) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    response = client.options("/study/a", headers=headers)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Accept", "Accept-Datetime", "Range"} <= set(allowed)
    assert "Repr-Digest" in response.headers["Access-Control-Expose-Headers"].split(", ")


def _unpacked(data: bytes) -> bytes:
    """The data, of a workbook its texts."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/sharedStrings.xml")


DOWNLOADS = {
    "SELECT * { ?s ?p ?o } LIMIT 5": 14,
    "ASK {}": 7,
    "CONSTRUCT WHERE { ?s ?p ?o }": 6,
}


@pytest.mark.parametrize(("query", "number"), DOWNLOADS.items(), ids=["select", "ask", "construct"])
def test_a_result_is_downloaded_in_every_format_by_plain_links(
    client: FlaskClient, query: str, number: int
) -> None:
    graph = f"{BASE}graph/source/0123456789abcdef"
    asked = {"query": query, "default-graph-uri": graph}
    page = client.get("/sparql", query_string=asked, headers=HTML).text
    links = [html.unescape(link) for link in re.findall(r'<a href="(\?[^"]*format=[^"]*)">', page)]
    assert len(links) == len(set(links)) == number
    types = set()
    for link in links:
        found = client.get("/sparql" + link)
        assert found.status_code == 200
        types.add((found.mimetype, found.data[:3] == "\ufeff".encode(), b"Label" in _unpacked(found.data)))
        assert "default-graph-uri=" in link
    assert len(types) == number
    assert f'<input type="hidden" name="default-graph-uri" value="{graph}">' in page


def test_the_result_of_a_long_query_is_downloaded_by_a_form(client: FlaskClient) -> None:
    query = "SELECT * { ?s ?p ?o } LIMIT 5 #" + "x" * 9000
    page = client.post("/sparql", data={"query": query}, headers=HTML).text
    assert not re.search(r'<a href="\?[^"]*format=', page)
    forms = re.findall(r'<form class="row" method="post" action="sparql">(.*?)</form>', page, flags=re.DOTALL)
    assert len(forms) == 2
    for form in forms:
        fields = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
        for name in re.findall(r'name="format" value="([^"]*)"', form):
            found = client.post("/sparql", data={**dict(fields), "format": name})
            assert found.status_code == 200
            assert found.mimetype != "text/html"


def test_the_editor_offers_every_format_and_names_beside_iris(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": "ASK {}", "labels": "1"}, headers=HTML).text
    offered = set(re.findall(r'<option value="([^"]*)">', page))
    assert offered == {"html", *(form.name for form in (*formats.RESULT_FORMATS, *formats.SYNTAXES))}
    assert '<input type="checkbox" name="labels" value="1" checked>' in page
    assert 'formmethod="post"' in page


def test_the_server_as_a_whole_says_what_it_takes(client: FlaskClient) -> None:
    response = client.open("/", method="OPTIONS", environ_overrides={"PATH_INFO": "*"})
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST, QUERY"


def test_a_client_that_leaves_a_page_is_no_fault_to_report(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    service: Service = client.application.extensions["peerkg"]
    call, answered = Call(service, service.edition), threading.Event()

    def leave() -> None:
        while not answered.wait(0.01):
            call.cancel()

    leaving = threading.Thread(target=leave)
    leaving.start()
    endless = "SELECT (COUNT(*) AS ?n) {" + "".join(f"?a{n} ?b{n} ?c{n} . " for n in range(9)) + "}"
    asked = {"query_string": {"query": endless}, "environ_overrides": {"peerkg.call": call}}
    page = client.get("/sparql", headers=HTML, **asked)
    answered.set()
    leaving.join()
    assert "the request was given up" in page.text
    assert caplog.records == []
