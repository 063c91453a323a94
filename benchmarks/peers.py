"""The servers that peerkg is compared with: where they are kept, how they are installed and started.

They are kept in a virtual environment of their own in the user's cache folder, never in the project's.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "peerkg-benchmarks"
BIN = CACHE / "venv" / "bin"
PACKAGES = ("oxigraph", "rdflib-endpoint", "uvicorn")
PEERKG = Path(sys.executable).with_name("peerkg")
HOW = {
    "oxigraph": "make peers",
    "rdflib-endpoint": "make peers",
    "nginx": "apt-get install nginx-light (Debian)",
}
"""How each is installed."""
_SECONDS = 900.0  # a server that does not listen after so long is given up


class NotStartedError(Exception):
    """A server did not begin to answer; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    name: str
    process: int
    address: str
    path: str
    """The path of its endpoint."""


def install() -> None:
    """Install the peers of PyPI into their own environment."""
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
    subprocess.run([BIN / "python", "-m", "pip", "install", "--quiet", *PACKAGES], check=True)


def found(name: str) -> Path | None:
    """The program, or `None` where it is not installed."""
    if name == "nginx":
        path = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        return Path(path) if path else None
    return BIN / name if (BIN / name).exists() else None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def _started(  # noqa: PLR0917 - what differs between servers
    name: str, command: list[str | Path], path: str, port: int, log: Path, ready: str = "/"
) -> Iterator[Running]:
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            end = time.monotonic() + _SECONDS
            while not _answers(address, ready):
                if process.poll() is not None or time.monotonic() > end:
                    raise NotStartedError(f"{name}: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.1)
            yield Running(name, process.pid, address, path)
        finally:
            process.terminate()


def _answers(address: str, path: str) -> bool:
    try:
        connection = load.connect(address)
        try:
            return connection.ask(load.get(address, path)).status < 500
        finally:
            connection.close()
    except (OSError, load.BrokenError):
        return False


@contextmanager
def peerkg(*arguments: str | Path, log: Path, ready: str = "/sparql") -> Iterator[Running]:
    """`peerkg serve` with the arguments."""
    port = free_port()
    command = [PEERKG, "serve", *arguments, "--port", str(port)]
    with _started("peerkg", command, "/sparql", port, log, ready) as running:
        yield running


@contextmanager
def oxigraph(data: Path, folder: Path) -> Iterator[Running]:
    """`oxigraph serve-read-only` over an optimised store of the data."""
    store = folder / "oxigraph"
    loading: list[str | Path] = ["load", "--location", store, "--file", data]
    for words in (loading, ["optimize", "--location", store]):
        subprocess.run([BIN / "oxigraph", *words], check=True, capture_output=True)
    port = free_port()
    command: list[str | Path] = [
        BIN / "oxigraph",
        "serve-read-only",
        "--location",
        store,
        "--bind",
        f"127.0.0.1:{port}",
    ]
    with _started("oxigraph", command, "/query", port, folder / "oxigraph.log") as running:
        yield running


@contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[Running]:
    """`rdflib-endpoint serve` over the data."""
    port = free_port()
    command: list[str | Path] = [
        BIN / "rdflib-endpoint",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        data,
    ]
    log = folder / "rdflib-endpoint.log"
    with _started("rdflib-endpoint", command, "/", port, log, ready="/docs") as running:
        yield running


@contextmanager
def nginx(program: Path, folder: Path, root: Path) -> Iterator[Running]:
    """nginx, with two workers and sendfile, over the files in a folder."""
    port = free_port()
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    paths = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration.write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}\n"
        "events { worker_connections 256; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; {paths}\n"
        f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    command: list[str | Path] = [program, "-p", folder, "-c", configuration]
    with _started("nginx", command, "/", port, folder / "nginx.out") as running:
        yield running


def version(name: str) -> str:
    """The version of a peer, for the table."""
    program = found(name)
    if name == "nginx" and program is not None:
        said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    else:
        said = subprocess.run(
            [BIN / "python", "-m", "pip", "show", name], capture_output=True, text=True, check=True
        ).stdout
    number = re.search(r"(?:Version: |nginx/)(\S+)", said)
    return number[1] if number else "?"
