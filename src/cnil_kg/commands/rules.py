"""`cnil-kg rules`: the entries of the fiches."""

from __future__ import annotations

import click

from cnil_kg.options import default_language


@click.command("rules")
@click.argument("id_", required=False, metavar="[ID]")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="text or json.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the texts.")
def command(id_: str | None, output: str, lang: str) -> None:
    """List the entries of the fiches, or show the one of ID: text, article, rule or shape, facts, cases, sources."""
    import json  # noqa: PLC0415

    from cnil_kg.catalogue import as_json, catalogue, one  # noqa: PLC0415
    from cnil_kg.formats.rules import listing, page  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    book = load_rulebook()
    entries = (one(book, id_),) if id_ else catalogue(book)
    if output == "json":
        click.echo(json.dumps(as_json(entries), ensure_ascii=False, indent=2))
    else:
        click.echo(page(book, entries[0], lang) if id_ else listing(entries, lang), nl=False)
