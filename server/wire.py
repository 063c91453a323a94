"""Frames between the front and a worker: a JSON head and a body of bytes, each with its length before it.

A large body does not pass through the socket: the worker writes it to a file without a name and hands the
descriptor over with the head, so that the front neither copies it nor holds it in memory.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

import orjson

from server import spool
from server.spool import Body, Spool

_LENGTHS = struct.Struct(">IQ")
_DESCRIPTOR = struct.Struct("=i")
_ONE_DESCRIPTOR = socket.CMSG_SPACE(_DESCRIPTOR.size)
_PIECE = 65_536
_JOB = 8192
"""What is read of a job at once: where 64 KiB are given back, the C library tidies up its heap."""
_SPOOLED = 1_048_576
"""A body of more bytes goes through a file."""
_BY_FILE = 1 << 63
"""Set in a body's length where its bytes are in the file that comes along."""

Frame = tuple[dict[str, Any], Body]


def pack(head: dict[str, Any], body: bytes = b"", by_file: int = 0) -> bytes:
    """A frame ready to be sent; `by_file` bytes of it are in a file."""
    encoded = orjson.dumps(head)
    return b"".join(
        (_LENGTHS.pack(len(encoded), by_file | _BY_FILE if by_file else len(body)), encoded, body)
    )


def send(connection: socket.socket, head: dict[str, Any], body: bytes) -> None:
    """Send a frame; `OSError` where a large body finds no room, of which nothing was sent then."""
    if len(body) <= _SPOOLED:
        connection.sendall(pack(head, body))
        return
    descriptor = spool.written(body)
    try:
        frame = pack(head, by_file=len(body))
        sent = socket.send_fds(connection, [frame], [descriptor])
        connection.sendall(frame[sent:])
    finally:
        os.close(descriptor)


def receive(connection: socket.socket) -> dict[str, Any]:
    """The head of the next frame, which has no body; `EOFError` where the other side has gone."""
    data = bytearray()
    while True:
        piece = connection.recv(_JOB)
        if not piece:
            raise EOFError
        data += piece
        frame = _parsed(data, -1)
        if frame is not None:
            return frame[0]


class Inbox:
    """What comes in over one connection that does not block, until it is a whole frame."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._piece = bytearray(_PIECE)
        self._data = bytearray()
        self._descriptor = -1

    def read(self) -> Frame | None:
        """Read what has come; the frame if it is whole now. `EOFError` where the other side has gone."""
        try:
            count, ancillary, _, _ = self._connection.recvmsg_into((self._piece,), _ONE_DESCRIPTOR)
        except BlockingIOError:
            return None
        except ConnectionError:
            count, ancillary = 0, []
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self._descriptor = _DESCRIPTOR.unpack(data)[0]
        if not count:
            self.close()
            raise EOFError
        with memoryview(self._piece) as piece:
            if not self._data:
                frame = _parsed(piece[:count], self._descriptor)
                if frame is None:
                    self._data += piece[:count]
            else:
                self._data += piece[:count]
                frame = _parsed(self._data, self._descriptor)
        if frame is not None:
            self._descriptor = -1
            self._data.clear()
        return frame

    def close(self) -> None:
        """Forget what came of a frame."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._data.clear()


def _parsed(data: memoryview | bytearray, descriptor: int) -> Frame | None:
    if len(data) < _LENGTHS.size:
        return None
    head_length, body_length = _LENGTHS.unpack_from(data)
    start = _LENGTHS.size + head_length
    by_file = body_length & _BY_FILE
    if len(data) < start + (0 if by_file else body_length):
        return None
    with memoryview(data) as view:
        head = orjson.loads(view[_LENGTHS.size : start])
        return head, Spool(descriptor, body_length ^ _BY_FILE) if by_file else bytes(view[start:])
