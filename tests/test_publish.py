"""A folder of documents becomes a release: the same one for the same input, a complete one or none."""

from __future__ import annotations

import gzip
import io
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner, Result
from filelock import FileLock
from pyld import jsonld
from pyoxigraph import NamedNode, Triple
from rich.console import Console

from kg import checking, collecting, directory, formats, parallel, publish, release
from kg.cache import Cache
from kg.collecting import Document
from kg.commands.build import _Progress, build
from kg.problems import Problem
from kg.release import Release
from kg.settings import Settings
from kg.statements import Statements
from tests.processes import children
from tests.releasing import content, written

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SAMPLES = ROOT / "tests" / "samples"
PEERKG = Path(sys.executable).with_name("peerkg")

pytestmark = pytest.mark.slow


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder with one document that can be read."""
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(SAMPLES / "va_citation_abstract" / "month-range.txt", folder / "good.txt")
    return folder


def run(*arguments: object) -> Result:
    """The command in this process; an exception that is no exit is a failure of the test."""
    result = CliRunner().invoke(build, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kinds(directory: Path) -> dict[str, str]:
    """The problems of the current release but for those of `good.txt`: the code of each by the path."""
    problems = json.loads(release.current(directory).problems.read_text(encoding="utf-8"))
    return {problem["path"]: problem["code"] for problem in problems if problem["path"] != "good.txt"}


# The same input gives the same release.


def same_bytes(one: Release, two: Release) -> None:
    assert one.manifest["digest"] == two.manifest["digest"]
    for path in sorted(path for path in one.dumps.rglob("*") if path.is_file()):
        assert path.read_bytes() == (two.folder / path.relative_to(one.folder)).read_bytes(), path
    for name in ("identities.tsv", "validation.ttl", "problems.json"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name


def test_the_seeds_give_the_same_bytes_from_another_folder_in_two_processes(
    seed_release: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(SEEDS, elsewhere)
    outcome = publish.publish([elsewhere], tmp_path / "out", Settings(), runner=parallel.Processes(2))
    same_bytes(outcome.release, release.current(seed_release))


def test_the_order_of_the_files_does_not_matter(seed_release: Path, tmp_path: Path) -> None:
    files = sorted(SEEDS.glob("*.txt"), reverse=True)
    outcome = publish.publish(files, tmp_path, Settings(), runner=parallel.Processes(1))
    same_bytes(outcome.release, release.current(seed_release))


def test_the_same_documents_again_are_no_new_release(papers: Path, tmp_path: Path) -> None:
    first = run(papers, "--out", tmp_path / "out")
    assert first.exit_code == 0, first.output
    second = run(papers, "--out", tmp_path / "out")
    assert second.exit_code == 0
    assert second.stdout.replace("unchanged", "published") == first.stdout
    assert len(release.ids(tmp_path / "out")) == 1


def test_every_published_iri_is_registered_and_one_that_is_gone_is_withdrawn(
    papers: Path, tmp_path: Path
) -> None:
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    first = publish.publish([papers], tmp_path / "out", Settings()).release
    ours = {
        str(quad.subject)[1:-1]
        for quad in first.quads()
        if "/graph/source/" in str(quad.graph_name) or quad.graph_name == first.graph("evidence")
    }
    rows = {row.iri: row for row in first.registered()}
    assert {row.kind for row in rows.values()} >= {"Report", "Person", "SourceDocument", "Evidence"}
    assert {row.state for row in rows.values()} == {"live"}
    assert {iri for iri in ours if "#" not in iri} == set(rows)
    (papers / "other.txt").unlink()
    second = publish.publish([papers], tmp_path / "out", Settings()).release
    assert release.verify(tmp_path / "out", second.id) == []
    gone = {row.iri: row for row in second.registered() if row.state == "withdrawn"}
    assert {row.kind for row in gone.values()} >= {"Report", "Person", "SourceDocument", "Evidence"}
    assert {row.since for row in gone.values()} == {1}
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    third = publish.publish([papers], tmp_path / "out", Settings()).release
    assert third.manifest["digest"] == first.manifest["digest"]
    assert {row.iri: replace(row, changed=1) for row in third.registered()} == rows


def test_an_iri_of_a_release_that_was_rolled_back_is_withdrawn_and_not_forgotten(
    papers: Path, tmp_path: Path
) -> None:
    output, other = tmp_path / "out", papers / "other.txt"
    first = publish.publish([papers], output, Settings()).release
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", other)
    second = publish.publish([papers], output, Settings()).release
    directory.roll_back(output, first.id)
    other.unlink()
    shutil.copy(SAMPLES / "va_conference_abstract" / "headings-on-their-lines.txt", papers / "third.txt")
    third = publish.publish([papers], output, Settings()).release
    assert third.manifest["previous"] == first.id
    states = {row.iri: row.state for row in third.registered()}
    only_in_second = {row.iri for row in second.registered()} - {row.iri for row in first.registered()}
    assert only_in_second
    assert {states.get(iri) for iri in only_in_second} <= {"live", "withdrawn"}
    assert "withdrawn" in states.values()


def test_processes_convert_what_this_process_converts(papers: Path, tmp_path: Path) -> None:
    for number in range(3):
        text = (papers / "good.txt").read_text(encoding="utf-8").replace("2017", f"200{number}")
        (papers / f"{number}.txt").write_text(text, encoding="utf-8")
    (papers / "bad.txt").write_bytes(b"")
    documents = collecting.collect([papers]).documents
    alone, shared = (_converted(documents, jobs, tmp_path / str(jobs)) for jobs in (1, 2))
    assert shared == alone
    assert [isinstance(one, Problem) for one in alone] == [False, False, False, True, False]


def _converted(documents: Sequence[Document], jobs: int, output: Path) -> list[object]:
    """What each document becomes, with the lines of its runs in place of the folder."""
    output.mkdir()
    found = parallel.Processes(jobs).conversions(documents, Settings(), Cache.beside(output))
    return [
        one
        if isinstance(one, Problem)
        else (replace(one, folder=Path()), list(Statements((*one.facts, *one.quotes))))
        for one in found
    ]


def test_the_parts_that_are_converted_grow_to_the_whole(papers: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    told: list[float] = []
    publish.publish([papers], tmp_path / "out", Settings(), tell=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert 0 < told[0] < 1


def test_a_terminal_is_told_how_much_is_left_and_a_file_is_not() -> None:
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=is_terminal)
        with _Progress(console) as progress:
            progress.say("converting")
            progress.began -= 10  # as if ten seconds had passed
            progress.tell(0.25)
            assert (progress.status is not None) is is_terminal
            if progress.status is not None:
                assert re.fullmatch(r"converting: 25%, about 3\d s left", str(progress.status.status))


def test_documents_nobody_waits_for_any_more_end_without_a_word(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    before = set(threading.enumerate())
    documents = collecting.collect([papers]).documents * 200
    conversions = iter(parallel.Processes(2).conversions(documents, Settings(), Cache.beside(tmp_path)))
    next(conversions)
    del conversions  # as after Ctrl-C
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
    assert said == []
    assert multiprocessing.active_children() == []


# Whatever is published can be read by others.


RDF = ["description.ttl", "validation.ttl", *(f"dumps/{name}" for name in release.DUMPS),
       f"dumps/{release.QUADS}", f"dumps/{release.EVIDENCE}"]  # fmt: skip
RDFLIB = {"turtle": "turtle", "jsonld": "json-ld", "ntriples": "nt", "nquads": "nquads"}


@pytest.mark.parametrize("name", RDF)
def test_each_published_file_is_read_by_two_parsers(seed_release: Path, name: str) -> None:
    path = release.current(seed_release).folder / name
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    ours = len(formats.read_file(path))
    assert ours > 1
    syntax = formats.by_path(path)
    if syntax is formats.JSON_LD:
        theirs = len(jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"}).splitlines())
    else:
        graph = rdflib.Dataset() if syntax.named_graphs else rdflib.Graph()
        graph.parse(data=data, format=RDFLIB[syntax.name])
        theirs = sum(1 for _ in graph.quads()) if isinstance(graph, rdflib.Dataset) else len(graph)
    assert theirs == ours


def test_the_release_of_the_seeds_is_whole(seed_release: Path) -> None:
    current = release.current(seed_release)
    assert release.verify(seed_release, current.id) == []
    assert current.manifest["counts"]["inferred"] > 100
    assert len(current.manifest["sources"]) == 5
    assert {entry["path"] for entry in current.manifest["sources"]} == {p.name for p in SEEDS.glob("*.txt")}


def published_text(one: Release) -> str:
    """Every file that leaves the house, in one text; the index is equal to the dumps."""
    texts = []
    for path in one.folder.rglob("*"):
        if path.is_file() and path.parent.name != "index":
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            texts.append(data.decode("utf-8", "replace"))
    return "\n".join(texts)


@pytest.mark.parametrize(("policy", "is_published"), [("none", False), ("full", True)])
def test_a_text_that_is_withheld_is_in_no_file(
    papers: Path, tmp_path: Path, policy: str, *, is_published: bool
) -> None:
    text = (SEEDS / "002_f04fdc11445be6b4.txt").read_text(encoding="utf-8")
    (papers / "good.txt").write_text(text, encoding="utf-8")
    (papers / "sources.toml").write_text(f'[[source]]\npath = "good.txt"\ntext = "{policy}"\n')
    one = publish.publish([papers], tmp_path / "out", Settings()).release
    abstract = text[text.index("\n摘要\n") : text.index("\n引用\n")]
    sentences = [
        part.strip() for part in abstract.split(". ") if 60 < len(part) < 300 and "\n" not in part.strip()
    ]
    assert len(sentences) >= 4
    found = published_text(one)
    assert {sentence in found for sentence in sentences} == {is_published}


# Documents that cannot be read stop nobody else.


def unreadable(path: Path) -> None:
    path.symlink_to("nowhere.txt")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def outside(path: Path) -> None:
    path.symlink_to("/etc/hostname")


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "empty-file"),
    "blank": (lambda path: path.write_bytes(b"\xef\xbb\xbf \r\n\n"), "empty-file"),
    "binary": (lambda path: path.write_bytes(b"\x7fELF\x00\x00text"), "binary-file"),
    "archive": (lambda path: path.write_bytes(b"PK\x03\x04\x00\x00text"), "archive"),
    "damaged": (lambda path: path.write_bytes("Zoë – Müller".encode() + b"\xe9 "), "not-utf-8"),
    "unknown": (lambda path: path.write_bytes(b"caf\xe9 \x81 "), "unknown-encoding"),
    "letter": (lambda path: path.write_text("Dear Sir or Madam"), "unknown-format"),
    "large": (lambda path: path.write_bytes(b"x" * 100_001), "too-large"),
    "dangling": (unreadable, "unreadable-file"),
    "outside": (outside, "link-out-of-folder"),
    "pipe": (pipe, "not-a-file"),
    "socket": (listening, "not-a-file"),
    "copy": (lambda path: shutil.copy(path.parent / "good.txt", path), "same-document"),
}


def test_each_document_that_cannot_be_read_is_named_and_the_others_are_published(
    papers: Path, tmp_path: Path
) -> None:
    for name, (make, _) in BAD.items():
        make(papers / f"z-{name}.txt")
    (papers / "dangling-inside.txt").symlink_to(papers / "nothing.txt")
    (papers / "loop.txt").symlink_to("loop.txt")
    (papers / "curation").mkdir()
    (papers / "curation" / "letter.txt").write_text("nonsense")
    (papers / ".hidden.txt").write_text("nonsense")
    (tmp_path / "peerkg.toml").write_text("max_source_bytes = 100000\n")
    result = run(papers, "--out", tmp_path / "out", "--config", tmp_path / "peerkg.toml")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("published ")
    assert " 1 sources, " in result.stdout
    found = kinds(tmp_path / "out")
    assert found.pop(str(papers / "z-outside.txt")) == "link-out-of-folder"
    assert found == {
        "dangling-inside.txt": "unreadable-file",
        "loop.txt": "unreadable-file",
        **{f"z-{name}.txt": code for name, (_, code) in BAD.items() if name != "outside"},
    }
    assert f"z-damaged.txt: error: line 1, byte {len('Zoë – Müller'.encode())} is not UTF-8" in result.stderr
    assert "the file is damaged: fetch it again" in result.stderr


@pytest.mark.parametrize("keep", [0, 1, 3, 200, 900])
def test_a_document_that_was_cut_is_published_or_named(papers: Path, tmp_path: Path, keep: int) -> None:
    data = (SEEDS / "002_f04fdc11445be6b4.txt").read_bytes()[:keep]
    (papers / "cut.txt").write_bytes(data)
    result = run(papers, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    sources = {entry["path"] for entry in release.current(tmp_path / "out").manifest["sources"]}
    assert ("cut.txt" in sources) or ("cut.txt" in kinds(tmp_path / "out"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(papers: Path, tmp_path: Path) -> None:
    (papers / "secret.txt").write_text("x")
    (papers / "secret.txt").chmod(0)
    assert run(papers, "--out", tmp_path / "out").exit_code == 0
    assert kinds(tmp_path / "out")["secret.txt"] == "unreadable-file"


def test_a_name_that_is_no_text_is_shown_with_escapes(papers: Path, tmp_path: Path) -> None:
    bad = os.fsencode(papers) + b"/b\xff\n\x1b[31m.txt"
    with open(bad, "wb") as stream:  # noqa: PTH123 - a path that is no text
        stream.write(b"Dear Sir or Madam")
    result = run(papers, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "\x1b[31m" not in result.output
    assert kinds(tmp_path / "out") == {"b\\xff\\n\\x1b[31m.txt": "unknown-format"}


def test_a_listed_document_that_is_not_there_is_named(papers: Path, tmp_path: Path) -> None:
    (papers / "sources.toml").write_text('[[source]]\npath = "lost.txt"\n')
    assert run(papers, "--out", tmp_path / "out").exit_code == 0
    assert "listed-but-absent" in kinds(tmp_path / "out").values()


# What cannot be done is said in one message, and the release that was there stays.


@pytest.fixture
def before(papers: Path, tmp_path: Path) -> str:
    """A current release in `out`, and another document, so that the next build has something to do."""
    written(tmp_path / "out", content())
    del papers
    return release.current(tmp_path / "out").id


def stays(directory: Path, before: str) -> None:
    assert release.current(directory).id == before
    assert release.verify(directory, before) == []
    assert {path.name for path in directory.iterdir()} <= {
        ".cache",
        ".changes",
        ".lock",
        "current",
        "releases",
    }


def test_folders_that_are_not_there_or_empty(tmp_path: Path, before: str) -> None:
    missing = run(tmp_path / "nowhere", "--out", tmp_path / "out")
    assert missing.exit_code == 2
    assert f"{tmp_path / 'nowhere'}: cannot be read (No such file or directory)" in missing.stderr
    (tmp_path / "empty").mkdir()
    empty = run(tmp_path / "empty", "--out", tmp_path / "out")
    assert empty.exit_code == 1
    assert "there is no document to be read: nothing was published" in empty.stderr
    (tmp_path / "empty" / "letter.txt").write_text("Dear Sir")
    nothing = run(tmp_path / "empty", "--out", tmp_path / "out")
    assert nothing.exit_code == 1
    assert "none of 1 documents could be read" in nothing.stderr
    assert "unknown-format" in nothing.stderr
    stays(tmp_path / "out", before)


@pytest.mark.parametrize("place", ["/proc/nowhere/out", "file/out"])
def test_an_output_that_cannot_be_written(papers: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    result = run(papers, "--out", tmp_path / place)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_an_output_inside_the_documents_is_refused(papers: Path) -> None:
    result = run(papers, "--out", papers / "public")
    assert result.exit_code == 2
    assert "lies in the folder of documents" in result.stderr
    assert not (papers / "public").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]\n", "sources.toml: not TOML"),
        ('[[source]]\npath = "good.txt"\ntext = "all"\n', "expected one of"),
        ("base_iri = 'ftp://x'\n", "peerkg.toml: `base_iri`"),
        ("colour = 'red'\n", "peerkg.toml: `colour`"),
    ],
)
def test_a_broken_configuration_is_named(
    papers: Path, tmp_path: Path, before: str, text: str, said: str
) -> None:
    name = "sources.toml" if "source" in text else "peerkg.toml"
    (papers / name).write_text(text)
    configuration = ["--config", papers / name] if name == "peerkg.toml" else []
    result = run(papers, "--out", tmp_path / "out", *configuration)
    assert result.exit_code == 2
    assert said in result.stderr
    stays(tmp_path / "out", before)


@pytest.mark.parametrize(
    "options",
    [
        ["--base-iri", "nonsense"],
        ["--jobs", "0"],
        ["--allow", "StudyShape"],
        ["--allow", "StudyShape="],
        ["--allow", "NoSuchShape=because"],
        ["--config", "nowhere.toml"],
        ["--runner", "spark"],
    ],
)
def test_a_wrong_option_is_a_wrong_use(papers: Path, tmp_path: Path, options: list[str]) -> None:
    result = run(papers, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert len(result.stderr) < 1500


def test_another_build_is_waited_for_by_nobody(papers: Path, tmp_path: Path, before: str) -> None:
    with FileLock(tmp_path / "out" / ".lock"):
        result = run(papers, "--out", tmp_path / "out")
    assert result.exit_code == 75
    assert "another build is running" in result.stderr
    stays(tmp_path / "out", before)


SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pk: <https://w3id.org/peerkg/ontology#> .
<https://example.org/shapes#Impossible> a sh:NodeShape ; sh:targetClass pk:Report ;
  sh:property [ sh:path pk:groupSize ; sh:minCount 1 ; sh:message "a report has a size: weigh it" ] .
"""


@pytest.fixture
def impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shape that no report keeps to."""
    real = checking.shapes
    more = [quad.triple for quad in formats.read(SHAPE.encode(), formats.TURTLE, where="test")]

    def shapes(*, evidence: bool = False) -> list[Triple]:
        return [*real(evidence=evidence), *([] if evidence else more)]

    monkeypatch.setattr(checking, "shapes", shapes)


@pytest.mark.usefixtures("impossible")
def test_what_violates_a_shape_is_not_published(papers: Path, tmp_path: Path, before: str) -> None:
    result = run(papers, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "a report has a size: weigh it" in result.stderr
    assert "shape-Impossible" in result.stderr
    assert "nothing was published, and the current release stays" in result.stderr
    stays(tmp_path / "out", before)


@pytest.mark.usefixtures("impossible")
def test_a_shape_that_is_let_pass_is_published_with_the_reason(papers: Path, tmp_path: Path) -> None:
    result = run(papers, "--out", tmp_path / "out", "--allow", "Impossible=scales are broken")
    assert result.exit_code == 0, result.output
    current = release.current(tmp_path / "out")
    assert current.manifest["allowed"] == {"https://example.org/shapes#Impossible": "scales are broken"}
    report = current.validation.read_text(encoding="utf-8")
    assert "scales are broken" in report
    assert "weigh it" in report
    (problem,) = [one for one in json.loads(current.problems.read_bytes()) if "Impossible" in one["code"]]
    assert (problem["path"], problem["severity"]) == ("good.txt", "warning")
    assert problem["line"]
    assert release.verify(tmp_path / "out", current.id) == []


def test_what_contradicts_the_ontology_is_not_published(
    papers: Path, tmp_path: Path, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owl = "http://www.w3.org/2002/07/owl#"
    real = publish._ontology
    report = NamedNode("https://w3id.org/peerkg/ontology#Report")
    more = Triple(report, NamedNode(f"{owl}disjointWith"), report)
    monkeypatch.setattr(publish, "_ontology", lambda: [*real(), more])
    result = run(papers, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "inconsistent by cax-dw" in result.stderr
    stays(tmp_path / "out", before)


# A build may end at any moment.


def start(papers: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [str(PEERKG), "build", str(papers), "--out", str(output), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_build_leaves_the_old_release(
    papers: Path, tmp_path: Path, before: str, jobs: str
) -> None:
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    process = start(papers, tmp_path / "out", "--jobs", jobs)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("converting" if jobs == "2" else "writing"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 130, errors
    assert "interrupted: nothing was published" in errors
    assert "Traceback" not in errors
    stays(tmp_path / "out", before)


def test_a_killed_build_leaves_the_old_release_whole_and_the_next_one_succeeds(
    papers: Path, tmp_path: Path, before: str
) -> None:
    output = tmp_path / "out"
    began = time.monotonic()
    complete = start(papers, tmp_path / "measured")
    complete.communicate()
    assert complete.returncode == 0
    lasts = time.monotonic() - began
    killed = 0
    for attempt, moment in enumerate((0.2, 0.7)):
        (papers / "good.txt").write_text(
            (papers / "good.txt").read_text(encoding="utf-8").replace("2017", "2016") + "\n", encoding="utf-8"
        )
        process = start(papers, output, "--jobs", str(1 + attempt % 2))
        try:
            process.wait(lasts * moment)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        process.communicate()
        current = release.current(output)
        assert current.id == before or process.returncode in {0, -signal.SIGKILL}
        assert release.verify(output, current.id) == []
    assert killed
    assert run(papers, "--out", output).exit_code == 0
    current = release.current(output)
    assert release.verify(output, current.id) == []
    assert {path.name for path in output.iterdir()} <= {".cache", ".changes", ".lock", "current", "releases"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_a_killed_build_leaves_no_process_behind(papers: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    process = start(papers, tmp_path / "out", "--jobs", "2")
    deadline = time.monotonic() + 300
    while len(left := children(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(left) == 3, "two that convert, and one that keeps count of semaphores"
    process.kill()
    process.communicate()
    while left and time.monotonic() < deadline:
        left = {one for one in left if Path(f"/proc/{one}").exists()}
        time.sleep(0.05)
    assert left == set()


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from kg import directory
from tests.releasing import content, write

step, seen = int(sys.argv[2]), 0
def dying(real):
    def call(*arguments, **options):
        global seen
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call

def put(*arguments, real=directory.put):
    for name in ("rename", "replace", "symlink_to", "unlink", "mkdir"):
        setattr(Path, name, dying(getattr(Path, name)))
    directory._sync_one = dying(directory._sync_one)
    return real(*arguments)

directory.put = put
write(Path(sys.argv[1]), content(title="Later"))
"""


def test_a_build_that_dies_at_any_step_of_the_switch_leaves_one_whole_release(tmp_path: Path) -> None:
    died = 0
    for step in range(1, 20):
        output = tmp_path / str(step)
        first = written(output)
        command = [sys.executable, "-c", KILLED_AT, str(output), str(step)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr
        current = release.current(output)
        assert release.verify(output, current.id) == []
        if current.id == first.id:
            assert written(output, content(title="Later")).id == f"{first.id}-2", "nothing was left of it"
        assert len(release.ids(output)) == 2
        if current.id != first.id and done.returncode:
            written(
                output, content(title="Latest")
            )  # whatever is left of the dead build, the next one removes
        assert {path.name for path in output.iterdir()} <= {
            ".cache",
            ".changes",
            ".lock",
            "current",
            "releases",
        }
        if done.returncode == 0:
            break
        died += 1
    else:
        pytest.fail("the switch has more steps than the test")
    assert died >= 6


def test_a_process_that_dies_while_converting_is_said(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(SAMPLES / "va_conference_abstract" / "four-paragraphs.txt", papers / "other.txt")
    monkeypatch.setattr(parallel, "_prepare", os._exit)
    with pytest.raises(parallel.ConverterDiedError, match="try `--jobs 1`"):
        publish.publish([papers], tmp_path / "out", Settings(), runner=parallel.Processes(2))
