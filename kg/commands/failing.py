"""How every command ends when it cannot do what it was asked for: one message, and the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from kg.problems import PeerkgError

REFUSED = 1
USAGE = 2
BUSY = 75
INTERRUPTED = 130


@contextmanager
def explained(*codes: tuple[type[PeerkgError], int], otherwise: int = REFUSED) -> Iterator[None]:
    """Turn an error of ours into its message on standard error and the exit code of its class."""
    try:
        yield
    except PeerkgError as error:
        code = next((code for kind, code in codes if isinstance(error, kind)), otherwise)
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(code) from error
