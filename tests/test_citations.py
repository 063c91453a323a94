from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Citation
from kg.reading import resolution
from kg.reading.citations import Printed, citation_groups
from kg.reading.reference_lists import listed
from kg.reading.resolution import ReferenceList
from kg.source import Found

LIST = (
    "Brandt, A., & Osei, K. M. (2008). Mutual help. *Nowhere, 12*(3), 101-9.",
    "Kessling, R., Marrow, D. J., & Tanaka, Y. (2011). A cohort. *Nowhere, 40*(2), 215-229.",
    "Tanaka, Y., Kessling, R., & Marrow, D. J. (2011). Visitors. *Nowhere, 40*(2), 230-241.",
    "Lund-Berg, S., Ito, H., & Ward-Ito, C. (2016). Hope. *Nowhere, 3*(Spring), 4-6.",
    "Vanderveen, P. (2003). Confidence. *Nowhere, 1*, 1-2.",
    "Brandt, A. (2014a). One. *Nowhere, 4*, 1-2.",
    "Brandt, A. (2014b). Two. *Nowhere, 4*, 3-4.",
    "Invented Agency for Health and Care. (2010). Handbook. *Nowhere, 5*, 1-2.",
)


def reference_list(*lines: str) -> ReferenceList:
    return ReferenceList([listed(Found(line, line, 0), n) for n, line in enumerate(lines or LIST, start=1)])


def resolved(text: str, *lines: str) -> Citation:
    [group] = citation_groups(Found(text, text, 0))
    [printed] = group.citations
    return reference_list(*lines).resolve(printed)


def title(citation: Citation) -> str | None:
    return citation.work.title.value if citation.work and citation.work.title else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(Brandt & Osei, 2008)", "Mutual help"),
        ("(Kessling, Marrow, & Tanaka, 2011)", "A cohort"),
        ("(Tanaka, Kessling & Marrow, 2011)", "Visitors"),
        ("(Tanaka, et al., 2011)", "Visitors"),
        ("(see also Kessling et al. 2011)", "A cohort"),
        ("[Vanderveen, 2003]", "Confidence"),
        ("(Brandt, 2014b)", "Two"),
        ("as Brandt and Osei (2008) say", "Mutual help"),
        ("as Lund-Berg et al. (2016) say", "Hope"),
        ("(Invented Agency for Health and Care, 2010)", "Handbook"),
        ("(BRANDT & OSEI, 2008)", "Mutual help"),
    ],
)
def test_a_citation_leads_to_the_entry_of_its_names_and_year(text: str, expected: str) -> None:
    citation = resolved(text)
    assert (title(citation), citation.status, citation.note) == (expected, "resolved", "")


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("(Brandt & Osey, 2008)", None, "nearest: Brandt, Osei 2008"),
        ("(Brandtt & Osei, 2008)", "Mutual help", "'Brandtt' printed, 'Brandt' in the reference list"),
        ("(Kessling, Marow, & Tanaka, 2011)", "A cohort", "'Marow' printed, 'Marrow' in the reference list"),
        ("(Brendt, 2014a)", None, "nearest: Brandt, Osei 2008; Brandt 2014; Brandt 2014"),
        ("(Vandervene, 2003)", None, "nearest: Vanderveen 2003"),
        ("(Vanderven, 2003)", "Confidence", "'Vanderven' printed, 'Vanderveen' in the reference list"),
        ("(Kessling, Marrow, Tanaka, 2011)", "A cohort", "no '&' before the last author"),
        (
            "(Lunda Berg, Ito, & Warda Ito, 2016)",
            "Hope",
            "'Lunda Berg' printed, 'Lund-Berg' in the reference list; 'Warda Ito' printed, 'Ward-Ito' in",
        ),
        ("(Kessling & Marrow, 2011)", "A cohort", "2 authors printed, 3 in the reference list"),
        ("(IAHC, 2010)", "Handbook", "'IAHC' printed, 'Invented Agency for Health and Care' in"),
    ],
)
def test_a_difference_is_said_or_too_great(text: str, expected: str | None, note: str) -> None:
    citation = resolved(text)
    assert title(citation) == expected
    assert citation.status == ("unresolved" if expected is None else "resolved-with-difference")
    assert note in citation.note


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "(Brandt et al., 2009)",
            "no entry of the reference list has these authors and this year; nearest: B",
        ),
        (
            "(Marrow, Tanaka, & Kessling, 2011)",
            "nearest: Kessling, Marrow, Tanaka 2011; Tanaka, Kessling, Marrow 2011",
        ),
        ("(Brandt, 2014)", "2 entries of the reference list fit equally well: Brandt 2014; Brandt 2014"),
        ("(Vanderveen et al., 2003)", "nearest: Vanderveen 2003"),
        ("(Kessling, 2011)", "nearest: Kessling, Marrow, Tanaka 2011"),
        ("(Nobody, 1999)", "no entry of the reference list has these authors and this year"),
    ],
)
def test_nothing_is_guessed(text: str, reason: str) -> None:
    citation = resolved(text)
    assert (citation.status, citation.work) == ("unresolved", None)
    assert reason in citation.note


def test_the_order_of_names_tells_two_works_of_the_same_people_and_year_apart() -> None:
    assert title(resolved("(Tanaka, Kessling, & Marrow, 2011)", LIST[2])) == "Visitors"
    assert title(resolved("(Tanaka, Kessling, & Marrow, 2011)", LIST[1])) is None


def test_an_exact_entry_goes_before_one_that_is_alike() -> None:
    alike = "Vanderveem, P. (2003). Not this. *Nowhere, 1*, 1-2."
    assert title(resolved("(Vanderveen, 2003)", alike, LIST[4])) == "Confidence"


@pytest.mark.parametrize(
    "text",
    [
        "(N = 45; in 2012)",
        "(May 2012)",
        "(from 2001 to 2006)",
        "(see Figure 2012)",
        "(2012)",
        "(p. 2012)",
        "(Spring 2004)",
        "(fiscal year 2012)",
        "(12%, 2012)",
        "(e.g., hope)",
        "( , 2012)",
    ],
)
def test_other_brackets_are_no_citations(text: str) -> None:
    assert list(citation_groups(Found(text, text, 0))) == []


def test_years_of_the_same_authors_are_citations_of_their_own() -> None:
    text = "(e.g., Brandt et al., 1999, 2012a; van der Velde & Ito, 2003)"
    [group] = citation_groups(Found(text, text, 0))
    assert [citation.quote.value for citation in group.citations] == [
        "Brandt et al., 1999",
        "Brandt et al., 2012a",
        "van der Velde & Ito, 2003",
    ]
    for citation in group.citations:
        assert text[citation.quote.start : citation.quote.end] == citation.quote.raw


PARTS = [
    "Brandt",
    "Osei",
    " & ",
    ", ",
    "et al.",
    "2008",
    "2014a",
    "(",
    ")",
    ";",
    " ",
    "\n",
    "see ",
    "[",
    "]",
    "É",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_any_text_has_its_citations_at_their_places(text: str) -> None:
    known = reference_list()
    for group in citation_groups(Found(text, text, 0)):
        assert text[group.place.start : group.place.end] == group.place.raw
        for printed in group.citations:
            quote = known.resolve(printed).quote
            assert text[quote.start : quote.end] == quote.raw


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("Agency for {0}. (2010). Handbook. *Nowhere, 5*, 1-2.", "(Agency for {0}, 2010)"),
        ("Lind, A., & {0}, B. (2010). Hope of {0}. *Nowhere, 5*, 1-2.", "(Lind & {0}, 2010)"),
        ("Lind, A., & {0}, B. (2010). Hope of {0}. *Nowhere, 5*, 1-2.", "(Lind & {0}, 1950)"),
    ],
)
def test_few_entries_are_compared_with_a_citation_of_a_long_list(
    entry: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{a}{b}{a}{c}".title() for a in "bdfgklmn" for b in "aeiou" for c in "aeiou"]
    asked = reference_list(*(entry.format(name) for name in names))
    compared: list[object] = []
    fit = resolution._fit

    def counted(printed: Printed, entry: resolution._Entry) -> resolution._Fit | None:
        compared.append(entry)
        return fit(printed, entry)

    monkeypatch.setattr(resolution, "_fit", counted)
    for name in names:
        words = text.format(name)
        [group] = citation_groups(Found(words, words, 0))
        citation = asked.resolve(group.citations[0])
        assert citation.status == ("unresolved" if "1950" in text else "resolved")
    assert len(compared) <= 2 * len(names)


def test_a_work_listed_twice_is_one() -> None:
    once = "Lind, A., & Haas, B. (2010). Hope at home. *Nowhere, 5*, 1-2."
    again = "Lind, A., & Haas, B. (2010). Hope at Home. *Nowhere, 5*(1), 1-2."
    assert resolved("(Lind & Haas, 2010)", once, again).status == "resolved"
    assert resolved("(Lind & Has, 2010)", once, again).status == "unresolved"
    assert resolved("(Lind, Haas, 2010)", once, again).status == "resolved-with-difference"


@pytest.mark.parametrize(
    "other",
    [
        "Lind, A., & Haas, B. (2010). Hope at sea. *Nowhere, 5*, 1-2.",
        "Lind, A., & Haas, B. (2010). Hope at home. *Nowhere, 5*, 1-2. doi:10.5555/b",
    ],
)
def test_another_work_of_the_same_people_and_year_is_another(other: str) -> None:
    once = "Lind, A., & Haas, B. (2010). Hope at home. *Nowhere, 5*, 1-2. doi:10.5555/a"
    citation = resolved("(Lind & Haas, 2010)", once, other)
    assert (citation.status, "2 entries" in citation.note) == ("unresolved", True)


def test_a_list_too_long_for_its_citations_is_asked_for_exact_names_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resolved("(Brant & Osei, 2008)").status == "resolved-with-difference"
    monkeypatch.setattr(resolution, "COMPARED", 0)
    assert resolved("(Brant & Osei, 2008)").status == "unresolved"
    assert title(resolved("(Brandt & Osei, 2008)")) == "Mutual help"
