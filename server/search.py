"""Search over HTTP: as a page, as JSON, as an Atom feed, and what tells browsers of it (OpenSearch 1.1)."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request

from kg import faceted, facets, searching
from kg.lookup import Lookup
from kg.searching import Results
from server import address, choosing, panels
from server.negotiation import Offer, choose
from server.pages import released
from server.problem import Problem
from server.sparql import HTML

blueprint = Blueprint("search", __name__)

PAGE = 25
"""Hits on a page."""
LONGEST = 500
"""Characters of a query that count."""
_PAGES = 1_000
_SUGGESTED = 10

JSON = Offer("json", ("application/json",))
ATOM = Offer("atom", ("application/atom+xml",))
FORMATS = (HTML, JSON, ATOM)
SUGGESTIONS = "application/x-suggestions+json"
OPENSEARCH = "application/opensearchdescription+xml"


@blueprint.get("/search")
def searched() -> Response:
    """Things whose names or published words match."""
    released()
    query = request.args.get("q", "")[:LONGEST]
    if request.args.get("format") == "suggestions":
        return sent(json.dumps([query, _suggested(query)], ensure_ascii=False), SUGGESTIONS)
    offer = wanted(FORMATS)
    kinds = [kind for kind in request.args.getlist("kind") if kind in searching.CLASSES.values()]
    page = max(1, min(_PAGES, request.args.get("page", 1, type=int)))
    given = choosing.given()
    listed, counted = {"limit": PAGE, "offset": PAGE * (page - 1)}, {"limit": 0}
    found = Results({}, 0, [])
    if query.strip():
        works_with = facets.of_index(g.release.search).counted
        shown_now = counted if given else listed
        found = searching.search(g.release.search, query, kinds=kinds, works=works_with, **shown_now)
    asked = found.instead or query
    works = faceted.search(g.release.search, asked, given, **(listed if given else counted))
    if given:
        found = replace(found, total=works.total, hits=works.hits, instead=found.instead or works.instead)
    pages = min(_PAGES, -(-found.total // PAGE))
    state = [("q", query)] if query else []
    state += [("kind", kind) for kind in kinds] if not given else []
    offered = choosing.offered(g.release, works.counts, given, state)
    if offer is JSON:
        said = _as_json(query, found, kinds, page, pages)
        said["chosen"] = given
        said["facets"] = {facet.name: [one.as_json() for one in facet.options] for facet in offered}
        return sent(json.dumps(said, ensure_ascii=False, indent=1), "application/json")
    shown: dict[str, Any] = {"query": query, "found": found, "chosen": kinds, "page": page, "pages": pages}
    shown |= {
        "given": given,
        "facets": offered,
        "SHOWN": choosing.SHOWN,
        "is_asked": bool(query.strip() or given),
    }
    shown["taken"] = "?" + urlencode([("q", query), *choosing.pairs(given)])
    state += choosing.pairs(given)
    # In a feed a link without a scheme is about the feed's own address, as on a page.
    shown["address"] = lambda number, **more: "?" + urlencode([*state, *more.items(), ("page", number)])
    if offer is ATOM:
        feed = render_template("search.xml", per_page=PAGE, **shown)
        return sent(feed, "application/atom+xml; charset=utf-8")
    shown["behind"] = panels.of_things([hit.iri for hit in found.hits])
    page_of = render_template("search.html", kinds=list(searching.CLASSES.values()), **shown)
    return Response(page_of, content_type="text/html; charset=utf-8")


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """What a browser or another program needs to know to search here (OpenSearch 1.1)."""
    released()
    text = render_template("opensearch.xml", address=address.root())
    return address.not_stored(Response(text, content_type=f"{OPENSEARCH}; charset=utf-8"))


def wanted(formats: tuple[Offer, ...]) -> Offer:
    """What a request for search results wants them as, by its argument or its header; `Problem` for none."""
    name = request.args.get("format")
    if name is not None:
        offer = next((one for one in formats if name in (one.name, *one.media_types)), None)
    else:
        chosen = choose(request.headers.get("Accept"), formats)
        offer = chosen.offer if chosen is not None else None
    if offer is None:
        available = {"available": [one.media_types[0] for one in formats]}
        raise Problem("not-acceptable", "no format of search results is accepted", available)
    return offer


def sent(text: str, content_type: str) -> Response:
    """Search results as what a header may have chosen."""
    response = Response(text, content_type=content_type)
    response.vary.add("Accept")
    return response


def _suggested(query: str) -> list[str]:
    """Names of things that begin with the words of the query."""
    with closing(searching.opened(g.release.search)) as database:
        things = Lookup(database, g.release.base).beginning(query, 2 * _SUGGESTED)
    return list(dict.fromkeys(thing.label for thing in things))[:_SUGGESTED]


def _as_json(query: str, found: Results, chosen: list[str], page: int, pages: int) -> dict[str, Any]:
    return {
        "query": query,
        **({"instead": found.instead} if found.instead else {}),
        "total": found.total,
        "more": found.is_more,
        "classes": dict(found.counts),
        "kinds": chosen,
        "page": page,
        "pages": pages,
        "hits": [
            {
                "iri": hit.iri,
                "class": hit.kind,
                "label": hit.label,
                **({"about": hit.about} if hit.about else {}),
                **({"snippet": hit.snippet} if hit.snippet else {}),
                "address": g.links.href(hit.iri),
            }
            for hit in found.hits
        ],
    }
