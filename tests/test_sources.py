"""The laws that hold for every format and every sample.

`pytest tests/test_sources.py --accept` rewrites what is expected of the samples; read the difference as
carefully as the code.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kg import formats as syntaxes
from kg.conversion import published
from kg.model import Report
from kg.problems import Problem
from kg.publish import publish
from kg.reading.mojibake import mended_source
from kg.settings import Settings
from kg.source import Source
from kg.sources import UnknownFormatError, formats, recognise
from kg.understanding import places
from tests.building import records_of

TESTS = Path(__file__).parent
FOLDER = TESTS / "samples"
EXPECTED = (".expected.ttl", ".problems.txt")
SAMPLES = sorted(p for p in FOLDER.glob("*/*") if p.is_file() and not p.name.endswith(EXPECTED))
SEEDS = sorted((TESTS.parent / "seeds").glob("*.txt"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def opened(path: Path) -> Source:
    return Source.from_bytes(name(path), path.read_bytes())


def records(path: Path) -> list[Report | Problem]:
    return read(opened(path))


def read(source: Source) -> list[Report | Problem]:
    whole = mended_source(source)
    return records_of(recognise(source if whole is None else whole.source), source)


documents = pytest.mark.parametrize("path", [*SAMPLES, *SEEDS], ids=name)
samples = pytest.mark.parametrize("path", SAMPLES, ids=name)


def test_every_format_has_a_sample_and_says_what_it_reads() -> None:
    assert {path.parent.name for path in SAMPLES} == set(formats())
    for form in formats().values():
        assert form.__doc__


@documents
def test_exactly_one_format_recognises_the_document(path: Path) -> None:
    source = opened(path)
    found = [form for form in formats() if formats()[form].recognises(source)]
    if path in SAMPLES:
        assert found == [path.parent.name]
    assert len(found) == 1


@documents
def test_every_value_is_at_its_place(path: Path) -> None:
    text = opened(path).text
    found = [place for record in records(path) for place in places(record)]
    assert found
    for place in found:
        assert text[place.start : place.end] == place.raw


@documents
def test_every_value_has_characters(path: Path) -> None:
    for record in records(path):
        for place in places(record):
            assert place.raw.strip()
            assert place.value is not None


@documents
def test_every_problem_says_where_it_is(path: Path) -> None:
    source = opened(path)
    for problem in records(path):
        if isinstance(problem, Problem) and problem.start is not None:
            assert problem.end is not None
            assert 0 <= problem.start <= problem.end <= len(source.text)
            assert problem.line == source.line_of(problem.start)
            assert problem.message
            assert problem.code == problem.code.lower().strip()


@documents
def test_a_document_holds_a_report(path: Path) -> None:
    assert any(isinstance(record, Report) for record in records(path))


@documents
def test_reading_twice_gives_the_same(path: Path) -> None:
    assert records(path) == records(path)


@documents
def test_line_ends_do_not_change_what_is_read(path: Path) -> None:
    text = opened(path).text.replace("\r\n", "\n")

    def values(text: str) -> list[Any]:
        source = Source(name(path), text, "")
        found = (item for record in read(source) for item in places(record))
        return [" ".join(str(item.value).split()) for item in found]

    assert values(text) == values(text.replace("\n", "\r\n")) == values(text.replace("\n", "\r"))


@documents
def test_positions_count_from_one(path: Path) -> None:
    for report in records(path):
        if isinstance(report, Report):
            works = [report, *(c.work for c in report.references if c.work is not None)]
            for work in works:
                counted = [authorship.position for authorship in work.authorships]
                assert counted == list(range(1, len(counted) + 1))
            listed = [citation.position for citation in report.references]
            assert listed == list(range(1, len(listed) + 1))


@samples
def test_the_problems_are_as_expected(path: Path, accept: bool) -> None:
    problems = [str(record) for record in records(path) if isinstance(record, Problem)]
    compare(path.with_suffix(".problems.txt"), "".join(f"{line}\n" for line in problems), accept=accept)


@samples
def test_the_graph_is_as_expected(path: Path, accept: bool) -> None:
    """The statements of what the format reads: without annotation, so that a new concept changes none of
    these files, and without the links to evidence, so that they can be read."""
    reports = [record for record in records(path) if isinstance(record, Report)]
    facts = published(opened(path), path.parent.name, reports, [], Settings()).facts
    triples = {quad.triple for quad in facts if not quad.predicate.value.endswith("#evidencedBy")}
    turtle = syntaxes.write(triples, syntaxes.by_name("turtle")).decode()
    compare(path.with_suffix(".expected.ttl"), turtle, accept=accept)


@pytest.mark.slow
def test_a_release_of_all_samples_passes_the_gate(tmp_path: Path) -> None:
    for path in SAMPLES:
        target = tmp_path / "samples" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    outcome = publish([tmp_path / "samples"], tmp_path / "public", Settings())
    assert outcome.is_new
    assert outcome.read == outcome.documents == len(SAMPLES)


def test_a_document_of_no_format_is_refused_with_the_formats_tried() -> None:
    source = Source.from_bytes("letter.txt", b"Dear Sir,\nnothing to report.\n")
    with pytest.raises(UnknownFormatError, match=f"^letter.txt: no source format .*{', '.join(formats())}"):
        recognise(source)


def test_a_document_of_two_formats_is_refused_with_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.from_bytes("both.txt", b"anything")
    for form in list(formats().values())[:2]:
        monkeypatch.setattr(form, "recognises", lambda _: True)
    if len(formats()) > 1:
        with pytest.raises(UnknownFormatError, match=r"^both.txt: several source formats"):
            recognise(source)


def test_every_expected_file_belongs_to_a_sample() -> None:
    for suffix in EXPECTED:
        found = {path.name.removesuffix(suffix) for path in FOLDER.glob(f"*/*{suffix}")}
        assert found == {path.stem for path in SAMPLES}


def compare(expected: Path, text: str, *, accept: bool) -> None:
    if accept:
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert expected.is_file(), f"{expected.name} is missing: run `make accept` and read it"
    assert expected.read_text(encoding="utf-8") == text
