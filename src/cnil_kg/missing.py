"""The smallest set of facts that, however they are answered, leaves a conclusion settled.

A decision tree over the open facts is grown: while the conclusion is open, a fact that could still matter is asked,
with every answer. The facts the tree asks are sufficient; then each one that can be spared is dropped. The set is
minimal (no part of it suffices), not always the one of fewest facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from pyoxigraph import Quad

from cnil_kg.ground import Clause, Ground, Slot
from cnil_kg.rdf import Value

# Bounds of the search, in nodes: nearest clause first, then earliest stratum first, then sparing facts.
NEAREST, EARLIEST, SPARING = 700, 1500, 500
Answers = Mapping[Slot, Value]
Atoms = int
"""A set of atoms, one bit each: quick to compare and to hash."""


@dataclass(frozen=True)
class Numbered:
    """A clause over bits."""

    head: Atoms
    needs: Atoms
    bars: tuple[Atoms, ...]
    counts: tuple[tuple[int, tuple[tuple[Atoms, ...], ...]], ...]
    stratum: int
    positive: Atoms


@dataclass
class Question:
    """What is looked for, and the part of the ground rules that bears on it.

    Attributes:
        goals: the conclusion is settled as soon as one of these holds.
        ends: it is settled too, or no longer asked, when one of these holds; no fact is asked for their sake.
        strata: the clauses, by stratum.
        leaves: for the bit of an open fact's value, its slot.
        slots: the open facts that occur, with the answers the clauses tell apart.
        bits: the bit of an atom.
        by_head: the clauses by what they conclude.
        recursive: of each stratum, whether one of its clauses reads what another concludes.
        earliest: ask for the earliest stratum first; else for the clause nearest to holding.
    """

    goals: Atoms
    ends: Atoms
    strata: list[list[Numbered]]
    leaves: dict[Atoms, Slot]
    slots: dict[Slot, list[Value]]
    order: dict[Slot, int]
    bits: dict[Quad, Atoms]
    by_head: dict[Atoms, list[Numbered]]
    recursive: list[bool]
    nodes: int = 0
    limit: int = NEAREST
    earliest: bool = False
    seen: dict[object, bool] = field(default_factory=dict)

    def shape(self) -> object:
        """The same for two questions that differ in the names of their nodes only."""
        order = sorted(self.slots, key=self.order.__getitem__)
        places = {slot: n for n, slot in enumerate(order)}
        answers = tuple(
            tuple(self.bits.get(Quad(node, property_, value, graph), 0) for value in self.slots[graph, node, property_])
            for graph, node, property_ in order
        )
        leaves = tuple((bit, places[slot]) for bit, slot in self.leaves.items())
        return self.goals, self.ends, tuple(map(tuple, self.strata)), leaves, answers


class SearchLimitError(Exception):
    """The search grew beyond its bound."""


def question(
    ground: Ground, goals: Iterable[Quad], ends: Iterable[Quad] = (), kept: Mapping[Slot, list[Value]] | None = None
) -> Question:
    """The clauses that lead to `goals` and `ends`, by stratum, and the slots in them.

    `kept`: values that are told apart from all others, whatever the clauses say of them.
    """
    goal_set, end_set = frozenset(goals), frozenset(ends)
    reached = set(goal_set | end_set)
    wanted = sorted(reached, key=str)
    bits: dict[Quad, Atoms] = {}
    clauses: list[Clause] = []
    leaves: dict[Quad, Slot] = {}
    while wanted:
        atom = wanted.pop()
        bits[atom] = 1 << len(bits)
        slot = ground.slot_of(atom)
        if slot is not None:
            leaves[atom] = slot
        for clause in ground.clauses.get(atom, ()):
            clauses.append(clause)
            fresh = sorted(_atoms_of(clause) - reached, key=str)
            reached.update(fresh)
            wanted += fresh
    clauses.sort(key=lambda c: c.stratum)
    slots = _answers(ground, clauses, leaves, kept or {})
    spared = {a for a, slot in leaves.items() if a.object not in slots[slot]}  # like another answer that is kept
    clauses = [c for c in clauses if spared.isdisjoint(_atoms_of(c))]
    numbered = [_numbered(c, bits) for c in clauses]
    by_head: dict[Atoms, list[Numbered]] = {}
    for one in numbered:
        by_head.setdefault(one.head, []).append(one)
    strata = [list(group) for _, group in groupby(numbered, key=lambda c: c.stratum)]
    return Question(
        goals=_union(goal_set, bits),
        ends=_union(end_set, bits),
        strata=strata,
        leaves={bits[a]: slot for a, slot in leaves.items() if a not in spared},
        slots=slots,
        order={slot: n for n, slot in enumerate(sorted(slots, key=ground.rank.__getitem__))},
        bits=bits,
        by_head=by_head,
        recursive=[_reads_itself(group) for group in strata],
    )


def _reads_itself(stratum: list[Numbered]) -> bool:
    heads = positive = 0
    for clause in stratum:
        heads |= clause.head
        positive |= clause.positive
    return bool(heads & positive)


def _union(atoms: Iterable[Quad], bits: Mapping[Quad, Atoms]) -> Atoms:
    union = 0
    for atom in atoms:
        union |= bits[atom]
    return union


def _numbered(clause: Clause, bits: Mapping[Quad, Atoms]) -> Numbered:
    counts = tuple(
        (c.least, tuple(tuple(_union(a, bits) for a in alternatives) for alternatives in c.counted))
        for c in clause.counts
    )
    counted = frozenset().union(*(c.atoms for c in clause.counts))
    return Numbered(
        head=bits[clause.head],
        needs=_union(clause.needs, bits),
        bars=tuple(_union(g, bits) for g in clause.bars),
        counts=counts,
        stratum=clause.stratum,
        positive=_union(clause.needs | counted, bits),
    )


def _atoms_of(clause: Clause) -> set[Quad]:
    atoms = set(clause.needs)
    for group in clause.bars:
        atoms |= group
    for count in clause.counts:
        atoms |= count.atoms
    return atoms


def _answers(
    ground: Ground, clauses: list[Clause], leaves: dict[Quad, Slot], kept: Mapping[Slot, list[Value]]
) -> dict[Slot, list[Value]]:
    """For each slot one answer of each kind the clauses tell apart, and one they do not mention, if any."""
    marks: dict[Quad, set[object]] = {atom: set() for atom in leaves}
    for clause in clauses:
        for atom in _atoms_of(clause):
            if atom in leaves:
                marks[atom].add(_shape(clause, atom))
    slots: dict[Slot, list[Value]] = {}
    kinds: dict[Slot, set[frozenset[object]]] = {}
    for slot in dict.fromkeys(leaves.values()):
        graph, node, property_ = slot
        slots[slot] = list(kept.get(slot, ()))
        for answer in ground.slots[slot].answers:
            if answer in slots[slot]:
                continue
            atom = Quad(node, property_, answer, graph)
            kind = frozenset(marks.get(atom, ()))
            if kind not in kinds.setdefault(slot, set()):
                kinds[slot].add(kind)
                slots[slot].append(answer)
    return slots


def _shape(clause: Clause, atom: Quad) -> tuple[object, ...]:
    """A clause with one atom's value left open: two answers of the same shapes are alike."""
    open_ = (atom.subject, atom.predicate)

    def with_gap(atoms: frozenset[Quad]) -> frozenset[object]:
        return frozenset(open_ if a == atom else a for a in atoms)

    bars = frozenset(with_gap(group) for group in clause.bars)
    counts = tuple((c.least, tuple(frozenset(map(with_gap, one)) for one in c.counted)) for c in clause.counts)
    return clause.head, with_gap(clause.needs), bars, counts


def holding(asked: Question, answers: Answers) -> Atoms:
    """All that holds under some answers, everything else not stated."""
    true = 0
    for (graph, node, property_), value in answers.items():
        true |= asked.bits.get(Quad(node, property_, value, graph), 0)
    return _close(asked, true, None)


def _close(asked: Question, true: Atoms, barring: Atoms | None) -> Atoms:
    """All that follows, stratum by stratum; `barring` None: what is derived bars as it goes."""
    for stratum, clauses in enumerate(asked.strata):
        changed = True
        while changed:
            changed = False
            lacking = ~true
            for clause in clauses:  # the needs first: most clauses fail there
                if clause.needs & lacking or not clause.head & lacking:
                    continue
                plain = not clause.bars and not clause.counts
                if plain or _applies(clause, true, true if barring is None else barring):
                    true |= clause.head
                    lacking = ~true
                    changed = True
            changed = changed and asked.recursive[stratum]
    return true


def _applies(clause: Numbered, true: Atoms, barring: Atoms) -> bool:
    if clause.needs & ~true:
        return False
    for group in clause.bars:
        if not group & ~barring:
            return False
    return not clause.counts or all(_reached(counted, true) >= least for least, counted in clause.counts)


def _reached(counted: tuple[tuple[Atoms, ...], ...], true: Atoms) -> int:
    """How many of the things counted hold."""
    return sum(any(not atoms & ~true for atoms in alternatives) for alternatives in counted)


def settled(asked: Question, true: Atoms) -> bool:
    """True when nothing is left to ask."""
    return bool((asked.goals | asked.ends) & true)


@dataclass(frozen=True)
class Search:
    """A question under its shape: two of one shape, in two projects for instance, are searched once."""

    shape: object
    asked: Question = field(compare=False, repr=False)


def smallest(asked: Question) -> list[Slot] | None:
    """A minimal sufficient set of slots, in the order of the fact table; None if no answers can settle the goals."""
    places = _places(Search(asked.shape(), asked))
    order = sorted(asked.slots, key=asked.order.__getitem__)
    return None if places is None else [order[n] for n in places]


@lru_cache(maxsize=2048)
def _places(search: Search) -> tuple[int, ...] | None:
    asked = search.asked
    found = _minimal(asked)
    return None if found is None else tuple(sorted(asked.order[slot] for slot in found))


def _minimal(asked: Question) -> list[Slot] | None:
    found = _sufficient(asked, NEAREST, earliest=False)
    if found is None:
        found = _sufficient(asked, EARLIEST, earliest=True)
    if found is None:
        return list(asked.slots)
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
    return chosen


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
    asked: Question, answers: Answers, true: Atoms, allowed: frozenset[Slot] | None, found: dict[Slot, None]
) -> tuple[Slot | None, object]:
    """The open slot to ask, and the state of the clauses that still matter.

    A slot already asked elsewhere comes first if it matters, else one of the earliest clause nearest to holding.
    """
    open_ = 0
    for bit, slot in asked.leaves.items():
        if slot not in answers and (allowed is None or slot in allowed):
            open_ |= bit
    possible = _close(asked, true | open_, true)
    wanted = reached = asked.goals & possible
    near: dict[tuple[int, int], Atoms] = {(0, 0): wanted & open_}
    state: list[object] = []
    while wanted:
        fresh = 0
        for clause in _concluding(asked, wanted & ~true):
            if _applies(clause, possible, true):
                lacking = clause.positive & possible & ~true
                state.append((clause.head, lacking, _left(clause, true, possible)))
                rank = (clause.stratum if asked.earliest else 0, lacking.bit_count())
                near[rank] = near.get(rank, 0) | lacking & open_
                fresh |= lacking
        wanted = fresh & ~reached
        reached |= fresh
    best = _nearest(asked, near)
    if not best:
        return None, None
    chosen = min(best, key=lambda s: (s not in found, best[s], asked.order[s]))
    return chosen, frozenset(state)


def _concluding(asked: Question, heads: Atoms) -> Iterator[Numbered]:
    """The clauses of some heads."""
    while heads:
        bit = heads & -heads
        heads ^= bit
        yield from asked.by_head.get(bit, ())


def _nearest(asked: Question, near: Mapping[tuple[int, int], Atoms]) -> dict[Slot, tuple[int, int]]:
    """For each slot, how near the nearest clause that lacks one of its values is."""
    best: dict[Slot, tuple[int, int]] = {}
    for rank in sorted(near):
        bits = near[rank]
        while bits:
            bit = bits & -bits
            bits ^= bit
            best.setdefault(asked.leaves[bit], rank)
    return best


def _left(clause: Numbered, true: Atoms, possible: Atoms) -> object:
    """What remains of a clause's bars and counts."""
    if not clause.bars and not clause.counts:
        return None
    bars = frozenset(group & ~true for group in clause.bars if not group & ~possible)
    counts = tuple(
        (
            least - _reached(counted, true),
            frozenset(
                frozenset(a & ~true for a in alternatives if not a & ~possible)
                for alternatives in counted
                if all(a & ~true for a in alternatives)
            ),
        )
        for least, counted in clause.counts
    )
    return bars, counts
