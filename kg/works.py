"""Which works are one although no key of theirs is the same, and which of them is about another.

Two records are compared where they begin or end alike, have the same long words, or the same first author
and page. Title, author, year, page, volume and container are weighed (`WEIGHTS`); from `THRESHOLD` on they
are one. What is a retraction, a correction, a comment or a preprint (`kg.forms`) is a work of its own: it is
related to the article, never joined with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg import forms, keys
from kg.model import Report
from kg.people import Because

THRESHOLD = 85

WEIGHTS: Mapping[str, int] = {
    "the same title": 55,
    "the same title but for slips": 50,
    "one title begins with the other": 30,
    "similar titles": 25,
    "no title in one of them": 5,
    "the same first author": 20,
    "first authors that agree": 15,
    "no author in one of them": 5,
    "the same year": 15,
    "years next to each other": 8,
    "no year in one of them": 5,
    "the same first page": 25,
    "the same volume": 10,
    "the same container": 10,
}
"""What each agreement weighs; a disagreement in author, numbers, page or volume ends the comparison."""

LARGEST_BLOCK = 30
"""Of more records that look alike each is compared with its neighbours alone."""

NEIGHBOURS = 5
SIMILAR = 80
"""Percent of a title's characters from which titles are similar."""

LONG = 20
"""From so many characters a title can be the beginning of another one."""


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """What a record prints of a work, normalised; `about` is the title that a notice names."""

    title: str
    author: str
    year: str
    volume: str
    issue: str
    page: str
    container: str
    form: str = ""
    about: str = ""


def of(report: Report) -> Work:
    """What a report prints, to be compared."""
    container = keys.container(report)
    kind = forms.form(report, container)
    title = report.title.value.strip() if report.title is not None else ""
    about = forms.about(title, kind)
    return Work(
        keys.title(title) if title else "",
        keys.first_author(report),
        keys.year(report),
        keys.normalised(report.volume.value) if report.volume is not None else "",
        keys.normalised(report.issue.value) if report.issue is not None else "",
        keys.first_page(report),
        container,
        kind,
        keys.title(about) if about else "",
    )


_LITTLE = keys.ARTICLES | {"and", "for", "in", "of", "on", "to", "with", "by", "from", "at", "as"}
_NUMBERS = frozenset(
    ("i", "ii", "iii", "iv", "v", "vi", "one", "two", "three", "four", "five", "first", "second")
)
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ω": "omega",
}


def _is_number(word: str) -> bool:
    return word in _NUMBERS or any(character.isdigit() for character in word)


def _slips(one: str, other: str) -> bool:
    """Whether two titles are the same words in their order, but for slips, blanks and little words."""
    first, second = (
        [_GREEK.get(word, word) for word in title.split() if word not in _LITTLE] for title in (one, other)
    )
    length = len(first)
    while first and second and first[-1] == second[-1]:
        first.pop()
        second.pop()
    same = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    same = min(len(first), len(second)) if same is None else same
    left, right = first[same:], second[same:]
    differing = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    if any(_is_number(word) for word in (*left, *right)) and left != right:
        return False
    if "".join(left) == "".join(right):
        return length > 3
    return (
        len(left) == len(right) and 3 * len(differing) <= length and all(_slip(*pair) for pair in differing)
    )


def _slip(one: str, other: str) -> bool:
    """Whether two words differ in one letter, long ones in two."""
    shortest = min(len(one), len(other))
    allowed = 0 if shortest < 5 else 1 if shortest < 9 else 2
    return allowed > 0 and OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _titles(one: str, other: str) -> str | None:
    if not one or not other:
        return "no title in one of them"
    if one.replace(" ", "") == other.replace(" ", ""):
        return "the same title"
    if _slips(one, other):
        return "the same title but for slips"
    short, long = sorted((one, other), key=len)
    if len(short) >= LONG and long.startswith(short + " "):
        numbered = any(map(_is_number, long[len(short) :].split()))
        return None if numbered else "one title begins with the other"
    numbers = [sorted(filter(_is_number, title.split())) for title in (one, other)]
    if numbers[0] == numbers[1] and fuzz.ratio(one, other, score_cutoff=SIMILAR) >= SIMILAR:
        return "similar titles"
    return None


def _authors(one: str, other: str) -> str | None:
    if not one or not other:
        return "no author in one of them"
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return "the same first author"
    first, second = set(one.split()), set(other.split())
    if first <= second or second <= first or _slip(one, other):
        return "first authors that agree"
    return None


def _years(one: str, other: str) -> str | None:
    if not one or not other:
        return "no year in one of them"
    if one == other:
        return "the same year"
    return "years next to each other" if abs(int(one) - int(other)) == 1 else None


def _pages(one: str, other: str) -> str | None:
    """Numbers of articles, and a page 1 that every file has, say nothing."""
    if not one or not other:
        return ""
    if one == other:
        return "the same first page" if one != "1" else ""
    plain = all(page.isdigit() and len(page) < 5 and page != "1" for page in (one, other))
    return None if plain else ""


def _containers(one: str, other: str) -> bool:
    """Whether two names of journals are one, in full or abbreviated."""
    if one == other:
        return bool(one)
    first, second = ([word for word in name.split() if word not in _LITTLE] for name in (one, other))
    return len(first) == len(second) > 0 and all(
        a.startswith(b) or b.startswith(a) for a, b in zip(first, second, strict=True)
    )


def compared(one: Work, other: Work) -> Because | None:
    """How surely two records are of one work, and why; `None` where something speaks against it."""
    if one.form != other.form:
        return None
    years, authors = _years(one.year, other.year), _authors(one.author, other.author)
    pages = _pages(one.page, other.page)
    if years is None or authors is None or pages is None:
        return None
    volumes = bool(one.volume) and one.volume == other.volume
    if not volumes and one.volume and other.volume and pages != "the same first page":
        return None
    titles = _titles(one.title, other.title)
    if titles is None:
        return None
    found = [titles, authors, years, pages, "the same volume" if volumes else "",
             "the same container" if _containers(one.container, other.container) else ""]  # fmt: skip
    reasons = tuple(reason for reason in found if reason)
    score = min(sum(WEIGHTS[reason] for reason in reasons), 99)
    shown = (f"title:{one.title}", f"title:{other.title}")
    said = [reason for reason in reasons if "in one of them" not in reason]
    return Because(score, ", ".join(said), tuple(dict.fromkeys(shown)))


def alike(works: Mapping[str, Collection[Work]]) -> Iterator[tuple[str, str, Because]]:
    """The pairs of things, by their IRIs, whose records are of one work."""
    names = sorted(works)
    best: dict[tuple[int, int], Because] = {}
    seen: set[tuple[int, int]] = set()
    for token in (_beginning, _end, _words, _page):
        for first, second in _near(names, works, token):
            if (first, second) in seen:
                continue
            for one in works[names[first]]:
                for other in works[names[second]]:
                    because = compared(one, other)
                    if because is not None and because.score >= THRESHOLD:
                        seen.add((first, second))
                        best[first, second] = max(because, best.get((first, second), because))
    for first, second in sorted(best):
        yield names[first], names[second], best[first, second]


def _beginning(work: Work) -> str:
    return work.title.replace(" ", "")[:16] if len(work.title) >= LONG else ""


def _end(work: Work) -> str:
    return work.title.replace(" ", "")[-16:] if len(work.title) >= LONG else ""


def _words(work: Work) -> str:
    longest = sorted(set(work.title.split()), key=lambda word: (-len(word), word))[:3]
    return " ".join(sorted(longest)) if len(longest) == 3 else ""


def _page(work: Work) -> str:
    return f"{work.author.replace(' ', '')[-4:]} {work.page}" if work.author and work.page else ""


_PLACE = 30  # bits of a record's number


def _near(
    names: Sequence[str], works: Mapping[str, Collection[Work]], token: Callable[[Work], str]
) -> Iterator[tuple[int, int]]:
    """The numbers of records that have the token in common, the lower first.

    What is sorted are numbers (the hash of the token, then the record): a million of them are 40 MB. Two
    tokens with one hash are only compared in vain.
    """
    marked = sorted(
        (hash(mark) << _PLACE) | number
        for number, name in enumerate(names)
        for mark in {token(work) for work in works[name]}
        if mark
    )
    block: list[int] = []
    for one in marked:
        if block and one >> _PLACE != block[-1] >> _PLACE:
            yield from _within(block, names, works)
            block = []
        block.append(one)
    yield from _within(block, names, works)


def _within(
    block: Sequence[int], names: Sequence[str], works: Mapping[str, Collection[Work]]
) -> Iterator[tuple[int, int]]:
    if len(block) < 2:
        return
    numbers = [one & ((1 << _PLACE) - 1) for one in block]
    if len(numbers) <= LARGEST_BLOCK:
        yield from combinations(numbers, 2)
        return
    numbers.sort(key=lambda number: (min(works[names[number]]), number))
    for place, number in enumerate(numbers):
        for other in numbers[place + 1 : place + 1 + NEIGHBOURS]:
            yield min(number, other), max(number, other)


def related(works: Mapping[str, Collection[Work]]) -> Iterator[tuple[str, str, str, Because]]:
    """What is about another work or an earlier state of it: the one, the other, the form, and why.

    Only where exactly one other work has that title, and for preprints and abstracts that first author.
    """
    wanted = {work.about or work.title for records in works.values() for work in records if work.form}
    articles: dict[str, set[str]] = {}
    for iri, records in works.items():
        for work in records:
            if work.form in {"", "preprint"} and work.title in wanted:
                articles.setdefault(work.title, set()).add(iri)
    for iri in sorted(works):
        for work in sorted(works[iri]):
            if not work.form:
                continue
            title = work.about or work.title
            same = work.form in {"preprint", "abstract"}
            others = {
                other
                for other in articles.get(title, ())
                if other != iri and _fits(work, works[other], same=same)
            }
            plain = {other for other in others if any(not one.form for one in works[other])}
            (found, *more) = sorted(plain or (set() if same else others)) or [""]
            if found and not more and (same or work.about):
                reason = "the title names it" if work.about else "the same title and first author"
                yield iri, found, work.form, Because(90, reason, (f"title:{title}",))


def _fits(work: Work, others: Iterable[Work], *, same: bool) -> bool:
    """Whether one of the records can be what the work is about: by author, or no later than the notice."""
    for other in others:
        if same and (not work.author or _authors(work.author, other.author) != "the same first author"):
            continue
        if not same and work.year and other.year and int(other.year) > int(work.year):
            continue
        if other.form in ("", "preprint"):
            return True
    return False
