"""What did not change is not converted again, and what is damaged is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kg import cache, converted, parallel, publish, release
from kg.cache import Cache
from kg.collecting import collect
from kg.converted import Converted
from kg.opening import File
from kg.problems import Problem
from kg.settings import Settings, SourceDetails, SourceList
from kg.statements import Statements

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "samples"
RIS = "TY  - JOUR\nTI  - Peer support in {number} towns\nAU  - Doe, Ann\nDO  - 10.5555/{number}\nER  - \n\n"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(SAMPLES / "va_citation_abstract" / "month-range.txt", folder / "page.txt")
    (folder / "many.ris").write_text("".join(RIS.format(number=number) for number in range(5)), "utf-8")
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were really converted."""
    names: list[str] = []
    real = parallel._made

    def noted(file: File, *rest: object) -> Converted:
        names.append(Path(file.path).name)
        return real(file, *rest)  # type: ignore[arg-type] # handed on as they come

    monkeypatch.setattr(parallel, "_made", noted)
    return names


def build(papers: Path, output: Path) -> str:
    return str(publish.publish([papers], output, Settings()).release.manifest["digest"])


def entries(output: Path) -> dict[str, Path]:
    """The folders of the cache by the names of the documents."""
    folders = (output / cache.FOLDER).iterdir()
    return {Path(json.loads((one / converted.ACCOUNT).read_bytes())["path"]).name: one for one in folders}


@pytest.mark.slow
def test_only_what_is_new_is_converted_and_the_release_is_that_of_a_full_build(
    papers: Path, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(papers, tmp_path / "out")
    assert sorted(made) == ["many.ris", "page.txt"]
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "new.txt")
    made.clear()
    second = build(papers, tmp_path / "out")
    assert made == ["new.txt"]
    assert second != first
    monkeypatch.setattr(publish, "IN_MEMORY", 0)  # which makes no difference, nor does what was there before
    assert second == build(papers, tmp_path / "other")
    one, other = (release.current(tmp_path / name) for name in ("out", "other"))
    same = ["validation.ttl", "validation.json", "map.json", "search.sqlite"]
    same += [path.relative_to(one.folder).as_posix() for path in one.dumps.rglob("*.*")]
    assert [
        name for name in same if (one.folder / name).read_bytes() != (other.folder / name).read_bytes()
    ] == []
    assert release.verify(tmp_path / "out", release.current(tmp_path / "out").id) == []


@pytest.mark.slow
def test_a_file_that_is_gone_is_gone_from_the_cache(papers: Path, tmp_path: Path) -> None:
    build(papers, tmp_path / "out")
    (papers / "page.txt").unlink()
    build(papers, tmp_path / "out")
    assert set(entries(tmp_path / "out")) == {"many.ris"}
    assert (tmp_path / "out" / cache.FOLDER).stat().st_mode & 0o077 == 0, "it is nobody else's business"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": lambda folder: flip(max(folder.glob("*.facts"), key=lambda path: path.stat().st_size)),
    "a lost run": lambda folder: next(folder.glob("*.quotes")).unlink(),
    "things of another": lambda folder: next(folder.glob("*.things")).write_bytes(b""),
    "a file too many": lambda folder: (folder / "x.facts").write_bytes(b""),
    "no account": lambda folder: (folder / converted.ACCOUNT).unlink(),
    "half an account": lambda folder: (folder / converted.ACCOUNT).write_bytes(b'{"files": {'),
    "another account": lambda folder: (folder / converted.ACCOUNT).write_bytes(b"[]"),
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_converted_again(
    papers: Path, tmp_path: Path, made: list[str], damage: str
) -> None:
    kept = Cache.beside(tmp_path)
    first = convert(papers / "many.ris", kept)
    lines = list(Statements((*first.facts, *first.quotes)))
    DAMAGES[damage](first.folder)
    again = convert(papers / "many.ris", kept)
    assert made == ["many.ris"] * 2
    assert again == first
    assert list(Statements((*again.facts, *again.quotes))) == lines
    assert convert(papers / "many.ris", kept) == first
    assert made == ["many.ris"] * 2


def convert(path: Path, kept: Cache, settings: Settings | None = None) -> Converted:

    (document,) = collect([path]).documents
    made = parallel.convert(document, settings or Settings(), kept)
    assert not isinstance(made, Problem)
    return made


@pytest.mark.parametrize(
    "settings",
    [
        Settings(base_iri="https://example.org/"),
        Settings(quote_length=20),
        Settings(max_source_bytes=1_000_000),
    ],
)
def test_other_settings_are_another_conversion(papers: Path, settings: Settings) -> None:
    file = File.open(papers / "page.txt", "page.txt")
    assert cache.name_of(file, settings) != cache.name_of(file, Settings())
    told = SourceList({str((Path.cwd() / "page.txt").absolute()): SourceDetails(text="full")})
    assert cache.name_of(file, replace(settings, sources=told)) != cache.name_of(file, settings)
    assert cache.name_of(file, replace(settings, title="Another")) == cache.name_of(file, settings)


def test_other_bytes_another_path_and_another_program_are_another_conversion(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = File.open(papers / "page.txt", "page.txt")
    names = {cache.name_of(file, Settings()), cache.name_of(replace(file, path="x.txt"), Settings())}
    names.add(cache.name_of(replace(file, digest="0" * 64), Settings()))
    monkeypatch.setattr(cache, "_program", lambda: "another")
    names.add(cache.name_of(file, Settings()))
    assert len(names) == 4


def test_what_a_dead_build_began_is_removed(tmp_path: Path) -> None:
    kept = Cache.beside(tmp_path)
    (kept.folder / f".unfinished-{os.getpid()}-x").mkdir()
    assert list(Cache.beside(tmp_path).folder.iterdir()) == []


def test_a_conversion_that_fails_leaves_nothing(tmp_path: Path) -> None:
    kept = Cache.beside(tmp_path)
    with pytest.raises(KeyboardInterrupt), kept.making("x"):
        raise KeyboardInterrupt
    assert list(kept.folder.iterdir()) == []


def test_what_is_kept_is_what_was_made(papers: Path, tmp_path: Path) -> None:
    kept = Cache.beside(tmp_path)
    for path in papers.iterdir():
        one = convert(path, kept)
        found = converted.kept(one.folder)
        assert found == one
        assert found.reports
        assert list(found.entities()) == list(one.entities())
