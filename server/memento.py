"""Documents as they were: an address negotiates in time, a list has the kept versions (RFC 7089).

A version is the same document in a release that is kept. The address of the document is its own TimeGate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from werkzeug.http import http_date, parse_date

from kg.release import Release
from server.problem import Problem
from server.signposting import Link, target

LINK_FORMAT = "application/link-format"


def made(release: Release) -> datetime:
    """When the release was made: from then on its documents are what they are."""
    return datetime.fromisoformat(str(release.manifest["created"]))


def moment(header: str) -> datetime:
    """The time in an `Accept-Datetime` header; `Problem` where it is none (section 4.5.3)."""
    found = parse_date(header)
    if found is None:
        raise Problem(
            "request", f"`Accept-Datetime` is a date of HTTP, such as {http_date(0)}, not `{header[:80]}`"
        )
    return found


def holding(kept: Iterable[Release], iri: str | None) -> list[Release]:
    """The releases, the oldest first, that publish the IRI; all of them for `None`."""
    found = [release for release in kept if iri is None or _holds(release, iri)]
    return sorted(found, key=lambda release: (made(release), release.id))


def _holds(release: Release, iri: str) -> bool:
    start = f"{iri}\t"
    with release.identities.open(encoding="utf-8") as lines:
        return any(line.startswith(start) and line.split("\t")[3] == "live" for line in lines)


def chosen(when: datetime, holding: list[Release]) -> Release:
    """The release that was the newest then; before all of them, the first (section 4.5.3)."""
    return next((release for release in reversed(holding) if made(release) <= when), holding[0])


def links(path: str) -> list[Link]:
    """What every version of a document says: where the document is now, and the list of its versions."""
    return [Link("original timegate", path), Link("timemap", f"timemap/{path}", LINK_FORMAT)]


def timemap(path: str, holding: list[Release], root: str) -> str:
    """The list of the versions of a document (section 5)."""
    found = [
        Link("original timegate", path).header(root),
        Link("self", f"timemap/{path}", LINK_FORMAT).header(root),
    ]
    for number, release in enumerate(holding):
        ends = ("first " if number == 0 else "") + ("last " if number == len(holding) - 1 else "")
        where = target(f"releases/{release.id}/{path}", root)
        found.append(f'<{where}>; rel="{ends}memento"; datetime="{http_date(made(release))}"')
    return ",\n".join(found) + "\n"
