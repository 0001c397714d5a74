"""The mutants of a rule, an axiom or a shape: what each becomes when it is removed or weakened in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, Variable
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as Number
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from cnil_kg.patterns import Body, Comparison, Pattern, Values, select
from cnil_kg.requirements import ID
from cnil_kg.rulebook import Rule
from cnil_kg.vocab import CKG, CKS

LOOSER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""Each comparison and the one that differs from it where both sides are equal."""
DROPPED, LOWERED, RAISED = {SH["not"], SH.hasValue}, SH.minCount, SH.maxCount
"""The constraints that the shapes use; another one is an error here, never passed over."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """What was done to which rule or shape; the rule as it became (None: removed), or the shapes of the entry."""

    id: str
    what: str
    origin: Rule | None = None
    rule: Rule | None = None
    shapes: Graph | None = None

    @property
    def line(self) -> str:
        return f"{self.id}: {self.what}"


def of_rule(rule: Rule) -> Iterator[Mutant]:
    """The rule removed; then each condition dropped, each value of a list left out, each comparison strict or not."""
    yield Mutant(_id(rule), "removed", rule)
    body = rule.body
    if body.opaque:
        return
    for pattern in body.patterns:
        rest = replace(body, patterns=[p for p in body.patterns if p is not pattern])
        if not _examined(pattern) and _bound(rule, rest):
            yield _changed(rule, f"without {_text(pattern)}", rest)
    for comparison in body.comparisons:
        rest = [c for c in body.comparisons if c is not comparison]
        shown = f"{comparison.left} {comparison.operator} {comparison.right}"
        yield _changed(rule, f"without {shown}", replace(body, comparisons=rest))
        if comparison.operator in LOOSER:
            other = Comparison(comparison.left, LOOSER[comparison.operator], comparison.right)
            yield _changed(rule, f"{other.operator} in {shown}", replace(body, comparisons=[*rest, other]))
    for group in body.absent:
        left = [g for g in body.absent if g is not group]
        what = f"without NOT EXISTS {' '.join(map(_text, group))}"
        yield _changed(rule, what, replace(body, absent=left))
    for listed in body.values:
        others = [v for v in body.values if v is not listed]
        for term in listed.terms if len(listed.terms) > 1 else ():
            less = Values(listed.variable, tuple(t for t in listed.terms if t != term))
            yield _changed(
                rule, f"without {_name(term)} among {listed.variable}", replace(body, values=[*others, less])
            )


def _changed(rule: Rule, what: str, body: Body) -> Mutant:
    return Mutant(_id(rule), what, rule, replace(rule, body=body, query=query(body)))


def _id(rule: Rule) -> str:
    """The id of a rule; an axiom is told by what it says, for its number changes when another one comes."""
    if not rule.id.startswith("axiom"):
        return rule.id
    entry = "" if rule.entry == rule.id else f"{rule.entry} "
    sides = (", ".join(map(_text, patterns)) for patterns in (rule.body.patterns, rule.template))
    return f"axiom {entry}({' -> '.join(sides)})"


def query(body: Body) -> str:
    """The SELECT of a body, its counts included."""
    text = select(body)
    for count in body.counts:
        keys = " ".join(map(str, count.keys))
        inner = select(count.body).partition("WHERE")[2]
        counted = f"(COUNT(DISTINCT {count.counted}) AS {count.variable})"
        tests = [c for c in body.comparisons if count.variable in (c.left, c.right)]
        filters = " ".join(f"FILTER({c.left} {c.operator} {c.right})" for c in tests)
        text = f"{text[:-1]} {{ SELECT {keys} {counted} WHERE {inner} GROUP BY {keys} }} {filters} }}"
    return text


def _examined(pattern: Pattern) -> bool:
    """Whom a rule is asked of: every case gives it."""
    return any(f"#{asked}" in str(pattern.object) for asked in ("Examined", "Described"))


def _bound(rule: Rule, body: Body) -> bool:
    """True when what is left still binds all that the rule writes or compares."""
    known = {t for p in body.patterns for t in p.terms} | {v.variable for v in body.values}
    known |= {v for c in body.counts for v in (*c.keys, c.variable)}
    written = {t for p in rule.template for t in p.terms if isinstance(t, Variable)}
    compared = {t for c in body.comparisons for t in (c.left, c.right) if isinstance(t, Variable)}
    placed = any(p.in_project for p in body.patterns) or bool(body.counts)
    return placed and written | compared <= known


def _text(pattern: Pattern) -> str:
    return " ".join(map(_name, pattern.terms))


def _name(term: object) -> str:
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, Variable):
        return re.sub(r"^\?y\d+$", "?y", str(term))  # numbered through all axioms
    return str(term).rpartition("#")[2].strip("<>") or str(term)


def of_shapes(entry: str, files: tuple[Path, ...]) -> Iterator[Mutant]:
    """The pair of shapes of an entry: each removed, each part of it removed, each number moved by one, each target
    widened to all it is asked of, and the class it is not for forgotten."""
    whole = Graph()
    for file in files:
        whole.parse(file, format="turtle")
    sound = _closure(whole, entry)
    main, stated = URIRef(CKS + entry), URIRef(f"{CKS}{entry}-stated")
    asked = sound.value(main, URIRef(CKG + "askedOf"))
    exempt = URIRef(CKG + "notFor")
    for shape in (main, stated):
        parts = sorted(sound.objects(shape, SH.property))
        if parts:  # an option that nothing says was refused has no part here
            yield _without(entry, sound, f"{_local(shape)} removed", [(shape, SH.property, part) for part in parts])
        for part in parts if len(parts) > 1 else ():
            yield _without(entry, sound, f"{_local(part)} removed", [(shape, SH.property, part)])
        for part in parts:
            yield from _of_part(entry, sound, part)
    target = sound.value(main, SH.targetClass)
    if target != asked:  # that of the other shape is the same (tests/test_coverage.py)
        less, more = [(main, SH.targetClass, target)], [(main, SH.targetClass, asked)]
        yield _without(entry, sound, f"{entry} for all", less, more)
    if sound.value(main, exempt) is not None:
        yield _without(entry, sound, f"{entry} without notFor", [(main, exempt, sound.value(main, exempt))])


def _of_part(entry: str, sound: Graph, part: Node) -> Iterator[Mutant]:
    constraints = [(p, o) for p, o in sorted(sound.predicate_objects(part)) if p not in (RDF.type, SH.path)]
    for name, value in constraints:
        if name not in DROPPED and name not in (LOWERED, RAISED):
            raise NotImplementedError(f"{part}: no way to weaken {name} yet")
        shown = f"{_local(part)} {_local(name)}"
        if len(constraints) > 1:
            yield _without(entry, sound, f"{shown} dropped", [(part, name, value)])
        if name == SH.hasValue:  # any value will do
            yield _without(entry, sound, f"{shown} any", [(part, name, value)], [(part, SH.minCount, Number(1))])
        moved = int(value) + (1 if name == RAISED else -1) if name in (LOWERED, RAISED) else 0
        if moved:
            yield _without(entry, sound, f"{shown} {moved}", [(part, name, value)], [(part, name, Number(moved))])


_Triples = list[tuple[Node, Node, Node]]


def _without(entry: str, sound: Graph, what: str, less: _Triples, more: _Triples = []) -> Mutant:  # noqa: B006
    graph = Graph()
    for triple in sound:
        if triple not in less:
            graph.add(triple)
    for triple in more:
        graph.add(triple)
    return Mutant(entry, what, shapes=graph)


def _closure(whole: Graph, entry: str) -> Graph:
    """The triples of the shapes of one entry, what is nested in them included."""
    found = Graph()
    waiting: list[Node] = [s for s in set(whole.subjects()) if (m := ID.match(str(s))) and m[1] == entry]
    while waiting:
        for triple in whole.triples((waiting.pop(), None, None)):
            found.add(triple)
            if isinstance(triple[2], BNode):
                waiting.append(triple[2])
    return found


def _local(node: Node) -> str:
    return str(node).rpartition("#")[2]
