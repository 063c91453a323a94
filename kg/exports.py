"""Reports as reference managers take them: RIS, BibTeX (BibLaTeX's fields) and CSL-JSON.

Bibliographic fields only: what a study found has no place in these formats. What is written is read back
equal by `kg.sources`, as far as the format has a field for it; the abstract goes along only where the text
policy publishes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kg.identifiers import PartialDate
from kg.keys import digest, normalised
from kg.model import Authorship, Contribution, Report
from kg.source import Found
from kg.sources import csl_json

RIS_TYPES = {
    "Abstract": "ABST",
    "Article": "JOUR",
    "BlogPost": "BLOG",
    "Book": "BOOK",
    "BookChapter": "CHAP",
    "Chapter": "CHAP",
    "Comment": "JOUR",
    "ComputerProgram": "COMP",
    "ConferencePaper": "CPAPER",
    "ConferencePoster": "CPAPER",
    "DataFile": "DATA",
    "Database": "DBASE",
    "DoctoralThesis": "THES",
    "Editorial": "JOUR",
    "JournalArticle": "JOUR",
    "JournalEditorial": "JOUR",
    "Letter": "JOUR",
    "MagazineArticle": "MGZN",
    "Manuscript": "MANSCPT",
    "MastersThesis": "THES",
    "NewsItem": "NEWS",
    "NewspaperArticle": "NEWS",
    "Preprint": "UNPB",
    "Presentation": "SLIDE",
    "ProceedingsPaper": "CPAPER",
    "ReferenceEntry": "ENCYC",
    "ReportDocument": "RPRT",
    "ReviewArticle": "JOUR",
    "SpecificationDocument": "STAND",
    "Thesis": "THES",
    "WebContent": "ELEC",
}
"""The types of RIS for the FaBiO classes; every other class is `GEN`."""

CSL_TYPES = {kind: name for name, kind in reversed(csl_json.KINDS.items())} | {
    "Abstract": "paper-conference",
    "Chapter": "chapter",
    "ConferencePoster": "paper-conference",
    "DoctoralThesis": "thesis",
    "Editorial": "article-journal",
    "Expression": "document",
    "JournalEditorial": "article-journal",
    "Letter": "article-journal",
    "MastersThesis": "thesis",
    "Preprint": "article",
    "ProceedingsPaper": "paper-conference",
}
"""The types of CSL for the FaBiO classes; every other class is a `document`."""

BIBTEX_TYPES = {
    "Article": "article",
    "Book": "book",
    "BookChapter": "incollection",
    "Chapter": "incollection",
    "ConferencePaper": "inproceedings",
    "ComputerProgram": "software",
    "ConferenceProceedings": "proceedings",
    "DataFile": "dataset",
    "DoctoralThesis": "phdthesis",
    "JournalArticle": "article",
    "JournalEditorial": "article",
    "Letter": "article",
    "MagazineArticle": "article",
    "Manuscript": "unpublished",
    "MastersThesis": "mastersthesis",
    "NewspaperArticle": "article",
    "Preprint": "unpublished",
    "ProceedingsPaper": "inproceedings",
    "ReferenceBook": "reference",
    "ReferenceEntry": "inreference",
    "ReportDocument": "techreport",
    "ReviewArticle": "article",
    "SpecificationDocument": "standard",
    "Thesis": "thesis",
    "WebContent": "online",
}
"""The entry types of BibTeX and BibLaTeX for the FaBiO classes; every other class is `misc`."""

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
"""What LaTeX would not print as it stands; letters with accents are left, in UTF-8."""

_VERBATIM = frozenset(("copyright", "doi", "url", "eprint", "pmid", "pmcid"))
"""Fields of BibLaTeX in which nothing is escaped."""


def to_ris(reports: Sequence[Report], *, abstracts: bool = True) -> str:
    """The reports in RIS, the fields in the order in which programs expect them."""
    return "".join(_ris_record(report, abstracts=abstracts) for report in reports)


def _ris_record(report: Report, *, abstracts: bool) -> str:
    lines = [("TY", RIS_TYPES.get(report.kind, "GEN"))]
    lines += [("TI", _line(report.title))] if report.title else []
    lines += [("ST", _line(one)) for one in report.alternative_titles]
    lines += [("AU", _ris_name(author)) for author in report.authorships]
    roles = {"editor": "A2", "series-editor": "A3"}
    lines += [(roles[one.role], _ris_name(one)) for one in report.contributions if one.role in roles]
    if report.journal:
        lines.append(("JF" if lines[0][1] == "THES" else "T2", _line(report.journal.name)))
        lines += [("J2", _line(report.journal.abbreviation))] if report.journal.abbreviation else []
        lines += [("SN", one.value) for one in report.journal.issn]
    lines += [("SN", one.value) for one in report.isbn]
    lines += [("PY", _ris_date(report.issued.value))] if report.issued else []
    first, last = _first_and_last(report)
    lines += [("VL", _line(report.volume))] if report.volume else []
    lines += [("IS", _line(report.issue))] if report.issue else []
    lines += [("SP", first)] if first else []
    lines += [("EP", last)] if last else []
    for tag, value in (("ET", report.edition), ("PB", report.publisher), ("CY", report.publisher_place)):
        lines += [(tag, _line(value))] if value else []
    lines += [("DO", report.doi.value)] if report.doi else []
    lines += [("PMID", report.pmid.value)] if report.pmid else []
    lines += [("C2", report.pmcid.value)] if report.pmcid else []
    lines += [("LA", _line(report.language))] if report.language else []
    lines += [("UR", one.value) for one in report.urls]
    lines += [("KW", _line(one)) for one in report.author_keywords]
    lines += [("AB", abstract)] if abstracts and (abstract := _abstract(report)) else []
    lines += [("N1", _line(one)) for one in report.notes]
    return "".join(f"{tag:<4}- {value}\r\n" for tag, value in lines) + "ER  - \r\n\r\n"


def _ris_name(one: Authorship | Contribution) -> str:
    """A name as printed; a comma behind it says that it is that of a group, or in one piece."""
    name = _printed(one)
    is_parted = one.person is not None and one.person.family is not None and one.person.given is not None
    return f"{name}," if " " in name and not is_parted else name


def _ris_date(date: PartialDate) -> str:
    return "/".join(
        [str(date.year).zfill(4), *(f"{part:02}" if part else "" for part in (date.month, date.day)), ""]
    )


def to_csl_json(reports: Sequence[Report], *, abstracts: bool = True) -> str:
    """The reports as an array of CSL items."""
    items = [_csl_item(report, key, abstracts=abstracts) for key, report in _keyed(reports)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _csl_item(report: Report, key: str, *, abstracts: bool) -> dict[str, Any]:
    journal = report.journal
    item: dict[str, Any] = {
        "id": key,
        "type": CSL_TYPES.get(report.kind, "document"),
        "title": _unmarked(_line(report.title)),
        "title-short": _line(report.alternative_titles[0]) if report.alternative_titles else "",
        "author": [_csl_name(author) for author in report.authorships],
        **{
            field: [_csl_name(one) for one in report.contributions if one.role == role]
            for field, role in csl_json.ROLES.items()
        },
        "container-title": _line(journal.name) if journal else "",
        "container-title-short": _line(journal.abbreviation) if journal else "",
        "ISSN": [one.value for one in journal.issn] if journal else [],
        "issued": _csl_date(report.issued),
        "page": _line(report.pages),
        "number-of-pages": report.page_count.value if report.page_count else None,
        "ISBN": " ".join(one.value for one in report.isbn),
        "URL": report.urls[0].value if report.urls else "",
        "abstract": _unmarked(_abstract(report)) if abstracts else "",
        "keyword": _keywords(report),
        "event-title": _line(report.conference.name) if report.conference else "",
        "event-date": _csl_date(report.conference.held) if report.conference else {},
        "note": _line(report.notes[0]) if report.notes else "",
        "license": report.licences[0].value if report.licences else "",
        **{name: _line(getattr(report, field)) for name, field in _CSL_FIELDS.items()},
    }
    return {name: value for name, value in item.items() if value not in (None, "", [], {})}


_CSL_FIELDS = {
    "volume": "volume",
    "issue": "issue",
    "number": "number",
    "edition": "edition",
    "publisher": "publisher",
    "publisher-place": "publisher_place",
    "DOI": "doi",
    "PMID": "pmid",
    "PMCID": "pmcid",
    "language": "language",
}
"""Fields of CSL that hold one value of a report."""


def _csl_name(one: Authorship | Contribution) -> dict[str, str]:
    person = one.person
    if person is None or person.family is None:
        return {"literal": _line(one.name_as_printed)}
    name = {"family": _line(person.family), "given": _line(person.given), "ORCID": _line(person.orcid)}
    return {key: value for key, value in name.items() if value}


def _csl_date(found: Found[PartialDate] | None) -> dict[str, Any]:
    if found is None:
        return {}
    date = found.value
    return {"date-parts": [[part for part in (date.year, date.month, date.day) if part is not None]]}


def _keywords(report: Report) -> str:
    """The keywords between commas; one that holds a comma asks for semicolons."""
    words = [_line(one) for one in report.author_keywords]
    if not any("," in one or ";" in one for one in words):
        return ", ".join(words)
    return "; ".join(words) + (";" if len(words) == 1 else "")


def to_bibtex(reports: Sequence[Report], *, abstracts: bool = True) -> str:
    """The reports as BibTeX with BibLaTeX's fields, in UTF-8."""
    return "\n".join(_bibtex_entry(report, key, abstracts=abstracts) for key, report in _keyed(reports))


def _bibtex_entry(report: Report, key: str, *, abstracts: bool) -> str:
    from kg.sources import bibtex  # noqa: PLC0415 - its reader takes 50 ms: the server starts without it

    kind = BIBTEX_TYPES.get(report.kind, "misc")
    journal = report.journal
    around = "journal" if kind in {"article", "unpublished"} else "booktitle"
    is_numbered = kind in bibtex.NUMBERED
    values = {
        "author": " and ".join(_bibtex_name(one) for one in report.authorships),
        "editor": " and ".join(_bibtex_name(one) for one in report.contributions if one.role == "editor"),
        "title": _unmarked(_line(report.title)),
        "shorttitle": _line(report.alternative_titles[0]) if report.alternative_titles else "",
        around: _line(journal.name) if journal else "",
        "shortjournal": _line(journal.abbreviation) if journal else "",
        "issn": ", ".join(one.value for one in journal.issn) if journal else "",
        "year": str(report.issued.value.year) if report.issued else "",
        "date": str(report.issued.value) if report.issued else "",
        "volume": _line(report.volume),
        "number": _line(report.number if is_numbered else report.issue),
        "issue": _line(report.issue) if is_numbered else "",
        "pages": _line(report.pages).translate(_LATEX).replace("-", "--"),
        "pagetotal": _line(report.page_count),
        "edition": _line(report.edition),
        "eventtitle": _line(report.conference.name) if report.conference else "",
        "eventdate": _line(report.conference.held) if report.conference else "",
        "publisher": _line(report.publisher),
        "address": _line(report.publisher_place),
        "doi": _line(report.doi),
        "pmid": _line(report.pmid),
        "pmcid": _line(report.pmcid),
        "isbn": ", ".join(one.value for one in report.isbn),
        "url": report.urls[0].value.replace(" ", "%20") if report.urls else "",
        "language": _line(report.language),
        "keywords": _keywords(report),
        "abstract": _unmarked(_abstract(report)) if abstracts else "",
        "annotation": _line(report.notes[0]) if report.notes else "",
        "copyright": report.licences[0].value if report.licences else "",
    }
    plain = _VERBATIM | {"author", "editor", "pages"}
    fields = [
        f"  {name} = {{{value if name in plain else latex(value)}}}"
        for name, value in values.items()
        if value
    ]
    return f"@{kind}{{{key},\n" + ",\n".join(fields) + "\n}\n"


def latex(text: str) -> str:
    """The text so that LaTeX prints it as it is; no two hyphens or quotation marks become one."""
    return re.sub(r"([`'])(?=\1)", r"\1{}", re.sub("--+", _apart, text.translate(_LATEX)))


def _apart(hyphens: re.Match[str]) -> str:
    return "{}".join(hyphens[0])


def _unmarked(text: str) -> str:
    """The text so that readers of HTML see it as it is."""
    return re.sub(r"<(?=[/!]?[A-Za-z])", "&lt;", re.sub(r"&(?=#?\w{1,31};)", "&amp;", text))


def _bibtex_name(one: Authorship | Contribution) -> str:
    """`Family, Given`; a name in one piece stands in braces, so that nothing takes it apart."""
    person = one.person
    if person is None or person.family is None:
        return f"{{{_line(one.name_as_printed).translate(_LATEX)}}}"
    family = _line(person.family).translate(_LATEX)
    family = f"{{{family}}}" if re.search(r"\band\b|,|^[a-z]", family) else family
    given = _line(person.given).translate(_LATEX)
    return f"{family}, {given}" if given else f"{{{family}}}"


def _keyed(reports: Sequence[Report]) -> Iterator[tuple[str, Report]]:
    """The reports with keys of letters and digits: the first author, the year, and what tells them apart."""
    seen: set[str] = set()
    for report in reports:
        first = report.authorships[0] if report.authorships else None
        name = first.person.family if first and first.person and first.person.family else None
        word = _line(name or (first.name_as_printed if first else report.title)).split(" ")[0]
        plain = re.sub(r"[^a-z0-9]", "", normalised(word)) or "work"
        key = f"{plain}{report.issued.value.year if report.issued else ''}"
        if key in seen:
            key += f"-{digest(*(_line(one) for one in (report.doi, report.pmid, report.title)))[:6]}"
        while key in seen:
            key += "x"
        seen.add(key)
        yield key, report


def _first_and_last(report: Report) -> tuple[str, str]:
    first, _, last = _line(report.pages).partition("-")
    return first.strip(), last.strip()


def _abstract(report: Report) -> str:
    """The sections as one paragraph, each behind its heading."""
    return " ".join(
        f"{_line(section.heading).rstrip(':')}: {_line(section.text)}"
        if section.heading
        else _line(section.text)
        for section in report.sections
    )


def _printed(one: Authorship | Contribution) -> str:
    person = one.person
    if person is None or person.family is None:
        return _line(one.name_as_printed)
    return f"{_line(person.family)}, {_line(person.given)}" if person.given else _line(person.family)


def _line(found: Found[Any] | None) -> str:
    """The value on one line."""
    return " ".join(str(found.value).split()) if found is not None else ""


EXPORTS: Mapping[str, Callable[..., str]] = {"bibtex": to_bibtex, "csl-json": to_csl_json, "ris": to_ris}
"""The formats of references by name."""
