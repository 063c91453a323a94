"""What a clause says behind a change: that there was no difference, or two numbers that are compared."""

from __future__ import annotations

import re

from kg.annotation.changes import Kind
from kg.annotation.words import Wording, any_form, either

_NOT_SIGNIFICANT = (
    r"(?:statistically )?(?:not|non|n[’']t)[ -]?(?:statistically |clinically )?significan(?:t|ce)"
)
_GROUPS = either(
    "arms?, groups?, conditions?, cohorts?, samples?, sites?, programm?e?s?, settings?, services?, models?, "
    "treatments?"
)
_INCLUDED = any_form(
    "include cross contain span/spans/spanned/spanning overlap/overlaps/overlapped/overlapping"
)

_WAS_NOT = either("was not, were not, is not, are not, did not, does not, do not, had not, wasn, weren, didn")
_SCORES = either("scores?, rates?, means?, changes?, proportions?, outcomes?")
_BETWEEN = r"(?:between|across|among|by) (?:(?!in |on |for )[\w’'-]+ ?){1,6}"

_NO_INTERACTION = (
    r"\b(?:no|without(?: an?y?)?) (?:[\w-]+ ){0,3}(?:interactions?|(?:group|arm|treatment|condition) "
    r"effects?)\b"
    rf"|\bat no (?:[\w-]+ )?(?:follow-?up|time ?point|point|assessment|wave) did (?:the )?(?:\w+ "
    rf")?{_GROUPS} differ\b"
    rf"|\bin neither (?:of the )?(?:\w+ )?{_GROUPS}|\bnot in either (?:\w+ )?{_GROUPS}"
    r"|\bno (?:more|less) (?:so )?(?:in|among|for|with|than)\b"
    rf"|\b(?:regardless|irrespective) of (?:the )?(?:[\w-]+ )?(?:{_GROUPS}|use|attendance|participation|"
    rf"(?:treatment|group|study) )"
    r"|\b(?:changes?|improvements?|reductions?|increases?|decreases?|declines?|gains?|trajectories|slopes?|"
    r"this|"
    r"these|they) (?:also )?(?:did not|didn[’']t) (?:\w+ly )?(?:differ|vary)\b"
    rf"|\bthe (?:same|similar) (?:amount|rate|pace) in (?:both|all|the two|either) "
)
_NO_DIFFERENCE = rf"\b(?:no|without(?: an?y?)?) (?:[\w-]+ ){{0,3}}differences? ?(?:{_BETWEEN})?(?=$|[,.;:()])"
_DIFFERENCE_IS_NONE = (
    rf"\b(?:differences?|interactions?) (?:(?:in|of|for|on) (?:the )?(?:mean )?{_SCORES} )?"
    rf"(?:(?!in |of |on |for )[\w’'-]+ ){{0,6}}?(?:{_WAS_NOT}|failed to|(?:(?:was|were|is) "
    rf")?{_NOT_SIGNIFICANT})"
)
_NOT_REACHED = (
    r"\b(?:did not|didn[’']t|failed to|fell short of|without|not) (?:\w+ )?"
    r"(?:reach|achiev|attain|approach)\w* (?:\w+ ){0,2}significance"
)
_BUT_NOT = (
    r"(?:\(|, |; |\b(?:but|although|though|however|that|which|it|this) (?:(?:was|were|is) )?)"
    rf"{_NOT_SIGNIFICANT}|\bbut not (?:statistically )?significantly|^not (?:statistically "
    rf")?significantly\b|\(n\.?s\.?\)"
)
_HOLDS_NONE = (
    rf"\b(?:intervals?|cis?|cri) (?:\([^()]{{0,60}}\) |[\w-]+ ){{0,4}}?{_INCLUDED} (?:both )?"
    r"(?:zero|unity|one\b|the null|null|no effect|no difference|[01](?:\.0+)?(?![.\d]))"
)
_NOT_SEEN = (
    r"\b(?:was|were) not (?:\w+ly )?(?:observed|seen|found|detected|apparent|evident|demonstrated|"
    r"confirmed)\b"
)
_ALIKE = (
    r"\bwith (?:and|or) without [^,;.]{2,40} alike\b"
    r"|\b(?:additional|further|extra) (?:reductions?|improvements?|decreases?|increases?|gains?|"
    r"benefits?|effects?)\b"
    rf"[^;.]{{0,60}}{_NOT_SIGNIFICANT}|"
    r"\bto (?:a|the) (?:similar|same|comparable|equal) (?:extent|degree)"
    rf"|\b(?:equally|similarly|alike) (?:in|for|across) (?:both|all|the two|either) (?:\w+ )?{_GROUPS}"
    rf"|\b(?:both|all|the two|either) (?:\w+ )?{_GROUPS},? (?:equally|similarly|alike)"
)
TAKEN_BACK = Wording(
    f"{_NOT_SEEN}|{_NO_DIFFERENCE}|{_NO_INTERACTION}|{_DIFFERENCE_IS_NONE}|{_NOT_REACHED}|{_BUT_NOT}|{_HOLDS_NONE}|"
    f"{_ALIKE}",
)
"""What turns a stated change into none: the groups did not differ, or it was not significant."""

FADED = Wording(
    r"\bno longer (?:\w+ly )?(?:a significant|differ(?:ed)?|significant|apparent|evident|seen|present|"
    r"observed|detectable|different|"
    r"higher|lower|better)\b"
    r"|\b(?:was|were|did|had) not (?:\w+ )?(?:maintained|sustained|persist(?:ed)?|last(?:ed)?|held?)\b"
    r"|\b(?:returned|reverted|fell back|went back) to (?:the |their |its )?(?:baseline|pre-?\w+|initial|"
    r"previous|former)\b"
    r"|\bbut not (?:at|after|by|beyond) (?:the )?(?:[\w-]+ ){0,3}?(?:months?|weeks?|years?|follow-?ups?)\b"
    r"|\b(?:gains?|benefits?|effects?|differences?|improvements?|advantages?) (?:was|were|had been) "
    r"(?:\w+ )?lost\b"
    r"|\b(?:disappeared|faded|vanished|dissipated|attenuated|waned)\b"
    r"|^(?:in|among|at|for) [^,;.]{2,40} (?:they|it|this|these) (?:did|was|were|had) not\W*$"
    r"|\bat (?:the )?[\w-]+[ -](?:months?|weeks?|years?) only\b"
    r"|\bonly at (?:the )?[\w-]+[ -](?:months?|weeks?|years?)\b",
)
"""What makes a change that was seen at first mixed: it did not last."""

OTHERS_DIFFER = Wording(
    r"\b(?:and|but|while|whereas) (?:the )?(?:one|two|three|four|five|six|seven|eight|nine|ten|others?|rest|"
    r"some|several|\d{1,3})(?: (?:other|others|trials?|studies|reviews?)){0,2} (?:found|showed|reported|"
    r"did|had) "
    r"(?:no|not|none|worse)\b"
    r"|\bonly (?:in|among|for) (?:the )?(?:younger|older|female|male|white|black|rural|urban|women|men|"
    r"girls|boys|"
    r"those (?:who|with)|(?:participants|clients|patients|veterans|people|adults|youth) (?:who|with|aged))\b"
    r"|\b(?:among|in|for) (?:the )?(?:\w+ )?(?:men|women|girls|boys|males|females|mothers|fathers|"
    r"veterans|adults|youth|"
    r"adolescents)(?: (?:under|over|aged) \w+)? only\b"
    r"|\b(?:and|but|while|whereas) (?:in|among|for) (?:those|others|the rest)"
    r"(?: (?!control|usual|comparison)[\w-]+){0,5},? (?:fewer|less|lower|more|higher|no|none|not)\b"
    r"|\bbut not (?:in|among|for) (?:the )?(?:those|patients|participants|clients|people|adults|individuals) "
    r"(?:with|who(?! (?:did|had|were|was) not)|aged|under|over)\b"
    r"|\bbut not (?:in|among|for) (?:the )?(?:younger|older|female|male|white|black|hispanic|latino|"
    r"rural|urban|"
    r"women|men|girls|boys|mothers|fathers)\b"
)
"""That it is not so for all: `three trials found no difference`, `only among women`."""

_P_VALUE = re.compile(r"\b[pP](?:[ -]values?)?\s*(?P<sign>[=<>≤≥]|of)\s*(?P<value>0?\.\d+|n\.?s\.?)")

LEVEL = 0.05
"""Above this a p-value is read as that of chance; papers with another level say so in words."""

_NUMBER = r"(?<![\w.])[-–−]?[$£€]?\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w]|\.\d)"
_RANGE = Wording(r"\brang\w*\s+$|\bbetween\s+$|\baged?\s+$|\bscale\s+$|\bcoefficients?\s+$")
_PERCENT = r"(?:\s?%| percent| per cent)"
_SUMMARY = r"(?:an? |the )?(?:(?:mean|median|average|baseline|rate|score|level|total) (?:of )?)?"
_FROM = re.compile(
    rf"\bfrom {_SUMMARY}(?P<first>{_NUMBER})(?P<unit>{_PERCENT})?(?:\s?\([^()]{{0,40}}\))?"
    rf"(?: [\w-]+){{0,4}}? to {_SUMMARY}(?P<second>{_NUMBER})(?P<unit2>{_PERCENT})?"
)
_AGAINST = r"(?:versus|vs\.?|v\.?|compared (?:with|to)|against|as opposed to|relative to|in contrast to)"
_SHARES = re.compile(
    rf"(?P<first>{_NUMBER}){_PERCENT}(?P<between>[^;%]{{0,120}}?[\s,(]{_AGAINST}\s[^;%]{{0,60}}?"
    rf"|[^;%]{{0,60}}?\band (?:(?:in|by|for|among|of|\d{{1,6}} of \d{{1,6}}) "
    rf"[^;%]{{0,40}}?\()?)(?P<second>{_NUMBER}){_PERCENT}"
)
_COUNTED = either("days, visits, points, nights, hours, months, weeks, sessions, times")
_MEANS = re.compile(
    rf"(?P<first>{_NUMBER})(?P<between>(?: {_COUNTED})?(?:\s?\([^()]{{0,40}}\))?"
    rf"(?: in the [\w -]{{2,40}})?,?\s+{_AGAINST}\s+)(?P<second>{_NUMBER})(?!\s?%)"
)
_IN_ARMS = re.compile(
    rf"(?P<first>{_NUMBER})(?P<unit>{_PERCENT}|\s[a-z]+)?(?:\s?\([^()]{{0,40}}\))?"
    rf"\s(?:in|for|among|with|at|under|by|of)\s(?P<one>[^;()\d]{{2,70}}?)(?:\s\([^()]{{0,40}}\))?,?"
    rf"\s(?:and|but|{_AGAINST})\s(?P<second>{_NUMBER})(?P<unit2>{_PERCENT}|\s[a-z]+)??"
    rf"(?:\s?\([^()]{{0,40}}\))?\s(?:in|for|among|with|at|under|by|of)\s(?P<other>[^;,.()]{{2,60}})"
)
"""The numbers of two arms: `19.4 in the bridger group and 20.8 in the usual care group`."""
_YEAR = re.compile(r"(?:19|20)\d\d")

_CONTROL = Wording(
    r"\b(?:controls?|usual (?:care|services?|treatment)|(?:care|treatment|services) as usual|comparison|"
    r"non-?(?:participants?|members?|callers?|attend(?:er|ee)s?|recipients?|completers?)|"
    r"wait(?:ing)?[- ]?list(?:ed)?|standard (?:care|treatment)|without|who (?:did|had|were|was) not|"
    r"non-?users?|unmatched|routine care|alone|no peer|non-?peers?|before|baseline|pre-?test|enhanced care|"
    r"placebo)\b"
)
_TREATED = Wording(
    r"\b(?:interventions?|peers?|programm?e?s?|coach(?:es|ing)?|mentor(?:s|ed|ing)?|navigat\w+|"
    r"bridgers?|bridging|supported|treatment (?:group|arm)|recipients|attendees|experimental|"
    r"after|follow-?up|post-?test)\b"
)
_SIDE = re.compile(r"[^;]*?\d[^;,.]*")
_NEITHER, _IS_CONTROL, _IS_TREATED, _BOTH = (False, False), (True, False), (False, True), (True, True)
_FIRST_IS_TREATED = frozenset(
    (
        (_NEITHER, _IS_CONTROL),
        (_NEITHER, _BOTH),
        (_IS_TREATED, _IS_CONTROL),
        (_IS_TREATED, _BOTH),
        (_IS_TREATED, _NEITHER),
    )
)
"""The words before and behind `versus` (of a control group, of the supported group) by which the
supported group came first."""


def taken_back(clause: str, begin: int, end: int) -> bool:
    """Whether what stands between two places makes no difference of the change before it.

    That is a wording, or the first p-value there, if it is greater than .05, or else the first interval of
    a ratio or of a difference, if it holds what means no difference.
    """
    return TAKEN_BACK.search(clause, begin, end) is not None or is_by_chance(clause, begin, end)


def is_by_chance(clause: str, begin: int, end: int) -> bool:
    """Whether the first p-value between two places is that of chance, or else the first interval."""
    if _FIGURE.search(clause, begin, end) is None:
        return False
    value = _P_VALUE.search(clause, begin, end)
    if value is not None:
        return _is_chance(value["sign"], value["value"])
    interval = _INTERVAL.search(clause, begin, end) or _BARE_INTERVAL.search(clause, begin, end)
    if interval is None:
        return _AROUND_NOUGHT.search(clause, begin, end) is not None
    null = 1.0 if interval["ratio"] else 0.0
    return _value(interval["low"]) < null < _value(interval["high"])


_FIGURE = re.compile(r"[\d=<>≤≥]|of\s*n")
"""What is in each of them; most clauses have none of it."""
_DIGIT = re.compile(r"\d")
_ENDPOINT = r"[-–−]?[$£€]?\d[\d,]{0,12}(?:\.\d{1,6})?"
_INTERVAL = re.compile(
    r"(?:(?P<ratio>\b(?:[Oo]dds|[Hh]azards?|[Rr]isk|[Rr]ate|[Pp]revalence) ratios?\b|\b[Rr]elative risk\b"
    r"|\b[aA]?(?:OR|HR|RR|IRR|PR)s?\b)|\b(?:[Dd]ifference|MD|SMD|WMD|[Cc]oefficient|[Bb]eta|B|β|b|d|g)\b)"
    r"[^;]{0,60}?(?:;\s?\d\d(?:\.\d)?\s?%\s?)?(?<!\w)(?:CIs?|[Cc]onfidence intervals?|"
    r"CrI)(?:\s\(CI\))?\s?[=:,]?\s?(?:of |from "
    r")?[\[({]?\s?"
    rf"(?P<low>{_ENDPOINT})\s?(?:to|and|[-–—,;])\s?(?P<high>{_ENDPOINT})"
)
"""An interval that is printed behind the name of what it is of: `OR 0.80, 95% CI 0.55 to 1.20`."""
_BARE_INTERVAL = re.compile(
    r"(?P<ratio>\b(?:[Oo]dds|[Hh]azards?|[Rr]isk|[Rr]ate|[Pp]revalence) ratios?\b|\b[Rr]elative risk\b"
    r"|\b[aA]?(?:OR|HR|RR|IRR|PR)s?\b)[=:,]?\s?(?:of |was )?\d[\d.]{0,8}\s?[,;(\[]\s?"
    rf"(?P<low>{_ENDPOINT})\s?(?:to|[-–—])\s?(?P<high>{_ENDPOINT})"
)
"""The same without its name: `odds ratio 0.50 (0.33 to 0.76)`."""
_AROUND_NOUGHT = re.compile(
    r"\b(?:CIs?|[Cc]onfidence intervals?|CrI)\s?[=:,]?\s?(?:of |from )?[\[({]?\s?[-–−]\d[\d,.]{0,12}\s?"
    r"(?:to|and|[,;])\s?\+?\d"
)
"""An interval from less than nought to more,
which only a difference has: `1.2 points higher (95% CI -1 to 3)`."""


def _is_chance(sign: str, value: str) -> bool:
    if value.startswith(("n", "N")):
        return True
    if sign in {">", "≥"}:
        return float(value) >= LEVEL
    return sign in {"=", "of"} and float(value) > LEVEL


def compared(clause: str, place: int, earliest: int = 0) -> Kind | None:
    """The change from which two numbers of a clause speak, of the outcome that stands at `place`.

    They stand behind it, or else behind `earliest`, where what belongs to another outcome ends.

    Numbers of two groups are compared only where the words tell which of them had the support: what
    stands behind `versus` is a control group, or what stands before it.
    """
    if _DIGIT.search(clause, min(place, earliest)) is None:
        return None
    moved = _FROM.search(clause, place)
    if moved and (moved["unit"] or "").strip() == (moved["unit2"] or "").strip():
        years = _YEAR.fullmatch(moved["first"]) and _YEAR.fullmatch(moved["second"])
        if not years and not _RANGE.search(clause, max(0, moved.start() - 14), moved.start()):
            return _change(moved["first"], moved["second"])
    arms = _IN_ARMS.search(clause, place) or _IN_ARMS.search(clause, earliest)
    if arms is not None:
        first = (_CONTROL.search(arms["one"]) is not None, _TREATED.search(arms["one"]) is not None)
        second = (_CONTROL.search(arms["other"]) is not None, _TREATED.search(arms["other"]) is not None)
        if (first, second) in _FIRST_IS_TREATED:
            return _change(arms["second"], arms["first"])
        if (second, first) in _FIRST_IS_TREATED:
            return _change(arms["first"], arms["second"])
    for pattern in (_SHARES, _MEANS):
        pair = pattern.search(clause, place) or pattern.search(clause, earliest)
        if pair is None:
            continue
        joint = pair.start("between") + _last_joint(pair["between"])
        behind = _SIDE.match(clause, joint, pair.end() + 60)
        controls, supported = _CONTROL.search(clause, 0, joint), _TREATED.search(clause, 0, joint)
        first = (controls is not None, supported is not None)
        words = clause[joint : behind.end() if behind else pair.end()]
        second = (_CONTROL.search(words) is not None, _TREATED.search(words) is not None)
        if controls and supported and second == _NEITHER:
            in_order = supported.start() < controls.start()
            return _change(pair["second"], pair["first"]) if in_order else None
        if (first, second) in _FIRST_IS_TREATED:
            return _change(pair["second"], pair["first"])
        if (second, first) in _FIRST_IS_TREATED:
            return _change(pair["first"], pair["second"])
    return None


def _last_joint(between: str) -> int:
    found = list(re.finditer(rf"{_AGAINST}\s|\band\b", between))
    return found[-1].start() if found else 0


def _change(before: str, after: str) -> Kind:
    first, second = _value(before), _value(after)
    if first == second:
        return "no-difference"
    return "increase" if second > first else "decrease"


def _value(printed: str) -> float:
    return float(re.sub(r"[,$£€]", "", printed).replace("−", "-").replace("–", "-"))
