"""The report of a validation as a file: W3C's in a syntax of RDF, or for people as a page or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import Triple

from kg import formats, shape_report
from kg.commands import graphs
from kg.problems import Problem

Form: TypeAlias = Callable[[Sequence[Problem], Callable[[], Iterable[Triple]]], bytes]
"""Makes a file of the results, or of W3C's report of them, which is made only where it is wanted."""


def form(path: Path) -> Form:
    """How to write a file of that name; `UnknownSyntaxError` where the extension says nothing known."""
    if path.suffix == ".html":
        return lambda problems, _: shape_report.as_html(problems).encode()
    if path.suffix == ".json":
        return lambda problems, _: (
            json.dumps(shape_report.as_json(problems), ensure_ascii=False, indent=1) + "\n"
        ).encode()
    syntax = formats.by_path(path) if path.suffix else formats.TURTLE
    return lambda problems, report: formats.write(shape_report.placed(report(), problems, {}), syntax)


def writer(path: Path | None) -> Callable[[Sequence[Problem]], None]:
    """What writes the problems that violate shapes into the file; without one, what does nothing."""
    if path is None:
        return lambda _: None
    of_name = form(path)
    why = "What violates shapes, and what is not published for it"
    return lambda problems: graphs.write(path, of_name(problems, lambda: shape_report.in_rdf(problems, why)))
