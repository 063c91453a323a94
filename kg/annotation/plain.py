"""A report in plain letters, as the rules of annotation read it, and the way back to the printed ones.

Full-width punctuation ends sentences as ASCII punctuation does; soft hyphens and characters without width
stand inside words. The copy has neither. It may be shorter than the print, so each passage keeps the
places of its characters. What is read of the copy has its plain words as value, and as raw the printed ones.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from kg.model import Claim, Report, Section, placed
from kg.source import Found

T = TypeVar("T")

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3001: 0x2C}
BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
"""The blanks of Unicode that stand on a line, beside the space, the tabulator and the ideographic space."""
_PLAIN = _FULL_WIDTH | dict.fromkeys(map(ord, BLANKS), 0x20)
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_UNUSUAL = re.compile("[\uff01-\uff5e\u3000\u3001" + BLANKS + _INVISIBLE + "]")


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage in plain letters, the printed passage, and the place of each plain character in it."""

    plain: Found[str]
    printed: Found[str]
    places: Sequence[int]

    def printed_part(self, found: Found[Any]) -> Found[Any]:
        """What was found in the plain passage, with the characters that are printed there."""
        first = self.places[found.start - self.plain.start]
        last = self.places[found.end - self.plain.start - 1] + 1 if found.raw else first
        return Found(found.value, self.printed.raw[first:last], self.printed.start + first, found.where)


def plain(report: Report) -> tuple[Report, tuple[Copy, ...]]:
    """The report with its passages in plain letters, and the copies of those that had others."""
    copies: list[Copy] = []

    def copied(passage: Found[str]) -> Found[str]:
        if _UNUSUAL.search(passage.raw) is None:
            return passage
        copies.append(_copy(passage))
        return copies[-1].plain

    def of_section(section: Section) -> Section:
        return replace(section, text=copied(section.text))

    def of_claim(claim: Claim) -> Claim:
        return replace(claim, quote=copied(claim.quote), context=claim.context and copied(claim.context))

    passages = [section.text for section in report.sections]
    passages += [one for claim in report.claims for one in (claim.quote, claim.context) if one is not None]
    passages += [*report.author_keywords, *([] if report.title is None else [report.title])]
    if all(passage.raw.isascii() or _UNUSUAL.search(passage.raw) is None for passage in passages):
        return report, ()
    read = replace(
        report,
        title=report.title and copied(report.title),
        sections=tuple(of_section(section) for section in report.sections),
        claims=tuple(of_claim(claim) for claim in report.claims),
        author_keywords=tuple(copied(keyword) for keyword in report.author_keywords),
    )
    return read, tuple(sorted(copies, key=lambda copy: copy.plain.start))


def printed(facts: T, copies: Sequence[Copy]) -> T:
    """The facts with the printed characters of all that was found in copies."""
    if not copies:
        return facts
    starts = [copy.plain.start for copy in copies]

    def of(found: Found[Any]) -> Found[Any]:
        at = bisect.bisect_right(starts, found.start) - 1
        inside = at >= 0 and found.end <= copies[at].plain.end
        return copies[at].printed_part(found) if inside else found

    return placed(facts, of)


def _copy(passage: Found[str]) -> Copy:
    visible = [(place, letter) for place, letter in enumerate(passage.raw) if letter not in _INVISIBLE]
    text = "".join(letter for _, letter in visible).translate(_PLAIN)
    return Copy(Found(text, text, passage.start, passage.where), passage, [place for place, _ in visible])
