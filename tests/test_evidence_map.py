"""What the evidence map counts: studies, not claims, each once in a cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import evidence_map, release
from kg.evidence_map import EvidenceMap, Filters, build, divided, is_of
from tests.releasing import BASE, PK, TYPE, content, facts, quad, written

CONCEPTS = "https://w3id.org/peerkg/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
ISSUED = "http://purl.org/dc/terms/issued"
GRAPH = "graph/source/0123456789abcdef"


def concept(path: str, broader: str | None = None, **labels: str) -> Iterator[Quad]:
    node, graph = NamedNode(CONCEPTS + path), NamedNode(f"{BASE}graph/vocabulary")
    yield Quad(node, NamedNode(TYPE), NamedNode(f"{SKOS}Concept"), graph)
    if broader:
        yield Quad(node, NamedNode(f"{SKOS}broader"), NamedNode(CONCEPTS + broader), graph)
    for language, label in labels.items():
        yield Quad(node, NamedNode(f"{SKOS}prefLabel"), Literal(label, language=language), graph)


def finding(
    name: str, by: str, outcome: str, direction: str, *, basis: str = "own-result", whom: str = "clients"
) -> Iterator[Quad]:
    said = {"Outcome": outcome, "Direction": f"direction/{direction}", "Basis": f"basis/{basis}"}
    for part, path in {**said, "Concerns": f"whom/{whom}"}.items():
        yield quad(f"finding/{name}", f"{PK}finding{part}", NamedNode(CONCEPTS + path), GRAPH)
    yield quad(f"finding/{name}", TYPE, NamedNode(f"{PK}Finding"), GRAPH)
    states = "hasFinding" if by.startswith("study/") else "statesFinding"
    yield quad(by, f"{PK}{states}", NamedNode(f"{BASE}finding/{name}"), GRAPH)


def study(name: str, *facets: str, year: str = "2020", source: str = "s1") -> Iterator[Quad]:
    yield quad(f"study/{name}", TYPE, NamedNode(f"{PK}Study"), GRAPH)
    yield quad(f"report/{name}", f"{PK}reportsStudy", NamedNode(f"{BASE}study/{name}"), GRAPH)
    yield quad(f"report/{name}", ISSUED, year, GRAPH)
    yield quad(f"report/{name}", f"{PK}convertedFrom", NamedNode(f"{BASE}source/{source}"), GRAPH)
    for facet in facets:
        yield quad(f"study/{name}", f"{PK}hasFacet", NamedNode(CONCEPTS + facet), GRAPH)


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    return [
        *concept("role/peer", en="peer", zh="同伴"),
        *concept("role/mentor", "role/peer", en="mentor"),
        *concept("outcome/good", en="good"),
        *concept("outcome/hope", "outcome/good", en="hope"),
        *concept("outcome/trust", "outcome/good", en="trust"),
        *study("a", "role/mentor", "setting/clinic", year="2012-05", source="s2"),
        *finding("a1", "study/a", "outcome/hope", "improved"),
        *finding("a1", "report/a", "outcome/hope", "improved"),
        *finding("a2", "study/a", "outcome/hope", "improved"),
        *finding("a3", "study/a", "outcome/trust", "worsened", whom="peers"),
        *study("b", "role/peer"),
        *finding("b1", "study/b", "outcome/hope", "described"),
        *finding("b2", "report/b", "outcome/trust", "described", basis="aim-only"),
        *finding("c", "report/slides", "outcome/hope", "improved", basis="cited-from-other"),
        quad("report/slides", f"{PK}reportFacet", NamedNode(f"{CONCEPTS}role/mentor"), GRAPH),
    ]


@pytest.fixture(scope="module")
def found(quads: list[Quad]) -> EvidenceMap:
    return EvidenceMap.read(build(quads))


def seen(found: EvidenceMap, role: str, outcome: str, filters: Filters | None = None) -> tuple[object, ...]:
    filters = filters or Filters()
    among = found.counted(filters)
    cell = found.cell(found.having(role) & among, found.of_outcome(outcome, filters, among))
    return dict(cell.own), dict(cell.cited), cell.asked


def test_a_study_counts_once_however_often_it_says_a_thing(found: EvidenceMap) -> None:
    assert seen(found, "role/mentor", "outcome/hope") == ({"improved": 1}, {"improved": 1}, 0)


def test_a_row_and_a_column_have_what_is_narrower(found: EvidenceMap) -> None:
    own, cited, asked = seen(found, "role/peer", "outcome/good")
    assert (own, cited, asked) == ({"mixed": 1, "described": 1}, {"improved": 1}, 1)


def test_an_aim_is_no_result(found: EvidenceMap) -> None:
    assert seen(found, "role/peer", "outcome/trust") == ({"worsened": 1}, {}, 1)


def test_each_study_is_in_one_direction_of_a_cell() -> None:
    sets = divided({"improved": 0b0111, "no-difference": 0b0010, "mixed": 0b0100, "described": 0b1001})
    assert sets == {"improved": 0b0001, "mixed": 0b0110, "described": 0b1000}


def test_a_map_made_before_findings_were_counted_is_proved_as_it_is(quads: list[Quad]) -> None:
    now, before = build(quads), build(quads, counted=False)
    assert now != before
    assert is_of(now, quads)
    assert is_of(before, quads)
    assert not is_of(before.replace(b"hope", b"home"), quads)
    assert EvidenceMap.read(before).stating(Filters()) is None
    assert not is_of(b"", quads)


@pytest.mark.parametrize(
    ("filters", "own"),
    [
        (Filters(whom="peers"), {"worsened": 1}),
        (Filters(whom="clients"), {"improved": 1, "described": 1}),
        (Filters(concepts=("setting/clinic",)), {"mixed": 1}),
        (Filters(concepts=("outcome/hope",)), {"improved": 1, "described": 1}),
        (Filters(first=2013), {"described": 1}),
        (Filters(last=2012), {"mixed": 1}),
        (Filters(source="s2"), {"mixed": 1}),
        (Filters(bases=frozenset({"cited-from-other"})), {}),
    ],
)
def test_filters_choose_studies_or_their_findings(
    found: EvidenceMap, filters: Filters, own: dict[str, int]
) -> None:
    assert seen(found, "role/peer", "outcome/good", filters)[0] == own


def test_a_document_without_a_year_is_in_no_span_of_years(found: EvidenceMap) -> None:
    assert seen(found, "role/peer", "outcome/hope", Filters(first=1900))[1] == {}


def test_two_facets_meet_in_studies_and_in_documents_that_report_none(found: EvidenceMap) -> None:
    cell = found.meeting(found.having("role/mentor"), found.having("role/peer"))
    assert (cell.studies, cell.documents) == (1, 1)


def test_an_axis_shows_its_top_and_what_is_open(found: EvidenceMap) -> None:
    shown = evidence_map.shown_paths(found, "outcome", {"outcome/good"})
    assert shown == [("outcome/good", 0), ("outcome/hope", 1), ("outcome/trust", 1)]
    assert evidence_map.shown_paths(found, "outcome", set()) == [("outcome/good", 0)]


def test_a_circle_of_concepts_ends() -> None:
    found = EvidenceMap.read(
        build([*concept("role/a", "role/b"), *concept("role/b", "role/a"), *study("s", "role/b")])
    )
    assert found.having("role/a") == 1


def test_the_map_has_names_in_every_language(found: EvidenceMap) -> None:
    assert found.concepts["role/peer"].labels == {"en": "peer", "zh": "同伴"}


def test_the_same_graph_gives_the_same_bytes(quads: list[Quad]) -> None:
    assert build(quads) == build(reversed(quads))


def test_a_release_holds_the_map_of_its_graph_and_notices_another(tmp_path: Path, quads: list[Quad]) -> None:
    made = written(tmp_path, content([*facts(), *quads]))
    assert json.loads(made.map.read_text())["studies"] == 2
    assert release.verify(tmp_path, made.id) == []
    made.map.write_bytes(build([]))
    assert list(release.content_faults(made)) == ["map.json: is not the evidence map of the named graphs"]
