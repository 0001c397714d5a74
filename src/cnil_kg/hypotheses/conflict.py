"""Why a goal is not reached, as changes of which every solution must make one.

For an atom that does not hold, each clause that would conclude it lacks something; for one that holds, one proof of it
is taken. Without any of the changes gathered on the way the same clauses stay as they are, so whatever reaches the goal
makes one of them (the conflict sets of model-based diagnosis: R. Reiter, A theory of diagnosis from first principles,
Artificial Intelligence 32, 1987).
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad

from cnil_kg.hypotheses.opened import Change, Opened, atoms, slot_of
from cnil_kg.missing import Atoms, Numbered, Question, _applies
from cnil_kg.reason import disputed


class State:
    """What holds after a change, and the clause that first concluded each atom that follows."""

    def __init__(self, start: Opened, asked: Question, change: Change) -> None:
        self.start, self.asked, self.change = start, asked, change
        self.names = names_of(asked)
        self.stated = 0
        for atom in atoms(start, change):
            self.stated |= asked.bits.get(atom, 0)
        self.true = self.stated
        for atom in start.fixed:
            self.true |= asked.bits.get(atom, 0)
        self.why: dict[Atoms, Numbered] = {}
        self._close()

    def _close(self) -> None:
        for stratum, clauses in enumerate(self.asked.strata):
            changed = True
            while changed:
                changed = False
                for clause in clauses:
                    if clause.head & ~self.true and _applies(clause, self.true, self.true):
                        self.true |= clause.head
                        self.why[clause.head] = clause
                        changed = True
                changed = changed and self.asked.recursive[stratum]

    def conflict(self, wanted: Atoms, others: Atoms) -> set[Change] | None:
        """Changes of which one is needed to have one of `wanted` and none of `others`; None when that is so."""
        found = []
        if not wanted & self.true:
            reasons = _Reasons(self)
            for bit in _each(wanted):
                reasons.absent(bit)
            found.append(reasons.moves)
        for bit in [*_each(others & self.true), *self.disputes()]:
            reasons = _Reasons(self)
            reasons.present(bit)
            found.append(reasons.moves)
        return min(found, key=len) if found else None

    def disputes(self) -> list[Atoms]:
        """What follows against a fact that the change supposes: values of one fact that cannot both hold."""
        found = []
        for quad in sorted(self.change.added, key=str):
            slot = slot_of(quad)
            fact = self.start.ground.slots[slot]
            for value in self.asked.slots[slot]:
                atom = Quad(quad.subject, quad.predicate, value, self.start.graph)
                if atom != quad and disputed(fact, [value, quad.object]) and self.asked.bits.get(atom, 0) & self.true:
                    found.append(self.asked.bits[atom])
        return found


def names_of(asked: Question) -> dict[Atoms, Quad]:
    """The atom of each bit."""
    return {bit: atom for atom, bit in asked.bits.items()}


def _each(bits: Atoms) -> Iterable[Atoms]:
    while bits:
        bit = bits & -bits
        bits ^= bit
        yield bit


class _Reasons:
    """Gathers changes; an atom met again adds nothing."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.moves: set[Change] = set()
        self._seen: set[tuple[bool, Atoms]] = set()

    def absent(self, bit: Atoms) -> None:
        """What could make an atom hold that does not."""
        if (False, bit) in self._seen:
            return
        self._seen.add((False, bit))
        self._state(bit)
        for clause in self.state.asked.by_head.get(bit, ()):
            self._unblock(clause)

    def _unblock(self, clause: Numbered) -> None:
        """What could lift one thing that keeps a clause from applying."""
        true = self.state.true
        lacking = list(_each(clause.needs & ~true))
        if lacking:
            self.absent(min(lacking, key=self._cost))
            return
        for group in clause.bars:
            if not group & ~true:
                for bit in _each(group):
                    self.present(bit)
                return
        for least, counted in clause.counts:
            open_ = [c for c in counted if not any(not a & ~true for a in c)]
            if len(counted) - len(open_) < least:
                for alternatives in open_:
                    for atoms_ in alternatives:
                        self.absent(min(_each(atoms_ & ~true), key=self._cost))
                return

    def _cost(self, bit: Atoms) -> tuple[int, int]:
        """Nothing for what is met already; then a fact alone, then what clauses conclude, the fewest first."""
        if (False, bit) in self._seen:
            return 0, 0
        return 1, len(self.state.asked.by_head.get(bit, ())) * 4 + (bit in self.state.asked.leaves)

    def present(self, bit: Atoms) -> None:
        """What could make an atom not hold that does."""
        if (True, bit) in self._seen:
            return
        self._seen.add((True, bit))
        state = self.state
        if bit & state.stated:
            self._unstate(bit)
            return
        clause = state.why.get(bit)
        if clause is None:  # it follows from what does not change
            return
        for need in _each(clause.needs):
            self.present(need)
        for group in clause.bars:
            if not group:
                continue
            self.absent(min(_each(group & ~state.true), key=self._cost))
        for least, counted in clause.counts:
            held = (next((a for a in c if not a & ~state.true), None) for c in counted)
            for atoms_ in [a for a in held if a is not None][:least]:
                for bit_ in _each(atoms_):
                    self.present(bit_)

    def _state(self, bit: Atoms) -> None:
        """Suppose a fact, taking away what is stated against it."""
        state = self.state
        slot = state.asked.leaves.get(bit)
        if slot is None:
            return
        atom = state.names[bit]
        fact = state.start.ground.slots[slot]
        removed: set[Quad] = set()
        for other in state.start.by_slot.get(slot, ()):
            if disputed(fact, [other.object, atom.object]) or slot in state.start.contested:
                removed.update(state.start.stated[other])
        supposed = [q for q in state.change.added if slot_of(q) == slot]
        if any(disputed(fact, [q.object, atom.object]) for q in supposed):
            return
        if state.change.removed.intersection(state.start.stated.get(atom, ())):
            return
        self.moves.add(Change(frozenset(removed), frozenset({atom})))

    def _unstate(self, bit: Atoms) -> None:
        """Take a fact away; one that the change itself supposes stays."""
        atom = self.state.names[bit]
        if atom not in self.state.change.added:
            self.moves.add(Change(frozenset(self.state.start.stated[atom])))
