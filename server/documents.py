"""Documents that are there as a page and in Turtle, at an address of its own."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server import sparql
from server.negotiation import choose

_OFFERS = (sparql.HTML, sparql.GRAPHS[0])


def turtle_instead(name: str) -> AnyResponse | None:
    """The way to the Turtle of that name for a client that would rather have it; `None` for the page.

    Raises `Problem` where the client accepts neither.
    """
    chosen = choose(request.headers.get("Accept"), _OFFERS)
    if chosen is None:
        raise sparql.unacceptable(_OFFERS)
    if chosen.offer is sparql.HTML:
        return None
    response = redirect(name, 303)
    response.vary.add("Accept")
    return response
