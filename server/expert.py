"""The search of librarians over HTTP: its lines with their counts, the works of one, and how to report it."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request

from kg import expert, facets
from kg.expert import MESSAGES, Line, SearchError, SlowError
from kg.release import Release
from server import maps, panels, search
from server.problem import Problem
from server.search import JSON, PAGE
from server.sparql import HTML
from server.wording import gettext as _

blueprint = Blueprint("expert", __name__)


@blueprint.get("/expert")
@blueprint.get("/releases/<release>/expert")
def page(release: str = "") -> Response:
    """Lines of fields, operators and concepts, with the number of works of each."""
    of = maps.release_of(release)
    given = expert.lines_of(request.args.get("lines", ""))
    offer = search.wanted((HTML, JSON))
    shown: dict[str, Any] = {"given": given, "of": of, "works": _works(of)}
    try:
        lines = run(of, given)
    except SearchError as error:
        if offer is JSON:
            more = {"line": error.line, "column": error.column}
            raise Problem("request", str(error), more) from None
        text = given[error.line - 1] if error.line <= len(given) else ""
        shown |= {
            "error": error,
            "why": _(MESSAGES[error.code]) % error.values,
            "before": text[: error.column - 1],
        }
        return Response(
            render_template("expert.html", wrong=text, **shown), 400, content_type="text/html; charset=utf-8"
        )
    number = max(1, min(len(lines), request.args.get("line", len(lines), type=int)))
    listed = lines[number - 1] if lines else Line("", 0)
    pages = -(-listed.count // PAGE)
    at = max(1, min(max(1, pages), request.args.get("page", 1, type=int)))
    hits = expert.hits(of.search, listed, limit=PAGE, offset=PAGE * (at - 1))
    if offer is JSON:
        said = {
            "release": of.id,
            "works": shown["works"],
            "lines": expert.strategy(lines),
            "line": number,
            "page": at,
            "pages": pages,
            "address": address(of, given),
            "hits": [
                {"iri": hit.iri, "label": hit.label, **({"about": hit.about} if hit.about else {})}
                for hit in hits
            ],
        }
        return _sent(json.dumps(said, ensure_ascii=False, indent=1), "application/json", of)
    state = _state(given)
    text = render_template(
        "expert.html",
        lines=lines,
        line=number,
        hits=hits,
        behind=panels.of_things([hit.iri for hit in hits]),
        listed=listed,
        page=at,
        pages=pages,
        permanent=address(of, given),
        paragraph=paragraph(of, lines),
        address=lambda other: "?" + urlencode([*state, ("line", number), ("page", other)]),
        at_line=lambda other: "?" + urlencode([*state, ("line", other)]),
        **shown,
    )
    return _sent(text, "text/html; charset=utf-8", of)


def _sent(text: str, content_type: str, of: Release) -> Response:
    response = search.sent(text, content_type)
    response.headers["Peerkg-Release"] = of.id
    return response


def run(of: Release, given: list[str]) -> list[Line]:
    """The lines with their works; `SearchError` for what cannot be read."""
    try:
        return expert.run(of.search, given, seconds=g.call.limits.seconds)
    except SlowError as error:
        raise Problem("deadline", str(error)) from None


def address(of: Release, given: list[str]) -> str:
    """Where the lines have the same numbers as long as the release is kept."""
    return f"{of.base}releases/{of.id}/expert?{urlencode(_state(given))}"


def paragraph(of: Release, lines: list[Line]) -> str:
    """What a review says of the search: items 1, 8, 9 and 13 of PRISMA-S, and where it can be repeated."""
    sources = len(of.manifest["sources"])
    ran = "; ".join(f"{number}. {line.text} ({line.count:,})" for number, line in enumerate(lines, start=1))
    ran_by = f"peerkg {importlib.metadata.version('peerkg')}"
    return (
        f"We searched {of.manifest.get('title') or 'peerkg'} ({of.base}), release {of.id} of "
        f"{of.manifest['created'][:10]}, which holds {_works(of):,} works read from {sources:,} "
        f"source{'' if sources == 1 else 's'}, through its expert search ({ran_by}). No limits were applied "
        "beyond the lines below, given as they were run, with the number of works that each had. "
        f"{ran}. The release does not change, and repeats the search with the same numbers at "
        f"{address(of, [line.text for line in lines])} . Works that appear in several sources had been "
        "merged in the release by their identifiers and titles."
    )


def _state(given: list[str]) -> list[tuple[str, str]]:
    return [("lines", "\n".join(given))]


def _works(of: Release) -> int:
    return facets.of_index(of.search).count
