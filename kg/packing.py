"""Packed files: the ways a download is compressed, each time to the same bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import IO, Protocol, cast

import zstandard

from kg.problems import PeerkgError

BLOCK = 1 << 18
"""So many bytes are packed, and unpacked, at once."""


class DamagedFileError(PeerkgError):
    """What is in the file cannot be unpacked."""


class Packer(Protocol):
    """What packs a file piece by piece."""

    def compress(self, data: bytes, /) -> bytes:
        """What can be written of it so far."""

    def flush(self) -> bytes:
        """The rest."""


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to compress: the content coding of HTTP, the ending of files' names, their media type."""

    coding: str
    suffix: str
    media_type: str
    packer: Callable[[], Packer]
    unpacked: Callable[[bytes], bytes]
    opened: Callable[[Path], IO[bytes]]
    """The unpacked file as a stream."""

    def packed(self, data: bytes) -> bytes:
        """The data, packed."""
        packer = self.packer()
        return packer.compress(data) + packer.flush()


def _gzip() -> Packer:
    """With no name and no time in the header (RFC 1952, section 2.3), which is what zlib writes for 31.

    At level 7: half the time of 9, and 2 % larger.
    """
    return zlib.compressobj(7, zlib.DEFLATED, 31)


def _open_gzip(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path))


def _zstd() -> Packer:
    """At level 9: less time than gzip, and a fifth smaller; 12 would take 1.7 times as long for 4 % less."""
    return zstandard.ZstdCompressor(level=9, write_checksum=True).compressobj()


def _of_zstd(data: bytes) -> bytes:
    """Whole frames only: `zstandard` itself takes the end of the data for the end of a frame."""
    parts = []
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        parts.append(frame.decompress(data))
        if not frame.eof:
            raise EOFError("it is cut off")
        data = frame.unused_data
    return b"".join(parts)


def _open_zstd(path: Path) -> IO[bytes]:
    return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True)


ZSTD = Packing("zstd", ".zst", "application/zstd", _zstd, _of_zstd, _open_zstd)
GZIP = Packing("gzip", ".gz", "application/gzip", _gzip, gzip.decompress, _open_gzip)
PACKINGS = (ZSTD, GZIP)
"""Every one, the smaller first."""


class Packed:
    """A file that is packed while it is written, once for each way, each in a thread of its own."""

    def __init__(self, path: Path, ways: ThreadPoolExecutor) -> None:
        self._held: list[bytes] = []
        self._size = 0
        # Few blocks wait, so that what is written faster than it is packed does not fill the memory.
        self._queues = [Queue[bytes | None](4) for _ in PACKINGS]
        self._working = [
            ways.submit(_pack, path.with_suffix(way.suffix), way.packer(), queue)
            for way, queue in zip(PACKINGS, self._queues, strict=True)
        ]

    def write(self, data: bytes) -> None:
        """Write a piece."""
        self._held.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self._hand_over()

    def _hand_over(self) -> None:
        block = b"".join(self._held)
        self._held, self._size = [], 0
        for queue in self._queues:
            queue.put(block)

    def close(self) -> None:
        """Write the rest; what went wrong while packing is raised here."""
        self._hand_over()
        for queue in self._queues:
            queue.put(None)
        for working in self._working:
            working.result()


def _pack(path: Path, packer: Packer, blocks: Queue[bytes | None]) -> None:
    left = iter(blocks.get, None)
    try:
        with path.open("wb") as file:
            for block in left:
                file.write(packer.compress(block))
            file.write(packer.flush())
    finally:
        for _ in left:  # after a failure: whoever writes must not wait for ever
            pass


@contextmanager
def packed(path: Path) -> Iterator[Packed]:
    """A file to be written under the path without its ending, once for each way to pack it."""
    with ThreadPoolExecutor(len(PACKINGS)) as ways, closing(Packed(path, ways)) as file:
        yield file


def of(path: Path | str) -> Packing | None:
    """How the file is packed, by its name; `None` if it is not."""
    name = str(path).lower()
    return next((one for one in PACKINGS if name.endswith(one.suffix)), None)


def without(name: str) -> str:
    """The name of what is inside.

    >>> without("peerkg.nt.zst")
    'peerkg.nt'
    """
    way = of(name)
    return name if way is None else name[: -len(way.suffix)]


def read(path: Path) -> bytes:
    """What is in the file, unpacked; `DamagedFileError` where that cannot be done."""
    data = path.read_bytes()
    way = of(path)
    with _damage_named(path):
        return data if way is None else way.unpacked(data)


def blocks(path: Path) -> Iterator[bytes]:
    """What is in the file, unpacked, piece by piece; `DamagedFileError` where that cannot be done."""
    way = of(path)
    with _damage_named(path), path.open("rb") if way is None else way.opened(path) as stream:
        while block := stream.read(BLOCK):
            yield block


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise DamagedFileError(f"{path}: cannot be unpacked: {error}") from error
