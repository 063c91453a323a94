"""The laws that hold for every format and every sample.

`pytest tests/test_sources.py --accept` rewrites what is expected of the samples; read the difference as
carefully as the code.
"""

from __future__ import annotations

import html
import inspect
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from kg import conversion
from kg import formats as syntaxes
from kg.model import Authority, Report
from kg.opening import File
from kg.problems import Problem
from kg.publish import publish
from kg.reading import latex
from kg.reading.fields import Tally
from kg.reading.mojibake import mended_source
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, UnknownFormatError, bibtex, formats, is_stream, recognise
from kg.understanding import places
from tests.building import records_of

TESTS = Path(__file__).parent
FOLDER = TESTS / "samples"
EXPECTED = (".expected.ttl", ".problems.txt")
SAMPLES = sorted(p for p in FOLDER.glob("*/*") if p.is_file() and not p.name.endswith(EXPECTED))
SEEDS = sorted((TESTS.parent / "seeds").glob("*.txt"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


EXCHANGED = [path for path in SAMPLES if is_stream(formats()[path.parent.name])]
SEVERAL = {"bits_xml", "orcid_json", "orcid_xml"}
"""Formats whose records are persons or books, with any number of works or chapters."""
PAGES = [path for path in SAMPLES if path not in EXCHANGED]


def opened(path: Path) -> Source:
    return Source.from_bytes(name(path), path.read_bytes())


def file_of(path: Path) -> File:
    return File.of(name(path), path.read_bytes())


def form_of(path: Path) -> StreamFormat:
    form = formats()[path.parent.name]
    assert is_stream(form)
    return form


def cut(path: Path) -> list[Source | Problem]:
    """The records of an exchange file, and the problems of cutting it."""
    return list(conversion.records(form_of(path), file_of(path)))


def records(path: Path) -> list[Report | Authority | Problem | Tally]:
    """Everything that is read of a document, or of all records of a file."""
    if path not in EXCHANGED:
        return [*read(opened(path))]
    found: list[Report | Authority | Problem | Tally] = []
    for record in cut(path):
        found += [record] if isinstance(record, Problem) else form_of(path).read(record)
    return found


def read(source: Source) -> list[Report | Problem]:
    whole = mended_source(source)
    return records_of(recognise(source if whole is None else whole.source), source)


documents = pytest.mark.parametrize("path", [*SAMPLES, *SEEDS], ids=name)
pages = pytest.mark.parametrize("path", [*PAGES, *SEEDS], ids=name)
exchanged = pytest.mark.parametrize("path", EXCHANGED, ids=name)
samples = pytest.mark.parametrize("path", SAMPLES, ids=name)


def test_every_format_has_a_sample_and_says_what_it_reads() -> None:
    assert {path.parent.name for path in SAMPLES} == set(formats())
    for form in formats().values():
        assert form.__doc__


@documents
def test_exactly_one_format_recognises_the_document(path: Path) -> None:
    head, page = file_of(path).head, opened(path)
    found = [n for n, form in formats().items() if form.recognises(head if is_stream(form) else page)]
    if path in SAMPLES:
        assert found == [path.parent.name]
    assert len(found) == 1


@pages
def test_every_value_is_at_its_place(path: Path) -> None:
    text = opened(path).text
    found = [place for record in records(path) for place in places(record)]
    assert found
    for place in found:
        assert text[place.start : place.end] == place.raw


@exchanged
def test_every_value_of_a_record_is_at_its_place(path: Path) -> None:
    for record in cut(path):
        assert isinstance(record, Source | Problem)
        if isinstance(record, Problem):
            continue
        found = [place for part in form_of(path).read(record) for place in places(part)]
        assert found or any(isinstance(part, Problem) for part in form_of(path).read(record))
        for place in found:
            if place.where:
                there = squeezed(value_at(record, place.where))
                pieces = re.split(r"[,/ -]+", place.raw)  # a joined value has its parts there
                assert squeezed(place.raw) in there or all(squeezed(one) in there for one in pieces), place
            else:
                assert record.text[place.start : place.end] == place.raw
        spans = sorted({(place.start, place.end, place.where) for place in found if place.where})
        for (_, end, where), (start, _, other) in itertools.pairwise(spans):
            assert end <= start or where == other, "values of different places do not overlap"


def squeezed(text: str) -> str:
    """The letters and digits."""
    return "".join(letter for letter in text if letter.isalnum())


def value_at(record: Source, where: str) -> str:
    """All that stands at a place in a record of data."""
    if record.media_type == "application/json":
        value = json.loads(record.data)
        for part in where.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        return " ".join(words_of(value))
    if record.media_type == "application/xml":
        (element, *_) = etree.fromstring(record.data).xpath(f"/*{where}")
        return element if isinstance(element, str) else "".join(element.itertext())
    if record.media_type == bibtex.MEDIA_TYPE:
        entry, inherited = bibtex.parts(record)
        fields = [field for one in (entry, *inherited) for field in one.fields]
        name = where.rpartition("/")[2]
        shown = " ".join(f"{raw} {latex.text(raw)}" for field, raw in fields if name in {field, ""})
        return shown if name else f"{entry.kind} {entry.key} {shown}"
    return record.data.decode()


def words_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        yield from value if isinstance(value, dict) else ()
        for inner in value.values() if isinstance(value, dict) else value:
            yield from words_of(inner)
    elif value is not None:
        yield f"{value} {re.sub(r'<[^>]*>', '', html.unescape(str(value)))}"


@exchanged
def test_the_text_of_a_record_is_its_lines(path: Path) -> None:
    lines = list(file_of(path).lines())
    for record in cut(path):
        if isinstance(record, Source) and record.text:
            assert "".join(lines[record.first_line - 1 :]).startswith(record.text)
        elif isinstance(record, Source):
            assert record.data.decode().splitlines()[0] in lines[record.first_line - 1]


@exchanged
def test_records_are_numbered_and_counted(path: Path) -> None:
    found = [one for one in cut(path) if isinstance(one, Source)]
    assert [one.number for one in found] == sorted({one.number for one in found})
    whole = conversion.whole(conversion.convert_file(file_of(path), Settings(), None))
    assert whole.records >= len(found)
    assert len(found) >= len(whole.reports) or path.parent.name in SEVERAL


@exchanged
def test_every_field_is_mapped_or_counted(path: Path) -> None:
    form = form_of(path)
    for record in cut(path):
        if isinstance(record, Problem):
            continue
        tallies = [one for one in form.read(record) if isinstance(one, Tally)]
        problems = [one for one in form.read(record) if isinstance(one, Problem)]
        assert len(tallies) == 1 or problems
        for tally in tallies:
            assert set(tally.mapped) <= set(form.FIELDS.mapped)
            assert set(tally.known) <= set(form.FIELDS.known)
            assert set(tally.examples) == {*tally.known, *tally.unknown}


def is_json(record: Source) -> bool:
    try:
        json.loads(record.data)
    except ValueError:
        return False
    return record.media_type == "application/json"


def without(value: Any, path: list[str]) -> bool:
    """Take the field of that path out of a tree; whether it was there."""
    found = False
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict) or path[0] not in one:
            continue
        if len(path) == 1:
            found = one.pop(path[0]) not in (None, "", [], {}) or found
        else:
            found = without(one[path[0]], path[1:]) or found
    return found


@pytest.mark.parametrize("form", sorted({path.parent.name for path in EXCHANGED}))
def test_what_a_format_of_json_says_of_its_fields_is_true(form: str) -> None:
    """A field said to be mapped changes the report when it is taken out; one said not to be does not."""
    module = formats()[form]
    assert is_stream(module)
    sources = [one for path in EXCHANGED if path.parent.name == form for one in cut(path)]
    sources = [one for one in sources if isinstance(one, Source) and is_json(one)]
    changed, same = set[str](), set[str]()
    for source in sources:
        if not isinstance(source, Source):
            continue
        before = values(module, source)
        for field in (*module.FIELDS.mapped, *module.FIELDS.known):
            tree = json.loads(source.data)
            if not without(tree.get("attributes", tree), field.split("/")):
                continue
            after = values(module, replace(source, data=json.dumps(tree).encode()))
            (same if before == after else changed).add(field)
    assert sorted(changed & set(module.FIELDS.known)) == []
    if sources:
        assert sorted(set(module.FIELDS.mapped) - changed) == [], "each is in a sample, and counts"


def values(form: StreamFormat, source: Source) -> list[str]:
    """What is read of a record, without the places."""
    reports = [one for one in form.read(source) if isinstance(one, Report | Authority)]
    return [re.sub(r"start=\d+", "", repr(report)) for report in reports]


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
def test_a_document_holds_a_report_or_what_a_register_lists(path: Path) -> None:
    assert any(isinstance(record, Report | Authority) for record in records(path))


@documents
def test_reading_twice_gives_the_same(path: Path) -> None:
    assert records(path) == records(path)


@pages
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
    if path in EXCHANGED:
        facts = conversion.whole(conversion.convert_file(file_of(path), Settings(), None)).facts
    else:
        facts = conversion.published(opened(path), path.parent.name, reports, [], Settings()).facts
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
    for form in [one for one in formats().values() if not is_stream(one)][:2]:
        monkeypatch.setattr(form, "recognises", lambda _: True)
    with pytest.raises(UnknownFormatError, match=r"^both.txt: several source formats"):
        recognise(source)


def test_the_page_of_formats_is_that_of_the_modules(accept: bool) -> None:
    """`make accept` writes `docs/formats.md` from the formats' own words and tables."""
    compare(TESTS.parent / "docs" / "formats.md", "".join(page_of_formats()), accept=accept)


def page_of_formats() -> Iterator[str]:
    yield "# The formats that are read\n\n"
    yield "Generated from `kg/sources/` by `make accept`. A format is recognised "
    yield "by its content, whatever the file is called; gzip and Zstandard are unpacked, archives are not.\n"
    yield "A field that is neither mapped nor known is counted with an example: `peerkg sources FILE`.\n"
    for title, streams in (("Documents", False), ("Exchange files", True)):
        yield f"\n## {title}\n"
        for name, form in formats().items():
            if is_stream(form) is not streams:
                continue
            yield f"\n### `{name}`\n\n{inspect.getdoc(form)}\n"
            recognised = inspect.getdoc(form.recognises)
            yield f"\nRecognised by: {' '.join((recognised or '').split())}\n"
            if is_stream(form):
                yield "\n| field | becomes |\n|---|---|\n"
                yield from (f"| `{field}` | {what} |\n" for field, what in form.FIELDS.mapped.items())
                known = (f"`{field}` ({what})" for field, what in form.FIELDS.known.items())
                yield f"\nKnown and not mapped: {', '.join(known) or 'nothing'}.\n"
            elif (TESTS.parent / "docs" / "formats" / f"{name}.md").exists():
                yield f"\nWhat is read of it: [{name}](formats/{name}.md).\n"


def test_every_expected_file_belongs_to_a_sample() -> None:
    for suffix in EXPECTED:
        found = {path.name.removesuffix(suffix) for path in FOLDER.glob(f"*/*{suffix}")}
        assert found == {path.stem for path in SAMPLES}


def compare(expected: Path, text: str, *, accept: bool) -> None:
    if accept:
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert expected.is_file(), f"{expected.name} is missing: run `make accept` and read it"
    assert expected.read_text(encoding="utf-8") == text
