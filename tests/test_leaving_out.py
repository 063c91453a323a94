"""A document or record that violates a shape does not stop the publish of the others."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import Triple

from kg import checking, formats, leaving_out, parallel, publish
from kg.cli import main
from kg.concepts import Vocabulary
from kg.converted import Converted
from kg.gate import RefusedError
from kg.problems import Problem
from kg.settings import Settings
from kg.source import Source
from kg.understanding import understand
from tests.building import source_of

SAMPLES = Path(__file__).parent / "samples" / "va_citation_abstract"


def document(name: str, digest: str = "", **fields: Any) -> Converted:
    return Converted(Path(), name, digest or source_of(name).digest, **{"reports": 1, **fields})


def conversions(names: Iterable[str]) -> list[Converted]:
    return [document(name) for name in names]


class Again:
    """What converts the records of `file.ris` again: the `parts`, or none for every other document."""

    def __init__(self, *parts: Converted) -> None:
        self.parts = parts

    def records(self, conversion: Converted, chosen: Callable[[Source], bool]) -> list[Converted]:
        parts = self.parts if conversion.path == "file.ris" else ()
        return [
            one
            for one in parts
            if not one.number or chosen(replace(source_of("x"), number=one.number, first_line=one.first_line))
        ]

    def without(self, conversion: Converted, records: Collection[int]) -> Converted:
        left = [one.format for one in self.parts if one.number and one.number not in records]
        return replace(conversion, format=" ".join(left), reports=len(left))


class Gate:
    """Refuses the documents in `wrong`, and those of `pair` together; `blamed` is named if it is there."""

    def __init__(self, wrong: str, pair: str = "", blamed: str = "") -> None:
        self.wrong, self.pair, self.blamed = set(wrong), set(pair), blamed

    def __call__(self, some: Sequence[Converted]) -> Any:
        here = {one.path for one in some}
        if (bad := self.wrong & here) or (self.pair and self.pair <= here):
            path = self.blamed if self.blamed in here else min(bad or self.pair)
            raise RefusedError((Problem("shape-X", f"in {len(some)}", path, severity="error"),))
        return "".join(sorted(here))


@pytest.mark.parametrize("blamed", ["", "a"])
def test_the_documents_at_fault_are_left_out_whichever_is_blamed(blamed: str) -> None:
    _, kept, problems = leaving_out.publishable(conversions("abcdefg"), Gate("bf", blamed=blamed), Again())
    assert [one.path for one in kept] == list("acdeg")
    assert sorted(problem.path for problem in problems) == ["b", "f"]
    assert all(problem.message == "in 1" and "left out" in problem.hint for problem in problems)


def test_what_only_two_documents_violate_together_stops_the_release() -> None:
    with pytest.raises(RefusedError) as refused:
        leaving_out.publishable(conversions("abcd"), Gate("", pair="bd"), Again())
    assert [problem.path for problem in refused.value.problems] == ["b"]


def test_nothing_is_published_where_every_document_is_at_fault() -> None:
    with pytest.raises(RefusedError) as refused:
        leaving_out.publishable(conversions("ab"), Gate("ab"), Again())
    assert [problem.path for problem in refused.value.problems] == ["a", "b"]


def of_file(*records: str) -> list[Converted]:
    """The conversions of the records of a file, and of the file; the format is the name of a record."""
    digest = source_of("all").digest
    parts = [
        document("file.ris", digest, format=name, number=number, first_line=10 * number)
        for number, name in enumerate(records, 1)
    ]
    return [*parts, document("file.ris", digest, reports=0, records=len(records))]


@pytest.mark.parametrize("line", [20, 30, None])
def test_the_record_at_fault_is_left_out_alone_whichever_line_is_blamed(line: int | None) -> None:
    """The fake gate knows conversions by their format; a file names all its records there."""
    parts = of_file("a", "wrong", "c")

    def linked(some: Sequence[Converted]) -> list[str]:
        names = [one.format for one in some]
        if any("wrong" in name for name in names):
            raise RefusedError((Problem("shape-X", "it is wrong", "file.ris", line=line, severity="error"),))
        return names

    told = Problem("odd", "an odd record", "file.ris")
    first = replace(parts[-1], format="a wrong c", records=3, reports=3, problems=(told,))
    graph, (kept,), (problem,) = leaving_out.publishable([first], linked, Again(*parts))
    assert graph == ["a c"]
    assert (kept.records, kept.reports, kept.problems) == (3, 2, (told,))
    assert problem.line == (line or 20)
    assert problem.hint.startswith("record 2 is left out")


def test_a_large_file_is_not_taken_apart_where_no_record_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_out, "MOST", 2)
    parts = of_file("a", "wrong", "c")

    def linked(some: Sequence[Converted]) -> list[str]:
        if any("wrong" in one.format for one in some):
            raise RefusedError((Problem("shape-X", "it is wrong", "file.ris", severity="error"),))
        return [one.path for one in some]

    documents = [replace(parts[-1], format="a wrong c", reports=3), document("x")]
    graph, _, (problem,) = leaving_out.publishable(documents, linked, Again(*parts))
    assert graph == ["x"]
    assert problem.hint.startswith("the document is left out")


def test_a_file_is_left_out_where_every_record_is_at_fault_or_its_bytes_have_changed() -> None:
    def linked(some: Sequence[Converted]) -> list[str]:
        if any(one.path == "file.ris" for one in some):
            raise RefusedError((Problem("shape-X", "it is wrong", "file.ris", severity="error"),))
        return [one.path for one in some]

    parts = of_file("a", "b")
    changed = [replace(one, digest="0" * 64) for one in parts]
    for again in (Again(*parts), Again(*changed)):
        documents = [parts[-1], document("x")]
        graph, kept, (problem,) = leaving_out.publishable(documents, linked, again)
        assert graph == ["x"]
        assert [one.path for one in kept] == ["x"]
        assert problem.hint.startswith("the document is left out")


SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pk: <https://w3id.org/peerkg/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://example.org/shapes#Doors> a sh:NodeShape ; sh:targetClass pk:Report ;
  sh:property [ sh:path dcterms:title ; sh:not [ sh:pattern "wet paint" ] ; sh:message "no wet paint" ] .
"""


@pytest.fixture
def no_wet_paint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shape that no title with these words keeps to."""
    real = checking.shapes
    more = [quad.triple for quad in formats.read(SHAPE.encode(), formats.TURTLE, where="test")]

    def shapes(*, evidence: bool = False) -> list[Triple]:
        return [*real(evidence=evidence), *([] if evidence else more)]

    monkeypatch.setattr(checking, "shapes", shapes)


@pytest.mark.slow
@pytest.mark.usefixtures("no_wet_paint")
def test_the_other_documents_are_published(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    shutil.copy(SAMPLES / "month-range.txt", papers / "good.txt")
    text = (SAMPLES / "abbreviated-pages.txt").read_text("utf-8")
    (report,) = understand(source_of(text), Vocabulary.load()).reports
    assert report.title is not None
    title = report.title.raw
    (papers / "odd.txt").write_text(text.replace(title, f"{title} wet paint"), "utf-8")
    outcome = publish.publish([papers], tmp_path / "out", Settings(), runner=parallel.Processes(1))
    (problem,) = [one for one in outcome.problems if one.code == "shape-Doors"]
    assert Path(problem.path).name == "odd.txt"
    assert problem.line
    assert problem.severity == "error"
    assert outcome.read == 1
    assert [source["path"] for source in outcome.release.manifest["sources"]] == ["good.txt"]


RIS = """TY  - JOUR
TI  - {title}
AU  - Doe, Ann
JO  - Doors and Rooms
SN  - 0378-5955
DO  - 10.5555/{number}
ER  -
"""


@pytest.mark.slow
@pytest.mark.usefixtures("no_wet_paint")
def test_the_other_records_of_a_file_are_published(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    titles = ["A", "B", "Wet paint: wet paint", "D", "more wet paint", "F"]
    records = [RIS.format(title=title, number=number) for number, title in enumerate(titles)]
    (papers / "six.ris").write_text("\n".join(records), "utf-8")
    outcome = publish.publish([papers], tmp_path / "out", Settings(), runner=parallel.Processes(1))
    wrong = [one for one in outcome.problems if one.code == "shape-Doors"]
    assert [(Path(one.path).name, one.line, one.severity) for one in wrong] == [
        ("six.ris", 17, "error"),
        ("six.ris", 33, "error"),
    ]
    assert [one.hint.partition(" is")[0] for one in wrong] == ["record 3", "record 5"]
    (source,) = outcome.release.manifest["sources"]
    assert (source["records"], source["reports"], outcome.records) == (6, 4, 4)
    published = b"".join(path.read_bytes() for path in outcome.release.folder.glob("dumps/tables/works.csv"))
    assert b"10.5555/5" in published
    assert b"wet paint" not in published


@pytest.mark.slow
@pytest.mark.usefixtures("no_wet_paint")
def test_a_refused_build_tells_by_shape_what_to_do_and_writes_its_report(tmp_path: Path) -> None:
    (tmp_path / "all.ris").write_text(RIS.format(title="wet paint", number=1), "utf-8")
    report = tmp_path / "report.ttl"
    arguments = [str(tmp_path / "all.ris"), "--out", str(tmp_path / "out"), "--report", str(report)]
    done = CliRunner().invoke(main, ["build", *arguments])
    assert done.exit_code == 1, done.output
    words = " ".join(done.output.split())
    for expected in ("Doors", "no wet paint", "nothing was published"):
        assert expected in words
    said = formats.read_file(report)
    assert {"all.ris, line 1", "no wet paint"} <= {Path(getattr(q.object, "value", "")).name for q in said}
