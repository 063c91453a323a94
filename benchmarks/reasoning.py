"""The CPU time and memory of closing made-up works under our ontology.

    python -m benchmarks.reasoning 0.25M 1M

Each size is a process of its own. Reading the N-Triples is said apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from benchmarks import works
from benchmarks.synthetic import size
from kg import formats, reasoning, resources


def _measured(file: Path) -> dict[str, float | int]:
    """What this process needs to close the file."""
    ontology = [quad.triple for quad in formats.read_file(resources.folder("ontology") / "peerkg.ttl")]
    start = time.process_time()
    data = {quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES)}
    read = time.process_time()
    inferred = reasoning.closure(data, ontology)
    return {
        "given": len(data),
        "inferred": len(inferred),
        "reading": round(read - start, 2),
        "closing": round(time.process_time() - read, 2),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Measure, and print a line for each size."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("sizes", type=size, nargs="*", help="how many triples: 0.25M, 1M")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.one:
        print(json.dumps(_measured(Path(chosen.one))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for triples in chosen.sizes:
            file = Path(folder) / f"{triples}.nt"
            works.write(file, triples)
            command = [sys.executable, "-m", "benchmarks.reasoning", "--one", str(file)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            print(f"{found['given']:>9} given  {found['inferred']:>9} inferred", end="  ")
            print(f"{found['reading']:6.2f} CPU-s to read", end="  ")
            print(f"{found['closing']:6.2f} to close  {found['mb']:5} MB", flush=True)


if __name__ == "__main__":
    main()
