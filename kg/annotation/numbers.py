"""Whole numbers as they are printed: digits, digits with thousands separators, and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kg.annotation.words import Wording
from kg.source import Found

UNITS = tuple(
    word
    for line in (
        "zero one two three four five six seven eight nine",
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    )
    for word in line.split()
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_WORDS = {word: value for value, word in enumerate(UNITS)} | {
    word: 10 * (place + 2) for place, word in enumerate(TENS)
}

WORD = (
    rf"(?:(?:{'|'.join(UNITS[1:10])}|a|one)\s+hundred(?:\s+(?:and\s+)?)?)?"
    rf"(?:(?:{'|'.join(TENS)})(?:[-\s]+(?:{'|'.join(UNITS[1:10])}))?|"
    rf"{'|'.join(sorted(UNITS, key=len, reverse=True))})"
    rf"|(?:{'|'.join(UNITS[1:10])}|a|one)\s+hundred"
)
DOZEN = r"(?:half a|a|one|two|three|four) dozen"
DIGITS = r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+|\d{1,9}"

_BEGINS = r"(?=a\s|e(?:igh|lev)|f(?:if|iv|or|ou)|half|nin|one|s(?:even|ix)|t(?:en|h(?:ir|re)|w[eo])|zero)"
"""How the words for a number begin; most words are passed over by it at once."""

_PRINTED = Wording(
    rf"(?<![\w.,$€£<>=/+-])(?=\d)(?P<digits>{DIGITS})(?![\w%/]|[.,]\d|\s?%|-\w|\s?(?:percent|per cent)\b)"
    rf"|(?<![\w-]){_BEGINS}(?P<words>{WORD}|{DOZEN})(?![\w]|-\w|\s+(?:percent|per cent)\b)"
    r"(?:\s\((?P<again>\d{1,9})\))?"
)
_SIZE = re.compile(
    rf"[nN](?<![\w.][nN])s?\s*(?:(?:=|of|:)\s*(?P<digits>{DIGITS})(?![\w%]|[.,]\d)"
    rf"|=\s*(?P<words>{WORD})\b)",
)


def value_of(printed: str) -> int:
    """The number that a match of `WORD` or `DIGITS` names.

    >>> value_of("1,048"), value_of("forty-two"), value_of("one hundred and twenty")
    (1048, 42, 120)
    """
    digits = re.sub(r"[,\u202f\u00a0]", "", printed)
    if digits.isdigit():
        return int(digits)
    dozens = re.fullmatch(r"(half a|\w+) dozen", printed, re.IGNORECASE)
    if dozens:
        return 6 if dozens[1].casefold() == "half a" else 12 * value_of(dozens[1])
    total = 0
    for word in re.split(r"[-\s]+", printed.casefold()):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word == "a":
            total += 1
        else:
            total += _WORDS.get(word, 0)
    return total


_NAMES = re.compile(
    r"\b(?:[Tt]ypes?|[Pp]hases?|[Ss]tages?|[Gg]rades?|[Ll]evels?|[Tt]iers?|[Ww]aves?|[Ss]teps?|"
    r"[Vv]ersions?|VISN|"
    r"[Tt]itle|[Pp]art|[Aa]ims?|[Tt]ables?|[Ff]igures?|[Hh]ypothes[ie]s|COVID)[\s-]$"
)
"""Behind one of these a number is a name."""


def numbers(text: Found[str]) -> list[Found[int]]:
    """The whole numbers that may count things: no percentages, decimals, ranges, or parts of names."""
    raw, start = text.raw, text.start
    return [Found(value, raw[begin:end], start + begin, text.where) for value, begin, end in _numbers(raw)]


@lru_cache(maxsize=512)
def _numbers(text: str) -> tuple[tuple[int, int, int], ...]:
    """The values and places of the numbers; the sentences of a report are asked several times."""
    found = []
    for match in _PRINTED.finditer(text):
        if _NAMES.search(text, max(0, match.start() - 12), match.start()):
            continue
        end = match.end()
        if match["again"] is not None and int(match["again"]) != value_of(match["words"]):
            end = match.end("words")
        value = value_of(match["words"] or match["digits"])
        if value:  # nothing is counted by a zero
            found.append((value, match.start(), end))
    return tuple(found)


_IN_BRACKETS = re.compile(
    rf"(?:roup|ohort|arm|ion) \((?P<printed>(?P<digits>{DIGITS}) (?:cases|patients|participants|people|"
    rf"clients|"
    r"veterans|women|men|subjects|adults|dyads|families))\)"
)
"""The size of a group as some print it: `the control group (60 cases)`."""


def sizes(text: Found[str]) -> Iterator[tuple[Found[str], Found[int]]]:
    """Each `N = 5` with its number."""
    for match in _SIZE.finditer(text.raw):
        number = text.part(*match.span("digits" if match["digits"] else "words")).map(value_of)
        if number.value:
            yield text.part(match.start(), match.end()), number
    for match in _IN_BRACKETS.finditer(text.raw) if "(" in text.raw else ():
        number = text.part(*match.span("digits")).map(value_of)
        if number.value:
            yield text.part(*match.span("printed")), number
