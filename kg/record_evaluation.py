"""How well exchange files are read: their number of records, and some of the records field by field.

The gold annotation of a file gives its `record_count` and under `records` some records, each with its place
in the file as `index`, from 0. A key of such a record is a field of a bibliography, which the reader must
have under the same name, or something the file says (`SAID`), which must stand in the record in some field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kg.conversion import convert_file
from kg.evaluation import BIBLIOGRAPHIC, Level, Outcome, fold, level_of, printed_name, same_person
from kg.model import Authority, Institution, Report
from kg.opening import File
from kg.settings import Settings
from kg.source import Found
from kg.understanding import places

KEYS = frozenset({"index", "doi_as_printed", "key", "id", "group", "author_count", "NR"})
"""Keys of a gold record that find it, or that are compared with another key."""
SAID = ("ut", "nct", "official", "sponsor", "status", "start", "enrollment", "conditions", "primary_outcomes",
        "names", "name", "city", "region", "country", "types")  # fmt: skip
"""What must stand in the record, in whichever field."""


def evaluate_records(document: Path, gold: dict[str, Any]) -> Iterator[Outcome]:
    """Every comparison of an exchange file with its gold annotation; a file that is not read is a miss."""
    reports: dict[int, Report | Authority] = {}
    count, problems = 0, []
    for conversion in convert_file(File.open(document, str(document)), Settings(), None):
        count = conversion.records
        problems += [problem for problem in conversion.problems if problem.severity == "error"]
        described: tuple[Report | Authority, ...] = (*conversion.reports, *conversion.authorities)
        for report in described:
            reports.setdefault(max(conversion.source.number - 1, 0), report)
    if not count:
        why = "; ".join(problem.message for problem in problems[:1])
        yield Outcome("file", "missed", f"{gold['record_count']} records", why)
        return
    yield from _one("record_count", gold["record_count"], [str(count)])
    for expected in gold["records"]:
        number = int(expected["index"])
        read = reports.get(number)
        if read is None:
            yield Outcome("record", "missed", f"record {number + 1}", "")
            continue
        yield Outcome("record", "exact", f"record {number + 1}", f"record {number + 1}")
        yield from _record(expected, read)


def _record(gold: dict[str, Any], report: Report | Authority) -> Iterator[Outcome]:
    if isinstance(report, Report):
        yield from _bibliography(gold, report)
    said = {text for found in places(report) for text in (str(found.value), found.raw)}
    for name in SAID:
        for value in _each(gold.get(name)):
            forms = (*said, *_local(said))
            levels = {level_of(str(value), text) for text in forms}
            level = next((one for one in BIBLIOGRAPHIC if one in levels), None)
            yield Outcome(name, level or "missed", str(value), str(value) if level else "")


def _bibliography(gold: dict[str, Any], report: Report) -> Iterator[Outcome]:
    for name, readings in FIELDS.items():
        if name in gold:
            yield from _one(name, gold[name], readings(report))
    yield from _authors(gold, report)
    for name, values in LISTS.items():
        if name in gold:
            yield from _set(name, gold[name], values(report))
    for name, number in NUMBERS.items():
        if name in gold:
            yield from _one(name, gold[name], [str(number(report))])


def _one(name: str, expected: object, readings: Sequence[str]) -> Iterator[Outcome]:
    """A field with at most one value; `readings` are the forms in which the reader has it."""
    if expected is None and not readings:
        return
    got = readings[0] if readings else ""
    if expected is not None and readings:
        best = max((_same(str(expected), one) for one in readings), key=_rank)
        if best in BIBLIOGRAPHIC:
            yield Outcome(name, best, str(expected), got)
            return
    if expected is not None:
        yield Outcome(name, "missed", str(expected), got)
    if readings:
        yield Outcome(name, "extra", "" if expected is None else str(expected), got)


def _same(expected: str, got: str) -> Level:
    """How far two values agree; TeX's dashes and braces and the prefixes of identifiers say nothing."""
    direct = level_of(expected, got)
    if direct in BIBLIOGRAPHIC:
        return direct
    plain = [re.sub(r"[{}]", "", re.sub(r"\s*-+\s*", "-", fold(value))) for value in (expected, got)]
    return "normalised" if plain[0] == plain[1] else "missed"


def _authors(gold: dict[str, Any], report: Report) -> Iterator[Outcome]:
    """The authors in their order; where the gold has them as one text, the words of all names."""
    if "author" not in gold and "authors" not in gold:
        return
    expected = gold.get("authors", gold.get("author"))
    got = [(printed_name(one), one.name_as_printed.value) for one in report.authorships]
    if expected is None or isinstance(expected, str):
        words = Counter(re.findall(r"\w+", fold(re.sub(r"\sand\s", " ", expected or ""))))
        for name in got:
            if not any(Counter(re.findall(r"\w+", fold(form))) <= words for form in name):
                yield Outcome("authors", "extra", expected or "", name[0])
            else:
                yield Outcome("authors", "exact", name[0], name[0])
            words -= Counter(re.findall(r"\w+", fold(name[0])))
        if words:
            yield Outcome("authors", "missed", f"{' '.join(words)} of {expected}", "")
        return
    groups = gold.get("group", [])
    left = list(got)
    for position, value in enumerate([*expected, *groups]):
        candidates = left if groups else got[position : position + 1]
        match = next(
            (one for one in candidates if any(same_person(value, form) in BIBLIOGRAPHIC for form in one)),
            None,
        )
        if match is None:
            yield Outcome("authors", "missed", value, candidates[0][0] if candidates else "")
        else:
            left.remove(match)
            level = max((same_person(value, form) or "missed" for form in match), key=_rank)
            yield Outcome("authors", level, value, match[0])
    for name in left:
        yield Outcome("authors", "extra", "", name[0])


def _set(name: str, expected: Iterable[str], got: Iterable[str]) -> Iterator[Outcome]:
    wanted, read = (
        dict.fromkeys(fold(value).removeprefix("https://ror.org/") for value in one)
        for one in (expected, got)
    )
    for value in wanted:
        yield Outcome(name, "exact" if value in read else "missed", value, value if value in read else "")
    for value in read:
        if value not in wanted:
            yield Outcome(name, "extra", "", value)


def _rank(level: Level) -> int:
    return ("missed", "partial", "normalised", "exact").index(level)


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _local(said: Iterable[str]) -> Iterator[str]:
    """Identifiers without the name of their database."""
    return (text.partition(":")[2] for text in said if re.match(r"[a-z]+:\S+\Z", text))


def _forms(*found: Found[Any] | None) -> list[str]:
    return [text for one in found if one is not None for text in (str(one.value), one.raw)]


def _container(report: Report) -> list[str]:
    if report.journal is not None:
        return _forms(report.journal.name, report.journal.abbreviation)
    return _forms(report.conference.name) if report.conference else []


FIELDS: dict[str, Callable[[Report], list[str]]] = {
    "title": lambda report: _forms(report.title),
    "year": lambda report: [str(report.issued.value.year)] if report.issued else [],
    "pages": lambda report: _forms(report.pages),
    "container": _container,
    "publisher": lambda report: _forms(report.publisher),
    "type": lambda report: [*_forms(*report.publication_types), report.kind],
    "doi": lambda report: _forms(report.doi),
    "pmid": lambda report: _forms(report.pmid),
}
"""The fields of one value, and the forms in which the reader has it: as a value, and as printed."""


def _institutions(report: Report) -> Iterator[Institution]:
    for authorship in report.authorships:
        for affiliation in authorship.affiliations:
            yield affiliation.institution


LISTS: dict[str, Callable[[Report], list[str]]] = {
    "affiliations": lambda report: [
        one.printed.value for authorship in report.authorships for one in authorship.affiliations
    ],
    "institutions": lambda report: [one.name.value for one in _institutions(report)],
    "rors": lambda report: [one.ror.value for one in _institutions(report) if one.ror is not None],
}

NUMBERS: dict[str, Callable[[Report], int]] = {
    "cited_refs": lambda report: len(report.references),
    "references": lambda report: len(report.references),
    "referenced_works": lambda report: (
        len(report.references) + sum(one.kind == "cites" for one in report.relations)
    ),
    "abstract_words": lambda report: len(
        {word for one in report.sections for word in one.text.value.split()}
    ),
}
"""Counts; the words of an abstract are the different ones, as an inverted index has them."""
