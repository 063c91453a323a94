from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.concepts import Vocabulary
from kg.reading.columns import parted_source
from kg.source import Source
from kg.understanding import places, understand

SAMPLE = Path(__file__).parent / "samples" / "evidence_slides" / "two-columns.txt"


def source_of(text: str) -> Source:
    return Source("deck.txt", text, "0" * 64)


def test_the_left_column_is_read_before_the_right_one() -> None:
    whole = parted_source(
        source_of("Hosts\nOne            Four\ntwo            five\nthree          six\nEnd")
    )
    assert whole is not None
    assert whole.source.text.split() == ["Hosts", "One", "two", "three", "Four", "five", "six", "End"]


@pytest.mark.parametrize(
    "text",
    [
        "One   two\nthree four",
        "Name            Ada\nSite            Weir\nA line that runs on over the place of the columns",
        "One          two\nthree     four\nfive                six",
    ],
)
def test_other_gaps_are_no_columns(text: str) -> None:
    assert parted_source(source_of(text)) is None


def test_claims_in_two_columns_are_read_right_and_their_citations_resolved() -> None:
    source = Source.from_bytes(SAMPLE.name, SAMPLE.read_bytes())
    understood = understand(source, Vocabulary.load())
    (report,) = understood.reports
    told = [
        (f.quote.value, f.change, [c.work.issued.value.year for c in f.citations if c.work and c.work.issued])
        for f in report.findings
    ]
    assert told == [
        ("Increased sense of hope", "increase", [2019]),
        ("Hopelessness decreased", "decrease", [2016]),
        ("No effect on overall psychiatric symptoms was found", "no-difference", [2017]),
        ("Fewer hospital days", "decrease", [2017]),
        ("Significantly fewer re-hospitalizations", "decrease", [2019]),
    ]
    assert [f for f in places(report) if source.text[f.start : f.end] != f.raw] == []
    assert "two-columns" in {problem.code for problem in understood.problems}


@given(st.text(alphabet="ab   \n", max_size=200))
def test_every_letter_stays_and_leads_back(text: str) -> None:
    source = source_of(text)
    whole = parted_source(source)
    if whole is not None:
        assert sorted(whole.source.text.replace(" ", "").replace("\n", "")) == sorted(
            text.replace(" ", "").replace("\n", "")
        )
        for at, letter in enumerate(whole.source.text):
            if not letter.isspace():
                start, end = whole.place(at, at + 1)
                assert text[start:end] == letter
