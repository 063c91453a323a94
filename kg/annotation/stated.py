"""What a database states of a report beside its words: its type of publication, its headings.

A type of publication that names a design (`Randomized Controlled Trial`) says a method of the study. A MeSH
heading says what the report is about: it becomes a facet of the report, never a method (`Cohort Studies` is
also the heading of a paper about cohort studies), never a finding. Only what matches exactly counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from kg.concepts import Vocabulary
from kg.identifiers import ConceptId
from kg.links import SKOS, concept_matches, publication_types
from kg.model import Concept, Report, Study, Text

MESH = "http://id.nlm.nih.gov/mesh/"
DESIGN = ConceptId("method", "study-design")
TOPICS = frozenset({"role", "outcome", "population", "setting"})


def with_catalogued(report: Report, vocabulary: Vocabulary) -> Report:
    """The report with what its publication types and headings state, behind what its words do."""
    designs, topics = tuple(_designs(report, vocabulary)), tuple(_topics(report, vocabulary))
    if topics:
        report = replace(report, facets=_joined(report.facets, topics))
    if designs:
        study = report.study or Study()
        report = replace(report, study=replace(study, methods=_joined(study.methods, designs)))
    return report


def _joined(read: tuple[Concept, ...], stated: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """Each concept once; the words of the report come before a statement about it."""
    concepts: dict[ConceptId, Concept] = {}
    for concept in (*read, *stated):
        concepts.setdefault(concept.value, concept)
    return tuple(concepts.values())


def _designs(report: Report, vocabulary: Vocabulary) -> Iterator[Concept]:
    for printed in report.publication_types:
        for part in printed.split(r"\s*[;|]\s*"):
            design = _types(vocabulary).get(_key(part.value))
            if design is not None:
                yield _named(part, design)


def _topics(report: Report, vocabulary: Vocabulary) -> Iterator[Concept]:
    for heading in (*report.major_subject_classes, *report.subject_classes):
        if heading.scheme.value != "MeSH":
            continue
        known = _headings(vocabulary)
        number = heading.identifier.value.rpartition("/")[2] if heading.identifier else ""
        topic = known.get(number) or known.get(_key(heading.code.value.partition("/")[0]))
        if topic is not None:
            yield _named(heading.code, topic)


def _named(words: Text, concept: ConceptId) -> Concept:
    return words.map(lambda _: concept)


@cache
def _types(vocabulary: Vocabulary) -> Mapping[str, ConceptId]:
    """The designs by their preferred labels and by the rows of the table of types."""
    types = {
        _key(entry.pref_label["en"]): entry.id
        for entry in vocabulary.entries("method")
        if DESIGN in vocabulary.ancestors(entry.id)
    }
    listed = {_key(name): design for name, design in publication_types().items() if design in vocabulary}
    return types | listed


@cache
def _headings(vocabulary: Vocabulary) -> Mapping[str, ConceptId]:
    """Our concepts that are exactly a heading's, by its number and by its words."""
    return {
        name: match.subject
        for match in concept_matches()
        if match.relation == f"{SKOS}exactMatch"
        and match.object.startswith(MESH)
        and match.subject.scheme in TOPICS
        and match.subject in vocabulary
        for name in (match.object.removeprefix(MESH), _key(match.object_label))
    }


def _key(words: str) -> str:
    return re.sub(r"[\s-]+", " ", words).strip().casefold()
