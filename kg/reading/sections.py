"""The sections of an abstract, found by their headings, however these are set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import Section
from kg.source import Found

HEADINGS: dict[str, tuple[str, ...]] = {
    "background": (
        "background", "introduction", "importance", "rationale", "context", "problem", "theory",
        "what is known", "state of knowledge", "scientific background",
    ),
    "objectives": (
        "objective", "objectives", "aim", "aims", "purpose", "purposes", "goal", "goals", "hypothesis",
        "hypotheses", "question", "questions", "research question", "research questions", "study question",
        "review question", "purpose of the study", "purpose of study", "study objective",
        "study objectives", "study aim", "study aims", "specific aims",
    ),
    "methods": (
        "method", "methods", "methodology", "methodologies", "materials", "design", "study design",
        "research design", "trial design", "setting", "settings", "study setting", "participants",
        "participant", "patients", "subjects", "sample", "population", "study population", "procedure",
        "procedures", "approach", "analysis", "analyses", "data analysis", "statistical analysis",
        "data source", "data sources", "data collection", "data extraction", "data synthesis",
        "study selection", "search strategy", "selection criteria", "eligibility criteria", "intervention",
        "interventions", "exposure", "exposures", "measure", "measures", "measurement", "measurements",
        "main outcome", "main outcomes", "main outcome measure", "main outcome measures",
        "main measure", "main measures", "outcome measure", "outcome measures", "primary outcome",
        "primary outcomes", "primary outcome measure", "primary outcome measures", "key measures",
        "patients or participants",
    ),
    "results": (
        "result", "results", "main results", "key results", "finding", "findings", "main findings",
        "key findings", "principal findings", "observations", "preliminary results",
    ),
    "conclusions": (
        "conclusion", "conclusions", "discussion", "interpretation", "implication", "implications",
        "implications for practice", "implications for policy", "implications for research",
        "implications for practice and policy", "clinical implications", "practice implications",
        "practical implications", "policy implications", "social implications", "research implications",
        "research limitations", "limitation", "limitations", "relevance", "clinical relevance",
        "relevance to clinical practice", "lessons learned", "lessons", "originality", "value",
        "summary", "recommendations",
    ),
    "impact": (
        "impact", "impacts", "impact statement", "public significance statement", "significance",
        "public health significance", "impact and significance", "clinical impact",
    ),
    "": (
        "trial registration", "trial registration number", "clinical trial registration", "registration",
        "registration number", "study registration", "systematic review registration", "trial registry",
        "clinicaltrials.gov identifier", "funding", "keywords", "key words", "conflict of interest",
        "patient or public contribution", "patient and public involvement",
    ),
}  # fmt: skip
"""Each kind of section and the headings printed for it. What stands under the last ones is no part of
the argument, but ends the section before it."""

_KINDS = {heading: kind for kind, headings in HEADINGS.items() for heading in headings}

_ALONE = frozenset(
    (
        "background", "introduction", "objective", "objectives", "aims", "method", "methods", "results",
        "findings", "conclusion", "conclusions", "discussion",
    )
)  # fmt: skip
"""Headings that need no second one beside them where nothing but a capital parts them from the text.

The others also begin names (`AimHigh`, `DesignWorks`)."""

_BLANK = r"[ \t\u00a0\u2000-\u200a\u202f\u3000]"
_NAME = "|".join(
    re.escape(heading).replace("\\ ", f"{_BLANK}{{1,3}}")
    for heading in sorted(_KINDS, key=lambda heading: (-len(heading), heading))
)
_JOIN = rf"{_BLANK}{{0,3}}(?:/|&|\+|,(?:{_BLANK}{{1,3}}and)?|{_BLANK}and){_BLANK}{{0,3}}"
_HEADING = re.compile(
    rf"""(?<![\w-])
    (?P<heading>(?ai:{_NAME})(?:(?ai:{_JOIN})(?ai:{_NAME})){{0,3}})
    (?:
        (?P<colon>{_BLANK}{{0,3}}[:：](?!//))
      | (?P<line>{_BLANK}{{0,3}}(?=[\r\n]|\Z))
      | (?P<dash>{_BLANK}{{1,3}}[-–—](?=\s))
      | (?P<stop>\.(?=\s{{1,3}}["“(]?[A-Z0-9]))
      | (?P<capitals>{_BLANK}{{1,3}}(?=["“(]?[A-Z0-9]))
      | (?P<glued>(?=["“‘(]?(?:[A-Z][a-z]|[A-Z]{_BLANK}|[A-Z][A-Z-]|[0-9])))
    )""",
    re.VERBOSE,
)
_SENTENCE_ENDS = ".!?"
_CLAUSE_ENDS = _SENTENCE_ENDS + ":;)]\"”’'%"


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading, where its text begins, and whether it is set off by more than a capital letter."""

    words: Found[str]
    text_start: int
    set_off: bool

    @property
    def kind(self) -> str:
        """The kind of the first word group: `Design, setting and participants` are methods."""
        first = re.split(rf"{_JOIN}", self._key, maxsplit=1)[0]
        return _KINDS[self._key] if self._key in _KINDS else _KINDS[first.strip()]

    @property
    def _key(self) -> str:
        return " ".join(self.words.raw.lower().split())


def abstract_sections(text: Found[str]) -> tuple[Section, ...]:
    """The sections of an abstract in order; one without kind where no heading is found.

    A heading stands at the beginning of the text or of a line, or where a sentence has ended. Behind it
    stands a colon, a line end, a dash, a full stop, or (in the exports of some databases) nothing at
    all: `...themselves.MethodsSemi-structured interviews...`. Words before the first heading are a
    section without kind.

    >>> abstract = "Aim: To hear peers.ResultsAll spoke."
    >>> [(section.kind, section.text.raw) for section in abstract_sections(Found(abstract, abstract, 0))]
    [('objectives', 'To hear peers.'), ('results', 'All spoke.')]
    """
    headings = list(_outermost(text, _headings(text)))
    ends = [heading.words.start - text.start for heading in headings[1:]] + [len(text.raw)]
    first = headings[0].words.start - text.start if headings else len(text.raw)
    sections = [Section(kind="", text=text.part(0, first).stripped())]
    for heading, end in zip(headings, ends, strict=False):
        body = text.part(heading.text_start, end).stripped()
        sections.append(Section(kind=heading.kind, text=body, heading=heading.words))
    return tuple(section for section in sections if section.text.raw)


def is_section(line: Found[str]) -> bool:
    """Whether a line begins with a heading that is set off from its text."""
    match = _HEADING.match(line.raw)
    return match is not None and match.lastgroup in {"colon", "line"} and line.raw[0].isupper()


def _outermost(text: Found[str], headings: Sequence[_Heading]) -> Iterator[_Heading]:
    """The headings without those that follow another of their kind at once: `Methods: Design: ...`."""
    outer: _Heading | None = None
    for heading in headings:
        between = "" if outer is None else text.raw[outer.text_start : heading.words.start - text.start]
        if outer is None or between.strip() or heading.kind != outer.kind:
            yield heading
            outer = heading


def _headings(text: Found[str]) -> list[_Heading]:
    headings = []
    for match in _HEADING.finditer(text.raw):
        words = match.group("heading")
        form = match.lastgroup
        if not words[0].isupper() or not _stands_where_a_heading_may(text.raw, match.start(), form):
            continue
        if form == "capitals" and not words.isupper():
            continue
        if form == "glued" and not (words.isupper() or words[-1].islower()):
            continue
        headings.append(
            _Heading(
                text.part(match.start("heading"), match.end("heading")),
                match.end(),
                set_off=form not in {"capitals", "glued"},
            )
        )
    if len(headings) == 1 and not headings[0].set_off and headings[0].words.raw.lower() not in _ALONE:
        return []
    return headings


def _stands_where_a_heading_may(text: str, start: int, form: str | None) -> bool:
    """Whether the text, a line or a sentence begins at `start`."""
    before = start
    while before and text[before - 1].isspace() and text[before - 1] not in "\r\n":
        before -= 1
    if before == 0 or text[before - 1] in "\r\n":
        return True
    if form == "line":
        return False
    ends = _CLAUSE_ENDS if form == "colon" or before == start else _SENTENCE_ENDS
    return text[before - 1] in ends
