"""Statements on disk: N-Quads sorted by subject, each once, read as often as wanted.

What is read is entries: a subject, and what stands behind it in each of its lines, as bytes of N-Quads. So a
release of any size is written and proved in passes that hold one subject at a time. `in_graphs` is such a
pass: it counts, and takes the default graph out of the named ones.
"""

from __future__ import annotations

import heapq
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
    serialize,
)

from kg import runs

_Known = TypeVar("_Known")
Entry: TypeAlias = Sequence[bytes]
"""A subject, and what stands behind it in each of its lines, in order."""
MOST = 50_000
"""So many quads are turned into lines, or lines into quads, at once."""
END = b" ."
"""What ends a line of N-Triples."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Sorted runs in files, read as one."""

    files: tuple[Path, ...]

    def __iter__(self) -> Iterator[Entry]:
        return runs.entries(self.files)

    def quads(self) -> Iterator[Quad]:
        """The statements as quads."""
        left = iter(self)
        while some := b"".join(map(text, islice(left, MOST // 10))):
            # What Oxigraph wrote need not be checked.
            yield from parse(some, format=RdfFormat.N_QUADS, lenient=True)


def together(*given: Statements) -> Statements:
    """The statements of all, each once."""
    return Statements(tuple(file for one in given for file in one.files))


def written(path: Path, entries: Iterable[Entry]) -> Statements:
    """The entries, which are in order, in a new file."""
    runs.write_entries(path, entries)
    return Statements((path,))


def gathered(quads: Iterable[Quad], folder: Path) -> Statements:
    """The quads, with blank nodes named by RDFC-1.0, in new files in the folder.

    Only the quads with a blank node are held in memory and go through the algorithm: the labels depend on no
    others (RDFC-1.0, section 4.4.3, step 2), and most of a release has none.
    """
    folder.mkdir()
    blank, files, left = Dataset(), list[Path](), iter(quads)
    while some := list(islice(left, MOST)):
        plain = []
        for quad in some:
            if any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name)):
                blank.add(quad)
            else:
                plain.append(quad)
        files.append(_run(folder / f"{len(files):06}.run", plain))
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return Statements((*files, _run(folder / "blank.run", blank)))


def _run(path: Path, quads: Iterable[Quad]) -> Path:
    runs.write_lines(path, lines_of(quads))
    return path


def lines_of(quads: Iterable[Quad]) -> list[bytes]:
    """The quads as lines of N-Quads, without line feeds; Oxigraph returns bytes where it has no output."""
    return cast("bytes", serialize(quads, format=RdfFormat.N_QUADS)).splitlines()


def text(entry: Entry, end: bytes = b"") -> bytes:
    """The lines of an entry; `end` is what its lines lack."""
    subject, *rests = entry
    return subject + b" " + (end + b"\n" + subject + b" ").join(rests) + end + b"\n"


def grouped(lines: Iterable[bytes]) -> Iterator[Entry]:
    """The entries of sorted lines."""
    cut = (line.rstrip(b"\n").partition(b" ") for line in lines)
    for subject, some in groupby(cut, key=itemgetter(0)):
        yield [subject, *(rest for _, _, rest in some)]


def joined(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, which are in order, each subject once."""
    for subject, some in groupby(entries, key=itemgetter(0)):
        first, *others = some
        if others:
            yield [subject, *sorted({rest for one in (first, *others) for rest in one[1:]})]
        else:
            yield first


def differing(
    old: Iterable[Entry], new: Iterable[Entry]
) -> Iterator[tuple[bytes, frozenset[bytes], frozenset[bytes]]]:
    """Each subject of which old and new entries do not say the same, with what both say of it."""
    tagged = heapq.merge(
        ((subject, 0, rests) for subject, *rests in old),
        ((subject, 1, rests) for subject, *rests in new),
        key=itemgetter(0),
    )
    for subject, some in groupby(tagged, key=itemgetter(0)):
        sides: list[list[bytes]] = [[], []]
        for _, side, rests in some:
            sides[side] = rests
        before, after = map(frozenset, sides) if sides[0] != sides[1] else _NOTHING
        if before != after:
            yield subject, before, after


_NOTHING = (frozenset[bytes](), frozenset[bytes]())


def lines_in(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a text that comes in pieces, with their line feeds."""
    left = b""
    for block in blocks:
        lines = (left + block).splitlines(keepends=True)
        left = b"" if lines[-1].endswith(b"\n") else lines.pop()
        yield from lines
    if left:
        yield left


_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@dataclass(slots=True)
class Counts:
    """The numbers of the graphs and of their merge, the default graph; terms are written as in N-Quads."""

    triples: int = 0
    asserted: int = 0
    subjects: int = 0
    graphs: Counter[bytes] = field(default_factory=Counter)
    predicates: Counter[bytes] = field(default_factory=Counter)
    classes: Counter[bytes] = field(default_factory=Counter)

    def instances(self, name: str) -> int:
        """How many things are of a class."""
        return self.classes[f"<{name}>".encode()]

    def by_graph(self) -> dict[str, int]:
        """How many triples each named graph has."""
        return {name.decode(): number for name, number in sorted(self.graphs.items())}


def in_graphs(
    entries: Iterable[Entry], counts: Counts, *, apart: Collection[NamedNode], inferred: NamedNode
) -> Iterator[tuple[list[bytes], list[bytes], list[bytes]]]:
    """For each subject three entries: its default graph, the lines this is made of, and those `apart`.

    The default graph is every triple once, without graph, whichever graphs hold it, those `apart` aside.
    Everything is counted on the way; `asserted` are the triples that are not only in the graph `inferred`.
    """
    left_out = {name.value.encode() for name in apart}
    derived = inferred.value.encode()
    for subject, *rests in entries:
        merged: dict[bytes, bool] = {}
        kept: list[bytes] = [subject]
        aside: list[bytes] = [subject]
        for rest in rests:
            cut = rest.rindex(b" <")
            graph = rest[cut + 2 : -3]
            counts.graphs[graph] += 1
            if graph in left_out:
                aside.append(rest)
                continue
            kept.append(rest)
            if graph != derived:
                merged[rest[:cut]] = True
            else:
                merged.setdefault(rest[:cut], False)
        if merged:
            counts.subjects += 1
            counts.triples += len(merged)
            counts.asserted += sum(merged.values())
            for said in merged:
                predicate, _, value = said.partition(b" ")
                counts.predicates[predicate] += 1
                if predicate == _TYPE:
                    counts.classes[value] += 1
        yield [subject, *merged], kept, aside


def merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries without graphs, each triple once."""
    for subject, *rests in entries:
        yield [subject, *dict.fromkeys(rest[: rest.rindex(b" <")] for rest in rests)]


def subject_of(text: bytes) -> NamedNode | BlankNode:
    """A subject as it is written in N-Quads."""
    plain = text.decode()
    return BlankNode(plain[2:]) if plain.startswith("_:") else NamedNode(plain[1:-1])


def objects_among(known: Mapping[bytes, _Known], entries: Iterable[Entry]) -> list[_Known]:
    """Which of the known terms, named as in N-Quads, are the object of a statement."""
    found = dict[bytes, None]()
    for _, *rests in entries:
        for rest in rests:
            _, value, *more = rest.split(b" ", 2)
            if more and value in known:
                found[value] = None
    return [known[value] for value in found]


def quads(entries: Iterable[Entry]) -> Iterator[Quad]:
    """The triples of entries without graphs, as quads of the default graph."""
    left = iter(entries)
    while some := b"".join(text(entry, END) for entry in islice(left, MOST // 10)):
        # What Oxigraph wrote need not be checked.
        yield from parse(some, format=RdfFormat.N_TRIPLES, lenient=True)


def in_pieces(entries: Iterable[Entry]) -> Iterator[list[bytes]]:
    """The triples of entries without graphs as lines of N-Triples, in pieces of whole subjects."""
    left = iter(entries)
    while some := b"".join(text(entry, END) for entry in islice(left, MOST // 10)):
        yield some.splitlines()


@dataclass(frozen=True, slots=True)
class DefaultGraph:
    """A default graph on disk, its subjects in the order of their IRIs.

    In N-Quads `<a-b>` goes before `<a>`, since `-` goes before `>`. For people, and for JSON-LD, `a` goes
    before `a-b`. The few subjects of which that is true are kept in a file of their own.
    """

    rest: Statements
    early: Statements

    def __iter__(self) -> Iterator[Quad]:
        return quads(self.entries())

    def entries(self) -> Iterator[Entry]:
        """The entries in that order, without graphs."""
        return heapq.merge(self.rest, self.early, key=_plain)


def _plain(entry: Entry) -> bytes:
    return entry[0].removesuffix(b">") + b" "


def default_graph(entries: Iterable[Entry], folder: Path) -> DefaultGraph:
    """The entries without graphs, which are in order, in new files in the folder."""
    early: list[Entry] = []

    def others() -> Iterator[Entry]:
        before = b""
        for entry in entries:
            if entry[0].endswith(b">") and before.startswith(entry[0][:-1]):
                early.append(entry)
            else:
                yield entry
            before = entry[0]

    rest = written(folder / "default.run", others())
    return DefaultGraph(rest, written(folder / "early.run", sorted(early, key=_plain)))


class Distinct:
    """How many different values were added, in bounded memory: their digests are sorted into files."""

    _PARTS = 256

    def __init__(self, folder: Path, held: int = 1 << 18) -> None:
        self._folder = folder
        self._most = held
        self._held: set[bytes] = set()
        self._files: list[Path] = []

    def add(self, value: bytes) -> None:
        """Count a value."""
        self._held.add(blake2b(value, digest_size=10).digest())
        if len(self._held) > self._most:
            self._write()

    def _write(self) -> None:
        parts = [bytearray() for _ in range(self._PARTS)]
        for digest in self._held:
            parts[digest[0]] += digest
        self._files = [self._folder / f"distinct-{number:03}" for number in range(self._PARTS)]
        for path, part in zip(self._files, parts, strict=True):
            with path.open("ab") as file:
                file.write(part)
        self._held.clear()

    def count(self) -> int:
        """How many there were."""
        if not self._files:
            return len(self._held)
        self._write()
        number = 0
        for path in self._files:
            data = path.read_bytes()
            number += len({data[at : at + 10] for at in range(0, len(data), 10)})
            path.unlink()
        return number


class Sum:
    """A digest of lines that does not depend on their order: how many, and the sum of their digests."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines, each with its line feed."""
        number = total = 0
        for line in lines:
            number += 1
            total += int.from_bytes(blake2b(line, digest_size=16).digest())
        self.count += number
        self._sum += total

    def include(self, other: Sum) -> None:
        """Add the lines of another sum."""
        self.count += other.count
        self._sum += other._sum

    @property
    def value(self) -> tuple[int, int]:
        """What two sums of the same lines have in common."""
        return self.count, self._sum % (1 << 128)

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Sum:
        """The sum of some lines."""
        made = cls()
        made.add(lines)
        return made

    @classmethod
    def of_quads(cls, quads: Iterable[Quad]) -> Sum:
        """The sum of quads, as they are written in N-Quads."""
        made, left = cls(), iter(quads)
        while data := cast("bytes", serialize(islice(left, MOST), format=RdfFormat.N_QUADS)):
            made.add(io.BytesIO(data))
        return made
