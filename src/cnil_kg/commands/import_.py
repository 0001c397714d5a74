"""`cnil-kg import`: a catalog record becomes a partial description."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import OUTPUT, default_language, write


@click.command("import")
@click.argument("source", metavar="SOURCE")
@OUTPUT
@click.option("--from", "reader", metavar="READER", help="What the source is, where it does not tell (see --help).")
@click.option("--format", "form", type=click.Choice(["turtle", "ntriples", "jsonld"]), default="turtle")
@click.option("--id", "id_", default="", metavar="IRI", help="What the record describes, where it names nothing.")
@click.option("--vocabulary", type=click.Path(dir_okay=False), metavar="FILE", help="Definitions of its tags.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the messages.")
def command(
    source: str, output: str | None, reader: str | None, form: str, id_: str, vocabulary: str | None, lang: str
) -> None:
    """Turn the record of a data catalog (file, or -) into a partial description: facts, and hints apart.

    READER: dcat, dpv, croissant, huggingface, ckan, datahub, openmetadata, or one of another package.
    """
    from cnil_kg.importing import import_record  # noqa: PLC0415

    found = import_record(
        source, reader=reader, form=form, lang=lang, id=id_, vocabulary=vocabulary, stdin=sys.stdin.buffer
    )
    for warning in found.warnings:
        place = "" if warning.where is None else warning.where.place
        click.echo(f"cnil-kg: {place}: {warning.text.of(lang)}", err=True)
    write(found.text, output)
