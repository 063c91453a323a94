"""The journey of a reader, in a real Chromium without JavaScript."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no stubs
from playwright.sync_api import Browser, Page, expect

from benchmarks import collection
from kg import release as releases
from tests import site
from tests.chromium import started
from tests.conftest import ROOT
from tests.journeys import JOURNEYS
from tests.test_server.conftest import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 900, 1400)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started() as browser:
        if browser is None:
            pytest.skip("no Chromium is installed")
        yield browser


@contextmanager
def window(chromium: Browser, address: str, *, script: bool) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=script, base_url=address, bypass_csp=script)
    found = context.new_page()
    found.set_default_timeout(60_000)
    yield found
    context.close()


@pytest.fixture(scope="module")
def page(chromium: Browser, seed_server: str) -> Iterator[Page]:
    """A window in which no script runs, as the site promises to be whole."""
    with window(chromium, seed_server, script=False) as found:
        yield found


@pytest.fixture(scope="module")
def judged(chromium: Browser, seed_server: str) -> Iterator[Page]:
    """A window in which the judge's own script may run."""
    with window(chromium, seed_server, script=True) as found:
        yield found


@pytest.fixture(scope="module")
def large(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A window on some hundred made-up works; `make bench-site` goes the same ways among 100,000."""
    public = tmp_path_factory.mktemp("large") / "public"
    collection.write(public, 150)
    with serving(public) as server, window(chromium, server.address, script=False) as found:
        yield found


@pytest.mark.parametrize("release", ["page", "large"])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one.__name__)
def test_readers_come_where_they_want_to(
    journey: Callable[[Page], None], release: str, request: pytest.FixtureRequest
) -> None:
    """Without JavaScript, over the seeds and over many works."""
    window: Page = request.getfixturevalue(release)
    window.set_viewport_size({"width": 1280, "height": 900})
    journey(window)


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
    row = (
        page.get_by_role("row")
        .filter(has=page.get_by_role("rowheader", name="peer worker", exact=False))
        .first
    )
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


def test_the_editor_completes_terms_and_goes_to_the_place_of_an_error(
    chromium: Browser, seed_server: str
) -> None:
    context = chromium.new_context(base_url=seed_server)  # with the page's own policy
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text) if "Security Policy" in said.text else None)
    page.goto("/zh/sparql?query=SELECT+*+%7B%0A+%3Fs+%3Fp")
    expect(page.locator(".editing mark")).to_have_text("2")
    assert page.evaluate("document.activeElement.selectionStart") == len("SELECT * {\n ?s ?p")
    area = page.locator("#query")
    area.fill("SELECT * { ?s ")
    page.keyboard.press("Control+End")
    page.keyboard.type("hasFinding")
    page.get_by_role("option", name="pk:hasFinding").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type(" ?f } LIMIT 2")
    expect(area).to_have_value(re.compile(r"^PREFIX pk: <.*>\nSELECT \* { \?s pk:hasFinding \?f } LIMIT 2$"))
    painted = page.locator(".layers pre span")
    assert painted.evaluate_all("them => them.map(one => `${one.className} ${one.textContent}`)")[3:] == [
        "keyword SELECT", "variable ?s", "iri pk:hasFinding", "variable ?f", "keyword LIMIT", "number 2",
    ]  # fmt: skip
    assert page.locator(".layers pre").text_content() == area.input_value() + "\n "
    page.emulate_media(forced_colors="active")
    expect(page.locator(".layers pre")).to_be_hidden()
    page.emulate_media(forced_colors="none")
    page.keyboard.press("Control+Enter")
    expect(page.locator("table.result tbody tr")).to_have_count(2)
    page.get_by_role("link", name="关系图").click()
    assert page.locator("svg.picture circle").count() > 1
    assert {url.split("/")[2] for url in asked} == {page.url.split("/")[2]}
    page.locator("main a[href*='releases/']").first.click()
    expect(page).to_have_url(re.compile(r"/zh/releases/[^/]+/sparql\?query="))
    assert page.locator("svg.picture circle").count() > 1
    assert told == []
    context.close()


TOKENS = {
    "# ?x": ["comment # ?x"],
    "?a<5": ["variable ?a", "number 5"],
    "<urn:a#b>": ["iri <urn:a#b>"],
    '"a \\" ?b" ?c': ['string "a \\" ?b"', "variable ?c"],
    '"""a\n"" # ?b""" ?c': ['string """a\n"" # ?b"""', "variable ?c"],
    '"""a\n?b': ['string """a\n?b'],
    "'x'@de-CH 1.5e-3": ["string 'x'", "string @de-CH", "number 1.5e-3"],
    "select a:a a $x _:b COUNT(?y) Select": [
        "keyword select", "iri a:a", "keyword a", "variable $x", "iri _:b", "variable ?y", "keyword Select",
    ],
}  # fmt: skip


def test_the_editor_colours_what_the_grammar_has(chromium: Browser, seed_server: str) -> None:
    with window(chromium, seed_server, script=True) as page:
        page.goto("/sparql")
        area = page.locator("#query")
        for text, spans in TOKENS.items():
            area.fill(text)
            painted = page.locator(".layers pre span")
            found = painted.evaluate_all("them => them.map(one => `${one.className} ${one.textContent}`)")
            assert found == spans, text
        area.fill("?x " * 10_000)
        expect(page.locator(".layers pre")).to_be_hidden()
        expect(area).not_to_have_class("coloured")


def test_search_finds_and_leads(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("hope")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="hope", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("hope")


@pytest.fixture(scope="module")
def addresses(seed_release: Path) -> list[str]:
    return site.addresses(releases.current(seed_release))


def test_no_page_is_wider_than_the_window(page: Page, addresses: list[str]) -> None:
    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that hold or not by the theme; a style sheet changes nothing but colours with it."""


@pytest.mark.parametrize(("first", "language"), [("light", ""), ("dark", "/zh")])
def test_no_page_keeps_anybody_out(judged: Page, addresses: list[str], first: str, language: str) -> None:
    """axe-core: WCAG 2.2 AA, and what its makers hold to be good practice; both themes in both languages."""
    judged.set_viewport_size({"width": 1280, "height": 900})
    wrong = []
    for address in addresses:
        judged.goto(language + address)
        for scheme, options in ((first, {}), ("dark" if first == "light" else "light", COLOURS)):
            judged.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for one in Axe().run(judged, options=options).response["violations"]:
                where = (language + address, scheme, one["id"])
                wrong += [(*where, node["html"][:200]) for node in one["nodes"][:2]]
    assert wrong == []


def test_themes_differ_by_colours_alone() -> None:
    style = (ROOT / "server/static/style.css").read_text(encoding="utf-8")
    blocks = re.findall(r"prefers-color-scheme: dark\) \{(.*?)\n\}", style, re.DOTALL)
    assert blocks
    for dark in blocks:
        properties = set(re.findall(r"([a-z-]+):", re.sub(r"[^{}]*\{", "", dark)))
        assert all(one.startswith("--") or "color" in one or one == "fill" for one in properties), properties


def test_no_page_is_heavy_or_asks_for_more_than_its_style_sheet(page: Page, addresses: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in addresses:
        asked.clear()
        answer = page.goto(address)
        assert answer is not None
        assert len(gzip.compress(answer.body())) < 150_000, address
        assert {url.rpartition("/")[2] for url in asked[1:]} <= {"style.css"}, address
        assert page.context.cookies() == []


def test_a_reader_in_chinese_stays_in_chinese(page: Page) -> None:
    page.goto("/map")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("证据地图")
    page.locator("table.grid td > a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("研究发现")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Findings")


def test_words_lead_to_statements_and_statements_to_words(page: Page, addresses: list[str]) -> None:
    for address in (one for one in addresses if one.startswith("/source/")):
        page.goto(address)
        if page.locator(".document mark a").count():
            break
    mark = page.locator(".document mark a").first
    row = str(mark.get_attribute("href"))
    mark.click()
    expect(page.locator(row)).to_be_in_viewport()
    page.locator(f"{row} td.words a").click()
    expect(page.locator(row.replace("facts", "words"))).to_be_in_viewport()


def test_studies_are_compared_and_taken_along(page: Page) -> None:
    page.goto("/compare")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare").click()
    assert page.locator("table.compare thead th").count() == 3
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert taken.value.suggested_filename == "studies.csv"


def test_the_map_is_read_by_keyboard_alone(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/map")
    toggle = page.get_by_role("link", name="Show what is narrower than service use outcome")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="hospital admission")).to_be_visible()


def test_the_first_tab_leads_past_the_menu(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 900})
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
