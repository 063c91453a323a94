"""Folders of indexes that were made from files."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server import scratch
from server.scratch import Scratch


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_in_use_stays_and_goes_when_it_is_removed(temporary: Path) -> None:
    one, other = Scratch(), Scratch()
    assert set(temporary.iterdir()) == {one.folder, other.folder}
    one.remove()
    scratch.remove_abandoned()
    assert set(temporary.iterdir()) == {other.folder}
    other.remove()


def test_what_a_process_left_is_removed_and_nothing_else(temporary: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", "import os; from server.scratch import Scratch; Scratch(); os._exit(1)"],
        check=False,
    )
    (left,) = temporary.iterdir()
    strange, elsewhere = temporary / "peerkg-index-strange", temporary / "elsewhere"
    strange.mkdir()
    elsewhere.mkdir()
    (elsewhere / "in-use").touch()
    (temporary / "peerkg-index-link").symlink_to(elsewhere)
    (temporary / "peerkg-index-file").touch()
    scratch.remove_abandoned()
    assert not left.exists()
    assert len(list(temporary.iterdir())) == 4
    assert (elsewhere / "in-use").exists()


@pytest.mark.slow
def test_the_index_of_a_server_that_was_killed_goes_with_the_next(
    temporary: Path, start: Callable[..., Any], data_file: Path
) -> None:
    with start("--data", data_file, "--index", "disk") as server:
        (left,) = temporary.glob("peerkg-index-*")
        assert (left / "index").is_dir()
        server.stop(signal.SIGKILL)
    assert left.exists()
    with start("--data", data_file, "--index", "disk") as server:
        (made,) = temporary.glob("peerkg-index-*")
        assert made != left
        server.stop()
    assert not made.exists()
