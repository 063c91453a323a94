"""Crossref works as JSON: one work, a list, or the answers of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
    Citation,
    Conference,
    Contribution,
    Grant,
    Institution,
    Journal,
    Person,
    Relation,
    Report,
    SubjectClass,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import addresses, bibliography, json_records, markup, names
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner, objects
from kg.reading.tagged import distinct
from kg.source import Found, Source

KINDS = {
    "book": "Book",
    "book-chapter": "BookChapter",
    "book-part": "BookChapter",
    "book-section": "BookChapter",
    "database": "Database",
    "dataset": "DataFile",
    "dissertation": "Thesis",
    "edited-book": "Book",
    "journal-article": "JournalArticle",
    "monograph": "Book",
    "posted-content": "Preprint",
    "proceedings": "ConferenceProceedings",
    "proceedings-article": "ProceedingsPaper",
    "reference-book": "ReferenceBook",
    "reference-entry": "ReferenceEntry",
    "report": "ReportDocument",
    "report-component": "ReportDocument",
    "standard": "SpecificationDocument",
}
"""The FaBiO classes of the types of works."""

ROLES = {"editor": "editor", "translator": "translator", "chair": "contributor"}
DATES = ("issued", "published", "published-print", "published-online", "published-other", "posted")

UPDATES = {
    "correction": ("corrects", "correctedBy"),
    "corrigendum": ("corrects", "correctedBy"),
    "erratum": ("corrects", "correctedBy"),
    "retraction": ("retracts", "retractedBy"),
    "removal": ("retracts", "retractedBy"),
    "withdrawal": ("retracts", "retractedBy"),
}
"""What an update of that kind does to the work, and is done to it; every other kind updates it."""

RELATIONS = {
    "is-preprint-of": "versionOf",
    "has-preprint": "hasVersion",
    "is-version-of": "versionOf",
    "has-version": "hasVersion",
    "is-review-of": "reviews",
    "has-review": "reviewedBy",
    "is-comment-on": "commentsOn",
    "has-comment": "commentedBy",
    "is-reply-to": "commentsOn",
    "has-reply": "commentedBy",
}
"""Crossref's relations between works; every other one is a relation without a name."""

FIELDS = Fields(
    mapped={
        "DOI": "DOI",
        "type": "kind, publication type",
        "subtype": "publication type",
        "title": "title",
        "subtitle": "other title",
        "short-title": "other title",
        "original-title": "other title",
        "author/family": "family name",
        "author/given": "given name",
        "author/name": "name as printed",
        "author/suffix": "name as printed",
        "author/ORCID": "ORCID iD",
        "author/affiliation/name": "address",
        "author/affiliation/id/id": "ROR id of the institution",
        "editor": "editors",
        "translator": "translators",
        "chair": "contributors",
        "container-title": "journal or book",
        "short-container-title": "short name of the journal",
        "ISSN": "ISSN of the journal",
        "ISBN": "ISBN",
        "issued": "date",
        "published": "date, where there is no other",
        "published-print": "date, where there is no other",
        "published-online": "date, where there is no other",
        "published-other": "date, where there is no other",
        "posted": "date, where there is no other",
        "volume": "volume",
        "issue": "issue",
        "page": "pages",
        "article-number": "pages",
        "edition-number": "edition",
        "publisher": "publisher",
        "publisher-location": "place of publication",
        "language": "language",
        "abstract": "abstract",
        "URL": "address",
        "resource": "address",
        "license/URL": "licence",
        "subject": "subject classes",
        "event/name": "conference",
        "event/start": "date of the conference",
        "funder/name": "funder",
        "funder/DOI": "identifier of the funder",
        "funder/award": "number of the grant",
        "clinical-trial-number": "registrations",
        "is-referenced-by-count": "times cited",
        "reference-count": "number of references",
        "reference/key": "reference, where it says nothing else",
        "reference/DOI": "references",
        "reference/unstructured": "references",
        "reference/article-title": "references",
        "reference/volume-title": "references",
        "reference/series-title": "references",
        "reference/journal-title": "references",
        "reference/author": "references",
        "reference/year": "references",
        "reference/volume": "references",
        "reference/issue": "references",
        "reference/first-page": "references",
        "update-to": "retracted or corrected work",
        "updated-by": "retraction or correction",
        "relation": "related works",
    },
    known={
        "author/sequence": "first or not",
        "author/role": "author",
        "author/authenticated-orcid": "whether the author gave the ORCID iD",
        "author/affiliation/place": "place of the institution",
        "author/affiliation/department": "department",
        "author/affiliation/acronym": "acronym of the institution",
        "author/affiliation/id/id-type": "kind of the identifier",
        "author/affiliation/id/asserted-by": "who says so",
        "event/location": "place of the conference",
        "event/end": "last day of the conference",
        "event/acronym": "acronym of the conference",
        "event/number": "number of the conference",
        "event/theme": "theme of the conference",
        "event/sponsor": "sponsor of the conference",
        "funder/doi-asserted-by": "who says so",
        "funder/id": "identifier of the funder, once more",
        "license/start": "when the licence begins",
        "license/delay-in-days": "when the licence begins",
        "license/content-version": "version under the licence",
        "reference/doi-asserted-by": "who says so",
        "reference/ISSN": "ISSN of the reference",
        "reference/ISBN": "ISBN of the reference",
        "reference/issn-type": "kind of the ISSN",
        "reference/isbn-type": "kind of the ISBN",
        "reference/edition": "edition of the reference",
        "reference/component": "part of the reference",
        "reference/standard-designator": "standard",
        "reference/standards-body": "standards body",
        "indexed": "when the record was indexed",
        "created": "when the DOI was made",
        "deposited": "when the record was changed",
        "accepted": "when the work was accepted",
        "approved": "when the work was approved",
        "content-created": "when the content was made",
        "content-updated": "when the content was changed",
        "content-domain": "Crossmark",
        "update-policy": "Crossmark",
        "assertion": "Crossmark",
        "source": "where the record is from",
        "prefix": "prefix of the DOI",
        "member": "number of the publisher",
        "score": "rank in a search",
        "references-count": "number of references, once more",
        "link": "addresses of full texts for machines",
        "archive": "where the work is kept",
        "alternative-id": "numbers of the publisher",
        "issn-type": "kinds of the ISSN",
        "isbn-type": "kinds of the ISBN",
        "journal-issue": "issue, once more",
        "institution": "institutions that publish",
        "degree": "degree of a thesis",
        "group-title": "section of a preprint server",
        "review": "peer review",
        "free-to-read": "when it is free to read",
        "status": "status of a preprint",
        "standards-body": "standards body",
        "part-number": "number of the part",
        "special-numbering": "special numbering",
        "proceedings-subject": "subject of the proceedings",
        "aliases": "other DOIs of the work",
    },
)


_TYPE = re.compile(
    r'"type"\s*:\s*"(?:journal-article|proceedings-article|book-chapter|posted-content|monograph)"'
)


def recognises(source: Source) -> bool:
    """JSON with works of Crossref: `DOI` beside `is-referenced-by-count`, `deposited` or `indexed`.

    Or beside a `type` of Crossref, and without `id`.
    """
    keys = {key.rpartition("/")[2] for key in json_records.first_keys(source.text)}
    marks = {
        "is-referenced-by-count",
        "deposited",
        "indexed",
        "references-count",
        "reference-count",
        "member",
    }
    if "DOI" not in keys:
        return False
    return len(keys & marks) > 1 or ("id" not in keys and _TYPE.search(source.text) is not None)


def records(file: File) -> Iterator[Source | Problem]:
    """The works of a list, of `message.items` or `items`, the one in `message`, or a single work."""
    return json_records.records(file, ("message", "items"), ("message",), ("items",))


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a work."""
    work = json_records.parsed(source)
    if isinstance(work, Problem):
        yield work
        return
    yield FIELDS.tally_of(work)
    values = JsonValues()
    report = _report(work, values)
    yield report
    if report.issued is None:
        yield from json_records.unread_date(source, work, "issued", values)
    if report.doi is None:
        yield from bibliography.unread_dois(source, (values.text(work.get("DOI"), "DOI"),))


def _report(work: Object, values: JsonValues) -> Report:
    title, *more = _titles(work, values, "title") or (None,)
    others = [
        one for key in ("subtitle", "short-title", "original-title") for one in _titles(work, values, key)
    ]
    kind = work.get("type")
    return Report(
        kind=KINDS.get(kind, "Expression") if isinstance(kind, str) else "Expression",
        publication_types=(*values.texts(kind, "type"), *values.texts(work.get("subtype"), "subtype")),
        title=title,
        alternative_titles=(*(one for one in more if one is not None), *others),
        authorships=_authorships(work, values),
        contributions=tuple(_contributions(work, values)),
        journal=_journal(work, values),
        conference=_conference(work, values),
        issued=next((date for key in DATES if (date := _date(work, key, values)) is not None), None),
        volume=values.text(work.get("volume"), "volume"),
        issue=values.text(work.get("issue"), "issue"),
        pages=bibliography.page_range(values.text(work.get("page"), "page"))
        or values.text(work.get("article-number"), "article-number"),
        edition=values.text(work.get("edition-number"), "edition-number"),
        publisher=values.text(work.get("publisher"), "publisher"),
        publisher_place=values.text(work.get("publisher-location"), "publisher-location"),
        language=values.text(work.get("language"), "language"),
        doi=bibliography.doi(values.text(work.get("DOI"), "DOI")),
        isbn=tuple(
            one for text in values.texts(work.get("ISBN"), "ISBN") for one in bibliography.isbns(text)
        ),
        urls=tuple(_addresses(work, values)),
        licences=_licences(work, values),
        registrations=tuple(_registrations(work, values)),
        subject_classes=tuple(
            SubjectClass(scheme=one.map(lambda _: "Crossref subjects"), code=one)
            for one in values.texts(work.get("subject"), "subject")
        ),
        grants=tuple(_grants(work, values)),
        times_cited=values.number(work.get("is-referenced-by-count"), "is-referenced-by-count"),
        reference_total=values.number(work.get("reference-count"), "reference-count"),
        references=tuple(_references(work, values)),
        relations=tuple(_relations(work, values)),
        sections=markup.sections(values, work.get("abstract"), "/abstract"),
    )


def _titles(work: Object, values: JsonValues, key: str) -> tuple[Text, ...]:
    value = work.get(key)
    if not isinstance(value, list):
        found = values.words(value, key)
        return () if found is None else (found,)
    words = (values.words(one, key, place) for place, one in enumerate(value))
    return tuple(one for one in words if one is not None)


def _name(person: Object, values: JsonValues, *where: str | int) -> tuple[Text, Person | None] | None:
    family, given, suffix = (str(person.get(key) or "").strip() for key in ("family", "given", "suffix"))
    if not family:
        printed = values.text(person.get("name") or given, *where, "name" if person.get("name") else "given")
        return None if printed is None else (printed, None)
    whole = ", ".join(part for part in (family, given, suffix) if part)
    printed = values.at(whole, json_records.pointer(*where))
    return printed, Person(
        family=printed.part(0, len(family)),
        given=printed.part(len(family) + 2, len(family) + 2 + len(given)) if given else None,
        orcid=bibliography.orcid(values.text(person.get("ORCID"), *where, "ORCID")),
    )


def _authorships(work: Object, values: JsonValues) -> tuple[Authorship, ...]:
    found: list[Authorship] = []
    for place, one in objects(work.get("author")):
        named = _name(one, values, "author", place)
        if named is not None:
            printed, person = named
            places = tuple(_affiliations(one, values, "author", place, "affiliation"))
            found.append(bibliography.authorship(printed, len(found) + 1, person, affiliations=places))
    return tuple(found)


def _affiliations(person: Object, values: JsonValues, *where: str | int) -> Iterator[Affiliation]:
    for place, one in objects(person.get("affiliation")):
        printed = values.words(one.get("name"), *where, place, "name")
        if printed is None:
            continue
        ids = (
            bibliography.ror(values.text(each.get("id"), *where, place, "id", number, "id"))
            for number, each in objects(one.get("id"))
        )
        ror = next((found for found in ids if found is not None), None)
        if ror is not None:
            yield Affiliation(printed=printed, institution=Institution(name=printed, ror=ror))
        else:
            yield addresses.affiliation_in_any_order(printed)


def _contributions(work: Object, values: JsonValues) -> Iterator[Contribution]:
    for key, role in ROLES.items():
        named = (_name(one, values, key, place) for place, one in objects(work.get(key)))
        for position, (printed, person) in enumerate((one for one in named if one is not None), start=1):
            yield bibliography.contribution(printed, position, role, person)


def _journal(work: Object, values: JsonValues) -> Journal | None:
    name = next(iter(_titles(work, values, "container-title")), None)
    if name is None:
        return None
    numbers = values.texts(work.get("ISSN"), "ISSN")
    issn = distinct([one for text in numbers for one in bibliography.issns(text)])
    short = next(iter(_titles(work, values, "short-container-title")), None)
    return Journal(name=name, issn=issn, abbreviation=short)


def _conference(work: Object, values: JsonValues) -> Conference | None:
    event = inner(work.get("event"))
    name = values.words(event.get("name"), "event", "name")
    return None if name is None else Conference(name=name, held=_date(event, "start", values, "event"))


def _date(within: Object, key: str, values: JsonValues, *where: str) -> Found[PartialDate] | None:
    parts = inner(within.get(key)).get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if not isinstance(first, list) or not first:
        return None
    numbers = [part for part in first[:3] if isinstance(part, str | int)]
    date = bibliography.partial_date(*numbers) if numbers else None
    if date is None:
        return None
    printed = values.at("-".join(map(str, numbers)), json_records.pointer(*where, key, "date-parts", 0))
    return printed.map(lambda _: date)


def _addresses(work: Object, values: JsonValues) -> Iterator[Text]:
    primary = inner(inner(work.get("resource")).get("primary"))
    first = values.text(work.get("URL"), "URL")
    second = values.text(primary.get("URL"), "resource", "primary", "URL")
    if first is not None:
        yield first
    if second is not None and (first is None or first.value != second.value):
        yield second


def _licences(work: Object, values: JsonValues) -> tuple[Text, ...]:
    found = (
        values.text(one.get("URL"), "license", place, "URL") for place, one in objects(work.get("license"))
    )
    return tuple({one.value: one for one in found if one is not None}.values())


def _registrations(work: Object, values: JsonValues) -> Iterator[Text]:
    for place, one in objects(work.get("clinical-trial-number")):
        number = values.text(
            one.get("clinical-trial-number"), "clinical-trial-number", place, "clinical-trial-number"
        )
        if number is not None:
            yield number.map(str.upper)


def _grants(work: Object, values: JsonValues) -> Iterator[Grant]:
    for place, one in objects(work.get("funder")):
        name = values.words(one.get("name"), "funder", place, "name")
        doi = bibliography.doi(values.text(one.get("DOI"), "funder", place, "DOI"))
        funder = None
        if name is not None:
            ids = () if doi is None else (doi.map(lambda value: f"fundref:{value}"),)
            funder = Institution(name=name, identifiers=ids)
        numbers = values.texts(one.get("award"), "funder", place, "award")
        if funder is not None and not numbers:
            yield Grant(quote=funder.name, funder=funder)
        for number in numbers:
            yield Grant(quote=number, funder=funder, number=number)


def _references(work: Object, values: JsonValues) -> Iterator[Citation]:
    position = 0
    for place, one in objects(work.get("reference")):
        where = ("reference", place)
        keys = ("author", "year", "article-title", "volume-title", "series-title", "journal-title")
        told = (*keys, "volume", "issue", "first-page", "DOI")
        words = markup.visible(str(one.get("unstructured") or "")) or ", ".join(
            markup.visible(str(one[key])) for key in told if one.get(key)
        )
        quote = values.at(words or str(one.get("key") or ""), json_records.pointer(*where))
        if not quote.raw.strip():
            continue
        position += 1
        cited = _reference(one, values, where)
        if cited == Report():
            note = "the reference is not parted"
            yield Citation(quote=quote, status="unresolved", position=position, note=note)
        else:
            yield Citation(quote=quote, status="listed", position=position, work=cited)


def _reference(one: Object, values: JsonValues, where: tuple[str | int, ...]) -> Report:
    def words(key: str) -> Text | None:
        return values.words(one.get(key), *where, key)

    title = words("article-title")
    book = words("volume-title") or words("series-title")
    journal = words("journal-title") or (book if title is not None else None)
    author = words("author")
    authorships: tuple[Authorship, ...] = ()
    if author is not None:
        person = names.vancouver_person(author) or names.full_name(author)
        if person is None and len(author.raw.split()) == 1:
            person = Person(family=author)
        authorships = (bibliography.authorship(author, 1, person),)
    return Report(
        title=title or (book if journal is None or journal is not book else None),
        authorships=authorships,
        journal=Journal(name=journal) if journal is not None else None,
        issued=bibliography.iso_date(words("year")),
        volume=words("volume"),
        issue=words("issue"),
        pages=words("first-page"),
        doi=bibliography.doi(values.text(one.get("DOI"), *where, "DOI")),
    )


def _relations(work: Object, values: JsonValues) -> Iterator[Relation]:
    for key, side in (("update-to", 0), ("updated-by", 1)):
        for place, one in objects(work.get(key)):
            doi = bibliography.doi(values.text(one.get("DOI"), key, place, "DOI"))
            if doi is not None:
                sides: Any = UPDATES.get(str(one.get("type")), ("updates", "updatedBy"))
                yield Relation(quote=doi, kind=sides[side], work=Report(doi=doi))
    for kind, related in inner(work.get("relation")).items():
        for place, one in objects(related):
            doi = bibliography.doi(values.text(one.get("id"), "relation", kind, place, "id"))
            if doi is not None:
                yield Relation(quote=doi, kind=RELATIONS.get(kind, "related"), work=Report(doi=doi))
