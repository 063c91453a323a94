"""Answers SERVICE without letting the query engine call out.

The engine asks whomever a query names, with no switch to forbid it; so it never sees SERVICE. Each clause is
found here by its tokens, an allowed endpoint is asked for `SELECT *` of its group, and the answer is put
in its place as VALUES. That is what SERVICE means: it is evaluated independently of what stands around
it, and joined (SPARQL 1.1 Federated Query, section 4), and VALUES may stand wherever SERVICE may.

The asking is done by a process of its own, `server.remote`, which has no data and is killed when its
time is up: workers have no network, and the process that speaks HTTP calls nobody.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from server import budget, gate
from server.limits import Limits
from server.pool import StoppedError
from server.problem import Problem

COMMAND = (sys.executable, "-P", "-m", "server.remote")
"""How the process that asks is started."""

_SHARE = 0.5  # of a query's time may pass while others are asked; the rest is for the query itself

# Where one of these stands in a group, not every variable in it is one of its solutions.
_HIDING = frozenset({"SELECT", "FILTER", "BIND", "MINUS", "EXISTS", "HAVING"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One SERVICE clause: where it stands, whom it asks, and what."""

    start: int
    end: int
    endpoint: str
    silent: bool
    query: str
    names: tuple[str, ...]
    """The variables that occur in it, in their order."""
    open: bool
    """Whether each of them is in scope outside."""

    @property
    def unknown(self) -> str:
        """The single solution without bindings, which stands for a silent failure (section 2.3)."""
        names = self.names if self.open else ()
        return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ ({' UNDEF' * len(names)} ) }}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A query and its SERVICE clauses, in their order."""

    query: str
    clauses: tuple[Clause, ...]

    def with_answers(self, answers: list[str]) -> str:
        """The query with a text in the place of each clause."""
        parts, end = [], 0
        for clause, answer in zip(self.clauses, answers, strict=True):
            parts += [self.query[end : clause.start], f" {answer} "]
            end = clause.end
        return "".join((*parts, self.query[end:]))

    def place(self, answers: list[str], line: int, column: int) -> tuple[int, int]:
        """The line and column in the query of one in the query with answers."""
        text = self.with_answers(answers)
        offset = sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
        shift = 0
        for clause, answer in zip(self.clauses, answers, strict=True):
            begin = clause.start + shift
            if offset < begin:
                break
            grown = len(answer) + 2 - (clause.end - clause.start)
            if offset < begin + len(answer) + 2:
                offset, shift = clause.start, 0
                break
            shift += grown
        found = offset - shift
        return self.query.count("\n", 0, found) + 1, found - self.query.rfind("\n", 0, found)


def plan(query: str, limits: Limits) -> Plan:
    """The SERVICE clauses of the query; `Problem` where one may not be asked, or not like this."""
    tokens = [token for token in gate.tokens(query) if token.lastgroup not in ("space", "comment")]
    prefixes, base, head = _prologue(tokens)
    prologue = query[: tokens[head].start()] if head < len(tokens) else query
    clauses = []
    place = head
    while place < len(tokens):
        if tokens[place].lastgroup == "word" and tokens[place].group().upper() == "SERVICE":
            clause, place = _clause(query, tokens, place, (prologue, prefixes, base), limits)
            clauses.append(clause)
        else:
            place += 1
    if len({(one.endpoint, one.query) for one in clauses}) > limits.federation_calls:
        detail = f"the query has more than {limits.federation_calls} different SERVICE clauses"
        raise Problem("too-complex", detail, {"limit": "service-clauses", "maximum": limits.federation_calls})
    found = Plan(query, tuple(clauses))
    # What is left is looked at like any other query: an engine must not find a SERVICE that was missed here.
    answers = ["VALUES () { () }"] * len(clauses)
    refused = gate.refusal(found.with_answers(answers), limits)
    if refused is not None:
        if refused.line is not None and refused.column is not None:
            line, column = found.place(answers, refused.line, refused.column)
            refused = replace(refused, line=line, column=column)
        raise refused.problem()
    return found


def _prologue(tokens: list[re.Match[str]]) -> tuple[dict[str, str], str, int]:
    """The prefixes, the base, and how many tokens declare them."""
    prefixes, base, place = dict[str, str](), "", 0
    while place + 1 < len(tokens) and tokens[place].lastgroup == "word":
        word = tokens[place].group().upper()
        if word == "BASE" and tokens[place + 1].lastgroup == "iri":
            base = urljoin(base, tokens[place + 1].group()[1:-1])
            place += 2
        elif (
            word == "PREFIX"
            and place + 2 < len(tokens)
            and tokens[place + 1].lastgroup == "local"
            and tokens[place + 2].lastgroup == "iri"
        ):
            name = tokens[place + 1].group().removesuffix(":")
            prefixes[name] = urljoin(base, tokens[place + 2].group()[1:-1])
            place += 3
        else:
            break
    return prefixes, base, place


def _clause(
    query: str,
    tokens: list[re.Match[str]],
    place: int,
    context: tuple[str, dict[str, str], str],
    limits: Limits,
) -> tuple[Clause, int]:
    """The clause whose SERVICE is at `place` among the tokens, and the place behind it."""
    prologue, prefixes, base = context
    start = tokens[place]
    rest = iter(range(place + 1, len(tokens)))
    at = next(rest, None)
    silent = at is not None and tokens[at].group().upper() == "SILENT"
    if silent:
        at = next(rest, None)
    named = None if at is None else tokens[at]
    if named is not None and named.lastgroup == "variable":
        raise _wrong(query, named, "SERVICE takes an endpoint's IRI here, and no variable", limits)
    endpoint = None if named is None else _iri(named, prefixes, base)
    if endpoint is None:
        raise _wrong(query, start, "SERVICE is not followed by an endpoint's IRI", limits)
    if endpoint not in limits.federation:
        raise _wrong(query, named or start, f"<{endpoint}> is none of the endpoints asked from here", limits)
    begin = next(rest, None)
    if begin is None or tokens[begin].group() != "{":
        raise gate.at(
            query, start.start(), "syntax", "SERVICE is not followed by a group in braces"
        ).problem()
    end = _end(tokens, begin)
    if end is None:
        raise gate.at(
            query, tokens[begin].start(), "syntax", "the group of SERVICE is never closed"
        ).problem()
    asked = f"{prologue}SELECT * {query[tokens[begin].start() : tokens[end].end()]}"
    inside = tokens[begin + 1 : end]
    if any(one.lastgroup == "word" and one.group().upper() == "SERVICE" for one in inside):
        raise _wrong(query, tokens[begin], "SERVICE inside SERVICE is not passed on", limits)
    refused = gate.refusal(asked, limits)
    if refused is not None:
        raise gate.at(query, start.start(), refused.reason, f"in SERVICE: {refused.message}").problem()
    names = dict.fromkeys(one.group()[1:] for one in inside if one.lastgroup == "variable")
    hides = any(one.lastgroup == "word" and one.group().upper() in _HIDING for one in inside)
    clause = Clause(start.start(), tokens[end].end(), endpoint, silent, asked, tuple(names), not hides)
    return clause, end + 1


def _iri(token: re.Match[str], prefixes: dict[str, str], base: str) -> str | None:
    if token.lastgroup == "iri":
        return urljoin(base, token.group()[1:-1])
    if token.lastgroup == "local":
        prefix, _, local = token.group().partition(":")
        if prefix in prefixes:
            return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return None


def _end(tokens: list[re.Match[str]], begin: int) -> int | None:
    """The place of the brace that closes the one at `begin`."""
    depth = 0
    for place in range(begin, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[place].group(), 0)
        if depth == 0:
            return place
    return None


def _wrong(query: str, token: re.Match[str], message: str, limits: Limits) -> Problem:
    problem = gate.at(query, token.start(), "service", message).problem()
    problem.more["endpoints"] = list(limits.federation)
    return problem


async def ask(found: Plan, seconds: float, limits: Limits, turns: asyncio.Semaphore) -> list[str]:
    """What stands in the place of each clause: the endpoints' answers as VALUES.

    Raises `Problem` where an endpoint gave none, and `StoppedError` where it is not the client's turn.
    """
    account = budget.ACCOUNT.get()
    if account is not None and account.wait:
        raise StoppedError("budget", account.wait)
    try:
        await asyncio.wait_for(turns.acquire(), limits.queue_seconds)
    except TimeoutError:
        raise StoppedError("queue") from None
    begin = time.monotonic()
    if account is not None:
        account.running += 1
    try:
        replies = await _asked(found, seconds * _SHARE, limits)
    finally:
        turns.release()
        if account is not None:
            account.running -= 1
            account.charge(time.monotonic() - begin)
    return list(_answers(found, replies, limits))


def _answers(found: Plan, replies: dict[tuple[str, str], dict[str, str]], limits: Limits) -> Iterator[str]:
    for clause in found.clauses:
        reply = replies[clause.endpoint, clause.query]
        if "values" in reply:
            yield reply["values"]
        elif clause.silent and "failed" in reply:
            yield clause.unknown
        else:
            more: dict[str, Any] = {"endpoint": clause.endpoint}
            if reply.get("limit"):
                more |= {"limit": "service-size", "bytes": limits.federation_bytes}
            said = reply.get("failed") or reply["refused"]
            raise Problem("remote", f"<{clause.endpoint}> {said}", more)


async def _asked(found: Plan, seconds: float, limits: Limits) -> dict[tuple[str, str], dict[str, str]]:
    """The reply to each different question, from a process that is gone when this returns."""
    questions = list(dict.fromkeys((one.endpoint, one.query) for one in found.clauses))
    names = {(one.endpoint, one.query): one.names for one in found.clauses}
    order = {
        "parent": os.getpid(),
        "seconds": seconds,
        "bytes": limits.federation_bytes,
        "questions": [
            {"endpoint": endpoint, "query": query, "names": names[endpoint, query]}
            for endpoint, query in questions
        ],
    }
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal is for the front alone
    )
    said = b""
    try:
        async with asyncio.timeout(seconds + 1):  # it keeps its time itself where it can
            said, _ = await process.communicate(json.dumps(order).encode())
        failure = "could not be asked: the process that asks has ended"
    except TimeoutError:
        failure = f"did not answer within {seconds:g} seconds"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        return {question: {"failed": failure} for question in questions}
    return dict(zip(questions, json.loads(said), strict=True))
