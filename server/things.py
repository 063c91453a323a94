"""Everything that has an IRI: the thing answers with 303, its documents with what is known of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.http import http_date
from werkzeug.wrappers import Response as AnyResponse

from kg import release as releases
from kg.identifiers import VOCABULARY
from kg.iris import PATHS
from kg.reading import countries
from kg.registry import Row as Registered
from kg.release import Release
from server import maps, memento, picturing, profiles, signposting, sparql
from server.earlier import as_of
from server.entities import View, view
from server.findings import Quote, by_place, marked
from server.negotiation import Chosen, Offer, choose
from server.problem import Problem
from server.profiles import Profile
from server.service import Call
from server.signposting import Link
from server.tables import Row, ask
from server.wording import gettext as _
from server.wording import language

blueprint = Blueprint("things", __name__)

SCHEMES = frozenset(
    {"role", "outcome", "population", "setting", "method", "direction", "basis", "whom", "scheme"}
)
CLASSES = frozenset(PATHS.values()) | SCHEMES

EXTENSIONS = {"html": "html", "ttl": "turtle", "jsonld": "jsonld", "nt": "ntriples", "rdf": "rdfxml"}
DOCUMENTS = (sparql.HTML, *sparql.GRAPHS)


def extension(offer: Offer) -> str:
    """The file extension of a document in that format."""
    return next(ext for ext, name in EXTENSIONS.items() if name == offer.name)


@blueprint.get("/<any({}):segment>/<name>".format(", ".join(sorted(CLASSES))))
def thing(segment: str, name: str) -> AnyResponse:
    """The thing itself, or with an extension the document about it in that format."""
    if g.release is None:
        raise Problem("not-found", "RDF files are served as they are: there are no pages about them")
    bare, dot, ext = name.partition(".")
    if not re.fullmatch(r"[A-Za-z0-9_\-]+", bare) or (dot and ext not in EXTENSIONS):
        raise Problem("not-found", f"{request.path} names nothing in this release")
    call: Call = g.call
    path = f"{segment}/{bare}"
    asked = request.headers.get("Accept-Datetime")
    if asked is not None and not g.links.at:
        return _as_it_was(call, path, f"{segment}/{name}", asked)
    moved = _moved(call, path)
    if moved is not None:
        return _follow(moved, ext)
    iri = _known(call, path)
    if iri is None:
        raise Problem("not-found", f"{request.path} names nothing in this release")
    profile = profiles.wanted(request.args.get("_profile"), request.headers.get("Accept-Profile"))
    if not dot:
        offers = DOCUMENTS if profile.page else sparql.GRAPHS
        chosen = choose(request.args.get("_mediatype") or request.headers.get("Accept"), offers)
        if chosen is None:
            raise sparql.unacceptable(offers)
        argument = "" if profile is profiles.FULL else f"?_profile={profile.token}"
        response = redirect(f"{bare}.{extension(chosen.offer)}{argument}", 303)
        response.vary.add("Accept")
        known = alternates(path)
        if not g.links.at:
            known.append(Link("linkset", f"linkset/{path}", signposting.LINKSET))
        response.headers["Link"] = signposting.header([Link("cite-as", iri), *known], g.links.root)
    elif ext == "html":
        response = _page(call, iri, path, profile)
    else:
        response = _document(call, iri, path, EXTENSIONS[ext], profile)
    response.vary.add("Accept-Profile")
    if dot:
        response.headers["Content-Profile"] = f"<{profile.iri}>"
        stated = profiles.links(profile, f"{g.links.at}{path}")
        response.headers["Link"] += ", " + signposting.header(stated, g.links.root)
    versions = memento.links(f"{segment}/{name}")
    response.headers["Link"] += ", " + signposting.header(versions, g.links.root)
    if g.links.at and dot:
        response.headers["Memento-Datetime"] = http_date(memento.made(g.release))
    elif not g.links.at:
        response.vary.add("Accept-Datetime")
    return response


@blueprint.get("/releases/<release>/<any({}):segment>/<name>".format(", ".join(sorted(CLASSES))))
def thing_then(release: str, segment: str, name: str) -> AnyResponse:
    """A thing, or a document about it, in a release that is kept."""
    with as_of(release):
        return thing(segment, name)


def _as_it_was(call: Call, path: str, document: str, asked: str) -> AnyResponse:
    """The TimeGate: where the document is in the release that was the newest then."""
    when = memento.moment(asked)
    held = _holding(call, path)
    where = f"{g.links.root}releases/{memento.chosen(when, held).id}/{document}"
    response = redirect(where + _wishes(), 302)
    response.vary.add("Accept-Datetime")
    response.headers["Link"] = signposting.header(memento.links(document), g.links.root)
    return response


def _holding(call: Call, path: str) -> list[Release]:
    kept = releases.all_of(g.release.folder.parent.parent)
    if path.partition("/")[0] in SCHEMES and _known(call, path) is not None:
        return memento.holding(kept, None)  # concepts are registered nowhere: each release has them
    held = memento.holding(kept, g.links.base + path)
    if not held:
        raise Problem("not-found", f"{path} names nothing in any release that is kept")
    return held


@blueprint.get("/timemap/<any({}):segment>/<name>".format(", ".join(sorted(CLASSES))))
def timemap(segment: str, name: str) -> AnyResponse:
    """The versions of a thing, or of a document about it, in the releases that are kept (RFC 7089)."""
    bare, dot, ext = name.partition(".")
    if g.release is None or not re.fullmatch(r"[A-Za-z0-9_\-]+", bare) or (dot and ext not in EXTENSIONS):
        raise Problem("not-found", f"{request.path} names nothing in this release")
    held = _holding(g.call, f"{segment}/{bare}")
    text = memento.timemap(f"{segment}/{name}", held, g.links.root)
    return Response(text, content_type=memento.LINK_FORMAT)


@blueprint.get("/linkset/<any({}):segment>/<name>".format(", ".join(sorted(CLASSES))))
def linkset(segment: str, name: str) -> AnyResponse:
    """The typed links of a thing and of the documents about it (RFC 9264)."""
    path = f"{segment}/{name}"
    iri = None
    if g.release is not None and re.fullmatch(r"[A-Za-z0-9_\-]+", name):
        moved = _moved(g.call, path)
        if moved is not None:
            return _follow(moved, "", before="linkset/")
        iri = _known(g.call, path)
    if iri is None:
        raise Problem("not-found", f"{path} names nothing in this release")
    links = signposting.of_thing(g.call, iri, path, g.links, EXTENSIONS)
    found = signposting.thing_linkset(links, path, g.links.root)
    return Response(json.dumps(found, indent=1), content_type=signposting.LINKSET)


def negotiated(name: str, offers: tuple[Offer, ...]) -> AnyResponse:
    """Where the document of that name is in the format that the client wants most."""
    chosen = choose(request.headers.get("Accept"), offers)
    if chosen is None:
        raise sparql.unacceptable(offers)
    response = redirect(f"{name}.{extension(chosen.offer)}", 303)
    response.vary.add("Accept")
    return with_alternates(response, name, offers)


def with_alternates(response: AnyResponse, name: str, offers: tuple[Offer, ...] = DOCUMENTS) -> AnyResponse:
    """The response, which says where the document of that name is in every format."""
    links = [Link("alternate", f"{name}.{extension(one)}", one.media_types[0]) for one in offers]
    response.headers["Link"] = signposting.header(links, g.links.root)
    return response


def alternates(path: str) -> list[Link]:
    """The documents about a thing, as each other's alternatives."""
    return [
        Link("alternate", f"{g.links.at}{path}.{extension(offer)}", offer.media_types[0], profiles.FULL.iri)
        for offer in DOCUMENTS
    ]


def _moved(call: Call, path: str) -> Registered | None:
    """The row of an IRI that was merged into another or withdrawn."""
    moved = call.edition.memory.get("moved")
    if moved is None:
        release = call.edition.release
        rows = release.registered() if release is not None else []
        moved = {row.iri: row for row in rows if row.state != "live"}
        call.edition.memory["moved"] = moved
    found: Registered | None = moved.get(g.links.base + path)
    return found


def _follow(row: Registered, ext: str, before: str = "") -> AnyResponse:
    if row.state == "merged":
        path = g.links.path(row.target)
        target = row.target if path is None else f"{g.links.root}{before or g.links.at}{path}"
        return redirect((f"{target}.{ext}" if ext else target) + _wishes(), 301)
    last, first = _parted(row.iri)
    since = f" since release {first}" if first else ""
    raise Problem(
        "gone",
        f"{row.iri} was published and is withdrawn{since}: nothing that is read now names it",
        {"iri": row.iri, "class": row.kind, "keys": list(row.keys), "since": first, "last": last},
    )


def _parted(iri: str) -> tuple[str | None, str | None]:
    """The last of the kept releases that has the IRI, and the first one after it that has it not."""
    kept = sorted(
        releases.all_of(g.release.folder.parent.parent), key=lambda one: (memento.made(one), one.id)
    )
    held = {one.id for one in memento.holding(kept, iri)}
    last = max((number for number, one in enumerate(kept) if one.id in held), default=-1)
    after = kept[last + 1].id if 0 <= last < len(kept) - 1 else None
    return (kept[last].id if last >= 0 else None), after


def _wishes() -> str:
    """The arguments that choose a representation, for the address that is asked instead."""
    given = {name: request.args[name] for name in ("_profile", "_mediatype") if name in request.args}
    return f"?{urlencode(given)}" if given else ""


def _known(call: Call, path: str) -> str | None:
    """The IRI behind a path of this server, if the release says anything of it."""
    candidates = dict.fromkeys((g.links.base + path, VOCABULARY + path))
    evidence = f"{g.links.base}graph/evidence"
    questions = {
        iri: f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> }} "
        f"UNION {{ GRAPH <{evidence}> {{ <{iri}> ?p ?o }} }} }}"
        for iri in candidates
    }
    return next((iri for iri, there in answers(call, questions).items() if there), None)


def answers(call: Call, questions: dict[str, str]) -> dict[str, bool]:
    """The answers to questions of yes or no."""
    tables = {
        name: text.replace("ASK {", "SELECT (1 AS ?yes) {", 1) + " LIMIT 1"
        for name, text in questions.items()
    }
    return {name: bool(rows) for name, rows in ask(call, tables).items()}


def _page(call: Call, iri: str, path: str, profile: Profile) -> Response:
    if not profile.page:
        raise profiles.unavailable(f"there is no page in the profile `{profile.token}`")
    if profile is profiles.ALTERNATES:
        documents = list(profiles.representations(g.links.at + path, _offers()))
        page = render_template("alternates.html", iri=iri, documents=documents)
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Link"] = signposting.header([Link("describes", iri)], g.links.root)
        return response
    found = view(call, iri, g.links.base, g.languages)
    if found is None:
        raise Problem("not-found", f"{request.path} names nothing in this release")
    more: dict[str, Any] = {}
    if found.template == "source":
        more = _source_text(found.parts) | _doubts(g.release, found)
    elif found.template in ("person", "institution"):
        more = pictures(found) | {"countries": countries_of(found.parts.get("countries", []))}
    elif found.template == "concept":
        more = {"known": maps.known(g.release, path)}
    _, _, island = call.run(
        sparql.answer(_question(_outgoing(iri), "jsonld"), call.edition.pool, call.limits)
    )
    page = render_template(
        f"{found.template}.html",
        view=found,
        labels=found.labels,
        name=path.rpartition("/")[2],
        island=island,
        **more,
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    links = signposting.of_thing(call, iri, g.links.at + path, g.links, EXTENSIONS)
    if g.links.at:
        links = [link for link in links if link.rel != "linkset"]
    links = [*signposting.in_header(links), *alternates(path), Link("canonical", iri)]
    response.headers["Link"] = signposting.header(links, g.links.root)
    return response


def _offers() -> dict[str, Offer]:
    """The formats of documents by their extensions."""
    return {extension(offer): offer for offer in DOCUMENTS}


def _source_text(parts: dict[str, Any]) -> dict[str, Any]:
    chosen = request.args.get("quote", "")
    quotes: list[Quote] = [quote for quote, *_ in parts["read"]]
    wanted = next(
        (quote.evidence for quote in quotes if quote.evidence.endswith(f"/evidence/{chosen}")), None
    )
    pieces = marked(parts["text"], quotes, wanted) if parts["text"] is not None else None
    row_of = {one.evidence: row for row, group in enumerate(by_place(parts["read"])) for one, *_ in group}
    begins: dict[int, int] = {}
    for number, (_text, _kind, evidence) in enumerate(pieces or ()):
        if evidence:
            begins.setdefault(row_of[evidence[0]], number)
    return {"pieces": pieces, "wanted": wanted, "row_of": row_of, "begins_at": begins}


_DOUBTS = 100
"""Problems that the page of a document lists."""


@lru_cache(maxsize=2)
def _problems(path: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(path.read_text(encoding="utf-8")):
        found.setdefault(one["path"], []).append(one)
    return found


def _doubts(release: Release, found: View) -> dict[str, Any]:
    """What a release says was not understood in the document's file, and which of its fields are not read."""
    file = found.first("pk:fileName")
    left = [
        note
        for one in release.manifest["sources"]
        if one["path"] == file
        for note in one.get("notMapped", ())
    ]
    doubts = _problems(release.problems).get(file, []) if file and release.problems.exists() else []
    order = ("error", "warning", "info")
    return {
        "doubts": sorted(doubts, key=lambda one: order.index(one["severity"])),
        "left": left,
        "SHOWN": _DOUBTS,
    }


def pictures(found: View) -> dict[str, Any]:
    """Who wrote with whom, and where that was."""
    points = [
        (float(row["long"].value), float(row["lat"].value), found.labels.get(row["institution"].value) or "")
        for row in found.parts["places"]
    ]
    pairs = found.parts.get("together", [])
    # A pair is no picture.
    network = picturing.picture("graph", ["one", "other"], pairs, found.labels) if len(pairs) > 1 else None
    return {"places": picturing.places(points, "placed") if points else None, "network": network}


def countries_of(rows: Iterable[Row]) -> list[tuple[str, str, int]]:
    """Countries by their codes, however addresses print them: name, its language, number of works."""
    works: dict[str, set[str]] = {}
    for row in rows:
        printed = row["country"].value
        works.setdefault(countries.code(printed) or printed, set()).add(row["report"].value)
    found = []
    for place, reports in works.items():
        known = countries.called(place)
        said = _(known) if countries.code(known) == place else ""
        found.append((said or place, language() if said else "", len(reports)))
    return sorted(found, key=lambda one: (-one[2], one[0]))


def _outgoing(iri: str) -> str:
    return f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}"


def _everything(iri: str, evidence: str) -> str:
    """All statements with the thing as subject or object, and for evidence its selectors."""
    parts = " ".join(f"<{iri}{part}>" for part in ("", "#target", "#quote", "#position"))
    return f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
        {{ VALUES ?s {{ <{iri}> }} ?s ?p ?o }} UNION {{ VALUES ?o {{ <{iri}> }} ?s ?p ?o }}
        UNION {{ GRAPH <{evidence}> {{ VALUES ?s {{ {parts} }} ?s ?p ?o }} }} }}"""


def _question(query: str, form: str) -> sparql.Question:
    offer = next(one for one in sparql.GRAPHS if one.name == form)
    return sparql.Question(query, (), (), None, Chosen(offer, offer.media_types[0], 1.0), 10.0)


def _document(call: Call, iri: str, path: str, form: str, profile: Profile) -> Response:
    links = [
        Link("describes", iri),
        Link("describes", f"{g.links.at}{path}.html", "text/html"),
        *alternates(path),
        *([] if g.links.at else [Link("linkset", f"linkset/{path}", signposting.LINKSET)]),
    ]
    if profile is profiles.FULL:
        query = _everything(iri, f"{g.links.base}graph/evidence")
    elif profile is profiles.ALTERNATES:
        documents = list(profiles.representations(g.links.at + path, _offers()))
        query = profiles.listed(iri, g.links.base, documents)
    else:
        query = profiles.query(profile, iri)
    return rdf(call, query, form, signposting.header(links, g.links.root))


def rdf(call: Call, query: str, form: str, links: str = "") -> Response:
    """The graph that a query of ours constructs, as a response."""
    _, content_type, body = call.run(sparql.answer(_question(query, form), call.edition.pool, call.limits))
    response = Response(body, content_type=content_type)
    if links:
        response.headers["Link"] = links
    return response
