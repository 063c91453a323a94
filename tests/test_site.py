"""Every kind of page of the seeds' release in both languages, as a program reads it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import html5rdf  # type: ignore[import-untyped]  # it has no stubs
import httpx
import pytest
from lxml import html

from kg import release as releases
from tests.conftest import ROOT
from tests.site import addresses

pytestmark = pytest.mark.slow
CHECKER = ROOT / ".venv" / "checker" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(seed_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seed_server, headers=HTML, timeout=60, follow_redirects=True) as client:
        yield client


@pytest.fixture(scope="module")
def pages(client: httpx.Client, seed_release: Path) -> dict[str, str]:
    """The pages by their addresses."""
    found = addresses(releases.current(seed_release))
    return {prefix + one: client.get(prefix + one).text for one in found for prefix in ("", "/zh")}


def test_a_parser_takes_every_page_as_it_is(pages: dict[str, str]) -> None:
    """HTML says for each error how it is mended; here nothing has to be. Needs Python alone."""
    for address, text in pages.items():
        parser = html5rdf.HTMLParser()
        parser.parse(text)
        assert parser.errors == [], address


def test_the_checker_of_the_w3c_finds_no_fault_in_any_page(pages: dict[str, str], tmp_path: Path) -> None:
    if not CHECKER.exists() or shutil.which("java") is None:
        pytest.skip("no Nu Html Checker: `make checker` installs it where there are npm and Java")
    names = {}
    for number, (address, text) in enumerate(pages.items()):
        (tmp_path / f"{number}.html").write_text(text, encoding="utf-8")
        names[str(number)] = address
    command = [
        "java",
        "-jar",
        str(CHECKER),
        "--errors-only",
        "--format",
        "json",
        *sorted(map(str, tmp_path.glob("*.html"))),
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    faults = [
        (names[Path(urlsplit(one["url"]).path).stem], one["message"], one.get("extract", ""))
        for one in json.loads(ran.stderr)["messages"]
    ]
    assert faults == []


def test_no_link_leads_nowhere(client: httpx.Client, pages: dict[str, str]) -> None:
    """Of links of one form, such as those to findings, some are followed; of anchors all."""
    followed: dict[str, list[str]] = {}
    visited = {urljoin(str(client.base_url), address) for address in pages}  # those of errors too
    for address, text in pages.items():
        document = html.document_fromstring(text)
        base = urljoin(str(client.base_url), address)
        known = set(document.xpath("//@id"))
        for link in document.xpath("//a/@href | //link[@rel!='canonical']/@href | //form/@action"):
            to, anchor = urldefrag(urljoin(base, link))
            if anchor and to == urldefrag(base)[0]:
                assert anchor in known, (address, link)
            elif to.startswith(str(client.base_url)) and to not in visited:
                some = followed.setdefault(_form(to), [])
                if to not in some and len(some) < 2:
                    some.append(to)
    assert len(followed) > 60
    for some in followed.values():
        for to in some:
            assert client.get(to).status_code < 400, to


def _form(address: str) -> str:
    """What links that lead to the same kind of page have in common."""
    parts = urlsplit(address)
    path = re.sub(r"(?<=/)[^/.]+(?=\.?[a-z]*$)", "*", parts.path) if parts.path.count("/") > 1 else parts.path
    return path + "?" + "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&")}))
