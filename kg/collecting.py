"""Which files are the documents of a build: all of the given folders, in a fixed order."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.decisions import Curation
from kg.encodings import UnreadableSourceError
from kg.opening import File
from kg.problems import PeerkgError, Problem
from kg.settings import SourceList

NOT_SOURCES = {"sources.toml", "peerkg.toml", "manifest"}
"""Files people write beside the documents; `manifest` stands in each folder of an OpenAlex snapshot."""
NOT_SEARCHED = {"curation"}
"""Folders that hold something else."""


class NoSuchSourceError(PeerkgError):
    """A given path leads to nothing that could be read."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be read: its path, how messages show it, and its path inside the given folder."""

    path: Path
    shown: str
    inside: str


@dataclass(frozen=True, slots=True)
class Collected:
    """The documents, sorted; what the `sources.toml` files say of them; what was left out; decisions."""

    documents: tuple[Document, ...]
    details: SourceList
    problems: tuple[Problem, ...]
    curation: Curation = field(default_factory=Curation)


def collect(given: Iterable[Path]) -> Collected:
    """The documents at the given paths: files, or folders with everything in them.

    Hidden files, `sources.toml`, `peerkg.toml` and `curation/` are no documents. `NoSuchSourceError` if a
    path leads nowhere.
    """
    documents: dict[Path, Document] = {}
    problems: list[Problem] = []
    details, curation = SourceList(), Curation()
    for path in given:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise NoSuchSourceError(
                f"{_shown(path)}: cannot be read ({error.strerror}); give a folder of documents, or files"
            ) from error
        if stat.S_ISDIR(mode):
            found, lists, decided = _in_folder(path, problems)
        else:
            found, lists = [_document(path, path.parent)], [SourceList.load(path.parent)]
            decided = Curation.load(path.parent).only(path)
        curation |= decided
        for document in found:
            documents.setdefault(document.path.absolute(), document)
        for one in lists:
            details |= one
    ordered = sorted(documents.values(), key=lambda document: (document.inside, document.shown))
    problems += curation.unfilled
    return Collected(tuple(ordered), details, (*problems, *_absent(details)), curation)


def opened(document: Document) -> File | Problem:
    """The file of a document, or why it cannot be read."""
    try:
        if not stat.S_ISREG(document.path.stat().st_mode):
            return _refused(document, "not-a-file", "it is no regular file", "remove it from the folder")
        return File.open(document.path, document.shown)
    except UnreadableSourceError as error:
        return _refused(document, error.code, str(error), error.hint)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        return _refused(document, "unreadable-file", reason, "check that it exists and its permissions")


def _refused(document: Document, code: str, message: str, hint: str) -> Problem:
    return Problem(code, message, document.shown, hint=hint, severity="error")


def _document(path: Path, folder: Path) -> Document:
    return Document(path, _shown(path), _shown(path.relative_to(folder)))


def _shown(path: Path) -> str:
    """The path with characters that are no text, or would disturb a terminal, as escapes."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _in_folder(folder: Path, problems: list[Problem]) -> tuple[list[Document], list[SourceList], Curation]:
    home = Path(os.path.realpath(folder))  # Path.resolve fails on a link that leads to itself
    documents: list[Document] = []
    lists: list[SourceList] = []
    curation = Curation()

    def unreadable(error: OSError) -> None:
        where = _shown(Path(error.filename or folder))
        reason = f"the folder cannot be read: {error.strerror}"
        problems.append(
            Problem("unreadable-folder", reason, where, hint="check its permissions", severity="error")
        )

    for root, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(root)
        lists.append(SourceList.load(here))
        curation |= Curation.load(here, folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NOT_SEARCHED]
        for name in [*links, *files]:
            path = here / name
            if name.startswith(".") or name in NOT_SOURCES or name in NOT_SEARCHED:
                continue
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(home):
                problems.append(
                    Problem(
                        "link-out-of-folder",
                        f"it is a link to {_shown(path.readlink())}, outside the folder",
                        _shown(path),
                        hint="copy the file into the folder, or give its own folder as a source",
                        severity="error",
                    )
                )
            elif not path.is_dir():
                documents.append(_document(path, folder))
    return documents, lists, curation


def _absent(details: SourceList) -> Iterator[Problem]:
    """The documents that a `sources.toml` names and that are not there."""
    for path in sorted(details.entries):
        if not Path(path).exists():
            yield Problem(
                "listed-but-absent",
                "sources.toml names this file, and it is not there",
                _shown(Path(os.path.relpath(path))),
                hint="correct the path in sources.toml, or remove its entry",
            )
