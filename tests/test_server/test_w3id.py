"""The redirects for w3id.org: as Apache would read them, each kind of IRI leads to its document."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad

from kg.identifiers import VOCABULARY
from kg.registry import Row
from kg.registry import write as rows_as_text
from server.app import create_app
from server.limits import Limits
from server.service import Service
from server.w3id import configuration
from tests.releasing import BASE, LABEL, PK, TYPE, content, facts, written
from tests.test_server.test_pages import Whole, running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docs" / "deployment" / "w3id" / ".htaccess"
SERVER = "https://peer.example.org/"


@dataclass(frozen=True)
class Rule:
    """A `RewriteRule` in a folder's file: the pattern is matched with the path below the folder."""

    pattern: re.Pattern[str]
    target: str
    status: int


def rules(text: str) -> list[Rule]:
    """The rules of the file; a directive or flag that this interpreter does not know is an error."""
    found = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        words = line.split()
        if words[0] in ("Options", "Header"):
            continue
        if words[0] == "RewriteEngine":
            assert words[1].lower() == "on"
            continue
        assert words[0] == "RewriteRule", line
        pattern, target, flags = words[1:]
        status = re.fullmatch(r"\[R=(\d{3}),L\]", flags)
        assert status, line
        found.append(Rule(re.compile(pattern), target, int(status[1])))
    return found


def redirected(known: list[Rule], iri: str) -> tuple[int, str]:
    """What w3id.org would answer: the status, and the address it leads to."""
    parts = urlsplit(iri)
    path = parts.path.removeprefix("/peerkg/")
    assert path != parts.path
    for rule in known:
        match = rule.pattern.search(path)
        if match is None:
            continue
        if rule.target == "-":
            return rule.status, ""
        address = rule.target.replace("$1", match[1] if match.re.groups else "")
        # mod_rewrite keeps the query string of the request where the substitution has none of its own.
        return rule.status, address + (f"?{parts.query}" if parts.query and "?" not in address else "")
    raise AssertionError(f"no rule for {iri}")


@pytest.fixture(scope="module")
def known() -> list[Rule]:
    return rules(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A release whose base is the name itself, with a thing that was merged and one that was withdrawn."""
    base = VOCABULARY
    quads = [
        Quad(
            *(
                NamedNode(term.value.replace(BASE, base)) if isinstance(term, NamedNode) else term
                for term in one
            )
        )
        for one in facts()
    ]
    role = NamedNode(f"{base}role/peer-mentor")
    graph = NamedNode(f"{base}graph/vocabulary")
    quads += [
        Quad(role, NamedNode(TYPE), NamedNode("http://www.w3.org/2004/02/skos/core#Concept"), graph),
        Quad(role, NamedNode(LABEL), Literal("peer mentor", language="en"), graph),
    ]
    registered = [
        Row(f"{base}person/ada", "Person", ("#1",), "live", "", 1),
        Row(f"{base}report/a", "Report", ("title:doors",), "live", "", 1),
        Row(f"{base}person/old", "Person", ("#2",), "merged", f"{base}person/ada", 1),
        Row(f"{base}person/gone", "Person", ("#3",), "withdrawn", "", 1),
    ]
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(quads, base=base, identities=rows_as_text(registered)))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


def resolved(known: list[Rule], client: FlaskClient, iri: str, accept: str = "*/*") -> tuple[int, str, str]:
    """The last status and media type, and the path, that a client gets to from the IRI."""
    status, address = redirected(known, iri)
    assert status in (302, 303)
    for _ in range(5):
        assert address.startswith(SERVER)
        parts = urlsplit(address)
        answer = client.get(f"{parts.path}?{parts.query}", headers={"Accept": accept})
        if answer.status_code not in (301, 303, 308):
            return answer.status_code, answer.content_type.partition(";")[0], parts.path
        address = urljoin(address, answer.headers["Location"])
    raise AssertionError(f"{iri} leads in a circle")


def test_the_file_is_what_the_routes_give(known: list[Rule]) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "server.w3id", SERVER], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert made.stdout == FILE.read_text(encoding="utf-8")
    assert len(known) > 30


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json", "application/rdf+xml"])
@pytest.mark.parametrize("path", ["person/ada", "report/a", "role/peer-mentor", "ontology", "description"])
def test_a_name_leads_to_its_document_in_the_format_that_is_wanted(
    known: list[Rule], client: FlaskClient, path: str, accept: str
) -> None:
    status, media_type, _ = resolved(known, client, VOCABULARY + path, accept)
    if (path, accept) != ("description", "text/html"):
        assert (status, media_type) == (200, accept)


def test_a_thing_answers_303_and_a_document_302(known: list[Rule]) -> None:
    assert redirected(known, f"{VOCABULARY}person/ada") == (303, f"{SERVER}person/ada")
    assert redirected(known, f"{VOCABULARY}person/ada.ttl") == (302, f"{SERVER}person/ada.ttl")
    assert redirected(known, VOCABULARY) == (302, SERVER)


def test_terms_of_the_ontology_lead_to_the_ontology(known: list[Rule], client: FlaskClient) -> None:
    # A client keeps the fragment to itself (RFC 9110, section 7.1).
    without = f"{PK}Study".partition("#")[0]
    assert resolved(known, client, without, "text/turtle") == (200, "text/turtle", "/ontology.ttl")


def test_query_strings_stay(known: list[Rule], client: FlaskClient) -> None:
    asked = f"{VOCABULARY}sparql?query=ASK%20%7B%7D&format=json"
    assert redirected(known, asked) == (302, f"{SERVER}sparql?query=ASK%20%7B%7D&format=json")
    assert redirected(known, f"{VOCABULARY}person/ada?_profile=schema")[1].endswith("?_profile=schema")
    status, media_type, _ = resolved(known, client, f"{VOCABULARY}search?q=doors&format=json")
    assert (status, media_type) == (200, "application/json")


def test_what_was_merged_or_withdrawn_says_so(known: list[Rule], client: FlaskClient) -> None:
    assert resolved(known, client, f"{VOCABULARY}person/old", "text/html")[2] == "/person/ada.html"
    assert resolved(known, client, f"{VOCABULARY}person/gone")[0] == 410
    assert resolved(known, client, f"{VOCABULARY}person/never")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "person",
        "person/a/b",
        "person/a%20b",
        "person/ada.exe",
        "metrics",
        "health",
        "../x",
        "//evil",
    ],
)
def test_nothing_else_leads_anywhere(known: list[Rule], path: str) -> None:
    assert redirected(known, VOCABULARY + path) == (404, "")


def test_every_route_has_its_redirect(known: list[Rule]) -> None:
    filled = {"path": "a/b.c", "int": "3", "": "name"}
    routes = create_app(Service(Limits())).url_map
    for route in routes.iter_rules():
        if (
            route.endpoint == "static"
            or route.rule in ("/", "/metrics", "/robots.txt")
            or "/health" in route.rule
        ):
            continue

        def example(match: re.Match[str]) -> str:
            converter = match[1].rpartition(":")[0]
            listed = re.match(r"any\('?([^,')]+)", converter)
            return listed[1] if listed else filled[converter]

        path = re.sub(r"<([^>]+)>", example, route.rule)[1:]
        assert redirected(known, VOCABULARY + path)[1] == SERVER + path


def test_a_route_that_is_added_changes_the_file() -> None:
    app = create_app(Service(Limits()))
    before = configuration(app.url_map, SERVER)
    app.add_url_rule("/new/<int:number>", "new", str)
    after = configuration(app.url_map, SERVER)
    assert set(after.splitlines()) - set(before.splitlines()) == {
        f"RewriteRule ^(new/\\d+)$ {SERVER}$1 [R=302,L]"
    }
