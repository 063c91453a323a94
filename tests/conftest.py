from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
PEERKG = Path(sys.executable).with_name("peerkg")

# A law holds or not by the code alone, never by the machine's speed or by chance; `make fuzz` explores.
settings.register_profile(
    "peerkg", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("peerkg")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as below `nohup`; what tests start would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="rewrite the expected files of tests/samples instead of comparing with them",
    )


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """More real documents with gold annotations; they belong to others and are no part of the project."""
    folder = os.environ.get("PEERKG_CORPUS")
    if not folder:
        pytest.skip("PEERKG_CORPUS does not name a folder of documents with gold annotations")
    return Path(folder)


@pytest.fixture(scope="session")
def seed_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that `peerkg build seeds` makes; built once for all workers, never changed."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    public = shared / "public"
    with FileLock(shared / "public.lock"):
        if not (public / "current").exists():
            subprocess.run(
                [PEERKG, "build", ROOT / "seeds", "--out", public], check=True, capture_output=True
            )
    return public


@pytest.fixture(scope="session")
def seed_server(seed_release: Path) -> Iterator[str]:
    """The address of a server over that release."""
    command = [str(PEERKG), "serve", str(seed_release), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            ready = re.search(r"http://[^\s/]+", server.stdout.readline())
            assert ready
            yield ready[0]
        finally:
            server.terminate()
            server.wait(120)
