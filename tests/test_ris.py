"""What RIS says of its fields is so: a field said to be mapped changes the report when it is taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.model import Report, places
from kg.opening import File
from kg.reading import tagged
from kg.reading.fields import Tally
from kg.source import Source
from kg.sources import ris

SAMPLES = sorted((Path(__file__).parent / "samples" / "ris").glob("*.ris"))
DECIDING = {"DB", "DP", "ID"}
"""Fields that decide what others mean."""


def records(data: bytes) -> Iterator[Source]:
    yield from (one for one in ris.records(File.of("some.ris", data)) if isinstance(one, Source))


def report(source: Source) -> Report:
    return next(one for one in ris.read(source) if isinstance(one, Report))


def said(source: Source) -> list[tuple[str, str]]:
    return sorted((str(one.value), one.raw) for one in places(report(source)))


def without(source: Source, tag: str) -> Source:
    text = source.text
    spans = [one.value for one in tagged.fields(source, ris._TAG, ris._is_tag) if one.tag == tag]
    for one in reversed(spans):
        text = text[: one.start] + text[one.end :]
    return replace(source, text=text)


def test_the_fields_that_are_said_to_be_mapped_change_the_report_and_no_others() -> None:
    changing: set[str] = set()
    for path in SAMPLES:
        for source in records(path.read_bytes()):
            whole = said(source)
            tags = {one.tag for one in tagged.fields(source, ris._TAG, ris._is_tag)}
            changing |= {tag for tag in tags - changing if said(without(source, tag)) != whole}
    assert changing - DECIDING == ris.FIELDS.mapped.keys()


def test_what_stands_behind_the_end_of_a_record_belongs_to_nothing() -> None:
    (source,) = records(b"TY  - JOUR\nTI  - Lamps\nER  - \nTI  - Wicks\nAU  - Okafor, Ada\n")
    assert {one.value for one in places(report(source))} == {"JOUR", "Lamps"}
    (tally,) = (one for one in ris.read(source) if isinstance(one, Tally))
    assert (tally.mapped, tally.known) == ({"TY": 1, "TI": 1}, {"behind ER": 2})


def test_entities_that_a_website_left_are_the_characters_they_stand_for() -> None:
    (source,) = records(
        b"TY  - JOUR\nTI  - Care\nJO  - Lamps &amp; Wicks\nKW  - Oil &amp; wax; glass\nER  - \n"
    )
    read = report(source)
    assert read.journal is not None
    assert (read.journal.name.value, read.journal.name.raw) == ("Lamps & Wicks", "Lamps &amp; Wicks")
    assert [one.value for one in read.author_keywords] == ["Oil & wax", "glass"]


@pytest.mark.parametrize(
    ("printed", "family", "given"),
    [
        ("Okafor, Ada B.", "Okafor", "Ada B."),
        ("Okafor A.B.", "Okafor", "A.B."),
        ("Longrich N R", "Longrich", "N R"),
        ("Ada B. Okafor", "Okafor", "Ada B."),
        ("van der Wave, null", "van der Wave", ""),
        ("Tarnbury Crew,", "", ""),
        ("Harbour Study Group", "", ""),
    ],
)
def test_a_name_is_that_of_a_person_or_of_a_group(printed: str, family: str, given: str) -> None:
    (source,) = records(f"TY  - JOUR\nAU  - {printed}\n".encode())
    (author,) = report(source).authorships
    assert author.name_as_printed.value == printed.rstrip(",")
    person = author.person
    assert (person is not None) == bool(family)
    if person is not None:
        assert person.family is not None
        assert (person.family.value, person.given.value if person.given else "") == (family, given)
