"""A release proves itself, is complete or absent, and is never edited."""

from __future__ import annotations

import gc
import gzip
import hashlib
import json
import multiprocessing
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg import comparison, directory, formats, packing, release, searching, store
from kg.registry import Row
from kg.registry import write as rows_as_text
from kg.release import Release
from tests.releasing import BASE, DAY, LABEL, ROWS, content, facts, quad, rows, write, written

PARTS = {
    "manifest.json",
    "description.ttl",
    "identities.tsv",
    "map.json",
    "problems.json",
    "search.sqlite",
    "validation.ttl",
    "dumps/peerkg.ttl.gz",
    "dumps/peerkg.jsonld.gz",
    "dumps/peerkg.nt.gz",
    "dumps/peerkg.nq.gz",
    "dumps/evidence.nq.gz",
    "dumps/peerkg.ttl.zst",
    "dumps/peerkg.jsonld.zst",
    "dumps/peerkg.nt.zst",
    "dumps/peerkg.nq.zst",
    "dumps/evidence.nq.zst",
}


@pytest.fixture
def made(tmp_path: Path) -> Release:
    return written(tmp_path)


def test_a_release_has_all_its_parts_and_its_name_is_the_day_and_the_digest(
    tmp_path: Path, made: Release
) -> None:
    assert all((made.folder / part).is_file() for part in PARTS)
    assert made.id == f"2026-11-22-{made.manifest['digest'][:8]}"
    assert (tmp_path / "current").readlink() == Path("releases") / made.id
    assert release.current(tmp_path) == made
    assert release.verify(tmp_path, made.id) == []
    assert json.loads(made.problems.read_text())[0]["line"] == 3


def test_a_dump_that_does_not_hold_what_its_twin_holds_is_a_fault(made: Release) -> None:
    assert list(release.content_faults(made)) == []
    path = made.dumps / "peerkg.nt.zst"
    assert packing.read(path) == packing.read(made.dumps / "peerkg.nt.gz")
    path.write_bytes(packing.ZSTD.packed(packing.read(path)[:-1]))
    assert list(release.content_faults(made)) == [
        "dumps/peerkg.nt.zst: does not hold what dumps/peerkg.nt.gz holds"
    ]


def test_the_manifest_lists_every_file_with_its_digest_and_size(made: Release) -> None:
    listed = {entry["path"] for entry in made.manifest["files"]}
    held = {p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()}
    assert listed == held - {release.MANIFEST, release.SEAL}
    assert json.loads((made.folder / "manifest.json").read_text()) == made.manifest


def test_the_default_graph_holds_each_triple_once_and_no_evidence(made: Release) -> None:
    index = store.open_read_only(made.index)
    assert len(rows(index, "SELECT * { ?s ?p ?o }")) == made.manifest["counts"]["triples"] == 21
    assert made.manifest["counts"]["inferred"] == 1
    assert not index.query("ASK { ?s <http://www.w3.org/ns/oa#exact> ?o }")
    assert index.query("ASK { GRAPH ?g { ?s <http://www.w3.org/ns/oa#exact> ?o } }")
    assert index.query(
        f"ASK {{ GRAPH <{BASE}graph/description> {{ ?d <http://rdfs.org/ns/void#triples> ?n }} }}"
    )


def test_a_triple_in_two_graphs_is_counted_once(tmp_path: Path) -> None:
    twice = [*facts(), quad("group/a", LABEL, "9 peer hosts", "graph/links")]
    counts = written(tmp_path, content(twice)).manifest["counts"]
    assert (counts["triples"], counts["asserted"], counts["inferred"]) == (21, 21, 0)


def test_the_dumps_hold_what_the_index_holds(made: Release) -> None:
    quads = set(made.quads())
    default = store.merged(quads, leave_out=release.apart(BASE))
    for name in release.DUMPS:
        assert set(formats.read_file(made.dumps / name)) == default
    evidence = formats.read_file(made.dumps / release.EVIDENCE)
    assert {q.graph_name for q in evidence} == {release.graph(BASE, "evidence")}


def test_the_digest_is_that_of_rdf_canonicalisation(made: Release) -> None:
    lines = b"".join(formats.write(made.quads(), formats.N_QUADS).splitlines(keepends=True)).decode()
    document = jsonld.from_rdf(lines)
    canonical = jsonld.normalize(document, {"algorithm": "URDNA2015", "format": "application/n-quads"})
    assert canonical == formats.write(release.canonical(facts()), formats.N_QUADS).decode()
    assert release.digest(facts()) == made.manifest["digest"]


def test_anyone_can_compute_the_digest_from_the_dumps(made: Release) -> None:
    lines = [
        line
        for name in (release.QUADS, release.EVIDENCE)
        for line in gzip.decompress((made.dumps / name).read_bytes()).splitlines(keepends=True)
    ]
    assert hashlib.sha256(b"".join(sorted(lines))).hexdigest() == made.manifest["digest"]


@given(st.permutations(range(4)), st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_the_digest_does_not_depend_on_the_names_of_blank_nodes(
    names: list[int], edges: set[tuple[int, int]]
) -> None:
    def graph(label: Any) -> list[Quad]:
        return [
            Quad(BlankNode(f"n{label(a)}"), NamedNode(LABEL), BlankNode(f"n{label(b)}")) for a, b in edges
        ] + [Quad(BlankNode(f"n{label(a)}"), NamedNode(LABEL), Literal(str(a))) for a, _ in edges]

    assert release.digest(graph(lambda n: n)) == release.digest(graph(lambda n: f"x{names[n]}"))


def test_the_same_content_is_no_new_release(tmp_path: Path, made: Release) -> None:
    assert write(tmp_path, content(list(reversed(facts())))) is None
    assert release.ids(tmp_path) == [made.id]


@pytest.mark.parametrize("damaged", [b"", b"no index"])
def test_the_same_content_with_an_index_that_is_not_read_any_more_is_a_new_release(
    tmp_path: Path, made: Release, damaged: bytes
) -> None:
    assert searching.is_read_here(made.search)
    made.search.chmod(0o644)
    if damaged:
        made.search.write_bytes(damaged)
    else:
        with closing(sqlite3.connect(made.search)) as database:
            database.execute("PRAGMA user_version = 1")
    again = written(tmp_path)
    assert (again.id, again.manifest["digest"]) == (f"{made.id}-2", made.manifest["digest"])
    assert write(tmp_path, content()) is None


def test_another_title_is_a_new_release_with_a_free_name(tmp_path: Path, made: Release) -> None:
    again = written(tmp_path, content(title="Windows"))
    assert again.id == f"{made.id}-2"
    assert again.manifest["previous"] == made.id
    assert again.manifest["digest"] == made.manifest["digest"]


def test_two_directories_get_the_same_bytes(tmp_path: Path) -> None:
    one = written(tmp_path / "one")
    two = written(tmp_path / "two", content(list(reversed(facts()))))
    same = [path for path in one.folder.rglob("*") if path.is_file() and "index" not in path.parts]
    assert len(same) > len(PARTS)
    for path in same:
        if path.name not in (release.MANIFEST, release.SEAL):
            assert path.read_bytes() == (two.folder / path.relative_to(one.folder)).read_bytes(), path


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("part", sorted(PARTS - {"manifest.json", "validation.ttl"}))
def test_a_changed_bit_is_noticed(tmp_path: Path, made: Release, part: str) -> None:
    damage(made.folder / part)
    (fault,) = release.verify(tmp_path, made.id)
    assert fault == f"{part}: its SHA-256 is not the manifest's"


def test_a_missing_file_and_an_additional_one_are_noticed(tmp_path: Path, made: Release) -> None:
    made.search.rename(made.folder / "other.sqlite")
    assert release.verify(tmp_path, made.id) == [
        "other.sqlite: not in the manifest",
        "search.sqlite: missing",
    ]


def test_a_manifest_that_was_adapted_to_other_dumps_is_noticed(tmp_path: Path, made: Release) -> None:
    other = written(tmp_path / "other", content(facts(title="Another")))
    shutil.copytree(other.dumps, made.dumps, dirs_exist_ok=True)
    manifest = {**made.manifest, "files": release.files_of(made.folder)}
    (made.folder / "manifest.json").write_text(json.dumps(manifest))
    (made.folder / release.SEAL).unlink()  # as older releases are, which have no seal
    faults = release.verify(tmp_path, made.id)
    assert faults[0] == "the content digest of the dumps is not the manifest's"
    assert any("the index" in fault for fault in faults)


def test_a_broken_manifest_is_named(tmp_path: Path, made: Release) -> None:
    (made.folder / "manifest.json").write_text("{")
    with pytest.raises(release.NoReleaseError, match=r"manifest\.json: is damaged"):
        release.current(tmp_path)
    (made.folder / "manifest.json").write_text("[]")
    with pytest.raises(release.NoReleaseError, match="is not the manifest of a release"):
        release.current(tmp_path)


def test_a_literal_that_the_index_would_rewrite_stops_the_release(tmp_path: Path) -> None:
    decimal = Literal("1.50", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    with pytest.raises(Exception, match=r"could not be read back.*1\.50?\b.*nothing was published"):
        write(tmp_path, content([*facts(), quad("group/a", LABEL, decimal, "graph/links")]))
    assert not (tmp_path / "current").exists()
    assert list(tmp_path.glob(".staging*")) == []


def test_an_iri_that_was_published_and_is_forgotten_is_noticed(tmp_path: Path, made: Release) -> None:
    later = written(tmp_path, content(title="Later", identities=rows_as_text(ROWS[:1])))
    faults = release.verify(tmp_path, later.id)
    assert faults == [
        f"{row.iri}: was published in {made.id} and is forgotten" for row in sorted(ROWS) if row != ROWS[0]
    ]


def test_an_iri_of_a_release_that_was_rolled_back_is_not_to_be_forgotten(
    tmp_path: Path, made: Release
) -> None:
    more = Row(f"{BASE}person/new", "Person", ("#3",), "withdrawn", "", 2)
    second = written(
        tmp_path, content(title="2", identities=rows_as_text([*ROWS, more])), DAY.replace(day=23)
    )
    directory.roll_back(tmp_path, made.id)
    assert {row.iri for row in release.published(tmp_path, BASE)} == {row.iri for row in [*ROWS, more]}
    assert release.published(tmp_path, "https://example.org/other/") == []
    third = written(tmp_path, content(title="3"), DAY.replace(day=24))
    assert third.manifest["previous"] == made.id
    assert release.verify(tmp_path, made.id) == []
    assert release.verify(tmp_path, third.id) == [
        f"{more.iri}: was published in {second.id} and is forgotten"
    ]


def test_what_became_of_an_iri_is_what_the_current_release_says(tmp_path: Path, made: Release) -> None:
    gone = Row(ROWS[0].iri, "Report", ROWS[0].keys, "withdrawn", "", 1)
    written(tmp_path, content(title="2", identities=rows_as_text([gone, *ROWS[1:]])), DAY.replace(day=23))
    assert gone in release.published(tmp_path, BASE)
    directory.roll_back(tmp_path, made.id)
    assert sorted(release.published(tmp_path, BASE)) == sorted(ROWS)


def test_a_folder_that_is_no_release_publishes_nothing(tmp_path: Path, made: Release) -> None:
    (tmp_path / "releases" / "lost+found").mkdir()
    assert sorted(release.published(tmp_path, BASE)) == sorted(ROWS)
    assert release.verify(tmp_path, made.id) == []


def test_an_iri_that_lives_has_statements_and_a_merged_one_leads_to_it(tmp_path: Path) -> None:
    promised = [
        Row(f"{BASE}report/gone", "Report", (), "live", "", 1),
        Row(f"{BASE}report/lost", "Report", (), "merged", f"{BASE}report/nowhere", 1),
    ]
    made = written(tmp_path, content(identities=rows_as_text(promised)))
    assert release.verify(tmp_path, made.id) == [
        f"{BASE}report/gone: is said to live, and nothing is said of it",
        f"{BASE}report/lost: was merged into {BASE}report/nowhere, which does not live",
    ]


def test_no_release_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(release.NoReleaseError, match="`peerkg build` makes one"):
        release.current(tmp_path / "nowhere")
    with pytest.raises(release.NoReleaseError, match="no release 'x' \\(there: none\\)"):
        release.named(tmp_path, "x")
    with pytest.raises(release.NoReleaseError):
        release.named(tmp_path, "..")


def test_roll_back_and_prune_keep_the_current_release(tmp_path: Path, made: Release) -> None:
    later = [written(tmp_path, content(title=f"T{n}"), DAY.replace(day=23 + n)).id for n in range(3)]
    directory.roll_back(tmp_path, made.id)
    assert release.current(tmp_path).id == made.id
    assert directory.prune(tmp_path, 1) == later[:2]
    assert release.ids(tmp_path) == [made.id, later[2]]
    assert release.verify(tmp_path, made.id) == []
    assert [one.id for one in release.all_of(tmp_path)] == [made.id, later[2]]


def test_a_damaged_release_does_not_become_current_again(tmp_path: Path, made: Release) -> None:
    later = written(tmp_path, content(title="Later"))
    damage(made.description)
    with pytest.raises(release.NoReleaseError, match=r"damaged.*description\.ttl"):
        directory.roll_back(tmp_path, made.id)
    assert release.current(tmp_path).id == later.id


def test_the_difference_of_two_releases(tmp_path: Path, made: Release) -> None:
    other = written(tmp_path, content([*facts(), *facts("report/z", "Windows")]))
    found = comparison.difference(made, other)
    assert (found.numbers["works", "added"], found.numbers["persons", "added"]) == (1, 0)
    assert {q.subject for q in found.added} == {NamedNode(f"{BASE}report/z")}
    assert found.removed == []
    back = comparison.difference(other, made)
    assert (back.added, back.removed, back.numbers["works", "removed"]) == ([], found.added, 1)


def test_what_a_dead_build_left_is_cleared(tmp_path: Path, made: Release) -> None:
    (tmp_path / ".staging-1").mkdir()
    (tmp_path / ".staging-1" / "half").write_text("x")
    shutil.copytree(made.folder, tmp_path / "releases" / "2026-11-22-ffffffff")
    (tmp_path / ".next").symlink_to(Path("releases") / "2026-11-22-ffffffff")
    with directory.locked(tmp_path):
        pass
    assert release.ids(tmp_path) == [made.id]
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "current", "releases"}


def test_a_link_that_leads_elsewhere_removes_nothing(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    output = tmp_path / "out"
    output.mkdir()
    (output / ".next").symlink_to(Path("..") / "precious")
    with directory.locked(output):
        pass
    assert precious.is_dir()
    assert not (output / ".next").is_symlink()


def hold(folder: str, ready: Any, done: Any) -> None:
    with directory.locked(Path(folder)):
        ready.set()
        done.wait()


@pytest.mark.slow
def test_a_lock_is_held_by_one_and_given_up_by_the_dead(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=hold, args=(str(tmp_path), ready, done))
    process.start()
    try:
        assert ready.wait(30)
        with pytest.raises(directory.BuildRunningError, match="another build is running"):
            write(tmp_path)
    finally:
        process.kill()
        process.join()
    written(tmp_path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(directory.OutputError, match=r"file.*cannot be written"):
        write(tmp_path / "file" / "out")


@pytest.mark.parametrize(
    "failure",
    [
        OSError(28, os.strerror(28), "search.sqlite"),
        sqlite3.OperationalError("No space left in search.sqlite"),
    ],
)
def test_a_failure_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def full(*_: object) -> None:
        raise failure

    monkeypatch.setattr("kg.search.build", full)
    with pytest.raises(directory.OutputError, match=r"cannot be written \(No space left"):
        write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".lock"}


def test_nothing_in_a_release_is_touched_by_reading_it(made: Release) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")}
    len(store.open_read_only(made.index))
    with sqlite3.connect(f"{made.search.as_uri()}?mode=ro&immutable=1", uri=True) as database:
        database.execute("SELECT count(*) FROM entity").fetchone()
    database.close()
    assert {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")} == before


def test_an_index_is_closed_when_its_release_is_written_and_not_when_garbage_is_collected(
    tmp_path: Path,
) -> None:
    gc.disable()
    try:
        written(tmp_path)
        written(tmp_path, content(facts(title="another")), DAY + timedelta(days=1))
    finally:
        gc.enable()
