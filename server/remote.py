"""Asks other endpoints for a query that may: a process that is started for it and ends with it.

It reads one order from standard input and writes the replies to standard output, as JSON:

    {"parent": pid, "seconds": 5, "bytes": 4194304, "questions": [{"endpoint", "query", "names"}, ...]}
    [{"values": "VALUES ..."} | {"failed": why} | {"refused": why}, ...]

`failed` is the endpoint's doing, which SILENT covers; `refused` ours, which it does not.

A name that is allowed may be made to lead anywhere, so every address it has must be public, and the
connection goes to one that was looked at. Nothing is sent but the query, and no redirect is followed.
"""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from pyoxigraph import Literal, NamedNode

from server import sandbox

_MEBIBYTE = 1_048_576
_CHUNK = 65_536
_TYPES = ("application/sparql-results+json", "application/json")

# Python 3.11 calls some addresses global that lead nowhere or somewhere else (RFC 6890 and its registries).
_PUBLIC_6 = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    map(
        ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
    )
)


class _FailedError(Exception):
    """The endpoint gave no answer."""


class _RefusedError(Exception):
    """The endpoint gave an answer that is not taken."""

    def __init__(self, message: str, limit: str = "") -> None:
        super().__init__(message)
        self.limit = limit


def is_public(text: str) -> bool:
    """Whether the address is one of the public internet, where anybody's server may stand.

    >>> is_public("8.8.8.8"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    known = isinstance(address, IPv4Address) or address in _PUBLIC_6
    special = address.is_multicast or address.is_reserved or any(address in one for one in _NOT_PUBLIC)
    return known and address.is_global and not special


@dataclass(frozen=True, slots=True)
class Asker:
    """Sends questions: which addresses it may, and by when it must be done."""

    deadline: float
    largest: int
    permitted: Callable[[str], bool] = is_public

    def reply(self, question: dict[str, Any]) -> dict[str, str]:
        """The answer to the question as VALUES, or why there is none."""
        try:
            body = self._fetched(question["endpoint"], question["query"])
            return {"values": values(body, question["names"], self.largest)}
        except _FailedError as error:
            return {"failed": str(error)}
        except _RefusedError as error:
            return {"refused": str(error), "limit": error.limit}
        except TimeoutError:
            return {"failed": "did not answer in time"}
        except ssl.SSLError as error:
            return {"failed": f"cannot be reached safely: {error.reason or 'no valid certificate'}"}
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or type(error).__name__
            return {"failed": f"cannot be reached: {said}"}

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self, host: str, port: int) -> socket.socket:
        """A connection to one of the host's addresses, each of which may be spoken to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise _FailedError("has a name that no host can have") from None
        if not found or not all(self.permitted(str(address[0])) for *_, address in found):
            raise _FailedError("leads to an address that is not public, which is never asked")
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(self._left())
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or _FailedError("has no address")

    def _fetched(self, endpoint: str, query: str) -> bytes:
        parts = urlsplit(endpoint)
        secure = parts.scheme == "https"
        host = parts.hostname or ""
        with self._connected(host, parts.port or (443 if secure else 80)) as plain:
            plain.settimeout(self._left())
            wire = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
            with wire:
                return self._talk(
                    wire, parts.netloc, f"{parts.path or '/'}{parts.query and '?' + parts.query}", query
                )

    def _talk(self, wire: socket.socket, host: str, target: str, query: str) -> bytes:
        speaker = http.client.HTTPConnection(host)
        speaker.auto_open = 0  # a second connection would look its address up again
        speaker.sock = wire
        headers = {
            "Host": host,
            "Accept": _TYPES[0],
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "peerkg",
            "Connection": "close",
        }
        speaker.request("POST", target, urlencode({"query": query}), headers)
        response = speaker.getresponse()
        if 300 <= response.status < 400:
            raise _FailedError("answers with a redirect, which is not followed")
        if response.status != 200:
            raise _FailedError(f"answers with status {response.status}")
        media_type = response.headers.get_content_type()
        if media_type not in _TYPES:
            raise _FailedError(f"answers in {media_type[:80]!r}, not in SPARQL's JSON")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise _FailedError("answers compressed, which was not asked for")
        body = bytearray()
        while not response.isclosed():
            wire.settimeout(self._left())
            body += response.read(_CHUNK)
            if len(body) > self.largest:
                raise _too_large(self.largest)
        if response.length:  # a part of a body is not said to be one otherwise
            raise _FailedError("answers with less than it announced")
        return bytes(body)


# The terms of an answer as SPARQL writes them.

_NAME = re.compile(r"\w+")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*")
_LANGUAGE = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r"}


def _too_large(largest: int) -> _RefusedError:
    message = f"answers with more than {largest:,} bytes; put a LIMIT or more conditions into SERVICE"
    return _RefusedError(message, "service-size")


def values(body: bytes, names: Iterable[str], largest: int) -> str:
    """A table in SPARQL's JSON as VALUES that may bind only `names`.

    >>> values(b'{"head": {"vars": ["x"]}, "results": {"bindings": [{}]}}', ["x", "y"], 1000)
    'VALUES (?x) { (UNDEF) }'
    """
    try:
        answer = orjson.loads(body)
        columns = list(dict.fromkeys(answer["head"].get("vars", [])))
        rows = answer["results"]["bindings"]
        strange = [name for name in columns if name not in set(names) or not _NAME.fullmatch(name)]
        strange += [name for row in rows for name in row if name not in columns]
        if strange:
            raise _FailedError("answers with variables that it was not asked for")
        if len(columns) * len(rows) > largest // 2:  # empty rows are short, and each of their cells is not
            raise _too_large(largest)
        lines = [
            "(" + " ".join(_term(row[name]) if name in row else "UNDEF" for name in columns) + ")"
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _FailedError("answers with what is no table in SPARQL's JSON") from None
    return f"VALUES ({' '.join(f'?{name}' for name in columns)}) {{ {' '.join(lines)} }}"


def _term(given: dict[str, str]) -> str:
    kind, value = given["type"], given["value"]
    if kind == "uri":
        return _iri(value)
    if kind in ("literal", "typed-literal"):
        quoted = f'"{value.translate(_ESCAPES)}"'
        if "xml:lang" in given:
            if not _LANGUAGE.fullmatch(given["xml:lang"]) or "its:dir" in given:
                raise _FailedError("answers with a language tag that is none of RDF 1.1")
            Literal("", language=given["xml:lang"])  # raises where the query's parser will
            return f"{quoted}@{given['xml:lang']}"
        return f"{quoted}^^{_iri(given['datatype'])}" if "datatype" in given else quoted
    if kind == "bnode":
        raise _RefusedError(
            "answers with blank nodes, which mean nothing here: leave them out with FILTER(!isBlank(...)) "
            "inside SERVICE, or name in a SELECT there what you want"
        )
    raise _FailedError("answers with terms that are none of RDF 1.1")


def _iri(value: str) -> str:
    if not _IRI.fullmatch(value):
        raise _FailedError("answers with an IRI that is none")
    NamedNode(value)  # raises where the query's parser will
    return f"<{value}>"


def main(permitted: Callable[[str], bool] = is_public) -> None:
    """Do what standard input orders, within its time."""
    order = json.load(sys.stdin)
    sandbox.die_with_parent(order["parent"])
    sandbox.forbid_new_rights()
    sandbox.limit_memory(256 * _MEBIBYTE + 32 * order["bytes"])
    sandbox.limit_processor(int(time.process_time()) + int(order["seconds"]) + 2)

    def too_late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_late)
    replies = []
    asker = Asker(time.monotonic() + order["seconds"], order["bytes"], permitted)
    for question in order["questions"]:
        # A peer that sends a byte now and then keeps each timeout of a socket from being reached.
        signal.setitimer(signal.ITIMER_REAL, max(0.001, asker.deadline - time.monotonic()))
        replies.append(asker.reply(question))
        signal.setitimer(signal.ITIMER_REAL, 0)
    json.dump(replies, sys.stdout)


if __name__ == "__main__":
    main()
