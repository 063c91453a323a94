"""Answers that were given already, as they are sent again: before anything is parsed and without a thread."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from server.message import Reply
from server.spool import Spool

NEGOTIATED = (
    "accept",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "accept-language",
    "accept-profile",
    "prefer",
)
"""The header fields that an answer may depend on; one that names another in `Vary` is not kept."""
_OF_THE_BODY = (b"content-type", b"content-encoding", b"content-length", b"content-disposition")
_CONDITIONS = ("if-match", "if-modified-since", "if-range", "if-unmodified-since", "range")


class Ready(NamedTuple):
    """A whole answer, 200."""

    part: str
    """Which part of the server gave it."""
    tag: str
    whole: Reply
    path: Path | None = None
    """The file that is its body, where that is not held in memory."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 3000 + len(self.whole.body)

    def reply(self) -> Reply:
        """The answer with its body. `OSError` where the file is no more."""
        return self.whole if self.path is None else self.whole._replace(body=Spool.of_file(self.path))


def key(path: str, query_string: str, headers: Mapping[str, str]) -> Hashable | None:
    """What the answer to a GET or HEAD depends on beside the release; `None` for conditions and ranges."""
    for name in _CONDITIONS:
        if name in headers:
            return None
    return (path, query_string, *map(headers.get, NEGOTIATED))


def unmodified(whole: Reply) -> Reply:
    """A 304 instead of the answer (RFC 9110, section 15.4.5)."""
    lines = whole.head.splitlines(keepends=True)[1:]
    return Reply.with_lines(304, [line for line in lines if line.partition(b":")[0] not in _OF_THE_BODY])


def kept(part: str, fields: Sequence[tuple[str, str]], whole: Reply) -> Ready | None:
    """The answer, ready to be sent again; `None` where it has no tag, depends on more or is one client's.

    The names of its header fields are in lower case.
    """
    by_name = dict(fields)
    tag = by_name.get("etag")
    if tag is None or not _is_told_apart(by_name.get("vary", "")):
        return None
    if "no-store" in by_name.get("cache-control", ""):
        return None  # made for one client: it may hold the name that this one has for the server
    if isinstance(whole.body, Spool) and whole.body.path is not None:
        return Ready(part, tag, whole._replace(body=b""), whole.body.path)
    return Ready(part, tag, whole)


@lru_cache(maxsize=100)
def _is_told_apart(vary: str) -> bool:
    return {name.strip().lower() for name in vary.split(",")} <= {*NEGOTIATED, ""}
