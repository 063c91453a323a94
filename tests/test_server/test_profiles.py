"""Content negotiation by profile: how much of a thing a document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from werkzeug.test import TestResponse

from server import labels, profiles
from tests.releasing import BASE, LABEL, PK, TYPE, content, quad, written
from tests.test_server.test_pages import Whole, hostile, running

pytestmark = pytest.mark.slow

TURTLE = "text/turtle"
SCHEMA = "https://schema.org/"
ALTR = "http://www.w3.org/ns/dx/connegp/altr#"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("public")
    more = [
        quad("report/a", f"{SCHEMA}author", NamedNode(f"{BASE}person/ada"), "graph/inferred"),
        quad("report/a", TYPE, NamedNode(f"{SCHEMA}ScholarlyArticle"), "graph/inferred"),
        quad("person/ada", f"{SCHEMA}name", "Ada Okafor", "graph/inferred"),
        quad("person/ada", f"{SCHEMA}email", "ada@example.org", "graph/inferred"),
    ]
    written(folder, content([*hostile(), *more]))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


def get(client: FlaskClient, address: str, accept: str = TURTLE, profile: str | None = None) -> TestResponse:
    named = {} if profile is None else {"Accept-Profile": profile}
    return client.get(address, headers={"Accept": accept, **named})


def said(response: TestResponse) -> set[Triple]:
    assert response.status_code == 200, response.text
    return {quad.triple for quad in parse(response.data, format=RdfFormat.TURTLE)}


def test_the_default_profile_says_everything(client: FlaskClient) -> None:
    response = get(client, "/report/a.ttl")
    assert response.headers["Content-Profile"] == f"<{profiles.FULL.iri}>"
    assert said(response) == said(get(client, "/report/a.ttl?_profile=full"))
    for part in ("schema", "labels"):
        found = said(get(client, f"/report/a.ttl?_profile={part}"))
        of_thing = {triple for triple in found if triple.subject == NamedNode(f"{BASE}report/a")}
        assert of_thing
        assert of_thing < said(response)


def test_one_profile_is_in_schema_orgs_words_alone(client: FlaskClient) -> None:
    assert said(get(client, "/report/a.ttl?_profile=schema")) == {
        Triple(NamedNode(f"{BASE}{thing}"), NamedNode(predicate), value)
        for thing, predicate, value in (
            ("report/a", TYPE, NamedNode(f"{SCHEMA}ScholarlyArticle")),
            ("report/a", f"{SCHEMA}author", NamedNode(f"{BASE}person/ada")),
            ("person/ada", f"{SCHEMA}name", quad("", "x:", "Ada Okafor", "").object),
        )
    }


def test_one_profile_has_the_names_of_a_thing_and_of_its_neighbours(client: FlaskClient) -> None:
    found = said(get(client, "/report/a.ttl?_profile=labels"))
    assert {t.predicate for t in found} <= set(labels.PROPERTIES)
    named = {t.subject.value for t in found if t.predicate.value == LABEL}  # type: ignore[union-attr]  # no triple is a subject
    assert {f"{BASE}report/a", f"{BASE}person/ada", f"{BASE}study/a"} <= named


def test_the_list_has_every_document_and_each_is_there(client: FlaskClient) -> None:
    response = get(client, "/report/a?_profile=alt", TURTLE)
    assert (response.status_code, response.headers["Location"]) == (303, "a.ttl?_profile=alt")
    found = said(get(client, "/report/a.ttl?_profile=alt"))
    thing = NamedNode(f"{BASE}report/a")
    of = {
        name: {t.object.value for t in found if (t.subject, t.predicate.value) == (thing, ALTR + name)}  # type: ignore[union-attr]  # IRIs
        for name in ("hasDefaultRepresentation", "hasRepresentation")
    }
    assert len(of["hasDefaultRepresentation"]) == 5
    assert len(of["hasRepresentation"]) == 4 + 4 + 5
    types = {t.subject.value: t.object.value for t in found if t.predicate.value.endswith("/format")}  # type: ignore[union-attr]  # as above
    conforms = {t.subject.value: t.object.value for t in found if t.predicate.value.endswith("/conformsTo")}  # type: ignore[union-attr]  # as above
    for address in of["hasDefaultRepresentation"] | of["hasRepresentation"]:
        document = client.get("/" + address.removeprefix(BASE))
        assert (document.status_code, document.mimetype) == (200, types[address])
        assert document.headers["Content-Profile"] == f"<{conforms[address]}>"


def test_the_list_is_a_page_for_people(client: FlaskClient) -> None:
    page = get(client, "/report/a.html?_profile=alt", "text/html")
    assert page.mimetype == "text/html"
    assert 'href="../report/a.jsonld?_profile=labels"' in page.text


@pytest.mark.parametrize(
    ("header", "profile"),
    [
        (f"<{profiles.LABELS.iri}>", profiles.LABELS),
        (f"<https://elsewhere.example/>, <{profiles.SCHEMA.iri}>;q=0.5", profiles.SCHEMA),
        (f"<{profiles.LABELS.iri}>;q=0.5, <https://schema.org/>;q=0.9", profiles.SCHEMA),
        (f"<{profiles.LABELS.iri}>;q=0", profiles.FULL),
        ("<https://elsewhere.example/>", profiles.FULL),
        ("nonsense,,<", profiles.FULL),
        (f'"{profiles.LABELS.iri}"', profiles.LABELS),
    ],
)
def test_the_header_says_what_is_wanted_most(
    client: FlaskClient, header: str, profile: profiles.Profile
) -> None:
    document = get(client, "/report/a.ttl", profile=header)
    assert document.headers["Content-Profile"] == f"<{profile.iri}>"
    assert "Accept-Profile" in document.headers["Vary"]
    thing = get(client, "/report/a", profile=header)
    wanted = "a.ttl" if profile is profiles.FULL else f"a.ttl?_profile={profile.token}"
    assert (thing.status_code, thing.headers["Location"]) == (303, wanted)
    assert "Accept-Profile" in thing.headers["Vary"]


def test_the_argument_decides_before_the_header(client: FlaskClient) -> None:
    document = get(client, "/report/a.ttl?_profile=labels", profile=f"<{profiles.SCHEMA.iri}>")
    assert document.headers["Content-Profile"] == f"<{profiles.LABELS.iri}>"
    by_iri = client.get("/report/a.ttl", query_string={"_profile": profiles.LABELS.iri})
    assert by_iri.data == document.data


def test_the_argument_for_the_format_decides_before_the_header(client: FlaskClient) -> None:
    thing = get(client, "/report/a?_mediatype=application/n-triples", "text/html")
    assert thing.headers["Location"] == "a.nt"


@pytest.mark.parametrize(
    "address", ["/report/a.ttl?_profile=none", "/report/a.html?_profile=labels", "/report/a?_profile="]
)
def test_what_there_is_not_is_answered_with_what_there_is(client: FlaskClient, address: str) -> None:
    response = get(client, address)
    document: Any = response.json
    assert (response.status_code, document["type"]) == (406, "https://w3id.org/peerkg/problem/not-acceptable")
    assert {"token": "labels", "iri": profiles.LABELS.iri} in document["profiles"]


def test_a_document_leads_to_the_others(client: FlaskClient) -> None:
    link = get(client, "/report/a.html", "text/html").headers["Link"]
    assert f'<{profiles.FULL.iri}>; rel="profile"' in link
    other = '<../report/a.ttl?_profile=labels>; rel="alternate"; type="text/turtle"'
    assert f'{other}; profile="{profiles.LABELS.iri}"' in link


def test_each_profile_is_defined_where_its_iri_leads(client: FlaskClient) -> None:
    page = client.get("/profiles").text
    defined = said(client.get("/profiles.ttl"))
    for profile in profiles.ALL:
        assert page.count(f'id="{profile.token}"') == 1
        assert any(t.subject == NamedNode(profile.iri) for t in defined)
        assert client.get(f"/profile/{profile.token}").headers["Location"] == f"../profiles#{profile.token}"
    assert client.get("/profile/none").status_code == 404
    assert get(client, "/profiles", TURTLE).headers["Location"] == "profiles.ttl"


def test_a_document_of_an_earlier_release_has_profiles_too(client: FlaskClient) -> None:
    name = client.get("/health").json["release"]  # type: ignore[index]  # an object
    document = client.get(f"/releases/{name}/report/a.ttl?_profile=labels")
    assert document.data == client.get("/report/a.ttl?_profile=labels").data
    assert f"../../../releases/{name}/report/a.ttl?_profile=schema" in document.headers["Link"]


def test_pk_terms_are_in_no_other_profile_than_the_full_one(client: FlaskClient) -> None:
    for token in ("schema", "labels", "alt"):
        assert PK not in client.get(f"/study/a.nt?_profile={token}").text
    assert PK in client.get("/study/a.nt").text


def test_the_wish_goes_with_a_redirect(client: FlaskClient) -> None:
    moved = client.get("/person/old.ttl?_profile=labels&other=1")
    assert (moved.status_code, moved.headers["Location"]) == (301, "../person/ada.ttl?_profile=labels")
    then = client.get("/report/a?_profile=alt", headers={"Accept-Datetime": "Fri, 01 Jan 2038 00:00:00 GMT"})
    assert then.headers["Location"].endswith("/report/a?_profile=alt")
