"""What databases write into RIS in ways of their own: identifiers, addresses, counts, lists of references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.model import Affiliation, Citation, Report, Text
from kg.reading import bibliography
from kg.reading.addresses import postal_affiliation
from kg.reading.paragraphs import folded
from kg.reading.tagged import Field, Record
from kg.source import Found

_PMIDS = (
    ("C3", re.compile(r"\bPUBMED (\d{1,8})\b")),
    ("U1", re.compile(r"(\d{1,8})\[pmid\]")),
)
"""Where a PubMed id says of itself what it is: in Cochrane and PubMed Central."""
_EMBASE = re.compile(r"embase", re.IGNORECASE)
_OF_PUBMED = (
    ("AN", re.compile(r"nlm|pubmed|medline", re.IGNORECASE)),
    ("C5", _EMBASE),
    ("C2", re.compile(r"scopus", re.IGNORECASE)),
)
"""Where it is a bare number, and the provider or database it has to come from."""
_PMCIDS = (
    ("C2", re.compile(r"(PMC\d{1,9})\b", re.IGNORECASE)),
    ("AN", re.compile(r"(PMC\d{1,9})$", re.IGNORECASE)),
)
_WORDS = ("N1", "UR", "L1", "L2")
"""Remarks and addresses, in which PubMed's numbers stand among other words."""
_NUMBERS = (
    ("AN", re.compile(r"WOS:\s*(\w{10,20})$", re.IGNORECASE), "wos"),
    ("UR", re.compile(r"^<Go to ISI>://(?:WOS:)?(\w{10,20})$", re.IGNORECASE), "wos"),
    ("UR", re.compile(r"\bscopus\.com/\S*?\beid=(2-s2\.0-\d{6,15})"), "scopus"),
    ("U2", re.compile(r"(L\d{6,12})$"), "embase"),
    ("UR", re.compile(r"\bembase\.com/\S*?\bid=(L\d{6,12})\b"), "embase"),
    ("AN", re.compile(r"(CN-\d{6,10})$"), "central"),
)
"""Numbers of other databases: the tag, the number, the database."""

_COUNTS = {
    "cited": re.compile(
        r"\b(?:Times Cited(?: in Web of Science Core Collection)?: {0,2}|Cited By ?:? ?)(\d{1,7})\b"
    ),
    "references": re.compile(r"\bCited Reference Count: {0,2}(\d{1,5})\b"),
}
_REFERENCES = re.compile(r"References:\s+(?=\S)")
_PSYCINFO = re.compile(r"\d{4}-\d{5}-\d{3}")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PUBMED = re.compile(r"pubmed\.ncbi\.nlm\.nih\.gov/(\d{1,8})")
_IRI_OF_ORCID = re.compile(r"([^;:/]{3,80}); ?ORCID: ?https?://orcid\.org/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_BEHIND_NAME = re.compile(r"([^,:;]{1,60}, [^,:;]{1,40}): (?=\S)")
_BEHIND_NAMES = re.compile(r"\(([^()]{2,2000})\)\s+(?=\S)")
_MAIL = re.compile(r"\S+@\S+")


def pmid(record: Record) -> Text | None:
    """The PubMed id, in whichever field its database prints it."""
    own = bibliography.pmid(record.line("PMID"))
    if own is not None:
        return own
    named = _first(record, _PMIDS) or bibliography.pmid_in(record.values(*_WORDS))
    if named is not None:
        return named
    for tag, provider in _OF_PUBMED:
        number = record.line(tag)
        if number is not None and number.raw.isdigit() and is_of(record, provider):
            return bibliography.pmid(number)
    return None


def is_of(record: Record, provider: re.Pattern[str]) -> bool:
    """Whether the record names such a database or provider."""
    return any(provider.search(one.raw) for one in record.values("DB", "DP"))


def pmcid(record: Record) -> Text | None:
    """The PubMed Central id, in whichever field its database prints it."""
    return bibliography.pmcid(_first(record, _PMCIDS) or bibliography.pmcid_in(record.values(*_WORDS)))


def _first(record: Record, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> Text | None:
    for tag, pattern in patterns:
        if (found := bibliography.first_in(record.values(tag), pattern)) is not None:
            return found
    return None


def identifiers(record: Record) -> Iterator[Text]:
    """The numbers of the record in other databases."""
    for tag, pattern, database in _NUMBERS:
        for text in record.values(tag):
            match = pattern.search(text.raw)
            if match is not None and (tag != "U2" or is_of(record, _EMBASE)):
                yield text.part(*match.span(1)).map(lambda raw, name=database: f"{name}:{raw.lower()}")  # type: ignore[misc]  # bound now


def orcids(record: Record) -> Mapping[str, Text]:
    """The ORCID iDs of Ovid's field for them, by the keys of the names before them."""
    return bibliography.orcids(record.values("AI"), _IRI_OF_ORCID, key)


def key(name: str) -> str:
    """What spellings of one name in a record have in common: the letters, without case."""
    return "".join(character for character in name.casefold() if character.isalpha())


def following(fields: Iterable[Field]) -> Mapping[int, Sequence[Affiliation]]:
    """The addresses that stand behind each author (OpenAlex), by where the author begins.

    So it is where an author follows one of them, or the only ones look like addresses: other programs use
    the field as they like.
    """
    found: dict[int, list[Affiliation]] = {}
    author, waiting, is_so = -1, list[tuple[int, Text]](), False
    for one in fields:
        if one.tag == "AU":
            is_so, author = is_so or bool(waiting), one.value.start
        elif one.tag == "C1" and author >= 0:
            waiting.append((author, one.value))
        else:
            author = -1
    for begin, text in waiting:
        if is_so or text.raw.count(",") > 1:
            found.setdefault(begin, []).append(postal_affiliation(folded(text)))
    return found


def affiliations(record: Record, authors: int) -> Mapping[str, Sequence[Affiliation]]:
    """The addresses that stand behind names (Ovid, Embase), by the keys of the names.

    The addresses of a record with only one author are that author's, and stand under no key.
    """
    found: dict[str, list[Affiliation]] = {}
    for tag, pattern, separator in (("AD", _BEHIND_NAME, "$"), ("M1", _BEHIND_NAMES, ";")):
        for text in record.values(tag):
            match = pattern.match(text.raw)
            if match is None and (tag != "AD" or authors != 1):
                continue
            address = folded(text.part(match.end() if match else 0, len(text.raw)))
            if _MAIL.fullmatch(address.raw):
                continue
            printed = match[1].split(separator) if match else [""]
            read = postal_affiliation(address)
            for name in printed:
                found.setdefault(key(name.partition(", ")[0] if separator == ";" else name), []).append(read)
    return found


def is_list(name: Text) -> bool:
    """Whether a name is a list of them: PsycINFO prints the authors of the cited works as an editor."""
    return name.raw.count(",") > 3


def count(record: Record, what: str) -> Found[int] | None:
    """How often a work was `cited`, or how many `references` it has, from the remarks that say so."""
    found = bibliography.first_in(record.values("N1", "U3"), _COUNTS[what])
    return None if found is None else found.map(int)


def references(record: Record) -> Iterator[Citation]:
    """The cited works, which Scopus prints in a remark and PsycINFO in a field each."""
    for position, one in enumerate(_references(record), start=1):
        doi, number = _DOI.search(one.raw), _PUBMED.search(one.raw)
        work = Report(
            citation_line=one,
            doi=None if doi is None else bibliography.doi(one.part(*doi.span()).stripped(".;,")),
            pmid=None if number is None else bibliography.pmid(one.part(*number.span(1))),
        )
        yield Citation(quote=one, status="listed", position=position, work=work)


def _references(record: Record) -> Iterator[Text]:
    for field in record.all("N1"):
        if is_reference_list(field):
            match = _REFERENCES.match(field.value.raw)
            text = field.value.part(match.end() if match else 0, len(field.value.raw))
            yield from map(folded, text.split(r";\s*[\r\n]+\s*|;\s*$"))
    number = record.line("ID")
    if number is not None and _PSYCINFO.fullmatch(number.raw):
        yield from map(folded, record.values("M1"))


def is_reference_list(field: Field) -> bool:
    """Whether a remark is Scopus's list of the cited works."""
    return _REFERENCES.match(field.value.raw) is not None
