"""How fast files of records become sorted N-Quads, with how much memory, and how both grow.

    python -m benchmarks.conversion [--size 20k] [--annotated 3k] [--growth 10k,100k] [--jobs 2] [--json]
    python -m benchmarks.conversion --install     # morph-kgc, into ~/.cache/peerkg-benchmarks/morph

Records are made up (`benchmarks/records.py`), the same every time. A figure is what one whole run of `peerkg
convert --jobs N` needs, all its processes together: processor time without that of starting them (a file of a
chunk for each of them is converted for that, and is not counted), and the peak of resident memory, what
processes share counted in each of them.

rdflib and morph-kgc map the same small records by hand to some twenty statements each; they are compared by
statements. Parsing the JSON alone tells how fast the machine is just now.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from benchmarks import records, run
from benchmarks.peers import CACHE
from benchmarks.synthetic import size
from kg.streaming import CHUNK

PEERKG = Path(sys.executable).with_name("peerkg")
MORPH = CACHE / "morph" / "bin" / "python"
PAGE = os.sysconf("SC_PAGE_SIZE")
BARS = {
    ("openalex-small", False): 4_000,
    ("openalex-small", True): 1_500,
    ("openalex", False): None,
    ("openalex", True): None,
    ("pubmed", False): 1_500,
    ("ris", False): 3_000,
}
"""How many records a second of processor time should be converted, by kind and whether words are read."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run needed."""

    what: str
    records: int
    statements: int
    cpu: float
    """Seconds of processor time of all processes, without starting them."""
    peak: float
    """Megabytes of all processes together."""
    bar: int | None = None

    @property
    def speed(self) -> float:
        """Records for a second of processor time."""
        return self.records / self.cpu

    def row(self) -> str:
        """A line of the table."""
        bar = "" if self.bar is None else f"{self.bar:>8,}"
        per_record, speed = self.statements / self.records, self.statements / self.cpu
        told = f"{self.what:34}{self.records:>10,}{self.speed:>10,.0f}{bar:>9}"
        return f"{told}{per_record:>8.0f}{speed:>12,.0f}{self.peak:>8.0f}"


HEAD = f"{'':34}{'records':>10}{'rec/CPU-s':>10}{'bar':>9}{'st/rec':>8}{'st/CPU-s':>12}{'MB':>8}"


def resident(process: int) -> float:
    """The megabytes that a process and its descendants hold, each counted whole."""
    total = 0
    for one in run.tree(process):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return total / 1e6


def spent(command: list[str]) -> tuple[float, float]:
    """The seconds of processor time and the peak of memory of a command; it must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.05)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak


class Runs:
    """Conversions in a folder that is removed afterwards."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.folder = folder
        self.jobs = jobs

    def source(self, form: str, count: int, *, packed: bool = False) -> Path:
        """A file of made-up records, which is made once."""
        path = self.folder / f"{form}-{count}{'.gz' if packed else ''}"
        if packed and not path.exists():
            with gzip.open(path, "wb", compresslevel=1) as file:
                file.writelines(line.encode() for line in records.lines(form, count))
        elif not path.exists():
            records.write(path, form, count)
        return path

    def once(self, source: Path, *, annotated: bool) -> tuple[float, float, int]:
        """The processor time, the memory and the number of statements of converting a file."""
        out = self.folder / "out.nq"
        command = [str(PEERKG), "convert", "--format", "nquads", "--jobs", str(self.jobs), str(source)]
        cpu, peak = spent([*command, "--out", str(out), *([] if annotated else ["--no-annotation"])])
        with out.open("rb") as file:
            count = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        out.unlink()
        return cpu, peak, count

    def measured(self, form: str, count: int, *, annotated: bool, packed: bool = False) -> Measured:
        """What converting so many records of a kind needs."""
        few = CHUNK * self.jobs if self.jobs > 1 else 10
        start, _, before = self.once(self.source(form, few), annotated=annotated)
        source = self.source(form, count + few, packed=packed)
        cpu, peak, statements = self.once(source, annotated=annotated)
        what = f"{form}{' gzip' if packed else ''}{' with annotation' if annotated else ''}"
        bar = BARS.get((form, annotated))
        return Measured(what, count, statements - before, max(cpu - start, 0.01), peak, bar)


def parsing(source: Path, count: int) -> Measured:
    """What parsing JSON Lines alone needs."""
    begin = time.process_time()
    with source.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return Measured("parsing alone (orjson)", count, count, time.process_time() - begin, 0)


BY_HAND = {
    "title": "http://purl.org/dc/terms/title",
    "publication_year": "https://w3id.org/peerkg/ontology#publicationYear",
    "publication_date": "http://purl.org/dc/terms/issued",
    "doi": "http://www.w3.org/2002/07/owl#sameAs",
    "language": "http://purl.org/dc/terms/language",
    "type": "http://purl.org/dc/terms/type",
    "cited_by_count": "https://w3id.org/peerkg/ontology#timesCited",
}
NAME = "http://xmlns.com/foaf/0.1/name"

RDFLIB = """
import json, resource, sys
from rdflib import Graph, Literal, URIRef
table, name, source, out = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
base, graph = "https://w3id.org/peerkg/ontology#", Graph()
with open(source, encoding="utf-8") as file:
    for line in file:
        work = json.loads(line)
        iri = URIRef(work["id"])
        for key, predicate in table.items():
            value = work[key]
            graph.add((iri, URIRef(predicate), URIRef(value) if key == "doi" else Literal(value)))
        journal = work["primary_location"]["source"]
        graph.add((iri, URIRef(base + "journal"), URIRef(journal["id"])))
        graph.add((URIRef(journal["id"]), URIRef(name), Literal(journal["display_name"])))
        graph.add((URIRef(journal["id"]), URIRef(base + "issn"), Literal(journal["issn_l"])))
        for key in ("volume", "first_page", "last_page"):
            graph.add((iri, URIRef(base + key), Literal(work["biblio"][key])))
        for one in work["authorships"]:
            author = URIRef(one["author"]["id"])
            graph.add((iri, URIRef(base + "hasAuthor"), author))
            graph.add((author, URIRef(name), Literal(one["author"]["display_name"])))
            graph.add((author, URIRef(base + "orcid"), URIRef(one["author"]["orcid"])))
with open(out, "w", encoding="utf-8") as file:
    file.writelines(sorted(set(graph.serialize(format="nt").splitlines(keepends=True))))
"""

RML = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
{maps}
"""


def rml(source: Path) -> str:
    """The same mapping for morph-kgc."""
    base, maps = "https://w3id.org/peerkg/ontology#", list[str]()

    def add(name: str, iterator: str, subject: str, rows: list[tuple[str, str, bool]]) -> None:
        said = "".join(
            f'; rr:predicateObjectMap [ rr:predicate <{predicate}> ; rr:objectMap [ rml:reference "{key}"'
            f"{' ; rr:termType rr:IRI' if is_iri else ''} ] ] "
            for key, predicate, is_iri in rows
        )
        maps.append(
            f'<#{name}> rml:logicalSource [ rml:source "{source}" ; rml:referenceFormulation ql:JSONPath ; '
            f'rml:iterator "{iterator}" ] ; rr:subjectMap [ rml:reference "{subject}" ; rr:termType rr:IRI ] '
            f"{said}."
        )

    work = [(key, predicate, key == "doi") for key, predicate in BY_HAND.items()]
    work += [(f"biblio.{key}", base + key, False) for key in ("volume", "first_page", "last_page")]
    work += [("primary_location.source.id", f"{base}journal", True)]
    work += [("authorships[*].author.id", f"{base}hasAuthor", True)]
    add("work", "$[*]", "id", work)
    journal = [("display_name", NAME, False), ("issn_l", f"{base}issn", False)]
    add("journal", "$[*].primary_location.source", "id", journal)
    author = [("display_name", NAME, False), ("orcid", f"{base}orcid", True)]
    add("author", "$[*].authorships[*].author", "id", author)
    return RML.format(maps="\n".join(maps))


def peers(runs: Runs, count: int) -> Iterator[Measured | str]:
    """What others need for the same small records, or why they are left out."""
    source, out = runs.source("openalex-small", count), runs.folder / "peer.nt"
    few = runs.source("openalex-small", 10)
    command = [sys.executable, "-c", RDFLIB, json.dumps(BY_HAND), NAME]
    start, _ = spent([*command, str(few), str(out)])
    cpu, peak = spent([*command, str(source), str(out)])
    yield Measured("rdflib, by hand", count, lines_of(out), cpu - start, peak)
    if not MORPH.exists():
        yield "morph-kgc is not installed: python -m benchmarks.conversion --install"
        return
    spending = []
    for lines in (few, source):
        array = runs.folder / "array.json"
        array.write_text(f"[{','.join(lines.read_text(encoding='utf-8').splitlines())}]", encoding="utf-8")
        (runs.folder / "map.ttl").write_text(rml(array), encoding="utf-8")
        config = runs.folder / "morph.ini"
        config.write_text(
            f"[CONFIGURATION]\noutput_file: {out}\nlogging_level: ERROR\nnumber_of_processes: 1\n"
            f"[DataSource1]\nmappings: {runs.folder / 'map.ttl'}\n"
        )
        spending.append(spent([str(MORPH), "-m", "morph_kgc", str(config)]))
    yield Measured("morph-kgc", count, lines_of(out), spending[1][0] - spending[0][0], spending[1][1])


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def exponent(small: Measured, large: Measured) -> float:
    """How processor time grows with the number of records: 1 is linear."""
    return math.log(large.cpu / small.cpu) / math.log(large.records / small.records)


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--size", type=size, default=20_000, help="how many records")
    arguments.add_argument("--annotated", type=size, default=3_000, help="how many where words are read")
    arguments.add_argument("--growth", default="10k,100k", help="sizes between which growth is measured")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", default="", help="kinds of records, separated by commas; peers, growth")
    arguments.add_argument("--install", action="store_true", help="install morph-kgc, and measure nothing")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--folder", type=Path, help="where files are made, if not in the temporary folder")
    chosen = arguments.parse_args()
    if chosen.install:
        subprocess.run([sys.executable, "-m", "venv", MORPH.parent.parent], check=True)
        subprocess.run([MORPH, "-m", "pip", "install", "--quiet", "morph-kgc"], check=True)
        return
    found: list[Measured] = []

    def told(one: Measured) -> Measured:
        found.append(one)
        if not chosen.json:
            print(one.row(), flush=True)
        return one

    if not chosen.json:
        print(f"{HEAD}   (bar: 500 MB)")
    wanted = set(filter(None, chosen.only.split(",")))
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        runs = Runs(Path(name), chosen.jobs)
        told(parsing(runs.source("openalex-small", chosen.size), chosen.size))
        for form, annotated in BARS:
            if not wanted or form in wanted:
                count = chosen.annotated if annotated else chosen.size
                told(runs.measured(form, count, annotated=annotated))
        if not wanted or "peers" in wanted:
            for one in peers(runs, chosen.annotated):
                print(one, file=sys.stderr) if isinstance(one, str) else told(one)
        if not wanted or "growth" in wanted:
            counts = [size(part) for part in chosen.growth.split(",")]
            grown = [told(runs.measured("openalex-small", count, annotated=False)) for count in counts]
            told(runs.measured("openalex-small", counts[0], annotated=False, packed=True))
            if not chosen.json:
                print(f"exponent of growth: {exponent(grown[0], grown[-1]):.2f} (bar 1.05)")
    if chosen.json:
        print(json.dumps([asdict(one) for one in found], indent=1))


if __name__ == "__main__":
    main()
