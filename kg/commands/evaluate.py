"""`peerkg evaluate`: precision and recall of what is read, against gold annotations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from kg.evaluation import Outcome


@click.command()
@click.argument(
    "documents",
    metavar="DOC...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--gold",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of annotations.",
)
@click.option("--all", "everything", is_flag=True, help="Show what agrees, too.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def evaluate(documents: tuple[Path, ...], folder: Path, *, everything: bool, as_json: bool) -> None:
    """Compare what is read from documents with gold annotations, field by field.

    Annotations among the documents are passed over; a document without annotation is named and left out.

    \b
    Example:
      peerkg evaluate --gold corpus/gold seeds/*.txt
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from rich.console import Console

    from kg.problems import PeerkgError
    from kg.source import UnreadableSourceError

    try:
        outcomes = list(_compared(documents, folder))
    except (PeerkgError, UnreadableSourceError) as error:
        raise click.ClickException(str(error)) from error
    if not outcomes:
        raise click.ClickException("no document with an annotation was given")
    kinds = dict.fromkeys(kind for _, kind, _ in outcomes)
    shown = [(d, o) for d, _, o in outcomes if everything or o.level in {"missed", "extra", "elsewhere"}]
    if as_json:
        of_kinds = {kind: _fields([o for _, of, o in outcomes if of == kind]) for kind in kinds}
        rows = [
            {
                "document": str(d),
                "field": o.field,
                "level": o.level,
                "expected": o.expected,
                "got": o.got,
                "line": o.line,
            }
            for d, o in shown
        ]
        result = {"fields": _fields([o for _, _, o in outcomes]), "kinds": of_kinds, "outcomes": rows}
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for document, outcome in shown:
        place = f"{document}:{outcome.line}" if outcome.line else str(document)
        click.echo(
            f"{place}: {outcome.field}: {outcome.level}: expected {outcome.expected!r}, got {outcome.got!r}"
        )
    console = Console(width=140)
    for kind in kinds if len(kinds) > 1 else ():
        console.print(_table(kind, [o for _, of, o in outcomes if of == kind]))
    console.print(_table("all" if len(kinds) > 1 else "", [o for _, _, o in outcomes]))


def _compared(documents: tuple[Path, ...], folder: Path) -> Iterator[tuple[Path, str, Outcome]]:
    """The comparisons of each document that has an annotation, and the kind that the annotation says."""
    from kg.concepts import Vocabulary
    from kg.evaluation import NoGoldError, evaluate, gold_for
    from kg.record_evaluation import evaluate_records

    for document in documents:
        annotations = document.suffix == ".json" and document.parent.resolve() == folder.resolve()
        if annotations or document.name.endswith(".gold.json"):
            continue
        try:
            gold = gold_for(document, folder)
        except NoGoldError as error:
            click.echo(f"not compared: {error}", err=True)
            continue
        compared = (
            evaluate_records(document, gold)
            if "records" in gold
            else evaluate(document, gold, Vocabulary.load())
        )
        for outcome in compared:
            yield document, str(gold.get("kind", "")), outcome


def _fields(outcomes: list[Outcome]) -> dict[str, dict[str, object]]:
    from kg.evaluation import scores

    return {
        name: {
            **{str(level): count for level, count in score.levels.items()},
            "precision": round(score.precision, 4),
            "recall": round(score.recall, 4),
            "f1": round(score.f1, 4),
        }
        for name, score in scores(outcomes).items()
    }


def _table(title: str, outcomes: list[Outcome]) -> Table:
    from rich.table import Table

    from kg.evaluation import LEVELS, scores

    table = Table("field", *LEVELS, "precision", "recall", "F1", title=title, title_justify="left")
    for name, score in scores(outcomes).items():
        counts = [str(score.levels[level]) for level in LEVELS]
        table.add_row(name, *counts, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")
    return table
