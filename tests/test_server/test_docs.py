"""What the documents promise about the server is what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import sparql
from server.app import create_app
from server.command import serve
from server.limits import Limits
from server.problem import KINDS
from server.service import Service
from server.things import CLASSES, EXTENSIONS

DOCS = Path(__file__).parent.parent.parent / "docs"
HTTP = (DOCS / "http.md").read_text(encoding="utf-8")
SPARQL = (DOCS / "sparql.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_every_problem_is_in_the_documents_as_it_is(name: str) -> None:
    kind = KINDS[name]
    row = f"| `{name}` | {kind.status} | {kind.title} | {kind.remedy} |"
    assert row in (DOCS / "problems.md").read_text(encoding="utf-8")


def test_every_route_is_in_the_documents() -> None:
    rules = create_app(Service(Limits())).url_map.iter_rules()
    starts = {re.split(r"[<.]", rule.rule)[0].rstrip("/") for rule in rules if rule.endpoint != "static"}
    assert [start for start in starts if start and f"`{start}" not in HTTP and start not in HTTP] == []


def test_every_class_and_extension_is_in_the_documents() -> None:
    words = set(re.findall(r"[a-z]+", HTTP))
    assert set(CLASSES) <= words
    assert set(EXTENSIONS) <= words


def test_every_limit_is_in_the_documents() -> None:
    limits = Limits()
    for said in (
        f"{limits.seconds:g} seconds",
        f"{limits.memory_bytes // 2**30} GiB of memory",
        f"a result of {limits.result_bytes // 2**20} MiB",
        f"a text of {limits.query_bytes // 1024} KiB",
        f"nested {limits.nesting} deep",
        f"{limits.chain} operators",
        f"{limits.elements:,} patterns",
        f"{limits.queue} queries may wait, for {limits.queue_seconds:g} seconds",
    ):
        assert said in SPARQL
    assert (limits.light_seconds, limits.heavy_workers) == (0.1, 6)
    assert f"{limits.heavy_waiting} more wait" in SPARQL


def test_every_option_is_in_the_documents() -> None:
    options = {name for option in serve.params for name in option.opts if name.startswith("--")}
    assert "--client-budget" in options
    assert [name for name in options if f"`{name}" not in HTTP and name not in HTTP] == []


def test_every_parameter_of_the_protocol_is_in_the_documents() -> None:
    for name in ("query", "default-graph-uri", "named-graph-uri", "format", "labels", "timeout"):
        assert f"`{name}`" in SPARQL


def test_every_format_is_in_the_documents() -> None:
    names = set(re.findall(r"[a-z-]+", SPARQL))
    assert set(sparql.NAMES) - {"n3", "nt", "nq", "ttl", "json-ld", "rdf", "rdf+xml"} <= names
