"""What needs a person's eye is listed, filled in, built, and listed no more."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg import release, review
from kg.commands.build import build
from kg.commands.review import review as command
from kg.decisions import Curation

SAMPLES = Path(__file__).parent / "samples" / "evidence_slides"

pytestmark = pytest.mark.slow


def run(what: Any, *arguments: object) -> Result:
    result = CliRunner().invoke(what, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def built(folder: Path, output: Path) -> list[review.Item]:
    result = run(build, folder, "--out", output)
    assert result.exit_code == 0, result.output
    return review.items(release.current(output))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of decks with citations that need a person, and a release of it."""
    folder = tmp_path_factory.mktemp("review")
    decks = folder / "decks"
    decks.mkdir()
    for name in ("benefits.txt", "numbered.txt"):
        shutil.copy(SAMPLES / name, decks / name)
    assert built(decks, folder / "public")
    return decks, folder / "public"


def test_the_most_pressing_comes_first(first: tuple[Path, Path]) -> None:
    kinds = [item.kind for item in review.items(release.current(first[1]))]
    assert {"citation", "difference"} <= set(kinds)
    assert kinds == sorted(kinds, key=list(review.WHY).index)


def test_the_list_is_a_table_or_json(first: tuple[Path, Path]) -> None:
    table = run(command, first[1])
    assert review.WHY["citation"] in table.output
    (one,) = json.loads(run(command, first[1], "--json", "--limit", 1).stdout)
    assert one["kind"] == "citation"
    assert one["decision"]["quote"] in (first[0] / one["path"]).read_text(encoding="utf-8")


def test_the_file_to_fill_in_decides_nothing_yet(first: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "curation" / "review.toml"
    assert run(command, first[1], "--write", file, "--by", 'Ada "A" Fox').exit_code == 0
    found = Curation.load(tmp_path)
    items = [item for item in review.items(release.current(first[1])) if item.decision]
    assert found.decisions == ()
    assert len(found.unfilled) == len(items)
    assert {one["by"] for one in tomllib.loads(file.read_text(encoding="utf-8"))["decision"]} == {
        'Ada "A" Fox'
    }
    again = run(command, first[1], "--write", file)
    assert again.exit_code == 2
    assert "is there already" in again.output


def filled(part: str) -> str:
    """One decision as a newcomer fills it in."""
    if f"# {review.WHY['difference']}" in part:
        return part.replace('action = ""', 'action = "confirm"')
    if f"# {review.WHY['citation']}" in part:
        part = part.replace('action = ""', 'action = "correct"').replace('value = ""', 'value = "1"')
        return part.replace('why = ""', 'why = "The first is meant."')
    return part


def test_what_is_filled_in_changes_the_release_and_is_listed_no_more(
    first: tuple[Path, Path], tmp_path: Path
) -> None:
    decks, output = tmp_path / "decks", tmp_path / "public"
    shutil.copytree(first[0], decks)
    before = built(decks, output)
    file = decks / "curation" / "review.toml"
    run(command, output, "--write", file, "--by", "Ada Fox")
    text = file.read_text(encoding="utf-8")
    file.write_text("\n\n".join(map(filled, text.split("\n\n"))), encoding="utf-8")
    old = release.current(output)
    after = built(decks, output)
    new = release.current(output)
    assert new.manifest["digest"] != old.manifest["digest"]
    assert {item.kind for item in before} - {item.kind for item in after} == {"citation", "difference"}
    assert release.verify(output, new.id) == []
    assert f"{new.base}graph/curation" in new.manifest["counts"]["graphs"]
    again = built(decks, output)
    assert (release.current(output).id, again) == (new.id, after)
    file.unlink()
    built(decks, output)
    last = release.current(output)
    assert release.verify(output, last.id) == []
    states = {row.state for row in last.registered() if "/decision/" in row.iri}
    assert states == {"withdrawn"}


def test_a_fault_in_a_curation_file_stops_the_build(first: tuple[Path, Path], tmp_path: Path) -> None:
    decks = tmp_path / "decks"
    shutil.copytree(first[0], decks)
    (decks / "curation").mkdir()
    (decks / "curation" / "one.toml").write_text('[[decision]]\naction = "doubt"\n')
    result = run(build, decks, "--out", tmp_path / "public")
    assert result.exit_code == 2
    assert "one.toml:2" in result.output
    assert not (tmp_path / "public" / "current").exists()


def test_a_decision_without_its_document_is_in_the_problems_with_its_line(
    first: tuple[Path, Path], tmp_path: Path
) -> None:
    decks = tmp_path / "decks"
    shutil.copytree(first[0], decks)
    (decks / "curation").mkdir()
    document = next(decks.glob("*.txt"))
    lines = [
        f'source = "{document.stem}s.txt"',
        'subject = "author"',
        'quote = "x"',
        'action = "confirm"',
        'by = "A"',
        "on = 2026-11-22",
    ]
    (decks / "curation" / "one.toml").write_text("\n[[decision]]\n" + "\n".join(lines))
    built(decks, tmp_path / "public")
    problems = json.loads(release.current(tmp_path / "public").problems.read_text(encoding="utf-8"))
    (told,) = [one for one in problems if one["code"] == "decision-without-document"]
    assert (told["path"], told["line"]) == ("curation/one.toml", 2)
    assert f"perhaps {document.name}" in told["hint"]


def test_there_is_nothing_to_review_without_a_release(tmp_path: Path) -> None:
    result = run(command, tmp_path)
    assert result.exit_code == 2
    assert "no release here" in result.output
