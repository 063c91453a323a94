"""`peerkg convert`: what documents become, to standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from kg.problems import Problem


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "syntax",
    type=click.Choice(["turtle", "jsonld", "nquads", "trig"]),
    default="turtle",
    show_default=True,
    help="Turtle and JSON-LD hold the facts; N-Quads and TriG the evidence, too, in its graph.",
)
@click.option("--base-iri", help="What the IRIs begin with, instead of the setting `base_iri`.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings, such as peerkg.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="Problems as JSON, one a line.")
def convert(
    files: tuple[Path, ...], syntax: str, base_iri: str | None, config: Path | None, *, as_json: bool
) -> None:
    """Write what the documents FILE... become; what was not understood goes to standard error.

    The statements are those a release would hold before reasoning, with identities decided over the
    given files. A `sources.toml` beside a file is obeyed.

    \b
    Example:
      peerkg convert seeds/001_541c98f95ed20140.txt
      peerkg convert --format nquads seeds/*.txt > seeds.nq
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import formats, linking, linkset
    from kg.commands.reading import converted, nothing_read, settings_of
    from kg.mapping import Plan
    from kg.store import merged

    with explained(otherwise=USAGE):
        settings = settings_of(config, base_iri)
    with explained():
        conversions, problems = converted(files, settings)
        entities = [entity for one in conversions for entity in one.entities]
        found = linking.identities(entities)
        report([*problems, *linking.problems(found)], as_json=as_json)
        quads = [quad for one in conversions for quad in one.facts]
        with_graphs = syntax in {"nquads", "trig"}
        if with_graphs:
            quads += (quad for one in conversions for quad in one.evidence)
        quads = linking.apply(quads, found, Plan.load())
        quads += linkset.links(entities, found, settings.base_iri)
        if conversions:
            written = formats.write(quads if with_graphs else list(merged(quads)), formats.by_name(syntax))
            click.echo(written, nl=False)
    if not conversions:
        nothing_read(problems)


def report(problems: list[Problem], *, as_json: bool) -> None:
    """The problems on standard error, one a line."""
    import json

    for problem in problems:
        shown = json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem)
        click.echo(shown, err=True)
