"""Conversions that are kept beside the releases: what did not change is not converted again.

An entry is named by all that it depends on: the bytes and the path of the document, what is said and decided
about it, the settings, the code and the vocabulary. Its folder appears under that name when it is whole; what
is damaged is converted again. What a build did not use is removed after it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import orjson

from kg import converted, resources
from kg.converted import Converted
from kg.opening import File
from kg.settings import Settings

FOLDER = ".cache"
_UNFINISHED = ".unfinished-"
_LIBRARIES = ("lxml", "pyoxigraph", "rapidfuzz")
"""What conversions are made with, beside Python."""


@dataclass(frozen=True, slots=True)
class Cache:
    """The folder of conversions."""

    folder: Path

    @classmethod
    def beside(cls, releases: Path) -> Cache:
        """The cache of a directory of releases, of which nothing is left that a dead build began."""
        folder = releases / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        return cls(folder)

    def find(self, name: str) -> Converted | None:
        """The conversion of that name, if it is there and as it was written."""
        return converted.kept(self.folder / name)

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A new folder for a conversion, removed at the end unless `put` has moved it."""
        folder = self.folder / f"{_UNFINISHED}{os.getpid()}-{name}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, name: str, made: Converted) -> Converted:
        """The conversion under its name."""
        converted.keep(made)
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)  # one that is damaged
        made.folder.rename(place)
        found = converted.kept(place)
        if found is None:
            raise OSError(5, "what was written there cannot be read back", str(place))
        return found

    def prune(self, used: Collection[str]) -> None:
        """Remove all conversions but those."""
        for path in self.folder.iterdir():
            if path.name not in used:
                shutil.rmtree(path)


def name_of(file: File, settings: Settings) -> str:
    """The name of what a file becomes: the digest of all that it depends on."""
    decisions = settings.curation.of(file.path, file.id)
    parts = (
        _program(),
        file.digest,
        file.path,
        settings.base_iri,
        settings.max_source_bytes,
        settings.quote_length,
        settings.sources.details(file.path),
        decisions,
        sorted(settings.curation.published.items()) if decisions else (),
    )
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


@cache
def _program() -> str:
    """The digest of the code, the vocabulary and the mapping, with the versions of what they run on."""
    found = hashlib.sha256(repr((sys.version_info[:3], [version(name) for name in _LIBRARIES])).encode())
    code, ontology = Path(__file__).parent, resources.folder("ontology")
    for folder, pattern in ((code, "*.py"), (ontology, "*")):
        for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
            data = path.read_bytes()
            found.update(f"{path.relative_to(folder).as_posix()} {len(data)}\n".encode() + data)
    return found.hexdigest()
