"""What of a release most needs a person's eye, and the curation file in which to say what is right.

It reads a release alone: its problems, and the findings whose outcome is no concept yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import QuerySolutions

from kg import store
from kg.problems import PeerkgError
from kg.release import Release

DECISIONS = frozenset(
    {
        "decision-without-document", "stale-decision", "ambiguous-quote",
        "ambiguous-decision", "decision-unclear", "contradictory-decisions", "needless-decision",
    }
)  # fmt: skip
"""Problems with decisions that somebody wrote already."""

WHY = {
    "decision": "a decision that is not obeyed",
    "conflict": "two that look alike",
    "citation": "a citation without its work",
    "candidate": "perhaps a fact",
    "difference": "a citation resolved across a difference",
    "outcome": "an outcome that is no concept",
}
"""The kinds of items, the most pressing first, in words."""

_KINDS = {
    "kept-apart": "conflict",
    "unresolved-citation": "citation",
    "candidate": "candidate",
    "citation-differs": "difference",
    **dict.fromkeys(DECISIONS, "decision"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: of which kind, where, what is asked, and the decision to fill in.

    `decision` has the keys that are known; it is empty where a decision is written already or none helps.
    """

    kind: str
    path: str
    line: int | None
    message: str
    hint: str
    quote: str
    decision: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fields, for `--json`."""
        return {
            "kind": self.kind,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "hint": self.hint,
            "quote": self.quote,
            "decision": self.decision,
        }


def items(release: Release) -> list[Item]:
    """Everything to look at, the most pressing first, each kind in the order of the documents."""
    found = [*_problems(release), *_outcomes(release)]
    order = list(WHY)
    return sorted(found, key=lambda one: (order.index(one.kind), one.path, one.line or 0, one.message))


def _problems(release: Release) -> Iterator[Item]:
    try:
        problems = json.loads(release.problems.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PeerkgError(
            f"{release.problems}: cannot be read: {error}; `peerkg verify` says more"
        ) from error
    for problem in problems:
        kind = _KINDS.get(problem["code"])
        if kind is not None:
            yield _item(kind, problem, release.base)


def _item(kind: str, problem: dict[str, Any], base: str) -> Item:
    quote = problem.get("quote", "")
    source = {"source": problem["path"]}
    decision: dict[str, str] = {}
    hint = problem["hint"]
    if kind == "conflict":
        iris = [word.rstrip(":") for word in problem["message"].split() if word.startswith(base)]
        if len(iris) == 2:
            one, other = (iri.removeprefix(base) for iri in iris)
            decision = {"subject": one, "value": other}
            hint = "forbid: they are two for good"
    elif kind in {"citation", "difference"} and quote:
        decision = {**source, "subject": "citation", "property": "work", "value": "", "quote": quote}
        hint = (
            "correct: write the number of the entry of the reference list, or words of it, as the value"
            if kind == "citation"
            else "confirm: the work is right; reject: it is not; correct: write the right entry as the value"
        )
    elif kind == "candidate" and quote:
        decision = {**source, "subject": "candidate", "quote": quote}
        hint = "reject: it is no fact; or add the fact, with its subject, property and value"
    return Item(kind, problem["path"], problem["line"], problem["message"], hint, quote, decision)


_FINDINGS = """
PREFIX pk: <https://w3id.org/peerkg/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT ?finding ?words ?file ?start ?source {{
  ?finding a pk:Finding ; pk:outcomeAsPrinted ?words .
  FILTER NOT EXISTS {{ ?finding pk:findingOutcome ?concept }}
  FILTER NOT EXISTS {{ ?finding pk:curatedBy ?decision }}
  GRAPH <{base}graph/evidence> {{
    ?evidence rdf:subject ?finding ; rdf:predicate pk:outcomeAsPrinted ; oa:hasTarget ?target .
    ?target oa:hasSource ?source ; oa:hasSelector/oa:start ?start .
  }}
  ?source pk:fileName ?file .
}}
"""


def _outcomes(release: Release) -> Iterator[Item]:
    """The findings about an outcome that is known in printed words alone, and that nobody decided about."""
    paths = {str(entry["id"]): str(entry["path"]) for entry in release.manifest["sources"]}
    rows = store.open_read_only(release.index).query(_FINDINGS.format(base=release.base))
    if not isinstance(rows, QuerySolutions):
        raise PeerkgError("the question for findings has no rows")
    for row in rows:
        finding = _value(row["finding"]).removeprefix(release.base)
        words = _value(row["words"])
        path = paths.get(_value(row["source"]).rpartition("/")[2], _value(row["file"]))
        decision = {"source": path, "subject": finding, "property": "outcome", "value": "", "quote": words}
        hint = (
            "add: write the concept (outcome/hope) as the value; or, without `property` and `value`, confirm "
            "the finding as it is, or reject it"
        )
        yield Item("outcome", path, None, f"“{words}” is an outcome of no concept", hint, words, decision)


def _value(term: Any) -> str:
    return str(term.value)


_PLAIN = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _text(value: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(_PLAIN.get(c, c if c.isprintable() else f"\\U{ord(c):08X}") for c in value)
    return f'"{escaped}"'


def _comment(text: str) -> str:
    return "# " + re.sub(r"[^\t -\ud7ff\ue000-\U0010ffff]|\x7f|[\x80-\x9f]", " ", " ".join(text.split()))


_HEAD = """\
# What of release {release} needs a person's eye.
# Put this file into the folder `curation` beside the documents, and decide what you can.
# To decide, write an action: confirm, correct, reject, add, split or forbid, and what the comment asks for.
# A decision whose action stays empty is only counted; remove what you do not want to decide.
# docs/curation.md says what else can be decided.
"""


def to_fill_in(found: Iterable[Item], release: Release, by: str, on: str) -> str:
    """The items as a curation file in which every action is empty."""
    parts = [_HEAD.format(release=release.id)]
    for item in found:
        where = item.path if item.line is None else f"{item.path}, line {item.line}"
        said = (f"{WHY[item.kind]}: {where}", item.message, item.hint)
        parts.append("\n" + "".join(f"{_comment(one)}\n" for one in said))
        if item.decision:
            known = {**item.decision, "action": "", "by": by, "why": ""}
            lines = [f"{key} = {_text(value)}" for key, value in known.items()]
            lines.insert(len(lines) - 1, f"on = {on}")
            parts.append("[[decision]]\n" + "\n".join(lines) + "\n")
    return "".join(parts)
