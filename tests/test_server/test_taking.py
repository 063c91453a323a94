"""What is taken along: comparisons as tables, works as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from pyarrow import parquet
from pyoxigraph import Literal, NamedNode, Quad

from kg import conversion
from kg.model import Report
from kg.opening import File
from kg.source import Source
from kg.sources import stream_format
from server import entities, exporting
from server.comparing import Line, Said, as_csv, as_latex, as_markdown, as_table
from tests.releasing import BASE, PK, TYPE, content, quad, written
from tests.test_evidence_map import CONCEPTS, GRAPH, concept, finding, study
from tests.test_result_files import sheet
from tests.test_server.test_pages import HTML, Whole, running

pytestmark = pytest.mark.slow
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
CITES = "http://purl.org/spar/cito/cites"
OWL_SAME = "http://www.w3.org/2002/07/owl#sameAs"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def work(name: str, title: str, *authors: str) -> Iterator[Quad]:
    report = f"report/{name}"
    yield quad(report, TYPE, NamedNode(f"{PK}Report"), GRAPH)
    yield quad(report, TYPE, NamedNode("http://purl.org/spar/fabio/JournalArticle"), GRAPH)
    yield quad(report, f"{DCT}title", title, GRAPH)
    yield quad(f"study/{name}", LABEL, title, GRAPH)
    yield quad(report, f"{PRISM}doi", f"10.1000/{name}", GRAPH)
    yield quad(report, f"{PRISM}pageRange", "101-109", GRAPH)
    yield quad(report, f"{DCT}isPartOf", NamedNode(f"{BASE}journal/doors"), GRAPH)
    for place, author in enumerate(authors, start=1):
        person, authorship = f"person/{author}", f"authorship/{name}-{place}"
        yield quad(report, f"{PK}hasAuthorship", NamedNode(BASE + authorship), GRAPH)
        yield quad(report, f"{PK}hasAuthor", NamedNode(BASE + person), GRAPH)
        yield quad(authorship, f"{PK}authorPosition", place, GRAPH)
        yield quad(authorship, f"{PK}nameAsPrinted", f"{author}, Ada B.", GRAPH)
        yield quad(authorship, f"{PK}authorshipBy", NamedNode(BASE + person), GRAPH)
        yield quad(authorship, f"{PK}affiliationAsPrinted", "Univ Doors, Porto, Portugal", GRAPH)
        yield quad(authorship, f"{PK}isCorresponding", _boolean(place == 1), GRAPH)
        yield quad(person, TYPE, NamedNode(f"{PK}Person"), GRAPH)
        yield quad(person, f"{FOAF}familyName", author, GRAPH)
        yield quad(person, f"{FOAF}givenName", "Ada B.", GRAPH)


def _kind(path: str, kind: str) -> Quad:
    return Quad(NamedNode(CONCEPTS + path), NamedNode(TYPE), NamedNode(PK + kind), NamedNode(BASE + GRAPH))


def _boolean(value: bool) -> Literal:
    return Literal(str(value).lower(), datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    quads = [
        *concept("role/mentor", en="mentor"),
        *concept("outcome/hope", en="hope"),
        *(_kind(path, kind) for path, kind in (("role/mentor", "PeerRole"), ("outcome/hope", "Outcome"))),
        quad("journal/doors", LABEL, "Doors & Windows", GRAPH),
        *study("a", "role/mentor"), *work("a", "Doors | open", "Lind", "Okafor"),
        *finding("a1", "study/a", "outcome/hope", "improved"),
        *finding("a1", "report/a", "outcome/hope", "improved"),
        quad("finding/a1", f"{PK}findingText", "=more <b>hope</b>", GRAPH),
        *study("b"), *work("b", "Windows", "Lind"),
        *(quad(f"report/{name}", CITES, NamedNode(f"{BASE}report/b"), GRAPH) for name in "xyz"),
        quad("report/a", OWL_SAME, NamedNode("http://www.wikidata.org/entity/Q4"), GRAPH),
        quad("report/a", f"{PK}reportFacet", NamedNode(f"{CONCEPTS}role/mentor"), GRAPH),
        quad("report/a", f"{PK}reportFacet", NamedNode(f"{CONCEPTS}outcome/hope"), GRAPH),
        quad("report/a", f"{PK}hasReference", NamedNode(f"{BASE}citation/1"), GRAPH),
        quad("citation/1", f"{PK}citationText", "Lind A. Windows.", GRAPH),
        quad("citation/1", f"{PK}citedWork", NamedNode(f"{BASE}report/b"), GRAPH),
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(quads))
    with running(folder) as app:
        app.test_client_class = Whole
        yield app.test_client()


def test_studies_stand_side_by_side(client: FlaskClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/compare.csv?study=a&study=b").text)))
    assert rows[0] == ["Study", "Doors | open", "Windows"]
    assert ["Authors", "Lind, Ada B. | Okafor, Ada B.", "Lind, Ada B."] in rows
    assert ["hope", "[improved; own result] =more <b>hope</b>", ""] in rows
    page = client.get("/compare?study=a&study=b", headers=HTML).text
    assert "<q>=more &lt;b&gt;hope&lt;/b&gt;</q>" in page


def test_a_comparison_is_the_same_in_every_format_of_tables(client: FlaskClient) -> None:
    address = "/compare.{}?study=a&study=b"
    rows = list(csv.reader(io.StringIO(client.get(address.format("csv")).text)))
    book = [[cell or "" for cell in row] for row in sheet(client.get(address.format("xlsx")).data)]
    table = parquet.read_table(io.BytesIO(client.get(address.format("parquet")).data))
    assert book == [table.column_names, *([*row.values()] for row in table.to_pylist())] == rows
    told = json.loads(client.get(address.format("json")).data)
    assert told["studies"] == [f"{BASE}study/a", f"{BASE}study/b"]
    assert [line["about"] for line in told["lines"]] == [row[0] for row in rows]
    assert [[len(cell) > 0 for cell in line["cells"]] for line in told["lines"]] == [
        [bool(cell) for cell in row[1:]] for row in rows
    ]


def test_two_studies_of_one_title_are_two_columns() -> None:
    lines = [Line("Study", "", [[Said("Doors")], [Said("Doors")]]), Line("hope", "", [[], [Said("x")]])]
    assert sheet(as_table(lines, "xlsx")) == [["Study", "Doors", "Doors (2)"], ["hope", "", "x"]]


def test_what_is_no_study_is_not_compared(client: FlaskClient) -> None:
    assert client.get("/compare?study=none").status_code == 404
    assert client.get("/compare?study=a/b").status_code == 400
    assert client.get("/compare?" + "&".join(f"study=s{n}" for n in range(7))).status_code == 400
    assert client.get("/compare.csv").status_code == 400


LINES = [
    Line("Study", "", [[Said("50% | <i>A_1</i>")], [Said("=B & C")]]),
    Line("hope", "", [[], [Said("x\ny")]]),
]


def test_a_table_says_the_same_in_each_format() -> None:
    assert as_markdown(LINES).splitlines()[0] == r"| Study | 50% \| \<i\>A\_1\</i\> | =B & C |"
    assert r"50\% | <i>A\_1</i> & =B \& C \\" in as_latex(LINES)
    assert r"hope &  & x y \\" in as_latex(LINES)
    assert as_csv(LINES, excel=True).startswith("\ufeffStudy,50% | <i>A_1</i>,'=B & C\r\n")
    assert ",=B & C\r\n" in as_csv(LINES, excel=False)


@pytest.mark.parametrize(
    ("form", "reader"),
    [("ris", "ris"), ("bibtex", "bibtex"), ("csl-json", "csl_json"), ("wos", "wos_tagged")],
)
def test_works_are_read_back_as_they_are(client: FlaskClient, form: str, reader: str) -> None:
    file = File.of("works", client.get(f"/export/{form}?report=a&report=b").data)
    found = stream_format(file)
    assert found is not None
    assert found.__name__.endswith(reader)
    parts = [
        part
        for record in conversion.records(found, file)
        if isinstance(record, Source)
        for part in found.read(record)
    ]
    reports = {str(one.title.value): one for one in parts if isinstance(one, Report) and one.title}
    assert reports.keys() == {"Doors | open", "Windows"}
    doors = reports["Doors | open"]
    assert doors.doi
    assert doors.doi.value == "10.1000/a"
    assert [one.person and one.person.family and one.person.family.value for one in doors.authorships] == [
        "Lind",
        "Okafor",
    ]
    assert doors.pages
    assert doors.pages.value == "101-109"
    assert doors.issued
    assert doors.issued.value.year == 2020


def test_networks_count_what_occurs_together(client: FlaskClient) -> None:
    def network(kind: str) -> tuple[dict[str, int], list[int]]:
        found = json.loads(client.get(f"/export/vosviewer?report=a&report=b&network={kind}").data)["network"]
        weights = {one["label"]: one["weights"]["Documents"] for one in found["items"]}
        return weights, [one["strength"] for one in found["links"]]

    assert network("co-author") == ({"lind": 2, "okafor": 1}, [1])
    assert network("role-outcome") == ({"hope": 1, "mentor": 1}, [1])
    assert network("co-citation") == ({}, [])
    assert client.get("/export/vosviewer?report=a&network=x").status_code == 400


def test_works_are_those_of_the_findings_that_are_chosen(client: FlaskClient) -> None:
    assert client.get("/export/ris?outcome=hope").text.count("TY  - JOUR") == 1
    assert client.get("/export/ris?outcome=none").status_code == 404
    assert client.get("/export/ris?report=a/b").status_code == 400


@pytest.mark.parametrize("chosen", ["outcome=hope", "report=a"])
def test_more_works_than_a_file_holds_are_no_part_that_looks_whole(
    chosen: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST", 1)
    assert client.get(f"/export/ris?{chosen}").status_code == 200
    monkeypatch.setattr(exporting, "MOST", 0)
    refused = client.get(f"/export/ris?{chosen}")
    assert (refused.status_code, refused.text.count("TY  - ")) == (400, 0)


def test_web_of_science_has_addresses_writers_and_what_is_cited(client: FlaskClient) -> None:
    text = client.get("/export/wos?report=a").text
    assert "\nAF Lind, Ada B.\n   Okafor, Ada B.\n" in text
    assert "\nAU Lind, AB\n   Okafor, AB\n" in text
    assert "\nC1 [Lind, Ada B.; Okafor, Ada B.] Univ Doors, Porto, Portugal\n" in text
    assert "\nRP Lind, AB (corresponding author), Univ Doors, Porto, Portugal\n" in text
    assert "\nCR Lind Ada B., 2020, DOORS & WINDOWS, P101, DOI 10.1000/b\n" in text
    assert text.startswith("FN ")
    assert text.endswith("ER\n\nEF\n")


def test_what_identifiers_prove_is_had_as_quickstatements(client: FlaskClient) -> None:
    text = client.get("/export/quickstatements?report=a&report=b").text
    assert text.splitlines()[0] == 'Q4\tP356\t"10.1000/A"'
    assert "Q4\tP2860" not in text
    assert text.count("CREATE\n") == 1
    assert 'LAST\tP356\t"10.1000/B"\tS854\t"https://doi.org/10.1000/b"\n' in text


def test_what_a_page_has_no_room_for_is_asked_for_by_its_link(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "INCOMING", 2)
    page = client.get("/report/b.html", headers=HTML).text
    of_all, of_citing = re.findall(r'There are more: <a href="[./]*([^"]*)"', page)
    for link in (of_all, of_citing):
        found = json.loads(client.get(f"/{unescape(link)}&format=json").data)["results"]["bindings"]
        subjects = {value["value"] for row in found for value in row.values()}
        assert subjects >= {f"{BASE}report/{name}" for name in "xyz"}


def test_the_tags_of_a_report_say_what_it_is(client: FlaskClient) -> None:
    page = client.get("/report/a.html", headers=HTML).text
    tags = re.findall(r'<meta name="citation_([a-z_]+)" content="([^"]*)">', page)
    assert tags == [
        ("title", "Doors | open"), ("author", "Lind, Ada B."), ("author", "Okafor, Ada B."),
        ("publication_date", "2020"), ("journal_title", "Doors &amp; Windows"),
        ("firstpage", "101"), ("lastpage", "109"), ("doi", "10.1000/a"),
    ]  # fmt: skip
    assert "citation_" not in client.get("/study/a.html", headers=HTML).text


def test_a_list_of_works_can_be_saved_from_its_page(client: FlaskClient) -> None:
    page = client.get("/person/Okafor.html", headers=HTML).text
    (said,) = re.findall(r'<span class="Z3988" title="([^"]*)"></span>', page)
    found = dict(parse_qsl(unescape(said)))
    assert found["rft.genre"] == "article"
    assert found["rft.au"] == "Okafor, Ada B."
    assert (found["rft.date"], found["rft_id"]) == ("2020", "info:doi/10.1000/a")


def test_a_page_of_a_report_says_how_to_cite_it(client: FlaskClient) -> None:
    page = client.get("/report/a.html", headers=HTML).text
    assert (
        "Lind, Ada B.; Okafor, Ada B. (2020). Doors | open. Doors &amp; Windows, 101-109. https://doi.org/10.1000/a"
        in page
    )
