from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Report
from kg.problems import Problem
from kg.source import Source
from kg.sources import va_conference_abstract
from tests.building import records_of

SEED = next((Path(__file__).parent.parent / "seeds").glob("001_*.txt")).read_bytes().decode()
SAMPLES = Path(__file__).parent / "samples" / "va_conference_abstract"
ORDER = ["objectives", "methods", "results", "conclusions", "impact"]


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.txt").read_bytes().decode()


def read(text: str) -> tuple[Report | None, list[str]]:
    records = records_of(va_conference_abstract, Source("page.txt", text, ""))
    reports = [record for record in records if isinstance(record, Report)]
    return (reports[0] if reports else None), [p.code for p in records if isinstance(p, Problem)]


def report(text: str) -> Report:
    found, _ = read(text)
    assert found is not None
    return found


def authors(found: Report) -> list[str]:
    """Each author as `Family AB @ institution`."""
    return [
        " @ ".join(
            [
                f"{a.person.family.value} {a.person.given.value}"
                if a.person and a.person.family and a.person.given
                else a.name_as_printed.value,
                *(affiliation.institution.name.value for affiliation in a.affiliations),
            ]
        )
        for a in found.authorships
    ]


def test_the_founding_page_is_read_whole() -> None:
    found, problems = read(SEED)
    assert found is not None
    assert found.kind == "Abstract"
    assert found.number is not None
    assert found.title is not None
    assert found.conference is not None
    assert found.issued is not None
    assert (found.number.value, found.issued.value.year) == ("3154", 2015)
    assert found.title.value.startswith("Facilitating Citizenship")
    assert found.conference.name.value == "2015 HSR&D/QUERI National Conference"
    assert authors(found) == [f"{name} @ COIN-Bedford/Boston" for name in ("Clark JA", "Wang S", "Eisen SV")]
    assert [section.kind for section in found.sections] == ORDER
    assert all(section.inferred for section in found.sections)
    assert problems == ["damaged-characters"]


def test_an_affiliation_is_kept_as_printed_beside_the_institution() -> None:
    first = report(SEED).authorships[0].affiliations[0]
    assert (first.printed.value, first.institution.name.value) == (
        "COIN- Bedford/Boston",
        "COIN-Bedford/Boston",
    )


def test_damaged_characters_are_mended_in_the_value_only() -> None:
    results = report(SEED).sections[2].text
    assert "contexts\u2014clinicians and employers\u2014to" in results.value
    assert 'contexts"\u201dclinicians' in results.raw
    assert results.value.count('"') == 2


@pytest.mark.parametrize("left_out", range(5))
def test_without_five_paragraphs_no_kind_is_inferred(left_out: int) -> None:
    paragraph = report(SEED).sections[left_out].text.raw
    sections = report(SEED.replace(paragraph, "")).sections
    assert [(section.kind, section.inferred) for section in sections] == [("", False)] * 4


def test_headings_on_the_page_are_never_overruled() -> None:
    text = SEED
    for kind, section in zip(
        ["Impact", "Methods", "Results", "Objectives", "Implications"], report(SEED).sections, strict=True
    ):
        text = text.replace(section.text.raw, f"{kind}: {section.text.raw}")
    sections = report(text).sections
    assert [section.kind for section in sections] == [
        "impact",
        "methods",
        "results",
        "objectives",
        "conclusions",
    ]
    assert not any(section.inferred for section in sections)


def test_headings_on_lines_of_their_own() -> None:
    found = report(sample("headings-on-their-lines"))
    assert [section.kind for section in found.sections] == ORDER
    assert found.sections[-1].text.raw == "Two medical centers have hired coaches."


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (
            "Ito H, COIN-Weir; Haas B, Invented University, Weir;",
            ["Ito H @ COIN-Weir", "Haas B @ Invented University, Weir"],
        ),
        ("Ito H; Haas B", ["Ito H", "Haas B"]),
        ("Ito H, Haas B", ["Ito H", "Haas B"]),
        ("Ito H, Weir VA", ["Ito H @ Weir VA"]),
        ("Ito H (COIN - Weir), Haas B, Ng K (Weir)", ["Ito H @ COIN - Weir", "Haas B", "Ng K @ Weir"]),
        ("Ito H, COIN-Weir; Peer Study Group;", ["Ito H @ COIN-Weir", "Peer Study Group"]),
        (
            "Lead/Presenter: Hana Ito,  COIN-Weir\nAll Authors: Ito H (COIN-Weir), Ng K (Weir)",
            ["Ito H @ COIN-Weir", "Ng K @ Weir"],
        ),
    ],
)
def test_the_line_of_authors_in_its_forms(printed: str, expected: list[str]) -> None:
    begin, end = SEED.index("Clark JA"), SEED.index("Peer support providers increasing")
    assert authors(report(f"{SEED[:begin]}{printed}\n\n{SEED[end:]}")) == expected


@pytest.mark.parametrize("printed", ["3154 - ", "3154. ", "3154: ", "Abstract 3154 \u2013 ", "3154\n"])
def test_the_number_in_its_forms(printed: str) -> None:
    found = report(SEED.replace("3154 \u2014 ", printed))
    assert found.number is not None
    assert found.title is not None
    assert (found.number.value, found.title.value[:12]) == ("3154", "Facilitating")


@pytest.mark.parametrize(
    ("heading", "name", "year"),
    [
        ("2019 HSR&D/QUERI National Conference Abstract", "2019 HSR&D/QUERI National Conference", 2019),
        ("HSR&D 2007 National Meeting Abstract", "HSR&D 2007 National Meeting", 2007),
        ("VA HSR National Meeting 2023 Abstracts", "VA HSR National Meeting 2023", 2023),
    ],
)
def test_other_years_and_names_of_the_conference(heading: str, name: str, year: int) -> None:
    text = SEED.replace("2015 HSR&D/QUERI National Conference Abstract", heading)
    assert va_conference_abstract.recognises(Source("page.txt", text, ""))
    found = report(text)
    assert found.conference is not None
    assert found.issued is not None
    assert (found.conference.name.value, found.issued.value.year) == (name, year)


@pytest.mark.parametrize(
    "heading",
    ["2015 National Conference Abstract of Ecology", "HSR&D National Conference", "HSR&D Citation Abstract"],
)
def test_other_headings_are_not_recognised(heading: str) -> None:
    text = SEED.replace("2015 HSR&D/QUERI National Conference Abstract", heading)
    assert not va_conference_abstract.recognises(Source("page.txt", text, ""))


def test_without_a_line_of_authors_the_first_paragraph_is_no_author() -> None:
    found, problems = read(sample("no-authors"))
    assert found is not None
    assert found.authorships == ()
    assert found.sections[0].text.raw.startswith("Peers work in primary care.")
    assert problems == ["no-number", "no-authors"]


def several(name: str) -> list[Report]:
    records = va_conference_abstract.read(Source("page.txt", sample(name), ""))
    return [record for record in records if isinstance(record, Report)]


def test_each_of_several_numbered_abstracts_is_a_report() -> None:
    found = several("several-numbered")
    assert [one.title.value for one in found if one.title] == [
        "Counting Visits: What a Peer Does in a Week",
        "A Peer on the Ward",
        "One Line on Boats",
    ]
    assert [one.number.value for one in found if one.number] == ["1", "2", "3"]
    assert {one.conference.name.value for one in found if one.conference} == {
        "VA Health Services Conference on Peer Work, 2012"
    }
    assert [len(one.sections) for one in found] == [3, 2, 1]


def test_an_affiliation_below_several_authors_is_nobodys() -> None:
    assert [authors(one) for one in several("several-numbered")] == [
        ["Sorrel T", "Okafor N", "Haas BT"],
        ["Lund F @ Northmere VA Medical Center"],
        ["Marek Q", "Warm Line Study Group"],
    ]


def test_one_number_before_a_title_makes_no_page_of_several() -> None:
    assert len(several("four-paragraphs")) == 1


def test_presenter_and_authors_in_paragraphs_of_their_own() -> None:
    found = report(sample("printable-view"))
    assert found.title is not None
    assert found.title.value == "A Peer in Every Clinic"
    assert authors(found) == [
        "Sorrel T @ Center for Invented Care, Weir, WR",
        "Okafor N @ Center for Invented Care, Weir, WR",
        "Haas BT @ VA Northmere",
    ]
    assert [section.kind for section in found.sections] == ["objectives", "methods", "methods", "results"]


def test_degrees_are_neither_names_nor_places() -> None:
    line = "Authors: Ada B. Okafor, PhD, MPH, COIN-Weir; Bram van der Berg, MD; Mary Ann Lind"
    found, problems = read(SEED.replace("Clark JA", f"{line}; Clark JA"))
    assert found is not None
    assert authors(found)[:3] == ["Okafor Ada B. @ COIN-Weir", "van der Berg Bram", "Mary Ann Lind"]
    assert "unread-name" in problems


def test_capitalised_words_below_the_title_are_nobody_without_a_label() -> None:
    text = sample("no-authors").replace("Peers work in", "Peer Support, also called mutual aid, is in")
    assert report(text).authorships == ()


def test_a_page_without_content_is_an_error() -> None:
    assert read(SEED[: SEED.index("3154")]) == (None, ["no-title"])


@pytest.mark.parametrize("cut", range(0, len(SEED), 97))
def test_a_page_cut_anywhere_is_read_or_refused(cut: int) -> None:
    text = SEED[:cut]
    found, _ = read(text)
    assert (found is not None) == ("3154" in text)


@given(
    st.lists(
        st.sampled_from([*SEED.split("\n"), "", ";", "A B, C", "(", ")"]) | st.text(max_size=20), max_size=15
    )
)
def test_any_page_has_its_values_in_their_places(lines: list[str]) -> None:
    text = "2015 HSR&D National Meeting Abstract\n" + "\n".join(lines)
    found, _ = read(text)
    for authorship in found.authorships if found else ():
        assert text[authorship.quote.start : authorship.quote.end] == authorship.quote.raw != ""


def test_each_page_of_a_file_of_several_is_read_as_if_it_stood_alone() -> None:
    def titles_and_words(text: str) -> list[tuple[str, int, list[str]]]:
        records = list(va_conference_abstract.read(Source("pages.txt", text, "")))
        return [
            (one.title.value, len(one.authorships), [section.text.raw for section in one.sections])
            for one in records
            if isinstance(one, Report) and one.title
        ]

    pages = [SEED, *(sample(name) for name in ["lost-headings", "four-paragraphs"])]
    alone = [one for page in pages for one in titles_and_words(page)]
    assert len(alone) == 3
    assert titles_and_words("\n".join(pages)) == alone


def test_a_conference_may_not_say_whose_it_is_if_a_numbered_title_follows() -> None:
    below = "\n\nOkafor AB (Weir), Lind P (Lake)\n\nObjectives:\nTo row.\n\nMethods:\nWe rowed.\n"
    found, _ = read(f"2011 National Meeting\n\n1034 — Posts of hosts{below}")
    assert found is not None
    assert found.number is not None
    assert found.number.value == "1034"
    assert read(f"2011 National Meeting\n\nPosts of hosts{below}") == (None, [])


@pytest.mark.parametrize("broken", [False, True], ids=["title on one line", "on two"])
@pytest.mark.parametrize("name", ["printable-view", "headings-on-their-lines"])
def test_title_authors_and_text_are_parted_where_no_blank_line_does(name: str, *, broken: bool) -> None:
    text = sample(name)
    whole = report(text)
    assert whole.title is not None
    begin = text.index(whole.title.raw)
    words = text[begin:].replace("\r\n", "\n")
    if broken:
        words = words.replace(" ", "\n", 1)
    found = report(text[:begin] + re.sub(r"\n\s*\n", "\n", words))
    assert found.title is not None
    assert (found.title.value, authors(found)) == (whole.title.value, authors(whole))
    assert [section.kind for section in found.sections] == [section.kind for section in whole.sections]
