"""A file as it lies there: its digest, its first characters, its content in blocks or lines.

A small file is read once and kept. A large one is read block by block, as often as somebody asks, and each
time hashed again: if the bytes of a pass are not those of the digest, the pass ends in an error. What is
compressed (gzip, Zstandard; known by its first bytes) is unpacked on the way; archives are not opened.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import zstandard

from kg import encodings
from kg.encodings import UTF_8, UnreadableSourceError
from kg.problems import Problem
from kg.source import Source

HEAD = 65_536
"""So many bytes of the content decide which format a file has."""
LONG_HEAD = 1 << 20
"""So many where that decides nothing: a first record with a thousand authors is longer than `HEAD`."""
KEPT = 8 << 20
"""A file of at most so many bytes is read once and kept; a larger one is read again for each pass."""
BLOCK = 1 << 18
"""So many bytes are read at a time."""
SMALL = 256
"""So many bytes of Zstandard data are unpacked at once: in the worst case to 64 blocks of 128 kB."""
LONGEST_LINE = 4_000_000
"""A longer line of a text is cut there."""

RATIO = 200
"""Nothing people write shrinks to less than this part of its size; zeros do, to a thousandth."""
ALWAYS_UNPACKED = 64 << 20
"""So many bytes are unpacked whatever the ratio."""
LARGEST_WINDOW = 1 << 27
"""The memory that unpacking Zstandard may need; `zstd` itself makes no more without `--ultra` or `--long`."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
ARCHIVES = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"PK\x05\x06": "an empty ZIP archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"BZh": "compressed with bzip2",
}
"""What is not opened, by its first bytes."""
_TAR = (257, b"ustar")


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be read: how messages show it, its digest, size and encoding, its first characters."""

    path: str
    digest: str
    size: int
    """Bytes as they lie there, compressed or not."""
    compression: str
    """`gzip`, `zstd` or nothing."""
    encoding: str
    head: Source
    """The first characters of the content."""
    place: Path | None = None
    kept: bytes | None = field(default=None, repr=False)
    """The bytes of a small file, as they lie there."""
    notes: list[Problem] = field(default_factory=list, compare=False)
    """What was met while the content was read and belongs to no record."""

    @classmethod
    def open(cls, place: Path, shown: str) -> File:
        """The file at `place`; `UnreadableSourceError` where it is nothing to be read."""
        digest, size, beginning = hashlib.sha256(), 0, []
        with place.open("rb") as raw:
            while block := raw.read(BLOCK):
                digest.update(block)
                size += len(block)
                if size <= KEPT:
                    beginning.append(block)
        if size <= KEPT:
            return cls._of(shown, digest.hexdigest(), size, b"".join(beginning), None)
        return cls._of(shown, digest.hexdigest(), size, None, place)

    @classmethod
    def of(cls, shown: str, data: bytes) -> File:
        """A file whose bytes are at hand."""
        return cls._of(shown, hashlib.sha256(data).hexdigest(), len(data), data, None)

    @classmethod
    def _of(cls, shown: str, digest: str, size: int, kept: bytes | None, place: Path | None) -> File:
        file = cls(shown, digest, size, "", UTF_8, Source(shown, "", digest), place, kept)
        start = file._start()
        _refuse_archive(start)
        compression = _compression(start)
        file = cls(shown, digest, size, compression, UTF_8, file.head, place, kept)
        content, complete = file._first_of_content()
        _refuse_archive(content)
        if _compression(content):
            raise UnreadableSourceError(
                "compressed-twice",
                "it is compressed twice",
                "unpack it once and put that file into the folder",
            )
        if kept is not None and not compression:
            content, complete = kept, True  # the whole says more about the encoding than its beginning
        encoding = encodings.of_beginning(content, complete=complete)
        text = encodings.beginning(content[:HEAD], encoding)
        head = Source(shown, text, digest, encoding, size=size)
        return cls(shown, digest, size, compression, encoding, head, place, kept)

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the digest."""
        return self.digest[:16]

    def _start(self) -> bytes:
        if self.kept is not None:
            return self.kept[:512]
        with self._there().open("rb") as raw:
            return raw.read(512)

    def _there(self) -> Path:
        if self.place is None:
            raise RuntimeError("a file is kept, or it lies somewhere")
        return self.place

    def _first_of_content(self) -> tuple[bytes, bool]:
        """The first bytes of the content, and whether they are all."""
        content = b""
        try:
            for block in self.blocks():
                content += block
                if len(content) > HEAD:
                    return content, False
        except UnreadableSourceError:
            if not content:
                raise
            return content, False  # what is whole will be read, and then it is said again
        return content, True

    def longer_head(self) -> Source | None:
        """The first million characters or so of the content; none where `head` has all that can be read."""
        content = b""
        try:
            for block in self.blocks():
                content += block
                if len(content) > LONG_HEAD:
                    break
        except UnreadableSourceError:
            pass  # what is whole is read, and then it is said again
        if len(content) <= HEAD:
            return None
        return replace(self.head, text=encodings.beginning(content[:LONG_HEAD], self.encoding))

    def blocks(self) -> Iterator[bytes]:
        """The content, unpacked, in blocks.

        Raises `UnreadableSourceError` where the compressed data is damaged or swells beyond all measure, and
        at the end of a file whose bytes are no longer those of the digest.
        """
        if self.kept is not None:
            yield from _unpacked(io.BytesIO(self.kept), self.compression)
            return
        with self._there().open("rb") as raw:
            hashed = _Hashed(raw)
            yield from _unpacked(hashed, self.compression)
            while hashed.read(BLOCK):  # what stands behind the compressed data belongs to the digest
                pass
            if hashed.digest.hexdigest() != self.digest:
                raise UnreadableSourceError(
                    "changed-while-read",
                    "the file changed while it was read",
                    "build again when nobody writes into it",
                )

    def utf_8(self) -> Iterator[bytes]:
        """The content in UTF-8 without a byte-order mark, in blocks."""
        blocks = self.blocks()
        if self.encoding != UTF_8:
            decoder = encodings.decoder(self.encoding)
            for block in blocks:
                yield decoder.decode(block).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
            return
        first = next(blocks, b"")
        yield first.removeprefix(b"\xef\xbb\xbf")
        yield from blocks

    def lines(self) -> Iterator[str]:
        r"""The lines of the content with their ends, decoded; `\\n`, `\\r\\n` and `\\r` end a line.

        Bytes that are no character of the encoding are read as Windows-1252 (of UTF-16, as U+FFFD), and the
        first of them is noted; so is the first NUL. A line of more than four million characters is cut.
        """
        codec = encodings.CODECS[self.encoding]
        raw = io.BufferedReader(_Blocks(self.blocks()), BLOCK)
        is_16 = codec.startswith("utf-16")  # of which no half can be put into a text and taken out again
        errors = "replace" if is_16 else "surrogateescape"
        text = io.TextIOWrapper(raw, encoding=codec, errors=errors, newline="")
        number, noted = 0, set[str]()
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._note(
                    "long-line", f"the line has more than {LONGEST_LINE:,} characters and was cut", number
                )
                while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                    pass
                line += "\n"
            if is_16 and "\ufffd" in line and "byte" not in noted:
                noted.add("byte")
                what = f"a character here is not whole in {self.encoding}; for such stands U+FFFD"
                self._note("encoding", what, number, "fetch the file again, or save it as UTF-8")
            if not line.isascii():
                mended = encodings.mended(line)
                if mended != line and "byte" not in noted:
                    noted.add("byte")
                    what = f"a byte here is no character of {self.encoding}; such were read as Windows-1252"
                    self._note("encoding", what, number, "save the file as UTF-8 if characters are wrong")
                line = mended
            if "\0" in line and "nul" not in noted:
                noted.add("nul")
                self._note(
                    "nul-character", "the line holds a NUL character", number, "remove it from the file"
                )
            yield line

    def _note(self, code: str, message: str, line: int, hint: str = "split the line") -> None:
        self.notes.append(Problem(code, message, self.path, line=line, hint=hint))

    def record(
        self,
        number: int,
        line: int,
        *,
        text: str = "",
        data: bytes = b"",
        where: str = "",
        media_type: str = "text/plain",
        columns: tuple[str, ...] = (),
        context: tuple[str, ...] = (),
    ) -> Source:
        """One record of the file: its number, the line in which it begins, and `text` or `data`.

        The text is that of its lines, with their ends and nothing left out. `media_type` says what `data`
        is, and in which syntax places in it are named: `application/json`, `application/xml`, `text/csv`; of
        the last, `columns` are the names. `context` is what else in the file the record needs.
        """
        return Source(
            self.path,
            text,
            self.digest,
            self.encoding,
            media_type,
            self.size,
            number,
            line,
            where,
            data,
            columns,
            context,
        )

    def whole(self, largest: int) -> Source:
        """All of the file as one document; `UnreadableSourceError` if it is larger than `largest` bytes."""
        if not self.compression and self.size > largest:
            raise too_large(self.size, largest)
        if not self.compression and self.kept is not None:
            return Source.from_bytes(self.path, self.kept)
        parts: list[bytes] = []
        size = 0
        for block in self.blocks():
            size += len(block)
            if size > largest:
                raise too_large(size, largest)
            parts.append(block)
        return Source.from_bytes(self.path, b"".join(parts), digest=self.digest, size=self.size)


def too_large(size: int, largest: int) -> UnreadableSourceError:
    """That a document does not fit."""
    return UnreadableSourceError(
        "too-large",
        f"it has {size:,} bytes, and the limit is {largest:,}",
        "raise max_source_bytes in peerkg.toml, or split the file",
    )


def _compression(start: bytes) -> str:
    if start.startswith(GZIP):
        return "gzip"
    return "zstd" if start.startswith(ZSTD) or _SKIPPABLE.match(start) else ""


def _refuse_archive(start: bytes) -> None:
    what = next((name for sign, name in ARCHIVES.items() if start.startswith(sign)), "")
    offset, sign = _TAR
    if start[offset : offset + len(sign)] == sign:
        what = "a tar archive"
    if what:
        raise UnreadableSourceError(
            "archive", f"it is {what}, which is not opened", "unpack it, and put the files into the folder"
        )


def _unpacked(raw: BinaryIO | _Hashed, compression: str) -> Iterator[bytes]:
    if not compression:
        while block := raw.read(BLOCK):
            yield block
        return
    counted = _Counted(raw)
    size = 0
    try:
        for block in _gzip(counted) if compression == "gzip" else _zstd(counted):
            size += len(block)
            if size > ALWAYS_UNPACKED and size > RATIO * counted.size:
                raise UnreadableSourceError(
                    "compression-bomb",
                    f"{counted.size:,} bytes of it unpack to more than {size:,}: no text shrinks so far",
                    "unpack it by hand if you know what it holds",
                )
            yield block
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise UnreadableSourceError(
            "damaged-compression",
            f"the {compression} data is damaged or cut off after {size:,} unpacked bytes ({error})",
            "fetch the file again",
        ) from error


def _gzip(raw: _Counted) -> Iterator[bytes]:
    """The members of a gzip file, one behind the other; zeros may follow them (RFC 1952, 2.2; tapes)."""
    rest = raw.read(BLOCK)
    while rest:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while not member.eof:
            if block := member.decompress(rest, BLOCK):
                yield block
            rest = member.unconsumed_tail or (b"" if member.eof else raw.read(BLOCK))
            if not rest and not member.eof:
                raise EOFError("the end is missing")
        rest = (member.unused_data or raw.read(BLOCK)).lstrip(b"\0")
        while not rest and (more := raw.read(BLOCK)):
            rest = more.lstrip(b"\0")


def _zstd(raw: _Counted) -> Iterator[bytes]:
    """The frames of a Zstandard file, one behind the other (RFC 8878, 3)."""
    rest, at = raw.read(BLOCK), 0
    while rest:
        frame = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).decompressobj()
        while not frame.eof:
            if at >= len(rest):
                rest, at = raw.read(BLOCK), 0
                if not rest:
                    raise EOFError("the end is missing")
            part, at = rest[at : at + SMALL], at + SMALL
            if unpacked := frame.decompress(part):
                yield unpacked
        rest, at = (frame.unused_data + rest[at:]) or raw.read(BLOCK), 0


class _Hashed:
    """Reads a file and hashes what it reads."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        block = self._raw.read(size)
        self.digest.update(block)
        return block


class _Counted:
    """Reads a file and counts what it reads."""

    def __init__(self, raw: BinaryIO | _Hashed) -> None:
        self._raw = raw
        self.size = 0

    def read(self, size: int) -> bytes:
        block = self._raw.read(size)
        self.size += len(block)
        return block


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a file that can be read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what io gives
        while not self._rest:
            self._rest = next(self._blocks, b"")
            if not self._rest:
                return 0
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)
