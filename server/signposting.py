"""Typed links for programs: FAIR Signposting in `Link` headers (level 1) and link sets (level 2, RFC 9264).

A link's target is an absolute IRI, or a path from the root of this server: where that stands is not known
here, so such a path is written relative to the document that holds the link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.describe import CC0
from kg.release import Release
from server import metadata, sparql
from server.links import Links
from server.service import Call
from server.tables import ask

LINKSET = "application/linkset+json"
AUTHORS = 20
"""How many authors a header names; the link set names all."""
CROISSANT = "http://mlcommons.org/croissant/1.1"
RO_CRATE = "https://w3id.org/ro/crate/1.1"
_SCHEMA = "https://schema.org/"


@dataclass(frozen=True, slots=True)
class Link:
    """One typed link."""

    rel: str
    to: str
    media_type: str = ""
    profile: str = ""

    def header(self, root: str) -> str:
        """As a value of the `Link` header of a document from which `root` leads to the server's root."""
        return f'<{target(self.to, root)}>; rel="{self.rel}"' + "".join(
            f'; {name}="{value}"' for name, value in self._attributes()
        )

    def member(self, root: str) -> dict[str, str]:
        """As a target object of a link set."""
        return {"href": target(self.to, root), **dict(self._attributes())}

    def _attributes(self) -> Iterator[tuple[str, str]]:
        if self.media_type:
            yield "type", self.media_type
        if self.profile:
            yield "profile", self.profile


def target(to: str, root: str) -> str:
    """The reference to write in a document from which `root` leads to the server's root."""
    return to if re.match(r"[a-z]+:", to) else root + to or "./"


def header(links: Iterable[Link], root: str) -> str:
    """The value of a `Link` header."""
    return ", ".join(link.header(root) for link in links)


def document(contexts: Iterable[tuple[str, Iterable[Link]]], root: str) -> dict[str, Any]:
    """A link set: for each context its links, by relation."""
    found = []
    for anchor, links in contexts:
        context: dict[str, Any] = {"anchor": target(anchor, root)}
        for link in links:
            context.setdefault(link.rel, []).append(link.member(root))
        found.append(context)
    return {"linkset": found}


def formats_of(path: str, extensions: dict[str, str]) -> list[Link]:
    """The RDF documents about a thing, by `extensions` (extension: name of the format)."""
    types = {offer.name: offer.media_types[0] for offer in sparql.GRAPHS}
    return [
        Link("describedby", f"{path}.{ext}", types[name]) for ext, name in extensions.items() if name in types
    ]


def of_thing(call: Call, iri: str, path: str, links: Links, extensions: dict[str, str]) -> list[Link]:
    """The links of the page about a thing: its IRI, its descriptions, its types, who wrote it."""
    rows = ask(
        call,
        {
            "types": f"SELECT DISTINCT ?x {{ <{iri}> a ?x FILTER(STRSTARTS(STR(?x), '{_SCHEMA}')) }}",
            "authors": f"""SELECT ?x (MIN(?place) AS ?first) {{
                {{ BIND(<{iri}> AS ?report) }} UNION {{ ?report pk:reportsStudy|pk:statesFinding <{iri}> }}
                ?report pk:hasAuthorship ?a . ?a pk:authorshipBy ?x ; pk:authorPosition ?place
                }} GROUP BY ?x ORDER BY ?first ?x""",
        },
    )
    types = sorted(row["x"].value for row in rows["types"])
    authors = [row["x"].value for row in rows["authors"] if "x" in row]
    return [
        Link("cite-as", iri),
        *formats_of(path, extensions),
        Link("license", CC0),
        Link("type", f"{_SCHEMA}AboutPage"),
        *(Link("type", one) for one in types if re.fullmatch(r"[A-Za-z]+", one.removeprefix(_SCHEMA))),
        *(Link("author", one) for one in authors if links.is_ours(one)),
        Link("collection", "", "text/html"),
        Link("linkset", f"linkset/{path}", LINKSET),
    ]


def in_header(links: Iterable[Link]) -> list[Link]:
    """The links that a header has room for."""
    links = list(links)
    authors = [link for link in links if link.rel == "author"]
    return [link for link in links if link.rel != "author" or link in authors[:AUTHORS]]


def thing_linkset(links: list[Link], path: str, root: str) -> dict[str, Any]:
    """The link set of a thing: its page, and each description of it."""
    page = f"{path}.html"
    contexts: list[tuple[str, list[Link]]] = [(page, [link for link in links if link.rel != "linkset"])]
    contexts += [
        (link.to, [Link("describes", page, "text/html"), Link("license", CC0)])
        for link in links
        if link.rel == "describedby"
    ]
    return document(contexts, root)


def of_dataset(release: Release, files: Iterable[tuple[str, str]]) -> list[Link]:
    """The links of the home page: what describes the dataset, and its files (path and media type)."""
    publisher = str(release.manifest.get("publisher", ""))
    return [
        Link("cite-as", release.base),
        Link("describedby", "description.ttl", "text/turtle"),
        Link("describedby", "description.jsonld", "application/ld+json"),
        Link("describedby", "croissant.json", "application/ld+json", CROISSANT),
        Link("describedby", "ro-crate-metadata.json", "application/ld+json", RO_CRATE),
        Link("license", CC0),
        Link("type", f"{_SCHEMA}AboutPage"),
        Link("type", f"{_SCHEMA}Dataset"),
        *([Link("author", publisher)] if re.fullmatch(r"https?://[!-;=?-~]+", publisher) else []),
        *(Link("item", path, media_type) for path, media_type in files),
        Link("linkset", "linkset", LINKSET),
        Link("api-catalog", ".well-known/api-catalog", LINKSET),
    ]


def of_description() -> list[Link]:
    """The links of a document that describes the dataset."""
    return [Link("describes", "", "text/html"), Link("license", CC0), Link("linkset", "linkset", LINKSET)]


def of_file(quotes: bool) -> list[Link]:
    """The links of a download: the dataset it is of, and its licence where one covers all of it."""
    return [
        Link("collection", "", "text/html"),
        *([] if quotes else [Link("license", CC0)]),
        Link("type", f"{_SCHEMA}DataDownload"),
        Link("linkset", "linkset", LINKSET),
    ]


API_CATALOG = f'{LINKSET}; profile="https://www.rfc-editor.org/info/rfc9727"'


def catalogue(root: str) -> dict[str, Any]:
    """The interfaces for programs (RFC 9727): what each is, in the terms of RFC 8631."""
    openapi = Link("service-desc", "openapi.json", "application/json")
    meta = Link("service-meta", "description.ttl", "text/turtle")
    interfaces = {
        "sparql": (
            Link("service-desc", "sparql", "text/turtle"),
            openapi,
            Link("service-doc", "queries.html", "text/html"),
            meta,
            Link("status", "health", "application/json"),
        ),
        "graph-store": (openapi, meta),
        "": (openapi, Link("service-doc", "profiles", "text/html"), meta),
    }
    here = [(".well-known/api-catalog", [Link("item", to) for to in interfaces])]
    return document([*here, *interfaces.items()], root)


def dataset_linkset(links: list[Link], root: str) -> dict[str, Any]:
    """The link set of the dataset: its page, its files, its descriptions."""
    contexts: list[tuple[str, list[Link]]] = [("", [link for link in links if link.rel != "linkset"])]
    for link in links:
        if link.rel == "item":
            of = of_file(metadata.has_quotes(link.to))
            contexts.append((link.to, [one for one in of if one.rel != "linkset"]))
        if link.rel == "describedby":
            contexts.append((link.to, [one for one in of_description() if one.rel != "linkset"]))
    return document(contexts, root)
