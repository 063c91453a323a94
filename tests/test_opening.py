"""Files are hashed, unpacked and decoded as they lie there; what cannot be read is said in one message."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kg import opening
from kg.encodings import UnreadableSourceError
from kg.opening import File

TEXT = "TY  - JOUR\nTI  - Türen für Ä\nER  - \n" * 3
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip in two members": lambda data: gzip.compress(data[:40]) + gzip.compress(data[40:]) + b"\0" * 512,
    "zstd": zstandard.compress,
    "zstd in two frames": lambda data: zstandard.compress(data[:40]) + zstandard.compress(data[40:]),
}


def content(file: File) -> str:
    return "".join(file.lines())


@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("kept", [True, False])
def test_what_is_compressed_is_unpacked_and_the_digest_is_that_of_the_file(
    how: str, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = PACKED[how](TEXT.encode())
    path = tmp_path / "without.suffix"
    path.write_bytes(data)
    if not kept:
        monkeypatch.setattr(opening, "KEPT", 10)
    file = File.open(path, "shown")
    assert (file.kept is not None) == kept
    assert (file.digest, file.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert file.compression == how.partition(" ")[0].replace("plain", "")
    assert content(file) == content(file) == TEXT
    assert b"".join(file.utf_8()) == TEXT.encode()
    assert file.head.text == TEXT
    assert file.whole(10_000).text == TEXT
    assert file.whole(10_000).digest == file.digest


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_what_comes_before_the_damage_is_read(pack: Callable[[bytes], bytes]) -> None:
    lines = "".join(f"{number} {hashlib.sha256(b'%d' % number).hexdigest()}\n" for number in range(90_000))
    data = pack(lines.encode())
    file = File.of("cut", data[: len(data) // 2])
    read: list[str] = []
    with pytest.raises(UnreadableSourceError, match=r"damaged or cut off after [\d,]+ unpacked") as error:
        read.extend(file.lines())
    assert error.value.code == "damaged-compression"
    assert 1000 < len(read) < 90_000
    assert lines.startswith("".join(read[:-1]))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_bomb_is_refused_in_little_memory(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(UnreadableSourceError, match="no text shrinks so far") as error:
        sum(len(block) for block in File.of("bomb", b"" + bomb).blocks())
    assert error.value.code == "compression-bomb"
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def zip_of(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.ris", data)
    return packed.getvalue()


def tar_of(data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("one.ris")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zip_of(TEXT.encode()), "archive"),
        (tar_of(TEXT.encode()), "archive"),
        (gzip.compress(tar_of(TEXT.encode())), "archive"),
        (b"7z\xbc\xaf\x27\x1c....", "archive"),
        (gzip.compress(gzip.compress(TEXT.encode())), "compressed-twice"),
        (gzip.compress(b""), "empty-file"),
        (b"", "empty-file"),
        (gzip.compress(TEXT.encode())[:11], "damaged-compression"),
        (bytes(range(256)) * 9, "binary-file"),
    ],
    ids=["zip", "tar", "tar.gz", "7z", "twice", "empty in gzip", "empty", "cut", "binary"],
)
def test_what_is_not_opened_is_named(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableSourceError) as error:
        File.of("odd", data)
    assert error.value.code == code
    assert error.value.hint


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16LE"),
        ("utf-16-be", b"", "UTF-16BE"),
        ("windows-1252", b"", "Windows-1252"),
    ],
)
def test_bytes_decide_the_encoding(codec: str, mark: bytes, name: str) -> None:
    file = File.of("x", mark + TEXT.encode(codec))
    assert file.encoding == name
    assert content(file) == TEXT
    assert b"".join(file.utf_8()).decode() == TEXT
    assert file.head.text.lstrip("\ufeff") == TEXT
    assert not file.notes


def test_a_damaged_byte_is_read_as_windows_1252_and_noted_once() -> None:
    data = ("Ä Ö Ü\n" * 50).encode() + b"caf\xe9\n" * 2
    file = File.of("x", data)
    assert content(file).endswith("Ü\ncafé\ncafé\n")
    assert [(note.code, note.line) for note in file.notes] == [("encoding", 51)]


def test_nul_and_overlong_lines_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LONGEST_LINE", 10)
    file = File.of("x", b"short\n" + b"x" * 35 + b"\nnul \0!\nnul \0!\nend\n")
    assert list(file.lines()) == ["short\n", "x" * 10 + "\n", "nul \0!\n", "nul \0!\n", "end\n"]
    assert [(note.code, note.line) for note in file.notes] == [("long-line", 2), ("nul-character", 3)]


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "KEPT", 10)
    path = tmp_path / "one.ris"
    path.write_text(TEXT, encoding="utf-8")
    file = File.open(path, "one.ris")
    path.write_text(TEXT.replace("JOUR", "BOOK"), encoding="utf-8")
    with pytest.raises(UnreadableSourceError, match="changed") as error:
        content(file)
    assert error.value.code == "changed-while-read"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(["\n", "\r", "\r\n"]))
def test_lines_put_together_are_the_text(text: str, end: str) -> None:
    whole = "a" + text.replace("\r", " ").replace("\n", " ").replace("\0", " ").replace("\ufeff", " ") + end
    file = File.of("x", (whole * 3).encode())
    lines = list(file.lines())
    assert "".join(lines) == whole * 3
    assert len(lines) == 3
