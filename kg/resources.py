"""Where the ontology, the shapes and the queries lie: in the checkout, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent
_IN_CHECKOUT = {"ontology": "ontology", "shapes": "shapes", "queries": "docs/queries"}


def folder(name: Literal["ontology", "shapes", "queries"]) -> Path:
    """The folder of that name."""
    packed = _PACKAGE / "data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / _IN_CHECKOUT[name]
