"""The SPARQL 1.1 Protocol: a request in, a query for a worker out, and its reply as a response.

Nothing here parses SPARQL; the gate looks at the words, a worker at the grammar.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from binascii import a2b_qp
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote

from kg import formats
from server import budget, federation, gate
from server.limits import Limits
from server.message import Headers, Request, Response
from server.negotiation import Chosen, Offer, choose, languages
from server.pool import Pool, StoppedError
from server.problem import MEDIA_TYPE, Problem
from server.service import Edition
from server.spool import Body, Spool, whole

METHODS = "GET, HEAD, OPTIONS, POST, QUERY"
_QUERY_BODY = '"application/sparql-query"'

BODIES = "application/sparql-query, application/x-www-form-urlencoded"


def _offer(form: formats.Syntax | formats.ResultFormat) -> Offer:
    return Offer(form.name, (form.media_type, *form.aliases), form.charset)


SOLUTIONS = tuple(_offer(form) for form in formats.RESULT_FORMATS if form is not formats.CSV_EXCEL)
"""What a table is negotiated in; `csv-excel` has the media type of CSV and is had by its name only."""
GRAPHS = tuple(_offer(form) for form in formats.SYNTAXES if not form.named_graphs or form is formats.JSON_LD)
"""What documents are negotiated in."""
RESULT_GRAPHS = (*GRAPHS, _offer(formats.TRIG), _offer(formats.N_QUADS))
"""What CONSTRUCT and DESCRIBE are negotiated in; in TriG and N-Quads their graph is the default one."""
_TABLES_BY_NAME = (*SOLUTIONS, _offer(formats.CSV_EXCEL))
HTML = Offer("html", ("text/html", "application/xhtml+xml"), "utf-8")
_PROBLEM = Offer("problem", (MEDIA_TYPE, "application/json"))

# What `?format=` may say, for people and clients that cannot set a header.
NAMES: dict[str, tuple[str | None, str | None]] = {
    "json": ("json", "jsonld"),
    "xml": ("xml", "rdfxml"),
    "csv": ("csv", None),
    "csv-excel": ("csv-excel", None),
    "tsv": ("tsv", None),
    "xlsx": ("xlsx", None),
    "parquet": ("parquet", None),
    "turtle": (None, "turtle"),
    "ttl": (None, "turtle"),
    "n3": (None, "turtle"),
    "ntriples": (None, "ntriples"),
    "nt": (None, "ntriples"),
    "jsonld": (None, "jsonld"),
    "json-ld": (None, "jsonld"),
    "rdfxml": (None, "rdfxml"),
    "rdf": (None, "rdfxml"),
    "rdf+xml": (None, "rdfxml"),
    "trig": (None, "trig"),
    "nquads": (None, "nquads"),
    "nq": (None, "nquads"),
}

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*")

CORS = (
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        (
            "Accept-Ranges, Content-Location, Content-Profile, Content-Range, Content-Type, ETag, Link, "
            "Location, Memento-Datetime, Peerkg-Release, Repr-Digest, Retry-After"
        ),
    ),
)
INERT = (("x-content-type-options", "nosniff"), ("content-security-policy", "default-src 'none'; sandbox"))
"""A browser that shows an answer, whose words anybody may have chosen, takes it for nothing but data."""
PREFLIGHT = (
    ("access-control-allow-methods", METHODS),
    (
        "access-control-allow-headers",
        (
            "Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, If-None-Match, "
            "If-Range, Range"
        ),
    ),
    ("access-control-max-age", "86400"),
)


class Question(NamedTuple):
    """A query, the dataset it is asked of, and the formats its result may be sent in."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    solutions: Chosen | None
    graph: Chosen | None
    seconds: float
    languages: tuple[str, ...] | None = None
    """Where each IRI is to have a label beside it: the languages to choose from."""
    vary: str = "Accept"
    """The header fields of the request that the answer depends on."""
    federated: federation.Plan | None = None
    """Where other endpoints have to be asked first."""

    @property
    def lasting(self) -> bool:
        """Whether the release will answer the same next time."""
        return self.federated is None and not _changes(self.query)

    @property
    def key(self) -> Hashable:
        """What the answer depends on, beside the release."""
        return (
            self.query,
            self.default_graphs,
            self.named_graphs,
            self.solutions and self.solutions.media_type,
            self.graph and self.graph.media_type,
            self.solutions and self.solutions.offer.name,
            self.languages,
        )

    def job(self) -> dict[str, Any]:
        """What a worker is told."""
        return {
            "do": "query",
            "query": self.query,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "solutions": self.solutions and self.solutions.offer.name,
            "graph": self.graph and self.graph.offer.name,
            "languages": self.languages,
        }


def parameters(request: Request, limits: Limits) -> list[tuple[str, str]]:
    """The parameters of the protocol in the request, the query's text among them, decoded once.

    Raises `Problem` for what the protocol does not know.
    """
    in_address = _pairs(request.query_string)
    if request.method in ("GET", "HEAD"):
        return in_address
    content_type, _, rest = request.headers.get("content-type", "").partition(";")
    content_type = content_type.strip().lower()
    if content_type == "application/sparql-update":
        raise Problem("update", "the request is an update, and this server only reads")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", rest, re.IGNORECASE)
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8"):
        raise Problem("media-type", f"the body is declared to be {charset[1]}; send UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("media-type", "the body is compressed; send it as it is")
    if content_type == "application/sparql-query":
        if any(name == "query" for name, _ in in_address):
            raise Problem("request", "the request has a query in its body and another in its address")
        query = gate.decode(request.body, limits)
        if isinstance(query, gate.Refusal):
            raise query.problem()
        return [*in_address, ("query", query)]
    if content_type == "application/x-www-form-urlencoded" and request.method == "POST":
        try:
            body = request.body.decode("ascii")
        except UnicodeDecodeError as error:
            raise Problem("encoding", "the form is not percent-encoded") from error
        return [*in_address, *_pairs(body)]
    said = f"`{content_type}`" if content_type else "no media type"
    headers = (("Accept-Post", BODIES), ("Accept-Query", _QUERY_BODY))
    raise Problem("media-type", f"the body has {said}", headers=headers)


def _pairs(encoded: str) -> list[tuple[str, str]]:
    fields = encoded.split("&", _PARAMETERS)
    if len(fields) > _PARAMETERS:
        raise Problem("request", f"the request has more than {_PARAMETERS} parameters")
    pairs = []
    try:
        for field in filter(None, fields):
            name, _, value = field.partition("=")
            pairs.append((_decoded(name), _decoded(value)))
    except UnicodeDecodeError as error:
        raise Problem("encoding", "the parameters are not UTF-8 after percent-decoding") from error
    return pairs


_PARAMETERS = 200
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def _decoded(text: str) -> str:
    """The text of a name or value in a form.

    >>> _decoded("a%2Fb+c=%E2%82%AC")
    'a/b c=\u20ac'
    """
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    if not text.isascii() or _LONE_PERCENT.search(text) is not None:
        return unquote(text, errors="strict")
    # With another sign before the digits this is what mail calls quoted-printable: ten times as quick.
    return a2b_qp(text.replace("=", "=3D").replace("%", "=")).decode()


def read(request: Request, limits: Limits) -> Question | None:
    """The question in the request; `None` where it has none. Raises `Problem` for what is none."""
    given: dict[str, list[str]] = {}
    for name, value in parameters(request, limits):
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise Problem("update", "the request has an `update`, and this server only reads")
    queries = given.get("query")
    if queries is None:
        return None
    if len(queries) > 1:
        raise Problem("request", f"the request has {len(queries)} queries; send exactly one")
    refusal = gate.refusal(queries[0], limits)
    plan = None
    if refusal is not None:
        if refusal.reason != "service" or not limits.federation:
            raise refusal.problem()
        plan = federation.plan(queries[0], limits)
    named = given.get("format", ())
    solutions, graph = _chosen(request.accept, named)
    labelled = "labels" in given and _is_on("labels", given["labels"][-1])
    vary = ["Accept"] if not named or named[-1].lower() == "html" else []
    vary += ["Accept-Language"] if labelled else []
    return Question(
        queries[0],
        _graphs(given["default-graph-uri"]) if "default-graph-uri" in given else (),
        _graphs(given["named-graph-uri"]) if "named-graph-uri" in given else (),
        solutions,
        graph,
        _seconds(given.get("timeout", ()), limits),
        languages(request.headers.get("accept-language")) if labelled else None,
        ", ".join(vary),
        plan,
    )


def wants_problem_page(accept: str | None) -> bool:
    """Whether the client would rather read a page about a problem than its document."""
    chosen = choose(accept, (_PROBLEM, HTML))
    return chosen is not None and chosen.offer is HTML


_FORMAT = re.compile(r"(?:\A|&)format=([^&]*)")
_PAGE_OR_RESULT = (*SOLUTIONS, *RESULT_GRAPHS, HTML)


def _graphs(values: Sequence[str]) -> tuple[str, ...]:
    for iri in values:
        if iri and not _IRI.fullmatch(iri):
            raise Problem("request", f"`{iri}` is no absolute IRI, so it names no graph")
    return tuple(filter(None, values))


def _is_on(name: str, value: str) -> bool:
    if value.lower() not in _SWITCH:
        raise Problem("request", f"`{name}` is 1 or 0, not `{value[:80]}`")
    return _SWITCH[value.lower()]


_SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def wants_page(request: Request) -> bool:
    """Whether the client would rather have HTML than any format of results."""
    if request.method not in ("GET", "HEAD", "POST"):
        return False
    encoded = request.query_string
    if request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        encoded += "&" + request.body.decode("latin-1")
    named = _FORMAT.findall(encoded) if "format=" in encoded else None
    if named:
        return bool(named[-1].lower() == "html")
    chosen = choose(request.accept, _PAGE_OR_RESULT)
    return chosen is not None and chosen.offer is HTML


def is_ordinary(request: Request) -> bool:
    """Whether the request is read in no time, and asks for no page."""
    return request.method == "GET" and len(request.query_string) < _LONG and not wants_page(request)


def _seconds(values: Sequence[str], limits: Limits) -> float:
    if not values:
        return limits.seconds
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,3})?", values[-1]) or not float(values[-1]):
        raise Problem("request", f"`timeout` is a number of seconds above 0, not `{values[-1]}`")
    return min(float(values[-1]), limits.seconds)


def _chosen(accept: str | None, named: Sequence[str]) -> tuple[Chosen | None, Chosen | None]:
    """The formats for a table and for a graph; `?format=` decides before the header."""
    if named and named[-1].lower() != "html":
        name = named[-1].lower()
        if name in NAMES:
            names = NAMES[name]
            return _by_name(_TABLES_BY_NAME, names[0]), _by_name(RESULT_GRAPHS, names[1])
        accept = named[-1] if "/" in name else "none/none"
    solutions, graph = choose(accept, SOLUTIONS), choose(accept, RESULT_GRAPHS)
    if solutions is None and graph is None:
        raise Problem("not-acceptable", "no format of query results is accepted", available("any"))
    return solutions, graph


def _by_name(offers: Sequence[Offer], name: str | None) -> Chosen | None:
    return next((Chosen(one, one.media_types[0], 1.0) for one in offers if one.name == name), None)


def available(kind: str) -> dict[str, Any]:
    """The media types for a kind of result, as a member of a problem document."""
    return _there({"any": SOLUTIONS + RESULT_GRAPHS, "graph": RESULT_GRAPHS}.get(kind, SOLUTIONS))


def unacceptable(offers: Sequence[Offer]) -> Problem:
    """No format of a document is accepted: the problem says which there are."""
    return Problem("not-acceptable", "no format of this document is accepted", _there(offers))


def _there(offers: Sequence[Offer]) -> dict[str, Any]:
    return {"available": [offer.media_types[0] for offer in offers]}


async def answer(question: Question, pool: Pool, limits: Limits) -> tuple[str, str, bytes]:
    """The kind of result, its content type and its bytes; `Problem` for anything less than all of it."""
    kind, content_type, body, _ = await asked(question, pool, limits)
    return kind, content_type, await asyncio.to_thread(whole, body) if isinstance(body, Spool) else body


async def asked(question: Question, pool: Pool, limits: Limits) -> tuple[str, str, Body, str]:
    """The same where a large answer may stay in its file, with the SHA-256 of the bytes."""
    job, seconds, answers = question.job(), question.seconds, list[str]()
    try:
        if question.federated is not None:
            begin = time.monotonic()
            answers = await federation.ask(question.federated, seconds, limits, pool.turns)
            job["query"] = question.federated.with_answers(answers)
            seconds = max(0.1, seconds - (time.monotonic() - begin))
        head, body = await pool.ask(job, seconds=seconds)
    except StoppedError as reason:
        raise stopped(reason, question.seconds, limits) from reason
    if question.federated is not None and "line" in head:
        head["line"], head["column"] = question.federated.place(answers, head["line"], head["column"])
    return replied(question, head, body, limits)


def replied(
    question: Question, head: dict[str, Any], body: Body, limits: Limits
) -> tuple[str, str, Body, str]:
    """The same of a worker's reply; `Problem` where it is none."""
    if "error" in head:
        raise _failed(head, limits)
    chosen = question.graph if head["kind"] == "graph" else question.solutions
    if chosen is None:
        raise TypeError("a worker sent a format that was not asked for")
    return head["kind"], chosen.content_type, body, head["digest"]


def _failed(head: dict[str, Any], limits: Limits) -> Problem:
    error = head["error"]
    if error == "not-acceptable":
        noun = "a graph" if head["kind"] == "graph" else "a table or a yes or no"
        return Problem(
            error, f"the result is {noun}, and no format for it is accepted", available(head["kind"])
        )
    if error == "result-size":
        limit = limits.result_bytes
        detail = f"the result has {head['bytes']:,} bytes; at most {limit:,} are sent"
        return Problem(error, detail, {"limit": "result-size", "bytes": limit})
    place: dict[str, Any] = {key: head[key] for key in ("line", "column") if key in head}
    return Problem(error, head["message"], place)


def stopped(reason: StoppedError, seconds: float, limits: Limits) -> Problem:
    """The problem for a limit that a query met."""
    cause = reason.cause
    if cause == "deadline":
        detail = f"the query was ended after {seconds:g} seconds"
        return Problem("deadline", detail, {"limit": "deadline", "seconds": seconds})
    if cause == "processor":
        detail = f"the query was ended after more than {seconds:g} seconds of processor time"
        return Problem("processor", detail, {"limit": "processor", "seconds": seconds})
    if cause == "memory":
        size = limits.memory_bytes
        detail = f"the query was ended when it asked for more than {size // 1_048_576:,} MiB of memory"
        return Problem("memory", detail, {"limit": "memory", "bytes": size})
    if cause == "stack":
        return Problem("too-complex", "the query overflowed the stack of the process that ran it")
    if cause == "queue":
        detail = (
            f"the query waited for its turn: at most {limits.queue} do, for {limits.queue_seconds:g} seconds"
        )
        return Problem("queue", detail, {"limit": "queue"}, (("Retry-After", str(reason.retry_after)),))
    if cause == "budget":
        detail = (
            f"a client may use {limits.client_budget:g} seconds of the workers' time in a minute, and run "
            f"{limits.client_queries} queries at once"
        )
        more = {"limit": "client-budget", "seconds": limits.client_budget}
        return Problem("budget", detail, more, (("Retry-After", str(reason.retry_after)),))
    if cause == "loading":
        detail = "the data are being loaded; the query was not begun or did not end"
        return Problem("loading", detail, {}, (("Retry-After", str(reason.retry_after)),))
    if cause == "room":
        return Problem("room", "there is no room on the server to keep the answer while it is sent")
    return Problem("internal", "the process that ran the query was lost")


def preflight() -> Response:
    """The answer to OPTIONS."""
    headers = (("allow", METHODS), ("accept-post", BODIES), ("accept-query", _QUERY_BODY))
    return Response(204, (*headers, *CORS, *PREFLIGHT))


def wrong_method(method: str) -> Problem:
    """The answer to a method that the protocol does not have."""
    return Problem("method", f"{method} means nothing here", {"allow": METHODS}, (("Allow", METHODS),))


def etag(content_type: str, body: bytes) -> str:
    """A strong validator: the same for the same bytes of the same type."""
    return etag_of(content_type, hashlib.sha256(body).hexdigest())


def etag_of(content_type: str, digest: str) -> str:
    """The same of bytes whose SHA-256 is known."""
    return f'"{hashlib.sha256(f"{content_type}|{digest}".encode()).hexdigest()[:32]}"'


def matches(header: str | None, tag: str) -> bool:
    """Whether an `If-None-Match` header names the tag (RFC 9110, section 13.1.2: weak comparison)."""
    if header is None:
        return False
    return header.strip() == "*" or tag in re.findall(r'"[^"]*"', header)


def matches_strongly(header: str, tag: str | None) -> bool:
    """Whether an `If-Match` header names the tag (section 13.1.1: a weak tag is none)."""
    return header.strip() == "*" or (tag, "") in [
        (strong, weak) for weak, strong in re.findall(r'(W/)?("[^"]*")', header)
    ]


def delivered(
    request: Request,
    content_type: str,
    body: Body,
    tag: str,
    release: str,
    *,
    vary: str = "Accept",
    more: Headers = (),
    age: int = 0,
    lasting: bool = False,
) -> Response:
    """The response with a result: with validators, or without a body where the client has it already."""
    headers = common(content_type, release, vary=vary, more=(("etag", tag), *more), age=age)
    condition = request.headers.get("if-none-match")
    if condition is not None and request.method in ("GET", "HEAD", "QUERY") and matches(condition, tag):
        return Response(304, headers[1:])
    return Response(200, headers, body, lasting)


def common(content_type: str, release: str, *, vary: str, more: Headers = (), age: int = 0) -> Headers:
    """The header fields of a result, that of its type first; `more` are its own."""
    return (
        ("content-type", content_type),
        ("cache-control", f"public, max-age={age}" if age else "no-cache"),
        *((("vary", vary),) if vary else ()),
        ("peerkg-release", release),
        *more,
        *CORS,
        *INERT,
    )


async def respond(request: Request, edition: Edition, limits: Limits, *, permanent: bool = False) -> Response:
    """The whole protocol for clients that are no browser; `Problem` for what has no answer.

    `permanent` where the address names the release, so that the answer will be no other.
    """
    if request.method == "OPTIONS":
        return preflight()
    if request.method not in METHODS.split(", "):
        raise wrong_method(request.method)
    question = await _read(request, limits)
    if question is not None:
        found = await remembered(question, edition, limits)
        return answered(request, question, found, edition, permanent=permanent)
    # Section 2.1 of the Service Description: GET without a query describes the service.
    wanted = choose(request.accept, GRAPHS) if request.method in ("GET", "HEAD") else None
    if wanted is None:
        raise Problem("request", "the request has no query: send it as the parameter `query`")
    body = whole(await _described(wanted, edition, limits))
    return delivered(request, wanted.content_type, body, etag(wanted.content_type, body), edition.id)


def answered(
    request: Request, question: Question, found: Answer, edition: Edition, *, permanent: bool = False
) -> Response:
    """The response with the answer to the question in the request."""
    more = attached(question, found[0])
    lasting = question.lasting
    where = None if permanent else location(request, question, edition)
    if where is not None:
        more = (*more, ("content-location", where))
    age = 86_400 if permanent and lasting else 0
    return delivered(request, *found, edition.id, vary=question.vary, more=more, age=age, lasting=lasting)


def attached(question: Question, content_type: str) -> Headers:
    """The header fields of a result that is to be a file on the client's side."""
    chosen = question.solutions
    if chosen is None or chosen.offer.name not in _FILES or chosen.content_type != content_type:
        return ()
    extension = _FILES[chosen.offer.name].extension
    return (("content-disposition", f'attachment; filename="result.{extension}"'),)


def location(request: Request, question: Question, edition: Edition) -> str | None:
    """Where this release will give the answer as long as it is kept, from the endpoint's address."""
    if edition.release is None or not question.lasting or not _PLAIN.fullmatch(request.query_string):
        return None
    return f"releases/{edition.id}/sparql?{request.query_string}"


async def _read(request: Request, limits: Limits) -> Question | None:
    """The question in the request. A long one is read aside, and its client's time passes meanwhile."""
    if len(request.body) + len(request.query_string) < _LONG:
        return read(request, limits)
    account = budget.ACCOUNT.get()
    if account is not None and account.wait:
        raise stopped(StoppedError("budget", account.wait), limits.seconds, limits)
    begin = time.monotonic()
    try:
        return await asyncio.to_thread(read, request, limits)
    finally:
        if account is not None:
            account.charge(time.monotonic() - begin)


async def _described(wanted: Chosen, edition: Edition, limits: Limits) -> Body:
    """The service description; its IRIs are relative in Turtle, and the dataset's in other syntaxes."""
    if wanted.offer is GRAPHS[0]:
        return edition.described
    base = edition.release.base if edition.release is not None else "http://localhost/"
    job = {"do": "convert", "text": edition.described.decode(), "base": base, "graph": wanted.offer.name}
    try:
        _, body = await edition.pool.ask(job)
    except StoppedError as reason:
        raise stopped(reason, limits.seconds, limits) from reason
    return body


_LONG = 16_384  # bytes of a request; the gate reads a million in a second, and so holds nobody up

_FILES = {one.name: one for one in (formats.CSV_EXCEL, formats.XLSX, formats.PARQUET)}
"""What a browser stores instead of showing it."""

_PLAIN = re.compile(r"[!-~]{1,4000}")  # what a header may repeat of an address

# Functions whose value differs from one time to the next; escapes could spell one.
_CHANGING = ("RAND", "NOW", "UUID", "BNODE", "\\U")


@lru_cache(maxsize=16)  # one query is asked about several times in a row
def _changes(query: str) -> bool:
    upper = query.upper()
    return any(map(upper.__contains__, _CHANGING))


Answer: TypeAlias = tuple[str, Body, str]
"""Content type, bytes and tag."""


async def remembered(question: Question, edition: Edition, limits: Limits) -> Answer:
    """The answer, from the edition's cache where it was given before.

    Only whole answers are kept, and none whose query could be answered differently next time.
    """
    found = recalled(question, edition)
    return found or kept(question, edition, await asked(question, edition.pool, limits))


def recalled(question: Question, edition: Edition) -> Answer | None:
    """The answer, where it was given before."""
    return edition.answers.get(question.key) if question.lasting else None


def kept(question: Question, edition: Edition, found: tuple[str, str, Body, str]) -> Answer:
    """The answer that was found, which is remembered from now on."""
    _, content_type, body, digest = found
    given = content_type, body, etag_of(content_type, digest)
    if question.lasting:
        edition.answers.put(question.key, given, len(body) + len(question.query) + 500)
    return given


def table(body: bytes) -> tuple[list[str], list[dict[str, dict[str, str]]]]:
    """The columns and rows of SPARQL results in JSON."""
    results = json.loads(body)
    return results["head"].get("vars", []), results.get("results", {}).get("bindings", [])
