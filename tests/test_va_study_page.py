from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Report
from kg.problems import Problem
from kg.source import Source
from kg.sources import va_study_page

SAMPLES = Path(__file__).parent / "samples" / "va_study_page"
PAGE = (SAMPLES / "whole-page.txt").read_text(encoding="utf-8")
STRIPPED = (SAMPLES / "stripped.txt").read_text(encoding="utf-8")


def read(text: str) -> tuple[Report, list[str]]:
    records = list(va_study_page.read(Source("page.txt", text, "")))
    [report] = [record for record in records if isinstance(record, Report)]
    return report, [f"{p.code} {p.line}" for p in records if isinstance(p, Problem) and p.severity != "info"]


def people(report: Report) -> list[tuple[str, list[str]]]:
    return [
        (
            f"{a.person.family.value}, {a.person.given.value}"
            if a.person and a.person.family and a.person.given
            else a.name_as_printed.value,
            [f"{f.institution.name.value}/{(f.institution.city or f.printed).value}" for f in a.affiliations],
        )
        for a in report.authorships
    ]  # fmt: skip


def test_investigators_have_their_sites() -> None:
    assert people(read(PAGE)[0]) == [
        ("Sorrel, Theodora B.", ["Weir VA Medical Center/Weir"]),
        ("van der Berg, Bram", ["VA Northmere Healthcare System/Northmere"]),
        ("Mary Ann Lind", ["VA Eastham/Perry Point"]),
    ]


def test_the_title_ends_at_the_first_investigator() -> None:
    title = read(PAGE)[0].title
    assert title is not None
    assert title.value == "Warm Lines at Night: Do Peers Who Call Back Help?"


def test_a_site_below_an_unknown_line_is_nobodys() -> None:
    text = PAGE.replace("somebody else", "somebody else\nEastham VA Medical Center, Eastham, ME")
    report, problems = read(text)
    assert "Eastham VA Medical Center" not in str(report.authorships)
    assert "unread-line 20" in problems


@pytest.mark.parametrize("text", [PAGE, STRIPPED])
def test_the_text_ends_where_links_and_publications_begin(text: str) -> None:
    report, _ = read(text)
    kinds = [section.kind for section in report.sections]
    assert kinds[-3:] in (["methods", "results", "impact"], ["objectives", "methods", "results"])
    assert "PUBLICATIONS" not in report.sections[-1].text.raw
    assert "External" not in report.sections[-1].text.raw


def test_publications_are_references_with_their_works() -> None:
    works = [citation.work for citation in read(PAGE)[0].references]
    assert [(w.kind, w.title.value if w.title else None) for w in works if w] == [
        ("JournalArticle", "Calls at night"),
        ("Expression", None),
        ("ConferencePaper", "Calling back"),
    ]
    assert works[2] is not None
    assert works[2].conference is not None
    assert works[2].conference.name.value == "Invented Meeting on Nights"
    assert read(STRIPPED)[0].references == ()


def test_keywords_are_kept_and_none_is_none() -> None:
    assert [word.value for word in read(PAGE)[0].author_keywords] == ["Telephone", "Peers"]
    assert read(PAGE.replace("Telephone, Peers", "none"))[0].author_keywords == ()


@pytest.mark.parametrize(
    "number", ["IIR 10-333 - HSR Study", "PPO 14-12 – HSR&D Study", "QUE 20-026 — QUERI Study"]
)
def test_a_page_is_known_by_the_number_of_its_study(number: str) -> None:
    text = f"{number}\nA title\nAda Okafor, PhD\nBACKGROUND:\nPeers help.\n"
    assert va_study_page.recognises(Source("page.txt", text, ""))


@pytest.mark.parametrize(
    "text", ["Funding Period: none given\nDear Sir,", "IIR 10-333\nBACKGROUND:\nPeers help."]
)
def test_other_pages_are_not_recognised(text: str) -> None:
    assert not va_study_page.recognises(Source("page.txt", text, ""))


@pytest.mark.parametrize("cut", range(0, len(PAGE), 61))
def test_a_page_cut_anywhere_is_read(cut: int) -> None:
    read(PAGE[:cut])


@given(
    st.lists(
        st.sampled_from([*PAGE.split("\n"), "A, PhD", ", MD", "PUBLICATIONS:"]) | st.text(max_size=20),
        max_size=15,
    )
)
def test_any_page_has_its_values_in_their_places(parts: list[str]) -> None:
    text = "\n".join(["IIR 10-333 - HSR Study", *parts])
    report, _ = read(text)
    for authorship in report.authorships:
        assert text[authorship.quote.start : authorship.quote.end] == authorship.quote.raw != ""
