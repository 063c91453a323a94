"""A server over a directory of releases: what is published next is taken up, and nothing is dropped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg.directory import prune, roll_back
from server.limits import Limits
from server.pool import Data, Pool
from server.problem import Problem
from server.service import Service
from server.spool import whole
from tests.releasing import BASE, DAY, content, facts, written

pytestmark = pytest.mark.slow

TITLES = "SELECT ?t { ?r <http://purl.org/dc/terms/title> ?t }"


def titles(address: str) -> list[str]:
    response = httpx.get(f"{address}/sparql", params={"query": TITLES}, timeout=120)
    return [row["t"]["value"] for row in response.json()["results"]["bindings"]]


SWITCHES = 4
"""So often another release becomes current while it is asked. It was tried with 20."""


def says(address: str, title: str) -> bool:
    return titles(address) == [title]


def test_releases_are_taken_up_without_a_failed_and_without_a_mixed_answer(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    first = written(tmp_path, content(facts(title="doorbell")))
    with start(tmp_path) as server:
        assert titles(server.address) == ["doorbell"]
        old = server.descendants()
        failures: list[str] = []
        seen: set[tuple[str, str]] = set()
        over = threading.Event()

        def keep_asking() -> None:
            with httpx.Client(base_url=server.address, timeout=120) as client:
                while not over.is_set():
                    for address in (f"/sparql?query={TITLES}", "/report/a.html"):
                        response = client.get(address)
                        if response.status_code != 200:
                            failures.append(f"{response.status_code} {response.text[:200]}")
                        words = "".join(word for word in ("doorbell", "windowsill") if word in response.text)
                        seen.add((response.headers["Peerkg-Release"], words))

        askers = [threading.Thread(target=keep_asking) for _ in range(3)]
        for asker in askers:
            asker.start()
        second = written(tmp_path, content(facts(title="windowsill")), DAY + timedelta(days=1))
        assert server.until(lambda: titles(server.address) == ["windowsill"])
        assert server.until(lambda: (second.id, "windowsill") in seen)
        for number in range(1, SWITCHES):
            name, title = ((second.id, "windowsill"), (first.id, "doorbell"))[number % 2]
            roll_back(tmp_path, name)
            assert server.until(partial(says, server.address, title))
        over.set()
        for asker in askers:
            asker.join()
        assert failures == []
        assert seen == {(first.id, "doorbell"), (second.id, "windowsill")}
        assert server.gone(old)


def test_a_broken_next_release_leaves_the_old_one_served(start: Callable[..., Any], tmp_path: Path) -> None:
    written(tmp_path, content(facts(title="first")))
    with start(tmp_path) as server:
        second = written(tmp_path, content(facts(title="second")), DAY + timedelta(days=1))
        (second.folder / "manifest.json").write_text("{")
        # What the server says when it has tried; it tries again later.
        assert server.until(lambda: server.says("stays"))
        assert titles(server.address) == ["first"]
        assert httpx.get(f"{server.address}/health").json()["release"] != second.id


def test_each_release_that_is_kept_answers_at_its_own_address(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    released = [
        written(tmp_path, content(facts(title=title)), DAY + timedelta(days=number))
        for number, title in enumerate(["first", "second", "third", "fourth"])
    ]
    with start(tmp_path) as server, httpx.Client(base_url=server.address, timeout=120) as client:
        for release, title in zip(released, ["first", "second", "third", "fourth"], strict=True):
            # More than are open at once: those asked before make room.
            response = client.get(f"/releases/{release.id}/sparql", params={"query": TITLES})
            assert [row["t"]["value"] for row in response.json()["results"]["bindings"]] == [title]
            assert response.headers["peerkg-release"] == release.id
            assert response.headers["cache-control"] == "public, max-age=86400"
        changing = client.get(f"/releases/{released[0].id}/sparql", params={"query": "ASK { FILTER(NOW()) }"})
        assert changing.headers["cache-control"] == "no-cache"
        current = client.get("/sparql", params={"query": TITLES})
        assert current.headers["peerkg-release"] == released[3].id
        permalink = str(current.url.join(current.headers["content-location"]))
        assert f"/releases/{released[3].id}/sparql?" in permalink
        assert client.get(permalink).content == current.content
        posted = client.post(f"/releases/{released[1].id}/sparql", data={"query": TITLES, "format": "csv"})
        assert posted.text == "t\r\nsecond\r\n"
        update = client.post(f"/releases/{released[1].id}/sparql", data={"update": "CLEAR ALL"})
        assert update.status_code == 403
        assert len(server.descendants()) <= 3 + 2 * 3
        page = client.get(
            f"/releases/{released[0].id}/sparql", params={"query": TITLES}, headers={"Accept": "text/html"}
        )
        assert "first" in page.text
        assert page.headers["peerkg-release"] == released[0].id


def test_a_release_that_is_kept_no_more_says_so(start: Callable[..., Any], tmp_path: Path) -> None:
    released = [
        written(tmp_path, content(facts(title=title)), DAY + timedelta(days=number))
        for number, title in enumerate(["first", "second", "third"])
    ]
    assert prune(tmp_path, 1) == [released[0].id, released[1].id]
    with start(tmp_path) as server:
        for gone in released[:2]:
            address = f"{server.address}/releases/{gone.id}/sparql"
            response = httpx.get(address, params={"query": TITLES}, timeout=120)
            problem = response.json()
            assert (response.status_code, problem["type"].rpartition("/")[2]) == (410, "pruned")
            assert (problem["release"], problem["current"]) == (gone.id, released[2].id)
        for name in ("2020-01-01-00000000", "%2e%2e", "current", "..%2f..%2fetc"):
            address = f"{server.address}/releases/{name}/sparql"
            response = httpx.get(address, params={"query": TITLES}, timeout=120)
            assert response.status_code == 404


def test_old_releases_are_opened_once_and_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    released = [
        written(tmp_path, content(facts(title=title)), DAY + timedelta(days=number))
        for number, title in enumerate(["first", "second", "third", "fourth"])
    ]

    async def ask() -> None:
        service = Service(Limits(archived=2, archived_seconds=0, workers=1), directory=tmp_path)
        await service.start()
        try:
            together = await asyncio.gather(*(service.edition_of(released[0].id) for _ in range(5)))
            assert len({id(edition) for edition in together}) == 1
            first = together[0]
            first.users += 1
            second = await service.edition_of(released[1].id)
            second.users += 1
            with pytest.raises(Problem, match="queue"):
                await service.edition_of(released[2].id)
            second.users -= 1
            await service.edition_of(released[2].id)
            assert await service.edition_of(released[0].id) is first
            first.users -= 1
            service._archive.tidy()
            assert await service.edition_of(released[0].id) is not first
            with pytest.raises(Problem, match="not-found"):
                await service.edition_of("never")
        finally:
            await service.close()

    asyncio.run(ask())


def test_named_graphs_are_there_and_win_over_from(start: Callable[..., Any], tmp_path: Path) -> None:
    written(tmp_path)
    with start(tmp_path) as server:

        def count(query: str, **parameters: str) -> int:
            response = httpx.get(f"{server.address}/sparql", params={"query": query, **parameters})
            return int(response.json()["results"]["bindings"][0]["n"]["value"])

        everything = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        links = f"{BASE}graph/links"
        assert count(everything, **{"default-graph-uri": links}) == 1
        assert (
            count(everything.replace("{", f"FROM <{BASE}graph/none> {{", 1), **{"default-graph-uri": links})
            == 1
        )
        named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        assert count(named, **{"named-graph-uri": links}) == 1
        assert count(everything, **{"named-graph-uri": links}) == 0
        assert count(named) > 1


def test_the_index_in_memory_and_on_disk_answer_alike(tmp_path: Path) -> None:
    release = written(tmp_path)
    query = """SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }
        FILTER(!isBlank(?s) && !isBlank(?o)) } ORDER BY ?g ?s ?p ?o"""

    async def rows(limits: Limits) -> bytes:
        pool = Pool(Data(index=str(release.index), quads=100), limits)
        await pool.start()
        try:
            _, body = await pool.ask({"do": "query", "query": query, "solutions": "csv", "graph": None})
        finally:
            await pool.close()
        return whole(body)

    in_memory = asyncio.run(rows(Limits(index_in_memory=1_000_000, workers=1)))
    on_disk = asyncio.run(rows(Limits(index_in_memory=0, workers=1)))
    assert in_memory == on_disk
    assert in_memory.count(b"\r\n") > 40
