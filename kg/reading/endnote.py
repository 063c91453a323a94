"""The two layouts of EndNote's XML: the one of today, and that of the versions before 8."""

from __future__ import annotations

from collections.abc import Mapping

from kg.reading.xml_records import Element

TYPES = {
    "2": "artwork",
    "3": "audiovisual material",
    "4": "bill",
    "5": "book section",
    "6": "book",
    "7": "case",
    "8": "chart or table",
    "9": "computer program",
    "10": "conference proceedings",
    "12": "web page",
    "13": "generic",
    "17": "journal article",
    "19": "magazine article",
    "20": "map",
    "21": "film or broadcast",
    "23": "newspaper article",
    "25": "patent",
    "27": "report",
    "28": "edited book",
    "31": "statute",
    "32": "thesis",
    "34": "unpublished work",
    "36": "manuscript",
    "43": "electronic article",
    "44": "electronic book",
    "46": "government document",
    "47": "conference paper",
    "52": "dictionary",
    "53": "encyclopedia",
    "56": "blog",
    "57": "serial",
    "59": "dataset",
    "60": "electronic book section",
}
"""The types of references by their numbers, where a program leaves the name out."""

OLD_TYPES = {
    "0": "journal article",
    "1": "book",
    "2": "thesis",
    "3": "conference proceedings",
    "5": "newspaper article",
    "6": "computer program",
    "7": "book section",
    "8": "magazine article",
    "9": "edited book",
    "10": "report",
}
"""The same before version 8, which had numbers only."""

OLD_NAMES: Mapping[str, str] = {
    "ref-type": "REFERENCE_TYPE",
    "contributors/authors/author": "AUTHORS/AUTHOR",
    "contributors/secondary-authors/author": "SECONDARY_AUTHORS/SECONDARY_AUTHOR",
    "contributors/tertiary-authors/author": "TERTIARY_AUTHORS/TERTIARY_AUTHOR",
    "contributors/subsidiary-authors/author": "SUBSIDIARY_AUTHORS/SUBSIDIARY_AUTHOR",
    "auth-address": "AUTHOR_ADDRESS",
    "titles/title": "TITLE",
    "titles/secondary-title": "SECONDARY_TITLE",
    "titles/alt-title": "ALTERNATE_TITLE",
    "titles/short-title": "SHORT_TITLE",
    "pages": "PAGES",
    "volume": "VOLUME",
    "number": "NUMBER",
    "edition": "EDITION",
    "dates": "",
    "dates/year": "YEAR",
    "dates/pub-dates/date": "DATE",
    "pub-location": "PLACE_PUBLISHED",
    "publisher": "PUBLISHER",
    "isbn": "ISBN",
    "accession-num": "ACCESSION_NUMBER",
    "keywords/keyword": "KEYWORDS/KEYWORD",
    "abstract": "ABSTRACT",
    "notes": "NOTES",
    "urls/related-urls/url": "URL",
}
"""What an element of today was called; what has no other name had none."""

OLD_KNOWN: Mapping[str, str] = {
    "REFNUM": "number of the record in its library",
    "TERTIARY_TITLE": "title of the series",
    "NUMBER_OF_VOLUMES": "number of volumes",
    "SECTION": "first page, or section",
    "TYPE_OF_WORK": "kind of the work in words",
    "ORIGINAL_PUB": "original publication",
    "REPRINT_EDITION": "edition of the reprint",
    "REVIEWED_ITEM": "what is reviewed",
    "CALL_NUMBER": "shelf mark",
    "LABEL": "label of the record in its library",
    "CAPTION": "caption",
    "IMAGE": "image",
    **{f"CUSTOM{number}": "field of the user or the type" for number in range(1, 7)},
}


class Record:
    """A record, whose elements are asked for by the names of today, whichever it has."""

    __slots__ = ("element", "is_old")

    def __init__(self, element: Element) -> None:
        self.element = element
        self.is_old = element.name == "RECORD"

    @property
    def types(self) -> Mapping[str, str]:
        """The types of references by their numbers."""
        return OLD_TYPES if self.is_old else TYPES

    def first(self, *path: str) -> Element | None:
        """The first element at the end of a path."""
        names = self._path(path)
        return None if names is None else self.element.first(*names)

    def all(self, *names: str) -> list[Element]:
        """The children of these names."""
        if not self.is_old:
            return self.element.all(*names)
        return [one for name in names for one in self.below(name)]

    def below(self, *path: str) -> list[Element]:
        """Every element at the end of a path."""
        names = self._path(path)
        return [] if names is None else self.element.below(*names)

    def _path(self, path: tuple[str, ...]) -> list[str] | None:
        if not self.is_old:
            return list(path)
        name = OLD_NAMES.get("/".join(path))
        return None if name is None else name.split("/") if name else []
