"""What documents became, on disk: sorted runs of lines, the things they speak of, and an account.

Of a file of many records each chunk is a run, so that a file of any size is converted in bounded memory. The
account is written last, with the digests of the other files: an entry that is not whole is none.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import orjson
import zstandard

from kg import conversion, iris, runs, statements
from kg.concepts import Vocabulary
from kg.conversion import LOST, Conversion
from kg.lines import Lines
from kg.linking import Entity
from kg.opening import File
from kg.problems import Problem
from kg.reading.fields import Tally
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, name_of
from kg.statements import Statements

CHUNK = 1000
"""So many records become a run."""
ACCOUNT = "account.json"
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Converted:
    """What a document became, or one record of a file that holds many.

    `folder` holds its runs and things. `starts` are where the lines of a document begin that is one record.
    """

    folder: Path
    path: str
    digest: str
    size: int = 0
    format: str = ""
    records: int = 1
    reports: int = 0
    problems: tuple[Problem, ...] = ()
    tally: Tally = field(default_factory=Tally)
    decided: frozenset[str] = frozenset()
    starts: tuple[int, ...] = (0,)
    number: int = 0
    first_line: int = 1
    where: str = ""

    @property
    def id(self) -> str:
        """The last part of the source's IRI."""
        return self.digest[:16]

    @property
    def facts(self) -> tuple[Path, ...]:
        """Its statements but for the evidence."""
        return tuple(sorted(self.folder.glob("*.facts")))

    @property
    def quotes(self) -> tuple[Path, ...]:
        """The statements of the graph of evidence."""
        return tuple(sorted(self.folder.glob("*.quotes")))

    def entities(self) -> Iterator[Entity]:
        """The things it speaks of, as often as it does."""
        for path in sorted(self.folder.glob("*.things")):
            with zstandard.ZstdDecompressor().stream_reader(path.open("rb")) as stream:
                for line in statements.lines_in(iter(lambda: stream.read(1 << 18), b"")):
                    yield _read(Entity, orjson.loads(line))

    def line_of(self, offset: int) -> int:
        """The number, from 1, of the line that holds `offset`."""
        return bisect.bisect_right(self.starts, offset)


@dataclass(frozen=True, slots=True)
class Entities:
    """The things that some documents speak of, read from disk each time."""

    documents: Sequence[Converted]

    def __iter__(self) -> Iterator[Entity]:
        for one in self.documents:
            yield from one.entities()


def _read(kind: type[_Record], row: dict[str, Any]) -> _Record:
    """A record as it was before it was JSON: lists are tuples, and objects what the fields say."""
    records = _records(kind)  # type: ignore[arg-type] # mypy takes no class of a type variable for hashable
    made = {name: _frozen(value) for name, value in row.items()}
    for name, inner in records.items():
        if made[name] is not None:
            made[name] = _read(inner, row[name])
    return kind(**made)


@cache
def _records(kind: type) -> dict[str, type]:
    """The fields that hold a record, or nothing."""
    hints = get_type_hints(kind)
    parts = {name: get_args(hint) or (hint,) for name, hint in hints.items()}
    return {
        name: one
        for name, some in parts.items()
        for one in some
        if isinstance(one, type) and is_dataclass(one)
    }


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _write_entities(path: Path, found: Iterable[Entity]) -> None:
    with path.open("wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as packed:
        packed.write(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in found))


@dataclass(slots=True)
class Chunk:
    """What came of some records."""

    reports: int = 0
    problems: list[Problem] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    decided: set[str] = field(default_factory=set)


def chunk(
    form: StreamFormat, sources: Iterable[Source], settings: Settings, folder: Path, name: str
) -> Chunk:
    """Write what some records become into the folder, under the name."""
    done, lines, found = Chunk(), Lines(), list[Entity]()
    vocabulary = Vocabulary.load()
    for source in sources:
        written = conversion.lines_of_record(form, source, settings, vocabulary, lines, things=found)
        done.reports += written.reports
        done.problems += written.problems
        done.tally.add(written.tally)
        done.decided |= written.decided
    _write_lines(folder / name, lines, settings.base_iri)
    _write_entities(folder / f"{name}.things", found)
    return done


def _write_lines(path: Path, lines: Lines, base: str) -> None:
    """Write facts and evidence apart: most passes are over the facts alone, and most lines are evidence."""
    within, end = f"{base}{iris.PATHS['Evidence']}/", f" <{iris.graph(base, 'evidence')}> ."
    quotes = {subject: rests for subject, rests in lines.items() if subject.startswith(within)}
    facts: dict[str, list[str]] = {}
    for subject, rests in lines.items():
        if subject not in quotes:
            aside = [rest for rest in rests if rest.endswith(end)]
            if aside:
                quotes[subject] = aside
            facts[subject] = [rest for rest in rests if not rest.endswith(end)] if aside else rests
    runs.write(path.with_suffix(".facts"), {subject: rests for subject, rests in facts.items() if rests})
    runs.write(path.with_suffix(".quotes"), quotes)


class Records:
    """The records of a file, to be converted chunk by chunk; `account` says what came of all of them."""

    def __init__(
        self, form: StreamFormat, file: File, settings: Settings, without: Collection[int] = ()
    ) -> None:
        self._form = form
        self._file = file
        self._settings = settings
        self._without = without
        self._count = 0
        self._cutting: list[Problem] = []
        self._done = Chunk()

    def chunks(self) -> Iterator[list[Source]]:
        """The records in chunks, but for those that are left out."""
        return conversion.cut(self._sources(), CHUNK)

    def _sources(self) -> Iterator[Source]:
        for record in conversion.records(self._form, self._file):
            if isinstance(record, Problem):
                self._cutting.append(record)
                self._count += record.code in LOST
                continue
            self._count += 1
            if record.number not in self._without:
                yield record

    def add(self, done: Chunk) -> None:
        """Count what came of a chunk; chunks are added in their order."""
        self._done.reports += done.reports
        self._done.problems += done.problems
        self._done.tally.add(done.tally)
        self._done.decided |= done.decided

    def account(self, folder: Path) -> Converted:
        """What the file became, when all chunks are added."""
        last = conversion.of_file(
            self._form,
            self._file,
            count=self._count,
            reports=self._done.reports,
            problems=self._cutting,
            settings=self._settings,
        )
        _write_quads(folder / "file", last)
        problems = [*self._done.problems, *last.problems]
        if self._done.tally.unknown:
            problems.append(conversion.unknown_fields(last.source, name_of(self._form), self._done.tally))
        return Converted(
            folder,
            last.source.path,
            last.source.digest,
            last.source.size,
            last.format,
            last.records,
            self._done.reports,
            tuple(problems),
            self._done.tally,
            frozenset(self._done.decided),
        )


def stored(folder: Path, converted: Conversion) -> Converted:
    """What a document or record became that was converted in memory, in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_quads(folder / "all", converted)
    source = converted.source
    starts = () if source.number else tuple(one.start for one in source.lines())
    return Converted(
        folder,
        source.path,
        source.digest,
        source.size,
        converted.format,
        converted.records,
        len(converted.reports) + len(converted.authorities),
        tuple(converted.problems),
        converted.tally,
        converted.decided,
        starts,
        source.number,
        source.first_line,
        source.where,
    )


def _write_quads(path: Path, converted: Conversion) -> None:
    runs.write_lines(path.with_suffix(".facts"), statements.lines_of(converted.facts))
    runs.write_lines(path.with_suffix(".quotes"), statements.lines_of(converted.evidence))
    _write_entities(path.with_suffix(".things"), converted.entities)


def of_all(files: Iterable[Path], folder: Path) -> Statements:
    """The statements in runs of all documents, in few enough runs to be read at once."""
    folder.mkdir()
    return Statements(runs.fewer(list(files), folder))


def keep(converted: Converted) -> None:
    """Write the account of what a document became beside its runs."""
    said = asdict(converted)
    del said["folder"]
    said["decided"] = sorted(converted.decided)
    said["tally"]["first"] = converted.tally.examples
    said["files"] = _digests(converted.folder)
    (converted.folder / ACCOUNT).write_bytes(orjson.dumps(said))


def kept(folder: Path) -> Converted | None:
    """What a document became, if the folder holds it as it was written."""
    try:
        said = orjson.loads((folder / ACCOUNT).read_bytes())
        if said.pop("files") != _digests(folder):
            return None
        said["problems"] = tuple(Problem(**one) for one in said["problems"])
        said["tally"] = Tally(**said["tally"])
        said["decided"], said["starts"] = frozenset(said["decided"]), tuple(said["starts"])
        return Converted(folder, **said)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != ACCOUNT:
            with path.open("rb") as stream:
                found[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found
