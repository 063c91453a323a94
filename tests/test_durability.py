"""Whatever happens to a build, a rollback or a prune: one whole release is current; the next run works."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kg import directory, publish, release
from kg.settings import Settings
from tests.releasing import DAY, content, facts, written

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "samples"
LEFT = {".cache", ".changes", ".lock", "current", "releases", "pruned.txt"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two documents, one of them a page and one a file of records."""
    folder = tmp_path_factory.mktemp("papers")
    shutil.copy(SAMPLES / "va_citation_abstract" / "month-range.txt", folder / "page.txt")
    shutil.copy(SAMPLES / "csl_json" / "dates-that-are-none.json", folder / "records.json")
    return folder


@pytest.fixture(scope="module")
def undisturbed(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """The digest of a build that nothing disturbs, and its stages."""
    stages: list[str] = []
    made = publish.publish([papers], tmp_path_factory.mktemp("undisturbed"), Settings(), say=stages.append)
    return made.release.manifest["digest"], list(dict.fromkeys(stages))


def is_whole(output: Path) -> str:
    """The current release, which is as it was made; nothing else is left about."""
    current = release.current(output)
    assert release.verify(output, current.id) == []
    return current.id


def publishes(papers: Path, output: Path, digest: str) -> None:
    """The next build succeeds, gives what it would have given, and clears what was left."""
    publish.publish([papers], output, Settings())
    assert release.current(output).manifest["digest"] == digest
    is_whole(output)
    assert {path.name for path in output.iterdir()} <= LEFT


# In a process of its own: it imports once, and has a child of it die for each point.
DYING = """
import os, signal, sys
from pathlib import Path
from kg import publish
from kg.settings import Settings

papers, output, points = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def at_stage(name):
    return lambda said: die() if said == name else None

def at_write(output, number):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in {"open", "os.rename", "os.symlink", "os.mkdir", "sqlite3.connect"}:
            place = str(arguments[1] if event == "os.symlink" else arguments[0])
            writes = event != "open" or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
            if writes and place.startswith(str(output)):
                seen += 1
                if seen == number:
                    die()
    return hook

for point in points:
    child = os.fork()
    if not child:
        kind, _, name = point.partition("-")
        if kind == "write":
            sys.addaudithook(at_write(output, int(name)))
        say = at_stage(name) if kind == "stage" else lambda said: None
        publish.publish([papers], output, Settings(), say=say)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(point, os.waitstatus_to_exitcode(status), flush=True)
"""


def died(papers: Path, output: Path, points: list[str]) -> dict[str, int]:
    """How builds ended that were to die at the points, one after the other in the same directory."""
    command = [sys.executable, "-W", "ignore", "-c", DYING, str(papers), str(output), *points]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines()}


def test_builds_killed_at_each_stage_leave_the_old_release_and_the_next_gives_the_same_digest(
    papers: Path, undisturbed: tuple[str, list[str]], tmp_path: Path
) -> None:
    digest, stages = undisturbed
    assert {"collecting", "converting", "linking", "reasoning", "checking", "writing"} <= set(stages)
    assert stages[-1] == "comparing"
    before = written(tmp_path)
    ended = died(papers, tmp_path, [f"stage-{name}" for name in stages[:-1]])
    assert ended == dict.fromkeys(ended, -signal.SIGKILL)
    assert len(ended) == len(stages) - 1
    assert is_whole(tmp_path) == before.id
    assert died(papers, tmp_path, ["stage-comparing"]) == {"stage-comparing": -signal.SIGKILL}
    made = is_whole(tmp_path)  # the release was already current
    assert not (tmp_path / ".changes").exists()
    publishes(papers, tmp_path, digest)
    assert release.current(tmp_path).id == made
    assert (tmp_path / ".changes" / f"{before.id}+{made}" / "changes.json").exists()


def test_builds_killed_at_their_writes_leave_one_whole_release(
    papers: Path, undisturbed: tuple[str, list[str]], tmp_path: Path
) -> None:
    written(tmp_path)
    ended = died(papers, tmp_path, [f"write-{number}" for number in (3, 12, 24)])
    assert list(ended.values()).count(-signal.SIGKILL) >= 3
    publishes(papers, tmp_path, undisturbed[0])


FULL = """
import resource, sys
from kg.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["peerkg", "build", *sys.argv[2:]]
main()
"""


def test_a_full_disk_is_one_message_and_leaves_the_old_release(
    papers: Path, undisturbed: tuple[str, list[str]], tmp_path: Path
) -> None:
    before = written(tmp_path / "out")
    for room in (0, 30_000):
        command = [sys.executable, "-c", FULL, str(room), str(papers), "--out", str(tmp_path / "out")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        assert "cannot be written" in done.stderr
        assert "free space" in done.stderr
        assert "Traceback" not in done.stderr
        assert is_whole(tmp_path / "out") == before.id
    publishes(papers, tmp_path / "out", undisturbed[0])


def flipped(path: Path, place: int) -> Callable[[], None]:
    """A byte is changed; what is returned changes it back."""
    data = path.read_bytes()
    changed = bytearray(data)
    changed[place] ^= 1
    path.write_bytes(changed)

    def mend() -> None:
        path.write_bytes(data)

    return mend


def test_a_byte_changed_in_any_file_of_a_release_is_noticed_by_the_name_of_the_file(tmp_path: Path) -> None:
    made = written(tmp_path)
    files = sorted(path for path in made.folder.rglob("*") if path.is_file() and path.stat().st_size)
    assert any("index" in path.parts for path in files)
    for path in files:
        name = path.relative_to(made.folder).as_posix()
        for place in (0, path.stat().st_size // 2, path.stat().st_size - 1):
            mend = flipped(path, place)
            assert name in said_of(tmp_path, made.id), f"{name} at {place}"
            mend()
    assert release.verify(tmp_path, made.id) == []


def said_of(output: Path, name: str) -> str:
    try:
        return "\n".join(release.verify(output, name))
    except release.DamagedReleaseError as error:
        return str(error)


def test_every_byte_of_a_manifest_counts(tmp_path: Path) -> None:
    made = written(tmp_path)
    path = made.folder / release.MANIFEST
    for place in range(0, path.stat().st_size, 97):
        mend = flipped(path, place)
        assert release.MANIFEST in said_of(tmp_path, made.id), place
        mend()


def test_a_clock_that_was_set_back_harms_nothing(tmp_path: Path) -> None:
    first = written(tmp_path)
    second = written(tmp_path, content(facts(title="Later")), DAY - timedelta(days=400))
    assert second.manifest["previous"] == first.id
    assert is_whole(tmp_path) == second.id
    again = written(tmp_path, content(facts(title="Last")), DAY - timedelta(days=400))
    directory.prune(tmp_path, 1)
    assert is_whole(tmp_path) == again.id
    directory.roll_back(tmp_path, release.ids(tmp_path)[-1])
    is_whole(tmp_path)


def test_a_document_that_changes_under_a_build_is_published_as_it_was_read(
    papers: Path, undisturbed: tuple[str, list[str]], tmp_path: Path
) -> None:
    own = tmp_path / "papers"
    shutil.copytree(papers, own)

    def change(stage: str) -> None:
        if stage == "linking":
            (own / "page.txt").write_text("something else", encoding="utf-8")

    made = publish.publish([own], tmp_path / "out", Settings(), say=change)
    assert made.release.manifest["digest"] == undisturbed[0]
    is_whole(tmp_path / "out")


def test_a_document_that_goes_away_under_a_build_is_a_problem_and_the_others_are_published(
    papers: Path, tmp_path: Path
) -> None:
    own = tmp_path / "papers"
    shutil.copytree(papers, own)

    def remove(stage: str) -> None:
        if stage == "converting":
            (own / "page.txt").unlink(missing_ok=True)

    made = publish.publish([own], tmp_path / "out", Settings(), say=remove)
    assert [one["path"] for one in made.release.manifest["sources"]] == ["records.json"]
    assert any(problem.path.endswith("page.txt") for problem in made.problems)


DYING_STEP = """
import os, signal, sys
from pathlib import Path
from kg import directory

output, what, name, points = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]

for point in points:
    child = os.fork()
    if not child:
        seen = 0
        def hook(event, arguments):
            global seen
            touches = {"open", "os.rename", "os.symlink", "os.remove", "os.rmdir", "shutil.rmtree"}
            if event in touches and str(output / point) in str(arguments):
                seen += 1
                if seen == int(point):
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        if what == "rollback":
            directory.roll_back(output / point, name)
        else:
            directory.prune(output / point, 1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(point, os.waitstatus_to_exitcode(status))
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A directory of three releases."""
    folder = tmp_path_factory.mktemp("three")
    made = [
        written(folder, content(facts(title=title)), DAY + timedelta(days=number)).id
        for number, title in enumerate(("first", "second", "third"))
    ]
    return folder, made


def steps(three: tuple[Path, list[str]], tmp_path: Path, what: str, points: range) -> Iterator[Path]:
    """The directories in which it was to die at one point after the other."""
    folder, made = three
    for point in points:
        shutil.copytree(folder, tmp_path / str(point), symlinks=True)
    command = [sys.executable, "-W", "ignore", "-c", DYING_STEP, str(tmp_path), what, made[0]]
    done = subprocess.run(
        [*command, *map(str, points)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    codes = [int(line.split()[1]) for line in done.stdout.splitlines()]
    assert codes.count(-signal.SIGKILL) >= 5
    assert set(codes) <= {0, -signal.SIGKILL}
    yield from (tmp_path / str(point) for point in points)


def test_a_rollback_killed_at_any_step_leaves_one_whole_release(
    three: tuple[Path, list[str]], tmp_path: Path
) -> None:
    _, made = three
    for output in steps(three, tmp_path, "rollback", range(1, 14)):
        assert is_whole(output) in {made[0], made[2]}
        directory.roll_back(output, made[0])
        assert is_whole(output) == made[0]
        assert release.ids(output) == made
        assert {path.name for path in output.iterdir()} <= LEFT


def test_a_prune_killed_at_any_step_keeps_what_is_kept_and_the_next_one_finishes(
    three: tuple[Path, list[str]], tmp_path: Path
) -> None:
    _, made = three
    for output in steps(three, tmp_path, "prune", range(1, 14)):
        assert is_whole(output) == made[2]
        for name in release.ids(output):
            assert release.verify(output, name) == []
        directory.prune(output, 1)
        assert release.ids(output) == [made[2]]
        assert release.pruned(output) >= set(made[:2])
        assert {path.name for path in output.iterdir()} <= LEFT


def test_a_list_of_pruned_releases_that_was_cut_loses_no_other(tmp_path: Path) -> None:
    made = [written(tmp_path), written(tmp_path, content(facts(title="two")), DAY + timedelta(days=1))]
    (tmp_path / release.PRUNED).write_text("2025-01-01-aaaaaaaa\n2025-01-02-bbb", encoding="utf-8")
    directory.prune(tmp_path, 1)
    assert {"2025-01-01-aaaaaaaa", made[0].id} <= release.pruned(tmp_path)
    assert is_whole(tmp_path) == made[1].id
