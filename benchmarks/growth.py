"""How the time and the memory of a conversion grow with hostile documents of every format.

    python benchmarks/growth.py [--size KB] [--format NAME ...] [--piece TEXT ...] [--all]

A document is a sample with one piece repeated in it (a character of each class, brackets, citations,
references, authors, findings, each line of the sample itself, the whole sample) until it has SIZE, twice
and four times SIZE. Each is converted from its bytes to its quads in a process of its own. Printed are the
cases of which the processor time grows faster than the text by more than the clock can err (`--all`: every
case): the exponent (1 is linear), the seconds and the peak of the memory for a megabyte. Exits with 1 if
there is one.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from kg.concepts import Vocabulary
from kg.conversion import convert
from kg.settings import Settings
from kg.source import Source
from kg.sources import formats

SAMPLES = Path(__file__).parent.parent / "tests" / "samples"
EXPECTED = (".expected.ttl", ".problems.txt")
LIMIT = 100
"""Seconds of processor time that a case may take."""
SUSPICIOUS = 1.4
"""The exponent from which a case is measured again, larger; n log n stays below 1.2."""
SHORTEST = 0.15
"""Seconds: below them the clock and the start of a conversion say more than the growth."""

CHARACTERS = "aA0 \t\n()[]{}<>,.;:-–'\"“*/|=%&#_\u00ad\u200b\u0301\u00a0é中，。：；、［１"


def names(number: int) -> str:
    """A family name for each number."""
    letters = "bcdfghklmnprstvw"
    return "".join(letters[number >> shift & 15] + "aeiou"[number % 5] for shift in (0, 4, 8, 12)).title()


PIECES: dict[str, Callable[[int], str]] = {
    **{f"character {character!r}": lambda _, c=character: c for character in CHARACTERS},  # type: ignore[misc] # mypy cannot type a default of a lambda
    "words": lambda _: "word ",
    "nested brackets": lambda _: "([",
    "closed brackets": lambda _: "()[] ",
    "(and": lambda _: "(and ",
    "word, ": lambda _: "word, ",
    "Word. ": lambda _: "Word. ",
    "lines of words": lambda _: "some words in a line\n",
    "empty paragraphs": lambda _: "Words.\n\n",
    "numbers": lambda number: f"{number} ",
    "citations in brackets": lambda number: f"Hope grew ({names(number)} et al., {1950 + number % 70}).\n",
    "one bracket of citations": lambda number: f"({names(number)}, {1950 + number % 70}; ",
    "numbered references": lambda number: (
        f"[{number + 1}] {names(number)} Q., {1950 + number % 70}, J KEYS, V{number}, P{number}\n"
    ),
    "references in sentences": lambda number: (
        f"{names(number)}, Q., & {names(number + 7)}, R. ({1950 + number % 70}). Doors that open. "
        f"Keys, {number}(2), 1-9.\n"
    ),
    "authors and semicolons": lambda number: f"{names(number)}, Ada; ",
    "authors and commas": lambda number: f"{names(number)} AB, ",
    "authors on lines": lambda number: f"{names(number)}, Ada [{number % 9 + 1}]\n",
    "affiliations": lambda number: f"[{number + 1}] Univ {names(number)}, Dept Doors, Town, Land\n",
    "findings": lambda number: f"Depression declined by {number}% and hope rose (p = 0.0{number % 9}). ",
    "one sentence of findings": lambda number: f"depression declined by {number}%, ",
    "groups": lambda number: f"{number} peer mentors and {number + 3} clients took part. ",
    "one sentence of groups": lambda number: f"{number} peer mentors and ",
    "aims": lambda _: "The aim of this study was to improve hope. ",
    "items": lambda number: f"({number % 30}) low pay, ",
    "claims": lambda number: f"Increased sense of hope ({names(number)}, {1950 + number % 70})\n",
    "tags": lambda _: "<p>",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A format, a sample of it, and what is repeated in it."""

    form: str
    sample: Path
    name: str
    piece: Callable[[int], str]
    line: int
    """Behind which line."""

    def document(self, size: int) -> bytes:
        """The sample with as many pieces as `size` characters hold."""
        text = self.sample.read_bytes().decode()
        lines = text.splitlines(keepends=True)
        parts: list[str] = []
        held = 0
        while held < size:
            parts.append(self.piece(len(parts)))
            held += len(parts[-1])
        return "".join([*lines[: self.line], *parts, *lines[self.line :]]).encode()


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds for each size, and the peak of the memory in MB for the last."""

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    memory: float

    @property
    def exponent(self) -> float:
        """By which power of the size the time grows, from the first to the last size."""
        if math.isinf(self.seconds[-1]):
            return math.inf
        return math.log(self.seconds[-1] / self.seconds[0]) / math.log(self.sizes[-1] / self.sizes[0])


def cases(form: str) -> Iterator[Case]:
    """The cases of a format: each piece behind the first lines and in the middle of the longest sample."""
    texts = [p for p in sorted((SAMPLES / form).glob("*")) if not p.name.endswith(EXPECTED)]
    if not texts:
        return
    sample = max(texts, key=lambda path: (path.suffix == ".txt", path.stat().st_size))
    lines = sample.read_bytes().decode().splitlines(keepends=True)
    longest = max(range(len(lines)), key=lambda number: len(lines[number]))
    places = sorted({longest, longest + 1, len(lines) // 2, len(lines)})
    for name, piece in PIECES.items():
        for place in places:
            yield Case(form, sample, f"{name} at line {place}", piece, place)
    for number, line in enumerate(lines):
        if line.strip():
            yield Case(form, sample, f"line {number + 1} again", lambda _, line=line: line, number)  # type: ignore[misc] # as above
    yield Case(form, sample, "the sample again", lambda _: "".join(lines), len(lines))


def measured(case: Case, size: int) -> Measured:
    """The case at three sizes, each in a process of its own."""
    seconds: list[float] = []
    memory = 0.0
    sizes = (size, 2 * size, 4 * size)
    for one in sizes:
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=convert_once, args=(case.document(one), there))
        process.start()
        there.close()
        try:
            taken, memory = here.recv()
        except EOFError:
            taken = math.inf
        process.join()
        seconds.append(taken)
    return Measured(sizes, tuple(seconds), memory)


def convert_once(data: bytes, answer: Connection) -> None:
    """Convert a document and tell the seconds and the memory; ended by the system at the limit."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    convert(Source.from_bytes("hostile.txt", data), Settings(), Vocabulary.load())
    taken = time.process_time() - began
    answer.send((taken, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000))


def main() -> None:
    """Measure the chosen cases; exit with 1 if one grows faster than its text."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--size", type=int, default=20, help="kB of the smallest document (default 20)")
    arguments.add_argument("--format", action="append", choices=list(formats()), help="only this one")
    arguments.add_argument("--piece", action="append", help="only cases whose name has this text")
    arguments.add_argument("--all", action="store_true", help="print every case")
    chosen = arguments.parse_args()
    Vocabulary.load()
    convert(Source.from_bytes("warm.txt", b"nothing"), Settings(), Vocabulary.load())
    bad = number = 0
    worst = slowest = 0.0
    for form in chosen.format or formats():
        for case in cases(form):
            if chosen.piece and not any(text in case.name for text in chosen.piece):
                continue
            number += 1
            found = measured(case, 1000 * chosen.size)
            if found.exponent > SUSPICIOUS and found.seconds[-1] > SHORTEST:
                found = measured(case, 4000 * chosen.size)
            grows = found.exponent > SUSPICIOUS and found.seconds[-1] > SHORTEST
            megabytes = found.sizes[-1] / 1e6
            worst, slowest = max(worst, found.exponent), max(slowest, found.seconds[-1] / megabytes)
            bad += grows
            if grows or chosen.all:
                print(
                    f"{form:<24} {case.name:<44} exponent {found.exponent:5.2f}"
                    f"  {found.seconds[-1] / megabytes:8.2f} s/MB  {found.memory / megabytes:7.0f} MB/MB",
                    flush=True,
                )
    print(f"{number} cases, {bad} grow faster than the text; at most {slowest:.1f} s for a megabyte")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
