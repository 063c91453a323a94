"""Frames between the front and the workers arrive whole, however they are cut."""

from __future__ import annotations

import os
import socket
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import wire
from server.spool import Spool, whole

HEADS = st.dictionaries(st.text(string.ascii_letters), st.text() | st.integers(0, 9) | st.booleans())


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


@given(HEADS, st.binary(max_size=300), st.integers(1, 50))
def test_a_frame_in_pieces_is_the_frame(head: dict[str, object], body: bytes, size: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        inbox, frame = wire.Inbox(ours), wire.pack(head, body)
        for start in range(0, len(frame), size):
            assert inbox.read() is None
            theirs.send(frame[start : start + size])
            found = inbox.read()
        assert found == (head, body)


def test_two_frames_after_each_other_are_two(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    inbox = wire.Inbox(ours)
    for body in (b"x" * 100_000, b"", b"y"):
        wire.send(theirs, {"of": len(body)}, body)
        found = None
        while found is None:
            found = inbox.read()
        assert found == ({"of": len(body)}, body)


def test_a_large_body_comes_in_a_file(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    body = os.urandom(3_000_001)
    wire.send(theirs, {"kind": "solutions"}, body)
    found = wire.Inbox(ours).read()
    assert found is not None
    head, spool = found
    assert isinstance(spool, Spool)
    assert head == {"kind": "solutions"}
    assert len(spool) == len(body)
    assert whole(spool) == body
    assert b"".join(spool.chunks()) == body


def test_a_file_is_closed_with_the_last_who_knows_it() -> None:
    readable, writable = os.pipe()
    os.close(writable)
    spool = Spool(readable, 1)
    del spool
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(readable)


def test_the_end_of_a_connection_is_seen_in_the_middle_of_a_frame(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    inbox = wire.Inbox(ours)
    theirs.send(wire.pack({"kind": "x"}, b"12345")[:-1])
    assert inbox.read() is None
    theirs.close()
    with pytest.raises(EOFError):
        inbox.read()


def test_the_worker_sees_the_front_leave(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    ours.send(wire.pack({"do": "health"})[:3])
    ours.close()
    with pytest.raises(EOFError):
        wire.receive(theirs)
