from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.concepts import Vocabulary
from kg.model import Authorship, Person, Report, placed
from kg.source import Found, Source
from kg.sources import UnknownFormatError
from kg.understanding import places, understand

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
BLANKS = "\u00a0\u2009\u202f"


def source(path: Path) -> Source:
    return Source.from_bytes(path.name, path.read_bytes())


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
@pytest.mark.parametrize("blank", BLANKS, ids=lambda blank: f"U+{ord(blank):04X}")
def test_blanks_that_look_like_a_space_are_read_as_one(path: Path, blank: str) -> None:
    plain = source(path)
    spaced = replace(plain, text=plain.text.replace(" ", blank))
    one, other = (understand(each, Vocabulary.load()) for each in (plain, spaced))
    for left, right in zip(one.reports, other.reports, strict=True):
        assert [found.value for found in places(left)] == [found.value for found in places(right)]
        assert [found.start for found in places(left)] == [found.start for found in places(right)]
    assert [problem.code for problem in one.problems] == [problem.code for problem in other.problems]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_each_value_keeps_the_characters_of_the_document(path: Path) -> None:
    plain = source(path)
    spaced = replace(plain, text=plain.text.replace(" ", "\u00a0"))
    found = [place for report in understand(spaced, Vocabulary.load()).reports for place in places(report)]
    assert any("\u00a0" in place.raw for place in found)
    assert [place for place in found if spaced.text[place.start : place.end] != place.raw] == []


def test_a_document_of_no_format_is_said_to_be_of_none() -> None:
    with pytest.raises(UnknownFormatError, match="no source format recognises"):
        understand(Source("x.txt", "a shopping list", ""), Vocabulary.load())


@pytest.mark.parametrize("damaged", ["â€”", "¡ª"])
def test_a_damaged_page_is_recognised_and_read_as_a_whole_one(damaged: str) -> None:
    path = Path(__file__).parent / "samples" / "va_conference_abstract" / "no-word-abstract.txt"
    whole = source(path)
    broken = replace(whole, text=whole.text.replace("—", damaged).replace("fi", "\ufb01"))
    (one,), (other,) = (understand(each, Vocabulary.load()).reports for each in (whole, broken))
    assert [found.value for found in places(one)] == [found.value for found in places(other)]
    assert [f for f in places(other) if broken.text[f.start : f.end] != f.raw] == []


def test_a_record_is_made_again_only_where_a_value_in_it_changes() -> None:
    title, family = Found("Hope", "Hope", 0), Found("Weir", "Weir", 10)
    person = Person(family=family)
    report = Report(
        title=title,
        authorships=(
            authorship := Authorship(quote=family, name_as_printed=family, position=1, person=person),
        ),
    )
    assert placed(report, lambda found: found) is report
    moved = placed(report, lambda found: Found("Grief", "Grief", 0) if found is title else found)
    assert moved == replace(report, title=Found("Grief", "Grief", 0))
    assert moved.authorships[0] is authorship
    assert [found.start for found in places(placed(report, lambda one: Found(one.value, one.raw, 5)))] == [
        5
    ] * 4
