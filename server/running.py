"""The life of the serving process: start, one line when it answers, stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from kg.problems import PeerkgError
from server.app import create_app
from server.budget import Network
from server.connection import Connections
from server.engine import Address
from server.front import Front
from server.limits import Limits
from server.service import Service

_YOUNG = 10_000  # new objects after which the collector looks for rings: some hundred requests, not ten


class AddressError(PeerkgError):
    """The address cannot be listened on."""


def serve_until_stopped(
    limits: Limits,
    host: str,
    port: int,
    *,
    directory: Path | None,
    files: tuple[Path, ...],
    engine: Address | None = None,
    trusted: tuple[Network, ...] = (),
) -> int:
    """Serve until SIGTERM (0) or SIGINT (130); `PeerkgError` where that cannot begin."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    # The thread that reads requests waits at most so long for the interpreter, not 5 milliseconds.
    sys.setswitchinterval(0.0005)
    return uvloop.run(
        _serve(
            Service(limits, directory=directory, files=files, engine=engine),
            host,
            _listening(host, port),
            trusted,
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    """A socket with that port, or a free one for 0; `AddressError` where another process has it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise AddressError(
            f"{host}:{port}: cannot listen there ({error.strerror or error}); "
            "choose another with --port or --host"
        ) from error
    return listening


async def _serve(service: Service, host: str, listening: socket.socket, trusted: tuple[Network, ...]) -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files := min(65_536, hard), hard))
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(code: int) -> None:
        if not stopped.done():
            stopped.set_result(code)

    loop.add_signal_handler(signal.SIGINT, stop, 130)
    loop.add_signal_handler(signal.SIGTERM, stop, 0)
    opening = asyncio.create_task(service.start())
    most = min(service.limits.connections, files // 2)
    front = Front(service, create_app(service), trusted)
    connections = Connections(front, replace(service.limits, connections=most))
    try:
        await connections.listen(listening)  # until the data are there it says that they are not
        either: set[asyncio.Future[Any]] = {opening, stopped}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            opening.cancel()
            return stopped.result()
        opening.result()
        # What is here now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG)
        shown = f"[{host}]" if ":" in host else host
        what = (
            f"release {service.edition.id}"
            if service.directory is not None
            else f"{service.edition.pool.quads} statements"
        )
        sys.stdout.write(f"peerkg: serving {what} on http://{shown}:{listening.getsockname()[1]}/\n")
        sys.stdout.flush()
        return await stopped
    finally:
        await connections.close(1.0)  # what is nearly done may be finished
        await service.close()
