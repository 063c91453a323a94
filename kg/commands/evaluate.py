"""`peerkg evaluate`: precision and recall of what is read, against gold annotations."""

from __future__ import annotations

import json
from pathlib import Path

import click


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

    \b
    Example:
      peerkg evaluate --gold corpus/gold seeds/*.txt
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from rich.console import Console
    from rich.table import Table

    from kg.concepts import Vocabulary
    from kg.evaluation import LEVELS, Outcome, gold_for, scores
    from kg.evaluation import evaluate as compare
    from kg.problems import PeerkgError
    from kg.source import UnreadableSourceError

    vocabulary = Vocabulary.load()
    outcomes: list[tuple[Path, Outcome]] = []
    for document in documents:
        try:
            outcomes += [
                (document, outcome) for outcome in compare(document, gold_for(document, folder), vocabulary)
            ]
        except (PeerkgError, UnreadableSourceError) as error:
            raise click.ClickException(str(error)) from error
    totals = scores(outcome for _, outcome in outcomes)
    shown = [(d, o) for d, o in outcomes if everything or o.level in {"missed", "extra", "elsewhere"}]
    if as_json:
        fields = {
            name: {
                **score.levels,
                "precision": round(score.precision, 4),
                "recall": round(score.recall, 4),
                "f1": round(score.f1, 4),
            }
            for name, score in totals.items()
        }
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
        click.echo(json.dumps({"fields": fields, "outcomes": rows}, ensure_ascii=False, indent=2))
        return
    for document, outcome in shown:
        place = f"{document}:{outcome.line}" if outcome.line else str(document)
        click.echo(
            f"{place}: {outcome.field}: {outcome.level}: expected {outcome.expected!r}, got {outcome.got!r}"
        )
    table = Table("field", *LEVELS, "precision", "recall", "F1")
    for name, score in totals.items():
        counts = [str(score.levels[level]) for level in LEVELS]
        table.add_row(name, *counts, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")
    Console(width=140).print(table)
