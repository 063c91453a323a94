"""Citations by the number of an entry: `[2, 3]`, a raised `3`, notes glued to a word (`days.3`, `daysiv`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kg.reading.citations import Group, Printed
from kg.source import Found

_NUMBERS = r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,12}"
_BRACKETED = re.compile(rf"[\[［]\s?(?P<numbers>{_NUMBERS})\s?[\]］]")
RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = re.compile(
    rf"(?P<numbers>[{RAISED_DIGITS}]{{1,3}}(?:\s?[,⁻–-]\s?[{RAISED_DIGITS}]{{1,3}}){{0,12}})"
)
LOWERED = str.maketrans(RAISED_DIGITS + "⁻", "0123456789-")
_GLUED = re.compile(
    rf"(?:(?<=[a-z][.,;:!?)”’\"])(?P<behind>{_NUMBERS})(?=\s|\Z)"
    rf"|(?<=[a-z]{{3}})(?P<numbers>{_NUMBERS})(?=[.,;:]?[ \t]{{0,8}}(?:[\r\n]|\Z)))"
)
_ROMAN_END = re.compile(
    r"(?<=[a-z])(?P<numbers>[ivxlc]{1,7}(?:\s?,\s?[ivxlc]{1,7}){0,8})(?=[.,;:]?[ \t]{0,8}(?:[\r\n]|\Z))"
)
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\s?,\s?[ivxlc]{1,7})*\Z")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


_NO_NOTES = frozenset(
    (
        "alumni", "anti", "appendix", "approx", "bi", "box", "complex", "dev", "dex", "fix", "flex", "fungi",
        "gov", "index", "latex", "matrix", "max", "mix", "multi", "nuclei", "prefix", "reflex", "relax",
        "rev", "semi", "sex", "six", "stimuli", "suffix", "syllabi", "tax", "taxi", "vertex", "wifi",
    )
)  # fmt: skip
"""Words whose own last letter is a numeral."""


def roman(letters: str) -> int | None:
    """The number that small Roman numerals write, in their one correct form; else `None`.

    >>> roman("xiv"), roman("iiii")
    (14, None)
    """
    values = [_ROMAN[letter] for letter in letters.lower()]
    number = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return number if number and _as_roman(number) == letters.lower() else None


def _as_roman(number: int) -> str:
    written = ""
    for value, letters in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        written += letters * (number // value)
        number %= value
    return written


def note_groups(text: Found[str], known: Collection[int], *, by_roman: bool, glued: bool) -> Iterator[Group]:
    """The groups of citations by number, in order; `known` are the numbers of the list.

    A bracketed or raised number is a citation whether the list has it or not. Behind a word without a space
    only numbers of the list are, where `glued` allows it and the word ends a sentence or a line: `B12` is a
    vitamin.
    """
    found: dict[int, Group] = {}
    for pattern in (_BRACKETED, _RAISED):
        for match in pattern.finditer(text.raw):
            _add(found, text, match.start("numbers"), match.end("numbers"), match.span())
    if glued and by_roman:
        _add_roman(found, text, known)
    elif glued:
        for match in _GLUED.finditer(text.raw):
            name = "behind" if match.group("behind") else "numbers"
            if all(number in known for number, _, _ in _numbers(match.group(name))):
                _add(found, text, *match.span(name), match.span(name))
    yield from (found[start] for start in sorted(found))


def _add(found: dict[int, Group], text: Found[str], start: int, end: int, place: tuple[int, int]) -> None:
    citations = tuple(
        _noted(text.part(start + a, start + b), number) for number, a, b in _numbers(text.raw[start:end])
    )
    if citations:
        found.setdefault(place[0], Group(text.part(*place), citations))


def _numbers(printed: str) -> list[tuple[int, int, int]]:
    """The numbers with their places; a range stands for all in it, at its own place."""
    plain = printed.translate(LOWERED)
    numbers = []
    for match in re.finditer(r"(\d+)(?:\s?[–-]\s?(\d+))?", plain):
        first, last = int(match[1]), int(match[2] or match[1])
        if not 0 <= last - first <= 50:
            return []
        numbers += [(number, *match.span()) for number in range(first, last + 1)]
    return numbers


def _add_roman(found: dict[int, Group], text: Found[str], known: Collection[int]) -> None:
    """Roman numerals glued to the last word of a line; a note is numbered when it is first used.

    Names (`Missouri`) and words of `_NO_NOTES` end so by nature, and a single letter is a note once only.
    """
    highest = 0
    for match in _ROMAN_END.finditer(text.raw):
        word = _LAST_WORD.search(text.raw, max(0, match.start() - 60), match.end("numbers"))
        if word is None or word.group().lower() in _NO_NOTES or word.group()[0].isupper():
            continue
        first, *others = re.split(r"\s?,\s?", match.group("numbers"))
        for cut in range(len(first)):
            numbers = [roman(word) for word in (first[cut:], *others)]
            if len(first) - cut == 1 and not others and numbers[0] is not None and numbers[0] <= highest:
                continue
            if all(n in known and n is not None and n <= highest + len(numbers) for n in numbers):
                begin = match.start("numbers") + cut
                citations = []
                for word in re.finditer(r"[ivxlc]+", text.raw[begin : match.end("numbers")]):
                    number = roman(word.group())
                    if number is not None:
                        highest = max(highest, number)
                        citations.append(_noted(text.part(begin + word.start(), begin + word.end()), number))
                found.setdefault(begin, Group(text.part(begin, match.end("numbers")), tuple(citations)))
                break


def _noted(place: Found[str], number: int) -> Printed:
    return Printed(place, (), et_al=False, year=0, letter="", ampersand=False, number=number)
