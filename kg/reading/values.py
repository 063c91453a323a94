"""The values of a record of data: each gets a place, behind the one that was read before it."""

from __future__ import annotations

from kg.source import Found

GAP = 2
"""Between two values lies what lies between two paragraphs: nothing is read across it."""


class Values:
    """Gives the values of one record their places, in the order in which they are read.

    >>> values = Values()
    >>> values.at("Peers", "/title"), values.at("2019", "/year").start
    (Found(value='Peers', raw='Peers', start=0, where='/title'), 7)
    """

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def at(self, raw: str, where: str) -> Found[str]:
        """The characters `raw`, which stand at `where` in the record."""
        start = self._next
        self._next = start + len(raw) + GAP
        return Found(raw, raw, start, where)
