"""The front's side of the workers: lends one to each query, ends it at a limit, has it replaced.

A query starts in the quick lane. If it is still running after `light_seconds` its worker goes on at low
priority in the heavy lane and the quick lane gets a new worker, so that light work never waits behind
heavy work. Where the heavy lane is full, the query is stopped until there is room.

Everything here runs in one event loop; nothing is locked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kg import packing
from kg.problems import PeerkgError
from server import budget, sandbox, spool, wire
from server.engine import Address
from server.limits import Limits
from server.scratch import Scratch
from server.spool import Spool

_log = logging.getLogger(__name__)

_LINE = 120  # bytes of a statement in N-Triples, about; other syntaxes need fewer
_PACKED = 8  # how many bytes there may be for one of a packed file
_ALLOCATION = {
    # The store in large pages, where the system leaves that to programs: aggregates take a fifth less time.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    # No address space set aside for a worker's second thread, which would count as its query's memory.
    "MALLOC_ARENA_MAX": "1",
}
"""How the C library of the keeper and its workers gives out memory; others pass over it."""
_LINGERING = 5.0  # seconds for which workers stay that heavy queries were begun beside
_ENDED = "the process that keeps the data ended while it was loading: did the machine run out of memory?"

Cause = Literal["deadline", "memory", "processor", "stack", "queue", "lost", "budget", "room", "loading"]


class PoolError(PeerkgError):
    """The data cannot be loaded, or the processes that answer queries cannot be started."""


class StoppedError(Exception):
    """A query was ended, or not begun: which limit it met."""

    def __init__(self, cause: Cause, retry_after: int = 2) -> None:
        super().__init__(cause)
        self.cause: Cause = cause
        self.retry_after = retry_after
        """In how many seconds it is worth asking again, where that helps."""


@dataclass(frozen=True, slots=True)
class Data:
    """What a keeper is to load: the index of a release, or files as they are."""

    index: str | None = None
    files: tuple[str, ...] = ()
    quads: int = 0
    """How many quads there are, about; decides whether they are held in memory."""
    engine: Address | None = None
    """The engine that holds them instead."""

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> Data:
        """The files, and a guess at their quads: as many as there are bytes, by those of a typical line."""
        sizes = [(path, path.stat().st_size) for path in paths if path.is_file()]
        bytes_there = sum(size * (1 if packing.of(path) is None else _PACKED) for path, size in sizes)
        return cls(files=tuple(str(path) for path in paths), quads=bytes_there // _LINE)


@dataclass(eq=False, slots=True)
class _Worker:
    pid: int
    connection: socket.socket
    inbox: wire.Inbox
    ended: asyncio.Future[int]
    lane: Literal["idle", "quick", "heavy", "stopped"] = "idle"
    cause: Cause | None = None
    """Why it is being killed, if it is."""
    reply: asyncio.Future[wire.Frame] | None = None
    """What whoever lent it waits for."""
    hung_up: bool = False
    """Whether it has closed its side of the connection."""
    lowering: bool = False
    """Whether the keeper has yet to say that its priority is low."""
    done: bool = False
    """Whether it has answered meanwhile, and waits for that before it is lent again."""
    expires: asyncio.TimerHandle | None = None
    left: float = 0.0
    """Seconds of its time limit that remain while it is stopped."""


class Pool:
    """A keeper and its workers, for one release."""

    def __init__(self, data: Data, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.quads = data.quads
        self.digest = ""
        self.isolated = False
        self._made: Scratch | None = None
        """A folder with the index of the files, where they are not held in memory."""
        self._workers: dict[int, _Worker] = {}
        self._idle: list[_Worker] = []
        self._waiting: deque[asyncio.Future[_Worker]] = deque()
        self._stopped: deque[_Worker] = deque()
        self._forking = 0
        self._thinning: asyncio.TimerHandle | None = None
        self._ended_for_memory = sandbox.ended_for_memory()
        """As many of the processes that the kernel has ended are accounted for."""
        self._closed = False
        self._ready: asyncio.Future[dict[str, Any]] | None = None
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.turns = asyncio.Semaphore(limits.federation_queries)
        """Whoever asks other endpoints for a query holds one of these meanwhile."""
        self.stops: Counter[Cause] = Counter()
        """How many queries met which limit."""
        self.lost = asyncio.Event()
        """Set when the keeper has ended though nobody closed the pool."""

    # Life

    async def start(self) -> None:
        """Start the keeper, wait until it has loaded the data and a first worker is there.

        Must be called from the main thread: the kernel ends the keeper with the thread that started it.
        """
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        control = self._start_keeper()
        in_memory = self.data.engine is None and self.data.quads <= self.limits.index_in_memory
        if self.data.files and not in_memory:
            self._made = await asyncio.to_thread(Scratch)
        order = {
            "front": os.getpid(),
            "index": str(self._made.inside) if self._made is not None else self.data.index,
            "files": self.data.files,
            "in_memory": in_memory,
            "engine": None if self.data.engine is None else self.data.engine.as_order(),
            "memory_bytes": self.limits.memory_bytes,
            "result_bytes": self.limits.result_bytes,
        }
        try:
            control.send(json.dumps(order).encode())
        except (BrokenPipeError, ConnectionResetError) as error:
            await self.close()
            raise PoolError(_ENDED) from error
        control.setblocking(False)
        loop.add_reader(control.fileno(), self._hear)
        try:
            ready = await self._ready
        except (PoolError, asyncio.CancelledError):
            await self.close()
            raise
        self.quads = self.quads if ready["quads"] is None else ready["quads"]
        self.digest = ready["digest"]
        self.isolated = ready["isolated"]
        self._refill()
        await self.ask({"do": "health"}, seconds=30)

    def _start_keeper(self) -> socket.socket:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.keeper", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal is for the front alone
                env=_ALLOCATION | os.environ,
            )
        return self._control

    async def close(self) -> None:
        """End the keeper and all workers, and wait until they are gone."""
        if self._closed:
            return
        self._closed = True
        if self._thinning is not None:
            self._thinning.cancel()
        self._send_away()
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
        if self._process is not None:
            try:
                await asyncio.to_thread(self._process.wait, 2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)
        if self._made is not None:
            await asyncio.to_thread(self._made.remove)
        for worker in self._workers.values():
            self._let_go(worker)
            if not worker.ended.done():
                worker.ended.set_result(-signal.SIGKILL)

    # Queries

    async def ask(self, job: dict[str, Any], *, seconds: float | None = None) -> wire.Frame:
        """A worker's reply to the job. `StoppedError` where a limit was met first.

        Cancelling the call (the client has gone) ends the worker that runs it.
        """
        limit = self.limits.seconds if seconds is None else seconds
        account = budget.ACCOUNT.get()
        try:
            if account is None:
                return await self._run(self._idle_worker() or await self._lend(), job, limit)
            return await self._charged(account, job, limit)
        except StoppedError as stopped:
            self.stops[stopped.cause] += 1
            raise

    async def _charged(self, account: budget.Account, job: dict[str, Any], limit: float) -> wire.Frame:
        """The same where the time is somebody's."""
        if account.wait:
            raise StoppedError("budget", account.wait)
        account.running += 1
        used = 0.0
        try:
            worker = self._idle_worker() or await self._lend()
            begin = time.monotonic()
            try:
                return await self._run(worker, job, limit)
            finally:
                used = time.monotonic() - begin
        finally:
            account.running -= 1
            account.charge(used)

    async def _run(self, worker: _Worker, job: dict[str, Any], limit: float) -> wire.Frame:
        loop = asyncio.get_running_loop()
        worker.lane = "quick"
        worker.reply = loop.create_future()
        light = min(limit, self.limits.light_seconds)
        worker.expires = loop.call_later(light, self._take_longer, worker, limit - light)
        try:
            await self._hand_over(worker, wire.pack({**job, "seconds": limit}))
            head, body = await worker.reply
        except (EOFError, ConnectionError):
            cause = await self._cause(worker)
            raise StoppedError("loading" if self.lost.is_set() else cause) from None
        except asyncio.CancelledError:
            self._end(worker, "deadline")
            raise
        finally:
            worker.expires.cancel()
            worker.reply = None
            lane = self._take_out_of_lane(worker)
        if head.pop("retiring", False) or worker.cause is not None:
            self._end(worker, "lost")
        else:
            if worker.lowering:
                worker.done = True
            else:
                self._return(worker)
            if lane != "quick":
                self._thin_out_later()
        if head.get("error") in ("memory", "room"):
            raise StoppedError(head["error"])
        # This one is among them, and what a client still receives, though nothing here knows of it.
        if isinstance(body, Spool) and spool.held() > self.limits.spool_bytes:
            raise StoppedError("room")
        return head, body

    @staticmethod
    async def _hand_over(worker: _Worker, frame: bytes) -> None:
        try:
            sent = worker.connection.send(frame)
        except BlockingIOError:
            sent = 0
        if sent < len(frame):
            await asyncio.get_running_loop().sock_sendall(worker.connection, frame[sent:])

    def _take_longer(self, worker: _Worker, rest: float) -> None:
        """The query is not a light one; it may go on for the rest of its time."""
        if rest <= 0:
            self._end(worker, "deadline")
            return
        worker.expires = asyncio.get_running_loop().call_later(rest, self._end, worker, "deadline")
        self._make_heavy(worker)

    @property
    def load(self) -> dict[str, int]:
        """How many workers there are in each lane, and how many queries wait."""
        lanes = [worker.lane for worker in self._workers.values()]
        counts = {lane: lanes.count(lane) for lane in ("idle", "quick", "heavy", "stopped")}
        return {**counts, "waiting": len(self._waiting)}

    @property
    def busy(self) -> bool:
        """Whether any query runs or waits."""
        load = self.load
        return bool(load["quick"] or load["heavy"] or load["stopped"] or load["waiting"])

    # The lanes

    def _idle_worker(self) -> _Worker | None:
        while self._idle and not self._closed and not self.lost.is_set():
            worker = self._idle.pop()
            if worker.cause is None and not worker.hung_up and not worker.ended.done():
                return worker
        return None

    async def _lend(self) -> _Worker:
        """The worker whose turn comes, where none is idle."""
        if self._closed or self.lost.is_set():
            raise StoppedError("loading")
        if len(self._waiting) >= self.limits.queue:
            raise StoppedError("queue")
        self._refill()
        waiting: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            return await asyncio.wait_for(waiting, self.limits.queue_seconds)
        except TimeoutError:
            raise StoppedError("queue") from None
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._return(waiting.result())
            raise
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def _take_out_of_lane(self, worker: _Worker) -> str:
        lane = worker.lane
        worker.lane = "idle"
        if lane == "heavy":
            self._room_in_heavy_lane()
        return lane

    def _return(self, worker: _Worker, *, first: bool = True) -> None:
        """Give the worker to whoever waits, else keep it: to be the first that is lent, or the last."""
        worker.lane = "idle"
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(worker)
                return
        self._idle.insert(len(self._idle) if first else 0, worker)

    def _make_heavy(self, worker: _Worker) -> None:
        if worker.cause is not None:
            return
        if sum(other.lane == "heavy" for other in self._workers.values()) < self.limits.heavy_workers:
            worker.lane = "heavy"
            self._lower(worker)
        elif len(self._stopped) < self.limits.heavy_waiting:
            worker.lane = "stopped"
            assert worker.expires is not None  # noqa: S101 - set where the query was handed over
            loop = asyncio.get_running_loop()
            worker.left = worker.expires.when() - loop.time()
            worker.expires.cancel()
            worker.expires = loop.call_later(self.limits.queue_seconds, self._end, worker, "queue")
            self._stopped.append(worker)
            self._tell({"stop": worker.pid})
        else:
            self._end(worker, "queue")
        self._refill()

    def _room_in_heavy_lane(self) -> None:
        while self._stopped:
            worker = self._stopped.popleft()
            if worker.cause is None and worker.lane == "stopped":
                assert worker.expires is not None  # noqa: S101 - set where it was stopped
                worker.expires.cancel()
                loop = asyncio.get_running_loop()
                worker.expires = loop.call_later(worker.left, self._end, worker, "deadline")
                worker.lane = "heavy"
                self._lower(worker)
                self._tell({"continue": worker.pid})
                return

    def _end(self, worker: _Worker, cause: Cause) -> None:
        """Have the worker killed; whoever waits for its reply is told why."""
        if worker.cause is None:
            worker.cause = cause
            self._tell({"kill": worker.pid})

    def _refill(self) -> None:
        ready = sum(
            worker.lane in ("idle", "quick") and worker.cause is None for worker in self._workers.values()
        )
        missing = self.limits.workers - ready - self._forking
        if missing > 0 and not self._closed:
            self._forking += missing
            self._tell({"fork": missing})

    def _lower(self, worker: _Worker) -> None:
        worker.lowering = True
        self._tell({"nice": worker.pid})

    def _lowered(self, worker: _Worker) -> None:
        """The keeper has done it: no thread that begins now will be hit."""
        worker.lowering = False
        if worker.done:
            worker.done = False
            if worker.cause is None:
                self._return(worker)

    def _thin_out_later(self) -> None:
        """End the workers that are too many when no heavy query has ended for a while.

        Those that have run some answer the next much sooner: they have memory of their own by then.
        """
        if self._thinning is not None:
            self._thinning.cancel()
        self._thinning = asyncio.get_running_loop().call_later(_LINGERING, self._thin_out)

    def _thin_out(self) -> None:
        ready = sum(
            worker.lane in ("idle", "quick") and worker.cause is None for worker in self._workers.values()
        )
        # Those that never ran a query come first, then those idle for longest: what was used last has most
        # memory of its own.
        for worker in self._idle[: max(0, ready - self.limits.workers)]:
            self._end(worker, "lost")

    async def _cause(self, worker: _Worker) -> Cause:
        """Why a worker's connection ended without a reply."""
        if worker.cause is not None:
            return worker.cause
        code = await worker.ended
        if code == -signal.SIGXCPU:
            return "processor"
        if code == -signal.SIGABRT:
            return "memory"  # Rust aborts when it is refused memory
        if code == -signal.SIGKILL and sandbox.ended_for_memory() > self._ended_for_memory:
            self._ended_for_memory += 1
            return "memory"  # the kernel kills where it has none left
        if code in (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL):
            return "stack"
        _log.error("worker %d ended with code %d in the middle of a query", worker.pid, code)
        return "lost"

    # The keeper

    def _tell(self, message: dict[str, int]) -> None:
        if self._control is not None and not self._closed:
            try:
                self._control.send(json.dumps(message).encode())
            except BlockingIOError:
                asyncio.get_running_loop().call_later(0.01, self._tell, message)
            except (BrokenPipeError, ConnectionResetError):
                _log.warning("the process that keeps the data has gone")

    def _hear(self) -> None:
        assert self._control is not None  # noqa: S101 - called by the loop for this socket only
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._control, 65_536, 1)
        except BlockingIOError:
            return
        except ConnectionResetError:
            packet, descriptors = b"", []
        if not packet:
            self._lose_keeper()
            return
        message = json.loads(packet)
        if "worker" in message:
            self._take(message["worker"], descriptors[0])
        elif "ended" in message:
            worker = self._workers.pop(message["ended"])
            if worker in self._idle:
                self._idle.remove(worker)
            if worker in self._stopped:
                self._stopped.remove(worker)
            self._let_go(worker)
            worker.ended.set_result(message["code"])
            self._refill()
        elif "lowered" in message:
            lowered = self._workers.get(message["lowered"])
            if lowered is not None:
                self._lowered(lowered)
        elif "loading" in message:
            _log.warning("loading %s", message["loading"])
        elif self._ready is not None and not self._ready.done():
            if "failed" in message:
                self._ready.set_exception(PoolError(message["failed"]))
            else:
                self._ready.set_result(message)

    def _take(self, pid: int, descriptor: int) -> None:
        connection = socket.socket(fileno=descriptor)
        connection.setblocking(False)
        self._forking -= 1
        loop = asyncio.get_running_loop()
        worker = _Worker(pid, connection, wire.Inbox(connection), loop.create_future())
        self._workers[pid] = worker
        loop.add_reader(connection.fileno(), self._hear_worker, worker)
        self._return(worker, first=False)

    def _hear_worker(self, worker: _Worker) -> None:
        reply = worker.reply
        try:
            frame = worker.inbox.read()
        except EOFError:
            self._hang_up(worker)
            if reply is not None and not reply.done():
                reply.set_exception(EOFError())
            return
        if frame is not None and reply is not None and not reply.done():
            reply.set_result(frame)

    @staticmethod
    def _hang_up(worker: _Worker) -> None:
        """Listen to the worker no more. Its connection is closed when it has ended."""
        if not worker.hung_up:
            worker.hung_up = True
            asyncio.get_running_loop().remove_reader(worker.connection.fileno())
            worker.inbox.close()

    def _let_go(self, worker: _Worker) -> None:
        """Close the connection of a worker that has ended, when its last words have been heard."""
        while worker.reply is not None and not worker.reply.done() and not worker.hung_up:
            self._hear_worker(worker)
        self._hang_up(worker)
        worker.connection.close()

    def _lose_keeper(self) -> None:
        assert self._control is not None  # noqa: S101 - called by the loop for this socket only
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(PoolError(_ENDED))
        for worker in list(self._workers.values()):
            self._let_go(worker)
            if not worker.ended.done():
                worker.ended.set_result(-signal.SIGTERM)
        self._workers.clear()
        self._idle.clear()
        if not self._closed:
            self.lost.set()
            self._send_away()

    def _send_away(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(StoppedError("loading"))
