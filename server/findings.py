"""Findings with their quotes and citations, and quotes in the text they come from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.tables import Row, Term


@dataclass(slots=True)
class Quote:
    """Words of a source in their sentence, and where they stand."""

    evidence: str
    source: str
    start: int
    end: int
    exact: str | None
    prefix: str
    suffix: str

    @property
    def place(self) -> tuple[str, int, int]:
        """What two quotes of the same words have in common."""
        return self.source, self.start, self.end


@dataclass(slots=True)
class Finding:
    """A finding with its quotes and citations."""

    iri: str
    text: str
    printed: str
    outcome: str | None
    direction: str
    basis: str
    whom: str | None
    about: str | None
    report: str | None
    beside: dict[str, list[str]] = field(default_factory=dict)
    """What is printed with it: effects, p-values, intervals, the comparison, words of certainty."""
    quotes: list[Quote] = field(default_factory=list)
    citations: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """Findings that one passage states together, such as fewer admissions and a longer time at home."""

    text: str
    findings: list[Finding]
    quotes: list[Quote]
    citations: list[Row]


BESIDE = {
    "comparatorAsPrinted": "compared with",
    "effectAsPrinted": "effect",
    "intervalAsPrinted": "interval",
    "pValueAsPrinted": "p-value",
    "certaintyAsPrinted": "certainty",
}
"""What is printed beside a finding, and what it is called on a page."""

# Two graph patterns, of which `?e` is the evidence: where its words stand, and the words as far as they are
# published. As one, with the words in an OPTIONAL, Oxigraph reads the words of all evidence for each page.
PLACE = """
  GRAPH <{evidence}> {{
    ?e oa:hasTarget ?target .
    ?target oa:hasSource ?source ; oa:hasSelector/oa:refinedBy?/oa:refinedBy? ?position .
    ?position oa:start ?start ; oa:end ?end .
  }}"""
WORDS = """
  GRAPH <{evidence}> {{
    ?e oa:hasTarget/oa:hasSelector/oa:refinedBy?/oa:refinedBy? ?words .
    ?words oa:exact ?exact ; oa:prefix ?prefix ; oa:suffix ?suffix .
  }}"""


def quotes_of(places: Iterable[Row], words: Iterable[Row]) -> Iterator[tuple[Row, Quote]]:
    """The quotes in rows of `PLACE`, each with its row, and with its words from those of `WORDS`."""
    known = {row["e"].value: row for row in words}
    for row in places:
        said = known.get(row["e"].value)
        yield (
            row,
            Quote(
                row["e"].value,
                row["source"].value,
                int(row["start"].value),
                int(row["end"].value),
                said["exact"].value if said else None,
                said["prefix"].value if said else "",
                said["suffix"].value if said else "",
            ),
        )


def finding_questions(pattern: str, evidence: str) -> dict[str, str]:
    """The questions about the findings `?f` that a graph pattern selects."""
    return {
        "findings": f"""SELECT DISTINCT ?f ?text ?printed ?outcome ?direction ?basis ?whom ?about ?report {{
            {pattern}
            ?f pk:findingText ?text ; pk:findingDirection ?direction ; pk:findingBasis ?basis .
            OPTIONAL {{ ?f pk:outcomeAsPrinted ?printed }} OPTIONAL {{ ?f pk:findingOutcome ?outcome }}
            OPTIONAL {{ ?f pk:findingConcerns ?whom }} OPTIONAL {{ ?f pk:findingAbout ?about }}
            OPTIONAL {{ ?report pk:statesFinding ?f }} }}""",
        "quotes": f"""SELECT DISTINCT ?f ?e ?source ?start ?end {{
            {pattern} ?f pk:evidencedBy ?e . {PLACE.format(evidence=evidence)} }}""",
        "words": f"""SELECT DISTINCT ?e ?exact ?prefix ?suffix {{
            {pattern} ?f pk:evidencedBy ?e . {WORDS.format(evidence=evidence)} }}""",
        "beside": f"""SELECT DISTINCT ?f ?p ?words {{
            {pattern} VALUES ?p {{ {" ".join(f"pk:{name}" for name in BESIDE)} }} ?f ?p ?words }}""",
        "citations": f"""SELECT DISTINCT ?f ?c ?text ?status ?note ?work {{
            {pattern} ?f pk:findingCitation ?c . ?c pk:citationText ?text ; pk:citationStatus ?status .
            OPTIONAL {{ ?c pk:citationNote ?note }} OPTIONAL {{ ?c pk:citedWork ?work }} }}""",
    }


def _finding(row: Row) -> Finding:
    def optional(name: str) -> str | None:
        return row[name].value if name in row else None

    return Finding(
        iri=row["f"].value,
        text=row["text"].value,
        printed=optional("printed") or "",
        outcome=optional("outcome"),
        direction=row["direction"].value,
        basis=row["basis"].value,
        whom=optional("whom"),
        about=optional("about"),
        report=optional("report"),
    )


def claims(answers: Mapping[str, list[Row]]) -> list[Claim]:
    """The findings, those of one passage together, in the order of the text."""
    found: dict[str, Finding] = {}
    for row in answers["findings"]:
        found.setdefault(row["f"].value, _finding(row))
    for name, called in BESIDE.items():
        for row in sorted(answers["beside"], key=lambda row: row["words"].value):
            if row["f"].value in found and row["p"].value.endswith(f"#{name}"):
                found[row["f"].value].beside.setdefault(called, []).append(row["words"].value)
    places: dict[str, set[tuple[str, int, int]]] = {}
    for row, quote in quotes_of(sorted(answers["quotes"], key=lambda row: row["e"].value), answers["words"]):
        seen = places.setdefault(row["f"].value, set())
        if row["f"].value in found and quote.place not in seen:
            seen.add(quote.place)
            found[row["f"].value].quotes.append(quote)
    for row in sorted(answers["citations"], key=lambda row: row["text"].value):
        if row["f"].value in found:
            found[row["f"].value].citations.append(row)
    together: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in found.values():
        finding.quotes.sort(key=lambda quote: quote.place)
        together.setdefault((finding.text, *sorted(one.place for one in finding.quotes)), []).append(finding)
    grouped = []
    for (text, *_), members in together.items():
        members.sort(key=lambda one: (one.outcome or "", one.iri))
        citations = {row["c"].value: row for one in members for row in one.citations}
        grouped.append(Claim(text, members, members[0].quotes, list(citations.values())))
    return sorted(grouped, key=lambda claim: ([quote.place for quote in claim.quotes], claim.text))


def by_place(read: Iterable[tuple[Quote, Term, Term, Term]]) -> list[list[tuple[Quote, Term, Term, Term]]]:
    """Statements with their quotes, those read from the same words together; in the order given."""
    return [list(group) for _, group in itertools.groupby(read, key=lambda item: item[0].place)]


def marked(text: str, quotes: Iterable[Quote], chosen: str | None) -> list[tuple[str, str, list[str]]]:
    """The text in pieces: each with what it is (`""`, `read`, `quote`) and the evidence that covers it.

    Pieces do not overlap, so each can be one element; the evidence of the fewest words is first.
    `chosen` is the evidence whose words stand out.
    """
    spans = [(quote.start, quote.end, quote.evidence) for quote in quotes if quote.start < quote.end]
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    cuts = [cut for cut in cuts if 0 <= cut <= len(text)]
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for start, end, evidence in spans:
        opening.setdefault(start, []).append(evidence)
        closing.setdefault(end, []).append(evidence)
    length = {evidence: end - start for start, end, evidence in spans}
    open_now: dict[str, int] = {}
    pieces = []
    for begin, end in itertools.pairwise(cuts):
        for evidence in closing.get(begin, ()):
            open_now[evidence] -= 1
            if not open_now[evidence]:
                del open_now[evidence]
        for evidence in opening.get(begin, ()):
            open_now[evidence] = open_now.get(evidence, 0) + 1
        kind = "quote" if chosen in open_now else "read" if open_now else ""
        pieces.append((text[begin:end], kind, sorted(open_now, key=lambda one: (length[one], one))))
    return pieces
