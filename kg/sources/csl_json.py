"""CSL-JSON, as Zotero, Mendeley and citation processors write it: an array of items, or one item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.identifiers import PartialDate
from kg.model import Authorship, Conference, Contribution, Journal, Person, Report, SubjectClass, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, dates, json_records, markup
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner, objects
from kg.source import Found, Source

KINDS = {
    "article": "Article",
    "article-journal": "JournalArticle",
    "article-magazine": "MagazineArticle",
    "article-newspaper": "NewspaperArticle",
    "book": "Book",
    "chapter": "BookChapter",
    "dataset": "DataFile",
    "document": "Expression",
    "entry": "ReferenceEntry",
    "entry-dictionary": "ReferenceEntry",
    "entry-encyclopedia": "ReferenceEntry",
    "manuscript": "Manuscript",
    "paper-conference": "ConferencePaper",
    "post": "WebContent",
    "post-weblog": "BlogPost",
    "report": "ReportDocument",
    "review": "ReviewArticle",
    "software": "ComputerProgram",
    "speech": "Presentation",
    "standard": "SpecificationDocument",
    "thesis": "Thesis",
    "webpage": "WebContent",
}
"""The FaBiO classes of CSL's types (CSL 1.0.2, appendix III); every other type is an expression."""

ROLES = {"editor": "editor", "collection-editor": "series-editor", "translator": "translator"}

FIELDS = Fields(
    mapped={
        "type": "kind, publication type",
        "title": "title",
        "title-short": "other title",
        "shortTitle": "other title",
        "original-title": "other title",
        "author/family": "family name",
        "author/given": "given name",
        "author/literal": "name as printed",
        "author/name": "name as printed",
        "author/suffix": "name as printed",
        "author/non-dropping-particle": "family name",
        "author/dropping-particle": "name as printed",
        "author/ORCID": "ORCID iD",
        "editor": "editors",
        "collection-editor": "series editors",
        "translator": "translators",
        "container-title": "journal or book",
        "container-title-short": "short name of the journal",
        "journalAbbreviation": "short name of the journal",
        "ISSN": "ISSN of the journal",
        "issued": "date",
        "volume": "volume",
        "issue": "issue",
        "page": "pages",
        "number-of-pages": "number of pages",
        "number": "number",
        "edition": "edition",
        "publisher": "publisher",
        "publisher-place": "place of publication",
        "DOI": "DOI",
        "PMID": "PubMed id",
        "PMCID": "PubMed Central id",
        "ISBN": "ISBN",
        "URL": "address",
        "language": "language",
        "abstract": "abstract",
        "keyword": "keywords",
        "categories": "subject classes",
        "event-title": "conference",
        "event": "conference",
        "event-date": "date of the conference",
        "license": "licence",
        "note": "notes, PubMed id",
    },
    known={
        "id": "key of the item in its library",
        "author/affiliation": "address of the author, outside the schema",
        "author/parse-names": "whether a program should part the name",
        "author/sequence": "first or not, outside the schema",
        "citation-key": "key of the item in its library",
        "citation-label": "label of the item in its library",
        "accessed": "when the address was looked at",
        "source": "database from which the item was taken",
        "archive": "archive that holds the work",
        "archive_location": "shelf mark",
        "call-number": "shelf mark",
        "event-place": "place of the meeting",
        "genre": "kind of the work in words",
        "medium": "medium",
        "collection-title": "series",
        "collection-number": "number in the series",
        "container-author": "authors of the book",
        "number-of-volumes": "number of volumes",
        "page-first": "first page, which the pages hold",
        "submitted": "date of submission",
        "original-date": "date of the original",
        "status": "status of publication",
        "version": "version",
        "custom": "fields of the program",
    },
)


_TYPE = re.compile(rf'"type"\s*:\s*"(?:{"|".join(KINDS)})"')


def recognises(source: Source) -> bool:
    """A JSON object or an array of them with `id` and a `type` of CSL, and names or a date in CSL's form.

    Or with nothing beside them but fields of CSL.
    """
    keys = json_records.first_keys(source.text)
    if not {"id", "type"} <= keys or "authorships" in keys or "types" in keys:
        return False
    if len(keys & {"indexed", "deposited", "member", "reference-count", "is-referenced-by-count"}) > 1:
        return False  # Crossref's own works; among many of them an `id` of something else may stand
    if keys & {"author/family", "author/literal", "issued/date-parts", "container-title", "issued/raw"}:
        return True
    outer = {key.partition("/")[0] for key in keys}
    return (
        outer <= {name.partition("/")[0] for name in (*FIELDS.mapped, *FIELDS.known)}
        and _TYPE.search(source.text) is not None
    )


def records(file: File) -> Iterator[Source | Problem]:
    """The items of an array, alone or in `items`; a single item; or one item a line."""
    return json_records.records(file, ("items",))


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of an item."""
    item = json_records.parsed(source)
    if isinstance(item, Problem):
        yield item
        return
    yield FIELDS.tally_of(item)
    values = JsonValues()
    report = _report(item, values)
    yield report
    if report.issued is None:
        yield from json_records.unread_date(source, item, "issued", values)
    yield from bibliography.unread_dois(source, values.texts(item.get("DOI"), "DOI"))


def _report(item: Object, values: JsonValues) -> Report:
    kind = item.get("type")
    notes = values.texts(item.get("note"), "note")
    publisher = item.get("publisher")
    short = (values.text(item.get(key), key) for key in ("title-short", "shortTitle", "original-title"))
    return Report(
        kind=KINDS.get(kind, "Expression") if isinstance(kind, str) else "Expression",
        publication_types=values.texts(kind, "type"),
        title=values.words(item.get("title"), "title"),
        alternative_titles=tuple(one for one in short if one is not None),
        authorships=_authors(item, values),
        contributions=tuple(_contributions(item, values)),
        journal=_journal(item, values),
        conference=_conference(item, values),
        issued=_date(item.get("issued"), "issued", values),
        volume=values.text(item.get("volume"), "volume"),
        issue=values.text(item.get("issue"), "issue"),
        pages=bibliography.page_range(values.text(item.get("page"), "page")),
        page_count=values.number(item.get("number-of-pages"), "number-of-pages"),
        number=values.text(item.get("number"), "number"),
        edition=values.text(item.get("edition"), "edition"),
        publisher=values.text(publisher, "publisher")
        or values.text(inner(publisher).get("name"), "publisher", "name"),
        publisher_place=values.text(item.get("publisher-place"), "publisher-place"),
        doi=bibliography.doi(values.text(item.get("DOI"), "DOI")),
        pmid=bibliography.pmid(values.text(item.get("PMID"), "PMID")) or bibliography.pmid_in(notes),
        pmcid=bibliography.pmcid(values.text(item.get("PMCID"), "PMCID")) or bibliography.pmcid_in(notes),
        isbn=bibliography.isbns(values.text(item.get("ISBN"), "ISBN")),
        urls=values.texts(item.get("URL"), "URL"),
        language=values.text(item.get("language"), "language"),
        licences=values.texts(item.get("license"), "license"),
        sections=markup.sections(values, item.get("abstract"), "/abstract"),
        author_keywords=_keywords(item, values),
        subject_classes=tuple(
            SubjectClass(scheme=one.map(lambda _: "CSL categories"), code=one)
            for one in values.texts(item.get("categories"), "categories")
        ),
        notes=notes,
    )


def _journal(item: Object, values: JsonValues) -> Journal | None:
    name = values.words(item.get("container-title"), "container-title")
    if name is None:
        return None
    key = "container-title-short" if item.get("container-title-short") else "journalAbbreviation"
    issn = tuple(one for text in values.texts(item.get("ISSN"), "ISSN") for one in bibliography.issns(text))
    return Journal(name=name, issn=issn, abbreviation=values.text(item.get(key), key))


def _conference(item: Object, values: JsonValues) -> Conference | None:
    key = "event-title" if item.get("event-title") else "event"
    name = values.words(item.get(key), key)
    return (
        None
        if name is None
        else Conference(name=name, held=_date(item.get("event-date"), "event-date", values))
    )


def _keywords(item: Object, values: JsonValues) -> tuple[Text, ...]:
    """Keywords stand between semicolons, else between commas."""
    found = values.text(item.get("keyword"), "keyword")
    return () if found is None else tuple(found.split(";" if ";" in found.raw else ","))


def _authors(item: Object, values: JsonValues) -> tuple[Authorship, ...]:
    names = (_name(name, values, "author", position) for position, name in objects(item.get("author")))
    found = [one for one in names if one is not None]
    return tuple(
        bibliography.authorship(printed, position, person)
        for position, (printed, person) in enumerate(found, start=1)
    )


def _contributions(item: Object, values: JsonValues) -> Iterator[Contribution]:
    for key, role in ROLES.items():
        names = (_name(name, values, key, position) for position, name in objects(item.get(key)))
        for position, (printed, person) in enumerate((one for one in names if one is not None), start=1):
            yield bibliography.contribution(printed, position, role, person)


def _name(name: Object, values: JsonValues, *where: str | int) -> tuple[Text, Person | None] | None:
    """The name as it would be printed, and the person, unless it is a name in one piece."""
    parts = ("non-dropping-particle", "family", "suffix", "given", "dropping-particle")
    words = {key: name[key].strip() for key in parts if isinstance(name.get(key), str) and name[key].strip()}
    if "family" not in words:
        whole = name.get("literal") or name.get("name") or name.get("given")
        printed = values.text(whole, *where)
        return None if printed is None else (printed, None)
    family = " ".join(words[key] for key in parts[:2] if key in words)
    given = words.get("given", "")
    behind = [" ".join(words[key] for key in parts[3:] if key in words), words.get("suffix", "")]
    printed = values.at(", ".join(part for part in (family, *behind) if part), json_records.pointer(*where))
    person = Person(
        family=printed.part(0, len(family)),
        given=values.text(given, *where, "given"),
        orcid=bibliography.orcid(values.text(name.get("ORCID"), *where, "ORCID")),
    )
    return printed, person


def _date(value: Any, field: str, values: JsonValues) -> Found[PartialDate] | None:
    """The first of `date-parts`, or what is written in words; Pandoc writes text, or a list with `year`."""
    if isinstance(value, str):
        return bibliography.iso_date(values.text(value, field))
    for place, one in objects(value):
        written = [str(one[key]) for key in ("year", "month", "day") if one.get(key)]
        day = bibliography.partial_date(*written) if written else None
        if day is not None:
            return values.at("-".join(written), f"/{field}/{place}").map(lambda _: day)  # noqa: B023 - called at once
    date = inner(value)
    parts = date.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        numbers = [part for part in parts[0][:3] if isinstance(part, str | int)]
        found = bibliography.partial_date(*numbers) if numbers else None
        if found is not None:
            return values.at("-".join(map(str, numbers)), f"/{field}/date-parts/0").map(lambda _: found)
    for key in ("raw", "literal"):
        words = values.text(date.get(key), field, key)
        dated = dates.read_date(words) if words is not None else None
        if dated is not None:
            return dated.date
    return None
