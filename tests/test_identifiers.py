from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identifiers import ConceptId, PartialDate, doi


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("10.1186/s13033-023-00608-4", "10.1186/s13033-023-00608-4"),
        ("https://doi.org/10.1000/ABC", "10.1000/abc"),
        ("DOI DOI 10.1002/9780470147658.CHPSY0114", "10.1002/9780470147658.chpsy0114"),
        ("DOI [DOI 10.1191/1478088706QP063OA", "10.1191/1478088706qp063oa"),
        ("(10.1000/x).", "10.1000/x"),
        ("10.1016/S0140-6736(05)67890-1", "10.1016/s0140-6736(05)67890-1"),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
            "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
        ),
        ("10.1000/", None),
        ("no doi here", None),
    ],
)
def test_a_doi_is_found_in_its_printed_forms(printed: str, expected: str | None) -> None:
    assert doi(printed) == expected


@given(st.text())
def test_a_found_doi_is_stable(text: str) -> None:
    found = doi(text)
    assert found is None or doi(found) == found


@pytest.mark.parametrize(
    ("date", "printed"),
    [(PartialDate(2016, 5, 1), "2016-05-01"), (PartialDate(2016, 5), "2016-05"), (PartialDate(987), "0987")],
)
def test_a_date_is_written_as_precisely_as_it_is_known(date: PartialDate, printed: str) -> None:
    assert str(date) == printed


def test_a_concept_has_a_constant_iri() -> None:
    concept = ConceptId("role", "peer-mentor")
    assert concept.iri == "https://w3id.org/peerkg/role/peer-mentor"
    assert ConceptId.from_iri(concept.iri) == concept


@pytest.mark.parametrize(
    "iri", ["https://example.org/role/x", "https://w3id.org/peerkg/role", "https://w3id.org/peerkg/role/a/b"]
)
def test_a_foreign_iri_is_no_concept(iri: str) -> None:
    with pytest.raises(ValueError, match="is not the IRI of a peerkg concept"):
        ConceptId.from_iri(iri)
