"""Citation page of VA Health Systems Research: a title, one citation line and an abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.model import Report, Section
from kg.problems import Problem
from kg.reading import va_pages
from kg.reading.dates import Dated
from kg.reading.paragraphs import folded, lines
from kg.reading.sections import abstract_sections
from kg.reading.vancouver_references import Reference, with_title, without_title
from kg.source import Found, Source

_HEADING = re.compile(
    r"(?:VA )?(?:HSR&D|HSR|QUERI|VA)(?:[/ ](?:HSR&D|HSR|QUERI))? Citation Abstract", re.IGNORECASE
)
_RELATED = re.compile(r"Related \S+ Projects?(?:\(s\))?\s*:?", re.IGNORECASE)
_ABSTRACT = re.compile(r"Abstract\s*(?::|(?=[\r\n]|\Z))\s*", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Whether a line says that this is a citation abstract."""
    return _heading(source) is not None


def read(source: Source) -> Iterator[Report | Problem]:
    """The one article of the page."""
    heading = _heading(source)
    if heading is None:
        return
    page = source.span(heading.end, len(source.text))
    parts = list(va_pages.content(page))
    if not parts or _ABSTRACT.match(parts[0].raw) or _RELATED.match(parts[0].raw):
        yield Problem.at(
            source, heading, "no-title", "nothing stands between the heading of the page and its abstract",
            hint="copy the page again, from its heading to its foot", severity="error",
        )  # fmt: skip
        return
    title, number = va_pages.title(parts[0]), 1
    reference = line = None
    if len(parts) > 1:
        line = parts[1]
        reference = with_title(line, title) or without_title(line)
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


def _heading(source: Source) -> Found[str] | None:
    headings = (line for line in lines(source.whole()) if len(line.raw) < 200)
    return next((line for line in headings if _HEADING.fullmatch(folded(line).value)), None)


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
        if words.raw:
            (related if among_projects else abstract).append(words)
    return related, abstract


def _sections(source: Source, abstract: Sequence[Found[str]]) -> tuple[Section, ...]:
    if not abstract:
        return ()
    return abstract_sections(source.span(abstract[0].start, abstract[-1].end))
