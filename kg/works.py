"""Which works are one although no key of theirs is the same, and which of them is about another.

Two records are compared where they begin or end alike, have the same long words, or the same first author
and page. Title, author, year, page, volume and container are weighed (`WEIGHTS`); from `THRESHOLD` on they
are one. What is a retraction, a correction, a comment or a preprint (`kg.forms`) is a work of its own: it is
related to the article, never joined with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg import forms, keys
from kg.model import Report
from kg.people import Because
from kg.source import Found

THRESHOLD = 85

WEIGHTS: Mapping[str, int] = {
    "the same title": 55,
    "the same title but for slips": 50,
    "the same title but for letters": 45,
    "one title begins with the other": 30,
    "one title ends with the other": 30,
    "similar titles": 25,
    "no title to compare": 5,
    "the same first author": 20,
    "first authors that agree": 15,
    "no author to compare": 5,
    "the same year": 15,
    "years next to each other": 8,
    "no year in one of them": 5,
    "years far from each other": 0,
    "the same first page": 25,
    "the same volume": 10,
    "the same container": 10,
}
"""What each agreement weighs; a disagreement in author, numbers, page or volume ends the comparison."""

SURE = 99
"""Percent that is never exceeded without an identifier."""

LARGEST_BLOCK = 30
"""Of more records that look alike each is compared with its neighbours alone."""

NEIGHBOURS = 5
SIMILAR = 80
"""Percent of a title's characters from which titles are similar."""

LONG_ENOUGH = 7
"""Of so many words of weight one with a wrong letter is a slip whatever else is printed."""

LONG = 20
"""From so many characters a title can be the beginning of another one."""


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """What a record prints of a work, normalised; `about` is the title that a notice names.

    The title is that without the additions of databases; of one in brackets, which is `translated`, the
    words are the database's own. `given` is the first author's.
    """

    title: str
    author: str
    year: str
    volume: str
    issue: str
    page: str
    container: str
    form: str = ""
    about: str = ""
    given: str = ""
    translated: bool = False


def of(report: Report) -> Work:
    """What a report prints, to be compared."""
    container = keys.container(report)
    kind = forms.form(report, container)
    printed = report.title.value.strip() if report.title is not None else ""
    title, translated = forms.plain(printed)
    about = forms.about(title, kind)
    return Work(
        keys.title(title) if title else "",
        keys.first_author(report),
        keys.year(report),
        _first_number(report.volume),
        keys.normalised(report.issue.value) if report.issue is not None else "",
        _first_number(report.pages),
        container,
        kind,
        keys.title(about) if about else "",
        _given(report),
        translated,
    )


def _given(report: Report) -> str:
    first = min(report.authorships, key=lambda one: one.position, default=None)
    person = first.person if first is not None else None
    return keys.normalised(person.given.value) if person is not None and person.given is not None else ""


def _first_number(printed: Found[str] | None) -> str:
    """The first word with a digit in a volume or in pages, without zeros before it: `Art. 045` is `45`.

    Nothing where there is no number: a month is no volume.

    >>> _first_number(Found("pp. S14-S19", "", 0)), _first_number(Found("XII", "", 0))
    ('s14', 'xii')
    >>> _first_number(Found("(Jul)", "", 0))
    ''
    """
    words = keys.normalised(printed.value).split() if printed is not None else []
    numbered = (word for word in words if any(character.isdigit() for character in word))
    return next(numbered, words[0] if words and _ROMAN.fullmatch(words[0]) else "").lstrip("0")


_ROMAN = re.compile(r"[ivxlcdm]+")


_LITTLE = keys.ARTICLES | {"and", "for", "in", "of", "on", "to", "with", "by", "from", "at", "as"}
_LITTLE_ABROAD = frozenset(
    ("d", "da", "das", "de", "dei", "del", "della", "den", "der", "des", "di", "die", "do", "dos", "du", "e",
     "el", "en", "et", "fur", "i", "l", "la", "las", "le", "les", "los", "och", "og", "und", "y", "za", "zur")
)  # fmt: skip
"""Words that abbreviated names of journals leave out."""
_NUMBERS = frozenset(
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "one", "two", "three", "four", "five",
     "six", "seven", "eight", "nine", "ten", "twelve", "first", "second", "third", "fourth", "fifth")
)  # fmt: skip
_TELLING = frozenset(
    ("protocol", "protocols", "pilot", "reply", "qualitative", "quantitative", "feasibility")
)
"""Words that tell works of one study from each other: a title has them or is another one."""
_ALIKE = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ω": "omega",
    "programme": "program",
    "programmes": "programs",
    "vs": "versus",
}
"""Words that are written in two ways, and letters that are written out."""


def _is_number(word: str) -> bool:
    """Whether a word counts or is a single letter, as of `vitamin D` and `part B`."""
    return word in _NUMBERS or (len(word) == 1 and word != "a") or any(letter.isdigit() for letter in word)


_SPELLING = re.compile(r"([a-z])\1|(?<=[a-z])(?:a|o)(?=e)|(?<=o)u(?=r)|(?:ie|e)?s$|[ye]$")


def _as_spelt(word: str) -> str:
    """A word without what British and American English, and singular and plural, write differently.

    >>> _as_spelt("haemolytic") == _as_spelt("hemolytic"), _as_spelt("randomised") == _as_spelt("randomized")
    (True, True)
    """
    plain = _SPELLING.sub(lambda match: match[1] or "", word)
    return (
        plain.replace("isation", "ization").replace("ise", "ize").replace("yse", "yze").replace("tre", "ter")
    )


def _slips(one: str, other: str) -> str:
    """Which of `WEIGHTS` two titles are that are the same words in their order, or nothing.

    They may differ in little words, blanks and spelling; and in letters as slips of the pen have them.
    """
    first, second = (
        [_ALIKE.get(word, word) for word in title.split() if word not in _LITTLE] for title in (one, other)
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
        return ""
    if "".join(left) == "".join(right):
        return "the same title but for slips" if length > 3 else ""
    if len(left) != len(right) or 3 * len(differing) > length:
        return ""
    if all(_as_spelt(a) == _as_spelt(b) for a, b in differing):
        return "the same title but for slips"
    if not all(_slip(*pair) for pair in differing):
        return ""
    surely = len(differing) == 1 and length >= LONG_ENOUGH
    return "the same title but for slips" if surely else "the same title but for letters"


_LOOK_ALIKE = (
    ("quant", "qual"), ("hyper", "hypo"), ("inter", "intra"), ("pro", "per"), ("pre", "pro"), ("pre", "per"),
    ("ambul", "ambiv"), ("mono", "multi"), ("macro", "micro"), ("patient", "parent"), ("over", "under"),
)  # fmt: skip
"""Beginnings by which words differ that no slip makes of each other."""


def _slip(one: str, other: str) -> bool:
    """Whether two words differ in one letter, long ones in two, and not in the first.

    >>> _slip("paroxysmal", "paroxsmal"), _slip("hypertension", "hypotension"), _slip("ability", "inability")
    (True, False, False)
    """
    shortest = min(len(one), len(other))
    allowed = 0 if shortest < 5 else 1 if shortest < 9 else 2
    if not allowed or one[0] != other[0] or OSA.distance(one, other, score_cutoff=allowed) > allowed:
        return False
    return not any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a))
        for a, b in _LOOK_ALIKE
    )


def _titles(one: Work, other: Work) -> str | None:
    """How two titles agree. A translation and a title in other letters cannot be compared."""
    first, second = one.about or one.title, other.about or other.title
    if not first or not second:
        return "no title to compare"
    if first.replace(" ", "") == second.replace(" ", ""):
        return "the same title"
    if slips := _slips(first, second):
        return slips
    words = set(first.split()) ^ set(second.split())
    if words & _TELLING:
        return None
    short, long = sorted((first, second), key=len)
    if len(short) >= LONG:
        run_together = len(short) >= 2 * LONG and long.startswith(short)
        if run_together or long.startswith(short + " ") or long.endswith(" " + short):
            begins = long.startswith(short)
            rest = long[len(short) :] if begins else long[: -len(short)]
            how = "begins" if begins else "ends"
            return None if any(map(_is_number, rest.split())) else f"one title {how} with the other"
    numbers = [sorted(filter(_is_number, title.split())) for title in (first, second)]
    if (numbers[0] == numbers[1] or _at_one_place(one, other)) and fuzz.ratio(
        first, second, score_cutoff=SIMILAR
    ) >= SIMILAR:
        return "similar titles"
    return (
        "no title to compare"
        if one.translated != other.translated or _of_two_scripts(first, second)
        else None
    )


def _at_one_place(one: Work, other: Work) -> bool:
    """Whether two records print one year, volume and first page of one container."""
    place, another = ((work.year, work.volume, work.page) for work in (one, other))
    return place == another and all(place) and one.page != "1" and _containers(one.container, other.container)


def _of_two_scripts(one: str, other: str) -> bool:
    """Whether one is written in Latin letters and the other one is not."""
    return (_LATIN.search(one) is None) is not (_LATIN.search(other) is None)


_LATIN = re.compile(r"[a-zß-ɏ]")


def _authors(one: Work, other: Work) -> str | None:
    first, second = one.author, other.author
    if not first or not second or _of_two_scripts(first, second):
        return "no author to compare"
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return "the same first author"
    names, others = set(first.split()), set(second.split())
    if names <= others or others <= names or _slip(first, second) or _as_spelt(first) == _as_spelt(second):
        return "first authors that agree"
    # Where a name was cut in the wrong place, the family's is among the given names.
    names, others = (
        {word for word in f"{work.author} {work.given}".split() if len(word) > 2} for work in (one, other)
    )
    return "first authors that agree" if names & others and (names <= others or others <= names) else None


def _years(one: Work, other: Work) -> str | None:
    """A work that was first online is a year younger or older; where all of its place is printed, more."""
    if not one.year or not other.year:
        return "no year in one of them"
    if one.year == other.year:
        return "the same year"
    if abs(int(one.year) - int(other.year)) == 1:
        # What was first online has no volume; of two yearly reports nothing else may tell them apart.
        shared = (one.volume and one.volume == other.volume) or (one.page and one.page == other.page)
        online = bool(one.volume) is not bool(other.volume)
        return "years next to each other" if shared or online else None
    placed = [bool(work.volume and work.page not in ("", "1")) for work in (one, other)]
    shared = one.volume == other.volume and one.page == other.page and one.title == other.title
    return "years far from each other" if all(placed) and shared else None


def _pages(one: str, other: str) -> str | None:
    """Numbers of articles, and a page 1 that every file has, say nothing."""
    if not one or not other:
        return ""
    if one == other:
        return "the same first page" if one != "1" else ""
    plain = all(page.isdigit() and len(page) < 5 and page != "1" for page in (one, other))
    return None if plain else ""


def _containers(one: str, other: str) -> bool:
    """Whether two names of journals are one: in full, abbreviated, by initials, without what is behind it.

    >>> _containers("clin sci lond", "clinical science"), _containers("jcp", "journal of clinical psychology")
    (True, True)
    """
    if one == other:
        return bool(one)
    first, second = (
        [word for word in name.split() if word not in _LITTLE and word not in _LITTLE_ABROAD]
        for name in (one, other)
    )
    short, long = sorted((first, second), key=len)
    if len(short) == 1 < len(long) and len(short[0]) > 2:
        return short[0] == "".join(word[0] for word in long)
    return (
        len(short) > 0
        and (len(short) > 1 or len(long) == 1)
        and all(_abbreviates(a, b) or _abbreviates(b, a) for a, b in zip(short, long, strict=False))
    )


def _abbreviates(short: str, long: str) -> bool:
    """Whether a word is the beginning of another, or some of its letters in their order.

    >>> _abbreviates("psychiatr", "psychiatry"), _abbreviates("dtsch", "deutsche"), _abbreviates("clin", "cl")
    (True, True, False)
    """
    if long.startswith(short) or (len(short) > 2 and long[:1] in "dl" and long.startswith(short, 1)):
        return True  # d'Anesthésie
    letters = iter(long)
    return len(short) > 3 and short[0] == long[:1] and all(letter in letters for letter in short)


def clash(one: Work, other: Work) -> bool:
    """Whether two records of one title and author are of two works, by where they appeared.

    As editorials are, a paper that two journals printed, an abstract and what came of it, or the volumes of
    a book, which stand in nothing.
    """
    pages = _pages(one.page, other.page)
    if pages == "the same first page":
        return False
    elsewhere = bool(one.container and other.container) and not _containers(one.container, other.container)
    if one.volume and other.volume and one.volume != other.volume:
        of_books = not (one.container or other.container)
        return of_books or bool(one.page and other.page) or elsewhere or _differ(one.issue, other.issue)
    if one.page and other.page and one.page != other.page:
        return pages is None or elsewhere or _differ(one.issue, other.issue)
    if elsewhere:
        return not (one.author and other.author) or len(one.title) < LONG
    return not one.page and not other.page and _differ(one.issue, other.issue)


def _of_one_form(one: Work, other: Work) -> bool:
    """Whether both are articles, preprints or the like, or one is an abstract and the other seems none.

    One title at one place of one journal is one work, whatever a database takes it for: on the same first
    page, or in the same issue where a page is not printed.
    """
    if one.form == other.form:
        return True
    place, another = ((work.about or work.title, work.year, work.volume) for work in (one, other))
    if {one.form, other.form} != {"", "abstract"} or place != another or not all(place):
        return False
    if one.page and other.page:
        at_one_place = _pages(one.page, other.page) == "the same first page"
    else:
        at_one_place = bool(one.issue) and one.issue == other.issue
    return at_one_place and _containers(one.container, other.container)


def mixed(works: Collection[Work]) -> bool:
    """Whether records are of several forms, so that they are not of one work."""
    forms = {work.form for work in works}
    return len(forms) > 1 and any(not _of_one_form(one, other) for one, other in combinations(works, 2))


def clashing(works: Collection[Work]) -> bool:
    """Whether any two of the records are of two works; of many, any two that stand side by side in order."""
    if len(works) < 2:
        return False
    pairs = combinations(works, 2) if len(works) <= LARGEST_BLOCK else pairwise(sorted(works, key=_placed))
    return any(clash(one, other) for one, other in pairs)


def _placed(work: Work) -> tuple[str, ...]:
    return work.container, work.volume, work.page, work.issue


def _differ(one: str, other: str) -> bool:
    """Whether two issues have no word in common: `1 2` and `2` have."""
    return bool(one and other) and not set(one.split()) & set(other.split())


def compared(one: Work, other: Work) -> Because | None:
    """How surely two records are of one work, and why; `None` where something speaks against it."""
    if not _of_one_form(one, other):
        return None
    years, authors = _years(one, other), _authors(one, other)
    pages = _pages(one.page, other.page)
    if years is None or authors is None or pages is None:
        return None
    volumes = bool(one.volume) and one.volume == other.volume
    if not volumes and one.volume and other.volume and pages != "the same first page":
        return None
    titles = _titles(one, other)
    if titles is None or clash(one, other):
        return None
    if titles == "similar titles" and one.volume and other.volume and not volumes:
        return None
    found = [titles, authors, years, pages, "the same volume" if volumes else "",
             "the same container" if _containers(one.container, other.container) else ""]  # fmt: skip
    reasons = tuple(reason for reason in found if reason)
    score = sum(WEIGHTS[reason] for reason in reasons)
    shown = (f"title:{one.title}", f"title:{other.title}")
    said = [reason for reason in reasons if "to compare" not in reason and "in one of them" not in reason]
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
        if same and (not work.author or _authors(work, other) != "the same first author"):
            continue
        if not same and work.year and other.year and int(other.year) > int(work.year):
            continue
        if other.form in ("", "preprint"):
            return True
    return False
