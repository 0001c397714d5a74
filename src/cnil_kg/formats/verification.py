"""What a reader is told of the checks by other engines, in text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from cnil_kg.formats.words import clean, phrase
from cnil_kg.model import Check

_SAME = {"HermiT": "verifiedTypes", "pySHACL": "verifiedShapes"}


def check_lines(checks: tuple[Check, ...], lang: str) -> Iterator[str]:
    """One line an engine, and one for each difference."""
    for c in checks:
        key = _SAME[c.engine] if c.outcome == "same" else c.outcome
        n = len(c.differences) if c.outcome == "different" else c.compared
        yield clean(phrase(key, lang, engine=c.engine, version=c.version, n=n, why=c.why))
        yield from (clean(line) for line in c.differences)
