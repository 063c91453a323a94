"""Abstract of a national conference of VA Health Systems Research: number, title, authors, sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Conference, Institution, Report, Section
from kg.problems import Problem
from kg.reading import va_pages
from kg.reading.dates import YEAR
from kg.reading.mojibake import mended
from kg.reading.names import is_group, vancouver_person
from kg.reading.paragraphs import folded, lines
from kg.reading.sections import abstract_sections
from kg.source import Found, Source

_HEADING = re.compile(
    rf"""(?=.{{0,80}}\b(?:HSR&D|HSR|QUERI|VA|Health\sS(?:ervices|ystems)\sResearch)\b)
    (?=.{{0,80}}\b(?P<year>{YEAR})\b)
    (?P<name>(?:[\w&/,.-]+\s){{1,12}}(?:Conference|Meeting|Symposium)(?:\s{YEAR})?)
    (?P<abstract>\sAbstracts?)""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:Abstract\s+)?(?P<number>[A-Z]{0,2}\d{1,5}[A-Z]?)\s*(?:[—–:.]|--?(?=\s)|(?<=[\r\n]))\s*"
)
_LABEL = re.compile(
    r"(?P<label>Lead/Presenter|Presenter|(?:All\s+)?Authors?|Author\s+list)\s*:\s*", re.IGNORECASE
)
_BRACKETED = re.compile(r"(?P<name>[^(),;]{2,80})(?:\((?P<at>[^()]{2,200})\))?")
_STRAY = re.compile(r"(?<=\w)-\s+(?=\w)|(?<=\w)\s+-(?=\w)")

ORDER = ("objectives", "methods", "results", "conclusions", "impact")
"""The sections that every abstract of these conferences has; some years' pages lost their headings."""


def recognises(source: Source) -> bool:
    """Whether a line says that this is an abstract of such a conference."""
    return _heading(source) is not None


def read(source: Source) -> Iterator[Report | Problem]:
    """The one abstract of the page."""
    heading = _heading(source)
    if heading is None:
        return
    blocks = list(va_pages.content(source.span(heading.end, len(source.text))))
    if not blocks:
        yield Problem.at(
            source, heading, "no-title", "nothing stands below the name of the conference",
            hint="copy the page again, from its heading to its foot", severity="error",
        )  # fmt: skip
        return
    number, title = _number_and_title(blocks[0])
    authors, first = _authors(blocks)
    if number is None:
        yield Problem.at(source, title, "no-number", "the abstract has no number", severity="info")
    if not authors.authorships:
        yield Problem.at(
            source, title, "no-authors", "no line of authors follows the title",
            hint="it reads: Family AB, Institution; Family CD, Institution;",
        )  # fmt: skip
    for name in authors.unread:
        yield Problem.at(
            source, name, "unread-name", f"{name.raw!r} is no family name with initials",
            hint="it was kept as printed, without a person",
        )  # fmt: skip
    sections = []
    for section in _sections(source, blocks[first:]):
        text, damage = mended(section.text)
        sections.append(replace(section, text=text))
        for place in damage:
            yield Problem.at(
                source,
                place,
                "damaged-characters",
                f"{place.raw!r} was read as {place.value!r}",
                severity="info",
            )
    if not sections:
        yield Problem.at(source, title, "no-abstract", "the page has no abstract", severity="info")
    conference, issued = _conference(heading)
    yield Report(
        kind="Abstract",
        number=number,
        title=title,
        authorships=authors.authorships,
        conference=conference,
        issued=issued,
        sections=tuple(sections),
    )


def _heading(source: Source) -> Found[str] | None:
    headings = (line for line in lines(source.whole()) if len(line.raw) < 200)
    return next((line for line in headings if _HEADING.fullmatch(line.raw)), None)


def _conference(heading: Found[str]) -> tuple[Conference, Found[PartialDate]]:
    match = _HEADING.fullmatch(heading.raw)
    if match is None:
        raise ValueError(f"{heading.raw!r} is no heading of a conference abstract")
    year = heading.part(match.start("year"), match.end("year")).map(lambda digits: PartialDate(int(digits)))
    name = folded(heading.part(match.start("name"), match.end("name")))
    return Conference(name=name, held=year), year


def _number_and_title(paragraph: Found[str]) -> tuple[Found[str] | None, Found[str]]:
    match = _NUMBER.match(paragraph.raw)
    if match is None:
        return None, va_pages.title(paragraph)
    number = paragraph.part(match.start("number"), match.end("number"))
    return number, va_pages.title(paragraph.part(match.end(), len(paragraph.raw)).stripped())


@dataclass(frozen=True, slots=True)
class _Entry:
    """One author of the line: the whole entry, the name in it, the institution where there is one."""

    whole: Found[str]
    name: Found[str]
    place: Found[str] | None = None


@dataclass(frozen=True, slots=True)
class _Authors:
    authorships: tuple[Authorship, ...] = ()
    unread: tuple[Found[str], ...] = ()


def _authors(blocks: Sequence[Found[str]]) -> tuple[_Authors, int]:
    """The authors, and the number of the paragraph behind them."""
    if len(blocks) < 2:
        return _Authors(), 1
    labelled = [line for line in lines(blocks[1]) if _LABEL.match(line.raw)]
    if labelled:
        all_authors = next((line for line in labelled if not _is_presenter(line)), labelled[-1])
        end = all_authors.end - blocks[1].start
        begin = all_authors.start - blocks[1].start
        label = _LABEL.match(all_authors.raw)
        words = blocks[1].part(begin + (label.end() if label else 0), end)
        return _read_authors(words), 2
    authors = _read_authors(blocks[1])
    if any(authorship.person is not None for authorship in authors.authorships):
        return authors, 2
    return _Authors(), 1


def _is_presenter(line: Found[str]) -> bool:
    match = _LABEL.match(line.raw)
    return match is not None and "presenter" in match.group("label").lower()


def _read_authors(words: Found[str]) -> _Authors:
    """`Family AB, Place; Family CD, Place;` or `Family AB (Place), Family CD (Place)`."""
    bracketed = [match for match in _BRACKETED.finditer(words.raw) if match.group("name").strip(" .&\t\r\n")]
    if bracketed and bracketed[0].group("at"):
        return _authorships(
            [
                _Entry(
                    words.part(match.start(), match.end()).stripped(),
                    words.part(match.start("name"), match.end("name")).stripped(),
                    words.part(match.start("at"), match.end("at")).stripped() if match.group("at") else None,
                )
                for match in bracketed
            ]
        )
    entries = list(words.split(";"))
    if len(entries) == 1:
        names = list(words.split(","))
        if all(vancouver_person(name) and not name.raw.endswith(" VA") for name in names):
            return _authorships([_Entry(name, name) for name in names])
    pairs = []
    for entry in entries:
        name, comma, _ = entry.raw.partition(",")
        place = entry.part(len(name) + len(comma), len(entry.raw)).stripped(", \t\r\n\u00a0")
        pairs.append(_Entry(entry, entry.part(0, len(name)).stripped(), place if place.raw else None))
    return _authorships(pairs)


def _authorships(printed: Sequence[_Entry]) -> _Authors:
    authorships, unread = [], []
    for position, entry in enumerate(printed, start=1):
        person = vancouver_person(entry.name)
        if person is None and not is_group(entry.name.raw):
            unread.append(entry.name)
        authorships.append(
            Authorship(
                quote=folded(entry.whole),
                name_as_printed=folded(entry.name),
                position=position,
                person=person,
                affiliations=() if entry.place is None else (_affiliation(entry.place),),
            )
        )
    return _Authors(tuple(authorships), tuple(unread))


def _affiliation(place: Found[str]) -> Affiliation:
    """The institution's name is the printed one, with stray white space beside a hyphen left out."""
    name = folded(place).map(lambda printed: _STRAY.sub("-", printed))
    return Affiliation(printed=folded(place), institution=Institution(name=name))


def _sections(source: Source, paragraphs: Sequence[Found[str]]) -> Iterator[Section]:
    """By their headings; else by their order, where there are as many paragraphs as sections."""
    if not paragraphs:
        return
    sections = abstract_sections(source.span(paragraphs[0].start, paragraphs[-1].end))
    if any(section.heading is not None for section in sections):
        yield from sections
        return
    kinds = ORDER if len(paragraphs) == len(ORDER) else ("",) * len(paragraphs)
    for kind, paragraph in zip(kinds, paragraphs, strict=True):
        yield Section(kind=kind, text=paragraph, inferred=bool(kind))
