"""`cnil-kg import`: a catalog record becomes a partial description."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import default_language, tell, write


@click.command("import")
@click.argument("source", metavar="SOURCE")
@click.option("-o", "--output", type=click.Path(), help="File to write (default: standard output), or folder.")
@click.option("--from", "reader", metavar="READER", help="What the source is, where it does not tell (see --help).")
@click.option("--format", "form", type=click.Choice(["turtle", "ntriples", "jsonld", "yaml"]), default="turtle")
@click.option("--id", "id_", default="", metavar="IRI", help="What the record describes, where it names nothing.")
@click.option("--vocabulary", type=click.Path(dir_okay=False), metavar="FILE", help="Definitions of its tags.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the messages.")
def command(
    source: str, output: str | None, reader: str | None, form: str, id_: str, vocabulary: str | None, lang: str
) -> None:
    """Turn the record of a data catalog (file, or -) into a partial description: facts, and hints apart.

    SOURCE can be the address of a CKAN, DataHub or OpenMetadata API: then -o names a folder, one file a record.

    READER: dcat, dpv, croissant, huggingface, ckan, datahub, openmetadata, or one of another package.
    """
    from cnil_kg.inputs.sources import is_address  # noqa: PLC0415

    if is_address(source):
        sys.exit(_pulled(source, output, reader, form, lang))
    from cnil_kg.importing import import_record  # noqa: PLC0415

    found = import_record(
        source, reader=reader, form=form, lang=lang, id=id_, vocabulary=vocabulary, stdin=sys.stdin.buffer
    )
    for warning in found.warnings:
        place = "" if warning.where is None else warning.where.place
        click.echo(f"cnil-kg: {place}: {warning.text.of(lang)}", err=True)
    write(found.text, output)


def _pulled(source: str, output: str | None, reader: str | None, form: str, lang: str) -> int:
    from cnil_kg.pulling import pull  # noqa: PLC0415

    done = pull(source, output, reader=reader, form=form, lang=lang)
    for warning in done.warnings:
        place = "" if warning.where is None else warning.where.place
        click.echo(f"cnil-kg: {place}: {warning.text.of(lang)}", err=True)
    for name, why in sorted(done.failed.items()):
        click.echo(f"cnil-kg: {name}: {why}", err=True)
    tell([done.stopped] if done.stopped else [])
    for path in done.new:
        click.echo(path)
    told = {
        "fr": f"{len(done.new)} fiches lues, {done.kept} déjà là, {len(done.failed)} en échec.",
        "en": f"{len(done.new)} records read, {done.kept} there already, {len(done.failed)} failed.",
    }
    click.echo(f"cnil-kg: {told[lang]}", err=True)
    return 2 if done.failed or done.stopped else 0
