"""What is served now: a release with its pool of workers, exchanged for the next one while requests run."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from kg import release as releases
from kg.problems import PeerkgError
from kg.release import Release
from server import description, holding
from server.archive import Archive
from server.budget import ACCOUNT, Account
from server.cache import Cache
from server.engine import Address
from server.limits import Limits
from server.links import is_iri
from server.pool import Data, Pool, PoolError, StoppedError
from server.problem import Problem
from server.ready import Ready
from server.spool import Body, whole

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Edition:
    """One release, or files as they are, being served. `users` are the requests that still need it."""

    id: str
    pool: Pool
    release: Release | None
    described: bytes
    """The SPARQL service description in Turtle."""
    answers: Cache[tuple[str, Body, str]]
    """Content type, bytes and tag of answers to queries."""
    ready: Cache[Ready]
    """Answers as they were sent, by what their requests had in common."""
    users: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    """What pages have worked out once for this release."""


class Service:
    """Serves the current release of a directory, or RDF files; everything runs in one event loop.

    Where an `engine` holds the current release, it is asked instead of the index; releases beside the current
    one are read from their indexes.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        directory: Path | None = None,
        files: tuple[Path, ...] = (),
        engine: Address | None = None,
    ) -> None:
        self.limits = limits
        self.engine = engine
        self.directory = directory
        self.files = files
        self.requests: Counter[tuple[str, int]] = Counter()
        """How many requests there were, by part of the server and status."""
        self.loop: asyncio.AbstractEventLoop | None = None
        self._edition: Edition | None = None
        self._archive = Archive(limits.archived, limits.archived_seconds, self._open_archived)
        self._leaving: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def opened(self) -> bool:
        """Whether anything is served yet."""
        return self._edition is not None

    @property
    def edition(self) -> Edition:
        """What is served now."""
        if self._edition is None:
            raise PoolError("nothing is served yet")
        return self._edition

    async def start(self) -> None:
        """Open the data; from then on `edition` is there and stays current."""
        self.loop = asyncio.get_running_loop()
        self._edition = await self._open()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End all processes."""
        if self._watching is not None:
            self._watching.cancel()
        for task in self._leaving:
            task.cancel()
        if self._edition is not None:
            await self._edition.pool.close()
        await self._archive.close()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def edition_of(self, name: str) -> Edition:
        """The release of that name, current or kept; `Problem` where it never was or is kept no more.

        The caller counts itself among its users before it waits for anything.
        """
        current = self.edition
        if self.directory is None:
            raise Problem("not-found", "RDF files are served as they are: there are no releases")
        if name == current.id:
            return current
        return await self._archive.edition(await asyncio.to_thread(_kept, self.directory, name, current.id))

    def release_of(self, name: str) -> Release:
        """The release of that name, current or kept; `Problem` as `edition_of` has it."""
        current = self.edition
        if self.directory is None:
            raise Problem("not-found", "RDF files are served as they are: there are no releases")
        if current.release is not None and name == current.id:
            return current.release
        return _kept(self.directory, name, current.id)

    async def _open_archived(self, release: Release) -> Edition:
        limits = replace(self.limits, workers=1, index_in_memory=-1, cache_bytes=self.limits.cache_bytes // 8)
        pool = Pool(Data(index=str(release.index), quads=_quads(release)), limits)
        await pool.start()
        return self._edition_of(release.id, pool, release, description.of_release(release, self.limits))

    async def _open(self) -> Edition:
        if self.directory is None:
            pool = Pool(Data.of_files(self.files), self.limits)
            await pool.start()
            # Blank nodes get other names each time files are loaded: an answer holds for this run only.
            name = f"data-{pool.digest[:8]}-{time.time_ns() & 0xFFFFFF:06x}"
            described = description.of_files(pool.quads, await _counted(pool), self.limits)
            return self._edition_of(name, pool, None, described)
        release = releases.current(self.directory)
        pool = Pool(
            Data(str(release.index), quads=_quads(release), engine=self._engine_of(release)), self.limits
        )
        await pool.start()
        if self.engine is not None:
            await self._prove(pool, release)
        return self._edition_of(release.id, pool, release, description.of_release(release, self.limits))

    def _engine_of(self, release: Release) -> Address | None:
        counted = release.manifest["counts"].get("graphs", {})
        names = sorted({*counted, f"{release.base}graph/description"})
        return self.engine and self.engine.with_graphs(names)

    @staticmethod
    async def _prove(pool: Pool, release: Release) -> None:
        try:
            await holding.prove(pool, release)
        except PoolError:
            await pool.close()
            raise

    def _edition_of(self, name: str, pool: Pool, release: Release | None, described: bytes) -> Edition:
        half = self.limits.cache_bytes // 2
        return Edition(name, pool, release, described, Cache(half), Cache(half))

    async def _watch(self) -> None:
        """Take up a newly published release, and start again what has died."""
        before = self._kept_since()
        while True:
            edition = self.edition
            await _first(edition.pool.lost.wait(), asyncio.sleep(0.5))
            self._archive.tidy()
            kept = self._kept_since()
            if kept != before:
                # What is kept beside it stands in headers and on pages of the current release.
                edition.ready.clear()
                before = kept
            if edition.pool.lost.is_set():
                _log.error("the process that keeps the data has ended; starting another")
            elif self.directory is None or not await asyncio.to_thread(self._outdated, edition):
                continue
            try:
                self._edition = await self._open()
            except PeerkgError as error:
                _log.error("%s; %s stays", error, edition.id)
                await asyncio.sleep(5)
                continue
            if self._edition.id != edition.id:
                _log.warning("now serving release %s", self._edition.id)
            leaving = asyncio.create_task(_leave(edition))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def _kept_since(self) -> int:
        """When a release was last added or removed."""
        folder = (self.directory or Path()) / "releases"
        return folder.stat().st_mtime_ns if self.directory is not None and folder.is_dir() else 0

    def _outdated(self, edition: Edition) -> bool:
        link = (self.directory or Path()) / "current"
        return link.is_symlink() and link.readlink().name != edition.id


async def _counted(pool: Pool) -> tuple[int, dict[str, int]] | None:
    """The statements of the default graph and of each named one; `None` where counting takes too long."""
    try:
        head, body = await pool.ask({"do": "tables", "queries": list(description.COUNTED)})
    except StoppedError as reason:
        head, body = {"error": reason.cause}, b""
    if "error" in head:
        _log.warning("the statements of the graphs were not counted: %s", head["error"])
        return None
    default, named = (
        table["results"]["bindings"] for table in json.loads(await asyncio.to_thread(whole, body))
    )
    graphs = {
        row["g"]["value"]: int(row["n"]["value"]) for row in named if "g" in row and is_iri(row["g"]["value"])
    }
    return int(default[0]["n"]["value"]), graphs


async def _first(*coroutines: Coroutine[Any, Any, Any]) -> None:
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _leave(edition: Edition) -> None:
    """Close the edition's processes once no request needs them."""
    try:
        while edition.users or edition.pool.busy:  # noqa: ASYNC110 - a release leaves once, and slowly
            await asyncio.sleep(0.1)
    finally:
        await edition.pool.close()


def _kept(directory: Path, name: str, current: str) -> Release:
    try:
        return releases.named(directory, name)
    except releases.DamagedReleaseError as error:
        raise Problem("internal", f"the release {name} cannot be read") from error
    except releases.NoReleaseError:
        if name in releases.pruned(directory):
            detail = f"the release {name} is not kept any more; the current one is {current}"
            raise Problem("pruned", detail, {"release": name, "current": current}) from None
        raise Problem("not-found", f"no release is called {name[:80]!r}") from None


def _quads(release: Release) -> int:
    """How many quads the index holds: the default graph's and the named graphs'."""
    counts = release.manifest["counts"]
    return int(counts["triples"]) + sum(int(count) for count in counts.get("graphs", {}).values())


class Call:
    """What one request may ask of the service, from the thread that answers it."""

    def __init__(self, service: Service, edition: Edition, account: Account | None = None) -> None:
        self.edition = edition
        self._account = account
        self.limits = service.limits
        self._loop = service.loop
        self._running: set[Future[Any]] = set()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result, worked out in the service's event loop."""
        if self._loop is None:
            raise PoolError("the service has not been started")
        future = asyncio.run_coroutine_threadsafe(self._charged(coroutine), self._loop)
        self._running.add(future)
        try:
            return future.result()
        finally:
            self._running.discard(future)

    async def _charged(self, coroutine: Coroutine[Any, Any, T]) -> T:
        ACCOUNT.set(self._account)  # of the task that this runs in, and of no other
        return await coroutine

    def cancel(self) -> None:
        """End what runs: nobody waits for it any more."""
        for future in list(self._running):
            future.cancel()
