"""Whether another engine holds a release, asked of it before it is trusted to answer for the release."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from kg.formats import N_TRIPLES
from kg.release import Release
from server.engine import WHOLE
from server.pool import Pool, PoolError, StoppedError
from server.spool import whole

_SECONDS = 600.0  # for which an engine may count

# As many pairs as an answer may have rows, if the release has things enough.
_PAIRS = "{ SELECT DISTINCT ?s { ?s ?p ?o } LIMIT 500 } { SELECT DISTINCT ?t { ?t ?q ?u } LIMIT 400 }"


async def prove(pool: Pool, release: Release) -> None:
    """Return if the pool's engine holds the release and gives large answers whole; `PoolError` says what not.

    It must have the release's description and as many statements in each graph; and a table and a graph of
    `WHOLE` rows must come with as many as there are: some engines cut answers and do not say so.
    """
    asked = (
        f"ASK {{ GRAPH <{release.base}graph/description> {{ <{release.base}releases/{release.id}> ?p ?o }} }}"
    )
    if not (await _tables(pool, asked))[0]["boolean"]:
        raise PoolError(
            f"{_name(pool)}: it does not hold release {release.id} (its description is not in the graph "
            f"{release.base}graph/description); load the release's dumps, docs/engines.md says how"
        )
    counts = release.manifest["counts"]
    expected = [("the default graph", "?s ?p ?o", int(counts["triples"]))]
    expected += [
        (f"the graph {name}", f"GRAPH <{name}> {{ ?s ?p ?o }}", int(count))
        for name, count in sorted(counts.get("graphs", {}).items())
    ]
    tables = await _tables(pool, *(f"SELECT (COUNT(*) AS ?n) {{ {what} }}" for _, what, _ in expected))
    for (name, _, count), table in zip(expected, tables, strict=True):
        held = _number(table)
        if held != count:
            raise PoolError(
                f"{_name(pool)}: {name} has {held:,} statements there and {count:,} in release {release.id}; "
                "load the release's dumps, docs/engines.md says how"
            )
    rows, table = await _tables(
        pool, f"SELECT (COUNT(*) AS ?n) {{ {_PAIRS} }}", f"SELECT ?s ?t {{ {_PAIRS} }}"
    )
    beside = f"CONSTRUCT {{ ?s <urn:x:beside> ?t }} {{ {_PAIRS} }}"
    graph = await _asked(pool, {"do": "query", "query": beside, "graph": N_TRIPLES.name})
    wanted = _number(rows)
    given = {"tables": len(table["results"]["bindings"]), "graphs": graph.count(b"\n")}
    for what, found in given.items():
        if found != wanted:
            raise PoolError(
                f"{_name(pool)}: of {what} with {wanted:,} rows it gives {found:,}; let it give at least "
                f"{WHOLE:,} (with Virtuoso, ResultSetMaxRows in virtuoso.ini)"
            )


async def _tables(pool: Pool, *queries: str) -> list[dict[str, Any]]:
    """The results of SELECTs and ASKs, each in JSON."""
    body = await _asked(pool, {"do": "tables", "queries": list(queries)})
    return list(json.loads(body))


async def _asked(pool: Pool, job: dict[str, Any]) -> bytes:
    try:
        head, body = await pool.ask(job, seconds=_SECONDS)
    except StoppedError as stopped:
        raise PoolError(
            f"{_name(pool)}: a question about its data was not answered ({stopped.cause})"
        ) from stopped
    if "error" in head:
        raise PoolError(f"{_name(pool)}: {head['message']}")
    return await asyncio.to_thread(whole, body)


def _name(pool: Pool) -> str:
    return pool.data.engine.url if pool.data.engine is not None else "the index"


def _number(table: dict[str, Any]) -> int:
    return int(table["results"]["bindings"][0]["n"]["value"])
