"""Finding many wordings in a text at once, at their places.

The wordings form a trie over words. A text is cut into words once, and from each word the trie is
followed as far as it goes, at most as many words as the longest wording has: the work grows with the
length of the text and not with the number of wordings.

Between two words of a wording a text may have a hyphen, any white space with at most one line break,
an apostrophe behind an s, or nothing beside a character that is a word of its own (Chinese
characters, punctuation). A word may hold soft hyphens, and a hyphen at a line's end may divide it.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_APOSTROPHE = "'\u2019\u02bc\uff07"
_HYPHEN = "\\-\u2010\u2011\u2012\u2013\uff0d"
_SUPERSCRIPT = "\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089"
_IGNORED = "\u00ad\u200b-\u200d\u2060\ufeff"
_MARK = "\u0300-\u036f"
_BLANK = r"[^\S\r\n]*+"
_BREAK = rf"{_BLANK}(?:\r\n?|\n){_BLANK}"
_LETTER = rf"[^\W_{_APOSTROPHE}{_HAN}{_SUPERSCRIPT}]"

_WORD = re.compile(
    rf"{_LETTER}++(?:(?:\u00ad{_BREAK}|[{_IGNORED}{_MARK}])++{_LETTER}++)*+[{_MARK}]*+"
    rf"|(?<={_LETTER})[{_APOSTROPHE}][sS](?!{_LETTER})"
    rf"|[{_HAN}{_SUPERSCRIPT}_]"
    rf"|[^\s\w{_APOSTROPHE}{_HYPHEN}{_IGNORED}{_MARK}]"
)
_ASCII_WORD = re.compile(r"[a-z0-9]++|(?<=[a-z0-9])'s(?![a-z0-9])|_|[^\s\w'-]")
"""The same for a text of ASCII in small letters; it takes a third of the time."""

_GAP = re.compile(
    rf"[{_IGNORED}]*+(?:(?<=[sS])[{_APOSTROPHE}](?=\s))?(?:{_BREAK}|{_BLANK}|[{_HYPHEN}](?:{_BREAK}|{_BLANK}))[{_IGNORED}]*+"
)
_DIVISION = re.compile(rf"(?<=[^\W\d_])[-\u2010]{_BREAK}(?=[^\W\d_])")
_LONGEST_GAP = 80
_UNSEEN = re.compile(f"[{_IGNORED}\\s]")

_IRREGULAR = {
    "child": ("children",),
    "criterion": ("criteria",),
    "life": ("lives",),
    "man": ("men",),
    "person": ("people", "persons"),
    "self": ("selves",),
    "wife": ("wives",),
    "woman": ("women",),
}
_SINGULAR = {plural: singular for singular, plurals in _IRREGULAR.items() for plural in plurals}
_PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "to", "with"})


@dataclass(frozen=True, slots=True)
class Wording(Generic[T]):
    """Words to be found, and what they mean. `letters` is set where case counts."""

    words: tuple[str, ...]
    meaning: T
    letters: str | None = None


class Occurrence(NamedTuple, Generic[T]):
    """Where wordings stand: words from `first` up to `behind`, characters from `start` up to `end`.

    `size` is the number of letters in the words, whatever stands between them.
    """

    first: int
    behind: int
    start: int
    end: int
    size: int
    meanings: tuple[T, ...]


@dataclass(slots=True)
class _Node(Generic[T]):
    """A word in its place: the words that may follow it, and what a wording that ends here means.

    `always` are the meanings where none of them depends on the case of the letters.
    """

    following: dict[str, _Node[T]] = field(default_factory=dict)
    meanings: list[tuple[T, str | None]] = field(default_factory=list)
    always: tuple[T, ...] | None = None


class Wordings(Generic[T]):
    """A trie of wordings, ready to be found in texts."""

    def __init__(self, wordings: Iterable[Wording[T]]) -> None:
        self._root: _Node[T] = _Node()
        for wording in wordings:
            node = self._root
            for word in wording.words:
                node = node.following.setdefault(word, _Node())
            node.meanings.append((wording.meaning, wording.letters))

    def occurrences(self, text: str) -> Iterator[Occurrence[T]]:
        """Every place where a wording stands, overlapping ones too, in the order of their first words."""
        page = _Page(text)
        if page.divided:
            following = self._root.following
            for first, key in enumerate(page.keys):
                if key in following or first in page.divided:
                    yield from self._beginning_at(page, first)
            return
        keys, starts, ends, last = page.keys, page.starts, page.ends, len(page.keys) - 1
        beginning = self._root.following
        for first in [at for at, key in enumerate(keys) if key in beginning]:
            node: _Node[T] | None = beginning[keys[first]]
            at, size = first, 0
            while node is not None:
                size += len(keys[at])
                end = ends[at]
                at += 1
                if node.meanings and (meanings := node.always or _meant(node, page, first, at)):
                    yield Occurrence(first, at, starts[first], end, size, meanings)
                if at > last or not node.following or (node := node.following.get(keys[at])) is None:
                    break
                if not (starts[at] - end == 1 and text[end] == " ") and not page.joined(at):
                    break

    def _beginning_at(self, page: _Page, first: int) -> Iterator[Occurrence[T]]:
        ahead = [(self._root, first, 0)]
        while ahead:
            before, at, size = ahead.pop()
            for node, behind, letters in self._steps(page, before, at):
                if node.meanings and (meanings := _meant(node, page, first, behind)):
                    start, end = page.starts[first], page.ends[behind - 1]
                    yield Occurrence(first, behind, start, end, size + letters, meanings)
                if node.following and page.joined(behind):
                    ahead.append((node, behind, size + letters))

    def _steps(self, page: _Page, node: _Node[T], at: int) -> Iterator[tuple[_Node[T], int, int]]:
        """The nodes behind the word `at`, read as it stands or joined to the part on the next line."""
        key = page.keys[at]
        if found := node.following.get(key):
            yield found, at + 1, len(key)
        if at in page.divided:
            key += page.keys[at + 1]
            if found := node.following.get(key):
                yield found, at + 2, len(key)


def _meant(node: _Node[T], page: _Page, first: int, behind: int) -> tuple[T, ...]:
    """What the words from `first` up to `behind` mean, which end at the node."""
    if node.always is not None:
        return node.always
    if all(written is None for _, written in node.meanings):
        node.always = tuple(meaning for meaning, _ in node.meanings)
        return node.always
    letters = page.letters(first, behind)
    return tuple(meaning for meaning, written in node.meanings if written is None or written == letters)


def _places(spans: Sequence[tuple[int, int]]) -> tuple[Sequence[int], Sequence[int]]:
    """The beginnings and the ends; of a long text in arrays, which take a quarter of the memory."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    return (starts, ends) if len(spans) < _MANY else (array("q", starts), array("q", ends))


_MANY = 10_000


class _Page:
    """The words of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.keys: list[str] = []
        self.starts: Sequence[int]
        self.ends: Sequence[int]
        known: dict[str, str] = {}
        if text.isascii():
            low = text.lower()
            self.keys = _ASCII_WORD.findall(low)
            if "&" in low:
                self.keys = ["and" if key == "&" else key for key in self.keys]
            self.starts, self.ends = _places([match.span() for match in _ASCII_WORD.finditer(low)])
            self.divided = self._divided()
            return
        spans = []
        for match in _WORD.finditer(text):
            word = match[0]
            if word not in known:
                known[word] = _key(word)
            self.keys.append(known[word])
            spans.append(match.span())
        self.starts, self.ends = _places(spans)
        self.divided = self._divided()

    def _divided(self) -> frozenset[int]:
        """The words that a hyphen and a line break separate from what may be their second part."""
        if "\n" not in self._text and "\r" not in self._text:
            return frozenset()
        gaps = {match.start(): match.end() for match in _DIVISION.finditer(self._text)}
        return frozenset(
            at
            for at, end in (enumerate(self.ends[:-1]) if gaps else ())
            if gaps.get(end) == self.starts[at + 1]
        )

    def joined(self, at: int) -> bool:
        """Whether the word `at` exists and can continue a wording that the word before it is part of."""
        if at >= len(self.keys):
            return False
        start, end = self.ends[at - 1], self.starts[at]
        if end - start <= 1:
            return (
                start == end or self._text[start] == " " or _GAP.fullmatch(self._text, start, end) is not None
            )
        return end - start <= _LONGEST_GAP and _GAP.fullmatch(self._text, start, end) is not None

    def letters(self, first: int, behind: int) -> str:
        """The characters of the words `first` up to `behind`, in the case in which they are written."""
        return "".join(
            _plain(self._text[start:end])
            for start, end in zip(self.starts[first:behind], self.ends[first:behind], strict=True)
        )


def words(wording: str) -> tuple[str, ...]:
    """The words of a wording, as they are compared."""
    return tuple(_key(match[0]) for match in _WORD.finditer(wording))


def letters(wording: str) -> str:
    """The characters of a wording's words, for wordings in which case counts."""
    return "".join(_plain(match[0]) for match in _WORD.finditer(wording))


def other_numbers(wording: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The wording in singular and plural, except itself.

    What changes is the last word and the word before the first preposition (person with lived
    experience, days in hospital). A single word gets a plural only: that a vocabulary lists `relatives`
    or `men` alone says nothing of `relative` and `man`.
    """
    if len(wording) == 1:
        yield from ((plural,) for plural in _plurals(wording[0]))
        return
    prepositions = [at for at in range(1, len(wording) - 1) if wording[at] in _PREPOSITIONS]
    heads = {len(wording) - 1, *(at - 1 for at in prepositions[:1])}
    for form in product(*(_numbers(word) if at in heads else (word,) for at, word in enumerate(wording))):
        if form != wording:
            yield form


def _numbers(word: str) -> tuple[str, ...]:
    return (word, *(_singulars(word) or _plurals(word)))


def _plurals(word: str) -> tuple[str, ...]:
    """The regular plural of a word that may be a noun in the singular."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 3 or not word.isalpha() or not word.isascii() or _singulars(word):
        return ()
    if word.endswith("sis"):
        return (f"{word[:-2]}es",)
    if word.endswith("y") and word[-2] not in "aeiou":
        return (f"{word[:-1]}ies",)
    return (f"{word}es",) if word.endswith(("s", "x", "z", "ch", "sh")) else (f"{word}s",)


def _singulars(word: str) -> tuple[str, ...]:
    """What a word that looks like a plural may be the plural of."""
    if word in _SINGULAR:
        return (_SINGULAR[word],)
    if len(word) < 4 or not word.isalpha() or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return ()
    if word.endswith("ies") and len(word) > 4:
        return (f"{word[:-3]}y",)
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return (word[:-2],)
    if word.endswith("ses"):
        return (word[:-1], f"{word[:-2]}is")
    return (word[:-1],)


def _key(word: str) -> str:
    if word == "&":
        return "and"
    return word.lower() if word.isascii() else _plain(word).casefold()


def _plain(word: str) -> str:
    """The word without what is not seen, with one form for each character (full width, ligatures)."""
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", word))
    return f"'{plain[1:]}" if plain[0] in _APOSTROPHE else plain
