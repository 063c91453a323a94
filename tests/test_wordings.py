from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.wordings import Occurrence, Wording, Wordings, letters, other_numbers, words

LABELS = (
    "peer",
    "peer mentor",
    "peer support",
    "peer support worker",
    "support",
    "women's shelter",
    "HIV/AIDS",
    "time in recovery",
    "同伴",
)
WORDINGS = Wordings([*(Wording(words(label), label) for label in LABELS), Wording(("act",), "ACT", "ACT")])


def found(text: str) -> list[tuple[str, str]]:
    return [
        (meaning, text[place.start : place.end])
        for place in WORDINGS.occurrences(text)
        for meaning in place.meanings
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "peer mentor",
        "Peer Mentor",
        "PEER MENTOR",
        "peer-mentor",
        "peer‑mentor",
        "peer\nmentor",
        "peer \r\n  mentor",
        "peer-\nmentor",
        "peer\u00a0mentor",
        "peer\u2009mentor",
        "peer\u00ad mentor",
        "pe\u00ader men\u200btor",
        "peer men\u00ad\ntor",
        "peer men-\ntor",
        "ｐｅｅｒ mentor",
    ],
)
def test_a_wording_is_found_however_its_words_are_divided(raw: str) -> None:
    text = f"A {raw} came."
    assert ("peer mentor", raw) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "peer\n\nmentor",
        "peer, mentor",
        "peer. Mentor",
        "peer (mentor)",
        "peer/mentor",
        "peer - mentor",
        "peermentor",
        "peer_mentor",
        "'peer'mentor",
        f"peer{' ' * 200}mentor",
        "compeer mentor",
        "peer mentored",
    ],
)
def test_words_that_a_text_keeps_apart_are_no_wording(text: str) -> None:
    assert "peer mentor" not in [meaning for meaning, _ in found(text)]


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_apostrophes_are_equal_and_a_possessive_is_not_part_of_a_word(apostrophe: str) -> None:
    assert ("women's shelter", f"women{apostrophe}s shelter") in found(f"a women{apostrophe}s shelter")
    assert ("peer mentor", "peer mentor") in found(f"the peer mentor{apostrophe}s diary")
    assert ("peer support", f"peer{apostrophe}s support") not in found(f"a peer{apostrophe}s support")


def test_an_apostrophe_behind_a_plural_does_not_part_words() -> None:
    veterans = Wordings([Wording(words("veterans hospital"), "place")])
    assert [place.end for place in veterans.occurrences("a veterans’ hospital")] == [20]


def test_punctuation_of_a_wording_is_part_of_it() -> None:
    assert found("people with HIV / AIDS") == [("HIV/AIDS", "HIV / AIDS")]
    assert found("people with HIV AIDS") == []


def test_chinese_wordings_need_no_boundaries() -> None:
    assert found("由同伴支持") == [("同伴", "同伴")]


def test_a_footnote_mark_is_not_part_of_a_word() -> None:
    assert ("peer mentor", "peer mentor") in found("each peer mentor² said")


def test_case_counts_only_where_letters_are_given() -> None:
    assert found("we ACT, we act, we Act") == [("ACT", "ACT")]


def test_an_ampersand_is_an_and() -> None:
    assert words("Research & Development") == words("research and development")


@pytest.mark.parametrize(
    ("wording", "others"),
    [
        ("peer mentor", {"peer mentors"}),
        ("peer technicians", {"peer technician"}),
        ("day in hospital", {"days in hospital", "days in hospitals", "day in hospitals"}),
        ("person in recovery", {"people in recovery", "persons in recovery", "person in recoveries"}),
        ("thematic analysis", {"thematic analyses"}),
        ("case study", {"case studies"}),
        ("case studies", {"case study"}),
        ("peer illness", {"peer illnesses"}),
        ("peer coach", {"peer coaches"}),
        ("peers support group", {"peers support groups"}),
        ("hope", {"hopes"}),
        ("relatives", set()),
        ("men", set()),
    ],
)
def test_singular_and_plural(wording: str, others: set[str]) -> None:
    made = {" ".join(form) for form in other_numbers(words(wording))}
    assert others <= made
    assert wording not in made
    if not others:
        assert made == set()


def test_the_first_word_of_a_wording_is_taken_as_it_is() -> None:
    assert ("peers", "support") not in set(other_numbers(("peer", "support")))


FRAGMENTS = st.sampled_from(
    [
        *LABELS,
        "ACT",
        "men",
        "tor",
        " ",
        "-",
        "\n",
        "\r\n",
        "’s",
        "'",
        "\u00ad",
        "\u00a0",
        ",",
        "/",
        "_",
        "²",
        "\u0301",
    ]
)
TEXTS = st.lists(FRAGMENTS | st.characters(), max_size=30).map("".join)


@given(TEXTS)
@settings(deadline=None)
def test_what_is_found_has_the_words_it_is_found_for(text: str) -> None:
    for place in WORDINGS.occurrences(text):
        raw = text[place.start : place.end]
        for meaning in place.meanings:
            assert re.sub(r"\W", "", letters(raw).casefold()) == re.sub(
                r"\W", "", letters(meaning).casefold()
            )


@given(TEXTS)
@settings(deadline=None)
def test_no_letter_stands_beside_what_is_found(text: str) -> None:
    for place in WORDINGS.occurrences(text):
        if place.meanings != ("同伴",):
            around = text[place.start - 1 : place.start], text[place.end : place.end + 1]
            assert not any(beside.isascii() and beside.isalnum() for beside in around)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_what_follows_in_another_paragraph_changes_nothing(text: str, more: str) -> None:
    def places(page: str) -> list[Occurrence[str]]:
        return [place for place in WORDINGS.occurrences(page) if place.end <= len(text)]

    assert places(f"{text}\n\n.{more}") == places(text)


class Counting(Wordings[Any]):
    """Counts the nodes that are visited."""

    visited = 0

    def _steps(self, page: Any, node: Any, at: int) -> Any:
        self.visited += 1
        return super()._steps(page, node, at)


@pytest.mark.parametrize(
    "piece",
    [
        "peer ",
        "peer-\n",
        "peer support ",
        "peer support worker ",
        "support peer-\nsupport-\n",
        "pe-\n",
        "同伴",
        "a\u00ad",
    ],
)
def test_work_grows_with_the_text_only(piece: str) -> None:
    def visited(times: int) -> int:
        wordings = Counting(Wording(words(label), label) for label in LABELS)
        for _ in wordings.occurrences(piece * times):
            pass
        return wordings.visited

    assert visited(2000) <= 2 * visited(1000) + 10
    assert visited(1000) <= 1000 * len(words(piece)) * 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "peer support worker ",
        " ",
        "\u00ad",
        "a\u00ad ",
        "-\n",
        "- ",
        "'s",
        "\u0301",
        "_",
        "同",
        "x",
        "peer" + " " * 79,
    ],
)
def test_a_line_of_two_million_characters_is_read_to_its_end(piece: str) -> None:
    text = piece * (2_000_000 // len(piece)) + " peer mentor"
    *_, last = WORDINGS.occurrences(text)
    assert last.end in {len(text), len(text) - len(" mentor")}
