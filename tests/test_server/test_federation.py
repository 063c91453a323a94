"""SERVICE: which endpoints are asked, how, and what becomes of their answers."""

from __future__ import annotations

import asyncio
import http.server
import itertools
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
)

from kg.settings import Settings, SettingsError
from server import budget, federation, remote
from server.budget import Budgets
from server.command import serve
from server.limits import Limits
from server.pool import StoppedError
from server.problem import Problem
from tests.test_server.conftest import Serving, running
from tests.test_server.test_suites import MF, QT, Manifest, local

ALLOWED = "http://a.example/sparql"
LIMITS = Limits(federation=(ALLOWED,))
PATIENCE = 120


def planned(query: str) -> federation.Plan:
    return federation.plan(query, LIMITS)


def refused(query: str) -> Problem:
    with pytest.raises(Problem) as caught:
        planned(query)
    return caught.value


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (f"SELECT * {{ SERVICE <{ALLOWED}> {{ ?s ?p 1 }} }}", "SELECT * { ?s ?p 1 }"),
        (f"SELECT * {{ ?a ?b ?c service<{ALLOWED}>{{ ?s ?p '}}' }} }}", "SELECT * { ?s ?p '}' }"),
        (
            "PREFIX ex: <http://a.example/>\nSELECT * { SERVICE ex:sparql { ?s ex:p <x:y> # }\n } }",
            "PREFIX ex: <http://a.example/>\nSELECT * { ?s ex:p <x:y> # }\n }",
        ),
        (
            "BASE <http://a.example/x> # c\nASK { SERVICE SILENT <sparql> { { ?s ?p ?o } } }",
            "BASE <http://a.example/x> # c\nSELECT * { { ?s ?p ?o } }",
        ),
        (
            "prefix : <http://a.example> ASK { SERVICE :\\/sparql {} }",
            "prefix : <http://a.example> SELECT * {}",
        ),
    ],
)
def test_an_endpoint_is_asked_for_the_group_with_the_prologue(query: str, asked: str) -> None:
    (clause,) = planned(query).clauses
    assert clause.query == asked
    assert clause.endpoint == ALLOWED
    assert clause.silent == ("SILENT" in query)


@pytest.mark.parametrize(
    ("query", "kind", "said", "place"),
    [
        ("ASK { SERVICE ?x {} }", "service", "variable", (1, 15)),
        ("ASK {\n SERVICE <http://b.example/> {} }", "service", "none of the endpoints", (2, 10)),
        ("ASK { SERVICE <sparql> {} }", "service", "none of the endpoints", (1, 15)),
        ("ASK { SERVICE ex:sparql {} }", "service", "not followed by an endpoint", (1, 7)),
        (f"ASK {{ SERVICE <{ALLOWED}> ?s ?p ?o }}", "syntax", "group in braces", (1, 7)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{ ?s ?p ?o", "syntax", "never closed", (1, 41)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{ SERVICE <{ALLOWED}> {{}} }} }}", "service", "inside", (1, 41)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{ \\u0053ERVICE <x:y> {{}} }} }}", "service", "SERVICE", (1, 7)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{}} ?s ?p trueSERVICE<x:y>{{}} }}", "service", "SERVICE", (1, 50)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{}} S\\u0045RVICE <x:y> {{}} }}", "service", "SERVICE", None),
        (f"ASK {{ SERVICE <{ALLOWED}> {{{'{' * 200}{'}' * 200}}} }}", "too-complex", "nested", (1, 7)),
        (f"ASK {{ SERVICE <{ALLOWED}> {{}} {'{' * 200}{'}' * 200} }}", "too-complex", "nested", (1, 143)),
        (
            "ASK {" + "".join(f"SERVICE <{ALLOWED}> {{ ?s ?p {n} }} " for n in range(5)) + "}",
            "too-complex",
            "more than 4",
            None,
        ),
        ("SERVICE", "service", "not followed", (1, 1)),
        ("ASK { SERVICE SILENT", "service", "not followed", (1, 7)),
    ],
)
def test_what_is_not_asked_is_refused_with_its_place(
    query: str, kind: str, said: str, place: tuple[int, int] | None
) -> None:
    problem = refused(query)
    assert problem.kind == kind
    assert said in problem.detail
    assert ((problem.more["line"], problem.more["column"]) if place else None) == place


def test_the_same_question_is_counted_once() -> None:
    clause = f"SERVICE <{ALLOWED}> {{ ?s ?p ?o }} "
    assert len(planned("ASK {" + clause * 9 + "}").clauses) == 9


@pytest.mark.parametrize("answer", ["VALUES () { () }", "V", "VALUES (?a) { " + "(1) " * 30 + "}"])
def test_places_are_those_of_the_query_that_was_sent(answer: str) -> None:
    clause = f"SERVICE <{ALLOWED}> {{\n ?s ?p ?o }}"
    query = f"ASK {{ ?x\n {clause} FILTER(?y) {clause}\n ?z }}"
    plan = planned(query)
    answered = plan.with_answers([answer, answer])
    for word in ("ASK", "?x", "FILTER", "?y", "?z"):
        there, here = answered.index(word), query.index(word)
        line, column = answered.count("\n", 0, there) + 1, there - answered.rfind("\n", 0, there)
        assert plan.place([answer, answer], line, column) == (
            query.count("\n", 0, here) + 1,
            here - query.rfind("\n", 0, here),
        )
    inside = answered.index(answer)
    line, column = answered.count("\n", 0, inside) + 1, inside - answered.rfind("\n", 0, inside)
    assert plan.place([answer, answer], line, column) == (2, 2)


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "224.0.0.1",
        "233.252.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "0.0.0.0",  # noqa: S104 - asked for, not bound
        "198.18.0.1",
        "203.0.113.1",
        "::1",
        "::",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:1::",
        "2001:db8::1",
        "fe80::1",
        "fe80::1%1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "4000::1",
        "5f00::1",
        "3fff::1",
        "localhost",
        "0x7f.1",
    ],
)
def test_an_address_that_is_not_public_is_never_asked(address: str) -> None:
    assert not remote.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "2001:4860:4860::8888", "2620:fe::9"])
def test_a_public_address_may_be_asked(address: str) -> None:
    assert remote.is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0"]
)
def test_no_spelling_of_this_machine_is_connected_to(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asker = remote.Asker(time.monotonic() + PATIENCE, 1000)
        reply = asker.reply({"endpoint": f"http://{host}:{port}/", "query": "ASK {}", "names": []})
        assert "not public" in reply["failed"]
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_every_address_of_a_name_must_be_public_and_the_one_looked_at_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = ["8.8.8.8", "127.0.0.1"]
    asked, connected = [], []

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    def connect(_: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    asker = remote.Asker(time.monotonic() + PATIENCE, 1000)
    question = {"endpoint": "http://a.example/", "query": "ASK {}", "names": []}
    assert "not public" in asker.reply(question)["failed"]
    assert connected == []
    addresses = ["8.8.8.8", "8.8.4.4"]
    assert "Connection refused" in asker.reply(question)["failed"]
    assert connected == addresses
    assert asked == ["a.example"] * 2  # once for each question, and never again for the connection


# Answers

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TERMS = st.one_of(
    TEXT.map(Literal),
    st.tuples(TEXT, st.sampled_from(["en", "zh-Hans", "de-ch-1996"])).map(
        lambda x: Literal(x[0], language=x[1])
    ),
    TEXT.map(lambda text: Literal(text, datatype=NamedNode("http://example.org/type"))),
    st.text("abc:/?&'()é\u4f60", max_size=10).map(lambda text: NamedNode("http://example.org/" + text)),
)


def in_json(term: Literal | NamedNode) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    kind = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **kind}


def table(names: list[str], rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


@given(st.lists(st.tuples(TERMS, TERMS | st.none()), max_size=4))
def test_every_term_of_an_answer_comes_through_as_it_is(rows: list[tuple[Any, Any]]) -> None:
    sent = [{name: in_json(term) for name, term in zip("ab", row, strict=True) if term} for row in rows]
    text = remote.values(table(["a", "b"], sent), ["b", "a"], 10_000)
    result = Store().query(f"SELECT ?a ?b {{ {text} }}")
    assert isinstance(result, QuerySolutions)
    assert [(row["a"], row["b"]) for row in result] == rows


@pytest.mark.parametrize(
    "term",
    [
        {"type": "uri", "value": "a:b> } SERVICE <x:y> {} #"},
        {"type": "uri", "value": "relative"},
        {"type": "uri", "value": "a:%"},
        {"type": "literal", "value": "a", "xml:lang": "toolongtobeone"},
        {"type": "uri", "value": "a:\\u003e"},
        {"type": "literal", "value": "a", "xml:lang": 'en" }'},
        {"type": "literal", "value": "a", "xml:lang": "en", "its:dir": "rtl"},
        {"type": "literal", "value": "a", "datatype": "x y"},
        {"type": "literal", "value": 5},
        {"type": "triple", "value": {}},
        {"value": "a"},
        "a",
        None,
    ],
)
def test_a_term_that_is_none_is_a_failure(term: Any) -> None:
    with pytest.raises(remote._FailedError):
        remote.values(table(["a"], [{"a": term}]), ["a"], 10_000)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{" * 5000,
        b'{"head": {}, "boolean": true}',
        b'{"head": {"vars": ["a"]}, "results": {"bindings": [7]}}',
        b'{"head": {"vars": ["a"]}, "results": {"bindings": ["a"]}}',
        b'{"head": {"vars": ["b"]}, "results": {"bindings": []}}',
        b'{"head": {"vars": []}, "results": {"bindings": [{"a": {"type": "uri", "value": "a:b"}}]}}',
        b'{"head": {"vars": ["a) {} #"]}, "results": {"bindings": []}}',
        b"\xff",
    ],
)
def test_an_answer_that_is_no_table_of_what_was_asked_is_a_failure(body: bytes) -> None:
    with pytest.raises(remote._FailedError):
        remote.values(body, ["a"], 10_000)


def test_blank_nodes_and_too_many_cells_are_refused() -> None:
    with pytest.raises(remote._RefusedError, match="isBlank"):
        remote.values(table(["a"], [{"a": {"type": "bnode", "value": "b0"}}]), ["a"], 10_000)
    names = [f"v{n}" for n in range(100)]
    with pytest.raises(remote._RefusedError, match="10,000 bytes"):
        remote.values(table(names, [{}] * 100), names, 10_000)


# The list


@pytest.mark.parametrize(
    "value",
    [
        '"https://a.example/"',
        "[5]",
        '["ftp://a.example/"]',
        '["https://u:p@a.example/"]',
        '["https:///x"]',
        '["https://a.example/#x"]',
        '["https://a.example/\\u00e9"]',
        '["https://a.example/ "]',
        '["sparql"]',
    ],
)
def test_a_list_of_endpoints_that_is_none_is_named(tmp_path: Path, value: str) -> None:
    path = tmp_path / "peerkg.toml"
    path.write_text(f"federation = {value}\n")
    with pytest.raises(SettingsError, match="`federation`"):
        Settings.load(path)
    done = CliRunner().invoke(serve, ["--data", "x.nt", "--config", str(path)])
    assert (done.exit_code, "`federation`" in done.output) == (2, True)


# Two servers, and one that lies. The resolver's judgement is the only thing exchanged here: a setting for it
# would be a door.

FEDERATED = """
import json, sys
from pathlib import Path
from server import federation
from server.limits import Limits
from server.running import serve_until_stopped
ask = "from server import remote; remote.main(permitted=lambda address: address == '127.0.0.1')"
federation.COMMAND = (sys.executable, "-P", "-c", ask)
allowed = tuple(json.loads(sys.argv[1]))
limits = Limits(federation=allowed, federation_bytes=20_000, seconds=float(sys.argv[3]))
sys.exit(serve_until_stopped(limits, "127.0.0.1", 0, directory=None, files=(Path(sys.argv[2]),)))
"""
ROW = {"o": {"type": "literal", "value": "seven"}}


class Liar(http.server.BaseHTTPRequestHandler):
    """An endpoint that answers as the path says."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, bytes, dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, body, dict(self.headers)))  # type: ignore[attr-defined]  # set below
        kind = self.path.strip("/")
        answer, status, media_type = table(["o"], [ROW]), 200, "application/sparql-results+json"
        if kind == "redirect":
            status = 307
        elif kind == "error":
            status = 500
        elif kind == "html":
            media_type = "text/html"
        elif kind == "large":
            answer = table(["o"], [ROW] * 1000)
        elif kind == "blank":
            answer = table(["o"], [{"o": {"type": "bnode", "value": "b"}}])
        elif kind == "injection":
            answer = table(["o"], [{"o": {"type": "uri", "value": "a:b>) } SERVICE <x:y> {} #"}}])
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Location", "/good")
        self.send_header("Set-Cookie", "a=b")
        if kind == "packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(answer) + (kind == "cut")))
        self.end_headers()
        if kind == "slow":
            for byte in itertools.cycle(b" "):
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        self.wfile.write(answer)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class LiarServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # the other side has gone


@pytest.fixture(scope="module")
def liar() -> Iterator[Any]:
    with LiarServer(("127.0.0.1", 0), Liar) as found:
        found.seen = []  # type: ignore[attr-defined]  # what the handler writes to
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()


def test_a_certificate_must_be_trusted_and_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made.split(), *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with LiarServer(("127.0.0.1", 0), Liar) as secure:
        secure.seen = []  # type: ignore[attr-defined]  # what the handler writes to
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        threading.Thread(target=secure.serve_forever, daemon=True).start()

        def ask(host: str) -> dict[str, str]:
            asker = remote.Asker(time.monotonic() + PATIENCE, 1000, permitted=lambda _: True)
            endpoint = f"https://{host}:{secure.server_address[1]}/good"
            return asker.reply({"endpoint": endpoint, "query": "ASK {}", "names": ["o"]})

        assert "safely" in ask("localhost")["failed"]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert "seven" in ask("localhost")["values"]
        assert "safely" in ask("127.0.0.1")["failed"]
        secure.shutdown()


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, liar: Any, start: Callable[..., Any]
) -> Iterator[tuple[Serving, str, str]]:
    """A server that may ask another real one and the liar; the addresses of both."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "here.ttl").write_text("<x:a> <x:p> 1 . <x:b> <x:p> 2 .")
    (folder / "there.ttl").write_text("<x:a> <x:q> 'one' , 'uno'@es . <x:c> <x:q> 'three' .")
    lies = f"http://127.0.0.1:{liar.server_address[1]}"
    with start("--data", folder / "there.ttl") as there:
        kinds = ["good", "redirect", "error", "html", "large", "blank", "injection", "packed", "cut", "slow"]
        allowed = [
            f"{there.address}/sparql",
            *(f"{lies}/{kind}" for kind in kinds),
            "http://localhost:9/sparql",
        ]
        here = [sys.executable, "-c", FEDERATED, json.dumps(allowed), str(folder / "here.ttl"), "6"]
        with running(here) as found:
            yield found, f"{there.address}/sparql", lies


def ask(server: Serving, query: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.address}/sparql", params={"query": query}, headers=headers, timeout=PATIENCE)


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    bindings = response.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


@pytest.mark.slow
def test_solutions_of_two_endpoints_are_joined(two: tuple[Serving, str, str]) -> None:
    here, there, _ = two
    joined = rows(
        ask(here, f"SELECT * {{ ?s <x:p> ?n SERVICE <{there}> {{ ?s <x:q> ?name }} }} ORDER BY ?name")
    )
    assert joined == [{"s": "x:a", "n": "1", "name": name} for name in ("one", "uno")]
    optional = f"SELECT * {{ ?s <x:p> ?n OPTIONAL {{ SERVICE <{there}> {{ ?s <x:q> ?name }} }} }}"
    assert sorted(len(row) for row in rows(ask(here, optional))) == [2, 3, 3]
    twice = f"SELECT ?s {{ SERVICE <{there}> {{ SELECT ?s {{ ?s <x:q> ?name }} }} }}"
    assert len(rows(ask(here, twice))) == 3  # what is there twice stays there twice
    absent = f"SELECT * {{ ?s <x:p> ?n SERVICE <{there}> {{ ?s <x:none> ?o }} }}"
    assert rows(ask(here, absent)) == []
    exists = f"ASK {{ <x:a> <x:p> ?n SERVICE <{there}> {{ <x:a> <x:q> 'one' }} }}"
    assert ask(here, exists).json()["boolean"] is True
    some = f"SELECT * {{ SERVICE <{there}> {{ SELECT ?s {{ ?s <x:q> ?n }} ORDER BY DESC(?n) LIMIT 1 }} }}"
    assert rows(ask(here, some)) == [{"s": "x:a"}]


@pytest.mark.slow
def test_a_federated_answer_is_asked_for_each_time(two: tuple[Serving, str, str], liar: Any) -> None:
    here, _, lies = two
    query = f"SELECT * {{ SERVICE <{lies}/good> {{ ?s ?p ?o }} }}"
    before = len(liar.seen)
    answers = [ask(here, query), ask(here, query)]
    assert [rows(answer) for answer in answers] == [[{"o": "seven"}]] * 2
    assert len(liar.seen) == before + 2
    _, body, headers = liar.seen[-1]
    assert body == b"query=SELECT+%2A+%7B+%3Fs+%3Fp+%3Fo+%7D"
    assert not {name.lower() for name in headers} & {"cookie", "authorization", "referer", "x-forwarded-for"}
    assert answers[0].headers["cache-control"] == "no-cache"
    assert "content-location" not in answers[0].headers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("redirect", "a redirect, which is not followed"),
        ("error", "answers with status 500"),
        ("html", "text/html"),
        ("injection", "an IRI that is none"),
        ("packed", "compressed"),
        ("cut", "less than it announced"),
        ("slow", "in time"),
    ],
)
def test_an_endpoint_that_fails_is_named_unless_it_may_in_silence(
    two: tuple[Serving, str, str], liar: Any, kind: str, said: str
) -> None:
    here, _, lies = two
    clause = f"<{lies}/{kind}> {{ ?s <x:q> ?o }}"
    before = len(liar.seen)
    failed = ask(here, f"SELECT * {{ ?s <x:p> ?n SERVICE {clause} }}")
    assert (failed.status_code, failed.json()["type"].rpartition("/")[2]) == (502, "remote")
    assert said in failed.json()["detail"]
    assert failed.json()["endpoint"] == f"{lies}/{kind}"
    silent = ask(here, f"SELECT * {{ ?s <x:p> ?n SERVICE SILENT {clause} }} ORDER BY ?n")
    assert rows(silent) == [{"s": "x:a", "n": "1"}, {"s": "x:b", "n": "2"}]
    assert silent.json()["head"]["vars"] == ["n", "o", "s"] or set(silent.json()["head"]["vars"]) == {*"nos"}
    assert {path for path, *_ in liar.seen[before:]} == {f"/{kind}"}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "said"), [("large", "20,000 bytes"), ("blank", "isBlank")])
def test_what_is_not_taken_from_an_endpoint_is_said_in_any_case(
    two: tuple[Serving, str, str], kind: str, said: str
) -> None:
    here, _, lies = two
    for silent in ("", "SILENT"):
        answer = ask(here, f"SELECT * {{ SERVICE {silent} <{lies}/{kind}> {{ ?s ?p ?o }} }}")
        assert answer.status_code == 502
        assert said in answer.json()["detail"]
    assert rows(ask(here, "SELECT * { <x:a> ?p ?o }")) == [{"p": "x:p", "o": "1"}]


@pytest.mark.slow
def test_errors_around_service_have_the_place_in_the_query_that_was_sent(
    two: tuple[Serving, str, str],
) -> None:
    here, _, lies = two
    answer = ask(here, f"SELECT * {{\n SERVICE <{lies}/good> {{\n ?s ?p ?o }} FILTER(unknown:f(?o)) }}")
    assert answer.json()["type"].endswith("/syntax"), answer.text
    assert answer.json()["line"] == 3
    assert answer.json()["column"] >= 13


@pytest.mark.slow
def test_a_client_that_leaves_takes_its_questions_along(two: tuple[Serving, str, str]) -> None:
    here, _, lies = two

    def asking() -> bool:
        commands = [Path(f"/proc/{pid}/cmdline") for pid in here.descendants()]
        return any(b"remote.main" in path.read_bytes() for path in commands if path.exists())

    query = urlencode({"query": f"SELECT * {{ SERVICE SILENT <{lies}/slow> {{ ?s ?p ?o }} }}"})
    with socket.create_connection(("127.0.0.1", here.port)) as connection:
        connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert here.until(asking)
    assert here.until(lambda: not asking())


@pytest.mark.slow
def test_the_service_description_says_whom_it_asks(two: tuple[Serving, str, str]) -> None:
    here, there, _ = two
    described = httpx.get(f"{here.address}/sparql", headers={"Accept": "text/turtle"}).text
    assert "sd:BasicFederatedQuery" in described
    assert there in described


@pytest.mark.slow
def test_an_allowed_endpoint_on_this_machine_is_not_asked(
    tmp_path: Path, liar: Any, start: Callable[..., Any]
) -> None:
    endpoint = f"http://localhost:{liar.server_address[1]}/good"
    (tmp_path / "here.ttl").write_text("<x:a> <x:p> 1 .")
    (tmp_path / "peerkg.toml").write_text(f'federation = ["{endpoint}"]\n')
    before = len(liar.seen)
    with start("--data", tmp_path / "here.ttl", "--config", tmp_path / "peerkg.toml") as server:
        answer = ask(server, f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}")
        assert answer.status_code == 502
        assert "not public" in answer.json()["detail"]
        page = ask(server, f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}", Accept="text/html")
        assert (page.status_code, "not public" in page.text) == (502, True)
    assert len(liar.seen) == before


def test_a_client_pays_for_the_time_of_others() -> None:
    limits = Limits(federation=("http://127.0.0.1:9/",), client_budget=0.01)
    plan = federation.plan("ASK { SERVICE <http://127.0.0.1:9/> {} }", limits)
    account = Budgets(0.01, 2).account("somebody")
    assert account is not None

    async def asked() -> None:
        budget.ACCOUNT.set(account)
        turns = asyncio.Semaphore(1)
        with pytest.raises(Problem, match="not public"):
            await federation.ask(plan, 60, limits, turns)
        assert account.running == 0
        assert account.wait > 0
        with pytest.raises(StoppedError) as stopped:
            await federation.ask(plan, 60, limits, turns)
        assert stopped.value.cause == "budget"
        assert not turns.locked()

    asyncio.run(asked())


# The W3C's tests of SERVICE


def written(store: Store, query: str) -> bytes:
    result = store.query(query)
    assert isinstance(result, QuerySolutions)
    return result.serialize(format=QueryResultsFormat.JSON) or b""


def solutions(results: QuerySolutions) -> Counter[tuple[tuple[str, str], ...]]:
    names = [one.value for one in results.variables]
    return Counter(
        tuple(sorted((name, str(term)) for name, term in zip(names, row, strict=True) if term))
        for row in results
    )


def test_the_suite_of_federated_queries_is_answered_or_refused_as_documented() -> None:
    if "PEERKG_SUITES" not in os.environ:
        pytest.skip("PEERKG_SUITES does not name a folder with the W3C's sparql11")
    path = Path(os.environ["PEERKG_SUITES"]).absolute() / "sparql11" / "service" / "manifest.ttl"
    manifest, refusals, answered = Manifest(path), [], 0
    for entry in manifest.store.quads_for_pattern(None, NamedNode(f"{MF}action"), None):
        here, stores = Store(), {}
        for data in manifest.values(entry.object, f"{QT}data"):
            here.bulk_load(local(data).read_bytes(), RdfFormat.TURTLE, base_iri=data.value)
        for service in manifest.values(entry.object, f"{QT}serviceData"):
            store = stores[manifest.value(service, f"{QT}endpoint").value] = Store()
            for data in manifest.values(service, f"{QT}data"):
                store.bulk_load(local(data).read_bytes(), RdfFormat.TURTLE, base_iri=data.value)
        query = local(manifest.value(entry.object, f"{QT}query"))
        allowed = (*stores, "http://invalid.endpoint.org/sparql")
        try:
            plan = federation.plan(query.read_text(encoding="utf-8"), Limits(federation=allowed))
        except Problem as problem:
            refusals.append((query.stem, problem.detail))
            continue
        answers = [
            remote.values(written(stores[one.endpoint], one.query), one.names, 10**6)
            if one.endpoint in stores
            else one.unknown
            for one in plan.clauses
        ]
        expected = parse_query_results(
            path=local(manifest.value(entry.subject, f"{MF}result")), format=QueryResultsFormat.XML
        )
        result = here.query(plan.with_answers(answers))
        assert isinstance(result, QuerySolutions)
        assert isinstance(expected, QuerySolutions)
        assert solutions(result) == solutions(expected), query.stem
        answered += 1
    inside, variable = "SERVICE inside SERVICE", "SERVICE takes an endpoint's IRI"
    assert [(name, said.startswith((inside, variable))) for name, said in sorted(refusals)] == [
        ("service03", True),
        ("service05", True),
        ("service06", True),
    ]
    assert answered == 4
