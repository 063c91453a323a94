"""Holds a release's quads in memory and forks the workers that answer queries from them.

It is a process of a single thread without sockets to the outside: `os.fork` is safe in it, and a worker
shares its memory. The front talks to it over an inherited Unix socket, one JSON message a packet:

    front   what to load, then {"fork": n}, {"kill": pid}, {"stop": pid}, {"continue": pid}, {"nice": pid}
    keeper  {"loading": ...} now and then, {"ready": ...} or {"failed": ...}, then {"worker": pid} with its
            socket, {"lowered": pid} when it is nice, {"ended": pid}

It ends when the front does, and its workers with it. What is too large for memory is opened from an
index on disk by each worker after the fork: an open disk store has threads and must not be forked.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import io
import json
import os
import resource
import select
import signal
import socket
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from pyoxigraph import RdfFormat, Store

from kg import formats
from kg import packing as packings
from server import sandbox, worker
from server.engine import Address, Engine

_PACKET = 65_536
_PROGRESS = 2.0  # seconds between two words about how far the loading is


class _NotLoadedError(Exception):
    """The data cannot be served; the message says which file and why."""


Tell = Callable[[dict[str, Any]], None]


class _Reading:
    """What is in files, as a loader reads it: hashed, and told about every other second."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told = time.monotonic()
        self._read = 0
        self.digest = hashlib.sha256()
        self.failure: Exception | None = None

    def of(self, stream: IO[bytes], size: int) -> _Stream:
        """The stream of a file; `size` is 0 where it is not known how much it will give."""
        return _Stream(stream, self, size)

    def count(self, data: bytes, name: str, size: int) -> None:
        """Take note of bytes that were read."""
        self.digest.update(data)
        self._read += len(data)
        if time.monotonic() - self._told > _PROGRESS:
            self._told = time.monotonic()
            of = f" of {size // 1_000_000:,}" if size else ""
            self._tell({"loading": f"{name}: {self._read // 1_000_000:,}{of} MB read"})


class _Stream:
    """One file as the loader sees it."""

    def __init__(self, stream: IO[bytes], reading: _Reading, size: int) -> None:
        self._stream = stream
        self._reading = reading
        self._size = size
        self.name = str(getattr(stream, "name", "the data"))

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Why there are none is kept: the loader would tell it in words of its own."""
        try:
            data = self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            self._reading.failure = error
            raise OSError(str(error)) from error
        self._reading.count(data, self.name, self._size)
        return data


def _opened(path: Path) -> tuple[IO[bytes], int]:
    """The stream of a file and its size; packed ones are unpacked on the way where a cut can be seen so."""
    try:
        packing = packings.of(path)
        if packing is None:
            return path.open("rb"), path.stat().st_size
        if packing is packings.GZIP:
            return packing.opened(path), 0
        data = packings.read(path)
        return io.BytesIO(data), len(data)
    except FileNotFoundError:
        raise _NotLoadedError(f"{path}: there is no such file") from None
    except OSError as error:
        raise _NotLoadedError(f"{path}: {error.strerror or error}") from error
    except packings.DamagedFileError as error:
        raise _NotLoadedError(str(error)) from error


def _load_files(store: Store, paths: list[str], tell: Tell) -> str:
    """Put the files' quads into the store; the digest of their bytes."""
    digest = hashlib.sha256()
    for name in paths:
        path = Path(name)
        try:
            form = formats.by_path(path).form
        except formats.UnknownSyntaxError as error:
            raise _NotLoadedError(str(error)) from error
        reading = _Reading(tell)
        stream, size = _opened(path)
        with stream:
            try:
                store.bulk_load(reading.of(stream, size), form, base_iri=path.absolute().as_uri())  # type: ignore[arg-type]  # it only reads
            except (SyntaxError, ValueError, OSError) as error:
                reason = reading.failure or error
                cut = isinstance(reason, EOFError | gzip.BadGzipFile | zlib.error)
                raise _NotLoadedError(f"{path}: {'cannot be unpacked: ' if cut else ''}{reason}") from error
        digest.update(reading.digest.digest())
    return digest.hexdigest()


def _load_files_to_disk(folder: str, paths: list[str], tell: Tell) -> tuple[int, str]:
    """Make a store of the files in the folder; how many quads it holds, and the digest of the files.

    A child of its own does it, since a store on disk starts threads.
    """
    readable, writable = os.pipe()
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(readable)
        said: dict[str, Any] = {"failed": f"{folder}: the files could not be loaded"}
        try:
            sandbox.die_with_parent(keeper)
            store = Store(folder)
            digest = _load_files(store, paths, tell)
            store.optimize()
            store.flush()
            said = {"quads": len(store), "digest": digest}
        except _NotLoadedError as error:
            said = {"failed": str(error)[:8000]}
        except OSError as error:
            said = {"failed": f"{folder}: {error}"}
        finally:
            os.write(writable, json.dumps(said).encode())
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    said = (
        json.loads(answer) if answer else {"failed": "the process that loaded the files ended in the middle"}
    )
    if "failed" in said:
        raise _NotLoadedError(said["failed"])
    return said["quads"], said["digest"]


def _load_index(index: str, tell: Tell) -> Store:
    """The quads of an index on disk, in memory. A child of its own reads them: opening starts threads."""
    readable, writable = os.pipe()
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(readable)
        code = 1
        try:
            sandbox.die_with_parent(keeper)
            with os.fdopen(writable, "wb") as pipe:
                Store.read_only(index).dump(pipe, RdfFormat.N_QUADS)
            code = 0
        except OSError as error:
            sys.stderr.write(f"{index}: {error}\n")
        finally:
            os._exit(code)
    os.close(writable)
    store = Store()
    with os.fdopen(readable, "rb") as pipe:
        stream = _Reading(tell).of(pipe, 0)
        stream.name = index
        try:
            store.bulk_load(stream, RdfFormat.N_QUADS)  # type: ignore[arg-type]  # it only reads
        except (SyntaxError, ValueError, OSError) as error:
            raise _NotLoadedError(f"{index}: the index cannot be read: {error}") from error
    if os.waitpid(child, 0)[1] != 0:
        raise _NotLoadedError(f"{index}: the index cannot be opened; `peerkg verify` says what is wrong")
    return store


class Keeper:
    """The store, the workers forked from it, and the socket to the front."""

    def __init__(self, control: socket.socket, order: dict[str, Any]) -> None:
        self._control = control
        self._order = order
        self._children: set[int] = set()
        self._store: Store | None = None

    def load(self) -> dict[str, Any]:
        """Load what was ordered; what the front wants to know of it."""
        digest, quads = "", None
        files = self._order.get("files")
        if files and self._order["in_memory"]:
            self._store = Store()
            digest = _load_files(self._store, files, self._tell)
        elif files:
            quads, digest = _load_files_to_disk(self._order["index"], files, self._tell)
        elif self._order["in_memory"]:
            self._store = _load_index(self._order["index"], self._tell)
        elif self._order["engine"] is None and not Path(self._order["index"]).is_dir():
            raise _NotLoadedError(f"{self._order['index']}: there is no index")
        if sandbox.threads() != 1:
            raise _NotLoadedError("a library has started a thread in the process that must fork")
        gc.collect()
        gc.freeze()
        return {"quads": quads if self._store is None else len(self._store), "digest": digest}

    def serve(self) -> None:
        """Do what the front says until it has gone."""
        readable, writable = os.pipe()
        os.set_blocking(writable, False)
        signal.set_wakeup_fd(writable)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            ready, _, _ = select.select([self._control.fileno(), readable], [], [])
            if readable in ready:
                os.read(readable, 4096)
                self._reap()
            if self._control.fileno() in ready:
                packet = self._control.recv(_PACKET)
                if not packet:
                    break
                self._obey(json.loads(packet))
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _obey(self, message: dict[str, int]) -> None:
        for _ in range(message.get("fork", 0)):
            self._fork()
        for word, number in (
            ("kill", signal.SIGKILL),
            ("stop", signal.SIGSTOP),
            ("continue", signal.SIGCONT),
        ):
            # Only a child that has not been waited for keeps its number, so no stranger is hit.
            if message.get(word) in self._children:
                os.kill(message[word], number)
        if message.get("nice") in self._children:
            sandbox.put_last(message["nice"])
            self._tell({"lowered": message["nice"]})

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        keeper = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                self._control.close()
                ours.close()
                self._become_worker(theirs, keeper)
                code = 0
            finally:
                if code:
                    traceback.print_exc()
                os._exit(code)
        theirs.close()
        self._children.add(pid)
        socket.send_fds(self._control, [json.dumps({"worker": pid}).encode()], [ours.fileno()])
        ours.close()

    def _become_worker(self, connection: socket.socket, keeper: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sandbox.die_with_parent(keeper)
        sandbox.be_ended_first()
        store = self._index()
        sandbox.limit_memory(self._order["memory_bytes"], worker.RESERVE)
        worker.run(connection, store, self._order["result_bytes"])

    def _index(self) -> worker.Index:
        if self._order["engine"] is not None:
            return Engine(Address.of_order(self._order["engine"]), self._order["result_bytes"])
        return self._store if self._store is not None else Store.read_only(self._order["index"])

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._children.discard(pid)
                self._tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())


def main(descriptor: int) -> None:
    """Serve the front at the other end of the inherited socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    order = json.loads(control.recv(_PACKET * 4))
    sandbox.die_with_parent(order["front"])
    sandbox.forbid_new_rights()
    isolated = order["engine"] is None and sandbox.leave_network()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    keeper = Keeper(control, order)
    try:
        ready = keeper.load()
    except _NotLoadedError as error:
        control.send(json.dumps({"failed": str(error)[:8000]}).encode())
        return
    try:
        control.send(json.dumps({"ready": True, "isolated": isolated, **ready}).encode())
        keeper.serve()
    except (BrokenPipeError, ConnectionResetError):
        return  # the front has gone: the kernel ends the workers with this process


if __name__ == "__main__":
    main(int(sys.argv[1]))
