"""What each client has used of the workers' time, and how soon it may ask again.

A budget is so many seconds of work; what was used comes back evenly over a minute. A query is charged
what it took when it ends, so a client can overdraw its account once and then waits longer.
"""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_CLIENTS = 10_000  # accounts that are kept; the one used longest ago goes first
_PERIOD = 60.0


class Account:
    """One client's time."""

    def __init__(self, seconds: float, queries: int, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._queries = queries
        self._clock = clock
        self._left = seconds
        self._counted = clock()
        self.running = 0
        """How many queries it has with the workers now."""

    def _count(self) -> float:
        now = self._clock()
        self._left = min(self._seconds, self._left + (now - self._counted) * self._seconds / _PERIOD)
        self._counted = now
        return self._left

    @property
    def wait(self) -> int:
        """In how many seconds it may ask; 0 for now."""
        if self.running >= self._queries:
            return 1
        left = self._count()
        return 0 if left > 0 else max(1, math.ceil(-left * _PERIOD / self._seconds))

    def charge(self, seconds: float) -> None:
        """Take what a query used, and a millisecond for its trouble."""
        self._count()
        self._left -= seconds + 0.001

    @property
    def full(self) -> bool:
        """Whether nothing would be forgotten with it."""
        return not self.running and self._count() >= self._seconds


ACCOUNT: ContextVar[Account | None] = ContextVar("account", default=None)
"""The account of the client for whom the present task works; none where no budget is set."""


class Budgets:
    """The accounts of all clients."""

    def __init__(self, seconds: float, queries: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._queries = queries
        self._clock = clock
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def account(self, client: str) -> Account | None:
        """The client's account; `None` where there is no budget."""
        if not self._seconds:
            return None
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts[client] = Account(self._seconds, self._queries, self._clock)
            if len(self._accounts) > _CLIENTS:
                self._accounts.popitem(last=False)
        self._accounts.move_to_end(client)
        return account


def networks(addresses: Sequence[str]) -> tuple[Network, ...]:
    """The addresses and networks of proxies that are trusted; `ValueError` for what is neither."""
    return tuple(ip_network(address) for address in addresses)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def client(peer: str, forwarded: str | None, trusted: Sequence[Network]) -> str:
    """Who asks: the address at the other end, or, behind trusted proxies, the one they saw.

    `X-Forwarded-For` is read from its end, as long as a trusted proxy has written it; some write a port
    beside the address. Of an IPv6 address the network counts: a single customer has all of it.

    >>> client("127.0.0.1:5000", "203.0.113.9, 192.0.2.1", networks(["127.0.0.1"]))
    '192.0.2.1'
    >>> client("198.51.100.7:5000", "203.0.113.9", networks(["127.0.0.1"]))
    '198.51.100.7'
    """
    found = _address(peer)
    hops = (forwarded or "").split(",")
    while hops and found is not None and any(found in network for network in trusted):
        hop = _address(hops.pop())
        if hop is None:
            break
        found = hop
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found), 64), strict=False))
    return str(found) if found is not None else peer


_PLACE = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([^:]*)(?::[0-9]+)?|(.*)")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`.

    A socket that takes both versions of the protocol says IPv4 addresses in those of version 6.
    """
    match = _PLACE.fullmatch(text.strip())
    try:
        address = ip_address((match and next(filter(None, match.groups()), "")) or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
