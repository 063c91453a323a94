"""A release as data frames, with no server: `kg.open("public").findings()`.

A frame is pandas', polars' or Arrow's, as whoever opens the release wishes; the tables are those of the
release (`kg.tables`), and `query` answers SPARQL from the release's own index. The quotes that a release
publishes are in `quotes`, by the IRI that the `evidence` columns name.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
from pyarrow import parquet
from pyoxigraph import QueryBoolean, QueryTriples, RdfFormat, Store

from kg import formats, packing, release, result_files, store
from kg.problems import PeerkgError

Library: TypeAlias = Literal["pandas", "polars", "arrow"]

_QUOTES = """
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT ?evidence ?quote ?source ?start ?end WHERE { GRAPH ?evidences {
  ?evidence oa:hasTarget ?target .
  ?target oa:hasSource ?source .
  OPTIONAL { ?target oa:hasSelector [ oa:exact ?quote ] }
  OPTIONAL { ?target oa:hasSelector [ oa:start ?start ; oa:end ?end ] }
} }
ORDER BY ?evidence ?source ?start ?quote
"""


class MissingLibraryError(PeerkgError):
    """The library that was asked for is not installed."""


class Dataset:
    """One release. Each method returns a frame with a row a thing; cells with several values are lists."""

    def __init__(self, found: release.Release, library: Library = "pandas") -> None:
        self.release = found
        self.library = library
        _library(library)
        self._index: Store | None = None

    def __repr__(self) -> str:
        counts = self.release.manifest["counts"]
        return (
            f"<peerkg release {self.release.id}: {counts['works']} works, {counts['studies']} studies, "
            f"{counts['findings']} findings>"
        )

    def works(self) -> Any:
        """Reports: what was read, and what that cites. Columns as in the release's table of works."""
        return self._table("works")

    def studies(self) -> Any:
        """Studies, with the report that each is known from, its methods, roles, populations, outcomes."""
        works = self._arrow("works")
        columns = [
            "study",
            "iri",
            "title",
            "issued",
            "methods",
            "roles",
            "populations",
            "settings",
            "outcomes",
        ]
        of_studies = works.filter(works["study"].is_valid()).select(columns)
        named = of_studies.rename_columns(["iri", "report", *columns[2:]])
        return self._frame(named.sort_by([("iri", "ascending"), ("report", "ascending")]))

    def findings(self) -> Any:
        """What reports say of outcomes: direction, basis, whom it is about, numbers as printed, evidence."""
        return self._table("findings")

    def participant_groups(self) -> Any:
        """Groups of people who took part in studies: description, size, role, population, evidence."""
        return self._table("participant_groups")

    def persons(self) -> Any:
        """People who wrote the works: name, family and given name, ORCID iD."""
        return self._table("persons")

    def institutions(self) -> Any:
        """Organisations and their units: name, parent, place, identifiers elsewhere."""
        return self._table("institutions")

    def quotes(self) -> Any:
        """The words behind the facts: evidence, quote, source, start, end (code points in the source).

        Where a source's text is not published a row has its place alone; fields of records have no row.
        """
        return self.query(_QUOTES)

    def query(self, query: str) -> Any:
        """The answer to a SPARQL query; a yes or no is a `bool`, a graph has columns of its three terms.

        IRIs are text; integers, decimals and booleans are numbers and truth values; the usual prefixes (pk,
        dcterms, skos, ...) are known. `PeerkgError` says what is wrong with a query. The query runs in this
        process: nothing limits its time or memory.
        """
        try:
            found = self._opened().query(query, prefixes=formats.prefixes())
            if isinstance(found, QueryBoolean):
                return bool(found)
            if isinstance(found, QueryTriples):
                names = ["subject", "predicate", "object"]
                terms = ((one.subject, one.predicate, one.object) for one in found)
                rows = [[result_files.value(term) for term in triple] for triple in terms]
            else:
                names, rows = result_files.rows(found)
        except (SyntaxError, OSError, RuntimeError, ValueError) as error:
            raise PeerkgError(f"the query could not be answered: {error}") from error
        return self._frame(result_files.table(names, rows))

    def _opened(self) -> Store:
        if self._index is None:
            self._index = (
                store.open_read_only(self.release.index)
                if self.release.index.is_dir()
                else _loaded(self.release)
            )
        return self._index

    def _table(self, name: str) -> Any:
        return self._frame(self._arrow(name))

    def _arrow(self, name: str) -> pa.Table:
        path = self.release.dumps / "tables" / f"{name}.parquet"
        try:
            return parquet.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise PeerkgError(f"{path}: the table cannot be read ({error})") from error

    def _frame(self, table: pa.Table) -> Any:
        match self.library:
            case "arrow":
                return table
            case "polars":
                return _library("polars").from_arrow(table)
            case "pandas":
                return table.to_pandas()


def open_release(path: str | Path, name: str | None = None, *, frames: Library = "pandas") -> Dataset:
    """The current release of a directory, the one called `name`, or a release's own folder.

    A folder that was downloaded may hold a part of a release: its manifest, the dumps that are asked for.
    `frames` chooses pandas, polars or arrow. `NoReleaseError` where there is no release,
    `MissingLibraryError` where the library is not installed.
    """
    folder = Path(path)
    if frames not in ("pandas", "polars", "arrow"):
        raise MissingLibraryError(f"frames={frames!r} is none of pandas, polars and arrow")
    if (folder / release.MANIFEST).is_file():
        found = release.read(folder)
        return Dataset(replace(found, id=str(found.manifest["id"])), frames)
    return Dataset(release.current(folder) if name is None else release.named(folder, name), frames)


def _loaded(found: release.Release) -> Store:
    """The statements of the dumps in memory, for a release that was downloaded without its index."""
    index = Store()
    graphs = (("peerkg.nt.gz", RdfFormat.N_TRIPLES), (release.QUADS, RdfFormat.N_QUADS))
    for name, form in (*graphs, (release.EVIDENCE, RdfFormat.N_QUADS)):
        path = found.dumps / name
        if path.is_file():
            index.bulk_load(packing.read(path), form)
    if not len(index):
        raise PeerkgError(f"{found.dumps}: there is neither an index nor a dump to be asked (peerkg.nt.gz)")
    return index


def _library(name: Library) -> Any:
    try:
        return import_module("pyarrow" if name == "arrow" else name)
    except ImportError as error:
        raise MissingLibraryError(
            f"{name} is not installed: pip install 'peerkg[{name}]', or open the release with frames='arrow'"
        ) from error
