"""Turn documents about peer support into a validated, linked knowledge graph.

>>> import kg
>>> findings = kg.open("public").findings()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kg.frames import Dataset, Library

__all__ = ["open"]


def open(  # noqa: A001 - a release is opened as a file is: `kg.open("public")`
    path: str | Path, name: str | None = None, *, frames: Library = "pandas"
) -> Dataset:
    """The current release of a directory, or the one called `name`, as data frames (`kg.frames`)."""
    from kg.frames import open_release  # noqa: PLC0415 - importing kg imports nothing else

    return open_release(path, name, frames=frames)
