"""Reports in the tagged plain text of Web of Science, which bibliometrix, CiteSpace and others read.

A line begins with two letters and a blank, a further value of the same field with three blanks. `CR` is a
cited work in one line; `C1` is an address behind the authors it belongs to; `RP` is the author to write to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.identifiers import PartialDate
from kg.model import Authorship, Report, Text

KINDS = {
    "Abstract": "Meeting Abstract",
    "Book": "Book",
    "BookChapter": "Book Chapter",
    "ConferencePaper": "Proceedings Paper",
    "JournalArticle": "Article",
    "JournalEditorial": "Editorial Material",
    "Letter": "Letter",
    "NewsItem": "News Item",
    "ReviewArticle": "Review",
}
"""The document types of Web of Science for the FaBiO classes."""
_PUBLICATION = {"Book": "B", "BookChapter": "B", "Abstract": "C", "ConferencePaper": "C"}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def to_web_of_science(reports: Sequence[Report]) -> str:
    """The reports, one after another, between the lines that begin and end a file."""
    return "FN peerkg\nVR 1.0\n" + "".join(map(_record, reports)) + "EF\n"


def _record(report: Report) -> str:
    issued = report.issued.value if report.issued else None
    first, _, last = _line(report.pages).partition("-")
    journal = report.journal
    writers = [one for one in report.authorships if one.corresponding and one.affiliations]
    fields: list[tuple[str, Iterable[str]]] = [
        ("PT", [_PUBLICATION.get(report.kind, "J")]),
        ("AU", map(_short, report.authorships)),
        ("AF", map(_full, report.authorships)),
        ("TI", [_line(report.title)]),
        ("SO", [_line(journal.name).upper() if journal else ""]),
        ("LA", [_line(report.language)]),
        ("DT", [KINDS.get(report.kind, "")]),
        ("DE", ["; ".join(map(_line, report.author_keywords))]),
        ("ID", ["; ".join(map(_line, report.keywords_plus))]),
        ("C1", _addresses(report.authorships)),
        ("RP", map(_writer, writers)),
        ("CR", [_line(one.quote) for one in report.references]),
        ("NR", [str(len(report.references)) if report.references else ""]),
        ("TC", [str(report.times_cited.value) if report.times_cited else ""]),
        ("SN", [journal.issn[0].value if journal and journal.issn else ""]),
        ("J9", [_line(journal.abbreviation or journal.name).upper() if journal else ""]),
        ("PD", [_day(issued) if issued else ""]),
        ("PY", [str(issued.year) if issued else ""]),
        ("VL", [_line(report.volume)]),
        ("IS", [_line(report.issue)]),
        ("BP", [first.strip()]),
        ("EP", [last.strip()]),
        ("DI", [_line(report.doi)]),
        ("PM", [_line(report.pmid)]),
    ]  # fmt: skip
    written = []
    for tag, values in fields:
        for number, value in enumerate(value for value in values if value):
            written.append(f"{tag if number == 0 else '  '} {value}\n")
    return "".join(written) + "ER\n\n"


def _writer(one: Authorship) -> str:
    return f"{_short(one)} (corresponding author), {_line(one.affiliations[0].printed)}"


def _day(date: PartialDate) -> str:
    month = _MONTHS[date.month - 1] if date.month else ""
    return f"{month} {date.day}" if date.day else month


def _addresses(authorships: Sequence[Authorship]) -> list[str]:
    """Each address behind the names of all authors who have it."""
    of: dict[str, list[str]] = {}
    for one in authorships:
        for affiliation in one.affiliations:
            of.setdefault(_line(affiliation.printed), []).append(_full(one))
    return [f"[{'; '.join(names)}] {address}" for address, names in of.items()]


def _full(one: Authorship) -> str:
    person = one.person
    if person is None or person.family is None:
        return _line(one.name_as_printed)
    return ", ".join(part for part in (_line(person.family), _line(person.given)) if part)


def _short(one: Authorship) -> str:
    """The family name and initials."""
    family, _, given = _full(one).partition(", ")
    initials = "".join(word[0] for word in given.replace("-", " ").replace(".", " ").split())
    return f"{family}, {initials.upper()}" if initials else family


def _line(found: Text | None) -> str:
    return " ".join(str(found.value).split()) if found is not None else ""
