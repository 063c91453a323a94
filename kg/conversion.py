"""What one document becomes: records, statements, evidence. A pure function of the document.

`convert` reads downward as a document travels: recognised, read, annotated, given IRIs, mapped, quoted.
Its IRIs are provisional until `kg.linking` has seen all documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from pyoxigraph import Literal, NamedNode, Quad

from kg import curation, evidence, iris, mapping, provenance
from kg.concepts import Vocabulary
from kg.curation import Curated
from kg.encodings import UTF_8
from kg.evidence import Quoting
from kg.identifiers import PartialDate
from kg.linking import Entity, entities
from kg.mapping import Plan, Policy, SourceDocument
from kg.model import Report
from kg.problems import Problem
from kg.settings import Settings
from kg.source import Source
from kg.sources import UnknownFormatError
from kg.understanding import places, understand


@dataclass(frozen=True, slots=True)
class Conversion:
    """A document's reports, what they state, the places that state it, and what was not understood.

    `format` is the name of the format that read it, empty where none did.
    """

    source: Source
    format: str
    reports: tuple[Report, ...]
    facts: list[Quad]
    evidence: list[Quad]
    entities: list[Entity]
    problems: list[Problem]
    decided: frozenset[str] = frozenset()


def convert(source: Source, settings: Settings, vocabulary: Vocabulary) -> Conversion:
    """Everything a document says; where nothing can be said, a problem says why."""
    try:
        understood = understand(source, vocabulary)
    except UnknownFormatError as error:
        return _nothing(source, "", [_unknown(source, error)])
    name, reports = understood.format, understood.reports
    problems = [*_decoded(source), *understood.problems]
    if not reports:
        if not any(problem.severity == "error" for problem in problems):
            problems.append(_empty(source, name))
        return _nothing(source, name, problems)
    decided = curation.curate(
        reports,
        problems,
        source,
        curation=settings.curation,
        vocabulary=vocabulary,
        base=settings.base_iri,
    )
    return published(source, name, decided.reports, decided.problems, settings, decided)


def published(  # noqa: PLR0917 - what came of reading a document, and what people made of it
    source: Source,
    form: str,
    reports: Sequence[Report],
    problems: Sequence[Problem],
    settings: Settings,
    decided: Curated | None = None,
) -> Conversion:
    """The statements and the evidence of the reports of a document, and of what people `decided`."""
    details = settings.sources.details(source.path)
    policy = Policy(details.text, settings.quote_length)
    plan = Plan.load()
    base = settings.base_iri
    graph = NamedNode(iris.graph(base, "source", source.id))
    document = SourceDocument(
        title=details.title,
        file_name=PurePath(source.path).name,
        sha256=source.digest,
        text_length=len(source.text),
        text_policy=policy.text,
        format=form,
        origin=details.origin,
        licence=details.licence,
        retrieved=details.retrieved,
    )
    iri = NamedNode(iris.source(base, source.id))
    quoting = Quoting.of(source, policy, base)
    facts = list(mapping.document_statements(document, iri.value, plan, graph))
    quotes: list[Quad] = []
    if policy.shows("SourceDocument", "text"):
        text = plan.row("SourceDocument", "text").predicate
        quotes.append(Quad(iri, text, Literal(mapping.legal(source.text)), quoting.graph))
    found: list[Entity] = []
    read_as = decided.read_as if decided is not None else {}
    nodes = [
        iris.nodes(report, base, printed=f"{source.id} {number}", read_as=read_as)
        for number, report in enumerate(reports, start=1)
    ]
    people = provenance.provenance(decided.obeyed if decided is not None else (), nodes, source, policy, base)
    facts += people.quads
    for node in nodes:
        facts += mapping.statements(node, plan, graph, policy)
        converted = plan.row("Report", "convertedFrom").predicate
        facts.append(Quad(NamedNode(node.iri), converted, iri, graph))
        for one in evidence.evidence(node, plan, quoting):
            facts += evidence.links(one, plan, graph)
            quotes += evidence.statements(one, quoting)
            quotes += people.of_evidence(one, quoting.graph)
        found += entities(node, policy, iri.value)
    changes = [problem for report in reports for problem in _changed(report, source)]
    problems = [_quoted(_public(problem, policy), source, policy) for problem in problems]
    return Conversion(
        source,
        form,
        tuple(reports),
        list(dict.fromkeys(facts)),
        list(dict.fromkeys(quotes)),
        found,
        [*problems, *dict.fromkeys(changes)],
        decided=decided.heeded if decided is not None else frozenset(),
    )


def _decoded(source: Source) -> Iterator[Problem]:
    if source.media_type == "text/html":
        yield Problem(
            "html",
            "the file is HTML; places count the characters of the page's text",
            source.path,
            hint="docs/evidence.md says how the text is taken out",
            severity="info",
        )
    if source.encoding != UTF_8:
        yield Problem(
            "encoding",
            f"the file is not UTF-8; it was read as {source.encoding}",
            source.path,
            hint="save it as UTF-8 if characters are wrong",
            severity="info",
        )


def _public(problem: Problem, policy: Policy) -> Problem:
    """The problem with no more of the document's words than may be published."""
    if policy.text == "none":
        message = f"{problem.code.replace('-', ' ')}; the words are withheld, as sources.toml says"
        return replace(problem, message=message, hint="see the place in the document")
    return replace(problem, message=mapping.shortened(problem.message, 2 * policy.quote_length))


def _quoted(problem: Problem, source: Source, policy: Policy) -> Problem:
    """The problem; one for a person to decide with its words, and as many around them as name the place."""
    if problem.code not in curation.SETTLED or problem.start is None or problem.end is None:
        return problem
    if policy.text == "none" or problem.path != source.path:
        return problem
    start, end = _alone(source.text, problem.start, problem.end, policy.quote_length)
    return replace(problem, quote=mapping.legal(source.text[start:end]))


def _alone(text: str, start: int, end: int, longest: int) -> tuple[int, int]:
    """The characters with as many words around them as make them stand once in the text, within reason."""
    first, last = start, end
    while text.count(text[first:last]) > 1:
        first = max(text.rfind(" ", 0, max(first - 1, 0)) + 1, text.rfind("\n", 0, max(first - 1, 0)) + 1)
        behind = re.compile(r"\s|\Z").search(text, min(last + 1, len(text)))
        last = behind.start() if behind else len(text)
        if last - first > longest or (first == 0 and last == len(text)):
            return start, min(end, start + longest)
    return first, min(last, first + longest)


def _nothing(source: Source, form: str, problems: list[Problem]) -> Conversion:
    return Conversion(source, form, (), [], [], [], problems)


def _unknown(source: Source, error: UnknownFormatError) -> Problem:
    message = str(error).removeprefix(f"{source.path}: ")
    hint = "`peerkg sources` says how each format is recognised; check that the document is complete"
    return Problem("unknown-format", message, source.path, line=1, hint=hint, severity="error")


def _empty(source: Source, form: str) -> Problem:
    message = f"the document looks like {form}, but no record was found in it"
    hint = "check that the document is complete"
    return Problem("no-record", message, source.path, line=1, hint=hint, severity="error")


def _changed(report: Report, source: Source) -> Iterator[Problem]:
    """What cannot be published as it was read, and what stands for it."""
    for found in places(report):
        if isinstance(found.value, str) and mapping.legal(found.value) != found.value:
            yield Problem.at(
                source,
                found,
                "forbidden-character",
                "the text holds a control character that XML cannot carry; U+FFFD stands for it",
                hint="remove it from the document",
                severity="info",
            )
        elif isinstance(found.value, PartialDate) and mapping.possible(found.value) != found.value:
            yield Problem.at(
                source,
                found,
                "impossible-date",
                f"{found.value} is no day of the calendar; {mapping.possible(found.value)} is published",
                hint="correct the date in the document",
            )
