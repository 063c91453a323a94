"""Clients that ask as fast as they are answered, over connections that stay open.

All of them share one process and one loop over bare sockets, and take about 20 microseconds of it a
request, so that what is measured on a machine of two processors is the server and not the client.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class BrokenError(Exception):
    """The server ended a connection in the middle of an answer, or sent what is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the body of an answer."""

    status: int
    head: bytes
    body: bytes


@dataclass(slots=True)
class Figures:
    """What clients saw: the seconds each request took, and how many were answered with an error."""

    seconds: float
    times: list[float] = field(default_factory=list)
    failed: int = 0
    first_failure: bytes = b""
    bytes: int = 0

    @property
    def each_second(self) -> float:
        """Requests a second that were answered with a result."""
        return (len(self.times) - self.failed) / self.seconds if self.times else 0.0

    def quantile(self, part: float) -> float:
        """The seconds that this part of the requests stayed below."""
        ordered = sorted(self.times) or [float("inf")]
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    @property
    def median(self) -> float:
        """Half of the requests took less."""
        return statistics.median(self.times) if self.times else float("inf")


class Connection:
    """One connection: sends a request, and tells when its answer is whole."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pieces: list[bytes] = []
        self._received = 0
        self._whole = -1
        self._chunked = False
        self._tail = b""
        self.began = 0.0

    def send(self, request: bytes) -> None:
        """Send a request; the answer to the one before is whole."""
        self._pieces, self._received, self._whole, self._chunked, self._tail = [], 0, -1, False, b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has come; whether the answer is whole."""
        piece = self.socket.recv(65_536 if self._received < 65_536 else 1_048_576)
        if not piece:
            raise BrokenError("the server closed the connection")
        self._pieces.append(piece)
        self._received += len(piece)
        if self._whole < 0 and not self._chunked:
            self._read_head()
        self._tail = (self._tail + piece)[-7:]
        if self._chunked:
            return self._tail.endswith(b"\r\n0\r\n\r\n")
        return 0 <= self._whole <= self._received

    def _read_head(self) -> None:
        data = b"".join(self._pieces)
        end = data.find(_END)
        if end < 0:
            return
        head = data[: end + 2].lower()
        length = head.find(b"\r\ncontent-length:")
        if length >= 0:
            self._whole = end + 4 + int(head[length + 17 : head.index(b"\r\n", length + 2)])
        else:
            self._chunked = b"\r\ntransfer-encoding: chunked" in head
            if not self._chunked:
                self._whole = end + 4

    def ask(self, request: bytes) -> Answer:
        """The answer to a request, waited for."""
        self.send(request)
        while not self.receive():
            pass
        return self.answer()

    def answer(self) -> Answer:
        """The whole answer."""
        data = b"".join(self._pieces)
        head, _, body = data.partition(_END)
        return Answer(self.status, head, _unchunked(body) if self._chunked else body)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(b"".join(self._pieces[:1])[9:12])

    @property
    def received(self) -> int:
        """How many bytes have come."""
        return self._received

    def close(self) -> None:
        """End the connection."""
        self.socket.close()


def _unchunked(body: bytes) -> bytes:
    found = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if not length:
            break
        found.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(found)


def get(address: str, path: str, accept: str = "*/*", more: str = "") -> bytes:
    """The bytes of a GET request."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nAccept: {accept}\r\n{more}\r\n".encode()
    )


def connect(address: str) -> Connection:
    """A connection to the server."""
    parts = urlsplit(address)
    return Connection(parts.hostname or "127.0.0.1", parts.port or 80)


def press(address: str, requests: Iterable[bytes], clients: int, seconds: float) -> Figures:
    """What so many clients see that send these requests for so long; each waits for its answer."""
    source: Iterator[bytes] = iter(requests)
    figures = Figures(seconds)
    with selectors.DefaultSelector() as selector:
        connections = [connect(address) for _ in range(clients)]
        begin = time.perf_counter()
        end = begin + seconds
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(source))
        left = clients
        while left:
            for key, _ in selector.select():
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                figures.times.append(now - connection.began)
                figures.bytes += connection.received
                if connection.status != 200:
                    figures.failed += 1
                    figures.first_failure = figures.first_failure or connection.answer().body
                if now < end:
                    connection.send(next(source))
                else:
                    selector.unregister(connection.socket)
                    left -= 1
        figures.seconds = time.perf_counter() - begin
        for connection in connections:
            connection.close()
    return figures
