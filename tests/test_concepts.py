from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from kg.concepts import CLASSES, PK, Entry, Match, UnknownConceptError, Vocabulary, VocabularyError
from kg.identifiers import ConceptId
from kg.links import SKOS, concept_matches
from kg.resources import folder
from kg.source import Found
from kg.wordings import other_numbers, words

VOCABULARY = Vocabulary.load()
ONTOLOGY = folder("ontology")
ENTRIES = [entry for scheme in VOCABULARY.schemes for entry in VOCABULARY.entries(scheme)]
DCTERMS = "http://purl.org/dc/terms/"
SMALL = {
    "basis": {"own-result", "cited-from-other", "background-claim", "aim-only"},
    "direction": {"improved", "worsened", "no-difference", "mixed", "described"},
    "whom": {"clients", "peers", "staff", "system"},
}


def find(text: str, *schemes: str) -> list[Match]:
    return VOCABULARY.find(Found(text, text, 0), *schemes)


def named(text: str, *schemes: str) -> list[tuple[str, str, str]]:
    return [(match.found.raw, match.found.value.name, match.kind) for match in find(text, *schemes)]


def concept(name: str) -> ConceptId:
    return ConceptId(*name.split("/"))


# The data


def test_all_concepts_are_there() -> None:
    counts = Counter(entry.id.scheme for entry in ENTRIES if entry.id.scheme in CLASSES)
    assert counts == {"role": 41, "outcome": 112, "population": 57, "setting": 45, "method": 58}
    for scheme, names in SMALL.items():
        assert {entry.id.name for entry in VOCABULARY.entries(scheme)} == names


def test_each_concept_has_a_name_a_definition_and_a_class() -> None:
    triples = set(VOCABULARY.triples())
    for entry in ENTRIES:
        assert entry.pref_label["en"]
        assert entry.definition.endswith(".")
        for name in (f"{SKOS}Concept", PK + CLASSES.get(entry.id.scheme, "")):
            kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
            assert name == PK or Triple(NamedNode(entry.id.iri), kind, NamedNode(name)) in triples


def test_better_is_said_of_outcomes_only() -> None:
    assert {entry.id.scheme for entry in ENTRIES if entry.better} == {"outcome"}
    assert all(entry.better for entry in VOCABULARY.entries("outcome"))


def test_a_name_belongs_to_one_concept_of_its_scheme_in_each_language() -> None:
    owners: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for entry in ENTRIES:
        names = {"en": (entry.pref_label["en"], *entry.alt_labels)}
        names |= {
            language: (label, *entry.translations.get(language, ()))
            for language, label in entry.pref_label.items()
            if language != "en"
        }
        for language, labels in names.items():
            for label in labels:
                forms = {words(label), *(other_numbers(words(label)) if language == "en" else ())}
                for form in forms:
                    owners[entry.id.scheme, language, form].add(entry.id.name)
    assert {key: names for key, names in owners.items() if len(names) > 1} == {}


def test_no_name_of_a_concept_is_both_preferred_and_alternative() -> None:
    for entry in ENTRIES:
        assert entry.pref_label["en"] not in entry.alt_labels
        for language, labels in entry.translations.items():
            assert entry.pref_label[language] not in labels


def test_the_same_weak_or_short_name_of_two_concepts_is_known() -> None:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in ENTRIES:
        for label in (*entry.weak_labels, *entry.acronyms, *entry.inverse_labels):
            owners[entry.id.scheme, label].add(entry.id.name)
    shared = {label for (_, label), names in owners.items() if len(names) > 1}
    assert shared == {"confidence", "relapse"}


def test_no_concept_is_broader_than_itself() -> None:
    for entry in ENTRIES:
        ancestors = VOCABULARY.ancestors(entry.id)
        assert entry.id not in ancestors
        assert {each.scheme for each in ancestors} <= {entry.id.scheme}
        assert len(set(ancestors)) == len(ancestors)


def test_ancestors_are_the_nearest_first() -> None:
    hope = VOCABULARY.ancestors(concept("outcome/hope"))
    assert hope[0] in VOCABULARY.entry(concept("outcome/hope")).broader


def test_the_top_concepts_of_a_scheme_are_those_without_a_broader_one() -> None:
    tops = {
        str(triple.object)
        for triple in VOCABULARY.triples()
        if triple.predicate == NamedNode(f"{SKOS}hasTopConcept")
    }
    assert tops == {f"<{entry.id.iri}>" for entry in ENTRIES if not entry.broader}


def test_labels_are_in_five_languages_and_marked_as_not_reviewed() -> None:
    languages = {language for entry in ENTRIES for language in entry.pref_label}
    assert languages == {"en", "zh", "es", "fr", "de"}
    marked = [
        triple for triple in VOCABULARY.triples() if triple.predicate == NamedNode(f"{PK}translationStatus")
    ]
    assert len(marked) == len(VOCABULARY.schemes)


def test_each_match_is_in_the_graph_with_where_it_was_verified() -> None:
    triples = set(VOCABULARY.triples())
    relations = {f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related")}
    matches = concept_matches()
    assert len(matches) == 333
    assert len([triple for triple in triples if triple.predicate.value in relations]) == 333
    sources = {
        triple.subject: triple for triple in triples if triple.predicate == NamedNode(f"{PK}verifiedIn")
    }
    assert len(sources) == 333
    for match in matches:
        subject, other = NamedNode(match.subject.iri), NamedNode(match.object)
        assert Triple(subject, NamedNode(match.relation), other) in triples
        [node] = [
            triple.subject
            for triple in triples
            if triple.object == other
            and triple.predicate.value.endswith("annotatedTarget")
            and str(triple.subject).startswith(f"<{match.subject.iri}#")
        ]
        assert sources[node].object.value == match.verified_in  # type: ignore[union-attr]  # a literal


def test_a_client_that_knows_no_skos_finds_names() -> None:
    triples = set(VOCABULARY.triples())
    names = [
        triple for triple in triples if triple.predicate.value in {f"{SKOS}prefLabel", f"{DCTERMS}title"}
    ]
    assert len(names) > len(ENTRIES)
    for triple in names:
        for predicate in ("http://www.w3.org/2000/01/rdf-schema#label", "https://schema.org/name"):
            assert Triple(triple.subject, NamedNode(predicate), triple.object) in triples


def test_the_graph_has_no_blank_nodes() -> None:
    for triple in VOCABULARY.triples():
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)


@pytest.mark.parametrize("path", sorted((ONTOLOGY / "concepts").glob("*.ttl")), ids=lambda path: path.stem)
def test_another_parser_reads_the_same_triples(path: Path) -> None:
    graph = rdflib.Graph().parse(path)
    texts = {f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in graph}
    ours = rdflib.Graph()
    ours.parse(data="\n".join(f"{triple} ." for triple in VOCABULARY.triples()), format="nt")
    assert texts <= {f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in ours}


def test_an_unknown_concept_is_an_error() -> None:
    assert concept("role/peer-mentor") in VOCABULARY
    assert concept("role/nobody") not in VOCABULARY
    with pytest.raises(UnknownConceptError, match="role/nobody is not a concept of the vocabulary"):
        VOCABULARY.entry(concept("role/nobody"))


# The documentation


PAGE = (Path(__file__).parent.parent / "docs" / "vocabulary.md").read_text(encoding="utf-8")


def test_the_documented_triples_are_in_the_graph() -> None:
    prefixes = {
        "outcome": "https://w3id.org/peerkg/outcome/",
        "scheme": "https://w3id.org/peerkg/scheme/",
        "pk": PK,
        "skos": SKOS,
        "owl": "http://www.w3.org/2002/07/owl#",
        "sssom": "https://w3id.org/sssom/",
        "semapv": "https://w3id.org/semapv/vocab/",
    }
    turtle = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    turtle += "".join(re.findall(r"```turtle\n(.*?)```", PAGE, re.DOTALL))
    said = {quad.triple for quad in parse(turtle.encode(), format=RdfFormat.TURTLE)}
    assert len(said) > 15
    assert said <= set(VOCABULARY.triples())


def test_the_documented_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [(code, output)] = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {})  # noqa: S102  # our own documentation
    assert capsys.readouterr().out == output


# Files that do not hold


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("concepts", "links"):
        shutil.copytree(ONTOLOGY / name, tmp_path / name)
    return tmp_path


MINIMAL = """
@prefix role: <https://w3id.org/peerkg/role/> .
@prefix scheme: <https://w3id.org/peerkg/scheme/> .
@prefix pk: <https://w3id.org/peerkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
BROTHER = """role:bridge a skos:Concept, pk:PeerRole ; skos:inScheme scheme:role ;
    skos:topConceptOf scheme:role ; skos:prefLabel "bridge"@en ; skos:definition "A bridge."@en ."""


def only(tmp_path: Path, turtle: str) -> Path:
    (tmp_path / "concepts").mkdir()
    (tmp_path / "links").mkdir()
    (tmp_path / "concepts" / "role.ttl").write_text(MINIMAL + turtle, encoding="utf-8")
    table = (ONTOLOGY / "links" / "concept-matches.tsv").read_text(encoding="utf-8").splitlines()
    header = [line for line in table if line.startswith(("#", "subject_id"))]
    (tmp_path / "links" / "concept-matches.tsv").write_text("\n".join(header), encoding="utf-8")
    return tmp_path


def test_a_new_concept_is_an_edit_of_data(tmp_path: Path) -> None:
    vocabulary = Vocabulary.load(only(tmp_path, BROTHER))
    text = "Two bridges."
    assert [match.found.raw for match in vocabulary.find(Found(text, text, 0))] == ["bridges"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("skos:definition", "skos:note", r"role\.ttl.*role/bridge.*skos:definition"),
        ('"bridge"@en', '"bridge"', "one skos:prefLabel"),
        ('"bridge"@en', '"bridge"@en, "span"@en', "not several @en"),
        (", pk:PeerRole", "", "also a pk:PeerRole"),
        ("skos:topConceptOf scheme:role ;", "", "topConceptOf"),
        (
            "skos:topConceptOf scheme:role ;",
            "skos:broader role:absent ;",
            "broader role/absent is not a concept",
        ),
        ("skos:topConceptOf scheme:role ;", "skos:broader scheme:role ;", "stays in the scheme"),
        ("skos:topConceptOf scheme:role ;", "skos:broader skos:Concept ;", "not the IRI of a peerkg concept"),
        ("skos:inScheme scheme:role", "skos:inScheme scheme:method", "are in the scheme role"),
        ("skos:inScheme", 'pk:better "increase" ; skos:inScheme', "of each outcome"),
        ("skos:inScheme", "skos:note [] ; skos:inScheme", "blank nodes"),
        ("A bridge.", 'A "bridge".', r"role\.ttl:7: "),
        ('"bridge"@en', "role:bridge", "prefLabel is text"),
    ],
)
def test_a_wrong_file_is_named_with_what_was_expected(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert before in BROTHER
    with pytest.raises(VocabularyError, match=message):
        Vocabulary.load(only(tmp_path, BROTHER.replace(before, after, 1)))


def test_a_circle_of_broader_concepts_is_named(tmp_path: Path) -> None:
    below = "skos:broader role:{} ; skos:inScheme"
    first = BROTHER.replace("skos:inScheme", below.format("two"))
    second = BROTHER.replace("role:bridge", "role:two").replace("skos:inScheme", below.format("bridge"))
    with pytest.raises(VocabularyError, match=r"role/bridge: by skos:broader it is broader than itself"):
        Vocabulary.load(only(tmp_path, first + second))


def test_a_folder_without_schemes_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="no scheme of concepts"):
        Vocabulary.load(tmp_path)


def test_a_match_of_a_concept_that_does_not_exist_is_named(copy: Path) -> None:
    (copy / "concepts" / "setting.ttl").unlink()
    with pytest.raises(VocabularyError, match=r"concept-matches\.tsv: setting/.* is not a concept"):
        Vocabulary.load(copy)


def test_the_digest_follows_every_file(copy: Path) -> None:
    digests = {Vocabulary.load(copy).digest}
    assert digests == {VOCABULARY.digest}
    for number, path in enumerate(sorted(copy.rglob("*.t*"))):
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
        again = copy.with_name(f"{copy.name}-{number}")
        shutil.copytree(copy, again)
        if path.name != "institutions.tsv":
            assert Vocabulary.load(again).digest not in digests, path
        digests.add(Vocabulary.load(again).digest)


# What is found


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.id))
def test_every_name_of_a_concept_is_found_in_a_sentence(entry: Entry) -> None:
    for _, label in entry.wordings():
        matches = [match for match in find(f"« {label} » xyz.", entry.id.scheme) if match.found.raw == label]
        listed = [kind for kind, other in entry.wordings() if other.casefold() == label.casefold()]
        assert [match.kind for match in matches if match.found.value == entry.id] == listed[:1], label


@pytest.mark.parametrize(
    ("text", "scheme", "expected"),
    [
        ("a peer support worker", "role", [("peer support worker", "peer-support-worker", "label")]),
        ("Peer\nTechnicians", "role", [("Peer\nTechnicians", "peer-technician", "label")]),
        ("hopelessness", "outcome", [("hopelessness", "hope", "inverse")]),
        ("CHWs", "role", [("CHWs", "community-health-worker", "acronym")]),
        ("chws", "role", []),
        ("a CPS", "role", [("CPS", "certified-peer-specialist", "acronym")]),
        ("two CPs", "role", [("CPs", "consumer-provider", "acronym")]),
        ("YPSWs", "role", [("YPSWs", "youth-peer-support-worker", "acronym")]),
        ("our peers", "role", [("peers", "peer-worker", "weak")]),
        ("in the VA", "setting", [("VA", "va-health-system", "weak")]),
        ("il va", "setting", []),
        ("one adult", "population", [("adult", "adults", "weak")]),
        ("ten adults", "population", [("adults", "adults", "label")]),
        ("in the community", "setting", [("community", "community-setting", "weak")]),
        ("the relative risk", "population", []),
        (
            "a mental health peer support specialist",
            "role",
            [("mental health peer support specialist", "peer-specialist", "label")],
        ),
        (
            "treatment dropout",
            "outcome",
            [
                ("treatment dropout", "treatment-dropout", "label"),
                ("treatment dropout", "treatment-retention", "inverse"),
            ],
        ),
        (
            "a relapse",
            "outcome",
            [("relapse", "illness-relapse", "weak"), ("relapse", "substance-relapse", "weak")],
        ),
        ("同伴支持工作者", "role", [("同伴支持工作者", "peer-support-worker", "label")]),
    ],
)
def test_what_a_text_names(text: str, scheme: str, expected: list[tuple[str, str, str]]) -> None:
    assert named(text, scheme) == expected


def test_of_overlapping_names_the_longest_is_found(tmp_path: Path) -> None:
    second = BROTHER.replace("role:bridge", "role:two").replace('"bridge"', '"mental health peer"')
    third = BROTHER.replace("role:bridge", "role:three").replace('"bridge"', '"peer support specialist"')
    vocabulary = Vocabulary.load(only(tmp_path, second + third))
    text = "A mental health peer support specialist and a mental health peer."
    found = [match.found.raw for match in vocabulary.find(Found(text, text, 0))]
    assert found == ["peer support specialist", "mental health peer"]


def test_schemes_are_asked_for_by_name() -> None:
    assert {match.found.value.scheme for match in find("peer workers improved hope")} == {"role", "outcome"}
    assert named("peer workers", "whom") == [("peer workers", "peers", "label")]
    with pytest.raises(ValueError, match="no scheme of the vocabulary: rolle"):
        find("peer workers", "rolle")


def test_places_count_from_where_the_text_begins() -> None:
    text = Found("cleaned", "with peer-mentors", 100)
    [match] = VOCABULARY.find(text, "role")
    assert (match.found.start, match.found.raw) == (105, "peer-mentors")


LABELS = [label for entry in ENTRIES for _, label in entry.wordings()]
PIECES = st.sampled_from(LABELS) | st.sampled_from(
    [" ", "-", "\n", "\r\n", "\u00a0", "’s ", "s ", ". ", "\u00ad"]
)
TEXTS = st.lists(PIECES | st.characters(), max_size=16).map("".join)


@given(TEXTS, st.integers(0, 1000))
@settings(deadline=None)
def test_each_match_is_at_its_place_and_none_overlap_in_a_scheme(text: str, start: int) -> None:
    matches = VOCABULARY.find(Found(text, text, start))
    behind: dict[str, tuple[int, int]] = {}
    for match in matches:
        found = match.found
        assert text[found.start - start : found.end - start] == found.raw != ""
        last = behind.get(found.value.scheme, (0, 0))
        assert found.start >= last[1] or (found.start, found.end) == last
        behind[found.value.scheme] = (found.start, found.end)
    assert matches == sorted(
        matches, key=lambda match: (match.found.start, match.found.end, match.found.value)
    )
    assert len({(match.found.start, match.found.value) for match in matches}) == len(matches)


@given(TEXTS, st.sampled_from(sorted(CLASSES)))
@settings(deadline=None)
def test_a_scheme_is_found_the_same_alone_and_among_others(text: str, scheme: str) -> None:
    among = [match for match in find(text) if match.found.value.scheme == scheme]
    assert among == find(text, scheme)
