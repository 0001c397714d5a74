"""The smallest changes of stated facts that reach a goal, fewest facts first.

A change that does not reach the goal is extended by each of the changes of which one is needed (`conflict.py`); what
seems to reach it is tried by the engine itself (`trial.py`), with each of its parts, so that none listed could be less.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from cnil_kg.conclude import Concluder
from cnil_kg.hypotheses.conflict import State
from cnil_kg.hypotheses.goal import Blocked, Goal, belying, claims_on, no_rule, outcomes, split
from cnil_kg.hypotheses.opened import Change, Opened, admissible, opened, slots_of
from cnil_kg.hypotheses.trial import trial
from cnil_kg.missing import Atoms, Question, question
from cnil_kg.model import Premise
from cnil_kg.reason import Reasoned
from cnil_kg.vocab import CKG

_PARTS = 8
"""Statements of a change up to which every part is tried: 254 parts."""


@dataclass(frozen=True)
class Bounds:
    """Where a search ends: changes found, seconds, facts in one change."""

    limit: int = 5
    seconds: float = 10.0
    size: int = 4


@dataclass
class Found:
    """What a search found.

    Attributes:
        changes: the smallest changes, fewest facts first.
        already: the goal is reached as it is.
        stopped: why it ended early: `limit`, `time`, `size`; None when there is nothing else to find.
        tried: how many changes were looked at.
        blocked: why there is none, when none can be.
    """

    changes: list[Change] = field(default_factory=list)
    already: bool = False
    stopped: str | None = None
    tried: int = 0
    blocked: Blocked | None = None
    start: Opened | None = None


def search(reasoned: Reasoned, concluder: Concluder, goal: Goal, bounds: Bounds) -> Found:
    """The smallest changes that reach a goal.

    Args:
        reasoned, concluder: the run.
        goal: what is looked for.
        bounds: where the search ends.
    """
    found = Found()
    if trial(reasoned, goal, [Change()]) == [True]:
        found.already = True
        return found
    rules = outcomes(reasoned.rulebook, goal.question)[goal.outcome]
    if no_rule(reasoned.rulebook, goal, reasoned.as_of):
        found.blocked = Blocked("no-rule", rules, ())
        return found
    claims = belying(reasoned.rulebook, goal, claims_on(concluder, goal, goal.unit.graph))
    if claims:
        stated = tuple(dict.fromkeys(p for quad in claims for p in concluder.support.of(quad)))
        found.blocked = Blocked("claim", rules, stated)
        return found
    return _Search(reasoned, concluder, goal, bounds, found).run(rules)


class _Search:
    def __init__(self, reasoned: Reasoned, concluder: Concluder, goal: Goal, bounds: Bounds, found: Found) -> None:
        self.reasoned, self.concluder, self.goal, self.bounds, self.found = reasoned, concluder, goal, bounds, found
        self.ends = time.monotonic() + bounds.seconds
        self.start = found.start = opened(reasoned, goal.unit.graph)
        heads = self.start.ground.heads(goal.unit.graph, goal.unit.node)
        wanted, others = split(reasoned.rulebook, goal, heads)
        kept = {slot: [a.object for a in atoms] for slot, atoms in self.start.by_slot.items()}
        self.asked: Question = question(self.start.ground, wanted | others, (), kept)  # type: ignore[arg-type]
        self.wanted = self._bits(wanted)
        self.others = self._bits(others)
        self.cut = False

    def _bits(self, heads: object) -> Atoms:
        return sum({self.asked.bits[head] for head in heads})  # type: ignore[attr-defined]

    def run(self, rules: tuple[str, ...]) -> Found:
        """Search until nothing is left, or a bound is met."""
        if not self.wanted:
            self.found.blocked = Blocked("not-here", rules, ())
            return self.found
        for change in self._candidates():
            for smaller in self._minimal(change):
                if not any(known.within(smaller) for known in self.found.changes):
                    self.found.changes.append(smaller)
            if len(self.found.changes) >= self.bounds.limit:
                self.found.stopped = "limit"
                break
        if self.found.stopped is None and self.cut:
            self.found.stopped = "size"
        self.found.changes.sort(key=self._rank)
        if not self.found.changes and self.found.stopped is None:
            self.found.blocked = Blocked("facts", rules, tuple(self._fixed()))
        return self.found

    def _rank(self, change: Change) -> tuple[int, int, tuple[list[str], list[str]]]:
        return len(slots_of(self.start, change)), len(change), change.order

    def _candidates(self) -> Iterator[Change]:
        """Changes after which the clauses say that the goal is reached, fewest facts first."""
        waiting = [(*self._rank(Change()), 0, Change())]
        seen = {Change()}
        while waiting:
            change = heapq.heappop(waiting)[-1]
            if any(known.within(change) for known in self.found.changes):
                continue
            if time.monotonic() > self.ends:
                self.found.stopped = "time"
                return
            self.found.tried += 1
            moves = State(self.start, self.asked, change).conflict(self.wanted, self.others)
            if moves is None:
                yield change
                continue
            for move in moves:
                more = change | move
                if more in seen:
                    continue
                seen.add(more)
                if len(slots_of(self.start, more)) > self.bounds.size:
                    self.cut = True
                elif admissible(self.start, more):
                    heapq.heappush(waiting, (*self._rank(more), len(seen), more))

    def _minimal(self, change: Change) -> list[Change]:
        """The change, or the parts of it that suffice, as the engine finds; nothing if it does not reach the goal."""
        parts = [change]
        if len(change) <= _PARTS:
            parts += [part for part in _parts(change) if admissible(self.start, part)]
        good = [p for p, reaches in zip(parts, trial(self.reasoned, self.goal, parts), strict=True) if reaches]
        return [p for p in good if not any(q != p and q.within(p) for q in good)]

    def _fixed(self) -> list[Premise]:
        """The facts that the question reads and no change of a fact lifts, with the statements they follow from."""
        read = {atom for atom in self.start.fixed if atom in self.asked.bits}
        read |= {q for q in self.start.ground.base if f"{CKG}" in q.predicate.value and q.predicate in self._facts()}
        return list(dict.fromkeys(p for quad in sorted(read, key=str) for p in self.concluder.support.of(quad)))

    def _facts(self) -> set[object]:
        return {property_ for _, _, property_ in self.asked.slots}


def _parts(change: Change) -> Iterator[Change]:
    """All proper parts of a change, the empty one left out."""
    signed = [(q, False) for q in sorted(change.removed, key=str)] + [(q, True) for q in sorted(change.added, key=str)]
    for size in range(1, len(signed)):
        for some in combinations(signed, size):
            yield Change(frozenset(q for q, plus in some if not plus), frozenset(q for q, plus in some if plus))
