"""The smallest set of facts that, however they are answered, leaves a conclusion settled.

A decision tree over the open facts is grown: while the conclusion is open, a fact that could still matter is asked,
with every answer. The facts the tree asks are sufficient; then each one that can be spared is dropped. The set is
minimal (no part of it suffices), not always the one of fewest facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Quad

from cnil_kg.ground import Clause, Ground, Slot
from cnil_kg.rdf import Value

MAX_NODES = 6000
Answers = Mapping[Slot, Value]


@dataclass
class Question:
    """What is looked for, and the part of the ground rules that bears on it.

    Attributes:
        goals: the conclusion is settled as soon as one of these holds.
        slots: the open facts that occur, with the answers the clauses tell apart.
    """

    goals: frozenset[Quad]
    clauses: list[Clause]
    leaves: dict[Quad, Slot]
    slots: dict[Slot, list[Value]]
    nodes: int = 0
    order: dict[Slot, int] = field(default_factory=dict)


class SearchLimitError(Exception):
    """The tree grew beyond its bound."""


def question(ground: Ground, goals: Iterable[Quad]) -> Question:
    """The clauses that lead to `goals`, by stratum, and the slots in them."""
    goal_set = frozenset(goals)
    wanted, reached = list(goal_set), set(goal_set)
    clauses: list[Clause] = []
    leaves: dict[Quad, Slot] = {}
    while wanted:
        atom = wanted.pop()
        slot = ground.slot_of(atom)
        if slot is not None:
            leaves[atom] = slot
        for clause in ground.clauses.get(atom, ()):
            clauses.append(clause)
            for other in _atoms_of(clause):
                if other not in reached:
                    reached.add(other)
                    wanted.append(other)
    clauses.sort(key=lambda c: c.stratum)
    slots = _answers(ground, clauses, leaves)
    order = {slot: n for n, slot in enumerate(s for s in ground.slots if s in slots)}
    return Question(goal_set, clauses, leaves, slots, order=order)


def _atoms_of(clause: Clause) -> set[Quad]:
    atoms = set(clause.needs)
    for group in clause.bars:
        atoms |= group
    for count in clause.counts:
        for alternative in count.alternatives:
            atoms |= alternative
    return atoms


def _answers(ground: Ground, clauses: list[Clause], leaves: dict[Quad, Slot]) -> dict[Slot, list[Value]]:
    """For each slot one answer of each kind the clauses tell apart, and one they do not mention, if any."""
    marks: dict[Quad, set[str]] = {atom: set() for atom in leaves}
    for clause in clauses:
        for atom in _atoms_of(clause):
            if atom in leaves:
                marks[atom].add(_shape(clause, atom))
    slots: dict[Slot, list[Value]] = {}
    kinds: dict[Slot, set[frozenset[str]]] = {}
    for slot in dict.fromkeys(leaves.values()):
        graph, node, property_ = slot
        for answer in ground.slots[slot].answers:
            atom = Quad(node, property_, answer, graph)
            kind = frozenset(marks.get(atom, ()))
            if kind not in kinds.setdefault(slot, set()):
                kinds[slot].add(kind)
                slots.setdefault(slot, []).append(answer)
    return slots


def _shape(clause: Clause, atom: Quad) -> str:
    """A clause with one atom's value left open: two answers of the same shapes are alike."""

    def name(a: Quad) -> str:
        return f"{a.subject} {a.predicate} ?" if a == atom else str(a)

    parts = [sorted(map(name, clause.needs)), [sorted(map(name, g)) for g in clause.bars]]
    counts = [(c.least, [sorted(map(name, a)) for a in c.alternatives]) for c in clause.counts]
    return f"{clause.head} {parts} {counts}"


def holding(asked: Question, answers: Answers) -> set[Quad]:
    """Every atom that holds under some answers, all else not stated."""
    true = {atom for atom, slot in asked.leaves.items() if slot in answers and answers[slot] == atom.object}
    return _close(asked, true, bars=True, blocked=set())


def _close(asked: Question, true: set[Quad], *, bars: bool, blocked: set[Quad]) -> set[Quad]:
    level, start, clauses = None, 0, asked.clauses
    index = 0
    while index < len(clauses):
        start, level = index, clauses[index].stratum
        while index < len(clauses) and clauses[index].stratum == level:
            index += 1
        changed = True
        while changed:
            changed = False
            for clause in clauses[start:index]:
                if clause.head not in true and _applies(clause, true, blocked if not bars else true):
                    true.add(clause.head)
                    changed = True
    return true


def _applies(clause: Clause, true: set[Quad], barring: set[Quad]) -> bool:
    if not clause.needs <= true:
        return False
    if any(group <= barring for group in clause.bars):
        return False
    return all(sum(a <= true for a in c.alternatives) >= c.least for c in clause.counts)


def settled(asked: Question, true: set[Quad]) -> bool:
    return not asked.goals.isdisjoint(true)


def smallest(asked: Question) -> list[Slot] | None:
    """A minimal sufficient set of slots, in the order of the fact table; None if no answers can settle the goals."""
    found: dict[Slot, None] = {}
    try:
        if not _grow(asked, {}, None, found):
            return None
    except SearchLimitError:
        return sorted(asked.slots, key=asked.order.__getitem__)
    chosen = list(found)
    for slot in reversed(list(found)):
        rest = [s for s in chosen if s != slot]
        try:
            if _grow(asked, {}, frozenset(rest), {}):
                chosen = rest
        except SearchLimitError:
            break
    return sorted(chosen, key=asked.order.__getitem__)


def _grow(
    asked: Question, answers: dict[Slot, Value], allowed: frozenset[Slot] | None, found: dict[Slot, None]
) -> bool:
    """Ask until settled on every branch; True if that succeeds. The slots asked are added to `found`."""
    asked.nodes += 1
    if asked.nodes > MAX_NODES:
        raise SearchLimitError
    true = holding(asked, answers)
    if settled(asked, true):
        return True
    slot = _next(asked, answers, true, allowed, found)
    if slot is None:
        return False
    found.setdefault(slot)
    return all(_grow(asked, {**answers, slot: value}, allowed, found) for value in reversed(asked.slots[slot]))


def _next(
    asked: Question, answers: Answers, true: set[Quad], allowed: frozenset[Slot] | None, found: dict[Slot, None]
) -> Slot | None:
    """The open slot to ask: one already asked elsewhere if any matters, else one of the clause nearest to holding."""
    open_ = {a for a, slot in asked.leaves.items() if slot not in answers and (allowed is None or slot in allowed)}
    possible = _close(asked, true | open_, bars=False, blocked=true)
    wanted, reached = [g for g in asked.goals if g in possible], set(asked.goals)
    best: dict[Slot, int] = {}
    by_head: dict[Quad, list[Clause]] = {}
    for clause in asked.clauses:
        if clause.head not in true and clause.head in possible and _applies(clause, possible, true):
            by_head.setdefault(clause.head, []).append(clause)
    while wanted:
        atom = wanted.pop()
        if atom in open_:
            best[asked.leaves[atom]] = min(best.get(asked.leaves[atom], 99), 0)
        for clause in by_head.get(atom, ()):
            lacking = [a for a in _positive(clause) if a in possible and a not in true]
            for other in lacking:
                if other in open_:
                    slot = asked.leaves[other]
                    best[slot] = min(best.get(slot, 99), len(lacking))
                if other not in reached:
                    reached.add(other)
                    wanted.append(other)
    if not best:
        return None
    return min(best, key=lambda s: (s not in found, best[s], asked.order[s]))


def _positive(clause: Clause) -> set[Quad]:
    atoms = set(clause.needs)
    for count in clause.counts:
        for alternative in count.alternatives:
            atoms |= alternative
    return atoms
