from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.reading.note_marks import note_groups, roman
from kg.source import Found

KNOWN = range(1, 13)


def notes(text: str, *, by_roman: bool = False, glued: bool = True) -> list[tuple[str, list[int | None]]]:
    groups = note_groups(Found(text, text, 0), KNOWN, by_roman=by_roman, glued=glued)
    return [(group.place.raw, [citation.number for citation in group.citations]) for group in groups]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hope grew [3].", [("[3]", [3])]),
        ("Hope grew [2, 3; 5-7]", [("[2, 3; 5-7]", [2, 3, 5, 6, 7])]),
        ("Hope grew [99].", [("[99]", [99])]),
        ("Hope grew.3,4 So did trust.5", [("3,4", [3, 4]), ("5", [5])]),
        ("Hope grew3\nTrust fell4.", [("3", [3]), ("4", [4])]),
        ("Hope¹² grew⁻ ³.", [("¹²", [12]), ("³", [3])]),
        ("Hope grew.99", []),
        ("Vitamin B12\nPHQ9\nin 12\n[peers] [2020]", []),
        ("Hope3 grew", []),
        ("From 1 to 2.5 or p=.04", []),
    ],
)
def test_numbers_that_are_citations(text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert notes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fewer daysi\nmore sleepii,iii\nless fearii", [[1], [2, 3], [2]]),
        ("fewer daysi\nsleep in alumni\nin Missouri\ndaysi", [[1]]),
        ("fewer daysiv", []),
        ("daysi and nights", []),
        ("six in a taxi", []),
    ],
)
def test_roman_notes_stand_at_the_end_of_a_line_in_their_order(text: str, expected: list[list[int]]) -> None:
    assert [numbers for _, numbers in notes(text, by_roman=True)] == expected


def test_nothing_is_glued_where_citations_name_authors() -> None:
    assert notes("Hope grew.3 [4]", glued=False) == [("[4]", [4])]


@pytest.mark.parametrize(
    ("letters", "number"), [("i", 1), ("xiv", 14), ("iiii", None), ("vx", None), ("xl", 40)]
)
def test_roman_numerals_have_one_form(letters: str, number: int | None) -> None:
    assert roman(letters) == number


@given(
    st.lists(st.sampled_from(["daysi", "ii,iii", "[1", ",", "2]", ".3", "³", " ", "\n", "alumni"])),
    st.booleans(),
)
def test_notes_stand_at_their_places(parts: list[str], by_roman: bool) -> None:
    text = "".join(parts)
    for group in note_groups(Found(text, text, 0), KNOWN, by_roman=by_roman, glued=True):
        for citation in group.citations:
            assert text[citation.quote.start : citation.quote.end] == citation.quote.raw != ""


@pytest.mark.parametrize("part", ["[1, ", "daysi\n", "i", "1,", "³,", "a.1 ", "iv,"])
def test_a_long_hostile_text_comes_to_an_end(part: str) -> None:
    """A quadratic reader would meet the time limit of every test."""
    assert notes(part * 60_000, by_roman=True) == notes(part * 60_000, by_roman=True)
    notes(part * 60_000)
