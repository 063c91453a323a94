"""The report of a validation for people: what is to be done, where, and how many times."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg import formats, shape_report
from kg.cli import main
from kg.problems import Breach, Problem
from kg.shape_report import MOST, as_html, as_json, grouped, in_rdf, met
from tests.releasing import BASE, content, written

SHACL = "http://www.w3.org/ns/shacl#"
DOOR = Breach(
    "https://example.org/shapes#DoorShape", "violation", f"{BASE}report/a", "http://purl.org/dc/terms/title",
    "Paint the door.", "Pattern", '<wet> & "old"', '"<wet> & \\"old\\""',
)  # fmt: skip
EVIL = "<script>alert(1)</script>"


def problem(breach: Breach = DOOR, path: str = "b.txt", line: int | None = 3, hint: str = "") -> Problem:
    stops = breach.stops
    return Problem(
        "shape-DoorShape",
        "told",
        path,
        line=line,
        breach=breach,
        severity="error" if stops else "warning",
        hint=hint,
    )


def test_the_report_goes_by_shape_then_by_what_is_to_be_done_then_by_place() -> None:
    warning = replace(DOOR, severity="warning", message="Oil the door.")
    passed = replace(DOOR, reason="the paint is new")
    window = replace(DOOR, shape="https://example.org/shapes#AWindow")
    given = [
        problem(passed), problem(warning), problem(line=9), problem(path="a.txt"), problem(), problem(window),
        Problem("odd", "of no shape", "b.txt"),
    ]  # fmt: skip
    shapes = grouped(given)
    assert list(map(shape_report.name, shapes)) == ["AWindow", "DoorShape"]
    told = [
        (task.breach.message, task.breach.stops, [one.place for one in task.places])
        for task in shapes[DOOR.shape]
    ]
    assert told == [
        ("Paint the door.", True, ["a.txt, line 3", "b.txt, line 3", "b.txt, line 9"]),
        ("Paint the door.", False, ["b.txt, line 3"]),
        ("Oil the door.", False, ["b.txt, line 3"]),
    ]
    assert grouped(reversed(given)) == shapes
    as_value = as_json(given, {"b.txt": f"{BASE}source/1"})
    assert (as_value["results"], as_value["stopping"]) == (6, 4)
    first = as_value["shapes"][1]["tasks"][0]
    assert first["places"][1] == {
        "entity": f"{BASE}report/a",
        "value": '<wet> & "old"',
        "constraint": "Pattern",
        "document": "b.txt",
        "source": f"{BASE}source/1",
        "line": 3,
        "start": None,
        "where": "",
        "hint": "",
    }
    assert as_value["shapes"][1]["tasks"][1]["let_pass"] == passed.reason


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"line": 4, "where": "/title"}, "a.json, line 4, /title"),
        ({"line": None, "start": 7}, "a.json, character 7"),
        ({"line": None}, "a.json"),
        ({"path": DOOR.entity}, ""),
    ],
)
def test_a_place_is_told_as_well_as_it_is_known(changes: dict[str, object], place: str) -> None:
    (one,) = met([replace(problem(path="a.json"), **changes)])  # type: ignore[arg-type] # a table of fields
    assert one.place == place


def test_the_page_escapes_what_documents_say_and_counts_what_it_does_not_list() -> None:
    evil = replace(DOOR, message=EVIL, value=EVIL, entity=EVIL, path=EVIL, shape=EVIL, reason=EVIL)
    page = as_html([problem(evil, f"{EVIL}.txt", hint=EVIL)])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 8
    many = [problem(line=line) for line in range(MOST + 5)]
    assert "<p>And 5 more.</p>" in as_html(many)
    both = as_json([problem(), problem(replace(DOOR, constraint="MinLength"))])["shapes"][0]["tasks"][0]
    assert (both["results"], len(both["places"])) == (2, 1)
    (task,) = as_json([*many, problem(replace(DOOR, constraint="MinLength"), line=0)])["shapes"][0]["tasks"]
    assert (task["results"], len(task["places"])) == (MOST + 6, MOST)


def test_the_report_in_rdf_says_what_pyshacl_would_and_the_place() -> None:
    path = replace(DOOR, path="http://a.example/p/http://a.example/q", term=None, value=None, entity="_:b")
    triples = list(shape_report.placed(in_rdf([problem(), problem(path)], "left out"), [problem()], {}))
    said = {(one.predicate.value.removeprefix(SHACL), one.object) for one in triples}
    for name, value in (
        ("focusNode", NamedNode(DOOR.entity)),
        ("value", Literal('<wet> & "old"')),
        ("resultPath", NamedNode(DOOR.path)),
        ("resultMessage", Literal("Paint the door.")),
        ("resultSeverity", NamedNode(f"{SHACL}Violation")),
        ("sourceConstraintComponent", NamedNode(f"{SHACL}PatternConstraintComponent")),
        ("sourceShape", NamedNode(DOOR.shape)),
        ("http://www.w3.org/2000/01/rdf-schema#comment", Literal("b.txt, line 3")),
        ("conforms", Literal(False)),
    ):
        assert (name, value) in said
    assert len([one for one in said if one[0] == "resultPath"]) == 1
    assert Literal(True) in {one.object for one in in_rdf([], "nothing")}


def test_a_release_tells_what_was_let_pass_and_what_was_left_out(tmp_path: Path) -> None:
    passed = problem(replace(DOOR, reason="new paint", entity=f"{BASE}person/ada"), "doors.txt")
    left_out = problem(path="odd.txt", hint="the document is left out")
    made = written(tmp_path, content(problems=(passed, left_out)))
    value = json.loads(made.results.read_text("utf-8"))
    assert (value["results"], value["stopping"]) == (2, 1)
    tasks = value["shapes"][0]["tasks"]
    assert [one["places"][0]["source"] for one in tasks] == [None, f"{BASE}source/0123456789abcdef"]
    turtle = list(parse(path=str(made.validation), format=RdfFormat.TURTLE))
    assert Literal("odd.txt, line 3") in {quad.object for quad in turtle}
    told = json.loads(made.problems.read_text("utf-8"))
    assert [one["breach"]["entity"] for one in told] == [f"{BASE}person/ada", f"{BASE}report/a"]


DATA = f"""<{BASE}authorship/a> <https://w3id.org/peerkg/ontology#authorPosition> "first" .
<{BASE}authorship/b> <https://w3id.org/peerkg/ontology#authorPosition> "second" .
"""


def test_validate_tells_the_file_and_the_line_and_writes_a_page_or_json(tmp_path: Path) -> None:
    types = "".join(
        f"<{BASE}authorship/{name}> a <https://w3id.org/peerkg/ontology#Authorship> .\n" for name in "ab"
    )
    (tmp_path / "types.ttl").write_text(types, "utf-8")
    (tmp_path / "data.nt").write_text(DATA, "utf-8")
    files = [str(tmp_path / "data.nt"), str(tmp_path / "types.ttl")]
    for name in ("report.html", "report.json"):
        done = CliRunner().invoke(
            main, ["validate", *files, "--engine", "compiled", "--report", str(tmp_path / name)]
        )
        assert done.exit_code == 1, done.output
    assert "data.nt, line 2" in (tmp_path / "report.html").read_text("utf-8")
    (shape,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["shapes"]
    lines = {(one["document"], one["line"]) for task in shape["tasks"] for one in task["places"]}
    assert lines == {(files[0], 1), (files[0], 2)}


def test_validate_finds_the_document_where_the_data_hold_evidence(seed_release: Path, tmp_path: Path) -> None:
    dumps = seed_release / "current" / "dumps"
    quads = [*formats.read_file(dumps / "peerkg.nq.gz"), *formats.read_file(dumps / "evidence.nq.gz")]
    wrong = NamedNode("https://w3id.org/peerkg/ontology#groupSize")
    source = next(quad for quad in quads if quad.predicate == wrong)
    group = source.subject
    shape = f"""<{BASE}Few> a <{SHACL}NodeShape> ; <{SHACL}targetNode> {group} ; <{SHACL}property> [
        <{SHACL}path> <{wrong.value}> ; <{SHACL}maxInclusive> 0 ; <{SHACL}message> "too many" ] ."""
    (tmp_path / "few.ttl").write_text(shape, "utf-8")
    (tmp_path / "data.nq").write_bytes(formats.write(quads, formats.N_QUADS))
    arguments = ["validate", str(tmp_path / "data.nq"), "--shapes", str(tmp_path / "few.ttl"), "--json"]
    (result,) = json.loads(CliRunner().invoke(main, arguments).output)["results"]
    names = {quad.object for quad in quads if quad.predicate.value.endswith("#fileName")}
    assert Literal(result["document"]) in names
