from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.reading.sections import HEADINGS, abstract_sections
from kg.source import Found


def parts(text: str) -> list[tuple[str, str]]:
    return [(section.kind, section.text.raw) for section in abstract_sections(Found(text, text, 0))]


@pytest.mark.parametrize(
    "text",
    [
        "Background: Peers help.\nMethods: We asked 12.\nResults: They did.",
        "BACKGROUND Peers help. METHODS We asked 12. RESULTS They did.",
        "BackgroundPeers help.MethodsWe asked 12.ResultsThey did.",
        "BACKGROUNDPeers help.METHODSWe asked 12.RESULTSThey did.",
        "Background\nPeers help.\n\nMethods\nWe asked 12.\n\nResults\nThey did.",
        "Background – Peers help. Methods – We asked 12. Results – They did.",
        "Background. Peers help. Methods. We asked 12. Results. They did.",
    ],
)
def test_headings_part_the_abstract_however_they_are_set(text: str) -> None:
    assert parts(text) == [
        ("background", "Peers help."),
        ("methods", "We asked 12."),
        ("results", "They did."),
    ]


def test_a_heading_at_once_below_one_of_its_kind_is_part_of_its_text() -> None:
    text = "Methods:\nDesign: a survey. Results: None. Methods: Setting: a clinic. Aim: To ask."
    assert parts(text) == [
        ("methods", "Design: a survey."),
        ("results", "None."),
        ("methods", "Setting: a clinic."),
        ("objectives", "To ask."),
    ]


def test_a_heading_of_several_words_has_the_kind_of_its_first() -> None:
    text = "Design, setting, and participants: Four clinics. Conclusions and Implications for Practice: Hire."
    assert parts(text) == [("methods", "Four clinics."), ("conclusions", "Hire.")]


@pytest.mark.parametrize(
    "text",
    [
        "Methods inside a sentence stay there, and results: too.",
        "The Results: none of them is a heading.",
        "AimHigh is the name of a programme. It works.",
        "Results were good. Setting matters.",
        "We speak of peer-Methods: a word of our own.",
    ],
)
def test_a_word_of_a_sentence_is_no_heading(text: str) -> None:
    assert parts(text) == [("", text)]


def test_what_follows_the_abstract_ends_its_last_section() -> None:
    text = "Aims: Hear. Conclusions: Hire. Trial registration: NCT01."
    assert parts(text)[1:] == [("conclusions", "Hire."), ("", "NCT01.")]


def test_a_text_before_the_first_heading_is_a_section_without_kind() -> None:
    assert parts("Peers help.\nResults: They did.") == [("", "Peers help."), ("results", "They did.")]


@given(st.lists(st.sampled_from([*sum(HEADINGS.values(), ()), ": ", ".", "\n", "Aa", " and ", "ſK"])))
def test_any_text_is_kept_at_its_place(words: list[str]) -> None:
    text = "".join(word.title() if len(word) % 2 else word for word in words)
    for section in abstract_sections(Found(text, text, 0)):
        assert section.text.raw == text[section.text.start : section.text.end] != ""


FOUR = ["objectives", "methods", "results", "conclusions"]
SERIES = [
    ("Objectives To assess peers. Design Trial. Results Hope rose. Conclusions Peers help.", FOUR),
    ("Purpose The aim. Design/methodology/approach We asked. Findings Hope. Originality/value New.", FOUR),
    ("目的：探讨同伴支持。方法：分组。结果：好（P＜0.05）。结论：有效。", FOUR),
    ("【目的】探讨同伴支持。【方法】分组。【结果】好。【结论】有效。", FOUR),
    ("目的 探讨同伴支持。方法 分组。结果 好。结论 有效。", FOUR),
    ("Aim：To ask．Methods：We asked．Results：Hope rose．Conclusions：Hope．", FOUR),
    ("Setting goals helps. Participants Anna and Bob spoke.", [""]),
    ("Findings Hope rose. Methods We asked.", [""]),
    ("Peers meet. Results They met. Findings They spoke.", [""]),
]


@pytest.mark.parametrize(("abstract", "kinds"), SERIES)
def test_a_blank_sets_off_a_series_of_headings_in_their_order(abstract: str, kinds: list[str]) -> None:
    assert [section.kind for section in abstract_sections(Found(abstract, abstract, 0))] == kinds


def test_brackets_are_no_part_of_heading_or_text() -> None:
    abstract = "【目的】探讨同伴支持。【结果】好。"
    sections = abstract_sections(Found(abstract, abstract, 0))
    assert [(s.heading and s.heading.raw, s.text.raw) for s in sections] == [
        ("目的", "探讨同伴支持。"),
        ("结果", "好。"),
    ]
