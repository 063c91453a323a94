"""The index of a release: an Oxigraph store in a folder, written once and opened read-only."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from kg import packing
from kg.problems import PeerkgError
from kg.statements import Sum


def merged(quads: Iterable[Quad], *, leave_out: Collection[NamedNode] = ()) -> set[Quad]:
    """The default graph of a release: every triple once, whichever graphs hold it.

    The graphs in `leave_out` do not take part.
    """
    return {
        Quad(quad.subject, quad.predicate, quad.object) for quad in quads if quad.graph_name not in leave_out
    }


def load(folder: Path, dumps: Iterable[Path]) -> Store:
    """A new index in `folder` of what packed N-Triples and N-Quads hold, as it stands there."""
    index = Store(str(folder))
    for path in dumps:
        way = packing.of(path)
        form = RdfFormat.N_TRIPLES if packing.without(path.name).endswith(".nt") else RdfFormat.N_QUADS
        with path.open("rb") if way is None else way.opened(path) as stream:
            # `bulk_load` would give blank nodes other names. What Oxigraph wrote need not be checked.
            index.bulk_extend(parse(stream, format=form, lenient=True))
    return index


def write(folder: Path, quads: Iterable[Quad]) -> None:
    """Write an index of the quads to `folder`."""
    finish(Store(str(folder)), quads)


def finish(index: Store, more: Iterable[Quad]) -> None:
    """Add quads to a new index, and make it ready to be read."""
    index.bulk_extend(more)
    index.flush()
    index.optimize()


def open_read_only(folder: Path) -> Store:
    """The store in `folder`; nothing in the folder is changed. `PeerkgError` if there is none."""
    try:
        return Store.read_only(str(folder))
    except OSError as error:
        raise PeerkgError(
            f"{folder}: the index cannot be opened ({str(error).splitlines()[0]}); build again"
        ) from error


class _Lines(io.RawIOBase):
    """What a store writes its lines to, to be summed up."""

    def __init__(self) -> None:
        super().__init__()
        self.sum = Sum()
        self._held: list[bytes] = []
        self._left = b""

    def write(self, data: Any, /) -> int:
        self._held.append(data)
        if len(self._held) > _HELD:
            self.flush()
        return len(data)

    def flush(self) -> None:
        whole, end, self._left = (self._left + b"".join(self._held)).rpartition(b"\n")
        self._held = []
        self.sum.add(io.BytesIO(whole + end))


_HELD = 1000


def summed(folder: Path) -> Sum:
    """The sum of all lines of the index in `folder`."""
    lines = _Lines()
    open_read_only(folder).dump(cast("IO[bytes]", lines), RdfFormat.N_QUADS)  # RawIOBase is none by its name
    lines.flush()
    return lines.sum


def differences(folder: Path, wanted: Callable[[], Iterable[Quad]]) -> Iterator[str]:
    """What the index in `folder` lacks or holds too much, one sentence each.

    A literal that Oxigraph rewrites, such as `1.50`, is such a difference. `wanted` is asked several times.
    """
    index = open_read_only(folder)
    yield from (f"the index lacks {quad}" for quad in wanted() if quad not in index)
    known = {hash(quad) for quad in wanted()}
    yield from (
        f"the index holds what was not put into it: {quad}" for quad in index if hash(quad) not in known
    )
