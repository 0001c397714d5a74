"""`cnil-kg bundle`: a run in one file."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, FORMAT_SYNTAX, default_language, tell


@click.command("bundle")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False), metavar="X.zip", help="File to write.")
@click.option("--config", metavar="FILE", help="Waivers of FILE (default: cnil-kg.toml beside the descriptions).")
@click.option("--no-config", is_flag=True, help="Read no waivers.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of what is told.")
@AS_OF
@FORMAT_SYNTAX
def command(
    inputs: tuple[str, ...],
    output: str,
    config: str | None,
    no_config: bool,
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Pack FILE..., the result, its proofs, the rules used, versions and hashes, for `cnil-kg replay`."""
    from cnil_kg.bundle.pack import packed  # noqa: PLC0415
    from cnil_kg.formats.words import phrase  # noqa: PLC0415
    from cnil_kg.outputs.file import ensure_new, write_new  # noqa: PLC0415

    if config is not None and no_config:
        raise click.UsageError("--config and --no-config exclude each other.")
    ensure_new(output)
    made = packed(inputs, config=config, use_config=not no_config, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(made.errors)
    if made.errors:
        sys.exit(2)
    write_new(made.data, output)
    click.echo(phrase("packed", lang, file=output, n=made.files, digest=made.digest))
