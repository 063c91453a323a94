"""A document with one of each thing that people decide about, and decisions about it."""

from __future__ import annotations

from typing import Any

from kg.concepts import Vocabulary
from kg.conversion import Conversion, published
from kg.curation import Curated, curate
from kg.decisions import Action, Curation, Decision
from kg.identifiers import ConceptId
from kg.model import (
    Authorship,
    Citation,
    Finding,
    Journal,
    ParticipantGroup,
    Person,
    Report,
    Study,
)
from kg.problems import Problem
from kg.settings import Settings, SourceDetails, SourceList, TextPolicy
from kg.source import Found, Source
from tests.building import Places, source_of

TEXT = """\
Lamps in the hall, a survey
Okafor, Ada; Lind, Per
Journal of Lamps 3(1) 2018 DOI 10.5555/lamps

We asked 9 peer guides and 4 porters in a survey.

Hope rose among guests (Vale, 2001). Anger fell at once. Hope may have other roots.

[1] Vale Q. Keys. 2001.
[2] Dale R. Locks. 2003.
"""
HERE = "/papers/lamps.txt"
BASE = "https://w3id.org/peerkg/"
VOCABULARY = Vocabulary.load()

DAY, NAME, REASON = "2026-11-22", "Ada Fox", "It says so."


def lamps(text: str = TEXT) -> Report:
    at = Places(text)

    def concept(words: str, name: str) -> Found[ConceptId]:
        scheme, _, local = name.partition("/")
        return at(words).map(lambda _: ConceptId(scheme, local))

    def work(words: str, author: str, title: str) -> Report:
        person = Person(family=at(author))
        authorship = Authorship(quote=at(words), name_as_printed=at(words), position=1, person=person)
        return Report(title=at(title), authorships=(authorship,))

    vale, dale = work("Vale Q.", "Vale Q.", "Keys"), work("Dale R.", "Dale R.", "Locks")
    cited = Citation(quote=at("Vale, 2001"), status="unresolved", note="nobody is called so")
    listed = tuple(
        Citation(quote=at(words), status="listed", position=number, work=one)
        for number, (words, one) in enumerate(
            (("Vale Q. Keys. 2001.", vale), ("Dale R. Locks. 2003.", dale)), start=1
        )
    )
    guides = ParticipantGroup(
        quote=at("9 peer guides"),
        description=at("peer guides"),
        size=at("9").map(int),
        role=concept("peer guides", "role/peer-mentor"),
    )
    porters = ParticipantGroup(quote=at("4 porters"), description=at("porters"), size=at("4").map(int))
    hope = Finding(
        quote=at("Hope rose among guests"),
        outcome_as_printed=at("Hope"),
        outcome=concept("Hope", "outcome/hope"),
        change="increase",
        direction=ConceptId("direction", "improved"),
        basis=ConceptId("basis", "own-result"),
        about=guides,
        citations=(cited,),
    )
    anger = Finding(
        quote=at("Anger fell at once"),
        outcome_as_printed=at("Anger"),
        outcome=None,
        change="decrease",
        direction=ConceptId("direction", "improved"),
        basis=ConceptId("basis", "own-result"),
    )
    return Report(
        kind="JournalArticle",
        title=at("Lamps in the hall, a survey"),
        authorships=tuple(
            Authorship(
                quote=at(name),
                name_as_printed=at(name),
                position=position,
                person=Person(family=at(name.split(",")[0])),
            )
            for position, name in enumerate(("Okafor, Ada", "Lind, Per"), start=1)
        ),
        journal=Journal(name=at("Journal of Lamps")),
        doi=at("10.5555/lamps"),
        volume=at("3(1)").part(0, 1),
        references=listed,
        citations=(cited,),
        study=Study(
            groups=(guides, porters),
            methods=(concept("survey", "method/survey"),),
            outcomes=(concept("Hope", "outcome/hope"),),
            findings=(hope, anger),
        ),
        findings=(hope, anger),
    )


def decision(action: Action, subject: str, term: str = "", value: Any = "", quote: str = "") -> Decision:
    parts = value if isinstance(value, str) else tuple(sorted(value.items()))
    return Decision(
        action, HERE, subject, term, parts, quote, by=NAME, on=DAY, why=REASON, path="c.toml", line=7
    )


def source(text: str = TEXT) -> Source:
    return source_of(text, HERE)


def decided(*decisions: Decision, problems: tuple[Problem, ...] = (), **names: Any) -> Curated:
    return curate(
        [lamps()],
        problems,
        source(),
        curation=Curation(decisions, **names),
        vocabulary=VOCABULARY,
        base=BASE,
    )


def one(*decisions: Decision) -> Report:
    """The report as decided, where every decision is obeyed."""
    found = decided(*decisions)
    assert [str(problem) for problem in found.problems] == []
    (report,) = found.reports
    return report


def refusal(*decisions: Decision) -> Problem:
    """The one problem with decisions, none of which is obeyed."""
    found = decided(*decisions)
    assert found.reports == (lamps(),)
    (problem,) = found.problems
    return problem


def converted(*decisions: Decision, policy: TextPolicy = "quotes", **names: Any) -> Conversion:
    found = decided(*decisions, **names)
    settings = Settings(sources=SourceList({HERE: SourceDetails(text=policy)}))
    return published(source(), "hand", found.reports, found.problems, settings, found)
