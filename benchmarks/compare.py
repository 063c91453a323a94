"""peerkg beside other servers, over the same data, in one run.

    python -m benchmarks.compare [--size 0.1M] [--clients 1,4,16] [--seconds 1] [--turns 3] [--only point]
    python -m benchmarks.compare --install

Twelve shapes of queries against Oxigraph's server and rdflib-endpoint, a download against nginx, large
results against bare serialisation, and light queries beside heavy ones. Before anything is timed the
servers must give answers of the same size. On a shared machine the ratios count, and the processor time
that a server used for a request; the clients run on the same machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from benchmarks import endpoint, load, peers, synthetic
from benchmarks.peers import Running
from benchmarks.run import ROOT, processor_time, tree
from benchmarks.shapes import SHAPES, Shape

LIMITS = ("--timeout", "60", "--memory", "4096")  # so that what is slow is measured and not ended


@dataclass(frozen=True, slots=True)
class Row:
    """What so many clients saw of one shape at one server."""

    server: str
    shape: str
    kind: str
    clients: int
    again: bool
    """Whether it was the same query each time."""
    each_second: float
    p50_ms: float
    p99_ms: float
    processor_ms: float
    """Processor time of the server and all its processes for one request."""
    failed: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise, and what was measured."""

    what: str
    measured: float
    bar: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Whether it is kept."""
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar


def rows_of(shape: Shape, answer: load.Answer) -> int:
    """How many rows or triples an answer has."""
    assert answer.status == 200, f"{shape.name}: {answer.status} {answer.body[:500]!r}"
    if shape.is_graph:
        return sum(bool(line.strip()) for line in answer.body.splitlines())
    return len(json.loads(answer.body)["results"]["bindings"])


def agree(servers: list[Running], shapes: list[Shape], triples: int) -> dict[str, int]:
    """The size of each shape's answer; ends the run where servers differ."""
    sizes: dict[str, int] = {}
    for shape in shapes:
        for server in servers:
            request = shape.requests(server.address, server.path, triples, again=False, salt="agree")
            connection = load.connect(server.address)
            size = rows_of(shape, connection.ask(next(request)))
            connection.close()
            if sizes.setdefault(shape.name, size) != size:
                sys.exit(f"{shape.name}: {server.name} has {size} rows, others {sizes[shape.name]}")
        assert sizes[shape.name], f"{shape.name} has no rows"
    return sizes


def measure(server: Running, shape: Shape, triples: int, clients: int, seconds: float, *, again: bool) -> Row:
    """A row of the table."""
    salt = f"{time.time_ns()}-"
    requests = shape.requests(server.address, server.path, triples, again=again, salt=salt)
    load.press(server.address, requests, clients, seconds / 5)  # warm
    before = processor_time(tree(server.process))
    figures = load.press(server.address, requests, clients, seconds)
    used = processor_time(tree(server.process)) - before
    answered = max(1, len(figures.times))
    return Row(
        server.name,
        shape.name,
        shape.kind,
        clients,
        again,
        figures.each_second,
        1000 * figures.median,
        1000 * figures.quantile(0.99),
        1000 * used / answered,
        figures.failed,
    )


def middle(turns: list[Row]) -> Row:
    """The medians of the same figure, measured several times."""
    by = {
        name: statistics.median(getattr(row, name) for row in turns)
        for name in ("each_second", "p50_ms", "p99_ms", "processor_ms")
    }
    return replace(turns[0], **by, failed=sum(row.failed for row in turns))


def processor_ratio(rows: list[Row], *, again: bool) -> float | None:
    """How many times as much processor time oxigraph took for a small query, on average over the shapes."""
    theirs = {(r.shape, r.clients): r.processor_ms for r in rows if r.server == "oxigraph"}
    found = [
        theirs[row.shape, row.clients] / row.processor_ms
        for row in rows
        if (row.server, row.kind, row.again) == ("peerkg", "small", again)
        and row.processor_ms
        and theirs.get((row.shape, row.clients))
    ]
    return statistics.geometric_mean(found) if found else None


def ratio(rows: list[Row], shape: str, clients: int, peer: str, *, again: bool = False) -> float | None:
    """How many times as many requests peerkg answered as the peer; `None` where one was not measured."""
    ours = [r for r in rows if (r.server, r.shape, r.clients, r.again) == ("peerkg", shape, clients, again)]
    theirs = [r for r in rows if (r.server, r.shape, r.clients, r.again) == (peer, shape, clients, False)]
    if not ours or not theirs or not theirs[0].each_second:
        return None
    return ours[0].each_second / theirs[0].each_second


def of_kind(
    rows: list[Row], shapes: list[Shape], kind: str, clients: list[int], peer: str, *, again: bool = False
) -> float | None:
    """The geometric mean of the ratios of a kind of shape."""
    found = [
        one
        for shape in shapes
        if kind in (shape.kind, "all")
        for number in clients
        if (one := ratio(rows, shape.name, number, peer, again=again))
    ]
    return statistics.geometric_mean(found) if found else None


def serialisation(server: Running, shape: Shape, data: Path, triples: int, rounds: int = 5) -> float:
    """The seconds of a large answer over HTTP, by those of query and serialisation within one process."""
    store = Store()
    store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
    bare, served = [], []
    connection = load.connect(server.address)
    requests = shape.requests(server.address, server.path, triples, again=False, salt=f"bare{time.time_ns()}")
    for _ in range(rounds):
        begin = time.perf_counter()
        result = store.query(shape.query(0, triples))
        assert isinstance(result, QuerySolutions)
        body = result.serialize(format=QueryResultsFormat.JSON)
        bare.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        answer = connection.ask(next(requests))
        served.append(time.perf_counter() - begin)
        assert body is not None
        assert abs(len(answer.body) - len(body)) < 1000
    connection.close()
    return min(served) / min(bare)


def download(address: str, path: str, rounds: int) -> tuple[float, float]:
    """The median seconds to the first byte, and the bytes a second, of a file asked for again and again."""
    first, speed = [], []
    connection = load.connect(address)
    request = load.get(address, path)
    for _ in range(rounds):
        connection.send(request)
        whole = connection.receive()
        first.append(time.perf_counter() - connection.began)
        while not whole:
            whole = connection.receive()
        speed.append(connection.received / (time.perf_counter() - connection.began))
        assert connection.status == 200, f"{path}: {connection.status}"
    connection.close()
    return statistics.median(first), statistics.median(speed)


def release_with(data: Path, folder: Path) -> Path:
    """A release of the seeds, with the data packed as one more of its dumps; the path of that below it."""
    command: list[str | Path] = [peers.PEERKG, "build", ROOT / "seeds", "--out", folder]
    subprocess.run(command, check=True, capture_output=True)
    release = (folder / "current").resolve()
    path = release / "dumps" / "synthetic.nt.gz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(data.read_bytes())
    manifest = json.loads((release / "manifest.json").read_bytes())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest["files"].append({"path": "dumps/synthetic.nt.gz", "sha256": digest, "size": path.stat().st_size})
    (release / "manifest.json").write_text(json.dumps(manifest))
    return release


def downloads(data: Path, folder: Path, rounds: int = 30) -> list[Bar]:
    """A dump from nginx and from peerkg."""
    program = peers.found("nginx")
    if program is None:
        return []
    release = release_with(data, folder / "public")
    bars = []
    with (
        peers.nginx(program, folder, release) as static,
        peers.peerkg(folder / "public", log=folder / "release.log") as ours,
    ):
        small, large = "/dumps/tables/works.csv", "/dumps/synthetic.nt.gz"
        for server in (static, ours):
            download(server.address, small, 20)
            download(server.address, large, 2)
        first = [download(server.address, small, 20 * rounds)[0] for server in (static, ours)]
        speed = [download(server.address, large, rounds)[1] for server in (static, ours)]
        bars.append(Bar("first byte of a dump, by nginx's", first[1] / first[0], 1.5, at_least=False))
        bars.append(Bar("throughput of a dump, by nginx's", speed[1] / speed[0], 0.8, at_least=True))
    return bars


def beside_heavy(server: Running, seconds: float) -> Bar:
    """The p99 of light queries beside six heavy ones."""
    alone, crowded = endpoint.beside_runaways(server.address, seconds)
    assert not crowded.failed, "light queries failed beside heavy ones"
    most = max(500.0, 60 * alone.p99_ms)
    print(
        f"light queries: p99 {alone.p99_ms:.1f} ms alone, {crowded.p99_ms:.1f} ms beside 6 heavy ones "
        f"(p50 {alone.p50_ms:.1f} and {crowded.p50_ms:.1f})",
        file=sys.stderr,
    )
    return Bar("p99 of light queries beside 6 heavy ones, ms", crowded.p99_ms, most, at_least=False)


def bars_of(rows: list[Row], shapes: list[Shape], clients: list[int], triples: int) -> list[Bar]:
    """The promises about queries that this run can judge."""
    wanted = [
        ("small queries not asked before, by oxigraph's", "small", "oxigraph", False, 0.5, True),
        ("aggregates, by oxigraph's", "aggregate", "oxigraph", False, 2.0, triples >= 1_000_000),
        ("aggregates, by rdflib-endpoint's", "aggregate", "rdflib-endpoint", False, 20.0, True),
        ("all shapes asked again, by oxigraph's", "all", "oxigraph", True, 3.0, True),
        ("small queries asked again, by oxigraph's", "small", "oxigraph", True, 3.0, True),
    ]
    bars = []
    for what, kind, peer, again, bar, promised in wanted:
        mean = of_kind(rows, shapes, kind, clients, peer, again=again)
        if mean is not None:
            bars.append(Bar(what, mean, bar if promised else 0.0, at_least=True))
    for words, again in (("not asked before", False), ("asked again", True)):
        mean = processor_ratio(rows, again=again)
        if mean is not None:
            bars.append(Bar(f"the same by processor time, {words}", mean, 0.0, at_least=True))
    return bars


def table(rows: list[Row]) -> None:
    """Print requests a second and processor time of each shape, and the ratios."""
    if not rows:
        return
    print(
        f"{'':<16}{'clients':>8}{'oxigraph':>10}{'peerkg':>9}{'ratio':>7}{'again':>9}{'ratio':>7}"
        f"{'CPU ms ox':>11}{'peerkg':>8}{'again':>8}{'failed':>8}"
    )
    for shape, number in dict.fromkeys((row.shape, row.clients) for row in rows):
        here = [row for row in rows if (row.shape, row.clients) == (shape, number)]
        cells = {(row.server, row.again): row for row in here}
        theirs, ours = cells.get(("oxigraph", False)), cells.get(("peerkg", False))
        again = cells.get(("peerkg", True))
        if ours is None or again is None:
            continue
        first = ratio(rows, shape, number, "oxigraph")
        second = ratio(rows, shape, number, "oxigraph", again=True)
        print(
            f"{shape:<16}{number:>8}{_or_dash(theirs.each_second if theirs else None, '.0f'):>10}"
            f"{ours.each_second:>9.0f}{_or_dash(first, '.2f'):>7}{again.each_second:>9.0f}"
            f"{_or_dash(second, '.1f'):>7}{_or_dash(theirs.processor_ms if theirs else None, '.2f'):>11}"
            f"{ours.processor_ms:>8.2f}{again.processor_ms:>8.2f}{ours.failed + again.failed:>8}"
        )
    for row in rows:
        if row.server == "rdflib-endpoint":
            by = ratio(rows, row.shape, row.clients, row.server)
            print(f"{row.shape:<16}rdflib-endpoint {row.each_second:.3f} a second: peerkg {by:,.0f} times")


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


PARTS = ("queries", "serialisation", "isolation", "downloads")


def main() -> None:
    """Measure and print; exit with 1 if a promise is broken."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--install", action="store_true", help="install the peers of PyPI, and end")
    arguments.add_argument("--size", type=synthetic.size, default="0.1M", help="triples: 0.1M, 1M, 5M")
    arguments.add_argument("--clients", default="1,4,16", help="how many ask at once")
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each figure")
    arguments.add_argument(
        "--turns", type=int, default=1, help="how often servers take turns; the median counts"
    )
    arguments.add_argument("--only", default="", help="names of shapes, with commas between")
    arguments.add_argument("--parts", default=",".join(PARTS), help="what is measured")
    arguments.add_argument(
        "--no-rdflib", action="store_true", help="rdflib-endpoint needs minutes to load 1M"
    )
    arguments.add_argument("--json", action="store_true", help="machine-readable output")
    chosen = arguments.parse_args()
    if chosen.install:
        peers.install()
        return
    for name, how in peers.HOW.items():
        if peers.found(name) is None:
            print(f"{name} is not installed and not compared with: {how}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        rows, bars = _measured(Path(temporary), chosen)
    if chosen.json:
        told = [{**asdict(bar), "holds": bar.holds} for bar in bars]
        print(json.dumps({"rows": [asdict(row) for row in rows], "bars": told}, indent=2))
    else:
        table(rows)
        for bar in bars:
            said = f"{'at least' if bar.at_least else 'at most'} {bar.bar:g}"
            verdict = ("holds" if bar.holds else "BROKEN") if bar.bar else ""
            print(f"{bar.what:<52}{bar.measured:>9.2f}  {said if bar.bar else '':<14}{verdict}")
    sys.exit(any(not bar.holds for bar in bars))


def _measured(folder: Path, chosen: argparse.Namespace) -> tuple[list[Row], list[Bar]]:
    triples, seconds, parts = chosen.size, chosen.seconds, chosen.parts.split(",")
    clients = [int(number) for number in chosen.clients.split(",")]
    shapes = [shape for shape in SHAPES if not chosen.only or shape.name in chosen.only.split(",")]
    data = folder / "data.nt"
    synthetic.write(data, triples)
    rows: list[Row] = []
    bars: list[Bar] = []
    with peers.peerkg("--data", data, *LIMITS, log=folder / "peerkg.log") as ours:
        if "queries" in parts:
            rows = _queries(ours, data, folder, shapes, clients, chosen)
            bars += bars_of(rows, shapes, clients, triples)
        if "serialisation" in parts:
            by = serialisation(ours, SHAPES[-1], data, triples)
            bars.append(Bar("100,000 rows of JSON, by bare serialisation", by, 1.3, at_least=False))
        if "isolation" in parts:
            bars.append(beside_heavy(ours, max(2.0, seconds)))
    if "downloads" in parts:
        bars += downloads(data, folder)
    return rows, bars


def _queries(  # noqa: PLR0917 - what is measured
    ours: Running,
    data: Path,
    folder: Path,
    shapes: list[Shape],
    clients: list[int],
    chosen: argparse.Namespace,
) -> list[Row]:
    triples, seconds = chosen.size, chosen.seconds
    rows: list[Row] = []
    servers = [ours]
    with ExitStack() as stack:
        if peers.found("oxigraph") is not None:
            servers.append(stack.enter_context(peers.oxigraph(data, folder)))
        sizes = agree(servers, shapes, triples)
        said = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        print(f"{triples:,} triples; answers agree, rows: {said}", file=sys.stderr)
        asked = [*((one, False) for one in servers[::-1]), (ours, True)]
        for shape, number in itertools.product(shapes, clients):
            turns = [
                [measure(one, shape, triples, number, seconds, again=again) for one, again in asked]
                for _ in range(chosen.turns)
            ]
            rows += [middle(list(column)) for column in zip(*turns, strict=True)]
    if peers.found("rdflib-endpoint") is not None and not chosen.no_rdflib:
        with peers.rdflib_endpoint(data, folder) as slow:
            aggregates = [shape for shape in shapes if shape.kind == "aggregate"]
            agree([ours, slow], aggregates, triples)
            for shape in aggregates:
                rows.append(measure(slow, shape, triples, 1, 0.1, again=False))
                if 1 not in clients:
                    rows.append(measure(ours, shape, triples, 1, seconds, again=False))
    return rows


if __name__ == "__main__":
    main()
