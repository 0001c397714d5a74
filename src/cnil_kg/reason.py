"""Facts -> Reasoned: the rules, in strata, set at a time over all descriptions, until nothing is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple, Variable

from cnil_kg.errors import EngineError
from cnil_kg.facttable import Fact
from cnil_kg.model import Facts
from cnil_kg.patterns import Pattern, Term
from cnil_kg.rdf import matching, rows
from cnil_kg.rulebook import Rule, Rulebook
from cnil_kg.strata import ANY, Key, names, needed, present, read_names, stratify, written
from cnil_kg.vocab import CKG, NONE, NOT_ASSESSED, PROV, RDF, XSD

_NONE, _NOT_ASSESSED = NamedNode(NONE), NamedNode(NOT_ASSESSED)
_ORIGINALS = (NamedNode(PROV + "Association"), NamedNode(PROV + "Usage"))
TODAY, _VALUE = NamedNode(CKG + "Today"), NamedNode(CKG + "value")
RESULTS = (
    "Conclusion", "Contradiction", "Finding", "aboutActor", "aboutDataset", "aboutProcessing", "aboutProject", "answer",
    "missingFact", "openReason", "outcome", "side",
)  # fmt: skip
"""The terms of `ontology/verdicts.ttl`: only an examination writes them."""
MAX_ROUNDS = 1000
Stratum: TypeAlias = list[tuple[Rule, set[str], list[list[Key]]]]
"""Rules to run to a fixpoint, each with the names it reads and the keys of which each pattern needs one."""


@dataclass
class Derivation:
    """How a triple was derived: by which rules, first in which round (rounds count through all strata)."""

    rules: list[Rule]
    round: int


@dataclass(frozen=True)
class Contested:
    """A fact both stated and denied: the triples on either side. No rule reads it."""

    graph: NamedNode
    subject: NamedNode
    property: NamedNode
    quads: tuple[Quad, ...]


@dataclass
class Reasoned:
    """What follows from the facts.

    Attributes:
        as_of: ISO date that chose the rules in force.
        store: stated and derived triples in one graph per description, constants in the default graph.
        derived: each derived triple with its rules and round.
        contested: the facts set aside, by graph, subject and property.
        forged: stated triples that only a rule may conclude, not read.
    """

    facts: Facts
    rulebook: Rulebook
    rules: tuple[Rule, ...]
    as_of: str
    store: Store
    derived: dict[Quad, Derivation] = field(default_factory=dict)
    contested: dict[tuple[NamedNode, NamedNode, NamedNode], Contested] = field(default_factory=dict)
    forged: tuple[Quad, ...] = ()


def rules_in_force(rulebook: Rulebook, as_of: str) -> tuple[Rule, ...]:
    """The active rules whose validity holds on a day (ISO date)."""
    return tuple(
        r
        for r in rulebook.rules
        if r.headers.get("status", "active") == "active"
        and r.headers.get("valid-from", "") <= as_of <= r.headers.get("valid-until", "9999")
    )


def reason(facts: Facts, rulebook: Rulebook, as_of: str) -> Reasoned:
    """Derive everything that follows.

    Args:
        facts: what was read; its store is left as it was.
        rulebook: rules, axioms and constants.
        as_of: ISO date that chooses the rules in force.

    Raises:
        EngineError: the rules do not come to rest.
    """
    rules = rules_in_force(rulebook, as_of)
    forged = forgeries(facts, rulebook, rules)
    facts_only = set(facts.store) - set(forged)
    # Nobody has looked: read as not stated.
    markers = {f.node for f in rulebook.facts if f.marker}
    stated = {
        q
        for q in facts_only
        if q.object != _NOT_ASSESSED and not (q.predicate in markers and q.object == Literal(False))
    }
    store = Store()
    store.extend(rulebook.readable_on(as_of))
    store.add(Quad(TODAY, _VALUE, Literal(as_of, datatype=NamedNode(XSD + "date"))))
    store.extend(stated)
    reasoned = Reasoned(facts, rulebook, rules, as_of, store, forged=tuple(forged))
    # Descriptions are read first, then contested facts are set aside, then the doctrine is applied.
    first, then = plan(rulebook, as_of)
    rounds = run(store, first, reasoned.derived, stated, 1)
    set_aside(reasoned)
    run(store, then, reasoned.derived, stated, rounds)
    return reasoned


def plan(rulebook: Rulebook, as_of: str) -> tuple[list[Stratum], list[Stratum]]:
    """The strata that read descriptions and those of the doctrine, for the rules in force on a day; worked out once."""
    if as_of not in rulebook.plans:
        rules = rules_in_force(rulebook, as_of)
        halves = [r for r in rules if r.describes], [r for r in rules if not r.describes]
        rulebook.plans[as_of] = tuple(
            [[(r, read_names(r), needed(r)) for r in stratum] for stratum in stratify(half)] for half in halves
        )
    first, then = rulebook.plans[as_of]
    return first, then


def forgeries(facts: Facts, rulebook: Rulebook, rules: Iterable[Rule]) -> list[Quad]:
    """The stated triples whose property or class only a rule of the doctrine may conclude."""
    stateable = {f.iri for f in rulebook.facts}
    reserved = {name for r in rules if not r.describes for name in names(written(r))} - stateable
    reserved |= {CKG + name for name in ("DescribedParticipation", "DescribedUse", "ofProcessing", "ofActor", *RESULTS)}
    kind = NamedNode(RDF + "type")
    return [q for q in facts.store if (q.object if q.predicate == kind else q.predicate).value in reserved]


def run(store: Store, strata: list[Stratum], derived: dict[Quad, Derivation], stated: set[Quad], start: int) -> int:
    """Run strata to their fixpoints, adding to `store` and `derived`; the next round number comes back."""
    number = start
    there = present([*stated, *derived])
    for stratum in strata:
        due = stratum
        while due:
            fresh: set[Quad] = set()
            changed: set[str] = set()
            for rule, _, required in due:
                if not may_apply(required, there):
                    continue
                for quad in apply(store, rule):
                    if quad in stated or (quad in fresh and rule in derived[quad].rules):
                        continue
                    known = derived.get(quad)
                    if known is not None:
                        if rule not in known.rules:
                            known.rules.append(rule)
                        continue
                    derived[quad] = Derivation([rule], number)
                    fresh.add(quad)
                    changed |= names(written(rule))
            store.extend(fresh)
            there |= present(fresh)
            number += 1
            if number - start > MAX_ROUNDS:
                raise EngineError("the rules do not come to rest")
            due = [s for s in stratum if ANY in s[1] or s[1] & changed or ANY in changed] if fresh else []
    return number


def may_apply(required: list[list[Key]], there: set[Key]) -> bool:
    """False when a pattern of a rule matches nothing at all: most rules, on one project, need not be tried."""
    return all(any(key in there or key[0] == ANY for key in found) for found in required)


def apply(store: Store, rule: Rule) -> list[Quad]:
    """The triples one rule concludes now, with their graphs."""
    project = Variable("project")
    quads = []
    for solution in rows(store, rule.query):
        graph = solution[project]
        for pattern in rule.template:
            subject, predicate, value = (bound(t, solution) for t in pattern.terms)
            if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value is not None:
                quads.append(Quad(subject, predicate, value, graph))
    return quads


def bound(term: Term, solution: Mapping[Variable, NamedNode | Literal]) -> NamedNode | Literal | None:
    """A term of a pattern under a solution; None where the solution leaves it open."""
    if not isinstance(term, Variable):
        return term
    try:
        return solution[term]
    except KeyError:
        return None


def instance(pattern: Pattern, solution: Mapping[Variable, NamedNode | Literal]) -> Triple | None:
    """A pattern under a solution, or None where it stays open."""
    subject, predicate, value = (bound(t, solution) for t in pattern.terms)
    if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value is not None:
        return Triple(subject, predicate, value)
    return None


def set_aside(reasoned: Reasoned) -> None:
    """Find the facts both stated and denied, and take them out of the rules' sight."""
    for fact in reasoned.rulebook.facts:
        groups: dict[tuple[NamedNode, NamedNode], list[Quad]] = {}
        for quad in matching(reasoned.store, None, fact.node, None, None):
            if isinstance(quad.graph_name, NamedNode):
                groups.setdefault((quad.graph_name, quad.subject), []).append(quad)
        for (graph, subject), quads in groups.items():
            if disputed(fact, (q.object for q in quads)):
                for quad in quads:
                    reasoned.store.remove(quad)
                entry = Contested(graph, subject, fact.node, tuple(sorted(quads, key=str)))
                reasoned.contested[(graph, subject, fact.node)] = entry


def disputed(fact: Fact, values: Iterable[object]) -> bool:
    """True when values of one fact cannot all hold: yes and no, two choices, something and `ckg:none`."""
    distinct = set(values)
    if len(distinct) < 2:
        return False
    single = fact.type in ("boolean", "choice", "date", "integer", "decimal")
    return single or _NONE in distinct


def is_original(store: Store, node: NamedNode, graph: NamedNode) -> bool:
    """True for the association or usage a user wrote, whose facts are read on the canonical node of its pair."""
    kind = NamedNode(RDF + "type")
    return any(Quad(node, kind, k, graph) in store for k in _ORIGINALS) or bool(
        next(iter(matching(store, node, NamedNode(PROV + "agent"), None, graph)), None)
        or next(iter(matching(store, node, NamedNode(PROV + "entity"), None, graph)), None)
    )


EXAMINED = {
    "processing": NamedNode(CKG + "ExaminedProcessing"),
    "participation": NamedNode(CKG + "ExaminedParticipation"),
    "use": NamedNode(CKG + "ExaminedUse"),
}
