"""The slides of a deck: lines joined to points and paragraphs, under the titles they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kg.reading.citations import Group
from kg.reading.paragraphs import folded, lines
from kg.source import Found

MARKUP = "*_#> \t\u00a0"
"""Characters around words that only set them off."""
_BULLET = re.compile(r"(?:[-–*•·▪◦‣o»➢✓]|\d{1,2}[.)])\s{1,10}(?=\S)")
_CONTINUED = re.compile(r"[\s,:–—-]{0,5}[(*_]{0,3}\bcont(?:inued|['’]?d)?\b[.)*_\s]{0,5}\Z", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"[\s*_]*(?:—|–|―|--?|¡ª)\s*(?P<name>[^\W\d_][^()]{0,80})")
_QUOTE_ENDS = re.compile(r"(?:[”\"»]|¡±)[\s*_]*(?:—|–|―|--?|¡ª)\s*[^\W\d_][^()\r\n]{0,80}[\s*_]*\Z")
"""The end of a quotation and the name of who said it, as the last words."""
_PAGE_NUMBER = re.compile(r"(?:slide|page)?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_OPENING, _CLOSING = ("“", '"', "«", "¡°"), ("”", '"', "»", "¡±")
"""Quotation marks, and what a wrong decoding makes of the curly ones."""
_LEAD_IN = re.compile(r"(?:(?<=[.?!])\s+|\A)(?P<words>(?:[^.?!]|[.?!](?!\s))+:)[\s*_]*\Z")
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "vs",
        "with",
    )
)

LONGEST_HEADING = 6
"""Words of a line that stands above claims and is no title of a slide, at most."""
LONGEST_TITLE = 12
"""Words of a slide's title at most."""


@dataclass(slots=True)
class Item:
    """Lines that belong together: a title, a paragraph, a bullet; `groups` are the citations in it."""

    body: Found[str]
    start: int
    end: int
    bullet: bool = False
    groups: list[Group] = field(default_factory=list)

    @property
    def place(self) -> Found[str]:
        """Its characters."""
        return self.body.part(self.start - self.body.start, self.end - self.body.start)

    @property
    def words(self) -> Found[str]:
        """What it says, without marks of emphasis."""
        return self.place.stripped(MARKUP)


@dataclass(slots=True)
class Slide:
    """A title and what stands below it."""

    title: Found[str] | None
    items: list[Item] = field(default_factory=list)


def slides(body: Found[str], groups: Sequence[Group]) -> list[Slide]:
    """The slides in order; one that continues another has that one's title, and its own place.

    `groups` are the citations in the text, in order.
    """
    slides = [Slide(None)]
    titles: dict[str, str] = {}
    for item in _without_testimonials(_items(body, groups)):
        title = None if item.groups or item.bullet else _slide_title(item)
        if title is None:
            slides[-1].items.append(item)
            continue
        value = titles.setdefault(title.value.casefold(), title.value)
        slides.append(Slide(Found(value, title.raw, title.start)))
    return slides


def _items(body: Found[str], groups: Sequence[Group]) -> list[Item]:
    """Lines joined to items: a blank line, a bullet, or a line behind a citation begins another.

    A citation that stands alone belongs to the item before it, and what begins with a small letter behind
    a blank line continues the item before it, where that one is open.
    """
    items: list[Item] = []
    position = 0
    for chunk, bullet, blank in _chunks(body, groups):
        item = Item(body, chunk.start, chunk.end, bullet)
        while position < len(groups) and groups[position].place.start < chunk.end:
            item.groups.append(groups[position])
            position += 1
        last = items[-1] if items else None
        alone = (
            bool(item.groups) and chunk.start >= item.groups[0].place.start and not item.groups[0].narrative
        )
        continues = bool(item.groups) and blank and not bullet and chunk.raw[0].islower()
        if last is not None and ((alone and _may_be_cited(last)) or (continues and _is_open(last))):
            while len(items) > 1 and _continues(items[-1]) and _is_open(items[-2]):
                joined = items.pop()
                items[-1].end = joined.end
            items[-1].end = item.end
            items[-1].groups += item.groups
        else:
            items.append(item)
    return items


def _chunks(body: Found[str], groups: Sequence[Group]) -> Iterator[tuple[Found[str], bool, bool]]:
    """Runs of lines, whether a bullet stands before each, and whether a blank line does."""
    ends = {group.place.end for group in groups}
    inside = _Spans([(group.place.start, group.place.end) for group in groups])
    first: Found[str] | None = None
    last: Found[str] | None = None
    bullet = blank = open_blank = False
    for line in lines(body):
        if not line.raw or _PAGE_NUMBER.fullmatch(line.raw):
            open_blank = True
            continue
        mark = _BULLET.match(line.raw)
        if first is not None and last is not None:
            cited = (
                _end_without(last, ".;,*_ ") in ends and line.raw[0] not in "([" and not line.raw[0].islower()
            )
            above = first is last and _is_short(last) and _end_without(line, ".;,*_ ") in ends
            above = above and line.raw[0].isupper() and last.end not in ends
            said = _QUOTE_ENDS.search(last.raw) is not None
            if not inside.holds(line.start) and (open_blank or mark is not None or cited or above or said):
                yield body.part(first.start - body.start, last.end - body.start), bullet, blank
                first = None
        if first is None:
            bullet, blank = mark is not None, open_blank
            first = line if mark is None else line.part(mark.end(), len(line.raw))
        last, open_blank = line, False
    if first is not None and last is not None:
        yield body.part(first.start - body.start, last.end - body.start), bullet, blank


def _end_without(line: Found[str], characters: str) -> int:
    return line.start + len(line.raw.rstrip(characters))


class _Spans:
    """Spans in order, asked for growing offsets."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = spans
        self._next = 0

    def holds(self, offset: int) -> bool:
        """Whether a span begins before `offset` and ends behind it."""
        while self._next < len(self._spans) and self._spans[self._next][1] <= offset:
            self._next += 1
        return self._next < len(self._spans) and self._spans[self._next][0] < offset


def _is_open(item: Item) -> bool:
    """Whether a statement may go on behind a blank line."""
    if item.groups:
        return False
    return item.words.raw[-1:] not in (".", "?", "!", ":", ";") and _slide_title(item) is None


def _continues(item: Item) -> bool:
    return not item.bullet and not item.groups and item.words.raw[:1].islower()


def _may_be_cited(item: Item) -> bool:
    return bool(item.groups) or (_slide_title(item) is None and not item.words.raw.endswith(":"))


def _slide_title(item: Item) -> Found[str] | None:
    """The item's words as a title, without what says that the slide continues another, or `None`.

    A title is one short line in capitals or with each word capitalised, a question, marked as a heading, or
    said to continue.
    """
    if item.bullet or item.groups or item.end - item.start > 200:
        return None
    words = item.words
    continued = _CONTINUED.search(words.raw)
    bare = words.part(0, continued.start() if continued else len(words.raw)).stripped(MARKUP)
    parts = bare.raw.split()
    if not 0 < len(parts) <= LONGEST_TITLE or "\n" in bare.raw or "\r" in bare.raw:
        return None
    long = [part.strip("()\"“”'’,:") for part in parts if part.strip("()\"“”'’,:").lower() not in _SMALL]
    capital = (
        bool(long) and all(not part[:1].islower() for part in long) and any(p[:1].isupper() for p in long)
    )
    ends = bare.raw[-1]
    marked = item.place.raw.startswith("#")
    if marked or continued or ends == "?" or (capital and ends not in '.;:,!”"'):
        return words.map(lambda _: " ".join(bare.raw.split()))
    return None


def _without_testimonials(items: Sequence[Item]) -> Iterator[Item]:
    """The items without quotations that stand alone, and the names with a dash behind them."""
    position = 0
    while position < len(items):
        end = _end_of_quotation(items, position)
        if end is None:
            yield items[position]
            position += 1
            continue
        position = end
        if position < len(items) and _is_attribution(items[position]):
            position += 1


def _end_of_quotation(items: Sequence[Item], position: int) -> int | None:
    """The position behind the quotation that begins at `position`, if one does and is all that is said."""
    words = items[position].words.raw
    if not words.startswith(_OPENING) or items[position].groups:
        return None
    for end in range(position, min(position + 4, len(items))):
        last = items[end].words.raw.rstrip(" .*_")
        if last.endswith(_CLOSING) and len(last) > 1:
            return end + 1
        if _QUOTE_ENDS.search(items[end].place.raw):
            return end + 1
    return None


def _is_attribution(item: Item) -> bool:
    return (
        not item.groups
        and len(item.place.raw) < 100
        and (item.bullet or _ATTRIBUTION.fullmatch(item.place.raw) is not None)
    )


def heading(item: Item) -> Found[str] | None:
    """The item's words where they are one short line that does not end as a sentence does."""
    words = item.words
    if item.bullet or item.groups or "\n" in words.raw or "\r" in words.raw:
        return None
    if not _is_short(words):
        return None
    return folded(words)


def _is_short(words: Found[str]) -> bool:
    return len(words.raw.split()) <= LONGEST_HEADING and words.raw[:1].isupper() and words.raw[-1].isalnum()


def lead_in(item: Item) -> Found[str] | None:
    """The last sentence of the item where it ends with a colon."""
    match = _LEAD_IN.search(item.place.raw) if item.place.raw.rstrip(MARKUP).endswith(":") else None
    return None if match is None else folded(item.place.part(match.start("words"), match.end("words")))
