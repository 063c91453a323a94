from __future__ import annotations

import pytest

from kg.model import Person
from kg.reading.mojibake import mended, restored
from kg.source import Found


@pytest.mark.parametrize(
    ("damaged", "value"),
    [
        ("workâ€™s", "work’s"),
        ('contexts"”clinicians', "contexts—clinicians"),
        ("¡°Hope¡± ¡ª she", "“Hope” — she"),
        ("con\ufb01dent e\ufb03cacy", "confident efficacy"),
        ("recov\u00adery and re\u00ad\r\ncovery", "recovery and recovery"),
        ("¡Hola! 5 ° ± ª", "¡Hola! 5 ° ± ª"),
        ("Ângela São 25 °C", "Ângela São 25 °C"),
    ],
)
def test_only_what_is_certain_is_mended(damaged: str, value: str) -> None:
    text, places = mended(Found(damaged, damaged, 7))
    assert text == Found(value, damaged, 7)
    assert all(damaged[place.start - 7 : place.end - 7] == place.raw for place in places)
    assert bool(places) == (damaged != value)


def test_a_record_is_mended_in_its_values_alone() -> None:
    person = Person(family=Found("Gri\ufb03n", "Gri\ufb03n", 3))
    assert restored(person) == Person(family=Found("Griffin", "Gri\ufb03n", 3))
