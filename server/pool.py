"""The front's side of the workers: lends one to each query, ends it at a limit, has it replaced.

A query starts in the quick lane. If it is still running after `light_seconds` its worker goes on at low
priority in the heavy lane and the quick lane gets a new worker, so that light work never waits behind
heavy work. Where the heavy lane is full, the query is stopped until there is room.

Everything here runs in one event loop; nothing is locked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

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
_FIRST = 60.0  # seconds that the first worker may take to say that it is there
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


Outcome: TypeAlias = wire.Frame | StoppedError | None
"""A worker's reply, or which limit was met; `None` where the query was cancelled."""


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
    query: Query | None = None
    """What it runs."""
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
        self._waiting: deque[Query] = deque()
        self._stopped: deque[_Worker] = deque()
        self._sending: set[asyncio.Task[None]] = set()
        """Long jobs that have not gone to their workers whole."""
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
        await self._meet_first()

    async def _meet_first(self) -> None:
        """Wait until a first worker has answered."""
        end = time.monotonic() + _FIRST
        while True:
            try:
                await self.ask({"do": "health"}, seconds=_FIRST)
            except StoppedError as reason:
                if reason.cause != "queue" or time.monotonic() > end:
                    await self.close()
                    raise PoolError(f"no process came that answers queries ({reason.cause})") from reason
            else:
                return

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
        outcome: asyncio.Future[wire.Frame] = asyncio.get_running_loop().create_future()

        def give(found: Outcome) -> None:
            if outcome.done() or found is None:
                return
            if isinstance(found, StoppedError):
                outcome.set_exception(found)
            else:
                outcome.set_result(found)

        query = self.begin(job, give, seconds=seconds, account=budget.ACCOUNT.get())
        try:
            return await outcome
        finally:
            query.cancel()

    def begin(
        self,
        job: dict[str, Any],
        give: Callable[[Outcome], None],
        *,
        seconds: float | None = None,
        account: budget.Account | None = None,
    ) -> Query:
        """Have a worker answer the job, as soon as one is idle: `give` is called with what comes of it, once.

        `StoppedError` where it cannot be begun. The time is the account's.
        """
        try:
            worker = self._idle_worker(account)
        except StoppedError as stopped:
            self.stops[stopped.cause] += 1
            raise
        query = Query(self, job, self.limits.seconds if seconds is None else seconds, give, account)
        if worker is not None:
            query.run(worker)
        else:
            self._refill()
            self._waiting.append(query)
            query.wait(self.limits.queue_seconds)
        return query

    def hand_over(self, worker: _Worker, frame: bytes) -> None:
        """Send the worker a frame. Where it has gone meanwhile, its silence will tell."""
        try:
            sent = worker.connection.send(frame)
        except BlockingIOError:
            sent = 0
        except ConnectionError:
            return
        if sent < len(frame):
            rest = asyncio.get_running_loop().create_task(self._send(worker.connection, frame[sent:]))
            self._sending.add(rest)
            rest.add_done_callback(self._sending.discard)

    @staticmethod
    async def _send(connection: socket.socket, frame: bytes) -> None:
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().sock_sendall(connection, frame)

    def settle(self, worker: _Worker, frame: wire.Frame) -> None:
        """Keep the worker, which has answered, for the next; `StoppedError` where the answer is a limit."""
        head, body = frame
        lane = self.take_out_of_lane(worker)
        if head.pop("retiring", False) or worker.cause is not None:
            self.end(worker, "lost")
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

    def take_longer(self, worker: _Worker, rest: float) -> None:
        """The query is not a light one; it may go on for the rest of its time."""
        if rest <= 0:
            self.end(worker, "deadline")
            return
        worker.expires = asyncio.get_running_loop().call_later(rest, self.end, worker, "deadline")
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

    def _idle_worker(self, account: budget.Account | None) -> _Worker | None:
        """A worker for a query of the account's; `None` where it may wait for one."""
        if account is not None and account.wait:
            raise StoppedError("budget", account.wait)
        if self._closed or self.lost.is_set():
            raise StoppedError("loading")
        while self._idle:
            worker = self._idle.pop()
            if worker.cause is None and not worker.hung_up and not worker.ended.done():
                return worker
        if len(self._waiting) >= self.limits.queue:
            raise StoppedError("queue")
        return None

    def leave_line(self, query: Query) -> None:
        """The query waits no more."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(query)

    def take_out_of_lane(self, worker: _Worker) -> str:
        """The worker runs no query any more: which lane it was in."""
        lane = worker.lane
        worker.lane = "idle"
        if lane == "heavy":
            self._room_in_heavy_lane()
        return lane

    def _return(self, worker: _Worker, *, first: bool = True) -> None:
        """Give the worker to whoever waits, else keep it: to be the first that is lent, or the last."""
        worker.lane = "idle"
        if worker.hung_up or worker.pid not in self._workers:
            return
        if self._waiting:
            self._waiting.popleft().run(worker)
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
            worker.expires = loop.call_later(self.limits.queue_seconds, self.end, worker, "queue")
            self._stopped.append(worker)
            self._tell({"stop": worker.pid})
        else:
            self.end(worker, "queue")
        self._refill()

    def _room_in_heavy_lane(self) -> None:
        while self._stopped:
            worker = self._stopped.popleft()
            if worker.cause is None and worker.lane == "stopped":
                assert worker.expires is not None  # noqa: S101 - set where it was stopped
                worker.expires.cancel()
                loop = asyncio.get_running_loop()
                worker.expires = loop.call_later(worker.left, self.end, worker, "deadline")
                worker.lane = "heavy"
                self._lower(worker)
                self._tell({"continue": worker.pid})
                return

    def end(self, worker: _Worker, cause: Cause) -> None:
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
            self.end(worker, "lost")

    def cause(self, worker: _Worker) -> Cause:
        """Why a worker that has ended did not reply."""
        if self.lost.is_set():
            return "loading"
        if worker.cause is not None:
            return worker.cause
        code = worker.ended.result()
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
                return  # it has gone, which is heard from the socket

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
        query = worker.query
        try:
            frame = worker.inbox.read()
        except EOFError:
            self._hang_up(worker)
            if query is not None:
                query.lose(worker)
            return
        if frame is not None and query is not None:
            query.hear(worker, frame)

    @staticmethod
    def _hang_up(worker: _Worker) -> None:
        """Listen to the worker no more. Its connection is closed when it has ended."""
        if not worker.hung_up:
            worker.hung_up = True
            asyncio.get_running_loop().remove_reader(worker.connection.fileno())
            worker.inbox.close()

    def _let_go(self, worker: _Worker) -> None:
        """Close the connection of a worker that has ended, when its last words have been heard."""
        while worker.query is not None and not worker.hung_up:
            self._hear_worker(worker)
        self._hang_up(worker)
        worker.connection.close()

    def _lose_keeper(self) -> None:
        assert self._control is not None  # noqa: S101 - called by the loop for this socket only
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(PoolError(_ENDED))
        elif not self._closed:
            _log.error("the process that keeps the data has gone")
        if not self._closed:
            self.lost.set()
        for worker in list(self._workers.values()):
            self._let_go(worker)
            if not worker.ended.done():
                worker.ended.set_result(-signal.SIGTERM)
        self._workers.clear()
        self._idle.clear()
        if not self._closed:
            self._send_away()

    def _send_away(self) -> None:
        for query in list(self._waiting):
            query.fail("loading")


class Query:
    """A job on its way: it waits for a worker, runs on one, or is over."""

    __slots__ = ("_account", "_began", "_frame", "_give", "_pool", "_seconds", "_timer", "_worker", "is_over")

    def __init__(
        self,
        pool: Pool,
        job: dict[str, Any],
        seconds: float,
        give: Callable[[Outcome], None],
        account: budget.Account | None,
    ) -> None:
        self._pool = pool
        self._frame = wire.pack({**job, "seconds": seconds})
        self._seconds = seconds
        self._give = give
        self._account = account
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._worker: _Worker | None = None
        self.is_over = False
        if account is not None:
            account.running += 1

    def wait(self, seconds: float) -> None:
        """Wait in the line for a worker, for so long."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self.fail, "queue")

    def run(self, worker: _Worker) -> None:
        """Begin on the worker."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        light = min(self._seconds, self._pool.limits.light_seconds)
        self._worker = worker
        worker.lane = "quick"
        worker.query = self
        worker.expires = loop.call_later(light, self._pool.take_longer, worker, self._seconds - light)
        if self._account is not None:
            self._began = time.monotonic()
        self._pool.hand_over(worker, self._frame)

    def hear(self, worker: _Worker, frame: wire.Frame) -> None:
        """The worker's reply."""
        self._leave(worker)
        try:
            self._pool.settle(worker, frame)
        except StoppedError as stopped:
            self.fail(stopped.cause)
        else:
            self._end(frame)

    def lose(self, worker: _Worker) -> None:
        """The worker will not reply."""
        self._leave(worker)
        self._pool.take_out_of_lane(worker)
        self._worker = None
        worker.ended.add_done_callback(lambda _: self.fail(self._pool.cause(worker)))

    def fail(self, cause: Cause) -> None:
        """A limit was met."""
        if not self.is_over:
            self._pool.stops[cause] += 1
            self._pool.leave_line(self)
            self._end(StoppedError(cause))

    def cancel(self) -> None:
        """Nobody waits for it any more: the worker that runs it is ended."""
        if self.is_over:
            return
        self._pool.leave_line(self)
        worker = self._worker
        if worker is not None and worker.query is self:
            self._leave(worker)
            self._pool.end(worker, "deadline")
            self._pool.take_out_of_lane(worker)
        self._end(None)

    @staticmethod
    def _leave(worker: _Worker) -> None:
        worker.query = None
        if worker.expires is not None:
            worker.expires.cancel()

    def _end(self, outcome: Outcome) -> None:
        self.is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._account is not None:
            self._account.running -= 1
            self._account.charge(time.monotonic() - self._began if self._began else 0.0)
        self._give(outcome)
