from __future__ import annotations

from dataclasses import replace

from kg import linking, renaming
from kg.conversion import published
from kg.locating import Locator
from kg.mapping import Plan
from kg.problems import Problem
from kg.settings import Settings
from kg.statements import grouped, lines_of
from tests.building import DOCUMENT, full_report, source_of

SOURCE = source_of(DOCUMENT)


def locator() -> tuple[Locator, list[str]]:
    conversion = published(SOURCE, "hand", [full_report()], [], Settings())
    found = linking.identities(conversion.entities, [])
    facts = renaming.apply(conversion.facts, found, Plan.load())
    evidence = renaming.apply(conversion.evidence, found, Plan.load())
    subjects = sorted({str(quad.subject)[1:-1] for quad in facts})
    entries = list(grouped(sorted(lines_of([*facts, *evidence]))))
    return Locator([SOURCE], entries), subjects


def located(path: str) -> Problem:
    (found,) = locator()[0].locate([Problem("shape-X", "it is wrong", path, severity="error")])
    return found


def test_a_violation_is_told_with_the_line_that_speaks_of_the_thing() -> None:
    (data,) = [iri for iri in locator()[1] if "/data/" in iri]
    problem = located(data)
    assert problem.path == SOURCE.path
    assert problem.start is not None
    assert problem.line == SOURCE.line_of(DOCUMENT.index("40 diaries"))
    assert problem.message == f"it is wrong <{data}>"


def test_every_thing_a_document_states_leads_back_to_it() -> None:
    found, subjects = locator()
    problem = Problem("shape-X", "it is wrong", "")
    problems = found.locate([replace(problem, path=iri) for iri in subjects])
    assert {one.path for one in problems} == {SOURCE.path}
    assert len(problems) == len(subjects)


def test_an_unknown_thing_stays_what_it_is() -> None:
    assert located("https://example.org/x") == Problem(
        "shape-X", "it is wrong", "https://example.org/x", severity="error"
    )
