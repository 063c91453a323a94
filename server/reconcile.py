"""The Reconciliation Service API of the W3C's Entity Reconciliation group: version 0.2, and the draft of 1.0.

Version 0.2 (with what 0.1 has besides) is at `/reconcile`, the draft at `/reconcile/1.0`. Both ask the
same (`server.reconciliation`); they differ in how queries and answers are written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import orjson
from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import searching
from kg.identifiers import VOCABULARY
from kg.lookup import Lookup, Thing
from kg.searching import name_key
from server import address
from server.links import is_iri
from server.pages import released
from server.problem import Problem
from server.property_values import in_language, values_of
from server.reconcile_queries import MOST, data_extension, queries_of_draft, queries_of_old
from server.reconcile_terms import DEFAULT_TYPES, PROPERTIES, TYPES, properties_of, type_named
from server.reconciliation import FEATURES, Match, Query, Shown, reconciled, types_of
from server.wording import DEFAULT, language
from server.wording import gettext as _

blueprint = Blueprint("reconcile", __name__)

BATCH = 100
"""Queries in one batch."""
_SUGGESTED = 20
_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*")
_PREVIEW = {"width": 400, "height": 220}
_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
_DRAFT = "/reconcile/1.0"


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/reconcile/", methods=["GET", "POST"])
def service() -> Response:
    """Reconciliation, version 0.2: the manifest, or the answer to `queries` or `extend`."""
    call = released()
    given = _form() if request.method == "POST" else request.args
    if "queries" in given:
        read = queries_of_old(_json(given["queries"], "queries"), BATCH)
        found = _answers(list(read.values()))
        return _sent({
            name: {"result": [_candidate(match, has_names=False) for match in matches]}
            for name, matches in zip(read, found, strict=True)
        })  # fmt: skip
    if "query" in given:  # version 0.1 asks one thing so, as words or as JSON
        text = given["query"]
        asked = _json(text, "query") if text.lstrip().startswith("{") else {"query": text}
        read = queries_of_old({"q": asked}, BATCH)
        (matches,) = _answers(list(read.values()))
        return _sent({"result": [_candidate(match, has_names=False) for match in matches]})
    if "extend" in given:
        ids, wanted = data_extension(_json(given["extend"], "extend"))
        values = values_of(call, [(one, _iris(ids)) for one, _ in wanted], g.languages)
        rows = {
            one: {known_as.id: _values(values, known_as.id, one, limit) for known_as, limit in wanted}
            for one in ids
        }
        return _sent({"meta": _meta([known_as.id for known_as, _ in wanted]), "rows": rows})
    if request.method == "POST":
        raise Problem("reconciliation", "the form has neither `queries` nor `extend`")
    return address.not_stored(_sent(_manifest()))


@blueprint.get(_DRAFT)
@blueprint.get(f"{_DRAFT}/")
def draft() -> Response:
    """Reconciliation, the draft of version 1.0: the manifest."""
    released()
    manifest = {
        "versions": ["1.0-draft"],
        **_common(),
        "lang": language(),
        "view": {"url": f"{_root()}reconcile/view?id={{id}}"},
        "featureView": {"url": f"{_root()}reconcile/features?id={{id}}"},
        "preview": _PREVIEW,
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {"id": "limit", "name": "Most values", "type": "number", "default": 0, "helpText": _SETTING}
            ],
        },
        "standardizedScore": True,
    }
    return address.not_stored(_sent(manifest, jsonp=False))


@blueprint.post(f"{_DRAFT}/match")
@blueprint.post(f"{_DRAFT}/reconcile")
def draft_match() -> Response:
    """Reconciliation, the draft of version 1.0: the candidates for a batch of queries."""
    released()
    found = _answers(queries_of_draft(_body(), BATCH))
    results = [{"candidates": [_candidate(match, has_names=True) for match in matches]} for matches in found]
    return _sent({"results": results}, jsonp=False)


@blueprint.post(f"{_DRAFT}/extend")
def draft_extend() -> Response:
    """Reconciliation, the draft of version 1.0: values of properties of things."""
    call = released()
    ids, wanted = data_extension(_body())
    values = values_of(call, [(one, _iris(ids)) for one, _ in wanted], g.languages)
    rows = [
        {
            "id": one,
            "properties": [
                {"id": known_as.id, "values": _values(values, known_as.id, one, limit)}
                for known_as, limit in wanted
            ],
        }
        for one in ids
    ]
    return _sent({"meta": _meta([known_as.id for known_as, _ in wanted]), "rows": rows}, jsonp=False)


@blueprint.get("/reconcile/extend/propose")
@blueprint.get(f"{_DRAFT}/extend/propose")
def proposals() -> Response:
    """Properties that things of a type have."""
    released()
    limit = _number("limit", MOST)
    given = request.args.get("type", "")
    chosen = type_named(given)
    known = list(PROPERTIES.values()) if not given else properties_of(chosen.name) if chosen else []
    listed = [{"id": one.id, "name": _(one.title)} for one in known[:limit]]
    answer: dict[str, Any] = {"properties": listed}
    if given:
        answer["type"] = given
    if "limit" in request.args:
        answer["limit"] = limit
    return _sent(answer)


@blueprint.get("/reconcile/suggest/<any(entity, type, property):what>")
@blueprint.get(f"{_DRAFT}/suggest/<any(entity, type, property):what>")
def suggest(what: str) -> Response:
    """Things, types or properties that begin as `prefix` does, or have that identifier."""
    released()
    prefix = request.args.get("prefix", "")[:MOST]
    start = _number("offset", 0) if "offset" in request.args else _number("cursor", 0)
    limit = min(_number("limit", _SUGGESTED if what == "entity" else 100), 100)
    if what == "entity":
        chosen = type_named(request.args.get("type", ""))
        with closing(searching.opened(g.release.search)) as database:
            lookup = Lookup(database, g.release.base)
            kinds = frozenset({chosen.name} if chosen else TYPES)
            things = lookup.beginning(prefix, limit, min(start, 10_000), kinds)
            shown = Shown(lookup, g.languages)
            return _sent({"result": [_suggestion(thing, shown(thing)) for thing in things]})
    listed: list[dict[str, Any]] = (
        [one.as_json() for one in TYPES.values()]
        if what == "type"
        else [
            {"id": one.id, "name": _(one.title), "description": _whose(one.kinds)}
            for one in PROPERTIES.values()
        ]
    )
    wanted = name_key(prefix)
    fitting = [one for one in listed if _begins(one, prefix, wanted)]
    return _sent({"result": fitting[start : start + limit]})


@blueprint.get("/reconcile/flyout/<any(entity, type, property):what>")
def flyout(what: str) -> Response:
    """A few words about a suggestion, as HTML inside JSON (version 0.2)."""
    released()
    given = request.args.get("id", "")
    title, about = given, ""
    if what == "entity":
        thing = _thing(given)
        title, about = _called(thing), thing.about or _title(thing)
    elif what == "type" and (chosen := type_named(given)) is not None:
        title, about = _(chosen.title), _(chosen.description)
    elif what == "property" and given in PROPERTIES:
        title, about = _(PROPERTIES[given].title), _whose(PROPERTIES[given].kinds)
    text = render_template("flyout.html", title=title, about=about)
    return _sent({"id": given, "html": text})


@blueprint.get("/reconcile/preview")
@blueprint.get(f"{_DRAFT}/preview")
def preview() -> Response:
    """A thing in a few lines, for a frame in another site's page."""
    released()
    thing = _thing(request.args.get("id", ""))
    with closing(searching.opened(g.release.search)) as database:
        lookup = Lookup(database, g.release.base)
        names = lookup.names(thing)
        keys = lookup.identifiers(thing)
        name = Shown(lookup, g.languages)(thing)
    others = list(dict.fromkeys(other for _, other in names if other != name))
    page = render_template(
        "preview.html", thing=thing, name=name, title=_title(thing), others=others, keys=keys
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


@blueprint.get("/reconcile/view")
def view() -> AnyResponse:
    """The page of a thing, by the identifier that reconciliation gave it."""
    released()
    given = request.args.get("id", "")
    path = g.links.path(given) if is_iri(given) else None
    if path is None:
        path = (
            g.links.path(g.release.base + given) if re.fullmatch(r"[a-z]+/[A-Za-z0-9_\-]+", given) else None
        )
    if not path:
        raise Problem("not-found", f"{given[:200]!r} is the identifier of nothing here")
    return redirect(g.links.root + path, 303)


@blueprint.get("/reconcile/features")
def features() -> str:
    """What the features of a candidate mean."""
    released()
    return render_template("features.html", features=FEATURES, properties=PROPERTIES)


@blueprint.get("/linking")
def linking() -> Response:
    """How to link to this dataset, and from it."""
    released()
    page = render_template("linking.html", address=address.root())
    return address.not_stored(Response(page, content_type="text/html; charset=utf-8"))


_SETTING = "how many values to fetch at most; 0 for all"


def _common() -> dict[str, Any]:
    return {
        "name": g.release.manifest["title"] or "peerkg",
        "documentation": f"{_root()}reconcile/features",
        "serviceVersion": f"{g.release.manifest['versions'].get('peerkg', '')} {g.release.id}".strip(),
        "defaultTypes": [{"id": TYPES[name].id, "name": _(TYPES[name].title)} for name in DEFAULT_TYPES],
        "batchSize": BATCH,
    }


def _root() -> str:
    """The address of the root in the language of the request: what it leads to is in that language."""
    return address.root() + (f"{language()}/" if language() != DEFAULT else "")


def _manifest() -> dict[str, Any]:
    root = _root()
    here = f"{root}reconcile"
    return {
        "versions": ["0.1", "0.2"],
        **_common(),
        "identifierSpace": g.release.base,
        "schemaSpace": f"{VOCABULARY}ontology#",
        "view": {"url": f"{here}/view?id={{{{id}}}}"},
        "feature_view": {"url": f"{here}/features?id={{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", **_PREVIEW},
        "suggest": {
            what: {
                "service_url": root.rstrip("/"),
                "service_path": f"/reconcile/suggest/{what}",
                "flyout_service_url": root.rstrip("/"),
                "flyout_service_path": f"/reconcile/flyout/{what}?id=${{id}}",
            }
            for what in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {
                "service_url": root.rstrip("/"),
                "service_path": "/reconcile/extend/propose",
            },
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Most values",
                    "type": "number",
                    "default": 0,
                    "help_text": _SETTING,
                }
            ],
        },
    }


def _answers(queries: list[Query]) -> list[list[Match]]:
    # A batch says one language, for names that are shown, by its header; each query may say another.
    return reconciled(released(), g.release.base, queries, g.languages)


def _candidate(match: Match, *, has_names: bool) -> dict[str, Any]:
    """A match as the API has it; the draft gives a name to each feature."""
    return {
        "id": match.thing.iri,
        "name": match.name,
        **({"description": match.thing.about} if match.thing.about else {}),
        "type": types_of(match.thing),
        "score": match.score,
        "match": match.is_certain,
        "features": [
            {"id": name, **({"name": name.replace("_", " ")} if has_names else {}), "value": value}
            for name, value in match.features.items()
        ],
    }


def _suggestion(thing: Thing, name: str) -> dict[str, Any]:
    return {
        "id": thing.iri,
        "name": name,
        "description": thing.about or _title(thing),
        "notable": types_of(thing),
    }


def _title(thing: Thing) -> str:
    return _(TYPES[thing.kinds[0]].title) if thing.kinds[0] in TYPES else thing.kind


def _whose(kinds: tuple[str, ...]) -> str:
    """Of what a property is one: of work, study."""
    named = [_(TYPES[kind].title) for kind in kinds]
    return _("of") + " " + _(", ").join(name.lower() for name in named)


def _called(thing: Thing) -> str:
    with closing(searching.opened(g.release.search)) as database:
        return Shown(Lookup(database, g.release.base), g.languages)(thing)


def _begins(one: Mapping[str, Any], prefix: str, key: str) -> bool:
    if not key:
        return not prefix or prefix == one["id"]
    name = name_key(str(one["name"]))
    local = str(one["id"]).rpartition("#")[2].lower()
    return prefix == one["id"] or f" {key}" in f" {name}" or local.startswith(prefix.lower())


def _thing(given: str) -> Thing:
    with closing(searching.opened(g.release.search)) as database:
        found = Lookup(database, g.release.base).thing(given) if given else None
    if found is None:
        raise Problem("not-found", f"{given[:200]!r} is the identifier of nothing here")
    return found


def _iris(ids: list[str]) -> list[str]:
    """The IRIs of things that are given by their IRIs, or by their paths below the base."""
    return [_iri(one) for one in ids]


def _iri(one: str) -> str:
    return one if ":" in one else g.release.base + one


def _values(
    values: Mapping[str, Mapping[str, list[Any]]], name: str, one: str, limit: int
) -> list[dict[str, object]]:
    known = in_language(values.get(name, {}).get(_iri(one), []), g.languages)
    return [value.as_json(is_ours=g.links.is_ours(value.iri)) for value in known[: limit or None]]


def _meta(names: list[str]) -> list[dict[str, Any]]:
    found = []
    for known_as in (PROPERTIES[name] for name in names):
        leads = TYPES.get(known_as.leads_to)
        found.append({
            "id": known_as.id,
            "name": _(known_as.title),
            **({"type": {"id": leads.id, "name": _(leads.title)}} if leads else {}),
        })  # fmt: skip
    return found


def _form() -> Mapping[str, str]:
    if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Problem(
            "media-type", f"the body is `{request.mimetype or 'of no type'}`, and a form is read here"
        )
    return {**request.args, **request.form}


def _body() -> Any:
    if request.mimetype != "application/json":
        raise Problem(
            "media-type", f"the body is `{request.mimetype or 'of no type'}`; send application/json"
        )
    return _json(request.get_data(cache=False), "the body")


def _json(text: str | bytes, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Problem("reconciliation", f"{where} is no JSON: {error}") from None


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not re.fullmatch(r"\d{1,6}", text):
        raise Problem("reconciliation", f"`{name}` is a whole number from 0, not {text[:40]!r}")
    return int(text)


def _sent(answer: dict[str, Any], *, jsonp: bool = True) -> Response:
    body = orjson.dumps(answer)
    callback = request.args.get("callback", "") if jsonp and request.method == "GET" else ""
    response = Response(body, content_type="application/json")
    if callback:
        if len(callback) > 100 or _CALLBACK.fullmatch(callback) is None:
            raise Problem("reconciliation", "`callback` is no name of a function")
        # In a script these two characters end a line; in JSON they do not.
        script = body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
        response = Response(
            b"/**/" + callback.encode() + b"(" + script + b");",
            content_type="application/javascript; charset=utf-8",
        )
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response
