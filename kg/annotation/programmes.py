"""Named services and interventions that a study looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.annotation.reading import Reading, Sentence
from kg.annotation.words import Wording, lowered, word_set
from kg.identifiers import PartialDate
from kg.model import Concept, Programme
from kg.source import Found

PROGRAMME = r"(?:program(?:me)?s?|intervention|initiative|project|model|curriculum|scheme|app|platform)"
SERVICE = r"(?:services?|teams?|hub|network|clubhouse|collaborative)"
"""Nouns for what is carried out, and for what carries it out: a name with the former is preferred."""

LENGTH = r"(?:day|week|month|year|session|hour|module)"

NO_NAMES = word_set(
    "the this that these our a an in of and for with from peer peers va vha hsr&d us u.s u.k medicaid "
    "medicare american "
    "national state federal english spanish canadian veterans veteran mental health department "
    "university"
)
"""Words that, capitalised, still make no name of a programme on their own."""

_WORD = r"[A-Z0-9][\w’'&/+-]*"
_NAME = (
    rf"{_WORD}(?:\s+(?:(?:of|for|and|the|to|in|on|by)\s+){{0,2}}{_WORD}|\s+\([A-Z][\w-]{{1,11}}s?\)){{0,9}}"
)
_QUOTED = r"[\"“‘](?P<quoted>[^\"”’]{2,80})[\"”’]"

_CALLED = re.compile(
    rf"\b(?:{PROGRAMME}|{SERVICE})\b[^.;,()]{{0,30}}?,?\s+(?:called|named|known as|titled|entitled|"
    rf"termed|dubbed|branded)\s+(?:the\s+)?(?:{_QUOTED}|(?P<name>{_NAME}))"
)
_NAMED = re.compile(
    rf"\b(?P<article>[Tt]he|[Aa]n?|[Oo]ur)\s+(?P<name>{_NAME})\s+(?P<rest>(?:(?:peer|pilot|mentoring|"
    r"support|recovery|treatment|training|outreach|self-management|"
    r"peer-led|peer-run|navigation|coaching|education|wellness|group|online|mobile|community|"
    rf"demonstration|research|intervention|mentor|health)[\s-]+){{0,3}}(?:{PROGRAMME}|{SERVICE}))\b"
)
_CAPITALISED = re.compile(
    rf"\b(?P<article>[Tt]he|[Aa]n?|[Oo]ur)\s+(?P<name>(?:{_WORD}\s+(?:(?:of|for|and|the|to|in|on|"
    rf"by)\s+){{0,2}}){{1,8}}"
    r"(?:Program(?:me)?|Project|Initiative|Intervention|Model|Services?|Clubhouse|"
    r"Curriculum)(?!\s+[A-Z])(?:\s+\([A-Z][\w-]{1,11}\))?)"
)
_QUOTED_NAME = re.compile(
    rf"{_QUOTED}\s(?:\([A-Z][\w-]{{1,11}}\)\s)?(?P<what>(?:[\w’'-]+[\s-]){{0,5}}?"
    rf"(?:{PROGRAMME}|{SERVICE}|training|course|workshops?|groups?))\b"
)
"""A name in quotation marks and what it is: `the "Been There" peer navigation program`."""
_TITLED = re.compile(
    r"[A-Z0-9][\w’'-]*(?:[\s,:]+(?:[A-Z0-9][\w’'-]*|of|for|and|the|to|in|on|with|a|an|my|your)){0,9}"
)
_IN_TITLE = re.compile(
    r"\b[Tt]he (?P<whole>[A-Z][\w-]*[A-Z0-9][\w-]* (?:[Pp]rogram(?:me)?|[Pp]roject|[Ii]ntervention|[Mm]odel|"
    r"[Ii]nitiative|[Ss]ervice|[Cc]urriculum))\b"
)
"""A programme that only the title names, by a short form: `the HOPE-ED program`."""
_BRACKETED = re.compile(rf"\b{PROGRAMME}\s+\((?:called\s+)?(?P<name>[A-Z]\w*[A-Z]\w*)\)")
_NOUN = (
    r"(?:[Pp]rogram(?:me)?|[Ii]ntervention|[Ss]ervice|[Cc]urriculum|[Mm]odel|[Ii]nitiative|[Pp]roject|"
    r"[Cc]lubhouse|[Aa]pp|[Pp]latform|[Cc]ourse|[Ww]orkshop|group)"
)
_WITH_NAME = rf"{_NAME}(?: with (?:an? )?{_WORD})?"
_WHETHER = re.compile(
    rf"\b[Ww]hether (?:the )?(?P<name>{_NAME}) (?:would |could |can )?"
    r"(?:reduc|improv|increas|lower|help|decreas|enhanc|prevent)\w*\b"
)
"""A name whose effect is asked for: `whether HOPE-ED reduces`."""
_IS_ONE = re.compile(
    rf"(?<![\w’'&/+.-])(?P<name>{_WITH_NAME})(?:,\san?\s|\s(?:is|"
    rf"was)\san?\s)(?:[\w’'-]+,?\s){{0,7}}?{_NOUN}\b"
)
"""A name and what it is: `Vet-to-Vet, a peer-led education program`."""
_SHORTENED = re.compile(
    rf"(?P<name>{_WORD}(?:\s+(?:(?:of|for|and|the|to|in|on|by|with)\s+){{0,2}}{_WORD}){{1,9}}\s+"
    r"\((?P<short>[A-Z0-9][A-Za-z0-9-]{1,11})\))(?P<noun>\s+(?:Study|Trial|[Pp]rogram(?:me)?|[Ii]ntervention|"
    r"[Pp]roject|[Mm]odel|[Ii]nitiative|[Ss]ervice|curriculum)\b)?"
)
"""A name in capitals with its short form, perhaps with a noun: `Coordinated Care (CC) Study`."""
_CARRIED_OUT = Wording(
    r"\b(?:evaluat|test|pilot|implement|deliver|develop|adapt|offer|receiv|launch|creat|call|nam|complet|"
    r"enrolled in|participated in|trial of|evaluation of|effects? of|effectiveness of)\w*\s+(?:the |an? )?$"
)
"""Before the name of what was carried out."""
_LONG = Wording(
    rf"\b(?:a|an|the)\s+(?P<name>(?:\d{{1,3}}|one|two|three|four|five|six|seven|eight|nine|ten|"
    rf"twelve)[\s-]{LENGTH}s?,?\s+(?:(?!and\b|surveys?\b|interviews?\b|follow-?up\b)[\w’'-]+\s+){{0,8}}?"
    rf"(?:{PROGRAMME}|training|course|groups?))\b",
)
_STARTED = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Ff]rom)\s+(?:(?:early|late|mid|January|February|March|April|May|June|July|"
    r"August|September|October|November|December)[\s-])?(?P<year>(?:19|20)\d\d)\b"
)
_STARTS = Wording(
    r"\b(?:implement|launch|establish|beg[au]n|begin|start|introduc|creat|develop|initiat|found(?:ed)?|"
    r"inception|roll(?:ed)? out|pilot)\w*"
)


_CALLING = ("called", "named", "known", "titled", "termed", "dubbed", "branded")
_NOUNS = (
    *("program", "intervention", "initiative", "project", "model", "curriculum", "scheme", "app", "platform"),
    *("service", "team", "hub", "network", "clubhouse", "collaborative"),
)
_ARTICLE = re.compile(r"[eaAnr]\s+[A-Z0-9]")
_QUOTATION = re.compile(r"[\"“‘][A-Z]")
_IS_A = re.compile(r"[,s]\san?\s")
_SHORT_FORM = re.compile(r"\s\([A-Z0-9]")
"""What a sentence has in which the patterns above find something; quicker to look for than they are."""


def programmes(reading: Reading) -> tuple[Programme, ...]:
    """The named services and interventions, each once, in order of place."""
    found: list[Programme] = []
    for sentence in reading.sentences:
        if sentence.of_others:
            continue
        found += _in_sentence(sentence)
    if not found and reading.title is not None:
        text = reading.title.text
        found += [
            _programme(reading.title, text.part(*match.span("whole")), text.part(*match.span("whole")))
            for match in _IN_TITLE.finditer(text.raw)
        ]
    if not found:
        found = _described(reading)[:1]
    return tuple(_merged(found))


_PEER_WORD = (
    r"(?:peers?(?:-[\w-]+)?|mutual[ -](?:help|aid|support)|self-help|recovery coach(?:ing)?|"
    r"mentor(?:ing|ship)?|"
    r"befriending|promotora|navigation|navigator|bridger|lay[ -](?:[\w-]+))"
)
_NO_WORD = (
    r"(?:a|an|the|of|and|or|for|to|in|on|with|by|from|at|as|that|this|is|are|was|were|been|be|had|has|"
    r"have|who|which|our|"
    r"their|its|each|any|no|not|other|another|more|most|such|between|among|within|than|into|about|using|"
    r"attended|received|evaluated|offered|provided|led)"
)
_A_SERVICE = (
    r"(?:program(?:me)?|intervention|service|curriculum|course|workshop|forum|group|training|"
    r"initiative|model|helpline|"
    r"warmline)"
)
_STUDIED = (
    r"(?:evaluat\w*|test(?:ed|s|ing)?|piloted|implement\w*|develop(?:ed)?|adapt(?:ed|ation of)?|"
    r"deliver(?:ed|s)?|"
    r"offer(?:ed|s|ing)?|receiv(?:ed|ing)|attend(?:ed|ing)?|complet(?:ed|ing)|join(?:ed|ing)|add(?:ed|"
    r"s|ing)|add|"
    r"enrolled in|participated in|took part in|referred to|"
    r"(?:randomi[sz]ed|assigned|allocated) (?:\w+ )?(?:either )?to(?: receive| attend| either)?|"
    r"(?:effects?|effectiveness|efficacy|feasibility|acceptability|evaluation|trial|impact|benefits|outcomes|"
    r"implementation|experiences?|cost-effectiveness) of(?: adding| offering)?|experiences? with|whether|"
    r"through|of(?= (?:a|an|the|one|our) ))"
)
_UNNAMED = Wording(
    rf"\b{_STUDIED} (?:(?:a|an|the|one|our|their|this) )?"
    rf"(?P<name>(?:(?!{_NO_WORD}\b)[\w’'-]+,? ){{0,5}}?{_PEER_WORD}"
    rf"(?: (?!{_NO_WORD}\b)[\w’'-]+){{0,4}}? {_A_SERVICE}"
    r"|(?!this |our )(?:(?!"
    + _NO_WORD
    + r"\b)[\w’'-]+ ){0,4}?"
    + _A_SERVICE
    + r" (?:(?:that was |which was )?(?:delivered|led|run|facilitated|provided|offered|taught) by) "
    r"(?:trained |paid |volunteer |certified |lay )?(?:peer (?:[a-z-]+ ){0,2}?[a-z-]+s|peers|mentors|"
    r"veterans|volunteers|"
    r"recovery coaches|promotoras))(?![\w-])",
)
"""A service without a name, by who gives it: `received a peer bridger program`."""
_ARM = Wording(
    r"\b(?:randomi[sz]ed|assigned|allocated) (?:\(?\d:\d\)? |\w+ )?(?:either )?to (?:receive |either )?"
    r"(?P<name>(?:(?!"
    + _NO_WORD
    + r"\b)[\w’'-]+ ){0,3}?(?:peer(?:-led|-delivered|-based|-supported)?|lay|recovery) "
    r"(?:[\w-]+ )?(?:navigation|mentoring|mentorship|coaching|support|counsel+ing|education|outreach|"
    r"bridging|"
    r"facilitation|advocacy|visits|case management))\b(?! (?:program|intervention|group|work|"
    r"special|provid))",
)
"""An arm that is named by what peers do in it."""
_PRONOUN = Wording(r"(?:such|any|each|other|another|every|no|more)\b|peer support$")
"""Words that make no description of one service."""


def _described(reading: Reading) -> list[Programme]:
    """A service that the study looks at and that has no name, by what it is and who gives it."""
    found = []
    for sentence in reading.zone("objectives", "methods", "title"):
        if sentence.of_others:
            continue
        text = sentence.text
        for match in (*_UNNAMED.finditer(text.raw), *_ARM.finditer(text.raw)):
            name = text.part(*match.span("name"))
            if _PRONOUN.match(name.raw) is None:
                found.append((sentence.zone == "title", name.start, _programme(sentence, name, name)))
    return [programme for _, _, programme in sorted(found, key=lambda each: each[:2])]


def _in_sentence(sentence: Sentence) -> Iterator[Programme]:
    text = sentence.text
    low = lowered(text.raw)
    taken: list[tuple[int, int]] = []
    is_called = any(word in low for word in _CALLING)
    has_article = _ARTICLE.search(text.raw) is not None and any(noun in low for noun in _NOUNS)
    for match in _CALLED.finditer(text.raw) if is_called else ():
        group = "quoted" if match["quoted"] else "name"
        taken.append(match.span())
        yield _programme(sentence, text.part(match.start(), match.end()), text.part(*match.span(group)))
    for match in _QUOTED_NAME.finditer(text.raw) if _QUOTATION.search(text.raw) else ():
        if _TITLED.fullmatch(match["quoted"].rstrip(" ,.")) and not match["quoted"].endswith("?"):
            taken.append(match.span())
            yield _programme(sentence, text.part(*match.span()), text.part(*match.span("quoted")))
    for match in _NAMED.finditer(text.raw) if has_article else ():
        words = [word.casefold() for word in re.findall(r"[\w&.’'-]+", match["name"])]
        if all(word in NO_NAMES for word in words) or any(a <= match.start() < b for a, b in taken):
            continue
        if match["article"].casefold() != "the" and len(words) == 1 and not match["name"].isupper():
            continue
        whole = text.part(match.start("name"), match.end("rest"))
        yield _programme(sentence, whole, whole)
    capitalised = _CAPITALISED.finditer(text.raw) if has_article else ()
    bracketed = _BRACKETED.finditer(text.raw) if "(" in low else ()
    for match in (*capitalised, *bracketed):
        words = [word.casefold() for word in re.findall(r"[\w&.’'-]+", match["name"])]
        if all(word in NO_NAMES or re.fullmatch(rf"{PROGRAMME}|{SERVICE}", word) for word in words):
            continue
        name = text.part(*match.span("name"))
        yield _programme(sentence, name, name)
    for match in _IS_ONE.finditer(text.raw) if _IS_A.search(text.raw) else ():
        before = _PREPOSITION.search(text.raw, 0, match.start())
        of_place = before is not None and (
            before["place"] is not None or not _SHORT_NAME.fullmatch(match["name"])
        )
        if _is_name(match["name"]) and not of_place:
            name = text.part(*match.span("name"))
            yield _programme(sentence, text.part(match.start(), match.end()), name)
    for match in _WHETHER.finditer(text.raw) if "hether " in text.raw else ():
        if _is_name(match["name"]) and not _is_label(sentence, text, match):
            name = text.part(*match.span("name"))
            yield _programme(sentence, name, name)
    for match in _SHORTENED.finditer(text.raw) if _SHORT_FORM.search(text.raw) else ():
        if not _shortens(match["short"], match["name"]) or _is_known(sentence, match, text):
            continue
        before = _CARRIED_OUT.search(text.raw, max(0, match.start() - 60), match.start())
        if _INSTRUMENT.search(match["name"]) is None and (match["noun"] or before):
            article = 4 if match["name"].startswith("The ") else 0
            name = text.part(match.start("name") + article, match.end())
            yield _programme(sentence, name, name)
    if sentence.zone in {"objectives", "methods", "body"}:
        for match in _LONG.finditer(text.raw):
            if _TOOK.search(text.raw, 0, match.start()):
                continue
            yield _programme(sentence, text.part(match.start(), match.end()), text.part(*match.span("name")))


_PREPOSITION = Wording(r"\b(?:(?P<place>in|at|from|near)|of|to|with|by|for|and)\s+(?:the )?$")
_SHORT_NAME = re.compile(r"[A-Z][\w-]*[A-Z][\w-]*|[A-Z]{3,}")
"""A name in one word with more than one capital, which is hardly a place's: `HOPE-ED`."""
_INSTRUMENT = re.compile(
    r"\b(?:Scale|Inventory|Index|Questionnaire|Schedule|Checklist|Survey|Interview|Measure|Battery|Disorder|"
    r"Syndrome|Department|Administration|University|Center|Centre|Hospital|Association|Institute|Agency|"
    r"Office)\b"
)


_TOOK = Wording(r"\b(?:receiv|complet|attend|underw|had|given)\w*\s+$")
"""Before what people went through on the way: `received a six-hour training`."""


def _is_name(words: str) -> bool:
    """Whether capitalised words are a name by themselves: several, or one of capitals, or joined ones."""
    parts = [word for word in words.split() if word[0].isupper() and word.casefold() not in NO_NAMES]
    if not parts or words.split(maxsplit=1)[0].casefold() in NO_SUBJECTS:
        return False
    return len(parts) > 1 or (len(parts[0]) > 2 and (parts[0].isupper() or bool(_JOINED.search(parts[0]))))


_JOINED = re.compile(r"[A-Z][\w’']*-(?:\w+-)?[A-Z]|[a-z][A-Z]")
NO_SUBJECTS = word_set(
    "this that these those it there our we they he she here participants veterans results methods background "
    "objective objectives aim aims conclusion conclusions design setting intervention peer peers mental one "
    "in at on from for of with by to near across within during after before under the a an"
)
"""Words that begin a sentence and no name."""


def _shortens(short: str, name: str) -> bool:
    """Whether the letters of a short form are the first letters of the words before it, in their order."""
    words = name.rpartition(" (")[0]
    initials = iter("".join(word[0] for word in re.split(r"[\s-]+", words) if word).casefold())
    return all(letter in initials for letter in re.sub(r"[^A-Za-z]", "", short).casefold())


def _is_known(sentence: Sentence, match: re.Match[str], text: Found[str]) -> bool:
    """Whether the vocabulary knows the whole name as an outcome, a population or a method."""
    start, end = text.start + match.start(), text.start + match.end("name") - len(match["short"]) - 3
    return any(
        label.found.start <= start and end <= label.found.end
        for label in sentence.of("outcome", "population", "method", "role", "setting")
    )


def _is_label(sentence: Sentence, text: Found[str], match: re.Match[str]) -> bool:
    """Whether the vocabulary knows the name as something else than a role or a method."""
    begin, end = text.start + match.start("name"), text.start + match.end("name")
    return any(
        label.found.start < end and begin < label.found.end
        for label in sentence.of("outcome", "population", "setting")
    )


def _programme(sentence: Sentence, quote: Found[str], name: Found[str]) -> Programme:
    text = sentence.text
    started = None
    year = _STARTED.search(text.raw)
    if year is not None and _STARTS.search(text.raw):
        started = text.part(year.start("year"), year.end("year")).map(lambda raw: PartialDate(int(raw)))
        begin = min(quote.start, text.start + year.start())
        verb = _STARTS.search(text.raw, max(quote.end, started.end) - text.start)
        end = max(quote.end, started.end, text.start + verb.end() if verb else 0)
        quote = text.part(begin - text.start, end - text.start)
    return Programme(quote=quote, name=name, started=started, role=_role(sentence))


def _role(sentence: Sentence) -> Concept | None:
    """The one peer role that the sentence names by a strong label."""
    named = {label.concept: label for label in sentence.of("role") if label.kind == "label" and label.concept}
    if len(named) != 1:
        return None
    ((concept, label),) = named.items()
    return label.named(concept) if concept else None


def _merged(found: list[Programme]) -> Iterator[Programme]:
    """Each programme once: a full name and its acronym name one."""
    kept: list[Programme] = []
    known: dict[str, int] = {}
    for programme in found:
        keys = _keys(programme)
        same = next((known[key] for key in sorted(keys) if key in known), None)
        if same is None:
            same = len(kept)
            kept.append(programme)
        else:
            kept[same] = _united(kept[same], programme)
        known |= dict.fromkeys(keys, same)
    named = [
        programme
        for programme in kept
        if not programme.name.raw[0].isdigit() and any(letter.isupper() for letter in programme.name.raw)
    ]
    yield from named or kept


def _united(one: Programme, another: Programme) -> Programme:
    """One programme from two mentions: the name that says what it is, and the year from either."""
    better, other = (another, one) if _is_programme(another) and not _is_programme(one) else (one, another)
    return Programme(
        quote=better.quote if better.started or not other.started else other.quote,
        name=better.name,
        started=better.started or other.started,
        role=better.role or other.role,
    )


def _is_programme(programme: Programme) -> bool:
    return bool(re.search(rf"\b{PROGRAMME}$", programme.name.raw, re.IGNORECASE))


def _keys(programme: Programme) -> set[str]:
    """What a programme may be called: its acronyms, else its whole name without the noun."""
    name = programme.name.raw
    acronyms = {
        word
        for word in re.findall(r"[A-Z][A-Za-z]*[A-Z][A-Za-z]*s?", name)
        if word.casefold() not in NO_NAMES
    }
    bracketed = set(re.findall(r"\(([A-Z][\w-]{1,11})\)", name))
    if bracketed:
        return bracketed
    if acronyms:
        return acronyms
    return {re.sub(rf"\s+(?:{PROGRAMME}|{SERVICE})$", "", name, flags=re.IGNORECASE).casefold()}
