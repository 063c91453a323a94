"""References that are written again and read back are the same in every field that the format can hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg import conversion
from kg.cli import main
from kg.exports import EXPORTS
from kg.model import Report
from kg.opening import File
from kg.source import Source
from kg.sources import StreamFormat, formats, is_stream, stream_format

FOLDER = Path(__file__).parent / "samples"
EXCHANGE = sorted(
    path
    for name, form in formats().items()
    if is_stream(form)
    for path in (FOLDER / name).glob("*")
    if not path.name.endswith((".expected.ttl", ".problems.txt"))
)
READERS = {"csl-json": "csl_json", "ris": "ris", "bibtex": "bibtex"}


def reports_of(file: File, form: StreamFormat) -> list[Report]:
    cut = conversion.records(form, file)
    found = [part for record in cut if isinstance(record, Source) for part in form.read(record)]
    return [part for part in found if isinstance(part, Report)]


def line(found: Any) -> str:
    return " ".join(str(found.value).split()) if found is not None else ""


def fields(report: Report, name: str) -> dict[str, Any]:
    """What every one of the formats can hold, and what this one can beside."""
    journal = report.journal
    abstract = " ".join(
        f"{line(part.heading).rstrip(':')}: {line(part.text)}" if part.heading else line(part.text)
        for part in report.sections
    )
    common: dict[str, Any] = {
        "title": line(report.title),
        "authors": [
            (line(one.person.family), line(one.person.given))
            if one.person and one.person.family and one.person.given
            else (line(one.person.family if one.person else one.name_as_printed),)
            for one in report.authorships
        ],
        "journal": line(journal.name) if journal else "",
        "short": line(journal.abbreviation) if journal else "",
        "issn": [one.value for one in journal.issn] if journal else [],
        "issued": str(report.issued.value) if report.issued else "",
        "volume": line(report.volume),
        "issue": line(report.issue),
        "pages": line(report.pages),
        "doi": line(report.doi),
        "pmid": line(report.pmid),
        "pmcid": line(report.pmcid),
        "isbn": [one.value for one in report.isbn],
        "publisher": line(report.publisher),
        "place": line(report.publisher_place),
        "edition": line(report.edition),
        "language": line(report.language),
        "abstract": " ".join(abstract.split()),
        "keywords": sorted({line(one) for one in report.author_keywords}),
        "editors": [
            line(one.person.family) if one.person else line(one.name_as_printed)
            for one in report.contributions
            if one.role == "editor"
        ],
        "short title": line(report.alternative_titles[0]) if report.alternative_titles else "",
        "note": line(report.notes[0]) if report.notes else "",
    }
    if name == "csl-json":
        common["orcid"] = [line(one.person.orcid) if one.person else "" for one in report.authorships]
    if name == "ris":
        common["urls"] = [one.value for one in report.urls]
        return common
    conference = report.conference
    held = conference.held if conference else None
    return common | {
        "url": [one.value.replace(" ", "%20") for one in report.urls][:1],
        "page count": report.page_count.value if report.page_count else None,
        "conference": (line(conference.name), held.value if held else None) if conference else None,
        "licence": [one.value for one in report.licences][:1],
    }


@pytest.mark.parametrize("name", sorted(EXPORTS))
@pytest.mark.parametrize("path", EXCHANGE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_exported_is_read_back(path: Path, name: str) -> None:
    file = File.open(path, str(path))
    form = stream_format(file)
    assert form is not None
    reports = [report for report in reports_of(file, form) if report.title or report.authorships]
    if not reports:
        return
    text = EXPORTS[name](reports)
    again = File.of(f"again.{name}", text.encode())
    reader = stream_format(again)
    assert reader is not None, text[:300]
    assert reader.__name__.endswith(READERS[name])
    back = reports_of(again, reader)
    assert [fields(report, name) for report in back] == [fields(report, name) for report in reports]


HARD = (
    "Hosts--and ``guests''---at & <b>doors</b>",
    "p < .001, {a} \\b % $c$ #d _e ~f ^g",
    "An `only' quote, a < b > c & d;",
)


@pytest.mark.parametrize("title", HARD)
@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_characters_that_a_format_would_take_for_its_own_are_read_back(name: str, title: str) -> None:
    lines = f"TY  - JOUR\nTI  - {title}\nAU  - Doe, A.\nAB  - {title}\nSP  - 41103-1-41103-3\n"
    lines += "SN  - 9783034897426 9783034887205\nER  - \n"
    file = File.of("hard.ris", lines.encode())
    first = reports_of(file, stream_format(file))  # type: ignore[arg-type]  # it is RIS
    again = File.of("again", EXPORTS[name](first).encode())
    back = reports_of(again, stream_format(again))  # type: ignore[arg-type]  # what was exported
    assert [fields(one, name) for one in back] == [fields(one, name) for one in first]
    assert back[0].title is not None
    assert back[0].title.value == title
    assert [one.value for one in back[0].isbn] == ["9783034897426", "9783034887205"]


def test_convert_writes_references(tmp_path: Path) -> None:
    source = tmp_path / "one.ris"
    source.write_text(
        "TY  - JOUR\nTI  - Peers & pilots\nAU  - Okafor, Ada\nPY  - 2019\nER  - \n", encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["convert", "--format", "csl-json", str(source)])
    assert json.loads(result.stdout)[0]["title"] == "Peers & pilots"
    result = CliRunner().invoke(main, ["convert", "--format", "bibtex", str(source)])
    assert "@article{okafor2019," in result.stdout
    assert r"title = {Peers \& pilots}" in result.stdout
