"""Pictures as PNG: a worker draws them, within the limits of a query."""

from __future__ import annotations

import math
import re

from server import sparql
from server.pool import StoppedError
from server.problem import Problem
from server.service import Call
from server.spool import whole

MOST_PIXELS = 16_000_000
"""Of a PNG: 64 MB while it is drawn."""
_SHARP, _LEAST = 2.0, 0.5  # times the size of the SVG; below the least nobody reads its letters
_SIZE = re.compile(r'<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)"')


def png(call: Call, svg: str) -> bytes:
    """The SVG as PNG; `Problem` where it is too large, or where letters could not be drawn."""
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("a picture says its width and height first")
    pixels = max(1.0, float(size[1]) * float(size[2]))
    zoom = min(_SHARP, math.sqrt(MOST_PIXELS / pixels))
    if zoom < _LEAST:
        detail = (
            f"that picture is {float(size[1]):,.0f} by {float(size[2]):,.0f}, and a PNG has {MOST_PIXELS:,} "
            "pixels at most: show less of it, or take the SVG"
        )
        raise Problem("request", detail, {"limit": "pixels", "maximum": MOST_PIXELS})
    try:
        head, body = call.run(call.edition.pool.ask({"do": "png", "svg": svg, "zoom": zoom}))
    except StoppedError as stopped:
        raise sparql.stopped(stopped, call.limits.seconds, call.limits) from stopped
    if "error" in head:
        raise Problem(head["error"], head["message"])
    return whole(body)
