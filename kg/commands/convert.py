"""`peerkg convert`: what documents become, to standard output."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

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
@click.option(
    "--stream",
    "streamed",
    is_flag=True,
    help="N-Quads of files of any size, in bounded memory: things are one where their IRI is the same.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="So many processes stream; implies --stream.")
@click.option("--no-annotation", is_flag=True, help="Read nothing from the words of records; with --stream.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE; it is there when all is done.",
)
@click.option("--json", "as_json", is_flag=True, help="Problems as JSON, one a line.")
def convert(
    files: tuple[Path, ...],
    syntax: str,
    base_iri: str | None,
    config: Path | None,
    *,
    streamed: bool,
    jobs: int | None,
    no_annotation: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write what the documents FILE... become; what was not understood goes to standard error.

    The statements are those a release would hold before reasoning, with identities decided over the
    given files. A `sources.toml` beside a file is obeyed.

    With --stream files may be of any size. Sorted N-Quads are written in which things are one where their
    IRI is the same; what several keys together make one, only a release joins (docs/streaming.md).

    \b
    Example:
      peerkg convert seeds/001_541c98f95ed20140.txt
      peerkg convert --format nquads seeds/*.txt > seeds.nq
      peerkg convert --format nquads --jobs 2 --no-annotation works.jsonl.gz --out works.nq
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import formats, linking, linkset, renaming
    from kg.commands.reading import converted, nothing_read, settings_of
    from kg.exports import EXPORTS
    from kg.mapping import Plan
    from kg.store import merged

    streamed = streamed or jobs is not None
    if streamed and syntax != "nquads":
        raise click.UsageError("--stream and --jobs write N-Quads: add --format nquads")
    if no_annotation and not streamed:
        raise click.UsageError("--no-annotation is for --stream")
    with explained(otherwise=USAGE):
        settings = settings_of(config, base_iri)
    if streamed:
        _stream(files, settings, jobs, out, annotated=not no_annotation, as_json=as_json)
        return
    with explained():
        conversions, settings, problems = converted(files, settings)
        entities = [entity for one in conversions for entity in one.entities]
        if syntax in EXPORTS:
            report(problems, as_json=as_json)
            if conversions:
                _write(_references(conversions, settings, EXPORTS[syntax]).encode(), out)
                return
            nothing_read(problems)
        found = linking.identities(entities)
        report([*problems, *linking.problems(found)], as_json=as_json)
        quads = [quad for one in conversions for quad in one.facts]
        with_graphs = syntax in {"nquads", "trig"}
        if with_graphs:
            quads += (quad for one in conversions for quad in one.evidence)
        quads = renaming.apply(quads, found, Plan.load())
        quads += linkset.links(entities, found, settings.base_iri)
        if conversions:
            written = formats.write(quads if with_graphs else list(merged(quads)), formats.by_name(syntax))
            _write(written, out)
    if not conversions:
        nothing_read(problems)


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(content, nl=False)
        return
    with _complete(out) as file:
        file.write(content)


@contextmanager
def _complete(out: Path | None) -> Iterator[BinaryIO]:
    """The file OUT, which is there only when all is written, or standard output."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(out)
    except OSError as error:
        click.echo(f"Error: {out}: it cannot be written: {error.strerror}", err=True)
        raise SystemExit(USAGE) from error
    finally:
        beside.unlink(missing_ok=True)


def _stream(
    paths: tuple[Path, ...],
    settings: Settings,
    jobs: int | None,
    out: Path | None,
    *,
    annotated: bool,
    as_json: bool,
) -> None:
    from kg import streaming
    from kg.commands.reading import documents, nothing_read

    told: list[Problem] = []
    shown = time.monotonic()

    def tell(problem: Problem) -> None:
        if not told:
            told.append(problem)
        report([problem], as_json=as_json)

    def count(records: int) -> None:
        nonlocal shown
        if not as_json and time.monotonic() - shown > EVERY:
            shown = time.monotonic()
            click.echo(f"{records:,} records read", err=True)

    with explained():
        files, settings, problems = documents(paths, settings)
        for problem in problems:
            tell(problem)
        if out is not None and not out.parent.is_dir():
            click.echo(f"Error: {out}: it cannot be written: there is no folder {out.parent}", err=True)
            raise SystemExit(USAGE)
        where = out.parent if out is not None else None
        with (
            tempfile.TemporaryDirectory(prefix=".peerkg-", dir=where) as folder,
            _complete(out) as file,
        ):
            task = streaming.Task(settings, annotated, Path(folder))
            number = jobs if jobs is not None else os.cpu_count() or 1
            done = streaming.stream(files, task, file, jobs=number, told=tell, counted=count)
            if not done.reports:
                nothing_read(told)
    if not as_json:
        click.echo(f"{done.records:,} records, {done.reports:,} works, {done.lines:,} statements", err=True)


EVERY = 5
"""So many seconds lie between two lines that say how far it is."""


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
