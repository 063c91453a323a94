"""`peerkg review`: what of a release most needs a person's eye."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from kg.commands.failing import USAGE, explained


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--write",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a curation file to fill in; a file that is there already is left alone.",
)
@click.option("--by", default="", help="Who decides: a name, an ORCID iD or an address, for that file.")
@click.option("--limit", type=click.IntRange(min=1), help="No more than so many.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def review(directory: Path, *, file: Path | None, by: str, limit: int | None, as_json: bool) -> None:
    """List what in the current release of DIR a person should look at, the most pressing first.

    That is decisions that are not obeyed, conflicts between sources, citations without a work, what may be
    a fact, and outcomes that are no concept. Filled in and put into the folder `curation` beside the
    documents, the file of --write changes the next release.

    \b
    Example:
      peerkg review public
      peerkg review public --write papers/curation/review.toml --by "Ada Fox"
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from kg import release, review

    with explained(otherwise=USAGE):
        current = release.current(directory)
        found = review.items(current)[:limit]
    if file is not None:
        text = review.to_fill_in(found, current, by, dt.datetime.now(dt.UTC).date().isoformat())
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            raise click.UsageError(f"{file}: is there already; choose another name") from None
        except OSError as error:
            raise click.UsageError(f"{file}: cannot be written: {error.strerror}") from error
        number = sum(bool(item.decision) for item in found)
        click.echo(f"{file}: {number} decisions to fill in", err=as_json)
    if as_json:
        click.echo(json.dumps([item.as_json() for item in found], ensure_ascii=False, indent=2))
    elif file is None:
        console = Console(highlight=False)
        console = console if console.is_terminal else Console(highlight=False, width=140)
        table = Table("what", Column("where", no_wrap=True), "about")
        for item in found:
            place = item.path if item.line is None else f"{item.path}:{item.line}"
            table.add_row(review.WHY[item.kind], escape(place), escape(item.message))
        console.print(table)
        click.echo(f"{len(found)} to look at; --write FILE makes a curation file to fill in")
