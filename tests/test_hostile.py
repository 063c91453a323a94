"""The laws of documents over damaged samples: lines lost, doubled, exchanged; hostile pieces put in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws import HOSTILE, assert_lawful

SAMPLES = Path(__file__).parent / "samples"
FORMS = sorted(folder.name for folder in SAMPLES.iterdir())
EXPECTED = (".expected.ttl", ".problems.txt")


def texts(form: str) -> list[str]:
    paths = (path for path in (SAMPLES / form).glob("*") if not path.name.endswith(EXPECTED))
    return sorted(path.read_bytes().decode("utf-8", "replace") for path in paths)


@st.composite
def damaged(draw: st.DrawFn, form: str) -> str:
    """A sample after up to four accidents."""
    lines = draw(st.sampled_from(texts(form))).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        one, other = (draw(st.integers(0, max(len(lines) - 1, 0))) for _ in "ab")
        match draw(st.sampled_from(("lose", "double", "exchange", "insert", "cut", "join"))):
            case "lose":
                del lines[min(one, other) : max(one, other)]
            case "double":
                lines[one:one] = lines[one : other + 1]
            case "exchange" if lines:
                lines[one], lines[other] = lines[other], lines[one]
            case "cut":
                lines[one : one + 1] = [line[: draw(st.integers(0, 60))] for line in lines[one : one + 1]]
            case "join":
                lines[one : one + 2] = ["".join(lines[one : one + 2]).replace("\n", " ")]
            case _:
                piece = draw(st.sampled_from(HOSTILE) | st.text(max_size=8))
                line = "".join(lines[one : one + 1])
                place = draw(st.integers(0, len(line)))
                lines[one : one + 1] = [line[:place] + piece + line[place:]]
    return "".join(lines)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_document_is_refused_with_a_reason_or_read_in_place(form: str, data: st.DataObject) -> None:
    assert_lawful(data.draw(damaged(form)).encode("utf-8", "replace"))


@pytest.mark.parametrize("piece", HOSTILE, ids=lambda piece: ascii(piece[:12]))
def test_a_hostile_piece_between_all_lines_breaks_no_law(piece: str) -> None:
    for form in FORMS:
        assert_lawful(f"\n{piece}\n".join(texts(form)[0].splitlines()).encode("utf-8", "replace"))
