"""Made-up records as databases export them: as many as wanted, the same ones every time.

    python benchmarks/records.py openalex 10k works.jsonl

A record has two authors with an institution each, a journal and an abstract; persons, institutions and
journals recur as in a real collection, and one record in a hundred is a second copy of the one before it.
A small one has no addresses, abstract, topics and references.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

try:
    from benchmarks.synthetic import size
except ImportError:  # run as a file
    from synthetic import size  # type: ignore[import-not-found,no-redef]  # the same module, from its folder

SUBJECTS = ("peer support", "peer mentors", "recovery coaches", "peer navigators", "peer specialists")
PLACES = ("a harbour clinic", "rural homes", "hospital wards", "a veterans' centre", "community kitchens")
PEOPLE = ("veterans", "older adults", "young people", "mothers", "people who use opioids")
OUTCOMES = ("hope", "loneliness", "hospital admissions", "self-efficacy", "quality of life")
GIVEN = ("Ada", "Per", "Inés", "Mei", "Quentin", "Olu", "Søren", "Ruth", "Tomas", "Leïla")
FAMILY = ("Okafor", "Lind", "Moss", "Vale", "Harbour", "Nakata", "Weir", "Quay", "Tarn", "Bright")
CITIES = ("Tarnbury", "Quayside", "Weirmouth", "Port Harbour", "Lindholm")


class Work:
    """The made-up facts of one work, for whichever format."""

    def __init__(self, number: int, count: int) -> None:
        copied = number - 1 if number % 100 == 99 else number
        random = Random(copied)  # noqa: S311 - to be the same every time is the purpose
        self.number = copied
        subject, place, people = (random.choice(words) for words in (SUBJECTS, PLACES, PEOPLE))
        outcome, other = random.sample(OUTCOMES, 2)
        self.title = f"{subject.capitalize()} for {people} in {place}: study {copied}"
        self.year = 1990 + random.randrange(36)
        self.month = 1 + random.randrange(12)
        self.doi = f"10.5555/made.up.{copied}"
        self.pmid = 10_000_000 + copied
        self.journal = random.randrange(max(10, count // 500))
        self.volume, self.page = random.randrange(1, 60), random.randrange(1, 900)
        self.abstract = (
            f"{subject.capitalize()} are offered to {people}. We randomised {random.randrange(20, 400)} "
            f"{people} to {subject} or usual care in {place}. {outcome.capitalize()} improved in those with "
            f"{subject}. There was no difference in {other}."
        )
        people_known = max(20, count // 3)
        self.authors = [random.randrange(people_known) for _ in range(2)]
        self.places = [author % max(10, count // 50) for author in self.authors]

    @property
    def issn(self) -> str:
        """The ISSN of the journal, with its check digit."""
        digits = f"{1_000_000 + self.journal:07d}"
        check = -sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True)) % 11
        return f"{digits[:4]}-{digits[4:]}{'X' if check == 10 else check}"

    def journal_name(self) -> str:
        """The name of the journal."""
        return f"Annals of {SUBJECTS[self.journal % 5].title()} {self.journal}"

    def person(self, author: int) -> tuple[str, str]:
        """Given and family name."""
        return GIVEN[
            author % 10
        ], f"{FAMILY[author // 10 % 10]}{'' if author < 100 else f'-{FAMILY[author % 7]}'}"

    def orcid(self, author: int) -> str:
        """An ORCID iD with its check digit (ISO 7064, 11-2)."""
        digits, total = f"{200_000_000_000 + author:015d}", 0
        for digit in digits:
            total = (total + int(digit)) * 2
        check = (12 - total % 11) % 11
        whole = digits + ("X" if check == 10 else str(check))
        return "-".join(whole[at : at + 4] for at in range(0, 16, 4))

    def institution(self, place: int) -> str:
        """The name of an institution."""
        return f"{CITIES[place % 5]} University {place}"

    def city(self, place: int) -> str:
        """Where it is."""
        return CITIES[place % 5]


def openalex(work: Work, *, small: bool = False) -> str:
    """A line of OpenAlex's snapshot; a `small` one has neither institutions nor abstract nor topics."""
    iri = "https://openalex.org/"
    made: dict[str, Any] = {
        "id": f"{iri}W{work.number + 1}",
        "doi": f"https://doi.org/{work.doi}",
        "title": work.title,
        "display_name": work.title,
        "publication_year": work.year,
        "publication_date": f"{work.year}-{work.month:02d}-01",
        "ids": {"openalex": f"{iri}W{work.number + 1}", "doi": f"https://doi.org/{work.doi}"},
        "language": "en",
        "primary_location": {
            "is_oa": True,
            "landing_page_url": f"https://doi.org/{work.doi}",
            "source": {
                "id": f"{iri}S{work.journal + 1}",
                "display_name": work.journal_name(),
                "issn_l": work.issn,
                "issn": [work.issn],
                "type": "journal",
            },
        },
        "type": "article",
        "authorships": [
            {
                "author_position": "first" if place == 0 else "last",
                "author": {
                    "id": f"{iri}A{author + 1}",
                    "display_name": " ".join(work.person(author)),
                    "orcid": f"https://orcid.org/{work.orcid(author)}",
                },
                "institutions": [],
            }
            for place, author in enumerate(work.authors)
        ],
        "cited_by_count": work.number % 300,
        "biblio": {"volume": str(work.volume), "first_page": str(work.page), "last_page": str(work.page + 9)},
        "is_retracted": False,
    }
    if small:
        return json.dumps(made, ensure_ascii=False) + "\n"
    for authorship, place in zip(made["authorships"], work.places, strict=True):
        name, institution = work.institution(place), f"{iri}I{place + 1}"
        authorship["institutions"] = [{"id": institution, "display_name": name, "country_code": "OZ"}]
        address = f"{name}, {work.city(place)}, Oz"
        authorship["affiliations"] = [{"raw_affiliation_string": address, "institution_ids": [institution]}]
    made["topics"] = [
        {"id": f"{iri}T{number + 1}", "display_name": SUBJECTS[number], "score": 0.9, "field": {"id": "F1"}}
        for number in sorted({work.number % 5, work.journal % 5})
    ]
    made["referenced_works"] = [f"{iri}W{1 + (work.number * 7 + step) % 1_000_000}" for step in range(5)]
    index: dict[str, list[int]] = {}
    for position, word in enumerate(work.abstract.split()):
        index.setdefault(word, []).append(position)
    made["abstract_inverted_index"] = index
    return json.dumps(made, ensure_ascii=False) + "\n"


def small(work: Work) -> str:
    """A small line of OpenAlex's snapshot."""
    return openalex(work, small=True)


def ris(work: Work) -> str:
    """A record of RIS."""
    lines = [("TY", "JOUR"), ("TI", work.title)]
    lines += [("AU", f"{family}, {given}") for given, family in map(work.person, work.authors)]
    lines += [("AD", f"{work.institution(place)}, {work.city(place)}, Oz") for place in work.places[:1]]
    lines += [
        ("PY", str(work.year)), ("DA", f"{work.year}/{work.month:02d}//"), ("T2", work.journal_name()),
        ("SN", work.issn), ("VL", str(work.volume)), ("SP", str(work.page)), ("EP", str(work.page + 9)),
        ("DO", work.doi), ("UR", f"https://doi.org/{work.doi}"), ("KW", SUBJECTS[work.number % 5]),
        ("KW", OUTCOMES[work.number % 5]), ("AB", work.abstract), ("LA", "English"), ("ER", ""),
    ]  # fmt: skip
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines) + "\r\n"


def pubmed(work: Work) -> str:
    """An article of PubMed XML."""
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>{family}</LastName><ForeName>{given}</ForeName><Initials>{given[0]}'
        f'</Initials><Identifier Source="ORCID">{work.orcid(author)}</Identifier><AffiliationInfo>'
        "<Affiliation>"
        f"{work.institution(place)}, {work.city(place)}, Oz.</Affiliation></AffiliationInfo></Author>"
        for author, place in zip(work.authors, work.places, strict=True)
        for given, family in [work.person(author)]
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{work.pmid}</PMID>'
        f'<Article PubModel="Print"><Journal><ISSN IssnType="Print">{work.issn}</ISSN><JournalIssue '
        f'CitedMedium="Print"><Volume>{work.volume}</Volume><PubDate><Year>{work.year}</Year><Month>'
        f"{work.month:02d}</Month></PubDate></JournalIssue><Title>{work.journal_name()}</Title></Journal>"
        f"<ArticleTitle>{work.title}</ArticleTitle><Pagination><MedlinePgn>{work.page}-{work.page + 9}"
        f'</MedlinePgn></Pagination><ELocationID EIdType="doi" ValidYN="Y">{work.doi}</ELocationID><Abstract>'
        f'<AbstractText>{work.abstract}</AbstractText></Abstract><AuthorList CompleteYN="Y">{authors}'
        "</AuthorList><Language>eng</Language><PublicationTypeList><PublicationType "
        'UI="D016449">Randomized Controlled Trial</PublicationType></PublicationTypeList></Article>'
        '<MeshHeadingList><MeshHeading><DescriptorName UI="D010372" MajorTopicYN="Y">Peer Group'
        '</DescriptorName><QualifierName UI="Q000523" MajorTopicYN="N">psychology</QualifierName>'
        "</MeshHeading></MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{work.pmid}</ArticleId><ArticleId IdType="doi">{work.doi}</ArticleId>'
        "</ArticleIdList></PubmedData></PubmedArticle>\n"
    )


FORMATS: dict[str, tuple[Callable[[Work], str], str, str]] = {
    "openalex": (openalex, "", ""),
    "openalex-small": (small, "", ""),
    "ris": (ris, "", ""),
    "pubmed": (
        pubmed,
        '<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n',
        "</PubmedArticleSet>\n",
    ),
}
"""How each format writes a work, and what stands before and behind all of them."""


def lines(form: str, count: int) -> Iterator[str]:
    """The pieces of a file of so many records."""
    write, before, behind = FORMATS[form]
    yield before
    for number in range(count):
        yield write(Work(number, count))
    yield behind


def write(path: Path, form: str, count: int) -> None:
    """Write a file of so many records."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines(form, count))


def main() -> None:
    """Write a file."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("format", choices=FORMATS)
    arguments.add_argument("size", type=size, help="how many records: 1000, 10k, 1M")
    arguments.add_argument("file", type=Path, help="where to write them")
    chosen = arguments.parse_args()
    write(chosen.file, chosen.format, chosen.size)


if __name__ == "__main__":
    main()
