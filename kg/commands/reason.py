"""`peerkg reason`: what follows from an RDF file by OWL 2 RL."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.commands.failing import USAGE, explained

INCONSISTENT = 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("given", metavar="IN", type=_FILE)
@click.argument("out", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--ontology",
    "ontologies",
    multiple=True,
    metavar="FILE",
    type=_FILE,
    help="Reason with the axioms of this file too. May be given several times.",
)
@click.option("--axioms", is_flag=True, help="Write the axiomatic triples too, which hold in every graph.")
@click.option(
    "--explain",
    "explanations",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here for each inferred triple its rule and what it follows from, tab-separated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts, or the contradictions, as JSON.")
def reason(
    given: Path,
    out: Path,
    ontologies: tuple[Path, ...],
    explanations: Path | None,
    *,
    axioms: bool,
    as_json: bool,
) -> None:
    """Write the OWL 2 RL closure of IN to OUT: what IN and the ontologies say, and what follows.

    The syntaxes follow from the names of the files, such as .ttl (Turtle) and .nt (N-Triples).
    Ends with 3 where the input contradicts itself, and says by which rule and from which triples.

    \b
    Example:
      peerkg reason data.ttl closed.nt --ontology ontology/peerkg.ttl
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg import formats
    from kg.commands import graphs
    from kg.reasoning import Inconsistent, explained_lines, full_closure, reasons, written

    with explained((Inconsistent, INCONSISTENT), otherwise=USAGE):
        syntax = formats.by_path(out)
        triples = graphs.read((given, *ontologies))
        try:
            inferred = full_closure(triples, axioms=axioms)
        except Inconsistent as error:
            if as_json:
                found = [
                    {"rule": one.rule, "triples": [written(fact) for fact in one.facts]}
                    for one in error.reasons
                ]
                click.echo(json.dumps({"consistent": False, "contradictions": found}, ensure_ascii=False))
            raise
        graphs.write(out, formats.write([*triples, *inferred], syntax))
        if explanations is not None:
            graphs.write(explanations, explained_lines(reasons(triples, [])).encode())
    if as_json:
        click.echo(json.dumps({"consistent": True, "given": len(triples), "inferred": len(inferred)}))
    else:
        click.echo(f"{out}: {len(triples)} triples given, {len(inferred)} inferred", err=True)
