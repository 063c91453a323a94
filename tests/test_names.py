from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Person
from kg.reading.names import Authors, apa_authors, vancouver_authors, with_degrees
from kg.source import Found


def found(text: str) -> Found[str]:
    return Found(text, text, 0)


def people(authors: Authors) -> list[tuple[str, str] | str]:
    """Family and given name of each person; of a group its name."""
    return [
        named(author.person) if author.person is not None else author.name_as_printed.value
        for author in authors.authorships
    ]


def named(person: Person) -> tuple[str, str]:
    return (person.family.value if person.family else "", person.given.value if person.given else "")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Okafor N, Haas BT", [("Okafor", "N"), ("Haas", "BT")]),
        ("van der Velde J Jr, De la Torre ÁM", [("van der Velde", "J"), ("De la Torre", "ÁM")]),
        ("Haas BT, Jr, Ng K 2nd", [("Haas", "BT"), ("Ng", "K")]),
        ("O'Meara-Quist B, Garcia J-P", [("O'Meara-Quist", "B"), ("Garcia", "J-P")]),
        ("Haas II", [("Haas", "II")]),
        ("Board J, Haas B", [("Board", "J"), ("Haas", "B")]),
        ("Haas B, and the Warm Line Study Group", [("Haas", "B"), "the Warm Line Study Group"]),
        ("Plato, Haas B", [("Plato", ""), ("Haas", "B")]),
        ("Haas B; Ng K;", [("Haas", "B"), ("Ng", "K")]),
    ],
)
def test_names_with_initials_are_parted(printed: str, expected: list[object]) -> None:
    assert people(vancouver_authors(found(printed))) == expected


def test_a_suffix_stays_in_the_printed_name() -> None:
    authors = vancouver_authors(found("Haas BT, Jr, Ng K"))
    assert [author.name_as_printed.value for author in authors.authorships] == ["Haas BT, Jr", "Ng K"]


def test_a_cut_list_says_so() -> None:
    authors = vancouver_authors(found("Okafor N, Haas B, et al"))
    assert authors.cut is not None
    assert len(authors.authorships) == 2


@pytest.mark.parametrize("printed", ["Okafor Nneka", "OKAFOR NNEK"])
def test_what_is_no_name_is_kept_without_a_person(printed: str) -> None:
    authors = vancouver_authors(found(f"{printed}, Haas B"))
    assert [name.raw for name in authors.unread] == [printed]
    assert authors.authorships[0].person is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Okafor, N. Y., & Haas, B. T.", [("Okafor", "N. Y."), ("Haas", "B. T.")]),
        (
            "van der Velde, J., Jr., Ng, K.-L. & Ito, H.",
            [("van der Velde", "J."), ("Ng", "K.-L."), ("Ito", "H.")],
        ),
        ("Invented Board of Health & Care.", ["Invented Board of Health & Care"]),
        ("Invented Agency, & Haas, B. T.", ["Invented Agency", ("Haas", "B. T.")]),
        ("Okafor, N., Ito, H., … Haas, B.", [("Okafor", "N."), ("Ito", "H."), ("Haas", "B.")]),
        ("Okafor N, Haas B", [("Okafor", "N"), ("Haas", "B")]),
    ],
)
def test_names_before_their_initials_with_commas_are_parted(printed: str, expected: list[object]) -> None:
    assert people(apa_authors(found(printed))) == expected


@given(st.text(alphabet="AbÁ ,;.&-'’\n…12", max_size=60))
def test_any_text_gives_authors_at_their_places(text: str) -> None:
    for authors in (vancouver_authors(found(text)), apa_authors(found(text))):
        for position, author in enumerate(authors.authorships, start=1):
            quote = author.quote
            assert author.position == position
            assert text[quote.start : quote.end] == quote.raw != ""


def test_letters_behind_one_name_are_initials_and_no_degree() -> None:
    assert [part and part.raw for part in with_degrees(found("Okafor PT"))] == ["Okafor PT", None]
    assert [part and part.raw for part in with_degrees(found("Okafor, PT"))] == ["Okafor", "PT"]
    assert [part and part.raw for part in with_degrees(found("Ada Okafor PT"))] == ["Ada Okafor", "PT"]
