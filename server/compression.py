"""Answers as they are sent to a client that takes them packed (RFC 9110, sections 8.4 and 12.5.3).

Each coding is a representation of its own, with a strong tag of its own. What is small, large, packed
already or sent in parts goes as it is: no request costs more than packing `_MOST` bytes once.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

import zstandard

from server import spool
from server.negotiation import coding
from server.spool import Body, Spool

CODINGS = ("zstd", "gzip")
"""What is offered; the first where both are wanted alike."""
QUICK = 16_384
"""So many bytes are packed in less than a millisecond."""
_LEAST = 1024  # fits into one packet as it is
_MOST = 16_777_216
_LEVEL = {"zstd": 3, "gzip": 5}
_TEXT = re.compile(
    r"text/|application/(?:(?:[\w.\-]+\+)?(?:json|xml)|n-triples|n-quads|trig|javascript)\b|image/svg\+xml"
)
_ELSEWHERE = ("content-encoding", "content-range", "repr-digest")


def chosen(accept_encoding: str | None) -> str:
    """The coding for a request; `identity` where it takes none."""
    return "identity" if accept_encoding is None else coding(accept_encoding, CODINGS)


def is_for(status: int, fields: dict[str, str]) -> bool:
    """Whether answers with these header fields, in lower case, depend on the codings that a client takes."""
    return status == 200 and _is_text(fields.get("content-type", "")) and fields.keys().isdisjoint(_ELSEWHERE)


@lru_cache(maxsize=100)
def _is_text(content_type: str) -> bool:
    return _TEXT.match(content_type) is not None


def is_worth(size: int) -> bool:
    """Whether so many bytes are packed."""
    return _LEAST <= size <= _MOST


def described(fields: Iterable[tuple[str, str]], way: str) -> list[tuple[str, str]]:
    """The header fields of the answer in that coding, or for `identity` of the one that is not packed."""
    found, vary = [], "Accept-Encoding"
    for name, value in fields:
        if name == "vary":
            vary = value if vary.lower() in value.lower() else f"{value}, {vary}"
        elif name == "etag" and way != "identity":
            found.append((name, f'{value[:-1]}-{way}"'))
        elif way == "identity" or name not in ("content-length", "accept-ranges"):
            found.append((name, value))
    return [*found, ("vary", vary), *((("content-encoding", way),) if way != "identity" else ())]


def packed(body: Body, way: str) -> Body:
    """The bytes in that coding; those of a file in another file. `OSError` where there is no room for it."""
    if isinstance(body, Spool):
        return Spool(*spool.gathered(_pieces(body.chunks(), way)))
    return b"".join(_pieces([body], way))


def _pieces(chunks: Iterable[bytes], way: str) -> Iterator[bytes]:
    packer = (
        zstandard.ZstdCompressor(level=_LEVEL[way]).compressobj()
        if way == "zstd"
        else zlib.compressobj(_LEVEL[way], wbits=31)
    )
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()
