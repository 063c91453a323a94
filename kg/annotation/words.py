"""Lists of words in the tables of this package: as sets, and as patterns of all their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import maxsize

from kg.annotation.needed import LONGEST, Letters, needed


class Wording:
    """A regular expression that finds its words in any case; places are those of the text.

    The text is searched in small letters, because Python's own `IGNORECASE` takes four to five times as
    long (measured). So a pattern has no capitals, and the groups of a match are in small letters.

    A text without any of the letters that the pattern needs is not searched. What letters a text has is
    found out once for all wordings: it is a number with a bit for each of them.
    """

    __slots__ = ("_bit", "_find", "_pattern")

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._find = self._pattern.search
        self._bit = _WORDS.bit(needed(pattern))

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The first place of the words between `start` and `end`."""
        low, has = _looked_into(text)
        return self._find(low, start, end) if has & self._bit else None

    def match(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The words at `start`."""
        low, has = _looked_into(text)
        return self._pattern.match(low, start, end) if has & self._bit else None

    def fullmatch(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The words, if the text between `start` and `end` is nothing else."""
        low, has = _looked_into(text)
        return self._pattern.fullmatch(low, start, end) if has & self._bit else None

    def finditer(self, text: str, start: int = 0, end: int = maxsize) -> Iterator[re.Match[str]]:
        """Every place of the words between `start` and `end`."""
        low, has = _looked_into(text)
        return self._pattern.finditer(low, start, end) if has & self._bit else iter(())

    def count(self, text: str) -> int:
        """How often the words occur."""
        return sum(1 for _ in self.finditer(text))

    def blanked(self, text: str) -> str:
        """The text in small letters, with a blank for the words."""
        low, has = _looked_into(text)
        return self._pattern.sub(" ", low) if has & self._bit else low


_ALWAYS = 1
"""The bit of the wordings that need no certain letters; every text has it."""
_EVERY = -1
"""The bits of a text that is not looked into, and may have any letters."""
_LONGEST_TEXT = 2000
"""Characters of a text that is looked into; a longer one is no sentence, and has most words."""
_LONGEST_WORD = 60
_MOST_WORDS = 20_000


class _Words(dict[str, int]):
    """The words of texts with the bits of the wordings that need letters which they have."""

    __slots__ = ("_last", "_needed")

    def __init__(self) -> None:
        self._last = _ALWAYS
        self._needed: dict[str, int] = {}

    def bit(self, letters: Letters | None) -> int:
        """The bit of one more wording, which needs one of the letters."""
        if letters is None:
            return _ALWAYS
        self._last <<= 1
        for each in letters:
            self._needed[each] = self._needed.get(each, 0) | self._last
        self.clear()
        _looked_into.cache_clear()
        return self._last

    def __missing__(self, word: str) -> int:
        bits = _EVERY
        if len(word) <= _LONGEST_WORD:
            bits = 0
            for size in range(1, LONGEST + 1):
                for begin in range(len(word) - size + 1):
                    bits |= self._needed.get(word[begin : begin + size], 0)
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = bits
        return bits


@lru_cache(maxsize=512)
def _looked_into(text: str) -> tuple[str, int]:
    """The text in small letters, and the bits of the wordings that may be in it."""
    low = lowered(text)
    if len(low) > _LONGEST_TEXT:
        return low, _EVERY
    has = _ALWAYS
    for word in low.split():
        has |= _WORDS[word]
    return low, has


_WORDS = _Words()


@lru_cache(maxsize=256)
def lowered(text: str) -> str:
    """The text in small letters, of the same length: what has a longer small form stays as it is."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def word_set(listed: str) -> frozenset[str]:
    """The words of a list, which are separated by white space."""
    return frozenset(listed.split())


def either(listed: str) -> str:
    """A pattern for one of the words or phrases of a list, which are separated by commas or line ends.

    >>> either("well, at least")
    '(?:at least|well)'
    """
    phrases = {phrase.strip() for phrase in re.split(r"[,\n]", listed)} - {""}
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(ordered)})"


def beginnings(listed: str) -> str:
    """A pattern for one of the beginnings of a list, which have one length; each letter is looked at once.

    >>> beginnings("abc abd efg")
    '(?:a(?:b[cd])|e(?:f[g]))'
    """
    heads: dict[str, list[str]] = {}
    for beginning in sorted(word_set(listed)):
        heads.setdefault(beginning[0], []).append(beginning[1:])
    if heads and not any("".join(rest) for rest in heads.values()):
        return f"[{''.join(heads)}]"
    return f"(?:{'|'.join(head + beginnings(' '.join(rest)) for head, rest in heads.items())})"


def any_form(listed: str) -> str:
    """A pattern for any form of the verbs of a list; one with slashes has just the forms that are given.

    >>> any_form("ease grow/grew")
    '(?:easing|eased|eases|ease|grew|grow)'
    """
    forms = {form for verb in listed.split() for form in _forms(verb)}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return f"(?:{'|'.join(ordered)})"


def _forms(verb: str) -> Iterator[str]:
    if "/" in verb:
        yield from verb.split("/")
    elif verb.endswith("e"):
        yield from (verb, verb + "s", verb + "d", verb[:-1] + "ing")
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        yield from (verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    else:
        ending = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
        yield from (verb, verb + ending, verb + "ed", verb + "ing")
