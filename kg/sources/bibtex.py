"""BibTeX and BibLaTeX, as JabRef, Zotero, Mendeley, databases and people write them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.identifiers import PartialDate
from kg.model import Conference, Contribution, Journal, Report, Section, SubjectClass, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, bibtex_entries, bibtex_names, dates, latex, markup
from kg.reading.bibtex_entries import COMMENTS, MONTHS, Elsewhere, Entry, Macros
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import distinct
from kg.reading.values import Values
from kg.source import Found, Source

MEDIA_TYPE = "application/x-bibtex"

KINDS = {
    "article": "JournalArticle",
    "article-journal": "JournalArticle",
    "book": "Book",
    "bookinbook": "BookChapter",
    "booklet": "Book",
    "collection": "Book",
    "conference": "ConferencePaper",
    "dataset": "DataFile",
    "electronic": "WebContent",
    "inbook": "BookChapter",
    "incollection": "BookChapter",
    "inproceedings": "ConferencePaper",
    "inreference": "ReferenceEntry",
    "manual": "ReportDocument",
    "mastersthesis": "MastersThesis",
    "mvbook": "Book",
    "mvcollection": "Book",
    "mvproceedings": "ConferenceProceedings",
    "online": "WebContent",
    "phdthesis": "DoctoralThesis",
    "preprint": "Preprint",
    "proceedings": "ConferenceProceedings",
    "reference": "ReferenceBook",
    "report": "ReportDocument",
    "review": "ReviewArticle",
    "software": "ComputerProgram",
    "standard": "SpecificationDocument",
    "suppbook": "BookChapter",
    "suppcollection": "BookChapter",
    "techreport": "ReportDocument",
    "thesis": "Thesis",
    "unpublished": "Manuscript",
    "webpage": "WebContent",
    "www": "WebContent",
}
"""The FaBiO classes of entry types; every other type is an expression."""

_OF_PUBMED = (
    "chemicals", "citation-subset", "completed", "country", "created", "date-created", "gene-symbol",
    "gene-symbols", "grantno", "history", "manuscript-id", "model", "nlm-id", "nlm-unique-id",
    "number-of-references", "other-id", "pii", "article-pii", "pubmodel", "pubstatus", "publication-status",
    "registry-number", "revised", "space-flight-mission", "status", "subset", "substance-name", "termowner",
)  # fmt: skip

FIELDS = Fields(
    mapped={
        "entry type": "kind, publication type",
        "type": "publication type",
        "document_type": "publication type",
        "title": "title",
        "subtitle": "title",
        "shorttitle": "other title",
        "origtitle": "other title",
        "titleaddon": "other title",
        "transliterated-title": "other title",
        "author": "authors",
        "editor": "editors",
        "translator": "translators",
        "journal": "journal or book",
        "journaltitle": "journal or book",
        "booktitle": "journal or book",
        "maintitle": "journal or book",
        "shortjournal": "short name of the journal",
        "journal-iso": "short name of the journal",
        "abbrev_source_title": "short name of the journal",
        "issn": "ISSN of the journal",
        **dict.fromkeys(
            ("issn-linking", "linking-issn", "print-issn", "electronic-issn"), "ISSN of the journal"
        ),
        **dict.fromkeys(("journal-abbreviation", "title-abbreviation"), "short name of the journal"),
        "eissn": "ISSN of the journal",
        "date": "date",
        "year": "date",
        "month": "date",
        "day": "date",
        "volume": "volume",
        "number": "issue; number of a report",
        "issue": "issue",
        "pages": "pages",
        "eid": "article number, where there are no pages",
        "article-number": "article number, where there are no pages",
        "articleno": "article number, where there are no pages",
        "art_number": "article number, where there are no pages",
        "pagetotal": "number of pages",
        "page_count": "number of pages",
        "numpages": "number of pages",
        "edition": "edition",
        "publisher": "publisher",
        "institution": "publisher",
        "school": "publisher",
        "organization": "publisher",
        "address": "place of publication",
        "location": "place of publication",
        "isbn": "ISBN",
        "doi": "DOI",
        "pmid": "PubMed id",
        "pubmed_id": "PubMed id",
        "pmcid": "PubMed Central id",
        "pmc": "PubMed Central id",
        "eprint": "identifier in the archive that `eprinttype` names: PubMed, arXiv",
        "eprinttype": "what the identifier in an archive is",
        "archiveprefix": "what the identifier in an archive is",
        "unique-id": "identifier in Web of Science",
        "citation key": "identifier in Web of Science, where it is one",
        "url": "address, identifier in Scopus",
        "howpublished": "address, where it is one",
        "language": "language",
        "langid": "language",
        "abstract": "abstract",
        "keywords": "keywords; index keywords of Scopus",
        "keyword": "keywords",
        "key words": "keywords",
        "author_keywords": "keywords",
        "keywords-plus": "keywords of Web of Science",
        "research-areas": "subject classes",
        "web-of-science-categories": "subject classes",
        "eventtitle": "conference",
        "eventdate": "date of the conference",
        "times-cited": "times cited",
        "number-of-cited-references": "number of references",
        "copyright": "licence",
        "license": "licence",
        "note": "notes, identifiers in them, times cited in Scopus",
        "annote": "notes",
        "annotation": "notes",
        "addendum": "notes",
        "crossref": "the fields of the book that an entry inherits",
        "xdata": "the fields of a container that an entry inherits",
    },
    known={
        "affiliation": "addresses, which the file does not give to authors",
        "affiliations": "addresses, which the file does not give to authors",
        "author-email": "e-mail addresses",
        "orcid-numbers": "ORCID iDs, under other writings of the names",
        "researcherid-numbers": "identifiers of the authors in Web of Science",
        "correspondence_address": "address of the corresponding author",
        "correspondence_address1": "address of the corresponding author",
        "author_id": "identifiers of the authors in Scopus",
        "bookauthor": "authors of the book around",
        "booksubtitle": "subtitle of the book around",
        "journalsubtitle": "subtitle of the journal",
        "mainsubtitle": "subtitle of the whole work",
        "subtype": "kind of the work in words",
        "entrysubtype": "kind of the work in words",
        "pubstate": "state of the publication",
        "publication_stage": "state of the publication",
        "series": "series",
        "chapter": "number of the chapter",
        "volumes": "number of volumes",
        "part": "number of the part",
        "version": "version",
        "venue": "place of the conference",
        "origdate": "date of the original",
        "urldate": "when the address was looked at",
        "lastchecked": "when the address was looked at",
        "eprintclass": "section of an archive",
        "primaryclass": "section of an archive",
        "archive": "archive",
        "editora": "further editors",
        "editortype": "part of the editors",
        "annotator": "annotators",
        "commentator": "commentators",
        "holder": "holder of a patent",
        **dict.fromkeys(_OF_PUBMED, "what PubMed says of its record, as JabRef names it"),
        "related": "keys of other entries",
        "indextitle": "title for sorting",
        "rating": "stars that a reader gave",
        "coden": "code of the journal",
        "source": "database from which the entry was taken",
        "database": "database from which the entry was taken",
        "bibsource": "database from which the entry was taken",
        "biburl": "address of the entry",
        "book-group-author": "group that made a book",
        "cited-references": "references in one piece",
        "references": "references in one piece",
        "funding-acknowledgement": "funders",
        "funding-text": "text about funding",
        **{f"funding_text {number}": "text about funding" for number in range(1, 6)},
        "sponsors": "sponsors of the conference",
        "chemicals_cas": "chemicals",
        "tradenames": "trade names",
        "manufacturers": "manufacturers",
        "molecular_seqnumbers": "molecular sequences",
        "issue_date": "date of the issue in words",
        "earlyaccessdate": "date of early access",
        "early-access-date": "date of early access",
        "book-author": "authors of the book around",
        "article-type": "kind of the work in words",
        "funding_details": "funders",
        "doc-delivery-number": "number at Web of Science",
        "journal-id": "journal at a database",
        "web-of-science-index": "index of Web of Science",
        "usage-count-last-180-days": "use at Web of Science",
        "usage-count-since-2013": "use at Web of Science",
        "da": "when the entry was exported",
        "oa": "open access",
        "file": "file",
        "pdf": "file",
        "local-url": "file",
        "owner": "owner of the entry in JabRef",
        "timestamp": "when the entry was made",
        "creationdate": "when the entry was made",
        "modificationdate": "when the entry was changed",
        "date-added": "when the entry was made",
        "date-modified": "when the entry was changed",
        "groups": "groups in JabRef",
        "comment": "remark of the owner of the library",
        "review": "remark of the owner of the library",
        "mendeley-groups": "groups in Mendeley",
        "mendeley-tags": "words of the owner of the library",
        "readstatus": "remark of the owner of the library",
        "ranking": "remark of the owner of the library",
        "priority": "remark of the owner of the library",
        "key": "what sorts an entry without author",
        "sortname": "what sorts an entry",
        "sortkey": "what sorts an entry",
        "presort": "what sorts an entry",
        "options": "options of BibLaTeX",
        "ids": "other keys",
        "__markedentry": "mark in JabRef",
        "bdsk-url-1": "address in BibDesk",
        "bdsk-file-1": "file in BibDesk",
        "adsurl": "address at ADS",
        "adsnote": "note of ADS",
    },
)

NUMBERED = frozenset(("techreport", "report", "manual", "standard", "patent"))
"""Types of entries whose `number` is their own, and not that of an issue."""

_RECORDS_NONE = COMMENTS | {"xdata", "set", "control"}
"""Blocks that describe no work: containers of fields, sets of entries, options."""

_INHERITED = frozenset(
    (
        "booktitle", "booksubtitle", "maintitle", "journal", "journaltitle", "shortjournal", "editor",
        "publisher", "organization", "institution", "school", "address", "location", "year", "date", "month",
        "volume", "series", "isbn", "issn", "eventtitle", "eventdate", "venue", "edition", "language",
        "langid",
    )
)  # fmt: skip
"""What an entry has from the one it refers to by `crossref`: never what identifies that one."""

_NOT_FIELDS_OF_THEIR_OWN = frozenset(("crossref", "xdata", "ids", "options"))
_RECOGNISED = re.compile(
    r"^[ \t]*@(?:[A-Za-z][\w-]*\s*[{(]\s*(?:[^\s,={}()\"][^,={}\"\n]{0,200},|,)?\s*(?:%[^\n]*\s*)?"
    r"[A-Za-z][\w:+. -]{0,60}?\s*=\s*[\"{\w]|(?i:comment|preamble|string)\s*[{(])",
    re.MULTILINE,
)
_OTHER_SYNTAX = ("{", "[", "<")


def recognises(source: Source) -> bool:
    """A line that begins with `@`, a word and a brace, and a field with its value behind them."""
    return (
        "@" in source.text
        and not source.text.lstrip().startswith(_OTHER_SYNTAX)
        and _RECOGNISED.search(source.text) is not None
    )


def records(file: File) -> Iterator[Source | Problem]:
    """The entries; comments, preambles, `@string`, `@xdata` and `@set` are none."""
    macros, elsewhere, number = Macros(), Elsewhere.of(file), 0
    for block in bibtex_entries.blocks(file.lines()):
        if block.kind == "string" and block.size <= bibtex_entries.LONGEST:
            yield from macros.define(block, file)
        elif not block.kind:
            yield Problem(
                "unread-line",
                f"{block.text[:60]!r} stands outside all entries and was not read",
                file.path,
                line=block.line,
                hint="look for a closing brace too many in the entry above",
            )
        if block.kind in _RECORDS_NONE or not block.kind:
            continue
        number += 1
        if block.size > bibtex_entries.LONGEST:
            yield Problem(
                "record-too-large",
                f"the entry has more than {bibtex_entries.LONGEST:,} characters and was left out",
                file.path,
                line=block.line,
                hint="look for a closing brace that is missing",
                severity="error",
            )
            continue
        inherited = elsewhere.inherited(block.text) if elsewhere.parents else ()
        used: tuple[str, ...] = ()
        if len(macros.values) > len(MONTHS) or len(elsewhere.macros) > len(MONTHS):
            used = macros.used_in("\n".join((block.text, *inherited)), elsewhere.macros)
        yield file.record(
            number,
            block.line,
            data=block.text.encode("utf-8", "replace"),
            media_type=MEDIA_TYPE,
            context=(*used, *inherited),
        )


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of an entry and those it inherits: by name their values and the places where these stand."""

    values: Mapping[str, list[tuple[str, str]]]
    places: Values

    def raws(self, *names: str) -> Iterator[tuple[str, str]]:
        """The values as they are written, with their places, name by name."""
        for name in names:
            yield from self.values.get(name, ())

    def text(self, *names: str) -> Text | None:
        """The words of the first of the fields that has some."""
        return next(self.texts(*names), None)

    def texts(self, *names: str) -> Iterator[Text]:
        """The words of the fields, name by name."""
        for raw, where in self.raws(*names):
            words = html.unescape(latex.text(raw))
            if words:
                yield self.places.at(words, where)

    def verbatim(self, *names: str) -> Iterator[Text]:
        """Addresses and identifiers, in which LaTeX means nothing."""
        for raw, where in self.raws(*names):
            value = latex.verbatim(raw).strip()
            if value:
                yield self.places.at(value, where)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of an entry."""
    entry, inherited = parts(source)
    pairs = [("entry type", entry.kind), *((name, raw) for name, raw in entry.fields if raw.strip())]
    yield FIELDS.tally([*pairs, ("citation key", entry.key)] if entry.key else pairs)
    yield from _faults(source, entry, inherited)
    fields = _Fields(_all(entry, inherited), Values())
    if not entry.fields and entry.unclosed:
        return
    yield from _report(source, entry, fields)


def parts(source: Source) -> tuple[Entry, list[Entry]]:
    """The entry of a record, and those that it inherits from."""
    macros = dict(MONTHS)
    for one in source.context:
        if not one.startswith("@"):
            name, _, value = one.partition("=")
            macros[name] = value
    inherited = [bibtex_entries.parsed(one, macros) for one in source.context if one.startswith("@")]
    return bibtex_entries.parsed(source.data.decode(), macros), inherited


def _faults(source: Source, entry: Entry, inherited: list[Entry]) -> Iterator[Problem]:
    def problem(code: str, message: str, hint: str, *, lost: bool = False) -> Problem:
        severity = "error" if lost else "warning"
        return Problem(
            code,
            message,
            source.path,
            line=source.first_line,
            hint=hint,
            severity=severity,  # type: ignore[arg-type]  # one of the two
        )

    name = entry.key[:60] or "without key"
    if entry.unclosed:
        where = f"in the field {entry.unclosed[:60]!r}" if entry.unclosed != "?" else "at its end"
        yield problem(
            "unbalanced-braces",
            f"the braces of the entry {name!r} do not balance: one, or a quotation mark, is missing {where}",
            "close it; the other fields of the entry were read, as far as they can be told apart",
            lost=not entry.fields,
        )
    if entry.unread:
        words = " ".join(entry.unread[0][:200].split())[:60]
        yield problem(
            "unread-line",
            f"{words!r} in the entry {name!r} is no field and was not read"
            + (f"; so were {len(entry.unread) - 1} more" if len(entry.unread) > 1 else ""),
            "look for a quotation mark or brace inside a value",
        )
    for macro in dict.fromkeys(entry.undefined[:5]):
        yield problem(
            "macro",
            f"the macro {macro[:60]!r} is not defined; its name was taken as the value",
            "put the value in braces, or define the macro with @string",
        )
    found = {one.key.lower() for one in inherited}
    for key in bibtex_entries.parents(
        " ".join(f"{n} = {{{v}}}" for n, v in entry.fields if n in {"crossref", "xdata"})
    ):
        if key.lower() not in found:
            yield problem(
                "unresolved-crossref",
                f"the entry {name!r} inherits from {key[:60]!r}, which is not in the file",
                "export that entry along with it",
            )


def _all(entry: Entry, inherited: list[Entry]) -> dict[str, list[tuple[str, str]]]:
    """The fields of an entry by name, and behind them what it inherits where it has none of its own."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, raw in entry.fields:
        if raw.strip():
            found.setdefault(name, []).append((raw, f"/{name}"))
    own = frozenset(found)
    for parent in inherited:
        for name, raw in parent.fields:
            if parent.kind == "xdata":
                child = "" if name in _NOT_FIELDS_OF_THEIR_OWN else name
            elif name == "title":
                child = "booktitle" if entry.kind != "article" else "journaltitle"
            else:
                child = name if name in _INHERITED else ""
            if child and child not in found and not _has_date(own, child) and raw.strip():
                found[child] = [(raw, f"/crossref/{name}")]
    return found


def _has_date(own: frozenset[str], name: str) -> bool:
    return name in {"year", "date", "month"} and not own.isdisjoint({"year", "date"})


def _report(source: Source, entry: Entry, fields: _Fields) -> Iterator[Report | Problem]:
    issued, undated = _issued(fields)
    doi, no_doi = _doi(fields)
    for place, what in ((undated, "date"), (no_doi, "DOI")):
        if place is not None:
            hint = "it is not published; correct it in the file"
            yield Problem.at(source, place, "unread-value", f"{place.raw[:60]!r} is no {what}", hint=hint)
    authors, cut = _people(fields, "author")
    if cut is not None:
        message = "the entry names only some of its authors (`and others`)"
        yield Problem.at(source, cut, "authors-cut", message, severity="info")
    scopus = tuple(_keywords(fields, "author_keywords"))
    numbered = entry.kind in NUMBERED
    types = (fields.places.at(entry.kind, "/"), *fields.texts("type", "document_type"))
    yield Report(
        kind=KINDS.get(entry.kind, "Expression"),
        publication_types=tuple({one.value: one for one in types}.values()),
        title=_title(fields),
        alternative_titles=tuple(
            fields.texts("shorttitle", "origtitle", "titleaddon", "transliterated-title")
        ),
        authorships=tuple(
            bibliography.authorship(printed, position, person)
            for position, (printed, person) in enumerate(authors, start=1)
        ),
        contributions=tuple(_contributions(fields)),
        journal=_journal(fields),
        conference=_conference(fields),
        issued=issued,
        volume=fields.text("volume"),
        issue=fields.text("issue") if numbered else fields.text("number", "issue"),
        number=fields.text("number") if numbered else None,
        pages=_pages(fields),
        page_count=bibliography.whole_number(fields.text("pagetotal", "numpages", "page_count")),
        edition=fields.text("edition"),
        publisher=fields.text("publisher", "institution", "school", "organization"),
        publisher_place=fields.text("address", "location"),
        language=fields.text("language", "langid"),
        doi=doi,
        pmid=_pmid(fields),
        pmcid=_pmcid(fields),
        isbn=tuple(one for text in fields.texts("isbn") for one in bibliography.isbns(text)),
        identifiers=tuple(_identifiers(entry, fields)),
        urls=tuple(one for one in _addresses(fields) if re.match(r"(?:https?|ftp)://\S+$", one.raw)),
        licences=tuple(fields.verbatim("copyright", "license")),
        sections=_abstract(fields),
        author_keywords=scopus or tuple(_keywords(fields, "keywords", "keyword", "key words")),
        keywords_plus=tuple(_keywords(fields, "keywords-plus")),
        subject_classes=tuple(_subjects(fields, scopus=bool(scopus))),
        notes=tuple(
            one
            for one in fields.texts("note", "annote", "annotation", "addendum")
            if not _CITED.match(one.raw)
        ),
        times_cited=_times_cited(fields),
        reference_total=bibliography.whole_number(fields.text("number-of-cited-references")),
    )


def _title(fields: _Fields) -> Text | None:
    """The title, with the subtitle that BibLaTeX has apart."""
    raw = next(fields.raws("title"), None)
    if raw is None:
        return None
    title, sub = markup.visible(latex.text(raw[0])), next(fields.raws("subtitle"), None)
    if sub is None:
        return fields.places.at(title, raw[1]) if title else None
    behind = markup.visible(latex.text(sub[0]))
    mark = " " if title.endswith((":", "?", "!", ".")) else ": "
    return fields.places.at(f"{title}{mark}{behind}", "/")


def _people(fields: _Fields, name: str) -> tuple[list[bibtex_names.Name], Text | None]:
    """The people of a field; and the field, where it says that there are more."""
    found: list[bibtex_names.Name] = []
    cut: Text | None = None
    for raw, where in fields.raws(name):
        people, others = bibtex_names.people(fields.places, raw, where)
        found += people
        cut = fields.places.at("others", where) if others else cut
    return found, cut


def _contributions(fields: _Fields) -> Iterator[Contribution]:
    for role in ("editor", "translator"):
        for position, (printed, person) in enumerate(_people(fields, role)[0], start=1):
            yield bibliography.contribution(printed, position, role, person)


def _journal(fields: _Fields) -> Journal | None:
    short = fields.text(
        "shortjournal", "journal-iso", "abbrev_source_title", "journal-abbreviation", "title-abbreviation"
    )
    name = fields.text("journal", "journaltitle", "booktitle", "maintitle") or short
    if name is None:
        return None
    numbers = fields.texts("issn", "eissn", "issn-linking", "linking-issn", "print-issn", "electronic-issn")
    issn = distinct([one for text in numbers for one in bibliography.issns(text)])
    return Journal(name=name, issn=issn, abbreviation=None if short is name else short)


def _conference(fields: _Fields) -> Conference | None:
    name, held = fields.text("eventtitle"), fields.text("eventdate")
    return None if name is None else Conference(name=name, held=_dated(held) if held is not None else None)


_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T[\d:.Z+-]*)?[~?%]?")
_YEAR = re.compile(r"(?<!\d)(1[0-9]|20|21)\d\d(?!\d)")


def _dated(text: Text) -> Found[PartialDate] | None:
    """A date of BibLaTeX (ISO 8601-2); of a range what both ends have in common; else a date in words."""
    begin, slash, end = text.raw.partition("/")
    first = _ISO.fullmatch(begin.strip())
    last = _ISO.fullmatch(end.strip()) if slash else first
    if first is not None:
        numbers = list(first.groups())
        if slash and last is not None:
            other = list(last.groups())
            common = next((n for n in range(3) if numbers[n] != other[n]), 3)
            numbers = numbers[:common] or numbers[:1]
        elif slash and end.strip():
            numbers = numbers[:1]
        date = bibliography.partial_date(*numbers)
        if date is not None:
            return text.map(lambda _: date)
    read = dates.read_date(text)
    return read.date if read is not None else None


def _issued(fields: _Fields) -> tuple[Found[PartialDate] | None, Text | None]:
    """The date, from `date` or from `year`, `month` and `day`; and what was to be one and is none."""
    whole = fields.text("date")
    found = _dated(whole) if whole is not None else None
    text = fields.text("year")
    year = _YEAR.search(text.raw) if text is not None else None
    if text is None or year is None:
        return found, None if found is not None else (whole or text)
    if found is not None and str(found.value.year) == year[0]:
        return found, None
    month, day = _month(fields)
    date = bibliography.partial_date(year[0], month, day)
    place = text.part(*year.span())
    return (place.map(lambda _: date) if date is not None else found), None


_MONTH = re.compile(
    r"(?P<before>\d{1,2})?\W{0,4}(?:(?P<name>[^\W\d_]{3,9})\b\.?|(?P<number>\d{1,2}))\W{0,4}(?P<behind>\d{1,2})?(?:st|nd|rd|th)?\W*"
)


def _month(fields: _Fields) -> tuple[int | None, int | None]:
    """The month and the day: `jan`, `January`, `1`, `--01--`, `12~jan`; of a range of months neither."""
    text, day = fields.text("month"), fields.text("day")
    match = _MONTH.fullmatch(text.raw) if text is not None else None
    if match is None:
        return None, None
    number = int(match["number"]) if match["number"] else dates.MONTHS.get(match["name"].lower())
    if match["number"] and (match["before"] or match["behind"]):
        return None, None
    days = (day.raw if day is not None else "") or match["before"] or match["behind"] or ""
    return number, int(days) if re.fullmatch(r"\d{1,2}", days) else None


def _pages(fields: _Fields) -> Text | None:
    pages = fields.text("pages")
    if pages is not None:
        return bibliography.page_range(pages)
    return fields.text("eid", "article-number", "articleno", "art_number")


_DOI_IN_WORDS = re.compile(r"(?:\bdoi\b[:\s]*|doi\.org/)\s*(10\.\d{4,9}/\S+)", re.IGNORECASE)


def _doi(fields: _Fields) -> tuple[Text | None, Text | None]:
    """The DOI of its field, else of an address, else of a note that says so; and what should be one."""
    printed = next(fields.verbatim("doi"), None)
    found = bibliography.doi(printed)
    if found is None:
        texts = fields.verbatim("url", "howpublished", "ee", "note", "annote", "addendum")
        matches = ((text, _DOI_IN_WORDS.search(text.raw)) for text in texts)
        inside = (bibliography.doi(text.part(*match.span(1))) for text, match in matches if match)
        found = next((one for one in inside if one is not None), None)
    if found is None and (archive := _of_archive(fields, "doi")) is not None:
        found = bibliography.doi(archive)
    return found, printed if bibliography.doi(printed) is None else None


def _of_archive(fields: _Fields, *names: str) -> Text | None:
    """The identifier of `eprint`, if it is in one of these archives."""
    archive = fields.text("eprinttype", "archiveprefix")
    if archive is None or archive.raw.casefold() not in names:
        return None
    return next(fields.verbatim("eprint"), None)


def _pmid(fields: _Fields) -> Text | None:
    printed = next(fields.verbatim("pmid", "pubmed_id"), None) or _of_archive(fields, "pubmed", "pmid")
    return bibliography.pmid(printed) or bibliography.pmid_in(fields.verbatim(*_WORDS))


def _pmcid(fields: _Fields) -> Text | None:
    printed = next(fields.verbatim("pmcid", "pmc"), None) or _of_archive(
        fields, "pmc", "pmcid", "pubmedcentral"
    )
    return bibliography.pmcid(printed) or bibliography.pmcid_in(fields.verbatim(*_WORDS))


_WORDS = ("note", "url", "annote", "annotation")
"""Fields in which programs print PubMed's numbers among other words."""


def _identifiers(entry: Entry, fields: _Fields) -> Iterator[Text]:
    number = next(fields.verbatim("unique-id"), None)
    if number is None and re.fullmatch(r"(?i)(?:WOS|ISI):\w+", entry.key):
        number = fields.places.at(entry.key, "/")
    if number is not None and (match := re.fullmatch(r"(?i)(?:WOS|ISI):(\w+)", number.raw)):
        yield number.map(lambda _: f"wos:{match[1].lower()}")
    for url in fields.verbatim("url"):
        if eid := re.search(r"[?&]eid=(2-s2\.0-\d+)", url.raw):
            yield url.part(*eid.span(1)).map(lambda raw: f"scopus:{raw}")
    preprint = _of_archive(fields, "arxiv")
    if preprint is not None and re.fullmatch(r"(?i)(?:arxiv:)?([\w.-]+(?:/\d+)?)(?:v\d+)?", preprint.raw):
        yield preprint.map(lambda raw: f"arxiv:{re.sub(r'(?i)^arxiv:|v[0-9]+$', '', raw).lower()}")


def _addresses(fields: _Fields) -> Iterator[Text]:
    for text in fields.verbatim("url", "howpublished"):
        wrapped = re.match(r"\\(?:url|href)\s*", text.raw)
        yield from text.part(wrapped.end() if wrapped else 0, len(text.raw)).split(r"[\s;]+(?=https?://)")


def _abstract(fields: _Fields) -> tuple[Section, ...]:
    raw = next(fields.raws("abstract"), None)
    return markup.sections(fields.places, latex.text(raw[0]), raw[1]) if raw is not None else ()


def _keywords(fields: _Fields, *names: str) -> Iterator[Text]:
    """Keywords stand between semicolons, else between commas."""
    for text in fields.texts(*names):
        yield from text.split(";" if ";" in text.raw else ",")


def _subjects(fields: _Fields, *, scopus: bool) -> Iterator[SubjectClass]:
    schemes = {
        "research-areas": "Web of Science Research Areas",
        "web-of-science-categories": "Web of Science Categories",
    }
    if scopus:
        schemes["keywords"] = "Scopus index keywords"
    for name, scheme in schemes.items():
        for one in _keywords(fields, name) if name == "keywords" else _classes(fields, name):
            yield SubjectClass(scheme=one.map(lambda _, name=scheme: name), code=one)  # type: ignore[misc]  # bound now


def _classes(fields: _Fields, name: str) -> Iterator[Text]:
    for text in fields.texts(name):
        yield from text.split(";")


_CITED = re.compile(r"(?i)cited by:?\s*(\d{1,7})")


def _times_cited(fields: _Fields) -> Found[int] | None:
    counted = bibliography.whole_number(fields.text("times-cited"))
    for note in fields.texts("note") if counted is None else ():
        if match := _CITED.match(note.raw):
            return note.part(*match.span(1)).map(int)
    return counted
