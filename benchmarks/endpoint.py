"""How quickly a running server answers: queries and pages, alone and beside runaway queries.

    peerkg serve public --port 8000 &
    python benchmarks/endpoint.py http://127.0.0.1:8000 [--seconds S] [--clients 1 4 16] [--json]

Each figure is for clients that ask as fast as they are answered, over connections that stay open. What
counts are ratios: the clients run in the same machine and take their share of it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import threading
import time
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PREFIX = "PREFIX pk: <https://w3id.org/peerkg/ontology#> "
SHAPES = {
    "point": PREFIX + "SELECT ?p ?o { <https://w3id.org/peerkg/role/peer-mentor> ?p ?o }",
    "ask": "ASK { ?s ?p ?o }",
    "star": PREFIX + "SELECT * { ?f a pk:Finding ; pk:findingDirection ?d ; pk:findingBasis ?b } LIMIT 20",
    "path": "SELECT ?b { ?c <http://www.w3.org/2004/02/skos/core#broader>+ ?b } LIMIT 100",
    "aggregate": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "regex": 'SELECT ?s { ?s ?p ?o FILTER(REGEX(STR(?o), "peer.*support", "i")) } LIMIT 100',
    "construct": PREFIX + "CONSTRUCT { ?s ?p ?o } WHERE { ?s a pk:Study ; ?p ?o }",
}
PAGES = {"home": "/", "findings": "/findings", "health": "/health"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What some clients saw of one kind of request."""

    what: str
    clients: int
    each_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def measure(  # noqa: PLR0917 - a row of a table of measurements
    server: str, what: str, path: str, headers: dict[str, str], clients: int, seconds: float
) -> Figure:
    """The figure for clients that ask for an address again; `{}` in it is another number each time."""
    times: list[float] = []
    failed = [0]
    numbers = itertools.count(time.time_ns())
    end = time.monotonic() + seconds

    def client() -> None:
        connection = HTTPConnection(urlsplit(server).netloc, timeout=30)
        while time.monotonic() < end:
            begin = time.perf_counter()
            try:
                connection.request("GET", path.replace("{}", str(next(numbers))), headers=headers)
                response = connection.getresponse()
                response.read()
            except (HTTPException, OSError):
                failed[0] += 1
                connection.close()
                continue
            times.append(time.perf_counter() - begin)
            failed[0] += response.status != 200
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(times) or [float("inf")]
    return Figure(
        what,
        clients,
        len(times) / seconds,
        1000 * statistics.median(ordered),
        1000 * ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))],
        failed[0],
    )


def query(text: str, *, again: bool = False) -> str:
    """The address that asks the query: in other words each time, so that no cache answers, or `again`."""
    return "/sparql?" + urlencode({"query": text}) + ("" if again else "%0A%23{}")


def beside_runaways(server: str, seconds: float, runaways: int = 6) -> tuple[Figure, Figure]:
    """A light query alone, and beside runaway queries that are asked again whenever they are ended."""
    light = query(SHAPES["point"])
    alone = measure(server, "point, alone", light, {}, 1, seconds)
    over = threading.Event()

    def run_away() -> None:
        while not over.is_set():
            connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
            try:
                connection.request("GET", query(ENDLESS))
                connection.getresponse().read()
            except (HTTPException, OSError):
                pass  # an ended query is what is wanted
            finally:
                connection.close()

    threads = [threading.Thread(target=run_away, daemon=True) for _ in range(runaways)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    crowded = measure(server, f"point, beside {runaways} runaways", light, {}, 1, 2 * seconds)
    over.set()
    return alone, crowded


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("server", help="the address that `peerkg serve` printed")
    arguments.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    arguments.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    arguments.add_argument("--json", action="store_true", help="machine-readable output")
    chosen = arguments.parse_args()
    figures = [
        measure(chosen.server, name, query(text), {}, clients, chosen.seconds)
        for name, text in SHAPES.items()
        for clients in chosen.clients
    ]
    figures += [
        measure(
            chosen.server, "point, again", query(SHAPES["point"], again=True), {}, clients, chosen.seconds
        )
        for clients in chosen.clients
    ]
    figures += [
        measure(chosen.server, name, path, {"Accept": "text/html"}, clients, chosen.seconds)
        for name, path in PAGES.items()
        for clients in chosen.clients
    ]
    figures += beside_runaways(chosen.server, chosen.seconds)
    if chosen.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    print(f"{'':<28}{'clients':>8}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}")
    for one in figures:
        print(
            f"{one.what:<28}{one.clients:>8}{one.each_second:>10.0f}{one.p50_ms:>9.2f}{one.p99_ms:>9.2f}"
            f"{one.failed:>8}"
        )


if __name__ == "__main__":
    main()
