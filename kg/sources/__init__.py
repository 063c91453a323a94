"""The input formats: each module reads one layout, and nothing is registered.

A module of this package has `recognises(source) -> bool` and `read(source) -> Iterator[Report | Problem]`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from kg.model import Report
from kg.problems import PeerkgError, Problem
from kg.source import Source


class Format(Protocol):
    """What a module of this package offers; its docstring says in one line what it reads."""

    __name__: str
    __doc__: str | None

    def recognises(self, source: Source) -> bool:
        """Whether the document has this layout; decided by its content alone."""

    def read(self, source: Source) -> Iterator[Report | Problem]:
        """The reports in the document, and what was not understood."""


class UnknownFormatError(PeerkgError):
    """No format, or more than one, recognises the document."""


@cache
def formats() -> dict[str, Format]:
    """Every format by its name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: cast("Format", importlib.import_module(f"{__name__}.{name}")) for name in names}


def recognise(source: Source) -> Format:
    """The one format that recognises the document; `UnknownFormatError` if none or several do."""
    found = [name for name, form in formats().items() if form.recognises(source)]
    if len(found) == 1:
        return formats()[found[0]]
    if found:
        raise UnknownFormatError(
            f"{source.path}: several source formats recognise this document ({', '.join(found)})"
        )
    raise UnknownFormatError(
        f"{source.path}: no source format recognises this document (tried {', '.join(formats())})"
    )
