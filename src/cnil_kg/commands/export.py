"""`cnil-kg export`: facts and verdicts handed over."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, OUTPUT, default_language, write


@click.command("export")
@click.argument("target", required=False)
@click.argument("inputs", nargs=-1, metavar="FILE...")
@OUTPUT
@click.option("--part", "--format", "part", metavar="PART", help="Which of the documents of the target (see --list).")
@click.option("--into", type=click.Path(dir_okay=False), metavar="RECORD", help="The catalog's record it is for.")
@click.option("--list", "listed", is_flag=True, help="Name the targets and their parts; then stop.")
@AS_OF
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the headings.")
def command(
    target: str | None,
    inputs: tuple[str, ...],
    output: str | None,
    part: str | None,
    into: str | None,
    listed: bool,
    as_of: str | None,
    lang: str,
) -> None:
    """Hand the facts and verdicts of FILE... over to TARGET.

    dpv: DCAT and DPV, verdicts in a graph of their own; ropa: record of processing (CSV); ckan, datahub, openmetadata,
    atlas, collibra: what these catalogs take in.
    """
    from cnil_kg.exporting import export, targets  # noqa: PLC0415

    if listed:
        click.echo(targets(lang), nl=False)
        return
    if target is None:
        raise click.UsageError("Give a target; `cnil-kg export --list` names them.")
    write(export(target, inputs, part=part, lang=lang, as_of=as_of, into=into, stdin=sys.stdin.buffer), output)
