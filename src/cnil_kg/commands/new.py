"""`cnil-kg new`: a skeleton, or a description from answers."""

from __future__ import annotations

import click

from cnil_kg.options import OUTPUT, default_language, form_of, write


@click.command("new")
@OUTPUT
@click.option(
    "--format", "form", type=click.Choice(["turtle", "yaml"]), help="Default: as the name of the output says."
)
@click.option(
    "--from", "answers", type=click.Path(dir_okay=False), metavar="ANSWERS.yaml", help="Fill it from answers."
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the comments.")
def command(output: str | None, form: str | None, answers: str | None, lang: str) -> None:
    """Write a commented skeleton of a project description, or the description that a file of answers gives."""
    form = form_of(form, output)
    if answers is None:
        from cnil_kg.skeleton import skeleton  # noqa: PLC0415

        write(skeleton(lang, form), output)
        return
    from cnil_kg.answers import described  # noqa: PLC0415
    from cnil_kg.outputs.turtle import as_turtle  # noqa: PLC0415
    from cnil_kg.outputs.yamlform import as_yaml  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    book = load_rulebook()
    triples, base = described(answers, book)
    write(as_yaml(triples, book.terms.short) if form == "yaml" else as_turtle(triples, base), output)
