"""`cnil-kg explain`: the proofs behind the verdicts."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, INPUT_SYNTAX, default_language, tell


@click.command("explain")
@click.argument("source", metavar="FILE")
@click.argument("asked", required=False, metavar="[QUESTION|ID]")
@click.option("--subject", metavar="IRI", help="Only what is about this node (its IRI, or the end of it).")
@click.option("--why-not", is_flag=True, help="Also the rules that did not fire, with the premise that failed.")
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the sentences.")
@click.option("--graph", "picture", metavar="NAME", help="Draw the proofs instead, in a new file: .svg, .html or .dot.")
@AS_OF
@INPUT_SYNTAX
def command(
    source: str,
    asked: str | None,
    subject: str | None,
    why_not: bool,
    output: str,
    lang: str,
    picture: str | None,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Prove the conclusions about FILE, or one QUESTION (dpia, reuse, ...) or requirement or rule (F5-30)."""
    from cnil_kg.explain import explain as explained  # noqa: PLC0415
    from cnil_kg.formats.explain import as_json, render  # noqa: PLC0415

    if picture is not None:
        from cnil_kg.formats.graph.draw import check_name  # noqa: PLC0415

        check_name(picture)
    found = explained(
        [source], asked, subject=subject, why_not=why_not, format=syntax, stdin=sys.stdin.buffer, as_of=as_of
    )
    tell(found.errors)
    if picture is not None and found.explanations:
        from cnil_kg.formats.graph.proofs import drawn  # noqa: PLC0415

        drawn(found, picture, lang, source)
    elif found.explanations or not found.errors:
        click.echo(as_json(found) if output == "json" else render(found, lang, markdown=output == "markdown"), nl=False)
    sys.exit(2 if found.errors else 0)
