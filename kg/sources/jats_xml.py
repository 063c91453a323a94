"""JATS (NLM) XML, as publishers, PubMed Central and its OAI service give articles; not their body."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.model import (
    Conference,
    Journal,
    Report,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, jats, jats_metadata, jats_people, xml_records
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import distinct
from kg.reading.xml_records import Element, XmlValues
from kg.source import Found, Source

KINDS = {
    "abstract": "Abstract",
    "article-commentary": "Comment",
    "book-review": "BookReview",
    "data-paper": "JournalArticle",
    "editorial": "JournalEditorial",
    "letter": "Letter",
    "meeting-report": "MeetingReport",
    "news": "NewsItem",
    "preprint": "Preprint",
    "product-review": "Review",
    "reply": "Letter",
    "review-article": "ReviewArticle",
    "systematic-review": "ReviewArticle",
}
"""The FaBiO classes of types of articles; every other one is an article of a journal."""

_META = "front/article-meta"
_JOURNAL = "front/journal-meta"

_OF_ARTICLE = {
    "article-id": "DOI, PubMed id, PubMed Central id, other identifiers",
    "article-categories": "subject classes, publication types",
    "title-group": "title, other titles",
    "contrib-group": "authors, editors, ORCID iDs",
    "aff": "affiliations, ROR ids",
    "pub-date": "date",
    "volume": "volume",
    "issue": "issue",
    "isbn": "ISBN",
    "fpage": "pages",
    "lpage": "pages",
    "page-range": "pages",
    "elocation-id": "pages",
    "permissions": "licence",
    "license": "licence",
    "copyright-statement": "licence",
    "self-uri": "address",
    "abstract": "abstract, or a note",
    "trans-abstract": "other abstract, as a note",
    "kwd-group": "keywords, subject classes",
    "funding-group/award-group": "grants",
    "related-article": "relations",
    "conference": "meeting",
    "counts/page-count": "number of pages",
    "counts/ref-count": "number of references",
}
_NOT_OF_ARTICLE = {
    "author-notes": "notes on authors and their addresses",
    "history": "history of the publication",
    "pub-history": "history of the publication",
    "article-version": "version",
    "volume-id": "identifier of the volume",
    "issue-id": "identifier of the issue",
    "issue-title": "title of the issue",
    "issue-sponsor": "sponsor of the issue",
    "issue-part": "part of the issue",
    "supplement": "supplement",
    "product": "what the article reviews",
    "supplementary-material": "supplementary material",
    "related-object": "related objects",
    "funding-group/funding-statement": "funding in words",
    "funding-group/open-access": "who paid for open access",
    "contract-num": "number of a contract",
    "contract-sponsor": "sponsor of a contract",
    "counts/fig-count": "number of figures",
    "counts/table-count": "number of tables",
    "counts/equation-count": "number of equations",
    "counts/word-count": "number of words",
    "counts/count": "number of something",
    "custom-meta-group": "fields of the publisher",
    "custom-meta-wrap": "fields of the publisher",
    "copyright-year": "year of the copyright",
    "copyright-holder": "holder of the copyright",
    "aff-alternatives": "one address in several forms",
    "support-group": "support",
    "ext-link": "links",
    "uri": "links",
}

FIELDS = Fields(
    mapped={
        "@article-type": "kind, publication type",
        "@lang": "language",
        f"{_JOURNAL}/journal-id": "short name of the journal",
        f"{_JOURNAL}/journal-title": "journal",
        f"{_JOURNAL}/journal-title-group": "journal, its short name",
        f"{_JOURNAL}/abbrev-journal-title": "short name of the journal",
        f"{_JOURNAL}/issn": "ISSN of the journal",
        f"{_JOURNAL}/publisher": "publisher, place of publication",
        **{f"{_META}/{name}": what for name, what in _OF_ARTICLE.items()},
        "back/ref-list": "references",
    },
    known={
        "@dtd-version": "version of the format",
        "@specific-use": "version of the article",
        "@id": "number of the article in its file",
        f"{_JOURNAL}/issn-l": "ISSN that links the editions of the journal",
        f"{_JOURNAL}/contrib-group": "editors of the journal",
        f"{_JOURNAL}/isbn": "ISBN of the journal",
        f"{_JOURNAL}/self-uri": "address of the journal",
        f"{_JOURNAL}/notes": "notes on the journal",
        **{f"{_META}/{name}": what for name, what in _NOT_OF_ARTICLE.items()},
        "front/notes": "notes of the publisher",
        "processing-meta": "how the file was made",
        "body": "text of the article",
        "back/ack": "thanks",
        "back/app-group": "appendices",
        "back/bio": "who the authors are",
        "back/fn-group": "footnotes",
        "back/glossary": "glossary",
        "back/notes": "notes",
        "back/sec": "parts behind the text",
        "floats-group": "figures and tables",
        "floats-wrap": "figures and tables",
        "sub-article": "articles inside the article: reviews, translations",
        "response": "responses to the article",
    },
)


def recognises(source: Source) -> bool:
    """An element `article` that holds `article-meta`, `journal-meta` or `front-stub`."""
    names = xml_records.first_elements(source.text)
    return "article" in names and not {"article-meta", "journal-meta", "front-stub"}.isdisjoint(names)


def records(file: File) -> Iterator[Source | Problem]:
    """Each article of a set, or the one that the file is."""
    return xml_records.records(file, "article")


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of an article."""
    found = xml_records.parsed(source)
    if isinstance(found, Problem):
        yield found
        return
    article, mended = found
    yield from mended
    yield xml_records.tally(article, FIELDS)
    values = XmlValues()
    front = article.first("front") or article
    meta = front.first("article-meta") or article.first("front-stub")
    if meta is None:
        yield Problem(
            "no-record",
            "the article has no metadata (article-meta)",
            source.path,
            line=source.first_line,
            where=source.where,
            severity="error",
        )
        return
    yield from _report(source, article, front.first("journal-meta"), meta, values)


def _report(
    source: Source, article: Element, journal: Element | None, meta: Element, values: XmlValues
) -> Iterator[Report | Problem]:
    ids = jats.ids(meta.all("article-id"), "pub-id-type", values)
    yield from jats_metadata.unread(source, ids.get("doi"), meta, values)
    printed_type = values.attribute(article, "article-type")
    headings, classes = jats_metadata.categories(meta, values)
    people = list(jats_people.people(meta, values))
    keywords, terms = jats_metadata.keywords(meta, values)
    main, others = jats_metadata.abstracts(meta)
    publisher = None if journal is None else journal.first("publisher")
    pmcid = ids.get("pmcid") or ids.get("pmc")
    counts = meta.first("counts")
    title, other_titles = _titles(meta, values)
    kind = "" if printed_type is None else printed_type.raw.casefold()
    yield Report(
        kind=KINDS.get(kind, "JournalArticle"),
        publication_types=(*([] if printed_type is None else [printed_type]), *headings),
        title=title,
        alternative_titles=other_titles,
        authorships=jats_people.authorships(people, values),
        contributions=tuple(jats_people.contributions(people)),
        journal=_journal(journal, values),
        conference=_conference(meta, values),
        issued=jats_metadata.issued(meta, values),
        volume=values.text(meta.first("volume")),
        issue=values.text(meta.first("issue")),
        pages=jats.pages(meta, values),
        page_count=_count(counts, "page-count", values),
        publisher=None if publisher is None else values.text(publisher.first("publisher-name")),
        publisher_place=None if publisher is None else values.text(publisher.first("publisher-loc")),
        isbn=tuple(one for text in values.texts(meta.all("isbn")) for one in bibliography.isbns(text)),
        language=values.attribute(article, "lang"),
        doi=bibliography.doi(ids.get("doi")),
        pmid=bibliography.pmid(ids.get("pmid")),
        pmcid=bibliography.pmcid(pmcid),
        identifiers=tuple(
            text.map(lambda raw, name=name: f"{name}:{raw.rpartition(':')[2]}")  # type: ignore[misc]  # mypy cannot infer a default
            for name, text in ids.items()
            if name in {"arxiv", "sici"}
        ),
        urls=tuple(
            one
            for element in meta.all("self-uri")
            if (one := values.attribute(element, "href")) is not None and re.match(r"https?://", one.raw)
        ),
        licences=tuple(jats_metadata.licences(meta, values)),
        sections=tuple(jats_metadata.sections(main, values)),
        author_keywords=keywords,
        subject_classes=(*classes, *terms),
        grants=tuple(jats_metadata.grants(meta, values)),
        relations=tuple(jats_metadata.relations(meta, values)),
        reference_total=_count(counts, "ref-count", values),
        references=jats.references(
            [one for back in article.all("back") for one in back.all("ref-list")], values
        ),
        notes=distinct(values.texts([*others, *meta.all("trans-abstract")])),
    )


def _count(counts: Element | None, name: str, values: XmlValues) -> Found[int] | None:
    found = None if counts is None else values.attribute(counts.first(name), "count")
    return found.map(int) if found is not None and re.fullmatch(r"\d{1,9}", found.raw) else None


def _titles(meta: Element, values: XmlValues) -> tuple[Text | None, tuple[Text, ...]]:
    """Title with its subtitle, and the titles in other languages."""
    group = meta.first("title-group")
    if group is None:
        return None, ()
    title = values.text(group.first("article-title"), _NO_NOTES)
    subtitles = [xml_records.visible_of(one) for one in group.all("subtitle")]
    if title is not None and any(subtitles):
        raw = title.raw + "".join(
            f"{' ' if title.raw[-1] in ':?!' else ': '}{one}" for one in subtitles if one
        )
        title = values.at(raw, group.where)
    others = [one for holder in (group, *group.all("trans-title-group")) for one in holder.all("trans-title")]
    return title, values.texts(others)


_NO_NOTES = xml_records.UNSEEN | {"xref", "fn"}


def _journal(meta: Element | None, values: XmlValues) -> Journal | None:
    if meta is None:
        return None
    group = meta.first("journal-title-group") or meta
    short = group.first("abbrev-journal-title") or meta.first("abbrev-journal-title")
    ids = [one for one in meta.all("journal-id") if one.get("journal-id-type") in {"nlm-ta", "iso-abbrev"}]
    names = [values.text(one) for one in (group.first("journal-title"), short, *ids)]
    found = [one for one in names if one is not None]
    if not found:
        return None
    issn = tuple(one for text in values.texts(meta.all("issn")) for one in bibliography.issns(text))
    name, *others = found
    return Journal(
        name=name,
        abbreviation=next((one for one in others if one.raw != name.raw), None),
        issn=distinct(issn),
    )


def _conference(meta: Element, values: XmlValues) -> Conference | None:
    element = meta.first("conference")
    if element is None:
        return None
    name = values.text(element.first("conf-name")) or values.text(element.first("conf-acronym"))
    return None if name is None else Conference(name=name)
