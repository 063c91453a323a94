"""`peerkg releases`, `verify`, `rollback`, `diff` and `prune`: the life of the releases in a directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import BUSY, REFUSED, USAGE, explained

if TYPE_CHECKING:
    from kg.comparison import Change, Difference

_DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


@click.command()
@_DIRECTORY
@_JSON
def releases(directory: Path, *, as_json: bool) -> None:
    """List the releases in DIR, the oldest first; the current one is marked.

    \b
    Example:
      peerkg releases public
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from rich.console import Console
    from rich.table import Table

    from kg import release

    with explained((release.NoReleaseError, USAGE)):
        current = release.current(directory).id
        found = release.all_of(directory)
    if as_json:
        rows = [
            {
                "id": one.id,
                "current": one.id == current,
                **{key: one.manifest[key] for key in ("created", "digest", "counts")},
            }
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), caption="* is the current one", caption_justify="left")
    for heading in ("", "release", "created", "sources", "triples", "works", "findings"):
        table.add_column(heading, no_wrap=True)
    for one in found:
        counts = one.manifest["counts"]
        numbers = [len(one.manifest["sources"]), counts["triples"], counts["works"], counts["findings"]]
        created = str(one.manifest["created"])[:16].replace("T", " ")
        mark = "*" if one.id == current else ""
        table.add_row(mark, one.id, created, *(f"{number:,}" for number in numbers))
    Console().print(table)


@click.command()
@_DIRECTORY
@click.argument("name", metavar="[ID]", required=False)
@_JSON
def verify(directory: Path, name: str | None, *, as_json: bool) -> None:
    """Prove that a release is as it was made: every digest, every count, dumps equal to the index.

    Without ID, the current release. Exits with 1 where something is wrong.

    \b
    Example:
      peerkg verify public
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import release

    with explained((release.DamagedReleaseError, REFUSED), (release.NoReleaseError, USAGE)):
        chosen = name if name is not None else release.current(directory).id
        faults = release.verify(directory, chosen)
    if as_json:
        click.echo(json.dumps({"id": chosen, "faults": faults}, ensure_ascii=False, indent=2))
    elif faults:
        for fault in faults:
            click.echo(f"{chosen}: {fault}", err=True)
        click.echo(f"{chosen} is damaged; `peerkg rollback` makes another release current", err=True)
    else:
        click.echo(f"{chosen} is whole")
    raise SystemExit(1 if faults else 0)


@click.command()
@_DIRECTORY
@click.argument("name", metavar="ID")
@_JSON
def rollback(directory: Path, name: str, *, as_json: bool) -> None:
    """Make the release ID current again.

    \b
    Example:
      peerkg rollback public 2026-11-22-1f3a9c2e
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import directory as directories
    from kg import release

    with explained(
        (release.DamagedReleaseError, REFUSED),
        (release.NoReleaseError, USAGE),
        (directories.OutputError, USAGE),
        (directories.BuildRunningError, BUSY),
    ):
        release.named(directory, name)
        directories.roll_back(directory, name)
    click.echo(json.dumps({"current": name}) if as_json else f"current is now {name}")


@click.command()
@_DIRECTORY
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--full", is_flag=True, help="Print every thing and its statements, not only the first ones.")
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write added.nq, removed.nq, changes.ttl, changes.atom and changes.json there.",
)
@_JSON
def diff(directory: Path, old: str, new: str, folder: Path | None, *, full: bool, as_json: bool) -> None:
    """What release B has that A has not, and the reverse: works, findings, links, concepts, statements.

    \b
    Example:
      peerkg diff public 2026-11-22-1f3a9c2e 2026-11-23-77ab0c19 --to changes
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import change_sets, release
    from kg.comparison import difference

    with explained((release.NoReleaseError, USAGE)):
        found = difference(release.named(directory, old), release.named(directory, new))
    if folder is not None:
        try:
            change_sets.write(folder, found)
        except OSError as error:
            click.echo(f"Error: {folder}: cannot be written ({error.strerror})", err=True)
            raise SystemExit(USAGE) from error
    if as_json:
        click.echo(json.dumps(change_sets.as_json(found), ensure_ascii=False, indent=2))
    else:
        _print_difference(found, full=full)


_SHOWN = 20
"""So many things of a kind are named without --full."""


def _print_difference(found: Difference, *, full: bool) -> None:
    """A table of numbers, then the things by name."""
    from rich.console import Console
    from rich.table import Table

    from kg.comparison import KINDS

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"triples: {len(found.added)} added, {len(found.removed)} removed")
    kinds = [kind for kind in KINDS if any(kind == named for named, _ in found.numbers)]
    if kinds:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("", "added", "removed", "changed"):
            table.add_column(heading, justify="right" if heading else "left")
        for kind in kinds:
            numbers = (found.numbers[kind, "added"], found.numbers[kind, "removed"])
            table.add_row(kind.replace("_", " "), *map(str, numbers), str(found.numbers[kind, "changed"]))
        console.print(table)
    named: dict[str, int] = {}
    for change in found.changes:
        named[change.kind] = named.get(change.kind, 0) + 1
        if change.kind == "others" and not full:
            continue
        if not full and named[change.kind] > _SHOWN:
            continue
        console.print(f"{_SIGNS[change.what]} {_described(change)}", markup=False)
        if full:
            for sign, lines in (("-", change.removed), ("+", change.added)):
                for line in lines:
                    console.print(f"{sign} {line}", markup=False)
    for kind, number in named.items():
        if not full and kind != "others" and number > _SHOWN:
            console.print(f"and {number - _SHOWN} more {kind.replace('_', ' ')}: --full names them")


_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def _described(change: Change) -> str:
    label = f" {change.label!r}" if change.label else ""
    other = f" to {change.other}" if change.other else ""
    became = f", now part of {change.became}" if change.became else ""
    return f"{change.kind.replace('_', ' ')}: {change.iri}{other}{label}{became}"


@click.command()
@_DIRECTORY
@click.option(
    "--keep", required=True, type=click.IntRange(min=1), help="How many of the newest releases to keep."
)
@_JSON
def prune(directory: Path, keep: int, *, as_json: bool) -> None:
    """Remove old releases: all but the newest, and never the current one.

    \b
    Example:
      peerkg prune public --keep 5
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import directory as directories
    from kg import release

    with explained(
        (release.NoReleaseError, USAGE),
        (directories.OutputError, USAGE),
        (directories.BuildRunningError, BUSY),
    ):
        release.current(directory)
        removed = directories.prune(directory, keep)
    if as_json:
        click.echo(json.dumps({"removed": removed}))
    else:
        click.echo(f"removed {', '.join(removed)}" if removed else "nothing to remove")
