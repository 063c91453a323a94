from __future__ import annotations

from dataclasses import replace

from kg.blanks import without_blanks
from kg.model import Journal
from kg.source import Found
from tests.building import DOCUMENT, full_report, source_of

BLANK = Found("", "", 3)
SOURCE = source_of(DOCUMENT)


def test_a_report_without_blanks_is_left_as_it_is() -> None:
    report = full_report()
    assert without_blanks(report, SOURCE) == (report, [])


def test_an_empty_title_is_no_title_and_is_reported_with_its_place() -> None:
    report, problems = without_blanks(replace(full_report(), title=Found(" ", " ", 4)), SOURCE)
    assert report.title is None
    (problem,) = problems
    assert (problem.code, problem.line, problem.start) == ("empty-value", 1, 4)
    assert "title" in problem.message


def test_a_journal_without_a_name_is_no_journal() -> None:
    report, problems = without_blanks(replace(full_report(), journal=Journal(name=BLANK)), SOURCE)
    assert report.journal is None
    assert len(problems) == 1


def test_a_blank_among_several_leaves_the_others() -> None:
    whole = full_report()
    report, _ = without_blanks(replace(whole, author_keywords=(*whole.author_keywords, BLANK)), SOURCE)
    assert report.author_keywords == whole.author_keywords


def test_an_author_without_a_printed_name_is_left_out_and_the_others_stay() -> None:
    whole = full_report()
    first, second = whole.authorships
    report, problems = without_blanks(
        replace(whole, authorships=(replace(first, name_as_printed=BLANK), second)), SOURCE
    )
    assert report.authorships == (second,)
    assert len(problems) == 1
