"""A request and a response of HTTP, as the parts of the server that are no framework's see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from server.spool import Body

Headers = tuple[tuple[str, str], ...]

_WITHOUT_BODY = (204, 304)


class Request(NamedTuple):
    """One request. Names of headers are in lower case; the body is whole."""

    method: str
    path: str
    """Percent-decoded; bytes that are not UTF-8 are in it as lone surrogates."""
    query_string: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    """One that came several times is their list (RFC 9110, section 5.3)."""
    body: bytes = b""
    version: str = "1.1"
    client: str = ""
    """The address at the other end of the connection, with its port."""
    server: str = "localhost:80"
    """The address that was connected to."""

    @property
    def accept(self) -> str | None:
        """The `Accept` header."""
        return self.headers.get("accept")


class Response(NamedTuple):
    """One response, complete."""

    status: int
    headers: Headers
    """Their names are in lower case."""
    body: Body = b""
    lasting: bool = False
    """Whether this release will answer the same request the same."""


class Reply(NamedTuple):
    """A response as it goes over the wire, but for what belongs to the moment and the connection."""

    status: int
    head: bytes
    """The status line and the header fields, without `date`, `connection` and the blank line."""
    body: Body = b""

    @classmethod
    def of(cls, status: int, fields: Iterable[tuple[str, str]], body: Body | None = b"") -> Reply:
        """The reply with these header fields, its length is among them already, or is that of the body.

        Without a body the length is not said.

        `ValueError` where a field could be taken for two.
        """
        text = "".join([_line(name, value) for name, value in fields])
        if "server: " not in text:
            text += "server: peerkg\r\n"
        if body is not None and status not in _WITHOUT_BODY and "content-length: " not in text:
            text += f"content-length: {len(body)}\r\n"
        return cls(status, _status_line(status) + text.encode("latin-1", "replace"), body or b"")

    @classmethod
    def with_lines(cls, status: int, lines: Iterable[bytes]) -> Reply:
        """The reply without a body whose header fields are these lines, each with its end."""
        return cls(status, _status_line(status) + b"".join(lines))


@lru_cache(maxsize=500)  # most fields are the same in every answer
def _line(name: str, value: str) -> str:
    key = name.lower()
    if "\n" in value or "\r" in value or "\n" in key or "\r" in key:
        raise ValueError("a header field has a line end in it")
    return f"{key}: {value}\r\n" if key != "date" else ""


@lru_cache(maxsize=64)
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
