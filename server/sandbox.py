"""Walls around the processes that run other people's queries. Linux only; elsewhere they are absent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends; `parent` is that process.

    Where the parent died before this call, this process ends now.
    """
    libc = _libc()
    if libc is not None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def leave_network() -> bool:
    """Move this process into a network namespace with no interfaces; whether the system allowed it.

    Without the right to do so outright a user namespace is tried first: that needs a process of a single
    thread, and distributions can switch it off (`kernel.unprivileged_userns_clone`, AppArmor, seccomp in
    containers). What is inherited (the socket to the front) stays open.
    """
    libc = _libc()
    return libc is not None and (
        libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    )


def forbid_new_rights() -> None:
    """No set-user-id program can give this process or its children more rights; no core dumps."""
    libc = _libc()
    if libc is not None:
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def memory(groups: Path = Path("/sys/fs/cgroup"), mine: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes of memory that this process and those it starts may have: the machine's, or less by a group.

    Control groups of version 2 are known (`memory.max`): the group's own bound, and those around it.
    """
    bounds = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with contextlib.suppress(OSError):
        path = next((line[3:] for line in mine.read_text().splitlines() if line.startswith("0::")), "/")
        group = groups / path.strip("/")
        for folder in (group, *group.parents):
            with contextlib.suppress(OSError, ValueError):
                bounds.append(int((folder / "memory.max").read_text()))
            if folder == groups:
                break
    return min(bounds)


def address_space() -> int:
    """Bytes of virtual memory of this process, or 0 where the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def limit_memory(further: int, reserve: int = 0) -> None:
    """Refuse this process more than `further` bytes beyond the memory it has now.

    The `reserve` is refused too, until `take_reserve`.
    """
    limit = address_space() + further
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit + reserve))


def take_reserve() -> None:
    """Give this process the reserve that `limit_memory` kept."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def limit_processor(seconds: int) -> None:
    """End this process (SIGXCPU) when it has used so many seconds of processor time; call again to renew."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def be_ended_first() -> None:
    """Where the system runs out of memory let it end this process before any other."""
    # A process that dumps no core has its files in /proc belong to root: only root may write there.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def put_last(pid: int) -> None:
    """Give the lowest priority to the threads of a child, save the one that it began with."""
    for task in Path(f"/proc/{pid}/task").iterdir() if sys.platform == "linux" else ():
        if task.name != str(pid):
            with contextlib.suppress(ProcessLookupError):  # ended meanwhile
                os.setpriority(os.PRIO_PROCESS, int(task.name), 19)


def ended_for_memory() -> int:
    """How many processes the kernel has ended for want of memory; 0 where it does not say."""
    found = re.search(r"^oom_kill (\d+)$", _read("/proc/vmstat"), re.MULTILINE)
    return int(found[1]) if found else 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except (FileNotFoundError, PermissionError):
        return ""


def threads() -> int:
    """How many threads this process has, those of libraries included; 1 where the system does not say."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 1
