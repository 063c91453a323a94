"""The parameters in an address or a form, as the standard library reads them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import sparql
from server.limits import Limits
from server.message import Request
from server.problem import Problem

PIECES = [
    "a",
    "=",
    "&",
    "+",
    "%20",
    "%2F",
    "%3d",
    "%C3%A9",
    "%c3",
    "%",
    "%z1",
    "%0A",
    "%3D%0A",
    "é",
    "\n",
    "_",
    "=\r\n",
    "%2",
]


def read(query_string: str) -> list[tuple[str, str]]:
    return sparql.parameters(Request("GET", "/sparql", query_string), Limits())


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_they_are_decoded_as_the_library_does_or_refused(query_string: str) -> None:
    try:
        expected = parse_qsl(query_string, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Problem) as refused:
            read(query_string)
        assert refused.value.kind == "encoding"
    else:
        assert read(query_string) == expected


def test_two_hundred_are_read_and_no_more() -> None:
    assert len(read("&".join(["a=b"] * 200))) == 200
    with pytest.raises(Problem, match="more than 200 parameters"):
        read("&".join(["a=b"] * 201))
