"""The evidence map: what a request wants to see of it, what is counted for that, and its addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, current_app, g, render_template, request

from kg import formats
from kg.evidence_map import AXES, BASES, Cell, EvidenceMap, Filters, members, shown_paths
from kg.identifiers import VOCABULARY
from kg.release import Release
from kg.result_files import WRITERS
from server import drawing, panels, rendering, sheets
from server.drawing import Drawn, Heading
from server.links import Links, words
from server.problem import Problem
from server.service import Service
from server.tables import Labels
from server.wording import DEFAULT, ngettext
from server.wording import gettext as _

blueprint = Blueprint("maps", __name__)

FILTERS = ("role", "outcome", "population", "setting", "design", "whom", "basis", "from", "to", "source")
"""The arguments that choose what is counted; the findings page takes the same."""
VIEWS = ("map", "table")
DESIGN = "method/study-design"
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_MANY = 60  # documents; of more no list is offered to choose from
_MOST = 6000  # cells; more would be a page that nobody reads


@dataclass(frozen=True, slots=True)
class State:
    """What is wanted: two axes, what is open on them, filters, and how it is shown."""

    rows: str = "role"
    columns: str = "outcome"
    opened: tuple[str, ...] | None = None
    """Paths of the concepts whose narrower ones are shown; `None` where the request leaves it to us."""
    filters: tuple[tuple[str, str], ...] = ()
    view: str = "map"
    empty: bool = False
    """Whether rows are shown in which there is nothing."""
    embedded: bool = False

    def query(self, **changes: Any) -> str:
        """The state with changes, as the query of an address, without what is the default."""
        one = replace(self, **changes)
        given: list[tuple[str, str]] = [
            (name, value)
            for name, value, usual in (
                ("rows", one.rows, "role"), ("columns", one.columns, "outcome"), ("view", one.view, "map"),
            )
            if value != usual
        ]  # fmt: skip
        if one.opened is not None:
            given += [("open", path) for path in one.opened or ("",)]
        given += one.filters
        given += [("empty", "show")] if one.empty else []
        given += [("embed", "1")] if one.embedded else []
        return "?" + urlencode(given, safe="/") if given else ""

    def value(self, name: str) -> str:
        """What a filter is set to."""
        return dict(self.filters).get(name, "")


def state() -> State:
    """The state that the request's arguments say; `Problem` for what is no state."""
    given = request.args
    rows, columns = given.get("rows") or "role", given.get("columns") or "outcome"
    for name, value, known in (
        ("rows", rows, AXES),
        ("columns", columns, AXES),
        ("view", given.get("view") or "map", VIEWS),
    ):
        if value not in known:
            raise Problem("request", f"`{name}` is one of {', '.join(known)}, not `{value[:80]}`")
    if rows == columns:
        raise Problem("request", f"`rows` and `columns` are both `{rows}`: choose two different ones")
    opened = None
    if "open" in given:
        found = [path for path in given.getlist("open") if path]
        if not all(re.fullmatch(rf"({'|'.join(AXES)})/{_NAME.pattern}", path) for path in found):
            raise Problem("request", "`open` is the path of a concept, such as `outcome/service-use`")
        opened = tuple(sorted(set(found)))
    return State(
        rows, columns, opened, tuple(_filters()), given.get("view") or "map",
        given.get("empty") == "show", given.get("embed") == "1",
    )  # fmt: skip


def _filters() -> Iterator[tuple[str, str]]:
    for name in FILTERS:
        for value in sorted(set(request.args.getlist(name))) if name == "basis" else [request.args.get(name)]:
            if not value:
                continue
            if not _NAME.fullmatch(value):
                detail = f"`{name}` is the last part of a concept's address, not `{value[:80]}`"
                raise Problem("request", detail)
            if name in ("from", "to") and not re.fullmatch("[0-9]{4}", value):
                raise Problem("request", f"`{name}` is a year of four digits, not `{value[:80]}`")
            if name == "basis" and value not in BASES:
                raise Problem("request", f"`basis` is one of {', '.join(BASES)}, not `{value[:80]}`")
            yield name, value


def wanted(one: State) -> Filters:
    """The filters of a state."""
    chosen = {name: one.value(name) for name in FILTERS}
    schemes = {"role": "role", "outcome": "outcome", "population": "population", "setting": "setting"}
    concepts = [f"{scheme}/{chosen[name]}" for name, scheme in schemes.items() if chosen[name]]
    concepts += [f"method/{chosen['design']}"] if chosen["design"] else []
    return Filters(
        concepts=tuple(concepts),
        bases=frozenset(value for name, value in one.filters if name == "basis"),
        whom=chosen["whom"],
        first=int(chosen["from"]) if chosen["from"] else None,
        last=int(chosen["to"]) if chosen["to"] else None,
        source=chosen["source"],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column: a concept, how deep it is, and how it is opened or closed."""

    path: str
    iri: str
    name: str
    language: str
    depth: int
    is_open: bool | None
    """`None` where nothing is narrower."""
    toggled: str
    """The state with this one opened or closed, as a query."""


@dataclass(frozen=True, slots=True)
class View:
    """A map as a template, a picture and a table need it."""

    state: State
    rows: list[Line]
    columns: list[Line]
    cells: list[list[Cell]]
    silent: list[Line]
    """Rows that are left out, since nothing is in them."""
    directed: bool
    """Whether an outcome is among what is laid out or chosen, so that results have a direction."""
    total: tuple[int, int]
    """How many studies and how many other documents the filters leave."""

    def found(self) -> int:
        """How many cells have a result or a claim."""
        return sum(not cell.is_gap for row in self.cells for cell in row)

    def gaps(self) -> int:
        """How many have none."""
        return sum(cell.is_gap for row in self.cells for cell in row)


@lru_cache(maxsize=3)
def _read(path: Path) -> EvidenceMap:
    return EvidenceMap.read(path.read_bytes())


def map_of(release: Release) -> EvidenceMap | None:
    """The evidence map of a release; `None` where it was made before there were maps."""
    return _read(release.map) if release.map.exists() else None


def viewed(found: EvidenceMap, one: State, labels: Labels) -> View:
    """What the state shows of the map."""
    opened = set(_opened(found, one))
    filters = wanted(one)
    among = found.counted(filters)

    def order(path: str) -> str:
        return (labels.get(VOCABULARY + path) or path).casefold()

    lines = {
        axis: [
            _line(found, one, labels, path, depth, opened)
            for path, depth in shown_paths(found, axis, opened, order=order)
        ]
        for axis in (one.rows, one.columns)
    }
    if len(lines[one.rows]) * len(lines[one.columns]) > _MOST:
        raise Problem("request", f"that map would have more than {_MOST:,} cells: open fewer concepts")
    outcome = one.value("outcome")
    directed = "outcome" in (one.rows, one.columns) or bool(outcome)
    across = one.columns if one.rows == "outcome" else one.rows
    said = lines[one.columns if across == one.rows else one.rows]
    if "outcome" in (one.rows, one.columns):
        sets = [found.of_outcome(line.path, filters, among) for line in said]
        table = [
            [found.cell(having, column) for column in sets]
            for having in (found.having(line.path) & among for line in lines[across])
        ]
    else:
        has = [found.having(line.path) & among for line in said]
        column = found.of_outcome(f"outcome/{outcome}", filters, among) if outcome else None
        table = [
            [found.cell(having & other, column) if column else found.meeting(having, other) for other in has]
            for having in (found.having(line.path) for line in lines[across])
        ]
    if across != one.rows:
        table = [list(row) for row in zip(*table, strict=True)] if table else [[] for _ in said]
    rows, silent, cells = [], [], []
    for line, row in zip(lines[one.rows], table, strict=True):
        if one.empty or any(not cell.is_gap or cell.asked for cell in row):
            rows.append(line)
            cells.append(row)
        else:
            silent.append(line)
    total = (among & found.studies).bit_count(), (among & ~found.studies).bit_count()
    return View(one, rows, lines[one.columns], cells, silent, directed, total)


def _opened(found: EvidenceMap, one: State) -> tuple[str, ...]:
    """What is open: an axis with one concept at its top begins below that."""
    if one.opened is not None:
        return one.opened
    tops = [found.narrower.get(axis, []) for axis in (one.rows, one.columns)]
    return tuple(sorted(top[0] for top in tops if len(top) == 1))


def _line(  # noqa: PLR0917 - a concept and all that its line depends on
    found: EvidenceMap, one: State, labels: Labels, path: str, depth: int, opened: set[str]
) -> Line:
    is_open = path in opened if found.narrower.get(path) else None
    name, language = _named(labels, path)
    toggled = one.query(opened=tuple(sorted(opened ^ {path}))) if is_open is not None else ""
    return Line(path, VOCABULARY + path, name, language, depth, is_open, toggled or "?")


def named(found: EvidenceMap) -> Labels:
    """The names of the map's concepts in the reader's language."""
    return Labels({VOCABULARY + path: one.labels for path, one in found.concepts.items()}, g.languages)


def findings_query(one: State, row: Line, column: Line, **more: str) -> str:
    """The findings behind a cell, as the query of the findings page."""
    given = dict(one.filters)
    for line in (row, column):
        scheme, _, name = line.path.partition("/")
        given["design" if scheme == "method" else scheme] = name
    several = [("basis", value) for name, value in one.filters if name == "basis"]
    given.pop("basis", None)
    return "?" + urlencode([*given.items(), *(more.items() if more else several)])


def spoken(cell: Cell, names: Mapping[str, str]) -> str:
    """The cell in words; `names` are those of the directions."""
    parts = []
    if cell.studies:
        number = cell.studies
        parts.append(
            ngettext("%(n)s study", "%(n)s studies", number) % {"n": number} + _split(cell.own, names)
        )
    if cell.documents:
        number = cell.documents
        said = ngettext("%(n)s document citing others", "%(n)s documents citing others", number)
        parts.append(said % {"n": number} + _split(cell.cited, names))
    if cell.is_gap:
        parts.append(_("no result"))
        number = cell.asked
        said = ngettext("%(n)s document has it as an aim", "%(n)s documents have it as an aim", number)
        parts += [said % {"n": number}] if number else []
    return "; ".join(parts)


def _split(counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    said = [f"{names[direction]} {number}" for direction, number in counts.items() if direction]
    return f" ({', '.join(said)})" if said else ""


def directions(labels: Labels) -> dict[str, str]:
    """The directions and what they are called."""
    called = {
        "improved": _("improved"),
        "no-difference": _("no difference"),
        "mixed": _("mixed"),
        "worsened": _("worsened"),
        "described": _("described"),
    }
    return {name: labels.get(f"{VOCABULARY}direction/{name}") or said for name, said in called.items()}


def shown(release: Release, one: State) -> dict[str, Any] | None:
    """What a template needs to show the map of a release; `None` where it has none."""
    found = map_of(release)
    if found is None:
        return None
    labels = named(found)
    view = viewed(found, one, labels)
    return {
        "map": view,
        "labels": labels,
        "scale": drawing.scale(cell for row in view.cells for cell in row),
        "names": directions(labels),
        "glyphs": drawing.GLYPHS,
    }


def known(release: Release, path: str) -> dict[str, Any] | None:
    """What a release knows of a concept: a cell of all that say something of it, and their years."""
    found = map_of(release)
    scheme = path.partition("/")[0]
    if found is None or scheme not in AXES or path not in found.concepts:
        return None
    filters = Filters()
    among = found.counted(filters)
    if scheme == "outcome":
        column = found.of_outcome(path, filters, among)
        cell = found.cell(among, column)
        having = 0
        for units in (*column.own.values(), *column.cited.values()):
            having |= units
    else:
        having = found.having(path)
        cell = found.meeting(having, having)
    years = Counter(found.year(number) for number in members(having))
    dated = [(year, years[year]) for year in sorted(year for year in years if year is not None)]
    return {
        "cell": cell,
        "behind": panels.of_concept(VOCABULARY + path),
        "years": dated,
        "most": max((number for _year, number in dated), default=1),
        "undated": years[None],
        "names": directions(named(found)),
        "query": State(
            filters=(("design" if scheme == "method" else scheme, path.partition("/")[2]),)
        ).query(),
    }


@blueprint.get("/map")
@blueprint.get("/releases/<release>/map")
def page(release: str = "") -> Response:
    """The evidence map: two kinds of concept against each other, and what studies found where they meet."""
    of = release_of(release)
    one = state()
    more = shown(of, one)
    found = map_of(of)
    if more is None or found is None:
        raise Problem("not-found", f"release {of.id} was made before there were evidence maps")
    text = render_template(
        "map.html",
        of=of,
        options=options(of, dict(one.filters)),
        years=found.years,
        axes=AXES,
        bases=BASES,
        behind=panels.of_findings({name: [value] for name, value in one.filters if name != "basis"}),
        excel=(one.query(view="map") + "&excel=1").replace("&", "?", one.query(view="map") == ""),
        **more,
    )
    response = Response(text, content_type="text/html; charset=utf-8")
    if one.embedded:
        response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["Peerkg-Release"] = of.id
    return response


_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors *"
)
"""The policy of the map alone, which changes nothing and knows nobody: other sites may show it."""


Option: TypeAlias = tuple[str, str, str]
"""A value of a filter, what it is called, and the language of that."""


def options(release: Release, chosen: Mapping[str, str]) -> dict[str, list[Option]]:
    """For each filter the values that choose something in a release, and the one that is chosen."""
    found = map_of(release)
    if found is None:
        return {}
    labels = named(found)

    def option(path: str, depth: int = 0) -> Option:
        name, tag = _named(labels, path)
        return path.partition("/")[2], "\u2003" * depth + name, tag

    everything = set(found.narrower)
    offered: dict[str, list[Option]] = {}
    for name, top in (*((axis, axis) for axis in AXES[:-1]), ("design", DESIGN)):
        axis = top.partition("/")[0]
        under = top if "/" in top else ""
        said = {f"outcome/{path}" for path, *_ in found.data["said"]} if axis == "outcome" else set()
        paths = shown_paths(found, axis, everything, under=under, order=lambda path: _named(labels, path)[0])
        offered[name] = [
            option(path, depth)
            for path, depth in paths
            if path == f"{axis}/{chosen.get(name)}"
            or found.having(path)
            or not said.isdisjoint(found.below(path))
        ]
    for place, name in enumerate(("direction", "basis", "whom"), start=1):
        values = sorted({key[place] for key in found.data["said"]} - {""})
        offered[name] = [option(f"{name}/{value}") for value in values]
    titles = {one["id"]: one["title"] or one["path"] for one in release.manifest["sources"]}
    sources = found.sources if len(found.sources) <= _MANY else []
    offered["source"] = sorted(((one, titles.get(one, one), "") for one in sources), key=lambda each: each[1])
    return offered


def _named(labels: Labels, path: str) -> tuple[str, str]:
    name, tag = labels.said(VOCABULARY + path)
    return (words(path), DEFAULT) if name is None else (name, tag)


@blueprint.get("/map.<any(svg, png, csv, json, xlsx, parquet):ext>")
@blueprint.get("/releases/<release>/map.<any(svg, png, csv, json, xlsx, parquet):ext>")
def document(ext: str, release: str = "") -> Response:
    """The map as a picture that needs nothing else, or its numbers."""
    of = release_of(release)
    more = shown(of, state())
    if more is None:
        raise Problem("not-found", f"release {of.id} was made before there were evidence maps")
    view: View = more["map"]
    if ext == "svg":
        response = Response(_picture(of, view, more["names"]), content_type="image/svg+xml")
    elif ext == "png":
        svg = _picture(of, view, more["names"])
        response = Response(rendering.png(g.call, svg), content_type="image/png")
    elif ext == "csv":
        excel = request.args.get("excel") == "1"
        text = sheets.as_csv([_HEADINGS, *_lines(view)], excel=excel)
        response = Response(text, content_type="text/csv; charset=utf-8")
        if excel:
            response.headers["Content-Disposition"] = 'attachment; filename="map.csv"'
    elif ext in WRITERS:
        data = sheets.as_file(ext, _HEADINGS, _lines(view))
        response = Response(data, content_type=formats.result_format(ext).media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="map.{ext}"'
    else:
        written = orjson.dumps(_json(of, view), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        response = Response(written, content_type="application/json")
    response.headers["Peerkg-Release"] = of.id
    if release:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def release_of(name: str) -> Release:
    """The release of that name, which the page is then about; the current one without a name."""
    if g.release is None:
        raise Problem("not-found", "RDF files are served as they are: there are no pages about them")
    if not name:
        return g.release  # type: ignore[no-any-return]  # Flask's `g` has no types
    service: Service = current_app.extensions["peerkg"]
    found = service.release_of(name)
    g.release = found
    g.links = Links(found.base, g.links.root, f"releases/{found.id}/")
    return found


def _picture(of: Release, view: View, names: Mapping[str, str]) -> str:
    one = view.state
    at = f"{g.links.root}{g.links.at}findings"
    cells = [
        [
            Drawn(
                cell,
                at + findings_query(one, row, column),
                f"{row.name}, {column.name}: {spoken(cell, names)}",
            )
            for column, cell in zip(view.columns, cells, strict=True)
        ]
        for row, cells in zip(view.rows, view.cells, strict=True)
    ]
    title = _("Evidence map: %(rows)s by %(columns)s") % {
        "rows": axis(one.rows),
        "columns": axis(one.columns),
    }
    notes = [
        _("Disc: studies with results of their own. Ring: documents that cite others. Dashed: a gap."),
        _("Release %(id)s") % {"id": of.id} + f" · {of.base}releases/{of.id}/map{one.query()}",
    ]
    if one.filters:
        notes.insert(0, "; ".join(f"{name}: {value}" for name, value in one.filters))
    return drawing.picture(
        title,
        rows=[Heading(line.name, line.depth) for line in view.rows],
        columns=[Heading(line.name, line.depth) for line in view.columns],
        cells=cells,
        legend=list(names.items()) if view.directed else [],
        notes=notes,
    )


def axis(name: str) -> str:
    """What an axis is called."""
    return {
        "role": _("Peer roles"), "outcome": _("Outcomes"), "population": _("Populations"),
        "setting": _("Settings"), "method": _("Methods"),
    }[name]  # fmt: skip


_COLUMNS = ("studies", *drawing.GLYPHS, "documents", *(f"cited_{name}" for name in drawing.GLYPHS), "asked")


def _numbers(cell: Cell) -> list[int]:
    return [
        cell.studies, *(cell.own.get(name, 0) for name in drawing.GLYPHS),
        cell.documents, *(cell.cited.get(name, 0) for name in drawing.GLYPHS),
        cell.asked,
    ]  # fmt: skip


_HEADINGS = ["row", "row_label", "column", "column_label", *(name.replace("-", "_") for name in _COLUMNS)]


def _lines(view: View) -> Iterator[list[str | int]]:
    """The cells, each with its row and column."""
    for row, cells in zip(view.rows, view.cells, strict=True):
        for column, cell in zip(view.columns, cells, strict=True):
            yield [row.iri, row.name, column.iri, column.name, *_numbers(cell)]


def _json(of: Release, view: View) -> dict[str, Any]:
    return {
        "release": of.id,
        "rows": view.state.rows,
        "columns": view.state.columns,
        "filters": [list(pair) for pair in view.state.filters],
        "studies": view.total[0],
        "documents": view.total[1],
        "cells": [
            {
                "row": row.iri, "column": column.iri, "row_label": row.name, "column_label": column.name,
                "studies": cell.studies, "own": dict(cell.own),
                "documents": cell.documents, "cited": dict(cell.cited), "asked": cell.asked,
            }
            for row, cells in zip(view.rows, view.cells, strict=True)
            for column, cell in zip(view.columns, cells, strict=True)
        ],
    }  # fmt: skip
