"""Small types for what identifies: concepts, DOIs, dates of uneven precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

VOCABULARY = "https://w3id.org/peerkg/"
"""Where the ontology and its concepts live, whatever the base IRI of a release."""


@dataclass(frozen=True, slots=True, order=True)
class ConceptId:
    """A concept of one of our schemes, such as `role/peer-mentor`."""

    scheme: str
    name: str

    def __hash__(self) -> int:
        # Asked a thousand times a page; names of two schemes are seldom the same.
        return hash(self.name)

    @property
    def iri(self) -> str:
        """The published IRI, constant for every release."""
        return f"{VOCABULARY}{self.scheme}/{self.name}"

    @classmethod
    def from_iri(cls, iri: str) -> ConceptId:
        """The concept an IRI names; `ValueError` if it is not one of ours."""
        scheme, slash, name = iri.removeprefix(VOCABULARY).partition("/")
        if not iri.startswith(VOCABULARY) or not slash or not name or "/" in name:
            raise ValueError(f"{iri} is not the IRI of a peerkg concept")
        return cls(scheme, name)

    def __str__(self) -> str:
        return f"{self.scheme}/{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date as precise as it was printed: a year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
            if self.day is not None:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)


_DOI = re.compile(r"10\.\d{4,9}/\S+")


@lru_cache(maxsize=1 << 8)
def doi(printed: str) -> str | None:
    """The DOI in a printed form, lower-cased (DOI Handbook 2.4: case does not count), else `None`.

    Resolver addresses and repeated `DOI` labels before it are dropped, and a full stop, comma,
    semicolon or an unopened bracket behind it.

    >>> doi("DOI [DOI 10.5555/QP063OA")
    '10.5555/qp063oa'
    """
    match = _DOI.search(printed)
    if match is None:
        return None
    found = match.group().rstrip(".,;")
    for opening, closing in ("()", "[]", "<>"):
        while found.endswith(closing) and found.count(closing) > found.count(opening):
            found = found[:-1].rstrip(".,;")
    return found.lower() if not found.endswith("/") else None


@lru_cache(maxsize=1 << 12)
def isni(printed: str) -> str | None:
    """The sixteen signs of an ISNI in a printed form, else `None`: the last one is a check digit (ISO 27729).

    >>> isni("https://isni.org/isni/0000 0001 2182 2255"), isni("0000 0001 2182 2256")
    ('0000000121822255', None)
    """
    signs = re.sub(r"[\s-]", "", printed.strip().rpartition("/")[2].rpartition(":")[2]).upper()
    return signs if re.fullmatch(r"[0-9]{15}[0-9X]", signs) and checks(signs) else None


def checks(signs: str) -> bool:
    """Whether the last sign is the check digit of those before it, by ISO 7064, MOD 11-2."""
    total = 0
    for digit in signs[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total) % 11] == signs[-1]


def issn_is_valid(issn: str) -> bool:
    """Whether eight signs are an ISSN: the last one makes the weighted sum a multiple of 11 (ISO 3297).

    >>> issn_is_valid("12345679"), issn_is_valid("12345678"), issn_is_valid("1234561x")
    (True, False, True)
    """
    if not re.fullmatch(r"[0-9]{7}[0-9xX]", issn):
        return False
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(issn[:7]))
    return "0123456789X"[-total % 11] == issn[7].upper()
