"""Why a rule did not fire: the first of its premises that does not hold, and what stands in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyoxigraph import NamedNode, Quad, Variable

from cnil_kg.model import Premise, Text
from cnil_kg.patterns import Body, Pattern
from cnil_kg.questions import Question, Unit
from cnil_kg.rdf import Value, matching
from cnil_kg.reason import Reasoned, bound
from cnil_kg.rulebook import Rule
from cnil_kg.support import Support, how_many, one_way

Kind = Literal["notStated", "otherwise", "notConcluded", "count", "comparison", "setAside"]
_PROJECT = Variable("project")


@dataclass(frozen=True)
class WhyNot:
    """A rule that was considered and did not fire.

    Attributes:
        rule, entry, text, articles: the rule.
        concludes: the value it would have concluded, as an IRI or a word.
        kind: what kept it: a fact not stated, stated otherwise, a result not reached, a count or a comparison that does
            not hold, or something that sets it aside.
        subject, predicate, object: the premise that failed; the object is empty where any would do.
        instead: what is stated or concluded there.
    """

    rule: str
    entry: str
    text: Text
    articles: tuple[str, ...]
    concludes: str
    kind: Kind
    subject: str
    predicate: str
    object: str
    instead: tuple[Premise, ...] = ()


class Considered:
    """The rules that bear on a question and did not fire for a unit."""

    def __init__(self, reasoned: Reasoned, support: Support) -> None:
        self._reasoned, self._support = reasoned, support
        self._names = support.names
        self._stateable = {f.node for f in reasoned.rulebook.facts}

    def of(self, asked: Question, unit: Unit) -> Iterator[WhyNot]:
        """Each rule that could have answered the question otherwise, with the premise that failed."""
        for rule in self._reasoned.rules:
            if rule.describes:
                continue
            for pattern in rule.template:
                name = getattr(pattern.predicate, "value", "")
                if name.rpartition("#")[2] in asked.properties and not self._fired(rule, pattern, unit):
                    yield from self._first_failure(rule, pattern, unit)

    def _fired(self, rule: Rule, pattern: Pattern, unit: Unit) -> bool:
        quads = matching(self._reasoned.store, unit.node, pattern.predicate, None, unit.graph)
        derived = self._reasoned.derived
        return any(q in derived and rule in derived[q].rules for q in quads)

    def _first_failure(self, rule: Rule, pattern: Pattern, unit: Unit) -> Iterator[WhyNot]:
        """The first premise that fails; one for each property where any of several would do."""
        bindings: dict[Variable, Value] = {_PROJECT: unit.graph}
        if isinstance(pattern.subject, Variable):
            bindings[pattern.subject] = unit.node
        if isinstance(pattern.object, Variable) and unit.basis is not None:
            bindings[pattern.object] = unit.basis
        constants = [p for p in rule.body.patterns if not p.in_project]
        own = [p for p in rule.body.patterns if p.in_project]
        solution: Mapping[Variable, Value] = bindings
        for count in range(1, len(own) + 1):
            row = one_way(self._reasoned.store, Body(constants + own[:count], rule.body.values), bindings)
            if row is None:
                failed = own[count - 1]
                for predicate in rule.body.predicate_values(failed.predicate) or (failed.predicate,):
                    yield self._failed(rule, pattern, replace(failed, predicate=predicate), solution)
                return
            solution = {**bindings, **row}
        guard = self._guard(rule, pattern, own, solution, bindings)
        yield from (guard,) if guard is not None else ()

    def _guard(
        self,
        rule: Rule,
        pattern: Pattern,
        own: list[Pattern],
        solution: Mapping[Variable, Value],
        bindings: Mapping[Variable, Value],
    ) -> WhyNot | None:
        """The count, comparison or absence that failed, all patterns having matched."""
        for count in rule.body.counts:
            for c in rule.body.comparisons:
                if count.variable in (c.left, c.right):
                    other = bound(c.right if c.left == count.variable else c.left, solution)
                    least = getattr(other, "value", "")
                    return self._made(
                        rule,
                        pattern,
                        "count",
                        (str(how_many(self._reasoned.store, count, solution)), c.operator, least),
                        (),
                    )
        body = Body(rule.body.patterns, rule.body.values, list(rule.body.comparisons))
        if one_way(self._reasoned.store, body, bindings) is None and rule.body.comparisons:
            c = rule.body.comparisons[0]
            sides = tuple(self._names.term(bound(t, solution)) if bound(t, solution) else "" for t in (c.left, c.right))
            return self._made(rule, pattern, "comparison", (sides[0], c.operator, sides[1]), ())
        for group in rule.body.absent:
            found = one_way(self._reasoned.store, Body([*own, *group], rule.body.values), bindings)
            if found is not None:
                quads = [q for p in group if (q := self._quad(p, {**solution, **found})) is not None]
                named = tuple(p for q in quads for p in self._premises(q))
                shown = self._names.triple(quads[0]) if quads else ("", "", "")
                return self._made(rule, pattern, "setAside", shown, named)
        return None

    def _failed(self, rule: Rule, pattern: Pattern, failed: Pattern, solution: Mapping[Variable, Value]) -> WhyNot:
        subject, predicate, value = (bound(t, solution) for t in failed.terms)
        there: list[Quad] = []
        if subject is not None and isinstance(predicate, NamedNode):
            graph = solution[_PROJECT]
            there = sorted(matching(self._reasoned.store, subject, predicate, None, graph), key=str)
        if predicate is not None and str(predicate.value).endswith("#type"):
            there = []
        instead = tuple(dict.fromkeys(p for q in there for p in self._premises(q)))
        shown = tuple("" if t is None else self._names.term(t) for t in (subject, predicate, value))
        kind: Kind = "otherwise" if there else "notStated" if predicate in self._stateable else "notConcluded"
        return self._made(rule, pattern, kind, (shown[0], shown[1], shown[2]), instead)

    def _premises(self, quad: Quad) -> list[Premise]:
        derivation = self._reasoned.derived.get(quad)
        if derivation is None or derivation.rules[0].describes:
            return self._support.of(quad)
        return [self._support.result(quad)]

    def _quad(self, pattern: Pattern, solution: Mapping[Variable, Value]) -> Quad | None:
        terms: list[Any] = [bound(t, solution) for t in pattern.terms]
        return None if None in terms else Quad(terms[0], terms[1], terms[2], solution[_PROJECT])  # type: ignore[arg-type]

    def _made(
        self, rule: Rule, pattern: Pattern, kind: Kind, shown: tuple[str, str, str], instead: tuple[Premise, ...]
    ) -> WhyNot:
        value = "" if isinstance(pattern.object, Variable) else self._names.term(pattern.object)
        return WhyNot(rule.id, rule.entry, rule.text, rule.articles, value, kind, *shown, instead=instead)
