"""A release as data frames, with no server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import kg
from kg import tables
from kg.frames import MissingLibraryError
from kg.problems import PeerkgError
from kg.release import NoReleaseError
from tests.releasing import written

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "docs" / "notebooks"
SAMPLES = ROOT / "tests" / "samples"

SIZES = "SELECT ?size ?group { ?group pk:groupSize ?size } ORDER BY ?size"
GRAPHS = """SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(!CONTAINS(STR(?g), "description")) }
GROUP BY ?g ORDER BY ?g"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path)
    return tmp_path


def test_every_table_of_a_release_is_a_frame(folder: Path) -> None:
    found = kg.open(folder, frames="arrow")
    for table in tables.TABLES:
        frame = getattr(found, table.name)()
        assert frame.schema.names == ["iri", *(column.name for column in table.columns)]
    assert found.participant_groups()["size"].to_pylist() == [9]


def test_a_query_has_columns_of_text_and_numbers(folder: Path) -> None:
    rows = kg.open(folder, frames="arrow").query(SIZES).to_pylist()
    assert rows == [{"size": 9, "group": "https://example.org/kg/group/a"}]


def test_a_query_may_have_no_rows_or_be_a_question_or_make_a_graph(folder: Path) -> None:
    found = kg.open(folder, frames="arrow")
    assert found.query("SELECT ?a ?b { ?a <x:none> ?b }").schema.names == ["a", "b"]
    assert found.query("ASK { ?group pk:groupSize 9 }") is True
    made = found.query("CONSTRUCT { ?g <x:n> ?n } { ?g pk:groupSize ?n }")
    assert made.to_pylist() == [
        {"subject": "https://example.org/kg/group/a", "predicate": "x:n", "object": 9}
    ]


def test_cells_of_different_kinds_are_text(folder: Path) -> None:
    frame = kg.open(folder, frames="arrow").query("SELECT ?x { VALUES ?x { 1 'a' true 1.5 } }")
    assert frame["x"].to_pylist() == ["1", "a", "true", "1.5"]


def test_a_wrong_query_is_said(folder: Path) -> None:
    with pytest.raises(PeerkgError, match="the query could not be answered"):
        kg.open(folder, frames="arrow").query("SELECT ?x {")


def test_a_release_can_be_opened_by_name_and_by_its_own_folder(folder: Path) -> None:
    current = kg.open(folder, frames="arrow").release
    assert kg.open(folder, current.id, frames="arrow").release == current
    assert kg.open(current.folder, frames="arrow").release == current
    with pytest.raises(NoReleaseError, match="no release 'other'"):
        kg.open(folder, "other", frames="arrow")


def test_a_part_of_a_release_that_was_downloaded_answers_from_its_dumps(folder: Path, tmp_path: Path) -> None:
    whole = kg.open(folder, frames="arrow")
    part = tmp_path / "downloaded"
    (part / "dumps").mkdir(parents=True)
    shutil.copy(whole.release.folder / "manifest.json", part)
    with pytest.raises(PeerkgError, match="neither an index nor a dump"):
        kg.open(part, frames="arrow").query(SIZES)
    for name in ("peerkg.nt.gz", "peerkg.nq.gz", "evidence.nq.gz"):
        shutil.copy(whole.release.dumps / name, part / "dumps")
    found = kg.open(part, frames="arrow")
    assert found.release.id == whole.release.id
    for query in (SIZES, GRAPHS):
        assert found.query(query) == whole.query(query)
    with pytest.raises(PeerkgError, match=r"works.parquet: the table cannot be read"):
        found.works()


def test_what_is_no_release_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError):
        kg.open(tmp_path, frames="arrow")
    (tmp_path / "manifest.json").write_text(json.dumps({"id": "x"}), encoding="utf-8")
    with pytest.raises(NoReleaseError, match="is not the manifest of a release"):
        kg.open(tmp_path, frames="arrow")


def test_a_library_that_is_not_there_is_said_before_anything_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'peerkg\[polars\]'"):
        kg.open(folder, frames="polars")
    with pytest.raises(MissingLibraryError, match="none of pandas, polars and arrow"):
        kg.open(folder, frames="excel")  # type: ignore[arg-type]  # what a person may write


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_are_of_the_library_that_is_asked_for(folder: Path, library: Any) -> None:
    frame = kg.open(folder, frames=library).query(SIZES)
    assert isinstance(frame, import_module(library).DataFrame)
    assert list(frame["size"]) == [9]


def test_importing_kg_imports_nothing_else() -> None:
    code = "import sys, kg; sys.exit(any(name in sys.modules for name in ('pyarrow', 'pyoxigraph')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_studies_findings_and_quotes_of_the_seeds(seed_release: Path) -> None:
    found = kg.open(seed_release, frames="arrow")
    studies = found.studies().to_pylist()
    counts = found.release.manifest["counts"]
    assert len({one["iri"] for one in studies}) == counts["studies"]
    assert all(one["report"] and one["title"] for one in studies)
    assert found.findings().num_rows == counts["findings"]
    quotes = {one["evidence"]: one for one in found.quotes().to_pylist()}
    behind = {iri for one in found.findings().to_pylist() for iri in one["evidence"]}
    assert behind <= quotes.keys()
    assert all(quotes[iri]["quote"] and quotes[iri]["start"] < quotes[iri]["end"] for iri in behind)
    assert repr(found).startswith(f"<peerkg release {found.release.id}: {counts['works']} works, ")


def _run(notebook: Path, names: dict[str, Any]) -> None:
    """Run the cells of a notebook one after the other, the last line of each as an expression too."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert any(cell["cell_type"] == "code" for cell in cells)
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "what a run gave stays out of the repository"
            exec(compile("".join(cell["source"]), f"{notebook.name}, cell {number}", "exec"), names)  # noqa: S102 - our own


@pytest.mark.slow
def test_the_notebook_about_peer_navigators_runs(
    seed_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "public").symlink_to(seed_release)
    names: dict[str, Any] = {}
    _run(NOTEBOOKS / "peer-navigators.ipynb", names)
    assert list(names["studies"]["role"]) == ["peer navigator"]
    assert names["quoted"]["quote"].notna().all()
    assert len(names["gaps"])


@pytest.mark.slow
def test_the_notebook_about_own_exports_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    (tmp_path / "exports").mkdir()
    for name in ("ris/ebsco.ris", "nbib/two-citations.nbib"):
        shutil.copy(SAMPLES / name, tmp_path / "exports")
    names: dict[str, Any] = {}
    _run(NOTEBOOKS / "own-exports.ipynb", names)
    assert names["release"].release.id == json.loads(names["built"].stdout)["id"]
    assert names["evidence_map"].to_numpy().sum() == names["cells"]["studies"].sum()
    assert (tmp_path / "findings.csv").read_text(encoding="utf-8").startswith("iri,text,")
