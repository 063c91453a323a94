"""Another SPARQL 1.1 engine that holds a release, asked over the protocol in place of our own index.

A worker has an `Engine` where it else has a store: what is asked of it is the same, and what it gives is
checked before anything is made of it. An engine that cuts its answers says so in a header, or does not say
so at all (Virtuoso's CONSTRUCT): no answer is taken that is longer than what it was seen to give whole,
and `server.holding` asks it for that much before it is trusted with a release.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    Variable,
    parse,
    parse_query_results,
)

from kg.problems import PeerkgError
from server import gate

_TABLE = "application/sparql-results+json"
_GRAPH = "application/n-triples"
_FORM = re.compile(r"SELECT|CONSTRUCT|DESCRIBE|ASK", re.IGNORECASE)
_CHUNK = 1_048_576
_AT_ONCE = 500  # things whose labels one query asks for

WHOLE = 200_000
"""Rows or statements: an engine shows that it gives so many, and a longer answer is not taken."""

# Virtuoso answers ASK with a table of one number.
_YES_OR_NO = "__ASK_RETVAL"


class AddressError(PeerkgError):
    """What was given as the address of an engine is none."""


class EngineError(Exception):
    """The engine gave no answer, or none that can be taken for a whole one."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine answers, and which of its graphs are the release's.

    `default_graph` is the IRI of the graph that stands for the default graph, "" where the engine has one
    without a name. `named_graphs` are named in requests that name it, since naming one hides all others.
    """

    url: str
    credentials: str = ""
    more: tuple[tuple[str, str], ...] = ()
    default_graph: str = ""
    named_graphs: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Address:
        """The address in `sparql+http://user:password@host:port/path?default-graph-uri=IRI`.

        Other parameters are sent along with each query. `AddressError` says what is wrong with it.

        >>> Address.read("sparql+http://127.0.0.1:8890/sparql?default-graph-uri=x:y").default_graph
        'x:y'
        """
        scheme, plus, url = text.partition("+")
        parts = urlsplit(url)
        try:
            usable = scheme == "sparql" and plus and parts.scheme in ("http", "https") and parts.hostname
            port = parts.port
        except ValueError:
            usable, port = False, None
        if not usable:
            raise AddressError(f"{text!r} is not like sparql+http://host:port/path")
        parameters = parse_qsl(parts.query)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        return cls(
            f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path or '/'}",
            credentials,
            tuple((name, value) for name, value in parameters if name != "default-graph-uri"),
            next((value for name, value in parameters if name == "default-graph-uri"), ""),
        )

    def with_graphs(self, names: Sequence[str]) -> Address:
        """The address, with the named graphs of a release."""
        return replace(self, named_graphs=tuple(names))

    def as_order(self) -> dict[str, Any]:
        """The address as JSON for another process."""
        return asdict(self)

    @classmethod
    def of_order(cls, order: Mapping[str, Any]) -> Address:
        """The address that `as_order` wrote."""
        more = tuple((name, value) for name, value in order["more"])
        return cls(**{**order, "more": more, "named_graphs": tuple(order["named_graphs"])})


def form_of(query: str) -> str:
    """SELECT, CONSTRUCT, DESCRIBE or ASK, "" where the query has none of these words where they count."""
    words = (token.group() for token in gate.tokens(query) if token.lastgroup == "word")
    return next((word.upper() for word in words if _FORM.fullmatch(word)), "")


def names_dataset(query: str) -> bool:
    """Whether the query says itself which graphs it is about (SPARQL 1.1 section 13.2)."""
    return any(token.lastgroup == "word" and token.group().upper() == "FROM" for token in gate.tokens(query))


class Engine:
    """What a worker asks of a store, asked of an engine over one connection."""

    def __init__(self, address: Address, answer_bytes: int) -> None:
        self._address = address
        self._answer_bytes = answer_bytes
        self._connection: http.client.HTTPConnection | None = None

    def query(
        self,
        query: str,
        *,
        default_graph: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
    ) -> QuerySolutions | QueryBoolean | Iterator[Triple]:
        """The whole answer. `SyntaxError` where the engine calls the query wrong, `EngineError` otherwise."""
        plain = gate.undone(query)
        form = form_of(plain)
        sent = [("query", plain), *self._address.more]
        if default_graph or named_graphs:
            sent += [("default-graph-uri", graph.value) for graph in default_graph]
            sent += [("named-graph-uri", graph.value) for graph in named_graphs]
        elif self._address.default_graph and not names_dataset(plain):
            sent.append(("default-graph-uri", self._address.default_graph))
            sent += [("named-graph-uri", graph) for graph in self._address.named_graphs]
        asks_for_graph = form in ("CONSTRUCT", "DESCRIBE")
        body = self._asked(urlencode(sent), _GRAPH if asks_for_graph else _TABLE)
        return _graph(body) if asks_for_graph else _table(body, form)

    def literals(
        self, things: Collection[NamedNode], properties: Sequence[NamedNode]
    ) -> Iterator[tuple[NamedNode, int, Literal]]:
        """The literals that the things have by the properties, with the place of the property, one by one."""
        places = {name: place for place, name in enumerate(properties)}
        ordered = sorted(things, key=str)
        for begin in range(0, len(ordered), _AT_ONCE):
            some = " ".join(map(str, ordered[begin : begin + _AT_ONCE]))
            names = " ".join(map(str, properties))
            rows = self.query(
                f"SELECT ?thing ?name ?label {{ VALUES ?thing {{ {some} }} VALUES ?name {{ {names} }} "
                "?thing ?name ?label }"
            )
            assert isinstance(rows, QuerySolutions)  # noqa: S101 - a SELECT has nothing else
            for row in rows:
                if isinstance(row["label"], Literal):
                    yield row["thing"], places[row["name"]], row["label"]

    def _asked(self, form: str, accepted: str) -> bytes:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": accepted,
            "User-Agent": "peerkg",
        }
        if self._address.credentials:
            coded = base64.b64encode(self._address.credentials.encode()).decode()
            headers["Authorization"] = f"Basic {coded}"
        try:
            response = self._response(form, headers)
            return self._whole(response, accepted)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise EngineError(f"the engine that holds the data did not answer ({_said(error)})") from error

    def _response(self, form: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """The engine's response; a connection that it has closed meanwhile is opened again."""
        kept = self._connection is not None
        parts = urlsplit(self._address.url)
        try:
            connection = self._connected()
            connection.request("POST", parts.path, form, dict(headers))
            return connection.getresponse()
        except (ConnectionError, http.client.BadStatusLine, http.client.CannotSendRequest):
            self.close()
            if not kept:
                raise
            connection = self._connected()
            connection.request("POST", parts.path, form, dict(headers))
            return connection.getresponse()

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            parts = urlsplit(self._address.url)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(parts.hostname or "", parts.port)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _whole(self, response: http.client.HTTPResponse, accepted: str) -> bytes:
        """The body of a good answer; an answer that was cut is none."""
        pieces, held = [], 0
        while piece := response.read(_CHUNK):
            pieces.append(piece)
            held += len(piece)
            if held > self._answer_bytes:
                self.close()
                raise EngineError(f"the engine's answer has more than {self._answer_bytes:,} bytes")
        body = b"".join(pieces)
        if response.status == http.HTTPStatus.BAD_REQUEST:
            raise SyntaxError(_first_line(body) or "the engine that holds the data does not read this query")
        if response.status != http.HTTPStatus.OK:
            raise EngineError(
                f"the engine that holds the data answered {response.status} ({_first_line(body)})"
            )
        if response.length or (response.length is None and not response.chunked):
            self.close()
            raise EngineError("the engine's answer broke off, or does not say how long it is")
        for name in ("X-SPARQL-MaxRows", "X-SQL-State"):  # Virtuoso's words for a part of an answer
            if response.headers.get(name):
                raise EngineError(
                    f"the engine gave a part of the answer ({name}: {response.headers[name]}); "
                    "ask for fewer rows with LIMIT"
                )
        kind = response.headers.get_content_type()
        if kind != accepted and not (accepted == _GRAPH and kind == "text/plain"):
            raise EngineError(f"the engine answered in {kind}, which was not asked for")
        return body


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _first_line(body: bytes) -> str:
    lines = body.decode(errors="replace").strip().splitlines()
    return lines[0][:300] if lines else ""


def _graph(body: bytes) -> Iterator[Triple]:
    try:
        found = [quad.triple for quad in parse(body, RdfFormat.N_TRIPLES)]
    except SyntaxError as error:
        raise EngineError(f"the engine's answer is no N-Triples: {error}") from error
    _check_length(len(found))
    return iter(found)


def _check_length(length: int) -> None:
    if length > WHOLE:
        raise EngineError(
            f"the answer has {length:,} rows or statements, and the engine has only shown that it gives "
            f"{WHOLE:,} whole; ask for a part with LIMIT and OFFSET, or take the dump"
        )


def _table(body: bytes, form: str) -> QuerySolutions | QueryBoolean:
    try:
        found = parse_query_results(_named_nodes(body), QueryResultsFormat.JSON)
        if isinstance(found, QuerySolutions):
            if form == "ASK" and found.variables == [Variable(_YES_OR_NO)]:
                answer = any(str(row[_YES_OR_NO].value) == "1" for row in found)
                told = json.dumps({"head": {}, "boolean": answer}).encode()
                return parse_query_results(told, QueryResultsFormat.JSON)
            # Rows are read one by one: an answer that ends too early must not get as far as its first.
            _check_length(sum(1 for _ in found))
            found = parse_query_results(_named_nodes(body), QueryResultsFormat.JSON)
    except SyntaxError as error:
        raise EngineError(f"the engine's answer is no table of results: {error}") from error
    return found


def _named_nodes(body: bytes) -> bytes:
    """The table with blank nodes that have names of this form, where it has others (`nodeID://b1`)."""
    if b"nodeID://" not in body:
        return body
    try:
        table = json.loads(body)
        names: dict[str, str] = {}
        for row in table["results"]["bindings"]:
            for binding in row.values():
                if binding["type"] == "bnode":
                    binding["value"] = names.setdefault(binding["value"], f"b{len(names)}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"the engine's answer is no table of results: {error}") from error
    return json.dumps(table, ensure_ascii=False).encode()
