"""Study page of VA Health Systems Research: a funded project, its investigators, its sections, its output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.model import Affiliation, Authorship, Institution, Report, Section
from kg.problems import Problem
from kg.reading import va_pages
from kg.reading.names import full_name, is_degree, with_degrees
from kg.reading.paragraphs import folded, lines
from kg.reading.reference_lists import Listed, entries, listed
from kg.reading.sections import abstract_sections, is_section
from kg.source import Found, Source

_NUMBER = r"[A-Z]{2,4}\s?\d{2}[A-Z]?[-–]\d{2,4}[A-Z]?"
_HEADING = re.compile(
    rf"(?P<number>{_NUMBER})\s{{0,4}}[-–—:|]\s{{0,4}}(?:VA\s)?(?:HSR&D|HSR|QUERI)(?:/QUERI)?\sStudy",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(_NUMBER)
_FUNDING = re.compile(r"Funding Period\s{0,4}:\s{0,4}(?P<value>.*)", re.IGNORECASE)
_INVESTIGATORS = re.compile(
    r"(?:(?:Principal|Co-?Principal|Co-?|Lead|Site)[ -]?)?(?:Investigator|PI)s?(?:\(s\))?\s{0,4}:\s{0,10}",
    re.IGNORECASE,
)
_KIND_OF_PAGE = re.compile(r"(?:VA )?(?:HSR&D|HSR|QUERI) Stud(?:y|ies)", re.IGNORECASE)
_END = re.compile(
    r"(?P<publications>PUBLICATIONS\s{0,4}:?\s*$|Publications\s{0,4}:)|External Links for this Project"
    r"|NIH Reporter$|Dimensions for VA|DRA\s{0,4}:|DRE\s{0,4}:|Keywords\s{0,4}:|MeSH Terms\s{0,4}:"
)
_LABELLED = re.compile(
    r"(?P<label>DRA|DRE|Keywords|MeSH Terms|Grant Number|Link|NIH Reporter|External Links for this Project)"
    r"\s{0,4}(?::\s{0,4}(?P<value>.*)|$)",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?P<name>[^,]+),\s{0,4}(?P<city>[^,\d]+),\s{0,4}(?P<region>[A-Z]{2})")
_CITY = re.compile(r"(?P<city>[^,\d]+),\s{0,4}(?P<region>[A-Z]{2})")
_ORGANISATION = re.compile(
    r"\b(?:VA|VAMC|Cent(?:er|re)|System|Hospital|University|College|School|Institute|Department|Facility|Clinic|COIN)\b"
)
_NOTHING = re.compile(r"(?:none|n/?a|none at this time|not (?:yet )?available)?\.?", re.IGNORECASE)
_KIND_OF_OUTPUT = re.compile(r"[A-Z][\w&/-]*(?: (?:[A-Z][\w&/-]*|and|or|of|for|the)){0,6}:?")


def recognises(source: Source) -> bool:
    """Whether a line names a study by its number (`IIR 10-333 - HSR Study`) or begins `Funding Period:`.

    In both cases a heading of the study's text (`BACKGROUND:`, `OBJECTIVES:`) must follow.
    """
    if not any(_HEADING.match(line.raw) or _FUNDING.match(line.raw) for line in lines(source.whole())):
        return False
    page = _page(source)
    return (page.heading is not None or page.funding is not None) and page.begins is not None


def read(source: Source) -> Iterator[Report | Problem]:
    """The one study of the page, with its publications as references."""
    page = _page(source)
    title, people, unread = _head(source, page)
    if title is None:
        place = page.funding or page.heading or source.span(0, 0)
        yield Problem.at(
            source, place, "no-title", "no title stands above the funding period", severity="info"
        )
    for line in unread:
        yield Problem.at(
            source, line, "unread-line", f"{line.raw!r} among the investigators is not understood"
        )
    if title is not None and not people:
        yield Problem.at(
            source, title, "no-authors", "no investigator with a degree stands below the title",
            hint="a line reads: Given Family, PhD",
        )  # fmt: skip
    for author in people:
        if author.person is None:
            yield Problem.at(
                source, author.quote, "unread-name",
                f"{author.name_as_printed.raw!r} is not parted into given and family name",
                hint="it was kept as printed, without a person",
            )  # fmt: skip
    for place in page.not_kept:
        yield Problem.at(
            source, place, "not-kept", f"{place.raw!r} is not part of the model", severity="info"
        )
    outputs = list(_outputs(page.publications, source))
    for output in outputs:
        if not output.understood:
            yield Problem.at(
                source, output.citation.quote, "unread-reference", "this publication is not understood",
                hint="authors, title, journal and year are read in APA or Vancouver style",
            )  # fmt: skip
    yield Report(
        kind="WebContent",
        title=title,
        authorships=people,
        author_keywords=page.keywords,
        sections=tuple(page.sections),
        references=tuple(output.citation for output in outputs),
    )


@dataclass(slots=True)
class _Page:
    """The page by its parts; `head` are the lines above the funding period."""

    heading: Found[str] | None
    head: list[Found[str]]
    funding: Found[str] | None
    begins: Found[str] | None
    sections: tuple[Section, ...]
    publications: list[Found[str]]
    keywords: tuple[Found[str], ...]
    not_kept: list[Found[str]]


def _page(source: Source) -> _Page:
    content = list(_lines(source))
    heading_at = next((n for n, line in enumerate(content) if _HEADING.match(line.raw)), None)
    funding_at = next((n for n, line in enumerate(content) if _FUNDING.match(line.raw)), None)
    first = 0 if heading_at is None else heading_at + 1
    begin = next(
        (n for n in range(funding_at or first, len(content)) if is_section(content[n], run_in=True)),
        len(content),
    )
    end = next((n for n in range(begin, len(content)) if _END.match(content[n].raw)), len(content))
    head_end = begin if funding_at is None else funding_at
    sections = (
        abstract_sections(source.span(content[begin].start, content[end - 1].end)) if begin < end else ()
    )
    page = _Page(
        heading=None if heading_at is None else content[heading_at],
        head=content[first:head_end],
        funding=None if funding_at is None else content[funding_at],
        begins=content[begin] if begin < len(content) else None,
        sections=sections,
        publications=[],
        keywords=(),
        not_kept=[] if heading_at is None else [content[heading_at]],
    )
    page.not_kept += content[head_end:begin]
    _foot(page, content[end:])
    return page


def _lines(source: Source) -> Iterator[Found[str]]:
    """The lines with text, without those of the site, up to its foot."""
    for line in lines(source.whole()):
        if va_pages.ends_page(line):
            return
        if line.raw and not va_pages.is_furniture(line) and line.raw.count(" | ") < 2:
            yield line


def _foot(page: _Page, foot: Sequence[Found[str]]) -> None:
    """Publications and keywords, which stand below the text."""
    among_publications = False
    for line in foot:
        labelled = _LABELLED.match(line.raw)
        end = _END.match(line.raw)
        if end is not None and end.group("publications") is not None:
            among_publications = True
            line_behind = line.part(end.end(), len(line.raw)).stripped()
            page.publications += [line_behind] if line_behind.raw else []
        elif labelled is not None:
            among_publications = False
            value = line.part(*labelled.span("value")) if labelled.group("value") else line.part(0, 0)
            if _NOTHING.fullmatch(value.raw):
                continue
            if labelled.group("label").lower() == "keywords":
                page.keywords += tuple(folded(word) for word in value.split("[,;]"))
            elif labelled.group("label").lower() != "link":
                page.not_kept.append(line)
        elif among_publications:
            page.publications.append(line)


def _head(source: Source, page: _Page) -> tuple[Found[str] | None, tuple[Authorship, ...], list[Found[str]]]:
    """The title, the investigators with their sites, and the lines that are neither.

    The title stands above the first investigator; an investigator is a name with a degree behind it.
    """
    rest = [
        line
        for line in page.head
        if not _BARE_NUMBER.fullmatch(line.raw) and not _KIND_OF_PAGE.fullmatch(line.raw)
    ]
    people = [
        None if before is not None and _tells_city(before, line) else _investigator(line)
        for before, line in zip([None, *rest], rest, strict=False)
    ]
    first = next((n for n, person in enumerate(people) if person is not None), 1)
    if not rest or first == 0:
        return None, (), rest
    title = va_pages.title(source.span(rest[0].start, rest[min(first, len(rest)) - 1].end))
    authorships: list[Authorship] = []
    unread: list[Found[str]] = []
    lost = False
    for line, person in zip(rest[first:], people[first:], strict=True):
        if person is not None:
            authorships.append(replace(person, position=len(authorships) + 1))
            lost = False
            continue
        site = None if lost or not authorships else _site(source, authorships[-1].affiliations, line)
        if site is None:
            unread.append(line)
            lost = True  # what follows may be the site of somebody who was not understood
        else:
            authorships[-1] = replace(authorships[-1], affiliations=site)
    return title, tuple(authorships), unread


def _tells_city(site: Found[str], line: Found[str]) -> bool:
    """Whether a line `City, ST` says where the site in the line above it is, if that names no other city."""
    if _CITY.fullmatch(line.raw) is None or _ORGANISATION.search(site.raw) is None:
        return False
    return site.raw.endswith(line.raw) or (_SITE.fullmatch(site.raw) is None and full_name(line) is None)


def _investigator(line: Found[str]) -> Authorship | None:
    """`Ada B. Okafor, PhD MPH`; `None` where no degree stands behind the words."""
    site = _SITE.fullmatch(line.raw)
    if site is not None and not is_degree(site.group("city")):
        return None  # MA, MD, MS, PA are states as well
    label = _INVESTIGATORS.match(line.raw)
    words = line.part(label.end() if label else 0, len(line.raw))
    name, degrees = with_degrees(words)
    if not name.raw or (degrees is None and (label is None or full_name(name) is None)):
        return None
    if _CITY.fullmatch(words.raw) and len(name.raw.split()) == 1:
        return None
    printed = folded(name)
    return Authorship(quote=folded(words), name_as_printed=printed, position=1, person=full_name(name))


def _site(source: Source, sites: tuple[Affiliation, ...], line: Found[str]) -> tuple[Affiliation, ...] | None:
    """The sites of an investigator with that of one more line; `City, ST` belongs to the site above it."""
    if not sites:
        return (_affiliation(line),)
    city = _CITY.fullmatch(line.raw)
    last = sites[-1]
    if city is not None and last.institution.city in (None, folded(line.part(*city.span("city")))):
        printed = folded(source.span(last.printed.start, line.end))
        place = replace(
            last.institution,
            city=folded(line.part(*city.span("city"))),
            region=line.part(*city.span("region")),
        )
        return (*sites[:-1], Affiliation(printed=printed, institution=place))
    return (*sites, _affiliation(line)) if _ORGANISATION.search(line.raw) else None


def _affiliation(line: Found[str]) -> Affiliation:
    """`Weir VA Medical Center, Weir, WR` with its city and state; in any other form the name is the line."""
    match = _SITE.fullmatch(line.raw)
    if match is None:
        return Affiliation(printed=folded(line), institution=Institution(name=folded(line)))
    name, city, region = (folded(line.part(*match.span(part))) for part in ("name", "city", "region"))
    return Affiliation(printed=folded(line), institution=Institution(name=name, city=city, region=region))


def _outputs(publications: Sequence[Found[str]], source: Source) -> Iterator[Listed]:
    """The publications, list by list: `Journal Articles`, `Conference Presentations`, ..."""
    lists: list[list[Found[str]]] = [[]]
    for line in publications:
        if _KIND_OF_OUTPUT.fullmatch(line.raw) or _NOTHING.fullmatch(line.raw):
            lists.append([])
        else:
            lists[-1].append(line)
    position = 0
    for one in lists:
        if not one:
            continue
        for entry, number in entries(source.span(one[0].start, one[-1].end)):
            position += 1
            yield listed(entry, position, number)
