"""`cnil-kg derive`: only what follows, as N-Triples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from pyoxigraph import Triple

from cnil_kg.errors import CnilKgError
from cnil_kg.runs import reasoned_upon


def derived_triples(
    inputs: Sequence[str], *, format: str | None, stdin: BinaryIO | None, as_of: str | None, rule_of: bool
) -> tuple[str, tuple[CnilKgError, ...]]:
    """The derived triples, sorted, one a line; with `rule_of`, the ids of their rules in a comment after each.

    Returns:
        N-Triples text, and the errors of the inputs that could not be read.
    """
    reasoned = reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of)
    lines: dict[str, set[str]] = {}
    for quad, derivation in reasoned.derived.items():
        if quad in reasoned.store:
            line = f"{Triple(quad.subject, quad.predicate, quad.object)} ."
            lines.setdefault(line, set()).update(r.id for r in derivation.rules)
    text = "".join(
        f"{line} # {', '.join(sorted(ids))}\n" if rule_of else f"{line}\n" for line, ids in sorted(lines.items())
    )
    return text, reasoned.facts.errors
