"""A page as a release that is kept has it: answered from that release, with links that stay there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g

from server.links import Links
from server.service import Call, Edition, Service


@contextmanager
def as_of(release: str) -> Iterator[None]:
    """While this lasts the request is about the release of that name; without one all stays as it is."""
    if not release:
        yield
        return
    service: Service = current_app.extensions["peerkg"]
    call: Call = g.call
    edition = call.run(_borrowed(service, release))
    try:
        call.edition, g.release = edition, edition.release
        base = edition.release.base if edition.release else ""
        g.links = Links(base, g.links.root, f"releases/{edition.id}/")
        yield
    finally:
        call.run(_given_back(edition))


async def _borrowed(service: Service, release: str) -> Edition:
    edition = await service.edition_of(release)
    edition.users += 1
    return edition


async def _given_back(edition: Edition) -> None:
    edition.users -= 1
