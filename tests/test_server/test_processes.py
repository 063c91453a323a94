"""What a serving process does with runaway queries, with its children, and with the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

ENDLESS = "SELECT (COUNT(*) AS ?c) { ?a ?b ?c1 . ?d ?e ?f . ?g ?h ?i }"
LIGHT = "SELECT ?o { <http://example.org/s7> ?p ?o }"
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


def ask(address: str, query: str, seconds: float = 20) -> httpx.Response:
    return httpx.post(f"{address}/sparql", data={"query": query}, timeout=seconds)


def kind(response: httpx.Response) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[1]


def test_light_queries_stay_quick_while_others_run_away(server_address: str) -> None:
    heavy: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: heavy.append(ask(server_address, ENDLESS))) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.6)
    times = []
    with httpx.Client() as client:
        for _ in range(50):
            begin = time.monotonic()
            response = client.post(f"{server_address}/sparql", data={"query": LIGHT})
            times.append(time.monotonic() - begin)
            assert response.status_code == 200
    assert sorted(times)[-2] < 0.5
    for thread in threads:
        thread.join()
    assert {response.status_code for response in heavy} == {503}
    assert {kind(response) for response in heavy} <= {"deadline", "queue"}
    assert "deadline" in {kind(response) for response in heavy}


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
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_hostile_query_ends_itself_alone(server_address: str, query: str, kinds: set[str]) -> None:
    begin = time.monotonic()
    response = ask(server_address, query)
    assert time.monotonic() - begin < 4
    assert response.status_code in (400, 503)
    assert kind(response) in kinds
    assert response.headers["content-type"] == "application/problem+json"
    assert ask(server_address, LIGHT, 1).status_code == 200


def test_a_client_that_leaves_takes_its_query_along(server_address: str) -> None:
    port = int(server_address.rsplit(":", 1)[1])
    body = f"query={ENDLESS}&timeout=2".replace(" ", "+").replace("?", "%3F")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        time.sleep(0.5)
        assert running(server_address) == 1
    time.sleep(0.8)
    assert running(server_address) == 0


def running(address: str) -> int:
    workers = httpx.get(f"{address}/health").json()["workers"]
    return int(workers["quick"] + workers["heavy"] + workers["stopped"])


def test_a_worker_that_is_killed_from_outside_is_replaced(server: Any) -> None:
    keeper, *workers = server.descendants()
    assert workers
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(_pidfd(pid), signal.SIGKILL)
    time.sleep(0.3)
    assert ask(server.address, LIGHT).status_code == 200
    assert keeper in server.descendants()


def test_a_keeper_that_dies_is_started_again(server: Any) -> None:
    keeper, *_ = server.descendants()
    signal.pidfd_send_signal(_pidfd(keeper), signal.SIGKILL)
    answers: list[int] = []
    end = time.monotonic() + 8
    while 200 not in answers and time.monotonic() < end:
        answers.append(ask(server.address, f"{LIGHT} # {len(answers)}").status_code)
        time.sleep(0.05)
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200
    assert keeper not in server.descendants()


def _pidfd(pid: int) -> int:
    import os  # noqa: PLC0415 - for this one call, which only Linux has

    return os.pidfd_open(pid)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_cleanly_with_all_its_processes(
    start: Callable[..., Any], data_file: Path, gone: Callable[[list[int]], bool], number: int, code: int
) -> None:
    with start("--data", data_file) as server:
        pids = server.descendants()
        assert len(pids) >= 3
        with contextlib.suppress(httpx.HTTPError), httpx.Client() as client:
            threading.Thread(target=lambda: _quietly(server.address)).start()
            client.get(f"{server.address}/health")
        time.sleep(0.2)
        assert server.stop(number) == code
        assert gone(pids)


def _quietly(address: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        ask(address, ENDLESS)


def test_nothing_outlives_a_server_that_is_killed(
    start: Callable[..., Any], data_file: Path, gone: Callable[[list[int]], bool]
) -> None:
    with start("--data", data_file) as server:
        pids = server.descendants()
        server.stop(signal.SIGKILL)
        assert gone(pids)


def test_it_answers_once_it_has_said_that_it_is_ready(start: Callable[..., Any], data_file: Path) -> None:
    with start("--data", data_file) as server:
        assert httpx.get(f"{server.address}/health").status_code == 200


def run(peerkg: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(peerkg), "serve", *arguments], capture_output=True, text=True, timeout=20, check=False
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


@pytest.fixture
def idle(server_address: str) -> Iterator[list[socket.socket]]:
    port = int(server_address.rsplit(":", 1)[1])
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(300)]


def test_idle_connections_and_slow_bodies_hold_nothing_up(
    server_address: str, idle: list[socket.socket]
) -> None:
    for connection in idle[:60]:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100\r\n\r\nSEL"
        )
    for connection in idle[60:120]:
        connection.sendall(b"GET /sparql HTTP/1.1\r\nHost:")
    time.sleep(0.2)
    begin = time.monotonic()
    for _ in range(10):
        assert ask(server_address, LIGHT, 5).status_code == 200
    assert time.monotonic() - begin < 2


def exchange(address: str, data: bytes) -> bytes:
    async def talk() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rsplit(":", 1)[1]))
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            writer.write(data)
            await writer.drain()
            answer = await asyncio.wait_for(reader.read(65_536), 3)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        return answer

    return asyncio.run(talk())


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 500_000 + b"\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
        b"GET /sparql?query=" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)
def test_abuse_of_http_is_refused_and_the_service_stays(server_address: str, data: bytes) -> None:
    answer = exchange(server_address, data)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in answer
    assert ask(server_address, LIGHT, 2).status_code == 200
