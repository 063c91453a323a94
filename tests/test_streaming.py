"""Files of any size become sorted N-Quads that say what the conversion in memory says."""

from __future__ import annotations

import gzip
import io
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from benchmarks import records as made_up
from kg import conversion, lines, linkset, mapping, runs, streaming
from kg.commands.convert import convert as convert_command
from kg.concepts import Vocabulary
from kg.lines import Lines
from kg.linking import Entity, identities
from kg.mapping import Row
from kg.opening import File
from kg.problems import Problem
from kg.settings import Settings, SourceDetails, SourceList, TextPolicy
from kg.sources import stream_format

VOCABULARY = Vocabulary.load()
PEERKG = Path(sys.executable).with_name("peerkg")

FOLDER = Path(__file__).parent / "samples"
SAMPLES = sorted(
    path
    for path in FOLDER.glob("*/*")
    if path.is_file() and not path.name.endswith((".expected.ttl", ".problems.txt"))
)


def is_stream(path: Path) -> bool:
    return stream_format(File.open(path, path.name)) is not None


STREAMS = [path for path in SAMPLES if is_stream(path)]


def in_order(lines: Mapping[str, Iterable[str]]) -> list[str]:
    return sorted(f"<{subject}> {rest}" for subject, some in lines.items() for rest in some)


def streamed(*paths: Path, jobs: int = 1, annotated: bool = True, settings: Settings | None = None) -> bytes:
    out = io.BytesIO()
    folder = paths[0].parent / "runs"
    folder.mkdir(exist_ok=True)
    task = streaming.Task(settings or Settings(), annotated, folder)
    files = [File.open(path, path.name) for path in paths]
    streaming.stream(files, task, out, jobs=jobs, told=lambda _: None)
    assert not list(folder.iterdir())
    return out.getvalue()


def of_objects(path: Path, settings: Settings, vocabulary: Vocabulary | None) -> Iterator[Quad]:
    """What the conversion in memory says, with the links of each thing by itself."""
    for one in conversion.convert_file(File.open(path, path.name), settings, vocabulary):
        yield from one.facts
        yield from one.evidence
        for entity in one.entities:
            found = identities([entity])
            rows = linkset.mappings([entity], found)
            for quad in linkset.statements(rows, found, settings.base_iri, mapping.Plan.load()):
                yield Quad(NamedNode(entity.iri), quad.predicate, quad.object, quad.graph_name)


@pytest.mark.parametrize("policy", ["full", "quotes", "none"])
@pytest.mark.parametrize("path", STREAMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_lines_of_a_record_are_its_statements(path: Path, policy: TextPolicy) -> None:
    details = SourceList({str(Path(path.name).absolute()): SourceDetails(text=policy)})
    settings = replace(Settings(), sources=details)
    form, lines, apart = stream_format(File.open(path, path.name)), Lines(), Lines()
    assert form is not None
    file, said = File.open(path, path.name), set[Quad]()
    for record in conversion.records(form, file):
        if isinstance(record, Problem):
            continue
        one = conversion.of_record(form, record, settings, VOCABULARY)
        said |= {*one.facts, *one.evidence}
        told = conversion.lines_of_record(form, record, settings, VOCABULARY, lines)
        assert told == (len(one.reports) + len(one.authorities), one.problems, one.tally, one.decided)
        things: list[Entity] = []
        conversion.lines_of_record(form, record, settings, VOCABULARY, apart, things=things)
        assert things == one.entities
    text = "\n".join(in_order(lines))
    graph = NamedNode(f"{settings.base_iri}graph/links")
    assert {quad for quad in parse(text, format=RdfFormat.N_QUADS) if quad.graph_name != graph} == said
    assert set(parse("\n".join(in_order(apart)), format=RdfFormat.N_QUADS)) == said, "without the links"


@given(st.text())
def test_words_are_written_as_oxigraph_writes_them(words: str) -> None:
    row = Row(NamedNode("http://example.org/p"))
    assert lines.written(words, row) == str(mapping.term(words, row)) == lines.written_words(words)


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_written_is_read_back(words: str) -> None:
    row = Row(NamedNode("http://example.org/p"))
    line = f"<http://example.org/s> {row.name} {lines.written(words, row)} <http://example.org/g> ."
    (quad,) = parse(line, format=RdfFormat.N_QUADS)
    assert quad.object == Literal(mapping.legal(words))


SUBJECTS = st.text("ab#/", min_size=1, max_size=4)
LINES = st.sets(st.text("01 \u00e9", min_size=1, max_size=3), min_size=1)


@given(st.lists(st.dictionaries(SUBJECTS, LINES, min_size=1), max_size=8), st.integers(2, 9))
def test_runs_are_merged_in_the_order_of_bytes(many: list[dict[str, set[str]]], at_once: int) -> None:
    out = io.BytesIO()
    with TemporaryDirectory() as name, patch.object(runs, "AT_ONCE", at_once):
        paths = [Path(name, f"{number}.run") for number in range(len(many))]
        for path, lines in zip(paths, many, strict=True):
            runs.write(path, lines)
        count = runs.merge(paths, out, Path(name))
        assert not list(Path(name).iterdir())
    expected = sorted({f"{line}\n".encode() for lines in many for line in in_order(lines)})
    assert out.getvalue() == b"".join(expected)
    assert count == len(expected)


def works(folder: Path, count: int, form: str = "openalex") -> Path:
    path = folder / "works.jsonl"
    made_up.write(path, form, count)
    return path


def test_a_stream_says_what_the_conversion_in_memory_says(tmp_path: Path) -> None:
    path = works(tmp_path, 120)
    expected = set(of_objects(path, Settings(), VOCABULARY))
    written = streamed(path)
    assert set(parse(written, format=RdfFormat.N_QUADS)) == expected
    assert written.splitlines() == sorted(written.splitlines())
    assert len(written.splitlines()) == len(expected)


def test_what_recurs_is_said_in_each_graph_with_all_its_names(tmp_path: Path) -> None:
    named = "TY  - JOUR\nTI  - {}\nT2  - {}\nSN  - 1234-5679\nPY  - 2019\nER  - \n\n"
    files = [tmp_path / "a.ris", tmp_path / "b.ris"]
    for path, names in zip(files, [("Recovery", "Recovery", "Peer Recovery"), ("Recovery",)], strict=True):
        text = "".join(named.format(f"{path.stem} {n}", name) for n, name in enumerate(names))
        path.write_text(text, encoding="utf-8")
    expected = {quad for path in files for quad in of_objects(path, Settings(), None)}
    assert set(parse(streamed(*files, annotated=False), format=RdfFormat.N_QUADS)) == expected


def test_a_page_is_streamed_beside_files_of_records(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(next(path for path in SAMPLES if not is_stream(path)).read_bytes())
    written = set(parse(streamed(works(tmp_path, 3), page), format=RdfFormat.N_QUADS))
    assert set(of_objects(page, Settings(), VOCABULARY)) < written


def test_without_annotation_a_record_has_no_study(tmp_path: Path) -> None:
    path = works(tmp_path, 5)
    assert b"/study/" in streamed(path)
    written = streamed(path, annotated=False)
    assert b"/study/" not in written
    assert set(parse(written, format=RdfFormat.N_QUADS)) == set(of_objects(path, Settings(), None))


def test_small_runs_make_the_same_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = works(tmp_path, 60, "openalex-small")
    at_once = streamed(path, annotated=False)
    monkeypatch.setattr(streaming, "MOST_LINES", 100)
    monkeypatch.setattr(streaming, "CHUNK", 7)
    monkeypatch.setattr(runs, "AT_ONCE", 3)
    assert streamed(path, annotated=False) == at_once


@pytest.mark.slow
def test_processes_and_compression_make_no_difference(tmp_path: Path) -> None:
    path = works(tmp_path, 900, "openalex-small")
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    name = sha256(path.read_bytes()).hexdigest()[:16].encode()
    again = sha256(packed.read_bytes()).hexdigest()[:16].encode()
    alone = streamed(packed, annotated=False)
    assert streamed(packed, jobs=2, annotated=False) == alone
    assert alone.count(b"\n") == streamed(path, annotated=False).count(b"\n")
    assert name not in alone
    assert again in alone


def test_damaged_records_are_told_and_the_others_streamed(tmp_path: Path) -> None:
    path = works(tmp_path, 4, "openalex-small")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((*lines[:2], b'{"id": "https://openalex.org/W9", broken}\n', *lines[2:])))
    result = run("--stream", path)
    assert result.exit_code == 0
    assert f"{path}:3: error: the record is not JSON" in result.stderr
    assert "5 records, 4 works" in result.stderr
    assert len(set(re.findall(r"<https://doi.org/10.5555/made.up.\d>", result.stdout))) == 4


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(convert_command, ["--format", "nquads", *map(str, arguments)])


def test_what_is_written_to_a_file_is_what_is_written_to_standard_output(tmp_path: Path) -> None:
    path = works(tmp_path, 4, "openalex-small")
    shown = run("--stream", path).stdout_bytes
    out = tmp_path / "out.nq"
    assert run("--jobs", "1", path, "--out", out).stdout_bytes == b""
    assert out.read_bytes() == shown
    assert {one.name for one in tmp_path.iterdir()} == {"out.nq", "works.jsonl"}


def test_where_nothing_can_be_read_no_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "nothing.jsonl"
    path.write_text("no record at all\n")
    result = run("--stream", path, "--out", tmp_path / "out.nq")
    assert result.exit_code == 1
    assert "no source format recognises this document" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["nothing.jsonl"]


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = works(tmp_path, 2, "openalex-small")
    result = run("--stream", path, "--out", tmp_path / "absent" / "out.nq")
    assert result.exit_code == 2
    assert "it cannot be written" in result.stderr


def test_only_n_quads_are_streamed(tmp_path: Path) -> None:
    result = CliRunner().invoke(convert_command, ["--jobs", "2", str(works(tmp_path, 1))])
    assert result.exit_code == 2
    assert "add --format nquads" in result.stderr
    assert "--no-annotation is for --stream" in run("--no-annotation", tmp_path / "works.jsonl").stderr


@pytest.mark.slow
def test_an_interruption_leaves_no_file_behind(tmp_path: Path) -> None:
    path = works(tmp_path, 20_000, "openalex-small")
    command = [
        str(PEERKG),
        "convert",
        "--format",
        "nquads",
        "--jobs",
        "2",
        str(path),
        "--out",
        str(tmp_path / "o"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not list(tmp_path.glob(".peerkg-*/*.run")) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert [one.name for one in tmp_path.iterdir()] == ["works.jsonl"]
