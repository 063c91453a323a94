"""The seeds' release with hostile words in every text, and what its pages make of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad

from kg import release as releases
from kg.release import Release
from tests.releasing import TYPE, content, written
from tests.test_server.test_hostile_data import WORDS
from tests.test_server.test_pages import EVIL, HTML, Elements, Whole, running

pytestmark = pytest.mark.slow

SCRIPT = NamedNode("javascript:alert(1)")
LINKS = (
    "http://purl.org/dc/terms/source",
    "https://schema.org/sameAs",
    "http://www.w3.org/2002/07/owl#sameAs",
)
NAMES = ("http://www.w3.org/2000/01/rdf-schema#label", "https://schema.org/name")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def poisoned(quad: Quad) -> Iterator[Quad]:
    """The statement with hostile words before its own; of things also a link that must not be one.

    What is a name has the same words everywhere; all other texts take turns with those that others tried.
    """
    value = quad.object
    if isinstance(value, Literal) and (value.language or value.datatype.value.endswith("#string")):
        number = crc32(f"{quad.predicate} {value.value}".encode()) % len(WORDS)
        words = (EVIL if quad.predicate.value in NAMES else WORDS[number]) + value.value
        value = Literal(words, language=value.language) if value.language else Literal(words)
    yield Quad(quad.subject, quad.predicate, value, quad.graph_name)
    if quad.predicate.value == TYPE:
        for predicate in LINKS:
            yield Quad(quad.subject, NamedNode(predicate), SCRIPT, quad.graph_name)


@pytest.fixture(scope="module")
def hostile_release(seed_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    seeds = releases.current(seed_release)
    graphs = ("/graph/ontology>", "/graph/vocabulary>")
    plain = [quad for quad in seeds.quads() if str(quad.graph_name).endswith(graphs)]
    named = [quad for quad in seeds.quads() if not str(quad.graph_name).endswith(graphs)]
    quads = [*plain, *(one for quad in named for one in poisoned(quad))]
    sources: Any = [{**source, "title": EVIL, "licence": EVIL} for source in seeds.manifest["sources"]]
    folder = tmp_path_factory.mktemp("hostile")
    identities = seeds.identities.read_text(encoding="utf-8")
    return written(
        folder,
        content(
            quads,
            base=seeds.base,
            title=EVIL,
            publisher=EVIL,
            sources=tuple(sources),
            identities=identities,
        ),
    )


@pytest.fixture(scope="module")
def client(hostile_release: Release) -> Iterator[FlaskClient]:
    with running(hostile_release.folder.parent.parent) as app:
        app.test_client_class = Whole
        yield app.test_client()


ISLAND = {"type": "application/ld+json"}
EDITORS = [{"type": "module", "src": f"./{up}static/editor.js"} for up in ("", "../")]


def addresses(release: Release) -> list[str]:
    """Two pages of each class of things, and all that are about no single thing."""
    rows = [row.iri.removeprefix(release.base) for row in release.registered()]
    by_class: dict[str, list[str]] = {}
    for path in rows:
        by_class.setdefault(path.partition("/")[0], []).append(f"/{path}.html")
    found = [address for several in by_class.values() for address in (several[0], several[-1])]
    sources = by_class["source"]
    question = "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+FILTER(isLiteral(%3Fo))+%7D+LIMIT+200"
    fixed = ["/map", "/expert?lines=peer", "/search?role=peer-worker", f"/releases/{release.id}/validation"]
    fixed += [
        "/",
        "/findings",
        "/search?q=peer",
        "/dumps/",
        "/releases/",
        f"/releases/{release.id}",
        question,
    ]
    return [*found, *sources, *fixed, "/outcome/hope.html", "/study/none", "/ontology.html"]


def test_no_word_of_a_document_breaks_out_of_a_page(client: FlaskClient, hostile_release: Release) -> None:
    shown = 0
    for address in dict.fromkeys(
        prefix + one for prefix in ("", "/zh") for one in addresses(hostile_release)
    ):
        response = client.get(address, headers=HTML)
        assert response.status_code in (200, 404), f"{address}: {response.status_code}"
        page = Elements(response.text)
        assert (page.wrong, page.open) == ([], []), address
        for tag, given in page.found:
            assert tag not in ("img", "iframe", "style", "base", "object"), address
            assert tag != "script" or given in (ISLAND, *EDITORS), address
            assert not [name for name in given if name.startswith("on") or name == "style"], address
            to = given.get("href") or given.get("src") or given.get("action") or ""
            assert re.match(r"https?://|(?![a-z]+:)", to), f"{address}: {to}"
        assert not BIDI.search(re.sub(r"<script.*?</script>", "", response.text, flags=re.DOTALL)), address
        for island in re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text):
            assert not set("<>") & set(island), address
            json.loads(island)
        assert not re.search(r"[\r\n]", "".join(value for _, value in response.headers))
        shown += "&lt;script&gt;alert(1)" in response.text
    assert shown > 20


def test_hostile_words_come_back_whole_in_every_document(
    client: FlaskClient, hostile_release: Release
) -> None:
    study = next(row.iri for row in hostile_release.registered() if row.kind == "Study")
    path = study.removeprefix(hostile_release.base)
    assert EVIL in json.dumps(client.get(f"/{path}.jsonld").json, ensure_ascii=False).replace('\\"', '"')
    for address in ("/croissant.json", "/ro-crate-metadata.json", "/linkset", f"/linkset/{path}"):
        assert client.get(address).status_code == 200
    assert client.get("/croissant.json").json["name"] == EVIL  # type: ignore[index]  # an object


def test_neither_host_nor_forwarded_address_reaches_an_answer(
    client: FlaskClient, hostile_release: Release
) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    evil["Forwarded"] = 'host="evil.example"'
    for address in [*addresses(hostile_release), "/linkset", "/sitemap.xml", "/robots.txt", "/openapi.json"]:
        response = client.get(address, headers={**HTML, **evil})
        assert "evil" not in response.text.replace("onerror", ""), address
        assert "evil" not in str(response.headers), address
