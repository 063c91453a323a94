"""Convert many documents, in this process or in several; what comes out does not depend on which."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from kg import collecting
from kg.collecting import Document
from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert_file, whole
from kg.problems import PeerkgError, Problem
from kg.settings import Settings

PER_PROCESS = 40
"""So many documents are worth a process of their own; starting one takes as long as converting them."""


class ConverterDiedError(PeerkgError):
    """A process that converts documents ended without an answer."""


def conversions(
    documents: Sequence[Document], settings: Settings, jobs: int | None
) -> Iterator[Conversion | Problem]:
    """What each document becomes, in the order of the documents, or why it could not be read.

    `jobs` processes work at it; `None` leaves their number to that of the documents.
    """
    enough = math.ceil(len(documents) / PER_PROCESS)
    number = min(os.cpu_count() or 1, enough) if jobs is None else min(jobs, len(documents))
    if number <= 1:
        return (_convert(document, settings) for document in documents)
    return _in_processes(documents, settings, number)


def _convert(document: Document, settings: Settings) -> Conversion | Problem:
    file = collecting.opened(document)
    if isinstance(file, Problem):
        return file
    return whole(convert_file(file, settings, Vocabulary.load()))


def _in_processes(
    documents: Sequence[Document], settings: Settings, number: int
) -> Iterator[Conversion | Problem]:
    # Spawned processes hold no lock of ours, and inherit no state of a process that has threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(number, context, initializer=_prepare, initargs=(settings,))
    try:
        working = deque(pool.submit(_convert_in_process, document) for document in documents)
        while working:
            yield working.popleft().result()
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


_settings: Settings | None = None
"""The settings of a build, in a process that converts for it."""


def _prepare(settings: Settings) -> None:
    """Make a new process ready."""
    global _settings  # noqa: PLW0603 - a pool hands nothing else to what it runs
    _settings = settings
    as_child()


def as_child() -> None:
    """Leave Ctrl-C to the parent of this process, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _convert_in_process(document: Document) -> Conversion | Problem:
    if _settings is None:
        raise RuntimeError("a process that was not prepared cannot convert")
    return _convert(document, _settings)
