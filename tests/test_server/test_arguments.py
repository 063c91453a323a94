"""Every argument that a view reads is in the description of the addresses, and none that no view reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Request, request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict

from server import app
from tests.releasing import content, written
from tests.test_server.test_pages import Whole, hostile, running

pytestmark = pytest.mark.slow

READ: dict[str, set[str]] = {}
"""The arguments that the views read, by the rules of their addresses."""


class Recording(ImmutableMultiDict[str, str]):
    """Arguments that remember which of them were asked for."""

    def _noted(self, name: Any) -> Any:
        if request and request.url_rule is not None:
            READ.setdefault(request.url_rule.rule, set()).add(str(name))
        return name

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._noted(name))

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(self._noted(name))

    def get(self, name: str, *more: Any, **named: Any) -> Any:  # type: ignore[override]  # its overloads
        return super().get(self._noted(name), *more, **named)

    def getlist(self, name: str, *more: Any, **named: Any) -> Any:  # type: ignore[override]  # its overloads
        return super().getlist(self._noted(name), *more, **named)


class Recorded(Request):
    parameter_storage_class = Recording


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("public")
    written(folder, content(hostile()))
    with running(folder) as found:
        found.test_client_class = Whole
        found.request_class = Recorded
        yield found.test_client()


@pytest.fixture(scope="module")
def documented(client: FlaskClient) -> dict[str, set[str]]:
    document = client.get("/openapi.json").json
    assert document is not None
    return {
        path: {one["name"] for one in methods["get"].get("parameters", ()) if one["in"] == "query"}
        for path, methods in document["paths"].items()
        if "get" in methods
    }


def path_of(rule: str) -> str:
    return re.sub(r"<(?:[^<>:]*:)?([^<>]+)>", r"{\1}", rule)


SELECT = quote("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s")
BATCH = quote('{"q0": {"query": "doors"}}')
EXTEND = quote('{"ids": ["study/a"], "properties": [{"id": "title"}]}')
ADDRESSES = (
    "/compare?study=a", "/compare.csv?study=a", "/map", "/map.csv", "/map.svg", "/findings",
    "/findings?outcome=hope", "/search?q=doors", "/search?q=d&format=suggestions",
    "/expert?lines=doors", "/export/ris?outcome=hope",
    "/export/ris?q=doors&kind=Report", "/export/ris?lines=doors", "/export/vosviewer?report=a", "/study/a",
    "/study/a.html", "/source/0123456789abcdef.html", "/description", "/description.ttl",
    f"/picture.svg?query={SELECT}", f"/sparql?query={SELECT}&format=html", "/graph-store?default",
    "/reconcile",
    f"/reconcile?queries={BATCH}", "/reconcile?query=doors", f"/reconcile?extend={EXTEND}",
    "/reconcile/suggest/entity?prefix=d", "/reconcile/suggest/type?prefix=d&offset=0",
    "/reconcile/suggest/property?prefix=t&cursor=1", "/reconcile/extend/propose?type=Study&limit=2",
    "/reconcile/flyout/type?id=Study", "/reconcile/preview?id=study/a", "/reconcile/view?id=study/a",
)  # fmt: skip
"""Addresses at which each view reads all that it ever reads."""
PROTOCOL = {"query", "default-graph-uri", "named-graph-uri", "format", "labels", "timeout"}
"""What the SPARQL protocol reads itself, of the undecoded address."""


@pytest.fixture(scope="module")
def read(client: FlaskClient) -> dict[str, set[str]]:
    READ.clear()
    for address in ADDRESSES:
        client.get(address)
    return {path_of(rule): names for rule, names in READ.items()}


def test_every_argument_that_a_view_reads_is_described(
    read: dict[str, set[str]], documented: dict[str, set[str]]
) -> None:
    assert len(read) >= 20
    assert {path: names - documented[path] for path, names in read.items() if names - documented[path]} == {}


def test_every_argument_that_is_described_is_read(
    read: dict[str, set[str]], documented: dict[str, set[str]]
) -> None:
    """Of the addresses of one view, below a release too, one was asked for."""
    unread = {
        path: names - read[path] - (PROTOCOL if path in ("/sparql", "/picture.{ext}") else set())
        for path, names in documented.items()
        if path in read
    }
    assert {path: names for path, names in unread.items() if names} == {}
    driven = {frozenset(documented[path]) for path in read}
    assert [path for path, names in documented.items() if names and frozenset(names) not in driven] == []


def test_no_argument_that_the_code_names_is_described_nowhere(documented: dict[str, set[str]]) -> None:
    """What no address above happens to make a view read."""
    named = set()
    for path in Path(app.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
                ("request.args.", "request.values.")
            ):
                named |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "request.args":
                named |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
    assert len(named) > 15
    assert named - set().union(*documented.values()) == set()
