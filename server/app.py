"""The Flask application: pages and documents about what a service serves."""

from __future__ import annotations

from flask import Flask, Response, g, request

from server import sparql
from server.message import Request
from server.service import Call, Service


def create_app(service: Service) -> Flask:
    """The application for one service; several can live in one process."""
    app = Flask(__name__)
    app.config["service"] = service

    @app.before_request
    def take_call() -> None:
        given = request.environ.get("peerkg.call")
        g.call = given if isinstance(given, Call) else Call(service, service.edition)

    @app.route("/sparql", methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"])
    def endpoint() -> Response:
        call: Call = g.call
        edition = call.edition
        asked = Request(
            request.method,
            request.path,
            request.query_string.decode("latin-1"),
            {name.lower(): value for name, value in request.headers.items()},
            request.get_data(cache=False),
        )
        answer = call.run(sparql.respond(asked, edition.pool, call.limits, edition.id, edition.described))
        return Response(answer.body, answer.status, list(answer.headers))

    @app.get("/health")
    def health() -> dict[str, object]:
        edition = g.call.edition
        return {
            "live": True,
            "ready": True,
            "release": edition.id,
            "quads": edition.pool.quads,
            "isolated": edition.pool.isolated,
            "workers": edition.pool.load,
        }

    return app
