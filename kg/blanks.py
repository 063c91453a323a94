"""Values without characters are no values: a format may find the place of a title and nothing in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any, TypeVar

from kg.model import Report, places
from kg.problems import Problem
from kg.source import Found, Source

T = TypeVar("T")


def without_blanks(report: Report, source: Source) -> tuple[Report, list[Problem]]:
    """The report without its blank values, and a problem for each.

    A blank value is left out; a record that cannot be without it (a journal without a name) is left out
    with it.
    """
    for found in places(report):  # as in `_is_blank`: this is asked of every value of every record
        raw, value = found.raw, found.value
        if not raw or raw.isspace() or (value is not raw and isinstance(value, str) and not value.strip()):
            break
    else:
        return report, []
    problems: list[Problem] = []

    def told(found: Found[Any], name: str) -> None:
        problems.append(
            Problem.at(
                source,
                found,
                "empty-value",
                f"the {name.replace('_', ' ')} is empty here and was left out",
                hint="complete the document if the page says more",
            )
        )

    return _kept(report, told) or Report(), problems


def _kept(record: T, told: Callable[[Found[Any], str], None]) -> T | None:
    changes: dict[str, Any] = {}
    for one in fields(record):  # type: ignore[arg-type]  # every caller has seen a dataclass
        value = getattr(record, one.name)
        kept = _value(value, one.name, told)
        if kept is None and value is not None and _is_required(one):
            return None
        if kept is not value:
            changes[one.name] = kept
    return replace(record, **changes) if changes else record  # type: ignore[type-var]  # the same


def _value(value: Any, name: str, told: Callable[[Found[Any], str], None]) -> Any:
    if isinstance(value, Found):
        if not _is_blank(value):
            return value
        told(value, name)
        return None
    if isinstance(value, tuple):
        kept = tuple(part for part in (_value(each, name, told) for each in value) if part is not None)
        return value if kept == value else kept
    return _kept(value, told) if is_dataclass(value) and hasattr(value, "__dataclass_fields__") else value


def _is_blank(found: Found[Any]) -> bool:
    raw, value = found.raw, found.value
    if not raw or raw.isspace():
        return True
    return value is not raw and isinstance(value, str) and not value.strip()


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING
