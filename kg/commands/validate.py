"""`peerkg validate`: whether RDF files keep to SHACL shapes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.commands.failing import REFUSED, USAGE, explained

if TYPE_CHECKING:
    from kg.checking import Validation
    from kg.problems import Problem

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("data", metavar="DATA...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--shapes",
    "shape_files",
    multiple=True,
    metavar="FILE",
    type=_FILE,
    help="Use these shapes, not peerkg's own. May be given several times.",
)
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report here: W3C's in Turtle or what the name says, or for people as .html or .json.",
)
@click.option(
    "--engine",
    type=click.Choice(["pyshacl", "compiled"]),
    default="pyshacl",
    show_default=True,
    help="compiled: peerkg's shapes as plain checks, which give the same report much quicker; "
    "shapes that hold more than these are refused.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def validate(
    data: tuple[Path, ...],
    shape_files: tuple[Path, ...],
    report_file: Path | None,
    engine: str,
    *,
    as_json: bool,
) -> None:
    """Check RDF files, taken as one graph, against SHACL shapes.

    Without --shapes the shapes of peerkg are used, together with its vocabulary. Ends with 0 where the
    data conform, with 1 where they do not, and with 2 where they cannot be checked.

    \b
    Example:
      peerkg convert seeds/*.txt > facts.ttl
      peerkg validate facts.ttl --report report.ttl
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import checking, gate
    from kg.commands import graphs, reporting
    from kg.compiled_shapes import InMemory

    with explained(otherwise=USAGE):
        form = None if report_file is None else reporting.form(report_file)
        triples = graphs.read(data)
        shapes = graphs.read(shape_files) if shape_files else checking.shapes()
        facts = triples if shape_files else [*triples, *checking.vocabulary(triples)]
        if engine == "compiled":
            found = checking.check_compiled(InMemory(facts), shapes)
        else:
            found = checking.check(facts, shapes)
        problems = graphs.located(data, [gate.problem(result) for result in found.results])
        if report_file is not None and form is not None:
            graphs.write(report_file, form(problems, lambda: found.report))
    if as_json:
        click.echo(json.dumps(_json(found, problems), ensure_ascii=False, indent=1))
    else:
        _print(found, problems, len(triples))
    if not found.conforms:
        raise SystemExit(REFUSED)


def _json(found: Validation, problems: Sequence[Problem]) -> dict[str, Any]:
    from kg import shape_report

    return {
        "conforms": found.conforms,
        "results": [
            {
                "shape": result.shape,
                "severity": result.severity,
                "focus": _plain(result.focus),
                "path": result.path,
                "value": None if result.value is None else _plain(result.value),
                "message": result.message,
                "constraint": result.constraint,
                "document": one.document,
                "line": one.problem.line,
            }
            for result, problem in zip(found.results, problems, strict=True)
            if problem.breach is not None and (one := shape_report.Met(problem.breach, problem))
        ],
    }


def _plain(term: Any) -> str:
    return str(getattr(term, "value", term))


def _print(found: Validation, problems: Sequence[Problem], triples: int) -> None:
    """The results grouped by shape and by what is to be done, with the things it is to be done to."""
    from rich.console import Console

    from kg.commands import shape_table

    console = Console(highlight=False)
    shapes = shape_table.show(console, problems)
    if found.conforms:
        console.print(f"conforms: {triples} triples")
    else:
        count = len(found.results)
        console.print(
            f"does not conform: {count} result{'' if count == 1 else 's'} "
            f"of {shapes} shape{'' if shapes == 1 else 's'}"
        )
