"""The gate: what it stops, what it lets through, and that it takes linear time."""

from __future__ import annotations

import signal
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from server import gate
from server.limits import Limits

LIMITS = Limits()


def reason(query: str) -> str | None:
    refusal = gate.refusal(query, LIMITS)
    return refusal.reason if refusal else None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * {SERVICE<x:y>{}}",
        "SELECT * { \\u0053ERVICE <x:y> {} }",
        "SELECT * { S\\U00000045RVICE <x:y> {} }",
        "SELECT * { ?s ?p trueSERVICE<x:y>{} }",
        "SELECT * { ?s ?p true.SERVICE <x:y> {} }",
        "SELECT * { ?s ?p 1.SERVICE <x:y> {} }",
        "PREFIX : <x:> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "PREFIX : <x:> SELECT * { SERVICESILENT:x #{\n { ?s ?p ?o } }",
        "PREFIX ex: <x:> SELECT * { SERVICEex:x { ?s ?p ?o } }",
        "PREFIX ex: <x:> SELECT * { ?s ?p true.SERVICESILENTex:x { ?s ?p ?o } }",
        "PREFIX SERVICE: <x:> SELECT * { ?s ?p true.SERVICE:x { ?s ?p ?o } }",
        "PREFIX SERVICE: <x:> SELECT * { ?s ?p falseSERVICE:x { ?s ?p ?o } }",
        "PREFIX SERVICE: <x:> SELECT * { ?s ?p ?o } GROUP BY ?s HAVING EXISTS { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { <http://a\\u0020#> ?p ?o . SERVICE <x:y> {} }",
        "SELECT * { ?s ?p 'a\\u0027 . SERVICE <x:y> {} }'",
        "SELECT * { ?s ?p ex:a\\#b . SERVICE ?x {} }",
        "SELECT * { ?s ?p ex:a\u00b7\\# . SERVICE ?x {} }",
        "SELECT * { ?s ?p '''a''b''' . SERVICE ?x {} }",
        'SELECT * { ?s ?p "\\\\" . SERVICE ?x {} #"\n }',
        "SELECT * { ?s ?p 'a' # it's\n . SERVICE ?x {} }",
        "SELECT * { FILTER(?a<?b) SERVICE ?x {} FILTER(?a>?b) }",
    ],
)
def test_service_is_found_however_it_is_written(query: str) -> None:
    assert reason(query) == "service"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE <x:y> {}' }",
        'SELECT * { ?s ?p "a \\" SERVICE" }',
        "SELECT * { ?s ?p '''it's a SERVICE''' }",
        'SELECT * { ?s ?p """a "quoted" SERVICE""" }',
        "SELECT * { ?s ?p ?o } # SERVICE",
        "SELECT * { <http://example.org/SERVICE> ?p ?o }",
        "SELECT * { <http://example.org/#SERVICE> ?p ?o }",
        "SELECT * { ?service ?p $SERVICE }",
        "PREFIX service: <x:> SELECT * { ?s a service:Service ; service:name ?o }",
        "PREFIX ex: <x:> SELECT * { ?s ex:a-SERVICE ex:SERVICE }",
        "PREFIX my-service: <x:> SELECT * { ?s a my-service:Thing { ?s ?p ?o } }",
        "PREFIX service: <x:> SELECT * FROM service:a FROM NAMED service:b { GRAPH service:b { ?s ?p ?o } }",
        "PREFIX service: <x:> DESCRIBE ?s service:a { ?s ?p ?o }",
        "PREFIX service: <x:> SELECT * { ?s a service:X { ?a ?b ?c } }",
        "PREFIX service: <x:> SELECT * { ?a ?b ?c . ?s ?p ?o , service:X { ?a ?b ?c } }",
        "PREFIX service: <x:> SELECT * { ?s ?p 'o' ; <x:p> service:X { ?a ?b ?c } }",
        "SELECT * { ?s ?p 'x'@en-service }",
        "SELECT ?insert { ?insert ?load ?drop FILTER(?load < 3 && ?drop > 4) }",
        "PREFIX load: <x:> PREFIX add: <y:> ASK { load:a add:b 'DELETE' }",
        "BASE <http://example.org/LOAD> ASK {}",
        "SELECT * { ?s ?p ?o FILTER(?o < 5) }",
        "",
        "\u4f60\u597d",
    ],
)
def test_words_inside_strings_comments_iris_and_names_do_not_count(query: str) -> None:
    assert reason(query) is None


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:b> <a:c> 1 }",
        "load <http://example.org/>",
        "PREFIX ex: <x:> # a comment\nDELETE WHERE { ?s ?p ?o }",
        "BASE <x:> WITH <g> INSERT {} WHERE {}",
        "\\u0044ROP ALL",
        "CLEARSILENT ALL",
    ],
)
def test_an_update_is_named_as_one(query: str) -> None:
    assert reason(query) == "update"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 3000 + "}" * 3000,
        "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
        "ASK { FILTER(" + "!" * 9_345 + "true) }",
        "ASK {" + " UNION ".join(["{}"] * 3000) + "}",
        "ASK { ?s " + "/".join(["<a:b>"] * 1000) + " ?o }",
        "ASK { ?s " + "|".join(["<a:b>"] * 1000) + " ?o }",
        "ASK { ?s " + "^" * 1000 + "<a:b> ?o }",
        "ASK { FILTER(1" + "+1" * 1000 + ") }",
        "ASK { FILTER(1" + "||1" * 1000 + ") }",
        "ASK { FILTER(?a" + " =?a" * 1000 + ") }",
        "ASK { ?s ?p " + "[<a:b> " * 200 + "1" + "]" * 200 + "}",
        "ASK { ?s ?p " + "(" * 200 + "1" + ")" * 200 + "}",
        "ASK { ?s ?p " + "<< ?a ?b " * 200 + "1" + " >>" * 200 + "}",
        "ASK { ?s ?p ?o " + "{| ?a ?b " * 200 + "1" + " |}" * 200 + "}",
        "ASK {" + "OPTIONAL { ?s ?p ?o }" * 1000 + "}",
        "ASK {" + "FILTER EXISTS {" * 300 + "}" * 300 + "}",
        "ASK { ?s ?p ?o " + "; ?p ?o " * 3000 + "}",
        "ASK { ?s ?p ?o " + ", ?o " * 3000 + "}",
        "ASK {" + "?s ?p ?o . " * 3000 + "}",
        "ASK {" + "{} " * 1000 + "}",
        "SELECT " + "(1 AS ?x) " * 3000 + "{}",
        "ASK { FILTER(" + "((1" + "+1" * 300 + ")" + "+1" * 300 + ")) }",
    ],
    ids=lambda query: query[:24],
)
def test_what_overflows_a_parser_is_stopped(query: str) -> None:
    assert reason(query) == "too-complex"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 60 + "?s ?p ?o" + "}" * 60,
        "ASK { VALUES ?x { " + "1 " * 20_000 + "} }",
        "ASK { VALUES (?x ?y) { " + "(1 2) " * 10_000 + "} }",
        "ASK { FILTER(?x IN (" + ", ".join(map(str, range(10_000))) + ")) }",
        "ASK {" + " UNION ".join(["{ ?s ?p ?o }"] * 100) + "}",
        "ASK { ?s " + "/".join(["<a:b>"] * 50) + " ?o }",
    ],
    ids=lambda query: query[:24],
)
def test_large_but_flat_queries_pass(query: str) -> None:
    assert reason(query) is None


def test_brackets_inside_strings_and_comments_do_not_nest() -> None:
    assert reason("ASK { ?s ?p '" + "{" * 3000 + "' } #" + "(" * 3000) is None


def test_a_refusal_knows_its_line_and_column() -> None:
    refusal = gate.refusal("SELECT *\n{ SERVICE <x:y> {} }", LIMITS)
    assert refusal is not None
    assert (refusal.line, refusal.column) == (2, 3)


def test_a_query_may_have_exactly_so_many_bytes() -> None:
    full = "#" + "a" * (LIMITS.query_bytes - 1)
    assert gate.decode(full.encode(), LIMITS) == full
    assert reason(full) is None
    assert reason(full + "a") == "too-large"
    decoded = gate.decode(full.encode() + b"a", LIMITS)
    assert isinstance(decoded, gate.Refusal)
    assert f"{LIMITS.query_bytes:,}" in decoded.message


@pytest.mark.parametrize("data", [b"\xff", b"ASK {} # \xc3", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_only_utf_8_is_decoded(data: bytes) -> None:
    decoded = gate.decode(data, LIMITS)
    assert isinstance(decoded, gate.Refusal)
    assert decoded.reason == "encoding"


def test_half_a_surrogate_pair_is_no_character() -> None:
    assert reason("ASK { ?s ?p '\ud800' }") == "encoding"


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    gate.refusal(text, LIMITS)


@given(st.text(alphabet="{}()[]<>\"'\\#:.-_@?$!|^&*+/;,aSERVICE 1\nu0053", max_size=80))
def test_service_before_a_group_is_never_missed(noise: str) -> None:
    # Behind a newline and a closed string nothing of the noise is open but a long string.
    if "'''" not in noise and '"""' not in noise and not noise.endswith("\\"):
        assert reason(noise + "\n SERVICE <x:y> {}") is not None


WORDS = [
    "SELECT",
    "ASK",
    "INSERT",
    "add",
    "PREFIX a: <x:>",
    "PREFIX add: <x:/#>",
    "BASE<x:>",
    "union",
    "aS",
    "FILTER",
]
SIGNS = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "<<",
    "<< ",
    ">>",
    "{|",
    "|}",
    "||",
    "!",
    "/",
    "-",
    "<",
    ">",
    ".",
    ";",
    ",",
    "#",
    "\n",
]
TEXTS = [
    "'a b'",
    '"""',
    "service",
    "SERV",
    "ICE",
    "\\u0053",
    "<x:y>",
    "a:b",
    "_1add:",
    "?x",
    "1",
    " ",
    "\u017fervice",
    "a\u0131",
]


FEW = Limits(nesting=3, chain=6, elements=3)
SHORT = Limits(nesting=3, chain=6)


@given(
    st.lists(st.sampled_from([*WORDS, *SIGNS, *TEXTS]), max_size=14),
    st.sampled_from(["", " "]),
    st.sampled_from([FEW, SHORT]),
)
@example(["SELECT", *["{"] * 4], " ", FEW)
@example(["SELECT", *["!"] * 7], " ", SHORT)
@example(["SELECT", *["FILTER"] * 7], " ", SHORT)
@example(["SELECT", *["?x", ";"] * 4], " ", FEW)
@example(["SELECT", *["?x", "."] * 4], " ", FEW)
@example(["SELECT", *["FILTER"] * 4], " ", FEW)
@example(["# SELECT", "\n", "INSERT"], " ", FEW)
def test_what_is_let_through_by_its_counts_is_let_through_by_its_tokens(
    words: list[str], gap: str, limits: Limits
) -> None:
    query = gap.join(words)
    found = gate.refusal(query, limits)
    with patch.object(gate, "_is_plain", return_value=False):
        assert gate.refusal(query, limits) == found


PREFIXES = "PREFIX SERVICE: <x:> PREFIX service: <x:> PREFIX : <x:> PREFIX a: <x:> PREFIX true: <x:> "
CALLS = ["SERVICE<x:y>", "SERVICE:x", "SERVICEa:b", "service:x", "SERVICESILENT:b", "SERVICEservice:x"]
PIECES = ["true", "false", "true.", "1", "1.", ".", "a:b", "?s ?p ?o", "?s ?p ", "GRAPH", "{", "} ", "'x'@en"]
PIECES += [" a ", ",", ";", "<x:y>", "?s", "'x'", "^", "/", "[]", "(1)", "FILTER(1)", "'x'^^a:b"]


@given(st.lists(st.sampled_from([*PIECES, *CALLS]), max_size=5), st.sampled_from(CALLS))
def test_the_engine_makes_no_call_that_the_gate_did_not_see(pieces: list[str], call: str) -> None:
    # No client of Oxigraph's knows the scheme x, so that a call fails and nothing is sent.
    store = Store()
    store.add(Quad(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o")))
    query = f"{PREFIXES}SELECT * {{ {''.join(pieces)}{call}{{ ?s ?p ?o }} }}"
    try:
        result = store.query(query)
        assert isinstance(result, QuerySolutions)
        list(result)
    except SyntaxError:
        return
    except (OSError, ValueError, RuntimeError):
        assert reason(query) is not None


@pytest.mark.parametrize(
    "piece",
    [
        "a.",
        "\"'",
        "<a",
        "\\",
        "'''a'",
        '""" ',
        ":.",
        "a.b-",
        "@a-",
        "a:%4",
        "_a.",
        "'''\"\"\"",
        "\\u0041",
        "{",
        "a:\\#",
    ],
)
def test_the_gate_takes_linear_time(piece: str) -> None:
    # A million characters take under a second; what looks back over them at each step takes days.
    def too_long(*_: object) -> None:
        raise TimeoutError(piece)

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, 120)  # of this process's own time, whatever else runs
    try:
        endless = Limits(query_bytes=10**9, nesting=10**9, chain=10**9, elements=10**9)
        gate.refusal(piece * (1_000_000 // len(piece)), endless)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
