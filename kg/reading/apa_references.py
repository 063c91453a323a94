"""References in the style of the American Psychological Association.

`Okafor, S. Y., & Haas, M. S. (2007). Title of the work. *Journal name, 30*(3), 207-213.`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.identifiers import PartialDate
from kg.model import Journal, Report
from kg.reading.dates import YEAR, read_date
from kg.reading.names import Authors, apa_authors
from kg.reading.pages import as_printed
from kg.reading.paragraphs import folded
from kg.reading.printed_dois import printed_doi
from kg.source import Found

_YEAR = re.compile(
    rf"\(\s{{0,40}}(?:(?P<year>{YEAR})(?P<letter>[a-z])?(?:,[^()]{{1,40}})?|in press|n\.\s?d\.|forthcoming)"
    r"\s{0,40}\)\s{0,40}[.,:]?",
    re.IGNORECASE,
)
_EDITORS = re.compile(r"\(\s?eds?\.\s?\)\.?,?\s*\Z", re.IGNORECASE)
_PAGE = r"[A-Za-z]{0,3}\d\w{0,12}"
_PLACE = re.compile(
    rf"""[*_]{{0,3}},\s{{0,40}}[*_]{{0,3}}\s{{0,40}}
    (?:
        (?P<volume>(?:vol\.\s?)?[A-Za-z]?\d{{1,5}}(?:\s?[-–/]\s?\d{{1,5}})?)
        [*_]{{0,3}}\s{{0,40}}(?:\(\s{{0,40}}(?P<issue>[^()]{{1,40}}?)\s{{0,40}}\))?[*_]{{0,3}}
        (?:\s{{0,40}},\s{{0,40}}(?:pp?\.\s?)?
            (?P<pages>(?:Article\s)?{_PAGE}(?:\s?[-‐‑‒–—]\s?{_PAGE})?(?:,\s{_PAGE}(?:\s?[-‐‑‒–—]\s?{_PAGE})?)*)
        )?
      | (?:pp?\.\s?)(?P<only_pages>{_PAGE}(?:\s?[-‐‑‒–—]\s?{_PAGE})?)
    )
    [*_]{{0,3}}\s{{0,40}}(?=[.;]|\Z|\s(?:doi|https?:|\[))""",
    re.VERBOSE | re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"(?:[\s.;]|\A)(?:doi\s?:|https?://|retrieved\s(?:from|[A-Z])|available\s(?:at|from))", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[^\s.])(?P<stop>[.?!])[*_]{0,3}\s{1,40}(?=[*_\"“'‘(]{0,3}[^\W_a-z])")
_ITALICS_LAST = re.compile(r"(?<=[.?!])\s{1,40}[*_]{1,3}[^*_]{3,200}[*_]{1,3}\.?\Z")
_CHAPTER = re.compile(r"[.?!]\s{1,40}In:?\s(?=[^()]{2,200}\(\s?Eds?\.\s?\))")
_CHAPTER_PAGES = re.compile(rf"\(\s?(?:[^()]{{1,40}},\s)?pp?\.\s?({_PAGE}(?:\s?[-‐‑‒–—]\s?{_PAGE})?)\s?\)")
_PUBLISHER = re.compile(
    r"[.)]\s{1,40}[^\W\d_a-z][\w .'-]{1,40}(?:,\s[\w .]{2,20})?:\s[^\W\d_a-z][^.]{1,80}\.?\Z"
)

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "DoctoralThesis",
        re.compile(r"[(\[](?:unpublished )?(?:doctoral|ph\.?d\.?) (?:dissertation|thesis)", re.IGNORECASE),
    ),
    ("MastersThesis", re.compile(r"[(\[](?:unpublished )?master[’']?s thesis", re.IGNORECASE)),
    ("BookChapter", _CHAPTER),
    ("ConferencePaper", re.compile(r"\b(?:paper|poster)\b[^.]{0,60}\bpresented at\b", re.IGNORECASE)),
    (
        "ReportDocument",
        re.compile(
            r"\((?:[\w ]{0,40}\b(?:report|publication)\b[^()]{0,40}no\.|HHS Publication)", re.IGNORECASE
        ),
    ),
    ("Book", re.compile(r"\(\d{1,2}(?:st|nd|rd|th) ed\.", re.IGNORECASE)),
    ("Book", _PUBLISHER),
)
"""What a reference without a journal is, by the first expression that is found in it."""


@dataclass(frozen=True, slots=True)
class ApaReference:
    """What a reference says, and the letter that tells it from others of its year (`2006a`)."""

    report: Report
    authors: Authors
    letter: str


def apa_reference(entry: Found[str]) -> ApaReference | None:
    """The reference in `entry`; `None` where no year in brackets stands behind the authors.

    Asterisks and underscores of Markdown are no part of any value.
    """
    year = _YEAR.search(entry.raw)
    if year is None:
        return None
    names = entry.part(0, year.start()).stripped(" ,\t\r\n")
    editors = _EDITORS.search(names.raw)
    authors = apa_authors(names if editors is None else names.part(0, editors.start()).stripped())
    issued = None
    if year.group("year"):
        dated = read_date(entry.part(year.start("year"), year.end("year")))
        issued = None if dated is None else dated.date
    body = entry.part(year.end(), len(entry.raw)).stripped()
    if not authors.authorships and not body.raw:
        return None
    report = _work(body, authors, issued)
    return ApaReference(report, authors, (year.group("letter") or "").lower())


def _work(body: Found[str], authors: Authors, issued: Found[PartialDate] | None) -> Report:
    identifier = _IDENTIFIER.search(body.raw)
    end = len(body.raw) if identifier is None else identifier.start()
    words = body.part(0, end).stripped(" \t\r\n;")
    number = printed_doi(body)
    places = [
        place for place in _PLACE.finditer(words.raw) if place.end() >= len(words.raw.rstrip(" .*_")) - 1
    ]
    if places:
        place = places[0]
        before = words.part(0, place.start())
        title, journal = _title_and_journal(before)
        if journal is not None:
            pages = _group(words, place, "pages") or _group(words, place, "only_pages")
            return Report(
                kind="JournalArticle",
                authorships=authors.authorships,
                issued=issued,
                title=title,
                journal=Journal(name=journal),
                volume=_group(words, place, "volume"),
                issue=_group(words, place, "issue"),
                pages=None if pages is None else pages.map(as_printed),
                doi=number,
            )
    italics = _ITALICS_LAST.search(words.raw)
    if italics is not None and not _CHAPTER.search(words.raw):
        title, journal = _title_and_journal(words)
        if title is not None and journal is not None:
            return Report(
                kind="JournalArticle",
                authorships=authors.authorships,
                issued=issued,
                title=title,
                journal=Journal(name=journal),
                doi=number,
            )
    kind = next((name for name, sign in _KINDS if sign.search(words.raw)), "Expression")
    chapter_pages = _CHAPTER_PAGES.search(words.raw) if kind == "BookChapter" else None
    pages = None if chapter_pages is None else words.part(chapter_pages.start(1), chapter_pages.end(1))
    return Report(
        kind=kind,
        authorships=authors.authorships,
        issued=issued,
        title=_title_alone(words),
        pages=None if pages is None else pages.map(as_printed),
        doi=number,
    )


def _title_and_journal(words: Found[str]) -> tuple[Found[str] | None, Found[str] | None]:
    """`Title. *Journal` at the mark where italics begin, else at the last end of a sentence."""
    italics = [match.start() for match in re.finditer(r"(?<=\s)[*_]{1,3}(?=[^\s*_])", words.raw)]
    stops = list(_SENTENCE.finditer(words.raw))
    if italics:
        cut = behind = italics[-1]
    elif stops:
        last = _last_stop(words, stops)
        cut, behind = last.start() + (last.group("stop") != "."), last.end()
    else:
        return None, _plain(words)
    title = _plain(words.part(0, cut))
    return (title if title.raw else None), _plain(words.part(behind, len(words.raw)))


def _last_stop(words: Found[str], stops: Sequence[re.Match[str]]) -> re.Match[str]:
    """The last stop that ends a sentence and no abbreviated word of a journal's name."""
    for before, stop in zip(reversed(stops[:-1]), reversed(stops), strict=False):
        between = words.raw[before.end() : stop.start()].split()
        if stop.group("stop") != "." or len(between) > 2 or not all(word[0].isupper() for word in between):
            return stop
    return stops[0]


def _title_alone(words: Found[str]) -> Found[str] | None:
    """The title of a work without a journal: its first sentence, without a note in brackets behind it."""
    end = len(words.raw)
    for stop in [*_CHAPTER.finditer(words.raw), *_SENTENCE.finditer(words.raw)]:
        before = words.raw[: stop.start()]
        if before.count("(") == before.count(")"):
            end = stop.start() + (stop.group()[0] != ".")
            break
    title = words.part(0, end)
    note = re.search(r"\s{1,40}[*_]{0,3}\s?[(\[][^()\[\]]{1,80}[)\]]\s?\.?\Z", title.raw)
    title = _plain(title if note is None else title.part(0, note.start()))
    return title if title.raw else None


def _plain(words: Found[str]) -> Found[str]:
    """The words without markup and full stop at the ends; markup inside leaves the value only."""
    bare = words.stripped(" \t\r\n*_")
    ended = bare.raw.endswith(".") and not bare.raw.endswith("..")
    bare = bare.part(0, len(bare.raw) - ended).stripped(" \t\r\n*_,")
    return folded(bare.map(lambda value: re.sub(r"(?<!\w)[*_]{1,3}|[*_]{1,3}(?!\w)", "", value)))


def _group(words: Found[str], match: re.Match[str], name: str) -> Found[str] | None:
    if not match.group(name):
        return None
    return folded(words.part(match.start(name), match.end(name)).stripped())
