"""Participant groups, and the data of a study that are not people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from kg.annotation.numbers import WORD, numbers, sizes
from kg.annotation.reading import Reading, Sentence
from kg.annotation.words import Wording, word_set
from kg.identifiers import ConceptId
from kg.model import Concept, ParticipantGroup, StudyData
from kg.source import Found

PEOPLE = word_set(
    "alumni applicants callers citizens daughters dependents elders experts firefighters guests inpatients "
    "learners "
    "outpatients panelists paramedics policymakers responders seniors siblings spouses teens tenants "
    "administrators adolescents adult adults advocate advocates attendees befrienders beneficiaries "
    "boys bridgers caregiver caregivers carer carers champions children client clients clinician "
    "clinicians coach coaches colleagues companions consumer consumers coordinators counsellors counselor "
    "counselors couples detainees directors doctors dyads educators employees enrollees facilitator "
    "facilitators families fathers females girls graduates helpers immigrants individual individuals "
    "informants inmates interventionists interviewees leaders leads listeners males man manager "
    "managers members men mentees mentor mentors migrants mothers navigator navigators nurse nurses "
    "offenders officers operators parent pairs parents parolees participant participants partners patient "
    "patients peer peers people person persons physicians practitioners prisoners probationers "
    "professionals provider providers psychiatrists psychologists recipients refugees researchers "
    "residents respondent respondents servicemembers smokers soldiers specialist specialists sponsors "
    "staff stakeholders student students subjects supervisor supervisors supporters survivor survivors "
    "apprentices assistants attenders bystanders cadets chaplains chiefs commissioners controls deputies "
    "dietitians doulas "
    "drinkers drivers evacuees executives farmers friends grandparents hosts instructors interpreters judges "
    "landlords lawyers librarians midwives moderators newcomers pharmacists pupils relatives returnees "
    "sailors seekers sergeants teachers tutors undergraduates visitors widowers widows "
    "technician technicians teenagers therapists trainees trainers users veteran veterans volunteer "
    "volunteers woman women worker workers youth youths"
)
"""Nouns for people; a group is a number and a noun phrase that ends in one of them."""

ONE_PERSON = word_set(
    "peer client patient veteran parent student adult consumer caregiver carer member provider worker"
)
"""Nouns for one person: behind a greater number they only say which others: `six peer respites`."""

NO_PEOPLE = frozenset({"non-peer"})
"""Words that end like one for people and say which kind of others follow."""

DATA = word_set(
    "boards boroughs courts cities clubhouses eds provinces regions towns "
    "applications attendances batteries branches campuses chapters churches classes classrooms districts "
    "barbershops gyms libraries pharmacies salons statements universities "
    "enrollments enrolments forms homes hostels households houses mosques municipalities neighborhoods "
    "neighbourhoods parishes prescriptions referrals residences stations tickets trusts videos "
    "villages voicemails "
    "abstracts admissions agencies agency article articles calls cases centers centres charts citations "
    "claims clinic clinics contacts counties datasets diaries document documents encounters entries "
    "entry episodes departments jails colleges shelters systems facilities "
    "facility focus-groups groups guidelines hospitals interview interviews "
    "items log logs meetings messages narratives notes observations organisations organizations paper "
    "papers photographs policies posts prisons programmes programs publication publications "
    "questionnaires rcts record recordings records reports reviews samples schools sessions "
    "site sites sources states stories studies study survey surveys teams transcript transcripts trial "
    "trials tweets units visit visits wards websites"
)
"""Nouns for what is counted and is not people."""

SERVICES = word_set(
    "service services hub hubs program programs programme programmes team teams group groups home homes "
    "shelter shelters "
    "court courts council councils network networks association associations community communities"
)
"""Nouns that make a service of the people before them: `youth service hubs`."""

NO_DATA = word_set("cases claims group groups items observations reports samples states")
"""Data nouns too common to count, whatever stands before them, `focus groups` excepted."""

NO_DATA_ALONE = word_set("teams units systems programs programmes")
"""Those that count only behind a word that says which: `crisis teams`."""

SITES = word_set(
    "church college court house practice shelter university village center centre clinic facility hospital "
    "jail prison site unit ward"
)
"""Nouns for one place, counted behind `one` or `a single`."""

HEARD_IN_DATA = word_set(
    "group groups focus-groups interview interviews samples survey surveys teams questionnaires"
)
"""Data nouns whose number in brackets counts the people who were heard: `in exit interviews (n = 15)`."""

DOSES = word_set("calls contacts encounters meetings sessions visits")
"""Nouns for what an intervention consists of, unless they were recorded."""

RECORDED = Wording(
    r"\b(?:record|analy[sz]|code|transcri|log|document|yield|review|observ|audio|includ|examin|collect|"
    r"extract|conduct|draw)\w*\b"
)

_DOSE = Wording(
    r"\b(?:to|receiv\w+|offer\w*|attend\w*|got|up to|at least|deliver\w*|provid\w*|complet\w*|had|"
    r"made) (?:\w+ )?$"
)
"""Before what people got, whatever else was recorded."""
_RECORDING = Wording(r"recorded|observed|transcribed|videotaped|audiotaped")
"""What makes data of sessions, which else are what people got."""

VAGUE = frozenset({ConceptId("population", "adults")})
"""Populations that say nothing beside another."""

PHRASE_END = word_set(
    "about across after against among and are as at because before between but by can could did during "
    "for from had have how if in including into is may not of on onto or over per regarding should "
    "since than that their through to toward towards under until using via was were when where which "
    "while who whom whose will with within without would "
    "extracted rated scored hosted "
    "agreed also answered consented participated responded took "
    "attended conducted held joined kept led met provided ran received said used wrote yielded"
)
"""Words that end the noun phrase behind a number."""

NOT_MODIFIERS = word_set(
    "analysts assessors authors coders investigators raters reviewers areas arms aspects barriers "
    "categories components conditions day days dimensions dollars domains "
    "factors hour hours in key kinds lessons levels main major measures minute minutes month months of "
    "outcomes percent phases point points principles questions scales stages steps strategies subthemes "
    "theme themes theories theory time times types waves week weeks year years"
)
"""Words between number and noun that show that something else was counted."""

COLLECTED = Wording(
    r"\b(?:interviews?|focus groups?|surveys?|questionnaires?|narratives|conversations|discussions|"
    r"group interviews?|"
    r"workshops?)\b(?:\s+[\w-]+){0,6}?\s+(?:with|of|among|from|involving)\s+(?P<people>[\s\S]+)"
    r"|\bwe (?:\w+ly )?(?:interviewed|surveyed|recruited)\s+(?P<people2>[\s\S]+)",
)
"""How people without a number come to be heard."""

INVITED = Wording(
    r"\s*,?\s*(?:who )?(?:were |had been )?(?:invited|approached|contacted|opened|clicked|"
    r"screened(?! positive| for| in)|"
    r"mailed|e-?mailed|declined|refused|withdrew|dropped out|excluded|lost to)\b"
)
SENT_TO = Wording(
    r"\b(?:sent|mailed|e-?mailed|distributed|posted|invited|approached|screened|invitations?)"
    r"(?: [\w-]+){0,3}?(?: to)? (?:all |the |a total of )*$"
)
"""Behind or before those who were asked, or left: they are not the people of the study."""

DELIVERED_BY = Wording(
    r"\b(?:(?:led|facilitated|delivered|provided|run|taught|staffed|moderated|supervised|offered|given|"
    r"supported|"
    r"conducted) by|received|add|added|adding|placed) (?:a team of |teams of |the )?$"
)
"""Before those who gave a service."""

SHARE = re.compile(r"\s*[\[(]\s*\d+(?:\.\d+)?\s?%\s*[\])]")
"""Behind those who are a share of a group."""

WERE_ENROLLED = Wording(
    r"\s*(?:\([^()]{1,40}\)\s*)?(?:who [^,;:.()]{1,60}? )?"
    r"(?:(?:were|was|have been|has been|had been|are|will be) (?:\w+ly )?"
    r"(?:enrolled|recruited|randomi[sz]ed|interviewed|surveyed|included|allocated|assigned)|responded|"
    r"participated|consented|took part)\b"
)
"""Behind people, or a number alone, of whom a results section tells that they were in the study."""

EACH = Wording(
    r"\s+(?:\w+ )?(?:to|in|per) (?:each )?(?:study |trial |treatment )?(?:group|arm|condition)s?\b",
)
PART_ENDS = re.compile(r"[,;:.()]|\s(?:and|or|but|while)\s")

ENROLLED = Wording(
    r"\b(?:enrolled|randomi[sz]ed|recruited|interviewed|surveyed|participated|completed|included|"
    r"responded|allocated|"
    r"assigned|took part|met (?:the )?(?:inclusion|eligibility)|sample|respondents|consented|analy[sz]ed|"
    r"were eligible|included|comprised|"
    r"total of|participants were)\b"
)
"""What makes a counted group in a results section the people of the study."""

HEARD = Wording(
    r"\b(?:interviews?|focus groups?|surveys?) (?:with|of) |\bin (?:\w+ )?(?:interviews|focus groups|"
    r"surveys), ",
)
"""What makes them so whatever else is said."""

RESPONDENTS = Wording(
    r"\b(?:respondents|participants|data|responses|records|information)\s+(?:in|from|to|of)\s+(?:(?:a|"
    r"an|the|our)\s+)?(?:[\w’'-]+\s+){0,6}?"
    r"(?:survey|registry|database|dataset|records|claims|trial|census)\b(?:\s+(?:of|"
    r"in)\s+(?:[\w’'-]+\s*){1,6})?"
)
"""Data that a study took over, without a number."""

_QUOTES = frozenset('"“”‘')
_WORD = re.compile(r"[^\W_](?:[\w’'/-]*[^\W_])?|[(\[\])]|[,;:.]|[\"“”‘]|%|=")
_STOP = Wording(
    r"[.;:(\[)]|\swith\s(?=\d)|\sto\s(?=(?:receive|an? |the |either|peer|usual|one)\b)|,\s+(?!(?:hired|"
    r"recruited|employed|selected|drawn|aged|living|receiving|working|all|"
    r"most|both|who)\b)"
    r"|(?<!between \d\d\d\d)\s(?:and|or|plus|as well as)\s+(?:(?:on|from|in|of)\s+)?(?:the\s+|"
    r"a\s+)?(?:\d|(?:one|two|three|four|"
    r"five|six|seven|eight|"
    r"nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety)\b)"
    r"|\s(?:were|was|are|is|had|have|did|completed|participated|received|reported|described|took|"
    r"provided|attended|responded|"
    r"consented|enrolled|agreed|met|felt|experienced|showed|said|joined|to (?:explore|examine|"
    r"understand|assess|identify|describe|determine|learn|elicit))\b"
    r"|\s(?:about|regarding|concerning|using|through|between \d|before|during|(?<!and )(?<!or )over|via|"
    r"on (?:the|their|"
    r"how))\s"
)
_NP_BREAK = Wording(
    r"[,;:]|\b(?:(?:divided|allocated|split) into|with|from|to|by|were|was|are|is|using|among|between|that|"
    r"who|which|or|recruited|"
    r"interviewed|surveyed|enrolled|included|randomi[sz]ed|assigned)\b"
)


_ARTICLE = Wording(
    r"(?:(?:the|a|an|all|both|in|of|and|or|either|versus|vs|(?:[\w-]+ )?(?:sample|total|cohort|number|"
    r"subset|group) "
    r"of)\s+)+"
)


def groups(reading: Reading) -> tuple[ParticipantGroup, ...]:
    """The people of the study, in order of place."""
    found: list[ParticipantGroup] = []
    givers: set[int] = set()
    known: set[int] = set()
    named = False
    main = reading.zone("methods", "objectives")
    counted = any(group.size is not None for sentence in main for group in _in_sentence(sentence))
    for sentence in reading.zone("methods", "objectives", "results"):
        told = sentence.zone != "results"
        if told or HEARD.search(sentence.text.raw) or (not counted and ENROLLED.search(sentence.text.raw)):
            here = _in_sentence(sentence)
        else:
            here = tuple(group for group in _in_sentence(sentence) if _was_enrolled(sentence, group))
        known |= _sizes(here)
        bare = list(_bare(sentence, here, known))
        known |= _sizes(bare)
        found += sorted((*here, *bare), key=lambda group: group.quote.start)
        givers |= {group.quote.start for group in here if _gave_support(sentence, group)}
        named = named or (bool(here or bare) and _names_people(sentence.text, sentence))
    others = [group for group in found if group.quote.start not in givers]
    if any(group.size is not None and group.role is None for group in others):
        found = others
    return tuple(_distinct(found)) if named else ()


_GAVE = Wording(
    r"(?:,[^,;.]{1,100},|\s?\([^()]{1,60}\))?(?: who)?\s(?:each |then |also |jointly |together )?"
    r"(?:(?:were|was|had been) (?:trained|hired|employed|taught|paid|supervised|matched)|delivered|led|"
    r"co-?led|ran|facilitated|co-?facilitated|moderated|offered|provided|gave|taught|staffed|visited|called|"
    r"supported|made)\b"
)
"""Behind those who gave the support."""
_ASKED_TOO = Wording(r"\b(?:interview|survey|focus group|questionnaire|respond|participated|completed)\w*")


def _gave_support(sentence: Sentence, group: ParticipantGroup) -> bool:
    """Whether counted peers are named as those who gave the support, and not as those who were heard."""
    if group.role is None or group.size is None:
        return False
    end = group.quote.end - sentence.text.start
    return _GAVE.match(sentence.text.raw, end) is not None and not _ASKED_TOO.search(sentence.text.raw)


def _sizes(found: Sequence[ParticipantGroup]) -> set[int]:
    return {group.size.value for group in found if group.size is not None}


def asked(reading: Reading) -> tuple[ParticipantGroup, ...]:
    """Those who were asked without being counted, or of whom some answered."""
    found: list[ParticipantGroup] = []
    for sentence in reading.zone("methods", "objectives"):
        found += uncounted(sentence)
        for number in numbers(sentence.text):
            phrase = _noun_phrase(sentence.text, number, PEOPLE)
            if phrase is not None and _is_outside(sentence.text, number, phrase):
                found.append(_group(sentence, phrase, phrase, number, phrase))
    return tuple(found)


def _was_enrolled(sentence: Sentence, group: ParticipantGroup) -> bool:
    """Whether a results section that follows a count tells of people of the study, not of an outcome's."""
    if re.match(r"[nN]s?\s*[=:]", group.quote.raw):
        return True
    if group.size is None or group.size.start > group.description.start:
        return group.size is not None and _names_heard(group.description, sentence)
    end = group.quote.end - sentence.text.start
    begin = group.quote.start - sentence.text.start
    return (
        WERE_ENROLLED.match(sentence.text.raw, end) is not None
        or _DATA_FOR.search(sentence.text.raw, 0, begin) is not None
        or _GAVE_DATA.match(sentence.text.raw, end) is not None
    )


def _names_heard(phrase: Found[str], sentence: Sentence) -> bool:
    return _names_people(phrase, sentence) or bool(_HEARD_IN.search(phrase.raw))


_HEARD_IN = Wording(r"\b(?:interviews|focus groups?|surveys?)$")


def _bare(
    sentence: Sentence, here: Sequence[ParticipantGroup], sizes_known: Collection[int]
) -> Iterator[ParticipantGroup]:
    """Groups of a number without a noun: who responded, and the parts of a known whole.

    Numbers are the parts of a whole if their sum is its size: `171 met a peer and 169 did not`.
    """
    text = sentence.text
    spans = [(group.quote.start, group.quote.end) for group in here]
    every = numbers(text)
    alone = [
        number
        for number in every
        if not any(start <= number.start < end for start, end in spans)
        and not _is_share(text, number)
        and not SHARE.match(text.raw, number.end - text.start)
        and not text.raw.startswith(" of which", number.end - text.start)
        and _noun_phrase(text, number, _NO_PEOPLE_COUNTED) is None
    ]
    parts: set[int] = set()
    wholes = {n.value for n in alone if WERE_ENROLLED.match(text.raw, n.end - text.start)} | {*sizes_known}
    for one, other in (*pairwise(alone), *zip(alone, alone[2:], strict=False)):
        between = text.raw[one.end - text.start : other.start - text.start]
        joint = _PARTS_JOINT.search(between)
        if (
            joint is None
            or len(between) > 120
            or one.value + other.value not in wholes
            or min(one.value, other.value) < 2
            or one.value in sizes_known
            or other.value in sizes_known
        ):
            continue
        parts |= {one.start, other.start}
        yield _part(sentence, one, one.end - text.start + joint.start())
        ends = PART_ENDS.search(text.raw, other.end - text.start)
        yield _part(sentence, other, ends.start() if ends else len(text.raw))
    for number in every:
        end = number.end - text.start
        gave = _GAVE_DATA.match(text.raw, end)
        if (
            gave is not None
            and number.value not in sizes_known
            and number.value > 1
            and not any(start <= number.start < stop for start, stop in spans)
            and number.start not in parts
            and _RECEIVED.search(text.raw, 0, number.start - text.start) is None
        ):
            parts.add(number.start)
            part = _part(sentence, number, gave.end())
            of = _SUBSAMPLE.search(text.raw, 0, number.start - text.start)
            begin = of.start() if of else number.start - text.start
            yield replace(part, quote=text.part(begin, gave.end()).stripped(" \t\r\n,"))
    for number in alone:
        end = number.end - text.start
        behind = WERE_ENROLLED.match(text.raw, end)
        if behind is None and _WHOM.search(text.raw, 0, number.start - text.start):
            behind = _OF_WHOM.match(text.raw, end)
        if behind is None and number.value < max(sizes_known, default=0):
            behind = (
                _IN_BRACKETS_WITH.match(text.raw, end)
                if _OPEN.search(text.raw, 0, number.start - text.start)
                else None
            )
            if behind is None and _HEARD_FROM.search(text.raw, 0, number.start - text.start):
                behind = _OF_THOSE.match(text.raw, end)
        aged = _AGE_BEFORE.search(text.raw, 0, number.start - text.start)
        if behind is None and here and aged is None and sentence.zone != "results":
            behind = _WHO_ALONE.match(text.raw, end)
        each = EACH.match(text.raw, end)
        if number.start in parts or number.value in sizes_known:
            continue
        if behind is not None:
            yield _part(sentence, number, behind.end())
        elif each is not None and any(times * number.value in sizes_known for times in (2, 3, 4)):
            yield _part(sentence, number, each.end())


_DATA_FOR = Wording(
    r"\b(?:data|outcomes?|follow-?up) (?:were|was) (?:\w+ )?(?:available|obtained|collected|complete) "
    r"(?:for|from) $"
)
_SUBSAMPLE = Wording(r"\b(?:an? |the )?(?:sub-?(?:sample|set|group)|random sample) of $")
_RECEIVED = Wording(
    r"\b(?:received|returned|collected|obtained|analy[sz]ed|yielded|had|with|from) (?:back )?$"
)
"""Behind these a number counts what was filled in: `received 541 completed questionnaires`."""
_GAVE_DATA = Wording(
    r"(?:\s?[(\[]\d{1,3}(?:\.\d+)?\s?%[)\]])?"
    r"(?: (?:in|from|of) (?:the |each )?[\w -]{2,40}? (?:groups?|arms?|conditions?)\b)?"
    r"(?:,? and \d{1,6}(?: [\w’'-]+){0,3}? (?:in|from|of) (?:the )?[\w -]{2,40}? (?:groups?|arms?|"
    r"conditions?)\b)?"
    r"(?: of (?:them|these|those|whom|(?:the )?(?:participants|patients|clients|veterans|respondents)))?"
    r" (?:also |then |later )?"
    r"(?:(?:completed|provided|returned|gave|contributed) (?:the |all |both |a |an |their |complete |"
    r"usable |full |"
    r"\w+-?\w* ){0,3}?(?:data|surveys?|interviews?|assessments?|questionnaires?|follow-?ups?|measures|"
    r"post-?tests?|study|"
    r"trial|responses)\b"
    r"|(?:remained|stayed) in the (?:study|trial|cohort)\b"
    r"|(?:were|was) (?:re-?assessed|assessed|followed(?: up)?|retained|reached|re-?interviewed|"
    r"available|interviewed)\b"
    r"(?: at (?:\w+ )?(?:\d+[- ])?(?:months?|weeks?|years?|follow-?up)(?: follow-?up)?)?)",
)
"""Behind a number: those of a group who stayed in the study or gave data."""
_OF_WHOM = Wording(
    r"\s+(?:also )?(?:completed (?:the |all |both |a |an )?(?:[\w-]+ ){0,3}?"
    r"(?:surveys?|interviews?|assessments?|questionnaires?|follow-?ups?|measures)|replied|responded|answered|"
    r"agreed|consented|took part|participated)\b"
)
"""Behind the number of those of a group who gave data."""
_WHO_ALONE = Wording(
    r"\s+who (?!declined|refused|dropped|withdrew|died|were (?:lost|excluded|ineligible))[^,;.()]{3,90}"
)
"""Behind the number of those with whom a group is compared: `compared with 70 who did not`."""
_AGE_BEFORE = Wording(r"\b(?:aged?|ages|between|older|over|under|least|to) (?:\d+ (?:to|and|-) )?$")
_NO_PEOPLE_COUNTED = DATA - HEARD_IN_DATA
_OPEN = re.compile(r"\(\s?$")
_IN_BRACKETS_WITH = re.compile(r"\s(?:with|who)\s[^()]{3,90}(?=\))")
"""Those of a group who are told of in brackets behind it: `310 clients (67 with a mentor)`."""
_HEARD_FROM = Wording(r"\b(?:interviewed|re-?interviewed|surveyed|followed|observed) $")
_OF_THOSE = Wording(r"\s+of (?:them|these|those)\b")
_WHOM = Wording(r"\bof (?:whom|these|them|those),? $")
_PARTS_JOINT = re.compile(r"(?:,|,?\s+(?:and|or))\s*$")


def _part(sentence: Sentence, number: Found[int], end: int) -> ParticipantGroup:
    """The group of a number, described by the words behind it."""
    text = sentence.text
    description = text.part(number.end - text.start, end).stripped(" \t\r\n,")
    to = _TO_AN_ARM.match(description.raw)
    description = description.part(to.end() if to else 0, len(description.raw))
    quote = text.part(number.start - text.start, end).stripped(" \t\r\n,")
    return _group(sentence, quote, description, number, description.part(0, 0))


_TO_AN_ARM = Wording(
    r"(?:(?:(?:were|was) )?(?:\w+ly )?(?:assigned|allocated|randomi[sz]ed) )?(?:to|into)(?: receive)? "
    r"(?:the )?(?=[\w(])"
)
"""Before the name of the arm to which a number of people were assigned."""


@lru_cache(maxsize=128)
def _in_sentence(sentence: Sentence) -> tuple[ParticipantGroup, ...]:
    """The counted people of a sentence, else those who were heard; asked twice of each sentence."""
    text = sentence.text
    found: list[ParticipantGroup] = []
    taken: list[tuple[int, int]] = []
    for printed, size in sizes(text):
        in_brackets = printed.raw[0].isdigit()
        group = None if in_brackets else _behind_size(sentence, printed, size)
        group = group or _before_size(sentence, printed, size)
        if group is not None:
            found.append(group)
            taken.append((group.quote.start, group.quote.end))
    for number in numbers(text):
        if any(start <= number.start < end for start, end in taken):
            continue
        if any(start <= number.start < end for start, end in taken):
            continue
        answering = _answering(sentence, number)
        if answering is not None:
            found.append(answering)
            taken.append((answering.quote.start, answering.quote.end))
            continue
        phrase = (
            _noun_phrase(text, number, PEOPLE) or _heard_with(text, number) or _in_other_words(text, number)
        )
        if phrase is None or _is_share(text, number) or _is_outside(text, number, phrase):
            continue
        description = _described(text, phrase)
        quote = text.part(number.start - text.start, description.end - text.start)
        found.append(_group(sentence, quote, description, number, phrase))
    if not found and sentence.zone != "results":
        found += uncounted(sentence)
    return tuple(sorted(found, key=lambda group: group.quote.start))


_WITH = Wording(r"\s+(?:were )?(?:with|from|among|of) (?:the )?")
_INTERVIEWS = Wording(r"\b(?:interviews?|focus groups?|conversations)\b")


def _heard_with(text: Found[str], number: Found[int]) -> Found[str] | None:
    """Those with whom a number of interviews were held: `45 interviews: 15 with mothers, ...`."""
    joint = _WITH.match(text.raw, number.end - text.start)
    if joint is None or _INTERVIEWS.search(text.raw, 0, number.start - text.start) is None:
        return None
    behind = Found(number.value, text.raw[number.start - text.start : joint.end()], number.start, text.where)
    return _noun_phrase(text, behind, PEOPLE)


_OTHER_WORDS = re.compile(r"\s(?:[\w’'-]+ ){1,3}\((?P<people>[a-z][\w’'-]*(?: [\w’'-]+){0,3})\)")


def _in_other_words(text: Found[str], number: Found[int]) -> Found[str] | None:
    """People in words of another language, with what they are in brackets: `12 kaumatua (older adults)`."""
    match = _OTHER_WORDS.match(text.raw, number.end - text.start)
    if match is None or match["people"].split()[-1].casefold() not in PEOPLE:
        return None
    return text.part(number.end - text.start, match.end()).stripped()


def _is_outside(text: Found[str], number: Found[int], phrase: Found[str]) -> bool:
    """Whether the people were only asked, gave the service, or are a share of a group."""
    begin, end = number.start - text.start, phrase.end - text.start
    return bool(
        _ASKED.match(phrase.raw)
        or _PART_OF.search(text.raw, max(0, begin - 20), begin)
        or (number.value == 1 and text.raw[:begin].casefold().endswith("at least "))
        or INVITED.match(text.raw, end)
        or _OF_STUDIES.search(text.raw, max(0, begin - 60), begin)
        or SENT_TO.search(text.raw, max(0, begin - 60), begin)
        or DELIVERED_BY.search(text.raw, max(0, begin - 40), begin)
        or (SHARE.match(text.raw, end) and not _GAVE_DATA.match(text.raw, end))
    )


_OF_STUDIES = Wording(
    r"\b(?:studies|trials|articles|papers|reviews|publications) (?:with|of|involving|including|enrolling|"
    r"comprising|covering|totall?ing|reporting on) (?:a (?:combined )?total of |data (?:on|from|of) )?$"
)
"""Before the people of the works that a review includes."""
_ASKED = Wording(r"(?:invited|approached|eligible|potential|contacted|screened|possible)\b")
_PART_OF = Wording(rf"\b(?:\d[\d,]*|{WORD}) of (?:the )?$")
_ANSWERED = Wording(
    r"\s+(?:of|out of)\s+(?:the\s+)?[\d,]{1,9}\s+(?P<people>(?:[\w’'-]+\s+){1,6}?)"
    r"(?:responded|agreed|consented|participated|returned|took part|enrolled|"
    r"(?:were|was) (?:enrolled|included|interviewed|recruited))\b"
)
"""`1,128 of 3,905 invited specialists responded`: the first number counts those who took part."""


def _answering(sentence: Sentence, number: Found[int]) -> ParticipantGroup | None:
    text = sentence.text
    match = _ANSWERED.match(text.raw, number.end - text.start)
    if match is None:
        return None
    people = text.part(*match.span("people")).stripped()
    asked = _ASKED.match(people.raw)
    people = people.part(asked.end() if asked else 0, len(people.raw)).stripped()
    if not _names_people(people, sentence):
        return None
    quote = text.part(number.start - text.start, match.end())
    return _group(sentence, quote, people, number, people)


def _behind_size(sentence: Sentence, printed: Found[str], size: Found[int]) -> ParticipantGroup | None:
    """The group whose noun follows its number: `N = 1,240 Veterans`."""
    phrase = _noun_phrase(sentence.text, size, PEOPLE)
    if phrase is None or not sentence.text.raw[size.end - sentence.text.start :].startswith(" "):
        return None
    quote = sentence.text.part(printed.start - sentence.text.start, phrase.end - sentence.text.start)
    return _group(sentence, quote, phrase, size, phrase)


def _is_share(text: Found[str], number: Found[int]) -> bool:
    """Whether the number is a part of a number (`12 of 40`) or a year."""
    after = text.raw[number.end - text.start : number.end - text.start + 12]
    return bool(re.match(r"\s+(?:of|out of|in)\s+\d", after)) or bool(
        re.fullmatch(r"(?:19|20)\d\d", number.raw)
        and not re.search(r"of\s*$", text.raw[: number.start - text.start])
    )


def _noun_phrase(text: Found[str], number: Found[int], heads: frozenset[str]) -> Found[str] | None:
    """The words behind a number up to the last head noun of its phrase."""
    begin = number.end - text.start
    last = None
    count = 0
    for word in _WORD.finditer(text.raw, begin, begin + 160):
        token = word.group().casefold()
        if token in {"(", "["}:
            break
        if not word.group()[0].isalnum():
            if last is None and count and token in _QUOTES:
                continue
            break
        if token in {"and", "or"} and text.raw[word.start() - 2 : word.start()] == "- ":
            continue
        if token in PHRASE_END or (token in NOT_MODIFIERS and token not in heads):
            break
        count += 1
        if count > 9:
            break
        if number.value > 1 and token in ONE_PERSON and heads is PEOPLE:
            continue
        if (
            token in heads
            or (token.split("-")[-1] in heads and token not in NO_PEOPLE)
            or (token.startswith("non") and token[3:] in heads)
        ):
            last = word.end()
        elif last is not None:
            if token.endswith(("ing", "ed")):
                break
            if token in DATA or token in SERVICES:
                last = None
    if last is None:
        return None
    return text.part(begin, last).stripped()


def _described(text: Found[str], phrase: Found[str]) -> Found[str]:
    """The noun phrase with what is said of it: up to a verb, the next number, or the end of the clause."""
    begin, end = phrase.start - text.start, phrase.end - text.start
    clause = _WHO.match(text.raw, end)
    if clause is not None:
        return text.part(begin, clause.end()).stripped()
    stop = _STOP.search(text.raw, end)
    last = stop.start() if stop else len(text.raw)
    if last - end > 220 or (last > end and not _QUALIFIES.match(text.raw, end, last)):
        last = end
    words = text.part(begin, last).stripped()
    joint = _JOINT_LAST.search(words.raw)
    return words.part(0, joint.start()) if joint else words


_JOINT_LAST = Wording(
    r"[\s,]+(?:and|or|but|who|which|that|(?:all|most|both|many|some|half|each|none) of "
    r"whom)$"
)
_WHO = Wording(
    rf"\s+who\s(?:(?!(?<!between \d\d\d\d)\s(?:and|or|with)\s(?:\d|"
    rf"{WORD}\b))[^.;:,()\[\]]){{1,160}}"
)
_QUALIFIES = Wording(
    r"\s+(?:with(?! \d)|working|in|from|of|at|aged|living|receiving|hired|employed|enrolled in|experiencing|"
    r"diagnosed|"
    r"seeking|discharged|admitted|being|having|attending|involved|on|for|across|within|trained|providing|"
    r"serving|"
    r"participating|recruited)\b|,"
)


def _group(
    sentence: Sentence,
    quote: Found[str],
    description: Found[str],
    size: Found[int] | None,
    phrase: Found[str],
) -> ParticipantGroup:
    return ParticipantGroup(
        quote=quote,
        description=description,
        size=size,
        role=_concept(sentence, phrase, "role"),
        population=_concept(sentence, description, "population"),
    )


_STRONG = frozenset({"label", "acronym"})


def _concept(sentence: Sentence, part: Found[str], scheme: str) -> Concept | None:
    """The concept of a part of the sentence: rather a strong label than a weak one, rather a telling one."""
    found = [
        (label.kind == "weak", label.concept in VAGUE, label.found.start, -len(label.found.raw), label)
        for label in sentence.within(part, scheme)
        if label.concept is not None and (scheme == "role" or label.kind in _STRONG)
    ]
    if not found:
        return None
    label = min(found, key=lambda each: each[:4])[4]
    return label.named(label.concept) if label.concept is not None else None


def _before_size(sentence: Sentence, printed: Found[str], size: Found[int]) -> ParticipantGroup | None:
    """The group whose number stands behind it in brackets."""
    text = sentence.text
    begin = printed.start - text.start
    before = text.raw[:begin]
    opening = before.rfind("(")
    if opening == -1 or ")" in before[opening:]:
        head = re.search(r"\b(?:sample|total)\b[^.;]{0,30}$", before, re.IGNORECASE)
        if head is None:
            return None
        opening = begin
    closing = text.raw.find(")", begin)
    closing = len(text.raw) if closing == -1 else closing + 1
    inside = text.raw[opening + 1 : begin] if opening < begin else ""
    named_inside = re.search(r"(?:^|[;,]\s*)([A-Za-z][\w\s’'-]{2,60}?)[,:;]?\s*$", inside)
    phrase: Found[str] | None
    if named_inside:
        phrase = text.part(opening + 1 + named_inside.start(1), opening + 1 + named_inside.end(1)).stripped()
    else:
        limit = max(0, opening - 160)
        window = text.raw[limit:opening]
        breaks = [m.end() for m in _NP_BREAK.finditer(window)]
        joints = [
            m.end()
            for m in re.finditer(r"\)|\b(?:and|either)\b", window)
            if window[m.end() - 1] == ")" or m.group() == "either"
        ]
        begin_np = max([0, *breaks, *joints])
        phrase = text.part(limit + begin_np, opening).stripped(' \t\r\n,;:"“”')
        phrase = _with_service(text, phrase, limit, opening)
        told = _WHO_BEFORE.search(window, max([0, *(m.end() for m in _PHRASE_BREAK.finditer(window))]))
        if told is not None:
            phrase = text.part(limit + told.start(), opening).stripped(" ,;:")
        phrase = _without_article(phrase)
        if not phrase.raw or not _names_people(phrase, sentence):
            wider = [b for b in breaks if window.rfind(")") < b < begin_np]
            grown = _without_article(
                text.part(limit + max(window.rfind(")") + 1, *wider, 0), opening).stripped(" ,;:")
            )
            if _names_people(grown, sentence):
                phrase = _with_service(text, grown, limit, opening)
    if phrase is None or not phrase.raw or len(phrase.raw.split()) > 16:
        return None
    if re.fullmatch(
        r"(?:a |an |the )?(?:studies|articles|trials|records|sites|interviews|clinics|hospitals|papers|"
        r"visits|sessions)",
        phrase.raw,
        re.IGNORECASE,
    ):
        return None
    given = _SERVICE_OF.search(phrase.raw)
    if given is None and _DATA_HEAD.search(_head(phrase.raw)) and not _ONE_STUDY.search(_head(phrase.raw)):
        return None
    if named_inside and _SEXES.fullmatch(phrase.raw):
        return None
    quote = text.part(phrase.start - text.start, closing if opening < begin else printed.end - text.start)
    arm = _ARM_BEFORE.search(text.raw, max(0, quote.start - text.start - 40), quote.start - text.start)
    head = _TEAM_OF.match(phrase.raw)
    named = phrase.part(
        0, _head_end(phrase.raw[head.end() :]) + head.end() if head else _head_end(phrase.raw)
    )
    if arm or given or not _PERSON_LAST.search(named.raw.casefold()):
        named = phrase.part(0, 0)
    return _group(sentence, quote, phrase, size, named)


def _with_service(text: Found[str], givers: Found[str], limit: int, end: int) -> Found[str]:
    """What the people of an arm got, where the words before a number say who gave it; else the words."""
    given = _GIVEN_BY.search(text.raw, 0, givers.start - text.start)
    if given is None:
        return givers
    stops = list(_ARM_BEGINS.finditer(text.raw, limit, given.start("what")))
    return text.part(stops[-1].end() if stops else limit, end).stripped(" ,;:")


_SERVICE = (
    r"(?:calls?|visits?|support|sessions?|coaching|mentoring|mentorship|management|education|counsell?ing|"
    r"contacts?|groups?|program(?:me)?s?|interventions?|care|training|treatment|messages|navigation|help|class(?:es)?|"
    r"courses?|workshops?|planning|therapy|outreach|advocacy|follow-?up)"
)
_GIVEN = (
    rf"(?:(?:{_SERVICE} )?(?:co-?)?(?:led|delivered|run|provided|facilitated|taught|staffed|offered|"
    rf"given|moderated|"
    rf"guided|made) by|{_SERVICE} (?:from|with|by)) (?:an? |the |trained |two |paid |volunteer )*"
)
_GIVEN_BY = Wording(rf"\b(?P<what>{_GIVEN})$")
"""Before those who gave what the people of an arm got: `a group led by peers (n = 49)`."""
_SERVICE_OF = Wording(rf"\b{_GIVEN}")
_ARM_BEGINS = Wording(r"[,;:()]|\b(?:to|and|or|either|receiv\w+|versus|vs|than|were|was|between|of) ")
"""Behind one of these the name of an arm begins."""


def _head(phrase: str) -> str:
    return phrase[: _head_end(phrase)].casefold()


_DATA_HEAD = re.compile(rf"(?:^|[\s-])(?:{'|'.join(sorted(DATA - HEARD_IN_DATA))})$")
_ONE_STUDY = re.compile(r"\b(?:trial|pilot|pilot study|cohort study|cross-sectional study|survey study)$")
"""One study, whose number in brackets counts its people: `a randomized trial (N = 60)`."""
_SEXES = re.compile(r"(?:women|men|females?|males?|girls|boys)", re.IGNORECASE)
"""What stands before a number inside brackets and is a share: `188 students (female: n = 121)`."""
_WHO_BEFORE = re.compile(
    r"\b(?:(?!(?:with|to|of|in|from|by|for|among|between|the|an?|than) )[\w’'-]+ )?"
    rf"(?:{'|'.join(sorted(PEOPLE))}|those)\s+(?:who|that|receiving|assigned|randomi[sz]ed|"
    r"allocated)\s[^,;:()]{1,120}$",
    re.IGNORECASE,
)
"""People with a clause that says which: what stands nearest to their number is only a part of it."""
_PHRASE_BREAK = re.compile(r"[,;:()]|\b(?:and|or|versus|vs)\b")
_ARM_BEFORE = Wording(
    r"\b(?:to|receiv\w+|either|or|versus|vs\.?|compared with|arms?:?|groups?:?)\s+(?:(?:an?|the|either|"
    r"one of|"
    r"weekly|usual)\s+)*$"
)
"""Before the name of an arm: a role in it is that of those who give the support."""
_PERSON_LAST = re.compile(rf"(?:^|[\s-])(?:{'|'.join(sorted(PEOPLE))})$")
_TEAM_OF = Wording(r"(?:an? |the )?(?:teams?|groups?|panels?|samples?|cohorts?|total|number|pool) of ")


def _without_article(phrase: Found[str]) -> Found[str]:
    match = _ARTICLE.match(phrase.raw)
    return phrase.part(match.end(), len(phrase.raw)) if match else phrase


def _names_people(phrase: Found[str], sentence: Sentence) -> bool:
    words = {word.casefold() for word in re.findall(r"[\w’'-]+", phrase.raw)}
    return bool(words & PEOPLE) or bool(sentence.within(phrase, "role"))


def uncounted(sentence: Sentence) -> Iterator[ParticipantGroup]:
    """People who were interviewed or surveyed without being counted."""
    text = sentence.text
    match = COLLECTED.search(text.raw)
    if match is None:
        return
    name = "people" if match["people"] else "people2"
    rest = text.part(match.start(name), match.end(name))
    described = rest.part(0, _end_of_people(rest, sentence)).stripped(" ,")
    described = _without_article(described)
    if re.match(r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten)\b", described.raw, re.IGNORECASE):
        return
    head = described.part(0, _head_end(described.raw))
    if not head.raw or not _names_people(head, sentence) or len(described.raw) > 200:
        return
    yield _group(sentence, described, described, None, head)


def _end_of_people(rest: Found[str], sentence: Sentence) -> int:
    """Where a list of people ends: at a verb or a bracket, or at a comma behind which other things follow."""
    end = len(rest.raw)
    for stop in _STOP.finditer(rest.raw):
        if stop.group().startswith(","):
            item = re.split(r",|\band\b", rest.raw[stop.end() :], maxsplit=1)[0]
            begin = rest.start - sentence.text.start + stop.end()
            if (
                not item.lstrip().startswith("exclud")
                and len(item.split()) <= 5
                and _names_people(sentence.text.part(begin, begin + len(item)), sentence)
            ):
                continue
        end = stop.start()
        break
    return end


def _head_end(phrase: str) -> int:
    match = re.search(r"\s(?:with|from|at|of|who|in|working|across|within|for|about)\b", phrase)
    return match.start() if match else len(phrase)


_OF_THEM = Wording(r"\banaly[sz](?:is|es|ed) (?:of|in|from|across) $")
_TELL = Wording(
    r"\s+(?:reported(?! in\b)|found|showed|examined|measured|suggested|demonstrated|described|assessed|"
    r"addressed)\b"
)
"""Before and behind some of the studies that were counted already."""


def data(reading: Reading) -> tuple[StudyData, ...]:
    """What the study counted or took over that is not people, in order of place."""
    found: list[StudyData] = []
    for sentence in reading.zone("methods", "objectives", "results"):
        text = sentence.text
        methods = sentence.zone != "results"
        for number in numbers(text):
            phrase = _noun_phrase(text, number, DATA | SITES if number.value == 1 else DATA)
            if phrase is None or _noun_phrase(text, number, PEOPLE) is not None or _is_share(text, number):
                continue
            named = phrase.raw.casefold().split()
            if named[-1] in NO_DATA and named != ["focus", "groups"]:
                continue
            if named[-1] in NO_DATA_ALONE and len(named) == 1:
                continue
            if named[-1] in DOSES and not RECORDED.search(text.raw):
                continue
            if named[-1] in DOSES and _DOSE.search(text.raw, 0, number.start - text.start):
                continue
            if named[-1] == "sessions" and _RECORDING.search(phrase.raw) is None:
                continue
            if _OF_THEM.search(text.raw, 0, number.start - text.start) or (
                not methods and _TELL.match(text.raw, phrase.end - text.start)
            ):
                continue
            if not methods and not re.search(
                r"\b(?:included|identified|met (?:the |our |all )?(?:inclusion|eligibility|criteria)|"
                r"reviewed|eligible|"
                r"analy[sz]ed|retained|selected|yielded|found|total of|recorded|logged|documented|"
                r"transcribed)\b",
                text.raw,
                re.IGNORECASE,
            ):
                continue
            quote = text.part(number.start - text.start, phrase.end - text.start)
            found.append(StudyData(quote=quote, description=phrase, count=number))
        found += _behind_their_noun(sentence) if methods else ()
        if methods:
            for match in RESPONDENTS.finditer(text.raw):
                words = text.part(match.start(), match.end()).stripped()
                if not any(item.quote.start < words.end and words.start < item.quote.end for item in found):
                    found.append(StudyData(quote=words, description=words, count=None))
    unique: dict[tuple[int | None, str], StudyData] = {}
    for item in found:
        unique.setdefault((item.count.value if item.count else None, item.description.raw.casefold()), item)
    return tuple(sorted(unique.values(), key=lambda item: item.quote.start))


def _behind_their_noun(sentence: Sentence) -> Iterator[StudyData]:
    """Data with their number in brackets behind them: `field notes of peers (n = 212)`."""
    text = sentence.text
    for printed, size in sizes(text):
        match = _DATA_BEFORE.search(text.raw, 0, printed.start - text.start)
        if match is not None and not _ONE_STUDY.search(match["words"]):
            words = text.part(*match.span("words"))
            closing = text.raw.find(")", size.end - text.start) + 1
            quote = text.part(match.start("words"), closing or size.end - text.start)
            yield StudyData(quote=quote, description=words, count=size)


_DATA_BEFORE = Wording(
    rf"\b(?P<words>(?:(?!(?:the|and|of|in|from|with|by|an?) )[\w’'-]+ ){{0,2}}"
    rf"(?:{'|'.join(sorted(DATA - NO_DATA - NO_DATA_ALONE - HEARD_IN_DATA))})"
    r"(?: (?:of|with|by|from) [\w’'-]+(?: [\w’'-]+)?)?)\s\($"
)


def _distinct(found: Sequence[ParticipantGroup]) -> Iterator[ParticipantGroup]:
    """Each group once: a group named again with its number, or again without one, is the same group."""
    seen: dict[tuple[int | None, str], ParticipantGroup] = {}
    by_size: dict[int | None, ParticipantGroup] = {}
    counted = any(group.size is not None for group in found)
    for group in found:
        if group.size is None and counted:
            continue
        key = (group.size.value if group.size else None, head_noun(group.description.raw))
        known = seen.get(key)
        if known is None and _JUST_PEOPLE.fullmatch(group.description.raw):
            known = by_size.get(key[0])
        if known is not None and not _is_arm_beside(known, group):
            continue
        by_size.setdefault(key[0], group)
        seen[key] = group
        yield group


_JUST_PEOPLE = Wording(
    r"(?:participants|patients|people|individuals|subjects|respondents|persons|adults|"
    r"clients)"
)
"""Words that tell nothing of a group which its number does not."""


def _is_arm_beside(one: ParticipantGroup, other: ParticipantGroup) -> bool:
    """Whether two groups of a size are two arms: `84 Veterans with a host and 84 matched Veterans`."""
    near = 0 <= other.quote.start - one.quote.end < 12
    return near and one.description.raw.casefold() != other.description.raw.casefold()


def head_noun(description: str) -> str:
    """The noun that a description is about, in lower case."""
    words = re.findall(r"[\w’'-]+", description[: _head_end(description)])
    return words[-1].casefold() if words else ""
