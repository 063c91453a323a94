"""Lists of words in the tables of this package: as sets, and as patterns of all their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator


def word_set(listed: str) -> frozenset[str]:
    """The words of a list, which are separated by white space."""
    return frozenset(listed.split())


def either(listed: str) -> str:
    """A pattern for one of the words or phrases of a list, which are separated by commas or line ends.

    >>> either("well, at least")
    '(?:at least|well)'
    """
    phrases = {phrase.strip() for phrase in re.split(r"[,\n]", listed)} - {""}
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(ordered)})"


def any_form(listed: str) -> str:
    """A pattern for any form of the verbs of a list; one with slashes has just the forms that are given.

    >>> any_form("ease grow/grew")
    '(?:easing|eased|eases|ease|grew|grow)'
    """
    forms = {form for verb in listed.split() for form in _forms(verb)}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return f"(?:{'|'.join(ordered)})"


def _forms(verb: str) -> Iterator[str]:
    if "/" in verb:
        yield from verb.split("/")
    elif verb.endswith("e"):
        yield from (verb, verb + "s", verb + "d", verb[:-1] + "ing")
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        yield from (verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    else:
        ending = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
        yield from (verb, verb + ending, verb + "ed", verb + "ing")
