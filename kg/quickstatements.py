"""Works as QuickStatements (version 1): what somebody may have written into Wikidata who looks first.

Only what an identifier proves is stated. A work whose item is known gets the identifiers that it has, and the
items of what it cites. An article, or a work that nobody says the kind of, with one DOI and without an item
here becomes a new one; that Wikidata has none by that DOI is for whoever runs the lines to look up. Authors
are the names as printed: which item a person is no identifier says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.identifiers import PartialDate
from kg.model import Report

ITEM = re.compile(r"http://www\.wikidata\.org/entity/(Q[1-9][0-9]*)", re.ASCII)
_ARTICLE = "Q13442814"  # scholarly article
_NEW = ("JournalArticle", "Expression")  # the second is what is read of no stated kind
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PMID, _PMCID = re.compile(r"[1-9][0-9]*", re.ASCII), re.compile(r"(?:PMC)?([1-9][0-9]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Work:
    """A report, and what of it and of the works it cites is known by identifiers."""

    report: Report
    items: tuple[str, ...]
    """The IRIs of its items; of several none is proven."""
    dois: tuple[str, ...]
    pmcids: tuple[str, ...]
    cited: tuple[str, ...]
    """The IRIs of the items that it cites."""


def to_quickstatements(works: Iterable[Work]) -> str:
    """The statements, a line each, tabs between subject, property and value; nothing where none is proven."""
    return "".join("\t".join(line) + "\n" for work in works for line in _lines(work))


def _lines(work: Work) -> Iterator[list[str]]:
    items, cited = _items(work.items), _items(work.cited)
    doi = work.dois[0].upper() if len(work.dois) == 1 else ""
    if len(items) == 1:
        yield from _statements(items[0], [*_identifiers(work, doi), *(("P2860", one) for one in cited)], "")
    elif not items and doi and work.report.kind in _NEW and work.report.title:
        yield ["CREATE"]
        yield ["LAST", "Lmul", _text(work.report.title.value)]
        described = [*_described(work.report), *_identifiers(work, doi), *(("P2860", one) for one in cited)]
        source = f"https://doi.org/{work.dois[0]}"
        yield from _statements("LAST", described, source)
        for author in sorted(work.report.authorships, key=lambda one: one.position):
            name = _text(author.name_as_printed.value)
            yield ["LAST", "P2093", name, "P1545", f'"{author.position}"', "S854", f'"{source}"']


def _statements(subject: str, pairs: Sequence[tuple[str, str]], source: str) -> Iterator[list[str]]:
    for name, value in pairs:
        yield [subject, name, value, *(["S854", f'"{source}"'] if source else [])]


def _identifiers(work: Work, doi: str) -> Iterator[tuple[str, str]]:
    if doi:
        yield "P356", _text(doi)
    if work.report.pmid and _PMID.fullmatch(work.report.pmid.value):
        yield "P698", _text(work.report.pmid.value)
    central = [match[1] for one in work.pmcids if (match := _PMCID.fullmatch(one))]
    if len(central) == 1:
        yield "P932", _text(central[0])


def _described(report: Report) -> Iterator[tuple[str, str]]:
    if report.kind == "JournalArticle":
        yield "P31", _ARTICLE
    if report.title:
        yield "P1476", f"und:{_text(report.title.value)}"
    if report.issued:
        yield "P577", _date(report.issued.value)
    for name, found in (("P478", report.volume), ("P433", report.issue), ("P304", report.pages)):
        if found:
            yield name, _text(found.value)


def _items(iris: Iterable[str]) -> list[str]:
    return sorted({match[1] for iri in iris if (match := ITEM.fullmatch(iri))})


def _text(value: str) -> str:
    """A string; it has no escapes, so that what would end a line or a field becomes a space.

    >>> print(_text('a "b" ' + chr(9) + " c"))
    "a "b" c"
    """
    return f'"{_UNSEEN.sub(" ", value).strip()}"'


def _date(date: PartialDate) -> str:
    """A date with its precision: day, month or year.

    >>> _date(PartialDate(2012, 5))
    '+2012-05-00T00:00:00Z/10'
    """
    precision = 11 if date.day else 10 if date.month else 9
    return f"+{date.year:04}-{date.month or 0:02}-{date.day or 0:02}T00:00:00Z/{precision}"
