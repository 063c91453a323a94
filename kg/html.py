"""The text of a page saved as HTML, as a reader sees it.

The text is that of `innerText` (HTML Standard, 3.2.7) under the default style sheet: runs of white space are
one space, a block stands on lines of its own, a paragraph between blank lines, cells of a row are parted by
tabs. Unlike `innerText` it has blank lines around headings, lists and tables, and the marks of list items
(`* `, `1. `), because they part what a reader sees parted. A place in the document is a span of this text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BEGINNING = re.compile(
    r"(?:\s+|<\?xml[^>]{0,200}>|<!--(?:(?!-->).)*?-->)*+<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNMARKED = re.compile(r"list-style(?:-type)?\s*:\s*none", re.IGNORECASE)

UNSEEN = frozenset(
    (
        "head", "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "select",
        "datalist", "textarea", "audio", "video", "canvas", "title", "nav",
    )
)  # fmt: skip
"""Elements whose text is not on the page, or leads away from it."""
PARAGRAPHS = frozenset(
    (
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "figure",
        "hr", "fieldset",
    )
)  # fmt: skip
"""Elements with a blank line before and behind them."""
BLOCKS = frozenset(
    (
        "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
        "dt", "figcaption", "footer", "form", "header", "hgroup", "html", "legend", "li", "main", "menu",
        "section", "summary", "tbody", "tfoot", "thead", "tr",
    )
)  # fmt: skip
"""Elements that stand on lines of their own."""
_VOID = frozenset(
    (
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    )
)  # fmt: skip


def is_html(text: str) -> bool:
    """Whether a text begins as an HTML document does."""
    return _BEGINNING.match(text) is not None


def visible_text(html: str) -> str:
    r"""The text of an HTML document.

    >>> visible_text("<html><h1>Peers</h1><p>Hope &amp; trust<br>grew<ul><li>a<li>b</ul>")
    'Peers\n\nHope & trust\ngrew\n\n* a\n* b\n'
    """
    from lxml import etree  # noqa: PLC0415 - only who reads HTML pays for the import

    page = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True)
    parser.feed(html.encode("utf-8", "replace"))
    return str(parser.close())


class _Page:
    """A target for lxml's parser: writes down the text of the elements that it is told of."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._breaks = 0
        self._space = self._marked = False
        self._unseen: list[str] = []
        self._preformatted = 0
        self._lists: list[int] = []
        self._marks: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._unseen:
            if tag == self._unseen[-1] and tag not in _VOID:
                self._unseen.append(tag)
            return
        hidden = "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")) is not None
        if tag in UNSEEN or (hidden and tag not in _VOID):
            self._unseen.append(tag)
            return
        if tag == "br":
            self._write("\n")
        self._part(tag)
        if tag in {"ul", "ol"}:
            self._marks.append(
                "" if _UNMARKED.search(attributes.get("style", "")) else "* " if tag == "ul" else "{}. "
            )
            self._lists.append(_number(attributes.get("start")) or 1)
        elif tag == "li":
            self._mark(_number(attributes.get("value")))
        elif tag == "pre":
            self._preformatted += 1

    def end(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen[-1]:
                self._unseen.pop()
            return
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self._marks.pop()
        elif tag == "pre":
            self._preformatted -= 1
        self._part(tag)
        if tag in {"td", "th"}:
            self._write("\t")

    def data(self, text: str) -> None:
        if self._unseen:
            return
        if self._preformatted:
            self._write(text.replace("\r\n", "\n").replace("\r", "\n"))
            return
        words = _SPACE.sub(" ", text)
        if words[:1] == " ":
            self._space = True
        bare = words.strip(" ")
        if bare:
            self._write(bare)
            self._space = words.endswith(" ")

    def comment(self, text: str) -> None:
        """Nothing of a comment is on the page."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor of a processing instruction."""

    def close(self) -> str:
        lines = "".join(self._written).split("\n")
        return "\n".join(line.rstrip(" \t") for line in lines).strip("\n") + "\n"

    def _part(self, tag: str) -> None:
        """End the line where a block begins or ends; a list inside a list has no blank line around it."""
        inner = tag in {"ul", "ol"} and self._lists
        breaks = 2 if tag in PARAGRAPHS and not inner else 1 if inner or tag in BLOCKS else 0
        if breaks and not self._marked:
            self._breaks = max(self._breaks, breaks)

    def _mark(self, number: int | None) -> None:
        """Write the mark of a list item; items outside a list have bullets."""
        mark, current = (self._marks[-1], self._lists[-1]) if self._lists else ("* ", 0)
        if self._lists:
            current = current if number is None else number
            self._lists[-1] = current + 1
        if mark:
            self._write(mark.format(current))
            self._marked = True

    def _write(self, text: str) -> None:
        last = self._written[-1][-1:] if self._written else "\n"
        if self._breaks:
            self._written += "\n" * (self._breaks - _line_ends(self._written))
        elif self._space and last not in "\n\t " and text not in "\n\t":
            self._written.append(" ")
        self._written.append(text)
        self._breaks = 0
        self._space = self._marked = False


def _line_ends(written: list[str]) -> int:
    """How many line ends stand last, two at most; at the beginning of the text as if there were two."""
    if not written:
        return 2
    last = "".join(written[-2:])[-2:]
    return len(last) - len(last.rstrip("\n"))


def _number(digits: str | None) -> int | None:
    return int(digits) if digits is not None and re.fullmatch(r"-?\d{1,6}", digits.strip()) else None
