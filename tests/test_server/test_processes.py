"""What a serving process does with runaway queries, with its children, and with the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

pytestmark = pytest.mark.slow

ENDLESS = "SELECT (COUNT(*) AS ?c) { ?a ?b ?c1 . ?d ?e ?f . ?g ?h ?i }"
LIGHT = "SELECT ?o { <http://example.org/s7> ?p ?o }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


PATIENCE = 120  # so that a failure ends; no test asserts it


def ask(address: str, query: str) -> httpx.Response:
    return httpx.post(f"{address}/sparql", data={"query": query}, timeout=PATIENCE)


def kind(response: httpx.Response) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[1]


def running(address: str) -> int:
    workers = httpx.get(f"{address}/health", timeout=PATIENCE).json()["workers"]
    return int(workers["quick"] + workers["heavy"] + workers["stopped"])


@contextlib.contextmanager
def asking(address: str, query: str) -> Iterator[socket.socket]:
    """A connection on which the query has been sent and nobody waits for the answer."""
    body = urlencode({"query": query})
    with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        yield connection


def unanswered(connection: socket.socket) -> bool:
    return not select.select([connection], [], [], 0)[0]


def test_light_queries_are_answered_while_others_run_away(patient: Any) -> None:
    address = patient.address

    def in_heavy_lane() -> int:
        return int(httpx.get(f"{address}/health", timeout=PATIENCE).json()["workers"]["heavy"])

    with contextlib.ExitStack() as stack:
        heavy = [stack.enter_context(asking(address, ENDLESS)) for _ in range(6)]
        assert patient.until(lambda: in_heavy_lane() == 6)
        for number in range(50):
            assert ask(address, f"{LIGHT} # beside {number}").status_code == 200
        assert all(map(unanswered, heavy))
        assert in_heavy_lane() == 6
    assert patient.until(lambda: running(address) == 0)


@pytest.mark.parametrize("waiting", [{"queue_seconds": 0.5}, {"queue_seconds": 3600, "heavy_waiting": 0}])
def test_more_heavy_queries_than_may_run_wait_and_are_turned_away(
    start_within: Callable[..., Any], data_file: Path, waiting: dict[str, float]
) -> None:
    limits = {"seconds": 3600, "heavy_workers": 1, **waiting}
    with start_within(data_file, **limits) as server, asking(server.address, ENDLESS) as first:
        assert server.until(lambda: running(server.address) == 1)
        response = ask(server.address, ENDLESS)
        assert (response.status_code, kind(response)) == (503, "queue")
        assert response.headers["retry-after"].isdigit()
        assert unanswered(first)


def test_a_client_runs_as_many_queries_as_it_may_and_no_more(
    start_within: Callable[..., Any], data_file: Path
) -> None:
    with start_within(data_file, seconds=3600, client_budget=3600, client_queries=1) as server:
        for number in range(3):
            assert ask(server.address, f"{LIGHT} # {number}").status_code == 200
        with asking(server.address, ENDLESS):
            assert server.until(lambda: running(server.address) == 1)
            response = ask(server.address, f"{LIGHT} # beside")
            assert (response.status_code, kind(response)) == (429, "budget")
        assert server.until(lambda: ask(server.address, f"{LIGHT} # after").status_code == 200)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SELECT * " + "{" * 3000 + "}" * 3000, {"too-complex"}),
        ("ASK { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }", {"too-complex"}),
        ("ASK {" + " UNION ".join(["{ ?s ?p ?o }"] * 5000) + "}", {"too-complex"}),
        ("ASK { ?s " + "/".join(["<a:b>"] * 450) + " ?o }", {"deadline", "processor"}),
        ("ASK {" + "?s ?p ?o . " * 900 + "}", {"deadline", "processor"}),
        (ENDLESS, {"deadline"}),
        (FLOOD, {"memory", "deadline"}),
        ("SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", {"memory", "deadline"}),
        ("SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", {"memory", "deadline"}),
        (
            (
                "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
                'FILTER(REGEX(STR(?c), "(a*)*b{1,900}")) }'
            ),
            {"deadline", "memory", "evaluation"},
        ),
        (
            'SELECT (STRLEN(REPLACE(?z, "a", ?z)) AS ?n) { BIND("aaaaaaaaaaaaaaaaaaaaaaaa" AS ?x0) '
            + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(26))
            + " BIND(?x26 AS ?z) }",
            {"memory", "deadline", "processor"},
        ),
        ("ASK { ?s ?p (" + "1 " * 60_000 + ") }", {"too-complex", "deadline", "memory"}),
        (
            (
                f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(map(str, range(15_000)))} }} "
                f"VALUES ?y {{ {' '.join(map(str, range(15_000)))} }} FILTER(?x + ?y < 0) }}"
            ),
            {"deadline", "memory", "processor"},
        ),
        (
            "SELECT * " + "{ SELECT (COUNT(*) AS ?n) " * 40 + "{ ?s ?p ?o }" + "}" * 40,
            {"deadline", "processor", "memory"},
        ),
        ("CONSTRUCT { [] <a:p> [ <a:q> ?a , ?d ] } { ?a ?b ?c . ?d ?e ?f }", {"deadline", "memory"}),
        ("SELECT * { ?s ?p ?o LATERAL { ?a ?b ?c } LATERAL { ?d ?e ?f } }", {"deadline", "memory", "syntax"}),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_hostile_query_ends_itself_alone(server_address: str, query: str, kinds: set[str]) -> None:
    response = ask(server_address, query)
    assert response.status_code in (400, 503)
    assert kind(response) in kinds
    assert response.headers["content-type"] == "application/problem+json"
    assert ask(server_address, f"{LIGHT} # after {len(query)}").status_code == 200


def test_a_client_that_leaves_takes_its_query_along(patient: Any) -> None:
    def at_work() -> set[int]:
        """The processes of which a thread is running or wants to."""
        found = set()
        for pid in patient.descendants():
            with contextlib.suppress(OSError):
                threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
                if any(stat.rpartition(")")[2].split()[0] == "R" for stat in threads):
                    found.add(pid)
        return found

    with asking(patient.address, ENDLESS):
        assert patient.until(lambda: running(patient.address) == 1)
        working = patient.descendants()
        while len(working) > 1:  # the endless query's worker is at work whenever one looks
            working = [pid for pid in working if pid in at_work()]
    assert patient.until(lambda: running(patient.address) == 0)
    assert patient.until(lambda: not set(working) & set(patient.descendants()))


def test_a_worker_that_is_killed_from_outside_is_replaced(server: Any) -> None:
    keeper, *workers = server.descendants()
    assert workers
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(_pidfd(pid), signal.SIGKILL)
    numbers = itertools.count()
    assert server.until(lambda: ask(server.address, f"{LIGHT} # {next(numbers)}").status_code == 200)
    assert keeper in server.descendants()


def test_a_query_whose_worker_is_killed_from_outside_is_not_said_to_have_taken_memory(patient: Any) -> None:
    with asking(patient.address, ENDLESS) as connection:
        assert patient.until(lambda: running(patient.address) == 1)
        for pid in patient.descendants()[1:]:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(_pidfd(pid), signal.SIGKILL)
        connection.settimeout(PATIENCE)
        said = connection.recv(65_536).decode()
    assert said.startswith("HTTP/1.1 500 ")
    assert "problem/internal" in said


def test_a_heavy_query_leaves_its_worker_for_the_next_and_no_priority_lowered(
    start_within: Callable[..., Any], data_file: Path
) -> None:
    heavy = "SELECT (COUNT(*) AS ?c) { ?a ?b ?c1 . ?d ?e ?f }"
    with start_within(data_file, light_seconds=0.001, workers=1) as server:
        for number in range(4):
            assert ask(server.address, f"{heavy} # {number}").status_code == 200
        keeper, *workers = server.descendants()
        assert server.until(lambda: len(server.descendants()) == 2)
        assert server.descendants()[0] == keeper
        assert server.descendants()[1] in workers  # not one that was forked beside them and ran nothing
        assert server.until(lambda: {nice for pid in server.descendants() for nice in _niceness(pid)} == {0})


def _niceness(pid: int) -> list[int]:
    """The priorities of the threads of a process; of one that has ended there are none."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks]
    return []


def test_a_keeper_that_dies_is_started_again(server: Any) -> None:
    keeper, *_ = server.descendants()
    signal.pidfd_send_signal(_pidfd(keeper), signal.SIGKILL)
    answers: list[int] = []

    def ask_again() -> bool:
        answers.append(ask(server.address, f"{LIGHT} # again {len(answers)}").status_code)
        return answers[-1] == 200

    # What was begun before the keeper was missed may still be answered: another must be there.
    assert server.until(lambda: keeper not in server.descendants() and ask_again())
    assert set(answers) <= {200, 503}


def _pidfd(pid: int) -> int:
    return os.pidfd_open(pid)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_cleanly_with_all_its_processes(
    start: Callable[..., Any],
    data_file: Path,
    number: int,
    code: int,
) -> None:
    with start("--data", data_file, "--timeout", "3600") as server, asking(server.address, ENDLESS):
        assert server.until(lambda: running(server.address) == 1)
        pids = server.descendants()
        assert len(pids) >= 3
        assert server.stop(number) == code
        assert server.gone(pids)


def test_nothing_outlives_a_server_that_is_killed(start: Callable[..., Any], data_file: Path) -> None:
    with start("--data", data_file) as server:
        pids = server.descendants()
        server.stop(signal.SIGKILL)
        assert server.gone(pids)


def test_it_answers_once_it_has_said_that_it_is_ready(start: Callable[..., Any], data_file: Path) -> None:
    with start("--data", data_file) as server:
        assert httpx.get(f"{server.address}/health").status_code == 200


def run(peerkg: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(peerkg), "serve", *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_port_in_use_is_one_message(server_address: str, data_file: Path, peerkg: Path) -> None:
    port = server_address.rsplit(":", 1)[1]
    done = run(peerkg, "--data", str(data_file), "--port", port)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.ttl", "<a:b> <c:d> .\n", "broken.ttl"),
        ("unknown.xyz", "", "unknown.xyz"),
        ("cut.nt.gz", None, "cut.nt.gz"),
    ],
)
def test_data_that_cannot_be_read_is_one_message(
    tmp_path: Path, peerkg: Path, name: str, content: str | None, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\x08" if content is None else content.encode())
    done = run(peerkg, "--data", str(path), "--port", "0")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_data_that_is_not_there_is_one_message(tmp_path: Path, peerkg: Path) -> None:
    done = run(peerkg, "--data", str(tmp_path / "absent.ttl"), "--port", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "absent.ttl" in done.stderr
    done = run(peerkg, str(tmp_path), "--port", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "peerkg build" in done.stderr


def test_several_files_become_one_graph(start: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "one.ttl").write_text("_:a <x:p> 1 .")
    (tmp_path / "two.nt").write_text('_:a <x:p> "2" .\n')
    (tmp_path / "three.trig").write_text("<x:g> { <x:s> <x:p> 3 } <x:s> <x:p> 4 .")
    with start(
        "--data", tmp_path / "one.ttl", tmp_path / "two.nt", "--data", tmp_path / "three.trig"
    ) as server:
        everything = ask(server.address, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <x:p> ?o }")
        assert everything.json()["results"]["bindings"][0]["n"]["value"] == "3"
        named = ask(server.address, "SELECT ?o { GRAPH <x:g> { ?s ?p ?o } }")
        assert [row["o"]["value"] for row in named.json()["results"]["bindings"]] == ["3"]


def test_workers_cannot_reach_the_network(server: Any) -> None:
    if not httpx.get(f"{server.address}/health").json()["isolated"]:
        pytest.skip("this system allows no network namespaces")
    for pid in server.descendants():
        interfaces = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
        assert Path(f"/proc/{pid}/net/tcp").read_text().count("\n") == 1


def test_idle_connections_and_slow_requests_hold_nothing_up(patient: Any) -> None:
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", patient.port))) for _ in range(300)
        ]
        for connection in connections[:60]:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Content-Length: 100\r\n\r\nSEL"
            )
        for connection in connections[60:120]:
            connection.sendall(b"GET /sparql HTTP/1.1\r\nHost:")
        for number in range(10):
            assert ask(patient.address, f"{LIGHT} # past {number}").status_code == 200
        assert all(map(unanswered, connections))


def test_a_body_that_comes_too_slowly_is_answered_408(
    start_within: Callable[..., Any], data_file: Path
) -> None:
    with start_within(data_file, body_seconds=0.2, header_seconds=1) as server:
        answer = exchange(
            server.address,
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100\r\n\r\nSEL",
        )
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"problem/slow-request" in answer
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
            connection.sendall(b"GET /sparql HTTP/1.1\r\nHost:")
            assert b" 200 " not in connection.recv(65_536)


def test_bodies_that_are_being_sent_have_so_much_room_together(
    start_within: Callable[..., Any], data_file: Path
) -> None:
    with start_within(data_file, bodies_bytes=300, body_seconds=3600) as server:
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                slow.sendall(FORMER + b"Content-Length: 120\r\n\r\nSEL")
            assert server.until(lambda: ask(server.address, LIGHT).status_code == 503)
            refused = ask(server.address, LIGHT)
            assert (kind(refused), refused.json()["limit"]) == ("queue", "bodies")
            assert refused.headers["retry-after"].isdigit()
            assert httpx.get(f"{server.address}/sparql", params={"query": LIGHT}).status_code == 200
        assert server.until(lambda: ask(server.address, LIGHT).status_code == 200)


def exchange(address: str, data: bytes) -> bytes:
    async def talk() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rsplit(":", 1)[1]))
        answer = b""
        with contextlib.suppress(ConnectionError):
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(ConnectionError):
            answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        return answer

    return asyncio.run(talk())


FORMER = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n"
LAST = ASK + b"Connection: close\r\n\r\n"
BROWSER = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
INNER = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        pytest.param(ASK + b"X: " + b"a" * 500_000 + b"\r\n\r\n", [431], id="a huge header"),
        pytest.param(
            ASK + b"".join(b"X%d: a\r\n" % n for n in range(1000)) + b"\r\n", [431], id="a thousand headers"
        ),
        pytest.param(b"GET /sparql?query=" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n", [414], id="a long line"),
        pytest.param(
            FORMER + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}", [400], id="two lengths"
        ),
        pytest.param(FORMER + b"Content-Length: 5, 6\r\n\r\nASK{}", [400], id="a list of lengths"),
        pytest.param(FORMER + b"Content-Length: -5\r\n\r\n", [400], id="a negative length"),
        pytest.param(FORMER + b"Content-Length: +5\r\n\r\nASK{}", [400], id="a length with a sign"),
        pytest.param(FORMER + b"Content-Length: 0x5\r\n\r\nASK{}", [400], id="a length in hexadecimal"),
        pytest.param(FORMER + b"Content-Length: 99999999999\r\n\r\n", [413], id="a length beyond bounds"),
        pytest.param(
            FORMER + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER,
            [400],
            id="a length and chunks",
        ),
        pytest.param(FORMER + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400], id="an unknown coding"),
        pytest.param(
            FORMER + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            [400],
            id="two codings",
        ),
        pytest.param(
            FORMER + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400], id="a blank before a colon"
        ),
        pytest.param(
            FORMER + b"Transfer-Encoding: chunked\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n", [200, 200], id="chunks"
        ),
        pytest.param(
            FORMER + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK{}\r\n", [400], id="a chunk of no size"
        ),
        pytest.param(
            FORMER + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF0\r\nASK{}\r\n",
            [400],
            id="a chunk beyond all sizes",
        ),
        pytest.param(
            FORMER + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nASK{}", [415, 200], id="compressed"
        ),
        pytest.param(
            FORMER + b"Content-Length: 5\r\n\r\nASK{}and more\r\n\r\n", [200, 400], id="a body too long"
        ),
        pytest.param(
            ASK + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER, [200, 200], id="a request as a body"
        ),
        pytest.param((ASK + b"\r\n") * 5, [200] * 6, id="requests in a row"),
        pytest.param(
            b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", [405, 200], id="CONNECT"
        ),
        pytest.param(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n\r\n", [400, 200], id="no host"),
        pytest.param(ASK + b"Host: b\r\n\r\n", [400, 200], id="two hosts"),
        pytest.param(ASK + b"X: a\x00b\r\n\r\n", [400], id="a zero in a header"),
        pytest.param(ASK + b"X: a\r\n b\r\n\r\n", [400], id="a folded header"),
        pytest.param(b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", [400], id="no ASCII in the address"),
        pytest.param(
            b"GET /report/%00%ff HTTP/1.1\r\nHost: a\r\n\r\n", [404, 200], id="no text in the address"
        ),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", [400], id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], id="HTTP/2"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", [400], id="a version to come"),
    ],
)
def test_abuse_of_http_is_refused_and_the_service_stays(
    server_address: str, data: bytes, statuses: list[int]
) -> None:
    answer = exchange(server_address, data + LAST)
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3})", answer)] == statuses
    assert b"Traceback" not in answer
    assert b'"live"' not in answer
    assert ask(server_address, f"{LIGHT} # after {len(data)}").status_code == 200


def test_a_body_that_is_cut_off_is_no_query(patient: Any) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", patient.port)) as connection:
            connection.sendall(FORMER + b"Content-Length: 1000\r\n\r\nASK{}")
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(PATIENCE)
            assert b"HTTP/1.1 200" not in connection.recv(65_536)
    assert patient.until(lambda: running(patient.address) == 0)
    assert ask(patient.address, f"{LIGHT} # after cut bodies").status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b"GET /sparql?query=ASK%7B&format=json HTTP/1.1\r\nHost: a\r\n", 400, "syntax"),
        (b"GET /sparql?query=" + b"%7B" * 200 + b"&format=csv HTTP/1.1\r\nHost: a\r\n", 400, "too-complex"),
        (b"GET /nothing/here HTTP/1.1\r\nHost: a\r\n", 404, "not-found"),
        (b"GET /releases/none/sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n", 404, "not-found"),
        (b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n", 400, "request"),
        (b"GET / HTTP/1.1\r\nHost: <script>\r\n", 400, "request"),
        (b"GET / HTTP/1.1\r\nHost: a:80:80\r\n", 400, "request"),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n", 405, "method"),
        (b"DELETE /sparql HTTP/1.1\r\nHost: a\r\n", 405, "method"),
        (FORMER + b"Content-Length: 99999999\r\n", 413, "too-large"),
        (FORMER + b"Transfer-Encoding: gzip, chunked\r\n", 400, "http"),
    ],
    ids=lambda value: value[:40].decode().replace("\r\n", " ") if isinstance(value, bytes) else str(value),
)
def test_a_problem_is_a_document_or_a_page_wherever_it_is_met(
    server: Any, data: bytes, status: int, kind: str
) -> None:
    for accept, media_type in ((b"*/*", b"application/problem+json"), (BROWSER, b"text/html; charset=utf-8")):
        answer = exchange(server.address, data + b"Accept: " + accept + b"\r\nConnection: close\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        assert head.startswith(b"HTTP/1.1 %d" % status)
        assert fields[b"content-type"] == media_type
        assert fields[b"access-control-allow-origin"] == b"*"
        assert fields[b"cache-control"] == b"no-store"
        assert fields[b"x-content-type-options"] == b"nosniff"
        assert fields[b"content-security-policy"].startswith(b"default-src 'none'")
        if accept == BROWSER:
            assert b"<!doctype html>" in body
            assert f"problem/#{kind}".encode() in body
            assert b"<script" not in body
        else:
            document = json.loads(body)
            assert document["status"] == status
            name = document["type"].removeprefix("https://w3id.org/peerkg/problem/")
            assert name == kind
            assert httpx.get(f"{server.address}/problem/{name}", follow_redirects=True).is_success
