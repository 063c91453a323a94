"""What a document says: recognised, read and annotated, with every value at its place.

Pages copied from a browser hold no-break spaces and other blanks that look like a space and are none.
They are read as spaces, one for one, so that places stay; then each value gets its own characters back.
Damaged characters are mended before anything is read, and every value gets the place and the characters
that stand in the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kg import annotation
from kg.annotation.plain import BLANKS
from kg.blanks import without_blanks
from kg.concepts import Vocabulary
from kg.model import Authority, Report, placed
from kg.model import places as places  # noqa: PLC0414 - offered here, where records are understood
from kg.problems import Problem
from kg.reading import bibliography
from kg.reading.columns import column_problems, parted_source
from kg.reading.fields import Tally
from kg.reading.mojibake import damage_problems, mended_source
from kg.reading.rewritten import Rewritten
from kg.source import Found, Source
from kg.sources import Format, formats, name_of, recognise

T = TypeVar("T")

MOST_VALUES = 30_000
"""So many authors, references or keywords of a report are read; the longest list of authors has 15,025."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A document's format, its reports with their facts, and what was not understood of it.

    `tally` counts the fields of a record, by what became of them.
    """

    format: str
    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    tally: Tally = field(default_factory=Tally)
    authorities: tuple[Authority, ...] = ()
    """The organisations or people that a record of a register describes."""

    @property
    def described(self) -> tuple[Report | Authority, ...]:
        """What the document or record describes."""
        return (*self.reports, *self.authorities)


def understand(source: Source, vocabulary: Vocabulary) -> Understood:
    """Everything a document says; `UnknownFormatError` if no format, or more than one, recognises it."""
    mended = mended_source(source)
    if mended is None:
        return _of_columns(source, vocabulary)
    return _printed(_of_columns(mended.source, vocabulary), mended, damage_problems(source))


def _of_columns(source: Source, vocabulary: Vocabulary) -> Understood:
    """The document with its columns one after the other, if its format may have columns."""
    parted = parted_source(source)
    if parted is not None:
        plain = _plain(parted.source)
        form = next((one for one in formats().values() if _has_columns(one) and one.recognises(plain)), None)
        if form is not None:
            understood = _understood(form, plain, parted.source, vocabulary)
            return _printed(understood, parted, column_problems(source))
    plain = _plain(source)
    return _understood(recognise(plain), plain, source, vocabulary)


def _has_columns(form: Any) -> bool:
    return getattr(form, "COLUMNS", False)


def _printed(understood: Understood, whole: Rewritten, problems: Iterable[Problem]) -> Understood:
    """What was understood of a document as it was read, at the places where it is printed."""
    told = (*problems, *map(whole.problem, understood.problems))
    return replace(understood, reports=whole.back(understood.reports), problems=told)


def understand_record(form: Format, source: Source, vocabulary: Vocabulary | None) -> Understood:
    """Everything a record of a file of that format says; without vocabulary, what its fields say alone."""
    understood = _understood(form, _plain(source), source, vocabulary)
    dates = [
        problem
        for report in understood.reports
        for problem in bibliography.shortened_dates(source, report.issued)
    ]
    return replace(understood, problems=(*understood.problems, *dates)) if dates else understood


def _plain(source: Source) -> Source:
    if source.text.isascii():
        return source
    text = source.text
    for blank in BLANKS:
        text = text.replace(blank, " ")
    return source if text == source.text else replace(source, text=text)


def _understood(form: Format, plain: Source, source: Source, vocabulary: Vocabulary | None) -> Understood:
    reports: list[Report] = []
    authorities: list[Authority] = []
    problems: list[Problem] = []
    tally: Tally | None = None
    for record in form.read(plain):
        if isinstance(record, Problem):
            problems.append(record)
            continue
        if isinstance(record, Tally):
            if tally is None:
                tally = record
            else:
                tally.add(record)
            continue
        if isinstance(record, Authority):
            authorities.append(record)
            continue
        if max(map(len, (record.authorships, record.references, record.author_keywords))) > MOST_VALUES:
            record, cut = _bounded(record, plain)  # noqa: PLW2901 - the rest is never looked at
            problems += cut
        report, blanks = without_blanks(record, plain)
        problems += blanks
        if vocabulary is not None:
            report, candidates = annotation.annotate(report, vocabulary)
            problems += (candidate.problem(plain) for candidate in candidates)
        reports.append(report if plain is source else _restored(report, source))
    return Understood(name_of(form), tuple(reports), tuple(problems), tally or Tally(), tuple(authorities))


def _bounded(report: Report, source: Source) -> tuple[Report, list[Problem]]:
    """The report with the first of its authors, references and keywords, where nobody can have so many."""
    problems = []
    line, where = source.first_line, source.where
    hint = "look for a separator that stands where none should"
    for name in ("authorships", "references", "author_keywords"):
        values = getattr(report, name)
        if len(values) > MOST_VALUES:
            what = f"{len(values):,} {name.replace('_', ' ')}"
            message = f"the record has {what}; the first {MOST_VALUES:,} were read"
            problems.append(
                Problem("too-many-values", message, source.path, line=line, where=where, hint=hint)
            )
            report = replace(report, **{name: values[:MOST_VALUES]})
    return report, problems


def _restored(record: T, source: Source) -> T:
    """The record with the characters that stand in the document as `raw`, and its values as they are."""

    def printed(found: Found[Any]) -> Found[Any]:
        raw = source.text[found.start : found.start + len(found.raw)]
        return found if raw == found.raw else Found(found.value, raw, found.start, found.where)

    return placed(record, printed)
