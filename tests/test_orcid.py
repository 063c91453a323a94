from __future__ import annotations

from typing import Any

import orjson
import pytest

from kg.model import Report
from kg.opening import File
from kg.source import Source
from kg.sources import orcid_json, orcid_xml

NAMESPACE = "xmlns='http://www.orcid.org/ns/activities'"


def of_json(value: Any) -> list[Report]:
    file = File.of("a.json", orjson.dumps(value))
    assert orcid_json.recognises(file.head)
    (source,) = orcid_json.records(file)
    assert isinstance(source, Source)
    return [one for one in orcid_json.read(source) if isinstance(one, Report)]


def of_xml(data: str) -> list[Report]:
    file = File.of("a.xml", data.encode())
    assert orcid_xml.recognises(file.head)
    (source,) = orcid_xml.records(file)
    assert isinstance(source, Source)
    return [one for one in orcid_xml.read(source) if isinstance(one, Report)]


WORK = {"title": {"title": {"value": "Doors"}}, "type": "BOOK"}


@pytest.mark.parametrize("above", [(), ("works",), ("activities-summary", "works")])
def test_a_part_of_a_record_is_read_as_well(above: tuple[str, ...]) -> None:
    value: Any = {"group": [{"work-summary": [WORK]}]}
    for name in reversed(above):
        value = {name: value}
    (report,) = of_json(value)
    assert report.title is not None
    assert (report.kind, report.title.value, report.contributions) == ("Book", "Doors", ())


def test_of_several_versions_the_one_that_orcid_shows_counts() -> None:
    shown = "<work-summary display-index='1'><title><title>New</title></title></work-summary>"
    other = "<work-summary display-index='0'><title><title>Old</title></title></work-summary>"
    works = f"<works {NAMESPACE}><group>{other}{shown}</group></works>"
    assert [one.title and one.title.value for one in of_xml(works)] == ["New"]


def test_the_identifier_of_the_whole_is_not_that_of_the_work() -> None:
    def external(kind: str, value: str, relation: str) -> dict[str, str]:
        names = ("type", "value", "relationship")
        return {f"external-id-{name}": one for name, one in zip(names, (kind, value, relation), strict=True)}

    ids = [external("doi", "10.5555/whole", "part-of"), external("pmid", "123", "self")]
    work = {**WORK, "external-ids": {"external-id": ids}}
    (report,) = of_json({"group": [{"work-summary": [work]}]})
    assert report.doi is None
    assert report.pmid is not None
    assert report.pmid.value == "123"


@pytest.mark.parametrize("value", [None, [], "x", {"work-summary": "x"}, {"work-summary": [None, 1, "x"]}])
def test_what_is_no_work_is_passed_over(value: object) -> None:
    reports = of_json({"orcid-identifier": None, "activities-summary": {"works": {"group": value}}})
    assert all(report.title is None for report in reports)
