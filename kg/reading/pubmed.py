"""What PubMed's formats have in common: publication types, how records belong together, persons."""

from __future__ import annotations

from collections.abc import Sequence

from kg.model import Person, Text
from kg.source import Found

KINDS = {
    "book chapter": "BookChapter",
    "books": "Book",
    "comment": "Comment",
    "congress": "ConferenceProceedings",
    "dataset": "DataFile",
    "editorial": "JournalEditorial",
    "letter": "Letter",
    "news": "NewsItem",
    "newspaper article": "NewspaperArticle",
    "preprint": "Preprint",
    "review": "ReviewArticle",
    "systematic review": "ReviewArticle",
    "technical report": "ReportDocument",
}
"""The FaBiO classes of publication types; a record with none of them and with a journal is its article."""


def kind(types: Sequence[Text], *, in_journal: bool) -> str:
    """The FaBiO class of a record by its publication types."""
    names = [one.value.casefold() for one in types]
    otherwise = "JournalArticle" if in_journal else "Expression"
    return next((KINDS[name] for name in names if name in KINDS), otherwise)


def retracted(types: Sequence[Text]) -> Found[bool] | None:
    """That the record was retracted, where its types say so."""
    found = next((one for one in types if one.value.casefold() == "retracted publication"), None)
    return None if found is None else found.map(lambda _: True)


def person(name: Text) -> Person | None:
    """`Family, Given`; a name in one piece may be a family name or all there is."""
    family, *given = name.split(",")
    return Person(family=family, given=given[0]) if given else None
