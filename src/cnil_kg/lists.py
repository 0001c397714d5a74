"""The lists of a description: what closes each, and which lack a value that a rule reads.

A list is open until something closes it: a value may be added. Only a reader knows whether it is left out or not there,
so that a report names the list itself, not the marker that closes it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store, Variable

from cnil_kg.facttable import Fact
from cnil_kg.ground import Slot
from cnil_kg.patterns import Pattern, Term
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned, instance, reason
from cnil_kg.rulebook import Rule, Rulebook
from cnil_kg.support import one_way
from cnil_kg.vocab import NONE

_NONE, _PROJECT = NamedNode(NONE), Variable("project")


def closed_by(book: Rulebook) -> dict[NamedNode, tuple[NamedNode, ...]]:
    """For each marker, the lists it closes: those whose absences are read together with it, and its namesake."""
    key = "lists"
    if key not in book.plans:
        lists = {f.node for f in book.facts if f.type == "list"}
        found = {f.node: _namesakes(f, book.facts) for f in book.facts if f.marker}
        for rule in book.rules:
            absent = _named(p for group in rule.body.absent for p in group)
            for marker in _named(rule.body.patterns) & found.keys():
                found[marker] |= absent & lists
        order = [f.node for f in book.facts]
        book.plans[key] = {marker: tuple(sorted(closed, key=order.index)) for marker, closed in found.items()}
    closed: dict[NamedNode, tuple[NamedNode, ...]] = book.plans[key]
    return closed


def _named(patterns: Iterable[Pattern]) -> set[NamedNode]:
    return {p.predicate for p in patterns if isinstance(p.predicate, NamedNode)}


def _namesakes(marker: Fact, facts: Iterable[Fact]) -> set[NamedNode]:
    """The list that a marker is named after: `dataNature` for `dataNatureClosed`."""
    return {f.node for f in facts if f.type == "list" and marker.names[0].removesuffix("Closed") in f.names}


def with_lists(slots: Iterable[Slot], reasoned: Reasoned) -> list[Slot]:
    """Open facts, each marker after the lists that it closes."""
    closed, found = closed_by(reasoned.rulebook), dict[Slot, None]()
    for graph, node, property_ in slots:
        for listed in closed.get(property_, ()):
            if not _denied(reasoned, graph, node, listed):
                found.setdefault((graph, node, listed))
        found.setdefault((graph, node, property_))
    return list(found)


def _denied(reasoned: Reasoned, graph: NamedNode, node: NamedNode, listed: NamedNode) -> bool:
    return any(q.object == _NONE for q in matching(reasoned.store, node, listed, None, graph))


def incomplete(reasoned: Reasoned, graph: NamedNode, node: NamedNode, goals: Collection[NamedNode]) -> list[Slot]:
    """The lists stated in part that lack a value, for want of which alone none of some properties is concluded.

    Args:
        reasoned: the run.
        graph, node: what the properties would be concluded about.
        goals: the properties, which no rule has concluded.
    """
    stateable = {f.node for f in reasoned.rulebook.facts}
    wanted, found = list(goals), dict[Slot, set[Quad]]()
    seen = {*goals, TYPE, *stateable}  # what is stated, and what a node is, leads no further back
    while wanted:
        goal = wanted.pop()
        for rule in reasoned.rules:
            for head in rule.template:
                if head.predicate == goal:
                    for slot, lacking in _lacking(reasoned, rule, head, graph, node):
                        found.setdefault(slot, set()).update(lacking)
                    derived = _named(rule.body.patterns) - seen
                    seen |= derived
                    wanted += sorted(derived, key=str)
    order = [f.node for f in reasoned.rulebook.facts]
    settling = [s for s, lacking in found.items() if _settled_by(reasoned, graph, node, goals, lacking)]
    return sorted(settling, key=lambda slot: (str(slot[1]), order.index(slot[2])))


def _lacking(
    reasoned: Reasoned, rule: Rule, head: Pattern, graph: NamedNode, node: NamedNode
) -> Iterator[tuple[Slot, set[Quad]]]:
    """Each list that alone keeps a rule from applying, with the values it lacks."""
    lists = {f.node for f in reasoned.rulebook.facts if f.type == "list"}
    read = _named(p for p in rule.body.patterns if _constant(p.object)) & lists
    bindings: dict[Variable, Any] = {_PROJECT: graph}
    if isinstance(head.subject, Variable):
        bindings[head.subject] = node
    for listed in sorted(read, key=str) if not rule.body.counts else ():
        rest = [p for p in rule.body.patterns if p.predicate != listed]
        solution = one_way(reasoned.store, replace(rule.body, patterns=rest, absent=[]), bindings)
        triples = [instance(p, solution) for p in rule.body.patterns if p.predicate == listed and solution is not None]
        wanted = {Quad(t.subject, t.predicate, t.object, graph) for t in triples if t is not None}
        for owner in {q.subject for q in wanted if isinstance(q.subject, NamedNode)}:
            stated = set(matching(reasoned.store, owner, listed, None, graph))
            lacking = {q for q in wanted if q.subject == owner} - stated
            if stated and lacking and not _denied(reasoned, graph, owner, listed):
                yield (graph, owner, listed), lacking


def _constant(term: Term) -> bool:
    return isinstance(term, NamedNode | Literal) and term != _NONE


def _settled_by(
    reasoned: Reasoned, graph: NamedNode, node: NamedNode, goals: Iterable[NamedNode], more: Iterable[Quad]
) -> bool:
    """True when one of the goals follows once some values are added."""
    store = Store()
    store.extend(matching(reasoned.facts.store, None, None, None, graph))
    store.extend(more)
    again = reason(replace(reasoned.facts, store=store), reasoned.rulebook, reasoned.as_of)
    return any(any(matching(again.store, node, goal, None, graph)) for goal in goals)
