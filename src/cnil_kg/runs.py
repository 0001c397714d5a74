"""From inputs to what follows from them: the two stages that every command begins with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from cnil_kg.load import load
from cnil_kg.reason import Reasoned, reason
from cnil_kg.rulebook import load_rulebook


def reasoned_upon(
    inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, as_of: str | None = None
) -> Reasoned:
    """Load, and derive everything that follows.

    Args:
        inputs: files, folders, `-`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply, default today.

    Returns:
        What follows; the inputs that could not be read are in its `facts.errors`.
    """
    book = load_rulebook()
    facts = load(inputs, format=format, stdin=stdin, terms=book.terms)
    return reason(facts, book, as_of or date.today().isoformat())
