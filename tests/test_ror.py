"""Affiliations and the organisations they name."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.ror import Registry, RorError


def record(
    number: int,
    name: str,
    place: tuple[str, str, float, float],
    *,
    status: str = "active",
    acronym: str = "",
    successors: tuple[int, ...] = (),
) -> dict[str, Any]:
    city, country, latitude, longitude = place
    names: list[dict[str, Any]] = [{"value": name, "lang": "en", "types": ["ror_display", "label"]}]
    names += [{"value": acronym, "lang": None, "types": ["acronym"]}] if acronym else []
    details = {"country_code": country, "name": city, "lat": latitude, "lng": longitude}
    return {
        "id": f"https://ror.org/{number:09}",
        "status": status,
        "names": names,
        "locations": [{"geonames_id": 1, "geonames_details": details}],
        "external_ids": [{"type": "wikidata", "all": [f"Q{number}"], "preferred": None}],
        "relationships": [{"type": "successor", "id": f"https://ror.org/{one:09}"} for one in successors],
    }


TARN = ("Tarnbury", "GB", 54.0, -2.0)
FELL = ("Fellside", "GB", 54.2, -2.1)
FAR = ("Farhaven", "GB", 50.0, -5.0)
BAY = ("Baytown", "US", 40.0, -100.0)
ELSE = ("Elsewhere", "US", 30.0, -90.0)
RECORDS = [
    record(1, "University of Tarnbury", TARN, acronym="UTB"),
    record(2, "Baytown State University", BAY),
    record(3, "Bay University School of Lanterns", BAY),
    record(4, "Institute of Peer Psychiatry and Health Research", TARN),
    record(5, "Saint Brigid's Hospital", TARN),
    record(6, "Saint Brigid's Hospital", BAY),
    record(7, "University of Northmark, Baytown", BAY),
    record(8, "Lantern College", TARN, status="inactive", successors=(1,)),
    record(9, "Withered Academy", TARN, status="withdrawn"),
    record(10, "Torn Institute", TARN, status="inactive", successors=(1, 4)),
    record(11, "Fellside Sheep Museum", FELL),
    record(12, "Farhaven Gull Museum", FAR),
    record(13, "Médecins Ærø Ørsted Klinik", ("København", "DK", 55.7, 12.6)),
    record(14, "Saint Brigid's Hospital", ELSE),
    record(15, "Lamp Works (United Kingdom)", TARN),
    record(16, "University of Northmark System", BAY),
    record(17, "University of Northmark", ELSE),
    record(18, "North Harbour Trust", TARN),
    record(19, "University of Coast Baytown", ("Coast", "US", 41.0, -101.0)),
    record(20, "灯塔大学", ("Dengta", "CN", 31.0, 121.0)),
    record(21, "Baytown Lantern Agency", BAY, acronym="NEB"),
]
REGISTRY = Registry.of(RECORDS)


def sure(text: str) -> list[int]:
    return sorted(int(match.organisation.id[-9:]) for match in REGISTRY.match(text) if match.is_sure)


@pytest.mark.parametrize(
    ("printed", "organisations"),
    [
        ("Univ Tarnbury, Dept Psychiat, Tarnbury TB1 2AB, England", [1]),
        ("Department of Psychiatry, University of Tarnbury, Tarnbury, UK", [1]),
        ("University of Tarnbury School of Medicine, Tarnbury, United Kingdom", [1]),
        ("Inst Peer Psychiat & Hlth Res, Tarnbury, England", [4]),
        ("Univ Tarnbury, Inst Peer Psychiat & Hlth Res, Tarnbury, England", [1, 4]),
        ("St Brigids Hosp, Tarnbury, England", [5]),
        ("St. Brigid\u2019s Hospital, Baytown, NE 68001 USA", [6]),
        ("Univ Northmark, Baytown, NE 68001 USA", [7]),
        ("Baytown State Univ, Dept Nursing, Baytown, NE USA", [2]),
        ("Lantern Coll, Tarnbury, England", [1]),
        ("MEDECINS AERO ORSTED KLINIK, Kobenhavn, Denmark", [13]),
        ("Lamp Works, Tarnbury, England", [15]),
        ("UTB, Tarnbury, England", [1]),
        ("Univ Tarnbury, Fellside, England", [1]),
        ("Sheep Museum, Fellside, England", [11]),
        ("Univ Northmark, Dept Psychol, Baytown, NE 68001 USA", [7]),
        ("Univ Northmark, Dept Psychol, Elsewhere, NE 68001 USA", [17]),
        ("N Harbour Trust, Tarnbury, England", [18]),
        ("Univ Tarnbury, Tarnbury, England; Baytown State Univ, Baytown, NE, USA", [1, 2]),
        ("1 Univ Tarnbury, Tarnbury, UK. 2 Baytown State Univ, Baytown, NE, USA. a@b.org", [1, 2]),
        ("Univ Tarnbury, Tarnbury, UK | Fellside Sheep Museum, Fellside, UK", [1, 11]),
        ("University of Tarnbury and North Harbour Trust, Tarnbury, UK", [1, 18]),
        ("University of Tarnbury, Tarn-bury, UK", [1]),
        ("NEB, Baytown, NE, USA", [21]),
    ],
)
def test_an_affiliation_names_its_organisations(printed: str, organisations: list[int]) -> None:
    assert sure(printed) == organisations


def test_a_chinese_name_is_found_before_its_unit_and_surer_than_before_its_hospital() -> None:
    unit, hospital = (REGISTRY.match(f"灯塔大学{what}, 中国") for what in ("社会工作系", "附属医院"))
    assert [match.organisation.name for match in (*unit, *hospital)] == ["灯塔大学", "灯塔大学"]
    assert unit[0].reason.endswith("a unit of it follows")
    assert unit[0].score > hospital[0].score


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "England",
        "Tarnbury, England",
        "Dept Psychiat, Tarnbury, England",
        "Univ Tarnbury, Tarnbury, Australia",
        "St Brigids Hosp, USA",
        "St Brigids Hosp, Fargo, ND USA",
        "Withered Acad, Tarnbury, England",
        "Torn Inst, Tarnbury, England",
        "University of Tarnbury Hospital, Tarnbury, England",
        "Inst Peer Psychiat, Tarnbury, England",
        "UTB, Baytown, NE USA",
        "Department of Hosts, University, Tarnbury, England",
        "Univ Coast, Dept Psychol, Baytown, Coast, USA",
        "Univ Northmark, Fargo, ND, USA",
        "Nobody, Baytown, NEB, USA",
        "utb, Tarnbury, England",
        "UTB, England",
    ],
)
def test_what_is_not_certain_is_no_link(printed: str) -> None:
    assert sure(printed) == []


def test_a_candidate_says_why_it_is_one() -> None:
    (match,) = REGISTRY.match("Fellside Sheep & Goat Museum, Fellside, England")
    assert (match.organisation.name, match.is_sure) == ("Fellside Sheep Museum", False)
    assert match.reason == "the name is similar"
    assert match.printed.raw == "Fellside Sheep & Goat Museum"


def test_coordinates_country_and_wikidata_come_along() -> None:
    (match,) = REGISTRY.match("Univ Tarnbury, Tarnbury, England")
    found = match.organisation
    assert (found.country, found.latitude, found.longitude, found.wikidata) == ("GB", 54.0, -2.0, "Q1")


@given(st.lists(st.sampled_from(["Univ", "Tarnbury", ",", " ", "England", "St", "Brigids", "UTB", "(", "1"])))
def test_the_words_that_name_an_organisation_stand_where_it_is_said(parts: list[str]) -> None:
    text = " ".join(parts)
    for match in REGISTRY.match(text):
        assert text[match.printed.start : match.printed.end] == match.printed.raw != ""
        assert 0 < match.score <= 1


def test_the_order_of_the_records_does_not_matter() -> None:
    text = "Univ Tarnbury, Inst Peer Psychiat & Hlth Res, St Brigids Hosp, Tarnbury, England"
    assert Registry.of(RECORDS[::-1]).match(text) == REGISTRY.match(text)


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("v1-ror-data.json", "[]")
        archive.writestr("v1-ror-data_schema_v2.json", json.dumps(RECORDS))
    return path


def test_a_dump_is_read_plain_gzipped_and_zipped(tmp_path: Path) -> None:
    data = json.dumps(RECORDS).encode()
    (tmp_path / "plain").write_bytes(data)
    (tmp_path / "packed").write_bytes(gzip.compress(data))
    for path in (tmp_path / "plain", tmp_path / "packed", zipped(tmp_path / "archive")):
        assert len(Registry.load(path).organisations) == 18


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is no dump of the registry"),
        (b"{}", "a list of records was expected"),
        (b"PK\x03\x04 broken", "it is no dump of the registry"),
        (b"\x1f\x8b\x08 broken", "it is no dump of the registry"),
        (b"[1]", "record 1 is not of the registry's schema version 2"),
        (b'[{"id": "https://ror.org/0", "name": "Old"}]', "take the v2 file"),
    ],
)
def test_what_is_no_dump_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(data)
    with pytest.raises(RorError, match=message):
        Registry.load(tmp_path / "dump")


REASON = "name matched, same country, same city"


def test_the_command_previews_links(tmp_path: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps(RECORDS), encoding="utf-8")
    arguments = ["link", "--ror", str(tmp_path / "dump.json")]
    result = CliRunner().invoke(main, [*arguments, "Univ Tarnbury, Tarnbury, England", "Nobody"])
    assert result.output.splitlines() == [
        "Univ Tarnbury, Tarnbury, England",
        f"  + 1.00  https://ror.org/000000001  University of Tarnbury (Tarnbury, GB): {REASON}",
        "Nobody",
        "  nothing in the registry is called so",
    ]
    result = CliRunner().invoke(main, [*arguments, "--json", "-"], input="UTB, Tarnbury, England\n")
    (found,) = json.loads(result.output)["matches"]
    assert (found["id"], found["printed"], found["sure"]) == ("https://ror.org/000000001", "UTB", True)
    assert CliRunner().invoke(main, arguments).exit_code == 2
