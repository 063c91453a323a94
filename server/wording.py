"""What the interface says, in the languages it speaks: English in the code, the others in a catalogue each.

A page under `/zh/` is the page without it, in Chinese: the first part of its path is taken off before
Flask looks for a view, so that every page kind there is has its Chinese address, and links stay there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from flask import g, has_request_context
from markupsafe import Markup

from server.tables import Labels

LANGUAGES = {"en": "English", "zh": "中文"}
"""The languages and what each calls itself; the first needs no catalogue and no part in the path."""
DEFAULT = "en"

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@cache
def catalogue(language: str) -> dict[str, str]:
    """What each English message is in a language."""
    if language == DEFAULT:
        return {}
    path = Path(__file__).parent / "catalogues" / f"{language}.toml"
    found: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["messages"]
    return found


def language() -> str:
    """The language of the page that is being made."""
    return str(g.get("language", DEFAULT)) if has_request_context() else DEFAULT


def gettext(message: str) -> str:
    """The message in the language of the page; as it is where the catalogue lacks it."""
    return catalogue(language()).get(message, message)


def ngettext(one: str, many: str, number: int) -> str:
    """The message for so many; a catalogue has one wording for all numbers, under the plural."""
    if language() == DEFAULT:
        return one if number == 1 else many
    return gettext(many)


def tongue(tag: str) -> Markup:
    """The attribute for words in that language, where the page is in another; empty for an unknown one.

    On an English page words of a language that nobody stated are left as they are.
    """
    if tag == language() or (not tag and language() == DEFAULT):
        return Markup()
    return Markup(' lang="{}"').format(tag)


def tongue_of(labels: Labels, iri: str) -> Markup:
    """The same for the name of a thing; a thing without one is called by its IRI's English words."""
    name, tag = labels.said(iri)
    return tongue(DEFAULT if name is None else tag)


def in_languages(application: Application) -> Application:
    """The application with the language of a request taken from the first part of its path."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _, _, rest = environ["PATH_INFO"].partition("/")
        first, slash, path = rest.partition("/")
        if first in LANGUAGES and first != DEFAULT:
            if not slash:
                start_response("308 Permanent Redirect", [("Location", f"{first}/"), ("Content-Length", "0")])
                return [b""]
            environ["peerkg.language"] = first
            environ["PATH_INFO"] = f"/{path}"
        return application(environ, start_response)

    return answer
