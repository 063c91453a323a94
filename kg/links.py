"""The curated links of `ontology/links`: concepts and others' terms, types of publication, institutions.

The files are tables with a header line; lines that begin with `#` come before it. A row that does
not hold is named with its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kg.identifiers import ConceptId
from kg.problems import PeerkgError
from kg.resources import folder

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"

_RELATIONS = {f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related")}
_ROR = re.compile(r"https://ror\.org/(0[0-9a-hjkmnp-tv-z]{6})([0-9]{2})")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class LinkError(PeerkgError):
    """A row of a table of links does not hold; the message names file, line and what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class ConceptMatch:
    """One of our concepts and one of another vocabulary. All fields but `subject` are as published.

    `verified_in` names the file in which the other concept's identifier and label were read.
    """

    subject: ConceptId
    relation: str
    object: str
    object_label: str
    justification: str
    verified_in: str


@dataclass(frozen=True, slots=True, order=True)
class InstitutionLink:
    """An institution as an address prints it, and its record in the Research Organization Registry.

    `city` and `country` belong to the condition: the same words elsewhere are another institution.
    """

    printed_name: str
    city: str
    country: str
    ror: str
    ror_name: str
    relation: str
    by: str
    on: date
    why: str


def ror_is_valid(iri: str) -> bool:
    """Whether `iri` has the form and the check digits of a ROR id.

    ROR writes the number in Crockford's base 32 and puts two digits by ISO 7064 mod 97-10 behind it.

    >>> ror_is_valid("https://ror.org/03c4mmv16"), ror_is_valid("https://ror.org/03c4mmv61")
    (True, False)
    """
    match = _ROR.fullmatch(iri)
    if match is None:
        return False
    number = 0
    for character in match[1]:
        number = number * 32 + _CROCKFORD.index(character)
    return 98 - number * 100 % 97 == int(match[2])


@cache
def concept_matches(path: Path | None = None) -> tuple[ConceptMatch, ...]:
    """The rows of `concept-matches.tsv`, a mapping set in SSSOM's table form, sorted."""
    path = path or folder("ontology") / "links" / "concept-matches.tsv"
    prefixes = _prefixes(path)
    columns = (
        "subject_id",
        "predicate_id",
        "object_id",
        "object_label",
        "mapping_justification",
        "verified_in",
    )
    matches: dict[tuple[ConceptId, str], ConceptMatch] = {}
    for where, row in _rows(path, columns):
        try:
            subject = ConceptId.from_iri(_expanded(row["subject_id"], prefixes, where))
        except ValueError as error:
            raise LinkError(f"{where}: subject_id: {error}") from error
        relation = _expanded(row["predicate_id"], prefixes, where)
        if relation not in _RELATIONS:
            raise LinkError(
                f"{where}: predicate_id is one of skos:exactMatch, closeMatch, broadMatch, "
                f"narrowMatch, relatedMatch, not {row['predicate_id']!r}"
            )
        match = ConceptMatch(
            subject,
            relation,
            _expanded(row["object_id"], prefixes, where),
            row["object_label"],
            _expanded(row["mapping_justification"], prefixes, where),
            row["verified_in"],
        )
        if (subject, match.object) in matches:
            raise LinkError(f"{where}: {subject} and {row['object_id']} are matched twice; keep one row")
        matches[subject, match.object] = match
    return tuple(sorted(matches.values()))


@cache
def publication_types(path: Path | None = None) -> Mapping[str, ConceptId]:
    """The rows of `publication-types.tsv`: the design that a database's type of publication says."""
    path = path or folder("ontology") / "links" / "publication-types.tsv"
    types: dict[str, ConceptId] = {}
    for where, row in _rows(path, ("publication_type", "concept", "why")):
        scheme, _, name = row["concept"].partition(":")
        if scheme != "method" or not name:
            raise LinkError(f"{where}: concept is a method such as method:rct, not {row['concept']!r}")
        if row["publication_type"] in types:
            raise LinkError(f"{where}: {row['publication_type']!r} stands in two rows; keep one")
        types[row["publication_type"]] = ConceptId(scheme, name)
    return MappingProxyType(types)


@cache
def institution_links(path: Path | None = None) -> tuple[InstitutionLink, ...]:
    """The rows of `institutions.tsv`, sorted: what a person has decided about institutions."""
    path = path or folder("ontology") / "links" / "institutions.tsv"
    columns = ("printed_name", "city", "country", "ror", "ror_name", "relation", "by", "on", "why")
    links: dict[tuple[str, str, str], InstitutionLink] = {}
    for where, row in _rows(path, columns):
        if not ror_is_valid(row["ror"]):
            raise LinkError(
                f"{where}: {row['ror']!r} is not a ROR id (https://ror.org/0 + 6 characters + 2 check "
                "digits, ISO 7064 mod 97-10); copy it from the institution's page at ror.org"
            )
        if row["relation"] != "owl:sameAs":
            raise LinkError(f"{where}: relation is owl:sameAs, not {row['relation']!r}")
        try:
            day = date.fromisoformat(row["on"])
        except ValueError as error:
            raise LinkError(f"{where}: on is a day such as 2026-11-22, not {row['on']!r}") from error
        link = InstitutionLink(
            row["printed_name"],
            row["city"],
            row["country"],
            row["ror"],
            row["ror_name"],
            f"{OWL}sameAs",
            row["by"],
            day,
            row["why"],
        )
        key = (link.printed_name.casefold(), link.city.casefold(), link.country.casefold())
        if key in links:
            raise LinkError(
                f"{where}: {link.printed_name} ({link.city}, {link.country}) is linked twice; keep one row"
            )
        links[key] = link
    return tuple(sorted(links.values()))


def _text(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise LinkError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LinkError(f"{path}: byte {error.start} is not UTF-8; save the table as UTF-8") from error


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with its place, `file:line`. Every cell of `columns` is filled."""
    header: list[str] | None = None
    for number, line in enumerate(_text(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where, row = f"{path}:{number}", line.split("\t")
        if header is None:
            header = row
            if missing := [column for column in columns if column not in header]:
                raise LinkError(f"{where}: the header lacks {', '.join(missing)}")
            continue
        if len(row) != len(header):
            raise LinkError(f"{where}: {len(row)} cells where the header has {len(header)}; separate by tabs")
        record = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        if empty := [column for column in columns if not record[column]]:
            raise LinkError(f"{where}: {', '.join(empty)} may not be empty")
        yield where, record
    if header is None:
        raise LinkError(f"{path}: the header line is missing ({', '.join(columns)})")


def _prefixes(path: Path) -> dict[str, str]:
    """The `curie_map` of the commented YAML before an SSSOM table."""
    prefixes: dict[str, str] = {}
    inside = False
    for line in _text(path):
        if not line.startswith("#"):
            break
        entry = re.fullmatch(r"#[ \t]+([\w.-]+):[ \t]+(\S+)", line)
        if inside and entry:
            prefixes[entry[1]] = entry[2]
        else:
            inside = line.rstrip() == "#curie_map:"
    return prefixes


def _expanded(curie: str, prefixes: dict[str, str], where: str) -> str:
    prefix, colon, name = curie.partition(":")
    if not colon or prefix not in prefixes or not re.fullmatch(r"[\w.-]+", name):
        raise LinkError(
            f"{where}: {curie!r} is not prefix:name with a prefix of the curie_map above the table"
        )
    return prefixes[prefix] + name
