"""A publish: a folder of documents in, a release out. `publish` is the order of the stages.

Everything it calls is a function of the documents' bytes, the settings, the vocabulary and the
identities of the releases before; only here is there a clock.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain, count
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, Triple

from kg import (
    checking,
    closing,
    collecting,
    converted,
    describe,
    directory,
    formats,
    leaving_out,
    linking,
    linkset,
    organisations,
    parallel,
    provenance,
    recorded_changes,
    registry,
    release,
    renaming,
    resources,
    ror,
    statements,
    writing,
)
from kg.cache import Cache
from kg.collecting import Collected, Document
from kg.compiled_shapes import Facts
from kg.concepts import Vocabulary
from kg.converted import Converted, Entities
from kg.decisions import Curation
from kg.gate import Gate, Judgement
from kg.linking import Entity, Identities
from kg.locating import Locator
from kg.mapping import Plan
from kg.ordered_facts import Ordered
from kg.parallel import Processes, Runner
from kg.problems import PeerkgError, Problem
from kg.registry import Row
from kg.release import Release
from kg.settings import Settings
from kg.source import Source
from kg.sssom import Mapped
from kg.statements import Entry, Statements
from kg.writing import Content


class NothingToPublishError(PeerkgError):
    """There is no document, or none could be read; `problems` say why."""

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a publish came to: the current release, whether it is new, and what was met on the way."""

    release: Release
    is_new: bool
    documents: int
    read: int
    records: int
    problems: tuple[Problem, ...]
    seconds: Mapping[str, float]


@dataclass(slots=True)
class _Stages:
    """The stages of a publish as they pass: each is said, and timed."""

    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.say(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - start


def publish(
    given: Iterable[Path],
    output: Path,
    settings: Settings,
    *,
    runner: Runner | None = None,
    allowed: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
    tell: Callable[[float], None] = lambda _: None,
) -> Outcome:
    """Make a release of the documents at the `given` paths in `output`, and make it the current one.

    `runner` converts the documents; `None` is as many processes as help. `allowed` maps shapes, by IRI or by
    the last part of it, to the reason why a violation of them does not matter. `say` is told of each stage,
    and `tell` which part of the documents is converted.
    """
    stages = _Stages(say)
    with stages.stage("collecting"):
        collected = collecting.collect(given)
        settings = settings.with_sources(collected.details)
        vocabulary, ontology = Vocabulary.load(), _ontology()
        gate = Gate.load(allowed or {})
        known = ror.Registry.load(settings.ror) if settings.ror is not None else None
    with directory.locked(output), _scratch(output) as scratch:
        with stages.stage("converting"):
            before = release.published(output, settings.base_iri)
            curation = collected.curation.knowing({row.iri: row.keys for row in before})
            settings = settings.with_curation(curation)
            kept = Cache.beside(output)
            conversions, problems = _converted(collected, settings, runner or Processes(), kept, tell)
            kept.prune({one.folder.name for one in conversions})
            problems += curation.unheeded({name for one in conversions for name in one.decided})
        graph, conversions, left_out = leaving_out.publishable(
            conversions,
            lambda some: _linked(
                some,
                before=before,
                curation=curation,
                settings=settings,
                ontology=ontology,
                gate=gate,
                stages=stages,
                known=known,
                folder=scratch(),
            ),
            _Again(collected, settings, scratch),
        )
        problems += [*graph.problems, *left_out]
        documents = {document.shown: document for document in collected.documents}
        with stages.stage("writing"):
            graphs = {"vocabulary": vocabulary.triples(), "ontology": ontology}
            fixed = statements.gathered(_named(graphs, settings.base_iri), scratch())
            content = Content(
                base=settings.base_iri,
                title=settings.title,
                publisher=settings.publisher,
                statements=statements.together(
                    graph.facts, graph.evidence, graph.same, graph.inferred, fixed
                ),
                sources=tuple(_source(one, documents[one.path], settings) for one in conversions),
                identities=registry.write(
                    _with_texts(
                        graph.found.rows,
                        before,
                        statements.together(graph.facts, graph.evidence),
                        settings.base_iri,
                    )
                ),
                links=linkset.table(graph.mapped, settings.base_iri, describe.CC0),
                candidates=linkset.candidates(graph.mapped, settings.base_iri, describe.CC0),
                problems=tuple(_inside(problem, collected) for problem in problems),
                validation=graph.judgement.report,
                versions=_versions(vocabulary),
                allowed=dict(gate.allowed),
                registries=_registries(settings, known),
            )
            made = writing.write(output, content, datetime.now(UTC))
        with stages.stage("comparing"):
            recorded_changes.record(output)
        return Outcome(
            release=made or release.current(output),
            is_new=made is not None,
            documents=len(collected.documents),
            read=len(conversions),
            records=sum(one.reports for one in conversions),
            problems=tuple(problems),
            seconds=stages.seconds,
        )


@contextmanager
def _scratch(output: Path) -> Iterator[Callable[[], Path]]:
    """What names a new folder each time it is called; all are removed at the end."""
    with directory.writing(output), directory.scratch(output, "statements") as folder:
        numbers = count()
        yield lambda: folder / f"{next(numbers):06}"


@dataclass(frozen=True, slots=True)
class _Graph:
    """The statements of documents, linked, reasoned over and let through the gate."""

    facts: Statements
    evidence: Statements
    same: Statements
    inferred: Statements
    found: Identities
    mapped: list[Mapped]
    judgement: Judgement
    problems: list[Problem]


def _linked(
    conversions: Sequence[Converted],
    *,
    before: Sequence[Row],
    curation: Curation,
    settings: Settings,
    ontology: Sequence[Triple],
    gate: Gate,
    stages: _Stages,
    known: ror.Registry | None,
    folder: Path,
) -> _Graph:
    """What the documents state together; `RefusedError` if the gate does not let it pass."""
    folder.mkdir()
    plan, vocabulary, base = Plan.load(), Vocabulary.load(), settings.base_iri
    problems: list[Problem] = []
    with stages.stage("linking"):
        looked = organisations.Known(known) if known is not None else None
        entities: Iterable[Entity] = Entities(conversions)
        entities = organisations.Keyed(entities, looked) if looked is not None else entities
        forbidden, confirmed = curation.forbidden(base), curation.confirmed(base)
        found = linking.identities(entities, before, list(forbidden), list(confirmed))
        decided = provenance.of_identities(forbidden | confirmed, found, base)
        facts = statements.together(
            renaming.renamed(
                converted.of_all((file for one in conversions for file in one.facts), folder / "facts"),
                found,
                plan,
                folder / "renamed facts",
            ),
            statements.gathered(decided, folder / "decided"),
        )
        evidence = renaming.renamed(
            converted.of_all((file for one in conversions for file in one.quotes), folder / "evidence"),
            found,
            plan,
            folder / "renamed evidence",
        )
        mapped = linkset.mappings(entities, found)
        looked_up = organisations.mappings(entities, found, looked) if looked is not None else []
        links = linkset.statements([*mapped, *looked_up], found, base, plan)
        mapped += looked_up
        if known is not None:
            links = chain(links, organisations.statements(mapped, known, base))
        same = statements.gathered(links, folder / "same")
        problems += linking.problems(found)
        problems += linking.differences(entities, found)
        problems += curation.unseen(found.final, base)
    with stages.stage("reasoning"):
        inferred = closing.inferred(
            lambda: statements.merged(facts),
            vocabulary.triples(),
            ontology,
            release.graph(base, "inferred"),
            folder / "inferred",
        )
    with stages.stage("checking"):
        locate = Locator(conversions, statements.together(facts, evidence)).locate
        with _said(conversions, facts, inferred, evidence, folder=folder / "checked", gate=gate) as said:
            judgement = gate.judge(*said, locate)
        problems += judgement.problems
    return _Graph(facts, evidence, same, inferred, found, mapped, judgement, problems)


IN_MEMORY = 2000
"""The statements of so many records are held in memory to be checked; of more they are in sorted files."""


@contextmanager
def _said(
    conversions: Sequence[Converted],
    facts: Statements,
    inferred: Statements,
    evidence: Statements,
    *,
    folder: Path,
    gate: Gate,
) -> Iterator[tuple[Iterable[Triple] | Facts, Iterable[Triple] | Facts]]:
    """What is checked: the facts, what follows from them and the concepts they mention; and the evidence."""
    both = statements.together(facts, inferred)
    if sum(one.records for one in conversions) <= IN_MEMORY:
        mentioned = checking.vocabulary(quad.triple for quad in facts.quads())
        triples = {quad.triple for quad in both.quads()}
        yield triples.union(mentioned), {quad.triple for quad in evidence.quads()}
        return
    folder.mkdir()
    names = {str(one).encode(): one for one in checking.concepts()}
    known = statements.gathered(
        (
            Quad(one.subject, one.predicate, one.object, NamedNode("urn:peerkg:mentioned"))
            for one in checking.vocabulary_of(statements.objects_among(names, facts))
        ),
        folder / "mentioned",
    )
    said = (statements.together(both, known), evidence)
    with ExitStack() as opened:
        first, second = (
            opened.enter_context(contextlib.closing(Ordered(statements.merged(some), folder / name, asked)))
            for some, name, asked in zip(said, ("facts", "evidence"), gate.backwards(), strict=True)
        )
        yield first, second


@dataclass(frozen=True, slots=True)
class _Again:
    """What converts a document once more, where it violates a shape."""

    collected: Collected
    settings: Settings
    scratch: Callable[[], Path]

    def records(self, conversion: Converted, chosen: Callable[[Source], bool]) -> list[Converted]:
        """The chosen records of a file, each for itself, and last what is said of the file."""
        return parallel.one_by_one(self._document(conversion), self.settings, self.scratch(), chosen)

    def without(self, conversion: Converted, records: Collection[int]) -> Converted | None:
        """The file without some of its records."""
        return parallel.without(self._document(conversion), self.settings, self.scratch(), frozenset(records))

    def _document(self, conversion: Converted) -> Document:
        return next(one for one in self.collected.documents if one.shown == conversion.path)


def _ontology() -> list[Triple]:
    return [quad.triple for quad in formats.read_file(resources.folder("ontology") / "peerkg.ttl")]


def _converted(
    collected: Collected, settings: Settings, runner: Runner, kept: Cache, tell: Callable[[float], None]
) -> tuple[list[Converted], list[Problem]]:
    """The conversions of the documents that could be read, by source id, and all problems, by place."""
    problems = list(collected.problems)
    conversions: dict[str, Converted] = {}
    total = sum(map(parallel.size, collected.documents))
    for result in runner.conversions(
        collected.documents, settings, kept, lambda done: tell(min(done / max(total, 1), 1))
    ):
        if isinstance(result, Problem):
            problems.append(result)
        elif result.id in conversions:
            problems.append(_same_bytes(result, conversions[result.id]))
        else:
            problems += result.problems
            if result.reports:
                conversions[result.id] = result
    problems.sort(key=lambda problem: (problem.path, problem.start or 0, problem.code, problem.message))
    if not conversions:
        number = len(collected.documents)
        why = f"none of {number} documents could be read" if number else "there is no document to be read"
        raise NothingToPublishError(
            f"{why}: nothing was published; `peerkg sources` lists what can be read", problems
        )
    return [conversions[name] for name in sorted(conversions)], problems


def _same_bytes(copy: Converted, first: Converted) -> Problem:
    return Problem(
        "same-document",
        f"it has the same bytes as {first.path} and is left out",
        copy.path,
        hint="remove one of the two",
        severity="info",
    )


_TEXTS = {"source": "SourceDocument", "evidence": "Evidence", "decision": "Decision", "agent": "Agent"}
"""What has an IRI by its digest, so that nothing has to be decided: the path, and the class."""


def _with_texts(rows: Sequence[Row], before: Sequence[Row], said: Iterable[Entry], base: str) -> list[Row]:
    """The rows of identities with those of documents and of evidence."""
    known = {row.iri: row for row in rows}
    was = {row.iri: row for row in before}
    now = 1 + registry.number(before)
    for subject, *_ in said:
        iri = subject[1:-1].decode()
        path, _, rest = iri.removeprefix(base).partition("/")
        if path in _TEXTS and "#" not in rest:
            known[iri] = registry.met(iri, _TEXTS[path], was.get(iri), now)
    return list(known.values())


def _registries(settings: Settings, known: ror.Registry | None) -> dict[str, dict[str, str | int]]:
    """The files that things were looked up in: a part of what a build is made of."""
    if settings.ror is None or known is None:
        return {}
    number = len(known.organisations)
    return {"ror": {"file": settings.ror.name, "sha256": known.digest, "organisations": number}}


def _named(graphs: Mapping[str, Iterable[Triple]], base: str) -> Iterator[Quad]:
    for name, triples in graphs.items():
        graph = release.graph(base, name)
        yield from (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


def _source(conversion: Converted, document: Document, settings: Settings) -> dict[str, Any]:
    """The entry of a document in the manifest."""
    details = settings.sources.details(conversion.path)
    return {
        "id": conversion.id,
        "path": document.inside,
        "sha256": conversion.digest,
        "size": conversion.size,
        "format": conversion.format,
        "title": details.title,
        "licence": details.licence,
        "text": details.text,
        "records": conversion.records,
        "reports": conversion.reports,
        "notMapped": [
            {"field": name, "count": count, "known": known}
            | ({"example": example} if details.text != "none" else {})
            for name, count, example, known in conversion.tally.not_mapped()
        ],
    }


def _inside(problem: Problem, collected: Collected) -> Problem:
    """The problem with the document's path inside its folder: what lies above is nobody's business."""
    inside = {document.shown: document.inside for document in collected.documents}
    inside.update(collected.curation.files)
    return replace(problem, path=inside.get(problem.path, problem.path))


def _versions(vocabulary: Vocabulary) -> dict[str, str]:
    names = ("peerkg", "pyoxigraph", "owlrl", "pyshacl", "rdflib", "pyarrow")
    return {**{name: version(name) for name in names}, "vocabulary": vocabulary.digest}
