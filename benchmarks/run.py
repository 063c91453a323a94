"""Measure the build of the seeds and the endpoint over it, and hold them against the bars.

Figures of a shared machine vary by half; the ratio to the bar is what to look at. Linux only: memory
and processor time of a process and its children come from /proc.

    python benchmarks/run.py [--runs N] [--json]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
PEERKG = Path(sys.executable).with_name("peerkg")
TICKS = os.sysconf("SC_CLK_TCK")
REQUESTS = 300

QUERY = """PREFIX pk: <https://w3id.org/peerkg/ontology#>
SELECT ?study ?role { ?study pk:studiesRole ?role } ORDER BY ?study ?role LIMIT 20"""
"""A small query, as a page asks it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement, and the bar it must stay under, where there is one."""

    what: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def ratio(self) -> float | None:
        """The part of the bar that is used up: above 1 it is broken."""
        return None if self.bar is None else self.value / self.bar


def tree(process: int) -> set[int]:
    """The process and all its descendants."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        parents[int(path.parent.name)] = int(fields[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory(processes: set[int]) -> float:
    """The megabytes the processes hold together; what they share is counted once."""
    total = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        found = re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1000


def processor_time(processes: set[int]) -> float:
    """The seconds of processor time the processes have used so far, their ended children included."""
    total = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def build(directory: Path) -> list[Figure]:
    """Build the seeds into `directory`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(PEERKG), "build", str(ROOT / "seeds"), "--out", str(directory)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory(tree(process.pid)))
        time.sleep(0.1)
    wall = time.perf_counter() - began
    assert process.returncode == 0, "the build failed: run it by hand"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [
        Figure("build of the seeds, wall", wall, "s", 15),
        Figure("build, processor time", used, "s"),
        Figure("build, peak memory", peak, "MB", 400),
    ]


@contextmanager
def serving(directory: Path) -> Iterator[tuple[int, str]]:
    """A server over the releases in `directory`: its process and its address."""
    command = [str(PEERKG), "serve", str(directory), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            ready = re.search(r"http://([^\s/]+)", process.stdout.readline())
            assert ready, "the server printed no ready line: run it by hand"
            yield process.pid, ready[1]
        finally:
            process.terminate()


def endpoint(directory: Path) -> list[Figure]:
    """Serve the releases in `directory` and ask one small query many times, never from a cache."""
    began = time.perf_counter()
    with serving(directory) as (process, address):
        connection = http.client.HTTPConnection(address, timeout=30)
        ask(connection, 0)
        first = time.perf_counter() - began
        for number in range(20):
            ask(connection, -number - 1)  # warm
        before = processor_time(tree(process))
        times = [ask(connection, number + 1) for number in range(REQUESTS)]
        used = processor_time(tree(process)) - before
        held = memory(tree(process))
        connection.close()
    ordered = sorted(times)
    return [
        Figure("serve, first answer after start", first, "s", 2),
        Figure("small query, processor time of the server", 1000 * used / REQUESTS, "ms", 5),
        Figure("small query, p50 over HTTP", 1000 * statistics.median(ordered), "ms"),
        Figure("small query, p95 over HTTP", 1000 * ordered[int(0.95 * REQUESTS)], "ms"),
        Figure("serve, memory", held, "MB"),
    ]


def ask(connection: http.client.HTTPConnection, number: int) -> float:
    """Ask the query once, each time in other words; the seconds until the answer is whole."""
    address = "/sparql?" + urlencode({"query": f"{QUERY}\n# {number}"})
    began = time.perf_counter()
    connection.request("GET", address, headers={"Accept": "application/sparql-results+json"})
    response = connection.getresponse()
    body = response.read()
    taken = time.perf_counter() - began
    assert response.status == 200, body
    assert json.loads(body)["results"]["bindings"], "the query has no rows"
    return taken


def best(rounds: list[list[Figure]]) -> list[Figure]:
    """The lowest value of each figure: what the code can do when the machine lets it."""
    return [min(column, key=lambda figure: figure.value) for column in zip(*rounds, strict=True)]


def main() -> None:
    """Measure and print; exit with 1 if a bar is broken."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--runs", type=int, default=3, help="how often to measure; the best counts")
    arguments.add_argument("--json", action="store_true", help="machine-readable output")
    chosen = arguments.parse_args()
    builds, endpoints = [], []
    for _ in range(chosen.runs):
        with tempfile.TemporaryDirectory() as folder:
            builds.append(build(Path(folder) / "public"))
            endpoints.append(endpoint(Path(folder) / "public"))
    figures = [*best(builds), *best(endpoints)]
    if chosen.json:
        print(json.dumps([{**asdict(figure), "ratio": figure.ratio} for figure in figures], indent=2))
    else:
        for figure in figures:
            bar = "" if figure.ratio is None else f"bar {figure.bar:g} {figure.unit}, used {figure.ratio:.0%}"
            print(f"{figure.what:<44} {figure.value:>9.2f} {figure.unit:<3} {bar}".rstrip())
    sys.exit(any(figure.ratio is not None and figure.ratio > 1 for figure in figures))


if __name__ == "__main__":
    main()
