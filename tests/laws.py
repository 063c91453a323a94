"""What holds of every document, however damaged: for tests that mutate samples, and for the fuzzer."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse, serialize

from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert
from kg.settings import Settings
from kg.source import Source, UnreadableSourceError
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


def assert_lawful(data: bytes, path: str = "hostile.txt") -> Conversion | None:
    """A document is refused with a reason, or converted: in place, into RDF that parses, twice the same."""
    try:
        source = Source.from_bytes(path, data)
    except UnreadableSourceError:
        return None
    made = convert(source, SETTINGS, Vocabulary.load())
    for report in made.reports:
        assert_in_place(report, source.text)
    for problem in made.problems:
        assert problem.message
        if problem.start is not None:
            assert problem.end is not None
            assert 0 <= problem.start <= problem.end <= len(source.text)
            assert problem.line == source.line_of(problem.start)
    assert bool(made.reports) or any(problem.severity == "error" for problem in made.problems)
    stated = {*made.facts, *made.evidence}
    for syntax in (RdfFormat.N_QUADS, RdfFormat.TRIG):
        assert set(parse(serialize(stated, format=syntax), format=syntax)) == stated
    again = convert(source, SETTINGS, Vocabulary.load())
    assert (again.facts, again.evidence) == (made.facts, made.evidence)
    assert (again.reports, again.problems) == (made.reports, made.problems)
    return made
