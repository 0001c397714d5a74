"""What came of a replay, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from cnil_kg.bundle.replay import Difference, Replayed
from cnil_kg.formats.verification import check_lines
from cnil_kg.formats.words import clean, phrase
from cnil_kg.vocab import PREFIXES

SHOWN = 20
_LONGEST = 80


def render(found: Replayed, lang: str) -> str:
    """The answer for a reader: what was replayed, the differences, the versions that differ."""
    return "\n".join(clean(line) for line in _lines(found, lang)) + "\n"


def as_json(found: Replayed) -> str:
    """The answer as data: `same`, `differences[]` {place, then, now}, `versions` {then, now}, `verification[]`."""
    data = {
        "same": not found.differences,
        "manifest": found.digest,
        "asOf": found.as_of,
        "compared": found.compared,
        "differences": [asdict(d) for d in found.differences],
        "versions": {"then": dict(found.then), "now": dict(found.now)},
        "verification": [asdict(c) for c in found.checks],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _lines(found: Replayed, lang: str) -> Iterator[str]:
    version = found.made_with.get("cnil-kg", "?")
    yield phrase("replayOf", lang, version=version, day=found.as_of, digest=found.digest)
    if not found.differences:
        yield phrase("replaySame", lang, n=found.compared)
    else:
        yield phrase("replayOther" if found.then else "replayFault", lang, n=len(found.differences))
        for difference in found.differences[:SHOWN]:
            yield f"  {_difference(difference, lang)}"
        if len(found.differences) > SHOWN:
            yield f"  {phrase('andMore', lang, n=len(found.differences) - SHOWN)}"
    if found.then:
        yield phrase("replayVersions", lang)
        yield from (f"  {name}: {found.then[name]} → {found.now[name]}" for name in found.then)
    yield from check_lines(found.checks, lang)


def _difference(d: Difference, lang: str) -> str:
    nothing = phrase("nothing", lang)
    then, now = (nothing if v is None else v if len(v) <= _LONGEST else f"{v[:_LONGEST]}…" for v in (d.then, d.now))
    place = d.place
    for prefix, base in PREFIXES.items():
        place = place.replace(base, f"{prefix}:")
    return f"{place}: {then} → {now}"
