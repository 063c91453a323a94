"""A large answer, in a file that has no name: it takes no memory while a slow client reads it."""

from __future__ import annotations

import os
import sys
import tempfile
import weakref
from collections.abc import Iterator

CHUNK = 262_144


class Spool:
    """The bytes behind a descriptor, which is closed with the last reference to this."""

    __slots__ = ("__weakref__", "_descriptor", "_size")

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        weakref.finalize(self, os.close, descriptor)

    def __len__(self) -> int:
        return self._size

    def chunks(self) -> Iterator[bytes]:
        """The bytes piece by piece; several may read at once."""
        for start in range(0, self._size, CHUNK):
            yield os.pread(self._descriptor, min(CHUNK, self._size - start), start)

    def whole(self) -> bytes:
        """All the bytes."""
        return b"".join(self.chunks())


Body = bytes | Spool


def whole(body: Body) -> bytes:
    """The bytes of a body."""
    return body if isinstance(body, bytes) else body.whole()


def written(data: bytes) -> int:
    """The descriptor of a new nameless file that holds the data; `OSError` where there is no room."""
    try:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    except OSError:
        if sys.platform != "linux":
            raise
        descriptor = os.memfd_create("peerkg-answer")  # no folder to write to: memory, which still is bounded
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
