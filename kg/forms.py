"""What a work is that is about another one, or an earlier state of it: a notice, a preprint, an abstract."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg import identifiers
from kg.model import Report

RELATIONS: Mapping[str, tuple[str, str]] = {
    "retraction": ("retracts", "retractedBy"),
    "correction": ("corrects", "correctedBy"),
    "concern": ("updates", "updatedBy"),
    "comment": ("commentsOn", "commentedBy"),
    "preprint": ("hasVersion", "versionOf"),
    "abstract": ("related", "related"),
}
"""How a form belongs to its article, and the article to it: terms of the context of reports."""

NOTICES = frozenset({"retraction", "correction", "concern", "comment"})
"""The forms of what is about a work; the others are earlier states of one."""

_NOTICES = {
    "retraction": r"retraction(?: notice| note)?|notice of retraction|withdrawal(?: notice)?",
    "correction": r"(?:publisher |author )?corrections?|errat(?:um|a)|corrigend(?:um|a)|addendum",
    "concern": r"(?:editorial )?expressions? of concern",
    "comment": r"(?:invited )?comment(?:ary|s)?|response|reply|re|letter(?: to the editor)?",
}
_OPENING = "[\"'“‘«„]?"
_NOTICE = {
    form: re.compile(
        rf"(?:{words})(?:\s*[:.–—-]+\s*(?:(?:to|on|for)\b\s*:?\s*)?|\s+(?:to|on|for|of|regarding|about)\b\s*:?\s*)"
        rf"(?:\"(?P<quoted>[^\"]+)\"|“(?P<curly>[^”]+)”|‘(?P<single>[^’]+)’|{_OPENING}(?P<bare>\S.*))",
        re.IGNORECASE,
    )
    for form, words in _NOTICES.items()
}
LONGEST = 1000
"""What is behind a longer title is not looked at."""

_TAILS = {
    "correction": r"\((?:vol(?:ume)?\.? ?\w+, ?(?:art(?:icle)?|pp?g?)\b[^()]*"
    r"|[^()]+ \((?:19|20)\d\d\) [^()]*(?:\([^()]*\))?)\)",
    "retraction": r"\(retraction of vol[^()]*\)",
    "comment": r"(?:\s[-–—]+|[:.?!])\s*(?:(?:the )?(?:authors?['’]?s? |in )(?:reply|replies|response)"
    r"|reply|replies|rejoinder)|\((?:the )?(?:authors?['’]?s? )?(?:reply|response)\)",
    "abstract": r"[(\[](?:meeting |conference )?abstract[)\]]",
}
_TAIL = {
    form: re.compile(rf"(?P<about>\S.*?)\s*(?:{words})\s*\.?", re.IGNORECASE | re.DOTALL)
    for form, words in _TAILS.items()
}
"""What databases put behind the title of the work that a notice is about, or behind that of an abstract."""

_TYPES: Mapping[str, str] = {
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "retraction": "retraction",
    "published erratum": "correction",
    "erratum": "correction",
    "correction": "correction",
    "corrigendum": "correction",
    "correction, addition": "correction",
    "addendum": "correction",
    "retraction note": "retraction",
    "expression of concern": "concern",
    "comment": "comment",
    "preprint": "preprint",
    "posted-content": "preprint",
    "meeting abstract": "abstract",
    "conference abstract": "abstract",
    "journal: conference abstract": "abstract",
    "abstract": "abstract",
    "abst": "abstract",
    "abstract of published item": "abstract",
}
_PREPRINT_SERVERS = re.compile(
    r"(?:ar|bior|medr|chemr|psyar|socar|eda|techr|engr|lawar|afri|africar|ecoevor|sportr)xiv(?: .*)?"
    r"|research square|ssrn(?: .*)?|preprints(?: org)?|osf preprints|authorea(?: .*)?"
)
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/(?:\d{6}|\d{4}\.\d\d\.\d\d)|21203/rs\.|31234/osf|31219/osf|31235/osf|2139/ssrn|20944/preprints"
    r"|48550/arxiv|26434/chemrxiv|22541/au\.|36227/techrxiv)"
)


def form(report: Report, container: str) -> str:
    """The form of a work, or nothing; `container` is the normalised name of what it appeared in.

    >>> from kg.source import Found
    >>> form(Report(title=Found("Correction to: Doors", "", 0)), ""), form(Report(kind="Preprint"), "")
    ('correction', 'preprint')
    """
    for printed in report.publication_types:
        if (said := _TYPES.get(printed.value.strip().casefold())) is not None:
            return said
    title = report.title.value.strip() if report.title is not None else ""
    found = next((name for name, notice in _NOTICE.items() if notice.match(title)), "")
    if not found and len(title) <= LONGEST:
        found = next((name for name, tail in _TAIL.items() if tail.fullmatch(title)), "")
    if found:
        return found
    doi = identifiers.doi(report.doi.value) if report.doi is not None else None
    if (
        report.kind == "Preprint"
        or _PREPRINT_SERVERS.fullmatch(container)
        or (doi is not None and _PREPRINT_DOI.match(doi))
    ):
        return "preprint"
    of_abstracts = report.issue is not None and _MEETING.search(report.issue.value) is not None
    return "abstract" if report.kind == "Abstract" or of_abstracts else ""


_MEETING = re.compile(r"meeting ?abstracts?", re.IGNORECASE)


def about(title: str, form: str) -> str:
    """The title that a notice of that form names in its own; nothing where it names none.

    >>> about("Correction to: “Doors”", "correction"), about("Doors", "correction")
    ('Doors', '')
    >>> about("Doors (vol 7, pg 3, 2001)", "correction"), about("Doors - Reply", "comment")
    ('Doors', 'Doors')
    """
    notice, tail = _NOTICE.get(form), _TAIL.get(form)
    match = notice.match(title) if notice is not None else None
    if match is not None:
        named = next(part for part in match.groups() if part)
        return _without_journal(named)
    match = tail.fullmatch(title) if tail is not None and len(title) <= LONGEST else None
    return match["about"] if match is not None else ""


_DATED = re.compile(r"\b(?:19|20)\d\d\b|\bdoi\b", re.IGNORECASE)


def _without_journal(named: str) -> str:
    """A title that a notice names without the journal behind it, in brackets and at times cut off.

    >>> _without_journal("Doors (of oak) (J Doors (2001) 7 (3-9))"), _without_journal("Doors (of oak) (J")
    ('Doors (of oak)', 'Doors (of oak)')
    """
    text = named.rstrip(" .")
    opened: list[int] = []
    last = (0, 0)
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            last = (opened.pop(), place)
    begin = opened[0] if opened else last[0] if last[1] == len(text) - 1 else 0
    is_journal = bool(opened) or _DATED.search(text, begin) is not None
    return text[:begin].rstrip() if begin and is_journal else named


_MARK = re.compile(r"\A\[?(?:retracted|withdrawn)(?: article)?\]?\s*[:.–—-]\s*", re.IGNORECASE)
_LANGUAGE = (
    r"(?:article in )?(?:arabic|bulgarian|chinese|croatian|czech|danish|dutch|english|finnish|french|german"
    r"|greek|hebrew|hungarian|italian|japanese|korean|norwegian|persian|polish|portuguese|romanian|russian|serbian"
    r"|slovak|slovene|spanish|swedish|turkish|ukrainian)(?:[,;/&] ?\w+)*"
)
_NOTES = re.compile(
    r"\s*\[(?:published |an )?(?:errat|correct|corrig|retract|comment|see comment|republish|reprint"
    r"|summary for pat|reply|update of|update in|original report|expression of conc)[^\n]*$"
    rf"|\s*[\[(]{_LANGUAGE}[\])]\.?\s*$"
    r"|\s*\[(?:review|\d+ ref(?:s|erences)?|systematic review|meta-?analysis)\]\.?\s*$"
    r"|\s*\((?:structured abstract|provisional abstract|with discussion|review)\)\.?\s*$"
    r"|\s*<original>[^\n]*$|(?<=\])\s*to: [^\n]*$"
    r"|\s*\.\.\. ?[A-Z][^\n]*\b(?:19|20)\d\d\b[^\n]*;\s?\d[^\n]*$",
    re.IGNORECASE,
)


def plain(title: str) -> tuple[str, bool]:
    """A title without what databases add to it, and whether it stands in brackets: it is translated.

    >>> plain("[Doors that open]. [French]"), plain("Doors.[Erratum appears in J Doors. 2001;7(3)")
    (('Doors that open', True), ('Doors.', False))
    """
    if len(title) > LONGEST:
        return title, False
    left = _MARK.sub("", title, count=1)
    while (shorter := _NOTES.sub("", left, count=1).strip()) and shorter != left:
        left = shorter
    inner = left.rstrip(" .")
    if len(inner) > 2 and inner[0] == "[" and inner[-1] == "]" and "[" not in inner[1:]:
        return inner[1:-1].strip(), True
    return left, False
