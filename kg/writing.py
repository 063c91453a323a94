"""Write a release: everything into a staging folder, proved by reading it back, then put in its place.

The caller holds the directory's lock.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, Triple

from kg import (
    changed_index,
    dumping,
    evidence_map,
    formats,
    packing,
    questions,
    release,
    search,
    searching,
    shape_report,
    statements,
    store,
    tables,
)
from kg import directory as releases
from kg.beside import Start, beside
from kg.changed_index import Proof
from kg.describe import Download, Statistics, Subject, describe
from kg.problems import PeerkgError, Problem
from kg.release import Release
from kg.statements import Counts, DefaultGraph, Distinct, Entry, Statements


class DamagedError(PeerkgError):
    """What was written is not what was meant to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a release says.

    `statements` are those of the named graphs, evidence included; none lies in no graph. `sources` are
    the entries of the manifest, `identities` the text of `identities.tsv`, `links` that of the mapping set,
    `candidates` that of what waits for a person, `validation` the SHACL report, `allowed` the shapes that did
    not stop it, with the reasons, `registries` the files that things were looked up in.
    """

    base: str
    title: str
    publisher: str
    statements: Iterable[Entry]
    sources: tuple[dict[str, Any], ...]
    identities: str
    links: str
    candidates: str
    problems: tuple[Problem, ...]
    validation: tuple[Triple, ...]
    versions: dict[str, str]
    allowed: dict[str, str]
    registries: dict[str, dict[str, str | int]]


def write(directory: Path, content: Content, created: datetime) -> Release | None:
    """Write the content as a release and make it the current one; `None` if the current one says the same.

    The same means: the same digest of the content, title and publisher, in a search index of this version.
    """
    previous = release.current(directory) if (directory / "current").is_symlink() else None
    with releases.writing(directory), releases.scratch(directory, "dumps") as scratch, ExitStack() as undo:
        found = hashlib.sha256()
        everything = statements.written(scratch / "all.run", _hashed(content.statements, found))
        digest = found.hexdigest()
        if previous is not None and _same(previous, content, digest):
            return None
        name = _free_name(directory, created, digest)
        staged = releases.staging(directory)
        undo.callback(shutil.rmtree, staged)
        made = _fill(
            staged,
            name,
            content,
            everything,
            digest=digest,
            previous=previous,
            created=created,
            scratch=scratch,
        )
        folder = releases.put(directory, staged, name)
        undo.pop_all()
    return Release(folder, name, made.manifest)


def _hashed(entries: Iterable[Entry], digest: hashlib._Hash) -> Iterator[Entry]:
    """The entries; on the way the digest is given their lines."""
    for entry in entries:
        digest.update(statements.text(entry))
        yield entry


def _same(previous: Release, content: Content, digest: str) -> bool:
    manifest = previous.manifest
    said = manifest["digest"], manifest["title"], manifest["publisher"]
    return said == (digest, content.title, content.publisher) and searching.is_read_here(previous.search)


def _free_name(directory: Path, created: datetime, digest: str) -> str:
    """The UTC day and eight digits of the digest, with `-2`, `-3`, ... where that is taken."""
    name = f"{created.astimezone(UTC):%Y-%m-%d}-{digest[:8]}"
    taken = release.ids(directory)
    number = 2
    while name in taken:
        name = f"{created.astimezone(UTC):%Y-%m-%d}-{digest[:8]}-{number}"
        number += 1
    return name


def _fill(
    folder: Path,
    name: str,
    content: Content,
    everything: Statements,
    *,
    digest: str,
    previous: Release | None,
    created: datetime,
    scratch: Path,
) -> Release:
    """Write every file, the manifest last, and read everything back from the disk."""
    dumps = folder / "dumps"
    dumps.mkdir()
    numbers = Statistics(content.base, Counts(), Distinct(scratch))
    default = dumping.dump(everything, dumps, content.base, numbers, scratch)
    made = Release(
        folder, name, _manifest(name, content, numbers, digest=digest, previous=previous, created=created)
    )
    with beside(sum(numbers.counts.graphs.values())) as start:
        others = start(dumping.dump_sorted_by_iri, default, dumps, frozenset(numbers.schemes), scratch)
        searched = start(_searched, made.search, default)
        mapped = start(_mapped, default)
        for file, rows in ((release.LINKS, content.links), (release.CANDIDATES, content.candidates)):
            (dumps / file).write_text(rows, encoding="utf-8", newline="\n")
        changed = None
        if previous is not None and previous.base == content.base:
            changed = changed_index.of_previous(previous, everything, folder / "index")
        index = store.load(folder / "index", dumping.of_index(dumps)) if changed is None else changed.index
        before = None
        if changed is not None and previous is not None and _has_tables(previous):
            before = tables.Before(previous.dumps / "tables", changed.affected())
        tables.write(dumps / "tables", index, before)
        others()
        subject = Subject(
            base=content.base,
            id=name,
            title=content.title,
            publisher=content.publisher,
            created=created.astimezone(UTC),
            version=version("peerkg"),
            previous=made.manifest["previous"],
            downloads=_downloads(dumps),
            sources=content.sources,
            numbers=numbers,
        )
        (folder / "description.ttl").write_bytes(formats.write(describe(subject), formats.TURTLE))
        _write_validation(folder, content)
        (folder / "identities.tsv").write_text(content.identities, encoding="utf-8", newline="\n")
        _json(folder / "problems.json", [problem.as_json() for problem in content.problems])
        proof = None
        if changed is None:
            store.finish(index, release.described(made))
        else:
            index.extend(release.described(made))
            proof = changed.close()
        del index, changed  # which closes it
        made.manifest["queries"] = questions.answered(questions.published(), made.index)
        searched()
        (folder / evidence_map.FILE).write_bytes(mapped())
        made.manifest["files"] = release.files_of(folder)
        releases.sync(folder)
        _json(folder / release.MANIFEST, made.manifest)
        (folder / release.SEAL).write_text(release.seal(folder), encoding="utf-8", newline="\n")
        releases.sync(folder)
        _prove(made, start, proof)
    return made


def _has_tables(previous: Release) -> bool:
    """Whether the tables before are those that the code here writes, as they were written."""
    if previous.manifest["versions"].get("tables") != tables.written_by():
        return False
    folder, suffixes = previous.dumps / "tables", (".csv", ".parquet")
    written = [folder / f"{table.name}{suffix}" for table in tables.TABLES for suffix in suffixes]
    return release.are_as_written(previous, written)


def _searched(path: Path, default: DefaultGraph) -> int:
    return search.of_entries(path, default.entries())


def _mapped(default: DefaultGraph) -> bytes:
    return evidence_map.of_entries(default.entries())


def _manifest(
    name: str,
    content: Content,
    numbers: Statistics,
    *,
    digest: str,
    previous: Release | None,
    created: datetime,
) -> dict[str, Any]:
    """The manifest, still without queries and files."""
    return {
        "id": name,
        "digest": digest,
        "created": f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "previous": previous.id if previous is not None else None,
        "base": content.base,
        "title": content.title,
        "publisher": content.publisher,
        "versions": dict(sorted({**content.versions, "tables": tables.written_by()}.items())),
        "counts": release.counts(numbers.counts),
        "allowed": content.allowed,
        "registries": content.registries,
        "sources": list(content.sources),
    }


def _write_validation(folder: Path, content: Content) -> None:
    """The SHACL report for programs and for people; what was left out of the release is told apart."""
    sources = {str(one["path"]): f"{content.base}source/{one['id']}" for one in content.sources}
    out = [one for one in content.problems if one.breach is not None and one.breach.stops]
    said = chain(content.validation, shape_report.in_rdf(out, _LEFT_OUT) if out else ())
    found = shape_report.placed(said, content.problems, sources)
    report = release.canonical(Quad(t.subject, t.predicate, t.object) for t in found)
    (folder / "validation.ttl").write_bytes(formats.write(report, formats.TURTLE))
    _json(folder / release.RESULTS, shape_report.as_json(content.problems, sources))


_LEFT_OUT = "Documents and records that were left out of the release, and why"


def _prove(made: Release, start: Start, index: Proof | None) -> None:
    """Raise `DamagedError` where what is on the disk is not what was meant."""
    faults = [
        *release.file_faults(made.folder, made.manifest),
        *release.content_faults(made, start, None if index is None else lambda: index.faults(made)),
    ]
    if faults:
        raise DamagedError(f"what was written could not be read back: {faults[0]}; nothing was published")


def _json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet",
}
_TITLES = {
    **{name: f"Every statement once, in {syntax.title}" for name, syntax in release.DUMPS.items()},
    release.QUADS: "The statements by named graph, in N-Quads",
    release.LINKS: "Links to other datasets, and why things are one: a mapping set in SSSOM's table form",
    release.CANDIDATES: "What may be one thing and is not said to be: candidates in SSSOM's table form",
    release.EVIDENCE: "Evidence: quotations and their places in the sources, in N-Quads",
}


def _downloads(dumps: Path) -> tuple[Download, ...]:
    titles = {table.name: table.title for table in tables.TABLES}
    found = []
    for path in sorted(path for path in dumps.rglob("*") if path.is_file()):
        name = path.relative_to(dumps).as_posix()
        way = packing.of(name)
        named = packing.without(name) + packing.GZIP.suffix if way is not None else name
        found.append(
            Download(
                name=name,
                title=_TITLES.get(named) or f"{titles[path.stem]} ({path.suffix[1:]})",
                media_type=formats.by_path(path).media_type if way is not None else _MEDIA_TYPES[path.suffix],
                packing=way.media_type if way is not None else "",
                size=path.stat().st_size,
                sha256=release.file_digest(path),
                quotes=named == release.EVIDENCE,
            )
        )
    return tuple(found)
