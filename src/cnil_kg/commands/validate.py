"""`cnil-kg validate`: verdicts and requirements."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from cnil_kg.options import AS_OF, ENDPOINT, INPUT_SYNTAX, SYNTAXES, default_language, sources, tell

FORMATS = ("text", "json", "markdown")


@click.command("validate")
@click.argument("inputs", nargs=-1, metavar="FILE...")
@ENDPOINT
@click.option("--format", "output", default="text", help="text, json or markdown; or the syntax of the input.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the report.")
@AS_OF
@click.option("--strict", is_flag=True, help="A recommendation not followed also fails the run (1).")
@click.option("--allow-undetermined", is_flag=True, help="Undetermined points do not fail the run (0).")
@click.option("--config", metavar="FILE", help="Waivers of FILE (default: cnil-kg.toml beside the descriptions).")
@click.option("--no-config", is_flag=True, help="Read no waivers.")
@click.option("--baseline", metavar="FILE", help="Report, and fail on, only what FILE does not know.")
@click.option("--write-baseline", "known", metavar="FILE", help="Write the present points to FILE, which is new (0).")
@click.option("--verify", is_flag=True, help="Have HermiT and pySHACL work it out again; a difference ends with 3.")
@INPUT_SYNTAX
def command(
    inputs: tuple[str, ...],
    endpoints: tuple[str, ...],
    output: str,
    lang: str,
    as_of: str | None,
    strict: bool,
    allow_undetermined: bool,
    config: str | None,
    no_config: bool,
    baseline: str | None,
    known: str | None,
    verify: bool,
    syntax: str | None,
) -> None:
    """Verdicts and requirements for the projects described in FILE... (files, folders, or - for standard input)."""
    from cnil_kg.gate import Gate, gated  # noqa: PLC0415

    if output in SYNTAXES:  # `--format turtle` names the input, as for other RDF tools
        output, syntax = "text", output
    if output not in FORMATS:
        raise click.BadParameter(f"{output} is none of {', '.join(FORMATS + SYNTAXES)}", param_hint="--format")
    if config is not None and no_config:
        raise click.UsageError("--config and --no-config exclude each other.")
    gate = Gate(
        config=config,
        use_config=not no_config,
        baseline=baseline,
        write_baseline=known,
        verify=verify,
        strict=strict,
        allow_undetermined=allow_undetermined,
    )
    report = gated(sources(inputs, endpoints), gate, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(report.errors)
    if report.conclusions or report.findings or not report.errors:
        click.echo(import_module(f"cnil_kg.formats.{output}").render(report, lang), nl=False)
    sys.exit(gate.code(report))
