"""Frames between the front and a worker: a JSON head and a body of bytes, each with its length before it."""

from __future__ import annotations

import json
import socket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio  # workers speak without it, and start sooner

_LENGTHS = struct.Struct(">IQ")


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame ready to be sent."""
    encoded = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The next frame; `EOFError` where the other side has gone."""
    head_length, body_length = _LENGTHS.unpack(_exactly(connection, _LENGTHS.size))
    head = json.loads(bytes(_exactly(connection, head_length)).decode(errors="surrogatepass"))
    return head, bytes(_exactly(connection, body_length))


def _exactly(connection: socket.socket, length: int) -> bytearray:
    buffer = bytearray(length)
    view = memoryview(buffer)
    filled = 0
    while filled < length:
        count = connection.recv_into(view[filled:])
        if count == 0:
            raise EOFError
        filled += count
    return buffer


async def receive_async(
    connection: socket.socket, loop: asyncio.AbstractEventLoop
) -> tuple[dict[str, Any], bytes]:
    """The same for a non-blocking socket."""
    first = await loop.sock_recv(connection, 262_144)
    if not first:
        raise EOFError
    data = bytearray(first)
    while len(data) < _LENGTHS.size:
        data += await _more(connection, loop)
    head_length, body_length = _LENGTHS.unpack_from(data)
    total = _LENGTHS.size + head_length + body_length
    if len(data) < total:
        filled = len(data)
        data.extend(bytes(total - filled))
        view = memoryview(data)
        while filled < total:
            count = await loop.sock_recv_into(connection, view[filled:])
            if count == 0:
                raise EOFError
            filled += count
        view.release()
    start = _LENGTHS.size + head_length
    head = json.loads(data[_LENGTHS.size : start].decode(errors="surrogatepass"))
    return head, bytes(memoryview(data)[start:])


async def _more(connection: socket.socket, loop: asyncio.AbstractEventLoop) -> bytes:
    data = await loop.sock_recv(connection, 65_536)
    if not data:
        raise EOFError
    return data
