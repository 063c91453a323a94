"""Files of many records: one evidence for each record, bounded memory, one problem for each bad record."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import conversion
from kg.concepts import Vocabulary
from kg.conversion import Conversion
from kg.evidence import OA, PK, RDF
from kg.mapping import Plan
from kg.opening import File
from kg.problems import Problem
from kg.reading.fields import Fields, Tally
from kg.settings import POLICIES, Settings, SourceDetails, SourceList, TextPolicy
from kg.source import Found, Source
from kg.sources import UnknownFormatError, formats, stream_format
from tests.conftest import PEERKG

PLAN = Plan.load()
BASE = Settings().base_iri
ABSTRACT = (
    "Background: Peer workers are few. Methods: We interviewed 9 peer specialists. Results: Hope increased."
)


def csl(number: int, **more: object) -> dict[str, object]:
    author = {"family": "Okafor", "given": "Ada"}
    return {
        "id": str(number),
        "type": "article-journal",
        "title": f"Peer workers of house {number}",
        "author": [author],
        "issued": {"date-parts": [[2019]]},
        **more,
    }


def converted(data: bytes | str, policy: TextPolicy = "quotes", path: str = "some.json") -> Conversion:
    details = SourceList({str(Path(path).absolute()): SourceDetails(title="T", text=policy)})
    file = File.of(path, data.encode() if isinstance(data, str) else data)
    settings = Settings(sources=details)
    return conversion.whole(conversion.convert_file(file, settings, Vocabulary.load()))


def nodes(quads: list[Quad]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return found


def paths(made: Conversion) -> Iterator[tuple[dict[str, list[str]], list[str], dict[str, list[str]]]]:
    """Each evidence, the values of the selectors that lead to its place, and its quote, if it has one."""
    graph = nodes(made.evidence)
    for node in list(graph.values()):
        if f"{PK}Evidence" not in node[f"{RDF}type"]:
            continue
        (target,) = node[f"{OA}hasTarget"]
        steps, at = list[str](), graph[target][f"{OA}hasSelector"]
        while len(at) == 1:
            steps += graph[at[0]][f"{RDF}value"]
            at = graph[at[0]][f"{OA}refinedBy"]
        merged: dict[str, list[str]] = {}
        for one in at:
            merged |= graph[one]
        yield node, steps, merged


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (json.dumps([csl(1), csl(2)]), ["/0", "/1"]),
        ("\n".join(json.dumps(csl(number)) for number in (1, 2)), ["line=0,1", "line=1,2"]),
        ("[\n" + json.dumps(csl(1), indent=1) + "]", ["/0"]),
        (json.dumps(csl(1), indent=1) + "\n", ["line=0,18"]),
    ],
)
def test_the_fields_of_a_record_have_one_evidence_with_its_place(data: str, places: list[str]) -> None:
    made = converted(data)
    found = [(node, steps) for node, steps, quote in paths(made) if not quote]
    assert [steps for _, steps in found] == [[place] for place in places]
    document = f"{BASE}source/{made.source.id}"
    for node, _ in found:
        assert node[f"{RDF}predicate"] == [f"{PK}convertedFrom"]
        assert node[f"{RDF}object"] == [document]
    by = PLAN.row("", "evidencedBy").predicate
    reports = {quad.subject for quad in made.facts if quad.predicate.value == f"{PK}convertedFrom"}
    assert {node[f"{RDF}subject"][0] for node, _ in found} == {
        one.value for one in reports if isinstance(one, NamedNode)
    }
    assert sum(quad.predicate == by for quad in made.facts) == len(places), "each authorship leads to it"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("lines", [True, False])
def test_what_is_read_from_the_words_of_a_record_is_quoted_in_its_field(
    policy: TextPolicy, *, lines: bool
) -> None:
    records = [csl(number, abstract=ABSTRACT) for number in (1, 2)]
    made = converted("\n".join(map(json.dumps, records)) if lines else json.dumps(records), policy)
    quoted = [(node, steps, quote) for node, steps, quote in paths(made) if quote]
    assert len(quoted) > 10
    fields = {"/title": records[0]["title"], "/abstract": ABSTRACT}
    for _, steps, quote in quoted:
        number = int(steps[0].removeprefix("line=").partition(",")[0] if lines else steps[0].split("/")[1])
        where = steps[-1] if lines else "/" + steps[0].split("/", 2)[2]
        text = ABSTRACT if where == "/abstract" else str(records[number]["title"])
        assert where in fields
        (start,), (end,) = quote[f"{OA}start"], quote[f"{OA}end"]
        assert 0 <= int(start) < int(end) <= len(text)
        if policy == "none":
            assert f"{OA}exact" not in quote
            continue
        (exact,), (prefix,), (suffix,) = (quote[f"{OA}{part}"] for part in ("exact", "prefix", "suffix"))
        assert text[int(start) : int(end)] == exact
        assert prefix + exact + suffix in text
    sizes = [node for node, _, _ in quoted if node[f"{RDF}predicate"] == [f"{PK}groupSize"]]
    assert [node[f"{RDF}object"] for node in sizes] == [["9"], ["9"]]


def test_a_bad_record_is_told_with_its_place_and_the_others_are_read() -> None:
    made = converted(json.dumps(csl(1)) + '\n{"id": 2, \n' + json.dumps(csl(3)) + "\n")
    assert (made.records, len(made.reports)) == (3, 2)
    (problem,) = made.problems
    assert (problem.code, problem.line, problem.severity) == ("json", 2, "error")


def test_damage_at_the_end_of_a_compressed_file_leaves_the_records_before_it() -> None:
    lines = (json.dumps(csl(n, x=hashlib.sha256(b"%d" % n).hexdigest())) for n in range(3000))
    data = gzip.compress("\n".join(lines).encode())
    made = converted(data[: len(data) * 2 // 3], "none")
    assert 500 < len(made.reports) < 3000
    assert [problem.code for problem in made.problems if problem.severity == "error"] == [
        "damaged-compression"
    ]


def test_fields_that_nobody_knows_are_a_problem_with_their_counts() -> None:
    made = converted(json.dumps([csl(1, shelf="B7", source="Night Library"), csl(2, shelf="B8"), csl(3)]))
    assert made.tally.unknown == {"shelf": 2}
    assert made.tally.known == {"id": 3, "source": 1}
    assert made.tally.mapped["author/family"] == 3
    assert made.tally.examples["shelf"] == "B7"
    (problem,) = made.problems
    assert "shelf (2)" in problem.message


def test_an_expected_field_is_either_mapped_or_known() -> None:
    with pytest.raises(ValueError, match="both mapped and not: DOI"):
        Fields(mapped={"DOI": "DOI"}, known={"DOI": "number"})


def test_a_tally_looks_into_objects_as_far_as_the_table_says() -> None:
    fields = Fields(mapped={"a/b": "x", "c": "y"}, known={"a/d": "z"})
    record = {
        "a": [{"b": 1, "d": "", "e": {"f": 1}}, {"b": None, "d": "two\nlines " + "x" * 200}],
        "c": {"g": 1},
        "h": 0,
    }
    tally = fields.tally_of(record)
    assert (tally.mapped, tally.known, tally.unknown) == ({"a/b": 1, "c": 1}, {"a/d": 1}, {"a/e": 1, "h": 1})
    assert tally.examples["a/d"].startswith("two lines x")
    assert len(tally.examples["a/d"]) == 80
    whole = Tally()
    whole.add(tally)
    whole.add(fields.tally([("c", "v"), ("q", "w")]))
    assert whole.not_mapped()[-1] == ("q", 1, "w", False)
    assert whole.mapped["c"] == 2


def test_of_two_stream_formats_neither_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("csl_json", "datacite_json"):
        monkeypatch.setattr(formats()[name], "recognises", lambda _: True)
    with pytest.raises(UnknownFormatError, match=r"several source formats .*csl_json.*datacite_json"):
        stream_format(File.of("x", b"anything"))


def test_a_record_is_converted_by_a_pure_function() -> None:
    file = File.of("x.json", json.dumps([csl(1, abstract=ABSTRACT), csl(2)]).encode())
    form = stream_format(file)
    assert form is not None
    first, *_ = (one for one in conversion.records(form, file) if isinstance(one, Source))
    one, again = (conversion.of_record(form, replace(first), Settings(), Vocabulary.load()) for _ in range(2))
    assert one == again
    assert conversion.of_record(form, first, Settings(), None).reports[0].study is None


def test_two_records_without_any_words_are_two_things() -> None:
    made = converted('[{"id": 1, "type": "book", "issued": {"date-parts": [[]]}}, {"id": 2, "type": "book"}]')
    assert len({quad.subject for quad in made.facts if quad.object == PLAN.types["Report"]}) == 2


def test_a_problem_in_a_record_names_the_line_and_the_pointer() -> None:
    source = Source("x.json", "", "d", number=2, first_line=7, where="/message/items/1", data=b"{}")
    problem = Problem.at(source, Found("x", "x", 3, "/title"), "odd", "it is odd")
    assert str(problem) == "x.json:7 at /message/items/1/title: warning: it is odd [odd]"
    assert (problem.start, problem.end) == (None, None)


@pytest.mark.slow
def test_a_snapshot_folder_is_built_and_its_manifest_is_no_document(tmp_path: Path) -> None:
    folder = tmp_path / "works" / "updated_date=2024-01-01"
    folder.mkdir(parents=True)
    (tmp_path / "works" / "manifest").write_text('{"entries": []}', encoding="utf-8")
    for part in range(2):
        ids = (f"https://openalex.org/W{part}{number}" for number in range(5))
        lines = (json.dumps({"id": one, "title": f"Peers {one}", "shelf": 1}) for one in ids)
        (folder / f"part_00{part}.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    result = subprocess.run(
        [PEERKG, "build", tmp_path / "works", "--out", tmp_path / "public", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "10 records" in result.stdout + result.stderr or '"records": 10' in result.stdout
    manifest = json.loads((tmp_path / "public" / "current" / "manifest.json").read_bytes())
    assert [source["records"] for source in manifest["sources"]] == [5, 5]
    assert manifest["sources"][0]["notMapped"] == [
        {"field": "shelf", "count": 5, "known": False, "example": "1"}
    ]


PEAK = """
import re, sys
from pathlib import Path
from kg.commands.reading import settings_of
from kg.concepts import Vocabulary
from kg.inspection import inspect
from kg.opening import File
found = inspect(File.open(Path(sys.argv[1]), "x"), settings_of(None, None), Vocabulary.load())
# Not `ru_maxrss`: that of a new process begins with its parent's.
print(found.records, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux' /proc")
def test_a_file_of_many_records_needs_no_more_memory_than_one_of_few(tmp_path: Path) -> None:
    peaks = []
    for count in (300, 2000):
        path = tmp_path / f"{count}.json"
        filled = (json.dumps(csl(number, **{"x-filling": "y" * 20_000})) for number in range(count))
        path.write_text(f"[{','.join(filled)}]", encoding="utf-8")
        result = subprocess.run(
            [sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True
        )
        records, peak = map(int, result.stdout.split())
        assert records == count
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 20_000, "in kB; the file has 40 MB"
