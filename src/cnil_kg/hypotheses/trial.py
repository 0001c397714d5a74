"""Hypotheses tried by the engine itself: each change makes a named graph, all are reasoned upon at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Quad, Store

from cnil_kg.conclude import Concluder
from cnil_kg.hypotheses.goal import Goal, claims_on, reached
from cnil_kg.hypotheses.opened import Change
from cnil_kg.model import Description
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned, reason
from cnil_kg.rulebook import Rule, Rulebook
from cnil_kg.strata import ANY, names, read_names, written
from cnil_kg.vocab import CKG

_GRAPH = "urn:cnil-kg:hypothesis:"
AT_ONCE = 200
"""Hypotheses in one run: 200 of a project of 200 statements take about 50 MB."""


def bearing(book: Rulebook, wanted: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that lead to some properties or classes, with all that read descriptions."""
    names_ = {ANY, *wanted}
    chosen = {rule.id: rule for rule in book.rules if rule.describes}
    size = -1
    while len(chosen) > size:
        size = len(chosen)
        for rule in book.rules:
            if rule.id not in chosen and names(written(rule)) & names_:
                chosen[rule.id] = rule
                names_ |= read_names(rule)
    return tuple(rule for rule in book.rules if rule.id in chosen)


class Trial:
    """Tries changes of the description that a goal is about, with the rules that bear on its question alone."""

    def __init__(self, reasoned: Reasoned, goal: Goal) -> None:
        self.reasoned, self.goal = reasoned, goal
        rules = bearing(reasoned.rulebook, [CKG + name for name in goal.question.properties])
        self.book = replace(reasoned.rulebook, rules=rules)

    def reached(self, changes: Sequence[Change]) -> list[bool]:
        """For each change, whether the goal is then reached, no fact being newly contested."""
        parts = (changes[start : start + AT_ONCE] for start in range(0, len(changes), AT_ONCE))
        return [answer for some in parts for answer in _some(self.reasoned, self.book, self.goal, some)]


def _some(reasoned: Reasoned, book: Rulebook, goal: Goal, tried: Sequence[Change]) -> Iterator[bool]:
    graph = goal.unit.graph
    before = list(matching(reasoned.facts.store, None, None, None, graph))
    project = next((d.project for d in reasoned.facts.descriptions if d.graph == graph), None)
    graphs = [NamedNode(f"{_GRAPH}{number}") for number in range(len(tried))]
    store = Store()
    for name, change in zip(graphs, tried, strict=True):
        left = [q for q in before if q not in change.removed]
        store.extend(Quad(q.subject, q.predicate, q.object, name) for q in (*left, *change.added))
    descriptions = tuple(Description(name, project, ()) for name in graphs)
    facts = replace(reasoned.facts, store=store, descriptions=descriptions)
    found = reason(facts, book, reasoned.as_of)
    contested = {(s, p) for g, s, p in reasoned.contested if g == graph}
    disputed = {g for g, s, p in found.contested if (s, p) not in contested}
    concluder = Concluder(found)
    for name in graphs:
        yield name not in disputed and _reached(concluder, goal, name)


def _reached(concluder: Concluder, goal: Goal, graph: NamedNode) -> bool:
    answers = [
        quad
        for name in goal.question.properties
        for quad in matching(concluder.store, goal.unit.node, NamedNode(CKG + name), None, graph)
    ]
    return reached(concluder.book, goal, answers, claims_on(concluder, goal, graph))
