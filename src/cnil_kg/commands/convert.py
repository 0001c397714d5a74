"""`cnil-kg convert`: Turtle to YAML and back."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import FORMAT_SYNTAX, OUTPUT, form_of, write


@click.command("convert")
@click.argument("source", metavar="FILE")
@OUTPUT
@click.option("--to", "form", type=click.Choice(["turtle", "yaml"]), help="Default: as the name of the output says.")
@FORMAT_SYNTAX
def command(source: str, output: str | None, form: str | None, syntax: str | None) -> None:
    """Write a description in Turtle or YAML; the same statements, without the comments."""
    from cnil_kg.outputs.convert import converted  # noqa: PLC0415

    write(converted(source, form_of(form, output), format=syntax, stdin=sys.stdin.buffer), output)
