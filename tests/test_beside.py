"""Work beside a build makes the same release, and what ends it ends the build with a message."""

from __future__ import annotations

import errno
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from kg import beside as besides
from kg.beside import HelperDiedError, beside
from tests.releasing import written

pytestmark = pytest.mark.slow


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work goes on beside, however little there is of it."""
    monkeypatch.setattr(besides, "LARGE", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def files(release: Path) -> dict[str, bytes]:
    """The files of a release but its index, which is never the same."""
    return {
        str(path.relative_to(release)): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
        and "index" not in path.parts
        and path.name not in {"manifest.json", "manifest.sha256"}
    }


def test_a_release_is_the_same_whether_a_process_helps_or_not(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    alone = written(tmp_path / "alone")
    request.getfixturevalue("helped")
    together = written(tmp_path / "together")
    assert files(together.folder) == files(alone.folder)
    left_out = ("files",)
    assert {k: v for k, v in together.manifest.items() if k not in left_out} == {
        k: v for k, v in alone.manifest.items() if k not in left_out
    }
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("helped")
def test_what_goes_wrong_in_a_process_is_told_and_none_is_left() -> None:
    with pytest.raises(FileNotFoundError) as error, beside(1) as start:
        start(os.listdir, "/nowhere/at/all")()
    assert (error.value.errno, error.value.filename) == (errno.ENOENT, "/nowhere/at/all")
    with pytest.raises(HelperDiedError, match="the current release stays"), beside(1) as start:
        start(os._exit, 3)()
    with beside(1) as start:
        start(time.sleep, 3600)
    assert multiprocessing.active_children() == []
