"""The order of the rules: a rule that reads an absence or a count runs after all that derives what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Variable

from cnil_kg.errors import RuleLoadError
from cnil_kg.patterns import Body, Pattern
from cnil_kg.rulebook import Rule
from cnil_kg.vocab import CKG, RDF

ANY = "*"
MARKS = frozenset(CKG + name for name in ("awaitsJudgement", "inContradiction", "holdsFor"))


def keys(pattern: Pattern, body: Body) -> list[str]:
    """What a pattern touches: the class of a type pattern, else the property; ANY when neither is known."""
    predicates = body.predicate_values(pattern.predicate) or (pattern.predicate,)
    found = []
    for predicate in predicates:
        if isinstance(predicate, Variable):
            found.append(ANY)
        elif predicate.value == RDF + "type" and isinstance(pattern.object, NamedNode):
            found.append(pattern.object.value)
        elif predicate.value == RDF + "type" and isinstance(pattern.object, Variable):
            found.append(ANY)
        elif predicate.value in MARKS and isinstance(pattern.object, Literal):
            found.append(f"{predicate.value} {pattern.object.value}")  # each entry's mark is a key of its own
        else:
            found.append(predicate.value)
    return found


def written(rule: Rule) -> set[str]:
    """The keys a rule can derive."""
    return {k for p in rule.template for k in keys(p, rule.body)}


def read(rule: Rule) -> tuple[set[str], set[str]]:
    """The keys a rule reads: plainly, and through an absence or a count."""
    plain: set[str] = set()
    guarded: set[str] = set()
    for pattern, through in rule.body.everything():
        if pattern.in_project:
            (guarded if through else plain).update(keys(pattern, rule.body))
    for count in rule.body.counts:
        for pattern, _ in count.body.everything():
            if pattern.in_project:
                guarded.update(keys(pattern, count.body))
    return plain, guarded


def stratify(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in strata, each to be run to a fixpoint before the next.

    Raises:
        RuleLoadError: a rule reads, through an absence or a count, something that depends on itself.
    """
    heads = [written(rule) for rule in rules]
    reads = [read(rule) for rule in rules]
    by_key: dict[str, list[int]] = {}
    for index, head in enumerate(heads):
        for key in head:
            by_key.setdefault(key, []).append(index)
    level = [0] * len(rules)
    changed = True
    while changed:
        changed = False
        for index, (plain, guarded) in enumerate(reads):
            least = max(
                (level[o] for key in plain for o in _writers(key, by_key)),
                default=0,
            )
            least = max(least, *(level[o] + 1 for key in guarded for o in _writers(key, by_key)), 0)
            if least > level[index]:
                if least > len(rules):
                    raise RuleLoadError(f"{rules[index].id} reads an absence that depends on itself")
                level[index], changed = least, True
    return [[r for r, at in zip(rules, level, strict=True) if at == n] for n in range(max(level, default=-1) + 1)]


def _writers(key: str, by_key: dict[str, list[int]]) -> Iterable[int]:
    if key == ANY:
        return [i for indexes in by_key.values() for i in indexes]
    return by_key.get(key, []) + by_key.get(ANY, [])
