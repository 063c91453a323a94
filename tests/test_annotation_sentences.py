"""Sentences, clauses, items and numbers, each at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.annotation.numbers import numbers, sizes, value_of
from kg.annotation.sentences import clauses, items, sentences
from kg.source import Found


def raws(parts: list[Found[str]]) -> list[str]:
    return [part.raw for part in parts]


def text(raw: str) -> Found[str]:
    return Found(raw, raw, 7)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("See e.g. Table 1. It shows.", ["See e.g. Table 1.", "It shows."]),
        ("In a U.S. state. We went.", ["In a U.S. state.", "We went."]),
        ("In the U.S. The rest followed.", ["In the U.S.", "The rest followed."]),
        ("Smith et al. found 3.5 days (p = .01). Peers won.",
         ["Smith et al. found 3.5 days (p = .01).", "Peers won."]),
        ("J. Smith and A. B. Jones wrote. End.", ["J. Smith and A. B. Jones wrote.", "End."]),
        ('He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
        ("Peers vs. staff? No! Yes.", ["Peers vs. staff?", "No!", "Yes."]),
        ("Ends themselves.Methods follow.", ["Ends themselves.", "Methods follow."]),
        ("A line\nbroken. Next\n\nparagraph", ["A line\nbroken.", "Next", "paragraph"]),
        ("同伴支持。有效！", ["同伴支持。", "有效！"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(raw: str, expected: list[str]) -> None:
    assert raws(sentences(text(raw))) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Hope rose, but stigma fell", ["Hope rose", "stigma fell"]),
        ("Hope rose (but not much); stigma fell", ["Hope rose (but not much)", "stigma fell"]),
        ("Hope rose while stigma, whereas", ["Hope rose", "stigma, whereas"]),
        ("More hope but not trust", ["More hope but not trust"]),
    ],
)
def test_clauses_are_cut_at_their_joints(raw: str, expected: list[str]) -> None:
    assert raws(clauses(text(raw))) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "They were (1) one thing, (2) two, and (3) three.",
            ["(1) one thing,", "(2) two, and", "(3) three."],
        ),
        ("They were a) one and b) two", ["a) one and", "b) two"]),
        ("Only (1) one", []),
        ("In (2) two and (3) three", []),
    ],
)
def test_enumerated_items_are_taken_apart(raw: str, expected: list[str]) -> None:
    assert raws(items(text(raw))) == expected


@given(st.text(alphabet="ab .(1)2;!?\n\"”“AB,-i—'", max_size=200))
def test_every_part_is_at_its_place(raw: str) -> None:
    whole = text(raw)
    found = sentences(whole)
    found += [clause for sentence in sentences(whole) for clause in clauses(sentence)]
    found += [item for sentence in sentences(whole) for item in items(sentence)]
    assert [f for f in found if raw[f.start - 7 : f.end - 7] != f.raw or not f.raw.strip()] == []


@given(st.text(alphabet="ab .\n!?AB", max_size=200))
def test_no_word_is_lost_between_sentences(raw: str) -> None:
    assert "".join("".join(raws(sentences(text(raw)))).split()) == "".join(raw.split())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1,048 veterans", [1048]),
        ("eight mentors and twenty-five staff", [8, 25]),
        ("one hundred and twenty people", [120]),
        ("62% of 40 women, 3.5 days, aged 18-65, p=0.04, IIR 10-333", [40]),
        ("a 6-month course for twelve weeks", [12]),
        ("someone alone", []),
    ],
)
def test_numbers_that_may_count_things(raw: str, expected: list[int]) -> None:
    assert [number.value for number in numbers(text(raw))] == expected


def test_sizes_in_brackets() -> None:
    found = [
        (printed.raw, number.value) for printed, number in sizes(text("(N = 5), (n=1,210; 62%) and ns=3.5"))
    ]
    assert found == [("N = 5", 5), ("n=1,210", 1210)]


@given(st.integers(min_value=1, max_value=999_999_999))
def test_digits_with_separators_are_one_number(value: int) -> None:
    assert value_of(f"{value:,}") == value
