"""Sentences and clauses of a passage, each at its place.

One pass with one regular expression: time grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.annotation.words import Wording, word_set
from kg.source import Found

ABBREVIATIONS = word_set(
    "al approx ca cf ch cp dept dr e.g eds eg esp etc fig i.e ie inc jr ltd mr mrs ms no nos p ph.d prof "
    "resp sr st univ viz vol vs"
)
"""Words whose full stop does not end a sentence, without it and in lower case."""

ENDING_ABBREVIATIONS = word_set("al etc inc jr ltd u.s u.k u.s.a")
"""Those that may also stand last: the sentence ends where a typical opening word follows."""

OPENINGS = word_set(
    "a all although an and as at both but by compared data each findings for four from half how however i if "
    "in interviews it its many most no none of on one only our outcomes overall participants peer peers "
    "qualitative results semi-structured several some such ten that the their these they this those three to "
    "two using veterans we when while with"
)
"""Words that, capitalised, begin a sentence rather than continue a name."""

LONGEST = 1500
"""Characters of the longest sentence that is read as one; a printed abstract has none of 1,000."""

_STOP = re.compile(
    r"[\r\n.!?。！？](?:(?:(?<=\n)|(?<=\r)\n)[ \t]*\r?\n\s*"
    r"|(?<=[.!?])(?<![.!?][.!?])(?P<mark>[.!?]*)[\"”’'»)\]]*(?P<gap>\s+|$|(?=[A-Z][a-z]))"
    r"|(?<=[。！？])[。！？]*[”』」）]*)"
)
"""An empty line, or marks of which `mark` holds those behind the first; it begins with a set of letters,
for which a text is searched several times as quickly as for alternatives."""
_CLOSES = frozenset(")]%")
_LAST_WORD = re.compile(r"[^\s(\[{\"“‘/]*$")
_NEXT_WORD = re.compile(r"[\"“‘'(\[]*([^\s,;:.!?)\]]*)")

_CLAUSE = Wording(
    r"\s*;\s*"
    r"|,?\s+(?:but(?!\s+not\b)|whereas|while|although|though|even though|however|despite the fact that)\s+"
    r"|,\s+(?:yet|so)\s+"
    r"|\s+[–—]\s+",
)

_ITEM = re.compile(r"(?<![\w.])\(?(?P<label>\d{1,2}|[a-h]|i{1,3}|iv|vi{0,3})\)\s+(?=\S)")


def sentences(text: Found[str]) -> list[Found[str]]:
    """The sentences, without the white space around them; an empty line always ends one."""
    found: list[Found[str]] = []
    raw = text.raw
    begin = 0
    for end in (*[stop.end() for stop in _STOP.finditer(raw) if _ends(raw, stop)], len(raw)):
        if end - begin > LONGEST:
            found += _short(text.part(begin, end).stripped())
        else:
            _add(found, text, begin, end)
        begin = end
    return found


def _add(found: list[Found[str]], text: Found[str], begin: int, end: int) -> None:
    """Add what stands between two places without white space around it, if it is anything."""
    part = text.raw[begin:end]
    words = part.lstrip()
    if words:
        begin += len(part) - len(words)
        words = words.rstrip()
        found.append(Found(words, words, text.start + begin, text.where))


def _short(sentence: Found[str]) -> list[Found[str]]:
    """The sentence; one that nobody would write is cut between words, so that its rules stay quick."""
    found: list[Found[str]] = []
    begin = 0
    while len(sentence.raw) - begin > LONGEST:
        space = sentence.raw.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
        end = begin + LONGEST if space == -1 else space
        _add(found, sentence, begin, end)
        begin = end
    _add(found, sentence, begin, len(sentence.raw))
    return found


def _ends(text: str, stop: re.Match[str]) -> bool:
    if stop["mark"] is None:
        return True
    if stop.end() >= len(text):
        return True
    following = _NEXT_WORD.match(text, stop.end(), stop.end() + 40)
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if stop["mark"] or text[stop.start()] != ".":
        return True
    if not stop["gap"]:
        before_stop = text[stop.start() - 1 : stop.start()]
        return before_stop.islower() or before_stop in _CLOSES
    before = _LAST_WORD.search(text, max(0, stop.start() - 20), stop.start())
    last = before.group().casefold() if before else ""
    opens = word.casefold() in OPENINGS
    if last in ENDING_ABBREVIATIONS or (
        len(last) == 1 and last.isalpha() and before and before.group() != "I"
    ):
        return opens
    return last not in ABBREVIATIONS


def clauses(sentence: Found[str]) -> list[Found[str]]:
    """The parts of a sentence that state something of their own, as far as its joints show it.

    It is cut at semicolons, at spaced dashes, and before words that set one statement against another.
    A cut inside brackets is none.
    """
    found: list[Found[str]] = []
    begin = 0
    opened = place = 0
    for joint in _CLAUSE.finditer(sentence.raw):
        brackets = sentence.raw[place : joint.start()]
        opened = max(0, opened + brackets.count("(") - brackets.count(")"))
        place = joint.start()
        if opened:
            continue
        _add(found, sentence, begin, joint.start())
        begin = joint.end()
    _add(found, sentence, begin, len(sentence.raw))
    return found


def items(sentence: Found[str]) -> list[Found[str]]:
    """The items of a numbered enumeration inside a sentence, each with its number; none if it has none.

    >>> [item.raw for item in items(Found("", "They named (1) low pay, (2) stigma.", 0))]
    ['(1) low pay,', '(2) stigma.']
    """
    marks = list(_numbered(sentence.raw)) if ")" in sentence.raw else []
    if len(marks) < 2:
        return []
    ends = [*marks[1:], len(sentence.raw)]
    return [sentence.part(begin, end).stripped() for begin, end in zip(marks, ends, strict=True)]


def _numbered(text: str) -> Iterator[int]:
    expected = None
    for mark in _ITEM.finditer(text):
        label = mark["label"]
        if expected is None and label in {"1", "a", "i"}:
            expected = {"1": _DIGITS, "a": _LETTERS, "i": _ROMAN}[label]
            position = 0
        if expected is not None and position < len(expected) and label == expected[position]:
            yield mark.start()
            position += 1


_DIGITS = tuple(str(number) for number in range(1, 30))
_LETTERS = tuple("abcdefgh")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
