"""The files for those who run a server: nginx in front of a real one, and what systemd says of the unit."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from server.command import serve
from tests.releasing import DAY, content, facts, written

FILES = Path(__file__).parent.parent.parent / "docs" / "deployment"
UNIT = (FILES / "peerkg.service").read_text(encoding="utf-8")
TITLES = "SELECT ?t { ?r <http://purl.org/dc/terms/title> ?t }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

MAIN = """
{user} pid {folder}/pid; error_log {folder}/error.log; daemon off; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; gzip on;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""


@pytest.mark.parametrize("source", ["peerkg.service", "Containerfile"])
def test_the_command_in_the_file_is_one_that_serve_takes(source: str) -> None:
    text = (FILES / source).read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)
    command = shlex.split(found[1]) if found else re.findall(r'"([^"]*)"', text.splitlines()[-1])
    assert (Path(command[0]).name, command[1]) == ("peerkg", "serve")
    context = serve.make_context("serve", command[2:])
    assert isinstance(context, click.Context)
    assert len(context.params["paths"]) == 1


def test_systemd_takes_the_unit(tmp_path: Path, peerkg: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "peerkg.service"
    unit.write_text(UNIT.replace("/opt/peerkg/bin/peerkg", str(peerkg)))
    done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@contextlib.contextmanager
def nginx(source: str, folder: Path, *servers: Any) -> Iterator[httpx.Client]:
    """A client of nginx with the file's configuration, in front of servers on the ports 8000, 8001, ..."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    user = "" if os.geteuid() else "user root;"  # whose folder the test's is
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = (FILES / source).read_text(encoding="utf-8")
    text = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", text)
    text = re.sub(r"ssl_certificate\w* .*;", "", text)
    for number, server in enumerate(servers):
        text = text.replace(f"127.0.0.1:{8000 + number}", f"127.0.0.1:{server.port}")
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder, server=text))
    process = subprocess.Popen([program, "-p", str(folder), "-c", "nginx.conf", "-e", f"{folder}/error.log"])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            assert servers[0].until(lambda: answers(client) or process.poll() is not None)
            yield client
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture
def proxied(start: Callable[..., Any], data_file: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of nginx in front of a server with a small budget."""
    arguments = ("--client-budget", "0.2", "--trusted-proxy", "127.0.0.1")
    with start("--data", data_file, *arguments) as server, nginx("nginx.conf", tmp_path, server) as client:
        yield client


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").is_success
    except httpx.ConnectError:
        return False


@pytest.mark.slow
def test_a_server_behind_nginx_answers_as_it_does_alone(proxied: httpx.Client) -> None:
    long = "SELECT * { ?s ?p 'x' } # " + "a" * 30_000
    assert proxied.get("/sparql", params={"query": long}).status_code == 200
    posted = proxied.post("/sparql", data={"query": long + "a" * 200_000})
    assert posted.status_code == 200
    page = proxied.get("/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    assert page.headers["etag"].startswith('"')  # as strong as it was sent
    assert proxied.get("/", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    assert proxied.get("/metrics").status_code == 200
    missing = proxied.get("/nothing", headers={"Accept": "text/html"})
    assert (missing.status_code, missing.headers["x-content-type-options"]) == (404, "nosniff")


@pytest.mark.slow
def test_a_client_cannot_choose_its_address_through_nginx(proxied: httpx.Client) -> None:
    asked = {"query": ENDLESS, "timeout": "0.5"}
    assert proxied.get("/sparql", params=asked).status_code == 503
    for invented in ("192.0.2.7", "192.0.2.8, 192.0.2.9", "127.0.0.2"):
        query = {"query": f"ASK {{ ?s ?p ?o }} # {invented}"}
        assert proxied.get("/sparql", params=query, headers={"X-Forwarded-For": invented}).status_code == 429


@pytest.mark.slow
def test_of_two_servers_one_may_die_while_a_release_is_published(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    releases, proxy = tmp_path / "releases", tmp_path / "proxy"
    proxy.mkdir()
    written(releases, content(facts(title="first")))
    over = threading.Event()
    seen: list[tuple[int, str]] = []

    def keep_asking(address: httpx.URL, number: int) -> None:
        with httpx.Client(base_url=address, timeout=120) as client:
            for turn in itertools.count():
                if over.is_set():
                    return
                query = {"query": f"{TITLES} # {number} {turn}"}
                response = client.post("/sparql", data=query) if turn % 2 else client.get("/report/a.html")
                seen.append((response.status_code, response.headers.get("Peerkg-Release", "")))

    with (
        start(releases) as one,
        start(releases) as other,
        nginx("replicas.conf", proxy, one, other) as client,
    ):
        askers = [threading.Thread(target=keep_asking, args=(client.base_url, n)) for n in range(8)]
        for asker in askers:
            asker.start()
        try:
            assert one.until(lambda: len(seen) > 100)
            other.process.kill()
            before = len(seen)
            assert one.until(lambda: len(seen) > before + 100)
            second = written(releases, content(facts(title="second")), DAY + timedelta(days=1))
            assert one.until(lambda: any(release == second.id for _, release in seen[-20:]))
            before = len(seen)
            assert one.until(lambda: len(seen) > before + 100)
        finally:
            over.set()
            for asker in askers:
                asker.join()
    assert {status for status, _ in seen} == {200}
    assert seen[-1][1] == second.id
