"""The values of a record of data: each gets a place, behind the one that was read before it."""

from __future__ import annotations

from kg.source import FIELD, Found


class Values:
    """Gives the values of one record their places, in the order in which they are read.

    Each begins at a multiple of `FIELD`, so that of a part of it the place inside the value can be told.

    >>> values = Values()
    >>> values.at("Peers", "/title"), values.at("2019", "/year").part(2, 4).start - FIELD
    (Found(value='Peers', raw='Peers', start=0, where='/title'), 2)
    """

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def at(self, raw: str, where: str) -> Found[str]:
        """The characters `raw`, which stand at `where` in the record."""
        start = self._next
        self._next = start + FIELD
        return Found(raw, raw, start, where)
