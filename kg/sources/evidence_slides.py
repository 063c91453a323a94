"""Slide deck of claims with citations by author and year, and a list of references at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kg.identifiers import PartialDate
from kg.model import Citation, Claim, Report, Section
from kg.problems import Problem
from kg.reading.citations import Group, ReferenceList, citation_groups
from kg.reading.dates import YEAR
from kg.reading.paragraphs import folded, lines
from kg.reading.reference_lists import entries, is_heading, listed
from kg.source import Found, Source

_MARKUP = "*_#> \t\u00a0"
_BULLET = re.compile(r"(?:[-–*•·▪◦‣o»➢✓]|\d{1,2}[.)])\s{1,10}(?=\S)")
_CONTINUED = re.compile(r"[\s,:–—-]{0,5}[(*_]{0,3}\bcont(?:inued|['’]?d)?\b[.)*_\s]{0,5}\Z", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"[\s*_]*(?:—|–|―|--?)\s*(?P<name>[^\W\d_][^()]{0,80})")
_PAGE_NUMBER = re.compile(r"(?:slide|page)?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_OPENING, _CLOSING = '“"«', '”"»'
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
_JOINING = re.compile(r"(?:[,;.&]|\b(?:and|as well as)\b)?\s*", re.IGNORECASE)
_ENDS = ".,;: \t\r\n\u00a0*_"

LONGEST_TITLE = 12
"""Words of a slide's title at most."""
LONGEST_CLAIM = 60
"""Words of a claim at most; a longer passage is prose with citations in it."""


@dataclass(slots=True)
class _Item:
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
        return self.place.stripped(_MARKUP)


@dataclass(slots=True)
class _Slide:
    """A title and what stands below it."""

    title: Found[str] | None
    items: list[_Item] = field(default_factory=list)


def recognises(source: Source) -> bool:
    """Whether short statements stand beside citations, with a list of references below them.

    Without the list there must be three such statements.
    """
    body, reference_text = _parts(source)
    statements = 0
    for slide in _slides(body):
        statements += sum(1 for item in slide.items if _is_claim(item, None))
        if statements and reference_text is not None and next(entries(reference_text), None) is not None:
            return True
    return statements > 2


def read(source: Source) -> Iterator[Report | Problem]:
    """The deck as one report: its text by slides, its claims, its citations, its references."""
    body, reference_text = _parts(source)
    references = [
        listed(entry, position, number)
        for position, (entry, number) in enumerate(
            () if reference_text is None else entries(reference_text), start=1
        )
    ]
    for entry in references:
        if not entry.understood:
            yield Problem.at(
                source, entry.citation.quote, "unread-reference", "this entry of the list is not understood",
                hint="authors, year, title and journal are read in APA or Vancouver style",
            )  # fmt: skip
    if not references:
        yield Problem.at(
            source, body.part(0, 0), "no-references", "the deck has no list of references",
            hint="without it no citation can be resolved",
        )  # fmt: skip
    reference_list = ReferenceList(references)
    title, issued = _title(body)
    claims: list[Claim] = []
    citations: list[Citation] = []
    sections: list[Section] = []
    for slide in _slides(body):
        context = slide.title
        for item in slide.items:
            if _is_claim(item, context):
                claims += _claims(item, context, reference_list)
            else:
                citations += [reference_list.resolve(c) for group in item.groups for c in group.citations]
            context = _lead_in(item) or context
        sections += _sections(source, slide, title)
    claims = _once(claims)
    cited = [citation for claim in claims for citation in claim.citations] + citations
    for citation in sorted(cited, key=lambda citation: citation.quote.start):
        yield from _doubt(source, citation)
    yield Report(
        kind="Presentation",
        title=title,
        issued=issued,
        references=tuple(entry.citation for entry in references),
        citations=tuple(citations),
        sections=_distinct(sections),
        claims=tuple(claims),
    )


def _parts(source: Source) -> tuple[Found[str], Found[str] | None]:
    """The slides, and the reference list from its heading on."""
    heading = None
    for line in lines(source.whole()):
        if is_heading(line):
            heading = line
            break
    if heading is None:
        return source.whole(), None
    return source.span(0, heading.start), source.span(heading.end, len(source.text))


def _title(body: Found[str]) -> tuple[Found[str] | None, Found[PartialDate] | None]:
    """The first line, and the last year in it."""
    first = next((line for line in lines(body) if line.stripped(_MARKUP).raw), None)
    if first is None:
        return None, None
    title = folded(first.stripped(_MARKUP))
    years = list(re.finditer(rf"(?<!\d){YEAR}(?!\d)", title.raw))
    if not years:
        return title, None
    year = title.part(years[-1].start(), years[-1].end())
    return title, year.map(lambda digits: PartialDate(int(digits)))


# -- from lines to slides --------------------------------------------------------------------------


def _slides(body: Found[str]) -> list[_Slide]:
    """The slides in order; one that continues another has that one's title, and its own place."""
    slides = [_Slide(None)]
    titles: dict[str, str] = {}
    for item in _without_testimonials(_items(body)):
        title = None if item.groups or item.bullet else _slide_title(item)
        if title is None:
            slides[-1].items.append(item)
            continue
        value = titles.setdefault(title.value.casefold(), title.value)
        slides.append(_Slide(Found(value, title.raw, title.start)))
    return slides


def _items(body: Found[str]) -> list[_Item]:
    """Lines joined to items: a blank line, a bullet, or a line behind a citation begins another.

    A citation that stands alone belongs to the item before it, and what begins with a small letter behind
    a blank line continues the item before it, where that one is open.
    """
    groups = list(citation_groups(body))
    items: list[_Item] = []
    position = 0
    for chunk, bullet, blank in _chunks(body, groups):
        item = _Item(body, chunk.start, chunk.end, bullet)
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
                items[-2].end = items.pop().end
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
            if not inside.holds(line.start) and (open_blank or mark is not None or cited):
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


def _is_open(item: _Item) -> bool:
    """Whether a statement may go on behind a blank line."""
    if item.groups:
        return False
    return item.words.raw[-1:] not in (".", "?", "!", ":", ";") and _slide_title(item) is None


def _continues(item: _Item) -> bool:
    return not item.bullet and not item.groups and item.words.raw[:1].islower()


def _may_be_cited(item: _Item) -> bool:
    return bool(item.groups) or (_slide_title(item) is None and not item.words.raw.endswith(":"))


def _slide_title(item: _Item) -> Found[str] | None:
    """The item's words as a title, without what says that the slide continues another, or `None`.

    A title is one short line in capitals or with each word capitalised, a question, marked as a heading, or
    said to continue.
    """
    if item.bullet or item.groups or item.end - item.start > 200:
        return None
    words = item.words
    continued = _CONTINUED.search(words.raw)
    bare = words.part(0, continued.start() if continued else len(words.raw)).stripped(_MARKUP)
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


# -- testimonials ----------------------------------------------------------------------------------


def _without_testimonials(items: Sequence[_Item]) -> Iterator[_Item]:
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


def _end_of_quotation(items: Sequence[_Item], position: int) -> int | None:
    """The position behind the quotation that begins at `position`, if one does and is all that is said."""
    words = items[position].words.raw
    if words[:1] not in tuple(_OPENING) or items[position].groups:
        return None
    for end in range(position, min(position + 4, len(items))):
        last = items[end].words.raw.rstrip(" .*_")
        if last[-1:] in tuple(_CLOSING) and len(last) > 1:
            return end + 1
        if re.search(r"[”\"»][\s*_]*(?:\r\n|\r|\n)[\s*_]*(?:—|–|―|--?)\s*[^\W\d_]", items[end].place.raw):
            return end + 1
    return None


def _is_attribution(item: _Item) -> bool:
    return (
        not item.groups
        and len(item.place.raw) < 100
        and (item.bullet or _ATTRIBUTION.fullmatch(item.place.raw) is not None)
    )


# -- claims, sections, citations -------------------------------------------------------------------


def _is_claim(item: _Item, context: Found[str] | None) -> bool:
    """Whether the item is a short statement that ends with its citations.

    Below words that end with a colon, or behind a bullet, it may be a sentence; elsewhere it is a fragment
    without a full stop, as the points of a slide are.
    """
    groups = [group for group in item.groups if not group.narrative]
    if not groups or len(groups) != len(item.groups):
        return False
    words = item.place.part(0, groups[0].place.start - item.place.start).stripped(_ENDS)
    behind = item.place.part(groups[-1].place.end - item.place.start, len(item.place.raw)).raw
    if not words.raw or len(words.raw.split()) > LONGEST_CLAIM or behind.strip(_ENDS):
        return False
    if re.search(r"(?<=[^\s.]{2})[.?!]\s+[^\W\d_a-z]", words.raw):
        return False
    listed_point = item.bullet or (context is not None and context.raw.rstrip().endswith(":"))
    return listed_point or "." not in behind


def _claims(item: _Item, context: Found[str] | None, reference_list: ReferenceList) -> Iterator[Claim]:
    """One claim for each statement with citations behind it; groups side by side belong together."""
    begin = 0
    pending: Found[str] | None = None
    citations: list[Citation] = []
    for group in item.groups:
        words = item.place.part(begin, group.place.start - item.place.start)
        joining = _JOINING.match(words.raw.lstrip()) if pending is not None else None
        words = words.stripped(_ENDS)
        words = (
            words.part(joining.end() if joining else 0, len(words.raw)).stripped(_ENDS) if joining else words
        )
        if words.raw and pending is not None:
            yield Claim(quote=folded(pending), citations=tuple(citations), context=context)
            citations = []
        pending = words if words.raw else pending
        citations += [reference_list.resolve(citation) for citation in group.citations]
        begin = group.place.end - item.place.start
    if pending is not None:
        yield Claim(quote=folded(pending), citations=tuple(citations), context=context)


def _lead_in(item: _Item) -> Found[str] | None:
    """The last sentence of the item where it ends with a colon."""
    match = _LEAD_IN.search(item.place.raw) if item.place.raw.rstrip(_MARKUP).endswith(":") else None
    return None if match is None else folded(item.place.part(match.start("words"), match.end("words")))


def _sections(source: Source, slide: _Slide, title: Found[str] | None) -> Iterator[Section]:
    """What the slide says beside its claims, in zones without gaps."""
    zone: list[_Item] = []
    context = slide.title
    for item in [*slide.items, None]:
        ends = item is None or _is_claim(item, context) or (title is not None and item.place.end <= title.end)
        if ends and zone:
            text = source.span(zone[0].place.start, zone[-1].place.end)
            yield Section(kind="", heading=slide.title, text=text)
            zone = []
        elif not ends and item is not None:
            zone.append(item)
        context = (None if item is None else _lead_in(item)) or context


def _once(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, one that a later slide repeats only once, with the citations of both."""
    known: dict[str, int] = {}
    result: list[Claim] = []
    for claim in claims:
        key = claim.quote.value.casefold()
        if key not in known:
            known[key] = len(result)
            result.append(claim)
            continue
        first = result[known[key]]
        printed = {citation.quote.value for citation in first.citations}
        more = tuple(citation for citation in claim.citations if citation.quote.value not in printed)
        result[known[key]] = replace(first, citations=first.citations + more)
    return result


def _distinct(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections, one that a later slide repeats word for word only once."""
    first: dict[tuple[str, str], Section] = {}
    for section in sections:
        heading = "" if section.heading is None else section.heading.value
        first.setdefault((heading, " ".join(section.text.raw.split())), section)
    return tuple(first.values())


def _doubt(source: Source, citation: Citation) -> Iterator[Problem]:
    if citation.status == "unresolved":
        yield Problem.at(
            source, citation.quote, "unresolved-citation", f"{citation.quote.value!r}: {citation.note}",
            hint="correct the citation, or add the work to the list of references",
        )  # fmt: skip
    elif citation.status == "resolved-with-difference":
        yield Problem.at(
            source, citation.quote, "citation-differs", f"{citation.quote.value!r}: {citation.note}",
            severity="info",
        )  # fmt: skip
