"""The files for those who run a server: nginx in front of a real one, and what systemd says of the unit."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from server.command import serve

FILES = Path(__file__).parent.parent.parent / "docs" / "deployment"
UNIT = (FILES / "peerkg.service").read_text(encoding="utf-8")
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


@pytest.fixture
def proxied(start: Callable[..., Any], data_file: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of nginx with the file's configuration, in front of a server with a small budget."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    user = "" if os.geteuid() else "user root;"  # whose folder the test's is
    arguments = ("--client-budget", "0.2", "--trusted-proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with start("--data", data_file, *arguments) as server:
        text = (FILES / "nginx.conf").read_text(encoding="utf-8")
        text = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", text)
        text = re.sub(r"ssl_certificate\w* .*;", "", text).replace(
            "127.0.0.1:8000", f"127.0.0.1:{server.port}"
        )
        (tmp_path / "nginx.conf").write_text(MAIN.format(user=user, folder=tmp_path, server=text))
        process = subprocess.Popen(
            [nginx, "-p", str(tmp_path), "-c", "nginx.conf", "-e", f"{tmp_path}/error.log"]
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                assert server.until(lambda: answers(client) or process.poll() is not None)
                yield client
        finally:
            process.terminate()
            process.wait(120)


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
