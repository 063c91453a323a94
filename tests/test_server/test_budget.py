"""What a client may use of the workers' time, and who is a client."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from server.budget import Budgets, client, is_loopback, networks
from server.command import serve
from server.limits import Limits

PROXIES = networks(["127.0.0.1", "10.0.0.0/8", "::1"])


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_was_used_comes_back_evenly() -> None:
    clock = Clock()
    account = Budgets(30, 2, clock).account("a")
    assert account is not None
    account.charge(29)
    assert account.wait == 0
    account.charge(6)
    assert account.wait == 11  # five seconds too many, half a second back in each second
    clock.now = 10
    assert account.wait == 1
    clock.now = 10.1
    assert account.wait == 0
    clock.now = 1000
    account.charge(30)
    assert account.wait == 1


def test_short_queries_count() -> None:
    account = Budgets(1, 2, Clock()).account("a")
    assert account is not None
    for _ in range(1001):
        account.charge(0)
    assert account.wait > 0


def test_each_client_has_its_own_account_and_few_at_once() -> None:
    budgets = Budgets(10, 2, Clock())
    one, other = budgets.account("a"), budgets.account("b")
    assert one is not None
    assert other is not None
    one.charge(20)
    assert (one.wait > 0, other.wait) == (True, 0)
    other.running = 2
    assert other.wait == 1
    assert budgets.account("a") is one
    assert Budgets(0, 2).account("a") is None


def test_accounts_are_bounded() -> None:
    budgets = Budgets(10, 2, Clock())
    for number in range(20_000):
        budgets.account(str(number))
    assert len(budgets._accounts) == 10_000


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7:80", None, "198.51.100.7"),
        ("198.51.100.7:80", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1:80", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1:80", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1:80", "1.1.1.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1:80", "forged, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1:80", "", "127.0.0.1"),
        ("127.0.0.1:80", None, "127.0.0.1"),
        ("[2001:db8:1:2:3::4]:80", None, "2001:db8:1:2::/64"),
        ("[::1]:80", "2001:db8:1:2:9::9", "2001:db8:1:2::/64"),
        ("[::ffff:198.51.100.7]:80", None, "198.51.100.7"),
        ("[::ffff:127.0.0.1]:80", "203.0.113.9", "203.0.113.9"),
        ("[::ffff:127.0.0.1]:80", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1:80", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1:80", "[2001:db8:1:2:9::9]:4711", "2001:db8:1:2::/64"),
        ("127.0.0.1:80", "203.0.113.9,,10.1.2.3", "10.1.2.3"),
        ("127.0.0.1:80", "203.0.113.9, 10.1.2.3, unknown", "127.0.0.1"),
        ("127.0.0.1:80", "203.0.113.9, for=192.0.2.60", "127.0.0.1"),
        ("[fe80::1%2]:80", None, "fe80::/64"),
        ("[2001:db8::7]:80", "203.0.113.9", "2001:db8::/64"),
        ("", "x", ""),
    ],
)
def test_a_client_is_who_a_trusted_proxy_saw(peer: str, forwarded: str | None, expected: str) -> None:
    assert client(peer, forwarded, PROXIES) == expected


def test_the_budget_is_on_where_others_can_reach_the_server() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("192.0.2.1", "::", "example.org")))
    assert Limits().client_budget == 0


def test_a_proxy_that_is_no_address_is_a_usage_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(serve, [str(tmp_path), "--trusted-proxy", "example"])
    assert done.exit_code == 2
    assert "--trusted-proxy" in done.output


@pytest.mark.slow
def test_a_client_that_used_too_much_waits_and_others_do_not(
    start: Callable[..., Any], data_file: Path
) -> None:
    arguments = ("--data", data_file, "--client-budget", "0.05", "--trusted-proxy", "127.0.0.1")
    endless = {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "timeout": "0.5"}
    with start(*arguments) as server, httpx.Client(base_url=server.address, timeout=120) as http:

        def ask(client: str, query: dict[str, str]) -> httpx.Response:
            return http.get("/sparql", params=query, headers={"X-Forwarded-For": client})

        light = {"query": "ASK { ?s ?p ?o }"}
        assert ask("192.0.2.1", light).status_code == 200
        assert ask("192.0.2.1", endless).status_code == 503
        refused = ask("192.0.2.1", {"query": "ASK { ?s ?p ?o } # again"})
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("/budget")
        assert int(refused.headers["retry-after"]) > 1
        long = ask("192.0.2.1", {"query": "}" * 10_000})
        assert long.status_code == 429  # reading it is work, too
        assert ask("192.0.2.1", light).status_code == 200  # from memory: nobody works for it
        assert ask("192.0.2.2", {"query": "ASK { ?s ?p ?o } # other"}).status_code == 200
        page = http.get(
            "/sparql",
            params={"query": "ASK { ?s ?p ?o } # page"},
            headers={"X-Forwarded-For": "192.0.2.1", "Accept": "text/html"},
        )
        assert page.status_code == 429
        assert page.headers["retry-after"]
        described = http.get("/sparql", headers={"Accept": "text/turtle"}).text
        assert 'schema:name "client-budget" ; schema:value 0.05' in described


@pytest.mark.slow
def test_each_address_has_a_share_of_its_own_and_what_strangers_write_changes_nothing(
    start: Callable[..., Any], data_file: Path
) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this system has no IPv6")
    arguments = ("--data", data_file, "--host", "::", "--client-budget", "0.05", "--trusted-proxy", "::1")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    numbers = itertools.count()
    with start(*arguments) as server, httpx.Client(timeout=120) as http:

        def ask(host: str, query: str = "", **headers: str) -> httpx.Response:
            query = query or f"ASK {{ ?s ?p ?o }} # {next(numbers)}"
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            asked = {"query": query, "timeout": "0.5"}
            return http.get(f"http://{host}:{server.port}/sparql", params=asked, headers=fields)

        assert ask("127.0.0.1", endless).status_code == 503
        refused = ask("127.0.0.1")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["access-control-allow-origin"] == "*"
        assert ask("127.0.0.1", X_Forwarded_For="192.0.2.9").status_code == 429  # it is no trusted proxy
        assert ask("127.0.0.1", Forwarded="for=192.0.2.9").status_code == 429
        assert ask("[::1]").status_code == 200
        forwarded = "203.0.113.1, 192.0.2.9"
        assert ask("[::1]", endless, X_Forwarded_For=forwarded).status_code == 503
        assert ask("[::1]", X_Forwarded_For="203.0.113.77,192.0.2.9").status_code == 429  # first one invented
        assert ask("[::1]", X_Forwarded_For="192.0.2.10").status_code == 200
        assert ask("[::1]", X_Forwarded_For="127.0.0.1").status_code == 429  # the same client through it
