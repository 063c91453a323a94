"""`peerkg query`: ask the current release, without a server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.failing import USAGE, explained

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples
    from rich.table import Table

_TABLES = ("json", "xml", "csv", "tsv")
_GRAPHS = ("turtle", "ntriples", "jsonld", "rdfxml")


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("query", metavar="QUERY|@FILE")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *_TABLES, *_GRAPHS]),
    help="For SELECT and ASK: table (the default), json, xml, csv, tsv. "
    "For CONSTRUCT and DESCRIBE: turtle (the default), ntriples, jsonld, rdfxml.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json; for a graph, jsonld.")
def query(directory: Path, query: str, form: str | None, *, as_json: bool) -> None:
    """Ask the current release in DIR a SPARQL 1.1 query, given as text or as @FILE.

    The prefixes of peerkg (pk, dcterms, skos, ...) are known.

    \b
    Example:
      peerkg query public 'SELECT ?title { ?work a pk:Report ; dcterms:title ?title }'
      peerkg query public @question.rq --format csv
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from pyoxigraph import QueryTriples
    from rich.console import Console

    from kg import formats, release, store
    from kg.problems import PeerkgError

    text = _text(query)
    with explained(otherwise=USAGE):
        index = store.open_read_only(release.current(directory).index)
        try:
            results = index.query(text, prefixes=formats.prefixes())
        except SyntaxError as error:
            raise click.UsageError(f"not a SPARQL query: {_place(text, error)}") from error
        is_graph = isinstance(results, QueryTriples)
        chosen = form or ("jsonld" if is_graph else "json") if as_json else form
        if chosen is not None and chosen not in (_GRAPHS if is_graph else ("table", *_TABLES)):
            fitting = ", ".join(_GRAPHS if is_graph else ("table", *_TABLES))
            raise click.UsageError(f"--format {chosen} is not for this form of query (use {fitting})")
        try:
            answer = _answer(results, chosen)
        except (OSError, RuntimeError) as error:  # Oxigraph's words for what fails during evaluation
            raise PeerkgError(f"the query could not be answered: {error}") from error
    if isinstance(answer, bytes):
        click.echo(answer, nl=False)
    else:
        Console().print(answer)


def _text(query: str) -> str:
    if not query.startswith("@"):
        return query
    path = Path(query[1:])
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path}: byte {error.start} is not UTF-8") from error


def _place(text: str, error: SyntaxError) -> str:
    """Where the parser stopped, and what stands there; its own list of what it expected is very long."""
    found = re.match(r"error at (\d+):(\d+): ", error.msg)
    if found is None:
        return error.msg
    line, column = int(found[1]), int(found[2])
    rest = (text.splitlines() or [""])[line - 1][column - 1 :] if line <= len(text.splitlines()) else ""
    met = f"{rest[:40]!r}" if rest else "the end"
    return f"line {line}, column {column}: {met} cannot stand here"


def _answer(results: QuerySolutions | QueryBoolean | QueryTriples, form: str | None) -> bytes | Table:
    """The answer, whole: what fails while it is computed must fail before a part of it is shown."""
    from pyoxigraph import QueryBoolean, QueryTriples

    from kg import formats

    if isinstance(results, QueryTriples):
        return formats.write(results, formats.by_name(form or "turtle"))
    if form not in {None, "table"}:
        return formats.write_results(results, formats.result_format(str(form)))
    if isinstance(results, QueryBoolean):
        return b"yes\n" if results else b"no\n"
    return _table(results)


def _table(results: QuerySolutions) -> Table:
    from pyoxigraph import Literal
    from rich.table import Table
    from rich.text import Text

    from kg import formats

    table = Table()
    for variable in results.variables:
        table.add_column(Text(variable.value), overflow="fold")
    for solution in results:
        cells = []
        for term in solution:
            if term is None:
                cells.append(Text(""))
            elif isinstance(term, Literal):
                cells.append(Text(term.value))
            else:
                cells.append(Text(formats.short(term), style="cyan"))
        table.add_row(*cells)
    table.caption = f"{table.row_count} row{'' if table.row_count == 1 else 's'}"
    return table
