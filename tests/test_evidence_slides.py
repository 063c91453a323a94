from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Citation, Report
from kg.problems import Problem
from kg.source import Source
from kg.sources import evidence_slides
from tests.building import assert_in_place, records_of, source_of

SEED = next((Path(__file__).parent.parent / "seeds").glob("003_*.txt")).read_bytes().decode()
SAMPLES = Path(__file__).parent / "samples" / "evidence_slides"


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.txt").read_bytes().decode()


def read(text: str) -> tuple[Report, list[Problem]]:
    records = records_of(evidence_slides, Source("deck.txt", text, ""))
    [report] = [record for record in records if isinstance(record, Report)]
    return report, [record for record in records if isinstance(record, Problem)]


def claims(text: str) -> dict[str, list[str]]:
    """The claims with, for each citation, the first author and year of the work, or `?`."""

    def cited(citation: Citation) -> str:
        if citation.work is None or citation.work.issued is None:
            return "?"
        first = citation.work.authorships[0].name_as_printed.value.partition(",")[0]
        return f"{first} {citation.work.issued.value}"

    return {claim.quote.value: [*map(cited, claim.citations)] for claim in read(text)[0].claims}


def unresolved(text: str) -> list[str]:
    _, problems = read(text)
    return [text[p.start : p.end] for p in problems if p.code == "unresolved-citation"]


def test_citations_by_number_lead_to_the_entries_of_the_list() -> None:
    assert claims(sample("numbered")) == {
        "Callers slept better": ["Sorrel T 2018", "Lind F 2017"],
        "Costs of night care were lower": ["Haas BT 2019"],
        "Callers had more hope": ["?"],
    }
    assert unresolved(sample("numbered")) == ["7"]


def test_raised_notes_are_citations_and_the_words_above_their_context() -> None:
    report, _ = read(sample("raised-notes"))
    assert report.title is not None
    assert report.issued is not None
    assert (report.title.value, str(report.issued.value)) == ("Young People on Boats", "2021")
    assert [(c.quote.value, c.context and c.context.value) for c in report.claims] == [
        ("Young people who rowed had more hope", "Hope"),
        ("Fear of water fell", "Hope"),
        ("Peer workers slept less", "For the peer workers"),
    ]


def test_notes_in_roman_numerals_need_no_heading_above_their_list() -> None:
    assert claims(sample("roman-notes")) == {
        "People who gardened had fewer admissions": ["Galen 2011"],
        "Days in hospital fell": ["Weir Board of Gardens 2014", "Imai 2015"],
        "Gardeners slept more": ["Imai 2015"],
    }


def test_without_short_claims_the_cited_sentences_are_the_claims() -> None:
    report, _ = read(sample("prose"))
    assert claims(sample("prose")) == {
        "Guests who met a peer stayed shorter": ["Brandt 2008", "Brandt 2010"],
        "Alcohol use did not change": ["Lind 2011"],
    }
    assert [citation.quote.value for citation in report.citations] == ["Lind, 2011"]
    assert report.issued is not None
    assert report.issued.value.year == 2016


def test_damaged_characters_are_mended_in_every_value_and_kept_in_the_evidence() -> None:
    text = sample("damaged")
    report, problems = read(text)
    assert list(claims(text)) == ["More confidence and self-efficacy", "Better relationships with providers"]
    assert claims(text)["Better relationships with providers"] == ["Department of Boats 2016"]
    titles = [c.work.title for c in report.references if c.work]
    assert [title.value for title in titles if title] == [
        "Confidence afloat",
        "“You row”: Boats and loneliness",
    ]
    assert report.claims[1].quote.raw == "Better rela\u00adtionships with provid\u00aders"
    damaged = [p.message for p in problems if p.code == "damaged-characters"]
    assert len(damaged) == 7
    assert "'ﬁ' was read as 'fi' (4 places)" in damaged


def test_a_quotation_in_damaged_marks_is_a_testimonial() -> None:
    report, _ = read(sample("damaged"))
    assert not any("rowed" in section.text.value for section in report.sections)


def test_the_founding_deck_is_read_whole() -> None:
    report, problems = read(SEED)
    assert report.kind == "Presentation"
    assert report.title is not None
    assert report.issued is not None
    assert (report.title.value, str(report.issued.value)) == ("Value of Peers, 2017", "2017")
    assert len(report.claims) == 11
    assert len(report.references) == 16
    assert len(report.citations) == 3
    assert {claim.context.value for claim in report.claims if claim.context} == {
        "Benefits of peer support may include:"
    }
    assert [problem.code for problem in problems if problem.severity == "warning"] == ["unresolved-citation"]
    assert [problem.code for problem in problems if problem.severity == "info"] == ["citation-differs"] * 4


def test_each_reference_of_the_founding_deck_has_every_part() -> None:
    for citation in read(SEED)[0].references:
        work = citation.work
        assert work is not None
        assert work.kind == "JournalArticle"
        assert all(
            (work.title, work.journal, work.issued, work.volume, work.issue, work.pages, work.authorships)
        )


def test_a_claim_leads_to_the_works_behind_it() -> None:
    assert claims(SEED)["Reduced hospital admission rates and longer community tenure"] == [
        "Chinman 2001",
        "Davidson 2012",
        "Forchuk 2005",
        "Min 2007",
    ]


def test_the_same_people_in_another_order_are_another_work() -> None:
    report, _ = read(SEED)
    [claim] = [claim for claim in report.claims if "social functioning" in claim.quote.value]
    titles = [c.work.title.value for c in claim.citations if c.work and c.work.title]
    assert ("Part 1" in titles[1], "Part 3" in titles[2]) == (True, True)


def test_a_citation_taken_away_is_gone() -> None:
    text = SEED.replace("Davidson, et al., 2012; Forchuk", "Forchuk")
    assert claims(text)["Reduced hospital admission rates and longer community tenure"] == [
        "Chinman 2001",
        "Forchuk 2005",
        "Min 2007",
    ]


def entry(first: str) -> str:
    [line] = [line for line in SEED.splitlines(keepends=True) if line.startswith(f"- {first}")]
    return line


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("Kurtz", ["Kurtz, 1990"]),
        ("Ochocka", ["Ochoka, Nelson, Janzen, & Trainor, 2006", "Ochocka et al., 2006"]),
        ("Nelson", ["Nelson, Ochocka, Janzen, & Trainor, 2006"]),
        ("Davidson, L., Chinman", ["Davidson, et al., 1999"] * 4),
        ("Coatsworth", ["Coatswortha Puspokey, Forchuk, & Warda Griffin, 2006"]),
    ],
)
def test_a_reference_taken_away_leaves_its_citations_unresolved(first: str, expected: list[str]) -> None:
    missing = unresolved(SEED.replace(entry(first), ""))
    assert sorted(missing) == sorted([*expected, "Davidson, et al., 2006"])


def test_a_reference_added_resolves_its_citation() -> None:
    line = "- Davidson, L., & Other, A. (2006). Newly found. *Invented Journal, 1*(2), 3-4.\n"
    assert unresolved(SEED.replace(entry("Dumont"), line + entry("Dumont"))) == []


def test_another_year_in_the_list_is_another_work() -> None:
    text = SEED.replace("Kurtz, L. F. (1990)", "Kurtz, L. F. (1991)")
    assert unresolved(text) == ["Davidson, et al., 2006", "Kurtz, 1990"]
    [problem] = [p for p in read(text)[1] if "Kurtz" in p.message]
    assert "nearest: Kurtz 1991" in problem.message


def test_without_its_reference_list_the_deck_is_still_one() -> None:
    text = SEED[: SEED.index("REFERENCES")]
    assert evidence_slides.recognises(Source("deck.txt", text, ""))
    report, problems = read(text)
    assert len(report.claims) == 11
    assert problems[0].code == "no-references"
    assert len([problem for problem in problems if problem.code == "unresolved-citation"]) == 27


def test_claims_keep_their_order_and_follow_the_slides() -> None:
    slide = SEED[SEED.index("Decreased psychotic symptoms") : SEED.index("Reduced hospital admission")]
    moved = SEED.replace(slide, "").replace("Increased self-esteem", slide + "Increased self-esteem", 1)
    assert list(claims(moved))[:2] == ["Decreased psychotic symptoms", "Increased self-esteem and confidence"]
    assert len(claims(moved)) == 11


def test_without_words_that_lead_in_the_title_of_the_slide_is_the_context() -> None:
    report, _ = read(SEED.replace(" Benefits of peer support may include:", ""))
    assert {claim.context.value for claim in report.claims if claim.context} == {
        "Does Peer Support Make A Difference?"
    }
    assert len(report.claims) == 11


def test_slides_that_continue_share_their_title_and_lead_in() -> None:
    sections = read(SEED)[0].sections
    headings = [section.heading.value for section in sections if section.heading]
    assert headings.count("What Does A Peer Support Worker Do?") == 3
    assert headings.count("Does Peer Support Make A Difference?") == 1
    assert not any("cont" in heading for heading in headings)


def test_a_title_repeated_in_capitals_is_the_same_and_page_numbers_are_no_text() -> None:
    report, _ = read(
        "Deck, 2020\n\nWho We Are\n\nPeers visit.\n\n7\n\nWHO WE ARE (continued)\n\nPeers call.\n\n8\n"
    )
    assert [(s.heading.value, s.text.raw) for s in report.sections if s.heading] == [
        ("Who We Are", "Peers visit."),
        ("Who We Are", "Peers call."),
    ]


def test_testimonials_claims_and_references_are_no_part_of_the_text() -> None:
    words = "\n".join(section.text.raw for section in read(SEED)[0].sections)
    for left_out in ("am alive", "Melodie", "no matter what", "Corinna", "normal", "Jean"):
        assert left_out in SEED
        assert left_out not in words
    assert "Increased" not in words
    assert "Chronicity" not in words
    assert "child welfare agencies" in words


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("Increased hope (Haas, 2001)", {"Increased hope": ["Haas 2001"]}),
        ("- Increased hope (Haas, 2001).", {"Increased hope": ["Haas 2001"]}),
        ("Increased sense of\nhope\n(Haas, 2001)", {"Increased sense of hope": ["Haas 2001"]}),
        (
            "Increased sense of\n\nhope and joy\n\n(Haas, 2001)",
            {"Increased sense of hope and joy": ["Haas 2001"]},
        ),
        ("Increased sense of\n\nhope (Haas,\n2001)", {"Increased sense of hope": ["Haas 2001"]}),
        ("• Hope (Haas, 2001)\n• Joy\n (Ito, 2002)", {"Hope": ["Haas 2001"], "Joy": ["Ito 2002"]}),
        ("Hope (Haas, 2001)\nJoy (Ito, 2002)", {"Hope": ["Haas 2001"], "Joy": ["Ito 2002"]}),
        (
            "More hope (Haas, 2001) and less pain (Ito, 2002)",
            {"More hope": ["Haas 2001"], "less pain": ["Ito 2002"]},
        ),
        ("Hope\n(Haas, 2001)\n\n(Ito, 2002)", {"Hope": ["Haas 2001", "Ito 2002"]}),
        ("Hope (camaraderie) (Haas, 2001)", {"Hope (camaraderie)": ["Haas 2001"]}),
        ("Hope (Haas, 2001)\n\n12\n\nHope (Ito, 2002)", {"Hope": ["Haas 2001", "Ito 2002"]}),
        ("**Hope** (Haas, 2001)", {"Hope": ["Haas 2001"]}),
        ("Hope (Haas, 2001;\n\nIto, 2002)", {"Hope": ["Haas 2001", "Ito 2002"]}),
        ("Hope (Haas, 2001)\nPeers come from all walks of life", {"Hope": ["Haas 2001"]}),
        ("hope " * 61 + "(Haas, 2001)", {}),
        ("It helps (Haas, 2001). So say all.", {}),
        ("Many say so. It helps (Haas, 2001).", {}),
        ("It helps, as Haas (2001) says", {}),
    ],
)
def test_how_a_claim_may_stand_on_its_slide(point: str, expected: dict[str, list[str]]) -> None:
    deck = (
        f"Deck, 2020\n\nWhat Helps\n\nPeers may bring:\n\n{point}\n\nReferences\n\n"
        "- Haas, B. (2001). One. *Nowhere, 1*, 1-2.\n- Ito, H. (2002). Two. *Nowhere, 2*, 3-4.\n"
    )
    assert claims(deck) == expected


@pytest.mark.parametrize(
    ("point", "is_claim"), [("More hope (Haas, 2001)", True), ("It helps (Haas, 2001).", False)]
)
def test_without_words_that_lead_in_only_a_fragment_is_a_claim(point: str, is_claim: bool) -> None:
    deck = (
        f"Deck, 2020\n\nWhat Helps\n\n{point}\n\nReferences\n\n- Haas, B. (2001). One. *Nowhere, 1*, 1-2.\n"
    )
    assert bool(claims(deck)) == is_claim
    assert len(read(deck)[0].citations) == (not is_claim)


def test_citations_broken_over_a_blank_line_are_no_text() -> None:
    report, _ = read("Deck, 2020\n\nWhat Helps\n\nHope (Haas, 2001;\n\nIto, 2002)\n\nPeers visit people.\n")
    assert [section.text.raw for section in report.sections] == ["Peers visit people."]


def test_citations_in_sentences_are_kept_beside_the_claims() -> None:
    report, _ = read(sample("bullets"))
    assert [citation.quote.value for citation in report.citations] == ["Quist and Rowe (2015)"]
    assert claims(sample("bullets"))["greater self-efficacy"] == [
        "Adeyemi F 2018-06",
        "Invented Health Authority 2010",
    ]


def test_a_claim_on_two_slides_is_one_with_the_citations_of_both() -> None:
    assert claims(sample("benefits"))["Increased hope and self-esteem"] == [
        "Brandt 2008",
        "Kessling 2011",
        "Lund-Berg 2016",
    ]


def test_a_table_of_contents_is_no_list_of_references() -> None:
    report, _ = read(
        SEED.replace("What is Peer Support?", "Peer Support\n\nReferences\n\nWhat is Peer Support?", 1)
    )
    assert (len(report.claims), len(report.references)) == (11, 16)


def test_a_slide_behind_the_references_is_no_reference() -> None:
    report, problems = read(f"{SEED}\n\nThank You\n\nWrite to us\nat any time.\n")
    assert report.references == read(SEED)[0].references
    assert not [problem for problem in problems if problem.code == "unread-reference"]


def test_an_entry_that_is_not_understood_is_reported_and_kept() -> None:
    report, problems = read(sample("bullets"))
    assert [p.code for p in problems if p.severity == "warning"] == ["unread-reference"]
    assert report.references[3].quote.value == "This entry was never finished"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A letter\n\nwith nothing in it.",
        "Prose (Haas, 2001). It goes on.\n\nReferences\n\nHaas, B. (2001). One.",
    ],
)
def test_other_documents_are_not_recognised(text: str) -> None:
    assert not evidence_slides.recognises(Source("x.txt", text, ""))


@pytest.mark.parametrize("cut", range(0, len(SEED), 311))
def test_a_deck_cut_anywhere_is_read(cut: int) -> None:
    report, _ = read(SEED[:cut])
    assert len(report.claims) <= 11


HOSTILE = [
    "(Haas, 2001)\n\n", "(", "a (Haas, 2001) ", "- ", "—A\n\n", "“x\n\n", "References\n", "x cont. ",
    "Haas, B. (2001). A.\n", "et al., ", "-", "A B, ", "\n", "a\n\n(Haas, 2001)\n\n", "(Haas, ", "; and ",
    "* ", "\r", "2001 ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_hostile_deck_comes_to_an_end(piece: str) -> None:
    """A quadratic reader would meet the time limit of every test."""
    source = Source("deck.txt", "Deck\n\nReferences to come:\n\n" + piece * (200_000 // len(piece)), "")
    evidence_slides.recognises(source)
    for record in evidence_slides.read(source):
        assert_in_place(record, source.text)


@given(st.lists(st.sampled_from([*SEED.split("\n"), *HOSTILE]) | st.text(max_size=20), max_size=25))
def test_any_deck_has_its_values_in_their_places(lines: list[str]) -> None:
    text = "\n".join(lines)
    report, _ = read(text)
    for claim in report.claims:
        for found in (claim.quote, *(citation.quote for citation in claim.citations)):
            assert text[found.start : found.end] == found.raw != ""
    for section in report.sections:
        assert text[section.text.start : section.text.end] == section.text.raw != ""


def test_a_claim_broken_over_blank_lines_is_whole_and_leaves_the_item_above_alone() -> None:
    text = (
        "Worth of Hosts, 2017\n\nBenefits of hosts may include:\n\nMore laughter\n\n(Vale, 2001)\n\n"
        "Increased sense of hope among\n\nguests of the house\n\n(Vale, 2001)\n\n"
        "REFERENCES\n\n- Vale, Q. (2001). Doors that open. *Journal of Doors, 3*(1), 4-9.\n"
    )
    records = records_of(evidence_slides, Source("deck.txt", text, ""))
    (report,) = [record for record in records if isinstance(record, Report)]
    assert [" ".join(claim.quote.raw.split()) for claim in report.claims] == [
        "More laughter",
        "Increased sense of hope among guests of the house",
    ]


@pytest.mark.parametrize("name", ['" - Program participant, Weir', "” – Jo"])
def test_what_somebody_says_is_no_claim_whatever_the_quotation_marks(name: str) -> None:
    opening = "“" if "”" in name else '"'
    said = f"{opening}I have less anxiety and I feel hopeful.{name}\nFewer hospital days (Lind, 2016)\n"
    listed = "References\nLind, P. (2016). Doors. Weir, 2(1), 3-4.\n"
    text = f"Hosts\n\nMore hope (Lind, 2016)\n\n{said}\n{listed}"
    report, _ = read(text)
    assert list(claims(text)) == ["More hope", "Fewer hospital days"]
    assert not any("anxiety" in section.text.value for section in report.sections)


@pytest.mark.parametrize("marks", [("i", "ii", "i, iii"), ("1", "2", "1,3")])
@pytest.mark.parametrize("number", ["", "{}. "])
def test_notes_count_the_entries_of_a_list(marks: tuple[str, str, str], number: str) -> None:
    points = ("Fewer hospital days", "Greater hope", "Less loneliness")
    listed = (
        "Lind, P. (2016). Alone. Weir Review, 2(1), 3-4.",
        "Okafor, A. B. (2019). Doors. Journal of Doors, 12(3), 45-51.",
        "Haas, Q. (2017). Rooms. Lake Medicine, 1, 1-9.",
    )
    body = "\n".join(f"* {point}{mark}" for point, mark in zip(points, marks, strict=True))
    ends = "\n".join(number.format(n) + entry for n, entry in enumerate(listed, start=1))
    text = f"Young Hosts\n\nBenefits\n\n{body}\n\nReferences\n\n{ends}\n"
    assert list(claims(text)) == list(points)
    assert [len(works) for works in claims(text).values()] == [1, 1, 2]


@pytest.mark.parametrize("marks", [("1", "2"), ("¹", "²")])
def test_entries_may_have_bare_or_raised_numbers(marks: tuple[str, str]) -> None:
    text = (
        "Peer Homes\nAt a Glance | Spring 2021\n\n• More hope among residents¹\n• Fewer arrests¹,²\n"
        f"\nSources\n{marks[0]} Vale R, Moor T. Houses. J Hous. 2010;42(4):425-33. doi:10.1000/\nabc.42\n"
        f"{marks[1]} Dell S. Arrests. In: Roe J, editor. Lives.\n12 Essays. York: Haworth; 2007. p. 17-32.\n"
    )
    report, problems = read(text)
    assert claims(text) == {
        "More hope among residents": ["Vale R 2010"],
        "Fewer arrests": ["Vale R 2010", "Dell S 2007"],
    }
    assert report.issued is not None
    assert str(report.issued.value) == "2021"
    first, second = (citation.work for citation in report.references)
    assert first is not None
    assert second is not None
    assert (first.doi and first.doi.value, second.kind, second.pages and second.pages.value) == (
        "10.1000/abc.42", "BookChapter", "17-32",
    )  # fmt: skip
    assert problems == []


def test_the_way_to_a_page_is_no_title() -> None:
    report, _ = read(
        "Home > Resources > Briefs\nPeer Homes\n\n• Hope [1]\n\nSources\n[1] Vale R. Joy. J H. 2010;4:5."
    )
    assert report.title is not None
    assert report.title.value == "Peer Homes"


def test_a_title_in_capitals_may_go_on_in_the_next_line() -> None:
    claim = "• More hope [1]\n\nReferences\n[1] Vale R. Hope. J H. 2010;4:5-9."
    titles = [read(f"PEER\n{head}\n{claim}")[0].title for head in ("HOMES", "\nHOMES", "Homes")]
    assert [title and title.value for title in titles] == ["PEER HOMES", "PEER", "PEER"]


def test_a_record_under_labels_is_no_deck_though_its_lists_have_numbers() -> None:
    page = (
        "Hope in rural teams\n\n作者\nÅkers, Quill[1] Moss, Ada[1,2]\n机构\n[1] Univ Eastham, Eastham\n"
        "[2] Univ Weston, Weston\nReferences\n[1] HAAS A. Hope and peers. J HOPE, 2016, 5(2): 4-9.\n"
        "[2] LIND P. Mentors. J CARE, 2011, 7(1): 40-51.\n"
    )
    for text in (page, page.replace("\n", "\r\n"), page.replace("\n", "\r")):
        assert not evidence_slides.recognises(source_of(text))
    assert evidence_slides.recognises(source_of(page.replace("作者", "People").replace("机构", "Places")))
