"""What a derived triple rests on: its rule's body run again with the triple bound, one level down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Triple, Variable

from cnil_kg.model import Premise
from cnil_kg.naming import Names
from cnil_kg.patterns import Body, Count, Pattern, select
from cnil_kg.rdf import rows
from cnil_kg.reason import Reasoned, instance
from cnil_kg.rulebook import Rule
from cnil_kg.vocab import CKG

_PROJECT = Variable("project")
# That a node is examined at all is no ground of what is concluded about it.
UNIT_CLASSES = frozenset(
    NamedNode(f"{CKG}{state}{unit}")
    for state in ("Described", "Examined")
    for unit in ("Processing", "Participation", "Use", "Dataset")
)
Value = NamedNode | Literal


class Support:
    """Premises of derived triples on one run; with `units`, that a node is examined counts among them."""

    def __init__(self, reasoned: Reasoned, names: Names, *, units: bool = False) -> None:
        self.reasoned = reasoned
        self._passed_over = frozenset() if units else UNIT_CLASSES
        self.names = names
        self.store = reasoned.store

    def of(self, quad: Quad) -> list[Premise]:
        """The premises of a derived triple: stated triples with their places, and results on the way by id."""
        derivation = self.reasoned.derived.get(quad)
        if derivation is None:
            return self.stated(quad)
        rules = sorted(derivation.rules, key=lambda r: ("presumes" in r.headers, r.id))
        for rule in rules:
            quads = self.body(rule, quad)
            if quads:
                return self._flatten(quads)
        return []

    def _flatten(self, quads: list[Quad]) -> list[Premise]:
        premises: dict[Premise, None] = {}
        for quad in quads:
            derivation = self.reasoned.derived.get(quad)
            if derivation is None:
                found = self.stated(quad)
            elif derivation.rules[0].describes:
                found = self.of(quad)
            else:
                found = [self.result(quad)]
            premises.update(dict.fromkeys(found))
        return list(premises)

    def result(self, quad: Quad) -> Premise:
        """A derived triple as a premise that names the entry it comes from."""
        rule = self.reasoned.derived[quad].rules[0]
        return Premise(*self.names.triple(quad), conclusion=rule.entry)

    def stated(self, quad: Quad) -> list[Premise]:
        """A stated triple, once for each place it was read."""
        places = self.reasoned.facts.origins.get(Triple(quad.subject, quad.predicate, quad.object), ())
        return [Premise(*self.names.triple(quad), file=o.file, line=o.line) for o in places]

    def body(self, rule: Rule, quad: Quad) -> list[Quad]:
        """The triples of the graph that one application of `rule` reads to conclude `quad`; types are left out."""
        for pattern in rule.template:
            bindings = unify(pattern, quad)
            if bindings is None:
                continue
            for solution in self._solutions(rule, bindings):
                found = list(self._read(rule, solution, quad))
                if self._earlier(found, quad):
                    return found
        return []

    def counted(self, rule: Rule, quad: Quad) -> list[Quad]:
        """What a rule counts to conclude `quad`; nothing for a rule that does not count."""
        for pattern in rule.template if rule.body.counts else ():
            bindings = unify(pattern, quad)
            for solution in self._solutions(rule, bindings) if bindings is not None else ():
                return [q for count in rule.body.counts for q in self._counted(count, solution, quad)]
        return []

    def _solutions(self, rule: Rule, bindings: dict[Variable, Value]) -> Iterator[dict[Variable, Value]]:
        text = rule.query if rule.id.startswith("axiom") else _whole_solutions(rule.query)
        solutions = rows(self.store, text, bindings)
        assert isinstance(solutions, QuerySolutions)
        variables = solutions.variables
        for solution in solutions:
            row = {v: solution[v] for v in variables if solution[v] is not None}
            yield {**row, **bindings}

    def _read(self, rule: Rule, solution: dict[Variable, Value], quad: Quad) -> Iterator[Quad]:
        yield from self._present(rule.body, solution, quad)
        for count in rule.body.counts:
            yield from self._counted(count, solution, quad)

    def _present(self, body: Body, solution: dict[Variable, Value], quad: Quad) -> Iterator[Quad]:
        for pattern in body.patterns:
            triple = instance(pattern, solution) if pattern.in_project else None
            if triple is not None:
                found = Quad(triple.subject, triple.predicate, triple.object, quad.graph_name)
                if found in self.store and found != quad and found.object not in self._passed_over:
                    yield found

    def _counted(self, count: Count, solution: dict[Variable, Value], quad: Quad) -> Iterator[Quad]:
        bindings = {k: solution[k] for k in count.keys if k in solution}
        found = rows(self.store, select(count.body), bindings)
        seen: set[Value] = set()
        for row in sorted(found, key=str):
            counted = row[count.counted]
            if counted not in seen:
                seen.add(counted)
                full = {v: row[v] for v in found.variables} | bindings
                yield from self._present(count.body, full, quad)

    def _earlier(self, quads: list[Quad], quad: Quad) -> bool:
        derived = self.reasoned.derived
        limit = derived[quad].round
        return all(q not in derived or derived[q].round < limit for q in quads)


def _whole_solutions(query: str) -> str:
    """The SELECT of a rule file with every variable of its body; the sentences of its header may say "where" too."""
    lines = [line for line in query.splitlines() if not line.lstrip().startswith("#")]
    prefixes = [line for line in lines if line.strip().upper().startswith("PREFIX")]
    text = "\n".join(lines)
    return "\n".join([*prefixes, "SELECT DISTINCT *", text[text.upper().index("WHERE") :]])


def unify(pattern: Pattern, quad: Quad) -> dict[Variable, Any] | None:
    """The variables of a template under a triple it concluded, None when it could not have."""
    bindings: dict[Variable, Any] = {_PROJECT: quad.graph_name}
    for term, value in zip(pattern.terms, (quad.subject, quad.predicate, quad.object), strict=True):
        if isinstance(term, Variable):
            if bindings.setdefault(term, value) != value:
                return None
        elif term != value:
            return None
    return bindings


def one_way(store: Store, body: Body, bindings: Mapping[Variable, Any]) -> dict[Variable, Any] | None:
    """A way in which a body holds, its absences left out, some of its variables bound; None when there is none."""
    known = {_PROJECT} | {t for p in body.patterns for t in p.terms} | {v.variable for v in body.values}
    given = {variable: value for variable, value in bindings.items() if variable in known}
    found = rows(store, select(body, absences=False), given)
    row = next(iter(found), None)
    return None if row is None else {v: row[v] for v in found.variables if row[v] is not None} | given


def how_many(store: Store, count: Count, bindings: Mapping[Variable, Any]) -> int:
    """How many things a rule counts, its keys bound."""
    keys = {key: bindings[key] for key in count.keys if key in bindings}
    return len({row[count.counted] for row in rows(store, select(count.body), keys)})
