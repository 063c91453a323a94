"""The graphs that a query is asked of: the default graph is their merge."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, QuerySolutions, Store

from server import dataset

ONE, TWO = "urn:one", "urn:two"
COUNT = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }"
NAMED = "SELECT (COUNT(*) AS ?n) %s { GRAPH ?g { ?s ?p ?o } }"
BOTH = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture
def store() -> Store:
    """Two graphs that have a statement in common; one has another, about a blank node."""
    thing, says = NamedNode("urn:thing"), NamedNode("urn:says")
    found = Store()
    found.extend(Quad(thing, says, thing, NamedNode(graph)) for graph in (ONE, TWO))
    found.add(Quad(BlankNode("it"), says, thing, NamedNode(ONE)))
    return found


def counted(store: Store, query: str, default: list[str], named: list[str]) -> int:
    asked, graphs = dataset.asked_of(store, query, default, named)
    found = asked.query(query, **graphs)
    assert isinstance(found, QuerySolutions)
    return int(next(found)["n"].value)


@pytest.mark.parametrize(
    ("query", "default", "named", "rows"),
    [
        (COUNT % "", [], [], 0),
        (COUNT % "", [ONE], [], 2),
        (COUNT % "", [ONE, TWO], [], 2),
        (COUNT % "", [TWO, TWO], [], 1),
        (COUNT % f"FROM <{ONE}> FROM <{TWO}>", [], [], 2),
        (COUNT % f"FROM <{ONE}> FROM <{TWO}>", [TWO], [], 1),
        (COUNT % f"from#FROM\n<{TWO}>FROM<{TWO}>", [], [], 1),
        (f"BASE <{ONE}> PREFIX u: <urn:> " + COUNT % "FROM u:two FROM <> FROM <\\u0075rn:one>", [], [], 2),
        (COUNT % f"FROM NAMED <{ONE}>", [], [], 0),
        (NAMED % "", [], [], 3),
        (NAMED % "", [ONE, TWO], [], 0),
        (NAMED % f"FROM NAMED <{ONE}> FROM NAMED <{ONE}>", [], [], 2),
        (NAMED % "", [], [ONE, TWO, ONE], 3),
        (BOTH % f"FROM <{ONE}> FROM <{TWO}> FROM NAMED <{ONE}>", [], [], 2),
    ],
)
def test_a_default_graph_has_each_statement_once(
    store: Store, query: str, default: list[str], named: list[str], rows: int
) -> None:
    assert counted(store, query, default, named) == rows


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?x ?from 'FROM <urn:one>' } # FROM <urn:one>",
        "PREFIX from: <urn:> SELECT * { ?x from:NAMED <urn:one> }",
        "SELECT * FROM un:known FROM <urn:one> {}",
        "SELECT * { ?s ?p <urn:FROM> }",
    ],
)
def test_what_names_no_graph_is_left_to_the_engine(query: str) -> None:
    assert dataset.clauses(query) is None
