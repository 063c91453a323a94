from __future__ import annotations

import base64
import quopri
from collections.abc import Callable

import pytest

from kg.source import Source
from kg.web_archives import page_of

PAGE = "<!DOCTYPE html><html><body><h1>Zoë’s peers</h1><p>Hope = trust<br>grew</body></html>".encode()
TEXT = "Zoë’s peers\n\nHope = trust\ngrew\n"


def archive(body: bytes, encoding: str, *, end: bytes = b"\r\n", media_type: str = "text/html") -> bytes:
    lines = (
        b"From: <Saved by a browser>", b"MIME-Version: 1.0", b"Content-Type: multipart/related;",
        b'\ttype="text/html"; boundary="--=_x"', b"", b"", b"----=_x",
        f"Content-Type: {media_type}".encode(), f"Content-Transfer-Encoding: {encoding}".encode(), b"", body,
        b"----=_x", b"Content-Type: image/png", b"Content-Transfer-Encoding: base64", b"", b"AAAA",
        b"----=_x--", b"",
    )  # fmt: skip
    return end.join(lines)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("quoted-printable", quopri.encodestring),
        ("Quoted-Printable", quopri.encodestring),
        ("base64", base64.encodebytes),
        ("8bit", bytes),
        ("binary", bytes),
    ],
)
def test_the_page_of_a_web_archive_is_read_as_saved_html(
    encoding: str, encode: Callable[[bytes], bytes], end: bytes
) -> None:
    data = archive(encode(PAGE), encoding, end=end)
    found = Source.from_bytes("page.mhtml", data)
    assert (found.text, found.media_type, found.encoding) == (TEXT, "text/html", "UTF-8")
    assert (found.size, found.id) == (len(data), Source.from_bytes("other", data).id)


def test_a_page_in_another_encoding_is_decoded_as_a_file_would_be() -> None:
    page = PAGE.decode().encode("windows-1252")
    assert Source.from_bytes("a.mht", archive(quopri.encodestring(page), "quoted-printable")).text == TEXT


@pytest.mark.parametrize(
    "data",
    [
        archive(PAGE, "8bit", media_type="text/plain"),
        archive(b"AAAAA", "base64"),
        archive(PAGE, "8bit").replace(b"MIME-Version", b"Version"),
        archive(PAGE, "8bit").replace(b"boundary", b"border"),
        b"They wrote multipart/related twice.\n\nMIME-Version: 1.0\n",
        PAGE,
        b"",
    ],
)
def test_what_is_no_archive_of_a_page_is_left_as_it_is(data: bytes) -> None:
    assert page_of(data) is None


@pytest.mark.parametrize(
    "part", [b"--x", b"\n", b"----=_x\n", b"--x\nContent-Type: text/html;", b'; a="', b"=\n"]
)
def test_a_long_hostile_archive_comes_to_an_end(part: bytes) -> None:
    """A quadratic reader would meet the time limit of every test."""
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x"
    page_of(head + part * 200_000)
    page_of(head + b"\n\n" + part * 200_000)
    page_of(archive(part * 200_000, "quoted-printable"))
