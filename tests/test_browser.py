"""The journey of a reader, in a real Chromium without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 900, 1400)


@pytest.fixture(scope="module")
def page(seed_server: str) -> Iterator[Page]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium is installed")
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        context = browser.new_context(java_script_enabled=False, base_url=seed_server)
        found = context.new_page()
        found.set_default_timeout(120_000)
        yield found
        context.close()
        browser.close()


def test_a_reader_comes_from_the_home_page_to_the_very_words(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Facilitating Citizenship")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Facilitating Citizenship")
    expect(page.get_by_text("Who took part", exact=True)).to_be_visible()
    claim = page.locator("article.claim").first
    quote = claim.locator("mark").first.inner_text()
    claim.get_by_role("link", name=re.compile("^characters")).first.click()
    marked = page.locator("mark.quote")
    expect(marked.first).to_be_in_viewport()
    assert re.sub(r"\s+", "", "".join(marked.all_inner_texts())) == re.sub(r"\s+", "", quote)
    assert {url.split("/")[2] for url in asked} == {page.url.split("/")[2]}


def test_the_evidence_map_leads_to_findings_with_their_quotes(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Open the map")).click()
    page.get_by_role("link", name="Show what is narrower than service use outcome").click()
    expect(page.get_by_role("columnheader", name="hospital admission")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("peer worker")).first
    row.get_by_role("link", name=re.compile("1 document citing others .improved 1")).first.click()
    page.get_by_label("Outcome").select_option("hospital-admission")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text("1 finding in 1 study or document")
    expect(page.locator("article.claim mark")).to_be_visible()
    assert page.locator("article.claim .cited li").count() == 4


def test_the_map_and_its_table_say_the_same_aloud(page: Page) -> None:
    page.goto("/map?rows=role&columns=setting&view=map")
    marks = page.locator("table.grid td > a").count()
    page.get_by_role("link", name="Table", exact=True).click()
    assert page.locator("table.twin td.number a").count() == marks > 0


def test_the_editor_runs_an_example_without_javascript(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Who took part, how many, and in which role?").click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    expect(page.locator("table.result")).to_contain_text("peer mentor")
    page.get_by_label("Query", exact=True).fill("SELECT * { ?s ?p")
    page.get_by_role("button", name="Run the query").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 1")


def test_search_finds_and_leads(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("hope")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="hope", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("hope")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for address in (
        "/",
        "/findings",
        "/map",
        "/map?view=table",
        "/sparql",
        "/dumps/",
        "/ontology.html",
        "/search?q=peer",
        "/releases/",
        "/shapes",
        "/problem/",
        "/study/none",
        *_things(page),
    ):
        page.goto(address)
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width, address
        assert page.locator("body").evaluate("body => document.documentElement.scrollWidth") <= width, address


def _things(page: Page) -> list[str]:
    page.goto("/findings")
    found = []
    for name in ("study/", "finding/", "source/", "outcome/"):
        page.goto("/findings" if name != "study/" else "/")
        links = page.locator(f'main a[href*="{name}"]')
        found.append("/" + str(links.first.get_attribute("href")).lstrip("./"))
    return found


def test_the_first_tab_leads_past_the_menu(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 900})
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
