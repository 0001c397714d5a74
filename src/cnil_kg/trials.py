"""Which changes made a verdict differ: they are tried apart; changed facts as descriptions of their own, in one run.

A cause is a minimal set of changes: made to the older version alone, they give the verdict of the newer one, and none
of them can be left out. Where facts stand in for each other, one such set is found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from pyoxigraph import NamedNode, Quad, Store, Triple

from cnil_kg.compare import Place, Verdict, answers
from cnil_kg.conclude import Concluder
from cnil_kg.ground import Ground, Slot
from cnil_kg.model import Conclusion, Contradiction, Description, Facts, Finding
from cnil_kg.questions import BY_NAME, TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned, reason
from cnil_kg.requirements import Requirement
from cnil_kg.rulebook import Rulebook
from cnil_kg.validate import requirements, validate

MOST = 150
"""How many changes of one project are tried apart; beyond, nothing is said of causes."""
MOST_REASONED = 20
"""The same where only the reason of an undetermined verdict differs: each trial then takes a search."""
Subset: TypeAlias = frozenset[int]
Search: TypeAlias = Generator[list[Subset], list[bool], Subset | None]


@dataclass(frozen=True)
class Change:
    """The triples that a change takes away and those it adds."""

    removed: frozenset[Triple]
    added: frozenset[Triple]


class _Statuses(Concluder):
    """Verdicts alone: what is missing, the slow part, is not searched for; why a verdict is open may then be wrong."""

    @cached_property
    def ground(self) -> Ground:
        return Ground(set(), {})

    def missing(self, goals: Iterable[Quad], ends: Iterable[Quad] = (), verdict: str = "") -> tuple[list[Slot], bool]:
        return [], False

    def contradict(self, asked: Any, unit: Any, quads: list[Quad]) -> None:
        self.contradictions: list[Contradiction] = []


class Trials:
    """The trials of one project: what some changes alone lead to.

    Args:
        size: how many changes there are.
        project: the project, None for a partial description.
        book: the rules.
    """

    def __init__(self, size: int, project: NamedNode | None, book: Rulebook) -> None:
        self.size, self.project, self.book = size, project, book
        self.runs: dict[Subset, Reasoned] = {}

    def run(self, subsets: Collection[Subset]) -> Mapping[Subset, Reasoned]:
        """For each set of changes, what follows from them alone, as a run over one description."""
        raise NotImplementedError

    def causes(self, wanted: Mapping[Place, tuple[Verdict | None, Verdict | None]]) -> dict[Place, Subset | None]:
        """For each verdict that differs (before, after), the changes that made it differ; None: not traced."""
        if self.size > MOST:
            return dict.fromkeys(wanted)
        reasons = {p for p, (was, is_) in wanted.items() if _open_still(was, is_)}
        found = self._settle(set(wanted) - reasons, self._outcomes)
        unsure = {p: s for p, s in found.items() if p.kind == "requirement" and s is not None and len(s) > 1}
        for place, causes in unsure.items():  # what the requirement reads was compared, now its verdict is
            found |= self._settle({place}, self._whole, sorted(causes))
        alone = sorted({s for s in found.values() if s is not None and len(s) == 1}, key=sorted)
        if self.size <= MOST_REASONED:
            found |= self._settle(reasons, self._whole, likely=alone)
        return {place: found.get(place) for place in wanted}

    def _settle(
        self,
        places: Collection[Place],
        outcomes: Callable[[Subset, Collection[Place]], Mapping[Place, object]],
        within: Sequence[int] | None = None,
        likely: Sequence[Subset] = (),
    ) -> dict[Place, Subset | None]:
        """Search for the causes of several verdicts at once, their trials run together."""
        everything = frozenset(range(self.size))
        order = range(self.size) if within is None else within
        searches: dict[Place, Search] = {place: minimal(order, likely) for place in sorted(places, key=_key)}
        answers: dict[Subset, dict[Place, object]] = {}
        found: dict[Place, Subset | None] = {}
        asked = {place: next(search) for place, search in searches.items()}
        while asked:
            wanted: dict[Subset, list[Place]] = {everything: list(asked)}
            for place, subsets in asked.items():
                for subset in subsets:
                    wanted.setdefault(subset, []).append(place)
            self.runs |= self.run(sorted(set(wanted) - set(self.runs), key=sorted))
            for subset, waiting in wanted.items():
                known = answers.setdefault(subset, {})
                new = [place for place in waiting if place not in known]
                told = outcomes(subset, new) if new else {}
                known |= {place: told.get(place) for place in new}
            following = {}
            for place, subsets in asked.items():
                goal = answers[everything][place]
                try:
                    following[place] = searches[place].send([answers[s][place] == goal for s in subsets])
                except StopIteration as stop:
                    found[place] = stop.value
            asked = following
        return found

    # --- outcomes --------------------------------------------------------------------------------------------------

    def _outcomes(self, subset: Subset, places: Collection[Place]) -> dict[Place, object]:
        """Statuses and values of conclusions; of requirements, what decides them: the triples that they read."""
        reasoned = self.runs[subset]
        concluder = _Statuses(reasoned)
        found: dict[Place, object] = {}
        for told in _conclusions(concluder, _questions(places)):
            found |= {place: replace(verdict, reason=None) for place, verdict in answers(told)}
        ids = {p.id for p in places if p.kind == "requirement"}
        for requirement in requirements(self.book.shapes) if ids else ():
            if requirement.id in ids:
                for subject, signature in _read(concluder, requirement):
                    project = concluder.shown(self.project)
                    key = f"requirement {requirement.id} {project or ''} {subject}"
                    found[Place("requirement", requirement.id, key, project, subject)] = signature
        return found

    def _whole(self, subset: Subset, places: Collection[Place]) -> dict[Place, object]:
        """The verdicts themselves, why they are open included."""
        reasoned = self.runs[subset]
        concluder = Concluder(reasoned)
        told: list[Conclusion | Finding] = []
        told += _conclusions(concluder, _questions(places))
        ids = {p.id for p in places if p.kind == "requirement"}
        told += validate(reasoned, concluder, only=ids) if ids else ()
        return {place: verdict for one in told for place, verdict in answers(one)}


class FactTrials(Trials):
    """What some of the changed facts of a project alone lead to.

    Args:
        base: the triples of the older version.
        changes: what makes the newer version of it.
        project: the project, None for a partial description.
        facts: the newer version, for the names of its nodes.
        book: the rules.
        as_of: ISO date of the law.
    """

    def __init__(
        self,
        base: Collection[Triple],
        changes: Sequence[Change],
        project: NamedNode | None,
        facts: Facts,
        book: Rulebook,
        as_of: str,
    ) -> None:
        super().__init__(len(changes), project, book)
        self.base, self.changes = frozenset(base), changes
        self.facts, self.as_of = facts, as_of

    def run(self, subsets: Collection[Subset]) -> Mapping[Subset, Reasoned]:
        """Reason upon the descriptions that the changes make, all at once."""
        store, descriptions = Store(), []
        for number, subset in enumerate(subsets):
            graph = NamedNode(f"urn:cnil-kg:variant:{number}")
            descriptions.append(Description(graph, self.project, ()))
            store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in self._made(subset))
        if not descriptions:
            return {}
        facts = replace(self.facts, store=store, descriptions=tuple(descriptions), warnings=(), errors=())
        reasoned = reason(facts, self.book, self.as_of)
        return {
            subset: replace(reasoned, facts=replace(facts, descriptions=(description,)))
            for subset, description in zip(subsets, descriptions, strict=True)
        }

    def _made(self, subset: Subset) -> frozenset[Triple]:
        removed = frozenset[Triple]().union(*(self.changes[n].removed for n in subset))
        added = frozenset[Triple]().union(*(self.changes[n].added for n in subset))
        return (self.base - removed) | added


def _key(place: Place) -> str:
    return place.key


def _open_still(was: Verdict | None, is_: Verdict | None) -> bool:
    return was is not None and is_ is not None and replace(was, reason=None) == replace(is_, reason=None)


def _questions(places: Collection[Place]) -> set[str]:
    """The questions that places are about; a step may belong to any."""
    if any(place.kind == "step" for place in places):
        return set(BY_NAME)
    return {place.id for place in places if place.kind == "conclusion"}


def _conclusions(concluder: Concluder, names: Collection[str]) -> Iterable[Conclusion]:
    """The conclusions of some questions about the one description that the concluder is asked of."""
    (description,) = concluder.reasoned.facts.descriptions
    for name in sorted(names):
        for unit in concluder.units(BY_NAME[name]):
            if unit.graph == description.graph:
                yield concluder.conclude(BY_NAME[name], unit)
    yield from (c for c in concluder.absent() if c.question in names)


def _read(concluder: Concluder, requirement: Requirement) -> Iterable[tuple[str, object]]:
    """For each unit that a requirement is asked of, all that decides it: a shape reads these triples and no other."""
    store = concluder.store
    (description,) = concluder.reasoned.facts.descriptions
    graph = description.graph
    classes = {requirement.applies, requirement.not_for}
    for quad in matching(store, None, TYPE, requirement.asked_of, graph):
        node = quad.subject
        kinds = {q.object for q in matching(store, node, TYPE, None, graph)} & classes
        stated = {(p, q.object) for p in requirement.paths for q in matching(store, node, p, None, graph)}
        yield (
            concluder.names.node(node),
            (frozenset(kinds), frozenset(stated) if requirement.applies in kinds else None),
        )


def minimal(changes: Sequence[int], likely: Sequence[Subset] = ()) -> Search:
    """Search for a minimal set of changes that gives the outcome of all of them.

    Args:
        changes: all of them.
        likely: single changes to try first.

    Yields:
        Sets to try; the answers, whether each gives that outcome, are sent back.

    Returns:
        The set; None where not even all of them give it, or where it was there before any.
    """
    everything = frozenset(changes)
    whole, none = yield [everything, frozenset()]
    if not whole or none:
        return None
    for one in likely:
        if one <= everything and (yield [one])[0]:
            return one
    without = [everything - {change} for change in changes]
    needed = frozenset(c for c, holds in zip(changes, (yield without), strict=True) if not holds)
    (enough,) = yield [needed]
    if enough:
        return needed
    kept, size = list(changes), max(1, len(changes) // 2)
    while True:
        spared = False
        for start in range(0, len(kept), size)[::-1]:
            rest = kept[:start] + kept[start + size :]
            if rest and (yield [frozenset(rest)])[0]:
                kept, spared = rest, True
        if size == 1 and not spared:
            return frozenset(kept)
        size = max(1, size // 2)
