"""The published questions: as a page for people, as SHACL executables for programs."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from werkzeug.wrappers import Response as AnyResponse

from kg import questions
from server import things
from server.pages import released

blueprint = Blueprint("queries", __name__)

_QUERIES = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{base}graph/description> {{
    ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base}queries#")) }} }}"""


@blueprint.get("/queries")
def queries() -> AnyResponse:
    """The published questions; each is an anchor of the page."""
    released()
    return things.negotiated("queries", things.DOCUMENTS)


@blueprint.get("/queries.<any(html, ttl, jsonld, nt, rdf):ext>")
def queries_document(ext: str) -> AnyResponse:
    """The same in one format."""
    call = released()
    if ext == "html":
        answered = g.release.manifest.get("queries", {})
        page = render_template("queries.html", questions=questions.published(), answered=answered)
        return things.with_alternates(Response(page), "queries")
    found = things.rdf(call, _QUERIES.format(base=g.release.base), things.EXTENSIONS[ext])
    return things.with_alternates(found, "queries")
