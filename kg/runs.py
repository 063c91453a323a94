"""Sorting more lines than fit into memory: sorted runs in files, merged at the end.

Lines of N-Quads are kept by subject. `<iri>` is never the beginning of another `<iri>`, so subjects in order,
each with its lines in order, are all lines in the order of their bytes: an eighth of the comparisons.
"""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import zstandard

AT_ONCE = 200
"""So many runs are merged in one pass; more become fewer runs first, so that open files stay few."""
BLOCK = 1 << 16
"""So many bytes of each run are read, and of the result written, at a time."""
_GAP = b"\0"
"""Between a subject and its lines in a run: N-Quads hold no such character, for it is escaped there."""


def write(path: Path, lines: Mapping[str, Iterable[str]]) -> None:
    """Write a run: the lines by subject, in order, each once."""
    in_order = sorted(f"<{subject}>" for subject in lines)
    # Equal lines are neighbours then; a set would have to look at every sign of every line.
    entries = (
        "\0".join((subject, *[line for line, _ in groupby(sorted(lines[subject[1:-1]]))]))
        for subject in in_order
    )
    _write(path, (f"{entry}\n".encode() for entry in entries))


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a run of lines of N-Quads, in whatever order they come, without their line feeds."""
    cut = (line.partition(b" ") for line in sorted(set(lines)))
    of_subjects = groupby(cut, key=itemgetter(0))
    _write(
        path, (_GAP.join((subject, *(rest for _, _, rest in some))) + b"\n" for subject, some in of_subjects)
    )


def merge(runs: Sequence[Path], out: BinaryIO, folder: Path) -> int:
    """Write the lines of all runs to `out`, sorted, each once; how many there are. The runs are removed."""
    left = fewer(runs, folder, keep=False)
    count = 0
    for block in _blocks(map(_lines, _joined(left))):
        out.write(block)
        count += block.count(b"\n")
    return count


def entries(runs: Sequence[Path]) -> Iterator[list[bytes]]:
    """Each subject of the runs, in order, with what stands behind it in each of its lines; the runs stay."""
    for entry in _joined(runs, keep=True):
        yield entry[:-1].split(_GAP)


def write_entries(path: Path, found: Iterable[Sequence[bytes]]) -> None:
    """Write a run of such entries, which are in order."""
    _write(path, (_GAP.join(entry) + b"\n" for entry in found))


def fewer(runs: Sequence[Path], folder: Path, *, keep: bool = True) -> tuple[Path, ...]:
    """The runs, merged into new ones in the folder until they can be read at once."""
    left, number = list(runs), 0
    while len(left) > AT_ONCE:
        number += 1
        enough = min(AT_ONCE, len(left) - AT_ONCE + 1)
        some, left = left[:enough], left[enough:]
        joined = folder / f"joined-{number}.run"
        _write(joined, _joined(some, keep=keep))
        left.append(joined)
    return tuple(left)


def _write(path: Path, entries: Iterable[bytes]) -> None:
    # Half of what a run holds is the same few addresses: packed, it is a tenth as large.
    with path.open("wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as packed:
        for block in _blocks(entries):
            packed.write(block)


def _read(path: Path, opened: ExitStack) -> Iterator[bytes]:
    file = opened.enter_context(path.open("rb"))
    return iter(io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file), BLOCK))


def _joined(runs: Sequence[Path], *, keep: bool = False) -> Iterator[bytes]:
    """The entries of runs in order, one for each subject; then the runs are removed, if they are not kept."""
    with ExitStack() as opened:
        last, subject = b"", _GAP
        for entry in heapq.merge(*(_read(run, opened) for run in runs)):
            if not entry.startswith(subject):
                if last:
                    yield last
                last, subject = entry, entry[: entry.index(_GAP) + 1]
            elif entry != last:
                lines = {*last[len(subject) : -1].split(_GAP), *entry[len(subject) : -1].split(_GAP)}
                last = subject + _GAP.join(sorted(lines)) + b"\n"
        if last:
            yield last
    for run in () if keep else runs:
        run.unlink()


def _lines(entry: bytes) -> bytes:
    subject, _, rest = entry.partition(_GAP)
    return subject + b" " + rest.replace(_GAP, b"\n" + subject + b" ")


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    block: list[bytes] = []
    size = 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size >= BLOCK:
            yield b"".join(block)
            block, size = [], 0
    yield b"".join(block)
