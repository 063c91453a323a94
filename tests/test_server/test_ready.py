"""What is sent again without being made again, and what is not."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg.directory import prune
from server import ready
from server.message import Reply
from tests.releasing import DAY, content, facts, written

FIELDS = [("content-type", "text/csv"), ("etag", '"x"'), ("vary", "Accept"), ("server", "peerkg")]
PATIENCE = 120
QUERY = {"query": "SELECT ?o { <http://example.org/s7> ?p ?o }"}


def test_requests_that_negotiate_otherwise_are_told_apart() -> None:
    given: list[dict[str, str]] = [{}, *({name: "x"} for name in ready.NEGOTIATED)]
    assert len({ready.key("/", "a=b", headers) for headers in given}) == len(given)
    assert ready.key("/", "a=b", {"user-agent": "x"}) == ready.key("/", "a=b", {})
    assert ready.key("/", "a=c", {}) != ready.key("/", "a=b", {}) != ready.key("/x", "a=b", {})


@pytest.mark.parametrize(
    "name", ["range", "if-range", "if-modified-since", "if-unmodified-since", "if-match"]
)
def test_parts_and_conditions_are_not_answered_from_what_is_kept(name: str) -> None:
    assert ready.key("/", "", {name: "x"}) is None


def test_an_answer_that_varies_with_something_else_is_not_kept() -> None:
    reply = Reply.of(200, FIELDS)
    assert ready.kept("pages", FIELDS, reply) is not None
    assert ready.kept("pages", [*FIELDS[:2], ("vary", "accept, Cookie")], reply) is None
    assert ready.kept("pages", [*FIELDS[:2], ("vary", "*")], reply) is None
    assert ready.kept("pages", FIELDS[:1], reply) is None
    assert ready.kept("pages", [*FIELDS, ("cache-control", "no-store")], reply) is None


def test_not_modified_says_nothing_of_the_body() -> None:
    found = ready.kept("pages", FIELDS, Reply.of(200, FIELDS, b"12"))
    assert found is not None
    reply = ready.unmodified(found.whole)
    assert (reply.status, reply.body) == (304, b"")
    assert reply.head.startswith(b"HTTP/1.1 304 Not Modified\r\netag: ")
    assert b"content" not in reply.head


@contextlib.contextmanager
def stopped(server: Any) -> Iterator[None]:
    """The server without its keeper and workers, for a while."""
    pids = server.descendants()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_a_query_asked_again_needs_no_worker(patient: Any) -> None:
    with httpx.Client(base_url=patient.address, timeout=PATIENCE) as client:
        first = client.get("/sparql", params=QUERY)
        with stopped(patient):
            again = client.get("/sparql", params=QUERY)
            head = client.head("/sparql", params=QUERY)
            unchanged = client.get("/sparql", params=QUERY, headers={"If-None-Match": first.headers["etag"]})
        csv = client.get("/sparql", params=QUERY, headers={"Accept": "text/csv"})
    assert (again.status_code, again.content) == (200, first.content)
    assert {**again.headers, "date": ""} == {**first.headers, "date": ""}
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == first.headers["etag"]
    assert "content-type" not in unchanged.headers
    assert csv.headers["content-type"].startswith("text/csv")


@pytest.mark.slow
def test_what_changes_is_asked_again(patient: Any) -> None:
    with httpx.Client(base_url=patient.address, timeout=PATIENCE) as client:
        params = {"query": "SELECT (STRUUID() AS ?u) {}"}
        answers = {client.get("/sparql", params=params).content for _ in range(3)}
    assert len(answers) == 3


@pytest.mark.slow
def test_a_page_sent_again_forgets_what_was_pruned(tmp_path: Path, start: Any) -> None:
    first = written(tmp_path, content(facts(title="first")), DAY)
    written(tmp_path, content(facts(title="second")), DAY + timedelta(days=1))
    with start(tmp_path) as server, httpx.Client(base_url=server.address, timeout=PATIENCE) as client:

        def page() -> str:
            return client.get("/releases/", headers={"Accept": "text/html"}).text

        assert first.id in page()
        with stopped(server):
            assert first.id in page()
        prune(tmp_path, keep=1)
        assert server.until(lambda: first.id not in page())


@pytest.mark.slow
def test_a_dump_sent_again_is_the_dump(seed_release: Path, start: Any) -> None:
    with start(seed_release) as server, httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
        address = "/dumps/peerkg.nt.gz"
        first, again, head = client.get(address), client.get(address), client.head(address)
        part = client.get(address, headers={"Range": "bytes=5-9"})
        unchanged = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        raw = (seed_release / "current" / "dumps" / "peerkg.nt.gz").read_bytes()
    assert first.content == again.content == raw
    assert {**again.headers, "date": ""} == {**first.headers, "date": ""}
    assert (head.content, head.headers["content-length"]) == (b"", str(len(raw)))
    assert (part.status_code, part.content) == (206, raw[5:10])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
