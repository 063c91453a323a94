"""What a report states about outcomes: own results, what it cites or takes for granted, what it aims at."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from kg.annotation import changes, cues
from kg.annotation.candidates import Candidate
from kg.annotation.comparisons import FADED, OTHERS_DIFFER, TAKEN_BACK, compared, is_by_chance, taken_back
from kg.annotation.figures import NONE, Figures, all_figures, figures
from kg.annotation.groups import asked, head_noun
from kg.annotation.outcomes import FORMS, Mention, Statement, mentions, named_otherwise, statements, subject
from kg.annotation.reading import Reading, Sentence, labels_in
from kg.annotation.sentences import clauses, items
from kg.annotation.words import Wording, any_form, either, lowered, word_set
from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.model import Citation, Claim, Concept, Finding, ParticipantGroup, Report
from kg.source import Found

OWN = ConceptId("basis", "own-result")
CITED = ConceptId("basis", "cited-from-other")
BACKGROUND = ConceptId("basis", "background-claim")
AIM = ConceptId("basis", "aim-only")

CLIENTS = ConceptId("whom", "clients")
PEERS = ConceptId("whom", "peers")
STAFF = ConceptId("whom", "staff")
SYSTEM = ConceptId("whom", "system")

DESCRIBED = ConceptId("direction", "described")

WHOM_BY_BRANCH = {
    ConceptId("outcome", "peer-worker-outcome"): PEERS,
    ConceptId("outcome", "implementation-outcome"): SYSTEM,
    ConceptId("outcome", "cost"): SYSTEM,
    ConceptId("outcome", "cost-effectiveness"): SYSTEM,
    ConceptId("outcome", "staff-attitudes"): STAFF,
}
"""Outcomes that by themselves say whom they are about; the nearest branch counts."""

_PEER_WORDS = (
    r"(?:peer (?:[\w-]+ ){0,2}?(?:mentors?|workers?|supporters?|providers?|specialists?|navigators?|staff|"
    r"coaches|"
    r"counsel(?:l)?ors?|technicians?|"
    r"facilitators?|advocates?|educators?|support (?:workers?|providers?|specialists?|staff)|recovery "
    r"(?:coaches|specialists?)|"
    r"helpers?|volunteers?|leaders?|interventionists?)|peers|(?:recovery )?coaches|navigators|mentors?(?! "
    r"roles? in)|"
    r"lived experience workers|(?:helpline |warm ?line |line )operators|buddies|befrienders|mentor "
    r"mothers|promotor(?:a|e)s|"
    r"lay health (?:leaders|workers)|(?<!healthy )volunteers|(?:counsel(?:l)?ors|advocates|facilitators|"
    r"volunteers|workers)[’\'] own|(?:youth|their|own) peers?)"
)
_CLIENT_WORDS = (
    r"(?:clients?|(?:out|in)?patients?|participants?|consumers?|service users?|recipients?|mentees|veterans?|"
    r"adults|individuals|people|persons|"
    r"women|men|youths?|adolescents|students|residents|tenants|fathers|carers|refugees|prisoners|callers|"
    r"enrollees|teen(?:ager)?s|spouses|relatives|siblings|parents|mothers|caregivers|families|offenders|"
    r"inmates|those (?:with|who|receiving|in|assigned)|"
    r"intervention group|control group|users|smokers|survivors|members|attendees|respondents)"
)
_STAFF_WORDS = either(
    "clinicians?, (?:non-?peer )?staff, supervisors?, providers, nurses, (?:case )?managers, administrators, "
    "therapists, professionals, psychiatrists, employers"
)

_ARMS = either(
    "arms?, groups?, conditions?, cohorts?, interventions?, programm?e?s?, services?, support, contacts?, "
    "models?, training, roles?, recipients, participants, users"
)
"""Behind a role: a group of clients or a service is named after it, the peers are not its subject."""

_SUBJECTS: tuple[tuple[ConceptId, Wording], ...] = (
    (PEERS, Wording(rf"\b{_PEER_WORDS}\b(?![\s-]+{_ARMS}\b)")),
    (
        STAFF,
        Wording(
            rf"(?<![\w-]){_STAFF_WORDS}\b(?! support\b)(?!-(?:led|delivered|run|provided|based|"
            rf"administered|rated))"
        ),
    ),
    (CLIENTS, Wording(rf"\b{_CLIENT_WORDS}\b")),
)

_CAUSING = any_form(
    "increase reduce decrease improve enhance promote foster prevent lower boost raise strengthen "
    "alleviate facilitate encourage inspire instill"
)
CAUSES = Wording(_CAUSING)
"""Verbs whose subject brings a change about for others."""

HELP = Wording(
    r"\b(?:help(?!ers?)|assist|supported|supporting|enabl|allow|encourag|empower|motivat|guid|teach|"
    r"taught)\w* (?:(?:the|their|"
    r"other|"
    r"many|young|homeless) )?[\w-]+ (?:to |in |\w+)"
)
"""Verbs behind which somebody else does or becomes something."""

OF_PEERS = Wording(
    rf"\b(?:supervision|training|pay|payment|wages?|salar(?:y|ies)|burnout|caseloads?|well-?being|turnover|"
    rf"recovery|stress|employment|retention|satisfaction|experiences?|careers?|integration|isolation|"
    rf"self-\w+|confidence|health|hope|motivation|work|needs) "
    rf"(?:of|for|among|by) (?:the |their )?{_PEER_WORDS}\b",
)
"""What peer workers have or get: it concerns them though they stand behind `of`."""

PRONOUN = Wording(r"\W*they\b")
NOBODY = Wording(
    r"(?:people|persons?|individuals|respondents|participants|subjects)\b(?! (?:with|who|in)\b)|those\b"
)
"""Words for people that do not say who they are."""
TOOK_PART = Wording(
    r"\W*(?:[\w-]+ ){0,3}?(?:respondents|participants|interviewees|informants)\b(?! (?:with|who)\b)"
)

UNNAMED = Wording(
    r"\W*(?:several|many|some|most|all|both|few|half|(?:more|fewer|less) than half|the majority|others|one|"
    r"a minority|nobody|everyone|none|one in \w+)(?: \([^()]{1,20}\))? (?:also |often |even )?"
    r"(?:said|described|reported|felt|wanted|had|were|was|spoke|mentioned|saw|found|expressed|noted|thought|"
    r"would|did|lacked|received|stated|believed|experienced|valued|struggled|named|emphasi[sz]ed|explained)\b"
)
"""People who are named only by their number: those who took part."""

HAVE = Wording(
    r"\b(?:ha[ds]|have|said|noted|stated|believed|thought|told|showed|shown|reported|experienced|described|"
    r"felt|demonstrated|displayed)\b"
)
"""Verbs whose subject is whom the change is about: `peer workers reported increased hope`."""

TELLS = Wording(
    r"\b(?:(?:was|were) (?:\w+ly )?(?:high|low|good|moderate|excellent|poor|acceptable|feasible|common|"
    r"strong|positive|\d+)|"
    r"experienced|described|reported|expressed|perceived|emphasi[sz]ed|highlighted|explained|felt|"
    r"valued|viewed|identif(?:y|ies|ied)|"
    r"emerged|included|instructed|saw|believed|faced|struggled|appreciated|noted|discussed|raised|"
    r"shared|acknowledged|revealed|"
    r"encountered|spoke|credited|attributed|recogni[sz]ed|preferred|wanted|revealed|highlighted|offered|"
    r"provided|taught|"
    r"used|worked|navigated|developed|built|acted|served|helped|supported|"
    r"found (?:it|that|the|their)|was (?:described|seen|perceived|viewed|experienced|valued|rated|"
    r"considered)|were (?:described|seen|perceived|viewed|experienced|valued|rated|considered|"
    r"identified|unexpectedly|often|sometimes|generally|mostly|widely))\b"
)
"""Verbs by which qualitative results are told."""

THEMES = Wording(
    r"\b(?:themes?|sub-?themes?|categories|domains|barriers|facilitators|challenges|benefits|"
    r"advantages|enablers|program theor(?:y|ies)|mechanisms|factors|"
    r"topics|roles|needs|strategies|concerns)\b"
)
"""Nouns of qualitative results."""

LISTED = Wording(
    r"\b(?:included?|including|were|are|was|related to|centered on|centred on|identified|emerged|"
    r"comprised|such as|namely|reported)\b\s*:?|:"
)

ABOUT_SAMPLE = Wording(
    r"\b(?:quality of (?:the )?evidence|certainty of (?:the )?evidence|risk of bias|heterogeneity|mean "
    r"age|average age|aged|median age|years old|female|male|african[- ]american|caucasian|"
    r"white|hispanic|response rate|were enrolled|was enrolled|"
    r"(?:did|could) not (?:assess|measure|collect|examine|ask|record|test|include|power)|limitations?|"
    r"were screened|were recruited|consented|completed (?:the |all |their )?(?:\w+ )?(?:follow-?up|baseline|"
    r"assessments?|interviews?|surveys?|questionnaires?|study|trial)|were eligible|were included|met "
    r"(?:the )?(?:inclusion|"
    r"eligibility)|baseline characteristics|demographic|"
    r"were interviewed|were randomi[sz]ed|were excluded|participated in (?:the )?(?:study|interviews|"
    r"focus groups|survey)|the sample (?:was|were|consisted|comprised|included|had)|"
    r"were identified through|were retrieved|were reviewed|articles|records were|studies met)\b"
)
"""Results sentences that describe who or what was in the study."""

ONLY_COUNTED = Wording(
    r"\b(?:themes?|theor(?:y|ies)|categories|domains|contexts?)\b[^.:;()]{0,60}\b(?:was|were) (?:\w+ "
    r")?(?:identified|defined|found|developed|generated|constructed|derived)\b"
)
"""`Four themes were identified`: an announcement, not yet a result."""

_PREFIX = re.compile(
    r"^(?:[^,;]{0,160}?\b(?:indicated|showed|shows|show|revealed|found|suggested?|suggests|"
    r"demonstrated?|demonstrates|indicates?|concluded|conclude|confirmed)\s+that\s+)"
)
_CONNECTIVE = re.compile(
    r"^(?:(?:Nonetheless|Nevertheless|However|Additionally|Furthermore|Further|Moreover|Finally|Also|"
    r"In addition|Overall|Specifically|Conversely|"
    r"Importantly|Notably|Similarly|Likewise|Thus|Therefore|Interestingly|Unexpectedly|Second|Third|"
    r"First|Lastly|In contrast|By contrast|Conclusions?|Results?),?\s+"
    r"|Of the [^,]{1,80},[\"”’]?\s+)+"
)
_ITEM_EDGE = " \t\r\n,;."
_QUALITATIVE = frozenset(
    ConceptId("method", name)
    for name in word_set(
        "qualitative interview focus-group thematic-analysis content-analysis case-study "
        "qualitative-synthesis "
        "realist-evaluation retroductive-analysis observation document-analysis photovoice diary "
        "participatory-research"
    )
)
_QUANTITATIVE = frozenset(
    ConceptId("method", name)
    for name in (
        "interventional-design",
        "statistical-modelling",
        "meta-analysis",
        "secondary-analysis",
        "cohort",
        "case-control",
    )
)


_DIFFERENCES = frozenset({"increase", "decrease", "better", "worse"})


@dataclass(frozen=True, slots=True)
class Context:
    """What the findings of one report have in common."""

    vocabulary: Vocabulary
    groups: tuple[ParticipantGroup, ...]
    peer_context: bool
    focus: ConceptId | None
    qualitative: bool
    they: ConceptId | None = None
    citations: tuple[Citation, ...] = ()
    instruments: Mapping[str, Mention] = field(default_factory=dict)
    """What the instruments measure whose names tell it, by their short forms."""
    heads: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The numbers of the groups, by the nouns that name them."""


def context(
    report: Report,
    reading: Reading,
    groups: tuple[ParticipantGroup, ...],
    methods: Iterable[Concept],
    vocabulary: Vocabulary,
) -> Context:
    """Whom results are about where their sentence does not say, and whether they are told or counted."""
    named = {concept.value for concept in methods}
    wider = named | {ancestor for concept in named for ancestor in vocabulary.ancestors(concept)}
    people = [group for group in (*groups, *asked(reading)) if not NOBODY.match(group.description.raw)]
    heard = {
        whom
        for group in people
        for whom in ((PEERS,) if group.role else map(_first_people, _AND.split(group.description.raw)))
        if whom is not None
    }
    trained = not heard and any(_TRAINED_AS.search(one.text.raw) for one in reading)
    about_peers = trained or (PEERS in heard and heard <= {PEERS, STAFF})
    return Context(
        vocabulary=vocabulary,
        groups=groups,
        peer_context=reading.peer_context,
        focus=PEERS if about_peers else CLIENTS if groups or heard else None,
        qualitative=bool(wider & _QUALITATIVE) and not wider & _QUANTITATIVE,
        citations=tuple(sorted(report.citations, key=lambda citation: citation.quote.start)),
        instruments=_instruments(reading),
        heads=_heads(groups),
    )


_AND = re.compile(r" and |, ")
_TRAINED_AS = Wording(
    rf"\b(?:train|prepar|qualif|certif)\w* [^.;]{{0,80}}?\b(?:as|become|be) (?:a |an )?{_PEER_WORDS}\b",
)
"""Who learns to be a peer worker is one, where nobody else is named."""

_SHORT_FORM = re.compile(r"\s\((?P<short>[A-Z][A-Za-z0-9-]{1,11})\)")
_NAME_BEFORE = re.compile(
    r"(?:[A-Z][\w’'-]*(?:\s(?:(?:of|for|and|the|to|in|with)\s){0,2}[A-Z][\w’'-]*){1,9}"
    r"|(?:[a-z-]+\s){1,5}(?:scale|questionnaire|inventory|index|schedule))$"
)
"""A name before its short form: in capitals, or one that says that it is an instrument."""
_MEASURES = re.compile(
    r"\b(?:[Ss]cale|[Ii]nventory|[Ii]ndex|[Qq]uestionnaire|[Ss]chedule|Checklist|Survey|Measure|Test|"
    r"Instrument|"
    r"Monitor|Profile|Assessment|Interview|Subscale|Screen|Screener|Rating)\b"
)


def _instruments(reading: Reading) -> dict[str, Mention]:
    """The outcome that is part of an instrument's name, by the short form of the name, if it is only one."""
    found: dict[str, Mention] = {}
    for sentence in reading.sentences:
        text = sentence.text
        for match in _SHORT_FORM.finditer(text.raw) if " (" in text.raw else ():
            before = _NAME_BEFORE.search(text.raw, max(0, match.start() - 120), match.start())
            if before is None or _MEASURES.search(before.group()) is None:
                continue
            short, name = text.part(*match.span("short")), text.part(*before.span())
            named = [
                label
                for label in sentence.within(name, "outcome")
                if label.concept is not None
                and label.kind in {"label", "inverse"}
                and cues.MEASURED_TO_END.fullmatch(name.raw, label.found.end - name.start)
            ]
            if len(named) == 1:
                inverse = named[0].kind == "inverse"
                found.setdefault(short.raw, Mention(short, named[0].concepts, inverse))
    return found


def findings(reading: Reading, context: Context) -> tuple[tuple[Finding, ...], tuple[Candidate, ...]]:
    """Everything the text states about outcomes, in order of place, and what may be a finding."""
    found: list[Finding] = []
    candidates: list[Candidate] = []
    said: set[tuple[object, ...]] = set()
    before: list[Sentence] = []
    every = list(reading)
    faded: frozenset[ConceptId] | None = None
    for sentence, following in zip(every, [*every[1:], None], strict=False):
        was_told, faded = faded is not None, _faded(sentence, following)
        if was_told:
            continue
        if before and "they" in lowered(sentence.text.raw):
            people = (_first_people(one.text.raw) for one in reversed(before))
            context = replace(context, they=next((whom for whom in people if whom), context.they))
            before.clear()
        before.append(sentence)
        for item in _in_sentence(sentence, context, following, faded):
            if isinstance(item, Candidate):
                candidates.append(item)
                continue
            again, exactly = _keys(item)
            if exactly in said or (
                again in said and (sentence.zone == "conclusions" or item.basis is not OWN)
            ):
                continue
            said |= {again, exactly}
            found.append(item)
    return tuple(found), tuple(candidates)


def _keys(finding: Finding) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """By what a conclusion restates a result, or an aim is named twice; and by what it is the very same."""
    subject = finding.outcome.value if finding.outcome else finding.outcome_as_printed.raw.casefold()
    direction = finding.direction if finding.basis in {OWN, CITED} else None
    return (
        (finding.basis, subject, direction),
        (finding.basis, finding.quote, finding.outcome_as_printed, finding.change),
    )


def from_claims(
    claims: Sequence[Claim], context: Context
) -> tuple[tuple[Finding, ...], tuple[Candidate, ...]]:
    """The findings of claims that stand with citations: one for each outcome, each with the claim's words."""
    found: list[Finding] = []
    candidates: list[Candidate] = []
    for claim in claims:
        for item in _in_claim(claim, context):
            if isinstance(item, Candidate):
                candidates.append(item)
            else:
                found.append(item)
    return tuple(found), tuple(candidates)


def _in_claim(claim: Claim, context: Context) -> Iterator[Finding | Candidate]:
    quote = claim.quote
    if claim.context is not None and _FOR_PEERS.search(claim.context.raw):
        context = replace(context, focus=PEERS)
    labels = list(labels_in(quote, context.vocabulary, "outcome"))
    named = [
        mention
        for mention in mentions(quote, labels, context.vocabulary)
        if context.peer_context or not mention.weak
    ]
    phrase = not cues_verb(quote.raw)
    stated = statements(quote, named, phrase=phrase)
    promised = bool(
        claim.context
        and re.search(r"\bbenefit|\bimprov|\badvantage|\bhelps?\b", claim.context.raw, re.IGNORECASE)
    )
    printed = figures(quote, stated)
    for statement, shown in zip(stated, printed, strict=True):
        kind = statement.kind
        if kind is None:
            if phrase and promised:
                kind = "better"
            elif statement.mention is not None and _REPORTS.search(
                quote.raw, 0, statement.words.start - quote.start
            ):
                kind = "not-stated"
            else:
                continue
        if _lacks_evidence(quote, statement, own=True):
            yield _possibility(statement)
            continue
        yield from _finding(
            statement, kind, quote, CITED, context, citations=claim.citations, subject=quote, printed=shown
        )


_REPORTS = Wording(
    r"\b(?:report|reported|describe|described|experience|experienced|face|faced) (?:[\w-]+ ){0,2}$"
    r"|\b(?:report|reported|describe|described|experience|experienced|face|faced) [^,;.]{1,60} and "
    r"(?:[\w-]+ )?$"
)
"""Before what people told of themselves: `peers report high turnover`."""

_FOR_PEERS = Wording(
    rf"\b(?:for|to|of|among) (?:the )?{_PEER_WORDS}(?: themselves)?\W*$|\b{_PEER_WORDS} themselves\b"
)
"""Words under which claims stand that are about the peers: `For the peers themselves`."""


def cues_verb(text: str) -> bool:
    """Whether a claim is a sentence: it has a subject before its verb."""
    return bool(
        re.match(
            r"(?:[A-Z][\w’'-]*\s+){1}(?:[\w’',()/-]+\s+){0,12}?(?:is|are|was|were|has|have|had|can|may|"
            r"improves?|reduces?|increases?|decreases?|"
            r"leads?|helps?|offers?|provides?|promotes?|shows?|showed|reported|reports?|"
            r"experience[ds]?|enhances?|who|results?)\s",
            text,
        )
    ) and not re.match(
        r"(?:Increas|Decreas|Reduc|Improv|Enhanc|Rais|Lower|Fewer|Great|High|Better|More|Less|Longer|"
        r"Short|Strong|Promot|Foster)",
        text,
    )


def _in_sentence(
    sentence: Sentence,
    context: Context,
    following_sentence: Sentence | None,
    faded: frozenset[ConceptId] | None,
) -> Iterator[Finding | Candidate]:
    basis = _basis(sentence)
    if basis is None:
        return
    if basis is not OWN and not _may_name_an_outcome(sentence):
        return
    if basis is AIM:
        yield from _aims(sentence, context)
        return
    parts = [item.stripped(_ITEM_EDGE) for item in items(sentence.text)]
    enumerated = bool(parts)
    parts = [_without_joint(part) for part in parts] or clauses(sentence.text)
    named = [_named(sentence, part, context) for part in parts]
    told = False
    faded = faded if basis is OWN else None
    denied = basis is OWN and sentence.zone == "results" and _is_denied_by(following_sentence, sentence)
    for number, part in enumerate(parts):
        if basis is OWN and _is_of_baseline(part):
            told = True
            continue
        following = parts[number + 1] if number + 1 < len(parts) else None
        void = (
            following is not None
            and not named[number + 1]
            and (taken_back(following.raw, 0, len(following.raw)) or FADED.search(following.raw))
        )
        if following is not None and not named[number + 1] and _CHANGED_LESS.match(following.raw):
            yield from (_unclear_arm(one) for one in statements(part, named[number]) if one.kind is not None)
            told = True
            continue
        denial = following if void else None
        if denied and following_sentence is not None:
            denial = following_sentence.text
        got = list(_in_part(sentence, part, named[number], basis, context, denial=denial, faded=faded))
        # What the peers did stays to be told beside what it was for.
        told = told or any(not isinstance(item, Finding) or item.basis is not AIM for item in got)
        yield from got
        if enumerated and basis is OWN and not any(_is_own(item) for item in got):
            yield from _described(sentence, part, context)
            told = True
    if not told and not enumerated and basis is OWN and _is_result(sentence, context):
        yield from _described(sentence, _bare(sentence.text), context)


def _may_name_an_outcome(sentence: Sentence) -> bool:
    return any(label.scheme == "outcome" for label in sentence.labels) or named_otherwise(sentence.text.raw)


def _is_own(item: Finding | Candidate) -> bool:
    return isinstance(item, Finding) and item.basis is OWN


def _basis(sentence: Sentence) -> ConceptId | None:
    if sentence.zone in {"title", "objectives"}:
        return AIM
    if sentence.zone == "background":
        opinion = _OPINION.search(sentence.text.raw) is not None
        return CITED if sentence.of_others and not opinion else BACKGROUND
    if sentence.zone == "methods":
        return AIM
    if sentence.of_others:
        return CITED
    return OWN if sentence.zone in {"results", "conclusions"} else None


_OPINION = Wording(
    r"\b(?:argu(?:e|es|ed)|speculat(?:e|es|ed)|contend(?:s|ed)?|believ(?:e|es|ed)|assum(?:e|es|ed)|"
    r"hypothesi[sz]ed?) (?:that|this)\b",
)
"""What others think, and have not found."""


def _in_part(
    sentence: Sentence,
    part: Found[str],
    named: Sequence[Mention],
    basis: ConceptId,
    context: Context,
    *,
    denial: Found[str] | None,
    faded: frozenset[ConceptId] | None,
) -> Iterator[Finding | Candidate]:
    """What a clause states of the outcomes it names.

    `denial` is the clause that takes it all back; `faded` are the outcomes of which the next sentence says
    that it did not last, all of them if it names none.
    """
    if not named and (basis is not OWN or sentence.zone != "results"):
        return
    said = statements(part, named)
    if not said and basis is OWN and sentence.zone == "results":
        said = _in_numbers(part)
    if not said:
        return
    printed = figures(part, said, denial)
    for number, statement in enumerate(said):
        unsure = _is_needed(part, statement, sentence)
        next_one = said[number + 1] if number + 1 < len(said) else None
        kind = statement.kind
        begin, end = _reach(part, statement, next_one)
        if kind in {None, "not-stated"} and statement.mention and basis is OWN and sentence.zone == "results":
            earliest = said[number - 1].words.end - part.start if number else 0
            kind = compared(part.raw, statement.words.end - part.start, earliest) or kind
            if kind in {None, "not-stated"} and is_by_chance(part.raw, begin, end):
                kind = "no-difference"
        if kind in _DIFFERENCES and (
            OTHERS_DIFFER.search(part.raw, begin, end)
            or FADED.search(*((part.raw, begin, end) if denial is None else (denial.raw,)))
            or (faded is not None and _is_among(statement, faded))
        ):
            kind = "mixed"
        elif kind in _DIFFERENCES and (denial is not None or taken_back(part.raw, begin, end)):
            kind = "no-difference"
        if (
            kind == "not-stated"
            and statement.cue is not None
            and _MORE_OF_ONE.search(part.raw, 0, statement.cue)
        ):
            kind = "increase"
        if kind in _DIFFERENCES and basis is OWN and _is_turned_difference(part, statement):
            yield _unclear_arm(statement)
            continue
        if basis is OWN and kind is not None and _is_of_controls(part, said, number, end):
            turned = _TURNED.get(kind) if _compares(part, statement) else None
            if turned is None:
                yield _unclear_arm(statement)
                continue
            kind = turned
        explains = statement.cue is None or statement.cue < statement.words.start - part.start
        if next_one is not None and explains and _PREDICTS.match(part.raw, statement.words.end - part.start):
            continue
        if kind is None:
            if (
                statement.mention is not None
                and basis is OWN
                and (
                    (sentence.zone == "results" and _counted(part, statement))
                    or (_is_quality(statement) and not (unsure or _possible(_before(part, statement))))
                )
            ):
                hedged = _HEDGED_NEXT.search(part.raw, statement.words.end - part.start)
                sure = part if hedged is None else part.part(0, hedged.start())
                yield from _finding(
                    statement, "not-stated", _bare(sure), basis, context, sentence=sentence, subject=part,
                    printed=printed[number],
                )  # fmt: skip
            elif (
                statement.mention is not None
                and basis in {BACKGROUND, OWN, CITED}
                and _is_goal(part, statement)
            ):
                yield from _finding(
                    statement, "not-stated", _bare(part), AIM, context, sentence=sentence, subject=part
                )
            continue
        before = part.raw[: statement.cue or 0]
        if _is_topic(part, statement) or _DEFINED.search(part.raw, statement.words.end - part.start):
            continue
        if (cues.PURPOSE.search(before) or _is_also_purpose(part, statement)) and not cues.ACHIEVED.search(
            before[: before.rfind("to")] if "to" in before else ""
        ):
            if statement.mention is not None and not statement.mention.weak:
                yield from _finding(
                    statement, kind, _bare(part), AIM, context, sentence=sentence, subject=part
                )
            continue
        if statement.mention is None and (basis is not OWN or sentence.zone != "results"):
            continue
        if _is_vague(statement, kind, basis):
            continue
        if _is_goal(part, statement):
            if statement.mention is not None:
                yield from _finding(
                    statement, kind, _bare(part), AIM, context, sentence=sentence, subject=part
                )
            continue
        if (
            unsure
            or _possible(before)
            or _possible_after(part, statement)
            or _lacks_evidence(part, statement, own=basis is OWN)
        ):
            if statement.mention is not None and len(statement.mention.concepts) == 1:
                yield _possibility(statement)
            continue
        yield from _finding(
            statement, kind, _bare(part), basis, context, sentence=sentence, subject=part,
            printed=printed[number],
        )  # fmt: skip


_BASE_FORM = Wording(
    r"(?:reduc|increas|improv|enhanc|promot|decreas|prevent|strengthen|alleviat|lessen|minimi[sz]|maximi[sz]|develop|"
    r"expand|foster|boost|lower|rais|build|encourag|support)e?\b"
)
_ALSO_PURPOSE = Wording(r"\bto(?: \w+ly)? [\w-]+ (?:[\w’'-]+,? ){1,6}(?:and|or) (?:\w+ly )?$")
_DEFINED = Wording(r" (?:was|were|is|are) (?:\w+ )?defined (?:as|by)\b")
"""Behind an outcome: the change is only said to be what was counted as one."""
_TOPIC = Wording(r"\W*(?:\w+ly )?\w+ing\b")
_TOPIC_IS = Wording(
    r"(?: [\w’'-]+){0,5} (?:was|were|is|are|remained|became) (?!associated|related|"
    r"linked|correlated)"
)


def _is_also_purpose(part: Found[str], statement: Statement) -> bool:
    """Whether the verb is a second one behind a purpose: `trained to increase hope and reduce stigma`."""
    return (
        statement.cue is not None
        and _BASE_FORM.match(part.raw, statement.cue) is not None
        and _ALSO_PURPOSE.search(part.raw, 0, statement.cue) is not None
    )


def _is_topic(part: Found[str], statement: Statement) -> bool:
    """Whether the change is what the clause is about: `reducing stigma was seen as a goal`."""
    if statement.cue is None or part.raw[: statement.cue].strip():
        return False
    return (
        _TOPIC.match(part.raw, statement.cue) is not None
        and _TOPIC_IS.match(part.raw, statement.words.end - part.start) is not None
    )


def _in_numbers(part: Found[str]) -> list[Statement]:
    """A thing that has no label, and the change of which the numbers of two arms speak."""
    thing = subject(part)
    kind = compared(part.raw, thing.end - part.start) if thing is not None else None
    return [Statement(thing, None, kind, None)] if thing is not None and kind is not None else []


_HEDGED_NEXT = Wording(r",? (?:and|but|that|which) (?:\w+ )?(?:may|might|could|can|should|would)\b")
_JOINED = Wording(
    r",? (?:and|but|although|though|while) (?=(?:an? |the |further |more |larger |future |this |it )|\w+ "
    r"\w+ (?:is|are)\b)"
)


def _is_vague(statement: Statement, kind: changes.Kind, basis: ConceptId) -> bool:
    """Whether words of others are about an outcome only by a weak label, which says too little there."""
    if basis not in {BACKGROUND, CITED} or statement.mention is None or not statement.mention.weak:
        return False
    said = basis is CITED and kind in _DIFFERENCES
    return not (said and statement.words.raw.casefold() in FORMS)


def _is_needed(part: Found[str], statement: Statement, sentence: Sentence) -> bool:
    """Whether the words around an outcome say what is needed or unknown, not what was found."""
    if cues.NEEDED.search(sentence.text.raw) is None:
        return False
    place = statement.words.start - part.start
    begin = max((joint.end() for joint in _JOINED.finditer(part.raw, 0, place)), default=0)
    behind = _JOINED.search(part.raw, statement.words.end - part.start)
    end = behind.start() if behind else len(part.raw)
    return cues.NEEDED.search(part.raw, begin, end) is not None


def _possibility(statement: Statement) -> Candidate:
    concept = f" ({statement.mention.concepts[0]})" if statement.mention else ""
    return Candidate(
        statement.words, f"“{statement.words.raw}”{concept} is spoken of as possible, not as found"
    )


_CONTROL_NAMES = "controls?|comparison|usual|wait(?:ing)?[- ]?list|standard|routine|tau"
_MORE_OF_ONE = Wording(
    r"(?:^|, |that |and )(?:higher|more|greater|longer|stronger|better|more frequent|increased) "
    r"(?:[\w’'-]+ ){1,6}(?:was|were|is|are) (?:\w+ly )?$"
)
"""Before `associated with`: the more of this, the more of what stands behind."""
_OF_A_CHANGE = Wording(
    r"(?:[\w-]+ ){0,4}(?:was|were) (?:\w+ly )?(?:(?:smaller|slower|weaker|lower|less \w+)\b"
    rf"|(?:larger|greater|faster|steeper|stronger|more \w+) (?:in|among|for) (?:the )?(?:{_CONTROL_NAMES}))"
)


def _is_turned_difference(part: Found[str], statement: Statement) -> bool:
    """Whether a change is compared by its size, and may be less with support: `gains were smaller`."""
    if statement.cue is None or statement.words.start - part.start < statement.cue:
        return False
    if _NOUN_OF_CHANGE.match(part.raw, statement.cue) is None:
        return False
    return _OF_A_CHANGE.match(part.raw[statement.words.end - part.start :].lstrip()) is not None


_NOUN_OF_CHANGE = Wording(
    r"(?:\w+ )?(?:increases?|decreases?|reductions?|declines?|gains?|improvements?|drops?|rises?|growth) "
    r"(?:in|of)\b|"
    r"(?:increases?|decreases?|reductions?|declines?|gains?|improvements?|drops?|rises?|growth)\b"
)
_TURNED: dict[changes.Kind, changes.Kind] = {
    "increase": "decrease",
    "decrease": "increase",
    "better": "worse",
    "worse": "better",
}
_CONTROLS = (
    r"(?:(?:the |a |an |those (?:in|receiving|assigned to|with) )*(?:"
    r"(?:controls?|comparisons?|usual[- ]care|care[- ]as[- ]usual|(?:treatment|services)[- ]as[- ]usual|tau|"
    r"wait(?:ing)?(?:[- ]?list(?:ed)?)?|delayed|(?:standard|routine)[- ](?:care|treatment)|usual "
    r"(?:treatment|services))"
    r"(?: (?:groups?|arms?|conditions?|participants?|patients?|clients?|veterans?|subjects?|members?|"
    r"cohort|sites?|"
    r"women|men|youth|adults|people|families|clinics?|count(?:y|ies)|alone|only)){0,2}))"
)
_CONTROLS_FIRST = Wording(
    r"(?:^|[,;] |\band |\bwhereas |\bwhile )(?:(?:at|after|by|over) [\w -]{3,30}, )?(?:compared (?:with|"
    r"to) [^,]{2,60}, )?"
    rf"(?:[\w-]+ (?:in|of|from) )?{_CONTROLS}(?: \([^()]{{1,40}}\))?(?= (?:had|has|have|were|was|reported|"
    rf"showed|experienced|spent|"
    rf"led|used|"
    r"received|did|scored|became|also|stayed|remained|lost|made|attended|\w+ed)\b)",
)
_IN_CONTROLS = Wording(
    rf"(?<!not )(?<!than )(?<!to )(?<!with )(?<!and )(?<!or )\b(?:in|among|for|by) {_CONTROLS}\b"
    r"(?!\s(?:and|or|as|training))",
)
_COMPARING = Wording(r"\b(?:than|compared|versus|vs|relative|but not)(?: \w+)? $")


_OTHERS_FIRST = re.compile(
    r"\d|\b(?:than|compared|versus)\b"
    r"|\b(?:in|among|for) (?:the )?(?:peer|intervention|experimental|coach|mentor|navigat|program)"
)
_HOW_FAR = re.compile(
    r"\bfrom (?:a mean of )?[$£€]?\d[\d.,]{0,9}(?: ?%| \w{1,12})? to (?:a mean of )?[$£€]?\d[\d.,]{0,9}"
    r"|\bby (?:an average of )?[$£€]?\d[\d.,]{0,9}"
)
"""Numbers of the change itself, which are nobody else's: `from 49% to 30% among controls`."""


def _is_of_controls(part: Found[str], said: Sequence[Statement], number: int, end: int) -> bool:
    """Whether those of whom the change is told are the controls: `the control group had more admissions`."""
    statement = said[number]
    cue = statement.cue if statement.cue is not None else statement.words.start - part.start
    begin = said[number - 1].words.end - part.start if number and said[number - 1].cue != statement.cue else 0
    if _CONTROLS_FIRST.search(part.raw, begin, max(cue, begin)) is not None:
        return True
    behind = max(statement.words.end - part.start, cue)
    held = _IN_CONTROLS.search(part.raw, behind, end)
    return (
        held is not None
        and _COMPARING.search(part.raw, behind, held.start()) is None
        and _OTHERS_FIRST.search(_HOW_FAR.sub("", part.raw[behind : held.start()])) is None
        and not any(behind < other.start for other in changes.cues(part.raw[: held.start()]))
    )


def _compares(part: Found[str], statement: Statement) -> bool:
    """Whether the wording sets one group against another, rather than tells of a change over time."""
    return statement.cue is not None and _COMPARATIVE.match(part.raw, statement.cue) is not None


_COMPARATIVE = Wording(
    r"(?:\w+ )?(?:more|less|fewer|higher|lower|greater|larger|smaller|longer|shorter|better|worse|poorer|"
    r"stronger|"
    r"weaker|twice|\w+ times)\b"
)


def _unclear_arm(statement: Statement) -> Candidate:
    return Candidate(
        statement.words,
        f"“{statement.words.raw}” is told of the group that had no peer support, not compared with it",
    )


_CHANGED_LESS = Wording(r"(?:it |they )?(?:\w+ed|fell|rose|grew) (?:less|more slowly|slower)\b")
"""What follows a change in both groups, and turns it round for one: `but declined less with peers`."""
_AT_BASELINE = Wording(
    r"(?<!than )(?<!with )(?<!from )(?<!to )\bat (?:baseline|study entry|enrol?lment|intake)\b|\bbaseline "
    r"differences?\b|\b(?:higher|lower|better|worse|more|less|greater|similar|poorer) baseline\b"
    r"|^before (?:the )?(?:intervention|treatment|training|study|program(?:me)?),",
)
_LATER = Wording(
    r"\b(?:follow-?up|months?|weeks?|after|post|later|from|change[ds]?|improv\w+|declin\w+|predict\w*)\b"
)


def _is_of_baseline(part: Found[str]) -> bool:
    """Whether a clause tells how people were before anything was done."""
    return _AT_BASELINE.search(part.raw) is not None and _LATER.search(part.raw) is None


_HOWEVER = r"however,? |but |although |yet,? |nevertheless,? |still,? "
_DENIES = Wording(
    rf"(?:{_HOWEVER})?"
    r"(?:the|these|this|those|there (?:was|were) no|no|neither)\b"
)


def _is_denied_by(following: Sentence | None, sentence: Sentence) -> bool:
    """Whether the next sentence only says that the groups did not differ in what this one tells."""
    return (
        following is not None
        and following.zone == sentence.zone
        and not following.of("outcome")
        and _DENIES.match(following.text.raw) is not None
        and len(following.text.raw) < 160
        and TAKEN_BACK.search(following.text.raw) is not None
    )


_REFERS = Wording(
    rf"(?:{_HOWEVER}|by contrast,? )?"
    r"(?:(?:at|after|by) [\w -]{2,30}, )?(?:(?:the|this|these|that|those|both|neither) (?:[\w-]+ ){0,2}|"
    r"(?=\w+s\b)|there (?:was|were) no longer (?:an? )?(?:[\w-]+ ){0,2})"
    r"(?:differences?|effects?|advantages?|associations?|improvements?|gains?|reductions?|benefits?|changes?|"
    r"increases?|decreases?|relationships?|declines?)\b"
)
"""A sentence that speaks of a change that was told before."""


def _faded(sentence: Sentence, following: Sentence | None) -> frozenset[ConceptId] | None:
    """The outcomes of the next sentence, if it only says that what this one tells did not last."""
    if (
        following is None
        or following.zone != sentence.zone
        or sentence.zone not in {"results", "conclusions"}
    ):
        return None
    if _REFERS.match(following.text.raw) is None or FADED.search(following.text.raw) is None:
        return None
    again = _outcomes_of(following)
    return None if again and _outcomes_of(sentence).isdisjoint(again) else again


def _outcomes_of(sentence: Sentence) -> frozenset[ConceptId]:
    return frozenset(concept for label in sentence.of("outcome") for concept in label.concepts)


def _is_among(statement: Statement, outcomes: frozenset[ConceptId]) -> bool:
    """Whether a statement is about one of some outcomes, or there are none to choose from."""
    return not outcomes or (
        statement.mention is not None and not outcomes.isdisjoint(statement.mention.concepts)
    )


_PREDICTS = Wording(
    r"(?: (?:scores?|levels?|rates?))?(?: \([^()]{0,60}\))?(?: (?:was|were|is|are))?(?: \w+ly)? "
    r"(?:associated|correlated|related|linked|predict(?:ed|s|ive)?)\b"
)
"""Behind an outcome that explains another one: `higher hope was associated with less substance use`."""


def _reach(part: Found[str], statement: Statement, following: Statement | None) -> tuple[int, int]:
    """The characters of the clause in which a change may be taken back: up to the next outcome."""
    begin = max(statement.words.end - part.start, statement.cue or 0)
    if following is None or following.cue == statement.cue:
        return begin, len(part.raw)
    return begin, following.words.start - part.start


def _before(part: Found[str], statement: Statement) -> str:
    return part.raw[: statement.words.start - part.start]


_WHO_COULD = Wording(r"\b(?:who|whom|whose) (?:\w+ )?(?:could|can|would|might|may|should)\b")


def _possible(before: str) -> bool:
    return cues.POSSIBLE.search(_WHO_COULD.blanked(cues.AS_EXPECTED.blanked(before[-120:]))) is not None


def _possible_after(part: Found[str], statement: Statement) -> bool:
    """Whether a possibility follows at once, with no other verb between: `improved hope may explain`."""
    after = part.raw[statement.words.end - part.start :]
    return (
        re.match(
            r"(?:\s+(?!was|were|is|are|had|has|have|did)[\w’'-]+){0,8}?\s+(?:may|might|could|would|should)\b",
            after,
        )
        is not None
    )


def _lacks_evidence(part: Found[str], statement: Statement, *, own: bool) -> bool:
    """Whether the clause says that evidence for the change is missing; an own `no evidence` is a result."""
    before, behind = part.raw[: statement.cue or 0], part.raw[statement.words.end - part.start :]
    scarce = cues.SCARCE_EVIDENCE.search(before)
    if scarce is not None and not (own and scarce["none"]):
        return True
    return cues.EVIDENCE.search(before) is not None and cues.IS_LACKING.search(behind) is not None


_RECORDED = Wording(
    r"(?:\s+\w+)?\s+(?:was|were|had been) (?:recorded|observed|documented|registered|noted)\b"
)
_QUALITIES = frozenset({"acceptable", "feasible"})


def _is_quality(statement: Statement) -> bool:
    """Whether the outcome is an adjective that says it all, as in `the programme was feasible`."""
    return statement.words.raw.casefold() in _QUALITIES


def _judges(part: Found[str], statement: Statement) -> ConceptId:
    """For whom something was feasible or acceptable: those who are named behind it, else the clients."""
    behind = _FOR_WHOM.match(part.raw, statement.words.end - part.start)
    named = _first_people(part.raw[behind.end() :]) if behind else None
    return named or CLIENTS


_FOR_WHOM = Wording(r" (?:to|for|among|by) ")


def _counted(part: Found[str], statement: Statement) -> bool:
    """Whether the outcome stands with a percentage (`78% were employed`) or is an event that was recorded."""
    begin = statement.words.start - part.start
    before = part.raw[max(0, begin - 100) : begin]
    if _RECORDED.match(part.raw, statement.words.end - part.start):
        return True
    return ("%" in before or "cent" in before) and re.search(
        r"(?:\d\s?%(?!\s?CI)|\bper ?cent\b)[^%;]{0,80}$", before
    ) is not None


def _is_goal(part: Found[str], statement: Statement) -> bool:
    begin = statement.cue if statement.cue is not None else statement.words.start - part.start
    begin = min(begin, statement.words.start - part.start)
    return cues.GOAL.search(part.raw, max(0, begin - 80), begin) is not None


def _aims(sentence: Sentence, context: Context) -> Iterator[Finding | Candidate]:
    """The outcomes an aim names; in a title and in methods only those behind a verb of purpose."""
    if sentence.zone != "objectives" and "to" not in lowered(sentence.text.raw):
        return  # without a verb of purpose
    for part in clauses(sentence.text):
        named = _named(sentence, part, context)
        for statement in statements(part, named) if named else ():
            if statement.mention is None or statement.mention.weak or len(statement.mention.concepts) > 1:
                continue
            if sentence.zone != "objectives":
                before = part.raw[: statement.cue or 0]
                if statement.kind is None or not cues.PURPOSE.search(before):
                    continue
            yield from _finding(
                statement,
                statement.kind or "not-stated",
                _bare(part),
                AIM,
                context,
                sentence=sentence,
                subject=part,
            )


def _named(sentence: Sentence, part: Found[str], context: Context) -> list[Mention]:
    named = mentions(part, sentence.within(part, "outcome"), context.vocabulary)
    for short, mention in context.instruments.items():
        if short in part.raw:
            named += _scored(part, short, mention, named)
    named.sort(key=lambda mention: mention.found.start)
    return named if context.peer_context else [mention for mention in named if not mention.weak]


def _scored(part: Found[str], short: str, mention: Mention, named: Sequence[Mention]) -> Iterator[Mention]:
    """The places where an instrument is spoken of by its short form."""
    for match in re.finditer(rf"(?<![\w(-]){re.escape(short)}(?![\w)-])", part.raw):
        words = part.part(*match.span())
        if not any(m.found.start < words.end and words.start < m.found.end for m in named):
            yield mention._replace(found=words)


def _bare(part: Found[str]) -> Found[str]:
    """The words without what only introduces them: `Analysis showed that`, `Nonetheless`."""
    text = part.raw
    begin = 0
    if connective := _CONNECTIVE.match(text):
        begin = connective.end()
    if "that" in text and (prefix := _PREFIX.match(text[begin:])):
        begin += prefix.end()
    return part.part(begin, len(text)).stripped(" \t\r\n.;,")


def _without_joint(item: Found[str]) -> Found[str]:
    match = re.search(r"[,;.\s]+(?:and|or)?\s*$", item.raw)
    return item.part(0, match.start()) if match else item


def _is_result(sentence: Sentence, context: Context) -> bool:
    """Whether a sentence without a recognised change tells a result all the same."""
    text = sentence.text.raw
    if sentence.zone != "results" or ABOUT_SAMPLE.search(text) or cues.NEEDED.search(text):
        return False
    if cues.EVIDENCE.search(text) and cues.IS_LACKING.search(text):
        return False
    if _NOTHING_FOUND.search(text):
        return False
    main = _bare(sentence.text).raw
    if ONLY_COUNTED.search(text) and not re.search(r":|\bincluding\b", text):
        return False
    modal = cues.POSSIBLE.search(main[:60])
    if modal and modal.group().casefold() in {"may", "might", "could", "should", "would", "must"}:
        return False
    return bool(TELLS.search(text) or (THEMES.search(text) and LISTED.search(text))) or context.qualitative


_NOTHING_FOUND = Wording(
    r"\bno (?:such |significant |other )*(?:associations?|differences?|effects?|relationships?|"
    r"interactions?|changes?)"
    r" (?:was|were) (?:seen|found|observed|detected|noted|evident)\W*$"
)
"""That nothing was found, of something that the sentence does not name."""


def _described(sentence: Sentence, quote: Found[str], context: Context) -> Iterator[Finding]:
    """A result that is told, not measured: what it is about, in its own words."""
    named = [mention for mention in _named(sentence, quote, context) if len(mention.concepts) == 1]
    topics = list(_topics(quote, named))
    printed = all_figures(quote) if len(topics) == 1 else NONE
    for words, mention in topics:
        concept = mention.concepts[0] if mention else None
        if words.raw:
            yield Finding(
                quote=quote,
                outcome_as_printed=words,
                outcome=_at(concept, mention),
                change="not-stated",
                direction=DESCRIBED,
                basis=OWN,
                concerns=_whom(concept, _helped(quote), context, known=concept is not None),
                about=_about(quote, context),
                **_fields(printed),
            )


def _helped(quote: Found[str]) -> Found[str]:
    """The words behind `peers helped`, where others are helped by peers; else all."""
    helped = HELP.search(quote.raw)
    before = quote.raw[: helped.start()] if helped else ""
    if helped is None or _first_people(before) is not PEERS or HAVE.search(before):
        return quote
    return quote.part(helped.start(), len(quote.raw))


TELLING = either(
    """experienced, described, reported, expressed, perceived, emphasi[sz]ed, highlighted, explained,
    felt, valued, viewed, identif(?:y|ies|ied), included?, instructed, faced, appreciated, noted,
    discussed, shared, acknowledged, encountered, spoke of, credited, recogni[sz]ed, preferred, wanted,
    offered, provided(?! (?:that )?(?:they|it|there)\b), taught, used, developed, built, helped, supported,
    struggled with,
    cent(?:er|re)d on, related to, revealed, suggested"""
)
"""Verbs whose object is what a told result is about."""

_PREDICATE = Wording(
    rf"\s(?P<verb>(?:\w+ly\s+)?{TELLING}(?:, \w+ed)*(?:,? and \w+ed)?)\s+(?:with "
    rf")?(?P<object>\S)"
)
_COPULA = Wording(r"\s(?:was|were|is|are|varied|remained|became|emerged)\b")
_TOPIC_END = Wording(
    r"[;]|\.(?=\s|$)|,\s+(?:and\s+)?(?:which|while|whereas|but|although|particularly|especially|explicitly)"
    r"|\s(?:and|or)\s+(?:offers?|offered|provides?|provided|suggests?|suggested|highlights?|highlighted|"
    r"indicates?"
    r"|was|were|had|did)\b|\s(?:beyond|while|whereas|although|because)\s"
)
_ARE_PEOPLE = Wording(
    rf"\W*(?:(?:the|these|those|several|some|many|most|all|both|few|two|three|four|five|\d{{1,4}}|other|"
    rf"half of|"
    rf"(?:one|a) third of|the majority of|a minority of) ){{0,3}}"
    rf"(?:(?:[\w-]+ )?(?:{_CLIENT_WORDS}|{_PEER_WORDS}|{_STAFF_WORDS})|they|others|nobody|everyone|some|"
    rf"many|most)\s*"
)
"""Who is no outcome: what is told of them stands behind the verb."""
_COMPLEMENT = Wording(
    r"\s+(?:(?:a|an|the|both|also|common|frequent|major|main|key|important|further|other|often)\s+){0,3}"
)
_NAMES_A_KIND = Wording(r"\b(?:included?|were|was|are|is|comprised)\b")


def _topics(quote: Found[str], named: Sequence[Mention]) -> Iterator[tuple[Found[str], Mention | None]]:
    """What a told result is about (the object of a telling verb, else the subject), with its outcomes.

    Where a list names several outcomes, each is a topic; `Barriers included low pay` is about barriers.
    """
    text = re.sub(r"^\(\w+\)\s+", lambda m: " " * len(m.group()), quote.raw)
    predicate = _PREDICATE.search(text)
    copula = _COPULA.search(text)
    verb = min((m.start() for m in (predicate, copula) if m), default=None)
    subject = None if verb is None else quote.part(0, verb)
    if subject is not None and predicate and _NAMES_A_KIND.search(text, verb or 0, predicate.start("object")):
        kind = _head_of(subject, named)
        if kind is not None:
            yield subject.stripped(_EDGE), kind
            return
    if subject is not None and copula and copula.start() == verb:
        complement = _COMPLEMENT.match(text, copula.end())
        kind = complement and next(
            (m for m in named if m.found.start - quote.start == complement.end()), None
        )
        if kind:
            yield subject.stripped(_EDGE), kind
            return
    listed = text.find(": ") if subject is not None and THEMES.search(subject.raw) else -1
    if listed > 0 and copula and copula.start() == verb:
        words = quote.part(listed + 1, len(text))
    elif predicate and predicate.start() == verb:
        begin = predicate.start("object")
        end = _TOPIC_END.search(text, begin)
        words = quote.part(begin, end.start() if end else len(text))
    elif subject is not None and copula and _ARE_PEOPLE.fullmatch(subject.raw):
        end = _TOPIC_END.search(text, copula.end())
        words = quote.part(copula.end(), end.start() if end else len(text))
    elif subject is not None:
        words = subject
    else:
        end = _TOPIC_END.search(text)
        words = quote.part(0, end.start() if end else len(text))
    that = _THAT.match(words.raw)
    words = words.part(that.end() if that else 0, len(words.raw))
    number = re.match(r"\s*\(\w+\)\s+", words.raw)
    words = words.part(number.end() if number else 0, len(words.raw)).stripped(_EDGE)
    bracket = words.raw.find(" (")
    words = words if bracket < 1 or ")" in words.raw[bracket:] else words.part(0, bracket).stripped(_EDGE)
    pieces = [piece.stripped(_EDGE) for piece in words.split(r",\s+(?:and\s+|but also\s+)?|\s+and\s+")]
    if _PEOPLE_WHO.match(words.raw):
        return
    heads = [(piece, _head_of(piece, named)) for piece in pieces]
    known = [(piece, head) for piece, head in heads if head is not None and not head.weak]
    plain = "(" not in words.raw and all(len(piece.raw.split()) <= 6 for piece in pieces)
    if len(known) > 1 and plain:
        yield from known
    else:
        yield words, _head_of(words, named)


def _head_of(words: Found[str], named: Sequence[Mention]) -> Mention | None:
    """The outcome that the words are about: one before their first preposition; a vague one only in front."""
    for mention in named:
        if not (words.start <= mention.found.start and mention.found.end <= words.end):
            continue
        before = words.raw[: mention.found.start - words.start]
        after = words.raw[mention.found.end - words.start :]
        if _PREPOSITION.search(before) or (mention.weak and before.strip()) or not _HEAD_ENDS.match(after):
            continue
        return mention
    return None


_PEOPLE_WHO = Wording(
    rf"(?:(?:the|some|many|most|several|those) )?(?:{_CLIENT_WORDS}|{_PEER_WORDS}|"
    rf"{_STAFF_WORDS}),? who\b"
)
"""People with a clause that says which are no topic."""
_THAT = Wording(r"\s*that ")
_EDGE = " \t\r\n,;.:"
_HEAD_ENDS = Wording(
    r"\s*(?:$|[,;.:()\"“”’']|(?:scores?|rates?|levels?|skills?|and|or|as|to|of|for|about|beyond|by|through|"
    r"from|towards?|on|in|"
    r"with|among|that|who|which|at|when|while|due|related|associated|trying|between|within|during|across|"
    r"around)\b)"
)
_PREPOSITION = Wording(
    r"\b(?:to|of|for|about|beyond|by|through|from|towards?|on|in|with|among|that|who|which)\b"
)


def _finding(
    statement: Statement,
    kind: changes.Kind,
    quote: Found[str],
    basis: ConceptId,
    context: Context,
    *,
    sentence: Sentence | None = None,
    subject: Found[str],
    citations: tuple[Citation, ...] = (),
    printed: Figures = NONE,
) -> Iterator[Finding | Candidate]:
    mention = statement.mention
    concepts = mention.concepts if mention else ()
    concept = concepts[0] if len(concepts) == 1 else None
    inverse = bool(mention and mention.inverse)
    polarities = {context.vocabulary.entry(c).better for c in concepts}
    better = polarities.pop() if len(polarities) == 1 else ""
    if mention and concept is None:
        names = ", ".join(str(c) for c in concepts)
        yield Candidate(statement.words, f"“{statement.words.raw}” may be one of {names}")
    aimed = basis is AIM
    affected = _affected(subject, statement)
    yield Finding(
        quote=quote if quote.start <= statement.words.start else subject,
        outcome_as_printed=statement.words,
        outcome=_at(concept, mention),
        change=changes.printed(kind, better, inverse=inverse, unknown=statement.words.raw),
        direction=DESCRIBED if aimed else changes.direction(kind, better, inverse=inverse),
        basis=basis,
        concerns=_judges(subject, statement)
        if _is_quality(statement)
        else _whom(
            concept,
            affected,
            replace(context, focus=CLIENTS, they=CLIENTS) if affected is not subject else context,
            known=bool(concepts),
        ),
        about=_about(affected, context) if basis is OWN else None,
        citations=citations or _citations(sentence, context, basis),
        **_fields(printed),
    )


def _fields(printed: Figures) -> dict[str, Any]:
    return {name: getattr(printed, name) for name in _FIGURES}


_FIGURES = tuple(each.name for each in fields(Figures))


def _affected(subject: Found[str], statement: Statement) -> Found[str]:
    """The clause without who brings the change about: `peer workers reduced` it for somebody else."""
    reported = _REPORTED_THAT.match(subject.raw)
    if reported is not None and reported.end() <= statement.words.start - subject.start:
        of_clients = _CLIENTS_WORD.search(subject.raw, reported.end(), statement.words.start - subject.start)
        if of_clients is not None:
            return subject.part(of_clients.start(), len(subject.raw))
    if statement.cue is None or statement.words.start - subject.start < statement.cue:
        return subject
    before = subject.raw[: statement.cue]
    if _first_people(before) is not PEERS:
        return subject
    helped = HELP.search(before)
    if helped is not None and not HAVE.search(before[: helped.start()]):
        return subject.part(helped.start(), len(subject.raw))
    has = any(not _AUXILIARY.match(before, match.start()) for match in HAVE.finditer(before))
    if CAUSES.match(subject.raw, statement.cue) is None or has:
        return subject
    return subject.part(statement.cue, len(subject.raw))


_CLIENTS_WORD = Wording(rf"\b{_CLIENT_WORDS}\b")
_REPORTED_THAT = Wording(
    rf"(?:[\w-]+ ){{0,3}}{_STAFF_WORDS} (?:also |\w+ly )?(?:reported|said|noted|stated|believed|thought|"
    rf"felt|observed|found|saw) that "
)
"""What staff told of others is about the others."""
_AUXILIARY = Wording(rf"(?:has|have|had)\s+(?:also\s+|\w+ly\s+)?(?:$|{_CAUSING})")
"""Directly before a verb of change: `peers have improved` it."""


def _at(concept: ConceptId | None, mention: Mention | None) -> Concept | None:
    """The concept at the place of the words that name it."""
    return Found(concept, mention.found.raw, mention.found.start) if concept and mention else None


def _citations(sentence: Sentence | None, context: Context, basis: ConceptId) -> tuple[Citation, ...]:
    if sentence is None or basis is not CITED:
        return ()
    first, last = (
        bisect.bisect_left(context.citations, place, key=lambda citation: citation.quote.start)
        for place in (sentence.text.start, sentence.text.end)
    )
    return context.citations[first:last]


def _whom(
    concept: ConceptId | None, subject: Found[str], context: Context, *, known: bool
) -> ConceptId | None:
    """Whom a finding is about: by its outcome, by the first people its words name, by who took part."""
    if concept is not None:
        for one in (concept, *context.vocabulary.ancestors(concept)):
            if one in WHOM_BY_BRANCH:
                if WHOM_BY_BRANCH[one] is PEERS:
                    others = _first_people(subject.raw)
                    if others is STAFF or (others is not None and context.focus is CLIENTS):
                        return others
                if (
                    WHOM_BY_BRANCH[one] is SYSTEM
                    and _first_people(subject.raw) is PEERS
                    and one.name == "implementation-outcome"
                ):
                    return PEERS
                return WHOM_BY_BRANCH[one]
    if OF_PEERS.search(subject.raw):
        return PEERS
    if (UNNAMED.match(subject.raw) or TOOK_PART.match(subject.raw)) and context.focus is not None:
        return context.focus
    if PRONOUN.match(subject.raw) and context.they is not None:
        return context.they
    first = _first_people(subject.raw)
    if first is not None and not (first is CLIENTS and context.focus is PEERS and _is_nobody(subject.raw)):
        return first
    if context.focus is not None:
        return context.focus
    return CLIENTS if known else None


def _is_nobody(text: str) -> bool:
    """Whether the first clients that a text names are just people who took part."""
    client = _CLIENTS_WORD.search(text)
    return client is not None and NOBODY.match(text, client.start()) is not None


_DELIVERED_BY = Wording(
    r"\b(?:from|by|with|without|of|to|on|against|towards?|than|through|after|before|when|once|since|until|because)\s+(?:(?:a|an|the|"
    r"their|other)\s+)?(?:(?:trained|certified|treatment|service|health ?care|mental health|care|medical|"
    r"clinical) )?$"
)


@lru_cache(maxsize=1024)
def _first_people(text: str) -> ConceptId | None:
    places = []
    for whom, pattern in _SUBJECTS:
        for match in pattern.finditer(text):
            if not _DELIVERED_BY.search(text, max(0, match.start() - 40), match.start()):
                places.append((match.start(), whom))
                break
    if places:
        return min(places, key=lambda place: place[0])[1]
    if re.search(
        r"\bpeer (?:resilienc\w+|involvement|practice|lived experience|development|wellness|self-care|"
        r"burnout|roles?)\b",
        text,
        re.IGNORECASE,
    ):
        return PEERS
    return None


def _about(subject: Found[str], context: Context) -> ParticipantGroup | None:
    """The group that the words name, if it is one and only one."""
    if not context.groups:
        return None
    words = context.heads.keys() & _WORDS.findall(subject.raw.casefold())
    named = {number for word in words for number in context.heads[word][:2]}
    return context.groups[named.pop()] if len(named) == 1 else None


_WORDS = re.compile(r"[\w’'-]+")


def _heads(groups: Sequence[ParticipantGroup]) -> dict[str, list[int]]:
    """The groups, by the words that name them."""
    heads: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        head = head_noun(group.description.raw)
        for word in {head, head.rstrip("s"), head + "s"} if head else ():
            heads.setdefault(word, []).append(number)
    return heads
