"""What a quick look passes over, the patterns behind it would not have found."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis.strategies import from_regex, lists, sampled_from

from kg import annotation
from kg.annotation import changes, figures, numbers, outcomes, programmes, sentences
from kg.annotation.needed import needed
from kg.annotation.reading import Sentence
from kg.annotation.words import Wording, beginnings, lowered
from kg.source import Found


def _wordings(value: object) -> Iterator[Wording]:
    if isinstance(value, Wording):
        yield value
    elif isinstance(value, (tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _wordings(part)


def _every_wording() -> Iterable[Wording]:
    names = [one.name for one in pkgutil.iter_modules(annotation.__path__)]
    modules = [importlib.import_module(f"{annotation.__name__}.{name}") for name in names]
    return {id(one): one for module in modules for one in _wordings(tuple(vars(module).values()))}.values()


WORDINGS = tuple(_every_wording())
TEXTS = [path.read_text("utf-8") for path in sorted((Path(__file__).parent / "annotation").glob("*.txt"))]
SENTENCES = tuple(one.raw for text in TEXTS for one in sentences.sentences(Found(text, text, 0)))
OF_PATTERNS = sorted(
    {word for one in WORDINGS for word in re.findall(r"[a-z’'%;:-]{2,}", one._pattern.pattern)}
)
WORDS = (*OF_PATTERNS, *sorted({word for one in SENTENCES for word in one.split()}))


def _found(wording: Wording, text: str, searched: str) -> None:
    pattern = wording._pattern
    assert [one.span() for one in wording.finditer(text)] == [
        one.span() for one in pattern.finditer(searched)
    ]
    middle = len(text) // 2
    for one, other in (
        (wording.search(text, middle), pattern.search(searched, middle)),
        (wording.search(text, 0, middle), pattern.search(searched, 0, middle)),
        (wording.match(text), pattern.match(searched)),
        (wording.fullmatch(text), pattern.fullmatch(searched)),
    ):
        assert (one and one.span()) == (other and other.span())
    assert wording.blanked(text) == pattern.sub(" ", searched)


def test_most_wordings_are_looked_for_by_their_letters() -> None:
    assert sum(one._bit > 1 for one in WORDINGS) > 0.8 * len(WORDINGS)


def test_a_wording_finds_in_a_sentence_what_its_pattern_finds() -> None:
    for sentence in SENTENCES[::3]:
        for wording in WORDINGS:
            _found(wording, sentence, lowered(sentence))


@given(lists(sampled_from(WORDS), max_size=12), sampled_from([" ", "  ", "-", " (", ", ", "\n"]))
@settings(max_examples=150)
def test_a_wording_finds_among_any_words_what_its_pattern_finds(words: list[str], joint: str) -> None:
    text = joint.join(words)
    for wording in WORDINGS:
        _found(wording, text, lowered(text))


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"\bhope\b", {"hope"}),
        (r"(?:was|were) (?:\w+ly )?found", {"found"}),
        (r"randomi[sz]ed?", {"random"}),
        (r"(?:grew|grow(?:s|ing)?)\b", {"grew", "grow", "grows", "growin"}),
        (r"no (?:such )?change", {"change"}),
        (r"well-?being|hope+", {"well-b", "wellbe", "hop"}),
        (r"(?:at|in) (?P<month>\w+)(?= months)", {"months"}),
        (r"(?<!no )(?!any )evidence(?: of)?", {"eviden"}),
        (r"(?>care){2,3}", {"care"}),
        (r"\d+\s?%", {"%"}),
        (r"fell(?:,| by)?", {"fell", "fell,"}),
        (r"(?:and|as|so|nor) [^.]+ (?:did|do|does|was|were|had|has|have)", {"and", "as", "so", "nor"}),
        (r"hope|\d+", None),
        (r"(?:hope)?", None),
        (r"(?:hope)*", None),
        (r"(?i)hope", None),
        (r"(?i:hope)", None),
        (r"[^a]", None),
        (r"a|of|the|in|and|to|on|at|by|as|is|or", None),
        (r"(\w+) and \1", {"and"}),
        ("", None),
    ],
)
def test_the_letters_that_a_pattern_needs_are_read_from_it(pattern: str, letters: set[str] | None) -> None:
    assert needed(pattern) == letters


def test_a_wording_is_found_in_texts_that_were_looked_into_before_it_was_made() -> None:
    text = "Nobody had said xylophone before."
    assert WORDINGS[0].search(text) is None
    assert Wording("xylophone").search(text) is not None


@pytest.mark.parametrize("text", ["hope " * 1000, f"{'x' * 500}hope", "HOPE", "x" * 80])
def test_letters_are_found_in_long_texts_and_words_too(text: str) -> None:
    assert bool(Wording("hope").search(text)) == ("hope" in text.lower())


_QUALIFIER = from_regex(rf"\A(?: {outcomes._QUALIFIED}){{0,2}} ?\Z")


@given(from_regex(rf"\A(?:{changes.WORDINGS})\Z"))
@settings(max_examples=400)
def test_each_wording_of_a_change_has_a_listed_beginning(wording: str) -> None:
    assert re.match(changes.OPENINGS, wording)


@pytest.mark.parametrize(
    "forms", [*changes.VERBS.values(), *changes.COMPARED.values(), *changes.NOUNS.values()]
)
def test_no_verb_or_adjective_of_change_is_passed_over(forms: str) -> None:
    for form in re.findall(r"[a-z]{3,}", forms):
        match = re.match(forms, form)
        assert match is None or re.match(changes.OPENINGS, form)


@given(from_regex(rf"\A(?:{numbers.WORD}|{numbers.DOZEN})\Z"))
@settings(max_examples=200)
def test_each_number_in_words_has_a_listed_beginning(printed: str) -> None:
    assert re.match(numbers._BEGINS, printed)


@given(from_regex(rf"\A{outcomes.CONDITIONS}\Z"), _QUALIFIER)
@settings(max_examples=400)
def test_a_condition_is_told_by_the_last_word_that_qualifies_nothing(condition: str, qualifier: str) -> None:
    text = f"of {condition}{qualifier} "
    if outcomes._IS_CONDITION.search(text, max(0, len(text) - 80)):
        assert outcomes._is_condition(text, len(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It fell (95% CI 0.2 to 0.4).", "interval"),
        ("It fell (95% Confidence Interval: 0.2, 0.4).", "interval"),
        ("It fell (90% credible interval 0.2 to 0.4).", "interval"),
        ("It fell (P = 0.03).", "p-value"),
        ("It fell 2 points (n.s.).", "p-value"),
        ("It fell, odds ratio 0.94.", "effect"),
        ("It was 7.9 v. 5.2.", "effect"),
        ("It fell from 8 to 5.", "effect"),
        ("There was a 12% decline.", "effect"),
        ("It fell by 12%.", "effect"),
        ("It was three times as low in 2019.", "effect"),
        ("It fell (0.3, 95% CrI 0.2 to 0.4).", "effect"),
        ("It was 12 kg.", "effect"),
        ("There were 12 per cent.", "share"),
    ],
)
def test_each_figure_is_looked_for(text: str, kind: str) -> None:
    assert kind in {place.kind for place in figures._places(text)}


@given(sampled_from(["able to ", "did not ", "don’t ", "don't ", "might ", "trying to  ", "will ", "can\n"]))
def test_a_verb_is_expected_behind_what_stands_before_verbs(before: str) -> None:
    assert outcomes._AS_VERB.search(before)
    assert outcomes._is_verb(before, len(before))


def test_a_verb_is_expected_only_behind_a_blank() -> None:
    assert not outcomes._is_verb("able to", 7)
    assert not outcomes._is_verb("hope for ", 9)


def test_beginnings_of_several_letters_are_looked_for_letter_by_letter() -> None:
    pattern = re.compile(beginnings("abc abd efg"))
    assert [bool(pattern.match(word)) for word in ("abcde", "abd", "abe", "efg", "ef")] == [
        *(True, True, False, True, False)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "They ran a program called the Open Door.",
        "The Open Door program was new.",
        "The Open Door Project began.",
        "It was a program (OPEN) for peers.",
        "Door-to-Door, a peer-led program, began.",
        "We tested the Open Door Keys (ODK) program.",
        "They took a twelve-week course.",
    ],
)
def test_each_form_of_a_name_is_looked_for(text: str) -> None:
    sentence = Sentence(Found(text, text, 0), "methods", of_others=False, labels=())
    assert list(programmes._in_sentence(sentence))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("One\n\nTwo", ["One", "Two"]),
        ("One\r\n \r\nTwo", ["One", "Two"]),
        ("One?! Two", ["One?!", "Two"]),
        ("One... two", ["One... two"]),
        ("一。二！” 三", ["一。", "二！”", "三"]),
        ("Said “so.” Then he left.", ["Said “so.”", "Then he left."]),
    ],
)
def test_sentences_end_at_marks_and_empty_lines(text: str, expected: list[str]) -> None:
    assert [found.raw for found in sentences.sentences(Found(text, text, 0))] == expected
