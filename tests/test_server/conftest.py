from __future__ import annotations

import contextlib
import json
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
WITH_LIMITS = """
import json, sys
from pathlib import Path
from server.limits import Limits
from server.running import serve_until_stopped
limits = Limits(**json.loads(sys.argv[1]))
sys.exit(serve_until_stopped(limits, "127.0.0.1", 0, directory=None, files=(Path(sys.argv[2]),)))
"""


@dataclass
class Serving:
    """A `peerkg serve` of its own, and the address it printed."""

    process: subprocess.Popen[str]
    address: str
    said: str = ""

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

    def until(self, condition: Callable[[], object], seconds: float = 120) -> bool:
        """Whether the condition comes to hold; the bound is only there so that a failure ends."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def says(self, word: str) -> bool:
        """Whether the word is in what has come to standard error."""
        assert self.process.stderr is not None
        descriptor = self.process.stderr.fileno()
        while select.select([descriptor], [], [], 0)[0]:
            said = os.read(descriptor, 65_536)
            if not said:
                break
            self.said += said.decode()
        return word in self.said

    def gone(self, pids: list[int]) -> bool:
        return self.until(lambda: not any(alive(pid) for pid in pids))

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=120)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def serving(*arguments: str | Path) -> Iterator[Serving]:
    with running([str(PEERKG), "serve", *map(str, arguments), "--port", "0"]) as found:
        yield found


@contextlib.contextmanager
def serving_within(path: Path, **limits: float) -> Iterator[Serving]:
    """A server over a file, with limits that the command has no option for."""
    with running([sys.executable, "-c", WITH_LIMITS, json.dumps(limits), str(path)]) as found:
        yield found


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[Serving]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], 120)
        line = process.stdout.readline() if ready else ""
        match = re.search(r"http://\S+?(?=/?$)", line.strip())
        assert match, f"no ready line: {line!r} {process.stderr.read() if process.poll() is not None else ''}"
        yield Serving(process, match[0])
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=120)


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


@pytest.fixture(scope="module")
def patient(data_file: Path) -> Iterator[Serving]:
    """A server over `data_file` that ends no query and no slow request while a test looks at it."""
    with serving_within(data_file, seconds=3600, body_seconds=3600, header_seconds=3600) as found:
        yield found


@pytest.fixture(scope="module")
def server_address(server: Serving) -> str:
    return server.address


@pytest.fixture(scope="session")
def start() -> Callable[..., contextlib.AbstractContextManager[Serving]]:
    return serving


@pytest.fixture
def start_within() -> Callable[..., contextlib.AbstractContextManager[Serving]]:
    return serving_within


@pytest.fixture
def peerkg() -> Path:
    return PEERKG
