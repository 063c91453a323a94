"""The tables that Embase, EBSCO, ProQuest and the Cochrane Library export."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import database_rows
from kg.reading.tagged import Field, Record
from kg.reading.values import Values
from kg.source import Source
from kg.sources import formats, is_stream, stream_format

FOLDER = Path(__file__).parent / "samples"
FORMATS = ("cochrane_csv", "ebsco_csv", "embase_csv", "proquest_csv")


def form(name: str) -> Any:
    found = formats()[name]
    assert is_stream(found)
    return found


def read(text: str | bytes) -> tuple[list[Report], list[Problem]]:
    file = File.of("a.csv", text if isinstance(text, bytes) else text.encode())
    found = stream_format(file)
    assert found is not None
    parts: list[Any] = []
    for record in found.records(file):
        parts += [record] if isinstance(record, Problem) else found.read(record)
    reports = [one for one in parts if isinstance(one, Report)]
    return reports, [one for one in parts if isinstance(one, Problem)]


def samples(name: str) -> Iterator[Source]:
    for path in sorted((FOLDER / name).glob("*.csv")):
        for record in form(name).records(File.of(path.name, path.read_bytes())):
            assert isinstance(record, Source)
            yield record


def without(record: Source) -> Iterator[tuple[str, Source]]:
    """The record without each of its columns, or without each line that begins with a name."""
    lines = list(csv.reader(io.StringIO(record.data.decode(), newline="")))
    (row, names) = (lines[0], record.columns[1:]) if record.columns else ([], ())
    for at, name in enumerate(names):
        if row[at].strip():
            yield name, replace(record, data=written([[*row[:at], "", *row[at + 1 :]]]))
    for line in () if record.columns else lines:
        if line and any(line[1:]):
            yield line[0], replace(record, data=written([other for other in lines if other is not line]))


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def values(name: str, record: Source) -> list[str]:
    reports = [one for one in form(name).read(record) if isinstance(one, Report)]
    return [re.sub(r"start=\d+|where='[^']*'", "", repr(report)) for report in reports]


@pytest.mark.parametrize("name", FORMATS)
def test_a_column_that_is_mapped_counts_and_one_that_is_known_does_not(name: str) -> None:
    changed = set[str]()
    same = set[str]()
    folded = {one.casefold(): one for one in (*form(name).FIELDS.mapped, *form(name).FIELDS.known)}
    for record in samples(name):
        for column, less in without(record):
            known = column in form(name).FIELDS.mapped or column in form(name).FIELDS.known
            field = column if known else folded[column.casefold()]
            (same if values(name, record) == values(name, less) else changed).add(field)
    assert sorted(changed & set(form(name).FIELDS.known)) == []
    assert sorted(set(form(name).FIELDS.mapped) - changed) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_names_alone_has_no_records(name: str) -> None:
    record = next(record for record in samples(name) if record.columns)
    reports, problems = read(record.columns[0].join(record.columns[1:]) + "\n")
    assert (reports, problems) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_programs_save_the_table_in_other_ways(encoding: str, delimiter: str) -> None:
    names = ("StoreId", "Title", "Authors", "digitalObjectIdentifier")
    row = ("1", "Grüße", "Lind, Per", "10.5555/x")
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in cells) for cells in (names, row))
    (report,), problems = read(text.encode(encoding))
    assert not problems
    assert report.title is not None
    assert report.title.raw == "Grüße"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Okafor, Ada B.; Lind, Per", ["Okafor|Ada B.", "Lind|Per"]),
        ("Okafor A.B., Lind P., van der Berg B.-J.", ["Okafor|A.B.", "Lind|P.", "van der Berg|B.-J."]),
        ("Okafor AB, Lind P", ["Okafor|AB", "Lind|P"]),
        ("Okafor, Ada", ["Okafor|Ada"]),
        ("Harbour Study Group", ["Harbour Study Group"]),
        ("Ministry of Harbours, Department of Peers", ["Ministry of Harbours, Department of Peers"]),
    ],
)
def test_authors_of_a_cell_are_parted(cell: str, names: list[str]) -> None:
    found = list(database_rows.authors((Values().at(cell, "col=1"),)))
    assert [one.position for one in found] == list(range(1, len(names) + 1))
    assert [
        f"{one.person.family.raw}|{one.person.given.raw}"
        if one.person and one.person.family and one.person.given
        else one.name_as_printed.raw
        for one in found
    ] == names


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("20190502", "2019-05-02"),
        ("20190500", "2019-05"),
        ("2019-05-02", "2019-05-02"),
        ("5/2/2019", "2019-05-02"),
        ("May2019", "2019-05"),
        ("1 May 2019", "2019-05-01"),
        ("May 2, 2019", "2019-05-02"),
        ("2019", "2019"),
        ("13/40/2019", "2019"),
        ("soon", None),
    ],
)
def test_a_date_is_read_in_every_form(cell: str, date: str | None) -> None:
    found = database_rows.date(Values().at(cell, "col=1"))
    assert (str(found.value) if found else None) == date


def test_a_subject_with_a_star_is_a_major_one_and_stands_there_once() -> None:
    place = Values()
    fields = [
        Field(name, found, (found,)) for name, found in (("K", place.at("*Hope; Adult; Hope", "col=1")),)
    ]
    columns = database_rows.Columns(title=(), authors=(), journal=(), date=(), subjects={"K": "S"})
    source = Source("a.csv", "", "", data=b"x", media_type="text/csv")
    (report,) = database_rows.report(source, Record(fields), columns)
    assert isinstance(report, Report)
    assert [one.code.raw for one in report.major_subject_classes] == ["Hope"]
    assert [one.code.raw for one in report.subject_classes] == ["Adult"]


def test_a_register_is_no_journal() -> None:
    reports, _ = read((FOLDER / "cochrane_csv" / "trials.csv").read_bytes())
    assert reports[1].journal is None
    assert [one.raw for one in reports[1].urls] == ["https://clinicaltrials.gov/show/NCT09000002"]


def test_numbers_that_a_spreadsheet_is_kept_from_reading_are_numbers() -> None:
    reports, _ = read((FOLDER / "cochrane_csv" / "trials.csv").read_bytes())
    assert reports[0].pmid is not None
    assert reports[0].pmid.value == "30000005"


def test_lines_of_fields_are_one_record_from_title_to_title() -> None:
    text = '"TITLE","A"\n"AUTHOR NAMES","Lind P."\n"MEDLINE PMID","1"\n' * 2 + '"TITLE","B, and C"\n'
    reports, problems = read('"EMBASE"\n\n' + text)
    assert not problems
    assert [report.title.raw for report in reports if report.title] == ["A", "A", "B, and C"]
