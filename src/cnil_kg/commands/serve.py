"""`cnil-kg serve`: a SPARQL endpoint and a query page over facts and verdicts, read-only."""

from __future__ import annotations

import sys

import click

from cnil_kg.errors import InputError
from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language, tell


@click.command("serve")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free port.")
@click.option("--allow-remote", is_flag=True, help="Let --host be an address that other machines reach.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=30, show_default=True, help="Seconds of a query.")
@click.option("--max-rows", type=click.IntRange(1), default=100_000, show_default=True, help="Rows of an answer.")
@click.option("--max-memory", type=click.IntRange(16), default=1024, show_default=True, help="MiB of a query.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Queries at once.")
@click.option("--cors", "origins", multiple=True, metavar="ORIGIN", help="Web pages that may read; repeatable.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the query page.")
@AS_OF
@INPUT_SYNTAX
def command(
    inputs: tuple[str, ...],
    host: str,
    port: int,
    allow_remote: bool,
    timeout: float,
    max_rows: int,
    max_memory: int,
    workers: int,
    origins: tuple[str, ...],
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Answer SPARQL queries over FILE... at /sparql, with a query page at /; nothing is ever changed."""
    try:
        from cnil_kg.serving.limits import Limits  # noqa: PLC0415
        from cnil_kg.serving.server import bound, is_loopback, serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(f"needs {error.name}", "serve", "Install it: pip install 'cnil-kg[serve]'.") from error
    from cnil_kg.sparql.dataset import dataset  # noqa: PLC0415

    if not is_loopback(host):
        if not allow_remote:
            what = f"--host {host} would let other machines read the descriptions"
            raise click.UsageError(f"{what}; add --allow-remote if that is meant.")
        warning = "other machines can read the descriptions, without password or encryption"
        click.echo(f"cnil-kg: warning: {warning}; put a server that has both in front.", err=True)
    listening = bound(host, port)  # before the long work
    with listening:
        data = dataset(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
        tell(data.errors)
        if data.errors:
            sys.exit(2)
        limits = Limits(timeout, max_rows, max_memory, workers)
        serve(data, listening, host, limits, click.echo, lang=lang, origins=origins)
