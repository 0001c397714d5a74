"""`cnil-kg lineage`: what data, models and systems rest on, and what comes down to them."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language, tell


@click.command("lineage")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--subject", metavar="IRI", help="Only what this node rests on and what rests on it.")
@click.option("--graph", "picture", metavar="NAME", help="Draw it instead, in a new file: .svg, .html or .dot.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the sentences.")
@AS_OF
@INPUT_SYNTAX
def command(
    inputs: tuple[str, ...],
    subject: str | None,
    picture: str | None,
    output: str,
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Follow datasets, models and systems through FILE...: what they rest on, and what comes down to them."""
    from cnil_kg.formats.graph.draw import check_name  # noqa: PLC0415
    from cnil_kg.formats.lineage import as_json, drawn, render  # noqa: PLC0415
    from cnil_kg.lineage import lineage  # noqa: PLC0415

    if picture is not None:
        check_name(picture)
    found = lineage(inputs, subject=subject, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(found.errors)
    if picture is not None and found.nodes:
        drawn(found, picture, lang)
    elif found.nodes or not found.errors:
        click.echo(as_json(found) if output == "json" else render(found, lang), nl=False)
    sys.exit(2 if found.errors else 0)
