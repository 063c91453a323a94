"""What an operator decides: `peerkg.toml` for a dataset, `sources.toml` for a folder of documents.

Both are TOML and both may be missing. Whatever is wrong in one (the syntax, an unknown key, a value of
the wrong type) is one `SettingsError` that names the file, the key or line, and what to write instead.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

from kg.decisions import Curation
from kg.problems import PeerkgError

TextPolicy = Literal["full", "quotes", "none"]
"""How much of a document's text is published: all of it, the quoted sentences, or digests of them."""

POLICIES: tuple[TextPolicy, ...] = get_args(TextPolicy)


class SettingsError(PeerkgError):
    """A configuration file cannot be used; the message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """What is known of a document beside its text, as its `sources.toml` states it.

    `origin` is where it came from and `licence` what it says of its reuse, both in words or as an address.
    """

    title: str = ""
    origin: str = ""
    licence: str = ""
    text: TextPolicy = "quotes"
    retrieved: dt.date | None = None


UNLISTED = SourceDetails()
"""The details of a document that no `sources.toml` names."""


@dataclass(frozen=True, slots=True)
class SourceList:
    """The details of documents by their absolute path."""

    entries: Mapping[str, SourceDetails] = field(default_factory=dict)

    def details(self, path: str | Path) -> SourceDetails:
        """The details of the document at `path`; those of an unlisted one where nothing names it."""
        if not self.entries:
            return UNLISTED
        return self.entries.get(os.path.abspath(path), UNLISTED)  # noqa: PTH100 - resolve() follows links

    def __or__(self, other: SourceList) -> SourceList:
        return SourceList({**self.entries, **other.entries})

    @classmethod
    def load(cls, folder: Path) -> SourceList:
        """The list in `folder/sources.toml`; an empty one where there is no such file."""
        path = folder / "sources.toml"
        if not path.is_file():
            return cls()
        table = _Table(path, _toml(path), "")
        table.only("source")
        entries: dict[str, SourceDetails] = {}
        for number, row in enumerate(table.tables("source"), start=1):
            entry = _Table(path, row, f"[[source]] number {number}")
            entry.only("path", "title", "origin", "licence", "text", "retrieved")
            name = entry.text("path", "")
            if not name:
                raise entry.wrong("path", "is missing: it is the document's path from this file's folder")
            if (
                not name.isprintable()
            ):  # messages show such names escaped, and under that name it would be unlisted
                raise entry.wrong("path", f"{name!r} holds a character that cannot be shown: rename the file")
            where = os.path.abspath(folder / name)  # noqa: PTH100 - resolve() follows links
            if where in entries:
                raise entry.wrong("path", f"{name!r} is listed twice")
            entries[where] = SourceDetails(
                title=entry.text("title", ""),
                origin=entry.text("origin", ""),
                licence=entry.text("licence", ""),
                text=entry.policy("text"),
                retrieved=entry.date("retrieved"),
            )
        return cls(entries)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one dataset. Each field but `sources` and `curation` is a key of `peerkg.toml`."""

    base_iri: str = "https://w3id.org/peerkg/"
    """What the IRIs of entities, sources and graphs begin with."""
    title: str = "Evidence on peer support"
    """The dataset's title, in its description and on its pages."""
    publisher: str = ""
    """Who publishes the dataset: a name, or the address of one."""
    max_source_bytes: int = 50_000_000
    """A larger document is refused."""
    quote_length: int = 300
    """A published quote, with the rest of its sentence, is cut to so many characters."""
    federation: tuple[str, ...] = ()
    """The SPARQL endpoints that queries to a server may name after `SERVICE`."""
    ror: Path | None = None
    """A dump of the Research Organization Registry, with which institutions are linked."""
    sources: SourceList = field(default_factory=SourceList, metadata={"key": False})
    curation: Curation = field(default_factory=Curation, metadata={"key": False})

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_iri", base_iri(self.base_iri))

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """The settings in the file `path`; the defaults for every key it leaves out, or without a file."""
        if path is None:
            return cls()
        table = _Table(path, _toml(path), "")
        table.only(*(entry.name for entry in fields(cls) if entry.metadata.get("key", True)))
        default = cls()
        try:
            return cls(
                base_iri=table.text("base_iri", default.base_iri),
                title=table.words("title", default.title),
                publisher=table.text("publisher", default.publisher),
                max_source_bytes=table.positive("max_source_bytes", default.max_source_bytes),
                quote_length=table.positive("quote_length", default.quote_length),
                federation=table.addresses("federation"),
                ror=table.file("ror"),
            )
        except BaseIriError as error:
            raise table.wrong("base_iri", str(error)) from error

    def with_sources(self, sources: SourceList) -> Settings:
        """The same settings with the details of more documents."""
        return replace(self, sources=self.sources | sources)

    def with_curation(self, curation: Curation) -> Settings:
        """The same settings with more decisions of people."""
        return replace(self, curation=self.curation | curation)


class BaseIriError(PeerkgError):
    """A base IRI cannot carry the IRIs of a dataset."""


_NOT_IN_IRI = frozenset('<>"{}|\\^`%?#')


def base_iri(text: str) -> str:
    """The base IRI, ended by a slash; `BaseIriError` where it is not an absolute http(s) IRI.

    >>> base_iri("https://example.org/kg")
    'https://example.org/kg/'
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BaseIriError(f"the base IRI {text!r} is not an IRI: {error}") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise BaseIriError(f"the base IRI {text!r} is not absolute: write it as https://example.org/dataset/")
    if parts.username or parts.password:
        raise BaseIriError("the base IRI holds a user name or password: leave it out")
    odd = next((c for c in text if c in _NOT_IN_IRI or c.isspace() or not c.isprintable()), None)
    if odd is not None:
        raise BaseIriError(f"the base IRI {text!r} holds {odd!r}, which cannot stand in one")
    return text if text.endswith("/") else text + "/"


def _is_address(text: str) -> bool:
    """Whether the text is an absolute http(s) IRI of ASCII characters, without user name and fragment."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not set(text) & (_NOT_IN_IRI - set("%?") | {" "})
    return known and plain and "@" not in parts.netloc


def _toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: byte {error.start} is not UTF-8: save the file as UTF-8") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = f"at line {len(text.splitlines())}, the end of the file"
        what = str(error).replace("at end of document", last)
        raise SettingsError(f"{path}: not TOML: {what}; see https://toml.io for the syntax") from error


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a TOML file, and how messages name it."""

    path: Path
    values: dict[str, Any]
    name: str

    def wrong(self, key: str, what: str) -> SettingsError:
        where = f"{self.name}: " if self.name else ""
        return SettingsError(f"{self.path}: {where}`{key}`: {what}")

    def only(self, *known: str) -> None:
        for key in self.values:
            if key not in known:
                raise self.wrong(key, f"is no key here; known are {', '.join(known)}")

    def text(self, key: str, default: str) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, f"is {value!r}; expected text in quotation marks")
        return value

    def words(self, key: str, default: str) -> str:
        text = self.text(key, default)
        if not text.strip():
            raise self.wrong(key, "is empty; write some words, or leave the key out")
        return text

    def file(self, key: str) -> Path | None:
        """The file at that path, which counts from the table's own folder."""
        if key not in self.values:
            return None
        name = self.words(key, "")
        path = self.path.parent / name
        try:
            there = path.is_file()
        except ValueError:  # a null byte
            there = False
        if not there:
            raise self.wrong(key, f"{name!r} is no file: write its path from the folder of this file")
        return path

    def positive(self, key: str, default: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(key, f"is {value!r}; expected a whole number of at least 1")
        return value

    def date(self, key: str) -> dt.date | None:
        value = self.values.get(key)
        if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
            return value
        raise self.wrong(key, f"is {value!r}; expected a date without quotation marks, such as 2026-11-22")

    def addresses(self, key: str) -> tuple[str, ...]:
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.wrong(key, f"is {values!r}; expected a list of addresses in brackets")
        for value in values:
            if not isinstance(value, str) or not _is_address(value):
                raise self.wrong(
                    key, f"holds {value!r}; expected addresses such as https://example.org/sparql"
                )
        return tuple(values)

    def policy(self, key: str) -> TextPolicy:
        value = self.values.get(key, UNLISTED.text)
        if value not in POLICIES:
            raise self.wrong(key, f"is {value!r}; expected one of {', '.join(POLICIES)}")
        return cast("TextPolicy", value)

    def tables(self, key: str) -> list[dict[str, Any]]:
        rows = self.values.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong(key, "is no list of tables; write [[source]] above each document's lines")
        return rows
