"""A document that violates a shape does not stop the publish of the others."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Triple

from kg import checking, formats, publish
from kg.concepts import Vocabulary
from kg.conversion import Conversion
from kg.gate import RefusedError
from kg.problems import Problem
from kg.settings import Settings
from kg.understanding import understand
from tests.building import source_of

SAMPLES = Path(__file__).parent / "samples" / "va_citation_abstract"


def conversions(names: Iterable[str]) -> list[Conversion]:
    return [Conversion(source_of(name, name), "", (), [], [], [], []) for name in names]


class Gate:
    """Refuses the documents in `wrong`, and those of `pair` together; `blamed` is named if it is there."""

    def __init__(self, wrong: str, pair: str = "", blamed: str = "") -> None:
        self.wrong, self.pair, self.blamed = set(wrong), set(pair), blamed

    def __call__(self, some: Sequence[Conversion]) -> Any:
        here = {one.source.path for one in some}
        if (bad := self.wrong & here) or (self.pair and self.pair <= here):
            path = self.blamed if self.blamed in here else min(bad or self.pair)
            raise RefusedError((Problem("shape-X", f"in {len(some)}", path, severity="error"),))
        return "".join(sorted(here))


@pytest.mark.parametrize("blamed", ["", "a"])
def test_the_documents_at_fault_are_left_out_whichever_is_blamed(blamed: str) -> None:
    _, kept, problems = publish._publishable(conversions("abcdefg"), Gate("bf", blamed=blamed))
    assert [one.source.path for one in kept] == list("acdeg")
    assert sorted(problem.path for problem in problems) == ["b", "f"]
    assert all(problem.message == "in 1" and "left out" in problem.hint for problem in problems)


def test_what_only_two_documents_violate_together_stops_the_release() -> None:
    with pytest.raises(RefusedError) as refused:
        publish._publishable(conversions("abcd"), Gate("", pair="bd"))
    assert [problem.path for problem in refused.value.problems] == ["b"]


def test_nothing_is_published_where_every_document_is_at_fault() -> None:
    with pytest.raises(RefusedError) as refused:
        publish._publishable(conversions("ab"), Gate("ab"))
    assert [problem.path for problem in refused.value.problems] == ["a", "b"]


SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pk: <https://w3id.org/peerkg/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://example.org/shapes#Doors> a sh:NodeShape ; sh:targetClass pk:Report ;
  sh:property [ sh:path dcterms:title ; sh:not [ sh:pattern "wet paint" ] ; sh:message "no wet paint" ] .
"""


@pytest.mark.slow
def test_the_other_documents_are_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checking.shapes
    more = [quad.triple for quad in formats.read(SHAPE.encode(), formats.TURTLE, where="test")]

    def shapes(*, evidence: bool = False) -> list[Triple]:
        return [*real(evidence=evidence), *([] if evidence else more)]

    monkeypatch.setattr(checking, "shapes", shapes)
    papers = tmp_path / "papers"
    papers.mkdir()
    shutil.copy(SAMPLES / "month-range.txt", papers / "good.txt")
    text = (SAMPLES / "abbreviated-pages.txt").read_text("utf-8")
    (report,) = understand(source_of(text), Vocabulary.load()).reports
    assert report.title is not None
    title = report.title.raw
    (papers / "odd.txt").write_text(text.replace(title, f"{title} wet paint"), "utf-8")
    outcome = publish.publish([papers], tmp_path / "out", Settings(), jobs=1)
    (problem,) = [one for one in outcome.problems if one.code == "shape-Doors"]
    assert Path(problem.path).name == "odd.txt"
    assert problem.line
    assert problem.severity == "error"
    assert outcome.read == 1
    assert [source["path"] for source in outcome.release.manifest["sources"]] == ["good.txt"]
