"""The built wheel works in an empty environment, outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a new environment that holds the wheel and what it depends on, nothing else of ours.

    The dependencies are the ones of this environment, made visible by a path file, so that the test needs
    no network; the checkout itself is not visible, which the test on `kg.__file__` proves.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for entry in next(Path(p) for p in sys.path if p.endswith("site-packages")).iterdir():
        if (
            "peerkg" not in entry.name
            and not entry.name.startswith("__editable__")
            and entry.suffix != ".pth"
        ):
            (dependencies / entry.name).symlink_to(entry)
    (site / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(ROOT / "seeds", folder / "papers")
    return folder


def run(installed: Path, elsewhere: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [str(installed / arguments[0]), *arguments[1:]]
    return subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def release(installed: Path, elsewhere: Path) -> Path:
    done = run(installed, elsewhere, "peerkg", "build", "papers", "--out", "public")
    assert done.returncode == 0, done.stderr
    return elsewhere / "public"


def test_the_wheel_carries_everything_that_is_read_at_run_time(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, packed in (
        ("ontology", "kg/data/ontology"),
        ("shapes", "kg/data/shapes"),
        ("docs/queries", "kg/data/queries"),
    ):
        files = [
            p
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and p.suffix in {".ttl", ".tsv", ".jsonld", ".rq"}
        ]
        assert files
        assert {f"{packed}/{p.relative_to(ROOT / folder)}" for p in files} <= names
    for folder in ("templates", "static", "catalogues"):
        assert {
            str(p.relative_to(ROOT)) for p in (ROOT / "server" / folder).rglob("*") if p.is_file()
        } <= names


def test_the_code_that_runs_is_the_wheels(installed: Path, elsewhere: Path) -> None:
    done = run(installed, elsewhere, "python", "-c", "import kg, server; print(kg.__file__, server.__file__)")
    assert str(ROOT) not in done.stdout
    assert done.stdout.count("site-packages") == 2


def test_the_installed_command_builds_and_answers(installed: Path, elsewhere: Path, release: Path) -> None:
    assert (release / "current" / "manifest.json").is_file()
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/peerkg/ontology#Study> }"
    done = run(installed, elsewhere, "peerkg", "query", "public", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert int(json.loads(done.stdout)["results"]["bindings"][0]["n"]["value"]) == 4


def test_the_installed_command_serves(installed: Path, release: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(installed / "peerkg"), "serve", str(release), "--port", str(port)]
    with subprocess.Popen(
        command, cwd=release.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            deadline = time.monotonic() + 300
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=120) as answer:
                        assert answer.status == 200
                    break
                except OSError:
                    assert server.poll() is None, server.stdout.read() if server.stdout else ""
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=120) as answer:
                assert "text/html" in answer.headers["Content-Type"]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(120)
