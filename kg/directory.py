"""The directory of releases: who may change it, what is current, what is kept.

Whoever changes it holds the lock, which the system takes from a dead process. The link `current` is
replaced by one rename. The link `.next` exists only while a new release is being put in its place; what
it names when the lock is taken was left by a build that died, and goes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kg import release
from kg.problems import PeerkgError
from kg.release import DamagedReleaseError, Release

_NEXT = ".next"
_BACK = ".back"
_STAGING = ".staging-"
CHANGES = ".changes"
"""The folder of what changed between two releases that are kept: `<the one before>+<the other>`."""


class BuildRunningError(PeerkgError):
    """Another process is changing the directory."""


class OutputError(PeerkgError):
    """The directory cannot be written."""


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Turn what the system says against writing there into an `OutputError`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _cannot_write(directory, str(error)) from error
    except OSError as error:
        raise _cannot_write(error.filename or directory, error.strerror or str(error)) from error


def _cannot_write(where: Path | str, reason: str) -> OutputError:
    return OutputError(
        f"{where}: cannot be written ({reason}); choose another output folder, change its permissions, or "
        "free space"
    )


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, making the directory if needed, and clear what a dead build left.

    Raises `BuildRunningError` at once where another process holds it.
    """
    lock = FileLock(directory / ".lock", timeout=0)
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise BuildRunningError(
                f"{directory}: another build is running here; wait for it, or build into another folder"
            ) from error
    try:
        with writing(directory):
            _clear(directory)
        yield
    finally:
        lock.release()


def staging(directory: Path) -> Path:
    """A new empty folder for a release in the making; its owner holds the lock."""
    folder = directory / f"{_STAGING}{os.getpid()}"
    folder.mkdir()
    return folder


@contextmanager
def scratch(directory: Path, name: str) -> Iterator[Path]:
    """A new folder for what a release in the making is made of; its owner holds the lock."""
    folder = directory / f"{_STAGING}{os.getpid()}-{name}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def sync(folder: Path) -> None:
    """Have the system write every file and folder under `folder` to the disk."""
    for root, _, files in os.walk(folder):
        for name in files:
            _sync_one(Path(root) / name)
        _sync_one(Path(root))


def put(directory: Path, staged: Path, name: str) -> Path:
    """Make the staged folder the release `name` and the current one; its folder.

    The steps are in the order that lets a build die after any of them.
    """
    folder = directory / "releases" / name
    folder.parent.mkdir(exist_ok=True)
    _link(directory, _NEXT, name)
    staged.rename(folder)
    _sync_one(folder.parent)
    (directory / _NEXT).replace(directory / "current")
    _sync_one(directory)
    return folder


def roll_back(directory: Path, name: str) -> Release:
    """Make a kept release current again; `NoReleaseError` if it is not there or not whole."""
    with locked(directory), writing(directory):
        found = release.named(directory, name)
        faults = list(release.file_faults(found.folder, found.manifest))
        if faults:
            raise DamagedReleaseError(
                f"{found.folder}: is damaged, so it does not become current: {faults[0]}"
            )
        _link(directory, _BACK, name)
        (directory / _BACK).replace(directory / "current")
        _sync_one(directory)
        return found


def prune(directory: Path, keep: int) -> list[str]:
    """Remove all releases but the newest `keep` and the current one; the names of those removed."""
    with locked(directory), writing(directory):
        names = [found.id for found in release.all_of(directory)]
        kept = {release.current(directory).id, *names[len(names) - keep :]}
        removed = [name for name in names if name not in kept]
        _remember(directory, removed)
        for name in removed:
            # A folder that is half gone must not look like a release.
            going = directory / f"{_STAGING}{name}"
            (directory / "releases" / name).rename(going)
            shutil.rmtree(going)
        forget_changes(directory)
        return removed


def forget_changes(directory: Path) -> None:
    """Remove what changed between releases of which one is not kept, and what was not written to its end."""
    kept = set(release.ids(directory))
    for path in directory.glob(f"{CHANGES}/*"):
        if path.is_dir() and (path.name.startswith(".") or not kept.issuperset(path.name.split("+"))):
            shutil.rmtree(path)


def _remember(directory: Path, removed: list[str]) -> None:
    """Add the names to the list of those that were removed: in one step, before they go."""
    names = sorted({*release.pruned(directory), *removed})
    beside = directory / f"{_STAGING}{release.PRUNED}"
    beside.mkdir()
    (beside / release.PRUNED).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    sync(beside)
    (beside / release.PRUNED).replace(directory / release.PRUNED)
    _sync_one(directory)
    beside.rmdir()


def _link(directory: Path, link: str, name: str) -> None:
    (directory / link).unlink(missing_ok=True)
    (directory / link).symlink_to(Path("releases") / name)
    _sync_one(directory)


def _clear(directory: Path) -> None:
    unfinished = directory / _NEXT
    if unfinished.is_symlink():
        folder = directory / unfinished.readlink()
        if folder.parent == directory / "releases" and folder.is_dir():
            folder.rename(directory / f"{_STAGING}{folder.name}")
        unfinished.unlink()
    (directory / _BACK).unlink(missing_ok=True)
    forget_changes(directory)
    for left in directory.glob(f"{_STAGING}*"):
        shutil.rmtree(left)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
