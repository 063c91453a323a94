"""The development gold: its quotes are literal, and what is read of its documents does not get worse.

`pytest tests/test_gold.py --accept` raises the bars of `tests/gold/bars.toml` to just under what is measured;
it never lowers one.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg.annotation import annotate
from kg.concepts import Vocabulary
from kg.evaluation import BIBLIOGRAPHIC, Outcome, evaluate, gold_for
from kg.model import Report
from kg.source import Source
from kg.sources import UnknownFormatError, recognise

pytestmark = pytest.mark.slow

GOLD = Path(__file__).parent / "gold"
BARS = GOLD / "bars.toml"
DOCUMENTS = sorted(GOLD.glob("*/*.txt"))
KINDS = sorted({path.parent.name for path in DOCUMENTS})
DIRECTIONS = {"increase", "decrease", "no-difference", "mixed", "mixed-by-outcome", "not-stated"}

GROUPS = {
    "references": ("reference_total", "references."),
    "abstract": ("abstract.",),
    "groups": ("participants",),
    "data": ("data",),
    "methods": ("methods",),
    "roles": ("roles",),
    "populations": ("populations",),
    "settings": ("settings",),
    "programmes": ("programmes",),
    "direction": ("findings.direction", "claims.direction"),
    "whom": ("findings.whom",),
    "findings": ("findings",),
    "claims": ("claims",),
    "citations": ("citations",),
    "silence": ("silence",),
}
"""Prefixes of the fields of `kg.evaluation`, the first that fits; whatever fits none is `bibliography`."""

NAMES = ("bibliography", *GROUPS)

EXACT = {"bibliography", "references", "abstract"}
"""Groups in which a value that agrees in part is wrong."""

SHARES = {"direction", "whom", "silence"}
"""Groups judged over what was found only: the figure is the share that is right."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


documents = pytest.mark.parametrize("path", DOCUMENTS, ids=name)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of an annotation."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


def text_of(path: Path) -> str:
    return Source.from_bytes(name(path), path.read_bytes()).text


def silence(path: Path, gold: dict[str, Any]) -> Iterator[Outcome]:
    """Passages that state no result: whether a finding of the study's own, or a claim, was read from them."""
    source = Source.from_bytes(name(path), path.read_bytes())
    findings = [
        finding
        for record in recognise(source).read(source)
        if isinstance(record, Report)
        for finding in annotate(record, Vocabulary.load())[0].findings
        if finding.basis.name in {"own-result", "cited-from-other"}
    ]
    quiet = [item["quote"] for node in nodes(gold) for key in QUIET for item in node.get(key, [])]
    for quote in quiet:
        start = source.text.index(quote)
        heard = [f for f in findings if f.quote.start < start + len(quote) and start < f.quote.end]
        said = "; ".join(f"{f.outcome_as_printed.value}: {f.change}" for f in heard)
        yield Outcome("silence", "missed" if heard else "exact", quote, said)


QUIET = ("aims", "not_findings", "testimonials", "uncited_claims")


def group_of(field: str) -> str:
    return next((g for g, prefixes in GROUPS.items() if field.startswith(prefixes)), "bibliography")


@cache
def outcomes(path: Path) -> tuple[Outcome, ...] | None:
    """Every comparison of a document; `None` where no format recognises it."""
    gold = gold_for(path, GOLD)
    try:
        return (*evaluate(path, gold, Vocabulary.load()), *silence(path, gold))
    except UnknownFormatError:
        return None


def figures(paths: list[Path]) -> dict[str, float]:
    """F1 (or the share that is right) of each group over some documents, to three places."""
    right, missed, extra = (defaultdict[str, int](int) for _ in range(3))
    for path in paths:
        for outcome in outcomes(path) or ():
            group = group_of(outcome.field)
            if outcome.level in BIBLIOGRAPHIC or (outcome.level == "partial" and group not in EXACT):
                right[group] += 1
            elif outcome.level != "elsewhere":
                missed[group] += outcome.level in {"missed", "partial"}
                extra[group] += outcome.level in {"extra", "partial"}
    result = {}
    for group in NAMES:
        if right[group] or missed[group] or extra[group]:
            wrong = 2 * missed[group] if group in SHARES else missed[group] + extra[group]
            result[group] = round(2 * right[group] / (2 * right[group] + wrong), 3)
    return result


def read_of(kind: str) -> list[str]:
    """The names of the documents of a kind that a format recognises."""
    return [path.stem for path in DOCUMENTS if path.parent.name == kind and outcomes(path) is not None]


def bars() -> dict[str, dict[str, Any]]:
    """By kind: `documents`, and of each group of fields the least that is to be measured over them."""
    return tomllib.loads(BARS.read_text("utf-8"))


def pooled(kind: str) -> dict[str, float]:
    """What is measured over the documents of a kind that the bars name."""
    return figures([GOLD / kind / f"{stem}.txt" for stem in bars().get(kind, {}).get("documents", ())])


@documents
def test_a_document_has_one_annotation_of_its_kind(path: Path) -> None:
    gold = json.loads(path.with_suffix(".gold.json").read_bytes())
    assert gold["file"] == f"tests/gold/{path.parent.name}/{path.name}"
    assert gold["kind"] == path.parent.name


def test_every_annotation_has_its_document() -> None:
    annotated = {path.with_suffix("").with_suffix(".txt") for path in GOLD.glob("*/*.gold.json")}
    assert annotated == set(DOCUMENTS)


@documents
def test_every_quote_is_literally_in_its_document(path: Path) -> None:
    text = text_of(path)
    gold = gold_for(path, GOLD)
    quotes = [node["quote"] for node in nodes(gold) if "quote" in node]
    assert [quote for quote in quotes if quote not in text] == []


@documents
def test_what_an_annotation_says_of_a_quote_is_in_the_quote(path: Path) -> None:
    facts = [node for node in nodes(gold_for(path, GOLD)) if "quote" in node]
    printed = [(text, fact["quote"]) for fact in facts for text in fact.get("numbers", ())]
    printed += [(fact["count_as_printed"], fact["quote"]) for fact in facts if "count_as_printed" in fact]
    assert [text for text, quote in printed if text not in quote] == []


@documents
def test_a_direction_is_one_of_the_printed_changes(path: Path) -> None:
    gold = gold_for(path, GOLD)
    assert {node["direction"] for node in nodes(gold) if "direction" in node} <= DIRECTIONS


@documents
def test_a_citation_resolves_to_an_entry_of_the_list(path: Path) -> None:
    gold = gold_for(path, GOLD)
    keys = {node["key"] for node in nodes(gold) if "key" in node} | {None}
    cited = {node["resolves_to"] for node in nodes(gold) if "resolves_to" in node}
    assert cited <= keys


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read_no_worse_than_its_bars(kind: str) -> None:
    table = bars().get(kind, {})
    assert set(table.get("documents", ())) <= set(read_of(kind)), "a format recognised these before"
    measured = pooled(kind)
    below = {g: (measured.get(g), bar) for g, bar in table.items() if g in NAMES and measured[g] < bar}
    assert below == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_that_is_read_is_under_the_bars(kind: str, accept: bool) -> None:
    """With --accept the bars are raised; a document that is read for the first time begins new ones."""
    if accept:
        before, read = bars().get(kind, {}), read_of(kind)
        measured = figures([GOLD / kind / f"{stem}.txt" for stem in read])
        floor = {group: math.floor(figure * 100) / 100 for group, figure in measured.items()}
        if before.get("documents") == read:
            floor = {group: max(figure, before.get(group, 0.0)) for group, figure in floor.items()}
        write({**bars(), kind: {"documents": read, **floor}})
    assert bars().get(kind, {}).get("documents", []) == read_of(kind)


def write(tables: dict[str, dict[str, Any]]) -> None:
    lines = []
    for kind in KINDS:
        if tables.get(kind, {}).get("documents"):
            stems = "".join(f'  "{stem}",\n' for stem in tables[kind]["documents"])
            rows = [f"{group} = {tables[kind][group]}" for group in NAMES if group in tables[kind]]
            lines += [f"[{kind}]", f"documents = [\n{stems}]", *rows, ""]
    BARS.write_text("\n".join(lines), "utf-8")
