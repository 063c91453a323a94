"""Page ranges, written out in full."""

from __future__ import annotations

import re

_RANGE = re.compile(
    r"(?P<prefix>[A-Za-z]{0,3})(?P<first>\d+)\s*[-‐‑‒–—]\s*(?P<again>[A-Za-z]{0,3})(?P<last>\d+)"
    r"(?P<rest>(?:\.?[A-Za-z]\d*)?)"
)


def as_printed(printed: str) -> str:
    """First and last page of a style that does not abbreviate: fewer digits are left as they are.

    >>> as_printed("S267–74"), as_printed("S392-401"), as_printed("e2016369")
    ('S267-74', 'S392-S401', 'e2016369')
    """
    folded = " ".join(printed.split())
    match = _RANGE.fullmatch(folded)
    if match is None or len(match["last"]) >= len(match["first"]):
        return full_range(folded)
    prefix, first, again, last, rest = match.groups()
    return f"{prefix}{first}-{again}{last}{rest}"


def full_range(printed: str) -> str:
    """First and last page in full; what is no abbreviated range comes back with white space folded.

    The last page takes the digits it lacks from the first, and its letter. One that would then lie
    before the first page is left as printed.

    >>> full_range("416-23"), full_range("S267–74"), full_range("e2016369"), full_range("423-16")
    ('416-423', 'S267-S274', 'e2016369', '423-16')
    """
    folded = " ".join(printed.split())
    match = _RANGE.fullmatch(folded)
    if match is None:
        return folded
    prefix, first, again, last, rest = match.groups()
    missing = len(first) - len(last)
    full = first[:missing] + last if missing > 0 else last
    if (again and again != prefix) or _number(full) < _number(first):
        return f"{prefix}{first}-{again}{last}{rest}"
    return f"{prefix}{first}-{prefix}{full}{rest}"


def _number(digits: str) -> tuple[int, str]:
    """Digits in the order of the numbers they write, of any length."""
    plain = digits.lstrip("0")
    return len(plain), plain
