"""Documents converted on Apache Spark become what one process makes of them."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from kg import parallel, publish
from kg.cache import Cache
from kg.collecting import Document
from kg.settings import Settings
from kg.spark import Spark, SparkError
from tests.processes import children

SAMPLES = Path(__file__).parent / "samples"

pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
    # py4j leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="PySpark or Java is not installed (pip install 'peerkg[spark]')",
)


def test_that_pyspark_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkError, match=r"pip install 'peerkg\[spark\]'"):
        list(Spark("local[1]").conversions([], Settings(), Cache(tmp_path)))


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pages, exports, a file that cannot be read, and a file of records that counts as a large one."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("ris/ebsco.ris", "ris/web-of-science.ris", "nbib/two-citations.nbib"):
        shutil.copy(SAMPLES / name, folder)
    for path in sorted((SAMPLES / "va_conference_abstract").glob("*.txt"))[:3]:
        if not path.name.endswith(".problems.txt"):
            shutil.copy(path, folder)
    (folder / "nothing.txt").write_text("neither a page nor an export\n", encoding="utf-8")
    one = (SAMPLES / "nbib" / "two-citations.nbib").read_text(encoding="utf-8")
    records = "\n\n".join(one.replace("PMID- ", f"PMID- {number}") for number in range(1, 40))
    (folder / "many.nbib").write_text(records + "\n", encoding="utf-8")
    monkeypatch.setattr(parallel, "LARGE", 20_000)
    assert (folder / "many.nbib").stat().st_size > parallel.LARGE
    return folder


@pytest.mark.slow
@needs_spark
def test_a_release_has_the_same_digest_whatever_converts_and_in_how_many_parts(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.converted.CHUNK", 5)
    alone = publish.publish([papers], tmp_path / "alone", Settings(), runner=parallel.Processes(1))
    for partitions in (1, 2, 7):
        runner = Spark("local[2]", partitions)
        found = publish.publish([papers], tmp_path / f"spark-{partitions}", Settings(), runner=runner)
        assert found.release.manifest["digest"] == alone.release.manifest["digest"]
        assert found.problems == alone.problems
        assert (found.release.dumps / "peerkg.nq.gz").read_bytes() == (
            alone.release.dumps / "peerkg.nq.gz"
        ).read_bytes()


@pytest.mark.slow
@needs_spark
def test_an_executor_that_is_killed_costs_nothing(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.converted.CHUNK", 2)
    alone = publish.publish([papers], tmp_path / "alone", Settings(), runner=parallel.Processes(1))
    killed: list[int] = []
    over = threading.Event()

    def kill_one() -> None:
        while not killed and not over.is_set():
            for pid in executors(os.getpid()):
                if children(pid):  # it has Python processes: a task has begun
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    break
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one)
    killer.start()
    try:
        runner = Spark("local-cluster[2,1,1024]", 2)
        found = publish.publish([papers], tmp_path / "spark", Settings(), runner=runner)
    finally:
        over.set()
        killer.join()
    assert killed
    assert found.release.manifest["digest"] == alone.release.manifest["digest"]


def executors(process: int) -> list[int]:
    found = []
    for pid in children(process):
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path(f"/proc/{pid}").exists() else b""
        if b"CoarseGrainedExecutorBackend" in command:
            found.append(pid)
        found += executors(pid)
    return found


@pytest.mark.slow
@needs_spark
def test_a_master_that_is_none_is_said(tmp_path: Path) -> None:
    document = Document(tmp_path / "x.txt", "x.txt", "x.txt")
    with pytest.raises(SparkError, match="Spark cannot be started at nonsense"):
        list(Spark("nonsense").conversions([document], Settings(), Cache(tmp_path)))
