"""A request and a response of HTTP, as the parts of the server that are no framework's see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.spool import Body

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Names of headers are in lower case; the body is whole."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def accept(self) -> str | None:
        """The `Accept` header."""
        return self.headers.get("accept")


@dataclass(frozen=True, slots=True)
class Response:
    """One response, complete."""

    status: int
    headers: Headers
    body: Body = b""
    lasting: bool = False
    """Whether this release will answer the same request the same."""
