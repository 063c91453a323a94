"""Results as pictures: which they can be, that all rows are in them, and that no word of a result escapes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from server import raster
from server.picturing import BARS, NODES, picture, places, views
from server.tables import Labels, Row, Term

XSD = "http://www.w3.org/2001/XMLSchema#"
SVG = "{http://www.w3.org/2000/svg}"
NOBODY = Labels({}, ())


def n(value: str, kind: str = "integer") -> Term:
    return Term(value, "literal", datatype=XSD + kind)


def counted(*pairs: tuple[str, str]) -> list[Row]:
    return [{"what": Term(name, "literal"), "n": n(number)} for name, number in pairs]


def drawn(name: str, columns: list[str], rows: list[Row], labels: Labels = NOBODY) -> ET.Element:
    found = picture(name, columns, rows, labels)
    assert found is not None
    return ET.fromstring(str(found.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def test_bars_are_as_long_as_numbers_are_large() -> None:
    tree = drawn("chart", ["what", "n"], counted(("a", "4"), ("b", "2"), ("c", "0"), ("d", "-2")))
    widths = [float(bar.get("width", "")) for bar in tree.iter(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert widths[1] == widths[3]
    assert widths[2] == 0
    left = [float(bar.get("x", "")) for bar in tree.iter(f"{SVG}rect")]
    assert left[3] + widths[3] == pytest.approx(left[0], abs=0.2)


def test_what_leads_to_what_has_a_line_for_each_pair_and_a_name_for_each_thing() -> None:
    rows: list[Row] = [
        {"s": Term(f"urn:{one}", "uri"), "o": Term(f"urn:{other}", "uri")}
        for one, other in ("ab", "ac", "ab")
    ]
    tree = drawn("graph", ["s", "o"], rows, Labels({"urn:a": {"en": "Anna"}}, ["en"]))
    assert len(list(tree.iter(f"{SVG}path"))) == 2
    assert len(list(tree.iter(f"{SVG}circle"))) == 3
    assert "Anna" in [text.text for text in tree.iter(f"{SVG}text")]


def test_places_keep_north_above_and_east_to_the_right() -> None:
    rows: list[Row] = [
            {"name": Term("south-west", "literal"), "lat": n("40", "decimal"), "long": n("-80.5", "decimal")},
            {"name": Term("north-east", "literal"), "where": Term("Point(10 60)", "literal")},
            {"name": Term("nowhere", "literal"), "lat": n("400"), "long": n("1")}]  # fmt: skip
    tree = drawn("map", ["name", "lat", "long", "where"], rows)
    (west, south), (east, north) = [
        (float(one.get("cx", "")), float(one.get("cy", ""))) for one in tree.iter(f"{SVG}circle")
    ]
    assert west < east
    assert north < south
    assert places([(0, 0, "one")]).whole


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"a": Term("x", "literal"), "b": n("1")}, ["chart"]),
        ({"a": Term("x", "literal"), "b": n("NaN", "double")}, []),
        ({"a": Term("urn:a", "uri"), "b": Term("urn:b", "uri")}, ["graph"]),
        ({"lat": n("1"), "lon": n("2"), "a": Term("x", "literal")}, ["chart", "map"]),
        ({"a": Term("POINT(1..2 3)", "literal")}, []),
        ({"a": Term("POINT(1 -.)", "literal")}, []),
        ({"a": Term("POINT(1. -.5)", "literal")}, ["map"]),
        ({"a": n("1")}, []),
        ({}, []),
    ],
)
def test_a_result_is_offered_as_what_it_can_be(row: Row, expected: list[str]) -> None:
    assert views(list(row), [row]) == expected
    assert views(list(row), []) == []
    for name in ("chart", "graph", "map", "globe"):
        assert (picture(name, list(row), [row], NOBODY) is not None) == (name in expected)


def test_words_of_a_result_stay_words_and_much_is_cut_and_said() -> None:
    evil = '</text><script>alert(1)</script>"'
    tree = drawn("chart", ["what", "n"], counted((evil, "1")))
    assert not list(tree.iter(f"{SVG}script"))
    assert "<script>" in str(next(tree.iter(f"{SVG}text")).text)
    found = picture("chart", ["what", "n"], counted(*[("x", "1")] * (BARS + 1)), NOBODY)
    assert found is not None
    assert not found.whole
    late = picture(
        "chart", ["what", "n"], [{"what": Term("x", "literal")}] * BARS + counted(("y", "2")), NOBODY
    )
    assert late is not None
    assert ">y<" in late.svg
    assert late.whole
    star: list[Row] = [{"s": Term("urn:s", "uri"), "o": Term(f"urn:{at}", "uri")} for at in range(NODES)]
    graph = picture("graph", ["s", "o"], star, NOBODY)
    assert graph is not None
    assert not graph.whole


def test_a_picture_in_a_file_has_its_colours_and_all_its_words() -> None:
    rows = counted(('same class="bar" <i>', "4"), ("b", "2"))
    found = picture("chart", ["what", "n"], rows, NOBODY)
    assert found is not None
    tree = ET.fromstring(found.document)  # noqa: S314 - ours
    assert next(one.text for one in tree.iter(f"{SVG}text")) == 'same class="bar" <i>'
    bars = list(tree.iter(f"{SVG}rect"))[1:]
    assert [bar.get("fill") for bar in bars] == ["#0a5a66", "#0a5a66"]
    assert "style" not in found.document


def size(data: bytes) -> tuple[int, int]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def test_pixels_are_as_many_as_the_zoom_says() -> None:
    found = picture("chart", ["what", "n"], counted(("a", "4"), ("中文", "2")), NOBODY)
    assert found is not None
    tree = ET.fromstring(found.document)  # noqa: S314 - ours
    once = int(tree.get("width", "")), int(tree.get("height", ""))
    assert size(raster.png(found.document.replace("中文", "b"), 2.0)) == (2 * once[0], 2 * once[1])


def test_letters_that_no_font_has_are_no_blank_in_the_picture() -> None:
    page = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><text y="30">{}</text></svg>'
    assert raster.scripts("ab 1 中文 ▲") == {"DIGIT": "1", "LATIN": "a", "CJK": "中"}
    with pytest.raises(raster.NoFontError, match="\U00013000"):  # an Egyptian hieroglyph
        raster.png(page.format("a \U00013000"), 1.0)
