"""Writes the redirects that w3id.org needs for our IRIs, from the routes of the server.

    python -m server.w3id https://peer.example.org/ > docs/deployment/w3id/.htaccess

The server negotiates formats and answers for what was merged or withdrawn; the redirects only lead there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from werkzeug.routing import Map, PathConverter, Rule, UnicodeConverter

from server.app import create_app
from server.limits import Limits
from server.service import Service
from server.things import CLASSES, EXTENSIONS

_HEAD = """\
# https://w3id.org/peerkg/
#
# Persistent identifiers of peerkg: an ontology, concepts and a dataset about peer support.
# Whom to ask is said in README.md. Made by `python -m server.w3id`; do not edit by hand.

Options +FollowSymLinks
Header set Access-Control-Allow-Origin *
RewriteEngine on
"""
_WORD = "[A-Za-z0-9_-]+"
_NOT_THERE = frozenset({"/health", "/health/live", "/health/ready", "/metrics", "/robots.txt"})
"""Addresses of one machine, which are no part of what is named."""


def configuration(routes: Map, server: str) -> str:
    """The file `.htaccess` for w3id.org, which leads to that server."""
    server = server.rstrip("/") + "/"
    classes = "|".join(sorted(CLASSES))
    extensions = "|".join(EXTENSIONS)
    lines = [
        _HEAD,
        "# Things and concepts: an identifier is no document, so 303 leads to what is known of it.",
        f"RewriteRule ^((?:{classes})/{_WORD})$ {server}$1 [R=303,L]",
        "",
        "# Documents about them, and everything else that the server has.",
        f"RewriteRule ^((?:{classes})/{_WORD}\\.(?:{extensions}))$ {server}$1 [R=302,L]",
        f"RewriteRule ^$ {server} [R=302,L]",
        *(f"RewriteRule ^({pattern})$ {server}$1 [R=302,L]" for pattern in sorted(set(_patterns(routes)))),
        "",
        "# There is nothing else.",
        "RewriteRule ^ - [R=404,L]",
    ]
    return "\n".join(lines) + "\n"


def _patterns(routes: Map) -> Iterator[str]:
    for rule in routes.iter_rules():
        if rule.endpoint in ("static", "things.thing") or rule.rule == "/" or rule.rule in _NOT_THERE:
            continue
        yield "".join(_pieces(rule)).removeprefix("/")


def _pieces(rule: Rule) -> Iterator[str]:
    """The rule as a regular expression, piece by piece."""
    for number, piece in enumerate(re.split(r"<([^>]+)>", rule.rule)):
        if number % 2 == 0:
            yield re.escape(piece).replace("\\-", "-")
            continue
        name = piece.rpartition(":")[2]
        converter = rule._converters[name]  # noqa: SLF001 - werkzeug tells a rule's converters nowhere else
        yield {PathConverter: ".+", UnicodeConverter: "[^/]+"}.get(type(converter), converter.regex)


def main(arguments: list[str]) -> int:
    """Write the configuration for the server that is given."""
    if len(arguments) != 1 or not re.fullmatch(r"https://[^\s/?#@]+(?:/[^\s?#]*)?", arguments[0]):
        sys.stderr.write("usage: python -m server.w3id https://your.server/\n")
        return 2
    sys.stdout.write(configuration(create_app(Service(Limits())).url_map, arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
