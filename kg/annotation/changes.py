"""Printed changes ("reduced", "no difference in", "longer") and what they mean for an outcome."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from kg.annotation.words import Wording, any_form, beginnings, either
from kg.identifiers import ConceptId
from kg.source import Found

Change = Literal["increase", "decrease", "no-difference", "mixed", "not-stated"]
"""The printed change, as `Finding.change` has it."""

Kind = Literal["increase", "decrease", "better", "worse", "no-difference", "mixed", "not-stated"]

VERBS: dict[Kind, str] = {
    "increase": any_form(
        "increase enhance raise boost promote foster strengthen develop expand augment elevate double triple "
        "inspire instill cultivate nurture facilitate maximize maximise heighten deepen prolong lengthen "
        "extend "
        "encourage generate climb regain gain acquire achieve attain rise/rises/rose/risen/rising "
        "grow/grows/grew/grown/growing build/builds/built/building"
    )
    + "|(?:went|gone|goes|going) up",
    "decrease": any_form(
        "reduce decrease lower decline diminish lessen minimize minimise alleviate mitigate prevent avoid "
        "halve "
        "shorten combat curb relieve counter limit/limits/limiting weaken eliminate eased/easing "
        "drop/drops/dropped/dropping "
        "dispel/dispels/dispelled/dispelling fall/falls/fell/fallen/falling cut/cuts/cutting "
        "overcome/overcomes/overcame/overcoming lose/loses/lost/losing"
    )
    + "|(?:went|gone|goes|going|came|come) down",
    "better": any_form(
        "improve ameliorate optimize optimise benefit/benefits/benefited/benefitted/benefiting"
    ),
    "worse": any_form("worsen deteriorate harmed/harming impair undermine exacerbate aggravate"),
    "not-stated": any_form("changed/differed/varied"),
}
"""Verbs, in the forms that state a change."""

OFTEN: dict[Kind, str] = {
    "increase": "(?:more|(?<!the )most) (?:often|frequently|regularly)|more (?:common|prevalent|severe|"
    r"intense|pronounced)|(?:(?:\d+\.)?\w+ times|twice) as (?:common|frequent|prevalent|high)"
    r"|(?:(?:(?:\d+\.)?\w+ times|twice) as|more) likely"
    r"(?= (?:in|among|with|for|at|if|when|after|under|than [^,;.]{1,60}$)|[,;.]|$)",
    "decrease": "less (?:often|frequently|regularly|common|prevalent|severe|intense|pronounced)|rarer"
    r"|(?:less|half as) likely(?= (?:in|among|with|for|at|if|when|after|under)|[,;.]|$)",
}
"""Adverbs of frequency and chance; the outcome stands before them."""

COMPARED: dict[Kind, str] = {
    "increase": either(
        "greater, higher, longer, larger, stronger, deeper, broader, elevated, heightened, more frequent, "
        "a higher (?:proportion|percentage|number) of, gained, additional, (?:two|three|four|several)[- "
        "]?fold higher"
    )
    + r"|more(?! than \d)",
    "decrease": either(
        "fewer, lower, shorter, smaller, weaker, less frequent, diminished, "
        "a lower (?:proportion|percentage|number) of"
    )
    + r"|less(?! than \d)",
    "better": either("better, superior, healthier, improved, favou?rable, more positive"),
    "worse": either("worse, poorer, inferior, impaired, less favou?rable, more negative"),
}
"""Adjectives that compare."""

_CHANCE = either(
    "odds, likelihood, probability, chances?, rates?, levels?, degrees?, proportions?, numbers?, "
    "frequency, use, risks?"
)
_THAN = r"(?:than [^,;.]{1,60}? )?"

LIKELY: dict[Kind, str] = {
    "increase": rf"(?:(?:(?:\d+\.)?\w+ times|twice) as|more) (?:likely|willing|inclined|ready) "
    rf"{_THAN}(?:to|of)|"
    rf"(?:(?:[1-9]\d*(?:\.\d+)?|two|three|four|five) times|twice|double|triple) the {_CHANCE} (?:of|for)|"
    rf"quicker to"
    rf"|(?:higher|increased|greater) {_CHANCE} "
    r"of",
    "decrease": rf"less (?:likely|willing|inclined) {_THAN}(?:to|of)|slower to|(?:lower|decreased|reduced) "
    rf"{_CHANCE} of"
    rf"|(?:0?\.\d+ times(?: as)?|half(?: as)?) (?:(?:likely|willing|inclined) to|the {_CHANCE} (?:of|for))",
}
"""Chances; the outcome stands behind."""

NOUNS: dict[Kind, str] = {
    "increase": either("increases?, gains?, growth, rises?, enhancements?, doubling"),
    "decrease": either(
        r"(?<=\ba )fall, (?<=the )fall, (?<=er )fall, (?<=sharp )fall, (?<=marked )fall, "
        "reductions?, decreases?, declines?, drops?, decrements?, loss(?:es)?, cuts?"
    ),
    "better": either("improvements?, betterment"),
    "worse": either("deteriorations?, worsening, impairments?"),
    "not-stated": either("changes?, differences?"),
}
"""Nouns of change; `in`, `of`, `for` or `on` joins the outcome to them."""

_EFFECT = either(
    "effects?, impacts?, influences?, outcomes?, benefits?, associations?, relationships?, advantages?"
)
_CHANGES = either(
    "differences?, statistical significance, changes?, improvements?, reductions?, increases?, decreases?, "
    "declines?, gains?, "
    "superiority, "
    "evidence (?:of|for|that)"
)
_JOIN = (
    r"(?:in|of|for|on|with|to|regarding|across|upon"
    r"|between (?:[^\s,;.]+ ){1,8}?(?:and|in|on|for)(?: (?:[^\s,;.]+ ){1,5}?(?:in|on|for))?)"
)
_VERBAL = either(
    "affect, predict, differ, change, vary, rise, fall, grow, drop, decline, worsen, deteriorate, "
    "moderate, influence, impact, increase, decrease, reduce, "
    "improve, "
    "lower, enhance, produce, lead to, result in, show"
)
_CHANGED = either(
    "different, differed, associated, related, correlated, predictive, affected, changed, improved, reduced, "
    "increased, decreased, effective, superior, significant"
)
_EXCEEDING = either(
    "better, more(?! (?:likely|willing|often)), less(?! (?:likely|willing|often)), lower, higher, greater, "
    "worse"
)
_ADVERB = r"(?:[\w-]+ly )?"
_SEEN = (
    r"(?:(?:was|were|emerged|found|observed|detected|seen|noted|reported|evident|identified|existed|over time"
    r"|at (?:\w+ )?follow-up|between (?:the )?(?:two |study |treatment )?(?:groups|arms|conditions)) ){0,4}"
)

_NO = either("no, without, nor, little, few, lack of, neither")
_DID_NOT = r"(?:did|does|do|could)(?: not|n[’']t)"
_SAME = either(
    "unchanged, similar, comparable, equivalent, equal, stable, constant, the same, non-?significant"
)

COMPARED_WORDS = (
    r"more|less|fewer|greater|higher|lower|better|worse|longer|shorter|reduced|increased|improved|"
    r"reductions?|increases?|decreases?|improvements?|declines?"
)

_OF_WHOM = r"(?:(?:from|between|across|among|by) (?:[\w’'-]+ ){1,6}?)?"
_BARE_DENIAL = (
    rf"(?:{_DID_NOT}|(?:was|were|had|has)(?: not|n[’']t))(?: so)?(?=\s*(?:$|[.,;(]))"
    r"|(?:did|was|were)(?: so)?(?=\s*(?:$|[.;(]))"
)
"""What is left of a verb that was said before: `but hope did not`, `neither did`."""

_TREND = (
    r"non-?significant (?:\w+ )?(?:trends?|tendency|tendencies) (?:toward|to|for|in)s?"
    rf"(?: (?:an? |the )?(?:\w+ )?(?:{COMPARED_WORDS})(?: in\b)?)?"
)
_NOT_INFERIOR = (
    r"(?:(?:was|were) (?:not |non-?)|non-?)inferior"
    r"(?: to (?:[\w-]+ ){1,4}?(?:in(?: terms of)?|for|on|regarding|with (?:respect|regard) to)\b)?"
)

_SOMEONE = either(
    "them, people, participants, patients, clients, women, men, veterans, youth, members, callers, "
    "residents, "
    "mothers, parents, carers, caregivers, students"
)
_EQUALLY = (
    r"(?:was|were|felt) (?:rated |judged |seen )?equally(?: high(?:ly)?| low| effective(?: in| at| for)?)?"
    r"|(?:was|were) (?:just )?as effective as (?:[\w-]+ ){1,5}?(?:in|at|for)\b"
)
PHRASES: dict[Kind, str] = {
    "no-difference": "|".join(
        (
            rf"{_NO}\s+(?:[\w-]+\s+){{0,4}}?(?:{_CHANGES}|{_EFFECT})(?:\s+{_SEEN}{_JOIN}\b)?",
            rf"{_DID_NOT} {_ADVERB}{_VERBAL}(?:\s+{_OF_WHOM}{_ADVERB}(?:in|on|for)\b)?",
            rf"(?:was|were|is|are|had) not {_ADVERB}{_CHANGED}(?:\s+(?:with|to|of|in|from|for|on)\b)?",
            rf"(?:was|were|is|are|had) not {_ADVERB}{_EXCEEDING}(?:\s+(?:in|for|on)\b)?",
            rf"(?:remained|were|was|is|are|stayed) (?:\w+ly |\w+ and )?{_SAME}",
            _EQUALLY,
            r"changed (?:very )?little|(?:hardly|barely) changed",
            rf"{_SAME} (?:scores?|outcomes?|effects?|{_CHANGES}|{_CHANCE})(?:\s+(?:of|in|on|for)\b)?",
            _TREND,
            r"non-?significant|not (?:statistically )?significant(?:ly)?",
            r"no (?:more|less) (?:likely|willing|inclined) (?:than [^,;.]{1,60}? )?to\b",
            r"did so to (?:a|the) (?:similar|same|comparable|equal) (?:extent|degree)",
            r"no (?:more|less) (?:effective|likely|frequent|common|often|successful)",
            rf"neither (?:{_CHANGED}|{_EXCEEDING}) nor (?:{_CHANGED}|{_EXCEEDING})",
            r"no (?:better|worse)(?: than (?:[\w-]+ ){1,5}?(?:in|on|for|at|regarding)\b)?",
            rf"failed to (?:{_VERBAL}|find)|but not(?: for| in| on)?|not for|unaffected",
            r"unrelated to|(?:was|were) no different(?: (?:in|for|with regard to)\b)?",
            _NOT_INFERIOR,
            _BARE_DENIAL,
        )
    ),
    "mixed": r"(?:mixed(?! (?:views?|feelings?|opinions?|reactions?|emotions?|reviews?|methods?|groups?|"
    r"gender|"
    r"models?|effects? models?))|inconsistent|inconclusive|conflicting|contradictory|equivocal|heterogeneous|"
    r"variable)(?: \w+)?"
    r"(?: (?:in|on|for|of|regarding|across|with)\b)?|both (?:increas|improv)\w+ and (?:decreas|worsen|"
    r"reduc)\w+",
    "better": r"favou?r(?:s|ed|ing)? (?!(?:the )?(?:controls?|usual|standard|comparison|treatment as|"
    r"routine))"
    r"(?:[\w-]+ ){1,4}?(?:for|in|on|regarding)|superior to (?:[\w-]+ ){1,4}?(?:for|in|on|regarding)"
    rf"|(?:positive|beneficial|favou?rable|salutary|protective) (?:\w+ )?{_EFFECT} {_JOIN}"
    r"|(?:effective|efficacious|successful|helpful|beneficial) (?:in|for|at|on)|benefits? (?:in|on|for|to)"
    r"|benefits? (?:was|were) (?:also |\w+ly )?(?:seen|found|observed|noted|evident) (?:for|in|on)",
    "worse": rf"(?:negative|adverse|harmful|detrimental|deleterious) (?:\w+ )?{_EFFECT} {_JOIN}",
    "increase": rf"(?:gave|gives|give|giving|brought|brings) {_SOMEONE}|(?:positively|directly) (?:\w+ly "
    rf")?(?:associated|correlated|related|linked) (?:with|to)"
    r"|positive (?:association|correlation|relationship)s? with|predicted (?:more|greater|higher)",
    "decrease": r"(?:negatively|inversely) (?:\w+ly )?(?:associated|correlated|related|linked) (?:with|to)"
    r"|(?:negative|inverse) (?:association|correlation|relationship)s? with|protect(?:ed|s|ive)? against"
    r"|free(?:d|dom)? (?:of|from)",
    "not-stated": r"(?:associated|correlated|related|linked) (?:with|to)|predict(?:s|ed|ors? of|ive of)"
    rf"|(?:significant |strong |moderate |small |large )?{_EFFECT} (?:in|on|with)|affected|influenced|"
    r"impacted",
}
"""Longer wordings, tried before single words."""


def _named(name: str, table: dict[Kind, str]) -> list[str]:
    return [f"(?P<{name}_{kind.replace('-', '_')}>{pattern})" for kind, pattern in table.items()]


INSIDE_LABELS: dict[Kind, str] = {
    "increase": "increases?",
    "decrease": either("reductions?, decreases?, declines?, loss"),
    "better": "improvements?",
}
"""Nouns of change that may end a label: `stigma reduction`, `weight loss`."""

LOSING = Wording(r"lose|loses|lost|losing")
"""Verbs that state a change only of outcomes that are known: nobody is less for `losing a client`."""

WORDINGS = "|".join(
    [
        *_named("phrase", PHRASES),
        *_named("likely", LIKELY),
        *_named("often", OFTEN),
        *(
            f"(?P<noun_{kind.replace('-', '_')}>(?:{pattern}) (?:{_SEEN}){_JOIN})"
            for kind, pattern in NOUNS.items()
        ),
        *_named("compared", COMPARED),
        *_named("verb", VERBS),
    ]
)
_BEGINNINGS = beginnings(
    "ach acq add adv aff agg all ame are ass att aug avo ben bet boo bot bri bro bui but cha cli com con cor "
    "cam cou cul "
    "cur cut dec dee del det dev did dif dim dir dis doe don dou dro eas eff ele eli enc enh equ exa exp ext "
    "fac fai fal fav fel few fos fou fre gai gen gav giv goe goi gon gre gro had hal har hea hei hel het "
    "hig imp "
    "inc inf ins inv "
    "lac lar len les lim lin lit lon los low max min mit mix mod mor mos neg nei non nor not nur opt out ove "
    "poo pos pre pro qui rai rar red reg rel rem ris ros sal sev sho sig sim slo sma sta str suc sup the "
    "thr tri twi two "
    "una unc und unr var was wea wen wer wit wor"
)
OPENINGS = rf"(?:{_BEGINNINGS}|a [hl]|(?:do|is|no)\s|(?:\d*\.)?\w+ times)"
"""How the wordings begin: most words of a text are passed over by this, in a third of the time."""

_CHANGE = Wording(rf"(?<![\w-])(?={OPENINGS})(?:{WORDINGS})(?![\w-])")
_BEFORE = Wording(
    "(?:"
    + "|".join(_named("before", {kind: f"{VERBS[kind]}|{COMPARED[kind]}" for kind in COMPARED}))
    + r")\s+"
)
_AFTER = Wording(r"(?:.+?)\s+(?:" + "|".join(_named("after", INSIDE_LABELS)) + r")")

_NOT = Wording(
    r"\bwithout\b(?:\s+(?!but\b|were\b|was\b|are\b|is\b|had\b|have\b|reported\b|did\b)[\w-]+){0,4}\s*$"
    r"|\b(?:not(?! only\b| surprisingly\b)|never|nor|none(?: of (?:the )?[\w-]+)?|nobody|no one|neither|"
    r"cannot|n[’']t|no|failed to|fail to|"
    r"little|hardly)\b(?:\s+(?!but\b)[\w-]+){0,4}\s*$"
)
_BE = Wording(
    r"\b(?:was|were|is|are|been|being|be|remained|became|got)(?:\s+[\w-]+ly|\s+(?:also|not|even|"
    r"slightly|somewhat|much|significantly|then))*\s*$"
)
_ENDS = Wording(
    r"(?:\s+[\w-]+ly\b)?(?:\s*$|\s*[,;:.()\]]|\s+(?:and|or|but|from|over|by|at|during|among|amongst|"
    r"compared|relative|"
    r"after|across|between|more|than|with|when|while|as|following|for|within|throughout|versus|vs|because|"
    r"through|post|since|until|that|to|significantly|under|if|per|overall|once|where|whether|regardless|irrespective)\b)"
)
_IN = Wording(r"(?:\s+[\w-]+ly)?\s+(?:in|on|for|with respect to|in terms of|regarding)\b")


_DOING = Wording(r"\s+(?:\w+ed|\w+ing|left|felt|had|went|spent|took|used|saw)\b")
"""Behind `more often`: what was done more often stands there."""
_IN_A_STATE = Wording(
    r" in (?:\w+ )?(?:education|employment|work|training|treatment|housing|school|prison|jail|hospital|"
    r"care|remission)\b"
)
"""Behind `more often`: where people were."""
_MOVES = Wording(
    any_form("decline rise/rose/risen grow/grew/grown fall/fell/fallen drop/dropped increase decrease")
)
_BY_NUMBER = Wording(r"\s+(?:by )?[$£€]?\d")
_TIES = Wording(r"relationships? with\b")
_MORE_IN_ONE = Wording(r"(?:more|less) (?:in|among|with|for|than)\b")
_AMOUNT = Wording(r"(?:more|less|fewer|greater|additional)\b")
"""Directly behind a change, or a verb, these state no other: `improved relationships with`, `lost more`."""


class Cue(NamedTuple):
    """A printed change: its place in the clause, what it says, and on which side its outcome stands."""

    start: int
    end: int
    kind: Kind
    side: Literal["left", "right", "both"]


def cues(clause: str) -> list[Cue]:
    """The printed changes of a clause in order of place; one that is negated is `no-difference`."""
    found: list[Cue] = []
    last_form = ""
    for match in _CHANGE.finditer(clause):
        group = match.lastgroup or ""
        form, _, name = group.partition("_")
        kind = _KINDS[name]
        start, end = match.span()
        if (
            found
            and not clause[found[-1].end : start].strip()
            and (
                _TIES.match(clause, start)
                or (last_form == "verb" and _AMOUNT.match(clause, start))
                or _MORE_IN_ONE.match(clause, start)
            )
        ):
            continue
        if _EXPECTED.match(clause, end):
            continue
        if form == "noun" and _SLOWER.search(clause, max(0, start - 16), start):
            continue
        if (form == "compared" and _NUMBER_OR.search(clause, max(0, start - 14), start)) or (
            form == "verb" and _NO_CHANGE_VERB.match(clause, start)
        ):
            continue
        if form == "verb" and _NOUN_FORMS.fullmatch(clause, start, end) and _PREDICATE.match(clause, end):
            continue
        if _FOSTER_CARE.match(clause, start):
            continue
        if found and clause[found[-1].end : start] == " rather than ":
            found[-1] = found[-1]._replace(end=end)
            continue
        if LOSING.fullmatch(clause, start, end) and _SOMEBODY.match(clause, end):
            continue
        if (
            found
            and found[-1].kind == "no-difference"
            and form == "verb"
            and clause.endswith("ing", start, end)
            and _NO_BETTER_AT.fullmatch(clause, found[-1].end, start)
        ):
            found[-1] = found[-1]._replace(end=end, side="right")
            continue
        if _FALLS.fullmatch(clause, start, end) and _BEFORE_NOUN.search(clause, 0, start):
            continue
        if _LEFT_OF_VERB.fullmatch(clause, start, end) and not _NEITHER.search(clause, 0, start):
            continue
        if _DEVELOP.fullmatch(clause, start, end) and _AT_RISK_OF.search(clause, max(0, start - 40), start):
            continue
        if form == "compared" and (people := _OF_PEOPLE.match(clause, end)) is not None:
            if _OF_CONTROLS.search(people["who"]):
                kind = _TURNED.get(kind, kind)
            found.append(Cue(start, people.end(), kind, "right"))
            continue
        if (
            form == "verb"
            and last_form == "likely"
            and _THEN.fullmatch(clause, found[-1].end, start)
            and kind in _DEEDS
            and not clause.startswith(" out", end)
        ):
            before = found.pop()
            start = before.start
            if before.kind != "increase":
                kind = _TURNED.get(kind, kind) if before.kind == "decrease" else before.kind
            found.append(Cue(start, end, kind, "right"))
            last_form = ""
            continue
        last_form = form
        side = _side(clause, form, kind, start, end)
        if kind != "no-difference" and _is_denied(clause, form, start, end):
            kind = "no-difference"
        if kind == "not-stated" and clause.startswith(" neither ", end):
            kind, end = "no-difference", end + len(" neither")
        found.append(Cue(start, end, kind, side))
    return found


def _is_denied(clause: str, form: str, start: int, end: int) -> bool:
    """Whether a denial reaches the change; `did not` does not reach a later verb in the past tense."""
    if _NO_EVIDENCE.search(clause, max(0, start - 160), start):
        return True
    denial = _NOT.search(clause, max(0, start - 50), start)
    if denial is None:
        return False
    past = form == "verb" and clause[start:end].casefold().endswith("ed")
    return not (past and _DID.search(clause, 0, denial.start()) and " and " in denial.group())


_NO_EVIDENCE = Wording(
    r"\b(?:(?:no|little|without|nor|not (?:any|enough)) (?:[\w-]+ ){0,3}?(?:evidence|indication|proof|sign) "
    r"(?:that|of|for)|(?:did|do|does|could)(?: not|n[’']t) (?:find|show|see|detect|observe|confirm)(?: any)? "
    r"(?:that|evidence that)|(?:failed|fails|unable) to (?:find|show|detect|confirm|demonstrate)(?: that)?"
    r"|(?:no|none of the) (?:[\w-]+ )?(?:reviews?|stud(?:y|ies)|trials?|papers?|articles?|reports?|"
    r"analys[ie]s) "
    r"(?:found|showed|reported|suggested|indicated|demonstrated)(?: that)?)"
    r"\b(?:(?!\b(?:but|however|although)\b)[^;:]){0,140}$",
)
"""What denies a change from afar: `no clear evidence that peer support shortens homelessness`."""
_EXPECTED = Wording(
    r"(?: \w+)? than (?:we |was |were |had |had been |originally )*"
    r"(?:anticipated|expected|planned|hoped|projected|intended)\b"
)
"""Behind a change that compares with a plan, and states nothing: `lower than anticipated`."""
_FOSTER_CARE = Wording(r"foster (?:care|famil|home|parent|child|youth|placement)")
_NO_BETTER_AT = Wording(r"\s*(?:(?:(?:than|to|from|for) )?(?:[\w’'-]+ ){0,5}(?:in|at|for) )?")
"""Between a denial and the gerund it denies: `was not superior to usual care in reducing`."""
_SLOWER = Wording(r"\b(?:slower|smaller|weaker|attenuated|flatter|less steep|slowed|shallower) $")
"""Before a change of which there was less with support than without, or the other way round."""
_NUMBER_OR = Wording(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|months?|weeks?|years?|days?|hours?) or $"
)
"""Before `more`, which then only says how many: `two or more prior arrests`."""
_NO_CHANGE_VERB = Wording(
    r"(?:enhanced|extended|expanded) (?:usual|standard|routine|treatment as|care|control)\b"
    r"|benefit(?:t?ed|t?ing)\b(?! (?:\w+ )?in )"
)
"""Care that is called enhanced; and who benefited, which says not in what."""
_THEN = Wording(r" (?:(?:also |then )?have |be |be able to )?")
"""Between a chance and the verb of what was likely: `less likely to have lost housing`."""
_DEEDS = frozenset({"increase", "decrease", "better", "worse"})
_DEVELOP = Wording("develop(?:ing|s|ed)?|acquir(?:e|ing)")
_AT_RISK_OF = Wording(rf"\b(?:{_CHANCE} (?:of|for)|likely to|chance to)(?: \w+ly)? $")
"""Before `developing` a disorder, which is no change of its own."""
_OF_PEOPLE = Wording(
    r"(?P<who>(?: (?!(?:than|in|of|at|for|with|were|was|had)\b)[\w’'-]+){0,4}?"
    r" (?:participants|clients|patients|veterans|women|men|people|members|mothers|adults|individuals|"
    r"students|"
    r"controls|youth|adolescents|families|carers|caregivers|parents|service users|respondents)"
    r"(?: (?:in|from|with|assigned to|allocated to|receiving|who had|offered) (?:(?!than\b)[\w’'-]+ "
    r"?){1,6}?)?)"
    r"(?: than (?:(?:in|those in|those) )?(?:[\w’'-]+ ?){1,5}?)?"
    r" (?:were|was|had|have|reported|achieved|remained|became|showed|experienced|attended|used|started|"
    r"entered)\b"
    r"(?! (?:\w+ly )?(?:included|enrolled|recruited|assigned|allocated|randomi[sz]ed|interviewed|excluded|"
    r"men|women|male|female|white|black|more|less|fewer|higher|lower))",
)
"""Behind `more` and `fewer`: people, of whom it is told what they did or were; the outcome follows."""
_OF_CONTROLS = Wording(r"\b(?:controls?|comparison|usual|wait(?:ing)?[- ]?list|standard|routine)\b")
_TURNED: dict[Kind, Kind] = {"increase": "decrease", "decrease": "increase"}
_NOUN_FORMS = Wording(
    "(?:increase|decrease|reduction|decline|gain|drop|rise|fall|cut|benefit|change|advantage)s?"
)
_PREDICATE = Wording(r" (?:was|were|is|are|did|does|remained)\b")
"""Behind a form that may be a noun: in `weight gain was not affected` nothing was gained."""
_SOMEBODY = Wording(
    r" (?:(?:a|an|the|their|his|her|one|several|many) )?(?:clients?|peers?|patients?|friends?|mentees?|"
    r"people|partners?|child|children|colleagues?|members?|veterans?)\b"
)
"""Behind `lost`: a death, of which no outcome became less."""
_FALLS = Wording("falls|rises|drops|cuts")
_BEFORE_NOUN = Wording(
    r"\b(?:of|in|and|or|the|fewer|more|no|for|on|injurious|recurrent|any|from|to|with|against) $"
)
"""Before a noun: `the incidence of falls` tells of no change."""
_LEFT_OF_VERB = Wording(r"(?:did|was|were)(?: so)?")
_NEITHER = Wording(r"\b(?:neither|nor|none)\b")
_DID = Wording(r"\b(?:did|does|do)\s*$")
_KINDS: dict[str, Kind] = {
    kind.replace("-", "_"): kind
    for kind in ("increase", "decrease", "better", "worse", "no-difference", "mixed", "not-stated")
}


def _side(clause: str, form: str, kind: Kind, start: int, end: int) -> Literal["left", "right", "both"]:
    words = clause[start:end].split()
    last = words[-1].casefold() if words else ""
    if form in {"likely", "noun"}:
        return "right"
    if form == "often" and _IN_A_STATE.match(clause, end):
        return "right"
    if form == "often":
        return "both" if _DOING.match(clause, end) else "left"
    if form == "phrase" and words[0].casefold().startswith(("predict", "affect", "influenc", "impact")):
        return (
            "left" if _ENDS.match(clause, end) and _BE.search(clause, max(0, start - 40), start) else "right"
        )
    if form == "phrase":
        if last in {"not", "so"} and words[0].casefold() not in {"but", "not"}:
            return "left"
        if last in {"in", "on", "for", "with", "to", "of", "regarding", "from", "not", "against"}:
            return "both" if last in {"in", "for"} else "right"
        if kind == "no-difference" and re.match(r"(?:did|does|do|could|failed)", words[0], re.IGNORECASE):
            return "left" if _ENDS.match(clause, end) else "both" if _IN.match(clause, end) else "right"
        return "both" if _IN.match(clause, end) or not _ENDS.match(clause, end) else "left"
    if form == "verb" and _MOVES.fullmatch(clause, start, end) and _BY_NUMBER.match(clause, end):
        return "left"
    passive = bool(_BE.search(clause, max(0, start - 40), start))
    if _ENDS.match(clause, end):
        return "left"
    if _IN.match(clause, end):
        return "both"
    if passive and form == "verb":
        return "left"
    return "right"


def inside(label: Found[str]) -> tuple[Kind, Found[str]] | None:
    """A change that is part of a label ("longer community tenure", "stigma reduction"), and its rest."""
    before = _BEFORE.match(label.raw)
    if before is not None:
        return _kind(before), label.part(before.end(), len(label.raw))
    after = _AFTER.fullmatch(label.raw)
    if after is not None:
        return _kind(after), label.part(0, after.start(after.lastgroup or 0)).stripped()
    return None


def _kind(match: re.Match[str]) -> Kind:
    return _KINDS[(match.lastgroup or "").partition("_")[2]]


PROBLEM = Wording(
    r"\b(?:symptoms?|problems?(?![ -]solving)|pain|distress|burden|difficult\w+|severity|stress|strain|"
    r"nightmares?|"
    r"cravings?|risks?|harms?|barriers?|disorders?|impairments?|deficits?|fatigue|fear|anger|grief|"
    r"conflicts?|"
    r"delays?|waits?|waiting|gaps?|disparit\w+|absen\w+|dropout|dissatisf\w+|mistrust|distrust|stigma|shame|"
    r"guilt|anxiety|depression|insomnia|burnout|exhaustion|hopelessness|loneliness|isolation|exclusion|"
    r"discrimination|violence|assaults?|incidents?|errors?|complications?)\b"
)
"""What is worse the more there is of it."""


def printed(kind: Kind, better: str, *, inverse: bool, unknown: str = "") -> Change:
    """The change as a record holds it: `better` is what the outcome's polarity makes of it.

    Words that the vocabulary does not know (`unknown`) name something good where they were improved, as
    in `improved budgeting skills`, unless they name a problem.
    """
    if kind in {"better", "worse"}:
        good = _reversed(better) if inverse else better
        if good not in {"increase", "decrease"} and unknown and PROBLEM.search(unknown) is None:
            return "increase" if kind == "better" else "decrease"
        if good not in {"increase", "decrease"}:
            return "not-stated"
        return "increase" if (good == "increase") == (kind == "better") else "decrease"
    return kind  # type: ignore[return-value]  # the other kinds are changes


def direction(kind: Kind, better: str, *, inverse: bool) -> ConceptId:
    """What a printed change means for an outcome that is better with `increase` or `decrease`.

    The outcome may be named by its opposite (`inverse`). Where nobody says which way is good, a change is
    described, not judged.
    """
    good = _reversed(better) if inverse else better
    if kind in {"no-difference", "mixed"}:
        return ConceptId("direction", kind)
    if kind == "better":
        return ConceptId("direction", "improved")
    if kind == "worse":
        return ConceptId("direction", "worsened")
    if kind == "not-stated" or good not in {"increase", "decrease"}:
        return ConceptId("direction", "described")
    return ConceptId("direction", "improved" if kind == good else "worsened")


def _reversed(better: str) -> str:
    return {"increase": "decrease", "decrease": "increase"}.get(better, better)
