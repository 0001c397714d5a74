"""What several commands take: the language, the day of the law, the syntax of the input."""

from __future__ import annotations

import locale
import os

import click

SYNTAXES = ("turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld", "yaml")


def default_language() -> str:
    """`fr` when the locale is French, else `en`."""
    names = [os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((n for n in names if n), None) or locale.getlocale()[0] or ""
    return "fr" if chosen.lower().startswith("fr") else "en"


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
