from __future__ import annotations

import pytest
from lxml import etree

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import jats
from kg.reading.xml_records import Element, XmlValues
from kg.source import Source
from kg.sources import jats_xml


def article(meta: str, back: str = "", root: str = "<article>") -> Report:
    data = f"{root}<front><article-meta>{meta}</article-meta></front><back>{back}</back></article>"
    (source,) = jats_xml.records(File.of("a.xml", data.encode()))
    assert isinstance(source, Source)
    return next(one for one in jats_xml.read(source) if isinstance(one, Report))


@pytest.mark.parametrize(
    ("aff", "printed", "institution"),
    [
        (
            "<label>1</label><institution>Oz U</institution><city>B</city><country>C</country>",
            "Oz U, B, C",
            "Oz U",
        ),
        (
            "<sup>a</sup>Dept X, <institution>Oz U</institution>, <country>C</country>",
            "Dept X, Oz U, C",
            "Oz U",
        ),
        ("Department of X, University of Oz, Oslo, Norway. <email>a@b</email>", None, "University of Oz"),
    ],
)
def test_an_address_is_read_by_its_elements_or_by_its_words(
    aff: str, printed: str | None, institution: str
) -> None:
    found = jats.address(Element(etree.fromstring(f"<aff>{aff}</aff>"), frozenset()), XmlValues())
    assert found is not None
    assert printed in {None, found.printed.raw}
    assert "a@b" not in found.printed.raw
    assert found.institution.name.value == institution


def test_addresses_belong_to_those_who_point_to_them() -> None:
    name = "<name><surname>{}</surname></name>"
    group = (
        f"<contrib>{name.format('A')}<xref ref-type='aff' rid='a1'/><xref ref-type='aff' rid='a2'/></contrib>"
        f"<contrib>{name.format('B')}</contrib>"
    )
    affs = "<aff id='a1'>University of Oz</aff><aff id='a2'>University of Uz</aff>"
    report = article(f"<contrib-group>{group}</contrib-group>{affs}")
    assert [[a.printed.raw for a in one.affiliations] for one in report.authorships] == [
        ["University of Oz", "University of Uz"],
        [],
    ]


def test_the_only_address_is_that_of_all_if_nobody_points_to_one() -> None:
    people = "<contrib><name><surname>A</surname></name></contrib><contrib><collab>B</collab></contrib>"
    report = article(f"<contrib-group>{people}</contrib-group><aff>University of Oz</aff>")
    assert [len(one.affiliations) for one in report.authorships] == [1, 1]


EPUB, PPUB = "<pub-date pub-type='epub'>", "<pub-date pub-type='ppub'>"


@pytest.mark.parametrize(
    ("dates", "issued"),
    [
        (f"{EPUB}<year>2005</year></pub-date>{PPUB}<year>2006</year></pub-date>", "2006"),
        ("<pub-date date-type='pub' iso-8601-date='2020-05-02'/>", "2020-05-02"),
        (f"{EPUB}<year>2008</year><month>Feb</month><day>31</day></pub-date>", "2008-02"),
        (
            f"<pub-date pub-type='pmc-release'><year>9</year></pub-date>{EPUB}<year>2008</year></pub-date>",
            "2008",
        ),
        ("<pub-date><string-date>May 2, 2003</string-date></pub-date>", "2003-05-02"),
        ("<pub-date><year>0000</year></pub-date>", None),
    ],
)
def test_the_date_of_the_printed_issue_comes_first(dates: str, issued: str | None) -> None:
    found = article(dates).issued
    assert (None if found is None else str(found.value)) == issued


def test_a_retraction_and_a_correction_lead_to_the_article() -> None:
    report = article(
        '<related-article related-article-type="retracted-article" xmlns:x="http://www.w3.org/1999/xlink"'
        ' x:href="10.5555/a"/><related-article related-article-type="corrected-article"><pub-id/>'
        "J Doors 1, doi: 10.5555/b</related-article>"
    )
    assert [(one.kind, one.work.doi and one.work.doi.value) for one in report.relations] == [
        ("retracts", "10.5555/a"),
        ("corrects", "10.5555/b"),
    ]


def test_one_entry_of_the_list_may_cite_several_works() -> None:
    works = "<mixed-citation>One.</mixed-citation><mixed-citation>Two.</mixed-citation>"
    ref = f"<ref><label>7</label>{works}</ref>"
    found = article("<volume>1</volume>", f"<ref-list>{ref}</ref-list>").references
    assert [(one.position, one.number and one.number.value, one.quote.raw) for one in found] == [
        (1, 7, "One."),
        (2, 7, "Two."),
    ]


def test_an_article_without_metadata_is_a_problem() -> None:
    (source,) = jats_xml.records(File.of("a.xml", b"<article><body/></article>"))
    assert isinstance(source, Source)
    assert [one.code for one in jats_xml.read(source) if isinstance(one, Problem)] == ["no-record"]


def test_docbook_is_no_jats() -> None:
    head = File.of("a.xml", b"<article><title>Doors</title><para>Text</para></article>").head
    assert not jats_xml.recognises(head)
