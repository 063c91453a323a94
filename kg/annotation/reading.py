"""A report as the annotators read it: its sentences, what each is for, and the labels in it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Literal, NamedTuple

from kg.annotation import cues
from kg.annotation.sentences import LONGEST, sentences
from kg.annotation.words import Wording
from kg.concepts import Kind, Match, Vocabulary
from kg.identifiers import ConceptId
from kg.model import Report, Section
from kg.source import Found

Zone = Literal["title", "background", "objectives", "methods", "results", "conclusions", "body"]

SCHEMES = ("role", "population", "setting", "method", "outcome")

ZONES: dict[str, Zone] = {
    "background": "background",
    "objectives": "objectives",
    "methods": "methods",
    "results": "results",
    "conclusions": "conclusions",
    "impact": "conclusions",
}
"""What the kinds of sections are for; any other kind is read sentence by sentence."""


class Label(NamedTuple):
    """Words of the vocabulary in a text, and the one concept, or the several, that they may name."""

    found: Found[str]
    concepts: tuple[ConceptId, ...]
    kind: Kind
    scheme: str
    """The scheme of the concepts, which is one."""

    @property
    def concept(self) -> ConceptId | None:
        """The concept, unless there are several."""
        return self.concepts[0] if len(self.concepts) == 1 else None

    def named(self, concept: ConceptId) -> Found[ConceptId]:
        """The concept at the place of the words."""
        return self.found.map(lambda _: concept)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A sentence, its zone, whether it tells of other people's work, and its labels in order of place.

    Each is made once, and so compared by identity, which is quick.
    """

    text: Found[str]
    zone: Zone
    of_others: bool
    labels: tuple[Label, ...]

    def of(self, *schemes: str) -> list[Label]:
        """The labels of some schemes."""
        return [label for label in self.labels if label.scheme in schemes]

    def within(self, part: Found[str], scheme: str) -> list[Label]:
        """The labels of a scheme inside a part of the sentence."""
        start, end = part.start, part.end
        return [
            label
            for label in self.labels
            if label.scheme == scheme
            and start <= (begin := label.found.start)
            and begin + len(label.found.raw) <= end
        ]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the annotators look at."""

    title: Sentence | None
    sentences: tuple[Sentence, ...]
    keywords: tuple[Label, ...]
    peer_context: bool
    sectioned: bool
    claims: tuple[Sentence, ...] = ()
    by_scheme: dict[str, list[tuple[Sentence, Label]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for sentence in self:
            for label in sentence.labels:
                self.by_scheme.setdefault(label.scheme, []).append((sentence, label))

    def __iter__(self) -> Iterator[Sentence]:
        """The title, then the sentences in order."""
        if self.title is not None:
            yield self.title
        yield from self.sentences

    def labels(self, scheme: str) -> list[tuple[Sentence, Label]]:
        """The labels of a scheme with their sentences, in the order of the sentences."""
        return self.by_scheme.get(scheme, [])

    def zone(self, *zones: Zone) -> list[Sentence]:
        """The sentences of some zones."""
        return [sentence for sentence in self if sentence.zone in zones]


def read(report: Report, vocabulary: Vocabulary) -> Reading:
    """The report's title, sections and keywords as sentences with zones and labels."""
    texts = [section.text for section in report.sections]
    passages = [*([report.title] if report.title else []), *texts]
    claimed = [text for claim in report.claims for text in (claim.quote, claim.context) if text is not None]
    peer_context = any(cues.PEER.search(text.raw) for text in (*passages, *claimed))
    labels = {passage: _named(passage, vocabulary) for passage in passages}
    spelt = {
        concept
        for found in labels.values()
        for label in found
        if label.kind == "label"
        for concept in label.concepts
    }
    for passage, found in labels.items():
        capitals = passage.raw.isupper()
        labels[passage] = [
            label
            for label in found
            if (peer_context or label.kind != "weak") and _counts(label, spelt, capitals=capitals)
        ]
    _with_short_forms(labels)
    title = None
    if report.title is not None:
        (words, *_) = sentences(report.title)[:1] or [report.title]
        words = report.title if len(report.title.raw) <= LONGEST else words
        named = tuple(label for label in labels[report.title] if label.found.end <= words.end)
        title = Sentence(words, "title", of_others=False, labels=named)
    return Reading(
        title=title,
        sentences=tuple(_zoned(report.sections, labels)),
        keywords=tuple(
            label for keyword in report.author_keywords for label in labels_in(keyword, vocabulary)
        ),
        peer_context=peer_context,
        sectioned=any(section.kind in ZONES for section in report.sections),
        claims=tuple(
            Sentence(claim.quote, "body", of_others=True, labels=tuple(_named(claim.quote, vocabulary)))
            for claim in report.claims
        ),
    )


_SHORT_FORM = re.compile(r"\s\((?P<short>[A-Z][A-Za-z]{0,6}[A-Z])s?\)")


def _with_short_forms(labels: dict[Found[str], list[Label]]) -> None:
    """Add the places where a label is said by the short form that the text gives it: `heart failure (HF)`."""
    defined: dict[str, Label] = {}
    for passage, found in labels.items():
        for label in found if ")" in passage.raw else ():
            match = _SHORT_FORM.match(passage.raw, label.found.end - passage.start)
            if match is not None and label.kind != "weak" and _is_short_for(match["short"], label.found.raw):
                defined.setdefault(match["short"], label)
    if not defined:
        return
    short = re.compile(rf"(?<![\w(-])(?P<short>{'|'.join(sorted(defined, key=len, reverse=True))})(?![\w-])")
    for passage, found in labels.items():
        places = [_place(label) for label in found]
        added = []
        for match in short.finditer(passage.raw):
            words = passage.part(match.start(), match.end())
            if not any(start < words.end and words.start < end for start, end in places):
                full = defined[match["short"]]
                kind: Kind = "inverse" if full.kind == "inverse" else "acronym"
                added.append(Label(words, full.concepts, kind, full.scheme))
        if added:
            found.extend(added)
            found.sort(key=_place)


def _place(label: Label) -> tuple[int, int]:
    return label.found.start, label.found.end


def _is_short_for(short: str, words: str) -> bool:
    """Whether the letters begin words, in their order, the last of them among the last two words."""
    initials = [word[0].casefold() for word in re.split(r"[\s-]+", words) if word]
    place = 0
    for letter in short.casefold():
        if letter not in initials[place:]:
            return False
        place = initials.index(letter, place) + 1
    return place >= len(initials) - 1


def labels_in(text: Found[str], vocabulary: Vocabulary, *schemes: str) -> Iterator[Label]:
    """One label for each place and scheme, whatever the number of its concepts."""
    raw, begin, where = text.raw, text.start, text.where
    places = sorted(vocabulary.names(raw, *(schemes or SCHEMES)), key=itemgetter(0, 1, 2))
    for start, end, scheme, named in places:
        words = raw[start:end]
        yield Label(Found(words, words, begin + start, where), named.surest, named.kind, scheme)


def _named(passage: Found[str], vocabulary: Vocabulary) -> list[Label]:
    """The labels of a passage, and the populations named by what somebody has, as with `people with`."""
    statistics = [
        (passage.start + match.start(), passage.start + match.end())
        for match in cues.STATISTIC.finditer(passage.raw)
    ]
    labels = [
        label
        for label in labels_in(passage, vocabulary)
        if not (
            statistics
            and any(start < label.found.end and label.found.start < end for start, end in statistics)
        )
        and not (
            label.scheme in _NOT_WHAT_NON_IS
            and _NON.search(
                passage.raw, max(0, label.found.start - passage.start - 5), label.found.start - passage.start
            )
        )
    ]
    labels = _with_elided(passage, labels, vocabulary)
    roles = [label.found for label in labels if label.scheme == "role"]
    starts = [role.start for role in roles]
    people = []
    for match in cues.SOMEBODY.finditer(passage.raw):
        begin, what = passage.start + match.start(), passage.start + match.start("what")
        before = bisect.bisect_left(starts, what) - 1
        if before >= 0 and roles[before].end > begin:
            continue
        for asked, offset in _asked(match["what"]):
            for named in lookup(vocabulary, f"people {asked}", "population"):
                if named.found.start == 0 and named.kind == "label":
                    end = match.start("what") + offset + len(named.found.raw) - len("people ")
                    words = passage.part(match.start(), end)
                    people.append(Label(words, (named.found.value,), "label", "population"))
    if not people:
        return labels
    return sorted((*labels, *people), key=_place)


def _with_elided(passage: Found[str], labels: list[Label], vocabulary: Vocabulary) -> list[Label]:
    """With those whose last words are said only once, as with `alcohol or opioid dependence`."""
    found = []
    for label in labels:
        space = label.found.raw.find(" ")
        begin = label.found.start - passage.start
        if space == -1 or label.kind != "label" or not passage.raw.endswith(_JOINTS, 0, begin):
            continue
        before = _ELIDED.search(passage.raw, max(0, begin - 40), begin)
        if before is None:
            continue
        asked = f"{before['word']}{label.found.raw[space:]}"
        if (two := _ELIDED_TWO.search(passage.raw, max(0, begin - 40), begin)) is not None:
            longer = f"{two['word']}{label.found.raw[space:]}"
            if any(named.found.raw == longer for named in lookup(vocabulary, longer, label.scheme)):
                before, asked = two, longer
        for named in lookup(vocabulary, asked, label.scheme):
            if named.found.raw == asked and named.kind == "label" and named.found.value not in label.concepts:
                words = passage.part(before.start("word"), before.end("word"))
                if not any(one.found.start < words.end and words.start < one.found.end for one in labels):
                    found.append(Label(words, (named.found.value,), "label", label.scheme))
    if not found:
        return labels
    return sorted((*labels, *found), key=_place)


_JOINTS = (" and ", " or ", "/or ", " & ")
_ELIDED_TWO = Wording(r"(?<![\w-])(?P<word>[\w-]+ [\w-]+),? (?:and|or|and/or|&) $")
_ELIDED = Wording(r"(?<![\w-])(?P<word>[\w-]+),? (?:and|or|and/or|&) $")


def _asked(what: str) -> Iterator[tuple[str, int]]:
    """What somebody has or does, and each further thing that they have, with its distance."""
    yield what, 0
    if what.startswith("with "):
        for joint in _AND.finditer(what):
            yield f"with {what[joint.end() :]}", joint.end() - len("with ")


_NOT_WHAT_NON_IS = frozenset({"role", "method"})
_NON = Wording(r"\bnon[\s-]?$")
"""Before a role or a design: those who are not in it, another design."""

_AND = re.compile(r" (?:and|or) ")


@lru_cache(maxsize=8192)
def lookup(vocabulary: Vocabulary, words: str, scheme: str) -> tuple[Match, ...]:
    """What the vocabulary finds in a few words; asked again and again for the same words."""
    return tuple(vocabulary.find(Found(words, words, 0), scheme))


def _counts(label: Label, spelt: set[ConceptId], *, capitals: bool) -> bool:
    """Whether the words are used as a word or an acronym of the vocabulary.

    In capitals throughout, acronyms cannot be told from words; a word in capitals amid small letters is a
    name; an acronym of two letters counts only where the text spells it out as well.
    """
    raw = label.found.raw
    if not raw.isupper() or len(raw) == 1:
        return True
    if capitals:
        return label.kind != "acronym"
    if label.kind == "acronym":
        return len(raw) > 2 or not spelt.isdisjoint(label.concepts)
    return len(raw) < 4 or not raw.isalpha()


def _zoned(sections: Iterable[Section], labels: dict[Found[str], list[Label]]) -> Iterator[Sentence]:
    reached = 0
    for section in sections:
        parts = sentences(section.text)
        zones = list(_zones(section, parts, reached))
        reached = 0 if section.kind else max((reached, *map(_ORDER.index, zones)))
        remaining = iter(labels[section.text])
        label = next(remaining, None)
        for part, zone in zip(parts, zones, strict=True):
            inside = []
            end = part.end
            while label is not None and label.found.start < end:
                if label.found.end <= end:
                    inside.append(label)
                label = next(remaining, None)
            others = cues.OTHERS_DID.match(part.raw) is not None or (
                zone not in {"methods", "objectives"}
                and (
                    _is_cited(part.raw)
                    or (zone in {"background", "body", "conclusions"} and bool(cues.OTHERS.search(part.raw)))
                    or cues.OTHERS_FOUND.match(part.raw) is not None
                )
            )
            yield Sentence(part, zone, others, tuple(inside))


def _is_cited(text: str) -> bool:
    return ("(" in text or "[" in text or "et al" in text) and cues.CITED.search(text) is not None


def _zones(section: Section, parts: list[Found[str]], reached: int) -> Iterator[Zone]:
    """The zones of a section; one without heading goes on where those before it had `reached`."""
    zone = ZONES.get(section.kind)
    if zone is None:
        yield from _guessed(parts, reached)
        return
    if zone == "methods" and section.heading is not None and _AND_RESULTS.search(section.heading.raw):
        yield from _guessed(parts, _ORDER.index("methods"))
        return
    stated = [zone in {"background", "objectives"} and _states_an_aim(part.raw) for part in parts]
    aimed = not any(stated)
    for part, aims in zip(parts, stated, strict=True):
        aimed = aimed or aims
        if zone == "background" and aims and not _goal_only(part):
            yield "objectives"
        elif (
            zone == "background"
            and (
                cues.PROGRAMME_BEGINS.search(part.raw)
                or (((any(stated) and aimed) or _ENROLLED.match(part.raw)) and cues.METHOD.search(part.raw))
            )
            and not cues.OTHERS.search(part.raw)
        ):
            yield "methods"
        elif zone == "objectives" and not aimed:
            yield "background"
        elif zone == "results" and cues.CONCLUSION.search(part.raw) and cues.POSSIBLE.search(part.raw):
            yield "conclusions"
        else:
            yield zone


_AND_RESULTS = Wording(r"\b(?:results|findings)\b")
"""In the heading of methods: both are told under it."""
_ENROLLED = Wording(
    r"(?:we|the authors|(?:the )?(?:investigators|researchers)) (?:\w+ly )?(?:enrolled|recruited|surveyed|"
    r"interviewed|randomi[sz]ed|conducted|identified|compared) "
)
"""How a background goes on that tells of the study, too."""


def _states_an_aim(text: str) -> bool:
    return cues.STARTS_AS_AIM.match(text) is not None or cues.AIM.search(text) is not None


def _goal_only(part: Found[str]) -> bool:
    """Whether the sentence speaks of a goal of services, not of this inquiry."""
    low = part.raw.casefold()
    return not any(
        word in low for word in ("study", "paper", "article", "we ", "review", "project", " trial ")
    )


_ORDER: tuple[Zone, ...] = ("background", "objectives", "methods", "results", "conclusions")


def _guessed(parts: list[Found[str]], reached: int) -> Iterator[Zone]:
    """The zones of text without headings: by its wordings, and by the order abstracts have."""
    for part in parts:
        text = part.raw
        others = bool(cues.OTHERS.search(text))
        begins = reached < 3 and bool(cues.STARTS_AS_AIM.match(text))
        aims = begins or (reached < 3 and bool(cues.AIM.search(text)))
        methods = cues.METHOD.count(text) if reached < 3 else 0
        if cues.SURE_RESULT.search(text) and not (reached == 0 and others):
            here = 4 if cues.CONCLUSION.search(text) and cues.POSSIBLE.search(text) else 3
        elif reached >= 1 and not aims and cues.CONCLUSION.search(text):
            here = 4
        elif aims and (begins or methods or not _goal_only(part)):
            here = 1
        elif (methods and methods >= cues.RESULT.count(text)) or (
            reached < 2 and not others and cues.PROGRAMME_BEGINS.search(text)
        ):
            here = 2
        elif reached >= 1 and not others and cues.RESULT.search(text):
            here = 3
        elif methods and not others:
            here = 2
        else:
            here = {1: 2}.get(reached, reached)
        reached = max(reached, here)
        yield _ORDER[here]
