"""The OpenAPI 3.1 description, made from the routes so that it cannot name one that is not there."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.routing import AnyConverter, IntegerConverter, Map, Rule

from kg.facets import FACETS
from server import sparql
from server.problem import KINDS, MEDIA_TYPE

_CHOSEN = [
    ("role", "the last part of a peer role's IRI"),
    ("outcome", "the last part of an outcome's IRI"),
    ("population", "the last part of a population's IRI"),
    ("setting", "the last part of a setting's IRI"),
    ("design", "the last part of a method's IRI"),
    ("whom", "whom the finding concerns"),
    ("basis", "the last part of a basis' IRI; may be repeated"),
    ("from", "the first year"),
    ("to", "the last year"),
    ("source", "the id of a document"),
]
_MAP = [
    ("rows", "role, outcome, population, setting or method"),
    ("columns", "another of them"),
    ("open", "the path of a concept whose narrower ones are shown; may be repeated"),
    *_CHOSEN,
    ("view", "map or table"),
    ("empty", "show: rows without anything too"),
    ("embed", "1: the map alone, which other sites may frame"),
]
_EXCEL = ("excel", "1: CSV for spreadsheets, with a byte order mark and without formulas")
_FACETED = [(name, "a value; may be repeated") for name in FACETS]
_CALLBACK = ("callback", "the name of a function to wrap the answer in")
_QUERY = [
    ("query", "the query"),
    ("default-graph-uri", "a graph of the default graph; may be repeated"),
    ("named-graph-uri", "a named graph; may be repeated"),
    ("format", "a format's name or media type, before `Accept`"),
    ("labels", "1 for a column of labels beside each column of IRIs"),
    ("timeout", "seconds, less than the server's limit"),
    ("view", "on a page: table, chart, graph or map"),
]
_PROFILED = [
    ("_profile", "a word of `/profiles`, or a profile's IRI: before `Accept-Profile`"),
    ("_mediatype", "a media type, before `Accept`"),
]
_THING = [*_PROFILED, ("quote", "on the page of a document: the id of the evidence whose words stand out")]
_IDENTIFIED = [("id", "the identifier that reconciliation gave")]
_PARAMETERS: dict[str, list[tuple[str, str]]] = {
    "comparing.compare": [("study", "the last part of a study's IRI; may be repeated")],
    "comparing.compared": [("study", "the last part of a study's IRI; may be repeated"), _EXCEL],
    "describing.description": _PROFILED,
    "describing.description_document": _PROFILED[:1],
    "expert.page": [
        ("lines", "searches, one in each line"),
        ("line", "the number of the line whose works are listed"),
        ("page", "from 1"),
        ("format", "html or json, before `Accept`"),
    ],
    "exporting.export": [
        ("report", "the last part of a report's IRI; may be repeated"),
        ("lines", "the lines of an expert search, whose works are meant"),
        ("line", "the number of the line whose works are meant; the last where not said"),
        ("q", "words, the works that have them being meant"),
        *_CHOSEN,
        *(pair for pair in _FACETED if pair[0] not in dict(_CHOSEN)),
        ("network", "for vosviewer: co-author, co-citation or role-outcome"),
    ],
    "files.graph_store": [("graph", "the IRI of a named graph"), ("default", "the default graph")],
    "maps.page": _MAP,
    "maps.document": [*_MAP, _EXCEL],
    "pages.findings": [*_CHOSEN, ("direction", "the last part of a direction's IRI"), ("page", "from 1")],
    "pages.picture": [
        *(pair for pair in _QUERY if pair[0] not in ("format", "labels", "view")),
        ("view", "chart, graph or map; the first that the result can be where not said"),
    ],
    "reconcile.flyout": [*_IDENTIFIED, _CALLBACK],
    "reconcile.preview": _IDENTIFIED,
    "reconcile.proposals": [("type", "a type"), ("limit", "properties at most"), _CALLBACK],
    "reconcile.service": [
        ("queries", "a batch of queries of version 0.2, as JSON"),
        ("query", "one query of version 0.1, as words or as JSON"),
        ("extend", "a data extension query, as JSON"),
        _CALLBACK,
    ],
    "reconcile.suggest": [
        ("prefix", "how the name begins, or an identifier"),
        ("type", "a type"),
        ("limit", "suggestions at most"),
        ("offset", "how many are left out"),
        ("cursor", "the same in version 0.2"),
        _CALLBACK,
    ],
    "reconcile.view": _IDENTIFIED,
    "search.searched": [
        ("q", "words"),
        ("kind", "a class; may be repeated"),
        *_FACETED,
        ("from", "the first year"),
        ("to", "the last year"),
        ("all", "a facet, of which all values are listed; may be repeated"),
        ("page", "from 1"),
        ("format", "html, json, atom or suggestions, before `Accept`"),
    ],
    "things.thing": _THING,
    "things.thing_then": _THING,
}
"""What views read of an address beside its path, by the names of the views."""


def described(routes: Map, views: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """The description of the routes and of the views behind them.

    It names no server: its paths are about where it was read.
    """
    paths: dict[str, Any] = {}
    for rule in sorted(routes.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint == "static":
            continue
        path = re.sub(r"<(?:[^<>:]*:)?([^<>]+)>", r"{\1}", rule.rule)
        names = re.findall(r"{([^}]+)}", path)
        inside = [
            {"name": name, "in": "path", "required": True, "schema": _schema(rule, name)} for name in names
        ]
        operation = {
            "operationId": _operation(rule, path),
            "summary": (views[rule.endpoint].__doc__ or "").partition("\n")[0],
            "parameters": inside + _given(_PARAMETERS.get(rule.endpoint, [])),
            "responses": {"200": _answer(rule.rule), "default": _PROBLEM},
        }
        methods = [method for method in ("get", "post") if method.upper() in (rule.methods or ())]
        for method in methods:
            name = operation["operationId"] if method == "get" else f"{operation['operationId']}.{method}"
            paths.setdefault(path, {})[method] = {**operation, "operationId": name}
    paths["/sparql"] = _protocol()
    of_release = "/releases/{name}/sparql"
    paths[of_release] = _protocol(paths[of_release]["get"]["parameters"], "OfRelease")
    return {
        "openapi": "3.1.0",
        "info": {"title": "peerkg", "version": importlib.metadata.version("peerkg")},
        "paths": paths,
        "components": {"schemas": {"Problem": _SCHEMA}},
    }


def _operation(rule: Rule, path: str) -> str:
    """The name of the view; where it has several addresses, with this one."""
    alone = rule.map is None or len(list(rule.map.iter_rules(rule.endpoint))) == 1
    return str(rule.endpoint) + ("" if alone else re.sub("[{}]", "", path).replace("/", "."))


def _schema(rule: Rule, name: str) -> dict[str, Any]:
    """What the part of a path may be."""
    converter = rule._converters[name]  # noqa: SLF001 - werkzeug tells a rule's converters nowhere else
    if isinstance(converter, AnyConverter):
        return {"type": "string", "enum": sorted(converter.items)}
    return {"type": "integer" if isinstance(converter, IntegerConverter) else "string"}


_PLAIN = {
    "/.well-known/api-catalog": "application/linkset+json",
    "/context.jsonld": "application/ld+json",
    "/croissant.json": "application/ld+json",
    "/health": "application/json",
    "/linkset": "application/linkset+json",
    "/metrics": "text/plain",
    "/openapi.json": "application/json",
    "/opensearch.xml": "application/opensearchdescription+xml",
    "/robots.txt": "text/plain",
    "/profiles.ttl": "text/turtle",
    "/ro-crate-metadata.json": "application/ld+json",
    "/shapes.ttl": "text/turtle",
    "/sitemap.xml": "application/xml",
}
"""The media types of addresses that answer in one."""
_PAGES = (
    "/",
    "/compare",
    "/dumps/",
    "/findings",
    "/linking",
    "/map",
    "/problem/",
    "/profiles",
    "/releases/",
    "/releases/<name>/changes",
    "/releases/<name>/validation",
    "/search",
)


def _answer(rule: str) -> dict[str, Any]:
    media_type = _PLAIN.get(rule, "text/html" if rule in _PAGES else "")
    return {"description": "the answer", **({"content": {media_type: {}}} if media_type else {})}


def _given(parameters: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": what, "schema": {"type": "string"}}
        for name, what in parameters
    ]


_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "enum": sorted({kind.title for kind in KINDS.values()})},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}
_PROBLEM: dict[str, Any] = {
    "description": "a problem document",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _protocol(inside: list[dict[str, Any]] | None = None, name: str = "") -> dict[str, Any]:
    """The endpoint's methods, with the parameters of its path."""
    path = inside or []
    offers = (*sparql.SOLUTIONS, *sparql.RESULT_GRAPHS, sparql.HTML)
    content: dict[str, Any] = {media_type: {} for offer in offers for media_type in offer.media_types[:1]}
    responses = {"200": {"description": "the whole result", "content": content}, "default": _PROBLEM}
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {name: {"type": "string", "description": what} for name, what in _QUERY},
    }
    body = {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {"schema": form},
            "application/sparql-query": {"schema": {"type": "string"}},
        },
    }
    return {
        "get": {"operationId": f"query{name}", "parameters": path + _given(_QUERY), "responses": responses},
        "post": {
            "operationId": f"query{name}ByPost",
            **({"parameters": path} if path else {}),
            "requestBody": body,
            "responses": responses,
        },
    }
