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
_TYPES: Mapping[str, str] = {
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "retraction": "retraction",
    "published erratum": "correction",
    "erratum": "correction",
    "correction": "correction",
    "corrigendum": "correction",
    "expression of concern": "concern",
    "comment": "comment",
    "preprint": "preprint",
    "posted-content": "preprint",
    "meeting abstract": "abstract",
    "conference abstract": "abstract",
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
    if found:
        return found
    doi = identifiers.doi(report.doi.value) if report.doi is not None else None
    if (
        report.kind == "Preprint"
        or _PREPRINT_SERVERS.fullmatch(container)
        or (doi is not None and _PREPRINT_DOI.match(doi))
    ):
        return "preprint"
    return "abstract" if report.kind == "Abstract" else ""


def about(title: str, form: str) -> str:
    """The title that a notice of that form names in its own; nothing where it names none.

    >>> about("Correction to: “Doors”", "correction"), about("Doors", "correction")
    ('Doors', '')
    """
    notice = _NOTICE.get(form)
    match = notice.match(title) if notice is not None else None
    return next(part for part in match.groups() if part) if match is not None else ""
