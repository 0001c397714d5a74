"""Proofs: what a proof rests on carries its conclusion, no part of it does, and a reader gets it in a moment."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize
from variants import examples

from cnil_kg.proof import Prover
from cnil_kg.questions import QUESTIONS
from cnil_kg.rulebook import load_rulebook
from harness import CASES, Run, cases, run_text

# Of the cases, one in so many, chosen by place in the sorted list.
ONE_IN = 200


def sources() -> dict[str, str]:
    texts = examples()
    files = sorted({CASES / e / x.get("file", f"{n}.ttl") for e, n, x in cases()})
    return texts | {f"{p.parent.name}/{p.stem}": p.read_text(encoding="utf-8") for p in files[::ONE_IN]}


def answers(result: Run) -> list[Quad]:
    """Every firm answer of a run."""
    found = []
    for asked in QUESTIONS:
        for unit in result.concluder.units(asked):
            found += [q for quads in result.concluder.answers(asked, unit).values() for q in quads]
    return sorted(dict.fromkeys(found), key=str)


def rules_of(result: Run, quad: Quad) -> set[str]:
    """The rules that conclude the same triple in a run, whatever its graph."""
    derived = result.reasoned.derived
    return {r.id for q, d in derived.items() if q.triple == quad.triple and q in result.reasoned.store for r in d.rules}


def told(triples: list[Triple]) -> Run:
    data = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert data is not None
    return run_text(data.decode())


@pytest.mark.parametrize("name", sorted(sources()))
def test_a_proof_rests_on_what_carries_it_and_no_less(name: str) -> None:
    whole = run_text(sources()[name])
    prover = Prover(whole.reasoned, whole.concluder.names)
    for quad in answers(whole):
        premises = [q.triple for q in prover.premises(quad)]
        wanted = rules_of(whole, quad)
        assert premises, quad
        assert set(premises) <= set(whole.reasoned.facts.origins), "a premise is stated"
        premises, concluded = [named(t) for t in premises], named_quad(quad)
        assert rules_of(told(premises), concluded) & wanted, f"{quad} does not follow from its premises"
        for gone in premises[:: max(1, len(premises) // 4)]:
            left = told([t for t in premises if t != gone])
            assert not rules_of(left, concluded) & wanted, f"{quad} follows without {gone}"


def named(triple: Triple) -> Triple:
    """The nodes that were blank under names that may be stated."""
    return Triple(*(_renamed(t) for t in (triple.subject, triple.predicate, triple.object)))  # type: ignore[arg-type]


def named_quad(quad: Quad) -> Quad:
    return Quad(*(_renamed(t) for t in (quad.subject, quad.predicate, quad.object)), quad.graph_name)  # type: ignore[arg-type]


def _renamed(term: object) -> object:
    if not isinstance(term, NamedNode):
        return term
    return NamedNode(term.value.replace("urn:cnil-kg:bnode:", "https://example.org/b"))


@pytest.mark.parametrize("name", sorted(examples()))
def test_the_tree_ends_in_the_premises(name: str) -> None:
    whole = run_text(sources()[name])
    prover = Prover(whole.reasoned, whole.concluder.names)
    for quad in answers(whole):
        leaves = {prover.shown(q) for q in prover.premises(quad)}
        proof = prover.prove(quad)
        assert proof.rule in {r.id for r in load_rulebook().rules}
        assert proof.leaves() <= leaves
        assert all(leaf.places for leaf in _leaves(proof))


def _leaves(proof: object) -> list[object]:
    if not proof.rule:  # type: ignore[attr-defined]
        return [proof]
    return [leaf for p in proof.premises for leaf in _leaves(p)]  # type: ignore[attr-defined]
