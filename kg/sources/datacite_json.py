"""DataCite metadata as JSON: the attributes of a DOI, or the answers of the API around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
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
from kg.reading import addresses, bibliography, json_records, markup
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, each, inner, objects
from kg.reading.names import is_group
from kg.source import Found, Source

KINDS = {
    "book": "Book",
    "bookchapter": "BookChapter",
    "conferencepaper": "ConferencePaper",
    "conferenceproceeding": "ConferenceProceedings",
    "dataset": "DataFile",
    "dissertation": "Thesis",
    "journalarticle": "JournalArticle",
    "poster": "ConferencePoster",
    "preprint": "Preprint",
    "presentation": "Presentation",
    "report": "ReportDocument",
    "software": "ComputerProgram",
    "standard": "SpecificationDocument",
}
"""The FaBiO classes of `resourceTypeGeneral`, where it is no text of any kind; else of `resourceType`.

Both in small letters and without blanks.
"""

ROLES = {"Editor": "editor", "Translator": "translator"}
LEFT_OUT = frozenset({"HostingInstitution", "RegistrationAgency", "RegistrationAuthority", "Distributor"})
"""Contributors that are no people who had a part in the work."""

RELATIONS = {
    "Cites": "cites",
    "References": "cites",
    "IsVersionOf": "versionOf",
    "IsVariantFormOf": "versionOf",
    "HasVersion": "hasVersion",
    "Reviews": "reviews",
    "IsReviewedBy": "reviewedBy",
    "IsNewVersionOf": "updates",
    "IsPreviousVersionOf": "updatedBy",
    "Obsoletes": "updates",
    "IsObsoletedBy": "updatedBy",
}
"""DataCite's types of relations (schema 4.6, appendix 1); every other one is a relation without a name."""

_RELATED = "relatedIdentifiers, not of a DOI"
_DATES = "dates, not of issue"

FIELDS = Fields(
    mapped={
        "doi": "DOI",
        "titles": "title, other titles",
        "creators/name": "name as printed",
        "creators/nameType": "whether a name is parted",
        "creators/givenName": "given name",
        "creators/familyName": "family name",
        "creators/id": "ORCID iD",
        "creators/nameIdentifiers": "ORCID iD",
        "creators/affiliation": "address",
        "contributors/name": "contributors",
        "contributors/nameType": "whether a name is parted",
        "contributors/givenName": "given name",
        "contributors/familyName": "family name",
        "contributors/contributorType": "part of the contributor",
        "contributors/id": "ORCID iD",
        "contributors/nameIdentifiers": "ORCID iD",
        "publisher": "publisher",
        "publicationYear": "date",
        "dates": "date",
        "types/resourceTypeGeneral": "kind, publication type",
        "types/resourceType": "kind, publication type",
        "subjects": "keywords, subject classes",
        "descriptions": "abstract, notes",
        "language": "language",
        "url": "address",
        "rightsList/rights": "licence",
        "rightsList/rightsUri": "licence",
        "fundingReferences/funderName": "funder",
        "fundingReferences/funderIdentifier": "identifier of the funder",
        "fundingReferences/awardNumber": "number of the grant",
        "relatedIdentifiers": "related works",
        "container/title": "journal or series",
        "container/identifier": "ISSN of the journal",
        "container/volume": "volume",
        "container/issue": "issue",
        "container/firstPage": "pages",
        "container/lastPage": "pages",
        "version": "edition",
        "citationCount": "times cited",
        "referenceCount": "number of references",
        "relatedItems/relationType": "whether it is what the record is published in",
        "relatedItems/titles": "journal, of the work it is published in",
        "relatedItems/relatedItemIdentifier": "ISSN of that journal",
        "relatedItems/volume": "volume",
        "relatedItems/issue": "issue",
        "relatedItems/firstPage": "pages",
        "relatedItems/lastPage": "pages",
    },
    known={
        _RELATED: "related works and pages without a DOI",
        _DATES: "dates of something else than the publication",
        "id": "address of the record",
        "type": "kind of the record at the API",
        "relationships": "links of the API",
        "creators/type": "person or organisation",
        "creators/lang": "language of the name",
        "contributors/type": "person or organisation",
        "contributors/affiliation": "address of the contributor",
        "types/schemaOrg": "type in schema.org",
        "types/citeproc": "type in CSL",
        "types/bibtex": "type in BibTeX",
        "types/ris": "type in RIS",
        "rightsList/schemeUri": "address of the list of licences",
        "rightsList/rightsIdentifier": "short name of the licence",
        "rightsList/rightsIdentifierScheme": "list of licences",
        "rightsList/lang": "language of the rights",
        "fundingReferences/funderIdentifierType": "kind of the identifier",
        "fundingReferences/schemeUri": "address of the register",
        "fundingReferences/awardUri": "address of the grant",
        "fundingReferences/awardTitle": "title of the grant",
        "container/type": "kind of the container",
        "container/identifierType": "kind of the identifier",
        "container/number": "number in the container",
        "container/edition": "edition of the container",
        "identifiers": "other identifiers",
        "alternateIdentifiers": "other identifiers",
        "relatedItems/relatedItemType": "what kind of work it is",
        "relatedItems/creators": "authors of a related work",
        "relatedItems/contributors": "contributors to a related work",
        "relatedItems/number": "number in a related work",
        "relatedItems/numberType": "what that number counts",
        "relatedItems/publisher": "publisher of a related work",
        "relatedItems/publicationYear": "year of a related work",
        "relatedItems/edition": "edition of a related work",
        "geoLocations": "places the work is about",
        "sizes": "sizes of the files",
        "formats": "formats of the files",
        "contentUrl": "address of the files",
        "prefix": "prefix of the DOI",
        "suffix": "suffix of the DOI",
        "agency": "agency of the DOI",
        "provider": "where the record is from",
        "clientId": "repository",
        "providerId": "organisation of the repository",
        "schemaVersion": "version of the schema",
        "metadataVersion": "version of the record",
        "source": "where the record is from",
        "isActive": "whether the DOI works",
        "state": "whether the DOI is findable",
        "reason": "why it is not",
        "landingPage": "check of the address",
        "xml": "the record once more",
        "viewCount": "number of views",
        "viewsOverTime": "views by month",
        "downloadCount": "number of downloads",
        "downloadsOverTime": "downloads by month",
        "citationsOverTime": "citations by year",
        "partCount": "number of parts",
        "partOfCount": "number of wholes",
        "versionCount": "number of versions",
        "versionOfCount": "number of works it is a version of",
        "created": "when the DOI was made",
        "registered": "when the DOI was registered",
        "published": "year, once more",
        "updated": "when the record was changed",
    },
)


def recognises(source: Source) -> bool:
    """JSON with `titles`, `creators` and DataCite's `types` or year, alone or in `attributes`."""
    keys = {key.rpartition("/")[2] for key in json_records.first_keys(source.text)}
    return {"titles", "creators"} <= keys and bool(
        keys & {"types", "publicationYear", "schemaVersion", "resourceTypeGeneral"}
    )


def records(file: File) -> Iterator[Source | Problem]:
    """The records in `data`, of an array, one a line; or a single one."""
    return json_records.records(file, ("data",))


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a record."""
    record = json_records.parsed(source)
    if isinstance(record, Problem):
        yield record
        return
    attributes = record.get("attributes")
    where: tuple[str, ...] = ()
    if isinstance(attributes, dict):
        where = ("attributes",)
        around = {
            key: value for key, value in record.items() if key not in attributes and key != "attributes"
        }
        record = {**around, **attributes}
    tally = FIELDS.tally_of(record)
    for _, one in objects(record.get("relatedIdentifiers")):
        if not _is_of_doi(one):
            FIELDS.count(tally, _RELATED, one.get("relatedIdentifier"))
    for _, one in objects(record.get("dates")):
        if one.get("dateType") != "Issued":
            FIELDS.count(tally, _DATES, one.get("date"))
    yield tally
    reading = _Reading(record, where)
    report = reading.report()
    yield report
    if report.doi is None:
        yield from bibliography.unread_dois(source, (reading.text(record.get("doi"), "doi"),))
    if report.issued is None:
        year = reading.text(record.get("publicationYear"), "publicationYear")
        yield from bibliography.unread_dates(source, (year,))


def _is_of_doi(related: Object) -> bool:
    return related.get("relatedIdentifierType") == "DOI"


class _Reading:
    """One record and where its attributes are."""

    def __init__(self, record: Object, where: tuple[str, ...]) -> None:
        self.record = record
        self.where = where
        self.values = JsonValues()

    def text(self, value: Any, *where: str | int) -> Text | None:
        return self.values.text(value, *self.where, *where)

    def words(self, value: Any, *where: str | int) -> Text | None:
        return self.values.words(value, *self.where, *where)

    def report(self) -> Report:
        record = self.record
        types = inner(record.get("types"))
        around, container = self._container()
        general, special = types.get("resourceTypeGeneral"), types.get("resourceType")
        words = ["".join(str(one).casefold().split()) for one in (general, special)]
        kind = next((KINDS[one] for one in words if one in KINDS), "Expression")
        if words[1] in {"blogpost", "blogposting"}:
            kind = "BlogPost"
        title, others = self._titles()
        printed = (
            self.text(special, "types", "resourceType"),
            self.text(general, "types", "resourceTypeGeneral"),
        )
        keywords, classes = self._subjects()
        return Report(
            kind=kind,
            publication_types=tuple({one.value: one for one in printed if one is not None}.values()),
            title=title,
            alternative_titles=others,
            authorships=tuple(self._authorships()),
            contributions=tuple(self._contributions()),
            journal=self._journal(container, *around),
            issued=self._date(),
            volume=self.text(container.get("volume"), *around, "volume"),
            issue=self.text(container.get("issue"), *around, "issue"),
            pages=self._pages(container, *around),
            edition=self.text(record.get("version"), "version"),
            publisher=self._publisher(),
            language=self.text(record.get("language"), "language"),
            doi=bibliography.doi(self.text(record.get("doi"), "doi")),
            urls=self._texts("url"),
            licences=tuple(self._licences()),
            author_keywords=keywords,
            subject_classes=classes,
            grants=tuple(self._grants()),
            times_cited=self.values.number(record.get("citationCount"), *self.where, "citationCount"),
            reference_total=self.values.number(record.get("referenceCount"), *self.where, "referenceCount"),
            relations=tuple(self._relations()),
            sections=self._abstract(),
            notes=tuple(self._notes()),
        )

    def _texts(self, key: str) -> tuple[Text, ...]:
        return self.values.texts(self.record.get(key), *self.where, key)

    def _titles(self) -> tuple[Text | None, tuple[Text, ...]]:
        """The first title without a type is the title."""
        main: Text | None = None
        others: list[Text] = []
        for place, one in objects(self.record.get("titles")):
            words = self.words(one.get("title"), "titles", place, "title")
            if words is not None and main is None and not one.get("titleType"):
                main = words
            elif words is not None:
                others.append(words)
        return (main, tuple(others)) if main or not others else (others[0], tuple(others[1:]))

    def _person(self, one: Object, *where: str | int) -> tuple[Text, Person | None] | None:
        printed = self.words(one.get("name"), *where, "name")
        family = self.text(one.get("familyName"), *where, "familyName")
        given = self.text(one.get("givenName"), *where, "givenName")
        if printed is None and family is not None and given is not None:
            place = json_records.pointer(*self.where, *where)
            printed = self.values.at(f"{family.raw}, {given.raw}", place)
        printed = printed or family or given
        if printed is None:
            return None
        if family is None and "Organizational" not in {one.get("nameType"), one.get("type")}:
            parts = list(printed.split(","))
            if len(parts) == 2 and (one.get("nameType") == "Personal" or not is_group(printed.raw)):
                family, given = parts
        if family is None:
            return printed, None
        return printed, Person(family=family, given=given, orcid=self._orcid(one, *where))

    def _orcid(self, one: Object, *where: str | int) -> Text | None:
        found = bibliography.orcid(self.text(one.get("id"), *where, "id"))
        for place, identifier in each(one.get("nameIdentifiers"), *where, "nameIdentifiers"):
            text = self.text(inner(identifier).get("nameIdentifier"), *place, "nameIdentifier")
            found = found or bibliography.orcid(text)
        return found

    def _authorships(self) -> Iterator[Authorship]:
        position = 0
        for place, one in objects(self.record.get("creators")):
            named = self._person(one, "creators", place)
            if named is not None:
                position += 1
                found = tuple(self._affiliations(one, "creators", place, "affiliation"))
                yield bibliography.authorship(named[0], position, named[1], affiliations=found)

    def _affiliations(self, one: Object, *where: str | int) -> Iterator[Affiliation]:
        for place, address in each(one.get("affiliation"), *where):
            if isinstance(address, dict):
                printed = self.text(address.get("name"), *place, "name")
                identifier = address.get("affiliationIdentifier")
                ror = bibliography.ror(self.text(identifier, *place, "affiliationIdentifier"))
            else:
                printed, ror = self.text(address, *place), None
            if printed is not None and ror is not None:
                yield Affiliation(printed=printed, institution=Institution(name=printed, ror=ror))
            elif printed is not None:
                yield addresses.affiliation_in_any_order(printed)

    def _contributions(self) -> Iterator[Contribution]:
        positions: dict[str, int] = {}
        for place, one in objects(self.record.get("contributors")):
            named = self._person(one, "contributors", place)
            kind = str(one.get("contributorType"))
            if named is not None and kind not in LEFT_OUT:
                role = ROLES.get(kind, "contributor")
                positions[role] = positions.get(role, 0) + 1
                yield bibliography.contribution(named[0], positions[role], role, named[1])

    def _publisher(self) -> Text | None:
        value = self.record.get("publisher")
        if isinstance(value, dict):
            return self.text(value.get("name"), "publisher", "name")
        return self.text(value, "publisher")

    def _date(self) -> Found[PartialDate] | None:
        """The date of issue, else the year of publication."""
        for place, one in objects(self.record.get("dates")):
            if one.get("dateType") == "Issued":
                found = bibliography.iso_date(self.text(one.get("date"), "dates", place, "date"))
                if found is not None:
                    return found
        return bibliography.iso_date(self.text(self.record.get("publicationYear"), "publicationYear"))

    def _container(self) -> tuple[tuple[str | int, ...], Object]:
        """Where what holds the work stands, and what that says: `container`, else a related item."""
        container = inner(self.record.get("container"))
        if not container.get("title"):
            for place, one in objects(self.record.get("relatedItems")):
                if one.get("relationType") == "IsPublishedIn":
                    return ("relatedItems", place), one
        return ("container",), container

    def _journal(self, container: Object, *where: str | int) -> Journal | None:
        name = self.words(container.get("title"), *where, "title")
        identifier = self.text(container.get("identifier"), *where, "identifier")
        for place, one in objects(container.get("titles")):
            name = name or self.words(one.get("title"), *where, "titles", place, "title")
        key = "relatedItemIdentifier"
        inside = inner(container.get(key))
        if inside.get(f"{key}Type") in {"ISSN", "EISSN", "LISSN"}:
            identifier = self.text(inside.get(key), *where, key, key)
        return None if name is None else Journal(name=name, issn=bibliography.issns(identifier))

    def _pages(self, container: Object, *where: str | int) -> Text | None:
        first, last = (str(container.get(key) or "").strip() for key in ("firstPage", "lastPage"))
        if not first:
            return None
        place = json_records.pointer(*self.where, *where)
        return self.values.at(f"{first}-{last}" if last else first, place).map(
            lambda _: bibliography.pages(first, last)
        )

    def _subjects(self) -> tuple[tuple[Text, ...], tuple[SubjectClass, ...]]:
        """Free words, and the classes of a scheme."""
        words: list[Text] = []
        classes: list[SubjectClass] = []
        for place, one in objects(self.record.get("subjects")):
            word = self.words(one.get("subject"), "subjects", place, "subject")
            scheme = self.text(one.get("subjectScheme"), "subjects", place, "subjectScheme")
            code = self.text(one.get("classificationCode"), "subjects", place, "classificationCode")
            address = self.text(one.get("valueUri"), "subjects", place, "valueUri")
            if word is not None and scheme is not None:
                label = word if code is not None else None
                classes.append(
                    SubjectClass(scheme=scheme, code=code or word, label=label, identifier=address)
                )
            elif word is not None:
                words.append(word.stripped("; "))
        return tuple(words), tuple(classes)

    def _licences(self) -> Iterator[Text]:
        for place, one in objects(self.record.get("rightsList")):
            address = self.text(one.get("rightsUri"), "rightsList", place, "rightsUri")
            found = address or self.text(one.get("rights"), "rightsList", place, "rights")
            if found is not None:
                yield found

    def _grants(self) -> Iterator[Grant]:
        for place, one in objects(self.record.get("fundingReferences")):
            where = ("fundingReferences", place)
            name = self.words(one.get("funderName"), *where, "funderName")
            identifier = self.text(one.get("funderIdentifier"), *where, "funderIdentifier")
            number = self.text(one.get("awardNumber"), *where, "awardNumber")
            funder = None
            if name is not None:
                doi = bibliography.doi(identifier)
                ids = () if doi is None else (doi.map(lambda value: f"fundref:{value}"),)
                funder = Institution(name=name, ror=bibliography.ror(identifier), identifiers=ids)
            quote = name or number
            if quote is not None:
                yield Grant(quote=quote, funder=funder, number=number)

    def _relations(self) -> Iterator[Relation]:
        for place, one in objects(self.record.get("relatedIdentifiers")):
            text = self.text(one.get("relatedIdentifier"), "relatedIdentifiers", place, "relatedIdentifier")
            doi = bibliography.doi(text) if _is_of_doi(one) else None
            if doi is not None:
                kind = RELATIONS.get(str(one.get("relationType")), "related")
                yield Relation(quote=doi, kind=kind, work=Report(doi=doi))

    def _abstract(self) -> Any:
        """The first abstract; others, as in another language, are notes."""
        for place, one in objects(self.record.get("descriptions")):
            if one.get("descriptionType") == "Abstract":
                pointer = json_records.pointer(*self.where, "descriptions", place, "description")
                return markup.sections(self.values, one.get("description"), pointer)
        return ()

    def _notes(self) -> Iterator[Text]:
        """The descriptions that are not the abstract: methods, contents, technical information."""
        abstract = False
        for place, one in objects(self.record.get("descriptions")):
            if one.get("descriptionType") == "Abstract" and not abstract:
                abstract = True
                continue
            words = self.words(one.get("description"), "descriptions", place, "description")
            if words is not None:
                yield words
