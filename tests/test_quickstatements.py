"""QuickStatements: lines that its first version reads, and nothing that no identifier proves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identifiers import PartialDate
from kg.model import Authorship, Report
from kg.quickstatements import Work, to_quickstatements
from kg.source import Found

ITEM = "http://www.wikidata.org/entity/Q"
VALUE = (
    r'(?:"[^\t\n\r]*"|[a-z]+:"[^\t\n\r]*"|Q[1-9][0-9]*|\+[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z/(?:9|10|11))'
)
LINE = re.compile(rf"CREATE|(?:Q[1-9][0-9]*|LAST)\t(?:P[0-9]+|Lmul)\t{VALUE}(?:\t[PS][0-9]+\t{VALUE})*")
"""Help:QuickStatements, version 1: subject, property, value, then qualifiers and sources."""


def said(text: str) -> Found[str]:
    return Found(text, text, 0)


def report(title: str = "Doors", kind: str = "JournalArticle", pmid: str = "12345") -> Report:
    author = Authorship(quote=said("Lind, A"), name_as_printed=said("Lind, A"), position=1, person=None)
    return Report(
        kind=kind, title=said(title), authorships=(author,), pmid=said(pmid), pages=said("1-9"),
        issued=Found(PartialDate(2012, 5), "2012-05", 0),
    )  # fmt: skip


def lines(*items: str, **more: object) -> list[list[str]]:
    given = {"report": report(), "dois": ("10.1000/a",), "pmcids": (), "cited": (), **more}
    text = to_quickstatements([Work(items=items, **given)])  # type: ignore[arg-type]  # as each test says
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    return [line.split("\t") for line in text.splitlines()]


def test_an_item_that_is_known_gets_identifiers_and_citations() -> None:
    cited = (f"{ITEM}7", f"{ITEM}8", f"{ITEM}x", "https://openalex.org/W1")
    assert lines(f"{ITEM}5", pmcids=("PMC99",), cited=cited) == [
        ["Q5", "P356", '"10.1000/A"'], ["Q5", "P698", '"12345"'], ["Q5", "P932", '"99"'],
        ["Q5", "P2860", "Q7"], ["Q5", "P2860", "Q8"],
    ]  # fmt: skip


def test_an_article_with_a_doi_becomes_an_item_with_the_doi_as_its_source() -> None:
    found = lines()
    assert found[0] == ["CREATE"]
    assert found[1] == ["LAST", "Lmul", '"Doors"']
    assert {line[1]: line[2] for line in found[2:]} == {
        "P31": "Q13442814", "P1476": 'und:"Doors"', "P577": "+2012-05-00T00:00:00Z/10", "P304": '"1-9"',
        "P356": '"10.1000/A"', "P698": '"12345"', "P2093": '"Lind, A"',
    }  # fmt: skip
    assert all(line[-2:] == ["S854", '"https://doi.org/10.1000/a"'] for line in found[2:])
    assert found[-1][3:5] == ["P1545", '"1"']


def test_of_what_kind_a_work_is_is_said_where_its_record_says_so() -> None:
    found = lines(report=report(kind="Expression"))
    assert found[0] == ["CREATE"]
    assert "P31" not in {line[1] for line in found[1:]}


@pytest.mark.parametrize(
    ("items", "more"),
    [
        ((f"{ITEM}5", f"{ITEM}6"), {}),
        ((), {"dois": ()}),
        ((), {"dois": ("10.1000/a", "10.1000/b")}),
        ((), {"report": report(kind="Presentation")}),
        ((), {"report": Report(kind="JournalArticle")}),
    ],
)
def test_what_is_not_proven_is_not_said(items: tuple[str, ...], more: dict[str, object]) -> None:
    assert lines(*items, **more) == []


def test_an_identifier_that_is_none_is_not_said() -> None:
    found = lines(f"{ITEM}5", report=report(pmid="PMID 1"), pmcids=("PMC1", "PMC2"), dois=())
    assert found == []


@given(st.text(max_size=60))
def test_no_title_ends_its_line_or_its_field(title: str) -> None:
    found = lines(report=report(f"a{title}"))
    assert [line for line in found if line[1:2] == ["P31"]]
    assert len([line for line in found if line == ["CREATE"]]) == 1
