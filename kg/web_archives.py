"""The page in a web archive: what a browser saves as a single file, `.mhtml` or `.mht` (RFC 2557).

Only the header of the file and those of its first parts are parsed: nothing is nested, and time grows with
the file.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_HEADER = 20_000
"""The header of an archive or of a part ends within so many bytes."""
_MOST_PARTS = 50
"""In so many parts the page is looked for; it is the first as a rule, before its pictures."""
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def page_of(data: bytes) -> bytes | None:
    r"""The first HTML document of a web archive; `None` where the data is none, or has none.

    >>> page_of(
    ...     b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    ...     b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<html>=3D\n--x--"
    ... )
    b'<html>='
    """
    if b"multipart/related" not in data[:_HEADER].lower():
        return None
    header, body = _parted(data)
    boundary = header.get_param("boundary")
    if header["MIME-Version"] is None or not isinstance(boundary, str):
        return None
    for part in body.split(b"--" + boundary.encode("latin-1", "replace"), _MOST_PARTS):
        inner, content = _parted(part.lstrip(b"\r\n"))
        if inner.get_content_type() == "text/html":
            return _decoded(content.strip(b"\r\n"), str(inner["Content-Transfer-Encoding"] or ""))
    return None


def _parted(data: bytes) -> tuple[Message, bytes]:
    """The header and what stands below it."""
    from email.message import Message  # noqa: PLC0415 - only who reads web archives pays for the import
    from email.parser import BytesHeaderParser  # noqa: PLC0415

    end = _BLANK_LINE.search(data, 0, _HEADER)
    if end is None:
        return Message(), b""
    return BytesHeaderParser().parsebytes(data[: end.start()]), data[end.end() :]


def _decoded(content: bytes, encoding: str) -> bytes | None:
    match encoding.strip().lower():
        case "quoted-printable":
            return quopri.decodestring(content)
        case "base64":
            try:
                return base64.b64decode(content)
            except binascii.Error:
                return None
        case _:
            return content
