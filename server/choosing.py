"""Facets of a search: what a request chooses by them, and what a page offers, each with its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import request

from kg import facets
from kg.facets import FACETS, FROM, TO
from kg.identifiers import VOCABULARY
from kg.release import Release
from server import maps
from server.links import words
from server.problem import Problem
from server.tables import Labels
from server.wording import DEFAULT, language
from server.wording import gettext as _

_LONGEST = 500
"""Characters of a value."""
_MOST = 100
"""Values that a request may choose."""
SHOWN = 8
"""Values that are shown before a reader asks for more."""
OFFERED = 40
"""Values of a facet that a page offers; with `all=` and its name it offers every one."""
_SCHEMES = {
    **{name: name for name in ("role", "outcome", "population", "setting", "direction")},
    "design": "method",
}

Given: TypeAlias = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet: what it is called, in which language, how many works it would give."""

    value: str
    label: str
    language: str
    works: int
    is_chosen: bool
    address: str
    """The search with it, or without it where it is chosen."""

    def as_json(self) -> dict[str, Any]:
        """What a program is told."""
        return {"value": self.value, "label": self.label, "works": self.works, "chosen": self.is_chosen}


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with the values that a page offers."""

    name: str
    title: str
    options: list[Option]
    chosen: int
    """How many values of it are chosen."""
    more: str
    """The address of the search with all values of the facet; empty where these are all."""


def titles() -> dict[str, str]:
    """What each facet is called."""
    return {
        "role": _("Peer role"), "outcome": _("Outcome"), "population": _("Population"),
        "setting": _("Setting"), "design": _("Study design"), "direction": _("Direction"),
        "country": _("Country"), "centre": _("VA centre"), "source": _("Source"), "year": _("Year"),
    }  # fmt: skip


def given() -> Given:
    """What the request's arguments choose, by facet; `Problem` for what is no year."""
    found: Given = {}
    for name in (*FACETS, FROM, TO):
        values = list(dict.fromkeys(value for value in request.args.getlist(name) if value))
        if any(len(value) > _LONGEST for value in values) or len(values) > _MOST:
            detail = f"`{name}` takes {_MOST} values of {_LONGEST} characters at most"
            raise Problem("request", detail)
        if name in (FROM, TO):
            values = values[:1]
            if values and not re.fullmatch("[0-9]{4}", values[0]):
                raise Problem("request", f"`{name}` is a year of four digits, not `{values[0][:80]}`")
        if values:
            found[name] = values
    return found


def pairs(chosen: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The choices as arguments."""
    return [(name, value) for name, values in chosen.items() for value in values]


def offered(
    release: Release,
    counts: Mapping[str, Mapping[str, int]],
    chosen: Given,
    state: list[tuple[str, str]],
) -> list[Facet]:
    """The facets with what can be chosen; `state` are the other arguments of the search."""
    named = _Names(release)
    whole = request.args.getlist("all")
    found = []
    for name, title in titles().items():
        marked = set(chosen.get(name, ()))
        known = sorted(
            ((value, *named.of(name, value), n) for value, n in counts.get(name, {}).items()),
            key=lambda one: (-int(one[0]) if name == "year" else -one[3], one[1].casefold(), one[0]),
        )
        shown = known if name in whole else [
            one for place, one in enumerate(known) if place < OFFERED or one[0] in marked
        ]  # fmt: skip
        options = [
            Option(value, label, tag, n, value in marked, _toggled(chosen, name, value, state))
            for value, label, tag, n in shown
        ]
        more = "?" + urlencode([*state, *pairs(chosen), ("all", name)]) if len(shown) < len(known) else ""
        if options:
            found.append(Facet(name, title, options, len(marked), more))
    return found


def _toggled(chosen: Given, name: str, value: str, state: list[tuple[str, str]]) -> str:
    one = {key: [each for each in values if (key, each) != (name, value)] for key, values in chosen.items()}
    if value not in chosen.get(name, ()):
        one[name] = [*one.get(name, ()), value]
    return "?" + urlencode([*state, *pairs(one)])


class _Names:
    """What the values of facets are called, in the reader's language where they are concepts."""

    def __init__(self, release: Release) -> None:
        known = maps.map_of(release)
        self._labels = maps.named(known) if known is not None else Labels({}, ())
        self._sources = {one["path"]: one["title"] or one["path"] for one in release.manifest["sources"]}
        self._values = facets.of_index(release.search).values

    def of(self, name: str, value: str) -> tuple[str, str]:
        """The name and its language; none is stated of what documents say."""
        if name in _SCHEMES:
            called, tag = self._labels.said(f"{VOCABULARY}{_SCHEMES[name]}/{value}")
            return (words(value), DEFAULT) if called is None else (called, tag)
        known = self._values.get(name, {}).get(value)
        label = known.label if known is not None else value
        if name == "country":
            said = _(label)
            return said, language() if said != label else DEFAULT
        return self._sources.get(value, label) if name == "source" else label, ""
