"""The commands over releases: what they print, and how they end."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kg import formats, release
from kg.cli import EntryPointGroup, main
from kg.release import Release
from tests.processes import children, ignores
from tests.releasing import BASE, DAY, LABEL, PK, content, facts, written

ROOT = Path(__file__).parent.parent


def run(*arguments: object) -> Result:
    """The command in this process; an exception that is no exit is a failure of the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases that no test changes; the second, with a second report, is current."""
    directory = tmp_path_factory.mktemp("releases")
    written(directory)
    written(directory, content([*facts(), *facts("report/z", "Windows")]), DAY.replace(day=23))
    return directory


def commands() -> Iterator[tuple[str, click.Command]]:
    for point in sorted(entry_points(group="peerkg.commands"), key=lambda point: point.name):
        yield point.name, point.load()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(point.name for point in entry_points(group="peerkg.commands")))
def test_every_command_has_help_with_an_example_on_its_own_line(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert any(line.startswith(f"    peerkg {name} ") for line in lines), result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(point.name for point in entry_points(group="peerkg.commands")))
def test_a_wrong_option_of_any_command_is_a_wrong_use(name: str) -> None:
    result = run(name, "--no-such-option")
    assert result.exit_code == 2
    assert "no such option" in result.stderr.lower()


# peerkg query


TITLES = "SELECT ?t { ?r a pk:Report ; dcterms:title ?t } ORDER BY ?t"


def test_a_table_is_for_people(shared: Path) -> None:
    result = run("query", shared, TITLES)
    assert result.exit_code == 0
    assert "Doors that open: Zoë's 同伴支持 trial" in result.stdout
    assert "2 rows" in result.stdout
    named = run("query", shared, "SELECT ?c { <https://example.org/kg/report/z> a ?c }")
    assert "pk:Report" in named.stdout
    assert "fabio:JournalArticle" in named.stdout


def test_select_in_every_result_format(shared: Path) -> None:
    titles = ["Doors that open: Zoë's 同伴支持 trial", "Windows"]
    assert list(csv.reader(io.StringIO(run("query", shared, TITLES, "--format", "csv").stdout))) == [
        ["t"],
        *([title] for title in titles),
    ]
    assert run("query", shared, TITLES, "--format", "tsv").stdout.splitlines()[2] == '"Windows"'
    for options in (["--format", "json"], ["--json"]):
        bindings = json.loads(run("query", shared, TITLES, *options).stdout)["results"]["bindings"]
        assert [binding["t"]["value"] for binding in bindings] == titles
    assert "<literal>Windows</literal>" in run("query", shared, TITLES, "--format", "xml").stdout


def test_ask_is_answered_in_words_or_in_a_format(shared: Path) -> None:
    assert run("query", shared, "ASK { ?s a pk:Report }").stdout == "yes\n"
    assert run("query", shared, "ASK { ?s a pk:Nothing }").stdout == "no\n"
    assert json.loads(run("query", shared, "ASK {}", "--json").stdout)["boolean"] is True


@pytest.mark.parametrize("form", [None, "turtle", "ntriples", "jsonld", "rdfxml"])
def test_construct_in_every_syntax(shared: Path, form: str | None) -> None:
    query = "CONSTRUCT { ?r dcterms:title ?t } WHERE { ?r dcterms:title ?t }"
    result = run("query", shared, query, *(["--format", form] if form else []))
    assert result.exit_code == 0
    quads = formats.read(result.stdout_bytes, formats.by_name(form or "turtle"), where="stdout")
    assert len(quads) == 2


def test_a_query_from_a_file(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(TITLES, encoding="utf-8")
    assert run("query", shared, f"@{tmp_path}/q.rq").stdout == run("query", shared, TITLES).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["SELECT * {"], "line 1, column 11: the end cannot stand here"),
        (["SELECT *\n{ ?s ?p ?o } LIMIT x"], "line 2, column 20: 'x' cannot stand here"),
        (["DELETE WHERE { ?s ?p ?o }"], "not a SPARQL query"),
        (["@/nowhere.rq"], "/nowhere.rq: cannot be read (No such file or directory)"),
        ([TITLES, "--format", "turtle"], "--format turtle is not for this form of query"),
        (["CONSTRUCT WHERE { ?s ?p ?o }", "--format", "csv"], "--format csv is not for this form of query"),
        (["SELECT * { SERVICE <http://localhost:9/> { ?s ?p ?o } }"], "the query could not be answered"),
    ],
)
def test_a_query_that_cannot_be_answered_is_said(shared: Path, arguments: list[str], said: str) -> None:
    result = run("query", shared, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_query_that_ends_its_process_is_said(shared: Path) -> None:
    result = run("query", shared, "SELECT * " + "{" * 5000 + "}" * 5000)
    assert result.exit_code == 2
    assert "the query ended the process that answered it (signal" in result.stderr
    assert "make it simpler" in result.stderr


@pytest.mark.slow
def test_a_query_without_end_is_interrupted(shared: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(20)) + " }"
    command = [sys.executable, "-c", "from kg.cli import main; main()", "query", str(shared), endless]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            # Ctrl-C is ignored while the process that answers is being started.
            while not children(process.pid) or ignores(process.pid, signal.SIGINT):
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)  # what a terminal does
            _, said = process.communicate(timeout=300)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, said) == (130, "interrupted\n")


def test_ctrl_c_while_a_command_is_imported_has_the_code_of_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(EntryPointGroup, "get_command", interrupted)
    result = run("build", "seeds", "--out", "public")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_a_value_that_xml_cannot_carry_is_said(tmp_path: Path) -> None:
    written(tmp_path, content(facts(title="a\x01b")))
    result = run("query", tmp_path, TITLES, "--format", "xml")
    assert result.exit_code == 2
    assert "U+0001" in result.stderr


@pytest.mark.parametrize("name", ["query", "releases", "verify", "rollback", "diff", "prune"])
def test_a_directory_without_releases_is_a_wrong_use(tmp_path: Path, name: str) -> None:
    more = {"query": ["ASK {}"], "rollback": ["x"], "diff": ["x", "y"], "prune": ["--keep", "1"]}
    result = run(name, tmp_path / "nothing", *more.get(name, []))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {tmp_path / 'nothing'}: no release")
    assert not (tmp_path / "nothing").exists()


# The life of releases


def test_releases_are_listed_the_oldest_first(shared: Path) -> None:
    listed = json.loads(run("releases", shared, "--json").stdout)
    assert [one["id"][:10] for one in listed] == ["2026-11-22", "2026-11-23"]
    assert [one["current"] for one in listed] == [False, True]
    first, second = (line.split() for line in run("releases", shared).stdout.splitlines() if "2026" in line)
    assert first == [listed[0]["id"], "2026-11-22", "09:30", "1", "21", "1", "0"]
    assert second[:2] == ["*", listed[1]["id"]]


def test_a_whole_release_is_verified(shared: Path) -> None:
    current = release.current(shared)
    assert run("verify", shared).stdout == f"{current.id} is whole\n"
    assert json.loads(run("verify", shared, release.ids(shared)[0], "--json").stdout)["faults"] == []


def test_a_damaged_release_is_verified_with_exit_code_1(tmp_path: Path) -> None:
    made: Release = written(tmp_path)
    made.search.write_bytes(b"")
    result = run("verify", tmp_path)
    assert result.exit_code == 1
    assert f"{made.id}: search.sqlite: 0 bytes, the manifest says" in result.stderr
    assert run("verify", tmp_path, "--json").exit_code == 1
    assert run("verify", tmp_path, "other").exit_code == 2
    (made.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert run("verify", tmp_path).exit_code == 1
    assert "manifest.json: is damaged" in run("verify", tmp_path, made.id).stderr


def test_roll_back_and_prune(tmp_path: Path) -> None:
    first = written(tmp_path)
    second = written(tmp_path, content(title="Second"), DAY.replace(day=23))
    assert run("rollback", tmp_path, "other").exit_code == 2
    assert run("rollback", tmp_path, first.id).stdout == f"current is now {first.id}\n"
    assert release.current(tmp_path).id == first.id
    assert run("prune", tmp_path, "--keep", "2").stdout == "nothing to remove\n"
    third = written(tmp_path, content(title="Third"), DAY.replace(day=24))
    assert json.loads(run("prune", tmp_path, "--keep", "1", "--json").stdout) == {
        "removed": [first.id, second.id]
    }
    assert release.ids(tmp_path) == [third.id]
    assert run("prune", tmp_path, "--keep", "0").exit_code == 2


def test_the_difference_of_two_releases_is_counted_and_shown(shared: Path) -> None:
    old, new = release.ids(shared)
    said = [line.split() for line in run("diff", shared, old, new).stdout.splitlines()]
    assert said == [
        ["triples:", "7", "added,", "0", "removed"],
        ["added", "removed", "changed"],
        ["works", "1", "0", "0"],
        f"+ works: {BASE}report/z 'Windows'".split(),
    ]
    full = run("diff", shared, new, old, "--full").stdout
    assert f'- <{BASE}report/z> <{LABEL}> "Windows" .' in full.splitlines()
    value = json.loads(run("diff", shared, old, new, "--json").stdout)
    assert value["entities"]["works"] == {"added": 1, "removed": 0, "changed": 0}
    assert f'<{BASE}report/z> <{LABEL}> "Windows" .' in value["added"]
    assert any(f"<{PK}Report>" in line for line in value["added"])


def test_the_difference_is_written_into_a_folder(shared: Path, tmp_path: Path) -> None:
    old, new = release.ids(shared)
    assert run("diff", shared, old, new, "--to", tmp_path / "changes").exit_code == 0
    names = {path.name for path in (tmp_path / "changes").iterdir()}
    assert names == {"added.nq", "removed.nq", "changes.ttl", "changes.atom", "changes.json"}
    (tmp_path / "file").write_text("here")
    refused = run("diff", shared, old, new, "--to", tmp_path / "file" / "changes")
    assert (refused.exit_code, "cannot be written" in refused.stderr) == (2, True)


# The documentation


def codes() -> Iterator[str]:
    """The problem codes that stand in the code: what is handed to a `code`, and what the samples yield."""
    for path in sorted((ROOT / "kg").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        takers = {
            node.name: [argument.arg for argument in node.args.args]
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and "code" in [one.arg for one in node.args.args]
        }
        takers |= {"Problem": ["code"], "UnreadableSourceError": ["code"], "at": ["source", "place", "code"]}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                names = takers.get(name, [])
                bound = names[1:] if names[:1] == ["self"] else names
                for argument, parameter in zip(node.args, bound, strict=False):
                    if parameter == "code" and isinstance(argument, ast.Constant):
                        yield str(argument.value)
    for path in (ROOT / "tests" / "samples").rglob("*.problems.txt"):
        yield from re.findall(r"\[([a-z0-9-]+)\]$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_problem_code_is_documented() -> None:
    documented = set(re.findall(r"`([a-z0-9-]+)`", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")))
    found = set(codes())
    assert len(found) > 40
    assert sorted(found - documented) == []


@pytest.mark.slow
def test_every_command_and_every_option_of_build_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, command in commands():
        assert f"`peerkg {name} " in text
        if name == "build":
            options = [
                option for one in command.params if isinstance(one, click.Option) for option in one.opts
            ]
            assert [option for option in options if f"`{option}" not in text] == []


def test_every_prefix_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"`{' '.join(formats.prefixes())}`" in text
