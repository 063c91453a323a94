"""What a page shows, to take along: the question behind it, its answer as data, and lines that fetch it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kg import formats
from server.selecting import UNIT, selection


@dataclass(frozen=True, slots=True)
class Panel:
    """A question in SPARQL and where its answer is, relative to the root."""

    query: str

    @property
    def page(self) -> str:
        """The question in the editor."""
        return "sparql?" + urlencode({"query": self.query})

    @property
    def downloads(self) -> list[tuple[str, str]]:
        """The answer in every format of tables: addresses and titles."""
        return [(self.address(form.name), form.title) for form in formats.RESULT_FORMATS]

    def address(self, form: str) -> str:
        """The answer in a format."""
        return "sparql?" + urlencode({"query": self.query, "format": form})


def of_findings(given: Mapping[str, list[str]]) -> Panel:
    """The findings that arguments choose, with what each says."""
    pattern = selection(given)
    lines = [
        *pattern,
        *([] if UNIT in pattern else [f"OPTIONAL {{ {UNIT} }}"]),
        "?f pk:findingText ?text ; pk:findingDirection ?direction ; pk:findingBasis ?basis .",
        "OPTIONAL { ?f pk:findingOutcome ?outcome }",
        "OPTIONAL { ?f pk:findingConcerns ?whom }",
    ]
    body = "\n  ".join(re.sub(r"\s*\n\s*", "\n  ", line) for line in lines)
    text = f"SELECT DISTINCT ?f ?u ?outcome ?direction ?basis ?whom ?text {{\n  {body}\n}} ORDER BY ?f ?u\n"
    used = sorted(set(re.findall(r"(?<![\w<:/])([a-z]+):(?=[A-Za-z])", text)) & formats.prefixes().keys())
    return Panel("".join(f"PREFIX {name}: <{formats.prefixes()[name]}>\n" for name in used) + text)
