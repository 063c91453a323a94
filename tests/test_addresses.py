from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Affiliation, Institution
from kg.reading.addresses import affiliation, postal_affiliation
from kg.source import Found


def read(address: str) -> Affiliation:
    return affiliation(Found(address, address, 0))


def place(address: str) -> tuple[str | None, ...]:
    institution = read(address).institution
    parts = (institution.city, institution.region, institution.postcode, institution.country)
    return tuple(None if part is None else part.value for part in parts)


def units(address: str) -> list[str]:
    """The names of the units, the innermost first, without the organisation."""
    found, unit = read(address), read(address).unit
    names = []
    while unit is not None and unit != found.institution:
        names.append(unit.name.value)
        unit = unit.part_of
    return names


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Univ X, Fairfax, VA 22030 USA", ("Fairfax", "VA", "22030", "USA")),
        ("Univ X, Fairfax, VA 22030-4444, USA", ("Fairfax", "VA", "22030-4444", "USA")),
        ("Univ X, Ann Arbor, MI USA", ("Ann Arbor", "MI", None, "USA")),
        ("Univ X, Atlanta, Georgia 30322, United States", ("Atlanta", "Georgia", "30322", "United States")),
        ("UNIV X,SCH MED,BOSTON,MA 02115", ("BOSTON", "MA", "02115", None)),
        ("Univ X, College Stn, TX 77843 USA", ("College Stn", "TX", "77843", "USA")),
        ("Univ X, Menlo Pk, CA 94025 USA", ("Menlo Pk", "CA", "94025", "USA")),
        ("Univ X, Dept Psychiat, CA 90095 USA", (None, "CA", "90095", "USA")),
        ("Univ X, USA", (None, None, None, "USA")),
        ("Univ X, Madison, WI 53706 USA.", ("Madison", "WI", "53706", "USA")),
        ("Univ X, Madison, WI, U.S.A.", ("Madison", "WI", None, "U.S.A")),
        ("Univ X, London, England.", ("London", None, None, "England")),
        ("Univ X, Tbilisi, Georgia", ("Tbilisi", None, None, "Georgia")),
        ("Univ X, Ottawa, ON K1Z 7K4, Canada", ("Ottawa", "ON", "K1Z 7K4", "Canada")),
        ("Univ X, Ottawa, ON, Canada", ("Ottawa", "ON", None, "Canada")),
        ("UNIV X,TORONTO M5S 1A1,ONTARIO,CANADA", ("TORONTO", "ONTARIO", "M5S 1A1", "CANADA")),
        ("Univ X, London SE5 8AF, England", ("London", None, "SE5 8AF", "England")),
        ("Univ X, London, England", ("London", None, None, "England")),
        ("Univ X, Nottingham NG7 2TU, Notts, England", ("Nottingham", "Notts", "NG7 2TU", "England")),
        ("Univ X, Penryn TR10 9FE, Cornwl, England", ("Penryn", "Cornwl", "TR10 9FE", "England")),
        ("Univ X, Melbourne, Vic, Australia", ("Melbourne", "Vic", None, "Australia")),
        ("Univ X, Sydney, NSW 2006, Australia", ("Sydney", "NSW", "2006", "Australia")),
        ("Univ X, D-20246 Hamburg, Germany", ("Hamburg", None, "D-20246", "Germany")),
        ("Univ X, NL-1081 HV Amsterdam, Netherlands", ("Amsterdam", None, "NL-1081 HV", "Netherlands")),
        ("Univ X, Seoul 03080, South Korea", ("Seoul", None, "03080", "South Korea")),
        ("Univ X, Dublin 2, Ireland", ("Dublin", None, "2", "Ireland")),
        ("Univ X, Kodaira, Tokyo 1878553, Japan", ("Kodaira", "Tokyo", "1878553", "Japan")),
        ("Univ X, Bunkyo Ku, Tokyo 1138655, Japan", ("Tokyo", None, "1138655", "Japan")),
        ("Univ X, Changsha, Hunan, Peoples R China", ("Changsha", "Hunan", None, "Peoples R China")),
        ("Univ X, Beijing 100191, Peoples R China", ("Beijing", None, "100191", "Peoples R China")),
        (
            "Univ X, Hong Kong, Hong Kong, Peoples R China",
            ("Hong Kong", "Hong Kong", None, "Peoples R China"),
        ),
        ("Univ X, Sao Paulo, SP, Brazil", ("Sao Paulo", "SP", None, "Brazil")),
        ("Univ X, POB 511, Uppsala, Sweden", ("Uppsala", None, None, "Sweden")),
        ("Univ X, Hawkins St 1200, Canada", (None, None, None, "Canada")),
        ("Univ X, Atlantis", (None, None, None, None)),
        ("Univ X", (None, None, None, None)),
    ],
)
def test_the_place_of_an_address(address: str, expected: tuple[str | None, ...]) -> None:
    assert place(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Univ X, Inst Mental Hlth Res, 11 Carl Ave, Ottawa, ON K1Z 7K4, Canada", ["Inst Mental Hlth Res"]),
        ("Univ X, Dept Psychiat, 250 Coll St, Toronto, ON M5T 1L8, Canada", ["Dept Psychiat"]),
        ("Univ X, Ctr Excellence, 4400 Univ Dr, Fairfax, VA 22030 USA", ["Ctr Excellence"]),
        ("Univ X, Sch Med, Dept Psychiat, Durham, NC USA", ["Dept Psychiat", "Sch Med"]),
        ("Univ X, Xiang Hosp 2, Changsha, Hunan, Peoples R China", ["Xiang Hosp 2"]),
        ("Univ X, 2nd Dept Psychiat, Athens, Greece", ["2nd Dept Psychiat"]),
        ("Univ X, Dept Psychiat, Canada", ["Dept Psychiat"]),
        ("Ctr Addict & Mental Hlth, 1000 Queen St, Toronto, ON M6J 1H4, Canada", []),
        ("Univ X, Campus Box 7160, Chapel Hill, NC 27599 USA", []),
        ("Univ X, Univ Dr, Ames, IA 50011 USA", []),
        ("Univ X, Queen St W 12, Toronto, ON, Canada", []),
    ],
)
def test_a_unit_is_told_from_a_street(address: str, expected: list[str]) -> None:
    assert units(address) == expected


def test_units_are_parts_of_each_other_and_the_outermost_of_the_organisation() -> None:
    found = read("Univ X, Sch Med, Dept Psychiat, Durham, NC USA")
    assert found.unit is not None
    assert isinstance(found.unit.part_of, Institution)
    assert found.unit.part_of.part_of == found.institution
    assert found.institution.part_of is None


@given(st.text(st.sampled_from("AZaz09 ,，.-/&\u00a0\x1f²中USA"), max_size=60))
def test_any_address_keeps_its_characters_at_their_places(address: str) -> None:
    found = read(address)
    assert found.printed.raw == address
    institution = found.institution
    parts = (
        institution.name,
        institution.city,
        institution.region,
        institution.postcode,
        institution.country,
    )
    for part in parts:
        if part is not None:
            assert address[part.start : part.end] == part.raw


def test_an_address_that_recurs_is_read_at_each_of_its_places() -> None:
    words = "Department of Nursing, University of Oz, Oz City, OH 44000, USA"
    for start, where in ((0, "/a"), (70, "/b")):
        found = postal_affiliation(Found(words, words, start, where))
        assert found.unit is not None
        name = found.unit.name
        assert (name.raw, name.start, name.where) == ("Department of Nursing", start, where)
        assert (found.institution.name.start, found.printed.start) == (start + 23, start)
        assert found.unit.part_of is found.institution
