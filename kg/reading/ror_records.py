"""Records of the Research Organization Registry: what both versions of their schema have alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.model import Text
from kg.opening import File
from kg.problems import Problem
from kg.reading import json_records
from kg.source import Found, Source

_ID = re.compile(r'"id"\s*:\s*"https://ror\.org/0[a-z0-9]{8}"')
_REGISTER = re.compile(r"[A-Za-z]{1,20}")
_ADDRESS = re.compile(r"https?://\S")


def keys(source: Source) -> set[str]:
    """The keys of the first objects, those in `items` without it; none where no `id` is one of ROR."""
    if not _ID.search(source.text):
        return set()
    return {key.removeprefix("items/") for key in json_records.first_keys(source.text)}


def organisations(file: File) -> Iterator[Source | Problem]:
    """The organisations of an array, of the `items` of an answer, or one a line; a single one."""
    return json_records.records(file, ("items",))


def identifiers(register: object, printed: Sequence[Text | None]) -> Iterator[Text]:
    """Identifiers of another register, each once, in their order: `wikidata:Q30289125`."""
    if not isinstance(register, str) or not _REGISTER.fullmatch(register):
        return
    known = {"".join(text.raw.split()): text for text in reversed(printed) if text is not None}
    for identifier, text in reversed(known.items()):
        yield Found(f"{register.lower()}:{identifier}", text.raw, text.start, text.where)


def is_address(link: Text) -> bool:
    """Whether the link is an address in the web."""
    return _ADDRESS.match(link.raw) is not None


def no_organisation(source: Source, *, has_ror: bool) -> Problem:
    """That a record lacks what makes it one."""
    return Problem(
        "no-record",
        "the organisation has no name" if has_ror else "the record has no ROR id",
        source.path,
        line=source.first_line,
        where=source.where,
        hint="take the record from https://ror.org again",
        severity="error",
    )
