"""A release whose statements another engine holds: what is asked of it, and what is taken from it."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from server import engine as engines
from server.engine import Address, AddressError, Engine, EngineError, form_of, names_dataset
from tests.releasing import BASE, DAY, content, facts, written
from tests.test_server.conftest import PEERKG

TABLE = "application/sparql-results+json"
ONE = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "uri", "value": "a:b"}}]}})


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1/sparql", "sparql+ftp://127.0.0.1/", "sparql+http:///x", "sparql+http://h:99999/", ""],
)
def test_what_is_no_address_of_an_engine_is_said(text: str) -> None:
    with pytest.raises(AddressError, match="is not like sparql"):
        Address.read(text)


def test_an_address_has_credentials_a_default_graph_and_parameters_that_are_sent_along() -> None:
    found = Address.read("sparql+https://me:p%40ss@[::1]:9/q?default-graph-uri=x%3Ay&timeout=3")
    assert found == Address("https://[::1]:9/q", "me:p@ss", (("timeout", "3"),), "x:y")
    assert Address.of_order(json.loads(json.dumps(found.as_order()))) == found


@pytest.mark.parametrize(
    ("query", "form", "names"),
    [
        ("PREFIX select: <x:> ASK { ?s select:a 'CONSTRUCT' }", "ASK", False),
        ("# DESCRIBE\nSELECT * FROM <x:y> { ?s ?p ?o }", "SELECT", True),
        ("select*from<x:y>{?from ?p <x:FROM>}", "SELECT", True),
        ("construct { ?s ?p from:a } { ?s ?p 'FROM <x:y>' }", "CONSTRUCT", False),
        ("nonsense", "", False),
    ],
)
def test_the_form_of_a_query_and_whether_it_names_graphs(query: str, form: str, names: bool) -> None:
    assert (form_of(query), names_dataset(query)) == (form, names)


@dataclass
class Fake:
    """An engine that answers as it is told and keeps what it was asked."""

    status: int = 200
    media_type: str = TABLE
    body: bytes = ONE.encode()
    headers: dict[str, str] = field(default_factory=dict)
    said_length: int | None = None
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    authorization: list[str | None] = field(default_factory=list)
    hangs_up: bool = False
    port: int = 0
    engines: list[Engine] = field(default_factory=list)

    def engine(self, **more: Any) -> Engine:
        self.engines.append(Engine(Address(f"http://127.0.0.1:{self.port}/q", **more), 1_000_000))
        return self.engines[-1]


@pytest.fixture
def fake() -> Iterator[Fake]:
    told = Fake()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            told.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            told.accepted.append(self.headers["Accept"])
            told.authorization.append(self.headers["Authorization"])
            self.send_response(told.status)
            self.send_header("Content-Type", told.media_type)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.said_length is None:
                self.send_header("Content-Length", str(len(told.body)))
            elif told.said_length >= 0:
                self.send_header("Content-Length", str(told.said_length))
            self.end_headers()
            self.wfile.write(told.body)
            self.close_connection = told.hangs_up or told.said_length is not None

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield told
        for engine in told.engines:
            engine.close()
        server.shutdown()
        thread.join()


def test_a_table_is_taken(fake: Fake) -> None:
    rows = fake.engine().query("SELECT * { ?s ?p ?o }")
    assert isinstance(rows, QuerySolutions)
    assert [row["n"] for row in rows] == [NamedNode("a:b")]
    assert fake.asked == [{"query": ["SELECT * { ?s ?p ?o }"]}]
    assert fake.accepted == [TABLE]


def test_a_connection_that_was_closed_meanwhile_is_opened_again(fake: Fake) -> None:
    fake.hangs_up = True
    engine = fake.engine(credentials="u:p")
    for _ in range(3):
        assert isinstance(engine.query("SELECT * { ?s ?p ?o }"), QuerySolutions)
    assert len(fake.asked) == 3
    assert fake.authorization == ["Basic dTpw"] * 3


def test_yes_or_no_may_come_as_a_table_of_a_number(fake: Fake) -> None:
    one = {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "1"}
    fake.body = json.dumps(
        {"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [{"__ASK_RETVAL": one}]}}
    ).encode()
    answer = fake.engine().query("ASK { ?s ?p ?o }")
    assert isinstance(answer, QueryBoolean)
    assert bool(answer) is True
    fake.body = fake.body.replace(b'"value": "1"', b'"value": "0"')
    assert bool(fake.engine().query("ASK { ?s ?p ?o }")) is False


def test_blank_nodes_may_have_names_of_another_form(fake: Fake) -> None:
    node = {"type": "bnode", "value": "nodeID://b7"}
    fake.body = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [{"n": node}] * 2}}).encode()
    rows = fake.engine().query("SELECT ?n { ?n ?p ?o }")
    assert isinstance(rows, QuerySolutions)
    assert len({row["n"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"headers": {"X-SPARQL-MaxRows": "100"}}, "a part of the answer"),
        ({"headers": {"X-SQL-State": "S1TAT"}}, "a part of the answer"),
        ({"media_type": "text/html", "body": b"<p>fine</p>"}, "answered in text/html"),
        ({"status": 500, "body": b"Virtuoso S1T00 Error\nmore"}, r"answered 500 \(Virtuoso S1T00 Error\)"),
        ({"body": ONE.encode()[:-4]}, "no table of results"),
        (
            {"body": b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"uri","value":"<"}}]}}'},
            "no tab",
        ),
        ({"said_length": 500}, "broke off"),
        ({"said_length": -1}, "does not say how long"),
        ({"body": b" " * 2_000_000}, "more than 1,000,000 bytes"),
    ],
)
def test_an_answer_that_is_not_whole_is_not_taken(fake: Fake, told: dict[str, Any], message: str) -> None:
    for name, value in told.items():
        setattr(fake, name, value)
    with pytest.raises(EngineError, match=message):
        fake.engine().query("SELECT * { ?s ?p ?o }")


def test_a_graph_that_broke_off_between_two_lines_is_not_taken(fake: Fake) -> None:
    fake.media_type, fake.body = "application/n-triples", b"<a:b> <a:c> <a:d> .\n"
    triples = fake.engine().query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert not isinstance(triples, QueryBoolean)
    assert len(list(triples)) == 1
    fake.said_length = 200
    with pytest.raises(EngineError, match="broke off"):
        fake.engine().query("CONSTRUCT WHERE { ?s ?p ?o }")


def test_an_answer_longer_than_the_engine_was_seen_to_give_is_not_taken(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WHOLE", 1)
    fake.engine().query("SELECT * { ?s ?p ?o }")
    fake.body = fake.body.replace(b'"bindings": [', b'"bindings": [{}, ')
    with pytest.raises(EngineError, match="the answer has 2 rows"):
        fake.engine().query("SELECT * { ?s ?p ?o }")


def test_what_the_engine_calls_wrong_is_the_queries_fault(fake: Fake) -> None:
    fake.status, fake.media_type, fake.body = (
        400,
        "text/plain",
        b"SPARQL compiler, line 2: syntax error\nmore",
    )
    with pytest.raises(SyntaxError, match=r"^SPARQL compiler, line 2: syntax error$"):
        fake.engine().query("SELECT * { ?s ?p ")


def test_an_engine_that_is_not_there_is_said() -> None:
    with pytest.raises(EngineError, match="did not answer"):
        Engine(Address.read("sparql+http://127.0.0.1:9/"), 1).query("ASK {}")


def test_the_graphs_of_a_release_are_named_unless_the_query_or_the_request_does(fake: Fake) -> None:
    engine = fake.engine(default_graph="x:d", named_graphs=("x:n",))
    engine.query("SELECT * { ?s ?p ?o }")
    engine.query("SELECT * FROM <x:y> { ?s ?p ?o }")
    engine.query("SELECT * \\u0046ROM <x:y> { ?s ?p ?o }")
    engine.query("SELECT * FROM <x:y> { ?s ?p ?o }", named_graphs=[NamedNode("x:z")])
    named = [(one.get("default-graph-uri"), one.get("named-graph-uri")) for one in fake.asked]
    assert named == [(["x:d"], ["x:n"]), (None, None), (None, None), (None, ["x:z"])]


QUERIES = (
    "SELECT ?s ?p ?o { ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    f"ASK FROM <{BASE}graph/links> {{ <{BASE}report/a> a ?type }}",
    f"ASK {{ <{BASE}report/a> a ?type }}",
)


@pytest.mark.slow
def test_a_release_that_an_engine_holds_is_served_as_from_its_own_index(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    written(tmp_path, content(facts()))
    with start(tmp_path) as own, start(tmp_path, "--store", f"sparql+{own.address}/sparql") as served:
        with httpx.Client(timeout=120) as http:
            for query in QUERIES:
                answers = [
                    http.post(f"{one.address}/sparql", data={"query": query, "labels": "1"})
                    for one in (own, served)
                ]
                assert [one.status_code for one in answers] == [200, 200]
                assert answers[0].content == answers[1].content
                assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
            for path in ("/report/a.html", "/report/a.ttl", "/", "/person/ada.html"):
                assert http.get(own.address + path).content == http.get(served.address + path).content
            assert http.get(f"{served.address}/health").json()["isolated"] is False
            wrong = http.post(f"{served.address}/sparql", data={"query": "SELECT * { ?s ?p "})
            assert wrong.status_code == 400
        own.stop()
        gone = httpx.post(f"{served.address}/sparql", data={"query": "ASK { ?a ?b 'another' }"}, timeout=120)
        assert gone.status_code == 502
        assert gone.json()["type"].endswith("/engine")


@pytest.mark.slow
def test_an_engine_that_holds_another_release_is_not_asked(start: Callable[..., Any], tmp_path: Path) -> None:
    written(tmp_path / "one", content(facts(title="first")))
    written(tmp_path / "two", content(facts(title="second")), DAY + timedelta(days=1))
    with start(tmp_path / "one") as other:
        command = [str(PEERKG), "serve", str(tmp_path / "two"), "--port", "0"]
        command += ["--store", f"sparql+{other.address}/sparql"]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2
    assert "it does not hold release 2026-11-23-" in refused.stderr


def test_labels_of_an_engine_are_asked_for_in_one_query(fake: Fake) -> None:
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    row = {
        "thing": {"type": "uri", "value": "a:b"},
        "name": {"type": "uri", "value": label.value},
        "label": {"type": "literal", "value": "Brücke", "xml:lang": "de"},
    }
    fake.body = json.dumps({"head": {"vars": list(row)}, "results": {"bindings": [row]}}).encode()
    found = list(fake.engine().literals([NamedNode("a:b"), NamedNode("a:c")], [NamedNode("x:y"), label]))
    assert found == [(NamedNode("a:b"), 1, Literal("Brücke", language="de"))]
    assert "VALUES ?thing { <a:b> <a:c> }" in fake.asked[0]["query"][0]
