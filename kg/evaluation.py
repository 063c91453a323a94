"""How well documents are read: their records against gold annotations, field by field.

A gold file is a JSON object that names its document (`file`) and says what the document says: scalar
bibliographic fields, lists of authors, institutions, keywords, references, and under `study` and
`evidence_statements` the facts, each with a quote that is a literal part of the document.

A value agrees `exact`ly, after `normalised` white space, quotation marks and case, or in `partial`:
one holds the other. A fact agrees when its characters lie in the gold quote (or the quote in them); a
concept that is found again elsewhere in the document, or a broader one, is the same fact and not a new one.
A concept read from a passage that the gold quotes under another heading (a log that was counted, read as a
method; a keyword) is `elsewhere`: shown and counted apart, neither right nor wrong.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, get_args

from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.model import Authorship, Citation, Concept, Finding, ParticipantGroup, Report, StudyData, Text
from kg.problems import PeerkgError
from kg.source import Found, Source
from kg.understanding import understand

Level = Literal["exact", "normalised", "partial", "missed", "extra", "elsewhere"]

LEVELS: tuple[Level, ...] = get_args(Level)

BIBLIOGRAPHIC: tuple[Level, ...] = ("exact", "normalised")
"""The levels that count as right for a bibliographic field."""


class GoldError(PeerkgError):
    """A gold annotation cannot be used: it is missing, broken, or quotes what its document does not say."""


class NoGoldError(GoldError):
    """No gold annotation is of this document."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One comparison: the field, how it came out, what the gold says, what was read, and its line."""

    field: str
    level: Level
    expected: str
    got: str
    line: int | None = None


@dataclass(slots=True)
class Score:
    """Counts of one field, and the ratios that follow from them."""

    levels: Counter[Level] = field(default_factory=Counter)

    @property
    def right(self) -> int:
        """How many agree, in whatever degree."""
        return self.levels["exact"] + self.levels["normalised"] + self.levels["partial"]

    @property
    def precision(self) -> float:
        """The share of what was read that is right; 1 where nothing was read."""
        read = self.right + self.levels["extra"]
        return self.right / read if read else 1.0

    @property
    def recall(self) -> float:
        """The share of the gold that was read; 1 where there is none."""
        gold = self.right + self.levels["missed"]
        return self.right / gold if gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def scores(outcomes: Iterable[Outcome]) -> dict[str, Score]:
    """The score of each field, in the order in which the fields first occur."""
    result: dict[str, Score] = {}
    for outcome in outcomes:
        result.setdefault(outcome.field, Score()).levels[outcome.level] += 1
    return result


def gold_for(document: Path, folder: Path) -> dict[str, Any]:
    """The annotation of a document: `<document>.gold.json` beside it, or the file of `folder` that names it.

    Raises `GoldError` where there is none, more than one, or a broken one.
    """
    beside = document.with_suffix(".gold.json")
    candidates = [beside] if beside.is_file() else sorted(folder.glob("*.json"))
    named: list[dict[str, Any]] = []
    for path in candidates:
        try:
            gold = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise GoldError(f"{path}: not a gold annotation: {error}") from error
        if path == beside or Path(str(gold.get("file", ""))).name == document.name:
            named.append(gold)
    if len(named) != 1:
        wrong = GoldError if named else NoGoldError
        raise wrong(f"{document}: {len(named)} gold annotations in {folder} name this file; one was expected")
    return named[0]


def evaluate(document: Path, gold: dict[str, Any], vocabulary: Vocabulary) -> Iterator[Outcome]:
    """Every comparison of a document with its gold annotation, of one report or of `reports` in their order.

    Raises `UnreadableSourceError`, `UnknownFormatError`, or `GoldError`.
    """
    source = Source.from_bytes(str(document), document.read_bytes())
    reports = understand(source, vocabulary).reports
    if "reports" not in gold and len(reports) != 1:
        raise GoldError(f"{document}: {len(reports)} reports were read; the gold annotation is of one")
    for expected, read in zip_longest(gold.get("reports", [gold]), reports):
        comparison = _Comparison(source, expected or {}, read or Report(), vocabulary)
        yield from comparison.bibliography()
        yield from comparison.abstract()
        yield from comparison.references()
        yield from comparison.facts()
        yield from comparison.claims()


def fold(text: str) -> str:
    """The text with white space, dashes, quotation marks and case made alike, and no full stop at the end."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\u2018\u2019\u201b`\u00b4]", "'", text)
    text = re.sub(r"[\u201c\u201d\u201f\u00ab\u00bb]", '"', text)
    text = re.sub(r"[\u2010-\u2015]", "-", text)
    return " ".join(text.split()).rstrip(".")


def level_of(expected: str, got: str) -> Level | None:
    """How far two texts agree; `None` if they do not."""
    if expected == got:
        return "exact"
    one, other = fold(expected), fold(got)
    if one == other:
        return "normalised"
    if one and other and (one in other or other in one):
        return "partial"
    return None


def _initials(given: str) -> str:
    """`Lisa D.` and `LD` are both `ld`: capitals of a run of capitals, else the first letter of each word."""
    words = re.split(r"[\s.\-]+", given)
    return "".join(word if word.isupper() else word[:1] for word in words if word).casefold()


def _value(found: Found[Any] | None) -> str | None:
    return None if found is None else str(found.value)


def printed_name(authorship: Authorship) -> str:
    """The family name, then the given names; the name as printed where they are not told apart."""
    person = authorship.person
    if person is None or person.family is None:
        return authorship.name_as_printed.value
    given = person.given.value if person.given else ""
    return f"{person.family.value}, {given}".rstrip(", ")


def same_person(expected: str, got: str) -> Level | None:
    """How far two names agree: family names and initials make them the same."""
    direct = level_of(expected, got)
    if direct in BIBLIOGRAPHIC:
        return direct
    (one, _, given), (other, _, also) = (
        re.sub(r"^([^,]+?) ((?:[A-Z]{1,3}\.? ?){1,3})$", r"\1, \2", n).partition(",") for n in (expected, got)
    )
    if fold(one) == fold(other) and _initials(given.strip()) == _initials(also.strip()):
        return "normalised"
    return direct


class _Comparison:
    """One document, its gold and its record."""

    def __init__(self, source: Source, gold: dict[str, Any], report: Report, vocabulary: Vocabulary) -> None:
        self.source = source
        self.gold = gold
        self.report = report
        self.vocabulary = vocabulary

    # -- bibliographic fields ------------------------------------------------------------------

    def scalar(self, name: str, expected: object, got: str | None) -> Iterator[Outcome]:
        """One field with at most one value: right, or a miss and an extra."""
        if expected is None and got is None:
            return
        level = None if expected is None or got is None else level_of(str(expected), got)
        if level is None:
            if expected is not None:
                yield Outcome(name, "missed", str(expected), got or "")
            if got is not None:
                yield Outcome(name, "extra", "" if expected is None else str(expected), got)
        else:
            yield Outcome(name, level, str(expected), got or "")

    def listed(
        self, name: str, expected: Sequence[str], got: Sequence[str], *, ordered: bool
    ) -> Iterator[Outcome]:
        """A list of values, by position where order means something, else as sets."""
        left = list(got)
        for position, value in enumerate(expected):
            if ordered:
                candidates = [position] if position < len(got) else []
                match = next((i for i in candidates if same_person(value, got[i]) in BIBLIOGRAPHIC), None)
            else:
                match = next(
                    (i for i, other in enumerate(got) if level_of(value, other) in BIBLIOGRAPHIC), None
                )
            if match is None or got[match] not in left:
                yield Outcome(name, "missed", value, "")
            else:
                left.remove(got[match])
                yield Outcome(name, same_person(value, got[match]) or "normalised", value, got[match])
        for value in left:
            yield Outcome(name, "extra", "", value)

    def bibliography(self) -> Iterator[Outcome]:
        """Title to times cited."""
        gold, report = self.gold, self.report
        yield from self.scalar("title", gold.get("title"), _value(report.title))
        yield from self.listed(
            "authors",
            [_gold_name(a) for a in gold.get("authors", [])],
            [printed_name(a) for a in report.authorships],
            ordered=True,
        )
        yield from self.affiliations()
        container = gold.get("container")
        container = container.get("name") if isinstance(container, dict) else container
        printed = report.journal or report.conference
        yield from self.scalar("container", container, None if printed is None else printed.name.value)
        yield from self.scalar(
            "year", gold.get("year"), None if report.issued is None else str(report.issued.value.year)
        )
        if "date" in gold:
            yield from self.scalar("date", gold["date"], _value(report.issued))
        for key, found in (
            ("volume", report.volume),
            ("issue", report.issue),
            ("pages", report.pages),
            ("page_count", report.page_count),
            ("doi", report.doi),
            ("pmid", report.pmid),
            ("cited_by", report.times_cited),
            ("abstract_number", report.number),
            ("citation_line", report.citation_line),
        ):
            if key in gold or found is not None:
                yield from self.scalar(key, gold.get(key), _value(found))
        for key, values in (("keywords", report.author_keywords), ("keywords_plus", report.keywords_plus)):
            yield from self.listed(key, gold.get(key, []), [v.value for v in values], ordered=False)
        yield from self.listed(
            "subject_classes",
            [_class(c["scheme"], c["code"], c["label"]) for c in gold.get("subject_classes", [])],
            [_class(c.scheme.value, c.code.value, _value(c.label)) for c in report.subject_classes],
            ordered=False,
        )

    def affiliations(self) -> Iterator[Outcome]:
        """Who was where: each author's addresses, and the parts of each address."""
        gold, report = self.gold, self.report
        by_number = {i.get("number"): i for i in gold.get("institutions", [])}
        expected = [
            f"{_gold_name(author)} @ {by_number[a]['as_printed'] if a in by_number else a}"
            for author in gold.get("authors", [])
            for a in author.get("affiliations", [])
        ]
        got = [f"{printed_name(a)} @ {f.printed.value}" for a in report.authorships for f in a.affiliations]
        simple = [re.sub(r"^(.*?), (.*?) @", lambda m: f"{m[1]}, {_initials(m[2])} @", name) for name in got]
        wanted = [
            re.sub(r"^(.*?), (.*?) @", lambda m: f"{m[1]}, {_initials(m[2])} @", name) for name in expected
        ]
        yield from self.listed("affiliations", wanted, simple, ordered=False)
        parts = {f.printed.value: f for a in report.authorships for f in a.affiliations}
        for institution in by_number.values():
            if not isinstance(institution["as_printed"], str) or "name" not in institution:
                continue
            found = parts.get(institution["as_printed"])
            if found is None:
                continue  # counted as a missed affiliation
            place = found.institution
            for key, value in (
                ("name", place.name),
                ("unit", found.unit.name if found.unit else None),
                ("city", place.city),
                ("region", place.region),
                ("postcode", place.postcode),
                ("country", place.country),
            ):
                yield from self.scalar(f"institution.{key}", institution.get(key), _value(value))

    def abstract(self) -> Iterator[Outcome]:
        """Where the abstract begins and ends, and its headings."""
        gold = self.gold.get("abstract") or {}
        first, last = (
            gold.get("first60", self.gold.get("abstract_first60")),
            gold.get("last60", self.gold.get("abstract_last60")),
        )
        sections = self.report.sections
        if first is not None and last is not None:
            start = min((s.heading or s.text).start for s in sections) if sections else 0
            end = max(s.text.end for s in sections) if sections else 0
            text = self.source.text[start:end]
            yield from self.scalar("abstract.begin", first, text[: len(first)] or None)
            yield from self.scalar("abstract.end", last, text[-len(last) :] or None)
        headings = self.gold.get("abstract_headings")
        if headings is not None:
            printed = [s.heading.value for s in sections if s.heading is not None]
            yield from self.listed("abstract.headings", headings, printed, ordered=False)
        order = (self.gold.get("sections") or {}).get("order")
        if order is not None:
            kinds = [
                "implications" if s.kind == "conclusions" else "impacts" if s.kind == "impact" else s.kind
                for s in sections
            ]
            yield from self.listed("abstract.sections", order, kinds, ordered=False)

    def references(self) -> Iterator[Outcome]:
        """The reference list, entry by entry in its order."""
        gold = self.gold.get("references", [])
        if "reference_total" in self.gold:
            stated = self.report.reference_total
            total = (
                _value(stated)
                if stated is not None or not self.report.references
                else str(len(self.report.references))
            )
            yield from self.scalar("reference_total", self.gold["reference_total"], total)
        read = self.report.references
        yield from self.scalar(
            "references.listed", str(len(gold)) if gold else None, str(len(read)) if read else None
        )
        for expected, entry in zip(gold, read, strict=False):
            if "as_printed" in expected:
                yield from self.scalar("references.as_printed", expected["as_printed"], entry.quote.value)
                continue
            work = entry.work or Report()
            authors = [printed_name(a) for a in work.authorships]
            if expected.get("first_author") is not None or authors:
                level = same_person(expected.get("first_author") or "", authors[0] if authors else "")
                yield self._judged(
                    "references.first_author",
                    level,
                    expected.get("first_author"),
                    authors[0] if authors else "",
                )
            if expected.get("authors"):
                yield from self.listed("references.authors", expected["authors"], authors, ordered=True)
            container = work.journal.name.value if work.journal else None
            for key, got in (
                ("year", None if work.issued is None else str(work.issued.value.year)),
                ("title", _value(work.title)),
                ("container", container),
                ("volume", _value(work.volume)),
                ("issue", _value(work.issue)),
                ("pages", _value(work.pages)),
                ("doi", _value(work.doi)),
            ):
                yield from self.scalar(f"references.{key}", expected.get(key), got)

    def _judged(self, name: str, level: Level | None, expected: str | None, got: str) -> Outcome:
        return Outcome(name, level if level in BIBLIOGRAPHIC else "missed", expected or "", got)

    # -- facts -----------------------------------------------------------------------------------

    def spans(self, quote: str) -> list[tuple[int, int]]:
        """Every place of a gold quote in the document; `GoldError` if it has none."""
        places = [(m.start(), m.end()) for m in re.finditer(re.escape(quote), self.source.text)]
        if not places:
            raise GoldError(f"{self.source.path}: the gold quote {quote!r} is not in the document")
        return places

    def _overlaps(self, found: Found[Any], quote: str) -> bool:
        return any(found.start < end and start < found.end for start, end in self.spans(quote))

    def _within_any(self, found: Found[Any]) -> bool:
        """Whether the characters lie in a passage that the gold quotes as a fact, or in a keyword."""
        study = self.gold.get("study", {})
        facts = [item for items in study.values() if isinstance(items, list) for item in items]
        quotes = [*(fact["quote"] for fact in facts), *self.gold.get("keywords", [])]
        spans = [span for quote in quotes for span in self.spans(quote)]
        return any(start <= found.start and found.end <= end for start, end in spans)

    def facts(self) -> Iterator[Outcome]:
        """Groups, data, methods, roles, populations, settings, programmes and own findings."""
        study = self.gold.get("study")
        if study is None:
            return
        record = self.report.study
        groups = record.groups if record else ()
        yield from self.counted("participants", study.get("participants", []), groups)
        yield from self.counted("data", study.get("data", []), record.data if record else ())
        facets = self.report.facets
        yield from self.concepts(
            "methods",
            [*study.get("design", []), *study.get("methods", [])],
            record.methods if record else _of("method", facets),
        )
        yield from self.concepts(
            "roles", study.get("peer_roles", []), record.roles if record else _of("role", facets)
        )
        populations = record.populations if record else _of("population", facets)
        yield from self.concepts("populations", study.get("populations", []), populations)
        yield from self.concepts(
            "settings", study.get("settings", []), record.settings if record else _of("setting", facets)
        )
        yield from self.programmes(study.get("programmes", []))
        findings = [f for f in self.report.findings if f.basis.name == "own-result"]
        yield from self.findings(
            "findings", study.get("outcomes", []), findings, also=study.get("themes", [])
        )

    def counted(
        self, name: str, gold: Sequence[dict[str, Any]], read: Sequence[ParticipantGroup | StudyData]
    ) -> Iterator[Outcome]:
        """Things with a number: the place must agree, and the number."""
        left = list(read)
        for item in gold:
            match = next(
                (r for r in left if self._overlaps(r.quote, item["quote"]) and _count(r) == item["count"]),
                None,
            )
            if match is None:
                yield Outcome(name, "missed", f"{item['count']} {item['description']}", "")
            else:
                left.remove(match)
                level = level_of(item["description"], match.description.value) or "partial"
                yield Outcome(
                    name,
                    level,
                    f"{item['count']} {item['description']}",
                    f"{_count(match)} {match.description.value}",
                )
        for extra in left:
            yield Outcome(
                name,
                "extra",
                "",
                f"{_count(extra)} {extra.description.value}",
                self.source.line_of(extra.quote.start),
            )

    def concepts(
        self, name: str, gold: Sequence[dict[str, Any]], read: Sequence[Concept]
    ) -> Iterator[Outcome]:
        """Facts that name a concept of the vocabulary."""
        supported: set[ConceptId] = set()
        for item in gold:
            wanted = {
                match.found.value
                for scheme in {c.value.scheme for c in read}
                for match in self.vocabulary.find(_text(item["as_printed"]), scheme)
                if match.kind != "inverse"
            }
            near = [c for c in read if self._overlaps(c, item["quote"]) or c.value in wanted]
            supported.update(c.value for c in near)
            if near:
                best = near[0]
                level = level_of(item["as_printed"], best.raw) or "partial"
                yield Outcome(name, level, item["as_printed"], f"{best.value} ({best.raw})")
            else:
                yield Outcome(name, "missed", item["as_printed"], "")
        broader = {ancestor for concept in supported for ancestor in self.vocabulary.ancestors(concept)}
        for extra in read:
            if extra.value not in supported and extra.value not in broader:
                judged: Level = "elsewhere" if self._within_any(extra) else "extra"
                line = self.source.line_of(extra.start)
                yield Outcome(name, judged, "", f"{extra.value} ({extra.raw})", line)

    def programmes(self, gold: Sequence[dict[str, Any]]) -> Iterator[Outcome]:
        """Services and interventions by name."""
        left = list(self.report.study.programmes if self.report.study else ())
        for item in gold:
            match = next(
                (
                    p
                    for p in left
                    if level_of(item["as_printed"], p.name.value) or self._overlaps(p.quote, item["quote"])
                ),
                None,
            )
            if match is None:
                yield Outcome("programmes", "missed", item["as_printed"], "")
            else:
                left.remove(match)
                yield Outcome(
                    "programmes",
                    level_of(item["as_printed"], match.name.value) or "partial",
                    item["as_printed"],
                    match.name.value,
                )
        for extra in left:
            yield Outcome("programmes", "extra", "", extra.name.value, self.source.line_of(extra.quote.start))

    def findings(
        self,
        name: str,
        gold: Sequence[dict[str, Any]],
        read: Sequence[Finding],
        *,
        also: Sequence[dict[str, Any]] = (),
    ) -> Iterator[Outcome]:
        """Findings by their quote; direction and whom they concern are fields of their own, of those found.

        `also` are passages that may be read as findings and need not be.
        """
        used: list[Finding] = []
        for item, near, best in self._paired(gold, read):
            used += near
            if best is None:
                yield Outcome(name, "missed", item["as_printed"], "; ".join(map(_said, near)))
                continue
            yield Outcome(
                name,
                level_of(item["as_printed"], best.outcome_as_printed.value) or "partial",
                item["as_printed"],
                _said(best),
            )
            right = best.change == item["direction"]
            yield Outcome(
                f"{name}.direction",
                "exact" if right else "missed",
                item["direction"],
                best.change,
            )
            if "whom" in item:
                whom = best.concerns.name if best.concerns else ""
                yield Outcome(
                    f"{name}.whom",
                    "exact" if whom == item["whom"] else "missed",
                    f"{item['as_printed']}: {item['whom']}",
                    whom,
                )
        for extra in read:
            if extra not in used and not any(self._overlaps(extra.quote, item["quote"]) for item in also):
                yield Outcome(name, "extra", "", _said(extra), self.source.line_of(extra.quote.start))

    def _paired(
        self, gold: Sequence[dict[str, Any]], read: Sequence[Finding]
    ) -> list[tuple[dict[str, Any], list[Finding], Finding | None]]:
        """Each gold outcome with the findings of its passage, and the one that is it.

        The one whose words agree, else one of the passage that is no other outcome's: two outcomes of one
        sentence are not both found by one finding.
        """
        near = [[f for f in read if self._overlaps(f.quote, item["quote"])] for item in gold]
        best: list[Finding | None] = []
        for item, candidates in zip(gold, near, strict=True):
            fitting = [f for f in candidates if level_of(item["as_printed"], f.outcome_as_printed.value)]
            best.append(
                next((f for f in fitting if f.change == item["direction"]), fitting[0] if fitting else None)
            )
        taken = {id(f) for f in best if f is not None}
        for position, candidates in enumerate(near):
            if best[position] is None:
                best[position] = next((f for f in candidates if id(f) not in taken), None)
                taken.add(id(best[position]))
        return list(zip(gold, near, best, strict=True))

    # -- claims with citations -------------------------------------------------------------------

    def claims(self) -> Iterator[Outcome]:
        """What a document asserts on others' word, and to which works its citations lead."""
        gold = self.gold.get("evidence_statements")
        if gold is None:
            return
        read = [f for f in self.report.findings if f.basis.name == "cited-from-other"]
        used: list[Finding] = []
        for item in gold:
            near = [f for f in read if self._overlaps(f.quote, item["quote"])]
            used += near
            for wanted in item["outcomes"]:
                printed, _, note = wanted.partition(" (")
                change = note.rstrip(")") or item["direction"]
                match = next((f for f in near if level_of(printed, f.outcome_as_printed.value)), None)
                if match is None:
                    yield Outcome("claims", "missed", f"{wanted}: {change}", "; ".join(map(_said, near)))
                    continue
                yield Outcome(
                    "claims",
                    level_of(printed, match.outcome_as_printed.value) or "partial",
                    wanted,
                    _said(match),
                )
                right = match.change == change
                yield Outcome(
                    "claims.direction", "exact" if right else "missed", f"{wanted}: {change}", match.change
                )
            yield from self.resolved(item["citations"], near[0].citations if near else ())
        for extra in read:
            if extra not in used:
                yield Outcome("claims", "extra", "", _said(extra), self.source.line_of(extra.quote.start))
        for item in self.gold.get("definitions", []):
            printed = {fold(c["as_printed"]) for c in item["citations"]}
            yield from self.resolved(
                item["citations"], [c for c in self.report.citations if fold(c.quote.value) in printed]
            )

    def resolved(self, gold: Sequence[dict[str, Any]], read: Sequence[Citation]) -> Iterator[Outcome]:
        """Citations and the entries of the reference list they lead to."""
        keys = {r["key"]: r for r in self.gold.get("references", []) if "key" in r}
        left = list(read)
        for item in gold:
            match = next((c for c in left if fold(c.quote.value) == fold(item["as_printed"])), None)
            if match is None:
                yield Outcome("citations", "missed", item["as_printed"], "")
                continue
            left.remove(match)
            target = keys.get(item["resolves_to"])
            title = _value(match.work.title) if match.work else None
            right = (
                level_of(str(target["title"]), title or "") in BIBLIOGRAPHIC if target else match.work is None
            )
            noted = not item.get("mismatch") or bool(match.note)
            level: Level = "exact" if right and noted else "missed"
            yield Outcome(
                "citations",
                level,
                f"{item['as_printed']} -> {item['resolves_to']}",
                f"{title} [{match.note}]",
            )
        for extra in left:
            yield Outcome("citations", "extra", "", extra.quote.value, self.source.line_of(extra.quote.start))


def _gold_name(author: dict[str, Any]) -> str:
    if "name" in author:
        return str(author["name"])
    return f"{author['family']}, {author.get('given') or author.get('initials') or ''}".rstrip(", ")


def _class(scheme: str, code: str, label: str | None) -> str:
    return f"{scheme} {code} {label or ''}".rstrip()


def _count(item: ParticipantGroup | StudyData) -> int | None:
    number = item.size if isinstance(item, ParticipantGroup) else item.count
    return None if number is None else number.value


def _said(finding: Finding) -> str:
    concept = finding.outcome.value if finding.outcome else "no concept"
    return f"{finding.outcome_as_printed.value} ({concept}): {finding.change}, {finding.direction.name}"


def _of(scheme: str, concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    return tuple(c for c in concepts if c.value.scheme == scheme)


def _text(words: str) -> Text:
    return Found(words, words, 0)
