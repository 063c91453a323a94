"""RDF of a stranger, served as it is: in a Chromium with JavaScript no word of it runs or leads away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from tests.chromium import started

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "</style></script><img src=x onerror=alert(1)>",
    "--><img src=//elsewhere.example/x onerror=alert(1)>",
    "<![CDATA[<script>alert(1)</script>]]>",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    "` onmouseover=alert(1) `",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe><base href=//elsewhere.example/>",
    "<meta http-equiv=refresh content='0;url=//elsewhere.example'><link rel=stylesheet href=//x.example>",
    "<form action=//elsewhere.example><button autofocus>x</button></form><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}${7*7}<%= 7*7 %>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u202egnp.exe\u202c\u2066x\u2069\u200f\u061c\u206f\u2028\u2029\x85\x7f\x01\ufeff\u200b",
]
ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
    "vbscript:msgbox(1)",
    "view-source:http://example.org/",
    "file:///etc/passwd",
    "blob:http://example.org/1",
    "http:alert(1)",
    "http:///example.org/",
    "http://example.org/'onmouseover='alert(1)",
    "http://example.org/?a=&quot;onmouseover=alert(1)",
    "http://example.org/\u202egnp.exe",
    "https://example.org/good",
]
WATCH = """
window.ran = [];
window.alert = window.prompt = window.confirm = text => window.ran.push("alert");
document.addEventListener("securitypolicyviolation", event => window.ran.push(event.violatedDirective));
"""


def hostile() -> list[Quad]:
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    good = NamedNode("http://example.org/s")
    quads = [Quad(good, label, Literal(words)) for words in WORDS]
    for address in map(NamedNode, ADDRESSES):
        quads += [Quad(address, address, address), Quad(good, good, Literal("typed", datatype=address))]
        quads += [Quad(address, label, Literal(words, language="en-x-alert")) for words in WORDS[:2]]
    return quads


def addresses() -> list[str]:
    everything = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
    graph = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    found = [
        "/",
        "/sparql",
        *(f"/sparql?{urlencode({'query': one, 'labels': 1})}" for one in (everything, graph)),
    ]
    found += [f"/sparql?{urlencode({'query': words})}" for words in WORDS]
    found += [f"/{quote(WORDS[0])}", f"/problem/{quote(WORDS[6])}"]
    found += [
        f"/sparql?{urlencode({'query': 'ASK {}', name: WORDS[0]})}"
        for name in ("timeout", "labels", "format")
    ]
    return found


def test_no_word_of_strangers_runs_or_leads_away(start: Callable[..., Any], tmp_path: Path) -> None:
    data = tmp_path / "hostile.nt"
    serialize(hostile(), str(data), format=RdfFormat.N_TRIPLES)
    with started() as browser, start("--data", data) as server:
        if browser is None:
            pytest.skip("no Chromium is installed")
        page = browser.new_page(base_url=server.address)
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        links, seen = set[str](), 0
        for address in addresses():
            page.goto(address)
            assert page.evaluate("window.ran") == [], address
            assert page.locator("script, iframe, base, svg, object, img, meta[http-equiv]").count() == 0, (
                address
            )
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]", page.content()), address
            links |= set(page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"))
            seen += sum(words in page.locator("body").inner_text() for words in WORDS[:3])
    assert seen > 3
    assert {link.partition(":")[0] for link in links} <= {"http", "https"}
    assert "https://example.org/good" in links
    assert not [
        link
        for link in links
        if "alert" in link and not link.startswith((server.address, "http://example.org/"))
    ]
    assert {url.split("/")[2] for url in asked} == {server.address.split("/")[2]}
