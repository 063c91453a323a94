"""Evidence drawn: a bubble divided by direction, and a whole map as one SVG that needs no style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from xml.sax.saxutils import escape, quoteattr

from kg.evidence_map import DIRECTIONS, Cell

GLYPHS = {"improved": "▲", "no-difference": "=", "mixed": "◆", "worsened": "▼", "described": "●"}
"""What stands for a direction beside its colour."""
COLOURS = {
    "improved": "#0b5fa5",
    "no-difference": "#6b7780",
    "mixed": "#8a3f8f",
    "worsened": "#b8500b",
    "described": "#a9b7bd",
    "": "#0a5a66",
}
"""Told apart by eyes that do not tell red from green, in lightness too; the style sheet has the same."""
_LARGEST = 22.0
_SMALLEST = 4.0
_LEGIBLE = 8.5  # from this radius on the number of studies fits inside
_STEP = 62
_TURN = 2 * pi
_DRAWN = 'role="img" font-family="system-ui, sans-serif" font-size="13" fill="#1c2529"'
_EDGE = 'fill-rule="evenodd" stroke="#ffffff" stroke-width=".8"'


@dataclass(frozen=True, slots=True)
class Bubble:
    """A disc (own results) or a ring (cited) whose area is the number, divided by direction."""

    number: int
    radius: float
    ring: bool
    counts: Mapping[str, int]
    sectors: tuple[tuple[str, str], ...]
    """Directions and the path of each."""

    @property
    def size(self) -> float:
        """The side of the square it stands in."""
        return round(2 * self.radius + 2, 1)

    @property
    def is_legible(self) -> bool:
        """Whether its number is written inside."""
        return self.radius >= _LEGIBLE


def scale(cells: Iterable[Cell]) -> float:
    """What the root of a number is multiplied with for a radius, so that the largest bubble fits."""
    largest = max((number for cell in cells for number in (cell.studies, cell.documents)), default=1)
    return min(9.0, _LARGEST / sqrt(max(1, largest)))


def bubble(counts: Mapping[str, int], by: float, *, ring: bool = False) -> Bubble:
    """The bubble of so many studies by direction."""
    number = sum(counts.values())
    radius = round(max(_SMALLEST, by * sqrt(number)), 1)
    inner = radius * (0.74 if ring else 0.58) if radius >= _LEGIBLE or ring else 0.0
    sectors, begun = [], 0
    for direction in (*DIRECTIONS, ""):
        if counts.get(direction):
            part = (begun / number, (begun + counts[direction]) / number)
            sectors.append((direction, _sector(radius, inner, *part)))
            begun += counts[direction]
    return Bubble(number, radius, ring, counts, tuple(sectors))


def _sector(radius: float, inner: float, start: float, end: float) -> str:
    """The path of a part of a ring between two fractions of a turn, clockwise from the top."""
    if end - start > 0.999:
        return _circle(radius) + (_circle(inner) if inner else "")

    def at(distance: float, turn: float) -> str:
        return f"{distance * sin(turn * _TURN):.2f} {-distance * cos(turn * _TURN):.2f}"

    far = int(end - start > 0.5)
    out = f"M{at(radius, start)}A{radius} {radius} 0 {far} 1 {at(radius, end)}"
    if not inner:
        return f"{out}L0 0Z"
    return f"{out}L{at(inner, end)}A{inner:.2f} {inner:.2f} 0 {far} 0 {at(inner, start)}Z"


def _circle(radius: float) -> str:
    r = f"{radius:.2f}"
    return f"M0 -{r}A{r} {r} 0 1 1 0 {r}A{r} {r} 0 1 1 0 -{r}Z"


@dataclass(frozen=True, slots=True)
class Heading:
    """A row or a column of a drawn map."""

    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell of a drawn map, where it leads and what it says in words."""

    cell: Cell
    address: str
    words: str


def picture(
    title: str,
    *,
    rows: Sequence[Heading],
    columns: Sequence[Heading],
    cells: Sequence[Sequence[Drawn]],
    legend: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> str:
    """The map as an SVG document: `cells` by row and column, `legend` as directions and their names."""
    by = scale(one.cell for row in cells for one in row)
    left, top, step = 300, 230, _STEP
    width = left + step * len(columns) + 120
    height = top + step * len(rows) + 46 + 20 * len(notes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {_DRAWN}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="30" font-size="18" font-weight="600">{escape(title)}</text>',
    ]
    for number, (direction, name) in enumerate(legend):
        parts.append(
            f'<g transform="translate(16 {58 + 20 * number})"><circle cx="6" cy="-4" r="6" '
            f'fill="{COLOURS[direction]}"/><text x="20">{GLYPHS.get(direction, "")} {escape(name)}</text></g>'
        )
    for number, column in enumerate(columns):
        x = left + step * number + step // 2
        parts.append(
            f'<text transform="translate({x} {top - 12}) rotate(-40)" '
            f'font-weight="{400 if column.depth else 600}">{escape(_cut(column.name, 38))}</text>'
        )
    for place, row in enumerate(rows):
        y = top + step * place
        name = escape(_cut(row.name, 40 - 2 * row.depth))
        parts.append(f'<path d="M16 {y}H{left + step * len(columns)}" stroke="#dcdad2"/>')
        parts.append(
            f'<text x="{16 + 14 * row.depth}" y="{y + step // 2 + 4}" '
            f'font-weight="{400 if row.depth else 600}">{name}</text>'
        )
        for number, drawn in enumerate(cells[place]):
            parts.append(_drawn(drawn, left + step * number + step // 2, y + step // 2, by))
    parts.extend(
        f'<text x="16" y="{top + step * len(rows) + 30 + 20 * number}" font-size="12" '
        f'fill="#55616a">{escape(note)}</text>'
        for number, note in enumerate(notes)
    )
    return "\n".join([*parts, "</svg>\n"])


def _drawn(drawn: Drawn, x: int, y: int, by: float) -> str:
    cell = drawn.cell
    if cell.is_gap:
        mark = "?" if cell.asked else ""
        return (
            f'<g transform="translate({x} {y})"><title>{escape(drawn.words)}</title><rect x="-9" y="-9" '
            f'width="18" height="18" rx="3" fill="none" stroke="#9aa5a8" stroke-dasharray="3 3"/>'
            f'<text text-anchor="middle" y="4.5" fill="#55616a">{mark}</text></g>'
        )
    pair = [
        bubble(counts, by, ring=ring) for counts, ring in ((cell.own, False), (cell.cited, True)) if counts
    ]
    needed = 2 * sum(one.radius for one in pair) + 4
    if needed > _STEP:
        pair = [bubble(one.counts, by * (_STEP - 6) / needed, ring=one.ring) for one in pair]
    found, aside = [], -sum(one.radius for one in pair)
    for one in pair:
        found.append(f'<g transform="translate({round(aside + one.radius, 1)} 0)">{_bubble(one)}</g>')
        aside += 2 * one.radius + 2
    inside = "".join(found)
    return (
        f'<a href={quoteattr(drawn.address)}><g transform="translate({x} {y})">'
        f"<title>{escape(drawn.words)}</title>{inside}</g></a>"
    )


def _bubble(one: Bubble) -> str:
    parts = [f'<path d="{path}" fill="{COLOURS[direction]}" {_EDGE}/>' for direction, path in one.sectors]
    if one.is_legible:
        parts.append(f'<text text-anchor="middle" y="4" font-size="11">{one.number}</text>')
    return "".join(parts)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
