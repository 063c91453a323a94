"""The command `peerkg`: its subcommands are found as entry points and imported only when called."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from kg.commands.failing import INTERRUPTED


class EntryPointGroup(click.Group):
    """A group whose commands are the entry points of `peerkg.commands`.

    `peerkg serve` starts without importing a converter or a reasoner, and `kg` need not know that
    `server` exists.
    """

    @staticmethod
    def _points() -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group="peerkg.commands")}

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends it with the exit code of an interruption, where click's would be 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise SystemExit(INTERRUPTED) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        del ctx
        return sorted(self._points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        point = self._points().get(cmd_name)
        if point is None:
            return None
        command = point.load()
        if not isinstance(command, click.Command):
            raise TypeError(f"the entry point {point.value} is not a click command")
        return command


@click.group(cls=EntryPointGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="peerkg")
def main() -> None:
    """Turn documents about peer support into a linked knowledge graph, and serve it.

    \b
    Example:
      peerkg build seeds --out public
      peerkg serve public
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
