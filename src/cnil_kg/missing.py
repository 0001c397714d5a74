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

# Bounds of the search, in nodes of about 0.2 ms: nearest clause first, then earliest stratum first, then sparing facts.
NEAREST, EARLIEST, SPARING = 1000, 3000, 1200
Answers = Mapping[Slot, Value]
Atoms = frozenset[int]


@dataclass(frozen=True)
class Numbered:
    """A clause whose atoms are numbers: quick to compare, hash and count."""

    head: int
    needs: Atoms
    bars: tuple[Atoms, ...]
    counts: tuple[tuple[int, tuple[tuple[Atoms, ...], ...]], ...]
    stratum: int

    @property
    def positive(self) -> Atoms:
        return self.needs.union(*(a for _, counted in self.counts for alternatives in counted for a in alternatives))


@dataclass
class Question:
    """What is looked for, and the part of the ground rules that bears on it.

    Attributes:
        goals: the conclusion is settled as soon as one of these holds.
        ends: it is settled too, or no longer asked, when one of these holds; no fact is asked for their sake.
        leaves: for each number of an open fact's value, its slot.
        slots: the open facts that occur, with the answers the clauses tell apart.
        numbers: the atoms, by quad.
        earliest: ask for the earliest stratum first; else for the clause nearest to holding.
    """

    goals: Atoms
    ends: Atoms
    clauses: list[Numbered]
    leaves: dict[int, Slot]
    slots: dict[Slot, list[Value]]
    order: dict[Slot, int]
    numbers: dict[Quad, int]
    nodes: int = 0
    limit: int = NEAREST
    earliest: bool = False
    seen: dict[object, bool] = field(default_factory=dict)


class SearchLimitError(Exception):
    """The search grew beyond its bound."""


def question(ground: Ground, goals: Iterable[Quad], ends: Iterable[Quad] = ()) -> Question:
    """The clauses that lead to `goals` and `ends`, by stratum, and the slots in them."""
    goal_set, end_set = frozenset(goals), frozenset(ends)
    reached = set(goal_set | end_set)
    wanted = sorted(reached, key=str)
    numbers: dict[Quad, int] = {}
    clauses: list[Clause] = []
    leaves: dict[Quad, Slot] = {}
    while wanted:
        atom = wanted.pop()
        numbers[atom] = len(numbers)
        slot = ground.slot_of(atom)
        if slot is not None:
            leaves[atom] = slot
        for clause in ground.clauses.get(atom, ()):
            clauses.append(clause)
            fresh = sorted(_atoms_of(clause) - reached, key=str)
            reached.update(fresh)
            wanted += fresh
    clauses.sort(key=lambda c: c.stratum)
    slots = _answers(ground, clauses, leaves)
    spared = {a for a, slot in leaves.items() if a.object not in slots[slot]}  # like another answer that is kept
    clauses = [c for c in clauses if spared.isdisjoint(_atoms_of(c))]
    return Question(
        goals=frozenset(numbers[a] for a in goal_set),
        ends=frozenset(numbers[a] for a in end_set),
        clauses=[_numbered(c, numbers) for c in clauses],
        leaves={numbers[a]: slot for a, slot in leaves.items() if a not in spared},
        slots=slots,
        order={slot: n for n, slot in enumerate(s for s in ground.slots if s in slots)},
        numbers=numbers,
    )


def _numbered(clause: Clause, numbers: Mapping[Quad, int]) -> Numbered:
    def number(atoms: frozenset[Quad]) -> Atoms:
        return frozenset(numbers[a] for a in atoms)

    return Numbered(
        numbers[clause.head],
        number(clause.needs),
        tuple(number(g) for g in clause.bars),
        tuple((c.least, tuple(tuple(map(number, alternatives)) for alternatives in c.counted)) for c in clause.counts),
        clause.stratum,
    )


def _atoms_of(clause: Clause) -> set[Quad]:
    atoms = set(clause.needs)
    for group in clause.bars:
        atoms |= group
    for count in clause.counts:
        atoms |= count.atoms
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
    counts = [(c.least, [sorted(sorted(map(name, a)) for a in one) for one in c.counted]) for c in clause.counts]
    return f"{clause.head} {parts} {counts}"


def holding(asked: Question, answers: Answers) -> set[int]:
    """The numbers of all that holds under some answers, everything else not stated."""
    true = {
        asked.numbers[atom]
        for (graph, node, property_), value in answers.items()
        if (atom := Quad(node, property_, value, graph)) in asked.numbers
    }
    return _close(asked, true, None)


def _close(asked: Question, true: set[int], barring: set[int] | None) -> set[int]:
    """All that follows, stratum by stratum; `barring` None: what is derived bars as it goes."""
    index, clauses = 0, asked.clauses
    while index < len(clauses):
        start, level = index, clauses[index].stratum
        while index < len(clauses) and clauses[index].stratum == level:
            index += 1
        changed = True
        while changed:
            changed = False
            for clause in clauses[start:index]:
                if clause.head not in true and _applies(clause, true, true if barring is None else barring):
                    true.add(clause.head)
                    changed = True
    return true


def _applies(clause: Numbered, true: set[int], barring: set[int]) -> bool:
    if not clause.needs <= true:
        return False
    if any(group <= barring for group in clause.bars):
        return False
    return all(_reached(counted, true) >= least for least, counted in clause.counts)


def _reached(counted: tuple[tuple[Atoms, ...], ...], true: set[int]) -> int:
    """How many of the things counted hold."""
    return sum(any(atoms <= true for atoms in alternatives) for alternatives in counted)


def settled(asked: Question, true: set[int]) -> bool:
    """True when nothing is left to ask."""
    return not (asked.goals.isdisjoint(true) and asked.ends.isdisjoint(true))


def smallest(asked: Question) -> list[Slot] | None:
    """A minimal sufficient set of slots, in the order of the fact table; None if no answers can settle the goals."""
    found = _sufficient(asked, NEAREST, earliest=False)
    if found is None:
        found = _sufficient(asked, EARLIEST, earliest=True)
    if found is None:
        return sorted(asked.slots, key=asked.order.__getitem__)
    if not found:
        return None
    chosen = list(found)
    asked.limit = asked.nodes + SPARING
    for slot in reversed(found):
        rest = [s for s in chosen if s != slot]
        asked.seen = {}
        try:
            if _grow(asked, {}, frozenset(rest), {}):
                chosen = rest
        except SearchLimitError:
            break
    return sorted(chosen, key=asked.order.__getitem__)


def _sufficient(asked: Question, limit: int, *, earliest: bool) -> list[Slot] | None:
    """The slots a tree asks; empty if no answers can settle the goals; None if the tree grows beyond `limit`."""
    asked.nodes, asked.limit, asked.seen, asked.earliest = 0, limit, {}, earliest
    found: dict[Slot, None] = {}
    try:
        return list(found) if _grow(asked, {}, None, found) else []
    except SearchLimitError:
        return None


def _grow(
    asked: Question, answers: dict[Slot, Value], allowed: frozenset[Slot] | None, found: dict[Slot, None]
) -> bool:
    """Ask until settled on every branch; True if that succeeds. The slots asked are added to `found`.

    Two branches that leave the same clauses in the same state are explored once.
    """
    true = holding(asked, answers)
    if settled(asked, true):
        return True
    asked.nodes += 1
    if asked.nodes > asked.limit:
        raise SearchLimitError
    slot, state = _next(asked, answers, true, allowed, found)
    if slot is None:
        return False
    if state not in asked.seen:
        found.setdefault(slot)
        branches = (_grow(asked, {**answers, slot: value}, allowed, found) for value in reversed(asked.slots[slot]))
        asked.seen[state] = all(branches)
    return asked.seen[state]


def _next(
    asked: Question, answers: Answers, true: set[int], allowed: frozenset[Slot] | None, found: dict[Slot, None]
) -> tuple[Slot | None, object]:
    """The open slot to ask, and the state of the clauses that still matter.

    A slot already asked elsewhere comes first if it matters, else one of the earliest clause nearest to holding.
    """
    open_ = {a for a, slot in asked.leaves.items() if slot not in answers and (allowed is None or slot in allowed)}
    possible = _close(asked, true | open_, true)
    by_head: dict[int, list[Numbered]] = {}
    for clause in asked.clauses:
        if clause.head not in true and clause.head in possible and _applies(clause, possible, true):
            by_head.setdefault(clause.head, []).append(clause)
    wanted, reached = [g for g in asked.goals if g in possible], set(asked.goals)
    best: dict[Slot, tuple[int, int]] = {asked.leaves[g]: (0, 0) for g in wanted if g in open_}
    state: list[object] = []
    while wanted:
        for clause in by_head.get(wanted.pop(), ()):
            lacking = (clause.positive & possible) - true
            state.append((clause.head, lacking, _left(clause, true, possible)))
            for other in lacking:
                if other in open_:
                    slot = asked.leaves[other]
                    near = (clause.stratum if asked.earliest else 0, len(lacking))
                    best[slot] = min(best.get(slot, near), near)
                if other not in reached:
                    reached.add(other)
                    wanted.append(other)
    if not best:
        return None, None
    chosen = min(best, key=lambda s: (s not in found, best[s], asked.order[s]))
    return chosen, frozenset(state)


def _left(clause: Numbered, true: set[int], possible: set[int]) -> object:
    """What remains of a clause's bars and counts."""
    if not clause.bars and not clause.counts:
        return None
    bars = frozenset(group - true for group in clause.bars if group <= possible)
    counts = tuple(
        (
            least - _reached(counted, true),
            frozenset(
                frozenset(a - true for a in alternatives if a <= possible)
                for alternatives in counted
                if not any(a <= true for a in alternatives)
            ),
        )
        for least, counted in clause.counts
    )
    return bars, counts
