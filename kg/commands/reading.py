"""What the commands that read documents share: their settings and their conversions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from kg import collecting
from kg.collecting import Document, NoSuchSourceError
from kg.commands.failing import REFUSED
from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert_file, whole
from kg.opening import File
from kg.problems import Problem
from kg.settings import Settings


def settings_of(config: Path | None, base_iri: str | None) -> Settings:
    """The settings of the file `config`, with the base IRI of the command line if one is given."""
    settings = Settings.load(config)
    return settings if base_iri is None else replace(settings, base_iri=base_iri)


def documents(paths: Iterable[Path], settings: Settings) -> tuple[list[File], Settings, list[Problem]]:
    """The files that can be read, the settings with what is known of them, and the problems."""
    files: dict[str, File] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            collected = collecting.collect([path])
        except NoSuchSourceError as error:
            problems.append(_absent(path, error))
            continue
        settings = settings.with_sources(collected.details).with_curation(collected.curation)
        problems += (problem for problem in collected.problems if problem.code != "listed-but-absent")
        for document in collected.documents:
            _add(document, files, problems)
    return list(files.values()), settings, problems


def _add(document: Document, files: dict[str, File], problems: list[Problem]) -> None:
    file = collecting.opened(document)
    if isinstance(file, Problem):
        problems.append(file)
    else:
        files.setdefault(file.id, file)


def _absent(path: Path, error: NoSuchSourceError) -> Problem:
    message = str(error).removeprefix(f"{path}: ")
    return Problem("unreadable-file", message, str(path), severity="error")


def converted(paths: Iterable[Path], settings: Settings) -> tuple[list[Conversion], Settings, list[Problem]]:
    """The conversions of the documents in which something was found, `documents`' settings, every problem."""
    files, settings, problems = documents(paths, settings)
    vocabulary = Vocabulary.load()
    conversions = [whole(convert_file(file, settings, vocabulary)) for file in files]
    problems += (problem for one in conversions for problem in one.problems)
    return [one for one in conversions if one.reports or one.authorities], settings, problems


def nothing_read(problems: Iterable[Problem]) -> NoReturn:
    """End a command that found no record: the problems say why, and where there is none, this does."""
    if not any(problems):
        click.echo("Error: there is no document in what was given", err=True)
    raise SystemExit(REFUSED)
