"""`cnil-kg ask`: the questions whose answers leave nothing open; in a terminal, one after the other."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language, tell

FORMATS = ("text", "json", "md", "yaml")


@click.command("ask")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "output", type=click.Choice(FORMATS), help="List the questions so; yaml: a file to fill in.")
@click.option("--interactive/--list", "interactive", default=None, help="Ask them here (default in a terminal).")
@click.option("-o", "--output", "target", type=click.Path(dir_okay=False), help="Where the answered copy goes.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the questions.")
@AS_OF
@INPUT_SYNTAX
def command(
    inputs: tuple[str, ...],
    output: str | None,
    interactive: bool | None,
    target: str | None,
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Ask what would settle everything undetermined about FILE..., most unlocking questions first.

    In a terminal, the answers are written into a copy of FILE; FILE itself never changes.
    """
    if interactive is None:
        interactive = output is None and len(inputs) == 1 and sys.stdin.isatty() and sys.stdout.isatty()
    if interactive:
        if len(inputs) != 1 or inputs[0] == "-":
            raise click.UsageError("Give one file to answer questions about.")
        from cnil_kg.dialogue import converse  # noqa: PLC0415

        sys.exit(converse(inputs[0], target, lang=lang, as_of=as_of, format=syntax))
    from cnil_kg.ask import ask  # noqa: PLC0415
    from cnil_kg.formats.ask import as_json, as_yaml, render  # noqa: PLC0415

    if target is not None:
        raise click.UsageError("-o goes with the answers of --interactive.")
    asking = ask(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(asking.errors)
    if output == "json":
        click.echo(as_json(asking), nl=False)
    elif not asking.errors:
        click.echo(
            as_yaml(asking, lang) if output == "yaml" else render(asking, lang, markdown=output == "md"), nl=False
        )
    sys.exit(2 if asking.errors else 0)
