"""What recurs in a file is read once: names and addresses, by their characters, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from kg.model import parts
from kg.source import Found

T = TypeVar("T")

LONGEST = 400
"""A longer text hardly recurs."""


def recurring(read: Callable[[Found[str]], T]) -> Callable[[Found[str]], T]:
    """A reader that remembers what it made of the last few thousand texts.

    What it makes has to be a function of the characters alone; its values are moved to where these stand.

    >>> from kg.reading.names import vancouver_person
    >>> vancouver_person(Found("Weir Q", "Weir Q", 40, "/x")).given
    Found(value='Q', raw='Q', start=45, where='/x')
    """

    @lru_cache(maxsize=1 << 12)
    def once(raw: str) -> T:
        return read(Found(raw, raw, 0))

    @wraps(read)
    def again(text: Found[str]) -> T:
        raw = text.raw
        if (text.value is not raw and text.value != raw) or len(raw) > LONGEST:
            return read(text)
        return cast("T", _moved(once(raw), text.start, text.where, {}))

    return again


def _moved(one: Any, start: int, where: str, known: dict[int, Any]) -> Any:
    """The same at another place; what stands in it twice stands there twice, once made (`known`)."""
    kind = type(one)
    if kind is Found:
        return Found(one.value, one.raw, one.start + start, where)
    if kind is tuple:
        return tuple([_moved(part, start, where, known) for part in one])
    names, values = parts(kind)
    if not names:
        return one
    made = known.get(id(one))
    if made is None:
        inside = {}
        for name, value in zip(names, values(one), strict=True):
            if type(value) is Found:  # nearly everything that is there
                inside[name] = Found(value.value, value.raw, value.start + start, where)
            elif value is not None:
                inside[name] = _moved(value, start, where, known)
        made = known[id(one)] = kind(**inside)
    return made
