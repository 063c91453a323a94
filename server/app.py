"""The Flask application: pages and documents about what a service serves."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, render_template, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from kg.identifiers import VOCABULARY
from kg.release import Release
from kg.searching import OtherIndexError
from server import (
    asking,
    comparing,
    crawlers,
    describing,
    downloads,
    drawing,
    entities,
    expert,
    exporting,
    files,
    history,
    maps,
    pages,
    profiles,
    queries,
    reconcile,
    search,
    sparql,
    things,
    wording,
)
from server.findings import by_place
from server.links import Links, known_as, short, shown, words
from server.problem import KINDS, MEDIA_TYPE, Problem
from server.service import Call, Service
from server.wording import gettext as _

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_LONGEST = 2000
"""Characters of an argument list that a page repeats in its links to itself."""
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_KIND_OF_STATUS = {404: "not-found", 405: "method", 413: "too-large", 416: "range", 431: "headers"}


def _shown_in(wording_of: Callable[..., str]) -> Callable[..., str]:
    """The function of the templates' words, to which values come as every output shows them.

    What it returns is markup with the values in it, and `finalize` takes markup as it is.
    """

    @pass_context
    def shown_in(context: Context, *texts: object, **values: object) -> str:
        return wording_of(context, *texts, **{name: shown(value) for name, value in values.items()})

    return shown_in


def create_app(service: Service) -> Flask:
    """The application for one service; several can live in one process."""
    app = Flask(__name__)
    app.extensions["peerkg"] = service
    app.jinja_env.finalize = shown
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        wording.gettext, wording.ngettext, newstyle=True
    )
    texts: Any = app.jinja_env.globals
    for name in ("gettext", "ngettext"):
        texts[name] = _shown_in(texts[name])
    application = wording.in_languages(app.wsgi_app)
    app.wsgi_app = application  # type: ignore[method-assign, assignment]  # as Flask's manual does
    app.jinja_env.globals.update(
        short=short,
        words=words,
        known_as=known_as,
        by_place=by_place,
        bubble=drawing.bubble,
        axis_name=maps.axis,
        spoken=maps.spoken,
        findings_query=maps.findings_query,
        vocabulary=VOCABULARY,
        language=wording.DEFAULT,  # of a page about a problem that is met before a request is known
        languages=wording.LANGUAGES,
        lang=wording.tongue,
        lang_of=wording.tongue_of,
        citation=entities.citation,
        highwire=entities.highwire,
        coins=entities.coins,
        coins_of=entities.coins_of,
        version=importlib.metadata.version("peerkg"),
    )
    app.jinja_env.filters["grouped"] = lambda number: f"{number:,}"
    app.jinja_env.filters["local"] = lambda iri: re.sub(r"[^a-z0-9-]", "", iri.rsplit("/", 1)[-1])
    app.jinja_env.filters["local_name"] = lambda iri: iri.rpartition("/")[2]
    app.jinja_env.filters["island"] = island
    app.jinja_env.filters["moment"] = moment
    app.register_blueprint(pages.blueprint)
    for part in (asking, comparing, expert, exporting):
        app.register_blueprint(part.blueprint)
    for part in (files, describing, downloads, history, crawlers, profiles):
        app.register_blueprint(part.blueprint)
    for part in (queries, search, reconcile, maps):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(things.blueprint)

    @app.before_request
    def take_call() -> Response | None:
        given = request.environ.get("peerkg.call")
        call = given if isinstance(given, Call) else Call(service, service.edition)
        release = call.edition.release
        g.call = call
        g.release = release
        g.links = Links(
            release.base if release is not None else "urn:none:",
            "../" * (request.path.count("/") - 1) or "./",
        )
        g.language = request.environ.get("peerkg.language", wording.DEFAULT)
        accepted = [language for language, _ in request.accept_languages][:8]
        g.languages = accepted if g.language == wording.DEFAULT else [g.language, *accepted]
        if request.method == "OPTIONS" and request.environ["PATH_INFO"] == "*":
            # RFC 9110, section 9.3.7: about the server, not about one of its resources.
            whole = Response(status=204, headers={"Allow": sparql.METHODS})
            del whole.headers["Content-Type"]
            return whole
        return None

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        return {
            "call": g.call,
            "root": g.links.root,
            "language": g.language,
            "whole": g.links.root if g.language == wording.DEFAULT else f"{g.links.root}../",
            "at": g.links.at,
            "page_path": request.path[1:],
            "elsewhere": _elsewhere,
            "release": g.release,
            "edition": g.call.edition,
            "href": g.links.href,
            "limits": g.call.limits,
        }

    @app.errorhandler(Problem)
    def tell(problem: Problem) -> Response:
        return _problem(problem)

    @app.errorhandler(OtherIndexError)
    def tell_index(error: OtherIndexError) -> Response:
        return _problem(Problem("search-index", str(error)))

    @app.errorhandler(CancelledError)
    def tell_nobody(error: CancelledError) -> Response:
        """The client has left, and its query was ended: that is no fault to report."""
        del error
        return _problem(Problem("internal", "the request was given up"))

    @app.errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> Response:
        status = error.code or 500
        kind = _KIND_OF_STATUS.get(status, "request" if status < 500 else "internal")
        headers = tuple(
            (name, value) for name, value in error.get_headers() if name in ("Allow", "Content-Range")
        )
        detail = f"{request.path}: {KINDS[kind].title.lower()}"
        return _problem(Problem(kind, detail, headers=headers))

    @app.after_request
    def guard(response: Response) -> Response:
        preflight = sparql.PREFLIGHT if request.method == "OPTIONS" else ()
        for name, value in (*SECURITY.items(), *sparql.CORS, *preflight):
            response.headers.setdefault(name, value)
        response.headers.setdefault("Server", "peerkg")
        response.headers.setdefault("Peerkg-Release", g.call.edition.id)
        is_page = response.mimetype == "text/html"
        if is_page:
            response.vary.update(("Accept", "Accept-Language"))
        if response.status_code == 200 and response.is_sequence and (is_page or _is_steady()):
            response.headers.setdefault("Cache-Control", "no-cache")
            response.add_etag()
            request.environ["peerkg.lasting"] = g.release is not None and _is_steady()
            response.make_conditional(request)
        return response

    return app


def _elsewhere(language: str) -> str:
    """Where this page is in that language, from where it is now."""
    up = g.links.root if g.language == wording.DEFAULT else f"{g.links.root}../"
    prefix = "" if language == wording.DEFAULT else f"{language}/"
    asked = request.query_string.decode("latin-1")
    asked = asked if len(asked) <= _LONGEST else ""
    return f"{up}{prefix}{quote(request.path[1:])}" + (f"?{asked}" if asked else "") or "./"


def _is_steady() -> bool:
    """Whether an answer depends on what is served and on the request alone."""
    return not request.path.endswith("/sparql") and not request.path.startswith(("/health", "/metrics"))


def moment(text: str) -> str:
    """A time as people write it.

    >>> moment("2026-11-22T10:41:25Z")
    '22 November 2026, 10:41 UTC'
    """
    found = datetime.fromisoformat(text)
    parts = {"day": found.day, "month": _(MONTHS[found.month - 1]), "year": found.year}
    return _("%(day)s %(month)s %(year)s") % parts + f"{_(',')} {found:%H:%M} UTC"


def island(data: bytes) -> Markup:
    """JSON that can stand in a `script` element: nothing in it can end the element or begin a comment."""
    text = data.decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - everything that HTML could see has been escaped above


def problem_page(app: Flask, problem: Problem, root: str, release: Release | None) -> str:
    """The page about a problem that was met before the application was entered."""
    template = app.jinja_env.get_template("problem.html")
    return template.render(problem=problem, kind=KINDS[problem.kind], root=root, release=release)


def _problem(problem: Problem) -> Response:
    headers = [("Cache-Control", "no-store"), ("Vary", "Accept"), *problem.headers]
    if not sparql.wants_problem_page(request.headers.get("Accept")):
        return Response(problem.as_json(), problem.status, headers, content_type=MEDIA_TYPE)
    text = render_template("problem.html", problem=problem, kind=KINDS[problem.kind])
    return Response(text, problem.status, headers, content_type="text/html; charset=utf-8")
