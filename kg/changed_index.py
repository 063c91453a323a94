"""The index of a release made from that of the release before: copied, and changed where the two differ.

The copy is trusted as far as its files have the digests that the manifest before has, whose release was
proved when it was made. What was changed is read back: all statements of each subject that differs, the
description, and how many statements there are. `peerkg verify` reads the whole index, however it was made.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

from kg import dumping, release, statements, store, tables
from kg.release import Release
from kg.statements import END, Counts, Entry

MOST = 200_000
"""So many statements may come and go: more are loaded as quickly, and are not held."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An index that was copied and changed; `said` is what it has to hold of each subject that differs."""

    index: Store
    said: dict[bytes, frozenset[bytes]]

    def affected(self) -> frozenset[str]:
        """The things whose rows in tables may have become others."""
        return tables.affected(self.index, [statements.subject_of(subject) for subject in self.said])

    def close(self) -> Proof:
        """Write what is not written yet, and close the index; what proves it."""
        self.index.flush()
        return Proof(self.said)


@dataclass(frozen=True, slots=True)
class Proof:
    """What an index that was changed is held against."""

    said: dict[bytes, frozenset[bytes]]

    def faults(self, made: Release) -> Iterator[str]:
        """Where the index on the disk is not as it has to be."""
        index, description = store.open_read_only(made.index), made.graph("description")
        described = set(release.described(made))
        counts = made.manifest["counts"]
        number = counts["triples"] + sum(counts["graphs"].values()) + len(described)
        if len(index) != number:
            yield f"the index holds {len(index)} statements, and not {number}"
        if set(index.quads_for_pattern(None, None, None, description)) != described:
            yield "the index does not hold the description"
        for subject, lines in self.said.items():
            node = statements.subject_of(subject)
            quads = (
                quad
                for quad in index.quads_for_pattern(node, None, None, None)
                if quad.graph_name != description
            )
            found = frozenset(statements.lines_of(quads))
            for line in sorted(found ^ lines)[:1]:
                how = "holds what was not put into it" if line in found else "lacks"
                yield f"the index {how}: {line.decode()}"


def of_previous(previous: Release, everything: Iterable[Entry], folder: Path) -> Changed | None:
    """The index of `everything` in a new folder, still without description.

    `None` where the one before cannot be used: it is damaged, of another version, or too much has changed.
    """
    if not _is_of_this_version(previous) or not _is_whole(previous):
        return None
    differing = _differing(previous, everything)
    if differing is None or not _copied(previous, folder):
        return None
    index = Store(str(folder))
    index.remove_graph(previous.graph("description"))
    counts = previous.manifest["counts"]
    if len(index) != counts["triples"] + sum(counts["graphs"].values()):
        del index
        shutil.rmtree(folder)
        return None
    for _, old, new in differing:
        for quad in _quads(old - new):
            index.remove(quad)
        index.extend(_quads(new - old))
    return Changed(index, {subject: new for subject, _, new in differing})


def _is_of_this_version(previous: Release) -> bool:
    """Whether the index was written by the Oxigraph that is here."""
    return bool(previous.manifest["versions"].get("pyoxigraph") == version("pyoxigraph"))


def _is_whole(previous: Release) -> bool:
    """Whether the manifest and the dumps that an index is made from are as they were written."""
    return release.is_as_sealed(previous.folder) and release.are_as_written(
        previous, [*_named(previous), previous.description]
    )


def _copied(previous: Release, folder: Path) -> bool:
    """Copy the index; whether each file of the copy is as it was written."""
    folder.mkdir()
    for entry in previous.manifest["files"]:
        path = Path(entry["path"])
        if path.parts[0] != previous.index.name:
            continue
        original, made = previous.folder / path, folder / path.relative_to(previous.index.name)
        if original.is_file():
            shutil.copyfile(original, made)
        if not made.is_file() or release.file_digest(made) != entry["sha256"]:
            shutil.rmtree(folder)
            return False
    return True


def _named(of: Release) -> list[Path]:
    """The dumps of the named graphs."""
    return [path for path in dumping.of_index(of.dumps) if ".nq" in path.name]


def _differing(
    previous: Release, everything: Iterable[Entry]
) -> list[tuple[bytes, frozenset[bytes], frozenset[bytes]]] | None:
    """The subjects of which not the same is said, with all their lines before and now; `None` if too many."""
    found = []
    number = 0
    before = release.entries_in(_named(previous))
    for subject, *sides in statements.differing(before, everything):
        old, new = (_lines(previous, [subject, *sorted(rests)]) for rests in sides)
        number += len(old ^ new)
        if number > MOST:
            return None
        found.append((subject, old, new))
    return found


def _lines(previous: Release, entry: Entry) -> frozenset[bytes]:
    """All that an index holds of a subject, the default graph included."""
    apart, inferred = release.apart(previous.base), previous.graph("inferred")
    ((default, kept, aside),) = statements.in_graphs([entry], Counts(), apart=apart, inferred=inferred)
    named = (statements.text(some) for some in (kept, aside) if len(some) > 1)
    plain = statements.text(default, END) if len(default) > 1 else b""
    return frozenset(b"".join((*named, plain)).splitlines())


def _quads(lines: Collection[bytes]) -> Iterator[Quad]:
    # What Oxigraph wrote need not be checked.
    return parse(b"\n".join(lines), format=RdfFormat.N_QUADS, lenient=True)
