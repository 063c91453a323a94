"""PubMed XML, articles and books: what E-utilities, the yearly baseline and its daily updates hold."""

from __future__ import annotations

from collections.abc import Iterator

from kg.identifiers import PartialDate
from kg.model import (
    Affiliation,
    Authorship,
    Citation,
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
from kg.reading import bibliography, dates, pubmed, xml_records
from kg.reading.addresses import postal_affiliation
from kg.reading.fields import Fields, Tally
from kg.reading.pages import full_range
from kg.reading.sections import abstract_sections, kind_of
from kg.reading.tagged import distinct
from kg.reading.xml_records import Element, XmlValues
from kg.source import Found, Source

RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation")

RELATIONS = {
    "AssociatedDataset": "related",
    "CommentIn": "commentedBy",
    "CommentOn": "commentsOn",
    "CorrectedandRepublishedFrom": "corrects",
    "CorrectedandRepublishedIn": "correctedBy",
    "ErratumFor": "corrects",
    "ErratumIn": "correctedBy",
    "RetractionIn": "retractedBy",
    "RetractionOf": "retracts",
    "RetractedandRepublishedFrom": "retracts",
    "RetractedandRepublishedIn": "retractedBy",
    "UpdateIn": "updatedBy",
    "UpdateOf": "updates",
}
"""How the works of `CommentsCorrections` belong to the record; every other one is related to it."""

REGISTERS = frozenset(
    (
        "anzctr", "chictr", "clinicaltrials.gov", "cris", "ctri", "drks", "ensaiosclinicos", "eudract",
        "irct", "isrctn", "jrct", "jprn", "nct", "nctr", "ntr", "pactr", "rebec", "repec", "rpcec",
        "slctr", "tctr", "umin", "umin-ctr",
    )
)  # fmt: skip
"""Data banks that are registers of trials."""

_ARTICLE = "MedlineCitation/Article"
_BOOK = "BookDocument"

FIELDS = Fields(
    mapped={
        "MedlineCitation/PMID": "PubMed id",
        f"{_ARTICLE}/Journal/ISSN": "ISSN of the journal",
        f"{_ARTICLE}/Journal/Title": "journal",
        f"{_ARTICLE}/Journal/ISOAbbreviation": "short name of the journal",
        f"{_ARTICLE}/Journal/JournalIssue/Volume": "volume",
        f"{_ARTICLE}/Journal/JournalIssue/Issue": "issue",
        f"{_ARTICLE}/Journal/JournalIssue/PubDate": "date",
        f"{_ARTICLE}/ArticleTitle": "title",
        f"{_ARTICLE}/VernacularTitle": "other title",
        f"{_ARTICLE}/Pagination": "pages",
        f"{_ARTICLE}/ELocationID": "DOI",
        f"{_ARTICLE}/Abstract/AbstractText": "abstract, in sections",
        f"{_ARTICLE}/Abstract/CopyrightInformation": "licence",
        f"{_ARTICLE}/AuthorList": "authors, editors, affiliations, ORCID iDs, ROR ids",
        f"{_ARTICLE}/Language": "language",
        f"{_ARTICLE}/DataBankList": "registrations of trials",
        f"{_ARTICLE}/GrantList": "grants",
        f"{_ARTICLE}/PublicationTypeList": "publication types, kind, retracted",
        f"{_ARTICLE}/ArticleDate": "date, where the journal has none",
        "MedlineCitation/MedlineJournalInfo/MedlineTA": "short name of the journal",
        "MedlineCitation/MedlineJournalInfo/ISSNLinking": "ISSN of the journal",
        "MedlineCitation/CommentsCorrectionsList": "relations",
        "MedlineCitation/MeshHeadingList": "subject headings (MeSH)",
        "MedlineCitation/OtherAbstract": "other abstract, as a note",
        "MedlineCitation/KeywordList": "keywords",
        "MedlineCitation/InvestigatorList": "investigators",
        "MedlineCitation/GeneralNote": "notes",
        "MedlineCitation/OtherID": "PubMed Central id",
        "PubmedData/ArticleIdList": "DOI, PubMed Central id, PubMed id",
        "PubmedData/ReferenceList": "references",
        f"{_BOOK}/PMID": "PubMed id",
        f"{_BOOK}/ArticleIdList": "DOI, PubMed Central id",
        f"{_BOOK}/Book/Publisher": "publisher, place of publication",
        f"{_BOOK}/Book/BookTitle": "title of the book",
        f"{_BOOK}/Book/PubDate": "date",
        f"{_BOOK}/Book/AuthorList": "editors, or authors",
        f"{_BOOK}/Book/Volume": "volume",
        f"{_BOOK}/Book/Edition": "edition",
        f"{_BOOK}/Book/Isbn": "ISBN",
        f"{_BOOK}/Book/ELocationID": "DOI",
        f"{_BOOK}/ArticleTitle": "title",
        f"{_BOOK}/VernacularTitle": "other title",
        f"{_BOOK}/Pagination": "pages",
        f"{_BOOK}/Language": "language",
        f"{_BOOK}/AuthorList": "authors, editors, affiliations",
        f"{_BOOK}/InvestigatorList": "investigators",
        f"{_BOOK}/PublicationType": "publication types, kind",
        f"{_BOOK}/Abstract/AbstractText": "abstract, in sections",
        f"{_BOOK}/Abstract/CopyrightInformation": "licence",
        f"{_BOOK}/KeywordList": "keywords",
        f"{_BOOK}/GrantList": "grants",
        f"{_BOOK}/ReferenceList": "references",
    },
    known={
        "MedlineCitation/@Status": "state of the record",
        "MedlineCitation/@Owner": "who keeps the record",
        "MedlineCitation/@VersionID": "version of the record",
        "MedlineCitation/@VersionDate": "version of the record",
        "MedlineCitation/@IndexingMethod": "how the headings were given",
        "MedlineCitation/DateCreated": "when the record was made",
        "MedlineCitation/DateCompleted": "when the record was completed",
        "MedlineCitation/DateRevised": "when the record was changed",
        f"{_ARTICLE}/@PubModel": "printed or electronic",
        f"{_ARTICLE}/Journal/JournalIssue/@CitedMedium": "printed or electronic",
        "MedlineCitation/MedlineJournalInfo/Country": "country of the journal",
        "MedlineCitation/MedlineJournalInfo/NlmUniqueID": "number of the journal in the catalogue",
        "MedlineCitation/ChemicalList": "substances",
        "MedlineCitation/SupplMeshList": "supplementary concepts (diseases, substances, organisms)",
        "MedlineCitation/CitationSubset": "subset of journals",
        "MedlineCitation/GeneSymbolList": "genes",
        "MedlineCitation/NumberOfReferences": "number of references",
        "MedlineCitation/PersonalNameSubjectList": "persons who are the subject",
        "MedlineCitation/SpaceFlightMission": "space flight mission",
        "MedlineCitation/CoiStatement": "conflicts of interest",
        "PubmedData/History": "history of the publication",
        "PubmedData/PublicationStatus": "state of the publication",
        "PubmedData/ObjectList": "other objects",
        "PubmedData/@Version": "version of the record",
        f"{_BOOK}/Book/BeginningDate": "when the book began",
        f"{_BOOK}/Book/EndingDate": "when the book ended",
        f"{_BOOK}/Book/VolumeTitle": "title of the volume",
        f"{_BOOK}/Book/CollectionTitle": "title of the collection",
        f"{_BOOK}/Book/Medium": "printed or electronic",
        f"{_BOOK}/Book/ReportNumber": "number of the report",
        f"{_BOOK}/LocationLabel": "chapter or part of the book",
        f"{_BOOK}/Sections": "titles of the sections",
        f"{_BOOK}/ContributionDate": "when it was contributed",
        f"{_BOOK}/DateRevised": "when it was changed",
        f"{_BOOK}/ItemList": "other items",
        "PubmedBookData/History": "history of the publication",
        "PubmedBookData/PublicationStatus": "state of the publication",
        "PubmedBookData/ArticleIdList": "identifiers, which the book document has",
        "PubmedBookData/ObjectList": "other objects",
    },
)


def recognises(source: Source) -> bool:
    """An element `PubmedArticle`, `PubmedBookArticle` or `MedlineCitation`, or the set around them."""
    names = xml_records.first_elements(source.text)
    return bool(names) and (
        names[0] in {"PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet"}
        or not {"PubmedArticle", "PubmedBookArticle", "MedlineCitation"}.isdisjoint(names)
    )


def records(file: File) -> Iterator[Source | Problem]:
    """Each article and book of a set, or the one that the file is."""
    return xml_records.records(file, *RECORDS)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a citation."""
    found = xml_records.parsed(source)
    if isinstance(found, Problem):
        yield found
        return
    record, mended = found
    yield from mended
    is_citation = record.name == "MedlineCitation"
    yield xml_records.tally(record, FIELDS, "MedlineCitation/" if is_citation else "")
    values = XmlValues()
    problems: list[Problem] = []
    book = record.first("BookDocument")
    if book is not None:
        yield _Record(source, values, problems, book).book()
    else:
        citation = record if is_citation else record.first("MedlineCitation")
        if citation is None or citation.first("Article") is None:
            yield Problem(
                "no-record",
                f"the {record.name} holds no article",
                source.path,
                line=source.first_line,
                where=source.where,
                severity="error",
            )
            return
        yield _Record(source, values, problems, citation).article(record.first("PubmedData"))
    yield from problems


class _Record:
    """Reads one record; what is dropped goes into `problems`."""

    def __init__(self, source: Source, values: XmlValues, problems: list[Problem], element: Element) -> None:
        self._source = source
        self._values = values
        self._problems = problems
        self._element = element

    def _drop(self, found: Found[str], what: str) -> None:
        message = f"{found.raw[:60]!r} is no {what}"
        self._problems.append(
            Problem.at(self._source, found, "unread-value", message, hint="it is not published")
        )

    def article(self, data: Element | None) -> Report:
        """The article of a journal."""
        values, citation = self._values, self._element
        article = citation.first("Article") or citation
        issue = article.first("Journal", "JournalIssue")
        types = values.texts(article.below("PublicationTypeList", "PublicationType"))
        journal = self._journal(article.first("Journal"), citation.first("MedlineJournalInfo"))
        abstract = article.first("Abstract")
        headings = list(self._headings(citation))
        ids = [] if data is None else data.below("ArticleIdList", "ArticleId")
        authors = article.all("AuthorList")
        return Report(
            kind=pubmed.kind(types, in_journal=journal is not None),
            publication_types=types,
            retracted=pubmed.retracted(types),
            title=values.text(article.first("ArticleTitle")),
            alternative_titles=values.texts(article.all("VernacularTitle")),
            authorships=self._authors([one for one in authors if one.get("Type") != "editors"]),
            contributions=(
                *self._people([one for one in authors if one.get("Type") == "editors"], "Author", "editor"),
                *self._people(citation.all("InvestigatorList"), "Investigator", "investigator"),
            ),
            journal=journal,
            issued=self._date(None if issue is None else issue.first("PubDate"))
            or self._date(article.first("ArticleDate")),
            volume=None if issue is None else values.text(issue.first("Volume")),
            issue=None if issue is None else values.text(issue.first("Issue")),
            pages=self._pages(article.first("Pagination")),
            doi=self._doi(article, ids),
            pmid=bibliography.pmid(values.text(citation.first("PMID"))) or self._id(ids, "pubmed"),
            pmcid=self._pmcid([*ids, *citation.all("OtherID")]),
            language=values.text(article.first("Language")),
            sections=self._sections(abstract),
            licences=() if abstract is None else values.texts(abstract.all("CopyrightInformation")),
            author_keywords=self._keywords(citation),
            subject_classes=tuple(one for one, is_major in headings if not is_major),
            major_subject_classes=tuple(one for one, is_major in headings if is_major),
            grants=tuple(self._grants(article)),
            registrations=tuple(self._registrations(article)),
            relations=tuple(self._relations(citation)),
            references=self._references(data),
            notes=distinct(values.texts([*citation.all("GeneralNote"), *citation.all("OtherAbstract")])),
        )

    def book(self) -> Report:
        """A book, or a chapter or document in one."""
        values, document = self._values, self._element
        book = document.first("Book") or document
        abstract = document.first("Abstract")
        types = values.texts(document.all("PublicationType"))
        ids = document.below("ArticleIdList", "ArticleId")
        whole, title = values.text(book.first("BookTitle")), values.text(document.first("ArticleTitle"))
        lists = [*document.all("AuthorList"), *book.all("AuthorList")]
        editors = [one for one in lists if one.get("Type") == "editors"]
        authors = [one for one in lists if one.get("Type") != "editors"]
        publisher = book.first("Publisher")
        return Report(
            kind="BookChapter" if title is not None else pubmed.KINDS["books"],
            publication_types=types,
            title=title or whole,
            alternative_titles=values.texts(document.all("VernacularTitle")),
            authorships=self._authors(authors[:1]),
            contributions=(
                *self._people(editors, "Author", "editor"),
                *self._people(document.all("InvestigatorList"), "Investigator", "investigator"),
            ),
            journal=Journal(name=whole) if title is not None and whole is not None else None,
            issued=self._date(book.first("PubDate")),
            volume=values.text(book.first("Volume")),
            edition=values.text(book.first("Edition")),
            publisher=None if publisher is None else values.text(publisher.first("PublisherName")),
            publisher_place=None if publisher is None else values.text(publisher.first("PublisherLocation")),
            isbn=tuple(one for text in values.texts(book.all("Isbn")) for one in bibliography.isbns(text)),
            pages=self._pages(document.first("Pagination")),
            doi=self._doi(book, ids),
            pmid=bibliography.pmid(values.text(document.first("PMID"))) or self._id(ids, "pubmed"),
            pmcid=self._pmcid(ids),
            language=values.text(document.first("Language")),
            sections=self._sections(abstract),
            licences=() if abstract is None else values.texts(abstract.all("CopyrightInformation")),
            author_keywords=self._keywords(document),
            grants=tuple(self._grants(document)),
            references=self._references(document),
        )

    def _journal(self, journal: Element | None, info: Element | None) -> Journal | None:
        values = self._values
        named = [] if journal is None else [journal.first("Title"), journal.first("ISOAbbreviation")]
        short = None if info is None else info.first("MedlineTA")
        texts = [text for text in map(values.text, [*named, short]) if text is not None]
        if not texts:
            return None
        name, *shorter = texts
        printed = [] if journal is None else journal.all("ISSN")
        printed += [] if info is None else info.all("ISSNLinking")
        issn = tuple(one for text in values.texts(printed) for one in bibliography.issns(text))
        short_name = next((one for one in shorter if one.raw != name.raw), None)
        return Journal(name=name, abbreviation=short_name, issn=distinct(issn))

    def _date(self, element: Element | None) -> Found[PartialDate] | None:
        """Year, month in digits or letters, day; or a date in words (`1998 Dec-1999 Jan`, `Spring 2000`)."""
        if element is None:
            return None
        words = [
            inner.node.text or "" for inner in element.all("Year", "Month", "Season", "Day", "MedlineDate")
        ]
        raw = " ".join(" ".join(words).split())
        if not raw:
            return None
        found = self._values.at(raw, element.where)
        inside = [element.first(name) for name in ("Year", "Month", "Day")]
        parts = ["" if one is None else (one.node.text or "").strip() for one in inside]
        if parts[0]:
            month = str(dates.MONTHS.get(parts[1].casefold().rstrip("."), parts[1]))
            date = bibliography.partial_date(parts[0], month, parts[2])
        else:
            dated = dates.read_date(found)
            date = None if dated is None else dated.date.value
        if date is None:
            self._drop(found, "date")
            return None
        return found.map(lambda _: date)

    def _pages(self, element: Element | None) -> Text | None:
        if element is None:
            return None
        printed = self._values.text(element.first("MedlinePgn"))
        if printed is not None:
            return printed.map(lambda raw: full_range(raw.partition(";")[0].partition(",")[0]))
        first, last = ((element.node.findtext(name) or "").strip() for name in ("StartPage", "EndPage"))
        if not first:
            return None
        found = self._values.at(f"{first}-{last}" if last else first, element.where)
        return found.map(lambda _: bibliography.pages(first, last))

    def _doi(self, article: Element, ids: list[Element]) -> Text | None:
        """The first valid DOI: of the article itself, then of the list of identifiers."""
        of_article = (one for one in article.all("ELocationID") if one.get("EIdType") == "doi")
        valid = [one for one in of_article if one.get("ValidYN") != "N"]
        for one in [*valid, *(one for one in ids if one.get("IdType") == "doi")]:
            printed = self._values.text(one)
            found = bibliography.doi(printed)
            if found is not None:
                return found
            if printed is not None:
                self._drop(printed, "DOI")
        return None

    def _id(self, ids: list[Element], name: str) -> Text | None:
        return next(
            filter(
                None, (bibliography.pmid(self._values.text(one)) for one in ids if one.get("IdType") == name)
            ),
            None,
        )

    def _pmcid(self, ids: list[Element]) -> Text | None:
        for one in ids:
            if one.get("IdType") == "pmc" or one.name == "OtherID":
                text = self._values.text(one)
                # `PMC7000001 [Available on 01/01/12]`; other OtherIDs are numbers of other databases
                if text is not None and (one.name != "OtherID" or text.raw.startswith("PMC")):
                    return bibliography.pmcid(next(text.split(r"\s*\[.*")))
        return None

    def _sections(self, abstract: Element | None) -> tuple[Section, ...]:
        """The parts of a structured abstract by their labels, or what headings in its text say."""
        if abstract is None:
            return ()
        sections: list[Section] = []
        for part in abstract.all("AbstractText"):
            text = self._values.text(part)
            if text is None:
                continue
            label = self._values.attribute(part, "Label")
            if label is not None and label.raw.casefold() != "unlabelled":
                kind = kind_of(label.raw) or _CATEGORIES.get(part.get("NlmCategory").casefold(), "")
                sections.append(Section(kind=kind, text=text, heading=label))
            else:
                sections += abstract_sections(text)
        return tuple(sections)

    def _authors(self, lists: list[Element]) -> tuple[Authorship, ...]:
        found = []
        for author in (one for inner in lists for one in inner.all("Author")):
            printed, person = self._name(author)
            if printed is not None:
                found.append((printed, person, author))
        return tuple(
            bibliography.authorship(printed, position, person, affiliations=tuple(self._affiliations(author)))
            for position, (printed, person, author) in enumerate(found, start=1)
        )

    def _people(self, lists: list[Element], name: str, role: str) -> Iterator[Contribution]:
        names = (self._name(one) for inner in lists for one in inner.all(name))
        named = ((printed, person) for printed, person in names if printed is not None)
        for position, (printed, person) in enumerate(named, start=1):
            yield bibliography.contribution(printed, position, role, person)

    def _name(self, author: Element) -> tuple[Text | None, Person | None]:
        """The name as it would be printed, and the person; a group is no person."""
        values = self._values
        group = values.text(author.first("CollectiveName"))
        if group is not None:
            return group, None
        family = xml_records.visible_of(author.first("LastName"))
        given = author.first("ForeName") or author.first("FirstName") or author.first("Initials")
        suffix = xml_records.visible_of(author.first("Suffix"))
        if not family:
            return values.text(given), None
        parts = (family, xml_records.visible_of(given), suffix)
        printed = values.at(", ".join(part for part in parts if part), author.where)
        orcid = None
        for one in author.all("Identifier"):
            if one.get("Source").casefold() == "orcid":
                text = values.text(one)
                orcid = bibliography.orcid(text)
                if text is not None and orcid is None:
                    self._drop(text, "ORCID iD")
        return printed, Person(family=printed.part(0, len(family)), given=values.text(given), orcid=orcid)

    def _affiliations(self, author: Element) -> Iterator[Affiliation]:
        """Each address of an author, with the identifiers that stand beside it; before 2014 there was one."""
        for info in [*author.all("AffiliationInfo"), author]:
            for element in info.all("Affiliation"):
                printed = self._values.text(element)
                if printed is None:
                    continue
                found = postal_affiliation(printed)
                identifiers = info.all("Identifier") if info is not author else []
                ror = next(filter(None, (self._ror(one) for one in identifiers)), None)
                isni = tuple(filter(None, (self._isni(one) for one in identifiers)))
                if ror is None and not isni:
                    yield found
                    continue
                one = found.institution
                institution = Institution(
                    name=one.name,
                    city=one.city,
                    region=one.region,
                    postcode=one.postcode,
                    country=one.country,
                    ror=ror,
                    identifiers=isni,
                )
                unit = found.unit
                if unit is not None:
                    unit = _moved(unit, one, institution)
                yield Affiliation(printed=printed, institution=institution, unit=unit)

    def _ror(self, element: Element) -> Text | None:
        return (
            bibliography.ror(self._values.text(element))
            if element.get("Source").casefold() == "ror"
            else None
        )

    def _isni(self, element: Element) -> Text | None:
        if element.get("Source").casefold() not in {"isni", "ringgold", "grid"}:
            return None
        found = self._values.text(element)
        register = element.get("Source").casefold()
        return (
            None
            if found is None
            else found.map(lambda raw: f"{register}:{raw.replace(' ', '').rpartition('/')[2]}")
        )

    def _keywords(self, citation: Element) -> tuple[Text, ...]:
        return distinct(self._values.texts(citation.below("KeywordList", "Keyword")))

    def _headings(self, citation: Element) -> Iterator[tuple[SubjectClass, bool]]:
        """A heading for each of its qualifiers, and whether it is marked as a main one."""
        values = self._values
        for heading in citation.below("MeshHeadingList", "MeshHeading"):
            descriptor = heading.first("DescriptorName")
            name = values.text(descriptor)
            if name is None or descriptor is None:
                continue
            scheme, identifier = name.map(lambda _: "MeSH"), values.attribute(descriptor, "UI")
            starred = descriptor.get("MajorTopicYN") == "Y"
            qualifiers = heading.all("QualifierName")
            if not qualifiers:
                yield SubjectClass(scheme=scheme, code=name, identifier=identifier), starred
            for one in qualifiers:
                qualifier = values.text(one)
                if qualifier is not None:
                    code = qualifier.map(lambda raw, name=name: f"{name.raw}/{raw}")  # type: ignore[misc]  # mypy cannot infer a default
                    is_major = starred or one.get("MajorTopicYN") == "Y"
                    yield SubjectClass(scheme=scheme, code=code, identifier=identifier), is_major

    def _grants(self, article: Element) -> Iterator[Grant]:
        for grant in article.below("GrantList", "Grant"):
            quote = self._values.text(grant)
            agency = self._values.text(grant.first("Agency"))
            number = self._values.text(grant.first("GrantID"))
            country = self._values.text(grant.first("Country"))
            if quote is not None and (agency is not None or number is not None):
                funder = None if agency is None else Institution(name=agency, country=country)
                yield Grant(quote=quote, funder=funder, number=number)

    def _registrations(self, article: Element) -> Iterator[Text]:
        for bank in article.below("DataBankList", "DataBank"):
            if (bank.node.findtext("DataBankName") or "").strip().casefold() in REGISTERS:
                yield from self._values.texts(bank.below("AccessionNumberList", "AccessionNumber"))

    def _relations(self, citation: Element) -> Iterator[Relation]:
        for one in citation.below("CommentsCorrectionsList", "CommentsCorrections"):
            quote = self._values.text(one.first("RefSource")) or self._values.text(one.first("PMID"))
            if quote is None:
                continue
            kind = "cites" if one.get("RefType") == "Cites" else RELATIONS.get(one.get("RefType"), "related")
            pmid = bibliography.pmid(self._values.text(one.first("PMID")))
            yield Relation(
                quote=quote,
                kind=kind,
                work=Report(citation_line=quote, pmid=pmid, doi=bibliography.doi(quote)),
            )

    def _references(self, data: Element | None) -> tuple[Citation, ...]:
        """The reference lists, one behind the other; a list may hold others."""
        if data is None:
            return ()
        found = [
            (citation, reference)
            for reference in _of_lists(data.all("ReferenceList"))
            if (citation := self._values.text(reference.first("Citation") or reference)) is not None
        ]
        return tuple(
            Citation(quote=quote, status="listed", position=position, work=self._work(quote, reference))
            for position, (quote, reference) in enumerate(found, start=1)
        )

    def _work(self, quote: Text, reference: Element) -> Report:
        ids = reference.below("ArticleIdList", "ArticleId")
        dois = (bibliography.doi(self._values.text(one)) for one in ids if one.get("IdType") == "doi")
        return Report(
            citation_line=quote,
            doi=next(filter(None, dois), None) or bibliography.doi(quote),
            pmid=self._id(ids, "pubmed"),
            pmcid=self._pmcid(ids),
        )


_CATEGORIES = {
    "background": "background",
    "objective": "objectives",
    "methods": "methods",
    "results": "results",
    "conclusions": "conclusions",
}
"""The kinds of sections of NLM's categories, for labels that are not known."""


def _moved(unit: Institution, old: Institution, new: Institution) -> Institution:
    """The unit as a part of `new` where it, or what it is a part of, was one of `old`."""
    above = unit.part_of
    return Institution(
        name=unit.name, part_of=new if above is None or above is old else _moved(above, old, new)
    )


def _of_lists(lists: list[Element]) -> Iterator[Element]:
    for one in lists:
        for inner in one.all("Reference", "ReferenceList"):
            if inner.name == "Reference":
                yield inner
            else:
                yield from _of_lists([inner])
