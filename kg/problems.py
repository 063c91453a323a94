"""Defects of data, as values.

A problem is collected beside the successes and becomes part of the release; wrong *use* raises an
exception of ours instead (`PeerkgError` and what derives from it).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from kg.source import Found, Source

Severity = Literal["error", "warning", "info"]


class PeerkgError(Exception):
    """peerkg was asked for something it cannot do; the message says what, where and what can be done."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What a shape says against a thing: a result of SHACL, whose message says what to do.

    `shape` is an IRI, `path` a property or several in SPARQL's notation, `severity` SHACL's own word,
    `reason` why the shape is let pass, `term` the value as N-Triples write it.
    """

    shape: str
    severity: Literal["violation", "warning", "info"]
    entity: str
    path: str
    message: str
    constraint: str
    value: str | None = None
    term: str | None = None
    reason: str = ""

    @property
    def stops(self) -> bool:
        """Whether what has it is not published."""
        return self.severity == "violation" and not self.reason


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was not understood or does not hold: where, what was expected, what to do.

    `error`: a document or record was left out. `warning`: a fact was left out or is doubtful.
    `info`: something was mended, and how. `start` and `end` are code-point offsets, `line` counts from 1.
    """

    code: str
    message: str
    path: str
    start: int | None = None
    end: int | None = None
    line: int | None = None
    hint: str = ""
    severity: Severity = "warning"
    where: str = ""
    """In a file that is one tree: the JSON pointer or XPath of the place."""
    quote: str = ""
    """The words that a person is asked to decide about, as far as they may be published."""
    breach: Breach | None = None
    """What a shape says, where the problem is one of validation."""

    @classmethod
    def at(
        cls,
        source: Source,
        place: Found[Any],
        code: str,
        message: str,
        *,
        hint: str = "",
        severity: Severity = "warning",
    ) -> Problem:
        """A problem with the characters at `place`."""
        line = source.line_of(place.start)
        if source.number:  # offsets in a record are no offsets in its file
            where = source.where + place.where
            return cls(code, message, source.path, None, None, line, hint, severity, where)
        return cls(code, message, source.path, place.start, place.end, line, hint, severity)

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        where = f"{where} at {self.where}" if self.where else where
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {self.severity}: {self.message}{hint} [{self.code}]"

    def as_json(self) -> dict[str, Any]:
        """The fields, for `problems.json` and `--json`."""
        fields = asdict(self)
        if self.breach is None:
            del fields["breach"]
        return fields
