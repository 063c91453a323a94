from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Report
from kg.problems import Problem
from kg.source import Source
from kg.sources import va_citation_abstract

SEED = next((Path(__file__).parent.parent / "seeds").glob("000_*.txt")).read_bytes().decode()
SAMPLES = Path(__file__).parent / "samples" / "va_citation_abstract"


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.txt").read_bytes().decode()


def read(text: str) -> tuple[Report | None, list[Problem]]:
    records = list(va_citation_abstract.read(Source("page.txt", text, "")))
    reports = [record for record in records if isinstance(record, Report)]
    assert len(reports) < 2
    return (reports[0] if reports else None), [record for record in records if isinstance(record, Problem)]


def report(text: str) -> Report:
    found, _ = read(text)
    assert found is not None
    return found


def names(found: Report) -> list[tuple[str, str]]:
    people = [authorship.person for authorship in found.authorships]
    return [
        (person.family.value, person.given.value if person.given else "")
        for person in people
        if person is not None and person.family is not None
    ]


def line(found: Report) -> str:
    """Journal, date, volume, issue and pages in one line."""
    parts = (found.journal and found.journal.name, found.issued, found.volume, found.issue, found.pages)
    return " | ".join(str(part.value) if part else "-" for part in parts)


def test_the_founding_page_is_read_whole() -> None:
    found, problems = read(SEED)
    assert found is not None
    assert problems == []
    assert found.kind == "JournalArticle"
    assert len(names(found)) == len(found.authorships) == 9
    assert (names(found)[0], names(found)[-1]) == (("Dickerson", "F"), ("Lucksted", "A"))
    assert line(found) == "Community mental health journal | 2016-05-01 | 52 | 4 | 416-423"
    assert found.title is not None
    assert not found.title.value.endswith(".")
    assert SEED.count(found.title.raw) == 2
    assert [section.kind for section in found.sections] == [""]
    assert found.sections[0].text.raw.startswith("Peer support is an important")
    assert found.sections[0].text.raw.endswith("promoting behavior change.")


def test_a_publication_brief_is_the_article_under_its_own_title() -> None:
    found, problems = read(sample("publication-brief"))
    assert found is not None
    assert found.title is not None
    assert found.title.value == "Peers Who Garden May Help Veterans Sleep"
    assert names(found) == [("Sorrel", "TB"), ("Okafor", "N")]
    assert line(found) == "Journal of quiet places | 2015-04 | 3 | 2 | 11-19"
    assert [section.kind for section in found.sections] == ["background", "results", ""]
    assert "Publication Briefs" not in found.sections[-1].text.raw
    assert [problem.code for problem in problems] == ["title-differs"]


def test_the_day_and_the_citation_of_research_news_are_no_part_of_its_text() -> None:
    found, problems = read(sample("research-news"))
    assert found is not None
    assert found.title is not None
    assert found.title.value == "Peers Answer the Phone at Night"
    assert [section.text.raw for section in found.sections] == [
        "A warm line answered by peers was open for a year. Calls rose from 12 to 80 a week."
    ]
    assert line(found) == "Journal of warm lines | 2020 | 9 | 1 | e77"
    assert [problem.code for problem in problems] == ["not-kept", "title-differs"]


def test_a_brief_without_a_citation_is_not_recognised() -> None:
    text = sample("research-news").replace("2020; 9(1):e77", "in press")
    assert not va_citation_abstract.recognises(Source("page.txt", text, ""))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2016 May 1; 52(4):416-23.", "2018 Jun; 52(4):416-23.", "2018-06 | 52 | 4 | 416-423"),
        ("2016 May 1; 52(4):416-23.", "2018.", "2018 | - | - | -"),
        ("2016 May 1; 52(4):416-23.", "2018 May 1; 7:e99.", "2018-05-01 | 7 | - | e99"),
        ("2016 May 1; 52(4):416-23.", "2018 May 1; (4):S9-12.", "2018-05-01 | - | 4 | S9-S12"),
        ("2016 May 1; 52(4):416-23.", "2018 May 1; 52(4 Suppl 2):9.", "2018-05-01 | 52 | 4 Suppl 2 | 9"),
        ("52(4):416-23", "53(1-2):999-1003", "2016-05-01 | 53 | 1-2 | 999-1003"),
    ],
)
def test_other_numbers_on_the_page_are_other_facts(old: str, new: str, expected: str) -> None:
    assert line(report(SEED.replace(old, new))) == f"Community mental health journal | {expected}"


def test_the_order_of_the_authors_is_that_of_the_page() -> None:
    found = report(SEED.replace("Dickerson F, Savage CL,", "Savage CL, Dickerson F,"))
    assert names(found)[:2] == [("Savage", "CL"), ("Dickerson", "F")]


def test_a_journal_with_stops_keeps_them() -> None:
    found = report(SEED.replace("Community mental health journal.", "J. Invented Care (Weir, Ont. : 1999)."))
    assert line(found).startswith("J. Invented Care (Weir, Ont.: 1999) | 2016-05-01")


def test_the_title_may_hold_stops_and_a_question() -> None:
    found = report(sample("stops-in-the-title"))
    assert found.title is not None
    assert found.title.value.endswith("in the U.S.")
    assert line(found).endswith("| 2020-03 | 7 | Suppl 1 | S12-S19")


def test_furniture_yields_nothing() -> None:
    found = report(SEED)
    read_text = " ".join(section.text.raw for section in found.sections)
    for words in ("Crisis Line", "Dimensions", "Email the Web Team", "Search |", "informational"):
        assert words in SEED
        assert words not in read_text


def test_a_page_without_the_word_abstract_has_its_abstract() -> None:
    [section] = report(SEED.replace("Abstract:\n", "")).sections
    assert section.text.raw == report(SEED).sections[0].text.raw


def test_a_page_without_a_foot_is_read_to_its_end() -> None:
    cut = SEED[: SEED.index("Questions about")]
    assert report(cut).sections == report(SEED).sections


def test_what_stands_below_the_foot_is_not_read() -> None:
    assert report(f"{SEED}\n\nOther pages of this site\n").sections == report(SEED).sections


def test_headings_part_the_abstract_and_a_project_is_reported() -> None:
    found, problems = read(sample("headings-and-project"))
    assert found is not None
    assert [section.kind for section in found.sections] == ["objectives", "methods", "results", "conclusions"]
    assert [problem.code for problem in problems] == ["not-kept"]


def test_a_group_among_the_authors_is_no_person() -> None:
    last = report(sample("headings-and-project")).authorships[-1]
    assert (last.name_as_printed.value, last.person) == ("Invented Recovery Network Investigators", None)


def test_a_range_of_months_leaves_the_year_and_a_problem() -> None:
    found, problems = read(sample("month-range"))
    assert found is not None
    assert line(found) == "Annals of made-up telephony | 2017 | 4 | - | 22-28"
    assert (found.doi and found.doi.value, found.pmid and found.pmid.value) == (
        "10.5555/warm.2017.22",
        "99999901",
    )
    assert [(problem.code, problem.severity) for problem in problems] == [("date-left-out", "info")]


@pytest.mark.parametrize("broken", [False, True], ids=["one line", "two lines"])
def test_title_and_citation_are_parted_where_no_blank_line_does(*, broken: bool) -> None:
    text = sample("stops-in-the-title")
    title = report(text).title
    assert title is not None
    glued = text.replace("U.S.\n\nO'Meara", "U.S.\nO'Meara", 1)
    found = report(glued.replace("Helpers? Peer", "Helpers?\nPeer", 1) if broken else glued)
    assert glued != text
    assert found.title is not None
    assert (found.title.value, names(found)) == (title.value, names(report(text)))
    assert line(found) == line(report(text))


def test_a_citation_line_with_another_title_is_read_without_its_help() -> None:
    found, problems = read(SEED.replace("Lucksted A. The Experience", "Lucksted A. An Experience"))
    assert found is not None
    assert line(found) == "Community mental health journal | 2016-05-01 | 52 | 4 | 416-423"
    assert len(names(found)) == 9
    assert [problem.code for problem in problems] == ["title-differs"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Dickerson F, ", "Dickerson Faith, ", "unread-name"),
        ("Lucksted A. The", "Lucksted A, et al. The", "authors-cut"),
        ("2016 May 1; 52(4):416-23.", "In print.", "no-date"),
        ("52(4):416-23.", "volume fifty-two.", "unread-citation-part"),
        ("Abstract:\n\nPeer", "Questions about the HSR website? Peer", "no-abstract"),
    ],
)
def test_what_is_not_understood_is_a_problem(old: str, new: str, code: str) -> None:
    assert old in SEED
    _, problems = read(SEED.replace(old, new))
    assert [problem.code for problem in problems] == [code]


def test_an_empty_page_is_an_error() -> None:
    found, [problem] = read(SEED[: SEED.index("The Experience")])
    assert found is None
    assert (problem.code, problem.severity, problem.line) == ("no-title", "error", 10)


@pytest.mark.parametrize("cut", range(0, len(SEED), 97))
def test_a_page_cut_anywhere_is_read_or_refused(cut: int) -> None:
    source = Source("page.txt", SEED[:cut], "")
    assert va_citation_abstract.recognises(source) == ("HSR&D Citation Abstract" in SEED[:cut])
    assert list(va_citation_abstract.read(source)) == list(va_citation_abstract.read(source))


def test_pages_of_other_publications_are_read_as_annotated(corpus: Path) -> None:
    pages = sorted((corpus / "rendered_va_citation").glob("*.txt"))
    assert pages
    for page in pages:
        gold = json.loads(page.with_suffix(".gold.json").read_text(encoding="utf-8"))
        found = report(page.read_bytes().decode())
        assert found.title is not None
        assert found.title.value == gold["title"]
        assert names(found) == [(author["family"], author["initials"]) for author in gold["authors"]]
        parts = (gold["volume"] or "-", gold["issue"] or "-", gold["pages"] or "-")
        assert line(found).split(" | ")[2:] == list(parts)
        assert found.journal is not None
        assert found.issued is not None
        assert (found.journal.name.value, found.issued.raw) == (gold["container"], gold["date_as_printed"])
        words = page.read_text(encoding="utf-8")
        first = (found.sections[0].heading or found.sections[0].text).start
        assert words[first:].startswith(gold["abstract_first60"])
        assert words[: found.sections[-1].text.end].endswith(gold["abstract_last60"])


PIECES = [*SEED.split("\n"), "", ".", ";", "2016", "A B", "Abstract:", "Related HSR Project(s)"]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=20))
def test_any_page_has_its_values_in_their_places(lines: list[str]) -> None:
    text = "HSR Citation Abstract\n" + "\n".join(lines)
    records = list(va_citation_abstract.read(Source("page.txt", text, "")))
    for section in (part for one in records if isinstance(one, Report) for part in one.sections):
        assert text[section.text.start : section.text.end] == section.text.raw


def test_each_page_of_a_file_of_several_is_read_as_if_it_stood_alone() -> None:
    def titles_and_words(text: str) -> list[tuple[str, int, list[str]]]:
        records = list(va_citation_abstract.read(Source("pages.txt", text, "")))
        return [
            (one.title.value, len(one.authorships), [section.text.raw for section in one.sections])
            for one in records
            if isinstance(one, Report) and one.title
        ]

    pages = [SEED, *(sample(name) for name in ["abbreviated-pages", "headings-and-project"])]
    alone = [one for page in pages for one in titles_and_words(page)]
    assert len(alone) == 3
    assert titles_and_words("\n".join(pages)) == alone


@pytest.mark.parametrize(
    "ahead",
    ["[Epub ahead of print]", "[Epub]", "Epub 2020 May 3", "Online ahead of print", "(Epub ahead of print)"],
)
@pytest.mark.parametrize("end", [".", ". 2020 May 1; 52(4):416-23."])
def test_a_note_on_publication_ahead_of_print_is_no_part_of_the_journal(ahead: str, end: str) -> None:
    text = (
        "HSR&D Citation Abstract\n\nVisits at home\n\n"
        f"Okafor CL, Haas A. Visits at home. Imaginary health journal. {ahead}{end}\n\nA text.\n"
    )
    found, problems = read(text)
    assert found is not None
    assert found.journal is not None
    assert found.journal.name.value == "Imaginary health journal"
    left = [text[p.start : p.end] for p in problems if p.code == "unread-citation-part"]
    assert [words.strip("[]().") for words in left] == [ahead.strip("[]()")]
