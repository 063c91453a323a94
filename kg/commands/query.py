"""`peerkg query`: ask the current release, without a server."""

from __future__ import annotations

import multiprocessing
import re
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from kg.commands.failing import USAGE, explained
from kg.problems import PeerkgError

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

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
    from kg import release

    text = _text(query)
    with explained(otherwise=USAGE):
        answer = _from_child(release.current(directory).index, text, form, as_json)
    match answer:
        case _Misused():
            raise click.UsageError(answer.why)
        case _Rows():
            _print(answer)
        case _:
            click.echo(answer, nl=False)


@dataclass(frozen=True, slots=True)
class _Misused:
    """Why the command line is wrong."""

    why: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table: its columns, and its cells with whether each is an IRI or a blank node."""

    columns: list[str]
    rows: list[list[tuple[str, bool]]]


_Answer: TypeAlias = bytes | _Rows | _Misused


def _from_child(index: Path, text: str, form: str | None, as_json: bool) -> _Answer:
    """The answer, from a process of its own.

    A small query can overflow the stack of the parser and so end the process, and nothing interrupts
    Oxigraph while it evaluates: a process can be ended.
    """
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sending, index, text, form, as_json), daemon=True)
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the child inherits it: Ctrl-C is our business
    try:
        child.start()
    finally:
        signal.signal(signal.SIGINT, ours)
    sending.close()
    try:
        answer = receiving.recv()
    except EOFError as error:
        child.join()
        raise PeerkgError(
            f"the query ended the process that answered it (signal {-(child.exitcode or 0)}): it is nested "
            "too deeply or needs more memory than there is; make it simpler"
        ) from error
    finally:
        child.kill()
        child.join()
    if isinstance(answer, PeerkgError):
        raise answer
    if not isinstance(answer, bytes | _Rows | _Misused):
        raise TypeError(f"the answer is a {type(answer).__name__}")
    return answer


def _child(sending: Connection, index: Path, text: str, form: str | None, as_json: bool) -> None:
    try:
        sending.send(_asked(index, text, form, as_json))
    except PeerkgError as error:
        sending.send(error)


def _asked(index: Path, text: str, form: str | None, as_json: bool) -> _Answer:
    from pyoxigraph import QueryTriples

    from kg import formats, store

    try:
        results = store.open_read_only(index).query(text, prefixes=formats.prefixes())
    except SyntaxError as error:
        return _Misused(f"not a SPARQL query: {_place(text, error)}")
    except (OSError, RuntimeError) as error:  # Oxigraph's words for what fails during evaluation
        raise PeerkgError(f"the query could not be answered: {error}") from error
    is_graph = isinstance(results, QueryTriples)
    chosen = form or ("jsonld" if is_graph else "json") if as_json else form
    if chosen is not None and chosen not in (_GRAPHS if is_graph else ("table", *_TABLES)):
        fitting = ", ".join(_GRAPHS if is_graph else ("table", *_TABLES))
        return _Misused(f"--format {chosen} is not for this form of query (use {fitting})")
    try:
        return _answer(results, chosen)
    except (OSError, RuntimeError) as error:
        raise PeerkgError(f"the query could not be answered: {error}") from error


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


def _answer(results: QuerySolutions | QueryBoolean | QueryTriples, form: str | None) -> bytes | _Rows:
    """The answer, whole: what fails while it is computed must fail before a part of it is shown."""
    from pyoxigraph import QueryBoolean, QueryTriples

    from kg import formats

    if isinstance(results, QueryTriples):
        return formats.write(results, formats.by_name(form or "turtle"))
    if form not in {None, "table"}:
        return formats.write_results(results, formats.result_format(str(form)))
    if isinstance(results, QueryBoolean):
        return b"yes\n" if results else b"no\n"
    return _rows(results)


def _rows(results: QuerySolutions) -> _Rows:
    from pyoxigraph import Literal

    from kg import formats

    rows = []
    for solution in results:
        cells = []
        for term in solution:
            if term is None:
                cells.append(("", False))
            elif isinstance(term, Literal):
                cells.append((term.value, False))
            else:
                cells.append((formats.short(term), True))
        rows.append(cells)
    return _Rows([variable.value for variable in results.variables], rows)


def _print(found: _Rows) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in found.columns:
        table.add_column(Text(column), overflow="fold")
    for row in found.rows:
        table.add_row(*(Text(shown, style="cyan" if is_node else "") for shown, is_node in row))
    table.caption = f"{table.row_count} row{'' if table.row_count == 1 else 's'}"
    Console().print(table)
