"""What is served as it lies there: dumps, releases, the ontology, shapes, and the small files robots want."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from kg import release as releases
from kg import resources
from kg.release import Release
from server import sparql, things
from server.negotiation import choose
from server.openapi import described
from server.pages import released
from server.problem import KINDS, Problem
from server.service import Call, Service
from server.tables import Labels, ask, iris

blueprint = Blueprint("files", __name__)

_TYPES = {
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".json": "application/json",
    ".ttl": "text/turtle; charset=utf-8",
}
_EXPLAINED = {
    "peerkg.ttl.gz": "everything, as Turtle",
    "peerkg.jsonld.gz": "everything, as JSON-LD",
    "peerkg.nt.gz": "everything, as N-Triples",
    "peerkg.nq.gz": "the named graphs: what each source said, and what follows from it, as N-Quads",
    "evidence.nq.gz": "quotes and places, as N-Quads",
    "links.sssom.tsv": "links to other datasets with their reasons (SSSOM)",
}


def _files(release: Release) -> list[dict[str, Any]]:
    """The dumps in the manifest, with what each holds."""
    return [
        {**entry, "name": name, "what": _EXPLAINED.get(name, _table_of(name))}
        for entry in release.manifest["files"]
        if str(entry["path"]).startswith("dumps/")
        for name in (str(entry["path"]).removeprefix("dumps/"),)
    ]


def _table_of(name: str) -> str:
    stem, _, ext = name.rpartition("/")[2].partition(".")
    return f"a table of {stem.replace('_', ' ')}, as {'Parquet' if ext == 'parquet' else ext.upper()}"


def _sent(release: Release, path: str, *, forever: bool) -> Response:
    """A file of the manifest, with ranges and its SHA-256 for a validator."""
    entry = next((one for one in release.manifest["files"] if one["path"] == path), None)
    if entry is None:
        raise Problem("not-found", f"{request.path}: the release has no such file")
    file = release.folder / path
    response = send_file(
        file,
        mimetype=_TYPES.get(Path(path).suffix, "application/octet-stream"),
        etag=str(entry["sha256"]),
        conditional=True,
        last_modified=None,
        download_name=file.name,
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
    response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    response.headers["Accept-Ranges"] = "bytes"
    return response


@blueprint.get("/dumps/")
def dumps() -> str:
    """The downloads of the current release."""
    released()
    return render_template("dumps.html", files=_files(g.release), of=g.release)


@blueprint.get("/dumps/<path:name>")
def dump(name: str) -> Response:
    """A download of the current release."""
    released()
    return _sent(g.release, f"dumps/{name}", forever=False)


@blueprint.get("/releases/")
def all_releases() -> str:
    """Every release that is kept, the newest first."""
    released()
    found = releases.all_of(g.release.folder.parent.parent)
    return render_template("releases.html", releases=found[::-1])


@blueprint.get("/releases/<name>")
def one_release(name: str) -> str:
    """A release: its counts, sources and files."""
    found = _named(name)
    return render_template("dumps.html", files=_files(found), of=found)


@blueprint.get("/releases/<name>/<path:path>")
def release_file(name: str, path: str) -> Response:
    """A file of a release, which never changes."""
    found = _named(name)
    if path == "manifest.json":
        response = send_file(found.folder / path, mimetype="application/json", conditional=True)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    return _sent(found, path, forever=True)


def _named(name: str) -> Release:
    released()
    try:
        return releases.named(g.release.folder.parent.parent, name)
    except releases.NoReleaseError:
        raise Problem("not-found", f"no release is called {name!r}") from None


@blueprint.get("/.well-known/void")
def void() -> AnyResponse:
    """Where the description of the dataset is (VoID, section 7.2)."""
    released()
    return redirect("../description", 303)


_DESCRIPTION = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{base}graph/description> {{ ?s ?p ?o }} }}"
_ONTOLOGY = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{base}graph/ontology> {{ ?s ?p ?o }} }}"


def _negotiated(name: str, offers: tuple[Any, ...]) -> AnyResponse:
    chosen = choose(request.headers.get("Accept"), offers)
    if chosen is None:
        available = {"available": [offer.media_types[0] for offer in offers]}
        raise Problem("not-acceptable", "no format of this document is accepted", available)
    response = redirect(f"{name}.{things.extension(chosen.offer)}", 303)
    response.vary.add("Accept")
    return response


@blueprint.get("/description")
def description() -> AnyResponse:
    """VoID, DCAT and PROV of the release; for people its page."""
    released()
    chosen = choose(request.headers.get("Accept"), (*sparql.GRAPHS, sparql.HTML))
    if chosen is not None and chosen.offer is sparql.HTML:
        response = redirect(f"releases/{g.release.id}", 303)
        response.vary.add("Accept")
        return response
    return _negotiated("description", sparql.GRAPHS)


@blueprint.get("/description.<any(ttl, jsonld, nt, rdf):ext>")
def description_document(ext: str) -> Response:
    """The same in one format."""
    call = released()
    if ext == "ttl":
        return _sent(g.release, "description.ttl", forever=False)
    return things.rdf(call, _DESCRIPTION.format(base=g.release.base), things.EXTENSIONS[ext])


@blueprint.get("/ontology")
def ontology() -> AnyResponse:
    """The ontology; its terms are anchors of the page."""
    released()
    return _negotiated("ontology", things.DOCUMENTS)


@blueprint.get("/ontology.<any(html, ttl, jsonld, nt, rdf):ext>")
def ontology_document(ext: str) -> Response | str:
    """The ontology in one format."""
    call = released()
    if ext != "html":
        return things.rdf(call, _ONTOLOGY.format(base=g.release.base), things.EXTENSIONS[ext])
    return _terms(call)


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
    chosen = choose(request.headers.get("Accept"), (sparql.HTML, sparql.GRAPHS[0]))
    if chosen is not None and chosen.offer is not sparql.HTML:
        return redirect("shapes.ttl", 303)
    return render_template("shapes.html", names=[path.stem for path in _shapes()])


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
    response = Response(text, content_type="text/turtle; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/graph-store")
def graph_store() -> Response:
    """The read half of the SPARQL 1.1 Graph Store Protocol: a named graph, or the default one."""
    call = released()
    names = request.args.getlist("graph")
    if ("default" in request.args) == bool(names) or len(names) > 1:
        raise Problem("request", "name one graph with `graph=IRI`, or say `default`")
    chosen = choose(request.headers.get("Accept"), sparql.GRAPHS)
    if chosen is None:
        available = {"available": [offer.media_types[0] for offer in sparql.GRAPHS]}
        raise Problem("not-acceptable", "no format of a graph is accepted", available)
    known = g.release.manifest["counts"]["graphs"]
    if not names:
        return things.rdf(call, "CONSTRUCT WHERE { ?s ?p ?o }", chosen.offer.name)
    if names[0] not in (*known, f"{g.release.base}graph/description"):
        raise Problem("not-found", f"there is no graph {names[0]}")
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{names[0]}> {{ ?s ?p ?o }} }}"
    return things.rdf(call, query, chosen.offer.name)


@blueprint.get("/graph/<path:name>")
def graph(name: str) -> AnyResponse:
    """A named graph by its IRI."""
    released()
    up = "../" * (1 + name.count("/"))
    return redirect(f"{up}graph-store?{urlencode({'graph': f'{g.release.base}graph/{name}'})}", 303)


@blueprint.get("/health")
def health() -> dict[str, object]:
    """Whether the service lives, and what it serves."""
    edition = g.call.edition
    return {
        "live": True,
        "ready": True,
        "release": edition.id,
        "quads": edition.pool.quads,
        "isolated": edition.pool.isolated,
        "workers": edition.pool.load,
    }


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
        f'peerkg_cache_bytes{{of="pages"}} {edition.pages.held}',
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
    return described(current_app.url_map)


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


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome, but not to run queries."""
    text = "User-agent: *\nDisallow: /sparql\nDisallow: /graph-store\nDisallow: /search\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The IRIs that have pages; the first 50,000, which is what the format allows."""
    call = released()
    rows = ask(
        call,
        {
            "things": """SELECT DISTINCT ?x { VALUES ?class { pk:Study pk:Report pk:Finding pk:Person
                pk:Institution pk:SourceDocument skos:Concept } ?x a ?class FILTER(isIRI(?x)) }
                ORDER BY ?x LIMIT 50000"""
        },
    )["things"]
    addresses = "".join(f"<url><loc>{escape(row['x'].value)}</loc></url>\n" for row in rows)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{addresses}</urlset>\n'
    )
    return Response(text, content_type="application/xml")
