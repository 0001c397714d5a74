"""What several commands take: the language, the day of the law, the syntax of the input."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterable

import click

from cnil_kg.errors import CnilKgError

SYNTAXES = ("turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld", "yaml")


def default_language() -> str:
    """`fr` when the locale is French, else `en`."""
    names = [os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((n for n in names if n), None) or locale.getlocale()[0] or ""
    return "fr" if chosen.lower().startswith("fr") else "en"


def tell(errors: Iterable[CnilKgError]) -> None:
    """Say on standard error what could not be read."""
    for error in errors:
        click.echo(f"cnil-kg: {error}", err=True)


def as_of_day(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """The day of the law, checked.

    Raises:
        click.BadParameter: it is no day.
    """
    from datetime import date  # noqa: PLC0415

    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise click.BadParameter(f"{text} is not a day; write it as 2026-12-31") from error


AS_OF = click.option("--as-of", callback=as_of_day, metavar="DATE", help="Apply the law of that day (default today).")
INPUT_SYNTAX = click.option(
    "--input-format", "syntax", type=click.Choice(SYNTAXES), help="Syntax of the input, where no name tells it."
)
FORMAT_SYNTAX = click.option(
    "--format", "syntax", type=click.Choice(SYNTAXES), help="Syntax of the input, where no name tells it."
)
"""The same, for the commands that write in one way only."""
ENDPOINT = click.option(
    "--endpoint", "endpoints", multiple=True, metavar="URL", help="Read a SPARQL store too; repeatable."
)
OUTPUT = click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="File to write (default: standard output)."
)


def form_of(form: str | None, output: str | None) -> str:
    """The syntax to write: as asked, else as the name of the file says."""
    return form or ("yaml" if output and output.lower().endswith((".yaml", ".yml")) else "turtle")


def write(text: str, output: str | None) -> None:
    """Give a text to standard output, or to a file that is not there yet."""
    if output is None:
        click.echo(text, nl=False)
        return
    from cnil_kg.outputs.file import write_new  # noqa: PLC0415

    write_new(text, output)


def sources(inputs: tuple[str, ...], endpoints: tuple[str, ...]) -> tuple[str, ...]:
    """The files and the stores to read.

    Raises:
        click.UsageError: there is neither.
        click.BadParameter: the address of a store is none.
    """
    from cnil_kg.inputs.sources import is_address  # noqa: PLC0415

    for url in endpoints:
        if not is_address(url):
            raise click.BadParameter(f"{url} is no address; write it as https://...", param_hint="--endpoint")
    if not inputs and not endpoints:
        raise click.UsageError("Missing argument 'FILE...'.")
    return (*inputs, *endpoints)
