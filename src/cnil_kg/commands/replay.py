"""`cnil-kg replay`: a bundle worked out again."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import default_language


@click.command("replay")
@click.argument("bundle", metavar="X.zip")
@click.option("--verify", is_flag=True, help="Have HermiT and pySHACL work it out too; a difference ends with 3.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="text or json.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the answer.")
def command(bundle: str, verify: bool, output: str, lang: str) -> None:
    """Check the hashes of a bundle, work it out again offline, compare.

    0: the same. 1: otherwise, with other versions. 2: no bundle, or changed. 3: otherwise with the same versions.
    """
    from cnil_kg.bundle.replay import replayed  # noqa: PLC0415
    from cnil_kg.formats.replay import as_json, render  # noqa: PLC0415

    found = replayed(bundle, verify=verify)
    click.echo(as_json(found) if output == "json" else render(found, lang), nl=False)
    sys.exit(found.code)
