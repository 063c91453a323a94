"""Questions that pages ask of the workers, and their answers as rows of terms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg import formats
from server import sparql
from server.links import is_iri
from server.pool import StoppedError
from server.problem import Problem
from server.service import Call
from server.spool import whole

PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in formats.prefixes().items())


@dataclass(frozen=True, slots=True)
class Term:
    """An IRI, a blank node or a literal of a result."""

    value: str
    kind: str
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether it names a thing."""
        return self.kind == "uri"

    def __str__(self) -> str:
        return self.value


Row = Mapping[str, Term]


def term(binding: Mapping[str, Any]) -> Term:
    """The term of a binding in SPARQL's JSON results."""
    kind = binding["type"]
    if kind == "triple":
        return Term(json.dumps(binding["value"], ensure_ascii=False), "triple")
    language, datatype = binding.get("xml:lang", ""), binding.get("datatype", "")
    return Term(str(binding["value"]), kind, language, datatype)


class Table(list[Row]):
    """Rows that know the question they answer."""

    def __init__(self, rows: Iterable[Row], question: str) -> None:
        super().__init__(rows)
        self.question = question


def ask(call: Call, questions: Mapping[str, str]) -> dict[str, Table]:
    """The rows for each question, all asked of one worker. The text of the questions is ours."""
    queries = [PREFIXES + text for text in questions.values()]
    try:
        head, body = call.run(call.edition.pool.ask({"do": "tables", "queries": queries}))
    except StoppedError as stopped:
        raise sparql.stopped(stopped, call.limits.seconds, call.limits) from stopped
    if head.get("error") == "engine":
        raise Problem("engine", head["message"])
    if "error" in head:
        raise Problem("internal", f"a page's own query failed: {head['message']}")
    answers: dict[str, Table] = {}
    for (name, question), table in zip(questions.items(), json.loads(whole(body)), strict=True):
        rows = table.get("results", {}).get("bindings", [])
        found = ({key: term(value) for key, value in row.items()} for row in rows)
        answers[name] = Table(found, question)
    return answers


def iris(*groups: Iterable[Row]) -> set[str]:
    """Every IRI in the rows."""
    return {one.value for rows in groups for row in rows for one in row.values() if one.is_iri}


class Labels:
    """Names of things, each in the first language that the reader wants and that there is."""

    def __init__(self, names: Mapping[str, Mapping[str, str]], languages: Iterable[str]) -> None:
        self._names = names
        self._languages = (*languages, "en", "")

    @classmethod
    def of(cls, call: Call, wanted: Iterable[str], languages: Iterable[str]) -> Labels:
        """The names of those IRIs that have one."""
        usable = sorted(iri for iri in set(wanted) if is_iri(iri))
        names: dict[str, dict[str, str]] = {}
        if usable:
            values = " ".join(f"<{iri}>" for iri in usable)
            text = (
                f"SELECT ?x ?name ?kind {{ VALUES ?x {{ {values} }} "
                "VALUES (?p ?kind) { (skos:prefLabel 0) (rdfs:label 1) } ?x ?p ?name }"
            )
            for row in sorted(ask(call, {"names": text})["names"], key=lambda row: row["kind"].value):
                names.setdefault(row["x"].value, {}).setdefault(row["name"].language, row["name"].value)
        return cls(names, languages)

    def get(self, iri: str) -> str | None:
        """The name, or `None` where the thing has none."""
        return self.said(iri)[0]

    def said(self, iri: str) -> tuple[str | None, str]:
        """The name and the tag of its language, which is empty where that is not known."""
        found = self._names.get(iri)
        if not found:
            return None, ""
        for language in self._languages:
            for tag, name in found.items():
                if tag == language or (language and tag.split("-")[0] == language.split("-")[0]):
                    return name, tag
        tag, name = min(found.items())
        return name, tag

    def sorted(self, iris: Iterable[str]) -> list[str]:
        """The IRIs, each once, in the order of their names."""
        return sorted(set(iris), key=lambda iri: ((self.get(iri) or iri).casefold(), iri))
