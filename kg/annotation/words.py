"""Lists of words in the tables of this package: as sets, and as patterns of all their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import maxsize


class Wording:
    """A regular expression that finds its words in any case; places are those of the text.

    The text is searched in small letters, because Python's own `IGNORECASE` takes four to five times as
    long (measured). So a pattern has no capitals, and the groups of a match are in small letters.

    `hints` are letters, separated by `|`, of which a text that has the words has at least one; the others
    are not searched, which saves most of the time of long alternations.
    """

    __slots__ = ("_find", "_hints", "_pattern")

    def __init__(self, pattern: str, hints: str = "") -> None:
        self._pattern = re.compile(pattern)
        self._find = self._pattern.search
        self._hints = tuple(hints.split("|")) if hints else ()

    def _hinted(self, low: str) -> bool:
        """Whether the text in small letters has one of the hints."""
        for hint in self._hints:  # noqa: SIM110 - a generator takes twice as long, and this runs 1,000 times a page
            if hint in low:
                return True
        return False

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The first place of the words between `start` and `end`."""
        low = lowered(text)
        hints = self._hints
        if not hints:
            return self._find(low, start, end)
        for hint in hints:
            if hint in low:
                return self._find(low, start, end)
        return None

    def match(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The words at `start`."""
        low = lowered(text)
        return None if self._hints and not self._hinted(low) else self._pattern.match(low, start, end)

    def fullmatch(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The words, if the text between `start` and `end` is nothing else."""
        low = lowered(text)
        return None if self._hints and not self._hinted(low) else self._pattern.fullmatch(low, start, end)

    def finditer(self, text: str, start: int = 0, end: int = maxsize) -> Iterator[re.Match[str]]:
        """Every place of the words between `start` and `end`."""
        low = lowered(text)
        if self._hints and not self._hinted(low):
            return iter(())
        return self._pattern.finditer(low, start, end)

    def count(self, text: str) -> int:
        """How often the words occur."""
        return sum(1 for _ in self.finditer(text))

    def blanked(self, text: str) -> str:
        """The text in small letters, with a blank for the words."""
        low = lowered(text)
        return low if self._hints and not self._hinted(low) else self._pattern.sub(" ", low)


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
