"""Made-up works that keep to every shape: as many asserted triples as wanted, the same ones every time.

    python benchmarks/works.py 0.1M works.nt

`synthetic.py` has what queries are measured with; these have what shapes ask for, and what rules follow from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.synthetic import size

BASE = "https://w3id.org/peerkg/"
_PK = f"{BASE}ontology#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DCT = "http://purl.org/dc/terms/"
_FABIO = "http://purl.org/spar/fabio/"
_PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_SCHEMA = "https://schema.org/"
_ORG = "http://www.w3.org/ns/org#"
_CITO = "http://purl.org/spar/cito/"
ROLES = ("peer-worker", "peer-specialist", "peer-technician")
OUTCOMES = ("hope", "employment", "quality-of-life", "empowerment")
DIRECTIONS = ("improved", "worsened", "no-difference", "described")
TRIPLES_OF_A_WORK = 87


def works(triples: int) -> int:
    """How many works have about so many triples."""
    return max(2, triples // TRIPLES_OF_A_WORK)


def _thing(subject: str, kind: str, label: str) -> Iterator[str]:
    yield f"<{subject}> <{_RDF}type> <{_PK}{kind}> .\n"
    yield f'<{subject}> <{_RDFS}label> "{label}" .\n'
    yield f'<{subject}> <{_SCHEMA}name> "{label}" .\n'


def _link(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{predicate}> <{value}> .\n"


def _text(subject: str, predicate: str, value: str, datatype: str = "") -> str:
    return f'<{subject}> <{predicate}> "{value}"{f"^^<{_XSD}{datatype}>" if datatype else ""} .\n'


def lines(triples: int) -> Iterator[str]:
    """The lines of N-Triples."""
    count = works(triples)
    source = f"{BASE}source/0123456789abcdef"
    yield from _thing(source, "SourceDocument", "works.jsonl")
    yield _text(source, f"{_PK}sourceFormat", "made_up")
    yield _text(source, f"{_PK}fileName", "works.jsonl")
    yield _text(source, f"{_PK}sha256", "0123456789abcdef" * 4)
    yield _text(source, f"{_PK}recordCount", str(count), "integer")
    yield _text(source, f"{_PK}textPolicy", "quotes")
    for number in range(max(2, count // 20)):
        institution, journal = f"{BASE}institution/i{number}", f"{BASE}journal/j{number}"
        yield from _thing(institution, "Institution", f"University {number}")
        yield _text(institution, f"{_FOAF}name", f"University {number}")
        yield _link(institution, f"{_PK}convertedFrom", source)
        if number:
            yield _link(institution, f"{_ORG}unitOf", f"{BASE}institution/i{number // 2}")
        yield from _thing(journal, "Journal", f"Journal {number}")
        yield _text(journal, f"{_FOAF}name", f"Journal {number}")
    for number in range(max(2, count // 2)):
        person = f"{BASE}person/p{number}"
        yield from _thing(person, "Person", f"Person {number}")
        yield _text(person, f"{_FOAF}name", f"Person {number}")
        yield _text(person, f"{_FOAF}familyName", f"Family {number}")
        yield _text(person, f"{_FOAF}givenName", "Given")
        yield _link(person, f"{_PK}convertedFrom", source)
    for number in range(count):
        yield from _work(number, count, source)


def _work(number: int, count: int, source: str) -> Iterator[str]:
    report, study = f"{BASE}report/r{number}", f"{BASE}study/s{number}"
    evidence = f"{BASE}evidence/{number:016x}"
    title, year = f"Peer support and hope, trial {number}", str(1990 + number % 36)
    yield from _thing(report, "Report", title)
    yield _link(report, f"{_RDF}type", f"{_FABIO}JournalArticle")
    yield _text(report, f"{_DCT}title", title)
    yield _text(report, f"{_DCT}issued", year, "gYear")
    yield _text(report, f"{_FABIO}hasPublicationYear", year, "gYear")
    yield _text(report, f"{_PRISM}doi", f"10.5555/made-up.{number}")
    yield _text(report, f"{_PRISM}volume", str(number % 90))
    yield _text(report, f"{_PRISM}pageRange", "1-9")
    yield _text(report, f"{_DCT}identifier", f"made-up:W{number}")
    yield _text(report, f"{_PK}timesCited", str(number % 500), "integer")
    yield _link(report, f"{_DCT}isPartOf", f"{BASE}journal/j{number % max(2, count // 20)}")
    yield _link(report, f"{_PK}reportsStudy", study)
    yield _link(report, f"{_PK}convertedFrom", source)
    yield _link(report, f"{_PK}evidencedBy", evidence)
    for step in (1, 7, 31):
        yield _link(report, f"{_CITO}cites", f"{BASE}report/r{(number + step) % count}")
    for word in ("peer support", "mental health", f"topic {number % 300}"):
        yield _text(report, f"{_PK}authorKeyword", word)
    for place in (1, 2, 3):
        authorship = f"{BASE}authorship/r{number}-{place}"
        person = (number * 3 + place) % max(2, count // 2)
        yield _link(report, f"{_PK}hasAuthorship", authorship)
        yield from _thing(authorship, "Authorship", f"Person {person}")
        yield _text(authorship, f"{_PK}nameAsPrinted", f"Person {person}")
        yield _text(authorship, f"{_PK}authorPosition", str(place), "integer")
        yield _link(authorship, f"{_PK}authorshipBy", f"{BASE}person/p{person}")
        yield _link(authorship, f"{_PK}authorshipAt", f"{BASE}institution/i{number % max(2, count // 20)}")
        yield _text(authorship, f"{_PK}affiliationAsPrinted", f"University {number % 97}, Nowhere")
        yield _link(authorship, f"{_PK}evidencedBy", evidence)
    yield from _thing(study, "Study", f"Study: {title}")
    yield _link(study, f"{_PK}studiesRole", f"{BASE}role/{ROLES[number % 3]}")
    yield _link(study, f"{_PK}evidencedBy", evidence)
    for place in (1, 2):
        finding = f"{BASE}finding/r{number}-{place}"
        outcome = f"{BASE}outcome/{OUTCOMES[(number + place) % 4]}"
        yield _link(study, f"{_PK}hasFinding", finding)
        yield _link(study, f"{_PK}measuresOutcome", outcome)
        yield _link(report, f"{_PK}statesFinding", finding)
        yield from _thing(finding, "Finding", "A result")
        yield _link(finding, f"{_PK}findingOutcome", outcome)
        yield _link(finding, f"{_PK}findingDirection", f"{BASE}direction/{DIRECTIONS[number % 4]}")
        yield _link(finding, f"{_PK}findingBasis", f"{BASE}basis/own-result")
        yield _text(finding, f"{_PK}findingText", f"Hope rose in trial {number}.")
        yield _text(finding, f"{_PK}outcomeAsPrinted", "hope")
        yield _text(finding, f"{_PK}printedChange", "increase")
        yield _link(finding, f"{_PK}evidencedBy", evidence)


def write(path: Path, triples: int) -> None:
    """Write the lines to a file."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(lines(triples))


def main() -> None:
    """Write a file."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("size", type=size, help="how many triples: 0.1M, 1M")
    arguments.add_argument("file", type=Path, help="where to write N-Triples")
    chosen = arguments.parse_args()
    write(chosen.file, chosen.size)


if __name__ == "__main__":
    main()
