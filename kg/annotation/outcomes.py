"""What a clause says about which outcome: printed changes joined to the labels they govern."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.annotation import changes
from kg.annotation.changes import Cue, Kind
from kg.annotation.reading import Label
from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.source import Found

SERVICES = (
    r"treatments?|therap(?:y|ies)|programs?|programmes?|services?|counsel(?:l)?ing|counsel(?:l)?ors?|"
    r"interventions?|"
    r"providers?|specialists?|groups?|models?|cent(?:er|re)s?|settings?|disorders?|clinics?|staff|"
    r"fields?|research|"
    r"training|workers?|professionals?|teams?|systems?|courses?|college|agencies|agency|facilit(?:y|ies)|"
    r"support services|medications?|navigators?|coach(?:es)?|coaching|plans?|curriculum|specialty|literature|"
    r"communit(?:y|ies)|approach(?:es)?|oriented|focused|related|based|policy|policies|stories|story|"
    r"histor(?:y|ies)|"
    r"patients?|clients?|participants?|journey|units?|wards?|hospitals?|efforts|materials|education"
)
"""A label directly before one of these is part of the name of something else: `depression treatment`."""

CONDITIONS = (
    r"(?:people|persons?|individuals?|adults?|patients?|clients?|participants?|women|men|veterans?|"
    r"youths?|those|"
    r"adolescents?|mothers|consumers?|survivors?|members|residents|students|users|inmates|parents|"
    r"smokers|workers|"
    r"peers|sample|someone|anyone|population|populations)\s+(?:[\w-]+\s+){0,3}?(?:with|in|experiencing|"
    r"living with|diagnosed with|"
    r"suffering from|having|who (?:have|had|has|experience|experienced|are|were)|seeking|receiving|"
    r"facing|at risk (?:of|for))"
    r"|diagnos[ie]s of|diagnosed with|history of|histories of|living with|treatment (?:of|for)|treated "
    r"for|comorbid|"
    r"co-occurring|recovery from|recovering from|recover from|lived experiences? of|experiences? with|"
    r"shared experiences? of|"
    r"measures? of|measured|scale|screening for|screened for|questionnaire|focus on|focused on|focus of|"
    r"understanding of|our understanding|knowledge (?:of|about)|awareness of|attitudes? (?:to|toward|"
    r"towards)|regardless of|"
    r"in the context of|such as|controlling for|adjusting for|adjusted for|independent of|moderated by|"
    r"mediated by|"
    r"service for|services for|program for|intervention for|interventions for|programs for|role of|role in"
)
"""Behind one of these a label names a condition, a topic or a covariate, not what changed."""

_IS_MODIFIER = re.compile(rf"[\s-]+(?:{SERVICES})\b", re.IGNORECASE)
_IS_CONDITION = re.compile(
    rf"(?:^|\W)(?:{CONDITIONS})(?:\s+(?:a|an|the|their|both|severe|serious|current|past|lifetime|"
    r"shared|actual|[\w-]+ly))*\s*$",
    re.IGNORECASE,
)

_STOP_WORDS = (
    r"that|which|who|whom|whose|because|when|where|while|although|though|whereas|through|via|by|than|"
    r"compared|versus|"
    r"vs|despite|regardless|toward|towards|relative|if|whether|since|until|unless|using|based|following"
)
_VERBS = (
    r"was|were|is|are|be|had|has|have|did|does|do|showed|shows|reported|report|experienced|found|"
    r"described|felt|received|"
    r"completed|remained|became|attended|participated|demonstrated|indicated|suggests?|met|used|said|"
    r"explained|"
    r"identified|discussed|perceived|provided|provides|can|may|might|could|will|would|should"
)
_STOP = re.compile(rf"\b(?:{_STOP_WORDS})\b|[;:]", re.IGNORECASE)
_VERB = re.compile(rf"\b(?:{_VERBS})\b", re.IGNORECASE)
_SENSE_THAT = re.compile(
    r"\b(?:sense|feeling|feelings|belief|perception|perceptions|confidence|hope)\s+(?:that|of being)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"[,/&]|\b(?:and|or|nor|plus|as well as|along with|also)\b", re.IGNORECASE)
_JOINT = re.compile(
    r"\s*(?:,\s*(?:and|or|as well as|nor|but)?\b|\s(?:and|or|nor|as well as|along with|plus|&)\s)\s*",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\s*\([^()]{0,200}\)")
_LEAD = re.compile(
    r"(?:\s*(?:(?:in|of|on|for|with|to|at|both|the|a|an|any|their|his|her|its|our|this|these|"
    r"clients?[’']|patients?[’']|"
    r"participants?[’']|veterans?[’']|peers?[’']|overall|and|or|also|either|significant|self-reported|"
    r"perceived|statistically|"
    r"levels? of|rates? of|be|being|been|become|becoming|have|having|achieve|report|experience)(?=\W)|"
    r"[\w]+ly\b|,))*\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:scores?|rates?|levels?|severity|symptoms?|days?|visits?|outcomes?|ratings?|frequency|use|"
    r"problems?|skills?|behaviou?rs?)\b",
    re.IGNORECASE,
)
_END_OF_NAME = re.compile(
    rf"\s*(?:[,;:.()\[\]]|\s(?:{_STOP_WORDS}|{_VERBS}|and|or|nor|as well as|but|among|amongst|in|at|"
    r"for|from|with|after|over|"
    rf"during|between|across|within|on|to|as|into|before|without|along|plus|beyond|under)\b)",
    re.IGNORECASE,
)
_END_OF_PHRASE = re.compile(
    r"\s*(?:[,;:.()\[\]]|\s(?:and|or|as well as|but|through|by|via|than|compared|leading|resulting)\b)",
    re.IGNORECASE,
)
_GLOSS = re.compile(r"[\w\s-]{0,20}\([\w\s-]{0,12}")
_HAS_COMPLEMENT = re.compile(r"\b(?:of|in|with|to|for|about|that|on)\b", re.IGNORECASE)
_NO_NAME = re.compile(
    r"^(?:\W*|(?:more|less|than|them|it|this|that|these|those|other|others|number|levels?|rates?|"
    r"scores?|understanding|group|groups|"
    r"participants?|months?|weeks?|years?|time|evidence|attention|research|need|needs|use|awareness|"
    r"insights?|peers?|"
    r"control|controls|conditions?)\b.*|.*\d.*)$",
    re.IGNORECASE,
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
    )
    for form in forms.split()
}
"""Adjectives and participles for an outcome, and the label of the vocabulary that names it."""

_FORM = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(FORMS, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """An outcome named in a clause: the words, what they may name, and whether by its opposite.

    `change` is a change that is part of the name, such as `longer` in `longer community tenure`.
    """

    found: Found[str]
    concepts: tuple[ConceptId, ...]
    inverse: bool = False
    weak: bool = False
    change: Kind | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """An outcome and what is said of it; `cue` is the place of the wording in the clause, if there is one."""

    words: Found[str]
    mention: Mention | None
    kind: Kind | None
    cue: int | None


def mentions(clause: Found[str], labels: Sequence[Label], vocabulary: Vocabulary) -> list[Mention]:
    """The outcomes that a clause names as outcomes, in order of place."""
    found: list[Mention] = []
    for label in labels:
        for mention in _parts(label, vocabulary):
            begin, end = mention.found.start - clause.start, mention.found.end - clause.start
            if _IS_MODIFIER.match(clause.raw, end) or _IS_CONDITION.search(
                clause.raw, max(0, begin - 80), begin
            ):
                continue
            if found and _GLOSS.fullmatch(clause.raw, found[-1].found.end - clause.start, begin):
                continue
            found.append(mention)
    for match in _FORM.finditer(clause.raw):
        words = clause.part(match.start(), match.end())
        if any(m.found.start < words.end and words.start < m.found.end for m in found):
            continue
        named = FORMS[words.raw.casefold()]
        matches = vocabulary.find(Found(named, named, 0), "outcome")
        concepts = tuple(dict.fromkeys(m.found.value for m in matches if m.found.raw == named))
        if concepts and re.search(
            r"(?:likely|odds|able|to|be|been|being|became|were|was|felt|feel|feeling|more|less|fewer|"
            r"and|or|remained|stay|%[^.]{0,40})\W+(?:be\W+|become\W+|have\W+|been\W+|remain\W+|"
            r"\w+ly\W+|get\W+)?$",
            clause.raw[max(0, match.start() - 60) : match.start()],
            re.IGNORECASE,
        ):
            inverse = any(m.kind == "inverse" for m in matches)
            found.append(Mention(words, concepts, inverse=inverse, weak=True))
    return sorted(found, key=lambda mention: mention.found.start)


def _parts(label: Label, vocabulary: Vocabulary) -> Iterator[Mention]:
    """The label, or the outcomes it joins ("social support and social functioning") where each has a name."""
    whole = Mention(label.found, label.concepts, label.kind == "inverse", label.kind == "weak")
    pieces = list(label.found.split(r"\s+(?:and|or|&)\s+|,\s*(?:and\s+)?"))
    if len(pieces) > 1:
        named = [_whole_name(piece, vocabulary) for piece in pieces]
        if all(named) and len({mention.concepts for mention in named if mention}) > 1:
            yield from (mention for mention in named if mention)
            return
    inner = None if whole.inverse else changes.inside(label.found)
    yield whole if inner is None else replace(whole, change=inner[0], found=inner[1])


def _whole_name(piece: Found[str], vocabulary: Vocabulary) -> Mention | None:
    matches = [
        m
        for m in vocabulary.find(piece, "outcome")
        if m.found.start == piece.start and m.found.end == piece.end
    ]
    if not matches:
        return None
    strong = [m for m in matches if m.kind == "label"] or matches
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
    cues = [
        cue
        for cue in changes.cues(text)
        if not any(
            m.found.start - clause.start < cue.end and cue.start < m.found.end - clause.start for m in named
        )
    ]
    found = []
    governed: set[int] = set()
    for mention in named:
        if mention.change is not None:
            found.append(
                Statement(mention.found, mention, mention.change, mention.found.start - clause.start)
            )
            continue
        cue = _governing(clause, mention, named, cues)
        if cue is None:
            found.append(Statement(mention.found, mention, None, None))
            continue
        governed.add(cue.start)
        words = _printed(clause, mention, cue, named, phrase=phrase)
        found.append(Statement(words, mention, cue.kind, cue.start))
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        if cue.side != "left" and (phrase or cue.start not in governed):
            end = len(text) if following is None else following.start
            found += _unknown(clause, cue, end, named, phrase=phrase)
    return sorted(found, key=lambda statement: statement.words.start)


def _governing(
    clause: Found[str], mention: Mention, named: Sequence[Mention], cues: Sequence[Cue]
) -> Cue | None:
    begin, end = mention.found.start - clause.start, mention.found.end - clause.start
    left, chained = None, False
    for cue in reversed([cue for cue in cues if cue.end <= begin]):
        if cue.side == "left":
            break
        gap = clause.raw[cue.end : begin]
        between = [
            m for m in named if m.found.start >= clause.start + cue.end and m.found.end <= mention.found.start
        ]
        if _reaches_right(gap, clause, cue, mention, between):
            left, chained = cue, bool(between)
        break
    right = None
    following = next((cue for cue in cues if cue.start >= end), None)
    if (
        following is not None
        and following.side != "right"
        and _reaches_left(clause.raw[end : following.start])
    ):
        right = following
    if left is None or right is None:
        return left or right
    adjacent = not _LIST.search(_BRACKET.sub("", clause.raw[end : right.start])) and right.start - end <= 40
    return right if chained and adjacent and right.side == "left" else left


def _reaches_right(
    gap: str, clause: Found[str], cue: Cue, mention: Mention, between: Sequence[Mention]
) -> bool:
    gap = _SENSE_THAT.sub(" ", _BRACKET.sub(" ", gap))
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


def _reaches_left(gap: str) -> bool:
    gap = _BRACKET.sub(" ", gap)
    return (
        not (
            _STOP.search(gap)
            or re.search(r"\b(?:to|had|reported|showed|experienced|led|resulted)\b", gap, re.IGNORECASE)
        )
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
    others = [m.found.start - clause.start for m in named if m.found.start - clause.start >= end]
    if others and last > min(others):
        last = end
    if not phrase:
        tail = _TAIL.match(text, end)
        last = min(last, max(end, tail.end() if tail else end))
    first = begin
    if cue.end <= begin:
        first = cue.end
        for joint in _JOINT.finditer(text, cue.end, begin):
            first = joint.end()
        others = [m.found.end - clause.start for m in named if m.found.end - clause.start <= begin]
        if others and first < max(others):
            first = begin
        lead = _LEAD.match(text, first, begin)
        first = lead.end() if lead else first
    return clause.part(min(first, begin), max(last, end)).stripped(' \t\r\n*.,;"“”')


def _unknown(
    clause: Found[str], cue: Cue, end: int, named: Sequence[Mention], *, phrase: bool
) -> Iterator[Statement]:
    """Words behind a change that the vocabulary does not know."""
    text = clause.raw
    if cue.kind == "not-stated" or (
        not phrase
        and text[cue.start : cue.end].casefold()
        in {"more", "less", "additional", "but not", "developed", "develop", "provided"}
    ):
        return
    sense = _SENSE_THAT.search(text, cue.end, end)
    stop = _STOP.search(text, sense.end() if sense else cue.end, end)
    region_end = stop.start() if stop else end
    if not phrase:
        verb = _VERB.search(text, cue.end, region_end)
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
        if any(start < joint.end() and joint.start() < stop_ for start, stop_ in covered):
            continue
        pieces.append((begin, joint.start()))
        begin = joint.end()
    pieces.append((begin, region_end))
    previous = ""
    for start, stop_ in pieces:
        piece = text[start:stop_]
        if not any(start <= s < stop_ for s, _ in covered):
            lead = _LEAD.match(text, start, stop_)
            first = lead.end() if lead else start
            ends = (_END_OF_PHRASE if phrase else _END_OF_NAME).search(text, first, stop_)
            words = clause.part(first, ends.start() if ends else stop_).stripped(' \t\r\n*.,;"“”()')
            continued = previous and _HAS_COMPLEMENT.search(previous) and len(words.raw.split()) <= 2
            if (
                0 < len(words.raw.split()) <= 12
                and len(words.raw) > 2
                and not continued
                and not _NO_NAME.match(words.raw)
            ):
                yield Statement(words, None, cue.kind, cue.start)
                if not phrase:
                    return
        previous = piece
