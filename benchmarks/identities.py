"""How fast works become one thing, in how much memory, and how well: `python -m benchmarks.identities`.

Works are made up: titles of words that recur, authors of a few thousand names, years, journals, pages. One in
twenty is printed twice, the second time as another database would: without the DOI, with a slip in the title,
without its subtitle, with another form of the author's name, a year later, or only as a reference. One in
fifty is the sister of another: the same title but for the place, the same author and year.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator

from kg import keys
from kg.iris import mint
from kg.linking import Entity, identities
from kg.works import Work

BASE = "https://example.org/kg/"
SYLLABLES = [consonant + vowel for consonant in "bdklmnrst" for vowel in "aeio"]
PLACES = ("uganda", "rwanda", "norway", "denmark", "tarnbury", "baytown")
SLIPS = ("doi", "slip", "subtitle", "author", "year", "reference")


def word(draw: random.Random, length: int) -> str:
    """A word of so many syllables."""
    return "".join(draw.choices(SYLLABLES, k=length))


def record(draw: random.Random, words: list[str], names: list[str]) -> Work:
    """A work."""
    title = " ".join(draw.choices(words, k=draw.randint(6, 12))) + f" in {draw.choice(PLACES)}"
    return Work(
        keys.title(title), draw.choice(names), str(draw.randint(1990, 2025)), str(draw.randint(1, 90)),
        str(draw.randint(1, 12)), str(draw.randint(2, 990)), f"journal of {draw.choice(words)}",
    )  # fmt: skip


def again(draw: random.Random, work: Work) -> tuple[str, Work]:
    """The same work as another database prints it."""
    how = draw.choice(SLIPS)
    words = work.title.split()
    title, author, year = work.title, work.author, work.year
    if how == "slip":
        place = max(range(len(words) - 2), key=lambda number: len(words[number]))
        words[place] = words[place][:-2] + words[place][-1]
        title = " ".join(words)
    elif how == "subtitle":
        title = " ".join(words[:-2])
    elif how == "author":
        author = f"{author} {word(draw, 2)}"
    elif how == "year":
        year = str(int(year) + 1)
    elif how == "reference":
        return how, Work("", author, year, work.volume, "", work.page, work.container)
    return how, Work(title, author, year, work.volume, work.issue, work.page, work.container)


def entity(work: Work, number: int, doi: str) -> Entity:
    """The record of a work as a conversion has it."""
    own = [keys.key("doi", doi)] if doi else []
    if work.title:
        own += [
            keys.key("title", work.title, work.year, work.author),
            keys.key("loose-title", work.title, work.author),
        ]
    own.append(keys.key("reference", work.author, work.year, work.container, work.volume, work.page))
    iri = mint(BASE, "Report", f"{work.year} {work.title}", own[0])
    traits = (f"year={work.year}", "form=article", *((f"title={work.title}",) if work.title else ()))
    source = f"{BASE}source/{number % 5}"
    return Entity(iri, "Report", tuple(own), work.title, None, work.title, traits, source, work=work)


def made(count: int, seed: int) -> Iterator[tuple[int, str, Entity]]:
    """Which work each record is of, how it is printed, and the record."""
    draw = random.Random(seed)  # noqa: S311 - to be the same every time is the purpose
    words = sorted({word(draw, draw.randint(1, 5)) for _ in range(20_000)})
    names = sorted({word(draw, draw.randint(2, 4)) for _ in range(5_000)})
    last = None
    for number in range(count):
        if last is not None and number % 50 == 0:  # a sister of the work before
            head, _, place = last.title.rpartition(" ")
            elsewhere = PLACES[(PLACES.index(place) + 1) % len(PLACES)] if place in PLACES else PLACES[0]
            page = str(int(last.page) + 7)
            work = Work(
                f"{head} {elsewhere}", last.author, last.year, last.volume, last.issue, page, last.container
            )
        else:
            work = record(draw, words, names)
        last = work
        yield number, "first", entity(work, number, f"10.5555/{number}" if draw.random() < 0.8 else "")
        if number % 20 == 10:
            how, other = again(draw, work)
            yield number, how, entity(other, number + 1, "")


def pairs(number: int) -> int:
    """How many pairs so many things have."""
    return number * (number - 1) // 2


def main() -> None:
    """Make records, decide, and print what it took and came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    printed: list[tuple[int, str, str]] = []

    def records() -> Iterator[Entity]:
        for work, how, one in made(chosen.works, chosen.seed):
            printed.append((work, how, one.iri))
            yield one

    start, wall = time.process_time(), time.perf_counter()
    for _ in records():
        pass
    making = time.process_time() - start
    printed.clear()
    start, wall = time.process_time(), time.perf_counter()
    found = identities(records())
    spent, passed = time.process_time() - start - making, time.perf_counter() - wall
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{len(printed):,} records: {spent:.1f} CPU-s ({passed:.1f} s passed), at most {most:.2f} GB")
    together: dict[tuple[str, int], int] = {}
    of_work: dict[int, int] = {}
    of_iri: dict[str, int] = {}
    missed: dict[str, int] = {}
    first: dict[int, str] = {}
    for work, how, provisional in printed:
        iri = found.final[provisional]
        together[iri, work] = together.get((iri, work), 0) + 1
        of_work[work] = of_work.get(work, 0) + 1
        of_iri[iri] = of_iri.get(iri, 0) + 1
        if first.setdefault(work, iri) != iri:
            missed[how] = missed.get(how, 0) + 1
    right = sum(map(pairs, together.values()))
    said, true = sum(map(pairs, of_iri.values())), sum(map(pairs, of_work.values()))
    print(f"pairs: precision {right / said:.4f}, recall {right / true:.4f} of {true:,}; missed {missed}")


if __name__ == "__main__":
    main()
