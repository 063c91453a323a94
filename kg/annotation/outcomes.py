"""What a clause says about which outcome: printed changes joined to the labels they govern."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg.annotation import changes
from kg.annotation.changes import Cue, Kind
from kg.annotation.cues import CITED, MEASURED_TO_END, PERSONS, instruments
from kg.annotation.groups import PEOPLE
from kg.annotation.reading import Label, lookup
from kg.annotation.words import Wording, any_form, beginnings, either, lowered
from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.source import Found

SERVICES = either(
    """treatments?, therap(?:y|ies), programs?, programmes?, services?, counsel(?:l)?ing,
    counsel(?:l)?ors?, interventions?, providers?, specialists?, groups?, models?, cent(?:er|re)s?,
    settings?, disorders?, clinics?, staff, fields?, research, training, workers?, professionals?,
    teams?, systems?, courses?, colleges?, agencies, agency, facilit(?:y|ies), support services,
    medications?, navigators?, coach(?:es)?, coaching, plans?, curriculum, specialty, literature,
    communit(?:y|ies), approach(?:es)?, oriented, focused, related, based, policy, policies, stories,
    story, histor(?:y|ies), patients?, clients?, participants?, journey, units?, wards?, hospitals?,
    efforts, supports?, stress, materials, education, compliance, knowledge, literacy, attitudes?, beliefs"""
)
"""A label directly before one of these is part of the name of something else: `depression treatment`."""

CONDITIONS = either(
    rf"""{PERSONS} (?:[\w-]+ )?(?:with|experiencing|living with|diagnosed with|suffering from|having),
    {PERSONS} (?:[\w-]+ )?(?:who (?:have|had|has|experienced?|are|were)|seeking|receiving|facing|at risk of),
    diagnos[ie]s of, diagnosed with, histor(?:y|ies) of, living with, treatment (?:of|for),
    treated for, comorbid, co-occurring, recovery from, recovering from, recover from,
    lived experiences? of, experiences? with, shared experiences? of, measures? of, measured, scale,
    screening for, screened for, questionnaire, focus on, focused on, focus of, understanding of,
    knowledge (?:of|about),
    awareness of, referrals? (?:to|for), barriers to, disclosures? of,
    (?:conversations|discussions|information|talks?) about, requests for, willingness to,
    attitudes? (?:to|towards?), regardless of, in the context of,
    such as, controlling for, adjust(?:ing|ed) for, independent of, moderated by, mediated by,
    (?:services?|programs?|interventions?) for, role (?:of|in)"""
)
"""Behind one of these a label names a condition, a topic or a covariate, not what changed."""

_QUALIFIED = either(
    """a, an, the, their, both, severe, serious, current, past, lifetime, shared, actual, higher, lower,
    greater, more, less, fewer, better, worse, poorer, longer, high, low, elevated, moderate,
    co-occurring"""
)

_CONDITIONS_END = (
    *("with", "experiencing", "having", "have", "had", "has", "experience", "experienced", "are", "were"),
    *("seeking", "receiving", "facing", "of", "for", "comorbid", "co-occurring", "from", "measured", "scale"),
    *("questionnaire", "on", "about", "to", "toward", "towards", "as", "by", "in"),
)
"""With these end all that is listed in `CONDITIONS`."""
_QUALIFIED_END = (
    *("a", "an", "the", "their", "both", "severe", "serious", "current", "past", "lifetime", "shared"),
    *("actual", "higher", "lower", "greater", "more", "less", "fewer", "better", "worse", "poorer", "longer"),
    *("high", "low", "elevated", "moderate", "co-occurring", "ly"),
)
"""With these what may stand between one of them and a label."""
_VERBS_FOLLOW = ("to", "not", "n't", "n’t", "can", "could", "may", "might", "must", "should", "will", "would")
"""With these end the words of `_AS_VERB`."""

_IS_MODIFIER = Wording(rf"[\s-]+{SERVICES}\b")
_IS_CONDITION = Wording(rf"(?:^|\W){CONDITIONS}(?:\s+(?:{_QUALIFIED}|[\w-]+ly))*\s*$")

_STOP_WORDS = either(
    """except, excluding, other than, apart from, aside from, that, which, who, whom, whose, because, when,
    where, while, although, though, whereas, through,
    via, by, than, compared, versus, vs, despite, regardless, towards?, relative, if, whether, since,
    until, unless, using, based, following, (?<!was )(?<!were )rated, assessed, measured, indicated by"""
)
_VERBS = either(
    """was, were, is, are, be, had, has, have, did, does, do, showed, shows, reported, report,
    experienced, found, described, felt, received, completed, remained, became, attended, participated,
    demonstrated, indicated, suggests?, met, used, said, explained, identified, discussed, perceived,
    provided, provides, stayed, spent, kept, got, went, moved, returned, lived, entered, left, took, made,
    can, may, might, could, will, would, should"""
)
_STOP = Wording(rf"\b{_STOP_WORDS}\b|[;:]")
_STOP_LEFT = Wording(
    rf"\b(?!towards?\b){_STOP_WORDS}\b|[;:]|\b(?:to|had|reported|showed|experienced|led|resulted)\b"
)
_VERB = Wording(rf"(?<![\w-]){_VERBS}\b")
_BECOMES = Wording(r"^\s*(?:be|become|have|remain|stay|report|experience|feel|achieve|maintain)\s")
_SENSE_THAT = Wording(r"\b(?:sense|feelings?|belief|perceptions?|confidence|hope)\s+(?:that|of being)\b")
_LIST = Wording(r"[,/&]|\b(?:and|or|nor|plus|as well as|along with|also)\b")
_JOINT = Wording(
    r"\s*(?:,\s*(?:and|or|as well as|nor|but)?\b|\s(?:and|or|nor|as well as|along with|plus|&)\s)\s*"
)
_BRACKET = re.compile(r"\s*\([^()]{0,200}\)")
_LEAD_WORDS = either(
    """in, of, on, for, with, to, at, both, the, a, an, any, their, his, her, its, our, this, these,
    overall, and, or, also, either, significant, self-reported, perceived, statistically,
    levels? of, rates? of, incidence of, prevalence of, numbers? of, amounts? of,
    reducing, improving, increasing, decreasing, preventing, achieving, developing, development of,
    be, being, been, become, becoming, have, having, achieve, report, experience,
    (?:clients?|patients?|participants?|veterans?|peers?)[’']"""
)
_LEAD = Wording(rf"(?:\s*(?:{_LEAD_WORDS}(?=\W)|\w+ly\b|,))*\s*")
_TAIL = Wording(
    r"\s+(?:scores?|rates?|levels?|severity|symptoms?|days?|visits?|outcomes?|ratings?|frequency|use|"
    r"problems?|intentions?|total|subscales?|measures?"
    r"|skills?|behaviou?rs?)\b"
)
_NAME_ENDS = either(
    """and, or, nor, as well as, but, among, amongst, in, at, for, from, with, after, over, during,
    between, across, within, on, to, as, into, before, without, along, plus, beyond, under"""
)
_END_OF_NAME = Wording(rf"\s*(?:[,;:.()\[\]]|\s(?:{_STOP_WORDS}|{_VERBS}|{_NAME_ENDS})\b)")
_END_OF_PHRASE = Wording(
    r"\s*(?:[,;:.()\[\]]|\s(?:and|or|as well as|but|through|by|via|than|compared|leading|resulting)\b)"
)
_END_OF_UNKNOWN = Wording(
    rf"\s*(?:[,;:.()\[\]]|\s(?!(?:with|to)\b)(?:{_STOP_WORDS}|{_VERBS}|{_NAME_ENDS})\b)"
)
_EDGE = ' \t\r\n*.,;"“”()'
_USE_OF = Wording(
    r"\b(?:use|utili[sz]ation) of (?:the )?(?P<what>[\w-]+(?: [\w-]+){0,3})",
)
_AS_VERB = Wording(
    r"\b(?:(?:(?!related|unrelated|linked|associated|attributed|correlated|compared|returned|"
    r"relapsed)\w+ed|aims?|"
    r"able|order|how|try|trying|want|needs?|seek|is|was|were|are|learn|learning|began|"
    r"hope|likely|"
    r"willing|ability|opportunity) to|(?:did|do|does)(?: not|n[’']t)|can|could|may|might|must|should|will|"
    r"would)\s+$"
)
"""What stands before a verb: `to reach consensus` is not about reach."""

_COMPLEMENT = Wording(r"\s(?:at|with|about|regarding|towards?|for)\s(?:(?:the|their|an?|mental health) )?")
"""Between an outcome and what it is about: `satisfaction with services`, `attendance at appointments`."""
_TO = re.compile(r"\sto\s(?:\w+\s)?")
_GLOSS = re.compile(r"[\w\s-]{0,20}\([\w\s-]{0,12}")
_HAS_COMPLEMENT = Wording(r"\b(?:of|in|with|to|for|about|that|on)\b")
_NO_NAME_FIRST = either(
    """more, less, than, them, it, this, that, these, those, others?, number, levels?, rates?, scores?,
    groups?, arms?, understanding, one, two, three, four, five, six, seven, eight, nine, ten,
    participants?, months?, weeks?, years?, time, evidence, attention, research, needs?, use(?! of),
    awareness, insights?, peers?, once, until, when, after, because, if, where, rather, controls?,
    conditions?, care, support, harms?, apparent, evident, further, trends?, tendency,
    significant, faster, slower, sooner, earlier, later,
    steeper, positive, negative, most, least, seen, maintained, sustained, likely,
    often, rapidly, steadily, slightly"""
)
_PLACES = either(
    "groups?, arms?, conditions?, agencies, agency, clinics?, hospitals?, sites?, facilities, units?, "
    "prisons?, "
    "wards?, wings?, schools?, count(?:y|ies), cent(?:er|re)s?, practices?, cities"
)
_OF_SAMPLE = (
    r"(?:be )?(?:(?:fe)?male|white|black|hispanic|latino|(?:un)?married|single|divorced|older|younger|"
    r"women|men|"
    r"enrolled|randomi[sz]ed|assigned|recruited|eligible)|(?:statistical )?(?:power|precision)|"
    r"generali[sz]ability|"
    r"sample .*"
)
"""What tells of the sample, and is no outcome."""
_MEASURES = (
    r"(?:(?:all|both|most|several|many|some|any|other|the|study|primary|secondary|outcome|remaining)\s+){1,3}"
    r"(?:outcomes?|measures?|domains?|variables?|subscales?|respects|areas|items|indicators|counts)"
)
"""What says only that something was measured."""
_INQUIRIES = either(
    "trials?, stud(?:y|ies), samples?, sample sizes?, follow-?ups?, evaluations?, cohorts?, analys[ie]s"
)
_NO_NAME = Wording(
    rf"^(?:\W*{_NO_NAME_FIRST}\b.*|.*\d.*|\w+ed|(?:[\w’'-]+\s+){{0,3}}{PERSONS}"
    rf"|(?:about|among|on|with|in|of|for|to)\s.*|{_MEASURES}|{_OF_SAMPLE}|(?:[\w’'-]+\s+){{0,4}}{_PLACES}|(?:[\w’'-]+\s+){{0,3}}{_INQUIRIES}(?:\s(?:with|that|of|in)\s.*)?)$"
)
_STATISTIC_FOLLOWS = Wording(
    r"\s+[^,;.()]{3,80}\((?=[^()]*\d)[^()]*(?:p|ci|ratio|difference|mean|or|rr|d|β|beta)\b"
)
_THAN_FOLLOWS = Wording(r"\s+(?!than\b)[\w’'-]+(?: [\w’'-]+){0,3}? than\b")
_TIMES = Wording(r"(?:time|days|nights|weeks|months|hours|years)")
_OF_TIME = Wording(
    r"\s(?:in|of|at|with|without|on)\s[\w’'-]+(?: (?!and\b|or\b|than\b|at\b|in\b)[\w’'-]+){0,2}"
)
"""What so much time was spent on: `more weeks in competitive jobs`."""
_DID_MORE = Wording(
    r"(?:(?!\b(?:who|that|which|when|if)\b).){0,80}\b(?:kept|attended|made|completed|visited|held|filled|"
    r"took|wrote|read|saw)\s$"
)
_REPORTED = Wording(r"\b(?:reported|experienced|showed|perceived|described|had|held) $")
_ONE_NOUN = Wording(
    r" (?:[a-z-]{4,} )?[a-z-]{4,}(?: (?:but|at|than|after|over|with|and|in|towards?|about)\b|[.,;(]|$)"
)
"""Behind `reported more`: a thing of one word, at which the clause or the phrase ends."""
_NUMBER_BEFORE = re.compile(r"\d\s$")
_TIME_SPENT = Wording(r"\s(?:time|days|nights|weeks|months|hours)\s(?:in|at|with|without|on)\s")
_FREQUENCY = Wording(r"\b(?:often|frequently|regularly)$")
_TO_DO = Wording(r"\b(?:likely|willing|inclined|ready|quicker|slower)\b.* to$")
_DEALS_WITH = Wording(
    r"\s(?:\w+ly )?(?:disclose|discuss|talk|tell|speak|mention|ask|seek|manage|handle|cope|treat|deny|know|"
    r"understand|recogni[sz]e|believe|expect|prefer|fear|view|see|address|share|monitor|learn|explain)\s"
)
"""Who does this with something more often has not more of it: `willing to disclose suicidal thoughts`."""
_END_OF_DEED = Wording(
    r"\s*(?:[,;:.()\[\]]|\s(?:and|or|but|than|compared|at|after|within|during|over|when|if|because|by|"
    r"while)\b)"
)
"""What somebody was more likely to do ends here: `quicker to ask for help`."""
_ASSOCIATES = Wording(r"\b(?:associated|correlated|related|linked|unrelated|predict\w*|predictors?)\b")
_MOVES = Wording(
    rf"{any_form('increase decrease decline rise/rose/risen grow/grew/grown fall/fell/fallen drop/dropped')}"
)
"""Verbs whose outcome is their subject: what stands behind `increased in` is where or when."""
_PRONOUN = Wording(r"\s+(?:them|it|him|her|us|this|these|those|themselves|which|that)\b")
"""Behind `more` and `less` unknown words are an outcome where they were measured."""
_FORM_BEFORE = Wording(
    r"(?:likely|odds|able|to|be|been|being|became|were|was|felt|feel|feeling|more|less|fewer|and|or|"
    r"remained|stay|stayed|stays|is|are|appears?|appeared|seems?|seemed|proved"
    r"|%[^.]{0,40})\W+(?:(?:be|become|have|been|remain|\w+ly|get|an?|both)\W+)?$"
)

FORMS = {
    form: label
    for label, forms in (
        ("hospitalization", "hospitalized hospitalised"),
        ("rehospitalization", "rehospitalized rehospitalised"),
        ("readmission", "readmitted"),
        ("employment", "employed"),
        ("unemployment", "unemployed"),
        ("abstinence", "abstinent"),
        ("sobriety", "sober"),
        ("incarceration", "incarcerated"),
        ("reincarceration", "reincarcerated"),
        ("arrest", "arrested"),
        ("rearrest", "rearrested"),
        ("relapse", "relapsed"),
        ("empowerment", "empowered"),
        ("depression", "depressed"),
        ("distress", "distressed"),
        ("suicidality", "suicidal"),
        ("stigma", "stigmatized stigmatised"),
        ("stable housing", "housed"),
        ("satisfaction", "satisfied"),
        ("medication adherence", "adherent"),
        ("resilience", "resilient"),
        ("engagement", "engaged engage"),
        ("motivation", "motivated"),
        ("quit smoking", "quit"),
        ("patient activation", "activated"),
        ("retention in care", "retained"),
        ("loneliness", "alone lonely"),
        ("social isolation", "isolated"),
        ("confidence", "confident"),
        ("involuntary treatment", "detained"),
        ("acceptability", "acceptable"),
        ("feasibility", "feasible"),
    )
    for form in forms.split()
}
"""Adjectives and participles for an outcome, and the label of the vocabulary that names it."""

_FORM = Wording(
    rf"(?<![\w-])(?={beginnings(' '.join(form[:2] for form in FORMS))})"
    rf"(?:{'|'.join(sorted(FORMS, key=len, reverse=True))})(?![\w-])",
)


_WHO_STAYED = Wording(rf"\b(?:{PERSONS}|they|who)\b|\d\s?%")


class Mention(NamedTuple):
    """An outcome named in a clause: the words, what they may name, and whether by its opposite.

    `change` is a change that is part of the name, such as `longer` in `longer community tenure`.
    """

    found: Found[str]
    concepts: tuple[ConceptId, ...]
    inverse: bool = False
    weak: bool = False
    change: Kind | None = None


class Statement(NamedTuple):
    """An outcome and what is said of it; `cue` is the place of the wording in the clause, if there is one."""

    words: Found[str]
    mention: Mention | None
    kind: Kind | None
    cue: int | None


def _turned(clause: Found[str], mention: Mention) -> Mention:
    """The mention, or its opposite: that a problem is over, or the time until something happens."""
    begin, end = mention.found.start - clause.start, mention.found.end - clause.start
    until = _UNTIL.search(clause.raw, max(0, begin - 30), begin)
    if until is not None:
        return mention._replace(found=clause.part(until.start(), end), inverse=not mention.inverse)
    over = _OVER.match(clause.raw, end)
    if over is not None:
        return mention._replace(found=clause.part(begin, over.end()), inverse=not mention.inverse)
    return mention


_UNTIL = Wording(
    r"\b(?:time|days|weeks|months|interval) (?:to|until|before) (?:the |a |an )?(?:first |next |any )?$",
)
"""Before an event: the longer the time to it, the less of it."""
_MEASURED_BY = Wording(
    r"\b(?:rated|measured|assessed|indexed|determined|defined|evaluated|quantified|scored) (?:\w+ )?(?:on|"
    r"by|with|using|"
    r"through|via|in|as) (?:the |a |an )?(?:[\w-]+ )?$|\b(?:using|with|via) (?:the |a |an )?$"
)
"""Before the name of an instrument that only says how an outcome was measured."""
_OVER = Wording(r"[\s-]+(?:remission|relief|resolution)\b")
"""Behind a problem: that it is over, which is its opposite."""
_NAME_WITH_SHORT_FORM = re.compile(
    r"(?P<name>[A-Z][\w’'-]*(?:\s+(?:(?:of|for|and|the|to|in|with)\s+){0,2}[A-Z][\w’'-]*){1,8})"
    r"\s+\([A-Z][A-Za-z0-9-]{1,11}\)"
)
"""A programme or an instrument; an outcome that is only a part of its name is not spoken of."""
NOT_PLURAL = frozenset({"agencies", "hopes", "trusts"})
"""Plurals that mean something else than the outcome does: organisations, wishes."""

_WEAKENED: dict[Kind, Wording] = {
    "no-difference": Wording(r"\b(?:no|not|without|nor|never)(?: an?y?)?(?: significant)?\s+$"),
    "not-stated": Wording(r"\b(?:less|smaller|lower)\s+$"),
}
"""What a change that is part of a name (`weight loss`) becomes behind these."""


def mentions(clause: Found[str], labels: Sequence[Label], vocabulary: Vocabulary) -> list[Mention]:
    """The outcomes that a clause names as outcomes, in order of place."""
    found: list[Mention] = []
    text, start = clause.raw, clause.start
    names = [match.span("name") for match in _NAME_WITH_SHORT_FORM.finditer(text)] if "(" in text else []
    named_there = instruments(text) if labels else ()
    measured = [span for span in named_there if _MEASURED_BY.search(text, 0, span[0])]
    for label in labels:
        for mention in _parts(label, vocabulary):
            begin, end = mention.found.start - start, mention.found.end - start
            if any(first <= begin and end <= last and end - begin < last - first for first, last in names):
                continue
            if _IS_MODIFIER.match(text, end) or _is_condition(text, begin):
                continue
            if any(first <= begin and end <= last for first, last in measured):
                continue
            if any(
                first <= begin and end <= last and not MEASURED_TO_END.fullmatch(text, end, last)
                for first, last in named_there
            ):
                continue
            if " " not in label.found.raw and _is_verb(text, begin):
                continue
            if found and _GLOSS.fullmatch(text, found[-1].found.end - start, begin):
                continue
            if found and _COMPLEMENT.fullmatch(text, found[-1].found.end - start, begin):
                continue
            found.append(_turned(clause, mention) if mention.change is None else mention)
    for match in _FORM.finditer(text):
        words = clause.part(match.start(), match.end())
        if any(m.found.start < words.end and words.start < m.found.end for m in found):
            continue
        if any(_TO.fullmatch(text, m.found.end - start, match.start()) for m in found):
            continue
        if words.raw == "retained" and not _WHO_STAYED.search(text, 0, match.start()):
            continue
        whole = _whole_name(Found(FORMS[words.raw.casefold()], FORMS[words.raw.casefold()], 0), vocabulary)
        if whole is not None and _FORM_BEFORE.search(clause.raw, max(0, match.start() - 60), match.start()):
            found.append(whole._replace(found=words, weak=True))
    found += _used(clause, found, vocabulary)
    return list(_apart(sorted(found, key=lambda mention: mention.found.start))) if len(found) > 1 else found


def named_otherwise(text: str) -> bool:
    """Whether a text may name an outcome by other words than a label: a participle, or `use of` something."""
    return _FORM.search(text) is not None or _USE_OF.search(text) is not None


def _is_condition(text: str, begin: int) -> bool:
    """Whether what stands before a place makes a condition, a topic or a covariate of what stands there.

    Mostly the last word that qualifies nothing shows at once that it does not.
    """
    for word in reversed(lowered(text)[max(0, begin - 80) : begin].split()):
        if word.endswith(_CONDITIONS_END):
            return _IS_CONDITION.search(text, max(0, begin - 80), begin) is not None
        if not word.endswith(_QUALIFIED_END):
            return False
    return False


def _is_verb(text: str, begin: int) -> bool:
    """Whether a verb is to be expected at a place."""
    before = lowered(text)[max(0, begin - 40) : begin]
    behind = before.rstrip()
    return (
        behind != before
        and behind.endswith(_VERBS_FOLLOW)
        and _AS_VERB.search(text, max(0, begin - 40), begin) is not None
    )


def _apart(found: Sequence[Mention]) -> Iterator[Mention]:
    """The outcomes, one of those that one noun phrase names: `self-care confidence` is one thing.

    The noun that stands last says what it is, if it is a strong label of one concept.
    """
    last: Mention | None = None
    for mention in found:
        if last is not None and mention.found.start - last.found.end != 1:
            yield last
            last = None
        if last is None or (not mention.weak and len(mention.concepts) == 1):
            last = mention
    if last is not None:
        yield last


def _used(clause: Found[str], known: Sequence[Mention], vocabulary: Vocabulary) -> Iterator[Mention]:
    """`use of X` where the vocabulary has `X use`."""
    for match in _USE_OF.finditer(clause.raw):
        words = match["what"].split()
        for count in range(len(words), 0, -1):
            asked = " ".join(words[:count]).removesuffix("s") + " use"
            whole = _whole_name(Found(asked, asked, 0), vocabulary)
            if whole is not None:
                end = match.start("what") + len(" ".join(words[:count]))
                found = clause.part(match.start(), end)
                if not any(m.found.start < found.end and found.start < m.found.end for m in known):
                    yield whole._replace(found=found)
                break


def _parts(label: Label, vocabulary: Vocabulary) -> list[Mention]:
    """The label, or the outcomes it joins ("social support and social functioning") where each has a name."""
    words = label.found
    return [
        Mention(
            words.part(part.found.start, part.found.end), part.concepts, part.inverse, part.weak, part.change
        )
        for part in _parts_of(words.raw, label.concepts, label.kind, vocabulary)
    ]


@lru_cache(maxsize=8192)
def _parts_of(
    raw: str, concepts: tuple[ConceptId, ...], kind: str, vocabulary: Vocabulary
) -> tuple[Mention, ...]:
    """The parts of a label that begins at nought; asked again and again for the same words."""
    if raw.casefold() in NOT_PLURAL:
        return ()
    words = Found(raw, raw, 0)
    whole = Mention(words, concepts, kind == "inverse", kind == "weak")
    pieces = list(words.split(r"\s+(?:and|or|&)\s+|,\s*(?:and\s+)?"))
    if len(pieces) > 1:
        named = [mention for mention in (_whole_name(piece, vocabulary) for piece in pieces) if mention]
        if len(named) == len(pieces) and len({mention.concepts for mention in named}) > 1:
            return tuple(named)
    inner = None if whole.inverse else changes.inside(words)
    if inner is not None and " " in raw and raw.casefold().endswith("loss"):
        lost = _whole_name(inner[1], vocabulary)
        inner = inner if lost is not None and lost.concepts == concepts else None
    return (whole if inner is None else whole._replace(change=inner[0], found=inner[1]),)


def _whole_name(piece: Found[str], vocabulary: Vocabulary) -> Mention | None:
    """The outcome that the piece, as a whole, is a name of."""
    matches = [m for m in lookup(vocabulary, piece.raw, "outcome") if m.found.raw == piece.raw]
    strong = [m for m in matches if m.kind == "label"] or matches
    if not strong:
        return None
    return Mention(
        piece,
        tuple(dict.fromkeys(m.found.value for m in strong)),
        strong[0].kind == "inverse",
        strong[0].kind == "weak",
    )


def statements(clause: Found[str], named: Sequence[Mention], *, phrase: bool = False) -> list[Statement]:
    """Each outcome of the clause with the change that governs it, or with none.

    In a `phrase` (a claim on a slide), words behind a change are an outcome even where the vocabulary does
    not know them; in a sentence only where nothing known stands behind the change.
    """
    text = clause.raw
    places = [(m.found.start - clause.start, m.found.end - clause.start) for m in named]
    cues = [
        cue
        for cue in changes.cues(text)
        if not any(start < cue.end and cue.start < end for start, end in places)
    ]
    if not named and not cues:
        return [] if phrase else list(_felt(clause, ()))
    found = []
    governed: set[int] = set()
    for mention in named:
        if mention.change is not None:
            place = mention.found.start - clause.start
            kind = next((k for k, less in _WEAKENED.items() if less.search(text, 0, place)), mention.change)
            over = _governing(clause, mention, named, cues)
            if over is not None and over.kind == "no-difference":
                kind = over.kind
            found.append(Statement(mention.found, mention, kind, place))
            continue
        cue = _governing(clause, mention, named, cues)
        if cue is None:
            found.append(Statement(mention.found, mention, None, None))
            continue
        governed.add(cue.start)
        words = _printed(clause, mention, cue, named, phrase=phrase)
        deed = _TO_DO.search(text[cue.start : cue.end]) and _DEALS_WITH.match(text, cue.end)
        found.append(Statement(words, None if deed else mention, cue.kind, cue.start))
    found, told = _of_subject(clause, found, cues, governed)
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        if cue.start in told:
            continue
        if text.endswith(" that", cue.start, cue.end) and following is not None:
            continue
        if cue.side != "left" and (phrase or cue.start not in governed):
            end = len(text) if following is None else following.start
            found += _unknown(clause, cue, end, named, phrase=phrase, coordinated=bool(governed))
    if not phrase:
        found += _felt(clause, found)
        found = _said_again(clause, found)
    if not phrase or not found:
        found += _unknown_subjects(clause, cues, found)
    if found and not phrase:
        found += _listed_subjects(clause, found, cues)
        found += _listed_objects(clause, found, cues)
    return sorted(found, key=lambda statement: statement.words.start)


def _unknown_subjects(
    clause: Found[str], cues: Sequence[Cue], found: Sequence[Statement]
) -> Iterator[Statement]:
    """The subjects of changes that are things: `Self-blame fell, and the score was lower`."""
    governing = {statement.cue for statement in found}
    before = 0
    for number, cue in enumerate(cues):
        begin, before = before, cue.end
        if cue.side == "right" or cue.kind not in _SUBJECT_KINDS or cue.start in governing:
            continue
        if changes.LOSING.fullmatch(clause.raw, cue.start, cue.end):
            continue
        if cue.kind == "no-difference" and not _NO_CHANGE.match(clause.raw, cue.start):
            continue
        if number:
            joints = list(_NEW_CLAUSE.finditer(clause.raw, begin, cue.start))
            joint = joints[-1] if joints else _AT_ONCE.match(clause.raw, begin, cue.start)
            if joint is None or (not joints and cue.side != "left"):
                continue
            begin = joint.end()
        words = clause.part(begin, cue.start)
        subject = _THING.fullmatch(words.raw)
        if subject is None or _is_no_thing(subject["head"]):
            continue
        thing = words.part(*subject.span("thing"))
        pair = _TWO_THINGS.fullmatch(subject["thing"])
        compared = _COMPARING_WORD.fullmatch(clause.raw, cue.start, cue.end) is not None
        listed = cue.side == "left" and _AT_ONCE.match(clause.raw, cue.end) is not None
        if found and number == 0 and not (compared and subject["was"]) and not listed:
            continue
        if any(s.words.start < thing.end and thing.start < s.words.end for s in found):
            continue
        if _RATE_OF_CHANGE.match(thing.raw):
            continue
        if number and not subject["was"] and compared:
            continue
        for begin, end in map(pair.span, (1, 2)) if pair else ((0, len(thing.raw)),):
            yield Statement(thing.part(begin, end), None, cue.kind, cue.start)


def subject(clause: Found[str]) -> Found[str] | None:
    """The thing of which a clause says what it was, if the clause begins with it."""
    told = _WAS.search(clause.raw, 0, 120)
    match = _THING.fullmatch(clause.raw, 0, told.start() + 1) if told else None
    if match is None or _is_no_thing(match["head"]):
        return None
    return clause.part(*match.span("thing"))


_WAS = Wording(r"\s(?:was|were|occurred|dropped|went)\s")
_NO_CHANGE = Wording(
    r"(?:(?:did|do|does)(?: not|n[’']t) (?:\w+ly )?(?:differ|change|vary|improve|increase|decrease|"
    r"decline|rise|"
    r"fall|grow|drop|worsen|deteriorate)|"
    r"no (?:more|less) \w+|(?:was|were|remained|stayed)(?: not| \w+ly)? (?:\w+ly )?(?:unchanged|similar|"
    r"stable|"
    r"different|reduced|"
    r"increased|improved|affected|shortened|lengthened|lowered|raised|altered|influenced|changed|"
    r"comparable|the same|no different)|(?:was |were )?unaffected|"
    r"neither|"
    r"(?:no|little) (?:\w+ )?(?:difference|change))"
)


def _is_no_thing(head: str) -> bool:
    pair = _PAIR_OF_THINGS.fullmatch(head)
    return any(_NO_THING.search(part) for part in (pair.groups() if pair else (head,)))


_TWO_THINGS = Wording(r"([\w’'-]+) and ([\w’'-]+)")
_PAIR_OF_THINGS = Wording(r"([\w’'-]+) and ([\w’'-]+(?: [\w’'-]+)?)")
_NEW_CLAUSE = Wording(r"(?:, |; |\) ?|, )(?:and |while |whereas )|\band (?=the |mean |median |total )")
_AT_ONCE = Wording(
    r"(?: by (?:an? )?[\w.]+(?:%| percent| points)?| from [\d.]+%? to [\d.]+%?)?(?: "
    r"\([^()]{0,60}\))?(?:,|,? and) "
)
"""Directly behind a change: another subject with its own change, `conflict fell, communication improved`."""
_RATE_OF_CHANGE = Wording(r"(?:rates?|amounts?|pace) of (?:change|decline|improvement|growth|recovery)\b")
_COMPARING_WORD = Wording(
    r"(?:higher|lower|more|less|fewer|greater|better|worse|longer|shorter|larger|smaller)"
)


def _felt(clause: Found[str], found: Sequence[Statement]) -> Iterator[Statement]:
    """What people came to feel more or less, where no outcome has the word: `felt less judged`."""
    for match in _FEELS.finditer(clause.raw):
        for more in _MORE.finditer(clause.raw, match.start("how"), match.end("how")):
            words = clause.part(*more.span("what" if more["what"] else "warmer"))
            if not any(s.words.start < words.end and words.start < s.words.end for s in found):
                yield Statement(words, None, _MUCH.get(more["much"], "increase"), more.start())


_MUCH: dict[str, Kind] = {"more": "increase", "less": "decrease", "better": "increase", "worse": "decrease"}
_QUALITY = (
    r"(?:able to [\w-]+|(?!than\b|likely\b|willing\b|ready\b|inclined\b|able\b|often\b|of\b|positive|"
    r"negative|favou?rable|common\b|"
    r"frequent|"
    r"severe\b|(?:after|before|when|about|because|for|in|at|and|or|since|with|if|on|by|as|to|during|while)\b)"
    r"[\w’'-]+)"
)
_WARMER = r"(?:safer|stronger|happier|calmer|closer|lighter|freer|healthier|prouder|braver)\b"
_FEELS = Wording(
    r"\b(?:feel|feels|feeling|felt|become|became|becoming|(?:rated|perceived|described|saw|experienced) "
    r"[^,;.]{1,40} as|(?:made|makes|making) (?:the |their )?[\w’'-]+(?: [\w’'-]+){0,2}) (?:\w+ly |both |"
    r"also |even )?"
    rf"(?P<how>(?:{_WARMER}|(?:more|less|better|worse) {_QUALITY})(?:(?:, (?:and )?| and )(?:more |less "
    rf"){_QUALITY}){{0,4}})",
)
_MORE = Wording(rf"\b(?:(?P<much>more|less|better|worse) (?P<what>{_QUALITY})|(?P<warmer>{_WARMER}))")


def _said_again(clause: Found[str], found: list[Statement]) -> list[Statement]:
    """With the outcomes of which the change before them is said again: `hope rose, as did trust`."""
    match = _SO_DID.search(clause.raw)
    if match is None:
        return found
    begin, end = match.span("what")
    told = [s for s in found if s.kind is not None and s.words.end - clause.start <= match.start()]
    if not told:
        return found
    kind, cue = told[-1].kind, told[-1].cue
    behind = [s for s in found if begin <= s.words.start - clause.start < end]
    again = [s._replace(kind=kind, cue=cue) for s in behind if s.kind is None]
    if not behind:
        again = [
            Statement(piece, None, kind, cue)
            for piece in clause.part(begin, end).split(_BETWEEN_MEMBERS)
            if _is_member(piece.raw, of_subject=True)
        ]
    return [*(s for s in found if s not in behind or s.kind is not None), *again]


_SO_DID = Wording(
    r"(?:,| and) (?:as|and so|so|nor) (?:did|do|does|was|were|had|has|have) "
    r"(?P<what>[^.;()]{2,100}?)(?=[.;()]|"
    r"$| at | after )",
)
_BETWEEN_MEMBERS = r",\s*(?:and\s+|or\s+|nor\s+)?|\s+(?:and|or|nor)\s+"
"""What separates the members of a list."""


def _is_member(words: str, *, of_subject: bool = False) -> bool:
    """Whether words that the vocabulary does not know may be a member of a list of outcomes."""
    lead = _LIST_LEAD.match(words)
    words = words[lead.end() if lead else 0 :].strip()
    return (
        0 < len(words.split()) <= 4
        and len(words) > 2
        and not _NO_NAME.match(words)
        and not _NO_MEMBER.search(words)
        and words.split()[-1].casefold() not in PEOPLE
        and (of_subject or not _DEED.match(words))
        and not _VERB.search(words)
    )


_OF_GROUP = Wording(r"\s(?:of|in|for|among) (?:the )?[\w-]+(?: [\w-]+){0,2} (?:group|arm)\s*$")
_DEED = Wording(r"\w+ed\b")
_NO_MEMBER = Wording(
    r"^\w+ly\b|^(?:however|therefore|moreover|too|which|that|who|whose|what|this|these|those)\b|^\w+ing "
    r"(?:the|a|an|their|his|her|with|"
    r"up|out|down|on|for)\b|\b(?:in|at|with|for|"
    r"from|to|by|on|among|of|between|after|than|during|compared|"
    r"more|less|not|no|they|their own|it|we|who|both groups|others?|so|then|also|made|gave|said|spent|went|"
    r"higher|lower|better|worse|fewer|greater)\b"
)


def _listed_subjects(
    clause: Found[str], found: Sequence[Statement], cues: Sequence[Cue]
) -> Iterator[Statement]:
    """The unknown members of a list of subjects with a known one: `Hope, walking and pain were similar`."""
    governing = next((cue for cue in cues if cue.side != "right"), None)
    if governing is None:
        return
    known = [s for s in found if s.cue == governing.start and s.words.end - clause.start <= governing.start]
    subject = _AUXILIARIES.search(clause.raw, 0, governing.start)
    words = clause.part(0, subject.start() if subject else governing.start)
    of_group = _OF_GROUP.search(words.raw)
    words = words.part(0, of_group.start()) if of_group else words
    of_effects = _OF_EFFECTS.match(words.raw)
    words = words.part(of_effects.end(), len(words.raw)) if of_effects else words
    if not known or _NO_LIST.search(words.raw):
        return
    blanked = _BRACKET_OF_LIST.sub(lambda match: " " * len(match[0]), words.raw)
    pieces = [
        piece for piece in Found(blanked, blanked, words.start).split(_BETWEEN_MEMBERS) if piece.raw.strip()
    ]
    if len(pieces) < 2:
        return
    for blank in pieces:
        piece = clause.part(blank.start - clause.start, blank.end - clause.start).stripped()
        lead = _LIST_LEAD.match(piece.raw)
        piece = piece.part(lead.end() if lead else 0, len(piece.raw)).stripped()
        covered = any(s.words.start < piece.end and piece.start < s.words.end for s in found)
        if not covered and _is_member(piece.raw, of_subject=True):
            yield Statement(piece, None, governing.kind, governing.start)


def _listed_objects(
    clause: Found[str], found: Sequence[Statement], cues: Sequence[Cue]
) -> Iterator[Statement]:
    """The unknown members of a list of objects with a known one: `improved skills, hope and belonging`."""
    text = clause.raw
    if "," not in text and " and " not in text and " or " not in text and " nor " not in text:
        return
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        known = [s for s in found if s.cue == cue.start and s.words.start - clause.start >= cue.end]
        if not known or cue.kind == "not-stated":
            continue
        begin = cue.end
        before = clause.part(begin, known[0].words.start - clause.start)
        ahead = list(before.split(_BETWEEN_MEMBERS)) if _ENDS_IN_JOINT.search(before.raw) else []
        if all(_is_member(piece.raw) for piece in ahead):
            for piece in ahead:
                lead = _LEAD.match(piece.raw)
                words = piece.part(lead.end() if lead else 0, len(piece.raw))
                yield Statement(words, None, cue.kind, cue.start)
        limit = len(text) if following is None else following.start
        place = known[-1].words.end - clause.start
        while (joint := _MEMBER_FOLLOWS.match(text, place, limit)) is not None:
            ends = _END_OF_MEMBER.search(text, joint.end(), limit)
            last = ends.start() if ends else limit
            piece = clause.part(joint.end(), last).stripped()
            if (
                not _is_member(piece.raw)
                or _VERB.match(text[last:].lstrip())
                or (following is not None and not text[last : following.start].strip(" ,"))
            ):
                break
            lead = _LEAD.match(piece.raw)
            yield Statement(piece.part(lead.end() if lead else 0, len(piece.raw)), None, cue.kind, cue.start)
            place = last


_ENDS_IN_JOINT = re.compile(rf"(?:{_BETWEEN_MEMBERS})$")
_MEMBER_FOLLOWS = Wording(r"(?:\s?\([^()]{0,80}\))?(?:,\s*(?:and|or|nor)?\s|\s(?:and|or|nor)\s)\s*")
_END_OF_MEMBER = Wording(rf"\s*(?:[,;:.()\[\]]|\s(?:{_STOP_WORDS}|{_VERBS}|{_NAME_ENDS})\b)|$")


_AUXILIARIES = Wording(r"\s(?:was|were|is|are|had|has|have|did|also|both|all)(?:\s\w+){0,2}\s*$")
_BRACKET_OF_LIST = re.compile(r"\([^()]{0,120}\)")
_LIST_LEAD = Wording(r"(?:and|or|as well as|the|both|neither|nor|also)\s+")
_NO_LIST = Wording(
    rf"\b(?:{_STOP_WORDS}|{_VERBS}|among|in|at|with|for|from|after|during|compared|on|over)\b|[;:]|\d\s*,"
)
_OF_EFFECTS = Wording(
    r"(?:the )?(?:[\w-]+ )?(?:effects?|changes?|differences?|improvements?) (?:on|in|for|of) "
)
_SUBJECT_KINDS = frozenset({"increase", "decrease", "better", "worse", "no-difference"})
_THING = Wording(
    r"(?:(?:(?:contrary to|consistent with|in line with|as) [\w\s-]{3,40}|however|similarly|likewise|"
    r"also|additionally|"
    r"moreover|furthermore|notably|overall|finally|conversely|in contrast|by contrast|in addition|"
    r"unexpectedly|"
    r"surprisingly|interestingly|importantly), )?"
    r"(?:(?:at|after|by|over|during|within) [\w\s-]{1,25}?"
    r"(?:months?|weeks?|years?|follow-?up|discharge|baseline|intervention|treatment|time),? )?"
    r"(?:(?:[\w-]+ ){1,3}(?:said|reported|felt|noted|told us) (?:that |(?=their |the )))?"
    r"(?:the |their |both |mean |average |median |overall |also |reported |levels of |rates of |use of ){0,3}"
    r"(?P<thing>(?P<head>(?:share|proportion|percentage|number|rate) (?:of [\w’'-]+(?: [\w’'-]+){0,2} )?"
    r"(?:who|that|with|without|reporting|receiving|using) [^,;()]{3,60}?|[\w’'-]+ and [\w’'-]+ [\w’'-]+|"
    r"[\w’'-]+(?: [\w’'-]+){0,2}?)"
    r"(?: (?:towards?|of|to|about|for|with|into|by|from) (?!the control|controls|(?:[\w-]+ ){0,3}(?:groups?|"
    r"arms?)\b)"
    r"[\w’'-]+(?: [\w’'-]+){0,3}?){0,2})"
    r"(?: (?:of|in|for|among) (?:the |both )?[\w-]+(?: [\w-]+){0,3} "
    r"(?:groups?|arms?|participants|patients|clients))?"
    r"(?: (?:at|after|by|within) [\w-]+(?: \w+)? ?(?:months?|weeks?|years?|follow-?up|discharge))?"
    r"(?: \([^()]{1,30}\))?(?: also| then| significantly| slightly| nearly| \w+ly)? (?:(?:was |were "
    r")(?:\w+ly )?(?:low|high|rare|good|poor|common|"
    r"infrequent|modest) and )?(?P<was>was |were |had "
    r"|has |showed |became "
    r"|grew )?"
    r"(?:also |then |\w+ly )?(?:[$£€]?\d[\d.]*\s?(?:%|[\w-]+ ){0,2},?\s?)?"
)
_OF_PERSONS = either(
    "attitudes?, satisfaction, activation, engagement, confidence, knowledge, morale, well-?being, burnout, "
    "turnover, mood, trust, experiences?, ratings?, scores?, retention, safety, stress, distress, health, "
    "involvement, participation, motivation, empowerment, outcomes?"
)
"""Nouns of which people before them are whose they are: `staff attitudes`."""
_NO_THING = Wording(
    rf"\b(?:(?:{PERSONS}|peers?|staff)(?!-| {_OF_PERSONS}$)"
    r"|both|either|each|there|they|we|it|this|these|that|which|who|she|he|one|two|three|several|most|some|many|"
    rf"half|all|four|five|six|seven|eight|nine|ten|cases|trajector(?:y|ies)|slopes?|changes?|associations?|patterns?|characteristics|samples?|"
    r"groups?|arms?|differences?|results?|findings|effects?|numbers?|and|or|as|if|when|after)\b"
    r"|(?<![\w-])\d"
)


def _of_subject(
    clause: Found[str], found: list[Statement], cues: Sequence[Cue], governed: set[int]
) -> tuple[list[Statement], set[int]]:
    """With the associations of the subject: `satisfaction was positively associated with X`.

    That is so where X is no outcome that is known; a second association has the same subject.
    """
    linked = [cue for cue in cues if _ASSOCIATED.fullmatch(clause.raw[cue.start : cue.end])]
    if not linked or linked[0].start in governed:
        return found, set()
    subject = next(
        (
            s
            for s in found
            if s.mention is not None
            and s.kind is None
            and _IS.fullmatch(clause.raw, s.words.end - clause.start, linked[0].start)
        ),
        None,
    )
    if subject is None:
        return found, set()
    own = [cue for cue in linked if cue.start not in governed]
    told = [subject._replace(kind=cue.kind, cue=cue.start) for cue in own]
    return [*(s for s in found if s is not subject), *told], {cue.start for cue in own}


_ASSOCIATED = Wording(
    r"(?:positively|negatively|inversely|directly) .*|unrelated to"
    r"|(?:was|were) not (?:\w+ly )?(?:associated|correlated|related) .*"
)
_IS = Wording(
    r"(?: (?:scores?|rates?|levels?))?(?:,? (?:and|or|nor) [\w’'-]+(?: [\w’'-]+){0,2}?)?\s+(?:(?:was|"
    r"were|is|are|had been)(?: \w+ly)?\s+)?"
)


def _governing(
    clause: Found[str], mention: Mention, named: Sequence[Mention], cues: Sequence[Cue]
) -> Cue | None:
    begin, end = mention.found.start - clause.start, mention.found.end - clause.start
    left, chained = None, False
    for cue in reversed([cue for cue in cues if cue.end <= begin]):
        if clause.raw.count(")", cue.end, begin) > clause.raw.count("(", cue.end, begin):
            continue  # inside brackets
        gap = clause.raw[cue.end : begin]
        if cue.side == "left" and gap.strip():
            break
        between = [
            m for m in named if m.found.start >= clause.start + cue.end and m.found.end <= mention.found.start
        ]
        if _reaches_right(gap, clause, cue, mention, between):
            left, chained = cue, bool(between)
        break
    right = None
    aside = _ASIDE_NOT.match(clause.raw, end)
    after = aside.end() if aside else end
    following = next((cue for cue in cues if cue.start >= after), None)
    if (
        following is not None
        and following.side != "right"
        and _reaches_left(_without(clause, named, after, following.start))
    ):
        right = following
    if left is None or right is None:
        return left or right
    adjacent = not _LIST.search(_BRACKET.sub("", clause.raw[end : right.start])) and right.start - end <= 40
    if (
        left.kind == "not-stated"
        and right.kind != "not-stated"
        and (adjacent or _is_one_subject(clause, end, right))
    ):
        return right
    begun = chained or _JOINT_BEFORE.search(clause.raw, left.end, begin) is not None
    return right if begun and adjacent and right.side == "left" else left


def _is_one_subject(clause: Found[str], end: int, cue: Cue) -> bool:
    """Whether one subject ends between an outcome and a change: `A and B did not differ`."""
    between = _BE_BEFORE.blanked(clause.raw[end : cue.start])
    return cue.side == "left" and _VERB.search(between) is None


_BE_BEFORE = Wording(r"\s(?:was|were|is|are|remained)\s*$")
_JOINT_BEFORE = Wording(r"(?:,|\sand|\sor)\s$")
"""Before an outcome that begins a new phrase: `worked more and dropped out less often`."""


def _without(clause: Found[str], named: Sequence[Mention], begin: int, end: int) -> str:
    """The words between two places without the outcomes that are named there."""
    text = clause.raw
    for other in named:
        first, last = other.found.start - clause.start, other.found.end - clause.start
        if begin <= first and last <= end:
            text = text[:first] + "_" * (last - first) + text[last:]
    return text[begin:end]


def _reaches_right(
    gap: str, clause: Found[str], cue: Cue, mention: Mention, between: Sequence[Mention]
) -> bool:
    gap = _SENSE_THAT.blanked(_BRACKET.sub(" ", gap))
    gap = _BECOMES.blanked(gap)
    if _STOP.search(gap) or _VERB.search(gap) or len(gap) > 60 + 40 * len(between):
        return False
    if not between and "," in gap and any(len(piece.split()) > 3 for piece in gap.rstrip().split(",")):
        return False
    places = [clause.start + cue.end, *(m.found.end for m in between)]
    for place, following in zip(
        places[1:], [*(m.found.start for m in between[1:]), mention.found.start], strict=False
    ):
        if not _LIST.search(clause.raw[place - clause.start : following - clause.start]):
            return False
    return between != [] or len(gap) <= 70


_COMPLEMENT_OF_NAME = Wording(rf"^ to (?!(?:{'|'.join(changes.VERBS.values())})\b)[\w-]+")
"""What belongs to an outcome's name: `readmission to acute care`, `motivation to change`."""


_ASIDE_NOT = Wording(r",? \(?but not (?:[\w’'-]+ ){0,5}[\w’'-]+(?:,|\))")
"""Another outcome that is denied in passing: `anxiety, but not depression, was reduced`."""
_ASIDE = re.compile(
    r",\s(?:(?:as )?(?:measured|assessed|rated|indicated|defined)|which (?:was|were|had|is|are)|"
    r"initially|already)"
    r"\s[^,;]{2,70},"
)
_WAS_TOLD = re.compile(
    r"\s(?:was|were) (?:reported|experienced|observed|noted|perceived|said|felt|"
    r"thought|believed|seen|found)"
    r"(?: to(?: have| be| have been)?)?\s*$"
)
"""Before an adverb of frequency: `cravings were reported less often`."""
_AS_RATED = re.compile(
    r"\sas (?:rated|measured|assessed|reported|perceived) by (?:the |their "
    r")?[\w-]+(?=\s|$)"
)
_ANOTHER_SUBJECT = re.compile(r"\b(?:was|were|is|are|had|has|did)\b[^;_]*\band [^;_]{0,30}_+")
"""Between an outcome and a change: a verb of the one, and another outcome of which the change is."""
_WITH_FOLLOWS = re.compile(r",\swith\s")
_HAD = Wording(r"\s(?:had|has|have|showed|demonstrated|exhibited)(?: been| also| then| \w+ly){0,2}\s*$")


def _reaches_left(gap: str) -> bool:
    gap = _ASIDE.sub(" ", gap)
    gap = _HAD.blanked(_WAS_TOLD.sub(" ", _BRACKET.sub(" ", _COMPLEMENT_OF_NAME.blanked(gap))))
    gap = _AS_RATED.sub(" ", gap)
    return (
        not _WITH_FOLLOWS.search(gap)
        and not _ANOTHER_SUBJECT.search(gap)
        and not _STOP_LEFT.search(gap)
        and len(gap) <= 120
    )


def _printed(
    clause: Found[str], mention: Mention, cue: Cue, named: Sequence[Mention], *, phrase: bool
) -> Found[str]:
    """The words for the outcome: from the change or the last joint to the next joint."""
    text = clause.raw
    begin, end = mention.found.start - clause.start, mention.found.end - clause.start
    stop = (_END_OF_PHRASE if phrase else _END_OF_NAME).search(text, end)
    last = stop.start() if stop else len(text)
    if cue.start >= end:
        last = min(last, cue.start)
    elif (found := _WAS_FOUND.search(text, end, last)) is not None:
        last = found.start()
    others = [m.found.start - clause.start for m in named if m.found.start - clause.start >= end]
    if others and last > min(others):
        last = end
    if not phrase:
        tail = _TAIL.match(text, end)
        last = min(last, max(end, tail.end() if tail else end))
    first = begin
    if cue.end <= begin:
        first = cue.end
        for joint in _JOINT.finditer(text, cue.end, begin + 1):
            first = min(joint.end(), begin)
        others = [m.found.end - clause.start for m in named if m.found.end - clause.start <= begin]
        if others and first < max(others):
            first = begin
        closed = text.rfind(")", first, begin)
        first = max(first, closed + 1)  # a joint inside brackets joins nothing
        lead = _LEAD.match(text, first, begin)
        first = lead.end() if lead else first
    elif not phrase and (kind := _KIND_OF.search(text, max(0, begin - 50), begin)) is not None:
        first = kind.start("kind")
        others = [m.found.end - clause.start for m in named if m.found.end - clause.start <= begin]
        first = begin if others and first < max(others) else first
    return clause.part(min(first, begin), max(last, end)).stripped(' \t\r\n*.,;"“”')


_WAS_FOUND = Wording(r"\s(?:was|were) (?:found|seen|observed|reported|noted|shown)\b")
_KIND_OF = Wording(
    r"(?:^|[,;(] |\b(?:and|or|but|nor|the|their|both|of|in|on|for) )"
    r"(?P<kind>(?:(?!several |additional |final |initial |hospital |clinical trial |residential |individual |"
    r"alternative |professional |intensive |interpersonal )"
    r"(?:\w+-(?:focused|related|specific|oriented)|[a-z]{3,12}(?:al|ive|ent|ary|ic|ized|ised)) ){1,2})$"
)
"""What kind of an outcome it is, before its name: `emotion-focused coping`, `physical quality of life`."""


def _unknown(
    clause: Found[str],
    cue: Cue,
    end: int,
    named: Sequence[Mention],
    *,
    phrase: bool,
    coordinated: bool = False,
) -> Iterator[Statement]:
    """Words behind a change that the vocabulary does not know; `coordinated` behind an outcome it knows."""
    text = clause.raw
    if cue.kind == "not-stated" or (
        not phrase
        and (
            text[cue.start : cue.end].casefold() in {"additional", "developed", "develop", "provided"}
            or (text[cue.start : cue.end].casefold() == "but not" and not coordinated)
            or (
                text[cue.start : cue.end].casefold() in {"more", "less"}
                and not _STATISTIC_FOLLOWS.match(text, cue.end, end)
                and not _THAN_FOLLOWS.match(text, cue.end, end)
                and not _DID_MORE.fullmatch(text, 0, cue.start)
                and not _NUMBER_BEFORE.search(text, max(0, cue.start - 3), cue.start)
                and not (
                    _REPORTED.search(text, max(0, cue.start - 14), cue.start)
                    and _ONE_NOUN.match(text, cue.end)
                )
                and not _TIME_SPENT.match(text, cue.end, end)
                and not (coordinated and text[: cue.start].endswith(" and "))
            )
            or changes.LOSING.fullmatch(text[cue.start : cue.end])
            or _ASSOCIATES.search(text[cue.start : cue.end])
            or (cue.side == "both" and _MOVES.fullmatch(text, cue.start, cue.end))
            or _PRONOUN.match(text, cue.end)
        )
    ):
        return
    cited = CITED.search(text, cue.end, end)
    end = cited.start() if cited else end
    sense = _SENSE_THAT.search(text, cue.end, end)
    if _IS_CONDITION.search(text, max(0, cue.start - 80), cue.start):
        return
    said = text[cue.start : cue.end]
    deed = _TO_DO.search(said) is not None or (
        _FREQUENCY.search(said) is not None and _DEED.match(text, cue.end + 1, end) is not None
    )
    stop = _STOP.search(text, sense.end() if sense else cue.end, end)
    region_end = stop.start() if stop else end
    if not phrase:
        led = _BECOMES.match(text[cue.end : region_end]) if deed else None
        verb = _VERB.search(text, cue.end + led.end() if led else cue.end, region_end)
        region_end = verb.start() if verb else region_end
    covered = [
        (m.found.start - clause.start, m.found.end - clause.start)
        for m in named
        if cue.end <= m.found.start - clause.start < region_end
    ]
    if covered and not phrase:
        return
    begin = cue.end
    pieces: list[tuple[int, int]] = []
    for joint in _JOINT.finditer(text, cue.end, region_end):
        if "OR" in text[joint.start() : joint.end()] or any(
            start < joint.end() and joint.start() < stop_ for start, stop_ in covered
        ):
            continue
        pieces.append((begin, joint.start()))
        begin = joint.end()
    pieces.append((begin, region_end))
    names: list[Found[str]] = []
    previous = ""
    for start, stop_ in pieces:
        piece = text[start:stop_]
        if any(start <= s < stop_ for s, _ in covered):
            previous = ""
            continue
        lead = _LEAD.match(text, start, stop_)
        first = lead.end() if lead else start
        end_of = _END_OF_PHRASE if phrase else _END_OF_DEED if deed else _END_OF_UNKNOWN
        ends = end_of.search(text, first, stop_)
        words = clause.part(first, ends.start() if ends else stop_).stripped(_EDGE)
        if _TIMES.fullmatch(words.raw) and (of := _OF_TIME.match(text, words.end - clause.start, stop_)):
            words = clause.part(first, of.end())
            names.append(words)
            continue
        shares = len(words.raw.split()) <= 2 and not _VERB.match(text, words.end - clause.start + 1)
        if previous and _HAS_COMPLEMENT.search(previous) and shares and words.raw:
            names[-1] = clause.part(names[-1].start - clause.start, words.end - clause.start)
        elif (
            len(words.raw) > 2
            and len(words.raw.split()) <= 12
            and (not _NO_NAME.match(words.raw) or (deed and words.raw.startswith("use ")))
            and (_HAS_COMPLEMENT.search(words.raw) or words.raw.split()[-1].casefold() not in PEOPLE)
        ):
            names.append(words)
            previous = piece
        else:
            previous = ""
    for words in names if phrase else names[:1]:
        yield Statement(words, None, cue.kind, cue.start)
