"""Reference lists of Web of Science records, in the layouts of the Chinese interface."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kg.identifiers import PartialDate, doi
from kg.model import Authorship, Citation, Journal, Person, Report, Text
from kg.problems import Problem
from kg.reading.chinese_names import chinese_person
from kg.reading.names import SUFFIXES, is_group
from kg.reading.pages import full_range
from kg.reading.paragraphs import folded, lines
from kg.reading.recurring import recurring
from kg.source import Found, Source

KINDS = {
    "J": "JournalArticle",
    "M": "Book",
    "C": "ConferencePaper",
    "R": "ReportDocument",
    "N": "NewspaperArticle",
    "D": "Thesis",
}
"""FaBiO classes of the document codes of GB/T 7714; the others are left unsaid."""

_ENTRY = re.compile(r"(?:(?:[•·‣▪▫◦●○■*\-–—]|\d{1,4}[.)])\s*)?[\[［【]\s*(?P<number>\d{1,6})\s*[\]］】]")
_CODE = r"[\[［]\s*(?P<code>[A-Z]{1,2})(?:\s*/\s*(?:OL|CD|MT|DK))?\s*[\]］]\s*"
_MARKER_AT_START = re.compile(rf"{_CODE}[.．。]?")
_MARKER = re.compile(rf"{_CODE}(?:[.．。]|$)")
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_JOURNAL_YEAR = re.compile(rf"[,，.．]\s*(?={_YEAR}\s*(?:[,，(（:：.．。]|$))")
_PAGE = r"\w+(?:\.\w+)*"
_JOURNAL_TAIL = re.compile(
    rf"(?P<year>{_YEAR})\s*(?:[,，](?P<volume>[^,，:：()（）]*))?"
    r"(?:[(（](?P<issue>[^()（）]*)[)）])?\s*"
    rf"(?:[:：]\s*(?P<pages>{_PAGE}(?:\s*[-‐–—]\s*(?:{_PAGE}|\+))?(?:\s*\+\s*{_PAGE})?))?\s*[.．。]?"
)
_PIECE_END = r"[;；]|\s[.．。](?=\s|$)"

_SHORT_YEAR = re.compile(
    rf"(?P<year>{_YEAR})[a-z]?|(?i:in press|unpub|unpublished|forthcoming|communication|no year)"
)
_SHORT_FIELD = re.compile(
    r"V(?P<volume>\S{0,20}\d\S{0,20}|[IVXLC]{1,10})|[Pp](?P<pages>\S{0,20}\d\S{0,20}|[IVXLCivxlc]{1,10})"
    r"|(?:ARTN|ART|ARTICLE)\s(?P<article>\S+)|PMID\s?(?P<pmid>\d{1,9})"
)
_SHORT_DOI = re.compile(r"[,，]\s*(?=(?:DOI\b|10\.\d{4,9}/))", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_LONGEST_AUTHOR = 80
"""Characters before the year of a short entry, at most: a title with a year in it has more."""

_MORE_AUTHORS = re.compile(r"(?:et\.?\s?al\b\.?|and others|等)\s?[.．。]?", re.IGNORECASE)
_KEPT = "the entry is kept with its text as printed"


def listed_references(source: Source, block: Text) -> Iterator[Citation | Problem]:
    """The entries of a list, in order, and what of them is not understood.

    An entry begins with its number in brackets, with or without a bullet. Three layouts are read, mixed
    as they come: a title, authors one a line, and `[J]. JOURNAL, 2019, 22 (05) : 874 - 882`; a title that
    ends in `[J].`, authors ended by ` ;` and ` .`, and the journal line; the short form `Abara N., 2006,
    J WARD STUD, V3, P77, DOI 10.5555/x`. In the short form what stands behind the year is the
    container, which may be a book's own title: the page does not tell.

    An entry that fits none keeps its text in `citation_line`. A number without a text is only a problem.
    """
    position = 0
    for number, content in _entries(block):
        if number is None:
            message = f"{_shown(content[0])} stands before the first reference"
            yield Problem.at(source, content[0], "unread-line", message, severity="info")
        elif not content:
            message = f"reference [{number.value}] has no text"
            yield Problem.at(source, number, "reference-cut", message, severity="info")
        else:
            position += 1
            text = source.span(content[0].start, content[-1].end)
            entry = _Entry(text, content)
            yield Citation(
                quote=folded(text), status="listed", position=position, number=number, work=entry.work()
            )
            for place, code, message in entry.troubles:
                shown = f"reference [{number.value}]: {message}"
                yield Problem.at(source, place, code, shown, hint=_KEPT, severity="info")


def short_reference(source: Source, text: Text) -> tuple[Report, list[Problem]]:
    """The work that an entry of the short form names, alone on its line, and what of it is not understood."""
    entry = _Entry(text, [text.stripped()])
    troubles = (
        Problem.at(source, place, code, message, hint=_KEPT, severity="info")
        for place, code, message in entry.troubles
    )
    return entry.work(), list(troubles)


@recurring
def cited_person(name: Text) -> Person | None:
    """The person of a printed name, where it is certain that it is one and which part is which.

    That is so of `Family, Given`, of `Family A. B.`, and of Chinese characters that begin with a common
    family name. Others (`[Anonymous]`, `*WHO`, groups, `Hausmann Daniel`) have no person: the name as
    printed is all that is known.

    >>> person = cited_person(Found("De Cruz H", "De Cruz H", 0))
    >>> person.family.raw, person.given.raw
    ('De Cruz', 'H')
    """
    parts = [part for part in name.split("[,，]") if _bare(part) not in SUFFIXES]
    if name.raw.startswith(("[", "*")) or not parts or is_group(parts[0].raw):
        return None
    if len(parts) == 2:
        family, given = parts
        given = next(given.split(r"[(（].*"), given)
        return Person(family=folded(family), given=folded(given))
    if len(parts) != 1:
        return None
    return chinese_person(parts[0]) or _family_and_initials(parts[0])


def _family_and_initials(name: Text) -> Person | None:
    words = list(name.split(r"\s+"))
    if len(words) > 2 and _bare(words[-1]) in SUFFIXES:
        words.pop()
    end = first = len(words)
    while first > 1 and _is_initial(words[first - 1].raw, behind=first < end):
        first -= 1
    if first == end or not any(letter.isalpha() for letter in words[0].raw):
        return None
    family = name.part(words[0].start - name.start, words[first - 1].end - name.start)
    given = name.part(words[first].start - name.start, words[-1].end - name.start)
    return Person(family=folded(family), given=folded(given))


def _is_initial(word: str, *, behind: bool) -> bool:
    """Whether a word is one or more initials.

    Before other initials (`behind`) only one letter or letters with stops: `LE BON J` is no `LE, BON J`.
    """
    letters = re.sub(r"[.\-'’]", "", word)
    if not letters.isalpha() or not letters.isupper() or len(letters) > 4:
        return False
    return not behind or len(letters) == 1 or "." in word


def _bare(word: Text) -> str:
    return word.raw.strip(".,; ").lower()


def _shown(place: Text) -> str:
    return repr(place.raw if len(place.raw) <= 60 else f"{place.raw[:57]}...")


def _entries(block: Text) -> Iterator[tuple[Found[int] | None, list[Text]]]:
    """Each entry's number and its lines; lines before the first entry one by one, without number."""
    number: Found[int] | None = None
    content: list[Text] = []
    for line in lines(block):
        match = _ENTRY.match(line.raw)
        if match is not None:
            if number is not None:
                yield number, content
            number, content = line.part(*match.span("number")).map(int), []
        rest = line if match is None else line.part(match.end(), len(line.raw)).stripped()
        if not any(character.isalnum() for character in rest.raw):
            continue
        if number is None:
            yield None, [rest]
        else:
            content.append(rest)
    if number is not None:
        yield number, content


class _Entry:
    """One entry: what has been read of it, and the characters that could not be."""

    def __init__(self, text: Text, content: list[Text]) -> None:
        self.text = text
        self.kind = "Expression"
        self.authorships: list[Authorship] = []
        self.fields: dict[str, Text] = {}
        self.issued: Found[PartialDate] | None = None
        self.troubles: list[tuple[Text, str, str]] = []
        if not (self.read_marked(content) or self.read_short(content) or self.read_unmarked(content)):
            self.fields["citation_line"] = folded(text)
            self.trouble(text, "reference-unparsed", f"{_shown(text)} has none of the known forms")

    def work(self) -> Report:
        """The work that the entry names."""
        container = self.fields.get("container")
        return Report(
            kind=self.kind,
            title=self._title(),
            authorships=tuple(self.authorships),
            journal=None if container is None else Journal(name=container),
            issued=self.issued,
            volume=self.fields.get("volume"),
            issue=self.fields.get("issue"),
            pages=self.fields.get("pages"),
            doi=self.fields.get("doi"),
            pmid=self.fields.get("pmid"),
            citation_line=self.fields.get("citation_line"),
        )

    def read_marked(self, content: list[Text]) -> bool:
        """An entry with a document code: the title before it, or on the first line, and the rest behind."""
        for place, line in enumerate(content):
            match = _MARKER_AT_START.match(line.raw) or _MARKER.search(line.raw)
            if match is None:
                continue
            self.kind = KINDS.get(match["code"], "Expression")
            rest = line.part(match.end(), len(line.raw)).stripped()
            tail = [*([rest] if rest.raw else []), *content[place + 1 :]]
            before = line.part(0, match.start()).stripped()
            if before.raw:
                self.fields["title"] = folded(self.between(content[0], before))
            elif place:
                self.fields["title"] = content[0]
                self.people(content[1:place])
            if not self.people_and_journal(tail):
                self.trouble(self.text, "reference-cut", "the entry ends before its journal and year")
            return True
        return False

    def read_short(self, content: list[Text]) -> bool:
        """An entry of the short form, on one line: author, year, container, volume, page, DOI."""
        line = content[0]
        tail = _SHORT_DOI.search(line.raw)
        parts = list(line.part(0, tail.start() if tail else len(line.raw)).split("[,，]"))
        place = next((n for n, part in enumerate(parts) if _is_year(part.raw)), None)
        if place is None or parts[place].start - line.start > _LONGEST_AUTHOR:
            return False
        if len(content) > 1 and _looks_like_name(content[1]):
            return False
        if place:
            self.people([self.between(parts[0], parts[place - 1])])
        if parts[place].raw[0].isdigit():
            self.year(parts[place])
        else:
            self.trouble(parts[place], "no-year", f"{_shown(parts[place])} stands for the year")
        self.short_fields(parts[place + 1 :])
        if tail is not None:
            self.doi(line.part(tail.end(), len(line.raw)))
        self.unread(content[1:])
        return True

    def read_unmarked(self, content: list[Text]) -> bool:
        """An entry cut before its document code, or printed without one: a title, then names."""
        if len(content) < 2 or not _looks_like_name(content[1]):
            return False
        self.fields["title"] = content[0]
        if not self.people_and_journal(content[1:]):
            self.trouble(self.text, "reference-cut", "the entry ends before its journal and year")
        return True

    def _title(self) -> Text | None:
        """The title without a full stop that stands apart behind it: `Hope for peers .`."""
        title = self.fields.get("title")
        if title is None or not title.raw.endswith(" ."):
            return title
        bare = title.part(0, len(title.raw) - 2).stripped()
        return folded(bare) if bare.raw else title

    def people_and_journal(self, content: list[Text]) -> bool:
        """Authors, then the line of journal and year; whether there is such a line."""
        for place, line in enumerate(content):
            *pieces, last = list(line.split(_PIECE_END)) or [line]
            self.people(pieces)
            if self.journal(last):
                self.unread(content[place + 1 :])
                return True
            self.people([last])
        return False

    def journal(self, line: Text) -> bool:
        """`JOURNAL, 2019, 22 (05) : 874 - 882`; whether it is such a line."""
        begin = _JOURNAL_YEAR.search(line.raw)
        if begin is None:
            return False
        end = _SHORT_DOI.search(line.raw, begin.end())
        if end is not None:
            self.doi(line.part(end.end(), len(line.raw)))
        rest = line.part(begin.end(), end.start() if end else len(line.raw)).stripped()
        name = line.part(0, begin.start()).stripped()
        if name.raw:
            self.fields["container"] = folded(name)
        match = _JOURNAL_TAIL.match(rest.raw)
        if match is not None and len((match["volume"] or "").split()) > 2:
            match = _JOURNAL_TAIL.match(rest.raw[: len(match["year"])])
        if match is None:
            self.trouble(rest, "reference-unparsed", f"{_shown(rest)} is no year, volume, issue and pages")
            return True
        self.year(rest.part(*match.span("year")))
        for key in ("volume", "issue", "pages"):
            value = rest.part(*match.span(key)).stripped() if match[key] else rest.part(0, 0)
            if value.raw:
                self.fields[key] = value.map(printed_pages) if key == "pages" else value
        if match.end() < len(rest.raw):
            left = rest.part(match.end(), len(rest.raw)).stripped()
            self.trouble(left, "reference-unparsed", f"{_shown(left)} behind the year is not understood")
        return True

    def short_fields(self, parts: list[Text]) -> None:
        """Container, volume, first page or article number, PubMed number."""
        known: list[tuple[Text, dict[str, Text]]] = []
        container: list[Text] = []
        for part in parts:
            match = _SHORT_FIELD.fullmatch(part.raw) if container or re.search(r"\d", part.raw) else None
            if match is not None:
                known.append(
                    (part, {k: part.part(*match.span(k)) for k, v in match.groupdict().items() if v})
                )
            elif known:
                self.trouble(part, "reference-unparsed", f"{_shown(part)} is not understood")
            else:
                container.append(part)
        if container:
            self.fields["container"] = folded(self.between(container[0], container[-1]))
        for part, fields in known:
            for key, value in fields.items():
                name = "pages" if key == "article" else key
                if name in self.fields:
                    self.trouble(part, "reference-unparsed", f"{_shown(part)} is a second {name}")
                else:
                    self.fields[name] = value.map(printed_pages) if name == "pages" else value

    def doi(self, printed: Text) -> None:
        """The DOI of `DOI [DOI 10.1191/X, 10.1191/x]`; another one beside it is reported."""
        dois = printed_dois(printed)
        if not dois:
            self.trouble(printed, "doi-unreadable", f"{_shown(printed)} holds no DOI")
            return
        self.fields["doi"] = dois[0]
        for other in dois[1:]:
            if other.value != dois[0].value:
                message = f"two DOIs are printed; {dois[0].value} is kept, {other.value} is not"
                self.trouble(other, "two-dois", message)

    def people(self, content: list[Text]) -> None:
        """Authors, one in each part."""
        for name in (piece for part in content for piece in part.split(_PIECE_END)):
            if _MORE_AUTHORS.fullmatch(name.raw):
                self.trouble(name, "authors-cut", f"the list of authors ends with {_shown(name)}")
            elif any(letter.isalpha() for letter in name.raw):
                printed = folded(name)
                self.authorships.append(
                    Authorship(
                        quote=printed,
                        name_as_printed=printed,
                        position=len(self.authorships) + 1,
                        person=cited_person(name),
                    )
                )
            else:
                self.unread([name])

    def year(self, printed: Text) -> None:
        """The year of publication."""
        year = printed.part(0, 4)
        self.issued = year.map(lambda digits: PartialDate(int(digits)))

    def between(self, first: Text, last: Text) -> Text:
        """The characters from one part to another."""
        return self.text.part(first.start - self.text.start, last.end - self.text.start)

    def unread(self, content: list[Text]) -> None:
        """Lines that belong to nothing."""
        for line in content:
            self.trouble(line, "unread-line", f"{_shown(line)} is not understood")

    def trouble(self, place: Text, code: str, message: str) -> None:
        """Something of the entry is not understood."""
        self.troubles.append((place, code, message))


def printed_pages(printed: str) -> str:
    """First and last page in full; of a range without end (`874 - +`) the first.

    >>> printed_pages("874 - 882"), printed_pages("411 / 425"), printed_pages("23 - +")
    ('874-882', '411-425', '23')
    """
    plain = unicodedata.normalize("NFKC", printed)
    first, *others = (part.strip() for part in re.split("[-‐‑‒–—/]", plain, maxsplit=1))
    last = others[0] if others else first
    return first if last in {"", "+", "&", first} else full_range(f"{first}-{last}")


def printed_dois(text: Text) -> list[Text]:
    """The DOIs in a text, each at the place of its own characters."""
    dois = []
    for match in _DOI.finditer(text.raw):
        value = doi(match.group())
        if value is not None:
            place = text.part(match.start(), match.start() + len(value))
            dois.append(place.map(lambda _, value=value: value))  # type: ignore[misc]  # bound now
    return dois


def _is_year(part: str) -> bool:
    return _SHORT_YEAR.fullmatch(part) is not None


def _looks_like_name(line: Text) -> bool:
    """`Family, Given` without the many words and the digits of a title."""
    family, comma, given = line.raw.partition(",")
    return bool(comma and given.strip(" ;.")) and len(line.raw.split()) < 8 and not re.search(r"\d", family)
