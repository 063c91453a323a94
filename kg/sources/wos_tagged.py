"""Web of Science's plain-text export (tagged, `FN` ... `EF`), of the present and of the ISI interface."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import line_records, tagged
from kg.reading import web_of_science as wos
from kg.reading.fields import Tally
from kg.reading.tagged import Record
from kg.source import Source

FIELDS = wos.FIELDS

_FIRST = re.compile(r"PT [A-Z]\s*$")
_AROUND = re.compile(r"(?:FN|VR) ")
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: |$)")


def recognises(source: Source) -> bool:
    """A line `PT J` (or another letter), and lines that begin with `AU `, `TI ` or `SO `."""
    return "PT " in source.text and bool(
        re.search(r"^PT [A-Z]\s*$", source.text, re.MULTILINE)
        and len(re.findall(r"^(?:AU|TI|SO|UT|PY) \S", source.text, re.MULTILINE)) > 1
    )


def records(file: File) -> Iterator[Source | Problem]:
    """From each line `PT J` to the next."""
    return line_records.records(file, _FIRST, _AROUND)


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a record."""
    found = []
    for field in tagged.fields(source, _TAG, lambda _: True):
        if field.tag == "ER":
            break
        found.append(field)
    yield FIELDS.tally((field.tag, field.value.raw) for field in found)
    yield from wos.report(source, Record(found))
