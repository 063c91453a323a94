"""What the server says instead of an answer: problem documents after RFC 9457."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from kg.identifiers import VOCABULARY

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its status, its title, and what a person can do about it."""

    status: int
    title: str
    remedy: str


KINDS = {
    "syntax": Kind(400, "The query is not SPARQL", "Mend the query at the line and column given."),
    "http": Kind(400, "The request is not HTTP/1.1", "Send it as RFC 9112 describes, with one length."),
    "encoding": Kind(400, "The text is not UTF-8", "Send the query encoded in UTF-8."),
    "request": Kind(
        400, "The request is not one of the SPARQL protocol", "Send exactly one query, as the detail says."
    ),
    "reconciliation": Kind(
        400,
        "The request is not one of the reconciliation API",
        "Send what the detail says; `pointer` leads to the place in the JSON.",
    ),
    "too-complex": Kind(
        400, "The query is too complex", "Nest less deeply, or split the query into several smaller ones."
    ),
    "service": Kind(
        400, "SERVICE is not answered", "Query the other endpoint yourself and join the results on your side."
    ),
    "evaluation": Kind(400, "The query cannot be evaluated", "Change what the detail names."),
    "update": Kind(
        403, "This server only reads", "Its data are changed by publishing a new release, never over HTTP."
    ),
    "not-found": Kind(404, "There is nothing here", "Start from the home page or search."),
    "method": Kind(405, "This address does not take that method", "Use a method listed in `Allow`."),
    "not-acceptable": Kind(
        406, "None of the formats you accept is offered", "Accept one of those listed in `available`."
    ),
    "not-expressible": Kind(
        406, "The format cannot hold this answer", "Ask for JSON, Turtle or N-Triples, which can."
    ),
    "gone": Kind(410, "This has been withdrawn", "The page says what is known of it."),
    "pruned": Kind(
        410,
        "This release is not kept any more",
        "Ask the current release, or read its dumps if you have them.",
    ),
    "precondition": Kind(
        412,
        "This is not what your condition names",
        "Ask again without `If-Match`: the answer is another now.",
    ),
    "too-large": Kind(413, "The request is too large", "Send a shorter query."),
    "media-type": Kind(
        415,
        "The request body has a type that is not read here",
        "Send `application/sparql-query` or `application/x-www-form-urlencoded`, in UTF-8, uncompressed.",
    ),
    "target": Kind(414, "The address is too long", "Send long queries by POST."),
    "range": Kind(416, "There is no such part of the file", "Ask for bytes inside the file."),
    "slow-request": Kind(408, "The request did not arrive in time", "Send the request again."),
    "headers": Kind(431, "The header fields are too large", "Send fewer or shorter ones."),
    "budget": Kind(
        429,
        "You have used up your share of the workers' time",
        "Ask again after the seconds in `Retry-After`.",
    ),
    "internal": Kind(500, "The server made a mistake", "Try again; if it happens again, please report it."),
    "remote": Kind(
        502,
        "Another endpoint did not answer",
        "Ask it for less, try again, or write SERVICE SILENT to go on without it.",
    ),
    "no-font": Kind(
        501,
        "The server has no font for this picture",
        "Take the SVG, which is drawn with your own fonts.",
    ),
    "engine": Kind(
        502,
        "The engine that holds the data did not answer, or not wholly",
        "Ask for less, try again later, or take the dump.",
    ),
    "deadline": Kind(
        503, "The query took too long", "Narrow it, add a LIMIT inside, or download the dump and ask at home."
    ),
    "processor": Kind(
        503, "The query took too much processor time", "Narrow it, or download the dump and ask at home."
    ),
    "memory": Kind(
        503,
        "The query took too much memory",
        "Sort, group or join less; or download the dump and ask at home.",
    ),
    "result-size": Kind(503, "The result is too large", "Ask for a part with LIMIT and OFFSET, or the dump."),
    "search-index": Kind(
        503,
        "The search index of this release is of another version",
        "Query the release, or have it made again by the peerkg that serves it.",
    ),
    "room": Kind(503, "The server has no room for the answer", "Ask for less, or try again later."),
    "loading": Kind(
        503, "The data are being loaded", "Try again after the seconds in `Retry-After`: nothing is lost."
    ),
    "queue": Kind(503, "Too many queries are waiting", "Try again after the seconds in `Retry-After`."),
}
"""Every problem type by the last part of its IRI."""


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the standard's own word for it
    """One problem: its kind, what happened this time, and members of its own such as `line`."""

    kind: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind].status

    @property
    def type(self) -> str:
        """The IRI that names the kind of problem."""
        return f"{VOCABULARY}problem/{self.kind}"

    def as_dict(self) -> dict[str, Any]:
        """The members of the problem document."""
        kind = KINDS[self.kind]
        return {
            "type": self.type,
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "remedy": kind.remedy,
            **self.more,
        }

    def as_json(self) -> bytes:
        """The problem document."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"
