"""`cnil-kg impact`: which projects change verdict between two days, and because of which entry."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import INPUT_SYNTAX, as_of_day, default_language, tell


@click.command("impact")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "start", required=True, callback=as_of_day, metavar="DATE", help="What changes after it.")
@click.option("--to", "end", required=True, callback=as_of_day, metavar="DATE", help="What changes until then.")
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the sentences.")
@INPUT_SYNTAX
def command(inputs: tuple[str, ...], start: str, end: str, output: str, lang: str, syntax: str | None) -> None:
    """Tell what changes for FILE... between two days: rules, lists and dates of the law, and days that FILE states.

    Each verdict that changes names the entry, or the stated day, that changes it.
    """
    from cnil_kg.formats.impact import as_json, render  # noqa: PLC0415
    from cnil_kg.impact import impact  # noqa: PLC0415

    found = impact(inputs, start, end, format=syntax, stdin=sys.stdin.buffer)
    tell(found.errors)
    if output == "json":
        click.echo(as_json(found), nl=False)
    elif not found.errors:
        click.echo(render(found, lang, markdown=output == "markdown"), nl=False)
    sys.exit(2 if found.errors else 0)
