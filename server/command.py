"""`peerkg serve`: arguments in, a serving process out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click


@click.command()
@click.argument("paths", metavar="[DIRECTORY]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--data",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Serve RDF files as they are instead of a release. More files may follow.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Idle query workers."
)
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.05, 3600),
    help="Seconds a query may take.",
)
@click.option(
    "--memory",
    default=1024,
    show_default=True,
    type=click.IntRange(64),
    help="MiB a query may take.",
)
@click.option(
    "--index",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "memory", "disk"]),
    help="Hold the data in memory or read them from disk; auto: in memory up to a quarter of the machine's.",
)
@click.option(
    "--store",
    metavar="sparql+URL",
    help="Ask the SPARQL engine there, which holds the release, instead of the release's own index.",
)
@click.option(
    "--client-budget",
    type=click.FloatRange(0, 3600),
    help="Seconds of work a client may use in a minute; 0 for no bound.  [default: 60, on loopback 0]",
)
@click.option(
    "--address",
    default="",
    metavar="URL",
    help="Where people reach the server, for documents that must name it; else as each client calls it.",
)
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Believe X-Forwarded-For of this address or network; may be repeated.",
)
@click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path),
    help="A peerkg.toml, for its list of endpoints that queries may name after SERVICE.",
)
def serve(  # noqa: PLR0917 - click passes every one by name
    paths: tuple[Path, ...],
    files: tuple[Path, ...],
    host: str,
    port: int,
    workers: int,
    timeout: float,
    memory: int,
    index: str,
    store: str | None,
    client_budget: float | None,
    address: str,
    proxies: tuple[str, ...],
    configuration: Path | None,
) -> None:
    """Serve the current release in DIRECTORY, or RDF files, over HTTP.

    \b
    Example:
      peerkg serve public
      peerkg serve public --host 0.0.0.0 --port 80 --workers 4 --timeout 30
      peerkg serve --data graph.ttl more.nt
      peerkg serve public --store sparql+http://127.0.0.1:7878/query
    """  # noqa: D301 - click keeps the lines behind the character \b as they are
    from kg.commands.failing import INTERRUPTED, USAGE, explained
    from kg.settings import Settings
    from server import sandbox
    from server.budget import is_loopback, networks
    from server.engine import Address
    from server.limits import Limits, in_memory
    from server.running import serve_until_stopped

    if files:
        files += paths  # click gives the option one word, and the rest to the arguments
    elif len(paths) != 1:
        raise click.UsageError("name one directory of releases, or RDF files after --data")
    directory = None if files else paths[0]
    if store is not None and directory is None:
        raise click.UsageError("--store serves a release: name its directory")
    try:
        trusted = networks(proxies)
    except ValueError as error:
        raise click.UsageError(f"--trusted-proxy: {error}") from error
    if address and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", address):
        raise click.UsageError(f"--address: {address} is no http or https address")
    if client_budget is None:
        client_budget = 0.0 if is_loopback(host) else 60.0
    with explained(otherwise=USAGE):
        usual = in_memory(sandbox.memory())
        limits = Limits(
            index_in_memory={"auto": usual, "memory": sys.maxsize, "disk": -1}[index],
            workers=workers,
            seconds=timeout,
            memory_bytes=memory * 1_048_576,
            client_budget=client_budget,
            address=address,
            federation=Settings.load(configuration).federation,
        )
        try:
            code = serve_until_stopped(
                limits,
                host,
                port,
                directory=directory,
                files=files,
                engine=None if store is None else Address.read(store),
                trusted=trusted,
            )
        except KeyboardInterrupt:
            code = INTERRUPTED  # before the signal was ours to handle
    sys.exit(code)
