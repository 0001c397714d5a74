"""`cnil-kg export`: facts and verdicts handed over."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, OUTPUT, default_language, write


@click.command("export")
@click.argument("target", type=click.Choice(["dpv", "ckan", "ropa"]))
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@OUTPUT
@click.option("--format", "form", type=click.Choice(["trig", "jsonld"]), default="trig", help="Syntax of dpv.")
@click.option("--into", type=click.Path(dir_okay=False), metavar="RECORD", help="The CKAN package to patch.")
@AS_OF
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the headings.")
def command(
    target: str,
    inputs: tuple[str, ...],
    output: str | None,
    form: str,
    into: str | None,
    as_of: str | None,
    lang: str,
) -> None:
    """Hand the facts and verdicts of FILE... over.

    dpv: DCAT and DPV, verdicts in a graph of their own; ckan: package_patch; ropa: record of processing (CSV).
    """
    from cnil_kg.exporting import export  # noqa: PLC0415

    write(export(target, inputs, form=form, lang=lang, as_of=as_of, into=into, stdin=sys.stdin.buffer), output)
