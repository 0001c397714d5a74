"""`cnil-kg schema`: the JSON Schemas and the context."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("what", type=click.Choice(["report", "questions", "description", "context"]), default="report")
def command(what: str) -> None:
    """Print the JSON Schema of `validate` (report), `ask` (questions) or descriptions in YAML; or their context."""
    import json  # noqa: PLC0415

    from cnil_kg.formats.ask import schema as questions  # noqa: PLC0415
    from cnil_kg.formats.json import schema as text  # noqa: PLC0415
    from cnil_kg.outputs.schema import description_schema  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    if what == "report":
        click.echo(text(), nl=False)
    elif what == "questions":
        click.echo(questions(), nl=False)
    elif what == "description":
        click.echo(json.dumps(description_schema(load_rulebook()), ensure_ascii=False, indent=2))
    else:
        click.echo(json.dumps({"@context": load_rulebook().terms.short.context}, ensure_ascii=False, indent=2))
