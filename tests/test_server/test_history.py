"""What a release says of how it came to be: what its shapes said, and what changed since the one before."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from kg import directory, recorded_changes
from kg.comparison import difference
from kg.registry import Row
from kg.registry import write as rows_as_text
from kg.release import Release
from tests.releasing import BASE, DAY, ROWS, content, written
from tests.test_comparison import NEW, OLD
from tests.test_server.test_pages import EVIL, HTML, Elements, Whole, followed_to, hostile, running
from tests.test_shape_report import DOOR, problem

pytestmark = pytest.mark.slow

MERGED = Row(f"{BASE}report/b", "Report", ("title:walls",), "merged", f"{BASE}report/a", 1)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Three releases; the last two have their changes written down, the last one is violated and hostile."""
    folder = tmp_path_factory.mktemp("public")
    breach = replace(DOOR, message=EVIL, value=EVIL, term=None)
    problems = (
        problem(breach, f"{EVIL}.txt", hint=EVIL),
        problem(replace(breach, reason=EVIL, entity=f"{BASE}person/ada"), "doors.txt"),
    )
    rows = rows_as_text([*ROWS, MERGED])
    made = []
    for day, given in enumerate(
        (content(OLD), content(NEW, identities=rows), content(hostile(), problems=problems))
    ):
        made.append(written(folder, given, DAY + timedelta(days=day)))
        with directory.locked(folder):
            recorded_changes.record(folder)
    return made


@pytest.fixture(scope="module")
def client(three: list[Release]) -> Iterator[FlaskClient]:
    with running(three[0].folder.parent.parent) as app:
        app.test_client_class = Whole
        yield app.test_client()


def test_the_pages_are_whole_lead_somewhere_and_nothing_in_them_breaks_out(
    client: FlaskClient, three: list[Release]
) -> None:
    for one in three:
        for name in ("validation", "changes"):
            for language in ("", "/zh"):
                address = f"{language}/releases/{one.id}/{name}"
                response = client.get(address, headers=HTML)
                assert response.status_code == 200, response.text
                page = Elements(response.text)
                assert (page.wrong, page.open) == ([], [])
                assert not {tag for tag, _ in page.found} & {"img", "script"}
                for _, given in page.found:
                    to = given.get("href") or ""
                    if to and not to.startswith(("http", "#")):
                        path = response.request.path if response.request else address
                        found = followed_to(client, urljoin(path, to), HTML)
                        assert found.status_code == 200, f"{address}: {to}"


def test_the_report_of_a_release_says_what_to_do_where_and_what_follows(
    client: FlaskClient, three: list[Release]
) -> None:
    words = client.get(f"/releases/{three[2].id}/validation", headers=HTML).text
    for expected in (
        "2 results of validation.",
        "1 is a violation: what has it was left out of the release.",
        "DoorShape",
        "line 3",
        "let pass:",
        'source/0123456789abcdef"',
        f"<code>{BASE}report/a</code>",
        'person/ada">',
    ):
        assert expected in words
    assert client.get(f"/releases/{three[2].id}/validation.json").json["stopping"] == 1  # type: ignore[index]
    clean = client.get(f"/releases/{three[1].id}/validation", headers=HTML).text
    assert "Everything keeps to the rules." in clean


def test_the_changes_are_a_page_and_files_that_say_the_same(
    client: FlaskClient, three: list[Release]
) -> None:
    first, second, _ = three
    found = difference(first, second)
    here = f"/releases/{second.id}"
    told = client.get(f"{here}/changes.json").json
    assert told is not None
    assert (told["from"], told["to"]) == (first.id, second.id)
    assert {one["iri"] for one in told["changes"]} == {one.iri for one in found.changes}
    for (kind, what), number in found.numbers.items():
        assert told["entities"][kind][what] == number
    for which, lines in (("added", found.added_lines), ("removed", found.removed_lines)):
        text = b"".join(lines)
        assert client.get(f"{here}/{which}.nq").data == text
        assert gzip.decompress(client.get(f"{here}/{which}.nq.gz").data) == text
        assert told["statements"][which] == len(text.splitlines()) > 0
    feed = client.get(f"{here}/changes.atom")
    assert feed.content_type == "application/atom+xml"
    assert ET.fromstring(feed.data).tag.endswith("feed")  # noqa: S314 - we made it
    assert list(parse(client.get(f"{here}/changes.ttl").data, format=RdfFormat.TURTLE))
    page = client.get(f"{here}/changes", headers=HTML).text
    for expected in (
        f'<a href="../../releases/{first.id}">{first.id}</a>',
        f'href="../../releases/{second.id}/report/a"',
        f'href="../../releases/{first.id}/finding/old"',
        "now part of",
        "+ &lt;",
    ):
        assert expected in page, expected


def test_of_many_changes_the_first_are_named_and_all_are_counted(
    three: list[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_changes, "MOST", 1)
    folder = tmp_path / "public"
    shutil.copytree(three[0].folder.parent.parent, folder, symlinks=True)
    shutil.rmtree(folder / directory.CHANGES)
    with directory.locked(folder):
        recorded_changes.record(folder)
    last = replace(three[2], folder=folder / "releases" / three[2].id)
    told = recorded_changes.read(last)
    assert told is not None
    kinds = [(one["kind"], one["what"]) for one in told["changes"]]
    assert len(kinds) == len(set(kinds))
    total = sum(number for one in told["entities"].values() for number in one.values())
    assert total == len(difference(three[1], three[2]).changes) > len(kinds)


def test_changes_go_with_either_release_and_a_first_release_has_none(
    three: list[Release], tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    shutil.copytree(three[0].folder.parent.parent, folder, symlinks=True)
    names = [one.id for one in three]
    kept = {f"{names[0]}+{names[1]}", f"{names[1]}+{names[2]}"}
    assert {path.name for path in (folder / directory.CHANGES).iterdir()} == kept
    (folder / directory.CHANGES / ".half").mkdir()
    (folder / directory.CHANGES / ".theirs").touch()
    directory.prune(folder, 2)
    left = {path.name for path in (folder / directory.CHANGES).iterdir()}
    assert left == {".theirs", f"{names[1]}+{names[2]}"}
    with running(folder) as app:
        app.test_client_class = Whole
        client = app.test_client()
        page = client.get(f"/releases/{names[1]}/changes", headers=HTML)
        assert "is not kept any more" in page.text
        assert client.get(f"/releases/{names[1]}/removed.nq").status_code == 404
        (folder / directory.CHANGES / f"{names[1]}+{names[2]}" / "changes.json").write_text("{", "utf-8")
        assert "peerkg diff" in client.get(f"/releases/{names[2]}/changes", headers=HTML).text
    assert recorded_changes.folder(three[0]) is None


def test_a_release_before_that_is_damaged_is_told_and_harms_nothing(
    three: list[Release], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "public"
    shutil.copytree(three[0].folder.parent.parent, folder, symlinks=True)
    shutil.rmtree(folder / directory.CHANGES)
    dump = folder / "releases" / three[1].id / "dumps" / "peerkg.nq.gz"
    dump.write_bytes(dump.read_bytes()[:-40])
    with directory.locked(folder):
        recorded_changes.record(folder)
    assert "could not be written" in caplog.text
    with directory.locked(folder):
        assert list((folder / directory.CHANGES).iterdir()) == []
