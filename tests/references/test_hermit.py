"""HermiT, given the descriptions and what the `.rq` rules derived, finds the types and values our axioms derive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import owlready2
import pytest
from rdflib import Graph, URIRef
from rdflib import Literal as RdflibLiteral

from cnil_kg.reason import reason
from cnil_kg.verify.hermit import classified, inferred
from cnil_kg.vocab import CKG
from harness import AS_OF, CASES, EXAMPLE, ROOT, batches, run, together

GOOD = sorted((ROOT / "examples").glob("*.ttl")) + sorted((CASES / "real").glob("*.ttl"))


@pytest.mark.parametrize("file", GOOD, ids=lambda p: p.stem)
def test_hermit_infers_our_types(file: Path) -> None:
    ours, theirs = inferred(run(file).reasoned)
    assert ours and ours == theirs


@pytest.mark.parametrize("files", batches(one_in=10), ids=lambda fs: f"{fs[0].parent.name}..{fs[-1].parent.name}")
def test_hermit_infers_our_types_of_small_cases(files: list[Path]) -> None:
    ours, theirs = inferred(together(files).reasoned)
    assert ours and ours == theirs


def test_the_comparison_sees_a_lost_axiom() -> None:
    whole = run(ROOT / "examples" / "llm.ttl").reasoned
    rules = tuple(r for r in whole.rulebook.rules if not (r.entry == "F5-04" and r.id.startswith("axiom")))
    assert len(rules) < len(whole.rulebook.rules)
    ours, theirs = inferred(reason(whole.facts, replace(whole.rulebook, rules=rules), AS_OF))
    assert ours < theirs


def test_hermit_finds_a_contradiction() -> None:
    data = Graph()
    data.add((URIRef(f"{EXAMPLE}p"), URIRef(f"{CKG}dataSubjectCount"), RdflibLiteral("twelve")))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        classified(data, ROOT)
