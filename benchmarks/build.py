"""What a build needs, stage by stage: time, processor time, peak of memory, bytes written; and how it grows.

    python -m benchmarks.build [--sizes 2k,10k] [--kind openalex-small] [--jobs 2] [--again] [--json]

The works are made up (`benchmarks/records.py`), the same every time: a small one becomes some forty
statements of fact, one with addresses, abstract, topics and references some three times as many. A stage is
what `peerkg build` says it is at; processor time and memory are those of all its processes together, what
they share counted once. Bytes are those that lie in the output folder when the stage ends, so that a stage
which cleans up has fewer than the one before. `--again` adds one more document to the largest folder and
builds it once more into the same output. Linux only: the figures come from /proc.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import records, run
from benchmarks.synthetic import size

PEERKG = Path(sys.executable).with_name("peerkg")
BARS = {100_000: (8 * 60, 3_000), 1_000_000: (90 * 60, 6_000)}
"""Seconds and megabytes that a build of so many works may need."""
EXPONENT = 1.1
_STAGE = re.compile(r"^([a-z][a-z ]*) \.\.\.$")


@dataclass(slots=True)
class Stage:
    """What one stage needed: seconds, megabytes at most, bytes in the output folder at its end."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    held: int = 0


@dataclass(slots=True)
class Build:
    """One build."""

    works: int
    what: str
    stages: list[Stage] = field(default_factory=list)
    last: str = ""

    @property
    def total(self) -> Stage:
        """All stages together."""
        return Stage(
            "all",
            sum(one.wall for one in self.stages),
            sum(one.cpu for one in self.stages),
            max(one.peak for one in self.stages),
            self.stages[-1].held,
        )


def build(works: int, what: str, folder: Path, output: Path, jobs: int) -> Build:
    """Build the folder, and look at its processes ten times a second."""
    done = Build(works, what, [Stage("starting")])
    command = [str(PEERKG), "build", str(folder), "--out", str(output), "--jobs", str(jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        said: list[str] = []
        reader = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
        reader.start()
        began, used, heard = time.perf_counter(), 0.0, 0
        while process.poll() is None:
            tree = run.tree(process.pid)
            current = done.stages[-1]
            current.peak = max(current.peak, run.memory(tree))
            now = run.processor_time(tree)
            # A process that ended took its time along, until its parent waited for it.
            current.cpu += max(now - used, 0.0)
            used = max(now, used)
            for name in said[heard:]:
                current = done.stages[-1]
                current.wall, began = current.wall + time.perf_counter() - began, time.perf_counter()
                current.held = _bytes(output)
                if name != current.name:
                    done.stages.append(Stage(name))
            heard = len(said)
            time.sleep(0.1)
        done.last = process.stdout.read().strip()
        reader.join()
        assert process.returncode == 0, "the build failed: run it by hand"
    current = done.stages[-1]
    current.wall, current.held = current.wall + time.perf_counter() - began, _bytes(output)
    return done


def _listen(stream: Iterable[str], said: list[str]) -> None:
    for line in stream:
        found = _STAGE.match(line)
        said += [found[1]] if found else []


def _bytes(folder: Path) -> int:
    """The bytes under a folder in which files and folders come and go."""
    total = 0
    for root, _, files in os.walk(folder):
        for path in (Path(root) / name for name in files):
            try:
                total += path.lstat().st_size if not path.is_symlink() else 0
            except FileNotFoundError:
                continue
    return total


def shown(done: Build) -> str:
    """The build as a table."""
    lines = [f"{done.works:,} works, {done.what}: {done.last}"]
    lines.append(f"  {'stage':<14}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}{'MB on disk':>12}")
    lines += [
        f"  {one.name:<14}{one.wall:>10.1f}{one.cpu:>10.1f}{one.peak:>10.0f}{one.held / 1e6:>12.1f}"
        for one in (*done.stages, done.total)
    ]
    if bar := BARS.get(done.works):
        lines.append(f"  bars: {bar[0]} s and {bar[1]} MB")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; exit with 1 if a bar is broken."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--sizes", default="2k,10k", help="how many works, separated by commas")
    kinds = [name for name in records.FORMATS if name.startswith("openalex")]
    arguments.add_argument("--kind", choices=kinds, default="openalex-small", help="what the works are like")
    arguments.add_argument("--jobs", type=int, default=2, help="how many processes convert")
    arguments.add_argument(
        "--again", action="store_true", help="add a document to the largest and build again"
    )
    arguments.add_argument("--json", action="store_true", help="machine-readable output")
    chosen = arguments.parse_args()
    builds: list[Build] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in sorted(map(size, chosen.sizes.split(","))):
            folder, output = Path(scratch) / f"works-{number}", Path(scratch) / f"out-{number}"
            folder.mkdir()
            records.write(folder / "works.jsonl", chosen.kind, number)
            builds.append(build(number, "from nothing", folder, output, chosen.jobs))
            if not chosen.json:
                print(shown(builds[-1]), flush=True)
        if chosen.again:
            records.write(folder / "one-more.ris", "ris", 1)
            builds.append(build(number, "one document more", folder, output, chosen.jobs))
            if not chosen.json:
                print(shown(builds[-1]), flush=True)
    full = [one for one in builds if one.what == "from nothing"]
    exponent = None
    if len(full) > 1:
        first, last = full[0], full[-1]
        exponent = math.log(last.total.cpu / first.total.cpu) / math.log(last.works / first.works)
    if chosen.json:
        print(json.dumps({"builds": [asdict(one) for one in builds], "exponent": exponent}, indent=2))
    elif exponent is not None:
        print(f"processor time grows with the power {exponent:.2f} of the works (bar {EXPONENT})")
    over = [one for one in full if (bar := BARS.get(one.works)) and
            (one.total.wall > bar[0] or one.total.peak > bar[1])]  # fmt: skip
    sys.exit(bool(over) or (exponent is not None and exponent > EXPONENT))


if __name__ == "__main__":
    main()
