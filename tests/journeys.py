"""Ways through the site that readers go, whatever release it shows. None needs a script."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def question_to_quote(page: Page) -> None:
    """A question, the map, a cell, a finding, its study, the very sentence."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Open the map")).click()
    page.locator("table.grid td > a[href*='findings']").first.click()
    expect(page.get_by_role("status")).to_contain_text("finding")
    page.locator("article.claim a.more").first.click()
    quote = page.locator("article.claim mark").first.inner_text()
    page.locator("main dl a[href*='report/'], main dl a[href*='study/']").first.click()
    expect(page.locator("article.claim mark").filter(has_text=quote).first).to_be_visible()


def search_to_export(page: Page) -> None:
    """A search, a facet of it, two studies side by side, and the table and the works as files."""
    page.goto("/search?q=peer")
    page.locator(".facets details").first.get_by_role("link").first.click()
    expect(page.locator("ul.chips a").first).to_be_visible()
    page.goto("/search?q=peer&kind=Study")
    page.locator("main a[href*='study/']").first.click()
    with page.expect_download() as file:
        page.get_by_role("link", name="RIS", exact=True).click()
    assert file.value.suggested_filename.endswith(".ris")
    page.get_by_role("link", name="Compare with other studies").click()
    page.get_by_role("checkbox", checked=False).first.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("table.compare thead th")).to_have_count(3)
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert taken.value.suggested_filename == "studies.csv"


def query_to_picture_and_embedding(page: Page) -> None:
    """A query, its answer as a chart, and the map as another site shows it, pinned to a release."""
    page.goto("/sparql")
    page.get_by_label("Query", exact=True).fill(
        "PREFIX pk: <https://w3id.org/peerkg/ontology#>\n"
        "SELECT ?role (COUNT(*) AS ?studies) { ?study pk:studiesRole ?role } GROUP BY ?role"
    )
    page.get_by_role("button", name="Run the query").click()
    page.get_by_role("link", name="Chart", exact=True).click()
    assert page.locator("svg.picture rect").count() > 1
    page.goto("/map")
    page.get_by_role("link", name=re.compile("^in release")).click()
    address = page.url
    answer = page.goto(f"{address}{'&' if '?' in address else '?'}embed=1")
    assert answer is not None
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    expect(page.locator("table.grid")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)


def another_language(page: Page) -> None:
    """Each page in the other language and back, in the same state."""
    for address in ("/map?rows=setting", "/search?q=peer", "/findings?direction=improved"):
        page.goto(address)
        heading = page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("link", name="中文").click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
        assert page.url.endswith(f"/zh{address}")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert page.url.endswith(address)


def by_keyboard(page: Page) -> None:
    """From the first page to the words in their document, with Tab and Enter alone."""
    page.goto("/")
    _follow(page, page.get_by_role("searchbox").first, "")
    page.keyboard.type("hope")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search**")
    _follow(page, page.locator("main a[href*='outcome/hope']").first)
    page.wait_for_url("**/outcome/hope*")
    _follow(page, page.locator("article.claim a[href*='quote=']").first)
    page.wait_for_url("**/source/**")
    expect(page.locator("#quote").first).to_be_visible()


def _follow(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Go on by Tab until it has the focus, and can be seen to have it; then press the key."""
    wanted.wait_for()
    for _ in range(300):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    shown = "one => getComputedStyle(one).outlineStyle != 'none' || getComputedStyle(one).boxShadow != 'none'"
    assert wanted.evaluate(shown)
    if key:
        page.keyboard.press(key)


JOURNEYS = (
    question_to_quote,
    search_to_export,
    query_to_picture_and_embedding,
    another_language,
    by_keyboard,
)
