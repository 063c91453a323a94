from __future__ import annotations

import html
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.html import is_html, visible_text
from kg.source import Source, UnreadableSourceError
from kg.sources import formats, is_stream, recognise
from kg.understanding import places

TESTS = Path(__file__).parent
PAGES = sorted([*(TESTS / "samples").glob("*/*.txt"), *(TESTS.parent / "seeds").glob("*.txt")])
PAGES = [path for path in PAGES if not path.name.endswith(".problems.txt")]
EXCHANGE = {name for name, form in formats().items() if is_stream(form)}
PAGES = [path for path in PAGES if path.parent.name not in EXCHANGE]


def page(body: str) -> str:
    return visible_text(f"<html><head><title>Site</title></head><body>{body}</body></html>").strip("\n")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("a  b\n c", "a b c"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<p>a<p>b", "a\n\nb"),
        ("<h2>a</h2>b", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("one <b> two </b> three", "one two three"),
        ("peers<sup>3</sup>", "peers3"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p></ul>d", "* a\n* b\n* c\n\nd"),
        ("<ol start=4><li>a<li value=9>b<li>c</ol>", "4. a\n9. b\n10. c"),
        ("<ul style='list-style: none'><li>a<li>b</ul><li>c", "a\nb\n\n* c"),
        ("<nav>Home | Search</nav>a", "a"),
        ("<table><tr><td> a</td><td>b</td></tr><tr><td>c</table>", "a\tb\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("&lt;b&gt; &eacute;&#8212;&nbsp;x", "<b> é—\u00a0x"),
        ("a<script>if (a<b) x()</script><style>p{}</style><!-- c --><template>t</template>b", "ab"),
        ("a<div hidden>b<div>c</div></div><p style='display: none'>d</p>e", "ae"),
    ],
)
def test_the_text_is_what_a_reader_sees(body: str, text: str) -> None:
    assert page(body) == text


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html><p>a", "\n<!-- saved from url -->\n<HTML>", '<?xml version="1.0"?>\n<html>']
)
def test_html_is_known_by_its_beginning(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize("text", ["", "<p>a", "Peers <html>", "<htmlx>", "<!-- <html> -->", "<!DOCTYPE nlm>"])
def test_other_text_is_not_taken_for_html(text: str) -> None:
    assert not is_html(text)


def saved(text: str) -> str:
    """The text as a page would hold it: a paragraph element for each paragraph."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    lines = ["<br>\n".join(html.escape(part).split("\n")) for part in paragraphs]
    body = "".join(f"<p>{line}</p>\n" for line in lines)
    return f"<!DOCTYPE html>\n<html><head><title>x</title></head>\n<body><div>\n{body}</div></body></html>"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_saved_as_html_gives_the_record_of_its_text(path: Path) -> None:
    text = Source.from_bytes(path.name, path.read_bytes()).text
    found = Source.from_bytes("page.html", saved(text).encode())
    assert found.media_type == "text/html"

    def values(source: Source) -> list[Any]:
        read = (item for record in recognise(source).read(source) for item in places(record))
        return [" ".join(str(item.value).split()) for item in read]

    assert values(found) == values(Source("page.txt", text, ""))


@given(st.lists(st.sampled_from(["<div>", "</div>", "<p", ">", "<ul><li>", "</", "<!--", "&", "x ", "\n"])))
def test_any_html_gives_text(parts: list[str]) -> None:
    with suppress(UnreadableSourceError):
        text = Source.from_bytes("page.html", ("<html>" + "".join(parts)).encode()).text
        assert "\0" not in text


@pytest.mark.parametrize("part", ["<a", "<!--", "<a b='", "<div>", "<ul>", "<li>", "<td>", "x ", "<br>", "&"])
def test_a_long_hostile_page_comes_to_an_end(part: str) -> None:
    """A quadratic reader would meet the time limit of every test."""
    assert "\0" not in visible_text("<html>" + part * 300_000)
    is_html(part * 300_000)
