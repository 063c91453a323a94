"""The interface in Chinese: no text of it without a translation, and no other language without saying so."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from jinja2.nodes import Output, TemplateData

from kg.evidence_map import AXES
from server.wording import catalogue
from tests.messages import TEMPLATES, environment, messages
from tests.releasing import content, written
from tests.test_server.test_pages import HTML, PAGES, Whole, followed_to, hostile, running

pytestmark = pytest.mark.slow

NAMES = {
    "Turtle", "JSON", "LD", "N", "Triples", "Quads", "RDF", "XML", "CSV", "TSV", "TriG", "SVG",
    "SPARQL", "SHACL", "RIS", "BibTeX", "CSL", "IRI", "DOI", "SHA", "PROV", "CC0", "Croissant", "RO",
    "Crate", "DCAT", "VoID", "peerkg", "UTC", "MiB", "KiB", "GET", "POST", "Protocol", "RFC", "W3C",
    "Web", "of", "Science", "ORCID", "ROR", "FaBiO", "FOAF", "ORG", "SKOS", "Dublin", "Core", "schema",
    "org", "SERVICE", "SILENT", "LIMIT", "OFFSET", "HTTP", "API", "UTF", "w3id", "Markdown", "LaTeX",
    "VOSviewer", "OpenRefine", "PubMed", "MeSH", "p", "Python", "R", "ISSN", "Excel", "XLSX", "Parquet",
    "PNG", "Wikidata", "QuickStatements",
}  # fmt: skip
"""Words that are names, the same in every language."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
CODE = re.compile(r"`[^`]*`|[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}(?:-[0-9]+)?")
"""What stands for itself in a sentence: names of fields, and of releases."""


def test_every_message_is_translated_and_nothing_else_is() -> None:
    assert messages() ^ catalogue("zh").keys() == set()


def test_a_translation_keeps_values_and_markup() -> None:
    for english, chinese in catalogue("zh").items():
        for kept in (r"%\([a-z]+\)s", r"</?[a-z][^>]*>"):
            assert sorted(re.findall(kept, english)) == sorted(re.findall(kept, chinese)), english
        assert "%(" in english or "%" not in english


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    tree = environment().parse(path.read_text(encoding="utf-8"))
    written_out = "".join(
        node.data if isinstance(node, TemplateData) else "\0"
        for one in tree.find_all(Output)
        for node in one.nodes
    )
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder|label)="([^"\0]*)"', written_out)
    text = re.sub(r"<(code|pre)\b.*?</\1>", "", written_out, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>|&[a-z]+;", " ", text)
    assert set(WORD.findall(" ".join([text, *spoken]))) - NAMES == set()


class Spoken(html.parser.HTMLParser):
    """The words of a page by the language they are said to be in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = self.open[-1][1] if self.open else ""
        if tag not in {"meta", "link", "input", "br"}:
            silent = tag in {"code", "script", "textarea", "title", "pre"} or given.get("translate") == "no"
            self.open.append((tag, "none" if silent else given.get("lang", language) or ""))
        for name in ("aria-label", "placeholder"):
            self.found.append((language, given.get(name) or ""))

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.found.append((self.open[-1][1] if self.open else "", data))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(hostile()))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


IN_CHINESE = [
    *PAGES,
    "/map",
    "/map?view=table",
    f"/map?rows={AXES[2]}&columns={AXES[3]}",
    "/nothing",
    "/sparql?query=x",
]


@pytest.mark.parametrize("address", IN_CHINESE)
def test_a_chinese_page_says_what_is_not_chinese(client: FlaskClient, address: str) -> None:
    page = client.get(f"/zh{address}", headers=HTML).text
    assert '<html lang="zh">' in page
    unsaid = [
        (word, text.strip()) for tag, text in Spoken(page).found if tag == "zh"
        for word in WORD.findall(CODE.sub("", text)) if word not in NAMES
    ]  # fmt: skip
    assert unsaid == []


def test_a_name_in_another_language_than_the_page_says_so(client: FlaskClient) -> None:
    page = client.get("/findings", headers={**HTML, "Accept-Language": "zh"}).text
    assert 'lang="zh">希望</a>' in page
    assert 'lang="en"' not in client.get("/findings", headers=HTML).text.partition("<body>")[2]


@pytest.mark.parametrize(
    "address", ["/", "/map?view=table&open=", "/study/a.html", "/zh/", "/zh/study/a.html"]
)
def test_a_page_leads_to_itself_in_each_language(client: FlaskClient, address: str) -> None:
    page = client.get(address, headers=HTML).text
    found = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]*)"', page))
    assert found.keys() == {"en", "zh", "x-default"}
    plain = address.removeprefix("/zh")
    assert urljoin(address, found["en"].replace("&amp;", "&")) == plain
    assert urljoin(address, found["zh"].replace("&amp;", "&")) == f"/zh{plain}"
    for to in found.values():
        assert followed_to(client, urljoin(address, to), HTML).status_code == 200


def test_names_of_concepts_are_chinese_and_links_stay_so(client: FlaskClient) -> None:
    page = client.get("/zh/findings", headers=HTML).text
    assert ">希望</a>" in page
    assert 'href="./outcome/hope"' in page
    moved = client.get("/zh/outcome/hope", headers=HTML)
    assert urljoin("/zh/outcome/hope", moved.headers["Location"]) == "/zh/outcome/hope.html"
    assert client.get("/zh").headers["Location"] == "zh/"


def test_data_are_the_same_whatever_the_language_of_the_path(client: FlaskClient) -> None:
    assert client.get("/zh/study/a.ttl").data == client.get("/study/a.ttl").data
