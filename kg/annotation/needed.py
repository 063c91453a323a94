"""What letters a text has to have so that a pattern can match in it, read from the pattern itself.

The parser of `re` takes the pattern apart. Where a part of it is a few fixed strings, those are put together
with what stands beside them; of all that a match must have, what a text has least often is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import fsum
from re import _constants as code  # type: ignore[attr-defined]  # what `re` is made of has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple, TypeAlias

Letters: TypeAlias = frozenset[str]

LONGEST = 6
"""So many letters of a string are looked for: with more it is hardly rarer."""
_MOST = 100
"""So many strings a part of a pattern is put together to."""
_LARGEST_SET = 8
"""So many letters a set has at most where each of them is looked at."""
_FREQUENCY = (9.0, 0.6, 0.25, 0.08, 0.03, 0.015, 0.01)
"""About how often a clause has a string of so many letters."""
_RARE_MARKS, _RARE = frozenset(";:%&/–—"), 0.1
_TOO_FREQUENT = 2.0
_CHANGING = re.IGNORECASE | re.VERBOSE
"""Flags with which a pattern matches other letters than those it is written with."""


class _Part(NamedTuple):
    """A part of a pattern: all that it matches, if that is a few strings; and strings of which it has one."""

    strings: Letters | None
    needed: Letters | None


_NOTHING = frozenset({""})
_ANYTHING = _Part(None, None)


def needed(pattern: str) -> Letters | None:
    r"""Strings without white space of which a text has at least one where the pattern matches in it.

    `None` where nothing can be told that is worth looking for.

    >>> sorted(needed(r"\b(?:was|were) (?:\w+ )?found\b"))
    ['found']
    >>> needed(r"\d+ \w+") is None
    True
    """
    items = parser.parse(pattern)
    if items.state.flags & _CHANGING:
        return None
    letters = _sequence(items).needed
    return None if letters is None or _frequency(letters) > _TOO_FREQUENT else letters


def _sequence(items: Any) -> _Part:
    """Parts one behind the other."""
    whole = True
    candidates: list[Letters | None] = []
    joined = _NOTHING
    letters = ""
    for operator, argument in items.data:
        if operator is code.LITERAL:
            letters += chr(argument)
            continue
        if letters:
            joined, letters = frozenset([first + letters for first in joined]), ""
        part = _part(operator, argument)
        if part.needed is not None:
            candidates.append(part.needed)
        if part.strings is not None and len(joined) * len(part.strings) <= _MOST:
            if part.strings is not _NOTHING:
                joined = frozenset([first + second for first in joined for second in part.strings])
        else:
            whole = False
            candidates.append(_pieces(joined))
            joined = part.strings or _NOTHING
    if letters:
        joined = frozenset([first + letters for first in joined])
    candidates.append(_pieces(joined))
    known = [one for one in candidates if one is not None]
    rarest = min(known, key=_frequency) if len(known) > 1 else known[0] if known else None
    return _Part(joined if whole else None, rarest)


def _part(operator: Any, argument: Any) -> _Part:
    if operator is code.IN:
        return _Part(_set(argument), None)
    if operator is code.SUBPATTERN:
        _, added, _, items = argument
        return _ANYTHING if added & _CHANGING else _sequence(items)
    if operator is code.ATOMIC_GROUP:
        return _sequence(argument)
    if operator is code.BRANCH:
        return _branches([_sequence(items) for items in argument[1]])
    if operator in {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}:
        return _repeated(*argument)
    if operator is code.ASSERT:
        return _Part(_NOTHING, _sequence(argument[1]).needed)
    if operator in {code.AT, code.ASSERT_NOT}:
        return _Part(_NOTHING, None)
    return _ANYTHING


def _set(items: Sequence[tuple[Any, Any]]) -> Letters | None:
    if len(items) > _LARGEST_SET or any(operator is not code.LITERAL for operator, _ in items):
        return None
    return frozenset([chr(letter) for _, letter in items])


def _repeated(least: int, most: int, items: Any) -> _Part:
    part = _sequence(items)
    if least == most == 1:
        return part
    if least:
        return _Part(None, part.needed)
    return _Part(part.strings | _NOTHING if most == 1 and part.strings is not None else None, None)


def _branches(parts: Sequence[_Part]) -> _Part:
    strings = [part.strings for part in parts if part.strings is not None]
    letters = [part.needed for part in parts if part.needed is not None]
    together = frozenset().union(*strings) if len(strings) == len(parts) else None
    return _Part(
        together if together is not None and len(together) <= _MOST else None,
        frozenset().union(*letters) if len(letters) == len(parts) else None,
    )


def _pieces(strings: Letters) -> Letters | None:
    """Of each string the beginning of its longest word; `None` if one of them has no word."""
    longest = [max(string.split(), key=len, default="")[:LONGEST] for string in strings]
    return frozenset(longest) if all(longest) else None


def _frequency(letters: Letters) -> float:
    """About how often a clause has one of them, exactly the same in whatever order they come."""
    return fsum([_RARE if one in _RARE_MARKS else _FREQUENCY[len(one)] for one in letters])
