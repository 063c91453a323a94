"""Answers one query at a time from a store it inherited or opened; a process that may be killed any time.

A job is a frame whose head names what to do; the reply's head has `error`, or says what the body is.

    {"do": "query", "query": ..., "solutions": "json" | null, "graph": "turtle" | null,
     "default_graphs": [...], "named_graphs": [...], "seconds": 10}
    {"do": "tables", "queries": [...], "seconds": 10}      body: a JSON array of SPARQL JSON results
    {"do": "convert", "text": ..., "base": ..., "graph": "rdfxml"}      Turtle of ours in another syntax
    {"do": "png", "svg": ..., "zoom": 2.0}      a picture of ours as pixels
    {"do": "health"}
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import resource
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from pyoxigraph import QueryBoolean, QuerySolutions, Store

from kg import formats, result_files
from server import dataset, labels, raster, sandbox, wire
from server.engine import Engine, EngineError

Index: TypeAlias = Store | Engine
"""What holds the data: a store of our own, or another engine."""

_RETIREMENT = 67_108_864  # a worker that has grown by this much is replaced after its answer
RESERVE = 402_653_184
"""Bytes of address space that Arrow's library takes for itself; a query has no use of them."""
_STACK = 8_388_608  # bytes; the gate's limits were measured with a stack of this size

_EXPECTED = 6  # a longer list of what could stand somewhere helps nobody

_POSITION = re.compile(r"error at (\d+):(\d+): ")
# What the parser's message lists: characters in brackets, tokens in quotes, keywords, sentences.
_ITEM = re.compile(r"""\[(?:'(?:\\.[^']*|[^\\])'|[^'\]])*\]|"(?:[^"\\]|\\.)*"|[^,"\[]+""")


class _RefusedError(Exception):
    def __init__(self, error: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.head = {"error": error, "message": message, **more}


def run(connection: socket.socket, store: Index, result_bytes: int) -> None:
    """Answer jobs until the front closes the connection or the process has grown too large.

    A thread answers them, and another one goes on where it was given a low priority in the middle: without
    rights no thread takes its priority back, but this one keeps its own, and those it starts have the same.
    The memory that the worker has made its own by reading (the store counts references) stays useful.
    """
    threading.stack_size(_STACK)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    going_on, job = True, None
    while going_on:
        with ThreadPoolExecutor(max_workers=1) as hand:
            going_on, job, start = hand.submit(_answer, connection, store, result_bytes, start, job).result()


def _answer(
    connection: socket.socket, store: Index, result_bytes: int, start: int, job: dict[str, Any] | None
) -> tuple[bool, dict[str, Any] | None, int]:
    """Answer jobs until the end, or until this thread has a low priority.

    Whether another thread is to go on, with which job first, where it came before that was noticed, and the
    memory that growth is counted from, to which a library is added that was loaded meanwhile.
    """
    priority = os.getpriority(os.PRIO_PROCESS, 0)  # of the calling thread: Linux has one for each
    usage = resource.getrusage(resource.RUSAGE_SELF)
    bound = 0
    while os.getpriority(os.PRIO_PROCESS, 0) == priority:
        try:
            head = wire.receive(connection) if job is None else job
        except EOFError:
            return False, None, start
        if os.getpriority(os.PRIO_PROCESS, 0) != priority:
            return True, head, start
        job = None
        allowed = int(usage.ru_utime + usage.ru_stime) + int(head.get("seconds", 1)) + 2
        if allowed != bound:
            sandbox.limit_processor(bound := allowed)
        try:
            reply, body = _do(head, store)
        except _RefusedError as refused:
            reply, body = refused.head, b""
        except MemoryError:
            reply, body = {"error": "memory", "message": ""}, b""
        if len(body) > result_bytes:
            reply, body = {"error": "result-size", "message": "", "bytes": len(body)}, b""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        start += reply.pop("loaded", 0)
        grown = (usage.ru_maxrss - start) * 1024 > _RETIREMENT
        reply["retiring"] = grown
        reply["digest"] = hashlib.sha256(body).hexdigest()
        try:
            wire.send(connection, reply, body)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM):
                return False, None, start  # the front has gone, or hears no more of this process
            wire.send(connection, {"error": "room", "message": "", "retiring": grown}, b"")
        if grown:
            return False, None, start
    return True, None, start


def _do(head: dict[str, Any], store: Index) -> tuple[dict[str, Any], bytes]:
    if head["do"] == "query":
        return _query(head, store)
    if head["do"] == "tables":
        try:
            tables = [_table(store, query) for query in head["queries"]]
        except EngineError as error:
            raise _RefusedError("engine", str(error)) from error
        return {"kind": "tables"}, b"[" + b",".join(tables) + b"]"
    if head["do"] == "convert":
        quads = formats.read(head["text"].encode(), formats.TURTLE, where="a description", base=head["base"])
        return {"kind": "graph"}, formats.write(quads, formats.by_name(head["graph"]))
    if head["do"] == "png":
        try:
            return {"kind": "png"}, raster.png(head["svg"], head["zoom"])
        except raster.NoFontError as error:
            said = f"no font of the server has letters like {error}"
            raise _RefusedError("no-font", said) from error
    return {"kind": "health"}, b""


def _table(store: Index, query: str) -> bytes:
    result = store.query(query)
    if not isinstance(result, QuerySolutions | QueryBoolean):
        raise _RefusedError("syntax", "a table needs SELECT or ASK")
    return formats.write_results(result, formats.result_format("json"))


def _query(head: dict[str, Any], store: Index) -> tuple[dict[str, Any], bytes]:
    default, named = head.get("default_graphs", ()), head.get("named_graphs", ())
    try:
        if isinstance(store, Engine):
            result = store.query(
                head["query"], default_graph=dataset.unique(default), named_graphs=dataset.unique(named)
            )
        else:
            asked, graphs = dataset.asked_of(store, head["query"], default, named)
            result = asked.query(head["query"], **graphs)
        if isinstance(result, QuerySolutions | QueryBoolean):
            kind = "boolean" if isinstance(result, QueryBoolean) else "solutions"
            name = _acceptable(head, "solutions", kind)
            if head.get("languages") is not None and isinstance(result, QuerySolutions):
                result = labels.labelled(result, _literals(store), head["languages"])
            form = formats.result_format(name)
            more = {"loaded": _load_arrow()} if form is formats.PARQUET else {}
            return {"kind": kind, "format": name, **more}, formats.write_results(result, form)
        name = _acceptable(head, "graph", "graph")
        return {"kind": "graph", "format": name}, formats.write(result, formats.by_name(name))
    except formats.NotExpressibleError as error:
        raise _RefusedError("not-expressible", str(error)) from error
    except EngineError as error:
        raise _RefusedError("engine", str(error)) from error
    except SyntaxError as error:
        raise _syntax(str(error), head["query"]) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise _RefusedError("evaluation", str(error)) from error


def _load_arrow() -> int:
    """Load what writes Parquet, where nobody did, without pools of threads; the kilobytes that it took.

    A worker that has it keeps it: loading it takes a hundred times as long as writing a page's table.
    """
    if "pyarrow.parquet" in sys.modules:
        return 0
    os.environ.update(ARROW_DEFAULT_MEMORY_POOL="system", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    sandbox.take_reserve()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result_files.parquet(["a"], [[1]])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _literals(index: Index) -> labels.Literals:
    return index.literals if isinstance(index, Engine) else labels.of_store(index)


def _acceptable(head: dict[str, Any], family: str, kind: str) -> str:
    name: str | None = head.get(family)
    if name is None:
        raise _RefusedError("not-acceptable", "", kind=kind)
    return name


def _syntax(message: str, query: str) -> _RefusedError:
    """The parser's message with its place apart, what stands there, and what could, where that is short."""
    match = _POSITION.match(message)
    if match is None:
        return _RefusedError("syntax", message)
    items = [item for item in _ITEM.findall(message[match.end() :]) if not item.startswith("[")]
    items = [item.removeprefix("expected ").removeprefix("one of ").strip() for item in items]
    sentences = [item for item in items if " " in item and not item.startswith('"')]
    if sentences:
        said = "; ".join(sentences)
    else:
        said = _met(query, int(match[1]), int(match[2]))
        expected = [item for item in items if item and item != "<unreported>"]
        if 0 < len(expected) <= _EXPECTED:
            said += f"; expected {', '.join(expected)}"
    return _RefusedError("syntax", said, line=int(match[1]), column=int(match[2]))


def _met(query: str, line: int, column: int) -> str:
    lines = query.split("\n")
    rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]]).strip() if line <= len(lines) else ""
    return (
        f"`{rest.splitlines()[0][:40]}` cannot stand here"
        if rest
        else "the end does not fit what stands before it"
    )
