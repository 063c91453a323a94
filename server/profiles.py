"""How much of a thing a document says: profiles, negotiated after W3C's Content Negotiation by Profile.

A client names one by the argument `_profile` or by the header `Accept-Profile`; `alt` lists them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, g, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from kg.identifiers import VOCABULARY
from server import documents, labels, signposting
from server.negotiation import Offer
from server.problem import Problem
from server.signposting import Link

blueprint = Blueprint("profiles", __name__)

_SCHEMA = "https://schema.org/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: the word for `_profile`, its IRI, and what a document in it says."""

    token: str
    iri: str
    title: str
    definition: str
    aliases: tuple[str, ...] = ()
    """Other IRIs that mean it."""
    page: bool = False
    """Whether there is a page in it, besides RDF."""


FULL = Profile(
    "full",
    f"{VOCABULARY}profile/full",
    "Everything",
    "Every statement that has the thing as its subject or its object; of evidence its selectors as well.",
    page=True,
)
SCHEMA = Profile(
    "schema",
    f"{VOCABULARY}profile/schema",
    "In the words of schema.org",
    (
        "The statements about the thing whose properties and classes are schema.org's, and the names and "
        "classes of what they lead to."
    ),
    (_SCHEMA, "https://schema.org", "http://schema.org/", "http://schema.org"),
)
LABELS = Profile(
    "labels",
    f"{VOCABULARY}profile/labels",
    "Names",
    "What the thing, and everything that a statement joins it with, is called, in every language.",
)
ALTERNATES = Profile(
    "alt",
    "http://www.w3.org/ns/dx/connegp/altr",
    "The list of profiles",
    "Which documents about the thing there are, in which profile and format.",
    ("http://www.w3.org/ns/dx/conneg/altr",),
    page=True,
)
PROFILES = (FULL, SCHEMA, LABELS, ALTERNATES)
"""Every profile of a document about a thing; without a wish, the first."""

_VOID = "http://rdfs.org/ns/void"
DCAT = Profile(
    "dcat",
    "http://www.w3.org/ns/dcat#",
    "DCAT, VoID and PROV",
    "What the dataset is, how it can be had, what it counts, and what it was made from.",
    ("http://www.w3.org/ns/dcat", f"{_VOID}#", _VOID, FULL.iri, FULL.token),
)
CROISSANT = Profile(
    "croissant",
    signposting.CROISSANT,
    "Croissant",
    "The files of the dataset and the columns of its tables, for machine learning.",
)
RO_CRATE = Profile(
    "ro-crate",
    signposting.RO_CRATE,
    "RO-Crate",
    "The dataset as a research object: its files, its sources, and how it was made.",
)
OF_DATASET = (DCAT, SCHEMA, CROISSANT, RO_CRATE, ALTERNATES)
"""Every profile of a description of the dataset; without a wish, the first."""
ALL = tuple(dict.fromkeys((*PROFILES, *OF_DATASET)))

_WISH = re.compile(r'\s*(?:<([^<>]*)>|"([^"]*)")\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*(?:;.*)?')


def wanted(argument: str | None, header: str | None, among: tuple[Profile, ...] = PROFILES) -> Profile:
    """The profile of a request: by its argument, else the one its header wants most.

    `Problem` for an argument that names none. A header can only say what it would rather have: where it names
    none of ours, the first is sent, as section 7.1 of the specification allows.
    """
    if argument is not None:
        found = next((one for one in among if argument in (one.token, one.iri, *one.aliases)), None)
        if found is None:
            raise unavailable(f"no profile is called `{argument[:80]}`", among)
        return found
    best, most = among[0], 0.0
    for part in (header or "").split(",")[:100]:
        match = _WISH.fullmatch(part)
        if match is None:
            continue
        iri, quality = match[1] or match[2], float(match[3] or 1)
        known = next((one for one in among if iri in (one.iri, *one.aliases)), None)
        if known is not None and quality > most:
            best, most = known, quality
    return best


def unavailable(detail: str, among: tuple[Profile, ...] = PROFILES) -> Problem:
    """There is no such document: the problem says which profiles there are."""
    there = [{"token": one.token, "iri": one.iri} for one in among]
    return Problem("not-acceptable", detail, {"profiles": there})


def query(profile: Profile, iri: str) -> str:
    """What a document about the thing says in the profile `schema` or `labels`."""
    if profile is LABELS:
        names = " ".join(f"<{name.value}>" for name in labels.PROPERTIES)
        return f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?p {{ {names} }}
            {{ VALUES ?s {{ <{iri}> }} ?s ?p ?o }}
            UNION {{ <{iri}> ?out ?s . ?s ?p ?o }} UNION {{ ?s ?in <{iri}> . ?s ?p ?o }} }}"""
    return f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
        {{ VALUES ?s {{ <{iri}> }} ?s ?p ?o FILTER({_ours("?p", "?o")}) }}
        UNION {{ <{iri}> ?to ?s FILTER(STRSTARTS(STR(?to), "{_SCHEMA}")) ?s ?p ?o
            FILTER(?p = <{_SCHEMA}name> || {_is_type("?p", "?o")}) }} }}"""


def _ours(predicate: str, value: str) -> str:
    return f'STRSTARTS(STR({predicate}), "{_SCHEMA}") || {_is_type(predicate, value)}'


def _is_type(predicate: str, value: str) -> str:
    return f'({predicate} = <{_TYPE}> && STRSTARTS(STR({value}), "{_SCHEMA}"))'


@dataclass(frozen=True, slots=True)
class Representation:
    """A document about a thing: its path with its arguments, its format, its profile."""

    address: str
    offer: Offer
    profile: Profile

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return self.offer.media_types[0]


def representations(path: str, offers: dict[str, Offer]) -> Iterator[Representation]:
    """Every document about the thing at the path; `offers` are the formats by their extensions."""
    for profile in PROFILES:
        for extension, offer in offers.items():
            if extension != "html" or profile.page:
                argument = "" if profile is FULL else f"?_profile={profile.token}"
                yield Representation(f"{path}.{extension}{argument}", offer, profile)


def listed(iri: str, base: str, documents: list[Representation]) -> str:
    """The query whose result is the list of the documents about the thing, the default ones first."""
    default = documents[0].profile
    rows = "\n".join(
        f"({'altr:hasDefaultRepresentation' if one.profile is default else 'altr:hasRepresentation'} "
        f'<{base}{one.address}> <{one.profile.iri}> "{one.media_type}" "{one.profile.token}")'
        for one in documents
    )
    return f"""PREFIX altr: <http://www.w3.org/ns/dx/connegp/altr#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX prof: <http://www.w3.org/ns/dx/prof/>
        CONSTRUCT {{ <{iri}> ?has ?document . ?document a altr:Representation ; dcterms:conformsTo ?profile ;
            dcterms:format ?format . ?profile a prof:Profile ; prof:hasToken ?token }}
        WHERE {{ VALUES (?has ?document ?profile ?format ?token) {{ {rows} }} }}"""


def links(profile: Profile, path: str) -> list[Link]:
    """What a document in the profile says of it, and where the thing is in the others."""
    return [
        Link("profile", profile.iri),
        *(
            Link("alternate", f"{path}.{extension}?_profile={one.token}", media_type, one.iri)
            for one in PROFILES
            if one not in (profile, FULL)
            for extension, media_type in (("ttl", "text/turtle"), ("jsonld", "application/ld+json"))
        ),
    ]


_DEFINED = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prof: <http://www.w3.org/ns/dx/prof/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@blueprint.get("/profiles")
def profiles() -> AnyResponse | str:
    """Every profile that documents about things and descriptions of the dataset come in."""
    elsewhere = documents.turtle_instead("profiles.ttl")
    return elsewhere or render_template("profiles.html", profiles=PROFILES, of_dataset=OF_DATASET)


@blueprint.get("/profiles.ttl")
def profiles_document() -> Response:
    """The same in Turtle, in the terms of W3C's Profiles Vocabulary."""
    text = _DEFINED + "".join(
        f'<{one.iri}> a prof:Profile ; prof:hasToken "{one.token}" ; rdfs:label "{one.title}"@en ;\n'
        f'    rdfs:comment "{one.definition}"@en .\n'
        for one in ALL
    )
    return Response(text, content_type="text/turtle; charset=utf-8")


@blueprint.get("/profile/<name>")
def profile(name: str) -> AnyResponse:
    """One profile: the page of all, at its place."""
    if name not in [one.token for one in ALL]:
        raise Problem("not-found", f"no profile is called {name[:80]!r}")
    return redirect(f"{g.links.root}profiles#{name}", 303)
