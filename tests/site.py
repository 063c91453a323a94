"""The kinds of page of the site, by an address of each in the seeds' release."""

from __future__ import annotations

from kg.release import Release
from server.entities import KINDS

FIXED = (
    "/",
    "/findings",
    "/map",
    "/map?view=table",
    "/map?embed=1",
    "/compare",
    "/sparql",
    "/sparql?query=SELECT+*+%7B",
    "/sparql?view=graph&query=SELECT+%3Fs+%3Fo+%7B%3Fs+%3Chttps%3A%2F%2Fw3id.org%2Fpeerkg%2Fontology%23studiesRole%3E+%3Fo%7D",
    "/sparql?view=chart&query=SELECT+%3Fo+%28COUNT%28%2A%29+AS+%3Fn%29+%7B%3Fs+%3Chttps%3A%2F%2Fw3id.org%2Fpeerkg%2Fontology%23studiesRole%3E+%3Fo%7D+GROUP+BY+%3Fo",
    "/sparql?view=map&query=SELECT+%2A+%7BVALUES%28%3Fplace+%3Flat+%3Flong%29%7B%28%22a%22+41.3+-72.9%29%28%22b%22+51.5+0.1%29%7D%7D",
    "/dumps/",
    "/ontology.html",
    "/search?q=peer",
    "/search?role=peer-worker",
    "/expert?lines=peer%0Atitle:peer*",
    "/expert?lines=peer+AND",
    "/releases/",
    "/shapes",
    "/problem/",
    "/queries.html",
    "/profiles",
    "/study/none",
)
CONCEPTS = ("/outcome/hope.html", "/role/peer-worker.html", "/method/rct.html")


def addresses(release: Release) -> list[str]:
    """An address of every kind of page; of things one of each class with a page of its own."""
    live = [row for row in release.registered() if row.state == "live"]
    by_kind: dict[str, list[str]] = {}
    for row in live:
        by_kind.setdefault(row.kind, []).append(f"/{row.iri.removeprefix(release.base)}.html")
    things = [by_kind[kind][0] for kind in KINDS if kind in by_kind]
    things += [by_kind["ParticipantGroup"][0], by_kind["Study"][-1]]
    study = by_kind["Study"][-1].removeprefix("/study/").removesuffix(".html")
    came_to_be = [f"/releases/{release.id}/{name}" for name in ("changes", "validation")]
    return [*FIXED, *CONCEPTS, *dict.fromkeys(things), f"/compare?study={study}", *came_to_be]
