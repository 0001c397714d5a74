"""The smallest changes of stated facts that reach a goal, fewest facts first.

A change that does not reach the goal is extended by each of the changes of which one is needed (`conflict.py`); what
seems to reach it is tried by the engine itself (`trial.py`), with each of its parts, so that none listed could be less.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from pyoxigraph import Quad

from cnil_kg.conclude import Concluder
from cnil_kg.hypotheses.conflict import State
from cnil_kg.hypotheses.goal import Blocked, Goal, belying, claims_on, no_rule, outcomes, split
from cnil_kg.hypotheses.opened import Change, Opened, admissible, opened, slots_of, values_of
from cnil_kg.hypotheses.trial import Trial
from cnil_kg.missing import Atoms, Question, question
from cnil_kg.model import Premise
from cnil_kg.reason import Reasoned
from cnil_kg.strata import read_names
from cnil_kg.support import Support

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
        stopped: why it ended early: `limit`, `time`, `size`, or `unconfirmed` (the engine did not confirm what the
            clauses promise, and that was not extended); None when there is nothing else to find.
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
    trial = Trial(reasoned, goal)
    if trial.reached([Change()]) == [True]:
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
    return _Search(trial, concluder, bounds, found).run(rules)


class _Search:
    def __init__(self, trial: Trial, concluder: Concluder, bounds: Bounds, found: Found) -> None:
        self.trial, self.concluder, self.bounds, self.found = trial, concluder, bounds, found
        self.reasoned, goal = trial.reasoned, trial.goal
        self.ends = time.monotonic() + bounds.seconds
        self.start = found.start = opened(self.reasoned, goal.unit.graph)
        heads = self.start.ground.heads(goal.unit.graph, goal.unit.node)
        wanted, others = split(self.reasoned.rulebook, goal, heads)
        self.asked: Question = question(self.start.ground, wanted | others, (), values_of(self.start.by_slot))
        self.wanted = self._bits(wanted)
        self.others = self._bits(others)
        self.cut = self.unconfirmed = False

    def _bits(self, heads: Iterable[Quad]) -> Atoms:
        return sum(self.asked.bits[head] for head in heads)

    def run(self, rules: tuple[str, ...]) -> Found:
        """Search until nothing is left, or a bound is met."""
        if not self.wanted:
            self.found.blocked = Blocked("not-here", rules, self._stays())
            return self.found
        for layer in self._layers():
            self._keep(layer)
            if len(self.found.changes) >= self.bounds.limit:
                self.found.stopped = "limit"
            if self.found.stopped:
                break
        if self.found.stopped is None and (self.cut or self.unconfirmed):
            self.found.stopped = "size" if self.cut else "unconfirmed"
        self.found.changes = sorted(self.found.changes, key=self._rank)[: self.bounds.limit]
        if not self.found.changes and self.found.stopped is None:
            self.found.blocked = Blocked("facts", rules, self._stays())
        return self.found

    def _rank(self, change: Change) -> tuple[int, int, tuple[list[str], list[str]]]:
        return len(slots_of(self.start, change)), len(change), change.order

    def _layers(self) -> Iterator[list[Change]]:
        """Changes after which the clauses say that the goal is reached: those of one fact, of two, and so on."""
        waiting = [(*self._rank(Change()), 0, Change())]
        seen = {Change()}
        layer: list[Change] = []
        facts = 0
        while waiting:
            now, *_, change = heapq.heappop(waiting)
            if now > facts and layer:
                yield layer
                layer = []
            facts = now
            if any(known.within(change) for known in self.found.changes):
                continue
            if time.monotonic() > self.ends:
                self.found.stopped = "time"
                break
            moves = self._moves(change)
            if moves is None:
                layer.append(change)
            for more in sorted({change | move for move in moves or ()} - seen, key=self._rank):
                seen.add(more)
                size = len(slots_of(self.start, more))
                self.cut |= size > self.bounds.size
                if size <= self.bounds.size and admissible(self.start, more):
                    heapq.heappush(waiting, (*self._rank(more), len(seen), more))
        yield layer

    def _moves(self, change: Change) -> set[Change] | None:
        self.found.tried += 1
        return State(self.start, self.asked, change).conflict(self.wanted, self.others)

    def _keep(self, layer: list[Change]) -> None:
        """Of each change, what suffices as the engine finds: the change, or a part of it; no more than asked for."""
        for start in range(0, len(layer), self.bounds.limit):
            some = layer[start : start + self.bounds.limit]
            reaching = self._reaching(some)
            self.unconfirmed |= len(reaching) < len(some)
            parts = dict.fromkeys(part for change in reaching for part in self._parts(change))
            good = {*self.found.changes, *reaching, *self._reaching(list(parts))}
            self.found.changes = [p for p in good if not any(q != p and q.within(p) for q in good)]
            if len(self.found.changes) >= self.bounds.limit:
                return
            if time.monotonic() > self.ends:
                self.found.stopped = "time"
                return

    def _reaching(self, changes: list[Change]) -> list[Change]:
        return [c for c, reaches in zip(changes, self.trial.reached(changes), strict=True) if reaches]

    def _parts(self, change: Change) -> list[Change]:
        """The parts of a change, but of one too large to be tried so."""
        some = _parts(change) if len(change) <= _PARTS else ()
        return [part for part in some if admissible(self.start, part)]

    def _stays(self) -> tuple[Premise, ...]:
        return tuple(dict.fromkeys(self._fixed()))

    def _fixed(self) -> Iterator[Premise]:
        """What the facts that bear on the question, and that follow from other statements, follow from."""
        start, book = self.start, self.reasoned.rulebook
        read = set().union(*(read_names(rule) for rule in self.trial.book.rules if not rule.describes))
        known = {fact.iri for fact in book.facts if fact.iri in read}
        support = Support(start.bare, self.concluder.names)
        fixed = {q for q in start.ground.base if q.predicate.value in known and q in start.bare.derived}
        for quad in sorted(fixed, key=str):
            yield from support.of(quad)
        for quad in start.fixed:
            yield from self.concluder.support.of(quad) if quad not in fixed else ()


def _parts(change: Change) -> Iterator[Change]:
    """All proper parts of a change, the empty one left out."""
    signed = [(q, False) for q in sorted(change.removed, key=str)] + [(q, True) for q in sorted(change.added, key=str)]
    for size in range(1, len(signed)):
        for some in combinations(signed, size):
            yield Change(frozenset(q for q, plus in some if not plus), frozenset(q for q, plus in some if plus))
