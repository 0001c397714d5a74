"""Answering the missing facts of a conclusion in every way leaves it settled, or waiting for a person."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import product

import pytest
from pyoxigraph import NamedNode, Quad, Store

from cnil_kg.conclude import Concluder
from cnil_kg.ground import Slot
from cnil_kg.missing import holding, question, settled
from cnil_kg.questions import QUESTIONS, Unit
from cnil_kg.questions import Question as Asked
from cnil_kg.reason import reason
from cnil_kg.rulebook import load_rulebook
from doctrine import DOCTRINE, describe, entries
from harness import AS_OF, Run, run_text

LONE = {
    "a lone processing": "ex:p a dpv:Process .\n",
    "an actor": "ex:p a dpv:Process ; prov:qualifiedAssociation [ a prov:Association ; prov:agent ex:a ] .\n",
    "own data": (
        "ex:p a dpv:Process ; prov:qualifiedUsage [ prov:entity ex:d ; ckg:collectionMode ckg:OwnDataReuse ] .\n"
    ),
    "an open dataset": (
        "ex:p a dpv:Process ; prov:qualifiedUsage [ prov:entity ex:d ; ckg:collectionMode ckg:OpenDatasetReuse ] .\n"
    ),
}
# All ways up to 24, else 5 of them: each is a run of the whole engine.
ALL, SAMPLE = 24, 5


def sources() -> dict[str, str]:
    found = dict(LONE)
    if DOCTRINE.is_dir():
        given = [(id_, entry["given"]) for id_, entry in entries().items() if "given" in entry]
        found |= {id_: describe(facts) for id_, facts in given[::3]}
    return found


@pytest.mark.parametrize("name", sorted(sources()))
def test_every_answer_settles(name: str) -> None:
    run = run_text(sources()[name])
    concluder = run.concluder
    for asked in QUESTIONS:
        for unit in concluder.units(asked):
            conclusion = concluder.conclude(asked, unit)
            if conclusion.reason == "missing" and not list(concluder.holds(asked, unit)):
                slots, _ = concluder.missing(concluder.goals(asked, unit), concluder.ends(unit.node, unit.graph))
                assert len(slots) == len(conclusion.missing) > 0
                for again, same in answered(run, asked, unit, slots):
                    left = again.conclude(asked, same).reason if same is not None else None
                    assert left != "missing", (name, asked.name)


def answered(run: Run, asked: Asked, unit: Unit, slots: list[Slot]) -> Iterator[tuple[Concluder, Unit | None]]:
    """The same description with the slots answered, in every way or a fixed sample of ways."""
    book = load_rulebook()
    facts = {f.node: f for f in book.facts}
    ways = [facts[property_].answers for _, _, property_ in slots]
    total = 1
    for way in ways:
        total *= len(way)
    chance = random.Random(7)
    every = product(*ways) if total <= ALL else ([chance.choice(w) for w in ways] for _ in range(SAMPLE))
    for values in every:
        store = Store()
        store.extend(run.reasoned.facts.store)
        for (graph, node, property_), value in zip(slots, values, strict=True):
            place = original(run, graph, node)
            for quad in list(store.quads_for_pattern(place, property_, None, graph)):
                store.remove(quad)
            store.add(Quad(place, property_, value, graph))
        concluder = Concluder(reason(replace(run.reasoned.facts, store=store), book, AS_OF))
        same = [u for u in concluder.units(asked) if u.node == unit.node and u.basis == unit.basis]
        yield concluder, same[0] if same else None


def original(run: Run, graph: NamedNode, node: NamedNode) -> NamedNode:
    """The node a user would write a fact on: the association or usage behind a canonical pair.

    Where the pair is stated by a plain link (`prov:used`), a usage is added to the facts to write on.
    """
    if not node.value.startswith("urn:cnil-kg:"):
        return node
    facts, prov = run.reasoned.facts.store, "http://www.w3.org/ns/prov#"
    for end, link, qualified in (
        ("ofActor", "agent", "qualifiedAssociation"),
        ("ofDataset", "entity", "qualifiedUsage"),
    ):
        other = run.concluder.value(node, end, graph)
        if other is not None:
            place = NamedNode(prov + link)
            found = next(iter(facts.quads_for_pattern(None, place, other, graph)), None)
            if found is not None:
                return found.subject
            added = NamedNode(f"https://example.org/added/{sha256(node.value.encode()).hexdigest()[:8]}")
            processing = run.concluder.value(node, "ofProcessing", graph)
            facts.add(Quad(processing, NamedNode(prov + qualified), added, graph))
            facts.add(Quad(added, place, other, graph))
            return added
    return node


@pytest.mark.parametrize("name", sorted(sources()))
def test_ground_rules_and_engine_agree(name: str) -> None:
    """With no answer supposed, the ground rules settle a question exactly when the engine did."""
    concluder = run_text(sources()[name]).concluder
    for asked in QUESTIONS:
        for unit in concluder.units(asked):
            goals = concluder.goals(asked, unit)
            if goals:
                search = question(concluder.ground, goals, concluder.ends(unit.node, unit.graph))
                by_search = settled(search, holding(search, {}))
                conclusion = concluder.conclude(asked, unit)
                assert by_search == (
                    conclusion.reason in (None, "judgement", "contradiction") or held(concluder, asked, unit)
                )


def held(concluder: Concluder, asked: Asked, unit: Unit) -> bool:
    return bool(list(concluder.holds(asked, unit)))
