"""What a query and a request may cost, in one place; `docs/problems.md` explains each to a client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server.

    The lexical ones stand at a tenth or less of what was measured to overflow Oxigraph's parser or
    optimiser (docs/decisions/0051): the smallest depth that ended a process was 2,189 braces.
    """

    query_bytes: int = 262_144
    """Bytes of one query; also of a request body that carries one."""
    nesting: int = 100
    """Depth of open `{`, `(`, `[`, `<<` and `{|` together."""
    chain: int = 500
    """Operators, UNIONs, path steps or other pieces in one row."""
    elements: int = 2_000
    """Patterns, clauses and projections of one query."""

    seconds: float = 10.0
    """Time of one query, waiting for a worker not included."""
    queue_seconds: float = 5.0
    """Time a query may wait for a worker."""
    queue: int = 64
    """Queries that may wait at once."""
    memory_bytes: int = 1_073_741_824
    """Memory a worker may take beyond what it started with."""
    result_bytes: int = 268_435_456
    """Size of one serialised result."""

    workers: int = 2
    """Workers kept ready for queries that have just come in."""
    heavy_workers: int = 6
    """Queries that may go on, at low priority, after `light_seconds`."""
    heavy_waiting: int = 18
    """Queries that may be stopped until there is room among those."""
    light_seconds: float = 0.1
    """After this a query counts as heavy."""

    index_in_memory: int = 3_000_000
    """Up to this many quads a release is held in memory; a larger one is read from its index on disk.

    The command chooses by the machine's memory (`in_memory`).
    """
    cache_bytes: int = 134_217_728
    """Memory for answers and pages that were given already; half for each."""
    body_seconds: float = 10.0
    """Time a client may take to send its request body."""
    bodies_bytes: int = 268_435_456
    """Room for request bodies that are being received, as long as they say they are."""
    archived: int = 2
    """Releases that are kept but not current which may be open at once."""
    archived_seconds: float = 300.0
    """How long one of them stays open after it was last asked."""
    client_budget: float = 0.0
    """Seconds of work a client may use in a minute; 0 for no bound."""
    client_queries: int = 6
    """Queries that a client with a budget may have running at once."""
    header_seconds: float = 10.0
    """Time a client may take to send the head of its request."""
    idle_seconds: float = 60.0
    """Time for which a connection stays open without a request."""
    send_seconds: float = 60.0
    """Time after which a client that takes in nothing of its answer is given up."""
    connections: int = 4096
    """Connections at once; beyond that the one that has waited longest for a request is closed."""

    spool_bytes: int = 2_147_483_648
    """Room for large answers, in files without names, until they have been sent."""

    address: str = ""
    """Where people reach the server, for the few documents that need it; else as each client calls it."""

    federation: tuple[str, ...] = ()
    """The endpoints that a query may name after SERVICE; none by default."""
    federation_calls: int = 4
    """Different SERVICE clauses of one query."""
    federation_queries: int = 4
    """Queries for which other endpoints are asked at once."""
    federation_bytes: int = 4_194_304
    """Size of one answer of another endpoint."""


_STATEMENT = 500  # bytes that one takes in memory: 360 to 400, and while they are loaded 440 to 640
_MOST_IN_MEMORY = 10_000_000  # so many are loaded in about a minute


def in_memory(memory: int) -> int:
    """How many statements are held in memory on a machine with so many bytes of it.

    They take a quarter of it at most: while one release follows another, both are there.

    >>> in_memory(8 * 1024**3), in_memory(1024**4)
    (4294967, 10000000)
    """
    return min(memory // 4 // _STATEMENT, _MOST_IN_MEMORY)
