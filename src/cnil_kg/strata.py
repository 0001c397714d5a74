"""The order of the rules: a rule that reads an absence or a count runs after all that derives what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Quad, Variable

from cnil_kg.errors import RuleLoadError
from cnil_kg.patterns import Body, Pattern
from cnil_kg.rulebook import Rule
from cnil_kg.vocab import RDF

ANY = "*"
Key = tuple[str, str | None]
"""What a pattern touches: a property (or a class), and its value where the pattern gives it."""


def keys(pattern: Pattern, body: Body) -> list[Key]:
    """The keys of a pattern; the property is ANY when it is not known."""
    predicates = body.predicate_values(pattern.predicate) or (pattern.predicate,)
    value = pattern.object
    found: list[Key] = []
    for predicate in predicates:
        if isinstance(predicate, Variable):
            found.append((ANY, None))
        elif predicate.value == RDF + "type":
            found.append((ANY if isinstance(value, Variable) else value.value, None))
        else:
            found.append((predicate.value, None if isinstance(value, Variable) else str(value)))
    return found


def names(found: Iterable[Key]) -> set[str]:
    """The properties and classes of some keys."""
    return {name for name, _ in found}


def written(rule: Rule) -> set[Key]:
    """The keys a rule can derive."""
    return {k for p in rule.template for k in keys(p, rule.body)}


def read(rule: Rule) -> tuple[set[Key], set[Key]]:
    """The keys a rule reads: plainly, and through an absence or a count."""
    plain: set[Key] = set()
    guarded: set[Key] = set()
    for pattern, through in rule.body.everything():
        if pattern.in_project:
            (guarded if through else plain).update(keys(pattern, rule.body))
    for count in rule.body.counts:
        for pattern, _ in count.body.everything():
            if pattern.in_project:
                guarded.update(keys(pattern, count.body))
    return plain, guarded


def read_names(rule: Rule) -> set[str]:
    """The properties and classes a rule reads in any way."""
    return names(set().union(*read(rule)))


def needed(rule: Rule) -> list[list[Key]]:
    """For each pattern of a rule that must hold, the keys of which one must be there; nothing for an opaque body."""
    if rule.body.opaque:
        return []
    return [keys(pattern, rule.body) for pattern in rule.body.patterns if pattern.in_project]


def present(quads: Iterable[Quad]) -> set[Key]:
    """The keys that some triples have, with and without their value."""
    found: set[Key] = set()
    for quad in quads:
        name, value = quad.predicate.value, str(quad.object)
        if name == RDF + "type":
            name = quad.object.value  # type: ignore[union-attr]
        else:
            found.add((name, value))
        found.add((name, None))
    return found


def stratify(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in strata, each to be run to a fixpoint before the next.

    Raises:
        RuleLoadError: a rule reads, through an absence or a count, something that depends on itself.
    """
    by_name: dict[str, list[tuple[str | None, int]]] = {}
    for index, rule in enumerate(rules):
        for name, value in written(rule):
            by_name.setdefault(name, []).append((value, index))
    before = [
        [{o for key in found for o in _writers(key, by_name)} for found in read(rule)]  # plainly, guarded
        for rule in rules
    ]
    level = [0] * len(rules)
    changed = True
    while changed:
        changed = False
        for index, (plain, guarded) in enumerate(before):
            least = max([0, *(level[o] for o in plain), *(level[o] + 1 for o in guarded)])
            if least > level[index]:
                if least > len(rules):
                    raise RuleLoadError(f"{rules[index].id} reads an absence that depends on itself")
                level[index], changed = least, True
    return [[r for r, at in zip(rules, level, strict=True) if at == n] for n in range(max(level, default=-1) + 1)]


def _writers(key: Key, by_name: dict[str, list[tuple[str | None, int]]]) -> list[int]:
    """The rules that may derive what a key reads."""
    name, value = key
    if name == ANY:
        return [index for entries in by_name.values() for _, index in entries]
    fitting = [index for v, index in by_name.get(name, []) if v is None or value is None or v == value]
    return fitting + [index for _, index in by_name.get(ANY, [])]
