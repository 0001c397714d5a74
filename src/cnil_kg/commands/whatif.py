"""`cnil-kg whatif`: what changes if statements change, and the smallest changes that would reach a verdict."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language

FORMATS = ("text", "json", "markdown")


@click.command("whatif")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--add", multiple=True, metavar="STATEMENT", help='"ex:p ckg:largeScale true" or "p.largeScale=true".')
@click.option("--remove", multiple=True, metavar="STATEMENT", help="A statement of FILE, spelled the same ways.")
@click.option("--goal", metavar="QUESTION=OUTCOME[@SUBJECT]", help="Find the smallest changes that reach a verdict.")
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="Changes to find.")
@click.option("--time", "seconds", type=click.FloatRange(0), default=20, show_default=True, help="Seconds to search.")
@click.option("--size", type=click.IntRange(1), default=4, show_default=True, help="Facts in one change, at most.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the answer.")
@AS_OF
@INPUT_SYNTAX
def command(
    inputs: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    goal: str | None,
    limit: int,
    seconds: float,
    size: int,
    output: str,
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Suppose that FILE... said something else, and show what changes; FILE... itself never changes.

    What is shown describes a different project. It is no advice to describe a project otherwise than it is.
    """
    if not (add or remove or goal):
        raise click.UsageError("Say what to suppose: --add, --remove or --goal.")
    from cnil_kg.formats.whatif import render, render_goal  # noqa: PLC0415
    from cnil_kg.hypotheses.search import Bounds  # noqa: PLC0415
    from cnil_kg.whatif import compare, read, seek  # noqa: PLC0415

    described = read(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    if goal is None:
        click.echo(render(compare(described, add, remove), output, lang), nl=False)
    else:
        sought = seek(described, goal, Bounds(limit, seconds, size), add, remove)
        click.echo(render_goal(sought, output, lang), nl=False)
