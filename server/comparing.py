"""Studies side by side: who took part, where, how, and what each says of an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, g, render_template, request

from kg import formats
from kg.exports import latex
from server import sheets
from server.entities import inquiry
from server.findings import Claim, Finding
from server.links import words
from server.pages import released
from server.panels import Panel, written
from server.problem import Problem
from server.service import Call
from server.tables import Labels, Row, Term, ask, iris
from server.wording import gettext as _

blueprint = Blueprint("comparing", __name__)

MOST = 6
"""Studies beside each other; a page holds no more columns."""
_OFFERED = 200  # studies to choose from
_TYPES = {
    "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "tex": "application/x-tex; charset=utf-8", "json": "application/json",
    "xlsx": formats.XLSX.media_type, "parquet": formats.PARQUET.media_type,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a cell says: words, where they lead, and for a result its direction and basis."""

    text: str
    iri: str = ""
    language: str = ""
    direction: str = ""
    basis: str = ""

    def plain(self) -> str:
        """The same as text alone."""
        return f"[{self.direction}; {self.basis}] {self.text}" if self.direction else self.text


@dataclass(frozen=True, slots=True)
class Line:
    """A row: what it is about, and for each study what is said."""

    title: str
    iri: str = ""
    cells: list[list[Said]] = field(default_factory=list)


@blueprint.get("/compare")
def compare() -> str:
    """Studies side by side; without two of them, the studies to choose from."""
    call = released()
    studies = _studies(call)
    offered = ask(call, {"studies": _OFFER})["studies"] if len(studies) < MOST else []
    labels = Labels.of(call, iris(offered), g.languages)
    lines = table(call, studies) if studies else []
    chosen = [one.rpartition("/")[2] for one in studies]
    return render_template(
        "compare.html",
        query=urlencode([("study", one) for one in chosen]),
        studies=chosen,
        lines=lines,
        panels=_panels(studies),
        offered=offered,
        labels=labels,
        most=MOST,
    )


def _panels(studies: Sequence[str]) -> dict[str, Panel]:
    """What the studies say, as questions: the table's own are asked of one study each."""
    values = f"VALUES ?study {{ {' '.join(f'<{one}>' for one in studies)} }}"
    kinds = "pk:studiesRole pk:studiesPopulation pk:inSetting pk:usesMethod"
    questions = {
        "facets": f"""SELECT DISTINCT ?study ?kind ?concept {{ {values} VALUES ?kind {{ {kinds} }}
            ?study ?kind ?concept }} ORDER BY ?study ?kind ?concept""",
        "groups": f"""SELECT DISTINCT ?study ?description ?size {{ {values}
            ?study pk:hasParticipantGroup ?group . ?group pk:groupDescription ?description .
            OPTIONAL {{ ?group pk:groupSize ?size }} }} ORDER BY ?study ?description""",
        "findings": f"""SELECT DISTINCT ?study ?outcome ?direction ?basis ?text {{ {values}
            ?report pk:reportsStudy ?study ; pk:statesFinding ?finding .
            ?finding pk:findingText ?text ; pk:findingDirection ?direction ; pk:findingBasis ?basis .
            OPTIONAL {{ ?finding pk:findingOutcome ?outcome }} }} ORDER BY ?study ?outcome ?text""",
    }
    return {name: Panel(written(question)) for name, question in questions.items()}


@blueprint.get("/compare.<any(csv, md, tex, xlsx, parquet, json):ext>")
def compared(ext: str) -> Response:
    """The same table as CSV, Markdown, LaTeX, a workbook, Parquet or JSON."""
    call = released()
    studies = _studies(call)
    if not studies:
        raise Problem("request", "name the studies with `study=`, the last part of their addresses")
    lines = table(call, studies)
    found: str | bytes
    if ext == "csv":
        found = as_csv(lines, excel=request.args.get("excel") == "1")
    elif ext in ("xlsx", "parquet"):
        found = as_table(lines, ext)
    elif ext == "json":
        found = orjson.dumps(as_json(studies, lines), option=orjson.OPT_INDENT_2)
    else:
        found = as_markdown(lines) if ext == "md" else as_latex(lines)
    response = Response(found, content_type=_TYPES[ext])
    response.headers["Content-Disposition"] = f'attachment; filename="studies.{ext}"'
    return response


_OFFER = f"""SELECT ?study ?name {{ ?study a pk:Study ; rdfs:label ?name }} ORDER BY ?name LIMIT {_OFFERED}"""


def _studies(call: Call) -> list[str]:
    """The IRIs of the studies that the request names."""
    names = list(dict.fromkeys(name for name in request.args.getlist("study") if name))
    if len(names) > MOST or not all(re.fullmatch(r"[A-Za-z0-9_\-]{1,120}", name) for name in names):
        raise Problem("request", f"`study` is the last part of a study's address, {MOST} at most")
    wanted = [f"{g.release.base}study/{name}" for name in names]
    values = " ".join(f"<{one}>" for one in wanted)
    rows = ask(call, {"there": f"SELECT ?s {{ VALUES ?s {{ {values} }} ?s a pk:Study }}"})["there"]
    there = {row["s"].value for row in rows}
    for one in wanted:
        if one not in there:
            raise Problem("not-found", f"{one} is no study of this release")
    return wanted


def table(call: Call, studies: Sequence[str]) -> list[Line]:
    """The lines of the comparison, each with a cell for each study."""
    evidence = f"{g.release.base}graph/evidence"
    read = [inquiry(call, "study", study, evidence) for study in studies]
    said = [
        [(claim, one) for claim in parts["claims"] for one in claim.findings if not _is_aim(one)]
        for parts in read
    ]
    wanted = {
        iri
        for pairs in said
        for _claim, one in pairs
        for iri in (one.outcome, one.direction, one.basis)
        if iri is not None
    }
    for parts in read:
        wanted |= iris(parts["about"]) | {one.value for facets in parts["facets"] for one in facets}
    labels = Labels.of(call, wanted, g.languages)

    def concept(term: Term) -> Said:
        name, tag = labels.said(term.value)
        return Said(name or words(term.value), term.value, tag)

    def about(parts: dict[str, list[Row]], name: str) -> list[Said]:
        terms = [row[name] for row in parts["about"] if name in row]
        return [concept(term) if term.is_iri else Said(term.value) for term in terms]

    def people(group: dict[str, list[Term]]) -> Said:
        size = f"{group['size'][0].value} " if "size" in group else ""
        return Said(size + group["description"][0].value, group["group"][0].value)

    def result(claim: Claim, one: Finding) -> Said:
        quoted = next((quote.exact for quote in claim.quotes if quote.exact), claim.text)
        direction, basis = (labels.get(iri) or words(iri) for iri in (one.direction, one.basis))
        return Said(quoted, one.iri, direction=direction, basis=basis)

    def authors(parts: dict[str, list[dict[str, list[Term]]]]) -> list[Said]:
        return [Said(one["name"][0].value) for one in parts["authors"]]

    lines = [
        Line(_("Study"), "", [[Said(_title(parts), one)] for one, parts in zip(studies, read, strict=True)]),
        Line(_("Authors"), "", list(map(authors, read))),
        Line(_("Date"), "", [about(parts, "issued") for parts in read]),
        Line(
            _("Published in"), "", [about(parts, "journal") or about(parts, "conference") for parts in read]
        ),
        Line(_("Who took part"), "", [list(map(people, parts["groups"])) for parts in read]),
    ]
    for number, title in enumerate((_("Peer roles"), _("Populations"), _("Settings"), _("Methods"))):
        lines.append(Line(title, "", [list(map(concept, parts["facets"][number])) for parts in read]))
    for outcome in labels.sorted(one.outcome for pairs in said for _claim, one in pairs if one.outcome):
        cells = [_once(result(*pair) for pair in pairs if pair[1].outcome == outcome) for pairs in said]
        lines.append(Line(labels.get(outcome) or words(outcome), outcome, cells))
    return [line for line in lines if any(line.cells)]


def _once(results: Iterable[Said]) -> list[Said]:
    """The results, of those that say the same in the same words the first."""
    found: dict[tuple[str, str, str], Said] = {}
    for one in results:
        found.setdefault((one.text, one.direction, one.basis), one)
    return list(found.values())


def _is_aim(finding: Finding) -> bool:
    return finding.basis.endswith("/aim-only")


def _title(parts: dict[str, list[Row]]) -> str:
    return next((row["title"].value for row in parts["about"] if "title" in row), "")


def as_csv(lines: Iterable[Line], *, excel: bool) -> str:
    """A study in each column; for spreadsheets with a byte order mark, and what would be a formula quoted."""
    return sheets.as_csv(_texts(lines), excel=excel)


def as_table(lines: Iterable[Line], form: str) -> bytes:
    """A study in each column, as a workbook or as Parquet; a title that two studies share is numbered."""
    first, *rows = _texts(lines)
    names: list[str] = []
    for name in first:
        names.append(name if name not in names else f"{name} ({len(names)})")
    return sheets.as_file(form, names, rows)


def _texts(lines: Iterable[Line]) -> Iterator[list[str]]:
    """What a line is about, and what each study says of it."""
    for line in lines:
        yield [line.title, *(" | ".join(one.plain() for one in cell) for cell in line.cells)]


def as_json(studies: Sequence[str], lines: Iterable[Line]) -> dict[str, Any]:
    """The studies, and for each line what each of them says, in their order."""
    return {
        "studies": list(studies),
        "lines": [
            {
                "about": line.title,
                **({"iri": line.iri} if line.iri else {}),
                "cells": [
                    [{name: value for name, value in asdict(one).items() if value} for one in cell]
                    for cell in line.cells
                ],
            }
            for line in lines
        ],
    }


def as_markdown(lines: Iterable[Line]) -> str:
    """A table of Markdown; what would be markup is escaped."""

    def text(value: str) -> str:
        return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(value.split()))

    def cell(said: Iterable[Said]) -> str:
        return "<br>".join(text(one.plain()) for one in said)

    rows = [[text(line.title), *map(cell, line.cells)] for line in lines]
    rule = ["---"] * len(rows[0])
    return "".join(f"| {' | '.join(row)} |\n" for row in (rows[0], rule, *rows[1:]))


def as_latex(lines: Iterable[Line]) -> str:
    """A `tabularx` environment, which needs the package of that name and UTF-8."""

    def cell(said: Iterable[Said]) -> str:
        return "; ".join(latex(" ".join(one.plain().split())) for one in said)

    rows = [[latex(line.title), *map(cell, line.cells)] for line in lines]
    body = "".join(f"{' & '.join(row)} \\\\\n" for row in rows)
    columns = "l" + "X" * (len(rows[0]) - 1)
    return f"\\begin{{tabularx}}{{\\linewidth}}{{{columns}}}\n\\hline\n{body}\\hline\n\\end{{tabularx}}\n"
