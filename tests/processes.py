"""Processes that tests start, as Linux shows them."""

from __future__ import annotations

from pathlib import Path


def children(process: int) -> set[int]:
    """The processes that a process has started and that have not ended."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if path.read_text().rpartition(")")[2].split()[1] == str(process):
                found.add(int(path.parent.name))
        except OSError:
            continue  # it ended while we looked
    return found


def ignores(process: int, number: int) -> bool:
    """Whether a process ignores a signal at this moment."""
    status = Path(f"/proc/{process}/status").read_text()
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored.split()[1], 16) >> number - 1 & 1)
