"""The evidence map over a small release: its state is its address, its numbers are those of its findings."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from lxml import etree
from pyoxigraph import NamedNode

from kg.evidence_map import Cell, EvidenceMap
from server import drawing, rendering
from server.drawing import Drawn, Heading
from server.pool import StoppedError
from server.service import Call, Service
from tests.releasing import PK, content, facts, quad, written
from tests.test_evidence_map import CONCEPTS, concept, finding, study
from tests.test_server.test_pages import EVIL, HTML, Elements, Whole, followed_to, running
from tests.test_server.test_picturing import size

pytestmark = pytest.mark.slow
GRAPH = "graph/source/0123456789abcdef"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    quads = [
        *facts(),
        *concept("role/peer", en="peer", zh="同伴"),
        *concept("role/mentor", "role/peer", en=EVIL),
        *concept("outcome/good", en="=good", zh="好"),
        *concept("outcome/hope", "outcome/good", en="hope"),
        *concept("outcome/none", en="nothing"),
        *study("a", "role/mentor", "setting/clinic", year="2012-05", source="s2"),
        *finding("a1", "study/a", "outcome/hope", "improved"),
        *finding("a1", "report/a", "outcome/hope", "improved"),
        *study("b", "role/peer"),
        *finding("b1", "study/b", "outcome/hope", "worsened"),
        *finding("b2", "study/b", "outcome/hope", "worsened"),
        *finding("c", "report/slides", "outcome/hope", "improved", basis="cited-from-other"),
        quad("report/slides", f"{PK}reportFacet", NamedNode(f"{CONCEPTS}role/mentor"), GRAPH),
    ]
    quads += [
        quad(f"finding/{name}", f"{PK}findingText", f"finding {name}", GRAPH)
        for name in ("a1", "b1", "b2", "c")
    ]
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(quads))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


def cells(client: FlaskClient, address: str) -> dict[tuple[str, str], dict[str, object]]:
    document = client.get(address).json
    assert document is not None
    return {
        (one["row"].rpartition("/")[2], one["column"].rpartition("/")[2]): one for one in document["cells"]
    }


def test_the_map_counts_studies_and_keeps_directions_apart(client: FlaskClient) -> None:
    found = cells(client, "/map.json")[("peer", "good")]
    assert (found["studies"], found["own"]) == (2, {"improved": 1, "worsened": 1})
    assert (found["documents"], found["cited"]) == (1, {"improved": 1})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("setting=clinic", {"improved": 1}),
        ("from=2013", {"worsened": 1}),
        ("to=2012", {"improved": 1}),
        ("source=s2", {"improved": 1}),
        ("role=mentor", {"improved": 1}),
        ("outcome=none", {}),
        ("basis=cited-from-other", {}),
    ],
)
def test_filters_are_in_the_address(client: FlaskClient, query: str, expected: dict[str, int]) -> None:
    assert cells(client, f"/map.json?empty=show&{query}")[("peer", "good")]["own"] == expected


def test_rows_and_columns_open_and_close_by_links(client: FlaskClient) -> None:
    assert ("peer", "hope") not in cells(client, "/map.json")
    page = client.get("/map", headers=HTML).text
    (link,) = re.findall(r'href="(map\?[^"]*open=outcome/good[^"]*)" aria-expanded="false"', page)
    opened = client.get("/" + unescape(link), headers=HTML).text
    assert ">hope</a>" in opened
    assert 'aria-expanded="true"' in opened
    assert set(cells(client, "/map.json?open=")) == {("peer", "good"), ("peer", "none")}


def test_a_cell_leads_to_as_many_findings_of_as_many_studies_as_it_counts(client: FlaskClient) -> None:
    page = Elements(client.get("/map", headers=HTML).text)
    links = [str(given["href"]) for _, given in page.found if str(given.get("href")).startswith("findings?")]
    wanted = {
        "role=peer&outcome=good&basis=own-result": (3, 2),
        "role=mentor&outcome=good&basis=own-result": (1, 1),
    }
    for query, (findings, studies) in wanted.items():
        assert f"findings?{query}" in links
        status = re.search(
            r'role="status">(.*?)</p>', client.get(f"/findings?{query}", headers=HTML).text, re.DOTALL
        )
        assert status is not None
        assert [int(number) for number in re.findall(r"\b\d+\b", status[1])] == [findings, studies]


def test_findings_are_chosen_as_the_map_chooses_studies(client: FlaskClient) -> None:
    for query, number in (
        ("from=2013", "2 findings"), ("to=2012", "1 finding"), ("source=s2", "1 finding"),
        ("setting=clinic", "1 finding"), ("basis=own-result&basis=cited-from-other", "4 findings"),
    ):  # fmt: skip
        assert f'role="status">{number} ' in client.get(f"/findings?{query}", headers=HTML).text, query


def test_the_map_counts_and_lists_the_findings_that_the_index_has(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(query: str) -> tuple[str, set[str]]:
        page = client.get(f"/findings?{query}", headers=HTML).text
        status = re.search(r'role="status">(.*?)</p>', page, re.DOTALL)
        assert status is not None
        return status[1], set(re.findall(r"finding [a-z]\d?", page))

    asked = (
        "", "role=peer", "role=mentor&outcome=good", "setting=clinic", "from=2012&to=2012", "source=s2",
        "direction=worsened", "basis=cited-from-other", "outcome=none", "whom=clients", "page=2",
    )  # fmt: skip
    counted = {query: said(query) for query in asked}
    assert counted[""][1] == {"finding a1", "finding b1", "finding b2", "finding c"}
    monkeypatch.setattr(EvidenceMap, "stating", lambda *_: None)
    for query in asked:
        assert said(query) == counted[query], query


def test_the_table_says_what_the_map_shows(client: FlaskClient) -> None:
    grid = client.get("/map", headers=HTML).text
    table = client.get("/map?view=table", headers=HTML).text
    found = [set(re.findall(r"findings\?[^\"]*", page)) for page in (grid, table)]
    assert found[0] == found[1]
    assert "<svg" not in table.partition("<h2")[0]


def test_a_gap_is_said_in_words(client: FlaskClient) -> None:
    page = client.get("/map", headers=HTML).text
    assert page.count('<td class="gap">') == 2
    assert '<span class="hidden">no result</span>' in page


@pytest.mark.parametrize(
    "query",
    [
        "rows=role&columns=role",
        "rows=x",
        "view=x",
        "open=hope",
        "from=19",
        "basis=x",
        "outcome=%3E",
        "source=a/b",
    ],
)
def test_what_is_no_state_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/map?{query}").status_code == 400


def test_numbers_come_as_tables(client: FlaskClient) -> None:
    response = client.get("/map.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert rows[0]["row"] == f"{CONCEPTS}role/peer"
    assert (rows[0]["studies"], rows[0]["improved"], rows[0]["cited_improved"]) == ("2", "1", "1")
    excel = client.get("/map.csv?excel=1").text
    assert excel.startswith("\ufeff")
    assert ",'=good," in excel
    assert ",=good," in response.text


def test_the_picture_stands_alone_and_nothing_in_it_breaks_out(client: FlaskClient) -> None:
    response = client.get("/map.svg")
    assert response.mimetype == "image/svg+xml"
    picture = etree.fromstring(response.data)
    tags = {str(one.tag).rpartition("}")[2] for one in picture.iter()}
    assert tags == {"svg", "title", "rect", "text", "g", "circle", "path", "a"}
    assert "style" not in response.text.partition("<title")[0]
    links = [one.get("href") for one in picture.iter() if str(one.tag).endswith("}a")]
    assert "./findings?role=peer&outcome=good" in links


def test_the_picture_is_had_in_pixels_where_these_are_not_too_many(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = etree.fromstring(client.get("/map.svg?view=map").data)
    width, height = (int(tree.get(name)) for name in ("width", "height"))
    assert size(client.get("/map.png").data) == (2 * width, 2 * height)
    monkeypatch.setattr(rendering, "MOST_PIXELS", width * height)
    assert size(client.get("/map.png").data) == (width, height)
    monkeypatch.setattr(rendering, "MOST_PIXELS", width * height // 5)
    refused = client.get("/map.png")
    assert (refused.status_code, json.loads(refused.data)["limit"]) == (400, "pixels")


def test_a_picture_that_ends_its_worker_is_a_problem_and_the_next_is_drawn(client: FlaskClient) -> None:
    service: Service = client.application.extensions["peerkg"]
    vast = '<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"></svg>'
    drawing_it = service.edition.pool.ask({"do": "png", "svg": vast, "zoom": 1.0})
    with pytest.raises(StoppedError):
        Call(service, service.edition).run(drawing_it)
    assert client.get("/map.png").status_code == 200


def test_the_page_of_a_concept_says_what_is_known_and_when(client: FlaskClient) -> None:
    page = client.get("/outcome/good.html", headers=HTML).text
    assert "2 studies (improved 1, worsened 1); 1 document citing others (improved 1)." in page
    assert re.findall(r'<th scope="row">(\d{4})</th><td class="number">(\d)', page) == [
        ("2012", "1"),
        ("2020", "1"),
    ]
    assert "1 has no year." in page
    assert 'href="../map?outcome=good"' in page
    assert "1 study; 1 document citing others." in client.get("/role/mentor.html", headers=HTML).text


def test_a_map_of_a_release_stays_and_its_cells_stay_in_it(client: FlaskClient) -> None:
    name = client.get("/map.json").json["release"]  # type: ignore[index]  # an object
    page = client.get(f"/releases/{name}/map", headers=HTML)
    assert "This is how release" in page.text
    findings = re.search(r'href="(findings\?[^"]*)"', page.text)
    assert findings is not None
    kept = client.get(f"/releases/{name}/{unescape(findings[1])}", headers=HTML)
    assert kept.status_code == 200
    assert f"releases/{name}/outcome/hope" in kept.text
    assert "immutable" in client.get(f"/releases/{name}/map.svg").headers["Cache-Control"]
    assert client.get("/releases/2020-01-01-00000000/map").status_code == 404


def test_another_site_may_frame_the_map_alone(client: FlaskClient) -> None:
    framed = client.get("/map?embed=1", headers=HTML)
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "<nav" not in framed.text
    assert "frame-ancestors 'none'" in client.get("/map", headers=HTML).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["/map", "/map?view=table", "/map?rows=setting&columns=role", "/map?embed=1", "/zh/map"]
)
def test_every_link_of_the_map_leads_somewhere(client: FlaskClient, address: str) -> None:
    page = Elements(client.get(address, headers=HTML).text)
    assert (page.wrong, page.open) == ([], [])
    for tag, given in page.found:
        to = given.get("href") or ""
        if tag in {"a", "link"} and to and not to.startswith("http"):
            assert followed_to(client, urljoin(address, to), HTML).status_code == 200, to


def test_a_bubble_has_the_area_of_its_number_and_a_part_for_each_direction() -> None:
    one, four = drawing.bubble({"improved": 1}, 9.0), drawing.bubble({"improved": 3, "worsened": 1}, 9.0)
    assert four.radius == 2 * one.radius
    assert [direction for direction, _ in four.sectors] == ["improved", "worsened"]
    assert "0 1 1" in four.sectors[0][1], "three quarters are the long way round"


def test_the_largest_bubble_fits() -> None:
    by = drawing.scale([Cell({"improved": 40_000}, {})])
    assert drawing.bubble({"improved": 40_000}, by).radius == 22.0
    assert drawing.bubble({"improved": 1}, by).radius == 4.0


def test_a_picture_cuts_long_names_and_escapes_them() -> None:
    cells = [[Drawn(Cell({"mixed": 1}, {}), 'x?a=1&b="', "a < b")]]
    heading = [Heading("<" * 80, 0)]
    text = drawing.picture("t", rows=heading, columns=heading, cells=cells, legend=[], notes=["&"])
    picture = etree.fromstring(text.encode())
    assert max(len(one.text or "") for one in picture.iter()) == 40
