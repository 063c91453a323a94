"""A release on disk: where its parts lie, how it is found, and how it proves itself.

    DIR/current -> releases/2026-11-22-1f3a9c2e
    DIR/releases/<id>/manifest.json, dumps/, index/, search.sqlite, description.ttl, ...

A release is never edited. `kg.writing` makes one, `kg.directory` makes one current.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
)

from kg import evidence_map, formats, packing, registry, statements, store
from kg.beside import Start, in_turn
from kg.problems import PeerkgError
from kg.statements import Counts, Entry, Sum, grouped, in_graphs, lines_in, text

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
"""The file with the digest of the manifest, as `sha256sum` writes it; older releases have none."""
DUMPS = {
    "peerkg.ttl.gz": formats.TURTLE,
    "peerkg.jsonld.gz": formats.JSON_LD,
    "peerkg.nt.gz": formats.N_TRIPLES,
}
"""The dumps of the default graph and their syntaxes."""
QUADS = "peerkg.nq.gz"
"""The dump of the named graphs, evidence and description aside."""
EVIDENCE = "evidence.nq.gz"
LINKS = "links.sssom.tsv"
CANDIDATES = "candidates.sssom.tsv"
RESULTS = "validation.json"
"""What violates shapes, arranged for people; older releases have none."""


_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_NON_NEGATIVE = NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_PK = "https://w3id.org/peerkg/ontology#"
ENTITIES = {
    "works": "Report",
    "studies": "Study",
    "persons": "Person",
    "institutions": "Institution",
    "findings": "Finding",
    "participant_groups": "ParticipantGroup",
}
"""What a release counts, and the class of each."""
PRUNED = "pruned.txt"
"""The file beside the releases that remembers which were removed."""
KEYS = {"id", "digest", "created", "base", "counts", "files", "sources"}
"""What a manifest cannot lack."""


class NoReleaseError(PeerkgError):
    """There is no such release."""


class DamagedReleaseError(NoReleaseError):
    """What should be a release is none, or is none any more."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its folder, its name, its manifest."""

    folder: Path
    id: str
    manifest: dict[str, Any]

    @property
    def index(self) -> Path:
        """The Oxigraph store."""
        return self.folder / "index"

    @property
    def dumps(self) -> Path:
        """The folder of downloads."""
        return self.folder / "dumps"

    @property
    def description(self) -> Path:
        """VoID, DCAT and PROV in Turtle."""
        return self.folder / "description.ttl"

    @property
    def search(self) -> Path:
        """The full-text index."""
        return self.folder / "search.sqlite"

    @property
    def map(self) -> Path:
        """The evidence map; releases made before there was one have none."""
        return self.folder / evidence_map.FILE

    @property
    def problems(self) -> Path:
        """What was not understood, as JSON."""
        return self.folder / "problems.json"

    @property
    def validation(self) -> Path:
        """The SHACL report in Turtle."""
        return self.folder / "validation.ttl"

    @property
    def results(self) -> Path:
        """The same for people: by shape, by what is to be done, by document and place."""
        return self.folder / RESULTS

    @property
    def identities(self) -> Path:
        """Every IRI ever published, its keys, its state."""
        return self.folder / "identities.tsv"

    @property
    def base(self) -> str:
        """What the IRIs of its entities, sources and graphs begin with."""
        return str(self.manifest["base"])

    def graph(self, name: str) -> NamedNode:
        """The IRI of the named graph `evidence`, `links`, `source/<id>`, ..."""
        return graph(self.base, name)

    def registered(self) -> list[registry.Row]:
        """The rows of `identities.tsv`."""
        return registry.read(self.identities.read_text(encoding="utf-8"), str(self.identities))

    def quads(self) -> list[Quad]:
        """The statements of all named graphs, evidence included and the description not, from the dumps."""
        return formats.read_file(self.dumps / QUADS) + formats.read_file(self.dumps / EVIDENCE)


def graph(base: str, name: str) -> NamedNode:
    """The IRI of a named graph of a release with that base."""
    return NamedNode(f"{base}graph/{name}")


def apart(base: str) -> frozenset[NamedNode]:
    """The graphs that are not merged into the default graph."""
    return frozenset({graph(base, "evidence"), graph(base, "description")})


def current(directory: Path) -> Release:
    """The release that `current` leads to; `NoReleaseError` if there is none."""
    link = directory / "current"
    if not link.is_symlink():
        raise NoReleaseError(f"{directory}: no release here (no link `current`); `peerkg build` makes one")
    return read(link.resolve())


def named(directory: Path, name: str) -> Release:
    """The release of that id; `NoReleaseError` if there is none."""
    folder = directory / "releases" / name
    if name not in ids(directory):
        known = ", ".join(ids(directory)) or "none"
        raise NoReleaseError(f"{directory}: no release {name!r} (there: {known})")
    return read(folder.resolve())


def ids(directory: Path) -> list[str]:
    """The names of the folders in `releases/`, sorted."""
    folder = directory / "releases"
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def pruned(directory: Path) -> set[str]:
    """The names of releases that were published and are not kept."""
    path = directory / PRUNED
    removed = set(path.read_text(encoding="utf-8").split()) if path.exists() else set()
    before = {str(found.manifest.get("previous")) for found in all_of(directory)} - {"None"}
    return (removed | before) - set(ids(directory))


def all_of(directory: Path) -> list[Release]:
    """Every release in the directory, the oldest first; `NoReleaseError` if one has no readable manifest."""
    releases = [named(directory, name) for name in ids(directory)]
    return sorted(releases, key=lambda release: (str(release.manifest["created"]), release.id))


def published(directory: Path, base: str) -> list[registry.Row]:
    """Every IRI that a kept release of that base published; what became of it, as the current one has it.

    A release that was rolled back is none that another one followed, and its IRIs were published as well.
    """
    if not (directory / "current").is_symlink():
        return []
    now = current(directory)
    kept = [one for one in _readable(directory) if one.base == base and one.id != now.id]
    followed = {one.manifest.get("previous") for one in [*kept, now] if one.base == base}
    rows: dict[str, registry.Row] = {}
    for one in [*kept, now]:
        if one.base == base and (one.id not in followed or one.id == now.id):
            rows.update((row.iri, row) for row in one.registered())
    return list(rows.values())


def _readable(directory: Path) -> list[Release]:
    """The releases in the directory that have a manifest, the oldest first."""
    found = []
    for name in ids(directory):
        with suppress(DamagedReleaseError):
            found.append(named(directory, name))
    return sorted(found, key=lambda release: (str(release.manifest["created"]), release.id))


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """The quads with blank nodes named by RDFC-1.0.

    Only the quads with a blank node go through the algorithm: the labels depend on no others (RDFC-1.0,
    section 4.4.3, step 2), and most of a release has none.
    """
    plain, blank = set(), Dataset()
    for quad in quads:
        if any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name)):
            blank.add(quad)
        else:
            plain.add(quad)
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return plain.union(blank)


def digest(quads: Iterable[Quad]) -> str:
    """The SHA-256 of the canonical N-Quads of the quads, in hexadecimal digits."""
    return digest_of_canonical(canonical(quads))


def digest_of_canonical(quads: Iterable[Quad]) -> str:
    """The same of quads that are canonical already."""
    return hashlib.sha256(formats.write(quads, formats.N_QUADS)).hexdigest()


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_of(folder: Path) -> list[dict[str, Any]]:
    """Each file of a release but its manifest and its seal: path, size and SHA-256, sorted by path."""
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "sha256": file_digest(path),
            "size": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in (folder / MANIFEST, folder / SEAL)
    ]


def seal(folder: Path) -> str:
    """What stands in the seal of a manifest."""
    return f"{file_digest(folder / MANIFEST)}  {MANIFEST}\n"


def counts(numbers: Counts) -> dict[str, Any]:
    """The numbers of a release: triples and entities of its default graph, triples of each named graph."""
    return {
        "triples": numbers.triples,
        "asserted": numbers.asserted,
        "inferred": numbers.triples - numbers.asserted,
        **{name: numbers.instances(_PK + local) for name, local in ENTITIES.items()},
        "graphs": numbers.by_graph(),
    }


def entities(default: Iterable[Quad]) -> dict[str, set[str]]:
    """The things of a default graph that a release counts, by their plural names."""
    classes = {NamedNode(_PK + local): name for name, local in ENTITIES.items()}
    found: dict[str, set[str]] = {name: set() for name in ENTITIES}
    for quad in default:
        if quad.predicate == _TYPE and isinstance(quad.object, NamedNode) and quad.object in classes:
            found[classes[quad.object]].add(str(quad.subject))
    return found


def verify(directory: Path, name: str) -> list[str]:
    """What is wrong with a release, one sentence each; an empty list if it is as it was made.

    Recomputes the digest of every file and of the content, the counts, and the equality of dumps and
    index; and proves that each IRI of the kept releases before it still answers.
    """
    release = named(directory, name)
    faults = list(file_faults(release.folder, release.manifest))
    if faults:
        return faults  # what follows reads those files
    return [*content_faults(release), *_broken_promises(directory, release)]


def is_as_sealed(folder: Path) -> bool:
    """Whether the manifest is as its seal says; a release without a seal is not."""
    path = folder / SEAL
    return path.exists() and path.read_bytes() == seal(folder).encode()


def are_as_written(release: Release, paths: Iterable[Path]) -> bool:
    """Whether these files of a release are there as the manifest says."""
    listed = {entry["path"]: entry["sha256"] for entry in release.manifest["files"]}
    return all(
        path.is_file() and file_digest(path) == listed.get(path.relative_to(release.folder).as_posix())
        for path in paths
    )


def file_faults(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """The files that are not as the manifest says, and the manifest where it is not as its seal says."""
    if (folder / SEAL).exists() and not is_as_sealed(folder):
        yield f"{MANIFEST}: its SHA-256 is not that of {SEAL}"
        return
    listed = {str(entry["path"]): entry for entry in manifest["files"]}
    held = {entry["path"]: entry for entry in files_of(folder)}
    for path in sorted(listed.keys() | held.keys()):
        if path not in held:
            yield f"{path}: missing"
        elif path not in listed:
            yield f"{path}: not in the manifest"
        elif held[path]["size"] != listed[path]["size"]:
            yield f"{path}: {held[path]['size']} bytes, the manifest says {listed[path]['size']}"
        elif held[path]["sha256"] != listed[path]["sha256"]:
            yield f"{path}: its SHA-256 is not the manifest's"


def content_faults(
    release: Release, start: Start = in_turn, of_index: Callable[[], Iterable[str]] | None = None
) -> Iterator[str]:
    """Where digest, counts, dumps and index do not agree. Dumps are read in passes, and never held.

    `start` begins what can go on beside the rest. `of_index` says what is wrong with the index, where that is
    known without reading the whole of it.
    """
    try:
        summed = start(store.summed, release.index) if of_index is None else None
        twins = start(_twin_faults, release)
        merged = _Merged(release, is_index_read=of_index is None)
        drawn = release.map.read_bytes() if release.map.exists() else b""
        is_map_right = evidence_map.is_of(drawn, statements.quads(evidence_map.relevant(merged)))
        if merged.digest.hexdigest() != release.manifest["digest"]:
            yield "the content digest of the dumps is not the manifest's"
        if counts(merged.numbers) != release.manifest["counts"]:
            yield "the counts of the dumps are not the manifest's"
        for name, syntax in DUMPS.items():
            if _dump_sum(release.dumps / name, syntax).value != merged.plain.value:
                yield f"dumps/{name}: its triples are not those of the named graphs"
        yield from twins()
        if release.map.exists() and not is_map_right:
            yield f"{release.map.name}: is not the evidence map of the named graphs"
        if of_index is not None:
            yield from of_index()
        elif summed is not None:
            yield from _index_faults(release, merged, summed())
    except PeerkgError as error:
        yield str(error)


def entries_in(dumps: Iterable[Path]) -> Iterator[Entry]:
    """What sorted dumps of named graphs say together, subject by subject."""
    parts = (grouped(lines_in(packing.blocks(path))) for path in dumps)
    return statements.joined(heapq.merge(*parts, key=itemgetter(0)))


def _dump_sum(path: Path, syntax: formats.Syntax) -> Sum:
    """The sum of the triples of a dump; the lines of N-Triples are summed up as they stand there."""
    if syntax is formats.N_TRIPLES:
        return Sum.of(lines_in(packing.blocks(path)))
    return Sum.of_quads(formats.read_pieces(path))


class _Merged:
    """The default graph of a release, taken from the dumps of its named graphs in one pass.

    What is met on the way is summed up: `numbers` of all graphs, `digest` of all lines in order, the sum of
    the lines of the default graph (`plain`), and that of the named graphs where the index is read.
    """

    def __init__(self, release: Release, *, is_index_read: bool) -> None:
        self._release = release
        self._is_index_read = is_index_read
        self.numbers = Counts()
        self.digest = hashlib.sha256()
        self.plain = Sum()
        self.named = Sum()

    def __iter__(self) -> Iterator[Entry]:
        release, self.numbers, self.digest = self._release, Counts(), hashlib.sha256()
        self.plain, self.named = Sum(), Sum()
        inferred = release.graph("inferred")
        found = in_graphs(self._lines(), self.numbers, apart=apart(release.base), inferred=inferred)
        for default, _, _ in found:
            if len(default) > 1:
                self.plain.add(io.BytesIO(text(default, statements.END)))
                yield default

    def _lines(self) -> Iterator[Entry]:
        """What all dumps say, subject by subject."""
        dumps = (self._release.dumps / QUADS, self._release.dumps / EVIDENCE)
        for entry in entries_in(dumps):
            lines = text(entry)
            self.digest.update(lines)
            if self._is_index_read:
                self.named.add(io.BytesIO(lines))
            yield entry


def _index_faults(release: Release, merged: _Merged, found: Sum) -> Iterator[str]:
    """The first difference between the index and what the dumps say it holds."""
    wanted = Sum()
    wanted.include(merged.plain)
    wanted.include(merged.named)
    description = described(release)
    wanted.include(Sum.of_quads(description))
    if found.value != wanted.value:
        named = (release.dumps / QUADS, release.dumps / EVIDENCE)

        def held() -> Iterator[Quad]:
            yield from (quad for path in named for quad in formats.read_pieces(path))
            yield from statements.quads(merged)
            yield from description

        yield from islice(store.differences(release.index, held), 1)


def _twin_faults(release: Release) -> list[str]:
    """The dumps that do not hold what the one that is packed in the other way holds."""
    found = []
    listed = {str(entry["path"]) for entry in release.manifest.get("files", ())}
    for path in sorted(listed):
        other = packing.without(path) + packing.GZIP.suffix
        if packing.of(path) is not packing.ZSTD or other not in listed:
            continue
        if _unpacked_digest(release.folder / path) != _unpacked_digest(release.folder / other):
            found.append(f"{path}: does not hold what {other} holds")
    return found


def _unpacked_digest(path: Path) -> bytes:
    found = hashlib.sha256()
    for block in packing.blocks(path):
        found.update(block)
    return found.digest()


def _broken_promises(directory: Path, release: Release) -> Iterator[str]:
    """The IRIs that were published and would not be answered: neither with data nor with where they went."""
    rows = {row.iri: row for row in release.registered()}
    silent = {row.iri for row in rows.values() if row.state == "live"}
    for name in (QUADS, EVIDENCE):
        for line in lines_in(packing.blocks(release.dumps / name)):
            silent.discard(line.partition(b"> ")[0][1:].decode())
    for row in rows.values():
        if row.iri in silent:
            yield f"{row.iri}: is said to live, and nothing is said of it"
        if row.state == "merged" and (row.target not in rows or rows[row.target].state == "merged"):
            yield f"{row.iri}: was merged into {row.target}, which does not live"
    for before in _before(directory, release):
        for row in before.registered():
            if row.iri not in rows:
                yield f"{row.iri}: was published in {before.id} and is forgotten"


def _before(directory: Path, release: Release) -> list[Release]:
    """The kept releases of the same base that were there when this one was made."""
    previous, created = release.manifest.get("previous"), str(release.manifest["created"])
    return [
        one
        for one in _readable(directory)
        if one.base == release.base and (one.id == previous or str(one.manifest["created"]) < created)
    ]


def described(release: Release) -> list[Quad]:
    """The description of a release as its index holds it.

    DCAT 3 wants sizes as `xsd:nonNegativeInteger`, which Oxigraph turns into `xsd:integer`.
    """
    name = release.graph("description")
    found = dict[Quad, None]()
    for quad in formats.read_file(release.description):
        value = quad.object
        if isinstance(value, Literal) and value.datatype == _NON_NEGATIVE:
            value = Literal(value.value, datatype=_INTEGER)
        found[Quad(quad.subject, quad.predicate, value, name)] = None
    return list(found)


def read(folder: Path) -> Release:
    """The release in its own folder; `DamagedReleaseError` if that is none."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DamagedReleaseError(
            f"{path}: cannot be read ({error.strerror}); this is no whole release: restore it, or make "
            "another one current"
        ) from error
    except ValueError as error:
        raise DamagedReleaseError(
            f"{path}: is damaged ({error}): restore it, or make another release current"
        ) from error
    if not isinstance(manifest, dict) or not manifest.keys() >= KEYS:
        raise DamagedReleaseError(
            f"{path}: is not the manifest of a release: restore it, or make another release current"
        )
    return Release(folder, folder.name, manifest)
