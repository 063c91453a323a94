"""The CPU time and memory of validating made-up works: compiled shapes in memory and on disk, and pySHACL.

    python benchmarks/validation.py 1M [--pyshacl 0.05M]

Each measurement is a process of its own. What is measured includes reading the N-Triples, and for
facts on disk sorting them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import chain
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from benchmarks import works
from benchmarks.synthetic import size
from kg import agreement, checking, statements
from kg.compiled_shapes import InMemory
from kg.concepts import Vocabulary
from kg.gate import Gate
from kg.ordered_facts import Ordered


def _measured(way: str, file: Path, folder: Path) -> dict[str, float | int]:
    """What this process needs for one of the ways."""
    start = time.process_time()
    vocabulary = Vocabulary.load().triples()
    if way == "disk":
        graph = NamedNode("urn:peerkg:works")
        quads = (Quad(one.subject, one.predicate, one.object, graph) for one in vocabulary)
        works_only = (
            Quad(one.subject, one.predicate, one.object, graph)
            for one in parse(path=str(file), format=RdfFormat.N_TRIPLES)
        )
        found = statements.gathered(chain(quads, works_only), folder / "sorted")
        backwards, _ = Gate.load({}).backwards()
        with closing(Ordered(statements.merged(found), folder / "facts", backwards)) as facts_on_disk:
            results = len(agreement.check(facts_on_disk, checking.shapes()).results)
    else:
        triples = (quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES))
        if way == "memory":
            facts = InMemory(one for part in (vocabulary, triples) for one in part)
            results = len(agreement.check(facts, checking.shapes()).results)
        else:
            results = len(checking.check([*vocabulary, *triples], checking.shapes()).results)
    return {
        "cpu": round(time.process_time() - start, 2),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "results": results,
    }


def main() -> None:
    """Measure, and print a line for each way."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("size", type=size, help="how many triples: 0.1M, 1M")
    arguments.add_argument("--pyshacl", type=size, metavar="SIZE", help="measure pySHACL with so many, too")
    arguments.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.one:
        way, file, beside = chosen.one
        print(json.dumps(_measured(way, Path(file), Path(beside))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for way in ("memory", "disk", "pyshacl"):
            triples = chosen.size if way != "pyshacl" else chosen.pyshacl
            if triples is None:
                continue
            file = Path(folder) / f"{triples}.nt"
            if not file.exists():
                works.write(file, triples)
            command = [sys.executable, "-m", "benchmarks.validation", str(triples), "--one", way, str(file)]
            done = subprocess.run([*command, folder], check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            print(f"{way:8} {triples:>9} triples  {found['cpu']:7.2f} CPU-s  {found['mb']:5} MB", end="  ")
            print(f"{found['results']} results", flush=True)


if __name__ == "__main__":
    main()
