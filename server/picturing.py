"""A result as a picture beside its table: bars, what leads to what, or places on a grid."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from server.links import known_as, shown
from server.tables import Labels, Row, Term

BARS, NODES, EDGES, POINTS = 60, 60, 300, 1000
"""What a picture holds; it says that there is more in the table."""
NAMED = 25
"""Places whose names are written beside them; more would lie on one another."""
_NUMBERS = ("integer", "decimal", "double", "float", "long", "int", "short", "nonNegativeInteger")
_LATITUDE, _LONGITUDE = (
    re.compile(r"lat(itude)?", re.IGNORECASE),
    re.compile(r"lon(g|gitude)?", re.IGNORECASE),
)
_DEGREES = r"(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))"
_WKT = re.compile(rf"(?:<[^>]*>\s*)?POINT\s*\(\s*{_DEGREES}\s+{_DEGREES}\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a result, and whether it holds all rows."""

    svg: Markup
    """As an element of a page, whose style sheet colours it."""
    whole: bool
    document: str
    """As a file of its own, which needs no style sheet."""


Drawer = Callable[[Sequence[str], Sequence[Row], Labels], "Picture | None"]


def views(columns: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """The pictures that the rows can be."""
    found = ["chart"] if _for_chart(columns, rows) else []
    found += ["graph"] if _for_graph(columns, rows) else []
    return found + (["map"] if _points(columns, rows) else [])


def picture(name: str, columns: Sequence[str], rows: Sequence[Row], labels: Labels) -> Picture | None:
    """The rows as that picture; `None` where they cannot be."""
    draw = _DRAWERS.get(name)
    return draw(columns, rows, labels) if draw is not None else None


def _number(term: Term | None) -> float | None:
    if term is None or term.kind != "literal" or term.datatype.rpartition("#")[2] not in _NUMBERS:
        return None
    try:
        found = float(term.value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _name(term: Term | None, labels: Labels, most: int = 40) -> str:
    if term is None:
        return ""
    text = labels.get(term.value) or known_as(term.value) if term.is_iri else term.value
    text = str(shown(" ".join(str(text).split())))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _is_numeric(column: str, rows: Sequence[Row]) -> bool:
    values = [row[column] for row in rows if column in row]
    return bool(values) and all(_number(value) is not None for value in values)


def _for_chart(columns: Sequence[str], rows: Sequence[Row]) -> tuple[str, str] | None:
    """The column of names and that of numbers; of several numbers the last, as questions count at the end."""
    numeric = [column for column in columns if _is_numeric(column, rows)]
    names = [column for column in columns if column not in numeric]
    return (names[0], numeric[-1]) if numeric and names else None


def _for_graph(columns: Sequence[str], rows: Sequence[Row]) -> tuple[str, str] | None:
    """The first and the last column of things."""
    things = [
        column
        for column in columns
        if (values := [row[column] for row in rows if column in row]) and all(one.is_iri for one in values)
    ]
    return (things[0], things[-1]) if len(things) > 1 else None


def _chart(columns: Sequence[str], rows: Sequence[Row], labels: Labels) -> Picture | None:
    chosen = _for_chart(columns, rows)
    if chosen is None:
        return None
    counted = [(row, number) for row in rows if (number := _number(row.get(chosen[1]))) is not None]
    bars = [
        (_name(row.get(chosen[0]), labels), number, row[chosen[1]].value) for row, number in counted[:BARS]
    ]
    low, high = min(0.0, *(n for _, n, _ in bars)), max(0.0, *(n for _, n, _ in bars))
    unit = 360 / ((high - low) or 1)
    lines = []
    for place, (name, number, printed) in enumerate(bars):
        y, start = 26 * place, 300 + (min(number, 0) - low) * unit
        lines.append(
            Markup(
                '<text x="290" y="{}" text-anchor="end">{}</text>'
                '<rect class="bar" x="{:.1f}" y="{}" width="{:.1f}" height="18"/>'
                '<text x="{:.1f}" y="{}">{}</text>'
            ).format(
                y + 14, name, start, y, abs(number) * unit, start + abs(number) * unit + 6, y + 14, printed
            )
        )
    return _drawn(lines, 760, 26 * len(bars), whole=len(counted) <= BARS)


def _graph(columns: Sequence[str], rows: Sequence[Row], labels: Labels) -> Picture | None:
    chosen = _for_graph(columns, rows)
    if chosen is None:
        return None
    pairs = dict.fromkeys(
        (row[chosen[0]].value, row[chosen[1]].value) for row in rows if chosen[0] in row and chosen[1] in row
    )
    names = {
        row[column].value: _name(row[column], labels, 28)
        for row in rows
        for column in chosen
        if column in row
    }
    nodes = list(dict.fromkeys(node for pair in pairs for node in pair))[:NODES]
    radius = max(150.0, 9.0 * len(nodes))
    angles = {node: 2 * math.pi * place / len(nodes) for place, node in enumerate(nodes)}
    kept = [pair for pair in pairs if pair[0] in angles and pair[1] in angles][:EDGES]
    middle = radius + 210

    def place(node: str) -> tuple[float, float]:
        return middle + radius * math.cos(angles[node]), radius + 20 + radius * math.sin(angles[node])

    lines = [
        Markup('<path class="edge" d="M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}"/>').format(
            *place(one), middle, radius + 20, *place(other)
        )
        for one, other in kept
    ]
    for node in nodes:
        x, y = place(node)
        is_left = math.cos(angles[node]) < 0
        lines.append(
            Markup(
                '<circle class="bar" cx="{:.1f}" cy="{:.1f}" r="4"/><text x="{:.1f}" y="{:.1f}"{}>{}</text>'
            ).format(
                x, y, x + (-9 if is_left else 9), y + 4,
                Markup(' text-anchor="end"') if is_left else Markup(), names[node],
            )
        )  # fmt: skip
    return _drawn(lines, 2 * middle, 2 * radius + 40, whole=len(kept) == len(pairs))


def _points(columns: Sequence[str], rows: Sequence[Row]) -> list[tuple[float, float, Row]]:
    """Longitude and latitude of the rows that have both."""
    north = next((one for one in columns if _LATITUDE.fullmatch(one)), None)
    east = next((one for one in columns if _LONGITUDE.fullmatch(one)), None)
    found = []
    for row in rows:
        place: tuple[float | None, float | None] = (None, None)
        if north is not None and east is not None:
            place = (_number(row.get(east)), _number(row.get(north)))
        for term in row.values():
            match = _WKT.fullmatch(term.value.strip()) if term.kind == "literal" else None
            if match is not None:
                place = (float(match[1]), float(match[2]))
        x, y = place
        if x is not None and y is not None and abs(x) <= 180 and abs(y) <= 90:
            found.append((x, y, row))
    return found


def _map(columns: Sequence[str], rows: Sequence[Row], labels: Labels) -> Picture | None:
    every = _points(columns, rows)
    if not every:
        return None
    name = next((one for one in columns if not _is_numeric(one, rows)), columns[0])
    return places([(x, y, _name(row.get(name), labels)) for x, y, row in every])


def places(points: Sequence[tuple[float, float, str]], caption: str = "pictured") -> Picture:
    """Places by longitude and latitude on a plain grid, which needs no map of anybody.

    `caption` is the id of what names the picture.
    """
    kept = points[:POINTS]
    west, east = _bounds([x for x, _, _ in kept], 180)
    south, north = _bounds([y for _, y, _ in kept], 90)
    unit = min(760 / (east - west), 480 / (north - south))
    step = next(size for size in (1, 2, 5, 10, 20, 30, 45) if max(east - west, north - south) / size <= 9)
    width, height = (east - west) * unit, (north - south) * unit
    lines = []
    for degrees in range(math.ceil(west / step) * step, math.floor(east) + 1, step):
        x = (degrees - west) * unit
        lines.append(
            Markup(
                '<path class="grid" d="M{:.1f} 0V{:.1f}"/>'
                '<text class="degree" x="{:.1f}" y="{:.1f}">{}°</text>'
            ).format(x, height, x + 3, height - 4, degrees)
        )
    for degrees in range(math.ceil(south / step) * step, math.floor(north) + 1, step):
        y = (north - degrees) * unit
        lines.append(
            Markup(
                '<path class="grid" d="M0 {:.1f}H{:.1f}"/><text class="degree" x="3" y="{:.1f}">{}°</text>'
            ).format(y, width, y - 3, degrees)
        )
    for x, y, text in kept:
        at = (x - west) * unit, (north - y) * unit
        is_right = at[0] > width * 0.7
        lines.append(
            Markup('<circle class="bar" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title></circle>').format(
                *at, text
            )
        )
        if len(kept) <= NAMED:
            lines.append(
                Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>').format(
                    at[0] + (-9 if is_right else 9), at[1] + 4,
                    Markup(' text-anchor="end"') if is_right else Markup(), text,
                )
            )  # fmt: skip
    return _drawn(lines, width, height, whole=len(points) == len(kept), caption=caption)


def _bounds(values: Sequence[float], most: int) -> tuple[float, float]:
    """The span of the values with a margin; of one place some degrees around it."""
    low, high = min(values), max(values)
    margin = max(4.0, 0.12 * (high - low))
    return max(-most, low - margin), min(most, high + margin)


def _drawn(
    lines: Sequence[Markup], width: float, height: float, *, whole: bool, caption: str = "pictured"
) -> Picture:
    frame = Markup(
        '<svg class="picture" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" role="img" aria-labelledby="{}">'
    )
    inside = Markup().join(lines)
    svg = frame.format(width, height + 4, width, caption) + inside + Markup("</svg>")
    return Picture(svg, whole, _standing(str(inside), width, height + 4))


_COLOURS = {
    'class="bar"': 'fill="#0a5a66"',
    'class="edge"': 'fill="none" stroke="#a9b7bd"',
    'class="grid"': 'fill="none" stroke="#dcdad2"',
    'class="degree"': 'fill="#55616a" font-size="10"',
}
"""What the light style sheet does. Text has no such words: its quotation marks are escaped."""
_MARGIN = 24


def _standing(inside: str, width: float, height: float) -> str:
    for name, colour in _COLOURS.items():
        inside = inside.replace(name, colour)
    wide, high = math.ceil(width) + 2 * _MARGIN, math.ceil(height) + 2 * _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {wide} {high}" font-family="system-ui, sans-serif" font-size="13" '
        f'fill="#1c2529"><rect x="{-_MARGIN}" y="{-_MARGIN}" width="{wide}" height="{high}" fill="#ffffff"/>'
        f"{inside}</svg>\n"
    )


_DRAWERS: Mapping[str, Drawer] = {"chart": _chart, "graph": _graph, "map": _map}
