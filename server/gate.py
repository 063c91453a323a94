"""Says of a query, before any parser sees it, whether it may be parsed at all.

A small text can overflow the stack of a SPARQL parser, and a word in it can make an engine call out to
the network. The gate reads the query once from left to right, in linear time, and knows just enough of
SPARQL's tokens to tell words from the insides of strings, comments and IRIs. It does not replace the
parser: what it lets through may still be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from server.limits import Limits
from server.problem import Problem

Reason = Literal["too-large", "encoding", "too-complex", "service", "update", "syntax"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a query was stopped at the gate, with the line and column (from 1) where that was seen."""

    reason: Reason
    message: str
    line: int | None = None
    column: int | None = None
    limit: str | None = None
    """Which limit it met, if it is one."""
    maximum: int = 0
    """How much that limit allows."""

    def problem(self) -> Problem:
        """The problem to answer with."""
        more: dict[str, Any] = {} if self.line is None else {"line": self.line, "column": self.column}
        if self.limit is not None:
            more |= {"limit": self.limit, "bytes" if self.limit == "size" else "maximum": self.maximum}
        return Problem(self.reason, self.message, more)


# SPARQL 1.1 section 19.2: codepoint escapes are undone before the grammar is applied.
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

# Section 19.8. Each alternative consumes what it matches and none looks far ahead in vain, so that the scan
# is linear. A backslash outside strings takes its character along: `\#` in a local name is no comment.
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\n\r]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
    | (?P<string>\"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*+\"\"\"
                |\'\'\'(?:(?:'|\'\')?(?:[^'\\]|\\.))*+\'\'\'
                |"(?:[^"\\\n\r]|\\.)*+"
                |'(?:[^'\\\n\r]|\\.)*+')
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*+)
    | (?P<word>_?[^\W0-9_](?:[\w\-]|\.(?=[\w\-.]))*+)?+
      (?P<local>:(?:[\w:\-]|\.(?=[\w:\-.%\\])|%[0-9A-Fa-f]{2}|\\[^\w\s])*+)?+(?(word)|(?(local)|(?!)))
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?)
    | (?P<open><<|\{\||[{(\[])
    | (?P<close>>>|\|\}|[})\]])
    | (?P<operator>\|\||&&|\^\^|!=|<=|>=|[!+\-*/|^=<>])
    | (?P<mark>[;,.])
    | (?P<other>\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_UPDATE = re.compile(r"INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH", re.IGNORECASE)
_FORM = re.compile(r"SELECT|CONSTRUCT|DESCRIBE|ASK", re.IGNORECASE)
_CLAUSE = re.compile(r"UNION|OPTIONAL|MINUS|FILTER|BIND|VALUES|AS", re.IGNORECASE)
# Oxigraph's grammar asks for no white space around keywords: `trueSERVICE`, `SERVICE:x {` and `SERVICEex:x {`
# are calls. All that ends in letters and may stand right before one is a yes or no: `my-service:x {` is none.
_SERVICE = re.compile(r"SERVICE", re.IGNORECASE)
_CALL = re.compile(r"(?:(?:true|false)?\.*)?SERVICE.*", re.IGNORECASE | re.DOTALL)
_TERMS = ("variable", "iri", "local", "string", "number")


_SURROGATE = re.compile("[\ud800-\udfff]")

# A prologue in which nothing can hide, and the word for the form of the query after it.
_OPENING = re.compile(
    r"\s*+(?:(?:PREFIX\s++[\w\-]*+:\s*+|BASE\s*+)<[^<>\"{}|^`\\\x00-\x20]*+>\s*+)*+(?:SELECT|CONSTRUCT|DESCRIBE|ASK)",
    re.IGNORECASE | re.ASCII,
)
_OPEN = b"{([<"
_OPEN_CLOSE_OPERATOR = b"{}()[]<>|&^!=+-*/"
_MARK = b";,."
_CLAUSES = ("UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "VALUES", "AS")
_SHORTEST_CLAUSE = min(map(len, _CLAUSES))


def _is_plain(text: str, limits: Limits) -> bool:
    """Whether the text is so short of everything the scan counts that it need not be read token by token.

    Each thing is counted wherever it stands, also in strings, comments and IRIs: never too few.
    """
    if not text.isascii() or "\\" in text:
        return False
    upper = text.upper()
    if "SERVICE" in upper or _OPENING.match(text) is None:
        return False
    encoded = text.encode()
    size = len(encoded)
    if size - len(encoded.translate(None, _OPEN)) > limits.nesting:
        return False
    if size + size // _SHORTEST_CLAUSE <= min(limits.chain, limits.elements):
        return True  # were every character one of them
    linked = size - len(encoded.translate(None, _OPEN_CLOSE_OPERATOR))
    marked = size - len(encoded.translate(None, _MARK))
    clauses = size // _SHORTEST_CLAUSE  # no more of them can be there
    if linked + clauses > limits.chain or marked + clauses > limits.elements:
        clauses = sum(map(upper.count, _CLAUSES))
    return linked + clauses <= limits.chain and marked + clauses <= limits.elements


def undone(text: str) -> str:
    """The text without codepoint escapes. One that names no character stays, for the parser to refuse."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]

    return _ESCAPE.sub(character, text) if "\\" in text else text


def decode(query: bytes, limits: Limits) -> str | Refusal:
    """The text of a query sent as bytes: strict UTF-8 within the size limit."""
    if len(query) > limits.query_bytes:
        return _too_large(len(query), limits)
    try:
        return query.decode()
    except UnicodeDecodeError as error:
        return Refusal(
            "encoding", f"the query is not UTF-8: byte {error.start} is 0x{query[error.start]:02x}"
        )


def refusal(query: str, limits: Limits) -> Refusal | None:
    """Why the query must not reach a parser, or `None`.

    >>> refusal("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", Limits()).reason
    'service'
    >>> refusal("SELECT * { ?s ?p 'SERVICE' } # SERVICE", Limits()) is None
    True
    """
    size = len(query) if query.isascii() else len(query.encode(errors="surrogatepass"))
    if size > limits.query_bytes:
        return _too_large(size, limits)
    surrogate = None if query.isascii() else _SURROGATE.search(query)
    if surrogate is not None:
        message = "the query holds half of a surrogate pair, which is no character"
        return at(query, surrogate.start(), "encoding", message)
    if _is_plain(query, limits):
        return None
    found = _scan(query, limits)
    plain = undone(query)
    if found is None and plain != query:
        # A parser may undo escapes before it looks for tokens or inside them: neither view may hide anything.
        hidden = _scan(plain, limits)
        found = hidden and replace(hidden, line=None, column=None)
    return found


def tokens(query: str) -> Iterator[re.Match[str]]:
    """The query's tokens, white space and comments among them; `lastgroup` names the kind of each."""
    return _TOKEN.finditer(query)


def at(text: str, offset: int, reason: Reason, message: str) -> Refusal:
    """A refusal for what stands at the offset."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Refusal(reason, message, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def _too_large(size: int, limits: Limits) -> Refusal:
    message = f"the query has {size:,} bytes; this server reads at most {limits.query_bytes:,}"
    return Refusal("too-large", message, limit="size", maximum=limits.query_bytes)


def _too_complex(text: str, offset: int, message: str, limit: str, maximum: int) -> Refusal:
    return replace(at(text, offset, "too-complex", message), limit=limit, maximum=maximum)


def _scan(text: str, limits: Limits) -> Refusal | None:
    # One entry an open bracket: the operators and clauses seen in it, which a parser nests into each other,
    # and the deepest such nest of what was closed inside. Their sum is the depth of the tree so far.
    brackets = [""]
    rows = [0]
    below = [0]
    elements = 0
    form_seen = False
    service_name = False
    braces = 0
    before = ""
    terms = 0  # of the triple that is being written
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in ("space", "comment"):
            continue
        was_service_name, service_name = service_name, False
        previous, before = before, token.group()
        braces += {"{": 1, "}": -1}.get(before, 0)
        said, terms = terms, _terms(kind, before, terms)
        if kind == "open":
            bracket = token.group()
            if bracket == "{":
                if was_service_name:
                    return at(text, token.start(), "service", _no_service(limits))
                rows[-1] += 1
            brackets.append(bracket)
            rows.append(0)
            below.append(0)
            if len(brackets) - 1 > limits.nesting:
                message = f"brackets are nested deeper than {limits.nesting} levels"
                return _too_complex(text, token.start(), message, "nesting", limits.nesting)
        elif kind == "close":
            if len(brackets) > 1:
                brackets.pop()
                depth = rows.pop() + below.pop() + 1
                below[-1] = max(below[-1], depth)
        elif kind == "operator":
            rows[-1] += 1
        elif kind == "mark":
            # A comma in parentheses separates arguments, which stay flat.
            elements += brackets[-1] != "("
        elif kind == "local":
            # Outside of braces and after GRAPH it is the name of a graph or a thing.
            word = token["word"]
            named = word is not None and _CALL.fullmatch(word) is not None
            # After a subject and a verb it is their object, unless another object is glued before the word.
            is_object = said == 2 and word is not None and _SERVICE.match(word) is not None
            service_name = named and braces > 0 and previous.upper() != "GRAPH" and not is_object
        elif kind == "word":
            word = token.group()
            if _SERVICE.search(word):
                return at(text, token.start(), "service", _no_service(limits))
            if not form_seen:
                if _UPDATE.match(word):
                    message = f"{word} begins an update, and this server only reads"
                    return at(text, token.start(), "update", message)
                form_seen = _FORM.match(word) is not None
            if _CLAUSE.match(word):
                rows[-1] += 1
                elements += 1
        if rows[-1] + below[-1] > limits.chain:
            message = f"more than {limits.chain} operators, path steps or clauses hang on each other"
            return _too_complex(text, token.start(), message, "chain", limits.chain)
        if elements > limits.elements:
            message = f"the query has more than {limits.elements:,} patterns and clauses"
            return _too_complex(text, token.start(), message, "elements", limits.elements)
    return None


def _terms(kind: str | None, text: str, terms: int) -> int:
    """How many terms of a triple there are with this token; negative until the next one begins."""
    if text in (".", "{", "}"):
        return 0
    if terms == 3 and text in (";", ","):
        return 1 if text == ";" else 2
    if kind in _TERMS or text == "a":
        return terms + 1 if terms >= 0 else terms
    return -1


def _no_service(limits: Limits) -> str:
    if limits.federation:
        return "SERVICE is answered only where it is written as `SERVICE <iri> { ... }`"
    return "SERVICE is not answered here: this server sends no requests to other servers"
