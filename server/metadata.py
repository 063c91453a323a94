"""What the dataset is, in the words of schema.org, Croissant 1.1 and RO-Crate 1.1.

All of it comes from the release's manifest and its files, so that no document can say what is not there.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import formats, packing
from kg.describe import CC0, RIGHTS
from kg.release import CANDIDATES, EVIDENCE, LINKS, QUADS, Release

DESCRIPTION = (
    "Reports, studies, people, institutions and findings about peer support in mental health and substance "
    "use, read from documents: every statement leads to the characters it was read from."
)
KEYWORDS = ("peer support", "mental health", "substance use", "evidence", "linked data")
_TABLES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet",
}
_WORDS = {
    QUADS: "the named graphs: what each source said, and what follows from it, as N-Quads",
    EVIDENCE: "quotes and places, as N-Quads",
    LINKS: "links to other datasets with their reasons (SSSOM)",
    CANDIDATES: "what may be one thing, for a person to decide (SSSOM)",
}
_COUNTED = frozenset({"page_count", "size", "times_cited"})
"""Columns of whole numbers; all others are text."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file of `dumps/`, as the manifest has it."""

    name: str
    what: str
    media_type: str
    """Of what is inside, where the file is packed."""
    packing: str
    """The media type of the way it is packed, or nothing."""
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where it lies, from the root of the server and of the release."""
        return f"dumps/{self.name}"

    @property
    def sent_as(self) -> str:
        """The media type it is sent with."""
        return self.packing or self.media_type

    @property
    def media_types(self) -> str | list[str]:
        """The media types as `encodingFormat` has them."""
        return [self.media_type, self.packing] if self.packing else self.media_type


def files(release: Release) -> list[Download]:
    """The downloads of a release."""
    return [
        _download(str(entry["path"]).removeprefix("dumps/"), entry)
        for entry in release.manifest["files"]
        if str(entry["path"]).startswith("dumps/")
    ]


def has_quotes(path: str) -> bool:
    """Whether the download has words of the documents in it, whose rights are their publishers'."""
    return packing.without(path.rpartition("/")[2]) == packing.without(EVIDENCE)


def _download(name: str, entry: dict[str, Any]) -> Download:
    way = packing.of(name)
    if way is not None:
        syntax = formats.by_path(name)
        named = packing.without(name) + packing.GZIP.suffix
        media_type, what = syntax.media_type, _WORDS.get(named, f"everything, as {syntax.title}")
    else:
        suffix = Path(name).suffix
        media_type = _TABLES.get(suffix, "application/octet-stream")
        kind = suffix[1:].upper() if suffix != ".parquet" else "Parquet"
        what = _WORDS.get(name, f"a table of {Path(name).stem.replace('_', ' ')}, as {kind}")
    packed_as = way.media_type if way is not None else ""
    return Download(name, what, media_type, packed_as, int(entry["size"]), str(entry["sha256"]))


def downloads(release: Release) -> list[tuple[str, str]]:
    """The path and media type of each download."""
    return [(one.path, one.sent_as) for one in files(release)]


def _publisher(release: Release) -> dict[str, str] | None:
    name = str(release.manifest.get("publisher", ""))
    if not name:
        return None
    known = {"@id": name, "url": name} if name.startswith(("http://", "https://")) else {}
    return {"@type": "Organization", "name": name, **known}


def _about(release: Release) -> dict[str, Any]:
    """What every description of the dataset says, in schema.org's words."""
    publisher = _publisher(release)
    return {
        "name": release.manifest["title"] or "peerkg",
        "description": DESCRIPTION,
        "url": release.base,
        "identifier": f"{release.base}releases/{release.id}",
        "version": release.id,
        "datePublished": release.manifest["created"],
        "license": CC0,
        "keywords": list(KEYWORDS),
        **({"creator": publisher, "publisher": publisher} if publisher else {}),
    }


def _counts(release: Release) -> list[dict[str, Any]]:
    return [
        {"@type": "PropertyValue", "name": name.replace("_", " "), "value": number}
        for name, number in release.manifest["counts"].items()
        if isinstance(number, int)
    ]


def dataset(release: Release) -> dict[str, Any]:
    """The dataset as schema.org describes one, for the home page."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{release.base}#dataset",
        **_about(release),
        "usageInfo": RIGHTS,
        "isAccessibleForFree": True,
        "isBasedOn": [f"{release.base}source/{source['id']}" for source in release.manifest["sources"]],
        "additionalProperty": _counts(release),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one.name,
                "description": one.what,
                "contentUrl": f"{release.base}releases/{release.id}/{one.path}",
                "encodingFormat": one.media_types,
                "contentSize": str(one.size),
                "sha256": one.sha256,
            }
            for one in files(release)
        ],
    }


_CROISSANT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")},
    **{
        name: f"cr:{name}"
        for name in (
            *(
                "citeAs",
                "column",
                "containedIn",
                "equivalentProperty",
                "extract",
                "field",
                "isArray",
                "fileObject",
                "fileProperty",
                "fileSet",
                "format",
            ),
            *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source"),
            *("subField", "transform"),
        )
    },
}


def croissant(release: Release) -> dict[str, Any]:
    """The dataset as Croissant 1.1 describes one: its files, and the records of its CSV tables."""
    held = files(release)
    about = _about(release)
    about.setdefault(
        "creator", {"@type": "Organization", "name": "not named by the publisher of this release"}
    )
    return {
        "@context": _CROISSANT,
        "@type": "sc:Dataset",
        "@id": f"{release.base}releases/{release.id}",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        **about,
        "version": _numbered(release.id),
        "isLiveDataset": False,
        "citeAs": f"{about['name']}, release {release.id}. {release.base}releases/{release.id}",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": one.name,
                "name": one.name,
                "description": one.what,
                "contentUrl": f"{release.base}releases/{release.id}/{one.path}",
                "encodingFormat": one.sent_as,
                "contentSize": f"{one.size} B",
                "sha256": one.sha256,
            }
            for one in held
        ],
        "recordSet": [_record_set(release, one) for one in held if one.media_type == "text/csv"],
    }


def _numbered(name: str) -> str:
    """The release as Croissant wants versions, after Semantic Versioning 2.0.

    >>> _numbered("2026-11-02-1f3a9c2e")
    '2026.11.2+1f3a9c2e'
    """
    year, month, day, rest = name.split("-", 3)
    return f"{int(year)}.{int(month)}.{int(day)}+{rest}"


def _record_set(release: Release, table: Download) -> dict[str, Any]:
    name = Path(table.name).stem
    with (release.folder / table.path).open(encoding="utf-8", newline="") as stream:
        columns = next(csv.reader(stream))
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.what}; several values of a cell are joined by ' | '",
        "key": {"@id": f"{name}/{columns[0]}"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "dataType": "sc:Integer" if column in _COUNTED else "sc:Text",
                "source": {"fileObject": {"@id": table.name}, "extract": {"column": column}},
            }
            for column in columns
        ],
    }


def ro_crate(release: Release) -> dict[str, Any]:
    """The dataset as an RO-Crate 1.1 whose files lie beside this document on the server."""
    held = files(release)
    about = _about(release)
    publisher = about.pop("publisher", None)
    about.pop("creator", None)
    agent = {**publisher, "@id": publisher.get("@id", "#publisher")} if publisher else None
    sources = release.manifest["sources"]
    return {
        "@context": ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}],
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                **about,
                "license": {"@id": CC0},
                **({"author": {"@id": agent["@id"]}, "publisher": {"@id": agent["@id"]}} if agent else {}),
                "hasPart": [{"@id": one.path} for one in held],
                "isBasedOn": [{"@id": f"{release.base}source/{source['id']}"} for source in sources],
                "mentions": {"@id": "#build"},
            },
            *(
                {
                    "@id": one.path,
                    "@type": "File",
                    "name": one.name,
                    "description": one.what,
                    "encodingFormat": one.media_types,
                    "contentSize": str(one.size),
                    "sha256": one.sha256,
                }
                for one in held
            ),
            *(
                {
                    "@id": f"{release.base}source/{source['id']}",
                    "@type": "CreativeWork",
                    "name": source["title"] or source["path"],
                    **({"copyrightNotice": source["licence"]} if source["licence"] else {}),
                }
                for source in sources
            ),
            {"@id": CC0, "@type": "CreativeWork", "name": "CC0 1.0 Universal", "description": RIGHTS},
            {
                "@id": "#build",
                "@type": "CreateAction",
                "name": "peerkg build",
                "endTime": release.manifest["created"],
                "instrument": {"@id": "#peerkg"},
                "object": [{"@id": f"{release.base}source/{source['id']}"} for source in sources],
                "result": [{"@id": one.path} for one in held],
            },
            {
                "@id": "#peerkg",
                "@type": "SoftwareApplication",
                "name": "peerkg",
                "version": str(release.manifest.get("versions", {}).get("peerkg", "unknown")),
            },
            *([agent] if agent else []),
        ],
    }
