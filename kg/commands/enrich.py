"""`peerkg enrich`: asks web services about the works in a folder, and writes their answers into it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import INTERRUPTED, REFUSED, USAGE, explained

if TYPE_CHECKING:
    from kg.enrichment import Outcome


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--from",
    "names",
    required=True,
    metavar="SERVICE,...",
    help="The services to ask: crossref, openalex, pubmed, wikidata, ror.",
)
@click.option("--mail", default="", metavar="ADDRESS", help="Yours, which the services are told.")
@click.option("--offline", is_flag=True, help="Ask nobody: write again what was answered before.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings, such as peerkg.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="What came of each service as JSON, one a line.")
def enrich(folder: Path, names: str, mail: str, *, offline: bool, config: Path | None, as_json: bool) -> None:
    """Ask web services about the works in FOLDER, and write what they answer into FOLDER/enriched.

    No release is changed: the next build reads the files as documents. Requests are few and far between,
    none is sent twice, and a service that does not answer is asked again next time. Exit code 1 says that
    something was not answered; run the command again.

    \b
    Example:
      peerkg enrich papers --from crossref,openalex --mail me@example.org
      peerkg enrich papers --from pubmed --offline
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import enrichment
    from kg.settings import Settings

    chosen = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in enrichment.SERVICES]
    if unknown or not chosen:
        said = f"no service is called {unknown[0]!r}" if unknown else "no service is named"
        raise click.UsageError(f"--from: {said}; there are {', '.join(enrichment.SERVICES)}")
    if not offline and not re.fullmatch(r"[^@\s,;<>\"]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", mail):
        raise click.UsageError(
            "--mail: give your address, so that a service can write to you before it shuts you out"
        )
    with explained(otherwise=USAGE):
        settings = Settings.load(config)
    failed = False
    try:
        with explained():
            wanted = enrichment.identifiers(folder, settings)
            for name in chosen:
                service = enrichment.SERVICES[name]
                outcome = enrichment.enrich(
                    folder,
                    service,
                    wanted.get(service.identifiers, ()),
                    mail=mail,
                    offline=offline,
                    told=lambda line: None if as_json else click.echo(line, err=True),
                )
                failed = failed or outcome.known < outcome.wanted
                click.echo(json.dumps(asdict(outcome)) if as_json else _said(outcome))
    except KeyboardInterrupt:
        click.echo("interrupted: what was answered is kept; run the command again", err=True)
        raise SystemExit(INTERRUPTED) from None
    if failed:
        raise SystemExit(REFUSED)


def _said(outcome: Outcome) -> str:
    counts = f"{outcome.known:,} of {outcome.wanted:,} identifiers answered"
    lines = [f"{outcome.service}: {counts}, {outcome.asked:,} requests now, {outcome.files:,} files"]
    lines += [f"  {problem}" for problem in outcome.problems]
    if outcome.is_out:
        lines.append(f"  {outcome.service} is left alone for now; run the command again later")
    return "\n".join(lines)
