"""What changed since the release before, written beside the releases for a server to show.

It is no part of a release: what a later one no longer says must not stay in it. It lies in
`.changes/<the release before>+<the release>` while both are kept, is written in one pass, and can be removed
at any time.
"""

from __future__ import annotations

import gzip
import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from kg import change_sets, comparison, release
from kg.comparison import Change, Difference
from kg.directory import CHANGES, forget_changes, sync
from kg.problems import PeerkgError
from kg.release import Release

_LOG = logging.getLogger(__name__)
MOST = 300
"""So many things of a kind are named, with their statements; how many changed is always told."""
JSON = "changes.json"
FILES = {
    JSON: "application/json",
    "changes.ttl": "text/turtle; charset=utf-8",
    "changes.atom": "application/atom+xml",
    "added.nq": "application/n-quads",
    "removed.nq": "application/n-quads",
}
"""What can be asked for, and the media type of each. The lines that came and went are packed on the disk."""


def folder(of: Release) -> Path | None:
    """Where the changes of a release lie; `None` where it was the first, or one of the two is not kept."""
    directory, before = of.folder.parent.parent, of.manifest.get("previous")
    if before is None or before not in release.ids(directory):
        return None
    return directory / CHANGES / f"{before}+{of.id}"


def record(directory: Path) -> None:
    """Write what the current release changed, unless that is there; the caller holds the lock.

    Where it cannot be done, that is said in the log: the release itself is published.
    """
    of = release.current(directory)
    forget_changes(directory)
    place = folder(of)
    if place is None or place.exists():
        return
    try:
        old = release.named(directory, str(of.manifest["previous"]))
        place.parent.mkdir(exist_ok=True)
        beside = place.with_name(f".{place.name}")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        _write(beside, old, of)
        sync(beside)
        beside.rename(place)
    except (PeerkgError, OSError) as error:
        _LOG.warning("%s: what changed since the release before could not be written: %s", of.id, error)


def _write(place: Path, old: Release, new: Release) -> None:
    things: Counter[tuple[str, comparison.What]] = Counter()
    lines = {"added": 0, "removed": 0}
    named: list[Change] = []
    with _packed(place / "added.nq.gz") as added, _packed(place / "removed.nq.gz") as removed:
        for step in comparison.steps(old, new):
            added.writelines(step.added.lines())
            removed.writelines(step.removed.lines())
            lines["added"] += len(step.added.rests)
            lines["removed"] += len(step.removed.rests)
            for change in step.changes:
                key = change.kind, change.what
                things[key] += 1
                if things[key] <= MOST:
                    named.append(change)
    found = Difference(old, new, (), (), comparison.settled(new, named))
    (place / "changes.ttl").write_bytes(change_sets.as_turtle(found))
    (place / "changes.atom").write_bytes(change_sets.as_atom(found))
    told = change_sets.as_json(found, things) | {"statements": lines}
    (place / JSON).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@contextmanager
def _packed(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def read(of: Release) -> dict[str, Any] | None:
    """What changed in a release, as JSON has it; `None` where that is not known."""
    place = folder(of)
    if place is None:
        return None
    try:
        told = json.loads((place / JSON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
