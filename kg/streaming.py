"""Files of any size as sorted N-Quads, each line once, in bounded memory.

The records of a file are handed in chunks to processes; each collects lines by subject and writes a sorted
run to disk whenever it holds enough; the runs are merged at the end. Every line is a pure function of its
record: things are one where their strongest key, and so their IRI, is the same. What only several keys or
documents together make one is decided by `kg.linking`, for a release.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

from kg import conversion, runs
from kg.beside import as_child
from kg.concepts import Vocabulary
from kg.conversion import LOST
from kg.lines import Lines
from kg.opening import File
from kg.parallel import ConverterDiedError
from kg.problems import Problem
from kg.reading.fields import Tally
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, UnknownFormatError, formats, name_of, stream_format

CHUNK = 200
"""So many records are handed to a process at once."""
MOST_LINES = 250_000
"""So many lines are held by a process before it writes a run; they need about 60 MB."""
MOST_BYTES = 24 << 20
"""So many bytes of records are read by a process before it writes a run."""


@dataclass(slots=True)
class Streamed:
    """What was converted: how many records and reports, and how many lines were written."""

    records: int = 0
    reports: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """What a process needs to know to convert records."""

    settings: Settings
    annotated: bool
    folder: Path


@dataclass(slots=True)
class Chunk:
    """What came of some records: how many reports, the problems, what became of their fields."""

    reports: int = 0
    problems: list[Problem] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class Converter:
    """Turns records into runs of lines in a folder; one in each process."""

    def __init__(self, task: Task, name: str) -> None:
        self._task = task
        self._name = name
        self._lines = Lines()
        self._bytes = 0
        self._per_subject = 100.0
        """So many lines a subject had when they were counted last."""
        self._runs = 0

    def records(self, form: StreamFormat, sources: Iterable[Source]) -> Chunk:
        """Collect what the records become."""
        chunk = Chunk()
        settings = self._task.settings
        vocabulary = Vocabulary.load() if self._task.annotated else None
        for source in sources:
            written = conversion.lines_of_record(form, source, settings, vocabulary, self._lines)
            chunk.reports += written.reports
            chunk.problems += written.problems
            chunk.tally.add(written.tally)
            self._bytes += len(source.data) + len(source.text)
        if self._bytes > MOST_BYTES or self._is_full():
            self.flush()
        return chunk

    def _is_full(self) -> bool:
        """Whether it holds more than the most lines, which are counted where that may be."""
        subjects = len(self._lines)
        if subjects * self._per_subject < MOST_LINES / 2:
            return False
        count = sum(map(len, self._lines.values()))
        self._per_subject = count / subjects
        return count > MOST_LINES

    def document(self, converted: conversion.Conversion) -> None:
        """Collect what a document became that is no record of a stream, or what is said of a file."""
        conversion.lines_of(converted, self._task.settings, self._lines)

    def flush(self) -> None:
        """Write what is held as a run."""
        if self._lines:
            self._runs += 1
            runs.write(self._task.folder / f"{self._name}-{self._runs:06}.run", self._lines)
        self._lines = Lines()
        self._bytes = 0


def stream(
    files: Iterable[File],
    task: Task,
    out: BinaryIO,
    *,
    jobs: int,
    told: Callable[[Problem], None],
    counted: Callable[[int], None] = lambda _: None,
) -> Streamed:
    """Write what the files become to `out`: sorted N-Quads, each line once.

    `told` is given every problem, in the order of the records; `counted` now and then how many there were.
    """
    done = Streamed()
    here = Converter(task, "here")
    with _workers(task, jobs, here) as work:
        for file in files:
            _file(file, task, work, here, done, told, counted)
        work.finish()
    here.flush()
    done.lines = runs.merge(sorted(task.folder.glob("*.run")), out, task.folder)
    return done


def _file(  # noqa: PLR0917 - one file of several, of which one account is kept
    file: File,
    task: Task,
    work: _Work,
    here: Converter,
    done: Streamed,
    told: Callable[[Problem], None],
    counted: Callable[[int], None],
) -> None:
    """Convert one file; what is said of the file itself comes last."""
    try:
        form = stream_format(file)
    except UnknownFormatError:
        form = None  # which is said below
    if form is None:
        for one in conversion.convert_file(file, task.settings, Vocabulary.load()):
            here.document(one)
            done.records += one.records
            done.reports += len(one.reports)
            for problem in one.problems:
                told(problem)
        return
    count, reports, tally, cutting = 0, 0, Tally(), list[Problem]()

    def sources() -> Iterator[Source]:
        nonlocal count
        for record in conversion.records(form, file):
            if isinstance(record, Problem):
                cutting.append(record)
                count += record.code in LOST
            else:
                count += 1
                yield record

    for chunk in work.chunks(form, sources()):
        reports += chunk.reports
        tally.add(chunk.tally)
        for problem in chunk.problems:
            told(problem)
        counted(done.records + count)
    last = conversion.of_file(
        form, file, count=count, reports=reports, problems=cutting, settings=task.settings
    )
    here.document(last)
    for problem in last.problems:
        told(problem)
    if tally.unknown:
        told(conversion.unknown_fields(file.head, name_of(form), tally))
    done.records += count
    done.reports += reports


class _Work:
    """Chunks of records, done in this process."""

    def __init__(self, here: Converter) -> None:
        self._here = here

    def chunks(self, form: StreamFormat, sources: Iterator[Source]) -> Iterator[Chunk]:
        """What comes of the records of a file, chunk by chunk."""
        for some in conversion.cut(sources, CHUNK):
            yield self._here.records(form, some)

    def finish(self) -> None:
        """Write what is still held."""


class _Shared(_Work):
    """The same, done in other processes."""

    def __init__(self, pools: Sequence[ProcessPoolExecutor]) -> None:
        self._pools = pools

    def chunks(self, form: StreamFormat, sources: Iterator[Source]) -> Iterator[Chunk]:
        name = name_of(form)
        working: deque[Future[Chunk]] = deque()
        for number, some in enumerate(conversion.cut(sources, CHUNK)):
            packed = [_parts(source) for source in some]
            same = (some[0].path, some[0].digest, some[0].encoding, some[0].size)
            # Two chunks for each process: it has one to go on with while its last is told.
            if len(working) >= 2 * len(self._pools):
                yield working.popleft().result()
            working.append(self._pools[number % len(self._pools)].submit(_in_process, name, same, packed))
        while working:
            yield working.popleft().result()

    def finish(self) -> None:
        for flushed in [pool.submit(_flush_in_process) for pool in self._pools]:
            flushed.result()


_parts = attrgetter("text", "media_type", "number", "first_line", "where", "data", "columns")
"""What differs from record to record: a tuple is handed over in a fifth of the time of a `Source`."""


@contextmanager
def _workers(task: Task, jobs: int, here: Converter) -> Iterator[_Work]:
    """What converts records: this process alone, or others, which are ended afterwards."""
    if jobs <= 1:
        yield _Work(here)
        return
    context = multiprocessing.get_context("spawn")
    # A pool of one process each: every one of them has to be told to write what it holds.
    pools = [
        ProcessPoolExecutor(1, context, initializer=_prepare, initargs=(task, f"process-{number}"))
        for number in range(jobs)
    ]
    try:
        yield _Shared(pools)
    except BrokenProcessPool as error:
        raise ConverterDiedError(
            "a process that converts records was ended from outside, perhaps for lack of memory: nothing was "
            "written; try `--jobs 1`"
        ) from error
    finally:
        for process in multiprocessing.active_children():
            process.terminate()
        for pool in pools:
            pool.shutdown(wait=False)


_converter: Converter | None = None
"""The converter of a process that works for another."""


def _prepare(task: Task, name: str) -> None:
    global _converter  # noqa: PLW0603 - a pool hands nothing else to what it runs
    _converter = Converter(task, name)
    as_child()
    # Records hold no cycles: looking for some all the time takes a sixth of the processor time.
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _in_process(name: str, same: tuple[str, str, str, int], packed: Sequence[tuple[Any, ...]]) -> Chunk:
    path, digest, encoding, size = same
    form: Any = formats()[name]
    return _of_process().records(
        form,
        (Source(path, text, digest, encoding, media_type, size, *rest) for text, media_type, *rest in packed),
    )


def _flush_in_process() -> None:
    _of_process().flush()


def _of_process() -> Converter:
    if _converter is None:
        raise RuntimeError("a process that was not prepared cannot convert")
    return _converter
