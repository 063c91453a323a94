"""Slide deck or fact sheet of claims with citations, and a list of references at its end."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from kg.identifiers import PartialDate
from kg.model import Citation, Claim, Report, Section
from kg.problems import Problem
from kg.reading.citations import Group, citation_groups
from kg.reading.dates import MONTHS, SEASONS, YEAR
from kg.reading.note_marks import note_groups
from kg.reading.paragraphs import folded, lines
from kg.reading.reference_lists import beginning_of_list, entries, heading_of_list, listed, unheaded_list
from kg.reading.resolution import ReferenceList
from kg.reading.slides import LONGEST_TITLE, MARKUP, Item, Slide, heading, lead_in, slides
from kg.source import Found, Source

_JOINING = re.compile(r"(?:&|(?:and|but|as well as)\b)?\s*", re.IGNORECASE)
_ENDS = ".,;: \t\r\n\u00a0*_"

_KIND_OF_DOCUMENT = re.compile(
    r"(?:fact|tip|information|resource|data)[ -]?sheet|infographic|(?:issue|policy|research|evidence) brief"
    r"|one[ -]pager|hand-?out|slides?",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"\A(?:Home|Start|You are here:?)\b.{0,80}[>»›/|]|[>»›].{1,80}[>»›]", re.IGNORECASE)
"""The way to a page on its site: `Home > Resources > Briefs`."""
_DATED_END = re.compile(
    rf"(?:\b(?:{'|'.join((*MONTHS, *SEASONS))})\b\.?\s{{1,4}}|[|·•–—,]\s{{0,4}}|\A)"
    rf"(?P<year>{YEAR})\s{{0,4}}\Z",
    re.IGNORECASE,
)
_DATED_SENTENCE = re.compile(
    r"\b(?:developed|updated|revised|published|produced|prepared|released)\b"
    rf"[^.()]{{0,120}}?\bin\s(?:[A-Z]\w+\s)?(?P<year>{YEAR})(?=\.)"
)
_FOOT = re.compile(
    r"\b(?:website|e-?mail|copyright|all rights reserved|contact us|privacy policy|questions about)\b|©",
    re.IGNORECASE,
)
"""Words of what stands below a list and is no entry of it."""
_SENTENCE_END = re.compile(r"(?<=[^\s.]{2})[.?!][\"”’)]?\s+(?=[\"“(]?[^\W\d_a-z])")
_RECORD = re.compile(r"(?:\A|[\r\n])[ \t\u3000]*(?:作\s?者|机\s?构)[ \t\u3000]*(?:[:：\r\n]|\Z)")
"""What has a label of authors or institutions is a record: numbers in brackets are those of addresses."""
COLUMNS = True
"""A deck or fact sheet may have two columns, which a conversion writes side by side."""
HEAD = 8
"""In so many first lines the date of the document is looked for."""
LONGEST_CLAIM = 60
"""Words of a claim at most; a longer passage is prose with citations in it."""


def recognises(source: Source) -> bool:
    """Whether short statements stand beside citations, with a list of references below them.

    Without the list there must be three such statements. A statement is cited by author and year, or by the
    number of an entry. With the list two sentences that end with a citation are enough.
    """
    if ("作" in source.text or "机" in source.text) and _RECORD.search(source.text) is not None:
        return False
    deck = _deck(source)
    if not deck.groups:
        return False
    statements = 0
    for slide in deck.slides:
        statements += sum(1 for item in slide.items if _is_claim(item, None))
        if statements and deck.entries:
            return True
    return statements > 2 or (bool(deck.entries) and _cited_sentences(deck) > 1)


def read(source: Source) -> Iterator[Report | Problem]:
    """The deck as one report: its text by slides, its claims, its citations, its references."""
    deck = _deck(source)
    body = deck.body
    references = [listed(entry, position, number) for position, (entry, number) in enumerate(deck.entries, 1)]
    while references and not references[-1].understood and _FOOT.search(references[-1].citation.quote.raw):
        foot = references.pop().citation.quote
        yield Problem.at(
            source, foot, "unread-line", f"{foot.value[:60]!r} below the list is no reference",
            hint="it was left out", severity="info",
        )  # fmt: skip
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
    short = any(_is_claim(item, context) for slide in deck.slides for item, context in _with_context(slide))
    prose = not short and bool(deck.entries) and _cited_sentences(deck) > 1
    for slide in deck.slides:
        zone: list[Item] = []
        for item, context in _with_context(slide):
            if _is_claim(item, context):
                sections += _section(source, slide, zone)
                zone = []
                claims += _claims(item, context, reference_list)
                continue
            sentences = _sentences(item) if prose else []
            claims += [
                Claim(
                    quote=words,
                    citations=tuple(map(reference_list.resolve, group.citations)),
                    context=context,
                )
                for words, group in sentences
            ]
            told = {group.place.start for _, group in sentences}
            citations += [
                reference_list.resolve(c)
                for group in item.groups
                if group.place.start not in told
                for c in group.citations
            ]
            if title is None or item.end > title.end:
                zone.append(item)
        sections += _section(source, slide, zone)
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


@dataclass(frozen=True)
class _Deck:
    """The text above the list, the entries of the list, the slides with the citations in them."""

    body: Found[str]
    entries: list[tuple[Found[str], Found[int] | None]]
    groups: list[Group]

    @cached_property
    def slides(self) -> list[Slide]:
        """The slides, which nobody asks for where nothing is cited."""
        return slides(self.body, self.groups)


@lru_cache(maxsize=1)
def _deck(source: Source) -> _Deck:
    """The deck that a text is; kept for a moment, since `recognises` and `read` ask for the same one."""
    heading = heading_of_list(source.whole())
    notes = beginning_of_list(source.whole()) if heading is None else None
    if heading is not None:
        deck = _with_list(source.span(0, heading.start), source.span(heading.end, len(source.text)))
    elif notes is not None:
        deck = _with_list(source.span(0, notes.start), source.span(notes.start, len(source.text)))
        cited = {citation.number for group in deck.groups for citation in group.citations}
        deck = deck if {1, 2} <= cited else _with_list(source.whole(), None)
    else:
        unheaded = unheaded_list(source.whole())
        begin = len(source.text) if unheaded is None else unheaded.start
        references = None if unheaded is None else source.span(begin, len(source.text))
        deck = _with_list(source.span(0, begin), references)
    return deck


def _with_list(body: Found[str], reference_text: Found[str] | None) -> _Deck:
    listed_entries = [] if reference_text is None else list(entries(reference_text))
    title = next(_title_lines(body), body.part(0, 0))
    groups = [g for g in citation_groups(body) if not (g.narrative and g.place.start < title.end)]
    known = {number.value for _, number in listed_entries if number is not None}
    if known:
        first = next(number for _, number in listed_entries if number is not None)
        ends = [group.place.end for group in groups]
        starts = [*(group.place.start for group in groups), len(body.raw)]
        notes = note_groups(body, known, by_roman=first.raw.isalpha(), glued=not groups)
        groups += [n for n in notes if n.place.end <= starts[bisect.bisect_right(ends, n.place.start)]]
        groups.sort(key=lambda group: group.place.start)
    if listed_entries and not groups:
        groups = _counted(body, len(listed_entries))
    return _Deck(body, listed_entries, groups)


def _counted(body: Found[str], entries: int) -> list[Group]:
    """The notes that count the entries of a list without numbers, or with numbers of the other kind.

    The notes 1 and 2 must be there, and none behind the last entry.
    """
    for by_roman in (False, True):
        notes = list(note_groups(body, range(1, entries + 1), by_roman=by_roman, glued=True))
        cited = {citation.number for group in notes for citation in group.citations}
        if {1, 2} <= cited and all(number is not None and number <= entries for number in cited):
            return notes
    return []


def _cited_sentences(deck: _Deck) -> int:
    """How many citations end a sentence."""
    text, begin = deck.body.raw, deck.body.start
    return sum(
        1
        for group in deck.groups
        if not group.narrative and text[group.place.end - begin : group.place.end - begin + 1] in {".", "!"}
    )


def _title_lines(body: Found[str]) -> Iterator[Found[str]]:
    """The first lines, without marks of emphasis and without the name of a kind of document."""
    seen = 0
    for line in lines(body):
        words = line.stripped(MARKUP)
        if words.raw and not _KIND_OF_DOCUMENT.fullmatch(words.raw) and not _TRAIL.search(words.raw):
            yield words
            seen += 1
        if seen == HEAD:
            return


def _title(body: Found[str]) -> tuple[Found[str] | None, Found[PartialDate] | None]:
    """The first line, and the last year in it; else that of a dated line below it or of `... in 2016.`."""
    head = list(_title_lines(body))
    if not head:
        return None, None
    title = folded(_broken_title(body, head))
    years = list(re.finditer(rf"(?<!\d){YEAR}(?!\d)", title.raw))
    if years:
        return title, _year(title.part(years[-1].start(), years[-1].end()))
    for line in head[1:]:
        ends = _DATED_END.search(line.raw) if len(line.raw.split()) <= LONGEST_TITLE else None
        dated = ends or _DATED_SENTENCE.search(line.raw)
        if dated is not None:
            return title, _year(line.part(*dated.span("year")))
    return title, None


def _broken_title(body: Found[str], head: Sequence[Found[str]]) -> Found[str]:
    """The first line, with the next one where both are in capitals and nothing stands between."""
    if len(head) > 1 and head[0].raw.isupper() and head[1].raw.isupper():
        between = body.raw[head[0].end - body.start : head[1].start - body.start]
        whole = body.part(head[0].start - body.start, head[1].end - body.start)
        if between.strip(" \t\r") == "\n" and len(whole.raw.split()) <= LONGEST_TITLE:
            return whole
    return head[0]


def _year(digits: Found[str]) -> Found[PartialDate]:
    return digits.map(lambda year: PartialDate(int(year)))


def _with_context(slide: Slide) -> Iterator[tuple[Item, Found[str] | None]]:
    """The items of a slide, each with the words it stands under: those that lead in, else the title."""
    context = slide.title
    for item in slide.items:
        yield item, context
        context = lead_in(item) or heading(item) or context


def _is_claim(item: Item, context: Found[str] | None) -> bool:
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


def _claims(item: Item, context: Found[str] | None, reference_list: ReferenceList) -> Iterator[Claim]:
    """One claim for each statement with citations behind it; groups side by side belong together."""
    begin = 0
    place = item.place
    pending: Found[str] | None = None
    citations: list[Citation] = []
    for group in item.groups:
        words = place.part(begin, group.place.start - place.start)
        words = words.stripped(_ENDS)
        joining = _JOINING.match(words.raw) if pending is not None else None
        if joining is not None:
            words = words.part(joining.end(), len(words.raw)).stripped(_ENDS)
        if words.raw and pending is not None:
            yield Claim(quote=folded(pending), citations=tuple(citations), context=context)
            citations = []
        pending = words if words.raw else pending
        citations += [reference_list.resolve(citation) for citation in group.citations]
        begin = group.place.end - place.start
    if pending is not None:
        yield Claim(quote=folded(pending), citations=tuple(citations), context=context)


def _sentences(item: Item) -> list[tuple[Found[str], Group]]:
    """The sentences of a paragraph that end with a citation: the claims of a document without short ones."""
    found = []
    begin = 0
    place = item.place
    for group in item.groups:
        start, end = group.place.start - place.start, group.place.end - place.start
        before = list(_SENTENCE_END.finditer(place.raw, begin, start))
        words = place.part(before[-1].end() if before else begin, start).stripped(_ENDS)
        behind = place.raw[end : end + 1]
        if words.raw and not group.narrative and (behind in {"", ".", "!"} or words.raw[-1] in ".!"):
            found.append((folded(words), group))
        begin = end
    return found


def _section(source: Source, slide: Slide, zone: Sequence[Item]) -> Iterator[Section]:
    """What a slide says between its claims."""
    if zone:
        yield Section(kind="", heading=slide.title, text=source.span(zone[0].start, zone[-1].end))


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
