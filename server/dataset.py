"""The dataset of a query: the default graph is a merge (SPARQL 1.1, section 13.2.1), without repetitions.

Oxigraph answers several default graphs as their union with repetitions: a statement in two of them counts
twice. Where a query names several, it is asked of a store that holds their merge, made for it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, QueryTriples, RdfFormat, Store, parse

from server import gate


def asked_of(
    store: Store, query: str, default: Iterable[str], named: Iterable[str]
) -> tuple[Store, dict[str, Any]]:
    """The store to ask, and which of its graphs: those of the request, else those of the query.

    The graphs of the request win (SPARQL 1.1 Protocol, section 2.1.4).
    """
    graphs = unique(default), unique(named)
    if not any(graphs):
        found = clauses(query)
        if found is None:
            return store, {}
        graphs = found
    default_graphs, named_graphs = graphs
    if len(default_graphs) > 1:
        store = _merged(store, default_graphs, named_graphs)
        return store, {"default_graph": [DefaultGraph()], "named_graphs": named_graphs}
    return store, {"default_graph": default_graphs, "named_graphs": named_graphs}


def unique(iris: Iterable[str]) -> list[NamedNode]:
    """The graphs, each once."""
    return [NamedNode(iri) for iri in dict.fromkeys(iris)]


def clauses(query: str) -> tuple[list[NamedNode], list[NamedNode]] | None:
    """The graphs that the query names by `FROM` and by `FROM NAMED`, each once; `None` where it names none.

    `None` as well where they cannot be read: the parser says what is wrong with the query.
    """
    if "FROM" not in query.upper():
        return None
    prologue, names = _written(query)
    if not names:
        return None
    # The engine makes IRIs of the names, by the prefixes and the base of the query.
    rows = " ".join(f"({name} {str(is_named).lower()})" for name, is_named in names)
    try:
        found = Store().query(f"{prologue} SELECT ?iri ?named {{ VALUES (?iri ?named) {{ {rows} }} }}")
    except (SyntaxError, ValueError):
        return None
    if not isinstance(found, QuerySolutions):
        return None
    read = [(row["iri"].value, row["named"].value == "true") for row in found]
    return unique(iri for iri, named in read if not named), unique(iri for iri, named in read if named)


def _written(query: str) -> tuple[str, list[tuple[str, bool]]]:
    """What stands before the query's form, and each name after FROM with whether NAMED is between."""
    prologue, names, depth = "", list[tuple[str, bool]](), 0
    previous: tuple[str, ...] = ("", "")
    for token in gate.tokens(query):
        if token.lastgroup in ("space", "comment"):
            continue
        word = token.group().upper() if token.lastgroup == "word" else ""
        if not prologue and word in ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK"):
            prologue = query[: token.start()] or " "
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(token.group(), 0)
        is_named = previous == ("FROM", "NAMED")
        if token.lastgroup in ("iri", "local") and not depth and (is_named or previous[1] == "FROM"):
            names.append((token.group(), is_named))
        previous = (previous[1], word)
    return prologue, names


def _merged(store: Store, default: list[NamedNode], named: list[NamedNode]) -> Store:
    """A store with the merge of the graphs for its default graph, and the named ones as they are."""
    merge = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", default_graph=[*default])
    if not isinstance(merge, QueryTriples):
        raise TypeError("CONSTRUCT gave no graph")
    written = merge.serialize(format=RdfFormat.N_TRIPLES)
    made = Store()
    made.bulk_extend(parse(written, RdfFormat.N_TRIPLES))  # blank nodes keep their names
    made.bulk_extend(_quads(store, named))
    return made


def _quads(store: Store, graphs: Iterable[NamedNode]) -> Iterator[Quad]:
    for graph in graphs:
        yield from store.quads_for_pattern(None, None, None, graph)
