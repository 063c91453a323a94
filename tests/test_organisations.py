"""Institutions and the Research Organization Registry: what is sure, what waits, what comes along."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode

from kg import iris, linkset, organisations, release, store
from kg.commands.build import build
from kg.linking import Entity, entities, identities
from kg.mapping import Plan, Policy
from kg.model import Affiliation, Authorship, Institution, Report
from kg.ror import Registry, RorError
from kg.sssom import CLOSE, LIKELY, Mapped
from tests.building import unplaced
from tests.releasing import rows as rows_of
from tests.test_ror import BAY, RECORDS, TARN, record

BASE = "https://example.org/kg/"
TARNBURY = "https://ror.org/000000001"
INSTITUTE = "https://ror.org/000000004"


def institution(
    name: str, city: str = "", country: str = "", ror: str = "", part_of: Institution | None = None
) -> Institution:
    return Institution(
        name=unplaced(name),
        city=unplaced(city) if city else None,
        country=unplaced(country) if country else None,
        ror=unplaced(ror) if ror else None,
        part_of=part_of,
    )


def found(*institutions: Institution) -> list[Entity]:
    """The things of a work at each of the institutions."""
    affiliations = tuple(Affiliation(printed=one.name, institution=one) for one in institutions)
    author = Authorship(
        quote=unplaced("Lind"), name_as_printed=unplaced("Lind"), position=1, person=None,
        affiliations=affiliations,
    )  # fmt: skip
    report = Report(title=unplaced("Doors of the house"), doi=unplaced("10.5555/d"), authorships=(author,))
    return list(entities(iris.nodes(report, BASE), Policy()))


def rows(institutions: Iterable[Institution], records: list[dict[str, Any]] | None = None) -> list[Mapped]:
    things = found(*institutions)
    registry = Registry.of(RECORDS if records is None else records)
    return organisations.mappings(things, identities(things), organisations.Known(registry))


def said(rows: Iterable[Mapped]) -> set[tuple[str, str]]:
    return {(row.predicate, row.object) for row in rows}


def test_a_name_that_matches_surely_is_a_link_with_its_score_its_words_and_its_wikidata_item() -> None:
    link, wikidata = rows([institution("Univ Tarnbury", "Tarnbury", "England")])
    assert said([link, wikidata]) == {(LIKELY, TARNBURY), (LIKELY, "http://www.wikidata.org/entity/Q1")}
    link, wikidata = sorted((link, wikidata), key=lambda row: row.object, reverse=True)
    assert (link.confidence, link.inputs) == (1.0, "Univ Tarnbury, Tarnbury, England")
    assert link.comment == "name matched, same country, same city"
    assert link.statement
    assert wikidata.justification == "semapv:MappingChaining"
    assert wikidata.inputs == TARNBURY


ELSEWHERE = institution("Inst Peer Psychiat & Hlth Res", "Farhaven", "England")
"""The registry knows it by that name in another city."""


def test_what_is_not_sure_is_a_candidate_and_brings_nothing_along() -> None:
    (candidate,) = rows([ELSEWHERE])
    assert said([candidate]) == {(CLOSE, INSTITUTE)}
    assert not candidate.statement
    assert candidate.confidence < 0.9


def test_two_organisations_of_one_name_are_both_candidates() -> None:
    twins = [record(1, "Saint Brigid's Hospital", TARN), record(2, "Saint Brigid's Hospital", TARN)]
    found = rows([institution("St Brigids Hosp", "Tarnbury", "England")], twins)
    assert {row.predicate for row in found} == {CLOSE}
    assert len(found) == 2


def test_two_names_of_one_institution_that_lead_to_two_organisations_are_candidates() -> None:
    one = institution("UTB", "Tarnbury", "England", ror="05dwg9278")
    other = institution("St Brigids Hosp", "Tarnbury", "England", ror="05dwg9278")
    things = [replace(entity, keys=("institution:one",)) for entity in found(one, other)]
    made = organisations.mappings(things, identities(things), organisations.Known(Registry.of(RECORDS)))
    assert {row.predicate for row in made} == {CLOSE}
    assert len({row.object for row in made}) == 2


def test_a_school_of_a_university_is_not_the_university() -> None:
    whole = institution("Baytown State University School of Medicine", "Baytown", "USA")
    assert (LIKELY, "https://ror.org/000000002") not in said(rows([whole]))


def test_a_unit_is_looked_up_at_the_place_of_its_whole() -> None:
    whole = institution("Univ Nowhere", "Tarnbury", "England")
    unit = institution("Inst Peer Psychiat & Hlth Res", part_of=whole)
    assert (LIKELY, INSTITUTE) in said(rows([unit]))


def test_a_printed_id_is_not_matched_again_and_brings_its_wikidata_item() -> None:
    printed = rows([institution("Something else", ror="000000002")])
    assert said(printed) == {(LIKELY, "http://www.wikidata.org/entity/Q2")}


def test_a_printed_id_that_is_out_of_use_leads_to_its_successor() -> None:
    old = [record(8, "Lantern College", TARN, status="withdrawn", successors=(1,)), RECORDS[0]]
    printed = rows([institution("Lantern Coll", "Tarnbury", "England", ror="000000008")], old)
    assert said(printed) == {(LIKELY, TARNBURY), (LIKELY, "http://www.wikidata.org/entity/Q1")}
    assert any("successor of https://ror.org/000000008" in row.comment for row in printed)


def test_a_withdrawn_organisation_is_no_match() -> None:
    assert rows([institution("Withered Academy", "Tarnbury", "England")]) == []


def test_place_and_country_of_what_is_linked_come_along_and_of_candidates_not() -> None:
    things = [institution("Univ Tarnbury", "Tarnbury", "England"), ELSEWHERE]
    made = rows(things)
    quads = list(organisations.statements(made, Registry.of(RECORDS), BASE))
    assert {quad.subject for quad in quads} == {NamedNode(TARNBURY)}
    values = {quad.predicate.value.rpartition("#")[2]: str(quad.object).partition("^^")[0] for quad in quads}
    assert values == {
        "label": '"University of Tarnbury"', "countryCode": '"GB"', "lat": '"54"', "long": '"-2"',
    }  # fmt: skip


def test_a_candidate_has_a_node_and_makes_no_statement() -> None:
    things = found(ELSEWHERE)
    result = identities(things)
    (row,) = organisations.mappings(things, result, organisations.Known(Registry.of(RECORDS)))
    quads = list(linkset.statements([row], result, BASE, Plan.load()))
    assert not [quad for quad in quads if quad.subject == NamedNode(row.subject)]
    assert any(quad.object == NamedNode(INSTITUTE) for quad in quads)
    assert INSTITUTE.removeprefix("https://ror.org/") in linkset.candidates([row], BASE, "L")
    assert "\tror:" not in linkset.table([row], BASE, "L")


def finals(*institutions: Institution, apart: Iterable[tuple[str, str]] = ()) -> list[str]:
    """The final IRIs of institutions that the registry was asked about, in their order."""
    known = organisations.Known(Registry.of(RECORDS))
    result = identities(known.keyed(found(*institutions)), apart=list(apart))
    return [result.final[own(one)] for one in institutions]


def own(one: Institution) -> str:
    return iris.authority(one, BASE).iri


TARN_IN_FULL = institution("University of Tarnbury", "Tarnbury", "United Kingdom")
TARN_IN_SHORT = institution("Univ Tarnbury", "Tarnbury", "England")


def test_two_printed_forms_of_one_organisation_are_one_institution_for_a_stated_reason() -> None:
    one, other = finals(TARN_IN_FULL, TARN_IN_SHORT)
    assert one == other
    things = found(TARN_IN_FULL, TARN_IN_SHORT)
    decisions = identities(organisations.Known(Registry.of(RECORDS)).keyed(things)).decisions
    assert "the same organisation of the Research Organization Registry" in {one.reason for one in decisions}
    without = identities(things).final
    assert without[own(TARN_IN_FULL)] != without[own(TARN_IN_SHORT)]


@pytest.mark.parametrize(
    ("other", "are_one"),
    [
        (institution("The old house on the hill", "Tarnbury", "England", ror="000000001"), True),
        (institution("Lantern Coll", "Tarnbury", "England"), True),
        (institution("Univ Tarnbury Sch Med", "Tarnbury", "England"), False),
        (institution("Withered Academy", "Tarnbury", "England"), False),
        (
            institution("Univ Tarnbury", part_of=institution("Saint Brigids Hosp", "Tarnbury", "England")),
            False,
        ),
    ],
    ids=["printed id", "predecessor", "a school of it", "withdrawn", "a unit of another"],
)
def test_only_what_is_surely_the_organisation_joins_it(other: Institution, are_one: bool) -> None:
    one, another = finals(TARN_IN_FULL, other)
    assert (one == another) is are_one


def test_a_name_that_is_a_candidate_alone_joins_nothing() -> None:
    one, other = finals(
        institution("Institute of Peer Psychiatry and Health Research", "Tarnbury"), ELSEWHERE
    )
    assert one != other


def test_what_a_person_forbade_stays_two_whatever_the_registry_says() -> None:
    pair = (own(TARN_IN_FULL), own(TARN_IN_SHORT))
    assert finals(TARN_IN_FULL, TARN_IN_SHORT, apart=[pair]) == [*pair]


def test_what_a_person_split_off_is_no_organisation_of_the_registry() -> None:
    known = organisations.Known(Registry.of(RECORDS))
    (whole,) = (one for one in found(TARN_IN_FULL) if one.iri == own(TARN_IN_FULL))
    assert any(key.startswith("registry:") for one in known.keyed([whole]) for key in one.keys)
    split = replace(whole, keys=("split:x",))
    assert list(known.keyed([split])) == [split]


def test_units_of_one_name_are_one_where_their_wholes_are_and_so_are_units_of_these() -> None:
    schools = [institution("Sch Med", part_of=whole) for whole in (TARN_IN_FULL, TARN_IN_SHORT)]
    wards = [institution("Dept Lamps", part_of=school) for school in schools]
    elsewhere = institution("Sch Med", part_of=institution("Baytown State Univ", "Baytown", "USA"))
    one, other, first, second, third, whole = finals(*schools, *wards, elsewhere, TARN_IN_FULL)
    assert (one, first) == (other, second)
    assert len({one, first, third, whole}) == 4
    assert len(set(finals(*schools, *wards, apart=[(own(schools[0]), own(schools[1]))]))) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [({"id": "https://ror.org/0 <x>"}, "no id of the registry"), ({"id": 7}, "schema version 2")],
)
def test_an_id_that_is_none_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RorError, match=message):
        Registry.of([{**RECORDS[0], **change}])


def test_coordinates_and_items_that_are_none_are_left_out() -> None:
    place = {"country_code": "GB", "name": "Tarnbury", "lat": "54", "lng": 181}
    items = [{"type": "wikidata", "all": ["Q1> <x"], "preferred": None}]
    odd = {**RECORDS[0], "locations": [{"geonames_details": place}], "external_ids": items}
    (organisation,) = Registry.of([odd]).organisations
    assert (organisation.latitude, organisation.longitude, organisation.wikidata) == (None, None, "")


RECORD = """PMID- 9000001
TI  - Doors that open for peer workers in a house.
FAU - Okafor, Ada
AU  - Okafor A
AD  - University of Tarnbury, Tarnbury, England.
DP  - 2019
"""


@pytest.mark.slow
def test_a_build_with_the_registry_links_says_why_and_names_the_file(tmp_path: Path) -> None:
    papers, dump, out = tmp_path / "papers", tmp_path / "ror.json", tmp_path / "out"
    papers.mkdir()
    (papers / "one.nbib").write_text(RECORD, encoding="utf-8")
    dump.write_text(json.dumps([*RECORDS, record(20, "Univ of Tarn", BAY)]), encoding="utf-8")
    config = tmp_path / "peerkg.toml"
    config.write_text(f'base_iri = "{BASE}"\nror = "ror.json"\n', encoding="utf-8")
    result = CliRunner().invoke(build, [str(papers), "--out", str(out), "--config", str(config)])
    assert result.exit_code == 0, result.output
    made = release.current(out)
    assert made.manifest["registries"]["ror"] == {
        "file": "ror.json",
        "sha256": hashlib.sha256(dump.read_bytes()).hexdigest(),
        "organisations": 18,
    }
    asked = """SELECT ?lat ?confidence { ?i <https://schema.org/sameAs> ?ror .
        ?ror <http://www.w3.org/2003/01/geo/wgs84_pos#lat> ?lat .
        ?why <http://www.w3.org/2002/07/owl#annotatedSource> ?i ;
             <http://www.w3.org/2002/07/owl#annotatedTarget> ?ror ;
             <https://w3id.org/sssom/confidence> ?confidence }"""
    assert rows_of(store.open_read_only(made.index), asked) == [("54", "1")]
    lines = (made.dumps / release.LINKS).read_text(encoding="utf-8").splitlines()
    table = list(csv.DictReader([line for line in lines if line[0] != "#"], delimiter="\t"))
    assert [row["confidence"] for row in table if row["object_id"] == "ror:000000001"] == ["1"]
    again = CliRunner().invoke(build, [str(papers), "--out", str(out), "--config", str(config)])
    assert "unchanged" in again.output
    plain = CliRunner().invoke(build, [str(papers), "--out", str(out), "--base-iri", BASE])
    assert plain.output.splitlines()[-1].startswith("published"), "without the registry it is another release"


@pytest.mark.slow
def test_a_file_that_is_no_registry_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "one.nbib").write_text(RECORD, encoding="utf-8")
    (tmp_path / "ror.json").write_text("[1]", encoding="utf-8")
    arguments = [
        str(tmp_path / "one.nbib"),
        "--out",
        str(tmp_path / "out"),
        "--ror",
        str(tmp_path / "ror.json"),
    ]
    result = CliRunner().invoke(build, arguments)
    assert result.exit_code == 2
    assert "schema version 2" in result.output
