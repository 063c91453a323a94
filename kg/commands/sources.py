"""`peerkg sources`: the formats that can be read, and what was read from a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from kg.inspection import Inspection


@click.command()
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings, such as peerkg.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def sources(files: tuple[Path, ...], config: Path | None, *, as_json: bool) -> None:
    """List the formats and how each is recognised; of each FILE say what was read and what was not.

    \b
    Example:
      peerkg sources
      peerkg sources seeds/001_541c98f95ed20140.txt
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    import json

    if not files:
        rows = _formats()
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else _listed(rows))
        return
    from kg.commands.reading import documents, nothing_read, settings_of
    from kg.concepts import Vocabulary
    from kg.inspection import inspect

    with explained(otherwise=USAGE):
        settings = settings_of(config, None)
    with explained():
        found, settings, problems = documents(files, settings)
        vocabulary = Vocabulary.load()
        inspections = [inspect(source, settings, vocabulary) for source in found]
    for problem in problems:
        click.echo(str(problem), err=True)
    if as_json:
        click.echo(
            json.dumps([one.as_json() for one in inspections], ensure_ascii=False, indent=2, default=str)
        )
    else:
        for one in inspections:
            _show(one)
    if not any(one.records for one in inspections):
        nothing_read([*problems, *(problem for one in inspections for problem in one.problems)])


def _formats() -> list[dict[str, str]]:
    """Each format: its name, what it reads, how it is recognised, all from the modules' docstrings."""
    import inspect

    from kg.sources import formats

    return [
        {
            "name": name,
            "reads": (inspect.getdoc(form) or "").partition("\n")[0],
            "recognised": " ".join((inspect.getdoc(form.recognises) or "").split()),
        }
        for name, form in formats().items()
    ]


def _listed(rows: list[dict[str, str]]) -> str:
    return "\n\n".join(f"{row['name']}\n  {row['reads']}\n  {row['recognised']}" for row in rows)


def _show(one: Inspection) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=True)
    records = "1 record" if one.records == 1 else f"{one.records} records"
    console.print(Text(f"{one.path}: {one.format or 'no format recognises it'}, {records}"))
    if one.fields:
        table = Table("record", "field", "values", "example")
        for row in one.fields:
            table.add_row(row.kind, row.field, str(row.count), Text(row.example))
        console.print(table)
    if one.not_mapped:
        table = Table("not mapped", "times", "example", "")
        for name, count, example, known in one.not_mapped:
            table.add_row(name, str(count), Text(example), "" if known else "unknown")
        console.print(table)
    _lines(console, "not read", [f"line {number}: {text}" for number, text in one.unread])
    _lines(console, "problems", [str(problem) for problem in one.problems])
    console.print()


def _lines(console: Any, title: str, lines: list[str]) -> None:
    from rich.text import Text

    if lines:
        console.print(Text(f"{title}:"))
        for line in lines:
            console.print(Text(f"  {line}"))
