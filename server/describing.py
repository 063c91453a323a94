"""What the dataset is, for programs: one description in several profiles, and where it is looked for.

`/description` negotiates profile and format; each profile has documents of its own, which `alt` lists.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server import downloads, metadata, profiles, signposting, sparql, things
from server.negotiation import choose
from server.pages import released
from server.profiles import Profile, Representation
from server.signposting import Link

blueprint = Blueprint("describing", __name__)

_DESCRIPTION = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{base}graph/description> {{ ?s ?p ?o }} }}"
_JSON = {
    profiles.SCHEMA: metadata.dataset,
    profiles.CROISSANT: metadata.croissant,
    profiles.RO_CRATE: metadata.ro_crate,
}
"""Profiles whose document is JSON-LD with a layout of its own."""
_ADDRESSES = {profiles.CROISSANT: "croissant.json", profiles.RO_CRATE: "ro-crate-metadata.json"}


def _documents(profile: Profile) -> list[Representation]:
    """The documents in the profile."""
    formats = {things.extension(offer): offer for offer in sparql.GRAPHS}
    if profile in _JSON:
        address = _ADDRESSES.get(profile, f"description.jsonld?_profile={profile.token}")
        return [Representation(address, formats["jsonld"], profile)]
    argument = "" if profile is profiles.DCAT else f"?_profile={profile.token}"
    return [Representation(f"description.{ext}{argument}", one, profile) for ext, one in formats.items()]


def documents() -> list[Representation]:
    """Every document that describes the dataset, those in the default profile first."""
    return [one for profile in profiles.OF_DATASET for one in _documents(profile)]


def _wanted() -> Profile:
    argument, header = request.args.get("_profile"), request.headers.get("Accept-Profile")
    return profiles.wanted(argument, header, profiles.OF_DATASET)


@blueprint.get("/description")
def description() -> AnyResponse:
    """What describes the release: VoID, DCAT and PROV, or another profile; for people its page."""
    released()
    profile = _wanted()
    addresses = {one.offer: one.address for one in _documents(profile)}
    if profile is profiles.DCAT:
        addresses[sparql.HTML] = f"releases/{g.release.id}"
    chosen = choose(request.args.get("_mediatype") or request.headers.get("Accept"), tuple(addresses))
    if chosen is None:
        raise sparql.unacceptable(tuple(addresses))
    response = redirect(addresses[chosen.offer], 303)
    response.vary.update(("Accept", "Accept-Profile"))
    response.headers["Link"] = signposting.header(_links(profile), g.links.root)
    return response


@blueprint.get("/description.<any(ttl, jsonld, nt, rdf):ext>")
def description_document(ext: str) -> Response:
    """The same in one format."""
    call, profile = released(), _wanted()
    form = things.EXTENSIONS[ext]
    if not any(one.offer.name == form for one in _documents(profile)):
        raise profiles.unavailable(
            f"the profile `{profile.token}` has no document in that format", profiles.OF_DATASET
        )
    if profile in _JSON:
        return _json(profile)
    if profile is profiles.ALTERNATES:
        iri = f"{g.release.base}releases/{g.release.id}"
        response = things.rdf(call, profiles.listed(iri, g.release.base, documents()), form)
    elif ext == "ttl":
        response = downloads.sent(g.release, "description.ttl", forever=False)
    else:
        response = things.rdf(call, _DESCRIPTION.format(base=g.release.base), form)
    return _said(response, profile)


@blueprint.get("/croissant.json")
def croissant() -> Response:
    """The dataset for machine learning: Croissant 1.1."""
    released()
    return _json(profiles.CROISSANT)


@blueprint.get("/ro-crate-metadata.json")
def ro_crate() -> Response:
    """The dataset for archives: RO-Crate 1.1."""
    released()
    return _json(profiles.RO_CRATE)


@blueprint.get("/.well-known/void")
def void() -> AnyResponse:
    """Where the description of the dataset is (VoID, section 7.2)."""
    released()
    return redirect("../description", 303)


@blueprint.get("/linkset")
def linkset() -> Response:
    """The typed links of the dataset, of its files and of its descriptions (RFC 9264)."""
    released()
    links = signposting.of_dataset(g.release, metadata.downloads(g.release))
    return as_json(signposting.dataset_linkset(links, g.links.root), signposting.LINKSET)


@blueprint.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """The interfaces for programs and what describes each (RFC 9727)."""
    released()
    response = as_json(signposting.catalogue(g.links.root), signposting.API_CATALOG)
    here = Link("api-catalog", ".well-known/api-catalog", signposting.LINKSET)
    response.headers["Link"] = here.header(g.links.root)
    return response


def as_json(document: dict[str, Any], content_type: str) -> Response:
    """A document of JSON."""
    return Response(json.dumps(document, ensure_ascii=False, indent=1), content_type=content_type)


def _json(profile: Profile) -> Response:
    return _said(as_json(_JSON[profile](g.release), "application/ld+json"), profile)


def _said(response: Response, profile: Profile) -> Response:
    """The document, which says what it describes, in which profile it is, and where the others are."""
    response.vary.add("Accept-Profile")
    response.headers["Content-Profile"] = f"<{profile.iri}>"
    response.headers["Link"] = signposting.header(_links(profile), g.links.root)
    return response


def _links(profile: Profile) -> list[Link]:
    return [
        *signposting.of_description(),
        Link("profile", profile.iri),
        *(Link("alternate", one.address, one.media_type, one.profile.iri) for one in documents()),
    ]
