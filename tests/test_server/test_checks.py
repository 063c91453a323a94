"""What the standards ask of the endpoint and of the publisher, one row each, of a real server process.

Each row is a request as a client would write it, and what has to be in the answer.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from kg.registry import write as rows_as_text
from tests.releasing import BASE, DAY, PK, ROWS, content, facts, written
from tests.test_server.conftest import serving
from tests.test_server.test_pages import WITHDRAWN, hostile

pytestmark = pytest.mark.slow

SELECT = "SELECT ?o { <" + BASE + "report/a> <http://purl.org/dc/terms/title> ?o }"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
SOURCE = f"{BASE}graph/source/0123456789abcdef"
LINKS = f"{BASE}graph/links"
GRAPH = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ALLOW = "GET, HEAD, OPTIONS, POST, QUERY"
PRUNED = "2020-01-01-00000000"
FIRST, SECOND = "Sun, 22 Nov 2026 09:30:15 GMT", "Mon, 23 Nov 2026 09:30:15 GMT"


@dataclass(frozen=True)
class Check:
    """A request, and patterns for the answer: its status, its headers, its text."""

    what: str
    method: str
    path: str
    status: int
    query: dict[str, str | list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    has: dict[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    text: str = ""


def get(what: str, path: str, status: int = 200, accept: str = "", **more: object) -> Check:
    headers = {"Accept": accept} if accept else {}
    given = more.pop("headers", {})
    return Check(what, "GET", path, status, headers={**headers, **given}, **more)  # type: ignore[arg-type, dict-item] # a row's own fields


def ask(what: str, query: str, status: int = 200, accept: str = "", /, **more: object) -> Check:
    """A query by GET; further parameters of the protocol with `and_`."""
    path = str(more.pop("path", "/sparql"))
    return get(what, path, status, accept, query={"query": query, **more.pop("and_", {})}, **more)  # type: ignore[dict-item] # as above


def post(what: str, body: bytes | str, status: int, media_type: str = GRAPH, **more: object) -> Check:
    data = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": media_type} if media_type else {}
    given = more.pop("headers", {})
    return Check(what, "POST", "/sparql", status, headers={**headers, **given}, body=data, **more)  # type: ignore[arg-type, dict-item] # as above


PROTOCOL = [
    ask("2.1.1 query by GET", SELECT, text="Doors"),
    post(
        "2.1.2 query by a form",
        f"query={SELECT.replace('?', '%3F').replace('#', '%23')}",
        200,
        FORM,
        text="Doors",
    ),
    post("2.1.3 query as the body", SELECT, 200, text="Doors"),
    post("2.1.3 with a charset", SELECT, 200, f"{GRAPH}; charset=UTF-8", text="Doors"),
    post("2.1.3 another charset", SELECT, 415, f"{GRAPH}; charset=latin-1"),
    Check(
        "the QUERY method",
        "QUERY",
        "/sparql",
        200,
        headers={"Content-Type": GRAPH},
        body=SELECT.encode(),
        text="Doors",
    ),
    Check(
        "HEAD has the headers of GET",
        "HEAD",
        "/sparql",
        200,
        {"query": SELECT},
        has={"content-length": "[1-9]", "etag": '"'},
    ),
    post("2.1 no query", "", 400, FORM),
    get("2.1 two queries", "/sparql", 400, query={"query": [ASK, ASK]}),
    post("2.1 a query in two places", ASK, 400, query={"query": ASK}),
    get("2.2 an update by GET", "/sparql", 403, query={"update": "CLEAR ALL"}),
    post("2.2 an update by a form", "update=CLEAR+ALL", 403, FORM),
    post("2.2 an update as the body", "CLEAR ALL", 403, "application/sparql-update"),
    ask("an update as a query", "INSERT DATA { <x:a> <x:b> <x:c> }", 403),
    post("another media type", ASK, 415, "text/plain", has={"accept-post": GRAPH}),
    post("no media type", ASK, 415, ""),
    post("a body that is packed", gzip.compress(ASK.encode()), 415, headers={"Content-Encoding": "gzip"}),
    post("a body that is no UTF-8", b"ASK { ?s ?p '\xff' }", 400, text="encoding"),
    get("an address that is no UTF-8", "/sparql?query=%FF", 400),
    post(
        "a form is decoded once",
        "query=SELECT+%28%22a%252Fb%2Bc%22+AS+%3Fo%29+%7B%7D",
        200,
        FORM,
        text=r"a%2Fb\+c",
    ),
    ask(
        "2.1.4 a default graph", COUNT, and_={"default-graph-uri": LINKS, "format": "csv"}, text=r"n\r\n1\r\n"
    ),
    ask(
        "2.1.4 two default graphs",
        COUNT,
        and_={"default-graph-uri": [LINKS, SOURCE], "format": "csv"},
        text=r"n\r\n[0-9]{2}",
    ),
    ask(
        "13.2.1 default graphs are merged",
        COUNT,
        and_={"default-graph-uri": [LINKS, LINKS], "format": "csv"},
        text=r"n\r\n1\r\n",
    ),
    ask("2.1.4 a named graph", NAMED, and_={"named-graph-uri": LINKS, "format": "csv"}, text=r"n\r\n1\r\n"),
    ask(
        "2.1.4 the request's dataset wins",
        COUNT.replace("{", f"FROM <{SOURCE}> {{", 1),
        and_={"default-graph-uri": LINKS, "format": "csv"},
        text=r"n\r\n1\r\n",
    ),
    ask("a graph without a scheme", ASK, 400, and_={"default-graph-uri": "links"}),
    ask("a syntax error has its place", "SELECT ?x {\n ?x }", 400, text='"line": 2'),
    ask("SERVICE", "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", 400, text="problem/service"),
    ask("SERVICE in disguise", "SELECT * { \\u0053ERVICE <http://localhost/> { ?s ?p ?o } }", 400),
    post("a query of 200 kB", ASK + " #" + "x" * 200_000, 200),
    post("a query of 900 kB", ASK + " #" + "x" * 900_000, 413),
    Check("PUT", "PUT", "/sparql", 405, has={"allow": ALLOW}),
    Check("DELETE", "DELETE", "/sparql", 405, has={"allow": ALLOW}),
    Check("OPTIONS", "OPTIONS", "/sparql", 204, has={"allow": ALLOW, "accept-post": GRAPH}),
    ask("a shorter deadline may be asked for", ASK, and_={"timeout": "0.5"}),
    ask("no deadline is asked for so", ASK, 400, and_={"timeout": "-1"}),
]

FORMATS = [
    *(
        ask(
            f"12.5.1 a table as {kind}",
            SELECT,
            200,
            kind,
            has={"content-type": re.escape(kind), "vary": "Accept"},
        )
        for kind in (
            "application/sparql-results+json",
            "application/sparql-results+xml",
            "text/csv",
            "text/tab-separated-values",
            "application/json",
        )
    ),
    *(
        ask(f"12.5.1 yes or no as {kind}", ASK, 200, kind, has={"content-type": re.escape(kind)}, text="true")
        for kind in (
            "application/sparql-results+json",
            "application/sparql-results+xml",
            "text/csv",
            "text/tab-separated-values",
        )
    ),
    *(
        ask(f"12.5.1 a graph as {kind}", CONSTRUCT, 200, kind, has={"content-type": re.escape(kind)})
        for kind in (
            "text/turtle",
            "application/n-triples",
            "application/ld+json",
            "application/rdf+xml",
            "application/trig",
            "application/n-quads",
        )
    ),
    ask("no Accept", SELECT, has={"content-type": "application/sparql-results.json"}),
    ask(
        "q-values",
        SELECT,
        200,
        "text/csv;q=0.5, application/sparql-results+xml",
        has={"content-type": ".*xml"},
    ),
    ask("q=0", SELECT, 200, "text/csv;q=0, text/*", has={"content-type": "text/tab"}),
    ask("a range", SELECT, 200, "text/*", has={"content-type": "text/csv"}),
    ask(
        "the specific range decides",
        SELECT,
        200,
        "*/*;q=0.9, application/json;q=0.1, text/csv",
        has={"content-type": "text/csv"},
    ),
    ask("406 lists what there is", SELECT, 406, "image/png", text="sparql-results.json"),
    ask("406 for a graph's format of a table", SELECT, 406, "text/turtle", text="text/csv"),
    ask(
        "an argument before the header",
        SELECT,
        200,
        "image/png",
        and_={"format": "csv"},
        has={"content-type": "text/csv"},
        lacks=("vary",),
    ),
    ask("an argument that names none", SELECT, 406, and_={"format": "docx"}),
    ask(
        "a media type as the argument",
        CONSTRUCT,
        and_={"format": "application/n-quads"},
        has={"content-type": "application/n-quads"},
    ),
    ask(
        "a spreadsheet's CSV",
        SELECT,
        and_={"format": "csv-excel"},
        has={"content-disposition": "attachment"},
        text="\ufeffo",
    ),
    ask(
        "labels beside IRIs",
        f"SELECT * {{ <{BASE}authorship/b> <{PK}authorshipBy> ?who }}",
        and_={"labels": "1", "format": "csv"},
        text="who,whoLabel\r\n.*,Ada Okafor",
    ),
    ask("a browser gets a page", SELECT, 200, BROWSER, has={"content-type": "text/html"}, text="<textarea"),
    ask(
        "a browser that asks for no format of ours",
        SELECT,
        200,
        BROWSER,
        and_={"format": "json"},
        has={"content-type": "application/sparql-results"},
    ),
    ask("If-None-Match with anything", SELECT, 304, headers={"If-None-Match": "*"}),
    ask("If-None-Match with another tag", SELECT, 200, headers={"If-None-Match": '"another"'}),
    ask(
        "CORS",
        SELECT,
        headers={"Origin": "https://elsewhere.example"},
        has={"access-control-allow-origin": r"\*"},
        lacks=("set-cookie",),
    ),
]

DESCRIPTIONS = [
    get("the service describes itself", "/sparql", 200, "text/turtle", text="sd:Service"),
    get("in RDF/XML", "/sparql", 200, "application/rdf+xml", text="sparql-service-description#"),
    get("in JSON-LD", "/sparql", 200, "application/ld+json", text="SPARQL_Results_JSON"),
    get("VoID where it is looked for", "/.well-known/void", 303, has={"location": r"\.\./description"}),
    get("the description", "/description", 303, "text/turtle", has={"location": "description.ttl"}),
    get("DCAT and VoID", "/description.ttl", 200, text="void:triples"),
    get(
        "the description in another profile",
        "/description?_profile=croissant",
        303,
        has={"location": "croissant.json$", "vary": ".*Accept-Profile"},
    ),
    get(
        "the description by the header",
        "/description.jsonld",
        headers={"Accept-Profile": "<https://schema.org/>"},
        has={"content-profile": "<.*/profile/schema>"},
        text='"@type": "Dataset"',
    ),
    get(
        "the list of descriptions",
        "/description.nt?_profile=alt",
        text="(?=.*hasDefaultRepresentation> <[^>]*description.ttl>).*ro-crate-metadata.json",
    ),
    get("a description in no such profile", "/description?_profile=none", 406, text='"croissant"'),
    get("a profile without Turtle", "/description.ttl?_profile=croissant", 406),
    get(
        "Signposting of the description",
        "/description.ttl",
        has={
            "link": '.*rel="describes".*rel="license".*rel="linkset".*description.nt>; rel="alternate"',
            "content-profile": "<http://www.w3.org/ns/dcat#>",
            "content-type": "text/turtle; charset=utf-8$",
        },
        lacks=("last-modified",),
    ),
    get("Croissant", "/croissant.json", 200, text="croissant/1.1"),
    get("RO-Crate", "/ro-crate-metadata.json", 200, text="ro/crate/1.1"),
    get("OpenAPI", "/openapi.json", 200, text='"3.1.0"'),
    get(
        "RFC 9727: the catalogue of interfaces",
        "/.well-known/api-catalog",
        200,
        has={"content-type": 'application/linkset.json; ?profile="https://www.rfc-editor.org/info/rfc9727"'},
        text="service-desc",
    ),
    Check(
        "RFC 9727: HEAD leads to it",
        "HEAD",
        "/.well-known/api-catalog",
        200,
        has={"link": 'rel="api-catalog"'},
    ),
    get("health", "/health", 200, text='"ready"'),
    get("metrics", "/metrics", 200, has={"content-type": "text/plain"}, text="peerkg_requests_total"),
    get("robots", "/robots.txt", 200, text="Sitemap|Disallow|Allow"),
    get("sitemap", "/sitemap.xml", 200, text=re.escape(f"{BASE}report/a")),
    get("the questions", "/queries.ttl", 200, text="sh:SPARQLSelectExecutable"),
    get("the profiles", "/profiles.ttl", 200, text="prof:Profile"),
    get("the context", "/context.jsonld", 200, has={"content-type": "application/ld.json"}),
    get("the shapes", "/shapes.ttl", 200, text="sh:NodeShape"),
    get("the shapes as a picture", "/shapes", 406, "image/png", text="text/turtle"),
    get("the profiles as a picture", "/profiles", 406, "image/png", text="text/turtle"),
    get("the ontology", "/ontology", 303, "text/turtle", has={"location": "ontology.ttl", "vary": "Accept"}),
]

STORE = [
    get("5.2 the default graph", "/graph-store?default", 200, "text/turtle", text="pk:Report"),
    get("in RDF/XML, which is no dump", "/graph-store?default", 200, "application/rdf+xml", text="rdf:RDF"),
    get(
        "as it lies in the dumps",
        "/graph-store?default",
        200,
        "application/n-triples",
        headers={"Accept-Encoding": "gzip"},
        has={"content-encoding": "gzip", "repr-digest": "sha-256", "vary": "Accept"},
        text=f"<{BASE}report/a> ",
    ),
    get(
        "5.2 a named graph",
        "/graph-store",
        200,
        "application/n-triples",
        query={"graph": LINKS},
        text="sameAs",
    ),
    get("4.1 a graph by its own IRI", "/graph/links", 303, has={"location": "graph-store"}),
    Check("5.6 HEAD", "HEAD", "/graph-store?default", 200, has={"content-length": "[1-9]"}),
    get("5.2 no such graph", "/graph-store", 404, query={"graph": f"{BASE}graph/none"}),
    get("4 no graph", "/graph-store", 400),
    get("4 two graphs", "/graph-store?default", 400, query={"default": "", "graph": LINKS}),
    get("5.2 no such format", "/graph-store?default", 406, "image/png"),
    Check("5.3 PUT", "PUT", "/graph-store?default", 405, has={"allow": "GET"}),
    Check("5.4 DELETE", "DELETE", "/graph-store?default", 405, has={"allow": "GET"}),
    Check("5.5 POST", "POST", "/graph-store?default", 405, has={"allow": "GET"}),
    get("the graph again", "/graph-store?default", 304, "text/turtle", headers={"If-None-Match": "*"}),
]

KEPT = [
    ask(
        "a release answers at its address",
        SELECT,
        path="/releases/{before}/sparql",
        has={"peerkg-release": "{before}"},
        text="creak",
    ),
    ask(
        "and for a day from a cache",
        SELECT,
        path="/releases/{before}/sparql",
        has={"cache-control": "max-age"},
    ),
    ask(
        "a query gives its permalink",
        SELECT,
        has={"content-location": "releases/{now}/sparql", "peerkg-release": "{now}"},
    ),
    ask("a release that was pruned", SELECT, 410, path=f"/releases/{PRUNED}/sparql", text=PRUNED),
    ask("a release that never was", SELECT, 404, path="/releases/none/sparql"),
    get(
        "RFC 7089 4.1: a thing as it was",
        "/report/a.ttl",
        302,
        headers={"Accept-Datetime": FIRST},
        has={"location": "{before}", "vary": "(?i).*accept-datetime"},
    ),
    get(
        "RFC 7089 4.5.3: before all",
        "/report/a",
        302,
        headers={"Accept-Datetime": "Mon, 01 Jan 2001 00:00:00 GMT"},
        has={"location": "{before}"},
    ),
    get(
        "RFC 7089: after all",
        "/report/a",
        302,
        headers={"Accept-Datetime": "Fri, 01 Jan 2038 00:00:00 GMT"},
        has={"location": "{now}"},
    ),
    get("RFC 7089 4.5.3: no date", "/report/a", 400, headers={"Accept-Datetime": "yesterday"}),
    get(
        "RFC 7089 2.1: the version says when",
        "/releases/{before}/report/a.ttl",
        has={"memento-datetime": FIRST, "link": '.*rel="original timegate"'},
    ),
    get(
        "RFC 7089 5: the versions",
        "/timemap/report/a",
        has={"content-type": "application/link-format"},
        text=f'datetime="{SECOND}"',
    ),
]

THINGS = [
    get("303 for a browser", "/report/a", 303, BROWSER, has={"location": "a.html", "vary": "Accept"}),
    *(
        get(f"303 for {kind}", "/report/a", 303, kind, has={"location": rf"a\.{ext}"})
        for kind, ext in (
            ("text/turtle", "ttl"),
            ("application/ld+json", "jsonld"),
            ("application/n-triples", "nt"),
            ("application/rdf+xml", "rdf"),
        )
    ),
    get("406", "/report/a", 406, "image/png", text="text/turtle"),
    get("404", "/report/none", 404, text="problem/not-found"),
    get("301 to the survivor", "/person/old", 301, has={"location": "ada"}),
    get("410 for what was withdrawn", "/finding/gone", 410, text="problem/gone"),
    *(
        get(f"Signposting: {rel}", "/report/a.html", has={"link": f'.*rel="{rel}"'})
        for rel in (
            "cite-as",
            "describedby",
            "license",
            "type",
            "author",
            "collection",
            "linkset",
            "canonical",
            "profile",
        )
    ),
    get("Signposting: describes", "/report/a.ttl", has={"link": '.*rel="describes"'}),
    get(
        "Signposting: the dataset's files", "/", 200, "text/html", has={"link": '.*rel="item".*rel="linkset"'}
    ),
    get("FAIRiCat: the catalogue of interfaces", "/", 200, "text/html", has={"link": '.*rel="api-catalog"'}),
    get(
        "Signposting level 2",
        "/linkset/report/a",
        has={"content-type": "application/linkset.json"},
        text='"cite-as"',
    ),
    get("incoming statements too", "/person/ada.nt", text=f"<{BASE}authorship/b> .*<{BASE}person/ada> "),
    get(
        "the page holds JSON-LD about the thing",
        "/report/a.html",
        text=f'ld.json">.*"@id": ?"{BASE}report/a"',
    ),
    get(
        "names in the wanted language",
        "/outcome/hope.html",
        headers={"Accept-Language": "de"},
        text="<h1[^>]*>Hoffnung",
    ),
    get(
        "names of terms for the query editor in the wanted language",
        "/terms.json",
        headers={"Accept-Language": "de"},
        has={"vary": "Accept-Language"},
        text='"name": "<[^"]*/outcome/hope>", "kind": "concept", "label": "Hoffnung", "other": "hope"',
    ),
    get(
        "a page is no script",
        "/report/a.html",
        has={
            "content-security-policy": "default-src 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        },
        lacks=("set-cookie",),
    ),
    get(
        "a profile by the argument",
        "/report/a.ttl?_profile=labels",
        has={"content-profile": "<.*/profile/labels>"},
    ),
    get(
        "a profile by the header",
        "/report/a.ttl",
        headers={"Accept-Profile": "<https://w3id.org/peerkg/profile/schema>"},
        has={"content-profile": "<.*/profile/schema>"},
    ),
]

NT = "/dumps/peerkg.nt.gz"
DUMPS = [
    get(
        "a dump",
        NT,
        has={
            "content-type": "application/gzip",
            "etag": '"[0-9a-f]{64}"',
            "repr-digest": "sha-256=:.*:",
            "accept-ranges": "bytes",
        },
    ),
    Check("HEAD of a dump", "HEAD", NT, 200, has={"content-length": "[1-9]", "repr-digest": "sha-256"}),
    get("14.2 a range", NT, 206, headers={"Range": "bytes=2-5"}, has={"content-range": "bytes 2-5/[0-9]+"}),
    get("14.1.2 the last bytes", NT, 206, headers={"Range": "bytes=-4"}, has={"content-length": "4"}),
    get(
        "15.5.17 no such bytes",
        NT,
        416,
        headers={"Range": "bytes=99999999-"},
        has={"content-range": r"bytes \*/[0-9]+"},
    ),
    get("13.1.5 If-Range with another tag", NT, 200, headers={"Range": "bytes=2-5", "If-Range": '"another"'}),
    get("13.1.5 If-Range with a weak tag", NT, 200, headers={"Range": "bytes=2-5", "If-Range": 'W/"a"'}),
    get("13.1.5 If-Range with a date", NT, 200, headers={"Range": "bytes=2-5", "If-Range": SECOND}),
    get("a table", "/dumps/tables/works.csv", has={"content-type": "text/csv; charset=utf-8$"}),
    get(
        "gzip as the coding",
        "/dumps/peerkg.nt",
        headers={"Accept-Encoding": "gzip"},
        has={"content-encoding": "gzip", "vary": "(?i).*accept-encoding"},
    ),
    get(
        "zstd as the coding",
        "/dumps/peerkg.nt",
        headers={"Accept-Encoding": "zstd"},
        has={"content-encoding": "zstd", "content-type": "application/n-triples"},
    ),
    get(
        "zstd as a file",
        "/dumps/peerkg.nt.zst",
        has={"content-type": "application/zstd"},
        lacks=("content-encoding",),
    ),
    get(
        "a file of a release never changes",
        "/releases/{now}" + NT,
        has={"cache-control": ".*immutable", "link": '.*rel="predecessor-version"'},
    ),
    get(
        "a file of the current release may",
        NT,
        has={"cache-control": "no-cache", "link": '.*rel="latest-version"'},
    ),
    get("no such file", "/dumps/none.nt", 404),
    get("nothing outside", "/dumps/..%2fmanifest.json", 404),
]

ERRORS = [
    get("13.1.1 If-Match with another tag", "/report/a.ttl", 412, headers={"If-Match": '"another"'}),
    ask(
        "13.1.1 If-Match with a weak tag", ASK, 412, headers={"If-Match": 'W/"another"'}, text="precondition"
    ),
    get("13.1.1 If-Match before a range", NT, 412, headers={"If-Match": '"a"', "Range": "bytes=2-5"}),
    ask("13.1.1 If-Match with anything", ASK, headers={"If-Match": "*"}),
    get(
        "RFC 9110, 7.8: an offer of another protocol is passed over",
        "/report/a.ttl",
        headers={"Connection": "Upgrade", "Upgrade": "websocket"},
    ),
    ask(
        "RFC 9457: a problem document",
        "SELECT",
        400,
        has={"content-type": "application/problem.json", "cache-control": "no-store"},
        text='(?s)"type".*"title".*"status": 400.*"detail"',
    ),
    ask("a page of it for a browser", "SELECT", 400, BROWSER, has={"content-type": "text/html"}),
    ask(
        "CORS on errors",
        "SELECT",
        400,
        headers={"Origin": "https://elsewhere.example"},
        has={"access-control-allow-origin": r"\*"},
    ),
    get("where its type leads", "/problem/syntax", 303, has={"location": r"\./#syntax"}),
    get("no such page", "/none", 404, "application/json", has={"content-type": "application/problem.json"}),
    get("no such page, for a browser", "/none", 404, BROWSER, has={"content-type": "text/html"}),
    Check("a method no page has", "POST", "/report/a.ttl", 405, has={"allow": ".*GET"}),
    Check(
        "a preflight",
        "OPTIONS",
        "/report/a.ttl",
        200,
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"},
        has={"access-control-allow-headers": ".*Accept-Profile", "allow": ".*GET"},
    ),
]

CHECKS = [*PROTOCOL, *FORMATS, *DESCRIPTIONS, *STORE, *KEPT, *THINGS, *DUMPS, *ERRORS]


@dataclass(frozen=True)
class Served:
    """A client of a server over two releases, and what stands for their names in a row."""

    client: httpx.Client
    names: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("public")
    identities = rows_as_text([*ROWS, WITHDRAWN])
    before = written(folder, content(facts(title="Doors that creak"), identities=identities))
    now = written(folder, content(hostile(), identities=identities), DAY + timedelta(days=1))
    Path(folder / "pruned.txt").write_text(f"{PRUNED}\n", encoding="utf-8")
    with serving(folder) as server, httpx.Client(base_url=server.address, timeout=120) as client:
        client.headers.clear()
        yield Served(client, {"{before}": before.id, "{now}": now.id})


def filled(text: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(?:before|now)\}", lambda match: names[match[0]], text)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.what)
def test_the_standards_are_kept(served: Served, check: Check) -> None:
    response = served.client.request(
        check.method,
        filled(check.path, served.names),
        params=check.query or None,
        headers=check.headers,
        content=check.body or None,
    )
    assert response.status_code == check.status, response.text
    for name, pattern in check.has.items():
        assert re.search(filled(pattern, served.names), response.headers.get(name, "")), name
    assert [name for name in check.lacks if name in response.headers] == []
    if check.text:
        assert re.search(filled(check.text, served.names), response.content.decode(), flags=re.DOTALL)
    if check.method == "HEAD" or check.status == 304:
        assert response.content == b""


def test_no_two_checks_ask_the_same() -> None:
    assert len({check.what for check in CHECKS}) == len(CHECKS) >= 113


@pytest.mark.parametrize(
    "path",
    [
        *("openapi.json", "sitemap.xml", "robots.txt", "context.jsonld", "description.nt", "croissant.json"),
        *("timemap/report/a", "linkset/report/a", "report/a.ttl", "map.csv", "dumps/", "opensearch.xml"),
    ],
)
def test_each_document_has_a_tag_and_is_not_sent_twice(served: Served, path: str) -> None:
    tag = served.client.get(f"/{path}").headers["etag"]
    assert re.match('"[^"]+"$', tag)
    assert served.client.get(f"/{path}", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", ["linking", "opensearch.xml", "reconcile"])
def test_what_one_client_calls_the_server_is_told_to_no_other(served: Served, path: str) -> None:
    told = served.client.get(f"/{path}", headers={"Host": "one.example"})
    assert "one.example" in told.text
    assert "one.example" not in served.client.get(f"/{path}").text


def count(served: Served, query: str) -> int:
    return int(served.client.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1])


def test_the_service_description_counts_what_is_there(served: Served) -> None:
    described = served.client.get("/sparql", headers={"Accept": "text/turtle"}).text
    found = re.search(r"sd:defaultGraph \[ a sd:Graph ; void:triples (\d+)", described)
    assert found is not None
    assert int(found[1]) == count(served, COUNT)
    named = re.findall(r"sd:name <([^>]+)> ; sd:graph \[ a sd:Graph ; void:triples (\d+)", described)
    assert len(named) >= 4
    for graph, number in named:
        assert int(number) == count(
            served, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        ), graph


def test_each_format_has_a_strong_tag_of_its_own_that_holds(served: Served) -> None:
    kinds = (
        "application/sparql-results+json",
        "application/json",
        "text/csv",
        "application/sparql-results+xml",
    )
    tags = set()
    for kind in kinds:
        headers = {"Accept": kind}
        tag = served.client.get("/sparql", params={"query": SELECT}, headers=headers).headers["etag"]
        again = served.client.get(
            "/sparql", params={"query": SELECT}, headers={**headers, "If-None-Match": f"W/{tag}"}
        )
        assert (again.status_code, again.headers["etag"]) == (304, tag)
        tags.add(tag)
    assert len(tags) == len(kinds)
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", {}),
        ("SELECT * { ?s ?p ?o } LIMIT 50", {}),
        ("SELECT * { ?s ?p ?o } LIMIT 51", {"format": "csv-excel"}),
        ("SELECT * { ?s ?p ?o } LIMIT 52", {"format": "tsv", "labels": "1"}),
        ("SELECT (RAND() > 2 AS ?n) {}", {}),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 50", {"format": "ttl"}),
    ],
)
def test_the_same_is_said_of_an_answer_whether_or_not_there_is_a_condition(
    served: Served, query: str, more: dict[str, str]
) -> None:
    asked = {"query": query, **more}
    plain, conditional = (
        served.client.get("/sparql", params=asked, headers={"Accept-Encoding": "identity", **condition})
        for condition in ({}, {"If-Match": "*"})
    )
    assert plain.status_code == conditional.status_code == 200
    assert plain.content == conditional.content
    of_both = [
        {name: said for name, said in one.headers.items() if name != "date"} for one in (plain, conditional)
    ]
    assert of_both[0] == of_both[1]
    assert ("content-location" in plain.headers) != ("RAND" in query)


def test_parts_of_a_file_are_the_bytes_that_stand_there(served: Served) -> None:
    whole = served.client.get(NT, headers={"Accept-Encoding": "identity"})
    for wanted, part in (
        ("0-0", slice(0, 1)),
        ("2-5", slice(2, 6)),
        ("9-", slice(9, None)),
        ("-4", slice(-4, None)),
    ):
        headers = {"Range": f"bytes={wanted}", "If-Range": whole.headers["etag"]}
        found = served.client.get(NT, headers=headers)
        assert (found.status_code, found.content) == (206, whole.content[part])
        assert found.headers["repr-digest"] == whole.headers["repr-digest"]
