"""Holds a release's quads in memory and forks the workers that answer queries from them.

It is a process of a single thread without sockets to the outside: `os.fork` is safe in it, and a worker
shares its memory. The front talks to it over an inherited Unix socket, one JSON message a packet:

    front   what to load, then {"fork": n}, {"kill": pid}, {"stop": pid}, {"continue": pid}, {"nice": pid}
    keeper  {"ready": ...} or {"failed": ...}, then {"worker": pid} with its socket, {"ended": pid}

It ends when the front does, and its workers with it. A release too large for memory is opened from its
index on disk by each worker after the fork: an open disk store has threads and must not be forked.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import resource
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Store

from kg import formats, packing
from server import sandbox, worker

_PACKET = 65_536


class _NotLoadedError(Exception):
    """The data cannot be served; the message says which file and why."""


def _read(path: Path) -> bytes:
    try:
        return packing.read(path)
    except FileNotFoundError:
        raise _NotLoadedError(f"{path}: there is no such file") from None
    except OSError as error:
        raise _NotLoadedError(f"{path}: {error.strerror or error}") from error
    except packing.DamagedFileError as error:
        raise _NotLoadedError(str(error)) from error


def _load_files(paths: list[str]) -> tuple[Store, str]:
    """A store with the files' quads, and the digest of their bytes."""
    store = Store()
    digest = hashlib.sha256()
    for name in paths:
        path = Path(name)
        try:
            form = formats.by_path(path).form
        except formats.UnknownSyntaxError as error:
            raise _NotLoadedError(str(error)) from error
        data = _read(path)
        digest.update(hashlib.sha256(data).digest())
        try:
            store.bulk_load(io.BytesIO(data), form, base_iri=path.absolute().as_uri())
        except (SyntaxError, ValueError, OSError) as error:
            raise _NotLoadedError(f"{path}: {error}") from error
    return store, digest.hexdigest()


def _load_index(index: str) -> Store:
    """The quads of an index on disk, in memory. A child of its own reads them: opening starts threads."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        code = 1
        try:
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
        try:
            store.bulk_load(pipe, RdfFormat.N_QUADS)
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
        digest = ""
        if self._order.get("files"):
            self._store, digest = _load_files(self._order["files"])
        elif self._order["in_memory"]:
            self._store = _load_index(self._order["index"])
        elif not Path(self._order["index"]).is_dir():
            raise _NotLoadedError(f"{self._order['index']}: there is no index")
        if sandbox.threads() != 1:
            raise _NotLoadedError("a library has started a thread in the process that must fork")
        gc.collect()
        gc.freeze()
        return {"quads": len(self._store) if self._store is not None else None, "digest": digest}

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
            os.setpriority(os.PRIO_PROCESS, message["nice"], 19)

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
        store = self._store if self._store is not None else Store.read_only(self._order["index"])
        sandbox.limit_memory(self._order["memory_bytes"])
        worker.run(connection, store, self._order["result_bytes"])

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
    isolated = sandbox.leave_network()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    keeper = Keeper(control, order)
    try:
        ready = keeper.load()
    except _NotLoadedError as error:
        control.send(json.dumps({"failed": str(error)[:8000]}).encode())
        return
    control.send(json.dumps({"ready": True, "isolated": isolated, **ready}).encode())
    try:
        keeper.serve()
    except (BrokenPipeError, ConnectionResetError):
        return  # the front has gone: the kernel ends the workers with this process


if __name__ == "__main__":
    main(int(sys.argv[1]))
