"""Connections, byte for byte: real sockets on the serving loop, and input that is cut anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from server.connection import Connection, Connections, Give, Running, Work
from server.limits import Limits
from server.message import Reply, Request
from server.problem import Problem
from server.spool import Spool

T = TypeVar("T")

PATIENCE = 60  # so that a failure ends; no test asserts it
LARGE = 30_000_000


class Echo:
    """Says what was asked; what begins with `/slow` waits for a word, and what with `/file` is in one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.asked: list[Request] = []
        self.folder = folder

    def begin(self, request: Request, give: Give) -> Work | Running:
        if request.path.startswith("/later"):
            return asyncio.get_running_loop().call_soon(give, lambda: self.made(request))
        if request.path.startswith(("/slow", "/file", "/broken")):
            return self.answer(request)
        return self.said(request)

    def made(self, request: Request) -> Work:
        if request.path.endswith("/broken"):
            raise LookupError("a mistake of ours")
        return self.answer(request) if request.path.endswith("/slow") else self.said(request)

    async def answer(self, request: Request) -> Reply:
        self.begun.set()
        if request.path.startswith("/broken"):
            raise LookupError("a mistake of ours")
        if request.path.startswith("/file"):
            assert self.folder is not None
            return Reply.of(200, [], Spool.of_file(self.folder / "file"))
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return self.said(request)

    def refused(self, problem: Problem, request: Request) -> Reply:
        del request
        return Reply.of(problem.status, [("Content-Type", "text/plain")], problem.kind.encode())

    def said(self, request: Request) -> Reply:
        self.asked.append(request)
        fields = ";".join(f"{name}={value}" for name, value in sorted(request.headers.items()))
        body = f"{request.method} {request.path} ? {request.query_string} [{fields}] ".encode(
            errors="replace"
        )
        body += request.body
        return Reply.of(200, [("Content-Type", "text/plain")], body)


@contextlib.asynccontextmanager
async def listening(echo: Echo, **limits: Any) -> AsyncIterator[tuple[Connections, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections = Connections(echo, Limits(**limits))
        await connections.listen(server)
        try:
            yield connections, server.getsockname()[1]
        finally:
            await connections.close(0)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def answer(self, *, bodiless: bool = False) -> tuple[int, bytes, bytes]:
        head = await self.head()
        length = re.search(rb"content-length: ([0-9]+)", head)
        body = b"" if bodiless or length is None else await self.reader.readexactly(int(length[1]))
        return int(head[9:12]), head, body

    async def rest(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            return await self.reader.read()
        return b""


@contextlib.asynccontextmanager
async def client(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    async def bounded() -> T:
        return await asyncio.wait_for(coroutine, PATIENCE)

    return uvloop.run(bounded())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what is looked at tells nobody
        await asyncio.sleep(0.01)


def get(path: str, *fields: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: a", *fields, "", ""]
    return "\r\n".join(lines).encode()


def post(body: bytes, *fields: str) -> bytes:
    lines = ["POST /x HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


# What is read


class Recorder(asyncio.Transport):
    """A transport that keeps what is written; nothing is real but the bytes."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 5), "sockname": ("192.0.2.2", 80)})
        self.written = b""
        self.over = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.written += data

    def write_eof(self) -> None:
        self.over = True

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def exchanged(pieces: list[bytes]) -> tuple[list[Request], bytes, bool]:
    """What the application was asked, what was answered, and whether that was the last."""

    async def talk() -> tuple[list[Request], bytes, bool]:
        echo, transport = Echo(), Recorder()
        connection = Connection(Connections(echo, Limits()))
        connection.connection_made(transport)
        for piece in pieces:
            connection.data_received(piece)
        connection.connection_lost(None)
        return echo.asked, re.sub(rb"date: [^\r]*", b"date: x", transport.written), transport.over

    return uvloop.run(talk())


MESSAGES = st.sampled_from(
    [
        get("/a?b=%20c"),
        get("/%C3%A9/%ff", "X: 1", "x: 2  "),
        get("http://example.org/b?c#d"),
        b"\r\n" + get("/after/an/empty/line"),
        b"HEAD /h HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        get("/last", "Connection: close"),
        get("/offer", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"),
        b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        post(b"ASK {}"),
        post(b"x" * 9000, "Content-Type: text/plain"),
        post(b"y", "Expect: 200-ok"),
        (
            b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
            b"3\r\nASK\r\n3;note=x\r\n {}\r\n0\r\nTrailer: t\r\n\r\n"
        ),
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        b"GET / HTTP/3.0\r\n\r\n",
        b"GET /n\x00 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ]
)


@settings(deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=5), st.data())
def test_input_that_is_cut_anywhere_is_answered_alike(messages: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    asked, answered, over = exchanged(messages)
    assert exchanged([piece for piece in pieces if piece]) == (asked, answered, over)


@settings(deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=50))
def test_no_input_breaks_a_connection(data: bytes, more: bytes) -> None:
    exchanged([part for part in (data, more, get("/"), more) if part])
    exchanged([get("/"), *([data] if data else [])])


def test_a_request_is_what_was_sent() -> None:
    asked, _, _ = exchanged([get("/%C3%A9%ff%2F?a=%20&b#c", "Accept: text/csv", "accept:  text/html\t")])
    (request,) = asked
    assert request.path == "/é\udcff/"
    assert request.query_string == "a=%20&b"
    assert request.headers == {"host": "a", "accept": "text/csv, text/html"}
    assert (request.client, request.server, request.version) == ("192.0.2.1:5", "192.0.2.2:80", "1.1")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (get("/" + "a" * 65_536), b"414"),
        (b"GET /" + b"a" * 65_536, b"414"),
        (get("/", "X: " + "a" * 65_536), b"431"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, b"431"),
        (get("/", *(f"X{n}: 1" for n in range(100))), b"431"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 851969\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n" + b"a" * 900_000, b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 30_000, b"431"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 200_000, b"431"),
        (b"GET /\r\n\r\n", b"400"),
        (b"FOO / HTTP/1.1\r\n\r\n", b"405"),
    ],
)  # fmt: skip
def test_what_is_too_much_or_no_http_is_refused_and_is_the_last(sent: bytes, said: bytes) -> None:
    pieces = [sent[start : start + 60_000] for start in range(0, len(sent), 60_000)]
    asked, answered, over = exchanged([*pieces, get("/after")])
    assert (len(asked), answered[9:12], over) == (0, said, True)
    assert answered.count(b"HTTP/1.1 ") == 1
    assert b"\r\nconnection: close\r\n" in answered


def test_ninety_nine_fields_and_all_of_a_body_are_not_too_much() -> None:
    asked, _, over = exchanged(
        [get("/" + "a" * 65_000, *(f"X{n}: 1" for n in range(99))), post(b"b" * 851_968)]
    )
    assert (len(asked), over) == (2, False)
    assert len(asked[1].body) == 851_968


# What is sent


def test_answers_come_in_the_order_of_the_requests() -> None:
    async def talk() -> list[bytes]:
        echo = Echo()
        async with listening(echo) as (_, port), client(port) as one:
            one.send(get("/slow") + get("/quick") + get("/slow/too"))
            await echo.begun.wait()
            assert echo.asked == []
            echo.go.set()
            return [(await one.answer())[2] for _ in range(3)]

    assert [body.split()[1] for body in run(talk())] == [b"/slow", b"/quick", b"/slow/too"]


def test_requests_that_wait_are_not_read_without_end() -> None:
    async def talk() -> tuple[int, int]:
        echo = Echo()
        async with listening(echo) as (connections, port), client(port) as one:
            one.send(get("/slow"))
            await echo.begun.wait()
            for _ in range(200):
                one.send(get("/quick", "X: " + "a" * 50_000))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(one.writer.drain(), 0.5)
            (open_one,) = connections._open
            held = len(open_one._turns), len(open_one._unread)
            echo.go.set()
            for _ in range(201):
                await one.answer()
            return held

    turns, unread = run(talk())
    assert turns <= 8
    assert unread < 500_000


def test_head_has_the_length_and_no_body() -> None:
    async def talk() -> tuple[bytes, bytes]:
        async with listening(Echo()) as (_, port), client(port) as one:
            one.send(b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + get("/a", "Connection: close"))
            return await one.head(), await one.rest()

    head, rest = run(talk())
    assert b"content-length: 20\r\n" in head
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("sent", "stays", "field"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", False, b"connection: close"),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True, b"connection: keep-alive"),
        (get("/", "Connection: close"), False, b"connection: close"),
        (get("/"), True, b"date: "),
    ],
)
def test_a_connection_stays_open_where_both_sides_say_so(sent: bytes, stays: bool, field: bytes) -> None:
    _, answered, over = exchanged([sent])
    assert field in answered
    assert over is not stays


def test_a_client_that_asks_first_is_told_to_go_on_or_not() -> None:
    async def talk() -> tuple[bytes, int, int]:
        async with listening(Echo(), query_bytes=1000) as (_, port):
            async with client(port) as one:
                one.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
                going_on = await one.head()
                one.send(b"ASK")
                status, _, body = await one.answer()
                assert body.endswith(b"ASK")
            async with client(port) as one:
                one.send(
                    b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n"
                )
                refused, _, _ = await one.answer()
        return going_on, status, refused

    assert run(talk()) == (b"HTTP/1.1 100 Continue\r\n\r\n", 200, 413)


def test_the_word_to_go_on_does_not_overtake_an_answer() -> None:
    async def talk() -> list[int]:
        echo = Echo()
        async with listening(echo) as (_, port), client(port) as one:
            one.send(get("/slow"))
            one.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
            await echo.begun.wait()
            echo.go.set()
            statuses = [(await one.answer())[0], int((await one.head())[9:12])]
            one.send(b"x")
            return [*statuses, (await one.answer())[0]]

    assert run(talk()) == [200, 100, 200]


def test_the_last_answer_arrives_though_the_client_goes_on_sending() -> None:
    async def talk() -> bytes:
        async with listening(Echo()) as (_, port), client(port) as one:
            one.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 5_000_000)
            return await one.rest()

    answered = run(talk())
    assert answered.startswith(b"HTTP/1.1 413 ")
    assert answered.endswith(b"too-large")


def test_a_client_that_only_ends_its_own_side_is_answered() -> None:
    async def talk() -> bytes:
        async with listening(Echo()) as (_, port), client(port) as one:
            one.send(get("/a"))
            one.writer.write_eof()
            return await one.rest()

    assert run(talk()).startswith(b"HTTP/1.1 200 OK\r\n")


def test_what_a_client_that_has_gone_asked_is_given_up() -> None:
    async def talk() -> None:
        echo = Echo()
        async with listening(echo) as (connections, port):
            async with client(port) as one:
                one.send(get("/slow") + get("/slow/too"))
                await echo.begun.wait()
            await echo.cancelled.wait()
            echo.begun.clear()
            async with client(port) as one:
                one.send(get("/slow"))
                await echo.begun.wait()
                echo.cancelled.clear()
                one.writer.write_eof()  # and it does not come back
                await echo.cancelled.wait()
            await until(lambda: not connections._open)
        assert echo.asked == []

    run(talk())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    (folder / "file").write_bytes(os.urandom(1_000_000) * (LARGE // 1_000_000))
    return folder


def test_a_file_is_sent_whole_between_other_answers(folder: Path) -> None:
    async def talk() -> list[bytes]:
        async with listening(Echo(folder)) as (_, port), client(port) as one:
            one.send(get("/a") + get("/file") + get("/b") + b"HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n")
            found = [(await one.answer())[2] for _ in range(3)]
            assert b"content-length: 30000000" in await one.head()
            return found

    first, body, last = run(talk())
    assert body == (folder / "file").read_bytes()
    assert (first.split()[1], last.split()[1]) == (b"/a", b"/b")


def test_large_answers_from_memory_wait_for_their_reader(folder: Path) -> None:
    async def talk() -> None:
        async with listening(Echo(folder)) as (connections, port), client(port) as one:
            one.send((post(b"x" * 800_000) + get("/file")) * 8)
            await until(lambda: connections._open)
            (open_one,) = connections._open
            await until(lambda: open_one._is_full or open_one._is_sending)
            assert open_one._transport.get_write_buffer_size() < 1_000_000
            for _ in range(8):
                assert len((await one.answer())[2]) > 800_000
                assert len((await one.answer())[2]) == LARGE

    run(talk())


def is_open(path: Path) -> bool:
    return any(link.resolve() == path for link in Path("/proc/self/fd").iterdir())


def test_a_reader_that_stops_is_given_up_and_its_file_closed(folder: Path) -> None:
    async def talk() -> None:
        async with listening(Echo(folder), send_seconds=0.2) as (connections, port), client(port) as one:
            one.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it reads
            one.send(get("/file"))
            await until(lambda: is_open(folder / "file"))
            await until(lambda: not connections._open)
        await until(lambda: not is_open(folder / "file"))

    run(talk())


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"GET / HTTP/1.1\r\nHost:", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", b"HTTP/1.1 408 "),
        (b"", b""),
        (b"\r\n", b""),
    ],
)
def test_who_does_not_go_on_is_told_or_left(sent: bytes, said: bytes) -> None:
    limits = {"header_seconds": 0.1, "body_seconds": 0.1, "idle_seconds": 0.1}

    async def talk() -> bytes:
        async with listening(Echo(), **limits) as (_, port), client(port) as one:
            one.send(sent)
            return await one.rest()

    assert run(talk())[:13] == said


def test_a_late_head_does_not_harm_the_answer_before_it() -> None:
    async def talk() -> tuple[int, int]:
        echo = Echo()
        async with listening(echo, header_seconds=0.1) as (connections, port), client(port) as one:
            one.send(get("/slow") + b"GET / HT")
            await echo.begun.wait()
            (open_one,) = connections._open
            await until(lambda: open_one._turns)
            echo.go.set()
            return (await one.answer())[0], (await one.answer())[0]

    assert run(talk()) == (200, 408)


def test_the_connection_that_waits_longest_makes_room() -> None:
    async def talk() -> None:
        echo = Echo()
        async with listening(echo, connections=3) as (_, port), contextlib.AsyncExitStack() as stack:
            busy = await stack.enter_async_context(client(port))
            busy.send(get("/slow"))
            await echo.begun.wait()
            idle = []
            for number in range(2):
                idle.append(await stack.enter_async_context(client(port)))
                idle[-1].send(get(f"/{number}"))
                await idle[-1].answer()
            idle[0].send(get("/again"))  # now it has waited less than the other
            await idle[0].answer()
            new = await stack.enter_async_context(client(port))
            new.send(get("/new"))
            assert (await new.answer())[0] == 200
            assert await idle[1].rest() == b""
            idle[0].send(get("/still"))
            assert (await idle[0].answer())[0] == 200
            echo.go.set()
            assert (await busy.answer())[0] == 200

    run(talk())


def test_what_is_given_later_keeps_its_turn() -> None:
    async def talk() -> list[bytes]:
        echo = Echo()
        echo.go.set()
        async with listening(echo) as (_, port), client(port) as one:
            paths = ["/a", "/later/b", "/c", "/later/slow", "/later/d", "/e"]
            one.send(b"".join(map(get, paths)))
            return [(await one.answer())[2].split()[1] for _ in paths]

    assert run(talk()) == [b"/a", b"/later/b", b"/c", b"/later/slow", b"/later/d", b"/e"]


@pytest.mark.parametrize("path", ["/broken", "/later/broken"])
def test_a_mistake_of_ours_is_said_and_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> tuple[int, bytes, bytes]:
        async with listening(Echo()) as (_, port), client(port) as one:
            one.send(get(path) + get("/a"))
            status, _, body = await one.answer()
            return status, body, (await one.answer())[2]

    with caplog.at_level(logging.ERROR):
        status, body, after = run(talk())
    assert (status, body, after.split()[1]) == (500, b"internal", b"/a")
    assert f"{path} could not be answered" in caplog.text
    assert "a mistake of ours" in caplog.text


def test_the_end_waits_for_what_has_begun_and_for_nothing_else() -> None:
    async def talk() -> bytes:
        echo = Echo()
        async with listening(echo) as (connections, port), client(port) as idle, client(port) as one:
            one.send(get("/slow"))
            await echo.begun.wait()
            closing = asyncio.create_task(connections.close(PATIENCE))
            assert await idle.rest() == b""
            echo.go.set()
            answered = await one.rest()
            await closing
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            return answered

    answered = run(talk())
    assert answered.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close\r\n" in answered


def test_room_for_bodies_is_given_back_whatever_becomes_of_them() -> None:
    async def talk() -> int:
        async with listening(Echo(), bodies_bytes=1000, body_seconds=0.1) as (connections, port):
            for sent in (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx",
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx",
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx\r\r",
                post(b"x" * 900),
                post(b"x" * 1001, "Connection: close"),
            ):
                for leave in (False, True):
                    async with client(port) as one:
                        one.send(sent)
                        if not leave and b"900\r\n\r\nxx" not in sent:
                            await one.rest()
            await until(lambda: not connections._open)
            return connections.incoming

    assert run(talk()) == 0


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb"])
def test_no_value_of_a_header_becomes_another_header(value: str) -> None:
    with pytest.raises(ValueError, match="line end"):
        Reply.of(200, [("x", value)])
