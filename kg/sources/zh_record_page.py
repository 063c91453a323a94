"""Web of Science record as a Chinese library page shows it: labels in Chinese, content in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Citation, Journal, Report, Section, SubjectClass, Text
from kg.problems import Problem
from kg.reading.addresses import affiliation
from kg.reading.chinese_names import has_han, is_han
from kg.reading.paragraphs import folded
from kg.reading.sections import abstract_sections
from kg.reading.wos_references import cited_person, listed_references, printed_dois, printed_pages
from kg.source import Found, Source

LABELS = {
    "被引": "times cited",
    "被引频次": "times cited",
    "被引次数": "times cited",
    "作者": "authors",
    "机构": "institutions",
    "来源": "journal",
    "关键词": "keywords",
    "作者关键词": "author keywords",
    "增补关键词": "keywords plus",
    "KEYWORDSPLUS": "keywords plus",
    "DOI": "doi",
    "中图分类号": "classes",
    "学科分类号": "classes",
    "摘要": "abstract",
    "引用": "furniture",
    "收藏": "furniture",
    "分享": "furniture",
    "导出": "furniture",
    "页码": "pages",
    "页数": "page count",
    "相关论文": "references",
    "参考文献": "references",
    "通讯作者": "not read",
    "基金": "not read",
    "基金资助": "not read",
    "出版商": "not read",
    "出版社": "not read",
    "出版年": "not read",
    "文献类型": "not read",
    "语种": "not read",
    "会议": "not read",
    "会议名称": "not read",
    "ISSN": "not read",
    "EISSN": "not read",
}
"""The labels of the page, without spaces and in capitals (the page prints `D O I`), and what stands there.

The model has no field for what is under those that are not read: they are reported.
"""

_FOOT = re.compile(
    r"(?:(?:查看|显示|加载)(?:更多|全部).{0,20}|(?:上一页|下一页|返回|首页|末页).{0,20}|版权所有.{0,80}"
    r"|.{0,40}(?:©|保留所有权利).{0,80}|(?=.*[←→‹›«»])[←→‹›<>«»\d\s.…/|]{1,40}|第\s?\d{1,4}\s?页.{0,20})"
)
"""What stands below a list of references and belongs to the site."""
_WHO = frozenset(("authors", "institutions"))
_OWN = frozenset(("times cited", "doi", "classes", "pages", "page count", "references"))
"""What tells this page from another one in Chinese: two of these, beside authors or institutions."""

_ONE_LINE = frozenset(("times cited", "doi", "classes", "furniture", "pages", "page count"))
"""Sections in which a line of Chinese words cannot be content."""

_LABEL = re.compile(r"(?P<words>[\w \t\u00a0\u3000]{2,24}?)[ \t\u00a0\u3000]{0,8}(?:[:：](?P<value>.*)|$)")
_TOTAL = re.compile(r"(?P<label>相关论文|参考文献)?\s{0,8}共\s{0,8}(?P<total>\d[\d,，]{0,11})\s{0,8}[条篇]")
_NOISE = frozenset("|｜·•-—")
_BULLET = re.compile(r"[*•·▪◦‣]\s{1,4}")
_NUMBER = re.compile(r"(?P<number>\d{1,3}(?:[,，]\d{3}){1,3}|\d{1,9})(?:\s{0,4}[次页篇条])?")
_ADDRESS = re.compile(r"[\[［【]\s{0,4}(?P<number>\d{1,4})\s{0,4}[\]］】]\s{0,4}")
_AUTHOR = re.compile(r"(?:[^;；\[［]|[\[［][^\[\]［］]*[\]］]|[\[［])+")
_AUTHOR_NUMBERS = re.compile(r"[\[［【]\s{0,4}\d")
_CLASS = re.compile(r"(?P<code>[A-Za-z]?[\w.\-:/+=()]*)\s{0,4}(?:[\[［【](?P<label>.+)[\]］】])?")
_ISSUED = re.compile(r"(?P<year>(?:1[5-9]|20|21)\d\d)\s{0,4}年")
_VOLUME = re.compile(r"(?P<volume>[\w.-]{1,12})\s{0,4}卷")
_ISSUE = re.compile(r"(?P<issue>[\w.-]{1,12})\s{0,4}期")
_NO_ABSTRACT = frozenset(("无", "暂无", "暂无摘要", "无摘要", "no abstract available", "no abstract"))


@dataclass(slots=True)
class _Section:
    """What stands under one label: the label, the kind of content, the lines that are not blank."""

    label: Text
    kind: str
    lines: list[Text] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    """One record: the lines above its first label, and its sections."""

    head: list[Text]
    sections: list[_Section] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def add(self, section: _Section) -> None:
        """One more section."""
        self.sections.append(section)
        self.kinds.add(section.kind)

    def of(self, kind: str) -> list[_Section]:
        return [section for section in self.sections if section.kind == kind]


def recognises(source: Source) -> bool:
    """Whether authors or institutions and two sections of this page stand under their Chinese labels."""
    if not any(words[0] in source.text for words, kind in LABELS.items() if kind in _WHO):
        return False
    kinds = {label.kind for line in source.lines() if (label := _label(line)) is not None}
    return not kinds.isdisjoint(_WHO) and len(kinds & _OWN) > 1


def read(source: Source) -> Iterator[Report | Problem]:
    """The record on the page, with its listed references; each record where a file holds several pages.

    The page names neither journal nor year unless it has a section 来源: they are left unknown.
    """
    for page in _pages(source):
        record = _Record(source, page)
        yield record.report()
        yield from sorted(record.problems, key=lambda problem: problem.start or 0)


def _label(line: Text) -> _Section | None:
    """The section that a line begins, with what stands behind the label on the same line."""
    stripped = line.stripped()
    total = _TOTAL.fullmatch(stripped.raw)
    if total is not None:
        return _Section(stripped, "references", [stripped])
    match = _LABEL.fullmatch(stripped.raw)
    if match is None:
        return None
    kind = LABELS.get("".join(match["words"].split()).upper())
    if kind is None:
        return None
    section = _Section(stripped.part(*match.span("words")), kind)
    if match["value"] and match["value"].strip():
        section.lines.append(stripped.part(*match.span("value")).stripped())
    return section


def _pages(source: Source) -> Iterator[_Page]:
    """The lines of the document by records and sections."""
    page = _Page([])
    for line in source.lines():
        text = line.stripped()
        if not text.raw or set(text.raw) <= _NOISE:
            continue
        section = _label(text)
        if section is None and page.sections:
            section = _unknown(text, page.sections[-1])
        if section is None:
            (page.sections[-1].lines if page.sections else page.head).append(_without_bullet(text))
        elif _begins_record(section, page):
            head = [page.sections[-1].lines.pop()] if page.sections[-1].lines else []
            yield page
            page = _Page(head)
            page.add(section)
        else:
            page.add(section)
    yield page


def _without_bullet(line: Text) -> Text:
    """The line behind the mark of a list, which saved pages have before authors and addresses, too."""
    mark = _BULLET.match(line.raw)
    return line if mark is None else line.part(mark.end(), len(line.raw))


def _begins_record(section: _Section, page: _Page) -> bool:
    """Whether a second record begins here: times cited or authors, after authors."""
    if section.kind not in {"times cited", "authors"} or "authors" not in page.kinds:
        return False
    return not page.kinds.isdisjoint(("references", "abstract", "doi"))


def _unknown(line: Text, section: _Section) -> _Section | None:
    """The section of an unknown label: a few Chinese words, where all above them is in another script."""
    words, *value = list(line.split("[:：]")) or [line]
    if not 2 <= len(words.raw) <= 8 or not is_han(words.raw):
        return None
    above = [has_han(before.raw) for before in section.lines]
    if section.kind not in _ONE_LINE and (not above or any(above)):
        return None
    return _Section(words, "not read", value)


class _Record:
    """The reading of one record, and the problems met on the way."""

    def __init__(self, source: Source, page: _Page) -> None:
        self.source = source
        self.page = page
        self.problems: list[Problem] = []
        self.top = page.sections[0].label if page.sections else source.span(0, 0)

    def report(self) -> Report:
        """The record; what is not understood goes to `problems`."""
        journal, issued, volume, issue = self.journal()
        author_keywords, keywords_plus = self.keywords()
        title = self.title()
        authorships = self.authorships()
        classes = tuple(found for section in self.page.of("classes") for found in self.classes(section))
        doi_printed = self.doi()
        sections = self.abstract()
        pages = self.pages()
        page_count = self.count("page count")
        total, references = self.references()
        self.left_over()
        return Report(
            title=title,
            authorships=authorships,
            journal=journal,
            issued=issued,
            volume=volume,
            issue=issue,
            pages=pages,
            page_count=page_count,
            doi=doi_printed,
            author_keywords=author_keywords,
            keywords_plus=keywords_plus,
            subject_classes=classes,
            times_cited=self.count("times cited"),
            reference_total=total,
            references=references,
            sections=sections,
        )

    # -- the head ----------------------------------------------------------------------------------

    def title(self) -> Text | None:
        """The paragraph above the first label; of a title and its translation the first."""
        head = self.page.head
        if not head:
            self.problem(self.top, "no-title", "no title stands above the first section")
            return None
        begin = len(head) - 1
        while begin and self.line_of(head[begin - 1]) + 1 == self.line_of(head[begin]):
            begin -= 1
        for line in head[:begin]:
            self.info(line, "unread-line", f"{_shown(line)} above the title is not read")
        first, last = head[begin], head[-1]
        if len({has_han(line.raw) for line in head[begin:]}) > 1:
            for line in head[begin + 1 :]:
                self.info(line, "second-title", f"{_shown(line)} below the title is not read")
            return folded(first)
        if first is not last:
            message = f"the title is taken to have {len(head) - begin} lines"
            self.info(first, "title-on-several-lines", message)
        return folded(self.source.span(first.start, last.end))

    def journal(self) -> tuple[Journal | None, Found[PartialDate] | None, Text | None, Text | None]:
        """Journal, year, volume and issue of the section 来源, on pages that have it."""
        sections = self.page.of("journal")
        lines = [part for line in self.content(sections) for part in line.split(r"[|｜/／]")]
        name: Text | None = None
        found: dict[str, Text] = {}
        for part in lines:
            matches = [m for p in (_ISSUED, _VOLUME, _ISSUE) if (m := p.search(part.raw)) is not None]
            for match in matches:
                for key in match.groupdict():
                    found.setdefault(key, part.part(*match.span(key)).stripped())
            if not matches and name is None:
                name = folded(part)
            elif not matches:
                self.info(part, "unread-line", f"{_shown(part)} below the journal's name is not understood")
        year = found.get("year")
        return (
            None if name is None else Journal(name=name),
            None if year is None else year.map(lambda digits: PartialDate(int(digits))),
            found.get("volume"),
            found.get("issue"),
        )

    # -- authors -----------------------------------------------------------------------------------

    def authorships(self) -> tuple[Authorship, ...]:
        """The authors in order, each with the addresses whose numbers stand behind the name."""
        addresses = self.addresses()
        used: set[int] = set()
        authorships: list[Authorship] = []
        for line in self.content(self.page.of("authors")):
            for author in (line.part(*match.span()).stripped() for match in _AUTHOR.finditer(line.raw)):
                numbers = _AUTHOR_NUMBERS.search(author.raw)
                name = author.part(0, numbers.start() if numbers else len(author.raw)).stripped(
                    " \t\u00a0,，;"
                )
                if not any(letter.isalpha() for letter in name.raw):
                    self.info(author, "unread-line", f"{_shown(author)} among the authors is no name")
                    continue
                printed = folded(name)
                known = self.affiliations(author, name, addresses)
                used.update(known)
                authorships.append(
                    Authorship(
                        quote=folded(author),
                        name_as_printed=printed,
                        position=len(authorships) + 1,
                        person=cited_person(name),
                        affiliations=tuple(addresses[number] for number in known),
                    )
                )
        if not authorships:
            self.problem(self.top, "no-authors", "the record names no authors")
        if authorships and not addresses:
            self.info(authorships[0].quote, "no-affiliations", "no numbered address stands on the page")
        for number, address in addresses.items():
            if number not in used:
                message = f"no author refers to address [{number}]; nothing of it is published"
                self.problem(address.printed, "address-unused", message)
        return tuple(authorships)

    def affiliations(self, author: Text, name: Text, addresses: dict[int, Affiliation]) -> list[int]:
        """The numbers behind a name that lead to addresses, in order, each once."""
        behind = author.part(name.end - author.start, len(author.raw))
        numbers = list(dict.fromkeys(int(digits) for digits in re.findall(r"\d{1,9}", behind.raw)))
        left = re.sub(r"[\d\s,，;、\[\]［］【】]", "", behind.raw)
        if left:
            self.info(
                behind, "unread-line", f"{_shown(behind)} behind the name {name.raw!r} is not understood"
            )
        if not addresses:
            return []
        if not numbers:
            self.problem(
                author,
                "no-affiliation",
                f"author {name.raw!r} refers to no address",
                hint="check the numbers behind the name",
            )
        for number in numbers:
            if number not in addresses:
                last = max(addresses)
                lack = f"ends at [{last}]" if number > last else f"has no [{number}]"
                self.problem(
                    author,
                    "no-affiliation",
                    f"author {name.raw!r} refers to [{number}], but the list {lack}",
                    hint="check the record's address block",
                )
        return [number for number in numbers if number in addresses]

    def addresses(self) -> dict[int, Affiliation]:
        """The numbered addresses of the section 机构."""
        addresses: dict[int, Affiliation] = {}
        for line in self.content(self.page.of("institutions")):
            match = _ADDRESS.match(line.raw)
            address = line.part(match.end() if match else 0, len(line.raw)).stripped(" \t\u00a0;；")
            if match is None or not address.raw:
                message = f"address {_shown(line)} has no number or no text, so no author can be found for it"
                self.problem(line, "address-not-numbered", message)
                continue
            number = int(match["number"])
            if number in addresses:
                message = f"a second address is numbered [{number}]; the first is kept"
                self.problem(line, "address-number-twice", message)
                continue
            addresses[number] = affiliation(address)
            if addresses[number].institution.country is None:
                message = f"address [{number}] does not end in a known country"
                self.info(address, "address-without-country", message)
        return addresses

    # -- subjects ----------------------------------------------------------------------------------

    def keywords(self) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
        """Author keywords, and Keywords Plus: in capitals, behind the others of their list."""
        authors: list[Text] = []
        plus: list[Text] = []
        for section in self.page.sections:
            if section.kind not in {"keywords", "author keywords", "keywords plus"}:
                continue
            for words in _lists(section.lines):
                last = len(words)
                while last and section.kind == "keywords" and _in_capitals(words[last - 1].raw):
                    last -= 1
                if section.kind == "keywords plus":
                    last = 0
                authors += words[:last]
                plus += words[last:]
        return _each_once(authors), _each_once(plus)

    def classes(self, section: _Section) -> Iterator[SubjectClass]:
        """The classes of one scheme: `R749 [精神病学]; 100205 ;`."""
        scheme = folded(section.label)
        for line in section.lines:
            for part in line.split("[;；]"):
                match = _CLASS.fullmatch(part.raw)
                if match is None or not match["code"]:
                    self.problem(part, "class-unread", f"{_shown(part)} is no code of the {scheme.value}")
                    continue
                label = part.part(*match.span("label")).stripped() if match["label"] else None
                yield SubjectClass(scheme=scheme, code=part.part(*match.span("code")), label=label)

    # -- the rest ----------------------------------------------------------------------------------

    def doi(self) -> Text | None:
        """The DOI."""
        found: Text | None = None
        for line in self.content(self.page.of("doi")):
            dois = printed_dois(line)
            if not dois:
                self.problem(line, "doi-unreadable", f"{_shown(line)} is no DOI")
            for printed in dois:
                if found is not None and printed.value != found.value:
                    message = f"a second DOI, {printed.value}, stands beside {found.value}"
                    self.problem(printed, "two-dois", message)
                found = found or printed
        return found

    def abstract(self) -> tuple[Section, ...]:
        """The abstract in its sections; the whole of it is one where no heading is found."""
        sections: list[Section] = []
        for found in self.page.of("abstract"):
            if found.lines and found.lines[0].raw.rstrip(".。 ").lower() not in _NO_ABSTRACT:
                text = self.source.span(found.lines[0].start, found.lines[-1].end)
                sections += abstract_sections(text)
        if not sections:
            place = next((found.label for found in self.page.of("abstract")), self.top)
            self.info(place, "no-abstract", "the page has no abstract")
        return tuple(sections)

    def pages(self) -> Text | None:
        """First and last page."""
        lines = self.content(self.page.of("pages"))
        for line in lines[1:]:
            self.info(line, "unread-line", f"{_shown(line)} below the pages is not understood")
        if not lines or not any(letter.isalnum() for letter in lines[0].raw):
            return None
        return lines[0].map(printed_pages)

    def count(self, kind: str) -> Found[int] | None:
        """The number in a section such as 被引 or 页数."""
        lines = self.content(self.page.of(kind))
        found: Found[int] | None = None
        for line in lines:
            match = _NUMBER.fullmatch(line.raw)
            label = self.page.of(kind)[0].label.raw
            if match is None or found is not None:
                self.problem(line, "number-unread", f"{_shown(line)} under {label} is not one number")
            elif kind == "page count" and _number(match["number"]) == 0:
                self.info(line, "number-unread", f"{_shown(line)} under {label} says nothing")
            else:
                found = line.part(*match.span("number")).map(_number)
        return found

    def references(self) -> tuple[Found[int] | None, tuple[Citation, ...]]:
        """How many references the page states, and those it lists."""
        total: Found[int] | None = None
        citations: list[Citation] = []
        for section in self.page.of("references"):
            lines = section.lines
            match = _TOTAL.fullmatch(lines[0].raw) if lines else None
            if match is not None:
                stated = lines[0].part(*match.span("total")).map(_number)
                if total is not None:
                    self.info(lines[0], "unread-line", f"{_shown(lines[0])} is a second number of references")
                total = total or stated
                lines = lines[1:]
            foot = next((n for n, line in enumerate(lines) if _FOOT.fullmatch(line.raw)), len(lines))
            for line in lines[foot:]:
                self.info(line, "unread-line", f"{_shown(line)} below the references is not understood")
            lines = lines[:foot]
            if not lines:
                continue
            for found in listed_references(self.source, self.source.span(lines[0].start, lines[-1].end)):
                if isinstance(found, Problem):
                    self.problems.append(found)
                else:
                    citations.append(replace(found, position=len(citations) + 1))
        if total is not None and total.value != len(citations):
            fewer = "fewer" if len(citations) < total.value else "more"
            self.info(
                total,
                f"{fewer}-references-than-stated",
                f"the page states {total.value} and lists {len(citations)} references",
            )
        return total, tuple(citations)

    def left_over(self) -> None:
        """Reports what stands in sections that are not read."""
        for section in self.page.sections:
            if section.kind == "not read":
                last = section.lines[-1] if section.lines else section.label
                place = self.source.span(section.label.start, last.end)
                self.info(place, "section-not-read", f"section {_shown(place)} is not read")
            elif section.kind == "furniture":
                for line in section.lines:
                    self.info(
                        line, "unread-line", f"{_shown(line)} below {section.label.raw} is not understood"
                    )

    def content(self, sections: list[_Section]) -> list[Text]:
        """The lines of the sections of one kind."""
        return [line for section in sections for line in section.lines]

    def line_of(self, place: Text) -> int:
        """The number of the line on which a value begins."""
        return self.source.line_of(place.start)

    def problem(self, place: Text, code: str, message: str, *, hint: str = "") -> None:
        """A warning."""
        self.problems.append(Problem.at(self.source, place, code, message, hint=hint))

    def info(self, place: Found[Any], code: str, message: str) -> None:
        """Something worth knowing, by which nothing is lost or made doubtful."""
        self.problems.append(Problem.at(self.source, place, code, message, severity="info"))


def _lists(lines: list[Text]) -> Iterator[list[Text]]:
    """The keyword lists of a section: a line with several is one, the single keywords on lines another."""
    single: list[Text] = []
    for line in lines:
        words = list(line.split("[;；]"))
        if len(words) > 1:
            yield words
        else:
            single += words
    yield single


def _number(printed: str) -> int:
    return int(re.sub("[,，]", "", printed))


def _in_capitals(word: str) -> bool:
    return word.isupper()


def _each_once(words: list[Text]) -> tuple[Text, ...]:
    return tuple({word.value.casefold(): word for word in reversed(words)}.values())[::-1]


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _shown(place: Text) -> str:
    return repr(_cut(" ".join(place.raw.split())))
