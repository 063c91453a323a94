"""Records of a document that is built in the test, each value at its place."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

from kg.identifiers import ConceptId, PartialDate
from kg.model import (
    RELATIONS,
    Affiliation,
    Authorship,
    Citation,
    Conference,
    Contribution,
    Finding,
    Grant,
    Institution,
    Journal,
    ParticipantGroup,
    Person,
    Programme,
    Relation,
    Report,
    Section,
    Study,
    StudyData,
    SubjectClass,
    Text,
)
from kg.problems import Problem
from kg.reading.columns import column_problems, parted_source
from kg.reading.mojibake import damage_problems, mended_source
from kg.reading.rewritten import Rewritten
from kg.source import Found, Source

DOCUMENT = """\
Doors that open: a trial of peer hosts
Okafor, Ada [1]
Lind, Per
[1] Univ Nowhere, Dept Hosts, Nowhere City, Oz
Journal of Doors 12(3) 45-51 2019 May 2, DOI 10.5555/Doors.1
R749 [精神病学]
Fair of Hosts
keyword one
cited 7

Methods: We heard 9 peer hosts of the Lantern service. They kept 40 diaries of visits.

Results. Hope rose among guests (Vale, 2001). Nothing else changed at all.
It seemed to rise by 12%, p < .01, 95% CI 8 to 16, compared with a library.

[1] Vale Q., 2001, J KEYS, V2, P3
"""


def unplaced(value: str) -> Text:
    return Found(value, value, 0)


def source_of(text: str, path: str = "doors.txt") -> Source:
    return Source(path, text, hashlib.sha256(text.encode()).hexdigest())


def assert_in_place(record: object, text: str) -> None:
    """Each value of a record is made of characters of the text, and stands where it says."""
    stack = [record]
    while stack:
        item = stack.pop()
        if isinstance(item, Found):
            assert text[item.start : item.end] == item.raw
            assert item.raw.strip()
        elif isinstance(item, tuple):
            stack += item
        elif is_dataclass(item) and not isinstance(item, Problem):
            stack += (getattr(item, field.name) for field in fields(item))


class Places:
    """Finds words in a text and gives them with their place."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, words: str) -> Text:
        return Found(words, words, self._text.index(words))

    def number(self, words: str) -> Found[int]:
        return self(words).map(int)

    def concept(self, words: str, name: str) -> Found[ConceptId]:
        return self(words).map(lambda _: ConceptId(*name.split("/")))


def full_report(text: str = DOCUMENT) -> Report:
    """A report with a value in every field of every record."""
    at = Places(text)
    vale = Report(
        authorships=(
            Authorship(
                quote=at("Vale Q."),
                name_as_printed=at("Vale Q."),
                position=1,
                person=Person(family=at("Vale"), given=at("Q")),
            ),
        ),
        journal=Journal(name=at("J KEYS")),
        issued=Found(PartialDate(2001), "2001", text.index("2001, J KEYS")),
        volume=at("V2").part(1, 2),
        pages=at("P3").part(1, 2),
    )
    listed = Citation(
        quote=at("Vale Q., 2001, J KEYS, V2, P3"),
        status="listed",
        position=1,
        number=at.number("1"),
        work=vale,
    )
    inline = Citation(quote=at("Vale, 2001"), status="resolved", note="one difference", work=vale)
    group = ParticipantGroup(
        quote=at("9 peer hosts"),
        description=at("peer hosts of the Lantern service"),
        size=at.number("9"),
        role=at.concept("peer hosts of", "role/peer-mentor"),
        population=at.concept("peer", "population/adults"),
    )
    finding = Finding(
        quote=at("Hope rose among guests"),
        outcome_as_printed=at("Hope"),
        outcome=at.concept("Hope", "outcome/hope"),
        change="increase",
        direction=ConceptId("direction", "improved"),
        basis=ConceptId("basis", "own-result"),
        concerns=ConceptId("whom", "clients"),
        about=group,
        comparator=at("a library"),
        effects=(at("by 12%"),),
        p_values=(at("p < .01"),),
        intervals=(at("95% CI 8 to 16"),),
        certainty=(at("seemed to"),),
        citations=(inline,),
    )
    whole = Institution(name=at("Univ Nowhere"), city=at("Nowhere City"), country=at("Oz"))
    funder = Institution(
        name=at("Univ Nowhere"),
        ror=unplaced("05dwg9278"),
        identifiers=(unplaced("fundref:10.13039/1"),),
        other_names=(unplaced("Nowhere"),),
        kinds=(unplaced("education"),),
        urls=(unplaced("https://nowhere.example"),),
        status=unplaced("active"),
    )
    unit = Institution(name=at("Dept Hosts"), part_of=whole, region=at("Oz"), postcode=at("1"))
    return Report(
        kind="JournalArticle",
        title=at("Doors that open: a trial of peer hosts"),
        alternative_titles=(at("trial of peer hosts"),),
        number=at("12"),
        contributions=(
            Contribution(
                quote=at("Lind, Per"),
                name_as_printed=at("Lind, Per"),
                position=1,
                role="editor",
                person=Person(family=at("Lind"), given=at("Per")),
            ),
        ),
        authorships=(
            Authorship(
                quote=at("Okafor, Ada [1]"),
                name_as_printed=at("Okafor, Ada"),
                position=1,
                person=Person(
                    family=at("Okafor"),
                    given=at("Ada"),
                    orcid=unplaced("0000-0002-1825-0097"),
                    identifiers=(unplaced("isni:0000000121822255"),),
                ),
                affiliations=(
                    Affiliation(
                        printed=at("Univ Nowhere, Dept Hosts, Nowhere City, Oz"), institution=whole, unit=unit
                    ),
                ),
                corresponding=at("[1]").map(lambda _: True),
            ),
            Authorship(
                quote=at("Lind, Per"),
                name_as_printed=at("Lind, Per"),
                position=2,
                person=Person(family=at("Lind"), given=at("Per")),
            ),
        ),
        journal=Journal(
            name=at("Journal of Doors"), issn=(unplaced("1234-5679"),), abbreviation=at("Journal")
        ),
        conference=Conference(name=at("Fair of Hosts"), held=at("2019").map(lambda _: PartialDate(2019))),
        issued=at("2019 May 2").map(lambda _: PartialDate(2019, 5, 2)),
        volume=at("12"),
        issue=at("3"),
        pages=at("45-51"),
        page_count=at.number("7"),
        doi=at("10.5555/Doors.1").map(str.lower),
        edition=at("2019"),
        publisher=at("Univ Nowhere"),
        publisher_place=at("Nowhere City"),
        language=at("Oz"),
        pmid=unplaced("12345"),
        pmcid=unplaced("PMC123"),
        isbn=(unplaced("9780000000002"),),
        identifiers=(unplaced("openalex:W123"), unplaced("wos:000123")),
        registrations=(unplaced("NCT01234567"),),
        urls=(at("10.5555/Doors.1"),),
        licences=(at("Journal of Doors"),),
        publication_types=(at("trial"),),
        retracted=at("Nothing").map(lambda _: False),
        citation_line=at("Journal of Doors 12(3) 45-51 2019 May 2"),
        author_keywords=(at("keyword one"),),
        keywords_plus=(at("cited"),),
        subject_classes=(SubjectClass(scheme=at("R749"), code=at("R749"), label=at("精神病学")),),
        major_subject_classes=(
            SubjectClass(scheme=at("Hope"), code=at("Hope"), identifier=unplaced("D000069316")),
        ),
        grants=(Grant(quote=at("Univ Nowhere"), funder=funder, number=at("45-51")),),
        relations=tuple(
            Relation(quote=at("cited 7"), kind=kind, work=Report(doi=unplaced(f"10.5555/{kind.lower()}")))
            for kind in RELATIONS
        ),
        notes=(at("keyword one"),),
        times_cited=at.number("7"),
        reference_total=at.number("1"),
        references=(listed,),
        citations=(inline,),
        sections=(
            Section(
                kind="methods",
                heading=at("Methods"),
                text=at("We heard 9 peer hosts of the Lantern service. They kept 40 diaries of visits."),
                inferred=True,
            ),
        ),
        facets=(at.concept("peer hosts", "role/peer-mentor"),),
        study=Study(
            groups=(group,),
            data=(
                StudyData(
                    quote=at("40 diaries of visits"),
                    description=at("diaries of visits"),
                    count=at.number("40"),
                ),
            ),
            methods=(at.concept("trial", "method/interview"),),
            roles=(at.concept("hosts", "role/peer-mentor"),),
            populations=(at.concept("guests", "population/adults"),),
            settings=(at.concept("service", "setting/community"),),
            outcomes=(at.concept("Hope", "outcome/hope"),),
            programmes=(
                Programme(
                    quote=at("the Lantern service"),
                    name=at("Lantern service"),
                    started=at("2019").map(lambda _: PartialDate(2019, 5)),
                    role=at.concept("hosts", "role/peer-mentor"),
                ),
            ),
            findings=(finding,),
        ),
        findings=(finding,),
    )


def records_of(form: Any, source: Source) -> list[Report | Problem]:
    """What a format reads of a document without its damage, each value at its printed place."""
    whole = mended_source(source)
    if whole is not None:
        return [*damage_problems(source), *_back(whole, records_of(form, whole.source))]
    parted = parted_source(source) if getattr(form, "COLUMNS", False) else None
    if parted is not None:
        return [*column_problems(source), *_back(parted, list(form.read(parted.source)))]
    return list(form.read(source))


def _back(whole: Rewritten, read: list[Report | Problem]) -> list[Report | Problem]:
    return [whole.problem(one) if isinstance(one, Problem) else whole.back(one) for one in read]
