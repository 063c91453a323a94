"""Made-up reports in our own vocabulary: as many triples as wanted, the same ones every time.

    python benchmarks/synthetic.py 0.1M graph.nt

The lines are put together from plain strings, so that the data need no library that is measured later.
Each report has 34 triples; persons and institutions recur as in a real collection.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

BASE = "https://w3id.org/peerkg/"
TRIPLES_OF_A_REPORT = 34
ROLES = ("peer-mentor", "peer-specialist", "recovery-coach", "peer-navigator", "peer-educator", "peer-worker")
OUTCOMES = tuple(f"outcome-{number}" for number in range(40))
DIRECTIONS = ("improved", "worsened", "no-difference", "mixed", "described")
BASES = ("own-result", "cited-from-other", "background-claim")
WORDS = ("peer", "support", "mentor", "recovery", "hope", "trial", "veterans", "hospital", "admission")

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DCT = "http://purl.org/dc/terms/"
_PK = f"{BASE}ontology#"
_NAME = "http://xmlns.com/foaf/0.1/name"
_CITES = "http://purl.org/spar/cito/cites"
_PART_OF = "http://www.w3.org/ns/org#subOrganizationOf"


def size(text: str) -> int:
    """The number in words such as `0.1M`, `50k` or `1000`; `ValueError` for others.

    >>> size("0.1M"), size("5M"), size("250")
    (100000, 5000000, 250)
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kM]?)", text)
    if found is None:
        raise ValueError(f"{text!r} is no size such as 0.1M")
    return round(float(found[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[found[2]])


def reports(triples: int) -> int:
    """How many reports have about so many triples."""
    return max(10, triples // (TRIPLES_OF_A_REPORT + 1))  # their persons and institutions are the rest


def persons(count: int) -> int:
    """How many persons wrote so many reports."""
    return max(4, count // 3)


def institutions(count: int) -> int:
    """How many institutions they worked at."""
    return max(4, count // 20)


def lines(triples: int) -> Iterator[str]:
    """The lines of N-Triples."""
    count = reports(triples)
    random = Random(20261122)  # noqa: S311 - to be the same every time is the purpose
    for number in range(institutions(count)):
        subject = f"<{BASE}institution/i{number}>"
        yield f"{subject} <{_RDF}type> <{_PK}Institution> .\n"
        yield f'{subject} <{_NAME}> "Institution {number} of {WORDS[number % len(WORDS)]}" .\n'
        if number:
            yield f"{subject} <{_PART_OF}> <{BASE}institution/i{number // 2}> .\n"
    for number in range(persons(count)):
        subject = f"<{BASE}person/p{number}>"
        yield f"{subject} <{_RDF}type> <{_PK}Person> .\n"
        yield f'{subject} <{_NAME}> "Person {number}" .\n'
    for number in range(count):
        yield from _report(number, count, random)


def _report(number: int, count: int, random: Random) -> Iterator[str]:
    report, study = f"<{BASE}report/r{number}>", f"<{BASE}study/s{number}>"
    title = " ".join(random.choices(WORDS, k=9))
    yield f"{report} <{_RDF}type> <{_PK}Report> .\n"
    yield f'{report} <{_DCT}title> "{title} ({number})" .\n'
    yield f'{report} <{_DCT}issued> "{1990 + random.randrange(36)}"^^<{_XSD}gYear> .\n'
    yield f'{report} <{_PK}timesCited> "{random.randrange(500)}"^^<{_XSD}integer> .\n'
    yield f"{report} <{_PK}reportsStudy> {study} .\n"
    for step in (1, 7):
        yield f"{report} <{_CITES}> <{BASE}report/r{(number + step) % count}> .\n"
    for place in (1, 2):
        authorship = f"<{BASE}authorship/r{number}-{place}>"
        person = f"<{BASE}person/p{(number * 2 + place) % persons(count)}>"
        institution = f"<{BASE}institution/i{random.randrange(institutions(count))}>"
        yield f"{report} <{_PK}hasAuthor> {person} .\n"
        yield f"{report} <{_PK}hasAuthorship> {authorship} .\n"
        yield f"{authorship} <{_RDF}type> <{_PK}Authorship> .\n"
        yield f"{authorship} <{_PK}authorshipBy> {person} .\n"
        yield f"{authorship} <{_PK}authorshipAt> {institution} .\n"
        yield f'{authorship} <{_PK}authorPosition> "{place}"^^<{_XSD}integer> .\n'
    yield f"{study} <{_RDF}type> <{_PK}Study> .\n"
    yield f"{study} <{_PK}studiesRole> <{BASE}role/{ROLES[random.randrange(len(ROLES))]}> .\n"
    if number % 2:
        yield f'{study} <{_DCT}description> "A study of {title}" .\n'
    for place in (1, 2):
        finding = f"<{BASE}finding/r{number}-{place}>"
        outcome = f"<{BASE}outcome/{OUTCOMES[(random.randrange(20) + place * 20) % len(OUTCOMES)]}>"
        yield f"{study} <{_PK}hasFinding> {finding} .\n"
        yield f"{study} <{_PK}measuresOutcome> {outcome} .\n"
        yield f"{finding} <{_RDF}type> <{_PK}Finding> .\n"
        yield f"{finding} <{_PK}findingOutcome> {outcome} .\n"
        yield f"{finding} <{_PK}findingDirection> <{BASE}direction/{random.choice(DIRECTIONS)}> .\n"
        yield f"{finding} <{_PK}findingBasis> <{BASE}basis/{random.choice(BASES)}> .\n"


def write(path: Path, triples: int) -> None:
    """Write the lines to a file."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(lines(triples))


def main() -> None:
    """Write a file."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("size", type=size, help="how many triples: 0.1M, 1M, 5M")
    arguments.add_argument("file", type=Path, help="where to write N-Triples")
    chosen = arguments.parse_args()
    write(chosen.file, chosen.size)


if __name__ == "__main__":
    main()
