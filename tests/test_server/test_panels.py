"""What pages of the seeds say of journals, programmes, documents and people, and the data behind a page."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import pytest
from flask import g
from flask.testing import FlaskClient
from pyarrow import parquet
from werkzeug.test import TestResponse

import kg
from server.tables import Labels, Term
from server.things import countries_of, pictures
from tests.test_result_files import sheet
from tests.test_server.test_pages import HTML, running
from tests.test_server.test_picturing import size

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
    found = panels_of(page)
    if count[1] == "0":
        assert not found
        return
    (query,) = found.values()
    assert len({row["f"] for row in rows(client, query)}) == int(count[1])


def panels_of(page: str) -> dict[str, str]:
    """The questions of a page's panels, by their names."""
    said = re.findall(
        r'<details class="programs data"><summary>Data: (.*?)</summary>.*?name="query" value="([^"]*)"',
        page, flags=re.DOTALL,
    )  # fmt: skip
    assert len(dict(said)) == len(said), "two panels of one name"
    return {unescape(name): unescape(query) for name, query in said}


def things(client: FlaskClient) -> list[str]:
    """Pages about things of every class, the one with the most statements and the one with the least."""
    query = """SELECT ?class ?x (COUNT(*) AS ?n) { { ?x a ?class ; ?p ?o } UNION { ?x a ?class . ?s ?p ?x }
        FILTER(STRSTARTS(STR(?class), "https://w3id.org/peerkg/") && ISIRI(?x)) }
        GROUP BY ?class ?x ORDER BY ?class DESC(?n) ?x"""
    of: dict[str, list[str]] = {}
    for row in rows(client, query):
        of.setdefault(row["class"], []).append(row["x"])
    evidence = rows(client, "SELECT ?x { GRAPH ?g { ?x a pk:Evidence } } ORDER BY ?x LIMIT 1")
    chosen = {one for some in of.values() for one in (some[0], some[-1])}
    chosen |= {row["x"] for row in evidence}
    local = [one.removeprefix("https://w3id.org/peerkg") for one in sorted(chosen)]
    return [f"{one}.html" for one in local if re.fullmatch("/[a-z]+/[^#]+", one)]


def pages(client: FlaskClient) -> dict[str, str]:
    """A page of every kind that shows what was asked of the graph."""
    studies = [row["s"].rpartition("/")[2] for row in rows(client, "SELECT ?s { ?s a pk:Study }")]
    compared = "/compare?" + "&".join(f"study={one}" for one in studies[:6])
    addresses = [
        "/",
        "/map",
        "/map?rows=population",
        "/findings",
        "/search?q=peer",
        "/search?role=peer-worker",
    ]
    addresses += ["/expert?lines=peer", compared, *things(client)]
    found = {}
    for address in addresses:
        response = client.get(address, headers=HTML)
        assert response.status_code == 200, address
        found[address] = response.text
    return found


@pytest.fixture(scope="module")
def every_page(client: FlaskClient) -> dict[str, str]:
    return pages(client)


WITHOUT = {
    "/": {"questions", "take"},
    "/map": {"counting"},
    "/search": {"facets"},
    "/expert": {"history", "report", "help"},
}
"""Parts of pages that are no answers of the graph: texts, forms, addresses, counts of another index."""
ANYWHERE = {"text", "doubts"}
BASES = {"own-result", "cited-from-other", "background-claim", "aim-only"}
"""Findings parted by their basis, which is a column of one panel."""


def test_every_part_of_every_page_has_its_data(every_page: dict[str, str]) -> None:
    bare = []
    for address, page in every_page.items():
        parts = re.split(r'<section [^>]*aria-labelledby="', page.partition("<main")[2])[1:]
        for part in parts:
            name, _, rest = part.partition('"')
            if name == "why" and "No document of it was read" in rest:
                continue
            excused = WITHOUT.get("/" + address.split("?")[0].split("/")[1], set()) | ANYWHERE
            if "Findings" in panels_of(page):
                excused |= BASES
            if name not in excused and 'class="programs data"' not in rest:
                bare.append((address, name))
    assert bare == []


def test_the_data_of_every_panel_are_what_its_question_returns_in_every_format(
    client: FlaskClient, every_page: dict[str, str], seed_release: Path
) -> None:
    release = kg.open(seed_release, frames="arrow")
    asked = {
        (re.split(r"[/?]", address)[1], name): query
        for address, page in every_page.items()
        for name, query in panels_of(page).items()
    }
    assert len(asked) > 70

    def got(query: str, form: str) -> TestResponse:
        found = client.get("/sparql", query_string={"query": query, "format": form})
        assert found.status_code == 200, (form, query, found.text)
        return found

    for query in sorted(set(asked.values())):
        table = release.query(query)
        names = table.column_names
        expected = sorted([as_text(cell) for cell in row.values()] for row in table.to_pylist())
        read = parquet.read_table(io.BytesIO(got(query, "parquet").data))
        assert read.schema == table.schema, query
        told = json.loads(got(query, "json").data)
        plain = csv.reader(io.StringIO(got(query, "csv").text, newline=""))
        spread = csv.reader(io.StringIO(got(query, "csv-excel").data.decode("utf-8-sig"), newline=""))
        for form, head, found in (
            ("parquet", read.column_names, [[*row.values()] for row in read.to_pylist()]),
            ("json", told["head"]["vars"], [
                [row[name]["value"] if name in row else "" for name in names]
                for row in told["results"]["bindings"]
            ]),
            ("csv", next(plain), [*plain]),
            ("csv-excel", next(spread), [[without_guard(one) for one in row] for row in spread]),
            ("xlsx", (cells := sheet(got(query, "xlsx").data))[0], cells[1:]),
        ):  # fmt: skip
            assert head == names, (form, query)
            assert sorted([as_text(cell) for cell in row] for row in found) == expected, (form, query)


def without_guard(cell: str) -> str:
    """What a cell of the CSV for spreadsheets says, without the mark that keeps it from being a formula."""
    return cell[1:] if re.match(r"'\s*[=+\-@\t\r\n＝＋－＠]", cell) else cell


def as_text(cell: object) -> str:
    """The cell as the JSON results have it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def test_the_years_of_a_concept_are_those_of_its_data(
    client: FlaskClient, every_page: dict[str, str]
) -> None:
    seen = 0
    for page in every_page.values():
        query = panels_of(page).get("Over time")
        if query is None:
            continue
        found = Counter(row.get("year", "") for row in rows(client, query))
        table = re.findall(r'<th scope="row">([0-9]{4})</th><td class="number">([0-9,]+)</td>', page)
        undated = re.search(r"([0-9,]+) (?:has|have) no year", page)
        shown = Counter({year: int(number) for year, number in table})
        if not table:
            assert set(found) <= {""}
            continue
        assert found == shown + Counter({"": int(undated[1]) if undated else 0})
        seen += 1
    assert seen >= 3


def test_the_panels_of_a_kept_release_ask_that_release(client: FlaskClient, seed_release: Path) -> None:
    name = (seed_release / "current").resolve().name
    study = rows(client, "SELECT ?s { ?s a pk:Study } LIMIT 1")[0]["s"].removeprefix(
        "https://w3id.org/peerkg/"
    )
    address = f"/releases/{name}/{study}.html"
    page = client.get(address, headers=HTML).text
    actions = set(re.findall(r'<form class="row" method="get" action="([^"]*)"', page))
    assert {urljoin(address, one) for one in actions} == {f"/releases/{name}/sparql"}
    fetched = set(re.findall(r'read[_.]csv\("([^?"]*)', unescape(page)))
    assert fetched == {f"https://w3id.org/peerkg/releases/{name}/sparql"}
    query = panels_of(page)["Findings"]
    then = client.get(f"/releases/{name}/sparql", query_string={"query": query, "format": "xlsx"})
    assert len(sheet(then.data)) > 1


def test_the_lines_of_python_fetch_what_the_page_shows(every_page: dict[str, str], seed_server: str) -> None:
    """Of each page the lines of its last panel, run against a server."""
    for address, page in every_page.items():
        said = re.findall(r"<pre class=\"wide\"[^>]*>(.*?)</pre>", page, flags=re.DOTALL)
        python = [unescape(one) for one in said if one.startswith("import pandas")]
        r = [unescape(one) for one in said if one.startswith("library(")]
        assert len(python) == len(r) >= 1, address
        for one, other in zip(python, r, strict=True):
            place = re.fullmatch(
                r'import pandas\ntable = pandas.read_csv\("([^"\\]+)"\)\nprint\(table\)', one
            )
            assert place
            assert other == f'library(utils)\ntable <- read.csv("{place[1]}")\nprint(table)'
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(python[-1].replace("https://w3id.org/peerkg/", f"{seed_server}/"), names)  # noqa: S102 - ours
        assert len(names["table"].columns) > 0
        assert printed.getvalue()


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


def test_what_a_page_draws_is_a_file_too(client: FlaskClient, every_page: dict[str, str]) -> None:
    links = {
        unescape(link)
        for page in every_page.values()
        for link in re.findall(r'href="[./]*(picture\.[^"]*)"', page)
    }
    assert {link[:12] for link in links} == {"picture.svg?", "picture.png?"}
    for link in links:
        found = client.get(f"/{link}")
        assert found.status_code == 200
        if link.startswith("picture.png"):
            assert min(size(found.data)) > 100
        else:
            assert ET.fromstring(found.text).tag.endswith("}svg")  # noqa: S314 - ours
    query = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s LIMIT 3"
    chart = client.get("/picture.svg", query_string={"query": query})
    assert chart.text == client.get("/picture.svg", query_string={"query": query, "view": "chart"}).text
    assert client.get("/picture.svg", query_string={"query": query, "format": "csv"}).text == chart.text
    for wrong in ({}, {"query": "ASK {}"}, {"query": query, "view": "map"}, {"query": "SELECT"}):
        assert client.get("/picture.png", query_string=wrong).status_code == 400


def test_countries_are_counted_by_their_codes(client: FlaskClient) -> None:
    printed = [("USA", "a"), ("United States", "a"), ("U.S.A.", "b"), ("England", "c"), ("Atlantis", "d"),
               ("UK", "e"), ("Scotland", "e")]  # fmt: skip
    found = [
        {"country": Term(name, "literal"), "report": Term(f"urn:{work}", "uri")} for name, work in printed
    ]
    with client.application.test_request_context():
        assert countries_of(found) == [
            ("United Kingdom", "en", 2),
            ("United States", "en", 2),
            ("Atlantis", "", 1),
        ]
        g.language = "zh"
        assert countries_of(found)[0][:2] in {("美国", "zh"), ("英国", "zh")}


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
