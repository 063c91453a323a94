"""The examples of `docs/linking.md`, run as they stand against a server over the seeds' release."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parent.parent.parent / "docs" / "linking.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs_and_says_something(example: str, seed_server: str) -> None:
    code = example.replace("http://127.0.0.1:8000", seed_server)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_there_are_examples_of_each_way() -> None:
    assert len(EXAMPLES) == 5
    whole = "".join(EXAMPLES)
    assert {"SERVICE", "/reconcile", "sameAs", "rdflib", "pyoxigraph"} <= set(re.findall(r"/?\w+", whole))


def test_reconciliation_works_over_the_wire_as_openrefine_asks(seed_server: str) -> None:
    manifest = httpx.get(f"{seed_server}/reconcile").json()
    assert manifest["suggest"]["entity"]["service_url"] == seed_server
    batch = '{"q0":{"query":"peer mentor","type":"https://w3id.org/peerkg/ontology#PeerRole","type_strict":"should"}}'
    answer = httpx.post(f"{seed_server}/reconcile", data={"queries": batch})
    best = answer.json()["q0"]["result"][0]
    assert (best["id"], best["match"]) == ("https://w3id.org/peerkg/role/peer-mentor", True)
    assert httpx.post(f"{seed_server}/reconcile", data={"queries": "{"}).status_code == 400
    too_large = httpx.post(f"{seed_server}/reconcile", data={"queries": "x" * 2_000_000})
    assert too_large.status_code == 413
    draft = httpx.post(
        f"{seed_server}/reconcile/1.0/match",
        json={"queries": [{"conditions": [{"matchType": "name", "propertyValue": "同伴支持"}]}]},
    )
    assert draft.json()["results"][0]["candidates"]


def test_the_site_leads_to_the_ways_to_link(seed_server: str) -> None:
    page = httpx.get(f"{seed_server}/linking", headers={"Accept": "text/html"})
    assert page.status_code == 200
    for address in ("reconcile", "sparql", "search", "dumps/", "sitemap.xml", "reconcile/features"):
        assert f'href="./{address}"' in page.text
    assert f"{seed_server}/reconcile" in page.text
    assert 'href="./linking"' in httpx.get(f"{seed_server}/", headers={"Accept": "text/html"}).text
