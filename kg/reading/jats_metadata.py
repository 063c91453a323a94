"""What the metadata of JATS say of a work beside titles and people: dates, subjects, rights, abstracts."""

from __future__ import annotations

from collections.abc import Iterator

from kg.identifiers import PartialDate
from kg.model import Grant, Institution, Relation, Report, Section, SubjectClass, Text
from kg.problems import Problem
from kg.reading import bibliography, jats, xml_records
from kg.reading.sections import abstract_sections, kind_of
from kg.reading.tagged import distinct
from kg.reading.xml_records import Element, XmlValues
from kg.source import Found, Source

RELATIONS = {
    "commentary": "commentedBy",
    "commentary-article": "commentsOn",
    "corrected-article": "corrects",
    "correction-forward": "correctedBy",
    "object-of-concern": "commentsOn",
    "peer-reviewed-article": "reviews",
    "peer-review": "reviewedBy",
    "reviewed-article": "reviews",
    "preprint": "hasVersion",
    "retracted-article": "retracts",
    "retraction-forward": "retractedBy",
    "retraction": "retractedBy",
    "updated-article": "updates",
    "update": "updatedBy",
}
"""How related articles belong to the article."""

_DATES = ("ppub", "print", "epub-ppub", "pub", "epub", "electronic", "collection")
"""Which date counts first: of the printed issue, of the electronic publication, of the volume."""


def issued(meta: Element, values: XmlValues) -> Found[PartialDate] | None:
    """The date of the first kind in `_DATES` that there is, or else of any kind."""

    def order(element: Element) -> int:
        kinds = {element.get(name) for name in ("pub-type", "publication-format", "date-type")}
        return next((rank for rank, kind in enumerate(_DATES) if kind in kinds), len(_DATES))

    dated = sorted(meta.all("pub-date"), key=order)
    return next(filter(None, (jats.date(one, values) for one in dated)), None)


def unread(source: Source, doi: Text | None, meta: Element, values: XmlValues) -> Iterator[Problem]:
    """The DOI and the date, where they are none."""
    yield from bibliography.unread_dois(source, (doi,))
    printed = next(map(values.text, meta.all("pub-date")), None)
    if printed is not None and issued(meta, values) is None:
        message = f"{printed.raw[:60]!r} is no date"
        yield Problem.at(source, printed, "unread-value", message, hint="it is not published")


def categories(meta: Element, values: XmlValues) -> tuple[tuple[Text, ...], tuple[SubjectClass, ...]]:
    """The headings under which a journal prints the article, and what it is about."""
    headings: list[Text] = []
    classes: list[SubjectClass] = []
    groups = meta.below("article-categories", "subj-group")
    while groups:
        group = groups.pop(0)
        kind = values.attribute(group, "subj-group-type")
        for code in values.texts(
            [*group.all("subject"), *group.below("compound-subject", "compound-subject-part")]
        ):
            if kind is not None and kind.raw.casefold() in {"heading", "article-type", "display-channel"}:
                headings.append(code)
            else:
                classes.append(SubjectClass(scheme=kind or code.map(lambda _: "subject"), code=code))
        groups += group.all("subj-group")
    return tuple(headings), tuple(dict.fromkeys(classes))


def keywords(meta: Element, values: XmlValues) -> tuple[tuple[Text, ...], tuple[SubjectClass, ...]]:
    """The keywords, and the terms of a vocabulary."""
    keywords: list[Text] = []
    terms: list[SubjectClass] = []
    for group in meta.all("kwd-group"):
        kind = group.get("kwd-group-type").casefold()
        scheme = values.attribute(group, "vocab")
        if "abbrev" in kind:
            continue
        words = values.texts([*group.all("kwd"), *group.all("compound-kwd")])
        if scheme is not None or "mesh" in kind:
            scheme = scheme or values.attribute(group, "kwd-group-type")
        if scheme is not None:
            terms += [SubjectClass(scheme=scheme, code=one) for one in words]
        else:
            keywords += words
    return distinct(keywords), tuple(terms)


def licences(meta: Element, values: XmlValues) -> Iterator[Text]:
    """The address of the licence, else its words, else the line of copyright."""
    for permissions in (*meta.all("permissions"), meta):  # version 2 has no `permissions`
        found: list[Text] = []
        for licence in permissions.all("license"):
            inner = [*licence.all("license_ref"), *licence.below("license-p", "ext-link")]
            links = [values.attribute(licence, "href"), values.text(licence.first("license_ref"))]
            links += [values.attribute(one, "href") for one in inner if "creativecommons" in one.get("href")]
            link = next(filter(None, links), None) or values.text(licence)
            found += [] if link is None else [link]
        yield from found or values.texts(permissions.all("license_ref", "copyright-statement")[:1])


def abstracts(meta: Element) -> tuple[Element | None, list[Element]]:
    """The abstract of the article, and those of other kinds; where it has none, the first of these."""
    found = meta.all("abstract")
    main = next((one for one in found if one.get("abstract-type") in {"", "section", "structured"}), None)
    if main is None:
        main = next((one for one in found if one.get("abstract-type") not in _NO_TEXT), None)
    others = [one for one in found if one is not main and one.get("abstract-type") not in _NO_TEXT]
    return main, others


_NO_TEXT = frozenset(("graphical", "video", "key-points", "highlights"))


def sections(abstract: Element | None, values: XmlValues) -> Iterator[Section]:
    """The parts of an abstract with their headings; its paragraphs are read as one text."""
    if abstract is None:
        return
    parts = abstract.all("sec")
    if not parts:
        text = values.text(abstract, _NO_HEADING)
        yield from () if text is None else abstract_sections(text)
        return
    for part in abstract.all("p", "sec"):
        heading = values.text(part.first("title"))
        text = values.text(part, _NO_HEADING if heading is not None else xml_records.UNSEEN)
        if text is not None:
            yield Section(kind="" if heading is None else kind_of(heading.raw), text=text, heading=heading)


_NO_HEADING = xml_records.UNSEEN | {"title", "label"}


def grants(meta: Element, values: XmlValues) -> Iterator[Grant]:
    """Each award of each funder; a funder without an award, too."""
    for group in meta.below("funding-group", "award-group"):
        funders = [one for one in (_funder(one, values) for one in group.all("funding-source")) if one]
        numbers = values.texts(group.all("award-id"))
        for funder in funders or (None,):
            for number in numbers or (None,):
                quote = number or (None if funder is None else funder.name)
                if quote is not None:
                    yield Grant(quote=quote, funder=funder, number=number)


def _funder(element: Element, values: XmlValues) -> Institution | None:
    wrap = element.first("institution-wrap") or element
    named = element.all("named-content")
    name = (
        values.text(wrap.first("institution"))
        or values.text(next((one for one in named if one.get("content-type") == "name"), None))
        or values.text(element, xml_records.UNSEEN | {"institution-id", "named-content"})
        or values.text(element, xml_records.UNSEEN | {"institution-id"})
    )
    if name is None:
        return None
    texts = values.texts([*wrap.all("institution-id"), *named])
    return Institution(
        name=name,
        country=values.text(element.first("country")),
        ror=next(filter(None, map(bibliography.ror, texts)), None),
        identifiers=tuple(filter(None, map(jats.fundref, texts))),
    )


def relations(meta: Element, values: XmlValues) -> Iterator[Relation]:
    """The works that it names as related, each with how."""
    for one in meta.all("related-article"):
        href, words = values.attribute(one, "href"), values.text(one)
        quote = words or href
        if quote is None:
            continue
        is_pmid = one.get("ext-link-type") in {"pmid", "pubmed"}
        title = values.text(one.first("article-title"))
        yield Relation(
            quote=quote,
            kind=RELATIONS.get(one.get("related-article-type"), "related"),
            work=Report(
                citation_line=words,
                title=title,
                doi=bibliography.doi(href) or bibliography.doi(words),
                pmid=bibliography.pmid(href) if is_pmid else None,
            ),
        )
