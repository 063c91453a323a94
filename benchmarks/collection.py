"""A release of made-up works with findings and quotes, as many as wanted: what the site is measured with.

    python -m benchmarks.collection 100k DIR

Nothing is converted, linked or reasoned over: the statements that pages, searches and maps ask for are made
directly, as a build would state them of short abstracts, and written as a release, proof and all. The works
are the same every time. Half of them stand in one document, the others in documents of a thousand each; a few
persons, journals and concepts have very many.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from benchmarks.records import Work
from benchmarks.synthetic import size
from kg import directory, formats, registry, resources, statements, writing
from kg.concepts import Vocabulary
from kg.evidence_map import AXES, MEASURED
from kg.identifiers import VOCABULARY
from kg.release import Release
from kg.writing import Content

BASE = VOCABULARY
_PK = f"{VOCABULARY}ontology#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE = f"{_RDF}type"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCT = "http://purl.org/dc/terms/"
_PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
_FABIO = "http://purl.org/spar/fabio/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_OA = "http://www.w3.org/ns/oa#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_COUNTRY = "http://www.w3.org/2006/vcard/ns#country-name"
_ABOUT = {
    "role": "studiesRole",
    "population": "studiesPopulation",
    "setting": "inSetting",
    "method": "usesMethod",
}
_SAYS = {"improved": "improved", "no-difference": "did not differ", "mixed": "varied", "worsened": "worsened"}
_TOGETHER = 1000
"""Works in a document that is not the large one."""

Value = str | int | NamedNode | Literal


def _thing(path: str) -> NamedNode:
    return NamedNode(BASE + path)


def _about(subject: str, graph: str, *said: tuple[str, Value]) -> Iterator[Quad]:
    """What a graph says of a thing; a property without a namespace is one of ours."""
    of, inside = _thing(subject), _thing(f"graph/{graph}")
    for name, value in said:
        number = Literal(str(value), datatype=NamedNode(f"{_XSD}integer"))
        term = number if isinstance(value, int) else Literal(value) if isinstance(value, str) else value
        yield Quad(of, NamedNode(name if ":" in name else _PK + name), term, inside)


def _named(kind: str, label: str) -> tuple[tuple[str, Value], ...]:
    return (_TYPE, NamedNode(_PK + kind)), (_LABEL, label), ("https://schema.org/name", label)


class Collection:
    """So many made-up works."""

    def __init__(self, works: int) -> None:
        self.works = works

    @cached_property
    def fixed(self) -> dict[str, list[Triple]]:
        """The vocabulary and the ontology, as every release has them."""
        ontology = formats.read_file(resources.folder("ontology") / "peerkg.ttl")
        return {"vocabulary": list(Vocabulary.load().triples()), "ontology": [one.triple for one in ontology]}

    @cached_property
    def concepts(self) -> dict[str, list[tuple[str, str]]]:
        """The concepts of each axis, path and English name, in an order that is drawn once."""
        found: dict[str, list[tuple[str, str]]] = {axis: [] for axis in AXES}
        for triple in self.fixed["vocabulary"]:
            label = triple.object
            if triple.predicate.value == f"{_SKOS}prefLabel" and isinstance(label, Literal):
                path = str(triple.subject).strip("<>").removeprefix(VOCABULARY)
                if label.language == "en" and path.partition("/")[0] in found:
                    found[path.partition("/")[0]].append((path, label.value))
        for axis, some in found.items():
            some.sort()
            Random(axis).shuffle(some)  # noqa: S311 - to be the same every time is the purpose
        return found

    def documents(self) -> list[dict[str, Any]]:
        """The entries of the manifest for the documents that the works stand in."""
        count = 2 + (self.works - self.works // 2 - 1) // _TOGETHER
        digests = [hashlib.sha256(f"made up {number}".encode()).hexdigest() for number in range(count)]
        fixed = {"size": 1, "format": "ris", "licence": "", "text": "quotes", "records": 1, "reports": 1}
        return [
            {"id": digest[:16], "path": name, "title": name, "sha256": digest, "notMapped": [], **fixed}
            for name, digest in ((f"works-{number:03}.ris", digest) for number, digest in enumerate(digests))
        ]

    def quads(self) -> Iterator[Quad]:
        """The statements, each in its graph."""
        for name, triples in self.fixed.items():
            inside = _thing(f"graph/{name}")
            yield from (Quad(one.subject, one.predicate, one.object, inside) for one in triples)
        documents = self.documents()
        for one in documents:
            said = (("textPolicy", "quotes"), ("sourceFormat", "ris"), ("fileName", one["path"]))
            graph = f"source/{one['id']}"
            yield from _about(graph, graph, *_named("SourceDocument", one["path"]), *said)
        works = [Work(number, self.works) for number in range(self.works)]
        for number, work in enumerate(works):
            work.number = number  # no two are copies: nothing is linked here
            large = number < self.works // 2
            place = 0 if large else 1 + (number - self.works // 2) // _TOGETHER
            yield from self._work(work, documents[place]["id"])
        yield from self._shared(works, f"source/{documents[0]['id']}")

    def _shared(self, works: list[Work], graph: str) -> Iterator[Quad]:
        """What several works have: journals, persons, institutions."""
        work = works[0]
        for number, name in sorted({(one.journal, one.journal_name()) for one in works}):
            yield from _about(f"journal/j{number}", graph, *_named("Journal", name))
        for author in sorted({author for one in works for author in one.authors}):
            given, family = work.person(author)
            said = (f"{_FOAF}givenName", given), (f"{_FOAF}familyName", family)
            yield from _about(f"person/p{author}", graph, *_named("Person", f"{given} {family}"), *said)
        for place in sorted({place for one in works for place in one.places}):
            country = ("Canada", "Norway", "Japan", "Brazil")[place % 4]
            named = _named("Institution", work.institution(place))
            yield from _about(f"institution/i{place}", graph, *named, (_COUNTRY, country))

    def _work(self, work: Work, document: str) -> Iterator[Quad]:
        graph, number = f"source/{document}", work.number
        draw = Random(number)  # noqa: S311 - to be the same every time is the purpose
        report, study, section = f"report/r{number}", f"study/s{number}", f"section/s{number}"

        def drawn(axis: str) -> tuple[str, str]:
            among = self.concepts[axis]
            return among[int(len(among) * draw.random() ** 2)]

        facets = {axis: drawn(axis)[0] for axis in _ABOUT}
        results = [(*drawn("outcome"), draw.choice(MEASURED)) for _ in range(2)]
        sentences = [f"{name.capitalize()} {_SAYS[direction]}." for _, name, direction in results]
        text = f"{work.abstract.partition('.')[0]}. {' '.join(sentences)}"
        about = [*facets.values(), *(path for path, _, _ in results)]
        year = Literal(str(work.year), datatype=NamedNode(f"{_XSD}gYear"))
        findings = [_thing(f"finding/r{number}-{place}") for place in range(len(results))]
        authorships = [_thing(f"authorship/r{number}-{place}") for place in range(len(work.authors))]
        yield from _about(
            report,
            graph,
            *_named("Report", work.title),
            (_TYPE, NamedNode(f"{_FABIO}JournalArticle")),
            (f"{_DCT}title", work.title),
            (f"{_DCT}issued", year),
            (f"{_FABIO}hasPublicationYear", year),
            (f"{_PRISM}doi", f"10.5555/made.up.{number}"),
            (f"{_DCT}isPartOf", _thing(f"journal/j{work.journal}")),
            ("http://purl.org/spar/cito/cites", _thing(f"report/r{int(number * draw.random() ** 2)}")),
            ("convertedFrom", _thing(graph)),
            ("reportsStudy", _thing(study)),
            ("hasSection", _thing(section)),
            *(("hasAuthorship", one) for one in authorships),
            *(("statesFinding", one) for one in findings),
            *(("reportFacet", NamedNode(VOCABULARY + path)) for path in about),
        )
        yield from _about(section, graph, (_TYPE, NamedNode(f"{_PK}Section")), ("sectionText", text))
        for place, (author, at) in enumerate(zip(work.authors, work.places, strict=True)):
            given, family = work.person(author)
            said = (
                ("nameAsPrinted", f"{family}, {given}"),
                ("authorPosition", place + 1),
                ("authorshipBy", _thing(f"person/p{author}")),
                ("authorshipAt", _thing(f"institution/i{at}")),
            )
            yield from _about(
                f"authorship/r{number}-{place}", graph, (_TYPE, NamedNode(f"{_PK}Authorship")), *said
            )
        yield from _about(
            study,
            graph,
            *_named("Study", f"Study: {work.title}"),
            *((_ABOUT[axis], NamedNode(VOCABULARY + path)) for axis, path in facets.items()),
            *(("measuresOutcome", NamedNode(VOCABULARY + path)) for path, _, _ in results),
            *(("hasFacet", NamedNode(VOCABULARY + path)) for path in about),
            *(("hasFinding", one) for one in findings),
        )
        for place, ((path, name, direction), sentence) in enumerate(zip(results, sentences, strict=True)):
            evidence = f"evidence/{number * 2 + place:016x}"
            yield from _about(
                f"finding/r{number}-{place}",
                graph,
                *_named("Finding", sentence),
                ("findingText", sentence),
                ("outcomeAsPrinted", name),
                ("findingOutcome", NamedNode(VOCABULARY + path)),
                ("findingDirection", NamedNode(f"{VOCABULARY}direction/{direction}")),
                ("findingBasis", NamedNode(f"{VOCABULARY}basis/own-result")),
                ("evidencedBy", _thing(evidence)),
            )
            start = 1000 * number + text.index(sentence)
            yield from _quote(evidence, sentence, start, _thing(graph))
            statement = (
                ("subject", findings[place]),
                ("predicate", NamedNode(f"{_PK}findingText")),
                ("object", sentence),
            )
            yield from _about(evidence, "evidence", *((f"{_RDF}{name}", value) for name, value in statement))

    def rows(self) -> Iterator[registry.Row]:
        """The published IRIs of works, studies and findings."""
        for number in range(self.works):
            for path, kind in (("report/r", "Report"), ("study/s", "Study")):
                yield registry.Row(f"{BASE}{path}{number}", kind, (f"#{kind}{number}",), "live", "", 1)


def _quote(evidence: str, words: str, start: int, source: NamedNode) -> Iterator[Quad]:
    """The evidence of a sentence, in the graph of evidence."""
    target, position, quote = (f"{evidence}#{name}" for name in ("target", "position", "quote"))
    kinds = (_TYPE, NamedNode(f"{_PK}Evidence")), (_TYPE, NamedNode(f"{_OA}Annotation"))
    yield from _about(evidence, "evidence", *kinds, (f"{_OA}hasTarget", _thing(target)))
    selectors = ((f"{_OA}hasSelector", _thing(one)) for one in (position, quote))
    yield from _about(target, "evidence", (f"{_OA}hasSource", source), *selectors)
    yield from _about(position, "evidence", (f"{_OA}start", start), (f"{_OA}end", start + len(words)))
    yield from _about(quote, "evidence", (f"{_OA}exact", words), (f"{_OA}prefix", ""), (f"{_OA}suffix", ""))


def write(output: Path, works: int) -> Release:
    """Write a release of so many works into a directory of releases, and make it the current one."""
    made = Collection(works)
    output.mkdir(parents=True, exist_ok=True)
    with directory.locked(output), tempfile.TemporaryDirectory(dir=output.parent) as folder:
        content = Content(
            base=BASE,
            title=f"{works:,} made-up works",
            publisher="peerkg's benchmarks",
            statements=statements.gathered(made.quads(), Path(folder) / "statements"),
            sources=tuple(made.documents()),
            identities=registry.write(made.rows()),
            links="subject_id\tobject_id\n",
            candidates="subject_id\tobject_id\n",
            problems=(),
            validation=(),
            versions={},
            allowed={},
            registries={},
        )
        written = writing.write(output, content, datetime.now(UTC))
    assert written is not None, "the directory has that release already"
    return written


def main() -> None:
    """Write a release."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("size", type=size, help="how many works: 1000, 10k, 100k")
    arguments.add_argument("output", type=Path, help="a directory of releases")
    chosen = arguments.parse_args()
    print(write(chosen.output, chosen.size).folder)


if __name__ == "__main__":
    main()
