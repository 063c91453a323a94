"""The SPARQL 1.1 Protocol, asked of a real server process over a file as it is."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from server.description import of_files
from server.limits import Limits

pytestmark = pytest.mark.slow

SELECT = "SELECT ?o { <http://example.org/s7> ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . FILTER(?s = <http://example.org/s7>) }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


@pytest.fixture(scope="module")
def client(server_address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server_address, timeout=120) as found:
        yield found


def values(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["o"]["value"] for row in response.json()["results"]["bindings"]]


def problem(response: httpx.Response, status: int, kind: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    document: dict[str, object] = response.json()
    assert document["type"] == f"https://w3id.org/peerkg/problem/{kind}"
    assert document["status"] == status
    assert document["detail"]
    return document


def test_a_query_may_come_in_three_ways(client: httpx.Client) -> None:
    assert values(client.get("/sparql", params={"query": SELECT})) == ["7"]
    assert values(client.post("/sparql", data={"query": SELECT})) == ["7"]
    assert values(client.post("/sparql", content=SELECT, headers={"Content-Type": QUERY})) == ["7"]


def test_the_query_method_is_understood(client: httpx.Client) -> None:
    response = client.request("QUERY", "/sparql", content=SELECT, headers={"Content-Type": QUERY})
    assert values(response) == ["7"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_a_charset_may_be_said(client: httpx.Client, charset: str) -> None:
    headers = {"Content-Type": f"{QUERY}; charset={charset}"}
    response = client.post("/sparql", content='SELECT ("é" AS ?o) {}'.encode(), headers=headers)
    assert values(response) == ["é"]


def test_the_form_is_decoded_once(client: httpx.Client) -> None:
    body = "query=" + quote('SELECT ("a%2Fb+c" AS ?o) {}')
    assert values(client.post("/sparql", content=body, headers={"Content-Type": FORM})) == ["a%2Fb+c"]
    assert values(client.get("/sparql?" + body)) == ["a%2Fb+c"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_tables_come_in_four_formats(client: httpx.Client, accept: str, content_type: str) -> None:
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert "Accept" in response.headers["vary"]
    assert "7" in response.text


@pytest.mark.parametrize(
    ("accept", "begin"),
    [
        ("text/turtle", "<http://example.org/s7>"),
        ("application/n-triples", "<http://example.org/s7> <http://example.org/number>"),
        ("application/ld+json", '{"@context"'),
        ("application/rdf+xml", "<?xml"),
        ("application/trig", "<http://example.org/s7>"),
        ("application/n-quads", "<http://example.org/s7> <http://example.org/number>"),
    ],
)
def test_graphs_come_in_six_formats(client: httpx.Client, accept: str, begin: str) -> None:
    response = client.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    assert response.text.lstrip().startswith(begin)


def test_a_parameter_names_the_format_before_the_header(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": SELECT, "format": "csv"}, headers={"Accept": "x/y"})
    assert response.text == "o\r\n7\r\n"
    response = client.get("/sparql", params={"query": CONSTRUCT, "format": "application/n-triples"})
    assert response.headers["content-type"] == "application/n-triples"


def test_what_is_not_accepted_is_answered_with_what_there_is(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "image/png"})
    assert "text/turtle" in str(problem(response, 406, "not-acceptable")["available"])
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "text/turtle"})
    available = problem(response, 406, "not-acceptable")["available"]
    assert available == [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.apache.parquet",
    ]
    problem(client.get("/sparql", params={"query": SELECT, "format": "png"}), 406, "not-acceptable")


def test_a_name_of_a_format_says_what_its_media_type_says(client: httpx.Client) -> None:
    for query, names in (
        (SELECT, ("json", "xml", "csv", "tsv", "xlsx")),
        (CONSTRUCT, ("turtle", "ttl", "jsonld", "ntriples", "nt", "rdfxml", "trig", "nquads")),
    ):
        for name in names:
            named = client.get("/sparql", params={"query": query, "format": name})
            assert named.status_code == 200, name
            accept = {"Accept": named.headers["content-type"].partition(";")[0]}
            asked = client.get("/sparql", params={"query": query}, headers=accept)
            assert asked.content == named.content
            assert "Accept" not in named.headers.get("vary", "")
            assert asked.headers["vary"] == "Accept"


def test_accept_may_come_in_several_fields(client: httpx.Client) -> None:
    headers = [("Accept", "text/csv;q=0.5"), ("Accept", "text/tab-separated-values")]
    response = client.get("/sparql", params={"query": SELECT}, headers=headers)
    assert response.headers["content-type"].startswith("text/tab-separated-values")


def test_a_format_in_the_form_is_heard_before_the_browser(client: httpx.Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    response = client.post("/sparql", data={"query": SELECT, "format": "csv"}, headers=browser)
    assert response.text == "o\r\n7\r\n"


def test_csv_for_spreadsheets_holds_no_formulas(client: httpx.Client) -> None:
    values = ["=1+1", "+cmd", "-2", "-a", "@x", "\t=a", " =b", "＝c", "é, ü", "1e5", 'a"b']
    rows = " ".join("(" + json.dumps(value, ensure_ascii=False) + ")" for value in values)
    query = f"SELECT ?o {{ VALUES (?o) {{ {rows} (<http://example.org/a>) (UNDEF) }} }}"
    response = client.get("/sparql", params={"query": query, "format": "csv-excel"})
    assert response.content.startswith(b"\xef\xbb\xbfo\r\n")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="result.csv"'
    cells = [row[0] if row else "" for row in csv.reader(response.content.decode("utf-8-sig").splitlines())]
    assert cells == [
        *("o", "'=1+1", "'+cmd", "-2", "'-a", "'@x", "'\t=a", "' =b", "'＝c", "é, ü", "1e5", 'a"b'),
        *("http://example.org/a", ""),
    ]
    plain = client.get("/sparql", params={"query": query, "format": "csv"})
    assert plain.content.startswith(b"o\r\n=1+1\r\n")


def test_one_query_exactly(client: httpx.Client) -> None:
    both = f"query={quote(SELECT)}&query={quote(SELECT)}"
    problem(client.get("/sparql?" + both), 400, "request")
    problem(client.post("/sparql", content=both, headers={"Content-Type": FORM}), 400, "request")
    address = f"/sparql?query={quote(SELECT)}"
    problem(client.post(address, content=SELECT, headers={"Content-Type": QUERY}), 400, "request")
    problem(client.post("/sparql", data={"other": "1"}), 400, "request")


def test_an_update_is_refused_and_changes_nothing(client: httpx.Client) -> None:
    update = "INSERT DATA { <x:s> <x:p> <x:o> }"
    headers = {"Content-Type": "application/sparql-update"}
    problem(client.post("/sparql", content=update, headers=headers), 403, "update")
    problem(client.post("/sparql", data={"update": update}), 403, "update")
    problem(client.post("/sparql", data={"query": update}), 403, "update")
    problem(client.get("/sparql", params={"update": update}), 403, "update")
    response = client.get("/sparql", params={"query": "ASK { <x:s> ?p ?o }"})
    assert response.json()["boolean"] is False


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json", "multipart/form-data", f"{QUERY}; charset=latin-1"]
)
def test_a_body_of_another_type_is_refused(client: httpx.Client, content_type: str) -> None:
    response = client.post("/sparql", content=SELECT, headers={"Content-Type": content_type})
    problem(response, 415, "media-type")


def test_a_compressed_body_is_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": QUERY, "Content-Encoding": "gzip"}
    problem(client.post("/sparql", content=SELECT, headers=headers), 415, "media-type")


def test_the_methods_and_their_bodies_are_said(client: httpx.Client) -> None:
    for response in (client.options("/sparql"), client.post("/sparql", content="x")):
        assert response.headers["accept-query"] == '"application/sparql-query"'
        assert response.headers["accept-post"].startswith("application/sparql-query, ")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_other_methods_are_refused_with_those_there_are(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/sparql")
    problem(response, 405, "method")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST, QUERY"


def test_options_and_head(client: httpx.Client) -> None:
    options = client.options("/sparql")
    assert options.status_code == 204
    assert "POST" in options.headers["allow"]
    assert options.headers["access-control-allow-origin"] == "*"
    head = client.head("/sparql", params={"query": SELECT})
    get = client.get("/sparql", params={"query": SELECT})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == get.headers[name]


def test_a_syntax_error_says_where_it_is(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": "SELECT *\n{ ?s foo:bar ?o }"})
    assert "boolean" not in response.text
    document = problem(response, 400, "syntax")
    assert (document["line"], document["column"]) == (2, 13)
    assert document["detail"] == "Prefix not found"


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("", 1, 1, "the end does not fit"),
        ("ASK {\n ?s ?p", 2, 7, "the end does not fit"),
        ("ASK { ?s ?p ?o } }", 1, 19, "the end does not fit"),
        ("ASK { ?s ?p $ 1 }", 1, 15, "`1 }` cannot stand here"),
        ("SELECT ?x {}\nGROUP BY ?y", 2, 12, "unbound"),
        ("INSERT DATA {}", 1, 1, "INSERT"),
        ("ASK {\n  SERVICE <x:y> {} }", 2, 3, "SERVICE"),
    ],
)
def test_every_error_in_a_query_says_its_line_and_column(
    client: httpx.Client, query: str, line: int, column: int, said: str
) -> None:
    document = client.post("/sparql", data={"query": query}).json()
    assert (document["line"], document["column"]) == (line, column)
    assert said in document["detail"]


def test_a_limit_that_is_met_late_leaves_no_part_of_a_result(client: httpx.Client) -> None:
    flood = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    for form in ("json", "xml", "csv", "tsv", "csv-excel", "xlsx", "parquet"):
        response = client.get("/sparql", params={"query": flood, "format": form})
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["limit"] in {"deadline", "memory", "result-size", "processor"}


@pytest.mark.parametrize("address", ["/sparql?query=%FF", "/sparql?query=ASK%7B%7D%ED%A0%80"])
def test_what_is_not_utf_8_is_refused(client: httpx.Client, address: str) -> None:
    problem(client.get(address), 400, "encoding")


def test_a_body_that_is_not_utf_8_is_refused(client: httpx.Client) -> None:
    response = client.post("/sparql", content=b"ASK {} #\xff", headers={"Content-Type": QUERY})
    problem(response, 400, "encoding")


def test_the_same_answer_has_the_same_tag_and_is_sent_once(client: httpx.Client) -> None:
    first = client.get("/sparql", params={"query": SELECT})
    again = client.get(
        "/sparql", params={"query": SELECT}, headers={"If-None-Match": f'"x", {first.headers["etag"]}'}
    )
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    csv = client.get("/sparql", params={"query": SELECT, "format": "csv"})
    assert csv.headers["etag"] != first.headers["etag"]


def test_a_large_query_passes_and_a_larger_one_does_not(client: httpx.Client) -> None:
    large = SELECT + " #" + "x" * 200_000
    assert values(client.post("/sparql", data={"query": large})) == ["7"]
    assert values(client.post("/sparql", content=large, headers={"Content-Type": QUERY})) == ["7"]
    problem(client.post("/sparql", data={"query": large + "x" * 100_000}), 413, "too-large")
    problem(client.post("/sparql", data={"query": "x" * 5_000_000}), 413, "too-large")


def test_the_dataset_in_the_request_wins(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?o) { ?s ?p ?o }"
    absent = {"query": count, "default-graph-uri": "http://example.org/absent"}
    assert values(client.get("/sparql", params=absent)) == ["0"]
    assert values(client.post("/sparql", data=absent)) == ["0"]
    assert values(client.get("/sparql", params={"query": count})) == ["3003"]
    assert values(client.get("/sparql", params={"query": count, "default-graph-uri": ""})) == ["3003"]
    problem(client.get("/sparql", params={"query": count, "named-graph-uri": "not absolute"}), 400, "request")


def test_a_timeout_can_only_be_lowered(client: httpx.Client) -> None:
    endless = "SELECT (COUNT(*) AS ?o) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    document = problem(client.get("/sparql", params={"query": endless, "timeout": "0.2"}), 503, "deadline")
    assert document["seconds"] == 0.2
    document = problem(client.get("/sparql", params={"query": endless, "timeout": "600"}), 503, "deadline")
    assert document["seconds"] == 2
    problem(client.get("/sparql", params={"query": SELECT, "timeout": "soon"}), 400, "request")


def test_without_a_query_the_service_describes_itself(client: httpx.Client) -> None:
    response = client.get("/sparql")
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert "sd:Service" in response.text
    assert "sd:defaultGraph [ a sd:Graph ; void:triples 3003 ]" in response.text
    for accept, begin in (("application/rdf+xml", "<?xml"), ("application/ld+json", "{")):
        response = client.get("/sparql", headers={"Accept": accept})
        assert response.text.startswith(begin)
        assert "sparql-service-description#" in response.text
    response = client.get("/sparql", headers={"Accept": "application/sparql-results+json"})
    problem(response, 400, "request")


def test_the_named_graphs_of_files_are_described_with_their_counts() -> None:
    def counts(counted: tuple[int, dict[str, int]] | None) -> set[str]:
        text = of_files(5, counted, Limits())
        found = parse(text, RdfFormat.TURTLE, base_iri="http://example.org/")
        return {quad.object.value for quad in found if quad.predicate.value.endswith(("#triples", "#name"))}

    assert counts((2, {"urn:one": 3, "urn:two": 4})) == {"2", "3", "4", "urn:one", "urn:two"}
    assert counts((2, {f"urn:{number}": 7 for number in range(1001)})).isdisjoint({"urn:1000"})
    assert counts(None) == set()


def test_xml_carries_only_characters_that_xml_has(client: httpx.Client) -> None:
    xml = {"Accept": "application/sparql-results+xml"}
    control = "SELECT ?o { ?s <http://example.org/control> ?o }"
    document = problem(client.get("/sparql", params={"query": control}, headers=xml), 406, "not-expressible")
    assert "U+0001" in str(document["detail"])
    assert values(client.get("/sparql", params={"query": control})) == ["a\x01b"]
    back = "SELECT ?o { ?s <http://example.org/return> ?o }"
    response = client.get("/sparql", params={"query": back}, headers=xml)
    literal = ET.fromstring(response.text).find(".//{*}literal")  # noqa: S314 - our own server's
    assert literal is not None
    assert literal.text == "a\rb"


def test_the_error_of_an_evaluation_is_no_result(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": "SELECT * { SERVICE <http://127.0.0.1:9/> {} }"})
    problem(response, 400, "service")


def test_health_tells_what_is_served(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert health["live"] is True
    assert health["ready"] is True
    assert health["quads"] == 3003
    assert health["release"].startswith("data-")


def test_results_are_json_to_the_last_byte(client: httpx.Client) -> None:
    plain = {"Accept-Encoding": "identity"}
    response = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}, headers=plain)
    assert int(response.headers["content-length"]) == len(response.content)
    assert len(json.loads(response.content)["results"]["bindings"]) == 3003


def test_an_answer_that_changes_is_asked_anew_each_time(client: httpx.Client) -> None:
    for function in ("RAND()", "UUID()", "STRUUID()"):
        query = {"query": f"SELECT ({function} AS ?o) {{}}"}
        assert values(client.get("/sparql", params=query)) != values(client.get("/sparql", params=query))


def test_an_error_is_not_remembered(client: httpx.Client) -> None:
    slow = "SELECT (COUNT(*) AS ?o) { ?a ?b ?c . ?d ?e ?f FILTER(?c = ?f) }"
    problem(client.get("/sparql", params={"query": slow, "timeout": "0.01"}), 503, "deadline")
    response = client.get("/sparql", params={"query": slow})
    assert response.status_code == 200 or response.json()["seconds"] == 2
