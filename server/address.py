"""The address that this server was asked under, for the few documents whose formats want it absolute.

Everything else links relatively. What stands here depends on a header that the client chose, unless the
operator gave the address, so an answer made of it may not be stored (docs/decisions/0100).
"""

from __future__ import annotations

import re

from flask import Response, g, request

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


def root() -> str:
    """The address of the root, with a slash at its end: as configured, else as the client called it."""
    configured: str = g.call.limits.address
    if configured:
        return configured.rstrip("/") + "/"
    host = request.headers.get("Host", "")
    if _HOST.fullmatch(host) is None:
        return str(g.release.base)
    return f"{request.scheme}://{host}/"


def not_stored(response: Response) -> Response:
    """The response, marked as made for this client."""
    if not g.call.limits.address:
        response.headers["Cache-Control"] = "no-store"
    return response
