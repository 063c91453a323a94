"""Convert documents on Apache Spark; what comes out is what comes out of one process.

Spark runs the same functions that `kg.parallel` runs in processes: a small document is converted as a whole,
and of a large file that holds records the driver cuts chunks. A task that is lost with its executor is run
again by Spark and writes the same bytes to the same place. The documents and the output folder lie where the
driver and all executors see them under the same path, and peerkg is installed there; `spark.pyspark.python`
says with which Python. All later stages run where the command runs, in bounded memory.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from kg import converted, parallel
from kg.cache import Cache
from kg.collecting import Document
from kg.converted import Chunk, Converted, Records
from kg.problems import PeerkgError, Problem
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, formats, name_of

_HERE = "127.0.0.1"
_AHEAD = 4
"""So many tasks for each partition are handed over at once: the slowest holds up few."""


class SparkError(PeerkgError):
    """Spark is not installed, or cannot be started, or gave up."""


@dataclass(frozen=True, slots=True)
class Spark:
    """Spark at a master, as something that converts documents: `Spark("local[2]")`.

    `partitions` is the number of tasks that run at once; `None` leaves it to Spark.
    """

    master: str
    partitions: int | None = None

    def conversions(
        self,
        documents: Sequence[Document],
        settings: Settings,
        kept: Cache,
        counted: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Converted | Problem]:
        """What each document becomes, in the order of the documents, or why it could not be read.

        `counted` is told how many bytes are done. `SparkError` where Spark fails.
        """
        kept = Cache(kept.folder.absolute())
        reachable = [replace(one, path=one.path.absolute()) for one in documents]
        done = 0
        with _context(self.master) as context:
            width = self.partitions or int(context.defaultParallelism)
            shared = _Shared(context, context.broadcast(settings), kept, width)
            for some in _groups(reachable, _AHEAD * width):
                for document, result in zip(some, shared.converted(some), strict=True):
                    yield result
                    done += parallel.size(document)
                    counted(done)


def _groups(documents: Sequence[Document], most: int) -> Iterator[list[Document]]:
    """The documents in their order: a large one alone, small ones together."""
    group: list[Document] = []
    for document in documents:
        is_large = parallel.size(document) >= parallel.LARGE
        if group and (is_large or len(group) == most):
            yield group
            group = []
        if is_large:
            yield [document]
        else:
            group.append(document)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the tasks of a build have in common."""

    context: Any
    settings: Any
    kept: Cache
    width: int

    def converted(self, documents: Sequence[Document]) -> list[Converted | Problem]:
        if len(documents) == 1 and parallel.size(documents[0]) >= parallel.LARGE:
            return [parallel.in_chunks(documents[0], self.settings.value, self.kept, self._chunks)]
        settings, kept = self.settings, self.kept
        return self._run(lambda document: parallel.convert(document, settings.value, kept), documents)

    def _chunks(self, form: StreamFormat, records: Records, folder: Path) -> None:
        name, settings = name_of(form), self.settings
        chunks = iter(enumerate(records.chunks()))
        while some := list(islice(chunks, _AHEAD * self.width)):
            for chunk in self._run(lambda one: _chunk(name, one, settings.value, folder), some):
                records.add(chunk)

    def _run(self, task: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
        try:
            return list(self.context.parallelize(things, len(things)).map(task).collect())
        except _failures() as error:
            raise SparkError(f"Spark gave up: {_said(error)}; nothing was published") from error


def _chunk(name: str, numbered: tuple[int, list[Source]], settings: Settings, folder: Path) -> Chunk:
    number, some = numbered
    form: Any = formats()[name]
    return converted.chunk(form, some, settings, folder, f"{number:06}")


@contextmanager
def _context(master: str) -> Iterator[Any]:
    try:
        spark: Any = import_module("pyspark.sql").SparkSession
    except ImportError as error:
        raise SparkError(
            "PySpark is not installed: pip install 'peerkg[spark]' (it needs Java 17 or newer)"
        ) from error
    builder = (
        spark.builder.master(master)
        .appName("peerkg build")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.speculation", "false")  # two tasks would write the same file at the same time
    )
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", _HERE)
        builder = builder.config("spark.driver.host", _HERE).config("spark.driver.bindAddress", _HERE)
    try:
        session = builder.getOrCreate()
    except _failures() as error:
        raise SparkError(f"Spark cannot be started at {master}: {_said(error)}") from error
    try:
        session.sparkContext.setLogLevel("ERROR")
        yield session.sparkContext
    finally:
        session.stop()


def _failures() -> tuple[type[Exception], ...]:
    """What Spark, the bridge to its Java, and the socket between them raise: they have no class in common."""
    spark: type[Exception] = import_module("pyspark.errors").PySparkException
    bridge: type[Exception] = import_module("py4j.protocol").Py4JError
    return spark, bridge, OSError


def _said(error: Exception) -> str:
    """What went wrong, of all that Spark says: the last line of Python's traceback, or the first of all."""
    text = str(error).strip()
    raised = re.findall(r"^[\w.]*(?:Error|Exception|Interrupt)\b.*$", text, re.MULTILINE)
    return (raised[-1] if raised else text.partition("\n")[0] or type(error).__name__)[:300]
