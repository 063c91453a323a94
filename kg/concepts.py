"""The vocabulary: the concepts of `ontology/concepts`, and where a text names them."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Literal, TypeAlias, cast

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse
from pyoxigraph import Literal as RdfLiteral

from kg.identifiers import VOCABULARY, ConceptId
from kg.links import SKOS, ConceptMatch, concept_matches
from kg.problems import PeerkgError
from kg.resources import folder as resource_folder
from kg.source import Found
from kg.wordings import Occurrence, Wording, Wordings, letters, other_numbers, words

PK = f"{VOCABULARY}ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
OWL = "http://www.w3.org/2002/07/owl#"
SSSOM = "https://w3id.org/sssom/"

Kind: TypeAlias = Literal["weak", "label", "inverse", "acronym"]
Better: TypeAlias = Literal["increase", "decrease", "neutral", ""]


@dataclass(frozen=True, slots=True, eq=False)
class _Meaning:
    """A concept and the kind of name; each is made once, and so compared by identity, which is quick."""

    concept: ConceptId
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The concepts of a scheme that a wording names, and those that it names by the surest kind of name."""

    each: tuple[tuple[ConceptId, Kind], ...]
    surest: tuple[ConceptId, ...]
    kind: Kind

    @classmethod
    def of(cls, each: tuple[tuple[ConceptId, Kind], ...]) -> Names:
        """What these names come to."""
        kind = min((kind for _, kind in each), key=KINDS.index)
        return cls(each, tuple(sorted(one for one, of in each if of == kind)), kind)


KINDS: tuple[Kind, ...] = ("label", "inverse", "acronym", "weak")
"""The kinds of names, the surest first."""

_Rival: TypeAlias = tuple[int, int, int, Occurrence[_Meaning], Names]
"""Words of a text: their rank (letters, first word, last), where they stand, what they name."""

CLASSES = {
    "role": "PeerRole",
    "outcome": "Outcome",
    "population": "Population",
    "setting": "Setting",
    "method": "Method",
}
"""The class of a scheme's concepts, beside `skos:Concept`."""


class VocabularyError(PeerkgError):
    """A file of the vocabulary does not hold; the message names it, the concept and what was expected."""


class UnknownConceptError(PeerkgError):
    """A concept was asked for that the vocabulary does not have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A concept: its names in English, its names in other languages, and what it is.

    Weak labels count only where a text speaks of peers; acronyms are compared with their case; inverse
    labels name the opposite (hopelessness, of hope).
    """

    id: ConceptId
    pref_label: Mapping[str, str]
    alt_labels: tuple[str, ...]
    weak_labels: tuple[str, ...]
    acronyms: tuple[str, ...]
    inverse_labels: tuple[str, ...]
    definition: str
    broader: tuple[ConceptId, ...]
    better: Better
    translations: Mapping[str, tuple[str, ...]]
    """Alternative labels in the other languages."""

    def wordings(self) -> Iterator[tuple[Kind, str]]:
        """Every English and Chinese wording with its kind, weak ones first.

        A wording listed as weak and as a label counts as weak.
        """
        yield from (("weak", label) for label in self.weak_labels)
        for label in (self.pref_label["en"], *self.alt_labels):
            yield "label", label
        if "zh" in self.pref_label:
            yield "label", self.pref_label["zh"]
        yield from (("label", label) for label in self.translations.get("zh", ()))
        yield from (("inverse", label) for label in self.inverse_labels)
        yield from (("acronym", label) for label in self.acronyms)


@dataclass(frozen=True, slots=True)
class Match:
    """A concept named in a text, and by which kind of name."""

    found: Found[ConceptId]
    kind: Kind


class Vocabulary:
    """The concepts of all schemes; immutable once loaded."""

    def __init__(self, entries: Mapping[ConceptId, Entry], triples: tuple[Triple, ...], digest: str) -> None:
        self._entries = dict(sorted(entries.items()))
        self._triples = triples
        self.digest = digest
        self._wordings = Wordings(_wordings(self._entries))
        self._ancestors: dict[ConceptId, tuple[ConceptId, ...]] = {}
        self.schemes = tuple(sorted({concept.scheme for concept in self._entries}))

    @classmethod
    def load(cls, folder: Path | None = None) -> Vocabulary:
        """The vocabulary in `folder` (with `concepts/` and `links/` in it), by default our own.

        A folder is read once in a process.
        """
        return _load((folder or resource_folder("ontology")).resolve())

    def __contains__(self, concept: ConceptId) -> bool:
        return concept in self._entries

    def entry(self, concept: ConceptId) -> Entry:
        """What is known of a concept."""
        try:
            return self._entries[concept]
        except KeyError as error:
            raise UnknownConceptError(f"{concept} is not a concept of the vocabulary") from error

    def entries(self, scheme: str) -> tuple[Entry, ...]:
        """The concepts of a scheme, sorted by name."""
        return tuple(entry for concept, entry in self._entries.items() if concept.scheme == scheme)

    def ancestors(self, concept: ConceptId) -> tuple[ConceptId, ...]:
        """The broader concepts, their broader ones and so on: nearest first, the concept itself not."""
        if concept in self._ancestors:
            return self._ancestors[concept]
        found: dict[ConceptId, None] = {}
        level = [concept]
        while level:
            level = [
                broader for each in level for broader in self.entry(each).broader if broader not in found
            ]
            found |= dict.fromkeys(level)
        self._ancestors[concept] = tuple(found)
        return self._ancestors[concept]

    def triples(self) -> tuple[Triple, ...]:
        """Everything that belongs into the graph of the vocabulary, sorted, without blank nodes.

        That is what the files say, `rdfs:label` and `schema:name` from the preferred labels, and each
        match with the node that says where it was verified: the concept's IRI with the fragment
        `match-` and the other's last part, as SSSOM maps its tables to RDF.
        """
        return self._triples

    def find(self, text: Found[str], *schemes: str) -> list[Match]:
        """The concepts of `schemes` that `text` names, in order of place.

        Where none is named these are the five with a class of their own (`CLASSES`): directions, bases and
        whom a finding concerns are our judgements, for which no word stands in a text.

        In one scheme matches do not overlap: of those that do, the longest stays, and of equally long
        ones the first. One wording of several concepts gives a match for each of them. `found.raw` are
        the characters as they stand in the text.
        """
        matches: list[Match] = []
        for start, end, _, named in self.names(text.raw, *schemes):
            found = text.part(start, end)
            matches += (
                Match(Found(concept, found.raw, found.start, found.where), kind)
                for concept, kind in named.each
            )
        return sorted(matches, key=lambda match: (match.found.start, match.found.end, match.found.value))

    def names(self, text: str, *schemes: str) -> Iterator[tuple[int, int, str, Names]]:
        """What `find` finds, in no order: start and end of the words, the scheme, its concepts with kinds."""
        if unknown := set(schemes) - set(self.schemes):
            raise ValueError(f"no scheme of the vocabulary: {', '.join(sorted(unknown))}")
        rivals: dict[str, list[_Rival]] = {scheme: [] for scheme in schemes or CLASSES}
        for place in self._wordings.occurrences(text):
            for scheme, named in _by_scheme(place.meanings):
                if scheme in rivals:
                    rivals[scheme].append((-place.size, place.first, place.behind, place, named))
        for scheme, rival in rivals.items():
            for *_, place, named in _longest(rival) if len(rival) > 1 else rival:
                yield place.start, place.end, scheme, named


@cache
def _by_scheme(meanings: tuple[_Meaning, ...]) -> tuple[tuple[str, Names], ...]:
    """The concepts a wording names, each once, with the first of its kinds: that is the weakest.

    The answers are kept: there are no more of them than wordings.
    """
    named: dict[ConceptId, Kind] = {}
    for meaning in meanings:
        named.setdefault(meaning.concept, meaning.kind)
    return tuple(
        (scheme, Names.of(tuple(item for item in named.items() if item[0].scheme == scheme)))
        for scheme in sorted({concept.scheme for concept in named})
    )


def _longest(rivals: list[_Rival]) -> Iterator[_Rival]:
    """Those that do not overlap: the longest first, then the next that has all its words to itself."""
    taken: set[int] = set()
    for rival in sorted(rivals, key=_RANK):
        words_of_it = range(rival[1], rival[2])
        if taken.isdisjoint(words_of_it):
            taken.update(words_of_it)
            yield rival


_RANK = itemgetter(0, 1, 2)


def _wordings(entries: Mapping[ConceptId, Entry]) -> Iterator[Wording[_Meaning]]:
    """Every wording once for each concept, then singulars and plurals that are not listed themselves.

    So `adult` stays the weak label it is listed as, though `adults` is a label. A wording in capitals
    is compared with its case, whatever its kind.
    """
    meaning = cache(_Meaning)
    seen: set[tuple[ConceptId, tuple[str, ...], str | None]] = set()
    derived: list[tuple[ConceptId, tuple[str, ...], str | None, Kind]] = []
    for concept, entry in entries.items():
        for kind, wording in entry.wordings():
            keys = words(wording)
            exact = letters(wording) if kind == "acronym" or wording.isupper() else None
            if (concept, keys, exact) not in seen:
                seen.add((concept, keys, exact))
                yield Wording(keys, meaning(concept, kind), exact)
            if exact is None:
                derived += [(concept, other, None, kind) for other in other_numbers(keys)]
            elif exact[-1].isupper():
                derived.append((concept, (*keys[:-1], f"{keys[-1]}s"), f"{exact}s", kind))
    for concept, keys, exact, kind in derived:
        if (concept, keys, exact) not in seen:
            seen.add((concept, keys, exact))
            yield Wording(keys, meaning(concept, kind), exact)


@cache
def _load(folder: Path) -> Vocabulary:
    paths = sorted((folder / "concepts").glob("*.ttl"))
    table = folder / "links" / "concept-matches.tsv"
    if not paths:
        raise VocabularyError(f"{folder / 'concepts'}: no scheme of concepts (*.ttl)")
    hashed = hashlib.sha256()
    triples: set[Triple] = set()
    entries: dict[ConceptId, Entry] = {}
    # What types of publication say is read in kg.links; it is vocabulary, so the digest covers it.
    types = folder / "links" / "publication-types.tsv"
    for path in [*paths, table, *([types] if types.is_file() else [])]:
        data = _bytes(path)
        hashed.update(f"{path.name}\0{len(data)}\0".encode() + data)
        if path.suffix == ".ttl":
            said = _parsed(path, data)
            entries |= _entries(path, said)
            triples |= said | set(_label_triples(said))
    for entry in entries.values():
        if absent := [broader for broader in entry.broader if broader not in entries]:
            path = folder / "concepts" / f"{entry.id.scheme}.ttl"
            raise VocabularyError(f"{path}: {entry.id.iri}: its skos:broader {absent[0]} is not a concept")
    for match in concept_matches(table):
        if match.subject not in entries:
            raise VocabularyError(f"{table}: {match.subject} is not a concept")
        triples |= set(_match_triples(match))
    vocabulary = Vocabulary(entries, tuple(sorted(triples, key=str)), hashed.hexdigest())
    for concept in entries:
        if concept in vocabulary.ancestors(concept):
            path = folder / "concepts" / f"{concept.scheme}.ttl"
            raise VocabularyError(f"{path}: {concept.iri}: by skos:broader it is broader than itself")
    return vocabulary


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read ({error.strerror})") from error


def _parsed(path: Path, data: bytes) -> set[Triple]:
    try:
        triples = {quad.triple for quad in parse(data, format=RdfFormat.TURTLE)}
    except SyntaxError as error:
        raise VocabularyError(f"{path}:{error.lineno}: {error.msg}") from error
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            raise VocabularyError(f"{path}: blank nodes are not allowed; give the thing an IRI ({triple})")
    return triples


def _entries(path: Path, triples: set[Triple]) -> dict[ConceptId, Entry]:
    """The concepts that a file describes: those of the scheme it is named after."""
    said: dict[str, dict[str, list[NamedNode | RdfLiteral]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        value = cast("NamedNode | RdfLiteral", triple.object)
        said[cast("NamedNode", triple.subject).value][triple.predicate.value].append(value)
    concepts = [
        iri for iri, facts in said.items() if NamedNode(f"{SKOS}Concept") in facts.get(f"{RDF}type", ())
    ]
    return {entry.id: entry for entry in (_entry(path, iri, said[iri]) for iri in concepts)}


def _entry(path: Path, iri: str, facts: Mapping[str, list[NamedNode | RdfLiteral]]) -> Entry:
    """The concept with these facts; `VocabularyError` if it lacks what each concept has."""

    def wrong(expected: str) -> VocabularyError:
        return VocabularyError(f"{path}: {iri}: {expected}")

    def texts(prefix: str, name: str) -> dict[str, list[str]]:
        by_language: dict[str, list[str]] = defaultdict(list)
        for value in facts.get(prefix + name, ()):
            if not isinstance(value, RdfLiteral):
                raise wrong(f"{name} is text, not {value}")
            by_language[value.language or ""].append(value.value)
        return {language: sorted(values) for language, values in sorted(by_language.items())}

    try:
        concept = ConceptId.from_iri(iri)
        broader = tuple(sorted(ConceptId.from_iri(each.value) for each in facts.get(f"{SKOS}broader", ())))
    except ValueError as error:
        raise wrong(str(error)) from error
    scheme = concept.scheme
    if scheme != path.stem or NamedNode(f"{VOCABULARY}scheme/{scheme}") not in facts.get(
        f"{SKOS}inScheme", ()
    ):
        raise wrong(f"the concepts of this file are in the scheme {path.stem} (IRI and skos:inScheme)")
    if scheme in CLASSES and NamedNode(PK + CLASSES[scheme]) not in facts[f"{RDF}type"]:
        raise wrong(f"it is also a pk:{CLASSES[scheme]}")
    if any(each.scheme != scheme for each in broader):
        raise wrong("skos:broader stays in the scheme")
    if not broader and NamedNode(f"{VOCABULARY}scheme/{scheme}") not in facts.get(f"{SKOS}topConceptOf", ()):
        raise wrong("it has a skos:broader or is skos:topConceptOf its scheme")
    preferred, alternative = texts(SKOS, "prefLabel"), texts(SKOS, "altLabel")
    if doubled := [language for language, values in preferred.items() if len(values) > 1]:
        raise wrong(f"one skos:prefLabel for each language, not several @{doubled[0]}")
    definition = texts(SKOS, "definition").get("en", [])
    if "en" not in preferred or len(definition) != 1:
        raise wrong("it has one skos:prefLabel and one skos:definition in English (@en)")
    better = [value.value for value in facts.get(f"{PK}better", ())]
    if better and (len(better) > 1 or better[0] not in {"increase", "decrease", "neutral"}):
        raise wrong(f"pk:better is increase, decrease or neutral, not {', '.join(sorted(better))}")
    if (scheme == "outcome") != bool(better):
        raise wrong("pk:better is said of each outcome and of nothing else")
    return Entry(
        id=concept,
        pref_label={language: values[0] for language, values in preferred.items()},
        alt_labels=tuple(alternative.get("en", ())),
        weak_labels=tuple(texts(PK, "weakLabel").get("en", ())),
        acronyms=tuple(texts(PK, "acronym").get("en", ())),
        inverse_labels=tuple(texts(PK, "inverseLabel").get("en", ())),
        definition=definition[0],
        broader=broader,
        better=cast("Better", better[0] if better else ""),
        translations={
            language: tuple(values) for language, values in alternative.items() if language != "en"
        },
    )


def _label_triples(said: set[Triple]) -> Iterator[Triple]:
    """`rdfs:label` and `schema:name` of concepts and schemes, for clients that know no SKOS."""
    for triple in said:
        if triple.predicate.value in {f"{SKOS}prefLabel", f"{DCTERMS}title"}:
            yield Triple(triple.subject, NamedNode(f"{RDFS}label"), triple.object)
            yield Triple(triple.subject, NamedNode(f"{SCHEMA}name"), triple.object)


def _match_triples(match: ConceptMatch) -> Iterator[Triple]:
    """The match, and the node that says how it was made and where it was verified."""
    subject, relation, other = (
        NamedNode(match.subject.iri),
        NamedNode(match.relation),
        NamedNode(match.object),
    )
    yield Triple(subject, relation, other)
    node = NamedNode(f"{match.subject.iri}#match-{re.split('[/#]', match.object)[-1]}")
    for predicate, value in (
        (f"{RDF}type", NamedNode(f"{OWL}Axiom")),
        (f"{OWL}annotatedSource", subject),
        (f"{OWL}annotatedProperty", relation),
        (f"{OWL}annotatedTarget", other),
        (f"{SSSOM}object_label", RdfLiteral(match.object_label)),
        (f"{SSSOM}mapping_justification", NamedNode(match.justification)),
        (f"{PK}verifiedIn", RdfLiteral(match.verified_in)),
    ):
        yield Triple(node, NamedNode(predicate), value)
