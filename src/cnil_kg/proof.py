"""Proofs: a conclusion derived again from the least that carries it.

The stated facts under a conclusion are found by running rule bodies backwards (`support`). Each is then left out in
turn, all these variants reasoned upon in one run, by the rules that fired for the description and no other; what turns
out not to be needed is dropped. The proof is read from a last run over what remains: its premises carry the conclusion,
and no part of them does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice

from pyoxigraph import Literal, NamedNode, Quad, Store, Variable

from cnil_kg.model import Origin, Text
from cnil_kg.naming import Names
from cnil_kg.patterns import Body
from cnil_kg.rdf import Value, matching
from cnil_kg.reason import TODAY, Derivation, Reasoned, bound, plan, run
from cnil_kg.rulebook import Rule
from cnil_kg.support import Support, how_many, one_way, unify

_PARTS = 32
"""How many variants are reasoned upon at once."""
_VARIANT = "urn:cnil-kg:variant:{}"


@dataclass(frozen=True)
class Check:
    """A count or a comparison of a rule: `left operator right`, the values as text; `counted` for a count."""

    left: str
    operator: str
    right: str
    counted: bool = False


@dataclass(frozen=True)
class Proof:
    """One step of a proof.

    Attributes:
        subject, predicate, object: the triple, nodes as they are shown to a reader.
        rule: the id of the rule or axiom; empty for a stated fact. entry: the entry it implements.
        text: what the rule says; articles: what it cites.
        presumes: what would set it aside, each a property and a value (empty where any would).
        places: where a stated fact was read.
        checks: the counts and comparisons of the rule.
        premises: what it rests on.
        others: the other rules that conclude the same, binding text before presumption.
        spare: what the rule counts besides, each a triple: more than it needs.
    """

    subject: str
    predicate: str
    object: str
    rule: str = ""
    entry: str = ""
    text: Text | None = None
    articles: tuple[str, ...] = ()
    presumes: tuple[tuple[str, str], ...] = ()
    places: tuple[Origin, ...] = ()
    checks: tuple[Check, ...] = ()
    premises: tuple[Proof, ...] = ()
    others: tuple[str, ...] = ()
    spare: tuple[tuple[str, str, str], ...] = ()

    def leaves(self) -> set[tuple[str, str, str]]:
        """The stated facts of the proof."""
        if not self.rule:
            return {(self.subject, self.predicate, self.object)}
        return set(chain.from_iterable(p.leaves() for p in self.premises))


class Prover:
    """The proofs of what one run derived.

    Args:
        reasoned: the run.
        names: how nodes are shown.
    """

    def __init__(self, reasoned: Reasoned, names: Names) -> None:
        self._reasoned, self._names = reasoned, names
        self._support = Support(reasoned, names, units=True)
        self._structure = {f.node for f in reasoned.rulebook.facts}
        fired = {r.id for d in reasoned.derived.values() for r in d.rules}
        self._fired = [
            [kept for stratum in half if (kept := [step for step in stratum if step[0].id in fired])]
            for half in plan(reasoned.rulebook, reasoned.as_of)
        ]

    def prove(self, quad: Quad) -> Proof:
        """The proof of a triple, from a minimal set of stated ones."""
        if self.stated(quad):
            return Proof(*self.shown(quad), places=self.places(quad))
        premises = self.premises(quad)
        graph = NamedNode(_VARIANT.format(0))
        return _Reading(self, self._again({graph: premises}), graph).step(quad)

    def premises(self, quad: Quad) -> list[Quad]:
        """Stated triples that carry a derived one, none of which can be left out.

        Where a rule of binding text and one that presumes both conclude it, the triples that carry the first, unless
        some of them alone carry the second.
        """
        rules = _in_order(self._reasoned.derived[quad].rules)
        if len({"presumes" in r.headers for r in rules}) > 1:
            kept = self._least(quad, rules[0])
            if not any(self._follows(quad, [[q for q in kept if q != left] for left in kept])):
                return kept
        return self._least(quad, None)

    def _least(self, quad: Quad, by: Rule | None) -> list[Quad]:
        """Stated triples from which it follows, by one rule if given, and by no part of them."""
        kept = self._sufficient(quad, by)
        size = max(1, len(kept) // _PARTS)
        while True:
            parts = [kept[n : n + size] for n in range(0, len(kept), size)]
            without = [[q for q in kept if q not in part] for part in parts]
            spare = [part for part, holds in zip(parts, self._follows(quad, without, by), strict=True) if holds]
            if spare:
                kept = self._without(quad, kept, spare, by)
            elif size == 1:
                return kept
            else:
                size //= 2

    def _without(self, quad: Quad, kept: list[Quad], spare: list[list[Quad]], by: Rule | None) -> list[Quad]:
        """What is left once the most of the parts that can each be spared, halved until they go together, are gone."""
        while True:
            left = [q for q in kept if not any(q in part for part in spare)]
            if len(spare) == 1 or self._follows(quad, [left], by)[0]:
                return left
            spare = spare[: len(spare) // 2]

    def _sufficient(self, quad: Quad, by: Rule | None) -> list[Quad]:
        """Stated triples that carry it: those found backwards, with the links of the description if need be."""
        derived = self._reasoned.derived
        stated = [q for q in matching(self._reasoned.store, None, None, None, quad.graph_name) if q not in derived]
        links = [q for q in stated if q.predicate not in self._structure]
        found, more = self._closure(quad, 1), self._closure(quad, 99)
        for candidate in (found, more, list(dict.fromkeys(more + links))):
            if self._follows(quad, [candidate], by)[0]:
                return candidate
        return stated

    def _closure(self, quad: Quad, ways: int) -> list[Quad]:
        """The stated triples found backwards, each step taken by the first of its rules, or by several."""
        found: dict[Quad, None] = {}
        seen = {quad}
        waiting = [quad]
        while waiting:
            derivation = self._reasoned.derived.get(waiting[-1])
            current = waiting.pop()
            if derivation is None:
                found[current] = None
                continue
            bodies = (self._support.body(rule, current) for rule in _in_order(derivation.rules))
            for read in islice(filter(None, bodies), ways):
                waiting += [q for q in read if q not in seen]
                seen.update(read)
        return sorted(found, key=str)

    def _follows(self, quad: Quad, sets: list[list[Quad]], by: Rule | None = None) -> list[bool]:
        """For each set of stated triples, whether the triple follows from it, by one rule if given."""
        graphs = {NamedNode(_VARIANT.format(n)): triples for n, triples in enumerate(sets)}
        derived = self._again(graphs).derived
        found = [derived.get(_moved(quad, graph)) for graph in graphs]
        return [d is not None and (by is None or by in d.rules) for d in found]

    def _again(self, graphs: Mapping[NamedNode, Collection[Quad]]) -> Reasoned:
        """A run over sets of stated triples, each a description, with the rules that fired and nothing more."""
        book = self._reasoned.rulebook
        store = Store()
        store.extend(book.readable_on(self._reasoned.as_of))
        store.extend(matching(self._reasoned.store, TODAY, None, None, None))
        stated = {_moved(q, graph) for graph, quads in graphs.items() for q in quads}
        store.extend(stated)
        derived: dict[Quad, Derivation] = {}
        number = 1
        for strata in self._fired:
            number = run(store, strata, derived, stated, number)
        return replace(self._reasoned, store=store, derived=derived)

    def rules_for(self, quad: Quad) -> list[str]:
        """The rules that conclude a triple in the whole run, binding text before presumption."""
        derivation = self._reasoned.derived.get(quad)
        return [r.id for r in _in_order(derivation.rules)] if derivation else []

    def counted(self, rule: Rule, quad: Quad) -> list[Quad]:
        """What a rule counts in the whole run to conclude a triple."""
        return self._support.counted(rule, quad)

    def stated(self, quad: Quad) -> bool:
        """True for a triple that the description holds."""
        return quad not in self._reasoned.derived

    def shown(self, quad: Quad) -> tuple[str, str, str]:
        return self._names.triple(quad)

    def places(self, quad: Quad) -> tuple[Origin, ...]:
        return tuple(self._reasoned.facts.origins.get(quad.triple, ()))

    @property
    def names(self) -> Names:
        return self._names


class _Reading:
    """The proof as the last run gives it; triples are shown as in the description's own graph."""

    def __init__(self, prover: Prover, reasoned: Reasoned, graph: NamedNode) -> None:
        self._prover, self._reasoned, self._graph = prover, reasoned, graph
        self._support = Support(reasoned, prover.names, units=True)

    def step(self, quad: Quad) -> Proof:
        """The step that concludes a triple of the description."""
        here = _moved(quad, self._graph)
        shown = self._prover.shown(quad)
        derivation = self._reasoned.derived.get(here)
        if derivation is None:
            return Proof(*shown, places=self._prover.places(quad))
        for rule in _in_order(derivation.rules):
            read = self._support.body(rule, here)
            if read or not rule.body.patterns:
                break
        own = [_moved(q, quad.graph_name) for q in read]
        premises = tuple(chain.from_iterable(self._premises(q) for q in own))
        others = [id_ for id_ in self._prover.rules_for(quad) if id_ != rule.id]
        spare = [q for q in self._prover.counted(rule, quad) if q not in own]
        return Proof(
            *shown,
            rule=rule.id,
            entry=rule.entry,
            text=rule.text if rule.headers.get("fr") else None,
            articles=rule.articles,
            presumes=tuple(_absent(rule)),
            checks=tuple(_checks(self._reasoned, rule, here)),
            premises=tuple(dict.fromkeys(premises)),
            others=tuple(others),
            spare=tuple(dict.fromkeys(self._prover.shown(q) for q in spare)),
        )

    def _premises(self, quad: Quad) -> Iterable[Proof]:
        """A triple as a premise; what only reads the description is passed through to what was stated."""
        step = self.step(quad)
        derivation = self._reasoned.derived.get(_moved(quad, self._graph))
        if derivation is not None and derivation.rules[0].describes and step.premises:
            return step.premises
        return (step,)


def _absent(rule: Rule) -> Iterable[tuple[str, str]]:
    """What must not hold for a rule to fire: the last thing that each of its absences names."""
    for group in rule.body.absent:
        pattern = group[-1]
        for term in rule.body.predicate_values(pattern.predicate) or (pattern.predicate,):
            if isinstance(term, NamedNode):
                yield term.value, "" if isinstance(pattern.object, Variable) else pattern.object.value


def _in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Binding text before presumption."""
    return sorted(rules, key=lambda r: ("presumes" in r.headers, r.id))


def _moved(quad: Quad, graph: object) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)  # type: ignore[arg-type]


def _checks(reasoned: Reasoned, rule: Rule, quad: Quad) -> Iterable[Check]:
    """The counts and comparisons of a rule that concluded a triple, with their values."""
    counts = {c.variable: c for c in rule.body.counts}
    for pattern in rule.template:
        bindings = unify(pattern, quad)
        if bindings is None:
            continue
        solution = one_way(reasoned.store, Body(rule.body.patterns, rule.body.values), bindings)
        for c in rule.body.comparisons:
            if c.operator == "!=":  # `ckg:none` is told from a value: no ground of its own
                continue
            values = []
            for term in (c.left, c.right):
                if isinstance(term, Variable) and term in counts:
                    values.append(str(how_many(reasoned.store, counts[term], bindings)))
                else:
                    value = bound(term, solution) if solution is not None else None
                    values.append(_text(value))
            if "" not in values:
                yield Check(values[0], c.operator, values[1], c.left in counts or c.right in counts)
        return


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    return value.value if isinstance(value, Literal | NamedNode) else str(value)
