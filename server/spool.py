"""A large answer, in a file: it takes no memory while a slow client reads it."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_CHUNK = 262_144
_DESCRIPTORS = Path("/proc/self/fd")


class Spool:
    """Bytes behind a descriptor, which is closed with the last reference to this."""

    __slots__ = ("__weakref__", "_size", "descriptor", "path", "start")

    def __init__(self, descriptor: int, size: int, start: int = 0, path: Path | None = None) -> None:
        self.descriptor = descriptor
        self.start = start
        """Where in the file they begin."""
        self.path = path
        """Where the file is, if it has a name."""
        self._size = size
        weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of_file(cls, path: Path, start: int = 0, end: int | None = None) -> Spool:
        """The bytes of a file, or a part of them."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return cls(descriptor, (os.fstat(descriptor).st_size if end is None else end) - start, start, path)

    def __len__(self) -> int:
        return self._size

    def chunks(self) -> Iterator[bytes]:
        """The bytes piece by piece; several may read at once."""
        for done in range(0, self._size, _CHUNK):
            yield os.pread(self.descriptor, min(_CHUNK, self._size - done), self.start + done)

    def whole(self) -> bytes:
        """All the bytes."""
        return b"".join(self.chunks())


Body = bytes | Spool


def whole(body: Body) -> bytes:
    """The bytes of a body."""
    return body if isinstance(body, bytes) else body.whole()


def written(data: bytes) -> int:
    """The descriptor of a new nameless file that holds the data; `OSError` where there is no room."""
    return gathered([data])[0]


def gathered(chunks: Iterable[bytes]) -> tuple[int, int]:
    """The descriptor of a new nameless file with all the bytes, and how many they are; `OSError` as above."""
    descriptor = _nameless()
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            view = memoryview(chunk)
            while view:
                view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, size


def _nameless() -> int:
    try:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
    except OSError:
        if sys.platform != "linux":
            raise
        return os.memfd_create("peerkg-answer")  # no folder to write to: memory, which is bounded as well


def held() -> int:
    """How many bytes there are in nameless files that this process has open, whoever reads them."""
    files: dict[tuple[int, int], int] = {}
    for path in _DESCRIPTORS.iterdir():
        with suppress(OSError):  # closed meanwhile
            found = os.fstat(int(path.name))
            if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                files[found.st_dev, found.st_ino] = found.st_size
    return sum(files.values())
