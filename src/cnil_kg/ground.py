"""The rules of the doctrine grounded on one run: which conclusions could follow, from which facts, stated or not.

Every fact not stated is supposed to have every value at once; the rules, their absences left out, are run on that;
each way a rule then applies is a clause. Clauses are what `missing.py` searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pyoxigraph import NamedNode, Quad, Store, Variable

from cnil_kg.facttable import Fact
from cnil_kg.patterns import Body, Pattern, select
from cnil_kg.rdf import Solution, Value, matching, rows
from cnil_kg.reason import TODAY, Reasoned, Stratum, bound, plan
from cnil_kg.rulebook import Rule
from cnil_kg.strata import ANY, names, written
from cnil_kg.vocab import CKG, RDF

Slot = tuple[NamedNode, NamedNode, NamedNode]
"""Where a fact is missing: graph, node, property."""

_PROJECT = Variable("project")
_UNIT_CLASSES = {
    "processing": NamedNode(CKG + "DescribedProcessing"),
    "participation": NamedNode(CKG + "DescribedParticipation"),
    "use": NamedNode(CKG + "DescribedUse"),
    "dataset": NamedNode(CKG + "DescribedDataset"),
}


@dataclass(frozen=True)
class AtLeast:
    """At least `least` of the things counted hold; each holds when one of its alternatives, a set of atoms, does."""

    least: int
    counted: tuple[tuple[frozenset[Quad], ...], ...]

    @property
    def atoms(self) -> frozenset[Quad]:
        return frozenset().union(*(atoms for alternatives in self.counted for atoms in alternatives))


@dataclass(frozen=True)
class Clause:
    """`head` follows when all of `needs` hold, none of `bars` does (each a conjunction), and the counts are reached."""

    head: Quad
    needs: frozenset[Quad]
    bars: tuple[frozenset[Quad], ...]
    counts: tuple[AtLeast, ...]
    stratum: int


@dataclass
class Ground:
    """The clauses by head, the open slots with the answers that rules can tell apart, the base that holds anyway."""

    base: set[Quad]
    slots: dict[Slot, Fact]
    clauses: dict[Quad, list[Clause]] = field(default_factory=dict)

    def heads(self, graph: NamedNode, node: NamedNode) -> list[Quad]:
        """What rules could conclude about a node of a graph."""
        return self._by_node.get((graph, node), [])

    @cached_property
    def _by_node(self) -> dict[tuple[Any, Any], list[Quad]]:
        found: dict[tuple[Any, Any], list[Quad]] = {}
        for head in self.clauses:
            found.setdefault((head.graph_name, head.subject), []).append(head)
        return found

    def leading_to(self, goals: Iterable[Quad]) -> list[Slot]:
        """The open facts that could help to conclude a goal, those that only bar it left out."""
        reached = set(goals)
        wanted = list(reached)
        while wanted:
            for clause in self.clauses.get(wanted.pop(), ()):
                fresh = clause.needs.union(*(c.atoms for c in clause.counts)) - reached
                reached |= fresh
                wanted += fresh
        found = {slot for slot in map(self.slot_of, reached) if slot is not None}
        return sorted(found, key=self.rank.__getitem__)

    @cached_property
    def rank(self) -> dict[Slot, int]:
        """The place of each open slot: by unit, in the order of the fact table."""
        return {slot: n for n, slot in enumerate(self.slots)}

    def slot_of(self, atom: Quad) -> Slot | None:
        graph = atom.graph_name
        slot = (graph, atom.subject, atom.predicate)
        return slot if isinstance(graph, NamedNode) and slot in self.slots and atom not in self.base else None


class Compiled:
    """Patterns whose variables are places in the rows of one query: rows are read once, not once a pattern."""

    def __init__(self, patterns: Iterable[Pattern], variables: Sequence[Variable]) -> None:
        places = {variable: n for n, variable in enumerate(variables)}
        self.graph = places[_PROJECT]
        self.patterns: list[tuple[tuple[bool, Any], ...]] = [
            tuple((True, places[t]) if isinstance(t, Variable) else (False, t) for t in pattern.terms)
            for pattern in patterns
            if pattern.in_project
        ]

    def atoms(self, solution: Any) -> set[Quad]:
        """The quads of the patterns under a row; patterns that it leaves open are passed over."""
        values = tuple(solution)
        graph = values[self.graph]
        found = set()
        for terms in self.patterns:
            subject, predicate, value = (values[t] if placed else t for placed, t in terms)
            if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value is not None:
                found.add(Quad(subject, predicate, value, graph))
        return found


def ground(
    reasoned: Reasoned, *, also: Mapping[Slot, Iterable[Value]] | None = None, describing: bool = False
) -> Ground:
    """Ground the rules in force on a run.

    Args:
        reasoned: the run.
        also: for some open slots, values they can have besides the answers of the fact table.
        describing: ground the rules that read descriptions too, those in normal form.
    """
    plan = _plan(reasoned, describing)
    doctrine = {q for q, d in reasoned.derived.items() if not d.rules[0].describes}
    store = Store()
    store.extend(reasoned.rulebook.readable)
    store.extend(matching(reasoned.store, TODAY, None, None, None))
    base = {q for q in reasoned.store if isinstance(q.graph_name, NamedNode) and q not in doctrine}
    store.extend(base)
    slots = _slots(reasoned, store, plan.used)
    for (graph, node, property_), fact in slots.items():
        answers = (*fact.answers, *(also or {}).get((graph, node, property_), ()))
        store.extend(Quad(node, property_, answer, graph) for answer in answers)
    result = Ground(base, slots)
    _saturate(store, plan, result)
    return result


@dataclass(frozen=True)
class _Step:
    """One rule, with what is worked out of its text alone."""

    rule: Rule
    query: str
    reads: frozenset[str]
    writes: frozenset[str]
    level: int


class _Plan:
    """The rules in force, those that feed others first: the fewer rounds are needed."""

    def __init__(self, rules: Iterable[Rule], strata: Sequence[Stratum]) -> None:
        known = {rule.id: (reads, level) for level, stratum in enumerate(strata) for rule, reads, _ in stratum}
        steps = [
            _Step(
                rule,
                select(_possible(rule.body), absences=False),
                frozenset(known[rule.id][0]),
                frozenset(names(written(rule))),
                known[rule.id][1],
            )
            for rule in rules
            if rule.id in known
        ]
        self.used = frozenset().union(*(step.reads for step in steps))
        self.in_order_of_ids = steps
        self.steps = _feeding_first(steps)
        self.readers: dict[str, list[int]] = {}
        for place, step in enumerate(self.steps):
            for name in step.reads:
                self.readers.setdefault(name, []).append(place)

    def reading(self, changed: set[str]) -> list[int]:
        """The places of the rules that read something changed."""
        if ANY in changed:
            return list(range(len(self.steps)))
        return sorted({place for name in {*changed, ANY} for place in self.readers.get(name, ())})


def _feeding_first(steps: Sequence[_Step]) -> list[_Step]:
    """The rules by the length of the longest way of rules that leads to them, ways that turn back cut."""
    writers: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        for name in step.writes:
            writers.setdefault(name, []).append(place)
    depth = [0] * len(steps)
    for _ in range(30):
        before = list(depth)
        for place, step in enumerate(steps):
            fed = (depth[w] + 1 for name in step.reads for w in writers.get(name, ()) if w != place)
            depth[place] = min(30, max(fed, default=0))
        if depth == before:
            break
    return [steps[place] for place in sorted(range(len(steps)), key=lambda n: (depth[n], n))]


def _plan(reasoned: Reasoned, describing: bool) -> _Plan:
    """The plan of a day of law, worked out once; `reason` has already put the rules in strata."""
    plans, key = reasoned.rulebook.plans, ("ground", reasoned.as_of, describing)
    if key not in plans:
        first, strata = plan(reasoned.rulebook, reasoned.as_of)
        if describing:
            plain = [[one for one in stratum if not one[0].body.opaque] for stratum in first]
            strata = [*plain, *strata]
        plans[key] = _Plan(reasoned.rules, strata)
    found: _Plan = plans[key]
    return found


def _slots(reasoned: Reasoned, store: Store, used: frozenset[str]) -> dict[Slot, Fact]:
    kind = NamedNode(RDF + "type")
    slots: dict[Slot, Fact] = {}
    for unit, class_ in _UNIT_CLASSES.items():
        facts = [f for f in reasoned.rulebook.facts if f.unit == unit and f.iri in used]
        for quad in sorted(matching(store, None, kind, class_, None), key=str):
            graph, node = quad.graph_name, quad.subject
            if not isinstance(graph, NamedNode) or not isinstance(node, NamedNode):
                continue
            for fact in facts:
                if next(iter(matching(store, node, fact.node, None, graph)), None) is None:
                    slots[(graph, node, fact.node)] = fact
    return slots


def _saturate(store: Store, plan: _Plan, result: Ground) -> None:
    """First all that could follow, then the clauses: each way it could."""
    due = set(range(len(plan.steps)))
    while due:
        place = min(due)
        due.remove(place)
        step = plan.steps[place]
        fresh = {head for head in _heads(store, step.rule, step.query) if head not in store}
        if fresh:
            store.extend(fresh)
            due.update(plan.reading(set(step.writes)))
    for step in plan.in_order_of_ids:
        by_head: dict[Quad, set[Clause]] = {}
        for clause in _clauses(store, step.rule, step.query, step.level, result.base):
            by_head.setdefault(clause.head, set()).add(clause)
        for head, found in by_head.items():
            result.clauses.setdefault(head, []).extend(sorted(found, key=_order))


def _heads(store: Store, rule: Rule, query: str) -> Iterator[Quad]:
    solutions = rows(store, query)
    template = Compiled(rule.template, solutions.variables)
    for solution in solutions:
        yield from template.atoms(solution)


def _order(clause: Clause) -> tuple[int, list[str]]:
    return (len(clause.needs), sorted(map(str, clause.needs)))


def _possible(body: Body) -> Body:
    """The body without absences, its counts replaced by what they count."""
    flat = Body(list(body.patterns), list(body.values), list(body.comparisons))
    for count in body.counts:
        flat.patterns += count.body.patterns
        flat.values += count.body.values
    return flat


def _clauses(store: Store, rule: Rule, query: str, stratum: int, base: set[Quad]) -> Iterator[Clause]:
    if rule.body.counts:
        yield from _counted(store, rule, query, stratum, base)
        return
    solutions = rows(store, query)
    body, template = Compiled(rule.body.patterns, solutions.variables), Compiled(rule.template, solutions.variables)
    for solution in solutions:
        heads = template.atoms(solution) - base
        if heads:
            needs = frozenset(body.atoms(solution) - base)
            bars = tuple(g - base for g in _bars(store, rule.body, solution)) if rule.body.absent else ()
            for head in heads:
                yield Clause(head, needs, bars, (), stratum)


def _counted(store: Store, rule: Rule, query: str, stratum: int, base: set[Quad]) -> Iterator[Clause]:
    """A counting rule: one clause a key, its alternatives grouped by the thing counted."""
    (count,) = rule.body.counts
    groups: dict[tuple[str, ...], list[Solution]] = {}
    solutions = rows(store, query)
    inner, body = Compiled(count.body.patterns, solutions.variables), Compiled(rule.body.patterns, solutions.variables)
    template = Compiled(rule.template, solutions.variables)
    for solution in solutions:
        groups.setdefault(tuple(str(solution[k]) for k in count.keys), []).append(solution)
    for group in groups.values():
        first = group[0]
        counted: dict[Value, dict[frozenset[Quad], None]] = {}
        for solution in group:
            atoms = frozenset(inner.atoms(solution) - base)
            counted.setdefault(solution[count.counted], {})[atoms] = None
        least = _least(rule.body, count.variable, first)
        counts = (AtLeast(least, tuple(tuple(alternatives) for alternatives in counted.values())),)
        needs = frozenset(body.atoms(first) - base)
        bars = tuple(g - base for g in _bars(store, rule.body, first))
        for head in template.atoms(first) - base:
            yield Clause(head, needs, bars, counts, stratum)


def _least(body: Body, variable: Variable, solution: Solution) -> int:
    for c in body.comparisons:
        if c.left == variable and c.operator in (">=", ">"):
            value = bound(c.right, solution)
            return int(value.value) + (c.operator == ">") if value is not None else 1
    return 1


def _bars(store: Store, body: Body, solution: Solution) -> Iterator[frozenset[Quad]]:
    """Each way an absence of the body could be broken."""
    graph = solution[_PROJECT]
    for group in body.absent:
        partial: list[tuple[dict[Variable, Value], frozenset[Quad]]] = [({}, frozenset())]
        for pattern in group:
            partial = [
                (binding | more, quads | {quad})
                for binding, quads in partial
                for quad, more in _matches(store, pattern, graph, solution, binding)
            ]
        for _, quads in partial:
            yield quads


def _matches(
    store: Store, pattern: Pattern, graph: Value, solution: Solution, binding: dict[Variable, Value]
) -> Iterator[tuple[Quad, dict[Variable, Value]]]:
    fixed = [binding.get(t) or bound(t, solution) if isinstance(t, Variable) else t for t in pattern.terms]
    for quad in matching(store, fixed[0], fixed[1], fixed[2], graph):
        more = {
            t: v
            for t, f, v in zip(pattern.terms, fixed, (quad.subject, quad.predicate, quad.object), strict=True)
            if f is None and isinstance(t, Variable)
        }
        yield quad, more
