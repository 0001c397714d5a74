"""Removing one fact from any case never turns a verdict into its opposite, save the listed pairs."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse
from test_removal import FLIPS
from variants import as_turtle, conclude_all, verdicts

from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import shrink
from harness import CASES

FOLDERS = sorted({p.parent.name for p in CASES.glob("F*/*.ttl")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_case_turns_when_a_fact_goes(folder: str) -> None:
    properties = {f.iri for f in load_rulebook().facts}
    texts, removed = [], []
    for path in sorted((CASES / folder).glob("*.ttl")):
        triples = [q.triple for q in parse(path.read_bytes(), RdfFormat.TURTLE)]
        texts.append(as_turtle(triples))
        removed.append((path.stem, ""))
        for gone, triple in enumerate(triples):
            if triple.predicate.value in properties:
                texts.append(as_turtle(t for n, t in enumerate(triples) if n != gone))
                removed.append((path.stem, shrink(triple.predicate.value)))
    whole: dict[tuple[str, str, str], str] = {}
    for (case, property_), found in zip(removed, verdicts(*conclude_all(texts)), strict=True):
        if not property_:
            whole = found
        for key, before in whole.items():
            flipped = {before, found.get(key, "open")} == {"established", "excluded"}
            assert not flipped or property_ in FLIPS[key[0]], f"{case}: {key} turns without {property_}"
