from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PEERKG = Path(sys.executable).with_name("peerkg")


@dataclass
class Serving:
    """A `peerkg serve` of its own, and the address it printed."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def descendants(self) -> list[int]:
        found, left = [], [self.process.pid]
        while left:
            children = Path(f"/proc/{left.pop()}/task").glob("*/children")
            pids = [int(pid) for path in children for pid in path.read_text().split()]
            found += [pid for pid in pids if alive(pid)]
            left += pids
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def all_gone(pids: list[int], seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def serving(*arguments: str | Path) -> Iterator[Serving]:
    process = subprocess.Popen(
        [str(PEERKG), "serve", *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], 30)
        line = process.stdout.readline() if ready else ""
        match = re.search(r"http://\S+?(?=/?$)", line.strip())
        assert match, f"no ready line: {line!r} {process.stderr.read() if process.poll() is not None else ''}"
        yield Serving(process, match[0])
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=15)


@pytest.fixture(scope="module")
def data_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough statements for a cross product that never ends, and a few with traps in them."""
    path = tmp_path_factory.mktemp("data") / "data.nt"
    lines = [f'<http://example.org/s{n}> <http://example.org/number> "{n}" .' for n in range(3000)]
    lines += [
        '<http://example.org/odd> <http://example.org/control> "a\\u0001b" .',
        '<http://example.org/odd> <http://example.org/return> "a\\rb" .',
        '<http://example.org/odd> <http://example.org/markup> "<script>alert(1)</script>" .',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(data_file: Path) -> Iterator[Serving]:
    """A server over `data_file` with a short deadline."""
    with serving("--data", data_file, "--timeout", "2", "--memory", "256") as found:
        yield found


@pytest.fixture
def gone() -> Callable[[list[int]], bool]:
    return all_gone


@pytest.fixture(scope="module")
def server_address(server: Serving) -> str:
    return server.address


@pytest.fixture
def start() -> Callable[..., contextlib.AbstractContextManager[Serving]]:
    return serving


@pytest.fixture
def peerkg() -> Path:
    return PEERKG
