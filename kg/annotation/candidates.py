"""What could be a fact and is not certain: shown for review, not published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg.problems import Problem
from kg.source import Found, Source


@dataclass(frozen=True, slots=True)
class Candidate:
    """The words, and why they are no fact."""

    place: Found[Any]
    message: str
    hint: str = "confirm or reject it in a curation file"

    def problem(self, source: Source) -> Problem:
        """The candidate as a problem of its document, with the code `candidate`."""
        return Problem.at(source, self.place, "candidate", self.message, hint=self.hint, severity="info")
