"""Convert many documents, in this process or in several; what comes out does not depend on which.

A process is given a small document, or some records of a large file, which are cut out of it here.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kg import cache, collecting, conversion, converted
from kg.beside import as_child
from kg.cache import Cache
from kg.collecting import Document
from kg.concepts import Vocabulary
from kg.conversion import convert_file
from kg.converted import Chunk, Converted, Records
from kg.opening import File
from kg.problems import PeerkgError, Problem
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, UnknownFormatError, formats, name_of, stream_format

PER_PROCESS = 40
"""So many documents are worth a process of their own; starting one takes as long as converting them."""
BYTES_PER_PROCESS = 4 << 20
"""So many bytes of documents are, too."""
LARGE = 2 << 20
"""A file of so many bytes is divided among the processes, if it holds records."""


class ConverterDiedError(PeerkgError):
    """A process that converts documents ended without an answer."""


class Runner(Protocol):
    """What converts documents: processes of this machine, or something larger (`kg.spark`)."""

    def conversions(
        self,
        documents: Sequence[Document],
        settings: Settings,
        kept: Cache,
        counted: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Converted | Problem]:
        """What each document becomes, in the order of the documents, or why it could not be read.

        `counted` is told how many bytes are done.
        """


@dataclass(frozen=True, slots=True)
class Processes:
    """So many processes; `None` leaves their number to that of the documents and to their size."""

    number: int | None = None

    def conversions(
        self,
        documents: Sequence[Document],
        settings: Settings,
        kept: Cache,
        counted: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Converted | Problem]:
        """What each document becomes, as `Runner` has it."""
        number = _processes(documents) if self.number is None else self.number
        if number <= 1:
            done = 0
            for document in documents:
                yield convert(document, settings, kept)
                done += size(document)
                counted(done)
        else:
            yield from _in_processes(documents, settings, number, kept, counted)


def _processes(documents: Sequence[Document]) -> int:
    by_number = math.ceil(len(documents) / PER_PROCESS)
    by_size = math.ceil(sum(map(size, documents)) / BYTES_PER_PROCESS)
    return min(os.cpu_count() or 1, max(by_number, by_size))


def size(document: Document) -> int:
    """Bytes of the document's file; 0 where it cannot be seen, which is said where it is read."""
    try:
        return document.path.stat().st_size
    except OSError:
        return 0


def convert(document: Document, settings: Settings, kept: Cache) -> Converted | Problem:
    """What one document becomes, or became before, in this process."""
    return in_chunks(document, settings, kept, _here(settings))


Chunks = Callable[[StreamFormat, Records, Path], None]
"""What converts the chunks of records into runs in a folder."""


def in_chunks(document: Document, settings: Settings, kept: Cache, chunks: Chunks) -> Converted | Problem:
    """What one document becomes, or became before, where `chunks` converts the records of a file of many."""
    file = collecting.opened(document)
    if isinstance(file, Problem):
        return file
    name = cache.name_of(file, settings)
    found = kept.find(name)
    if found is not None:
        return found
    with kept.making(name) as folder:
        return kept.put(name, _made(file, settings, folder, chunks))


def _made(
    file: File, settings: Settings, folder: Path, chunks: Chunks, without: frozenset[int] = frozenset()
) -> Converted:
    """What a file becomes, in the folder; `without` some of its records."""
    try:
        form = stream_format(file)
    except UnknownFormatError:
        form = None  # which is said below
    if form is None:
        (whole,) = convert_file(file, settings, Vocabulary.load())
        return converted.stored(folder, whole)
    records = Records(form, file, settings, without)
    chunks(form, records, folder)
    return records.account(folder)


def without(
    document: Document, settings: Settings, folder: Path, records: frozenset[int]
) -> Converted | None:
    """What a file becomes without some of its records, in a new folder; `None` if it cannot be read."""
    file = collecting.opened(document)
    if isinstance(file, Problem):
        return None
    folder.mkdir()
    return _made(file, settings, folder, _here(settings), records)


def one_by_one(
    document: Document, settings: Settings, folder: Path, chosen: Callable[[Source], bool]
) -> list[Converted]:
    """The chosen records of a file, each for itself, and last what is said of the file."""
    file = collecting.opened(document)
    if isinstance(file, Problem):
        return []
    form = stream_format(file)
    if form is None:
        return []
    found: list[Converted] = []
    count = 0
    for record in conversion.records(form, file):
        if isinstance(record, Problem):
            continue
        count += 1
        if chosen(record):
            one = conversion.of_record(form, record, settings, Vocabulary.load())
            found.append(converted.stored(folder / f"{record.number}", one))
    last = conversion.of_file(form, file, count=count, reports=count, problems=(), settings=settings)
    return [*found, converted.stored(folder / "file", last)]


def _here(settings: Settings) -> Chunks:
    """Chunks converted in this process."""

    def chunks(form: StreamFormat, records: Records, folder: Path) -> None:
        for number, some in enumerate(records.chunks()):
            records.add(converted.chunk(form, some, settings, folder, f"{number:06}"))

    return chunks


@dataclass(slots=True)
class _Task:
    """What a process needs to know to convert."""

    settings: Settings
    kept: Cache


def _in_processes(
    documents: Sequence[Document],
    settings: Settings,
    number: int,
    kept: Cache,
    counted: Callable[[int], None],
) -> Iterator[Converted | Problem]:
    # Spawned processes hold no lock of ours, and inherit no state of a process that has threads.
    context = multiprocessing.get_context("spawn")
    task = _Task(settings, kept)
    pool = ProcessPoolExecutor(number, context, initializer=_prepare, initargs=(task,))
    working: deque[tuple[Document, Future[Converted | Problem] | Converted | Problem]] = deque()
    done = 0

    def shared(form: StreamFormat, records: Records, folder: Path) -> None:
        name, chunks = name_of(form), deque[Future[Chunk]]()
        cut = 0
        for at, some in enumerate(records.chunks()):
            # Two chunks for each process: it has one to go on with while its last is told.
            if len(chunks) >= 2 * number:
                records.add(chunks.popleft().result())
            chunks.append(pool.submit(_chunk_in_process, name, some, folder, f"{at:06}"))
            cut += sum(len(one.data) + len(one.text) for one in some)
            counted(done + cut)
        while chunks:
            records.add(chunks.popleft().result())

    try:
        for document in documents:
            if size(document) >= LARGE:
                working.append((document, in_chunks(document, settings, kept, shared)))
            else:
                working.append((document, pool.submit(_convert_in_process, document)))
        while working:
            document, result = working.popleft()
            yield result.result() if isinstance(result, Future) else result
            done += size(document)
            counted(done)
        pool.shutdown()
    except BrokenProcessPool as error:
        raise ConverterDiedError(
            "a process that converts documents was ended from outside, perhaps for lack of memory: "
            "nothing was published; try `--jobs 1`"
        ) from error
    finally:
        # After an interruption nobody waits for documents that are still being converted. What is still to be
        # done is not cancelled: the pool's thread fails, with a traceback, where it meets a cancelled future
        # after the end of its processes (CPython 3.11, `_ExecutorManagerThread.terminate_broken`).
        for process in multiprocessing.active_children():
            process.terminate()
        pool.shutdown(wait=False)


_task: _Task | None = None
"""The task of a build, in a process that converts for it."""


def _prepare(task: _Task) -> None:
    """Make a new process ready."""
    global _task  # noqa: PLW0603 - a pool hands nothing else to what it runs
    _task = task
    as_child()
    # Records hold no cycles: looking for some all the time takes a sixth of the processor time.
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _convert_in_process(document: Document) -> Converted | Problem:
    task = _of_process()
    return convert(document, task.settings, task.kept)


def _chunk_in_process(name: str, some: Sequence[Source], folder: Path, run: str) -> Chunk:
    form: Any = formats()[name]
    return converted.chunk(form, some, _of_process().settings, folder, run)


def _of_process() -> _Task:
    if _task is None:
        raise RuntimeError("a process that was not prepared cannot convert")
    return _task
