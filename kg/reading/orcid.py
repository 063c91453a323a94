"""What an ORCID record says of a person and of the works the person claims, in XML as in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from kg import identifiers
from kg.identifiers import PartialDate
from kg.model import Contribution, Journal, Person, Report, Text
from kg.problems import Problem
from kg.reading import bibliography
from kg.reading.tagged import distinct
from kg.reading.values import Values
from kg.source import Found, Source

KINDS = {
    "book": "Book",
    "book-chapter": "BookChapter",
    "book-review": "BookReview",
    "conference-abstract": "Abstract",
    "conference-paper": "ConferencePaper",
    "conference-poster": "ConferencePoster",
    "data-set": "DataFile",
    "dissertation": "Thesis",
    "dissertation-thesis": "Thesis",
    "edited-book": "Book",
    "journal-article": "JournalArticle",
    "magazine-article": "MagazineArticle",
    "manual": "InstructionManual",
    "newspaper-article": "NewspaperArticle",
    "online-resource": "WebContent",
    "preprint": "Preprint",
    "report": "ReportDocument",
    "software": "ComputerProgram",
    "supervised-student-publication": "Thesis",
    "working-paper": "WorkingPaper",
}
"""The FaBiO classes of ORCID's types of works; every other one is an expression."""


class Part(Protocol):
    """A part of a record, whatever the syntax: its place, its words, the parts in it."""

    @property
    def where(self) -> str:
        """The place inside the record."""

    @property
    def words(self) -> str:
        """What a reader sees of it."""

    def get(self, attribute: str) -> str:
        """An attribute, or nothing."""

    def first(self, *path: str) -> Part | None:
        """The first part at the end of a path."""

    def below(self, *path: str) -> Sequence[Part]:
        """All parts at the end of a path."""


def reports(source: Source, record: Part, above: Sequence[str], values: Values) -> Iterator[Report | Problem]:
    """A report for each work that everybody may see; `above` are the names of what stands around the record.

    What a person shows to some or to nobody stays theirs: the name is not published, nor is such a work.
    """
    owner = _owner(record, values)
    for group in record.below(*["activities-summary", "works", "group"][len(above) :]):
        summaries = group.below("work-summary")
        public = [one for one in summaries if _is_public(one)]
        if public:
            shown = max(public, key=lambda one: _index(one.get("display-index")))
            yield _work(shown, group, owner, values)
        elif summaries:
            yield _hidden(source, summaries[0], group)


def single(source: Source, work: Part, values: Values) -> Iterator[Report | Problem]:
    """The report of a work that stands alone; nothing where not everybody may see it."""
    if _is_public(work):
        yield _work(work, work, None, values)
    else:
        yield _hidden(source, work, work)


def _hidden(source: Source, work: Part, place: Part) -> Problem:
    audience = _AUDIENCE.get(_audience(work), "some people")
    return Problem(
        "not-public",
        f"the person shows a work to {audience} only; it is left out",
        source.path,
        line=source.first_line,
        where=source.where + place.where,
        hint="what ORCID calls limited or private is not published",
        severity="info",
    )


_AUDIENCE = {"limited": "those they trust", "private": "themselves"}


def _audience(part: Part) -> str:
    return part.get("visibility").casefold()


def _is_public(part: Part) -> bool:
    """Whether everybody may see it; what the public interface gives out says nothing of it at times."""
    return _audience(part) in {"", "public"}


def _text(part: Part | None, values: Values) -> Text | None:
    words = _words(part)
    return values.at(words, part.where) if part is not None and words else None


def _texts(parts: Sequence[Part], values: Values) -> tuple[Text, ...]:
    return tuple(text for text in (_text(one, values) for one in parts) if text is not None)


def _words(part: Part | None) -> str:
    return "" if part is None else part.words


def _index(printed: str) -> int:
    return int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 9 else 0


def _owner(record: Part, values: Values) -> tuple[Text, Person] | None:
    """The person whose record it is, and the name as the person wants it printed."""
    name = record.first("person", "name")
    if name is None or not _is_public(name):
        return None
    family, given = _text(name.first("family-name"), values), _text(name.first("given-names"), values)
    printed = _text(name.first("credit-name"), values)
    if printed is None:
        words = " ".join(one.raw for one in (given, family) if one is not None)
        printed = values.at(words, name.where) if words else None
    if printed is None:
        return None
    orcid = bibliography.orcid(_text(record.first("orcid-identifier", "path"), values))
    return printed, Person(family=family, given=given, orcid=orcid, identifiers=_isnis(record, values))


def _isnis(record: Part, values: Values) -> tuple[Text, ...]:
    """The ISNIs that the person shows to everybody, those alone whose check digit is right."""
    found = []
    for one in record.below("person", "external-identifiers", "external-identifier"):
        text = _text(one.first("external-id-value"), values)
        isni = identifiers.isni(text.raw) if text is not None else None
        is_isni = _words(one.first("external-id-type")).casefold() == "isni"
        if text is not None and isni is not None and is_isni and _is_public(one):
            found.append(text.map(lambda _, number=isni: f"isni:{number}"))  # type: ignore[misc]  # mypy cannot infer a default
    return distinct(found)


def _work(work: Part, group: Part, owner: tuple[Text, Person] | None, values: Values) -> Report:
    title = _text(work.first("title", "title"), values)
    subtitle = _words(work.first("title", "subtitle"))
    if title is not None and subtitle:
        whole = work.first("title")
        title = title if whole is None else values.at(f"{title.raw}: {subtitle}", whole.where)
    printed_type = _text(work.first("type"), values)
    kind = "" if printed_type is None else printed_type.raw.casefold().replace("_", "-")
    ids = list(_ids([work, group], values))
    journal = _text(work.first("journal-title"), values)
    issn = distinct([one for name, text in ids if name == "issn" for one in bibliography.issns(text)])
    return Report(
        kind=KINDS.get(kind, "Expression"),
        publication_types=() if printed_type is None else (printed_type,),
        title=title,
        alternative_titles=_texts(work.below("title", "translated-title"), values),
        contributions=tuple(_contribution(owner)),
        journal=None if journal is None else Journal(name=journal, issn=issn),
        issued=_date(work.first("publication-date"), values),
        urls=_texts(work.below("url"), values),
        doi=next(filter(None, (bibliography.doi(text) for name, text in ids if name == "doi")), None),
        pmid=next(filter(None, (bibliography.pmid(text) for name, text in ids if name == "pmid")), None),
        pmcid=next(filter(None, (bibliography.pmcid(text) for name, text in ids if name == "pmc")), None),
        isbn=distinct([one for name, text in ids if name == "isbn" for one in bibliography.isbns(text)]),
        identifiers=distinct(
            [
                text.map(lambda raw, prefix=_OTHERS[name]: f"{prefix}:{raw.rpartition(':')[2]}")  # type: ignore[misc]  # mypy cannot infer a default
                for name, text in ids
                if name in _OTHERS
            ]
        ),
    )


_OTHERS = {"eid": "scopus", "wosuid": "wos", "arxiv": "arxiv"}


def _contribution(owner: tuple[Text, Person] | None) -> Iterator[Contribution]:
    """That the person had a part in the work: in which place the name stands is not said."""
    if owner is not None:
        printed, person = owner
        yield bibliography.contribution(printed, 1, "contributor", person)


def _ids(holders: Sequence[Part], values: Values) -> Iterator[tuple[str, Text]]:
    """The identifiers of the work itself, by their types; not those of what it is a part of, but an ISSN."""
    for holder in holders:
        for one in holder.below("external-ids", "external-id"):
            name = _words(one.first("external-id-type")).casefold()
            relation = _words(one.first("external-id-relationship")).casefold()
            text = _text(one.first("external-id-value"), values)
            if text is not None and (relation in {"self", ""} or name == "issn"):
                yield name, text


def _date(element: Part | None, values: Values) -> Found[PartialDate] | None:
    if element is None:
        return None
    parts = [_words(element.first(name)) for name in ("year", "month", "day")]
    date = bibliography.partial_date(*(part or None for part in parts))
    raw = "-".join(part for part in parts if part)
    return None if date is None else values.at(raw, element.where).map(lambda _: date)
