"""The published questions, `docs/queries/*.rq`: as RDF, and asked of each new release.

A question begins with comments: what it asks, what has to be known, and its keywords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from pyoxigraph import Literal, NamedNode, QueryBoolean, Triple

from kg import resources, store
from kg.problems import PeerkgError

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SCHEMA = "https://schema.org/"
_SH = "http://www.w3.org/ns/shacl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"

DEADLINE = 300.0
"""Seconds after which a question counts as one that cannot be answered."""
_KEYWORDS = "Keywords:"
_PREFIX = re.compile(r"^PREFIX\s+([A-Za-z][\w-]*)?:\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.MULTILINE)
_CLASSES = {
    "select": "SPARQLSelectExecutable",
    "ask": "SPARQLAskExecutable",
    "construct": "SPARQLConstructExecutable",
    "describe": "SPARQLDescribeExecutable",
}


class QuestionError(PeerkgError):
    """A published question is not written as one, or cannot be answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name, its words, and the query."""

    name: str
    words: str
    note: str
    """What has to be known to read the answer, if anything."""
    keywords: tuple[str, ...]
    query: str
    form: str
    """`select`, `ask`, `construct` or `describe`."""
    prefixes: Mapping[str, str]


@cache
def published() -> tuple[Question, ...]:
    """Every question, by name."""
    return tuple(
        read(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(resources.folder("queries").glob("*.rq"))
    )


def read(name: str, text: str) -> Question:
    """The question in the text of its file; `QuestionError` where a part of it is missing."""
    words, keywords = [], ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        said = line.removeprefix("#").strip()
        if said.startswith(_KEYWORDS):
            keywords = said.removeprefix(_KEYWORDS)
        else:
            words.append(said)
    form = _FORM.search(text)
    if not words or not keywords or form is None:
        raise QuestionError(
            f"{name}: begins with its words and `# {_KEYWORDS}` as comments, and has SELECT, ASK, "
            "CONSTRUCT or DESCRIBE at the beginning of a line"
        )
    return Question(
        name,
        words[0],
        " ".join(words[1:]),
        tuple(word.strip() for word in keywords.split(",")),
        text,
        form[1].lower(),
        {prefix or "": iri for prefix, iri in _PREFIX.findall(text)},
    )


def described(questions: tuple[Question, ...], base: str) -> Iterator[Triple]:
    """The questions as SHACL executables, in the shape that SIB's collections of examples have."""
    page = f"{base}queries"
    declared: dict[str, str] = {}
    for question in questions:
        query = NamedNode(f"{page}#{question.name}")
        for name in ("SPARQLExecutable", _CLASSES[question.form]):
            yield Triple(query, NamedNode(f"{_RDF}type"), NamedNode(_SH + name))
        comment = f"{question.words} {question.note}".strip()
        yield Triple(query, NamedNode(f"{_RDFS}comment"), Literal(comment, language="en"))
        yield Triple(query, NamedNode(f"{_SH}prefixes"), NamedNode(f"{page}#prefixes"))
        yield Triple(query, NamedNode(_SH + question.form), Literal(question.query))
        yield Triple(query, NamedNode(f"{_SCHEMA}target"), NamedNode(f"{base}sparql"))
        for word in question.keywords:
            yield Triple(query, NamedNode(f"{_SCHEMA}keywords"), Literal(word))
        for prefix, iri in question.prefixes.items():
            if declared.setdefault(prefix, iri) != iri:
                raise QuestionError(f"{question.name}: the prefix {prefix}: is another one elsewhere")
    for prefix, iri in declared.items():
        declaration = NamedNode(f"{page}#prefix-{prefix}")
        yield Triple(NamedNode(f"{page}#prefixes"), NamedNode(f"{_SH}declare"), declaration)
        yield Triple(declaration, NamedNode(f"{_SH}prefix"), Literal(prefix))
        namespace = Literal(iri, datatype=NamedNode(f"{_XSD}anyURI"))
        yield Triple(declaration, NamedNode(f"{_SH}namespace"), namespace)


def answered(questions: tuple[Question, ...], index: Path, seconds: float = DEADLINE) -> dict[str, int]:
    """How many rows, or statements, each question has in the index.

    `QuestionError` for one that fails, or that has no answer after so many seconds: it is asked in a thread
    that nobody waits for then, since nothing interrupts Oxigraph.
    """
    replies: SimpleQueue[int | Exception] = SimpleQueue()
    Thread(target=_ask, args=(questions, index, replies), daemon=True).start()
    found = {}
    for question in questions:
        where = f"docs/queries/{question.name}.rq"
        try:
            reply = replies.get(timeout=seconds)
        except Empty:
            raise QuestionError(f"{where} has no answer after {seconds:g} seconds") from None
        if isinstance(reply, Exception):
            raise QuestionError(f"{where} cannot be answered: {reply}") from reply
        found[question.name] = reply
    return found


def _ask(questions: tuple[Question, ...], index: Path, replies: SimpleQueue[int | Exception]) -> None:
    """Ask one question after the other, until one fails."""
    try:
        asked = store.open_read_only(index)
        for question in questions:
            result = asked.query(question.query)
            replies.put(int(bool(result)) if isinstance(result, QueryBoolean) else sum(1 for _ in result))
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        replies.put(error)
