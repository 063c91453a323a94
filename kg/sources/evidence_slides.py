"""Slide deck of claims with citations by author and year, and a list of references at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.identifiers import PartialDate
from kg.model import Citation, Claim, Report, Section
from kg.problems import Problem
from kg.reading.dates import YEAR
from kg.reading.paragraphs import folded, lines
from kg.reading.reference_lists import entries, heading_of_list, listed
from kg.reading.resolution import ReferenceList
from kg.reading.slides import MARKUP, Item, Slide, lead_in, slides
from kg.source import Found, Source

_JOINING = re.compile(r"(?:[,;.&]|\b(?:and|as well as)\b)?\s*", re.IGNORECASE)
_ENDS = ".,;: \t\r\n\u00a0*_"

LONGEST_CLAIM = 60
"""Words of a claim at most; a longer passage is prose with citations in it."""


def recognises(source: Source) -> bool:
    """Whether short statements stand beside citations, with a list of references below them.

    Without the list there must be three such statements.
    """
    body, reference_text = _parts(source)
    statements = 0
    for slide in slides(body):
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
    for slide in slides(body):
        zone: list[Item] = []
        for item, context in _with_context(slide):
            if _is_claim(item, context):
                sections += _section(source, slide, zone)
                zone = []
                claims += _claims(item, context, reference_list)
                continue
            citations += [reference_list.resolve(c) for group in item.groups for c in group.citations]
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


def _parts(source: Source) -> tuple[Found[str], Found[str] | None]:
    """The slides, and the reference list from its heading on."""
    heading = heading_of_list(source.whole())
    if heading is None:
        return source.whole(), None
    return source.span(0, heading.start), source.span(heading.end, len(source.text))


def _title(body: Found[str]) -> tuple[Found[str] | None, Found[PartialDate] | None]:
    """The first line, and the last year in it."""
    first = next((line for line in lines(body) if line.stripped(MARKUP).raw), None)
    if first is None:
        return None, None
    title = folded(first.stripped(MARKUP))
    years = list(re.finditer(rf"(?<!\d){YEAR}(?!\d)", title.raw))
    if not years:
        return title, None
    year = title.part(years[-1].start(), years[-1].end())
    return title, year.map(lambda digits: PartialDate(int(digits)))


def _with_context(slide: Slide) -> Iterator[tuple[Item, Found[str] | None]]:
    """The items of a slide, each with the words it stands under: those that lead in, else the title."""
    context = slide.title
    for item in slide.items:
        yield item, context
        context = lead_in(item) or context


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
