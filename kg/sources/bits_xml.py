"""BITS (NLM books) XML, as publishers and Bookshelf give it: a book and its chapters, not their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kg.model import Journal, Report, Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, jats, jats_metadata, jats_people, xml_records
from kg.reading.fields import Fields, Tally
from kg.reading.tagged import distinct
from kg.reading.xml_records import Element, XmlValues
from kg.source import Source

_BOOK = "book-meta"
_PART = "book-body/book-part/book-part-meta"
_BOTH = {
    "title-group": "title",
    "contrib-group": "authors, editors, ORCID iDs",
    "pub-date": "date",
    "abstract": "abstract, or a note",
    "kwd-group": "keywords, subject classes",
    "permissions": "licence",
    "self-uri": "address",
}
_KNOWN = {
    "aff": "addresses, where no contributor points to them",
    "author-notes": "notes on authors and their addresses",
    "history": "history of the publication",
    "custom-meta-group": "fields of the publisher",
    "related-object": "related objects",
    "related-article": "related works",
    "subj-group": "subjects",
    "counts": "numbers of pages and figures",
    "funding-group": "funding",
    "notes": "notes of the publisher",
    "alternate-form": "other forms of it",
}

_TEXT = (
    "p", "sec", "boxed-text", "def-list", "disp-formula", "disp-quote", "fig", "fig-group", "list",
    "table-wrap", "table-wrap-group", "speech", "statement", "supplementary-material", "verse-group",
)  # fmt: skip

FIELDS = Fields(
    mapped={
        "@lang": "language",
        f"{_BOOK}/book-id": "DOI, PubMed id",
        f"{_BOOK}/book-title-group": "title; of a chapter, the book",
        f"{_BOOK}/isbn": "ISBN",
        f"{_BOOK}/publisher": "publisher, place of publication",
        f"{_BOOK}/edition": "edition",
        f"{_BOOK}/volume": "volume",
        **{f"{_BOOK}/{name}": what for name, what in _BOTH.items() if name != "title-group"},
        f"{_PART}/book-part-id": "DOI, PubMed id",
        f"{_PART}/fpage": "pages",
        f"{_PART}/lpage": "pages",
        **{f"{_PART}/{name}": what for name, what in _BOTH.items()},
        "book-body/book-part/back/ref-list": "references",
        "book-back/ref-list": "references",
        "book-body/book-part/body/book-part": "chapters of a part",
    },
    known={
        "@dtd-version": "version of the format",
        "@book-type": "kind of the book",
        "@id": "number of the book in its file",
        "@specific-use": "version of the book",
        "collection-meta": "series of the book",
        "processing-meta": "how the file was made",
        "front-matter": "what stands before the text",
        "book-front": "what stands before the text",
        "book-back/book-app-group": "appendices",
        "book-back/index": "index",
        "book-back/fn-group": "footnotes",
        "floats-group": "figures and tables",
        f"{_BOOK}/book-volume-number": "number of the volume",
        f"{_BOOK}/counts": "numbers of pages and figures",
        **{f"{_BOOK}/{name}": what for name, what in _KNOWN.items()},
        **{f"{_PART}/{name}": what for name, what in _KNOWN.items()},
        **{f"book-body/book-part/body/{name}": "text of the chapter" for name in _TEXT},
        "book-body/book-part/front-matter": "what stands before the text",
        "book-body/book-part/@book-part-type": "kind of the part",
        "book-body/book-part/@id": "number of the part in its file",
        "book-body/book-part/@book-part-number": "number of the part",
        "book-body/book-part/@indexed": "whether it is indexed",
    },
)

_AROUND = frozenset(("book-body", "book-part", "body"))
"""Elements in which chapters stand."""


def recognises(source: Source) -> bool:
    """An element `book`, or `book-part-wrapper`, that holds `book-meta` or `book-part-meta`."""
    names = xml_records.first_elements(source.text)
    return not {"book", "book-part-wrapper"}.isdisjoint(names[:3]) and not {
        "book-meta",
        "book-part-meta",
    }.isdisjoint(names)


def records(file: File) -> Iterator[Source | Problem]:
    """Each book with its chapters."""
    return xml_records.records(file, "book", "book-part-wrapper")


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The book, and each of its chapters that has authors, an identifier or an abstract of its own."""
    found = xml_records.parsed(source)
    if isinstance(found, Problem):
        yield found
        return
    root, mended = found
    yield from mended
    yield xml_records.tally(root, FIELDS)
    values = XmlValues()
    meta = root.first(_BOOK)
    title: Text | None = None
    if meta is not None:
        group = meta.first("book-title-group") or meta
        title = _title(group, "book-title", values)
        publisher = meta.first("publisher")
        yield from _unread(source, meta, "book-id", values)
        yield replace(
            _work(meta, "book-id", values),
            kind="Book",
            title=title,
            publisher=None if publisher is None else values.text(publisher.first("publisher-name")),
            publisher_place=None if publisher is None else values.text(publisher.first("publisher-loc")),
            isbn=distinct(
                [one for text in values.texts(meta.all("isbn")) for one in bibliography.isbns(text)]
            ),
            edition=values.text(meta.first("edition")),
            volume=values.text(meta.first("volume")),
            language=values.attribute(root, "lang"),
            references=jats.references(root.below("book-back", "ref-list"), values),
        )
    for part in _parts(root):
        yield from _chapter(source, part, title, values)


def _parts(element: Element) -> Iterator[Element]:
    """The parts of a book, each before those inside it."""
    for inner in element.all(*_AROUND):
        if inner.name == "book-part":
            yield inner
        yield from _parts(inner)


def _chapter(
    source: Source, part: Element, book: Text | None, values: XmlValues
) -> Iterator[Report | Problem]:
    meta = part.first("book-part-meta")
    if meta is None or not meta.all("contrib-group", "book-part-id", "abstract"):
        return
    group = meta.first("title-group") or meta
    yield from _unread(source, meta, "book-part-id", values)
    yield replace(
        _work(meta, "book-part-id", values),
        kind="BookChapter",
        title=_title(group, "title", values),
        journal=None if book is None else Journal(name=book),
        pages=jats.pages(meta, values),
        references=jats.references(part.below("back", "ref-list"), values),
    )


def _title(group: Element, name: str, values: XmlValues) -> Text | None:
    title, sub = values.text(group.first(name)), xml_records.visible_of(group.first("subtitle"))
    if title is None or not sub:
        return title
    return values.at(f"{title.raw}{' ' if title.raw[-1] in ':?!' else ': '}{sub}", group.where)


def _unread(source: Source, meta: Element, id_name: str, values: XmlValues) -> Iterator[Problem]:
    doi = jats.ids(meta.all(id_name), f"{id_name}-type", values).get("doi")
    yield from jats_metadata.unread(source, doi, meta, values)


def _work(meta: Element, id_name: str, values: XmlValues) -> Report:
    """What a book and a chapter have alike."""
    ids = jats.ids(meta.all(id_name), f"{id_name}-type", values)
    people = list(jats_people.people(meta, values))
    keywords, terms = jats_metadata.keywords(meta, values)
    main, others = jats_metadata.abstracts(meta)
    return Report(
        authorships=jats_people.authorships(people, values),
        contributions=tuple(jats_people.contributions(people)),
        issued=jats_metadata.issued(meta, values),
        doi=bibliography.doi(ids.get("doi")),
        pmid=bibliography.pmid(ids.get("pmid")),
        urls=tuple(
            one
            for element in meta.all("self-uri")
            if (one := values.attribute(element, "href")) is not None and re.match(r"https?://", one.raw)
        ),
        licences=tuple(jats_metadata.licences(meta, values)),
        sections=tuple(jats_metadata.sections(main, values)),
        author_keywords=keywords,
        subject_classes=terms,
        notes=distinct(values.texts(others)),
    )
