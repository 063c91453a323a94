"""Reference lists: where they begin, their entries, and what each entry says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Citation, Report
from kg.reading.apa_references import apa_reference
from kg.reading.dates import YEAR
from kg.reading.note_marks import LOWERED, RAISED_DIGITS, roman
from kg.reading.paragraphs import folded, lines
from kg.reading.vancouver_references import without_title
from kg.source import Found

_HEADING = re.compile(
    r"[\W\d_]{0,8}(?:(?:selected |key |full )?references(?: (?:cited|and notes|list))?|reference list"
    r"|bibliography|works cited|literature(?: cited)?|(?:works |literature )?sources(?: cited| consulted)?"
    r"|end ?notes|notes and references|(?:sources|references) (?:and|&) further reading|citations)"
    r"\W{0,6}(?:(?:cont(?:inued|['’]?d|\.)?|\d{1,2})\W{0,6})?",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?P<bullet>[-–*•·▪◦‣]\s{1,10})?(?P<number>\[\d{1,4}\]|\d{1,4}[.)])\s{1,10}(?=\S)|[-–*•·▪◦‣]\s{1,10}(?=\S)"
    r"|(?P<roman>[ivxlc]{1,7})[.)]?\s{1,10}(?=[^\W\d_a-z])"
    rf"|(?P<bare>\d{{1,3}}(?=\s)|[{RAISED_DIGITS}]{{1,3}})\s{{0,4}}(?=[^\W\d_a-z])"
)
"""Marks of entries; a `bare` number has nothing behind it, or is raised: it is one where it counts on."""
_BEGINNING = re.compile(
    r"[*_]{0,3}[^\W\d_][\w'’‐‑ .-]{0,60},\s{1,3}(?:[^\W\d_][a-z]{0,2}\.[\s‐‑-]{0,2}){1,6}"
    rf"|[^\W\d_][^(]{{2,200}}\((?:{YEAR}|in press|n\.)"
    r"|[^\W\d_a-z][\w'’‐‑-]{1,40}(?:[ -][^\W\d_a-z][\w'’‐‑-]{1,40}){0,3} [A-Z]{1,4}(?:, |[.;] |, et al)",
)
_YEAR = re.compile(rf"[12(](?:(?<!\w.)(?<=(?={YEAR}).)\d{{3}}[A-Za-z]?\b|(?<=\()(?i:in press|n\.\s?d\.)\))")
"""A year, or what stands in its place; it begins with a set of letters, for which a text is searched
several times as quickly as for alternatives."""
_MAY_BE_HEADING = re.compile(
    r"[\r\n][^\S\r\n]*+[\W\d_]{0,8}"
    r"(?:selected|key|full|reference|bibliography|works|literature|source|end|note|citation)",
    re.IGNORECASE,
)
"""How the line of a heading begins, to be looked for in a whole text at once."""
_WORDS_OF_HEADING = ("reference", "bibliograph", "cited", "literature", "source", "notes", "citations")
"""One of these is in each heading of a list."""


LONGEST_ENTRY = 5000
"""Longer ones are kept as they are: something else than a reference was taken for one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a reference list: the citation, and the letter behind its year."""

    citation: Citation
    letter: str = ""
    understood: bool = True


def is_heading(line: Found[str]) -> bool:
    """Whether a line is the heading of a reference list, or of its continuation."""
    if not 0 < len(line.raw) < 60:
        return False
    low = line.raw.lower()
    return any(word in low for word in _WORDS_OF_HEADING) and _HEADING.fullmatch(line.raw) is not None


def heading_of_list(text: Found[str]) -> Found[str] | None:
    """The first heading with an entry below it; a table of contents has the word, too."""
    heading: Found[str] | None = None
    if _MAY_BE_HEADING.search(f"\n{text.raw}") is None:
        return None
    for line in lines(text):
        if is_heading(line):
            heading = line
        elif line.raw and heading is not None:
            if _MARK.match(line.raw) or _BEGINNING.match(line.raw) or _YEAR.search(line.raw):
                return heading
            heading = None
    return None


def unheaded_list(text: Found[str]) -> Found[str] | None:
    """Where a list without a heading begins: entries with a journal and a year, up to the end of the text.

    Two at least must be understood, and nothing else may stand between or behind them.
    """
    first: Found[str] | None = None
    for line in lines(text):
        if not line.raw or first is not None:
            continue
        mark = _MARK.match(line.raw)
        words = line.part(mark.end() if mark else 0, len(line.raw))
        if _YEAR.search(words.raw) and _BEGINNING.match(words.raw) and _is_reference(words):
            first = line
    if first is None:
        return None
    found = [entry for entry, _ in entries(text.part(first.start - text.start, len(text.raw)))]
    whole = len(found) > 1 and found[-1].end >= text.stripped().end
    return first if whole and all(_is_reference(entry) for entry in reversed(found)) else None


def _is_reference(entry: Found[str]) -> bool:
    """Whether it is read as a reference with a container and what tells where in it."""
    if len(entry.raw) > LONGEST_ENTRY:
        return False
    work = listed(entry, 1).citation.work
    return work is not None and work.journal is not None and (work.volume or work.pages) is not None


def beginning_of_list(text: Found[str]) -> Found[str] | None:
    """Where a list of notes without a heading begins: at an entry 1 with its year, with an entry 2 below it.

    Notes stand at the end of a document, so the last such place counts. `[1]` begins no note: whatever is
    listed has such numbers, addresses too.
    """
    found: Found[str] | None = None
    first: Found[str] | None = None
    dated = False
    for line in lines(text):
        mark = _MARK.match(line.raw)
        number = None if mark is None or "[" in mark.group() else _number(line, mark)
        if number is not None and number.value == 1:
            first, dated = line, False
        elif number is not None and number.value == 2 and first is not None:
            found = first if dated else found
            first = None
        elif number is not None:
            first = None
        dated = dated or (first is not None and _YEAR.search(line.raw) is not None)
    return found


def entries(text: Found[str]) -> Iterator[tuple[Found[str], Found[int] | None]]:
    """The entries of a list without their marks, each with its number where it has one.

    An entry begins at a bullet or number; in a list without these, at a line that begins like a reference
    and follows a blank line or an entry that has its year. Headings between them are skipped.
    """
    parts = list(lines(text))
    heads = [_MARK.match(line.raw) for line in parts if line.raw and not is_heading(line)]
    marks = None if not heads or heads[0] is None else _sort_of(heads[0])
    if marks == "roman" and heads[0] is not None and heads[0].group("roman") != "i":
        marks = None
    first: Found[str] | None = None
    last: Found[str] | None = None
    number: Found[int] | None = None
    blank = dated = False
    counted = 0
    for line in parts:
        if not line.raw or is_heading(line):
            blank = True
            continue
        mark = _MARK.match(line.raw)
        if mark is not None and (_sort_of(mark) != marks or not _counts_on(line, mark, counted)):
            mark = None
        counted += mark is not None
        begins = mark is not None
        if marks is None and (dated or blank):
            named = _BEGINNING.match(line.raw) is not None
            begins = named or (dated and blank and line.raw[0].isupper())
        if first is not None and last is not None and begins:
            yield text.part(first.start - text.start, last.end - text.start), number
            first, dated = None, False
        if marks is not None and mark is None and blank and dated and last is not None:
            # Another slide follows the list: only an entry that is not ended goes on behind a blank line.
            over = first is None or last.raw.endswith((".", ")"))
            if over and first is not None:
                yield text.part(first.start - text.start, last.end - text.start), number
                first = None
            if over:
                continue
        if first is None:
            dated = False
            number = None if mark is None else _number(line, mark)
            first = line if mark is None else line.part(mark.end(), len(line.raw))
        last, blank = line, False
        dated = dated or _YEAR.search(line.raw) is not None
    if first is not None and last is not None:
        yield text.part(first.start - text.start, last.end - text.start), number


def _sort_of(mark: re.Match[str]) -> str:
    """Whether entries are marked by numbers, Roman ones, or by which bullet."""
    if mark.group("roman"):
        return "roman"
    if mark.group("bare"):
        return "bare"
    return "number" if mark.group("number") and not mark.group("bullet") else mark.group()[0]


def _counts_on(line: Found[str], mark: re.Match[str], counted: int) -> bool:
    """Whether a bare number is the next one: `12 Suppl 1` at a line's beginning is none."""
    number = _number(line, mark) if mark.group("bare") else None
    return number is None or number.value == counted + 1


def _number(line: Found[str], mark: re.Match[str]) -> Found[int] | None:
    letters = mark.group("roman")
    if letters:
        value = roman(letters)
        return None if value is None else line.part(*mark.span("roman")).map(lambda _: value)
    if mark.group("bare"):
        return line.part(*mark.span("bare")).map(lambda digits: int(digits.translate(LOWERED)))
    if mark.group("number") is None:
        return None
    return line.part(mark.start("number"), mark.end("number")).stripped("[].)").map(int)


def listed(entry: Found[str], position: int, number: Found[int] | None = None) -> Listed:
    """What an entry says, in APA or Vancouver style; in neither, the entry alone is kept."""
    quote = folded(entry)
    letter = ""
    work: Report | None = None
    apa = apa_reference(entry) if len(entry.raw) <= LONGEST_ENTRY else None
    if apa is not None and apa.authors.authorships:
        work, letter = apa.report, apa.letter
    elif len(entry.raw) <= LONGEST_ENTRY:
        vancouver = without_title(entry)
        if vancouver is not None and vancouver.authors.authorships:
            work = vancouver.report
    understood = work is not None
    if work is None:
        work = Report(citation_line=quote)
    citation = Citation(quote=quote, status="listed", position=position, number=number, work=work)
    return Listed(citation, letter, understood)
