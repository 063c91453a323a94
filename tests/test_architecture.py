"""Imports go one way. Each rule names the modules it is about and what they may not import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "kg.encodings": set(),
    "kg.html": set(),
    "kg.source": {"kg.encodings", "kg.html", "kg.web_archives"},
    "kg.web_archives": set(),
    "kg.identifiers": set(),
    "kg.resources": set(),
    "kg.problems": {"kg.source"},
    "kg.model": {"kg.source", "kg.identifiers"},
    "kg.opening": {"kg.encodings", "kg.problems", "kg.source"},
    "kg.wordings": set(),
    "kg.concepts": {
        "kg.source",
        "kg.identifiers",
        "kg.problems",
        "kg.resources",
        "kg.links",
        "kg.wordings",
    },
    "kg.links": {"kg.problems", "kg.resources", "kg.identifiers", "kg.source"},
    "kg.reading": {
        "kg.encodings",
        "kg.source",
        "kg.identifiers",
        "kg.model",
        "kg.opening",
        "kg.problems",
        "kg.reading",
    },
    "kg.sources": {
        "kg.source",
        "kg.identifiers",
        "kg.model",
        "kg.opening",
        "kg.problems",
        "kg.reading",
        "kg.sources",
    },
    "kg.annotation": {
        "kg.source",
        "kg.identifiers",
        "kg.model",
        "kg.problems",
        "kg.concepts",
        "kg.links",
        "kg.annotation",
        "kg.reading",
    },
}
"""The left of the pipeline knows nothing of RDF, of releases or of HTTP."""

ONLY_THERE = {
    "rdflib": {"kg.reasoning", "kg.checking"},
    "lxml": {"kg.html", "kg.reading"},
    "owlrl": {"kg.reasoning"},
    "pyshacl": {"kg.checking"},
    "flask": {"server"},
    "httptools": {"server"},
}
"""A library and the only modules that may import it."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("kg", "server"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def under(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def broken_rules(name: str, path: Path) -> Iterator[str]:
    rule = next((MAY_IMPORT[key] for key in sorted(MAY_IMPORT, reverse=True) if under(name, {key})), None)
    for line, target in imports(path):
        where = f"{path.relative_to(ROOT)}:{line}: {name} imports {target}"
        if (
            rule is not None
            and under(target, {"kg", "server", "pyoxigraph"})
            and not under(target, {*rule, name})
        ):
            if name in {"kg.concepts", "kg.links"} and under(target, {"pyoxigraph"}):
                continue  # the vocabulary is RDF: these two read it and hand out plain values
            yield where
        if name.startswith("kg.") and under(target, {"server"}):
            yield f"{where}: kg never imports server"
        if under(target, {"kg.cli"}):
            yield f"{where}: nobody imports cli"
        library = target.split(".")[0]
        if library in ONLY_THERE and not under(name, ONLY_THERE[library]):
            yield f"{where}: {library} lives behind {', '.join(sorted(ONLY_THERE[library]))}"


@pytest.mark.parametrize(
    ("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_go_one_way(name: str, path: Path) -> None:
    assert list(broken_rules(name, path)) == []


def test_a_wrong_import_would_be_named_with_its_line(tmp_path: Path) -> None:
    path = ROOT / "kg" / "source.py"
    wrong = tmp_path / "source.py"
    wrong.write_text(path.read_text(encoding="utf-8") + "\nfrom kg.model import Report\n", encoding="utf-8")
    name = "kg.source"
    rule = MAY_IMPORT[name]
    targets = [
        target for _, target in imports(wrong) if under(target, {"kg"}) and not under(target, {*rule, name})
    ]
    assert targets == ["kg.model.Report"]


@pytest.mark.slow
@pytest.mark.parametrize("module", ["server.command", "server"])
def test_starting_the_server_imports_no_converter_and_no_reasoner(module: str) -> None:
    heavy = ("kg.sources", "rdflib", "owlrl", "pyshacl")
    code = f"import {module}, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
