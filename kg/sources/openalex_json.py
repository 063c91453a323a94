"""OpenAlex works: JSON of the API (one work, a list of results) and JSON Lines of the snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
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
from kg.reading import addresses, bibliography, json_records, names
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner, objects
from kg.reading.sections import abstract_sections
from kg.source import Found, Source

KINDS = {
    "article": "Article",
    "book": "Book",
    "book-chapter": "BookChapter",
    "dataset": "DataFile",
    "dissertation": "Thesis",
    "editorial": "Editorial",
    "letter": "Letter",
    "preprint": "Preprint",
    "reference-entry": "ReferenceEntry",
    "report": "ReportDocument",
    "review": "ReviewArticle",
    "software": "ComputerProgram",
    "standard": "SpecificationDocument",
    "supplementary-materials": "Supplement",
}
"""The FaBiO classes of the types of works; an article in a journal is a journal article."""

FIELDS = Fields(
    mapped={
        "id": "OpenAlex id",
        "doi": "DOI",
        "title": "title",
        "display_name": "title",
        "publication_year": "date",
        "publication_date": "date",
        "ids/openalex": "OpenAlex id",
        "ids/doi": "DOI",
        "ids/pmid": "PubMed id",
        "ids/pmcid": "PubMed Central id",
        "ids/mag": "identifier",
        "language": "language",
        "type": "kind, publication type",
        "primary_location/source/display_name": "journal or book",
        "primary_location/source/issn": "ISSN of the journal",
        "primary_location/source/issn_l": "ISSN of the journal",
        "primary_location/source/host_organization_name": "publisher",
        "primary_location/source/type": "kind",
        "primary_location/landing_page_url": "address",
        "primary_location/pdf_url": "address",
        "primary_location/license": "licence",
        "open_access/oa_url": "address",
        "authorships/author/display_name": "name as printed, family and given name",
        "authorships/author/orcid": "ORCID iD",
        "authorships/institutions/id": "identifier of the institution",
        "authorships/institutions/display_name": "institution",
        "authorships/institutions/ror": "ROR id of the institution",
        "authorships/is_corresponding": "corresponding author",
        "authorships/raw_author_name": "name as printed, where there is no other",
        "authorships/raw_affiliation_strings": "address as printed",
        "authorships/affiliations/raw_affiliation_string": "address as printed",
        "authorships/affiliations/institution_ids": "institution of the address",
        "cited_by_count": "times cited",
        "biblio/volume": "volume",
        "biblio/issue": "issue",
        "biblio/first_page": "pages",
        "biblio/last_page": "pages",
        "is_retracted": "retracted",
        "topics/id": "subject class",
        "topics/display_name": "subject class",
        "keywords/display_name": "subject class",
        "mesh": "MeSH headings",
        "awards/funder_display_name": "funder",
        "awards/funder_award_id": "number of the grant",
        "grants/funder_display_name": "funder",
        "grants/award_id": "number of the grant",
        "referenced_works_count": "number of references",
        "referenced_works": "works cited",
        "abstract_inverted_index": "abstract",
    },
    known={
        "primary_location/id": "key of the location",
        "primary_location/is_oa": "whether it is open there",
        "primary_location/license_id": "address of the licence",
        "primary_location/version": "version there",
        "primary_location/is_accepted": "whether the accepted version",
        "primary_location/is_published": "whether the published version",
        "primary_location/raw_source_name": "name of the journal as the location has it",
        "primary_location/raw_type": "type as the location has it",
        "primary_location/source/id": "OpenAlex id of the journal",
        "primary_location/source/is_oa": "whether the journal is open",
        "primary_location/source/is_in_doaj": "whether it is in DOAJ",
        "primary_location/source/is_indexed_in_scopus": "whether it is in Scopus",
        "primary_location/source/is_core": "whether it is in the CWTS core",
        "primary_location/source/host_organization": "OpenAlex id of the publisher",
        "primary_location/source/host_organization_lineage": "the same with those above it",
        "primary_location/source/host_organization_lineage_names": "names of the same",
        "open_access/is_oa": "whether it is open",
        "open_access/oa_status": "colour of open access",
        "open_access/any_repository_has_fulltext": "whether a repository has the text",
        "authorships/author/id": "OpenAlex id of the author",
        "authorships/author_position": "first, middle or last",
        "authorships/countries": "countries of the addresses",
        "authorships/raw_orcid": "ORCID iD as the publisher has it",
        "authorships/institutions/country_code": "country of the institution",
        "authorships/institutions/type": "type of the institution",
        "authorships/institutions/lineage": "OpenAlex ids of the institution and those above it",
        "topics/score": "score of the topic",
        "topics/subfield": "subfield of the topic",
        "topics/field": "field of the topic",
        "topics/domain": "domain of the topic",
        "keywords/id": "OpenAlex id of the keyword",
        "keywords/score": "score of the keyword",
        "awards/id": "OpenAlex id of the award",
        "awards/display_name": "title of the award",
        "awards/funder_id": "OpenAlex id of the funder",
        "grants/funder": "OpenAlex id of the funder",
        "primary_topic": "the first of the topics",
        "concepts": "subjects of an older scheme, replaced by topics",
        "locations": "every place of the work; the primary one is mapped",
        "best_oa_location": "the best open one of the locations",
        "funders": "funders, also of no award",
        "institutions": "institutions without authors",
        "indexed_in": "databases that hold the work",
        "countries_distinct_count": "number of countries",
        "institutions_distinct_count": "number of institutions",
        "authors_count": "number of authors",
        "locations_count": "number of locations",
        "concepts_count": "number of concepts",
        "topics_count": "number of topics",
        "corresponding_author_ids": "OpenAlex ids of corresponding authors",
        "corresponding_institution_ids": "OpenAlex ids of their institutions",
        "apc_list": "charge for publishing",
        "apc_paid": "charge that was paid",
        "fwci": "citation impact",
        "citation_normalized_percentile": "citation percentile",
        "cited_by_percentile_year": "citation percentile",
        "cited_by_api_url": "address of the list of citing works",
        "counts_by_year": "citations by year",
        "has_fulltext": "whether OpenAlex has the text",
        "has_content": "which files OpenAlex has",
        "content_urls": "their addresses",
        "fulltext_origin": "where the text is from",
        "fulltext": "where the text is",
        "is_paratext": "whether it is a cover or a table of contents",
        "is_oa": "whether it is open",
        "is_xpac": "whether it is in the extended set",
        "is_authors_truncated": "whether the list of authors is cut",
        "sustainable_development_goals": "goals of the United Nations",
        "related_works": "works that an algorithm finds alike",
        "versions": "other versions",
        "type_crossref": "type at Crossref",
        "abstract_inverted_index_v3": "abstract once more",
        "relevance_score": "rank in a search",
        "created_date": "when the record was made",
        "updated_date": "when the record was changed",
        "updated": "when the record was changed",
    },
)

_ID = re.compile(r'"id"\s*:\s*"https://openalex\.org/W\d+"', re.IGNORECASE)
_WORK = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d+)/?", re.IGNORECASE)
_ENTITY = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:\w+/)?)?([A-Z]\d+)/?", re.IGNORECASE)
LONGEST_ABSTRACT = 100_000
"""An inverted index of more words is no abstract."""


def recognises(source: Source) -> bool:
    """JSON or JSON Lines with works whose `id` is an address of OpenAlex (`https://openalex.org/W...`)."""
    return bool(_ID.search(source.text)) and "id" in {
        key.rpartition("/")[2] for key in json_records.first_keys(source.text)
    }


def records(file: File) -> Iterator[Source | Problem]:
    """The works of an array, of the `results` of an answer, or one a line; a single work."""
    return json_records.records(file, ("results",))


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
    if report.doi is None or report.doi.where != "/doi":
        yield from bibliography.unread_dois(source, values.texts(work.get("doi"), "doi"))
    if report.issued is None or report.issued.where != "/publication_date":
        day = values.text(work.get("publication_date"), "publication_date")
        year = values.text(work.get("publication_year"), "publication_year")
        yield from bibliography.unread_dates(source, (day, None if report.issued else year))


def _report(work: Object, values: JsonValues) -> Report:
    ids, location = inner(work.get("ids")), inner(work.get("primary_location"))
    journal = inner(location.get("source"))
    biblio, access = inner(work.get("biblio")), inner(work.get("open_access"))
    kind = KINDS.get(str(work.get("type")), "Expression")
    subjects, major = _subjects(work, values)
    addresses_ = (
        values.text(location.get("landing_page_url"), "primary_location", "landing_page_url"),
        values.text(location.get("pdf_url"), "primary_location", "pdf_url"),
        values.text(access.get("oa_url"), "open_access", "oa_url"),
    )
    return Report(
        kind="JournalArticle" if kind == "Article" and journal.get("type") == "journal" else kind,
        publication_types=values.texts(work.get("type"), "type"),
        title=values.words(work.get("title"), "title")
        or values.words(work.get("display_name"), "display_name"),
        authorships=_authorships(work, values),
        journal=_journal(journal, values),
        publisher=values.text(
            journal.get("host_organization_name"), "primary_location", "source", "host_organization_name"
        ),
        issued=_date(work, values),
        volume=values.text(biblio.get("volume"), "biblio", "volume"),
        issue=values.text(biblio.get("issue"), "biblio", "issue"),
        pages=_pages(biblio, values),
        language=values.text(work.get("language"), "language"),
        doi=bibliography.doi(values.text(work.get("doi"), "doi"))
        or bibliography.doi(values.text(ids.get("doi"), "ids", "doi")),
        pmid=bibliography.pmid(values.text(ids.get("pmid"), "ids", "pmid")),
        pmcid=bibliography.pmcid(values.text(ids.get("pmcid"), "ids", "pmcid")),
        identifiers=_identifiers(work, ids, values),
        urls=tuple({one.value: one for one in addresses_ if one is not None}.values()),
        licences=values.texts(location.get("license"), "primary_location", "license"),
        retracted=values.flag(work.get("is_retracted"), "is_retracted"),
        subject_classes=subjects,
        major_subject_classes=major,
        grants=tuple(_grants(work, values)),
        times_cited=values.number(work.get("cited_by_count"), "cited_by_count"),
        reference_total=values.number(work.get("referenced_works_count"), "referenced_works_count"),
        relations=tuple(_cited(work, values)),
        sections=_sections(work, values),
    )


def _identifiers(work: Object, ids: Object, values: JsonValues) -> tuple[Text, ...]:
    own = _openalex(values.text(work.get("id"), "id")) or _openalex(
        values.text(ids.get("openalex"), "ids", "openalex")
    )
    mag = values.text(ids.get("mag"), "ids", "mag")
    found = (own, mag.map(lambda number: f"mag:{number}") if mag else None)
    return tuple(one for one in found if one is not None)


def _openalex(found: Text | None, pattern: re.Pattern[str] = _WORK) -> Text | None:
    match = found and pattern.fullmatch(found.raw)
    return found.map(lambda _: f"openalex:{match[1].upper()}") if found and match else None


def _date(work: Object, values: JsonValues) -> Found[PartialDate] | None:
    day = bibliography.iso_date(values.text(work.get("publication_date"), "publication_date"))
    return day or bibliography.iso_date(values.text(work.get("publication_year"), "publication_year"))


def _pages(biblio: Object, values: JsonValues) -> Text | None:
    first, last = (str(biblio.get(key) or "").strip() for key in ("first_page", "last_page"))
    if not first and not last:
        return None
    printed = values.at(f"{first}-{last}" if first and last else first or last, "/biblio")
    return printed.map(lambda _: bibliography.pages(first, last) if first else last)


def _journal(source: Object, values: JsonValues) -> Journal | None:
    name = values.text(source.get("display_name"), "primary_location", "source", "display_name")
    if name is None:
        return None
    issn = values.texts(source.get("issn"), "primary_location", "source", "issn")
    linking = values.text(source.get("issn_l"), "primary_location", "source", "issn_l")
    found = [one for text in (*issn, *((linking,) if linking else ())) for one in bibliography.issns(text)]
    return Journal(name=name, issn=tuple({one.value: one for one in found}.values()))


def _authorships(work: Object, values: JsonValues) -> tuple[Authorship, ...]:
    found: list[Authorship] = []
    for place, one in objects(work.get("authorships")):
        author = inner(one.get("author"))
        where = ("authorships", place)
        name = values.text(author.get("display_name"), *where, "author", "display_name")
        name = name or values.text(one.get("raw_author_name"), *where, "raw_author_name")
        if name is None:
            continue
        orcid = bibliography.orcid(values.text(author.get("orcid"), *where, "author", "orcid"))
        person = names.full_name(name)
        if person is None and orcid is not None:
            person = Person(family=name)
        if person is not None:
            person = Person(family=person.family, given=person.given, orcid=orcid)
        corresponding = one.get("is_corresponding") is True
        found.append(
            Authorship(
                quote=name,
                name_as_printed=name,
                position=len(found) + 1,
                person=person,
                affiliations=tuple(_affiliations(one, place, values)),
                corresponding=values.flag(corresponding, *where, "is_corresponding")
                if corresponding
                else None,
            )
        )
    return tuple(found)


def _affiliations(authorship: Object, place: int, values: JsonValues) -> Iterator[Affiliation]:
    """The addresses with the institutions in them; an institution of no address stands for itself."""
    known: dict[Any, Institution] = {}
    for number, one in objects(authorship.get("institutions")):
        where = ("authorships", place, "institutions", number)
        name = values.text(one.get("display_name"), *where, "display_name")
        if name is not None:
            identifier = _openalex(values.text(one.get("id"), *where, "id"), _ENTITY)
            known[str(one.get("id"))] = Institution(
                name=name,
                ror=bibliography.ror(values.text(one.get("ror"), *where, "ror")),
                identifiers=(identifier,) if identifier is not None else (),
            )
    used: set[str] = set()
    told: set[str] = set()
    for number, one in objects(authorship.get("affiliations")):
        where = ("authorships", place, "affiliations", number)
        printed = values.text(one.get("raw_affiliation_string"), *where, "raw_affiliation_string")
        if printed is None:
            continue
        told.add(printed.value)
        ids = one.get("institution_ids")
        found = [str(each) for each in ids if str(each) in known] if isinstance(ids, list) else []
        used.update(found)
        yield from (Affiliation(printed=printed, institution=known[each]) for each in found)
        if not found:
            yield addresses.affiliation_in_any_order(printed)
    for key, institution in known.items():
        if key not in used:
            yield Affiliation(printed=institution.name, institution=institution)
    if not known:
        strings = values.texts(
            authorship.get("raw_affiliation_strings"), "authorships", place, "raw_affiliation_strings"
        )
        yield from (
            addresses.affiliation_in_any_order(printed) for printed in strings if printed.value not in told
        )


def _subjects(work: Object, values: JsonValues) -> tuple[tuple[SubjectClass, ...], tuple[SubjectClass, ...]]:
    """Topics, keywords and MeSH headings; the headings that are marked as major."""
    found: list[SubjectClass] = []
    major: list[SubjectClass] = []
    for number, topic in objects(work.get("topics")):
        label = values.text(topic.get("display_name"), "topics", number, "display_name")
        code = values.text(topic.get("id"), "topics", number, "id")
        match = code and _ENTITY.fullmatch(code.raw)
        if label is not None and code is not None and match:
            scheme = label.map(lambda _: "OpenAlex topics")
            number_of = code.map(lambda _, found=match: found[1])  # type: ignore[misc]  # bound here
            found.append(SubjectClass(scheme=scheme, code=number_of, label=label))
    for number, keyword in objects(work.get("keywords")):
        word = values.text(keyword.get("display_name"), "keywords", number, "display_name")
        if word is not None:
            found.append(SubjectClass(scheme=word.map(lambda _: "OpenAlex keywords"), code=word))
    for number, heading in objects(work.get("mesh")):
        subject = _mesh(heading, number, values)
        if subject is not None:
            (major if heading.get("is_major_topic") is True else found).append(subject)
    return tuple(found), tuple(major)


def _mesh(heading: Object, number: int, values: JsonValues) -> SubjectClass | None:
    name, qualifier = (str(heading.get(key) or "").strip() for key in ("descriptor_name", "qualifier_name"))
    if not name:
        return None
    code = values.at(f"{name}/{qualifier}" if qualifier else name, f"/mesh/{number}")
    identifier = values.text(heading.get("descriptor_ui"), "mesh", number, "descriptor_ui")
    return SubjectClass(scheme=code.map(lambda _: "MeSH"), code=code, identifier=identifier)


def _grants(work: Object, values: JsonValues) -> Iterator[Grant]:
    for key, number_key in (("awards", "funder_award_id"), ("grants", "award_id")):
        for place, one in objects(work.get(key)):
            name = values.text(one.get("funder_display_name"), key, place, "funder_display_name")
            number = values.text(one.get(number_key), key, place, number_key)
            quote = name or number
            if quote is not None:
                yield Grant(quote=quote, funder=Institution(name=name) if name else None, number=number)


def _cited(work: Object, values: JsonValues) -> Iterator[Relation]:
    for found in values.texts(work.get("referenced_works"), "referenced_works"):
        identifier = _openalex(found)
        if identifier is not None:
            yield Relation(quote=found, kind="cites", work=Report(identifiers=(identifier,)))


def _sections(work: Object, values: JsonValues) -> Any:
    """The abstract, put together again from the places of its words."""
    index = work.get("abstract_inverted_index")
    if not isinstance(index, dict):
        return ()
    placed = [
        (position, word)
        for word, positions in index.items()
        if isinstance(positions, list)
        for position in positions
        if isinstance(position, int)
    ]
    if not placed or len(placed) > LONGEST_ABSTRACT:
        return ()
    placed.sort()
    text = values.words(" ".join(word for _, word in placed), "abstract_inverted_index")
    return () if text is None else abstract_sections(text)
