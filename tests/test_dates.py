from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.reading.dates import read_date
from kg.reading.pages import full_range
from kg.source import Found


@pytest.mark.parametrize(
    ("printed", "date", "left_out"),
    [
        ("2016 May 1", "2016-05-01", ""),
        ("2016 Sept. 30", "2016-09-30", ""),
        ("2016 May", "2016-05", ""),
        ("2016", "2016", ""),
        ("May 1, 2016", "2016-05-01", ""),
        ("1 May 2016", "2016-05-01", ""),
        ("2016-05-01", "2016-05-01", ""),
        ("2016 May-Jun", "2016", "May-Jun"),
        ("2015 Dec-2016 Jan", "2015", "Dec-2016 Jan"),
        ("2016 Winter", "2016", "Winter"),
        ("2016 Feb 30", "2016-02", "day 30"),
        ("2016-13-01", "2016", "month 13"),
    ],
)
def test_a_date_is_as_precise_as_it_is_printed(printed: str, date: str, left_out: str) -> None:
    dated = read_date(Found(printed, printed, 0))
    assert dated is not None
    assert (str(dated.date.value), dated.left_out, dated.date.raw) == (date, left_out, printed)


def test_a_longer_number_is_no_year() -> None:
    assert read_date(Found("20165", "20165", 0)) is None


@pytest.mark.parametrize(
    ("printed", "full"),
    [
        ("416-23", "416-423"),
        ("1098–107", "1098-1107"),
        ("S267-74", "S267-S274"),
        ("e12-8", "e12-e18"),
        ("416-423", "416-423"),
        ("416-23.e1", "416-423.e1"),
        ("e2016369", "e2016369"),
        ("423-16", "423-16"),
        ("iii-iv", "iii-iv"),
        ("12-A14", "12-A14"),
        ("99-101", "99-101"),
    ],
)
def test_an_abbreviated_last_page_is_written_out(printed: str, full: str) -> None:
    assert full_range(printed) == full


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_writing_out_the_last_page_undoes_its_abbreviation(first: int, more: int) -> None:
    last = str(first + more)
    start = str(first)
    same = next(
        (n for n in range(len(last)) if len(start) != len(last) or start[n] != last[n]), len(last) - 1
    )
    assert full_range(f"{start}-{last[same:]}") == f"{start}-{last}"


@given(st.text(max_size=40))
def test_any_text_can_be_asked_for_a_date_and_pages(text: str) -> None:
    dated = read_date(Found(text, text, 0))
    assert dated is None or dated.date.raw in text
    assert isinstance(full_range(text), str)
