"""What violates shapes, as commands print it: a table for each shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode
from rich.table import Table
from rich.text import Text

from kg import formats, shape_report

if TYPE_CHECKING:
    from rich.console import Console

    from kg.problems import Problem

_SHOWN = 5
_LONGEST = 60


def show(console: Console, problems: Iterable[Problem]) -> int:
    """Print what is to be done, by shape, with the places where it is; how many shapes there are."""
    shapes = shape_report.grouped(problems)
    for shape, tasks in shapes.items():
        title = Text(shape_report.name(shape), style="bold")
        table = Table(title=title, title_justify="left", expand=True, show_lines=True)
        table.add_column("what is to be done", ratio=5, overflow="fold")
        table.add_column("property", ratio=2, overflow="fold")
        table.add_column("where", ratio=4, overflow="fold")
        for task in tasks:
            one = task.breach
            mark = "" if one.severity == "violation" else f"[{one.severity}] "
            passes = f" (let pass: {one.reason})" if one.reason else ""
            where = list(map(_where, task.places[:_SHOWN]))
            if len(task.places) > _SHOWN:
                where.append(f"and {len(task.places) - _SHOWN:,} more")
            table.add_row(
                Text(f"{mark}{one.message}{passes}"), Text(_short(one.path)), Text("\n".join(where))
            )
        console.print(table)
    return len(shapes)


def _where(one: shape_report.Met) -> str:
    value = one.breach.value
    thing = _short(one.breach.entity) + ("" if value is None else f": {_cut(_short(value))}")
    return f"{one.place}: {thing}" if one.place else thing


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _short(text: str) -> str:
    """An IRI with a prefix of ours where one fits; a path of several steps and a literal as they are."""
    try:
        return formats.short(NamedNode(text)) if text else ""
    except ValueError:
        return text
