"""Packed files: the ways a download is compressed, each time to the same bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import zstandard

from kg.problems import PeerkgError


class DamagedFileError(PeerkgError):
    """What is in the file cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to compress: the content coding of HTTP, the ending of files' names, their media type."""

    coding: str
    suffix: str
    media_type: str
    packed: Callable[[bytes], bytes]
    unpacked: Callable[[bytes], bytes]
    opened: Callable[[Path], IO[bytes]]
    """The unpacked file as a stream."""


def _gzip(data: bytes) -> bytes:
    """With no name and no time in the header (RFC 1952, section 2.3)."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def _open_gzip(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path))


def _zstd(data: bytes) -> bytes:
    """At level 12: a third of gzip's time, and smaller; 19 would take seven times as long as gzip."""
    return zstandard.ZstdCompressor(level=12, write_checksum=True).compress(data)


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


def of(path: Path | str) -> Packing | None:
    """How the file is packed, by its name; `None` if it is not."""
    name = str(path).lower()
    return next((one for one in PACKINGS if name.endswith(one.suffix)), None)


def without(name: str) -> str:
    """The name of what is inside.

    >>> without("peerkg.nt.zst")
    'peerkg.nt'
    """
    packing = of(name)
    return name if packing is None else name[: -len(packing.suffix)]


def read(path: Path) -> bytes:
    """What is in the file, unpacked; `DamagedFileError` where that cannot be done."""
    data = path.read_bytes()
    packing = of(path)
    try:
        return data if packing is None else packing.unpacked(data)
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise DamagedFileError(f"{path}: cannot be unpacked: {error}") from error
