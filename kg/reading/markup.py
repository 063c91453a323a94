"""Text with the markup that databases leave in titles and abstracts: JATS, HTML, entities."""

from __future__ import annotations

import html
import re

from kg.model import Section, Text
from kg.reading.sections import abstract_sections, kind_of
from kg.reading.values import Values

_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|sec|title|br|div|li|list|list-item|abstract)\b[^<>]*>", re.IGNORECASE)
_TITLE = re.compile(
    r"<(?:jats:)?title>([^<]*(?:<(?!/?(?:jats:)?title>)[^<]*)*)</(?:jats:)?title>", re.IGNORECASE
)
_NO_HEADING = frozenset({"abstract", "summary", "graphical abstract"})


def visible(text: str) -> str:
    """The words that a reader sees: without tags, entities resolved, white space as single spaces.

    What is no tag stays: `p < .05`.

    >>> visible("<jats:p>Hope &amp; <i>trust</i> grew (p < .05)</jats:p>")
    'Hope & trust grew (p < .05)'
    """
    if "<" in text:
        text = _TAG.sub("", _BLOCK.sub(" ", text))
    if "&" in text:
        text = html.unescape(html.unescape(text))  # databases escape what was escaped
    return " ".join(text.split())


def words(values: Values, text: object, where: str) -> Text | None:
    """The visible words of a string, at its place; `None` where there are none."""
    shown = visible(text) if isinstance(text, str) else ""
    return values.at(shown, where) if shown else None


def sections(values: Values, abstract: object, where: str) -> tuple[Section, ...]:
    """The sections of an abstract: by its titles in markup, else by the headings in its text."""
    if not isinstance(abstract, str):
        return ()
    parts = _TITLE.split(abstract)
    headings = [visible(one) for one in parts[1::2]]
    if not any(kind_of(one) for one in headings):
        shown = words(values, abstract if not headings else "".join(_without_titles(parts, headings)), where)
        return () if shown is None else abstract_sections(shown)
    found: list[Section] = []
    for heading, body in zip(["", *headings], parts[::2], strict=True):
        title = words(values, heading, where)
        text = words(values, body, where)
        if text is not None:
            found.append(Section(kind=kind_of(heading), text=text, heading=title))
    return tuple(found)


def _without_titles(parts: list[str], headings: list[str]) -> list[str]:
    """The abstract without the word `Abstract` above it; every other title is part of its text."""
    kept = [parts[0]]
    for title, heading, body in zip(parts[1::2], headings, parts[2::2], strict=True):
        kept += [body] if heading.casefold().rstrip(".:") in _NO_HEADING else [f" {title} ", body]
    return kept
