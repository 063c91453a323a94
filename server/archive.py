"""Releases that are kept but no longer current, opened when somebody asks one of them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from kg.release import Release
from server.problem import Problem

if TYPE_CHECKING:
    from server.service import Edition  # which holds an archive itself


class Archive:
    """At most so many opened releases; the one asked longest ago makes room for another."""

    def __init__(self, room: int, idle: float, opening: Callable[[Release], Awaitable[Edition]]) -> None:
        self._room = room
        self._idle = idle
        self._opening = opening
        self._editions: OrderedDict[str, asyncio.Task[Edition]] = OrderedDict()
        self._asked: dict[str, float] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def edition(self, release: Release) -> Edition:
        """The opened release; the caller counts itself among its users before it waits for anything.

        `Problem` where all there is room for are being asked.
        """
        while True:
            task = self._editions.get(release.id)
            if task is not None and task.done() and not self._usable(task):
                self._close(release.id)
                task = None
            if task is None:
                self._make_room()
                task = self._editions[release.id] = asyncio.ensure_future(self._opening(release))
            self._editions.move_to_end(release.id)
            self._asked[release.id] = time.monotonic()
            try:
                edition = await asyncio.shield(task)
            except asyncio.CancelledError:
                raise
            except BaseException:
                if self._editions.get(release.id) is task:
                    del self._editions[release.id]
                raise
            if self._editions.get(release.id) is task:
                return edition

    def tidy(self) -> None:
        """Close what nobody has asked for a while."""
        before = time.monotonic() - self._idle
        for name in [name for name in self._editions if self._asked[name] < before and self._free(name)]:
            self._close(name)

    async def close(self) -> None:
        """Close everything."""
        for name in list(self._editions):
            self._close(name)
        await asyncio.gather(*self._closing, return_exceptions=True)

    @staticmethod
    def _usable(task: asyncio.Task[Edition]) -> bool:
        return task.exception() is None and not task.result().pool.lost.is_set()

    def _free(self, name: str) -> bool:
        task = self._editions[name]
        return task.done() and (task.exception() is not None or not task.result().users)

    def _make_room(self) -> None:
        if len(self._editions) < self._room:
            return
        for name in self._editions:
            if self._free(name):
                self._close(name)
                return
        raise Problem(
            "queue",
            f"{self._room} releases that are not current are being asked, and more are not opened at once",
            {"limit": "archive"},
            (("Retry-After", "5"),),
        )

    def _close(self, name: str) -> None:
        closing = asyncio.ensure_future(_closed(self._editions.pop(name)))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _closed(task: asyncio.Task[Edition]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled() and task.exception() is None:
        await task.result().pool.close()
