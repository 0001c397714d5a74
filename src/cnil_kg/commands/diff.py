"""`cnil-kg diff`: what changed between two versions of a description."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language, tell


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the sentences.")
@AS_OF
@INPUT_SYNTAX
def command(old: str, new: str, output: str, lang: str, as_of: str | None, syntax: str | None) -> None:
    """Tell what changed from OLD to NEW: facts, verdicts, and the facts that changed each verdict.

    OLD and NEW are files, folders, or git revisions (HEAD~1:project.ttl, or HEAD~1:./project.ttl from this folder).
    """
    from cnil_kg.diff import diff  # noqa: PLC0415
    from cnil_kg.formats.diff import as_json, render  # noqa: PLC0415

    if old == new == "-":
        raise click.UsageError("Standard input holds one version only.")
    found = diff(old, new, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(found.errors)
    if output == "json":
        click.echo(as_json(found), nl=False)
    elif not found.errors:
        click.echo(render(found, lang, markdown=output == "markdown"), nl=False)
    sys.exit(2 if found.errors else 0)
