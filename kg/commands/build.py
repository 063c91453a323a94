"""`peerkg build`: a folder of documents becomes a release."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from kg.commands.failing import BUSY, INTERRUPTED, USAGE, explained

if TYPE_CHECKING:
    from rich.console import Console

    from kg.problems import Problem
    from kg.publish import Outcome

_SHOWN = 20
"""So many problems are printed in full; all are in `problems.json`."""


def _allowed(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    del ctx, parameter
    allowed = {}
    for value in values:
        shape, equals, reason = value.partition("=")
        if not equals or not shape.strip() or not reason.strip():
            raise click.BadParameter(f"{value!r} is not SHAPE=REASON, with a reason")
        allowed[shape.strip()] = reason.strip()
    return allowed


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    "output",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder that holds the releases; made if it is not there.",
)
@click.option("--base-iri", help="What the IRIs of entities, sources and graphs begin with.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A peerkg.toml: base IRI, title, publisher, limits.",
)
@click.option(
    "--ror",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A dump of the Research Organization Registry (v2 JSON, gzipped or zipped) to link institutions to.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="How many processes or tasks convert; else as many as help."
)
@click.option(
    "--runner",
    type=click.Choice(["process", "spark"]),
    default="process",
    show_default=True,
    help="What converts: processes of this machine, or Apache Spark (pip install 'peerkg[spark]').",
)
@click.option("--master", default="local[*]", show_default=True, help="With --runner spark: where Spark is.")
@click.option(
    "--allow",
    "allowed",
    metavar="SHAPE=REASON",
    multiple=True,
    callback=_allowed,
    help="Let violations of a shape pass; the reason is published. May be repeated.",
)
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what violates shapes here, published or not: for people as .html or .json, or W3C's report.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def build(
    sources: tuple[Path, ...],
    output: Path,
    *,
    base_iri: str | None,
    config: Path | None,
    ror: Path | None,
    jobs: int | None,
    runner: str,
    master: str,
    allowed: dict[str, str],
    report_file: Path | None,
    as_json: bool,
) -> None:
    """Make a release of the documents in folders and files, and make it the current one.

    Exits with 0 if a release was published or nothing had changed, 1 if nothing was published because no
    document could be read or a shape is violated (the current release stays), 2 if the command cannot be
    carried out as given, 75 if another build is running there, 130 if it was interrupted.

    \b
    Example:
      peerkg build seeds --out public
      peerkg build papers slides --out public --base-iri https://example.org/peers/ --jobs 4
      peerkg build papers --out public --ror v2-ror-data.zip
      peerkg build papers --out public --report validation.html
      peerkg build papers --out public --runner spark --master spark://host:7077
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from rich.console import Console

    from kg import collecting, decisions, directory, formats, gate, publish, release, settings
    from kg.commands import graphs, reporting
    from kg.parallel import Processes
    from kg.problems import PeerkgError
    from kg.ror import RorError
    from kg.spark import Spark, SparkError

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    usage: Iterable[type[PeerkgError]] = (
        collecting.NoSuchSourceError,
        decisions.CurationError,
        directory.OutputError,
        formats.UnknownSyntaxError,
        gate.UnknownShapeError,
        graphs.NotWritableError,
        release.NoReleaseError,
        RorError,
        settings.SettingsError,
        settings.BaseIriError,
        SparkError,
    )
    with explained((directory.BuildRunningError, BUSY), *((kind, USAGE) for kind in usage)):
        _check_places(sources, output)
        write_report = reporting.writer(report_file)
        chosen = settings.Settings.load(config)
        if base_iri is not None:
            chosen = replace(chosen, base_iri=base_iri)
        if ror is not None:
            chosen = replace(chosen, ror=ror)
        try:
            convert_with = Spark(master, jobs) if runner == "spark" else Processes(jobs)
            with _Progress(console) as progress:
                outcome = publish.publish(
                    sources,
                    output,
                    chosen,
                    runner=convert_with,
                    allowed=allowed,
                    say=progress.say,
                    tell=progress.tell,
                )
        except (publish.NothingToPublishError, gate.RefusedError) as error:
            _print_problems(console, error.problems)
            write_report(error.problems)
            raise
        except KeyboardInterrupt:
            console.print("interrupted: nothing was published, and the current release stays")
            raise SystemExit(INTERRUPTED) from None
        write_report(outcome.problems)
    if as_json:
        click.echo(json.dumps(_as_json(outcome), ensure_ascii=False, indent=2))
        return
    _print_problems(console, outcome.problems)
    _print_summary(console, outcome)
    click.echo(_last_line(outcome))


class _Progress:
    """The stage that is running: a moving line on a terminal, a plain line each elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.status = console.status("") if console.is_terminal else None
        self.stage, self.began = "", time.monotonic()

    def __enter__(self) -> Self:
        if self.status is not None:
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()

    def tell(self, part: float) -> None:
        """Which part of the stage is done, and how long the rest may take."""
        if self.status is not None and 0 < part < 1:
            left = (time.monotonic() - self.began) * (1 - part) / part
            self.status.update(f"{self.stage}: {part:.0%}, about {left:.0f} s left")

    def say(self, stage: str) -> None:
        self.stage, self.began = stage, time.monotonic()
        if self.status is not None:
            self.status.update(stage)
        else:
            self.console.print(f"{stage} ...")


def _check_places(sources: Iterable[Path], output: Path) -> None:
    """A release inside a folder of documents would be a document of the next build."""
    for source in sources:
        if source.is_dir() and output.resolve().is_relative_to(source.resolve()):
            raise click.UsageError(
                f"{output}: the output lies in the folder of documents {source}; choose a folder outside"
            )


def _print_problems(console: Console, problems: Iterable[Problem]) -> None:
    """The problems by kind, what violates shapes by shape, and the gravest of the others in full."""
    from rich.table import Table

    from kg.commands import shape_table

    ordered = sorted(problems, key=lambda problem: ("error", "warning", "info").index(problem.severity))
    if not ordered:
        return
    kinds = Counter((problem.severity, problem.code) for problem in ordered)
    table = Table(title="problems by kind", title_justify="left")
    table.add_column("problem", no_wrap=True)
    table.add_column("severity")
    table.add_column("how often", justify="right")
    for (severity, code), number in kinds.items():
        table.add_row(code, severity, str(number))
    console.print(table)
    shape_table.show(console, ordered)
    grave = [problem for problem in ordered if problem.severity != "info" and problem.breach is None]
    for problem in grave[:_SHOWN]:
        console.print(str(problem), markup=False)
    if len(grave) > _SHOWN:
        console.print(f"... and {len(grave) - _SHOWN} more")


def _print_summary(console: Console, outcome: Outcome) -> None:
    from rich.table import Table

    counts = outcome.release.manifest["counts"]
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("documents", f"{outcome.documents:,}")
    table.add_row("read", f"{outcome.read:,}")
    table.add_row("records", f"{outcome.records:,}")
    table.add_row("problems", f"{len(outcome.problems):,}")
    table.add_row("triples asserted", f"{counts['asserted']:,}")
    table.add_row("triples inferred", f"{counts['inferred']:,}")
    for stage, seconds in outcome.seconds.items():
        table.add_row(f"{stage}, seconds", f"{seconds:.2f}")
    console.print(table)
    console.print(f"all problems: {outcome.release.problems}")


def _last_line(outcome: Outcome) -> str:
    manifest = outcome.release.manifest
    counts = manifest["counts"]
    verb = "published" if outcome.is_new else "unchanged"
    return (
        f"{verb} {outcome.release.id}: {len(manifest['sources'])} sources, {counts['works']} works, "
        f"{counts['studies']} studies, {counts['findings']} findings, {counts['triples']} triples"
    )


def _as_json(outcome: Outcome) -> Mapping[str, object]:
    return {
        "id": outcome.release.id,
        "published": outcome.is_new,
        "digest": outcome.release.manifest["digest"],
        "documents": outcome.documents,
        "read": outcome.read,
        "records": outcome.records,
        "counts": outcome.release.manifest["counts"],
        "problems": [problem.as_json() for problem in outcome.problems],
        "seconds": {stage: round(seconds, 3) for stage, seconds in outcome.seconds.items()},
    }
