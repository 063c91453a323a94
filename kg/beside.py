"""Work of a build that goes on beside other work: in a process of its own where there is enough of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

from kg.problems import PeerkgError

LARGE = 500_000
"""So many statements pay for the second that a process needs to begin."""
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


class HelperDiedError(PeerkgError):
    """A process that worked beside a build was ended from outside."""


class Start(Protocol):
    """Begins some work; what it returns waits for the end and gives what the work made, or raises."""

    def __call__(
        self, work: Callable[_Given, _Made], /, *given: _Given.args, **named: _Given.kwargs
    ) -> Callable[[], _Made]:
        """Begin."""


def in_turn(
    work: Callable[_Given, _Made], /, *given: _Given.args, **named: _Given.kwargs
) -> Callable[[], _Made]:
    """Do the work here, when it is waited for."""
    return lambda: work(*given, **named)


@contextmanager
def beside(statements: int) -> Iterator[Start]:
    """What begins work for so many statements; at the end no process is left, whatever it was doing."""
    if statements < LARGE or (os.cpu_count() or 1) == 1:
        yield in_turn
        return
    # Spawned, since a process that has opened an index has threads, and cannot be forked.
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=as_child)

    def start(
        work: Callable[_Given, _Made], /, *given: _Given.args, **named: _Given.kwargs
    ) -> Callable[[], _Made]:
        future = pool.submit(work, *given, **named)

        def wait() -> _Made:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise HelperDiedError(
                    "a process of the build was ended from outside, perhaps for lack of memory: nothing was "
                    "published, and the current release stays"
                ) from error

        return wait

    before = set(multiprocessing.active_children())
    try:
        yield start
    finally:
        helpers = [one for one in multiprocessing.active_children() if one not in before]
        for helper in helpers:
            helper.terminate()
        for helper in helpers:
            helper.join()
        pool.shutdown(wait=False)


def as_child() -> None:
    """Leave Ctrl-C to the parent of this process, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
