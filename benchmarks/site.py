"""How long the site's pages take and how large they are over many works, and whether readers get through.

    python -m benchmarks.site [--works 100k] [--release DIR] [--turns 9] [--no-browser]

A release of so many made-up works is written first (`benchmarks/collection.py`), or taken from DIR where one
lies there already. Each page is asked for several times with other arguments each time, so that no cache
knows it; given are milliseconds and the bytes that pass, packed. The bars are 100 ms for maps and searches
and 150 kB for every page. Then a Chromium without scripts goes the ways of `tests/journeys.py`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from benchmarks import collection
from benchmarks.run import serving
from benchmarks.synthetic import size
from kg import release
from kg.evidence_map import AXES, EvidenceMap
from kg.release import Release
from tests import chromium
from tests.journeys import JOURNEYS

HTML = {"Accept": "text/html"}
BAR, LARGEST = 100.0, 150_000
"""Milliseconds for a map or a search; bytes for a page."""
WORDS = ("peer", "recovery", "hope", "veterans", "mentors", "clinic", "rural", "young", "coaches", "wards")


def loaded(address: str) -> str:
    """The address of a server, when it has loaded its release."""
    while httpx.get(address, headers=HTML, timeout=600).status_code == 503:
        time.sleep(1)
    return address


def pages(of: Release, found: EvidenceMap) -> dict[str, tuple[float | None, Callable[[int], str]]]:
    """What is asked for: for each name the bar, and the address of a turn."""
    named = {
        axis: [path.partition("/")[2] for path in found.concepts if path.startswith(axis)] for axis in AXES
    }
    wide = [path for path in sorted(found.concepts) if path.startswith(("role/", "outcome/"))]
    every = "&".join(f"open={path}" for path in wide if found.narrower.get(path))
    works = of.manifest["counts"]["works"]
    sources = [one["id"] for one in of.manifest["sources"]]

    def concept(axis: str, turn: int) -> str:
        return named[axis][turn * 7 % len(named[axis])]

    return {
        "home": (BAR, lambda turn: f"/?turn={turn}"),
        "map": (BAR, lambda turn: f"/map?from={1990 + turn}"),
        "map, every concept open": (BAR, lambda turn: f"/map?{every}&from={1990 + turn}"),
        "map, settings by populations": (
            BAR,
            lambda turn: f"/map?rows=setting&columns=population&to={2025 - turn}",
        ),
        "map as JSON": (BAR, lambda turn: f"/map.json?{every}&to={2025 - turn}"),
        "search, a word in nearly all": (BAR, lambda turn: f"/search?q={WORDS[turn % len(WORDS)]}"),
        "search with two choices": (
            BAR,
            lambda turn: f"/search?q=peer&outcome={concept('outcome', turn)}&role=peer-worker",
        ),
        "expert search": (
            BAR,
            lambda turn: f"/expert?lines=title:{WORDS[turn % len(WORDS)]}+AND+year:{2000 + turn}",
        ),
        "findings": (None, lambda turn: f"/findings?page={turn + 1}"),
        "findings of a role": (None, lambda turn: f"/findings?role={concept('role', turn)}"),
        "findings of years": (None, lambda turn: f"/findings?from={1990 + turn}&to={2000 + turn}"),
        "study": (None, lambda turn: f"/study/s{turn * 997 % works}.html"),
        "report cited most": (None, lambda turn: f"/report/r{turn}.html"),
        "outcome": (None, lambda turn: f"/outcome/{concept('outcome', turn)}.html"),
        "role of all": (None, lambda turn: f"/role/peer-worker.html?turn={turn}"),
        "direction": (None, lambda turn: f"/direction/improved.html?turn={turn}"),
        "document of half of them": (None, lambda turn: f"/source/{sources[0]}.html?turn={turn}"),
        "journal": (None, lambda turn: f"/journal/j{turn}.html"),
        "person": (None, lambda turn: f"/person/p{turn}.html"),
        "institution": (None, lambda turn: f"/institution/i{turn}.html"),
        "choose studies to compare": (None, lambda turn: f"/compare?turn={turn}"),
    }


def measured(client: httpx.Client, of: Release, turns: int) -> Iterator[dict[str, object]]:
    """The figures of each page: milliseconds of the first turn and of the others, bytes packed."""
    for name, (bar, address) in pages(of, EvidenceMap.read(of.map.read_bytes())).items():
        passed, largest, status = [], 0, set()
        for turn in range(turns):
            start = time.perf_counter()
            answer = client.get(address(turn))
            passed.append(1000 * (time.perf_counter() - start))
            status.add(answer.status_code)
            largest = max(largest, len(gzip.compress(answer.content, 6)))
        later = sorted(passed[1:])
        yield {
            "what": name,
            "first ms": round(passed[0], 1),
            "p50 ms": round(statistics.median(later), 1),
            "p95 ms": round(later[int(0.95 * (len(later) - 1))], 1),
            "bytes": largest,
            "status": sorted(status),
            **({"of the bar": round(statistics.median(later) / bar, 2)} if bar else {}),
            **({"too large": True} if largest > LARGEST else {}),
        }


def travelled(address: str) -> Iterator[dict[str, object]]:
    """Each journey, in seconds; one that does not arrive raises what it met."""
    with chromium.started() as browser:
        if browser is None:
            print("no Chromium: nobody travels", file=sys.stderr)
            return
        page = browser.new_page(base_url=address, java_script_enabled=False)
        page.set_default_timeout(60_000)
        for journey in JOURNEYS:
            start = time.perf_counter()
            journey(page)
            yield {"what": f"journey {journey.__name__}", "s": round(time.perf_counter() - start, 1)}


def main() -> int:
    """Print one line of JSON for each figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--works", type=size, default=size("100k"))
    parser.add_argument("--release", type=Path, default=Path.home() / ".cache/peerkg-benchmarks/site")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--no-browser", action="store_true")
    given = parser.parse_args()
    if not (given.release / "current").exists():
        collection.write(given.release, given.works)
    of = release.current(given.release)
    print(json.dumps({"release": of.id, "works": of.manifest["counts"]["works"]}), flush=True)
    with (
        serving(given.release) as (_, place),
        httpx.Client(base_url=loaded(f"http://{place}"), headers=HTML, timeout=60) as client,
    ):
        for figures in measured(client, of, given.turns):
            print(json.dumps(figures), flush=True)
        for figures in () if given.no_browser else travelled(str(client.base_url)):
            print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
