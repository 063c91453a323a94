"""pySHACL on a sample of what the compiled shapes have judged: both must say the same of it.

Of everything that has the same targets a few things are taken, always the same ones of the same graph, with
all that paths and classes of the shapes can see from there. The shapes are then asked about these alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zlib import crc32

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import checking
from kg.checking import Validation
from kg.compiled_shapes import SUB_CLASS, TYPE, Facts
from kg.problems import PeerkgError

_SH = "http://www.w3.org/ns/shacl#"
_TARGETS = _CLASS, _SUBJECTS, _OBJECTS = tuple(
    NamedNode(f"{_SH}target{kind}") for kind in ("Class", "SubjectsOf", "ObjectsOf")
)
_TARGET_NODE = NamedNode(f"{_SH}targetNode")
_INVERSE = NamedNode(f"{_SH}inversePath")
OF_EACH = 3
"""Things of the same targets in a sample; of those that violate a shape, as many again for each shape."""


class DisagreementError(PeerkgError):
    """pySHACL says something else of the sample."""


class Sample:
    """A few of the things that were checked, for each set of targets: those of the least checksums."""

    def __init__(self, size: int = OF_EACH) -> None:
        self._size = size
        self._kept: dict[frozenset[Any], list[tuple[int, str]]] = {}

    def met(self, targets: frozenset[Any], focus: Any) -> None:
        """Take the thing into account."""
        if not isinstance(focus, NamedNode):
            return
        kept = self._kept.setdefault(targets, [])
        entry = (-crc32(focus.value.encode()), focus.value)
        if len(kept) < self._size:
            heapq.heappush(kept, entry)
        elif entry > kept[0]:
            heapq.heapreplace(kept, entry)

    def things(self) -> Iterator[NamedNode]:
        """The things of the sample."""
        return (NamedNode(iri) for kept in self._kept.values() for _, iri in kept)


def check(facts: Facts, shapes: Iterable[Triple]) -> Validation:
    """What `checking.check_compiled` says of the facts, once pySHACL has said the same of a sample of them.

    Raises `DisagreementError` where it has not.
    """
    triples, sample = list(shapes), Sample()
    found = checking.check_compiled(facts, triples, sample.met)
    things = dict.fromkeys((*sample.things(), *_blamed(found)))
    judged = checking.check(_around(things, facts, triples), _about(things, facts, triples))
    ours = {one for one in found.results if one.focus in things}
    theirs = {one for one in judged.results if one.focus in things}
    if ours != theirs:
        first = min(ours ^ theirs, key=str)
        whose = "the compiled shapes" if first in ours else "pySHACL"
        raise DisagreementError(
            f"{len(ours ^ theirs)} results of a sample of {len(things)} things differ between pySHACL and "
            f"the compiled shapes; {whose} alone has {first.shape} say of {first.focus}: {first.message} "
            "This is a fault of peerkg, not of the documents: please report it"
        )
    return found


def _blamed(found: Validation) -> Iterator[NamedNode]:
    """A few things of each shape that it has a result for."""
    number: dict[str, int] = {}
    for one in found.results:
        if isinstance(one.focus, NamedNode) and number.setdefault(one.shape, 0) < OF_EACH:
            number[one.shape] += 1
            yield one.focus


def _about(things: Iterable[NamedNode], facts: Facts, shapes: Iterable[Triple]) -> Iterator[Triple]:
    """The shapes, aimed at the things instead of at their targets."""
    above: dict[Any, set[Any]] = {}
    for class_, over in facts.pairs(SUB_CLASS):
        above.setdefault(class_, set()).add(over)
    seen = [(thing, facts.own(thing)) for thing in things]
    classes = {thing: _classes(own.get(TYPE, ()), above) for thing, own in seen}
    for one in shapes:
        if one.predicate not in _TARGETS:
            yield one
            continue
        for thing, own in seen:
            target = one.object
            if (
                target in classes[thing]
                if one.predicate == _CLASS
                else target in own
                if one.predicate == _SUBJECTS
                else next(facts.subjects(target, thing), None) is not None
            ):
                yield Triple(one.subject, _TARGET_NODE, thing)


def _classes(types: Iterable[Any], above: Mapping[Any, set[Any]]) -> set[Any]:
    """The types, and the classes above them."""
    waiting, found = list(types), set[Any]()
    while waiting:
        class_ = waiting.pop()
        if class_ not in found:
            found.add(class_)
            waiting.extend(above.get(class_, ()))
    return found


def _around(things: Iterable[NamedNode], facts: Facts, shapes: Iterable[Triple]) -> set[Triple]:
    """What the shapes can see from the things: what they say and their neighbours, and what leads to them."""
    inverse: list[Any] = [one.object for one in shapes if one.predicate == _INVERSE]
    found = {Triple(class_, SUB_CLASS, above) for class_, above in facts.pairs(SUB_CLASS)}
    near: dict[Any, None] = {}
    for thing in things:
        near[thing] = None
        near.update(dict.fromkeys(value for values in facts.own(thing).values() for value in values))
        for predicate in inverse:
            for subject in facts.subjects(predicate, thing):
                found.add(Triple(subject, predicate, thing))
                near[subject] = None
    beyond: dict[Any, None] = {}
    for node in near:
        for predicate, values in facts.own(node).items():
            found.update(Triple(node, predicate, value) for value in values)
            beyond.update(dict.fromkeys(value for value in values if not isinstance(value, Literal)))
    for node in beyond:
        found.update(Triple(node, TYPE, kind) for kind in facts.objects(node, TYPE))
    return {one for one in found if isinstance(one.subject, NamedNode | BlankNode)}
