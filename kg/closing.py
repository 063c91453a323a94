"""What follows from statements on disk, by the compiled rules of an ontology.

Conclusions are collected as they come and sorted; where they meet the facts, what was given is taken out,
and the classes of each subject are held against those that exclude each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg import reasoning, runs, statements
from kg.compiled_rules import Program, Unfit, conclusions, is_axiomatic
from kg.rules import TYPE, Fact, is_axiom
from kg.statements import Entry, Statements

_TYPE = f"{TYPE} ".encode()


def inferred(
    facts: Callable[[], Iterable[Entry]],
    more: Sequence[Triple],
    ontology: Sequence[Triple],
    graph: NamedNode,
    folder: Path,
) -> Statements:
    """What follows from the facts (entries without graphs), from `more` facts and the ontology, in `graph`.

    Neither what is given nor what holds in every graph is among it. `facts` is asked several times. Raises
    `Inconsistent` where they contradict each other. Where the compiled rules are not enough, everything is
    held in memory for the whole table of rules.
    """
    folder.mkdir()
    try:
        program, base = reasoning.program(ontology)
        given = chain((fact for fact in base if not is_axiom(fact)), map(_fact, more), _facts(facts()))
        found = chain(_concluded(base), conclusions(program, given))
        files = _sorted(found, graph, folder)
        quads = (Quad(*_fact(triple)) for triple in (*ontology, *more))
        known = statements.grouped(sorted(set(statements.lines_of(quads))))
        return statements.written(
            folder / "inferred.run", _new(Statements(files), known, facts(), program, graph)
        )
    except Unfit:
        triples = {quad.triple for quad in statements.quads(facts())}
        closed = reasoning.closure(triples.union(more), ontology)
        quads = (Quad(one.subject, one.predicate, one.object, graph) for one in closed)
        return statements.gathered(quads, folder / "whole")


def _fact(triple: Triple) -> Fact:
    return triple.subject, triple.predicate, triple.object


def _facts(entries: Iterable[Entry]) -> Iterator[Fact]:
    return ((quad.subject, quad.predicate, quad.object) for quad in statements.quads(entries))


def _concluded(base: Iterable[Fact]) -> Iterator[Fact]:
    """What the ontology says and concludes by itself; what it says is taken out later."""
    return (
        fact
        for fact in base
        if not isinstance(fact[0], Literal) and isinstance(fact[1], NamedNode) and not is_axiomatic(fact)
    )


def _sorted(found: Iterable[Fact], graph: NamedNode, folder: Path) -> tuple[Path, ...]:
    """The conclusions in sorted runs, with the graph."""
    files: list[Path] = []
    quads = (Quad(*fact, graph) for fact in found)
    while some := list(islice(quads, 4 * statements.MOST)):
        files.append(folder / f"{len(files):06}.run")
        runs.write_lines(files[-1], statements.lines_of(set(some)))
    return runs.fewer(files, folder)


def _new(
    found: Statements, known: Iterable[Entry], facts: Iterable[Entry], program: Program, graph: NamedNode
) -> Iterator[Entry]:
    """The conclusions that are not given; `Unfit` where a subject's classes exclude each other."""
    watched = {str(one).encode(): one for one in program.disjoint}
    end = f" {graph} .".encode()
    given = heapq.merge(_cut(known, b" ."), facts, key=itemgetter(0))
    both = heapq.merge(((entry, True) for entry in found), ((entry, False) for entry in given), key=_subject)
    for subject, group in groupby(both, key=_subject):
        new: list[bytes] = []
        old: set[bytes] = set()
        for (_, *rests), is_new in group:
            if is_new:
                new += rests
            else:
                old.update(rests)
        said = {rest.removesuffix(end): rest for rest in new}
        classes = {
            watched[rest[len(_TYPE) :]]
            for rest in (*said, *old)
            if rest.startswith(_TYPE) and rest[len(_TYPE) :] in watched
        }
        if classes and program.is_contradiction(classes):
            raise Unfit(f"classes that exclude each other: {subject.decode()}")
        left = [rest for plain, rest in said.items() if plain not in old]
        if left:
            yield [subject, *left]


def _subject(pair: tuple[Entry, Any]) -> bytes:
    return pair[0][0]


def _cut(entries: Iterable[Entry], end: bytes) -> Iterator[Entry]:
    for subject, *rests in entries:
        yield [subject, *(rest.removesuffix(end) for rest in rests)]
