"""A value of the wrong type is told at its line, for every fact that a description can state."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnil_kg.load import load
from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import expand

WRONG = {"boolean": "oui", "date": "2024-02-30", "duration": "5 ans", "integer": "NaN", "decimal": "NaN"}
IN_WORDS = {expand("dpv:hasPurpose")}
"""Words are read there too: the purpose of a collection (D54)."""


@pytest.mark.parametrize("form", ["turtle", "jsonld"])
def test_each_is_told_at_its_line_and_a_typed_fact_is_not_stated(form: str, tmp_path: Path) -> None:
    book = load_rulebook()
    facts = [f for f in book.facts if f.type != "text" and f.iri not in IN_WORDS and not f.iri.endswith("#type")]
    node = "https://example.org/x"
    pairs = [(f.iri, WRONG.get(f.type, "oui")) for f in facts]
    if form == "turtle":
        text = "\n".join(f'<{node}> <{iri}> "{value}" .' for iri, value in pairs)
    else:
        members = ",\n".join(f'"{iri}": "{value}"' for iri, value in pairs)
        text = f'{{"@id": "{node}",\n{members}\n}}'
    file = tmp_path / f"x.{'ttl' if form == 'turtle' else 'jsonld'}"
    file.write_text(text, encoding="utf-8")
    read = load([str(file)], terms=book.terms)
    assert read.errors == ()
    first = 1 if form == "turtle" else 2
    told = {w.where.line: (w.code, w.term) for w in read.warnings if w.where is not None}
    assert told == {
        line: ("ill-typed" if f.type in WRONG else "literal-for-term", f.iri) for line, f in enumerate(facts, first)
    }
    kept = {t.predicate.value for t in read.origins}
    assert kept == {f.iri for f in facts if f.type not in WRONG}
