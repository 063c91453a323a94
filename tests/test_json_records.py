"""JSON files are cut into records bracket by bracket or line by line, and nothing of it is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import opening
from kg.opening import File
from kg.problems import Problem
from kg.reading import json_records
from kg.reading.json_records import JsonValues, first_keys, parsed, records
from kg.source import Source

API = (("message", "items"), ("message",))


def cut(data: str | bytes, *envelopes: tuple[str, ...]) -> list[Source | Problem]:
    file = File.of("x.json", data.encode() if isinstance(data, str) else data)
    return list(records(file, *envelopes))


def found(data: str | bytes, *envelopes: tuple[str, ...]) -> list[tuple[int, str, Any]]:
    """Line, place and value of each record; the code of each problem."""
    return [
        (one.first_line, one.where, json.loads(one.data)) if isinstance(one, Source) else one.code  # type: ignore[misc]  # told apart by the reader
        for one in cut(data, *envelopes)
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"a": 1}', [(1, "", {"a": 1})]),
        ('\n\n{"a":\n1}\n', [(3, "", {"a": 1})]),
        ('{"a": 1}\n\n{"a": 2}\n{"a": 3}', [(1, "", {"a": 1}), (3, "", {"a": 2}), (4, "", {"a": 3})]),
        ('{"a":\n 1}\n{"a": 2}', [(1, "", {"a": 1}), (3, "", {"a": 2})]),
        ('[{"a": "]}"},\n\n{"a": "\\\\"}]', [(1, "/0", {"a": "]}"}), (3, "/1", {"a": "\\"})]),
        ("[]", []),
        (
            '{"status": "ok", "message": {"n": [[{"x": 1}]], "items": [{"a": 1},\n{"a": 2}], "q": {}}}',
            [(1, "/message/items/0", {"a": 1}), (2, "/message/items/1", {"a": 2})],
        ),
        ('{"message": {"a": 1}, "status": "ok"}\n', [(1, "/message", {"a": 1})]),
        (
            '[{"message": {"a": 1}},\n {"message": {"items": [{"a": 2}]}}, {"a": 3}]',
            [(1, "/0/message", {"a": 1}), (2, "/1/message/items/0", {"a": 2}), (2, "/2", {"a": 3})],
        ),
        ('{"message": null, "status": 5, "x": true}', []),
        ('{"a": {"message": 1}}', [(1, "", {"a": {"message": 1}})]),
        ('{"a": "message: \\"message\\": 1"}', [(1, "", {"a": 'message: "message": 1'})]),
        ('\x1e{"a": 1}\n\x1e{"a": 2}\n', [(1, "", {"a": 1}), (2, "", {"a": 2})]),
        ('[1, {"a": 2}]', ["no-record", (1, "/1", {"a": 2})]),
        ('[{"a": 1}, {"b": ', [(1, "/0", {"a": 1}), "cut-off"]),
        ('{"a": 1} nonsense [{"b": 2}]', [(1, "", {"a": 1}), "json", (1, "/0", {"b": 2})]),
        ("[" * 100_000, ["no-record", "cut-off"]),
    ],
)
def test_records_are_where_they_stand(data: str, expected: list[Any]) -> None:
    assert found(data, *API) == expected


def test_a_bad_line_of_json_lines_harms_no_other() -> None:
    first, bad, last = cut('{"a": 1}\n{"a": [}\n{"a": 3}\n')
    assert isinstance(bad, Source)
    problem = parsed(bad)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.severity) == ("json", 2, "error")
    assert [parsed(one) for one in (first, last) if isinstance(one, Source)] == [{"a": 1}, {"a": 3}]


@pytest.mark.parametrize(
    "shape", ["[{},\n{},\n{}]", "{}\n{}\n{}\n", '{{"message": {{"items": [{},\n{},\n{}]}}}}']
)
def test_a_record_that_is_too_long_is_left_out_and_no_other(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "LONGEST", 1000)
    monkeypatch.setattr(opening, "HEAD", 50)
    long = json.dumps({"k": 'x\\"' * 400_000, "z": [1, {"y": 2}]})
    first, problem, last = cut(shape.format('{"a": 1}', long, '{"b": 2}'), *API)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line) == ("record-too-large", 2)
    assert isinstance(first, Source)
    assert isinstance(last, Source)
    assert (parsed(first), parsed(last), last.first_line, last.number) == ({"a": 1}, {"b": 2}, 3, 3)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=9,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), min_size=1, max_size=5), st.data())
def test_every_way_to_write_records_gives_the_same_records(objects: list[dict[str, Any]], data: Any) -> None:
    indent = data.draw(st.sampled_from([None, 1]))
    ascii_only = data.draw(st.booleans())

    def write(value: Any) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("\ud800", "")

    objects = [one for one in objects if "message" not in one]
    whole = {"first": {"items": [{"no": 1}]}, "message": {"total": "]", "items": objects}}
    for text in ("\n".join(map(write, objects)), write(objects), write(whole)):
        if text:
            assert [parsed(one) for one in cut(text, *API) if isinstance(one, Source)] == objects


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": NaN}', {"a": None}),
        (b'{"a": "\\ud800x"}', {"a": "\ufffdx"}),
        (b'{"a": "b\tc"}', {"a": "b\tc"}),
        (b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a":' * 500 + b"1" + b"}" * 500, None),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, None),
        (b'{"a": 1', None),
        (b"[1]", None),
    ],
)
def test_what_people_write_is_read_and_what_nobody_can_read_is_a_problem(data: bytes, value: Any) -> None:
    read = parsed(Source("x", "", "d", data=data))
    if isinstance(read, Problem) or value is None:
        assert value is None
        assert isinstance(read, Problem) or len(data) < 10_000
    else:
        assert read == value


def test_values_know_their_pointer_and_never_overlap() -> None:
    values = JsonValues()
    title, year = values.text(" Doors ", "a/b", "c~d", 0), values.text(2019, "year")
    assert title is not None
    assert year is not None
    assert (title.raw, title.where) == ("Doors", "/a~1b/c~0d/0")
    assert (year.raw, year.where) == ("2019", "/year")
    assert title.end < year.start
    assert title.part(0, 2).where == title.where
    nothing: tuple[Any, ...] = (None, "", " ", True, [], {})
    assert [values.text(one, "x") for one in nothing] == [None] * 6
    numbers = [values.number(one, "n") for one in ("007", 7, "-1", "1.5", True)]
    assert [one and one.value for one in numbers] == [7, 7, None, None, None]


def test_a_head_that_is_cut_still_shows_its_keys() -> None:
    whole = json.dumps([{"id": "x", "author": [{"family": "Vale"}], "said": '"doi": 1'}])
    assert first_keys(whole) == {"id", "author", "author/family", "said"}
    assert first_keys(whole[:40]) == {"id", "author", "author/family"}
    assert first_keys("TY  - JOUR") == frozenset()
