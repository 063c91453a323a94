"""Methods, roles, populations and settings: which labels speak of the study, and which only stand there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from kg.annotation import cues
from kg.annotation.groups import VAGUE, uncounted
from kg.annotation.reading import Label, Reading, Sentence, lookup
from kg.annotation.words import Wording
from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.model import Concept, ParticipantGroup
from kg.source import Found

WORDINGS = {
    r"randomi[sz]ed (?:\w+ ){0,2}?(?:in)?to\b|(?:was|were|we) randomi[sz]ed\b|random number tables?\b"
    r"|randomly (?:divided|grouped|split)\b": "randomized controlled trial",
    r"quasi-experimental\b": "quasi-experimental study",
    r"(?:study )?protocol for\b": "study protocol",
    r"(?:were|was|be|we|investigators|researchers|and|also)(?: \w+)? interviewed\b": "interview",
    r"(?:were|was|be|we|investigators|researchers)(?: \w+)? surveyed\b": "survey",
    r"we observed\b": "observation",
    r"(?:complet|administ|us)\w+ (?:\w+ )?measures of\b": "standardized measure",
    r"thematically analy[sz]ed\b|analy[sz]ed thematically\b": "thematic analysis",
    r"pilot (?:randomi[sz]ed|cluster|test|intervention|program|trial|study)": "pilot study",
    r"realist\b": "realist evaluation",
    r"longitudinal(?:ly)?\b|prospective(?:ly)?\b": "longitudinal study",
    r"cross-sectional\b": "cross-sectional study",
    r"(?:completed|assessed|measured|surveyed|administered|interviewed)(?: [\w-]+){1,8} before and after\b": (
        "pre-post study"
    ),
    r"mixed-methods?\b": "mixed methods",
}
"""Wordings of methods that are no names, and the label of the vocabulary they stand for."""

MEASURE = ConceptId("method", "standardized-measure")

BARE_REVIEW = Wording(r"reviews?")
OF_LITERATURE = Wording(
    r"(?:^|\b(?:this|our|the present|the|a|an|literature|rapid|narrative|integrative|critical|mini|"
    r"state-of-the-art|"
    r"conceptual|comprehensive|theoretical|umbrella|of|scientific|realist|brief|evidence)[\s-]+)$"
)
OF_PAPERS = Wording(r"\s*(?:of|on|:|$|[.,;]|was|is|were|aims?|examines?|includes?|included|article|paper)")
"""A bare `review` is a design where it stands behind the one and before the other: not `record review`."""

REVIEWS = ConceptId("method", "evidence-synthesis")
REVIEWED = frozenset(
    ConceptId("method", name)
    for name in (
        "interventional-design",
        "observational-design",
        "qualitative",
        "mixed-methods",
        "case-study",
    )
)
"""What a review reviews is not its own design."""

ONLY_ALONE = frozenset({ConceptId("method", "commentary")})
"""Methods of papers that study nothing: kept only where no other method is named."""

_WORDED_LABELS = {f"w{number}": label for number, label in enumerate(WORDINGS.values())}
_WORDED = Wording(
    r"\b(?=[aciloqrstuwpm])(?:"
    + "|".join([f"(?P<{name}>{words})" for name, words in zip(_WORDED_LABELS, WORDINGS, strict=True)])
    + ")",
)

PEERS_HEARD = ConceptId("population", "peer-workers-as-participants")
PARTICIPANTS_ONLY = frozenset({ConceptId("population", "non-peer-staff"), PEERS_HEARD})
"""Populations that deliver services: studied only where they took part."""

PLACES = Wording(
    r"(?:\b(?:in|at|from|within|across|into|inside|throughout|between|to|of|e\.g\.|including|and|or|"
    r"visit(?:ed|ing)?|"
    r"attend(?:ed|ing)?|enter(?:ed|ing)?|among)|:)[\s,]+"
    r"(?:(?:\d+|(?!that|which|who|when|while|by|for|with|was|were|is|are|had|has|not|"
    r"peers?\b)[\w’'&-]+)[\s,-]+)"
    r"{0,4}?$"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|many|most|several|all)[\s-]+"
    r"(?:[\w’'-]+[\s-]+){0,3}?$"
)
"""What stands before a place: one word for a setting (`hospital`, `community`) counts only behind this."""

AIMED_AT = Wording(
    r"\b(?:engagement|entry|linkage|retention|referrals?|enter|access|transition|connection|link(?:ed|"
    r"ing)?|refer(?:red)?)"
    r" (?:with|in|to|into) (?:[\w-]+ ){0,3}$"
    r"|\b(?:engage[ds]? (?:in|with)|attend(?:ed|ing)?|start(?:ed|ing)?|initiat\w+|beg[iau]n|complet\w+|"
    r"receiv\w+|seek\w*|"
    r"accept\w*) (?:[\w-]+ ){0,2}$"
    r"|\b(?:seldom|rarely|never|not|less|avoid) (?:us|visit|attend|reach)\w* (?:[\w-]+ ){0,4}$"
    r"|\b(?:use|utili[sz]ation|visits?|admissions?|admitted|days|stays?|stayed|remain(?:ed)?|retained|"
    r"enrol+ed|"
    r"participat\w+|attendance|time|longer|drop(?:ped)? out|dropout|readmitted|readmissions?) (?:of|to|in|"
    r"from) "
    r"(?:[\w-]+ ){0,2}$"
)
"""Behind this, a place is where people are to go, not where the study was."""

OF_PEERS = frozenset(
    ConceptId("setting", name)
    for name in (
        "clubhouse",
        "peer-respite",
        "peer-run-organisation",
        "recovery-college",
        "recovery-community-center",
    )
)
"""Places of peer support: who attends one is where the study was."""

PLACE_NOUN = Wording(
    r"[\s-]+(?:settings?|sites?|clinics?|cent(?:er|re)s?|facilit(?:y|ies)|systems?|units?|agencies|"
    r"agency|organi[sz]ations?|based)\b"
)

DATA_COLLECTED = Wording(
    r"\b(?:interview|survey|questionnaire|assess|follow(?:ed)?[- ]up|collect|recruit|contact|screen|"
    r"administer|"
    r"complet|conduct)\w*[^;,.]{0,50}$",
)
"""Behind one of these `by telephone` says how data were collected."""
REMOTE = frozenset({ConceptId("setting", "telephone"), ConceptId("setting", "online")})
NOT_AIMED_AT = REMOTE | OF_PEERS
"""Where the study was, though `AIMED_AT` stands before it."""
_DATA_NOUN = Wording(r"[\s-]+(?:interviews?|surveys?|questionnaires?|assessments?|follow-?ups?|screening)\b")

VAGUE_PLACES = frozenset({ConceptId("setting", "health-setting")})
VAGUE_WORDS = Wording(
    r"(?:(?:health|healthcare|care|clinical|medical|treatment)[\s-]+)*"
    r"(?:clinics?|settings?|services?|systems?|facilit(?:y|ies)|cent(?:er|re)s?|programs?|programmes?|"
    r"organi[sz]ations?|agenc(?:y|ies)|departments?|care)"
)
"""Settings that say nothing beside another, where no word says which: `18 clinics`."""

LIVING_IN = Wording(
    r"\b(?:living|delivered|provided|based|offered|conducted|held|carried out) (?:in|at|within) "
    r"(?:the |their |(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|several) )?$"
    r"|\b(?:months?|weeks?|met|meetings?|visits?|hospital|prison|jail) (?:(?!not|and) ?\w+ ){0,3}?"
    r"(?:in|and|to|into) the $"
)
"""What makes a place of a word that is often none: `living in the community`."""

INSIDE = Wording(
    r"\b(?:in|at|within|across|inside|throughout|visit(?:ed|ing)?)\s+(?:(?!that|which|who|by|for|with|was|"
    r"were|is|are)"
    r"[\w’'-]+[\s-]+){0,3}?$"
)
"""What stands before a place where a result was found; `of` and `to` may stand before anything."""

NO_PLACE_ALONE = Wording(
    r"\b(?:care|systems?|treatment|health|medicine|psychiatry|rehabilitation|outreach|support|"
    r"exchange|management|supervision|maintenance)$"
)
"""Names of places that end so are also what people get: they count where a place may stand."""

NO_PLACE = Wording(
    r"[\s-]+(?:interactions?|skills?|relationships?|cultures?|environments?|conditions|safety|stress|"
    r"admissions?|readmissions?|stays?|days|discharges?|tenure|integration|participation|"
    r"members?|stakeholders?|partners?|health|engagement|"
    r"inclusion|support|students?|use|utili[sz]ation|visits?|staff|records?|workers?|advisory|sample|"
    r"living|resources|involvement|reintegration|reentry|"
    r"leaders|education|dropout|officers?|contacts?|interventions?|outcomes|outreach|care workers|"
    r"entry|initiation|uptake|retention|completion|attendance|"
    r"released?|mental|placement|meetings?)\b"
)
"""What shows that such a word is no place."""

IS_LABEL_OF_CONDITION = Wording(
    r"[\s-]+(?:symptoms?|symptomatology|severity|scores?|scales?|outcomes?|reduction|screening|"
    r"inventory|literacy|risk|rates?|prevention|levels?|index)\b"
)
"""Behind a condition: it was measured, it does not say who took part."""

RELATIVES_OF = Wording(
    r"\b(?:parents?|mothers|fathers|caregivers?|carers?|famil(?:y|ies)|relatives|siblings|spouses|partners)"
    r" (?:members )?(?:of|with|to|raising) (?:[\w-]+ ){0,2}$"
)
"""Before those whose relatives are meant: `parents of autistic children`."""
OF_A_LIFE_STAGE = frozenset(
    ConceptId("population", name)
    for name in ("adults", "children", "men", "older-adults", "transition-age-youth", "women", "youth")
)

CONTRAST = Wording(
    r"\b(?:rather than|instead of|unlike|non-?|not|excluding|except|as opposed to|other than)\s*$"
)


NOT_DONE = Wording(
    r"\b(?:(?:did|do|does|could|was|were|is|are)(?: not|n[’']t) (?:(?:use|conduct|include|perform|"
    r"undertake|employ|"
    r"involve|carry out|attempt|have|do|hold|add|allow|permit|possible to) )?(?:an? |any |the )?(?:[\w-]+ "
    r"){0,2}"
    r"|without (?:an? |any |the |conducting |using |doing )*(?:[\w-]+ )?"
    r"|(?:rather than|instead of|in place of|as opposed to|unlike|lack(?:ed|ing|s)?|absence of|no) "
    r"(?:an? |any |the |using |conducting )*(?:[\w-]+ )?)$"
)
"""Before a method that was not used."""
_NOT_DONE_BUT = Wording(
    r"\bnot (?:only|just|complete|return|respond|answer|attend|participate|differ|reach)\b"
)
_OF_PEOPLE = Wording(
    r"[\s-]+(?:groups?|arms?|units?|wards?|beds?|periods?|status|skills?|training|guides?)\b"
)
"""Behind a method whose words name something else: `the observation group`."""


def methods(reading: Reading, vocabulary: Vocabulary) -> tuple[Concept, ...]:
    """Designs, ways of collecting data and of analysing them."""

    def counts(sentence: Sentence, label: Label) -> bool:
        if sentence.of_others or label.kind == "weak" or not _is_review(sentence, label):
            return False
        begin, end = label.found.start - sentence.text.start, label.found.end - sentence.text.start
        if (
            sentence.zone != "title"
            and label.concept != MEASURE
            and any(
                first < end and begin < last and last - first > end - begin
                for first, last in cues.instruments(sentence.text.raw)
            )
        ):
            return False
        denied = NOT_DONE.search(sentence.text.raw, max(0, begin - 60), begin)
        if (denied and _NOT_DONE_BUT.search(denied.group()) is None) or _OF_PEOPLE.match(
            sentence.text.raw, end
        ):
            return False
        if sentence.zone in {"results", "conclusions"} and cues.FUTURE.search(sentence.text.raw):
            return False
        if sentence.zone == "results":
            return not re.match(
                r"\s+(?:showed|show)?\s*(?:of|in) (?:previous|prior)",
                sentence.text.raw[label.found.end - sentence.text.start :],
            )
        if sentence.zone == "title":
            return bool(
                re.search(
                    r"(?:^|[:.?!–—-]\s*|\b(?:a|an|from|of|using|by|through)\s)[^:]{0,60}$",
                    sentence.text.raw[: label.found.start - sentence.text.start],
                )
            )
        return sentence.zone in {"objectives", "methods"}

    told: list[Label] = []
    repeated: list[Label] = []
    for sentence, label in reading.labels("method"):
        if counts(sentence, label):
            (repeated if sentence.zone == "results" else told).append(label)
    found = [label.named(label.concept) for label in told if label.concept is not None]
    found += _of_keywords(reading, "method")
    found += [concept for label in told for concept in _nested(label, vocabulary)]
    named = {concept.value for concept in found}
    covered = named | {wider for concept in named for wider in vocabulary.ancestors(concept)}
    found += [
        concept
        for sentence in reading.zone("title", "objectives", "methods")
        for concept in _worded(sentence, covered, vocabulary)
    ]
    found += [label.named(label.concept) for label in repeated if label.concept is not None]
    found += [concept for label in repeated for concept in _nested(label, vocabulary)]
    found += [
        concept for sentence in reading.zone("methods", "results") for concept in _instruments(sentence)
    ]
    concepts = {c.value: c for c in reversed(found) if vocabulary.entry(c.value).broader}
    wider = {c: {c, *vocabulary.ancestors(c)} for c in concepts}
    if any(REVIEWS in ancestors for ancestors in wider.values()):
        concepts = {c: found for c, found in concepts.items() if not wider[c] & REVIEWED}
    if not set(concepts) <= ONLY_ALONE:
        concepts = {key: c for key, c in concepts.items() if key not in ONLY_ALONE}
    return _in_order(concepts.values())


def _is_review(sentence: Sentence, label: Label) -> bool:
    """Whether a bare `review` is one of literature; any other label is what it says."""
    if not BARE_REVIEW.fullmatch(label.found.raw):
        return True
    begin, end = label.found.start - sentence.text.start, label.found.end - sentence.text.start
    text = sentence.text.raw
    before = OF_LITERATURE.search(text, max(0, begin - 30), begin)
    return before is not None and OF_PAPERS.match(text, end) is not None


_CLUSTERED = Wording(
    r"\b(?:teams|clinics|sites|hospitals|practices|wards|schools|cent(?:er|re)s|agencies|facilities|prisons|"
    r"villages|count(?:y|ies)|clusters|offices|programs) (?:in [\w ]{2,30} )?(?:were|was|will be) "
    r"(?:randomi[sz]ed|randomly (?:assigned|allocated))",
)
"""Places that were randomized, and not people."""
_CLUSTERS = ConceptId("method", "cluster-rct")
_RANDOMIZED = ConceptId("method", "rct")
_OF_SITES = Wording(r"\b(?:from|at|in|of|across|within|to|by|with) (?:[\w-]+ ){0,5}$")
"""Before places from which people came who were randomized: `clients of four clinics were randomized`."""


def _instruments(sentence: Sentence) -> Iterator[Concept]:
    """Named instruments, by the form of their names."""
    for first, last in cues.instruments(sentence.text.raw):
        yield sentence.text.part(first, last).map(lambda _: MEASURE)


def _worded(sentence: Sentence, covered: set[ConceptId], vocabulary: Vocabulary) -> Iterator[Concept]:
    """Methods told by a verb or adjective, where no label names them or a kind of them."""
    for match in _CLUSTERED.finditer(sentence.text.raw):
        if _OF_SITES.search(sentence.text.raw, 0, match.start()) is None:
            covered = covered | {_CLUSTERS, *vocabulary.ancestors(_CLUSTERS), _RANDOMIZED}
            yield sentence.text.part(*match.span()).map(lambda _: _CLUSTERS)
    for match in _WORDED.finditer(sentence.text.raw):
        words = sentence.text.part(match.start(), match.end())
        label = _WORDED_LABELS[match.lastgroup or ""]
        for named in lookup(vocabulary, label, "method"):
            if named.found.raw == label and named.kind == "label" and named.found.value not in covered:
                yield Found(named.found.value, words.raw, words.start)


def _nested(label: Label, vocabulary: Vocabulary) -> Iterator[Concept]:
    """Methods named inside a longer method: "a case study of the implementation process" is a case study."""
    words = list(label.found.split(r"\s+"))
    if len(words) < 2 or label.concept is None or label.concept == MEASURE:
        return
    known = {label.concept, *vocabulary.ancestors(label.concept)}
    for part in (
        label.found.part(0, words[-1].start - label.found.start).stripped(),
        label.found.part(words[1].start - label.found.start, len(label.found.raw)),
    ):
        for match in lookup(vocabulary, part.raw, "method"):
            if BARE_REVIEW.fullmatch(match.found.raw):
                continue
            if match.kind == "label" and match.found.value not in known:
                known |= {match.found.value, *vocabulary.ancestors(match.found.value)}
                yield Found(match.found.value, match.found.raw, part.start + match.found.start)


def roles(
    reading: Reading, groups: Sequence[ParticipantGroup], vocabulary: Vocabulary
) -> tuple[Concept, ...]:
    """The peer roles the study is about."""
    opening = reading.sentences[0] if reading.sentences else None

    def counts(sentence: Sentence, label: Label) -> bool:
        if label.kind == "weak":
            return not sentence.of_others and sentence.zone != "background" and _is_people(sentence, label)
        if label.kind == "acronym" and len(label.concepts) > 1:
            return False
        if sentence.zone == "background":
            return (
                sentence is opening
                and not sentence.text.raw[: label.found.start - sentence.text.start].strip()
            )
        return not sentence.of_others

    found = _found(reading, "role", counts)
    found += [group.role for group in groups if group.role is not None]
    return _in_order(_without_vague(found, reading, vocabulary))


def _is_people(sentence: Sentence, label: Label) -> bool:
    """Whether a weak label names people (`peers`), not a kind of support (`peer support`)."""
    after = sentence.text.raw[label.found.end - sentence.text.start :]
    return bool(
        re.match(
            r"\s*(?:$|[,.;:)’']|(?:who|are|were|was|is|and|or|in|with|to|of|from|for|at|as|had|have|"
            r"can|described|reported|felt|provided|may|act|on|by|that)\b)",
            after,
        )
    )


def _without_vague(found: Sequence[Concept], reading: Reading, vocabulary: Vocabulary) -> list[Concept]:
    """Without concepts named only weakly where something narrower is named well."""
    strong = {
        label.found.start
        for sentence in reading
        for label in sentence.labels
        if label.kind in {"label", "acronym"}
    } | {label.found.start for label in reading.keywords if label.kind == "label"}
    well = {concept.value for concept in found if concept.start in strong}
    covered = {ancestor for concept in well for ancestor in vocabulary.ancestors(concept)}
    kept: dict[ConceptId, Concept] = {}
    for concept in sorted(found, key=lambda c: (c.start not in strong, c.start)):
        if concept.start in strong or (concept.value not in covered and not well):
            kept.setdefault(concept.value, concept)
    return list(kept.values())


def populations(
    reading: Reading, groups: Sequence[ParticipantGroup], vocabulary: Vocabulary
) -> tuple[Concept, ...]:
    """The people served, and the people who took part."""
    opening = reading.sentences[0] if reading.sentences else None

    def counts(sentence: Sentence, label: Label) -> bool:
        if label.kind == "weak" or label.concept in PARTICIPANTS_ONLY:
            return False
        if sentence.zone == "background":
            return sentence is opening and _is_subject(sentence, label) and _is_population(sentence, label)
        if sentence.of_others:
            return False
        if sentence.zone == "conclusions" and cues.POSSIBLE.search(sentence.text.raw):
            return False
        if sentence.zone in {"results", "conclusions"} and cues.FUTURE.search(sentence.text.raw):
            return False
        return _is_population(sentence, label)

    found = _found(reading, "population", counts)
    elsewhere = {
        label.concept
        for sentence, label in reading.labels("population")
        if sentence.zone in {"title", "objectives", "methods"} and label.concept and counts(sentence, label)
    }
    told = {
        label.found.start
        for sentence, label in reading.labels("population")
        if sentence.zone in {"results", "conclusions"}
    }
    if elsewhere - VAGUE:
        found = [
            c for c in found if c.value in elsewhere or c.start not in told or c.value not in OF_A_LIFE_STAGE
        ]
    found += [
        concept
        for sentence in reading
        for label in sentence.of("population")
        if counts(sentence, label)
        for concept in _whose(label, vocabulary)
        if concept.value not in OF_A_LIFE_STAGE or not _has_relatives(sentence, label)
    ]
    found += [age for sentence in reading.zone("title", "objectives", "methods") for age in _of_age(sentence)]
    found = [c for c in found if c.value not in PARTICIPANTS_ONLY]
    found += [
        group.population
        for group in groups
        if group.population is not None
        and not (group.population.value in PARTICIPANTS_ONLY and _BY_WHOM.match(group.description.raw))
    ]
    peers = [group.role for group in groups if group.role is not None] or _heard(reading)
    found += [role.map(lambda _: PEERS_HEARD) for role in peers]
    named = {concept.value for concept in found}
    broader = {ancestor for concept in named for ancestor in vocabulary.ancestors(concept)}
    if named - VAGUE:
        broader |= VAGUE
    return _in_order(concept for concept in found if concept.value not in broader)


_SUBJECT = Wording(r"(?:(?:many|most|some|few|all|older|young|younger|rural|low-income|u\.?s\.?) )?")
_SUBJECT_GOES_ON = Wording(r"\s+(?:(?:with|who|in|and|or|of|from|living|aged) )?")


def _is_subject(sentence: Sentence, label: Label) -> bool:
    """Whether a sentence begins with the people of the label, or with others whom it says more of."""
    begin = sentence.text.start
    end = begin
    for other in sorted(sentence.of("population"), key=lambda each: each.found.start):
        if other.kind == "weak":
            continue
        between = sentence.text.raw[end - begin : max(end, other.found.start) - begin]
        goes_on = _SUBJECT if end == begin else _SUBJECT_GOES_ON
        if other.found.start >= end and not goes_on.fullmatch(between):
            return False
        end = max(end, other.found.end)
        if other is label:
            return True
    return False


_AGED = Wording(
    rf"{cues.PERSONS} (?:who (?:are|were) )?(?:aged |age |over |older than )(?:over |at least |≥ ?)?[6-9]\d"
    r"(?! ?(?:%|to|-|–|and \d))(?: years)?(?: (?:and|or) (?:over|older|above|up)\b)?",
)
_OLD = ConceptId("population", "older-adults")


def _of_age(sentence: Sentence) -> Iterator[Concept]:
    """People of 60 years and more, by their age: `adults aged 75 or over`."""
    for match in _AGED.finditer(sentence.text.raw):
        if sentence.of_others or not _ONLY_OLD.search(match.group()):
            continue
        yield sentence.text.part(match.start(), match.end()).map(lambda _: _OLD)


_ONLY_OLD = Wording(r"\b(?:over|older|above|up|at least|≥)")


def _has_relatives(sentence: Sentence, label: Label) -> bool:
    begin = label.found.start - sentence.text.start
    return RELATIVES_OF.search(sentence.text.raw, max(0, begin - 60), begin) is not None


def _whose(label: Label, vocabulary: Vocabulary) -> Iterator[Concept]:
    """The people behind what is said of them: the youth of `homeless youth`."""
    space = re.search(r"\s", label.found.raw)
    if space is None or label.concept is None or _OF.search(label.found.raw):
        return
    people = label.found.part(space.end(), len(label.found.raw))
    known = {label.concept, *vocabulary.ancestors(label.concept), *VAGUE}
    for match in lookup(vocabulary, people.raw, "population"):
        if match.kind == "label" and match.found.value not in known:
            yield Found(match.found.value, match.found.raw, people.start + match.found.start)


_OF = Wording(r"\b(?:of|with|for|from|to|in|by|at|who|and|or)\b")

_BY_WHOM = Wording(r"(?:were |was )?(?:assigned |allocated |randomi[sz]ed )?(?:to|by|with|from) ")
"""How the words for an arm begin that say who gave its support: `255 to a social worker`."""

HEARD_BY = Wording(
    r"\b(?:interview(?:s|ed)?|survey(?:s|ed)?|focus groups?|questionnaires?)\b[^.;:]{0,60}$",
)


def _heard(reading: Reading) -> list[Concept]:
    """The roles of those who were asked, where they were not counted: `we surveyed peer specialists`."""
    return [
        group.role
        for sentence in reading.zone("objectives", "methods")
        for group in uncounted(sentence)
        if group.role is not None
        and HEARD_BY.search(sentence.text.raw, 0, group.quote.start - sentence.text.start)
    ]


_HAS_SHARE = re.compile(r"\s*[\[(]\s*\d+(?:\.\d+)?\s?%\s*[\])]")
"""Behind those who are a share of the people: `349 men (68%)`."""


INPATIENTS = ConceptId("population", "inpatients")
_OF_INPATIENT = Wording(
    r"[\s-]+(?:days?|stays?|admissions?|beds?|units?|wards?|care|treatment|services?|"
    r"hospitali[sz]ations?|costs?|"
    r"use|visits?|facilit\w+|episodes?|readmissions?|nights?|rehabilitation|psychiatry|settings?|"
    r"teams?|staff)\b"
)
"""Behind `inpatient`, which then says no people."""
_ORGANISATION = re.compile(
    r"\b(?:Association|Society|Legion|Organi[sz]ation|Federation|Alliance|Coalition|Council|Center|Centre|"
    r"Institute|Department|Administration|Office|Foundation|Network|League|Union)(?: [A-Z][\w’'-]+)? "
    r"(?:of|for|on)(?: the)? (?:[A-Z][\w’'-]+ (?:and )?){0,3}$"
)
"""Before people whose name is part of that of an organisation: `National Association of Black ...`."""


_EXCLUDED = Wording(
    r"[^.;]{0,120}?\b(?:was|were|are|will be|would be|had been|is) (?:\w+ly )?(?:excluded|ineligible|"
    r"not eligible|"
    r"not included|not enrolled|not invited|screened out|omitted|exempt)\b",
)
_EXCLUDING = Wording(
    r"\b(?:excluding|excluded|we excluded|exclusion (?:criteria|of)|ineligible|not eligible|except(?: for)?|"
    r"with the exception of)\b[^.;]{0,100}$",
)
"""Behind and before those who could not take part."""
_SHARE_BEFORE = Wording(r"%[)\]]?\s+(?:(?:were|was|are|identified as|of) )?$")
"""Before those who are a share of the people: `88 (67%) were men`."""


def _is_population(sentence: Sentence, label: Label) -> bool:
    text, begin, end = (
        sentence.text.raw,
        label.found.start - sentence.text.start,
        label.found.end - sentence.text.start,
    )
    if (
        _SHARE_BEFORE.search(text, max(0, begin - 24), begin)
        or _HAS_SHARE.match(text, end)
        or IS_LABEL_OF_CONDITION.match(text, end)
        or CONTRAST.search(text, max(0, begin - 20), begin)
        or (label.concept in OF_A_LIFE_STAGE and _has_relatives(sentence, label))
    ):
        return False
    if _EXCLUDED.match(text, end) or _EXCLUDING.search(text, max(0, begin - 120), begin):
        return False
    if label.concept == INPATIENTS and _OF_INPATIENT.match(text, end) and not text[:end].endswith("s"):
        return False
    if label.found.raw[0].isupper() and _ORGANISATION.search(text, max(0, begin - 80), begin):
        return False
    inside = [
        x
        for x in sentence.of("role", "outcome", "setting")
        if x.found.start <= label.found.start and label.found.end <= x.found.end
    ]
    if any(x.scheme == "role" or len(x.found.raw) > len(label.found.raw) for x in inside):
        return False
    same = any(x.scheme == "outcome" for x in inside)
    if same or sentence.zone in {"results", "conclusions"}:
        # `depression` is an outcome too: it is a population only where it says which people.
        return bool(
            re.search(
                r"\b(?:with|having|experiencing|of|for|among|in|who (?:have|are|had|were)|and|"
                r"diagnosed with)\s+(?:[\w-]+\s+){0,4}$",
                text[:begin],
            )
            or sentence.zone == "title"
        ) and not (
            same
            and sentence.zone in {"results", "conclusions"}
            and not re.search(
                r"(?:people|persons?|individuals|adults|patients|women|men|veterans|those|participants|"
                r"youth|clients)\s+(?:\w+\s+){0,2}(?:with|experiencing)\s+(?:\w+\s+){0,3}$",
                text[:begin],
                re.IGNORECASE,
            )
        )
    return True


def settings(reading: Reading) -> tuple[Concept, ...]:
    """Where the study or the support took place."""

    def counts(sentence: Sentence, label: Label) -> bool:
        if sentence.of_others or sentence.zone in {"background", "conclusions"}:
            return False
        if sentence.zone == "results" and cues.FUTURE.search(sentence.text.raw):
            return False
        begin = label.found.start - sentence.text.start
        if (
            sentence.zone == "results"
            and not re.search(r"\s", label.found.raw)
            and not INSIDE.search(sentence.text.raw, max(0, begin - 60), begin)
        ):
            return False
        if label.kind == "weak":
            return sentence.zone in {"title", "methods", "objectives"} and (
                label.found.raw.isupper()
                or _is_given_at(sentence, label)
                or LIVING_IN.search(sentence.text.raw, max(0, begin - 30), begin) is not None
            )
        return _is_place(sentence, label)

    found = _found(reading, "setting", counts)
    telling = [c for c in found if c.value not in VAGUE_PLACES or not VAGUE_WORDS.fullmatch(c.raw)]
    found = telling or found
    return _in_order({c.value: c for c in reversed(found)}.values())


def _is_place(sentence: Sentence, label: Label) -> bool:
    text, begin, end = (
        sentence.text.raw,
        label.found.start - sentence.text.start,
        label.found.end - sentence.text.start,
    )
    if any(
        x.found.start <= label.found.start
        and label.found.end <= x.found.end
        and len(x.found.raw) > len(label.found.raw)
        for x in sentence.of("role", "outcome", "population", "method")
    ):
        return False
    if sentence.zone in {"results", "conclusions"} and not PLACES.search(text, max(0, begin - 60), begin):
        return _continues(sentence, label)
    if label.concept in REMOTE and (
        DATA_COLLECTED.search(text, max(0, begin - 90), begin) or _DATA_NOUN.match(text, end)
    ):
        return False
    if label.concept not in NOT_AIMED_AT and AIMED_AT.search(text, max(0, begin - 60), begin):
        return False
    several = label.kind == "acronym" or len(re.findall(r"\w+", label.found.raw)) > 1
    given = sentence.zone != "title" and label.concept not in REMOTE
    if several and not (given and NO_PLACE_ALONE.search(label.found.raw)):
        return not NO_PLACE.match(text, end)
    if NO_PLACE.match(text, end):
        return False
    return bool(PLACES.search(text, max(0, begin - 60), begin) or PLACE_NOUN.match(text, end)) or _continues(
        sentence, label
    )


def _continues(sentence: Sentence, label: Label) -> bool:
    """Whether the label is a further item in a list of settings: `police, emergency services, hospital`."""
    text, begin = sentence.text.raw, label.found.start - sentence.text.start
    return any(
        x.found.end <= label.found.start
        and re.fullmatch(
            r"\s*(?:,|and|or|,\s*(?:and|or))\s+", text[x.found.end - sentence.text.start : begin]
        )
        and _is_place(sentence, x)
        for x in sentence.of("setting")
    )


_GIVEN = Wording(
    r"\b(?:offered|provided|delivered|available|given|supported|meets?|met|visit(?:s|ed)?|"
    r"t(?:akes?|ook) place)\b"
    r"[^.;]{0,160}?\b(?:at|in the|in their|in their own) $"
)
"""Before a place where support is given: `offered by telephone and at home`."""


def _is_given_at(sentence: Sentence, label: Label) -> bool:
    begin = label.found.start - sentence.text.start
    return _GIVEN.search(sentence.text.raw, 0, begin) is not None


def facets(reading: Reading) -> tuple[Concept, ...]:
    """Roles, populations and settings of a report that describes no study of its own."""

    def counts(sentence: Sentence, label: Label) -> bool:
        if label.kind == "weak" and label.scheme == "setting":
            return _is_given_at(sentence, label)
        if label.kind == "weak" or label.concept in PARTICIPANTS_ONLY:
            return False
        if label.scheme == "setting":
            return _is_place(sentence, label)
        if label.scheme == "population":
            return _is_population(sentence, label)
        return True

    found = [
        concept for scheme in ("role", "population", "setting") for concept in _found(reading, scheme, counts)
    ]
    found += [
        label.named(label.concept)
        for claim in reading.claims
        for label in claim.of("role", "population", "setting")
        if label.concept is not None and counts(claim, label)
    ]
    return _in_order({c.value: c for c in reversed(found)}.values())


def _found(reading: Reading, scheme: str, counts: Callable[[Sentence, Label], bool]) -> list[Concept]:
    """The concepts of the labels that count, in order of place; keywords count by themselves."""
    found = [
        label.named(label.concept)
        for sentence, label in reading.labels(scheme)
        if label.concept is not None and counts(sentence, label)
    ]
    return found + _of_keywords(reading, scheme)


def _of_keywords(reading: Reading, scheme: str) -> list[Concept]:
    return [
        label.named(label.concept)
        for label in reading.keywords
        if label.scheme == scheme and label.concept is not None and label.kind == "label"
    ]


def _in_order(found: Iterable[Concept]) -> tuple[Concept, ...]:
    unique: dict[ConceptId, Concept] = {}
    for concept in sorted(found, key=lambda c: c.start):
        unique.setdefault(concept.value, concept)
    return tuple(unique.values())
