"""The index of a release: an Oxigraph store in a folder, written once and opened read-only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from kg.problems import PeerkgError


def merged(quads: Iterable[Quad], *, leave_out: Collection[NamedNode] = ()) -> set[Quad]:
    """The default graph of a release: every triple once, whichever graphs hold it.

    The graphs in `leave_out` do not take part.
    """
    return {
        Quad(quad.subject, quad.predicate, quad.object) for quad in quads if quad.graph_name not in leave_out
    }


def write(folder: Path, quads: set[Quad]) -> None:
    """Write an index of the quads, as they are, to `folder`; `differences` tells whether it holds them."""
    store = Store(str(folder))
    store.bulk_extend(quads)
    store.flush()
    store.optimize()


def open_read_only(folder: Path) -> Store:
    """The store in `folder`; nothing in the folder is changed. `PeerkgError` if there is none."""
    try:
        return Store.read_only(str(folder))
    except OSError as error:
        raise PeerkgError(
            f"{folder}: the index cannot be opened ({str(error).splitlines()[0]}); build again"
        ) from error


def differences(folder: Path, wanted: set[Quad]) -> Iterator[str]:
    """What the index in `folder` lacks or holds too much, one sentence each.

    A literal that Oxigraph rewrites, such as `1.50`, is such a difference.
    """
    held = 0
    for quad in open_read_only(folder):
        held += 1
        if quad not in wanted:
            yield f"the index holds what was not put into it: {quad}"
    if held != len(wanted):
        store = open_read_only(folder)
        yield from (f"the index lacks {quad}" for quad in wanted if quad not in store)
