"""What crawlers look for: which addresses to leave alone, and which there are."""

from __future__ import annotations

from xml.sax.saxutils import escape

from flask import Blueprint, Response, g, request

from server.pages import released
from server.problem import Problem
from server.service import Call
from server.tables import ask

blueprint = Blueprint("crawlers", __name__)

_LEFT_ALONE = ("/sparql", "/graph-store", "/search", "/expert", "/reconcile", "/metrics")
"""What answers questions, of which there is no end."""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome, but not to run queries."""
    text = "".join(["User-agent: *\n", *(f"Disallow: {path}\n" for path in _LEFT_ALONE)])
    if g.release is not None:
        # The protocol wants the sitemap's absolute address, and only the release's base is known here.
        text += f"\nSitemap: {g.release.base}sitemap.xml\n"
    return Response(text, content_type="text/plain; charset=utf-8")


SITEMAP = 50_000
"""Addresses in one sitemap, the most that the format allows."""
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_LISTED = """{ SELECT DISTINCT ?x { VALUES ?class { pk:Study pk:Report pk:Finding pk:Person pk:Institution
    pk:Journal pk:Conference pk:Programme pk:ParticipantGroup pk:SourceDocument skos:Concept }
    ?x a ?class FILTER(isIRI(?x)) } }"""


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The IRIs that have pages; where there are more than one file may hold, the sitemaps with them."""
    call = released()
    total = int(ask(call, {"n": f"SELECT (COUNT(*) AS ?n) {_LISTED}"})["n"][0]["n"].value)
    if total <= SITEMAP:
        return _sitemap(call, 0)
    entries = [f"{g.release.base}sitemap-{number}.xml" for number in range(1, -(-total // SITEMAP) + 1)]
    return _addresses("sitemapindex", "sitemap", entries)


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """One of several sitemaps."""
    return _sitemap(released(), number - 1)


def _sitemap(call: Call, part: int) -> Response:
    text = f"SELECT ?x {_LISTED} ORDER BY ?x LIMIT {SITEMAP} OFFSET {SITEMAP * part}"
    rows = ask(call, {"things": text})["things"] if 0 <= part < 50_000 else []
    if not rows:
        raise Problem("not-found", f"{request.path}: there are fewer sitemaps")
    return _addresses("urlset", "url", [row["x"].value for row in rows])


def _addresses(root: str, each: str, addresses: list[str]) -> Response:
    day = str(g.release.manifest["created"])[:10]
    listed = "".join(
        f"<{each}><loc>{escape(address)}</loc><lastmod>{day}</lastmod></{each}>\n" for address in addresses
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAPS}">\n{listed}</{root}>\n'
    return Response(text, content_type="application/xml")
