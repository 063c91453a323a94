"""The pages that are about no single thing: home, findings, search, the query editor."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import formats, resources
from kg.identifiers import VOCABULARY
from server import maps, metadata, panels, picturing, rendering, signposting, sparql
from server.earlier import as_of
from server.findings import Claim, claims, finding_questions
from server.message import Request
from server.negotiation import choose
from server.problem import Problem
from server.selecting import FILTERS, OF_FINDINGS, UNIT, arguments, selection
from server.service import Call
from server.spool import whole
from server.tables import Labels, ask, iris, term

blueprint = Blueprint("pages", __name__)

ROWS_SHOWN = 1000
"""Rows of a result that a page shows; it says how many there are and links to all of them."""
_PAGE = 25


@cache
def examples() -> list[tuple[str, str, str]]:
    """The published questions: name, question in words, query."""
    found = []
    for path in sorted(resources.folder("queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        question = text.partition("\n")[0].removeprefix("#").strip()
        found.append((path.stem, question, text))
    return found


@blueprint.get("/")
def home() -> AnyResponse | str:
    """What is in the release, and where to begin."""
    chosen = choose(request.headers.get("Accept"), (sparql.HTML, *sparql.GRAPHS))
    if g.release is None:
        return render_template("files.html", examples=examples())
    if chosen is not None and chosen.offer is not sparql.HTML:
        return redirect("description", 303)
    call: Call = g.call
    tables = call.edition.memory.get("home")
    if tables is None:
        tables = ask(call, _HOME)
        call.edition.memory["home"] = tables
    page = Response(
        render_template(
            "home.html",
            examples=examples(),
            labels=Labels.of(call, iris(*tables.values()), g.languages),
            drawn=maps.shown(g.release, maps.State()),
            behind=panels.of_findings({}),
            panels=panels.of(tables),
            island=json.dumps(metadata.dataset(g.release), ensure_ascii=False).encode(),
            **tables,
        ),
        content_type="text/html; charset=utf-8",
    )
    links = [
        *signposting.of_dataset(g.release, metadata.downloads(g.release)),
        signposting.Link("alternate", "description.ttl", "text/turtle"),
        signposting.Link("canonical", g.release.base),
    ]
    page.headers["Link"] = signposting.header(links, g.links.root)
    return page


_HOME = {
    "roles": """SELECT ?role (COUNT(DISTINCT ?study) AS ?n) { ?study a pk:Study ; pk:studiesRole ?role }
        GROUP BY ?role ORDER BY DESC(?n) ?role LIMIT 40""",
    "studies": """SELECT DISTINCT ?study ?report ?issued { ?study a pk:Study .
        ?report pk:reportsStudy ?study . OPTIONAL { ?report dcterms:issued ?issued } }
        ORDER BY DESC(STR(?issued)) ?study LIMIT 12""",
    "sources": """SELECT ?source ?title ?policy { ?source a pk:SourceDocument .
        OPTIONAL { ?source dcterms:title ?title } OPTIONAL { ?source pk:textPolicy ?policy } }
        ORDER BY ?title LIMIT 50""",
}


@blueprint.get("/findings")
@blueprint.get("/releases/<release>/findings")
def findings(release: str = "") -> str:
    """Every finding, by what it says, whom it is about, and what the study that states it is about."""
    released()
    with as_of(release):
        return _findings()


def _findings() -> str:
    call: Call = g.call
    given = dict(arguments())
    chosen = {
        f"{VOCABULARY}{scheme}/{given[name][0]}" for name, (scheme, _) in FILTERS.items() if name in given
    }
    page = max(1, min(10_000, request.args.get("page", 1, type=int)))
    total, units, some = _by_map(call, given, page) or _by_query(call, given, page)
    values = f"VALUES ?f {{ {' '.join(f'<{one}>' for one in some)} }}"
    answers = ask(call, finding_questions(values, f"{g.release.base}graph/evidence"))
    listed: list[Claim] = claims(answers)
    wanted = set(chosen)
    for claim in listed:
        for one in claim.findings:
            wanted |= {iri for iri in (one.outcome, one.whom, one.about, one.report) if iri}
            wanted |= {one.direction, one.basis, *(quote.source for quote in one.quotes)} | iris(
                one.citations
            )
    return render_template(
        "findings.html",
        behind=panels.of_findings(given),
        claims=listed,
        labels=Labels.of(call, wanted, g.languages),
        options=maps.options(g.release, {name: values[0] for name, values in given.items()}),
        chosen=given,
        total=total,
        units=units,
        page=page,
        pages=-(-total // _PAGE),
        query="?" + urlencode(_pairs(given)),
        address=lambda number: "?" + urlencode([*_pairs(given), ("page", number)]),
    )


def _by_map(call: Call, given: dict[str, list[str]], page: int) -> tuple[int, int, list[str]] | None:
    """How many findings are chosen, in how many studies and documents, and those of a page.

    The map knows how many findings of what kind each study has, so that the index is asked about the studies
    of that page alone: the newest first. `None` where the release has no map that counts findings.
    """
    found = maps.map_of(g.release)
    if found is None:
        return None
    filters = tuple(pair for pair in _pairs(given) if pair[0] != "direction")
    stating = found.stating(maps.wanted(maps.State(filters=filters)), "".join(given.get("direction", ())))
    if stating is None:
        return None
    first = _PAGE * (page - 1)
    ends = list(accumulate(stating.values()))
    at = bisect_right(ends, first)
    several = list(islice(stating, at, bisect_left(ends, first + _PAGE) + 1))
    rank = {found.data["units"][number][0]: place for place, number in enumerate(several)}
    of_findings = {name: values for name, values in given.items() if name in OF_FINDINGS}
    question = f"""SELECT DISTINCT ?u ?f {{ VALUES ?u {{ {" ".join(f"<{one}>" for one in rank)} }}
        ?u pk:hasFinding|pk:statesFinding|^pk:reportsStudy/pk:statesFinding ?f .
        {" ".join(selection(of_findings))} }}"""
    rows = sorted((rank[row["u"].value], row["f"].value) for row in ask(call, {"some": question})["some"])
    skipped = first - (ends[at - 1] if at else 0)
    shown = [finding for _, finding in rows][skipped : skipped + _PAGE]
    return sum(stating.values()), len(stating), shown


def _by_query(call: Call, given: dict[str, list[str]], page: int) -> tuple[int, int, list[str]]:
    """The same by questions alone, in the order of what findings say."""
    pattern = selection(given)
    where = " ".join(pattern)
    answers = ask(
        call,
        {
            "total": f"SELECT (COUNT(DISTINCT ?f) AS ?n) {{ {where} }}",
            "units": f"SELECT (COUNT(DISTINCT ?u) AS ?n) {{ {where} {'' if UNIT in pattern else UNIT} }}",
            "some": f"""SELECT DISTINCT ?f ?order {{ {where} ?f pk:findingText ?order }}
                ORDER BY ?order ?f LIMIT {_PAGE} OFFSET {_PAGE * (page - 1)}""",
        },
    )
    total, units = (int(answers[name][0]["n"].value) for name in ("total", "units"))
    return total, units, [row["f"].value for row in answers["some"]]


def _pairs(given: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in given.items() for value in values]


def released() -> Call:
    """The request's call, where a release is served and not files as they are."""
    if g.release is None:
        raise Problem("not-found", "RDF files are served as they are: there are no pages about them")
    call: Call = g.call
    return call


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"])
@blueprint.route("/releases/<name>/sparql", methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"])
def endpoint(name: str = "") -> AnyResponse:
    """The SPARQL protocol; for a browser a page with an editor and the result."""
    del name  # the call is about that release already
    call: Call = g.call
    asked = Request(
        request.method,
        request.path,
        request.query_string.decode("latin-1"),
        {name.lower(): value for name, value in request.headers.items()},
        request.get_data(cache=False),
    )
    if not sparql.wants_page(asked):
        answer = call.run(sparql.respond(asked, call.edition, call.limits))
        return Response(whole(answer.body), answer.status, list(answer.headers))
    return _editor(call, asked)


def _editor(call: Call, asked: Request) -> Response:
    asked = asked._replace(
        headers={**asked.headers, "accept": "application/sparql-results+json, text/turtle"}
    )
    shown: dict[str, Any] = {"query": None, "status": 200}
    given: list[tuple[str, str]] = []
    try:
        given = sparql.parameters(asked, call.limits)
        shown["query"] = next((value for name, value in given if name == "query"), None)
        question = sparql.read(asked, call.limits)
        if question is not None and question.query.strip():
            kind, _, body = call.run(sparql.answer(question, call.edition.pool, call.limits))
            shown.update(_result(kind, body))
    except Problem as problem:
        shown.update(problem=problem, status=problem.status)
    labels = Labels.of(call, shown.get("named", ()), g.languages)
    wanted = request.values.get("view", "")
    pictures = picturing.views(shown["columns"], shown["rows"]) if "rows" in shown else []
    drawn = picturing.picture(wanted, shown["columns"], shown["rows"], labels) if "rows" in shown else None
    page = render_template(
        "sparql.html",
        pictures=_views(pictures, given),
        drawn=drawn,
        files=_files(given, wanted) if drawn is not None else [],
        wanted=wanted if drawn is not None else "table",
        examples=examples(),
        labels=labels,
        downloads=_downloads(shown.get("kind"), given),
        csv=_again(given, "format", "csv"),
        permanent=_again(given, "view", wanted if drawn is not None else "table"),
        dataset=[pair for pair in given if pair[0] in _DATASET],
        with_labels=("labels", "1") in given,
        result_formats=formats.RESULT_FORMATS,
        graph_formats=formats.SYNTAXES,
        shown_rows=ROWS_SHOWN,
        **shown,
    )
    headers = shown["problem"].headers if "problem" in shown else ()
    response = Response(page, shown["status"], list(headers), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _SCRIPTED
    return response


@blueprint.get("/picture.<any(svg, png):ext>")
@blueprint.get("/releases/<release>/picture.<any(svg, png):ext>")
def picture(ext: str, release: str = "") -> Response:
    """The result of a query as a chart, a graph or a map, in a file of its own."""
    released()
    with as_of(release):
        return _pictured(g.call, ext)


def _pictured(call: Call, ext: str) -> Response:
    asked = Request("GET", request.path, request.query_string.decode("latin-1"), {"accept": _ROWS})
    given = [pair for pair in sparql.parameters(asked, call.limits) if pair[0] in _ASKED]
    question = sparql.read(asked._replace(query_string=urlencode(given)), call.limits)
    if question is None:
        raise Problem("request", "the request has no query: send it as the parameter `query`")
    kind, _, body = call.run(sparql.answer(question, call.edition.pool, call.limits))
    shown = _result(kind, body)
    views = picturing.views(shown["columns"], shown["rows"]) if "rows" in shown else []
    wanted = request.args.get("view") or next(iter(views), "")
    if wanted not in views:
        there = f"only {', '.join(views)}" if views else "no picture"
        raise Problem("request", f"that result can be {there}, and `view` says `{wanted[:80]}`")
    labels = Labels.of(call, shown["named"], g.languages)
    drawn = picturing.picture(wanted, shown["columns"], shown["rows"], labels)
    if drawn is None:
        raise Problem("request", "that result has nothing to draw")
    if ext == "png":
        return Response(rendering.png(call, drawn.document), content_type="image/png")
    return Response(drawn.document, content_type="image/svg+xml")


_ROWS = "application/sparql-results+json"
_ASKED = ("query", "default-graph-uri", "named-graph-uri", "timeout")
_SCRIPTED = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of the page with the editor, whose own script may ask this server for the names of terms."""


def _views(pictures: Sequence[str], given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The table and the pictures of a result, with their addresses; none where these would be too long."""
    links = [(name, _again(given, "view", name)) for name in ("table", *pictures)]
    return links if pictures and all(address for _, address in links) else []


def _files(given: list[tuple[str, str]], view: str) -> list[tuple[str, str]]:
    """The picture as files: addresses and titles; none where these would be too long."""
    address = _again(given, "view", view)
    return [(f"picture.{ext}{address}", ext.upper()) for ext in ("svg", "png")] if address else []


_DATASET = ("default-graph-uri", "named-graph-uri")
_LONGEST_LINK = 8000
"""Characters of an address that every client and proxy takes; a longer query is downloaded by a form."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """The result once more, in every format that can hold it."""

    links: tuple[tuple[str, str], ...]
    """Addresses and titles; none where they would be too long."""
    fields: tuple[tuple[str, str], ...]
    """What a form sends instead, beside the format."""
    forms: tuple[tuple[str, str], ...]
    """Names and titles of the formats."""


def _downloads(kind: str | None, given: list[tuple[str, str]]) -> tuple[Downloads, ...]:
    """The downloads of a result: as it is, and for a table with names beside its IRIs."""
    forms = formats.SYNTAXES if kind == "graph" else formats.RESULT_FORMATS
    named = tuple((form.name, form.title) for form in forms)
    asked = tuple((name, value) for name, value in given if name not in ("format", "labels"))
    found = []
    for more in ((), (("labels", "1"),)) if kind == "solutions" else ((),):
        fields = (*asked, *more)
        links = tuple(("?" + urlencode([*fields, ("format", name)]), title) for name, title in named)
        fits = all(len(address) <= _LONGEST_LINK for address, _ in links)
        found.append(Downloads(links if fits else (), fields, named))
    return tuple(found)


def _again(given: list[tuple[str, str]], name: str, value: str) -> str:
    """The address of the result in that view or format; nothing where that would be too long."""
    asked = [pair for pair in given if pair[0] not in ("format", "view")]
    address = "?" + urlencode([*asked, (name, value)])
    return address if len(address) <= _LONGEST_LINK else ""


def _result(kind: str, body: bytes) -> dict[str, Any]:
    if kind == "graph":
        text = body.decode()
        return {"kind": kind, "text": text[:500_000], "cut": len(text) > 500_000, "size": len(body)}
    columns, bindings = sparql.table(body)
    if kind == "boolean":
        return {"kind": kind, "yes": b"true" in body}
    rows = [{name: term(value) for name, value in row.items()} for row in bindings[:ROWS_SHOWN]]
    return {"kind": kind, "columns": columns, "rows": rows, "total": len(bindings), "named": iris(rows)}
