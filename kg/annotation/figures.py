"""What is printed with a change: effects, p-values, intervals, what it was compared with, how sure it is.

Everything is kept as printed, with its place, and nothing is computed. Where it is not plain to which of
several outcomes a number belongs, it belongs to none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Literal, NamedTuple, TypeAlias

from kg.annotation.cues import PERSONS
from kg.annotation.outcomes import Statement
from kg.annotation.words import Wording, either
from kg.source import Found

_SIGN = r"[-–−+]?\s?"
_NUMBER = rf"{_SIGN}[$£€]?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}})?(?:\.\d{{1,6}}|(?<=\d))(?![\w]|\.\d)"
_UNIT = (
    r"(?:\s?%|\s(?:percent(?:age)?(?: points?)?|per cent|points?|kg|lbs?|pounds|days?|nights?|weeks?|months?"
    r"|hours?|minutes?|visits?|times|SDs?|standard deviations?)\b)"
)
_NAMED_IN_WORDS = (
    r"(?i:(?:(?:adjusted|unadjusted|crude|standardi[sz]ed|incidence|absolute|relative|mean|median|weighted|"
    r"pooled|marginal|regression|correlation)\s+){0,3}"
    r"(?:(?:odds|hazard|risk|rate|prevalence)\s+ratios?|(?:risk|rate)\s+(?:difference|reduction)|difference|"
    r"coefficient|effect\s+size|number\s+needed\s+to\s+treat|Cohen[’']?s\s+d|Hedges[’']?s?\s+g|beta|slope))"
)
_NAMED_BY_LETTERS = (
    r"(?:[aA]?ORs?|[aA]?HRs?|[aA]?RRs?|[aA]?IRRs?|[aA]?PRs?|RD|ARR|SMD|WMD|MD|ES|NNT|OR\s?adj|"
    r"[drgbtBFzZ]|β|η2|η²|ηp2|χ2|χ²|X2|rho|ρ|eta)"
)
_OF_DEGREES = r"(?:\s?[\[(][\w\s,.=]{1,14}[\])])?"
_NAMED = re.compile(
    rf"(?<![\w.])(?:{_NAMED_IN_WORDS}{_OF_DEGREES}(?:\s?[=:,]\s?|\s+(?:of\s+|was\s+|=\s?)?)"
    rf"|{_NAMED_BY_LETTERS}{_OF_DEGREES}\s?[=:]\s?"
    rf"|(?:[aA]?ORs?|[aA]?HRs?|[aA]?RRs?|[aA]?IRRs?|SMD|WMD|MD)[ ,]\s?)"
    rf"(?P<number>{_NUMBER}{_UNIT}?)"
)
"""A statistic with its name: `IRR = 0.81`, `odds ratio 0.94`, `t(120) = 2.1`."""

_SPREAD = r"(?:\s[(\[]SD[^()\[\]]{1,20}[)\]])?"
_PAIR = re.compile(
    rf"(?<![\w.,/])(?:(?:mean|median|M)\s(?:of\s)?(?:=\s?)?)?{_NUMBER}{_UNIT}?{_SPREAD},?\s"
    rf"(?:versus|vs\.?|v\.|compared\s+(?:with|to)|against)\s{_NUMBER}{_UNIT}?{_SPREAD}"
)
"""Two numbers side by side: `7.9 vs. 5.2`, `58% versus 49%`."""

_MOVED = re.compile(
    rf"\bfrom\s(?:an?\s)?(?:mean\s|median\s|average\s|baseline\s)?(?:of\s)?{_NUMBER}{_UNIT}?"
    rf"(?:\s\([^()]{{1,40}}\))?(?:\s[\w-]+){{0,3}}?\sto\s(?!(?:19|20)\d\d\b){_NUMBER}{_UNIT}?"
)
_BY = re.compile(rf"\bby\s(?:an\saverage\sof\s|a\smean\sof\s|about\s|nearly\s|almost\s)?{_NUMBER}{_UNIT}")
_LEVEL = re.compile(
    rf"\b(?:was|were)\s(?P<number>{_NUMBER}(?:\s?%|\s(?:kg|lbs?|points?|days?|nights?|visits?)\b))"
)
_ESTIMATE = re.compile(
    rf"(?<=[(\[;])\s?{_NUMBER}(?=[,;]?\s[\[(]?\d{{2}}\s?%\s(?:CI|CrI|confidence|credible))"
)
"""A number in brackets directly before its interval."""
_FOLD = re.compile(
    r"\b(?:\d+(?:\.\d+)?|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive)(?:\stimes\s(?:as|more|less|higher|lower|the\sodds)|"
    r"[-\s]fold)\b"
)
_CHANGED_BY = re.compile(
    rf"(?<![\w.,/]){_NUMBER}\s?(?:%|percent(?:age[-\s]points?)?|points?)[-\s](?:\w+\s)?"
    r"(?:reduction|decrease|decline|drop|increase|rise|gain|improvement|fewer|more|less|lower|higher|"
    r"greater)\b"
)
_SHARE = re.compile(
    r"(?<![\w.,–-])\d{1,3}(?:\.\d+)?\s?(?:%(?!\s?(?:CI|confidence|credible))|percent\b|per cent\b)"
)
"""A percentage."""

P_VALUE = re.compile(
    r"(?<![\w.])[pP](?:[-\s]?values?)?(?:\s(?:for|of)\s(?:trend|interaction))?\s?"
    r"(?:[=<>≤≥]{1,2}|of|was)\s?(?:0?\.\d{1,6}|0\b|1(?:\.0+)?\b|[nN]\.?[sS]\.?)"
    r"|(?<![\w.])[pP]s?\s?(?:<|>|≤|≥)\s?0?\.\d{1,6}"
    r"|\([nN]\.?[sS]\.?\)"
)
INTERVAL = re.compile(
    r"(?:\d{2}(?:\.\d+)?\s?%\s)?(?<![\w])(?:CIs?|CrIs?|(?i:confidence\sintervals?|credible\sintervals?))"
    rf"(?:\s\((?:CIs?|CrIs?)\))?\s?[=:,]?\s?(?:of\s|from\s|was\s)?[\[({{]?\s?(?P<low>{_NUMBER})\s?"
    rf"(?:to|[-–—,;]|and)\s?{_NUMBER}"
)

_CONTROL = either(
    """controls?, usual, routine, standard, waitlists?, waiting, wait, treatment, care, services?, groups?,
    arms?, conditions?, placebo, baseline, pre-?test, alone, comparisons?, those, without, program(?:me)?s?,
    clinics?, clinicians?, staff, published, norms?, population, education, orientation, therapy,
    pamphlets?, letters?, materials?, intervention, non-peers?, non-users?, before"""
)
_IS_COMPARATOR = Wording(rf"\b(?:{_CONTROL}|{PERSONS})\b")
_BEHIND = Wording(
    r"(?:\b(?:compared|in comparison|relative|as opposed|in contrast) (?:with|to)"
    r"|\b(?:versus|vs\.?|than|against)|\b(?:but|and) not)(?:\s+(?:in|for|among|with|by|at|on|to))?\s+",
)
_LEADING_NUMBER = re.compile(
    r"(?:\d[\d.,]*\s?%?|\d+ of \d+(?: \(\d+\s?%\))?)\s(?:of|in|for|among|by)\s|[$£€\d][\d.,]*\s?%?(?:\s|$)"
)
_ENDS = Wording(
    r"[,;:()\[\]]|\.(?=\s|$)|\s(?:was|were|is|are|had|has|have|did"
    r"|at (?:\w+ ){0,2}(?:follow-?up|months?|weeks?|years?|baseline)|at \d"
    r"|over (?:the )?\w+ (?:months?|years?|weeks?)|after \d|during|and|but|while|reported|showed"
    r"|in (?:terms|reducing|improving|increasing|their|the (?:following|next|first|year)))\b"
)
_WHO = Wording(rf"{PERSONS} who(?: (?:was|were|is|are|had|has|have|did))?(?: not)?\s")
_NO_COMPARATOR = Wording(
    r"(?:half|a third|two|three|one|once|expected|ever|usual|others?|average|before|\d+|it|that|what|"
    r"participants?|patients?|clients?|veterans?|people)$"
)
LONGEST_COMPARATOR = 12
"""Words of what a change was compared with, at most."""

CERTAINTY = Wording(
    r"\b(?:(?<!in )(?:may|might|could)(?= [a-z])(?! \d)"
    r"|(?:appear|seem|tend)(?:s|ed)? to\b|(?:a )?(?:non-?significant )?trend(?:s|ed|ing)? (?:towards?|for)\b"
    r"|suggest(?:s|ed|ing)?\b|possibly\b|potentially\b|perhaps\b|probably\b|preliminary\b|promising\b"
    r"|(?:approach(?:ed|ing)|(?:did|do|does) not reach) (?:statistical )?significance\b"
    r"|(?:(?:was|were|is|are) )?(?:not |non-?|no longer )?"
    r"(?:(?:statistically|clinically|marginally|highly) )?significant(?:ly)?\b(?! others?\b)"
    r"|(?:strong|moderate|weak|limited|some|no|little|good|low-certainty|moderate-certainty|high-certainty|"
    r"low-quality|moderate-quality|high-quality) evidence\b)",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is printed with one outcome."""

    effects: tuple[Found[str], ...] = ()
    p_values: tuple[Found[str], ...] = ()
    intervals: tuple[Found[str], ...] = ()
    comparator: Found[str] | None = None
    certainty: tuple[Found[str], ...] = ()


NONE = Figures()
"""Nothing is printed."""


def figures(part: Found[str], said: Sequence[Statement], behind: Found[str] | None = None) -> list[Figures]:
    """What is printed with each outcome of a clause, in their order.

    An outcome has what stands behind it up to the next one; the first also what stands before it. Items of
    a list that share a change share the p-value and the comparison at its end, if they have none of their
    own. `behind` is a clause that only says that there was no difference.
    """
    if not said:
        return []
    text = part.raw
    begins = list(_begins(part, said))
    places = list(_places(text))
    led_by = next((p for p in places if p.kind == "comparator" and p.end <= begins[0]), None)
    found: list[Figures] = []
    for number, statement in enumerate(said):
        begin = 0 if number == 0 else begins[number]
        end = begins[number + 1] if number + 1 < len(said) else len(text)
        here = [place for place in places if begin <= place.start and place.end <= end]
        if led_by is not None and not any(place.kind == "comparator" for place in here):
            here.append(led_by)
        if len(said) > 1 and _RESPECTIVELY.search(text, begin):
            here = [place for place in here if place.kind in {"comparator", "certainty"}]
        found.append(_figures(part, here, shares=_is_share_of(statement)))
    for number in reversed(range(len(said) - 1)):
        this, following = found[number], found[number + 1]
        joined = said[number].cue is not None and said[number].cue == said[number + 1].cue
        if joined and not (this.effects or this.p_values or this.intervals):
            comparator = this.comparator or following.comparator
            found[number] = replace(this, p_values=following.p_values, comparator=comparator)
    if behind is not None:
        more = _figures(behind, list(_places(behind.raw)), shares=False)
        last = found[-1]
        found[-1] = replace(
            last,
            p_values=last.p_values or more.p_values,
            intervals=last.intervals or more.intervals,
            certainty=(*last.certainty, *more.certainty),
        )
    return found


_RESPECTIVELY = Wording(r"\brespectively\b")


Kept: TypeAlias = Literal["effect", "share", "p-value", "interval", "comparator", "certainty"]


class _Place(NamedTuple):
    """Characters of a clause, and as what they are kept."""

    kind: Kept
    start: int
    end: int


def _begins(part: Found[str], said: Sequence[Statement]) -> Iterator[int]:
    """Where what is said of each outcome begins: at its change, if no other outcome stands between."""
    before = 0
    for statement in said:
        words = statement.words.start - part.start
        cue = statement.cue
        yield cue if cue is not None and before <= cue < words else words
        before = statement.words.end - part.start


def _is_share_of(statement: Statement) -> bool:
    """Whether a percentage alone is what is said of the outcome: `41% were employed`."""
    return statement.kind is None


def _places(text: str) -> Iterator[_Place]:
    """All that is kept, in order; characters of one are in no other."""
    taken = bytearray(len(text))
    found: list[_Place] = []
    for kind, pattern, needed in _FIGURES if _DIGIT.search(text) else ():
        if not any(letters in text for letters in needed):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("number" if pattern is _LEVEL else 0)
            if taken.find(1, start, end) == -1:
                taken[start:end] = b"\x01" * (end - start)
                bracketed = match[0].startswith("(") and kind == "p-value"
                found.append(_Place(kind, start + bracketed, end - bracketed))
    found += _comparators(text)
    found += [_Place("certainty", *match.span()) for match in CERTAINTY.finditer(text)]
    yield from sorted(found, key=itemgetter(1, 2))


_DIGIT = re.compile(r"\d|[nN]\.?[sS]\b")
_OF_INTERVALS = ("CI", "CrI", "onfidence", "ONFIDENCE", "redible", "REDIBLE")
_FIGURES: tuple[tuple[Kept, re.Pattern[str], tuple[str, ...]], ...] = (
    ("interval", INTERVAL, _OF_INTERVALS),
    ("p-value", P_VALUE, ("p", "P", "(n", "(N")),
    ("effect", _NAMED, ("",)),
    ("effect", _PAIR, ("versus", "vs", "v.", "compared", "against")),
    ("effect", _MOVED, ("from",)),
    ("effect", _CHANGED_BY, ("%", "percent", "point")),
    ("effect", _BY, ("by",)),
    ("effect", _FOLD, ("times", "fold")),
    ("effect", _ESTIMATE, ("CI", "CrI", "confidence", "credible")),
    ("effect", _LEVEL, ("was", "were")),
    ("share", _SHARE, ("%", "percent", "per cent")),
)
"""The patterns, and letters of which a text has at least one where they find something."""


def _comparators(text: str) -> Iterator[_Place]:
    """What stands behind `compared with`, `than`, `but not in`, where it names people, an arm or a time."""
    for match in _BEHIND.finditer(text):
        begin = match.end()
        number = _LEADING_NUMBER.match(text, begin)
        begin = number.end() if number else begin
        who = _WHO.match(text, begin)
        ends = _ENDS.search(text, who.end() if who else begin)
        end = ends.start() if ends else len(text)
        words = text[begin:end].strip()
        begin = text.find(words, begin)
        if (
            words
            and len(words.split()) <= LONGEST_COMPARATOR
            and _IS_COMPARATOR.search(words)
            and not _NO_COMPARATOR.fullmatch(words)
        ):
            yield _Place("comparator", begin, begin + len(words))


def all_figures(part: Found[str]) -> Figures:
    """All that is printed in a clause that tells of one thing, single percentages too."""
    return _figures(part, list(_places(part.raw)), shares=True)


def _figures(part: Found[str], places: Sequence[_Place], *, shares: bool) -> Figures:
    if not places:
        return NONE

    def of(*kinds: Kept) -> tuple[Found[str], ...]:
        return tuple(
            [part.part(place.start, place.end).stripped() for place in places if place.kind in kinds]
        )

    comparators = of("comparator")
    percentages = of("share")
    shares = shares or (
        len(percentages) == 2 and len(comparators) == 1 and percentages[0].end <= comparators[0].start
    )
    return Figures(
        effects=of("effect", "share") if shares else of("effect"),
        p_values=of("p-value"),
        intervals=of("interval"),
        comparator=comparators[0] if len(comparators) == 1 else None,
        certainty=of("certainty"),
    )
