"""`peerkg link`: which organisations affiliations name; a preview of what a build would link."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from kg.ror import Match


@click.command()
@click.argument("texts", metavar="TEXT...", nargs=-1)
@click.option(
    "--ror",
    "dump",
    required=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The registry's published dump, schema version 2: JSON, gzipped or zipped.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def link(texts: tuple[str, ...], dump: Path, *, as_json: bool) -> None:
    """Say which organisations the affiliations TEXT... name, as they are printed; `-` reads lines.

    A line that begins with `+` is sure enough to be published as a link, one with `?` is a candidate.
    The dump is at https://ror.readme.io/docs/data-dump.

    \b
    Example:
      peerkg link --ror v2-ror-data.json "Univ Iowa, Dept Psychiat, Iowa City, IA 52242 USA"
      peerkg link --ror v2-ror-data.zip --json - < affiliations.txt
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    import json

    from kg.ror import Registry

    if not texts:
        raise click.UsageError("give an affiliation, or - to read one from each line of standard input")
    with explained(otherwise=USAGE):
        registry = Registry.load(dump)
    for text in texts:
        for printed in _lines() if text == "-" else (text,):
            matches = registry.match(printed)
            if as_json:
                shown = {"text": printed, "matches": [_as_json(match) for match in matches]}
                click.echo(json.dumps(shown, ensure_ascii=False))
                continue
            click.echo(printed)
            for match in matches:
                click.echo(_line(match))
            if not matches:
                click.echo("  nothing in the registry is called so")


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        yield line.rstrip("\r\n")


def _line(match: Match) -> str:
    organisation = match.organisation
    place = ", ".join(part for part in (organisation.city, organisation.country) if part)
    sign = "+" if match.is_sure else "?"
    return f"  {sign} {match.score:.2f}  {organisation.id}  {organisation.name} ({place}): {match.reason}"


def _as_json(match: Match) -> dict[str, object]:
    organisation = match.organisation
    return {
        "id": organisation.id,
        "name": organisation.name,
        "country": organisation.country,
        "city": organisation.city,
        "wikidata": organisation.wikidata,
        "score": match.score,
        "sure": match.is_sure,
        "reason": match.reason,
        "printed": match.printed.raw,
        "start": match.printed.start,
    }
