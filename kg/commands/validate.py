"""`peerkg validate`: whether RDF files keep to SHACL shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.commands.failing import REFUSED, USAGE, explained

if TYPE_CHECKING:
    from kg.checking import Result, Validation

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
    help="Write W3C's validation report here, in Turtle unless the name says otherwise.",
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
    from kg import checking, formats
    from kg.commands import graphs
    from kg.compiled_shapes import InMemory

    with explained(otherwise=USAGE):
        syntax = formats.TURTLE
        if report_file is not None and report_file.suffix:
            syntax = formats.by_path(report_file)
        triples = graphs.read(data)
        shapes = graphs.read(shape_files) if shape_files else checking.shapes()
        facts = triples if shape_files else [*triples, *checking.vocabulary(triples)]
        if engine == "compiled":
            found = checking.check_compiled(InMemory(facts), shapes)
        else:
            found = checking.check(facts, shapes)
        if report_file is not None:
            graphs.write(report_file, formats.write(found.report, syntax))
    if as_json:
        click.echo(json.dumps(_json(found), ensure_ascii=False, indent=1))
    else:
        _print(found, len(triples))
    if not found.conforms:
        raise SystemExit(REFUSED)


def _json(found: Validation) -> dict[str, Any]:
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
            }
            for result in found.results
        ],
    }


def _plain(term: Any) -> str:
    return str(getattr(term, "value", term))


def _print(found: Validation, triples: int) -> None:
    """The results grouped by shape and by what is to be done, with the things it is to be done to."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kg import formats

    console = Console()
    groups: dict[str, dict[tuple[str, str, str], list[Result]]] = {}
    for result in found.results:
        of_shape = groups.setdefault(result.shape, {})
        of_shape.setdefault((result.severity, result.path, result.message), []).append(result)
    for shape, of_shape in groups.items():
        table = Table(
            title=Text(_name(shape), style="bold"), title_justify="left", expand=True, show_lines=True
        )
        table.add_column("what is to be done", ratio=5, overflow="fold")
        table.add_column("property", ratio=2, overflow="fold")
        table.add_column("where", ratio=4, overflow="fold")
        for (severity, path, message), results in of_shape.items():
            where = [
                formats.short(one.focus)
                + ("" if one.value is None else f": {_cut(formats.short(one.value))}")
                for one in results[:_SHOWN]
            ]
            if len(results) > _SHOWN:
                where.append(f"and {len(results) - _SHOWN} more")
            mark = "" if severity == "violation" else f"[{severity}] "
            table.add_row(Text(mark + message), Text(_short_path(path)), Text("\n".join(where)))
        console.print(table)
    if found.conforms:
        console.print(f"conforms: {triples} triples", highlight=False)
    else:
        count, shapes = len(found.results), len(groups)
        console.print(
            f"does not conform: {count} result{'' if count == 1 else 's'} "
            f"of {shapes} shape{'' if shapes == 1 else 's'}",
            highlight=False,
        )


_SHOWN = 5
_LONGEST = 60


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _name(shape: str) -> str:
    return shape.rpartition("#")[2] or shape


def _short_path(path: str) -> str:
    from pyoxigraph import NamedNode

    from kg import formats

    try:
        return formats.short(NamedNode(path)) if path else ""
    except ValueError:  # a path of several steps is no IRI
        return path
