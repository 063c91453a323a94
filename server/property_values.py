"""Values of properties of many things at once, as the workers answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.links import is_iri
from server.reconcile_terms import Property
from server.service import Call
from server.tables import Labels, ask

_XSD = "http://www.w3.org/2001/XMLSchema#"
MOST = 2_000
"""Values of one property that are fetched for all things together."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value: words with their datatype or language, or a thing with its name."""

    text: str
    iri: str = ""
    datatype: str = ""
    language: str = ""

    def as_json(self, *, is_ours: bool) -> dict[str, object]:
        """The value as a data extension has it (`id`, `int`, `float`, `date` or `str`)."""
        if self.iri:
            return {"id": self.iri, "name": self.text} if is_ours else {"str": self.iri}
        kind = self.datatype.removeprefix(_XSD)
        if kind == "integer":
            return {"int": int(self.text)}
        if kind in ("decimal", "double"):
            return {"float": float(self.text)}
        if kind == "date":
            return {"date": f"{self.text[:10]}T00:00:00Z"}
        return {"str": self.text}


def values_of(
    call: Call, wanted: Sequence[tuple[Property, Iterable[str]]], languages: Sequence[str]
) -> dict[str, dict[str, list[Value]]]:
    """For each property, by its id, the values of each of the things."""
    questions = {}
    for one, iris in wanted:
        usable = " ".join(f"<{iri}>" for iri in sorted(set(iris)) if is_iri(iri))
        if usable:
            questions[one.id] = (
                f"SELECT DISTINCT ?x ?v {{ VALUES ?x {{ {usable} }} ?x {one.path} ?v }} "
                f"ORDER BY ?x ?v LIMIT {MOST}"
            )
    if not questions:
        return {}
    answers = ask(call, questions)
    things = {row["v"].value for rows in answers.values() for row in rows if row["v"].is_iri}
    labels = Labels.of(call, things, languages)
    found: dict[str, dict[str, list[Value]]] = {}
    for name, rows in answers.items():
        for row in rows:
            term = row["v"]
            value = (
                Value(labels.get(term.value) or term.value, term.value)
                if term.is_iri
                else Value(term.value, "", term.datatype, term.language)
            )
            found.setdefault(name, {}).setdefault(row["x"].value, []).append(value)
    return found


def in_language(values: Sequence[Value], languages: Sequence[str]) -> list[Value]:
    """The values in the first of the languages that there is, and those without one."""
    tagged = [value for value in values if value.language]
    bare = [value for value in values if not value.language]
    for language in (*languages, "en"):
        chosen = [
            one for one in tagged if one.language.split("-")[0].lower() == language.split("-")[0].lower()
        ]
        if chosen:
            return [*bare, *chosen]
    return [*bare, *tagged]


def holders(call: Call, one: Property, values: Iterable[object], limit: int) -> list[str]:
    """The things whose property has one of the values: things by their IRI, words whatever their case."""
    found: list[str] = []
    for value in values:
        iri, text = getattr(value, "iri", ""), getattr(value, "text", "")
        if iri:
            if not is_iri(iri):
                continue
            pattern = f"?x {one.path} <{iri}>"
        else:
            pattern = f"?x {one.path} ?v FILTER(LCASE(STR(?v)) = LCASE({_literal(text)}))"
        rows = ask(call, {"holders": f"SELECT DISTINCT ?x {{ {pattern} }} ORDER BY ?x LIMIT {limit}"})[
            "holders"
        ]
        found += [row["x"].value for row in rows if row["x"].is_iri]
    return found


def _literal(text: str) -> str:
    r"""The text as a literal of SPARQL.

    >>> print(_literal('a "b"\\c'))
    "a \"b\"\\c"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
