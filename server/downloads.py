"""Files of releases: ranges, digests, packed or not, and the versions before and after each."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, render_template, request, send_file

from kg import formats, packing
from kg import release as releases
from kg.describe import CC0
from kg.packing import Packing
from kg.release import Release
from server import metadata, signposting
from server.negotiation import coding
from server.pages import released
from server.problem import Problem
from server.signposting import Link

blueprint = Blueprint("downloads", __name__)

_TYPES = {
    **{way.suffix: way.media_type for way in packing.PACKINGS},
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".ttl": "text/turtle",
}
_FOREVER = "public, max-age=31536000, immutable"
# One range of bytes. Others are ignored, as RFC 9110, section 14.2, allows: the answer is the whole file.
_ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})")


def _is_one_range(header: str) -> bool:
    found = _ONE_RANGE.fullmatch(header)
    return found is not None and not (found[2] and int(found[2]) < int(found[1]))


def sent(release: Release, path: str, *, forever: bool) -> Response:
    """A file of the manifest, with ranges and its SHA-256 for a validator.

    Where the release has `path` packed only, it is sent unpacked, or as it lies there under the
    `Content-Encoding` that the client wants most.
    """
    entries = {str(entry["path"]): entry for entry in release.manifest["files"]}
    ways = {way.coding: way for way in packing.PACKINGS if path + way.suffix in entries}
    coded = path not in entries
    if coded and not ways:
        raise Problem("not-found", f"{request.path}: the release has no such file")
    condition = request.headers.get("If-Range")
    if not _is_one_range(request.headers.get("Range", "")) or not (condition or '"').startswith('"'):
        # RFC 9110, section 13.1.5: neither a weak tag nor a date says that the parts are of one file.
        request.environ.pop("HTTP_RANGE", None)
    if not forever:
        # A release that is taken back is older than the one before: only a tag tells them apart.
        request.environ.pop("HTTP_IF_MODIFIED_SINCE", None)
    way = ways.get(coding(request.headers.get("Accept-Encoding"), list(ways))) if coded else None
    name = path + way.suffix if way is not None else path
    if coded and way is None:
        packed = next(iter(ways.values()))
        response = _unpacked(release.folder / (path + packed.suffix), packed, entries[path + packed.suffix])
    else:
        file, digest = release.folder / name, str(entries[name]["sha256"])
        response = send_file(
            file,
            mimetype=_TYPES.get(file.suffix, "application/octet-stream"),
            etag=digest if way is None else f"{digest}-{way.coding}",
            conditional=True,
            last_modified=None,
            download_name=file.name,
        )
        if way is not None:
            response.headers["Content-Encoding"] = way.coding
        request.environ["peerkg.lasting"] = True
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"
    if coded:
        response.content_type = f"{formats.by_path(path).media_type}; charset=utf-8"
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _FOREVER if forever else "no-cache"
    if not forever:
        response.headers.pop("Last-Modified", None)
    response.headers["Content-Disposition"] = f'inline; filename="{path.rpartition("/")[2]}"'
    if path.startswith("dumps/"):
        links = [*signposting.of_file(metadata.has_quotes(path)), *_versions(release, path)]
        response.headers["Link"] = signposting.header(links, g.links.root)
    return response


def _unpacked(file: Path, way: Packing, entry: dict[str, Any]) -> Response:
    """What is in a packed file, unpacked while it is sent; without ranges, which would unpack more."""
    response = Response(chunks(file, way))
    response.set_etag(f"{entry['sha256']}-identity")
    response.headers["Accept-Ranges"] = "none"
    response.make_conditional(request)
    return response


def chunks(file: Path, way: Packing) -> Iterator[bytes]:
    """What is in a packed file, piece by piece."""
    with way.opened(file) as stream:
        while chunk := stream.read(262_144):
            yield chunk


def _versions(release: Release, path: str = "") -> list[Link]:
    """Where the same is in the current release, and in the ones before and after (RFC 5829)."""
    kept = [one.id for one in _kept()]
    place = kept.index(release.id)
    found = [Link("latest-version", path or "dumps/")]
    found += [Link("version-history", "releases/")]
    near = {"predecessor-version": place - 1, "successor-version": place + 1}
    for rel, number in near.items():
        if 0 <= number < len(kept):
            found.append(Link(rel, f"releases/{kept[number]}" + (f"/{path}" if path else "")))
    return found


def kept() -> set[str]:
    """The names of the releases that are kept."""
    return set(releases.ids(g.release.folder.parent.parent))


def _kept() -> list[Release]:
    """Every release that is kept, the oldest first."""
    return releases.all_of(g.release.folder.parent.parent)


@blueprint.get("/dumps/")
def dumps() -> Response:
    """The downloads of the current release."""
    released()
    return _listed(g.release)


def _listed(release: Release) -> Response:
    page = Response(
        render_template("dumps.html", files=metadata.files(release), of=release),
        content_type="text/html; charset=utf-8",
    )
    links = signposting.of_dataset(release, metadata.downloads(release))
    if release.id != g.release.id:
        here = f"releases/{release.id}"
        links = [
            Link("cite-as", f"{release.base}{here}"),
            Link("license", CC0),
            *(Link("item", f"{here}/{path}", kind) for path, kind in metadata.downloads(release)),
        ]
    page.headers["Link"] = signposting.header([*links, *_versions(release)], g.links.root)
    return page


@blueprint.get("/dumps/<path:name>")
def dump(name: str) -> Response:
    """A download of the current release."""
    released()
    return sent(g.release, f"dumps/{name}", forever=False)


@blueprint.get("/releases/")
def all_releases() -> str:
    """Every release that is kept, the newest first."""
    released()
    return render_template("releases.html", releases=_kept()[::-1])


@blueprint.get("/releases/<name>")
def one_release(name: str) -> Response:
    """A release: its counts, sources and files."""
    return _listed(named(name))


@blueprint.get("/releases/<name>/<path:path>")
def release_file(name: str, path: str) -> Response:
    """A file of a release, which never changes."""
    found = named(name)
    of_itself = {releases.MANIFEST: "application/json", releases.SEAL: "text/plain"}
    if path in of_itself and (found.folder / path).exists():
        response = send_file(found.folder / path, mimetype=of_itself[path], conditional=True)
        response.headers["Cache-Control"] = _FOREVER
        return response
    return sent(found, path, forever=True)


def named(name: str) -> Release:
    """A release that is kept, by its name; `Problem` where there is none."""
    released()
    directory = g.release.folder.parent.parent
    try:
        return releases.named(directory, name)
    except releases.NoReleaseError:
        if name in releases.pruned(directory):
            detail = f"the release {name} is not kept any more; the current one is {g.release.id}"
            raise Problem("pruned", detail, {"release": name, "current": g.release.id}) from None
        raise Problem("not-found", f"no release is called {name[:80]!r}") from None
