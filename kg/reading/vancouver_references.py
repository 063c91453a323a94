"""References in the style of the National Library of Medicine.

`Okafor CL, Haas A. Title of the work. Journal name. 2016 May 1; 52(4):416-23.`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Conference, Journal, Report
from kg.reading.dates import DATE, YEAR, Dated, read_date
from kg.reading.names import Authors, vancouver_authors
from kg.reading.pages import full_range
from kg.reading.paragraphs import folded
from kg.reading.printed_dois import printed_doi
from kg.source import Found

_PAGE = r"[A-Za-z]{0,6}\d\w*(?:\.\w+)*"
_PAGES = rf"{_PAGE}(?:\s?[-‐‑‒–—]\s?{_PAGE})?|[ivxlc]{{1,8}}\s?[-–—]\s?[ivxlc]{{1,8}}"
_VOLUME = r"(?:vol\.?\s?)?(?:[A-Za-z]{0,4}-?\d{1,6}(?:[A-Za-z]|\s?[-–/]\s?[A-Za-z0-9]{1,6})?|[IVXLC]{1,8})"
_PLACE = re.compile(
    rf"""\s{{0,40}}[;,]\s{{0,40}}
    (?P<volume>{_VOLUME})?
    (?P<supplement>\s?Suppl(?:\.|ement)?(?:\s?[A-Za-z]?\d{{1,4}})?(?=\s{{0,40}}[(:.]|\s{{0,40}}\Z))?
    \s?(?:\(\s{{0,40}}(?P<issue>[^()]{{1,40}}?)\s{{0,40}}\))?
    (?:\s{{0,40}}:\s{{0,40}}(?P<pages>(?:{_PAGES})(?:\s?,\s?(?:{_PAGES}))*))?
    (?=\s{{0,40}}(?:[.;\[]|\Z))""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?:[.,?!]\s{{0,40}}|(?<=[^\W\d_)])\s(?={YEAR}[a-z]?\s{{0,4}};\s{{0,4}}[\d(]))(?P<date>{DATE})",
    re.IGNORECASE,
)
"""A date behind a stop, or the year that a journal's name and a volume stand around: `BMJ 2017; 53: 5-9`."""
_YEAR = re.compile(YEAR)
_PMID = re.compile(r"\bPMID\s*:?\s*(\d{1,9})\b", re.IGNORECASE)
_PRESENTED = re.compile(
    r"(?<=[.?!])\s{1,40}(?:(?:Paper|Poster|Podium|Panel|Oral|Workshop|Symposium|Presentation|Session)\s{1,4}){1,2}"
    r"presented\s{1,4}at\s{0,4}:?(?:\s{1,4}the\b)?\s{1,40}",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?<=[.?!])\s{1,40}[A-Z][^.:;\d]{1,40}(?:,\s[A-Z]{2})?\s?:\s{1,4}[A-Z][^.;:]{1,100};\s{0,4}"
    rf"(?P<year>{YEAR})\s{{0,4}}\.?\s{{0,4}}\Z"
)
_CHAPTER = re.compile(r"(?<=[.?!])\s{1,40}In:\s{1,4}(?=[^:]{2,300}\b[Ee]d(?:itor)?s?[.,)])")
_CHAPTER_PLACE = re.compile(
    rf"[;,]\s{{0,40}}(?P<year>{YEAR})\s{{0,4}}[.;:,]?"
    rf"(?:\s{{0,40}}(?:pp?\.\s{{0,4}}|(?<=:)\s{{0,4}})(?P<pages>{_PAGES}))?\s{{0,4}}\.?(?=\s|\Z)"
)
_EDITION = re.compile(r"\.\s{1,4}\d{1,2}(?:st|nd|rd|th)\sed\Z", re.IGNORECASE)
_AHEAD = re.compile(
    rf"(?:\A|(?<=[\s.]))[\[(]?\s?(?:(?:Epub|Published\s(?:online|electronically)|Online)\s{{1,4}}ahead\sof\sprint"
    rf"|Epub(?:\s{{1,4}}{DATE})?)\s?[\])]?[\s.;]{{0,8}}\Z",
    re.IGNORECASE,
)
"""What may stand behind a journal's name and is no part of it."""
LONGEST_TITLE = 2000
_BEFORE_TITLE = ("", ".", ";", ":", "?")
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00b4"
_SPACE = r"\s{1,40}"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference says; `left` is the part of it that could not be read."""

    report: Report
    authors: Authors
    dated: Dated | None
    left: Found[str] | None = None


def with_title(line: Found[str], title: Found[str]) -> Reference | None:
    """The reference in `line`, whose title is known from elsewhere; `None` if it is not in the line.

    The known title parts authors from journal, whatever full stops it holds.
    """
    if len(title.raw) > LONGEST_TITLE:
        return None
    places = _loosely(title.raw).finditer(line.raw)
    place = next(
        (p for p in places if line.raw[max(0, p.start() - 20) : p.start()].rstrip()[-1:] in _BEFORE_TITLE),
        None,
    )
    if place is None:
        return None
    authors = vancouver_authors(line.part(0, place.start()).stripped(" .\t\r\n"))
    return _reference(line, authors, title, place.end())


def without_title(line: Found[str]) -> Reference | None:
    """The reference in `line`, whose title ends at the last full stop before the journal's name."""
    other = _presented(line) or _chapter(line) or _book(line)
    if other is not None:
        return other
    first = re.search(r"[.]\s+", line.raw)
    dates = [match for match in _dates(line) if first is not None and match.start() > first.end()]
    if first is None or not dates:
        return None
    dated = (
        dates[-1]
        if len(dates) == 1
        else next((d for d in dates if _PLACE.match(line.raw, d.end())), dates[-1])
    )
    body = line.part(first.end(), dated.start()).stripped()
    stops = list(re.finditer(r"(?<=[.?!])\s+", body.raw))
    if not stops:
        return None
    title = folded(body.part(0, stops[-1].start()).stripped(". \t\r\n"))
    authors = vancouver_authors(line.part(0, first.start()))
    return _reference(line, authors, title, body.start - line.start + stops[-1].start())


def _presented(line: Found[str]) -> Reference | None:
    """`Authors. Title. Paper presented at: Meeting; 2012 Jul 18; City.`, or `None`."""
    first = re.search(r"[.]\s+", line.raw)
    behind = None if first is None else _PRESENTED.search(line.raw, first.end())
    if first is None or behind is None:
        return None
    dates = list(re.finditer(DATE, line.raw[behind.end() :], re.IGNORECASE))
    end = behind.end() + dates[-1].start() if dates else len(line.raw)
    dated = read_date(line.part(end, len(line.raw)))
    meeting = folded(line.part(behind.end(), end).stripped(" .,;:\t\r\n"))
    authors = vancouver_authors(line.part(0, first.start()))
    title = folded(line.part(first.end(), behind.start()).stripped(" .\t\r\n"))
    if not title.raw:
        return None
    report = Report(
        kind="ConferencePaper",
        title=title,
        authorships=authors.authorships,
        conference=Conference(name=meeting) if meeting.raw else None,
        issued=None if dated is None else dated.date,
    )
    return Reference(report, authors, dated)


def _chapter(line: Found[str]) -> Reference | None:
    """`Authors. Title. In: Editors, editors. Book. City: Publisher; 2007. p. 17-32.`, or `None`."""
    first = re.search(r"[.]\s+", line.raw)
    inside = None if first is None else _CHAPTER.search(line.raw, first.end())
    place = None if inside is None else _CHAPTER_PLACE.search(line.raw, inside.end())
    if first is None or inside is None or place is None:
        return None
    authors = vancouver_authors(line.part(0, first.start()))
    title = folded(line.part(first.end(), inside.start()).stripped(" .\t\r\n"))
    dated = read_date(line.part(*place.span("year")))
    pages = _group(line, place, "pages")
    report = Report(
        kind="BookChapter",
        title=title,
        authorships=authors.authorships,
        issued=None if dated is None else dated.date,
        pages=None if pages is None else pages.map(full_range),
        doi=printed_doi(line, place.end()),
    )
    return Reference(report, authors, dated)


def _book(line: Found[str]) -> Reference | None:
    """`Authors. Title. City: Publisher; 2014.`, or `None`."""
    first = re.search(r"[.]\s+", line.raw)
    behind = None if first is None else _PUBLISHED.search(line.raw, first.end())
    if first is None or behind is None:
        return None
    dated = read_date(line.part(*behind.span("year")))
    authors = vancouver_authors(line.part(0, first.start()))
    title = folded(line.part(first.end(), behind.start()).stripped(" .\t\r\n"))
    edition = _EDITION.search(title.raw)
    if edition is not None:
        title = folded(title.part(0, edition.start()))
    if not title.raw:
        return None
    report = Report(
        kind="Book",
        title=title,
        authorships=authors.authorships,
        issued=None if dated is None else dated.date,
    )
    return Reference(report, authors, dated)


def _reference(line: Found[str], authors: Authors, title: Found[str], behind: int) -> Reference:
    """What follows the title, from the offset `behind`: journal, date, volume, issue, pages, identifiers."""
    dates = [match for match in _dates(line) if match.start() >= behind]
    complete = [match for match in dates if _PLACE.match(line.raw, match.end())]
    date = next(iter(complete or dates), None)
    end = len(line.raw) if date is None else date.start()
    words = line.part(behind, end).stripped(" .?!\t\r\n")
    ahead = _AHEAD.search(words.raw)
    name = folded(words.part(0, ahead.start() if ahead else len(words.raw)).stripped(" .?!\t\r\n"))
    name = name.map(lambda value: re.sub(r"\s+([:;,])", r"\1", value))
    dated = None if date is None else read_date(line.part(date.start("date"), date.end("date")))
    place = None if date is None else _PLACE.match(line.raw, date.end())
    after = end if date is None else date.end() if place is None else place.end()
    volume = issue = pages = None
    if place is not None:
        volume = _group(line, place, "volume")
        issue = _group(line, place, "issue") or _group(line, place, "supplement")
        pages = _group(line, place, "pages")
    report = Report(
        kind="JournalArticle",
        title=title,
        authorships=authors.authorships,
        journal=Journal(name=name) if name.raw else None,
        issued=None if dated is None else dated.date,
        volume=volume,
        issue=issue,
        pages=None if pages is None else pages.map(full_range),
        doi=printed_doi(line, after),
        pmid=_pmid(line, after),
    )
    left = None if ahead is None else words.part(*ahead.span()).stripped(" .;\t\r\n")
    return Reference(report, authors, dated, left or _left(line, after))


def _dates(line: Found[str]) -> Iterator[re.Match[str]]:
    # Most of what is tried here is no reference, and to find a year is quick.
    return _DATE.finditer(line.raw) if _YEAR.search(line.raw) else iter(())


def _group(line: Found[str], match: re.Match[str], name: str) -> Found[str] | None:
    if not match.group(name):
        return None
    return folded(line.part(match.start(name), match.end(name)).stripped())


def _pmid(line: Found[str], behind: int) -> Found[str] | None:
    match = _PMID.search(line.raw, behind)
    return None if match is None else line.part(*match.span(1))


def _left(line: Found[str], behind: int) -> Found[str] | None:
    """What stands behind the last part that was read, unless it is an identifier or says `Epub`."""
    rest = line.part(behind, len(line.raw)).stripped(" .;\t\r\n")
    known = re.match(r"(?:doi\b|https?:|PMID\b|PMCID\b|Epub\b|\[|eCollection\b)", rest.raw, re.IGNORECASE)
    return rest if rest.raw and known is None else None


def _loosely(words: str) -> re.Pattern[str]:
    """The words whatever their case, white space, and kind of quotation mark and dash."""
    pattern = []
    for word in words.split():
        letters = [
            f"[{_QUOTES}]"
            if letter in _QUOTES
            else f"[{_DASHES}]"
            if letter in _DASHES
            else re.escape(letter)
            for letter in word
        ]
        pattern.append("".join(letters))
    return re.compile(rf"(?<!\w){_SPACE.join(pattern)}(?!\w)", re.IGNORECASE)
