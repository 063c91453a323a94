"""What one document becomes: records, statements, evidence. A pure function of the document.

`convert` reads downward as a document travels: recognised, read, annotated, given IRIs, mapped, quoted.
Its IRIs are provisional until `kg.linking` has seen all documents.

A file of many records becomes a conversion for each of them (`of_record`, a pure function of the record,
which any process can do) and one for the file itself, which comes last; `whole` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import PurePath
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from kg import curation, evidence, iris, lines, linkset, mapping, provenance
from kg.concepts import Vocabulary
from kg.curation import Curated
from kg.encodings import UTF_8, UnreadableSourceError
from kg.evidence import Quoting
from kg.identifiers import PartialDate
from kg.iris import Node
from kg.lines import Lines
from kg.linking import Entity, entities
from kg.mapping import Plan, Policy, SourceDocument
from kg.model import Authority, Report
from kg.opening import File
from kg.problems import Problem
from kg.reading.fields import Tally
from kg.settings import Settings
from kg.source import Source
from kg.sources import StreamFormat, UnknownFormatError, name_of, stream_format
from kg.understanding import Understood, places, understand, understand_record


@dataclass(frozen=True, slots=True)
class Conversion:
    """A document's reports, what they state, the places that state it, and what was not understood.

    `format` is the name of the format that read it, empty where none did. `records` is how many records
    the file holds; `tally` what became of their fields.
    """

    source: Source
    format: str
    reports: tuple[Report, ...]
    facts: list[Quad]
    evidence: list[Quad]
    entities: list[Entity]
    problems: list[Problem]
    records: int = 1
    tally: Tally = field(default_factory=Tally)
    decided: frozenset[str] = frozenset()
    authorities: tuple[Authority, ...] = ()
    """The organisations or people that a record of a register describes."""


LARGE = 4 << 20
"""So many bytes of records are enough to be handed over together, however few records they are."""


def cut(sources: Iterator[Source], most: int) -> Iterator[list[Source]]:
    """The records in chunks of at most so many, and of no more than are not too large together."""
    while some := list(islice(sources, 1)):
        size = len(some[0].data) + len(some[0].text)
        while len(some) < most and size < LARGE and (more := next(sources, None)) is not None:
            some.append(more)
            size += len(more.data) + len(more.text)
        yield some


def convert(source: Source, settings: Settings, vocabulary: Vocabulary) -> Conversion:
    """Everything a document says that is one record; where nothing can be said, a problem says why."""
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


def convert_file(file: File, settings: Settings, vocabulary: Vocabulary | None) -> Iterator[Conversion]:
    """Everything a file says: its records one by one and the file last, or its one document.

    Without vocabulary nothing is read from the words of exchange records. What makes the whole file
    unreadable is a problem, and so is what makes its rest unreadable.
    """
    try:
        form = stream_format(file)
    except UnknownFormatError as error:
        yield _nothing(file.head, "", [_unknown(file.head, error)])
        return
    if form is None:
        try:
            source = file.whole(settings.max_source_bytes)
        except UnreadableSourceError as error:
            yield _nothing(file.head, "", [_unreadable(file, error)])
            return
        yield convert(source, settings, vocabulary or Vocabulary.load())
        return
    count = reports = 0
    problems: list[Problem] = []
    for record in records(form, file):
        if isinstance(record, Problem):
            problems.append(record)
            count += record.code in LOST
            continue
        count += 1
        conversion = of_record(form, record, settings, vocabulary)
        reports += len(conversion.reports) + len(conversion.authorities)
        yield conversion
    yield of_file(form, file, count=count, reports=reports, problems=problems, settings=settings)


LOST = frozenset({"record-too-large", "no-record", "cut-off"})
"""Problems of cutting a file that stand for a record of it."""


def records(form: StreamFormat, file: File) -> Iterator[Source | Problem]:
    """The records of a file, and what stands between them; damage ends them with a problem."""
    try:
        yield from form.records(file)
    except UnreadableSourceError as error:
        yield _unreadable(file, error)
    yield from file.notes


def of_record(
    form: StreamFormat, source: Source, settings: Settings, vocabulary: Vocabulary | None
) -> Conversion:
    """What one record of a file becomes: a pure function of the record."""
    understood, decided = _decided(form, source, settings, vocabulary)
    return published_record(source, understood, settings, decided)


def _decided(
    form: StreamFormat, source: Source, settings: Settings, vocabulary: Vocabulary | None
) -> tuple[Understood, Curated]:
    """What a record says, and what people decided about it."""
    understood = understand_record(form, source, vocabulary)
    if not settings.curation.of(source.path, source.id):
        return understood, curation.UNDECIDED
    decided = curation.curate(
        understood.reports,
        understood.problems,
        source,
        curation=settings.curation,
        vocabulary=vocabulary,
        base=settings.base_iri,
    )
    return replace(understood, reports=decided.reports, problems=decided.problems), decided


def published_record(
    source: Source, understood: Understood, settings: Settings, decided: Curated = curation.UNDECIDED
) -> Conversion:
    """The statements and the evidence of the reports of a record, and of what people `decided`."""
    place = _Place.of(source, settings)
    plan, policy, graph, iri = Plan.load(), place.policy, NamedNode(place.graph), NamedNode(place.iri)
    facts: list[Quad] = []
    quotes: list[Quad] = []
    found: list[Entity] = []
    nodes = [
        *_nodes(source, understood.reports, decided, settings),
        *(iris.authority(one, settings.base_iri) for one in understood.authorities),
    ]
    people = provenance.provenance(decided.obeyed, nodes, source, policy, settings.base_iri)
    facts += people.quads
    for report, node in zip(understood.described, nodes, strict=True):
        quoting = Quoting.of_record(source, report, policy, settings.base_iri)
        facts += _facts(node, iri, plan, graph, policy)
        for one in evidence.of_record(node, mapping.described(node), plan, quoting):
            facts += evidence.links(one, plan, graph)
            quotes += evidence.statements(one, quoting)
            quotes += people.of_evidence(one, quoting.graph)
        found += entities(node, policy, iri.value)
    return Conversion(
        source,
        understood.format,
        understood.reports,
        list(dict.fromkeys(facts)),
        list(dict.fromkeys(quotes)),
        found,
        _problems(source, understood, policy),
        tally=understood.tally,
        decided=decided.heeded,
        authorities=understood.authorities,
    )


class Written(NamedTuple):
    """What came of a record: how many reports it holds, what was not understood, what became of its fields.

    `decided` are the decisions of people that were heeded.
    """

    reports: int
    problems: list[Problem]
    tally: Tally
    decided: frozenset[str]


def lines_of_record(
    form: StreamFormat,
    source: Source,
    settings: Settings,
    vocabulary: Vocabulary | None,
    into: Lines,
    *,
    things: list[Entity] | None = None,
) -> Written:
    """Add to `into` what a record becomes, in N-Quads: facts and evidence, the statements of `of_record`.

    What it speaks of is added to `things`, for identities to be decided over many documents. Where there is
    no such list, the links to its identifiers elsewhere follow from the record alone and are added to `into`.
    """
    understood, decided = _decided(form, source, settings, vocabulary)
    place = _Place.of(source, settings)
    plan, policy = Plan.load(), place.policy
    nodes = [
        *_nodes(source, understood.reports, decided, settings, brief=things is None),
        *(iris.authority(one, settings.base_iri) for one in understood.authorities),
    ]
    if decided.obeyed:
        people = provenance.provenance(decided.obeyed, nodes, source, policy, settings.base_iri)
        add_quads(people.quads, into)
    for report, node in zip(understood.described, nodes, strict=True):
        inside = mapping.described(node)
        new = lines.not_told(inside, place.graph, into)
        lines.lines(new, plan, place.graph, policy, into)
        converted_from = plan.row("Report", "convertedFrom").name
        into[node.iri].append(f"{converted_from} <{place.iri}> <{place.graph}> .")
        quoting = Quoting.of_record(source, report, policy, settings.base_iri)
        for one in evidence.of_record(node, inside, plan, quoting):
            evidence.link_lines(one, plan, place.graph, into)
            evidence.lines(one, quoting, into)
            if decided.obeyed:
                add_quads(people.of_evidence(one, quoting.graph), into)
        if things is None:
            linkset.lines((inner for inner, _ in new), settings.base_iri, into)
        else:
            things += entities(node, policy, place.iri)
    return Written(len(nodes), _problems(source, understood, policy), understood.tally, decided.heeded)


def lines_of(conversion: Conversion, settings: Settings, into: Lines) -> None:
    """Add to `into` what a document became, with the links to its identifiers elsewhere."""
    add_quads((*conversion.facts, *conversion.evidence), into)
    linkset.lines(conversion.entities, settings.base_iri, into)


def add_quads(quads: Iterable[Quad], into: Lines) -> None:
    """Add statements of which there are few to lines by subject."""
    for quad in quads:
        subject = str(quad.subject)
        line = f"{quad.predicate} {quad.object} {quad.graph_name} ."
        into.setdefault(subject[1:-1], []).append(line)


@dataclass(frozen=True, slots=True)
class _Place:
    """How much of a file is published, and its IRIs: the file's, and that of the graph of its facts."""

    policy: Policy
    iri: str
    graph: str

    @classmethod
    def of(cls, source: Source, settings: Settings) -> _Place:
        policy = Policy(settings.sources.details(source.path).text, settings.quote_length)
        base = settings.base_iri
        return cls(policy, iris.source(base, source.id), iris.graph(base, "source", source.id))


def _nodes(
    source: Source, reports: Sequence[Report], decided: Curated, settings: Settings, *, brief: bool = False
) -> Iterator[Node]:
    for number, report in enumerate(reports):
        yield iris.nodes(
            report,
            settings.base_iri,
            printed=iris.printed(source, number),
            read_as=decided.read_as,
            apart=decided.apart,
            brief=brief,
        )


def _problems(source: Source, understood: Understood, policy: Policy) -> list[Problem]:
    """What was not understood of a record, and what is published in another form than it was read."""
    changes = [problem for record in understood.described for problem in _changed(record, source)]
    return [*(_public(problem, policy) for problem in understood.problems), *dict.fromkeys(changes)]


def of_file(
    form: StreamFormat,
    file: File,
    *,
    count: int,
    reports: int,
    problems: Sequence[Problem],
    settings: Settings,
) -> Conversion:
    """What is said of a file of `count` records itself, and the `problems` of cutting it into them."""
    name = name_of(form)
    found = [*_decoded(file.head), *problems]
    if not reports:
        if not any(problem.severity == "error" for problem in found):
            found.append(_empty(file.head, name))
        return replace(_nothing(file.head, name, found), records=count)
    document = _document(file.head, name, settings, records=count)
    iri, graph = (iris.source(settings.base_iri, file.head.id), _graph(file.head, settings))
    facts = list(mapping.document_statements(document, iri, Plan.load(), graph))
    policy = Policy(document.text_policy, settings.quote_length)
    found = [_public(problem, policy) for problem in found]
    return Conversion(file.head, name, (), facts, [], [], found, count)


def whole(conversions: Iterable[Conversion]) -> Conversion:
    """The conversions of the records of a file, and of the file, as one; each statement once."""
    source, name, count = Source("", "", ""), "", 0
    reports: list[Report] = []
    authorities: list[Authority] = []
    facts: dict[Quad, None] = {}
    quotes: dict[Quad, None] = {}
    found: list[Entity] = []
    problems: list[Problem] = []
    tally, decided = Tally(), frozenset[str]()
    for one in conversions:
        source, name, count = one.source, one.format, one.records
        reports += one.reports
        authorities += one.authorities
        facts.update(dict.fromkeys(one.facts))
        quotes.update(dict.fromkeys(one.evidence))
        found += one.entities
        problems += one.problems
        tally.add(one.tally)
        decided |= one.decided
    if tally.unknown:
        problems.append(unknown_fields(source, name, tally))
    return Conversion(
        source,
        name,
        tuple(reports),
        list(facts),
        list(quotes),
        found,
        problems,
        count,
        tally,
        decided,
        tuple(authorities),
    )


def unknown_fields(source: Source, form: str, tally: Tally) -> Problem:
    """That a file has fields which its format does not know."""
    names = sorted(tally.unknown, key=lambda name: (-tally.unknown[name], name))
    shown = ", ".join(f"{mapping.shortened(name, 40)} ({tally.unknown[name]})" for name in names[:10])
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return Problem(
        "unknown-field",
        f"fields that {form} does not know became nothing: {shown}{more}",
        source.path,
        hint="`peerkg sources FILE` shows all that was not mapped, with examples",
        severity="info",
    )


def _facts(node: Node, document: NamedNode, plan: Plan, graph: NamedNode, policy: Policy) -> Iterator[Quad]:
    yield from mapping.statements(node, plan, graph, policy)
    yield Quad(NamedNode(node.iri), plan.row("Report", "convertedFrom").predicate, document, graph)


def _graph(source: Source, settings: Settings) -> NamedNode:
    return NamedNode(iris.graph(settings.base_iri, "source", source.id))


def _document(source: Source, form: str, settings: Settings, *, records: int = 0) -> SourceDocument:
    """What is said of the document: of a file of records their number, else the length of its text."""
    details = settings.sources.details(source.path)
    return SourceDocument(
        title=details.title,
        file_name=PurePath(source.path).name,
        sha256=source.digest,
        text_length=None if records else len(source.text),
        record_count=records or None,
        text_policy=details.text,
        format=form,
        origin=details.origin,
        licence=details.licence,
        retrieved=details.retrieved,
    )


def published(  # noqa: PLR0917 - what came of reading a document, and what people made of it
    source: Source,
    form: str,
    reports: Sequence[Report],
    problems: Sequence[Problem],
    settings: Settings,
    decided: Curated = curation.UNDECIDED,
) -> Conversion:
    """The statements and the evidence of the reports of a document, and of what people `decided`."""
    document = _document(source, form, settings)
    policy = Policy(document.text_policy, settings.quote_length)
    plan, base, graph = Plan.load(), settings.base_iri, _graph(source, settings)
    iri = NamedNode(iris.source(base, source.id))
    quoting = Quoting.of(source, policy, base)
    facts = list(mapping.document_statements(document, iri.value, plan, graph))
    quotes: list[Quad] = []
    if policy.shows("SourceDocument", "text"):
        text = plan.row("SourceDocument", "text").predicate
        quotes.append(Quad(iri, text, Literal(mapping.legal(source.text)), quoting.graph))
    found: list[Entity] = []
    nodes = list(_nodes(source, reports, decided, settings))
    people = provenance.provenance(decided.obeyed, nodes, source, policy, base)
    facts += people.quads
    for node in nodes:
        facts += _facts(node, iri, plan, graph, policy)
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
        len(reports),
        decided=decided.heeded,
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
    return Conversion(source, form, (), [], [], [], problems, 0)


def _unknown(source: Source, error: UnknownFormatError) -> Problem:
    message = str(error).removeprefix(f"{source.path}: ")
    hint = "`peerkg sources` says how each format is recognised; check that the document is complete"
    return Problem("unknown-format", message, source.path, line=1, hint=hint, severity="error")


def _unreadable(file: File, error: UnreadableSourceError) -> Problem:
    return Problem(error.code, str(error), file.path, hint=error.hint, severity="error")


def _empty(source: Source, form: str) -> Problem:
    message = f"the document looks like {form}, but no record was found in it"
    hint = "check that the document is complete"
    return Problem("no-record", message, source.path, line=1, hint=hint, severity="error")


def _changed(report: Report | Authority, source: Source) -> Iterator[Problem]:
    """What cannot be published as it was read, and what stands for it."""
    for found in places(report):
        value = found.value
        if isinstance(value, str):
            if value.isprintable() or not mapping.is_illegal(value):
                continue
            yield Problem.at(
                source,
                found,
                "forbidden-character",
                "the text holds a control character that XML cannot carry; U+FFFD stands for it",
                hint="remove it from the document",
                severity="info",
            )
        elif isinstance(value, PartialDate) and mapping.possible(value) != value:
            yield Problem.at(
                source,
                found,
                "impossible-date",
                f"{value} is no day of the calendar; {mapping.possible(value)} is published",
                hint="correct the date in the document",
            )
