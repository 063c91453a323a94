from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Report
from kg.reading.reference_lists import (
    Listed,
    entries,
    heading_of_list,
    is_heading,
    listed,
    unheaded_list,
)
from kg.reading.vancouver_references import with_title, without_title
from kg.source import Found

ARTICLE = (
    "Okafor, N. Y., & Haas, B. (2011). Days at home: what visitors say. "
    "*Imaginary Psychiatry, 40*(2), 230-41. https://doi.org/10.5555/IMG.40"
)


def found(text: str) -> Found[str]:
    return Found(text, text, 0)


def of(entry: str) -> Listed:
    return listed(found(entry), 1)


def work(entry: str) -> Report:
    report = of(entry).citation.work
    assert report is not None
    return report


@dataclass(frozen=True)
class Facts:
    kind: str = "JournalArticle"
    title: str | None = None
    journal: str | None = None
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None


def facts(report: Report) -> Facts:
    def value(field: Found[str] | None) -> str | None:
        return None if field is None else field.value

    return Facts(
        report.kind,
        value(report.title),
        None if report.journal is None else report.journal.name.value,
        None if report.issued is None else report.issued.value.year,
        value(report.volume),
        value(report.issue),
        value(report.pages),
        value(report.doi),
    )


def test_an_article_in_apa_style() -> None:
    assert facts(work(ARTICLE)) == Facts(
        title="Days at home: what visitors say",
        journal="Imaginary Psychiatry",
        year=2011,
        volume="40",
        issue="2",
        pages="230-41",
        doi="10.5555/img.40",
    )


@pytest.mark.parametrize("change", [lambda s: s.replace("*", ""), lambda s: s.replace("*", "_")])
def test_italics_may_be_marked_in_any_way_or_not_at_all(change: type[str]) -> None:
    assert facts(work(change(ARTICLE))) == facts(work(ARTICLE))


def test_an_entry_may_be_broken_anywhere() -> None:
    broken = ARTICLE.replace(" ", "\n      ")
    assert facts(work(broken)) == facts(work(ARTICLE))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "Haas, B. (2004). What works? Invent. Psychiatr. Serv., 27(4), S392–401.",
            Facts(
                title="What works?",
                journal="Invent. Psychiatr. Serv",
                year=2004,
                volume="27",
                issue="4",
                pages="S392-S401",
            ),
        ),
        (
            "Haas, B. (2016). Hope counted. *Outlook of Nowhere, 3*(Spring), 4-6.",
            Facts(
                title="Hope counted",
                journal="Outlook of Nowhere",
                year=2016,
                volume="3",
                issue="Spring",
                pages="4-6",
            ),
        ),
        (
            "Haas, B. (2017). Part 2. *The Weir Review. Part B, 3*, 4-6.",
            Facts(title="Part 2", journal="The Weir Review. Part B", year=2017, volume="3", pages="4-6"),
        ),
        (
            "Haas, B. (in press). Hope counted twice. *Outlook of Nowhere*.",
            Facts(title="Hope counted twice", journal="Outlook of Nowhere"),
        ),
        (
            "Haas, B., Jr. (2003). *The confident visitor* (2nd ed.). Weir, ST: Invented Press.",
            Facts(kind="Book", title="The confident visitor", year=2003),
        ),
        (
            "Haas, B. (2015). Homes. In T. Ito (Ed.), *Handbook of coaching* (pp. 33-51). Weir: Nowhere.",
            Facts(kind="BookChapter", title="Homes", year=2015, pages="33-51"),
        ),
        (
            "Invented Agency. (2009). Consumer services: The evidence (Publication No. 17-4). Weir: Author.",
            Facts(kind="ReportDocument", title="Consumer services: The evidence", year=2009),
        ),
        (
            "Haas, B. (1999). *Coaching* (Unpublished doctoral dissertation). Invented University, Weir.",
            Facts(kind="DoctoralThesis", title="Coaching", year=1999),
        ),
        (
            "Haas B, Ito H. Coaching after discharge. Annals of Nowhere. 2018 Jun;12(3):45-53.",
            Facts(
                title="Coaching after discharge",
                journal="Annals of Nowhere",
                year=2018,
                volume="12",
                issue="3",
                pages="45-53",
            ),
        ),
    ],
)
def test_kinds_of_references(entry: str, expected: Facts) -> None:
    assert facts(work(entry)) == expected


def test_the_letter_behind_a_year_is_kept_beside_the_work() -> None:
    assert of(ARTICLE.replace("(2011)", "(2011b)")).letter == "b"


def test_an_entry_of_neither_style_is_kept_as_printed() -> None:
    entry = of("This was never finished")
    assert not entry.understood
    assert entry.citation.work == Report(citation_line=entry.citation.quote)


@pytest.mark.parametrize(
    "line",
    [
        "REFERENCES",
        "References:",
        "REFERENCES *cont.*",
        "## References (continued)",
        "Bibliography",
        "8. References",
    ],
)
def test_headings_of_reference_lists(line: str) -> None:
    assert is_heading(found(line))


@pytest.mark.parametrize("line", ["References to hope are many", "Preferences", "", "Hope (references)"])
def test_other_lines_are_no_headings(line: str) -> None:
    assert not is_heading(found(line))


SHORT = [
    "Haas, B. (2001). One. *Nowhere, 1*, 1-2.",
    "Ito, H., & Ng, K. (2002). Two. *Nowhere,\n  2*, 3-4.",
    "Agency of Invention. (2003). Three.",
]


@pytest.mark.parametrize("mark", ["- ", "• ", "{}. ", "[{}] ", ""])
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\nREFERENCES cont.\n\n"])
def test_entries_are_parted_with_and_without_marks(mark: str, between: str) -> None:
    text = between.join(mark.format(number) + entry for number, entry in enumerate(SHORT, start=1))
    read = list(entries(found(text)))
    assert [entry.raw for entry, _ in read] == SHORT
    if "{" in mark:
        assert [number and number.value for _, number in read] == [1, 2, 3]


def test_a_blank_line_ends_an_entry_that_has_its_year() -> None:
    first, second = "Haas, B. (2001). One. Nowhere,\n\n1, 1-2.", "Something unreadable"
    assert [entry.raw for entry, _ in entries(found(f"{first}\n\n{second}"))] == [first, second]


def test_a_year_in_the_name_of_a_journal_is_not_the_date() -> None:
    line, title = found("Haas B. Hope. Old papers. 1999 Series. 2016 May 1; 3:4-5."), found("Hope")
    reference = with_title(line, title)
    assert reference is not None
    assert facts(reference.report) == Facts(
        title="Hope", journal="Old papers. 1999 Series", year=2016, volume="3", pages="4-5"
    )


def test_a_line_of_an_entry_may_begin_like_another_sort_of_mark() -> None:
    text = "- Haas, B. (2001). One of\n2. Nowhere, 1, 1-2.\n- Ito, H. (2002). Two. Nowhere, 2, 3-4."
    assert [entry.raw[:4] for entry, _ in entries(found(text))] == ["Haas", "Ito,"]


def test_a_known_title_parts_the_line_whatever_its_stops() -> None:
    title = "Who helps? St. Brannoc vs. the U.S."
    line = f"Haas B. {title.upper()} Annals of Nowhere. 2020; 7:1-2."
    reference = with_title(found(line), found(title))
    assert reference is not None
    assert facts(reference.report) == Facts(
        title=title, journal="Annals of Nowhere", year=2020, volume="7", pages="1-2"
    )


@given(st.text(alphabet="Ab,.()&*-–:;0129 \n", max_size=200))
def test_any_entry_is_read_or_kept(text: str) -> None:
    for entry, _ in entries(found(text)):
        assert text[entry.start : entry.end] == entry.raw
        assert listed(entry, 1).citation.work is not None


@pytest.mark.parametrize(
    ("line", "kind", "title", "year"),
    [
        ("Lind F. Boats at night. 2nd ed. Weir, WR: Quay Press; 2014.", "Book", "Boats at night", 2014),
        (
            "Lind F. Boats. Poster presented at: Night Meeting; 2012 Jul 18; Weir, WR.",
            "ConferencePaper",
            "Boats",
            2012,
        ),
        (
            "Lind F. Boats: rowing. Night journal. 2012 Jul 18; 3(1):4-9.",
            "JournalArticle",
            "Boats: rowing",
            2012,
        ),
    ],
)
def test_books_and_papers_of_meetings_are_no_articles(line: str, kind: str, title: str, year: int) -> None:
    reference = without_title(Found(line, line, 0))
    assert reference is not None
    work = reference.report
    assert work.title is not None
    assert work.issued is not None
    assert (work.kind, work.title.value, work.issued.value.year) == (kind, title, year)
    assert (work.journal is None) == (kind != "JournalArticle")


VANCOUVER = (
    "Okafor AB, Lind P. Doors that open. Journal of Doors. 2019; 12(3): 45-51.\n"
    "Haas Q, Lind P. Reduced stigma. Lake Medicine. 2017; 1: 1-9.\n"
)


def test_a_list_without_a_heading_begins_at_its_first_entry() -> None:
    text = f"Peer hosts\n\nFewer hospital days (Lind, 2019)\n\n{VANCOUVER}"
    found = unheaded_list(Found(text, text, 0))
    assert found is not None
    assert found.start == text.index("Okafor")


@pytest.mark.parametrize("behind", ["Peer hosts were glad.\n", "We thank Ada Okafor (2019) for her help.\n"])
def test_references_with_other_words_behind_them_are_no_list(behind: str) -> None:
    text = f"Peer hosts\n\n{VANCOUVER}\n{behind}"
    assert unheaded_list(Found(text, text, 0)) is None


@pytest.mark.parametrize("heading", ["Endnotes", "Sources and further reading", "References and Notes:"])
def test_a_list_has_one_of_many_headings(heading: str) -> None:
    text = f"Peer hosts\n\n{heading}\n{VANCOUVER}"
    found = heading_of_list(Found(text, text, 0))
    assert found is not None
    assert [entry.raw for entry, _ in entries(Found(VANCOUVER, VANCOUVER, 0))] == VANCOUVER.splitlines()


def test_a_year_between_a_journal_and_a_volume_needs_no_stop_before_it() -> None:
    work = of("Okafor AB, Lind P. Doors in 2016; a view. Lake J 2019; 12: 45\u201351.").citation.work
    assert work is not None
    assert work.journal is not None
    assert work.issued is not None
    assert (work.journal.name.value, work.issued.value.year) == ("Lake J", 2019)
    assert work.pages is not None
    assert work.pages.value == "45-51"
