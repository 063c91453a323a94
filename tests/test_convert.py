"""What one document becomes, on the command line and off it; bad input gets one clear message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, parse

from kg.commands.convert import convert as convert_command
from kg.commands.sources import sources as sources_command
from kg.concepts import Vocabulary
from kg.conversion import convert
from kg.inspection import inspect
from kg.opening import File
from kg.settings import Settings, SourceDetails, SourceList
from kg.source import Source
from kg.sources import formats

ROOT = Path(__file__).parent.parent
DOCS, KG = ROOT / "docs", ROOT / "kg"
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
ABSTRACT = next(path for path in SEEDS if path.name.startswith("001"))
VOCABULARY = Vocabulary.load()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(convert_command, [str(argument) for argument in arguments])


def inspected(*arguments: str | Path) -> Result:
    return CliRunner().invoke(sources_command, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("syntax", "form", "with_evidence"),
    [
        ("turtle", RdfFormat.TURTLE, False),
        ("jsonld", RdfFormat.JSON_LD, False),
        ("nquads", RdfFormat.N_QUADS, True),
        ("trig", RdfFormat.TRIG, True),
    ],
)
def test_each_syntax_reads_back(syntax: str, form: RdfFormat, with_evidence: bool) -> None:
    result = run(ABSTRACT, "--format", syntax)
    assert result.exit_code == 0
    quads = list(parse(result.stdout_bytes, format=form))
    assert len(quads) > 100
    graphs = {str(quad.graph_name) for quad in quads}
    assert any("graph/evidence" in graph for graph in graphs) is with_evidence


def test_the_order_of_the_files_does_not_matter() -> None:
    one, other = (run(*files, "--format", "nquads") for files in (SEEDS, SEEDS[::-1]))
    assert one.exit_code == 0
    assert one.stdout == other.stdout


def test_identities_are_decided_over_the_given_files() -> None:
    alone, together = run(SEEDS[4]).stdout, run(*SEEDS).stdout
    assert "PSYCHIATRIC REHABILITATION JOURNAL" in alone
    assert "skos:altLabel" not in alone
    assert re.search(r'skos:altLabel [^;]*"PSYCHIATRIC REHABILITATION JOURNAL"', together)


def test_a_file_given_twice_is_one_document() -> None:
    twice = run(ABSTRACT, ABSTRACT)
    assert twice.exit_code == 0
    assert twice.stdout == run(ABSTRACT).stdout


def test_the_base_iri_can_be_given() -> None:
    result = run(ABSTRACT, "--base-iri", "https://example.org/mine")
    assert "https://example.org/mine/report/" in result.stdout
    assert "https://w3id.org/peerkg/report/" not in result.stdout
    assert "https://w3id.org/peerkg/ontology#" in result.stdout


def test_problems_go_to_standard_error_with_their_line() -> None:
    result = run(SEEDS[3])
    assert re.search(r"003_21d0857b26a648a9\.txt:\d+: warning: .*\[unresolved-citation\]", result.stderr)
    assert "[unresolved-citation]" not in result.stdout


def test_problems_can_be_json() -> None:
    problems = [json.loads(line) for line in run(SEEDS[3], "--json").stderr.splitlines()]
    assert {"unresolved-citation", "citation-differs"} <= {problem["code"] for problem in problems}


def test_a_document_in_another_encoding_says_the_same_and_is_noted(tmp_path: Path) -> None:
    path = tmp_path / ABSTRACT.name
    path.write_bytes(ABSTRACT.read_text(encoding="utf-8").encode("windows-1252"))
    result = run(path)
    assert result.exit_code == 0
    assert "Clark" in result.stdout
    assert "info: the file is not UTF-8; it was read as Windows-1252" in result.stderr


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", r"bad\.txt: error: the file is empty \(remove it or save it again\) \[empty-file\]"),
    "blank": (b" \r\n\t\n", r"\[empty-file\]"),
    "binary": (b"%PDF-1.7\n\0\0", r"line 2 holds a NUL character.*\[binary-file\]"),
    "damaged": (
        "“Peers” ".encode() + b"caf\xe9\n",
        r"line 1, byte 15 is not UTF-8 \(0xe9\), and the rest is \(the file is damaged.*\[not-utf-8\]",
    ),
    "unknown": (b"caf\xe9 \x81 \n", r"line 1, byte 5 is no character of Windows-1252.*\[unknown-encoding\]"),
    "truncated": ("…".encode()[:2], r"\[not-utf-8\]"),
    "unrecognised": (
        b"Dear Sir,\n",
        r"bad\.txt:1: error: no source format recognises .*evidence_slides",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_message_and_exit_code_1(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    result = run(path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert re.search(message, result.stderr)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_does_not_stop_the_others(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(BAD[name][0])
    result = run(path, ABSTRACT)
    assert result.exit_code == 0
    assert result.stdout == run(ABSTRACT).stdout
    assert "bad.txt" in result.stderr


@pytest.mark.parametrize("command", [run, inspected])
def test_an_empty_folder_is_said(command: Callable[..., Result], tmp_path: Path) -> None:
    result = command(tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "Error: there is no document in what was given\n"


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "no.txt")
    assert result.exit_code == 1
    assert re.fullmatch(r".*no\.txt: error: .*No such file.*\[unreadable-file\]\n", result.stderr)


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.txt"
    path.write_bytes(ABSTRACT.read_bytes())

    def forbidden(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")  # root, as whom tests may run, may read every file

    monkeypatch.setattr(Path, "open", forbidden)
    result = run(path)
    assert result.exit_code == 1
    assert re.search(r"locked\.txt: error: .*Permission denied.*\[unreadable-file\]", result.stderr)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "peerkg.toml"
    config.write_text("max_source_bytes = 100\n", encoding="utf-8")
    result = run(ABSTRACT, "--config", config)
    assert result.exit_code == 1
    assert re.search(
        r"the limit is 100 \(raise max_source_bytes in peerkg.toml.*\[too-large\]", result.stderr
    )


@pytest.mark.parametrize("command", [run, inspected])
def test_a_broken_list_of_sources_is_one_message(command: object, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("[[source]]\npath = \n", encoding="utf-8")
    path = tmp_path / "a.txt"
    path.write_bytes(ABSTRACT.read_bytes())
    result = run(path) if command is run else inspected(path)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: .*sources\.toml: not TOML: .*line 2.*\n", result.stderr)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--format", "rdf", ABSTRACT), (ABSTRACT, "--base-iri", "x"), (ABSTRACT, "--config", "no.toml")],
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str | Path, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_a_policy_beside_the_file_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(ABSTRACT.read_bytes())
    words = "training materials, and their many assigned tasks"
    for policy, shown in (("full", True), ("quotes", False), ("none", False)):
        (tmp_path / "sources.toml").write_text(
            f"[[source]]\npath = 'a.txt'\ntext = '{policy}'\ntitle = 'T'\nlicence = 'ask us'\n",
            encoding="utf-8",
        )
        text = run(path).stdout
        assert (words in text) is shown
        assert f'pk:textPolicy "{policy}"' in text
        assert 'dcterms:rights "ask us"' in text


def test_an_address_as_origin_or_licence_is_a_link(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(ABSTRACT.read_bytes())
    (tmp_path / "sources.toml").write_text(
        "[[source]]\npath = 'a.txt'\norigin = 'https://example.org/a?b=c'\n"
        "licence = 'https://creativecommons.org/publicdomain/zero/1.0/'\nretrieved = 2026-11-22\n",
        encoding="utf-8",
    )
    text = run(path).stdout
    assert "dcterms:source <https://example.org/a?b=c>" in text
    assert "dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/>" in text
    assert 'pk:retrieved "2026-11-22"^^xsd:date' in text


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_converting_twice_gives_the_same(path: Path) -> None:
    source = Source.from_bytes(path.name, path.read_bytes())
    one, other = (convert(source, Settings(), VOCABULARY) for _ in range(2))
    assert (one.facts, one.evidence, one.entities, one.problems) == (
        other.facts, other.evidence, other.entities, other.problems,
    )  # fmt: skip
    assert one.facts
    assert len(one.facts) == len(set(one.facts))


def test_an_unknown_document_is_a_problem_and_no_error() -> None:
    conversion = convert(Source("x.txt", "Dear Sir,", "0" * 64), Settings(), VOCABULARY)
    assert (conversion.reports, conversion.facts, conversion.format) == ((), [], "")
    (problem,) = conversion.problems
    assert (problem.code, problem.severity) == ("unknown-format", "error")
    assert "peerkg sources" in problem.hint


def test_the_formats_are_listed_with_how_each_is_recognised() -> None:
    result = inspected()
    assert result.exit_code == 0
    for name, form in formats().items():
        assert name in result.stdout
        assert (form.__doc__ or "").splitlines()[0] in result.stdout
    rows = json.loads(inspected("--json").stdout)
    assert [row["name"] for row in rows] == list(formats())
    assert all(row["recognised"] and row["reads"] for row in rows)


def test_of_a_file_it_is_said_what_was_read_and_what_was_not() -> None:
    result = inspected(ABSTRACT)
    assert result.exit_code == 0
    assert "va_conference_abstract, 1 record" in result.stdout
    (report,) = json.loads(inspected(ABSTRACT, "--json").stdout)
    fields = {(one["record"], one["field"]): one for one in report["fields"]}
    assert fields["Report", "title"]["example"].startswith("Facilitating Citizenship")
    assert fields["Authorship", "nameAsPrinted"]["count"] == 3
    assert fields["Institution", "name"]["property"] == "http://xmlns.com/foaf/0.1/name"
    unread = {line["text"] for line in report["unread"]}
    assert "Talk to the Veterans Crisis Line now" in unread
    assert not any("qualitative interviews" in text for text in unread)


def test_of_an_unread_file_the_problems_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir,\n", encoding="utf-8")
    result = inspected(path)
    assert result.exit_code == 1
    assert "no format recognises it" in result.stdout
    assert "[unknown-format]" in result.stdout


def test_a_line_is_unread_only_if_no_value_touches_it() -> None:
    file = File.of("a.txt", ABSTRACT.read_bytes())
    source = file.whole(Settings().max_source_bytes)
    inspection = inspect(file, Settings(), VOCABULARY)
    unread = {number for number, _ in inspection.unread}
    title = next(n for n, line in enumerate(source.lines(), 1) if line.raw.startswith("3154"))
    assert title not in unread
    assert 1 in unread


def test_the_iris_in_the_documentation_are_those_of_the_seeds() -> None:
    text = (DOCS / "identities.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"`((?:report|institution)/[a-z0-9-]+-(?:[a-z2-7]{12}|00608-4))`", text))
    assert len(shown) == 4
    assert {path for path in shown if path not in run(*SEEDS).stdout} == set()


def test_the_evidence_in_the_documentation_is_that_of_the_seed() -> None:
    text = (DOCS / "evidence.md").read_text(encoding="utf-8")
    (shown,) = set(re.findall(r"<evidence/([0-9a-f]{16})>", text))
    start, end = re.findall(r"oa:start (\d+) ; oa:end (\d+)", text)[0]
    lines = run(ABSTRACT, "--format", "nquads").stdout.splitlines()
    position = [line for line in lines if f"{shown}#position>" in line.split(" ")[0]]
    assert any(f'#start> "{start}"' in line for line in position)
    assert any(f'#end> "{end}"' in line for line in position)


def test_the_documentation_names_every_key_and_problem() -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    for entry in fields(Settings):
        assert not entry.metadata.get("key", True) or f"| `{entry.name}` |" in text
    for entry in fields(SourceDetails):
        assert f"\n{entry.name} = " in text
    code = "".join((KG / name).read_text(encoding="utf-8") for name in ("conversion.py", "linking.py"))
    codes = re.findall(r'Problem(?:\.at)?\(\s*(?:source,\s*found,\s*)?"([a-z-]+)"', code)
    assert len(codes) >= 5
    assert [code for code in codes if f"`{code}`" not in text] == []


def test_the_examples_of_the_documentation_are_valid(tmp_path: Path) -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    settings, sources = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "peerkg.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "sources.toml").write_text(sources, encoding="utf-8")
    assert Settings.load(tmp_path / "peerkg.toml").base_iri == "https://example.org/peer-support/"
    assert SourceList.load(tmp_path).details(tmp_path / "abstracts" / "3154.txt").retrieved is not None
