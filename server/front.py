"""The HTTP side of the serving process.

The SPARQL protocol goes from granian straight to the workers; pages go through Flask, in threads.

Request bodies are read here, bounded in size and time, before anything is occupied by them; a client
that has gone takes its query with it.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from urllib.parse import quote

from flask import Flask
from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed
from granian.http import HTTP1Settings
from granian.rsgi import Scope
from granian.server.embed import Server

from server import budget, sparql
from server.budget import Budgets, Network
from server.limits import Limits
from server.message import Request, Response
from server.problem import Problem
from server.service import Call, Service

_log = logging.getLogger(__name__)

_RELEASE = re.compile(r"/releases/([^/]+)/sparql")
_CHUNK = 1_048_576
_PATIENCE = 0.02  # seconds after which it is worth watching whether the client is still there


class Front:
    """The application granian calls."""

    def __init__(self, service: Service, app: Flask, trusted: tuple[Network, ...] = ()) -> None:
        self._service = service
        self._app = app
        self._trusted = trusted
        self._budgets = Budgets(service.limits.client_budget, service.limits.client_queries)
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="page")

    async def __call__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        headers = _headers(scope)
        limits = self._service.limits
        account = self._budgets.account(
            budget.client(scope.client, headers.get("x-forwarded-for"), self._trusted)
        )
        of_release = _RELEASE.fullmatch(scope.path)
        asks = scope.path == "/sparql" or of_release is not None
        edition = self._service.edition
        edition.users += 1
        try:
            _check(scope, headers)
            if of_release is not None:
                found = await self._service.edition_of(of_release[1])
                edition.users -= 1
                edition = found
                edition.users += 1
            body = b""
            if asks and scope.method not in ("GET", "HEAD", "OPTIONS"):
                body = await _body(headers, protocol, limits)
            request = Request(scope.method, scope.path, scope.query_string, headers, body)
            if asks and not sparql.wants_page(request):
                context = copy_context()
                context.run(budget.ACCOUNT.set, account)
                answer = sparql.respond(request, edition, limits, permanent=of_release is not None)
                work = asyncio.create_task(answer, context=context)
                response = await _while_connected(work, protocol, work.cancel)
                if response is not None:
                    self._service.requests["sparql", response.status] += 1
                    _send(protocol, request, response)
            else:
                await self._page(scope, request, Call(self._service, edition, account), protocol)
        except Problem as problem:
            self._service.requests["sparql", problem.status] += 1
            _send(protocol, Request(scope.method, scope.path), sparql.declined(problem))
        finally:
            edition.users -= 1

    async def _page(self, scope: Scope, request: Request, call: Call, protocol: HTTPProtocol) -> None:
        environ = _environ(scope, request)
        environ["peerkg.call"] = call
        started: dict[str, Any] = {}

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            del exc_info
            started.update(status=int(status[:3]), headers=headers)
            return started.setdefault("written", []).append  # type: ignore[no-any-return]  # a list's own

        def answer() -> Iterable[bytes]:
            return self._app.wsgi_app(environ, start_response)

        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(loop.run_in_executor(self._threads, answer))
        body = await _while_connected(work, protocol, call.cancel)
        if body is None:
            return
        self._service.requests["pages", started["status"]] += 1
        headers = [(name.lower(), value) for name, value in started["headers"]]
        try:
            if isinstance(body, list | tuple) or getattr(body, "is_sequence", False):
                _send(protocol, request, Response(started["status"], tuple(headers), b"".join(body)))
            elif request.method == "HEAD":
                protocol.response_empty(started["status"], headers)
            else:
                chunks = iter(body)
                stream = protocol.response_stream(started["status"], headers)
                while chunk := await loop.run_in_executor(self._threads, _gather, chunks):
                    await stream.send_bytes(chunk)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()


def _check(scope: Scope, headers: dict[str, str]) -> None:
    """Refuse what HTTP/1.1 forbids and the library in front lets through."""
    if scope.method == "CONNECT":
        raise sparql.wrong_method("CONNECT")
    host = headers.get("host")
    if "," in (host or "") or (host is None and scope.http_version == "1.1"):
        # RFC 9112, section 3.2
        raise Problem("request", "the request must have exactly one `Host` header")


def _headers(scope: Scope) -> dict[str, str]:
    """The header fields; one that came several times is their list (RFC 9110, section 5.3)."""
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers


def _gather(chunks: Iterable[bytes]) -> bytes:
    """The next megabyte or so."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) >= _CHUNK:
            break
    return bytes(gathered)


async def _body(headers: dict[str, str], protocol: HTTPProtocol, limits: Limits) -> bytes:
    largest = 3 * limits.query_bytes + 65_536  # a form may encode every byte as three
    if "transfer-encoding" in headers:
        # Granian does not tell a body of chunks that is broken off from one that is whole.
        raise Problem("length", "the request body comes in chunks, without its length")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > largest:
        detail = f"the request body has more than {largest:,} bytes"
        raise Problem("too-large", detail, {"limit": "size", "bytes": largest})
    try:
        async with asyncio.timeout(limits.body_seconds):
            return bytes(await protocol())
    except TimeoutError:
        detail = f"the request body took more than {limits.body_seconds:g} seconds"
        raise Problem("slow-request", detail) from None
    except RSGIProtocolClosed:
        raise Problem("request", f"the request body ended before its {length} bytes") from None


async def _while_connected(
    work: asyncio.Future[Any], protocol: HTTPProtocol, give_up: Callable[[], object]
) -> Any:
    """What the work comes to; `None` where the client has gone, whereupon it is given up."""
    done, _ = await asyncio.wait({work}, timeout=_PATIENCE)
    if done:
        return work.result()
    gone = asyncio.ensure_future(protocol.client_disconnect())
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        give_up()
        await asyncio.wait({work})
        if not work.cancelled() and work.exception() is not None:
            _log.debug("given up: %s", work.exception())
        return None
    finally:
        gone.cancel()


def _send(protocol: HTTPProtocol, request: Request, response: Response) -> None:
    headers = [(name.lower(), value) for name, value in response.headers]
    if not any(name == "server" for name, _ in headers):
        headers.append(("server", "peerkg"))
    if request.method == "HEAD" or response.status in (204, 304):
        if response.status == 200 and not any(name == "content-length" for name, _ in headers):
            headers.append(("content-length", str(len(response.body))))
        protocol.response_empty(response.status, headers)
    else:
        protocol.response_bytes(response.status, headers, response.body)


def _environ(scope: Scope, request: Request) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333): text of the wire as Latin-1."""
    host, _, port = (scope.server or "localhost:80").rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode(errors="surrogateescape").decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "REQUEST_URI": quote(request.path) + ("?" + request.query_string if request.query_string else ""),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name not in ("content-length", "content-type") and "_" not in name:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def server(front: Front, host: str, port: int, limits: Limits) -> Server:
    """Granian in this process's event loop, with HTTP/1.1 and bounds on what a connection may hold."""
    return Server(
        front,
        address=host,
        port=port,
        interface="rsgi",  # type: ignore[arg-type]  # granian takes the value as well as the enumeration
        http="1",  # type: ignore[arg-type]  # as above
        websockets=False,
        backlog=1024,
        backpressure=2048,
        log_enabled=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(1000 * limits.header_seconds), max_buffer_size=65_536
        ),
    )
