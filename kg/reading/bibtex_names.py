"""Names as BibTeX joins them by `and`: `First von Last`, `von Last, First`, `von Last, Jr, First`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from kg.model import Person, Text
from kg.reading import latex
from kg.reading.names import PARTICLES, SUFFIXES, is_group, vancouver_person
from kg.reading.values import Values

OTHERS = frozenset(("others", "et al", "et al."))
"""What stands for authors who are not named."""

_AND = r"\s+and(?=\s)"
_BLANK = r"(?:\s|(?<!\\)~)+"
_LETTER = re.compile(r"\\(ss|o|O|l|L|ae|AE|oe|OE|aa|AA|i|j)[ \t]+(?=[^\W\d_])")
_ACCENT = re.compile(r"\\([cvuHkrbdt])[ \t]+([A-Za-z])")
_FIELD = re.compile(r"\s*(family|given|prefix|suffix|given-i|family-i|useprefix|id)\s*=\s*", re.IGNORECASE)


Name: TypeAlias = tuple[Text, Person | None]
"""A name as printed, and the person, unless it is a name in one piece."""


def people(values: Values, raw: str, where: str) -> tuple[list[Name], bool]:
    """The names of a field, each as printed with its person, and whether it ends with `and others`.

    A name in braces is that of a group and has no person.
    """
    found: list[Name] = []
    cut = False
    for one in _names(raw):
        if one.strip().casefold().strip("{}") in OTHERS:
            cut = True
        elif (name := _name(values, one, where)) is not None:
            found.append(name)
    return found, cut


def _names(raw: str) -> list[str]:
    inside = _braced(raw.strip())
    if inside and re.search(_AND, inside) and all("," in name for name in _parts(inside, _AND)):
        raw = inside  # {{Okafor, Ada and Lind, Per}} protects a list, not a name
    names = _parts(raw, _AND, flags=re.IGNORECASE)
    if len(names) == 1 and ";" in raw:
        names = _parts(raw, ";")
    return [name for name in names if name.strip()]


def _parts(text: str, separator: str, flags: int = 0) -> list[str]:
    """The parts of a text between separators that stand in no braces."""
    if "{" not in text:
        return re.split(separator, text, flags=flags)
    parts, begin, depth = [], 0, 0
    for match in re.finditer(rf"(\\.)|([{{}}])|{separator}", text, flags | re.DOTALL):
        if match[2]:
            depth = max(0, depth + (1 if match[2] == "{" else -1))
        elif not match[1] and depth == 0:
            parts.append(text[begin : match.start()])
            begin = match.end()
    return [*parts, text[begin:]]


def _braced(text: str) -> str:
    """What stands in the one pair of braces that is the whole text; nothing where it is none."""
    if not (text.startswith("{") and text.endswith("}")):
        return ""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[1:-1] if match.end() == len(text) and not text.startswith("{\\") else ""
    return ""


def _name(values: Values, raw: str, where: str) -> Name | None:
    raw = raw.strip().strip(",").strip()
    if _braced(raw):
        words = latex.text(raw)
        return (values.at(words, where), None) if words else None
    if _FIELD.match(raw):
        return _of_fields(values, raw, where)
    parts = [part for part in (latex.text(one) for one in _parts(raw, ",")) if part]
    if not parts:
        return None
    if len(parts) == 1:
        return _in_order(values, raw, where)
    printed = values.at(", ".join(parts), where)
    if len(parts) > 3:
        return printed, None
    given = parts[-1]
    if len(parts) == 3 and _is_suffix(parts[2]) and not _is_suffix(parts[1]):
        given = parts[1]  # Okafor, Ada, III
    if len(parts) == 2 and _is_suffix(given):
        return printed, Person(family=printed.part(0, len(parts[0])))
    if is_group(parts[0]) and len(given) > 3 and is_group(printed.raw):
        return printed, None
    start = printed.raw.rindex(given) if given is parts[-1] else len(parts[0]) + 2
    family = printed.part(0, len(parts[0]))
    return printed, Person(family=family, given=printed.part(start, start + len(given)))


def _of_fields(values: Values, raw: str, where: str) -> Name | None:
    """BibLaTeX's `family=Berg, given=Bram, prefix=van der`."""
    named: dict[str, str] = {}
    for part in _parts(raw, ","):
        match = _FIELD.match(part)
        if match is not None:
            named[match[1].lower()] = latex.text(part[match.end() :].strip().strip('"'))
    family = " ".join(filter(None, (named.get("prefix"), named.get("family"))))
    if not family:
        return None
    given = named.get("given", "")
    printed = values.at(", ".join(filter(None, (family, named.get("suffix"), given))), where)
    start = len(printed.raw) - len(given)
    return printed, Person(
        family=printed.part(0, len(family)), given=printed.part(start, len(printed.raw)) if given else None
    )


def _in_order(values: Values, raw: str, where: str) -> Name:
    """`Bram van der Berg Jr.`: what begins with a small letter begins the family name."""
    if "\\" in raw:  # a blank behind a command parts no words: \\L ukasz
        raw = _ACCENT.sub(r"\\\1{\2}", _LETTER.sub(r"\\\1{}", raw))
    pieces = [one for one in _parts(raw.strip(), _BLANK) if one]
    words = [latex.text(one) for one in pieces]
    printed = values.at(" ".join(word for word in words if word), where)
    if is_group(printed.raw):
        return printed, None
    last = len(words) - 1
    while last > 1 and _is_suffix(words[last]):
        last -= 1
    first = next((at for at in range(last) if _is_small(pieces[at], words[at])), last)
    if first == last and len(words) > 1 and re.fullmatch(r"[A-Z]{1,3}", words[-1]) and len(words[0]) > 2:
        return printed, vancouver_person(printed)
    starts = list(_starts(words))
    if first == 0 and last > 0 and words[0].casefold() not in PARTICLES:
        return printed, None
    end = starts[last] + len(words[last])
    family = printed.part(starts[first], end)
    given = printed.part(0, starts[first] - 1) if first else None
    return printed, Person(family=family, given=given)


def _starts(words: list[str]) -> Iterator[int]:
    at = 0
    for word in words:
        yield at
        at += len(word) + bool(word)


def _is_small(piece: str, word: str) -> bool:
    """Whether a word begins with a small letter; one in braces has no case."""
    if piece.startswith("{") and not piece.startswith("{\\"):
        return False
    return next((letter.islower() for letter in word if letter.isalpha()), False)


def _is_suffix(word: str) -> bool:
    return word.strip(".").lower() in SUFFIXES
