"""Citation page of VA Health Systems Research, publication brief or news: one article, its abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.model import Report, Section
from kg.problems import Problem
from kg.reading import va_pages
from kg.reading.dates import Dated, read_date
from kg.reading.paragraphs import folded, lines
from kg.reading.sections import abstract_sections, is_section
from kg.reading.vancouver_references import Reference, with_title, without_title
from kg.source import Found, Source

_HEADING = re.compile(
    r"(?:VA )?(?:HSR&D|HSR|QUERI|VA)(?:[/ ](?:HSR&D|HSR|QUERI))? Citation Abstract", re.IGNORECASE
)
_BRIEF = re.compile(
    r"(?:VA )?(?:(?:HSR&D|HSR|QUERI)(?:[/ ](?:HSR&D|HSR|QUERI))? )?"
    r"(?:Publication Briefs?|Research News|News Briefs?)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:References?|Citation|Publication|Source)\s{0,4}:\s{0,40}", re.IGNORECASE)
_RELATED = re.compile(r"Related \S+ Projects?(?:\(s\))?\s*:?", re.IGNORECASE)
_ABSTRACT = re.compile(r"Abstract\s*(?::|(?=[\r\n]|\Z))\s*", re.IGNORECASE)

LONGEST_PROJECT = 300
"""Characters of a paragraph that names projects, at most; a longer one is the abstract."""
LONGEST_LINE = 5000
"""A longer paragraph is no citation."""
MOST_LINES = 4
"""Lines of a title, where the citation follows it without a blank line."""


def recognises(source: Source) -> bool:
    """Whether a line says that this is a citation abstract.

    Or a line says `Publication Briefs` or `Research News`, and a paragraph below it is a citation.
    """
    return any(True for _ in _headings(source)) or _brief(source) is not None


def read(source: Source) -> Iterator[Report | Problem]:
    """The article of the page; of each page where a file holds several."""
    headings = list(_headings(source))
    if not headings:
        brief = _brief(source)
        if brief is not None:
            yield from _of_brief(source, brief)
    ends = [*(heading.start for heading in headings[1:]), len(source.text)]
    for heading, end in zip(headings, ends, strict=False):
        yield from _of_page(source, heading, source.span(heading.end, end))


def _of_page(source: Source, heading: Found[str], page: Found[str]) -> Iterator[Report | Problem]:
    """The article of one page."""
    parts = list(va_pages.content(page))
    if not parts or _ABSTRACT.match(parts[0].raw) or _RELATED.match(parts[0].raw):
        yield Problem.at(
            source, heading, "no-title", "nothing stands between the heading of the page and its abstract",
            hint="copy the page again, from its heading to its foot", severity="error",
        )  # fmt: skip
        return
    parts[:1] = _parted(parts[0])
    title, number = va_pages.title(parts[0]), 1
    reference = line = None
    if len(parts) > 1:
        line = parts[1]
        reference = with_title(line, title) or without_title(line)
    alone = without_title(parts[0]) if reference is None and len(parts[0].raw) <= LONGEST_LINE else None
    if alone is not None and alone.dated is not None and alone.report.volume and alone.report.title:
        yield from _of_line(source, page, parts[0], alone)
        return
    if reference is None or line is None:
        report = Report(kind="JournalArticle", title=title)
        yield Problem.at(
            source, parts[0], "no-citation-line", "no citation with a journal and a year follows the title",
            hint="the line reads: authors. title. journal. year month day; volume(issue):pages.",
        )  # fmt: skip
    else:
        number = 2
        report = replace(reference.report, title=title, citation_line=folded(line))
        yield from _doubts(source, line, title, reference)
    related, abstract = _below(page, parts[number - 1].end)
    for project in related:
        yield Problem.at(
            source,
            project,
            "not-kept",
            "a related project is named here; projects are not kept",
            severity="info",
        )
    if not abstract:
        yield Problem.at(source, title, "no-abstract", "the page has no abstract", severity="info")
    yield replace(report, sections=_sections(source, abstract))


def _parted(first: Found[str]) -> list[Found[str]]:
    """The title and the citation line, where no blank line parts them: the latter has the title again."""
    rows = [line for line in lines(first) if line.raw]
    for above, below in reversed([*pairwise(rows[: MOST_LINES + 1])]):
        title = first.part(0, above.end - first.start)
        citation = first.part(below.start - first.start, len(first.raw))
        reference = with_title(citation, va_pages.title(title))
        if reference is not None and reference.dated is not None:
            return [title, citation]
    return [first]


def _of_line(
    source: Source, page: Found[str], line: Found[str], reference: Reference
) -> Iterator[Report | Problem]:
    """The article of a page that has a citation line and no title above it."""
    title = reference.report.title or line
    yield Problem.at(
        source, line, "no-title", "no title stands above the citation line", severity="info",
        hint="that of the citation line was taken",
    )  # fmt: skip
    yield from _doubts(source, line, title, reference)
    _, abstract = _below(page, line.end)
    yield replace(reference.report, citation_line=folded(line), sections=_sections(source, abstract))


def _headings(source: Source) -> Iterator[Found[str]]:
    short = [line for line in lines(source.whole()) if len(line.raw) < 200 and "bstract" in line.raw.lower()]
    return (line for line in short if _HEADING.fullmatch(folded(line).value))


def _is_heading_of_brief(line: Found[str]) -> bool:
    low = line.raw.lower()
    return ("brief" in low or "news" in low) and _BRIEF.fullmatch(folded(line).value) is not None


@dataclass(frozen=True, slots=True)
class _Brief:
    """A text about an article: its own title, its paragraphs, the article's citation."""

    title: Found[str]
    text: tuple[Found[str], ...]
    line: Found[str]
    reference: Reference


def _brief(source: Source) -> _Brief | None:
    heading = next((line for line in lines(source.whole()) if _is_heading_of_brief(line)), None)
    if heading is None:
        return None
    parts = [
        part
        for block in va_pages.content(source.span(heading.end, len(source.text)))
        for part in _without_date(block)
    ]
    for number in range(len(parts) - 1, 0, -1):
        label = _REFERENCE.match(parts[number].raw)
        line = parts[number].part(label.end() if label else 0, len(parts[number].raw)).stripped()
        reference = without_title(line) if len(line.raw) <= LONGEST_LINE else None
        if reference is not None and reference.dated is not None and reference.report.volume is not None:
            text = parts[1:number]
            while text and _REFERENCE.fullmatch(text[-1].raw):
                text.pop()
            return _Brief(va_pages.title(parts[0]), tuple(text), line, reference)
    return None


def _without_date(block: Found[str]) -> Iterator[Found[str]]:
    """A paragraph, and a date that is its last line as a paragraph of its own."""
    *above, last = lines(block)
    if above and _is_date(last):
        yield block.part(0, above[-1].end - block.start)
        yield last
    else:
        yield block


def _is_date(text: Found[str]) -> bool:
    dated = read_date(text) if len(text.raw) < 40 else None
    return dated is not None and dated.date.raw == text.raw


def _of_brief(source: Source, brief: _Brief) -> Iterator[Report | Problem]:
    """The article as the brief tells of it, under the brief's own title."""
    text = brief.text
    if text and _is_date(text[0]):
        yield Problem.at(
            source,
            text[0],
            "not-kept",
            "the day on which the page was published is not kept",
            severity="info",
        )
        text = text[1:]
    yield from _doubts(source, brief.line, brief.title, brief.reference)
    if not text:
        yield Problem.at(source, brief.title, "no-abstract", "the page has no text", severity="info")
    yield replace(
        brief.reference.report,
        title=brief.title,
        citation_line=folded(brief.line),
        sections=_sections(source, text),
    )


def _doubts(source: Source, line: Found[str], title: Found[str], reference: Reference) -> Iterator[Problem]:
    """What the citation line leaves open."""
    report, authors = reference.report, reference.authors
    if report.title != title:
        yield Problem.at(
            source, line, "title-differs", "the citation line does not hold the title above it",
            hint="the title above was kept", severity="info",
        )  # fmt: skip
    if not authors.authorships:
        yield Problem.at(source, line, "no-authors", "no author's name stands before the title")
    for name in authors.unread:
        yield Problem.at(
            source, name, "unread-name", f"{name.raw!r} is no family name with initials",
            hint="it was kept as printed, without a person",
        )  # fmt: skip
    if authors.cut is not None:
        yield Problem.at(source, authors.cut, "authors-cut", "the list of authors is cut", severity="info")
    if reference.dated is None:
        yield Problem.at(source, line, "no-date", "no year follows the name of the journal")
    elif reference.dated.left_out:
        yield _uneven(source, reference.dated)
    if reference.left is not None:
        yield Problem.at(
            source, reference.left, "unread-citation-part", f"{reference.left.raw!r} is not understood",
            hint="volume(issue):pages was expected here",
        )  # fmt: skip


def _uneven(source: Source, dated: Dated) -> Problem:
    return Problem.at(
        source, dated.date, "date-left-out", f"{dated.left_out!r} cannot be part of a date",
        hint=f"{dated.date.value} was kept", severity="info",
    )  # fmt: skip


def _below(page: Found[str], citation_end: int) -> tuple[list[Found[str]], list[Found[str]]]:
    """The paragraphs that name related projects, and those of the abstract."""
    related: list[Found[str]] = []
    abstract: list[Found[str]] = []
    among_projects = False
    rest = page.part(citation_end - page.start, len(page.raw))
    for paragraph in va_pages.blocks(rest):
        if paragraph is None:
            among_projects = False
            continue
        label, project = _ABSTRACT.match(paragraph.raw), _RELATED.match(paragraph.raw)
        begin = label.end() if label is not None else project.end() if project is not None else 0
        if label is not None or project is not None:
            among_projects = label is None
        words = paragraph.part(begin, len(paragraph.raw)).stripped()
        if project is None and (len(words.raw) > LONGEST_PROJECT or is_section(words)):
            among_projects = False
        if words.raw:
            (related if among_projects else abstract).append(words)
    return related, abstract


def _sections(source: Source, abstract: Sequence[Found[str]]) -> tuple[Section, ...]:
    if not abstract:
        return ()
    return abstract_sections(source.span(abstract[0].start, abstract[-1].end))
