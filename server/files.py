"""Documents about the service and what its data are made of: ontology, shapes, graphs, health, problems."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import release as releases
from kg import resources
from kg.release import Release
from server import documents, downloads, sparql, things
from server.negotiation import Offer, choose
from server.openapi import described
from server.pages import released
from server.problem import KINDS, Problem
from server.service import Call, Edition, Service
from server.tables import Labels, ask, iris

blueprint = Blueprint("files", __name__)

_log = logging.getLogger(__name__)


_ONTOLOGY = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{base}graph/ontology> {{ ?s ?p ?o }} }}"


@blueprint.get("/ontology")
def ontology() -> AnyResponse:
    """The ontology; its terms are anchors of the page."""
    released()
    return things.negotiated("ontology", things.DOCUMENTS)


@blueprint.get("/ontology.<any(html, ttl, jsonld, nt, rdf):ext>")
def ontology_document(ext: str) -> AnyResponse:
    """The ontology in one format."""
    call = released()
    if ext == "html":
        return things.with_alternates(Response(_terms(call)), "ontology")
    found = things.rdf(call, _ONTOLOGY.format(base=g.release.base), things.EXTENSIONS[ext])
    return things.with_alternates(found, "ontology")


def _terms(call: Call) -> str:
    graph = f"{g.release.base}graph/ontology"
    tables = ask(
        call,
        {
            "terms": f"""SELECT ?term ?kind ?definition {{ GRAPH <{graph}> {{
                VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }}
                ?term a ?kind FILTER(STRSTARTS(STR(?term), STR(pk:)))
                OPTIONAL {{ ?term skos:definition|rdfs:comment ?definition }} }} }} ORDER BY ?term""",
            "relations": f"""SELECT ?term ?p ?o {{ GRAPH <{graph}> {{
                VALUES ?p {{ rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range owl:inverseOf }}
                ?term ?p ?o FILTER(isIRI(?o)) }} }} ORDER BY ?term ?p ?o""",
        },
    )
    relations: dict[str, dict[str, list[str]]] = {}
    for row in tables["relations"]:
        relations.setdefault(row["term"].value, {}).setdefault(row["p"].value, []).append(row["o"].value)
    kinds: dict[str, dict[str, str]] = {}
    for row in tables["terms"]:
        defined = row["definition"].value if "definition" in row else ""
        kinds.setdefault(row["kind"].value, {}).setdefault(row["term"].value, defined)
    labels = Labels.of(call, iris(*tables.values()), g.languages)
    return render_template("ontology.html", kinds=kinds, relations=relations, labels=labels)


@blueprint.get("/shapes")
def shapes() -> AnyResponse | str:
    """The SHACL shapes that every release conforms to."""
    names = [path.stem for path in _shapes()]
    return documents.turtle_instead("shapes.ttl") or render_template("shapes.html", names=names)


def _shapes() -> list[Path]:
    return sorted(resources.folder("shapes").glob("*.ttl"))


@blueprint.get("/shapes.ttl")
def all_shapes() -> Response:
    """All shapes in one Turtle document."""
    return _turtle("\n".join(path.read_text(encoding="utf-8") for path in _shapes()))


@blueprint.get("/shapes/<name>.ttl")
def shape(name: str) -> Response:
    """The shapes for one class."""
    found = next((path for path in _shapes() if path.stem == name), None)
    if found is None:
        raise Problem("not-found", f"there are no shapes called {name!r}")
    return _turtle(found.read_text(encoding="utf-8"))


@blueprint.get("/context.jsonld")
def context() -> Response:
    """The JSON-LD context."""
    text = (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    return Response(text, content_type="application/ld+json")


def _turtle(text: str) -> Response:
    return Response(text, content_type="text/turtle; charset=utf-8")


@blueprint.get("/graph-store")
def graph_store() -> Response:
    """The read half of the SPARQL 1.1 Graph Store Protocol: a named graph, or the default one."""
    call = released()
    names = request.args.getlist("graph")
    if ("default" in request.args) == bool(names) or len(names) > 1:
        raise Problem("request", "name one graph with `graph=IRI`, or say `default`")
    chosen = choose(request.headers.get("Accept"), sparql.GRAPHS)
    if chosen is None:
        raise sparql.unacceptable(sparql.GRAPHS)
    known = g.release.manifest["counts"]["graphs"]
    if not names:
        return _default_graph(call, chosen.offer)
    if names[0] not in (*known, f"{g.release.base}graph/description"):
        raise Problem("not-found", f"there is no graph {names[0]}")
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{names[0]}> {{ ?s ?p ?o }} }}"
    return things.rdf(call, query, chosen.offer.name)


def _default_graph(call: Call, offer: Offer) -> Response:
    """The default graph: as it lies in the dumps, whatever its size, where it is there in that format."""
    path = f"dumps/peerkg.{things.extension(offer)}"
    if not any(str(entry["path"]).startswith(f"{path}.") for entry in g.release.manifest["files"]):
        return things.rdf(call, "CONSTRUCT WHERE { ?s ?p ?o }", offer.name)
    response = downloads.sent(g.release, path, forever=False)
    response.vary.add("Accept")
    return response


@blueprint.get("/graph/<path:name>")
def graph(name: str) -> AnyResponse:
    """A named graph by its IRI."""
    released()
    up = "../" * (1 + name.count("/"))
    return redirect(f"{up}graph-store?{urlencode({'graph': f'{g.release.base}graph/{name}'})}", 303)


@blueprint.get("/health")
@blueprint.get("/health/live")
@blueprint.get("/health/ready")
def health() -> dict[str, object]:
    """Whether the service lives, and what it serves."""
    edition = g.call.edition
    return {
        "live": True,
        "ready": True,
        "release": edition.id,
        "verified": _verified(edition),
        "quads": edition.pool.quads,
        "isolated": edition.pool.isolated,
        "workers": edition.pool.load,
    }


def _verified(edition: Edition) -> bool | None:
    """Whether the release's files are those of its manifest; `None` until all of them have been read."""
    if edition.release is not None and "verifying" not in edition.memory:
        edition.memory["verifying"] = True
        Thread(target=_verify, args=(edition, edition.release), daemon=True).start()
    found: bool | None = edition.memory.get("verified")
    return found


def _verify(edition: Edition, release: Release) -> None:
    faults = list(releases.file_faults(release.folder, release.manifest))
    for fault in faults:
        _log.error("%s: %s", release.id, fault)
    edition.memory["verified"] = not faults


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters and gauges in the text format of Prometheus."""
    service: Service = current_app.extensions["peerkg"]
    edition = g.call.edition
    lines = [
        "# TYPE peerkg_requests_total counter",
        *(
            f'peerkg_requests_total{{part="{part}",status="{status}"}} {count}'
            for (part, status), count in sorted(service.requests.items())
        ),
        "# TYPE peerkg_queries_stopped_total counter",
        *(
            f'peerkg_queries_stopped_total{{cause="{cause}"}} {count}'
            for cause, count in sorted(edition.pool.stops.items())
        ),
        "# TYPE peerkg_workers gauge",
        *(f'peerkg_workers{{lane="{lane}"}} {count}' for lane, count in edition.pool.load.items()),
        "# TYPE peerkg_cache_bytes gauge",
        f'peerkg_cache_bytes{{of="answers"}} {edition.answers.held}',
        f'peerkg_cache_bytes{{of="ready"}} {edition.ready.held}',
        "# TYPE peerkg_quads gauge",
        f"peerkg_quads {edition.pool.quads}",
        "# TYPE peerkg_release_info gauge",
        f'peerkg_release_info{{release="{edition.id}"}} 1',
    ]
    text = "\n".join(lines) + "\n"
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """The addresses of the server as OpenAPI 3.1."""
    return described(current_app.url_map, current_app.view_functions)


@blueprint.get("/problem/")
def problems() -> str:
    """Every kind of problem the server answers with."""
    return render_template("problems.html", kinds=KINDS)


@blueprint.get("/problem/<name>")
def problem(name: str) -> AnyResponse:
    """One kind of problem: the page of all, at its place."""
    if name not in KINDS:
        raise Problem("not-found", f"no kind of problem is called {name!r}")
    return redirect(f"./#{name}", 303)
