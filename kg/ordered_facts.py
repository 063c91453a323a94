"""Facts in files sorted by subject: the checks of a large build walk them, and look things up in them.

The statements are written in packed blocks, with the first subject of each block at hand; another file holds,
sorted by object, the statements of the predicates that are asked for backwards. Of the facts themselves no
more is held than the blocks that were read last.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import zstandard
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import runs, statements
from kg.compiled_shapes import Own
from kg.statements import Entry, Statements

BLOCK = 1 << 14
"""So many bytes of lines are packed together: what is looked up is unpacked with its neighbours."""
_HELD = 256
"""So many unpacked blocks are kept."""
_KNOWN = 1 << 12
"""So many subjects are kept with what they say."""
_GAP = b"\0"


class _Blocks:
    """Entries in packed blocks in a file; only where each block begins, and with what, is in memory."""

    def __init__(self, path: Path, entries: Iterable[Entry]) -> None:
        self._path = path
        self._firsts: list[bytes] = []
        self._starts = [0]
        packer = zstandard.ZstdCompressor(level=1)
        with path.open("wb") as file:
            for first, block in _in_blocks(entries):
                self._firsts.append(first)
                self._starts.append(self._starts[-1] + file.write(packer.compress(block)))
        self._file: IO[bytes] = path.open("rb")
        self._block = lru_cache(_HELD)(self._read)

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        self._file.close()

    def _read(self, number: int) -> bytes:
        self._file.seek(self._starts[number])
        packed = self._file.read(self._starts[number + 1] - self._starts[number])
        return zstandard.ZstdDecompressor().decompress(packed)

    def __iter__(self) -> Iterator[list[bytes]]:
        """The blocks, each as the entries in it."""
        for number in range(len(self._firsts)):
            yield self._read(number).split(b"\n")[1:-1]

    def find(self, subject: bytes) -> bytes:
        """The entry of a subject, without the subject; nothing if there is none."""
        number = bisect.bisect_right(self._firsts, subject) - 1
        if number < 0:
            return b""
        block, begin = self._block(number), b"\n" + subject + _GAP
        start = block.find(begin)
        if start < 0:
            return b""
        start += len(begin)
        return block[start : block.index(b"\n", start)]


def _in_blocks(entries: Iterable[Entry]) -> Iterator[tuple[bytes, bytes]]:
    """The first subject of each block, and the block: every entry stands between line feeds."""
    held: list[bytes] = []
    first, size = b"", 0
    for entry in entries:
        first = first or entry[0]
        held.append(_GAP.join(entry))
        size += len(held[-1])
        if size >= BLOCK:
            yield first, b"\n" + b"\n".join(held) + b"\n"
            held, first, size = [], b"", 0
    if held:
        yield first, b"\n" + b"\n".join(held) + b"\n"


class Ordered:
    """`compiled_shapes.Facts` in files in a folder, each statement once and without its graph.

    Literals are as they were written. `backwards` are the predicates whose subjects are asked for by their
    objects, or whose objects are listed; of others all statements are read for that.
    """

    def __init__(self, entries: Iterable[Entry], folder: Path, backwards: Collection[NamedNode] = ()) -> None:
        folder.mkdir()
        self._backwards = {f"{one} ".encode() for one in backwards}
        self._turned: list[Path] = []
        self._folder = folder
        self._facts = _Blocks(folder / "facts", self._passing(entries))
        self._by_object = _Blocks(folder / "turned", Statements(runs.fewer(self._turned, folder, keep=False)))
        self._own = lru_cache(_KNOWN)(self._read)

    def close(self) -> None:
        """Close the files."""
        self._facts.close()
        self._by_object.close()

    def _passing(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries; on the way the statements to be asked for backwards are put aside, turned round."""
        held: list[bytes] = []
        for entry in entries:
            yield entry
            for rest in entry[1:]:
                cut = rest.index(b" ") + 1
                if rest[:cut] in self._backwards:
                    held.append(rest[cut:] + _GAP + rest[:cut] + entry[0])
            if len(held) > statements.MOST:
                self._turn(held)
        self._turn(held)

    def _turn(self, held: list[bytes]) -> None:
        self._turned.append(self._folder / f"turned-{len(self._turned):06}.run")
        cut = (line.partition(_GAP) for line in sorted(set(held)))
        of_objects = groupby(cut, key=itemgetter(0))
        runs.write_entries(
            self._turned[-1], ([value, *(rest for _, _, rest in some)] for value, some in of_objects)
        )
        held.clear()

    def by_subject(self) -> Iterator[tuple[Any, Own]]:
        """Each subject once, with what it says."""
        for block in self._facts:
            yield from _said(entry.split(_GAP) for entry in block)

    def _read(self, subject: bytes) -> Own:
        found = self._facts.find(subject)
        said = _said([[subject, *found.split(_GAP)]]) if found else iter(())
        return next(said, (None, {}))[1]

    def own(self, subject: Any) -> Own:
        """What one subject says."""
        return {} if isinstance(subject, Literal) else self._own(str(subject).encode())

    def objects(self, subject: Any, predicate: Any) -> Sequence[Any]:
        """What one subject says by one predicate."""
        return self.own(subject).get(predicate, ())

    def subjects(self, predicate: Any, value: Any) -> Iterator[Any]:
        """The subjects that have this value."""
        begin = f"{predicate} ".encode()
        if begin not in self._backwards:
            return (subject for subject, found in self.pairs(predicate) if found == value)
        found = self._by_object.find(str(value).encode())
        return (
            statements.subject_of(rest[len(begin) :]) for rest in found.split(_GAP) if rest.startswith(begin)
        )

    def values(self, predicate: Any) -> Iterator[Any]:
        """The objects of a predicate, each once."""
        begin = f"{predicate} ".encode()
        if begin not in self._backwards:
            return iter(dict.fromkeys(value for _, value in self.pairs(predicate)))
        found = (
            entry.partition(_GAP)[0] for block in self._by_object for entry in block if _GAP + begin in entry
        )
        return map(_term, found)

    def holds(self, subject: Any, predicate: Any, value: Any) -> bool:
        """Whether the graph has the triple."""
        return value in self.objects(subject, predicate)

    def pairs(self, predicate: Any) -> Iterator[tuple[Any, Any]]:
        """The subjects and objects of a predicate."""
        begin = f"{predicate} ".encode()
        if begin in self._backwards:
            for block in self._by_object:
                for entry in block:
                    value, *rests = entry.split(_GAP)
                    for rest in rests:
                        if rest.startswith(begin):
                            yield statements.subject_of(rest[len(begin) :]), _term(value)
        else:
            for subject, own in self.by_subject():
                for value in own.get(predicate, ()):
                    yield subject, value


def _said(entries: Iterable[Entry]) -> Iterator[tuple[Any, dict[Any, list[Any]]]]:
    """The subjects of entries, with the objects by predicate."""
    text = b"".join(statements.text(entry, statements.END) for entry in entries)
    subject: Any = None
    own: dict[Any, list[Any]] = {}
    # What Oxigraph wrote need not be checked.
    for quad in parse(text, format=RdfFormat.N_TRIPLES, lenient=True):
        if quad.subject != subject:
            if own:
                yield subject, own
            subject, own = quad.subject, {}
        if not isinstance(value := quad.object, Triple):
            own.setdefault(quad.predicate, []).append(value)
    if own:
        yield subject, own


def _term(text: bytes) -> Any:
    """An object as it is written in N-Triples."""
    if not text.startswith(b'"'):
        return statements.subject_of(text)
    (quad,) = parse(b"<x:s> <x:p> " + text + b" .", format=RdfFormat.N_TRIPLES, lenient=True)
    return quad.object
