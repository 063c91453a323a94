"""Every text of the interface, found where it stands: in the templates, in the code, in tables of words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

from kg import expert, formats, searching
from kg.reading import countries
from server import app, findings
from server.links import words
from server.pages import examples
from server.problem import KINDS
from server.reconcile_terms import PROPERTIES, TYPES
from server.reconciliation import FEATURES

SERVER = Path(app.__file__).parent
TEMPLATES = SERVER / "templates"


def environment() -> Environment:
    """What reads templates as the server does, without one."""
    return Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, autoescape=True)


def messages() -> set[str]:
    """The messages in English; of those for one and for many the one for many."""
    found: set[str] = set()
    for path in sorted(TEMPLATES.glob("*.html")):
        for _, _, said in environment().extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]  # the extension adds it
            texts = [one for one in (said if isinstance(said, tuple) else (said,)) if one]
            found |= set(texts[-1:])  # what is not written out is found in the tables below
    for path in sorted(SERVER.glob("*.py")):
        found |= set(_in_code(ast.parse(path.read_text(encoding="utf-8"))))
    found |= {text for kind in KINDS.values() for text in (kind.title, kind.remedy)}
    found |= {question for _, question, _ in examples()}
    found |= set(expert.MESSAGES.values())
    found |= set(findings.BESIDE.values()) | set(app.MONTHS)
    found |= {form.title for form in (*formats.RESULT_FORMATS, *formats.SYNTAXES)}
    found |= {countries.called(code) for code in {*countries.CODES.values(), "US"}}
    found |= {words(kind) for kind in searching.CLASSES.values()}
    found |= {text for kind in TYPES.values() for text in (kind.title, kind.description)}
    found |= {one.title for one in PROPERTIES.values()} | set(FEATURES.values())
    return found | {"full", "quotes", "none"}


def _in_code(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [one.value for one in node.args if isinstance(one, ast.Constant)]
            texts = [one for one in given if isinstance(one, str)]
            if node.func.id == "_" and texts:
                yield texts[0]
            elif node.func.id == "ngettext" and len(texts) == 2:
                yield texts[1]
