"""The dumps of a release, written in two passes over its statements.

The first pass writes what is sorted as N-Quads are, and takes the default graph out. Turtle and JSON-LD are
sorted by IRI, and what stands at their beginning is known only at their end, so they are written from that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import zstandard

from kg import formats, packing, release, statements
from kg.describe import Statistics
from kg.formats import Body, JsonLdBody, TurtleBody
from kg.statements import DefaultGraph, Entry

_DEFAULT = next(name for name, syntax in release.DUMPS.items() if syntax is formats.N_TRIPLES)


def dump(
    everything: Iterable[Entry], folder: Path, base: str, numbers: Statistics, scratch: Path
) -> DefaultGraph:
    """Write the dumps that are sorted as N-Quads are, count on the way, and return the default graph."""
    with ExitStack() as files:
        named, quotes, plain = (
            files.enter_context(packing.packed(folder / name))
            for name in (release.QUADS, release.EVIDENCE, _DEFAULT)
        )

        def merged() -> Iterator[Entry]:
            apart, inferred = release.apart(base), release.graph(base, "inferred")
            for default, kept, aside in statements.in_graphs(
                everything, numbers.counts, apart=apart, inferred=inferred
            ):
                if len(aside) > 1:
                    quotes.write(statements.text(aside))
                if len(default) > 1:
                    named.write(statements.text(kept))
                    plain.write(statements.text(default, statements.END))
                    numbers.add(default)
                    yield default

        return statements.default_graph(merged(), scratch)


def dump_sorted_by_iri(default: DefaultGraph, folder: Path, schemes: Collection[str], scratch: Path) -> None:
    """Write the other dumps; `schemes` are those of all IRIs in the default graph."""
    bodies: dict[str, Body] = {
        name: TurtleBody() if syntax is formats.TURTLE else JsonLdBody(schemes)
        for name, syntax in release.DUMPS.items()
        if name != _DEFAULT
    }
    with ExitStack() as files:
        pieces = {
            name: files.enter_context(
                zstandard.ZstdCompressor(level=1).stream_writer((scratch / name).open("wb"))
            )
            for name in bodies
        }
        for lines in statements.in_pieces(default.entries()):
            for name, body in bodies.items():
                pieces[name].write(body.piece(lines))
    for name, body in bodies.items():
        with packing.packed(folder / name) as file:
            for part in body.document(_blocks(scratch / name)):
                file.write(part)
        (scratch / name).unlink()


def _blocks(path: Path) -> Iterator[bytes]:
    with packing.ZSTD.opened(path) as stream:
        while block := stream.read(packing.BLOCK):
            yield block


def of_index(folder: Path) -> list[Path]:
    """The dumps that make an index together: the named graphs, the evidence and the default graph."""
    names = (release.QUADS, release.EVIDENCE, _DEFAULT)
    return [(folder / name).with_suffix(packing.ZSTD.suffix) for name in names]
