"""What identifies a record: its keys, the strongest first.

Two records with a key in common are one thing, as far as nothing else contradicts (`kg.linking`). A key
is `kind:value`; a key of something that belongs to a report (an author's place, a finding) begins with
`#` and counts within that report only. Text of findings and groups goes into a key as a digest, because
keys are published.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

from kg import forms, identifiers
from kg.model import (
    Authorship,
    Citation,
    Conference,
    Contribution,
    Finding,
    Grant,
    Institution,
    Journal,
    ParticipantGroup,
    Person,
    Programme,
    Report,
    Section,
    StudyData,
    SubjectClass,
)
from kg.reading import countries
from kg.source import Found

KINDS = (
    "split", "notice",
    "doi", "pmid", "pmcid", "openalex", "wikidata", "nct", "wos", "scopus",
    "placed", "title", "reference", "loose-title", "printed",
    "orcid", "ror", "isni", "institution", "place", "registry", "issn", "journal", "conference", "class",
)  # fmt: skip
"""The kinds of keys, the strongest first."""

EXCLUSIVE = frozenset({"doi", "pmid", "pmcid", "orcid", "ror"})
"""Kinds of keys of which one thing has one value."""

DATABASES = frozenset({"openalex", "wikidata", "nct", "wos", "scopus"})
"""Databases that give a work a number of their own, and now and then two."""

IDENTIFIERS = EXCLUSIVE | DATABASES | {"issn", "isni"}
"""Kinds of keys that are identifiers of others."""

ARTICLES = frozenset({"a", "an", "the"})
"""Words that catalogues leave out at the beginning of a title."""


def kind(key: str) -> str:
    """The part before the colon; `#` for a key that counts within one report."""
    return "#" if "#" in key else key.partition(":")[0]


def strength(key: str) -> tuple[int, str]:
    """What sorts keys: the stronger kind first, then by the key's characters."""
    name = kind(key)
    return (KINDS.index(name) if name in KINDS else len(KINDS), key)


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # base 32 (RFC 4648, section 6)
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def digest(*parts: str) -> str:
    """Twelve letters and digits (60 bits) that stand for the parts, in their order."""
    data = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
    number = int.from_bytes(sha256(data).digest()[:8]) >> 4
    pairs = _PAIRS
    return (
        f"{pairs[number >> 50]}{pairs[number >> 40 & 1023]}{pairs[number >> 30 & 1023]}"
        f"{pairs[number >> 20 & 1023]}{pairs[number >> 10 & 1023]}{pairs[number & 1023]}"
    )


@lru_cache(maxsize=1 << 14)
def normalised(text: str) -> str:
    """The words of a text without case, accents, punctuation and compatibility forms.

    Text without a letter or digit keeps its signs, so that `???` and `!!!` stay two things.

    >>> normalised("  Weir- Harbour/Boston ")
    'weir harbour boston'
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    if folded.isascii():  # the same, and ten times as quick
        words = _ASCII_GAP.sub(" ", folded.replace("'", "")).split()
        return " ".join(words) if words else "".join(folded.split())
    # Accents go (U+0300 to U+036F); the vowel signs of other scripts are letters of their words.
    letters = (c for c in unicodedata.normalize("NFD", folded) if not "\u0300" <= c <= "\u036f")
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else _gap(c) for c in letters)
    words = unicodedata.normalize("NFC", kept).split()
    return " ".join(words) if words else "".join(folded.split())


_ASCII_GAP = re.compile(r"[^a-z0-9]+")


def _gap(character: str) -> str:
    """Nothing for an apostrophe or an invisible sign inside a word, a space for every other sign."""
    return "" if character in "'’ʼ" or unicodedata.category(character) == "Cf" else " "


@lru_cache(maxsize=1 << 12)
def title(text: str) -> str:
    """The normalised words of a title, without a leading article."""
    words = normalised(text).split(" ")
    return " ".join(words[1:] if len(words) > 1 and words[0] in ARTICLES else words)


LONGEST = 200
"""A longer part of a key is cut, and a digest stands for the rest."""


def key(name: str, *parts: str) -> str:
    """The key of that kind; signs that separate keys from each other are escaped in the parts."""
    if name not in IDENTIFIERS and max(map(len, parts)) > LONGEST:
        parts = tuple(part if len(part) <= LONGEST else f"{part[:LONGEST]}~{digest(part)}" for part in parts)
    if len(parts) == 1:
        return f"{name}:{_escaped(parts[0])}"
    return f"{name}:{'/'.join(_escaped(part).replace('/', '%2F') for part in parts)}"


_SEPARATING = '%|#<"\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029'
_ESCAPES = {ord(sign): quote(sign) for sign in _SEPARATING}
_TO_ESCAPE = re.compile(f"[{re.escape(_SEPARATING)}]")


def _escaped(part: str) -> str:
    return part.translate(_ESCAPES) if _TO_ESCAPE.search(part) else part


def unescaped(part: str) -> str:
    """The part of a key as it was before its signs were escaped."""
    return unquote(part)


def _value(found: Found[str] | None) -> str:
    return normalised(found.value) if found is not None else ""


def family(authorship: Authorship) -> str:
    """The normalised family name, else the normalised name as printed."""
    person = authorship.person
    if person is not None and person.family is not None:
        return normalised(person.family.value)
    return normalised(authorship.name_as_printed.value)


def first_author(report: Report) -> str:
    """The normalised family name of the first author, or nothing."""
    authorships = sorted(report.authorships, key=lambda one: one.position)
    return family(authorships[0]) if authorships else ""


def year(report: Report) -> str:
    """The year of publication in digits, or nothing."""
    return str(report.issued.value.year) if report.issued is not None else ""


def container(report: Report) -> str:
    """The normalised name of the journal or conference, or nothing."""
    if report.journal is not None:
        return title(report.journal.name.value)
    return title(report.conference.name.value) if report.conference is not None else ""


def first_page(report: Report) -> str:
    """The first page, or nothing."""
    words = _value(report.pages).split()
    return words[0] if words else ""


LONG_TITLE = 20
"""From so many characters a title and a first author identify a work without its year."""


def identifiers_of(report: Report) -> list[str]:
    """The keys of a work that are identifiers of others; they are stronger than what its words make."""
    keys: list[str] = []
    if report.doi is not None:
        keys.append(key("doi", identifiers.doi(report.doi.value) or report.doi.value.casefold()))
    if report.pmid is not None:
        keys.append(key("pmid", report.pmid.value.strip()))
    if report.pmcid is not None:
        keys.append(key("pmcid", report.pmcid.value.strip().upper()))
    for identifier in report.identifiers:
        database, _, number = identifier.value.partition(":")
        if database in DATABASES and number:
            keys.append(key(database, number.casefold()))
    return keys


def of_report(report: Report, printed: str = "") -> tuple[str, ...]:
    """The keys of a work; `printed` is what it was read from, used where it says nothing else.

    A title counts with a year or an author. A title-less reference counts by first author, year,
    container and volume or page. Everything that is printed of a work is the last resort. The first key
    makes the IRI: that of a notice, an abstract, an editorial or a supplement is not that of an article.
    """
    keys = identifiers_of(report)
    author, when, where = first_author(report), year(report), container(report)
    name = title(report.title.value) if report.title is not None else ""
    form = forms.form(report, where)
    if keys and form in forms.NOTICES and report.title and forms.about(report.title.value.strip(), form):
        keys.insert(0, key("notice", form, keys[0]))  # the identifier may be that of the article
    if name and (author or when):
        if not keys and _is_telling(report, name):
            place = (report.volume, report.issue, report.pages)
            keys.append(key("placed", name, when, author, where, *map(_value, place)))
        elif not keys and form:
            keys.append(key("title", name, when, author, form))
        keys.append(key("title", name, when, author))
    volume, page = _value(report.volume), first_page(report)
    if author and when and where and (volume or page):
        keys.append(key("reference", author, when, where, volume, page))
    if name and author and len(name) >= LONG_TITLE:
        keys.append(key("loose-title", name, author))
    if not keys:
        said = (name, author, when, where, volume, _value(report.issue), _value(report.pages))
        parts = said if any(said) else (digest(normalised(printed)),)
        keys.append(key("printed", *parts))
    return tuple(keys)


RECURRING = 40
"""Works with a title of fewer characters may share it, the author and the year."""

_SUPPLEMENT = re.compile(r"(?:.* )?sup[a-z]*\b.*")
_NUMBERED = re.compile(r"(?!e|cd)[a-z]{1,3}\d")


def _is_telling(report: Report, name: str) -> bool:
    """Whether a title may recur and needs its place to identify: it is short, of an abstract, or of a volume.

    Abstracts stand in supplements, on numbered pages such as `S12`, or within one page; a volume of a book
    stands in nothing.
    """
    page = first_page(report)
    volume, issue = _value(report.volume), _value(report.issue)
    if not (volume or issue or page):
        return False
    supplement = _SUPPLEMENT.fullmatch(volume) or _SUPPLEMENT.fullmatch(issue)
    within = bool(volume) and len(set(_value(report.pages).split())) == 1
    is_volume = bool(volume) and not (issue or page or container(report))
    return (
        len(name) < RECURRING
        or supplement is not None
        or within
        or is_volume
        or _NUMBERED.match(page) is not None
    )


def of_institution(institution: Institution) -> tuple[str, ...]:
    """The keys of an organisation: its ROR id, its ISNI, its name and place; of a unit: its name within that.

    Where city and country are printed, the country counts however it is called: `USA`, `United States`.
    """
    named = named_institution(institution)
    ror = () if institution.ror is None else (key("ror", _value(institution.ror)),)
    isni = _registered(institution.identifiers, ("isni",)) if institution.part_of is None else ()
    own = (*ror, *isni, named)
    if institution.part_of is not None or institution.city is None or institution.country is None:
        return own
    code = countries.code(institution.country.value)
    name, city = normalised(institution.name.value), normalised(institution.city.value)
    return (*own, key("place", name, city, code)) if code is not None else own


def named_institution(institution: Institution) -> str:
    """The key of an organisation by its name and place as printed, of a unit by its name within that."""
    if institution.part_of is not None:
        whole = named_institution(institution.part_of).removeprefix("institution:")
        return f"{key('institution', normalised(institution.name.value))} < {whole}"
    place = (institution.city, institution.country)
    return of_place(institution.name.value, *(part.value if part is not None else "" for part in place))


def is_split(key: str) -> bool:
    """Whether the key is that of what a person split off; it has one part, that of a forbidden pair two."""
    return kind(key) == "split" and "/" not in key


def is_unit(key: str) -> bool:
    """Whether the key is that of a unit of an organisation."""
    return " < " in key and kind(key) == "institution"


def whole_of(key: str) -> tuple[str, str]:
    """The name of a unit in its key, and the key of the whole that it is a unit of."""
    name, _, whole = key.removeprefix("institution:").partition(" < ")
    return name, f"institution:{whole}"


@lru_cache(maxsize=1 << 12)
def of_place(name: str, city: str, country: str) -> str:
    """The key of an organisation by its name, city and country as printed."""
    return key("institution", normalised(name), normalised(city), normalised(country))


def of_journal(journal: Journal) -> tuple[str, ...]:
    """The ISSNs that check, and the name. A journal may have one for print and one for the web."""
    return _of_journal(journal.name.value, *[issn.value for issn in journal.issn])


@lru_cache(maxsize=1 << 12)
def _of_journal(name: str, *issn: str) -> tuple[str, ...]:
    printed = {normalised(one).replace(" ", "") for one in issn}
    numbers = sorted(key("issn", one) for one in printed if identifiers.issn_is_valid(one))
    return (*numbers, key("journal", title(name)))


def of_conference(conference: Conference) -> tuple[str, ...]:
    """The name with the year, where one is printed."""
    held = str(conference.held.value.year) if conference.held is not None else ""
    return (key("conference", title(conference.name.value), held),)


def of_subject_class(subject: SubjectClass) -> tuple[str, ...]:
    """The classification and the code."""
    return _of_class(subject.scheme.value, subject.code.value)


@lru_cache(maxsize=1 << 12)
def _of_class(scheme: str, code: str) -> tuple[str, ...]:
    return (key("class", normalised(scheme), normalised(code)),)


def of_authorship(authorship: Authorship) -> tuple[str, ...]:
    """The place in the list of authors, with the family name."""
    return (f"#{authorship.position}/{_escaped(family(authorship))}",)


def of_contribution(contribution: Contribution) -> tuple[str, ...]:
    """The part, the place in the list, with the name."""
    return _content("contribution", contribution.role, contribution.position, contribution.name_as_printed)


def of_contributor(contribution: Contribution) -> tuple[str, ...]:
    """The identifiers of the person, where printed, and the part in this one work."""
    return (*of_somebody(contribution.person), *of_contribution(contribution))


def of_grant(grant: Grant) -> tuple[str, ...]:
    """The funder and the number, within the work."""
    funder = named_institution(grant.funder) if grant.funder is not None else ""
    return _content("grant", funder, grant.number)


def of_person(authorship: Authorship) -> tuple[str, ...]:
    """The identifiers, where printed, and the place among the authors of one work.

    A bare name identifies nobody: the same name on another work is another person until more is known.
    """
    return (*of_somebody(authorship.person), *of_authorship(authorship))


def of_somebody(person: Person | None) -> tuple[str, ...]:
    """The identifiers of a person: ORCID iD, ISNI with the right check digit, number in Wikidata."""
    if person is None:
        return ()
    orcid = () if person.orcid is None else (key("orcid", person.orcid.value.strip().upper()),)
    return (*orcid, *_registered(person.identifiers, ("isni", "wikidata")))


def _registered(identifiers_of: tuple[Found[str], ...], registers: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of identifiers that name one of these registers, in the order of the registers."""
    found = []
    for register in registers:
        for identifier in identifiers_of:
            name, _, number = identifier.value.partition(":")
            if name == register and number and (name != "isni" or identifiers.isni(number) == number):
                found.append(key(name, number.casefold()))
    return tuple(sorted(set(found), key=lambda one: (registers.index(kind(one)), one)))


def of_study() -> tuple[str, ...]:
    """A report has one study."""
    return ("#study",)


def _content(*parts: str | int | Found[Any] | None) -> tuple[str, ...]:
    """A digest of the parts to the letter: what is published of such a thing are these very words.

    Were wordings normalised, two copies of a page that differ in a blank would give one thing two texts.
    """
    words = (
        str(part.value) if isinstance(part, Found) else "" if part is None else str(part) for part in parts
    )
    return (f"#{digest(*words)}",)


def of_group(group: ParticipantGroup) -> tuple[str, ...]:
    """What is said of the people, and how many."""
    return _content("group", group.quote, group.description, group.size)


def of_data(data: StudyData) -> tuple[str, ...]:
    """What is said of the data, and how many."""
    return _content("data", data.quote, data.description, data.count)


def of_programme(programme: Programme) -> tuple[str, ...]:
    """The name: a report that names a programme twice means one."""
    return _content("programme", normalised(programme.name.value))


def of_finding(finding: Finding) -> tuple[str, ...]:
    """What is said, about which outcome and whom, with what change and on whose word."""
    about = of_group(finding.about)[0] if finding.about is not None else None
    return _content(
        "finding", finding.quote, finding.outcome_as_printed, finding.outcome, finding.change,
        str(finding.direction), str(finding.basis), str(finding.concerns or ""), about,
    )  # fmt: skip


def of_citation(citation: Citation, work: tuple[str, ...]) -> tuple[str, ...]:
    """What is printed, its place in a list, and its work."""
    return _content(
        "citation", citation.quote, citation.status, citation.position, citation.number,
        citation.note, work[0] if work else "",
    )  # fmt: skip


def of_section(section: Section) -> tuple[str, ...]:
    """The kind, the heading and the text."""
    return _content("section", section.kind, section.heading, section.text)
