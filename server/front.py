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
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from flask import Flask
from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed
from granian.http import HTTP1Settings
from granian.rsgi import Scope
from granian.server.embed import Server

from server import budget, ready, sparql, spool
from server.app import SECURITY, problem_page
from server.budget import Budgets, Network
from server.limits import Limits
from server.message import Request, Response
from server.pool import StoppedError
from server.problem import MEDIA_TYPE, Problem
from server.ready import Ready
from server.service import Call, Edition, Service
from server.spool import Body, Spool, whole

_log = logging.getLogger(__name__)

T = TypeVar("T")

_RELEASE = re.compile(r"/releases/([^/]+)/sparql")
_HOST = re.compile(r"(?:[A-Za-z0-9\-._~%!$&'()*+;=]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_NO_STORE = ("Cache-Control", "no-store")
_OPENING = 10.0  # seconds for which a file is kept so that it can be opened
_FEW = 65_536  # bytes of a file that is kept in memory
_PATIENCE = 0.02  # seconds after which it is worth watching whether the client is still there


class Front:
    """The application granian calls."""

    def __init__(self, service: Service, app: Flask, trusted: tuple[Network, ...] = ()) -> None:
        self._service = service
        self._app = app
        self._trusted = trusted
        self._budgets = Budgets(service.limits.client_budget, service.limits.client_queries)
        self._incoming = 0  # bytes of request bodies that are being received
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="page")

    async def __call__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        service = self._service
        headers = _headers(scope)
        if not service.opened:
            _send(protocol, Request(scope.method, scope.path), self._not_yet(scope.path, headers))
            return
        edition = service.edition
        key = None
        if scope.method in ("GET", "HEAD") and _is_hosted(scope, headers):
            key = ready.key(scope.path, scope.query_string, headers)
            found = edition.ready.get(key) if key is not None else None
            if found is not None:
                await self._send_again(found, scope, headers, protocol)
                return
        edition.users += 1
        try:
            _check(scope, headers)
            account = self._account(scope, headers)
            of_release = _RELEASE.fullmatch(scope.path)
            if of_release is not None:
                found_edition = await service.edition_of(of_release[1])
                edition.users -= 1
                edition = found_edition
                edition.users += 1
            asks = scope.path == "/sparql" or of_release is not None
            body = b""
            if asks and scope.method not in ("GET", "HEAD", "OPTIONS"):
                body = await self._body(headers, protocol)
            request = Request(scope.method, scope.path, scope.query_string, headers, body)
            if asks and not sparql.wants_page(request):
                budget.ACCOUNT.set(account)  # of the task that answers this request, and of no other
                answer = sparql.respond(request, edition, service.limits, permanent=of_release is not None)
                response = await _unless_gone(answer, protocol)
                if response is None:
                    return
                service.requests["sparql", response.status] += 1
                fields = _named(_lower(response.headers))
                if response.lasting and of_release is None:
                    _keep(edition, key, "sparql", request, response.status, fields, response.body)
                await self._deliver(protocol, request.method, response.status, fields, response.body)
            else:
                await self._page(scope, request, Call(service, edition, account), key, protocol)
        except Problem as problem:
            service.requests["sparql", problem.status] += 1
            declined = self._declined(problem, scope.path, headers, edition)
            _send(protocol, Request(scope.method, scope.path), declined)
        finally:
            edition.users -= 1

    async def _body(self, headers: dict[str, str], protocol: HTTPProtocol) -> bytes:
        limits = self._service.limits
        length = _length(headers, limits)
        if self._incoming + length > limits.bodies_bytes:
            detail = f"other requests are sending {limits.bodies_bytes:,} bytes of queries at this moment"
            more = {"limit": "bodies", "bytes": limits.bodies_bytes}
            raise Problem("queue", detail, more, (("Retry-After", "2"),))
        self._incoming += length
        try:
            async with asyncio.timeout(limits.body_seconds):
                return bytes(await protocol())
        except TimeoutError:
            detail = f"the request body took more than {limits.body_seconds:g} seconds"
            raise Problem("slow-request", detail) from None
        except RSGIProtocolClosed:
            raise Problem("request", f"the request body ended before its {length} bytes") from None
        finally:
            self._incoming -= length

    def _declined(
        self, problem: Problem, path: str, headers: dict[str, str], edition: Edition | None
    ) -> Response:
        """The problem as a document, or as a page for a client that would rather have one."""
        fields = [_NO_STORE, ("Vary", "Accept"), *problem.headers, *sparql.CORS]
        if edition is not None:
            fields.append(("Peerkg-Release", edition.id))
        if not sparql.wants_problem_page(headers.get("accept")):
            document = (("Content-Type", MEDIA_TYPE), *sparql.INERT, *fields)
            return Response(problem.status, document, problem.as_json())
        root = "../" * (path.count("/") - 1) or "./"
        page = problem_page(self._app, problem, root, edition.release if edition is not None else None)
        of_page = (("Content-Type", "text/html; charset=utf-8"), *SECURITY.items(), *fields)
        return Response(problem.status, of_page, page.encode(errors="replace"))

    def _not_yet(self, path: str, headers: dict[str, str]) -> Response:
        """What is said while the data are being loaded."""
        if path == "/health/live":
            return Response(200, (("Content-Type", "application/json"), _NO_STORE), b'{"live":true}\n')
        if path in ("/health", "/health/ready"):
            body = b'{"live":true,"ready":false,"reason":"the data are being loaded"}\n'
            return Response(
                503, (("Content-Type", "application/json"), ("Retry-After", "2"), _NO_STORE), body
            )
        return self._declined(sparql.stopped(StoppedError("loading"), 0, Limits()), path, headers, None)

    def _account(self, scope: Scope, headers: dict[str, str]) -> budget.Account | None:
        if not self._service.limits.client_budget:
            return None
        client = budget.client(scope.client, headers.get("x-forwarded-for"), self._trusted)
        return self._budgets.account(client)

    async def _send_again(
        self, found: Ready, scope: Scope, headers: dict[str, str], protocol: HTTPProtocol
    ) -> None:
        condition = headers.get("if-none-match")
        if condition is not None and sparql.matches(condition, found.tag):
            self._service.requests[found.part, 304] += 1
            protocol.response_empty(304, found.unmodified)
            return
        self._service.requests[found.part, 200] += 1
        if isinstance(found.body, bytes) and scope.method == "GET":
            protocol.response_bytes(200, found.headers, found.body)
        elif isinstance(found.body, Path):
            _send_file(protocol, scope.method, found.headers, found.body)
        else:
            await self._deliver(protocol, scope.method, 200, found.headers, found.body)

    async def _deliver(
        self,
        protocol: HTTPProtocol,
        method: str,
        status: int,
        fields: list[tuple[str, str]],
        body: Body,
    ) -> None:
        """Send a response; a body that lies in a file is read no faster than the client receives it."""
        if isinstance(body, bytes) or method == "HEAD" or status in (204, 304):
            _send_fields(protocol, method, status, fields, body)
            return
        protocol.response_file(status, [*fields, ("content-length", str(len(body)))], str(body.path))
        # Granian opens the file a moment later in a thread of its own, and does not say when.
        asyncio.get_running_loop().call_later(_OPENING, _let_go, body)

    async def _page(
        self, scope: Scope, request: Request, call: Call, key: Hashable | None, protocol: HTTPProtocol
    ) -> None:
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
        status = started["status"]
        self._service.requests["pages", status] += 1
        headers = _named(_lower(started["headers"]))
        lasting = environ.get("peerkg.lasting") and status == 200
        try:
            if isinstance(body, _File) and status == 200:
                if lasting:
                    _keep(call.edition, key, "pages", request, status, headers, _held(body.path))
                _send_file(protocol, request.method, headers, body.path)
            elif isinstance(body, list | tuple) or getattr(body, "is_sequence", False):
                data = b"".join(body)
                if lasting:
                    _keep(call.edition, key, "pages", request, status, headers, data)
                _send_fields(protocol, request.method, status, headers, data)
            elif request.method == "HEAD":
                protocol.response_empty(status, headers)
            elif status == 206 and isinstance(file := getattr(body, "iterable", None), _File):
                start, end = _range(dict(headers)["content-range"])
                protocol.response_file_range(status, headers, str(file.path), start, end)
            else:
                # Granian takes what it is given as fast as it comes, and holds it: this goes to a file.
                spooled = await loop.run_in_executor(self._threads, _spooled, body)
                fields = [field for field in headers if field[0] != "content-length"]
                await self._deliver(protocol, request.method, status, fields, spooled)
        except OSError as error:
            _log.error("%s: %s", request.path, error)
            raise Problem("room", "there is no room on the server to make the file in") from error
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()


class _File:
    """What Flask makes of a file that is sent whole (PEP 3333, `wsgi.file_wrapper`)."""

    def __init__(self, file: BinaryIO, size: int = 262_144) -> None:
        self._file = file
        self._size = size
        self.path = Path(file.name)
        self.close = file.close
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def __iter__(self) -> Iterator[bytes]:
        return self  # werkzeug seeks in the iterator where a part of the file is wanted

    def __next__(self) -> bytes:
        chunk = self._file.read(self._size)
        if not chunk:
            raise StopIteration
        return chunk


def _keep(  # noqa: PLR0917 - an answer and where it belongs
    edition: Edition,
    key: Hashable | None,
    part: str,
    request: Request,
    status: int,
    fields: list[tuple[str, str]],
    body: Body | Path,
) -> None:
    """Keep an answer for the next who asks the same."""
    if key is None or request.method != "GET" or status != 200:
        return
    found = ready.kept(part, fields, body)
    if found is not None:
        edition.ready.put(key, found, found.size + len(request.query_string) + 500)


def _held(path: Path) -> bytes | Path:
    """What is kept of a file: its bytes where they are few, for then it need not be opened again."""
    return path if path.stat().st_size > _FEW else path.read_bytes()


def _send_file(protocol: HTTPProtocol, method: str, headers: list[tuple[str, str]], path: Path) -> None:
    if method == "HEAD":
        protocol.response_empty(200, headers)
    else:
        protocol.response_file(200, headers, str(path))


def _is_hosted(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether the request has exactly one `Host`, and one that can be (RFC 9112, section 3.2)."""
    host = headers.get("host")
    return _HOST.fullmatch(host) is not None if host is not None else scope.http_version != "1.1"


def _check(scope: Scope, headers: dict[str, str]) -> None:
    """Refuse what HTTP/1.1 forbids and the library in front lets through."""
    if scope.method == "CONNECT":
        raise sparql.wrong_method("CONNECT")
    if not _is_hosted(scope, headers):
        raise Problem("request", "the request must have exactly one `Host` header, with a host's name")


def _headers(scope: Scope) -> dict[str, str]:
    """The header fields; one that came several times is their list (RFC 9110, section 5.3)."""
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers


def _spooled(chunks: Iterable[bytes]) -> Spool:
    return Spool(*spool.gathered(chunks))


def _range(content_range: str) -> tuple[int, int]:
    """Where the part begins, and where it has ended, of a header such as `bytes 5-9/100`."""
    start, _, last = content_range.removeprefix("bytes ").partition("/")[0].partition("-")
    return int(start), int(last) + 1


def _let_go(body: Body) -> None:
    """The last that holds on to the body until now."""
    del body


def _length(headers: dict[str, str], limits: Limits) -> int:
    """How long the request says that its body is."""
    largest = 3 * limits.query_bytes + 65_536  # a form may encode every byte as three
    if "transfer-encoding" in headers:
        # Granian does not tell a body of chunks that is broken off from one that is whole.
        raise Problem("length", "the request body comes in chunks, without its length")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > largest:
        detail = f"the request body has more than {largest:,} bytes"
        raise Problem("too-large", detail, {"limit": "size", "bytes": largest})
    return int(length)


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


async def _unless_gone(answer: Coroutine[Any, Any, T], protocol: HTTPProtocol) -> T | None:
    """What the answer comes to; `None` where the client has gone meanwhile, whereupon it is given up.

    The answer is worked out in the request's own task: most are there before it is worth watching the client.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - granian calls in a task
    watching: list[asyncio.Task[None]] = []
    left = False

    async def watch() -> None:
        nonlocal left
        await protocol.client_disconnect()
        left = True
        task.cancel()

    loop = asyncio.get_running_loop()
    patience = loop.call_later(_PATIENCE, lambda: watching.append(loop.create_task(watch())))
    try:
        return await answer
    except asyncio.CancelledError:
        if not left:
            raise
        task.uncancel()
        return None
    finally:
        patience.cancel()
        for one in watching:
            one.cancel()


def _lower(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


def _named(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with the name of this server."""
    return headers if any(name == "server" for name, _ in headers) else [*headers, ("server", "peerkg")]


def _send(protocol: HTTPProtocol, request: Request, response: Response) -> None:
    """Send a response that has little to say."""
    _send_fields(protocol, request.method, response.status, _named(_lower(response.headers)), response.body)


def _send_fields(
    protocol: HTTPProtocol, method: str, status: int, fields: list[tuple[str, str]], body: Body
) -> None:
    if method == "HEAD" or status in (204, 304):
        if status == 200 and not any(name == "content-length" for name, _ in fields):
            fields = [*fields, ("content-length", str(len(body)))]
        protocol.response_empty(status, fields)
    else:
        protocol.response_bytes(status, fields, whole(body))


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
        "wsgi.file_wrapper": _File,
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
