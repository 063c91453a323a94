"""The HTTP side of the serving process: each request goes to the part of the server that answers it.

The SPARQL protocol goes straight to the workers; pages go through Flask, in threads. What was answered
before is answered again without either. A client that has gone takes its query with it.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import sys
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote

from flask import Flask

from server import budget, compression, ready, sparql, spool
from server.app import SECURITY, problem_page
from server.budget import Budgets, Network
from server.connection import Give, Work
from server.limits import Limits
from server.message import Headers, Reply, Request
from server.pool import Outcome, Query, StoppedError
from server.problem import MEDIA_TYPE, Problem
from server.ready import Ready
from server.service import Call, Edition, Service
from server.spool import Body, Spool
from server.wire import Frame

_log = logging.getLogger(__name__)

_RELEASE = re.compile(r"/releases/([^/]+)/sparql")
_HOST = re.compile(r"(?:[A-Za-z0-9\-._~%!$&'()*+;=]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_NO_STORE = ("Cache-Control", "no-store")
_CONDITIONAL = ("GET", "HEAD", "QUERY")
_NOT_FOR_PAGES = ("content-length", "content-type", "if-match", "upgrade")  # if-match: once it is packed
_FEW = 65_536  # bytes of a file that is kept in memory


class Front:
    """The application behind the connections (`server.connection.Application`)."""

    def __init__(self, service: Service, app: Flask, trusted: tuple[Network, ...] = ()) -> None:
        self._service = service
        self._app = app
        self._trusted = trusted
        self._budgets = Budgets(service.limits.client_budget, service.limits.client_queries)
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="page")
        self._packers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pack")

    def _again(self, request: Request, key: Hashable) -> Reply | None:
        """The answer, where it was given before."""
        found = self._service.edition.ready.get(key)
        if found is None:
            return None
        condition = request.headers.get("if-none-match")
        try:
            is_known = sparql.matches(condition, found.tag)
            reply = ready.unmodified(found.whole) if is_known else found.reply()
        except OSError:
            return None  # the release has been pruned
        self._service.requests[found.part, reply.status] += 1
        return reply

    def begin(self, request: Request, give: Give) -> Work | Query:
        """The answer where it is there, a query that runs and will give it, or what has to be awaited.

        An ordinary query goes to its worker and the reply comes back without a task.
        """
        if not self._service.opened or not _is_hosted(request):
            return self.answer(request)
        key = _key(request)
        reply = self._again(request, key) if key is not None else None
        if reply is not None:
            return reply
        if request.path != "/sparql" or not sparql.is_ordinary(request):
            return self.answer(request)
        edition = self._service.edition
        limits = self._service.limits
        try:
            question = sparql.read(request, limits)
        except Problem as problem:
            return self._declined(problem, request, edition)
        if question is None or question.federated is not None:
            return self.answer(request)
        asked = _Asked(request, key, question, edition)
        answer = sparql.recalled(question, edition)
        if answer is not None:
            return self._answered(asked, answer)
        take = partial(self._take, asked, give)
        account = self._account(request)
        try:
            query = edition.pool.begin(question.job(), take, seconds=question.seconds, account=account)
        except StoppedError as reason:
            return self._declined(sparql.stopped(reason, question.seconds, limits), request, edition)
        edition.users += 1
        return query

    def _take(self, asked: _Asked, give: Give, outcome: Outcome) -> None:
        """Give on what came of a query, unless nobody waits for it any more."""
        asked.edition.users -= 1
        if outcome is not None:
            give(partial(self._made, asked, outcome))

    def _made(self, asked: _Asked, outcome: Frame | StoppedError) -> Work:
        question, limits = asked.question, self._service.limits
        try:
            if isinstance(outcome, StoppedError):
                raise sparql.stopped(outcome, question.seconds, limits)
            answer = sparql.kept(question, asked.edition, sparql.replied(question, *outcome, limits))
        except Problem as problem:
            return self._declined(problem, asked.request, asked.edition)
        return self._answered(asked, answer)

    def _answered(self, asked: _Asked, answer: sparql.Answer) -> Work:
        request, key, question, edition = asked
        content_type, body, tag = answer
        way = compression.chosen(request.headers.get("accept-encoding"))
        is_worth = compression.is_worth(len(body))
        goes_as_it_is = way == "identity" or not is_worth
        has_condition = key is None or "if-none-match" in request.headers
        if goes_as_it_is and not has_condition and isinstance(body, bytes):
            attached = sparql.attached(question, content_type)
            head = _common_head(content_type, question.vary, edition.id, attached, is_worth)
            own = f"etag: {tag}\r\ncontent-length: {len(body)}\r\n"
            location = sparql.location(request, question, edition)
            if location is not None:
                own += f"content-location: {location}\r\n"
            reply = Reply(200, head + own.encode("ascii"), body)
            if question.lasting:
                _keep(Ready("sparql", tag, reply), key, request, edition)
            self._service.requests["sparql", 200] += 1
            return reply
        unconditional = request if way == "identity" else _without_condition(request)
        response = sparql.answered(unconditional, question, answer, edition)
        found = _Found(response.status, response.headers, response.body, response.lasting)
        return self._finished(found, way, request, edition, "sparql")

    async def answer(self, request: Request) -> Reply:
        """The answer, or the problem there is instead."""
        service = self._service
        if not service.opened:
            return self._not_yet(request)
        edition = service.edition
        edition.users += 1
        try:
            _check(request)
            account = self._account(request)
            of_release = None if request.path == "/sparql" else _RELEASE.fullmatch(request.path)
            if of_release is not None:
                named = await service.edition_of(of_release[1])
                edition.users -= 1
                edition = named
                edition.users += 1
            asks = request.path == "/sparql" or of_release is not None
            way = compression.chosen(request.headers.get("accept-encoding"))
            # The tag of a packed answer is known when it is packed: only then is it compared.
            asked = request if way == "identity" else _without_condition(request)
            if not asks or sparql.wants_page(request):
                part, found = "pages", await self._page(asked, Call(service, edition, account))
            else:
                if account is not None:
                    budget.ACCOUNT.set(account)  # of the task that answers this request, and of no other
                permanent = of_release is not None
                response = await sparql.respond(asked, edition, service.limits, permanent=permanent)
                lasting = response.lasting and not permanent
                part = "sparql"
                found = _Found(response.status, response.headers, response.body, lasting)
            work = self._finished(found, way, request, edition, part)
            return work if isinstance(work, Reply) else await work
        except Problem as problem:
            return self._declined(problem, request, edition)
        finally:
            edition.users -= 1

    def refused(self, problem: Problem, request: Request) -> Reply:
        """The answer to a request that cannot be read."""
        edition = self._service.edition if self._service.opened else None
        return self._declined(problem, request, edition)

    def _declined(self, problem: Problem, request: Request, edition: Edition | None) -> Reply:
        """The problem as a document, or as a page for a client that would rather have one."""
        self._service.requests["sparql", problem.status] += 1
        fields = [_NO_STORE, ("Vary", "Accept"), *problem.headers, *sparql.CORS]
        if edition is not None:
            fields.append(("Peerkg-Release", edition.id))
        if not sparql.wants_problem_page(request.accept):
            document = (("Content-Type", MEDIA_TYPE), *sparql.INERT, *fields)
            return Reply.of(problem.status, document, problem.as_json())
        root = "../" * (request.path.count("/") - 1) or "./"
        page = problem_page(self._app, problem, root, edition.release if edition is not None else None)
        of_page = (("Content-Type", "text/html; charset=utf-8"), *SECURITY.items(), *fields)
        return Reply.of(problem.status, of_page, page.encode(errors="replace"))

    def _not_yet(self, request: Request) -> Reply:
        """What is said while the data are being loaded."""
        json = ("Content-Type", "application/json")
        if request.path == "/health/live":
            return Reply.of(200, (json, _NO_STORE), b'{"live":true}\n')
        if request.path in ("/health", "/health/ready"):
            body = b'{"live":true,"ready":false,"reason":"the data are being loaded"}\n'
            return Reply.of(503, (json, ("Retry-After", "2"), _NO_STORE), body)
        return self._declined(sparql.stopped(StoppedError("loading"), 0, Limits()), request, None)

    def _account(self, request: Request) -> budget.Account | None:
        if not self._service.limits.client_budget:
            return None
        client = budget.client(request.client, request.headers.get("x-forwarded-for"), self._trusted)
        return self._budgets.account(client)

    def _finished(self, found: _Found, way: str, request: Request, edition: Edition, part: str) -> Work:
        """The reply with what was found, in the coding that the client takes."""
        if _is_packable(found):
            if way != "identity":
                return self._packed(found, way, request, edition, part)
            found = found._replace(fields=compression.described(found.fields, "identity"))
        return self._sent(found, request, edition, part)

    def _sent(self, found: _Found, request: Request, edition: Edition, part: str) -> Reply:
        condition = request.headers.get("if-match")
        if condition is not None and request.method in _CONDITIONAL and found.status in (200, 206):
            tag = dict(found.fields).get("etag")
            if not sparql.matches_strongly(condition, tag):
                return self._declined(Problem("precondition", f"its tag is {tag}"), request, edition)
        reply = _reply(found, request, edition, part)
        self._service.requests[part, reply.status] += 1
        return reply

    async def _packed(self, found: _Found, way: str, request: Request, edition: Edition, part: str) -> Reply:
        """The reply with what was found, packed; that takes time of the client's."""
        packed, begin = found.body, time.monotonic()
        try:
            if packed is not None and len(packed) <= compression.QUICK:
                packed = compression.packed(packed, way)
            elif packed is not None:
                loop = asyncio.get_running_loop()
                packed = await loop.run_in_executor(self._packers, compression.packed, packed, way)
        except OSError:
            return self._declined(_no_room(), request, edition)
        account = self._account(request)
        if account is not None:
            account.charge(time.monotonic() - begin)
        found = found._replace(fields=compression.described(found.fields, way), body=packed)
        return self._sent(found, request, edition, part)

    async def _page(self, request: Request, call: Call) -> _Found:
        """What Flask answers, from a thread."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, _asked_of, self._app, request, call)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            call.cancel()
            await asyncio.wait({work})  # until then the edition is in use
            if not work.cancelled() and work.exception() is not None:
                _log.debug("given up: %s", work.exception())
            raise
        except OSError as error:
            _log.error("%s: %s", request.path, error)
            raise _no_room() from error


class _Asked(NamedTuple):
    """A question that was read."""

    request: Request
    key: Hashable | None
    """What its answer is kept by; `None` where the request has conditions."""
    question: sparql.Question
    edition: Edition


class _Found(NamedTuple):
    """What was found, its header fields in lower case."""

    status: int
    fields: Sequence[tuple[str, str]]
    body: Body | None
    """None where only its length was asked for."""
    lasting: bool = False
    """Whether the release will answer the same next time."""


def _is_packable(found: _Found) -> bool:
    """Whether the answer depends on the codings that the client takes."""
    if found.body is not None and not compression.is_worth(len(found.body)):
        return False
    fields = dict(found.fields)
    size = int(fields.get("content-length", 0)) if found.body is None else len(found.body)
    return compression.is_worth(size) and compression.is_for(found.status, fields)


def _no_room() -> Problem:
    return Problem("room", "there is no room on the server to make the file in")


def _without_condition(request: Request) -> Request:
    if "if-none-match" not in request.headers:
        return request
    headers = {name: value for name, value in request.headers.items() if name != "if-none-match"}
    return request._replace(headers=headers)


def _reply(found: _Found, request: Request, edition: Edition, part: str) -> Reply:
    """The reply, or that the client has it; kept for the next who asks the same, where it lasts."""
    reply = Reply.of(found.status, found.fields, found.body)
    if found.lasting and request.method == "GET" and found.status == 200:
        key, kept = _key(request), ready.kept(part, found.fields, reply)
        if key is not None and kept is not None:
            _keep(kept, key, request, edition)
    condition = request.headers.get("if-none-match")
    if condition is not None and found.status in (200, 206) and request.method in _CONDITIONAL:
        tag = dict(found.fields).get("etag")
        if tag is not None and sparql.matches(condition, tag):
            return ready.unmodified(reply)
    return reply


def _keep(kept: Ready, key: Hashable, request: Request, edition: Edition) -> None:
    """Give the same next time."""
    edition.ready.put(key, kept, kept.size + len(request.query_string) + 500)


@lru_cache(maxsize=200)
def _common_head(content_type: str, vary: str, release: str, attached: Headers, is_worth: bool) -> bytes:
    """The head of answers that go as they are: all but what is each one's own.

    `is_worth` where they are long enough to be packed for a client that takes that.
    """
    fields = sparql.common(content_type, release, vary=vary, more=attached)
    if is_worth and compression.is_for(200, dict(fields)):
        fields = tuple(compression.described(fields, "identity"))
    return Reply.of(200, fields, None).head


def _asked_of(app: Flask, request: Request, call: Call) -> _Found:
    """What a WSGI application answers (PEP 3333). `OSError` where there is no room for a file."""
    environ = _environ(request)
    environ["peerkg.call"] = call
    started: dict[str, Any] = {}

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        del exc_info
        started.update(status=int(status[:3]), headers=headers)
        return started.setdefault("written", []).append  # type: ignore[no-any-return]  # a list's own

    result = app.wsgi_app(environ, start_response)
    try:
        status, fields = started["status"], _lower(started["headers"])
        body = None if request.method == "HEAD" else _body(result, dict(fields))
        return _Found(status, fields, body, bool(environ.get("peerkg.lasting")) and status == 200)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


def _body(result: Iterable[bytes], fields: dict[str, str]) -> Body:
    """The body of an answer. What comes piece by piece goes into a file first."""
    if isinstance(result, list | tuple) or getattr(result, "is_sequence", False):
        return b"".join(result)
    if isinstance(result, _File):
        return result.spool()
    part = getattr(result, "iterable", None)
    if isinstance(part, _File) and "content-range" in fields:
        return part.spool(*_range(fields["content-range"]))
    return Spool(*spool.gathered(result))


class _File:
    """What Flask makes of a file that is sent (PEP 3333, `wsgi.file_wrapper`)."""

    def __init__(self, file: BinaryIO, size: int = 262_144) -> None:
        self._file = file
        self._size = size
        self.close = file.close
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def __iter__(self) -> Iterator[bytes]:
        return self  # werkzeug seeks in the iterator where a part of the file is wanted

    def __next__(self) -> bytes:
        chunk = self._file.read(self._size)
        if not chunk:
            raise StopIteration
        return chunk

    def spool(self, start: int = 0, end: int | None = None) -> Body:
        """The file, or a part of it; its bytes where they are few."""
        found = Spool.of_file(Path(self._file.name), start, end)
        return found if len(found) > _FEW else found.whole()


def _range(content_range: str) -> tuple[int, int]:
    """Where the part begins, and where it has ended, of a header such as `bytes 5-9/100`."""
    start, _, last = content_range.removeprefix("bytes ").partition("/")[0].partition("-")
    return int(start), int(last) + 1


def _key(request: Request) -> Hashable | None:
    """What the answer to the request depends on, beside the release, if that alone."""
    if request.method not in ("GET", "HEAD"):
        return None
    return ready.key(request.path, request.query_string, request.headers)


def _is_hosted(request: Request) -> bool:
    """Whether the request has exactly one `Host`, and one that can be (RFC 9112, section 3.2)."""
    host = request.headers.get("host")
    return _HOST.fullmatch(host) is not None if host is not None else request.version != "1.1"


def _check(request: Request) -> None:
    """Refuse what is HTTP and means nothing to a server of documents."""
    if request.method == "CONNECT":
        raise sparql.wrong_method("CONNECT")
    if not _is_hosted(request):
        raise Problem("request", "the request must have exactly one `Host` header, with a host's name")
    if not request.path.startswith("/") and request.path != "*":
        raise Problem("http", "the request's target is no address of this server")


def _lower(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


def _environ(request: Request) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333): text of the wire as Latin-1."""
    host, _, port = request.server.rpartition(":")
    path = request.path.encode(errors="surrogateescape")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "REQUEST_URI": quote(path) + ("?" + request.query_string if request.query_string else ""),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "REMOTE_ADDR": request.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _File,
    }
    for name, value in request.headers.items():
        if name not in _NOT_FOR_PAGES and "_" not in name:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ
