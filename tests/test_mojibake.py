from __future__ import annotations

import pytest

from kg.problems import Problem
from kg.reading.mojibake import damage_problems, mended, mended_source
from kg.source import Found, Source


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
        ("workersâ€™”", "workers’”"),
        ("zoÃ«â€™s Ã‰tÃ©", "zoë’s Été"),
        ("workersÃ¢â‚¬â„¢ zoÃƒÂ« Ã¢â‚¬Å“MÃƒÂ¼llerÃ¢â‚¬Â\x9d", "workers’ zoë “Müller”"),
        ("workersÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢", "workers’"),
        ("\ufb01Ã«\u00ad\u00adÃ«", "fiëë"),
    ],
)
def test_only_what_is_certain_is_mended(damaged: str, value: str) -> None:
    text, places = mended(Found(damaged, damaged, 7))
    assert text == Found(value, damaged, 7)
    assert all(damaged[place.start - 7 : place.end - 7] == place.raw for place in places)
    assert bool(places) == (damaged != value)


TEXT = "Hope in the workersâ€™ words â€œï¬\x81nd outâ€\x9d; re\u00ad\ncovery of workersâ€™ pay"


def test_a_document_is_mended_and_every_place_leads_back() -> None:
    whole = mended_source(Source("a.txt", TEXT, "0" * 64))
    assert whole is not None
    assert whole.source.text == "Hope in the workers’ words “find out”; recovery of workers’ pay"
    for words, printed in (
        ("workers’ words", "workersâ€™ words"),
        ("“find out”", "â€œï¬\x81nd outâ€\x9d"),
        ("recovery", "re\u00ad\ncovery"),
        ("pay", "pay"),
    ):
        start = whole.source.text.index(words)
        assert whole.back(Found(words, words, start)) == Found(words, printed, TEXT.index(printed))
    assert (
        next(problem.message for problem in damage_problems(whole.printed))
        == "'â€™' was read as '’' (2 places)"
    )


def test_a_problem_of_a_mended_document_names_the_printed_line() -> None:
    whole = mended_source(Source("a.txt", TEXT, "0" * 64))
    assert whole is not None
    place = whole.source.span(whole.source.text.index("pay"), len(whole.source.text))
    problem = whole.problem(Problem.at(whole.source, place, "x", "y"))
    assert (problem.line, TEXT[problem.start : problem.end]) == (2, "pay")


def test_a_document_without_damage_stays() -> None:
    assert mended_source(Source("a.txt", "Ângela São, 25 °C", "0" * 64)) is None
