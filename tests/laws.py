"""What holds of every document, however damaged: for tests that mutate samples, and for the fuzzer."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse, serialize

from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert_file
from kg.opening import File
from kg.settings import Settings
from kg.source import UnreadableSourceError
from tests.building import assert_in_place

SETTINGS = Settings()

HOSTILE = (
    "\x00",
    "\ufeff",
    "\u00ad",
    "\u200b",
    "\u202e",
    "\ud7ff\ue000",
    "\U0001f600",
    "İß\ufb01",
    "\u2028\u0085",
    "\r",
    "\t \v\f",
    "(((((",
    "[[[[[",
    "]) ][",
    "{}<>&\"'`\\",
    "</p><p>",
    "&#0;&#x110000;&nbsp;",
    ";;;,,,...",
    "0" * 40,
    "[99999999999999999999]",
    "-1 (n = 0)",
    "1999-13-45",
    "10.5555/\u0000\u00e9",
    'https://doi.org/10.1/<>"{}|\\^`',
    "et al., 2001a, 2001b; ibid.",
    "A" * 3000,
    "人" * 300,
    "，。；：！？",
    "¡°â€™Ã©",
    " " * 500,
    "\n" * 50,
)
"""Pieces that break a careless reader."""


def conversions(data: bytes, path: str) -> list[Conversion]:
    """What a file becomes: one conversion, or of an export one for each record and one for the file."""
    return list(convert_file(File.of(path, data), SETTINGS, Vocabulary.load()))


def assert_lawful(data: bytes, path: str = "hostile.txt") -> None:
    """A document is refused with a reason, or converted: in place, into RDF that parses, twice the same."""
    try:
        made = conversions(data, path)
    except UnreadableSourceError:
        return
    for one in made:
        if not one.source.data:
            for report in one.reports:
                assert_in_place(report, one.source.text)
        for problem in one.problems:
            assert problem.message
            if problem.start is not None and not one.source.number:
                assert problem.end is not None
                assert 0 <= problem.start <= problem.end <= len(one.source.text)
                assert problem.line == one.source.line_of(problem.start)
        stated = {*one.facts, *one.evidence}
        for syntax in (RdfFormat.N_QUADS, RdfFormat.TRIG):
            assert set(parse(serialize(stated, format=syntax), format=syntax)) == stated
    assert any(
        one.reports or one.authorities or any(p.severity == "error" for p in one.problems) for one in made
    )
    assert conversions(data, path) == made
