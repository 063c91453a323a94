"""Names, addresses and references of JATS, as articles and their reference lists hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Citation, Institution, Journal, Person, Report, Text
from kg.reading import bibliography, dates
from kg.reading.addresses import postal_affiliation
from kg.reading.names import full_name
from kg.reading.xml_records import UNSEEN, Element, XmlValues, visible_of
from kg.source import Found

CITATIONS = ("element-citation", "mixed-citation", "nlm-citation", "citation")
KINDS = {
    "book": "Book",
    "book-chapter": "BookChapter",
    "chapter": "BookChapter",
    "confproc": "ConferencePaper",
    "conference": "ConferencePaper",
    "data": "DataFile",
    "journal": "JournalArticle",
    "newspaper": "NewspaperArticle",
    "patent": "Patent",
    "preprint": "Preprint",
    "report": "ReportDocument",
    "software": "ComputerProgram",
    "thesis": "Thesis",
    "web": "WebContent",
    "webpage": "WebContent",
}
"""The FaBiO classes of the types of citations; every other one is an expression."""
_NOT_OF_ADDRESS = UNSEEN | {
    "label",
    "sup",
    "institution-id",
    "email",
    "ext-link",
    "uri",
    "fax",
    "phone",
    "xref",
}
_UNITS = re.compile(r"dept|department|division|orgdiv\d?|unit", re.IGNORECASE)
_FUNDREF = re.compile(r"10\.13039/\d+")


def named(element: Element, values: XmlValues) -> tuple[Text, Person | None] | None:
    """The name in a contributor or group of persons: of a person, of a group, or in one piece."""
    alternatives = element.first("name-alternatives") or element
    name = alternatives.first("name") or alternatives.first("string-name")
    if name is not None:
        return person(name, values)
    group = element.first("collab") or element.first("collab-alternatives", "collab")
    found = values.text(group) or values.text(element.first("institution"))
    return None if found is None else (found, None)


def person(name: Element, values: XmlValues) -> tuple[Text, Person | None] | None:
    """`Family, Given, Suffix` of a name in parts, and the person; a name in one piece as it stands."""
    family = visible_of(name.first("surname"))
    if not family:
        found = values.text(name)
        return None if found is None else (found, full_name(found) if name.name == "string-name" else None)
    given = name.first("given-names") or name.first("given-name")
    prefix, suffix = visible_of(name.first("prefix")), visible_of(name.first("suffix"))
    particle = f"{prefix} {family}" if prefix.islower() else family
    printed = values.at(", ".join(part for part in (particle, visible_of(given), suffix) if part), name.where)
    return printed, Person(family=printed.part(0, len(particle)), given=values.text(given))


def address(aff: Element, values: XmlValues) -> Affiliation | None:
    """The address with its organisation: by its elements, or where these are none by its words."""
    words = _address(aff)
    if not words:
        return None
    printed = values.at(words, aff.where)
    printed = printed.stripped(" .;,") if printed.raw.strip(" .;,") else printed
    wraps = aff.all("institution-wrap")
    institutions = [one for holder in (aff, *wraps) for one in holder.all("institution")]
    units = [one for one in institutions if _UNITS.search(one.get("content-type"))]
    whole = [one for one in institutions if one not in units]
    ids = [one for holder in (aff, *wraps) for one in holder.all("institution-id")]
    ror = next(filter(None, (bibliography.ror(values.text(one)) for one in ids)), None)
    if len(whole) != 1 or re.search(r"[,;]", visible_of(whole[0])):
        found = postal_affiliation(printed)
        if ror is None:
            return found
        one = found.institution
        institution = Institution(
            name=one.name,
            city=one.city,
            region=one.region,
            postcode=one.postcode,
            country=one.country,
            ror=ror,
        )
        return Affiliation(printed=printed, institution=institution)
    name = values.text(whole[0])
    if name is None:
        return Affiliation(printed=printed, institution=Institution(name=printed))
    institution = Institution(
        name=name,
        city=_place(aff, values, "city"),
        region=_place(aff, values, "state"),
        postcode=_place(aff, values, "postal-code"),
        country=values.text(aff.first("country")),
        ror=ror,
    )
    unit: Institution | None = None
    for part in values.texts(reversed(units)):
        unit = Institution(name=part, part_of=unit or institution)
    return Affiliation(printed=printed, institution=institution, unit=unit)


def _address(element: Element) -> str:
    """The words of an address; between elements with nothing between them stands a comma."""
    parts = [element.node.text or ""]
    for node in element.node:
        if node.tag not in _NOT_OF_ADDRESS:
            inner = _address(Element(node, frozenset()))
            if inner and parts[-1].strip() and parts[-1] == parts[-1].rstrip(" ,;.\n\t"):
                parts.append(", " if parts[0] is not parts[-1] and node.tag in _PARTS else " ")
            parts.append(inner)
        if (node.tail or "").strip():
            parts.append(node.tail or "")
    return " ".join("".join(parts).split())


_PARTS = frozenset(
    (
        "addr-line",
        "city",
        "country",
        "institution",
        "institution-wrap",
        "named-content",
        "postal-code",
        "state",
    )
)


def _place(aff: Element, values: XmlValues, name: str) -> Text | None:
    found = values.text(aff.first(name))
    if found is not None:
        return found
    for line in (aff, *aff.all("addr-line")):
        for one in (*line.all("named-content"), *line.all(name)):
            if one.name == name or one.get("content-type") == name:
                return values.text(one)
    return None


def date(element: Element, values: XmlValues) -> Found[PartialDate] | None:
    """Year, month and day of an element, in parts, as an attribute, or in words."""
    parts = [visible_of(element.first(name)) for name in ("year", "month", "day")]
    season = visible_of(element.first("season"))
    if parts[0]:
        raw = " ".join(part for part in (parts[0], parts[1] or season, parts[2]) if part)
        month = str(dates.MONTHS.get(parts[1].casefold().rstrip("."), parts[1]))
        year = re.match(r"\d{4}", parts[0])
        found = bibliography.partial_date(year[0], month, parts[2]) if year else None
        return None if found is None else values.at(raw, element.where).map(lambda _: found)
    iso = bibliography.iso_date(values.attribute(element, "iso-8601-date"))
    if iso is not None:
        return iso
    words = values.text(element.first("string-date"))
    dated = None if words is None else dates.read_date(words)
    return None if dated is None else dated.date


def pages(element: Element, values: XmlValues) -> Text | None:
    """First and last page, or the number of an article that has no pages."""
    first, last = visible_of(element.first("fpage")), visible_of(element.first("lpage"))
    if first:
        raw = f"{first}-{last}" if last and last != first else first
        return values.at(raw, element.where).map(lambda _: bibliography.pages(first, last))
    whole = bibliography.page_range(values.text(element.first("page-range")))
    return whole or values.text(element.first("elocation-id"))


def ids(elements: Sequence[Element], attribute: str, values: XmlValues) -> Mapping[str, Text]:
    """The first identifier of each type."""
    found: dict[str, Text] = {}
    for one in elements:
        text = values.text(one)
        if text is not None:
            found.setdefault(one.get(attribute).casefold(), text)
    return found


def references(lists: Sequence[Element], values: XmlValues) -> tuple[Citation, ...]:
    """The references of the lists, one behind the other; one entry may cite several works."""
    found = [one for inner in lists for one in _of_list(inner, values)]
    return tuple(
        Citation(quote=quote, status="listed", position=position, number=number, work=work)
        for position, (quote, number, work) in enumerate(found, start=1)
    )


def _of_list(inner: Element, values: XmlValues) -> Iterator[tuple[Text, Found[int] | None, Report]]:
    for entry in inner.all("ref", "ref-list"):
        if entry.name == "ref-list":
            yield from _of_list(entry, values)
            continue
        label = values.text(entry.first("label"))
        digits = None if label is None else re.fullmatch(r"\D{0,2}(\d{1,6})\D{0,2}", label.raw)
        number = label.map(lambda _, match=digits: int(match[1])) if label is not None and digits else None  # type: ignore[misc]  # mypy cannot infer a default
        alternatives = entry.first("citation-alternatives")
        citations = entry.all(*CITATIONS) if alternatives is None else alternatives.all(*CITATIONS)[:1]
        for citation in citations:
            quote = _quote(citation, values)
            if quote is not None:
                yield quote, number, _work(citation, quote, values)


def _quote(citation: Element, values: XmlValues) -> Text | None:
    """The reference in words; where it has none between its elements, these with blanks between them."""
    node = citation.node
    if (node.text or "").strip() or any((inner.tail or "").strip() for inner in node):
        return values.text(citation)
    words = " ".join(
        filter(None, (_words(one) for one in citation.all() if one.name not in {"label", "pub-id"}))
    )
    return values.at(words, citation.where) if words else None


def _words(element: Element) -> str:
    """The words of a part of a citation; of a group of persons, one behind the other."""
    if element.name not in {"person-group", "name", "date-in-citation"}:
        return visible_of(element)
    separator = ", " if element.name == "person-group" else " "
    return separator.join(filter(None, map(_words, element.all())))


def _work(citation: Element, quote: Text, values: XmlValues) -> Report:
    kind = citation.get("publication-type") or citation.get("citation-type")
    title = values.text(citation.first("article-title")) or values.text(citation.first("chapter-title"))
    source = values.text(citation.first("source"))
    in_whole = title is not None
    if title is None:
        title = values.text(citation.first("data-title")) or (source if kind != "journal" else None)
    id_of = ids(citation.all("pub-id"), "pub-id-type", values)
    links = values.texts(citation.all("ext-link", "uri"))
    dois = [id_of.get("doi"), *(one for one in links if "doi.org/10." in one.raw)]
    return Report(
        kind=KINDS.get(kind.casefold(), "Expression") if not (kind == "book" and in_whole) else "BookChapter",
        citation_line=quote,
        title=title,
        authorships=tuple(_authors(citation, values)),
        journal=Journal(name=source) if source is not None and source is not title else None,
        issued=date(citation, values),
        volume=values.text(citation.first("volume")),
        issue=values.text(citation.first("issue")),
        pages=pages(citation, values),
        edition=values.text(citation.first("edition")),
        publisher=values.text(citation.first("publisher-name")),
        publisher_place=values.text(citation.first("publisher-loc")),
        isbn=tuple(bibliography.isbns(values.text(citation.first("isbn")))),
        doi=next(filter(None, map(bibliography.doi, dois)), None),
        pmid=bibliography.pmid(id_of.get("pmid")),
        pmcid=bibliography.pmcid(id_of.get("pmcid") or id_of.get("pmc")),
        urls=tuple(one for one in links if re.match(r"https?://", one.raw) and "doi.org/" not in one.raw),
    )


def _authors(citation: Element, values: XmlValues) -> Iterator[Authorship]:
    groups = [one for one in citation.all("person-group") if one.get("person-group-type") in {"", "author"}]
    found = []
    for group in groups or [citation]:
        for one in group.all("name", "string-name", "collab"):
            read = person(one, values)
            if read is not None:
                found.append(read)
    for position, (printed, who) in enumerate(found, start=1):
        yield bibliography.authorship(printed, position, who)


def fundref(found: Text | None) -> Text | None:
    """`fundref:10.13039/100000025` of the identifier of a funder in the registry of Crossref."""
    match = found and _FUNDREF.search(found.raw)
    return found.map(lambda _: f"fundref:{match[0]}") if found and match else None
