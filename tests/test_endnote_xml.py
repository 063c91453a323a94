from __future__ import annotations

import pytest

from kg.model import Report
from kg.opening import File
from kg.source import Source
from kg.sources import endnote_xml


def record(fields: str) -> Report:
    data = f"<xml><records><record>{fields}</record></records></xml>"
    (source,) = endnote_xml.records(File.of("a.xml", data.encode()))
    assert isinstance(source, Source)
    return next(one for one in endnote_xml.read(source) if isinstance(one, Report))


@pytest.mark.parametrize(
    ("year", "day", "issued"),
    [
        ("2015", "Mar 3", "2015-03-03"),
        ("2015", "Mar 3 2015", "2015-03-03"),
        ("2015", "2014 Dec 30", "2015"),
        ("2015", "Spring", "2015"),
        ("c2015", "", "2015"),
        ("", "2 May 2003", "2003-05-02"),
        ("in press", "", None),
        ("0000", "00-00", None),
    ],
)
def test_month_and_day_stand_beside_the_year(year: str, day: str, issued: str | None) -> None:
    found = record(f"<dates><year>{year}</year><pub-dates><date>{day}</date></pub-dates></dates>").issued
    assert (None if found is None else str(found.value)) == issued


@pytest.mark.parametrize(
    ("printed", "family", "given"),
    [
        ("Okafor, Ada B.", "Okafor", "Ada B."),
        ("Okafor, Jr., Ada", "Okafor", "Ada"),
        ("Ada Okafor", "Okafor", "Ada"),
        ("World Health Organization,", None, None),
        ("Department of Veterans Affairs", None, None),
    ],
)
def test_a_name_is_that_of_a_person_or_of_a_group(printed: str, family: str, given: str) -> None:
    (author,) = record(
        f"<contributors><authors><author>{printed}</author></authors></contributors>"
    ).authorships
    person = author.person
    assert (person and person.family and person.family.value) == family
    assert (person and person.given and person.given.value) == given
    assert author.name_as_printed.value == printed.rstrip(",")


def test_a_doi_among_the_addresses_is_found() -> None:
    url = "<urls><related-urls><url>https://doi.org/10.5555/A</url></related-urls></urls>"
    found = record(url).doi
    assert found is not None
    assert found.value == "10.5555/a"


def test_the_full_name_of_a_journal_and_its_short_one_are_told_apart() -> None:
    titles = (
        "<titles><secondary-title>J Doors</secondary-title><alt-title>Journal of Doors</alt-title></titles>"
    )
    journal = record(titles).journal
    assert journal is not None
    assert journal.abbreviation is not None
    assert (journal.name.value, journal.abbreviation.value) == ("Journal of Doors", "J Doors")
