"""Abstracts of a national conference of VA Health Systems Research: number, title, authors, sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Conference, Institution, Report, Section
from kg.problems import Problem
from kg.reading import va_pages
from kg.reading.dates import YEAR
from kg.reading.names import full_name, is_degree, is_group, vancouver_person, with_degrees
from kg.reading.paragraphs import folded, lines
from kg.reading.sections import abstract_sections, is_section
from kg.source import Found, Source

_HEADING = re.compile(
    rf"""(?=.{{0,80}}\b(?:HSR&D|HSR|QUERI|VA|Health\sS(?:ervices|ystems)\sResearch)\b)
    (?=.{{0,80}}\b(?P<year>{YEAR})\b)
    (?P<name>(?:[\w&/,.-]+\s){{1,12}}(?:Conference|Meeting|Symposium)(?:\s{YEAR})?)
    (?P<abstract>\sAbstracts?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:Abstract\s+)?(?P<number>[A-Z]{0,2}\d{1,5}[A-Z]?)\s*(?:[—–:.]|--?(?=\s)|(?<=[\r\n]))\s*"
)
_NATIONAL = re.compile(rf"{YEAR}\s(?:[A-Z][\w&/-]*\s){{0,4}}(?:Meeting|Conference|Symposium)")
"""A conference that does not say whose it is; what stands below it must be a numbered title."""
_NUMBERED_LINE = re.compile(r"(?:Abstract\s+)?[A-Z]{0,2}\d{1,5}[A-Z]?\s*(?:[—–:]|--?(?=\s))\s*\S")
_LABEL = re.compile(
    r"(?P<label>Lead/Presenter|Presenter|(?:All\s+)?Authors?|Author\s+list)\s*:\s*", re.IGNORECASE
)
_NUMBERED_TITLE = re.compile(r"(?:Abstract\s{1,4})?#?(?P<number>\d{1,4})\s{0,4}[.):–—-]\s{1,10}(?=[^\s\d])")
_NUMBERED_LABEL = re.compile(
    r"""(?:(?P<authors>(?:All\s)?Authors?(?:\(s\))?)|(?P<presenter>(?:Lead/|Lead\s)?Presenters?(?:\(s\))?)
    |(?P<affiliation>(?:Additional\s)?(?:Affiliation|Institution)s?(?:\(s\))?))\s{0,4}:\s{0,10}""",
    re.VERBOSE | re.IGNORECASE,
)
_MEETING = re.compile(r"\b(?:Conference|Meeting|Symposium|Summit)\b", re.IGNORECASE)
_OF_ABSTRACTS = re.compile(r"\s?[:–—-]?\s?\bAbstracts?\b.*|[\s:–—-]+\Z", re.IGNORECASE)
LONGEST_TITLE = 5
"""Lines of a numbered title at most."""

_BRACKETED = re.compile(r"(?P<name>[^(),;]{2,80})(?:\((?P<at>[^()]{2,200})\))?")
_STRAY = re.compile(r"(?<=\w)-\s+(?=\w)|(?<=\w)\s+-(?=\w)")

ORDER = ("objectives", "methods", "results", "conclusions", "impact")
"""The sections that every abstract of these conferences has; some years' pages lost their headings."""


def recognises(source: Source) -> bool:
    """Whether a line says that this is an abstract of such a conference.

    Or several abstracts follow each other, each a numbered title with `Authors:` and `Affiliation:` below it.
    """
    return any(True for _ in _headings(source)) or bool(_numbered(source))


def read(source: Source) -> Iterator[Report | Problem]:
    """The one abstract of the page, or each of several numbered ones; of each page a file holds."""
    several = _numbered(source)
    if several:
        yield from _several(source, several)
        return
    headings = list(_headings(source))
    ends = [*(heading.start for heading in headings[1:]), len(source.text)]
    for heading, end in zip(headings, ends, strict=False):
        yield from _of_page(source, heading, source.span(heading.end, end))


def _of_page(source: Source, heading: Found[str], page: Found[str]) -> Iterator[Report | Problem]:
    """The abstract of one page."""
    blocks = list(va_pages.content(page))
    if not blocks:
        yield Problem.at(
            source, heading, "no-title", "nothing stands below the name of the conference",
            hint="copy the page again, from its heading to its foot", severity="error",
        )  # fmt: skip
        return
    blocks[:1] = _parted(blocks[0])
    number, title = _number_and_title(blocks[0])
    authors, end = _authors(blocks)
    if number is None:
        yield Problem.at(source, title, "no-number", "the abstract has no number", severity="info")
    conference, issued = _conference(heading)
    yield from _abstract(
        source,
        Report(kind="Abstract", number=number, title=title, conference=conference, issued=issued),
        authors,
        list(_sections(source, list(va_pages.content(source.span(end, page.end))))),
    )


def _parted(first: Found[str]) -> list[Found[str]]:
    """Title, authors and text, where no blank line parts them: the text begins at its first heading."""
    rows = [line for line in lines(first) if line.raw]
    begin = next((at for at, row in enumerate(rows) if at > 1 and is_section(row)), None)
    if begin is None:
        return [first]
    named = (at for at in range(1, begin) if ";" in rows[at].raw or _LABEL.match(rows[at].raw))
    cuts = [0, next(named, begin - 1), begin, len(rows)]
    return [
        first.part(rows[one].start - first.start, rows[behind - 1].end - first.start)
        for one, behind in pairwise(cuts)
    ]


def _abstract(
    source: Source, report: Report, authors: _Authors, sections: Sequence[Section]
) -> Iterator[Report | Problem]:
    """The report with its authors and sections, and what was not understood of them."""
    title = report.title or source.span(0, 0)
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
    if not sections:
        yield Problem.at(source, title, "no-abstract", "the page has no abstract", severity="info")
    yield replace(report, authorships=authors.authorships, sections=tuple(sections))


@dataclass(slots=True)
class _Numbered:
    """One of several abstracts: its number, its title, what stands under its labels, and its text."""

    number: Found[str]
    title: Found[str]
    labels: dict[str, list[Found[str]]]
    text: Found[str] | None = None


def _numbered(source: Source) -> list[_Numbered]:
    """The abstracts of a page of several: titles with a number, each with `Authors:` below it.

    Below one of them at least there is `Affiliation:`, too; `2051. Title` alone may be the one of its page.
    """
    low = source.text.lower()
    if "author" not in low or ("affiliation" not in low and "institution" not in low):
        return []
    parts = [line for line in lines(source.whole()) if line.raw]
    starts: list[tuple[int, int]] = []
    title_at = label_at = -1
    for at, line in enumerate(parts):
        label = _NUMBERED_LABEL.match(line.raw)
        if label is None:
            if _NUMBERED_TITLE.match(line.raw):
                title_at, label_at = at, -1
            continue
        label_at = at if label_at < 0 else label_at
        if label.group("authors"):
            if title_at >= 0 and label_at - title_at <= LONGEST_TITLE:
                starts.append((title_at, label_at))
            title_at = -1
    ends = [*(start for start, _ in starts), len(parts)][1:]
    found = [_one(source, parts[a:b], parts[b:c]) for (a, b), c in zip(starts, ends, strict=True)]
    return found if any(one.labels.get("affiliation") for one in found) else []


def _one(source: Source, title: Sequence[Found[str]], below: Sequence[Found[str]]) -> _Numbered:
    """An abstract from the lines of its title and those below it, the first of which is `Authors:`."""
    mark = _NUMBERED_TITLE.match(title[0].raw)
    behind = 0 if mark is None else mark.end()
    words = source.span(title[0].start + behind, title[-1].end)
    number = title[0].part(*(mark.span("number") if mark else (0, 0)))
    labels: dict[str, list[Found[str]]] = {}
    name = ""
    for at, line in enumerate(below):
        if va_pages.is_furniture(line):
            continue
        label = _NUMBERED_LABEL.match(line.raw)
        value = line if label is None else line.part(label.end(), len(line.raw)).stripped()
        if label is not None:
            name = label.lastgroup or ""
        elif is_section(line) or (labels.get(name) and not _is_list(labels[name])):
            last = next((k for k in range(at, len(below)) if va_pages.ends_page(below[k])), len(below))
            text = source.span(line.start, below[last - 1].end)
            return _Numbered(number, va_pages.title(words), labels, text)
        if value.raw:
            labels.setdefault(name, []).append(value)
    return _Numbered(number, va_pages.title(words), labels)


def _is_list(values: Sequence[Found[str]]) -> bool:
    """Whether what stands under a label goes on in the next line."""
    return values[-1].raw.endswith((";", ",", "&", " and"))


def _several(source: Source, several: Sequence[_Numbered]) -> Iterator[Report | Problem]:
    head = source.span(0, several[0].number.start)
    meeting = next((line for line in lines(head) if len(line.raw) < 200 and _MEETING.search(line.raw)), None)
    conference, issued = (None, None) if meeting is None else _meeting(meeting)
    if meeting is None:
        yield Problem.at(
            source, head.part(0, 0), "no-conference", "no line above the abstracts names a conference",
            hint="copy the page again, from its heading to its foot",
        )  # fmt: skip
    for one in several:
        report = Report(
            kind="Abstract", number=one.number, title=one.title, conference=conference, issued=issued
        )
        authors = _Authors()
        if printed := one.labels.get("authors"):
            authors = _named(source.span(printed[0].start, printed[-1].end))
        places = [part for line in one.labels.get("affiliation", []) for part in line.split(";")]
        if len(authors.authorships) == 1:
            (author,) = authors.authorships
            known = author.affiliations or tuple(_affiliation(place) for place in places)
            authors = replace(authors, authorships=(replace(author, affiliations=known),))
        else:
            for place in places:
                yield Problem.at(
                    source, place, "affiliation-of-nobody", "the page does not say which author is there",
                    hint="it is not published", severity="info",
                )  # fmt: skip
        yield from _abstract(source, report, authors, () if one.text is None else abstract_sections(one.text))


def _named(words: Found[str]) -> _Authors:
    """Authors whose institutions stand elsewhere: names between semicolons, or commas, without degrees."""
    entries = list(words.split(";")) if ";" in words.raw else [words]
    names = [with_degrees(part)[0] for entry in entries for part in with_degrees(entry)[0].split(",")]
    return _authorships([_Entry(name, name) for name in names if not is_degree(name.raw)], labelled=True)


def _meeting(line: Found[str]) -> tuple[Conference, Found[PartialDate] | None]:
    """The conference that a line names, and the year in it."""
    behind = _OF_ABSTRACTS.search(line.raw)
    name = line.part(0, behind.start() if behind else len(line.raw))
    found = re.search(rf"(?<!\d){YEAR}(?!\d)", line.raw)
    year = None
    if found is not None:
        year = line.part(found.start(), found.end()).map(lambda digits: PartialDate(int(digits)))
    return Conference(name=folded(name), held=year), year


def _headings(source: Source) -> Iterator[Found[str]]:
    """The lines that name a conference and say `Abstract`, or below which a number and a title stand."""
    named: Found[str] | None = None
    if not _names_meeting(source.text):
        return
    for line in lines(source.whole()):
        if not line.raw or va_pages.is_furniture(line):
            continue
        if named is not None and _NUMBERED_LINE.match(line.raw):
            yield named
        named = None
        if len(line.raw) >= 200 or not _names_meeting(line.raw):
            continue
        heading = _HEADING.fullmatch(line.raw)
        if heading is not None and heading.group("abstract"):
            yield line
        elif heading is not None or _NATIONAL.fullmatch(line.raw):
            named = line


def _names_meeting(words: str) -> bool:
    low = words.lower()
    return "conference" in low or "meeting" in low or "symposium" in low


def _conference(heading: Found[str]) -> tuple[Conference, Found[PartialDate]]:
    match = _HEADING.fullmatch(heading.raw)
    if match is None:
        year = heading.part(0, 4).map(lambda digits: PartialDate(int(digits)))
        return Conference(name=folded(heading), held=year), year
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
    """The authors, and the offset behind them."""
    if len(blocks) < 2:
        return _Authors(), blocks[0].end
    labelled: list[Found[str]] = []
    for block in blocks[1:4]:
        entries = list(_labelled(block))
        labelled += entries
        if not entries or entries[-1].end < block.end:
            break
    if labelled:
        chosen = next((entry for entry in labelled if not _is_presenter(entry)), labelled[-1])
        label = _LABEL.match(chosen.raw)
        words = chosen.part(label.end() if label else 0, len(chosen.raw))
        return _read_authors(words, labelled=True), labelled[-1].end
    authors = _read_authors(blocks[1], labelled=False)
    if any(authorship.person is not None for authorship in authors.authorships):
        return authors, blocks[1].end
    return _Authors(), blocks[0].end


def _labelled(block: Found[str]) -> Iterator[Found[str]]:
    """The entries of a paragraph that begins with `Presenter:` or `Authors:`, up to a heading of the text."""
    first: Found[str] | None = None
    last = block.part(0, 0)
    for line in lines(block):
        begins = _LABEL.match(line.raw) is not None
        if first is None and not begins:
            return
        if first is not None and (begins or is_section(line)):
            yield block.part(first.start - block.start, last.end - block.start)
        if is_section(line):
            return
        first = line if begins else first
        last = line
    if first is not None:
        yield block.part(first.start - block.start, last.end - block.start)


def _is_presenter(line: Found[str]) -> bool:
    match = _LABEL.match(line.raw)
    return match is not None and "presenter" in match.group("label").lower()


def _read_authors(words: Found[str], *, labelled: bool) -> _Authors:
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
            ],
            labelled=labelled,
        )
    entries = list(words.split(";"))
    if len(entries) == 1:
        names = list(words.split(","))
        if all(vancouver_person(name) and not name.raw.endswith(" VA") for name in names):
            return _authorships([_Entry(name, name) for name in names], labelled=labelled)
    pairs = []
    for entry in entries:
        name, comma, _ = entry.raw.partition(",")
        place = entry.part(len(name) + len(comma), len(entry.raw)).stripped(", \t\r\n\u00a0")
        while place.raw and is_degree(place.raw.partition(",")[0]):
            place = place.part(len(place.raw.partition(",")[0]), len(place.raw)).stripped(", \t\r\n\u00a0")
        pairs.append(_Entry(entry, entry.part(0, len(name)).stripped(), place if place.raw else None))
    return _authorships(pairs, labelled=labelled)


def _authorships(printed: Sequence[_Entry], *, labelled: bool) -> _Authors:
    """The entries as authors; names in full are read only where a label says that names stand here."""
    authorships, unread = [], []
    for position, entry in enumerate(printed, start=1):
        person = vancouver_person(entry.name)
        if person is None and labelled and not is_group(entry.name.raw):
            person = full_name(entry.name)
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
