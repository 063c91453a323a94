"""Connections of HTTP/1.1 (RFC 9112): requests are read, answered in their order, and the answers sent.

llhttp, which httptools binds, reads the syntax and refuses what could be read in two ways. What it leaves
open is decided here: how much of a request is held, how long a client may take, whose turn it is, and that
an answer is sent no faster than it is received.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Coroutine
from email.utils import formatdate
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol, TypeAlias, cast
from urllib.parse import unquote

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserInvalidMethodError,
    HttpParserUpgrade,
    HttpRequestParser,
)

from server.limits import Limits
from server.message import Reply, Request
from server.problem import Problem
from server.sparql import wrong_method
from server.spool import Spool

_log = logging.getLogger(__name__)

_TARGET = 65_536  # bytes of an address
_FIELDS = 65_536  # bytes of all header fields together
_NUMBER = 100  # header fields
_AHEAD = 8  # requests that are read while others wait for their turn; what one piece holds may be more
_PIECE = 4096  # bytes that are parsed at once
_UNREAD = 65_536  # bytes that may wait to be parsed before no more is received
_JOINED = 16_384  # a body of more bytes is not copied to stand behind its head
_SENT = 1_048_576  # bytes of a file that are sent before others have a turn
_HALF_CLOSED = 0.3  # seconds for which a client that sends no more may still be there to receive
_LINGERING = 2.0  # seconds for which a client may take in the last answer before its connection is reset
_SWEEP = 0.25  # seconds between two looks at who is late

_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_METHOD = re.compile(rb"[\r\n]*([A-Z]{1,40}) ")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


Work: TypeAlias = Reply | Coroutine[Any, Any, Reply]
"""An answer, or what has to be awaited for it."""
Give: TypeAlias = Callable[[Callable[[], Work]], None]
"""Takes what makes an answer, and sends what it makes."""


class Running(Protocol):
    """Something that will give an answer."""

    def cancel(self) -> object:
        """Nobody waits for it any more, and nothing is given."""


class Application(Protocol):
    """What answers the requests."""

    def begin(self, request: Request, give: Give) -> Work | Running:
        """The answer, what has to be awaited for it, or what runs and will give it.

        The latter two are cancelled when the client has gone.
        """

    def refused(self, problem: Problem, request: Request) -> Reply:
        """The answer to a request that cannot be read; there may be little in it."""


class _Turn(NamedTuple):
    """A request that waits to be answered, or what is wrong with it."""

    request: Request
    stays: bool
    """Whether the connection stays open after its answer."""
    problem: Problem | None = None


class Connections:
    """All that are open, and what they share."""

    def __init__(self, application: Application, limits: Limits) -> None:
        self.application = application
        self.limits = limits
        self.largest_body = 3 * limits.query_bytes + 65_536  # a form may encode every byte as three
        self.incoming = 0
        """Bytes of request bodies that are being received."""
        self.waiting: dict[Connection, None] = {}
        """Those from which a whole request has yet to come; the one that has waited longest first."""
        self.closing = False
        self._open: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._second = 0
        self._date = b""
        self._sweeping: asyncio.TimerHandle | None = None

    async def listen(self, listening: socket.socket) -> None:
        """Take connections from a socket that is bound."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=listening, backlog=1024)
        self._sweeping = loop.call_later(_SWEEP, self._sweep)

    async def close(self, seconds: float) -> None:
        """Take no more requests, and end all connections when what has begun is sent or the time is over."""
        self.closing = True
        if self._server is not None:
            self._server.close()
        for connection in list(self.waiting):
            connection.leave()
        end = time.monotonic() + seconds
        while self._open and time.monotonic() < end:  # noqa: ASYNC110 - a server stops once
            await asyncio.sleep(0.01)
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in list(self._open):
            connection.abort()

    def add(self, connection: Connection) -> bool:
        """Count a new connection in; whether there is room. One that waits for a request makes room."""
        if len(self._open) >= self.limits.connections:
            longest = next(iter(self.waiting), None)
            if longest is None:
                return False
            longest.abort()
        self._open.add(connection)
        return True

    def remove(self, connection: Connection) -> None:
        """The connection is no more."""
        self._open.discard(connection)
        self.waiting.pop(connection, None)

    def date(self) -> bytes:
        """The header field that says what time it is."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._date = f"date: {formatdate(now, usegmt=True)}\r\n".encode()
        return self._date

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [one for one in self._open if one.deadline < now or one.stalled < now]:
            connection.expire()
        self._sweeping = loop.call_later(_SWEEP, self._sweep)


_NEVER = float("inf")


class Connection(asyncio.Protocol):
    """One connection. The parser calls the methods that begin with `on_`, the loop the other public ones."""

    __slots__ = (
        "_answering",
        "_begun",
        "_body",
        "_client",
        "_continue",
        "_eof",
        "_fed",
        "_fields",
        "_head",
        "_headers",
        "_is_full",
        "_is_paused",
        "_is_sending",
        "_loop",
        "_parser",
        "_reserved",
        "_resumed",
        "_server",
        "_shared",
        "_size",
        "_transport",
        "_turns",
        "_unread",
        "_unsent",
        "_url",
        "deadline",
        "stalled",
    )

    def __init__(self, shared: Connections) -> None:
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._parser: HttpRequestParser | None = HttpRequestParser(self)
        """None when no more requests are read."""
        self._client = self._server = ""
        self._unread = bytearray()
        self._turns: deque[_Turn] = deque()
        self._answering: Running | None = None
        self._is_sending = False
        """Whether a file is being sent."""
        self._is_full = False
        """Whether much of what was sent has yet to be received."""
        self._is_paused = False
        """Whether nothing is received for now."""
        self._resumed: asyncio.Future[None] | None = None
        self._unsent = 0
        """How much there was to be sent when the client was late last."""
        self._eof = False
        """Whether the client sends no more."""
        self.deadline = _NEVER
        """When a request has to be there, by the loop's clock."""
        self.stalled = _NEVER
        """When the client has to have received more of a file."""
        # The request that is being read:
        self._begun = False
        self._fed = 0
        """Bytes of its head, or of all that came after its head."""
        self._url = b""
        self._headers: dict[str, str] = {}
        self._fields = 0
        self._size = 0
        """Bytes of its header fields, then of its body."""
        self._head = True
        """Whether its head is not yet whole."""
        self._body: list[bytes] = []
        self._reserved = 0
        self._continue = False

    # The transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit from it
        self._client = _address(transport.get_extra_info("peername"))
        self._server = _address(transport.get_extra_info("sockname"))
        if not self._shared.add(self):
            self.abort()
        self._wait(self._shared.limits.idle_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and with it what the client waited for."""
        del exc
        self._shared.remove(self)
        self._stop_reading()
        self._turns.clear()
        if self._answering is not None:
            self._answering.cancel()

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self._parser is None:
            return  # after the last request: it is taken in so that the client receives the answer
        if len(data) <= _PIECE and not self._unread and len(self._turns) < _AHEAD:
            self._parse(data)
        else:
            self._unread += data
            self._read_on()
        self._go_on()

    def eof_received(self) -> bool:
        """The client has gone, or sends no more. Whether it may still receive."""
        self._eof = True
        self._stop_reading()
        if self._answering is None and not self._turns:
            return False
        self._loop.call_later(_HALF_CLOSED, self._give_up)
        return True

    def pause_writing(self) -> None:
        """Send no more for now."""
        self._is_full = True

    def resume_writing(self) -> None:
        """What was sent has been received."""
        self._is_full = False
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)
        self._go_on()

    # The shared clock

    def expire(self) -> None:
        """The client is late, with its request or with what it is to receive."""
        limits = self._shared.limits
        unsent = self._transport.get_write_buffer_size()
        if unsent and unsent != self._unsent and not self._is_sending:
            self._unsent = unsent
            self.deadline = self._loop.time() + limits.send_seconds
        elif self._parser is None or self._is_sending:
            self.abort()
        elif not self._begun:
            self.leave()
        else:
            part, seconds = ("head", limits.header_seconds) if self._head else ("body", limits.body_seconds)
            self._refuse(Problem("slow-request", f"the request's {part} took more than {seconds:g} seconds"))
            self._go_on()

    def leave(self) -> None:
        """Close the connection, on which no request waits."""
        self._stop_reading()
        if self._transport.get_write_buffer_size():
            self.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _give_up(self) -> None:
        """Nobody is there any more, or only to receive what is being sent."""
        if self._answering is not None and not self._is_sending:
            self._answering.cancel()
            self._turns.clear()
            self._transport.close()

    def _wait(self, seconds: float) -> None:
        """A request is to come within that time."""
        self.deadline = self._loop.time() + seconds
        self._shared.waiting[self] = None

    # Reading

    def _stop_reading(self) -> None:
        self._parser = None
        self._unread.clear()
        self._release()

    def _release(self) -> None:
        self._body = []
        self._shared.incoming -= self._reserved
        self._reserved = 0

    def _read_on(self) -> None:
        """Parse what waits, as long as few requests do."""
        while self._unread and self._parser is not None and len(self._turns) < _AHEAD:
            piece = bytes(self._unread[:_PIECE])
            del self._unread[:_PIECE]
            self._parse(piece)
        is_much = len(self._unread) > _UNREAD
        if is_much != self._is_paused and not self._eof and not self._transport.is_closing():
            self._is_paused = is_much
            (self._transport.pause_reading if is_much else self._transport.resume_reading)()

    def _parse(self, data: bytes) -> None:
        while data and self._parser is not None:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as other:
                # Another protocol is offered, or CONNECT wants a tunnel: HTTP/1.1 goes on (RFC 9110, 7.8).
                data = data[other.args[0] :]
                if self._parser is not None:
                    self._parser = HttpRequestParser(self)
                continue
            except HttpParserCallbackError as error:
                if not isinstance(error.__context__, Problem):
                    raise
                self._refuse(error.__context__)
            except HttpParserInvalidMethodError as error:
                # A method that llhttp does not know, where it came as clients send it; else it is no HTTP.
                method = None if self._turns else _METHOD.match(data)
                self._refuse(_not_http(error) if method is None else wrong_method(method[1].decode()))
            except HttpParserError as error:
                if self._parser is not None:  # else it has met what came after the last request
                    self._refuse(_not_http(error))
            else:
                self._bound(len(data))
            return

    def _bound(self, size: int) -> None:
        """Refuse what grows without getting on: a head that does not end, a body that is mostly packing."""
        if self._begun:
            self._fed += size
            if self._fed > (_TARGET + _FIELDS if self._head else 2 * self._size + _FIELDS):
                self._refuse(Problem("headers", f"more than {_FIELDS:,} bytes around the body"))

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        self._url = b""
        self._headers = {}
        self._fed = self._fields = self._size = 0
        self._begun = self._head = True
        self.deadline = self._loop.time() + self._shared.limits.header_seconds

    def on_url(self, url: bytes) -> None:
        """The address, or a piece of it."""
        self._url += url
        if len(self._url) > _TARGET:
            raise Problem("target", f"the address has more than {_TARGET:,} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field; or one after the last chunk of a body, which is passed over."""
        if not self._head:
            return
        self._size += len(name) + len(value) + 4
        self._fields += 1
        if self._size > _FIELDS or self._fields > _NUMBER:
            raise Problem("headers", f"more than {_NUMBER} header fields, or {_FIELDS:,} bytes of them")
        key = _field(name)
        text = value.decode("latin-1").rstrip(" \t")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """The head is whole: decide whether the body is received."""
        self._head = False
        self._fed = self._size = 0
        headers = self._headers
        if "content-length" in headers or "transfer-encoding" in headers:
            self._expect_body(headers)

    def _expect_body(self, headers: dict[str, str]) -> None:
        assert self._parser is not None  # noqa: S101 - it is the caller
        is_new = self._parser.get_http_version() == "1.1"
        if "transfer-encoding" in headers:
            coding = headers["transfer-encoding"].lower()
            if coding != "chunked" or not is_new:
                raise Problem(
                    "http", f"the body is in the transfer coding `{coding[:80]}`, which is not read"
                )
        else:
            self._reserve(int(headers["content-length"]))
        self.deadline = self._loop.time() + self._shared.limits.body_seconds
        self._continue = is_new and headers.get("expect", "").lower() == "100-continue"

    def _reserve(self, length: int) -> None:
        """Make room for so many bytes of the body."""
        largest = self._shared.largest_body
        if self._reserved + length > largest:
            detail = f"the request body has more than {largest:,} bytes"
            raise Problem("too-large", detail, {"limit": "size", "bytes": largest})
        most = self._shared.limits.bodies_bytes
        if self._shared.incoming + length > most:
            detail = f"other requests are sending {most:,} bytes of queries at this moment"
            more = {"limit": "bodies", "bytes": most}
            raise Problem("queue", detail, more, (("Retry-After", "2"),))
        self._reserved += length
        self._shared.incoming += length

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._size += len(data)
        if self._size > self._reserved:  # in chunks, whose sum nobody has said
            self._reserve(len(data))
        self._body.append(data)

    def on_message_complete(self) -> None:
        """The request is whole."""
        assert self._parser is not None  # noqa: S101 - it is the caller
        stays = self._parser.should_keep_alive()
        request = self._request(b"".join(self._body) if self._body else b"")
        self._release()
        self._begun = self._continue = False
        self.deadline = _NEVER
        self._turns.append(_Turn(request, stays))
        if not stays:
            self._parser = None
            self._unread.clear()

    def _request(self, body: bytes = b"") -> Request:
        """What has been read of a request."""
        method, version = "GET", "1.1"
        if self._parser is not None:
            method, version = self._parser.get_method().decode(), self._parser.get_http_version()
        if version not in ("1.0", "1.1"):
            raise Problem("http", f"the request is in version {version} of HTTP, and here is 1.1")
        path, query_string = _parts(self._url.decode("latin-1"))
        return Request(method, path, query_string, self._headers, body, version, self._client, self._server)

    def _refuse(self, problem: Problem) -> None:
        """Answer the requests before this one, then say what is wrong with it, and end."""
        try:
            request = self._request()
        except (Problem, HttpParserError):
            request = Request("GET", "/", client=self._client, server=self._server)
        self._stop_reading()
        self.deadline = _NEVER
        self._turns.append(_Turn(request, stays=False, problem=problem))

    # Answering

    def _go_on(self) -> None:
        """Answer the requests whose turn has come, and read those that waited to be parsed."""
        self._answer_turns()
        while self._unread and not self._turns:
            self._read_on()
            if not self._turns:
                break
            self._answer_turns()
        if self._continue and self._answering is None and not self._turns:
            self._continue = False
            self._transport.write(_CONTINUE)

    def _answer_turns(self) -> None:
        """Answer the requests whose turn has come, unless something is being answered or sent."""
        application = self._shared.application
        while self._turns and self._answering is None and not self._is_full:
            self._shared.waiting.pop(self, None)
            turn = self._turns.popleft()
            if turn.problem is not None:
                self._send(turn, application.refused(turn.problem, turn.request))
                continue
            work = application.begin(turn.request, partial(self._given, turn))
            if isinstance(work, Reply | Coroutine):
                self._work(turn, work)
            else:
                self._answering = work

    def _given(self, turn: _Turn, make: Callable[[], Work]) -> None:
        """What ran for a request is over."""
        self._answering = None
        try:
            work = make()
        except Exception as error:  # noqa: BLE001 - a mistake of ours, which must not leave the client waiting
            self._fail(turn, error)
        else:
            self._work(turn, work)
        self._go_on()

    def _work(self, turn: _Turn, work: Work) -> None:
        """Send the answer at once, or do what there is to do before."""
        if isinstance(work, Reply) and not isinstance(work.body, Spool):
            self._send(turn, work)
            return
        task = self._loop.create_task(self._answer(turn, work))
        task.add_done_callback(partial(self._answered, turn))
        self._answering = task

    async def _answer(self, turn: _Turn, work: Work) -> None:
        reply = work if isinstance(work, Reply) else await work
        if isinstance(reply.body, Spool) and turn.request.method != "HEAD" and reply.status != 304:
            await self._send_file(turn, reply, reply.body)
        else:
            self._send(turn, reply)

    def _answered(self, turn: _Turn, task: asyncio.Task[None]) -> None:
        self._answering = None
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._fail(turn, error)
        self._go_on()

    def _fail(self, turn: _Turn, error: BaseException) -> None:
        """Say that there was a mistake of ours, where that can still be said."""
        _log.error("%s could not be answered", turn.request.path, exc_info=error)
        if self._is_sending:
            self.abort()
            return
        mistake = Problem("internal", "the request met a mistake in the server, which is in its log")
        self._send(turn, self._shared.application.refused(mistake, turn.request))

    def _head_of(self, turn: _Turn, reply: Reply) -> bytes:
        said = b"\r\n"
        if not turn.stays or self._shared.closing:
            said = b"connection: close\r\n\r\n"
        elif turn.request.version == "1.0":
            said = b"connection: keep-alive\r\n\r\n"
        return reply.head + self._shared.date() + said

    def _send(self, turn: _Turn, reply: Reply) -> None:
        """Send a reply that is in memory."""
        if self._transport.is_closing():
            return
        head, body = self._head_of(turn, reply), reply.body
        if turn.request.method == "HEAD" or not isinstance(body, bytes):
            self._transport.write(head)
        elif len(body) <= _JOINED:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        self._sent(turn)

    def _sent(self, turn: _Turn) -> None:
        if turn.stays and not self._eof and not self._shared.closing:
            self._shared.waiting[self] = None
            if not self._begun:
                self.deadline = self._loop.time() + self._shared.limits.idle_seconds
            return
        if self._eof:
            if not self._turns:
                self._transport.close()  # when all has been sent
            return
        # The last answer would be lost if the connection were reset over what the client still sends.
        self._stop_reading()
        self._transport.write_eof()
        self._wait(_LINGERING)

    async def _send_file(self, turn: _Turn, reply: Reply, body: Spool) -> None:
        """Send a reply whose body is in a file, from the file to the socket."""
        self._is_sending = True
        await self._flushed()
        descriptor = os.dup(self._transport.get_extra_info("socket").fileno())
        try:
            with socket.socket(fileno=descriptor) as direct:
                direct.setblocking(False)
                head = self._head_of(turn, reply)
                while head:
                    try:
                        head = head[direct.send(head, socket.MSG_MORE) :]
                    except BlockingIOError:
                        await self._writable(direct)
                await self._copy(body, direct)
        except ConnectionError:
            self.abort()
            return
        self._is_sending = False
        self._sent(turn)

    async def _copy(self, body: Spool, direct: socket.socket) -> None:
        start, end = body.start, body.start + len(body)
        while start < end:
            try:
                count = os.sendfile(direct.fileno(), body.descriptor, start, min(_SENT, end - start))
            except BlockingIOError:
                await self._writable(direct)
                continue
            if not count:
                _log.error("a file became shorter while it was sent")
                self.abort()
                return
            start += count
            await asyncio.sleep(0)

    async def _flushed(self) -> None:
        """Return when what was written before has gone to the socket."""
        self._transport.set_write_buffer_limits(0)
        if self._is_full:
            self._resumed = self._loop.create_future()
            self.stalled = self._loop.time() + self._shared.limits.send_seconds
            await self._resumed
            self.stalled = _NEVER
        self._transport.set_write_buffer_limits()

    async def _writable(self, direct: socket.socket) -> None:
        """Return when the socket takes more; a client that takes nothing for long is late."""
        writable: asyncio.Future[None] = self._loop.create_future()
        self.stalled = self._loop.time() + self._shared.limits.send_seconds
        self._loop.add_writer(direct, _set, writable)
        try:
            await writable
        finally:
            self._loop.remove_writer(direct)
            self.stalled = _NEVER


@lru_cache(maxsize=500)  # clients send the same ones
def _field(name: bytes) -> str:
    """The name of a header field in lower case, in which it is the same (RFC 9110, section 5.1)."""
    return name.decode("latin-1").lower()


def _not_http(error: HttpParserError) -> Problem:
    return Problem("http", f"the request is not HTTP/1.1: {str(error).lower()}")


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _address(found: tuple[str, int] | tuple[str, int, int, int]) -> str:
    """The address and port of an end of a connection, in one word."""
    host, port = found[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _parts(target: str) -> tuple[str, str]:
    """The path, percent-decoded, and the query string of a request's target in any form (RFC 9112, 3.2).

    >>> _parts("/a%20b?c=%20d"), _parts("http://example.org?x"), _parts("*")
    (('/a b', 'c=%20d'), ('/', 'x'), ('*', ''))
    """
    if not target.startswith("/"):
        absolute = _ABSOLUTE.match(target)
        if absolute is not None:
            target = target[absolute.end() :]
            target = target if target.startswith("/") else "/" + target
    path, _, query_string = target.partition("#")[0].partition("?")
    return (unquote(path, errors="surrogateescape") if "%" in path else path), query_string
