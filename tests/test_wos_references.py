from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Citation, Report
from kg.problems import Problem
from kg.reading.wos_references import cited_person, listed_references
from kg.source import Found, Source


def read(text: str) -> list[Citation]:
    page = Source("page.txt", text, "")
    return [item for item in listed_references(page, page.whole()) if isinstance(item, Citation)]


def codes(text: str) -> list[str]:
    page = Source("page.txt", text, "")
    return [item.code for item in listed_references(page, page.whole()) if isinstance(item, Problem)]


def work(text: str) -> Report:
    (citation,) = read(text)
    assert citation.work is not None
    return citation.work


def value(found: Found[str] | None) -> str | None:
    return None if found is None else found.value


def fields(report: Report) -> tuple[str | None, ...]:
    """Container, year, volume, issue, pages, DOI."""
    return (
        report.journal.name.value if report.journal else None,
        str(report.issued.value) if report.issued else None,
        *map(value, (report.volume, report.issue, report.pages, report.doi)),
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Abara N., 2006, J X, V3, P77, DOI 10.5555/a", ("J X", "2006", "3", None, "77", "10.5555/a")),
        (
            "Abara N., 2006, J X, DOI [DOI 10.5555/A, 10.5555/a]",
            ("J X", "2006", None, None, None, "10.5555/a"),
        ),
        (
            "Abara N., 2006, HDB X, P793, DOI DOI 10.5555/B(1)",
            ("HDB X", "2006", None, None, "793", "10.5555/b(1)"),
        ),
        ("[Anonymous], 2012, PEER INTERV", ("PEER INTERV", "2012", None, None, None, None)),
        ("Abara N., 2008, ON X, Y AND Z, P1", ("ON X, Y AND Z", "2008", None, None, "1", None)),
        ("Abara N., 1992, J X, V52, pS12", ("J X", "1992", "52", None, "S12", None)),
        ("Abara N., 1992, J X, VII, PXIV", ("J X", "1992", "II", None, "XIV", None)),
        ("Abara N., 2021, J X, V9, ARTN e44", ("J X", "2021", "9", None, "e44", None)),
        ("Abara N., 2021a, J X", ("J X", "2021", None, None, None, None)),
        ("2012, J X, V2", ("J X", "2012", "2", None, None, None)),
        ("Abara N., 2012", (None, "2012", None, None, None, None)),
    ],
)
def test_the_short_form(entry: str, expected: tuple[str | None, ...]) -> None:
    found = work(f"  • [7] {entry}")
    assert fields(found) == expected
    assert found.title is None
    assert found.kind == "Expression"
    assert codes(f"[7] {entry}") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "HEALTH, RISK & CARE, 2019, 22 (05) : 874 - 882",
            ("HEALTH, RISK & CARE", "2019", "22", "05", "874-882"),
        ),
        ("WARD, 2016, 63 :1-9", ("WARD", "2016", "63", None, "1-9")),
        ("WARD, 2018, 54 (06) :S267-S274", ("WARD", "2018", "54", "06", "S267-S274")),
        ("WARD, 2019, 18", ("WARD", "2019", "18", None, None)),
        ("WARD, 2019", ("WARD", "2019", None, None, None)),
        ("WARD, 2020, (03) : e1207", ("WARD", "2020", None, "03", "e1207")),
        ("WARD, 2020 (03) : 4-5", ("WARD", "2020", None, "03", "4-5")),
        ("WARD, 2015, 2015 : 7", ("WARD", "2015", "2015", None, "7")),
        ("WARD, 1999, 8 (1-2) : 23 - +", ("WARD", "1999", "8", "1-2", "23")),
        ("WARD, 1999, 8 (SUPPL 1) : 23 – 25", ("WARD", "1999", "8", "SUPPL 1", "23-25")),
        ("2019 CONFERENCE ON WARDS, 2019, 3 : 4 - 5", ("2019 CONFERENCE ON WARDS", "2019", "3", None, "4-5")),
    ],
)
@pytest.mark.parametrize(
    "layout", ["• [1] T\n    A, B\n    [J]. {}", "[1] \u00a0 T [J].\nA, B .\n{}", "[1] T [J]. A, B . {}"]
)
def test_the_journal_line_in_every_layout(layout: str, line: str, expected: tuple[str | None, ...]) -> None:
    found = work(layout.format(line))
    assert fields(found)[:5] == expected
    assert value(found.title) == "T"
    assert [authorship.name_as_printed.value for authorship in found.authorships] == ["A, B"]
    assert found.kind == "JournalArticle"
    assert codes(layout.format(line)) == []


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Halle, Tanya", "Halle", "Tanya"),
        ("Hale, Lisa D.", "Hale", "Lisa D."),
        ("van der Wal, J", "van der Wal", "J"),
        ("Obi, Chidi F., Jr.", "Obi", "Chidi F."),
        ("Obi, Jr., Chidi F.", "Obi", "Chidi F."),
        ("Abara N.", "Abara", "N."),
        ("De Cruz H", "De Cruz", "H"),
        ("Cole A. L.", "Cole", "A. L."),
        ("Ford J.A.", "Ford", "J.A."),
        ("KIM JW", "KIM", "JW"),
        ("LE BON J", "LE BON", "J"),
        ("O'Hara M-J", "O'Hara", "M-J"),
        ("王晓明", "王", "晓明"),
        ("欧阳文静", "欧阳", "文静"),
        ("Li, Wei (李伟)", "Li", "Wei"),
        ("Service, Robert", "Service", "Robert"),
    ],
)
def test_a_name_is_parted_where_the_parting_is_certain(name: str, family: str, given: str) -> None:
    person = cited_person(Found(name, name, 0))
    assert person is not None
    assert (value(person.family), value(person.given)) == (family, given)


@pytest.mark.parametrize(
    "name",
    [
        "[Anonymous]", "*WHO", "*AM PSYCH ASS, COMM X", "WHO", "Harbour Study Group", "Hausmann Daniel",
        "World Health Organization", "社区康复协作组", "北原大学", "森鸥外太郎",
        "Royal Peer Support Society, London",
    ],
)  # fmt: skip
def test_a_name_that_may_be_no_persons_has_no_person(name: str) -> None:
    assert cited_person(Found(name, name, 0)) is None


def test_an_author_without_person_keeps_the_name_as_printed() -> None:
    (authorship,) = work("[1] [Anonymous], 2012, PEER INTERV").authorships
    assert authorship.person is None
    assert authorship.name_as_printed.value == "[Anonymous]"


def test_a_cut_entry_is_what_it_is() -> None:
    found = work("• [3] Naming the moment of change\n    Hurst, Jonathan")
    assert value(found.title) == "Naming the moment of change"
    assert len(found.authorships) == 1
    assert found.kind == "Expression"
    assert codes("• [3] Naming the moment of change\n    Hurst, Jonathan") == ["reference-cut"]


def test_an_entry_of_no_known_form_keeps_its_text_and_is_reported() -> None:
    (citation,) = read("[3] Gale M, 20")
    assert citation.work is not None
    assert value(citation.work.citation_line) == citation.quote.value == "Gale M, 20"
    assert citation.work.authorships == ()
    assert codes("[3] Gale M, 20") == ["reference-unparsed"]


def test_a_number_without_text_is_no_reference() -> None:
    assert read("[3]\n[4] A B, 2001, C")[0].number == Found(4, "4", 5)
    assert codes("[3]\n[4] A B, 2001, C") == ["reference-cut"]


def test_a_title_with_a_year_in_it_is_no_short_entry() -> None:
    title = "A title that speaks at length of what was seen in the streets of a northern city, 1999, and on"
    assert codes(f"[1] {title}") == ["reference-unparsed"]
    assert work(f"[1] {title}").issued is None


def test_what_stands_for_the_year_is_reported() -> None:
    assert fields(work("[1] Abara N., IN PRESS, J X"))[:2] == ("J X", None)
    assert codes("[1] Abara N., IN PRESS, J X") == ["no-year"]


def test_a_second_doi_is_reported_unless_it_is_the_same_one() -> None:
    assert codes("[1] A B, 2001, C, DOI [10.5555/A, 10.5555/a]") == []
    assert codes("[1] A B, 2001, C, DOI [10.5555/a, 10.5555/b]") == ["two-dois"]


def test_what_follows_the_journal_line_is_reported() -> None:
    assert codes("[1] T [J].\nA, B .\nC, 2001, 3 :4-5\n1 2 3 4 5") == ["unread-line"]
    assert codes("[1] T [J].\nA, B .\nC, 2001, 3 :4-5, reprinted") == ["reference-unparsed"]
    assert codes("[1] T [J].\nA, B ;\net al. .\nC, 2001, 3 :4-5") == ["authors-cut"]


def test_the_quote_is_the_whole_entry_without_its_number() -> None:
    (citation,) = read("  • [3] T\n    A, B\n    [J]. C, 2001, 3")
    assert citation.quote.raw == "T\n    A, B\n    [J]. C, 2001, 3"
    assert citation.quote.value == "T A, B [J]. C, 2001, 3"
    assert (citation.position, citation.number) == (1, Found(3, "3", 5))


# -- lists of invented works, printed in the three layouts and read back ---------------------------

WORD = st.text("abcdefghijklmnopqrstuvwxyzéø", min_size=2, max_size=9).map(str.capitalize)
TITLE = st.lists(WORD | st.sampled_from(["(2010;", "2011)", "why?", "A:", "x,"]), min_size=1, max_size=8).map(
    lambda words: " ".join(["On", *words, "End"])
)
AUTHOR = st.tuples(WORD, WORD).map(", ".join)
NUMBER = st.integers(1, 2000).map(str)


@dataclass(frozen=True)
class Printed:
    title: str
    authors: list[str]
    journal: str
    year: str
    volume: str | None
    issue: str | None
    pages: str | None

    def bulleted(self, number: int) -> str:
        names = "".join(f"    {name}\n" for name in self.authors)
        return f"  • [{number}] {self.title}\n{names}    [J]. {self.line(' - ')}"

    def own_line(self, number: int) -> str:
        names = [f"{name} ;" for name in self.authors[:-1]] + [f"{name} ." for name in self.authors[-1:]]
        return "\n".join([f"[{number}] \u00a0 {self.title} [J].", *names, self.line("-")])

    def line(self, dash: str) -> str:
        pages = self.pages and f" :{self.pages.replace('-', dash)}"
        issue = self.issue and f" ({self.issue})"
        volume = self.volume and f", {self.volume}"
        return f"{self.journal}, {self.year}{volume or ''}{(issue or '') if volume else ''}{pages or ''}"


WORKS = st.builds(
    Printed,
    title=TITLE,
    authors=st.lists(AUTHOR, min_size=1, max_size=4),
    journal=st.lists(WORD.map(str.upper), min_size=1, max_size=4).map(" ".join),
    year=st.integers(1900, 2030).map(str),
    volume=st.none() | NUMBER,
    issue=st.none() | NUMBER,
    pages=st.none() | st.tuples(st.integers(1, 900), st.integers(901, 999)).map(lambda p: f"{p[0]}-{p[1]}"),
)


@given(st.lists(st.tuples(WORKS, st.booleans()), min_size=1, max_size=6))
@settings(deadline=None)
def test_printed_works_are_read_back(works: list[tuple[Printed, bool]]) -> None:
    entries = [
        (printed.bulleted if bulleted else printed.own_line)(number)
        for number, (printed, bulleted) in enumerate(works, start=1)
    ]
    text = "\n".join(entries)
    assert codes(text) == []
    for (printed, _), citation in zip(works, read(text), strict=True):
        found = citation.work
        assert found is not None
        issue = printed.issue if printed.volume else None
        assert value(found.title) == printed.title
        assert [authorship.name_as_printed.value for authorship in found.authorships] == printed.authors
        assert fields(found)[:5] == (printed.journal, printed.year, printed.volume, issue, printed.pages)
