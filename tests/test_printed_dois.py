"""DOIs that a line breaks."""

import pytest

from kg.reading.printed_dois import printed_doi
from kg.source import Found


def read(text: str) -> str | None:
    found = printed_doi(Found(text, text, 0))
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("doi:10.1080/\n02791072.2010.10400703", "10.1080/02791072.2010.10400703"),
        ("https://doi.org/10.1176/appi.\nps.201500123", "10.1176/appi.ps.201500123"),
        ("https://doi.org/\n10.1176/appi.ps.201500123", "10.1176/appi.ps.201500123"),
        ("doi: 10.1037/prj0000\n114", "10.1037/prj0000114"),
        ("doi: 10.1037/prj0000114. PMID: 12345", "10.1037/prj0000114"),
        ("doi: 10.1037/prj0000114.\nPMID: 12345", "10.1037/prj0000114"),
        ("doi: 10.1037/prj0000114\nAvailable 2015", "10.1037/prj0000114"),
        ("doi: unknown", None),
    ],
)
def test_a_doi_goes_on_in_the_next_line_and_takes_nothing_else(printed: str, value: str | None) -> None:
    assert read(printed) == value
