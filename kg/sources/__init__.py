"""The input formats: each module reads one layout, and nothing is registered.

A module of this package has `recognises(source) -> bool` and `read(source) -> Iterator[Report | Problem]`.
A format of a register yields the `Institution` or `Person` of each record in the place of a report.
A format of files that hold many records has `records(file)` besides, which cuts the file into them, and
`FIELDS`, which names its fields; its `read` yields a `Tally` of the fields of each record, too.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol, TypeGuard, cast

from kg.model import Authority, Report
from kg.opening import File
from kg.problems import PeerkgError, Problem
from kg.reading.fields import Fields, Tally
from kg.source import Source


class Format(Protocol):
    """What a module of this package offers; its docstring says in one line what it reads."""

    __name__: str
    __doc__: str | None

    def recognises(self, source: Source) -> bool:
        """Whether the document has this layout; decided by its content alone.

        Of a file of records it is given the first 64 kB.
        """

    def read(self, source: Source) -> Iterator[Report | Authority | Problem | Tally]:
        """The reports in the document or record, and what was not understood."""


class StreamFormat(Format, Protocol):
    """A format of files that hold many records, one behind the other."""

    FIELDS: Fields

    def records(self, file: File) -> Iterator[Source | Problem]:
        """The file cut into records, and the places where that fails."""


class UnknownFormatError(PeerkgError):
    """No format, or more than one, recognises the document."""


@cache
def formats() -> dict[str, Format]:
    """Every format by its name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: cast("Format", importlib.import_module(f"{__name__}.{name}")) for name in names}


def is_stream(form: Format) -> TypeGuard[StreamFormat]:
    """Whether it is a format of files that hold many records."""
    return hasattr(form, "records")


def name_of(form: Format) -> str:
    """The name of a format, which is that of its module."""
    return form.__name__.rpartition(".")[2]


def recognise(source: Source) -> Format:
    """The one format of documents that recognises it; `UnknownFormatError` if none or several do."""
    pages = {name: form for name, form in formats().items() if not is_stream(form)}
    found = [name for name, form in pages.items() if form.recognises(source)]
    if len(found) == 1:
        return formats()[found[0]]
    if found:
        raise UnknownFormatError(
            f"{source.path}: several source formats recognise this document ({', '.join(found)})"
        )
    raise UnknownFormatError(
        f"{source.path}: no source format recognises this document (tried {', '.join(formats())})"
    )


_TREES = ("{", "[", "<?xml", "<!DOCTYPE")
"""What data that is one tree begins with: what tells its format may stand behind a long list."""


def stream_format(file: File) -> StreamFormat | None:
    """The format of a file of records, by its head; `None` if it is no such file.

    Raises `UnknownFormatError` if several formats recognise it.
    """
    streams = [form for form in formats().values() if is_stream(form)]
    found = [form for form in streams if form.recognises(file.head)]
    if not found and file.head.text.lstrip().startswith(_TREES) and (head := file.longer_head()) is not None:
        found = [form for form in streams if form.recognises(head)]
    if len(found) > 1:
        names = ", ".join(map(name_of, found))
        raise UnknownFormatError(f"{file.path}: several source formats recognise this document ({names})")
    return found[0] if found else None
