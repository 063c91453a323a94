"""What a server says before its data are there, and data that are not held in memory."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server import sandbox

pytestmark = pytest.mark.slow

PATIENCE = 120
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 150000"


def ask(address: str, query: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{address}/sparql", params={"query": query}, headers=headers, timeout=PATIENCE)


@contextlib.contextmanager
def loading(peerkg: Path, pipe: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that listens and waits for its data, which come through a pipe."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    os.mkfifo(pipe)
    command = [str(peerkg), "serve", "--data", str(pipe), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            while process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"{address}/health/live", timeout=PATIENCE).raise_for_status()
                    break
            yield process, address
        finally:
            process.kill()


def keeper_of(process: subprocess.Popen[str]) -> int:
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            return int(children[0])
    raise AssertionError("there is no keeper")


def test_it_says_that_it_is_loading_until_the_data_are_there(peerkg: Path, tmp_path: Path) -> None:
    with loading(peerkg, tmp_path / "data.nt") as (process, address):
        for path in ("/health/ready", "/health", "/", "/sparql?query=ASK%7B%7D", "/dumps/"):
            response = httpx.get(f"{address}{path}", timeout=PATIENCE)
            assert (response.status_code, "retry-after" in response.headers) == (503, True), path
        assert ask(address, "ASK {}").json()["type"].endswith("/loading")
        assert httpx.get(f"{address}/health/ready", timeout=PATIENCE).json()["ready"] is False
        (tmp_path / "data.nt").write_text("<x:s> <x:p> <x:o> .\n")
        assert process.stdout is not None
        assert "serving 1 statements" in process.stdout.readline()
        assert ask(address, "ASK { <x:s> ?p ?o }").json()["boolean"] is True
        assert httpx.get(f"{address}/health/ready", timeout=PATIENCE).json()["ready"] is True


def test_a_keeper_that_is_killed_while_it_loads_is_one_message(peerkg: Path, tmp_path: Path) -> None:
    with loading(peerkg, tmp_path / "data.nt") as (process, _):
        os.kill(keeper_of(process), signal.SIGKILL)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2
        assert said.count("\n") == 1
        assert "ended while it was loading" in said


def test_a_query_during_a_new_start_of_the_keeper_is_told_the_reason(
    start_within: Callable[..., Any], data_file: Path
) -> None:
    with start_within(data_file) as server:
        keeper, *_ = server.descendants()
        os.kill(keeper, signal.SIGSTOP)  # its workers are all occupied, and no new ones come
        workers = server.descendants()[1:]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        with httpx.Client(timeout=PATIENCE) as client, contextlib.ExitStack() as stack:
            waiting = [
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                for _ in range(len(workers) + 1)
            ]
            for number, connection in enumerate(waiting):
                request = f"GET /sparql?query=ASK%7B%7D%23{number} HTTP/1.1\r\nHost: x\r\n\r\n"
                connection.sendall(request.encode())
            wanted = len(workers)
            health = f"{server.address}/health"
            assert server.until(lambda: client.get(health).json()["workers"]["waiting"] == 1)
            assert wanted
            os.kill(keeper, signal.SIGKILL)
            for connection in waiting:
                answer = connection.recv(65_536).decode()
                assert answer.startswith("HTTP/1.1 503")
                assert "problem/loading" in answer
                assert re.search(r"retry-after: \d", answer, re.IGNORECASE)


def test_files_are_served_from_disk_as_from_memory(
    start: Callable[..., Any], data_file: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "data.nt.gz"
    packed.write_bytes(gzip.compress(data_file.read_bytes()))
    queries = [
        "SELECT ?s ?o { ?s <http://example.org/number> ?o } ORDER BY ?s LIMIT 50",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(STRENDS(STR(?s), '99')) }",
        "DESCRIBE <http://example.org/odd>",
    ]
    answers = []
    for mode in ("memory", "disk"):
        with start("--data", packed, "--index", mode) as server:
            answers.append([ask(server.address, query).content for query in queries])
    assert answers[0] == answers[1]
    assert b"3003" in answers[1][1]


def test_the_index_made_of_files_goes_with_the_server(peerkg: Path, data_file: Path, tmp_path: Path) -> None:
    command = [str(peerkg), "serve", "--data", str(data_file), "--index", "disk", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert "serving 3003 statements" in process.stdout.readline()
        assert list(tmp_path.iterdir())
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert list(tmp_path.iterdir()) == []


def test_broken_files_are_one_message_from_disk_too(peerkg: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.nt.gz"
    path.write_bytes(gzip.compress(b"<x:s> <x:p> <x:o> .\n" * 1000)[:-30])
    for mode in ("memory", "disk"):
        command = [str(peerkg), "serve", "--data", str(path), "--index", mode, "--port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), mode
        assert "cut.nt.gz" in done.stderr
        assert "unpacked" in done.stderr


def resident(pid: int) -> int:
    """Megabytes of memory that the process holds for itself."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1000


def test_a_client_that_does_not_read_holds_little_of_the_server(patient: Any) -> None:
    whole = ask(patient.address, f"{LARGE} # whole").content
    assert len(whole) > 40_000_000
    before = resident(patient.process.pid)
    with contextlib.ExitStack() as stack:
        for number in range(3):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", patient.port)))
            query = str(httpx.QueryParams({"query": f"{LARGE} # slow {number}"}))
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert connection.recv(15) == b"HTTP/1.1 200 OK"  # and nothing more is read
        assert resident(patient.process.pid) - before < len(whole) // 1_000_000
    assert ask(patient.address, f"{LARGE} # whole").content == whole


def test_the_room_for_large_answers_is_bounded(start_within: Callable[..., Any], data_file: Path) -> None:
    with start_within(data_file, spool_bytes=2_000_000, seconds=3600) as server:
        small = ask(server.address, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5000")
        assert small.status_code == 200
        assert len(small.content) > 1_100_000
        large = ask(server.address, LARGE)
        assert (large.status_code, large.json()["type"].rsplit("/", 1)[1]) == (503, "room")


def test_memory_is_what_the_narrowest_control_group_leaves(tmp_path: Path) -> None:
    inner = tmp_path / "groups" / "outer" / "inner"
    inner.mkdir(parents=True)
    mine = tmp_path / "cgroup"
    mine.write_text("1:cpu:/elsewhere\n0::/outer/inner\n")
    machine = sandbox.memory(tmp_path / "none", mine)
    assert machine == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text(f"{machine // 3}\n")
    assert sandbox.memory(tmp_path / "groups", mine) == machine // 3
    (inner / "memory.max").write_text(f"{machine // 5}\n")
    assert sandbox.memory(tmp_path / "groups", mine) == machine // 5
    (inner / "memory.max").write_text(f"{machine * 2}\n")
    (inner.parent / "memory.max").unlink()
    assert sandbox.memory(tmp_path / "groups", mine) == machine
