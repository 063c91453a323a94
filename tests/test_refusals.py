"""What one document may say without stopping the publish of the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg import parallel
from kg.annotation.numbers import numbers, sizes
from kg.publish import publish
from kg.settings import Settings
from tests.building import unplaced

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def published(folder: Path) -> int:
    return publish([folder], folder.parent / "out", Settings(), runner=parallel.Processes(1)).read


def test_nobody_is_no_group() -> None:
    assert list(numbers(unplaced("We heard 0 peer mentors and 12 guests."))) == [
        unplaced("We heard 0 peer mentors and 12 guests.").part(28, 30).map(int)
    ]
    assert list(sizes(unplaced("the team of peers (N = 0)"))) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "printed", "changed"),
    [
        (1, "16 Peer Technicians", "0 Peer Technicians"),
        (4, "(N = 5)", "(N = 0)"),
        (3, "(Davidson, et al., 1999; Salzer, 2002)", "(Davidson, et al., 1999; Salzer"),
    ],
)
def test_an_odd_document_is_published(seed: int, printed: str, changed: str, tmp_path: Path) -> None:
    text = SEEDS[seed].read_bytes().decode()
    assert printed in text
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "odd.txt").write_bytes(text.replace(printed, changed).encode())
    assert published(tmp_path / "papers") == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_two_copies_that_differ_in_a_blank_or_a_sign_are_published(seed: int, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(SEEDS[seed], folder / "one.txt")
    text = SEEDS[seed].read_bytes().decode()
    words = (
        text.replace(" and ", "  and ")
        .replace("peer support", "peer-support")
        .replace("Increased", "increased")
    )
    (folder / "two.txt").write_bytes(words.encode())
    assert published(folder) == 2
