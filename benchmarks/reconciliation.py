"""Measure reconciliation and search over a made-up index, beside a release's own things.

    python -m benchmarks.reconciliation [--works 100k] [--persons 80k] [--institutions 20k] [--release DIR]

The names are put together from syllables and words whose frequencies fall off as in real collections; the
same ones every time. Besides the milliseconds that pass, processor time is given: it varies less on a
shared machine. A query counts as answered when its results are there, without HTTP.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from benchmarks.synthetic import size
from kg import faceted, facets, release, search, searching
from kg.identifiers import VOCABULARY
from kg.reading import countries
from server.reconciliation import Query, reconciled

BASE = "https://example.org/kg/"
PK = "https://w3id.org/peerkg/ontology#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
FAMILY = NamedNode("http://xmlns.com/foaf/0.1/familyName")
GIVEN = NamedNode("http://xmlns.com/foaf/0.1/givenName")
SECTION = NamedNode(f"{PK}hasSection")
TEXT = NamedNode(f"{PK}sectionText")
FACET = NamedNode(f"{PK}reportFacet")
YEAR = NamedNode("http://purl.org/spar/fabio/hasPublicationYear")
COUNTRY = NamedNode("http://www.w3.org/2006/vcard/ns#country-name")
COUNTRIES = sorted(set(countries.CODES.values()))

SYLLABLES = re.findall(
    "[a-z]+",
    "an ber cha dor el fan gar hol in jo kas lam mor nel ov pet quin ros san tor ul ven wil xi yar zim",
)
SUBJECTS = re.findall(
    "[a-z]+",
    "peer support recovery mental health services veterans trial outcomes hospital admission community "
    "specialists depression schizophrenia substance use engagement young adults qualitative randomized "
    "intervention workers hope stigma employment training supervision digital family crisis housing self "
    "management evaluation implementation",
)
PLACES = ("University", "Hospital", "Institute", "College", "Centre", "Department of Psychiatry")
BATCH, BAR_BATCH, BAR_SEARCH, BAR_FACETS = 50, 200.0, 20.0, 100.0


def words(random: Random, count: int) -> list[str]:
    """So many different words, made of syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(random.choice(SYLLABLES) for _ in range(random.randint(2, 4)))] = None
    return list(found)


class Names:
    """Draws names; a few words are in very many, most in few."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._families = words(random, 25_000)
        self._given = words(random, 2_500)
        self._rare = words(random, 30_000)

    def _drawn(self, among: Sequence[str]) -> str:
        return among[int(len(among) * self._random.random() ** 3)]

    def person(self) -> tuple[str, str]:
        """Given and family name."""
        given = self._drawn(self._given).capitalize()
        if self._random.random() < 0.4:
            given += f" {self._random.choice('ABCDEFGHJKLMNPRSTW')}."
        return given, self._drawn(self._families).capitalize()

    def institution(self) -> str:
        """The name of an institution."""
        return (
            f"{self._drawn(self._rare).capitalize()} {self._random.choice(PLACES)}, {self._drawn(self._rare)}"
        )

    def concepts(self) -> Iterator[NamedNode]:
        """What a work is about: one to four of forty concepts of each scheme."""
        for scheme in ("role", "outcome", "population", "setting"):
            drawn = {int(40 * self._random.random() ** 3) for _ in range(self._random.randint(1, 4))}
            yield from (NamedNode(f"{VOCABULARY}{scheme}/c{number}") for number in sorted(drawn))

    def text(self, count: int) -> str:
        """So many words, every third of them rare."""
        return " ".join(
            self._drawn(self._rare) if self._random.random() < 0.33 else self._drawn(SUBJECTS)
            for _ in range(count)
        )


def quads(names: Names, works: int, persons: int, institutions: int) -> Iterator[Quad]:
    """Works with an abstract of sixty words, persons and institutions."""

    def said(subject: str, predicate: NamedNode, value: str | NamedNode) -> Quad:
        term = Literal(value) if isinstance(value, str) else value
        return Quad(NamedNode(BASE + subject), predicate, term)

    for number in range(works):
        yield said(f"report/{number}", TYPE, NamedNode(f"{PK}Report"))
        yield said(f"report/{number}", LABEL, names.text(10).capitalize())
        yield said(f"report/{number}", SECTION, NamedNode(f"{BASE}section/{number}"))
        yield said(f"section/{number}", TEXT, names.text(60))
        yield from (said(f"report/{number}", FACET, concept) for concept in names.concepts())
        year = Literal(str(1990 + number % 37), datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))
        yield Quad(NamedNode(f"{BASE}report/{number}"), YEAR, year)
        yield said(
            f"report/{number}", NamedNode(f"{PK}hasAuthorship"), NamedNode(f"{BASE}authorship/{number}")
        )
        place = NamedNode(f"{BASE}institution/{number * 7 % institutions}")
        yield said(f"authorship/{number}", NamedNode(f"{PK}authorshipAt"), place)
    for number in range(persons):
        given, family = names.person()
        yield said(f"person/{number}", TYPE, NamedNode(f"{PK}Person"))
        yield said(f"person/{number}", LABEL, f"{given} {family}")
        yield said(f"person/{number}", GIVEN, given)
        yield said(f"person/{number}", FAMILY, family)
    for number in range(institutions):
        yield said(f"institution/{number}", TYPE, NamedNode(f"{PK}Institution"))
        yield said(f"institution/{number}", LABEL, names.institution())
        yield said(f"institution/{number}", COUNTRY, countries.called(COUNTRIES[number % len(COUNTRIES)]))


def misspelt(random: Random, name: str) -> str:
    """The name with two neighbouring characters exchanged, or one left out."""
    at = random.randrange(1, max(2, len(name) - 2))
    if random.random() < 0.5:
        return name[:at] + name[at + 1 :]
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds that pass, and of processor time."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)


def summary(what: str, figures: list[tuple[float, float]], bar: float | None = None) -> dict[str, Any]:
    """The middle and the slow end of what was timed."""
    passed, cpu = (sorted(column) for column in zip(*figures, strict=True))
    return {
        "what": what,
        "runs": len(figures),
        "p50 ms": round(statistics.median(passed), 2),
        "p95 ms": round(passed[int(0.95 * (len(passed) - 1))], 2),
        "p50 CPU ms": round(statistics.median(cpu), 2),
        **({"bar ms": bar, "of the bar": round(statistics.median(passed) / bar, 2)} if bar else {}),
    }


def batches(random: Random, path: Path, count: int) -> Iterator[tuple[list[str], list[Query]]]:
    """Batches of fifty names each: as they are, inverted with initials, and misspelt."""
    database = searching.opened(path)
    people = [row[0] for row in database.execute("SELECT label FROM entity WHERE class = 'Person'")]
    places = [row[0] for row in database.execute("SELECT label FROM entity WHERE class = 'Institution'")]
    database.close()
    for _ in range(count):
        chosen = random.sample(people, 35) + random.sample(places, 15)
        asked = []
        for number, name in enumerate(chosen):
            given, _, family = name.rpartition(" ")
            if number % 3 == 1 and number < 35:
                asked.append(f"{family}, {given[0]}.")
            else:
                asked.append(misspelt(random, name) if number % 3 == 2 else name)
        yield chosen, [Query((name,)) for name in asked]


def _into(answers: list[Any], call: Any, queries: list[Query]) -> None:
    answers += reconciled(call, BASE, queries, ())


def main() -> int:
    """Build the index, ask, and print one line of JSON for each figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for what, usual in (("works", "100k"), ("persons", "80k"), ("institutions", "20k")):
        parser.add_argument(f"--{what}", type=size, default=size(usual))
    parser.add_argument("--release", type=Path, help="a directory of releases whose things are added")
    parser.add_argument("--runs", type=int, default=20)
    given = parser.parse_args()
    random = Random(7)  # noqa: S311 - the same numbers each time
    names = Names(random)
    everything = list(quads(names, given.works, given.persons, given.institutions))
    if given.release:
        index = Store.read_only(str(release.current(given.release).index))
        everything += index.quads_for_pattern(None, None, None, DefaultGraph())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.sqlite"
        passed, cpu = timed(lambda: search.build(path, everything))
        print(
            json.dumps(
                {"what": "build", "s": passed / 1000, "CPU s": cpu / 1000, "MB": path.stat().st_size / 1e6}
            )
        )
        call = cast("Any", SimpleNamespace(edition=SimpleNamespace(release=SimpleNamespace(search=path))))
        figures, found, asked = [], 0, 0
        for chosen, queries in batches(random, path, given.runs):
            answers: list[Any] = []
            figures.append(timed(partial(_into, answers, call, queries)))
            asked += len(chosen)
            found += sum(
                any(match.thing.label == name for match in matches)
                for name, matches in zip(chosen, answers, strict=True)
            )
        print(json.dumps(summary(f"batch of {BATCH} names", figures, BAR_BATCH)))
        print(json.dumps({"what": "names found among ten candidates", "share": round(found / asked, 3)}))
        counted = facets.of_index(path).counted
        for what, query in (
            ("search, two words", lambda: names.text(2)),
            ("search, one usual word", lambda: random.choice(SUBJECTS)),
            ("search, two usual words", lambda: " ".join(random.sample(SUBJECTS, 2))),
            ("search, a person", lambda: " ".join(names.person())),
            ("search, misspelt", lambda: misspelt(random, names.text(1) + "es")),
            ("search, a beginning", lambda: names.text(1) + " " + names.text(1)[:3]),
        ):
            figures = []
            for _ in range(5 * given.runs):
                text = query()
                figures.append(timed(partial(searching.search, path, text, limit=25, works=counted)))
            print(json.dumps(summary(what, figures, BAR_SEARCH)))
        faceted.search(path, "", {})  # which reads the sets, once for a release
        choices: tuple[tuple[str, int, dict[str, list[str]]], ...] = (
            ("facets of all works", 0, {}),
            ("facets, one usual word", 1, {}),
            ("facets, two usual words and two choices", 2, {"role": ["c1"], "country": ["CA"]}),
            ("facets, three choices", 0, {"role": ["c1", "c2"], "outcome": ["c0"], "year": ["2020"]}),
        )
        for what, count, wanted in choices:
            figures = []
            for run in range(min(given.runs, len(SUBJECTS) - 2)):  # each with other words: sets are kept
                text = " ".join(SUBJECTS[run : run + count])
                figures.append(timed(partial(faceted.search, path, text, wanted, limit=25)))
            print(json.dumps(summary(what, figures, BAR_FACETS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
