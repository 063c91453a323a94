"""Authors' names as reference styles print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Authorship, Person
from kg.reading.paragraphs import folded
from kg.reading.recurring import recurring
from kg.source import Found

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th"})
"""What may follow a name and is neither family nor given name."""

GROUP_WORDS = frozenset(
    (
        "administration", "agency", "alliance", "association", "board", "bureau", "center", "centre",
        "coalition", "collaboration", "collaborative", "collaborators", "commission", "committee",
        "consortium", "council", "department", "division", "federation", "foundation", "group", "initiative",
        "institute", "institutes", "investigators", "ministry", "network", "office", "organisation",
        "organization", "panel", "program", "programme", "project", "service", "services", "society", "study",
        "task", "team", "trial", "trialists", "university", "workgroup",
    )
)  # fmt: skip
"""A name with one of these words is that of a group."""

DEGREES = frozenset(
    (
        "aprn", "ba", "bs", "bsc", "bsn", "cprp", "cns", "cps", "ddiv", "dds", "dmin", "dnp", "do", "dph",
        "dpt", "drph", "dsc", "dsw", "edd", "edm", "facp", "faan", "jd", "lcsw", "licsw", "lmsw", "lpc", "ma",
        "mba", "mbbs", "md", "mdiv", "med", "mha", "mhs", "mhsa", "mmsc", "mph", "mphil", "mpp", "ms", "msc",
        "msce", "msed", "mshs", "msn", "msph", "mstat", "msw", "np", "ot", "otr", "pa", "pharmd", "phd",
        "psyd", "pt", "rd", "rn", "scd", "scm",
    )
)  # fmt: skip
"""Academic and professional degrees behind a name, without full stops."""
PARTICLES = frozenset(
    (
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "st",
        "el",
        "al",
        "bin",
        "ter",
    )
)
"""Small words that begin a family name."""

_ET_AL = re.compile(r"(?:and |& )?\bet\.?\s{0,40}al\b\.?|\band others\b\.?", re.IGNORECASE)
_LEAD_IN = re.compile(r"(?:(?:and|&|on behalf of|for(?= the\b))\s+){1,3}", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.‐‑-])*")
_INITIAL = re.compile(r"(?:[^\W\d_a-z]\.?[‐‑-]?){1,3}")
_APA_INITIALS = re.compile(r"(?:[^\W\d_][a-z]{0,2}\.[\s‐‑-]{0,2}){1,6}")
_APA_SEPARATOR = re.compile(r"\s*,\s*(?:(?:&|and\b)\s*)?|(?<=\.)\s*(?:&|;|and\b)\s*")


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors of a work, in order; `cut` where `et al.` ends the list; what is no name."""

    authorships: tuple[Authorship, ...] = ()
    cut: Found[str] | None = None
    unread: tuple[Found[str], ...] = ()


def is_group(name: str) -> bool:
    """Whether a name is that of a group of people or of an organisation."""
    words = re.findall(r"[^\W\d_]+", name.lower())
    return len(words) > 1 and not GROUP_WORDS.isdisjoint(words)


@recurring
def vancouver_person(name: Found[str]) -> Person | None:
    """Family name and initials of `Okafor CL`, `van der Berg J`, `Smith JA Jr`; `None` if it is no such name.

    >>> person = vancouver_person(Found("van der Berg JA Jr", "van der Berg JA Jr", 0))
    >>> person.family.raw, person.given.raw
    ('van der Berg', 'JA')
    """
    words = [name.part(match.start(), match.end()) for match in re.finditer(r"\S+", name.raw)]
    if len(words) > 2 and _bare(words[-1].raw).lower() in SUFFIXES:
        words.pop()
    if len(words) < 2 or not _are_initials(words[-1].raw):
        return None
    if len(words[-1].raw) > 3 and words[0].raw.isupper():
        return None  # in capitals throughout, four letters may as well be a given name
    given = words.pop()
    if len(words) > 1 and _bare(words[-1].raw).lower() in SUFFIXES:
        words.pop()
    family = name.part(words[0].start - name.start, words[-1].end - name.start).stripped(",; ")
    if not re.search(r"[^\W\d_]{2}|[^\W\d_]'", family.raw):
        return None
    return Person(family=folded(family), given=given)


def vancouver_authors(text: Found[str]) -> Authors:
    """The authors of `Okafor F, Lindqvist CL, Haas A`; a group among them has no person."""
    authorships: list[Authorship] = []
    unread: list[Found[str]] = []
    cut = _first(_ET_AL, text)
    last = len(text.raw) if cut is None else cut.start - text.start
    for part in text.part(0, last).split(r"[,;]"):
        name = _without_lead_in(part).stripped(". ")
        if not name.raw:
            continue
        if authorships and _bare(name.raw).lower() in SUFFIXES:
            authorships[-1] = _with_suffix(text, authorships[-1], name)
            continue
        person = vancouver_person(name)
        if person is not None and person.family is not None and is_group(person.family.raw):
            person = None
        elif person is None and len(name.raw.split()) == 1:
            person = Person(family=name)
        elif person is None and not is_group(name.raw):
            unread.append(name)
        authorships.append(_authorship(name, len(authorships) + 1, person))
    return Authors(tuple(authorships), cut, tuple(unread))


def apa_authors(text: Found[str]) -> Authors:
    """The authors of `Okafor, S. Y., van der Berg, B. A., & Haas, M. S.`, or of an organisation."""
    cut = _first(_ET_AL, text)
    last = len(text.raw) if cut is None else cut.start - text.start
    authorships: list[Authorship] = []
    pieces = list(_apa_pieces(text.part(0, last)))
    position = 0
    while position < len(pieces):
        family = pieces[position]
        given = pieces[position + 1] if position + 1 < len(pieces) else None
        position += 1
        if _bare(family.raw).lower() in SUFFIXES and authorships:
            authorships[-1] = _with_suffix(text, authorships[-1], family)
            continue
        if given is not None and _APA_INITIALS.fullmatch(given.raw):
            position += 1
            name = text.part(family.start - text.start, given.end - text.start)
            person: Person | None = Person(family=folded(family), given=folded(given))
        else:
            name = family.stripped(". ")
            person = vancouver_person(name)
            if person is None and len(name.raw.split()) == 1:
                person = Person(family=name)
        if name.raw:
            authorships.append(_authorship(name, len(authorships) + 1, person))
    return Authors(tuple(authorships), cut)


def is_degree(words: str) -> bool:
    """Whether the words are degrees and nothing else: `PhD`, `M.D.`, `PhD MPH`."""
    bare = words.replace(".", "").replace("-", "").lower().split()
    return bool(bare) and all(word in DEGREES for word in bare)


_MAY_BE_INITIALS = re.compile(r"[^\s,]+\s+[A-Z]{1,3}")
"""One name with letters that are a degree, too: of `Okafor PT` they are the initials."""


def with_degrees(words: Found[str]) -> tuple[Found[str], Found[str] | None]:
    """A name, and the degrees behind it: `Ada Okafor, PhD MPH` is parted at the comma.

    >>> name, degrees = with_degrees(Found("Ada Okafor, PhD, MPH", "Ada Okafor, PhD, MPH", 0))
    >>> name.raw, degrees.raw
    ('Ada Okafor', 'PhD, MPH')
    """
    parts = [words.part(*match.span()) for match in re.finditer(r"[^\s,]+", words.raw)]
    first = len(parts)
    while first > 1 and is_degree(parts[first - 1].raw):
        first -= 1
    if first == 1 and _MAY_BE_INITIALS.fullmatch(words.raw.strip()):
        return words.stripped(" ,\t\r\n"), None
    if first == len(parts) or not parts[first].raw[0].isupper():
        return words.stripped(" ,\t\r\n"), None
    name = words.part(0, parts[first].start - words.start).stripped(" ,\t\r\n")
    return name, words.part(parts[first].start - words.start, parts[-1].end - words.start)


@recurring
def full_name(name: Found[str]) -> Person | None:
    """Given and family name of `Ada B. Okafor`, `Bram van der Berg`, `J. Lind-Haas`; else `None`.

    Words of unknown kind between the first and the last may belong to either: such a name is not parted.
    """
    words = [name.part(*match.span()) for match in re.finditer(r"[^\s,]+", name.raw)]
    if len(words) > 2 and _bare(words[-1].raw).lower() in SUFFIXES:
        words.pop()
    if not 2 <= len(words) <= 6 or not all(_NAME_WORD.fullmatch(word.raw) for word in words):
        return None
    family = len(words) - 1
    while family > 1 and _bare(words[family - 1].raw).lower() in PARTICLES:
        family -= 1
    if not all(_INITIAL.fullmatch(word.raw) for word in words[1:family]) or not words[0].raw[0].isupper():
        return None
    given = name.part(words[0].start - name.start, words[family - 1].end - name.start)
    last = name.part(words[family].start - name.start, words[-1].end - name.start)
    return Person(family=folded(last), given=folded(given))


def _apa_pieces(text: Found[str]) -> Iterator[Found[str]]:
    """What stands between the commas and ampersands, without an ellipsis before it."""
    begin = 0
    for match in _APA_SEPARATOR.finditer(text.raw):
        yield from _piece(text.part(begin, match.start()))
        begin = match.end()
    yield from _piece(text.part(begin, len(text.raw)))


def _piece(part: Found[str]) -> Iterator[Found[str]]:
    ellipsis = re.match(r"\s*(?:…|\.\s?\.\s?\.)", part.raw)
    piece = part.part(ellipsis.end() if ellipsis else 0, len(part.raw)).stripped()
    if piece.raw:
        yield piece


def _are_initials(word: str) -> bool:
    letters = [letter for letter in word if letter not in ".-‐‑'’"]
    return 0 < len(letters) <= 4 and all(letter.isalpha() and letter.isupper() for letter in letters)


def _bare(word: str) -> str:
    return word.strip(".,; ")


def _without_lead_in(part: Found[str]) -> Found[str]:
    match = _LEAD_IN.match(part.raw)
    return part if match is None else part.part(match.end(), len(part.raw)).stripped()


def _first(pattern: re.Pattern[str], text: Found[str]) -> Found[str] | None:
    match = pattern.search(text.raw)
    return None if match is None else text.part(match.start(), match.end())


def _authorship(name: Found[str], position: int, person: Person | None) -> Authorship:
    printed = folded(name)
    return Authorship(quote=printed, name_as_printed=printed, position=position, person=person)


def _with_suffix(text: Found[str], authorship: Authorship, suffix: Found[str]) -> Authorship:
    name = text.part(authorship.quote.start - text.start, suffix.end - text.start)
    return _authorship(name, authorship.position, authorship.person)
