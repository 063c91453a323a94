"""`peerkg convert`: what documents become, to standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kg.conversion import Conversion
    from kg.problems import Problem
    from kg.settings import Settings


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "syntax",
    type=click.Choice(["turtle", "jsonld", "nquads", "trig", "ris", "bibtex", "csl-json"]),
    default="turtle",
    show_default=True,
    help="Turtle and JSON-LD hold the facts; N-Quads and TriG the evidence, too, in its graph; the others "
    "references.",
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
    from kg.exports import EXPORTS
    from kg.mapping import Plan
    from kg.store import merged

    with explained(otherwise=USAGE):
        settings = settings_of(config, base_iri)
    with explained():
        conversions, settings, problems = converted(files, settings)
        entities = [entity for one in conversions for entity in one.entities]
        if syntax in EXPORTS:
            report(problems, as_json=as_json)
            if conversions:
                click.echo(_references(conversions, settings, EXPORTS[syntax]), nl=False)
                return
            nothing_read(problems)
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


def _references(conversions: Iterable[Conversion], settings: Settings, write: Callable[..., str]) -> str:
    """The reports of all documents as references; abstracts where every document's text may be published."""
    conversions = list(conversions)
    texts = {settings.sources.details(one.source.path).text for one in conversions}
    return write([report for one in conversions for report in one.reports], abstracts=texts == {"full"})


def report(problems: list[Problem], *, as_json: bool) -> None:
    """The problems on standard error, one a line."""
    import json

    for problem in problems:
        shown = json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem)
        click.echo(shown, err=True)
