"""JATS (NLM) XML, as publishers, PubMed Central and its OAI service give articles; not their body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
    Conference,
    Contribution,
    Grant,
    Institution,
    Journal,
    Person,
    Relation,
    Report,
    Section,
    SubjectClass,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, jats, xml_records
from kg.reading.fields import Fields, Tally
from kg.reading.sections import abstract_sections, kind_of
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

ROLES = {
    "author": "",
    "assigned-editor": "editor",
    "collaborator": "contributor",
    "editor": "editor",
    "guest-editor": "editor",
    "handling-editor": "editor",
    "reviewer": "reviewer",
    "referee": "reviewer",
    "senior_editor": "editor",
    "translator": "translator",
}
"""What contributors of each type did; those of no type are authors, those of any other contributed."""

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

_DATES = ("ppub", "print", "epub-ppub", "pub", "epub", "electronic", "collection")
"""Which date counts first: of the printed issue, of the electronic publication, of the volume."""


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
    doi = bibliography.doi(ids.get("doi"))
    if "doi" in ids and doi is None:
        message = f"{ids['doi'].raw[:60]!r} is no DOI"
        yield Problem.at(source, ids["doi"], "unread-value", message, hint="it is not published")
    printed_type = values.attribute(article, "article-type")
    headings, classes = _categories(meta, values)
    people = list(_people(meta, values))
    keywords, terms = _keywords(meta, values)
    main, others = _abstracts(meta)
    publisher = None if journal is None else journal.first("publisher")
    pmcid = ids.get("pmcid") or ids.get("pmc")
    counts = meta.first("counts")
    title, other_titles = _titles(meta, values)
    kind = "" if printed_type is None else printed_type.raw.casefold()
    issued = _issued(meta, values)
    if issued is None and (unread := next(map(values.text, meta.all("pub-date")), None)) is not None:
        message = f"{unread.raw[:60]!r} is no date"
        yield Problem.at(source, unread, "unread-value", message, hint="it is not published")
    yield Report(
        kind=KINDS.get(kind, "JournalArticle"),
        publication_types=(*([] if printed_type is None else [printed_type]), *headings),
        title=title,
        alternative_titles=other_titles,
        authorships=_authorships(people, values),
        contributions=tuple(_contributions(people)),
        journal=_journal(journal, values),
        conference=_conference(meta, values),
        issued=issued,
        volume=values.text(meta.first("volume")),
        issue=values.text(meta.first("issue")),
        pages=jats.pages(meta, values),
        page_count=_count(counts, "page-count", values),
        publisher=None if publisher is None else values.text(publisher.first("publisher-name")),
        publisher_place=None if publisher is None else values.text(publisher.first("publisher-loc")),
        isbn=tuple(one for text in values.texts(meta.all("isbn")) for one in bibliography.isbns(text)),
        language=values.attribute(article, "lang"),
        doi=doi,
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
        licences=tuple(_licences(meta, values)),
        sections=tuple(_sections(main, values)),
        author_keywords=keywords,
        subject_classes=(*classes, *terms),
        grants=tuple(_grants(meta, values)),
        relations=tuple(_relations(meta, values)),
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


def _issued(meta: Element, values: XmlValues) -> Found[PartialDate] | None:
    """The date of the first kind in `_DATES` that there is, or else of any kind."""

    def order(element: Element) -> int:
        kinds = {element.get(name) for name in ("pub-type", "publication-format", "date-type")}
        return next((rank for rank, kind in enumerate(_DATES) if kind in kinds), len(_DATES))

    dated = sorted(meta.all("pub-date"), key=order)
    return next(filter(None, (jats.date(one, values) for one in dated)), None)


@dataclass(frozen=True, slots=True)
class _Contributor:
    """A contributor as printed, what the part was (nothing for an author), and the addresses."""

    printed: Text
    person: Person | None
    role: str
    addresses: tuple[Element, ...]
    corresponding: Found[bool] | None


def _people(meta: Element, values: XmlValues) -> Iterator[_Contributor]:
    """The contributors of all groups; a group that is an author is followed by its members."""
    groups = meta.all("contrib-group")
    of_article = _affs(meta)
    by_id = {one.get("id"): one for group in groups for one in _affs(group)}
    by_id |= {one.get("id"): one for one in of_article}
    lone = of_article if len(of_article) == 1 and not _points_to(groups) else []
    for group in groups:
        shared = [] if _points_to([group]) else _affs(group) or lone
        yield from _group(group, by_id, shared, values, role=None)


def _group(
    group: Element,
    by_id: Mapping[str, Element],
    shared: Sequence[Element],
    values: XmlValues,
    *,
    role: str | None,
) -> Iterator[_Contributor]:
    for contrib in group.all("contrib"):
        found = jats.named(contrib, values)
        if found is None:
            continue
        printed, person = found
        kind = contrib.get("contrib-type") or group.get("content-type").rstrip("s")
        part = role if role is not None else ROLES.get(kind.casefold(), "contributor" if kind else "")
        xrefs = [one for one in contrib.all("xref") if one.get("ref-type") == "aff"]
        named = [by_id[rid] for one in xrefs for rid in one.get("rid").split() if rid in by_id]
        own = tuple(dict.fromkeys([*named, *_affs(contrib)])) or tuple(shared)
        if person is not None:
            person = Person(family=person.family, given=person.given, orcid=_orcid(contrib, values))
        yield _Contributor(printed, person, part, own, _corresponding(contrib, values))
        for collab in contrib.all("collab"):
            for members in collab.all("contrib-group"):
                yield from _group(members, by_id, (), values, role="contributor")


def _affs(holder: Element) -> list[Element]:
    """The addresses in an element; of one in several forms the first."""
    return [
        *holder.all("aff"),
        *(one.all("aff")[0] for one in holder.all("aff-alternatives") if one.all("aff")),
    ]


def _points_to(groups: Sequence[Element]) -> bool:
    xrefs = (one for group in groups for contrib in group.all("contrib") for one in contrib.all("xref"))
    return any(one.get("ref-type") == "aff" for one in xrefs)


def _orcid(contrib: Element, values: XmlValues) -> Text | None:
    for one in contrib.all("contrib-id", "uri", "ext-link"):
        if (
            "orcid"
            in (one.get("contrib-id-type") + one.get("content-type") + one.get("ext-link-type")).casefold()
        ):
            found = bibliography.orcid(values.text(one) or values.attribute(one, "href"))
            if found is not None:
                return found
    return None


def _corresponding(contrib: Element, values: XmlValues) -> Found[bool] | None:
    if contrib.get("corresp") == "yes":
        found = values.attribute(contrib, "corresp")
    else:
        marks = (one for one in contrib.all("xref") if one.get("ref-type") == "corresp")
        found = values.attribute(next(marks, None), "ref-type")
    return None if found is None else found.map(lambda _: True)


def _authorships(people: Sequence[_Contributor], values: XmlValues) -> tuple[Authorship, ...]:
    read: dict[str, Affiliation | None] = {}
    found: list[Authorship] = []
    for one in people:
        if one.role:
            continue
        for aff in one.addresses:
            if aff.where not in read:
                read[aff.where] = jats.address(aff, values)
        addresses = (read[aff.where] for aff in one.addresses)
        found.append(
            bibliography.authorship(
                one.printed,
                len(found) + 1,
                one.person,
                affiliations=tuple(aff for aff in addresses if aff is not None),
                corresponding=one.corresponding,
            )
        )
    return tuple(found)


def _contributions(people: Sequence[_Contributor]) -> Iterator[Contribution]:
    counts: dict[str, int] = {}
    for one in people:
        if one.role:
            position = counts[one.role] = counts.get(one.role, 0) + 1
            yield bibliography.contribution(one.printed, position, one.role, one.person)


def _categories(meta: Element, values: XmlValues) -> tuple[tuple[Text, ...], tuple[SubjectClass, ...]]:
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


def _keywords(meta: Element, values: XmlValues) -> tuple[tuple[Text, ...], tuple[SubjectClass, ...]]:
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


def _licences(meta: Element, values: XmlValues) -> Iterator[Text]:
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


def _abstracts(meta: Element) -> tuple[Element | None, list[Element]]:
    """The abstract of the article, and those of other kinds; where it has none, the first of these."""
    found = meta.all("abstract")
    main = next((one for one in found if one.get("abstract-type") in {"", "section", "structured"}), None)
    if main is None:
        main = next((one for one in found if one.get("abstract-type") not in _NO_TEXT), None)
    others = [one for one in found if one is not main and one.get("abstract-type") not in _NO_TEXT]
    return main, others


_NO_TEXT = frozenset(("graphical", "video", "key-points", "highlights"))


def _sections(abstract: Element | None, values: XmlValues) -> Iterator[Section]:
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


def _grants(meta: Element, values: XmlValues) -> Iterator[Grant]:
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


def _relations(meta: Element, values: XmlValues) -> Iterator[Relation]:
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
