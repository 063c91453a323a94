"""The life of the serving process: start, one line when it answers, stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvloop

from kg.problems import PeerkgError
from server.app import create_app
from server.budget import Network
from server.engine import Address
from server.front import Front, server
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
    service = Service(limits, directory=directory, files=files, engine=engine)
    return uvloop.run(_serve(service, host, _free(host, port), trusted))


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0; `AddressError` where another process has it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            return int(trial.getsockname()[1])
    except OSError as error:
        raise AddressError(
            f"{host}:{port}: cannot listen there ({error.strerror or error}); "
            "choose another with --port or --host"
        ) from error


async def _serve(service: Service, host: str, port: int, trusted: tuple[Network, ...]) -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65_536, hard), hard))
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(code: int) -> None:
        if not stopped.done():
            stopped.set_result(code)

    loop.add_signal_handler(signal.SIGINT, stop, 130)
    loop.add_signal_handler(signal.SIGTERM, stop, 0)
    opening = asyncio.create_task(service.start())
    granian = server(Front(service, create_app(service), trusted), host, port, service.limits)
    serving = asyncio.create_task(granian.serve())  # until the data are there it says that they are not
    try:
        await asyncio.wait(_either(opening, serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        if stopped.done() or serving.done():
            opening.cancel()
            return stopped.result() if stopped.done() else 1
        opening.result()
        await _answering(host, port)
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
        sys.stdout.write(f"peerkg: serving {what} on http://{shown}:{port}/\n")
        sys.stdout.flush()
        await asyncio.wait(_either(serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        return stopped.result() if stopped.done() else 1
    finally:
        granian.stop()  # type: ignore[no-untyped-call]  # granian has no annotation there
        await asyncio.wait({serving}, timeout=1)  # what is nearly done may be finished
        await service.close()


def _either(*futures: asyncio.Future[Any]) -> set[asyncio.Future[Any]]:
    return set(futures)


async def _answering(host: str, port: int) -> None:
    """Return once a connection is taken; the listening socket is granian's to open."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(target, port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return
    raise AddressError(f"{host}:{port}: the server did not begin to listen")
