"""How a release came to be: what its shapes said against it, and what changed since the one before."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, render_template, request, send_file

from kg import packing, recorded_changes
from kg.release import Release
from server import downloads
from server.links import Links
from server.problem import Problem
from server.wording import gettext as _

blueprint = Blueprint("history", __name__)

_SHOWN = 50
"""Places of one thing to be done, and things of one kind, that a page shows; the files have more."""
_STATEMENTS = 10


@blueprint.get("/releases/<name>/validation")
def validation(name: str) -> str:
    """What violates shapes in a release, and what was left out of it for that."""
    of = downloads.named(name)
    try:
        report = json.loads(of.results.read_text(encoding="utf-8"))
    except FileNotFoundError:
        detail = f"release {of.id} was made before there were reports for people; its validation.ttl has it"
        raise Problem("not-found", detail) from None
    return render_template("validation.html", of=of, report=report, to=_links(of.id), most=_SHOWN)


@blueprint.get("/releases/<name>/changes")
def changes(name: str) -> str:
    """What a release says that the one before did not, and the reverse."""
    of = downloads.named(name)
    told = recorded_changes.read(of)
    before = of.manifest.get("previous")
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in told["changes"] if told is not None else ():
        by_kind.setdefault(one["kind"], []).append(one)
    return render_template(
        "changes.html",
        of=of,
        before=before,
        is_kept=before in downloads.kept(),
        told=told,
        by_kind=by_kind,
        kinds=_kinds(),
        signs={"added": _("new"), "removed": _("gone"), "changed": _("changed")},
        now=_links(of.id),
        then=_links(str(before)),
        most=_SHOWN,
        statements=_STATEMENTS,
    )


def _kinds() -> dict[str, str]:
    return {
        "works": _("Works"),
        "studies": _("Studies"),
        "findings": _("Findings"),
        "persons": _("Persons"),
        "institutions": _("Institutions"),
        "participant_groups": _("Groups of participants"),
        "concepts": _("Concepts"),
        "links": _("Links"),
        "others": _("Others"),
    }


def _links(name: str) -> Links:
    """Links into a release."""
    return Links(g.release.base, g.links.root, "" if name == g.release.id else f"releases/{name}/")


@blueprint.get("/releases/<name>/changes.<any(json, ttl, atom):ext>")
def document(name: str, ext: str) -> Response:
    """The things that changed: as JSON, as change sets in Turtle, as an Atom feed."""
    return _sent(downloads.named(name), f"changes.{ext}")


@blueprint.get("/releases/<name>/<any(added, removed):which>.nq")
@blueprint.get("/releases/<name>/<any(added, removed):which>.nq.gz")
def lines(name: str, which: str) -> Response:
    """The statements of the named graphs that came, or went, as N-Quads, packed or not."""
    return _sent(downloads.named(name), f"{which}.nq", packed=request.path.endswith(".gz"))


def _sent(of: Release, file: str, *, packed: bool = False) -> Response:
    folder = recorded_changes.folder(of)
    is_packed = file.endswith(".nq")
    path = None if folder is None else folder / (file + packing.GZIP.suffix if is_packed else file)
    if path is None or not path.exists():
        raise Problem("not-found", f"it is not kept what changed between release {of.id} and the one before")
    if is_packed and not packed:
        response = Response(downloads.chunks(path, packing.GZIP))
    else:
        response = send_file(path, conditional=True, last_modified=None)
    response.content_type = packing.GZIP.media_type if packed else recorded_changes.FILES[file]
    response.headers["Cache-Control"] = "no-cache"  # it goes when the release before is not kept any more
    shown = file + packing.GZIP.suffix if packed else file
    response.headers["Content-Disposition"] = f'inline; filename="{shown}"'
    return response
