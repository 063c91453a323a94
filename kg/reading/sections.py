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
        "what is known", "state of knowledge", "scientific background", "背景", "研究背景",
    ),
    "objectives": (
        "objective", "objectives", "objective(s)", "aim(s)", "aim", "aims", "purpose", "purposes",
        "goal", "goals", "hypothesis", "hypotheses", "question", "questions", "research question",
        "research questions", "study question", "review question", "purpose of the study",
        "purpose of study", "purpose of review", "study objective", "study objectives",
        "study aim", "study aims",
        "specific aims", "目的", "研究目的", "目标",
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
        "primary outcomes", "outcome", "outcomes", "primary outcome measure",
        "primary outcome measures", "key measures",
        "patients or participants", "方法", "研究方法", "对象与方法", "资料与方法",
    ),
    "results": (
        "result", "results", "main results", "key results", "finding", "findings", "main findings",
        "key findings", "principal findings", "recent findings", "observations", "preliminary results",
        "结果", "研究结果",
    ),
    "conclusions": (
        "conclusion", "conclusions", "discussion", "interpretation", "implication", "implications",
        "implications for practice", "implications for policy", "implications for research",
        "implications for practice and policy", "clinical implications", "practice implications",
        "practical implications", "policy implications", "social implications", "research implications",
        "research limitations", "limitation", "limitations", "relevance", "clinical relevance",
        "relevance to clinical practice", "lessons learned", "lessons", "originality", "value",
        "summary", "recommendations", "next steps", "结论", "研究结论", "讨论",
    ),
    "impact": (
        "impact", "impacts", "impact statement", "public significance statement", "significance",
        "public health significance", "impact and significance", "clinical impact", "significance/impact",
    ),
    "": (
        "trial registration", "trial registration number", "clinical trial registration", "registration",
        "registration number", "study registration", "systematic review registration", "trial registry",
        "clinicaltrials.gov identifier", "author/funding information", "funding", "keywords", "key words",
        "conflict of interest",
        "patient or public contribution", "patient and public involvement", "ethics",
        "ethics and dissemination", "dissemination", "innovation", "implementation",
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
_FIRST = "".join(sorted({heading[0].upper() for heading in _KINDS}))
"""With one of these a heading begins; what begins with a small letter is none."""
_ORDER = ("background", "objectives", "methods", "results", "conclusions", "impact", "")
"""The order in which kinds of sections follow each other where nothing but a blank sets headings off."""

_JOIN = rf"{_BLANK}{{0,3}}(?:/|&|\+|,(?:{_BLANK}{{1,3}}and)?|{_BLANK}and){_BLANK}{{0,3}}"
_HEADING = re.compile(
    rf"""(?<![\w-])(?=[{_FIRST}])
    (?P<heading>(?ai:{_NAME})(?:(?ai:{_JOIN})(?ai:{_NAME})){{0,3}})
    (?:
        (?P<colon>{_BLANK}{{0,3}}[:：](?!//))
      | (?P<line>{_BLANK}{{0,3}}(?=[\r\n]|\Z))
      | (?P<bracket>\u3011{_BLANK}{{0,3}}[:：]?)
      | (?P<dash>{_BLANK}{{1,3}}[-–—](?=\s))
      | (?P<stop>\.(?=\s{{1,3}}["“(]?[A-Z0-9]))
      | (?P<blank>{_BLANK}{{1,3}}(?=["“(]?(?:[A-Z0-9]|[\u4e00-\u9fff]))(?!(?:OF|FOR|FROM|WITH|AND)\b))
      | (?P<glued>(?=["“‘(]?(?:[A-Z][a-z]|[A-Z]{_BLANK}|[A-Z][A-Z-]|[0-9])))
    )""",
    re.VERBOSE,
)
_SENTENCE_ENDS = ".!?\u3002\uff0e\uff01\uff1f\u3010"
_CLAUSE_ENDS = _SENTENCE_ENDS + ":;)]\"”’'%\uff1a\uff1b\uff09"


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
    def is_of_outcomes(self) -> bool:
        """Whether it says only `Outcomes`: what was measured, or what came out where nothing else says it."""
        return self._key in {"outcome", "outcomes"}

    @property
    def _key(self) -> str:
        return " ".join(self.words.raw.lower().split())


def abstract_sections(text: Found[str]) -> tuple[Section, ...]:
    """The sections of an abstract in order; one without kind where no heading is found.

    A heading stands at the beginning of the text or of a line, or where a sentence has ended. Behind it
    stands a colon, a line end, a dash, a full stop, a Chinese bracket, or (in the exports of some
    databases) nothing at all: `...themselves.MethodsSemi-structured interviews...`. A blank is enough
    for a whole series: `Objectives To hear ... Design Survey ... Results Peers ...`. Words before the
    first heading are a section without kind.

    >>> abstract = "Aim: To hear peers.ResultsAll spoke."
    >>> [(section.kind, section.text.raw) for section in abstract_sections(Found(abstract, abstract, 0))]
    [('objectives', 'To hear peers.'), ('results', 'All spoke.')]
    """
    headings = list(_outermost(text, _headings(text)))
    ends = [heading.words.start - text.start for heading in headings[1:]] + [len(text.raw)]
    first = headings[0].words.start - text.start if headings else len(text.raw)
    sections = [Section(kind="", text=text.part(0, first).stripped().stripped("\u3010"))]
    has_results = any(heading.kind == "results" for heading in headings)
    for heading, end in zip(headings, ends, strict=False):
        body = text.part(heading.text_start, end).stripped().stripped("\u3010")
        kind = "results" if heading.is_of_outcomes and not has_results else heading.kind
        sections.append(Section(kind=kind, text=body, heading=heading.words))
    return tuple(section for section in sections if section.text.raw)


def kind_of(heading: str) -> str:
    """The kind of the section that stands under a heading; nothing where the heading is not known.

    >>> kind_of("MATERIALS AND METHODS:"), kind_of("Keywords")
    ('methods', '')
    """
    words = " ".join(heading.casefold().replace("&", " and ").split()).strip(" .:")
    parts = (words, *re.split(r"\s*(?:,|/|\band\b)\s*", words))
    return next((_KINDS[part] for part in parts if part in _KINDS), "")


def is_section(line: Found[str], *, run_in: bool = False) -> bool:
    """Whether a line begins with a heading that is set off from its text, if `run_in` by a full stop only."""
    match = _HEADING.match(line.raw)
    forms = {"colon", "line", "stop"} if run_in else {"colon", "line"}
    return match is not None and match.lastgroup in forms and line.raw[0].isupper()


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
    blank = []
    for match in _HEADING.finditer(text.raw):
        words = match.group("heading")
        form = match.lastgroup
        if not _stands_where_a_heading_may(text.raw, match.start(), form):
            continue
        heading = _Heading(
            text.part(match.start("heading"), match.end("heading")),
            match.end(),
            set_off=form not in {"blank", "glued"},
        )
        if form == "blank" and not (words.isascii() and words.isupper()):
            blank.append(heading)
        elif form != "glued" or words.isupper() or words[-1].islower():
            headings.append(heading)
    if not headings and _are_a_series(text, blank):
        return blank
    if len(headings) == 1 and not headings[0].set_off and headings[0].words.raw.lower() not in _ALONE:
        return []
    return headings


def _are_a_series(text: Found[str], headings: Sequence[_Heading]) -> bool:
    """Whether words that only a blank parts from their text are headings: several kinds, in their order.

    The first begins the text, or there are three kinds.
    """
    kinds = [heading.kind for heading in headings]
    different = len(set(kinds))
    begins = bool(headings) and not text.raw[: headings[0].words.start - text.start].strip()
    return kinds == sorted(kinds, key=_ORDER.index) and different >= (2 if begins else 3)


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
